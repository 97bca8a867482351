"""``path-ambiguous``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from tallystick.contract import Operation, Parameter
from tallystick.findings import Level
from tallystick.lint.rule import Check, Group, rule

_MOST_COMPARED: Final = 100  # overlapping paths per path; more of them say nothing new
_MOST_TOLD: Final = 3  # of them are reported
_MOST_STEPS: Final = 3_000_000
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")


@dataclass(slots=True)
class _Step:
    """A node of the tree of path segments."""

    literal: dict[str, "_Step"] = field(default_factory=dict)
    variable: dict[str, "_Step"] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)


@rule(
    "path-ambiguous",
    Group.VALIDITY,
    "error",
    summary="No request fits two paths of the same rank.",
    rationale="""
        `/items/mine` is found before `/items/{sku}`, because a concrete segment wins over a placeholder.
        `/{kind}/latest` and `/items/{sku}` both fit `/items/latest`, and the specification leaves it to each tool
        which one answers (section 4.8.8.2). That is a warning, since most routers decide from left to right; two
        paths that differ in the names of their placeholders alone are an error.
    """,
    bad="""
        paths:
          /{kind}/latest:
            get: {parameters: [{name: kind, in: path, required: true, schema: {type: string}}]}
          «/items/{sku}»:
            get: {parameters: [{name: sku, in: path, required: true, schema: {type: string}}]}
    """,
    good="""
        paths:
          /items/latest:
            get: {summary: The latest}
          /items/{sku}:
            get: {parameters: [{name: sku, in: path, required: true, schema: {type: string}}]}
    """,
)
class PathAmbiguous(Check):
    """A tree of segments finds the pairs that overlap without comparing each path with each other one."""

    def finish(self) -> None:
        """Looks every path up among those before it."""
        operations: dict[str, dict[str, Operation]] = {}
        for operation in self.context.contract.operations:
            operations.setdefault(operation.path, {})[operation.method] = operation
        root = _Step()
        search = _Search(root)
        for path, methods in operations.items():
            segments = path.split("/")[1:]
            candidates = islice(search.overlapping(segments), _MOST_COMPARED)
            met = (other for other in candidates if self._meets(path, methods, other, operations[other]))
            for other in islice(met, _MOST_TOLD):
                self._tell(path, methods, other, operations[other])
            _insert(root, segments, path)
        if search.is_exhausted:
            self.report(
                "/paths", "too many paths to compare each with each: not all were looked at", level=Level.WARNING
            )

    def _meets(self, path: str, methods: dict[str, Operation], other: str, others: dict[str, Operation]) -> bool:
        shared = [method for method in methods if method in others]
        if not shared or not _same_rank(path, other):
            return False
        return not any(_excluded(methods[method], others[method]) for method in shared)

    def _tell(self, path: str, methods: dict[str, Operation], other: str, others: dict[str, Operation]) -> None:
        method = next(method for method in methods if method in others)
        pointer = methods[method].location.pointer.rpartition("/")[0]
        other_pointer = others[method].location.pointer.rpartition("/")[0]
        level = None if _shape(path) == _shape(other) else Level.WARNING
        message = f"a {method} request can fit both {path} and {other}: change one of them, or merge them"
        self.report(pointer, message, key=True, level=level, related=(other_pointer,))


def _insert(root: _Step, segments: list[str], path: str) -> None:
    step = root
    for segment in segments:
        children = step.variable if "{" in segment else step.literal
        step = children.setdefault(_shape(segment), _Step())
    step.paths.append(path)


def _shape(segment: str) -> str:
    """A segment with its placeholders unnamed: ``{id}.json`` is ``{}.json``."""
    return re.sub(r"\{[^{}]*\}", "{}", segment)


class _Search:
    """Finds the paths that overlap with another; stops where a hostile description makes that endless."""

    def __init__(self, root: _Step) -> None:
        self._root = root
        self._steps = _MOST_STEPS

    @property
    def is_exhausted(self) -> bool:
        """Whether paths were left out."""
        return self._steps <= 0

    def overlapping(self, segments: list[str]) -> Iterator[str]:
        """The paths in the tree that one request could fit as well."""
        yield from self._below(self._root, segments, 0)

    def _below(self, step: _Step, segments: list[str], index: int) -> Iterator[str]:
        if index == len(segments):
            yield from step.paths
            return
        segment = _shape(segments[index])
        for child in self._children(step, segment):
            yield from self._below(child, segments, index + 1)

    def _children(self, step: _Step, segment: str) -> Iterator[_Step]:
        literal = (
            step.literal if "{" in segment else {segment: step.literal[segment]} if segment in step.literal else {}
        )
        for shape, child in (*literal.items(), *step.variable.items()):
            self._steps -= 1
            if self._steps <= 0:
                return
            if _can_meet(segment, shape):
                yield child


def _can_meet(left: str, right: str) -> bool:
    """Whether one text can fit both shapes: decided by what stands before the first and behind the last placeholder."""
    head_l, head_r = left.partition("{")[0], right.partition("{")[0]
    tail_l, tail_r = left.rpartition("}")[2], right.rpartition("}")[2]
    if not (head_l.startswith(head_r) or head_r.startswith(head_l)):
        return False
    return tail_l.endswith(tail_r) or tail_r.endswith(tail_l)


def _same_rank(path: str, other: str) -> bool:
    """Whether neither path is the more concrete one at the first segment where they differ in kind."""
    more = less = False
    for left, right in zip(path.split("/"), other.split("/"), strict=True):
        a, b = _weight(left), _weight(right)
        more, less = more or a > b, less or a < b
    return more == less


def _weight(segment: str) -> int:
    """How concrete a segment is: literal over literal with placeholder over placeholder alone."""
    shape = _shape(segment)
    return 2 if "{" not in shape else 0 if shape == "{}" else 1


def _excluded(operation: Operation, other: Operation) -> bool:
    """Whether the schema of a placeholder refuses the literal that stands there in the other path."""
    return _refuses(operation, other.path) or _refuses(other, operation.path)


def _refuses(operation: Operation, path: str) -> bool:
    parameters = {parameter.name: parameter for parameter in operation.parameters if parameter.place == "path"}
    for own, theirs in zip(operation.path.split("/"), path.split("/"), strict=True):
        if own.startswith("{") and own.endswith("}") and "{" not in theirs:
            parameter = parameters.get(own[1:-1])
            if parameter is not None and not _accepts(parameter, theirs):
                return True
    return False


def _accepts(parameter: Parameter, text: str) -> bool:
    schema = parameter.schema
    if schema is None:
        return True
    values = schema.get("enum")
    if isinstance(values, list) and text not in map(str, values):
        return False
    types = schema.types
    return not (types and types <= {"integer", "number"} and not _INTEGER.match(text))
