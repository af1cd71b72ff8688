"""Laws of any call: raw requests, what results name, calls that were cut off and resumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError, TransportError
from onboarding.http import Request, Response
from onboarding.model.answers import Paged, Partial
from onboarding.model.stored import Stored
from onboarding.operations import OPERATIONS
from onboarding.provider_errors import PartialFailure, ProviderError
from onboarding.testing.law import law, reason
from onboarding.testing.runner import Runner, attempt
from onboarding.testing.subject import Played, Subject, World
from onboarding.testing.suite.kept import plays

__all__ = ["raw_requests", "resumed", "stored_results"]

# -- any request


def sends_raw(subject: Subject) -> bool:
    return subject.has_operations("raw")


_SEGMENTS = st.lists(st.text("ab1/?#%& é", min_size=1, max_size=5), min_size=1, max_size=3).map(
    lambda found: [f"x{found[0]}", *found[1:]]  # a slash may come first for a path of the host
)
_QUERY = st.lists(
    st.tuples(st.text("abQ[]", min_size=1), st.text("b &=é+", max_size=5)), max_size=3
)


@law(
    "a raw request has the given method, path, query and body; its response is returned unchanged",
    sends_raw,
)
def raw_requests(runner: Runner) -> None:
    able = [one for one in runner.subject.variants.values() if one.supports("raw")]

    def check(drawn: tuple[Adapter, list[str], list[tuple[str, str]], str]) -> None:
        adapter, path, query, text = drawn
        got = attempt(lambda: adapter.raw("GET", *path, query=tuple(query)))
        if not isinstance(got, Request):
            return  # a part that no URL can have
        assert got.method == "GET", "a raw request has another method"
        parts = urlsplit(got.url)
        found = [unquote(part) for part in parts.path.split("/")[-len(path) :]]
        assert found == path, "a raw request has another path"
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        assert [one for one in pairs if one in query] == query, "a raw request has another query"
        posted = attempt(lambda: adapter.raw("POST", *path, body={"name": text}))
        if isinstance(posted, Request):
            body = runner.subject.body_of(posted)
            assert body == {"name": text}, "a raw request has another body"
        _is_returned(adapter, path)

    texts = st.text("ab& =é", min_size=1, max_size=5)
    runner.for_all(st.tuples(st.sampled_from(able), _SEGMENTS, _QUERY, texts), check)


def _is_returned(adapter: Adapter, path: list[str]) -> None:
    for status in (200, 404, 500):
        given = Response(status=status, body=b"any bytes")
        flow = adapter.raw("GET", *path)
        next(flow)
        try:
            flow.send(given)
        except StopIteration as done:
            assert status == 200, f"a raw request returns an answer {status}"
            assert done.value == given, "the response to a raw request is changed"
        except OnboardingError as error:
            assert status != 200, "a raw request refuses its answer"
            assert isinstance(error, ProviderError), "an error of a raw request has no status"
        else:
            raise AssertionError("a raw request asks for more than one answer")


# -- what a call returns


def scenes(subject: Subject) -> bool:
    return bool(subject.scenarios and subject.simulator)


@law(
    "everything that an operation returns names its gateway, and can be stored and loaded",
    scenes,
    exhaustive=True,
)
def stored_results(runner: Runner) -> None:
    for world, call in runner.calls_of(*OPERATIONS):
        expected = world.adapter.provenance
        for found in _objects(call.result):
            kind = f"{call.operation}: a {type(found).__name__}"
            for name, value in expected.items():
                assert getattr(found, name) == value, f"{kind} has another {name}"
            again = type(found).from_json(found.to_json())
            assert again == found, f"{kind} is loaded as another one"


def _objects(result: object) -> Iterator[Stored]:
    items = cast("Paged[object]", result).items if isinstance(result, Paged) else result
    several = cast("tuple[object, ...]", items) if isinstance(items, tuple) else (items,)
    yield from (one for one in several if isinstance(one, Stored))


# -- calls of several requests

GIVEN = {
    "create_user": 0, "update_user": 1, "categorise_user": 1, "submit_document": 1,
    "declare_owners": 1,
}  # fmt: skip
"""The operations that can be resumed, with the place of their content in their arguments."""


@law(
    "a call that is cut off before any of its requests and resumed ends as if it was not, and "
    "repeats no write",
    plays("resume"),
    exhaustive=True,
)
def resumed(runner: Runner) -> None:
    for adapter in runner.subject.variants.values():
        for scenario in runner.subject.scenarios:
            whole = runner.subject.world(adapter)
            _play(scenario, whole)
            for number, call in enumerate(whole.played):
                if call.operation in GIVEN and adapter.supports("resume"):
                    for cut in range(1, len(call.writes)):
                        runner.examples += 1
                        _cut(runner, adapter, scenario, number, call, cut)


def _play(scenario: Any, world: World) -> str:
    """Plays a scenario; returns why it failed, empty if it did not."""
    try:
        scenario(world)
    except Exception as error:
        return reason(error)
    return ""


def _cut(
    runner: Runner, adapter: Adapter, scenario: Any, number: int, whole: Played, cut: int
) -> None:
    """Plays a scenario whose call of a number is cut off before a write, and resumed."""
    told = f"{whole.operation}, cut off before write {cut + 1} of {len(whole.writes)}"
    lost: list[Request] = []

    def broken(
        world: World, operation: str, arguments: tuple[Any, ...], named: Mapping[str, Any]
    ) -> Any:
        if len(world.played) != number:
            return world.perform(operation, *arguments, **named)
        partial = _partial(world, told, cut, lost, operation, arguments, named)
        content = arguments[GIVEN[operation]]
        return world.perform("resume", Partial.from_json(partial.to_json()), content)

    world = runner.world(adapter)
    object.__setattr__(world, "instead", broken)
    why = _play(scenario, world)
    assert len(world.played) > number, f"{told}: {why}"
    assert not why, f"{told} and resumed: {why}"
    once = Counter(map(_content, whole.writes))
    sent = Counter(map(_content, world.played[number].writes))
    sent[_content(lost[0])] -= 1
    twice = [content for content in once if sent[content] > once[content]]
    assert not twice, f"{told} and resumed: {len(twice)} writes are repeated"


def _content(request: Request) -> tuple[str, bytes]:
    return request.method, request.body


def _partial(
    world: World,
    told: str,
    cut: int,
    lost: list[Request],
    operation: str,
    arguments: tuple[Any, ...],
    named: Mapping[str, Any],
) -> Partial:
    answer, writes = world.gateway.answer, 0

    def deliver(request: Request) -> Response:
        nonlocal writes
        if not (request.changes_nothing or request.anonymous):
            writes += 1
            if writes > cut:
                lost.append(request)
                raise TransportError("the request was not delivered")
        return answer(request)

    world.gateway.answer = deliver
    try:
        world.perform(operation, *arguments, **named)
    except PartialFailure as error:
        return error.partial
    except OnboardingError as error:
        text = f"{told}: {type(error).__name__} in place of PartialFailure"
        raise AssertionError(text) from None
    finally:
        world.gateway.answer = answer
    raise AssertionError(f"{told}: ends all the same")
