"""``format-known``."""

import difflib
import re
from typing import Final

from tallystick.contract.visit import SchemaNode
from tallystick.lint.rule import Check, Group, Options, on, rule

_KNOWN: Final = frozenset((
    # JSON Schema 2020-12 validation, section 7.3
    "date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri",
    "uri-reference", "iri", "iri-reference", "uuid", "uri-template", "json-pointer", "relative-json-pointer", "regex",
    # the format registry of the OpenAPI Initiative
    "base64url", "binary", "byte", "char", "commonmark", "date-time-local", "decimal", "decimal128", "double",
    "double-int", "float", "html", "http-date", "int8", "int16", "int32", "int64", "media-range", "password",
    "sf-binary", "sf-boolean", "sf-decimal", "sf-integer", "sf-string", "sf-token", "time-local", "uint8", "uint16",
    "uint32", "uint64", "unixtime", "unix-time",
))  # fmt: skip
_MEANT: Final = {
    "url": "uri",
    "datetime": "date-time",
    "timestamp": "date-time",
    "guid": "uuid",
    "uint": "uint64",
    "long": "int64",
    "integer": "int64",
    "int": "int32",
    "ip": "ipv4",
    "mail": "email",
}
_INSTANT: Final = re.compile(r"(?:[a-z0-9]_at|[a-z0-9]At)\Z")


class FormatKnownOptions(Options):
    """``extra``: further formats that the project knows."""

    extra: tuple[str, ...] = ()


@rule(
    "format-known",
    Group.SCHEMAS,
    "warning",
    summary="Formats are known ones, and points in time have one.",
    rationale="""
        A format that nobody knows is passed over: `datetime` checks nothing and gives a plain text, where `date-time`
        gives a timestamp. Texts named `..._at` are points in time and say so by `format: date-time`.
    """,
    bad="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                soldOn: {type: string, format: «datetime»}
                created_at: {type: «string»}
    """,
    good="""
        paths: {}
        components:
          schemas:
            Item:
              type: object
              properties:
                soldOn: {type: string, format: date}
                created_at: {type: string, format: date-time}
    """,
    options=FormatKnownOptions,
)
class FormatKnown(Check):
    """Reports at the format, or at the type that lacks one."""

    options: FormatKnownOptions

    @on(SchemaNode, having=("format",))
    def known(self, node: SchemaNode) -> None:
        """Unknown formats, with the nearest known one."""
        name = node.text("format")
        if not name or name in _KNOWN or name in self.options.extra:
            return
        near = _near(name)
        hint = (
            f"did you mean {near[0]!r}?" if near else "use a known one, `pattern`, or the option `extra` of this rule"
        )
        self.report(node.at("format"), f"nobody knows the format {name!r}, so it checks nothing: {hint}")

    @on(SchemaNode, having=("type",))
    def instants(self, node: SchemaNode) -> None:
        """Points in time without a format."""
        name = node.property_name
        if name is None or node.types - {"null"} != {"string"} or not _INSTANT.search(name):
            return
        if not any(keyword in node.fields for keyword in ("format", "pattern", "enum", "const")):
            self.report(node.at("type"), f"{name!r} looks like a point in time: add `format: date-time`")


def _near(name: str) -> list[str]:
    """The known format that is probably meant; structured fields are too rare to be suggested."""
    if name.lower() in _MEANT:
        return [_MEANT[name.lower()]]
    return difflib.get_close_matches(name, sorted(known for known in _KNOWN if not known.startswith("sf-")), 1, 0.75)
