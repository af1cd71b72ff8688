"""MangoPay's wire classes obey the laws of translation, on paper and against its simulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from onboarding import (
    Absence,
    Gateway,
    LossKind,
    ProviderError,
    Secret,
    Unsupported,
    User,
    UserCategory,
)
from onboarding.mapping import On, Translation, translation
from onboarding.mapping.paths import leaves, lookup
from onboarding.simulation import serve
from onboarding.testing import (
    PaperGateway,
    arrives,
    carried_users,
    changed,
    every_wire_path_has_a_way_back,
    no_change_no_write,
    nothing_lost,
    paper,
    residue_survives,
    round_trip,
    silent_losses,
    update_arrives,
    update_is_minimal,
    users,
    values_at,
)
from onboarding.testing.strategies import check_at

from onboarding_mangopay import Api, MangoPay, MangoPayExtras
from onboarding_mangopay.simulator import MangoPaySimulator
from onboarding_mangopay.wire.legal import LegacyLegalUser, LegalUser
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser
from onboarding_paysera import PayseraExtras

NATURAL, LEGAL = translation(NaturalUser, "mangopay"), translation(LegalUser, "mangopay")
OLD_NATURAL = translation(LegacyNaturalUser, "mangopay")
OLD_LEGAL = translation(LegacyLegalUser, "mangopay")
WIRES = {
    Api.SCA: (NATURAL, LEGAL),
    Api.LEGACY: (OLD_NATURAL, OLD_LEGAL),
}
ALL = [
    pytest.param(wire, id=wire.plan.cls.__name__)
    for wire in (NATURAL, LEGAL, OLD_NATURAL, OLD_LEGAL)
]
LEAVES = tuple(leaves(User))
EXTRAS = {"mangopay": MangoPayExtras, "paysera": PayseraExtras}
REFUSED = (LossKind.DROPPED, LossKind.COARSENED)
BASE = "https://mangopay.invalid"

thousand = settings(max_examples=1000)
few = settings(max_examples=50)


def adapter(api: Api = Api.SCA, base_url: str = BASE, **given: Any) -> MangoPay:
    key = Secret("simulated-key")
    return MangoPay(
        client_id="simulated-client", api_key=key, api=api, base_url=base_url, name="fr", **given
    )


def wire_of(user: User, api: Api = Api.SCA) -> Translation:
    return WIRES[api][user.company is not None]


def refusals(adapter: MangoPay, user: User) -> set[str]:
    """The paths for which an adapter will not send a user."""
    try:
        next(adapter.create_user(user))
    except Unsupported as error:
        return set(error.paths)
    return set()


# -- on paper ------------------------------------------------------------------------------------


@thousand
@given(users(EXTRAS), st.sampled_from(Api))
def test_of_a_thousand_users_nothing_is_lost_that_the_report_does_not_name(
    user: User, api: Api
) -> None:
    losses = round_trip(wire_of(user, api), user)

    refused = {loss.core_path for loss in losses if loss.kind in REFUSED}
    assert refusals(adapter(api), user) == (refused)


@st.composite
def users_within_limits(draw: st.DrawFn) -> tuple[User, Api]:
    api = draw(st.sampled_from(Api))
    wire = draw(st.sampled_from(WIRES[api]))
    return draw(carried_users(wire, extras=MangoPayExtras)), api


def test_of_a_thousand_users_within_the_limits_nine_in_ten_are_accepted() -> None:
    verdicts: list[bool] = []

    @thousand
    @given(users_within_limits())
    def try_one(case: tuple[User, Api]) -> None:
        user, api = case
        round_trip(wire_of(user, api), user)
        verdicts.append(not refusals(adapter(api), user))

    try_one()

    assert len(verdicts) >= 1000
    assert sum(verdicts) >= 0.9 * len(verdicts)


@pytest.mark.parametrize("on", list(On), ids=lambda on: str(on.name))
@pytest.mark.parametrize("wire", ALL)
def test_no_datum_of_the_core_changes_unheard(wire: Translation, on: On) -> None:
    @settings(max_examples=3)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        old = data.draw(carried_users(wire))
        for path in LEAVES:
            new = changed(old, path, data.draw(values_at(path)))
            arrives(wire, path, old, new, on)
            spec = check_at(path)
            if spec.optional or spec.many:
                emptied = changed(old, path, () if spec.many else None)
                arrives(wire, path, old, emptied, on)

    check()


@pytest.mark.parametrize("on", list(On), ids=lambda on: str(on.name))
@pytest.mark.parametrize("wire", ALL)
def test_of_two_users_no_difference_goes_unheard(wire: Translation, on: On) -> None:
    @few
    @given(carried_users(wire), carried_users(wire, extras=MangoPayExtras) | users(EXTRAS))
    def check(old: User, new: User) -> None:
        assert silent_losses(wire, old, new, on) == set()

    check()


@pytest.mark.parametrize("wire", ALL)
def test_an_update_says_what_changed_and_no_more(wire: Translation) -> None:
    @settings(max_examples=100)
    @given(carried_users(wire), carried_users(wire, extras=MangoPayExtras) | users(EXTRAS))
    def check(old: User, new: User) -> None:
        no_change_no_write(wire, old)
        update_is_minimal(wire, old, new)
        update_arrives(wire, old, new)

    check()


@pytest.mark.parametrize("wire", ALL)
def test_every_name_that_an_error_may_use_means_a_core_path(wire: Translation) -> None:
    every_wire_path_has_a_way_back(wire)


@pytest.mark.parametrize("wire", ALL)
def test_what_the_core_has_no_shape_for_survives(wire: Translation) -> None:
    scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
    json = st.recursive(scalars, lambda more: st.lists(more, max_size=2), max_leaves=3)
    names = st.text("abcZ_09", min_size=3, max_size=6)
    unknown = st.dictionaries(names, json, max_size=3)

    @settings(max_examples=100)
    @given(carried_users(wire), unknown, unknown, st.integers(1, 86_399))
    def check(user: User, strange: Any, deeper: Any, seconds: int) -> None:
        payload, _ = wire.to_wire(user)
        payload["UserCategory"] = "UNKNOWN"
        if isinstance(payload.get("Birthday"), int):
            payload["Birthday"] += seconds
        for name in ("Address", "LegalRepresentative", "HeadquartersAddress"):
            if isinstance(payload.get(name), dict):
                payload[name] = {**deeper, **payload[name]}
        if "Birthday" in payload.get("LegalRepresentative", {}):
            payload["LegalRepresentative"]["Birthday"] += seconds
        residue_survives(wire, {**strange, **payload})

    check()


# -- against the simulator -------------------------------------------------------------------------

BLOCKED = ("CU", "IR", "KP", "MM", "SY", "AN", "BV", "GS", "HM", "WL", "YU")


def welcome(user: User) -> User:
    """The user as MangoPay's policy wants it, which no declaration says: terms, countries."""
    if user.category is UserCategory.PLATFORM:
        user = changed(user, "category", UserCategory.PAYER)
    if user.category is UserCategory.OWNER:
        user = changed(user, "terms.accepted", True)
    for path in LEAVES:
        if (
            lookup(user, path) in BLOCKED
            and check_at(path).shape == check_at("address.country").shape
        ):
            user = changed(user, path, "FR")
    return user


@st.composite
def complete_users(draw: st.DrawFn) -> tuple[User, Api]:
    api = draw(st.sampled_from(Api))
    wire = draw(st.sampled_from(WIRES[api]))
    return welcome(draw(carried_users(wire, complete=True))), api


@frozen
class World:
    sim: MangoPaySimulator
    gateways: dict[Api, Any]

    def call(self, api: Api, operation: str, *arguments: Any) -> Any:
        gateway = self.gateways[api]
        return gateway.run(getattr(gateway.adapter, operation)(*arguments))


@pytest.fixture(scope="module")
def on_paper() -> World:
    sim = MangoPaySimulator()
    return World(sim, {api: PaperGateway(adapter(api), paper(sim)) for api in Api})


@pytest.fixture(scope="module")
def over_http() -> Iterator[World]:
    sim = MangoPaySimulator()
    with serve(sim) as url:
        gateways = {api: Gateway(adapter(api, url)) for api in Api}
        yield World(sim, gateways)
        for gateway in gateways.values():
            gateway.close()


def check_life_of(case: tuple[User, Api], world: World) -> None:
    user, api = case

    made = world.call(api, "create_user", user)
    seen = world.call(api, "fetch_user", made.id)

    nothing_lost(user, made.user, made.losses)
    nothing_lost(user, seen.user, made.losses)
    assert seen.user == made.user
    hidden = {x.core_path for x in made.losses if x.kind is LossKind.NOT_SHOWN}
    assert {made.absent[path] for path in hidden} <= {Absence.NULL_BY_RULE}
    assert not {loss.core_path for loss in made.losses if loss.kind in REFUSED}


@settings(max_examples=1000)
@given(case=complete_users())
def test_the_simulator_shows_users_as_they_were_given(
    on_paper: World, case: tuple[User, Api]
) -> None:
    check_life_of(case, on_paper)


@few
@given(case=complete_users())
def test_the_simulator_shows_fifty_users_over_http_as_they_were_given(
    over_http: World, case: tuple[User, Api]
) -> None:
    check_life_of(case, over_http)


@given(case=complete_users(), data=st.data())
def test_one_changed_datum_is_shown_changed_by_the_simulator_and_no_other(
    on_paper: World, case: tuple[User, Api], data: st.DataObject
) -> None:
    user, api = case
    record = on_paper.call(api, "create_user", user)
    path = data.draw(st.sampled_from(sorted(wire_of(user, api).plan.writable(On.UPDATE))))
    if path.startswith("extras."):
        return
    new = changed(record.user, path, data.draw(values_at(path)))
    if path == "category":
        new = welcome(new)

    answer: Any
    try:
        answer = on_paper.call(api, "update_user", record, new)
    except (Unsupported, ProviderError) as error:
        answer = error

    if isinstance(answer, Unsupported):
        assert path in answer.paths
    elif isinstance(answer, ProviderError):  # policy: a blocked country, a part that is missing
        assert answer.problems
        assert all(problem.path for problem in answer.problems)
    else:
        nothing_lost(new, answer.user, answer.losses)


def test_an_empty_name_that_was_read_is_told_and_never_sent() -> None:
    user, _ = NATURAL.from_wire({"FirstName": "", "LastName": "Smith"})

    body, losses = NATURAL.to_wire(user)

    assert "FirstName" not in body
    assert [loss.reason for loss in losses if loss.core_path == "identity.given_name"] == [
        "shorter than 1 characters"
    ]
