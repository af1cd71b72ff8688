"""Joined and split rows: values that share a wire key, and a value over several wire keys."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest
from onboarding import Absence, Address, Identity, LossKind, User
from onboarding.mapping import (
    ALWAYS,
    ISO_DATE,
    TEXT,
    Codec,
    On,
    Translation,
    at,
    core,
    extra,
    inside,
    joined,
    part,
    some,
    split,
    when,
    wire,
)
from onboarding.mapping.explain import explanation
from onboarding.mapping.plan import Plan
from onboarding.mapping.unread import coarsened, read_with_losses

U = core(User)
I = some(U.identity)  # noqa: E741
A = core(Address)

Names = tuple[str | None, str | None]


def read_names(text: Any) -> Names:
    family, _, given = text.partition(", ")
    return given or None, family or None


def write_names(names: Names) -> str:
    given, family = names
    if family is None or ", " in family:
        raise ValueError("a family name without a comma is needed")
    return f"{family}, {given}" if given else family


FULL_NAME: Codec[Names, str] = Codec(
    "Family, Given", read_names, write_names, "string", exact_read=False
)


def read_day(parts: tuple[Any, Any, Any]) -> date:
    day, month, year = parts
    return date(year, month, int(day))


def write_day(value: date) -> tuple[str, int, int]:
    return f"{value.day:02}", value.month, value.year


IN_THREE: Codec[date, Any] = Codec(
    "day, month and year", read_day, write_day, "integer", exact_read=False
)


@wire(source="guide, home")
class Home:
    place: str | None = joined((A.postal_code, A.city), FULL_NAME)
    street: str | None = at(A.line1, TEXT)


@wire(source="guide")
class Person:
    name: str | None = joined(
        (I.given_name, I.family_name), FULL_NAME, max=20, required_when=ALWAYS
    )
    born_day: str | None = split(
        I.birthdate, IN_THREE, ("born_day", "born_month", "born_year"), required_when=ALWAYS
    )
    born_month: int | None = part()
    born_year: int | None = part()
    mail: str | None = at(U.email, TEXT)
    home: Home | None = inside(Home, some(U.address), send_whole=True, replaces=True)


PERSON = Translation(Plan(Person, "acme"))
ANNA = Identity(given_name="Anna", family_name="Smith", birthdate=date(1990, 3, 1))
SHOWN = {"name": "Smith, Anna", "born_day": "01", "born_month": 3, "born_year": 1990}


def _losses(found: Any) -> list[tuple[str, LossKind]]:
    return [(loss.core_path, loss.kind) for loss in found]


def test_joined_and_split_values_are_written_and_read() -> None:
    body, losses = PERSON.to_wire(User(identity=ANNA))
    user, unmapped = PERSON.from_wire(SHOWN)

    assert (body, losses) == (SHOWN, ())
    assert (user, unmapped) == (User(identity=ANNA), {})


def test_a_joined_value_that_is_not_given_is_none() -> None:
    user = User(identity=Identity(family_name="Smith"))

    assert PERSON.to_wire(user) == ({"name": "Smith"}, ())
    assert PERSON.from_wire({"name": "Smith"}) == (user, {})


@pytest.mark.parametrize(
    ("identity", "paths"),
    [
        (Identity(given_name="Anna"), ["identity.given_name"]),
        (
            Identity(given_name="Anna", family_name="Smith, B"),
            ["identity.given_name", "identity.family_name"],
        ),
        (
            Identity(given_name="Anna", family_name="x" * 20),
            ["identity.given_name", "identity.family_name"],
        ),
    ],
)
def test_joined_values_that_cannot_be_written_together_are_lost(
    identity: Identity, paths: list[str]
) -> None:
    body, losses = PERSON.to_wire(User(identity=identity))

    assert body == {}
    assert _losses(losses) == [(path, LossKind.DROPPED) for path in paths]


def test_an_inexact_joined_value_is_a_loss_of_the_paths_that_differ() -> None:
    first_word = attrs.evolve(
        FULL_NAME, write=lambda names: f"{names[1]}, {str(names[0])[:1]}", exact_write=False
    )

    @wire(source="guide")
    class Shortened:
        name: str | None = joined((I.given_name, I.family_name), first_word)

    _, losses = Translation(Plan(Shortened, "acme")).to_wire(User(identity=ANNA))

    coarse = [loss for loss in losses if loss.wire_path == "name"]
    assert _losses(coarse) == [("identity.given_name", LossKind.COARSENED)]


def test_a_joined_value_is_reported_as_write_only_or_hidden() -> None:
    hidden = when(U.email, "a@acme.invalid")

    @wire(source="guide")
    class Secretive:
        name: str | None = joined((I.given_name, I.family_name), FULL_NAME, hidden_when=hidden)
        home: str | None = joined(
            (some(U.address).line1, some(U.address).city), FULL_NAME, shown=False
        )
        mail: str | None = at(U.email, TEXT)

    wire_class = Translation(Plan(Secretive, "acme"))
    home = Address(city="Ararat")
    _, losses = wire_class.to_wire(
        User(identity=Identity(family_name="S"), email="a@acme.invalid", address=home)
    )
    _, others = wire_class.to_wire(User(identity=Identity(family_name="S")))

    assert _losses(losses) == [
        ("identity.family_name", LossKind.WRITE_ONLY),
        ("address.city", LossKind.WRITE_ONLY),
    ]
    assert others == ()


@pytest.mark.parametrize(
    ("shown", "unmapped"),
    [
        ({"born_day": 31, "born_month": 2, "born_year": 1990}, True),
        ({"born_year": 1990}, True),
        ({"born_day": [], "born_month": "x"}, True),
        ({"born_day": None, "born_month": None}, False),
    ],
)
def test_an_unreadable_split_keeps_every_key(shown: dict[str, Any], unmapped: bool) -> None:
    user, left = PERSON.from_wire(shown)

    assert user == User()
    assert left == (shown if unmapped else {})
    told = PERSON.absent(user, shown)["identity.birthdate"]
    assert told is (Absence.UNREADABLE if unmapped else Absence.NOT_GIVEN)


@pytest.mark.parametrize("name", [7, ["Smith"], ""])
def test_an_unreadable_joined_key_is_kept_and_leaves_every_value_empty(name: Any) -> None:
    user, left = PERSON.from_wire({"name": name})

    assert user == User()
    assert left == {"name": name}


def test_a_value_beside_one_that_was_read_is_not_given() -> None:
    shown = {"name": "Smith"}
    user, _ = PERSON.from_wire(shown)

    assert PERSON.absent(user, shown)["identity.given_name"] is Absence.NOT_GIVEN


def test_an_update_writes_joined_values_together_and_split_ones_wholly() -> None:
    old = User(identity=ANNA, email="a@acme.invalid")
    new = old.replace(identity=attrs.evolve(ANNA, given_name="Bo", birthdate=date(1990, 3, 2)))

    body, losses = PERSON.update(old, new)

    assert body == {"name": "Smith, Bo", "born_day": "02", "born_month": 3, "born_year": 1990}
    assert losses == ()


def test_an_update_that_clears_one_of_two_joined_values_writes_the_other() -> None:
    old = User(identity=ANNA)
    without_given = old.replace(identity=attrs.evolve(ANNA, given_name=None))
    without_family = old.replace(identity=attrs.evolve(ANNA, family_name=None))

    assert PERSON.update(old, without_given) == ({"name": "Smith"}, ())
    body, losses = PERSON.update(old, without_family)
    assert body == {}
    assert _losses(losses) == [("identity.family_name", LossKind.DROPPED)]


def test_an_update_that_clears_both_of_two_joined_values_reports_both() -> None:
    old = User(identity=ANNA)
    new = old.replace(identity=Identity(birthdate=ANNA.birthdate))

    body, losses = PERSON.update(old, new)

    assert body == {}
    assert _losses(losses) == [
        ("identity.family_name", LossKind.DROPPED),
        ("identity.given_name", LossKind.DROPPED),
    ]


def test_null_clears_every_key_of_a_split_and_a_joined_key() -> None:
    @wire(source="guide")
    class Clearable:
        name: str | None = joined((I.given_name, I.family_name), FULL_NAME, clear_with=None)
        day: str | None = split(I.birthdate, IN_THREE, ("day", "month", "year"), clear_with=None)
        month: int | None = part()
        year: int | None = part()

    body, losses = Translation(Plan(Clearable, "acme")).update(User(identity=ANNA), User())

    assert body == {"name": None, "day": None, "month": None, "year": None}
    assert losses == ()


def test_an_unchanged_split_keeps_its_spelling_in_an_object_that_is_sent_whole() -> None:
    @wire(source="guide")
    class Whole:
        name: str | None = joined((I.given_name, I.family_name), FULL_NAME)
        day: str | None = split(I.birthdate, IN_THREE, ("day", "month", "year"))
        month: int | None = part()
        year: int | None = part()

    @wire(source="guide")
    class Around:
        person: Whole | None = inside(Whole, send_whole=True)

    wire_class = Translation(Plan(Around, "acme"))
    shown = {"person": {"name": "Smith, Anna", "day": "1", "month": 3, "year": 1990}}
    user, unmapped = wire_class.from_wire(shown)
    new = user.replace(identity=attrs.evolve(some(user.identity), given_name="Bo"))

    assert unmapped == {"person.day": "1", "person.month": 3, "person.year": 1990}
    body, _ = wire_class.update(user, new, unmapped=unmapped)
    assert body == {"person": {**shown["person"], "name": "Smith, Bo"}}
    again, _ = wire_class.to_wire(user, On.CREATE, unmapped=unmapped)
    assert again == shown


def test_a_joined_value_in_an_object_that_replaces_the_one_on_file() -> None:
    old = User(address=Address(city="Ararat", postal_code="12", line1="Deck 1"))
    new = old.replace(address=Address(city="Ararat", line1="Deck 1"))

    assert PERSON.update(old, new) == ({"home": {"place": "Ararat", "street": "Deck 1"}}, ())


def test_a_complaint_about_a_joined_key_names_every_path() -> None:
    assert PERSON.core_paths("NAME") == ("identity.given_name", "identity.family_name")
    assert PERSON.core_paths("home.place") == ("address.postal_code", "address.city")
    assert PERSON.core_paths("place") == ("address.postal_code", "address.city")
    assert PERSON.core_path("name") == "identity.given_name"


def test_a_complaint_about_any_part_of_a_split_names_its_path() -> None:
    for key in ("born_day", "BORN_MONTH", "born_year"):
        assert PERSON.core_paths(key) == ("identity.birthdate",)
    assert PERSON.core_paths("born") == ()
    assert PERSON.core_path("born") is None


def test_an_explanation_names_the_paths_and_keys_that_belong_together() -> None:
    name = explanation("identity.family_name", PERSON.plan)
    born = explanation("identity.birthdate", PERSON.plan)

    assert (name.wire_path, name.required) == ("name", "always")
    assert name.form == "Family, Given, together with identity.given_name"
    assert name.limits == ("at most 20 characters",)
    assert born.wire_path == "born_day, born_month, born_year"


def test_every_joined_path_is_required() -> None:
    user = User()
    asked = [d.core for d in PERSON.plan.fields if PERSON.plan.demands(d, user, (), On.CREATE)]

    assert asked == ["identity.given_name", "identity.family_name", "identity.birthdate"]


def test_a_coarse_joined_key_is_a_loss_of_every_value_that_was_read() -> None:
    coarse = attrs.evolve(FULL_NAME, coarse="the order is a guess")

    @wire(source="guide")
    class Guessed:
        name: str | None = joined((I.given_name, I.family_name), coarse)

    wire_class = Translation(Plan(Guessed, "acme"))
    shown = {"name": "Smith, Anna, B"}
    user, unmapped = wire_class.from_wire({"name": "Smith, "})

    assert _losses(coarsened(wire_class, user, unmapped)) == [
        ("identity.family_name", LossKind.COARSENED)
    ]
    assert wire_class.from_wire(shown)[1] == {}
    assert _losses(read_with_losses(wire_class, {"name": "Smith, "})[1]) == [
        ("identity.given_name", LossKind.COARSENED),
        ("identity.family_name", LossKind.COARSENED),
    ]


def test_the_codec_of_one_value_cannot_join_or_split() -> None:
    one: Any = TEXT

    with pytest.raises(ValueError, match=r"given_name and identity.family_name: the codec of one"):
        joined((I.given_name, I.family_name), one)
    with pytest.raises(ValueError, match=r"identity.birthdate: the codec of one value"):
        split(I.birthdate, ISO_DATE, ("day", "month"))


def test_a_group_has_two_members_at_least() -> None:
    paths: Any = (I.given_name,)

    with pytest.raises(ValueError, match=r"identity.given_name: join two core paths at least"):
        joined(paths, FULL_NAME)
    for keys in (("day",), ("day", "day")):
        with pytest.raises(ValueError, match="birthdate: split over two different keys at least"):
            split(I.birthdate, IN_THREE, keys)


def test_joined_paths_start_at_one_class() -> None:
    with pytest.raises(ValueError, match="joined paths must start at one class"):
        joined((I.given_name, A.city), FULL_NAME)


def _refused(match: str, **rows: Any) -> None:
    cls = type("Bad", (), {**rows, "__annotations__": dict.fromkeys(rows, Any)})
    with pytest.raises(ValueError, match=match):
        wire(source="guide")(cls)


NAMES = (I.given_name, I.family_name)
KEYS = ("day", "month", "year")


def test_a_core_path_has_one_row_also_if_it_is_joined() -> None:
    _refused(
        "Bad.name: identity.given_name is also the path of first",
        first=at(I.given_name, TEXT),
        name=joined(NAMES, FULL_NAME),
    )
    _refused(
        "Bad.other: identity.family_name is also the path of name",
        name=joined(NAMES, FULL_NAME),
        other=joined((I.family_name, I.nationality), FULL_NAME),
    )
    _refused(
        "Bad.name: identity.given_name is also the path of name",
        name=joined((I.given_name, I.given_name), FULL_NAME),
    )
    _refused(
        "Bad.born: identity.birthdate is also the path of day",
        day=split(I.birthdate, IN_THREE, KEYS),
        month=part(),
        year=part(),
        born=at(I.birthdate, ISO_DATE),
    )


def test_a_joined_path_is_a_field_of_the_core() -> None:
    paths: Any = (U.email, U.address)

    _refused("Bad.name: address is an object", name=joined(paths, FULL_NAME))
    with pytest.raises(ValueError, match=r"email and extras.acme.nick: an extra cannot be joined"):
        joined((U.email, extra("acme", "nick")), FULL_NAME)


def test_a_split_has_each_of_its_parts_once() -> None:
    other: Any = IN_THREE
    day = split(I.birthdate, IN_THREE, KEYS)

    _refused("Bad.day: year is not a part", day=day, month=part())
    _refused("Bad.day: month is not a part", day=day, month=at(U.email, TEXT), year=part())
    _refused("Bad.when: its keys do not name it", when=day, day=part(), month=part(), year=part())
    _refused("Bad.week: no split names it", day=day, month=part(), year=part(), week=part())
    _refused("Bad.week: no split names it", week=part())
    _refused(
        "Bad.start: year is not a part",
        day=day,
        month=part(),
        year=part(),
        start=split(I.country_of_residence, other, ("start", "year")),
    )
