"""The MangoPay adapter: its settings, and its calls joined from the modules of this package."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from attrs import frozen
from onboarding import (
    Document,
    InvalidInput,
    Loss,
    Partial,
    Person,
    PersonType,
    Problem,
    User,
)
from onboarding.spi import Flow, LevelPolicy, On, Target, read_with_losses, translation

from onboarding_mangopay.capabilities import Capabilities
from onboarding_mangopay.platform import Platform
from onboarding_mangopay.protocol import Api, Environment
from onboarding_mangopay.recipients import Recipients
from onboarding_mangopay.reconciling import Reconciling
from onboarding_mangopay.records import MangoPayExtras, shape_of, wire_of
from onboarding_mangopay.sca import Authentication
from onboarding_mangopay.targets import TARGETS
from onboarding_mangopay.users import WIRES
from onboarding_mangopay.values import PROVIDER
from onboarding_mangopay.verifications import Verifications
from onboarding_mangopay.wallets import Wallets
from onboarding_mangopay.webhooks import Events, Hooks
from onboarding_mangopay.wire.accounts import FORMS, MangoAccount
from onboarding_mangopay.wire.documents import MangoDocument, MangoDocumentRecord
from onboarding_mangopay.wire.owners import MangoDeclaration, MangoOwner
from onboarding_mangopay.wire.recipients import Recipient, RecipientPerson
from onboarding_mangopay.wire.vocabulary import LEVELS
from onboarding_mangopay.wire.wallets import Card, EMoney, MangoWallet, Transaction

__all__ = ["Api", "Environment", "MangoPay"]


@frozen(kw_only=True)
class MangoPay(
    Events,
    Capabilities,
    Reconciling,
    Authentication,
    Verifications,
    Hooks,
    Recipients,
    Wallets,
    Platform,
):
    """Users at MangoPay, by its REST API v2.01.

    Settings:

    - `client_id`, `api_key`: the credentials of the platform;
    - `environment`, or `base_url` in place of its host (a simulator);
    - `api`: `sca` for the endpoints with strong customer authentication, or `legacy` for those
      that may refuse writes since 15 December 2025;
    - `mtls`: use the hosts that require a client certificate;
    - `tag_holds`: whether MangoPay's `Tag` holds `User.tag` or `User.reference`. The other field
      is not supported: `Unsupported` has its path.
    """

    default_level_policy: ClassVar[LevelPolicy] = LEVELS
    extras: ClassVar[type | None] = MangoPayExtras
    wires: ClassVar[tuple[type, ...]] = tuple(WIRES.values())
    other_wires: ClassVar[tuple[type, ...]] = (
        *(form.plan.cls for form in FORMS.values()),
        MangoAccount,
        MangoDocument,
        MangoDocumentRecord,
        MangoOwner,
        MangoDeclaration,
        MangoWallet,
        RecipientPerson,
        Recipient,
        Transaction,
        Card,
        EMoney,
    )
    targets: ClassVar[Mapping[str, Target]] = TARGETS
    key_lifetime: ClassVar[timedelta | None] = timedelta(hours=24)  # docs: overview/idempotency

    def resume(self, partial: Partial, given: Document | tuple[Person, ...] | User) -> Flow[Any]:
        """Completes `submit_document` or `declare_owners`: adds missing parts, then submits.

        An object that is already submitted is returned unchanged. If the partial has no id, the
        call is repeated under its idempotency key. Raises `IdempotencyConflict` for other content,
        `PartialFailure` if it fails again.
        """
        self.require_own(partial, Partial)
        if partial.operation == "submit_document" and isinstance(given, Document):
            return (yield from self._resume_document(partial, given))
        if partial.operation == "declare_owners" and isinstance(given, tuple):
            return (yield from self._resume_declaration(partial, given))
        text = "expected submit_document with a Document, or declare_owners with people"
        raise InvalidInput([Problem("operation", "conflict", text)])

    @classmethod
    def read_user(cls, payload: Mapping[str, Any]) -> tuple[User, tuple[Loss, ...]]:
        return read_with_losses(shape_of(payload), payload)

    @classmethod
    def write_user(cls, user: User) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        wire = translation(WIRES[Api.SCA, user.person_type], PROVIDER)
        return wire.to_wire(user, On.CREATE)

    def target(self, name: str) -> Target:
        natural, legal = (
            wire_of(WIRES[self.api, kind], self.tag_holds).plan.cls for kind in PersonType
        )
        return super().target(name).written_by(natural, legal)
