"""What becomes of a user whose provider answers oddly: nobody is sent twice, nobody forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import field, frozen
from onboarding import (
    Adapter,
    AlreadySent,
    Flow,
    Forbidden,
    Gateway,
    InvalidInput,
    OnboardingError,
    Problem,
    Rejected,
    Request,
    Response,
    Unauthorized,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.batch import Batch, Journal, Line, State
from onboarding.errors import ErrorDetails, ProviderError
from onboarding.simulation import serve

Raise = Callable[[Response], None]


@frozen(kw_only=True)
class Odd(Adapter):
    """Registers a user in as many requests as it has things to say about their answers."""

    provider: ClassVar[str] = "odd"

    base_url: str
    steps: tuple[Raise, ...] = field(repr=False)

    def create_user(self, user: User, *, key: str | None = None) -> Flow[UserRecord]:
        for number, step in enumerate(self.steps):
            url = f"{self.base_url}/{number}"
            step((yield Request(method="POST", url=url, operation="create_user")))
        raise AssertionError("the last step raises")


class Provider:
    """Answers the request N with the N-th status, for each user anew."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.asked += 1
        status = HTTPStatus(self.statuses[int(environ["PATH_INFO"].strip("/"))])
        start_response(f"{status} {status.phrase}", [("Content-Length", "0")])
        return [b""]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Provider, str]]:
    provider = Provider()
    with serve(provider) as url:
        yield provider, url


def says(error: OnboardingError) -> Raise:
    def step(_: Response) -> None:
        raise error

    return step


def goes_on(_: Response) -> None:
    """Nothing to say: the next request follows."""


def no(kind: type[ProviderError], status: int) -> ProviderError:
    return kind(ErrorDetails(status=status, code="word"))


PROBLEM = Problem("email", "word", "is odd")
LINES = [
    Line(number=number, ref=f"user-{number}", data={"email": f"user-{number}@example.com"})
    for number in (1, 2)
]


def outcome(served: tuple[Provider, str], *steps: tuple[int, Raise]) -> Batch:
    provider, url = served
    provider.statuses, provider.asked = [status for status, _ in steps], 0
    with Gateway(Odd(base_url=url, steps=tuple(step for _, step in steps))) as gateway:
        batch = Batch(gateway)
        for _ in batch.run(LINES):
            pass
    return batch


@pytest.mark.parametrize("error", [Unsupported([PROBLEM]), InvalidInput([PROBLEM])])
def test_an_answer_that_cannot_be_read_is_never_nothing_was_sent(
    served: tuple[Provider, str], error: OnboardingError
) -> None:
    batch = outcome(served, (200, says(error)))

    assert batch.summary.now == {State.UNKNOWN: 2}


def test_an_operation_that_was_carried_out_before_is_unknown(served: tuple[Provider, str]) -> None:
    batch = outcome(served, (409, says(no(AlreadySent, 409))))

    assert batch.summary.now == {State.UNKNOWN: 2}


@pytest.mark.parametrize(("kind", "status"), [(Unauthorized, 401), (Forbidden, 403)])
def test_a_no_to_the_gateway_is_no_answer_about_the_user(
    served: tuple[Provider, str], kind: type[ProviderError], status: int
) -> None:
    batch = outcome(served, (status, says(no(kind, status))))

    assert batch.summary.now == {State.FAILED: 1}
    assert isinstance(batch.summary.stopped, kind)
    assert served[0].asked == 1


@pytest.mark.parametrize(("kind", "status"), [(Rejected, 400), (Forbidden, 403)])
def test_a_no_after_a_request_was_carried_out_is_unknown(
    served: tuple[Provider, str], kind: type[ProviderError], status: int
) -> None:
    batch = outcome(served, (201, goes_on), (status, says(no(kind, status))))

    assert batch.summary.now.keys() == {State.UNKNOWN}


def test_results_from_a_simulator_are_not_taken_up_elsewhere(tmp_path: Path) -> None:
    def opened(url: str) -> None:
        Journal.open(tmp_path / "results.jsonl", Gateway(Odd(base_url=url, steps=()))).close()

    opened("http://127.0.0.1:1234")

    for same in ("http://127.0.0.1:4321", "http://localhost:80", "http://[::1]:80/path"):
        opened(same)
    with pytest.raises(OnboardingError, match="other settings"):
        opened("https://api.example.com")


def test_a_server_elsewhere_may_move(tmp_path: Path) -> None:
    for url in ("https://api.example.com", "https://localhost.example.com:8443", "http://[odd"):
        gateway = Gateway(Odd(base_url=url, steps=()))

        with Journal.open(tmp_path / "results.jsonl", gateway) as journal:
            assert list(journal.open_intents()) == []
