"""The simulator's rules on terms, categories and updates."""

from __future__ import annotations

import pytest
from tests.mangopay.stage import (
    ADDRESS,
    CATEGORISE,
    LEGAL,
    LEGAL_OWNER,
    LEGAL_PAYER,
    NATURAL,
    NO_ADDRESS,
    OLD_NATURAL,
    OWNER,
    PAYER,
    SCA_KEYS,
    SCA_OWNER,
    START,
    TERMS,
    Json,
    Stage,
    errors,
    good,
    refusal,
    without,
)

# --- terms, categories -----------------------------------------------------------------------

NOT_ACCEPTED = (
    403,
    "user_hasnt_accepted_terms_and_conditions",
    "User must accept the terms and conditions before account creation or modification.",
)


@pytest.mark.parametrize("path", [NATURAL, OLD_NATURAL])
def test_an_owner_must_accept_the_terms(stage: Stage, path: str) -> None:
    body = without(OWNER, "TermsAndConditionsAccepted")

    assert refusal(stage.call("POST", path, body)) == NOT_ACCEPTED
    refused = stage.call("POST", path, body | {"TermsAndConditionsAccepted": False})
    assert refusal(refused) == NOT_ACCEPTED


def test_every_sca_update_mentions_the_terms(stage: Stage) -> None:
    owner, payer = stage.made(NATURAL, OWNER), stage.made(NATURAL, PAYER)

    assert refusal(stage.call("PUT", f"{NATURAL}/{owner['Id']}", {"Tag": "x"})) == NOT_ACCEPTED
    assert errors(stage.call("PUT", f"{NATURAL}/{payer['Id']}", {"Tag": "x"})) == {
        "TermsAndConditionsAccepted": "The TermsAndConditionsAccepted field is required."
    }


@pytest.mark.parametrize("path", [NATURAL, OLD_NATURAL])
def test_accepted_terms_are_not_revoked(stage: Stage, path: str) -> None:
    user = stage.made(path, OWNER)

    answer = stage.call("PUT", f"{path}/{user['Id']}", {"TermsAndConditionsAccepted": False})

    text = "The user cannot revoke the terms and conditions acceptance"
    assert refusal(answer) == (400, "invalid_action", text)


@pytest.mark.parametrize("path", [NATURAL, OLD_NATURAL])
def test_an_owner_does_not_become_a_payer(stage: Stage, path: str) -> None:
    user = stage.made(path, OWNER)

    answer = stage.call("PUT", f"{path}/{user['Id']}", TERMS | {"UserCategory": "PAYER"})

    text = "A User OWNER can't be modified to a user PAYER"
    assert errors(answer) == {"UserCategory": text}


def test_a_payer_becomes_an_owner_by_categorising(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)
    stage.clock.advance(60)

    answer = stage.changed(NATURAL, f"{user['Id']}/category/", CATEGORISE)

    assert list(answer) == SCA_KEYS.split()
    assert (answer["UserCategory"], answer["UserStatus"]) == ("OWNER", "PENDING_USER_ACTION")
    assert answer["PendingUserAction"]["RedirectUrl"]
    assert answer["TermsAndConditionsAcceptedDate"] == int(START) + 60


def test_categorising_asks_for_what_a_payer_has_sent_before(stage: Stage) -> None:
    user = stage.made(
        NATURAL, OWNER | {"UserCategory": "PAYER", "TermsAndConditionsAccepted": False}
    )

    found = errors(
        stage.call("PUT", f"{NATURAL}/{user['Id']}/category", TERMS | {"UserCategory": "OWNER"})
    )

    assert set(found) == {"Birthday", "Nationality", "CountryOfResidence"}


def test_categorising_a_legal_payer_asks_for_its_owners_facts(stage: Stage) -> None:
    user = stage.made(LEGAL, LEGAL_PAYER)
    path = f"{LEGAL}/{user['Id']}/category"

    bare: Json = TERMS | {"UserCategory": "OWNER", "LegalRepresentative": {}}
    found = errors(stage.call("PUT", path, bare))

    inner = ("Birthday", "Nationality", "CountryOfResidence", "Email")
    names = {f"LegalRepresentative.{name}" for name in inner}
    assert set(found) == names | {"HeadquartersAddress", "CompanyNumber"}
    assert good(stage.call("PUT", path, LEGAL_OWNER))["UserCategory"] == "OWNER"


@pytest.mark.parametrize(("path", "body"), [(NATURAL, OWNER), (LEGAL, LEGAL_OWNER)])
def test_an_owner_is_not_categorised_again(stage: Stage, path: str, body: Json) -> None:
    user = stage.made(path, body)

    answer = stage.call("PUT", f"{path}/{user['Id']}/category", CATEGORISE)

    text = "This endpoint is not allowed for User categorized as OWNER"
    assert refusal(answer) == (400, "not_allowed_for_user_category_owner", text)


def test_a_legacy_update_may_make_an_owner_of_a_payer(stage: Stage) -> None:
    user = stage.made(OLD_NATURAL, PAYER)
    wish = TERMS | {"UserCategory": "OWNER"}

    found = errors(stage.call("PUT", f"{OLD_NATURAL}/{user['Id']}", wish))

    assert set(found) == {"Birthday", "Nationality", "CountryOfResidence"}
    answer = stage.changed(OLD_NATURAL, user["Id"], CATEGORISE)
    assert (answer["UserCategory"], answer["Birthday"]) == ("OWNER", 652117514)


def test_an_sca_update_leaves_a_payer_a_payer(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)

    answer = stage.changed(NATURAL, user["Id"], CATEGORISE)

    assert (answer["UserCategory"], answer["Birthday"]) == ("PAYER", None)


def test_a_legacy_update_names_its_category_if_the_simulator_is_strict(stage: Stage) -> None:
    user = stage.made(OLD_NATURAL, OWNER)

    assert stage.changed(OLD_NATURAL, user["Id"], TERMS | {"Tag": "x"})["Tag"] == "x"
    stage.sim.strict = True
    assert errors(stage.call("PUT", f"{OLD_NATURAL}/{user['Id']}", TERMS)) == {
        "UserCategory": "The UserCategory field is required."
    }
    assert stage.changed(NATURAL, user["Id"], TERMS | {"Tag": "y"})["Tag"] == "y"


def test_a_payer_keeps_nothing_that_only_owners_show(stage: Stage) -> None:
    rich = OWNER | {"Occupation": "Writer", "IncomeRange": 3}
    payer = rich | {"UserCategory": "PAYER", "TermsAndConditionsAccepted": True}

    answer = stage.made(NATURAL, payer)

    private = ("Birthday", "Nationality", "CountryOfResidence", "Occupation", "IncomeRange")
    assert [answer[name] for name in private] == [None] * 5
    assert (answer["Tag"], answer["Address"]) == (payer["Tag"], ADDRESS)
    assert answer["TermsAndConditionsAccepted"] is True
    assert answer["TermsAndConditionsAcceptedDate"] is None


def test_an_address_that_was_never_sent_is_an_object_of_nulls(stage: Stage) -> None:
    assert stage.made(NATURAL, without(PAYER, "Address"))["Address"] == NO_ADDRESS


# --- updates ---------------------------------------------------------------------------------


def test_an_update_changes_only_what_it_mentions(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    answer = stage.changed(NATURAL, user["Id"], TERMS | {"Occupation": "Writer", "Tag": None})

    assert answer == user | {"Occupation": "Writer", "PendingUserAction": None}


def test_an_address_is_replaced_as_a_whole(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)
    moved = without(ADDRESS, "AddressLine2", "Region") | {"City": "Lyon"}

    answer = stage.changed(
        NATURAL, user["Id"], {"TermsAndConditionsAccepted": False, "Address": moved}
    )

    assert answer["Address"] == moved | {"AddressLine2": None, "Region": None}


def test_an_echoed_address_of_nulls_is_refused(stage: Stage) -> None:
    user = stage.made(NATURAL, without(OWNER, "Address"))

    answer = stage.call("PUT", f"{NATURAL}/{user['Id']}", stage.seen(user["Id"]))

    lines = ("AddressLine1", "City", "PostalCode", "Country")
    assert set(errors(answer)) == {f"Address.{name}" for name in lines}


def test_a_representative_is_merged(stage: Stage) -> None:
    user = stage.made(LEGAL, LEGAL_OWNER)

    change = TERMS | {"LegalRepresentative": {"PhoneNumber": "+33622222222", "LastName": None}}
    answer = stage.changed(LEGAL, user["Id"], change)

    inner = LEGAL_OWNER["LegalRepresentative"] | {"PhoneNumber": "+33622222222"}
    assert without(answer["LegalRepresentative"], "ProofOfIdentity") == inner


@pytest.mark.parametrize(
    "change",
    [{"Email": "new@example.com"}, {"PhoneNumber": "+33622222222"}, {"PhoneNumberCountry": "BE"}],
)
def test_new_contact_data_ask_an_owner_to_enrol_again(stage: Stage, change: Json) -> None:
    user = stage.made(NATURAL, SCA_OWNER)
    stage.sim.activate(user["Id"])

    answer = stage.changed(NATURAL, user["Id"], TERMS | change)

    assert answer["UserStatus"] == "PENDING_USER_ACTION"
    assert answer["PendingUserAction"] != user["PendingUserAction"]
    assert answer["PendingUserAction"]["RedirectUrl"]


@pytest.mark.parametrize(
    ("name", "again"), [("Email", True), ("PhoneNumber", True), ("LastName", False)]
)
def test_only_contact_data_of_a_representative_ask_for_enrolment(
    stage: Stage, name: str, again: bool
) -> None:
    user = stage.made(LEGAL, LEGAL_OWNER)
    stage.sim.activate(user["Id"])
    new = {"Email": "new@example.com", "PhoneNumber": "+33622222222", "LastName": "New"}

    change = {"Email": "new.office@example.com", "LegalRepresentative": {name: new[name]}}
    answer = stage.changed(LEGAL, user["Id"], TERMS | change)

    assert (answer["PendingUserAction"] is not None) == again


def test_the_same_contact_data_again_change_nothing(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)
    stage.sim.activate(user["Id"])

    answer = stage.changed(NATURAL, user["Id"], SCA_OWNER)

    assert (answer["UserStatus"], answer["PendingUserAction"]) == ("ACTIVE", None)


def test_a_payer_changes_its_email_without_sca(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)

    answer = stage.changed(NATURAL, user["Id"], TERMS | {"Email": "new@example.com"})

    assert (answer["UserStatus"], answer["PendingUserAction"]) == ("ACTIVE", None)


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"FirstName": "New"}, "LIGHT"),
        ({"LastName": "New"}, "LIGHT"),
        ({"Birthday": 0}, "LIGHT"),
        ({"Nationality": "DE"}, "LIGHT"),
        ({"FirstName": "Alex", "Birthday": 652117514.0}, "REGULAR"),
        ({"CountryOfResidence": "DE", "Occupation": "Writer", "Tag": "x"}, "REGULAR"),
        ({"Email": "new@example.com"}, "REGULAR"),
    ],
)
@pytest.mark.parametrize("path", [NATURAL, OLD_NATURAL])
def test_a_new_identity_costs_the_level(stage: Stage, path: str, change: Json, level: str) -> None:
    user = stage.made(path, OWNER)
    stage.sim.set_kyc_level(user["Id"], "REGULAR")

    answer = stage.changed(path, user["Id"], TERMS | change)

    assert answer["KYCLevel"] == level


def test_a_new_representative_costs_a_legal_user_the_level(stage: Stage) -> None:
    user = stage.made(LEGAL, LEGAL_OWNER)
    stage.sim.set_kyc_level(user["Id"], "REGULAR")

    assert stage.changed(LEGAL, user["Id"], TERMS | {"Name": "New"})["KYCLevel"] == "REGULAR"
    change = TERMS | {"LegalRepresentative": {"LastName": "New"}}
    assert stage.changed(LEGAL, user["Id"], change)["KYCLevel"] == "LIGHT"


def test_an_update_of_contact_data_for_an_absent_user_needs_a_proxy(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)
    absent = TERMS | {"ScaContext": "USER_NOT_PRESENT"}
    path = f"{NATURAL}/{user['Id']}"

    answer = stage.call("PUT", path, absent | {"Email": "new@example.com"})

    text = (
        "You are not authorized to perform this action. "
        "The user has not provided consent to the requested proxy"
    )
    assert refusal(answer) == (403, "sca_proxy_missing", text)
    assert stage.seen(user["Id"])["Email"] == SCA_OWNER["Email"]
    assert good(stage.call("PUT", path, absent | {"Tag": "x"}))["Tag"] == "x"
