"""The configuration that a command works with."""

from __future__ import annotations

from pathlib import Path

import click

from onboarding.cli.failures import Failure
from onboarding.config import Gateways
from onboarding.errors import ConfigurationError

__all__ = ["CONFIG", "opened"]

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
