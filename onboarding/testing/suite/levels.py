"""The law of levels: a policy never decreases, and no level is read higher than it says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, product
from typing import Any

from onboarding.adapter import Adapter
from onboarding.levels import (
    EidasLevel,
    IdentificationLevel,
    KYCLevel,
    LevelPolicy,
    NistIal,
    Ordered,
    level_word,
)
from onboarding.mapping.paths import wire_value
from onboarding.mapping.translation import Translation
from onboarding.model.record import UserRecord
from onboarding.testing.bodies import NOTHING, at_path, put, without
from onboarding.testing.law import law
from onboarding.testing.quotations import Json
from onboarding.testing.runner import Runner
from onboarding.testing.suite.answers import shown, shows
from onboarding.testing.suite.updating import WORDS

__all__ = ["levels"]

AXES: Mapping[str, Any] = {
    "kyc": KYCLevel,
    "identification": IdentificationLevel,
    "eidas": EidasLevel,
    "nist": NistIal,
}
UNHEARD = "x_unheard_of"
NO_WORDS: tuple[Any, ...] = (None, False, True, 0, -1, 1.5, "", [], {})
"""Values that a provider may return in the place of a level."""


@law(
    "a level is never read higher than the policy says, and is None if a word is unknown",
    shows,
    exhaustive=True,
)
def levels(runner: Runner) -> None:
    for adapter in runner.subject.variants.values():
        consistent(adapter.policy)
    for adapter, wire, payload in shown(runner):
        words = [row.provider_level for row in adapter.policy.rows]
        places = _places(runner, adapter, wire, payload)
        for path in places:
            highest = payload
            for other in places:
                highest = put(highest, other, _as_there(payload, other, words[-1]))
            for word in words:
                runner.examples += 1
                _known(runner, adapter, put(highest, path, _as_there(payload, path, word)), places)
                runner.saw("level", word)
            for value in NO_WORDS:
                runner.examples += 1
                _unknown(runner, adapter, put(highest, path, value), path)
            rest = [other for other in places if other != path]
            _known(runner, adapter, without(highest, path), rest, absent=path)
            runner.for_all(
                WORDS.map("x_{}".format),
                lambda word, a=adapter, p=highest, at=path: _unknown(  # type: ignore[misc]
                    runner, a, put(p, at, word), at
                ),
                share=2 * len(runner.wired),
            )


def _places(runner: Runner, adapter: Adapter, wire: Translation, payload: Json) -> list[str]:
    """Returns the wire paths that hold a level: those in `provider_levels`, and similar ones."""
    words = {row.provider_level for row in adapter.policy.rows}
    found = runner.read(adapter, payload).provider_levels
    like = {path for path in wire.plan.kept if level_word(wire_value(payload, path)) in words}
    return sorted({*found, *like}) if words else []


def _as_there(payload: Json, path: str, word: str) -> str | int:
    """Returns the word in the type of the current value: a number, if that is one."""
    there = wire_value(payload, path)
    return int(word) if isinstance(there, int) and word.isdecimal() else word


# -- the policy


def consistent(policy: LevelPolicy) -> None:
    """Checks that a policy never decreases, and gives no level for an unknown word."""
    for axis, scale in AXES.items():
        worth = getattr(policy, axis)
        _never_falls(policy, axis)
        for level in scale:
            back = worth(policy.to_provider(**{axis: level}))
            assert back is None or back <= level, f"there and back raises {axis}"
        assert worth() is None, f"no word at all is worth {axis}"
        assert worth(UNHEARD) is None, f"an unknown word is worth {axis}"
        for word, other in product((row.provider_level for row in policy.rows), repeat=2):
            found = [worth(word), worth(other)]
            least = None if None in found else min(found)
            assert worth(word, other) == least, f"{word} and {other} are not worth the least {axis}"
            for pair in ((word, UNHEARD), (UNHEARD, word)):
                assert worth(*pair) is None, f"{word} beside an unknown word is worth {axis}"


def _never_falls(policy: LevelPolicy, axis: str) -> None:
    worth = getattr(policy, axis)
    found = {row.provider_level: worth(row.provider_level) for row in policy.rows}
    for (lower, weak), (upper, strong) in pairwise(found.items()):
        if weak is not None:
            assert strong is not None, f"{upper} is worth no {axis}, though {lower} is"
            assert weak <= strong, f"{upper} is worth less {axis} than {lower}"
    if axis in ("kyc", "identification"):
        silent = [word for word, level in found.items() if level is None]
        assert not silent, f"worth no {axis}: {silent}"


# -- what is read by it


def _levels_of(record: UserRecord) -> tuple[Ordered | None, ...]:
    return (
        record.kyc_level,
        record.identification_level,
        record.eidas_level,
        record.nist_ial,
    )


def _known(
    runner: Runner, adapter: Adapter, payload: Json, places: list[str], absent: str = ""
) -> None:
    """Checks a record whose paths hold known words or nothing: it has the lowest level.

    An adapter may take a word that is absent for an unknown one, if the record says so.
    """
    record = runner.read(adapter, payload)
    said = {path: level_word(wire_value(payload, path)) for path in places}
    if absent in record.provider_levels:
        said[absent] = level_word(None)
    assert record.provider_levels == said, "provider_levels are not the provider's own words"
    for path in {*places} & {*adapter.wire_for(record.user).plan.kept}:
        assert record.provider_fields.get(path) == wire_value(payload, path), (
            f"{path} is not in the record"
        )
    wanted = tuple(getattr(adapter.policy, axis)(*said.values()) for axis in AXES)
    got = _levels_of(record)
    words = sorted(set(said.values()))
    assert got == wanted, f"{words} are read as {got}, the policy says {wanted}"


def _unknown(runner: Runner, adapter: Adapter, payload: Json, path: str) -> None:
    """Checks a record in which one path holds an unknown word: it has no level."""
    there = runner.subject.carried(payload)
    if there is None or at_path(there, path) is NOTHING:
        return  # the wire has no such value
    value = wire_value(there, path)
    if level_word(value) in {row.provider_level for row in adapter.policy.rows}:
        return
    record = runner.read(adapter, there)
    kind = type(value).__name__
    levels = zip(AXES, _levels_of(record), strict=True)
    known = [axis for axis, level in levels if level is not None]
    assert not known, f"{path}: beside an unknown word ({kind}) a record has {known}"
    assert record.provider_levels.get(path) == level_word(value), f"{path}: a {kind} is not kept"
