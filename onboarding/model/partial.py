"""What a call of several requests had done when it failed: a value to store and resume from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from onboarding.model.stored import Stored

__all__ = ["Partial"]


@frozen(kw_only=True, slots=False, repr=False)
class Partial(Stored, form="partial/1"):
    """The part of a call that the provider has carried out; `gateway.resume` finishes the rest.

    - `operation`: the call, as the gateway names it (`submit_document`);
    - `user_id`: the user at the provider; `id`: the object that was created there;
    - `idempotency_key`: the caller's key, None where the call had none;
    - `digest`: of the content that the call was given. The content itself (pages, owners) is not
      stored: `resume` is given it again, and refuses other content. Empty where the provider
      rejected the content: `resume` takes a corrected one, and compares what is there already;
    - `done`: further facts that the adapter needs to resume, as plain data.
    """

    provider: str
    gateway: str
    environment: str | None = None
    operation: str
    user_id: str | None = None
    id: str | None = None
    idempotency_key: str | None = None
    digest: str = ""
    done: Mapping[str, Any] = field(factory=dict[str, Any])

    def __repr__(self) -> str:
        return self._shown("operation", "user_id", "id")
