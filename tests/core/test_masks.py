"""No personal value and no secret gets into a repr, a text, an error or a log."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Protocol

import attrs
import pytest
from onboarding import (
    ActionRequired,
    Address,
    AsyncGateway,
    Birthplace,
    Company,
    Credentials,
    Document,
    DocumentPage,
    DocumentPurpose,
    DocumentRecord,
    DocumentStatus,
    Event,
    EventKind,
    Gateway,
    Gateways,
    Gender,
    Identity,
    KYCLevel,
    MigratedHash,
    NationalId,
    NextAction,
    NextActionKind,
    OnboardingError,
    OwnerDeclaration,
    Partial,
    PartialFailure,
    Password,
    Person,
    PersonRole,
    PoliticalExposure,
    ProviderError,
    RefusalReason,
    Secret,
    Terms,
    User,
    UserCategory,
    UserRecord,
    UserStatus,
)
from onboarding.banking import BankAccountRecord, IbanAccount, Wallet
from onboarding.directory import RecordState
from onboarding.levels import EidasLevel
from onboarding.migration import MigrationPlan
from onboarding.migration.plans import Side
from onboarding.model.link import Link
from onboarding.model.stored import Stored
from onboarding.provider_errors import ErrorDetails
from onboarding.reconciliation import Reconciliation, UnresolvedCall
from onboarding.spi import (
    Adapter,
    Criterion,
    DeclaredOwner,
    Paged,
    Proof,
    Refusal,
    Request,
    Response,
    Token,
)

from onboarding_mangopay import MangoPay, MangoPayExtras
from onboarding_paysera import Paysera, PayseraExtras

CANARY = "Xq7Bird"
KEY = "Xq7BirdKey"


class World(Protocol):
    gateways: Gateways
    paysera: Any

    @property
    def logs(self) -> list[Any]: ...


def word(name: str) -> str:
    """A text that no other text holds by chance."""
    return f"{CANARY}{name}"


HOME = Address(
    line1=word("Line1"),
    line2=word("Line2"),
    city=word("City"),
    region=word("Region"),
    postal_code=word("Postal"),
    country="LT",
)


def person(credentials: Credentials | None = None) -> User:
    """A natural person with a canary in every field that holds a text."""
    return User(
        identity=Identity(
            given_name=word("Given"),
            family_name=word("Family"),
            birthdate=date(1987, 7, 14),
            nationality="LT",
            other_nationalities=("PL",),
            country_of_residence="LT",
            birthplace=Birthplace(city=word("Birthplace"), country="LT"),
            national_id=NationalId(code=word("Code"), country="LT"),
            gender=Gender.FEMALE,
        ),
        address=HOME,
        email="xq7birdMail@example.com",
        phone="+37066677777",
        locale="lt",
        category=UserCategory.OWNER,
        terms=Terms(accepted=True, version=word("Terms")),
        occupation=word("Occupation"),
        politically_exposed=True,
        political_exposures=(
            PoliticalExposure(
                name=word("Pep"), relation=word("Relation"), positions=(word("Position"),)
            ),
        ),
        credentials=credentials,
        documents=(
            Document(
                purpose=DocumentPurpose.IDENTITY,
                pages=(DocumentPage(content=b"Xq7BirdBytes", filename=word("File")),),
                title=word("Title"),
                number=word("Number"),
            ),
        ),
        tag=word("Tag"),
        extras={
            "mangopay": {"profiling_attempt_reference": word("Profiling")},
            "paysera": {
                "card": {"number": word("Card")},
                "phone_link": f"myapp://{word('Link').lower()}/{{code}}",
            },
        },
    )


PASSWORD = Password(password=Secret(word("Password")))
HASH = MigratedHash(hash=Secret(word("Hash")), salt=Secret(word("Salt")), username=word("Username"))
FIRM = User(
    company=Company(
        legal_name=word("Firm"),
        registration_number=word("Registration"),
        headquarters=HOME,
    ),
    people=(
        Person(
            ref="rep",
            roles=(PersonRole.REPRESENTATIVE,),
            identity=person().identity,
            address=HOME,
            email="xq7birdRep@example.com",
        ),
        Person(
            ref="ubo",
            roles=(PersonRole.BENEFICIAL_OWNER,),
            identity=person().identity,
            address=HOME,
            job_title=word("Job"),
        ),
    ),
    email="xq7birdFirm@example.com",
)
USERS = {"password": person(PASSWORD), "hash": person(HASH), "firm": FIRM}

MANGOPAY = MangoPay(name="fr", client_id="acme", api_key=Secret(KEY), accept_loss=("*",))
PAYSERA = Paysera(
    name="lt",
    client_id="acme",
    mac_key=Secret(KEY),
    accept_loss=("*",),
    access_token=Secret(word("Access")),
)


SHOWN = ("xq7bird", "66677777", "1987-07-14", "1987, 7, 14", "553219200")
"""What would tell a value: long enough that no port, id or nonce holds one by chance."""


def clean(text: str) -> bool:
    return not any(word in text.lower() for word in SHOWN)


@pytest.mark.parametrize("user", USERS.values(), ids=USERS.keys())
def test_a_user_shows_the_names_of_its_fields_and_no_value(user: User) -> None:
    text = f"{user!r} {user} {[user]!r}"

    assert clean(text)
    assert "address=Address(" in text or "company=Company(" in text
    assert "email=…" in text


@pytest.mark.parametrize("part", ["identity", "address", "terms", "credentials"])
def test_a_part_of_a_user_shows_no_value(part: str) -> None:
    value = getattr(person(HASH), part)

    assert clean(f"{value!r} {value}")


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret(KEY)

    assert clean(f"{secret!r} {secret} {secret!s:>20} {[secret]} {vars_of(secret)}")
    assert secret.reveal() == KEY


def vars_of(value: object) -> str:
    return repr(getattr(value, "__dict__", ""))


@pytest.mark.parametrize("adapter", [MANGOPAY, PAYSERA], ids=["mangopay", "paysera"])
def test_settings_requests_tokens_and_criteria_show_no_value(adapter: Adapter) -> None:
    request = Request(
        method="GET",
        url=f"http://127.0.0.1/{CANARY}",
        headers={"Authorization": KEY},
        body=KEY.encode(),
    )
    values: list[object] = [
        adapter,
        request,
        Response(status=200, headers={"X-Id": KEY}, body=KEY.encode()),
        Token(KEY, datetime.now(UTC)),
        Proof(now=datetime.now(UTC), nonce="n", token=Token(KEY, datetime.now(UTC))),
        Criterion(email="xq7bird@example.com", phone="+37066677777", national_id=word("Code")),
    ]

    assert clean(" ".join(f"{value!r} {value}" for value in values))


@pytest.mark.parametrize("cls", [MangoPayExtras, PayseraExtras])
def test_extras_show_no_value(cls: type[Any]) -> None:
    fields: dict[str, Any] = {
        name: {"number": word("Card")} if name == "card" else word("Extra")
        for name in cls.__annotations__
        if name != "scopes"
    }

    value = cls(**fields)

    assert clean(f"{value!r} {value}")


NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
PLACE: dict[str, Any] = {"provider": "mangopay", "gateway": "fr", "environment": "sandbox"}
ACTION = NextAction(
    **PLACE,
    kind=NextActionKind.REDIRECT,
    user_id="user_7",
    concerns="phone",
    value="+37066677777",
    url=f"https://sca.example/?token={CANARY}",
    expires_at=NOON,
)
ODD = {word("key"): word("value")}  # what a provider sends beside

RETURNED: dict[str, tuple[Any, str]] = {
    "a record": (
        UserRecord(
            **PLACE,
            id="user_7",
            user=person(),
            status=UserStatus.PENDING,
            kyc_level=KYCLevel.LIGHT,
            eidas_level=EidasLevel.LOW,
            provider_levels=ODD,
            next_actions=(ACTION,),
            provider_fields=ODD,
            unmapped=ODD,
            raw=ODD,
        ),
        "UserRecord(mangopay/fr, sandbox, id='user_7', status=pending, kyc_level=LIGHT, "
        "eidas_level=low, next_actions=redirect)",
    ),
    "a next action": (
        ACTION,
        "NextAction(mangopay/fr, sandbox, kind=redirect, user_id='user_7', concerns='phone', "
        "expires_at=2026-01-02 12:00:00+00:00)",
    ),
    "a link": (
        Link(
            **PLACE,
            user_id="user_7",
            url=f"https://sca.example/?token={CANARY}",
            expires_at=NOON,
            single_use=True,
        ),
        "Link(mangopay/fr, sandbox, user_id='user_7', expires_at=2026-01-02 12:00:00+00:00, "
        "single_use=True)",
    ),
    "a document": (
        DocumentRecord(
            **PLACE,
            id="doc_1",
            user_id="user_7",
            purpose=DocumentPurpose.IDENTITY,
            status=DocumentStatus.REFUSED,
            refusal=Refusal(
                reason=RefusalReason.EXPIRED, provider_code=word("W"), text=word("Text")
            ),
            provider_fields=ODD,
            raw=ODD,
        ),
        "DocumentRecord(mangopay/fr, sandbox, id='doc_1', user_id='user_7', "
        "purpose=proof_of_identity, status=refused, refusal=expired)",
    ),
    "a declaration": (
        OwnerDeclaration(
            **PLACE,
            id="ubo_1",
            user_id="user_7",
            owners=(
                DeclaredOwner(
                    id="1", owner=Person(ref="a", roles=(PersonRole.DIRECTOR,), address=HOME)
                ),
            ),
            status=DocumentStatus.CREATED,
            provider_status=word("Status"),
            reason=word("Reason"),
            message=word("Message"),
            editable=True,
            raw=ODD,
        ),
        "OwnerDeclaration(mangopay/fr, sandbox, id='ubo_1', user_id='user_7', status=created, "
        "editable=True, owners=1)",
    ),
    "a bank account": (
        BankAccountRecord(
            **PLACE,
            id="bank_1",
            user_id="user_7",
            account=IbanAccount(owner_name=word("Name"), iban="FR7630004000031234567890143"),
            active=True,
            provider_status=word("Status"),
            provider_fields=ODD,
            raw=ODD,
        ),
        "BankAccountRecord(mangopay/fr, sandbox, id='bank_1', user_id='user_7', active=True)",
    ),
    "a wallet": (
        Wallet(
            **PLACE,
            id="wallet_1",
            description=word("Description"),
            account_numbers=(word("Number"),),
            provider_status=word("Status"),
            provider_fields=ODD,
            raw=ODD,
        ),
        "Wallet(mangopay/fr, sandbox, id='wallet_1')",
    ),
    "an event": (
        Event(
            **PLACE,
            id="event_1",
            kind=EventKind.LEVEL_CHANGED,
            provider_type="USER_KYC_REGULAR",
            user_id="user_7",
            before=ODD,
            after=ODD,
            confirmed=True,
        ),
        "Event(mangopay/fr, sandbox, id='event_1', kind=level_changed, "
        "provider_type='USER_KYC_REGULAR', user_id='user_7', confirmed=True)",
    ),
    "a partial": (
        Partial(
            **PLACE,
            operation="submit_document",
            user_id="user_7",
            id="doc_1",
            idempotency_key=word("Key"),
            digest=word("Digest"),
            done=ODD,
        ),
        "Partial(mangopay/fr, sandbox, operation='submit_document', user_id='user_7', id='doc_1')",
    ),
    "an unresolved call": (
        UnresolvedCall(
            **PLACE,
            operation="create_user",
            sent_at=datetime(2026, 10, 1, tzinfo=UTC),
            user_id="user_7",
            reference=word("Reference"),
            idempotency_key=word("Key"),
            provider_key=word("Key"),
            digest=word("Digest"),
        ),
        "UnresolvedCall(mangopay/fr, sandbox, operation='create_user', user_id='user_7', "
        "sent_at=2026-10-01T00:00:00+00:00)",
    ),
    "a reconciliation": (
        Reconciliation[Any].done(
            UserRecord(**PLACE, id="user_7", user=person(), raw=ODD), "it is in the list"
        ),
        "",
    ),
    "a state": (
        RecordState(
            **PLACE,
            own_id="user-42",
            id="user_7",
            references={"wallet": word("Reference")},
            retrieved_at=datetime(2026, 10, 1, tzinfo=UTC),
            status=UserStatus.ACTIVE,
        ),
        "",
    ),
    "a plan of a migration": (
        MigrationPlan(
            id="plan_1",
            made_at=datetime(2026, 10, 1, tzinfo=UTC),
            source=Side(provider="mangopay", gateway="fr"),
            target=Side(provider="paysera", gateway="lt"),
            profiles=(),
            users=(),
        ),
        "",
    ),
    "a page": (
        Paged(items=(person(), person()), next=word("Token"), total=7),
        "Paged(items=<2>, next=…, total=7, rate_limits=())",
    ),
    "a last page": (
        Paged[User](items=()),
        "Paged(items=<0>, next=None, total=None, rate_limits=())",
    ),
    "a gateway": (Gateway(MANGOPAY), "Gateway('fr', MangoPay, sandbox)"),
    "an async gateway": (AsyncGateway(PAYSERA), "AsyncGateway('lt', Paysera, production)"),
    "an error": (ActionRequired(ErrorDetails(status=403, code="x", next_action=ACTION)), ""),
    "a partial failure": (PartialFailure(Partial(**PLACE, operation="x", done=ODD)), ""),
}


@pytest.mark.parametrize("name", RETURNED)
def test_what_a_gateway_gives_shows_where_it_is_from_and_how_it_stands_alone(name: str) -> None:
    value, expected = RETURNED[name]

    text = f"{value!r} {value} {[value]!r}"

    assert clean(text)
    assert expected in ("", repr(value))


def test_every_stored_value_has_such_a_repr() -> None:
    known = {kind for kind in Stored.__subclasses__() if kind.__module__.startswith("onboarding.")}

    assert {type(value) for value, _ in RETURNED.values()} >= known - {User}


# -- flows against a provider that echoes what it got


def mangopay_echo(request: Request) -> dict[str, Any]:
    """docs: errors: the map of field errors, here with the values in every text."""
    sent = json.loads(request.body or b"{}")
    return {
        "Message": f"One or several required parameters are missing: {word('Message')}",
        "Type": "param_error",
        "Id": "e1",
        "Date": 1,
        "errors": {name: f"The value {value} was refused" for name, value in sent.items()},
    }


def paysera_echo(request: Request) -> dict[str, Any]:
    sent = json.loads(request.body or b"{}")
    return {
        "error": "invalid_parameters",
        "error_description": f"bad: {sent}",
        "error_properties": {name: [f"{value} is bad"] for name, value in sent.items()},
        "errors": [{"code": "invalid", "field": "email", "message": f"{sent.get('email')}"}],
    }


ECHOES: dict[str, tuple[Adapter, Callable[[Request], dict[str, Any]]]] = {
    "mangopay": (MANGOPAY, mangopay_echo),
    "paysera": (PAYSERA, paysera_echo),
}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503])
@pytest.mark.parametrize("provider", ECHOES)
def test_an_error_that_echoes_the_user_shows_nothing_of_it_and_keeps_it_in_raw(
    provider: str, status: int, told: Callable[[BaseException], str]
) -> None:
    adapter, echo = ECHOES[provider]
    flow = adapter.create_user(person(PASSWORD))
    request = next(flow)

    with pytest.raises(ProviderError) as caught:
        flow.send(Response(status=status, body=json.dumps(echo(request)).encode()))

    error = caught.value
    assert clean(told(error) + repr(error.details) + repr(error.problems))
    assert CANARY in json.dumps(error.raw, ensure_ascii=False)
    assert "email" in {problem.path for problem in error.problems}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Xq7Bird</html>",
        b'"Xq7Bird"',
        b'["Xq7Bird"]',
        b'{"Type": ["Xq7Bird"], "error": {"a": "Xq7Bird"}, "errors": ["Xq7Bird"], "title": 7}',
        b'{"errors": {"Xq7Bird": "Xq7Bird"}}',
        b"\xffXq7Bird",
        b"",
    ],
)
@pytest.mark.parametrize("status", [400, 502])
@pytest.mark.parametrize("provider", ECHOES)
def test_an_error_in_no_documented_shape_shows_no_value(
    provider: str, status: int, body: bytes, told: Callable[[BaseException], str]
) -> None:
    adapter, _ = ECHOES[provider]
    flow = adapter.fetch_user("1")
    next(flow)

    with pytest.raises(ProviderError) as caught:
        flow.send(Response(status=status, body=body))

    assert caught.value.status == status
    assert "<html" not in told(caught.value)


@pytest.mark.parametrize(
    "body",
    [b"<Xq7Bird>", b'["Xq7Bird"]', b"\xffXq7Bird", b'{"Email": ["Xq7Bird"], "email": 7}'],
)
@pytest.mark.parametrize("provider", ECHOES)
def test_an_answer_that_cannot_be_read_shows_no_value(
    provider: str, body: bytes, told: Callable[[BaseException], str]
) -> None:
    adapter, _ = ECHOES[provider]
    flow = adapter.fetch_user("1")
    next(flow)

    with pytest.raises(OnboardingError) as caught:
        flow.send(Response(status=200, body=body))

    assert clean(told(caught.value))


@pytest.mark.parametrize("provider", ECHOES)
def test_a_request_and_its_record_show_nothing_of_the_user(provider: str) -> None:
    adapter, _ = ECHOES[provider]
    flow = adapter.create_user(person(HASH))
    request = next(flow)
    signed = adapter.sign(
        request, Proof(now=datetime.now(UTC), nonce="n", token=Token(KEY, datetime.now(UTC)))
    )

    given = {**json.loads(request.body), "Id": "1", "id": 1}
    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=json.dumps(given).encode()))

    record: UserRecord = done.value.value
    assert clean(f"{request!r} {signed!r} {flow!r}")
    assert clean(f"{record!r} {record} {record.losses!r} {record.absent!r} {record.next_actions!r}")
    assert record.losses
    assert CANARY in request.body.decode()


# -- over sockets, with every logger open


MAIL, NEW_MAIL, PHONE, CODE, ID = (
    "xq7birdNobody@example.com",
    "xq7birdNew@example.com",
    "+37066677777",
    word("Code"),
    word("Id"),
)  # a traceback shows the lines of this file: only names may stand in those
CARRIED: dict[str, dict[str, Any]] = {
    "fr": {
        "identity": attrs.evolve(
            person().identity or Identity(),
            other_nationalities=(),
            birthplace=None,
            gender=None,
            national_id=None,
        )
    },
    "lt": {
        "identity": attrs.evolve(
            person().identity or Identity(),
            other_nationalities=(),
            birthplace=None,
            gender=None,
            birthdate=None,
            country_of_residence=None,
        ),
        "address": None,
        "occupation": None,
        "tag": None,
    },
}
BARE: dict[str, Any] = {
    "politically_exposed": None,
    "political_exposures": (),
    "documents": (),
    "extras": {},
}


def run_everything(gateway: Gateway[Any]) -> list[BaseException]:
    """Every call of a gateway, in good order and not; gives the errors."""
    record = gateway.create_user(person().replace({**BARE, **CARRIED[gateway.name]}))
    changed = record.user.replace(email=NEW_MAIL)
    calls: list[Callable[[], object]] = [
        partial(gateway.create_user, person().replace({**BARE, **CARRIED[gateway.name]})),
        partial(gateway.create_user, person(PASSWORD)),
        partial(gateway.fetch_user, ID),
        partial(gateway.fetch_user, record.id),
        partial(gateway.find_user, email=MAIL),
        partial(gateway.find_user, phone=PHONE),
        partial(gateway.find_user, national_id=CODE, country="LT"),
        partial(gateway.find_user, email=MAIL, phone=PHONE),
        partial(gateway.update_user, record, changed),
        *(partial(gateway.confirm, action, CODE) for action in record.next_actions),
        *(partial(gateway.renew, action) for action in record.next_actions),
    ]
    errors: list[BaseException] = []
    for call in calls:
        try:
            call()
        except OnboardingError as error:
            errors.append(error)
    return errors


def test_no_logger_and_no_error_shows_a_user_however_talkative(
    world: World, caplog: pytest.LogCaptureFixture, told: Callable[[BaseException], str]
) -> None:
    with caplog.at_level(logging.NOTSET):
        errors = [error for name in ("fr", "lt") for error in run_everything(world.gateways[name])]

    assert errors
    assert world.logs
    assert clean("\n".join(told(error) for error in errors))
    assert clean(caplog.text + repr([record.args for record in caplog.records]))


def test_no_logger_of_the_event_loop_shows_a_user(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def look() -> None:
        async with world.gateways as gateways:
            gateway = gateways.aio["lt"]
            with pytest.raises(OnboardingError):
                await gateway.find_user(email="xq7birdNobody@example.com")

    with caplog.at_level(logging.NOTSET):
        asyncio.run(look())

    assert len(world.paysera.log) == 1
    assert clean(caplog.text)


def test_the_loggers_of_other_code_are_left_alone(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    import requests

    with caplog.at_level(logging.DEBUG):
        requests.get(world.gateways.typed("lt", Paysera).adapter.base, timeout=5)

    assert "GET / HTTP/1.1" in caplog.text


@pytest.mark.parametrize("provider", ECHOES)
def test_an_error_can_be_handed_to_another_process(provider: str) -> None:
    adapter, echo = ECHOES[provider]
    flow = adapter.create_user(person())
    request = next(flow)
    with pytest.raises(ProviderError) as caught:
        flow.send(Response(status=400, body=json.dumps(echo(request)).encode()))

    again = pickle.loads(pickle.dumps(caught.value))

    assert type(again) is type(caught.value)
    assert str(again) == str(caught.value)
    assert again.raw == caught.value.raw
