"""The rows of the simulator's state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal

from attrs import evolve, frozen

Channel = Literal["email", "phone"]
CHANNELS: tuple[Channel, ...] = ("email", "phone")
# A value that only one user can have: its kind, and its normalised form.
Claim = tuple[str, str]


@frozen(kw_only=True, repr=False)
class Contact:
    """An e-mail address or a phone: its confirmed value, and the value that waits for its code."""

    confirmed: str | None = None
    pending: str | None = None
    sent: int = 0  # number of codes sent
    forgiven: int = 0  # number of them that a captcha forgave
    sent_at: float = 0.0  # time of the last code
    wrong: int = 0  # wrong attempts since the last code


@frozen(kw_only=True, repr=False)
class Reset:
    """A password reset that waits for its code."""

    awaited: bool = False
    sent: int = 0
    sent_at: float = 0.0
    forgiven: int = 0
    wrong: int = 0


@frozen(kw_only=True, repr=False)
class Elevation:
    """The additional scopes that a code allows in the refresh of a token."""

    code: str
    scopes: frozenset[str]
    sent_at: float


@frozen(kw_only=True, repr=False)
class Identity:
    name: str | None = None
    surname: str | None = None
    nationality: str | None = None  # lower case
    code: str | None = None


@frozen(kw_only=True, repr=False)
class Address:
    country: str  # lower case
    city: str
    street: str
    post_index: str | None = None


@frozen(kw_only=True, repr=False)
class Card:
    issuer: str
    number: str


@frozen(kw_only=True, repr=False)
class Credentials:
    """The credentials of a user, exactly as they were sent."""

    type: str
    password: str
    password_salt: str | None = None
    username: str | None = None


@frozen(kw_only=True, repr=False)
class Pep:
    name: str
    relation: str
    positions: tuple[str, ...]


WALLET_STATUSES = ("active", "inactive", "closed")


@frozen(kw_only=True, repr=False)
class Wallet:
    id: int
    status: str = "active"


@frozen(kw_only=True, repr=False)
class Account:
    id: int
    type: str = "natural"
    company: Claim | None = None  # country in lower case, and code
    wallets: tuple[Wallet, ...] = ()
    email: Contact = Contact()
    phone: Contact = Contact()
    identity: Identity | None = None
    address: Address | None = None
    card: Card | None = None
    locale: str | None = None
    credentials: Credentials | None = None
    wrong_passwords: int = 0
    reset: Reset = Reset()
    elevation: Elevation | None = None
    identification_level: str = "unidentified"
    calculated_level: str = "unidentified"
    receipt_due: bool = False
    services: tuple[tuple[str, int], ...] = ()  # enabled services with the time of their start
    pep: tuple[Pep, ...] = ()
    offline_scopes: frozenset[str] = frozenset()

    def contact(self, channel: Channel) -> Contact:
        return self.email if channel == "email" else self.phone

    def with_contact(self, channel: Channel, contact: Contact) -> Account:
        if channel == "email":
            return evolve(self, email=contact)
        return evolve(self, phone=contact)

    def claims(self) -> Iterator[Claim]:
        """Yields the values that no other user can have, in the documented order of errors."""
        if self.card is not None:
            yield "card", f"{self.card.issuer}:{self.card.number}"
        if self.identity is not None and self.identity.nationality and self.identity.code:
            yield "person_code", f"{self.identity.nationality}:{self.identity.code}"
        for channel in CHANNELS:
            contact = self.contact(channel)
            for value in (contact.confirmed, contact.pending):
                if value is not None:
                    yield channel, value.lower()

    def handles(self) -> Iterator[Claim]:
        """Yields the other keys that find a user; user names are not documented as unique.

        A hash is the SHA-1 of an e-mail address in lower case, or of a phone's digits
        (lib-wallet-php-client, `getWalletsByContacts`).
        """
        for channel in CHANNELS:
            confirmed = self.contact(channel).confirmed
            if confirmed is not None:
                digest = hashlib.sha1(confirmed.lower().encode(), usedforsecurity=False)
                yield f"{channel}_hash", digest.hexdigest()
        for wallet in self.wallets:
            yield "wallet", str(wallet.id)
        if self.company is not None:
            yield "company_code", ":".join(self.company)
        if self.credentials is not None and self.credentials.username is not None:
            yield "username", self.credentials.username


@frozen(kw_only=True, repr=False)
class Upload:
    """Uploaded bytes with their media type."""

    content: bytes
    content_type: str


@frozen(kw_only=True, repr=False)
class Position:
    id: int  # the user's id
    lat: float
    lng: float
    type: str | None = None

    @property
    def user_id(self) -> int:
        return self.id


@frozen(kw_only=True, repr=False)
class Avatar:
    id: int  # the user's id
    image: Upload

    @property
    def user_id(self) -> int:
        return self.id


@frozen(kw_only=True, repr=False)
class Document:
    """A document of the user resource: first its bytes, then its metadata."""

    id: int
    user_id: int
    file: Upload
    title: str | None = None
    extension: str | None = None
    type: str | None = None
    number: str | None = None
    date: str | None = None
    review_status: str | None = None  # `valid` or `denied`
    comment: str | None = None


@frozen(kw_only=True, repr=False)
class ContactBook:
    id: int
    user_id: int
    contacts: tuple[tuple[str, str], ...] = ()  # pairs of kind and contact


@frozen(kw_only=True, repr=False)
class IdentificationRequest:
    id: int
    user_id: int | None
    created: int
    phone: str | None = None
    locale: str | None = None
    status: str = "waiting"
    papers: tuple[int, ...] = ()  # ids of documents
    face_photos: tuple[tuple[int, Upload], ...] = ()  # by order
    liveness_checks: int = 0
    comment: str | None = None


@frozen(kw_only=True, repr=False)
class IdentityPaper:
    """An identity document, or an additional one, of an identification request."""

    id: int
    user_id: int | None
    request_id: int
    additional: bool
    type: str
    # country, names, personal number, date of birth
    facts: tuple[tuple[str, str], ...] = ()
    images: tuple[tuple[int, Upload], ...] = ()
    files: tuple[tuple[int, Upload], ...] = ()
    review_status: str | None = None
    reviewed_at: int | None = None
    comment: str | None = None
