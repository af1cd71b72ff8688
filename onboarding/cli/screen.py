"""Output for a terminal: consoles, tables and the words for results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from onboarding.bulk import State, Summary
from onboarding.cli.layout import FittedTable, Page, beside
from onboarding.errors import Problem

__all__ = [
    "MEANINGS",
    "MOST_REFS",
    "STYLES",
    "err",
    "folded",
    "grouped",
    "indented",
    "left_alone",
    "out",
    "plain_table",
    "printable",
    "problem_line",
    "reasons",
    "some",
    "summary",
    "table",
    "unknown",
]

K = TypeVar("K")
V = TypeVar("V")

STYLES = {
    State.CREATED: "green",
    State.REJECTED: "red",
    State.UNSUPPORTED: "yellow",
    State.INVALID: "magenta",
    State.FAILED: "red",
    State.UNKNOWN: "bold red",
}

MEANINGS = {
    State.CREATED: "registered with the provider",
    State.REJECTED: "rejected by the provider",
    State.UNSUPPORTED: "not sent: the provider does not support a field or its value",
    State.INVALID: "not sent: the line is not a valid user",
    State.FAILED: "not carried out: run again",
    State.UNKNOWN: "sent, but the outcome is unknown",
}


def out() -> Console:
    """Returns a console on standard output."""
    return Page(markup=False, highlight=False, emoji=False)


def err() -> Console:
    """Returns a console on standard error."""
    return Page(stderr=True, markup=False, highlight=False, emoji=False)


def table(title: str, *columns: str) -> Table:
    """Returns a table in the style of all commands."""
    return FittedTable(
        *columns, title=title, title_style="bold", box=box.ROUNDED, border_style="dim"
    )


def printable(value: object) -> str:
    """Returns a text from outside without control characters."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(value))


def grouped(pairs: Iterable[tuple[K, V]]) -> Iterable[tuple[K, list[V]]]:
    """Groups values by key, in the order of first appearance."""
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found.items()


def indented(rows: Iterable[tuple[str, Iterable[str]]], width: int, *, by: int = 4) -> Text:
    """Returns lines of words beside their labels, with a hanging indent."""
    entries = [*rows]
    edge = by + max((len(label) for label, _ in entries), default=0)
    edge += 2 if edge > by else 0
    made: list[Text] = []
    for label, words in entries:
        for number, text in enumerate(words):
            name = " " * by + label if number == 0 else ""
            made.append(beside(name, Text(printable(text)), edge, width))
    return Text("\n").join(made)


def plain_table(title: str, *columns: str) -> Table:
    """Returns a table without lines, which fits one screen."""
    return FittedTable(
        *columns, title=title, title_style="bold", box=None, pad_edge=False, header_style="dim"
    )


def summary(counts: Summary, title: str) -> Table:
    """Returns a table of users by state, in this run and in earlier ones of the same file."""
    again = bool(counts.before)
    made = plain_table(title, "state", "users", *(["earlier"] if again else []), "meaning")
    for column in made.columns[1:-1]:
        column.justify = "right"
    for state in State:
        if counts.total[state]:
            before = [str(counts.before[state] or "")] if again else []
            count = str(counts.now[state] or "")
            made.add_row(str(state), count, *before, MEANINGS[state], style=STYLES[state])
    before = [str(counts.before.total())] if again else []
    made.add_row("all", str(counts.now.total()), *before, "")
    return made


MOST_REASONS = 8
MOST_REFS = 10


def reasons(counts: Summary) -> Table:
    """Returns a table of the most frequent reasons why users were not onboarded."""
    made = plain_table("Reasons", "state", "path", "reason", "users", "refs")
    made.columns[3].justify = "right"
    shown = counts.reasons.most_common(MOST_REASONS)
    made.columns[1].min_width = min(32, max(len(reason.path) for reason, _ in shown))
    for reason, count in shown:
        made.add_row(
            str(reason.state),
            reason.path or "(whole)",
            printable(reason.message),
            str(count),
            some(counts.examples[reason], count),
            style=STYLES[reason.state],
        )
    if rest := len(counts.reasons) - len(shown):
        made.caption = f"and {rest} more; each result lists its problems"
    return made


def unknown(counts: Summary, provider: str) -> Iterator[str]:
    """Yields the users whose outcome is unknown, with the next step."""
    for again, step in (
        (True, "Run again: the run learns whether they were created, or finishes the rest."),
        (
            False,
            f"Search for them at {provider}, and tell `onboarding settle` what you found.",
        ),
    ):
        found = [one for one in counts.unknown if one.run_again is again]
        if found:
            refs = [f"{x.ref} ({x.id})" if x.id else x.ref for x in found[:MOST_REFS]]
            yield f"Unknown outcome: {some(refs, len(found))}. {step}"


def some(refs: list[str], count: int) -> str:
    """Returns the first refs, and how many of `count` there are besides."""
    rest = count - len(refs)
    return printable(", ".join(refs)) + (f" and {rest} more" if rest else "")


def left_alone(counts: Summary) -> str:
    """Returns the number of users that were not sent because an earlier run finished them."""
    finished, rejected = counts.before.total(), counts.before[State.REJECTED]
    users = "user was" if finished == 1 else "users were"
    text = f"{finished} {users} finished by an earlier run and not sent again"
    again = "; to retry a rejected user, correct its line" if rejected else ""
    return f"{text}{again}."


def folded(paths: Iterable[str]) -> str:
    """Returns paths in short: `birthdate, national_id.code, address`.

    Several fields of an object are shown as the object. `identity.` is left out, so that each
    word fits a column of the demo.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        parent, _, name = path.replace("identity.", "").rpartition(".")
        parent = "" if parent == "company" else parent
        groups[parent].append(name)
    found: list[str] = []
    for parent, names in groups.items():
        if not parent:
            found += names
        elif len(names) == 1:
            found.append(f"{parent}.{names[0]}")
        else:
            found.append(parent)
    return ", ".join(found)


def problem_line(problem: Problem) -> str:
    """Returns a problem in one line, without its code."""
    where = f"{problem.path}: " if problem.path else ""
    return printable(f"{where}{problem.message or problem.code}")
