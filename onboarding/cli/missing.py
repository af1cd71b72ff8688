"""`onboarding missing`: the requirements of a target that users do not meet, offline."""

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
from onboarding.cli.input import Entry, Goal, chosen, entries_in, goals_of, opened, users_in
from onboarding.cli.reasons import Tally, problem_reasons, question_reasons, report_reasons
from onboarding.cli.reports import questionnaire_as_dict, report_as_dict
from onboarding.cli.tables import (
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
class Entries:
    """The entries of a file, to be iterated once, or one new user."""

    file: UserFile | None = None
    new: Entry | None = None

    def __iter__(self) -> Iterator[Entry]:
        if self.file is not None:
            yield from entries_in(self.file)
        elif self.new is not None:
            yield self.new

    def plain(self) -> dict[str, Any]:
        """Returns the headings of the file with their core paths, for JSON."""
        return {"headings": dict(self.file.headings)} if self.file is not None else {}


@click.command()
@click.argument("words", metavar="[USERS] TARGET...", nargs=-1)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration file, if targets are named by gateway.",
)
@click.option(
    "--new",
    type=click.Choice([str(kind) for kind in PersonType]),
    help="Use a new person without any data instead of USERS.",
)
@click.option("--list", "listed", is_flag=True, help="List the targets and exit.")
@click.option(
    "--questionnaire", "asks", is_flag=True, help="Print the questions to ask for all targets."
)
@click.option("--schema", is_flag=True, help="Print the questions for one user as a JSON Schema.")
@click.option("--all", "each", is_flag=True, help="Show each user instead of each reason.")
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
    """Show which requirements of each TARGET users do not meet, offline.

    USERS is JSON Lines, one JSON list, or CSV if its name ends in .csv, .tsv or .txt, as for `run`;
    `-` is JSON from standard input. An object can also be a stored user or record (`to_json`).
    For several users, each reason is shown once, with the number of users and the first refs;
    --all shows each user. TARGET is named by the provider, as in `mangopay/create_owner`, or with
    --config by a gateway, whose settings then apply, such as `accept_loss`.

    A requirement is met, missing, or decided by the provider: then the result is not known before
    the call. No value of a user is printed.

    Exit codes: 0 nothing is missing, 1 something is missing or a line is invalid,
    2 the command, the configuration or the file cannot be used. With --list,
    --questionnaire or --schema, 0 if the output is printed.
    """
    if listed:
        _list(config)
        return
    who, names = _arguments(words, new)
    goals = goals_of(names, config)
    entries = Entries(new=_new_user(new)) if new else Entries(file=users_in(who))
    if schema:
        click.echo(json.dumps(_schema(entries, goals), indent=2))
    elif asks:
        _print_questions(entries, goals, each=each)
    elif not _print_reports(entries, goals, each=each):
        context.exit(NOT_ALL)


def _arguments(words: tuple[str, ...], new: str | None) -> tuple[Path, tuple[str, ...]]:
    """Returns the file of users, and the names of the targets."""
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
        raise click.UsageError("Missing argument 'TARGET...': see `onboarding missing --list`.")
    return who, names


def _new_user(kind: str | None) -> Entry:
    user = User(company=Company()) if kind == PersonType.LEGAL else User()
    return Entry(ref=f"a new {kind} person", content=user)


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
        targets = [
            {"name": name, "words": target.words, "source": target.source}
            for name, target in found.items()
        ]
        click.echo(json.dumps({"targets": targets}, indent=2))
        return
    screen.out().print(targets_table(found))


# -- answers


def _print_reports(entries: Entries, goals: list[Goal], *, each: bool) -> bool:
    """Prints the reports; returns whether nothing is missing."""
    plain: list[dict[str, Any]] = []
    counts = {goal.name: Counter[RequirementStatus]() for goal in goals}
    tallies = {goal.name: Tally() for goal in goals}
    invalid = Tally()
    users = unread = 0
    alone: tuple[Entry, Mapping[str, RequirementReport]] | None = (
        None  # the first entry, while it is the only one
    )
    for one in entries:
        reports = dict(_reports(one, goals))
        users, unread = users + 1, unread + (one.content is None)
        alone = (one, reports) if users == 1 else None
        for name, report in reports.items():
            counts[name][report.status] += 1
        if wants_json():
            plain_reports = [report_as_dict(report, name) for name, report in reports.items()]
            plain.append({**_as_dict(one), "targets": plain_reports})
        elif each:
            _print_report(one, reports)
        else:
            invalid.add(one.ref, problem_reasons(one.problems))
            for name, report in reports.items():
                tallies[name].add(one.ref, report_reasons(report))
    ready = not unread and not any(found[RequirementStatus.MISSING] for found in counts.values())
    if wants_json():
        click.echo(json.dumps({**entries.plain(), "users": plain, "ready": ready}, indent=2))
        return ready
    if alone and not each:
        _print_report(*alone)
    elif not each:
        _print_tally(invalid, f"{unread} of {users} invalid, by reason", *_REASONS)
        for name, tally in tallies.items():
            _print_tally(tally, f"{name}, by reason", *_REASONS)
    if users > 1:
        title = f"{users} users{f', {unread} of them invalid' if unread else ''}"
        screen.out().print(summary_table(counts, title))
    return ready


_REASONS = ("status", "field and reason", "users", "first")


def _print_report(one: Entry, reports: Mapping[str, RequirementReport]) -> None:
    _print_problems(one)
    for name, report in reports.items():
        screen.out().print(report_table(report, one.ref, name))


def _print_tally(tally: Tally, title: str, *columns: str) -> None:
    if tally.rows:
        screen.out().print(tally.table(title, *columns))


def _reports(one: Entry, goals: list[Goal]) -> Iterator[tuple[str, RequirementReport]]:
    if one.content is not None:
        for goal in goals:
            yield goal.name, find_missing(one.content, goal.target, accept_loss=goal.accept_loss)


def _print_questions(entries: Entries, goals: list[Goal], *, each: bool) -> None:
    plain: list[Mapping[str, Any]] = []
    invalid, asked = Tally(), Tally()
    users = 0
    alone: tuple[Entry, Questionnaire | None] | None = None
    for one in entries:
        found = questionnaire(one.content, _targets(goals)) if one.content is not None else None
        users += 1
        alone = (one, found) if users == 1 else None
        if wants_json():
            questions = questionnaire_as_dict(found) if found is not None else {}
            plain.append({**_as_dict(one), **questions})
        elif each:
            _print_questionnaire(one, found)
        else:
            invalid.add(one.ref, problem_reasons(one.problems))
            asked.add(one.ref, question_reasons(found) if found is not None else ())
    if wants_json():
        click.echo(json.dumps({**entries.plain(), "users": plain}, indent=2))
    elif alone and not each:
        _print_questionnaire(*alone)
    elif not each:
        _print_tally(invalid, "invalid lines, by reason", *_REASONS)
        _print_tally(asked, f"{users} users: questions to ask", "for", "ask for", "users")


def _print_questionnaire(one: Entry, found: Questionnaire | None) -> None:
    _print_problems(one)
    if found is not None:
        screen.out().print(questionnaire_table(found, one.ref))


def _schema(entries: Entries, goals: list[Goal]) -> dict[str, Any]:
    found = list(entries)
    if len(found) != 1:
        raise Failure(f"--schema needs exactly one user, and USERS has {len(found)}")
    if found[0].content is None:
        raise Failure(
            "the line is not a valid user", kind="InvalidInput", problems=found[0].problems
        )
    return questionnaire(found[0].content, _targets(goals)).json_schema()


def _targets(goals: list[Goal]) -> list[Target]:
    return [goal.target for goal in goals]


def _as_dict(one: Entry) -> dict[str, Any]:
    problems = [{"path": p.path, "code": p.code, "message": p.message} for p in one.problems]
    return {"ref": one.ref, "problems": problems}


def _print_problems(one: Entry) -> None:
    if one.problems:
        console = screen.out()
        console.print(
            f"{screen.printable(one.ref)}: is not a valid user", style="red", soft_wrap=True
        )
        for problem in one.problems:
            console.print(f"  {screen.problem_line(problem)}", soft_wrap=True)
