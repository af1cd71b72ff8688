"""`onboarding adapters` and `onboarding check`: what is installed, and what is configured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import attrs
import click

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.failures import as_json, wants_json
from onboarding.cli.input import CONFIG, CONFIG_FILE, config_of, opened
from onboarding.gateway import Gateway
from onboarding.registry import Plugin, installed
from onboarding.transports.connection import place_of
from onboarding.values.secret import Secret

__all__ = ["adapters", "check"]


@click.command()
@as_json
def adapters() -> None:
    """List the installed adapters, with the error of each one that cannot be loaded."""
    found = installed().report()
    if wants_json():
        click.echo(
            json.dumps({"adapters": [_plugin_as_dict(plugin) for plugin in found]}, indent=2)
        )
        return
    made = screen.table("Adapters", "name", "distribution", "version", "adapter")
    for plugin in found:
        cells = list(_plugin_as_dict(plugin).values())[:4]
        made.add_row(
            *(screen.printable(value or "") for value in cells),
            style="red" if plugin.problem else None,
        )
    console = screen.out()
    console.print(made)
    for plugin in found:
        if plugin.problem:
            text = screen.printable(f"{plugin.name}: {plugin.problem}")
            console.print(text, style="red")


def _plugin_as_dict(plugin: Plugin) -> dict[str, str | None]:
    kind = plugin.adapter
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version or None,
        "adapter": f"{kind.__module__}.{kind.__qualname__}" if kind is not None else None,
        "problem": plugin.problem or None,
    }


# -- a configuration


@click.command()
@CONFIG_FILE
@CONFIG
@as_json
@click.pass_context
def check(context: click.Context, file: Path | None, config: Path) -> None:
    """Check a configuration offline, and report every mistake by its path.

    Sends nothing; `onboarding doctor` also asks the providers. Shows for each gateway the
    environment (sandbox or production), the host that it will call, and what was checked. CONFIG
    can also be given by --config. Values of settings are never shown.
    Exit code 2 if there is a mistake.
    """
    config = config_of(context, file, config)
    with opened(config) as gateways:
        found = [_gateway_as_dict(gateways[name], gateways.default_name) for name in gateways]
    if wants_json():
        click.echo(json.dumps({"gateways": found}, indent=2))
        return
    made = screen.table(str(config), "gateway", "", "")
    for gateway in found:
        name = f"{gateway['name']} (default)" if gateway["default"] else gateway["name"]
        for label, value in gateway.items():
            if value and label not in ("name", "default"):
                text = (
                    ", ".join(cast("list[str]", value)) if isinstance(value, list) else str(value)
                )
                made.add_row(
                    screen.printable(name), label.replace("_", " "), screen.printable(text)
                )
                name = ""
        made.add_section()
    screen.out().print(made)
    screen.out().print(_OFFLINE)


_OFFLINE = "Nothing was sent: the provider may still reject a key. `onboarding doctor` asks it."


def _gateway_as_dict(gateway: Gateway[Adapter], default: str | None) -> dict[str, Any]:
    """Returns the host of a gateway and what was checked; of settings, only the names."""
    adapter, connection = gateway.adapter, gateway.connection
    shared = attrs.fields_dict(Adapter)
    own = {
        field.name: getattr(adapter, field.name)
        for field in attrs.fields(type(adapter))
        if field.name not in shared and getattr(adapter, field.name) != field.default
    }
    files = [x for x in ("ca_bundle", "certificate", "private_key") if getattr(connection, x)]
    return {
        "name": adapter.name,
        "default": adapter.name == default,
        "provider": adapter.provider,
        "environment": adapter.environment_name,
        "host": urlsplit(adapter.base).netloc if adapter.base else None,
        "proxy": place_of(connection.proxy) if connection.proxy else None,
        "settings": list(own),
        "accept_loss": list(adapter.accept_loss),
        "checked": [
            "every setting",
            *(f"{name} is present" for name, value in own.items() if isinstance(value, Secret)),
            *(f"{name} is valid" for name in files),
        ],
    }
