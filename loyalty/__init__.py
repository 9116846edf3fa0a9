"""The programme itself: tables and rules, free of any web framework, queue or template engine."""
