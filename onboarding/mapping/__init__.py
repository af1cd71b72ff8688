"""Declarative mapping between the core and a provider's wire classes."""

from onboarding.mapping.codecs import (
    ALPHA3_COUNTRY,
    BOOL,
    ISO_DATE,
    JSON,
    LOWER_COUNTRY,
    TEXT,
    UTC_MIDNIGHT,
    UTC_SECONDS,
    Codec,
    Inline,
    words,
)
from onboarding.mapping.conditions import (
    ALWAYS,
    Condition,
    given,
    lacks,
    matches,
    unless,
    when,
)
from onboarding.mapping.emails import EMAIL, written_email
from onboarding.mapping.groups import joined, part, split
from onboarding.mapping.losses import filename_losses
from onboarding.mapping.pages import PageRules
from onboarding.mapping.paths import core, extra, in_role, some
from onboarding.mapping.phones import E164, PHONE_DIGITS, phone
from onboarding.mapping.policy import (
    Accepted,
    Consequence,
    Disallowed,
    EffectKind,
    OneOf,
    disallow,
    disallow_all_but,
    judged,
    one_of,
)
from onboarding.mapping.rows import (
    EVERY,
    NEVER,
    On,
    Pattern,
    at,
    inside,
    not_applicable,
    record_only,
)
from onboarding.mapping.shown import shown, shown_as, shown_inside
from onboarding.mapping.translation import Translation, translation
from onboarding.mapping.wire_classes import wire

__all__ = [
    "ALPHA3_COUNTRY",
    "ALWAYS",
    "BOOL",
    "E164",
    "EMAIL",
    "EVERY",
    "ISO_DATE",
    "JSON",
    "LOWER_COUNTRY",
    "NEVER",
    "PHONE_DIGITS",
    "TEXT",
    "UTC_MIDNIGHT",
    "UTC_SECONDS",
    "Accepted",
    "Codec",
    "Condition",
    "Consequence",
    "Disallowed",
    "EffectKind",
    "Inline",
    "On",
    "OneOf",
    "PageRules",
    "Pattern",
    "Translation",
    "at",
    "core",
    "disallow",
    "disallow_all_but",
    "extra",
    "filename_losses",
    "given",
    "in_role",
    "inside",
    "joined",
    "judged",
    "lacks",
    "matches",
    "not_applicable",
    "one_of",
    "part",
    "phone",
    "record_only",
    "shown",
    "shown_as",
    "shown_inside",
    "some",
    "split",
    "translation",
    "unless",
    "when",
    "wire",
    "words",
    "written_email",
]
