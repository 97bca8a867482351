"""Keys for partner systems."""
