"""What every request passes through, as plain ASGI applications, in the order in which ``app.py`` names them."""
