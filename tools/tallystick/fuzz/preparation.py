"""The description as it is given to Schemathesis 4.32: the same contract, without what misleads or stalls it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs

__all__ = ["prepared"]

_DRAWN = 30  # texts that are looked at before a pattern counts as stricter than a format


def prepared(document: Mapping[str, Any]) -> dict[str, Any]:
    """A description with the changes below; the original stays as it is.

    OAuth 2 and OpenID Connect become what travels, a bearer token: their header is not taken for a credential, so that
    requests with a token count as anonymous. A ``format`` beside a ``pattern`` that lets only such texts through is
    left out: the search for a text that breaks the one and keeps the other takes seconds and finds nothing.
    """
    strict: dict[tuple[str, str], bool] = {}

    def is_implied(pattern: str, form: str) -> bool:
        if (pattern, form) not in strict:
            strict[pattern, form] = _is_implied(pattern, form)
        return strict[pattern, form]

    return _with_plain_tokens(_without_implied_formats(dict(document), is_implied))


def _with_plain_tokens(document: dict[str, Any]) -> dict[str, Any]:
    components = document.get("components", {})
    schemes = {
        key: {"type": "http", "scheme": "bearer"} if scheme.get("type") in ("oauth2", "openIdConnect") else scheme
        for key, scheme in components.get("securitySchemes", {}).items()
    }
    return {**document, "components": {**components, "securitySchemes": schemes}} if schemes else document


def _without_implied_formats(value: Any, is_implied: Callable[[str, str], bool]) -> Any:
    if isinstance(value, list):
        return [_without_implied_formats(each, is_implied) for each in value]
    if not isinstance(value, dict):
        return value
    pattern, form = value.get("pattern"), value.get("format")
    drop = isinstance(pattern, str) and isinstance(form, str) and value.get("type") == "string"
    kept = {key: _without_implied_formats(each, is_implied) for key, each in value.items()}
    if drop and is_implied(str(pattern), str(form)):
        del kept["format"]
    return kept


def _is_implied(pattern: str, form: str) -> bool:
    """Whether the texts drawn from a pattern all have the format."""
    try:
        matches = jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid
    except jsonschema_rs.ValidationError:
        return False
    has_format = jsonschema_rs.Draft202012Validator({"format": form}, validate_formats=True).is_valid
    # Python's $ lets a line feed follow, JSON Schema's does not
    texts = [text for text in _drawn(pattern) if matches(text)]
    return bool(texts) and all(map(has_format, texts))


def _drawn(pattern: str) -> list[str]:
    """The same texts each time; none for a pattern that cannot be drawn from."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException

    texts: list[str] = []
    quiet = settings(
        database=None,
        derandomize=True,
        deadline=None,
        max_examples=_DRAWN,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def keep(text: str) -> None:
        texts.append(text)

    try:
        quiet(given(st.from_regex(re.compile(pattern, re.ASCII)))(keep))()
    except (HypothesisException, re.error, OverflowError):
        return []
    return texts
