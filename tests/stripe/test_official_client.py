"""The adapter and Stripe's official client create, read, change and finish each other's users.

Each step of a user's way is one call of the gateway, or the calls of the client that do the same.
Whoever takes which step, the account comes to the same end.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import requests
import stripe
from attrs import evolve, frozen
from onboarding import (
    CapabilityName,
    Gateway,
    NotFound,
    PartialFailure,
    User,
    UserRecord,
    UserStatus,
)
from tests.simulators.stripe.stage import CUSTOM, NOW, PNG, Stage
from tests.stripe.passing import BANK, CEO, EXTRACT, HEIR, LO, OWNER, PASSPORT
from tests.stripe.people import JENNY

from onboarding_stripe import Stripe

ADDRESS = {
    "line1": "address_full_match",
    "city": "New York",
    "postal_code": "10001",
    "state": "NY",
    "country": "US",
}
SHOP = "https://accessible.stripe.com"
BORN = {"day": 1, "month": 1, "year": 1901}
ACCEPTED = {"date": NOW - 60, "ip": "8.8.8.8"}
NUMBERS = {"account_number": "000123456789", "routing_number": "110000000"}
HOLDER = {"account_holder_name": "Lo Inc"}
BANK_SENT = {"object": "bank_account", "country": "US", **NUMBERS, **HOLDER}


@frozen(kw_only=True)
class Hands:
    """Who can take a step: the gateway and the official client, for one account."""

    gateway: Gateway[Stripe]
    v1: Any
    id: str = ""

    @property
    def record(self) -> UserRecord:
        return self.gateway.fetch_user(self.id)

    def update(self, **changes: Any) -> None:
        """By the gateway; a path has `__` in place of its dots."""
        record = self.record
        named = {path.replace("__", "."): value for path, value in changes.items()}
        self.gateway.update_user(record, record.user.replace(named))

    def request(self, requested: bool) -> None:
        """By the gateway: requests card payments, or withdraws the request."""
        asked = self.gateway.adapter.request_capability
        self.gateway.run(asked(self.record, "card_payments", requested=requested))

    def send(self, **facts: Any) -> None:
        """By the client."""
        self.v1.accounts.update(self.id, facts)

    def upload(self, purpose: str) -> dict[str, str]:
        """By the client: uploads one page, which is then to be attached."""
        page = io.BytesIO(PNG)
        page.name = "page.png"
        return {"front": self.v1.files.create({"purpose": purpose, "file": page}).id}

    def person(self, ref: str) -> str:
        """By the client: the id of a person."""
        listed = self.v1.accounts.persons.list(self.id).data
        return str(next(one.id for one in listed if one.metadata.to_dict() == {"ref": ref}))


Step = tuple[Callable[[Hands], Any], Callable[[Hands], Any]]
"""By the gateway, and by the client. The first step returns the id of the account."""


def created(user: User) -> Callable[[Hands], str]:
    return lambda by: by.gateway.create_user(user).id


def made(**facts: Any) -> Callable[[Hands], str]:
    return lambda by: str(by.v1.accounts.create(CUSTOM | facts).id)


BARE = JENNY.replace({"identity.national_id": None, "extras": {"stripe": {"mcc": "7623"}}})
INDIVIDUAL: dict[str, Step] = {
    "create": (
        created(BARE),
        made(
            business_type="individual",
            business_profile={"mcc": "7623"},
            metadata={"reference": "customer-1712", "tag": "spring campaign"},
            individual={
                "first_name": "Jenny",
                "last_name": "Rosen",
                "dob": BORN,
                "address": ADDRESS,
                "email": "jenny.rosen@example.com",
                "phone": "+12015550123",
            },
        ),
    ),
    "rename": (
        lambda by: by.update(identity__family_name="Roe", phone=None, tag=None),
        lambda by: by.send(individual={"last_name": "Roe", "phone": ""}, metadata={"tag": ""}),
    ),
    "nationality": (
        lambda by: by.update(identity__nationality="FR"),
        lambda by: by.v1.accounts.persons.update(
            by.id, by.v1.accounts.persons.list(by.id).data[0].id, {"nationality": "FR"}
        ),
    ),
    "terms": (
        lambda by: by.update(terms=LO.terms, extras={"stripe": {"mcc": "7623"}}),
        lambda by: by.send(tos_acceptance=ACCEPTED),
    ),
    "bank": (
        lambda by: by.gateway.add_bank_account(by.id, BANK),
        lambda by: by.v1.accounts.external_accounts.create(by.id, {"external_account": BANK_SENT}),
    ),
    "document": (
        lambda by: by.gateway.submit_document(by.id, PASSPORT),
        lambda by: by.send(
            individual={"verification": {"document": by.upload("identity_document")}}
        ),
    ),
    "less": (
        lambda by: by.request(False),
        lambda by: by.v1.accounts.capabilities.update(by.id, "card_payments", {"requested": False}),
    ),
    "more": (
        lambda by: by.gateway.run(
            by.gateway.adapter.request_capability(by.record, "card_payments")
        ),
        lambda by: by.v1.accounts.capabilities.update(by.id, "card_payments", {"requested": True}),
    ),
    "finish": (
        lambda by: by.update(
            identity__national_id=JENNY.identity and JENNY.identity.national_id,
            phone="+12015550123",
            extras={"stripe": {"mcc": "7623", "url": SHOP}},
        ),
        lambda by: by.send(
            business_profile={"url": SHOP},
            individual={"id_number": "000000000", "phone": "+12015550123"},
        ),
    ),
}


def human(name: str, **relationship: Any) -> dict[str, Any]:
    return {
        "first_name": name.capitalize(),
        "last_name": "Lo",
        "dob": BORN,
        "id_number": "000000000",
        "address": ADDRESS,
        "email": f"{name}@lo.example",
        "phone": "+12015550124",
        "relationship": relationship,
        "metadata": {"ref": name},
    }


def company_made(by: Hands) -> str:
    facts = {"name": "Lo Inc", "tax_id": "000000000", "address": ADDRESS, "phone": "+12015550123"}
    id = made(
        business_type="company",
        email="hello@lo.example",
        business_profile={"mcc": "7623", "url": SHOP},
        metadata={"reference": "company-1"},
        company=facts,
        tos_acceptance=ACCEPTED,
    )(by)
    roles = {"representative": True, "executive": True, "title": "CEO"}
    by.v1.accounts.persons.create(id, human("ada", **roles))
    by.v1.accounts.update(id, {"company": {"executives_provided": True}})
    return id


def owner_sent(by: Hands) -> None:
    by.v1.accounts.persons.create(by.id, human("bob", owner=True, percent_ownership=60))
    by.send(company={"owners_provided": True})


def heir_sent(by: Hands) -> None:
    by.v1.accounts.persons.delete(by.id, by.person("bob"))
    by.v1.accounts.persons.create(by.id, human("eve", owner=True, percent_ownership=40))


def promoted(by: Hands) -> None:
    record = by.record
    roles = (*CEO.roles, *OWNER.roles)
    people = tuple(
        one.replace(roles=roles, job_title="Chair", ownership_percent=25.5)
        if one.ref == "ada"
        else one
        for one in record.user.people
    )
    by.gateway.update_user(record, record.user.replace(people=people))


def replaced(by: Hands) -> None:
    record = by.record
    people = (*(one for one in record.user.people if one.ref != "bob"), HEIR)
    by.gateway.update_user(record, record.user.replace(people=people))


COMPANY: dict[str, Step] = {
    "create": (created(LO), company_made),
    "owner": (
        lambda by: by.update(people=(*by.record.user.people, OWNER)),
        owner_sent,
    ),
    "passport": (
        lambda by: by.gateway.submit_document(by.id, evolve(PASSPORT, person="ada")),
        lambda by: by.v1.accounts.persons.update(
            by.id,
            by.person("ada"),
            {"verification": {"document": by.upload("identity_document")}},
        ),
    ),
    "extract": (
        lambda by: by.gateway.submit_document(by.id, EXTRACT),
        lambda by: by.send(
            company={"verification": {"document": by.upload("additional_verification")}}
        ),
    ),
    "promote": (
        promoted,
        lambda by: by.v1.accounts.persons.update(
            by.id,
            by.person("ada"),
            {"relationship": {"owner": True, "title": "Chair", "percent_ownership": 25.5}},
        ),
    ),
    "replace": (replaced, heir_sent),
    "move": (
        lambda by: by.update(company__headquarters__line1="1 New Street", company__trade_name="Lo"),
        lambda by: by.send(
            company={"address": {"line1": "1 New Street"}}, business_profile={"name": "Lo"}
        ),
    ),
    "bank": (
        lambda by: by.gateway.add_bank_account(by.id, BANK),
        lambda by: by.v1.accounts.external_accounts.create(by.id, {"external_account": BANK_SENT}),
    ),
}
WAYS = {"individual": INDIVIDUAL, "company": COMPANY}


def walked(stage: Stage, gateway: Gateway[Stripe], way: str, hands: Iterable[int]) -> Hands:
    """Takes each step by the gateway (0) or by the client (1); then the checks end."""
    stage.open()
    by = Hands(gateway=gateway, v1=stage.v1)
    (create, *steps), (first, *others) = WAYS[way].values(), hands
    by = evolve(by, id=create[first](by))
    for step, hand in zip(steps, others, strict=True):
        step[hand](by)
    stage.wait()
    return by


def shown(by: Hands) -> list[Any]:
    """The account and its people as the client reads them, without ids."""
    persons = by.v1.accounts.persons.list(by.id).data
    objects = [by.v1.accounts.retrieve(by.id), *persons]
    return [without_ids(json.dumps(one.to_dict())) for one in objects]


def read(by: Hands) -> Any:
    """What the gateway says of the account and its bank accounts, without ids and times."""
    record = by.gateway.fetch_capabilities(by.record)
    (bank,) = by.gateway.bank_accounts(by.id)
    return [without_ids(evolve(one, retrieved_at=None, raw={}).to_json()) for one in (record, bank)]


def without_ids(text: str) -> Any:
    return json.loads(re.sub(r"\b(acct|person|ba|file)_\w+", r"\1_", text))


def patterns(way: str) -> dict[str, list[int]]:
    """Who takes which step: the gateway (0) or the client (1)."""
    many = len(WAYS[way])
    return {
        "the adapter alone": [0] * many,
        "the adapter first, then in turn": [number % 2 for number in range(many)],
        "the client first, then in turn": [1 - number % 2 for number in range(many)],
        "the adapter creates, the client finishes": [0] + [1] * (many - 1),
        "the client creates, the adapter finishes": [1] + [0] * (many - 1),
    }


@pytest.mark.parametrize(
    ("way", "pattern"), [(way, pattern) for way in WAYS for pattern in patterns(way)]
)
def test_whoever_takes_which_step_the_account_comes_to_the_same_end(
    stage: Stage, gateway: Gateway[Stripe], way: str, pattern: str
) -> None:
    alone = walked(stage, gateway, way, [1] * len(WAYS[way]))
    by_client = shown(alone), read(alone)

    by = walked(stage, gateway, way, patterns(way)[pattern])

    assert shown(by) == by_client[0]
    assert read(by) == by_client[1]
    assert by.v1.accounts.retrieve(by.id).payouts_enabled
    assert by.record.can(CapabilityName.PAY_OUT)


def test_a_creation_that_broke_off_is_finished_by_the_client_and_resumed_without_doubles(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    lo = LO.replace(people=(CEO, OWNER))
    stage.sim.misbehave(kind="drop_after", route="POST /v1/accounts/*/persons", times=1)
    with pytest.raises(PartialFailure) as raised:
        gateway.create_user(lo)
    stage.sim.behave()
    (account,) = stage.v1.accounts.list().data
    by = Hands(gateway=gateway, v1=stage.v1, id=account.id)
    owner_sent(by)

    record = gateway.resume(raised.value.partial, lo)

    assert {one.ref for one in record.user.people} == {"ada", "bob"}
    assert len(stage.v1.accounts.persons.list(account.id).data) == 2
    assert len(stage.v1.accounts.list().data) == 1


def test_each_lists_rejects_and_deletes_the_users_of_the_other(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    mine = [gateway.create_user(BARE).id for _ in range(3)]
    theirs = [INDIVIDUAL["create"][1](Hands(gateway=gateway, v1=stage.v1)) for _ in range(3)]

    stage.v1.accounts.delete(mine[0])
    stage.v1.accounts.reject(mine[1], {"reason": "fraud"})
    closed = gateway.close_user(gateway.fetch_user(theirs[0]))
    rejected = gateway.run(gateway.adapter.reject_user(gateway.fetch_user(theirs[1]), "other"))

    left = [mine[1], mine[2], theirs[1], theirs[2]]
    assert [one.id for one in stage.v1.accounts.list().data] == left[::-1]
    assert [one.id for one in gateway.users()] == left[::-1]
    assert closed.status is rejected.status is UserStatus.CLOSED
    assert gateway.fetch_user(mine[1]).status is UserStatus.CLOSED
    reasons = [stage.v1.accounts.retrieve(id).requirements.disabled_reason for id in left]
    assert reasons[0] == "rejected.fraud"
    assert reasons[2] == "rejected.other"
    for id in (mine[0], theirs[0]):
        with pytest.raises(NotFound):
            gateway.fetch_user(id)
        with pytest.raises(stripe.PermissionError):
            stage.v1.accounts.retrieve(id)


def test_a_link_of_either_finishes_the_user_of_the_other(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    back, again = "https://shop.example/back", "https://shop.example/again"
    mine = gateway.create_user(BARE)
    theirs = INDIVIDUAL["create"][1](Hands(gateway=gateway, v1=stage.v1))

    asked = {"type": "account_onboarding", "return_url": back, "refresh_url": again}
    link = stage.v1.account_links.create({"account": mine.id, **asked})
    record = gateway.fetch_user(theirs)
    for url in (link.url, gateway.create_link(record, return_url=back, refresh_url=again).url):
        completed(stage, url)
    stage.wait()

    assert all(gateway.fetch_user(id).can(CapabilityName.PAY_OUT) for id in (mine.id, theirs))
    assert all(stage.v1.accounts.retrieve(id).payouts_enabled for id in (mine.id, theirs))


def test_a_bank_account_of_either_is_removed_by_the_other(
    stage: Stage, gateway: Gateway[Stripe]
) -> None:
    id = gateway.create_user(BARE).id
    mine = gateway.add_bank_account(id, BANK)
    theirs = stage.v1.accounts.external_accounts.create(id, {"external_account": "btok_gb_gbp"})

    stage.v1.accounts.external_accounts.delete(id, mine.id)
    (listed,) = gateway.bank_accounts(id)
    gateway.deactivate_bank_account(listed)

    assert listed.id == theirs.id
    assert stage.v1.accounts.external_accounts.list(id).data == []


def completed(stage: Stage, url: str) -> None:
    """Opens a link as its user does, and presses the button that gives what is due."""
    page = requests.get(url, timeout=9)
    target = re.search(r'action="([^"]+)"', page.text)
    assert target is not None
    data = {"decision": "complete"}
    requests.post(stage.base_url + target[1], data=data, allow_redirects=False, timeout=9)
