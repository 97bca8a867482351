"""Every table of the service: importing this module makes ``Base.metadata`` whole."""

from warehouse.admin import tables as admin
from warehouse.api_keys import tables as api_keys
from warehouse.auth import tables as auth
from warehouse.billing import tables as billing
from warehouse.items import tables as items
from warehouse.locations import tables as locations
from warehouse.platform import audit, idempotency, outbox
from warehouse.platform.database import Base
from warehouse.reports import tables as reports
from warehouse.stock import tables as stock
from warehouse.users import tables as users
from warehouse.webhooks import tables as webhooks

__all__ = ["MODULES", "metadata"]

MODULES = (
    admin,
    api_keys,
    audit,
    auth,
    billing,
    idempotency,
    items,
    locations,
    outbox,
    reports,
    stock,
    users,
    webhooks,
)
metadata = Base.metadata
