"""`onboarding adapters`: what is installed, and what is wrong with it."""

from __future__ import annotations

import json

import click

from onboarding.cli import screen
from onboarding.cli.failures import as_json, wants_json
from onboarding.registry import Plugin, installed

__all__ = ["adapters"]


@click.command()
@as_json
def adapters() -> None:
    """List the adapters within reach, the broken ones with what is wrong."""
    found = installed().report()
    if wants_json():
        click.echo(json.dumps({"adapters": [_plain(plugin) for plugin in found]}, indent=2))
        return
    made = screen.table("Adapters", "name", "distribution", "version", "adapter")
    for plugin in found:
        cells = list(_plain(plugin).values())[:4]
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


def _plain(plugin: Plugin) -> dict[str, str | None]:
    kind = plugin.adapter
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version or None,
        "adapter": f"{kind.__module__}.{kind.__qualname__}" if kind is not None else None,
        "problem": plugin.problem or None,
    }
