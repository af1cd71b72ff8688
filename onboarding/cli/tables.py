"""Requirement reports and questionnaires as tables and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen
from rich.table import Table
from rich.text import Text

from onboarding.cli import screen
from onboarding.model.answers import Loss, LossKind
from onboarding.requirements import (
    Question,
    Questionnaire,
    Requirement,
    RequirementOption,
    RequirementReport,
    RequirementStatus,
    Target,
)

__all__ = [
    "STATUS_WIDTH",
    "WORDS",
    "Why",
    "cell_of",
    "left_out",
    "options_of",
    "questionnaire_as_dict",
    "questionnaire_table",
    "reasons_of",
    "report_as_dict",
    "report_table",
    "summary_table",
    "targets_table",
    "when_asked",
]

WORDS = {
    RequirementStatus.MISSING: "missing",
    RequirementStatus.PROVIDER_DECIDES: "provider decides",
    RequirementStatus.MET: "met",
}
STYLES = {
    RequirementStatus.MISSING: "red",
    RequirementStatus.PROVIDER_DECIDES: "yellow",
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
        made.add_row(status, cell_of(names, why.words, why.source), " or ".join(why.actors))
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
    """Why a requirement is not met: its status, the reasons, the document, and who can act."""

    status: str
    style: str
    words: tuple[str, ...] = ()
    source: str = ""
    actors: tuple[str, ...] = ()


def reasons_of(report: RequirementReport) -> Iterator[tuple[Why, str]]:
    """Yields what is missing, unsupported or left to the provider, each with its name."""
    yield from _of(RequirementStatus.MISSING, report.missing)
    for loss in report.refused:
        text = f"{loss.reason}; refused unless accept_loss names it"
        yield Why("unsupported", "red", (text,), actors=("platform",)), loss.core_path
    yield from _of(RequirementStatus.PROVIDER_DECIDES, report.undecided)


def _of(status: RequirementStatus, findings: Iterable[Requirement]) -> Iterator[tuple[Why, str]]:
    for one in findings:
        words = tuple(options_of(one))
        yield Why(WORDS[status], STYLES[status], words, one.source, one.actors), one.name


def options_of(finding: Requirement) -> Iterator[str]:
    """Yields the reason of a requirement; if it has several options, each of them."""
    if len(finding.options) < 2 or finding.name == " or ".join(finding.paths):
        when = f" ({finding.condition})" if finding.condition not in ("", "always") else ""
        yield f"{finding.reason}{when}"
        return
    for number, option in enumerate(finding.options):
        yield f"{'or' if number else 'either'} {option.path or option.words}"


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


def report_as_dict(report: RequirementReport, name: str) -> dict[str, Any]:
    """Returns the report as plain data, without values of the user."""
    return {
        "target": name,
        "status": str(report.status),
        "ready": report.ready,
        "findings": [_as_dict(finding) for finding in report.requirements],
        "refused": [_loss_as_dict(loss) for loss in report.refused],
        "losses": [_loss_as_dict(loss) for loss in report.losses],
    }


def _as_dict(finding: Requirement) -> dict[str, Any]:
    return {
        "name": finding.name,
        "status": str(finding.status),
        "reason": finding.reason,
        "condition": finding.condition,
        "options": [_option_as_dict(option) for option in finding.options],
        "wire_path": finding.wire_path,
        "source": finding.source,
    }


def _option_as_dict(option: RequirementOption) -> dict[str, Any]:
    return {
        "words": option.words,
        "actor": str(option.actor),
        "path": option.path or None,
        "purpose": str(option.purpose) if option.purpose else None,
    }


def _loss_as_dict(loss: Loss) -> dict[str, Any]:
    return {
        "path": loss.core_path,
        "kind": str(loss.kind),
        "reason": loss.reason,
        "wire_path": loss.wire_path,
    }


# -- a questionnaire


def questionnaire_table(found: Questionnaire, ref: str) -> Table:
    """Returns a table of the questions to ask one user, then the steps beside them."""
    what = "questions to ask" if found.questions else "no questions"
    made = screen.table(f"{screen.printable(ref)}: {what}", "ask for", "for")
    made.show_lines = True
    made.columns[0].min_width = max((len(one.name) for one in found), default=None)
    wanted = [target for one in found for target in one.targets]
    made.columns[1].max_width = max(map(len, wanted), default=None)
    asked = (((when_asked(one), one.targets), one.name) for one in found)
    for (when, targets), names in screen.grouped(asked):
        made.add_row(cell_of(names, [when]), "\n".join(targets))
    for provider, paths in found.accept_loss.items():
        made.add_row(
            cell_of(paths, [f"{provider} does not support it: name it in accept_loss"]), ""
        )
    for step in found.steps:
        who = f"{' or '.join(step.actors)} ({WORDS[step.status]})"
        made.add_row(cell_of([step.name], options_of(step)), who)
    return made


def when_asked(question: Question) -> str:
    """Returns the condition of a question in words; empty if it is always asked."""
    when = f"if {question.when.words}" if question.when is not None else ""
    same = f"same answer as {question.same_as}" if question.same_as else ""
    return ", ".join(filter(None, (when, same)))


def questionnaire_as_dict(found: Questionnaire) -> dict[str, Any]:
    """Returns the questionnaire as plain data."""
    return {
        "questions": [
            {
                "name": question.name,
                "path": question.path or None,
                "purpose": str(question.purpose) if question.purpose else None,
                "when": question.when.words if question.when is not None else None,
                "same_as": question.same_as or None,
                "targets": list(question.targets),
                "sources": list(question.sources),
            }
            for question in found
        ],
        "steps": [_as_dict(step) for step in found.steps],
        "accept_loss": {provider: list(paths) for provider, paths in found.accept_loss.items()},
    }
