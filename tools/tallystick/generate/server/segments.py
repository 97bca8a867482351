"""Path segments with several placeholders, whose texts end where what stands between them first occurs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tallystick.contract import Contract, Operation, Parameter
from tallystick.generate.runtime.server.paths import PathKey

__all__ = ["early_ends"]

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_SAMPLES: Final = {
    "date": "2026-11-20", "date-time": "2026-11-20T09:30:00Z", "email": "a@b", "ipv4": "1.2.3.4", "ipv6": "::1",
    "time": "09:30:00Z", "uri": "a:b", "uuid": "8f14e45f-ceea-467f-a9b1-1c2d3e4f5a6b",
}  # fmt: skip
"""A text of each format; its signs are in every text of the format."""


def early_ends(contract: Contract, operation: Operation) -> Iterator[tuple[str, str, str]]:
    """Placeholders some of whose values hold what ends them: name, what ends it, such a value."""
    in_path = {each.name: each for each in operation.parameters if each.place == "path"}
    for segment in PathKey.parse(operation.path).template.segments:
        _, *parts = _PLACEHOLDER.split(segment)
        for name, literal in zip(parts[:-2:2], parts[1:-2:2], strict=True):
            for text in _texts(contract, in_path.get(name)):
                if literal and literal in text:
                    yield name, literal, text
                    break


def _texts(contract: Contract, parameter: Parameter | None) -> list[str]:
    """Texts that a parameter may have, where its schema tells."""
    if parameter is None or parameter.schema is None:
        return []
    try:
        schema = contract.resolve(parameter.schema)
    except KeyError:
        return []
    sample = _SAMPLES.get(str(schema.get("format")))
    listed = [schema.get("const"), *schema.get("enum", ()), sample]
    return [text for text in listed if isinstance(text, str)]
