"""`onboarding missing`: what users still lack for a target, before anything is sent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from attrs import define

from onboarding.bulk import UserFile
from onboarding.cli import screen
from onboarding.cli.failures import NOT_ALL, Failure, as_json, wants_json
from onboarding.cli.input import Goal, Held, chosen, goals_of, held_in, opened, users_in
from onboarding.cli.reasons import Tally, of_problems, of_questions, of_report
from onboarding.cli.tables import (
    plain_questionnaire,
    plain_report,
    questionnaire_table,
    report_table,
    summary_table,
    targets_table,
)
from onboarding.model.user import Company, PersonType, User
from onboarding.requirements import (
    Questionnaire,
    RequirementReport,
    RequirementStatus,
    Target,
    questionnaire,
)
from onboarding.requirements import missing as find_missing

__all__ = ["missing"]


@define
class Everybody:
    """Those the command is asked about: the users of a file, to be iterated once, or a new one."""

    file: UserFile | None = None
    new: Held | None = None

    def __iter__(self) -> Iterator[Held]:
        if self.file is not None:
            yield from held_in(self.file)
        elif self.new is not None:
            yield self.new

    def plain(self) -> dict[str, Any]:
        """How the headings of the file are read, for JSON."""
        return {"headings": dict(self.file.headings)} if self.file is not None else {}


@click.command()
@click.argument("words", metavar="[USERS] TARGET...", nargs=-1)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration of the gateways, if targets are named by gateway.",
)
@click.option(
    "--new",
    type=click.Choice([str(kind) for kind in PersonType]),
    help="In place of USERS: a person of whom nothing is known yet.",
)
@click.option("--list", "listed", is_flag=True, help="List the targets, and stop.")
@click.option("--questionnaire", "asks", is_flag=True, help="Print what to ask, over all targets.")
@click.option("--schema", is_flag=True, help="Print the same of one user as a JSON Schema.")
@click.option("--all", "each", is_flag=True, help="Tell of each user, in place of each reason.")
@as_json
@click.pass_context
def missing(
    context: click.Context,
    words: tuple[str, ...],
    config: Path | None,
    new: str | None,
    listed: bool,
    asks: bool,
    schema: bool,
    each: bool,
) -> None:
    """Tell what users still lack for each TARGET, offline.

    USERS is JSON Lines, one JSON list, or CSV if its name ends in .csv, .tsv or .txt, each as for
    `run`; `-` is JSON from standard input. An object can be a stored user or record (`to_json`)
    too. Of several users each reason is told once, with the number of users and the first of them;
    --all tells of each user. A TARGET is
    named `mangopay/create_owner` by its provider or, with --config, by a gateway, whose settings
    then count, `accept_loss` among them.

    What is asked is met, missing, or left to the provider: then no document says before the call
    what the answer will be. No value of a user is printed.

    Exit codes: 0 nothing is missing, 1 something is, or a line is no user,
    2 the command, the configuration or the file cannot be used. With --list,
    --questionnaire or --schema it is 0 when they are printed.
    """
    if listed:
        _list(config)
        return
    who, names = _arguments(words, new)
    goals = goals_of(names, config)
    everybody = Everybody(new=_nobody(new)) if new else Everybody(file=users_in(who))
    if schema:
        click.echo(json.dumps(_schema(everybody, goals), indent=2))
    elif asks:
        _tell_questions(everybody, goals, each=each)
    elif not _tell_reports(everybody, goals, each=each):
        context.exit(NOT_ALL)


def _arguments(words: tuple[str, ...], new: str | None) -> tuple[Path, tuple[str, ...]]:
    """The file of users, and the names of the targets."""
    if new:
        who, names = Path(), words
    elif not words:
        raise click.UsageError("Missing argument 'USERS': a file, or - for standard input.")
    else:
        who, names = Path(words[0]), words[1:]
        if who.is_dir():
            raise click.UsageError(f"USERS: {words[0]} is a directory; name a file of users")
        if str(who) != "-" and not who.exists():
            hint = "; USERS comes before the targets, or give --new" if "/" in words[0] else ""
            raise click.UsageError(f"USERS: there is no file {words[0]}{hint}")
    if not names:
        raise click.UsageError("Missing argument 'TARGET...': `onboarding missing --list`.")
    return who, names


def _nobody(kind: str | None) -> Held:
    user = User(company=Company()) if kind == PersonType.LEGAL else User()
    return Held(ref=f"a new {kind} person", held=user)


# -- targets


def _list(config: Path | None) -> None:
    if config is None:
        by = {name: dict(kind.targets) for name, kind in chosen().items()}
    else:
        with opened(config) as gateways:
            kinds = {name: gateways[name].adapter for name in gateways}
            by = {name: {n: it.target(n) for n in it.targets} for name, it in kinds.items()}
    found = {f"{name}/{n}": target for name, own in by.items() for n, target in own.items()}
    if wants_json():
        told = [
            {"name": name, "words": target.words, "source": target.source}
            for name, target in found.items()
        ]
        click.echo(json.dumps({"targets": told}, indent=2))
        return
    screen.out().print(targets_table(found))


# -- answers


def _tell_reports(everybody: Everybody, goals: list[Goal], *, each: bool) -> bool:
    """Tells how everybody stands; whether nothing is missing."""
    plain: list[dict[str, Any]] = []
    counts = {goal.name: Counter[RequirementStatus]() for goal in goals}
    tallies = {goal.name: Tally() for goal in goals}
    invalid = Tally()
    users = unread = 0
    alone: tuple[Held, Mapping[str, RequirementReport]] | None = (
        None  # the first, while it is the only one
    )
    for one in everybody:
        reports = dict(_reports(one, goals))
        users, unread = users + 1, unread + (one.held is None)
        alone = (one, reports) if users == 1 else None
        for name, report in reports.items():
            counts[name][report.status] += 1
        if wants_json():
            told = [plain_report(report, name) for name, report in reports.items()]
            plain.append({**_plain(one), "targets": told})
        elif each:
            _tell_report(one, reports)
        else:
            invalid.add(one.ref, of_problems(one.problems))
            for name, report in reports.items():
                tallies[name].add(one.ref, of_report(report))
    ready = not unread and not any(found[RequirementStatus.MISSING] for found in counts.values())
    if wants_json():
        click.echo(json.dumps({**everybody.plain(), "users": plain, "ready": ready}, indent=2))
        return ready
    if alone and not each:
        _tell_report(*alone)
    elif not each:
        _tell_tally(invalid, f"{unread} of {users} cannot be read, by reason", *_REASONS)
        for name, tally in tallies.items():
            _tell_tally(tally, f"{name}, by reason", *_REASONS)
    if users > 1:
        title = f"{users} users{f', of whom {unread} cannot be read' if unread else ''}"
        screen.out().print(summary_table(counts, title))
    return ready


_REASONS = ("stands", "what, and why", "users", "first")


def _tell_report(one: Held, reports: Mapping[str, RequirementReport]) -> None:
    _tell_problems(one)
    for name, report in reports.items():
        screen.out().print(report_table(report, one.ref, name))


def _tell_tally(tally: Tally, title: str, *columns: str) -> None:
    if tally.rows:
        screen.out().print(tally.table(title, *columns))


def _reports(one: Held, goals: list[Goal]) -> Iterator[tuple[str, RequirementReport]]:
    if one.held is not None:
        for goal in goals:
            yield goal.name, find_missing(one.held, goal.target, accept_loss=goal.accept_loss)


def _tell_questions(everybody: Everybody, goals: list[Goal], *, each: bool) -> None:
    plain: list[Mapping[str, Any]] = []
    invalid, asked = Tally(), Tally()
    users = 0
    alone: tuple[Held, Questionnaire | None] | None = None
    for one in everybody:
        found = questionnaire(one.held, _targets(goals)) if one.held is not None else None
        users += 1
        alone = (one, found) if users == 1 else None
        if wants_json():
            told = plain_questionnaire(found) if found is not None else {}
            plain.append({**_plain(one), **told})
        elif each:
            _tell_questionnaire(one, found)
        else:
            invalid.add(one.ref, of_problems(one.problems))
            asked.add(one.ref, of_questions(found) if found is not None else ())
    if wants_json():
        click.echo(json.dumps({**everybody.plain(), "users": plain}, indent=2))
    elif alone and not each:
        _tell_questionnaire(*alone)
    elif not each:
        _tell_tally(invalid, "what cannot be read, by reason", *_REASONS)
        _tell_tally(asked, f"{users} users: what to ask", "for", "ask for", "users")


def _tell_questionnaire(one: Held, found: Questionnaire | None) -> None:
    _tell_problems(one)
    if found is not None:
        screen.out().print(questionnaire_table(found, one.ref))


def _schema(everybody: Everybody, goals: list[Goal]) -> dict[str, Any]:
    found = list(everybody)
    if len(found) != 1:
        raise Failure(f"a schema is about one user, and there are {len(found)}")
    if found[0].held is None:
        raise Failure("the line is no user", kind="InvalidInput", problems=found[0].problems)
    return questionnaire(found[0].held, _targets(goals)).json_schema()


def _targets(goals: list[Goal]) -> list[Target]:
    return [goal.target for goal in goals]


def _plain(one: Held) -> dict[str, Any]:
    problems = [{"path": p.path, "code": p.code, "message": p.message} for p in one.problems]
    return {"ref": one.ref, "problems": problems}


def _tell_problems(one: Held) -> None:
    if one.problems:
        console = screen.out()
        console.print(f"{screen.printable(one.ref)}: is no user", style="red", soft_wrap=True)
        for problem in one.problems:
            console.print(f"  {screen.told(problem)}", soft_wrap=True)
