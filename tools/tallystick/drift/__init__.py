"""Does this application serve exactly this contract? Routes, parameters, bodies, replies and security."""

from tallystick.drift.comparison import application_findings, served_findings

__all__ = ["application_findings", "served_findings"]
