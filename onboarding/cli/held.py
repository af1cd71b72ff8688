"""The users and records of a file, for a command that is asked about them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import click
from attrs import field, frozen

from onboarding.batch import Line, UserFile
from onboarding.batch.lines import numbered
from onboarding.errors import InvalidInput, Problem
from onboarding.model.record import UserRecord
from onboarding.model.user import User

__all__ = ["Held", "held_in"]

_BY_LINE = (".csv", ".jsonl", ".ndjson")


@frozen(kw_only=True)
class Held:
    """A user, or what a provider has on file of one; None with what is wrong with it."""

    ref: str
    held: User | UserRecord | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()


def held_in(place: Path) -> Iterator[Held]:
    """Everybody in a file: JSON Lines or CSV as for a batch, or one JSON object or list.

    An object that says of itself that it is a stored user or record is read as such.
    """
    if place.suffix.lower() in _BY_LINE:
        file = UserFile.open(place)
    else:
        with click.open_file(str(place), "rb") as stream:
            file = UserFile(io.BytesIO(_lines(stream.read())))
    with file as lines:
        for line in lines:
            yield _held(line)


def _lines(text: bytes) -> bytes:
    """JSON Lines, out of what may be one JSON document."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    items = cast("list[object]", data) if isinstance(data, list) else [data]
    return b"\n".join(json.dumps(item).encode() for item in items)


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
