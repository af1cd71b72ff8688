"""Where a browser is sent, and where it comes back to, is an absolute web address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Company,
    ConfigurationError,
    Gateways,
    InvalidInput,
    NextAction,
    NextActionKind,
    Secret,
    UnexpectedResponse,
    User,
)
from onboarding.model.shapes import is_link, is_web_url
from onboarding.serialization import problems_of
from onboarding.spi import LinkRule, Response
from onboarding.values.json_values import DEEPEST

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera, PayseraExtras

RULE = LinkRule(return_parameter="returnUrl", language_parameter="lang", languages={"lt": "l t"})
HOSTED = "https://sca.example/?token=x"

GOOD = (
    "https://shop.example",
    "https://shop.example/back?order=7&x=é#part",
    "http://localhost/abc",
    "http://127.0.0.1:8080/",
    "https://[2001:db8::1]:8443/x",
    "HTTPS://parduotuvė.lt/",
    "https://xn--bcher-kva.example:443?x",
    "https://shop.example./",
    f"https://{'a' * 63}.example/",
)
BAD = (
    "",
    "shop.example",
    "/back",
    "//host/b",
    "///host/b",
    "https:",
    "https://",
    "https:///b",
    "https://:80/",
    "https://?x",
    "https://./",
    "https://shop..example/",
    "https://.example/",
    f"https://{'a' * 64}.example/",
    "https://%00/",
    "https:/shop.example",
    "https:shop.example",
    "javascript://shop.example/%0aalert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://shop.example/",
    "view-source://https://shop.example",
    "myapp://back",
    "httpſ://shop.example/",
    "https://ona@shop.example/",
    "https://ona:word@shop.example/",
    "https://@shop.example/",
    "https://good.example\\@evil.example/",
    "https://shop.example\\evil",
    "https://shop.example/a\\b",
    "https://shop.example:0/",
    "https://shop.example:99999/",
    "https://shop.example:x/",
    "https://[::1/",
    "https://[shop]/",
    "https://shop.example/\r\nSet-Cookie: a=b",
    "https://shop.example/\n",
    "\thttps://shop.example/",
    " https://shop.example/",
    "https://shop.example/a b",
    "https://shop .example/",
    "https://shop.example/\x00",
    "https://shop.example/\x85",
    "https://shop.example/\u2028",
    "https://shop\u200b.example/",
    "https://shop.example/\u202egpj",
    "https://shop.example/\ud800",
    "https://<shop>.example/",
    None,
    7,
    b"https://shop.example/",
)


def redirect(url: str = HOSTED, rule: LinkRule | None = RULE) -> NextAction:
    return NextAction(
        kind=NextActionKind.REDIRECT,
        provider="p",
        gateway="g",
        user_id="1",
        url=url,
        link_rule=rule,
    )


@pytest.mark.parametrize("url", GOOD)
def test_a_link_comes_back_to_an_absolute_web_address(url: str) -> None:
    query = parse_qs(urlsplit(redirect().link(url, language="lt-LT")).query)

    assert query == {"token": ["x"], "returnUrl": [url], "lang": ["l t"]}


@pytest.mark.parametrize("url", BAD)
def test_a_return_url_of_another_form_is_refused(url: Any) -> None:
    with pytest.raises(ValueError, match="return_url is not an absolute URL of http or https"):
        redirect().link(url)


@pytest.mark.parametrize("url", [url for url in BAD if isinstance(url, str)])
def test_an_action_whose_own_url_is_no_web_address_has_no_link(url: str) -> None:
    with pytest.raises(ValueError, match=r"^url is not an absolute URL of http or https"):
        redirect(url).link("https://shop.example/")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example", "https://x.example?returnUrl=B"),
        ("https://x.example/", "https://x.example/?returnUrl=B"),
        ("https://x.example/?", "https://x.example/?returnUrl=B"),
        ("https://x.example/?a=1", "https://x.example/?a=1&returnUrl=B"),
        ("https://x.example/?a=1&", "https://x.example/?a=1&returnUrl=B"),
        ("https://x.example/#part", "https://x.example/?returnUrl=B#part"),
        ("https://x.example/?a=1#part", "https://x.example/?a=1&returnUrl=B#part"),
        ("https://x.example/#part?b=2", "https://x.example/?returnUrl=B#part?b=2"),
        ("https://x.example/?a=1#", "https://x.example/?a=1&returnUrl=B#"),
    ],
)
def test_what_is_added_to_a_link_stands_before_its_fragment(url: str, expected: str) -> None:
    link = redirect(url).link("https://s.example/?x=1#y")

    assert link == expected.replace("B", "https%3A%2F%2Fs.example%2F%3Fx%3D1%23y")


@given(st.text(st.characters(), max_size=12) | st.from_regex(r"https?://[^a]{0,6}a[^b]{0,6}"))
def test_a_web_address_is_one_for_python_too(text: str) -> None:
    if is_web_url(text):
        parts = urlsplit(text)

        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert parts.username is parts.password is None
        assert text.isprintable()
        assert " " not in text


# -- the other doors

KEY = Secret("k")
PAYSERA = Paysera(name="lt", client_id="acme", mac_key=KEY)
MANGOPAY = MangoPay(name="fr", client_id="acme", api_key=KEY)


@pytest.mark.parametrize("url", BAD)
def test_every_return_address_is_held_to_the_same_rule(url: Any) -> None:
    doors: list[Callable[[], Any]] = [
        lambda: next(MANGOPAY.verify_identity("user_m_1", url)),
        lambda: PAYSERA.authorization_url(redirect_uri=url, state="s"),
        lambda: next(PAYSERA.open_session(redirect_uri=url, state="s", email="a@example.com")),
        lambda: next(PAYSERA.exchange_code("c", redirect_uri=url)),
    ]
    for door, path in zip(doors, ("return_url", *["redirect_uri"] * 3), strict=True):
        with pytest.raises(InvalidInput) as caught:
            door()
        assert caught.value.paths == (path,)


@pytest.mark.parametrize("url", [u for u in BAD if isinstance(u, str)] + ["https://a.lt/?x"])
def test_the_address_of_a_server_is_a_web_address(url: str) -> None:
    table = {"provider": "paysera", "client_id": "a", "mac_key": KEY, "base_url": url}

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_config({"gateways": {"lt": table}})

    assert caught.value.paths == ("gateways.lt.base_url",)


LINKS = ("https://shop.example/{code}", "myapp://confirm/{code}", "my.app+1://{code}?x=@")
NO_LINKS = (
    "{code}",
    "//host/{code}",
    "javascript://host/%0a{code}",
    "JAVASCRIPT://host/{code}",
    "data://host/{code}",
    "file:///{code}",
    "https://:80/{code}",
    "https:///{code}",
    "https://ona@host/{code}",
    "https://host/{code}\r\nBcc: b@example.com",
    "https://host/ {code}",
    "https://host\\{code}",
    "myapp://\u202e{code}",
    "myapp://\ud800{code}",
)


@pytest.mark.parametrize("name", ["phone_link", "email_link"])
def test_the_link_in_a_message_opens_a_page_or_an_app(name: str) -> None:
    for link in LINKS:
        assert is_link(link)
        assert problems_of({name: link}, PayseraExtras) == ()
        assert Paysera(client_id="a", mac_key=KEY, **{name: link})  # type: ignore[arg-type]
        next(PAYSERA.create_user(messaged(**{name: link})))


@pytest.mark.parametrize("name", ["phone_link", "email_link"])
@pytest.mark.parametrize("link", NO_LINKS)
def test_a_link_in_a_message_of_another_form_is_refused(name: str, link: str) -> None:
    assert not is_link(link)
    with pytest.raises(InvalidInput, match=name):
        Paysera(client_id="a", mac_key=KEY, **{name: link})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        next(PAYSERA.create_user(messaged(**{name: link})))

    assert caught.value.paths[0].startswith("extras.paysera")


def messaged(**links: str) -> User:
    return User(email="ona@example.com", phone="+37066612345", extras={"paysera": links})


# -- the answers of a provider


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b'{"a": [Infinity]}',
        b'{"a": -Infinity}',
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
        b"[" * 100_000,
        b"[" * 900 + b"]" * 900,
        b"",
        b"\xff\xff",
    ],
)
def test_an_answer_that_is_no_json_or_nested_without_end_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse) as caught:
        Response(status=200, body=body).json()

    assert caught.value.raw == body


def test_an_answer_of_many_levels_is_read() -> None:
    body = b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST

    assert Response(status=200, body=body).json()["a"]


@pytest.mark.parametrize("website", GOOD)
def test_a_company_has_its_website_as_it_was_given(website: str) -> None:
    assert Company(website=website).website == website


@pytest.mark.parametrize("website", [url for url in BAD if url is not None])
def test_a_website_that_is_no_web_address_is_refused_by_path(website: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Company(website=website)

    assert caught.value.paths == ("website",)
