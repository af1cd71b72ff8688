"""Personal data that must not come from the platform: account tokens, and platforms in France."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen
from onboarding import InvalidInput, Loss, LossKind, Problem, User
from onboarding.spi import as_object

from onboarding_stripe.people import People, Step
from onboarding_stripe.wire.person import PROVIDED

__all__ = ["Private"]

# docs: api/tokens/create_account: what a token holds
_PRIVATE = ("individual", "company", "business_type", "tos_acceptance")

# docs: connect/account-tokens
_FRANCE = (
    "Stripe accepts no personal data from a platform in France: have the user's browser make an "
    "account token and give it to the call (create_user(user, account_token=...)), or set "
    "`dashboard` to express or full and send the user to Stripe's page (create_link); accept_loss "
    "leaves the data out"
)
_TOKEN = "is in the account token"  # noqa: S105 - a reason
_is_token = re.compile("ct_[!-~]{1,500}").fullmatch


@frozen(kw_only=True)
class Private(People):
    """What a platform may send of a user."""

    def allowed(
        self,
        user: User,
        body: dict[str, Any],
        losses: tuple[Loss, ...],
        steps: list[Step],
        token: str | None = None,
    ) -> tuple[dict[str, Any], tuple[Loss, ...], list[Step]]:
        """Returns the parts of a call that may be sent, and the losses.

        With an account token, nothing is sent that the token holds. Raises `Unsupported` for losses
        that are not accepted, `InvalidInput` for a token of another form.
        """
        found = [*losses, *(loss for step in steps for loss in step.losses)]
        sent = [step for step in steps if step.body is None or step.body]
        if token is not None and not _is_token(token):
            raise InvalidInput([Problem("account_token", "shape", "expected a token, ct_...")])
        if token is not None or self.platform_country == "FR":
            found += self._kept_back(user, body, sent, token is not None)
            body = {name: value for name, value in body.items() if name not in _PRIVATE}
            sent = []
        if token is not None:
            body["account_token"] = token
        return body, self.refuse(found), sent

    def _kept_back(
        self, user: User, body: Mapping[str, Any], steps: list[Step], has_token: bool
    ) -> Iterator[Loss]:
        """Yields a loss for each field that is not sent."""
        kind = LossKind.NOT_APPLICABLE if has_token else LossKind.DROPPED
        reason = _TOKEN if has_token else _FRANCE
        for mapped in self.wire_for(user).plan.fields:
            if mapped.objects and mapped.objects[0] in _PRIVATE and _is_in(body, mapped.wire):
                path = mapped.core
                yield Loss(core_path=path, kind=kind, reason=reason, wire_path=mapped.wire)
        if any(_is_in(body, f"company.{flag}") for flag in PROVIDED.values()):
            yield Loss(core_path="declared_absent", kind=kind, reason=reason)
        for step in steps:
            yield Loss(core_path=step.about, kind=kind, reason=reason)


def _is_in(body: Mapping[str, Any], path: str) -> bool:
    *outer, last = path.split(".")
    place = dict(body)
    for name in outer:
        place = as_object(place.get(name))
    return last in place
