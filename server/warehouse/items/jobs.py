"""Background work of the catalogue."""

from warehouse.items import imports
from warehouse.platform.jobs import JobRegistry


def register(registry: JobRegistry) -> None:
    """Make the jobs of this domain known."""
    registry.register(imports.IMPORT, imports.carry_out, on_failure=imports.gave_up)
