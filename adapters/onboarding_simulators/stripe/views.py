"""Accounts as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding_simulators.shared import Row

from . import owed_views
from .calls import World, banks_of, dig
from .owed import Owed
from .paging import wrapped
from .person_views import address, day, pages, person_view
from .standing import Standing, standing_of
from .verifying import DOCUMENT, failure_of

_PROFILE = (
    "estimated_worker_count", "mcc", "minority_owned_business_designation", "name",
    "product_description", "support_email", "support_phone", "support_url", "url",
)  # fmt: skip
_FEES = {"custom": "application_custom", "express": "application_express", "standard": "account"}


def account_view(world: World, account: Row, standing: Standing | None = None) -> Row:
    """Returns an account with what the platform may see of it."""
    given, at = account["given"], standing or standing_of(world, account)
    found: Row = {
        "id": account["id"],
        "object": "account",
        "business_profile": _profile(given.get("business_profile", {})),
        "business_type": given.get("business_type"),
        "capabilities": dict(at.statuses),
        "charges_enabled": at.charges,
        "controller": _controller(account),
        "country": account["country"],
        "created": account["created"],
        "default_currency": given.get("default_currency", account["currency"]),
        "details_submitted": account["submitted"],
        "email": given.get("email"),
        "external_accounts": wrapped(
            (bank_view(bank) for bank in banks_of(world, account)),
            f"/v1/accounts/{account['id']}/external_accounts",
        ),
        "future_requirements": owed_views.of_account(at.future, None),
        "metadata": given.get("metadata", {}),
        "payouts_enabled": at.payouts,
        "requirements": owed_views.of_account(at.owed, at.disabled),
        "settings": _settings(given.get("settings", {})),
        "tos_acceptance": _terms(given.get("tos_acceptance", {})),
        "type": account["type"] or "none",
    }
    if "groups" in given:
        found["groups"] = {"payments_pricing": given["groups"].get("payments_pricing")}
    if is_open(account):
        if given.get("business_type") != "individual" or "company" in given:
            found["company"] = _company(account)
        person = world.tables.get("persons", account["person"] or "")
        if person is not None:
            found["individual"] = person_view(person, at, "individual.")
    return found


def is_open(account: Row) -> bool:
    """Whether the platform may see and change personal data.

    With requirements collected by the provider, until the first account link or session.
    """
    collects = account["controller"]["requirement_collection"] == "application"
    return collects or not account["linked"]


def capability_view(world: World, account: Row, name: str, at: Standing | None = None) -> Row:
    """Returns one capability of an account, also one that was never requested."""
    standing = at or standing_of(world, account)
    asked = account["capabilities"].get(name)
    is_requested = asked is not None and asked["requested"]
    status = standing.statuses.get(name, "unrequested") if is_requested else "unrequested"
    owed = standing.by_capability.get(name, Owed())
    reason = None
    if is_requested and status != "active":
        reason = _capability_reason(standing.disabled, owed, status)
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "future_requirements": owed_views.of_account(
            standing.future if is_requested else Owed(), None
        ),
        "requested": is_requested,
        "requested_at": asked["requested_at"] if asked is not None and is_requested else None,
        "requirements": owed_views.of_account(owed, reason),
        "status": status,
    }


def bank_view(bank: Row) -> Row:
    """Returns a bank account."""
    nothing = owed_views.of_bank(Owed())
    return {
        "object": "bank_account",
        **{name: value for name, value in bank.items() if not name.startswith("_")},
        "future_requirements": nothing,
        "requirements": nothing,
    }


def _capability_reason(disabled: str | None, owed: Owed, status: str) -> str:
    if disabled and disabled.startswith("rejected."):
        return "rejected.other"
    if owed.off:
        return "requirements.fields_needed"
    return "pending.review" if status == "pending" else "other"


def _controller(account: Row) -> Row:
    chosen = account["controller"]
    fees = _FEES.get(account["type"] or "", chosen["fees"])
    return {
        "type": "application",
        "is_controller": True,
        "fees": {"payer": fees},
        "losses": {"payments": chosen["losses"]},
        "requirement_collection": chosen["requirement_collection"],
        "stripe_dashboard": {"type": chosen["dashboard"]},
    }


def _profile(given: Mapping[str, Any]) -> Row:
    found: Row = {name: given.get(name) for name in _PROFILE}
    found["annual_revenue"] = given.get("annual_revenue")
    if "monthly_estimated_revenue" in given:
        found["monthly_estimated_revenue"] = given["monthly_estimated_revenue"]
    support = given.get("support_address")
    found["support_address"] = None if support is None else address(support)
    return found


def _terms(given: Mapping[str, Any]) -> Row:
    found = {name: given.get(name) for name in ("date", "ip", "user_agent")}
    if "service_agreement" in given:
        found["service_agreement"] = given["service_agreement"]
    return found


def _company(account: Row) -> Row:
    given = account["given"].get("company", {})
    found: Row = {
        name: given.get(name, False)
        for name in ("directors_provided", "executives_provided", "owners_provided")
    }
    found |= {name: given.get(name) for name in ("name", "phone", "name_kana", "name_kanji")}
    found["address"] = address(given.get("address", {}))
    found["tax_id_provided"] = "tax_id" in given
    found["vat_id_provided"] = "vat_id" in given
    found["verification"] = {
        "document": pages(dig(given, "verification.document"), failure_of(account, DOCUMENT))
    }
    for name in ("structure", "tax_id_registrar", "export_license_id", "export_purpose_code"):
        if given.get(name):
            found[name] = given[name]
    if given.get("ownership_exemption_reason"):
        found["ownership_exemption_reason"] = given["ownership_exemption_reason"]
    if "registration_date" in given:
        found["registration_date"] = day(given["registration_date"])
    for name in ("directorship", "ownership", "representative"):
        said = given.get(f"{name}_declaration", {})
        found[f"{name}_declaration"] = {it: said.get(it) for it in ("date", "ip", "user_agent")}
    for name in ("address_kana", "address_kanji"):
        if name in given:
            found[name] = {**address(given[name]), "town": given[name].get("town")}
    return found


def _settings(given: Mapping[str, Any]) -> Row:
    cards, payouts = given.get("card_payments", {}), given.get("payouts", {})
    schedule = {"delay_days": 2, "interval": "daily", **payouts.get("schedule", {})}
    descriptors = (
        "statement_descriptor",
        "statement_descriptor_kana",
        "statement_descriptor_kanji",
    )
    prefix = "statement_descriptor_prefix"
    return {
        "bacs_debit_payments": {
            "display_name": dig(given, "bacs_debit_payments.display_name"),
            "service_user_number": None,
        },
        "branding": {
            name: dig(given, f"branding.{name}")
            for name in ("icon", "logo", "primary_color", "secondary_color")
        },
        "card_issuing": {"tos_acceptance": _dated(given, "card_issuing")},
        "card_payments": {
            "decline_on": {
                name: dig(cards, f"decline_on.{name}") or False
                for name in ("avs_failure", "cvc_failure")
            },
            **{name: cards.get(name) for name in (prefix, f"{prefix}_kana", f"{prefix}_kanji")},
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {
            "default_account_tax_ids": dig(given, "invoices.default_account_tax_ids"),
            "hosted_payment_method_save": dig(given, "invoices.hosted_payment_method_save"),
        },
        "payments": {name: dig(given, f"payments.{name}") for name in descriptors},
        "payouts": {
            "debit_negative_balances": payouts.get("debit_negative_balances", True),
            "schedule": schedule,
            "statement_descriptor": payouts.get("statement_descriptor"),
        },
        "sepa_debit_payments": {},
    }


def _dated(given: Mapping[str, Any], name: str) -> Row:
    said: Row = dig(given, f"{name}.tos_acceptance") or {}
    agent = {"user_agent": said["user_agent"]} if "user_agent" in said else {}
    return {**{it: said.get(it) for it in ("date", "ip")}, **agent}
