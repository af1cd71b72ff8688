"""The values of a user that Stripe refuses or may refuse."""

from __future__ import annotations

from re import fullmatch

from onboarding import User
from onboarding.spi import Disallowed, core, disallow_all_but, given, lacks, some, when

__all__ = [
    "ACCEPTS",
    "GIVEN_IP",
    "IN_THE_COUNTRY",
    "NINE_DIGITS",
    "NO_PHONE",
    "OF_NO_ACCEPTANCE",
    "OPENS",
    "OPENS_AT_HOME",
    "STRUCTURES",
]

_U = core(User)
_T = some(_U.terms)
_HOME = some(_U.identity).country_of_residence

ACCEPTS = when(_T.accepted, True, words="the terms are accepted")


class _NoPhone:
    """A container of the texts that are no number of E.164."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and not fullmatch(r"\+[1-9][0-9]{6,14}", value)


NO_PHONE = Disallowed(
    _NoPhone(),
    "is no phone number in E.164, which Stripe may refuse",
    certain=False,
    source="docs: api/accounts/create, business_profile.support_phone",
)


class _OtherThanNine:
    """A container of the texts that are not nine digits, as those of the US are."""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and not fullmatch("[0-9]{3}-?[0-9]{2}-?[0-9]{4}", value)


NINE_DIGITS = Disallowed(
    _OtherThanNine(),
    "is no number of the US, which has nine digits",
    when(_HOME, "US") | lacks(_HOME),
    certain=False,
    source="docs: api/accounts/create, individual.id_number",
)
GIVEN_IP = given(_T.ip_address)
OF_NO_ACCEPTANCE = disallow_all_but(
    words="is the address of no acceptance",
    when=when(_T.accepted, False, words="the terms are not accepted"),
    source="docs: api/accounts/create, tos_acceptance",
)

# Countries are added without notice, and some take only some kinds of account: Stripe decides
# (docs: api/country_specs/list).
_OPEN = """
AT AU BE BG CA CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IT JP LT LU LV MT NL NO NZ PL PT RO SE SG
SI SK US
"""
_WORDS = "is a country in which Stripe may open no accounts"
_SPECS = "docs: api/country_specs"
OPENS = disallow_all_but(*_OPEN.split(), words=_WORDS, certain=False, source=_SPECS)
OPENS_AT_HOME = disallow_all_but(
    *_OPEN.split(), words=_WORDS, when=lacks(_HOME), certain=False, source=_SPECS
)
"""The country of an address, which is that of the account unless the residence is given."""

# docs: api/accounts/create, company.structure, an open list
_STRUCTURES = """
free_zone_establishment free_zone_llc government_instrumentality governmental_unit
incorporated_non_profit incorporated_partnership limited_liability_partnership llc multi_member_llc
private_company private_corporation private_partnership public_company public_corporation
public_partnership registered_charity single_member_llc sole_establishment sole_proprietorship
tax_exempt_government_instrumentality unincorporated_association unincorporated_non_profit
unincorporated_partnership
"""
STRUCTURES = disallow_all_but(
    *_STRUCTURES.split(),
    words="is a structure that Stripe's documents do not name",
    certain=False,
    source="docs: api/accounts/create, company.structure",
)

IN_THE_COUNTRY = disallow_all_but(
    same_as=_HOME,
    words="must be the country of residence, which is that of the account",
    source="docs: error-codes, account_country_invalid_address",
)
