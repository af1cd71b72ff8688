"""Routes: which gateway takes a user, by country, person type and currency.

```python
routes = gateways.routes
choice = routes.choose(user, currency="EUR")
print(choice.gateway, choice.reason)
```

A route is for new users: a change of the routes moves no user whom a gateway already has.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from onboarding.errors import ConfigurationError, Problem
from onboarding.model.shapes import Country, Currency, Text
from onboarding.model.user import PersonType, User
from onboarding.values.base import Model

__all__ = ["Condition", "Route", "RouteChoice", "Routes", "TriedRoute", "country_of"]

CRITERIA = ("country", "person_type", "currency")

_NATURAL = ("identity.country_of_residence", "address.country")
_LEGAL = ("company.headquarters.country",)


@frozen(kw_only=True, slots=False, repr=False)
class Route(Model):
    """One route: the gateway of the users who meet every condition. Empty conditions are met."""

    gateway: Text
    """The name of the gateway in the configuration. Example: `lt`."""
    country: tuple[Country, ...] = ()
    """Countries, ISO 3166-1 alpha-2, of which the user has one. Example: `["LT", "LV"]`."""
    person_type: tuple[PersonType, ...] = ()
    """The types of person. Example: `["legal"]`."""
    currency: tuple[Currency, ...] = ()
    """Currencies, ISO 4217, of which the caller named one. Example: `["EUR"]`."""

    def includes(self, other: Route) -> bool:
        """Whether every user who meets `other` meets this route."""
        return all(
            not mine or (bool(theirs) and set(theirs) <= set(mine))
            for mine, theirs in ((getattr(self, x), getattr(other, x)) for x in CRITERIA)
        )

    def __repr__(self) -> str:
        given = {name: ", ".join(map(str, getattr(self, name))) for name in CRITERIA}
        conditions = [f"{name} {words}" for name, words in given.items() if words]
        return f"Route({'; '.join(conditions) or 'every user'} -> {self.gateway})"


@frozen(kw_only=True)
class Condition:
    """One condition of a route, and whether the user meets it."""

    criterion: str
    """What it is about: `country`, `person_type` or `currency`. Example: `country`."""
    met: bool
    """Whether the user meets it. Example: `false`."""
    reason: str
    """Why, without a value that the route does not name. Example: `is not LT or LV`."""


@frozen(kw_only=True)
class TriedRoute:
    """One route that was tried for a user, and whether it matches."""

    number: int
    """Its place in the configuration, from 0. Example: `0`."""
    route: Route
    """The route."""
    conditions: tuple[Condition, ...] = ()
    """Its conditions; empty for a route that matches every user."""

    @property
    def matches(self) -> bool:
        """Whether the user meets every condition."""
        return all(condition.met for condition in self.conditions)


@frozen(kw_only=True)
class RouteChoice:
    """The gateway of a user, and the routes that were tried in their order, up to the first match.

    It has no value of the user beyond what a matching route names.
    """

    gateway: str | None
    """The name of the gateway; None if no route matches and there is no default. Example: `lt`."""
    tried: tuple[TriedRoute, ...] = ()
    """The routes that were tried; only the last one can match."""

    @property
    def reason(self) -> str:
        """Why it is this gateway, in words."""
        if self.tried and self.tried[-1].matches:
            return f"routes.{self.tried[-1].number} matches"
        head = "no route matches" if self.tried else "there are no routes"
        return f"{head}: the default" if self.gateway is not None else f"{head}, and no default"

    def require(self) -> str:
        """Returns the name of the gateway. Raises `ConfigurationError` if there is none."""
        if self.gateway is None:
            text = f"{self.reason}; add a route without conditions, or name a default"
            raise ConfigurationError([Problem("routes", "missing", text)])
        return self.gateway


@frozen(kw_only=True)
class Routes:
    """The routes of a configuration in their order: the first one that matches decides.

    Raises `ConfigurationError` for a route that no user can reach.
    """

    routes: tuple[Route, ...] = ()
    """The routes, the first one first."""
    default: str | None = None
    """The gateway of a user whom no route matches; None if there is none. Example: `fr`."""

    def __attrs_post_init__(self) -> None:
        if problems := unreachable(self.routes):
            raise ConfigurationError(problem.under("routes") for problem in problems)

    def choose(self, user: User, *, currency: str | None = None) -> RouteChoice:
        """Returns the gateway of a new user, with the routes that were tried."""
        tried: list[TriedRoute] = []
        for number, route in enumerate(self.routes):
            tried.append(_tried(number, route, user, currency))
            if tried[-1].matches:
                return RouteChoice(gateway=route.gateway, tried=tuple(tried))
        return RouteChoice(gateway=self.default, tried=tuple(tried))


def unreachable(routes: Iterable[Route]) -> list[Problem]:
    """Returns a problem, by number, for each route behind one that matches the same users."""
    found: list[Problem] = []
    known = list(routes)
    for number, route in enumerate(known):
        first = next((n for n, one in enumerate(known[:number]) if one.includes(route)), None)
        if first is not None:
            text = f"is never reached: routes.{first} matches the same users first"
            found.append(Problem(str(number), "conflict", text))
    return found


def country_of(user: User) -> str | None:
    """Returns the country by which a user is routed, None if it is not given.

    It is the country of residence of a natural person, else that of the address; of a legal person
    it is the country of the headquarters.
    """
    if user.company is not None:
        office = user.company.headquarters
        return office.country if office is not None else None
    living = user.identity.country_of_residence if user.identity is not None else None
    return living or (user.address.country if user.address is not None else None)


def _tried(number: int, route: Route, user: User, currency: str | None) -> TriedRoute:
    paths = _NATURAL if user.company is None else _LEGAL
    facts = {
        "country": (country_of(user), f"is not given: {' and '.join(paths)}"),
        "person_type": (user.person_type, ""),
        "currency": (currency, "is not given by the caller"),
    }
    conditions = [
        _condition(name, getattr(route, name), *facts[name])
        for name in CRITERIA
        if getattr(route, name)
    ]
    return TriedRoute(number=number, route=route, conditions=tuple(conditions))


def _condition(name: str, wanted: tuple[str, ...], value: str | None, unknown: str) -> Condition:
    if value is None:
        return Condition(criterion=name, met=False, reason=unknown)
    if value in wanted:
        return Condition(criterion=name, met=True, reason=f"is {value}")
    return Condition(criterion=name, met=False, reason=f"is not {' or '.join(wanted)}")
