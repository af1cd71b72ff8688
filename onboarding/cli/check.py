"""`onboarding check`: whether a configuration can be used, without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import click

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.configured import opened
from onboarding.cli.failures import as_json, wants_json

__all__ = ["check"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path, dir_okay=False))
@as_json
def check(config: Path) -> None:
    """Check a configuration, offline: its gateways, or every mistake by its path.

    Settings are named, never shown. Exit code 2 if there is a mistake.
    """
    with opened(config) as gateways:
        found = [_plain(gateways.get(name).adapter, gateways.default) for name in gateways]
    if wants_json():
        click.echo(json.dumps({"gateways": found}, indent=2))
        return
    made = screen.table(str(config), "gateway", "provider", "settings", "may be left out")
    for gateway in found:
        name = f"{gateway['name']} (default)" if gateway["default"] else gateway["name"]
        made.add_row(
            screen.printable(name),
            gateway["provider"],
            ", ".join(gateway["settings"]),
            ", ".join(gateway["accept_loss"]),
        )
    screen.out().print(made)


def _plain(adapter: Adapter, default: str | None) -> dict[str, Any]:
    """The gateway with the names of the settings that differ from what they are by themselves."""
    shared = attrs.fields_dict(Adapter)
    return {
        "name": adapter.name,
        "provider": adapter.provider,
        "default": adapter.name == default,
        "settings": [
            field.name
            for field in attrs.fields(type(adapter))
            if field.name not in shared and getattr(adapter, field.name) != field.default
        ],
        "accept_loss": list(adapter.accept_loss),
    }
