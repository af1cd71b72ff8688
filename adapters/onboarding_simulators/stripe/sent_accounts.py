"""The parameters of accounts (docs: api/accounts/create, api/accounts/update)."""

from __future__ import annotations

from collections.abc import Mapping

from .parameters import Flag, Kind, Many, OneOf, Shape, Text, Whole, Words
from .sent_parts import (
    COMPANY,
    DOCUMENTS,
    INDIVIDUAL,
    address,
    bank_account,
    business_type,
    expand,
    flag,
    metadata,
    text,
    time,
    whole,
)
from .words import ACCOUNT_TYPES, CAPABILITIES, MINORITY, WEEKDAYS, WORKDAYS

_currency = Text(3, needed=True)
_terms = Shape({"date": time, "ip": text, "user_agent": text})
_PROFILE = Shape(
    {
        "annual_revenue": Shape(
            {"amount": Whole(0), "currency": _currency, "fiscal_year_end": Text(needed=True)},
            required=("amount", "currency", "fiscal_year_end"),
        ),
        "estimated_worker_count": Whole(0),
        "mcc": Text(4),
        "minority_owned_business_designation": Many(Words(MINORITY)),
        "monthly_estimated_revenue": Shape(
            {"amount": Whole(0), "currency": _currency}, required=("amount", "currency")
        ),
        "name": text,
        "product_description": Text(40_000),
        "support_address": address,
        "support_email": text,
        "support_phone": text,
        "support_url": text,
        "url": text,
    }
)
_DESCRIPTOR, _PREFIX = Text(22), Text(10)


def _settings(**invoices: Kind) -> Shape:
    return Shape(
        {
            "bacs_debit_payments": Shape({"display_name": text}),
            "branding": Shape(
                {"icon": text, "logo": text, "primary_color": text, "secondary_color": text}
            ),
            "card_issuing": Shape({"tos_acceptance": _terms}),
            "card_payments": Shape(
                {
                    "decline_on": Shape({"avs_failure": flag, "cvc_failure": flag}),
                    "statement_descriptor_prefix": _PREFIX,
                    "statement_descriptor_prefix_kana": _PREFIX,
                    "statement_descriptor_prefix_kanji": _PREFIX,
                }
            ),
            "invoices": Shape(
                {"hosted_payment_method_save": Words(("always", "never", "offer")), **invoices}
            ),
            "payments": Shape(
                {
                    "statement_descriptor": _DESCRIPTOR,
                    "statement_descriptor_kana": _DESCRIPTOR,
                    "statement_descriptor_kanji": _DESCRIPTOR,
                }
            ),
            "payouts": Shape(
                {
                    "debit_negative_balances": flag,
                    "schedule": Shape(
                        {
                            "delay_days": Delay(),
                            "interval": Words(("daily", "manual", "monthly", "weekly")),
                            "monthly_anchor": Whole(1, 31),
                            "monthly_payout_days": Many(Whole(1, 31)),
                            "weekly_anchor": Words(WEEKDAYS),
                            "weekly_payout_days": Many(Words(WORKDAYS)),
                        }
                    ),
                    "statement_descriptor": _DESCRIPTOR,
                }
            ),
            "treasury": Shape({"tos_acceptance": _terms}),
        }
    )


class Delay:
    """The days before a payout: a number or `minimum`, which the simulator takes to be 2."""

    def read(self, value: object, param: str) -> int:
        return 2 if value == "minimum" else Whole(0, 31).read(value, param)


_requested = Shape({"requested": Flag()})
capabilities = Shape(dict.fromkeys(CAPABILITIES, _requested))
_EVERY: Mapping[str, Kind] = {
    **expand,
    "account_token": text,
    "business_profile": _PROFILE,
    "business_type": business_type,
    "capabilities": capabilities,
    "company": Shape(COMPANY),
    "default_currency": text,
    "documents": DOCUMENTS,
    "email": text,
    # the description has a string alone, yet an object is legal
    "external_account": bank_account,
    "groups": Shape({"payments_pricing": text}),
    "individual": Shape(INDIVIDUAL),
    "metadata": metadata,
    "tos_acceptance": Shape(
        {
            "date": time,
            "ip": text,
            "service_agreement": Words(("full", "recipient")),
            "user_agent": text,
        }
    ),
}
CREATE = Shape(
    {
        **_EVERY,
        "bank_account": bank_account,
        "controller": Shape(
            {
                "fees": Shape({"payer": Words(("account", "application"))}),
                "losses": Shape({"payments": Words(("application", "stripe"))}),
                "requirement_collection": Words(("application", "stripe")),
                "stripe_dashboard": Shape({"type": Words(("express", "full", "none"))}),
            }
        ),
        "country": text,
        "settings": _settings(),
        "type": Words(ACCOUNT_TYPES),
    }
)
UPDATE = Shape({**_EVERY, "settings": _settings(default_account_tax_ids=Many(text, clears=True))})
REJECT = Shape({**expand, "reason": Words(("fraud", "other", "terms_of_service"))}, ("reason",))
LINK = Shape(
    {
        **expand,
        "account": Text(needed=True),
        "collect": Words(("currently_due", "eventually_due")),
        "collection_options": Shape(
            {
                "fields": Words(("currently_due", "eventually_due")),
                "future_requirements": Words(("include", "omit")),
            }
        ),
        "refresh_url": text,
        "return_url": text,
        "type": Words(("account_onboarding", "account_update")),
    },
    ("account", "type"),
)
CAPABILITY = Shape({**expand, "requested": flag})
_created = OneOf(whole, Shape(dict.fromkeys(("gt", "gte", "lt", "lte"), whole)))
PAGE: Mapping[str, Kind] = {
    **expand,
    "ending_before": text,
    "limit": Whole(1, 100),
    "starting_after": text,
}
DATED_PAGE: Mapping[str, Kind] = {**PAGE, "created": _created}
LIST = Shape(DATED_PAGE)
NOTHING = Shape({})
EXPAND = Shape(expand)
