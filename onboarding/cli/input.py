"""The users and records of a file, for a command that is asked about them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

import click
from attrs import evolve, field, frozen

from onboarding.bulk import Line, UserFile
from onboarding.bulk.lines import numbered
from onboarding.cli import screen
from onboarding.cli.failures import Failure, wants_json
from onboarding.errors import InvalidInput, Problem
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.serialization import read_json
from onboarding.values.json_values import GIVEN, JsonRule

__all__ = ["Held", "held_in", "lines_of", "name_of", "object_in", "users_in"]


@frozen(kw_only=True)
class Held:
    """A user, or what a provider has on file of one; None with what is wrong with it."""

    ref: str
    held: User | UserRecord | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()


def users_in(place: Path) -> UserFile:
    """The file of users that a command line names; `-` is standard input, which is never CSV.

    Headings that are no core path are told on standard error, with the paths they stand for.
    """
    if str(place) == "-":
        return UserFile(click.open_file("-", "rb"))
    return UserFile.open(place, on_headings=None if wants_json() else _tell_headings)


def _tell_headings(headings: Mapping[str, str]) -> None:
    console = screen.err()
    console.print("Headings are read as:")
    for heading, path in headings.items():
        console.print(screen.printable(f"  {heading} -> {path}"), soft_wrap=True)


def name_of(stream: IO[bytes]) -> str:
    """What a message calls a file that is open."""
    name: str = getattr(stream, "name", "<stdin>")
    return "standard input" if name == "<stdin>" else name


def lines_of(file: UserFile) -> Iterator[Line]:
    """The lines of a file of users. A mistake of the whole file is told with its name."""
    place = name_of(file.stream)
    try:
        yield from file
        return
    except InvalidInput as error:
        problems = [evolve(x, path=f"{place}: {x.path}".removesuffix(": ")) for x in error.problems]
    raise InvalidInput(problems)


def object_in(text: bytes, what: str, rule: JsonRule = GIVEN) -> dict[str, Any]:
    """The one JSON object in a file. Every mistake of it fails the command, by path."""
    try:
        data = read_json(text, rule)
    except InvalidInput as error:
        raise Failure(
            f"{what} cannot be read as JSON", kind="InvalidInput", problems=error.problems
        ) from None
    if not isinstance(data, dict):
        raise Failure(f"{what} holds no JSON object")
    return cast("dict[str, Any]", data)


def held_in(file: UserFile) -> Iterator[Held]:
    """Everybody in a file, as `run` reads it.

    An object that says of itself that it is a stored user or record is read as such.
    """
    with file:
        for line in lines_of(file):
            yield _held(line)


def _held(line: Line) -> Held:
    if line.problems:
        return Held(ref=line.ref, problems=line.problems)
    try:
        held = _read(line.data)
    except InvalidInput as error:
        return Held(ref=line.ref, problems=error.problems)
    if isinstance(held, UserRecord) and line.ref == numbered(line.number):
        return Held(ref=held.id, held=held)
    return Held(ref=line.ref, held=held)


def _read(data: Mapping[str, Any]) -> User | UserRecord:
    match data.get("form"):
        case User.form:
            return User.from_json(json.dumps(data))
        case UserRecord.form:
            return UserRecord.from_json(json.dumps(data))
        case _:
            return User.parse(data)
