"""``tally.toml``: what a project tells the toolchain. Every key is optional; an unknown key is an error.

Paths are relative to the file. Text that stands for a secret names an environment variable (``…-env``).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
)

from tallystick.config_errors import config_errors, syntax_error
from tallystick.findings import InputError, Place, Threshold, shown_path
from tallystick.package_names import fault_of

__all__ = [
    "CONFIG_NAME",
    "Check",
    "ClientTarget",
    "Config",
    "Document",
    "Drift",
    "Fuzz",
    "FuzzAuth",
    "FuzzNightly",
    "Generate",
    "Lint",
    "ModelsTarget",
    "RuleSetting",
    "ServerTarget",
    "find",
    "load",
    "parse",
]

CONFIG_NAME: Final = "tally.toml"
_LARGEST: Final = 2**20  # bytes


def _resolved(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("must be a path, in quotes")
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / value


def _setting(value: object) -> object:
    return {"level": value} if isinstance(value, str) else value


def _words(value: object) -> object:
    return value.split() if isinstance(value, str) else value


def _shaped(pattern: str, what: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {what}")
        return value

    return AfterValidator(check)


def _importable(value: str) -> str:
    fault = fault_of(value)
    if fault is not None:
        raise ValueError(fault)
    return value


def _section() -> Any:
    """A section that is missing is an empty one, so that its defaults know the folder of the file."""
    return Field(default_factory=dict)


def _default(value: object, **settings: Any) -> Any:
    """A default written as it would stand in the file."""
    return Field(value, **settings)


_IDENTIFIER: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_DOTTED: Final = rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})*"
ConfigPath = Annotated[Path, BeforeValidator(_resolved)]
PackageName = Annotated[str, AfterValidator(_importable)]
ClassName = Annotated[str, _shaped(r"[A-Z][A-Za-z0-9]*", "a class name, such as Warehouse")]
DistributionName = Annotated[
    str, _shaped(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", "a distribution name, such as warehouse-client")
]
AppReference = Annotated[str, _shaped(rf"{_DOTTED}:{_DOTTED}", "module:attribute, such as warehouse.app:create_app")]
WebAddress = Annotated[str, _shaped(r"https?://[^\s]+", "a web address, such as http://127.0.0.1:8000")]
HttpStatus = Annotated[int, Field(ge=100, le=599)]
FuzzPart = Literal["near-miss", "authorization", "schemathesis"]
GateName = Literal["lint", "generate", "drift", "fuzz"]
Words = Annotated[list[str], BeforeValidator(_words), Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        validate_default=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class Document(_Section):
    """``[document]``: how descriptions are read.

    References leave the folder of the root file only for those in ``allow-folder``, and the machine only for the hosts
    in ``allow-host``.
    """

    allow_host: list[str] = []
    allow_folder: list[ConfigPath] = []


class RuleSetting(_Section):
    """``rules.<id>``: a level (``"warning"``), or a table with a level and options. No level keeps the default one."""

    level: Literal["off", "info", "warning", "error"] | None = None
    options: dict[str, Any] = {}


class Lint(_Section):
    """``[lint]``: the rule set, exceptions to it, and the level from which findings fail the run.

    Descriptions larger than ``validator-max-bytes`` are not given to openapi-spec-validator as a second opinion.
    """

    set: Literal["contract", "minimal", "strict"] = "contract"
    rules: dict[str, Annotated[RuleSetting, BeforeValidator(_setting)]] = {}
    ignore_file: ConfigPath = _default("tally-ignore.yaml")
    fail_on: Threshold = _default("error", strict=False)
    validator_max_bytes: int = Field(1_000_000, ge=0)


class ServerTarget(_Section):
    """``[generate.server]``: the folder of the generated server layer and the package it is imported as."""

    path: ConfigPath
    package: PackageName


class ClientTarget(_Section):
    """``[generate.client]``: the folder of the generated distribution, its package, and the API's name in class names.

    With ``name = "Warehouse"`` the classes are ``Warehouse`` and ``AsyncWarehouse``. ``distribution`` is the name for
    ``pip install``; by default the package with dashes.
    """

    path: ConfigPath
    package: PackageName
    name: ClassName | None = None
    distribution: DistributionName | None = None


class ModelsTarget(_Section):
    """``[generate.models]``: the file of the generated Pydantic models, when they are wanted by themselves."""

    path: ConfigPath


class Generate(_Section):
    """``[generate]``: what is generated; a section that is missing is not generated."""

    server: ServerTarget | None = None
    client: ClientTarget | None = None
    models: ModelsTarget | None = None


class Drift(_Section):
    """``[drift]``: the application to compare, ``module:attribute`` (an application or a function that makes one).

    ``allow`` lists path templates that the application may serve beyond the contract; ``app-dir`` is put on the import
    path.
    """

    app: AppReference | None = None
    app_dir: ConfigPath = _default(".")
    allow: list[str] = []


class FuzzAuth(_Section):
    """``[fuzz.auth.<scheme>]``: the credential of one security scheme of the description.

    Either a fixed value (an API key, a bearer token), or an OAuth2 password grant at ``token-path``, whose reply holds
    the token at the JSON pointer ``token-pointer``.
    """

    value: str | None = None
    value_env: str | None = None
    token_path: str | None = None
    token_pointer: str = "/access_token"
    username: str | None = None
    password: str | None = None
    password_env: str | None = None
    scopes: list[str] = []


class FuzzNightly(_Section):
    """``[fuzz.nightly]``: what ``tally fuzz --nightly`` does instead: more cases, and others each time."""

    max_examples: int = Field(400, ge=1)
    max_seconds: float = Field(900.0, gt=0)


class Fuzz(_Section):
    """``[fuzz]``: which server is tried, and how hard.

    The server is an application that is started for the run (``app``), one that already runs (``url``), or one that the
    command ``start`` starts and that answers at ``url`` within ``start-seconds``. In ``start``, ``url`` and
    ``environment``, ``{port}`` is a free port and ``{folder}`` a folder that is removed afterwards.

    ``max-examples`` counts test cases per operation. Without ``seed`` the cases are the same on every machine.
    ``expected-statuses`` lists, by operation (``*`` for all), the statuses that a request may meet although it is right
    by its schema. ``exclude`` lists operations that are left alone. ``parts`` are what a run consists of. A run of
    Schemathesis that takes longer than ``max-seconds`` is cut short, and the report says so.
    """

    app: AppReference | None = None
    app_dir: ConfigPath = _default(".")
    url: WebAddress | None = None
    start: Words | None = None
    start_seconds: float = Field(30.0, gt=0)
    environment: dict[str, str] = {}
    headers: dict[str, str] = {}
    auth: dict[str, FuzzAuth] = {}
    expected_statuses: dict[str, list[HttpStatus]] = {}
    max_examples: int = Field(50, ge=1)
    seed: int | None = Field(None, ge=0)
    workers: int = Field(2, ge=1, le=64)
    max_seconds: float = Field(120.0, gt=0)
    exclude: list[str] = []
    parts: list[FuzzPart] = ["near-miss", "authorization", "schemathesis"]
    reports: ConfigPath | None = None
    nightly: FuzzNightly = _section()


class Check(_Section):
    """``[check]``: gates that ``tally check`` leaves out in this project."""

    skip: list[GateName] = []


class Config(_Section):
    """The whole file."""

    spec: ConfigPath | None = None
    document: Document = _section()
    lint: Lint = _section()
    generate: Generate = _section()
    drift: Drift = _section()
    fuzz: Fuzz = _section()
    check: Check = _section()
    _path: Path | None = PrivateAttr(None)

    def model_post_init(self, context: Any) -> None:
        """Remembers the file."""
        self._path = (context or {}).get("path")

    @property
    def path(self) -> Path | None:
        """The file this was read from, None for the defaults."""
        return self._path

    @property
    def folder(self) -> Path:
        """The folder that the paths in the file start from."""
        return self._path.parent if self._path else Path()


def find(start: Path) -> Path | None:
    """The nearest ``tally.toml`` in ``start`` or a folder above it, None when there is none."""
    folders = [start.absolute(), *start.absolute().parents]
    return next((folder / CONFIG_NAME for folder in folders if (folder / CONFIG_NAME).is_file()), None)


def load(path: Path | None) -> Config:
    """Reads a configuration file; None gives the defaults. Raises InputError with the line of every fault."""
    if path is None:
        return parse("", None)
    return parse(_text(path), path)


def parse(text: str, path: Path | None) -> Config:
    """The configuration that the text of a file describes. Raises InputError."""
    file = shown_path(path) if path else CONFIG_NAME
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(error, text, file) from error
    try:
        return Config.model_validate(data, context={"folder": path.parent if path else Path(), "path": path})
    except ValidationError as error:
        raise config_errors(error, text, file, Config) from error


def _text(path: Path) -> str:
    file = shown_path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError.of("config-unreadable", f"{file} is larger than {_LARGEST} bytes", Place(file))
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError.of("config-unreadable", f"cannot read {file}: {reason}", Place(file)) from error
    except UnicodeDecodeError as error:
        message = f"{file} is not UTF-8: byte {error.start} cannot be read"
        raise InputError.of("config-unreadable", message, Place(file)) from error
