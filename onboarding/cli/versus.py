"""The same users at several gateways, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from onboarding.batch import Result, State
from onboarding.cli import screen
from onboarding.model.loss import LossKind

__all__ = ["left_out", "side_by_side", "told_why"]

Results = Mapping[str, Mapping[str, Result]]
"""Results by gateway and ref."""

LOST = (LossKind.DROPPED, LossKind.COARSENED)


def side_by_side(results: Results) -> Table:
    """A row a user: level, status, next action, and what was left out, by gateway."""
    made = screen.table("Side by side", "user", *results)
    for column in made.columns[1:]:
        column.ratio = 1
    made.expand = True
    made.show_lines = True
    for ref in _refs(results):
        made.add_row(screen.printable(ref), *(_cell(found.get(ref)) for found in results.values()))
    return made


def told_why(results: Results) -> Table:
    """Who was not onboarded, where, and why."""
    made = screen.table("Who was refused, and why", "user", "gateway", "state", "why")
    for ref in _refs(results):
        for gateway, found in results.items():
            result = found.get(ref)
            if result is not None and result.state is not State.CREATED:
                why = "\n".join(map(screen.told, result.problems))
                style = screen.STYLES[result.state]
                made.add_row(screen.printable(ref), gateway, Text(result.state, style), why)
    return made


def left_out(results: Results) -> Table:
    """What of the onboarded users did not arrive as given: users by path and gateway."""
    made = screen.table("What did not arrive as given", "path", *results)
    made.columns[0].no_wrap = True
    made.show_lines = True
    counts = {
        gateway: Counter(
            (loss.core_path, str(loss.kind), loss.reason)
            for result in found.values()
            for loss in result.losses
        )
        for gateway, found in results.items()
    }
    for path in sorted({path for found in counts.values() for path, _, _ in found}):
        cells = (
            "\n".join(
                f"{count} {kind}: {screen.printable(reason)}"
                for (lost, kind, reason), count in found.most_common()
                if lost == path
            )
            for found in counts.values()
        )
        made.add_row(path, *cells)
    return made


def _refs(results: Results) -> Iterator[str]:
    yield from dict.fromkeys(ref for found in results.values() for ref in found)


def _cell(result: Result | None) -> Text:
    if result is None:
        return Text("")
    style = screen.STYLES[result.state]
    if result.state is not State.CREATED:
        paths = screen.folded(problem.path for problem in result.problems if problem.path)
        return Text.assemble((str(result.state), style), "\n", (paths, "dim"))
    levels = " / ".join(filter(None, (result.kyc_level, result.identification_level)))
    parts: list[str | tuple[str, str]] = [(levels or "no level", style)]
    if result.status:
        parts.append(f", {result.status}")
    if result.next_actions:
        parts.append(f"\nnext: {_steps(result)}")
    if lost := screen.folded(loss.core_path for loss in result.losses if loss.kind in LOST):
        parts.append((f"\nwithout {lost}", "dim"))
    return Text.assemble(*parts)


def _steps(result: Result) -> str:
    """`confirm_code (email, phone)`"""
    kinds: dict[str, list[str]] = {}
    for step in result.next_actions:
        kinds.setdefault(step.kind, []).extend([step.concerns] if step.concerns else [])
    return ", ".join(f"{kind} ({', '.join(of)})" if of else kind for kind, of in kinds.items())
