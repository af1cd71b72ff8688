"""A batch at MangoPay: no correction, crash or lost results file makes a second user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import attrs
import pytest
from attrs import frozen
from onboarding import Gateway, Secret
from onboarding.bulk import BulkRun, Journal, Line, Result, State, Unknown
from onboarding.bulk.keys import digest_of
from onboarding.simulation import serve
from onboarding.spi import Lookup

from onboarding_mangopay import MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator

BLOCKED = "KP"


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
    return list(BulkRun(gateway, journal or Journal()).run(lines))


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


# -- an unknown outcome is settled by a replay, while MangoPay remembers the key

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@frozen
class Runs:
    """Runs with one results file, each at an hour."""

    place: Path
    gateway: Gateway[MangoPay]

    def at(self, hour: float, *lines: Line) -> BulkRun:
        clock = lambda: NOON + timedelta(hours=hour)  # noqa: E731
        with Journal.open(self.place, self.gateway, clock=clock) as journal:
            bulk = BulkRun(self.gateway, journal)
            list(bulk.run(lines))
        return bulk

    def killed_at(self, hour: float, one: Line, *, sent: bool) -> None:
        """A run that ends before the answer comes."""
        before = self.place.read_bytes() if self.place.exists() else b""
        if sent:
            self.at(hour, one)
            lines = self.place.read_bytes().splitlines(keepends=True)
            self.place.write_bytes(b"".join(lines[:-1]))
            assert b'"intent"' in lines[-2]
            assert len(before) < len(b"".join(lines[:-1]))
            return
        with Journal.open(
            self.place, self.gateway, clock=lambda: NOON + timedelta(hours=hour)
        ) as journal:
            journal.intend(one.ref, one.number, digest_of(one))


@pytest.fixture
def runs(tmp_path: Path, gateway: Gateway[MangoPay]) -> Runs:
    return Runs(tmp_path / "results.jsonl", gateway)


def state(bulk: BulkRun) -> State:
    ((found, _),) = bulk.summary.total.items()
    return found


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize(
    ("nationality", "settled"), [("LT", State.CREATED), (BLOCKED, State.REJECTED)]
)
def test_a_replay_settles_an_interrupted_user_whether_or_not_the_first_call_arrived(
    runs: Runs, nationality: str, settled: State, *, sent: bool
) -> None:
    one = line("a", nationality=nationality)
    runs.killed_at(0, one, sent=sent)

    bulk = runs.at(22, one)

    assert state(bulk) is settled
    assert users(runs.gateway) == (settled is State.CREATED)


FORGOTTEN = pytest.mark.parametrize("hour", [23.5, 25, 9000, -1])


@FORGOTTEN
def test_a_user_whose_key_mangopay_may_have_forgotten_is_found_in_the_list(
    runs: Runs, simulator: MangoPaySimulator, hour: float
) -> None:
    runs.killed_at(0, line("a"), sent=True)

    bulk = runs.at(hour, line("a"))

    assert state(bulk) is State.CREATED
    assert sum(one.method == "POST" and "users" in one.path for one in simulator.log) == 1


def test_a_user_who_is_not_in_the_list_is_sent(runs: Runs) -> None:
    runs.killed_at(0, line("a"), sent=False)

    assert state(runs.at(25, line("a"))) is State.CREATED
    assert users(runs.gateway) == 1


@pytest.mark.parametrize("sent", [True, False])
def test_a_changed_line_is_no_proof_that_the_user_was_not_created(
    runs: Runs, *, sent: bool
) -> None:
    runs.killed_at(0, line("a"), sent=sent)

    bulk = runs.at(25, line("a", email="other@example.com"))

    assert state(bulk) is State.UNKNOWN
    assert users(runs.gateway) == int(sent)


class Unlisted(MangoPay):
    """Shows nothing of a call but the answer to a repeated one."""

    lookups: ClassVar[Mapping[str, tuple[Lookup, ...]]] = {"create_user": ()}


@pytest.fixture
def unlisted(runs: Runs) -> Runs:
    known = attrs.asdict(runs.gateway.adapter, recurse=False)
    return Runs(runs.place, Gateway(Unlisted(**known)))


@FORGOTTEN
def test_a_user_whose_key_mangopay_may_have_forgotten_is_not_sent_again(
    unlisted: Runs, hour: float
) -> None:
    runs = unlisted
    runs.killed_at(0, line("a"), sent=True)

    for _ in range(2):
        bulk = runs.at(hour, line("a"))

        assert state(bulk) is State.UNKNOWN
        assert bulk.summary.unknown == [Unknown(ref="a")]
    assert users(runs.gateway) == 1


def test_the_time_of_a_key_counts_from_the_first_call_before_a_refusal(unlisted: Runs) -> None:
    runs = unlisted
    runs.at(0, line("a", nationality=BLOCKED))
    runs.killed_at(20, line("a"), sent=True)

    late, early = runs.at(24, line("a")), runs.at(22, line("a"))

    assert (state(late), state(early)) == (State.UNKNOWN, State.CREATED)


def test_a_correction_long_after_a_refusal_is_a_first_call(runs: Runs) -> None:
    runs.at(0, line("a", nationality=BLOCKED))
    runs.killed_at(200, line("a"), sent=False)

    assert state(runs.at(220, line("a"))) is State.CREATED


def test_an_interrupted_user_whose_line_is_no_longer_valid_stays_unknown(runs: Runs) -> None:
    runs.killed_at(0, line("a"), sent=True)

    for bad in (line("a", email="no"), line("a", tag="x" * 300)):
        assert state(runs.at(1, bad)) is State.UNKNOWN
    assert state(runs.at(1, line("a"))) is State.CREATED
    assert users(runs.gateway) == 1


def test_an_interrupted_user_whose_line_is_missing_stays_unknown(runs: Runs) -> None:
    runs.killed_at(0, line("a"), sent=True)

    bulk = runs.at(1)

    assert bulk.summary.unknown == [Unknown(ref="a", run_again=True)]
    assert state(runs.at(1, line("a"))) is State.CREATED


def test_an_interrupted_user_whose_line_changed_is_unknown_with_the_id_of_the_first_call(
    runs: Runs,
) -> None:
    runs.killed_at(0, line("a"), sent=True)

    first = runs.at(1, line("a", email="other@example.com"))
    again = runs.at(1, line("a", email="other@example.com"))

    assert first.summary.unknown == again.summary.unknown
    assert first.summary.unknown[0].id
    assert not first.summary.unknown[0].run_again
    assert users(runs.gateway) == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error"])
def test_a_replay_that_fails_leaves_the_user_unknown(
    runs: Runs, simulator: MangoPaySimulator, fault: str
) -> None:
    runs.killed_at(0, line("a"), sent=True)
    simulator.misbehave(kind=fault, route="POST */users/*", times=1)

    found = [state(runs.at(1, line("a"))) for _ in range(2)]

    assert found == [State.UNKNOWN, State.CREATED]
    assert users(runs.gateway) == 1


def test_a_replay_with_credentials_that_are_refused_leaves_the_user_unknown(runs: Runs) -> None:
    runs.killed_at(0, line("a"), sent=True)
    adapter = MangoPay(
        name="fr", client_id="acme", api_key=Secret("no"), base_url=runs.gateway.adapter.base_url
    )

    with Gateway(adapter) as refused:
        bulk = Runs(runs.place, refused).at(1, line("a"))

    assert bulk.summary.stopped is not None
    assert state(bulk) is State.UNKNOWN
    assert state(runs.at(1, line("a"))) is State.CREATED
