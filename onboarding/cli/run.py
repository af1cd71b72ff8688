"""`onboarding run`: a file of users through one gateway."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from onboarding.batch import Batch, Journal, Line, State, Summary, UserFile
from onboarding.cli import screen
from onboarding.cli.configured import CONFIG, opened
from onboarding.cli.failures import (
    NOT_ALL,
    UNKNOWN,
    UNUSABLE,
    Failure,
    as_json,
    failure_of,
    wants_json,
)
from onboarding.cli.held import lines_of, users_in
from onboarding.errors import OnboardingError

__all__ = ["exit_code", "plain_summary", "run"]


@click.command()
@click.argument(
    "users", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)
@CONFIG
@click.option("--gateway", metavar="NAME", help="Which gateway; the configured default otherwise.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Results as JSON Lines; a run with the same file takes up where the last one ended.",
)
@as_json
@click.pass_context
def run(
    context: click.Context, users: Path, config: Path, gateway: str | None, out: Path | None
) -> None:
    """Onboard a file of users with one gateway.

    USERS holds JSON Lines (an object a line, `ref` being your own id of the user), one JSON list
    of such objects or, if its name ends in .csv, .tsv or .txt, CSV with core paths as its headings
    or words such as first_name, which are told with the paths they stand for; `-` is JSON from
    standard input. Without a `ref` a user is called by the number of the line (`line-7`), which
    must then not move between two runs.

    A bad line stops nothing else. With --out, a note is written before each user is sent, so
    that another run with the same file sends nobody twice: whoever was sent and not answered is
    reported as unknown. Who was refused, invalid or failed is at no provider, and is tried again;
    who was rejected, once the line has changed. Nobody created or unknown is sent again.

    No result holds a personal value, a link or a token.

    Exit codes: 0 everybody is onboarded, 1 not everybody, 2 the command or the
    configuration cannot be used, 3 somebody's outcome is unknown.
    """
    with opened(config) as gateways:
        chosen = gateways.default if gateway is None else gateways[gateway]
        with users_in(users) as file, Journal.open(out, chosen) if out else Journal() as journal:
            batch = Batch(chosen, journal)
            if wants_json():
                failure = _stream(batch, file)
            else:
                failure = _watch(batch, file)
                if failure is None or batch.summary.total:
                    _tell(batch, out)
    if failure is not None and not wants_json():
        raise failure
    context.exit(exit_code(batch.summary, failure))


def exit_code(summary: Summary, failure: Failure | None = None) -> int:
    """0 everybody is onboarded, 1 not everybody, 3 somebody is unknown; else that of the failure
    which ended the run early."""
    if failure is not None:
        return failure.exit_code
    if summary.stopped is not None:
        return UNUSABLE
    total = summary.total
    if total[State.UNKNOWN]:
        return UNKNOWN
    return 0 if total[State.CREATED] == total.total() else NOT_ALL


def plain_summary(summary: Summary, failure: Failure | None = None) -> dict[str, object]:
    """The summary as plain data."""
    return {
        "now": {str(state): summary.now[state] for state in State},
        "before": {str(state): summary.before[state] for state in State},
        "users": summary.total.total(),
        "exit_code": exit_code(summary, failure),
    }


def _stream(batch: Batch, file: UserFile) -> Failure | None:
    """Runs the batch, and prints one JSON document as it grows."""
    ended, comma = None, ""
    click.echo('{"results": [', nl=False)
    try:
        with _progress(file) as lines:
            for result in batch.run(lines):
                click.echo(f"{comma}\n{json.dumps(result.plain())}", nl=False)
                comma = ","
    except (OnboardingError, OSError, KeyboardInterrupt) as error:
        ended = failure_of(error)
    if batch.summary.stopped is not None:
        ended = failure_of(batch.summary.stopped)
    summary = json.dumps(plain_summary(batch.summary, ended))
    why = json.dumps(ended.plain() if ended is not None else None)
    headings = json.dumps(dict(file.headings))
    click.echo(f'\n], "headings": {headings}, "summary": {summary}, "error": {why}}}')
    return ended


def _watch(batch: Batch, file: UserFile) -> Failure | None:
    """Runs the batch under a progress bar."""
    try:
        with _progress(file) as lines:
            for _ in batch.run(lines):
                pass
    except (OnboardingError, OSError, KeyboardInterrupt) as error:
        return failure_of(error)
    return failure_of(batch.summary.stopped) if batch.summary.stopped is not None else None


@contextmanager
def _progress(file: UserFile) -> Generator[Iterator[Line]]:
    """The lines of the file, with a bar if standard error is a terminal."""
    console = screen.err()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[users]} users"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("Onboarding", total=file.size, users=0)

        def lines() -> Iterator[Line]:
            for count, line in enumerate(lines_of(file), 1):
                yield line
                bar.update(task, completed=file.consumed, users=count)

        yield lines()


def _tell(batch: Batch, out: Path | None) -> None:
    console = screen.out()
    gateway = batch.gateway
    console.print(screen.summary(batch.summary, f"{gateway.name} ({gateway.provider})"))
    if batch.summary.reasons:
        console.print(screen.reasons(batch.summary))
    if batch.summary.before:
        console.print(screen.left_alone(batch.summary), soft_wrap=True)
    if out is not None:
        console.print(f"One line a user is in {out}.", soft_wrap=True)
