"""The query string: which names belong to which parameter, and which to none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from . import styles
from .parameter_values import Faults, ParameterValue
from .percent import Malformed, pairs
from .problems import Detail
from .schemas import MOST_FAULTS, pointer

__all__ = ["Query", "attempt"]


def attempt(
    read: Callable[..., Any], value: ParameterValue, arguments: dict[str, Any], faults: list[Faults], *source: Any
) -> None:
    """Fills the argument of a parameter, or tells why that cannot be done."""
    try:
        arguments[value.argument] = read(value, *source)
    except Malformed as error:
        faults.append(Faults(value.fault(f"cannot be read: {error}"), malformed=True))
    except Faults as error:
        faults.append(error.with_traceback(None))  # its frame would hold the list, and the list its frame


class Query:
    """The parameters in the query string, which no two of them may share a name of."""

    def __init__(self, values: list[ParameterValue], *, accept_unknown: bool, more_names: Iterable[str]) -> None:
        self.values = values
        self._accept_unknown = accept_unknown
        self._more_names = frozenset(more_names)
        deep = [each for each in values if each.parameter.style == "deepObject" and not each.parameter.media_type]
        self._spread = [each for each in values if _is_spread(each)]
        self._named = [each for each in values if each not in deep and each not in self._spread]
        spread_names = frozenset(name for each in self._spread for name in each.shape.properties)
        self._deep = [(each, _is_deep(each, spread_names)) for each in deep]

    def read(self, query: bytes, arguments: dict[str, Any], faults: list[Faults]) -> None:
        """Fills the arguments, and adds what is wrong to the faults."""
        if not query:
            for value in self.values:
                attempt(ParameterValue.absent, value, arguments, faults)
            return
        try:
            given = pairs(query)
        except Malformed as error:
            faults.append(Faults(Detail("query", "", str(error)), malformed=True))
            return
        texts: dict[str, list[str]] = {}
        for name, text in given:
            texts.setdefault(name, []).append(text)
        self._read(texts, arguments, faults)

    def _read(self, texts: dict[str, list[str]], arguments: dict[str, Any], faults: list[Faults]) -> None:
        for value in self._named:
            found = texts.pop(value.name, None)
            if found is None:
                attempt(ParameterValue.absent, value, arguments, faults)
            else:
                attempt(ParameterValue.by_name, value, arguments, faults, found)
        for value, is_member in self._deep:
            attempt(_deep_value, value, arguments, faults, _taken(texts, is_member))
        for value in self._spread:
            if value.has_own_name and value.name in texts:
                attempt(ParameterValue.by_name, value, arguments, faults, texts.pop(value.name))
            else:
                attempt(ParameterValue.by_members, value, arguments, faults, _taken(texts, self._is_part(value)))
        if texts and not self._accept_unknown:
            self._refuse_unknown(texts, faults)

    def _is_part(self, value: ParameterValue) -> Callable[[str], bool]:
        declared, invites = value.shape.properties, value.shape.invites
        return lambda name: name in declared or (name not in self._more_names and invites(name))

    def _refuse_unknown(self, texts: Iterable[str], faults: list[Faults]) -> None:
        unknown = islice((name for name in texts if name not in self._more_names), MOST_FAULTS)
        details_ = [Detail("query", pointer((name,)), "is not a parameter here") for name in unknown]
        faults += [Faults(each, malformed=True) for each in details_]


def _is_spread(value: ParameterValue) -> bool:
    """Whether each property of the parameter is a name of its own in the query string."""
    parameter = value.parameter
    whole = parameter.style == "form" and parameter.explode and parameter.media_type is None
    return whole and value.shape.is_object


def _is_deep(value: ParameterValue, spread_names: frozenset[str]) -> Callable[[str], bool]:
    """Tells the names of a deep object; its own, which no object has, may be that of a property of another."""
    name, begin = value.name, f"{value.name}["
    if name in spread_names and value.shape.types <= {"null", "object"}:
        return lambda given: given.startswith(begin)
    return lambda given: given == name or given.startswith(begin)


def _taken(texts: dict[str, list[str]], wanted: Callable[[str], bool]) -> list[tuple[str, str]]:
    names = [name for name in texts if wanted(name)]
    return [(name, text) for name in names for text in texts.pop(name)]


def _deep_value(value: ParameterValue, members: list[tuple[str, str]]) -> Any:
    if not members:
        return value.absent()
    inner = [(name.removeprefix(value.name), text) for name, text in members]
    return value.value(styles.deep_object(inner, value.shape, value.unquote))
