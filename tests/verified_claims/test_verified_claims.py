"""Verified claims say what the provider shows and the policy names, and nothing beyond it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from onboarding import (
    Address,
    Birthplace,
    Company,
    Gateways,
    Gender,
    IdentificationLevel,
    Identity,
    InvalidInput,
    KYCLevel,
    LossKind,
    NationalId,
    Terms,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.levels import EidasLevel, NistIal
from onboarding.mapping.paths import EMPTY, leaves, lookup
from onboarding.mapping.people import leaves_of
from onboarding.testing.strategies import users
from onboarding.values.base import trust
from onboarding.verified_claims import VerifiedClaims, from_verified_claims, to_verified_claims

Json = dict[str, Any]

ALL = (
    "given_name", "family_name", "middle_name", "birthdate", "nationalities", "place_of_birth",
    "gender", "address", "email", "phone_number",
)  # fmt: skip
NOON = datetime(2026, 1, 2, 12, 30, tzinfo=UTC)

ONA = User(
    identity=Identity(
        given_name="Ona",
        family_name="Kazlauskienė",
        middle_name="Rasa",
        birthdate=date(1990, 3, 11),
        nationality="LT",
        other_nationalities=("DE",),
        birthplace=Birthplace(city="Kaunas", country="LT"),
        national_id=NationalId(code="49003111234", country="LT"),
        gender=Gender.FEMALE,
    ),
    address=Address(
        line1="Gedimino pr. 1",
        line2="7 butas",
        city="Vilnius",
        region="Vilniaus m.",
        postal_code="01103",
        country="LT",
    ),
    email="ona@example.com",
    phone="+37061234567",
)
RECORD = UserRecord(
    provider="paysera",
    gateway="lt",
    id="221",
    user=ONA,
    retrieved_at=NOON,
    kyc_level=KYCLevel.REGULAR,
    identification_level=IdentificationLevel.FULLY_IDENTIFIED,
    eidas_level=EidasLevel.SUBSTANTIAL,
    nist_ial=NistIal.IAL2,
    provider_levels={"identification_level": "fully_identified"},
    confirmed={"email": True, "phone": False},
)
PASSPORT = {
    "type": "document",
    "check_details": [{"check_method": "vpip", "check_id": "kyc-77", "time": "2025-12-31T09:00Z"}],
    "document_details": {
        "type": "passport",
        "document_number": "24000017",
        "date_of_issuance": "2020-01-15",
        "date_of_expiry": "2030-01-14",
        "issuer": {"country_code": "LTU"},
    },
}


def wrapped(claims: Any = None, **verification: Any) -> Json:
    """The least that the standard calls verified claims."""
    framework = {"trust_framework": "de_aml"}
    return {"verified_claims": {"verification": framework | verification, "claims": claims or {}}}


def read_one(data: Json) -> VerifiedClaims:
    (found,) = from_verified_claims(data)
    return found


def problems_of(data: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        from_verified_claims(data)
    return {problem.path: problem.code for problem in caught.value.problems}


# -- the standard's form: OpenID Identity Assurance Schema Definition 1.0, section 5; OpenID
# Connect for Identity Assurance Claims Registration 1.0, section 4; OpenID Connect Core 5.1

DAY = re.compile(r"\d{4}-[01]\d-[0-3]\d")
TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d(:[0-5]\d)?(Z|[+-]\d\d:\d\d)")
CODE = re.compile(r"[A-Z]{2,3}")
SCHEMA: Json = {
    "verified_claims!": {
        "verification!": {
            "trust_framework!": str,
            "assurance_level": str,
            "time": TIME,
            "evidence": [
                {
                    "type!": re.compile("document|electronic_record|vouch|electronic_signature"),
                    "check_details": [{"check_method!": str, "check_id": str, "time": TIME}],
                    "document_details": {
                        "type!": str,
                        "document_number": str,
                        "date_of_issuance": DAY,
                        "date_of_expiry": DAY,
                        "issuer": {"name": str, "country_code": CODE},
                    },
                }
            ],
            "onboarding_provenance": object,
        },
        "claims!": {
            "given_name": str,
            "family_name": str,
            "middle_name": str,
            "birthdate": DAY,
            "nationalities": [CODE],
            "place_of_birth": {"country": CODE, "locality": str},
            "gender": str,
            "address": {
                "street_address": str,
                "locality": str,
                "region": str,
                "postal_code": str,
                "country_code": CODE,
                "country": str,
            },
            "email": re.compile(r"[^@\s]+@[^@\s]+"),
            "phone_number": re.compile(r"\+\d{5,15}"),
        },
    }
}


def check(value: Any, schema: Any, path: str = "") -> None:
    """Holds a value to a schema: no key that it lacks, no key missing that ends in `!`."""
    if isinstance(schema, dict):
        known = {name.rstrip("!"): below for name, below in schema.items()}
        assert isinstance(value, dict), path
        assert value.keys() <= known.keys(), path
        assert {name[:-1] for name in schema if name.endswith("!")} <= value.keys(), path
        assert value or path.endswith("claims"), path
        for name, item in value.items():
            check(item, known[name], f"{path}.{name}")
    elif isinstance(schema, list):
        assert isinstance(value, list), path
        assert value, path
        for item in value:
            check(item, schema[0], path)
    elif isinstance(schema, re.Pattern):
        assert isinstance(value, str), path
        assert schema.fullmatch(value), path
    else:
        assert isinstance(value, schema), path


# -- any record

NATURAL = users().filter(lambda user: user.company is None)
records = st.builds(
    UserRecord,
    provider=st.sampled_from(["mangopay", "paysera", "acme"]),
    gateway=st.text(max_size=4),
    id=st.text(min_size=1, max_size=8),
    user=NATURAL,
    retrieved_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    kyc_level=st.just(KYCLevel.REGULAR),
    eidas_level=st.sampled_from(EidasLevel),
    nist_ial=st.none() | st.sampled_from(NistIal),
    provider_levels=st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
    confirmed=st.dictionaries(st.sampled_from(["email", "phone"]), st.booleans()),
)
frameworks = st.sampled_from(["eidas", "de_aml", "https://acme.example/trust"])
chosen = st.lists(st.sampled_from(ALL), unique=True)


@given(records, frameworks, chosen)
def test_what_is_written_has_the_standards_form(
    record: UserRecord, framework: str, claims: list[str]
) -> None:
    written, _ = to_verified_claims(record, trust_framework=framework, claims=claims)

    check(written, SCHEMA)
    assert json.loads(json.dumps(written)) == written
    assert set(written["verified_claims"]["claims"]) <= set(claims)


@given(records, frameworks, chosen)
def test_each_field_comes_back_equal_or_is_named_as_a_loss(
    record: UserRecord, framework: str, claims: list[str]
) -> None:
    written, losses = to_verified_claims(record, trust_framework=framework, claims=claims)

    back = read_one(json.loads(json.dumps(written)))

    lost = {loss.core_path: loss.kind for loss in losses}
    for path in leaves_of(record.user):
        shown, came = field_of(record.user, path), field_of(back.user, path)
        if path.endswith(("nationality", "other_nationalities")) and (
            lost.get("identity.other_nationalities") is LossKind.COARSENED
        ):
            continue
        assert came == (None if path in lost else shown), path
    assert set(record.user.extras) == {p[7:] for p in lost if p.startswith("extras.")}
    assert back.losses == ()
    assert back.unmapped == {}


def field_of(user: User, path: str) -> Any:
    """The field at a path; None where there is none, or an empty list."""
    value = lookup(user, path)
    return None if value in EMPTY else value


@given(records, frameworks)
def test_nationalities_come_back_as_the_same_set(record: UserRecord, framework: str) -> None:
    written, _ = to_verified_claims(record, trust_framework=framework)
    who, back = record.user.identity, read_one(written).user.identity
    assume(who is not None)

    assert nations(back) == nations(who)


def nations(identity: Identity | None) -> set[str]:
    if identity is None:
        return set()
    return {*filter(None, [identity.nationality]), *identity.other_nationalities}


@given(records, frameworks)
def test_provenance_and_level_come_back_as_they_were(record: UserRecord, framework: str) -> None:
    written, _ = to_verified_claims(
        record, trust_framework=framework, verified_at=record.retrieved_at, evidence=[PASSPORT]
    )

    back = read_one(json.loads(json.dumps(written)))

    assert back.provenance is not None
    for name in ("provider", "gateway", "id", "retrieved_at", "provider_levels"):
        assert getattr(back.provenance, name) == getattr(record, name)
    assert back.trust_framework == framework
    assert back.eidas_level == (record.eidas_level if framework == "eidas" else None)
    assert back.nist_ial is None
    assert back.evidence == (PASSPORT,)
    seen = record.retrieved_at
    assert back.verified_at == (seen.replace(microsecond=0) if seen else None)


@given(records, frameworks, chosen)
def test_a_contact_that_is_not_confirmed_is_never_claimed(
    record: UserRecord, framework: str, claims: list[str]
) -> None:
    written, losses = to_verified_claims(record, trust_framework=framework, claims=claims)

    told = written["verified_claims"]["claims"]
    for contact, claim in (("email", "email"), ("phone", "phone_number")):
        if not record.confirmed.get(contact):
            assert claim not in told
            given_ = getattr(record.user, contact) is not None
            assert given_ == any(loss.core_path == contact for loss in losses)


# -- never more than was said


@pytest.mark.parametrize("confirmed", [{}, {"email": False, "phone": False}])
def test_a_contact_of_which_nothing_is_known_is_taken_as_unconfirmed(confirmed: Json) -> None:
    record = attrs.evolve(RECORD, confirmed=confirmed)

    written, losses = to_verified_claims(record, trust_framework="eidas")

    assert not {"email", "phone_number"} & set(written["verified_claims"]["claims"])
    assert {"email", "phone"} <= {loss.core_path for loss in losses}


@pytest.mark.parametrize(("first", "others"), [("LT", ("LT", "DE")), (None, ("LT", "DE"))])
def test_nationalities_that_are_repeated_or_have_no_first_are_one_list(
    first: str | None, others: tuple[str, ...]
) -> None:
    identity = Identity(nationality=first, other_nationalities=others)

    written, losses = to_verified_claims(
        attrs.evolve(RECORD, user=User(identity=identity)), trust_framework="eidas"
    )

    assert written["verified_claims"]["claims"] == {"nationalities": ["LT", "DE"]}
    assert [(loss.core_path, loss.kind) for loss in losses] == [
        ("identity.other_nationalities", LossKind.COARSENED)
    ]


def test_a_second_line_without_a_first_stays_the_second() -> None:
    record = attrs.evolve(RECORD, user=User(address=Address(line2="7 butas")))
    written, losses = to_verified_claims(record, trust_framework="eidas", claims=["address"])

    back = read_one(written)

    assert back.user == record.user
    assert losses == back.losses == ()


def test_an_example_is_written_as_a_reader_expects() -> None:
    written, losses = to_verified_claims(
        RECORD,
        trust_framework="eidas",
        claims=ALL,
        verified_at=datetime(2025, 12, 31, 9, 5, tzinfo=UTC),
        evidence=[PASSPORT],
    )

    assert written == {
        "verified_claims": {
            "verification": {
                "trust_framework": "eidas",
                "assurance_level": "substantial",
                "time": "2025-12-31T09:05:00+00:00",
                "evidence": [PASSPORT],
                "onboarding_provenance": {
                    "provider": "paysera",
                    "gateway": "lt",
                    "id": "221",
                    "retrieved_at": "2026-01-02T12:30:00+00:00",
                    "provider_levels": {"identification_level": "fully_identified"},
                },
            },
            "claims": {
                "given_name": "Ona",
                "family_name": "Kazlauskienė",
                "middle_name": "Rasa",
                "birthdate": "1990-03-11",
                "nationalities": ["LT", "DE"],
                "place_of_birth": {"country": "LT", "locality": "Kaunas"},
                "gender": "female",
                "address": {
                    "street_address": "Gedimino pr. 1\n7 butas",
                    "locality": "Vilnius",
                    "region": "Vilniaus m.",
                    "postal_code": "01103",
                    "country_code": "LT",
                    "country": "LT",
                },
                "email": "ona@example.com",
            },
        }
    }
    assert {loss.core_path: loss.kind for loss in losses} == {
        "identity.national_id.code": LossKind.DROPPED,
        "identity.national_id.country": LossKind.DROPPED,
        "phone": LossKind.DROPPED,
    }


def test_an_address_is_claimed_only_when_it_is_asked_for() -> None:
    written, losses = to_verified_claims(RECORD, trust_framework="eidas")

    assert "address" not in written["verified_claims"]["claims"]
    left = {loss.core_path for loss in losses if loss.kind is LossKind.NOT_APPLICABLE}
    assert left == {path for path in leaves(User) if path.startswith("address.")}


@pytest.mark.parametrize(
    ("framework", "level"), [("eidas", "substantial"), ("nist_800_63A", "ial2"), ("de_aml", None)]
)
def test_a_level_is_written_only_for_the_framework_that_defines_it(
    framework: str, level: str | None
) -> None:
    written, _ = to_verified_claims(RECORD, trust_framework=framework)

    assert written["verified_claims"]["verification"].get("assurance_level") == level


@pytest.mark.parametrize(
    ("changes", "told", "path"),
    [
        ({"eidas_level": None}, {"trust_framework": "eidas"}, "eidas_level"),
        ({"nist_ial": None}, {"trust_framework": "nist_800_63A"}, "nist_ial"),
        ({}, {"trust_framework": "eIDAS"}, "trust_framework"),
        ({}, {"trust_framework": "eidas_ial_high"}, "trust_framework"),
        ({}, {"trust_framework": "nist_800_63A_ial_3"}, "trust_framework"),
        ({}, {"trust_framework": " "}, "trust_framework"),
        ({"kyc_level": KYCLevel.LIGHT, "identification_level": None}, {}, "identification_level"),
        (
            {"kyc_level": None, "identification_level": IdentificationLevel.UNIDENTIFIED},
            {},
            "identification_level",
        ),
        ({"user": User(company=Company(legal_name="ACME"))}, {}, "user.company"),
        ({}, {"claims": ["given_name", "surname"]}, "claims.1"),
        ({}, {"verified_at": NOON + timedelta(seconds=1)}, "verified_at"),
        ({}, {"verified_at": NOON.replace(tzinfo=None)}, "verified_at"),
        ({}, {"evidence": [PASSPORT, {"kind": "document"}]}, "evidence.1.type"),
    ],
)
def test_what_would_say_too_much_is_refused_by_path(changes: Json, told: Json, path: str) -> None:
    record = attrs.evolve(RECORD, **changes)

    with pytest.raises(InvalidInput) as caught:
        to_verified_claims(record, **{"trust_framework": "de_aml", **told})

    assert caught.value.paths == (path,)


def test_every_reason_for_a_refusal_is_told_at_once() -> None:
    record = attrs.evolve(RECORD, eidas_level=None)

    with pytest.raises(InvalidInput) as caught:
        to_verified_claims(record, trust_framework="eidas", claims=["x"], evidence=[{}])

    assert caught.value.paths == ("eidas_level", "claims.0", "evidence.0.type")


def test_what_a_provider_shows_in_a_shape_of_its_own_is_no_claim() -> None:
    strange = {"given_name": " ", "family_name": "a\nb", "nationality": "lt", "gender": "f"}
    user = trust(User, {"identity": trust(Identity, strange), "phone": "06 11", "email": "nobody"})
    record = attrs.evolve(RECORD, user=user, confirmed={"email": True, "phone": True})

    written, losses = to_verified_claims(record, trust_framework="eidas")

    assert written["verified_claims"]["claims"] == {}
    assert {loss.core_path for loss in losses} == {
        *(f"identity.{name}" for name in strange), "phone", "email",
    }  # fmt: skip


def test_a_country_that_nobody_assigned_is_no_claim() -> None:
    identity = Identity(nationality="LT", other_nationalities=("ZZ",))
    record = attrs.evolve(RECORD, user=User(identity=identity, address=Address(country="ZZ")))

    written, losses = to_verified_claims(record, trust_framework="eidas", claims=ALL)

    assert written["verified_claims"]["claims"] == {}
    assert {loss.core_path for loss in losses} == {
        "identity.nationality", "identity.other_nationalities", "address.country",
    }  # fmt: skip


def test_what_was_written_shares_nothing_with_what_was_given() -> None:
    evidence = deepcopy(PASSPORT)
    written, _ = to_verified_claims(RECORD, trust_framework="eidas", evidence=[evidence])

    evidence["type"] = "vouch"

    assert written["verified_claims"]["verification"]["evidence"] == [PASSPORT]


# -- another's object


@pytest.mark.parametrize(
    ("claims", "path", "value"),
    [
        ({"nationalities": ["DEU"]}, "identity.nationality", "DE"),
        ({"nationalities": ["D", "LTU"]}, "identity.nationality", "DE"),
        ({"nationalities": ["lt"]}, "identity.nationality", "LT"),
        ({"place_of_birth": {"country": "GBR"}}, "identity.birthplace.country", "GB"),
        ({"address": {"country": "Lithuania"}}, "address.country", "LT"),
        ({"address": {"country": "republic of lithuania"}}, "address.country", "LT"),
        ({"address": {"country": "South Korea"}}, "address.country", "KR"),
        ({"address": {"country": "Germany", "country_code": "DEU"}}, "address.country", "DE"),
        ({"address": {"street_address": "a\r\nb"}}, "address.line2", "b"),
        ({"phone_number": "+1 (425) 555-1212"}, "phone", "+14255551212"),
        ({"msisdn": "14255551212"}, "phone", "+14255551212"),
        ({"phone_number": "+14255551212", "msisdn": "14255551212"}, "phone", "+14255551212"),
        ({"gender": "male"}, "identity.gender", Gender.MALE),
        ({"given_name": None}, "identity.given_name", None),
    ],
)
def test_the_standards_spellings_are_read(claims: Json, path: str, value: object) -> None:
    read = read_one(wrapped(claims))

    assert lookup(read.user, path) == value
    assert read.losses == ()


@pytest.mark.parametrize(
    ("claims", "wire", "core", "kind"),
    [
        ({"birthdate": "1990"}, "birthdate", "identity.birthdate", "dropped"),
        ({"birthdate": "0000-03-11"}, "birthdate", "identity.birthdate", "dropped"),
        ({"gender": "diverse"}, "gender", "identity.gender", "dropped"),
        ({"nationalities": ["XXA"]}, "nationalities", "identity.nationality", "dropped"),
        ({"nationalities": ["LT", "GBN"]}, "nationalities", "identity.nationality", "coarsened"),
        ({"address": {"country": "UK"}}, "address.country", "address.country", "dropped"),
        ({"address": {"formatted": "x"}}, "address.formatted", "", "dropped"),
        (
            {"address": {"country_code": "LT", "country": "Latvia"}},
            "address.country", "address.country", "coarsened",
        ),
        (
            {"address": {"street_address": "a\nb\nc"}},
            "address.street_address", "address.line1", "coarsened",
        ),
        ({"place_of_birth": {"region": "x"}}, "place_of_birth.region", "", "dropped"),
        ({"phone_number": "06 11 11 11 11"}, "phone_number", "phone", "dropped"),
        ({"phone_number": "+14255551212;ext=7"}, "phone_number", "phone", "dropped"),
        ({"phone_number": "+14255551212", "msisdn": "37061234567"}, "msisdn", "phone", "coarsened"),
        ({"email": "root@localhost"}, "email", "email", "dropped"),
        ({"given_name": "a\nb"}, "given_name", "identity.given_name", "dropped"),
        ({"given_name#ja-Kana-JP": "x"}, "given_name#ja-Kana-JP", "", "dropped"),
        ({"birth_family_name": "x"}, "birth_family_name", "", "dropped"),
        ({"email_verified": False}, "email_verified", "", "dropped"),
    ],
)  # fmt: skip
def test_what_the_core_has_no_shape_for_is_kept_and_reported(
    claims: Json, wire: str, core: str, kind: str
) -> None:
    read = read_one(wrapped(claims))

    (loss,) = read.losses
    assert (loss.wire_path, loss.core_path, str(loss.kind)) == (f"claims.{wire}", core, kind)
    assert read.unmapped == {f"claims.{wire}": lookup(claims, wire)}


@pytest.mark.parametrize(
    ("claims", "path", "value"),
    [
        ({"address": {"country_code": "LT", "country": "Latvia"}}, "address.country", "LT"),
        ({"phone_number": "+14255551212", "msisdn": "37061234567"}, "phone", "+14255551212"),
    ],
)
def test_of_two_claims_that_differ_the_exact_one_is_read(
    claims: Json, path: str, value: str
) -> None:
    assert lookup(read_one(wrapped(claims)).user, path) == value


def test_unknown_members_of_a_verification_are_kept_and_reported() -> None:
    data = wrapped(identity_assurance_level="high", onboarding_provenance={"mine": 1})
    data["verified_claims"]["more"] = [1]

    read = read_one(data)

    assert read.unmapped == {
        "more": [1],
        "verification.identity_assurance_level": "high",
        "verification.onboarding_provenance": {"mine": 1},
    }
    assert {loss.wire_path for loss in read.losses} == set(read.unmapped)
    assert read.assurance_level is None
    assert read.provenance is None


# Schema Definition 1.0, the examples: a driving permit under NIST SP 800-63A, in an earlier draft
NIST_SAMPLE: Json = {
    "verified_claims": {
        "verification": {
            "trust_framework": "nist_800_63A",
            "assurance_level": "ial2",
            "assurance_process": {
                "assurance_details": [
                    {
                        "assurance_type": "verification",
                        "assurance_classification": "strong",
                        "evidence_ref": [{"txn": "v-93jfk284ugjfj2093"}],
                    }
                ]
            },
            "time": "2021-06-06T05:32Z",
            "verification_process": "7675D80F-57E0-AB14-9543-26B41FC22",
            "evidence": [
                {
                    "type": "document",
                    "check_method": [{"check_type": "pvp", "txn": "v-93jfk284ugjfj2093"}],
                    "time": "2021-06-06T05:33Z",
                    "document_details": {
                        "type": "driving_permit",
                        "document_number": "I1234568",
                        "issuer": {"name": "CA DMV", "country_code": "USA"},
                    },
                }
            ],
        },
        "claims": {
            "given_name": "Inga",
            "family_name": "Silverstone",
            "birthdate": "1991-11-06",
            "place_of_birth": {"country": "USA"},
            "address": {
                "locality": "Shoshone",
                "postal_code": "CA 92384",
                "country": "USA",
                "street_address": "114 Old State Hwy 127",
            },
        },
    }
}


def test_an_example_of_the_standard_is_read_whole() -> None:
    verification = NIST_SAMPLE["verified_claims"]["verification"]

    read = read_one(NIST_SAMPLE)

    assert read.user == User(
        identity=Identity(
            given_name="Inga",
            family_name="Silverstone",
            birthdate=date(1991, 11, 6),
            birthplace=Birthplace(country="US"),
        ),
        address=Address(
            line1="114 Old State Hwy 127", city="Shoshone", postal_code="CA 92384", country="US"
        ),
    )
    assert (read.nist_ial, read.eidas_level) == (NistIal.IAL2, None)
    assert read.verified_at == datetime(2021, 6, 6, 5, 32, tzinfo=UTC)
    assert read.process == verification["verification_process"]
    assert read.assurance_process == verification["assurance_process"]
    assert list(read.evidence) == verification["evidence"]
    assert read.provenance is None
    assert (read.losses, read.unmapped) == ((), {})


def test_each_of_several_verifications_is_read_by_itself() -> None:
    one = wrapped({"given_name": "Ona"}, trust_framework="eidas", assurance_level="high")
    two = wrapped({"family_name": "K."}, trust_framework="nist_800_63A", assurance_level="ial2")
    data = {"sub": "7", "verified_claims": [one["verified_claims"], two["verified_claims"]]}

    first, second = from_verified_claims(data)

    assert first.user == User(identity=Identity(given_name="Ona"))
    assert second.user == User(identity=Identity(family_name="K."))
    assert (first.eidas_level, first.nist_ial) == (EidasLevel.HIGH, None)
    assert (second.eidas_level, second.nist_ial) == (None, NistIal.IAL2)


@pytest.mark.parametrize("word", ["HIGH", "ial3", "very high", None])
def test_a_level_in_other_words_than_the_frameworks_is_kept_and_worth_nothing(
    word: str | None,
) -> None:
    read = read_one(wrapped(trust_framework="eidas", assurance_level=word))

    assert read.assurance_level == word
    assert (read.eidas_level, read.nist_ial) == (None, None)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], {"": "type"}),
        ({}, {"verified_claims": "missing"}),
        ({"verified_claims": "Xq7"}, {"verified_claims": "type"}),
        (
            {"verified_claims": {}},
            {"verified_claims.verification": "missing", "verified_claims.claims": "missing"},
        ),
        (
            {"verified_claims": [wrapped()["verified_claims"], {"verification": 7, "claims": []}]},
            {"verified_claims.1.verification": "type", "verified_claims.1.claims": "type"},
        ),
        (
            wrapped(
                {
                    "given_name": 7,
                    "birthdate": "Xq7",
                    "nationalities": ["LT", 7],
                    "address": "Xq7",
                    "place_of_birth": {"country": ["Xq7"]},
                    "phone_number": {"Xq7": "Xq7"},
                },
                trust_framework="",
                assurance_level=3,
                time="Xq7",
                verification_process=[],
                assurance_process="Xq7",
            ),
            {
                "verified_claims.verification.trust_framework": "shape",
                "verified_claims.verification.assurance_level": "type",
                "verified_claims.verification.verification_process": "type",
                "verified_claims.verification.time": "shape",
                "verified_claims.verification.assurance_process": "type",
                "verified_claims.claims.given_name": "type",
                "verified_claims.claims.birthdate": "shape",
                "verified_claims.claims.nationalities.1": "type",
                "verified_claims.claims.address": "type",
                "verified_claims.claims.place_of_birth.country": "type",
                "verified_claims.claims.phone_number": "type",
            },
        ),
        (
            wrapped(
                evidence=[
                    "Xq7",
                    {"type": "document", "document_details": {}, "check_details": "Xq7"},
                    {"type": "vouch", "check_details": [{}], "attestation": "Xq7"},
                    {"type": "electronic_signature", "issuer": 7},
                ]
            ),
            {
                f"verified_claims.verification.evidence.{path}": code
                for path, code in {
                    "0": "type",
                    "1.document_details.type": "missing",
                    "1.check_details": "type",
                    "2.check_details.0.check_method": "missing",
                    "2.attestation": "type",
                    "3.signature_type": "missing",
                    "3.issuer": "type",
                    "3.serial_number": "missing",
                }.items()
            },
        ),
        (wrapped(evidence={}), {"verified_claims.verification.evidence": "type"}),
        (wrapped(time="2026-01-02T12:30"), {"verified_claims.verification.time": "shape"}),
        (wrapped(time="2026-01-02"), {"verified_claims.verification.time": "shape"}),
        (wrapped({"birthdate": "2026-02-30"}), {"verified_claims.claims.birthdate": "shape"}),
    ],
)
def test_what_the_standard_forbids_is_told_at_once_by_path(data: Any, told: Json) -> None:
    assert problems_of(data) == told


# -- any object

CANARY = "Zq9canary"
WORDS = st.sampled_from(
    [CANARY, f"+{CANARY}", "LT", "D", "1990", "0000-01-01", "\n", "", "+370612"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
MEMBERS = [
    "country", "locality", "region", "street_address", "postal_code", "country_code", "formatted",
]  # fmt: skip
parts = st.dictionaries(st.sampled_from(MEMBERS), WORDS, max_size=4)
loose = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["given_name", "gender", "email", "phone_number", "msisdn"], WORDS),
        "birthdate": st.sampled_from(["1990", "1990-03-11", "0000-01-01"]),
        "nationalities": st.lists(WORDS, max_size=3),
        "place_of_birth": parts,
        "address": parts,
        "title": WORDS,
    },
)
VERIFICATION = (
    "trust_framework", "assurance_level", "time", "evidence", "assurance_process",
    "onboarding_provenance",
)  # fmt: skip
wild = st.fixed_dictionaries(
    {
        "verification": JSON | st.dictionaries(st.sampled_from(VERIFICATION), JSON),
        "claims": JSON | st.dictionaries(st.sampled_from(ALL), JSON),
    }
)


@given(wild, st.booleans())
def test_any_object_is_read_or_refused_and_no_value_is_told(data: Json, many: bool) -> None:
    told = repr(outcome({"verified_claims": [data] if many else data}))

    assert CANARY not in told


def outcome(data: Json) -> Any:
    """What is read, or what is said against it; any other error is one of ours."""
    try:
        (found,) = from_verified_claims(data)
    except InvalidInput as error:
        return [(problem.code, problem.message) for problem in error.problems]
    return (found, [loss.reason for loss in found.losses])


@given(loose)
def test_no_claim_is_left_out_in_silence(claims: Json) -> None:
    read = read_one(wrapped(claims))

    for path, value in flat(claims):
        if f"claims.{path}" in read.unmapped or value in ("", [], None):
            continue
        without = deepcopy(claims)
        above, _, name = path.rpartition(".")
        del (without[above] if above else without)[name]
        twin = path in ("address.country", "address.country_code", "phone_number", "msisdn")
        assert twin or read_one(wrapped(without)).user != read.user, path
    assert {loss.wire_path for loss in read.losses} == set(read.unmapped)


def flat(claims: Json) -> list[tuple[str, Any]]:
    found = []
    for name, value in claims.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        found += [(f"{name}.{below}" if below else name, item) for below, item in inner]
    return found


def test_an_error_holds_no_value_anywhere(told: Callable[[BaseException], str]) -> None:
    claims = {"given_name": [CANARY], "birthdate": CANARY, "nationalities": [{CANARY: 1}]}

    with pytest.raises(InvalidInput) as caught:
        from_verified_claims(wrapped(claims, time=CANARY, evidence=[CANARY]))

    assert CANARY not in told(caught.value)


# -- with providers


class World(Protocol):
    gateways: Gateways
    mangopay: Any
    paysera: Any

    @property
    def env(self) -> dict[str, str]: ...
    def config(self) -> Json: ...


SIGNUP = {
    "identity": {
        "given_name": "Ona",
        "family_name": "Kazlauskienė",
        "national_id": {"code": "48801010017", "country": "LT"},
        "nationality": "LT",
    },
    "email": "claims@example.com",
    "phone": "+37066600017",
}


def test_claims_follow_what_the_provider_shows_and_the_policy_names(world: World) -> None:
    config = world.config()
    config["gateways"]["lt"]["levels"] = {
        "identified": {"eidas": "low"},
        "fully_identified": {"eidas": "substantial"},
    }
    with Gateways.from_config(config, env=world.env) as gateways:
        lt = gateways["lt"]
        record = lt.create_user(User.parse(SIGNUP))
        with pytest.raises(InvalidInput, match="eidas_level"):
            to_verified_claims(record, trust_framework="eidas")
        email = next(action for action in record.next_actions if action.concerns == "email")
        lt.confirm(email, world.paysera.code_for(int(record.id), "email"))
        world.paysera.set_level(int(record.id), "identified")
        record = lt.fetch_user(record.id)

    written, _ = to_verified_claims(record, trust_framework="eidas")

    verification = written["verified_claims"]["verification"]
    assert verification["assurance_level"] == "low"
    assert verification["onboarding_provenance"]["provider_levels"] == {
        "identification_level": "identified",
        "calculated_level": "identified",
    }
    claims = written["verified_claims"]["claims"]
    assert claims["email"] == "claims@example.com"
    assert "phone_number" not in claims


@pytest.mark.parametrize("gateway", ["fr", "lt"])
def test_what_another_verified_raises_no_level_of_a_new_user(world: World, gateway: str) -> None:
    claims = {"given_name": "Ona", "family_name": "K.", "email": f"{gateway}@example.com"}
    read = read_one(
        wrapped(
            claims,
            trust_framework="eidas",
            assurance_level="high",
            onboarding_provenance={
                "provider": "mangopay",
                "gateway": gateway,
                "provider_levels": {"KYCLevel": "REGULAR"},
            },
        )
    )
    user = read.user.replace(category=UserCategory.PAYER, terms=Terms(accepted=True))
    if gateway == "lt":
        national_id = NationalId(code="48801010017", country="LT")
        user = user.replace({"identity.national_id": national_id, "identity.nationality": "LT"})

    record = world.gateways[gateway].create_user(user)

    assert read.eidas_level is EidasLevel.HIGH
    assert record.kyc_level in (None, KYCLevel.LIGHT)
    assert record.identification_level in (None, IdentificationLevel.UNIDENTIFIED)
    assert (record.eidas_level, record.nist_ial) == (None, None)
