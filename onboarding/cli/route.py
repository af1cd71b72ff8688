"""`onboarding route`: which gateway takes a user, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from onboarding.cli import screen
from onboarding.cli.failures import NOT_ALL, as_json, wants_json
from onboarding.cli.input import CONFIG, entries_in, opened, users_in
from onboarding.errors import InvalidInput, Problem
from onboarding.model.currencies import currency_codes, currency_meant
from onboarding.model.record import UserRecord
from onboarding.routing import RouteChoice

__all__ = ["route"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)


@click.command()
@click.argument(
    "user", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--currency", metavar="CODE", help="The currency of the user's business, ISO 4217.")
@CONFIG
@as_json
@click.pass_context
def route(context: click.Context, user: Path, currency: str | None, config: Path) -> None:
    """Show which gateway takes USER by the routes of the configuration, offline.

    USER is a JSON file of one user or of several, or a stored user or record (`to_json`); `-` is
    standard input. Shows each route that was tried, up to the first match, and why it matches or
    not. Of the user it prints only what a route names: a country, a type of person.

    A route is for new users: a user whom a gateway has stays there.

    Exit codes: 0 every user has a gateway, 1 a user has none or is not valid,
    2 the command, the configuration or the file cannot be used.
    """
    if currency is not None and currency not in currency_codes():
        hint = currency_meant(currency)
        text = f"expected an ISO 4217 code{f'; did you mean {hint}?' if hint else ''}"
        raise InvalidInput([Problem("--currency", "shape", text)])
    with opened(config) as gateways:
        routes = gateways.routes
    shown: list[dict[str, Any]] = []
    routed = True
    for entry in entries_in(users_in(user)):
        held = entry.content.user if isinstance(entry.content, UserRecord) else entry.content
        choice = routes.choose(held, currency=currency) if held is not None else None
        routed = routed and choice is not None and choice.gateway is not None
        if wants_json():
            shown.append(_as_dict(entry.ref, choice, entry.problems))
        else:
            _print(entry.ref, choice, entry.problems)
    if wants_json():
        click.echo(json.dumps({"users": shown}, indent=2))
    if not routed:
        context.exit(NOT_ALL)


def _print(ref: str, choice: RouteChoice | None, problems: tuple[Problem, ...]) -> None:
    console = screen.out()
    if choice is None:
        console.print(f"{screen.printable(ref)}: is not a valid user", style="red", soft_wrap=True)
        for problem in problems:
            console.print(f"  {screen.problem_line(problem)}", soft_wrap=True)
        return
    if choice.tried:
        console.print(_table(ref, choice))
    told = f"{screen.printable(ref)} -> {choice.gateway or 'no gateway'}: {choice.reason}"
    console.print(told, style="green" if choice.gateway else "red", soft_wrap=True)


def _table(ref: str, choice: RouteChoice) -> Table:
    made = screen.table(screen.printable(ref), "route", "gateway", "matches", "because")
    for one in choice.tried:
        reasons = [
            f"{condition.criterion.replace('_', ' ')} {condition.reason}"
            for condition in one.conditions
            if condition.met is one.matches
        ]
        made.add_row(
            f"routes.{one.number}",
            screen.printable(one.route.gateway),
            "yes" if one.matches else "no",
            "; ".join(reasons) or "has no condition",
            style="" if one.matches else "dim",
        )
    return made


def _as_dict(ref: str, choice: RouteChoice | None, problems: tuple[Problem, ...]) -> dict[str, Any]:
    if choice is None:
        told = [{"path": p.path, "code": p.code, "message": p.message} for p in problems]
        return {"ref": ref, "gateway": None, "problems": told}
    return {
        "ref": ref,
        "gateway": choice.gateway,
        "reason": choice.reason,
        "tried": [
            {
                "route": one.number,
                "gateway": one.route.gateway,
                "matches": one.matches,
                "conditions": [
                    {"criterion": x.criterion, "met": x.met, "reason": x.reason}
                    for x in one.conditions
                ],
            }
            for one in choice.tried
        ],
    }
