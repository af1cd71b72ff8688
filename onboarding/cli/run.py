"""`onboarding run`: a file of users through one gateway."""

from __future__ import annotations

import json
import re
import secrets
import stat
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from onboarding.adapter import Adapter
from onboarding.bulk import BulkRun, Journal, Result, State, Summary, UserFile
from onboarding.cli import screen
from onboarding.cli.dry_run import DryRun
from onboarding.cli.failures import NOT_ALL, UNKNOWN, Failure, as_json, failure_of, wants_json
from onboarding.cli.input import (
    CONFIG,
    GATEWAY,
    IN_FLIGHT,
    LIMIT,
    directory_at,
    lines_of,
    opened,
    users_in,
)
from onboarding.cli.progress import run_to_end
from onboarding.engine import utc_now
from onboarding.gateway import Gateway

if TYPE_CHECKING:
    from onboarding.workers.runs import DirectoryRun

__all__ = ["default_in_flight", "exit_code", "run", "summary_as_dict"]


@click.command()
@click.argument(
    "users", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)
@CONFIG
@GATEWAY
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The results file, new or of an earlier run to resume.  "
    "[default: USERS.GATEWAY.results.jsonl, beside USERS]",
)
@IN_FLIGHT
@click.option(
    "--directory",
    "url",
    metavar="URL",
    help="The directory that knows who is created: the URL of its database. "
    "The results file is then only written.",
)
@LIMIT
@click.option(
    "--max-failures",
    type=click.IntRange(1),
    metavar="N",
    default=5,
    show_default=True,
    help="Stop after N calls without an answer in a row.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Translate the users and show what would be missing or lost; nothing is sent.",
)
@as_json
@click.pass_context
def run(
    context: click.Context,
    users: Path,
    config: Path,
    gateway: str | None,
    out: Path | None,
    in_flight: int | None,
    url: str | None,
    limit: int | None,
    max_failures: int,
    dry_run: bool,
) -> None:
    """Onboard a file of users with one gateway.

    USERS is JSON Lines (one object per line; `ref` is your id of the user), one JSON list of such
    objects or, if its name ends in .csv, .tsv or .txt, CSV; `-` is JSON from standard input. The
    headings of CSV are core paths or aliases such as first_name. A user without a `ref` is named
    after the number of the line (`line-7`), which must not change between two runs.

    An invalid line does not stop the run. The results file gets an entry before each user is sent,
    and the result afterwards. Run again with the same file to resume: created users are not sent
    again, rejected users only if their line has changed; unsupported, invalid and failed users
    are retried. A user whose outcome is unknown is sent again only while the provider remembers
    the idempotency key (MangoPay and Stripe: 24 hours), so that no user is created twice.

    Without --out, each run from standard input writes a new file in the current folder.

    On a rate limit the run waits as long as the provider says. A user whose outcome is unknown is
    sent again at once, if the provider has idempotency keys. The run stops if the provider does
    not answer.

    The first Ctrl-C ends the run after the users in flight; the second one ends it at once.

    The results contain no personal value, link or token.

    Exit codes: 0 every user is onboarded, 1 not every user, 2 the command, the configuration or the
    results file cannot be used, 3 the outcome of a user is unknown or could not be recorded,
    130 interrupted.
    """
    with opened(config) as gateways:
        chosen = gateways.default if gateway is None else gateways[gateway]
        if dry_run:
            context.exit(_dry_run(chosen, users, limit))
        place, new = (out, False) if out is not None else results_file(users, chosen.name)
        with (
            users_in(users) as file,
            _journal(place, chosen, default=out is None) as journal,
            ExitStack() as stack,
        ):
            settings = _Settings(
                in_flight=in_flight or default_in_flight(chosen),
                limit=limit,
                replays=REPLAYS,
                most_failures=max_failures,
            )
            bulk = stack.enter_context(_run_of(chosen, journal, url, settings))
            again = f"run again with --out {place}" if new else "run the same command again"
            if wants_json():
                failure = _stream(bulk, file, place, again)
            else:
                failure = _watch(bulk, file, again)
    if failure is not None and not wants_json():
        raise failure
    context.exit(exit_code(bulk.summary, failure))


class _Settings(TypedDict):
    in_flight: int
    limit: int | None
    replays: int
    most_failures: int


@contextmanager
def _run_of(
    gateway: Gateway[Adapter], journal: Journal, url: str | None, settings: _Settings
) -> Generator[BulkRun | DirectoryRun, None, None]:
    """Yields a run whose truth is the results file, or the directory at an address."""
    if url is None:
        yield BulkRun(gateway, journal, **settings)
        return
    from onboarding.workers.runs import DirectoryRun

    with directory_at(url) as directory:
        yield DirectoryRun(gateway, journal, directory, **settings)


REPLAYS = 5
"""How often a run replays a user whose outcome is unknown: 31 seconds in all."""


def default_in_flight(gateway: Gateway[Adapter]) -> int:
    """Returns how many users are sent at the same time.

    Without idempotency keys, each of them is looked up by hand after a run was killed.
    """
    return 1 if gateway.adapter.key_lifetime is None else 8


def _dry_run(gateway: Gateway[Adapter], users: Path, limit: int | None) -> int:
    """Prints what a run would do; returns the exit code."""
    found = DryRun(gateway)
    with users_in(users) as file:
        found.read(lines_of(file), limit)
    if wants_json():
        headings = dict(file.headings)
        click.echo(json.dumps({"dry_run": found.plain(), "headings": headings}, indent=2))
    else:
        found.print()
    return 0 if found.is_ready else NOT_ALL


def _journal(place: Path, gateway: Gateway[Adapter], *, default: bool) -> Journal:
    """Opens the results file, and prints its name if the command line did not give it."""
    try:
        journal = Journal.open(place, gateway)
    except OSError as error:
        more = "; name another results file with --out" if default else ""
        raise Failure(f"{place}: {error.strerror}{more}", kind="OSError") from None
    if default:
        screen.err().print(f"Results: {place}", soft_wrap=True)
    return journal


def exit_code(summary: Summary, failure: Failure | None = None) -> int:
    """Returns 0 if every user is onboarded, 1 if not, 3 if an outcome is unknown.

    If a failure ended the run early, returns its exit code.
    """
    if failure is not None:
        return failure.exit_code
    if summary.stopped is not None:
        return failure_of(summary.stopped).exit_code
    total = summary.total
    if total[State.UNKNOWN]:
        return UNKNOWN
    return 0 if total[State.CREATED] == total.total() else NOT_ALL


def summary_as_dict(summary: Summary, failure: Failure | None = None) -> dict[str, object]:
    """Returns the summary as plain data."""
    return {
        "now": {str(state): summary.now[state] for state in State},
        "before": {str(state): summary.before[state] for state in State},
        "users": summary.total.total(),
        "unknown": [
            {"ref": one.ref, "id": one.id, "next_step": "run_again" if one.run_again else "look_up"}
            for one in summary.unknown
        ],
        "exit_code": exit_code(summary, failure),
    }


def _stream(
    bulk: BulkRun | DirectoryRun, file: UserFile, place: Path, again: str
) -> Failure | None:
    """Runs the users, and prints the JSON document piece by piece."""
    comma = ""

    def write(result: Result) -> None:
        nonlocal comma
        click.echo(f"{comma}\n{json.dumps(result.plain())}", nl=False)
        comma = ","

    click.echo('{"results": [', nl=False)  # before the first user: the output may be full or closed
    ended = run_to_end(bulk, file, again, write)
    for result in bulk.unrecorded:
        write(result)
    summary = json.dumps({"results_file": str(place), **summary_as_dict(bulk.summary, ended)})
    why = json.dumps(ended.plain() if ended is not None else None)
    headings = json.dumps(dict(file.headings))
    click.echo(f'\n], "headings": {headings}, "summary": {summary}, "error": {why}}}')
    return ended


def _watch(bulk: BulkRun | DirectoryRun, file: UserFile, again: str) -> Failure | None:
    """Runs the users with a progress bar, and prints the summary."""
    failure = run_to_end(bulk, file, again, lambda _: None)
    if failure is None or bulk.summary.total:
        _print_summary(bulk)
    return failure


def _print_summary(bulk: BulkRun | DirectoryRun) -> None:
    """Prints the summary on one screen."""
    console, gateway, counts = screen.out(), bulk.gateway, bulk.summary
    console.print(screen.summary(counts, f"{gateway.name} ({gateway.provider})"))
    if counts.reasons:
        console.print(screen.reasons(counts))
    if counts.before:
        console.print(screen.left_alone(counts), soft_wrap=True)
    for line in screen.unknown(counts, gateway.provider):
        console.print(line, style=screen.STYLES[State.UNKNOWN])


_ODD = re.compile(r"[^\w.-]").sub


def results_file(
    users: Path, gateway: str, *, clock: Callable[[], datetime] = utc_now
) -> tuple[Path, bool]:
    """Returns the default results file of a file of users, and whether it is new in each run.

    For `users.jsonl` and the gateway `fr` it is `users.fr.results.jsonl` in the same folder, for
    `users.csv` it is `users.csv.fr.results.jsonl`. A stream has no name, so that each run gets a
    new file in the current folder.
    """
    named = _ODD("_", gateway)
    if str(users) == "-" or not stat.S_ISREG(users.stat().st_mode):
        moment = f"{clock():%Y%m%dT%H%M%S}"
        return Path(f"stdin.{named}.{moment}-{secrets.token_hex(3)}.results.jsonl"), True
    name = users.name.removesuffix(".jsonl")
    return users.with_name(f"{name}.{named}.results.jsonl"), False
