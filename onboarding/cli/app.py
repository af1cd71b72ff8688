"""The commands of `onboarding`, under one group."""

from __future__ import annotations

import click

from onboarding import __version__
from onboarding.cli.adapters import adapters
from onboarding.cli.check import check
from onboarding.cli.demo import demo
from onboarding.cli.effects import effects
from onboarding.cli.explain import explain
from onboarding.cli.failures import Commands
from onboarding.cli.matrix import matrix
from onboarding.cli.missing import missing
from onboarding.cli.run import run
from onboarding.cli.show import show
from onboarding.cli.simulate import simulate
from onboarding.cli.translate import translate

__all__ = ["app"]


_CODES = {
    "0": "done; of `run`: every user is onboarded",
    "1": "done in part: `run` onboarded not everybody, `translate` lost something, or the "
    "provider said no",
    "2": "the command, the configuration or an input file cannot be used",
    "3": "`run` does not know what became of somebody",
    "4": "an extra is not installed",
    "130": "interrupted",
}


@click.group(cls=Commands, codes=_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="onboarding", message="%(prog)s %(version)s")
def app() -> None:
    """Describe a user once, onboard them with any payment provider.

    Every command takes --json: then standard output holds one JSON document and nothing else.
    An error is one too, {"error": ...}, even if the arguments are wrong.
    """


for command in (
    run,
    demo,
    adapters,
    check,
    show,
    explain,
    missing,
    effects,
    matrix,
    translate,
    simulate,
):
    app.add_command(command)
