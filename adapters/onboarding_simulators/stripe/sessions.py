"""Account sessions, for onboarding in the platform's own pages (docs: api/account_sessions)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onboarding_simulators.shared import Row

from .calls import Call, Reply, World, find_account, save_account
from .changes import settle
from .parameters import Shape, Text
from .sent_parts import expand, flag

LIFE = 30 * 60
"""Seconds for which a client secret can be used; the figure is ours."""
_BASE = "disable_stripe_user_authentication external_account_collection"
_PAYMENTS = (
    "capture_payments destination_on_behalf_of_charge_management dispute_management "
    "refund_management"
)
_PAYOUTS = f"{_BASE} edit_payout_schedule instant_payouts standard_payouts"
_CARDS = "card_management card_spend_dispute_management cardholder_management"
FEATURES: Mapping[str, str] = {
    "account_management": _BASE,
    "account_onboarding": _BASE,
    "balance_report": "",
    "balances": _PAYOUTS,
    "disputes_list": _PAYMENTS,
    "documents": "",
    "financial_account": f"{_BASE} send_money transfer_balance",
    "financial_account_transactions": "card_spend_dispute_management",
    "instant_payouts_promotion": f"{_BASE} instant_payouts",
    "issuing_card": f"{_CARDS} spend_control_management",
    "issuing_cards_list": f"{_CARDS} disable_stripe_user_authentication spend_control_management",
    "notification_banner": _BASE,
    "payment_details": _PAYMENTS,
    "payment_disputes": _PAYMENTS.removeprefix("capture_payments "),
    "payments": _PAYMENTS,
    "payout_details": "",
    "payout_reconciliation_report": "",
    "payouts": _PAYOUTS,
    "payouts_list": "",
    "tax_registrations": "",
    "tax_settings": "",
}
"""The features of each component."""
SESSION = Shape(
    {
        **expand,
        "account": Text(needed=True),
        "components": Shape(
            {
                name: Shape(
                    {"enabled": flag, "features": Shape(dict.fromkeys(features.split(), flag))},
                    ("enabled",),
                )
                for name, features in FEATURES.items()
            }
        ),
    },
    ("account", "components"),
)


def create(world: World, call: Call) -> Reply:
    """Creates a session; from then on the account's user may be at work in it."""
    account = find_account(world, call.given["account"])
    account["linked"] = True
    save_account(world, account)
    settle(world, account, call)
    chosen = call.given["components"]
    return Reply(
        body={
            "object": "account_session",
            "account": account["id"],
            "client_secret": world.new_id("accs_secret__"),
            "components": {name: _shown(name, chosen.get(name, {})) for name in FEATURES},
            "expires_at": world.now() + LIFE,
            "livemode": False,
        }
    )


def _shown(name: str, chosen: Mapping[str, Any]) -> Row:
    """Returns a component; features that were not chosen are off, which is not certain."""
    features = chosen.get("features", {})
    return {
        "enabled": chosen.get("enabled", False),
        "features": {each: features.get(each, False) for each in FEATURES[name].split()},
    }
