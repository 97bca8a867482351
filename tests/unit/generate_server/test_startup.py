"""What type checkers cannot see is found at start-up: forgotten and unknown operations, undeclared problems."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import re
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient


def _declared(name: str) -> dict[str, Any]:
    return {"description": name, "x-tally-problem": {"type": f"https://shelf.example/{name}", "title": name}}


@pytest.fixture
def made(server, describe) -> Any:
    """A server of two operations, each with a problem of its own."""
    responses = {"204": {"description": "Done."}}
    operations = {
        "GET /items": {
            "operationId": "getItem",
            "tags": ["items"],
            "responses": {**responses, "404": _declared("gone")},
        },
        "PUT /items": {
            "operationId": "putItem",
            "tags": ["items"],
            "responses": {**responses, "409": _declared("held")},
        },
    }
    return server(describe(operations))


@pytest.fixture
def start(made) -> Any:
    """Makes an application with a factory of handlers."""
    return lambda factory: made.modules("router").create_app(dataclasses.replace(made.contract, items=factory))


@pytest.fixture
def complete(made) -> type:
    """Handlers that are as they should be."""
    problems = made.modules("problems")

    class Complete(made.modules("handlers").ItemsHandlers):  # type: ignore[misc]
        def __init__(self, scope: object = None) -> None:
            self.scope = scope

        async def get_item(self) -> Any:
            if self.scope is None:
                raise problems.Gone
            return made.modules("replies").GetItem204()

        async def put_item(self) -> Any:
            try:
                raise problems.Gone("as if")  # noqa: TRY301 - it never leaves
            except problems.Gone as gone:
                raise problems.Held("held") from gone

        def _refused(self) -> Any:
            return problems.Gone

    return Complete


def _lacking(complete: type) -> type:
    return type("Lacking", (complete.__mro__[1],), {"get_item": complete.get_item})


def _generous(complete: type) -> type:
    async def drop_item(self: Any) -> None: ...

    return type("Generous", (complete,), {"drop_item": drop_item})


def test_what_is_right_starts(start, complete) -> None:
    """Complete handlers start however they are made."""
    for factory in (
        complete,
        lambda scope: complete(scope=scope),
        partial(complete),
        partial(lambda _, scope: complete(), 1),
    ):
        assert TestClient(start(factory)).get("/items").status_code in (204, 404)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_lacking, "lacks put_item of ItemsHandlers; `tally scaffold` prints them"),
        (_generous, "has drop_item, which the contract does not know"),
    ],
)
def test_operations(start, complete, change, message) -> None:
    """Missing and unknown operations are found in a class, and in what a function is seen to make."""
    wrong = change(complete)
    module = SimpleNamespace(wrong=wrong)

    def stated(scope: Any) -> Any:
        return module.wrong(scope)

    stated.__annotations__["return"] = wrong
    for factory in (
        wrong,
        lambda scope: wrong(scope=scope),
        partial(wrong),
        partial(lambda _, scope: wrong(), 1),
        stated,
    ):
        with pytest.raises(Exception, match=message) as caught:
            start(factory)
        assert type(caught.value).__name__ == "ContractViolation"


def test_problems(start, complete, made) -> None:
    """A problem of another operation is found where it is raised, with file and line."""
    problems = made.modules("problems")

    class Wrong(complete):  # type: ignore[misc, valid-type]
        async def put_item(self) -> Any:
            if self.scope:
                raise problems.Gone("not for this operation")

    with pytest.raises(Exception, match=r"Wrong.put_item raises Gone \(test_startup.py:\d+\), .* for putItem; declare"):
        start(lambda scope: Wrong(scope=scope))


def test_what_cannot_be_seen(start, complete, made) -> None:
    """Problems in variables, of called functions, and of handlers without source wait until they are raised."""
    problems = made.modules("problems")

    def refused() -> Exception:
        return problems.Gone("by somebody else")

    class Hidden(complete):  # type: ignore[misc, valid-type]
        async def put_item(self) -> Any:
            raise refused()

        async def get_item(self) -> Any:
            problem = problems.Held("kept")
            raise problem

    scope: dict[str, Any] = {}
    exec("async def get_item(self): raise ValueError", scope)
    start(type("Sourceless", (Hidden,), {"get_item": scope["get_item"]}))
    with pytest.raises(Exception, match="putItem raised Gone, which the contract does not declare"):
        TestClient(start(Hidden)).put("/items")


def _caught_at_once(complete: type, problems: Any, _replies: Any) -> type:
    class Suppressing(complete):  # type: ignore[misc, valid-type]
        async def put_item(self) -> Any:
            with contextlib.suppress(problems.Gone):
                raise problems.Gone

    return Suppressing


def _translated(complete: type, problems: Any, _replies: Any) -> type:
    @contextlib.asynccontextmanager
    async def holding() -> Any:
        try:
            yield
        except problems.Gone as gone:
            raise problems.Held from gone

    class Within(complete):  # type: ignore[misc, valid-type]
        async def put_item(self) -> Any:
            async with holding():
                raise problems.Gone

    return Within


def _decorated(complete: type, problems: Any, _replies: Any) -> type:
    def holding(method: Any) -> Any:
        @functools.wraps(method)
        async def translating(*given: Any) -> Any:
            try:
                return await method(*given)
            except problems.Gone as gone:
                raise problems.Held from gone

        return translating

    class Decorated(complete):  # type: ignore[misc, valid-type]
        @holding
        async def put_item(self) -> Any:
            raise problems.Gone

    return Decorated


def _left_otherwise(complete: type, problems: Any, replies: Any) -> type:
    class Otherwise(complete):  # type: ignore[misc, valid-type]
        async def put_item(self) -> Any:
            try:
                raise problems.Gone
            finally:
                return replies.PutItem204()  # noqa: B012 - it is what the test is about

    return Otherwise


def _not_yet_there(complete: type, problems: Any, _replies: Any) -> type:
    class Early(complete):  # type: ignore[misc, valid-type]
        async def put_item(self) -> Any:
            raise problems.Held(later)

    if not complete:
        later = "never"  # only so that there is such a variable
    return Early


@pytest.mark.parametrize("change", [_caught_at_once, _translated, _decorated, _left_otherwise, _not_yet_there])
def test_problems_that_may_never_leave(start, complete, made, change) -> None:
    """Handlers start whose undeclared problem is caught by ``with``, by a decorator, or gives way in ``finally``."""
    start(change(complete, made.modules("problems"), made.modules("replies")))


def test_problem_of_the_application(start, complete, made) -> None:
    """A problem class that no operation declares may be answered by a handler of the application."""

    class Own(made.modules("_runtime.problems").Problem):  # type: ignore[misc]
        pass

    class Raising(complete):  # type: ignore[misc, valid-type]
        async def put_item(self) -> Any:
            raise Own

    app = start(Raising)
    app.add_exception_handler(Own, lambda _request, _error: PlainTextResponse("own", 418))
    assert TestClient(app).put("/items").status_code == 418


def test_factory_of_what_is_not_there_yet(start, complete) -> None:
    """A factory may use variables that get their value after the application is made."""

    def factory(_scope: object) -> Any:
        return complete(scope=unit)

    app = start(factory)
    unit = object()
    assert TestClient(app).get("/items").status_code == 204


def test_ancestors(start, made) -> None:
    """An abstract class that a factory names is not checked where others derive from it."""

    class Ancestor(made.modules("handlers").ItemsHandlers):  # type: ignore[misc]
        async def get_item(self) -> Any:
            return made.modules("replies").GetItem204()

    class Whole(Ancestor):
        async def put_item(self) -> Any:
            return made.modules("replies").PutItem204()

    kinds = {"whole": Whole}

    def factory(_scope: object) -> Any:
        handlers = kinds["whole"]()
        assert isinstance(handlers, Ancestor)
        return handlers

    assert TestClient(start(factory)).get("/items").status_code == 204


@pytest.mark.parametrize("derives", [True, False])
def test_one_class_for_two_tags(server, describe, derives) -> None:
    """A class may have the operations of several tags, whether it derives from their protocols or not."""
    two = server(
        describe(
            {
                "GET /a": {"operationId": "getA", "tags": ["a"]},
                "GET /b": {"operationId": "getB", "tags": ["b"]},
            }
        )
    )
    handlers, replies = two.modules("handlers"), two.modules("replies")

    class Both:
        async def get_a(self) -> Any:
            return replies.GetA204()

        async def get_b(self) -> Any:
            return replies.GetB204()

    kind = type("Derived", (Both, handlers.AHandlers, handlers.BHandlers), {}) if derives else Both
    contract = dataclasses.replace(two.contract, a=lambda _scope: kind(), b=lambda _scope: kind())
    client = TestClient(two.modules("router").create_app(contract))
    assert [client.get(path).status_code for path in ("/a", "/b")] == [204, 204]


async def _bare(call: Any) -> Any:
    yield call


def _authenticator(**methods: Any) -> Any:
    async def key(self: Any, key: str, *, operation: Any) -> None: ...

    return type("Gate", (), {"key": key, **methods})()


async def _forgetful(self: Any, key: str) -> None: ...


def _synchronous(self: Any, key: str, *, operation: Any) -> None: ...


@pytest.fixture
def secured(server, describe) -> Any:
    """A server of one operation that asks for a key."""
    operation = {"operationId": "getItem", "security": [{"key": []}], "responses": {"204": {"description": "Done."}}}
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    description = describe({"GET /items": operation}, components={"securitySchemes": scheme})
    return server(description, auth=lambda _modules: _authenticator())


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"scope": _bare}, "scope: _bare makes no context managers; put @asynccontextmanager before it"),
        ({"auth": type(_authenticator())}, "Gate is a class; hand over what it makes, Gate()"),
        ({"auth": SimpleNamespace()}, "SimpleNamespace lacks key of Authenticator; `tally scaffold` prints it"),
        ({"auth": _authenticator(key=_synchronous)}, "Gate.key is not `async def`"),
        ({"auth": _authenticator(key=_forgetful)}, "Gate.key does not take operation"),
    ],
)
def test_what_handlers_are_called_in(secured, changes, text) -> None:
    """Without a type checker too, a wrong scope or authenticator is told at start, with what to do."""
    with pytest.raises(secured.modules("wiring").ContractViolation, match=re.escape(text)):
        secured.modules("router").create_app(dataclasses.replace(secured.contract, **changes))


def test_authenticators_of_other_kinds(secured) -> None:
    """Whatever can be called like the method of a scheme is one."""
    auth = SimpleNamespace(key=partial(_authenticator().key))
    assert secured.modules("router").create_app(dataclasses.replace(secured.contract, auth=auth))
