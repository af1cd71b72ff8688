"""The hosted page and the desk in a browser: walked through, looked at by axe, photographed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from onboarding.simulation import serve

from .browser import (
    SCHEMES,
    WIDTHS,
    axe_findings,
    complaints,
    dressed,
    follow,
    opened,
    overflow,
    photographed,
)  # fmt: skip
from .papers import pdf, picture
from .paysera_scene import PayseraScene, new_paysera
from .scene import COMPANY, OWNER, PAYER, Scene

CSS = "css selector"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with opened(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """The platform's own site, to which a hosted page returns."""

    def welcome(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [b"<!doctype html><title>Back</title><p>Welcome back."]

    with serve(welcome) as base_url:
        yield f"{base_url}/welcome?order=7"


@pytest.fixture(scope="module")
def peopled(scene: Scene) -> dict[str, str]:
    """A platform with some history; gives the paths of its pages by name."""
    for number in range(27):
        scene.user(PAYER, FirstName="Sam", LastName=f"Payer {number}")
    company = scene.user(COMPANY)["Id"]
    scene.sim.activate(company)
    scene.document(company, pdf("Articles"), type="ARTICLES_OF_ASSOCIATION")
    scene.call("POST", "hooks", {"EventType": "KYC_SUCCEEDED", "Url": "http://127.0.0.1:9/hook"})
    owner = scene.user(OWNER)
    done = scene.document(owner["Id"], picture(), pdf("Back"))
    scene.sim.accept_document(done)
    scene.sim.deliver_hooks()
    waiting = scene.document(owner["Id"], picture(), type="ADDRESS_PROOF")
    session = scene.call(
        "POST", f"users/{company}/identity-verifications", {"ReturnUrl": "http://127.0.0.1/x"}
    )
    consent = scene.call("POST", f"sca/users/{owner['Id']}/consent")["PendingUserAction"]
    scene.sim.misbehave(kind="slow", route="POST *", probability=0.1, seed=7, seconds=0)
    scene.call("GET", "users")
    enrol = owner["PendingUserAction"]["RedirectUrl"]

    def path(url: str) -> str:
        return str(url).removeprefix(scene.base_url)

    return {
        "users": "/_desk",
        "users-page-2": "/_desk?page=2",
        "users-found": f"/_desk?q={owner['Id']}",
        "user": f"/_desk/users/{owner['Id']}",
        "company": f"/_desk/users/{company}",
        "documents": "/_desk/documents",
        "document": f"/_desk/documents/{waiting}",
        "document-decided": f"/_desk/documents/{done}",
        "verification": f"/_desk/documents/{session['Id']}",
        "requests": "/_desk/requests",
        "request": "/_desk/requests/35",
        "notifications": "/_desk/notifications",
        "conditions": "/_desk/conditions",
        "nothing": "/_desk/nothing/here",
        "sca-enrol": f"{path(enrol)}&lang=fr&returnUrl=http%3A%2F%2Flocalhost%2Fback",
        "sca-consent": f"{path(consent['RedirectUrl'])}&returnUrl=http%3A%2F%2Flocalhost%2Fback",
        "sca-unknown": "/?token=unknown",
        "identity": path(session["HostedUrl"]),
    }


@pytest.fixture(scope="module")
def paysera() -> Iterator[tuple[str, dict[str, str]]]:
    """The address of Paysera's simulator, with the paths of its pages by name."""
    simulator = new_paysera()
    with serve(simulator) as base_url:
        scene = PayseraScene(base_url, simulator)
        user = scene.user()
        scene.described(user, picture())
        request = scene.request(user, picture())
        simulator.issue_token(user, ["email"])
        query = "client_id=acme&response_type=code&redirect_uri=https://shop.example/"
        yield (
            base_url,
            {
                "paysera-users": "/_desk",
                "paysera-user": f"/_desk/users/{user}",
                "paysera-documents": "/_desk/documents",
                "paysera-document": f"/_desk/documents/request-{request}",
                "paysera-consent": f"/frontend/oauth?{query}&scope=email%20identity",
            },
        )


PAYSERA_PAGES = (
    "paysera-users", "paysera-user", "paysera-documents", "paysera-document", "paysera-consent",
)  # fmt: skip
PAGES = (
    "users", "users-page-2", "users-found", "user", "company", "documents", "document",
    "document-decided", "verification", "requests", "request", "notifications", "conditions",
    "nothing", "sca-enrol", "sca-consent", "sca-unknown", "identity",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_in_light_and_dark_wide_and_narrow(
    browser: Any, scene: Scene, peopled: dict[str, str], tmp_path: Path, name: str
) -> None:
    findings, wider = looked_at(browser, f"{scene.base_url}{peopled[name]}", tmp_path, name)

    assert not any(findings.values()), findings
    assert not any(wider.values()), wider


@pytest.mark.parametrize("name", PAYSERA_PAGES)
def test_so_is_a_page_of_paysera(
    browser: Any, paysera: tuple[str, dict[str, str]], tmp_path: Path, name: str
) -> None:
    base_url, paths = paysera

    findings, wider = looked_at(browser, f"{base_url}{paths[name]}", tmp_path, name)

    assert not any(findings.values()), findings
    assert not any(wider.values()), wider


def looked_at(
    browser: Any, url: str, folder: Path, name: str
) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Gives what axe finds or the browser blocks, and by how much the page is too wide."""
    findings: dict[str, list[str]] = {}
    wider: dict[str, int] = {}
    for width in WIDTHS:
        for scheme in SCHEMES:
            dressed(browser, width, scheme)
            browser.get(url)
            photographed(browser, folder, f"{name}-{width}-{scheme}")
            for summary in browser.find_elements(CSS, "details:not([open]) > summary"):
                summary.click()
            findings[f"{width} {scheme}"] = [*complaints(browser), *axe_findings(browser)]
            wider[f"{width} {scheme}"] = overflow(browser)
    return findings, wider


def test_axe_finds_what_cannot_be_read(browser: Any) -> None:
    grey = "<!doctype html><html lang=en><title>x</title><p style='color:%23ccc'>hardly there"
    browser.get(f"data:text/html,{grey}")

    found = axe_findings(browser)

    assert any("color-contrast" in each for each in found)


def enrolling(scene: Scene, app: str) -> tuple[str, str]:
    """Gives a new owner with the address to send it to, as a platform would."""
    user = scene.user(OWNER)
    redirect = user["PendingUserAction"]["RedirectUrl"]
    return str(user["Id"]), f"{redirect}&returnUrl={quote(app, safe='')}&lang=de"


def press(browser: Any, label: str) -> None:
    """Presses the one button of that name that can be seen."""
    buttons = browser.find_elements(CSS, "button")
    (button,) = [each for each in buttons if each.text == label and each.is_displayed()]
    follow(browser, button)


def unfold(browser: Any, label: str) -> None:
    summaries = browser.find_elements(CSS, "summary")
    (summary,) = [each for each in summaries if each.text.startswith(label)]
    summary.click()


def text(browser: Any) -> str:
    found: str = browser.find_element(CSS, "main").text
    return found


def walk(browser: Any, scene: Scene, app: str) -> str:
    """Goes the whole way of a user and of a reviewer; gives the user's id."""
    from selenium.webdriver.support.select import Select

    # One who refuses.
    refusing, address = enrolling(scene, app)
    browser.get(address)
    press(browser, "Refuse")
    assert browser.current_url == f"{app}&controlStatus=FAILED"
    assert scene.seen(refusing)["UserStatus"] == "PENDING_USER_ACTION"

    # One who confirms.
    user_id, address = enrolling(scene, app)
    browser.get(address)
    assert "Alex Smith" in text(browser)
    press(browser, "Confirm")
    assert browser.current_url == f"{app}&controlStatus=VALIDATED"
    assert scene.seen(user_id)["UserStatus"] == "ACTIVE"
    browser.get(address)
    assert "used already" in text(browser)

    # A document that nobody can read.
    blurred = scene.document(user_id, picture())
    browser.get(f"{scene.base_url}/_desk")
    follow(browser, browser.find_element("link text", "Documents"))
    follow(browser, browser.find_element(CSS, f"a[href$='{blurred}']"))
    assert browser.find_element(CSS, "figure img").size["width"] > 100
    unfold(browser, "Refuse")
    press(browser, "Refuse")
    assert "This field is required." in text(browser)
    Select(browser.find_element("id", "refuse-reason")).select_by_value("DOCUMENT_UNREADABLE")
    browser.find_element("id", "refuse-message").send_keys("Blurred")
    press(browser, "Refuse")
    assert "Done: Refuse." in text(browser)
    assert scene.call("GET", f"kyc/documents/{blurred}")["RefusedReasonMessage"] == "Blurred"
    assert scene.seen(user_id)["KYCLevel"] == "LIGHT"

    # A better one.
    sharp = scene.document(user_id, picture())
    browser.get(f"{scene.base_url}/_desk/users/{user_id}")
    assert "REGULAR" not in browser.find_element(CSS, ".lead").text
    follow(browser, browser.find_element(CSS, f"a[href$='{sharp}']"))
    press(browser, "Accept")
    assert "VALIDATED" in browser.find_element(CSS, ".lead").text
    follow(browser, browser.find_element("link text", "Alex Smith"))
    assert "REGULAR" in browser.find_element(CSS, ".lead").text
    return user_id


def test_a_user_enrols_and_a_reviewer_decides(browser: Any, scene: Scene, app: str) -> None:
    dressed(browser, 390, "light")

    user_id = walk(browser, scene, app)

    assert scene.seen(user_id)["KYCLevel"] == "REGULAR"


def test_all_of_it_works_without_scripts(tmp_path: Path, scene: Scene, app: str) -> None:
    with opened(tmp_path / "profile", scripts=False) as browser:
        browser.get("data:text/html,<title>off</title><script>document.title='on'</script>")
        assert browser.title == "off"

        user_id = walk(browser, scene, app)

    assert scene.seen(user_id)["KYCLevel"] == "REGULAR"
