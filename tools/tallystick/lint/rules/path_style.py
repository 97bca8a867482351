"""``path-style``."""

import re
from typing import Final

from tallystick.contract import Contract
from tallystick.document import join
from tallystick.lint.case_styles import CaseStyle, fits, prevailing
from tallystick.lint.rule import Check, Group, Options, on, rule
from tallystick.lint.spelling import words

_VERBS: Final = frozenset((
    "add", "create", "delete", "fetch", "find", "get", "insert", "list", "make", "modify", "post", "put", "read",
    "remove", "retrieve", "save", "set", "update", "upload",
))  # fmt: skip


class PathStyleOptions(Options):
    """``style``: the case style of segments; without it, the one that most follow. ``verbs``: whether to allow them."""

    style: CaseStyle | None = None
    verbs: bool = False


@rule(
    "path-style",
    Group.PROTOCOL,
    "warning",
    summary="Paths follow one case style, hold no verb, no query, and no slash at their end.",
    rationale="""
        A path names a thing, the method says what happens to it: `POST /items`, not `POST /createItem`. A slash at
        the end makes a second path of the same thing. A `?` in a path belongs into query parameters, where tools look
        for it.
    """,
    bad="""
        paths:
          /stock-items:
            get: {operationId: listItems}
          /stock-moves:
            get: {operationId: listMoves}
          «/stock_levels»:
            get: {operationId: listLevels}
          «/items/»:
            get: {operationId: listAll}
          «/createItem»:
            post: {operationId: createItem}
    """,
    good="""
        paths:
          /stock-items:
            get: {operationId: listItems}
            post: {operationId: createItem}
    """,
    options=PathStyleOptions,
)
class PathStyle(Check):
    """One finding per path, with all that is wrong about it."""

    options: PathStyleOptions

    @on(Contract)
    def paths(self, contract: Contract) -> None:
        """Looks at each path once."""
        paths = dict.fromkeys(operation.path for operation in contract.operations)
        segments = [segment for path in paths for segment in _segments(path)]
        style = self.options.style or prevailing(segments)
        for path in paths:
            faults = [*self._shape(path), *self._words(path, style)]
            if faults:
                self.report(join("/paths", path), "; ".join(faults), key=True)

    def _shape(self, path: str) -> list[str]:
        faults = []
        if len(path) > 1 and path.endswith("/"):
            faults.append("remove the slash at the end")
        if "?" in path or "#" in path:
            faults.append("what follows `?` or `#` belongs into query parameters")
        if "//" in path:
            faults.append("remove the empty segment")
        return faults

    def _words(self, path: str, style: CaseStyle | None) -> list[str]:
        faults = []
        odd = next((segment for segment in _segments(path) if style is not None and not fits(segment, style)), None)
        if odd is not None:
            faults.append(f"{odd!r} is not {style}, like the other segments")
        verb = next((segment for segment in _segments(path) if _is_verbal(segment)), None)
        if verb is not None and not self.options.verbs:
            faults.append(f"{verb!r} holds a verb: name the thing, and let the method say what happens")
        return faults


def _segments(path: str) -> list[str]:
    """Segments without placeholders, version numbers and file extensions."""
    plain = re.split(r"[?#]", path)[0]
    parts = [re.sub(r"\.[a-z0-9]+\Z", "", part) for part in plain.split("/")]
    return [part for part in parts if part and "{" not in part and not re.match(r"v?[0-9.]+\Z", part)]


def _is_verbal(segment: str) -> bool:
    first, *rest = [word.lower() for word in words(segment)] or [""]
    return first in _VERBS and (bool(rest) or first not in ("list", "set", "post", "read", "put"))
