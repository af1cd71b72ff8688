"""The forms of account numbers, each a reader as of `values`."""

from __future__ import annotations

import re

from .countries import ALPHA_2, MONEY_BLOCKED
from .values import BadValueError, Reader, Value, leaf, open_country, text

# docs: create-iban-bank-account prints the pattern of a BIC
BIC = re.compile(r"^[a-zA-Z]{6}\w{2}(\w{3})?$")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def is_iban(value: str) -> bool:
    """Whether a number is an IBAN with good check digits (ISO 13616); blanks do not matter."""
    number = value.replace(" ", "").upper()
    if IBAN.fullmatch(number) is None:
        return False
    return int("".join(str(int(each, 36)) for each in number[4:] + number[:4])) % 97 == 1


def iban(value: object, path: str) -> Value:
    """Reads an IBAN (docs: create-iban-bank-account)."""
    number = str(text(255)(value, path))
    if not is_iban(number):
        raise BadValueError("The value is not a valid IBAN")
    return number


def bic(value: object, path: str) -> Value:
    """Reads a BIC (docs: create-iban-bank-account), the country within it too (ISO 9362)."""
    code = str(matching(BIC.pattern)(value, path))
    if code[4:6].upper() not in ALPHA_2:
        raise BadValueError("The value is not a valid BIC")
    return code


def matching(pattern: str) -> Reader:
    """Gives a reader of text of that form."""
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object, path: str) -> Value:
        if compiled.fullmatch(str(text(255)(value, path))) is None:
            raise BadValueError(
                f"The field {leaf(path)} must match the regular expression '{pattern}'."
            )
        return str(value)

    return read


def money_country(value: object, path: str) -> Value:
    """Reads a country where money may go (docs: guides/users/country-restrictions)."""
    if isinstance(value, str) and value in MONEY_BLOCKED:
        raise BadValueError(f"The {path} used is blocked")
    return open_country(value, path)
