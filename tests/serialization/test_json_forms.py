"""Users, records and actions keep a JSON form that databases may rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Absence,
    Address,
    Birthplace,
    Company,
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    Gateways,
    Gender,
    IdentificationLevel,
    Identity,
    IncomeBracket,
    InvalidInput,
    KYCLevel,
    LegalPersonType,
    Loss,
    LossKind,
    MigratedHash,
    NationalId,
    NextAction,
    NextActionKind,
    Password,
    Person,
    PersonRole,
    PoliticalExposure,
    Secret,
    Terms,
    User,
    UserCategory,
    UserRecord,
    UserStatus,
)
from onboarding.spi import LinkRule
from onboarding.testing.strategies import users
from onboarding.values.base import trust

GOLDEN = Path(__file__).parent / "golden"
NOON = datetime(2026, 1, 2, 12, 30, 0, 250_000, tzinfo=UTC)


class World(Protocol):
    gateways: Gateways
    mangopay: Any
    paysera: Any

    @property
    def env(self) -> dict[str, str]: ...
    def config(self) -> dict[str, Any]: ...


HOME = Address(
    line1="Gedimino pr. 1",
    line2="Apt. 7",
    city="Vilnius",
    region="Vilniaus m.",
    postal_code="01103",
    country="LT",
)

PERSON = User(
    identity=Identity(
        given_name="Šarūnė",
        family_name="Petraitė",
        middle_name="Rasa",
        name_suffix="Jr.",
        birthdate=date(1987, 7, 14),
        nationality="LT",
        other_nationalities=("PL", "FR"),
        country_of_residence="LT",
        birthplace=Birthplace(city="Kaunas", country="LT"),
        national_id=NationalId(code="48707140000", country="LT"),
        gender=Gender.FEMALE,
    ),
    address=HOME,
    email="sarune@example.com",
    phone="+37066612345",
    locale="lt-LT",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True, accepted_at=NOON, version="2026-01"),
    occupation="Baker",
    income_bracket=IncomeBracket.FROM_30K_TO_50K,
    politically_exposed=True,
    political_exposures=(
        PoliticalExposure(name="Jonas", relation="brother", positions=("mayor", "member")),
    ),
    credentials=MigratedHash(hash=Secret("aGFzaA=="), salt=Secret("c2FsdA=="), username="sarune"),
    documents=(
        Document(
            purpose=DocumentPurpose.IDENTITY,
            kind=DocumentKind.PASSPORT,
            pages=(
                DocumentPage(
                    content=b"\x00\xff%PDF", media_type="application/pdf", filename="p.pdf"
                ),
            ),
            title="Passport",
            number="AB1234567",
            issued_on=date(2020, 1, 15),
            country="LT",
        ),
    ),
    tag="customer 17",
    reference="customer-17",
    extras={"paysera": {"scopes": ["a", "b"], "card": {"issuer": "x", "number": "1"}}},
)

FIRM = User(
    company=Company(
        legal_name="ACME Corporation",
        legal_person_type=LegalPersonType.BUSINESS,
        registration_number="123456789",
        vat_number="FR40123456789",
        trade_name="ACME",
        website="https://acme.example/?lang=fr",
        incorporated_on=date(1949, 9, 17),
        headquarters=HOME,
    ),
    people=(
        Person(
            ref="gunner",
            roles=(PersonRole.REPRESENTATIVE,),
            identity=Identity(given_name="Gunner", family_name="Beier"),
            address=Address(country="FR"),
            email="gunner@example.com",
            phone="+33611111111",
            job_title="Managing director",
            extras={"acme": {"risk": "low"}},
        ),
        Person(
            ref="wile",
            roles=(PersonRole.BENEFICIAL_OWNER, PersonRole.DIRECTOR),
            identity=Identity(given_name="Wile"),
            address=HOME,
            ownership_percent=25.5,
        ),
    ),
    email="acme@example.com",
    credentials=Password(password=Secret("correct horse")),
)

REDIRECT = NextAction(
    kind=NextActionKind.REDIRECT,
    provider="mangopay",
    gateway="fr",
    user_id="user_m_01",
    url="https://sca.example/?token=sca_019",
    link_rule=LinkRule(
        return_parameter="returnUrl",
        language_parameter="lang",
        languages={"sv": "se", "en": "en"},
        max_length=2000,
    ),
    issued_at=NOON,
    expires_at=NOON.replace(hour=13),
)

CODE = NextAction(
    kind=NextActionKind.CONFIRM_CODE,
    provider="paysera",
    gateway="lt",
    user_id="221",
    concerns="phone",
    value="+37066612345",
    issued_at=NOON,
)

RECORD = UserRecord(
    provider="paysera",
    gateway="lt",
    id="221",
    user=PERSON.replace(credentials=None, documents=()),
    retrieved_at=NOON,
    created_at=NOON.replace(year=2020),
    status=UserStatus.PENDING,
    kyc_level=KYCLevel.LIGHT,
    identification_level=IdentificationLevel.BASIC_IDENTIFIED,
    next_actions=(CODE, REDIRECT),
    confirmed={"email": True, "phone": False},
    absent={"address.city": Absence.HIDDEN, "occupation": Absence.NOT_RETURNED},
    provider_fields={
        "identification_level": "basic_identified",
        "wallets": [14471],
        "options": {"a": None},
    },
    unmapped={"identity.code": 31001230000, "mood": None},
    losses=(
        Loss(
            core_path="identity.gender",
            kind=LossKind.DROPPED,
            reason="paysera sets it itself",
            wire_path="gender",
        ),
    ),
    raw={"id": 221, "identity": {"code": 31001230000}, "wallets": [14471], "x": [1.5, None, True]},
)

# What a provider showed: legal there, without a shape here.
UNSHAPELY = UserRecord(
    provider="mangopay",
    gateway="fr",
    id="8494514",
    user=trust(
        User,
        {
            "identity": trust(
                Identity,
                {"national_id": trust(NationalId, {"code": "0017"}), "nationality": "lt"},
            ),
            "address": trust(Address, {"region": "", "country": ""}),
            "terms": trust(Terms, {"accepted_at": NOON}),
            "email": "nobody",
            "phone": "06 11 11 11 11",
        },
    ),
)

EXAMPLES: dict[str, User | UserRecord | NextAction] = {
    "user_natural": PERSON,
    "user_legal": FIRM,
    "user_empty": User(),
    "next_action_redirect": REDIRECT,
    "next_action_code": CODE,
    "user_record": RECORD,
    "user_record_unshapely": UNSHAPELY,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_form_of_a_value_does_not_change(name: str) -> None:
    golden = (GOLDEN / f"{name}.json").read_text("utf-8")

    written = json.loads(EXAMPLES[name].to_json(secrets=True))

    assert json.dumps(written, indent=2, ensure_ascii=False) + "\n" == golden


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_stored_value_comes_back_equal(name: str) -> None:
    golden = (GOLDEN / f"{name}.json").read_text("utf-8")
    example = EXAMPLES[name]

    read = type(example).from_json(golden)

    assert read == example
    assert read.to_json(secrets=True) == example.to_json(secrets=True)


def test_the_words_of_a_record_come_back_as_the_words_of_their_vocabularies() -> None:
    read = UserRecord.from_json(RECORD.to_json())

    assert read.absent["address.city"] is Absence.HIDDEN
    assert read.status is UserStatus.PENDING
    assert read.kyc_level is KYCLevel.LIGHT
    assert read.losses[0].kind is LossKind.DROPPED
    assert read.next_actions[0].kind is NextActionKind.CONFIRM_CODE
    assert read.retrieved_at == NOON
    assert read.retrieved_at is not None
    assert read.retrieved_at.utcoffset() is not None


@pytest.mark.parametrize("user", [PERSON, FIRM], ids=["migrated hash", "password"])
def test_credentials_are_written_only_when_they_are_asked_for(user: User) -> None:
    with pytest.raises(ValueError, match="secrets=True") as caught:
        user.to_json()

    assert "correct horse" not in str(caught.value)
    assert user.replace(credentials=None).to_json()
    assert User.from_json(user.to_json(secrets=True)).credentials == user.credentials


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("", "", "shape"),
        ("Xq7", "", "shape"),
        ("[]", "", "type"),
        ("{}", "form", "choice"),
        ('{"form": "user/2"}', "form", "choice"),
        ('{"form": "user_record/1"}', "form", "choice"),
        ('{"form": "user/1", "emial": "Xq7"}', "emial", "unknown"),
        ('{"form": "user/1", "identity": "Xq7"}', "identity", "type"),
        ('{"form": "user/1", "identity": {"birthdate": "Xq7"}}', "identity.birthdate", "shape"),
        ('{"form": "user/1", "identity": {"gender": "Xq7"}}', "identity.gender", "choice"),
        ('{"form": "user/1", "extras": "Xq7"}', "extras", "type"),
        ('{"form": "user/1", "documents": [{}]}', "documents.0.purpose", "missing"),
    ],
)
def test_a_text_of_another_form_is_refused_by_path(text: str, path: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        User.from_json(text)

    assert [(problem.path, problem.code) for problem in caught.value.problems] == [(path, code)]
    assert "Xq7" not in str(caught.value)


def test_a_record_without_its_required_parts_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        UserRecord.from_json('{"form": "user_record/1", "id": "1"}')

    assert set(caught.value.paths) == {"provider", "gateway", "user"}


# -- any value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
TABLES = st.dictionaries(st.text(max_size=8), JSON, max_size=3)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))

TEXTS = st.text(max_size=8)

actions = st.builds(
    NextAction,
    kind=st.sampled_from(NextActionKind),
    provider=TEXTS,
    gateway=TEXTS,
    user_id=TEXTS,
    concerns=TEXTS,
    value=st.none() | TEXTS,
    url=st.none() | TEXTS,
    link_rule=st.none()
    | st.builds(
        LinkRule,
        return_parameter=TEXTS,
        language_parameter=st.none() | TEXTS,
        languages=st.dictionaries(TEXTS, TEXTS, max_size=2),
        max_length=st.none() | st.integers(),
    ),
    issued_at=MOMENTS,
    expires_at=MOMENTS,
)
losses = st.builds(
    Loss, core_path=TEXTS, kind=st.sampled_from(LossKind), reason=TEXTS, wire_path=TEXTS
)

records = st.builds(
    UserRecord,
    provider=st.text(min_size=1, max_size=8),
    gateway=st.text(max_size=8),
    id=st.text(max_size=8),
    user=users(),
    retrieved_at=MOMENTS,
    created_at=MOMENTS,
    status=st.none() | st.sampled_from(UserStatus),
    kyc_level=st.none() | st.sampled_from(KYCLevel),
    identification_level=st.none() | st.sampled_from(IdentificationLevel),
    next_actions=st.lists(actions, max_size=2).map(tuple),
    confirmed=st.dictionaries(st.sampled_from(["email", "phone"]), st.booleans()),
    absent=st.dictionaries(st.text(max_size=8), st.sampled_from(Absence), max_size=3),
    provider_fields=TABLES,
    unmapped=TABLES,
    losses=st.lists(losses, max_size=2).map(tuple),
    raw=TABLES,
)


@given(users())
def test_every_user_comes_back_from_its_form(user: User) -> None:
    text = user.to_json(secrets=True)

    assert User.from_json(text) == user
    assert User.from_json(text.encode()).to_json(secrets=True) == text


@given(records)
def test_every_record_comes_back_from_its_form(record: UserRecord) -> None:
    text = record.to_json(secrets=True)

    assert UserRecord.from_json(text) == record
    assert UserRecord.from_json(text).to_json(secrets=True) == text


@given(actions)
def test_every_action_comes_back_from_its_form(action: NextAction) -> None:
    assert NextAction.from_json(action.to_json()) == action


# -- another process

CONFIRMS = """
import json, sys
from onboarding import Gateways, NextAction

told = json.load(sys.stdin)
action = NextAction.from_json(told["action"])
with Gateways.from_config(told["config"]) as gateways:
    record = gateways[action.gateway].confirm(action, told["code"])
print(record.to_json())
"""

RENEWS = """
import json, sys
from onboarding import Gateways, NextAction

told = json.load(sys.stdin)
action = NextAction.from_json(told["action"])
with Gateways.from_config(told["config"]) as gateways:
    fresh = gateways[action.gateway].renew(action)
print(fresh.to_json())
"""


def elsewhere(script: str, world: World, **told: Any) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps({**told, "config": world.config()}),
        env={**os.environ, **world.env},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SIGNUP = {
    "identity": {
        "given_name": "Ona",
        "family_name": "Petraitė",
        "nationality": "LT",
        "national_id": {"code": "48801010017", "country": "LT"},
    },
    "email": "process@example.com",
    "phone": "+37066600017",
}


def test_a_code_is_confirmed_in_another_process(world: World) -> None:
    record = world.gateways["lt"].create_user(User.parse(SIGNUP))
    action = next(action for action in record.next_actions if action.concerns == "phone")
    code = world.paysera.code_for(int(record.id), "phone")

    answer = elsewhere(CONFIRMS, world, action=action.to_json(), code=code)

    seen = UserRecord.from_json(answer)
    assert seen.id == record.id
    assert seen.user.phone == "+37066600017"
    assert seen.confirmed["phone"] is True


def test_a_code_is_sent_again_from_another_process(world: World) -> None:
    signup = {"email": "renewed@example.com"}
    record = world.gateways["lt"].create_user(User.parse(signup))
    action = record.next_actions[0]
    first = world.paysera.code_for(int(record.id), "email")

    answer = elsewhere(RENEWS, world, action=action.to_json())

    fresh = NextAction.from_json(answer)
    assert fresh.value == "renewed@example.com"
    assert world.paysera.code_for(int(record.id), "email") != first
    assert (fresh.user_id, fresh.concerns) == (record.id, "email")


def test_a_link_is_renewed_in_another_process(world: World) -> None:
    owner = {
        "identity": {
            "given_name": "Ana",
            "family_name": "Petit",
            "birthdate": "1987-07-14",
            "nationality": "FR",
            "country_of_residence": "FR",
        },
        "email": "ana@example.com",
        "phone": "+33611111111",
        "category": "OWNER",
        "terms": {"accepted": True},
    }
    record = world.gateways["fr"].create_user(User.parse(owner))
    action = record.next_actions[0]

    answer = elsewhere(RENEWS, world, action=action.to_json())

    fresh = NextAction.from_json(answer)
    assert fresh.user_id == record.id
    assert fresh.url
    assert fresh.url != action.url
    assert fresh.link("https://shop.example/back", language="lt").startswith(fresh.url)
