"""Users listed and closed, enrolment, blocks, numbers, anything else: over a socket."""

from __future__ import annotations

import pytest
from attrs import evolve
from onboarding import (
    Absence,
    ActionRequired,
    CapabilityName,
    Conflict,
    Gateway,
    InvalidInput,
    NotFound,
    PersonType,
    Rejected,
    Secret,
    Unsupported,
    User,
    UserRecord,
    UserStatus,
)
from onboarding.spi import CapabilityState

from onboarding_mangopay import Api, MangoPay

from .people import COMPANY, OWNER, PAYER
from .stage import OWNER_SHOWN, PAYER_SHOWN, Stage
from .test_documents import OWNER as SEED_OWNER
from .test_documents import PAYER as SEED_PAYER


def test_every_user_is_listed_over_as_many_pages_as_it_takes(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    for number in range(101):
        stage.made("sca/users/natural", {**_PAYER, "Tag": str(number)})
    stage.sim.clear_log()

    tags = [record.user.tag for record in fr.users()]

    assert tags == [str(number) for number in range(101)]
    assert [entry.path for entry in stage.sim.log[1:]] == ["/v2.01/acme/users"] * 2


def test_a_page_is_fetched_when_its_first_user_is_asked_for(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    for _ in range(101):
        stage.made("sca/users/natural", _PAYER)
    listed = fr.users()
    next(listed)
    stage.sim.clear_log()

    for _ in range(99):
        next(listed)
    before = len(stage.sim.log)
    next(listed)

    assert (before, len(stage.sim.log)) == (0, 1)


def test_a_page_says_how_many_there_are_and_the_last_one_names_no_next(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    for _ in range(3):
        stage.made("sca/users/natural", _PAYER)

    page = fr.run(fr.adapter.list_users())

    assert (len(page.items), page.next, page.total) == (3, None, 3)


def test_a_page_that_no_list_named_is_refused_before_sending(fr: Gateway[MangoPay]) -> None:
    with pytest.raises(InvalidInput, match="page"):
        fr.run(fr.adapter.list_users("next"))


def test_a_listed_company_is_a_legal_person_whose_facts_are_not_there(
    fr: Gateway[MangoPay],
) -> None:
    fr.create_user(COMPANY)

    (record,) = fr.users()

    assert record.user.person_type is PersonType.LEGAL
    assert record.absent["company.legal_name"] is Absence.NOT_RETURNED
    assert record.user.email == "acme@example.com"


@pytest.mark.parametrize("user", [OWNER, COMPANY], ids=["natural", "legal"])
def test_a_closed_user_stays_readable_and_takes_no_further_step(
    fr: Gateway[MangoPay], stage: Stage, user: object
) -> None:
    stage.sim.activate(fr.create_user(OWNER if user is OWNER else COMPANY).id)
    (listed,) = map(fr.fetch_capabilities, fr.users())
    assert listed.can(CapabilityName.RECEIVE_TRANSFERS)

    closed = fr.close_user(listed)

    shown = fr.fetch_user(closed.id)
    assert closed.status is shown.status is UserStatus.CLOSED
    states = [[one.state for one in record.capabilities] for record in (closed, shown)]
    assert states[0] == states[1] == [CapabilityState.RESTRICTED] * 3
    with pytest.raises(Conflict, match="closed"):
        fr.update_user(closed, closed.user.replace(tag="later"))
    with pytest.raises(Conflict, match="closed already"):
        fr.close_user(closed)


def test_a_user_with_money_cannot_be_closed(fr: Gateway[MangoPay], stage: Stage) -> None:
    record = fr.create_user(OWNER)
    stage.sim.add_wallet(record.id, amount=100)

    with pytest.raises(Conflict, match="wallets"):
        fr.close_user(record)


def test_a_user_who_never_met_sca_is_not_enrolled_and_not_unknown(
    fr: Gateway[MangoPay],
) -> None:
    record = fr.create_user(PAYER)

    status = fr.run(fr.adapter.sca_status(record.id))

    assert (status.enrolled, status.user_status, dict(status.consents)) == (False, "ACTIVE", {})
    with pytest.raises(NotFound):
        fr.run(fr.adapter.sca_status("user_m_nobody"))


def test_an_enrolment_is_started_anew_and_its_end_shows_in_the_status(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    record = fr.create_user(OWNER)

    action = fr.run(fr.adapter.enrol(record.id))
    stage.sim.finish_sca(action.url or "")

    status = fr.run(fr.adapter.sca_status(record.id))
    assert action.user_id == record.id
    assert "returnUrl=" in action.link("https://shop.example/back")
    assert (status.enrolled, status.user_status) == (True, "ACTIVE")
    assert status.enrolled_at is not None


def test_consent_is_given_on_a_page_and_shows_by_scope(fr: Gateway[MangoPay], stage: Stage) -> None:
    record = fr.create_user(OWNER)
    with pytest.raises(Rejected):
        fr.run(fr.adapter.consent(record.id))
    stage.sim.proxy = True

    action = fr.run(fr.adapter.consent(record.id))
    stage.sim.consent(record.id, ["Transfer"])

    status = fr.run(fr.adapter.sca_status(record.id))
    assert action.url is not None
    assert (status.consents["Transfer"], status.consents["RecipientRegistration"]) == (
        "ACTIVE",
        "INACTIVE",
    )


def test_a_block_is_told_with_its_code(fr: Gateway[MangoPay], stage: Stage) -> None:
    record = fr.create_user(OWNER)
    free = fr.run(fr.adapter.regulatory(record.id))
    stage.sim.block(record.id, inflows=False, code="008711")

    blocked = fr.run(fr.adapter.regulatory(record.id))

    assert (free.inflows_blocked, free.outflows_blocked, free.action_code) == (False, False, "")
    assert (blocked.inflows_blocked, blocked.outflows_blocked) == (False, True)
    assert blocked.action_code == "008711"


def test_a_company_number_is_checked_against_its_countrys_form(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    stage.sim.company_numbers = {"FR": "[0-9]{9}"}

    good = fr.run(fr.adapter.check_company_number("123456789", "FR"))
    bad = fr.run(fr.adapter.check_company_number("12", "FR"))

    assert (good.valid, bad.valid, bad.rules) == (True, False, ("[0-9]{9}",))
    with pytest.raises(Rejected) as raised:
        fr.run(fr.adapter.check_company_number("12", "XX"))
    assert raised.value.problems[0].wire_path == "CompanyNumber.CountryCode"


def test_any_other_request_is_signed_and_its_no_is_typed(fr: Gateway[MangoPay]) -> None:
    record = fr.create_user(OWNER)

    answer = fr.raw("GET", "users", record.id, "cards", query=(("Active", "true"),))

    assert answer.json() == []
    with pytest.raises(NotFound):
        fr.raw("GET", "users", "user_m_nobody", "cards")


def test_what_is_not_below_the_client_is_reached_from_the_host_on(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    france = fr.raw("GET", "/v2.01/countries", "FR", "authorizations").json()
    every = fr.raw("GET", "/v2.01/countries/authorizations/").json()

    assert (france["CountryCode"], france["Authorization"]["BlockUserCreation"]) == ("FR", False)
    assert "KP" in {row["CountryCode"] for row in every if row["Authorization"]["BlockPayout"]}
    assert [entry.path for entry in stage.sim.log[-2:]] == [
        "/v2.01/countries/FR/authorizations",
        "/v2.01/countries/authorizations",
    ]


@pytest.mark.parametrize("path", ["/", "//", "/v2.01/../oauth", "/v2.01//countries"])
def test_a_path_from_the_host_on_has_no_empty_part_and_no_dots(path: str) -> None:
    with pytest.raises(InvalidInput):
        next(MangoPay(client_id="acme", api_key=Secret("key")).raw("GET", path))


def test_an_id_that_looks_like_a_path_stays_one_part() -> None:
    flow = MangoPay(client_id="acme", api_key=Secret("key")).raw("GET", "users", "/v2.01/x")

    assert next(flow).url.endswith("/v2.01/acme/users/%2Fv2.01%2Fx")


def test_any_other_creation_happens_once_under_a_key(fr: Gateway[MangoPay], stage: Stage) -> None:
    body = {"EventType": "KYC_FAILED", "Url": "https://shop.example/hooks"}

    made = [
        fr.run(
            fr.adapter.raw("POST", "hooks", body=body, idempotency_key="hook of refusals")
        ).json()
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert len(list(fr.each(fr.adapter.list_hooks))) == 1


# What is renewed is a step of the same kind, or nothing.
def test_the_link_of_a_consent_is_renewed_as_a_consent(fr: Gateway[MangoPay], stage: Stage) -> None:
    record = fr.create_user(OWNER)
    stage.sim.proxy = True
    action = fr.run(fr.adapter.consent(record.id))
    stage.sim.clear_log()

    fresh = fr.renew(action)

    assert [entry.path.rpartition("/")[2] for entry in stage.sim.log] == ["consent"]
    assert (fresh.concerns, fresh.user_id) == (action.concerns, record.id)
    assert fresh.url != action.url


def test_a_demanded_authentication_starts_no_enrolment_when_renewed(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    record = fr.create_user(OWNER)
    with pytest.raises(ActionRequired) as raised:
        list(fr.wallets(record.id))
    action = raised.value.next_action
    assert action is not None
    stage.sim.clear_log()

    with pytest.raises(Unsupported, match="repeat the call that required it"):
        fr.renew(action)

    assert stage.sim.log == []
    assert action.expires_at is not None


def test_the_page_of_a_verification_starts_no_enrolment_when_renewed(
    fr: Gateway[MangoPay], stage: Stage
) -> None:
    record = fr.create_user(OWNER)
    session = fr.run(fr.adapter.verify_identity(record.id, "https://shop.example"))
    assert session.next_action is not None
    stage.sim.clear_log()

    with pytest.raises(Unsupported, match="verify_identity"):
        fr.renew(session.next_action)

    assert stage.sim.log == []
    with pytest.raises(ValueError, match="already complete"):
        session.next_action.link("https://shop.example")


# docs: create-natural-user: its requests, sent, and its answers, read, over a socket
@pytest.mark.parametrize(
    ("user", "shown"),
    [(SEED_PAYER, PAYER_SHOWN), (SEED_OWNER, OWNER_SHOWN)],
    ids=["payer", "owner"],
)
def test_a_documented_user_is_answered_as_documented_and_read_again_without_a_loss(
    fr: Gateway[MangoPay], stage: Stage, user: User, shown: dict[str, object]
) -> None:
    legacy = fr.view(evolve(fr.adapter, api=Api.LEGACY))

    made = legacy.create_user(user)
    again = legacy.fetch_user(made.id)

    birthday = {"Birthday": 652_060_800} if shown["Birthday"] is not None else {}  # its midnight
    assert made.raw == {**shown, "Id": made.id, **birthday}
    assert again == evolve(made, retrieved_at=again.retrieved_at, losses=())
    assert UserRecord.from_json(again.to_json()) == again


_PAYER = {
    "FirstName": "Alex",
    "LastName": "Smith",
    "Email": "alex.smith@example.com",
    "UserCategory": "PAYER",
    "TermsAndConditionsAccepted": False,
}
