"""A file of users has one reading, and a hostile line spoils itself alone."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from onboarding import Gateways, InvalidInput
from onboarding.bulk import BulkRun, Line, Result, UserFile
from onboarding.bulk.lines import MOST_BYTES
from onboarding.cli.app import app
from onboarding.simulation import Simulated, simulator

GIVEN_LIST = Path(__file__).parent / "data" / "a4_list.json"


def person(ref: str, **more: Any) -> dict[str, Any]:
    return {
        "ref": ref,
        "identity": {"given_name": "Alex", "family_name": "Smith"},
        "email": f"{ref}@example.com",
        "category": "PAYER",
        "terms": {"accepted": False},
        **more,
    }


def read(text: str | bytes) -> list[Line]:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return list(UserFile(io.BytesIO(raw)))


def lines(*users: object) -> str:
    return "".join((u if isinstance(u, str) else json.dumps(u)) + "\n" for u in users)


@pytest.fixture(scope="module")
def fr() -> Iterator[Simulated]:
    with simulator("mangopay") as simulated:
        yield simulated


@pytest.fixture
def config(fr: Simulated, tmp_path: Path) -> Path:
    place = tmp_path / "onboarding.toml"
    table = {**fr.table, "api_key": "file:fr.secret"}
    (tmp_path / "fr.secret").write_text(fr.table["api_key"].reveal(), "utf-8")
    rows = "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items())
    place.write_text(f"[gateways.fr]\n{rows}", "utf-8")
    return place


def run(fr: Simulated, text: str | bytes) -> list[Result]:
    """The results of a batch that was given a file."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    with Gateways.from_config({"gateways": {"fr": fr.table}}) as gateways:
        return list(BulkRun(gateways["fr"]).run(UserFile(io.BytesIO(raw))))


def told(results: list[Result]) -> list[tuple[str, str]]:
    return [(result.ref, str(result.state)) for result in results]


# -- a list, or one object, on several lines


def test_run_and_missing_read_a_list_as_the_same_users(fr: Simulated, config: Path) -> None:
    place = str(shutil.copy(GIVEN_LIST, config.with_name("users.json")))

    done = CliRunner().invoke(
        app, ["run", place, "--config", str(config), "--json", "--in-flight", "1"]
    )
    asked = CliRunner().invoke(app, ["missing", place, "mangopay/create_payer", "--json"])

    results = json.loads(done.stdout)["results"]
    assert [(one["ref"], one["state"]) for one in results] == [("1", "created"), ("2", "created")]
    assert [user["ref"] for user in json.loads(asked.stdout)["users"]] == ["1", "2"]


USERS = [person("a"), person("b")]
BARE = [{name: user[name] for name in user if name != "ref"} for user in USERS]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(USERS),
        json.dumps(USERS, indent=2),
        f"\ufeff\n\n  {json.dumps(USERS)}\n\n",
        "[" + ",\n".join(map(json.dumps, USERS)) + "]",
        "[\n" + "\n, ".join(map(json.dumps, USERS)) + "\n]",
    ],
)
def test_a_list_is_its_users_however_it_is_laid_out(text: str) -> None:
    assert [(line.number, line.ref) for line in read(text)] == [(1, "a"), (2, "b")]


def test_users_of_a_list_without_a_ref_are_numbered_as_in_json_lines() -> None:
    listed, by_line = read(json.dumps(BARE, indent=2)), read(lines(*BARE))

    assert [(x.ref, x.data) for x in listed] == [(x.ref, x.data) for x in by_line]


def test_one_object_on_several_lines_is_one_user() -> None:
    (line,) = read(json.dumps(USERS[0], indent=2))

    assert (line.ref, line.data) == ("a", BARE[0])


def test_an_entry_of_a_list_that_is_no_object_is_a_bad_line() -> None:
    first, second = read(json.dumps(["x", USERS[1]]))

    assert (first.ref, first.problems[0].code) == ("line-1", "type")
    assert second.ref == "b"


@pytest.mark.parametrize(
    "text",
    [
        "[\n" + ",\n".join(map(json.dumps, USERS)),  # cut off
        "[\n" + json.dumps(USERS[0]) + "\n",
        '{"users": [\n' + ",\n".join(map(json.dumps, USERS)),
        json.dumps(USERS, indent=2) + "\n" + json.dumps(USERS),
        '[\n{"ref": "a", "ref": "b"},\n' + json.dumps(USERS[1]) + "\n]",
        '[\n{"tag": NaN},\n' + json.dumps(USERS[1]) + "\n]",
        '[\n"' + "x" * MOST_BYTES + '"\n]',
    ],
    ids=["cut off", "cut off after one", "wrapped", "two lists", "repeated", "NaN", "too large"],
)
def test_an_invalid_json_document_is_refused_before_any_user_is_sent(
    fr: Simulated, text: str
) -> None:
    sent = len(fr.app.log)

    with pytest.raises(InvalidInput):
        run(fr, text)

    assert len(fr.app.log) == sent


def test_a_list_in_an_object_is_not_a_user() -> None:
    (line,) = read('{"users": [\n' + ",\n".join(map(json.dumps, USERS)) + "\n]}")

    assert set(line.data) == {"users"}


# -- hostile lines

DEEP = '{"ref": "x", "extras": {"mangopay": ' + '{"a": ' * 900 + "1" + "}" * 902
HOSTILE: dict[str, str | bytes] = {
    "deep extras": DEEP,
    "deep extras, a list": '{"extras": {"a": {"b": ' + "[" * 900 + "]" * 900 + "}}}",
    "open brackets": "[" * 100_000,
    "open objects": '{"a":' * 100_000,
    "a huge number": '{"tag": ' + "9" * 5000 + "}",
    "a large number in extras": '{"extras": {"mangopay": {"a": 1' + "0" * 30 + "}}}",
    "a number without end": '{"extras": {"mangopay": {"a": 1e999}}}',
    "NaN": '{"extras": {"mangopay": {"a": NaN}}}',
    "unknown names": json.dumps({f"name_{number}": number for number in range(20_000)}),
    "unknown names alike": json.dumps({f"emai{number}": number for number in range(20_000)}),
    "a lone surrogate": '{"email": "a@example.com", "tag": "\\ud800"}',
    "a lone surrogate in extras": '{"extras": {"mangopay": {"a": "\\udfff"}}}',
    "a lone surrogate in a name": '{"\\udfff": 1}',
    "a lone surrogate as a ref": '{"ref": "\\ud800"}',
    "a raw surrogate": '{"tag": "\ud800"}',
    "a NUL byte": b'{"tag": "\x00"}',
    "NUL bytes alone": bytes(1000),
    "an escaped NUL": '{"identity": {"given_name": "A\\u0000"}}',
    "an escaped NUL as a ref": '{"ref": "\\u0000"}',
    "repeated names": '{"email": "a@example.com", "email": "b@example.com"}',
    "a repeated ref": '{"ref": "x", "ref": "y"}',
    "repeated names further down": '{"identity": {"given_name": "A", "given_name": "B"}}',
    "not UTF-8": b'{"tag": "\xff"}',
    "UTF-16": '{"tag": ""}'.encode("utf-16-le"),
    "null": "null",
    "a number": "17",
    "a list": '[{"email": "a@example.com"}]',
    "an object that was cut off": '{"ref": "x", "identity": {"given_name": "A',
    "an object that ends early": '{"ref": "x", "identity": ',
    "two objects": '{"ref": "x"} {"ref": "y"}',
    "a long name": '{"' + "n" * 1_000_000 + '": 1}',
    "a long e-mail address": '{"email": "' + "a" * 5_000_000 + '"}',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("before", [0, 1])
def test_a_hostile_line_is_invalid_and_the_next_one_is_processed(
    fr: Simulated, name: str, before: int
) -> None:
    hostile = HOSTILE[name]
    raw = hostile if isinstance(hostile, bytes) else hostile.encode("utf-8", "surrogatepass")
    good = [lines(person(f"good-{n}")).encode() for n in range(2)]

    results = run(fr, b"".join([*good[:before], raw, b"\n", *good[before:]]))

    states = told(results)
    assert states.pop(before)[1] == "invalid"
    assert states == [("good-0", "created"), ("good-1", "created")]
    assert len(json.dumps(results[before].plain())) < 20_000


def test_a_line_without_end_is_invalid_and_the_next_one_is_processed() -> None:
    endless = b'{"tag": "' + b"x" * MOST_BYTES

    bad, good = read(endless + b"\n" + lines(person("good")).encode())

    assert (bad.ref, bad.problems[0].code) == ("line-1", "too_large")
    assert good.ref == "good"


def test_a_row_without_end_is_invalid_and_the_next_one_is_processed() -> None:
    raw = b"ref,tag\na," + b"x" * MOST_BYTES + b"\nb,y\nc," + b"z" * 200_000 + b"\nd,\x00\n"

    found = list(UserFile(io.BytesIO(raw), is_csv=True))

    assert [bool(line.problems) for line in found] == [True, False, True, False]
    assert found[1].ref == "b"


def test_data_that_no_file_holds_end_no_batch(fr: Simulated) -> None:
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    good = person("good")
    hostile = [
        Line(number=1, ref="deep", data={"extras": {"mangopay": {"a": deep}}}),
        Line(number=2, ref="keys", data={1: 2}),  # type: ignore[dict-item]
        Line(number=3, ref="kinds", data={"tag": object()}),
        Line(number=4, ref=good.pop("ref"), data=good),
    ]

    with Gateways.from_config({"gateways": {"fr": fr.table}}) as gateways:
        results = list(BulkRun(gateways["fr"]).run(hostile))

    assert [str(result.state) for result in results] == ["invalid"] * 3 + ["created"]
