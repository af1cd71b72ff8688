"""Beneficial owners, hosted verification, consent, blocks, company numbers at the simulator."""

from __future__ import annotations

import pytest
import requests
from tests.mangopay.stage import (
    LEGAL,
    LEGAL_PAYER,
    NATURAL,
    OWNER,
    PAYER,
    Json,
    Stage,
    errors,
    good,
    refusal,
)

from .test_documents import OWNER_OF_COMPANY

RETURN: Json = {"ReturnUrl": "https://example.com/back"}


def opened(stage: Stage, **changes: object) -> tuple[str, str]:
    """Gives the path of a company's declarations with the id of a new one."""
    path = f"users/{stage.owner(LEGAL, **changes)}/kyc/ubodeclarations"
    return path, stage.made(path, {})["Id"]


def invalid(answer: requests.Response) -> str:
    status, type, message = refusal(answer)
    assert (status, type) == (400, "invalid_action")
    return message


# --- beneficial owners (docs: create-ubo-declaration, create-ubo) --------------------------------


def test_a_declaration_is_shown_with_its_owners(stage: Stage) -> None:
    path, id = opened(stage)

    ubo = stage.made(f"{path}/{id}/ubos", OWNER_OF_COMPANY)

    seen = good(stage.call("GET", f"{path}/{id}"))
    assert (seen["Status"], seen["Reason"], seen["Message"]) == ("CREATED", None, None)
    assert seen["Ubos"] == [ubo]
    assert good(stage.call("GET", f"kyc/ubodeclarations/{id}")) == seen
    assert good(stage.call("GET", f"{path}/{id}/ubos/{ubo['Id']}")) == ubo
    assert (ubo["IsActive"], ubo["Birthplace"]) == (True, {"City": "Paris", "Country": "FR"})
    assert ubo["Address"]["Region"] is None


def test_an_owner_needs_the_documented_fields(stage: Stage) -> None:
    path, id = opened(stage)

    answer = stage.call("POST", f"{path}/{id}/ubos", {"FirstName": "A"})

    names = ("LastName", "Address", "Nationality", "Birthday", "Birthplace")
    assert errors(answer) == {name: f"The {name} field is required." for name in names}


def test_the_region_of_an_owner_is_named_barely(stage: Stage) -> None:
    path, id = opened(stage)
    address = OWNER_OF_COMPANY["Address"] | {"Country": "US"}

    answer = stage.call("POST", f"{path}/{id}/ubos", OWNER_OF_COMPANY | {"Address": address})

    assert errors(answer) == {"Region": "The Region is a required field for this Country"}


def test_one_declaration_is_open_at_a_time(stage: Stage) -> None:
    path, _ = opened(stage)

    text = "You can not create a declaration because you already have a declaration in progress"
    assert invalid(stage.call("POST", path)) == text


@pytest.mark.parametrize("kind", ["SOLETRADER", "ORGANIZATION"])
def test_only_some_forms_declare_owners(stage: Stage, kind: str) -> None:
    user = stage.owner(LEGAL, LegalPersonType=kind)

    answer = stage.call("POST", f"users/{user}/kyc/ubodeclarations")

    assert invalid(answer) == f"Cannot create an UBO for a LegalUser of type {kind}"


def test_a_payer_declares_no_owners(stage: Stage) -> None:
    user = stage.made(LEGAL, LEGAL_PAYER)["Id"]

    answer = stage.call("POST", f"users/{user}/kyc/ubodeclarations")

    assert invalid(answer) == "User belonging to category PAYER can't create UBO declarations"


def test_a_declaration_without_owners_is_not_submitted(stage: Stage) -> None:
    path, id = opened(stage)

    answer = stage.call("PUT", f"{path}/{id}", {"Status": "VALIDATION_ASKED"})

    text = "You can not request validation for a declaration which has no ubo"
    assert invalid(answer) == text


def test_a_declaration_has_fifteen_owners_at_most(stage: Stage) -> None:
    path, id = opened(stage)
    for _ in range(15):
        stage.made(f"{path}/{id}/ubos", OWNER_OF_COMPANY)

    answer = stage.call("POST", f"{path}/{id}/ubos", OWNER_OF_COMPANY)

    assert invalid(answer) == "You can not create more than 15 UBO for a declaration"


def test_an_inactive_owner_stays_as_it_is(stage: Stage) -> None:
    path, id = opened(stage)
    ubo = stage.made(f"{path}/{id}/ubos", OWNER_OF_COMPANY)["Id"]

    stage.changed(f"{path}/{id}/ubos", ubo, {"isActive": False})

    answer = stage.call("PUT", f"{path}/{id}/ubos/{ubo}", {"LastName": "Else"})
    assert invalid(answer) == "You can not update an UBO that is inactive"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("AcceptUBO", "VALIDATED"),
        ("RefuseUBO", "REFUSED"),
        ("RefusedUBO", "REFUSED"),
        ("IncompleteUBO", "INCOMPLETE"),
        ("Alex", "VALIDATION_ASKED"),
    ],
)
def test_the_name_of_the_first_owner_decides_as_in_the_sandbox(
    stage: Stage, name: str, status: str
) -> None:
    path, id = opened(stage)
    stage.made(f"{path}/{id}/ubos", OWNER_OF_COMPANY | {"FirstName": name})

    answer = stage.changed(path, id, {"Status": "VALIDATION_ASKED"})

    assert answer["Status"] == "VALIDATION_ASKED"
    assert good(stage.call("GET", f"{path}/{id}"))["Status"] == status
    assert (f"UBO_DECLARATION_{status}", id) in stage.events()


def test_an_incomplete_declaration_is_edited_and_submitted_again(stage: Stage) -> None:
    path, id = opened(stage)
    stage.made(f"{path}/{id}/ubos", OWNER_OF_COMPANY | {"FirstName": "Alex"})
    stage.changed(path, id, {"Status": "VALIDATION_ASKED"})
    stage.sim.decide_declaration(id, "INCOMPLETE", "MISSING_UBO", "One is missing")
    seen = good(stage.call("GET", f"{path}/{id}"))
    assert (seen["Reason"], seen["Message"]) == ("MISSING_UBO", "One is missing")

    stage.made(f"{path}/{id}/ubos", OWNER_OF_COMPANY)
    again = stage.changed(path, id, {"Status": "VALIDATION_ASKED"})

    assert (again["Status"], again["Reason"]) == ("VALIDATION_ASKED", None)


def test_a_refused_declaration_is_dead_and_makes_room_for_another(stage: Stage) -> None:
    path, id = opened(stage)
    stage.made(f"{path}/{id}/ubos", OWNER_OF_COMPANY | {"FirstName": "RefuseUBO"})
    stage.changed(path, id, {"Status": "VALIDATION_ASKED"})

    again = stage.call("PUT", f"{path}/{id}", {"Status": "VALIDATION_ASKED"})

    assert refusal(again)[1] == "invalid_action"
    assert stage.made(path, {})["Ubos"] == []


# --- hosted identity verification (docs: create-idv-session) -------------------------------------


def test_a_verified_identity_overwrites_the_users_and_makes_it_regular(stage: Stage) -> None:
    user = stage.owner()
    path = f"users/{user}/identity-verifications"

    made = stage.made(path, RETURN | {"Tag": "t"})
    stage.sim.complete_verification(made["Id"], verified={"LastName": "Smythe"})

    assert list(made) == ["Id", "Tag", "CreationDate", "HostedUrl", "Status", "ReturnUrl"]
    seen = good(stage.call("GET", f"identity-verifications/{made['Id']}"))
    assert (seen["Status"], seen["UserId"], seen["PSCs"]) == ("VALIDATED", user, [])
    assert seen["Checks"][0]["Data"] == [{"Type": "LastName", "Value": "Smythe"}]
    (listed,) = stage.call("GET", path).json()
    assert list(listed) == ["Id", "Status", "CreationDate", "LastUpdate"]
    assert (stage.seen(user)["LastName"], stage.level(user)) == ("Smythe", "REGULAR")
    assert ("IDENTITY_VERIFICATION_VALIDATED", made["Id"]) in stage.events()


@pytest.mark.parametrize(
    ("status", "event"),
    [("REFUSED", "FAILED"), ("REVIEW", "INCONCLUSIVE"), ("TIMEOUT", "TIMEOUT")],
)
def test_another_outcome_leaves_the_level(stage: Stage, status: str, event: str) -> None:
    user = stage.owner()
    made = stage.made(f"users/{user}/identity-verifications", RETURN)

    stage.sim.complete_verification(made["Id"], status)

    assert stage.level(user) == "LIGHT"
    assert (f"IDENTITY_VERIFICATION_{event}", made["Id"]) in stage.events()


def test_a_new_identity_outdates_a_verification(stage: Stage) -> None:
    user = stage.owner()
    made = stage.made(f"users/{user}/identity-verifications", RETURN)
    stage.sim.complete_verification(made["Id"])

    stage.changed(NATURAL, user, {"TermsAndConditionsAccepted": True, "LastName": "Else"})

    seen = good(stage.call("GET", f"identity-verifications/{made['Id']}"))
    assert (seen["Status"], stage.level(user)) == ("OUT_OF_DATE", "LIGHT")


def test_a_payer_and_a_partnership_are_not_verified_so(stage: Stage) -> None:
    payer = stage.made(NATURAL, PAYER)["Id"]
    partnership = stage.owner(LEGAL, LegalPersonType="PARTNERSHIP")

    for user, text in (
        (payer, "This feature is only available for users categorised as Owner."),
        (partnership, "The LegalUserType PARTNERSHIP is not currently supported"),
    ):
        answer = stage.call("POST", f"users/{user}/identity-verifications", RETURN)
        assert invalid(answer).startswith(text)


def test_an_unknown_user_is_refused_in_words_of_its_own(stage: Stage) -> None:
    body = stage.call("POST", "users/none/identity-verifications", RETURN).json()

    assert body["Message"] == "Missing or incorrect required parameter"
    assert (body["Type"], body["errors"]) == ("param_error", {"UserId": "UserId is not valid"})


def test_a_closed_user_is_not_verified(stage: Stage) -> None:
    user = stage.owner()
    stage.call("DELETE", f"users/natural/{user}")

    answer = stage.call("POST", f"users/{user}/identity-verifications", RETURN)

    assert refusal(answer)[:2] == (400, "user_closed")


def test_without_the_feature_the_answer_is_a_standard_problem(stage: Stage) -> None:
    stage.sim.hosted_verification = False

    answer = stage.call("POST", f"users/{stage.owner()}/identity-verifications", RETURN)

    assert answer.status_code == 403
    assert list(answer.json()) == ["type", "title", "status", "traceId"]


# --- consent and acting by proxy (docs: guides/sca/proxy-management) -----------------------------


def test_consent_is_pointless_without_a_proxy(stage: Stage) -> None:
    answer = stage.call("POST", f"sca/users/{stage.owner()}/consent")

    text = "Consent cannot be given when no proxy is required by the client."
    assert errors(answer) == {"Invalid SCA request": text}


def test_a_platform_acts_for_an_absent_user_who_consents(stage: Stage) -> None:
    stage.sim.proxy = True
    user = stage.owner()
    change = {
        "Email": "new@example.com",
        "TermsAndConditionsAccepted": True,
        "ScaContext": "USER_NOT_PRESENT",
    }
    assert refusal(stage.call("PUT", f"{NATURAL}/{user}", change))[1] == "sca_proxy_missing"

    link = stage.made(f"sca/users/{user}/consent", {})["PendingUserAction"]["RedirectUrl"]
    stage.sim.finish_sca(link)
    seen = stage.changed(NATURAL, user, change)

    assert (seen["UserStatus"], seen["PendingUserAction"]) == ("ACTIVE", None)
    scopes = good(stage.call("GET", f"sca/users/{user}/sca-status"))["ConsentScope"]
    assert set(scopes.values()) == {"ACTIVE"}


def test_a_consent_is_given_and_revoked_scope_by_scope(stage: Stage) -> None:
    stage.sim.proxy = True
    user = stage.owner()

    stage.sim.consent(user, ["Transfer"])
    stage.sim.consent(user, [])

    assert stage.events()[-2:] == [
        ("SCA_TRANSFER_CONSENT_GIVEN", user),
        ("SCA_TRANSFER_CONSENT_REVOKED", user),
    ]


def test_a_link_lives_ten_minutes(stage: Stage) -> None:
    link = stage.made(NATURAL, OWNER)["PendingUserAction"]["RedirectUrl"]
    stage.clock.advance(600)

    with pytest.raises(LookupError, match="no open page"):
        stage.sim.finish_sca(link)


def test_an_earlier_link_stays_good_beside_a_later_one(stage: Stage) -> None:
    user = stage.made(NATURAL, OWNER)
    stage.made(f"sca/users/{user['Id']}/enrollment", {})

    stage.sim.finish_sca(user["PendingUserAction"]["RedirectUrl"])

    assert stage.seen(user["Id"])["UserStatus"] == "ACTIVE"


def test_a_refused_page_leaves_the_user_as_it_was(stage: Stage) -> None:
    user = stage.made(NATURAL, OWNER)

    stage.sim.finish_sca(user["PendingUserAction"]["RedirectUrl"], passed=False)

    assert stage.seen(user["Id"])["UserStatus"] == "PENDING_USER_ACTION"


# --- blocks, renewals, formats, countries --------------------------------------------------------


@pytest.mark.parametrize("path", ["Regulatory", "blockStatus", "regulatory"])
def test_a_user_is_free_until_it_is_blocked(stage: Stage, path: str) -> None:
    user = stage.owner()

    free = good(stage.call("GET", f"users/{user}/{path}"))
    stage.sim.block(user, inflows=False, code="008705")
    blocked = good(stage.call("GET", f"users/{user}/{path}"))
    stage.sim.block(user, inflows=False, outflows=False)

    assert free == {
        "ActionCode": "",
        "ScopeBlocked": {"Inflows": False, "Outflows": False},
        "KycInformation": None,
        "Id": user,
    }
    assert blocked["ScopeBlocked"] == {"Inflows": False, "Outflows": True}
    assert blocked["ActionCode"] == "008705"
    assert [event for event, _ in stage.events()[-2:]] == [
        "USER_OUTFLOWS_BLOCKED",
        "USER_OUTFLOWS_UNBLOCKED",
    ]
    assert good(stage.call("GET", f"users/{user}/{path}")) == free


def test_a_verification_has_a_date_and_a_deadline_of_renewal(stage: Stage) -> None:
    user = stage.owner()
    stage.document(user, tag="accept")
    stage.sim.require_renewal(user, "2026-12-01")

    seen = good(stage.call("GET", f"users/{user}/regulatory"))["KycInformation"]

    assert seen == {"LastKycDate": "2025-01-18", "KycRenewalDeadline": "2026-12-01"}
    assert ("USER_KYC_RENEWAL_REQUIRED", user) in stage.events()


def test_a_new_proof_renews_a_verification(stage: Stage) -> None:
    user = stage.owner()
    stage.document(user, tag="accept")
    stage.sim.require_renewal(user, "2026-12-01")
    stage.clock.advance(600)

    stage.document(user, tag="accept")

    seen = good(stage.call("GET", f"users/{user}/regulatory"))["KycInformation"]
    assert seen == {"LastKycDate": "2025-01-18", "KycRenewalDeadline": None}
    assert stage.events()[-1] == ("USER_KYC_RENEWED", user)


def test_a_company_number_is_held_against_its_countrys_form(stage: Stage) -> None:
    stage.sim.company_numbers = {"FR": r"\d{9}"}
    path = "users/data-formats/validation"

    def check(number: str, code: str) -> Json:
        sent = {"CompanyNumber": number, "CountryCode": code}
        shown: Json = stage.made(path, {"CompanyNumber": sent})["CompanyNumber"]
        return shown

    assert check("123456789", "FR")["IsValid"] is True
    assert check("12345678", "FR") == {
        "CompanyNumber": "12345678",
        "CountryCode": "FR",
        "IsValid": False,
        "ValidationRules": [r"\d{9}"],
    }
    assert check("anything", "IT")["IsValid"] is True
    answer = stage.call("POST", path, {"CompanyNumber": {"CompanyNumber": "1"}})
    assert list(errors(answer)) == ["CompanyNumber.CountryCode"]


@pytest.mark.parametrize(
    ("code", "users", "money"),
    [
        ("FR", False, False),
        ("XK", False, False),
        ("RU", False, True),
        ("KP", True, True),
    ],
)
def test_a_country_says_what_is_blocked_without_a_token(
    stage: Stage, code: str, users: bool, money: bool
) -> None:
    url = f"{stage.base_url}/v2.01/countries/{code}/authorizations"

    seen = requests.get(url, timeout=5).json()

    assert seen["Authorization"] == {
        "BlockUserCreation": users,
        "BlockBankAccountCreation": money,
        "BlockPayout": money,
    }
