"""The inside of ``tally drift``: imports an application in a process of its own and says what it serves.

``python -m tallystick.drift.probe MODULE:ATTRIBUTE FOLDER RESULT [PACKAGE]`` writes one JSON object to RESULT:
``{"fault": ..., "detail": ...}``, ``{"refused": ...}``, or the routes, the document that FastAPI derives from the code,
and what the application itself says about the contract it was generated from. What the application prints goes to
standard error.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["main"]

_HIDDEN_METHODS = frozenset(("HEAD", "OPTIONS"))  # Starlette adds HEAD to GET; OPTIONS belongs to CORS


class Fault(Exception):
    """There is no application to look at. ``detail`` is for people who look closer."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class Refused(Exception):
    """The generated layer has found at start-up that the handlers do not fit."""


def main(arguments: list[str]) -> int:
    """Writes the result file; the exit code is 0 also when the application could not be imported."""
    reference, folder, result, *package = arguments
    with contextlib.redirect_stdout(sys.stderr):
        try:
            value = probed(application(reference, folder), next(iter(package), None))
        except Refused as refused:
            value = {"refused": str(refused)}
        except Fault as fault:
            value = {"fault": str(fault), "detail": fault.detail}
    Path(result).write_text(json.dumps(value), "utf-8")
    return 0


def application(reference: str, folder: str) -> Any:
    """The FastAPI application that the reference names; a function that makes one is called without arguments."""
    from fastapi import FastAPI

    found = _imported(reference, folder)
    if not isinstance(found, FastAPI) and callable(found) and not hasattr(found, "router"):
        found = _made(found, reference)
    if not isinstance(found, FastAPI):
        raise Fault(
            f"{reference} is {_named_type(found)}, not a FastAPI application: "
            "name the application or a function that makes one"
        )
    return found


def _imported(reference: str, folder: str) -> Any:
    module_name, _, attributes = reference.partition(":")
    sys.path.insert(0, folder)
    try:
        value: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise Fault(
                f"there is no module {module_name!r} on the import path: check the name, or set app-dir in tally.toml"
            ) from error
        raise _import_fault(module_name, error) from error
    except (Exception, SystemExit) as error:
        raise _import_fault(module_name, error) from error
    for name in attributes.split("."):
        if not hasattr(value, name):
            raise Fault(f"{reference} does not exist: {_named(value)} has no attribute {name!r}")
        value = getattr(value, name)
    return value


def _import_fault(module_name: str, error: BaseException) -> Exception:
    return _refusal(error) or Fault(
        f"importing {module_name} failed with {_one_line(error)}{_raised_at(error)}", _trace(error)
    )


def _made(factory: Callable[[], Any], reference: str) -> Any:
    try:
        inspect.signature(factory).bind()
    except TypeError as error:
        raise Fault(f"{reference} cannot be called without arguments ({error}): name a factory that can") from error
    except ValueError:
        pass  # a callable without a signature is called as it is
    try:
        return factory()
    except (Exception, SystemExit) as error:
        fault = Fault(f"{reference}() failed with {_one_line(error)}{_raised_at(error)}", _trace(error))
        raise _refusal(error) or fault from error


def _refusal(error: BaseException) -> Refused | None:
    return Refused(str(error)) if type(error).__name__ == "ContractViolation" else None


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _raised_at(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and "importlib" not in frame.filename]
    return f" ({own[-1].filename}:{own[-1].lineno})" if own else ""


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error, limit=-8))[-4000:]


def _named(value: Any) -> str:
    return str(getattr(value, "__name__", None) or _named_type(value))


def _named_type(value: Any) -> str:
    return f"of type {type(value).__module__}.{type(value).__qualname__}"


def probed(app: Any, package: str | None = None) -> dict[str, Any]:
    """What the application serves."""
    from fastapi.exception_handlers import request_validation_exception_handler
    from fastapi.exceptions import RequestValidationError

    document, fault = _derived_document(app)
    handler = app.exception_handlers.get(RequestValidationError)
    return {
        "routes": list(_routes(app, "")),
        "document": document,
        "document_fault": fault,
        "own_validation_reply": handler is not None and handler is not request_validation_exception_handler,
        "redirect_slashes": bool(app.router.redirect_slashes),
        "documentation": [path for path in _documentation(app) if path],
        "generated": _generated(app, package),
    }


def _documentation(app: Any) -> tuple[str | None, ...]:
    return app.openapi_url, app.docs_url, app.redoc_url, app.swagger_ui_oauth2_redirect_url


def _routes(app: Any, prefix: str) -> Iterator[dict[str, Any]]:
    from fastapi import FastAPI
    from fastapi.routing import APIRoute, iter_route_contexts
    from starlette.routing import Mount, Route

    for context in iter_route_contexts(app.routes):
        original = context.original_route
        if isinstance(original, Mount):
            if isinstance(original.app, FastAPI):
                yield from _routes(original.app, prefix + original.path)
            else:
                yield {"kind": "mount", "path": prefix + original.path, "methods": [], **_code(original.app)}
        elif isinstance(original, Route):
            methods = set(context.methods or ())
            yield {
                "kind": "operation" if isinstance(original, APIRoute) else "route",
                "path": prefix + str(context.path_format or context.path),
                "methods": sorted(methods - _HIDDEN_METHODS or methods),
                "operation_id": getattr(context, "operation_id", None),
                "in_document": bool(getattr(context, "include_in_schema", False)) and not prefix,
                **_code(context.endpoint),
            }


def _code(endpoint: Any) -> dict[str, Any]:
    """Where the code of an endpoint stands: its name, file and line as far as they are known."""
    function = inspect.unwrap(endpoint) if callable(endpoint) else endpoint
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', type(function).__qualname__)}"
    if code is None:
        return {"endpoint": name, "file": "", "line": 0}
    return {"endpoint": name, "file": os.path.abspath(code.co_filename), "line": code.co_firstlineno}


def _derived_document(app: Any) -> tuple[dict[str, Any] | None, str | None]:
    """The document FastAPI derives from the code, whatever ``app.openapi`` has been replaced with."""
    from fastapi.openapi.utils import get_openapi

    try:
        document = get_openapi(
            title=app.title or "API",
            version=app.version or "0",
            routes=app.routes,
            separate_input_output_schemas=app.separate_input_output_schemas,
        )
        return json.loads(json.dumps(document, default=str)), None
    except Exception as error:  # noqa: BLE001  any fault of foreign models is reported, the routes are compared anyway
        return None, _one_line(error)


def _generated(app: Any, package: str | None) -> dict[str, Any] | None:
    """What the generated server layer tells about itself, None for a hand-written application."""
    from tallystick.drift.handlers import described_layer, generated_package

    found = generated_package(app)
    if found is None and package is not None:
        found = package if any(route["endpoint"].startswith(f"{package}.") for route in _routes(app, "")) else None
    return None if found is None else described_layer(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
