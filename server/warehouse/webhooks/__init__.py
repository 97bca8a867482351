"""Telling partner systems what happens."""
