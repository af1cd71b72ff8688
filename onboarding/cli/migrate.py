"""`onboarding migrate`: moves users to another provider, by a plan that a person can read."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from onboarding.cli import screen
from onboarding.cli.commands import Group
from onboarding.cli.failures import NOT_ALL, UNKNOWN, Failure, as_json, wants_json
from onboarding.cli.input import CONFIG, DIRECTORY, IN_FLIGHT, entries_in, opened, users_in
from onboarding.cli.moves import (
    plan_as_dict,
    print_plan,
    print_retired,
    print_status,
    status_as_dict,
)
from onboarding.cli.output import write_file
from onboarding.errors import InvalidInput, Problem
from onboarding.model.countries import country_codes
from onboarding.model.record import UserRecord
from onboarding.model.user import PersonType, User
from onboarding.routing import country_of

if TYPE_CHECKING:
    from onboarding.directory import Directory, Move
    from onboarding.migration import Migration
    from onboarding.migration.content import Complete

__all__ = ["migrate"]

_MARGIN = timedelta(minutes=1)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_PLAN = click.argument("plan", type=_FILE)
_WITH = click.option(
    "--with",
    "more",
    metavar="FILE",
    type=_FILE,
    help="A file of users, as of `run`, whose `ref` is the own id: its fields are added to those "
    "of the source, such as identity.national_id.code or credentials.",
)
_REFETCH = click.option(
    "--refetch", is_flag=True, help="Fetch also the users whom the directory stores."
)
_PERSONAL = click.option(
    "--personal-data", is_flag=True, help="Store the users of the target in the directory."
)
_LEASE = click.option(
    "--lease",
    type=click.IntRange(1, 86_400),
    metavar="SECONDS",
    default=300,
    show_default=True,
    help="How long a user stays with a process that was killed.",
)


@click.group(cls=Group)
def migrate() -> None:
    """Move users to another provider: plan, apply, look how far it is, retire the source."""


@migrate.command()
@click.option("--from", "source", metavar="NAME", required=True, help="The gateway of the users.")
@click.option("--to", "target", metavar="NAME", required=True, help="The gateway to move to.")
@click.option(
    "--goal",
    metavar="TARGET",
    default="",
    help="A target of the provider, such as fully_identified: shows what users lack for it.",
)
@click.option(
    "--country", metavar="CODE", multiple=True, help="Move users of this country; may be repeated."
)
@click.option(
    "--person-type",
    type=click.Choice([str(kind) for kind in PersonType]),
    multiple=True,
    help="Move users of this type.",
)
@click.option("--only", metavar="FILE", type=_FILE, help="Move the own ids in a file, one a line.")
@_WITH
@_REFETCH
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file of the plan.  [default: FROM-to-TO.plan.json]",
)
@DIRECTORY
@CONFIG
@as_json
@click.pass_context
def plan(
    context: click.Context,
    source: str,
    target: str,
    goal: str,
    country: tuple[str, ...],
    person_type: tuple[str, ...],
    only: Path | None,
    more: Path | None,
    refetch: bool,
    out: Path | None,
    url: str,
    config: Path,
) -> None:
    """Plan the move of users from one gateway to another; nothing is sent to the target.

    Shows what becomes of the users: who is ready, what the target does not support, what users
    still lack, which levels stay behind, and how long it takes under the quotas. The users are
    those of the directory at the gateway `--from`: as the directory stores them, if it keeps
    personal data, else fetched from the provider.

    The plan is written to a file, which has your own ids and digests, and no personal value. Remove
    users from it to leave them where they are.

    Exit codes: 0 every user is ready or there already, 1 not every user,
    2 the command, the configuration or a file cannot be used.
    """
    from onboarding.migration import PlannedState, plan_migration

    where = _where(country, person_type, only)
    with _directory(url) as directory, opened(config) as gateways, _counted("read") as count:
        made = plan_migration(
            directory,
            source=gateways[source],
            target=gateways[target],
            where=where,
            goal=goal,
            complete=_complete(more),
            refetch=refetch,
            on_progress=count,
        )
    place = out or Path(f"{source}-to-{target}.plan.json")
    write_file(place, f"{made.to_json()}\n")
    if wants_json():
        click.echo(json.dumps({"written": str(place), **plan_as_dict(made)}, indent=2))
    else:
        print_plan(made)
        screen.out().print(f"Written: {place}", soft_wrap=True)
    fine = made.states[PlannedState.READY] + made.states[PlannedState.THERE]
    context.exit(0 if fine == len(made.users) else NOT_ALL)


@migrate.command()
@_PLAN
@_WITH
@_REFETCH
@_PERSONAL
@IN_FLIGHT
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Try at most N users.")
@_LEASE
@DIRECTORY
@CONFIG
@as_json
@click.pass_context
def apply(
    context: click.Context,
    /,
    plan: Path,
    in_flight: int | None,
    limit: int | None,
    config: Path,
    **settings: Any,
) -> None:
    """Move the users of PLAN who are ready, under the quota of the target.

    Give the same --with as for the plan. A user who is not as planned any more is not moved, and is
    named with the reason. Interrupt it and run it again as often as you like, also for weeks: a
    user who moved is not sent again, and one whose outcome is unknown is looked up first.

    Both providers keep the user. `onboarding migrate retire` ends that.

    Exit codes: 0 every user of the plan has moved, 1 not every user, 2 the command, the
    configuration or a file cannot be used, 3 the outcome of a user is unknown, 130 interrupted.
    """
    with _migration(plan, config, _Settings(**settings)) as migration:
        patience = migration.lease + _MARGIN
        moves = migration.apply(in_flight=in_flight, limit=limit, patience=patience)
        with _counted("tried") as count:
            for number, _ in enumerate(moves, 1):
                count(number)
        context.exit(_show(migration))


@migrate.command()
@_PLAN
@DIRECTORY
@CONFIG
@as_json
@click.pass_context
def status(context: click.Context, plan: Path, url: str, config: Path) -> None:
    """Show how far the users of PLAN have come, by the directory; no provider is asked.

    Exit codes: as `onboarding migrate apply`.
    """
    with _migration(plan, config, _Settings(url=url)) as migration:
        context.exit(_show(migration))


@migrate.command()
@_PLAN
@click.option("--close", is_flag=True, help="Close the users at the source, which is final.")
@click.option("--forget", is_flag=True, help="Remove what the directory has of the source.")
@click.option("--anyway", is_flag=True, help="Retire also users who lack something or changed.")
@click.option("--only", metavar="FILE", type=_FILE, help="Retire the own ids in a file.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_WITH
@_REFETCH
@_PERSONAL
@_LEASE
@DIRECTORY
@CONFIG
@as_json
@click.pass_context
def retire(
    context: click.Context,
    /,
    plan: Path,
    close: bool,
    forget: bool,
    anyway: bool,
    only: Path | None,
    yes: bool,
    config: Path,
    **settings: Any,
) -> None:
    """Assign the users of PLAN who moved to the target; close or forget them at the source.

    A user stays as it is, and is named, if it lacks something for the goal of the plan, or if its
    data at the source have changed since the plan.

    Exit codes: 0 every user who moved is retired, 1 not every user, 2 the command, the
    configuration or a file cannot be used.
    """
    with _migration(plan, config, _Settings(**settings)) as migration:
        if (close or forget) and not yes:
            if wants_json():
                raise Failure("--json does not ask: add --yes", kind="UsageError")
            click.confirm("Retire the source of the users who moved?", abort=True)
        moves = [
            *migration.retire(
                close=close, forget=forget, anyway=anyway, only=_own_ids(only) if only else None
            )
        ]
    retired, stayed = _parted(moves)
    if wants_json():
        told = {"retired": len(retired), "stayed": [_as_dict(one) for one in stayed]}
        click.echo(json.dumps(told, indent=2))
    else:
        print_retired(len(retired), stayed)
    context.exit(NOT_ALL if stayed else 0)


# -- what the commands share


@frozen(kw_only=True)
class _Settings:
    """The options of a command that works on a plan."""

    url: str
    more: Path | None = None
    refetch: bool = False
    personal_data: bool = False
    lease: int = 300


@contextmanager
def _migration(place: Path, config: Path, settings: _Settings) -> Generator[Migration]:
    from onboarding.migration import Migration, MigrationPlan

    try:
        plan = MigrationPlan.from_json(place.read_bytes())
    except InvalidInput as error:
        text = f"{place} is not a plan"
        raise Failure(text, kind="InvalidInput", problems=error.problems) from None
    with (
        _directory(settings.url, personal_data=settings.personal_data) as directory,
        opened(config) as gateways,
    ):
        yield Migration(
            plan=plan,
            directory=directory,
            source=gateways[plan.source.gateway],
            target=gateways[plan.target.gateway],
            complete=_complete(settings.more),
            refetch=settings.refetch,
            lease=timedelta(seconds=settings.lease),
        )


@contextmanager
def _counted(word: str) -> Generator[Callable[[int], None]]:
    """Shows on a terminal how many users were read or tried."""
    console = screen.err()
    if wants_json() or not console.is_terminal:
        yield lambda users: None
        return
    with console.status("") as status:
        yield lambda users: status.update(f"{users:,} users {word}")


@contextmanager
def _directory(url: str, *, personal_data: bool = False) -> Generator[Directory]:
    from onboarding.directory import Directory

    with Directory.open(url, personal_data=personal_data) as directory:
        yield directory


def _complete(more: Path | None) -> Complete | None:
    """Returns what adds the users of a file. Raises `Failure` with every mistake by path."""
    if more is None:
        return None
    from onboarding.migration import completed_from

    known: dict[str, User] = {}
    problems: list[Problem] = []
    for entry in entries_in(users_in(more)):
        problems += [problem.under(entry.ref) for problem in entry.problems]
        if isinstance(entry.content, User):
            known[entry.ref] = entry.content
    if problems:
        raise Failure(f"{more} has invalid users", kind="InvalidInput", problems=problems)
    return completed_from(known)


def _where(
    countries: tuple[str, ...], kinds: tuple[str, ...], only: Path | None
) -> Callable[[str, UserRecord], bool] | None:
    if wrong := [code for code in countries if code not in country_codes()]:
        text = "expected an ISO 3166-1 alpha-2 code"
        raise InvalidInput([Problem("--country", "shape", f"{text}: {wrong[0]}")])
    own_ids = _own_ids(only) if only is not None else None

    def where(own_id: str, record: UserRecord) -> bool:
        user = record.user
        return (
            (own_ids is None or own_id in own_ids)
            and (not countries or country_of(user) in countries)
            and (not kinds or str(user.person_type) in kinds)
        )

    return where


def _own_ids(place: Path) -> frozenset[str]:
    return frozenset(line.strip() for line in place.read_text("utf-8").splitlines() if line.strip())


def _show(migration: Migration) -> int:
    """Prints how far a migration has come; returns the exit code."""
    found = migration.status()
    if wants_json():
        click.echo(json.dumps(status_as_dict(migration.plan, found), indent=2))
    else:
        print_status(migration.plan, found, migration.target.adapter)
    if found.unknown:
        return UNKNOWN
    return 0 if found.moved == found.planned else NOT_ALL


def _parted(moves: list[Move]) -> tuple[list[Move], list[Move]]:
    from onboarding.directory import MoveState

    retired = [one for one in moves if one.state is MoveState.RETIRED]
    return retired, [one for one in moves if one.state is not MoveState.RETIRED]


def _as_dict(move: Move) -> dict[str, Any]:
    return {"own_id": move.own_id, "state": str(move.state), "reasons": list(move.reasons)}
