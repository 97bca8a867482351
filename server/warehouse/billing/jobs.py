"""Background work of the billing."""

from warehouse.billing import invoicing
from warehouse.platform.jobs import JobRegistry


def register(registry: JobRegistry) -> None:
    """Make the job of this domain known."""
    registry.register(invoicing.INVOICE, invoicing.invoice_and_continue, on_failure=invoicing.continue_anyway)
