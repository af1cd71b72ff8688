"""MangoPay's words, word for word: no law finds two that are swapped in both directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from onboarding import InvalidInput, Secret
from onboarding.mapping import Codec, EffectKind, Translation, translation
from onboarding.mapping.rows import Row
from onboarding.model.answers import LossKind
from onboarding.spi import Flow

from onboarding_mangopay import MangoPay
from onboarding_mangopay.wire.legal import LegacyLegalUser, LegalUser
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser
from onboarding_mangopay.wire.vocabulary import CATEGORY, INCOME, LANGUAGES, LEGAL_PERSON, STATUS

WIRES = [translation(cls, "mangopay") for cls in (NaturalUser, LegalUser)]
EVERY = [*WIRES, *(translation(cls, "mangopay") for cls in (LegacyNaturalUser, LegacyLegalUser))]


@pytest.mark.parametrize(
    ("codec", "told"),
    [
        (CATEGORY, {"PAYER": "PAYER", "OWNER": "OWNER", "PLATFORM": "PLATFORM"}),
        (
            INCOME,  # docs: create-natural-user-sca, IncomeRange
            {1: "under_18k", 2: "18k_to_30k", 3: "30k_to_50k", 4: "50k_to_80k",
             5: "80k_to_120k", 6: "over_120k"},
        ),
        (
            LEGAL_PERSON,
            {"BUSINESS": "business", "ORGANIZATION": "organization",
             "PARTNERSHIP": "partnership", "SOLETRADER": "soletrader"},
        ),
    ],
)  # fmt: skip
def test_each_word_means_what_the_documents_say(
    codec: Codec[str, object], told: dict[object, str]
) -> None:
    read = {word: str(codec.read(word)) for word in told}

    assert read == told
    assert len(codec.members) == len(told)


def test_each_status_and_language_is_the_documented_one() -> None:
    assert {word: str(status) for word, status in STATUS.items()} == {
        "ACTIVE": "active",
        "PENDING_USER_ACTION": "pending",
        "CLOSED": "closed",
    }
    assert sorted(LANGUAGES.values()) == sorted(
        ["bg", "nl", "en", "fr", "de", "el", "it", "pl", "pt", "es", "se"]
    )
    assert LANGUAGES["sv"] == "se"


def test_a_level_is_worth_what_was_decided_and_no_more() -> None:
    rows = MangoPay.default_level_policy.rows

    assert [(row.provider_level, row.kyc.value, row.identification.value) for row in rows] == [
        ("LIGHT", "LIGHT", "unidentified"),
        ("REGULAR", "REGULAR", "basic_identified"),
    ]


@pytest.mark.parametrize(
    ("wire", "core"),
    [
        ("LegalRepresentative.FirstName", "identity.given_name"),
        ("LegalRepresentative.LastName", "identity.family_name"),
        ("LegalRepresentative.Birthday", "identity.birthdate"),
        ("LegalRepresentative.Nationality", "identity.nationality"),
        ("LegalRepresentative.CountryOfResidence", "identity.country_of_residence"),
        ("LegalRepresentative.Email", "email"),
        ("LegalRepresentative.PhoneNumber", "phone"),
        ("LegalRepresentativeAddress.City", "address.city"),
    ],
)
def test_a_representative_is_spelled_as_documented(wire: str, core: str) -> None:
    assert WIRES[1].core_path(wire) == f"people[representative].{core}"


# docs: update-natural-user-sca, update-legal-user-sca, guides on downgrade and on SCA
LOWERS = {
    "FirstName", "LastName", "Birthday", "Nationality",
    "LegalRepresentative.FirstName", "LegalRepresentative.LastName",
    "LegalRepresentative.Birthday", "LegalRepresentative.Nationality", "LegalPersonType",
}  # fmt: skip
RE_ENROLS = {
    "Email", "PhoneNumber", "PhoneNumberCountry", "LegalRepresentative.Email",
    "LegalRepresentative.PhoneNumber", "LegalRepresentative.PhoneNumberCountry",
}  # fmt: skip


@pytest.mark.parametrize("wire", WIRES, ids=["natural", "legal"])
def test_what_a_change_costs_is_said_where_it_is_documented(wire: Translation) -> None:
    data = {mapped.wire: mapped.row for mapped in wire.plan.fields}
    company = "LegalRepresentative.Email" in data

    assert _costing(data, EffectKind.LOWERS_LEVEL) == LOWERS & data.keys()
    wanted = {name for name in RE_ENROLS & data.keys() if not company or "." in name}
    assert _costing(data, EffectKind.RE_ENROLS) - {"UserCategory"} == wanted


def _costing(data: dict[str, Row], kind: EffectKind) -> set[str]:
    return {name for name, row in data.items() if any(cost.kind is kind for cost in row.effects)}


@pytest.mark.parametrize("wire", EVERY, ids=lambda wire: wire.plan.cls.__name__)
def test_only_what_mangopay_does_not_distinguish_is_let_go_without_refusal(
    wire: Translation,
) -> None:
    let_go = {
        x.core_path for x in wire.plan.about.not_supported if x.kind is LossKind.NOT_APPLICABLE
    }

    assert let_go - {"people[beneficial_owner]"} == {
        "terms.accepted_at", "terms.ip_address", "terms.version", "locale", "credentials",
        "documents",
    }  # fmt: skip


PAPER = MangoPay(client_id="acme", api_key=Secret("key"), name="fr")
GIVEN: list[tuple[str, Callable[[Any], Flow[Any]]]] = [
    ("event_type", lambda word: PAPER.list_events(event_type=word)),
    ("statuses", lambda word: PAPER.list_transactions("1", statuses=[word])),
    ("types", lambda word: PAPER.list_transactions("1", types=[word])),
    ("natures", lambda word: PAPER.list_transactions("1", natures=[word])),
    ("scope", lambda word: PAPER.list_recipients("1", scope=word)),
    ("type", lambda word: PAPER.recipient_schema(currency="EUR", country="FR", type=word)),
    ("method", lambda word: PAPER.recipient_schema(currency="EUR", country="FR", method=word)),
    ("sca_context", lambda word: PAPER.list_wallets("1", sca_context=word)),
    ("sca_context", lambda word: PAPER.fetch_wallet("1", sca_context=word)),
    ("sca_context", lambda word: PAPER.list_transactions("1", sca_context=word)),
]


@pytest.mark.parametrize(("path", "call"), GIVEN, ids=[path for path, _ in GIVEN])
def test_a_word_that_mangopay_does_not_have_is_refused_before_anything_is_sent(
    path: str, call: Callable[[Any], Flow[Any]]
) -> None:
    for word in ("NOPE", 7):
        with pytest.raises(InvalidInput) as raised:
            next(call(word))
        assert raised.value.paths == (path,)
        assert "NOPE" not in str(raised.value)


def test_one_text_is_no_list_of_statuses() -> None:
    one: Any = "FAILED"

    with pytest.raises(InvalidInput) as raised:
        next(PAPER.list_transactions("1", statuses=one))

    assert raised.value.paths == ("statuses",)
