"""A simulator on a stage: served, called with a token, its answers read as the documents print."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import requests
from attrs import define, field

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.shared import VirtualClock

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
PNG = b"\x89PNG\r\n\x1a\n" + bytes(33 * 1024)
PAGE = b64encode(PNG).decode()
NATURAL, LEGAL = "sca/users/natural", "sca/users/legal"
OLD_NATURAL, OLD_LEGAL = "users/natural", "users/legal"


@define
class Stage:
    """A simulator behind one server, with a client that holds a token."""

    base_url: str
    clock: VirtualClock = field(factory=VirtualClock)
    sim: MangoPaySimulator = field(factory=MangoPaySimulator)
    http: requests.Session = field(factory=requests.Session)

    def open(self) -> None:
        self.clock = VirtualClock(START)
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

    def owner(self, path: str = NATURAL, **changes: object) -> str:
        """Gives the id of a new OWNER who has passed SCA."""
        sent = OWNER if path == NATURAL else LEGAL_OWNER
        id = str(self.made(path, sent | changes)["Id"])
        self.sim.activate(id)
        return id

    def document(self, user_id: str, type: str = "IDENTITY_PROOF", tag: str | None = None) -> str:
        """Gives the id of a new document that was submitted with one page."""
        path = f"users/{user_id}/kyc/documents"
        id = str(self.made(path, {"Type": type, "Tag": tag})["Id"])
        page = self.call("POST", f"{path}/{id}/pages", {"File": PAGE})
        assert (page.status_code, page.content) == (204, b"")
        self.changed(path, id, {"Status": "VALIDATION_ASKED"})
        return id

    def status(self, document_id: str) -> str:
        return str(good(self.call("GET", f"kyc/documents/{document_id}"))["Status"])

    def level(self, user_id: str) -> str:
        return str(self.seen(user_id)["KYCLevel"])

    def events(self) -> list[tuple[str, str]]:
        """Gives what happened so far, each with the resource it happened to."""
        answer = self.call("GET", "events?per_page=100")
        return [(each["EventType"], each["ResourceId"]) for each in answer.json()]

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
