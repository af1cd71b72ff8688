"""One page of a list, and where the next one begins."""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import field, frozen

from onboarding.model.limits import RateLimit

__all__ = ["Paged"]

T = TypeVar("T")


@frozen(kw_only=True)
class Paged(Generic[T]):
    """Some entries of a list.

    `next` is what the adapter wants to be asked for the page after it, None at the end; `total`
    counts all entries, where the provider says so; `rate_limits` are the calls left.
    """

    items: tuple[T, ...] = field(repr=lambda items: f"<{len(items)}>")
    next: str | None = field(default=None, repr=lambda token: "…" if token else "None")
    total: int | None = None
    rate_limits: tuple[RateLimit, ...] = field(default=(), eq=False)
