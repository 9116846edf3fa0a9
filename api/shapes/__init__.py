"""What goes over the wire: one strict model per body and answer."""
