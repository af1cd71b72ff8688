"""What an adapter declares to the kit: variants, simulator, quotations and hooks."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
from attrs import field, frozen

from onboarding.adapter import Adapter
from onboarding.bodies import json_body
from onboarding.errors import InvalidInput, OutcomeUnknown, UnexpectedResponse, Unsupported
from onboarding.http import Flow, Request, Response, as_object
from onboarding.mapping.plan import Plan
from onboarding.mapping.translation import Translation, translation
from onboarding.model.answers import Paged
from onboarding.model.record import UserRecord
from onboarding.model.user import Company, User
from onboarding.operations import Operations
from onboarding.testing.bodies import of_form
from onboarding.testing.paper import PaperGateway, paper
from onboarding.testing.quotations import Json, QuotedError, Sample

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Played", "Subject", "World", "others_of", "tolerant", "wires_of"]

T = TypeVar("T")

MOST_ANSWERS = 500
"""The most requests that a world answers: a flow that sends more does not end."""


def _unrecorded(operation: str) -> None:
    """Ignores a completed operation, outside of a law."""


@frozen(eq=False, repr=False)
class Played:
    """A call that completed in a world: its arguments, its result, the requests it sent."""

    operation: str
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]
    result: Any
    sent: tuple[Request, ...]

    @property
    def writes(self) -> tuple[Request, ...]:
        """The requests that may change something at the provider."""
        return tuple(one for one in self.sent if not (one.changes_nothing or one.anonymous))


@frozen(eq=False)
class World:
    """A new simulated provider without users, and a gateway to it, without a socket."""

    simulator: Any
    """The WSGI application."""
    gateway: PaperGateway[Adapter]
    """A gateway to it, without a socket."""
    answers: list[Response] = field(factory=list[Response])
    """The answers so far."""
    saw: Callable[[str], None] = _unrecorded
    """Is called with the name of each operation that ended."""
    played: list[Played] = field(factory=list[Played])
    """The calls that completed so far."""
    instead: Callable[[World, str, tuple[Any, ...], Mapping[str, Any]], Any] | None = None
    """Runs an operation in place of `perform`."""

    @property
    def adapter(self) -> Adapter:
        return self.gateway.adapter

    def call(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """Runs an operation of the adapter to its end, and checks the type of its result.

        The `arguments`, and those `named`, are those of the operation.
        """
        before = len(self.gateway.sent)
        if self.instead is not None:
            found = self.instead(self, operation, arguments, named)
        else:
            found = self.perform(operation, *arguments, **named)
        expected = results_of(operation)
        kind = type(found).__name__
        assert isinstance(found, expected), f"{operation} returns a {kind}"
        self.saw(operation)
        sent = tuple(self.gateway.sent[before:])
        self.played.append(Played(operation, arguments, named, found, sent))
        return found

    def perform(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """Runs an operation of the adapter to its end. The other arguments are those of `call`."""
        return self.run(getattr(self.adapter, operation)(*arguments, **named))

    def every(self, operation: str, *arguments: Any) -> list[Any]:
        """Returns the items of all pages of an operation, which is called with the arguments.

        Raises `AssertionError` for a repeated page.
        """
        one: Paged[Any] = self.perform(operation, *arguments)
        found, pages = [*one.items], set[str]()
        while one.next is not None:
            assert one.next not in pages, f"{operation} repeats a page"
            pages.add(one.next)
            one = self.perform(operation, *arguments, page=one.next)
            found += one.items
        return found

    def run(self, flow: Flow[T]) -> T:
        """Runs any flow of the adapter to its end, and returns its result."""
        found = self.gateway.run(flow)
        if self.gateway.token is not None:
            self.saw("login")
        return found

    @contextmanager
    def cut_off(self, after: int) -> Generator[None]:
        """Loses every response after the first `after` ones: the calls raise `OutcomeUnknown`."""
        whole, given = self.gateway.answer, 0

        def cut(request: Request) -> Response:
            nonlocal given
            given += 1
            response = whole(request)
            if given > after:
                raise OutcomeUnknown(f"the response to {request.operation} is lost")
            return response

        self.gateway.answer = cut
        try:
            yield
        finally:
            self.gateway.answer = whole


@cache
def results_of(operation: str) -> tuple[type, ...]:
    """Returns the declared result types of an operation."""
    hint = get_type_hints(getattr(Operations, operation))["return"]
    flows = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    results = [get_args(flow)[-1] for flow in flows]
    return tuple(get_origin(result) or result for result in results)


class Subject:
    """What an adapter declares to the kit. A law applies if this has what the law needs.

    - `adapter`, or `adapters`: pairs of a variant's name and the configured adapter;
    - `simulator`: a function that returns a WSGI application, a simulator without users;
    - `samples`, `errors`: objects and errors quoted from the provider's documents;
    - `codes`: every code in the adapter's table of errors; each must be quoted once;
    - `scenarios`: functions of a `World` that call operations which the kit cannot call by itself;
      the law of claims fails if an operation is completed by no law and no scenario;
    - `arguments`: arguments by operation, if the provider does not accept those of the kit;
    - `exempt`: the laws that the adapter does not keep, each with the reason.
    """

    adapter: ClassVar[Adapter | None] = None
    adapters: ClassVar[tuple[tuple[str, Adapter], ...]] = ()
    simulator: ClassVar[Any] = None
    samples: ClassVar[tuple[Sample, ...]] = ()
    errors: ClassVar[tuple[QuotedError, ...]] = ()
    codes: ClassVar[Collection[str]] = ()
    scenarios: ClassVar[tuple[Callable[[World], object], ...]] = ()
    arguments: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    exempt: ClassVar[Mapping[str, str]] = {}

    # -- hooks

    def welcome(self, user: User) -> User:
        """Returns the user changed so that the provider accepts it, beyond the declaration."""
        return user

    def settle(self, world: World, record: UserRecord) -> UserRecord:
        """Completes the steps that the simulated provider waits for; returns the record."""
        return record

    def verify(self, world: World, record: UserRecord) -> UserRecord:
        """Has the simulated provider verify a user, if it can; returns the new record."""
        return record

    def body_of(self, request: Request) -> Json:
        """Returns the wire object in a request: JSON, or a form with brackets.

        An empty one if the request is about something else.
        """
        if "x-www-form-urlencoded" in request.headers.get("Content-Type", ""):
            return of_form(request.body)
        return as_object(json.loads(request.body)) if request.body else {}

    def answer(self, payload: Json) -> Response:
        """Returns the response in which the provider returns an object."""
        return Response(status=200, body=json_body(payload))

    def payload_of(self, response: Response) -> Json:
        """Returns the wire object in a response, if responses are not in JSON."""
        return response.json_object()

    def respond(self, payload: Json, request: Request) -> Response:
        """Returns the response to one of the requests of a call about the user of an object."""
        return self.answer(payload)

    def complaint(self, wire_path: str) -> Response | None:
        """Returns the response that rejects a field; None if the provider has no such form."""
        return None

    def record_of(
        self, adapter: Adapter, user: User, unmapped: Mapping[str, Any] | None = None
    ) -> UserRecord:
        """Returns the record that an update is computed against."""
        return UserRecord(
            provider=adapter.provider,
            gateway=adapter.name,
            id="1",
            user=user,
            unmapped=unmapped or {},
        )

    # -- used by the laws

    def carried(self, payload: Json) -> Json | None:
        """Returns an object as an answer can carry it, None if none can: XML has no null."""
        if type(self).payload_of is Subject.payload_of:
            return payload
        try:
            return self.payload_of(self.answer(payload))
        except (InvalidInput, UnexpectedResponse):
            return None

    def body_with(self, payload: Any) -> bytes | None:
        """Returns the body of an answer with an object, None if none can carry it.

        In JSON, any value has one, also those that `answer` refuses, such as NaN.
        """
        if type(self).answer is Subject.answer:
            return json.dumps(payload).encode()
        try:
            return self.answer(as_object(payload)).body
        except InvalidInput:
            return None

    @property
    def variants(self) -> Mapping[str, Adapter]:
        """Every adapter under test, by the name of its variant."""
        if self.adapters:
            return dict(self.adapters)
        return {"": self.adapter} if self.adapter is not None else {}

    def variant(self, name: str) -> Adapter:
        """Returns the variant of a name, or the first."""
        return self.variants[name] if name else next(iter(self.variants.values()))

    @property
    def provider(self) -> str:
        return self.variant("").provider

    def has_operations(self, *names: str) -> bool:
        """Returns whether one of the variants has all of these operations."""
        return any(all(map(one.supports, names)) for one in self.variants.values())

    def new_simulator(self) -> WSGIApplication:
        """Returns a new simulator, without users."""
        made = inspect.getattr_static(type(self), "simulator")
        return (made.__func__ if isinstance(made, staticmethod) else made)()  # type: ignore[no-any-return]

    def world(self, adapter: Adapter) -> World:
        """Returns a gateway without a socket to a new simulator."""
        simulator = self.new_simulator()
        answer, answers = paper(simulator), list[Response]()

        def kept(request: Request) -> Response:
            assert len(answers) < MOST_ANSWERS, f"{request.operation} does not end"
            answers.append(answer(request))
            return answers[-1]

        return World(simulator, PaperGateway(adapter, kept), answers)


def tolerant(adapter: Adapter) -> Adapter:
    """Returns the adapter with every loss accepted."""
    return attrs.evolve(adapter, accept_loss=("*",))


def wires_of(adapter: Adapter) -> tuple[Translation, ...]:
    """Returns the translations of an adapter for natural and legal persons."""
    found: list[Translation] = []
    for user in (User(), User(company=Company())):
        try:
            wire = adapter.wire_for(user)
        except Unsupported:
            continue
        if wire not in found:
            found.append(wire)
    return tuple(found)


def others_of(adapter: Adapter) -> tuple[Translation[Any], ...]:
    """Returns the translations of an adapter for everything but users."""
    plans = (Plan(cls, adapter.provider) for cls in adapter.other_wires)
    return tuple(translation(plan.cls, adapter.provider, plan.root) for plan in plans)
