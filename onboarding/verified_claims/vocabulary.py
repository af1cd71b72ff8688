"""The claims and their fields of the core, each with its writer and its reader.

The claims are those of OpenID Connect Core 1.0, section 5.1, with what OpenID Connect for Identity
Assurance Claims Registration 1.0 adds to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from attrs import frozen

from onboarding.errors import InvalidInput, Problem
from onboarding.model.countries import country_named, country_of_code
from onboarding.model.people import Gender

__all__ = ["CLAIMS", "DATA", "Claim", "Read"]

_YEAR = r"[0-9]{4}"
_DAY = re.compile(rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}").fullmatch
_DIGITS = re.compile(r"[0-9]+").findall


@frozen
class Read:
    """The core values of one claim, one per path, and the reason of a loss, if any."""

    values: tuple[Any, ...]
    left_out: str = ""


@frozen
class Claim:
    """A claim, or one member of a claim that is an object, with its core paths.

    `write` takes the values at the core paths and returns None if they cannot be written. `read`
    takes a value of the class `kind`, and raises `InvalidInput` for one that the standard forbids.
    If `write` is None, the claim is only read.
    """

    name: str
    core: tuple[str, ...]
    kind: type = str
    write: Callable[[tuple[Any, ...]], Any] | None = lambda values: values[0]
    read: Callable[[Any], Read] = lambda text: Read((text,))

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


def _bad(code: str, message: str, path: str = "") -> InvalidInput:
    return InvalidInput([Problem(path, code, message)])


# -- readers and writers


def _read_day(text: str) -> Read:
    """Core 5.1: YYYY-MM-DD, the year alone, or the year 0000 if the year is omitted."""
    if re.fullmatch(_YEAR, text) or (_DAY(text) and text.startswith("0000-")):
        return Read((None,), "not a full date")
    try:
        if _DAY(text):
            return Read((date.fromisoformat(text),))
    except ValueError:
        pass
    raise _bad("shape", "expected a date as YYYY-MM-DD") from None


def _read_gender(text: str) -> Read:
    """Core 5.1 defines female and male, and allows other values."""
    known = {member.value: member for member in Gender}
    return Read((known.get(text),), "" if text in known else "not a value of the core")


def _read_phone(text: str) -> Read:
    """Core 5.1 recommends E.164; its examples contain blanks and brackets."""
    import phonenumbers  # imported when a claim is first read in another form

    if text.startswith("+") and text[1:].isdigit():
        return Read((text,))
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return Read((None,), "not in international format")
    tidy = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    same = "".join(_DIGITS(text)) == tidy[1:]  # E.164 has no extensions
    return Read((tidy,)) if same else Read((None,), "holds more than an E.164 number")


def _read_msisdn(text: str) -> Read:
    return Read((f"+{text.removeprefix('+')}",))


def _write_country(values: tuple[Any, ...]) -> str | None:
    return country_of_code(values[0])


def _read_code(text: str) -> Read:
    code = country_of_code(text)
    return Read((code,), "" if code else "not an assigned ISO 3166-1 code")


def _read_country(text: str) -> Read:
    """Core 5.1.1 defines it as a name; much software writes a code."""
    code = country_of_code(text) or country_named(text)
    return Read((code,), "" if code else "not a country of ISO 3166-1")


def _write_nationalities(values: tuple[Any, ...]) -> list[str] | None:
    first, others = values
    every = [*([first] if first else []), *(others or ())]
    codes = [code for code in map(country_of_code, every) if code]
    return list(dict.fromkeys(codes)) if len(codes) == len(every) else None


def _read_nationalities(items: list[Any]) -> Read:
    """Claims Registration, 4.1: ICAO codes of three letters, or of two."""
    bad = [
        Problem(str(index), "type", "expected a text")
        for index, item in enumerate(items)
        if not isinstance(item, str)
    ]
    if bad:
        raise InvalidInput(bad)
    # ICAO 9303-3, section 5: Germany is D
    codes = [country_of_code("DE" if item == "D" else item) for item in items]
    first, *others = dict.fromkeys(code for code in codes if code) or [None]
    return Read((first, tuple(others)), "" if all(codes) else "one is not a country of ISO 3166-1")


def _write_street(values: tuple[Any, ...]) -> str:
    """Core 5.1.1: lines are separated by a newline. A missing first line is written as empty."""
    line1, line2 = values
    return line1 if line2 is None else f"{line1 or ''}\n{line2}"


def _read_street(text: str) -> Read:
    line1, *rest = text.replace("\r\n", "\n").split("\n")
    more = [line for line in rest if line.strip()]
    left_out = "more than two lines" if len(more) > 1 else ""
    return Read((line1 or None, ", ".join(more) or None), left_out)


# -- the table


CLAIMS: tuple[Claim, ...] = (
    Claim("given_name", ("identity.given_name",)),
    Claim("family_name", ("identity.family_name",)),
    Claim("middle_name", ("identity.middle_name",)),
    Claim("birthdate", ("identity.birthdate",), str, lambda v: v[0].isoformat(), _read_day),
    Claim(
        "nationalities",
        ("identity.nationality", "identity.other_nationalities"),
        list,
        _write_nationalities,
        _read_nationalities,
    ),
    Claim(
        "place_of_birth.country", ("identity.birthplace.country",), str, _write_country, _read_code
    ),
    Claim("place_of_birth.locality", ("identity.birthplace.city",)),
    Claim("gender", ("identity.gender",), str, lambda v: v[0].value, _read_gender),
    Claim(
        "address.street_address",
        ("address.line1", "address.line2"),
        str,
        _write_street,
        _read_street,
    ),
    Claim("address.locality", ("address.city",)),
    Claim("address.region", ("address.region",)),
    Claim("address.postal_code", ("address.postal_code",)),
    Claim("address.country_code", ("address.country",), str, _write_country, _read_code),
    Claim("address.country", ("address.country",), str, _write_country, _read_country),
    Claim("email", ("email",)),
    Claim("phone_number", ("phone",), read=_read_phone),
    Claim("msisdn", ("phone",), write=None, read=_read_msisdn),
)
"""Every claim that the core has a field for."""

DATA = frozenset(path for claim in CLAIMS for path in claim.core)
"""Every core path that has a claim."""
