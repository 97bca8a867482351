"""What a fresh database starts with."""

from __future__ import annotations

import structlog

from warehouse.billing.seed import seed as seed_billing
from warehouse.items.seed import seed as seed_items
from warehouse.locations import service as locations
from warehouse.platform.request import SYSTEM
from warehouse.platform.resources import Resources
from warehouse.platform.scope import Scope
from warehouse.users import repository as users
from warehouse.users import service as accounts

__all__ = ["seed"]

_log = structlog.get_logger(__name__)


async def seed(resources: Resources) -> None:
    """Puts in what the service needs to work, and sample data if the settings ask for them. Does nothing twice."""
    async with resources.units.open(SYSTEM) as scope:
        await _administrator(scope)
        await locations.seed(scope)
        for seed_domain in (seed_billing, seed_items):
            await seed_domain(scope, demo=resources.settings.demo)


async def _administrator(scope: Scope) -> None:
    email = scope.settings.admin_email
    password = scope.settings.admin_password.get_secret_value()
    if not password or await users.by_email(scope.session, email) is not None:
        return
    wanted = accounts.Registration(email=email, password=password, display_name="Administrator", role="admin")
    await accounts.register(scope, wanted)
    _log.info("administrator created", email=email)
