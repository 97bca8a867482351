"""The groups of operations on the client: written once, blocking and awaiting texts derived from it."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tallystick.contract import pascal_case
from tallystick.contract.model import Contract, Operation
from tallystick.generate.client.components import Models
from tallystick.generate.client.literal import literal
from tallystick.generate.client.operations import signature, summary_of
from tallystick.generate.client.spelling import Names, doc_text
from tallystick.generate.client.surface import Argument, Result, Surface

__all__ = ["Group", "call_of", "groups_of", "resource_module"]


@dataclass(slots=True)
class Group:
    """A group of operations, reachable as a chain of attributes of the client."""

    path: tuple[str, ...]
    doc: str
    surfaces: list[tuple[str, Surface]] = field(default_factory=list)
    """Method name and surface."""
    groups: dict[str, Group] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """Module name below ``resources``."""
        return "__".join(self.path)

    @property
    def class_name(self) -> str:
        """Class name of the blocking group."""
        return safe("".join(pascal_case(part) for part in self.path))

    def every(self) -> Iterator[Group]:
        """This group and those below it."""
        yield self
        for group in self.groups.values():
            yield from group.every()


def safe(name: str) -> str:
    """The name, if Python allows it as an attribute, else with an underscore."""
    return f"{name}_" if keyword.iskeyword(name) or name in {"with_raw_response", "with_streaming_response"} else name


def call_of(operation: Operation) -> tuple[str, ...]:
    """The chain of attributes for an operation."""
    return tuple(map(safe, operation.call.split(".")))


def groups_of(contract: Contract, surfaces: Sequence[Surface]) -> dict[str, Group]:
    """Groups of the client by attribute, in the order of the description."""
    docs = {tag.python_name: tag.description for tag in contract.tags}
    top: dict[str, Group] = {}
    for surface in surfaces:
        *path, method = call_of(surface.operation)
        groups = top
        group = None
        for depth, part in enumerate(path):
            chain = tuple(path[: depth + 1])
            group = groups.setdefault(part, Group(chain, docs.get(part, "") if depth == 0 else ""))
            groups = group.groups
        assert group is not None, "a call has a group and a name"
        group.surfaces.append((method, surface))
    return top


def resource_module(models: Models, group: Group, problem_names: Mapping[str, str], *, asynchronous: bool) -> str:
    """The text of a module of ``resources`` (or of ``resources/aio``)."""
    prefix = "Async" if asynchronous else ""
    class_name = prefix + group.class_name
    taken = {name for name, _ in group.surfaces} | set(group.groups) | {class_name}
    names = Names(taken, dots="..." if asynchronous else "..")
    inner = [(name, prefix + one.class_name, one.module) for name, one in group.groups.items()]
    return models.engine.project.render(
        "resource.py.jinja",
        names=names,
        class_name=class_name,
        doc=doc_text(group.doc) or f"Operations of the group ``{'.'.join(group.path)}``.",
        methods=[
            _method(models, name, one, problem_names, names, asynchronous=asynchronous) for name, one in group.surfaces
        ],
        inner=inner,
        asynchronous=asynchronous,
        base=names("AsyncResource" if asynchronous else "Resource"),
        dots="..." if asynchronous else "..",
    )


def _method(
    models: Models, name: str, surface: Surface, problem_names: Mapping[str, str], names: Names, *, asynchronous: bool
) -> dict[str, Any]:
    operation = surface.operation
    positional, keywords = _ordered(models, surface, names)
    endpoint = "endpoint"
    paged = surface.paging is not None
    result = (
        _page_type(models, surface, names, asynchronous=asynchronous)
        if paged
        else surface.result_type(models, names, asynchronous=asynchronous)
    )
    return {
        "name": name,
        "positional": positional,
        "keywords": keywords,
        "options": f"options: {names('Options')} | None = None",
        "result": result,
        "doc": _docstring(surface, problem_names),
        "group": operation.group,
        "module": operation.python_name,
        "endpoint": endpoint,
        "passed": [one.name for one in surface.arguments],
        "paged": paged,
        "cursor": surface.paging.cursor if surface.paging else "",
        "item": "",
        "streams": surface.streams,
        "deprecated": literal(_deprecation(operation)) if operation.deprecated else "",
        "overloads": list(_overloads(models, surface, positional, keywords, names, asynchronous=asynchronous)),
    }


def _ordered(models: Models, surface: Surface, names: Names) -> tuple[list[str], list[str]]:
    """Declarations: path parameters in the order of the path, and everything else by keyword."""
    by_name = {parameter.python_name: parameter for parameter in surface.operation.parameters}
    in_path = {
        argument: surface.operation.path.find("{" + by_name[python_name].name + "}")
        for argument, python_name in surface.parameters.items()
        if by_name[python_name].place == "path"
    }
    texts = {text.partition(":")[0]: text for text in signature(models, surface, names)}
    positional = sorted(in_path, key=lambda one: in_path[one])
    return [texts[one] for one in positional], [text for one, text in texts.items() if one not in in_path]


def _page_type(models: Models, surface: Surface, names: Names, *, asynchronous: bool) -> str:
    assert surface.paging is not None
    paging = surface.paging
    item = models.speller.type(paging.item, names) if paging.item is not None else names("Any")
    reply = models.speller.type(paging.reply, names)
    return f"{names('AsyncPaginator' if asynchronous else 'Page')}[{item}, {reply}]"


def _overloads(
    models: Models, surface: Surface, positional: list[str], keywords: list[str], names: Names, *, asynchronous: bool
) -> Iterator[dict[str, Any]]:
    """One signature per media type that ``accept`` chooses, where their types differ."""
    types = {one: _type_for(models, surface, one, names, asynchronous=asynchronous) for one in surface.choices}
    if len(set(types.values())) < 2:
        return
    rest = [one for one in keywords if not one.startswith("accept:")]
    whatever = f"accept: {names('NotGiven')} = {names('NOT_GIVEN')}"
    result = surface.result_type(models, names, asynchronous=asynchronous)
    yield {"positional": positional, "keywords": [*rest, whatever], "result": result}
    for media_type, result in types.items():
        choice = f"accept: {names('Literal')}[{literal(media_type)}]"
        yield {"positional": positional, "keywords": [choice, *rest], "result": result}


def _type_for(models: Models, surface: Surface, media_type: str, names: Names, *, asynchronous: bool) -> str:
    from dataclasses import replace

    kept: list[Result] = [one for one in surface.results if one.media_type in {"", media_type}]
    return replace(surface, results=tuple(kept)).result_type(models, names, asynchronous=asynchronous)


def _deprecation(operation: Operation) -> str:
    stated = operation.extensions.get("x-tally-sunset")
    date = stated.get("date") if isinstance(stated, Mapping) else stated
    successor = stated.get("successor") if isinstance(stated, Mapping) else None
    text = f"{operation.method} {operation.path} is deprecated"
    if date is not None:
        text += f" and ends on {date}"
    return text + (f"; use {successor}" if isinstance(successor, str) else "")


_WIDTH = 104


_KEPT = re.compile(r"\s{4,}|\s*([-*+|#>]|\d+[.)]|```|~~~)(\s|$|[|`~-])|\s*\|")
"""Starts of lines that Markdown does not join with the line before: lists, tables, headings, quotes, code."""


def wrapped(text: str) -> str:
    """Text with its paragraphs wrapped anew; lists, tables and code keep their lines."""
    lines: list[str] = []
    paragraph: list[str] = []
    fenced = False
    for line in [*text.split("\n"), ""]:
        fence = line.lstrip().startswith(("```", "~~~"))
        if line.strip() and not fenced and not fence and not _KEPT.match(line):
            paragraph.append(line.strip())
            continue
        lines += _filled(" ".join(paragraph)) if paragraph else []
        paragraph = []
        lines += [line] if fenced or fence or len(line) <= _WIDTH or "|" in line else _filled(line)
        fenced ^= fence
    return "\n".join(lines).rstrip("\n")


def _filled(line: str) -> list[str]:
    margin = re.match(r"\s*([-*+]\s+|\d+[.)]\s+)?", line)
    follow = " " * (len(margin[0]) if margin else 0)
    return textwrap.wrap(line, _WIDTH, subsequent_indent=follow, break_long_words=False, break_on_hyphens=False)


def _docstring(surface: Surface, problem_names: Mapping[str, str]) -> str:
    operation = surface.operation
    summary = doc_text(summary_of(operation))
    description = doc_text(operation.description)
    parts = [wrapped(f"{summary}.")]
    if description and description.rstrip(".") != summary:
        parts.append(wrapped(description))
    ordered = sorted(surface.arguments, key=lambda one: not (one.required and one.default is None))
    described = [_argument_doc(one) for one in ordered if one.doc]
    if described:
        parts.append("Args:\n" + "\n".join(described))
    raised = _raised(operation, problem_names)
    if raised:
        parts.append("Raises:\n" + "\n".join(f"    {line}" for line in raised))
    return "\n\n".join(parts)


def _argument_doc(argument: Argument) -> str:
    lines = [line.strip() for line in argument.doc.split("\n")]
    text = " ".join(line for line in lines if line)
    return "\n".join(
        textwrap.wrap(
            f"{argument.name}: {text}",
            _WIDTH - 4,
            initial_indent="    ",
            subsequent_indent="        ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _raised(operation: Operation, problem_names: Mapping[str, str]) -> list[str]:
    found: dict[str, str] = {}
    for reply in operation.replies:
        for problem in reply.problems:
            title = doc_text(problem.title or reply.description).partition("\n")[0]
            found[problem_names[problem.type]] = f"{problem_names[problem.type]}: {reply.status}: {title}".rstrip(": ")
    return list(found.values())
