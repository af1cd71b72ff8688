"""Counts the users of a file by reason, for a table with one row per reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from attrs import define, field
from rich.table import Table
from rich.text import Text

from onboarding.cli import screen
from onboarding.cli.tables import (
    STATUS_WIDTH,
    WORDS,
    Why,
    left_out,
    options_of,
    reasons_of,
    when_asked,
)
from onboarding.errors import Problem
from onboarding.requirements import Questionnaire, RequirementReport

__all__ = ["Tally", "problem_reasons", "question_reasons", "report_reasons"]

EXAMPLES = 3
"""The most refs shown for each reason, if they are short."""

MOST_NAMES = 10
"""The most fields shown for one reason: those that most users have."""

MOST_ROWS = 20
"""The most reasons in a table: the most frequent ones."""

_ORDER = ("invalid", "missing", "unsupported", "provider decides", "not due yet", "left out")

# Characters of 80: names get their width first, then refs.
_WIDEST = 36
_FIRST = 18


@define(eq=False)
class _Row:
    """The users with one reason, and the fields that it is about."""

    users: int = 0
    refs: list[str] = field(factory=list[str])
    names: Counter[str] = field(factory=Counter[str])

    def add(self, ref: str, names: Iterable[str]) -> None:
        self.users += 1
        self.names.update(dict.fromkeys(names, 1))
        length = sum(map(len, self.refs)) + len(ref)
        if not self.refs or (len(self.refs) < EXAMPLES and length <= 2 * _FIRST):
            self.refs.append(ref)

    def cell(self, why: Why) -> Text:
        """Returns the names, with their counts if these differ, then the reason."""
        lines = [
            Text.assemble((name, "bold"), ("" if count == self.users else f" ({count})", "dim"))
            for name, count in self.names.most_common(MOST_NAMES)
            if name
        ]
        if len(self.names) > MOST_NAMES:
            lines.append(Text(f"and {len(self.names) - MOST_NAMES} more", "dim"))
        indent = "  " if any(self.names) else ""
        lines += [Text(indent + screen.printable(words), "dim") for words in why.words if words]
        return Text("\n").join(lines)

    @property
    def first(self) -> str:
        return ", ".join(self.refs) + (", ..." if self.users > len(self.refs) else "")


@define(eq=False)
class Tally:
    """The users by reason. Memory grows with the number of reasons, not of users."""

    rows: dict[Why, _Row] = field(factory=dict[Why, _Row])

    def add(self, ref: str, found: Iterable[tuple[Why, str]]) -> None:
        """Counts one user by its reasons; each comes with the field that it is about."""
        for why, names in screen.grouped(found):
            row = self.rows.setdefault(why, _Row())
            row.add(screen.printable(ref), map(screen.printable, names))

    def table(self, title: str, *columns: str) -> Table:
        """Returns a table of the reasons, grouped by status, the most frequent first.

        `columns` are the titles of: the status, the reason, the number of users and, if a fourth
        is given, the first refs.
        """
        made = screen.table(title, *columns)
        names = [len(name) for row in self.rows.values() for name in row.names]
        made.columns[1].min_width = min(max(names, default=0), _WIDEST)
        made.columns[2].justify = "right"
        made.columns[2].no_wrap = True
        if len(columns) > 3:
            made.columns[0].max_width = STATUS_WIDTH
            made.columns[3].max_width = _FIRST
        statuses = [*dict.fromkeys((*_ORDER, *(why.status for why in self.rows)))]
        shown = sorted(self.rows.items(), key=lambda item: -item[1].users)[:MOST_ROWS]
        for why, row in sorted(shown, key=lambda item: statuses.index(item[0].status)):
            first = [row.first] if len(columns) > 3 else []
            made.add_row(Text(why.status, why.style), row.cell(why), str(row.users), *first)
        if len(self.rows) > MOST_ROWS:
            made.caption = f"and {len(self.rows) - MOST_ROWS} less frequent reasons; see --all"
            made.caption_justify = "left"
        return made


def problem_reasons(problems: Iterable[Problem]) -> Iterator[tuple[Why, str]]:
    """Yields the reasons why a line is not a valid user."""
    for problem in problems:
        yield Why("invalid", "magenta", (problem.message or problem.code,)), problem.path


def report_reasons(report: RequirementReport) -> Iterator[tuple[Why, str]]:
    """Yields the reasons why a user does not meet the requirements of a target."""
    for why, name in reasons_of(report):
        yield Why(why.status, why.style, why.words), name
    for name in left_out(report):
        yield Why("left out", "dim"), name


def question_reasons(found: Questionnaire) -> Iterator[tuple[Why, str]]:
    """Yields the questions to a user by targets, then the steps beside them."""
    for question in found:
        yield Why("\n".join(question.targets), "", (when_asked(question),)), question.name
    for step in found.steps:
        who = f"{' or '.join(step.actors)} ({WORDS[step.status]})"
        yield Why(who, "", tuple(options_of(step))), step.name
