"""``python -m warehouse``: serves the API, or does one of the other things an operator needs."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from warehouse.app import create_app
from warehouse.migrations.apply import upgrade
from warehouse.platform.database import Database
from warehouse.platform.resources import Resources
from warehouse.platform.settings import Settings

__all__ = ["main"]


class DrainingServer(uvicorn.Server):
    """Turns readiness red at the first signal, and stops accepting when the balancer has had time to notice."""

    def __init__(self, config: uvicorn.Config, resources: Resources, delay: float) -> None:
        super().__init__(config)
        self._resources = resources
        self._delay = delay

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signal. A second one stops at once."""
        if self._resources.health.is_draining or not self._delay:
            super().handle_exit(sig, frame)
            return
        self._resources.health.is_draining = True
        asyncio.get_running_loop().call_later(self._delay, super().handle_exit, sig, frame)


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; gives the exit status."""
    options = _parser().parse_args(arguments)
    try:
        settings = _settings(options)
    except ValidationError as error:
        for each in error.errors():
            name = "_".join(str(part) for part in each["loc"]).upper()
            print(f"setting {'WAREHOUSE_' + name if name else 'missing'}: {each['msg']}", file=sys.stderr)  # noqa: T201 - a command
        return 2
    if options.command == "migrate":
        asyncio.run(_migrate(settings))
        return 0
    return _serve(settings, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("warehouse", description="The Warehouse Management API.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="bring the database up to date")
    serving = commands.add_parser("serve", help="serve the API (this is the default)")
    demo = commands.add_parser("demo", help="serve with sample data and readable logs")
    for each in (parser, serving, demo):
        each.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        each.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(demo=True, log_format="console") if options.command == "demo" else Settings()


async def _migrate(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        await upgrade(database.engine)
    finally:
        await database.close()


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=round(settings.close_seconds) + 1,
    )
    _settle_memory()
    DrainingServer(config, _resources_of(app), settings.drain_seconds).run()
    return 0


def _resources_of(app: FastAPI) -> Resources:
    resources = app.state.resources
    assert isinstance(resources, Resources)
    return resources


def _settle_memory() -> None:
    """Takes what was made at start out of the collector's sight: it stays for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


if __name__ == "__main__":
    sys.exit(main())
