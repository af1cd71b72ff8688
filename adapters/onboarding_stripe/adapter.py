"""The Stripe adapter: its settings, and its calls joined from the modules of this package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import frozen
from onboarding import Document, InvalidInput, Loss, Partial, Problem, User
from onboarding.spi import Flow, LevelPolicy, On, Target, read_with_losses, translation

from onboarding_stripe.accounts import BankAccounts
from onboarding_stripe.capabilities import Capabilities
from onboarding_stripe.documents import Documents
from onboarding_stripe.endpoints import Endpoints
from onboarding_stripe.links import Links
from onboarding_stripe.protocol import Dashboard
from onboarding_stripe.records import StripeExtras, shape_of
from onboarding_stripe.targets import TARGETS, hosted
from onboarding_stripe.users import WIRES
from onboarding_stripe.values import PROVIDER
from onboarding_stripe.webhooks import Notifications
from onboarding_stripe.wire.accounts import FORMS, StripeBank
from onboarding_stripe.wire.person import StripePerson
from onboarding_stripe.wire.vocabulary import LEVELS

__all__ = ["Stripe"]


@frozen(kw_only=True)
class Stripe(
    Notifications,
    Endpoints,
    BankAccounts,
    Documents,
    Links,
    Capabilities,
):
    """Users at Stripe, as connected accounts of a platform.

    Settings:

    - `api_key`: the platform's secret or restricted key; it decides between test and live mode;
    - `webhook_secrets`: the secrets of the webhook endpoints, several while one is rotated;
    - `webhook_tolerance`: by how many seconds the time of a signature may differ from the arrival;
    - `platform_country`: the country of the platform. Stripe accepts no personal data from a
      platform in France, except in account tokens (`account_token` of the calls);
    - `dashboard`: who collects what is due. `none`: the platform, by this adapter; `express` and
      `full`: Stripe, on its own pages;
    - `capabilities`: what is requested for each `OWNER`, by Stripe's names;
    - `base_url` in place of Stripe's hosts (a simulator): also for uploads, unless `files_url` is
      given.
    """

    default_level_policy: ClassVar[LevelPolicy] = LEVELS
    extras: ClassVar[type | None] = StripeExtras
    wires: ClassVar[tuple[type, ...]] = tuple(WIRES.values())
    other_wires: ClassVar[tuple[type, ...]] = (
        StripePerson,
        *(form.plan.cls for form, _ in FORMS.values()),
        StripeBank,
    )
    targets: ClassVar[Mapping[str, Target]] = TARGETS

    def resume(self, partial: Partial, given: Any) -> Flow[Any]:
        """Completes `create_user`, `update_user` or `categorise_user` with the same user.

        Completes `submit_document` with the same document.
        """
        self.require_own(partial, Partial)
        if partial.operation.endswith("_user") and isinstance(given, User):
            return (yield from self._resume_user(partial, given))
        if partial.operation == "submit_document" and isinstance(given, Document):
            return (yield from self._resume_document(partial, given))
        text = "expected the partial of a user or a document, and the user or the document"
        raise InvalidInput([Problem("operation", "conflict", text)])

    def target(self, name: str) -> Target:
        found = super().target(name)
        return found if self.dashboard is Dashboard.NONE else hosted(found)

    @classmethod
    def read_user(cls, payload: Mapping[str, Any]) -> tuple[User, tuple[Loss, ...]]:
        return read_with_losses(shape_of(payload), payload)

    @classmethod
    def write_user(cls, user: User) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        return translation(WIRES[user.person_type], PROVIDER).to_wire(user, On.CREATE)
