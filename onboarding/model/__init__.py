"""The core domain model: users, what providers have on file, levels, next actions."""

from onboarding.model.action import LinkRule, NextAction, NextActionKind
from onboarding.model.address import Address
from onboarding.model.company import BeneficialOwner, Company, LegalPersonType, Representative
from onboarding.model.credentials import Credentials, MigratedHash, Password
from onboarding.model.documents import Document, DocumentKind, DocumentPurpose, Page
from onboarding.model.identity import Birthplace, Gender, Identity, NationalId, PoliticalExposure
from onboarding.model.levels import IdentificationLevel, KYCLevel, LevelPolicy, LevelRow
from onboarding.model.loss import Loss, LossKind
from onboarding.model.record import Absence, UserRecord, UserStatus
from onboarding.model.secret import Secret
from onboarding.model.user import IncomeBracket, PersonType, Terms, User, UserCategory

__all__ = [
    "Absence",
    "Address",
    "BeneficialOwner",
    "Birthplace",
    "Company",
    "Credentials",
    "Document",
    "DocumentKind",
    "DocumentPurpose",
    "Gender",
    "IdentificationLevel",
    "Identity",
    "IncomeBracket",
    "KYCLevel",
    "LegalPersonType",
    "LevelPolicy",
    "LevelRow",
    "LinkRule",
    "Loss",
    "LossKind",
    "MigratedHash",
    "NationalId",
    "NextAction",
    "NextActionKind",
    "Page",
    "Password",
    "PersonType",
    "PoliticalExposure",
    "Representative",
    "Secret",
    "Terms",
    "User",
    "UserCategory",
    "UserRecord",
    "UserStatus",
]
