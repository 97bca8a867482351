"""A hand-written FastAPI application that keeps the contract ``shelf.yaml``. Tests seed drifts by changing its text."""

import enum
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from starlette.exceptions import HTTPException

_PROBLEM = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {"title": {"type": "string"}, "status": {"type": "integer"}},
}


class Color(enum.StrEnum):
    """The colours of boxes."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


def whole(value: Any) -> Any:
    """JSON Schema counts 3.0 among the integers, Pydantic does not."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class NewBox(BaseModel):
    """What a caller sends."""

    model_config = ConfigDict(extra="forbid")

    label: StrictStr = Field(min_length=1, max_length=40, pattern=r"^[A-Z][A-Z0-9-]*$")
    quantity: Annotated[StrictInt, BeforeValidator(whole)] = Field(ge=0, le=1000)
    color: Color = Color.RED
    note: Annotated[StrictStr, Field(max_length=200)] | None = None


class Box(BaseModel):
    """What the application sends."""

    id: int = Field(ge=1)
    label: str
    quantity: int = Field(ge=0)
    color: Color
    note: str | None
    created_at: datetime


class ProblemResponse(JSONResponse):
    """An error."""

    media_type = "application/problem+json"


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Error replies as FastAPI wants them declared."""
    content = {"application/problem+json": {"schema": _PROBLEM}}
    return {status: {"description": "What is wrong.", "content": content} for status in statuses}


def problem(status: int, headers: Any = None) -> Response:
    """An error reply."""
    return ProblemResponse({"title": HTTPStatus(status).phrase, "status": status}, status, headers)


boxes: dict[int, dict[str, Any]] = {}
key_header = APIKeyHeader(name="X-Key", auto_error=False)


def caller(key: Annotated[str | None, Depends(key_header)]) -> str:
    """Who calls."""
    if key != "secret":
        raise HTTPException(401)
    return key


def shown(number: int) -> dict[str, Any]:
    """A box as it is sent."""
    if number not in boxes:
        raise HTTPException(404)
    return {"id": number, **boxes[number]}


async def known_parameters(request: Request) -> None:
    """Refuses query parameters that nobody has declared, and repeated ones."""
    known = ["limit", "color"] if request.url.path == "/boxes" and request.method == "GET" else []
    keys = [name for name, _ in request.query_params.multi_items()]
    if set(keys) - set(known) or len(keys) != len(set(keys)):
        raise HTTPException(422)


Caller = Annotated[str, Depends(caller)]
BoxId = Annotated[int, Path(ge=1, le=2147483647)]
app = FastAPI(title="Shelf", dependencies=[Depends(known_parameters)])


@app.get("/boxes", operation_id="listBoxes", responses=declared(401, 422))
async def list_boxes(
    _caller: Caller,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
    color: Color | None = None,
) -> list[Box]:
    """Lists boxes."""
    found = [shown(number) for number, box in boxes.items() if color is None or box["color"] == color]
    return found[-limit:]


@app.post("/boxes", operation_id="createBox", status_code=201, responses=declared(401, 409, 422))
async def create_box(_caller: Caller, box: Annotated[NewBox, Body()], response: Response) -> Box:
    """Makes a box."""
    if any(known["label"] == box.label for known in boxes.values()):
        raise HTTPException(409)
    number = max(boxes, default=0) + 1
    boxes[number] = {**box.model_dump(), "created_at": datetime.now(UTC)}
    response.headers["Location"] = f"/boxes/{number}"
    return shown(number)


@app.get("/boxes/{number}", operation_id="getBox", responses=declared(401, 404, 422))
async def get_box(_caller: Caller, number: BoxId) -> Box:
    """Reads a box."""
    return shown(number)


@app.delete("/boxes/{number}", operation_id="deleteBox", status_code=204, responses=declared(401, 404, 422))
async def delete_box(_caller: Caller, number: BoxId) -> None:
    """Removes a box."""
    shown(number)
    del boxes[number]


@app.exception_handler(RequestValidationError)
async def invalid(_request: Request, _error: RequestValidationError) -> Response:
    """Invalid requests."""
    return problem(422)


@app.exception_handler(HTTPException)
async def refused(request: Request, error: HTTPException) -> Response:
    """Everything else that is refused."""
    if error.status_code == 405:
        methods = {
            method for route in app.routes if route.path_format == _template(request) for method in route.methods
        }
        return problem(405, {"Allow": ", ".join(sorted(methods))})
    return problem(422 if error.status_code == 400 else error.status_code, error.headers)


def _template(request: Request) -> str:
    return "/boxes" if request.url.path == "/boxes" else "/boxes/{number}"
