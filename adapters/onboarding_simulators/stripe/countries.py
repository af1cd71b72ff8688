"""What is needed by country, by the rules of the simulator (docs: api/country_specs)."""

from __future__ import annotations

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World
from .errors import not_found
from .paging import listing
from .rules import account_paths, later_paths, role_paths
from .words import COMPANY, CURRENCIES, INDIVIDUAL


def list_all(world: World, call: Call) -> Reply:
    """Lists the countries in which the simulator opens accounts."""
    rows = [{"id": country, "created": 0} for country in sorted(CURRENCIES)]
    return listing(call, rows, lambda row: _shown(row["id"]))


def view(world: World, call: Call) -> Reply:
    """Shows one country."""
    country = call.params["country"]
    if country not in CURRENCIES:
        raise not_found("country", "country")
    return Reply(body=_shown(country))


def _shown(country: str) -> Row:
    currency = CURRENCIES[country]
    people = {f"representative.{path}" for path in role_paths("representative", country)}
    fields = {
        kind: {
            "minimum": sorted(account_paths(country, kind, "card_payments") | more),
            "additional": sorted(later_paths(country, kind)),
        }
        for kind, more in ((COMPANY, people), (INDIVIDUAL, set[str]()))
    }
    return {
        "id": country,
        "object": "country_spec",
        "default_currency": currency,
        "supported_bank_account_currencies": {currency: [country]},
        "supported_payment_currencies": sorted(set(CURRENCIES.values())),
        "supported_payment_methods": ["card", "stripe"],
        "supported_transfer_countries": sorted(CURRENCIES),
        "verification_fields": fields,
    }
