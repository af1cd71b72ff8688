"""The commands of `onboarding`, under one group."""

from __future__ import annotations

import click

from onboarding import __version__
from onboarding.cli.bulk import bulk
from onboarding.cli.commands import Commands
from onboarding.cli.demo import demo
from onboarding.cli.directory import directory
from onboarding.cli.doctor import doctor
from onboarding.cli.effects import effects
from onboarding.cli.mapping import explain, translate
from onboarding.cli.matrix import matrix
from onboarding.cli.migrate import migrate
from onboarding.cli.missing import missing
from onboarding.cli.new_adapter import new_adapter
from onboarding.cli.route import route
from onboarding.cli.run import run
from onboarding.cli.settle import settle
from onboarding.cli.setup import adapters, check
from onboarding.cli.show import show
from onboarding.cli.simulate import simulate
from onboarding.cli.webhooks import webhooks

__all__ = ["app"]


_CODES = {
    "0": "success; for `run` and `bulk work`: every user is onboarded",
    "1": "partial success: `run` did not onboard every user, `translate` lost something, "
    "a check of `doctor` or `webhooks` failed, `directory erase` kept an operation, `migrate` did "
    "not move every user, or the provider returned an error",
    "2": "the command, the configuration, an input file or an output cannot be used",
    "3": "the outcome of a user of `run`, `settle` or `migrate` is unknown, or could not be "
    "written to the results file",
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
    settle,
    demo,
    adapters,
    check,
    doctor,
    show,
    explain,
    missing,
    route,
    effects,
    matrix,
    translate,
    simulate,
    new_adapter,
    directory,
    migrate,
    bulk,
    webhooks,
):
    app.add_command(command)
