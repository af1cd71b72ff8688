"""Requirement reports and questionnaires as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen
from rich.table import Table
from rich.text import Text

from onboarding.cli import screen
from onboarding.model.answers import LossKind
from onboarding.requirements import (
    Question,
    Questionnaire,
    Requirement,
    RequirementOrigin,
    RequirementReport,
    RequirementStatus,
    Target,
)

__all__ = [
    "STATUS_WIDTH",
    "WORDS",
    "Why",
    "cell_of",
    "due_of",
    "left_out",
    "options_of",
    "questionnaire_table",
    "reasons_of",
    "report_table",
    "summary_table",
    "targets_table",
    "when_asked",
]

WORDS = {
    RequirementStatus.MISSING: "missing",
    RequirementStatus.PROVIDER_DECIDES: "provider decides",
    RequirementStatus.UPCOMING: "not due yet",
    RequirementStatus.MET: "met",
}
STYLES = {
    RequirementStatus.MISSING: "red",
    RequirementStatus.PROVIDER_DECIDES: "yellow",
    RequirementStatus.UPCOMING: "dim",
    RequirementStatus.MET: "green",
}
STATUS_WIDTH = 8  # characters: "provider decides" takes two lines, so that a path fits 80


# -- targets


def targets_table(found: Mapping[str, Target]) -> Table:
    """Returns a table of targets by name."""
    made = screen.table("Targets", "target", "description")
    made.columns[0].no_wrap = True
    for name, target in found.items():
        made.add_row(name, Text.assemble(target.words, "\n", (target.source, "dim")))
    return made


# -- a report


def report_table(report: RequirementReport, ref: str, name: str) -> Table:
    """Returns a table of the requirements of one target for one user, the missing ones first.

    Requirements with the same status and reason share a row.
    """
    made = screen.table(f"{screen.printable(ref)}, {name}: {WORDS[report.status]}")
    made.add_column("status", width=STATUS_WIDTH)
    made.add_column("field and reason", overflow="fold")
    made.add_column("who acts", max_width=STATUS_WIDTH)
    made.show_lines = True
    for why, names in screen.grouped(reasons_of(report)):
        status = Text(why.status, why.style)
        cell = cell_of(names, (*why.words, *why.due), why.source)
        made.add_row(status, cell, " or ".join(why.actors))
    if met := report.of(RequirementStatus.MET):
        made.add_row(
            Text("met", STYLES[RequirementStatus.MET]), ", ".join(one.name for one in met), ""
        )
    if left := ", ".join(left_out(report)):
        made.add_row(Text("left out", "dim"), left, "")
    if not report.requirements and not made.row_count:
        made.add_row(Text("met", STYLES[RequirementStatus.MET]), "the record shows it", "")
    return made


@frozen
class Why:
    """Why a requirement is not met: its status, the reasons, the document, and who can act.

    `due` is what the provider says of one user: until when, what it stops, what it refused.
    """

    status: str
    style: str
    words: tuple[str, ...] = ()
    source: str = ""
    actors: tuple[str, ...] = ()
    due: tuple[str, ...] = ()


def reasons_of(report: RequirementReport) -> Iterator[tuple[Why, str]]:
    """Yields what is missing, unsupported or left to the provider, each with its name."""
    yield from _of(RequirementStatus.MISSING, report.missing)
    for loss in report.refused:
        text = f"{loss.reason}; refused unless accept_loss names it"
        yield Why("unsupported", "red", (text,), actors=("platform",)), loss.core_path
    yield from _of(RequirementStatus.PROVIDER_DECIDES, report.undecided)
    yield from _of(RequirementStatus.UPCOMING, report.upcoming)


def _of(status: RequirementStatus, findings: Iterable[Requirement]) -> Iterator[tuple[Why, str]]:
    for one in findings:
        words = tuple(options_of(one))
        due = tuple(due_of(one))
        yield Why(WORDS[status], STYLES[status], words, one.source, one.actors, due), one.name


def due_of(one: Requirement) -> Iterator[str]:
    """Yields what the provider says of a requirement: the deadline, what it stops, the refusal."""
    if one.origin is RequirementOrigin.RULE:
        return
    if one.deadline is not None:
        yield f"until {one.deadline.isoformat()}{', which has passed' if one.past_due else ''}"
    elif one.past_due:
        yield "is past due"
    if one.blocks:
        later = one.status is RequirementStatus.UPCOMING
        yield f"{'will stop' if later else 'stops'} {', '.join(one.blocks)}"
    if one.refusal is not None:
        codes = (one.refusal.provider_code, *one.refusal.flags)
        yield f"the provider's code: {', '.join(filter(None, codes)) or one.refusal.reason}"


def options_of(finding: Requirement) -> Iterator[str]:
    """Yields the reason of a requirement; if it has several options, each of them."""
    if len(finding.options) < 2 or finding.name == " or ".join(finding.paths):
        when = f" ({finding.condition})" if finding.condition not in ("", "always") else ""
        yield f"{finding.reason}{when}"
        return
    for number, option in enumerate(finding.options):
        field = option.path if option.purpose is None else ""
        yield f"{'or' if number else 'either'} {field or option.words}"


def cell_of(names: Iterable[str], reasons: Iterable[str], source: str = "") -> Text:
    """Returns a cell: names, then their reasons, then the document."""
    made = Text("\n").join(Text(screen.printable(name), "bold") for name in names)
    for reason in filter(None, reasons):
        made.append(f"\n{screen.printable(reason)}")
    if source:
        made.append(f"\n{screen.printable(source)}", "dim")
    return made


def left_out(report: RequirementReport) -> Iterator[str]:
    """Yields the core paths that would be lost although the call is possible."""
    stopping = {one.name for one in report.missing} | {loss.core_path for loss in report.refused}
    for loss in report.losses:
        if loss.kind in (LossKind.DROPPED, LossKind.COARSENED) and loss.core_path not in stopping:
            yield loss.core_path


def summary_table(counts: Mapping[str, Counter[RequirementStatus]], title: str) -> Table:
    """Returns a table of the number of users by target and status."""
    made = screen.table(title, "target", *WORDS.values())
    for column in made.columns[1:]:
        column.justify = "right"
    for target, found in counts.items():
        made.add_row(target, *(str(found[status] or "") for status in WORDS))
    return made


# -- a questionnaire


def questionnaire_table(found: Questionnaire, ref: str) -> Table:
    """Returns a table of the questions to ask one user, then the steps beside them."""
    what = "questions to ask" if found.questions else "no questions"
    made = screen.table(f"{screen.printable(ref)}: {what}", "ask for", "for")
    made.show_lines = True
    made.columns[0].min_width = max((len(one.name) for one in found), default=None)
    wanted = [target for one in found for target in one.targets]
    made.columns[1].max_width = max(map(len, wanted), default=None)
    asked = (((when_asked(one), _until(one), one.targets), one.name) for one in found)
    for (when, until, targets), names in screen.grouped(asked):
        made.add_row(cell_of(names, filter(None, (when, until))), "\n".join(targets))
    for provider, paths in found.accept_loss.items():
        made.add_row(
            cell_of(paths, [f"{provider} does not support it: name it in accept_loss"]), ""
        )
    for step in found.steps:
        who = f"{' or '.join(step.actors)} ({WORDS[step.status]})"
        made.add_row(cell_of([step.name], (*options_of(step), *due_of(step))), who)
    return made


def _until(question: Question) -> str:
    return f"until {question.deadline.isoformat()}" if question.deadline is not None else ""


def when_asked(question: Question) -> str:
    """Returns the condition of a question in words; empty if it is always asked."""
    when = f"if {question.when.words}" if question.when is not None else ""
    same = f"same answer as {question.same_as}" if question.same_as else ""
    return ", ".join(filter(None, (when, same)))
