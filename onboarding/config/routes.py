"""Reads the routes of a configuration, with every mistake by its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from onboarding.errors import InvalidInput, Problem
from onboarding.http import as_object
from onboarding.routing import CRITERIA, Route, unreachable
from onboarding.serialization import nearest, reader

__all__ = ["read_routes"]


def read_routes(tables: Any, gateways: Iterable[str]) -> tuple[tuple[Route, ...], list[Problem]]:
    """Returns the routes of a list of tables, and the problems; then there are no routes."""
    if tables is None:
        return (), []
    if not isinstance(tables, list | tuple):
        return (), [Problem("routes", "type", "expected a list of tables: [[routes]]")]
    problems: list[Problem] = []
    found: list[Route] = []
    known = list(gateways)
    for number, table in enumerate(cast("list[Any]", tables)):
        at = f"routes.{number}"
        try:
            route = reader(clean=True).structure(_listed(table), Route)
        except InvalidInput as error:
            problems += [_single(problem, table).under(at) for problem in error.problems]
            route = None
        name = as_object(table).get("gateway")
        if isinstance(name, str) and name.strip() and name not in known:
            text = f"no such gateway{nearest(name, known)}"
            problems.append(Problem(f"{at}.gateway", "unknown", text))
        if route is not None:
            found.append(route)
    if not problems:
        problems = [problem.under("routes") for problem in unreachable(found)]
    return (() if problems else tuple(found)), problems


def _listed(table: Any) -> Any:
    """Returns a table in which a single word of a condition is a list of one."""
    if not isinstance(table, Mapping):
        return table
    fields = cast("Mapping[str, Any]", table)
    return {
        name: [x] if name in CRITERIA and isinstance(x, str) else x for name, x in fields.items()
    }


def _single(problem: Problem, table: Any) -> Problem:
    """Returns a problem by the path as it is written: `country` for a single word."""
    name, _, place = problem.path.partition(".")
    if place == "0" and isinstance(table, Mapping) and isinstance(cast(Any, table)[name], str):
        return Problem(name, problem.code, problem.message)
    return problem
