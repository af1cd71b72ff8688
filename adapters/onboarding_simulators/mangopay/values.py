"""Readers of single values, with the country lists that they check against."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping

from iso3166 import countries

_ASSIGNED = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW
"""
_WITHOUT_ACCOUNTS = "AF BY CD CF ER ET IQ GN LB LR LY ML RU SD SO SS UA VE YE ZW"
_REFUSED = "CU IR KP MM SY AN BV GS HM WL YU"

_KOSOVO = "XK"  # docs: guides/users/country-restrictions lists it as open

ALPHA_2 = frozenset((_KOSOVO, *_ASSIGNED.split()))
"""ISO 3166-1 alpha-2: the officially assigned codes, and Kosovo's."""

BLOCKED = frozenset(_REFUSED.split())
"""Countries of residence that are refused (docs: guides/users/country-restrictions)."""

BLOCKED_NATIONALITIES = frozenset(("KP",))
"""Nationalities that are refused (docs: the same; the endpoints' pages block more)."""

MONEY_BLOCKED = frozenset(_WITHOUT_ACCOUNTS.split())
"""Countries where users, but not bank accounts, are allowed (docs: the same)."""

# docs: release-notes/api/2015-06-05-new-api-version-v201
_UNCODED = """
    AO AG AW BS BZ BJ BW BF BI CM CF KM CG CD CK CI DJ DM GQ ER FJ TF GM GH GD GN GY HK IE JM
    KE KI MO MW ML MR MU MS NR AN NU KP PA QA RW KN LC ST SA SC SL SB SO ZA SR SY TZ TL TK TO
    TT TV UG AE VU YE ZW
"""
WITHOUT_POSTAL_CODE = frozenset(_UNCODED.split())
"""Countries whose addresses need no `PostalCode`."""

WITH_REGION = frozenset(("US", "CA", "MX"))
"""Countries whose addresses need a `Region` (docs: create-natural-user)."""


def country_name(code: str) -> str:
    """Returns the English name of a country."""
    if code == _KOSOVO:
        return "Kosovo"
    found = countries.get(code, None)
    return found.name if found else code


Value = str | int | bool | None
Reader = Callable[[object, str], Value]
"""Takes a JSON value and its dotted path; returns the stored value or raises `BadValueError`."""

# docs: create-natural-user prints this pattern, without anchors, in its error. The framework that
# prints it matches the whole value.
EMAIL = re.compile(
    r"([a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    r"@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
)
# docs: create-natural-user allows letters, digits, dashes and spaces; the pattern is ours
POSTAL_CODE = re.compile(r"[a-zA-Z0-9 -]*")
# docs: snippets/p-body/PhoneNumber: E.164 or the local form; the pattern is ours
PHONE = re.compile(r"\+[1-9][0-9]{1,14}|[0-9(][0-9 ().-]*")

INT64 = range(-(2**63), 2**63)
TOKENS: Mapping[object, str] = {
    dict: "StartObject",
    list: "StartArray",
    str: "String",
    bool: "Boolean",
    int: "Integer",
    float: "Float",
}


class BadValueError(Exception):
    """A value is refused; the text is that of the API."""


def required(name: str) -> str:
    """Returns the text for a missing, null or blank field."""
    return f"The {name} field is required."


def unexpected(wanted: str, value: object, path: str) -> str:
    """Returns the text for a value of the wrong JSON type (larafale/mangopay issue 68)."""
    token = TOKENS.get(type(value), "Null")
    return f"Error reading {wanted}. Unexpected token: {token}. Path '{path}'."


def leaf(path: str) -> str:
    """Returns the last name of a dotted path."""
    return path.rpartition(".")[2]


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise BadValueError(unexpected("string", value, path))
    return value


def _matching(value: str, pattern: re.Pattern[str], path: str) -> str:
    if pattern.fullmatch(value) is None:
        raise BadValueError(
            f"The field {leaf(path)} must match the regular expression '{pattern.pattern}'."
        )
    return value


def text(most: int, least: int = 0, pattern: re.Pattern[str] | None = None) -> Reader:
    """Returns a reader of text with `least` to `most` characters.

    The documents give the bounds but not the text of the error; this one comes from the same
    framework as the documented texts.
    """

    def read(value: object, path: str) -> Value:
        string = _text(value, path)
        if least and not string.strip():
            raise BadValueError(required(leaf(path)))
        if not least <= len(string) <= most:
            bounds = f"a minimum length of {least} and " if least else ""
            raise BadValueError(
                f"The field {leaf(path)} must be a string with {bounds}a maximum length of {most}."
            )
        return string if pattern is None else _matching(string, pattern, path)

    return read


def email(value: object, path: str) -> Value:
    """Reads an e-mail address (docs: create-natural-user)."""
    return _matching(_text(value, path), EMAIL, path)


def phone(value: object, path: str) -> Value:
    """Reads a phone number, international or local."""
    return _matching(_text(value, path), PHONE, path)


def company_number(value: object, path: str) -> Value:
    """Reads a registration number, which the Node SDK's tests send as a JSON number."""
    number = type(value) is int
    return text(255)(str(value) if number else value, path)


def country(value: object, path: str) -> Value:
    """Reads a country code; blocked countries are accepted."""
    code = _text(value, path)
    if code not in ALPHA_2:
        raise BadValueError(
            "The requested value is not an ISO 3166-1 alpha-2 code which is expected."
        )
    return code


def open_country(value: object, path: str) -> Value:
    """Reads a country code; blocked countries are refused (docs: create-*-sca)."""
    return _welcome(value, path, BLOCKED)


def nationality(value: object, path: str) -> Value:
    """Reads a nationality; the documents are contradictory, this follows the guide."""
    return _welcome(value, path, BLOCKED_NATIONALITIES)


def _welcome(value: object, path: str, blocked: Container[str]) -> Value:
    if isinstance(value, str) and value in blocked:
        raise BadValueError(f"The {path} used is blocked")
    return country(value, path)


def boolean(value: object, path: str) -> Value:
    """Reads a boolean; the Python SDK sends 0 and 1."""
    if isinstance(value, bool) or (isinstance(value, int) and value in (0, 1)):
        return bool(value)
    raise BadValueError(unexpected("boolean", value, path))


def integer(value: object, path: str) -> Value:
    """Reads a whole number; a zero fraction is allowed, and so are zero and negative numbers."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in INT64:
        raise BadValueError(unexpected("integer", value, path))
    return value


def income_range(value: object, path: str) -> Value:
    """Reads 1 to 6, also as text, as the Python SDK sends it (docs: create-natural-user)."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 1:
        value = int(value)
    number = integer(value, path)
    if number not in range(1, 7):
        raise BadValueError(f"The field {leaf(path)} must be between 1 and 6.")
    return number


def one_of(*allowed: str) -> Reader:
    """Returns a reader of one of these words; the text of the error is not documented."""

    def read(value: object, path: str) -> Value:
        word = _text(value, path)
        if word not in allowed:
            raise BadValueError(f"The requested value is not valid for {leaf(path)}.")
        return word

    return read
