"""Where a person reads: consoles, tables, and words for what results hold."""

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
    "STYLES",
    "err",
    "folded",
    "indented",
    "joined",
    "left_alone",
    "out",
    "printable",
    "reasons",
    "summary",
    "table",
    "told",
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
    State.REJECTED: "the provider said no",
    State.UNSUPPORTED: "not sent: the provider does not take a field or its value",
    State.INVALID: "not sent: the line is not a user",
    State.FAILED: "not carried out: run again",
    State.UNKNOWN: "sent, and the outcome is not known",
}


def out() -> Console:
    """Standard output."""
    return Page(markup=False, highlight=False, emoji=False)


def err() -> Console:
    """Standard error."""
    return Page(stderr=True, markup=False, highlight=False, emoji=False)


def table(title: str, *columns: str) -> Table:
    """A table in the one style."""
    return FittedTable(
        *columns, title=title, title_style="bold", box=box.ROUNDED, border_style="dim"
    )


def printable(value: object) -> str:
    """A text from outside, without what would move the cursor."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(value))


def joined(pairs: Iterable[tuple[K, V]]) -> Iterable[tuple[K, list[V]]]:
    """What has a key in common, so that a row can tell it together."""
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found.items()


def indented(rows: Iterable[tuple[str, Iterable[str]]], width: int, *, by: int = 4) -> Text:
    """Lines of words beside their labels, each broken under its own beginning."""
    told = [*rows]
    edge = by + max((len(label) for label, _ in told), default=0)
    edge += 2 if edge > by else 0
    made: list[Text] = []
    for label, words in told:
        for number, text in enumerate(words):
            name = " " * by + label if number == 0 else ""
            made.append(beside(name, Text(printable(text)), edge, width))
    return Text("\n").join(made)


def _plain(title: str, *columns: str) -> Table:
    """A table without lines, for what must fit one screen."""
    return FittedTable(
        *columns, title=title, title_style="bold", box=None, pad_edge=False, header_style="dim"
    )


def summary(counts: Summary, title: str) -> Table:
    """How many users came to which state, now and in earlier runs of the same file."""
    again = bool(counts.before)
    made = _plain(title, "state", "users", *(["earlier"] if again else []), "meaning")
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
    """Why users were not onboarded, most frequent first; the rest is counted."""
    made = _plain("Reasons", "state", "path", "reason", "users", "refs")
    made.columns[3].justify = "right"
    shown = counts.reasons.most_common(MOST_REASONS)
    made.columns[1].min_width = min(32, max(len(reason.path) for reason, _ in shown))
    for reason, count in shown:
        made.add_row(
            str(reason.state),
            reason.path or "(whole)",
            printable(reason.message),
            str(count),
            _some(counts.examples[reason], count),
            style=STYLES[reason.state],
        )
    if rest := len(counts.reasons) - len(shown):
        made.caption = f"and {rest} more: each result has its problems"
    return made


def unknown(counts: Summary, provider: str) -> Iterator[str]:
    """The users whose outcome is unknown, each with the next step."""
    for again, step in (
        (True, "Run again: the idempotency key settles them."),
        (False, f"Look for them at {provider}; send those who are not there under another ref."),
    ):
        found = [one for one in counts.unknown if one.run_again is again]
        if found:
            refs = [f"{x.ref} ({x.id})" if x.id else x.ref for x in found[:MOST_REFS]]
            yield f"Unknown outcome: {_some(refs, len(found))}. {step}"


def _some(refs: list[str], count: int) -> str:
    rest = count - len(refs)
    return printable(", ".join(refs)) + (f" and {rest} more" if rest else "")


def left_alone(counts: Summary) -> str:
    """The users whom this run did not send, because an earlier one had settled them."""
    settled, rejected = counts.before.total(), counts.before[State.REJECTED]
    text = f"{settled} {'user was' if settled == 1 else 'users were'} settled earlier and not sent"
    again = "; correct the line of a rejected user to send it again" if rejected else ""
    return f"{text}{again}."


def folded(paths: Iterable[str]) -> str:
    """Paths in few words: `birthdate, national_id.code, address`; of many parts, the whole.

    No word is wider than a column of the demo: what is evident of a path is not said.
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


def told(problem: Problem) -> str:
    """One problem in one line; its code is in the results."""
    where = f"{problem.path}: " if problem.path else ""
    return printable(f"{where}{problem.message or problem.code}")
