"""A word for a level that no row knows bounds: nothing is read past it, by anyone who reads levels.

docs: user-resource, Identification Levels; both words of Paysera's come by one scope, and a key
without a value is left out (docs: basics), so that a null is no documented word.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    IdentificationLevel,
    Identity,
    InvalidInput,
    KYCLevel,
    Secret,
    User,
    UserRecord,
)
from onboarding.bulk.results import result_of_record, unknown_result
from onboarding.cli.show import MASK, _as_dict
from onboarding.engine.changes import events_between
from onboarding.levels import EidasLevel, LevelPolicy, NistIal
from onboarding.mapping import at, core, record_only, some, translation, wire
from onboarding.mapping.codecs import TEXT
from onboarding.spi import Adapter, Flow, LevelRow, Request, Response
from onboarding.verified_claims import to_verified_claims

from onboarding_mangopay import Api, MangoPay
from onboarding_paysera import Paysera

LT = Paysera(client_id="a", mac_key=Secret("k"), name="lt")
SCOPED = evolve(LT, scopes=("email",))
FR = MangoPay(client_id="a", api_key=Secret("k"), api=Api.LEGACY, name="fr")
WORDS = [row.provider_level for row in Paysera.default_level_policy.rows]
HIGHEST = WORDS[-1]
UNKNOWN = ["level_0_revoked", "suspended", "", 0, 5, -1, 1.5, None, False, True, [], {}, ["x"]]
NONE = (None, None, None, None)


def fetched(adapter: Adapter, payload: dict[str, Any]) -> UserRecord:
    flow = adapter.fetch_user("1")
    next(flow)
    try:
        flow.send(Response(status=200, body=json.dumps(payload).encode(), received_at=NOW))
    except StopIteration as done:
        record: UserRecord = done.value
        return record
    raise AssertionError("one answer is enough")


NOW = datetime(2026, 1, 2, tzinfo=UTC)


def told(record: UserRecord) -> tuple[Any, ...]:
    return (
        record.kyc_level,
        record.identification_level,
        record.eidas_level,
        record.nist_ial,
    )


# -- the policy

JUDGED = LevelPolicy(
    (
        LevelRow("new", KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED),
        LevelRow(
            "full",
            KYCLevel.REGULAR,
            IdentificationLevel.FULLY_IDENTIFIED,
            eidas=EidasLevel.HIGH,
            nist=NistIal.IAL3,
        ),
    )
)


@pytest.mark.parametrize("axis", ["kyc", "identification", "eidas", "nist"])
@pytest.mark.parametrize(
    "words", [("full", "suspended"), ("suspended", "full"), ("full", "full", "x"), ("full", "")]
)
def test_an_unknown_word_beside_a_known_one_is_worth_nothing(
    axis: str, words: tuple[str, ...]
) -> None:
    assert getattr(JUDGED, axis)("full") is not None
    assert getattr(JUDGED, axis)(*words) is None


@pytest.mark.parametrize("axis", ["kyc", "identification"])
def test_what_was_not_said_takes_nothing_away(axis: str) -> None:
    worth = getattr(JUDGED, axis)

    assert worth("full", None) == worth("full")
    assert worth() is worth(None) is None


@given(st.lists(st.sampled_from([*WORDS, "suspended", "x"]), min_size=1, max_size=4))
def test_the_shipped_tables_answer_only_where_every_word_is_known(words: list[str]) -> None:
    known = set(words) <= set(WORDS)

    assert (Paysera.default_level_policy.kyc(*words) is not None) == known
    assert (Paysera.default_level_policy.identification(*words) is not None) == known


@pytest.mark.parametrize("word", [1, 0, True, None, 1.5, b"full"])
def test_a_row_for_a_word_that_is_no_text_cannot_be_built(word: Any) -> None:
    with pytest.raises(TypeError, match='is the row "3"'):
        LevelRow(word, KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED)


@pytest.mark.parametrize(
    "levels",
    [
        ("LIGHT", IdentificationLevel.UNIDENTIFIED),
        (KYCLevel.LIGHT, "unidentified"),
        (IdentificationLevel.UNIDENTIFIED, KYCLevel.LIGHT),
        (None, IdentificationLevel.UNIDENTIFIED),
    ],
)
def test_a_row_whose_level_is_of_another_scale_cannot_be_built(levels: Any) -> None:
    with pytest.raises(TypeError):
        LevelRow("new", *levels)


@pytest.mark.parametrize("more", [{"eidas": NistIal.IAL1}, {"nist": "ial1"}, {"eidas": "high"}])
def test_a_row_whose_level_of_a_law_is_of_another_scale_cannot_be_built(more: Any) -> None:
    with pytest.raises(TypeError):
        LevelRow("new", KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED, **more)


# -- the record


@pytest.mark.parametrize("unknown", UNKNOWN, ids=repr)
@pytest.mark.parametrize("place", ["identification_level", "calculated_level"])
def test_a_record_has_no_level_beside_what_is_no_known_word(place: str, unknown: Any) -> None:
    shown = {"id": 7, "identification_level": HIGHEST, "calculated_level": HIGHEST}
    assert fetched(LT, shown).kyc_level is KYCLevel.REGULAR

    record = fetched(LT, {**shown, place: unknown})

    assert told(record) == NONE
    assert set(record.provider_levels) == {"identification_level", "calculated_level"}
    assert record.provider_levels[place] not in WORDS


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("odd", "odd"),
        (0, "0"),
        (12, "12"),
        (1.5, "1.5"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        ([1], "array"),
        ({"name": "Ona"}, "object"),
    ],
)
def test_a_level_that_is_no_text_is_told_as_json_spells_it(value: Any, word: str) -> None:
    record = fetched(LT, {"id": 7, "identification_level": value})

    assert record.provider_levels == {"identification_level": word}
    assert UserRecord.from_json(record.to_json()) == record


@pytest.mark.parametrize("adapter", [LT, SCOPED], ids=["whole", "scoped"])
@pytest.mark.parametrize("place", ["identification_level", "calculated_level"])
def test_a_level_whose_key_is_not_there_says_nothing(adapter: Adapter, place: str) -> None:
    alone = fetched(adapter, {"id": 7, place: HIGHEST})
    hidden = fetched(adapter, {"id": 7})

    assert alone.identification_level is IdentificationLevel.FULLY_IDENTIFIED
    assert alone.provider_levels == {place: HIGHEST}
    assert (told(hidden), hidden.provider_levels) == (NONE, {})


@pytest.mark.parametrize("unknown", UNKNOWN, ids=repr)
def test_mangopays_one_word_is_bound_in_the_same_way(unknown: Any) -> None:
    shown = {"Id": "user_m_1", "PersonType": "NATURAL", "KYCLevel": unknown}

    record = fetched(FR, shown)

    assert told(record) == NONE
    assert list(record.provider_levels) == ["KYCLevel"]


U = core(User)


@wire(source="a guide")
class Numbered:
    id: str | None = record_only(str)
    grade: int | None = record_only(int)
    name: str | None = at(some(U.identity).given_name, TEXT)


@frozen(kw_only=True)
class NumberBank(Adapter):
    """A provider whose levels are numbers, one of them inside another object."""

    provider = "numbers"
    default_level_policy = LevelPolicy(
        (
            LevelRow("1", KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED),
            LevelRow("2", KYCLevel.REGULAR, IdentificationLevel.IDENTIFIED),
        )
    )
    wires = (Numbered,)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        asked = Request.json("GET", "https://numbers.invalid", operation="fetch_user")
        response = yield asked
        wire = translation(Numbered, "numbers")
        levels = ("grade", "review.grade")
        return self.record(wire, response.json_object(), response, id="id", levels=levels)


@pytest.mark.parametrize(
    ("shown", "level"),
    [
        ({"grade": 2}, KYCLevel.REGULAR),
        ({"grade": 1}, KYCLevel.LIGHT),
        ({"grade": "2"}, KYCLevel.REGULAR),
        ({"grade": 2, "review": {"grade": 1}}, KYCLevel.LIGHT),
        ({"grade": 2, "review": {}}, KYCLevel.REGULAR),
        ({"grade": 2, "review": []}, KYCLevel.REGULAR),
        ({"grade": 2, "review": None}, None),
        ({"grade": 2, "review": {"grade": None}}, None),
        ({"grade": 3}, None),
        ({"grade": 2.0}, None),
        ({"grade": True}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_a_level_that_is_a_number_is_read_by_its_row(
    shown: dict[str, Any], level: KYCLevel | None
) -> None:
    assert fetched(NumberBank(name="n"), {"id": "7", **shown}).kyc_level is level


# -- who reads levels


# fully identified by one word, and by the other one what is no known word
RECORDS = [
    fetched(LT, {"id": 7, "identification_level": unknown, "calculated_level": HIGHEST})
    for unknown in ("level_0_revoked", None, 0)
]
FULL = fetched(LT, {"id": 7, "identification_level": HIGHEST, "calculated_level": HIGHEST})


@pytest.mark.parametrize("record", RECORDS)
def test_a_target_is_not_met_by_a_level_that_is_unknown(record: UserRecord) -> None:
    known = LT.missing(FULL, "fully_identified")
    found = LT.missing(record, "fully_identified")

    assert "documents.identity" not in {one.name for one in known.missing}
    assert "documents.identity" in {one.name for one in found.missing}


@pytest.mark.parametrize("record", RECORDS)
def test_no_verified_claim_is_written_of_a_level_that_is_unknown(record: UserRecord) -> None:
    with pytest.raises(InvalidInput) as raised:
        to_verified_claims(record, trust_framework="de_aml")

    assert [problem.path for problem in raised.value.problems] == ["identification_level"]


@pytest.mark.parametrize("record", RECORDS)
def test_a_level_that_becomes_unknown_is_a_change(record: UserRecord) -> None:
    (event,) = events_between(FULL, record)
    (back,) = events_between(record, FULL)

    assert event.before["kyc_level"] == back.after["kyc_level"] == "REGULAR"
    assert event.after["kyc_level"] is back.before["kyc_level"] is None
    assert event.after["identification_level"] is None
    assert event.after["provider_levels.identification_level"] not in WORDS
    assert events_between(record, record) == ()


def test_a_level_that_is_not_shown_any_more_is_no_change() -> None:
    assert events_between(FULL, fetched(LT, {"id": 7})) == ()


@pytest.mark.parametrize("word", ["SUPERVISED", None, 0])
def test_a_change_may_cost_a_level_that_is_unknown(word: Any) -> None:
    shown = {"Id": "user_m_1", "PersonType": "NATURAL", "FirstName": "Ona", "UserCategory": "OWNER"}
    regular = fetched(FR, {**shown, "KYCLevel": "REGULAR"})
    light = fetched(FR, {**shown, "KYCLevel": "LIGHT"})
    unknown = fetched(FR, {**shown, "KYCLevel": word})
    new = regular.user.replace(identity=Identity(given_name="Onutė"))

    surely, never, perhaps = (
        {str(effect.kind): effect.certain for effect in FR.effects(record, new)}
        for record in (regular, light, unknown)
    )

    assert surely["lowers_level"] is True
    assert "lowers_level" not in never
    assert perhaps["lowers_level"] is False


@pytest.mark.parametrize("record", RECORDS)
def test_show_and_a_batch_tell_the_words_of_a_level_that_is_unknown(record: UserRecord) -> None:
    shown = _as_dict(record, reveal=False)
    result = result_of_record(unknown_result(LT, "7", 1), record)

    assert (shown["kyc_level"], shown["identification_level"]) == (None, None)
    assert (result.kyc_level, result.identification_level) == (None, None)
    assert shown["provider_levels"] == result.provider_levels == record.provider_levels


def test_what_is_spelled_as_no_word_is_masked_and_left_out_of_a_batch() -> None:
    record = fetched(LT, {"id": 7, "identification_level": "for Ona Šimkutė"})

    assert _as_dict(record, reveal=True)["provider_levels"] == {"identification_level": MASK}
    assert result_of_record(unknown_result(LT, "7", 1), record).provider_levels == {}
