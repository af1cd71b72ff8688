"""The law of reconciliation: a lost answer is resolved rightly or not at all, by reads only."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from onboarding.adapter.agreement import is_identified
from onboarding.errors import OnboardingError, Outcome, OutcomeUnknown
from onboarding.http import Request, Response
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import lookup
from onboarding.model.user import User
from onboarding.reconciliation import Reconciliation, UnresolvedCall
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner
from onboarding.testing.subject import World
from onboarding.testing.suite.conversations import LIVES, simulated

__all__ = ["reconciled"]

LATER = timedelta(minutes=5)
"""How long after the call it is reconciled: the request has ended, and a key is remembered."""

_CALL = "create_user"
_NOT_PERSONAL = ("reference", "tag")
_OF_CALL = ("form", "provider", "gateway", "environment", "operation")
"""Fields of the stored form that say what call it was: a user may have the same word as a name."""


@law(
    "a creation without an answer is stored without a personal value, and reconciling it only "
    "reads, never says that a carried out call was not carried out, nor the reverse",
    simulated,
)
def reconciled(runner: Runner) -> None:
    def check(drawn: tuple[Case, Case, bool]) -> None:
        case, other, carried_out = drawn
        same_id = case.user.reference is not None and case.user.reference == other.user.reference
        if same_id or is_identified(other.user, case.user):
            return  # no provider can tell them apart
        world = runner.world(case.adapter)
        with suppress(OnboardingError):
            world.call("create_user", other.user)
        call = _lost(world, case.user, carried_out=carried_out)
        if call is None:
            return
        _nothing_personal(call, case.user)
        now = (call.failed_at or call.sent_at) + LATER
        adapter = case.adapter
        ways = [adapter.look_up(x, call, case.user, now) for x in adapter.lookups_of(_CALL)]
        for flow in (adapter.reconcile(call, case.user, now=now), *ways):  # each way alone, too
            before = len(world.gateway.sent)
            found = world.run(flow)
            sent = world.gateway.sent[before:]
            writes = [one.operation for one in sent if not (one.changes_nothing or one.anonymous)]
            assert not writes, f"reconcile sends a write: {writes[0]}"
            _is_right(found, carried_out=carried_out)

    each = [runner.cases(complete=True, variant=name) for name in runner.subject.variants]
    pairs = st.one_of([st.tuples(one, one, st.booleans()) for one in each])
    runner.for_all(pairs, check, share=2 * LIVES)


def _is_right(found: Reconciliation[Any], *, carried_out: bool) -> None:
    wrong = Outcome.NOT_DONE if carried_out else Outcome.DONE
    was = "was" if carried_out else "was not"
    assert found.outcome is not wrong, f"the call {was} carried out, but is {wrong}"
    assert found.outcome is not Outcome.DONE or found.record is not None, "has no record"


def _lost(world: World, user: User, *, carried_out: bool) -> UnresolvedCall | None:
    """Loses the answer to a creation; returns its stored form, None if it was not sent."""
    whole = world.gateway.answer

    def lose(request: Request) -> Response:
        if request.changes_nothing or request.anonymous:
            return whole(request)
        if carried_out and whole(request).status >= 300:
            raise _RefusedError
        raise OutcomeUnknown("the answer is lost")

    world.gateway.answer = lose
    try:
        world.gateway.create_user(user)
    except OutcomeUnknown as error:
        assert error.unresolved is not None, "an unknown outcome has no stored form"
        return UnresolvedCall.from_json(error.unresolved.to_json())
    except (OnboardingError, _RefusedError):
        return None
    finally:
        world.gateway.answer = whole
    raise AssertionError("a creation without an answer succeeds")


class _RefusedError(Exception):
    """The provider refused the user, so there is no answer to lose."""


def _nothing_personal(call: UnresolvedCall, user: User) -> None:
    fields: dict[str, Any] = json.loads(call.to_json())
    stored = [it for name, it in fields.items() if isinstance(it, str) and name not in _OF_CALL]
    free = [lookup(user, path) for path in _NOT_PERSONAL]
    for path in changed_paths(User(), user):
        value: Any = lookup(user, path)
        text = value.isoformat() if isinstance(value, date) else value
        if type(text) is str and len(text) > 2 and text not in free:
            assert text not in stored, f"the stored form of a call has the value of {path}"
