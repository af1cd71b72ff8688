"""Links to Stripe's hosted pages: used once, for minutes, and what they lead to."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import requests
from onboarding import (
    Gateway,
    InvalidInput,
    NextAction,
    NextActionKind,
    Rejected,
    UnexpectedResponse,
    User,
    UserRecord,
)
from onboarding.spi import Link, Response
from tests.simulators.stripe.stage import Stage
from tests.stripe.fixtures import adapter_at

from onboarding_stripe import Collect, Dashboard, LinkKind, Stripe

BACK, AGAIN = "https://shop.example/back?state=1", "https://shop.example/again"


def opened(url: str) -> requests.Response:
    return requests.get(url, allow_redirects=False, timeout=9)


def pressed(stage: Stage, page: requests.Response, decision: str) -> requests.Response:
    target = re.search(r'action="([^"]+)"', page.text)
    assert target is not None
    place, data = stage.base_url + target[1], {"decision": decision}
    return requests.post(place, data=data, allow_redirects=False, timeout=9)


def hosted(stage: Stage) -> Gateway[Stripe]:
    return Gateway(adapter_at(stage.base_url, dashboard=Dashboard.EXPRESS))


def created(gateway: Gateway[Stripe]) -> UserRecord:
    return gateway.create_user(User(email="jenny@example.com"))


@pytest.mark.parametrize("dashboard", Dashboard)
def test_a_user_gives_on_the_page_what_is_due(stage: Stage, dashboard: Dashboard) -> None:
    with Gateway(adapter_at(stage.base_url, dashboard=dashboard)) as gateway:
        record = created(gateway)

        link = gateway.create_link(record, return_url=BACK, refresh_url=AGAIN)

        done = pressed(stage, opened(link.url), "complete")
        stage.wait()
        assert (done.status_code, done.headers["Location"]) == (303, BACK)
        assert gateway.fetch_user(record.id).provider_fields["charges_enabled"] is True


def test_a_link_opens_once_and_leads_to_the_refresh_url_afterwards(stage: Stage) -> None:
    with hosted(stage) as gateway:
        record = created(gateway)

        link = gateway.create_link(record, return_url=BACK, refresh_url=AGAIN)

        assert opened(link.url).status_code == 200
        used = opened(link.url)
        assert (used.status_code, used.headers["Location"]) == (303, AGAIN)
        assert link.single_use is True


def test_a_link_expires_when_it_says(stage: Stage) -> None:
    stage.sim.link_seconds = 120
    with hosted(stage) as gateway:
        record = created(gateway)

        link, other = (gateway.create_link(record, return_url=BACK) for _ in range(2))

        assert link.issued_at is not None
        assert link.expires_at == link.issued_at + timedelta(seconds=120)
        stage.wait(119)
        assert opened(link.url).status_code == 200
        stage.wait(1)
        assert opened(other.url).headers["Location"] == BACK  # without a refresh_url of its own


def test_a_link_has_its_source_and_no_token_in_its_repr(gateway: Gateway[Stripe]) -> None:
    link = gateway.create_link(created(gateway), return_url=BACK)

    assert (link.provider, link.gateway, link.environment) == ("stripe", "us", "sandbox")
    assert Link.from_json(link.to_json()) == link
    assert link.url.rpartition("/")[2] not in repr(link)


def test_an_open_action_of_a_user_leads_to_the_same_page(gateway: Gateway[Stripe]) -> None:
    record = created(gateway)
    action = NextAction(
        kind=NextActionKind.REDIRECT,
        provider="stripe",
        gateway="us",
        environment="sandbox",
        user_id=record.id,
    )

    link = gateway.create_link(action, return_url=BACK, language="fr")

    assert f"/{record.id}/" in link.url
    assert link.user_id == record.id


def test_a_page_asks_also_for_what_will_be_due(stage: Stage, gateway: Gateway[Stripe]) -> None:
    record = created(gateway)
    stage.sim.announce(record.id, "company.vat_id", days=9)
    create = gateway.adapter.create_link

    few = gateway.create_link(record, return_url=BACK)
    soon = gateway.run(create(record, return_url=BACK, future_requirements=True))
    now = gateway.run(create(record, return_url=BACK, future_requirements=False))
    later = gateway.run(create(record, return_url=BACK, collect=Collect.EVENTUALLY_DUE))

    pages = [opened(link.url).text for link in (few, soon, now, later)]
    assert ["company.vat_id" in page for page in pages] == [False, True, False, False]
    assert ["individual.id_number" in page for page in pages] == [False, False, False, True]


@pytest.mark.parametrize("dashboard", Dashboard)
def test_an_update_is_for_accounts_that_the_platform_collects_for(
    stage: Stage, dashboard: Dashboard
) -> None:
    with Gateway(adapter_at(stage.base_url, dashboard=dashboard)) as gateway:
        record = created(gateway)
        flow = gateway.adapter.create_link(record, return_url=BACK, kind=LinkKind.UPDATE)

        if dashboard is Dashboard.NONE:
            assert opened(gateway.run(flow).url).status_code == 200
            return
        with pytest.raises(Rejected) as refused:
            gateway.run(flow)
        assert [problem.path for problem in refused.value.problems] == ["kind"]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("return_url", {"return_url": "shop.example/back"}),
        ("return_url", {"return_url": "javascript:alert(1)"}),
        ("refresh_url", {"return_url": BACK, "refresh_url": "ftp://shop.example"}),
        ("kind", {"return_url": BACK, "kind": "account_onbording"}),
        ("collect", {"return_url": BACK, "collect": "everything"}),
    ],
)
def test_a_mistake_is_refused_before_anything_is_sent(path: str, given: Any) -> None:
    adapter = adapter_at("http://127.0.0.1:1")
    record = UserRecord(provider="stripe", gateway="us", id="acct_1", user=User())

    with pytest.raises(InvalidInput) as refused:
        next(adapter.create_link(record, **given))

    assert refused.value.paths == (path,)


def test_a_record_of_another_gateway_has_no_link_here() -> None:
    record = UserRecord(provider="stripe", gateway="fr", id="acct_1", user=User())

    with pytest.raises(InvalidInput, match="gateway"):
        next(adapter_at("http://127.0.0.1:1").create_link(record, return_url=BACK))


@pytest.mark.parametrize("answer", [b"{}", b'{"url": ""}', b'{"url": 5}', b"[]"])
def test_an_answer_without_a_link_is_no_link(answer: bytes) -> None:
    record = UserRecord(provider="stripe", gateway="us", id="acct_1", user=User())
    flow = adapter_at("http://127.0.0.1:1").create_link(record, return_url=BACK)
    next(flow)

    with pytest.raises(UnexpectedResponse):
        flow.send(Response(status=200, body=answer))
