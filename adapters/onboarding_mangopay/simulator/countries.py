"""The country codes the API knows, with those it refuses a user or money from."""

import pycountry

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

ALPHA_2 = frozenset(_ASSIGNED.split())
"""ISO 3166-1 alpha-2, the officially assigned codes."""

BLOCKED = frozenset(_REFUSED.split())
"""Where no user may come from (docs: guides/users/country-restrictions)."""

MONEY_BLOCKED = frozenset(_WITHOUT_ACCOUNTS.split())
"""Where users are welcome, and bank accounts are not (docs: guides/users/country-restrictions)."""

WITH_REGION = frozenset(("US", "CA", "MX"))
"""Where an address needs its `Region` (docs: create-natural-user)."""


def name_of(code: str) -> str:
    """Gives the English name of a country."""
    found = pycountry.countries.get(alpha_2=code)
    return str(found.name) if found else code
