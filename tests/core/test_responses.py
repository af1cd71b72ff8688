"""The JSON of an answer is bounded in depth, and a fact is read from an answer once."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import UnexpectedResponse
from onboarding.http import MAX_DEPTH, Request, Response
from onboarding.urls import url

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda more: st.lists(more, max_size=4) | st.dictionaries(st.text(max_size=3), more),
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32")


@given(VALUES, st.sampled_from(ENCODINGS))
def test_an_answer_is_read_as_the_standard_library_reads_it(value: Any, encoding: str) -> None:
    body = json.dumps(value).encode(encoding)

    shown = Response(status=200, body=body).json()

    assert shown == json.loads(body)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_an_answer_is_read_down_to_the_depth_and_no_deeper(
    opened: str, closed: str, encoding: str
) -> None:
    levels = MAX_DEPTH // (2 if opened.startswith("[{") else 1)

    fits, too_deep = (
        Response(status=200, body=f"{opened * n}1{closed * n}".encode(encoding))
        for n in (levels, levels + 1)
    )

    assert fits.json()
    with pytest.raises(UnexpectedResponse, match="nested too deep"):
        too_deep.json()


def test_many_brackets_are_not_deep() -> None:
    value = {"text": "[{" * MAX_DEPTH, "list": [[] for _ in range(MAX_DEPTH * 2)]}

    assert Response(status=200, body=json.dumps(value).encode()).json() == value


@pytest.mark.parametrize("word", [b"NaN", b"[Infinity]", b'{"a": -Infinity}', b"", b"\xff", b"x"])
def test_what_is_not_json_is_an_unexpected_response(word: bytes) -> None:
    with pytest.raises(UnexpectedResponse, match="is not JSON"):
        Response(status=200, body=word).json()


def test_a_fact_is_read_once_also_if_it_is_none() -> None:
    read: list[int] = []

    def status(response: Response) -> None:
        read.append(response.status)

    shown = Response(status=204)

    assert [shown.once(status), shown.once(status)] == [None, None]
    assert read == [204]
    assert shown == Response(status=204, received_at=shown.received_at)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_segment_is_quoted_completely(segment: str) -> None:
    if segment not in (".", ".."):
        built = url("https://Ark.example/base/", "v1", segment)

        assert built == f"https://ark.example/base/v1/{quote(segment, safe='')}"


def test_a_request_keeps_everything_beside_its_headers() -> None:
    first = Request.json("POST", "https://ark.example", {"a": 1}, operation="board", X_Berth="7")

    signed = first.with_headers(X_Key="k", Content_Type="application/x-ark")

    assert dict(first.headers) == {"X-Berth": "7", "Content-Type": "application/json"}
    assert list(signed.headers.items()) == [
        ("X-Berth", "7"), ("Content-Type", "application/x-ark"), ("X-Key", "k"),
    ]  # fmt: skip
    bare = Request(
        method="POST", url="u", body=b"b", operation="o", anonymous=True, idempotent=True
    )
    assert bare.with_headers() == bare
