"""`onboarding directory`: brings a directory up to date; shows, exports and erases a person."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from attrs import asdict

from onboarding.cli import screen
from onboarding.cli.commands import Group
from onboarding.cli.failures import NOT_ALL, Failure, as_json, wants_json
from onboarding.cli.input import DIRECTORY, directory_at
from onboarding.cli.output import write_file

if TYPE_CHECKING:
    from onboarding.directory import Erasure

__all__ = ["directory"]

_OWN_ID = click.argument("own_id", metavar="OWN_ID")


@click.group(cls=Group)
def directory() -> None:
    """Upgrade a directory; show, export or erase one person by your own id."""


@directory.command()
@DIRECTORY
@as_json
def upgrade(url: str) -> None:
    """Bring the tables of a directory up to date, or create them.

    Make a backup first. Processes of the version before can go on only where the changelog says so.
    """
    from onboarding.directory.database import Database
    from onboarding.directory.upgrading import upgrade as brought

    database = Database.of(url)
    try:
        applied = brought(database)
        version = database.version()
    finally:
        database.close()
    if wants_json():
        click.echo(json.dumps({"version": version, "applied": list(applied)}))
    else:
        done = f"applied {', '.join(applied)}" if applied else "it was up to date"
        screen.out().print(f"The directory has version {version}: {done}.")


@directory.command()
@_OWN_ID
@DIRECTORY
@as_json
def show(own_id: str, url: str) -> None:
    """Show what a directory knows of one person, without personal data.

    That is: the ids at the providers, the operations with their outcomes, the state as last
    retrieved, and when the first thing is due.
    """
    with directory_at(url) as opened:
        user = opened.user(own_id)
        references = opened.references(own_id)
        operations = opened.operations(own_id)
        states = opened.states(own_id)
    if user is None and not operations:
        raise Failure("the directory does not have this user", kind="UnknownUser")
    shown = {
        "gateway": user.gateway if user is not None else None,
        "erased": user is None,
        "references": [
            {"gateway": one.gateway, "of": one.name or "user", "id": one.id} for one in references
        ],
        "operations": [
            {
                "gateway": one.gateway,
                "operation": one.operation,
                "state": str(one.state),
                "error": one.error,
                "attempts": one.attempts,
                "sent_at": _time(one.sent_at),
                "ended_at": _time(one.ended_at),
            }
            for one in operations
        ],
        "states": [
            {
                "gateway": one.gateway,
                "retrieved_at": _time(one.retrieved_at),
                "status": str(one.status) if one.status else None,
                "provider_levels": dict(one.provider_levels),
                "next_actions": [str(action.kind) for action in one.next_actions],
                "requirements": [requirement.name for requirement in one.requirements],
                "due_at": _time(one.due_at),
            }
            for one in states
        ],
    }
    if wants_json():
        click.echo(json.dumps(shown, indent=2))
        return
    for title in ("references", "operations", "states"):
        _print(title, shown[title])


@directory.command()
@_OWN_ID
@DIRECTORY
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write a file."
)
@as_json
def export(own_id: str, url: str, out: Path | None) -> None:
    """Export all that a directory has of one person, as one JSON document.

    The document has personal data if the directory stores them.
    """
    with directory_at(url) as opened:
        text = json.dumps(opened.export(own_id), indent=2)
    if out is None:
        click.echo(text)
        return
    write_file(out, f"{text}\n")
    if wants_json():
        click.echo(json.dumps({"written": str(out)}))
    else:
        screen.out().print(f"Written: {out}")


@directory.command()
@_OWN_ID
@DIRECTORY
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def erase(context: click.Context, own_id: str, url: str, yes: bool) -> None:
    """Erase one person from a directory, and say what is kept and why.

    The providers are not called: close the user there first. Exit code 1 if an operation without
    an outcome is kept: settle it, and erase again.
    """
    with directory_at(url) as opened:
        if not yes:
            if wants_json():
                raise Failure("--json does not ask: add --yes", kind="UsageError")
            click.confirm("Erase this person? It cannot be undone", abort=True)
        erased = opened.erase(own_id)
    if wants_json():
        click.echo(json.dumps(_as_dict(erased), indent=2))
    else:
        _print_erasure(erased)
    if not erased.complete:
        context.exit(NOT_ALL)


def _as_dict(erased: Erasure) -> dict[str, Any]:
    return {
        "complete": erased.complete,
        "erased": dict(erased.erased),
        "kept": [asdict(one) for one in erased.kept],
        "references": [
            {"gateway": one.gateway, "of": one.name or "user", "id": one.id}
            for one in erased.references
        ],
    }


def _print_erasure(erased: Erasure) -> None:
    rows = ", ".join(f"{count} of {name}" for name, count in erased.erased.items() if count)
    console = screen.out()
    console.print(f"Erased: {rows or 'nothing'}.")
    made = screen.table("kept", "what", "why")
    for one in erased.kept:
        made.add_row(one.what, one.why)
    console.print(made)


def _print(title: str, rows: Any) -> None:
    if not rows:
        screen.out().print(f"No {title}.")
        return
    made = screen.table(title, *(name.replace("_", " ") for name in rows[0]))
    for row in rows:
        made.add_row(*(screen.printable(_cell(value)) for value in row.values()))
    screen.out().print(made)


def _cell(value: object) -> object:
    if isinstance(value, dict):
        levels = cast("dict[str, str]", value)
        return ", ".join(f"{name}={word}" for name, word in levels.items())
    if isinstance(value, list):
        return ", ".join(cast("list[str]", value))
    return "" if value is None else value


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
