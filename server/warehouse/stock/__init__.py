"""What lies where, and each change of it."""
