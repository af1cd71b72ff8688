"""One law put to one adapter: the examples it draws, the calls it begins, what it saw at work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, TypeVar

from attrs import define, evolve, field, frozen
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError
from onboarding.http import Flow, Request, Response
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation
from onboarding.model.answers import Loss
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.testing.claims import WRITES, Claim, can
from onboarding.testing.generators import fill_pools, supported_users
from onboarding.testing.listening import Example, told
from onboarding.testing.settings import patient
from onboarding.testing.strategies import fill_user_pools, users
from onboarding.testing.subject import Json, Subject, World, tolerant, wires_of

__all__ = ["Begun", "Case", "Runner", "attempt", "ended"]

T = TypeVar("T")

POOL = 100
"""Values of each field that are drawn beforehand, at most; one user in eight is drawn afresh."""

_MOST_REQUESTS = 8  # of one flow


@frozen(kw_only=True, repr=False)
class Case:
    """A user, and the variant and the translation that would carry it."""

    adapter: Adapter
    wire: Translation
    user: User
    variant: str = ""

    def __repr__(self) -> str:
        return f"{told(self.user)} by {told(self.wire)}{f' of {self.variant}' * bool(self.variant)}"


@frozen(kw_only=True)
class Begun:
    """What a call sent first, and what its report says; no request where nothing was to be sent."""

    request: Request | None
    body: Json
    losses: tuple[Loss, ...]


@frozen
class _Stranger:
    """What a provider that is not here would know of a user."""

    nickname: str | None = None


@define(eq=False)
class Runner:
    """A law at work on a subject. `exercised`, `losses` and `examples` are what it met."""

    subject: Subject
    settings: settings = field(factory=patient)
    name: str = ""
    exercised: set[Claim] = field(factory=set[Claim])
    losses: Counter[str] = field(factory=Counter[str])
    examples: int = 0

    def for_all(
        self, strategy: SearchStrategy[T], check: Callable[[T], None], *, share: int = 1
    ) -> None:
        """Checks every example; a `share` of the examples of a law that has several parts."""
        few = max(2, self.settings.max_examples // share)
        _ = self._shown

        def holds(example: Example) -> None:
            self.examples += 1
            check(example.value)

        holds.__name__ = f"{self.name}_of_{type(self.subject).__name__}"
        phases = [phase for phase in self.settings.phases if phase is not Phase.explain]
        asked = patient(self.settings, max_examples=few, phases=phases)
        asked(given(strategy.map(Example))(holds))()

    def saw(self, kind: str, what: str, by: str = "") -> None:
        """Notes that a claim was seen at work."""
        self.exercised.add(Claim(kind, what, by))

    def saw_losses(self, losses: tuple[Loss, ...]) -> None:
        """Counts the losses by kind and path."""
        self.losses.update(f"{loss.kind} {loss.core_path}" for loss in losses)

    def world(self, adapter: Adapter) -> World:
        """A simulated provider of its own: what runs to its end there was seen at work."""
        return evolve(self.subject.world(adapter), saw=partial(self.saw, "operation"))

    # -- what is drawn

    @cached_property
    def wired(self) -> tuple[tuple[str, Adapter, Translation], ...]:
        """Every variant with every translation that it writes with."""
        variants = self.subject.variants.items()
        return tuple((name, a, wire) for name, a in variants for wire in wires_of(a))

    def cases(
        self,
        *,
        complete: bool = False,
        variant: str | None = None,
        wire: Translation | None = None,
    ) -> SearchStrategy[Case]:
        """Users within the declared limits; `complete` ones as the provider wants them.

        Of each variant and by each translation, unless one is named.
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
            lambda chosen: supported_users(
                chosen[2], extras=chosen[1].extras, complete=complete, pools=size
            ).map(
                lambda user: Case(
                    variant=chosen[0],
                    adapter=chosen[1],
                    wire=chosen[2],
                    user=self.subject.welcome(user) if complete else user,
                )
            )
        )

    def any_user(self, adapter: Adapter) -> SearchStrategy[User]:
        """Any user of the core, with extras for this provider and for another."""
        own = {adapter.provider: adapter.extras} if adapter.extras is not None else {}
        fill_user_pools(self._pools)
        return users({**own, "stranger": _Stranger}, pools=self._pools)

    @property
    def _pools(self) -> int:
        """How many values of each field are drawn beforehand."""
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
        """Begins a call that writes a user, with leave to lose, and answers it to its end."""
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
        body = self.subject.body_of(request)
        shown = self.shown(adapter, wire)
        if shown is not None:
            losses = ended(flow, self.subject.answer(shown)).losses
            self.saw("operation", operation)
        else:
            flow.close()
            losses = _expected(wire, operation, user, old)
        self.saw_losses(losses)
        return Begun(request=request, body=body, losses=losses)

    # -- what is shown

    def shown(self, adapter: Adapter, wire: Translation) -> Json | None:
        """An object as the provider shows it: quoted, or the simulator's; None without both."""
        found = self._shown.get((adapter, wire))
        return found or next((o for (a, _), o in self._shown.items() if a == adapter), None)

    @cached_property
    def _shown(self) -> dict[tuple[Adapter, Translation], Json]:
        """Found once a class, and outside of the examples, for it draws one of its own."""
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
                with suppress(OnboardingError):  # the law of quoted objects will tell
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
            if can(adapter, "fetch_user"):
                world.call("fetch_user", record.id)
            found[adapter, wire] = self.subject.payload_of(world.answers[-1])

        once = patient(max_examples=1, database=None, derandomize=True, phases=[Phase.generate])
        with suppress(Exception):  # the laws that talk to the simulator will tell
            once(given(supported_users(wire, complete=True))(create))()
        return found

    def read(self, adapter: Adapter, payload: Json) -> UserRecord:
        """The record that a fetch makes of an object."""
        flow = adapter.fetch_user("1")
        next(flow)
        record = ended(flow, self.subject.answer(payload))
        self.saw("operation", "fetch_user")
        return record


def ended(flow: Flow[T], answer: Response) -> T:
    """The result of a flow that gets the same answer to each of its requests."""
    for _ in range(_MOST_REQUESTS):
        try:
            flow.send(answer)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
    raise AssertionError("the flow does not end")


def _expected(wire: Translation, operation: str, user: User, old: User | None) -> tuple[Loss, ...]:
    """The report of the translation, where nothing shows that of the call."""
    if operation == "update_user":
        assert old is not None
        return wire.update(old, user)[1]
    return wire.to_wire(user, WRITES[operation], since=old)[1]


def attempt(call: Callable[..., Flow[Any]], *arguments: Any) -> Request | OnboardingError | None:
    """What a call does first: a request, an error of the library, or nothing."""
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
