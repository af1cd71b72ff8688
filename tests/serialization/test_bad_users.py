"""Malformed users: every problem in one error, by path, with no value, and nothing sent."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

import pytest
from attrs import frozen
from onboarding import (
    Address,
    Gateways,
    Gender,
    Identity,
    InvalidInput,
    MigratedHash,
    NationalId,
    Secret,
    Unsupported,
    User,
)

SECRET_WORD = "Xq7Canary"
BAD = f"\x00{SECRET_WORD}"

Expected = dict[str, str]


class World(Protocol):
    gateways: Gateways

    @property
    def logs(self) -> list[Any]: ...


@frozen
class Case:
    """A malformed user, and the code of each problem by its path."""

    name: str
    data: Any
    expected: Expected


MALFORMED = (
    Case("a text in place of a user", SECRET_WORD, {"": "type"}),
    Case("a list in place of a user", [SECRET_WORD], {"": "type"}),
    Case("nothing in place of a user", None, {"": "type"}),
    Case("a key that no user has", {"emial": SECRET_WORD}, {"emial": "unknown"}),
    Case("a key of other libraries", {"kind": SECRET_WORD}, {"kind": "unknown"}),
    Case(
        "keys in the spelling of a provider",
        {"FirstName": SECRET_WORD, "dob": SECRET_WORD, "identity": {"surname": SECRET_WORD}},
        {"FirstName": "unknown", "dob": "unknown", "identity.surname": "unknown"},
    ),
    Case(
        "numbers where texts belong",
        {"email": 41, "phone": 37066612345, "locale": 1.5, "tag": True, "occupation": 0},
        dict.fromkeys(("email", "phone", "locale", "tag", "occupation"), "type"),
    ),
    Case(
        "texts where tables belong",
        {
            "identity": SECRET_WORD,
            "address": SECRET_WORD,
            "company": SECRET_WORD,
            "terms": SECRET_WORD,
            "extras": SECRET_WORD,
            "credentials": SECRET_WORD,
        },
        dict.fromkeys(("identity", "address", "company", "terms", "extras", "credentials"), "type"),
    ),
    Case(
        "texts where lists belong",
        {"documents": SECRET_WORD, "political_exposures": {SECRET_WORD: 1}},
        {"documents": "type", "political_exposures": "type"},
    ),
    Case(
        "blank texts",
        {"tag": "", "occupation": "   ", "identity": {"given_name": "\u00a0", "family_name": ""}},
        {
            "tag": "shape",
            "occupation": "shape",
            "identity.given_name": "shape",
            "identity.family_name": "shape",
        },
    ),
    Case(
        "control characters",
        {
            "tag": BAD,
            "occupation": f"{SECRET_WORD}\n{SECRET_WORD}",
            "address": {"line1": f"{SECRET_WORD}\x7f", "city": f"{SECRET_WORD}\r{SECRET_WORD}"},
        },
        {"tag": "shape", "occupation": "shape", "address.line1": "shape", "address.city": "shape"},
    ),
    Case("a lone surrogate", {"tag": f"{SECRET_WORD}\ud800"}, {"tag": "shape"}),
    *(
        Case(f"an e-mail address {name}", {"email": text}, {"email": "shape"})
        for name, text in {
            "without an at sign": SECRET_WORD,
            "without a host": f"{SECRET_WORD}@",
            "with two at signs": f"{SECRET_WORD}@a@example.com",
            "with a blank": f"{SECRET_WORD} x@example.com",
            "with a host of one label": f"{SECRET_WORD}@localhost",
            "with a local part of 65 characters": f"{SECRET_WORD:x<65}@example.com",
            "with a name beside it": f"{SECRET_WORD} <{SECRET_WORD}@example.com>",
            "with an end of line": f"{SECRET_WORD}\n@example.com",
        }.items()
    ),
    *(
        Case(f"a phone number {name}", {"phone": text}, {"phone": "shape"})
        for name, text in {
            "in local form": "0612345678",
            "with 00 in place of the plus": "0037066612345",
            "with a letter word": f"+370 {SECRET_WORD}",
            "of sixteen digits": "+3706661234567890",
            "too short for its country": "+33123",
            "of a country code that nobody has": "+999123456789",
        }.items()
    ),
    Case(
        "countries in other codes",
        {
            "address": {"country": "lt"},
            "identity": {
                "nationality": "LTU",
                "country_of_residence": "ZZ",
                "birthplace": {"country": "Lithuania"},
                "other_nationalities": ["FR", "XX", 4],
            },
        },
        {
            "address.country": "shape",
            "identity.nationality": "shape",
            "identity.country_of_residence": "shape",
            "identity.birthplace.country": "shape",
            "identity.other_nationalities.1": "shape",
            "identity.other_nationalities.2": "type",
        },
    ),
    *(
        Case(f"a birthdate {name}", {"identity": {"birthdate": v}}, {"identity.birthdate": "shape"})
        for name, v in {
            "that the calendar lacks": "1987-02-30",
            "in the order of days": "14-07-1987",
            "without dashes": "19870714",
            "with a time": "1987-07-14T00:00:00",
            "as a week": "1987-W20-1",
            "in Unix time": 553219200,
            "as a word": SECRET_WORD,
        }.items()
    ),
    Case(
        "words that no vocabulary has",
        {
            "category": SECRET_WORD,
            "income_bracket": 3,
            "identity": {"gender": SECRET_WORD},
            "documents": [{"purpose": SECRET_WORD, "kind": [SECRET_WORD]}],
        },
        {
            "category": "choice",
            "income_bracket": "choice",
            "identity.gender": "choice",
            "documents.0.purpose": "choice",
            "documents.0.kind": "choice",
        },
    ),
    Case(
        "truths in other words",
        {"politically_exposed": "true", "terms": {"accepted": 1}},
        {"politically_exposed": "type", "terms.accepted": "type"},
    ),
    Case(
        "terms without their answer",
        {"terms": {"accepted_at": SECRET_WORD, "version": ""}},
        {"terms.accepted": "missing", "terms.accepted_at": "shape", "terms.version": "shape"},
    ),
    Case(
        "a national number without its country",
        {"identity": {"national_id": {"code": SECRET_WORD}}},
        {"identity.national_id.country": "missing"},
    ),
    Case(
        "an empty national number",
        {"identity": {"national_id": {}}},
        {"identity.national_id.country": "missing", "identity.national_id.code": "missing"},
    ),
    Case(
        "a number as the national number",
        {"identity": {"national_id": {"code": 31001010000, "country": "LT"}}},
        {"identity.national_id.code": "type"},
    ),
    Case(
        "a person that is also a company",
        {"identity": {"given_name": "Ana"}, "company": {"legal_name": "Ana Ltd"}},
        {"identity": "conflict"},
    ),
    Case(
        "a person that is also a company, both with faults",
        {"identity": {"given_name": "Ana"}, "company": {"legal_name": "Ana Ltd"}, "email": BAD},
        {"identity": "conflict", "email": "shape"},
    ),
    Case(
        "faults at the bottom of a company",
        {
            "company": {
                "legal_name": "",
                "legal_person_type": SECRET_WORD,
                "headquarters": {"country": SECRET_WORD, "street": SECRET_WORD},
                "representative": {"email": SECRET_WORD},
                "beneficial_owners": [{"identity": {"given_name": SECRET_WORD}}],
            },
            "people": [
                {
                    "ref": "representative",
                    "roles": ["representative"],
                    "email": SECRET_WORD,
                    "identity": {"birthdate": SECRET_WORD, "nationality": "fr"},
                    "address": {"postal_code": 75004},
                },
                {
                    "roles": ["director"],
                    "identity": {"gender": SECRET_WORD},
                    "address": SECRET_WORD,
                },
                SECRET_WORD,
                {"ref": "director", "roles": ["signatory", "signatory"]},
                {"ref": "signatory", "roles": ["director"], "ownership_percent": 101},
                {"ref": "a.b", "roles": [SECRET_WORD]},
            ],
        },
        {
            "company.legal_name": "shape",
            "company.legal_person_type": "choice",
            "company.headquarters.country": "shape",
            "company.headquarters.street": "unknown",
            "people[representative].email": "shape",
            "people[representative].identity.birthdate": "shape",
            "people[representative].identity.nationality": "shape",
            "people[representative].address.postal_code": "type",
            "company.representative": "unknown",
            "company.beneficial_owners": "unknown",
            "people.1.ref": "missing",
            "people.1.identity.gender": "choice",
            "people.1.address": "type",
            "people.2": "type",
            "people[director].roles": "conflict",
            "people[signatory].ref": "conflict",
            "people[signatory].ownership_percent": "shape",
            "people.5.ref": "shape",
            "people.5.roles.0": "choice",
        },
    ),
    Case(
        "credentials of no kind",
        {"credentials": {"password": SECRET_WORD}},
        {"credentials.kind": "choice"},
    ),
    Case(
        "credentials of an unknown kind",
        {"credentials": {"kind": SECRET_WORD, "password": SECRET_WORD}},
        {"credentials.kind": "choice"},
    ),
    Case(
        "credentials whose kind is a list",
        {"credentials": {"kind": [SECRET_WORD]}},
        {"credentials.kind": "choice"},
    ),
    Case(
        "an empty password",
        {"credentials": {"kind": "password", "password": ""}},
        {"credentials.password": "type"},
    ),
    Case(
        "a migrated hash without its parts",
        {"credentials": {"kind": "migrated_hash", "hash": 7, "scheme": "", "pepper": SECRET_WORD}},
        {
            "credentials.hash": "type",
            "credentials.salt": "missing",
            "credentials.username": "missing",
            "credentials.scheme": "shape",
            "credentials.pepper": "unknown",
        },
    ),
    Case(
        "documents with faulty pages",
        {
            "documents": [
                {"pages": [{"content": "*"}, {"media_type": 1}, SECRET_WORD]},
                {"purpose": "proof_of_identity", "issued_on": "1.1.2020", "country": "GER"},
            ]
        },
        {
            "documents.0.purpose": "missing",
            "documents.0.pages.0.content": "shape",
            "documents.0.pages.1.content": "missing",
            "documents.0.pages.1.media_type": "type",
            "documents.0.pages.2": "type",
            "documents.1.issued_on": "shape",
            "documents.1.country": "shape",
        },
    ),
    Case(
        "exposures in the wrong form",
        {"political_exposures": [{"positions": SECRET_WORD}, {"positions": ["", 1]}, None]},
        {
            "political_exposures.0.positions": "type",
            "political_exposures.1.positions.0": "shape",
            "political_exposures.1.positions.1": "type",
            "political_exposures.2": "type",
        },
    ),
    *(
        Case(f"a locale {name}", {"locale": text}, {"locale": "shape"})
        for name, text in {
            "with an underscore": "lt_LT",
            "in full": "Lithuanian",
            "with an encoding": "lt-LT.UTF-8",
            "of one letter": "l",
        }.items()
    ),
    Case(
        "extras that are not tables",
        {"extras": {"mangopay": SECRET_WORD, "paysera": [SECRET_WORD]}},
        {"extras.mangopay": "type", "extras.paysera": "type"},
    ),
    Case(
        "extras that no JSON can hold",
        {
            "extras": {
                "paysera": {"card": {"number": object(), "limit": math.nan}, "scopes": ["a", b"b"]},
                "mangopay": {"sca_context": {SECRET_WORD}},
            }
        },
        {
            "extras.paysera.card.number": "type",
            "extras.paysera.card.limit": "type",
            "extras.paysera.scopes.1": "type",
            "extras.mangopay.sca_context": "type",
        },
    ),
    Case(
        "an unknown key far below",
        {"people": {"representative": {"identity": {"birthplace": {"town": SECRET_WORD}}}}},
        {"people[representative].identity.birthplace.town": "unknown"},
    ),
    Case(
        "a fault in every part at once",
        {
            "identity": {"given_name": 1, "birthdate": SECRET_WORD, "gender": SECRET_WORD},
            "address": {"country": SECRET_WORD, "zip": SECRET_WORD},
            "email": SECRET_WORD,
            "phone": SECRET_WORD,
            "category": SECRET_WORD,
            "terms": {},
            "credentials": {"kind": SECRET_WORD},
            "documents": [{}],
            "extras": {"mangopay": None},
            "nickname": SECRET_WORD,
        },
        {
            "identity.given_name": "type",
            "identity.birthdate": "shape",
            "identity.gender": "choice",
            "address.country": "shape",
            "address.zip": "unknown",
            "email": "shape",
            "phone": "shape",
            "category": "choice",
            "terms.accepted": "missing",
            "credentials.kind": "choice",
            "documents.0.purpose": "missing",
            "extras.mangopay": "type",
            "nickname": "unknown",
        },
    ),
)


def by_name(case: Case) -> str:
    return case.name


def listed(error: InvalidInput | Unsupported) -> list[tuple[str, str]]:
    return sorted((problem.path, problem.code) for problem in error.problems)


def test_there_are_at_least_forty_malformed_users() -> None:
    assert len(MALFORMED) >= 40
    assert len({case.name for case in MALFORMED}) == len(MALFORMED)


@pytest.mark.parametrize("gateway", ["fr", "lt"])
@pytest.mark.parametrize("case", MALFORMED, ids=by_name)
def test_a_malformed_user_is_one_error_with_every_problem_and_nothing_is_sent(
    case: Case, gateway: str, world: World, told: Callable[[BaseException], str]
) -> None:
    provider = world.gateways[gateway]

    with pytest.raises(InvalidInput) as caught:
        provider.create_user(User.parse(case.data))

    assert listed(caught.value) == sorted(case.expected.items())
    assert SECRET_WORD not in told(caught.value)
    assert world.logs == []


FRENCH = {
    "identity": {"given_name": "Ana", "family_name": "Petit", "birthdate": "1987-07-14",
                 "nationality": "FR", "country_of_residence": "FR"},
    "email": "ana.petit@example.com",
    "phone": "+33611111111",
    "category": "OWNER",
    "terms": {"accepted": True},
}  # fmt: skip
LITHUANIAN = {
    "identity": {"given_name": "Ona", "family_name": "Petraitė", "nationality": "LT",
                 "national_id": {"code": "48707140000", "country": "LT"}},
    "email": "ona@example.com",
    "locale": "lt",
}  # fmt: skip

LONG = SECRET_WORD * 29  # 261 characters

Paths = set[str]
UNCARRIED: tuple[tuple[str, str, Mapping[str, Any], Paths], ...] = (
    (
        "texts longer than MangoPay takes",
        "fr",
        {
            "identity.given_name": LONG,
            "identity.family_name": LONG,
            "occupation": LONG,
            "tag": LONG,
            "address": Address(line1=LONG, line2=LONG, city=LONG, region=LONG),
        },
        {
            "identity.given_name",
            "identity.family_name",
            "occupation",
            "tag",
            "address.line1",
            "address.line2",
            "address.city",
            "address.region",
        },
    ),
    (
        "a postal code with other characters than MangoPay takes",
        "fr",
        {"address": Address(postal_code=f"{SECRET_WORD}/7")},
        {"address.postal_code"},
    ),
    (
        "an e-mail address that is not ASCII",
        "fr",
        {"email": f"{SECRET_WORD}é@example.com"},
        {"email"},
    ),
    (
        "an e-mail address with an underscore in its host",
        "fr",
        {"email": f"{SECRET_WORD}@my_host.example.com"},
        {"email"},
    ),
    (
        "a national number and a birthplace, which MangoPay does not support",
        "fr",
        {
            "identity.national_id": NationalId(code=SECRET_WORD, country="FR"),
            "identity.birthplace.city": SECRET_WORD,
        },
        {"identity.national_id.code", "identity.national_id.country", "identity.birthplace.city"},
    ),
    (
        "several nationalities and an exposure",
        "fr",
        {"identity.other_nationalities": ("LT", "PL"), "politically_exposed": True},
        {"identity.other_nationalities", "politically_exposed"},
    ),
    ("a locale that Paysera does not speak", "lt", {"locale": "fr"}, {"locale"}),
    (
        "a birthdate, a gender and an address, which Paysera sets itself",
        "lt",
        {
            "identity.birthdate": date(1987, 7, 14),
            "identity.gender": Gender.FEMALE,
            "address": Address(line1=SECRET_WORD, country="LT"),
        },
        {"identity.birthdate", "identity.gender", "address.line1", "address.country"},
    ),
    (
        "a national number of another country than the nationality",
        "lt",
        {"identity.nationality": "PL"},
        {"identity.national_id.country"},
    ),
    (
        "a hash of a scheme that Paysera does not know",
        "lt",
        {
            "credentials": MigratedHash(
                scheme=f"argon2-{SECRET_WORD}", hash=Secret("h"), salt=Secret("s"), username="u"
            )
        },
        {"credentials"},
    ),
    (
        "a company, which Paysera does not register",
        "lt",
        {"identity": None, "company.legal_name": SECRET_WORD},
        {"company"},
    ),
)


@pytest.mark.parametrize(
    ("gateway", "change", "paths"), [case[1:] for case in UNCARRIED], ids=[c[0] for c in UNCARRIED]
)
def test_what_a_provider_cannot_carry_is_refused_by_path_before_anything_is_sent(
    gateway: str,
    change: Mapping[str, Any],
    paths: Paths,
    world: World,
    told: Callable[[BaseException], str],
) -> None:
    user = User.parse(FRENCH if gateway == "fr" else LITHUANIAN).replace(change)

    with pytest.raises(Unsupported) as caught:
        world.gateways[gateway].create_user(user)

    assert listed(caught.value) == sorted((path, "unsupported") for path in paths)
    assert caught.value.provider == world.gateways[gateway].provider
    assert SECRET_WORD not in told(caught.value)
    assert world.logs == []


@pytest.mark.parametrize(
    ("gateway", "extras", "expected"),
    [
        (
            "fr",
            {"mangopay": {"sca_contxt": SECRET_WORD, "phone_number_country": 33}},
            {
                "extras.mangopay.sca_contxt": "unknown",
                "extras.mangopay.phone_number_country": "type",
            },
        ),
        (
            "lt",
            {"paysera": {"card": SECRET_WORD, "scopes": [1], "phone_link": {SECRET_WORD: 1}}},
            {
                "extras.paysera.card": "type",
                "extras.paysera.scopes.0": "type",
                "extras.paysera.phone_link": "type",
            },
        ),
    ],
)
def test_extras_that_the_adapter_does_not_know_are_refused_by_path_before_anything_is_sent(
    gateway: str,
    extras: dict[str, Any],
    expected: Expected,
    world: World,
    told: Callable[[BaseException], str],
) -> None:
    user = User.parse(FRENCH if gateway == "fr" else LITHUANIAN).replace(extras=extras)

    with pytest.raises(InvalidInput) as caught:
        world.gateways[gateway].create_user(user)

    assert listed(caught.value) == sorted(expected.items())
    assert SECRET_WORD not in told(caught.value)
    assert world.logs == []


@pytest.mark.parametrize("gateway", ["fr", "lt"])
def test_the_same_users_without_the_fault_are_taken(gateway: str, world: World) -> None:
    user = User.parse(FRENCH if gateway == "fr" else LITHUANIAN)

    record = world.gateways[gateway].create_user(user)

    assert record.id
    assert world.logs


def test_an_update_that_cannot_be_carried_sends_nothing(
    world: World, told: Callable[[BaseException], str]
) -> None:
    gateway = world.gateways["fr"]
    record = gateway.create_user(User.parse(FRENCH))
    before = len(world.logs)

    with pytest.raises(Unsupported) as caught:
        gateway.update_user(record, record.user.replace(tag=LONG, occupation=LONG))

    assert listed(caught.value) == [("occupation", "unsupported"), ("tag", "unsupported")]
    assert SECRET_WORD not in told(caught.value)
    assert len(world.logs) == before


def test_a_constructor_names_every_problem_of_its_own_fields(
    told: Callable[[BaseException], str],
) -> None:
    values: dict[str, Any] = {
        "given_name": BAD,
        "family_name": 3,
        "birthdate": SECRET_WORD,
        "nationality": "france",
        "other_nationalities": ("FR", SECRET_WORD, "xx"),
        "gender": SECRET_WORD,
    }

    with pytest.raises(InvalidInput) as caught:
        Identity(**values)

    assert listed(caught.value) == [
        ("birthdate", "type"),
        ("family_name", "type"),
        ("gender", "type"),
        ("given_name", "shape"),
        ("nationality", "shape"),
        ("other_nationalities.1", "shape"),
        ("other_nationalities.2", "shape"),
    ]
    assert SECRET_WORD not in told(caught.value)


def test_a_list_in_place_of_a_tuple_is_refused_by_a_constructor() -> None:
    values: Any = {"other_nationalities": ["FR"]}

    with pytest.raises(InvalidInput) as caught:
        Identity(**values)

    assert listed(caught.value) == [("other_nationalities", "type")]


def test_a_change_by_path_names_every_problem(told: Callable[[BaseException], str]) -> None:
    user = User.parse(FRENCH)
    change = {
        "address.city": BAD,
        "address.street": SECRET_WORD,
        "identity.birthdate": SECRET_WORD,
        "email.host": SECRET_WORD,
        "terms.accepted": None,
    }

    with pytest.raises(InvalidInput) as caught:
        user.replace(change, phone="0612345678")

    assert listed(caught.value) == [
        ("address.city", "shape"),
        ("address.street", "unknown"),
        ("email.host", "unknown"),
        ("identity.birthdate", "type"),
        ("phone", "shape"),
        ("terms.accepted", "missing"),
    ]
    assert SECRET_WORD not in told(caught.value)


def test_what_a_form_gives_is_read_into_typed_values() -> None:
    user = User.parse({**FRENCH, "phone": "+33 6 11-11-11-11", "extras": {"mangopay": {}}})

    assert user.phone == "+33611111111"
    assert user.identity is not None
    assert user.identity.birthdate == date(1987, 7, 14)
    assert user.category is not None
    assert user.category.name == "OWNER"
