"""What the generated modules of this package run on. Hand-written once, copied next to the code that needs it.

Nothing here knows the API: the operations, schemas and handlers come from the generated modules.
"""
