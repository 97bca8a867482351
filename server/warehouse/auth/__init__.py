"""Signing in: tokens, sessions, and who a credential belongs to."""
