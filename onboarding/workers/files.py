"""Submits a file of users to a directory, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.bulk import Journal, Line, Result, State
from onboarding.bulk.keys import is_numbered
from onboarding.bulk.results import redacted, unknown_result
from onboarding.directory import Directory, Submitted
from onboarding.errors import InvalidInput, Problem
from onboarding.model.user import User
from onboarding.service.steps import with_reference

__all__ = ["SubmittedPart", "submit_file", "user_of"]

_MANY = 500  # users of one transaction


@frozen(kw_only=True)
class SubmittedPart:
    """The progress of the lines that were submitted so far."""

    counted: Submitted = field(factory=Submitted)
    """The users of valid lines."""
    invalid: tuple[Result, ...] = ()
    """The results of the invalid lines of this part."""


def submit_file(
    directory: Directory, adapter: Adapter, lines: Iterable[Line]
) -> Iterator[SubmittedPart]:
    """Submits the users of lines to the workers of a gateway; yields what each part added.

    The own id of a user is the `ref` of the line, and a line without one is invalid: the number of
    a line names nobody beyond its file. An invalid line does not stop the others. Memory does not
    grow with the number of users.
    """
    found: dict[str, User] = {}
    invalid: list[Result] = []
    with Journal() as seen:
        seen.begin_run()
        for line in lines:
            parsed = user_of(line, repeated=seen.is_repeated(line.ref))
            user = _without_credentials(parsed)
            if isinstance(user, User):
                found[line.ref] = with_reference(adapter, line.ref, user)
            else:
                started = unknown_result(adapter, line.ref, line.number)
                invalid.append(evolve(started, state=State.INVALID, problems=redacted(user)))
            if len(found) + len(invalid) >= _MANY:
                yield _submitted(directory, adapter.name, found, invalid)
    yield _submitted(directory, adapter.name, found, invalid)


def _submitted(
    directory: Directory, gateway: str, found: dict[str, User], invalid: list[Result]
) -> SubmittedPart:
    counted = directory.submit(gateway, found)
    made = SubmittedPart(counted=counted, invalid=tuple(invalid))
    found.clear()
    invalid.clear()
    return made


def user_of(line: Line, *, repeated: bool) -> User | tuple[Problem, ...]:
    """Returns the user of a line, or its problems; `repeated` if an earlier line had the ref."""
    if line.problems:
        return line.problems
    if repeated:
        return (Problem("ref", "duplicate", "repeats the ref of an earlier line"),)
    if is_numbered(line):
        return (Problem("ref", "missing", "a directory needs your own id of each user"),)
    try:
        return User.parse(line.data)
    except InvalidInput as error:
        return error.problems


def _without_credentials(found: User | tuple[Problem, ...]) -> User | tuple[Problem, ...]:
    if isinstance(found, User) and found.credentials is not None:
        text = "a directory does not keep credentials: use `onboarding run --directory`"
        return (Problem("credentials", "not_kept", text),)
    return found
