"""MangoPay's Tag holds the tag or the reference of a user, by the setting `tag_holds`."""

from __future__ import annotations

import pytest
from attrs import evolve
from onboarding import Gateway, Rejected, Unsupported, User
from onboarding.bodies import json_body
from onboarding.spi import Response

from onboarding_mangopay import Api, MangoPay, TagHolds

from .people import COMPANY, PAYER
from .stage import Stage

BOTH = {"tag": "buyer", "reference": "customer-1712"}


def holding(fr: Gateway[MangoPay], held: TagHolds, api: Api = Api.SCA) -> Gateway[MangoPay]:
    return fr.view(evolve(fr.adapter, tag_holds=held, api=api))


@pytest.mark.parametrize("api", Api)
@pytest.mark.parametrize("user", [PAYER, COMPANY], ids=["natural", "legal"])
def test_a_reference_is_written_to_the_tag_and_read_from_it(
    fr: Gateway[MangoPay], stage: Stage, user: User, api: Api
) -> None:
    fr = holding(fr, TagHolds.REFERENCE, api)

    made = fr.create_user(user.replace(tag=None, reference="customer-1712"))
    fetched = fr.fetch_user(made.id)
    listed = next(iter(fr.users()))

    seen = [(record.user.reference, record.user.tag) for record in (made, fetched, listed)]
    assert seen == [("customer-1712", None)] * 3
    assert fetched.raw["Tag"] == "customer-1712"


def test_an_update_changes_the_reference(fr: Gateway[MangoPay]) -> None:
    fr = holding(fr, TagHolds.REFERENCE)
    made = fr.create_user(PAYER.replace(tag=None, reference="customer-1712"))

    changed = fr.update_user(made, made.user.replace(reference="customer-1713"))

    assert changed.user.reference == "customer-1713"


@pytest.mark.parametrize("held", TagHolds)
@pytest.mark.parametrize("user", [PAYER, COMPANY], ids=["natural", "legal"])
def test_a_tag_and_a_reference_together_are_refused_by_path_before_sending(
    fr: Gateway[MangoPay], stage: Stage, user: User, held: TagHolds
) -> None:
    stage.sim.clear_log()

    with pytest.raises(Unsupported) as caught:
        holding(fr, held).create_user(user.replace(BOTH))

    (problem,) = caught.value.problems
    assert problem.path == {"tag": "reference", "reference": "tag"}[held]
    assert f'tag_holds = "{problem.path}"' in problem.message
    assert stage.sim.log == []


@pytest.mark.parametrize("held", TagHolds)
def test_the_other_of_both_is_left_out_if_the_gateway_accepts_its_loss(
    fr: Gateway[MangoPay], held: TagHolds
) -> None:
    accepting = evolve(fr.adapter, tag_holds=held, accept_loss=("tag", "reference"))

    made = fr.view(accepting).create_user(PAYER.replace(BOTH))

    assert made.raw["Tag"] == BOTH[held]
    assert {loss.core_path for loss in made.losses} & {*BOTH} == {*BOTH} - {held}


def test_an_error_about_the_tag_has_the_path_of_the_reference(fr: Gateway[MangoPay]) -> None:
    adapter = evolve(fr.adapter, tag_holds=TagHolds.REFERENCE)
    flow = adapter.create_user(PAYER.replace(tag=None, reference="customer-1712"))
    next(flow)
    body = {"Type": "param_error", "errors": {"Tag": "The value is wrong."}}

    with pytest.raises(Rejected) as caught:
        flow.send(Response(status=400, body=json_body(body)))

    assert [problem.path for problem in caught.value.problems] == ["reference"]
