"""The bundle is put together in wrong ways."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext

from desk.handlers import LoansHandlers
from desk.router import build_router, create_app
from desk.security import Authenticator
from desk.wiring import Call, Contract, Operation, Reply, Settings, for_operations


@contextmanager
def opened_sync(call: Call) -> Iterator[None]:
    yield


async def without_reply(call: Call, proceed: Callable[[], Awaitable[Reply]]) -> None:
    await proceed()


def not_async(call: Call, proceed: Callable[[], Awaitable[Reply]]) -> Reply:
    raise NotImplementedError


async def without_call(proceed: Callable[[], Awaitable[Reply]]) -> Reply:
    return await proceed()


async def of_another_scope(call: Call, scope: str, proceed: Callable[[], Awaitable[Reply]]) -> Reply:
    return await proceed()


def parts(loans: LoansHandlers, auth: type[Authenticator], gate: Authenticator, choice: int) -> Contract[None]:
    create_app(loans)  # mypy: incompatible type "LoansHandlers"; expected "Contract # pyright: cannot be assigned to parameter "contract"
    build_router(Contract)  # mypy: incompatible type "type[Contract # pyright: cannot be assigned to parameter "contract"
    if choice == 1:
        return Contract(scope=lambda _call: nullcontext(), loans=lambda _: loans)  # mypy: named argument "auth" # pyright: Argument missing for parameter "auth"
    if choice == 2:
        return Contract(auth=gate, loans=lambda _scope: loans)  # mypy: Missing named argument "scope" # pyright: Argument missing for parameter "scope"
    if choice == 3:
        return Contract(
            scope=opened_sync,  # mypy: incompatible type # pyright: cannot be assigned to parameter "scope"
            auth=auth,  # mypy: incompatible type "type[Authenticator]"; expected "Authenticator" # pyright: cannot be assigned to parameter "auth"
            loans=loans,  # mypy: incompatible type "LoansHandlers"; expected "Callable # pyright: cannot be assigned to parameter "loans"
        )
    return Contract(
        scope=lambda _call: nullcontext(),
        auth=gate,
        loans=lambda: loans,  # mypy: incompatible type "Callable[[], LoansHandlers]" # pyright: cannot be assigned to parameter "loans"
    )


def is_old(operation: Operation) -> bool:
    return operation.deprecated


def middleware(loans: LoansHandlers, gate: Authenticator, choice: int) -> Contract[None]:
    if choice == 1:
        return Contract(
            scope=lambda _call: nullcontext(),
            auth=gate,
            loans=lambda _scope: loans,
            around=[without_reply],  # mypy: List item 0 has incompatible type # pyright: cannot be assigned to parameter "around"
        )
    if choice == 2:
        return Contract(
            scope=lambda _call: nullcontext(),
            auth=gate,
            loans=lambda _scope: loans,
            around=[not_async, without_call],  # mypy: List item 0 has incompatible type # pyright: cannot be assigned to parameter "around"
        )
    if choice == 3:
        return Contract(
            scope=lambda _call: nullcontext(),
            auth=gate,
            loans=lambda _scope: loans,
            inside=[of_another_scope],  # mypy: List item 0 has incompatible type # pyright: cannot be assigned to parameter "inside"
        )
    if choice == 4:
        for_operations(lambda operation: operation.id, of_another_scope)  # mypy: expected "Callable[[Operation], bool]" # pyright: cannot be assigned to parameter "applies"
        return Contract(
            scope=lambda _call: nullcontext(),
            auth=gate,
            loans=lambda _scope: loans,
            inside=[for_operations(is_old, of_another_scope)],  # mypy: List item 0 has incompatible type # pyright: cannot be assigned to parameter "inside"
        )
    return Contract(  # mypy: Unexpected keyword argument "readers" for "Contract"
        scope=lambda _call: nullcontext(),
        auth=gate,
        loans=lambda _scope: loans,
        readers=lambda _scope: loans,  # wrong # pyright: No parameter named "readers"
        settings=Settings(check_replies="all"),  # mypy: incompatible type "str"; expected "float" # pyright: cannot be assigned to parameter "check_replies"
    )
