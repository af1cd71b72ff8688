"""The Paysera simulator prints receipts and keeps contact books as the documents say."""

from __future__ import annotations

from typing import Any

import pytest

from .api import EMAIL_ONLY, REGISTRATION, Api

# Receipts.


def provide_identity(api: Api, user_id: int) -> None:
    body = {"email": "user@example.com", "identity": REGISTRATION["identity"]}
    assert api.send("PUT", f"/user/{user_id}", body).status == 200


def test_a_registration_receipt_is_plain_text_in_the_users_language(api: Api) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}/receipt/registration")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.text.startswith("Registracija\n")
    assert "John" in answer.text


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("en", "Identification"),
        ("lt", "Identifikavimas"),
        ("ru", "\u0418\u0434\u0435\u043d\u0442\u0438\u0444\u0438\u043a\u0430\u0446\u0438\u044f"),
    ],
)
def test_a_receipt_is_printed_in_the_language_asked_for(api: Api, locale: str, title: str) -> None:
    user_id = api.register(EMAIL_ONLY)
    provide_identity(api, user_id)

    answer = api.send("GET", f"/user/{user_id}/receipt/identification?locale={locale}&width=40")

    assert answer.text.splitlines()[0] == title


def test_no_line_is_wider_than_asked_for(api: Api) -> None:
    name = "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Senior"
    identity = REGISTRATION["identity"] | {"name": name}
    user_id = api.register(EMAIL_ONLY | {"identity": identity})

    answer = api.send("GET", f"/user/{user_id}/receipt/registration?width=20")

    assert max(map(len, answer.text.splitlines())) == 20


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "text/plain; charset=utf-8"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("application/json", "application/json"),
    ],
)
def test_who_takes_only_json_gets_the_receipt_as_json(
    api: Api, accept: str, content_type: str
) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}/receipt/registration", headers={"Accept": accept})

    assert answer.headers["content-type"] == content_type
    assert "John" in (answer.json if accept == "application/json" else answer.text)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("locale=de", "locale"),
        ("width=wide", "width"),
        ("width=19", "width"),
        ("width=201", "width"),
    ],
)
def test_a_faulty_receipt_is_refused(api: Api, query: str, field: str) -> None:
    user_id = api.register()

    answer = api.send("GET", f"/user/{user_id}/receipt/registration?{query}")

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {field}


def test_the_receipt_is_due_from_providing_the_identity_until_it_is_fetched(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY)
    due = [api.sim.receipt_due(user_id)]

    provide_identity(api, user_id)
    due.append(api.sim.receipt_due(user_id))
    api.send("GET", f"/user/{user_id}/receipt/registration")
    due.append(api.sim.receipt_due(user_id))
    api.send("GET", f"/user/{user_id}/receipt/identification")
    due.append(api.sim.receipt_due(user_id))

    assert due == [False, True, True, False]


def test_a_refused_receipt_stays_due(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY)
    provide_identity(api, user_id)

    api.send("GET", f"/user/{user_id}/receipt/identification?width=1")

    assert api.sim.receipt_due(user_id)


def test_an_identification_receipt_needs_an_identity(api: Api) -> None:
    user_id = api.register(EMAIL_ONLY)

    answer = api.send("GET", f"/user/{user_id}/receipt/identification")

    assert answer.error == (404, "not_found")


@pytest.mark.parametrize(
    ("kind", "permission"),
    [("registration", "register_user"), ("identification", "provide_identity")],
)
def test_a_receipt_is_for_who_may_do_what_it_confirms(api: Api, kind: str, permission: str) -> None:
    user_id = api.register()
    api.sim.permissions = api.sim.permissions - {permission}

    answer = api.send("GET", f"/user/{user_id}/receipt/{kind}")

    assert answer.error == (403, "forbidden")


# Contact books.

# Quoted from the documents.
BOOK = {
    "emails": ["a@example.com", "b@example.com"],
    "phones": ["37012345678"],
    "email_hashes": ["hash1", "hash2"],
    "phone_hashes": ["hash3"],
}
CONTACTS = [(name, value) for name, values in BOOK.items() for value in values]


def test_the_documented_contact_book_is_kept(api: Api) -> None:
    user_id = api.register()

    answer = api.send("POST", f"/user/{user_id}/contact-book", BOOK)

    assert (answer.status, answer.json) == (200, {"id": 1})
    assert api.sim.contacts_in(1) == CONTACTS


@pytest.mark.parametrize("body", [None, {}, []])
def test_a_contact_book_may_begin_empty(api: Api, body: Any) -> None:
    user_id = api.register()

    answer = api.send("POST", f"/user/{user_id}/contact-book", body)

    assert answer.json == {"id": 1}
    assert api.sim.contacts_in(1) == []


def test_appending_adds_what_was_not_there(api: Api) -> None:
    user_id = api.register()
    api.send("POST", f"/user/{user_id}/contact-book", {"emails": ["a@example.com"]})

    answer = api.send("PUT", "/contact-book/1/append", BOOK)

    assert (answer.status, answer.json) == (200, {"id": 1})
    assert api.sim.contacts_in(1) == CONTACTS


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("email=a%40example.com", CONTACTS[1:]),
        ("email=a%40example.com,b%40example.com&phone=37012345678", CONTACTS[3:]),
        ("email_hash=hash1,hash2&phone_hash=hash3", CONTACTS[:3]),
        ("email=c%40example.com,hash1&phone=a%40example.com", CONTACTS),
    ],
)
def test_contacts_are_removed_by_lists_with_commas(
    api: Api, query: str, left: list[tuple[str, str]]
) -> None:
    user_id = api.register()
    api.send("POST", f"/user/{user_id}/contact-book", BOOK)

    answer = api.send("DELETE", f"/contact-book/1/contacts?{query}")

    assert (answer.status, answer.content) == (204, b"")
    assert api.sim.contacts_in(1) == left


def test_removing_nothing_in_particular_is_refused(api: Api) -> None:
    user_id = api.register()
    api.send("POST", f"/user/{user_id}/contact-book", BOOK)

    answer = api.send("DELETE", "/contact-book/1/contacts")

    assert answer.error == (400, "invalid_parameters")
    assert api.sim.contacts_in(1) == CONTACTS


def test_a_deleted_contact_book_is_gone(api: Api) -> None:
    user_id = api.register()
    api.send("POST", f"/user/{user_id}/contact-book", BOOK)

    deleted = api.send("DELETE", "/contact-book/1")
    answers = [
        api.send("DELETE", "/contact-book/1"),
        api.send("PUT", "/contact-book/1/append", BOOK),
        api.send("DELETE", "/contact-book/1/contacts?email=a%40example.com"),
    ]

    assert (deleted.status, deleted.content) == (204, b"")
    assert [answer.error for answer in answers] == [(404, "not_found")] * 3
    with pytest.raises(LookupError):
        api.sim.contacts_in(1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"emails": "a@example.com"}, "emails"),
        ({"emails": ["a@example.com", "nonsense"]}, "emails[1]"),
        ({"phones": ["+37012345678"]}, "phones[0]"),
        ({"email_hashes": [1]}, "email_hashes[0]"),
        ({"phone_hashes": [""]}, "phone_hashes[0]"),
    ],
)
def test_a_faulty_contact_book_is_refused(api: Api, body: Any, field: str) -> None:
    user_id = api.register()

    answer = api.send("POST", f"/user/{user_id}/contact-book", body)

    assert answer.error == (400, "invalid_parameters")
    assert answer.fields == {field}


def test_a_token_touches_its_own_users_contact_book_only(api: Api) -> None:
    mine = api.sim.issue_token(api.register())
    other = api.sim.issue_token(api.register(EMAIL_ONLY))
    api.send("POST", "/user/me/contact-book", BOOK, token=mine)

    answers = [
        api.send("PUT", "/contact-book/1/append", BOOK, token=other),
        api.send("DELETE", "/contact-book/1", token=other),
        api.send("DELETE", "/contact-book/1", token=mine),
    ]

    assert [answer.status for answer in answers] == [403, 403, 204]
