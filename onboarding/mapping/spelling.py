"""Which texts are one value in two spellings: an update that changes a spelling sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import normalize

from onboarding.model.base import Shape
from onboarding.model.emails import ascii_domain

__all__ = ["same"]


def _composed(text: str) -> str:
    return normalize("NFC", text)


def _mailbox(text: str) -> str:
    plain = normalize("NFC", normalize("NFC", text).lower())
    return plain if plain.isascii() else ascii_domain(plain) or plain


# UAX 15: canonically equivalent texts are one text. RFC 5321, 2.4: the domain is in any case, and
# hardly a host tells local parts apart by case. RFC 5890: a domain has a spelling in ASCII.
# RFC 5646, 2.1.1: a language tag is in any case.
_CANONICAL: dict[str, Callable[[str], str]] = {
    "text": _composed,
    "postal_code": _composed,
    "email": _mailbox,
    "locale": str.lower,
}


def same(shape: Shape | None, one: object, other: object) -> bool:
    """Whether two different values of a field are one value in two spellings."""
    canonical = _CANONICAL.get(shape.name) if shape is not None else None
    if canonical is None or not isinstance(one, str) or not isinstance(other, str):
        return False
    return canonical(one) == canonical(other)
