"""Starlette written by hand: checks in Python, dictionaries, orjson. It validates no reply."""

import data
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def answer(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), status, media_type="application/json")


async def get_item(request: Request) -> Response:
    try:
        item = data.BY_ID.get(int(request.path_params["item_id"]))
    except ValueError:
        return answer({"detail": "item_id must be an integer"}, 422)
    return answer({"detail": "not found"}, 404) if item is None else answer(data.as_dict(item))


async def list_items(_request: Request) -> Response:
    return answer([data.as_dict(item) for item in data.ITEMS])


async def restock(request: Request) -> Response:
    try:
        body = orjson.loads(await request.body())
    except ValueError:
        return answer({"detail": "bad json"}, 422)
    if not isinstance(body, dict):
        return answer({"detail": ["object required"]}, 422)
    faults = []
    sku, quantity, note = body.get("sku"), body.get("quantity"), body.get("note")
    if not isinstance(sku, str) or not data.SKU.match(sku):
        faults.append({"loc": ["body", "sku"], "msg": "does not match pattern"})
    if type(quantity) is not int or not 0 < quantity <= 100000:
        faults.append({"loc": ["body", "quantity"], "msg": "must be > 0"})
    if note is not None and (not isinstance(note, str) or len(note) > 200):
        faults.append({"loc": ["body", "note"], "msg": "too long"})
    if faults:
        return answer({"detail": faults}, 422)
    item = data.restocked(sku, quantity)
    return answer({"detail": "not found"}, 404) if item is None else answer(data.as_dict(item))


app = Starlette(
    routes=[
        Route("/items/{item_id}", get_item),
        Route("/items", list_items),
        Route("/restock", restock, methods=["POST"]),
    ]
)
