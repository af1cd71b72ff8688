"""A value built without checks has exactly the fields of its class."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from onboarding import Address, Company, NextAction, NextActionKind, User, UserRecord
from onboarding.values.base import Model, trust

import onboarding_mangopay
import onboarding_paysera

HOMES = ("onboarding", onboarding_mangopay.__name__, onboarding_paysera.__name__)


def below(cls: type[Any]) -> Iterator[type[Any]]:
    for one in cls.__subclasses__():
        if attrs.has(one) and one.__module__.partition(".")[0] in HOMES:
            yield one
        yield from below(one)


MODELS = sorted({*below(Model)}, key=lambda cls: (cls.__module__, cls.__name__))


@pytest.mark.parametrize("cls", MODELS, ids=lambda cls: cls.__name__)
def test_a_trusted_value_has_exactly_the_fields_of_its_class(cls: type[Any]) -> None:
    fields = attrs.fields_dict(cls)

    one, other = trust(cls, {}), trust(cls, {})

    assert list(vars(one)) == list(fields)
    shared = [name for name, value in vars(one).items() if isinstance(value, dict)]
    assert not [name for name in shared if vars(one)[name] is vars(other)[name]]


@pytest.mark.parametrize("cls", MODELS, ids=lambda cls: cls.__name__)
def test_a_name_that_is_no_field_is_refused(cls: type[Any]) -> None:
    with pytest.raises(TypeError, match=f"{cls.__name__} has no field creatd_at, unmaped"):
        trust(cls, {"unmaped": {}, "creatd_at": None})


@pytest.mark.parametrize(
    "built",
    [
        User(email="ona@example.com", company=Company(legal_name="Ark"), extras={"ark": {"a": 1}}),
        Address(city="Kaunas", country="LT"),
        NextAction(
            kind=NextActionKind.REDIRECT,
            provider="ark",
            gateway="north",
            user_id="7",
            issued_at=datetime(2026, 1, 2, tzinfo=UTC),
        ),
        UserRecord(provider="ark", gateway="north", id="7", user=User(), raw={"id": 7}),
    ],
    ids=lambda built: type(built).__name__,
)
def test_a_trusted_value_equals_the_checked_one(built: Any) -> None:
    given = {name: value for name, value in vars(built).items() if value not in (None, (), {})}

    trusted = trust(type(built), given)

    assert trusted == built
    assert list(vars(trusted)) == list(vars(built))
