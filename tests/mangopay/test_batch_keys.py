"""A batch at MangoPay: no correction, crash or lost results file makes a second user."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from onboarding import Gateway, Secret
from onboarding.batch import Batch, Journal, Line, Result, State
from onboarding.simulation import serve

from onboarding_mangopay import MangoPay
from onboarding_mangopay.simulator import MangoPaySimulator

BLOCKED = "IR"


def line(ref: str, number: int = 1, *, nationality: str = "LT", **more: Any) -> Line:
    identity = {
        "given_name": "Ana",
        "family_name": "Smith",
        "birthdate": "1961-02-03",
        "nationality": nationality,
        "country_of_residence": "LT",
    }
    known = {"identity": identity, "email": "ana@example.com", "category": "OWNER"}
    return Line(number=number, ref=ref, data={**known, "terms": {"accepted": True}, **more})


class Stage:
    """A server that stays while the simulator behind it changes."""

    app: MangoPaySimulator

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Stage, str]]:
    stage = Stage()
    with serve(stage) as url:
        yield stage, url


@pytest.fixture
def simulator(served: tuple[Stage, str]) -> MangoPaySimulator:
    served[0].app = MangoPaySimulator(client_id="acme", api_key="key")
    return served[0].app


@pytest.fixture
def gateway(served: tuple[Stage, str], simulator: MangoPaySimulator) -> Iterator[Gateway[MangoPay]]:
    adapter = MangoPay(name="fr", client_id="acme", api_key=Secret("key"), base_url=served[1])
    with Gateway(adapter) as opened:
        yield opened


def run(gateway: Gateway[MangoPay], *lines: Line, journal: Journal | None = None) -> list[Result]:
    return list(Batch(gateway, journal or Journal()).run(lines))


def users(gateway: Gateway[MangoPay]) -> int:
    return len(gateway.run(gateway.adapter.list_users()).items)


def test_a_run_without_a_results_file_finds_the_users_of_the_run_before(
    gateway: Gateway[MangoPay],
) -> None:
    (first,) = run(gateway, line("a"))
    (second,) = run(gateway, line("a", 7))

    assert (second.state, second.id) == (State.CREATED, first.id)
    assert users(gateway) == 1


def test_a_changed_line_of_a_user_who_was_created_is_unknown_and_makes_no_second_user(
    gateway: Gateway[MangoPay], tmp_path: Path
) -> None:
    (first,) = run(gateway, line("a"))
    found: list[Result] = []
    for _ in range(2):
        with Journal.open(tmp_path / "results.jsonl", gateway) as journal:
            found += run(gateway, line("a", email="other@example.com"), journal=journal)

    (second,) = found
    assert (second.state, second.id) == (State.UNKNOWN, first.id)
    assert second.problems[0].code == "idempotency_conflict"
    assert users(gateway) == 1


def test_a_line_that_is_corrected_again_and_again_makes_one_user(
    gateway: Gateway[MangoPay], tmp_path: Path
) -> None:
    found: list[State] = []
    for nationality, tag in ((BLOCKED, "1"), (BLOCKED, "2"), (BLOCKED, "3"), ("LT", "4")):
        with Journal.open(tmp_path / "results.jsonl", gateway) as journal:
            changed = line("a", nationality=nationality, tag=tag)
            found += [result.state for result in run(gateway, changed, journal=journal)]

    assert found == [State.REJECTED] * 3 + [State.CREATED]
    assert users(gateway) == 1


def test_two_files_whose_users_are_numbered_share_no_user(gateway: Gateway[MangoPay]) -> None:
    (first,) = run(gateway, line("line-1"))
    (second,) = run(gateway, line("line-1", email="other@example.com"))

    assert (first.state, second.state) == (State.CREATED, State.CREATED)
    assert first.id != second.id


@pytest.mark.parametrize("fault", ["drop_after", "error", "truncated", "empty", "bad_gateway"])
def test_a_user_whose_answer_fails_is_never_settled_as_rejected_or_failed(
    gateway: Gateway[MangoPay], simulator: MangoPaySimulator, fault: str
) -> None:
    simulator.misbehave(kind=fault, route="POST */users/*", times=1)

    first, second = run(gateway, line("a"), line("b", 2, email="b@example.com"))

    assert (first.state, second.state) == (State.UNKNOWN, State.CREATED)
