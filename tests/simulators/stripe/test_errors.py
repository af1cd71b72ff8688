"""Refusals: their statuses, codes and the parameter in its bracket form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
import stripe

from .stage import BOTH, CUSTOM, JENNY, KEY, NOW, WHOLE, Stage, code_of


def refused(call: Callable[[], object]) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as caught:
        call()
    return caught.value


def test_a_wrong_key_is_401_and_no_key_too(stage: Stage) -> None:
    client = stage.client_with("sk_test_wrong")

    error = refused(lambda: client.v1.accounts.list())
    nothing = requests.get(f"{stage.base_url}/v1/accounts", timeout=9)

    assert isinstance(error, stripe.AuthenticationError)
    assert nothing.status_code == 401


def test_basic_authentication_takes_the_key_as_user_name(stage: Stage) -> None:
    answer = requests.get(f"{stage.base_url}/v1/accounts", auth=(KEY, ""), timeout=9)

    assert answer.status_code == 200
    assert answer.json()["data"] == []


def test_a_publishable_key_may_create_tokens_alone(stage: Stage) -> None:
    client = stage.client_with(KEY.replace("sk_", "pk_"))

    token = client.v1.tokens.create({"person": {"first_name": "Jenny"}})
    error = refused(lambda: client.v1.accounts.list())

    assert token.id.startswith("cpt_")
    assert code_of(error) == "secret_key_required"


WRONG: dict[str, tuple[dict[str, Any], str | None, str]] = {
    "unknown": ({"individual": {"fist_name": "x"}}, "parameter_unknown", "individual[fist_name]"),
    "unknown, deep": (
        {"individual": {"dob": {"dya": 1}}},
        "parameter_unknown",
        "individual[dob][dya]",
    ),
    "a part of a date": (
        {"individual": {"dob": {"day": 1, "month": 1}}},
        "parameter_missing",
        "individual[dob][year]",
    ),
    "no number": (
        {"individual": {"dob": {"day": "x", "month": 1, "year": 1990}}},
        "parameter_invalid_integer",
        "individual[dob][day]",
    ),
    "no such day": (
        {"individual": {"dob": {"day": 30, "month": 2, "year": 1990}}},
        None,
        "individual[dob][day]",
    ),
    "an unknown word": ({"business_type": "band"}, None, "business_type"),
    "an empty word": ({"business_type": ""}, "parameter_invalid_empty", "business_type"),
    "too long": ({"individual": {"first_name": "x" * 101}}, None, "individual[first_name]"),
    "no e-mail": ({"email": "jenny"}, "email_invalid", "email"),
    "no country": ({"country": "us"}, "country_code_invalid", "country"),
    "a country that is not served": ({"country": "AQ"}, "country_unsupported", "country"),
    "an address elsewhere": (
        {"individual": {"address": {"country": "FR"}}},
        "account_country_invalid_address",
        "individual[address][country]",
    ),
    "no URL": ({"business_profile": {"url": "http://"}}, "url_invalid", "business_profile[url]"),
    "half an acceptance": (
        {"tos_acceptance": {"date": NOW - 1}},
        "parameter_missing",
        "tos_acceptance[ip]",
    ),
    "both kinds of controller": ({"type": "custom"}, "parameters_exclusive", "controller"),
    "no such file": (
        {"individual": {"verification": {"document": {"front": "file_none"}}}},
        "resource_missing",
        "individual[verification][document][front]",
    ),
    "no such bank": (
        {"external_account": {"country": "US", "account_number": "000123456789"}},
        "routing_number_invalid",
        "external_account[routing_number]",
    ),
    "a list that is none": (
        {"individual": {"full_name_aliases": "x"}},
        None,
        "individual[full_name_aliases]",
    ),
    "a long key of metadata": ({"metadata": {"k" * 41: "x"}}, None, "metadata"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_parameter_is_named_in_brackets(stage: Stage, wrong: str) -> None:
    sent, code, param = WRONG[wrong]

    error = refused(lambda: stage.v1.accounts.create(CUSTOM | sent))

    assert (error.http_status, code_of(error)) == (400, code)
    assert error.error is not None
    assert error.error.param == param
    assert stage.v1.accounts.list().data == []


def test_missing_objects_are_404_and_accounts_403(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM).id

    person = refused(lambda: stage.v1.accounts.persons.retrieve(id, "person_none"))
    account = refused(lambda: stage.v1.accounts.retrieve("acct_none"))
    acting = refused(lambda: stage.v1.files.list(options={"stripe_account": "acct_none"}))
    path = requests.get(f"{stage.base_url}/v1/acounts", auth=(KEY, ""), timeout=9)

    assert (person.http_status, code_of(person)) == (404, "resource_missing")
    assert (account.http_status, code_of(account)) == (403, "account_invalid")
    assert (acting.http_status, code_of(acting)) == (403, "account_invalid")
    assert path.status_code == 404


def test_all_spellings_of_lists_and_brackets_are_read_alike(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM | {"business_type": "individual"}).id
    url = f"{stage.base_url}/v1/accounts/{id}"
    spellings = ("individual[full_name_aliases][]=", "individual%5Bfull_name_aliases%5D%5B0%5D=")

    for number, spelling in enumerate(spellings):
        answer = requests.post(
            url,
            f"{spelling}J{number}",
            auth=(KEY, ""),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            timeout=9,
        )
        assert answer.json()["individual"]["full_name_aliases"] == [f"J{number}"]


def test_an_empty_string_clears_and_what_is_absent_stays(stage: Stage) -> None:
    made = stage.v1.accounts.create(CUSTOM | WHOLE | {"metadata": {"a": "1", "b": "2"}})

    changed = stage.v1.accounts.update(
        made.id, {"individual": {"phone": "", "dob": ""}, "metadata": {"a": ""}}
    )
    emptied = stage.v1.accounts.update(made.id, {"metadata": ""})

    assert changed.individual.phone is None
    assert changed.individual.dob.to_dict() == {"day": None, "month": None, "year": None}
    assert changed.individual.email == JENNY["email"]
    assert changed.metadata.to_dict() == {"b": "2"}
    assert emptied.metadata.to_dict() == {}


def test_the_version_is_told_and_a_malformed_one_refused(stage: Stage) -> None:
    url = f"{stage.base_url}/v1/accounts"

    def answered(**headers: str) -> requests.Response:
        return requests.get(url, auth=(KEY, ""), headers=headers, timeout=9)

    assert answered().headers["Stripe-Version"] == stage.sim.api_version
    newer = {"Stripe-Version": "2026-10-28.endive"}
    assert answered(**newer).headers["Stripe-Version"] == "2026-10-28.endive"
    assert answered(**{"Stripe-Version": "new"}).status_code == 400
    assert answered().headers["Request-Id"].startswith("req_")


def test_personal_data_must_come_in_tokens_for_platforms_in_france(stage: Stage) -> None:
    stage.open(account_tokens=True, country="FR")

    error = refused(lambda: stage.v1.accounts.create(CUSTOM | {"individual": {"phone": "1"}}))
    token = stage.v1.tokens.create({"account": {"individual": {"first_name": "Jenny"}}})
    made = stage.v1.accounts.create(CUSTOM | {"account_token": token.id})

    assert error.http_status == 400
    assert made.individual.first_name == "Jenny"


def test_fields_that_the_provider_collects_close_with_the_first_link(stage: Stage) -> None:
    express = {"type": "express", "country": "US", "business_type": "individual"}
    id = stage.v1.accounts.create(express | {"capabilities": BOTH}).id
    prefilled = stage.v1.accounts.update(id, {"individual": {"first_name": "Jenny"}})
    terms = refused(
        lambda: stage.v1.accounts.update(id, {"tos_acceptance": {"date": NOW, "ip": "8.8.8.8"}})
    )
    stage.v1.account_links.create(
        {
            "account": id,
            "type": "account_onboarding",
            "refresh_url": "https://example.com",
            "return_url": "https://example.com",
        }
    )

    error = refused(lambda: stage.v1.accounts.update(id, {"individual": {"first_name": "Eve"}}))
    shown = stage.v1.accounts.retrieve(id)

    assert prefilled.individual.first_name == "Jenny"
    assert terms.http_status == error.http_status == 403
    assert "individual" not in shown
    assert "company" not in shown


def test_too_many_calls_in_a_second_are_429(stage: Stage) -> None:
    stage.open(rate_limits=True)

    for _ in range(25):
        stage.v1.accounts.list()
    error = refused(lambda: stage.v1.accounts.list())
    stage.wait(1)

    assert (error.http_status, code_of(error)) == (429, "rate_limit")
    assert stage.v1.accounts.list().data == []


def test_advice_on_retries_is_given_on_demand(stage: Stage) -> None:
    stage.open(should_retry=False)
    stage.sim.misbehave(kind="rate_limit")

    error = refused(lambda: stage.v1.accounts.list())

    assert error.http_status == 429
    assert error.headers is not None
    assert error.headers["Stripe-Should-Retry"] == "false"


def test_a_verified_persons_name_is_fixed(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM | WHOLE).id
    stage.wait()

    error = refused(lambda: stage.v1.accounts.update(id, {"individual": {"last_name": "Li"}}))

    assert error.http_status == 400
    assert error.error is not None
    assert error.error.param == "individual[last_name]"
    assert stage.v1.accounts.update(id, {"individual": {"phone": "+12125550100"}}).charges_enabled
