"""The simulator's users against the examples and the limits of MangoPay's documents."""

from __future__ import annotations

import re

import pytest
from tests.mangopay.stage import (
    ADDRESS,
    BLOCKED,
    FLAT_LEGAL,
    FLAT_LEGAL_KEYS,
    LEGAL,
    LEGAL_KEYS,
    LEGAL_OWNER,
    LEGAL_PAYER,
    NATURAL,
    NO_ADDRESS,
    NO_COUNTRY,
    NODE_OWNER,
    OLD_LEGAL,
    OLD_NATURAL,
    OWNER,
    OWNER_SHOWN,
    PAYER,
    PAYER_SHOWN,
    REPRESENTATIVE_KEYS,
    SCA_KEYS,
    SCA_OWNER,
    Json,
    Stage,
    errors,
    good,
    representative,
    without,
)

# --- samples quoted from the documents -------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "shown"), [(PAYER, PAYER_SHOWN), (OWNER, OWNER_SHOWN)], ids=["payer", "owner"]
)
def test_the_legacy_examples_are_answered_as_printed(stage: Stage, sent: Json, shown: Json) -> None:
    answer = stage.made(OLD_NATURAL, sent)

    assert answer == shown | {"Id": answer["Id"]}
    assert list(answer) == list(shown)


def test_the_node_example_is_accepted_with_its_extra_keys(stage: Stage) -> None:
    answer = stage.made(OLD_NATURAL, NODE_OWNER)

    assert list(answer) == list(OWNER_SHOWN)
    assert answer["Address"] == NODE_OWNER["Address"]


def test_the_legacy_update_example_is_answered_as_printed(stage: Stage) -> None:
    user = stage.made(OLD_NATURAL, PAYER)
    body = {"UserCategory": "PAYER", "TermsAndConditionsAccepted": False, "Tag": "New tag"}

    answer = stage.changed(OLD_NATURAL, user["Id"], body)

    assert answer == PAYER_SHOWN | {"Id": user["Id"], "Tag": "New tag"}


def test_an_owner_made_with_sca_waits_for_enrolment(stage: Stage) -> None:
    answer = stage.made(NATURAL, SCA_OWNER)

    assert list(answer) == SCA_KEYS.split()
    assert answer["UserStatus"] == "PENDING_USER_ACTION"
    url = answer["PendingUserAction"]["RedirectUrl"]
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/\?token=[0-9a-f]{32}", url)
    assert answer["PhoneNumber"] == "+33611111111"


def test_a_payer_made_with_sca_is_active_at_once(stage: Stage) -> None:
    answer = stage.made(NATURAL, PAYER)

    assert answer["PendingUserAction"] is None
    assert answer["UserStatus"] == "ACTIVE"


def test_a_legal_owner_is_shown_with_every_key_of_its_representative(stage: Stage) -> None:
    answer = stage.made(LEGAL, LEGAL_OWNER)

    assert list(answer) == LEGAL_KEYS.split()
    assert list(answer["LegalRepresentative"]) == REPRESENTATIVE_KEYS.split()
    assert answer["PersonType"] == "LEGAL"
    assert answer["UserStatus"] == "PENDING_USER_ACTION"


def test_a_legal_payer_is_shown_without_its_private_facts(stage: Stage) -> None:
    answer = stage.made(LEGAL, LEGAL_PAYER)

    assert answer["CompanyNumber"] is None
    assert answer["HeadquartersAddress"] == NO_ADDRESS
    assert answer["LegalRepresentativeAddress"] == ADDRESS
    shown = answer["LegalRepresentative"]
    private = ("Birthday", "Nationality", "CountryOfResidence", "Email")
    assert [shown[name] for name in private] == [None] * 4
    assert shown["FirstName"] == "Gunner"


def test_a_legacy_legal_user_is_flat(stage: Stage) -> None:
    answer = stage.made(OLD_LEGAL, FLAT_LEGAL)

    assert list(answer) == FLAT_LEGAL_KEYS.split()
    assert answer["LegalRepresentativeBirthday"] == 652117514
    nested = stage.seen(answer["Id"])["LegalRepresentative"]
    assert nested["Birthday"] == 652117514


# --- validation ------------------------------------------------------------------------------


def test_one_answer_names_every_bad_field(stage: Stage) -> None:
    body = {"UserCategory": "OWNER", "TermsAndConditionsAccepted": True, "Address": {}}

    found = errors(stage.call("POST", NATURAL, body))

    missing = ("FirstName", "LastName", "Email", "Birthday", "Nationality", "CountryOfResidence")
    lines = ("AddressLine1", "City", "PostalCode", "Country")
    assert found == {name: f"The {name} field is required." for name in missing} | {
        f"Address.{name}": f"The {name} field is required." for name in lines
    }


def test_a_payer_needs_only_name_and_email(stage: Stage) -> None:
    found = errors(
        stage.call("POST", NATURAL, {"UserCategory": "PAYER", "TermsAndConditionsAccepted": False})
    )

    assert set(found) == {"FirstName", "LastName", "Email"}


def test_a_legal_owner_needs_the_documented_fields(stage: Stage) -> None:
    body = {"UserCategory": "OWNER", "TermsAndConditionsAccepted": True, "LegalRepresentative": {}}

    found = errors(stage.call("POST", LEGAL, body))

    inner = ("FirstName", "LastName", "Birthday", "Nationality", "CountryOfResidence", "Email")
    assert set(found) == {"Name", "LegalPersonType", "HeadquartersAddress", "Email"} | {
        f"LegalRepresentative.{name}" for name in inner
    }
    assert found["LegalRepresentative.Email"] == "'Email' must not be empty."


def test_only_a_business_needs_a_company_number(stage: Stage) -> None:
    bare = without(LEGAL_OWNER, "CompanyNumber")

    found = errors(stage.call("POST", LEGAL, bare))

    assert found == {"CompanyNumber": "The CompanyNumber field is required."}
    stage.made(LEGAL, bare | {"LegalPersonType": "SOLETRADER"})


@pytest.mark.parametrize("email", ["alex", "a@b", "a@b_c.fr", "é@example.com", "a..b@c.fr"])
def test_a_bad_email_is_answered_with_the_printed_pattern(stage: Stage, email: str) -> None:
    found = errors(stage.call("POST", NATURAL, PAYER | {"Email": email}))

    # docs: create-natural-user, "400 - Invalid email"
    assert found == {
        "Email": "The field Email must match the regular expression "
        "'([a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*)@"
        "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\\.)+"
        "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'."
    }


@pytest.mark.parametrize("code", BLOCKED.split())
def test_a_blocked_country_is_refused_as_residence_and_address(stage: Stage, code: str) -> None:
    body = OWNER | {"CountryOfResidence": code, "Address": ADDRESS | {"Country": code}}

    found = errors(stage.call("POST", OLD_NATURAL, body))

    assert found == {
        "CountryOfResidence": "The CountryOfResidence used is blocked",
        "Address.Country": "The Address.Country used is blocked",
    }


def test_one_nationality_is_refused(stage: Stage) -> None:
    refused = errors(stage.call("POST", NATURAL, OWNER | {"Nationality": "KP"}))
    taken = good(stage.call("POST", NATURAL, OWNER | {"Nationality": "CU"}))

    assert refused == {"Nationality": "The Nationality used is blocked"}
    assert taken["Nationality"] == "CU"


@pytest.mark.parametrize("country", ["AE", "HK", "IE"])
def test_an_exempt_country_needs_no_postal_code(stage: Stage, country: str) -> None:
    bare = without(ADDRESS, "PostalCode")

    taken = good(stage.call("POST", NATURAL, OWNER | {"Address": bare | {"Country": country}}))
    refused = errors(stage.call("POST", NATURAL, OWNER | {"Address": bare}))

    assert taken["Address"]["PostalCode"] is None
    assert refused == {"Address.PostalCode": "The PostalCode field is required."}


def test_kosovo_is_a_country(stage: Stage) -> None:
    body = OWNER | {"Nationality": "XK", "CountryOfResidence": "XK"}

    assert good(stage.call("POST", NATURAL, body))["Nationality"] == "XK"


def test_the_blocked_countries_of_a_legal_user_are_named_by_dotted_path(stage: Stage) -> None:
    blocked = ADDRESS | {"Country": "KP"}
    body = representative(Nationality="KP", CountryOfResidence="KP") | {
        "HeadquartersAddress": blocked,
        "LegalRepresentativeAddress": blocked,
    }

    found = errors(stage.call("POST", LEGAL, body))

    paths = {
        "LegalRepresentative.Nationality",
        "LegalRepresentative.CountryOfResidence",
        "HeadquartersAddress.Country",
        "LegalRepresentativeAddress.Country",
    }
    assert found == {path: f"The {path} used is blocked" for path in paths}


@pytest.mark.parametrize("code", ["USA", "fr", "XX", "", "F"])
def test_a_country_is_an_upper_case_iso_code(stage: Stage, code: str) -> None:
    assert errors(stage.call("POST", NATURAL, OWNER | {"Nationality": code})) == {
        "Nationality": NO_COUNTRY
    }


@pytest.mark.parametrize("country", ["US", "CA", "MX"])
@pytest.mark.parametrize("region", [None, ""])
def test_some_countries_need_a_region(stage: Stage, country: str, region: str | None) -> None:
    place = ADDRESS | {"Country": country, "Region": region}

    found = errors(stage.call("POST", NATURAL, PAYER | {"Address": place}))

    assert found == {"Address.Region": "The Region is a required field for this Country"}


@pytest.mark.parametrize(
    ("name", "most"), [("FirstName", 100), ("LastName", 100), ("Occupation", 255), ("Tag", 255)]
)
def test_text_is_accepted_up_to_its_documented_length(stage: Stage, name: str, most: int) -> None:
    answer = stage.made(NATURAL, OWNER | {name: "é" * most})

    assert answer[name] == "é" * most
    found = errors(stage.call("POST", NATURAL, OWNER | {name: "é" * (most + 1)}))
    assert list(found) == [name]


def test_a_name_is_not_blank(stage: Stage) -> None:
    found = errors(stage.call("POST", NATURAL, PAYER | {"FirstName": "", "LastName": "  "}))

    assert found == {
        "FirstName": "The FirstName field is required.",
        "LastName": "The LastName field is required.",
    }


@pytest.mark.parametrize(("code", "fine"), [("WC1X 0AA", True), ("1-2", True), ("75/004", False)])
def test_a_postal_code_has_letters_digits_dashes_or_spaces(
    stage: Stage, code: str, fine: bool
) -> None:
    place = {"Address": ADDRESS | {"PostalCode": code}}

    answer = stage.call("POST", NATURAL, PAYER | place)

    assert answer.ok == fine
    assert fine or list(errors(answer)) == ["Address.PostalCode"]


@pytest.mark.parametrize("birthday", [0, -86400, 652117514, 652117514.0])
def test_a_birthday_is_any_whole_number(stage: Stage, birthday: float) -> None:
    answer = stage.made(NATURAL, OWNER | {"Birthday": birthday})

    assert answer["Birthday"] == birthday
    assert isinstance(answer["Birthday"], int)


@pytest.mark.parametrize("income", [1, 6, "3"])
def test_an_income_range_is_shown_as_a_number(stage: Stage, income: object) -> None:
    answer = stage.made(NATURAL, OWNER | {"IncomeRange": income})

    assert answer["IncomeRange"] == int(str(income))


@pytest.mark.parametrize("income", [0, 7, "9"])
def test_an_income_range_outside_one_to_six_is_refused(stage: Stage, income: object) -> None:
    assert list(errors(stage.call("POST", NATURAL, OWNER | {"IncomeRange": income}))) == [
        "IncomeRange"
    ]


@pytest.mark.parametrize(
    ("name", "value", "token"),
    [
        ("FirstName", {}, "StartObject"),
        ("FirstName", 1, "Integer"),
        ("Address", "3 rue de la Cité", "String"),
        ("Birthday", "1990-01-01", "String"),
        ("Birthday", 1.5, "Float"),
        ("Birthday", True, "Boolean"),
        ("Nationality", ["FR"], "StartArray"),
        ("TermsAndConditionsAccepted", "true", "String"),
        ("UserCategory", 1, "Integer"),
    ],
)
def test_a_wrong_json_type_is_answered_by_naming_the_field(
    stage: Stage, name: str, value: object, token: str
) -> None:
    found = errors(stage.call("POST", NATURAL, OWNER | {name: value}))

    assert list(found) == [name]
    assert f"Unexpected token: {token}. Path '{name}'." in found[name]


def test_a_local_phone_number_needs_its_country(stage: Stage) -> None:
    local = OWNER | {"PhoneNumber": "0611111111"}

    found = errors(stage.call("POST", NATURAL, local))

    assert found == {"PhoneNumberCountry": "The PhoneNumberCountry field is required."}
    assert stage.made(NATURAL, local | {"PhoneNumberCountry": "FR"})["PhoneNumber"] == "0611111111"


@pytest.mark.parametrize("number", ["+0611111111", "+33 611111111", "phone", " "])
def test_a_phone_number_is_e164_or_local(stage: Stage, number: str) -> None:
    body = OWNER | {"PhoneNumber": number, "PhoneNumberCountry": "FR"}

    assert list(errors(stage.call("POST", NATURAL, body))) == ["PhoneNumber"]


def test_zero_and_one_are_booleans(stage: Stage) -> None:
    assert stage.made(NATURAL, OWNER | {"TermsAndConditionsAccepted": 1})
    assert stage.made(NATURAL, PAYER | {"TermsAndConditionsAccepted": 0})


def test_a_company_number_may_be_a_json_number(stage: Stage) -> None:
    assert stage.made(LEGAL, LEGAL_OWNER | {"CompanyNumber": 123})["CompanyNumber"] == "123"


def test_read_only_fields_are_ignored(stage: Stage) -> None:
    forced = {
        "Id": "mine",
        "KYCLevel": "REGULAR",
        "PersonType": "LEGAL",
        "UserStatus": "CLOSED",
        "CreationDate": 1,
        "Capacity": "DECLARATIVE",
        "ProofOfIdentity": "1",
        "PendingUserAction": {"RedirectUrl": "x"},
        "Unknown": [1],
    }

    answer = stage.made(NATURAL, PAYER | forced)

    plain = stage.made(NATURAL, PAYER)
    assert without(answer, "Id") == without(plain, "Id")
    assert re.fullmatch(r"user_m_[0-9A-HJKMNP-TV-Z]{26}", answer["Id"])


def test_the_sca_context_is_never_shown(stage: Stage) -> None:
    answer = stage.made(NATURAL, OWNER | {"ScaContext": "USER_PRESENT"})

    assert "ScaContext" not in answer
    assert "ScaContext" not in stage.seen(answer["Id"])


@pytest.mark.parametrize("category", ["PLATFORM", "owner", " "])
def test_a_category_is_payer_or_owner(stage: Stage, category: str) -> None:
    body = OWNER | {"UserCategory": category}

    assert list(errors(stage.call("POST", NATURAL, body))) == ["UserCategory"]


def test_a_missing_category_is_only_refused_by_a_strict_simulator(stage: Stage) -> None:
    body = without(OWNER, "UserCategory")

    assert stage.made(NATURAL, body)["UserCategory"] == "OWNER"
    stage.sim.strict = True
    assert errors(stage.call("POST", NATURAL, body)) == {
        "UserCategory": "The UserCategory field is required."
    }


def test_a_strict_simulator_goes_by_the_pages_of_the_endpoints(stage: Stage) -> None:
    stage.sim.strict = True
    bare = without(ADDRESS, "PostalCode") | {"Country": "AE"}

    found = errors(stage.call("POST", NATURAL, OWNER | {"Nationality": "CU", "Address": bare}))

    assert found == {
        "Nationality": "The Nationality used is blocked",
        "Address.PostalCode": "The PostalCode field is required.",
    }
