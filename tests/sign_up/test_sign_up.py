"""The sign-up of the docs in a browser: form, provider, return, notifications, status page."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn
from attrs import frozen
from onboarding.simulation import serve
from tests.simulators.desk.browser import (
    WIDTHS,
    axe_findings,
    complaints,
    dressed,
    follow,
    opened,
    overflow,
    photographed,
)

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.stripe import StripeSimulator

APP = Path(__file__).parents[2] / "docs" / "sign-up"
CSS = "css selector"
STRIPE_KEY, SECRET = "sk_test_acme", "whsec_acme"
SECRETS = {
    "MANGOPAY_API_KEY": "acme-key",
    "STRIPE_API_KEY": STRIPE_KEY,
    "STRIPE_WEBHOOK_SECRET": SECRET,
}
ONA = {
    "identity.given_name": "Ona",
    "identity.family_name": "Šimkutė",
    "identity.birthdate": "1968-03-09",
    "identity.nationality": "LT",
    "email": "ona@example.com",
}
ADA = {
    "identity.given_name": "Ada",
    "identity.family_name": "Smith",
    "identity.birthdate": "1901-01-01",
    "email": "ada@example.com",
    "phone": "+12025550123",
    "address.line1": "1 Main Street",
    "address.city": "Springfield",
    "address.region": "IL",
    "address.postal_code": "62701",
    "identity.national_id.code": "000000000",
    "identity.national_id.country": "US",
}
WIDGETS = {
    "company.legal_name": "Widgets",
    "company.legal_person_type": "business",
    "company.headquarters.line1": "1 rue de la Paix",
    "company.headquarters.city": "Paris",
    "company.headquarters.postal_code": "75002",
    "company.registration_number": "123456789",
    "people[representative].identity.given_name": "Ona",
    "people[representative].identity.family_name": "Šimkutė",
    "people[representative].identity.birthdate": "1968-03-09",
    "people[representative].identity.nationality": "LT",
    "people[representative].identity.country_of_residence": "FR",
    "people[representative].email": "ona@example.com",
    "email": "office@example.com",
}


@frozen
class Site:
    """The application, and the two providers behind it."""

    url: str
    mangopay: MangoPaySimulator
    stripe: StripeSimulator


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("sign-up")
    mangopay = MangoPaySimulator(client_id="acme", api_key=SECRETS["MANGOPAY_API_KEY"])
    stripe = StripeSimulator(api_key=STRIPE_KEY, webhook_secret=SECRET)
    with serve(mangopay) as fr, serve(stripe) as us, pytest.MonkeyPatch.context() as patch:
        config = (APP / "onboarding.toml").read_text("utf-8")
        for there, here in zip(re.findall(r"http://[0-9.:]+", config), (fr, us), strict=True):
            config = config.replace(there, here)
        (place / "onboarding.toml").write_text(config, "utf-8")
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        patch.setenv("ONBOARDING_CONFIG", str(place / "onboarding.toml"))
        patch.setenv("ONBOARDING_DIRECTORY", f"sqlite:///{place / 'onboarding.db'}")
        spec = spec_from_file_location("sign_up_app", APP / "app.py")
        assert spec is not None
        assert spec.loader is not None
        patch.setitem(sys.modules, spec.name, module_from_spec(spec))
        spec.loader.exec_module(sys.modules[spec.name])
        settings = uvicorn.Config(sys.modules[spec.name].app, port=0, log_level="error")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.02)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield Site(f"http://127.0.0.1:{port}", mangopay, stripe)
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with opened(tmp_path_factory.mktemp("profile")) as made:
        yield made


def begin(browser: Any, site: Site, kind: str, country: str) -> None:
    browser.get(site.url)
    for name, value in (("kind", kind), ("country", country)):
        browser.find_element(CSS, f"[name={name}] option[value={value}]").click()
    press(browser)


def fill(browser: Any, values: Mapping[str, str]) -> None:
    """Fills a form: each field of it by its name, as a person would."""
    for name, value in values.items():
        field = browser.find_element(CSS, f'[name="{name}"]')
        if field.get_attribute("type") == "date":
            browser.execute_script("arguments[0].value = arguments[1]", field, value)
        else:
            field.send_keys(value) if field.tag_name == "input" else choose(field, value)
    browser.find_element(CSS, '[name="terms.accepted"]').click()


def choose(field: Any, value: str) -> None:
    field.find_element(CSS, f'option[value="{value}"]').click()


def press(browser: Any) -> None:
    follow(browser, browser.find_element(CSS, "main button"))


def shown(browser: Any) -> str:
    return str(browser.find_element(CSS, "main").text)


def looked_at(browser: Any, place: Path, name: str) -> None:
    """Keeps a picture of the page in both widths; nothing may be too wide or refused by axe."""
    for width in WIDTHS:
        dressed(browser, width, "light")
        assert overflow(browser) <= 0
        assert axe_findings(browser) == []
        photographed(browser, place, f"sign-up-{name}-{width}")
    assert complaints(browser) == []


def test_a_person_in_france_goes_to_mangopay_and_comes_back(
    browser: Any, site: Site, tmp_path: Path
) -> None:
    browser.get(site.url)
    looked_at(browser, tmp_path, "start")
    begin(browser, site, "person", "FR")
    looked_at(browser, tmp_path, "person-at-mangopay")
    fill(browser, ONA)
    press(browser)

    assert "acme asks you to enrol" in shown(browser)
    follow(browser, browser.find_element(CSS, "button[value=confirm]"))

    assert browser.current_url.startswith(f"{site.url}/users/")
    assert "Provider\nmangopay\nStatus\nactive" in shown(browser)
    looked_at(browser, tmp_path, "status-at-mangopay")


def test_a_person_in_the_us_goes_to_stripe_whose_notification_is_received(
    browser: Any, site: Site, tmp_path: Path
) -> None:
    site.stripe.listen(f"{site.url}/notifications/us")
    begin(browser, site, "person", "US")
    looked_at(browser, tmp_path, "person-at-stripe")
    fill(browser, ADA)
    press(browser)

    assert "Stripe" in shown(browser)
    looked_at(browser, tmp_path, "page-of-stripe")
    press(browser)

    assert "Provider\nstripe" in shown(browser)
    looked_at(browser, tmp_path, "status-at-stripe")
    assert "documents" not in shown(browser)
    site.stripe.demand(account_id(site), "individual.verification.document", 10)
    assert site.stripe.deliver_events() > 0
    assert {delivery.status for delivery in site.stripe.deliveries} == {200}
    browser.refresh()

    assert "documents.proof_of_identity until" in shown(browser)
    looked_at(browser, tmp_path, "due-at-stripe")


def account_id(site: Site) -> str:
    """The id of the account that Stripe's simulator created last."""
    with serve(site.stripe) as us:
        found = requests.get(f"{us}/v1/accounts", auth=(STRIPE_KEY, ""), timeout=10).json()
    return str(found["data"][0]["id"])


def test_a_company_in_france_goes_to_mangopay(browser: Any, site: Site, tmp_path: Path) -> None:
    begin(browser, site, "company", "FR")
    looked_at(browser, tmp_path, "company-at-mangopay")
    fill(browser, WIDGETS)
    press(browser)

    assert "Widgets" in shown(browser)


def test_a_problem_stands_at_its_field_and_what_was_typed_is_kept(
    browser: Any, site: Site, tmp_path: Path
) -> None:
    begin(browser, site, "person", "US")
    fill(browser, {**ADA, "phone": "12"})
    press(browser)

    field = browser.find_element(CSS, "[name=phone]")
    assert field.find_element("xpath", "..").find_element(CSS, ".problem").text
    assert browser.find_element(CSS, "[name=email]").get_attribute("value") == ADA["email"]
    looked_at(browser, tmp_path, "problem")


def test_a_form_that_is_sent_twice_creates_one_user(site: Site) -> None:
    page = requests.get(f"{site.url}/sign-up?kind=person&country=FR", timeout=10)
    (own,) = re.findall(r'name="own_id" value="([^"]+)"', page.text)
    before = created(site)

    for _ in range(2):
        answer = requests.post(
            page.url, {**ONA, "terms.accepted": "on", "own_id": own}, timeout=10,
            allow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == 303

    assert created(site) == before + 1


def created(site: Site) -> int:
    return sum(one.method == "POST" and one.status == 200 and one.path.endswith("/users/natural")
               for one in site.mangopay.log)  # fmt: skip


def test_a_forged_notification_is_refused(site: Site) -> None:
    body = b'{"id": "evt_1", "object": "event"}'

    answer = requests.post(f"{site.url}/notifications/us", body, timeout=10)

    assert answer.status_code == 400


def test_the_application_has_fewer_than_200_lines() -> None:
    lines = [(APP / name).read_text("utf-8").count("\n") for name in ("app.py", "page.html")]

    assert sum(lines) < 200
