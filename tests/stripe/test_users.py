"""Users at Stripe, through a gateway, a socket and the simulator."""

from __future__ import annotations

import pytest
from onboarding import Gateway, InvalidInput, Unsupported, User
from tests.simulators.stripe.stage import Stage
from tests.stripe.fixtures import adapter_at
from tests.stripe.people import JENNY

from onboarding_stripe import Stripe


def test_a_created_individual_is_read_back_as_given(stage: Stage, gateway: Gateway[Stripe]) -> None:
    created = gateway.create_user(JENNY)

    fetched = gateway.fetch_user(created.id)

    assert JENNY.identity is not None
    shown = JENNY.replace({"identity.national_id": None})
    assert created.user == fetched.user == shown
    assert fetched.environment == "sandbox"
    assert fetched.provider_fields["individual.id_number_provided"] is True


def test_the_official_client_reads_the_individual(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = gateway.create_user(JENNY)

    account = stage.v1.accounts.retrieve(record.id)

    assert account.individual.dob.year == 1901
    assert account.metadata["reference"] == "customer-1712"
    assert account.controller.requirement_collection == "application"
    assert account.capabilities.to_dict() == {"card_payments": "inactive", "transfers": "inactive"}


# -- personal data in tokens, and platforms in France ----------------------------------------------


def test_a_platform_in_france_is_told_what_it_may_not_send_and_the_ways(stage: Stage) -> None:
    adapter = adapter_at(stage.base_url, platform_country="FR")
    words = "account token.*create_link"

    with Gateway(adapter) as gateway, pytest.raises(Unsupported, match=words) as refused:
        gateway.create_user(JENNY)

    assert {"identity.given_name", "address.city", "email"} <= {*refused.value.paths}
    assert "reference" not in refused.value.paths
    assert stage.v1.accounts.list().data == []


def test_a_platform_in_france_creates_a_user_with_a_token(stage: Stage) -> None:
    stage.open(account_tokens=True)
    given = {"business_type": "individual", "individual": {"first_name": "Jenny"}}
    token = stage.v1.tokens.create({"account": given})
    user = JENNY.replace({"identity.nationality": "FR"})

    with Gateway(adapter_at(stage.base_url, platform_country="FR")) as gateway:
        record = gateway.run(gateway.adapter.create_user(user, account_token=token.id))

    shown = stage.v1.accounts.retrieve(record.id)
    assert (shown.individual.first_name, shown.individual.last_name) == ("Jenny", None)
    assert shown.metadata["reference"] == "customer-1712"
    kept = {loss.core_path for loss in record.losses if loss.reason == "is in the account token"}
    assert {"identity.family_name", "identity.nationality", "address.city"} <= kept


def test_an_update_with_a_token_sends_nothing_that_the_token_holds(stage: Stage) -> None:
    stage.open(account_tokens=True)
    first = stage.v1.tokens.create({"account": {"business_type": "individual"}})
    second = stage.v1.tokens.create({"account": {"individual": {"last_name": "Rosen"}}})
    with Gateway(adapter_at(stage.base_url, platform_country="FR")) as gateway:
        stripe = gateway.adapter
        record = gateway.run(stripe.create_user(User(tag="a"), account_token=first.id))

        user = record.user.replace(tag="b", email="x@y.zz")
        flow = stripe.update_user(record, user, account_token=second.id)
        after = gateway.run(flow)

    assert after.user.tag == "b"
    assert after.user.email is None
    assert after.user.identity is not None
    assert after.user.identity.family_name == "Rosen"


@pytest.mark.parametrize("token", ["", "btok_us", "ct_ x"])
def test_another_token_is_refused_before_anything_is_sent(
    stage: Stage, gateway: Gateway[Stripe], token: str
) -> None:
    with pytest.raises(InvalidInput, match="account_token"):
        gateway.run(gateway.adapter.create_user(JENNY, account_token=token))

    assert stage.v1.accounts.list().data == []
