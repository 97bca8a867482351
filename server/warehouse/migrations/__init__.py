"""How the tables came to be. ``python -m warehouse migrate`` applies what is missing."""
