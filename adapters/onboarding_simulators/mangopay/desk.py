"""Events outside the API: what users do on hosted pages and what reviewers decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from threading import RLock

from attrs import define, evolve, field

from . import levels, money, owners, persons, recipients, regulatory, review, sca, verifications
from .events import emit
from .settings import Settings
from .state import User
from .values import Value

LEVELS = ("LIGHT", "REGULAR")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch


def _check_currency(currency: str) -> None:
    if not money.CURRENCY.fullmatch(currency):
        raise ValueError("currency: expected three capital letters")


@define(kw_only=True, eq=False)
class Desk(Settings):
    """The control methods of a simulator; each raises LookupError for an unknown id."""

    _lock: RLock = field(factory=RLock, init=False, repr=False)

    def activate(self, user_id: str) -> None:
        """Completes the user's enrolment: the user is ACTIVE and enrolled."""
        self._change(user_id, lambda user: sca.enrol(self, user))

    def finish_sca(
        self, link: str, *, passed: bool = True, scopes: Collection[str] = tuple(sca.SCOPES)
    ) -> None:
        """Completes the hosted page behind a `RedirectUrl`.

        On a consent page, the user consents to exactly `scopes`.
        """
        with self._lock, self.tables.all_or_nothing():
            page = sca.open_link(self, link)
            sca.end_link(self, page)
            user, purpose = self._open_user(page["UserId"]), page["Purpose"]
            if purpose == sca.RECIPIENT:
                recipients.settle(self, page["ResourceId"], passed=passed)
            elif not passed:
                # the event type exists, but the guide says that no event is sent here
                emit(self, "SCA_ENROLLMENT_FAILED", user.id)
            elif purpose == sca.ENROLMENT:
                user = sca.enrol(self, user)
            elif purpose == sca.CONSENT:
                user = sca.agree(self, user, scopes)
            self.store.save_user(evolve(user, last_access=int(self.clock())) if passed else user)

    def consent(self, user_id: str, scopes: Collection[str]) -> None:
        """Sets the scopes in which the platform may act for a user."""
        self._change(user_id, lambda user: sca.agree(self, user, scopes))

    def set_kyc_level(self, user_id: str, level: str) -> None:
        """Sets the level without documents. Raises ValueError for REGULAR unless an OWNER."""
        if level not in LEVELS:
            raise ValueError(f"level: expected one of {', '.join(LEVELS)}")

        def change(user: User) -> User:
            if level == "REGULAR" and user.category != "OWNER":
                raise ValueError("only an OWNER can be REGULAR")
            return levels.set_level(self, user, level)

        self._change(user_id, change)

    def accept_document(self, document_id: str) -> None:
        """Accepts a submitted KYC document; after the last required one the user is REGULAR."""
        self._do(lambda: review.accept(self, document_id))

    def refuse_document(
        self,
        document_id: str,
        reason: str,
        message: str | None = None,
        flags: Sequence[str] = (),
    ) -> None:
        """Refuses a submitted KYC document, optionally with flags of six digits."""
        self._do(lambda: review.refuse(self, document_id, reason, message, flags))

    def outdate_document(self, document_id: str) -> None:
        """Lets a KYC document expire; if it was required, the user falls to LIGHT."""

        def change() -> None:
            row = self.tables.get(levels.DOCUMENTS, document_id)
            user = self._open_user("" if row is None else row["UserId"])
            self.store.save_user(levels.outdate(self, user, document_id))

        self._do(change)

    def decide_declaration(
        self,
        declaration_id: str,
        status: str,
        reason: str | None = None,
        message: str | None = None,
    ) -> None:
        """Sets a submitted UBO declaration to VALIDATED, REFUSED or INCOMPLETE."""
        self._do(lambda: owners.decide(self, declaration_id, status, reason, message))

    def complete_verification(
        self,
        session_id: str,
        status: str = "VALIDATED",
        verified: Mapping[str, Value] | None = None,
        reasons: Sequence[Mapping[str, str]] = (),
        invited: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Ends an identity verification; verified facts overwrite those of the user.

        The invited persons, given with the fields of a retry, get sessions of their own.
        """
        self._do(
            lambda: verifications.complete(self, session_id, status, verified, reasons, invited)
        )

    def finish_person(self, person_id: str, status: str = "VALIDATED") -> None:
        """Ends the session of a person of significant control."""
        self._do(lambda: persons.finish(self, person_id, status))

    def block(
        self, user_id: str, *, inflows: bool = True, outflows: bool = True, code: str = "008703"
    ) -> None:
        """Blocks or unblocks the inflows and outflows of a user."""
        word = code if inflows or outflows else ""
        self._change(
            user_id,
            lambda user: regulatory.block(
                self, user, inflows=inflows, outflows=outflows, code=word
            ),
        )

    def require_renewal(self, user_id: str, deadline: str) -> None:
        """Requires a new verification until a date, YYYY-MM-DD."""

        if not _DAY(deadline):
            raise ValueError("deadline: expected a date as YYYY-MM-DD")
        date.fromisoformat(deadline)  # raises ValueError for dates such as 31 February

        def change(user: User) -> User:
            emit(self, "USER_KYC_RENEWAL_REQUIRED", user.id)
            return evolve(user, renewal_deadline=deadline)

        self._change(user_id, change)

    def make_payer(self, user_id: str) -> None:
        """Makes an OWNER a PAYER again, which only the provider can do."""

        def change(user: User) -> User:
            emit(self, "USER_CATEGORY_UPDATED_TO_PAYER", user.id)
            return levels.as_payer(self, user)

        self._change(user_id, change)

    def add_wallet(self, user_id: str, currency: str = "EUR", amount: int = 0) -> str:
        """Returns the id of a new wallet of a user; the amount is in minor units."""
        _check_currency(currency)
        with self._lock:
            user = self._open_user(user_id)
            row = money.add_wallet(self, user, currency=currency, amount=amount)
            return str(row["Id"])

    def add_transaction(
        self,
        user_id: str,
        *,
        type: str = "PAYIN",
        currency: str = "EUR",
        amount: int = 0,
        status: str = "SUCCEEDED",
        nature: str = "REGULAR",
        wallet_id: str | None = None,
    ) -> str:
        """Returns the id of a new transaction of a user, which changes the balance of a wallet."""
        _check_currency(currency)
        with self._lock, self.tables.all_or_nothing():
            row = money.add_transaction(
                self,
                self._open_user(user_id),
                type=type,
                currency=currency,
                amount=amount,
                status=status,
                nature=nature,
                wallet_id=wallet_id,
            )
            return str(row["Id"])

    def add_card(
        self,
        user_id: str,
        *,
        alias: str = "497010XXXXXX0014",
        expires: str = "1230",
        country: str = "FRA",
        currency: str = "EUR",
    ) -> str:
        """Returns the id of a new card of a user."""
        _check_currency(currency)
        with self._lock:
            row = money.add_card(
                self,
                self._open_user(user_id),
                alias=alias,
                expires=expires,
                country=country,
                currency=currency,
            )
            return str(row["Id"])

    def emit(self, event_type: str, resource_id: str) -> None:
        """Emits an event of any type, also of one that is not documented."""
        self._do(lambda: emit(self, event_type, resource_id))

    def _do(self, act: Callable[[], None]) -> None:
        with self._lock, self.tables.all_or_nothing():
            act()

    def _change(self, user_id: str, change: Callable[[User], User]) -> None:
        self._do(lambda: self.store.save_user(change(self._open_user(user_id))))

    def _open_user(self, user_id: str) -> User:
        user = self.store.user(user_id)
        if user is None or user.status == "CLOSED":
            raise LookupError("no open user has this id")
        return user
