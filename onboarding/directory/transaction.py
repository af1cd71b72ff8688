"""All steps of one transaction."""

from __future__ import annotations

from attrs import frozen

from onboarding.directory.erasing import Erasing
from onboarding.directory.moves import Moves
from onboarding.directory.notifications import Notifications
from onboarding.directory.outbox import Outbox
from onboarding.directory.submissions import Submissions

__all__ = ["Transaction"]


@frozen(kw_only=True, repr=False, eq=False)
class Transaction(Erasing, Submissions, Moves, Notifications, Outbox):
    """One transaction of a directory. All of its steps are stored, or none.

    It is short: no call to a provider is made within it. `now` is its time.
    """
