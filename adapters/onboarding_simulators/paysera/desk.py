"""Events outside the API: a user consents, a code arrives, documents are reviewed."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Literal

from attrs import asdict, define, evolve, field

from onboarding_simulators.shared import VirtualClock

from . import levels, papers
from .callers import Rates
from .contacts import code_sent
from .passwords import reset_code
from .rows import (
    WALLET_STATUSES,
    Account,
    ContactBook,
    Document,
    IdentificationRequest,
    Pep,
    Wallet,
)
from .services import enabled
from .settings import Settings
from .store import Store
from .tokens import RefreshToken, Token, authorize, consent_to
from .vocabulary import base_scopes

_SUBMITTED = ("processing", "pending")


@define(kw_only=True, eq=False)
class Desk(Settings):
    """The control methods of a simulator; each raises `LookupError` for an unknown id."""

    _store: Store = field(init=False, repr=False)
    _rates: Rates = field(init=False, factory=Rates, repr=False)
    _lock: threading.RLock = field(init=False, factory=threading.RLock, repr=False)

    def __attrs_post_init__(self) -> None:
        self._store = Store(self.state)

    def advance(self, seconds: float) -> None:
        """Moves the clock; codes, tokens and rate limits follow it."""
        if not isinstance(self.clock, VirtualClock):
            raise TypeError("this clock cannot be moved")
        self.clock.advance(seconds)

    # Consent.

    def issue_token(self, user_id: int, scopes: Iterable[str] = ()) -> Token:
        """Returns the token that the client gets if the user consents to these scopes.

        A scope `X_offline` also lets client credentials read X of this user from now on.
        """
        with self._whole():
            self._account(user_id)
            return consent_to(self, self._store, user_id, scopes)

    def consent(
        self, user_id: int, scopes: Iterable[str] = (), redirect_uri: str | None = None
    ) -> str:
        """Returns the authorisation code of a consent, valid for one token.

        With a redirect URI, the exchange of the code must name the same URI.
        """
        with self._whole():
            self._account(user_id)
            scopes = tuple(scopes)
            base_scopes(scopes)  # raises ValueError for an unknown scope
            return authorize(self, self._store, user_id, scopes, redirect_uri)

    def revoke_consent(self, user_id: int) -> None:
        """Revokes all consent of a user."""
        with self._whole():
            self._store.put(evolve(self._account(user_id), offline_scopes=frozenset[str]()))
            for token in self._store.of_user(Token, user_id):
                self._store.drop(token)
            for refresh in self._store.of_user(RefreshToken, user_id):
                self._store.keep(evolve(refresh, used=True))

    # Codes and what Paysera knows of a user.

    def code_for(self, user_id: int, channel: Literal["email", "phone", "password"]) -> str:
        """Returns the last code that the user received; raises `LookupError` if there is none."""
        with self._whole():
            account = self._account(user_id)
            if channel == "password":
                code = reset_code(account, self)
            else:
                code = code_sent(account, channel, self)
        if code is None:
            raise LookupError(f"user {user_id} has no {channel} to confirm")
        return code

    def credentials_of(self, user_id: int) -> Mapping[str, str] | None:
        """Returns the credentials as they were sent, or None."""
        with self._whole():
            credentials = self._account(user_id).credentials
        if credentials is None:
            return None
        return asdict(credentials, filter=lambda _, value: value is not None)

    def receipt_due(self, user_id: int) -> bool:
        """Whether the receipt of a provided identity was not fetched yet."""
        with self._whole():
            return self._account(user_id).receipt_due

    def contacts_in(self, contact_book_id: int) -> list[tuple[str, str]]:
        """Returns the contacts with their kinds: `emails`, `phone_hashes` and so on."""
        with self._whole():
            book = self._store.get(ContactBook, contact_book_id)
        if book is None:
            raise LookupError(f"there is no contact book {contact_book_id}")
        return list(book.contacts)

    def set_pep(self, user_id: int, entries: Iterable[tuple[str, str, Iterable[str]]]) -> None:
        """Makes the user politically exposed, by name, relation and positions of each entry."""
        pep = tuple(Pep(name=n, relation=r, positions=tuple(p)) for n, r, p in entries)
        with self._whole():
            self._store.put(evolve(self._account(user_id), pep=pep))

    def set_company(self, user_id: int, country: str, company_code: str) -> None:
        """Makes the user a legal person; no endpoint registers one."""
        company = (country.lower(), company_code)
        with self._whole():
            self._store.put(evolve(self._account(user_id), type="legal", company=company))

    def add_wallet(self, user_id: int, status: str = "active") -> int:
        """Returns the id of a new wallet: `active`, `inactive` or `closed`."""
        if status not in WALLET_STATUSES:
            raise ValueError(f"status: expected one of {', '.join(WALLET_STATUSES)}")
        with self._whole():
            account = self._account(user_id)
            wallet = Wallet(id=self._store.next_wallet_id(), status=status)
            self._store.put(evolve(account, wallets=(*account.wallets, wallet)))
        return wallet.id

    def enable_service(self, user_id: int, service: str) -> None:
        """Enables a service outside the API; any word is accepted, as the list may grow."""
        with self._whole():
            account = self._account(user_id)
            self._store.put(enabled(account, service, int(self.clock())))

    # Reviews.

    def set_level(
        self, user_id: int, identification_level: str, calculated_level: str | None = None
    ) -> None:
        """Sets the level as a review does; any word is accepted, as the list may grow."""
        with self._whole():
            account = self._account(user_id)
            self._store.put(levels.placed(account, identification_level, calculated_level))

    def accept_identity(self, user_id: int, level: str | None = None) -> None:
        """Accepts the provided identity, which raises the user's level."""
        with self._whole():
            account = self._account(user_id)
            if account.identity is None:
                raise LookupError(f"user {user_id} has no identity")
            self._raise(user_id, level, levels.PROVIDED_IDENTITY)

    def documents_of(self, user_id: int) -> list[Document]:
        with self._whole():
            self._account(user_id)
            return self._store.of_user(Document, user_id)

    def accept_document(self, document_id: int, level: str | None = None) -> None:
        """Accepts a document, which raises the user's level unless it is higher already."""
        with self._whole():
            document = self._document(document_id)
            if document.type is None:
                raise LookupError(f"document {document_id} is not described yet")
            self._store.keep(evolve(document, review_status="valid", comment=None))
            self._raise(document.user_id, level, levels.of_document(document))

    def refuse_document(self, document_id: int, comment: str) -> None:
        with self._whole():
            document = self._document(document_id)
            self._store.keep(evolve(document, review_status="denied", comment=comment))

    def begin_review(self, request_id: int) -> None:
        """Moves a submitted identification request from `processing` to `pending`."""
        with self._whole():
            self._store.keep(evolve(self._submitted(request_id), status="pending"))

    def accept_request(self, request_id: int, level: str | None = None) -> None:
        """Accepts a submitted request with all its documents, which raises the user's level."""
        with self._whole():
            request = self._review(request_id, "valid", None)
            found = papers.papers_of(self._store, request)
            earned = max(
                (levels.of_paper(paper) for paper in found if not paper.additional),
                key=levels.LEVELS.index,
            )
            if earned == levels.STRONG_DOCUMENT and (
                request.face_photos or request.liveness_checks
            ):
                earned = levels.WITH_FACE
            if request.user_id is not None:
                self._raise(request.user_id, level, earned)

    def refuse_request(self, request_id: int, comment: str) -> None:
        """Refuses a submitted request with all its documents, with a comment."""
        with self._whole():
            self._review(request_id, "denied", comment)

    @contextmanager
    def _whole(self) -> Generator[None]:
        """Runs the block under the lock, and undoes all its changes if it raises."""
        with self._lock, self._store.all_or_nothing():
            yield

    def _account(self, user_id: int) -> Account:
        account = self._store.account(user_id)
        if account is None:
            raise LookupError(f"there is no user {user_id}")
        return account

    def _document(self, document_id: int) -> Document:
        document = self._store.get(Document, document_id)
        if document is None:
            raise LookupError(f"there is no document {document_id}")
        return document

    def _submitted(self, request_id: int) -> IdentificationRequest:
        request = self._store.get(IdentificationRequest, request_id)
        if request is None or request.status not in _SUBMITTED:
            raise LookupError(f"there is no identification request {request_id} under review")
        return request

    def _review(self, request_id: int, status: str, comment: str | None) -> IdentificationRequest:
        request = evolve(self._submitted(request_id), status="reviewed", comment=comment)
        self._store.keep(request)
        for paper in papers.papers_of(self._store, request):
            now = int(self.clock())
            reviewed = evolve(paper, review_status=status, reviewed_at=now, comment=comment)
            self._store.keep(reviewed)
        return request

    def _raise(self, user_id: int, level: str | None, earned: str) -> None:
        account = self._account(user_id)
        raised = levels.raised(account, earned) if level is None else levels.placed(account, level)
        self._store.put(raised)
