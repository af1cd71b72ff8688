"""A gateway at a simulator of MangoPay, and users that it takes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from typing import Any

from attrs import frozen
from onboarding import Gateway, Identity, Secret, Terms, User, UserCategory
from onboarding.simulation import serve

from onboarding_mangopay import MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator

__all__ = ["Place", "crowd", "place", "user"]


@frozen
class Place:
    """A simulator that is served, and the gateway `fr` at it."""

    simulator: MangoPaySimulator
    url: str
    gateway: Gateway[Any]

    def emails(self) -> list[str]:
        """The address of every user whom the simulator has."""
        return sorted(str(one.user.email) for one in self.gateway.users())

    @property
    def created(self) -> int:
        """How many users the simulator was asked to create."""
        return sum(
            one.method == "POST" and one.path.endswith("/users/natural")
            for one in self.simulator.log
        )


@contextmanager
def place(**settings: Any) -> Generator[Place]:
    simulator = MangoPaySimulator(client_id="acme", api_key="key")
    with serve(simulator) as url:
        adapter = MangoPay(client_id="acme", api_key=Secret("key"), base_url=url, name="fr")
        with Gateway(adapter, **settings) as gateway:
            yield Place(simulator, url, gateway)


def user(own_id: str, **changes: Any) -> User:
    made = User(
        identity=Identity(
            given_name="Ana",
            family_name="Canary",
            birthdate=date(1961, 2, 3),
            nationality="LT",
            country_of_residence="LT",
        ),
        email=f"{own_id}@example.com",
        category=UserCategory.OWNER,
        terms=Terms(accepted=True),
    )
    return made.replace(**changes) if changes else made


def crowd(count: int) -> dict[str, User]:
    return {f"user-{number}": user(f"user-{number}") for number in range(count)}
