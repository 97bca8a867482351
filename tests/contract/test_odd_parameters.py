"""Whatever octets arrive where parameters are expected: the answer is a decision, never a fault of the server."""

from __future__ import annotations

from random import Random

from wire_conformance import drawn_operations
from wire_server import serve

PIECES = (
    "v", "a", "b", "=", "&", "[", "]", ";", ".", ",", "%", "%2", "%41", "%ff", "%00", "+", " ", "|", "%20", '"', "{",
    "}", "1", "x", "null", "true", "-", "e", "é", "[1", '{"a":', "]", "..", "v=", "v[a]", "v[", "v[]", "v[a][b]=1",
    "&v=1",
)  # fmt: skip


def _octets(rng: Random) -> bytes:
    text = "".join(rng.choice(PIECES) for _ in range(rng.choice((0, 1, 2, 4, 8, 20))))
    return text.encode(rng.choice(("utf-8", "latin-1")))


async def test_odd_octets(tmp_path) -> None:
    """204 for what means something, 400 for what cannot be read, 422 for what is refused, 404 for another path."""
    rng = Random(7)
    operations = drawn_operations(rng, 120)
    server = serve(dict(each.described() for each in operations), tmp_path)
    statuses: set[int] = set()
    for operation in operations:
        for _ in range(15):
            octets, path = _octets(rng), f"/{operation.id}".encode()
            if operation.place == "path":
                prefix = {"label": b".", "matrix": b";"}.get(operation.style, b"")
                status, _ = await server.call(path + b"/" + prefix + octets)
            elif operation.place == "query":
                status, _ = await server.call(path, octets)
            else:
                name = b"v" if operation.place == "header" else b"cookie"
                given = octets if name == b"v" else b"v=" + octets
                status, _ = await server.call(path, headers=[(name, given)] * rng.choice((1, 2)))
            statuses.add(status)
    assert {204, 400, 422} <= statuses <= {204, 400, 404, 422}
