"""Restrictions of users: blocks, renewals, formats of company numbers, countries."""

from __future__ import annotations

import re

from attrs import evolve

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World, find_user, json_object
from .errors import RefusedError, not_found, param_error
from .events import emit
from .shapes import Group, Need, field, read_shape
from .state import User
from .values import ALPHA_2, BLOCKED, MONEY_BLOCKED, company_number, country, country_name

LIST_OF = 1_700_000_000  # when the list last changed: any time works
_CHECK = (
    Group(
        name="CompanyNumber",
        need=Need.EVERYBODY,
        fields=(
            field("CompanyNumber", company_number, Need.EVERYBODY),
            field("CountryCode", country, Need.EVERYBODY),
        ),
    ),
)


def view(world: World, call: Call) -> Reply:
    """Shows whether a user is blocked (docs: view-user-regulatory)."""
    user = find_user(world, call.params["user"])
    information = None
    if user.last_kyc or user.renewal_deadline:
        information = {
            "LastKycDate": user.last_kyc,
            "KycRenewalDeadline": user.renewal_deadline,
        }
    return Reply(
        body={
            "ActionCode": user.action_code,
            "ScopeBlocked": {
                "Inflows": user.inflows_blocked,
                "Outflows": user.outflows_blocked,
            },
            "KycInformation": information,
            "Id": user.id,
        }
    )


def block(world: World, user: User, *, inflows: bool, outflows: bool, code: str) -> User:
    """Returns the user with these blocks; emits an event for each change."""
    for word, now, before in (
        ("INFLOWS", inflows, user.inflows_blocked),
        ("OUTFLOWS", outflows, user.outflows_blocked),
    ):
        if now != before:
            emit(world, f"USER_{word}_{'BLOCKED' if now else 'UNBLOCKED'}", user.id)
    return evolve(user, inflows_blocked=inflows, outflows_blocked=outflows, action_code=code)


def check_format(world: World, call: Call) -> Reply:
    """Answers whether a company number has its country's format (docs: validate-data-format).

    The formats are the setting `company_numbers`: the documents do not list them.
    """
    reading = read_shape(_CHECK, json_object(call.request), lambda need: need is Need.EVERYBODY)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    number = str(reading.values["CompanyNumber.CompanyNumber"])
    code = str(reading.values["CompanyNumber.CountryCode"])
    rule = world.company_numbers.get(code)
    return Reply(
        body={
            "CompanyNumber": {
                "CompanyNumber": number,
                "CountryCode": code,
                "IsValid": bool(number) if rule is None else bool(re.fullmatch(rule, number)),
                "ValidationRules": [] if rule is None else [rule],
            }
        }
    )


def view_country(world: World, call: Call) -> Reply:
    """Shows what is blocked for a country (docs: view-country-authorizations)."""
    code = call.params["country"].upper()
    if code not in ALPHA_2:
        raise RefusedError(not_found("Country", code))
    return Reply(body=_authorization(code))


def list_countries(world: World, call: Call) -> Reply:
    """Shows what is blocked for every country (docs: view-all-countries-authorizations)."""
    return Reply(body=[_authorization(code) for code in sorted(ALPHA_2)])


def _authorization(code: str) -> Row:
    money = code in BLOCKED or code in MONEY_BLOCKED
    return {
        "CountryCode": code,
        "CountryName": country_name(code),
        "Authorization": {
            "BlockUserCreation": code in BLOCKED,
            "BlockBankAccountCreation": money,
            "BlockPayout": money,
        },
        "LastUpdate": LIST_OF,
    }
