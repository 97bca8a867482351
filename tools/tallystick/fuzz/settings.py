"""What Schemathesis is told: its configuration file, and the secrets beside it in environment variables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tallystick.contract import Contract, Operation
from tallystick.fuzz.credentials import Credential
from tallystick.fuzz.expectations import missing_header_statuses, valid_request_statuses

__all__ = ["Effort", "schemathesis_settings"]

_REFUSED: Final = (
    "400",
    "401",
    "403",
    "404",
    "405",
    "406",
    "409",
    "412",
    "413",
    "414",
    "415",
    "422",
    "428",
    "429",
    "431",
)
# A hook inspects each failure; see ``hooks``.
_HOOKS: Final = "tallystick.fuzz.hooks"


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard the fuzzer tries: test cases per operation, threads, and where chance starts.

    A seed of None means deterministic: the same cases on every machine. After ``max_seconds`` the run is cut short.
    With ``fill_seconds`` it goes on with further cases until that time is over.
    """

    max_examples: int
    workers: int
    seed: int | None
    max_seconds: float | None = None
    fill_seconds: float | None = None
    phases: tuple[str, ...] = ("examples", "coverage", "fuzzing", "stateful")


def schemathesis_settings(
    contract: Contract,
    url: str,
    effort: Effort,
    credentials: Sequence[Credential],
    *,
    headers: Mapping[str, str],
    expected: Mapping[str, Sequence[int]],
    exclude: Sequence[str],
) -> tuple[str, dict[str, str]]:
    """The text of ``schemathesis.toml`` and the environment variables it reads."""
    secrets: dict[str, str] = {}
    value: dict[str, Any] = {
        "base-url": url,
        "hooks": _HOOKS,
        "workers": effort.workers,
        "continue-on-failure": True,
        "request-timeout": 20,
        "suppress-health-check": ["all"],
        "cache": {"enabled": False},
        "generation": {"max-examples": effort.max_examples, "database": "none", "deterministic": effort.seed is None},
        "phases": {
            name: {"enabled": name in effort.phases} for name in ("examples", "coverage", "fuzzing", "stateful")
        },
        "checks": {"negative_data_rejection": {"expected-statuses": [*_REFUSED, "5XX"]}},
    }
    if effort.seed is not None:
        value["seed"] = effort.seed
    if effort.fill_seconds is not None:
        value["max-time"] = max(1, int(effort.fill_seconds))
    if headers:
        value["headers"] = {
            name: _hidden(f"HEADER_{index}", text, secrets) for index, (name, text) in enumerate(headers.items())
        }
    if credentials:
        value["auth"] = _authentication(credentials, secrets)
    value["operations"] = [_operation(contract, each, expected, exclude) for each in contract.operations]
    return "\n".join(_toml(value, ())) + "\n", secrets


def _authentication(credentials: Sequence[Credential], secrets: dict[str, str]) -> dict[str, Any]:
    fixed: dict[str, Any] = {}
    fetched: dict[str, Any] = {}
    for credential in credentials:
        key, name = credential.scheme.key, f"CREDENTIAL_{len(secrets)}"
        if credential.value is not None:
            member = "api_key" if credential.scheme.type == "apiKey" else "bearer"
            fixed[key] = {member: _hidden(name, credential.value, secrets)}
        elif credential.token_path is not None:
            fetched[key] = {
                "path": credential.token_path,
                "payload_content_type": "application/x-www-form-urlencoded",
                "payload": {
                    member: _hidden(f"{name}_{member.upper()}", text, secrets)
                    for member, text in credential.form.items()
                },
                "extract_selector": credential.token_pointer,
                # A request that goes without a credential on purpose is answered 401; signing in and repeating it
                # would make it look as if no credential was needed. Tokens are fetched anew every five minutes.
                "retry_on": [],
            }
        else:
            fixed[key] = {
                "username": _hidden(f"{name}_USERNAME", credential.username or "", secrets),
                "password": _hidden(name, credential.password or "", secrets),
            }
    return (
        {"openapi": fixed, **({"dynamic": {"openapi": fetched}} if fetched else {})}
        if fixed
        else {"dynamic": {"openapi": fetched}}
    )


def _hidden(name: str, text: str, secrets: dict[str, str]) -> str:
    """Secrets do not stand in a file; Schemathesis reads them from its environment."""
    variable = f"TALLY_FUZZ_{name}"
    secrets[variable] = text
    return f"${{{variable}}}"


def _operation(
    contract: Contract, operation: Operation, expected: Mapping[str, Sequence[int]], exclude: Sequence[str]
) -> dict[str, Any]:
    return {
        "include-name": f"{operation.method} {operation.path}",
        "enabled": operation.id not in exclude,
        "checks": {
            "positive_data_acceptance": {
                "expected-statuses": list(valid_request_statuses(contract, operation, expected))
            },
            "missing_required_header": {"expected-statuses": list(missing_header_statuses(operation))},
        },
    }


def _toml(value: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    tables = {key: each for key, each in value.items() if isinstance(each, Mapping)}
    arrays = {key: each for key, each in value.items() if _is_array_of_tables(each)}
    for key, each in value.items():
        if key not in tables and key not in arrays:
            yield f"{_key(key)} = {_plain(each)}"
    for key, table in tables.items():
        yield f"[{'.'.join(map(_key, (*path, key)))}]"
        yield from _toml(table, (*path, key))
    for key, entries in arrays.items():
        for entry in entries:
            yield f"[[{'.'.join(map(_key, (*path, key)))}]]"
            yield from _toml(entry, (*path, key))


def _is_array_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _key(key: str) -> str:
    return _plain(key)


def _plain(value: Any) -> str:
    """Text, numbers, booleans and lists of them are written the same in TOML and in JSON."""
    return json.dumps(value)
