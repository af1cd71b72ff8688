"""A core field that a provider derives from another one, and what happens while it is empty."""

from __future__ import annotations

import pytest
from onboarding import Address, Identity, LossKind, User
from onboarding.spi import TEXT, On, at, core, some, translation, wire

U = core(User)
WHO, PLACE = some(U.identity), some(U.address)
RESIDENCE = "identity.country_of_residence"
ANN = User(identity=Identity(given_name="Ann"), address=Address(country="LT"))


@wire(source="made up", implied=((WHO.country_of_residence, PLACE.country),))
class Refusing:
    first: str | None = at(WHO.given_name, TEXT)
    country: str | None = at(PLACE.country, TEXT)


@wire(
    source="made up",
    implied=((WHO.country_of_residence, PLACE.country),),
    filled=(WHO.country_of_residence,),
)
class Filling:
    first: str | None = at(WHO.given_name, TEXT)
    country: str | None = at(PLACE.country, TEXT)


@pytest.mark.parametrize(
    ("cls", "empty"), [(Refusing, LossKind.DROPPED), (Filling, LossKind.DEFAULTED)]
)
def test_an_empty_derived_field_is_a_default_only_where_that_is_declared(
    cls: type, empty: LossKind
) -> None:
    found = {
        country: translation(cls, "acme").to_wire(ANN.replace({RESIDENCE: country}), On.CREATE)[1]
        for country in (None, "FR", "LT")
    }

    assert [(loss.core_path, loss.kind) for loss in found[None]] == [(RESIDENCE, empty)]
    assert [(loss.core_path, loss.kind) for loss in found["FR"]] == [(RESIDENCE, LossKind.DROPPED)]
    assert found["LT"] == ()


def test_only_a_derived_field_can_be_filled() -> None:
    with pytest.raises(ValueError, match=r"Alone: address.country is filled, and not derived"):

        @wire(source="made up", filled=(PLACE.country,))
        class Alone:
            first: str | None = at(WHO.given_name, TEXT)
