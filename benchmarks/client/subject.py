"""One figure of one client, in CPU seconds: ``subject.py NAME import|call|memory|decode URL``."""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from sample import ITEM, PAGE

CALLS, DECODINGS, REPEATS = 300, 60, 5
BODY, PAGE_BODY = json.dumps(ITEM).encode(), json.dumps(PAGE).encode()
JSON = {"content-type": "application/json"}


def best(work: Callable[[], Any], count: int) -> float:
    """CPU seconds of one piece of work, the best of several rounds."""
    work()
    rounds = []
    for _ in range(REPEATS):
        start = time.process_time()
        for _ in range(count):
            work()
        rounds.append((time.process_time() - start) / count)
    return min(rounds)


MODULES = {
    "tally": ["warehouse_client.client"],
    "large": ["large_client", "large_client.client"],
    "openapi-python-client": ["stock_client", "stock_client.client", "stock_client.api.items.get_item"],
    "openapi-generator": ["peer_client"],
    "httpx2": ["httpx2"],
}
"""What a program imports before its first call."""


def client_of(name: str, url: str, *, memory: bool) -> Callable[[], Any]:
    """A function that reads one item."""
    if name == "openapi-python-client":
        return _stock(url, memory=memory)
    if name == "openapi-generator":
        return _generator(url, memory=memory)
    import httpx2

    def answer(_: Any) -> httpx2.Response:
        return httpx2.Response(200, headers=JSON, content=BODY)

    http = httpx2.Client(transport=httpx2.MockTransport(answer)) if memory else httpx2.Client()
    if name == "httpx2":
        headers = {"Authorization": "Bearer t", "Accept": "application/json"}
        return lambda: http.get(url + "/items/SKU-1", headers=headers).json()
    from warehouse_client import Warehouse

    client = Warehouse(base_url=url, bearer_auth="t", http_client=http)
    return lambda: client.items.get("SKU-1")


def _stock(url: str, *, memory: bool) -> Callable[[], Any]:
    import httpx
    from stock_client import AuthenticatedClient
    from stock_client.api.items import get_item

    client = AuthenticatedClient(base_url=url, token="t")
    if memory:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=JSON, content=BODY))
        client.set_httpx_client(httpx.Client(base_url=url, headers={"Authorization": "Bearer t"}, transport=transport))
    return lambda: get_item.sync("SKU-1", client=client)


def _generator(url: str, *, memory: bool) -> Callable[[], Any]:
    from peer_client import ApiClient, Configuration, ItemsApi

    if memory:
        raise SystemExit(1)  # it has no place for another transport
    api = ItemsApi(ApiClient(Configuration(host=url, access_token="t")))
    return lambda: api.get_item("SKU-1")


def decoder_of(name: str) -> Callable[[], Any]:
    """A function that reads a page of 50 items from bytes."""
    if name == "tally":
        import httpx2

        from warehouse_client.api.items import list_items
        from warehouse_client.runtime.reply import ReplyInfo

        info = ReplyInfo(200, httpx2.Headers(JSON))
        return lambda: list_items.parse(info, PAGE_BODY)
    if name == "openapi-python-client":
        from stock_client.models.item_page import ItemPage

        return lambda: ItemPage.from_dict(json.loads(PAGE_BODY))
    if name == "openapi-generator":
        from peer_client import ItemPage

        return lambda: ItemPage.from_json(PAGE_BODY.decode())
    return _plain()


def _plain() -> Callable[[], Any]:
    """json.loads and plain attribute construction: classes of the same shape, times parsed, nothing else."""
    import datetime as dt

    from attrs import make_class

    item, page = make_class("Item", list(ITEM)), make_class("Page", list(PAGE))
    money = make_class("Money", ["amount", "currency"])
    moment = dt.datetime.fromisoformat

    def one(data: dict[str, Any]) -> Any:
        return item(
            data["sku"], data["name"], data["description"], data["category"], data["status"],
            money(data["price"]["amount"], data["price"]["currency"]), data["tags"], data["reorder_point"],
            data["weight_grams"], data["quantity"], data["version"], moment(data["created_at"]),
            moment(data["updated_at"]),
        )  # fmt: skip

    def read() -> Any:
        data = json.loads(PAGE_BODY)
        return page([one(each) for each in data["items"]], data["next_cursor"])

    return read


def main(name: str, what: str, url: str) -> None:
    """Prints the figure."""
    if what == "import":
        start = time.process_time()
        for module in MODULES[name]:
            importlib.import_module(module)
        print(time.process_time() - start)
    elif what == "decode":
        print(best(decoder_of(name), DECODINGS))
    else:
        print(best(client_of(name, url or "http://memory.test", memory=what == "memory"), CALLS))


main(*sys.argv[1:4])
