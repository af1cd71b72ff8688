"""The targets of a user at Stripe, and what their documents and recorded lists ask for.

Stripe publishes no rules: it lists what each account owes. The lists of accounts without data were
recorded for individuals of the US and of Germany and for companies of the US, with `card_payments`
and `transfers`. What an owner must give is in the published fixture of the country rules of the US.
What else is needed is left to the list of each account.
"""

from __future__ import annotations

from attrs import evolve
from onboarding import CapabilityName, User
from onboarding.spi import (
    ALWAYS,
    Actor,
    Condition,
    On,
    RequirementRule,
    Target,
    core,
    given,
    lacks,
    some,
    step,
    unless,
    user_field,
    when,
)

from onboarding_stripe.records import StripeExtras
from onboarding_stripe.requirements import BANK_ACCOUNT, CHECKS, HOSTED
from onboarding_stripe.values import PROVIDER
from onboarding_stripe.wire.account import CompanyAccount, IndividualAccount

__all__ = ["TARGETS", "hosted"]

_U = core(User)
_C = some(_U.company)
_HOME, _PLACE = some(_U.identity).country_of_residence, some(_U.address).country
_SEAT = some(_C.headquarters).country
_CREATE = "docs: api/accounts/create"
_TERMS = "docs: connect/updating-service-agreements, tos_acceptance"
_LISTS = "docs: api/accounts/object, requirements"
_PAGES = "docs: connect/hosted-onboarding"
_US = "a recorded account of the US"
_US_RULES = "docs: api/country_specs, the fixture of the US"
_DE = "a recorded account of Germany"

_NATURAL = lacks("company", words="the user is a natural person")
_LEGAL = given("company", words="the user is a legal person")


def _lives_in(*countries: str) -> Condition:
    """The country of an individual's account: of residence, else of the address."""
    words = f"the account is of {' or '.join(countries)}"
    elsewhere = lacks(_HOME) & when(_PLACE, *countries)
    return evolve(_NATURAL & (when(_HOME, *countries) | elsewhere), words=words)


def _lives_elsewhere(*countries: str) -> Condition:
    there = given(_HOME) & unless(_HOME, *countries)
    return _NATURAL & (there | (lacks(_HOME) & unless(_PLACE, *countries)))


def _fields(
    condition: Condition, source: str, *paths: str, waived_without: str = ""
) -> tuple[RequirementRule, ...]:
    return tuple(
        RequirementRule(
            name=path,
            options=(user_field(path, f"give {path}"),),
            when=condition,
            source=source,
            waived_without=waived_without,
        )
        for path in paths
    )


def _person(whose: str, *more: str) -> tuple[str, ...]:
    """The paths of a person in all recorded lists."""
    paths = ("identity.given_name", "identity.family_name", "identity.birthdate", "email", "phone")
    place = ("address.city", "address.line1", "address.postal_code")
    return tuple(whose + path for path in (*paths, *place, *more))


_US_INDIVIDUAL = (
    "extras.stripe.mcc",
    "extras.stripe.url",
    *_person("", "address.region", "identity.national_id.code"),
)
_DE_INDIVIDUAL = (
    "extras.stripe.mcc",
    "extras.stripe.url",
    "extras.stripe.product_description",
    "extras.stripe.support_phone",
    *_person(""),
)
_US_COMPANY = (
    "extras.stripe.mcc",
    "company.website",
    *(f"company.headquarters.{part}" for part in ("city", "line1", "postal_code", "region")),
    "company.legal_name",
    "company.registration_number",
    "phone",
    *_person("people[representative].", "address.region", "identity.national_id.code", "job_title"),
)
_OWNER = "people[beneficial_owner]"
_US_OWNER = _person(f"{_OWNER}.", "address.region")

CREATE = Target(
    provider=PROVIDER,
    name="create",
    words="have an account",
    source=_CREATE,
    on=On.CREATE,
    natural=IndividualAccount,
    legal=CompanyAccount,
    extras=StripeExtras,
)
_COMMON = (
    *_fields(ALWAYS, _TERMS, "terms.accepted", "terms.ip_address"),
    RequirementRule(name="bank_account", options=(BANK_ACCOUNT,), source=_LISTS),
    RequirementRule(name="review", options=(CHECKS,), decided=True, source=_LISTS),
)
_LISTED = step("Stripe lists what else it needs of the account", Actor.PROVIDER)


def _listed(when: Condition) -> RequirementRule:
    return RequirementRule(name="list", options=(_LISTED,), when=when, decided=True, source=_LISTS)


RECEIVE_TRANSFERS = Target(
    provider=PROVIDER,
    name="receive_transfers",
    words="receive money from the platform (`transfers`)",
    source=_LISTS,
    includes=(CREATE,),
    grants=(CapabilityName.RECEIVE_TRANSFERS,),
    complete=True,
    rules=(*_COMMON, _listed(ALWAYS)),
)
ACCEPT_PAYMENTS = Target(
    provider=PROVIDER,
    name="accept_payments",
    words="be paid by others (`card_payments` and `transfers`)",
    source=_LISTS,
    includes=(CREATE,),
    grants=(CapabilityName.ACCEPT_PAYMENTS, CapabilityName.RECEIVE_TRANSFERS),
    complete=True,
    rules=(
        *_COMMON,
        *_fields(_lives_in("US"), _US, *_US_INDIVIDUAL),
        *_fields(_lives_in("DE"), _DE, *_DE_INDIVIDUAL),
        *_fields(_LEGAL & when(_SEAT, "US"), _US, *_US_COMPANY),
        *_fields(_LEGAL & when(_SEAT, "US"), _US_RULES, *_US_OWNER, waived_without=_OWNER),
        _listed(_lives_elsewhere("US", "DE") | (_LEGAL & unless(_SEAT, "US"))),
    ),
)
PAYOUTS = Target(
    provider=PROVIDER,
    name="payouts",
    words="be paid out to a bank account",
    source="docs: api/accounts/object, payouts_enabled",
    includes=(RECEIVE_TRANSFERS,),
    grants=(CapabilityName.PAY_OUT,),
    complete=True,
)

TARGETS = {target.name: target for target in (CREATE, RECEIVE_TRANSFERS, ACCEPT_PAYMENTS, PAYOUTS)}


def hosted(target: Target) -> Target:
    """Returns a target of accounts whose requirements Stripe collects on its pages."""
    page = RequirementRule(name="hosted", options=(HOSTED,), source=_PAGES)
    rules = (page, *(rule for rule in target.rules if rule.decided)) if target.grants else ()
    return evolve(target, rules=rules, includes=tuple(map(hosted, target.includes)))
