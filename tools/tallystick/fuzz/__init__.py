"""Does the running server keep the contract, under valid, invalid, nearly valid and stateful requests?"""

from tallystick.fuzz.processes import ended_by_signals
from tallystick.fuzz.run import Result, Trial, fuzz
from tallystick.fuzz.server import RunningServer, application_command, running
from tallystick.fuzz.settings import Effort

__all__ = ["Effort", "Result", "RunningServer", "Trial", "application_command", "ended_by_signals", "fuzz", "running"]
