"""What a caller gives with a wrong type is refused, and never reaches the wire as a text."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from onboarding import DocumentKind, InvalidInput, Secret
from onboarding.spi import Flow

from onboarding_paysera import IdentityPaper, Paysera, Position, ServiceName, UserToken

from .every_flow import BACK, CONTACTS, JPEG, PAPER, PASSPORT, SCAN, names_of_flows

NO_IDS: list[Any] = [None, True, 1.5, b"221", ["221"], {"id": "221"}, "", ".", "..", "\ud800"]
GIVEN = {
    "document": PASSPORT, "page": SCAN, "image": JPEG, "service": ServiceName.MICRO, "order": 0,
    "position": Position(latitude=1, longitude=2), "contacts": CONTACTS, "kind": "other",
    "password": Secret("a"), "code": "ABCDEF", "paper": IdentityPaper(kind=DocumentKind.PASSPORT),
}  # fmt: skip


def of_an_id() -> list[tuple[str, list[Any], dict[str, Any]]]:
    """Each flow that is about an id, with what else it needs."""
    found: list[tuple[str, list[Any], dict[str, Any]]] = []
    for name in sorted(names_of_flows()):
        parameters = list(inspect.signature(getattr(Paysera, name)).parameters.values())[1:]
        if not parameters or not parameters[0].name.endswith("_id"):
            continue
        more = [
            GIVEN[one.name]
            for one in parameters[1:]
            if one.default is one.empty and one.kind is not one.KEYWORD_ONLY
        ]
        found.append((name, more, {"code": "ABCDEF"} if name == "change_password" else {}))
    return found


@pytest.mark.parametrize(("name", "more", "options"), of_an_id())
def test_an_id_of_a_wrong_type_is_refused_before_anything_is_sent(
    name: str, more: list[Any], options: dict[str, Any]
) -> None:
    for bad in NO_IDS:
        if name == "fetch_avatar" and bad in (".", ".."):
            continue  # the path's segment is `..jpg`, which is no other place
        flow = getattr(PAPER, name)(bad, *more, **options)

        with pytest.raises(InvalidInput):
            next(flow)


def test_flows_about_users_documents_and_books_are_tried() -> None:
    names = {name for name, _, _ in of_an_id()}

    assert names >= {"fetch_user", "submit_document", "fetch_avatar", "delete_contact_book"}


def at(**given: Any) -> Position:
    return Position(latitude=1, longitude=2, **given)


TOKEN = UserToken(access_token=Secret("a"), mac_key=Secret("k"), refresh_token=Secret("r"))
CALLS: dict[str, Callable[[Any], Flow[Any]]] = {
    "raw": lambda bad: PAPER.raw("GET", "user", query=(("email", bad),)),
    "image order": lambda bad: PAPER.put_document_image("1", bad, JPEG),
    "photo order": lambda bad: PAPER.put_face_photo("1", JPEG, order=bad),
    "image": lambda bad: PAPER.put_avatar("221", bad),
    "page": lambda bad: PAPER.upload_document("221", bad),
    "service": lambda bad: PAPER.enable_service("221", bad),
    "kind": lambda bad: PAPER.add_additional_document("1", bad),
    "password": lambda bad: PAPER.change_password("221", bad, code="ABCDEF"),
    "code": lambda bad: PAPER.change_password("221", Secret("a"), code=bad),
    "old password": lambda bad: PAPER.change_password("221", Secret("a"), old_password=bad),
    "email": lambda bad: PAPER.request_password_reset(email=bad),
    "grant code": lambda bad: PAPER.exchange_code(bad, redirect_uri=BACK),
    "redirect": lambda bad: PAPER.exchange_code("code", redirect_uri=bad),
    "username": lambda bad: PAPER.log_in(bad, Secret("a")),
    "user's password": lambda bad: PAPER.log_in("a@example.com", bad),
    "scopes": lambda bad: PAPER.refresh_token(TOKEN, scopes=[bad]),
    "latitude": lambda bad: PAPER.put_position("221", Position(latitude=bad, longitude=2)),
    "distance": lambda bad: PAPER.find_positions(1, 2, bad),
    "statuses": lambda bad: PAPER.list_identifications("221", statuses=[bad]),
    "document": lambda bad: PAPER.submit_document("221", bad),
    "kind of position": lambda bad: PAPER.put_position("221", at(kind=bad)),
    "kind of paper": lambda bad: PAPER.add_identity_document("1", IdentityPaper(kind=bad)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_any_other_argument_of_a_wrong_type_is_refused_before_anything_is_sent(
    call: Callable[[Any], Flow[Any]],
) -> None:
    for bad in (None, True, b"bytes", ["list"], {"a": 1}, object(), "\ud800"):
        with pytest.raises(InvalidInput):
            next(call(bad))


WORDS: dict[str, Callable[[Any], Flow[Any]]] = {
    "service": lambda word: PAPER.enable_service("221", word),
    "statuses": lambda word: PAPER.list_identifications("221", statuses=[word]),
    "kind": lambda word: PAPER.put_position("221", at(kind=word)),  # else it would be public
}


@pytest.mark.parametrize("path", WORDS)
def test_a_word_that_paysera_does_not_have_is_refused_before_anything_is_sent(path: str) -> None:
    with pytest.raises(InvalidInput, match="expected one of") as raised:
        next(WORDS[path]("NOPE"))

    assert raised.value.paths == (path,)


@pytest.mark.parametrize("page", ["", "one", "-1", "1.5", "9" * 400, 20, True, b"20", "٢"])
def test_an_unknown_page_token_is_refused(page: Any) -> None:
    with pytest.raises(InvalidInput):
        next(PAPER.list_identifications("221", page))


@pytest.mark.parametrize(("locale", "width"), [(5, None), (None, "40"), (None, True)])
def test_a_receipt_takes_a_text_and_a_whole_number(locale: Any, width: Any) -> None:
    with pytest.raises(InvalidInput):
        next(PAPER.registration_receipt("221", locale=locale, width=width))
