"""Hooks at the simulator: registered, notified over a real socket, notified again, given up."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
from attrs import define, field
from onboarding.simulation import serve
from tests.mangopay.stage import NATURAL, OWNER, PAYER, Stage, errors, good, refusal
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

EVENT = "USER_ACCOUNT_VALIDATION_ASKED"
KEYS = "Url Status Validity EventType Id Tag CreationDate Email"


@define
class Listener:
    """A platform's own server, which writes down what it hears."""

    url: str = ""
    status: int = 200
    heard: list[dict[str, str]] = field(factory=list[dict[str, str]])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        assert (request.method, request.get_data()) == ("GET", b"")
        self.heard.append(request.args.to_dict())
        return Response(status=self.status)(environ, start_response)


@pytest.fixture
def listener() -> Iterator[Listener]:
    app = Listener()
    with serve(app) as url:
        app.url = f"{url}/hook"
        yield app


def registered(stage: Stage, url: str, event: str = EVENT) -> str:
    return str(stage.made("hooks", {"EventType": event, "Url": url})["Id"])


def test_a_hook_is_shown_with_the_documented_keys(stage: Stage) -> None:
    sent = {"EventType": EVENT, "Url": "https://example.com/h", "Tag": "t", "Email": "a@b.fr"}

    made = stage.made("hooks", sent)

    assert list(made) == KEYS.split()
    assert made["Id"].startswith("hook_m_")
    assert (made["Status"], made["Validity"]) == ("ENABLED", "VALID")
    assert made | sent == made
    assert good(stage.call("GET", f"hooks/{made['Id']}")) == made
    assert stage.call("GET", "hooks").json() == [made]


def test_an_event_type_has_one_hook(stage: Stage) -> None:
    registered(stage, "https://example.com")

    answer = stage.call("POST", "hooks", {"EventType": EVENT, "Url": "https://example.org"})

    text = "A hook has already been registered for this EventType"
    assert errors(answer) == {"EventType": text}


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com", "https://", "http://[", None])
def test_a_hook_has_an_address_of_the_web(stage: Stage, url: str | None) -> None:
    assert list(errors(stage.call("POST", "hooks", {"EventType": EVENT, "Url": url}))) == ["Url"]


def test_an_event_is_notified_by_a_get_with_its_odd_spelling(
    stage: Stage, listener: Listener
) -> None:
    registered(stage, f"{listener.url}?secret=s")
    user = stage.made(NATURAL, OWNER)["Id"]

    assert stage.sim.deliver_hooks() == 1

    said = {"RessourceId": user, "EventType": EVENT, "Date": "1737216704", "secret": "s"}
    assert listener.heard == [said]
    (delivery,) = stage.sim.deliveries
    assert (delivery.status, delivery.attempt, delivery.succeeded) == (200, 1, True)
    assert stage.sim.deliver_hooks() == 0


def test_nothing_is_notified_that_nobody_registered_for(stage: Stage, listener: Listener) -> None:
    registered(stage, listener.url, "USER_ACCOUNT_CLOSED")

    stage.made(NATURAL, OWNER)

    assert stage.sim.deliver_hooks() == 0


def test_a_failed_notification_comes_again_for_three_days(stage: Stage, listener: Listener) -> None:
    registered(stage, listener.url)
    stage.made(NATURAL, OWNER)
    listener.status = 500
    start = stage.clock()
    tries: list[float] = []

    for _ in range(4 * 24 * 6):
        if stage.sim.deliver_hooks():
            tries.append((stage.clock() - start) / 60)
        stage.clock.advance(600)

    assert tries == [0, 10, 20, 30, 40, 50, 60] + [60 + 480 * n for n in range(1, 9)]
    assert tries[-1] <= 3 * 24 * 60


def test_a_late_success_ends_the_retries(stage: Stage, listener: Listener) -> None:
    registered(stage, listener.url)
    stage.made(NATURAL, OWNER)
    listener.status = 204  # only 200 counts
    stage.sim.deliver_hooks()

    listener.status = 200
    stage.clock.advance(600)
    stage.sim.deliver_hooks()
    stage.clock.advance(600)

    assert stage.sim.deliver_hooks() == 0
    assert [each.status for each in stage.sim.deliveries] == [204, 200]


def test_a_hook_is_invalid_after_a_hundred_failures_in_a_row(
    stage: Stage, listener: Listener
) -> None:
    id = registered(stage, listener.url)
    listener.status = 500
    for number in range(100):
        stage.sim.emit(EVENT, str(number))

    stage.sim.deliver_hooks()

    assert good(stage.call("GET", f"hooks/{id}"))["Validity"] == "INVALID"
    stage.clock.advance(600)
    stage.sim.emit(EVENT, "later")
    assert stage.sim.deliver_hooks() == 0
    assert stage.changed("hooks", id, {"Validity": "VALID"})["Validity"] == "VALID"
    stage.sim.emit(EVENT, "revived")
    assert stage.sim.deliver_hooks() == 1


def test_one_success_starts_the_count_of_failures_anew(stage: Stage, listener: Listener) -> None:
    id = registered(stage, listener.url)
    for count, status in ((99, 500), (1, 200), (99, 500)):
        listener.status = status
        for number in range(count):
            stage.sim.emit(EVENT, str(number))
        stage.sim.deliver_hooks()

    assert good(stage.call("GET", f"hooks/{id}"))["Validity"] == "VALID"


def test_a_disabled_hook_is_left_alone(stage: Stage, listener: Listener) -> None:
    id = registered(stage, listener.url)
    stage.changed("hooks", id, {"Status": "DISABLED"})

    stage.made(NATURAL, OWNER)

    assert stage.sim.deliver_hooks() == 0


def test_an_address_where_nobody_listens_is_no_success(stage: Stage) -> None:
    registered(stage, "http://127.0.0.1:9/hook")
    stage.made(NATURAL, OWNER)

    stage.sim.deliver_hooks()

    assert [each.status for each in stage.sim.deliveries] == [None]


def test_a_thread_sends_by_itself_if_told_to(stage: Stage, listener: Listener) -> None:
    stage.sim.send_hooks = True
    registered(stage, listener.url)

    stage.made(NATURAL, OWNER)

    end = time.monotonic() + 10
    while not listener.heard and time.monotonic() < end:
        time.sleep(0.02)
    assert len(listener.heard) == 1


def test_the_address_of_a_hook_is_in_no_repr(stage: Stage, listener: Listener) -> None:
    registered(stage, f"{listener.url}?secret=s3cr3t")
    stage.made(NATURAL, OWNER)
    stage.sim.deliver_hooks()

    assert "s3cr3t" not in repr(stage.sim.deliveries)


# --- events (docs: webhooks/event-types, events) -------------------------------------------------


def test_the_life_of_a_user_is_told_in_events(stage: Stage) -> None:
    payer = stage.made(NATURAL, PAYER)["Id"]
    body = {
        "UserCategory": "OWNER",
        "TermsAndConditionsAccepted": True,
        "Birthday": 0,
        "Nationality": "FR",
        "CountryOfResidence": "FR",
    }
    stage.call("PUT", f"{NATURAL}/{payer}/category", body)
    stage.sim.activate(payer)
    document = stage.document(payer, tag="accept")
    stage.call("DELETE", f"users/natural/{payer}")

    assert stage.events() == [
        ("USER_CATEGORY_UPDATED_TO_OWNER", payer),
        ("USER_ACCOUNT_VALIDATION_ASKED", payer),
        ("USER_ACCOUNT_ACTIVATED", payer),
        ("SCA_ENROLLMENT_SUCCEEDED", payer),
        ("KYC_CREATED", document),
        ("KYC_VALIDATION_ASKED", document),
        ("KYC_SUCCEEDED", document),
        ("USER_KYC_REGULAR", payer),
        ("USER_ACCOUNT_CLOSED", payer),
        ("USER_INFLOWS_BLOCKED", payer),
        ("USER_OUTFLOWS_BLOCKED", payer),
    ]


def test_a_refused_call_tells_nothing(stage: Stage) -> None:
    user = stage.owner()
    stage.document(user, tag="accept")
    before = stage.events()
    change = {
        "LastName": "Else",
        "Email": "new@example.com",
        "TermsAndConditionsAccepted": True,
        "ScaContext": "USER_NOT_PRESENT",
    }

    answer = stage.call("PUT", f"{NATURAL}/{user}", change)

    assert refusal(answer)[1] == "sca_proxy_missing"
    assert (stage.events(), stage.level(user)) == (before, "REGULAR")


def test_events_are_found_by_type_and_time_for_45_days(stage: Stage) -> None:
    first = stage.made(NATURAL, OWNER)["Id"]
    stage.clock.advance(600)
    second = stage.made(NATURAL, OWNER)["Id"]

    def found(query: str) -> list[str]:
        rows = stage.call("GET", f"events?{query}").json()
        return [row["ResourceId"] for row in rows]

    assert found(f"EventType={EVENT}") == [first, second]
    assert found(f"EventType={EVENT}&sort=Date:DESC") == [second, first]
    assert found(f"EventType={EVENT}&AfterDate={int(stage.clock()) - 1}") == [second]
    assert found("EventType=USER_KYC_LIGHT") == []
    too_old = stage.call("GET", f"events?AfterDate={int(stage.clock()) - 46 * 86400}")
    assert list(errors(too_old)) == ["AfterDate"]


def test_an_event_nobody_has_heard_of_is_kept(stage: Stage) -> None:
    stage.sim.emit("USER_TELEPORTED", "x")

    assert stage.events() == [("USER_TELEPORTED", "x")]
