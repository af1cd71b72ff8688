"""An adapter as it is put to the laws: its variants, its simulator, its quotations, its hooks."""

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
from onboarding.errors import OnboardingError, OutcomeUnknown, Unsupported
from onboarding.http import Flow, Request, Response, as_object, json_body
from onboarding.mapping.translation import Translation
from onboarding.model.record import UserRecord
from onboarding.model.user import Company, User
from onboarding.operations import Operations
from onboarding.testing.paper import PaperGateway, paper

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Json", "QuotedError", "Sample", "Subject", "World", "wires_of"]

T = TypeVar("T")
Json = dict[str, Any]

MOST_ANSWERS = 500
"""How many requests a world answers: a flow that asks for more does not end."""


@frozen(kw_only=True)
class Sample:
    """An object quoted from the provider's documents.

    `answer` says that the provider shows it, else a request holds it; `user` is what it means;
    `variant` names one of the adapter's, the first unless given.
    """

    payload: Json = field(repr=False)
    answer: bool = True
    user: User | None = None
    variant: str = ""
    name: str = ""


@frozen(kw_only=True)
class QuotedError:
    """A no of the provider's documents, and what must become of it.

    `operation` is the call that it answers; `legal` has it be one about a company. `paths` are
    those of the problems, in their order; None leaves them open.
    """

    status: int
    body: Json | bytes = field(repr=False)
    kind: type[OnboardingError]
    code: str
    paths: tuple[str, ...] | None = ()
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    operation: str = "create_user"
    legal: bool = False
    variant: str = ""

    def response(self) -> Response:
        raw = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return Response(status=self.status, headers=self.headers, body=raw)


def _unrecorded(operation: str) -> None:
    """Outside of a law, nothing is recorded."""


@frozen(eq=False)
class World:
    """A provider that knows nobody yet, simulated without a socket, and a gateway to it.

    `saw` is told the name of each operation that ran to its end.
    """

    simulator: Any
    gateway: PaperGateway[Adapter]
    answers: list[Response] = field(factory=list[Response])
    saw: Callable[[str], None] = _unrecorded

    @property
    def adapter(self) -> Adapter:
        return self.gateway.adapter

    def call(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """Runs an operation of the adapter to its end; it gives back what the core says."""
        found = self.run(getattr(self.adapter, operation)(*arguments, **named))
        expected = results_of(operation)
        kind = type(found).__name__
        assert isinstance(found, expected), f"{operation} gives back a {kind}"
        self.saw(operation)
        return found

    def run(self, flow: Flow[T]) -> T:
        """Runs any flow of the adapter to its end."""
        found = self.gateway.run(flow)
        if self.gateway.token is not None:
            self.saw("login")
        return found

    @contextmanager
    def cut_off(self, after: int) -> Generator[None]:
        """Loses every answer after so many: what was carried out by then is not told."""
        whole, given = self.gateway.answer, 0

        def cut(request: Request) -> Response:
            nonlocal given
            given += 1
            response = whole(request)
            if given > after:
                raise OutcomeUnknown(f"the answer to {request.operation} is lost")
            return response

        self.gateway.answer = cut
        try:
            yield
        finally:
            self.gateway.answer = whole


@cache
def results_of(operation: str) -> tuple[type, ...]:
    """What an operation gives back in the end, by the core."""
    told = get_type_hints(getattr(Operations, operation))["return"]
    flows = get_args(told) if get_origin(told) in (Union, UnionType) else (told,)
    results = [get_args(flow)[-1] for flow in flows]
    return tuple(get_origin(result) or result for result in results)


class Subject:
    """What an adapter declares to the laws; a law is asked for where this allows it.

    - `adapter`, or `adapters`: pairs of a variant's name and the adapter with all that it needs;
    - `simulator`: makes a WSGI application that simulates the provider and knows no user yet;
    - `samples`, `errors`: what the provider's documents quote;
    - `codes`: every word of the adapter's own table of errors; each must be quoted once;
    - `scenarios`: functions of a `World`, each a story that calls what the kit cannot call by
      itself: an operation that no law and no scenario ran to its end fails the last test;
    - `arguments`: those of an operation, where the kit's own mean nothing to the provider.
    """

    adapter: ClassVar[Adapter | None] = None
    adapters: ClassVar[tuple[tuple[str, Adapter], ...]] = ()
    simulator: ClassVar[Any] = None
    samples: ClassVar[tuple[Sample, ...]] = ()
    errors: ClassVar[tuple[QuotedError, ...]] = ()
    codes: ClassVar[Collection[str]] = ()
    scenarios: ClassVar[tuple[Callable[[World], object], ...]] = ()
    arguments: ClassVar[Mapping[str, tuple[Any, ...]]] = {}

    # -- hooks

    def welcome(self, user: User) -> User:
        """The user as the provider's policy wants it, beyond what the declaration says."""
        return user

    def settle(self, world: World, record: UserRecord) -> UserRecord:
        """Has the simulated user do what the provider waits for before it shows everything."""
        return record

    def verify(self, world: World, record: UserRecord) -> UserRecord:
        """Has the simulated provider verify a user, as far as it does; gives the record anew."""
        return record

    def body_of(self, request: Request) -> Json:
        """The wire object in a request."""
        return as_object(json.loads(request.body)) if request.body else {}

    def payload_of(self, response: Response) -> Json:
        """The wire object in an answer."""
        return response.json_object()

    def answer(self, payload: Json) -> Response:
        """The answer in which the provider shows an object."""
        return Response(status=200, body=json_body(payload))

    def complaint(self, wire_path: str) -> Response | None:
        """The answer in which the provider complains of a field; None where it has no such form."""
        return None

    def record_of(
        self, adapter: Adapter, user: User, unmapped: Mapping[str, Any] | None = None
    ) -> UserRecord:
        """What the provider has on file of a user, as an update is computed against it."""
        return UserRecord(
            provider=adapter.provider,
            gateway=adapter.name,
            id="1",
            user=user,
            unmapped=unmapped or {},
        )

    # -- what the laws ask

    @property
    def variants(self) -> Mapping[str, Adapter]:
        """Every adapter under test, by the name of its variant."""
        if self.adapters:
            return dict(self.adapters)
        return {"": self.adapter} if self.adapter is not None else {}

    def variant(self, name: str) -> Adapter:
        """The variant of that name, or the first."""
        return self.variants[name] if name else next(iter(self.variants.values()))

    @property
    def provider(self) -> str:
        return self.variant("").provider

    def new_simulator(self) -> WSGIApplication:
        """A provider that knows nobody yet."""
        made = inspect.getattr_static(type(self), "simulator")
        return (made.__func__ if isinstance(made, staticmethod) else made)()  # type: ignore[no-any-return]

    def world(self, adapter: Adapter) -> World:
        """An adapter on paper with a simulator of its own."""
        simulator = self.new_simulator()
        answer, answers = paper(simulator), list[Response]()

        def kept(request: Request) -> Response:
            assert len(answers) < MOST_ANSWERS, f"{request.operation} does not end"
            answers.append(answer(request))
            return answers[-1]

        return World(simulator, PaperGateway(adapter, kept), answers)


def tolerant(adapter: Adapter) -> Adapter:
    """The adapter with leave to lose whatever it reports."""
    return attrs.evolve(adapter, accept_loss=("*",))


def wires_of(adapter: Adapter) -> tuple[Translation, ...]:
    """The translations that an adapter writes natural and legal persons with."""
    found: list[Translation] = []
    for user in (User(), User(company=Company())):
        try:
            wire = adapter.wire_for(user)
        except Unsupported:
            continue
        if wire not in found:
            found.append(wire)
    return tuple(found)
