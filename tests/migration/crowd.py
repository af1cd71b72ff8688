"""A crowd of users at MangoPay who are to move, of every kind that a plan tells apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from attrs import define, field, frozen
from onboarding import (
    Company,
    Gateways,
    Identity,
    LegalPersonType,
    NationalId,
    Person,
    PersonRole,
    Terms,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.directory import Directory, Reference
from onboarding.directory.work import batched
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.simulation import serve

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator
from onboarding_simulators.stripe import StripeSimulator

__all__ = ["KINDS", "Counted", "World", "completes", "kind_of", "opened"]

CONFIG = """
default = "fr"

[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "file:fr.secret"
base_url = "{fr}"

[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "file:fr.secret"
base_url = "{lt}"
accept_loss = ["identity.birthdate", "identity.country_of_residence", "occupation"]

[gateways.us]
provider = "stripe"
api_key = "file:stripe.secret"
base_url = "{us}"
accept_loss = ["identity.country_of_residence", "identity.nationality", "occupation"]
{pace}
"""
PACE = """
[gateways.{name}.pace]
store = "{folder}/quotas.sqlite"
bulk_share = 1.0

[[gateways.{name}.pace.quotas]]
seconds = {seconds}
calls = {calls}
"""


@define(eq=False)
class Counted:
    """Answers like a simulator, counts its creations, and tells when there were so many."""

    app: Any
    creates: str
    calls: list[float] = field(factory=list[float])
    created: int = 0
    wanted: int = 0
    reached: Event = field(factory=Event)

    def wait_for(self, count: int) -> Event:
        self.wanted, self.reached = count, Event()
        return self.reached

    def reset(self) -> None:
        """Forgets the calls so far."""
        self.calls.clear()
        self.created = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.calls.append(monotonic())
        answer = self.app(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == self.creates:
            self.created += 1
            if self.created >= self.wanted:
                self.reached.set()
        return answer


KINDS = {
    "company": 50,  # Paysera registers natural persons only
    "closed": 40,
    "there": 30,
    "tagged": 25,  # Paysera has no place for a tag, and the gateway does not accept the loss
    "regular": 10,
    "occupied": 8,
}
"""The kinds of users, each with how many of whom one is of it; the others are plain."""


def kind_of(number: int) -> str:
    return next((kind for kind, every in KINDS.items() if number % every == every - 1), "plain")


def person(number: int) -> User:
    """A user as the platform onboarded it at MangoPay."""
    identity = Identity(
        given_name="Ona",
        family_name=f"Canary{number}",
        birthdate=date(1968, 3, 1 + number % 28),
        nationality="LT",
        country_of_residence="LT",
    )
    user = User(
        identity=identity,
        email=f"u{number}@example.com",
        category=UserCategory.OWNER,
        terms=Terms(accepted=True),
        occupation="Baker" if kind_of(number) == "occupied" else None,
        tag="vip" if kind_of(number) == "tagged" else None,
    )
    if kind_of(number) != "company":
        return user
    return User(
        company=Company(
            legal_name=f"Canary {number} UAB", legal_person_type=LegalPersonType.BUSINESS
        ),
        people=(
            Person(
                ref="ada",
                roles=(PersonRole.REPRESENTATIVE,),
                identity=Identity(given_name="Ada", family_name="Canary"),
            ),
        ),
        email=f"u{number}@example.com",
        category=UserCategory.PAYER,
        terms=Terms(accepted=True),
    )


def own_id_of(user: User) -> str:
    return f"user-{str(user.email).partition('@')[0].removeprefix('u')}"


def code_of(own_id: str) -> str:
    """A national number of Lithuania that is a user's own."""
    return f"4680309{int(own_id.removeprefix('user-')) % 10_000:04}"


def completes(own_id: str, user: User) -> User:
    """Adds what Paysera needs and MangoPay does not have: the national number."""
    if user.identity is None:
        return user
    return user.replace({"identity.national_id": NationalId(code=code_of(own_id), country="LT")})


@frozen(kw_only=True)
class World:
    """Simulators, gateways and a directory with a crowd of users at MangoPay."""

    folder: Path
    mangopay: MangoPaySimulator
    paysera: PayseraSimulator
    stripe: StripeSimulator
    registrations: Counted
    """What stands before Paysera's simulator."""
    accounts: Counted
    """What stands before Stripe's simulator."""
    gateways: Gateways
    directory: Directory

    def settle(self, size: int) -> None:
        """Onboards the crowd at MangoPay, and stores what the directory is to have of it."""
        fr, found = self.gateways["fr"], dict[str, UserRecord]()
        users = map(person, range(size))
        with fr.create_users(users, keys=own_id_of, in_flight=8) as results:
            for result in results:
                found[str(result.key)] = result.get()
        self.directory.link_many(
            Reference(own_id=own_id, gateway="fr", id=one.id) for own_id, one in found.items()
        )
        for number in range(size):
            own_id = f"user-{number}"
            record = found[own_id]
            match kind_of(number):
                case "closed":
                    record = fr.close_user(record)
                case "there":
                    self.directory.link(own_id, "lt", f"elsewhere-{number}")
                case "regular":
                    self.mangopay.activate(record.id)
                    self.mangopay.set_kyc_level(record.id, "REGULAR")
                    record = fr.fetch_user(record.id)
                case _:
                    pass
            found[own_id] = record
        if self.directory.personal_data:
            for part in batched(found.items()):
                self.directory.run(lambda t, part=part: [t.save(*one) for one in part])  # type: ignore[misc]

    def id_at_mangopay(self, own_id: str) -> str:
        return next(one.id for one in self.directory.references(own_id) if one.gateway == "fr")

    def resave(self, own_id: str) -> None:
        """Reads a user again, as the service does after a notification."""
        self.directory.save(own_id, self.gateways["fr"].fetch_user(self.id_at_mangopay(own_id)))

    # -- what happens to users between the plan and its application

    def change(self, own_id: str, what: str, *, at: str = "lt") -> None:
        """Changes a user after the plan: `what` is the reason that a migration is to give."""
        fr, directory = self.gateways["fr"], self.directory
        record = fr.fetch_user(self.id_at_mangopay(own_id))
        match what:
            case "data":
                fr.update_user(record, record.user.replace(email=f"new-{own_id}@example.com"))
            case "closed":
                fr.close_user(record)
            case "levels":
                self.mangopay.activate(record.id)
                self.mangopay.set_kyc_level(record.id, "REGULAR")
            case "there":
                directory.link(own_id, at, f"elsewhere-{own_id}")
            case "gone":
                directory.leave(own_id, "fr")
            case "id":
                directory.leave(own_id, "fr")
                made = fr.create_user(person(int(own_id.removeprefix("user-"))))
                directory.link(own_id, "fr", made.id)
            case _:
                raise AssertionError(what)
        if what in ("data", "closed", "levels", "id") and directory.personal_data:
            self.resave(own_id)

    # -- what the judges have

    def registered(self) -> Mapping[str, Any]:
        """The accounts of Paysera's simulator by e-mail address."""
        accounts = self.paysera._store.accounts()
        found = {str(one.email.confirmed or one.email.pending): one for one in accounts}
        assert len(found) == len(accounts), "somebody is doubled"
        return found

    def at(self, gateway: str) -> Mapping[str, User]:
        """The users of a target's simulator by id, as far as it stores the user."""
        if gateway == "us":
            return {one.id: one.user for one in self.gateways["us"].users()}
        return {str(one.id): _user(one) for one in self.paysera._store.accounts()}

    def given(self, users: Iterable[User], path: str) -> int:
        """How many users have something at a core path."""
        return sum(lookup(user, path) not in EMPTY for user in users)


def _user(account: Any) -> User:
    """The user of an account of Paysera's simulator, which shows contacts once confirmed."""
    sent, identity = account.identity, None
    if sent is not None:
        number = NationalId(code=sent.code, country=sent.nationality.upper())
        identity = Identity(
            given_name=sent.name,
            family_name=sent.surname,
            nationality=sent.nationality.upper(),
            national_id=number,
        )
    return User(identity=identity, email=account.email.confirmed or account.email.pending)


@contextmanager
def opened(
    folder: Path, *, url: str = "", personal_data: bool = True, pace: str = ""
) -> Iterator[World]:
    """Serves the simulators, writes the configuration into a folder, and opens a directory."""
    mangopay = MangoPaySimulator(client_id="acme", api_key="key")
    paysera = PayseraSimulator(client_id="acme", mac_key="key")
    stripe = StripeSimulator()
    registrations = Counted(paysera, "/rest/v1/user")
    accounts = Counted(stripe, "/v1/accounts")
    (folder / "fr.secret").write_text("key", "utf-8")
    (folder / "stripe.secret").write_text(stripe.api_key, "utf-8")
    with serve(mangopay) as fr, serve(registrations) as lt, serve(accounts) as us:
        config = CONFIG.format(fr=fr, lt=lt, us=us, pace=pace)
        (folder / "onboarding.toml").write_text(config, "utf-8")
        with (
            Gateways.from_file(folder / "onboarding.toml") as gateways,
            Directory.open(
                url or f"sqlite:///{folder}/onboarding.db", personal_data=personal_data
            ) as directory,
        ):
            yield World(
                folder=folder,
                mangopay=mangopay,
                paysera=paysera,
                stripe=stripe,
                registrations=registrations,
                accounts=accounts,
                gateways=gateways,
                directory=directory,
            )
