"""Users as values of the desk, named as in the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onboarding_simulators.shared import MASK
from onboarding_simulators.shared.desk import Badge, Fact, Group, Moment, Person, Tone

from .rows import CHANNELS, Account
from .services import SERVICES
from .tokens import Token

TONES: Mapping[str, Tone] = {
    **dict.fromkeys(("valid", "active", "identified", "fully_identified"), "good"),
    **dict.fromkeys(("processing", "pending", "not reviewed"), "wait"),
    **dict.fromkeys(("denied", "closed"), "bad"),
}


def row_of(account: Account) -> Person:
    return Person(
        id=str(account.id),
        name=name_of(account),
        kind=account.type.capitalize(),
        badges=badges(account),
    )


def name_of(account: Account) -> str:
    identity = account.identity
    names = (identity.name, identity.surname) if identity is not None else ()
    contacts = (account.email.confirmed, account.phone.confirmed)
    told = " ".join(name for name in names if name)
    return told or next((contact for contact in contacts if contact), f"User {account.id}")


def badges(account: Account) -> list[Badge]:
    badges = [badge(account.identification_level)]
    if account.receipt_due:
        badges.append(Badge("receipt due", "wait"))
    if account.pep:
        badges.append(Badge("pep", "wait"))
    return badges


def badge(word: str) -> Badge:
    return Badge(word, TONES.get(word, "plain"))


def groups(account: Account, tokens: list[Token]) -> Iterator[Group]:
    yield Group(
        "Status",
        [
            Fact("identification_level", badge(account.identification_level)),
            Fact("calculated_level", badge(account.calculated_level)),
            Fact("type", account.type),
            Fact("company", " ".join(account.company) if account.company else None),
            Fact("locale", account.locale),
            *(Fact("politically exposed", f"{pep.name}, {pep.relation}") for pep in account.pep),
        ],
    )
    contacts = [(channel, account.contact(channel)) for channel in CHANNELS]
    yield Group(
        "Contacts",
        [
            fact
            for channel, contact in contacts
            for fact in (
                Fact(channel, contact.confirmed),
                Fact(f"{channel}, unconfirmed", contact.pending),
            )
        ],
    )
    identity, address = account.identity, account.address
    if identity is not None:
        names = ("name", "surname", "nationality", "code")
        yield Group("Identity", [Fact(name, getattr(identity, name)) for name in names])
    if address is not None:
        names = ("country", "city", "street", "post_index")
        yield Group("Address", [Fact(name, getattr(address, name)) for name in names])
    yield Group(
        "Wallets", [Fact(str(wallet.id), badge(wallet.status)) for wallet in account.wallets]
    )
    yield Group(
        "Services", [Fact(SERVICES.get(key, key), Moment(since)) for key, since in account.services]
    )
    yield Group("Login", list(_login(account)))
    yield Group(
        "Consent",
        [
            Fact(
                f"token {MASK}, {'active' if token.active else 'not activated'}",
                ", ".join(sorted(token.scopes)) or "the user's id only",
            )
            for token in tokens
        ],
    )


def _login(account: Account) -> Iterator[Fact]:
    """Yields the facts about the credentials, without secrets."""
    credentials = account.credentials
    if credentials is not None:
        yield Fact("type", credentials.type)
        yield Fact("username", credentials.username)
        yield Fact("password", MASK)
        yield Fact("password_salt", None if credentials.password_salt is None else MASK)
