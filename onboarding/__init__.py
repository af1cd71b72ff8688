"""Register, verify and look after your users with any payment provider, in one vocabulary.

Nothing is loaded until it is used: importing this package opens no socket, reads no file,
and imports no adapter and no HTTP client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onboarding.adapter import Adapter, Criterion
    from onboarding.aio import AsyncGateway
    from onboarding.config import AsyncGateways, Gateways
    from onboarding.errors import (
        ActionRequired,
        AmbiguousProvider,
        ConfigurationError,
        Conflict,
        Forbidden,
        IdempotencyConflict,
        InvalidInput,
        NoAnswer,
        NotFound,
        OnboardingError,
        Outcome,
        OutcomeUnknown,
        PartialFailure,
        Problem,
        ProviderError,
        RateLimited,
        Rejected,
        TranslationError,
        TransportError,
        Unauthorized,
        Unavailable,
        UnexpectedResponse,
        UnknownGateway,
        UnknownProvider,
        Unsupported,
    )
    from onboarding.gateway import Gateway
    from onboarding.hooks import Exchange, hookimpl
    from onboarding.http import Flow, Proof, Request, Response, Token
    from onboarding.mapping.effects import Effect
    from onboarding.mapping.explain import Explanation
    from onboarding.mapping.policy import EffectKind
    from onboarding.model.action import LinkRule, NextAction, NextActionKind
    from onboarding.model.answers import Loss, LossKind, Paged, Partial, RateLimit
    from onboarding.model.banking import (
        BankAccount,
        BankAccountRecord,
        CanadianAccount,
        DepositType,
        IbanAccount,
        Money,
        OtherAccount,
        UkAccount,
        UsAccount,
        Wallet,
    )
    from onboarding.model.credentials import Credentials, MigratedHash, Password, Secret
    from onboarding.model.documents import (
        Document,
        DocumentKind,
        DocumentPage,
        DocumentPurpose,
        DocumentRecord,
        DocumentStatus,
        Refusal,
        RefusalReason,
    )
    from onboarding.model.event import Event, EventKind
    from onboarding.model.levels import (
        EidasLevel,
        IdentificationLevel,
        KYCLevel,
        LevelPolicy,
        LevelRow,
        NistIal,
    )
    from onboarding.model.owners import DeclaredOwner, OwnerDeclaration
    from onboarding.model.record import Absence, UserRecord, UserStatus
    from onboarding.model.user import (
        Address,
        BeneficialOwner,
        Birthplace,
        Company,
        Gender,
        Identity,
        IncomeBracket,
        LegalPersonType,
        NationalId,
        PersonType,
        PoliticalExposure,
        Representative,
        Terms,
        User,
        UserCategory,
    )
    from onboarding.polling import AsyncPoller, Poller, PollPolicy
    from onboarding.registry import Plugin, Registry
    from onboarding.requirements import (
        Actor,
        Question,
        Questionnaire,
        Requirement,
        RequirementOption,
        RequirementReport,
        RequirementRule,
        RequirementStatus,
        Target,
        missing,
        questionnaire,
    )
    from onboarding.transports.connection import Connection
    from onboarding.verified_claims import (
        Provenance,
        VerifiedClaims,
        from_verified_claims,
        to_verified_claims,
    )

__version__ = "0.1.0"

_HOMES = {
    "adapter": "Adapter Criterion",
    "aio": "AsyncGateway",
    "config": "AsyncGateways Gateways",
    "errors": "ActionRequired AmbiguousProvider ConfigurationError Conflict Forbidden "
    "IdempotencyConflict InvalidInput NoAnswer NotFound OnboardingError "
    "Outcome OutcomeUnknown PartialFailure Problem ProviderError "
    "RateLimited Rejected TranslationError TransportError Unauthorized "
    "Unavailable UnexpectedResponse UnknownGateway UnknownProvider "
    "Unsupported",
    "gateway": "Gateway",
    "hooks": "Exchange hookimpl",
    "http": "Flow Proof Request Response Token",
    "mapping.effects": "Effect",
    "mapping.explain": "Explanation",
    "mapping.policy": "EffectKind",
    "model.action": "LinkRule NextAction NextActionKind",
    "model.answers": "Loss LossKind Paged Partial RateLimit",
    "model.banking": "BankAccount BankAccountRecord CanadianAccount DepositType IbanAccount "
    "Money OtherAccount UkAccount UsAccount Wallet",
    "model.credentials": "Credentials MigratedHash Password Secret",
    "model.documents": "Document DocumentKind DocumentPage DocumentPurpose DocumentRecord "
    "DocumentStatus Refusal RefusalReason",
    "model.event": "Event EventKind",
    "model.levels": "EidasLevel IdentificationLevel KYCLevel LevelPolicy LevelRow NistIal",
    "model.owners": "DeclaredOwner OwnerDeclaration",
    "model.record": "Absence UserRecord UserStatus",
    "model.user": "Address BeneficialOwner Birthplace Company Gender Identity "
    "IncomeBracket LegalPersonType NationalId PersonType PoliticalExposure "
    "Representative Terms User UserCategory",
    "polling": "AsyncPoller PollPolicy Poller",
    "registry": "Plugin Registry",
    "requirements": "Actor Question Questionnaire Requirement RequirementOption "
    "RequirementReport RequirementRule RequirementStatus Target missing "
    "questionnaire",
    "transports.connection": "Connection",
    "verified_claims": "Provenance VerifiedClaims from_verified_claims to_verified_claims",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Absence",
    "ActionRequired",
    "Actor",
    "Adapter",
    "Address",
    "AmbiguousProvider",
    "AsyncGateway",
    "AsyncGateways",
    "AsyncPoller",
    "BankAccount",
    "BankAccountRecord",
    "BeneficialOwner",
    "Birthplace",
    "CanadianAccount",
    "Company",
    "ConfigurationError",
    "Conflict",
    "Connection",
    "Credentials",
    "Criterion",
    "DeclaredOwner",
    "DepositType",
    "Document",
    "DocumentKind",
    "DocumentPage",
    "DocumentPurpose",
    "DocumentRecord",
    "DocumentStatus",
    "Effect",
    "EffectKind",
    "EidasLevel",
    "Event",
    "EventKind",
    "Exchange",
    "Explanation",
    "Flow",
    "Forbidden",
    "Gateway",
    "Gateways",
    "Gender",
    "IbanAccount",
    "IdempotencyConflict",
    "IdentificationLevel",
    "Identity",
    "IncomeBracket",
    "InvalidInput",
    "KYCLevel",
    "LegalPersonType",
    "LevelPolicy",
    "LevelRow",
    "LinkRule",
    "Loss",
    "LossKind",
    "MigratedHash",
    "Money",
    "NationalId",
    "NextAction",
    "NextActionKind",
    "NistIal",
    "NoAnswer",
    "NotFound",
    "OnboardingError",
    "OtherAccount",
    "Outcome",
    "OutcomeUnknown",
    "OwnerDeclaration",
    "Paged",
    "Partial",
    "PartialFailure",
    "Password",
    "PersonType",
    "Plugin",
    "PoliticalExposure",
    "PollPolicy",
    "Poller",
    "Problem",
    "Proof",
    "Provenance",
    "ProviderError",
    "Question",
    "Questionnaire",
    "RateLimit",
    "RateLimited",
    "Refusal",
    "RefusalReason",
    "Registry",
    "Rejected",
    "Representative",
    "Request",
    "Requirement",
    "RequirementOption",
    "RequirementReport",
    "RequirementRule",
    "RequirementStatus",
    "Response",
    "Secret",
    "Target",
    "Terms",
    "Token",
    "TranslationError",
    "TransportError",
    "UkAccount",
    "Unauthorized",
    "Unavailable",
    "UnexpectedResponse",
    "UnknownGateway",
    "UnknownProvider",
    "Unsupported",
    "UsAccount",
    "User",
    "UserCategory",
    "UserRecord",
    "UserStatus",
    "VerifiedClaims",
    "Wallet",
    "from_verified_claims",
    "hookimpl",
    "missing",
    "questionnaire",
    "to_verified_claims",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
