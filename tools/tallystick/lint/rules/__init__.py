"""One module per rule, named after it. ``lint.registry`` finds them."""
