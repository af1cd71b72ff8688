"""What a body can hold is declared with the wire class, and refused by the path of the field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Address, Identity, LossKind, User
from onboarding.bodies import FORM_BODY, JSON_BODY, XML_BODY, BodyFormat
from onboarding.mapping import TEXT, at, core, inside, joined, some, translation, wire
from onboarding.mapping.codecs import Codec
from onboarding.mapping.plan import Plan
from onboarding.spi import BOOL, UTC_SECONDS, Request
from onboarding.testing import supported_users
from onboarding.testing.bodies import of_form, typed

U = core(User)
A = core(Address)
I = some(U.identity)  # noqa: E741


def _together(names: tuple[Any, Any]) -> str:
    return " ".join(name or "-" for name in names)


NAMES: Codec[Any, Any] = Codec(
    "two names", lambda text: tuple(text.split(" ")), _together, "string"
)


@wire(source="a guide, Home")
class Home:
    town: str | None = at(A.city, TEXT)


@wire(source="a guide, Person", format=XML_BODY)
class Person:
    mail: str | None = at(U.email, TEXT)
    name: str | None = joined((I.given_name, I.family_name), NAMES)
    home: Home | None = inside(Home, some(U.address))


XML = translation(Person, "south")
ODD = "a\ufffeb"


@pytest.mark.parametrize(
    ("user", "paths"),
    [
        (User(address=Address(city=ODD)), ["address.city"]),
        (
            User(identity=Identity(given_name=ODD, family_name="b")),
            ["identity.given_name", "identity.family_name"],
        ),
    ],
)
def test_a_text_that_xml_cannot_hold_is_a_loss_by_its_path(user: User, paths: list[str]) -> None:
    body, losses = XML.to_wire(user)

    assert body == {}
    assert [loss.core_path for loss in losses] == paths
    assert {loss.kind for loss in losses} == {LossKind.DROPPED}
    assert {loss.reason for loss in losses} == {"it has a character that XML cannot hold"}


@given(supported_users(XML))
def test_drawn_users_fit_into_the_format(user: User) -> None:
    _, losses = XML.to_wire(user)

    assert not [loss for loss in losses if "XML" in loss.reason]


def test_a_format_without_null_clears_nothing_with_it() -> None:
    with pytest.raises(ValueError, match=r"Cleared.mail: XML has no null to clear it with"):

        @wire(source="a guide", format=XML_BODY)
        class Cleared:
            mail: str | None = at(U.email, TEXT, clear_with=None)


def test_a_format_without_null_clears_nothing_with_it_in_an_object_inside() -> None:
    @wire(source="a guide")
    class Inner:
        town: str | None = at(A.city, TEXT, clear_with=None)

    with pytest.raises(ValueError, match=r"Outer.home.town: XML has no null"):

        @wire(source="a guide", format=XML_BODY)
        class Outer:
            home: Inner | None = inside(Inner, some(U.address))


@pytest.mark.parametrize(
    ("format", "text", "fits"),
    [
        (JSON_BODY, "\x00", True),
        (FORM_BODY, "\x00", True),
        (FORM_BODY, "\ud800", False),
        (XML_BODY, "\x00", False),
        (XML_BODY, "a\rb", False),
        (XML_BODY, "a\tb\n", True),
        (XML_BODY, "\U0001f642", True),
    ],
)
def test_a_format_excludes_characters_at_any_depth(
    format: BodyFormat, text: str, fits: bool
) -> None:
    for value in (text, [text], {"a": (text,)}, {text: 1}):
        assert format.cannot_hold(value) is not fits


@wire(source="a guide, Account", format=FORM_BODY)
class Account:
    mail: str | None = at(U.email, TEXT)
    agreed: bool | None = at(some(U.terms).accepted, BOOL)
    agreed_at: int | None = at(some(U.terms).accepted_at, UTC_SECONDS)
    home: Home | None = inside(Home, some(U.address))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "mail": st.sampled_from(("1", "true", "a&b=c", " é ")),
            "agreed": st.booleans(),
            "agreed_at": st.integers(0, 10**9),
            "home": st.fixed_dictionaries({"town": st.sampled_from(("7", "x[y]"))}),
        },
    )
)
def test_a_form_is_read_back_with_the_types_of_the_codecs(body: dict[str, Any]) -> None:
    request = Request.form("POST", "https://south.example", body, operation="x")

    assert typed(Plan(Account, "south"), of_form(request.body)) == body
