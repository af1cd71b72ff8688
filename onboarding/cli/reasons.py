"""Why the users of a file stand as they do: one row a reason, with how many it is true of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from attrs import define, field
from rich.table import Table
from rich.text import Text

from onboarding.cli import screen
from onboarding.cli.tables import STANDS, WORDS, Why, left_out, options_of, when_asked, whys
from onboarding.errors import Problem
from onboarding.requirements import Questionnaire, RequirementReport

__all__ = ["Tally", "of_problems", "of_questions", "of_report"]

EXAMPLES = 3
"""How many refs are shown of each reason, if they are short."""

MOST_NAMES = 10
"""How many data are shown of one reason: those that it is true of most often."""

MOST_ROWS = 20
"""How many reasons a table shows: the most frequent ones."""

_ORDER = ("invalid", "missing", "unsupported", "provider decides", "left out")

# Characters of 80: a name has its room first, then the refs of users.
_WIDEST = 36
_FIRST = 18


@define(eq=False)
class _Row:
    """The users of whom a reason is true, and the data that it is about."""

    users: int = 0
    refs: list[str] = field(factory=list[str])
    names: Counter[str] = field(factory=Counter[str])

    def add(self, ref: str, names: Iterable[str]) -> None:
        self.users += 1
        self.names.update(dict.fromkeys(names, 1))
        told = sum(map(len, self.refs)) + len(ref)
        if not self.refs or (len(self.refs) < EXAMPLES and told <= 2 * _FIRST):
            self.refs.append(ref)

    def told(self, why: Why) -> Text:
        """The names, each with its own count if that is another; then the reason."""
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
    """Reasons, each with the users of whom it is true. What it holds grows with the reasons."""

    rows: dict[Why, _Row] = field(factory=dict[Why, _Row])

    def add(self, ref: str, found: Iterable[tuple[Why, str]]) -> None:
        """Counts one user, by the reasons that are true of it and the data they are about."""
        for why, names in screen.joined(found):
            row = self.rows.setdefault(why, _Row())
            row.add(screen.printable(ref), map(screen.printable, names))

    def table(self, title: str, *columns: str) -> Table:
        """The reasons: those that stand alike together, the most frequent first.

        The columns are: how it stands, the reason, how many users and, if wanted, the first ones.
        """
        made = screen.table(title, *columns)
        names = [len(name) for row in self.rows.values() for name in row.names]
        made.columns[1].min_width = min(max(names, default=0), _WIDEST)
        made.columns[2].justify = "right"
        made.columns[2].no_wrap = True
        if len(columns) > 3:
            made.columns[0].max_width = STANDS
            made.columns[3].max_width = _FIRST
        stands = [*dict.fromkeys((*_ORDER, *(why.stands for why in self.rows)))]
        shown = sorted(self.rows.items(), key=lambda item: -item[1].users)[:MOST_ROWS]
        for why, row in sorted(shown, key=lambda item: stands.index(item[0].stands)):
            first = [row.first] if len(columns) > 3 else []
            made.add_row(Text(why.stands, why.style), row.told(why), str(row.users), *first)
        if len(self.rows) > MOST_ROWS:
            made.caption = f"and {len(self.rows) - MOST_ROWS} rarer reasons: see --all"
            made.caption_justify = "left"
        return made


def of_problems(problems: Iterable[Problem]) -> Iterator[tuple[Why, str]]:
    """Why a line is no user."""
    for problem in problems:
        yield Why("invalid", "magenta", (problem.message or problem.code,)), problem.path


def of_report(report: RequirementReport) -> Iterator[tuple[Why, str]]:
    """How a user stands before a target; what is met is not told."""
    for why, name in whys(report):
        yield Why(why.stands, why.style, why.words), name
    for name in left_out(report):
        yield Why("left out", "dim"), name


def of_questions(found: Questionnaire) -> Iterator[tuple[Why, str]]:
    """The questions to a user, grouped by target; then the steps that no question covers."""
    for question in found:
        yield Why("\n".join(question.targets), "", (when_asked(question),)), question.name
    for step in found.steps:
        who = f"{' or '.join(step.actors)} ({WORDS[step.status]})"
        yield Why(who, "", tuple(options_of(step))), step.name
