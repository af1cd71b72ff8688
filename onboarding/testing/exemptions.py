"""Exemptions: the laws that an adapter does not keep, each with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from onboarding.errors import InvalidInput, Problem

__all__ = ["NeedlessExemption", "claims_covered", "needless", "validated"]


class NeedlessExemption(UserWarning):
    """A law that an adapter is exempt from holds for it, or does not apply to it."""


_CLAIMS = {
    "operation": "each_operation",
    "written": "each_field",
    "hidden": "each_field",
    "required": "each_field",
    "level": "levels",
    "error": "quoted_errors",
    "mapped": "each_other_field",
}
"""The law that exercises the claims of a kind."""


def claims_covered(exempt: Collection[str]) -> frozenset[str]:
    """Returns the kinds of claims that only exempt laws would exercise."""
    return frozenset(kind for kind, law in _CLAIMS.items() if law in exempt)


def validated(exempt: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """Returns the exemptions, by the name of the law.

    Raises `InvalidInput`, by path, for each name that is not that of a law, and each reason that is
    not a text or is blank.
    """
    if found := list(_problems(exempt, known)):
        raise InvalidInput(found)
    return {law: " ".join(reason.split()) for law, reason in exempt.items()}


def _problems(exempt: Mapping[str, str], known: Collection[str]) -> Iterator[Problem]:
    for law, reason in exempt.items():
        if law not in known:
            near = get_close_matches(law.removeprefix("test_"), known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield Problem(f"exempt.{law}", "unknown", f"there is no law of this name{hint}")
        if not isinstance(reason, str) or not reason.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
            text = "say why the adapter does not keep the law"
            yield Problem(f"exempt.{law}", "missing", text)


def needless(law: str, *, applies: bool) -> NeedlessExemption:
    """Returns the warning about an exemption that closes nothing."""
    why = "holds in this run" if applies else "does not apply to this adapter"
    return NeedlessExemption(f"the law {law} is exempt, but {why}: remove the exemption")
