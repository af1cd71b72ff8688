"""The Paysera adapter: its settings, and its calls joined from the modules of this package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import frozen
from onboarding import Loss, User
from onboarding.spi import LevelPolicy, Lookup, On, Target, read_with_losses, translation

from onboarding_paysera.contact_book import ContactBooks
from onboarding_paysera.contacts import Contacts
from onboarding_paysera.documents import Documents
from onboarding_paysera.identification import Identification
from onboarding_paysera.oauth import OAuth
from onboarding_paysera.platform import Platform
from onboarding_paysera.profile import Profile
from onboarding_paysera.protocol import Environment
from onboarding_paysera.records import PayseraExtras
from onboarding_paysera.targets import TARGETS
from onboarding_paysera.users import LOOKUPS, Users, require_natural
from onboarding_paysera.values import PROVIDER
from onboarding_paysera.wallets import Wallets
from onboarding_paysera.wire.documents import PayseraDocument
from onboarding_paysera.wire.identification import PayseraPaper
from onboarding_paysera.wire.user import AddressedUser, PayseraUser
from onboarding_paysera.wire.vocabulary import LEVELS

__all__ = ["Environment", "Paysera"]


@frozen(kw_only=True)
class Paysera(
    OAuth,
    Users,
    Contacts,
    Wallets,
    Profile,
    Documents,
    Identification,
    ContactBooks,
    Platform,
):
    """Users at Paysera, by its Wallet REST API v1. Paysera sends no webhooks: poll the records.

    Settings:

    - `client_id`, `mac_key`: the credentials of the API client, which sign each request;
    - `client_certificate`: the connection's TLS certificate identifies the client instead, and
      requests are not signed;
    - `environment`, or `base_url` in place of its host (a simulator);
    - `authorize_url`: the page that asks users for consent, in place of the environment's;
    - `project_id`, `location_id`: sent with each request;
    - `scopes`: the scopes that the client has. With them a record tells a hidden field from an
      absent one;
    - `sends_address`: sends the address with a registration. The documents name no address there;
      the official PHP client sends one;
    - `phone_link`, `email_link`: templates of the links in the messages that send a code to a
      registered user. Each must contain `{code}`.
    """

    default_level_policy: ClassVar[LevelPolicy] = LEVELS
    extras: ClassVar[type | None] = PayseraExtras
    wires: ClassVar[tuple[type, ...]] = (PayseraUser, AddressedUser)
    other_wires: ClassVar[tuple[type, ...]] = (PayseraDocument, PayseraPaper)
    targets: ClassVar[Mapping[str, Target]] = TARGETS
    lookups: ClassVar[Mapping[str, tuple[Lookup, ...]]] = LOOKUPS

    @classmethod
    def read_user(cls, payload: Mapping[str, Any]) -> tuple[User, tuple[Loss, ...]]:
        return read_with_losses(translation(PayseraUser, PROVIDER), payload)

    @classmethod
    def write_user(cls, user: User) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        require_natural(user)
        return translation(PayseraUser, PROVIDER).to_wire(user, On.CREATE)

    def target(self, name: str) -> Target:
        return super().target(name).written_by(self._wire.plan.cls, None)
