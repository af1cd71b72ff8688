"""Signatures that the documents publish and official SDKs made: V1-V7, R1-R13, one recorded."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import frozen

from onboarding_simulators import paysera as simulator
from onboarding_simulators.paysera import verify

from .api import CLIENT_ID, MAC_KEY, NONCE, NOW

OAUTH_BODY = (
    b"grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA"
    b"&redirect_uri=http%3A%2F%2Flocalhost%2Fabc"
)
CARD_BODY = (
    b'{\n    "user_id": 13,\n    "relation": {\n'
    b'        "redirect_back_uri": "http:\\/\\/example.com"\n    }\n}'
)
REGISTER_BODY = (
    b'{"email":"user@example.com",'
    b'"credentials":{"type":"main-password","password":"SecurePass123"}}'
)
CODE_BODY = b'{"code":"ABCDEF"}'
IDENTITY_BODY = (
    b'{"identity":{"name":"\\u0160ar\\u016bnas","surname":"Smith",'
    b'"nationality":"lt","code":"31001010000"}}'
)
PHP_BODY = (
    b'{"email":"email@example.com","phone":"37066612345","identity":{"name":"John",'
    b'"surname":"Smith","nationality":"lt","code":"31001010000"},"locale":"lt",'
    b'"credentials":{"type":"main-password","password":"secretPassword22"},'
    b'"parameters":{"phone_link":"myapp:\\/\\/phone_confirmation\\/{code}"}}'
)
PHP_NONCE = "}YP=&ortShM!XZbi[v+2bX)kV*q$w%#Q"
PHP_EXT = "body_hash=MtvIhGL26B3bBVQrO7iWxW4yi2RBQXnjnXTTJf0mRlk%3D"
PHP_MAC = "J+LRg3NqC0jTHC+C6qEFEFjlfHTM53IjPcpG0ZYKiRE="
WALLET = ("wallet.paysera.com", 443)
CODE_HASH = "body_hash=W%2F7LH8qoah3I9zzADTG1xd1Pg1TXJhZdn2UO0%2BW8SbI%3D"


@frozen
class Vector:
    name: str
    method: str
    target: str
    mac: str
    ext: str = ""
    body: bytes = b""
    at: tuple[str, int] = WALLET
    ts: int = NOW
    nonce: str = NONCE

    @property
    def header(self) -> str:
        header = f'MAC id="{CLIENT_ID}", ts="{self.ts}", nonce="{self.nonce}", mac="{self.mac}"'
        return header + (f', ext="{self.ext}"' if self.ext else "")

    def verify(self, **changes: Any) -> simulator.MacHeader:
        host, port = self.at
        given: dict[str, Any] = {
            "authorization": self.header,
            "key": MAC_KEY,
            "method": self.method,
            "target": self.target,
            "host": host,
            "port": port,
            "body": self.body,
        }
        return verify(**(given | changes))


VECTORS = [
    Vector(
        "V1",
        "GET",
        "/wallet/rest/v1/payment/10145",
        "d1OlqI77u2P1IVYIv2ppL3hnrBhyaQ+gDqYMxCH+0e0=",
        ts=1343818800,
    ),
    Vector(
        "V2",
        "POST",
        "/wallet/oauth/v1/",
        "YEIWoGDeREjJNh+IplpTcCLRNASTAMgFqa540igFcaY=",
        "body_hash=IftzxAtYliLQx46c2JAPidlHKqck0OXD7KmsHNnSptU%3D",
        OAUTH_BODY,
        ts=1343818800,
    ),
    Vector("V3", "GET", "/rest/v1/payment/10145", "/qxTA8FOgT0Dd0MHh9k/sUQ3Q38ckx8+S0PBxpIuttY="),
    Vector(
        "V4",
        "POST",
        "/rest/v1/user/1/identification-request",
        "VP7OZx/ItbyEHGNicOYD115jhOnysZqbDU88SPIaK18=",
    ),
    Vector(
        "V5", "GET", "/rest/v1/user/me/projects", "tS6cJNbG6eSZ8q+sZ0JdUR/mF5Zfvujc1qchXJVFs08="
    ),
    Vector(
        "V6",
        "POST",
        "/rest/v1/card",
        "IEAxJ4KXzScyq6jX/iSmrQ1sNAf4LI+3hM962VlWPkE=",
        "body_hash=QbSp3xrqzhDpmjuLmGjjmBDdLalG55QEJFX2W1jq3QI%3D",
        CARD_BODY,
    ),
    Vector(
        "V7",
        "GET",
        "/wallet/rest/v1/payment/10145",
        "xTCR/i6LKbhXoo4Fe77ECowrn+Q6uUdX7yxwS/lhDWU=",
        at=("www.webtopay.com", 443),
        ts=1343818800,
    ),
    Vector("R1", "GET", "/rest/v1/user/me", "eEWK5NIJMfJjgZFJXNaq7mL14awmuEdsfz5b76BH7SU="),
    Vector("R2", "GET", "/rest/v1/user/221", "9JanJHwnBfPdahjqd0I+kzbdEM/TRVY/h3xtAhzjos0="),
    Vector(
        "R3",
        "GET",
        "/rest/v1/user?email=something%40example.com",
        "E8NTUgoDDTdBqrcir9dBtzLq00cl1jBVyNmquVBVEW0=",
    ),
    Vector(
        "R4",
        "GET",
        "/rest/v1/user?person_code%5Blt%5D=31001010000",
        "nMEw/pJJXUp8lA7c457vTeSceDO7j5c+rr7Lggh9Vlo=",
    ),
    Vector(
        "R5",
        "GET",
        "/rest/v1/user?person_code[lt]=31001010000",
        "+X5BwAkZlcs8QLOacHWcHX+spUP4qtn7GHf1wau3zxs=",
    ),
    Vector(
        "R6",
        "POST",
        "/rest/v1/user",
        "GErHevfTeGFEkF5l+n0b7ysTxmE86/LWsKZciPXifO0=",
        "body_hash=kFpZvuzl4XoBtJfV5%2FxOOwatWtaMflqnCAdYD6T9Ljg%3D",
        REGISTER_BODY,
    ),
    Vector(
        "R7",
        "PUT",
        "/rest/v1/user/221/phone/confirm",
        "HEeETM9WdTy0jlTxu4EJhDSBAntuQT0MRPINBJ8n7SE=",
        CODE_HASH,
        CODE_BODY,
    ),
    Vector(
        "R8",
        "DELETE",
        "/rest/v1/user/221/avatar",
        "w/nqOXrqTo9yDTXbVNbMSpKWD9sDKksjUd62elzJ1Qc=",
    ),
    Vector(
        "R9",
        "GET",
        "/rest/v1/user/221",
        "XhUYrqU0zWCdu+yLzjiMikph4IB59XA9NVSZQh5FZiQ=",
        "project_id=42&location_id=7",
    ),
    Vector(
        "R10",
        "PUT",
        "/rest/v1/user/221/phone/confirm",
        "gHVRxygMOdsEpaXO9g5Q1ZDeLhuDMaXcrGnwE+DuN6g=",
        f"{CODE_HASH}&project_id=42",
        CODE_BODY,
    ),
    Vector(
        "R11",
        "GET",
        "/rest/v1/user/221",
        "WffYlVibv790NYyCXIRC211+aDi3Ed4vQwAfqlSlsyw=",
        at=("127.0.0.1", 8080),
    ),
    Vector(
        "R12",
        "GET",
        "/rest/v1/user/221",
        "QnAh5TWFd/6iPBeY5DQ1utmyAv56pui0/e9kL5uvJH8=",
        at=("localhost", 80),
    ),
    Vector(
        "R13",
        "PUT",
        "/rest/v1/user/221",
        "XfxaUy7RpAG3uTsGnLqCCPW9s7gppxAUlZDRhrLwCR4=",
        "body_hash=0YN01xO0m8rG75aj%2B9m6tLyrEjPJeeODBnqsVN29jbE%3D",
        IDENTITY_BODY,
    ),
    Vector(
        "PHP",
        "POST",
        "/rest/v1/user",
        PHP_MAC,
        PHP_EXT,
        PHP_BODY,
        at=("127.0.0.1", 38575),
        ts=1795182645,
        nonce=PHP_NONCE,
    ),
]
VECTOR = {vector.name: vector for vector in VECTORS}
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
