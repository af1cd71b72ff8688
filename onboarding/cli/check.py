"""`onboarding check`: whether a configuration can be used, without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import click
from click.core import ParameterSource

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.configured import CONFIG, opened
from onboarding.cli.failures import as_json, wants_json

__all__ = ["check"]


@click.command()
@click.argument(
    "file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path, dir_okay=False)
)
@CONFIG
@as_json
@click.pass_context
def check(context: click.Context, file: Path | None, config: Path) -> None:
    """Check a configuration, offline: its gateways, or every mistake by its path.

    CONFIG may also be given by --config. Settings are named, never shown. Exit code 2 if there is
    a mistake.
    """
    if file is not None:
        if context.get_parameter_source("config") is not ParameterSource.DEFAULT:
            raise click.UsageError("CONFIG and --config name the same thing: give one of them")
        config = file
    with opened(config) as gateways:
        found = [_plain(gateways[name].adapter, gateways.default_name) for name in gateways]
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
