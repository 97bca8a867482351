"""The generated Python client: models and low-level operations by openapi-python-client, the rest by our own."""

from tallystick.generate.client.package import generate_client

__all__ = ["generate_client"]
