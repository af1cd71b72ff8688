"""The simulator against MangoPay's documents, over a real socket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests
from attrs import define, field
from onboarding.simulation import serve
from werkzeug.test import Client

from onboarding_mangopay.simulator import LoggedRequest, MangoPaySimulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Json = dict[str, Any]

START = 1_737_216_704.0
PARAM_ERROR = (
    "One or several required parameters are missing or incorrect. "
    "An incorrect resource ID also raises this kind of error."
)
NO_COUNTRY = "The requested value is not an ISO 3166-1 alpha-2 code which is expected."
ADDRESS: Json = {
    "AddressLine1": "3 rue de la Cité",
    "AddressLine2": "Appartement 7",
    "City": "Paris",
    "Region": "Île-de-France",
    "PostalCode": "75004",
    "Country": "FR",
}
NO_ADDRESS = dict.fromkeys(ADDRESS)

# docs: create-natural-user, the two request examples
PAYER: Json = {
    "UserCategory": "PAYER",
    "TermsAndConditionsAccepted": False,
    "Address": ADDRESS,
    "FirstName": "Alex",
    "LastName": "Smith",
    "Email": "alex.smith@example.com",
    "Tag": "Created using Mangopay API Postman collection",
}
OWNER: Json = {
    "UserCategory": "OWNER",
    "TermsAndConditionsAccepted": True,
    "Address": ADDRESS,
    "FirstName": "Alex",
    "LastName": "Smith",
    "Email": "alex.smith@example.com",
    "Birthday": 652117514,
    "Nationality": "FR",
    "CountryOfResidence": "FR",
    "Tag": "Created using Mangopay API Postman collection",
}
# docs: create-natural-user, the NodeJS example
NODE_OWNER: Json = {
    "Address": {
        "AddressLine1": "2795 Edgewood Road",
        "AddressLine2": None,
        "City": "Little Rock",
        "Region": "Arkansas",
        "PostalCode": "72212",
        "Country": "US",
    },
    "FirstName": "John",
    "LastName": "Doe",
    "Birthday": 655772400,
    "Nationality": "FR",
    "CountryOfResidence": "US",
    "Tag": "My first user",
    "Email": "john.doe@mangopay.com",
    "TermsAndConditionsAccepted": True,
    "UserCategory": "OWNER",
    "PersonType": "NATURAL",
    "NaturalSca": False,
}
# docs: create-natural-user, the two response examples without their Id and CreationDate
PAYER_SHOWN: Json = {
    "Address": ADDRESS,
    "FirstName": "Alex",
    "LastName": "Smith",
    "Birthday": None,
    "Nationality": None,
    "CountryOfResidence": None,
    "Occupation": None,
    "IncomeRange": None,
    "ProofOfIdentity": None,
    "ProofOfAddress": None,
    "Capacity": "NORMAL",
    "PhoneNumber": None,
    "PhoneNumberCountry": None,
    "Id": None,
    "Tag": "Created using Mangopay API Postman collection",
    "CreationDate": 1737216704,
    "PersonType": "NATURAL",
    "Email": "alex.smith@example.com",
    "KYCLevel": "LIGHT",
    "TermsAndConditionsAccepted": False,
    "TermsAndConditionsAcceptedDate": None,
    "UserCategory": "PAYER",
    "UserStatus": "ACTIVE",
}
OWNER_SHOWN: Json = PAYER_SHOWN | {
    "Birthday": 652117514,
    "Nationality": "FR",
    "CountryOfResidence": "FR",
    "TermsAndConditionsAccepted": True,
    "TermsAndConditionsAcceptedDate": 1737216704,
    "UserCategory": "OWNER",
}
# docs: create-natural-user-sca
SCA_KEYS = (
    "FirstName LastName Birthday Nationality CountryOfResidence Occupation IncomeRange "
    "ProofOfIdentity ProofOfAddress Capacity PhoneNumber PhoneNumberCountry Address "
    "PendingUserAction Id Tag CreationDate PersonType Email KYCLevel TermsAndConditionsAccepted "
    "TermsAndConditionsAcceptedDate UserCategory UserStatus"
)
SCA_OWNER: Json = OWNER | {"PhoneNumber": "+33611111111", "PhoneNumberCountry": "FR"}
# docs: create-legal-user-sca, the request example
LEGAL_OWNER: Json = {
    "Name": "ACME Corporation",
    "LegalPersonType": "BUSINESS",
    "LegalRepresentative": {
        "FirstName": "Gunner",
        "LastName": "Beier",
        "Birthday": 652117514,
        "Nationality": "FR",
        "CountryOfResidence": "FR",
        "Email": "gunner.beier@example.com",
        "PhoneNumber": "+33611111111",
        "PhoneNumberCountry": "FR",
    },
    "CompanyNumber": "123456789",
    "HeadquartersAddress": ADDRESS,
    "LegalRepresentativeAddress": ADDRESS,
    "Tag": "Created using the Mangopay API Postman collection",
    "Email": "acme.corporation@example.com",
    "TermsAndConditionsAccepted": True,
    "UserCategory": "OWNER",
}
LEGAL_PAYER: Json = LEGAL_OWNER | {"UserCategory": "PAYER", "TermsAndConditionsAccepted": False}
LEGAL_KEYS = (
    "Name LegalPersonType LegalRepresentative ProofOfRegistration ShareholderDeclaration Statute "
    "CompanyNumber PendingUserAction HeadquartersAddress LegalRepresentativeAddress Id Tag "
    "CreationDate PersonType Email KYCLevel TermsAndConditionsAccepted "
    "TermsAndConditionsAcceptedDate UserCategory UserStatus"
)
REPRESENTATIVE_KEYS = (
    "FirstName LastName ProofOfIdentity Birthday Nationality CountryOfResidence Email "
    "PhoneNumber PhoneNumberCountry"
)
# docs: create-legal-user
FLAT_LEGAL: Json = {
    "HeadquartersAddress": ADDRESS,
    "LegalRepresentativeAddress": ADDRESS,
    "Name": "Best Business",
    "LegalPersonType": "BUSINESS",
    "LegalRepresentativeFirstName": "Cedrick",
    "LegalRepresentativeLastName": "Dickinson",
    "LegalRepresentativeEmail": "agustin.ullrich@example.com",
    "LegalRepresentativeBirthday": 652117514,
    "LegalRepresentativeNationality": "FR",
    "LegalRepresentativeCountryOfResidence": "FR",
    "CompanyNumber": "123456789",
    "Tag": "Created using MANGOPAY API Collection Postman",
    "Email": "cortney.douglas@example.com",
    "TermsAndConditionsAccepted": True,
    "UserCategory": "OWNER",
}
FLAT_LEGAL_KEYS = (
    "HeadquartersAddress LegalRepresentativeAddress Name LegalPersonType "
    "LegalRepresentativeFirstName LegalRepresentativeLastName LegalRepresentativeEmail "
    "LegalRepresentativeBirthday LegalRepresentativeNationality "
    "LegalRepresentativeCountryOfResidence ProofOfRegistration ShareholderDeclaration Statute "
    "LegalRepresentativeProofOfIdentity CompanyNumber Id Tag CreationDate PersonType Email "
    "KYCLevel TermsAndConditionsAccepted TermsAndConditionsAcceptedDate UserCategory UserStatus"
)
CATEGORISE: Json = {
    "UserCategory": "OWNER",
    "TermsAndConditionsAccepted": True,
    "Birthday": 652117514,
    "Nationality": "FR",
    "CountryOfResidence": "FR",
}
TERMS: Json = {"TermsAndConditionsAccepted": True}
BLOCKED = "CU IR KP MM SY AN BV GS HM WL YU"  # docs: guides/users/country-restrictions
NATURAL, LEGAL = "sca/users/natural", "sca/users/legal"
OLD_NATURAL, OLD_LEGAL = "users/natural", "users/legal"


@define
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


@define
class Stage:
    """A simulator behind one server, with a client that holds a token."""

    base_url: str
    clock: Clock = field(factory=Clock)
    sim: MangoPaySimulator = field(factory=MangoPaySimulator)
    http: requests.Session = field(factory=requests.Session)

    def open(self) -> None:
        self.clock = Clock()
        self.sim = MangoPaySimulator(client_id="acme", api_key="key", clock=self.clock)
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"bearer {self.token()['access_token']}"

    def token(self, key: str = "key", **options: Any) -> Json:
        url = f"{self.base_url}/v2.01/oauth/token"
        options = options or {"data": {"grant_type": "client_credentials"}}
        answer: Json = requests.post(url, auth=("acme", key), timeout=5, **options).json()
        return answer

    def call(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> requests.Response:
        return self.http.request(
            method,
            f"{self.base_url}/v2.01/acme/{path}",
            json=body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            timeout=5,
        )

    def made(self, path: str, body: Json) -> Json:
        return good(self.call("POST", path, body))

    def changed(self, path: str, id: str, body: Json) -> Json:
        return good(self.call("PUT", f"{path}/{id}", body))

    def seen(self, id: str, path: str = "sca/users") -> Json:
        return good(self.call("GET", f"{path}/{id}"))


def good(answer: requests.Response) -> Json:
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


def errors(answer: requests.Response) -> Json:
    """Gives the field errors of a well-formed `param_error`."""
    body: Json = answer.json()
    assert answer.status_code == 400, answer.text
    assert list(body) == ["Message", "Type", "Id", "Date", "errors"]
    assert (body["Message"], body["Type"]) == (PARAM_ERROR, "param_error")
    assert isinstance(body["Date"], int)
    found: Json = body["errors"]
    return found


def refusal(answer: requests.Response) -> tuple[int, str, str]:
    """Gives what a refusal without field errors says."""
    body: Json = answer.json()
    assert list(body) == ["Message", "Type", "Id", "Date", "errors"]
    assert body["errors"] is None
    return answer.status_code, body["Type"], body["Message"]


def without(body: Mapping[str, Any], *names: str) -> Json:
    return {name: value for name, value in body.items() if name not in names}


def representative(**changes: object) -> Json:
    inner: Json = LEGAL_OWNER["LegalRepresentative"]
    return LEGAL_OWNER | {"LegalRepresentative": inner | changes}


@pytest.fixture(scope="module")
def server() -> Iterator[Stage]:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return shared.sim(environ, start_response)

    with serve(app) as base_url:
        shared = Stage(base_url)
        yield shared


@pytest.fixture
def stage(server: Stage) -> Iterator[Stage]:
    server.open()
    yield server
    server.http.close()


# --- tokens (docs: overview/authentication) ---------------------------------------------------


def test_a_token_lives_as_long_as_the_sandbox_says(stage: Stage) -> None:
    answer = stage.token()

    assert list(answer) == ["access_token", "token_type", "expires_in"]
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 1199)


def test_json_text_labelled_as_a_form_gets_a_token(stage: Stage) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = stage.token(data='{"grant_type": "client_credentials"}', headers=form)

    assert answer["token_type"] == "bearer"


def test_a_second_token_leaves_the_first_one_good(stage: Stage) -> None:
    second = stage.token()["access_token"]

    assert f"bearer {second}" != stage.http.headers["Authorization"]
    assert stage.call("GET", "users").status_code == 200
    assert stage.call("GET", "users", Authorization=f"Bearer {second}").status_code == 200


def test_a_wrong_key_is_answered_with_the_documented_keys_next_to_the_observed_one(
    stage: Stage,
) -> None:
    answer = stage.token(key="wrong")

    assert answer == {
        "Message": "The authorization credentials are not valid",
        "Type": "invalid_credentials",
        "Date": int(START),
        "error": "invalid_client",
    }


def test_a_token_call_without_its_grant_is_refused(stage: Stage) -> None:
    assert stage.token(data={"grant_type": "password"}) == {"error": "unsupported_grant_type"}


def test_an_expired_token_is_refused_without_a_challenge(stage: Stage) -> None:
    stage.clock.now += stage.sim.token_life

    answer = stage.call("GET", "users")

    text = "The authorization credentials are not valid"
    assert refusal(answer) == (401, "invalid_credentials", text)
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("header", ["", "bearer", "bearer nonsense", "Basic YWNtZTprZXk="])
def test_a_call_needs_a_good_bearer_token(stage: Stage, header: str) -> None:
    assert stage.call("GET", "users", Authorization=header).status_code == 401


def test_a_token_does_not_open_another_client(stage: Stage) -> None:
    answer = stage.http.get(f"{stage.base_url}/v2.01/other/users", timeout=5)

    assert answer.status_code == 401


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
    assert re.fullmatch(r"https://sca\.sandbox\.mangopay\.com/\?token=[0-9a-f]{32}", url)
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
def test_a_blocked_country_is_refused_wherever_it_stands(stage: Stage, code: str) -> None:
    body = OWNER | {
        "Nationality": code,
        "CountryOfResidence": code,
        "Address": ADDRESS | {"Country": code},
    }

    found = errors(stage.call("POST", OLD_NATURAL, body))

    assert found == {
        "Nationality": "The Nationality used is blocked",
        "CountryOfResidence": "The CountryOfResidence used is blocked",
        "Address.Country": "The Address.Country used is blocked",
    }


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


@pytest.mark.parametrize("number", ["+0611111111", "+33 611111111", "phone", ""])
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


@pytest.mark.parametrize("category", ["PLATFORM", "owner", ""])
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
    stage.clock.now += 60

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


# --- the life of an enrolment ----------------------------------------------------------------


def test_a_redirect_is_shown_once_only(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    for path in ("sca/users", NATURAL):
        assert stage.seen(user["Id"], path) == user | {"PendingUserAction": None}


def test_a_finished_sca_page_activates_the_user(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)
    stage.clock.now += 5

    stage.sim.activate(user["Id"])

    assert stage.seen(user["Id"])["UserStatus"] == "ACTIVE"
    assert stage.seen(f"{user['Id']}/sca-status") == {
        "UserStatus": "ACTIVE",
        "IsEnrolled": True,
        "LastEnrollmentDate": int(START) + 5,
        "LastConsentCollectionDate": None,
        "ConsentScope": {
            "ContactInformationUpdate": "INACTIVE",
            "RecipientRegistration": "INACTIVE",
            "Transfer": "INACTIVE",
            "ViewAccountInformation": "INACTIVE",
        },
    }


def test_a_pending_user_has_an_sca_status(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    status = stage.seen(f"{user['Id']}/sca-status")

    assert (status["UserStatus"], status["IsEnrolled"]) == ("PENDING_USER_ACTION", False)


def test_there_is_no_sca_status_before_the_first_enrolment(stage: Stage) -> None:
    user = stage.made(OLD_NATURAL, OWNER)
    path = f"sca/users/{user['Id']}"

    assert stage.call("GET", f"{path}/sca-status").status_code == 404
    good(stage.call("POST", f"{path}/enrollment"))
    assert good(stage.call("GET", f"{path}/sca-status"))["IsEnrolled"] is False


def test_an_enrolment_gives_a_new_link_but_no_new_status(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)
    stage.sim.activate(user["Id"])

    answer = good(stage.call("POST", f"sca/users/{user['Id']}/enrollment", {"Id": user["Id"]}))

    assert list(answer) == ["PendingUserAction"]
    assert answer["PendingUserAction"] != user["PendingUserAction"]
    assert stage.seen(user["Id"])["UserStatus"] == "ACTIVE"


def test_an_empty_body_labelled_as_json_is_fine_where_none_is_needed(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    path = f"sca/users/{user['Id']}/enrollment"
    answer = stage.call("POST", path, Content_Type="application/json")

    assert answer.status_code == 200


def test_a_payer_does_not_enrol(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)

    answer = stage.call("POST", f"sca/users/{user['Id']}/enrollment")

    text = "This endpoint is not allowed for User categorized as PAYER"
    assert refusal(answer) == (400, "not_allowed_for_user_category_payer", text)


def test_a_legal_user_without_the_email_of_its_representative_does_not_enrol(
    stage: Stage,
) -> None:
    user = stage.made(OLD_LEGAL, without(FLAT_LEGAL, "LegalRepresentativeEmail"))

    answer = stage.call("POST", f"sca/users/{user['Id']}/enrollment")

    assert errors(answer) == {"LegalRepresentative.Email": "'Email' must not be empty."}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (NATURAL, OWNER | {"Email": "john.doe+accept@example.com"}),
        (LEGAL, representative(Email="accept@example.com")),
    ],
)
def test_an_accepting_email_spares_the_sandbox_user_sca(
    stage: Stage, path: str, body: Json
) -> None:
    user = stage.made(path, body)

    assert (user["UserStatus"], user["PendingUserAction"]) == ("ACTIVE", None)
    assert stage.seen(f"{user['Id']}/sca-status")["IsEnrolled"] is True


def test_the_origin_of_the_link_is_a_setting(stage: Stage) -> None:
    stage.sim.sca_origin = "http://localhost:1"

    user = stage.made(NATURAL, OWNER)

    assert user["PendingUserAction"]["RedirectUrl"].startswith("http://localhost:1/?token=")


def test_an_owner_is_made_without_sca_only_by_permission(stage: Stage) -> None:
    body = OWNER | {"ScaContext": "USER_NOT_PRESENT"}

    assert stage.call("POST", NATURAL, body).status_code == 403
    stage.sim.enrolment_waived = True
    user = stage.made(NATURAL, body)
    assert (user["UserStatus"], user["PendingUserAction"]) == ("ACTIVE", None)


def test_only_an_owner_is_verified(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)

    with pytest.raises(ValueError, match="OWNER"):
        stage.sim.set_kyc_level(user["Id"], "REGULAR")
    with pytest.raises(ValueError, match="LIGHT"):
        stage.sim.set_kyc_level(user["Id"], "HEAVY")
    with pytest.raises(LookupError):
        stage.sim.activate("nobody")


# --- reads, lists, closing -------------------------------------------------------------------


def test_the_legacy_view_has_no_pending_action(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    for path in ("users", OLD_NATURAL):
        shown = stage.seen(user["Id"], path)
        assert list(shown) == list(OWNER_SHOWN)
        assert shown["UserStatus"] == "ACTIVE"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("sca/users", "User"),
        ("users", "User"),
        (NATURAL, "UserNatural"),
        (OLD_NATURAL, "UserNatural"),
        (LEGAL, "UserLegal"),
        (OLD_LEGAL, "UserLegal"),
    ],
)
def test_an_unknown_user_is_spelled_as_oddly_as_by_mangopay(
    stage: Stage, path: str, kind: str
) -> None:
    answer = stage.call("GET", f"{path}/nobody")

    body = answer.json()
    assert answer.status_code == 404
    assert list(body) == ["Message", "Type", "Id", "Date", "errors"]
    assert body["Type"] == "ressource_not_found"
    assert body["Message"] == "The ressource does not exist"
    text = f"Cannot found the ressource {kind} with the id=nobody "
    assert body["errors"] == {"RessourceNotFound": text}


def test_a_legal_user_is_no_natural_one(stage: Stage) -> None:
    user = stage.made(LEGAL, LEGAL_OWNER)

    for method in ("GET", "PUT"):
        assert stage.call(method, f"{NATURAL}/{user['Id']}", TERMS).status_code == 404
    assert stage.call("DELETE", f"{OLD_NATURAL}/{user['Id']}").status_code == 404


def test_ids_are_case_sensitive_where_paths_are_not(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)
    base = f"{stage.base_url}/V2.01//ACME/Sca/USERS//Natural/"

    assert stage.http.get(f"{base}{user['Id']}/", timeout=5).status_code == 200
    assert stage.http.get(f"{base}{user['Id'].lower()}", timeout=5).status_code == 404


def test_an_unknown_path_is_answered_with_a_message_only(stage: Stage) -> None:
    answer = stage.call("GET", "nowhere")

    assert answer.status_code == 404
    assert list(answer.json()) == ["Message"]


def test_a_wrong_method_is_answered_with_a_message_only(stage: Stage) -> None:
    answer = stage.call("DELETE", "users")

    assert answer.status_code == 405
    text = "The requested resource does not support http method 'DELETE'."
    assert answer.json() == {"Message": text}


def test_the_list_is_paged(stage: Stage) -> None:
    ids = [stage.made(NATURAL, PAYER | {"Tag": str(number)})["Id"] for number in range(5)]

    answer = stage.call("GET", "users?Page=2&Per_Page=2&Sort=CreationDate%3AASC&user_id=x")

    assert [row["Id"] for row in answer.json()] == ids[2:4]
    assert list(answer.json()[0]) == SCA_KEYS.split()[-10:]
    assert answer.headers["x-number-of-pages"] == "3"
    assert answer.headers["x-number-of-items"] == "5"
    url = f"{stage.base_url}/v2.01/acme/users"
    assert answer.headers["link"] == ", ".join(
        f'<{url}?page={page}&per_page=2>; rel="{rel}"'
        for rel, page in (("first", 1), ("prev", 1), ("next", 3), ("last", 3))
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=CreationDate:DESC&per_page=1", [4]),
        ("page=0&per_page=3", [0, 1, 2]),
        ("page=9", []),
        ("per_page=1000", [0, 1, 2, 3, 4]),
        ("page=x&per_page=", [0, 1, 2, 3, 4]),
    ],
)
def test_the_list_tolerates_odd_queries(stage: Stage, query: str, expected: list[int]) -> None:
    ids = [stage.made(NATURAL, PAYER)["Id"] for _ in range(5)]

    rows = stage.call("GET", f"users?{query}").json()

    assert [ids.index(row["Id"]) for row in rows] == expected


@pytest.mark.parametrize(
    ("path", "old", "body"),
    [(NATURAL, OLD_NATURAL, OWNER), (LEGAL, OLD_LEGAL, LEGAL_OWNER)],
    ids=["natural", "legal"],
)
def test_a_closed_user_is_only_read(stage: Stage, path: str, old: str, body: Json) -> None:
    user = stage.made(path, body)

    closed = stage.call("DELETE", f"{old}/{user['Id']}")

    assert (closed.status_code, closed.content) == (204, b"")
    assert stage.seen(user["Id"])["UserStatus"] == "CLOSED"
    assert stage.seen(user["Id"], "users")["UserStatus"] == "CLOSED"
    gone = (400, "user_closed", "User closed: No action can be performed")
    assert refusal(stage.call("PUT", f"{path}/{user['Id']}", TERMS)) == gone
    assert refusal(stage.call("PUT", f"{path}/{user['Id']}/category", CATEGORISE)) == gone
    assert refusal(stage.call("POST", f"sca/users/{user['Id']}/enrollment")) == gone
    again = stage.call("DELETE", f"{old}/{user['Id']}")
    text = "An error occurred while closing the user"
    assert refusal(again) == (400, "user_closure_failed", text)


def test_legacy_writes_can_be_switched_off(stage: Stage) -> None:
    user = stage.made(OLD_NATURAL, OWNER)
    stage.sim.legacy = False

    assert refusal(stage.call("POST", OLD_NATURAL, OWNER))[:2] == (403, "forbidden_ressource")
    assert stage.call("PUT", f"{OLD_NATURAL}/{user['Id']}", TERMS).status_code == 403
    assert stage.seen(user["Id"], OLD_NATURAL)["Id"] == user["Id"]


# --- bodies, idempotency, rates, log ---------------------------------------------------------


def test_an_empty_body_is_refused_where_one_is_needed(stage: Stage) -> None:
    answer = stage.call("POST", NATURAL, Content_Type="application/json")

    assert refusal(answer) == (400, "empty_body", "the body cannot be empty")


@pytest.mark.parametrize("body", ["{", "[]", "null", '{"Tag": NaN}', '{"Tag": "\\ud800"}', "\xff"])
def test_a_body_that_is_no_json_object_is_refused(stage: Stage, body: str) -> None:
    answer = stage.http.post(
        f"{stage.base_url}/v2.01/acme/{NATURAL}",
        data=body.encode("latin-1"),
        headers={"Content-Type": "application/json"},
        timeout=5,
    )

    assert list(errors(answer)) == ["Body"]


def test_a_body_that_is_not_declared_as_json_is_refused(stage: Stage) -> None:
    url = f"{stage.base_url}/v2.01/acme/{NATURAL}"

    answer = stage.http.post(url, data={"FirstName": "Alex"}, timeout=5)

    assert answer.status_code == 415


KEY = "0f9b3a52-8c1d-4c5e-9d6a-2b7f8e1c0a34"


def test_an_idempotency_key_works_once_a_day(stage: Stage) -> None:
    stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY)

    answer = stage.call("POST", NATURAL, OWNER, Idempotency_Key=KEY)

    text = "A resource has already been created with this Idempotency Key"
    assert refusal(answer) == (409, "idempotent_creation_conflict", text)
    assert len(stage.call("GET", "users").json()) == 1
    stage.clock.now += 24 * 60 * 60
    stage.http.headers["Authorization"] = f"bearer {stage.token()['access_token']}"
    assert stage.call("POST", NATURAL, OWNER, Idempotency_Key=KEY).status_code == 200


def test_a_failed_call_burns_its_idempotency_key(stage: Stage) -> None:
    assert stage.call("POST", NATURAL, {"Tag": "x"}, Idempotency_Key=KEY).status_code == 400

    assert stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY).status_code == 409


def test_a_call_refused_for_its_token_leaves_the_key_unused(stage: Stage) -> None:
    refused = stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY, Authorization="bearer x")

    assert refused.status_code == 401
    assert stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY).status_code == 200


def test_the_first_answer_can_be_fetched_by_its_key(stage: Stage) -> None:
    first = stage.call("POST", NATURAL, PAYER, Idempotency_Key=KEY)

    answer = good(stage.call("GET", f"responses//{KEY}"))

    assert answer == {
        "StatusCode": "200",
        "ContentLength": str(len(first.content)),
        "ContentType": "application/json; charset=utf-8",
        "Date": "Sat, 18 Jan 2025 16:11:44 GMT",
        "RequestURL": f"{stage.base_url}/v2.01/acme/{NATURAL}",
        "Resource": first.json(),
    }
    assert list(answer)[:3] == ["StatusCode", "ContentLength", "ContentType"]
    assert stage.call("GET", "responses/unknown-key-0000").status_code == 404


@pytest.mark.parametrize("key", ["short", "x" * 37, "sixteen letters_"])
def test_a_malformed_idempotency_key_is_refused(stage: Stage, key: str) -> None:
    answer = stage.call("POST", NATURAL, PAYER, Idempotency_Key=key)

    assert list(errors(answer)) == ["Idempotency-Key"]


def test_an_update_has_no_idempotency(stage: Stage) -> None:
    user = stage.made(NATURAL, PAYER)

    for _ in range(2):
        path = f"{NATURAL}/{user['Id']}"
        assert stage.call("PUT", path, TERMS, Idempotency_Key=KEY).status_code == 200


def test_every_answer_counts_the_calls_of_four_windows(stage: Stage) -> None:
    stage.call("GET", "users")
    stage.clock.now += 16 * 60

    answer = stage.call("GET", "nowhere")

    assert answer.headers["x-ratelimit"] == "1, 3, 3, 3"
    assert answer.headers["x-ratelimit-remaining"] == "2299, 4497, 8797, 105597"
    waits = [int(each) - stage.clock.now for each in answer.headers["x-ratelimit-reset"].split(",")]
    spans = (15, 30, 60, 1440)
    assert all((span - 1) * 60 < wait <= span * 60 for wait, span in zip(waits, spans, strict=True))


def test_the_limit_of_a_window_holds_only_on_request(stage: Stage) -> None:
    client = Client(stage.sim)  # without a socket: there are many calls to make
    for _ in range(2300):
        client.get("/")

    assert stage.call("GET", "users").status_code == 200
    stage.sim.rate_limits = True
    answer = stage.call("GET", "users")
    text = "Rate limit exceeded. Please contact support for more assistance"
    assert refusal(answer) == (429, "rate_limit", text)
    assert answer.headers["x-ratelimit-remaining"].startswith("0, ")
    stage.clock.now += 15 * 60
    assert stage.call("GET", "users").status_code == 200


def test_the_log_keeps_neither_queries_nor_bodies(stage: Stage) -> None:
    stage.sim.clear_log()

    stage.call("POST", NATURAL, PAYER | {"Email": "secret"})
    stage.call("GET", "users?page=1&Tag=secret")

    assert stage.sim.log == [
        LoggedRequest(method="POST", path=f"/v2.01/acme/{NATURAL}", status=400),
        LoggedRequest(method="GET", path="/v2.01/acme/users", status=200),
    ]
    assert "secret" not in repr(stage.sim.log)


def test_no_value_of_a_user_is_in_a_repr(stage: Stage) -> None:
    user = stage.made(NATURAL, SCA_OWNER)

    shown = repr(stage.sim) + repr(stage.sim.store.user(user["Id"])) + repr(stage.sim.store)

    assert not any(secret in shown for secret in ("Alex", "alex.smith", "+336", "'key'"))


def test_users_made_at_once_are_all_kept_apart(stage: Stage) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: stage.made(NATURAL, PAYER)["Id"], range(64)))

    assert len(set(ids)) == 64
    assert stage.call("GET", "users").headers["x-number-of-items"] == "64"
