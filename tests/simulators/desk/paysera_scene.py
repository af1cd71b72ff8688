"""A Paysera simulator behind a server, called unsigned, as a client with a certificate is."""

from __future__ import annotations

from typing import Any

import requests
from attrs import define

from onboarding_simulators.paysera import PayseraSimulator

Json = dict[str, Any]

# developers.paysera.com, the registration example
REGISTRATION: Json = {
    "email": "email@example.com",
    "phone": "37066612345",
    "locale": "lt",
    "identity": {
        "name": "John",
        "surname": "Smith",
        "nationality": "lt",
        "code": "31001010000",
    },
    "credentials": {"type": "main-password", "password": "secretPassword22"},
}
PASSPORT: Json = {"type": "passport", "first_name": "John", "last_name": "Smith", "country": "LT"}


@define
class PayseraScene:
    """One simulator, with what a client and a person may do."""

    base_url: str
    sim: PayseraSimulator

    def call(self, method: str, path: str, body: Any = None, type: str = "") -> Any:
        sent: Any = {"data": body, "headers": {"Content-Type": type}} if type else {"json": body}
        url = f"{self.base_url}/rest/v1{path}"
        answer = requests.request(method, url, timeout=10, **sent)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def user(self, **changes: object) -> int:
        return int(self.call("POST", "/user", REGISTRATION | changes)["id"])

    def document(self, user_id: int, content: bytes, type: str = "image/png") -> int:
        return int(self.call("POST", f"/user/{user_id}/document", content, type)["id"])

    def described(self, user_id: int, content: bytes, type: str = "passport") -> int:
        document = self.document(user_id, content)
        facts = {
            "title": "Passport",
            "extension": "png",
            "number": "LB311756",
            "date": "2018-01-01",
        }
        self.call("PUT", f"/user/document/{document}/metadata", {"type": type, **facts})
        return document

    def request(self, user_id: int, image: bytes) -> int:
        """Gives the id of a submitted identification request with one passport."""
        request = self.call("POST", f"/user/{user_id}/identification-request")["id"]
        path = f"/identification-request/{request}"
        paper = self.call("POST", f"{path}/identity-document", PASSPORT)["id"]
        self.call("PUT", f"/identity-document/{paper}/image/0", image, "image/png")
        self.call("PUT", f"{path}/submit")
        return int(request)

    def level(self, user_id: int) -> str:
        return str(self.call("GET", f"/user/{user_id}")["identification_level"])

    def look(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f"{self.base_url}{path}", headers=headers, timeout=10)

    def press(self, path: str, form: Json | None = None) -> requests.Response:
        """Sends a form of the desk and follows to the page that it leads to."""
        sent = {"Origin": self.base_url, "Sec-Fetch-Site": "same-origin"}
        return requests.post(f"{self.base_url}{path}", data=form, headers=sent, timeout=10)


def new_paysera() -> PayseraSimulator:
    return PayseraSimulator(client_id="acme", mac_key="key", trust_unsigned=True)
