"""The MangoPay adapter: its settings, and its calls joined from the modules of this package."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, overload

from attrs import frozen
from onboarding import (
    Company,
    Document,
    DocumentRecord,
    InvalidInput,
    Loss,
    OwnerDeclaration,
    Partial,
    PersonType,
    Problem,
    User,
)
from onboarding.spi import Flow, LevelPolicy, On, Target, read_with_losses, translation

from onboarding_mangopay.accounts import BankAccounts
from onboarding_mangopay.documents import Documents
from onboarding_mangopay.owners import Owners
from onboarding_mangopay.platform import Platform
from onboarding_mangopay.protocol import Api, Environment
from onboarding_mangopay.recipients import Recipients
from onboarding_mangopay.records import MangoPayExtras, shape_of, wire_of
from onboarding_mangopay.sca import Authentication
from onboarding_mangopay.targets import TARGETS
from onboarding_mangopay.users import WIRES, Users
from onboarding_mangopay.values import PROVIDER
from onboarding_mangopay.verifications import Verifications
from onboarding_mangopay.wallets import Wallets
from onboarding_mangopay.webhooks import Events, Hooks
from onboarding_mangopay.wire.vocabulary import LEVELS

__all__ = ["Api", "Environment", "MangoPay"]


@frozen(kw_only=True)
class MangoPay(
    Events,
    Users,
    Authentication,
    Documents,
    Owners,
    Verifications,
    Hooks,
    BankAccounts,
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
    targets: ClassVar[Mapping[str, Target]] = TARGETS
    key_lifetime: ClassVar[timedelta | None] = timedelta(hours=24)  # docs: overview/idempotency

    @overload
    def resume(self, partial: Partial, given: Document) -> Flow[DocumentRecord]: ...
    @overload
    def resume(self, partial: Partial, given: Company) -> Flow[OwnerDeclaration]: ...
    def resume(self, partial: Partial, given: Document | Company) -> Flow[Any]:
        """Completes `submit_document` or `declare_owners`: adds missing parts, then submits.

        An object that is already submitted is returned unchanged. If the partial has no id, the
        call is repeated under its idempotency key. Raises `IdempotencyConflict` for other content,
        `PartialFailure` if it fails again.
        """
        self.require_own(partial, Partial)
        if partial.operation == "submit_document" and isinstance(given, Document):
            return (yield from self._resume_document(partial, given))
        if partial.operation == "declare_owners" and isinstance(given, Company):
            return (yield from self._resume_declaration(partial, given))
        text = "expected submit_document with a Document, or declare_owners with a Company"
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
