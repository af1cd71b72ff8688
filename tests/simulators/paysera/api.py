"""What tests of the Paysera simulator share: a client over a real socket, and sample bodies."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import itertools
import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from attrs import define, field, frozen
from onboarding.hooks import Observe

from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.shared import VirtualClock

CLIENT_ID = "wkVd93h2uS"
MAC_KEY = "IrdTc8uQodU7PRpLzzLTW6wqZAO6tAMU"
NONCE = "nQnNaSNyubfPErjRO55yaaEYo9YZfKHN"
NOW = 1343811600
LEVELS = ["unidentified", "semi_identified", "basic_identified", "identified", "fully_identified"]

# Quoted from the documents' registration example.
REGISTRATION: dict[str, Any] = {
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
    "parameters": {"phone_link": "myapp://phone_confirmation/{code}"},
}
EMAIL_ONLY = {
    "email": "user@example.com",
    "credentials": {"type": "main-password", "password": "SecurePass123"},
}
ADDRESS = {"country": "lt", "city": "Vilnius", "street": "Lauko g. 1", "post_index": "LT-11111"}


def signature(
    method: str,
    target: str,
    *,
    host: str,
    port: int,
    body: bytes = b"",
    ts: str = str(NOW),
    nonce: str = NONCE,
    ext: str | None = None,
    key_id: str = CLIENT_ID,
    key: str = MAC_KEY,
) -> str:
    """Signs as the official SDKs do; None for `ext` gives the body hash of a body, or none."""
    if ext is None:
        ext = f"body_hash={body_hash(body)}" if body else ""
    text = f"{ts}\n{nonce}\n{method}\n{target}\n{host}\n{port}\n{ext}\n"
    digest = hmac.new(key.encode(), text.encode("latin-1"), hashlib.sha256).digest()
    header = f'MAC id="{key_id}", ts="{ts}", nonce="{nonce}", mac="{b64encode(digest).decode()}"'
    return header + (f', ext="{ext}"' if ext else "")


def body_hash(body: bytes, *, safe: str = "") -> str:
    return quote(b64encode(hashlib.sha256(body).digest()), safe=safe)


@frozen
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.json["error"]

    @property
    def fields(self) -> set[str]:
        return set(self.json["error_properties"])


@define
class Api:
    """A client over a real socket, which sends targets and bodies as they are."""

    base_url: str
    sim: PayseraSimulator
    observe: Observe | None = None  # what a gateway of the test is to be told
    nonces: Iterator[int] = field(factory=lambda: itertools.count(1))

    @property
    def host(self) -> tuple[str, int]:
        parts = urlsplit(self.base_url)
        return str(parts.hostname), int(parts.port or 0)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        authorization: str | None = None,
        **signing: Any,
    ) -> Answer:
        """A path is below /rest/v1, unless it begins with two slashes."""
        target = path[1:] if path.startswith("//") else f"/rest/v1{path}"
        raw = body if isinstance(body, bytes) else b"" if body is None else to_json(body)
        if authorization is None:
            authorization = self.sign(method, target, raw, **signing)
        sent = {"Authorization": authorization, "Content-Type": "application/json"}
        return self.raw(method, target, raw, sent | (headers or {}))

    def form(self, method: str, path: str, fields: dict[str, str], **signing: Any) -> Answer:
        """Sends a form, signed by the client unless told otherwise."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send(method, path, urlencode(fields).encode(), headers=headers, **signing)

    def sign(self, method: str, target: str, body: bytes = b"", **signing: Any) -> str:
        host, port = self.host
        if "token" in signing:
            token = signing.pop("token")
            signing |= {"key_id": token.access_token, "key": token.mac_key}
        given: dict[str, Any] = {"host": host, "port": port, "body": body}
        given["nonce"] = f"nonce-{next(self.nonces)}"
        return signature(method, target, **(given | signing))

    def raw(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection(*self.host, timeout=10)
        try:
            connection.putrequest(
                method, target, skip_host="Host" in headers, skip_accept_encoding=True
            )
            for name, value in headers.items():
                connection.putheader(name, value)
            if "Transfer-Encoding" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            received = {k.lower(): v for k, v in response.getheaders()}
            return Answer(response.status, received, response.read())
        finally:
            connection.close()

    def register(self, body: Any = None, **signing: Any) -> int:
        answer = self.send("POST", "/user", REGISTRATION if body is None else body, **signing)
        assert answer.status == 200, answer.text
        user_id = answer.json["id"]
        assert isinstance(user_id, int)
        return user_id

    def confirm(self, user_id: int, channel: Any) -> Answer:
        code = {"code": self.sim.code_for(user_id, channel)}
        return self.send("PUT", f"/user/{user_id}/{channel}/confirm", code)


def to_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def a_simulator(**settings: Any) -> PayseraSimulator:
    given: dict[str, Any] = {"client_id": CLIENT_ID, "mac_key": MAC_KEY}
    given["clock"] = VirtualClock(float(NOW))
    return PayseraSimulator(**(given | settings))


VALID: dict[str, Any] = {
    **REGISTRATION,
    "address": ADDRESS,
    "card": {"issuer": "vilniecio", "number": "123"},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """A valid registration with the value at this path replaced; None takes the key away."""
    body: dict[str, Any] = json.loads(json.dumps(VALID))
    *parents, last = path.split(".")
    holder = body
    for parent in parents:
        holder = holder[parent]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return body


def the_documented_user(api: Api) -> int:
    body = REGISTRATION | {
        "email": "something@example.com",
        "address": ADDRESS,
        "identity": REGISTRATION["identity"] | {"code": "31001230000"},
    }
    user_id = api.register(body)
    api.confirm(user_id, "email")
    api.confirm(user_id, "phone")
    api.sim.set_level(user_id, "fully_identified")
    return user_id


# Quoted from the documents, but for calculated_level, which their table has and their sample
# lacks.
DOCUMENTED_USER = {
    "id": 221,
    "email": "something@example.com",
    "phone": "37066612345",
    "address": ADDRESS,
    "dob": "1910-01-23",
    "gender": "male",
    "identity": {
        "name": "John",
        "surname": "Smith",
        "nationality": "lt",
        "code": "31001230000",
    },
    "identification_level": "fully_identified",
    "calculated_level": "fully_identified",
    "wallets": [14471],
    "options": {"default_currency": "EUR"},
}
