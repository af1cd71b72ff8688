"""Stripe's official Python client makes every onboarding call, over a socket."""

from __future__ import annotations

import io
from typing import Any

import pytest
import stripe

from .judge import description
from .stage import BOTH, CUSTOM, JENNY, PNG, WHOLE, Stage, code_of

COMPANY: dict[str, Any] = CUSTOM | {"business_type": "company"}


def test_an_individual_goes_from_nothing_to_active(stage: Stage) -> None:
    empty = stage.v1.accounts.create(CUSTOM)
    whole = stage.v1.accounts.update(empty.id, WHOLE)
    stage.wait()
    verified = stage.v1.accounts.retrieve(empty.id)

    assert empty.requirements.disabled_reason == "requirements.past_due"
    assert empty.requirements.past_due == empty.requirements.currently_due
    assert whole.requirements.currently_due == []
    assert whole.requirements.pending_verification == ["individual.id_number"]
    assert whole.capabilities.to_dict() == dict.fromkeys(BOTH, "pending")
    assert verified.capabilities.to_dict() == dict.fromkeys(BOTH, "active")
    assert verified.individual.verification.status == "verified"
    assert verified.charges_enabled
    assert verified.payouts_enabled
    assert verified.details_submitted


def test_every_call_of_persons(stage: Stage) -> None:
    id = stage.v1.accounts.create(COMPANY).id
    persons = stage.v1.accounts.persons

    ada = persons.create(id, JENNY | {"relationship": {"representative": True, "title": "CEO"}})
    bob = persons.create(id, {"first_name": "Bob", "relationship": {"owner": True}})
    renamed = persons.update(id, bob.id, {"last_name": "Li", "relationship": {"owner": False}})
    owners = persons.list(id, {"relationship": {"owner": True}})
    everybody = persons.list(id, {"limit": 1})
    deleted = persons.delete(id, bob.id)

    assert persons.retrieve(id, ada.id).id_number_provided
    assert "id_number" not in ada
    assert (renamed.first_name, renamed.last_name) == ("Bob", "Li")
    assert owners.data == []
    assert [person.id for person in everybody.data] == [bob.id]
    assert everybody.has_more
    assert deleted.deleted
    assert [person.id for person in persons.list(id).data] == [ada.id]


def test_every_call_of_capabilities(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM | {"capabilities": {}}).id
    capabilities = stage.v1.accounts.capabilities

    unrequested = capabilities.retrieve(id, "transfers")
    requested = capabilities.update(id, "transfers", {"requested": True})
    listed = capabilities.list(id)

    assert unrequested.status == "unrequested"
    assert requested.status == "inactive"
    assert requested.requirements.disabled_reason == "requirements.fields_needed"
    assert [each.id for each in listed.data] == ["transfers"]


def test_a_document_is_uploaded_and_attached(stage: Stage) -> None:
    wrong = WHOLE | {"individual": JENNY | {"dob": {"day": 2, "month": 3, "year": 1980}}}
    id = stage.v1.accounts.create(CUSTOM | wrong).id
    stage.wait()
    failed = stage.v1.accounts.retrieve(id)
    upload = io.BytesIO(PNG)
    upload.name = "passport.png"
    file = stage.v1.files.create({"purpose": "identity_document", "file": upload})
    document = {"verification": {"document": {"front": file.id}}}
    stage.v1.accounts.update(id, {"individual": document})
    stage.wait()

    shown = stage.v1.accounts.retrieve(id, {"expand": ["individual.verification.document.front"]})

    assert failed.requirements.currently_due == ["individual.verification.document"]
    assert failed.requirements.errors[0].code == "verification_failed_keyed_identity"
    assert failed.individual.verification.details_code == "failed_keyed_identity"
    assert shown.individual.verification.status == "verified"
    assert shown.individual.verification.document.front.id == file.id
    assert (file.type, file.size, file.filename) == ("png", len(PNG), "passport.png")
    assert [each.id for each in stage.v1.files.list().data] == [file.id]
    assert stage.v1.files.retrieve(file.id).purpose == "identity_document"


def test_every_call_of_bank_accounts(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM).id
    banks = stage.v1.accounts.external_accounts
    token = stage.v1.tokens.create(
        {
            "bank_account": {
                "country": "US",
                "account_number": "000123456789",
                "routing_number": "110000000",
            }
        }
    )

    first = banks.create(id, {"external_account": token.id})
    again = _refused(lambda: banks.create(id, {"external_account": "btok_us"}))
    other = banks.create(id, {"external_account": "btok_gb_gbp"})
    changed = banks.update(id, other.id, {"metadata": {"a": "b"}})
    listed = banks.list(id)
    deleted = banks.delete(id, other.id)

    assert first.last4 == "6789"
    assert first.default_for_currency
    assert code_of(again) == "bank_account_exists"
    assert changed.metadata.to_dict() == {"a": "b"}
    assert [each.id for each in listed.data] == [other.id, first.id]
    assert deleted.deleted
    assert banks.retrieve(id, first.id).routing_number == "110000000"
    assert stage.v1.tokens.retrieve(token.id).used


def test_tokens_bring_personal_data_and_are_used_once(stage: Stage) -> None:
    account = stage.v1.tokens.create(
        {
            "account": {
                "business_type": "individual",
                "individual": JENNY,
                "tos_shown_and_accepted": True,
            }
        }
    )
    person = stage.v1.tokens.create({"person": {"first_name": "Bob"}})

    made = stage.v1.accounts.create(CUSTOM | {"account_token": account.id})
    again = _refused(lambda: stage.v1.accounts.create(CUSTOM | {"account_token": account.id}))
    company = stage.v1.accounts.create(COMPANY)
    bob = stage.v1.accounts.persons.create(company.id, {"person_token": person.id})

    assert made.individual.first_name == "Jenny"
    assert made.tos_acceptance.date
    assert code_of(again) == "token_already_used"
    assert bob.first_name == "Bob"


def test_links_of_accounts(stage: Stage) -> None:
    id = stage.v1.accounts.create({"type": "express", "country": "US"}).id
    link = stage.v1.account_links.create(
        {
            "account": id,
            "type": "account_onboarding",
            "refresh_url": "https://example.com/refresh",
            "return_url": "https://example.com/return",
        }
    )
    stage.sim.complete_onboarding(id)
    login = stage.v1.accounts.login_links.create(id)
    components = {"account_onboarding": {"enabled": True}}
    session = stage.v1.account_sessions.create({"account": id, "components": components})

    assert link.url.startswith(f"{stage.base_url}/setup/s/{id}/")
    assert link.expires_at > link.created
    assert login.url
    assert session.client_secret
    assert session.components.account_onboarding.enabled
    assert not session.components.payouts.enabled


def test_endpoints_events_and_countries(stage: Stage) -> None:
    endpoints = stage.v1.webhook_endpoints
    made = endpoints.create(
        {"url": "https://example.com/hook", "enabled_events": ["*"], "connect": True}
    )
    changed = endpoints.update(made.id, {"enabled_events": ["account.updated"], "disabled": True})
    stage.v1.accounts.update(stage.v1.accounts.create(CUSTOM).id, WHOLE)
    events = stage.v1.events.list({"type": "account.updated"})

    assert made.secret.startswith("whsec_")
    assert "secret" not in endpoints.retrieve(made.id)
    assert changed.status == "disabled"
    assert [each.id for each in endpoints.list().data] == [made.id]
    assert endpoints.delete(made.id).deleted
    assert stage.v1.events.retrieve(events.data[0].id).type == "account.updated"
    assert "requirements" in events.data[0].data.previous_attributes
    assert stage.v1.country_specs.retrieve("FR").default_currency == "eur"
    assert len(stage.v1.country_specs.list({"limit": 3}).data) == 3


def test_accounts_are_listed_rejected_and_deleted(stage: Stage) -> None:
    ids = [stage.v1.accounts.create(CUSTOM).id for _ in range(12)][::-1]

    walked = [account.id for account in stage.v1.accounts.list({"limit": 5}).auto_paging_iter()]
    before = stage.v1.accounts.list({"ending_before": ids[4], "limit": 2})
    rejected = stage.v1.accounts.reject(ids[0], {"reason": "fraud"})
    deleted = stage.v1.accounts.delete(ids[1])

    assert walked == ids
    assert [account.id for account in before.data] == ids[2:4]
    assert before.has_more
    assert rejected.requirements.disabled_reason == "rejected.fraud"
    assert deleted.deleted
    missing = _refused(lambda: stage.v1.accounts.retrieve(ids[1]))
    assert isinstance(missing, stripe.PermissionError)
    assert code_of(missing) == "account_invalid"


def test_the_platform_reads_itself_and_acts_for_an_account(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM).id

    own = stage.v1.accounts.retrieve_current()
    theirs = stage.v1.accounts.retrieve_current(options={"stripe_account": id})

    assert own.id != id
    assert stage.v1.accounts.retrieve(own.id).id == own.id
    assert theirs.id == id


def test_the_client_made_every_call_that_is_described(stage: Stage) -> None:
    """The calls above are all there are, but for aliases and what is not simulated."""
    left_out = ("/v2/", "/people", "/bank_accounts")
    described = {
        (path, method)
        for path, methods in description()["paths"].items()
        for method in methods
        if method in ("get", "post", "delete") and not any(each in path for each in left_out)
    }
    tests = [
        test_an_individual_goes_from_nothing_to_active,
        test_every_call_of_persons,
        test_every_call_of_capabilities,
        test_a_document_is_uploaded_and_attached,
        test_every_call_of_bank_accounts,
        test_tokens_bring_personal_data_and_are_used_once,
        test_links_of_accounts,
        test_endpoints_events_and_countries,
        test_accounts_are_listed_rejected_and_deleted,
        test_the_platform_reads_itself_and_acts_for_an_account,
    ]

    succeeded: set[tuple[str, str]] = set()

    for test in tests:
        stage.open()
        test(stage)
        succeeded |= stage.judge.succeeded

    assert described - succeeded == set()


def _refused(call: Any) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as caught:
        call()
    return caught.value
