"""A MangoPay simulator behind a server, called as a platform calls it and as a person does."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import requests
from attrs import define, field

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.shared import VirtualClock

Json = dict[str, Any]

START = 1_737_216_704.0
OWNER: Json = {
    "UserCategory": "OWNER",
    "TermsAndConditionsAccepted": True,
    "Address": {
        "AddressLine1": "3 rue de la Cité",
        "AddressLine2": "Appartement 7",
        "City": "Paris",
        "Region": "Île-de-France",
        "PostalCode": "75004",
        "Country": "FR",
    },
    "FirstName": "Alex",
    "LastName": "Smith",
    "Email": "alex.smith@example.com",
    "Birthday": 652117514,
    "Nationality": "FR",
    "CountryOfResidence": "FR",
}
PAYER: Json = {
    "UserCategory": "PAYER",
    "TermsAndConditionsAccepted": False,
    "FirstName": "Sam",
    "LastName": "Payer",
    "Email": "sam@example.com",
}
COMPANY: Json = {
    "Name": "ACME Corporation",
    "LegalPersonType": "BUSINESS",
    "LegalRepresentative": {
        "FirstName": "Gunner",
        "LastName": "Beier",
        "Birthday": 652117514,
        "Nationality": "FR",
        "CountryOfResidence": "FR",
        "Email": "gunner.beier@example.com",
    },
    "CompanyNumber": "123456789",
    "HeadquartersAddress": OWNER["Address"],
    "Email": "acme.corporation@example.com",
    "TermsAndConditionsAccepted": True,
    "UserCategory": "OWNER",
}
_HIDDEN = re.compile(r"\s*<wbr>")


@define
class Scene:
    """One simulator with one client that holds a token."""

    base_url: str
    sim: MangoPaySimulator
    clock: VirtualClock
    http: requests.Session = field(factory=requests.Session)

    def call(self, method: str, path: str, body: object = None) -> Json:
        if "Authorization" not in self.http.headers:
            token = requests.post(
                f"{self.base_url}/v2.01/oauth/token",
                auth=("acme", "key"),
                data={"grant_type": "client_credentials"},
                timeout=10,
            ).json()
            self.http.headers["Authorization"] = f"bearer {token['access_token']}"
        url = f"{self.base_url}/v2.01/acme/{path}"
        answer = self.http.request(method, url, json=body, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else {}

    def user(self, body: Json, **changes: object) -> Json:
        kind = "legal" if "LegalPersonType" in body else "natural"
        return self.call("POST", f"sca/users/{kind}", body | changes)

    def document(
        self, user_id: str, *pages: bytes, type: str = "IDENTITY_PROOF", submit: bool = True
    ) -> str:
        path = f"users/{user_id}/kyc/documents"
        id = str(self.call("POST", path, {"Type": type})["Id"])
        for page in pages:
            self.call("POST", f"{path}/{id}/pages", {"File": b64encode(page).decode()})
        if submit:
            self.call("PUT", f"{path}/{id}", {"Status": "VALIDATION_ASKED"})
        return id

    def seen(self, user_id: str) -> Json:
        return self.call("GET", f"sca/users/{user_id}")

    def look(self, path: str, **headers: str) -> requests.Response:
        """Looks at a page as a browser does that was given its address."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.get(
            f"{self.base_url}{path}", headers=sent, timeout=10, allow_redirects=False
        )

    def press(self, path: str, form: Json | None = None, **headers: str) -> requests.Response:
        """Sends a form as the desk's own page would."""
        sent = {"Origin": self.base_url, "Sec-Fetch-Site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.post(
            f"{self.base_url}{path}", data=form, headers=sent, timeout=10, allow_redirects=False
        )

    def followed(self, answer: requests.Response) -> str:
        """Gives the text of the page that a form led to."""
        assert answer.status_code == 303, answer.text
        return words(self.look(answer.headers["Location"]))


def words(answer: requests.Response) -> str:
    """Gives a page without the marks at which a long word may break."""
    return _HIDDEN.sub("", answer.text)


def new_simulator(clock: VirtualClock) -> MangoPaySimulator:
    return MangoPaySimulator(client_id="acme", api_key="key", clock=clock, proxy=True)
