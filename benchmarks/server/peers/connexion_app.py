"""Connexion 3, which serves the same description itself: strict, with its check of replies."""

import json
from pathlib import Path
from typing import Any

import data
import yaml
from connexion import AsyncApp, Resolver
from connexion.exceptions import BadRequestProblem
from connexion.lifecycle import ConnexionRequest, ConnexionResponse


def plain(item: data.Item) -> dict[str, Any]:
    values = data.as_dict(item)
    for name in ("created_at", "updated_at"):
        values[name] = values[name].isoformat().replace("+00:00", "Z")
    return values


async def get_item(item_id: int) -> Any:
    item = data.BY_ID.get(item_id)
    return ({"detail": "not found"}, 404) if item is None else plain(item)


async def list_items() -> Any:
    return [plain(item) for item in data.ITEMS]


async def restock(body: dict[str, Any]) -> Any:
    item = data.restocked(body["sku"], body["quantity"])
    return ({"detail": "not found"}, 404) if item is None else plain(item)


def refused(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    return ConnexionResponse(422, "application/json", body=json.dumps({"detail": str(error)}))


def description() -> dict[str, Any]:
    """The benchmark's description in the version of OpenAPI that Connexion reads."""
    text = (Path(__file__).parent.parent / "openapi.yaml").read_text("utf-8")
    text = text.replace("openapi: 3.1.0", "openapi: 3.0.3").replace(
        'type: [string, "null"]', "type: string, nullable: true"
    )
    document: dict[str, Any] = yaml.safe_load(text)
    del document["paths"]["/private/items/{item_id}"]  # not measured here, and would need an authenticator
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("404", None)  # with a second media type every handler would have to name its own
    return document


FUNCTIONS = {"getItem": get_item, "listItems": list_items, "restock": restock}
app = AsyncApp(__name__)
app.add_api(description(), resolver=Resolver(FUNCTIONS.__getitem__), strict_validation=True, validate_responses=True)
app.add_error_handler(BadRequestProblem, refused)
