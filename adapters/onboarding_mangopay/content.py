"""Compares the content of a request with an object that MangoPay shows, despite its spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast
from unicodedata import normalize

from onboarding.spi import Model, On, Translation

__all__ = ["comparable", "leaves", "same_content"]

M = TypeVar("M", bound=Model)

_ABSENT = object()


def same_content(
    sent: Mapping[str, Any],
    shown: Mapping[str, Any],
    paths: Iterable[str],
    *,
    defaults: Collection[str] = (),
    nulls: bool = False,
) -> bool:
    """Returns whether an object has the values of a request at the given wire paths.

    Paths whose key is not shown are skipped. `defaults` are paths that MangoPay fills if nothing
    was sent; with `nulls` a null may stand for a hidden value.
    """
    for path in paths:
        given, there = _at(sent, path), _at(shown, path)
        name = path.rpartition(".")[2]
        if there is _ABSENT or (name in _DERIVED and (_empty(given) or _empty(there))):
            continue
        if _empty(given):
            same = _empty(there) or there is False or path in defaults
        elif _empty(there):
            same = nulls
        else:
            same = given == there or _alike(name, str(given), str(there))
        if not same:
            return False
    return True


def comparable(wire: Translation[M], value: M) -> tuple[str, ...]:
    """Returns the wire paths that a creation writes and that MangoPay shows of such a value."""
    return tuple(
        mapped.wire
        for mapped in wire.plan.fields
        if mapped.on & On.CREATE
        and mapped.shown
        and not (mapped.hidden_when is not None and mapped.hidden_when.holds(value))
    )


def leaves(body: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yields the wire paths of the values in a body."""
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from leaves(cast("Mapping[str, Any]", value), f"{prefix}{name}.")
        else:
            yield prefix + name


def _at(body: Mapping[str, Any], path: str) -> Any:
    """Returns the value at a path; `_ABSENT` if a key is missing, None in an empty object."""
    value: Any = body
    for depth, name in enumerate(path.split(".")):
        if depth and not value:
            return None
        if not isinstance(value, Mapping) or name not in value:
            return _ABSENT
        value = cast("Mapping[str, Any]", value)[name]
    return value


def _empty(value: Any) -> bool:
    return value is None or value is _ABSENT or value in ("", {})


# -- spellings

_DERIVED = frozenset({"PhoneNumberCountry"})
"""Fields that MangoPay may derive from another value, or drop after deriving another."""


def _text(value: str) -> str:
    return normalize("NFC", value).strip()


def _word(value: str) -> str:
    return _text(value).casefold()


def _number(value: str) -> str:
    return re.sub(r"[\s-]", "", value).casefold()


_SPELLED: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("Email", "Country", "CountryOfResidence", "Nationality", "Currency"), _word),
    **dict.fromkeys(("IBAN", "BIC", "AccountNumber", "SortCode", "ABA"), _number),
    **dict.fromkeys(("InstitutionNumber", "BranchCode", "CompanyNumber"), _number),
}


def _alike(name: str, given: str, there: str) -> bool:
    if name == "PhoneNumber":
        return _same_phone(given, there)
    spelled = _SPELLED.get(name, _text)
    return spelled(given) == spelled(there)


def _same_phone(given: str, there: str) -> bool:
    """Returns whether two phone numbers are equal; one may lack its country code."""
    digits = (re.sub(r"\D", "", number).lstrip("0") for number in (given, there))
    short, long = sorted(digits, key=len)
    return len(short) >= _LEAST_DIGITS and long.endswith(short)


_LEAST_DIGITS = 6
