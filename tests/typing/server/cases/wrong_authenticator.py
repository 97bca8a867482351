"""The authenticator says yes instead of who, is not asynchronous, or does not know a scheme."""

from typing import final

from desk.security import Authenticator
from desk.wiring import Caller, Operation


class Yes(Authenticator):
    async def session(self, token: str, *, operation: Operation) -> bool:  # mypy: incompatible with return type # pyright: overrides class "Authenticator" in an incompatible manner
        return True


class Sync(Authenticator):
    def session(self, token: str, *, operation: Operation) -> Caller | None:  # mypy: incompatible with return type # pyright: overrides class "Authenticator" in an incompatible manner
        return None


class Narrow(Authenticator):
    async def session(self, token: str) -> Caller | None:  # mypy: incompatible with supertype "desk.security # pyright: overrides class "Authenticator" in an incompatible manner
        return Caller(token)


class Careless(Authenticator):
    async def session(self, token: str, *, operation: Operation) -> Caller | None:
        return token  # mypy: Incompatible return value type (got "str", expected "Caller | None") # pyright: is not assignable to return type "Caller | None"


@final
class Forgetful(Authenticator):  # mypy: abstract attributes "desk_key" # pyright: "Authenticator.desk_key" is not implemented
    async def session(self, token: str, *, operation: Operation) -> Caller | None:
        return None
