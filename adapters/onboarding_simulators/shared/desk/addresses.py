"""The addresses of a desk, each with what is there."""

from __future__ import annotations

from werkzeug.routing import Map, Rule

__all__ = ["PREFIX", "ROUTES"]

PREFIX = "/_desk"


def _rule(path: str, endpoint: str, method: str = "GET") -> Rule:
    return Rule(f"{PREFIX}{path}", endpoint=endpoint, methods=[method])


ROUTES = Map(
    [
        _rule("", "people"),
        _rule("/users/<id>", "person"),
        _rule("/users/<id>/<action>", "act_on_person", "POST"),
        _rule("/documents", "papers"),
        _rule("/documents/<id>", "paper"),
        _rule("/documents/<id>/<action>", "act_on_paper", "POST"),
        _rule("/documents/<id>/pages/<int:number>", "file"),
        _rule("/requests", "requests"),
        _rule("/requests/<int:number>", "exchange"),
        _rule("/notifications", "notifications"),
        _rule("/notifications/deliver", "deliver", "POST"),
        _rule("/conditions", "conditions"),
        _rule("/conditions/faults", "add_fault", "POST"),
        _rule("/conditions/faults/clear", "clear_faults", "POST"),
        _rule("/conditions/clock", "move_clock", "POST"),
    ],
    strict_slashes=False,
    merge_slashes=False,
)
