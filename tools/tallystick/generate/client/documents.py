"""README, reference and change log of the generated client. Every Python block in them is run by a generated test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tallystick.contract.model import Contract, Operation
from tallystick.generate.client.components import Models
from tallystick.generate.client.operations import summary_of
from tallystick.generate.client.problems import ERROR_NAMES, own_fields
from tallystick.generate.client.resources import call_of
from tallystick.generate.client.samples import example_arguments
from tallystick.generate.client.spelling import Names
from tallystick.generate.client.surface import Surface

__all__ = ["Snippets", "changelog", "markdown_text", "readme", "reference"]

_MARKUP = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def markdown_text(text: str) -> str:
    """Text of a description for Markdown: without control characters, without fences that could end ours."""
    return _MARKUP.sub("", text.replace("\r\n", "\n")).replace("```", "'''").strip()


def _line(text: str) -> str:
    return " ".join(markdown_text(text).split())


@dataclass(frozen=True, slots=True)
class Snippets:
    """Formatted example calls by operation id."""

    calls: Mapping[str, str]

    def of(self, surface: Surface) -> str:
        """The example call of an operation."""
        return self.calls[surface.operation.id]


def snippet_sources(models: Models, surfaces: Sequence[Surface]) -> dict[str, str]:
    """Unformatted example calls, by operation id."""
    return {surface.operation.id: call_text(models, surface) for surface in surfaces}


def call_text(models: Models, surface: Surface) -> str:
    """``client.items.restock("SKU-1", quantity=5)``."""
    texts = [value if plain else f"{name}={value}" for name, value, plain in _positional_first(models, surface)]
    return f"client.{'.'.join(call_of(surface.operation))}({', '.join(texts)})"


def _positional_first(models: Models, surface: Surface) -> list[tuple[str, str, bool]]:
    found = example_arguments(models, surface)
    by_name = {one.python_name: one.name for one in surface.operation.parameters}
    path = surface.operation.path
    return sorted(
        found, key=lambda one: path.find("{" + by_name[surface.parameters[one[0]]] + "}") if one[2] else 10**6
    )


def reference(models: Models, surfaces: Sequence[Surface], snippets: Snippets, api: str, package: str) -> str:
    """``reference.md``: every operation with its signature, its errors, and an example."""
    parts = [
        f"# Reference of {api}\n",
        "Every call exists on the blocking and on the asynchronous client (`await client.…`).",
        f"In the examples, `client` is a client, `models` is `{package}.models`, and `dt` is the module `datetime`.\n",
    ]
    group = ""
    for surface in surfaces:
        own = ".".join(call_of(surface.operation)[:-1])
        if own != group:
            group = own
            parts.append(f"## {group}\n")
        parts.append(_entry(models, surface, snippets))
    return "\n".join(parts).rstrip("\n") + "\n"


def _entry(models: Models, surface: Surface, snippets: Snippets) -> str:
    operation = surface.operation
    names = Names(dots=".")
    result = (
        surface.result_type(models, names).replace("models.", "")
        if surface.paging is None
        else _page(models, surface, names)
    )
    lines = [
        f"### {'.'.join(call_of(operation))}\n",
        f"`{operation.method} {operation.path}` → `{result.replace('models.', '')}`\n",
    ]
    if operation.deprecated:
        lines.append("**Deprecated.**\n")
    lines.append(f"{_line(summary_of(operation))}.\n")
    lines.append(f"```python\n{snippets.of(surface)}```\n")
    return "\n".join(lines)


def _page(models: Models, surface: Surface, names: Names) -> str:
    assert surface.paging is not None
    item = models.speller.type(surface.paging.item, names) if surface.paging.item is not None else "Any"
    return f"Page of {item}"


def changelog(contract: Contract, surfaces: Sequence[Surface], version: str) -> str:
    """``CHANGELOG.md``: the section of this version, from the contract."""
    title = _line(contract.title)
    lines = [
        "# Changes\n",
        f"## {version}\n",
        f"Client for {title}, version {_line(contract.version)}: {len(surfaces)} operations.\n",
    ]
    ending = [surface.operation for surface in surfaces if surface.operation.deprecated]
    if ending:
        lines.append("Deprecated:\n")
        lines += [f"- `{'.'.join(call_of(one))}`{_sunset(one)}" for one in ending]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _sunset(operation: Operation) -> str:
    stated = operation.extensions.get("x-tally-sunset")
    date = stated.get("date") if isinstance(stated, Mapping) else stated
    return f", until {date}" if date is not None else ""


@dataclass(frozen=True, slots=True)
class _Picked:
    """Operations that show a feature best."""

    first: Surface | None
    listing: Surface | None
    creating: Surface | None
    failing: Surface | None
    download: Surface | None
    upload: Surface | None
    matching: Surface | None


def _picked(models: Models, surfaces: Sequence[Surface]) -> _Picked:
    main = _richest_group(surfaces)
    ordered = sorted(surfaces, key=lambda one: call_of(one.operation)[0] != main)

    def first(test: Callable[[Surface], Any]) -> Surface | None:
        return next((one for one in ordered if not one.operation.deprecated and test(one)), None)

    return _Picked(
        first=first(lambda one: one.operation.method == "GET" and not one.streams and not _positional(one))
        or first(bool),
        listing=first(lambda one: one.paging),
        creating=first(lambda one: one.operation.method == "POST" and one.spread),
        failing=first(lambda one: one.operation.method == "POST" and _typed_problem(models, one)),
        download=first(lambda one: any(result.kind == "bytes" for result in one.results)),
        upload=first(lambda one: any(argument.file for argument in one.arguments)),
        matching=first(lambda one: any(argument.etag and "match" in argument.name for argument in one.arguments)),
    )


def _positional(surface: Surface) -> bool:
    """Whether a call needs arguments: the first example had better not."""
    return any(one.required for one in surface.arguments)


def _richest_group(surfaces: Sequence[Surface]) -> str:
    """The group that shows most of what the client can do."""
    weights: dict[str, int] = {}
    for surface in surfaces:
        features = [surface.paging, surface.spread, any(one.etag for one in surface.arguments)]
        features.append(surface.operation.extensions.get("x-tally-idempotency"))
        group = call_of(surface.operation)[0]
        weights[group] = weights.get(group, 0) + 1 + 3 * sum(map(bool, features))
    return max(weights, key=lambda one: weights[one], default="")


def _typed_problem(models: Models, surface: Surface) -> tuple[str, str] | None:
    """Class and member of a problem of this operation that has members of its own, and a name of its own."""
    for reply in sorted(surface.operation.replies, key=lambda one: one.status != "409"):
        if reply.status not in {"404", "409", "412"}:
            continue
        for problem in reply.problems:
            fields = own_fields(models, problem)
            if fields and problem.name not in ERROR_NAMES:
                return problem.type, fields[0]
    return None


def readme(models: Models, surfaces: Sequence[Surface], snippets: Snippets, facts: Mapping[str, Any]) -> str:
    """``README.md``: all that a consumer needs to read."""
    picked = _picked(models, surfaces)
    examples = {
        name: snippets.of(one).rstrip("\n") for name in _Picked.__slots__ if (one := getattr(picked, name)) is not None
    }
    typed = _typed_problem(models, picked.failing) if picked.failing else None
    problems = facts["problems"]
    return models.engine.project.render(
        "README.md.jinja",
        **facts,
        title=_line(models.contract.title),
        summary=_line(models.contract.info.get("summary") or ""),
        examples=examples,
        picked={name: getattr(picked, name) for name in _Picked.__slots__},
        calls={
            name: ".".join(call_of(one.operation))
            for name in _Picked.__slots__
            if (one := getattr(picked, name)) is not None
        },
        problem={"name": problems[typed[0]].name, "member": typed[1]} if typed else None,
        asynchronous=_awaited(examples),
        listed=sorted((one.name, _line(one.title), one.type) for one in problems.values()),
        has_keys=any(one.operation.extensions.get("x-tally-idempotency") for one in surfaces),
        has_streams=any(one.streams for one in surfaces),
    )


def _awaited(examples: Mapping[str, str]) -> str:
    text = examples.get("first", "")
    return "\n".join("    " + line for line in f"print(await {text})".split("\n")).lstrip() if text else "pass"


def blocks(text: str) -> Iterator[str]:
    """The Python blocks of a Markdown text."""
    yield from re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
