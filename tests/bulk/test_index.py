"""What a journal knows of its users stays the same in the temporary file, in constant memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import Gateway
from onboarding.bulk import BulkRun, Journal, Line, Result, State, index
from onboarding.bulk.index import Entry, Index
from onboarding.bulk.parsing import parse_line
from onboarding.bulk.results import Step
from onboarding.errors import Problem
from onboarding.serialization import read_json
from onboarding.values.json_values import SENT
from tests.bulk.test_journal import Small

TEXTS = st.text(max_size=8)
ENTRIES = st.builds(
    Entry,
    state=st.none() | st.sampled_from([str(state) for state in State]),
    interrupted=st.booleans(),
    line=st.none() | st.integers(0, 2**40),
    id=st.none() | TEXTS,
    error=st.none() | TEXTS,
    sent_at=st.none() | st.floats(-1e11, 1e11),
    digest=st.none() | st.text("0123456789abcdef", max_size=8),
    mark=st.none() | st.binary(max_size=12),
    run=st.integers(0, 9),
)
FIELDS = ("state", "interrupted", "line", "id", "error", "sent_at", "digest", "mark", "run")


def values(entry: Entry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in FIELDS)


CHANGES = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "\ud800", "é", ""]), ENTRIES))


@given(CHANGES, CHANGES)
def test_an_entry_comes_back_as_it_was_however_few_are_in_memory(
    loaded: list[tuple[str, Entry]], changes: list[tuple[str, Entry]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "MOST", 2)
        patch.setattr(index, "MOST_LOADING", 3)
        found, known = Index(), dict[str, tuple[Any, ...]]()

        def change(ref: str, entry: Entry) -> None:
            before = found.get(ref)
            assert known.get(ref) == (None if before is None else values(before))
            kept = found.at(ref)
            for name in FIELDS:
                setattr(kept, name, getattr(entry, name))
            known[ref] = values(entry)

        with found.loading():
            for ref, entry in loaded:
                change(ref, entry)
        for ref, entry in changes:
            change(ref, entry)

        interrupted = sorted(found.interrupted(), key=str)

    assert interrupted == sorted(((x, v[2]) for x, v in known.items() if v[1]), key=str)
    found.close()


# -- lines are parsed fast and strictly to the same

REFS = st.text(max_size=6) | st.sampled_from(["u1", "line-7", 'a"b', "a\\b", "é", "\ud800", ""])
PLAIN = st.builds(
    Result,
    ref=REFS,
    line=st.none() | st.integers(1, 10**9),
    state=st.sampled_from([*State]),
    gateway=st.just("fr"),
    provider=st.just("mangopay"),
    id=st.none() | TEXTS,
    request_id=st.none() | TEXTS,
    next_actions=st.lists(st.builds(Step, kind=TEXTS), max_size=1).map(tuple),
    problems=st.lists(st.builds(Problem, TEXTS, TEXTS, TEXTS), max_size=1).map(tuple),
).map(Result.plain)
INTENTS = st.fixed_dictionaries(
    {"ref": REFS, "line": st.none() | st.integers(1, 10**9), "state": st.just("intent")},
)
DIGESTS = st.fixed_dictionaries({}, optional={"digest": st.sampled_from(["0a1b2c3d", "mixed"])})


@given(PLAIN | INTENTS, DIGESTS, st.integers(0, 2**31))
def test_a_fast_parser_returns_what_the_strict_one_does(
    entry: dict[str, Any], digest: dict[str, str], at: int
) -> None:
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    data = {**entry, **digest, "at": moment}
    raw = json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n"

    found = parse_line(raw)

    strict = read_json(raw, SENT)
    assert found is not None
    read = ("ref", "line", "state", "digest", "at")
    assert {name: found.get(name) for name in read} == {name: strict.get(name) for name in read}
    assert strict["state"] in ("intent", "created") or found == strict


@given(PLAIN | INTENTS, st.data())
def test_a_line_that_was_cut_off_or_has_a_hole_is_none(
    entry: dict[str, Any], data: st.DataObject
) -> None:
    whole = {**entry, "at": "2026-01-02T03:04:05+00:00"}
    raw = json.dumps(whole, separators=(",", ":")).encode("ascii")
    end = data.draw(st.integers(1, len(raw)))
    start = data.draw(st.integers(0, end - 1))

    cut, hole = raw[:start], raw[:start] + bytes(end - start) + raw[end:]

    assert parse_line(cut) is None
    assert parse_line(hole + b"\n") is None


def test_the_result_of_a_created_user_with_a_hole_between_its_ends_is_none() -> None:
    result = Result(ref="a", line=1, state=State.CREATED, gateway="fr", provider="mangopay", id="7")
    data = {**result.plain(), "at": "2026-01-02T03:04:05+00:00"}
    raw = json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n"

    assert parse_line(raw) is not None
    assert parse_line(raw.replace(b"mangopay", bytes(8))) is None


# -- memory


def lines(first: int, last: int) -> Iterator[Line]:
    for number in range(first, last):
        yield Line(number=number, ref=f"user-{number}", problems=(Problem("x", "y", "z"),))


def test_memory_does_not_grow_with_the_users_of_a_run(tmp_path: Path) -> None:
    gateway = Gateway(Small(name="small", base_url="http://127.0.0.1:9"))
    held: list[int] = []

    def counted() -> Iterator[Line]:
        for number, line in enumerate(lines(0, 4_000)):
            if number in (1_000, 3_999):
                held.append(tracemalloc.get_traced_memory()[0])
            yield line

    with (
        Journal.open(tmp_path / "results.jsonl", gateway) as journal,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("os.fsync", lambda _: None)
        patch.setattr(index, "MOST", 300)
        tracemalloc.start()
        try:
            results = sum(1 for _ in BulkRun(gateway, journal).run(counted()))
        finally:
            tracemalloc.stop()

    assert results == 4_000
    assert held[1] - held[0] < 100_000  # one dictionary of the refs would need more


def test_a_ref_is_found_again_after_thousands_of_others(tmp_path: Path) -> None:
    gateway = Gateway(Small(name="small", base_url="http://127.0.0.1:9"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "MOST", 10)
        again = [*lines(0, 100), *lines(0, 1)]
        results = list(BulkRun(gateway, Journal()).run(again))

    assert [result.problems[0].code for result in results] == ["y"] * 100 + ["duplicate"]
