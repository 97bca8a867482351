"""Plain values back into text: YAML that every reader understands alike, or JSON."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import yaml

__all__ = ["to_json", "to_yaml"]

_WIDTH: Final = 120


def to_json(value: Any) -> str:
    """The value as JSON, two spaces, keys in their order, a line feed at the end."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def to_yaml(value: Any) -> str:
    """The value as block YAML, keys in their order, texts of several lines as literal blocks, no anchors.

    Text that a YAML 1.1 or 1.2 reader would take for something else (``on``, ``1e3``, ``0o14``) is quoted.
    """
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return text


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, _data: Any) -> bool:
        """Shared values are written out: a description is a tree."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    literal = "\n" in text and not re.search(r"[ \t]\n|^\s|[^\S\n]$", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if literal else None)


_Dumper.add_representer(str, _text)
# What the core schema of YAML 1.2.2 (section 10.3.2) reads as a number and YAML 1.1 does not.
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+)$"), list("-+0123456789"))
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)
