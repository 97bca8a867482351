"""Settings, read from the environment (``WAREHOUSE_…``) and checked at start."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.platform.secret_file import read_or_make_secret

__all__ = ["Settings"]

Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """How one instance of the service runs. Every setting can be given as ``WAREHOUSE_<NAME>``.

    In ``production`` nothing secret has a default: a missing one stops the start with its name.
    """

    model_config = SettingsConfigDict(env_prefix="WAREHOUSE_", env_file=".env", extra="ignore", frozen=True)

    environment: Literal["development", "production"] = "development"
    data_directory: Path = Path("var")
    """Where the embedded database and, in development, the signing key are kept."""
    database_url: str = ""
    """``sqlite+aiosqlite:///…`` or ``postgresql+asyncpg://…``; by default SQLite in ``data_directory``."""
    database_connections: Annotated[int, Field(ge=1, le=100)] = 10
    database_patience: Seconds = 5.0
    """Seconds that a request waits for a connection before it is answered with 503."""
    migrate: bool = True
    """Whether migrations are applied at start on PostgreSQL too; on SQLite they always are."""

    secret_key: SecretStr = SecretStr("")
    """Signs tokens and cursors; at least 32 characters."""
    access_token_seconds: Annotated[int, Field(ge=1, le=86400)] = 900
    refresh_token_days: Annotated[int, Field(ge=1, le=365)] = 30
    cursor_hours: Annotated[int, Field(ge=1)] = 24
    password_memory_kib: Annotated[int, Field(ge=8)] = 19456
    """Memory of one argon2id computation; 19 MiB is the minimum that OWASP advises."""
    password_passes: Annotated[int, Field(ge=1)] = 2
    password_threads: Annotated[int, Field(ge=1, le=16)] = 1
    """How many passwords are checked at the same time; each takes a core for some 30 ms."""

    admin_email: str = "admin@example.com"
    admin_password: SecretStr = SecretStr("")
    """The first administrator's password; without one production makes no administrator."""
    demo: bool = False
    """Whether sample data are put into an empty database."""

    rate_limits: dict[str, Annotated[int, Field(ge=1)]] = {}
    """Other quotas than the contract's, by the name of the limit: ``{"default": 6000}``."""
    rate_limit_storage: str = "async+memory://"
    """Where quotas are counted; ``async+redis://…`` shares them among processes."""
    trusted_proxies: Annotated[int, Field(ge=0)] = 0
    """How many proxies in front add to ``X-Forwarded-For``; 0 ignores that header."""

    job_runner: Literal["dbos", "inline"] = "dbos"
    """``dbos`` runs jobs durably in the background, ``inline`` only when a test asks for it."""
    job_database_url: str = ""
    """Where DBOS keeps its state; by default SQLite in ``data_directory``, or the PostgreSQL of ``database_url``."""
    job_concurrency: Annotated[int, Field(ge=1)] = 4
    instance: str = "local"
    """Names this process among several on one database, the same after a restart: it takes up its own jobs again."""
    webhook_patience_seconds: Seconds = 10.0
    """How long an endpoint may take to answer."""
    webhook_allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks that webhooks may be sent to all the same, such as ``["127.0.0.0/8"]``."""
    check_replies: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The share of replies that are checked against their schema before they are sent."""
    drain_seconds: Annotated[float, Field(ge=0)] = 0.0
    """How long readiness stays red before the server stops accepting; as long as the balancer needs to notice."""
    close_seconds: Seconds = 10.0
    """How long each resource may take to close."""
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Derives what was left out, and refuses what production must not be without."""
        if self.environment == "production" and not self.secret_key.get_secret_value():
            raise ValueError("WAREHOUSE_SECRET_KEY must be set in production")
        if not self.secret_key.get_secret_value():
            self._set("secret_key", SecretStr(read_or_make_secret(self.data_directory / "secret.key")))
        if len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("WAREHOUSE_SECRET_KEY must have at least 32 characters")
        if not self.database_url:
            self._set("database_url", f"sqlite+aiosqlite:///{self.data_directory / 'warehouse.db'}")
        if self.environment == "development" and not self.admin_password.get_secret_value():
            self._set("admin_password", SecretStr("correct horse battery"))
        return self

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @property
    def cursor_lifetime(self) -> timedelta:
        """How long a cursor may be used."""
        return timedelta(hours=self.cursor_hours)
