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
from onboarding.mapping.documents import document_losses, lost_of_document
from onboarding.mapping.emails import EMAIL, written_email
from onboarding.mapping.paths import core, extra, some
from onboarding.mapping.phones import PHONE_DIGITS, phone
from onboarding.mapping.policy import Bar, Consequence, EffectKind, OneOf, bar, judged, one_of
from onboarding.mapping.rows import (
    EVERY,
    NEVER,
    On,
    Pattern,
    at,
    inside,
    keep,
    not_applicable,
    wire,
)
from onboarding.mapping.translation import Translation, translation

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
    "Bar",
    "Codec",
    "Condition",
    "Consequence",
    "EffectKind",
    "Inline",
    "On",
    "OneOf",
    "Pattern",
    "Translation",
    "at",
    "bar",
    "core",
    "document_losses",
    "extra",
    "given",
    "inside",
    "judged",
    "keep",
    "lacks",
    "lost_of_document",
    "matches",
    "not_applicable",
    "one_of",
    "phone",
    "some",
    "translation",
    "unless",
    "when",
    "wire",
    "words",
    "written_email",
]
