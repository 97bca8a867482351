"""A server that answers every request with one item, as fast as Python can; its port is its first line."""

from __future__ import annotations

import asyncio
import json

from sample import ITEM

BODY = json.dumps(ITEM).encode()
REPLY = b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: "1"\r\ncontent-length: %d\r\n\r\n%s' % (
    len(BODY),
    BODY,
)


class Answer(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer when the head is complete; requests have no body here."""
        if data.endswith(b"\r\n\r\n"):
            self.transport.write(REPLY)


async def main() -> None:
    """Serve until the process ends."""
    server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
