"""`AdapterLaws`: the base class of an adapter's test class, with one test per law."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar

from onboarding.pytest_plugin import PROPERTY
from onboarding.testing.law import Law, reason
from onboarding.testing.proof import BRIEF, CLAIMS, LAWS, Proof, findings, laws_for, prove, unseen
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
    """

    asked: ClassVar[tuple[str, ...]] = ()
    """The names of the laws that are tests of this class."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        subject = cls()
        if not subject.variants:
            return  # a base class
        found = laws_for(subject)
        cls.asked = tuple(law.name for law in found)
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
        began = time.perf_counter()
        runner, broken = Runner(self, name=law.name), ""
        try:
            law.check(runner)
        except Exception as error:
            broken = reason(error)
            raise
        finally:
            record_property(PROPERTY, findings(runner, time.perf_counter() - began, broken))

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
            "reason": unseen(proof.unexercised),
            "losses": {},
        },
    )
    # a law that failed has not exercised everything
    broken = "".join(f"; {law} is broken: {why}" for law, why in proof.reasons.items())
    assert not proof.unexercised, f"{unseen(proof.unexercised)}{broken}"
