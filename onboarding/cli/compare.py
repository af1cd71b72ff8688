"""Tables that compare the results of the same users at several gateways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from rich.table import Table
from rich.text import Text

from onboarding.bulk import Result, State
from onboarding.cli import screen
from onboarding.model.answers import LossKind

__all__ = ["brief_table", "losses_table", "refusals_table", "side_by_side_table"]

Results = Mapping[str, Mapping[str, Result]]
"""Results by gateway and ref."""

LOST = (LossKind.DROPPED, LossKind.COARSENED)


BRIEF = 5
"""The number of users in the brief table."""

_NEXT = {
    "redirect": "link",
    "confirm_code": "codes",
    "print_receipt": "receipt",
}


def brief_table(results: Results) -> Table:
    """Returns a table of a few users with different results, and the counts of all users."""
    made = screen.table("", "user", *results)
    for column in made.columns[1:]:
        column.ratio = 1
    made.expand, made.title = True, None
    for ref in _examples(results):
        cells = (_brief_cell(found.get(ref)) for found in results.values())
        made.add_row(screen.printable(ref), *cells)
    made.add_section()
    total = max(map(len, results.values()))
    counts = (Counter(result.state for result in found.values()) for found in results.values())
    made.add_row(f"all {total} users", *(_counted(count) for count in counts))
    return made


def _examples(results: Results) -> list[str]:
    """Returns one ref per combination of results; those that differ most by gateway come first."""
    ways: dict[tuple[object, ...], str] = {}
    for ref in _refs(results):
        way = tuple(
            None if (result := found.get(ref)) is None else (result.state, _steps(result))
            for found in results.values()
        )
        ways.setdefault(way, ref)
    ranked = sorted(ways.items(), key=lambda item: -len(set(item[0])))
    shown = {ref for _, ref in ranked[:BRIEF]}
    return [ref for ref in _refs(results) if ref in shown]


def _brief_cell(result: Result | None) -> Text:
    if result is None:
        return Text("")
    style = screen.STYLES[result.state]
    if result.state is not State.CREATED:
        paths = _some(problem.path for problem in result.problems if problem.path)
        return Text.assemble((str(result.state), style), "\n", (paths, "dim"))
    parts: list[str | tuple[str, str]] = [("created", style)]
    if step := ", ".join(_brief_steps(result)):
        parts.append(f", {step}")
    if lost := _some(loss.core_path for loss in result.losses if loss.kind in LOST):
        parts.append((f"\nno {lost}", "dim"))
    return Text.assemble(*parts)


def _brief_steps(result: Result) -> Iterator[str]:
    yield from dict.fromkeys(_NEXT.get(step.kind, step.kind) for step in result.next_actions)


def _some(paths: Iterable[str]) -> str:
    """Returns the first path in short, and the number of others."""
    first, *others = screen.folded(paths).split(", ")
    return f"{first} +{len(others)}" if others else first


def _counted(counts: Mapping[State, int]) -> Text:
    words = ((f"{counts[state]} {state}", screen.STYLES[state]) for state in State if counts[state])
    return Text("\n").join(Text.assemble(word) for word in words)


def side_by_side_table(results: Results) -> Table:
    """Returns a table with a row per user: levels, status, next actions and losses by gateway."""
    made = screen.table("Side by side", "user", *results)
    for column in made.columns[1:]:
        column.ratio = 1
    made.expand = True
    made.show_lines = True
    for ref in _refs(results):
        made.add_row(screen.printable(ref), *(_cell(found.get(ref)) for found in results.values()))
    return made


def refusals_table(results: Results) -> Table:
    """Returns a table of the users that were not onboarded, with the reasons."""
    made = screen.table("Not onboarded", "user", "gateway", "state", "reason")
    for ref in _refs(results):
        for gateway, found in results.items():
            result = found.get(ref)
            if result is not None and result.state is not State.CREATED:
                why = "\n".join(map(screen.problem_line, result.problems))
                style = screen.STYLES[result.state]
                made.add_row(screen.printable(ref), gateway, Text(result.state, style), why)
    return made


def losses_table(results: Results) -> Table:
    """Returns a table of the losses of onboarded users: the number of users by path and gateway."""
    made = screen.table("Losses", "path", *results)
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
    """Returns the next actions in one line: `confirm_code (email, phone)`."""
    kinds: dict[str, list[str]] = {}
    for step in result.next_actions:
        kinds.setdefault(step.kind, []).extend([step.concerns] if step.concerns else [])
    return ", ".join(f"{kind} ({', '.join(of)})" if of else kind for kind, of in kinds.items())
