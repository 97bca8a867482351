"""Refuses requests beyond the quota of their operation, before anything else is done for them."""

from __future__ import annotations

from warehouse.contract.problems import RateLimited
from warehouse.contract.wiring import RateLimit
from warehouse.platform.asgi import App, Receive, Scope, Send, header
from warehouse.platform.problems import send_problem
from warehouse.platform.quotas import Quotas, Spent
from warehouse.platform.request import RequestContext, request_of
from warehouse.platform.tokens import AccessTokens, digest

__all__ = ["KnownKeys", "RateLimiting"]


class KnownKeys:
    """Digests of API keys that were found in force lately. Unknown keys count for their address, so that inventing keys
    does not multiply the quota."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._digests: set[str] = set()

    def add(self, key_digest: str) -> None:
        """Remembers a key."""
        if len(self._digests) >= self._size:
            self._digests.clear()
        self._digests.add(key_digest)

    def __contains__(self, key_digest: object) -> bool:
        """Whether a key was found in force lately."""
        return key_digest in self._digests


class RateLimiting:
    """Tells each answer what is left. ``default`` is for paths that are no operation."""

    def __init__(
        self,
        app: App,
        *,
        quotas: Quotas,
        tokens: AccessTokens,
        keys: KnownKeys,
        default: RateLimit,
        exempt: frozenset[str],
    ) -> None:
        self.app = app
        self._quotas = quotas
        self._tokens = tokens
        self._keys = keys
        self._default = default
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        if scope["type"] != "http" or scope["path"] in self._exempt:
            await self.app(scope, receive, send)
            return
        context = request_of(scope)
        counted = self._quotas.spend(*self._quota(scope, context))
        spent = counted if isinstance(counted, Spent) else await counted
        context.headers[b"ratelimit"] = spent.state.encode()
        context.headers[b"ratelimit-policy"] = spent.quota.policy
        if spent.is_allowed:
            await self.app(scope, receive, send)
            return
        quota = spent.quota
        detail = f"The quota of {quota.limit} requests in {quota.window} seconds is used up."
        await send_problem(RateLimited(detail, retry_after=spent.seconds), scope, send)

    def _quota(self, scope: Scope, context: RequestContext) -> tuple[RateLimit, str]:
        """The quota of a request, and whose it is."""
        declared = context.operation.rate_limit if context.operation is not None else None
        declared = declared or self._default
        by_address = declared.by == "address" or context.operation is None
        return declared, _address(context) if by_address else self._caller(scope, context)

    def _caller(self, scope: Scope, context: RequestContext) -> str:
        authorization = header(scope, b"authorization")
        if authorization is not None and authorization[:7].lower() == "bearer ":
            token = self._tokens.read(authorization[7:].strip())
            if token is not None:
                return f"user:{token.user_id.hex}"
        key = header(scope, b"x-api-key")
        if key is not None and (hashed := digest(key)) in self._keys:
            return f"key:{hashed}"
        return _address(context)


def _address(context: RequestContext) -> str:
    return f"address:{context.remote_address or '-'}"
