"""The documentation page: Swagger UI over the hand-written description, served from here alone."""
