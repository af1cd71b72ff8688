"""The hosted page behind an account link: used once, for minutes, and what it leads to."""

from __future__ import annotations

import re
from typing import Any

import requests

from .stage import BOTH, CUSTOM, KEY, Stage

RETURN, REFRESH = "https://example.com/return", "https://example.com/refresh"


def linked(stage: Stage, **more: Any) -> tuple[str, str]:
    """Makes an account and a link for it."""
    sent = {"type": "express", "country": "US", "capabilities": BOTH}
    id = str(stage.v1.accounts.create(sent | {"business_type": "individual"}).id)
    link = {"account": id, "type": "account_onboarding", "refresh_url": REFRESH}
    return id, stage.v1.account_links.create(link | {"return_url": RETURN} | more).url


def opened(url: str) -> requests.Response:
    return requests.get(url, allow_redirects=False, timeout=9)


def decided(stage: Stage, page: requests.Response, decision: str) -> requests.Response:
    target = re.search(r'action="([^"]+)"', page.text)
    assert target is not None
    return requests.post(
        stage.base_url + target[1], data={"decision": decision}, allow_redirects=False, timeout=9
    )


def test_the_user_gives_what_is_owed_and_comes_back(stage: Stage) -> None:
    id, url = linked(stage)
    page = opened(url)
    back = decided(stage, page, "complete")
    stage.wait()
    account = stage.v1.accounts.retrieve(id)

    assert "individual.first_name" in page.text
    assert (back.status_code, back.headers["Location"]) == (303, RETURN)
    assert account.requirements.currently_due == []
    assert account.charges_enabled
    assert account.details_submitted


def test_coming_back_proves_nothing(stage: Stage) -> None:
    id, url = linked(stage)
    back = decided(stage, opened(url), "later")

    assert back.headers["Location"] == RETURN
    assert not stage.v1.accounts.retrieve(id).details_submitted


def test_a_link_is_used_once(stage: Stage) -> None:
    _, url = linked(stage)
    page = opened(url)
    again = opened(url)
    done = decided(stage, page, "later")
    twice = decided(stage, page, "complete")

    assert (again.status_code, again.headers["Location"]) == (303, REFRESH)
    assert done.status_code == 303
    assert twice.status_code == 410


def test_a_link_expires_within_minutes(stage: Stage) -> None:
    _, url = linked(stage)
    stage.wait(5 * 60)

    assert opened(url).headers["Location"] == REFRESH


def test_everything_is_asked_on_demand(stage: Stage) -> None:
    options = {"fields": "eventually_due", "future_requirements": "include"}
    id, url = linked(stage, collection_options=options)
    page = opened(url)
    decided(stage, page, "complete")
    stage.wait()

    assert "individual.id_number" in page.text
    assert stage.v1.accounts.retrieve(id).requirements.eventually_due == []


def test_a_company_is_completed_with_its_people(stage: Stage) -> None:
    for country in ("US", "DE"):
        kind = {"country": country, "business_type": "company"}
        id = stage.v1.accounts.create(CUSTOM | kind).id
        stage.sim.complete_onboarding(id)
        stage.wait()

        account = stage.v1.accounts.retrieve(id)
        assert account.requirements.currently_due == []
        assert account.charges_enabled


def test_nobody_elsewhere_may_use_the_page(stage: Stage) -> None:
    _, url = linked(stage)
    page = opened(url)
    target = re.search(r'action="([^"]+)"', page.text)
    assert target is not None

    foreign = requests.post(
        stage.base_url + target[1],
        data={"decision": "complete"},
        headers={"Origin": "https://example.com"},
        timeout=9,
    )

    assert foreign.status_code == 403
    assert opened(f"{stage.base_url}/setup/s/acct_none/none").status_code == 404


def test_the_desk_shows_accounts_and_ends_checks(stage: Stage) -> None:
    stage.open(reviews=False)
    id = stage.v1.accounts.create(CUSTOM | {"business_type": "individual"}).id
    stage.sim.complete_onboarding(id)
    person = stage.v1.accounts.retrieve(id).individual.id
    desk = f"{stage.base_url}/_desk"

    people = requests.get(desk, timeout=9)
    one = requests.get(f"{desk}/users/{id}", timeout=9)
    paper = requests.get(f"{desk}/documents/{person}-identity", timeout=9)
    papers = requests.get(f"{desk}/documents", timeout=9)
    accepted = requests.post(f"{desk}/documents/{person}-identity/accept", timeout=9)

    assert f"users/{id}" in people.text
    assert "capabilities.card_payments" in one.text.replace("<wbr>", "")
    assert "verification_failed_keyed_identity" in paper.text
    assert f"{person}-identity" in papers.text
    assert accepted.status_code == 200
    assert stage.v1.accounts.retrieve(id).individual.verification.status == "verified"


def test_no_key_nor_link_is_in_the_log_or_the_desk(stage: Stage) -> None:
    _, url = linked(stage)
    token = url.rpartition("/")[2]
    stage.v1.accounts.list()
    opened(url)

    requests_page = requests.get(f"{stage.base_url}/_desk/requests", timeout=9).text
    shown = requests.get(f"{stage.base_url}/_desk/requests/2", timeout=9).text

    assert KEY not in requests_page + shown + repr(stage.sim)
    assert token not in str(stage.sim.log) + repr(stage.sim)


def test_another_process_steers_the_simulator(stage: Stage) -> None:
    id = stage.v1.accounts.create(CUSTOM | {"business_type": "individual"}).id
    control = f"{stage.base_url}/_control"

    done = requests.post(f"{control}/complete_onboarding", json={"account_id": id}, timeout=9)
    requests.post(f"{control}/clock", json={"advance": 60}, timeout=9)
    wrong = requests.post(f"{control}/demand", json={"account_id": "none"}, timeout=9)

    assert done.status_code == 200
    assert stage.v1.accounts.retrieve(id).charges_enabled
    assert wrong.status_code == 400
