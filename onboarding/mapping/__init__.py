"""Declarative mapping between the core and a provider's wire classes."""

from onboarding.mapping.codecs import (
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
from onboarding.mapping.losses import document_losses, lost_of_document
from onboarding.mapping.paths import core, extra, some
from onboarding.mapping.phones import PHONE_DIGITS, phone
from onboarding.mapping.policy import (
    Accepted,
    Consequence,
    Disallowed,
    EffectKind,
    OneOf,
    disallow,
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
from onboarding.mapping.translation import Translation, translation
from onboarding.mapping.wire_classes import wire

__all__ = [
    "ALWAYS",
    "BOOL",
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
    "Pattern",
    "Translation",
    "at",
    "core",
    "disallow",
    "document_losses",
    "extra",
    "given",
    "inside",
    "joined",
    "judged",
    "lacks",
    "lost_of_document",
    "matches",
    "not_applicable",
    "one_of",
    "part",
    "phone",
    "record_only",
    "some",
    "split",
    "translation",
    "unless",
    "when",
    "wire",
    "words",
    "written_email",
]
