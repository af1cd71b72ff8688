"""The desk of Paysera's simulator: what differs, for the pages are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from onboarding.simulation import serve

from .papers import picture
from .paysera_scene import PayseraScene, new_paysera
from .scene import words

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def scene() -> Iterator[PayseraScene]:
    simulator = new_paysera()
    with serve(simulator) as base_url:
        yield PayseraScene(base_url, simulator)


def test_a_user_is_shown_with_the_codes_that_would_have_been_sent(scene: PayseraScene) -> None:
    id = scene.user()

    page = words(scene.look(f"/_desk/users/{id}"))

    for said in ("John Smith", "email@example.com", "37066612345", "31001010000", "unidentified"):
        assert said in page
    assert scene.sim.code_for(id, "phone") in page
    assert scene.sim.code_for(id, "email") in page


def test_neither_password_nor_token_is_shown(scene: PayseraScene) -> None:
    id = scene.user()
    token = scene.sim.issue_token(id, ["email"])

    user = scene.look(f"/_desk/users/{id}").text
    listed = scene.look("/_desk/requests").text
    numbers = re.findall(r"/_desk/requests/(\d+)", listed)
    everything = "\n".join(
        [user, listed, *(scene.look(f"/_desk/requests/{number}").text for number in numbers)]
    )

    assert "main-password" in user
    for hidden in ("secretPassword22", token.access_token, token.mac_key):
        assert hidden not in everything


@pytest.mark.parametrize("words", ["{id}", "EMAIL@example.com", "37066612345", "+37066612345"])
def test_a_user_is_found_by_id_and_by_contact(scene: PayseraScene, words: str) -> None:
    id = scene.user()

    found = scene.look(f"/_desk?q={words.format(id=id).replace('+', '%2B')}").text

    assert f'href="/_desk/users/{id}"' in found
    assert "1 found" in found


def test_a_document_is_seen_and_accepted(scene: PayseraScene) -> None:
    id = scene.user()
    document = scene.described(id, picture())

    page = scene.look(f"/_desk/documents/document-{document}").text
    file = scene.look(f"/_desk/documents/document-{document}/pages/1")
    done = scene.press(f"/_desk/documents/document-{document}/accept", {"level": ""})

    assert f'src="/_desk/documents/document-{document}/pages/1"' in page
    assert (file.headers["Content-Type"], file.content) == ("image/png", picture())
    assert "Done: Accept." in done.text
    assert scene.level(id) == "identified"


def test_a_document_is_refused_with_a_comment_or_not_at_all(scene: PayseraScene) -> None:
    document = scene.described(scene.user(), picture())
    desk = f"/_desk/documents/document-{document}"

    without = scene.press(f"{desk}/refuse", {"comment": " "})
    done = words(scene.press(f"{desk}/refuse", {"comment": "Too dark"}))

    assert (without.status_code, "This field is required." in without.text) == (422, True)
    assert "denied" in done
    assert "Too dark" in done


def test_what_may_be_anything_is_given_to_keep_and_not_to_look_at(scene: PayseraScene) -> None:
    document = scene.document(scene.user(), HOSTILE.encode(), "text/html")

    page = scene.look(f"/_desk/documents/document-{document}").text
    file = scene.look(f"/_desk/documents/document-{document}/pages/1")

    assert "<script" not in page
    assert "<img" not in page
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_an_identification_request_is_reviewed_with_its_papers(scene: PayseraScene) -> None:
    id = scene.user()
    request = scene.request(id, picture())
    desk = f"/_desk/documents/request-{request}"

    shown = words(scene.look(desk))
    scene.press(f"{desk}/begin")
    accepted = words(scene.press(f"{desk}/accept", {"level": "fully_identified"}))
    again = scene.press(f"{desk}/accept", {"level": ""})

    assert "passport, front" in shown
    assert "reviewed" in accepted
    assert scene.level(id) == "fully_identified"
    assert again.status_code == 422


def test_documents_are_listed_page_by_page_after_requests(scene: PayseraScene) -> None:
    id = scene.user()
    requests = [scene.request(id, picture()) for _ in range(2)]
    documents = [scene.document(id, b"any bytes", "text/plain") for _ in range(26)]

    pages = [scene.look(f"/_desk/documents?page={number}").text for number in (1, 2)]

    found = [re.findall(r'href="/_desk/documents/([^"]+)"', page) for page in pages]
    expected = [f"request-{each}" for each in reversed(requests)]
    expected += [f"document-{each}" for each in reversed(documents)]
    assert found == [expected[:25], expected[25:]]


def test_other_actions_on_a_user_do_what_they_say(scene: PayseraScene) -> None:
    id = scene.user()
    scene.sim.issue_token(id)
    desk = f"/_desk/users/{id}"

    pages = [
        scene.press(f"{desk}/{action}", form)
        for action, form in (
            ("accept-identity", {}),
            ("set-level", {"level": "identified"}),
            ("enable-service", {"service": "micro"}),
            ("add-wallet", {"status": "closed"}),
            ("set-company", {"country": "LT", "code": "300060819"}),
            ("revoke", {}),
        )
    ]
    wrong = scene.press(f"{desk}/set-company", {"country": "Lithuania", "code": "1"})

    assert [page.status_code for page in pages] == [200] * 6
    shown = words(pages[-1])
    for said in ("identified", "Micro payments collection", "closed", "lt 300060819", "Legal"):
        assert said in shown
    assert wrong.status_code == 422
    assert scene.press(f"{desk}/revoke").status_code == 422  # there is no consent any more


def test_there_is_no_page_of_notifications_where_none_are_sent(scene: PayseraScene) -> None:
    assert "Notifications" not in scene.look("/_desk").text


def test_a_fault_and_the_clock_are_set_as_anywhere(scene: PayseraScene) -> None:
    before = scene.sim.clock()

    scene.press("/_desk/conditions/faults", {"kind": "error", "code": "not_found", "times": "1"})
    answer = scene.look("/rest/v1/server")
    scene.press("/_desk/conditions/clock", {"amount": "1", "unit": "days"})

    assert answer.json()["error"] == "not_found"
    assert scene.sim.clock() - before >= 86_400


def test_the_page_of_consent_has_the_language_of_its_address(scene: PayseraScene) -> None:
    query = "client_id=acme&response_type=code&redirect_uri=https://shop.example/&scope=email"

    page = scene.look(f"/frontend/lt/oauth?{query}")

    assert '<html lang="lt">' in page.text
    assert "Allow acme to access this?" in page.text
