"""Declarative mapping between the core and a provider's wire classes."""

from onboarding.mapping.codecs import (
    BOOL,
    ISO_DATE,
    JSON,
    LOWER_COUNTRY,
    PHONE_DIGITS,
    TEXT,
    UTC_MIDNIGHT,
    UTC_SECONDS,
    Codec,
    words,
)
from onboarding.mapping.paths import Condition, core, either, extra, some, when
from onboarding.mapping.rows import (
    ALWAYS,
    EVERY,
    NEVER,
    On,
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
    "EVERY",
    "ISO_DATE",
    "JSON",
    "LOWER_COUNTRY",
    "NEVER",
    "PHONE_DIGITS",
    "TEXT",
    "UTC_MIDNIGHT",
    "UTC_SECONDS",
    "Codec",
    "Condition",
    "On",
    "Translation",
    "at",
    "core",
    "either",
    "extra",
    "inside",
    "keep",
    "not_applicable",
    "some",
    "translation",
    "when",
    "wire",
    "words",
]
