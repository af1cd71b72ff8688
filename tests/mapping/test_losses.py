"""What a provider cannot carry is refused, unless it is accepted; and always reported."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from onboarding import (
    Address,
    Birthplace,
    Gender,
    Identity,
    Loss,
    LossKind,
    NationalId,
    Secret,
    Terms,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.model.answers import refused
from onboarding.spi import Adapter, Request, Response

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

Json = dict[str, Any]

MANGOPAY = MangoPay(name="fr", client_id="acme", api_key=Secret("k"))
PAYSERA = Paysera(name="lt", client_id="acme", mac_key=Secret("k"))

USER = User(
    identity=Identity(
        given_name="Ona",
        family_name="Petraitė",
        birthdate=date(1987, 7, 14),
        nationality="LT",
        birthplace=Birthplace(city="Kaunas", country="LT"),
        national_id=NationalId(code="48707140000", country="LT"),
        gender=Gender.FEMALE,
    ),
    address=Address(line1="Lauko g. 1", city="Vilnius", country="LT"),
    email="ona@example.com",
    locale="lt-LT",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True, accepted_at=datetime(2026, 1, 1, tzinfo=UTC)),
)


def created(adapter: Adapter, user: User) -> tuple[Json, UserRecord]:
    """What is sent, and the record, of a provider that shows back what it got."""
    flow = adapter.create_user(user)
    request: Request = next(flow)
    given = {**json.loads(request.body), "Id": "1", "id": 1}
    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=json.dumps(given).encode()))
    return json.loads(request.body), done.value.value


def accepting(adapter: Adapter, *paths: str) -> Adapter:
    return attrs.evolve(adapter, accept_loss=paths)


def kinds(record: UserRecord, kind: LossKind) -> set[str]:
    return {loss.core_path for loss in record.losses if loss.kind is kind}


@pytest.mark.parametrize(
    ("adapter", "paths"),
    [
        (
            MANGOPAY,
            {
                "identity.birthplace.city",
                "identity.birthplace.country",
                "identity.national_id.code",
                "identity.national_id.country",
                "identity.gender",
            },
        ),
        (
            PAYSERA,
            {
                "identity.birthdate",
                "identity.birthplace.city",
                "identity.birthplace.country",
                "identity.gender",
                "address.line1",
                "address.city",
                "address.country",
            },
        ),
    ],
    ids=["mangopay", "paysera"],
)
def test_every_datum_without_a_place_is_refused_by_path(adapter: Adapter, paths: set[str]) -> None:
    with pytest.raises(Unsupported) as caught:
        next(adapter.create_user(USER))

    assert set(caught.value.paths) == paths


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (("identity.gender",), 6),
        (("identity.birthdate", "identity.gender"), 5),
        (("identity.birthplace.*",), 5),
        (("address.*",), 4),
        (("address",), 4),
        (("identity.*",), 3),
        (("Identity.*", "addres", "ddress"), 7),
    ],
)
def test_a_loss_is_accepted_by_its_path_or_by_a_pattern_around_it(
    patterns: tuple[str, ...], left: int
) -> None:
    adapter = accepting(PAYSERA, *patterns)

    with pytest.raises(Unsupported) as caught:
        created(adapter, USER)

    assert len(caught.value.problems) == left


@pytest.mark.parametrize("patterns", [("address.*", "identity.*"), ("*",)])
def test_when_every_loss_is_accepted_the_rest_is_sent(patterns: tuple[str, ...]) -> None:
    adapter = accepting(PAYSERA, *patterns)

    body, record = created(adapter, USER)

    assert "address" not in body
    assert set(body["identity"]) == {"name", "surname", "nationality", "code"}
    assert {"address.city", "identity.birthdate"} <= kinds(record, LossKind.DROPPED)


def test_what_is_accepted_is_still_reported_with_its_reason() -> None:
    _, record = created(accepting(MANGOPAY, "identity.*"), USER)

    losses = {loss.core_path: loss for loss in record.losses}
    assert losses["identity.gender"].kind is LossKind.DROPPED
    assert losses["identity.gender"].reason == "mangopay does not support it"
    assert all(loss.reason for loss in record.losses)


def test_what_a_provider_does_not_distinguish_is_reported_and_never_refused() -> None:
    user = User(email="ona@example.com", locale="lt-LT", category=UserCategory.OWNER)

    body, record = created(PAYSERA, user)

    assert body == {"email": "ona@example.com", "locale": "lt"}
    assert kinds(record, LossKind.NOT_APPLICABLE) == {"locale", "category"}


def test_what_is_never_shown_back_is_reported_and_never_refused() -> None:
    user = User(
        identity=Identity(given_name="Ana", birthdate=date(1987, 7, 14), nationality="FR"),
        category=UserCategory.PAYER,
        terms=Terms(accepted=True),
    )

    body, record = created(MANGOPAY, user)

    assert body["Birthday"] == 553219200
    assert kinds(record, LossKind.WRITE_ONLY) == {"identity.birthdate", "identity.nationality"}


def test_what_is_written_by_default_is_reported_and_never_refused() -> None:
    body, record = created(MANGOPAY, User(email="ana@example.com"))

    assert body == {"Email": "ana@example.com", "TermsAndConditionsAccepted": False}
    assert kinds(record, LossKind.DEFAULTED) == {"terms.accepted"}


def test_what_is_too_long_is_left_out_whole_and_never_cut() -> None:
    user = User(email="ana@example.com", tag="x" * 256, occupation="Baker")

    body, record = created(accepting(MANGOPAY, "tag"), user)

    assert "Tag" not in body
    assert body["Occupation"] == "Baker"
    assert kinds(record, LossKind.DROPPED) == {"tag"}


def test_what_is_meant_for_another_provider_is_reported_and_not_sent() -> None:
    user = User(email="a@example.com", extras={"paysera": {"phone_link": "app://{code}"}})

    body, record = created(MANGOPAY, user)

    assert "app://" not in json.dumps(body)
    assert kinds(record, LossKind.NOT_APPLICABLE) == {"extras.paysera.phone_link"}


def test_a_user_that_fits_loses_nothing() -> None:
    user = User(
        identity=Identity(given_name="Ona", family_name="Petraitė"), email="ona@example.com"
    )

    _, record = created(PAYSERA, user)

    assert record.losses == ()


def test_an_update_is_refused_only_for_what_it_changes() -> None:
    record = UserRecord(provider="paysera", gateway="lt", id="221", user=USER)

    sent = next(PAYSERA.update_user(record, USER.replace(email="new@example.com")))
    with pytest.raises(Unsupported) as caught:
        next(PAYSERA.update_user(record, USER.replace({"address.city": "Kaunas"})))

    assert json.loads(sent.body) == {"email": "new@example.com"}
    assert caught.value.paths == ("address.city",)


def test_clearing_what_no_document_lets_be_cleared_is_refused() -> None:
    record = UserRecord(provider="paysera", gateway="lt", id="221", user=USER)

    with pytest.raises(Unsupported) as caught:
        next(PAYSERA.update_user(record, USER.replace(email=None)))

    assert caught.value.paths == ("email",)


@pytest.mark.parametrize("kind", LossKind)
def test_only_what_is_dropped_or_coarsened_can_be_refused(kind: LossKind) -> None:
    loss = Loss(core_path="tag", kind=kind, reason="why")

    bad = refused([loss], ())

    assert bool(bad) is (kind in (LossKind.DROPPED, LossKind.COARSENED))
    assert refused([loss], ("tag",)) == refused([loss], ("t*",)) == []


def test_a_loss_shows_where_and_why() -> None:
    loss = Loss(core_path="identity.gender", kind=LossKind.DROPPED, reason="not supported")

    assert repr(loss) == "Loss(identity.gender: dropped, not supported)"
