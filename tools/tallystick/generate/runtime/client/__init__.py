"""The runtime of a generated client. It is the same for every API; the public names are re-exported by the package."""
