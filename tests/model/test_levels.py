"""Levels compare within their scale alone, and no policy gives more than a provider said."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import combinations, pairwise, product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st
from onboarding import Gateways, IdentificationLevel, KYCLevel, Secret, UserRecord
from onboarding.levels import EidasLevel, LevelPolicy, NistIal
from onboarding.spi import Adapter, LevelRow, Request, Response

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera
from onboarding_simulators.mangopay.desk import LEVELS as MANGOPAY_WORDS

AXES: dict[str, Any] = {
    "kyc": KYCLevel,
    "identification": IdentificationLevel,
    "eidas": EidasLevel,
    "nist": NistIal,
}

# docs: natural-user-object-sca, KYCLevel; user-resource, Identification Levels
KNOWN: dict[type[Adapter], tuple[str, ...]] = {
    MangoPay: ("LIGHT", "REGULAR"),
    Paysera: (
        "unidentified",
        "semi_identified",
        "basic_identified",
        "identified",
        "fully_identified",
    ),
}
SHIPPED = {kind.provider: kind.default_level_policy for kind in KNOWN}
NAMED = LevelPolicy(  # one of every kind: nothing named, one axis, both
    (
        LevelRow("none", KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED),
        LevelRow(
            "some", KYCLevel.LIGHT, IdentificationLevel.IDENTIFIED, eidas=EidasLevel.SUBSTANTIAL
        ),
        LevelRow(
            "full",
            KYCLevel.REGULAR,
            IdentificationLevel.FULLY_IDENTIFIED,
            eidas=EidasLevel.SUBSTANTIAL,
            nist=NistIal.IAL2,
        ),
    )
)
POLICIES = {**SHIPPED, "every axis": NAMED}


def worth(policy: LevelPolicy, axis: str, *words: str | None) -> Any:
    return getattr(policy, axis)(*words)


def subsets(words: Iterable[str]) -> list[tuple[str, ...]]:
    every = list(words)
    return [chosen for size in range(len(every) + 1) for chosen in combinations(every, size)]


def check_laws(policy: LevelPolicy) -> None:
    """Monotone; there and back never raises; more words never raise; unknown is worth nothing."""
    words = [row.provider_level for row in policy.rows]
    for axis in AXES:
        told = [worth(policy, axis, word) for word in words]
        for lower, upper in pairwise(told):
            assert lower is None or (upper is not None and lower <= upper)
        for level in AXES[axis]:
            word = policy.to_provider(**{axis: level})
            assert word is None or worth(policy, axis, word) <= level
    for levels in product(*([None, *scale] for scale in AXES.values())):
        asked = {axis: level for axis, level in zip(AXES, levels, strict=True) if level}
        word = policy.to_provider(**asked)
        assert word is None or all(worth(policy, axis, word) <= asked[axis] for axis in asked)
        assert asked or word is None


# -- the shipped policies, in full


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_policy_is_monotone_and_there_and_back_never_raises(policy: LevelPolicy) -> None:
    check_laws(policy)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("axis", AXES)
def test_of_several_words_none_is_worth_less_than_what_they_are_together(
    policy: LevelPolicy, axis: str
) -> None:
    for words in subsets(row.provider_level for row in policy.rows):
        together = worth(policy, axis, *words)
        each = [worth(policy, axis, word) for word in words]

        assert together is None or all(one is not None and together <= one for one in each)
        assert worth(policy, axis, *words, None) == together


@pytest.mark.parametrize("kind", KNOWN, ids=lambda kind: kind.provider)
def test_every_known_word_of_a_provider_is_worth_something_and_says_why(
    kind: type[Adapter],
) -> None:
    rows = kind.default_level_policy.rows

    assert tuple(row.provider_level for row in rows) == KNOWN[kind]
    assert all(row.why for row in rows)
    for word in KNOWN[kind]:
        assert kind.default_level_policy.kyc(word) is not None
        assert kind.default_level_policy.identification(word) is not None


def test_the_simulator_speaks_no_word_that_the_policy_lacks() -> None:
    assert set(MANGOPAY_WORDS) == {row.provider_level for row in MangoPay.default_level_policy.rows}


@pytest.mark.parametrize("policy", SHIPPED.values(), ids=SHIPPED)
def test_no_shipped_row_puts_a_provider_on_the_scale_of_a_law(policy: LevelPolicy) -> None:
    assert all(row.eidas is None and row.nist is None for row in policy.rows)
    assert all(policy.to_provider(eidas=level) is None for level in EidasLevel)
    assert all(policy.to_provider(nist=level) is None for level in NistIal)


# -- any policy

rows = st.builds(
    LevelRow,
    provider_level=st.sampled_from("abcdefgh"),
    kyc=st.sampled_from(KYCLevel),
    identification=st.sampled_from(IdentificationLevel),
    eidas=st.none() | st.sampled_from(EidasLevel),
    nist=st.none() | st.sampled_from(NistIal),
)


def rank(level: Any) -> int:
    return -1 if level is None else list(type(level).__members__.values()).index(level)


@st.composite
def policies(draw: st.DrawFn) -> LevelPolicy:
    """Each axis is drawn and put in order by itself, so that every policy can be built."""
    found = draw(st.lists(rows, max_size=6, unique_by=lambda row: row.provider_level))
    columns = {axis: sorted((getattr(row, axis) for row in found), key=rank) for axis in AXES}
    return LevelPolicy(
        tuple(
            evolve(row, **{axis: column[index] for axis, column in columns.items()})
            for index, row in enumerate(found)
        )
    )


@given(policies())
def test_any_policy_is_monotone_and_there_and_back_never_raises(policy: LevelPolicy) -> None:
    check_laws(policy)


@given(policies(), st.lists(st.sampled_from("abcdefgh"), max_size=4))
def test_an_axis_is_answered_only_where_the_row_of_every_word_names_it(
    policy: LevelPolicy, words: list[str]
) -> None:
    naming = {
        axis: {row.provider_level for row in policy.rows if getattr(row, axis) is not None}
        for axis in ("eidas", "nist")
    }

    for axis, known in naming.items():
        assert worth(policy, axis, *words) is None or set(words) <= known


@given(st.lists(rows, min_size=2, max_size=4, unique_by=lambda row: row.provider_level))
def test_a_policy_whose_stronger_word_says_less_cannot_be_built(found: list[LevelRow]) -> None:
    falls = any(
        rank(getattr(lower, axis)) > rank(getattr(upper, axis))
        for lower, upper in pairwise(found)
        for axis in AXES
    )
    assume(falls)

    with pytest.raises(ValueError, match="has a lower level than"):
        LevelPolicy(tuple(found))


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ({"eidas": EidasLevel.LOW}, {}),
        ({"nist": NistIal.IAL1}, {}),
        ({"eidas": EidasLevel.HIGH}, {"eidas": EidasLevel.LOW}),
        ({"nist": NistIal.IAL3}, {"nist": NistIal.IAL2, "eidas": EidasLevel.HIGH}),
    ],
)
def test_one_axis_that_falls_or_falls_silent_is_enough(lower: Any, upper: Any) -> None:
    worth_of_both = (KYCLevel.LIGHT, IdentificationLevel.IDENTIFIED)

    with pytest.raises(ValueError, match="b has a lower level than a"):
        LevelPolicy(
            (LevelRow("a", *worth_of_both, **lower), LevelRow("b", *worth_of_both, **upper))
        )


def test_a_policy_that_judges_a_word_twice_cannot_be_built() -> None:
    row = LevelRow("full", KYCLevel.REGULAR, IdentificationLevel.IDENTIFIED)

    with pytest.raises(ValueError, match="two rows"):
        LevelPolicy((row, row))


# -- scales


@pytest.mark.parametrize("scale", AXES.values(), ids=AXES)
def test_a_scale_has_one_order(scale: Any) -> None:
    for lower, upper in combinations(scale, 2):
        assert lower < upper
        assert not upper <= lower


@pytest.mark.parametrize(("one", "other"), list(combinations(AXES.values(), 2)))
def test_nothing_equates_or_compares_two_scales(one: Any, other: Any) -> None:
    for left, right in product(one, other):
        assert left != right
        with pytest.raises(TypeError):
            _ = left < right


# -- records


def fetched(adapter: Adapter, payload: dict[str, Any]) -> UserRecord:
    flow = adapter.fetch_user("1")
    asked = next(flow)
    assert isinstance(asked, Request)
    try:
        flow.send(Response(status=200, body=json.dumps(payload).encode()))
    except StopIteration as done:
        record: UserRecord = done.value
        return record
    raise AssertionError("one answer is enough")


def paysera(**levels: Any) -> Adapter:
    table = {"provider": "paysera", "client_id": "a", "mac_key": Secret("k"), "levels": levels}
    with Gateways.from_config({"gateways": {"lt": table}}) as gateways:
        return gateways["lt"].adapter


JUDGED = {
    "identified": {"eidas": "substantial"},
    "fully_identified": {"eidas": "substantial", "nist": "ial2"},
}


def test_a_record_has_no_level_of_a_law_unless_the_configuration_names_it() -> None:
    shown = {"id": 7, "identification_level": "fully_identified"}

    plain, judged = fetched(paysera(), shown), fetched(paysera(**JUDGED), shown)

    assert (plain.eidas_level, plain.nist_ial) == (None, None)
    assert (judged.eidas_level, judged.nist_ial) == (EidasLevel.SUBSTANTIAL, NistIal.IAL2)
    assert (plain.kyc_level, plain.provider_levels) == (judged.kyc_level, judged.provider_levels)
    assert UserRecord.from_json(judged.to_json()) == judged


@pytest.mark.parametrize("calculated", ["semi_identified", "brand_new"])
def test_a_second_word_that_names_no_level_of_a_law_takes_it_away(calculated: str) -> None:
    shown = {"id": 7, "identification_level": "identified", "calculated_level": calculated}

    record = fetched(paysera(**JUDGED), shown)

    assert record.eidas_level is None
    assert record.provider_levels == {
        "identification_level": "identified",
        "calculated_level": calculated,
    }


def test_a_record_stored_before_there_were_such_levels_is_read() -> None:
    old = '{"form": "user_record/1", "provider": "p", "gateway": "g", "id": "1", "user": {}}'

    record = UserRecord.from_json(old)

    assert (record.eidas_level, record.nist_ial, record.provider_levels) == (None, None, {})
    assert "eidas" not in record.to_json()
