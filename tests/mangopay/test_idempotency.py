"""A key of the caller's makes a creation happen once, whatever became of the first try."""

from __future__ import annotations

import pytest
from onboarding import AlreadySent, Gateway, NotFound, OutcomeUnknown, Rejected, Response

from onboarding_mangopay import MangoPay

from .people import OWNER
from .stage import Stage


def test_the_same_key_gives_the_record_of_the_first_call_with_its_link(
    fr: Gateway[MangoPay],
) -> None:
    first = fr.create_user(OWNER, key="order-7")

    second = fr.create_user(OWNER, key="order-7")

    assert (second.id, second.user) == (first.id, first.user)
    assert [action.url for action in second.next_actions] == [
        action.url for action in first.next_actions
    ]
    assert len(list(fr.users())) == 1


def test_another_key_makes_another_user(fr: Gateway[MangoPay]) -> None:
    first = fr.create_user(OWNER, key="order-7")

    second = fr.create_user(OWNER, key="order-8")

    assert first.id != second.id


def test_after_a_lost_answer_the_same_key_finds_the_user(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    fr.raw("GET", "users")  # logs in
    stage.sim.misbehave(kind="drop_after", times=1)
    with pytest.raises(OutcomeUnknown):
        fr.create_user(OWNER, key="order-7")

    record = fr.create_user(OWNER, key="order-7")

    assert [listed.id for listed in fr.users()] == [record.id]


def test_a_key_whose_first_call_was_refused_goes_on_with_what_was_mended(
    fr: Gateway[MangoPay],
) -> None:
    broken = OWNER.but({"identity.nationality": "KP"})
    with pytest.raises(Rejected):
        fr.create_user(broken, key="order-7")
    with pytest.raises(Rejected):
        fr.create_user(broken, key="order-7")

    record = fr.create_user(OWNER, key="order-7")
    again = fr.create_user(OWNER, key="order-7")

    assert record.id == again.id
    assert len(list(fr.users())) == 1


def test_a_key_whose_first_call_failed_at_mangopay_is_told_as_spent(
    fr: Gateway[MangoPay],
) -> None:
    flow = fr.adapter.create_user(OWNER, key="order-7")
    next(flow)
    flow.send(_json(409, b'{"Type": "idempotent_creation_conflict"}'))

    with pytest.raises(AlreadySent) as raised:
        flow.send(_json(200, b'{"StatusCode": "500", "Resource": {"Type": "other"}}'))

    assert "another key" in raised.value.remedy
    assert raised.value.raw == {"Type": "other"}


def test_a_key_whose_first_answer_is_forgotten_is_told_as_spent(fr: Gateway[MangoPay]) -> None:
    flow = fr.adapter.create_user(OWNER, key="order-7")
    next(flow)
    flow.send(_json(409, b'{"Type": "idempotent_creation_conflict"}'))

    with pytest.raises(AlreadySent):
        flow.send(_json(404, b'{"Type": "ressource_not_found"}'))


def test_the_first_answer_under_a_key_can_be_read(fr: Gateway[MangoPay], stage: Stage) -> None:
    record = fr.create_user(OWNER, key="order-7")

    first = fr.run(fr.adapter.first_answer("order-7"))

    assert (first.status, first.resource["Id"]) == (200, record.id)
    assert first.answered_at.timestamp() == int(stage.clock())
    with pytest.raises(NotFound):
        fr.run(fr.adapter.first_answer("order-8"))


def test_a_first_answer_shows_no_value_of_a_user(fr: Gateway[MangoPay]) -> None:
    fr.create_user(OWNER, key="order-7")

    first = fr.run(fr.adapter.first_answer("order-7"))

    assert "Smith" not in repr(first)


def _json(status: int, body: bytes) -> Response:
    return Response(status=status, body=body)
