"""A wire class says everything once: both directions, losses, updates, the way back of errors."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from unicodedata import normalize

import idna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onboarding import (
    Absence,
    Address,
    Gender,
    Identity,
    InvalidInput,
    LossKind,
    NationalId,
    Person,
    PersonRole,
    Terms,
    UnexpectedResponse,
    User,
    UserCategory,
)
from onboarding.mapping import (
    ALPHA3_COUNTRY,
    ALWAYS,
    BOOL,
    EVERY,
    ISO_DATE,
    JSON,
    LOWER_COUNTRY,
    NEVER,
    PHONE_DIGITS,
    TEXT,
    UTC_MIDNIGHT,
    UTC_SECONDS,
    Codec,
    On,
    Pattern,
    at,
    core,
    extra,
    in_role,
    inside,
    not_applicable,
    phone,
    record_only,
    some,
    translation,
    when,
    wire,
    words,
)
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import leaves, lookup
from onboarding.testing import (
    arrives,
    changed,
    every_wire_path_has_a_way_back,
    no_change_no_write,
    residue_survives,
    round_trip,
    silent_losses,
    supported_users,
    update_arrives,
    update_is_minimal,
    users,
    values_at,
)
from onboarding.testing.strategies import check_at

U = core(User)
I = some(U.identity)  # noqa: E741
PAYER = when(U.category, UserCategory.PAYER)
A = core(Address)
R = core(Person)
SEX = words(Gender, {Gender.MALE: "m", Gender.FEMALE: "f"})


@wire(source="made up")
class AcmePlace:
    """Sent whole; the town has a limit."""

    town: str | None = at(A.city, TEXT, max=10, required_when=ALWAYS)
    zip: str | None = at(A.postal_code, TEXT, pattern=Pattern(r"[0-9 ]+", "digits and blanks"))
    land: str | None = at(A.country, LOWER_COUNTRY, hidden_when=PAYER)


@wire(source="made up")
class AcmeMail:
    """Merged part by part; nothing of the core lives here."""

    letters: bool | None = at(extra("acme", "letters"), JSON, always_send=True)
    address: str | None = at(U.email, TEXT, clear_with=None)


@wire(source="made up")
class AcmeActor:
    """Merged part by part, with an extra inside."""

    mail: str | None = at(R.email, TEXT)
    hat: str | None = at(extra("acme", "hat"), JSON)


@wire(
    source="made up",
    not_supported=(not_applicable(U.locale, "Acme speaks one language"),),
    implied=((some(I.national_id).country, I.nationality),),
)
class AcmeUser:
    """Everything that a row can say, once."""

    id: int | None = record_only(int)
    first: str | None = at(I.given_name, TEXT, min=2, max=10, on=On.CREATE | On.UPDATE)
    born: int | None = at(I.birthdate, UTC_MIDNIGHT, hidden_when=PAYER)
    died: str | None = at(U.occupation, TEXT, shown=False, scope="work gossip")
    sex: str | None = at(I.gender, SEX)
    nation: str | None = at(I.nationality, LOWER_COUNTRY)
    number: str | None = at(some(I.national_id).code, TEXT)
    phone: str | None = at(U.phone, PHONE_DIGITS, on=On.CREATE)
    since: int | None = at(some(U.terms).accepted_at, UTC_SECONDS)
    agreed: bool | None = at(some(U.terms).accepted, BOOL, default=False, always_send=True)
    role: str | None = at(U.tag, TEXT, on=NEVER)
    place: AcmePlace | None = inside(AcmePlace, some(U.address), send_whole=True, replaces=True)
    office: AcmePlace | None = inside(
        AcmePlace, some(some(U.company).headquarters), send_whole=True
    )
    mail: AcmeMail | None = inside(AcmeMail)
    actor: AcmeActor | None = inside(
        AcmeActor, in_role(U.people, PersonRole.REPRESENTATIVE), hidden_when=PAYER
    )


ACME = translation(AcmeUser, "acme")
LEAVES = tuple(leaves(User))

ANN = User(
    identity=Identity(
        given_name="Ann",
        birthdate=date(1969, 12, 31),
        gender=Gender.FEMALE,
        nationality="LT",
        national_id=NationalId(code="1", country="LT"),
    ),
    address=Address(city="Vilnius", postal_code="1 2", country="LT"),
    email="ann@acme.invalid",
    phone="+37066612345",
    terms=Terms(accepted=True, accepted_at=datetime(2026, 1, 1, tzinfo=UTC)),
)
WIRE: dict[str, Any] = {
    "first": "Ann",
    "born": -86_400,
    "sex": "f",
    "nation": "lt",
    "number": "1",
    "phone": "37066612345",
    "since": 1767225600,
    "agreed": True,
    "place": {"town": "Vilnius", "zip": "1 2", "land": "lt"},
    "mail": {"address": "ann@acme.invalid"},
}


def report(losses: Any) -> dict[str, LossKind]:
    return {loss.core_path: loss.kind for loss in losses}


# -- the laws --------------------------------------------------------------------------------------


@given(users())
def test_nothing_is_lost_that_the_report_does_not_name(user: User) -> None:
    round_trip(ACME, user)


@given(supported_users(ACME), supported_users(ACME) | users())
def test_an_update_says_what_changed_and_no_more(old: User, new: User) -> None:
    no_change_no_write(ACME, old)
    update_is_minimal(ACME, old, new)
    update_arrives(ACME, old, new)
    for on in (On.CREATE, On.UPDATE, On.CATEGORISE):
        assert silent_losses(ACME, old, new, on) == set()


@settings(max_examples=10)
@given(st.data())
def test_no_datum_changes_unheard(data: st.DataObject) -> None:
    old = data.draw(supported_users(ACME))
    for path in LEAVES:
        values = [data.draw(values_at(path))]
        if check_at(path).optional:
            values.append(None)
        for value in values:
            for on in On:
                arrives(ACME, path, old, changed(old, path, value), on)


def test_every_wire_path_that_can_be_written_has_a_way_back() -> None:
    every_wire_path_has_a_way_back(ACME)


@given(supported_users(ACME), st.dictionaries(st.text("xyz", min_size=4), st.integers()))
def test_what_the_core_has_no_shape_for_survives(user: User, strange: dict[str, int]) -> None:
    payload, _ = ACME.to_wire(user)
    place = {**strange, **payload.get("place", {}), "land": "LT"}

    residue_survives(ACME, {**strange, **payload, "sex": "x", "place": place})


# -- by hand ---------------------------------------------------------------------------------------


def test_both_directions_are_read_off_one_declaration() -> None:
    body, losses = ACME.to_wire(ANN)
    user, unmapped = ACME.from_wire(WIRE)

    assert body == WIRE
    assert losses == ()
    assert user == ANN
    assert unmapped == {}


def test_a_limit_is_refused_by_path_and_never_truncated() -> None:
    long = ANN.replace(
        {
            "identity.given_name": "Annabellissima",
            "address.city": "A",
            "address.postal_code": "LT-1",
        }
    )

    body, losses = ACME.to_wire(long)

    assert report(losses) == {
        "identity.given_name": LossKind.DROPPED,
        "address.postal_code": LossKind.DROPPED,
    }
    assert "first" not in body
    assert body["place"] == {"town": "A", "land": "lt"}
    assert "Annabell" not in str(losses)


def test_a_word_that_the_table_lacks_is_refused_and_a_strange_one_is_kept() -> None:
    body, losses = ACME.to_wire(ANN.replace({"identity.gender": Gender.UNSPECIFIED}))
    user, unmapped = ACME.from_wire({"sex": "x"})

    assert "sex" not in body
    assert report(losses) == {"identity.gender": LossKind.DROPPED}
    assert user.identity is None
    assert unmapped == {"sex": "x"}


def test_what_is_coarsened_is_found_by_going_there_and_back() -> None:
    moment = datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)

    body, losses = ACME.to_wire(ANN.replace({"terms.accepted_at": moment}))

    assert body["since"] == WIRE["since"]
    assert report(losses) == {"terms.accepted_at": LossKind.COARSENED}


def test_a_default_is_written_and_reported() -> None:
    body, losses = ACME.to_wire(User(email="a@acme.invalid"))

    assert body == {"agreed": False, "mail": {"address": "a@acme.invalid"}}
    assert report(losses) == {"terms.accepted": LossKind.DEFAULTED}


def test_what_a_rule_hides_is_reported_as_not_shown_also_inside_an_object() -> None:
    payer = ANN.replace(category=UserCategory.PAYER, occupation="baker")

    _, losses = ACME.to_wire(payer)
    kinds = report(losses)

    hidden = {path for path, kind in kinds.items() if kind is LossKind.WRITE_ONLY}
    assert {"identity.birthdate", "occupation"} <= hidden


def test_a_number_of_another_country_than_the_nationality_is_refused() -> None:
    body, losses = ACME.to_wire(ANN.replace({"identity.national_id.country": "LV"}))

    assert report(losses) == {"identity.national_id.country": LossKind.DROPPED}
    assert body["nation"] == "lt"


def test_an_extra_inside_an_object_of_the_core_needs_no_such_object() -> None:
    body, losses = ACME.to_wire(User(extras={"acme": {"hat": "blue"}}, terms=Terms(accepted=True)))

    assert body == {"agreed": True, "actor": {"hat": "blue"}}
    assert losses == ()


def test_extras_of_others_do_not_apply_and_unknown_ones_of_ours_are_refused() -> None:
    _, losses = ACME.to_wire(
        ANN.replace(extras={"other": {"x": 1}, "acme": {"y": 2, "letters": True}})
    )

    assert report(losses) == {
        "extras.other.x": LossKind.NOT_APPLICABLE,
        "extras.acme.y": LossKind.DROPPED,
    }


def test_an_object_of_nulls_is_no_object() -> None:
    user, unmapped = ACME.from_wire({"place": {"town": None, "zip": None}, "first": None})

    assert user.address is None
    assert user.identity is None
    assert unmapped == {}


@pytest.mark.parametrize("payload", [[], None, "text", 7])
def test_what_is_no_object_is_an_unexpected_response(payload: Any) -> None:
    with pytest.raises(UnexpectedResponse):
        ACME.from_wire(payload)


ODD: dict[str, Any] = {
    "first": 7,
    "born": "x",
    "since": 1_767_225_600_000,
    "sex": ["f"],
    "agreed": 1,
    "place": {"town": [], "zip": "1 2", "land": 7},
    "actor": "Ben",
}


def test_a_field_of_a_wrong_type_is_unreadable_and_the_rest_is_read() -> None:
    payload = {**WIRE, **ODD}

    user, unmapped = ACME.from_wire(payload)
    absent = ACME.absent(user, payload, unmapped=unmapped)

    odd_place = {f"place.{name}": ODD["place"][name] for name in ("town", "land")}
    assert unmapped == {**{n: v for n, v in ODD.items() if n != "place"}, **odd_place}
    assert user.email == ANN.email
    assert user.address == Address(postal_code="1 2")
    assert {path for path, why in absent.items() if why is Absence.UNREADABLE} == {
        "identity.given_name", "identity.birthdate", "identity.gender", "terms.accepted",
        "terms.accepted_at", "address.city", "address.country",
        "people[representative].email", "extras.acme.hat",
    }  # fmt: skip


def test_true_is_no_word_of_a_vocabulary_of_numbers() -> None:
    bracket = words(Gender, {Gender.MALE: 1, Gender.FEMALE: 2})

    @wire(source="made up")
    class Numbered:
        """A vocabulary of numbers."""

        sex: int | None = at(I.gender, bracket)

    assert translation(Numbered, "acme").from_wire({"sex": True}) == (User(), {"sex": True})
    with pytest.raises(TypeError):
        bracket.read(True)


def test_an_update_leaves_what_is_unreadable_as_it_came() -> None:
    old, unmapped = ACME.from_wire({**WIRE, **ODD})

    other, _ = ACME.update(old, old.replace(email="b@acme.invalid"), unmapped=unmapped)
    beside, _ = ACME.update(old, old.replace({"address.postal_code": "3"}), unmapped=unmapped)

    assert other == {"agreed": 1, "mail": {"address": "b@acme.invalid"}}
    assert beside["place"] == {"town": [], "zip": "3", "land": 7}


def test_a_value_in_place_of_an_object_is_not_overwritten_unread() -> None:
    old, unmapped = ACME.from_wire({**WIRE, "place": "Vilnius, Lauko g. 1"})

    _, losses = ACME.update(old, old.replace({"address.city": "Kaunas"}), unmapped=unmapped)

    assert report(losses) == {"address": LossKind.DROPPED}
    assert "Lauko" not in str(losses)


def test_a_time_of_day_is_kept_and_comes_back_until_the_day_changes() -> None:
    user, unmapped = ACME.from_wire({"born": 7})

    same, _ = ACME.to_wire(user, unmapped=unmapped)
    other, _ = ACME.to_wire(
        user.replace({"identity.birthdate": date(1970, 1, 2)}), unmapped=unmapped
    )

    assert same["born"] == 7
    assert other["born"] == 86_400


def test_a_residue_inside_an_object_comes_back_in_its_place() -> None:
    user, unmapped = ACME.from_wire({"place": {"town": "Riga", "land": "LV"}})

    again, _ = ACME.to_wire(user, unmapped=unmapped)

    assert unmapped == {"place.land": "LV"}
    assert again["place"] == {"town": "Riga", "land": "LV"}


def test_a_residue_that_an_operation_cannot_write_is_not_written() -> None:
    codec = Codec[str, str]("upper", str.upper, str.lower, "string", exact_read=False)

    @wire(source="made up")
    class Shouting:
        """A word that can be read alone, and one that can be written once."""

        said: str | None = at(U.tag, codec, on=NEVER)
        name: str | None = at(U.occupation, codec, on=On.CREATE)

    shouting = translation(Shouting, "acme")
    user, unmapped = shouting.from_wire({"said": "Ho", "name": "Hi"})

    created, _ = shouting.to_wire(user, On.CREATE, unmapped=unmapped)
    updated, _ = shouting.to_wire(user, On.UPDATE, unmapped=unmapped)

    assert (created, updated) == ({"name": "Hi"}, {})


# -- updates ---------------------------------------------------------------------------------------


def test_an_update_sends_what_changed_and_what_goes_along() -> None:
    body, losses = ACME.update(ANN, ANN.replace({"identity.given_name": "Anna"}))

    assert body == {"first": "Anna", "agreed": True}
    assert losses == ()


def test_a_change_inside_a_whole_object_sends_all_of_it() -> None:
    body, _ = ACME.update(ANN, ANN.replace({"address.city": "Kaunas"}))

    assert body["place"] == {"town": "Kaunas", "zip": "1 2", "land": "lt"}


def test_what_is_unchanged_and_beyond_a_limit_goes_along_as_it_came() -> None:
    old, _ = ACME.from_wire({**WIRE, "first": "A", "place": {"town": "Vilnius", "zip": "LT-1"}})

    body, losses = ACME.update(old, old.replace({"address.city": "Kaunas"}))

    assert body["place"] == {"town": "Kaunas", "zip": "LT-1"}
    assert losses == ()


def test_a_datum_that_a_document_lets_be_cleared_is_sent_as_null() -> None:
    body, losses = ACME.update(ANN, ANN.replace(email=None))

    assert body == {"agreed": True, "mail": {"address": None}}
    assert losses == ()


@pytest.mark.parametrize(
    "path", ["identity.given_name", "phone", "terms.accepted_at", "identity.national_id", "address"]
)
def test_clearing_what_no_document_clears_is_a_loss(path: str) -> None:
    body, losses = ACME.update(ANN, ANN.replace({path: None}))

    assert body == {}
    assert set(report(losses).values()) == {LossKind.DROPPED}
    assert all(loss.core_path.startswith(path) for loss in losses)


def test_what_was_shown_and_cannot_be_written_cannot_be_cleared_unheard() -> None:
    old, _ = ACME.from_wire({"role": "boss"})

    body, losses = ACME.update(old, User())

    assert body == {}
    assert report(losses) == {"tag": LossKind.DROPPED}


def test_an_unchanged_loss_is_no_reason_to_refuse_an_update() -> None:
    old = ANN.replace(locale="lt", tag="mine", occupation="baker")

    body, losses = ACME.update(old, old.replace({"identity.birthdate": date(1970, 1, 1)}))

    assert body == {"born": 0, "agreed": True}
    assert losses == ()


def test_categorising_counts_as_lost_what_changed_alone() -> None:
    body, losses = ACME.to_wire(ANN.replace(tag="x"), On.CATEGORISE, since=ANN)

    assert "first" not in body
    assert report(losses) == {"tag": LossKind.DROPPED}


def test_categorising_cannot_clear_a_datum_unheard() -> None:
    _, losses = ACME.to_wire(
        ANN.replace({"identity.given_name": None, "identity.birthdate": None}),
        On.CATEGORISE,
        since=ANN,
    )

    assert report(losses) == {
        "identity.given_name": LossKind.DROPPED,
        "identity.birthdate": LossKind.DROPPED,
    }


def test_what_goes_along_does_so_from_inside_an_object() -> None:
    old = ANN.replace(extras={"acme": {"letters": True}})

    body, losses = ACME.update(old, old.replace({"identity.given_name": "Anna"}))

    assert body == {"first": "Anna", "agreed": True, "mail": {"letters": True}}
    assert losses == ()


def test_what_goes_along_inside_an_object_sent_whole_takes_the_object_along() -> None:
    @wire(source="made up")
    class Crate:
        """Sent whole."""

        town: str | None = at(A.city, TEXT)
        land: str | None = at(A.country, TEXT, always_send=True)

    @wire(source="made up")
    class Sender:
        """A user with one."""

        work: str | None = at(U.occupation, TEXT)
        crate: Crate | None = inside(Crate, some(U.address), send_whole=True)

    old = User(occupation="Baker", address=Address(city="Riga", country="LV"))

    body, _ = translation(Sender, "acme").update(old, old.replace(occupation="Cook"))

    assert body == {"work": "Cook", "crate": {"town": "Riga", "land": "LV"}}


# -- cleared, unchanged, respelled ---------------------------------------------------------------

SHOUTED = {**WIRE, "place": {"town": "Vilnius", "zip": "1 2", "land": "LT"}}


def test_a_cleared_part_of_an_object_that_is_replaced_is_left_out() -> None:
    old, unmapped = ACME.from_wire(SHOUTED)

    body, losses = ACME.update(old, old.replace({"address.country": None}), unmapped=unmapped)

    assert unmapped == {"place.land": "LT"}
    assert body["place"] == {"town": "Vilnius", "zip": "1 2"}
    assert losses == ()


def test_a_cleared_part_of_an_object_that_no_document_calls_replaced_is_a_loss() -> None:
    old, unmapped = ACME.from_wire({"office": {"town": "Riga", "land": "LV"}})
    path = "company.headquarters.country"

    body, losses = ACME.update(old, old.replace({path: None}), unmapped=unmapped)
    beside, also = ACME.update(
        old, old.replace({path: None, "company.headquarters.city": "Kaunas"}), unmapped=unmapped
    )

    assert body == {}
    assert beside == {"office": {"town": "Kaunas"}}
    assert report(losses) == report(also) == {path: LossKind.DROPPED}


def test_what_null_clears_is_not_restored_from_its_kept_spelling() -> None:
    codec = Codec[str, str]("upper", str.upper, str.lower, "string", exact_read=False)

    @wire(source="made up")
    class Shouting:
        """Two words sent whole, one of which null clears."""

        said: str | None = at(A.city, codec, clear_with=None)
        heard: str | None = at(A.country, codec)

    @wire(source="made up")
    class Crowd:
        """A user with them."""

        noise: Shouting | None = inside(Shouting, some(U.address), send_whole=True)

    crowd = translation(Crowd, "acme")
    old, unmapped = crowd.from_wire({"noise": {"said": "Ho", "heard": "Hi"}})

    body, losses = crowd.update(old, old.replace({"address.city": None}), unmapped=unmapped)

    assert body == {"noise": {"said": None, "heard": "Hi"}}
    assert losses == ()


def test_a_new_value_beyond_a_limit_is_a_loss_where_an_odd_spelling_was_kept() -> None:
    @wire(source="made up")
    class Place:
        """A country with a limit."""

        town: str | None = at(A.city, TEXT)
        land: str | None = at(A.country, LOWER_COUNTRY, pattern=Pattern("lt|lv", "lt and lv"))

    @wire(source="made up")
    class Placed:
        """A user with one."""

        place: Place | None = inside(Place, some(U.address), send_whole=True, replaces=True)

    placed = translation(Placed, "acme")
    old, unmapped = placed.from_wire({"place": {"town": "Riga", "land": "LV"}})

    body, losses = placed.update(
        old, old.replace({"address.country": "FR", "address.city": "Nice"}), unmapped=unmapped
    )

    assert body == {"place": {"town": "Nice"}}
    assert report(losses) == {"address.country": LossKind.DROPPED}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("identity.given_name", "Zoe\u0308"),
        ("email", "ANN@ACME.invalid"),
        ("address.city", "Go\u0308teborg"),
    ],
)
def test_another_spelling_of_the_same_value_is_no_change(path: str, value: str) -> None:
    old = ANN.replace({"identity.given_name": "Zo\xeb", "address.city": "G\xf6teborg"})
    again = old.replace({path: value})

    body, losses = ACME.update(old, again)
    beside, _ = ACME.update(
        old, again.replace({"address.postal_code": "3", "identity.gender": None})
    )
    categorised, _ = ACME.to_wire(again, On.CATEGORISE, since=old)

    assert (body, losses) == ({}, ())
    assert beside["place"] == {"town": "G\xf6teborg", "zip": "3", "land": "lt"}
    assert categorised["place"]["town"] == "G\xf6teborg"
    assert categorised["mail"] == {"address": "ann@acme.invalid"}


@pytest.mark.parametrize(
    ("path", "value"), [("identity.given_name", "ann"), ("address.city", "vilnius"), ("tag", "X")]
)
def test_the_case_of_a_name_is_no_spelling(path: str, value: str) -> None:
    assert changed_paths(ANN.replace(tag="x"), ANN.replace({"tag": "x", path: value})) == {path}


def test_an_empty_text_of_a_provider_says_no_more_than_none() -> None:
    old, unmapped = ACME.from_wire({**WIRE, "place": {"town": "Riga", "zip": ""}, "mail": None})
    mine = User(address=Address(city="Riga"))

    assert "address.postal_code" not in changed_paths(old, mine)
    assert ACME.update(old, old.replace({"address.postal_code": None}), unmapped=unmapped) == (
        {},
        (),
    )


def test_categorising_spells_what_is_unchanged_as_the_provider_does() -> None:
    shown = {"born": 7, "place": {"town": "Riga", "zip": "LT-1", "land": "LV", "floor": 3}}
    old, unmapped = ACME.from_wire(shown)

    body, losses = ACME.to_wire(
        old.replace({"identity.gender": Gender.MALE}), On.CATEGORISE, unmapped=unmapped, since=old
    )

    assert body == {**shown, "sex": "m"}
    assert losses == ()


# -- what means something only beside another -----------------------------------------------------


@wire(source="made up")
class Caller:
    """A phone number beside its country."""

    number: str | None = at(U.phone, phone("land"))
    land: str | None = at(extra("acme", "land"), JSON)
    since: int | None = at(some(U.terms).accepted_at, UTC_SECONDS)


CALLER = translation(Caller, "acme")


@pytest.mark.parametrize(
    ("number", "land", "expected"),
    [
        ("861234567", "LT", "+37061234567"),
        ("8 612 34567", "lt", "+37061234567"),
        ("06 11 11 11 11", "FR", "+33611111111"),
        ("0037061234567", "LT", "+37061234567"),
        ("+370 612 34567", None, "+37061234567"),
        ("+37061234567", "FR", "+37061234567"),
    ],
)
def test_a_national_number_is_joined_with_the_country_beside_it(
    number: str, land: str | None, expected: str
) -> None:
    user, unmapped = CALLER.from_wire({"number": number, "land": land})
    again, _ = CALLER.to_wire(user, unmapped=unmapped)

    assert user.phone == expected
    assert unmapped == ({} if number == expected else {"number": number})
    assert again["number"] == number


@pytest.mark.parametrize(
    ("number", "land"),
    [("861234567", None), ("861234567", "ZZ"), ("861234567", 7), ("12", "LT"), ("a friend", "LT")],
)
def test_a_national_number_without_its_country_stays_as_it_came_and_goes_nowhere(
    number: str, land: Any
) -> None:
    user, unmapped = CALLER.from_wire({"number": number, "land": land})

    assert user.phone == number
    for other in (CALLER, ACME):
        body, losses = other.to_wire(user)
        assert {"number", "phone"}.isdisjoint(body)
        assert report(losses)["phone"] is LossKind.DROPPED
    beside, losses = CALLER.update(
        user, user.replace({"terms.accepted": True, "terms.accepted_at": None}), unmapped=unmapped
    )
    assert "number" not in beside


def test_another_country_takes_the_number_along_for_it_would_mean_another_one() -> None:
    old, unmapped = CALLER.from_wire({"number": "861234567", "land": "LT"})

    body, _ = CALLER.update(old, old.replace(extras={"acme": {"land": "FR"}}), unmapped=unmapped)

    assert body == {"number": "+37061234567", "land": "FR"}


def test_categorising_sends_a_national_number_as_it_came() -> None:
    old, unmapped = CALLER.from_wire({"number": "861234567", "land": "LT"})

    same, _ = CALLER.to_wire(old, On.CATEGORISE, unmapped=unmapped, since=old)

    assert same == {"number": "861234567", "land": "LT"}


# -- declarations that are refused ----------------------------------------------------------------


def test_a_row_that_holds_an_object_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Blob\.who: identity is an object"):

        @wire(source="made up")
        class Blob:
            """The whole identity in one key."""

            who: Any = at(U.identity, JSON)


def test_two_rows_for_one_path_are_refused_also_across_objects() -> None:
    with pytest.raises(
        ValueError, match=r"Twice\.place\.town: address\.city is also the path of city"
    ):

        @wire(source="made up")
        class Twice:
            """A city at the top and in the address."""

            city: str | None = at(some(U.address).city, TEXT)
            place: AcmePlace | None = inside(AcmePlace, some(U.address))


def test_an_object_at_a_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Deep\.mail: email is a field"):

        @wire(source="made up")
        class Deep:
            """An object where the core has a text."""

            mail: AcmeMail | None = inside(AcmeMail, U.email)


def test_an_object_at_a_path_of_another_class_is_refused() -> None:
    with pytest.raises(ValueError, match=r"AcmePlace\.town: city is a path of Address"):

        @wire(source="made up")
        class Misplaced:
            """An address where the core has an identity."""

            place: AcmePlace | None = inside(AcmePlace, I)


@pytest.mark.parametrize("path", ["extras", "emial", "email.host", "identity.forename"])
def test_a_text_that_is_no_path_of_one_field_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"Texts\.key: "):

        @wire(source="made up")
        class Texts:
            """A path as text."""

            key: str | None = at(path, TEXT)


def test_a_codec_that_reads_a_key_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Alone\.number: its codec reads land"):

        @wire(source="made up")
        class Alone:
            """A phone number without its country."""

            number: str | None = at(U.phone, phone("land"))


# -- differences, conditions, declarations ---------------------------------------------------------


def test_an_empty_object_is_no_difference_to_none() -> None:
    assert changed_paths(User(), User(identity=Identity(), address=Address())) == set()


def told(user: User, path: str) -> object:
    value = lookup(user, path)
    if isinstance(value, str):
        value = normalize("NFC", value)
        if path == "email":  # one address, whether its domain is in letters or in ASCII
            local, _, domain = value.lower().rpartition("@")
            with suppress(idna.IDNAError):
                domain = idna.encode(domain, uts46=True).decode()
            return f"{local}@{domain}"
        return value.lower() if path == "locale" else value
    return None if value == () else value


@given(users(), users())
def test_differences_are_the_leaves_that_say_something_else(one: User, other: User) -> None:
    found = {path for path in changed_paths(one, other) if not path.startswith("people[")}
    leaves = [path for path in LEAVES if path != "people"]

    assert found == {path for path in leaves if told(one, path) != told(other, path)}
    assert found <= changed_paths(other, one)
    assert changed_paths(one, one) == set()


def test_a_condition_speaks_of_what_it_was_told() -> None:
    abroad = when(some(U.address).country, "US", "CA")

    assert abroad.holds(User(address=Address(country="US")))
    assert not abroad.holds(User())
    assert (abroad | PAYER).holds(User(category=UserCategory.PAYER))
    assert not (abroad & PAYER).holds(User(category=UserCategory.PAYER))
    assert ALWAYS.holds(User())
    assert abroad.words == "address.country is US or CA"


def test_absence_has_its_reasons() -> None:
    payload = {"first": None, "sex": "x", "place": {"town": "Riga"}, "born": None}
    user, _ = ACME.from_wire({**payload, "died": None})
    payer = user.replace(category=UserCategory.PAYER)

    absent = ACME.absent(payer, payload, scopes=("mail",))

    assert absent["identity.given_name"] is Absence.NOT_GIVEN
    assert absent["identity.gender"] is Absence.UNREADABLE
    assert absent["identity.birthdate"] is Absence.NULL_BY_RULE
    assert absent["address.country"] is Absence.NULL_BY_RULE
    assert absent["people[representative].email"] is Absence.NULL_BY_RULE
    assert absent["phone"] is Absence.NOT_RETURNED
    assert "address.city" not in absent


def test_a_path_that_the_core_lacks_is_an_error_when_it_is_written() -> None:
    with pytest.raises(AttributeError, match="Identity has no field forename"):
        I.forename  # type: ignore[attr-defined]  # noqa: B018


def test_two_members_of_a_vocabulary_cannot_share_a_word() -> None:
    with pytest.raises(ValueError, match="two members of Gender share one wire value"):
        words(Gender, {Gender.MALE: "m", Gender.FEMALE: "m"})


def test_generated_text_can_be_read() -> None:
    assert ACME.source().startswith("def read(d):")
    assert ACME.source(On.UPDATE).startswith("def write(u, lost):")


@pytest.mark.parametrize("text", ["2020-W01-1", "2020-1-1", "20200101", "2020/01/01", "0000-00-00"])
def test_no_other_spelling_of_a_day_is_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError, match="not yyyy-mm-dd"):
        ISO_DATE.read(text)


@pytest.mark.parametrize(
    ("codec", "core_value", "wire_value"),
    [
        (UTC_MIDNIGHT, date(1900, 1, 1), -2_208_988_800),
        (UTC_MIDNIGHT, date(1970, 1, 1), 0),
        (UTC_SECONDS, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), -1),
        (ISO_DATE, date(1910, 1, 23), "1910-01-23"),
        (LOWER_COUNTRY, "LT", "lt"),
        (ALPHA3_COUNTRY, "LT", "LTU"),
        (PHONE_DIGITS, "+37066612345", "37066612345"),
        (BOOL, False, False),
    ],
)
def test_a_codec_undoes_itself(codec: Any, core_value: Any, wire_value: Any) -> None:
    assert codec.write(core_value) == wire_value
    assert codec.read(wire_value) == core_value


@given(st.dates(date(1, 1, 1)))
def test_every_day_of_the_calendar_goes_there_and_back_in_both_spellings(day: date) -> None:
    assert UTC_MIDNIGHT.read(UTC_MIDNIGHT.write(day)) == day
    assert ISO_DATE.read(ISO_DATE.write(day)) == day


@pytest.mark.parametrize("value", ["LT", "XKX", "EUR", "", "Litu"])
def test_a_country_of_three_letters_is_assigned(value: str) -> None:
    with pytest.raises(ValueError, match="not an assigned code"):
        ALPHA3_COUNTRY.read(value)


@pytest.mark.parametrize("value", ["XK", "ZZ", "LTU"])
def test_a_country_without_three_letters_is_not_written(value: str) -> None:
    with pytest.raises(ValueError, match="has no code"):
        ALPHA3_COUNTRY.write(value)


CODECS = [ALPHA3_COUNTRY, UTC_MIDNIGHT, UTC_SECONDS, ISO_DATE, LOWER_COUNTRY, BOOL, SEX]


@pytest.mark.parametrize("codec", CODECS)
@given(
    value=st.booleans() | st.integers() | st.floats() | st.text().map("§{}".format) | st.binary()
)
def test_a_codec_reads_or_says_why_not_without_the_value(
    codec: Codec[Any, Any], value: object
) -> None:
    said = ""
    try:
        codec.read(value)
    except (ValueError, TypeError) as error:
        said = str(error)

    assert "§" not in said


def test_every_operation_is_meant_by_every() -> None:
    assert EVERY == On.CREATE | On.UPDATE | On.CATEGORISE


def test_a_user_that_was_read_may_be_changed_though_it_is_unshapely() -> None:
    user, _ = ACME.from_wire({"phone": "0611", "place": {"land": "France"}})

    assert user.phone == "0611"
    assert user.replace(email="a@acme.invalid").phone == "0611"
    with pytest.raises(InvalidInput):
        user.replace(phone="0612")
