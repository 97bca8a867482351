"""The generated server. ``bench_contract`` is generated from openapi.yaml before the measurement starts."""

import gc
import os
from typing import Any, final

import data
from bench_contract import models, problems
from bench_contract.handlers.items import ItemsHandlers
from bench_contract.replies import items as replies
from bench_contract.router import create_app
from bench_contract.security import Authenticator, Caller
from bench_contract.wiring import Call, Contract, Settings


@final
class Items(ItemsHandlers):
    """Answers with rows as they are: the reply type reads their attributes."""

    async def list_items(self) -> replies.ListItems200:
        return replies.ListItems200(data.ITEMS)  # type: ignore[arg-type]

    async def get_item(self, *, item_id: int) -> replies.GetItem200:
        item = data.BY_ID.get(item_id)
        if item is None:
            raise problems.NotFound
        return replies.GetItem200(item)  # type: ignore[arg-type]

    async def get_private_item(self, *, caller: Caller, item_id: int) -> replies.GetPrivateItem200:  # noqa: ARG002
        return replies.GetPrivateItem200(data.BY_ID[item_id])  # type: ignore[arg-type]

    async def restock(self, *, body: models.Restock) -> replies.Restock200:
        item = data.restocked(body.sku, body.quantity)
        if item is None:
            raise problems.NotFound
        return replies.Restock200(item)  # type: ignore[arg-type]


class NoScope:
    """A unit of work with nothing to open."""

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


class Gate(Authenticator):
    """Knows one token."""

    async def bearer(self, token: str, *, operation: Any) -> Caller | None:  # noqa: ARG002
        return Caller("ada", frozenset(("items:read",))) if token == "token" else None


HANDLERS = Items()
SCOPE = NoScope()


def scope(_call: Call) -> NoScope:
    return SCOPE


app = create_app(
    Contract(
        scope=scope,
        auth=Gate(),
        items=lambda _scope: HANDLERS,
        settings=Settings(check_replies=float(os.environ.get("CHECK_REPLIES", "0"))),
    ),
    telemetry={"tracing": False, "metrics": False, "logs": False},
)
gc.collect()
gc.freeze()
gc.set_threshold(20000, 20, 50)
