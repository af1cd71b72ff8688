"""Events outside the API: what users do on hosted pages and what the provider decides."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock

from attrs import define, field

from onboarding_simulators.shared import Row

from . import banks, endpoints, verifying
from .calls import ACCOUNTS, PERSONS, dig, persons_of, save_account, save_person
from .changes import settle
from .errors import RefusedError
from .filling import BANK, facts_for
from .parameters import merged
from .settings import Settings
from .standing import standing_of
from .words import INDIVIDUAL
from .writing import save_facts

DAY = 24 * 60 * 60
MOST_DAYS = 36_500
STATUSES = ("active", "inactive", "pending")
REASONS = ("under_review", "platform_paused", "listed", "other")


@define(kw_only=True, eq=False)
class Desk(Settings):
    """The control methods of a simulator; each raises LookupError for an unknown id."""

    _lock: RLock = field(factory=RLock, init=False, repr=False)

    def complete_onboarding(self, account_id: str, *, everything: bool = False) -> None:
        """Gives what is owed as its user would on the hosted page, with test values that pass."""

        def change(account: Row) -> None:
            account["given"].setdefault("business_type", INDIVIDUAL)
            for _ in range(3):  # a person who is added may owe more
                standing = standing_of(self, account)
                owed = standing.owed.eventually if everything else standing.owed.currently
                if not owed:
                    break
                self._fill(account, sorted(owed))
            account["submitted"] = True

        self._change(account_id, change)

    def end_check(self, subject_id: str, topic: str, code: str | None = None) -> None:
        """Ends a check of a person, or of an account for its company.

        The topics are `identity`, `document`, `additional_document` and `tax_id`. A code of
        `requirements.errors` makes the check fail.
        """
        with self._lock, self.tables.all_or_nothing():
            person = self.tables.get(PERSONS, subject_id)
            account = self._account(subject_id if person is None else person["account"])
            subject = account if person is None else person
            verifying.end_check(subject, topic, code)
            if person is not None:
                save_person(self, person)
            settle(self, account)

    def demand(self, account_id: str, path: str, days: float | None = None) -> None:
        """Makes a path currently due, with a deadline after which it is past due."""
        at = self._deadline(days)
        self._change(account_id, lambda account: account["demanded"].update({path: at}))

    def announce(self, account_id: str, path: str, days: float | None = None) -> None:
        """Adds a path to the future requirements, which becomes current after some days."""
        at = self._deadline(days)
        self._change(account_id, lambda account: account["announced"].update({path: at}))

    def waive(self, account_id: str, path: str) -> None:
        """Withdraws what was demanded or announced of one account."""

        def change(account: Row) -> None:
            known = path in account["demanded"] or path in account["announced"]
            if not known:
                raise LookupError("nothing of this path was demanded")
            account["demanded"].pop(path, None)
            account["announced"].pop(path, None)

        self._change(account_id, change)

    def reach_threshold(self, account_id: str, days: float = 14) -> None:
        """Makes what is eventually due currently due, as a volume of payments does."""

        def change(account: Row) -> None:
            owed = standing_of(self, account).owed
            at = self._deadline(days)
            account["demanded"].update(dict.fromkeys(owed.eventually - owed.currently, at))

        self._change(account_id, change)

    def set_capability(self, account_id: str, capability: str, status: str | None = None) -> None:
        """Fixes the status of a requested capability; without one, it follows the rules again."""
        if status not in (None, *STATUSES):
            raise ValueError(f"status: expected one of {', '.join(STATUSES)}")

        def change(account: Row) -> None:
            if capability not in account["capabilities"]:
                raise LookupError("this capability was not requested")
            account["capabilities"][capability]["forced"] = status

        self._change(account_id, change)

    def pause(self, account_id: str, reason: str | None = "under_review") -> None:
        """Disables an account for a reason; None enables it again."""
        if reason not in (None, *REASONS):
            raise ValueError(f"reason: expected one of {', '.join(REASONS)}")
        self._change(account_id, lambda account: account.update(paused=reason))

    def set_business_type(self, account_id: str, business_type: str) -> None:
        """Changes what the platform said, as a user may after a link was created."""
        self._change(account_id, lambda it: it["given"].update(business_type=business_type))

    def rotate_secret(self, endpoint_id: str) -> str:
        """Returns a new secret of a webhook endpoint; for a day the old one signs too."""
        with self._lock:
            return endpoints.rotate(self, endpoint_id)

    def _fill(self, account: Row, owed: list[str]) -> None:
        for prefix, facts in facts_for(owed, self.now()).items():
            if prefix == "account":
                account["given"] = merged(account["given"], facts)
            elif prefix == "bank":
                banks.replace(self, account, BANK, "external_account")
            elif prefix == "individual":
                known = self.tables.get(PERSONS, account["person"] or "")
                account["person"] = save_facts(self, account, known, facts, "")["id"]
            else:
                save_facts(self, account, self._person(account, prefix), facts, "")
        save_account(self, account)
        settle(self, account)

    def _person(self, account: Row, prefix: str) -> Row | None:
        found = self.tables.get(PERSONS, prefix)
        if found is not None or prefix != "representative":
            return found
        for person in persons_of(self, account):
            if dig(person["given"], "relationship.representative"):
                return person
        return None

    def _deadline(self, days: float | None) -> int | None:
        if days is None:
            return None
        if not 0 <= days <= MOST_DAYS:
            raise ValueError(f"days: expected a number from 0 to {MOST_DAYS}")
        return self.now() + round(days * DAY)

    def _account(self, id: str) -> Row:
        account = self.tables.get(ACCOUNTS, id)
        if account is None:
            raise LookupError("no account or person has this id")
        return account

    def _change(self, account_id: str, change: Callable[[Row], object]) -> None:
        with self._lock, self.tables.all_or_nothing():
            account = self._account(account_id)
            try:
                change(account)
            except RefusedError as refused:  # such as a field of a verified person
                raise ValueError(refused.problem.message) from None
            settle(self, account)
