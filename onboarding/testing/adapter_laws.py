"""`AdapterLaws`: the base class of an adapter's test class, with one test per law."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from onboarding.pytest_plugin import PROPERTY
from onboarding.testing.examples import patient, unshrunk
from onboarding.testing.exemptions import needless
from onboarding.testing.law import Law, reason
from onboarding.testing.proof import (
    BRIEF,
    CLAIMS,
    LAWS,
    Proof,
    exemptions_of,
    findings,
    laws_for,
    prove,
    unseen,
)
from onboarding.testing.runner import Runner
from onboarding.testing.subject import Subject

__all__ = ["AdapterLaws"]


class AdapterLaws(Subject):
    """The laws of adapters as tests.

    ```python
    class TestAcme(AdapterLaws):
        adapter = Acme(api_key=Secret("key"), base_url="https://acme.invalid")
        simulator = AcmeSimulator
    ```

    A subclass has one test for each law that applies to what it declares; for the others, the
    report says `not claimed`. The number of examples is that of the Hypothesis profile.

    `exempt` names the laws that the adapter does not keep, each with the reason:
    `exempt = {"signature_is_pure": "the signature is in the query"}`. The tests of these laws are
    expected to fail; the output and the conformance report show the reasons. An exemption of a law
    that holds or does not apply is a `NeedlessExemption` warning. Making the class raises
    `InvalidInput` for an exemption of an unknown law, or without a reason.
    """

    asked: ClassVar[tuple[str, ...]] = ()
    """The names of the laws that are tests of this class."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        subject = cls()
        if not subject.variants:
            return  # a base class
        found, exempt = laws_for(subject), exemptions_of(subject)
        cls.asked = tuple(law.name for law in found)
        for name in exempt.keys() - cls.asked:
            warnings.warn(needless(name, applies=False), stacklevel=2)
        for law in found:
            name = f"test_{law.name}"
            if name not in vars(cls):
                setattr(cls, name, _test_of(law))
        cls.test_every_claim_is_exercised = _claims_test  # type: ignore[attr-defined]

    @classmethod
    def prove(cls, *, examples: int = BRIEF) -> Proof:
        """Checks every law outside of pytest, with the same examples in every run."""
        return prove(cls(), examples=examples)


def _test_of(law: Law) -> Callable[..., None]:
    def test(self: Subject, record_property: Callable[[str, object], None]) -> None:
        exempt = exemptions_of(self).get(law.name, "")
        began = time.perf_counter()
        wanted = unshrunk() if exempt else patient()
        runner, broken = Runner(self, name=law.name, settings=wanted), ""
        try:
            law.check(runner)
        except Exception as error:
            broken = reason(error)
            if not exempt:
                raise
        finally:
            seconds = time.perf_counter() - began
            record_property(PROPERTY, findings(runner, seconds, broken, exempt))
        if broken:
            pytest.xfail(f"exempt: {exempt}")
        if exempt:
            warnings.warn(needless(law.name, applies=True), stacklevel=1)

    test.__doc__ = f"Law: {law.says}."
    test.__name__ = test.__qualname__ = f"test_{law.name}"
    return test


def _claims_test(self: Subject, record_property: Callable[[str, object], None]) -> None:
    """Law: every claim of the adapter is exercised by some law.

    It checks the exhaustive laws itself, so that it can run in any order and process.
    """
    began = time.perf_counter()
    proof = prove(self, exhaustive=True)
    asked = {law.name for law in laws_for(self)}
    plain = proof.plain()
    record_property(
        PROPERTY,
        {
            "provider": proof.provider,
            "law": CLAIMS,
            "examples": len(proof.claims),
            "seconds": round(time.perf_counter() - began, 3),
            "claims": plain["claims"],
            "exercised": plain["exercised"],
            "not_claimed": [law.name for law in LAWS if law.name not in asked],
            "concepts": plain["concepts"],
            "reason": unseen(proof.unexercised),
            "losses": {},
        },
    )
    # a law that failed has not exercised everything
    broken = "".join(f"; {law} is broken: {why}" for law, why in proof.reasons.items())
    assert not proof.unexercised, f"{unseen(proof.unexercised)}{broken}"
