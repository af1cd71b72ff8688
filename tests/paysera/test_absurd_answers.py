"""Whatever an answer of Paysera's holds, a call returns or raises an error of the library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any, TypeAlias, cast

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from onboarding import DocumentRecord, OnboardingError, Outcome, Secret, UnexpectedResponse
from onboarding.spi import Response

from onboarding_paysera import UserToken

from .every_flow import (
    BACK,
    FLOWS,
    PAPER,
    PASSPORT,
    THERE,
    Ready,
    names_of_flows,
    recorded,
    replayed,
)

Path: TypeAlias = tuple[str | int, ...]

# JSON texts: numbers that no float or time holds, NaN, lone surrogates, wrong types, depth
ABSURD = (
    "null", "true", "0", "-1", "1e999", "NaN", "1.5", "9" * 400, "-" + "9" * 400, "1588000000000",
    '""', '" "', '"\\ud800"', '"\\u0000"', '"nan"', json.dumps("x" * 6_000), "[]", "[null]",
    "[[1e999]]", "{}", '{"id": []}', "[" * 900 + "]" * 900,
)  # fmt: skip
NO_JSON = {"NaN", ABSURD[-1]}  # by the rule of the core
MARK = "the absurd value"


def places(shown: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value in an answer, that of the whole first."""
    yield path
    if isinstance(shown, dict):
        for key, value in cast("dict[str, Any]", shown).items():
            yield from places(value, (*path, key))
    if isinstance(shown, list):
        for index, value in enumerate(shown):  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]
            yield from places(value, (*path, index))


def marked(shown: Any, path: Path) -> Any:
    """The answer with a mark in place of one value."""
    if not path:
        return MARK
    first, *rest = path
    found: Any = copy(shown)
    found[first] = marked(found[first], tuple(rest))
    return found


def spoiled(answer: Response, path: Path, values: Iterable[str] = ABSURD) -> Iterator[Response]:
    """The answer, once for each JSON text, with it in place of one value."""
    before, after = json.dumps(marked(json.loads(answer.body), path)).split(json.dumps(MARK))
    for value in values:
        yield evolve(answer, body=f"{before}{value}{after}".encode())


def end_of(ready: Ready, answers: Iterable[Response]) -> object:
    """What a flow returns for these answers, or the error of the library that it raises."""
    try:
        return replayed(answers).run(ready())
    except OnboardingError as error:
        return error


def is_json(answer: Response) -> bool:
    return answer.body[:1] in (b"{", b"[", b'"')


def test_every_flow_is_tried() -> None:
    assert set(names_of_flows()) == set(FLOWS)


@pytest.mark.parametrize("name", FLOWS)
def test_no_value_in_any_field_raises_an_untyped_error(name: str) -> None:
    ready, answers = recorded(name)

    for index, answer in enumerate(answers):
        for path in places(json.loads(answer.body)) if is_json(answer) else ():
            for bad in spoiled(answer, path):
                end = end_of(ready, [*answers[:index], bad, *answers[index + 1 :]])

                as_it_came = isinstance(end, Response | Mapping)
                assert as_it_came or len(f"{end} {end!r}") < 5_000, (path, bad.body[:99])


HEADERS = (
    "content-type", "retry-after", "paysera-correlation-id", "g-recaptcha-key",
    "recaptcha-unlock-url",
)  # fmt: skip
VALUES = st.text(max_size=40) | st.sampled_from(
    ["http://[", "https://h:99999/", "http://", "-1", "nan", "9" * 400, "application/", "x" * 9_000]
)


@given(
    st.sampled_from(sorted(FLOWS)),
    st.sampled_from([200, 204, 302, 400, 401, 404, 429, 503]),
    st.dictionaries(st.sampled_from(HEADERS), VALUES),
    st.binary(max_size=40),
)
def test_no_header_and_no_bytes_raise_an_untyped_error(
    name: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    ready, _ = recorded(name)
    bad = Response(status=status, headers=headers, body=body)

    end = end_of(ready, [bad] * 9)

    assert isinstance(end, Response | bytes) or len(f"{end} {end!r}") < 5_000


@pytest.mark.parametrize("value", ABSURD)
def test_the_server_cannot_tell_an_absurd_time(value: str) -> None:
    bad = Response(status=200, body=f'{{"time": {value}}}'.encode())

    assert isinstance(end_of(PAPER.server_time, [bad]), UnexpectedResponse)


def test_an_upload_with_an_id_is_described_whatever_else_its_answer_holds() -> None:
    ready, (_, described) = recorded("submit_document")
    shown = {"id": 1, "user_id": 221, "type": "passport", "review_status": "valid", "comment": "x"}
    answer = Response(status=200, body=json.dumps(shown).encode())

    for name in (*shown,)[1:]:
        for bad in spoiled(answer, (name,), [text for text in ABSURD if text not in NO_JSON]):
            end = end_of(ready, [bad, described])

            assert isinstance(end, DocumentRecord), (name, bad.body[:99])
            assert (end.id, end.user_id) == ("1", "221")


@pytest.mark.parametrize("value", sorted({*ABSURD} - {"0", '"nan"', "1588000000000"}))
def test_an_upload_without_a_usable_id_has_an_unknown_outcome(value: str) -> None:
    ready, _ = recorded("submit_document")

    end = end_of(ready, [Response(status=200, body=f'{{"id": {value}}}'.encode())])

    assert isinstance(end, UnexpectedResponse)
    assert end.outcome is Outcome.UNKNOWN


GRANTED = {"access_token": "a", "mac_key": "k", "token_type": "mac", "refresh_token": "r"}


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (3600, THERE + timedelta(hours=1)),
        (0, THERE),
        ("3600", THERE + timedelta(hours=1)),
        (10**15, None),
        (-1, None),
        (True, None),
        (10**400, None),
        ([], None),
    ],
)
def test_the_end_of_a_token_is_bounded_and_typed(ends: object, expected: datetime | None) -> None:
    body = json.dumps({**GRANTED, "expires_in": ends}).encode()

    token = end_of(
        lambda: PAPER.exchange_code("c", redirect_uri=BACK),
        [Response(status=200, body=body, received_at=THERE)],
    )

    assert isinstance(token, UserToken)
    assert token.expires_at == expected


@pytest.mark.parametrize("name", ["access_token", "mac_key"])
@pytest.mark.parametrize("value", ["\ud800", "ä", 'a"b', "a\nb", "x" * 5_000, 7, None, ["a"]])
def test_a_token_that_cannot_sign_is_an_unexpected_response(name: str, value: object) -> None:
    body = json.dumps({**GRANTED, name: value}).encode()

    end = end_of(
        lambda: PAPER.exchange_code("c", redirect_uri=BACK), [Response(status=200, body=body)]
    )

    assert isinstance(end, UnexpectedResponse)
    assert [problem.wire_path for problem in end.problems] == [name]


@pytest.mark.parametrize("value", ["\ud800", "", 7, None])
def test_a_refresh_token_that_cannot_be_sent_leaves_the_old_one(value: object) -> None:
    old = UserToken(access_token=Secret("a"), mac_key=Secret("k"), refresh_token=Secret("old"))
    body = json.dumps({**GRANTED, "refresh_token": value}).encode()

    token = end_of(lambda: PAPER.refresh_token(old), [Response(status=200, body=body)])

    assert isinstance(token, UserToken)
    assert token.refresh_token == Secret("old")


@pytest.mark.parametrize("created", [1_588_000_000_000, 10**400, -1, True, "2020", 1.5])
def test_a_time_in_milliseconds_or_out_of_range_is_not_read_as_a_time(created: object) -> None:
    ready, (answer,) = recorded("fetch_identification")
    shown = {**json.loads(answer.body), "created": created}

    found: Any = end_of(ready, [evolve(answer, body=json.dumps(shown).encode())])

    assert found.created_at is None
    assert found.raw["created"] == created


def test_a_document_of_the_tests_is_complete() -> None:
    assert next(PAPER.submit_document("221", PASSPORT)).operation == "upload_document"
