"""The commands of `onboarding`, under one group."""

from __future__ import annotations

import click

from onboarding import __version__
from onboarding.cli.commands import Commands
from onboarding.cli.demo import demo
from onboarding.cli.effects import effects
from onboarding.cli.mapping import explain, translate
from onboarding.cli.matrix import matrix
from onboarding.cli.missing import missing
from onboarding.cli.run import run
from onboarding.cli.setup import adapters, check
from onboarding.cli.show import show
from onboarding.cli.simulate import simulate

__all__ = ["app"]


_CODES = {
    "0": "success; for `run`: every user is onboarded",
    "1": "partial success: `run` did not onboard every user, `translate` lost something, or the "
    "provider returned an error",
    "2": "the command, the configuration, an input file or an output cannot be used",
    "3": "the outcome of a user of `run` is unknown, or could not be written to the results file",
    "4": "an extra is not installed",
    "130": "interrupted by Ctrl-C",
    "141": "standard output was closed by its reader",
}


@click.group(cls=Commands, codes=_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="onboarding", message="%(prog)s %(version)s")
def app() -> None:
    """Describe a user once, onboard them with any payment provider.

    Every command accepts --json: standard output is then one JSON document and nothing else.
    An error is {"error": ...}, also for invalid arguments.
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
