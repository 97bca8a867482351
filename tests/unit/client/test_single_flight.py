"""However many calls wait for a token, one fetches it."""

from __future__ import annotations

import asyncio
import threading

import httpx2
import pytest

from tallystick.generate.runtime.client.auth import (
    Credentials,
    OAuth2ClientCredentials,
    Scheme,
    TokenRequestFailed,
    TokenSource,
)
from tallystick.generate.runtime.client.client import async_core, sync_core
from tallystick.generate.runtime.client.operation import Operation, ReplyType
from tallystick.generate.runtime.client.settings import Settings

SECURED = Operation(
    "op", "GET", "/x", replies=(ReplyType("200", "application/json", "json"),), security=({"bearer": ()},)
)
SCHEMES = (Scheme("bearer", "bearer", token_url="/token"),)


class Api:
    """An API whose first token is refused after it was used once, and which counts."""

    def __init__(self, status=200):
        self.fetched, self.status = 0, status
        self.lock = threading.Lock()

    def answer(self, request):
        if request.url.path == "/token":
            with self.lock:
                self.fetched += 1
                body = {"access_token": f"t{self.fetched}", "expires_in": 3600}
            return httpx2.Response(self.status, json=body if self.status == 200 else {"error": "invalid_client"})
        assert request.headers["authorization"].startswith("Bearer t")
        return httpx2.Response(200 if request.headers["authorization"] != "Bearer t1" else 401, json={})


def credentials(source=None):
    return Credentials(SCHEMES, {"bearer": source or OAuth2ClientCredentials("app", "secret")})


def test_threads_share_one_refresh():
    """Twenty threads with a refused token lead to one new token."""
    api = Api()
    http = httpx2.Client(transport=httpx2.MockTransport(api.answer))
    client = sync_core(Settings("http://api.test"), credentials(), "x", http)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(client.call(SECURED, SECURED.build({})))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert results == [{}] * 20
    assert api.fetched == 2


async def test_tasks_share_one_refresh():
    """Twenty tasks with a refused token lead to one new token."""
    api = Api()
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(api.answer))
    client = async_core(Settings("http://api.test"), credentials(), "x", http)
    assert await asyncio.gather(*(client.call(SECURED, SECURED.build({})) for _ in range(20))) == [{}] * 20
    assert api.fetched == 2


async def test_a_token_may_come_from_a_coroutine():
    """A callback of the asynchronous client may await what it needs."""

    async def fetch():
        await asyncio.sleep(0)
        return "t9"

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(Api().answer))
    client = async_core(Settings("http://api.test"), credentials(TokenSource(fetch)), "x", http)
    assert await client.call(SECURED, SECURED.build({})) == {}


def test_a_refused_grant_is_an_error_of_its_own():
    """When the token endpoint refuses, the call says so, with the error code and without the secret."""
    http = httpx2.Client(transport=httpx2.MockTransport(Api(401).answer))
    client = sync_core(Settings("http://api.test"), credentials(), "x", http)
    with pytest.raises(TokenRequestFailed, match=r"answered 401 \(invalid_client\)") as caught:
        client.call(SECURED, SECURED.build({}))
    assert "secret" not in str(caught.value)
