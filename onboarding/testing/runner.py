"""Runs one law on one adapter: draws examples, begins calls, and notes the exercised claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, TypeVar

from attrs import define, evolve, field, frozen
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onboarding.adapter import Adapter
from onboarding.errors import InvalidInput, OnboardingError
from onboarding.http import Flow, Request, Response
from onboarding.mapping.people import PEOPLE
from onboarding.mapping.plan import MappedField
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.answers import Loss
from onboarding.model.people import Person
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.testing.bodies import combined, typed
from onboarding.testing.claims import WRITES, Claim
from onboarding.testing.examples import draw, patient
from onboarding.testing.generators import fill_pools, supported_users, with_a_person
from onboarding.testing.listening import Example, one_line
from onboarding.testing.quotations import Json
from onboarding.testing.strategies import fill_user_pools, users
from onboarding.testing.subject import Played, Subject, World, others_of, tolerant, wires_of

__all__ = ["Begun", "Case", "Runner", "attempt", "draw_field", "ended"]

T = TypeVar("T")

POOL = 100
"""The most values per field that are drawn in advance; one user in eight is drawn anew."""

_MOST_REQUESTS = 8  # in one flow


@frozen(kw_only=True, repr=False)
class Case:
    """An example: a user, with the variant and the translation that would send it."""

    adapter: Adapter
    wire: Translation
    user: User
    variant: str = ""

    def __repr__(self) -> str:
        variant = f" of {self.variant}" if self.variant else ""
        return f"{one_line(self.user)} by {one_line(self.wire)}{variant}"


@frozen(kw_only=True)
class Begun:
    """What a call sends and its losses; `request` is its first one, None if nothing was sent."""

    request: Request | None
    body: Json
    """The object of the user in all of its requests."""
    losses: tuple[Loss, ...]


@frozen
class _Stranger:
    """Extras of a provider that is not installed."""

    nickname: str | None = None


@define(eq=False)
class Runner:
    """A run of a law on a subject, with the claims it exercised and the losses it met."""

    subject: Subject
    settings: settings = field(factory=patient)
    name: str = ""
    exercised: set[Claim] = field(factory=set[Claim])
    losses: Counter[str] = field(factory=Counter[str])
    examples: int = 0
    failed: tuple[Any, Callable[[Any], None], Exception] | None = None
    """The last example that failed, with its check and the error. It is the smallest one that
    Hypothesis found, as that comes last."""

    def for_all(
        self, strategy: SearchStrategy[T], check: Callable[[T], None], *, share: int = 1
    ) -> None:
        """Checks random examples; a law with several parts divides their number by `share`."""
        few = max(2, self.settings.max_examples // share)
        _ = self._shown

        def holds(example: Example) -> None:
            self.examples += 1
            try:
                check(example.value)
            except Exception as error:
                self.failed = example.value, check, error
                raise

        holds.__name__ = f"{self.name}_of_{type(self.subject).__name__}"
        phases = [phase for phase in self.settings.phases if phase is not Phase.explain]
        asked = patient(self.settings, max_examples=few, phases=phases)
        asked(given(strategy.map(Example))(holds))()

    def saw(self, kind: str, what: str, by: str = "") -> None:
        """Notes that a claim was exercised."""
        self.exercised.add(Claim(kind, what, by))

    def saw_losses(self, losses: tuple[Loss, ...]) -> None:
        """Counts the losses by kind and path."""
        self.losses.update(f"{loss.kind} {loss.core_path}" for loss in losses)

    def world(self, adapter: Adapter) -> World:
        """Returns a new simulated provider that notes the operations that complete."""
        return evolve(self.subject.world(adapter), saw=partial(self.saw, "operation"))

    # -- what is played

    @cached_property
    def played(self) -> tuple[World, ...]:
        """The worlds after each scenario, of every variant; played once per class.

        The gateway has the name `ours`. A scenario that fails is played as far as it comes: the law
        of operations reports it.
        """
        known = vars(type(self.subject)).get("_played_worlds")
        if known is None:
            known = tuple(self._played())
            type(self.subject)._played_worlds = known  # type: ignore[attr-defined]
        return known

    def _played(self) -> Iterator[World]:
        for adapter in self.subject.variants.values():
            for scenario in self.subject.scenarios:
                world = self.subject.world(evolve(adapter, name="ours"))
                with suppress(Exception):
                    scenario(world)
                yield world

    def calls_of(self, *operations: str) -> Iterator[tuple[World, Played]]:
        """Yields each call of these operations that a scenario completed, with its world."""
        for world in self.played:
            for one in world.played.copy():
                if one.operation in operations:
                    self.examples += 1
                    yield world, one

    # -- what is drawn

    @cached_property
    def wired(self) -> tuple[tuple[str, Adapter, Translation], ...]:
        """Every variant with each of its translations."""
        variants = self.subject.variants.items()
        return tuple((name, a, wire) for name, a in variants for wire in wires_of(a))

    @cached_property
    def others(self) -> tuple[Translation[Any], ...]:
        """The translations for everything but users, of all variants."""
        found = (wire for one in self.subject.variants.values() for wire in others_of(one))
        return tuple(dict.fromkeys(found))

    def cases(
        self,
        *,
        complete: bool = False,
        variant: str | None = None,
        wire: Translation | None = None,
    ) -> SearchStrategy[Case]:
        """Returns users within the declared limits, of all variants unless one is named.

        `complete` users have every required field, and are adapted by `Subject.welcome`.
        """
        size = self._pools
        wired = [
            found
            for found in self.wired
            if variant in (None, found[0]) and (wire is None or wire is found[2])
        ]
        for _, adapter, known in wired:
            fill_pools(known, On.CREATE, adapter.extras, size)
        return st.sampled_from(wired).flatmap(
            lambda chosen: self._peopled(
                supported_users(chosen[2], extras=chosen[1].extras, complete=complete, pools=size),
                chosen[1],
                chosen[2] if complete else None,
            ).map(
                lambda user: Case(
                    variant=chosen[0],
                    adapter=chosen[1],
                    wire=chosen[2],
                    user=self.subject.welcome(user) if complete else user,
                )
            )
        )

    def _peopled(
        self, users: SearchStrategy[User], adapter: Adapter, wire: Translation | None
    ) -> SearchStrategy[User]:
        """Adds people to users whose people other requests of the same call write."""
        if wire is None or not wire.plan.about.is_elsewhere(PEOPLE):
            return users
        found = (one for one in others_of(adapter) if one.plan.root is Person)
        person = next(found, None)
        return users if person is None else with_a_person(users, person)

    def any_user(self, adapter: Adapter) -> SearchStrategy[User]:
        """Returns any user of the core, with extras for this provider and for another."""
        own = {adapter.provider: adapter.extras} if adapter.extras is not None else {}
        fill_user_pools(self._pools)
        return users({**own, "stranger": _Stranger}, pools=self._pools)

    @property
    def _pools(self) -> int:
        """The number of values per field that are drawn in advance."""
        return min(POOL, self.settings.max_examples)

    # -- what is begun

    def begin(
        self,
        adapter: Adapter,
        operation: str,
        user: User,
        old: User | None = None,
        unmapped: Mapping[str, Any] | None = None,
    ) -> Begun:
        """Begins a call that writes a user, with every loss accepted; completes it if it can."""
        lenient = tolerant(adapter)
        record = None
        if old is not None:
            record = self.subject.record_of(lenient, old, unmapped)
        given = (user,) if record is None else (record, user)
        flow: Flow[UserRecord] = getattr(lenient, operation)(*given)
        wire = adapter.wire_for(user)
        try:
            request = next(flow)
        except StopIteration as done:
            return Begun(request=None, body={}, losses=done.value.losses)
        shown, body = self.shown(adapter, wire), dict[str, Any]()

        def answered(sent: Request) -> Response:
            nonlocal body
            body = combined(body, self.body_in(sent, wire))
            return self.subject.respond(shown or {}, sent)

        if shown is not None:
            losses = ended(flow, answered, request).losses
            self.saw("operation", operation)
        else:
            answered(request)
            flow.close()
            losses = _expected(wire, operation, user, old)
        self.saw_losses(losses)
        return Begun(request=request, body=body, losses=losses)

    def body_in(self, request: Request, wire: Translation[Any]) -> Json:
        """Returns the wire object in a request, with the types that answers have."""
        body = self.subject.body_of(request)
        return typed(wire.plan, body) if wire.plan.about.format.texts_only else body

    # -- what is shown

    def shown(self, adapter: Adapter, wire: Translation) -> Json | None:
        """Returns an object of the provider, quoted or simulated; None if there is neither."""
        found = self._shown.get((adapter, wire))
        return found or next((o for (a, _), o in self._shown.items() if a == adapter), None)

    @cached_property
    def _shown(self) -> dict[tuple[Adapter, Translation], Json]:
        """The objects by adapter and translation; found once per class, as finding them draws."""
        known = vars(type(self.subject)).get("_shown_objects")
        if known is None:
            known = self._quoted()
            if self.subject.simulator is not None:
                for _, adapter, wire in self.wired:
                    if (adapter, wire) not in known:
                        known.update(self._simulated(adapter, wire))
            type(self.subject)._shown_objects = known  # type: ignore[attr-defined]
        return known

    def _quoted(self) -> dict[tuple[Adapter, Translation], Json]:
        found: dict[tuple[Adapter, Translation], Json] = {}
        for sample in self.subject.samples:
            if sample.answer:
                adapter = self.subject.variant(sample.variant)
                with suppress(OnboardingError):  # the law of quoted objects reports it
                    record = self.read(adapter, sample.payload)
                    found.setdefault((adapter, adapter.wire_for(record.user)), sample.payload)
        return found

    def _simulated(
        self, adapter: Adapter, wire: Translation
    ) -> dict[tuple[Adapter, Translation], Json]:
        found: dict[tuple[Adapter, Translation], Json] = {}

        def create(user: User) -> None:
            world = self.world(adapter)
            record = world.call("create_user", self.subject.welcome(user))
            self.subject.settle(world, record)
            if adapter.supports("fetch_user"):
                record = world.call("fetch_user", record.id)
            found[adapter, wire] = dict(record.raw)

        try:
            draw(supported_users(wire, complete=True), create)
        except Exception as error:
            type(self.subject)._unshown = error  # type: ignore[attr-defined]
        return found

    @property
    def unshown(self) -> Exception | None:
        """Why there is no object of the simulator to read; None if there is one."""
        return vars(type(self.subject)).get("_unshown")

    def read(self, adapter: Adapter, payload: Json) -> UserRecord:
        """Returns the record that a fetch makes of an object."""
        flow = adapter.fetch_user("1")
        record = ended(flow, partial(self.subject.respond, payload), next(flow))
        self.saw("operation", "fetch_user")
        return record

    def fetch(self, adapter: Adapter, payload: Json) -> UserRecord:
        """Returns the record that a fetch makes of an object, also of one that is not valid."""

        def answered(sent: Request) -> Response:
            try:
                return self.subject.respond(payload, sent)
            except InvalidInput:  # what no provider should send, such as NaN
                return Response(status=200, body=self.subject.body_with(payload) or b"")

        flow = adapter.fetch_user("1")
        return ended(flow, answered, next(flow))


def ended(flow: Flow[T], respond: Callable[[Request], Response], request: Request) -> T:
    """Returns the result of a flow whose requests are answered by `respond`, from the first on."""
    for _ in range(_MOST_REQUESTS):
        try:
            request = flow.send(respond(request))
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
    raise AssertionError("the flow does not end")


def _expected(wire: Translation, operation: str, user: User, old: User | None) -> tuple[Loss, ...]:
    """Returns the losses of the translation, for calls that cannot be completed."""
    if operation == "update_user":
        assert old is not None
        return wire.update(old, user)[1]
    return wire.to_wire(user, WRITES[operation], since=old)[1]


def draw_field(data: st.DataObject, *choices: Sequence[MappedField]) -> MappedField:
    """Draws a field of one of the choices. A failure shows its wire path alone."""
    named = [{mapped.wire: mapped for mapped in choice} for choice in choices]
    wire = data.draw(st.one_of([st.sampled_from([*found]) for found in named]))
    return next(found[wire] for found in named if wire in found)


def attempt(call: Callable[..., Flow[Any]], *arguments: Any) -> Request | OnboardingError | None:
    """Returns the first request of a call, or the error it raises; None if it sends nothing."""
    try:
        flow = call(*arguments)
        try:
            return next(flow)
        finally:
            flow.close()
    except StopIteration:
        return None
    except OnboardingError as error:
        return error
