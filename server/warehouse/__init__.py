"""The Warehouse Management API, served from its hand-written OpenAPI description."""
