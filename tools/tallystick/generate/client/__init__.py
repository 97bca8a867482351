"""The generated Python client: openapi-python-client for models and low-level operations, our own generator around it."""

from tallystick.generate.client.package import generate_client

__all__ = ["generate_client"]
