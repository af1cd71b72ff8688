"""`onboarding show`: the record of one user at a provider."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Console

from onboarding.cli import screen
from onboarding.cli.failures import Failure, as_json, wants_json
from onboarding.cli.input import CONFIG, opened
from onboarding.cli.reports import requirement_as_dict
from onboarding.cli.tables import WORDS, due_of
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.people import leaves_of
from onboarding.model.record import UserRecord
from onboarding.model.requirements import Requirement
from onboarding.model.user import User
from onboarding.serialization import plain

__all__ = ["show"]

MASK = "•••"

_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,60}").fullmatch
"""The form of a level or an id; a text of another form may be a personal value or a link."""


@click.command()
@click.argument("gateway")
@click.argument("user_id")
@CONFIG
@click.option("--reveal", is_flag=True, help="Show personal values.")
@as_json
def show(gateway: str, user_id: str, config: Path, reveal: bool) -> None:
    """Show the record of USER_ID at a GATEWAY.

    Shows levels, status, next actions, requirements, confirmed contacts, the reason of each absent
    field, and the names of unmapped fields. Personal values are masked unless --reveal is given.
    Links are never shown, because anyone who has a link can use it.
    """
    with opened(config) as gateways:
        chosen = gateways[gateway]
        try:
            record = chosen.fetch_user(user_id)
        except ValueError:
            raise Failure(
                "USER_ID cannot be part of a URL; give the provider's id of the user"
            ) from None
    shown = _as_dict(record, reveal=reveal)
    if wants_json():
        click.echo(json.dumps(shown, indent=2))
        return
    _print(screen.out(), shown, record.requirements)


def _as_dict(record: UserRecord, *, reveal: bool) -> dict[str, Any]:
    return {
        "gateway": record.gateway,
        "provider": record.provider,
        "id": record.id,
        "references": {name: id if _WORD(id) else MASK for name, id in record.references.items()},
        "status": str(record.status) if record.status else None,
        "kyc_level": record.kyc_level.value if record.kyc_level else None,
        "identification_level": (
            record.identification_level.value if record.identification_level else None
        ),
        "provider_levels": {
            name: word if _WORD(word) else MASK for name, word in record.provider_levels.items()
        },
        "created_at": record.created_at.isoformat() if record.created_at else None,
        "retrieved_at": record.retrieved_at.isoformat() if record.retrieved_at else None,
        "next_actions": [
            {
                "kind": str(action.kind),
                "concerns": action.concerns,
                "expires_at": action.expires_at.isoformat() if action.expires_at else None,
            }
            for action in record.next_actions
        ],
        "requirements": [requirement_as_dict(one) for one in record.requirements],
        "confirmed": dict(record.confirmed),
        "user": dict(_values(record.user, reveal=reveal)),
        "absent": {path: str(why) for path, why in record.absent.items()},
        "provider_fields": sorted(record.provider_fields)
        if not reveal
        else _unlinked(record.provider_fields),
        "unmapped": sorted(record.unmapped),
    }


def _values(user: User, *, reveal: bool) -> Iterator[tuple[str, Any]]:
    for path in leaves_of(user):
        value = lookup(user, path)
        if value not in EMPTY:
            yield path, MASK if not reveal or _holds_link(value) else plain(value)


def _unlinked(provider_fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: MASK if _holds_link(value) else value for name, value in provider_fields.items()}


def _holds_link(value: object) -> bool:
    """Returns whether a value contains a link, which is never shown."""
    return "://" in str(value)


def _print(console: Console, shown: dict[str, Any], requirements: Iterable[Requirement]) -> None:
    actions = [
        (action["kind"], " ".join(filter(None, (action["concerns"], _until(action)))))
        for action in shown["next_actions"]
    ]
    provider_fields = shown["provider_fields"]
    if not isinstance(provider_fields, dict):
        provider_fields = {"": ", ".join(provider_fields)}
    for title, pairs in (
        (f"{shown['gateway']} ({shown['provider']})", [(name, shown[name]) for name in _FACTS]),
        ("references", shown["references"].items()),
        ("provider levels", shown["provider_levels"].items()),
        ("next actions", actions),
        ("requirements", [(one.name, _asked(one)) for one in requirements]),
        ("confirmed", [(name, "yes" if yes else "no") for name, yes in shown["confirmed"].items()]),
        ("user", shown["user"].items()),
        ("absent", shown["absent"].items()),
        ("provider fields", cast("dict[str, Any]", provider_fields).items()),
        ("unmapped", [("", ", ".join(shown["unmapped"]))]),
    ):
        rows = [(screen.printable(name), [str(it)]) for name, it in pairs if it not in (None, "")]
        if rows:
            console.print(screen.printable(title), style="bold")
            console.print(screen.indented(rows, console.width, by=2))


_FACTS = ("id", "status", "kyc_level", "identification_level", "created_at", "retrieved_at")


def _asked(one: Requirement) -> str:
    """Returns the status of a requirement, who acts, and what the provider says of it."""
    who = " or ".join(one.actors)
    return "; ".join(filter(None, (WORDS[one.status], who, one.reason, *due_of(one))))


def _until(action: dict[str, Any]) -> str:
    return f"until {action['expires_at']}" if action["expires_at"] else ""
