"""The users of a directory whose outcome is unknown: found, settled by hand, shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.failures import UNKNOWN, wants_json
from onboarding.cli.settle import pair
from onboarding.config import Gateways
from onboarding.errors import InvalidInput, Problem
from onboarding.gateway import Gateway

if TYPE_CHECKING:
    from onboarding.directory import Directory, Operation

__all__ = ["settle_by_hand"]

_MOST = 1000
"""The most users that are shown of a gateway."""


def settle_by_hand(
    gateways: Gateways,
    directory: Directory,
    some: list[Gateway[Adapter]],
    created: Iterable[str],
    not_created: Iterable[str],
) -> int:
    """Settles users by ref: with the id at the provider (`REF=ID`), or as not created.

    Prints the unknown users of some gateways who are left, and returns the exit code. Raises
    `InvalidInput` for refs that cannot be settled, before any is, and the errors of
    `gateway.fetch_user`.
    """
    from onboarding.service import OnboardingService

    named: list[tuple[str, str | None]] = [*map(pair, created)]
    named += ((ref, None) for ref in not_created)
    if problems := [*_problems(directory, [ref for ref, _ in named])]:
        raise InvalidInput(problems)
    service = OnboardingService(gateways, directory, gateways.routes)
    settled = [ref for ref, id in named if service.settle(ref, id)]
    left = [(one, _unknown_users(directory, one.name)) for one in some]
    code = UNKNOWN if any(found for _, found in left) else 0
    if wants_json():
        shown = [_as_dict(one) for _, found in left for one in found]
        told = {"settled": settled, "unknown": shown, "exit_code": code}
        click.echo(json.dumps(told, indent=2))
    else:
        console = screen.out()
        for gateway, found in left:
            if found:
                console.print(_table(gateway, found))
        unknown = sum(len(found) for _, found in left)
        console.print(f"{len(settled):,} settled, {unknown:,} unknown.")
    return code


def _problems(directory: Directory, refs: list[str]) -> Iterator[Problem]:
    for ref, count in Counter(refs).items():
        if count > 1:
            yield Problem(ref, "duplicate", "is named twice")
        if not any(map(_is_unknown, directory.operations(ref))):
            yield Problem(ref, "conflict", "is not a user with an unknown outcome")


def _unknown_users(directory: Directory, gateway: str) -> list[Operation]:
    return [*filter(_is_unknown, directory.unsettled(gateway, limit=_MOST, later=True))]


def _is_unknown(operation: Operation) -> bool:
    return operation.operation == "create_user" and operation.state == "unknown"


def _as_dict(one: Operation) -> dict[str, Any]:
    return {
        "gateway": one.gateway,
        "ref": one.own_id,
        "reason": one.error,
        "sent_at": one.sent_at.isoformat(timespec="seconds") if one.sent_at else None,
        "looked_for_at": one.due_at.isoformat(timespec="seconds"),
    }


def _table(gateway: Gateway[Adapter], found: list[Operation]) -> Table:
    title = f"{gateway.name} ({gateway.provider})"
    made = screen.plain_table(title, "ref", "sent (UTC)", "reason", "looked for again")
    for one in found:
        sent = f"{one.sent_at:%Y-%m-%d %H:%M}" if one.sent_at else ""
        cells = (screen.printable(one.own_id), sent, screen.printable(one.error or ""))
        made.add_row(*cells, f"{one.due_at:%Y-%m-%d %H:%M}")
    return made
