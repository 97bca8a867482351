"""Does this application serve exactly this contract? Routes, parameters, bodies, replies and security."""

from tallystick.drift.comparison import application_findings, served_findings
from tallystick.drift.mentions import operations_at

__all__ = ["application_findings", "operations_at", "served_findings"]
