"""A plan of a migration, and how far it has come, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.estimates import in_words
from onboarding.model.requirements import Actor

if TYPE_CHECKING:
    from onboarding.directory import Move
    from onboarding.migration import MigrationPlan, MigrationStatus, Side

__all__ = ["plan_as_dict", "print_plan", "print_retired", "print_status", "status_as_dict"]

MOST = 20
"""The most rows of a table."""

_PLANNED = {
    "ready": ("green", "would be created at {target}"),
    "incomplete": ("magenta", "not sent: lacks what {target} needs"),
    "unsupported": ("yellow", "not sent: {target} does not support a field"),
    "there": ("", "has an id at {target} already"),
    "closed": ("dim", "is closed at {source}"),
    "unreadable": ("red", "{source} did not return the user"),
}
_MOVED = {
    "moved": ("green", "{target} has the user, and {source} too"),
    "retired": ("green", "assigned to {target}"),
    "changed": ("yellow", "not moved: not as planned any more; make a new plan"),
    "rejected": ("red", "not moved: {target} rejected the user"),
    "failed": ("red", "not moved: apply the plan again"),
    "unknown": ("bold red", "sent, but the outcome is unknown"),
    "pending": ("", "not tried yet: apply the plan again"),
    "erased": ("dim", "erased from the directory since"),
}
_REASONS = {
    "there": "has an id at {target} already",
    "gone": "has no id at {source} any more",
    "closed": "is closed at {source}",
    "id": "has another id at {source}",
    "data": "its data changed",
    "losses": "would lose other fields",
    "needs": "would lack something else",
    "levels": "its level at {source} changed",
    "calls": "would need other calls",
    "busy": "another process has it",
    "ReferenceConflict": "its id at {target} is of another user in the directory",
    "OutcomeUnknown": "nothing proves whether it was created",
}


def print_plan(plan: MigrationPlan) -> None:
    """Prints what becomes of the users, and how long it takes."""
    console = screen.out()
    names = {"source": plan.source.gateway, "target": plan.target.gateway}
    title = f"{_name(plan.source)} to {_name(plan.target)}: plan"
    made = screen.plain_table(title, "state", "users", "meaning")
    made.columns[1].justify = "right"
    for state, (style, words) in _PLANNED.items():
        if users := {str(key): count for key, count in plan.states.items()}.get(state):
            made.add_row(state, f"{users:,}", words.format(**names), style=style)
    made.add_row("all", f"{len(plan.users):,}", "nothing was sent")
    console.print(made)
    console.print()
    for side in (plan.target, plan.source):
        if side.calls:
            console.print(_calls(side), soft_wrap=True)
    _print_counts(
        "Not sent",
        ("state", "field and reason", "users"),
        [
            (str(state), f"{path}\n  {reason}" if path else reason, users)
            for (state, path, reason), users in plan.reasons.most_common()
        ],
    )
    _print_counts(
        f"What does not arrive at {plan.target.gateway}",
        ("how", "field and reason", "users"),
        [
            (str(loss.kind).replace("_", " "), f"{loss.core_path}\n  {loss.reason}", users)
            for loss, users in plan.losses.most_common()
        ],
    )
    goal = f" for {plan.goal}" if plan.goal else ""
    _print_counts(
        f"What is still needed{goal}",
        ("who acts", "what", "users"),
        [
            (" or ".join(map(_who, need.actors)), f"{need.name}\n  {need.words}", users)
            for need, users in plan.needs.most_common()
        ],
    )
    _print_counts(
        f"What stays at {plan.source.gateway}: levels never travel",
        ("level or capability", "", "users"),
        [(*_level(name), users) for name, users in plan.left.most_common()],
    )


def print_status(plan: MigrationPlan, found: MigrationStatus, target: Adapter) -> None:
    """Prints how far a migration has come, and names the users who did not move."""
    console = screen.out()
    names = {"source": plan.source.gateway, "target": plan.target.gateway}
    counts = _counts(found)
    title = f"{_name(plan.source)} to {_name(plan.target)}"
    made = screen.plain_table(title, "state", "users", "meaning")
    made.columns[1].justify = "right"
    for state, (style, words) in _MOVED.items():
        if counts[state]:
            made.add_row(state, f"{counts[state]:,}", words.format(**names), style=style)
    made.add_row("planned", f"{found.planned:,}", "")
    console.print(made)
    if counts["pending"]:
        calls = counts["pending"] * plan.target.calls // max(1, found.planned)
        share = calls / max(1, plan.target.calls)
        left = plan.target.seconds * share
        if left >= 1:
            console.print(f"The rest takes at least {in_words(left)} under the quotas.")
    _print_moves("Not moved", found.stuck, names)
    if found.unknown:
        remedy = next((one.remedy for one in target.lookups_of("create_user") if one.remedy), "")
        text = (
            "Unknown outcome: apply the plan again. If that does not settle it, look the user up "
            f"at {plan.target.provider}, and link its id: directory.link(own_id, gateway, id)."
        )
        console.print(text, soft_wrap=True)
        if remedy:
            console.print(f"{plan.target.provider}: {remedy}.", soft_wrap=True)


def print_retired(retired: int, stayed: list[Move]) -> None:
    """Prints how many users were retired, and names those who stay as they are."""
    users = "user is" if retired == 1 else "users are"
    screen.out().print(f"{retired:,} {users} retired.")
    _print_moves("Not retired", tuple(stayed), {"source": "the source", "target": "the target"})


def plan_as_dict(plan: MigrationPlan) -> dict[str, Any]:
    """Returns the figures of a plan as plain data."""
    return {
        "id": plan.id,
        "source": asdict(plan.source),
        "target": asdict(plan.target),
        "goal": plan.goal,
        "states": {str(state): users for state, users in plan.states.items()},
        "reasons": [
            {"state": str(state), "path": path, "reason": reason, "users": users}
            for (state, path, reason), users in plan.reasons.items()
        ],
        "losses": [
            {"path": loss.core_path, "kind": str(loss.kind), "reason": loss.reason, "users": users}
            for loss, users in plan.losses.items()
        ],
        "needs": [
            {
                "name": need.name,
                "status": str(need.status),
                "actors": [str(actor) for actor in need.actors],
                "words": need.words,
                "users": users,
            }
            for need, users in plan.needs.items()
        ],
        "left": dict(plan.left),
        "seconds": plan.seconds,
    }


def status_as_dict(plan: MigrationPlan, found: MigrationStatus) -> dict[str, Any]:
    """Returns how far a migration has come as plain data."""
    return {
        "id": plan.id,
        "planned": found.planned,
        "states": {state: users for state, users in _counts(found).items() if users},
        "not_moved": [
            {"own_id": one.own_id, "state": str(one.state), "reasons": list(one.reasons)}
            for one in found.stuck
        ],
    }


def _counts(found: MigrationStatus) -> dict[str, int]:
    states = {str(state): users for state, users in found.states.items()}
    return {name: states.get(name, 0) for name in _MOVED} | {
        "pending": found.pending,
        "erased": found.erased,
    }


def _print_moves(title: str, moves: tuple[Move, ...], names: dict[str, str]) -> None:
    if not moves:
        return
    made = screen.table(title, "user", "state", "reason")
    for one in moves[:MOST]:
        words = [_REASONS.get(code, code).format(**names) for code in one.reasons]
        made.add_row(screen.printable(one.own_id), str(one.state), "; ".join(words))
    if len(moves) > MOST:
        made.caption = f"and {len(moves) - MOST:,} more; --json lists all"
        made.caption_justify = "left"
    screen.out().print()
    screen.out().print(made)


def _print_counts(
    title: str, columns: tuple[str, str, str], rows: list[tuple[str, str, int]]
) -> None:
    if not rows:
        return
    made = screen.table(title, *columns)
    made.columns[2].justify = "right"
    made.columns[2].no_wrap = True
    for first, second, users in rows[:MOST]:
        made.add_row(
            screen.printable(first),
            "\n".join(map(screen.printable, second.split("\n"))),
            f"{users:,}",
        )
    if len(rows) > MOST:
        made.caption = f"and {len(rows) - MOST} less frequent rows; --json lists all"
        made.caption_justify = "left"
    screen.out().print()
    screen.out().print(made)


def _name(side: Side) -> str:
    return f"{side.gateway} ({side.provider})"


def _calls(side: Side) -> str:
    calls = f"{side.calls:,} {'call' if side.calls == 1 else 'calls'} at {side.gateway}"
    if not side.seconds:
        return f"{calls}."
    return f"{calls}: at least {in_words(side.seconds)} under its quotas."


def _who(actor: Actor) -> str:
    return "the user" if actor is Actor.USER else f"the {actor}"


def _level(name: str) -> tuple[str, str]:
    kind, _, value = name.partition(" ")
    return kind.replace("_", " "), value
