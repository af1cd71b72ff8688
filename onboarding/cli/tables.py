"""How users stand before targets, and what to ask of them: as tables, and as plain data."""

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
    "STANDS",
    "WORDS",
    "Why",
    "left_out",
    "options_of",
    "plain_questionnaire",
    "plain_report",
    "questionnaire_table",
    "report_table",
    "summary_table",
    "targets_table",
    "told",
    "when_asked",
    "whys",
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
STANDS = 8  # characters: "provider decides" takes two lines, and a path has room at 80


# -- targets


def targets_table(found: Mapping[str, Target]) -> Table:
    """Where a user can get, by the name to ask for."""
    made = screen.table("Targets", "target", "which is to")
    made.columns[0].no_wrap = True
    for name, target in found.items():
        made.add_row(name, Text.assemble(target.words, "\n", (target.source, "dim")))
    return made


# -- a report


def report_table(report: RequirementReport, ref: str, name: str) -> Table:
    """One user before one target: what is missing first, then what the provider decides.

    What stands so for one reason is told together.
    """
    made = screen.table(f"{screen.printable(ref)}, {name}: {WORDS[report.status]}")
    made.add_column("stands", width=STANDS)
    made.add_column("what, and why", overflow="fold")
    made.add_column("who acts", max_width=STANDS)
    made.show_lines = True
    for why, names in screen.joined(whys(report)):
        stands = Text(why.stands, why.style)
        made.add_row(stands, told(names, why.words, why.source), " or ".join(why.actors))
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
    """How something stands before a target, why, by which document, and who can act."""

    stands: str
    style: str
    words: tuple[str, ...] = ()
    source: str = ""
    actors: tuple[str, ...] = ()


def whys(report: RequirementReport) -> Iterator[tuple[Why, str]]:
    """What is missing, what is not supported, and what the provider decides: each with its name."""
    yield from _of(RequirementStatus.MISSING, report.missing)
    for loss in report.refused:
        text = f"{loss.reason}; refused, unless accept_loss names it"
        yield Why("unsupported", "red", (text,), actors=("platform",)), loss.core_path
    yield from _of(RequirementStatus.PROVIDER_DECIDES, report.undecided)


def _of(status: RequirementStatus, findings: Iterable[Requirement]) -> Iterator[tuple[Why, str]]:
    for one in findings:
        words = tuple(options_of(one))
        yield Why(WORDS[status], STYLES[status], words, one.source, one.actors), one.name


def options_of(finding: Requirement) -> Iterator[str]:
    """Why it stands so; where several things would do, each of them."""
    if len(finding.options) < 2 or finding.name == " or ".join(finding.paths):
        when = f" ({finding.condition})" if finding.condition not in ("", "always") else ""
        yield f"{finding.reason}{when}"
        return
    for number, option in enumerate(finding.options):
        yield f"{'or' if number else 'either'} {option.path or option.words}"


def told(names: Iterable[str], reasons: Iterable[str], source: str = "") -> Text:
    """Names, then lines that are true of each, then the document that says so."""
    made = Text("\n").join(Text(screen.printable(name), "bold") for name in names)
    for reason in filter(None, reasons):
        made.append(f"\n{screen.printable(reason)}")
    if source:
        made.append(f"\n{screen.printable(source)}", "dim")
    return made


def left_out(report: RequirementReport) -> Iterator[str]:
    """What would be lost, and stops nothing."""
    stopping = {one.name for one in report.missing} | {loss.core_path for loss in report.refused}
    for loss in report.losses:
        if loss.kind in (LossKind.DROPPED, LossKind.COARSENED) and loss.core_path not in stopping:
            yield loss.core_path


def summary_table(counts: Mapping[str, Counter[RequirementStatus]], title: str) -> Table:
    """How many users stand how before each target."""
    made = screen.table(title, "target", *WORDS.values())
    for column in made.columns[1:]:
        column.justify = "right"
    for target, found in counts.items():
        made.add_row(target, *(str(found[status] or "") for status in WORDS))
    return made


def plain_report(report: RequirementReport, name: str) -> dict[str, Any]:
    """The report as plain data. No value is in it."""
    return {
        "target": name,
        "status": str(report.status),
        "ready": report.ready,
        "findings": [_plain(finding) for finding in report.requirements],
        "refused": [_plain_loss(loss) for loss in report.refused],
        "losses": [_plain_loss(loss) for loss in report.losses],
    }


def _plain(finding: Requirement) -> dict[str, Any]:
    return {
        "name": finding.name,
        "status": str(finding.status),
        "reason": finding.reason,
        "condition": finding.condition,
        "options": [_plain_option(option) for option in finding.options],
        "wire_path": finding.wire_path,
        "source": finding.source,
    }


def _plain_option(option: RequirementOption) -> dict[str, Any]:
    return {
        "words": option.words,
        "actor": str(option.actor),
        "path": option.path or None,
        "purpose": str(option.purpose) if option.purpose else None,
    }


def _plain_loss(loss: Loss) -> dict[str, Any]:
    return {
        "path": loss.core_path,
        "kind": str(loss.kind),
        "reason": loss.reason,
        "wire_path": loss.wire_path,
    }


# -- a questionnaire


def questionnaire_table(found: Questionnaire, ref: str) -> Table:
    """What to ask of one user, when and for what; then the steps that nobody can be asked for."""
    what = "what to ask" if found.questions else "nothing to ask"
    made = screen.table(f"{screen.printable(ref)}: {what}", "ask for", "for")
    made.show_lines = True
    made.columns[0].min_width = max((len(one.name) for one in found), default=None)
    wanted = [target for one in found for target in one.targets]
    made.columns[1].max_width = max(map(len, wanted), default=None)
    asked = (((when_asked(one), one.targets), one.name) for one in found)
    for (when, targets), names in screen.joined(asked):
        made.add_row(told(names, [when]), "\n".join(targets))
    for provider, paths in found.accept_loss.items():
        made.add_row(told(paths, [f"{provider} does not support it: name it in accept_loss"]), "")
    for step in found.steps:
        who = f"{' or '.join(step.actors)} ({WORDS[step.status]})"
        made.add_row(told([step.name], options_of(step)), who)
    return made


def when_asked(question: Question) -> str:
    when = f"if {question.when.words}" if question.when is not None else ""
    same = f"the same as {question.same_as}" if question.same_as else ""
    return ", ".join(filter(None, (when, same)))


def plain_questionnaire(found: Questionnaire) -> dict[str, Any]:
    """The questionnaire as plain data."""
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
        "steps": [_plain(step) for step in found.steps],
        "accept_loss": {provider: list(paths) for provider, paths in found.accept_loss.items()},
    }
