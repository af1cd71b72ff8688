"""Bodies of requests, read back by parsers that others wrote."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import InvalidInput, UnexpectedResponse
from onboarding.spi import FilePart, Request, Response
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as Received

URL = "https://api.northbank.example/v1/accounts"
NAMES = st.from_regex("[a-z_]{1,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def received(request: Request) -> Received:
    """The request as a server's framework reads it."""
    builder = EnvironBuilder(
        method=request.method,
        headers=list(request.headers.items()),
        data=request.body,
    )
    return Received(builder.get_environ())


def test_a_form_has_brackets_for_objects_and_lists() -> None:
    data = {
        "business_type": "individual",
        "individual": {"dob": {"day": 1, "month": 12}, "phone": None, "metadata": {}},
        "files": ["file_1", "file_2"],
        "requested": True,
        "owners_provided": False,
        "percent": 12.5,
        "aliases": [],
    }

    request = Request.form("POST", URL, data, operation="create_user", Idempotency_Key="k")

    assert request.body == (
        b"business_type=individual&individual[dob][day]=1&individual[dob][month]=12"
        b"&individual[phone]=&individual[metadata]=&files[0]=file_1&files[1]=file_2"
        b"&requested=true&owners_provided=false&percent=12.5"
    )
    assert request.headers == {
        "Idempotency-Key": "k",
        "Content-Type": "application/x-www-form-urlencoded",
    }


@given(st.dictionaries(NAMES, TEXTS))
def test_a_form_is_read_back(data: dict[str, str]) -> None:
    request = Request.form("POST", URL, data, operation="x")

    assert dict(parse_qsl(request.body.decode(), keep_blank_values=True)) == data
    assert dict(received(request).form) == data


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_in_a_form_has_no_exponent_and_no_other_value(value: float) -> None:
    request = Request.form("POST", URL, {"percent": value}, operation="x")

    (text,) = dict(parse_qsl(request.body.decode())).values()
    assert re.fullmatch(r"-?\d+(\.\d+)?", text)
    assert float(text) == value


@pytest.mark.parametrize(
    "value", [b"bytes", {1, 2}, object(), "\ud800", float("nan"), float("-inf")]
)
def test_a_value_that_a_form_cannot_hold_is_refused_without_being_shown(value: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        Request.form("POST", URL, {"name": value}, operation="x")

    assert error.value.paths == ("body",)
    assert repr(value) not in str(error.value)


def test_a_form_of_many_levels_is_refused() -> None:
    deep: dict[str, Any] = {}
    deep["in"] = deep

    with pytest.raises(InvalidInput):
        Request.form("POST", URL, deep, operation="x")


@given(st.dictionaries(NAMES, TEXTS), st.binary(max_size=300), TEXTS.filter(str.strip))
def test_a_multipart_body_is_read_back(
    fields: dict[str, str], content: bytes, filename: str
) -> None:
    part = FilePart("the file", filename, "image/png", content)

    with received(Request.multipart("POST", URL, fields, part, operation="x")) as found:
        assert dict(found.form) == fields
        file = found.files["the file"]
        assert (file.read(), file.mimetype) == (content, "image/png")


def test_a_multipart_body_is_the_same_for_the_same_content_and_ends_nowhere_else() -> None:
    first = Request.multipart("POST", URL, {"purpose": "x"}, operation="x")
    boundary = first.headers["Content-Type"].partition("boundary=")[2]
    second = Request.multipart("POST", URL, {"purpose": f"--{boundary}"}, operation="x")

    assert first == Request.multipart("POST", URL, {"purpose": "x"}, operation="x")
    with received(second) as found:
        assert dict(found.form) == {"purpose": f"--{boundary}"}


@pytest.mark.parametrize(
    ("fields", "name"), [({"a": "\ud800"}, "f.png"), ({"a": "b"}, "\ud800.png")]
)
def test_a_multipart_text_that_utf8_cannot_encode_is_refused(
    fields: dict[str, str], name: str
) -> None:
    with pytest.raises(InvalidInput):
        Request.multipart("POST", URL, fields, FilePart("f", name, "a/b", b""), operation="x")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_xml_is_read_back(text: str) -> None:
    root = Element("person")
    SubElement(root, "name").text = text

    try:
        request = Request.xml("POST", URL, root, operation="x")
    except InvalidInput:
        assert any(ord(char) in (0xFFFE, 0xFFFF) for char in text)
        return
    read = Response(status=200, body=request.body).xml()

    assert (read[0].text or "") == text
    assert request.headers["Content-Type"] == "application/xml"


@pytest.mark.parametrize("text", ["\0", "\x1b", "\ud800", "a\rb", "\ufffe"])
def test_a_character_that_xml_cannot_hold_is_refused(text: str) -> None:
    root = Element("person")
    root.text = text

    with pytest.raises(InvalidInput):
        Request.xml("POST", URL, root, operation="x")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "is not XML"),
        (b"<a>", "is not XML"),
        (b"<?xml version='1.0' encoding='nope'?><a/>", "is not XML"),
        (b"<a>" * 65 + b"</a>" * 65, "is nested too deep"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "has a document type"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "has a document type"),
    ],
)
def test_an_answer_that_is_no_safe_xml_is_unexpected(body: bytes, why: str) -> None:
    with pytest.raises(UnexpectedResponse) as error:
        Response(status=200, body=body).xml()

    assert error.value.problems[0].message == f"the 200 answer {why}"


def test_xml_of_64_levels_is_read() -> None:
    assert Response(status=200, body=b"<a>" * 64 + b"</a>" * 64).xml().tag == "a"


@pytest.mark.parametrize("body", [b"", b"<html><br></html>", b"{}", b"<!DOCTYPE a><a/>"])
def test_a_loose_answer_that_is_no_xml_is_an_element_without_a_tag(body: bytes) -> None:
    element = Response(status=503, body=body).loose_xml()

    assert (element.tag, element.text, len(element)) == ("", None, 0)


def test_a_loose_answer_in_xml_is_its_root() -> None:
    root = Response(status=400, body=b"<error><code>invalid</code></error>").loose_xml()

    assert root.findtext("code") == "invalid"


@given(st.dictionaries(NAMES, TEXTS, min_size=1))
def test_parameters_are_added_to_the_end_of_a_query(parameters: dict[str, str]) -> None:
    request = Request(method="GET", url=f"{URL}?page=2", operation="x")

    found = request.with_query(**parameters)

    assert found.url.startswith(f"{URL}?page=2&")
    query = found.url.removeprefix(f"{URL}?page=2&")
    assert dict(parse_qsl(query, keep_blank_values=True)) == parameters
    assert request.url == f"{URL}?page=2"


def test_a_first_parameter_begins_the_query() -> None:
    request = Request(method="GET", url=URL, operation="x")

    assert request.with_query(sign="a/b&c").url == f"{URL}?sign=a%2Fb%26c"


def test_a_parameter_that_utf_8_cannot_encode_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Request(method="GET", url=URL, operation="x").with_query(name="\ud800")
