"""``.spectral.yaml`` and ``redocly.yaml`` as the ``[lint]`` section of ``tally.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tallystick.document import Document, Limits, join
from tallystick.document.file import read_document
from tallystick.findings import Finding, InputError, Level, Place, shown_path
from tallystick.lint.foreign.tables import REDOCLY, SPECTRAL
from tallystick.lint.registry import all_rules

__all__ = ["translated"]

_LEVELS: Final = {
    "off": "off",
    "hint": "info",
    "info": "info",
    "information": "info",
    "warn": "warning",
    "warning": "warning",
    "error": "error",
}
_BY_NUMBER: Final = {-1: "off", 0: "error", 1: "warning", 2: "info", 3: "info"}
_GRAVITY: Final = ("off", "info", "warning", "error")
_SETS: Final = {"minimal": "minimal", "recommended": "contract", "recommended-strict": "strict", "all": "strict"}
_OWN_KEYS: Final = {
    "spectral": frozenset(("extends", "rules", "formats", "documentationUrl")),
    "redocly": frozenset(("extends", "rules", "lint", "organization")),
}


@dataclass(frozen=True, slots=True)
class _Setting:
    """A level that a foreign rule asks for, and where it does. None keeps the default."""

    name: str
    level: str | None
    options: Mapping[str, Any]
    pointer: str


def translated(path: Path) -> tuple[str, list[Finding]]:
    """The text of the equivalent section, and a finding for each setting that has no equivalent.

    Raises:
        InputError: the file cannot be read, or is neither kind of configuration.
    """
    document = _read(path)
    kind = _kind(path, document.value)
    if kind is None:
        message = "this is neither a Spectral ruleset (.spectral.yaml) nor a Redocly configuration (redocly.yaml)"
        raise InputError.of("usage", message, document.place(""))
    table = SPECTRAL if kind == "spectral" else REDOCLY
    levels: dict[str, tuple[str, list[str]]] = {}
    always_on: list[str] = []
    findings = list(_unknown_keys(document, kind))
    for setting in _settings(document.value, kind):
        ours = table.get(setting.name)
        if ours is None:
            findings.append(_without(document, setting.pointer, f"{setting.name!r} has no equivalent"))
            continue
        if setting.options:
            what = f"the options of {setting.name!r} have no equivalent; `tally explain {ours}` lists those of {ours}"
            findings.append(_without(document, setting.pointer, what))
        if all_rules()[ours].always_on:
            always_on.append(f"{setting.name} is {ours}, which is always on")
        elif setting.level is not None:
            levels[ours] = _graver(levels.get(ours), setting)
    lines = [f"# from {shown_path(path)}", "[lint]", f'set = "{_rule_set(document.value, kind)}"', "", "[lint.rules]"]
    lines += [f'{ours} = "{level}"  # {", ".join(names)}' for ours, (level, names) in sorted(levels.items())]
    lines += [f"# {text}" for text in sorted(always_on)]
    lines += [f"# {_one_line(finding.message)} (line {finding.place.line})" for finding in findings]
    return "\n".join(lines) + "\n", findings


def _graver(known: tuple[str, list[str]] | None, setting: _Setting) -> tuple[str, list[str]]:
    """Several foreign rules may be one of ours: the gravest level counts."""
    level = setting.level or "off"
    if known is None:
        return level, [_one_line(setting.name)]
    return max(known[0], level, key=_GRAVITY.index), [*known[1], _one_line(setting.name)]


def _read(path: Path) -> Document:
    name = shown_path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.of("file-unreadable", f"cannot read {name}: {reason}; check the path", Place(name)) from error
    return read_document(str(path), name, data, Limits())


def _kind(path: Path, value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if "redocly" in path.name.lower() or "apis" in value or "lint" in value:
        return "redocly"
    if "spectral" in path.name.lower() or "functions" in value:
        return "spectral"
    listed = value.get("rules")
    if not isinstance(listed, dict):
        return None
    return (
        "spectral" if sum(name in SPECTRAL for name in listed) >= sum(name in REDOCLY for name in listed) else "redocly"
    )


def _settings(value: Mapping[str, Any], kind: str) -> Iterator[_Setting]:
    holders = [(value, "")]
    if kind == "redocly" and isinstance(value.get("lint"), dict):
        holders.append((value["lint"], "/lint"))
    for holder, pointer in holders:
        listed = holder.get("rules")
        for name, stated in listed.items() if isinstance(listed, dict) else ():
            place = join(pointer, "rules", name)
            if isinstance(stated, dict):
                level = _level(stated.get("severity"))
                options = {
                    key: each for key, each in stated.items() if key not in ("severity", "description", "message")
                }
                yield _Setting(name, level, options, place)
            else:
                yield _Setting(name, _level(stated), {}, place)


def _level(stated: Any) -> str | None:
    if isinstance(stated, bool):
        return None if stated else "off"
    if isinstance(stated, int):
        return _BY_NUMBER.get(stated)
    return _LEVELS.get(stated.lower()) if isinstance(stated, str) else None


def _rule_set(value: Mapping[str, Any], kind: str) -> str:
    """The set that comes closest to what the configuration builds on."""
    extended = value.get("extends")
    listed = extended if isinstance(extended, list) else [extended]
    if kind == "spectral":
        off = any(isinstance(entry, list) and entry[1:] == ["off"] for entry in listed)
        return "minimal" if off else "contract"
    known = [_SETS[entry] for entry in listed if isinstance(entry, str) and entry in _SETS]
    return known[-1] if known else "contract"


def _unknown_keys(document: Document, kind: str) -> Iterator[Finding]:
    for key in document.value:
        if key not in _OWN_KEYS[kind]:
            yield _without(document, join("", key), f"{key!r} has no equivalent")


def _without(document: Document, pointer: str, message: str) -> Finding:
    return Finding("foreign-rule", Level.INFO, message, document.place(pointer, key=True))


def _one_line(text: str) -> str:
    """Names come from a foreign file: nothing in them may end the comment they stand in."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200]
