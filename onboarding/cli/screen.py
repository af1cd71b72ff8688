"""Where a person reads: consoles, tables, and words for what results hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table

from onboarding.batch import State, Summary
from onboarding.errors import Problem

__all__ = ["STYLES", "err", "folded", "out", "printable", "reasons", "summary", "table", "told"]

STYLES = {
    State.CREATED: "green",
    State.REJECTED: "red",
    State.REFUSED: "yellow",
    State.INVALID: "magenta",
    State.FAILED: "red",
    State.UNKNOWN: "bold red",
}

MEANINGS = {
    State.CREATED: "registered with the provider",
    State.REJECTED: "the provider said no",
    State.REFUSED: "not sent: the provider has no place for a datum",
    State.INVALID: "not sent: the line is no user",
    State.FAILED: "not carried out: run again",
    State.UNKNOWN: "may have been carried out: look before sending again",
}


def out() -> Console:
    """Standard output."""
    return Console(markup=False, highlight=False, emoji=False, soft_wrap=False)


def err() -> Console:
    """Standard error."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def table(title: str, *columns: str) -> Table:
    """A table in the one style."""
    made = Table(title=title, title_justify="left", title_style="bold", box=box.ROUNDED)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def printable(value: object) -> str:
    """A text from outside, without what would move the cursor."""
    return "".join(char if char.isprintable() else "\ufffd" for char in str(value))


def summary(counts: Summary, title: str) -> Table:
    """How many users came to which state, now and in earlier runs of the same file."""
    again = bool(counts.before)
    made = table(title, "state", "users", *(["before"] if again else []), "which means")
    for column in made.columns[1:-1]:
        column.justify = "right"
    for state in State:
        if counts.total[state]:
            before = [str(counts.before[state] or "")] if again else []
            count = str(counts.now[state] or "")
            made.add_row(str(state), count, *before, MEANINGS[state], style=STYLES[state])
    before = [str(counts.before.total())] if again else []
    made.add_section()
    made.add_row("all", str(counts.now.total()), *before, "")
    return made


def reasons(counts: Summary) -> Table:
    """Why users were not onboarded, most frequent first."""
    made = table("Why not", "state", "path", "why", "users")
    made.columns[3].justify = "right"
    for reason, count in counts.reasons.most_common(20):
        made.add_row(
            str(reason.state),
            reason.path or "(whole)",
            printable(reason.message),
            str(count),
            style=STYLES[reason.state],
        )
    return made


def folded(paths: Iterable[str]) -> str:
    """Paths in few words: `identity.birthdate, address.{city, line1}`."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        parent, _, name = path.rpartition(".")
        groups[parent].append(name)
    found: list[str] = []
    for parent, names in groups.items():
        if not parent:
            found += names
        elif len(names) == 1:
            found.append(f"{parent}.{names[0]}")
        else:
            found.append(f"{parent}.{{{', '.join(names)}}}")
    return ", ".join(found)


def told(problem: Problem) -> str:
    """One problem in one line."""
    where = f"{problem.path}: " if problem.path else ""
    return printable(f"{where}{problem.message} [{problem.code}]")
