"""`onboarding settle`: the users of a results file whose outcome is unknown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from onboarding.adapter import Adapter
from onboarding.bulk import Journal, State
from onboarding.bulk.results_file import gateway_named
from onboarding.bulk.settling import Settled, by_hand, record_settled, settled
from onboarding.cli import screen
from onboarding.cli.failures import UNKNOWN, Failure, as_json, wants_json
from onboarding.cli.input import CONFIG, lines_of, opened, users_in
from onboarding.errors import (
    ConfigurationError,
    InvalidInput,
    OnboardingError,
    Outcome,
    Problem,
)
from onboarding.gateway import Gateway
from onboarding.provider_errors import Forbidden, Unauthorized

__all__ = ["CREATED", "NOT_CREATED", "pair", "settle"]

WORDS = {Outcome.DONE: "created", Outcome.NOT_DONE: "not_created", Outcome.UNKNOWN: "unknown"}

_STYLES = {
    Outcome.DONE: screen.STYLES[State.CREATED],
    Outcome.NOT_DONE: screen.STYLES[State.UNSUPPORTED],
    Outcome.UNKNOWN: screen.STYLES[State.UNKNOWN],
}

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

CREATED = click.option(
    "--created",
    metavar="REF=ID",
    multiple=True,
    help="You found the user at the provider, with this id. Can be repeated.",
)
NOT_CREATED = click.option(
    "--not-created",
    metavar="REF",
    multiple=True,
    help="You made sure that the provider does not have the user. Can be repeated.",
)


@click.command()
@click.argument("results", type=_FILE)
@click.argument("users", type=_FILE, required=False)
@CONFIG
@CREATED
@NOT_CREATED
@as_json
@click.pass_context
def settle(
    context: click.Context,
    results: Path,
    users: Path | None,
    config: Path,
    created: tuple[str, ...],
    not_created: tuple[str, ...],
) -> None:
    """Settle the users of a results file whose outcome is unknown.

    RESULTS is the results file of a run, and names the gateway. USERS is the file of users of that
    run: each unknown user in it is looked for at the provider, by the idempotency key, in the list
    of users or by a search, whatever the provider has. Nothing is sent that changes a user.

    A user who is found becomes created, with the id. A user who certainly does not exist becomes
    failed: the next run sends the user. Any other user stays unknown. Look for them at the
    provider, and name what you found with --created and --not-created.

    Exit codes: 0 every user is settled, 2 the command, the configuration or a file cannot be used,
    3 the outcome of a user is still unknown.
    """
    named: list[tuple[str, str | None]] = [(ref, None) for ref in not_created]
    named += map(pair, created)
    with opened(config) as gateways:
        gateway = gateways[gateway_named(results)]
        with Journal.open(results, gateway) as journal:
            found = [
                *_by_hand(gateway, journal, named),
                *(_looked_for(gateway, journal, users) if users is not None else ()),
            ]
            seen = {one.ref for one in found}
            found += [
                Settled(ref=ref, reason="not looked for", remedy="name the file of users")
                for ref in journal.unknown_refs()
                if ref not in seen
            ]
    code = UNKNOWN if any(one.outcome is Outcome.UNKNOWN for one in found) else 0
    if wants_json():
        shown = [_as_dict(one) for one in found]
        click.echo(
            json.dumps({"results_file": str(results), "users": shown, "exit_code": code}, indent=2)
        )
    else:
        _print(gateway, found)
    context.exit(code)


def pair(text: str) -> tuple[str, str]:
    """Returns the ref and the id of `--created REF=ID`. Raises `Failure`."""
    ref, _, id = text.rpartition("=")
    if not ref or not id:
        raise Failure(f"--created {screen.printable(text)}: expected REF=ID")
    return ref, id


def _by_hand(
    gateway: Gateway[Adapter], journal: Journal, named: list[tuple[str, str | None]]
) -> Iterator[Settled]:
    refs = [ref for ref, _ in named]
    wrong = [ref for ref in dict.fromkeys(refs) if journal.unresolved(ref) is None]
    problems = [Problem(ref, "conflict", "is not an unknown user of this file") for ref in wrong]
    problems += [
        Problem(ref, "duplicate", "is named twice")
        for ref in dict.fromkeys(refs)
        if refs.count(ref) > 1
    ]
    if problems:
        raise InvalidInput(problems)
    for ref, id in named:
        found = by_hand(gateway, journal, ref, id)
        record_settled(journal, found)
        yield found


def _looked_for(gateway: Gateway[Adapter], journal: Journal, users: Path) -> Iterator[Settled]:
    with users_in(users) as file:
        for line in lines_of(file):
            if journal.unresolved(line.ref) is None:
                continue
            try:
                found = settled(gateway, journal, line)
            except (ConfigurationError, Unauthorized, Forbidden):
                raise
            except OnboardingError as error:
                reason = str(error).partition("\n")[0]
                found = Settled(ref=line.ref, reason=reason, remedy="settle again")
            record_settled(journal, found)
            yield found


def _as_dict(one: Settled) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "outcome": WORDS[one.outcome],
        "id": one.result.id if one.result is not None else None,
        "reason": one.reason,
        "remedy": one.remedy,
        "candidates": list(one.candidates),
        "ask_again_at": one.ask_again_at.isoformat() if one.ask_again_at is not None else None,
    }


def _print(gateway: Gateway[Adapter], found: list[Settled]) -> None:
    console = screen.out()
    if not found:
        console.print("No user of this results file has an unknown outcome.")
        return
    console.print(_table(gateway, found))
    counts = [
        (sum(one.outcome is outcome for one in found), words)
        for outcome, words in (
            (Outcome.DONE, "created"),
            (Outcome.NOT_DONE, "not created: run again to send them"),
            (Outcome.UNKNOWN, "still unknown"),
        )
    ]
    console.print(", ".join(f"{count} {words}" for count, words in counts if count) + ".")


def _table(gateway: Gateway[Adapter], found: list[Settled]) -> Table:
    made = screen.table(f"{gateway.name} ({gateway.provider})", "ref", "outcome", "id", "reason")
    for one in found:
        id = one.result.id if one.result is not None else None
        made.add_row(
            screen.printable(one.ref),
            WORDS[one.outcome].replace("_", " "),
            screen.printable(id or ", ".join(one.candidates)),
            screen.printable("; ".join(filter(None, (one.reason, one.remedy)))),
            style=_STYLES[one.outcome],
        )
    return made
