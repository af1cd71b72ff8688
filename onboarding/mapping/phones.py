"""Comparison of values in different spellings, and the codecs of phone numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from onboarding.mapping.codecs import Codec, Inline, read_text
from onboarding.model.emails import ascii_domain
from onboarding.model.phone_numbers import is_one_number
from onboarding.values.base import Shape

__all__ = [
    "E164",
    "PHONE_DIGITS",
    "phone",
    "same",
]


def _composed(text: str) -> str:
    return normalize("NFC", text)


def _mailbox(text: str) -> str:
    plain = normalize("NFC", normalize("NFC", text).lower())
    return plain if plain.isascii() else ascii_domain(plain) or plain


# UAX 15: canonically equivalent texts are equal. RFC 5321, 2.4: the case of a domain does not
# matter, and few hosts distinguish the case of local parts. RFC 5890: a domain has an ASCII form.
# RFC 5646, 2.1.1: the case of a language tag does not matter.
_CANONICAL: dict[str, Callable[[str], str]] = {
    "text": _composed,
    "postal_code": _composed,
    "email": _mailbox,
    "locale": str.lower,
}


def same(shape: Shape | None, one: object, other: object) -> bool:
    """Whether two different values of a field are spellings of the same value."""
    canonical = _CANONICAL.get(shape.name) if shape is not None else None
    if canonical is None or not isinstance(one, str) or not isinstance(other, str):
        return False
    return canonical(one) == canonical(other)


_E164 = re.compile(r"\+[1-9][0-9]{6,14}").fullmatch
_DIGITS = re.compile(r"[1-9][0-9]{6,14}").fullmatch

_NATIONAL = "{v}[:1] != '+'"


def _international(value: str) -> str:
    if value[:1] != "+":
        raise ValueError("a national number; expected E.164 with the country code")
    return value


E164: Codec[str, str] = Codec(
    "E.164", read_text, _international, "string", exact_read=False,
    inline=Inline(kind=str, read="{w}", differs=_NATIONAL, refuses=_NATIONAL, write="{v}"),
)  # fmt: skip
"""E.164. A number in another form is read unchanged; a national number is refused when written."""


def _read_digits(value: Any) -> str:
    text = read_text(value)
    return f"+{text}" if _DIGITS(text) else text


PHONE_DIGITS: Codec[str, str] = Codec(
    "digits with country code, no + or 00", _read_digits, lambda value: _international(value)[1:],
    "string", exact_read=False,
    inline=Inline(differs="{v} == {w}", refuses=_NATIONAL, write="{v}.removeprefix('+')"),
)  # fmt: skip
"""Digits with the country code. A number in another form is read unchanged; a national number is
refused when written."""


def phone(beside: str) -> Codec[str, str]:
    """Returns the codec of E.164; a national number is read with the country at the key `beside`.

    The country is an alpha-2 code. Numbers are written as E.164. A national number without a usable
    country is read unchanged, and refused when written.
    """
    return Codec(
        "E.164", lambda value: _joined(value, None), _international, "string",
        exact_read=False, beside=beside, join=_joined,
        inline=Inline(
            kind=str, read="{w} if {e164}({w}) else {joined}({w}, {beside})",
            differs=f"{{v}} is not {{w}} or {_NATIONAL}", refuses=_NATIONAL, write="{v}",
            names={"e164": _E164, "joined": _joined},
        ),
    )  # fmt: skip


def _joined(value: Any, country: Any) -> str:
    text = read_text(value)
    if _E164(text) or not is_one_number(text):
        return text
    import phonenumbers  # imported when a number is first read in national form

    region = country.upper() if isinstance(country, str) else None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return text
    if number.extension or not phonenumbers.is_possible_number(number):
        return text
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found if _E164(found) else text
