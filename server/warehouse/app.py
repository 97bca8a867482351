"""The application: domains, middlewares and resources put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, TypedDict

from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from warehouse.admin.handlers import Admin
from warehouse.api_keys.handlers import ApiKeys
from warehouse.auth.authenticator import WarehouseAuthenticator
from warehouse.auth.handlers import Auth
from warehouse.auth.housekeeping import tidy as tidy_sessions
from warehouse.billing import jobs as billing_jobs
from warehouse.billing.handlers import Billing
from warehouse.contract import router
from warehouse.contract.operations import OPERATIONS
from warehouse.contract.wiring import Call, Contract, Limits, RateLimit, for_operations
from warehouse.contract.wiring import Settings as ContractSettings
from warehouse.docs_ui.pages import documentation_routes
from warehouse.items import jobs as items_jobs
from warehouse.items.handlers import Items
from warehouse.locations.handlers import Locations
from warehouse.migrations.apply import upgrade
from warehouse.platform.clock import Clock, SystemClock
from warehouse.platform.health import metrics_endpoint
from warehouse.platform.housekeeping import tidy_platform
from warehouse.platform.idempotency import Idempotency, is_idempotent
from warehouse.platform.identity import WarehouseCaller
from warehouse.platform.jobs import JobRegistry
from warehouse.platform.logs import configure_logs
from warehouse.platform.middleware.access_log import AccessLog
from warehouse.platform.middleware.faults import Faults
from warehouse.platform.middleware.identification import Identification
from warehouse.platform.middleware.measuring import Measuring
from warehouse.platform.middleware.rate_limit import RateLimiting
from warehouse.platform.middleware.security_headers import SecurityHeaders
from warehouse.platform.problems import problem_members
from warehouse.platform.request import request_of
from warehouse.platform.resources import Resources
from warehouse.platform.scope import Scope
from warehouse.platform.settings import Settings
from warehouse.reports import jobs as reports_jobs
from warehouse.reports.handlers import Reports
from warehouse.reports.housekeeping import tidy as tidy_reports
from warehouse.seeding import seed
from warehouse.stock.handlers import Stock
from warehouse.users.handlers import Users
from warehouse.webhooks import jobs as webhooks_jobs
from warehouse.webhooks.handlers import Webhooks
from warehouse.webhooks.housekeeping import tidy as tidy_webhooks

__all__ = ["State", "create_app"]

OPERATIONAL: Final = frozenset(("/livez", "/readyz", "/metrics"))
"""Paths for those who run the service. They are no part of the contract."""
_ELSEWHERE: Final = RateLimit(name="default", limit=600, window="PT1M", by="address")
"""The quota for paths that are no operation."""
_FILE: Final = 10 << 20
_DUTIES: Final = (tidy_platform, tidy_sessions, tidy_reports, tidy_webhooks)
_JOBS: Final = (items_jobs, reports_jobs, webhooks_jobs, billing_jobs)


class State(TypedDict):
    """What the lifespan leaves for requests."""

    resources: Resources


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    """The service as an ASGI application. Nothing is opened before its lifespan starts.

    Settings come from the environment if they are not given.
    """
    settings = settings or Settings()
    configure_logs(settings.log_format, settings.log_level)
    resources = Resources(settings, clock or SystemClock(), _jobs(), _DUTIES)
    contract = _contract(resources)
    app = router.create_app(
        contract,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(resources),
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.resources = resources
    app.router.routes.extend(_routes(app, resources))
    _add_middlewares(app, resources)
    return app


def _jobs() -> JobRegistry:
    registry = JobRegistry()
    for domain in _JOBS:
        domain.register(registry)
    return registry


def _contract(resources: Resources) -> Contract[Scope]:
    idempotency = Idempotency(resources.database, resources.clock)
    return Contract(
        scope=_scopes(resources),
        auth=WarehouseAuthenticator(resources.database, resources.tokens, resources.known_keys, resources.clock),
        admin=Admin,
        api_keys=ApiKeys,
        auth_handlers=Auth,
        billing=Billing,
        items=Items,
        locations=Locations,
        reports=Reports,
        stock=Stock,
        users=Users,
        webhooks=Webhooks,
        around=(for_operations(is_idempotent, idempotency.around),),
        inside=(for_operations(is_idempotent, idempotency.inside),),
        settings=ContractSettings(
            limits=Limits(body=1 << 20, file=_FILE, stream=_FILE + (1 << 20)),
            check_replies=resources.settings.check_replies,
            problem_members=problem_members,
        ),
    )


def _scopes(resources: Resources) -> Callable[[Call], AbstractAsyncContextManager[Scope]]:
    def open_scope(call: Call) -> AbstractAsyncContextManager[Scope]:
        request = request_of(call.asgi)
        request.caller = call.caller if isinstance(call.caller, WarehouseCaller) else None
        return resources.units.open(request, write=call.operation.method not in ("GET", "HEAD"))

    return open_scope


def _lifespan(resources: Resources) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with resources.open(_prepare):
            yield {"resources": resources}

    return lifespan


async def _prepare(resources: Resources) -> None:
    """Brings the database up to date."""
    if resources.settings.migrate or resources.database.is_embedded:
        await upgrade(resources.database.engine)
    await seed(resources)


def _routes(app: FastAPI, resources: Resources) -> list[BaseRoute]:
    health = resources.health
    return [
        *documentation_routes(app.title, router.DOCUMENT.path.lstrip("/")),
        Route("/livez", health.livez),
        Route("/readyz", health.readyz),
        Route("/metrics", metrics_endpoint(resources.metrics)),
    ]


def _add_middlewares(app: FastAPI, resources: Resources) -> None:
    """The outermost is added last."""
    settings = resources.settings
    app.add_middleware(Faults)
    app.add_middleware(
        RateLimiting,
        quotas=resources.quotas,
        tokens=resources.tokens,
        keys=resources.known_keys,
        default=_ELSEWHERE,
        exempt=OPERATIONAL,
    )
    app.add_middleware(SecurityHeaders, is_public=settings.environment == "production")
    app.add_middleware(Measuring, metrics=resources.metrics)
    app.add_middleware(AccessLog)
    app.add_middleware(Identification, operations=OPERATIONS.values(), proxies=settings.trusted_proxies)
