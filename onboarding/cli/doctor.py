"""`onboarding doctor`: checks each gateway of a configuration at its provider."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from onboarding.checks import Checked, CheckStatus
from onboarding.cli import screen
from onboarding.cli.failures import as_json, wants_json
from onboarding.cli.input import CONFIG, CONFIG_FILE, config_of, opened

__all__ = ["doctor"]

_STYLES = {CheckStatus.FAILED: "red", CheckStatus.WARNING: "yellow", CheckStatus.UNKNOWN: "dim"}


@click.command()
@CONFIG_FILE
@CONFIG
@as_json
@click.pass_context
def doctor(context: click.Context, file: Path | None, config: Path) -> None:
    """Check each gateway online: connection, TLS, key, clock, API version, environment, quota.

    Connects to each provider and sends a few reads; nothing is changed there. For each check that
    is not ok, shows what to do. `onboarding check` sends nothing: it checks the configuration
    alone. CONFIG can also be given by --config. Exit code 1 if a check failed.
    """
    config = config_of(context, file, config)
    with opened(config) as gateways:
        found = [gateways[name].check() for name in gateways]
    if wants_json():
        click.echo(json.dumps({"gateways": [_as_dict(one) for one in found]}, indent=2))
    else:
        _print(str(config), found)
    if not all(one.ok for one in found):
        context.exit(1)


def _print(title: str, found: list[Checked]) -> None:
    made = screen.table(title, "gateway", "check", "status", "found", "next step")
    for one in found:
        name = one.gateway
        for check in one.checks:
            cells = (name, check.name.replace("_", " "), str(check.status))
            made.add_row(
                *(screen.printable(cell) for cell in (*cells, check.message, check.next_step)),
                style=_STYLES.get(check.status),
            )
            name = ""
        made.add_section()
    screen.out().print(made)


def _as_dict(checked: Checked) -> dict[str, Any]:
    return {
        "name": checked.gateway,
        "provider": checked.provider,
        "environment": checked.environment,
        "ok": checked.ok,
        "checks": [
            {**asdict(check), "facts": {k: _plain(value) for k, value in check.facts.items()}}
            for check in checked.checks
        ],
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
