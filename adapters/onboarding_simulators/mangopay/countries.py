"""The country codes the API knows, those it refuses a user or money from, those without codes."""

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

_KOSOVO = "XK"  # docs: guides/users/country-restrictions names it among the open countries

ALPHA_2 = frozenset((_KOSOVO, *_ASSIGNED.split()))
"""ISO 3166-1 alpha-2, the officially assigned codes, and Kosovo's."""

BLOCKED = frozenset(_REFUSED.split())
"""Where no user may live (docs: guides/users/country-restrictions)."""

BLOCKED_NATIONALITIES = frozenset(("KP",))
"""What no user may be by nationality (docs: the same; the endpoint pages block more)."""

MONEY_BLOCKED = frozenset(_WITHOUT_ACCOUNTS.split())
"""Where users are welcome, and bank accounts are not (docs: guides/users/country-restrictions)."""

# docs: release-notes/api/2015-06-05-new-api-version-v201
_UNCODED = """
    AO AG AW BS BZ BJ BW BF BI CM CF KM CG CD CK CI DJ DM GQ ER FJ TF GM GH GD GN GY HK IE JM
    KE KI MO MW ML MR MU MS NR AN NU KP PA QA RW KN LC ST SA SC SL SB SO ZA SR SY TZ TL TK TO
    TT TV UG AE VU YE ZW
"""
WITHOUT_POSTAL_CODE = frozenset(_UNCODED.split())
"""Where an address needs no `PostalCode`."""

WITH_REGION = frozenset(("US", "CA", "MX"))
"""Where an address needs its `Region` (docs: create-natural-user)."""


def name_of(code: str) -> str:
    """Returns the English name of a country."""
    if code == _KOSOVO:
        return "Kosovo"
    found = countries.get(code, None)
    return found.name if found else code
