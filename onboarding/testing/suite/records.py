"""Laws of records: what an adapter puts into a record is valid, though it is not checked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import InvalidInput, OnboardingError
from onboarding.mapping.paths import class_at, lookup
from onboarding.mapping.rows import EXTRAS
from onboarding.model.people import PersonRole
from onboarding.model.record import UserRecord
from onboarding.model.requirements import BANK_ACCOUNT, RequirementOrigin, subject_of
from onboarding.model.user import User
from onboarding.testing.bodies import put
from onboarding.testing.law import law
from onboarding.testing.quotations import Json
from onboarding.testing.runner import Case, Runner
from onboarding.testing.suite.answers import ABSURD, paths_in, shown, shows
from onboarding.testing.suite.conversations import live, simulated
from onboarding.values.base import checks_of, step_of

__all__ = ["stated_requirements", "valid_records"]


@law("a record has the declared fields, and a valid value in each of them", shows)
def valid_records(runner: Runner) -> None:
    """Checks records of objects with an odd value in any field, and of simulated users."""
    _each(runner, _valid)


@law(
    "each requirement of a record has a name, a subject in the record, and a way to meet it", shows
)
def stated_requirements(runner: Runner) -> None:
    """Checks the same records, and what `fetch_capabilities` returns: each can also be stored."""
    _each(runner, _stated)


def _each(runner: Runner, valid: Callable[[UserRecord], None]) -> None:
    found = [(adapter, payload) for adapter, _, payload in shown(runner)]
    fields = [(one, path) for one in found for path in ("", *paths_in(one[1]))]

    def check(drawn: tuple[tuple[tuple[Adapter, Json], str], Any]) -> None:
        ((adapter, payload), path), odd = drawn
        try:
            record = runner.fetch(adapter, put(payload, path, odd) if path else payload)
        except OnboardingError:
            return
        valid(record)

    runner.for_all(st.tuples(st.sampled_from(fields), st.sampled_from(ABSURD)), check)
    if simulated(runner.subject):
        lives = partial(_lives, runner, valid)
        runner.for_all(runner.cases(complete=True), lives, share=10)


def _lives(runner: Runner, valid: Callable[[UserRecord], None], case: Case) -> None:
    world, made, seen = live(runner, case)
    valid(made)
    valid(seen)
    if case.adapter.supports("fetch_capabilities"):
        valid(world.call("fetch_capabilities", seen))


def _valid(record: UserRecord) -> None:
    """Checks a record, its actions, losses and limits by their constructors."""
    for value in (record, *record.next_actions, *record.losses, *record.rate_limits):
        cls: Any = type(value)
        values = vars(value)
        other = values.keys() ^ attrs.fields_dict(cls).keys()
        assert not other, f"{cls.__name__} has other fields: {sorted(other)}"
        problems: list[str] = []
        try:
            cls(**values)
        except InvalidInput as error:
            problems = [str(problem) for problem in error.problems]
        assert not problems, f"{cls.__name__} is not valid: {'; '.join(problems)}"


def _stated(record: UserRecord) -> None:
    """Checks the requirements of a record by their constructors, and against its user."""
    for one in record.requirements:
        for value in (one, *one.options):
            try:
                type(value)(**vars(value))
            except InvalidInput as error:
                problems = "; ".join(map(str, error.problems))
                raise AssertionError(f"{type(value).__name__} is not valid: {problems}") from None
        assert one.options, f"{one.name}: nothing meets it"
        assert one.origin is RequirementOrigin.PROVIDER, f"{one.name}: the provider asks for it"
        for path in filter(None, (one.subject, *(option.path for option in one.options))):
            assert _is_there(record.user, path), f"{one.name}: there is no {path} in the record"
    asked = record.requirements
    held = UserRecord(provider="a", gateway="a", id="1", user=User(), requirements=asked)
    stored = UserRecord.from_json(held.to_json()).requirements
    assert stored == asked, "a requirement is stored as another one"


def _is_there(user: User, path: str) -> bool:
    """Whether a path is a field of the core, and the person in it is one of the user.

    A provider may ask for a person in a role that no person has.
    """
    above, _, name = path.rpartition(".")
    person = subject_of(path)
    if path == BANK_ACCOUNT or path.startswith(EXTRAS):
        return True
    if person and lookup(user, person) is None and step_of(person)[1] not in {*PersonRole}:
        return False
    try:
        return path == person or name in checks_of(class_at(above))
    except KeyError:
        return False
