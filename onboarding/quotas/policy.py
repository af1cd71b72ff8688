"""The settings of a gateway's pace."""

from __future__ import annotations

from collections import Counter

from attrs import field, frozen

from onboarding.errors import InvalidInput, Problem
from onboarding.model.quota import Quota

__all__ = ["PacePolicy", "is_address", "shown_store"]


def is_address(store: str) -> bool:
    """Whether a store is a database at an address, and not a file."""
    return store.startswith(("postgresql://", "postgres://"))


def shown_store(store: str | None) -> str:
    """Returns a store as it may be shown: without the user and the password of an address."""
    if store is None or not is_address(store):
        return repr(store)
    scheme, _, rest = store.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


@frozen(kw_only=True)
class PacePolicy:
    """Which quotas a gateway stays under, and with whom it shares them.

    Raises `InvalidInput` for a share that is no number above 0, up to 1, and for two quotas of the
    same length and kind.
    """

    quotas: tuple[Quota, ...] | None = None
    """The quotas in force, if the provider agreed to others than it documents; None for those."""
    share: float = 1.0
    """The part of each quota to use. Less than 1 leaves the rest to other users of the account."""
    bulk_share: float = 0.9
    """The part of that for bulk calls. The rest stays free for interactive calls."""
    store: str | None = field(default=None, repr=shown_store)
    """Where processes share the quotas: the path of an SQLite file for those of this machine, or
    the address of a directory in PostgreSQL, `postgresql://user@host/name`, for those of several.
    None to count the calls of this process alone."""

    def __attrs_post_init__(self) -> None:
        problems = [
            Problem(name, "shape", "expected a number above 0, up to 1")
            for name in ("share", "bulk_share")
            if not _is_share(getattr(self, name))
        ]
        kinds = Counter((quota.seconds, quota.failures) for quota in self.quotas or ())
        if any(count > 1 for count in kinds.values()):
            problems.append(Problem("quotas", "conflict", "has two of the same length and kind"))
        if self.store is not None and not self.store.strip():
            problems.append(Problem("store", "shape", "is blank"))
        if problems:
            raise InvalidInput(problems)


def _is_share(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= 1
