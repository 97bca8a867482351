"""The places where stock is kept."""
