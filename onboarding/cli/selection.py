"""The adapters and gateways that a command was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.failures import Failure
from onboarding.config import Gateways
from onboarding.errors import ConfigurationError
from onboarding.registry import installed

__all__ = [
    "CONFIG",
    "chosen",
    "opened",
]


def chosen(names: Iterable[str] = ()) -> dict[str, type[Adapter]]:
    """The adapter classes of these providers, or of all; a broken one is told of and left out.

    Raises `UnknownProvider` or `AmbiguousProvider` for one that is named and cannot be had.
    """
    wanted = dict.fromkeys(names)
    if wanted:
        return {name: installed().find(name) for name in wanted}
    found: dict[str, type[Adapter]] = {}
    for plugin in installed().report():
        if plugin.adapter is not None:
            found[plugin.name] = plugin.adapter
        else:
            text = screen.printable(f"{plugin.name} is left out: {plugin.problem}")
            screen.err().print(text, style="yellow")
    return found


CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default="onboarding.toml",
    show_default=True,
    help="The configuration of the gateways.",
)


def opened(config: Path) -> Gateways:
    """The gateways of a file. Every mistake of it fails the command at once, by path."""
    try:
        return Gateways.from_file(config)
    except ConfigurationError as error:
        text = f"{config} cannot be used"
        raise Failure(text, kind=type(error).__name__, problems=error.problems) from None
