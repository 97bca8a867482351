"""``tally inspect``: the inventory of a description."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import typer

from tallystick.cli.command import command
from tallystick.cli.description import AllowHostOption, FileArgument, contract_of
from tallystick.cli.outcome import Outcome
from tallystick.cli.run import Run

if TYPE_CHECKING:
    from tallystick.contract import Body, Contract, MediaType, Operation, Parameter, Reply, Schema

__all__ = ["register"]

_WIDTH: Final = 118


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @command(app)
    def inspect(run: Run, file: FileArgument = None, allow_host: AllowHostOption = None) -> Outcome:
        """Show the inventory of a description.

        Operations, schemas, webhooks, and what generators cannot express.
        """
        from tallystick.contract import canonicalise

        contract = contract_of(run, file, allow_host)
        findings = (*contract.findings, *canonicalise(contract).findings)
        return Outcome(findings, facts=_inventory(contract), preface="\n".join(_overview(contract)))


def _inventory(contract: Contract) -> dict[str, Any]:
    return {
        "openapi": contract.openapi,
        "title": contract.title,
        "version": contract.version,
        "operations": [_operation(operation) for operation in contract.operations],
        "schemas": [_schema(name, schema) for name, schema in contract.schemas.items()],
        "webhooks": [_operation(operation) for operation in contract.webhooks],
    }


def _operation(operation: Operation) -> dict[str, Any]:
    place = operation.location.place
    return {
        "id": operation.id,
        "method": operation.method,
        "path": operation.path,
        "tag": operation.tag,
        "tags": list(operation.tags),
        "summary": operation.summary,
        "deprecated": operation.deprecated,
        "call": operation.call,
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "body": _body(operation.body),
        "replies": [_reply(reply) for reply in operation.replies],
        "security": [{scheme: list(scopes) for scheme, scopes in way.items()} for way in operation.security],
        "callbacks": [callback.id for callback in operation.callbacks],
        "file": place.file,
        "line": place.line,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "style": parameter.style,
        "explode": parameter.explode,
        "argument": parameter.python_name,
    }


def _body(body: Body | None) -> dict[str, Any] | None:
    return None if body is None else {"required": body.required, "media_types": _names(body.content)}


def _reply(reply: Reply) -> dict[str, Any]:
    return {
        "status": reply.status,
        "media_types": _names(reply.content),
        "headers": [header.name for header in reply.headers],
        "problems": [problem.type for problem in reply.problems],
    }


def _names(content: Iterable[MediaType]) -> list[str]:
    return [media.name for media in content]


def _schema(name: str, schema: Schema) -> dict[str, Any]:
    place = schema.location.place
    return {"name": name, "types": sorted(schema.types), "file": place.file, "line": place.line}


def _overview(contract: Contract) -> Iterator[str]:
    yield f"{contract.title} {contract.version} (OpenAPI {contract.openapi})"
    groups = (("operations", contract.operations), ("webhooks", contract.webhooks))
    for title, operations in groups:
        if operations:
            yield f"\n{title}: {len(operations)}"
            yield from _table([_row(operation) for operation in operations])
    yield f"\nschemas: {len(contract.schemas)}"
    yield from textwrap.wrap(", ".join(contract.schemas), _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _row(operation: Operation) -> tuple[str, ...]:
    takes = [f"{len(operation.parameters)} parameters"] if len(operation.parameters) > 1 else []
    takes += ["1 parameter"] if len(operation.parameters) == 1 else []
    takes += [media.name for media in operation.body.content] if operation.body else []
    returns = " ".join(reply.status for reply in operation.replies)
    marks = ["deprecated"] if operation.deprecated else []
    marks += [f"{len(operation.callbacks)} callbacks"] if operation.callbacks else []
    return (
        operation.method, operation.path, operation.call, ", ".join(takes) or "-", returns or "-",
        _security(operation), ", ".join(marks),
    )  # fmt: skip


def _security(operation: Operation) -> str:
    if not operation.security:
        return "public"
    return " or ".join(" and ".join(way) or "none" for way in operation.security)


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    from tallystick.report.escaping import one_line

    cells = [tuple(map(one_line, row)) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
