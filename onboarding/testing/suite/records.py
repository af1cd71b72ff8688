"""The law of records: what an adapter puts into a record is valid, though it is not checked."""

from __future__ import annotations

import json
from typing import Any

import attrs
from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import InvalidInput, OnboardingError
from onboarding.http import Response
from onboarding.model.record import UserRecord
from onboarding.testing.bodies import put
from onboarding.testing.law import law
from onboarding.testing.quotations import Json
from onboarding.testing.runner import Case, Runner
from onboarding.testing.suite.answers import ABSURD, paths_in, shown, shows
from onboarding.testing.suite.conversations import live, simulated

__all__ = ["valid_records"]


@law("a record has the declared fields, and a valid value in each of them", shows)
def valid_records(runner: Runner) -> None:
    """Checks records of objects with an odd value in any field, and of simulated users."""
    found = [(adapter, payload) for adapter, _, payload in shown(runner)]
    fields = [(one, path) for one in found for path in ("", *paths_in(one[1]))]

    def check(drawn: tuple[tuple[tuple[Adapter, Json], str], Any]) -> None:
        ((adapter, payload), path), odd = drawn
        body = json.dumps(put(payload, path, odd) if path else payload).encode()
        flow = adapter.fetch_user("1")
        next(flow)
        try:
            flow.send(Response(status=200, body=body))
        except StopIteration as done:
            _valid(done.value)
        except OnboardingError:
            return
        finally:
            flow.close()

    runner.for_all(st.tuples(st.sampled_from(fields), st.sampled_from(ABSURD)), check)
    if simulated(runner.subject):
        runner.for_all(runner.cases(complete=True), lambda case: _lives(runner, case), share=10)


def _lives(runner: Runner, case: Case) -> None:
    _, made, seen = live(runner, case)
    _valid(made)
    _valid(seen)


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
