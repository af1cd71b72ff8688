"""Reads what a Lithuanian or Estonian person code says of its owner."""

# Both are eleven digits G YYMMDD NNN C, where G carries century and sex. The check digit C is
# never looked at: the person codes in Paysera's own documents fail it.

from __future__ import annotations

from datetime import date

_COUNTRIES = frozenset({"lt", "ee"})


def birthdate_of(nationality: str | None, code: str | None) -> date | None:
    """The birth date, or None where the code carries none (a first digit 9, another country)."""
    digits = _readable(nationality, code)
    if digits is None:
        return None
    century = 1800 + 100 * ((int(digits[0]) - 1) // 2)
    try:
        return date(century + int(digits[1:3]), int(digits[3:5]), int(digits[5:7]))
    except ValueError:
        return None


def gender_of(nationality: str | None, code: str | None) -> str | None:
    """`male`, `female`, or None where the code does not say."""
    digits = _readable(nationality, code)
    if digits is None:
        return None
    return "male" if int(digits[0]) % 2 else "female"


def _readable(nationality: str | None, code: str | None) -> str | None:
    if nationality not in _COUNTRIES or code is None or len(code) != 11:
        return None
    return code if code.isascii() and code.isdigit() and code[0] in "12345678" else None
