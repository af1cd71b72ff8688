"""The desk over a socket: what it shows, what its forms do, whom it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from onboarding.simulation import serve

from onboarding_simulators.shared import VirtualClock

from .papers import pdf, picture
from .scene import COMPANY, OWNER, PAYER, START, Scene, new_simulator, words

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=y>"
PATHS = (
    "/_desk", "/_desk/", "/_desk/documents", "/_desk/requests", "/_desk/notifications",
    "/_desk/conditions",
)  # fmt: skip


def owner(scene: Scene, **changes: object) -> str:
    id = str(scene.user(OWNER, **changes)["Id"])
    scene.sim.activate(id)
    return id


def status(scene: Scene, document: str) -> str:
    return str(scene.call("GET", f"kyc/documents/{document}")["Status"])


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_html_that_may_do_nothing_but_be_looked_at(scene: Scene, path: str) -> None:
    answer = scene.look(path)

    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_a_user_is_shown_with_all_that_is_known(scene: Scene) -> None:
    id = owner(scene)
    scene.document(id, picture())

    page = words(scene.look(f"/_desk/users/{id}"))

    for said in ("Alex Smith", "alex.smith@example.com", "1990-08-31", "3 rue de la Cité"):
        assert said in page
    for said in ("ACTIVE", "OWNER", "LIGHT", "IDENTITY_PROOF", "VALIDATION_ASKED", id):
        assert said in page


def test_a_company_is_shown_with_its_representative(scene: Scene) -> None:
    id = scene.user(COMPANY)["Id"]

    page = words(scene.look(f"/_desk/users/{id}"))

    assert "ACME Corporation" in page
    assert "gunner.beier@example.com" in page
    assert "123456789" in page


def test_what_a_user_is_called_is_text_wherever_it_is_shown(scene: Scene) -> None:
    id = owner(scene, FirstName=HOSTILE, Tag=HOSTILE)
    document = scene.document(id, picture())
    scene.sim.refuse_document(document, HOSTILE, HOSTILE)
    number = len(scene.look("/_desk/requests").text) and 1

    paths = ("/_desk", f"/_desk/users/{id}", f"/_desk/documents/{document}", "/_desk/requests")
    shown = [scene.look(path).text for path in (*paths, f"/_desk/requests/{number}")]
    shown.append(scene.look("/_desk", q=HOSTILE).text)
    shown.append(scene.look(f"/_desk?q={HOSTILE}&page={HOSTILE}&said={HOSTILE}").text)
    shown.append(scene.look(f"/_desk/{HOSTILE}").text)

    assert "&lt;script&gt;" in shown[1]
    assert not any("<script" in page or "<img src=x" in page for page in shown)


def test_an_open_page_is_awaited_until_it_is_passed(scene: Scene) -> None:
    made = scene.user(OWNER)
    redirect = made["PendingUserAction"]["RedirectUrl"]

    before = scene.look(f"/_desk/users/{made['Id']}").text
    scene.sim.finish_sca(redirect)
    after = scene.look(f"/_desk/users/{made['Id']}").text

    assert f'href="{redirect}"' in before
    assert redirect not in after


def test_no_enrolment_is_awaited_of_a_user_who_is_enrolled(scene: Scene) -> None:
    id = str(scene.user(OWNER)["Id"])
    before = words(scene.look(f"/_desk/users/{id}"))

    scene.sim.activate(id)

    after = words(scene.look(f"/_desk/users/{id}"))
    assert "Enrolment page" in before
    assert "Enrolment page" not in after


def test_pages_of_the_list_hold_every_user_once_newest_first() -> None:
    clock = VirtualClock(START)
    simulator = new_simulator(clock)
    with serve(simulator) as base_url:
        scene = Scene(base_url, simulator, clock)
        made = [scene.user(PAYER, LastName=f"Number {each}")["Id"] for each in range(57)]

        pages = [scene.look(f"/_desk?page={number}").text for number in (1, 2, 3)]
        beyond = scene.look("/_desk?page=99").text
        scene.http.close()

    listed = [re.findall(r'href="/_desk/users/([^"]+)"', page) for page in pages]
    assert [len(ids) for ids in listed] == [25, 25, 7]
    assert [id for ids in listed for id in ids] == made[::-1]
    assert 'rel="prev"' not in pages[0]
    assert 'rel="next"' not in pages[2]
    assert "Page 3 of 3" in beyond


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1e9", "99999999999999999999", "²"])
def test_any_page_number_shows_a_page(scene: Scene, page: str) -> None:
    assert scene.look(f"/_desk?page={page}").status_code == 200


def test_a_user_is_found_by_id_and_nobody_by_another_word(scene: Scene) -> None:
    id = owner(scene)

    found = scene.look(f"/_desk?q=%20{id}%20").text
    missed = scene.look("/_desk?q=nobody").text

    assert re.findall(r'href="/_desk/users/([^"]+)"', found) == [id]
    assert "No user found" in missed


@pytest.mark.parametrize(
    "path",
    [
        "/_desk/users/nobody", "/_desk/documents/none", "/_desk/documents/none/pages/1",
        "/_desk/requests/999999", "/_desk/nothing", "/_desk/users/a/b/c/d", "/_desk//documents",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_page_that_says_so(scene: Scene, path: str) -> None:
    answer = scene.look(path)

    assert answer.status_code == 404
    assert "Page not found." in answer.text


def test_a_form_of_the_desk_cannot_be_read(scene: Scene) -> None:
    answer = scene.look("/_desk/conditions/clock")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


# Documents.


def test_pages_are_given_as_what_they_are(scene: Scene) -> None:
    id = owner(scene)
    document = scene.document(id, picture(), pdf())

    page = scene.look(f"/_desk/documents/{document}").text
    image, paper = (scene.look(f"/_desk/documents/{document}/pages/{n}") for n in (1, 2))

    assert f'src="/_desk/documents/{document}/pages/1"' in page
    assert f'data="/_desk/documents/{document}/pages/2"' in page
    assert (image.content, paper.content) == (picture(), pdf())
    assert image.headers["Content-Type"] == "image/png"
    assert paper.headers["Content-Type"] == "application/pdf"
    for answer in (image, paper):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("inline; filename*=")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_accepting_the_last_proof_raises_the_level(scene: Scene) -> None:
    id = owner(scene)
    document = scene.document(id, picture())

    said = scene.followed(scene.press(f"/_desk/documents/{document}/accept"))

    assert "Done: Accept." in said
    assert status(scene, document) == "VALIDATED"
    assert scene.seen(id)["KYCLevel"] == "REGULAR"


def test_refusing_asks_for_a_reason_beside_the_field(scene: Scene) -> None:
    document = scene.document(owner(scene), picture())

    answers = [
        scene.press(f"/_desk/documents/{document}/refuse", form)
        for form in ({}, {"reason": "", "message": HOSTILE}, {"reason": "MADE_UP"})
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    for answer in answers:
        assert 'aria-invalid="true"' in answer.text
        assert 'aria-describedby="refuse-reason-error"' in answer.text
        assert "<details open>" in answer.text
        assert "<script" not in answer.text
    assert "&lt;script&gt;" in answers[1].text  # what was typed is still there
    assert status(scene, document) == "VALIDATION_ASKED"


def test_a_refusal_keeps_its_reason_and_message(scene: Scene) -> None:
    document = scene.document(owner(scene), picture())
    form = {"reason": "DOCUMENT_UNREADABLE", "message": "Too dark"}

    scene.followed(scene.press(f"/_desk/documents/{document}/refuse", form))

    seen = scene.call("GET", f"kyc/documents/{document}")
    assert (seen["Status"], seen["RefusedReasonType"]) == ("REFUSED", "DOCUMENT_UNREADABLE")
    assert seen["RefusedReasonMessage"] == "Too dark"


def test_a_document_goes_out_of_date_with_the_level_it_gave(scene: Scene) -> None:
    id = owner(scene)
    document = scene.document(id, picture())
    scene.sim.accept_document(document)

    scene.followed(scene.press(f"/_desk/documents/{document}/outdate"))

    assert status(scene, document) == "OUT_OF_DATE"
    assert scene.seen(id)["KYCLevel"] == "LIGHT"


def test_what_was_decided_meanwhile_is_told_and_not_done_again(scene: Scene) -> None:
    document = scene.document(owner(scene), picture())
    scene.sim.refuse_document(document, "DOCUMENT_UNREADABLE")

    answer = scene.press(f"/_desk/documents/{document}/accept")

    assert answer.status_code == 422
    assert "no longer possible" in answer.text
    assert status(scene, document) == "REFUSED"


def test_a_declaration_of_owners_is_decided_with_a_reason(scene: Scene) -> None:
    id = scene.user(COMPANY)["Id"]
    path = f"users/{id}/kyc/ubodeclarations"
    declaration = scene.call("POST", path)["Id"]
    ubo = {
        "FirstName": "Una", "LastName": "Owner", "Address": OWNER["Address"], "Nationality": "FR",
        "Birthday": 652117514, "Birthplace": {"City": "Paris", "Country": "FR"},
    }  # fmt: skip
    scene.call("POST", f"{path}/{declaration}/ubos", ubo)
    scene.call("PUT", f"{path}/{declaration}", {"Status": "VALIDATION_ASKED"})
    desk = f"/_desk/documents/{declaration}"

    shown = words(scene.look(desk))
    without = scene.press(f"{desk}/decide", {"status": "REFUSED"})
    scene.followed(scene.press(f"{desk}/decide", {"status": "INCOMPLETE", "reason": "MISSING_UBO"}))

    assert "Una Owner" in shown
    assert (without.status_code, "Choose a reason." in without.text) == (422, True)
    seen = scene.call("GET", f"{path}/{declaration}")
    assert (seen["Status"], seen["Reason"]) == ("INCOMPLETE", "MISSING_UBO")


# Users.


def test_a_user_is_enrolled_from_the_desk(scene: Scene) -> None:
    id = scene.user(OWNER)["Id"]

    said = scene.followed(scene.press(f"/_desk/users/{id}/activate"))

    assert "Done: Complete the enrolment." in said
    assert scene.seen(id)["UserStatus"] == "ACTIVE"


def test_a_level_that_cannot_be_is_told_in_the_page(scene: Scene) -> None:
    id = scene.user(PAYER)["Id"]

    answer = scene.press(f"/_desk/users/{id}/set-level", {"level": "REGULAR"})

    assert answer.status_code == 422
    assert "only an OWNER can be REGULAR" in answer.text
    assert scene.seen(id)["KYCLevel"] == "LIGHT"


def test_other_actions_on_a_user_do_what_they_say(scene: Scene) -> None:
    id = owner(scene)
    desk = f"/_desk/users/{id}"

    scene.followed(scene.press(f"{desk}/set-level", {"level": "REGULAR"}))
    scene.followed(scene.press(f"{desk}/consent", {"Transfer": "on"}))
    scene.followed(scene.press(f"{desk}/block", {"outflows": "on", "code": "008703"}))
    scene.followed(scene.press(f"{desk}/require-renewal", {"deadline": "2030-12-31"}))
    wrong = [
        scene.press(f"{desk}/block", {"code": "87"}),
        scene.press(f"{desk}/require-renewal", {"deadline": "soon"}),
        scene.press(f"{desk}/fly"),
    ]

    user = scene.sim.store.user(id)
    assert user is not None
    assert (user.kyc_level, user.consents) == ("REGULAR", ("Transfer",))
    assert (user.inflows_blocked, user.outflows_blocked) == (False, True)
    assert user.renewal_deadline == "2030-12-31"
    assert [answer.status_code for answer in wrong] == [422] * 3


def test_words_of_what_was_done_are_seen_once(scene: Scene) -> None:
    id = scene.user(OWNER)["Id"]
    location = scene.press(f"/_desk/users/{id}/activate").headers["Location"]

    first, second = scene.look(location).text, scene.look(location).text

    assert 'role="status"' in first
    assert 'role="status"' not in second


# Requests, notifications, conditions.


def test_requests_are_shown_and_their_secrets_are_not(scene: Scene) -> None:
    token = requests.post(
        f"{scene.base_url}/v2.01/oauth/token",
        json={"grant_type": "client_credentials", "client_secret": "veryhidden"},
        auth=("acme", "key"),
        timeout=10,
    ).json()["access_token"]
    made = scene.user(OWNER)
    secret = made["PendingUserAction"]["RedirectUrl"].rpartition("=")[2]
    document = scene.document(made["Id"], picture())
    consult = scene.call("POST", f"kyc/documents/{document}/consult")
    key = str(consult[0]["Url"]).rpartition("/")[2]  # type: ignore[index]
    requests.get(f"{scene.base_url}/consult/{key}?token={token}", timeout=10)

    listed = [scene.look(f"/_desk/requests?page={number}").text for number in (1, 2)]
    numbers = {each for page in listed for each in re.findall(r"/_desk/requests/(\d+)", page)}
    shown = [words(scene.look(f"/_desk/requests/{number}")) for number in numbers]

    everything = "\n".join((*listed, *shown))
    for hidden in (token, secret, key, "veryhidden", "YWNtZTprZXk"):
        assert hidden not in everything
    assert "alex.smith@example.com" in everything
    assert "bearer ***" in everything
    assert "/consult/***" in words(scene.look("/_desk/requests"))


def test_a_dropped_connection_is_in_the_log(scene: Scene) -> None:
    scene.sim.misbehave(kind="drop_after", times=1)

    with pytest.raises(requests.ConnectionError):
        scene.call("GET", "users")

    assert "dropped" in scene.look("/_desk/requests").text


def test_a_notification_is_shown_with_each_try(scene: Scene) -> None:
    def deaf(environ: Any, start_response: Any) -> list[bytes]:
        start_response("503 Busy", [("Content-Type", "text/plain")])
        return [b""]

    with serve(deaf) as url:
        hook = {"EventType": "KYC_CREATED", "Url": f"{url}/hook"}
        scene.call("POST", "hooks", hook)
        scene.document(owner(scene), picture())
        first = scene.followed(scene.press("/_desk/notifications/deliver"))
        scene.clock.advance(601)
        second = scene.followed(scene.press("/_desk/notifications/deliver"))

    assert "Sent: 1." in first
    assert "KYC_CREATED" in first
    assert f"{url}/hook" in first
    assert first.count('<span class="badge bad">503</span>') == 1
    assert second.count('<span class="badge bad">503</span>') == 2


def test_a_fault_is_switched_on_and_off(scene: Scene) -> None:
    form = {"kind": "error", "route": "GET *", "times": "3", "probability": "1", "seed": "7"}

    on = scene.followed(scene.press("/_desk/conditions/faults", form))
    met = scene.http.get(f"{scene.base_url}/v2.01/acme/users", timeout=10).status_code
    off = scene.followed(scene.press("/_desk/conditions/faults/clear"))
    after = scene.http.get(f"{scene.base_url}/v2.01/acme/users", timeout=10).status_code

    assert "3 times" in on
    assert (met, after) == (500, 200)
    assert "No fault is set" in off


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "flood"), ("kind", ""), ("times", "0"), ("times", "1.5"), ("times", "x"),
        ("probability", "2"), ("probability", "nan"), ("seed", "a"), ("seconds", "-1"),
        ("seconds", "inf"), ("status", "200"), ("status", "x"),
    ],
)  # fmt: skip
def test_a_wrong_fault_is_told_beside_its_field(scene: Scene, field: str, value: str) -> None:
    form = {"kind": "slow", "route": "*", "probability": "1", "seed": "0", field: value}

    answer = scene.press("/_desk/conditions/faults", form)

    assert answer.status_code == 422
    assert f'id="faults-{field}-error"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert "No fault is set" in answer.text


def test_the_clock_is_moved_both_ways(scene: Scene) -> None:
    before = scene.clock()

    scene.followed(scene.press("/_desk/conditions/clock", {"amount": "2", "unit": "days"}))
    moved = scene.clock() - before
    scene.followed(scene.press("/_desk/conditions/clock", {"amount": "-48", "unit": "hours"}))
    wrong = [
        scene.press("/_desk/conditions/clock", {"amount": amount, "unit": "days"})
        for amount in ("", "soon", "1e300", "-1e5", "nan")
    ]

    assert moved == 2 * 86_400
    assert scene.clock() == before
    assert [answer.status_code for answer in wrong] == [422] * 5


# Who is refused.


@pytest.mark.parametrize("path", [*PATHS, "/_desk/nothing"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "["])
def test_a_foreign_name_for_this_machine_reads_nothing(scene: Scene, path: str, host: str) -> None:
    answer = scene.look(path, Host=host)

    assert answer.status_code in (400, 403)
    assert "Users" not in answer.text


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
    ],
)
@pytest.mark.parametrize(
    "path",
    ["documents/{}/accept", "conditions/clock", "conditions/faults", "notifications/deliver"],
)
def test_a_page_from_elsewhere_changes_nothing(
    scene: Scene, path: str, header: dict[str, str]
) -> None:
    document = scene.document(owner(scene), picture())
    before = scene.clock()
    form = {"amount": "1", "unit": "days", "kind": "error", "probability": "1"}

    answer = scene.press(f"/_desk/{path.format(document)}", form, **header)

    assert answer.status_code == 403
    assert status(scene, document) == "VALIDATION_ASKED"
    assert scene.clock() == before


def test_looking_at_the_desk_counts_as_no_request(scene: Scene) -> None:
    before = len(scene.sim.log)

    scene.look("/_desk")

    assert len(scene.sim.log) == before


def test_names_with_odd_signs_have_an_address(scene: Scene) -> None:
    assert scene.look("/_desk/users/a%2Fb%3Fc").status_code == 404
    assert scene.look("/_desk/users/%00").status_code == 404
