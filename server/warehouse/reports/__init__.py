"""Documents that are made in the background."""
