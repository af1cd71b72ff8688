"""A results file is durable, belongs to one gateway and environment, and is read with distrust."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import frozen
from onboarding import ConfigurationError, Gateway, User, UserRecord
from onboarding.bulk import BulkRun, Journal, Line, Result, State
from onboarding.provider_errors import ErrorDetails, raise_error
from onboarding.simulation import serve
from onboarding.spi import Adapter, Flow, Request


class Provider:
    """Registers everybody but users whose tag is `bad`; notes what stood in a file by then."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.watched: Path | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.watched is not None:
            self.seen.append(self.watched.read_bytes())
        status = "400 Bad Request" if environ["PATH_INFO"] == "/bad" else "201 Created"
        start_response(status, [("Content-Length", "0")])
        return [b""]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Provider, str]]:
    provider = Provider()
    with serve(provider) as url:
        yield provider, url


@frozen(kw_only=True)
class Small(Adapter):
    """Registers a user by one request. The record's id is the idempotency key, for the tests."""

    provider: ClassVar[str] = "small"

    base_url: str = "https://api.example.com"
    environment: str = "sandbox"

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        place = f"{self.base_url}/{user.tag or 'good'}"
        response = yield Request(method="POST", url=place, operation="create_user")
        if response.status >= 400:
            raise_error(ErrorDetails(status=response.status, code="word"))
        return UserRecord(
            provider=self.provider, gateway=self.name, id=str(idempotency_key), user=user
        )


def line(number: int, ref: str = "", **data: Any) -> Line:
    return Line(number=number, ref=ref or f"line-{number}", data=data)


def run(url: str, journal: Journal, *lines: Line, name: str = "small") -> list[Result]:
    with Gateway(Small(name=name, base_url=url)) as gateway:
        return list(BulkRun(gateway, journal).run(lines))


def opened(place: Path, url: str, **settings: Any) -> Journal:
    return Journal.open(place, Gateway(Small(name="small", base_url=url, **settings)))


# -- durable


@pytest.mark.skipif(sys.platform == "win32", reason="there a folder cannot be opened")
def test_a_user_is_sent_once_its_intent_and_the_name_of_the_file_are_on_the_disk(
    tmp_path: Path, served: tuple[Provider, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, url = served
    place = tmp_path / "results.jsonl"
    synced: list[bytes] = []
    folders = 0
    sync = os.fsync

    def noting(number: int) -> None:
        nonlocal folders
        sync(number)
        if stat.S_ISDIR(os.fstat(number).st_mode):
            folders += os.path.samestat(os.fstat(number), os.stat(tmp_path))
        else:
            synced.append(place.read_bytes())

    monkeypatch.setattr(os, "fsync", noting)
    with opened(place, url) as journal:
        assert (folders, synced) == (1, [place.read_bytes()])
        provider.seen, provider.watched = [], place

        run(url, journal, line(1, "a"), line(2, "b"))

    provider.watched = None
    assert [json.loads(text.splitlines()[-1])["ref"] for text in provider.seen] == ["a", "b"]
    assert all(b'"state":"intent"' in text.splitlines()[-1] for text in provider.seen)
    assert set(provider.seen) <= set(synced)
    assert synced[-1] == place.read_bytes()


# -- the idempotency key


def key(results: list[Result]) -> str | None:
    (result,) = results
    assert result.state is State.CREATED
    return result.id


def test_a_ref_has_one_key_whatever_its_line_says_and_whatever_file_it_is_in(
    served: tuple[Provider, str],
) -> None:
    url = served[1]

    first = key(run(url, Journal(), line(1, "a", email="a@example.com")))
    second = key(run(url, Journal(), line(7, "a", email="b@example.com")))

    assert first == second


def test_a_line_corrected_after_a_refusal_keeps_its_key(
    tmp_path: Path, served: tuple[Provider, str]
) -> None:
    url, place = served[1], tmp_path / "results.jsonl"
    for name in ("a", ""):
        with opened(place, url) as journal:
            (rejected,) = run(url, journal, line(1, name, tag="bad"))
        with opened(place, url) as journal:
            corrected = key(run(url, journal, line(1, name, tag="good")))

        assert rejected.state is State.REJECTED
        with opened(tmp_path / f"other-{name}.jsonl", url) as other:
            fresh = key(run(url, other, line(1, name)))
        assert (fresh == corrected) is (name == "a")  # a bare number means nothing elsewhere


def test_no_two_users_share_a_key(served: tuple[Provider, str]) -> None:
    journals = {"small": Journal(), "a": Journal()}
    id = journals["small"].id
    refs = ["a", "a/b", "a%2Fb", "line-1", f"{id}/line-1", "b", "small", "small/a"]

    made = [
        key(run(served[1], journal, line(1, ref), name=name))
        for name, journal in journals.items()
        for ref in refs
    ]

    assert len(set(made)) == len(made)


# -- whose results these are


def test_results_of_another_environment_are_not_taken_up(tmp_path: Path) -> None:
    place = tmp_path / "results.jsonl"
    opened(place, "https://api.example.com").close()
    before = place.read_bytes()

    with pytest.raises(ConfigurationError, match="in 'sandbox', not in 'production'"):
        opened(place, "https://api.example.com", environment="production")

    assert place.read_bytes() == before


@pytest.mark.parametrize(
    "simulated", ["http://127.0.0.1:80", "https://localhost", "https://simulator.internal:8080"]
)
@pytest.mark.parametrize("first", ["simulator", "provider"])
def test_results_of_a_simulator_and_of_the_provider_do_not_mix(
    tmp_path: Path, simulated: str, first: str
) -> None:
    place = tmp_path / "results.jsonl"
    real = "https://api.example.com"
    one, other = (simulated, real) if first == "simulator" else (real, simulated)
    opened(place, one).close()
    opened(place, one).close()

    with pytest.raises(ConfigurationError, match="other settings"):
        opened(place, other)


# -- read with distrust

HOSTILE: dict[str, bytes] = {
    "no JSON": b"hello",
    "no object": b"[1]",
    "deep": b'{"state": "created", "ref": ' + b"[" * 100_000,
    "deep, closed": b'{"state": "created", "ref": "a", "x": ' + b"[" * 500 + b"]" * 500 + b"}",
    "repeated": b'{"state": "created", "ref": "a", "ref": "b"}',
    "NaN": b'{"state": "created", "ref": "a", "line": NaN}',
    "huge": b'{"state": "created", "ref": "a", "line": ' + b"9" * 5000 + b"}",
    "NUL": bytes(100),
    "not UTF-8": b'{"state": "created", "ref": "\xff"}',
    "another state": b'{"state": "begun", "ref": "a"}',
    "no state": b'{"ref": "a"}',
    "a second header": b'{"state": "run", "ref": "a"}',
    "a list as state": b'{"state": ["created"], "ref": "a"}',
    "no ref": b'{"state": "created"}',
    "a number as ref": b'{"state": "intent", "ref": 1, "line": 1}',
    "a list as line": b'{"state": "intent", "ref": "a", "line": [1]}',
    "a truth as line": b'{"state": "intent", "ref": "a", "line": true}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_that_no_journal_wrote_is_a_typed_error_and_the_file_stays(
    tmp_path: Path, served: tuple[Provider, str], name: str
) -> None:
    url, place = served[1], tmp_path / "results.jsonl"
    with opened(place, url) as journal:
        run(url, journal, line(1, "a"))
    head, *rest = place.read_bytes().splitlines(keepends=True)
    place.write_bytes(b"".join([head, HOSTILE[name] + b"\n", *rest]))
    before = place.read_bytes()

    with pytest.raises(ConfigurationError, match="line 2 is not a line of a results file"):
        opened(place, url)

    assert place.read_bytes() == before


@pytest.mark.parametrize(
    "head",
    [
        b"[]",
        b'{"state": "run"}',
        b'{"state": "run", "form": ["onboarding_results/2"]}',
        b'{"state": "run", "form": "onboarding_results/1", "gateway": "small"}',
        b"{" + b'"a":{' * 50_000,
        bytes(64),
    ],
)
def test_a_file_with_another_first_line_is_a_typed_error_and_stays(
    tmp_path: Path, head: bytes
) -> None:
    place = tmp_path / "results.jsonl"
    place.write_bytes(head + b"\n")

    with pytest.raises(ConfigurationError):
        opened(place, "https://api.example.com")

    assert place.read_bytes() == head + b"\n"


@pytest.mark.parametrize("journal", [None, 7, "", "x" * 16, ["0" * 16], "0" * 17])
def test_a_header_without_an_id_is_a_typed_error(tmp_path: Path, journal: object) -> None:
    place = tmp_path / "results.jsonl"
    opened(place, "https://api.example.com").close()
    header = {**json.loads(place.read_text("utf-8")), "journal": journal}
    place.write_text(json.dumps(header) + "\n", "utf-8")

    with pytest.raises(ConfigurationError, match="no id"):
        opened(place, "https://api.example.com")


def test_what_a_provider_said_can_be_read_again(
    tmp_path: Path, served: tuple[Provider, str]
) -> None:
    url, place = served[1], tmp_path / "results.jsonl"
    said = "a \ud800 and a \U0001f600 \u2028 \x00"
    with opened(place, url) as journal:
        (result,) = run(url, journal, line(1, "a"))
        odd = Result(
            **{field: getattr(result, field) for field in ("line", "state", "gateway", "provider")},
            ref="b",
            id=said,
            error=said,
        )
        journal.record(odd)

    with opened(place, url) as journal:
        assert journal.state("b") is State.CREATED
