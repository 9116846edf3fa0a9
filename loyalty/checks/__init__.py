"""Whether summaries still say what the facts say: asked by a command, the health page and a nightly job."""
