"""The law of levels: a policy never falls, and nothing is read higher than it says."""

from __future__ import annotations

from itertools import pairwise

from onboarding.adapter import Adapter
from onboarding.mapping.plan import wire_value
from onboarding.model.levels import IdentificationLevel, KYCLevel, LevelPolicy
from onboarding.testing.law import law
from onboarding.testing.subject import Json
from onboarding.testing.suite.answers import put, shown, shows
from onboarding.testing.suite.updating import WORDS
from onboarding.testing.trial import Trial

__all__ = ["levels"]


@law(
    "a level is never read higher than its policy says, nor an unknown word as one",
    shows,
    exhaustive=True,
)
def levels(trial: Trial) -> None:
    for adapter in trial.subject.variants.values():
        consistent(adapter.policy)
    for adapter, wire, payload in shown(trial):
        words = {row.native for row in adapter.policy.rows}
        places = [p for p in wire.plan.kept if _is_one_of(wire_value(payload, p), words)]
        for path in places:
            for word in sorted(words):
                trial.examples += 1
                _read_level(trial, adapter, put(payload, path, word), path, word)
            trial.for_all(
                WORDS.map("x_{}".format),
                lambda word, a=adapter, p=payload, at=path: _unknown_level(  # type: ignore[misc]
                    trial, a, put(p, at, word), at
                ),
                share=2 * len(trial.wired),
            )


def _is_one_of(value: object, words: set[str]) -> bool:
    return isinstance(value, str) and value in words


def consistent(policy: LevelPolicy) -> None:
    """A policy never falls, never claims more there and back, and knows no unknown word."""
    for lower, upper in pairwise(row.native for row in policy.rows):
        weak, strong = policy.kyc(lower), policy.kyc(upper)
        assert weak is not None, f"{lower} is worth no kyc_level"
        assert strong is not None, f"{upper} is worth no kyc_level"
        assert weak <= strong, f"{upper} is a weaker kyc_level than {lower}"
        little, much = policy.identification(lower), policy.identification(upper)
        assert little is not None, f"{lower} identifies nobody"
        assert much is not None, f"{upper} identifies nobody"
        assert little <= much, f"{upper} identifies less than {lower}"
    for level in KYCLevel:
        worth = policy.kyc(policy.native(kyc=level))
        assert worth is None or worth <= level, "there and back raises kyc_level"
    for step in IdentificationLevel:
        word = policy.native(identification=step)
        back = policy.identification(word)
        assert back is None or back <= step, "there and back raises identification_level"
    assert policy.kyc("x_unheard_of") is None, "an unknown word is a kyc_level"
    assert policy.identification("x_unheard_of") is None, "an unknown word identifies"


def _read_level(trial: Trial, adapter: Adapter, payload: Json, path: str, word: str) -> None:
    record = trial.read(adapter, payload)
    said = [value for value in record.native.values() if isinstance(value, str)]
    assert record.native.get(path) == word, "the provider's own word is not in the record"
    wanted = adapter.policy.kyc(*said), adapter.policy.identification(*said)
    got = record.kyc_level, record.identification_level
    assert got == wanted, f"{word} is read as {got}, the policy says {wanted}"
    trial.saw("level", word)


def _unknown_level(trial: Trial, adapter: Adapter, payload: Json, path: str) -> None:
    record = trial.read(adapter, payload)
    others = [v for p, v in record.native.items() if isinstance(v, str) and p != path]
    got = record.kyc_level, record.identification_level
    known = adapter.policy.kyc(*others), adapter.policy.identification(*others)
    assert got == known, "an unknown word counts as a level"
    assert record.native.get(path) == wire_value(payload, path), "an unknown level is swallowed"
