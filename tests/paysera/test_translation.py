"""Paysera's wire classes obey the laws of translation, on paper and against its simulator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st
from onboarding import Gateway, LossKind, NextActionKind, Secret, Unsupported, User, UserStatus
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

from onboarding_mangopay import MangoPayExtras
from onboarding_paysera import Paysera, PayseraExtras
from onboarding_paysera.simulator import PayseraSimulator
from onboarding_paysera.wire.user import AddressedUser, PayseraUser

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BARE, ADDRESSED = translation(PayseraUser, "paysera"), translation(AddressedUser, "paysera")
ALL = [pytest.param(wire, id=wire.plan.cls.__name__) for wire in (BARE, ADDRESSED)]
OPERATIONS = (On.CREATE, On.UPDATE)
LEAVES = tuple(leaves(User))
EXTRAS = {"mangopay": MangoPayExtras, "paysera": PayseraExtras}
REFUSED = (LossKind.DROPPED, LossKind.COARSENED)
CLIENT_ID, MAC_KEY = "wkVd93h2uS", "IrdTc8uQodU7PRpLzzLTW6wqZAO6tAMU"
BASE = "https://paysera.invalid"

thousand = settings(max_examples=1000)
few = settings(max_examples=50)


def adapter(addressed: bool = False, base_url: str = BASE) -> Paysera:
    return Paysera(
        client_id=CLIENT_ID,
        mac_key=Secret(MAC_KEY),
        base_url=base_url,
        sends_address=addressed,
        name="lt",
    )


def wire_of(addressed: bool) -> Translation:
    return ADDRESSED if addressed else BARE


def refusals(adapter: Paysera, user: User) -> set[str]:
    """The paths for which an adapter will not send a user."""
    try:
        next(adapter.create_user(user))
    except Unsupported as error:
        return set(error.paths)
    return set()


# -- on paper ------------------------------------------------------------------------------------


@thousand
@given(users(EXTRAS), st.booleans())
def test_of_a_thousand_users_nothing_is_lost_that_the_report_does_not_name(
    user: User, addressed: bool
) -> None:
    losses = round_trip(wire_of(addressed), user)

    refused = {loss.core_path for loss in losses if loss.kind in REFUSED}
    assert refusals(adapter(addressed), user) == (refused if user.company is None else {"company"})


def test_of_a_thousand_users_within_the_limits_nine_in_ten_are_accepted() -> None:
    verdicts: list[bool] = []

    @thousand
    @given(st.data(), st.booleans())
    def try_one(data: st.DataObject, addressed: bool) -> None:
        wire = wire_of(addressed)
        user = data.draw(carried_users(wire, extras=PayseraExtras))
        round_trip(wire, user)
        verdicts.append(not refusals(adapter(addressed), user))

    try_one()

    assert len(verdicts) >= 1000
    assert sum(verdicts) >= 0.9 * len(verdicts)


@pytest.mark.parametrize("on", OPERATIONS, ids=lambda on: str(on.name))
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


@pytest.mark.parametrize("on", OPERATIONS, ids=lambda on: str(on.name))
@pytest.mark.parametrize("wire", ALL)
def test_of_two_users_no_difference_goes_unheard(wire: Translation, on: On) -> None:
    @few
    @given(carried_users(wire), carried_users(wire, extras=PayseraExtras) | users(EXTRAS))
    def check(old: User, new: User) -> None:
        assert silent_losses(wire, old, new, on) == set()

    check()


@pytest.mark.parametrize("wire", ALL)
def test_an_update_says_what_changed_and_no_more(wire: Translation) -> None:
    @settings(max_examples=100)
    @given(carried_users(wire), carried_users(wire, extras=PayseraExtras) | users(EXTRAS))
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
    unknown = st.dictionaries(st.text("abcZ_09", min_size=3, max_size=6), json, max_size=3)

    @settings(max_examples=100)
    @given(carried_users(wire), unknown, unknown, st.integers(0, 99_999_999_999))
    def check(user: User, strange: Any, deeper: Any, code: int) -> None:
        payload, _ = wire.to_wire(changed(user, "credentials", None))
        payload |= {"gender": "other", "locale": "lt_LT", "identification_level": "godlike"}
        payload["address"] = {"country": "LT", **deeper}
        payload["identity"] = {
            "nationality": "LT",
            **deeper,
            **payload.get("identity", {}),
            "code": code,
        }
        residue_survives(wire, {**strange, **payload})

    check()


# -- against the simulator -------------------------------------------------------------------------


@define
class World:
    """A simulator that forgets its users at every example, for no two may share a contact."""

    gateways: dict[bool, Any] = field(factory=dict[bool, Any])
    sim: PayseraSimulator = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        # Each part of an identity is optional, as in the official client.
        self.sim = PayseraSimulator(
            client_id=CLIENT_ID, mac_key=MAC_KEY, identity_required=(), minimum_password_length=1
        )

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self.sim(environ, start)

    def call(self, addressed: bool, operation: str, *arguments: Any) -> Any:
        gateway = self.gateways[addressed]
        return gateway.run(getattr(gateway.adapter, operation)(*arguments))


@pytest.fixture(scope="module")
def on_paper() -> World:
    world = World()
    for addressed in (True, False):
        world.gateways[addressed] = PaperGateway(adapter(addressed), paper(world))
    return world


@pytest.fixture(scope="module")
def over_http() -> Iterator[World]:
    world = World()
    with serve(world) as url, ExitStack() as stack:
        for addressed in (True, False):
            world.gateways[addressed] = stack.enter_context(Gateway(adapter(addressed, url)))
        yield world


@st.composite
def complete_users(draw: st.DrawFn, addressed: bool) -> User:
    """A user with an e-mail address: no declaration says that one contact at least is wanted."""
    user = draw(carried_users(wire_of(addressed), complete=True))
    return user if user.email else user.but(email=draw(values_at("email")))


@st.composite
def cases(draw: st.DrawFn) -> tuple[User, bool]:
    addressed = draw(st.booleans())
    return draw(complete_users(addressed)), addressed


def check_life_of(case: tuple[User, bool], world: World) -> None:
    user, addressed = case
    world.start_anew()

    made = world.call(addressed, "create_user", user)
    assert made.status is UserStatus.PENDING
    assert {action.kind for action in made.next_actions} == {NextActionKind.CONFIRM_CODE}
    for action in made.next_actions:
        code = world.sim.code_for(int(made.id), action.concerns)
        world.call(addressed, "confirm", action, code)
    seen = world.call(addressed, "fetch_user", made.id)

    nothing_lost(user, seen.user, made.losses)
    assert seen.status is None  # Paysera says no more
    assert not {loss.core_path for loss in made.losses if loss.kind in REFUSED}


@settings(max_examples=150)
@given(case=cases())
def test_the_simulator_shows_users_as_they_were_given(
    on_paper: World, case: tuple[User, bool]
) -> None:
    check_life_of(case, on_paper)


@few
@given(case=cases())
def test_the_simulator_shows_fifty_users_over_http_as_they_were_given(
    over_http: World, case: tuple[User, bool]
) -> None:
    check_life_of(case, over_http)


@given(case=cases(), data=st.data())
def test_one_changed_datum_is_shown_changed_by_the_simulator_and_no_other(
    on_paper: World, case: tuple[User, bool], data: st.DataObject
) -> None:
    user, addressed = case
    on_paper.start_anew()
    record = on_paper.call(addressed, "create_user", user)
    path = data.draw(st.sampled_from(sorted(wire_of(addressed).plan.writable(On.UPDATE))))
    new = changed(record.user, path, data.draw(values_at(path)))
    if lookup(new, "address.country") is None or lookup(new, "address.city") is None:
        new = changed(new, "address", record.user.address)

    answer: Any
    try:
        answer = on_paper.call(addressed, "update_user", record, new)
    except Unsupported as error:
        answer = error

    if isinstance(answer, Unsupported):
        assert {path, "identity.national_id.country"} & set(answer.paths)
    else:
        if path == "email":  # it waits for its code
            assert "email" in [action.concerns for action in answer.next_actions]
            new = changed(new, "email", answer.user.email)
        nothing_lost(new, answer.user, answer.losses)
