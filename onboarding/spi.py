"""Everything that the author of an adapter or of a plugin imports beside the front door."""

from __future__ import annotations

from onboarding.adapter import Adapter, Provenance, part_way, raise_error
from onboarding.errors import ErrorDetails
from onboarding.hooks import Exchange, hookimpl
from onboarding.http import (
    Flow,
    Proof,
    Request,
    Response,
    Token,
    as_object,
    has_lone_surrogate,
    json_body,
    retry_after,
    url,
)
from onboarding.mapping.changes import changed_paths
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
from onboarding.mapping.conditions import ALWAYS, Condition, given, lacks, matches, unless, when
from onboarding.mapping.effects import Effect
from onboarding.mapping.emails import EMAIL, written_email
from onboarding.mapping.explain import Explanation
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
    wire,
)
from onboarding.mapping.translation import Translation, translation
from onboarding.mapping.unread import coarsened, read_with_losses
from onboarding.model.action import LinkRule
from onboarding.model.answers import Paged, RateLimit
from onboarding.model.banking import DepositType
from onboarding.model.base import Model, trust
from onboarding.model.documents import Refusal
from onboarding.model.levels import LevelRow
from onboarding.model.media_types import canonical, media_type_of
from onboarding.model.owners import DeclaredOwner
from onboarding.model.shapes import (
    LINK_CHARACTER,
    LINK_START,
    Country,
    Currency,
    Identifier,
    Link,
    Text,
    Url,
    web_url,
)
from onboarding.model.stored import Stored, digest
from onboarding.model.words import known_word, known_words
from onboarding.reading import identifier, moment, reference
from onboarding.requirements import Actor, Question, RequirementOption, RequirementRule, Target
from onboarding.requirements.target import document, step, user_field

__all__ = [
    "ALWAYS",
    "BOOL",
    "EMAIL",
    "EVERY",
    "ISO_DATE",
    "JSON",
    "LINK_CHARACTER",
    "LINK_START",
    "LOWER_COUNTRY",
    "NEVER",
    "PHONE_DIGITS",
    "TEXT",
    "UTC_MIDNIGHT",
    "UTC_SECONDS",
    "Accepted",
    "Actor",
    "Adapter",
    "Codec",
    "Condition",
    "Consequence",
    "Country",
    "Currency",
    "DeclaredOwner",
    "DepositType",
    "Disallowed",
    "Effect",
    "EffectKind",
    "ErrorDetails",
    "Exchange",
    "Explanation",
    "Flow",
    "Identifier",
    "Inline",
    "LevelRow",
    "Link",
    "LinkRule",
    "Model",
    "On",
    "OneOf",
    "Paged",
    "Pattern",
    "Proof",
    "Provenance",
    "Question",
    "RateLimit",
    "Refusal",
    "Request",
    "RequirementOption",
    "RequirementRule",
    "Response",
    "Stored",
    "Target",
    "Text",
    "Token",
    "Translation",
    "Url",
    "as_object",
    "at",
    "canonical",
    "changed_paths",
    "coarsened",
    "core",
    "digest",
    "disallow",
    "document",
    "document_losses",
    "extra",
    "given",
    "has_lone_surrogate",
    "hookimpl",
    "identifier",
    "inside",
    "json_body",
    "judged",
    "known_word",
    "known_words",
    "lacks",
    "lost_of_document",
    "matches",
    "media_type_of",
    "moment",
    "not_applicable",
    "one_of",
    "part_way",
    "phone",
    "raise_error",
    "read_with_losses",
    "record_only",
    "reference",
    "retry_after",
    "some",
    "step",
    "translation",
    "trust",
    "unless",
    "url",
    "user_field",
    "web_url",
    "when",
    "wire",
    "words",
    "written_email",
]
