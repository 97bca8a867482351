"""The catalogue: items, their import from CSV and their export."""
