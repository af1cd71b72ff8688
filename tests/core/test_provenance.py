"""Every value says which gateway and environment it is from, and is taken back there alone."""

from __future__ import annotations

import inspect
import json
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

import attrs
import pytest
from onboarding import (
    ActionRequired,
    Company,
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    Identity,
    InvalidInput,
    NextAction,
    NextActionKind,
    OwnerDeclaration,
    Person,
    PersonRole,
    Secret,
    User,
    UserRecord,
)
from onboarding.adapter import Held
from onboarding.adapter.settings import Settings
from onboarding.banking import BankAccountRecord, IbanAccount
from onboarding.engine.changes import events_between
from onboarding.model.answers import Partial
from onboarding.operations import OPERATIONS, Operations
from onboarding.reconciliation import UnresolvedCall
from onboarding.spi import Adapter, Request, Response
from onboarding.testing import PaperGateway
from onboarding.testing.suite.provenance import TAKES_BACK

from onboarding_mangopay import Environment, MangoPay, Recipient
from onboarding_paysera import Environment as PayseraEnvironment
from onboarding_paysera import IdentityPaper, Paysera, UserToken

FR = MangoPay(
    name="fr",
    client_id="acme",
    api_key=Secret("key"),
    environment=Environment.PRODUCTION,
    accept_loss=("*",),
)
LT = Paysera(
    name="lt", client_id="acme", mac_key=Secret("key"), environment=PayseraEnvironment.SANDBOX
)
HOOKS = {"answer_to_key", "finished", "look_up", "matcher"}
"""What `reconcile` asks of an adapter, once it has checked the call."""
CORE = {*vars(Adapter), *vars(Settings), *HOOKS}
GATEWAYS: dict[str, Adapter] = {"fr": FR, "lt": LT}
OTHER = {"provider": "acme", "gateway": "es", "environment": "staging"}
OTHER_KINDS = (None, "user_m_1", {"id": "7"}, User())

PAGE = DocumentPage(content=b"%PDF-1.7", media_type="application/pdf")
NOW = datetime(2026, 10, 1, tzinfo=UTC)
ONA = User(identity=Identity(given_name="Ona"), email="ona@example.com", phone="+37066612345")
ADA = Person(ref="ada", roles=(PersonRole.BENEFICIAL_OWNER,))

GIVEN: Mapping[str, Any] = {
    "return_url": "https://shop.example/",
    "user": ONA.replace({"identity.given_name": "Rasa"}),
    "code": "1",
    "owner_id": "7",
    "owner": ADA,
    "people": (ADA,),
    "given": Document(purpose=DocumentPurpose.IDENTITY),
    "email": "rasa@example.com",
    "now": NOW,
}
"""What a call is given beside the value that it takes back, by the name of its parameter."""


def held_by(adapter: Adapter, kind: type[Any]) -> Any:
    """A value as the adapter itself would have returned it."""
    where: dict[str, Any] = {**adapter.provenance}
    if kind is UserToken:  # which says by its class that it is Paysera's
        del where["provider"]
    more: Mapping[type[Any], Mapping[str, Any]] = {
        UserRecord: {"user": ONA},
        NextAction: {"kind": NextActionKind.CONFIRM_CODE, "user_id": "7", "concerns": "email"},
        BankAccountRecord: {"user_id": "7"},
        OwnerDeclaration: {"user_id": "7"},
        Partial: {"operation": "submit_document", "user_id": "7"},
        Recipient: {},
        UnresolvedCall: {"operation": "close_user", "sent_at": NOW, "user_id": "7"},
        UserToken: {name: Secret("key") for name in ("access_token", "mac_key", "refresh_token")},
    }
    id = {"id": "7"} if "id" in attrs.fields_dict(kind) else {}
    return kind(**where, **id, **more[kind])


def kinds_in(hint: Any) -> Iterator[type[Any]]:
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else [hint]
    for kind in options:
        if isinstance(kind, type) and {"gateway", "environment"} <= set(dir_of(kind)):
            yield kind


def dir_of(kind: type[Any]) -> Iterator[str]:
    yield from dir(kind)
    if attrs.has(kind):
        yield from attrs.fields_dict(kind)


def taken_back(adapter: Adapter) -> Iterator[tuple[str, str, type[Any]]]:
    """Every method of an adapter's own that takes a value back: its name, parameter and class."""
    for name, method in inspect.getmembers(type(adapter), inspect.isfunction):
        # `missing` compares the record of one provider with the rules of another.
        # A provider without the operation refuses it whatever it is given.
        if name.startswith("_") or name == "missing" or method is getattr(Operations, name, None):
            continue
        hints = typing.get_type_hints(method)
        if "response" in hints or (name in CORE and name != "effects"):
            continue  # shared by the calls
        for parameter, hint in hints.items():
            if parameter != "return":
                yield from ((name, parameter, kind) for kind in kinds_in(hint))


CALLS = [
    (gateway, name, parameter, kind)
    for gateway, adapter in GATEWAYS.items()
    for name, parameter, kind in taken_back(adapter)
]


def call(adapter: Adapter, name: str, parameter: str, value: Any) -> Any:
    """The first request of a call, or what it returns."""
    method = getattr(adapter, name)
    wanted = {
        key: GIVEN[key]
        for key, found in inspect.signature(method).parameters.items()
        if key in GIVEN and key != parameter
        if found.default is inspect.Parameter.empty or name == "assign_contact"
    }
    positional_only = inspect.signature(method).parameters[parameter].kind.value == 0
    made = method(value, **wanted) if positional_only else method(**{parameter: value}, **wanted)
    if not inspect.isgenerator(made):
        return made
    try:
        return next(made)
    except StopIteration as done:
        return done.value


def test_the_calls_are_those_that_take_something_back() -> None:
    assert sorted({name for _, name, _, _ in CALLS} - set(TAKES_BACK)) == [
        "activate_token",
        "add_owner",
        "as_user",
        "deactivate_recipient",
        "effects",
        "reconcile",
        "refresh_token",
        "revoke_token",
        "submit_declaration",
        "update_declaration",
        "update_owner",
    ]


def test_the_kit_knows_every_operation_that_takes_something_back() -> None:
    found = {
        name
        for name in OPERATIONS
        for hints in [typing.get_type_hints(getattr(Operations, name))]
        for hint in hints.values()
        if any(kinds_in(hint)) and hints["return"] != hint
    }

    assert found == set(TAKES_BACK)


@pytest.mark.parametrize(
    ("gateway", "operation", "parameter", "kind", "name"),
    # a token says by its class that it is Paysera's
    [(*one, name) for one in CALLS for name in OTHER if (one[3], name) != (UserToken, "provider")],
)
def test_what_another_gateway_returned_is_refused_and_nothing_is_sent(
    gateway: str, operation: str, parameter: str, kind: type[Any], name: str
) -> None:
    adapter = GATEWAYS[gateway]
    held = held_by(adapter, kind)
    foreign = attrs.evolve(held, **{name: OTHER[name]})

    with pytest.raises(InvalidInput) as refused:
        call(adapter, operation, parameter, foreign)

    expected = "environment" if name == "environment" else "gateway"
    assert [problem.path for problem in refused.value.problems] == [expected]


@pytest.mark.parametrize(
    ("gateway", "operation", "parameter", "kind"),
    [one for one in CALLS if one[1] not in ("as_user", "create_link")],  # which take others too
)
def test_a_value_of_another_class_is_refused_and_nothing_is_sent(
    gateway: str, operation: str, parameter: str, kind: type[Any]
) -> None:
    adapter = GATEWAYS[gateway]
    other = NextAction if kind is not NextAction else UserRecord
    for wrong in (*OTHER_KINDS, held_by(adapter, other)):
        with pytest.raises(InvalidInput) as refused:
            call(adapter, operation, parameter, wrong)

        [told] = refused.value.problems
        assert (told.message.split()[-1], told.code) == (kind.__name__, "type")


@pytest.mark.parametrize(
    ("gateway", "operation", "parameter", "kind"),
    [
        one
        for one in CALLS
        if one[1] not in ("resume", "create_link")  # which ask more of what they are given
    ],
)
def test_a_gateways_own_value_is_taken_also_one_that_was_stored_without_an_environment(
    gateway: str, operation: str, parameter: str, kind: type[Any]
) -> None:
    adapter = GATEWAYS[gateway]
    held = held_by(adapter, kind)
    before = json.loads(held.to_json(secrets=True)) if hasattr(held, "to_json") else None

    assert isinstance(call(adapter, operation, parameter, held), Request | Paysera | tuple)
    if before is not None:
        del before["environment"]
        old = kind.from_json(json.dumps(before))
        assert old == attrs.evolve(held, environment=None)
        assert isinstance(call(adapter, operation, parameter, old), Request | Paysera | tuple)


def test_a_token_that_was_stored_without_a_gateway_is_any_gateways() -> None:
    token = attrs.evolve(held_by(LT, UserToken), gateway="", environment=None)

    assert isinstance(next(LT.refresh_token(token)), Request)


# -- what is returned ------------------------------------------------------------------------------

LINK = "https://sca.example/?token=1"
OBJECT = {
    "Id": "7", "UserId": "7", "PersonType": "NATURAL", "UserStatus": "ACTIVE",
    "PendingUserAction": {"RedirectUrl": LINK}, "HostedUrl": LINK, "Status": "PENDING",
    "CreationDate": 1, "access_token": "t", "expires_in": 3600, "Email": "ona@example.com",
}  # fmt: skip


def mangopay(request: Request) -> Response:
    """Answers everything with one object that is of every kind, or a list of it."""
    lists = ("/users", "/wallets", "/bankaccounts", "/documents", "/ubodeclarations",
             "/recipients", "/identity-verifications")  # fmt: skip
    is_list = request.method == "GET" and request.url.partition("?")[0].endswith(lists)
    body = json.dumps([OBJECT] if is_list else OBJECT).encode()
    return Response(status=200, body=body, received_at=datetime.now(UTC))


def asks_for_sca(request: Request) -> Response:
    if request.operation == "login":
        return mangopay(request)
    challenge = f"PendingUserAction redirectUrl={LINK}"
    return Response(status=401, headers={"www-authenticate": challenge}, body=b"{}")


PAYSERA_OBJECT: dict[str, Any] = {
    "id": 7, "owner": 7, "user_id": 7, "access_token": "t", "mac_key": "k", "token_type": "mac",
    "status": "waiting", "account": {}, "identity_documents": [{"id": 1}],
}  # fmt: skip


def paysera(request: Request) -> Response:
    is_list = request.url.endswith("/wallets")
    body = json.dumps([PAYSERA_OBJECT] if is_list else PAYSERA_OBJECT).encode()
    return Response(status=200, body=body, received_at=datetime.now(UTC))


def held_in(value: object) -> Iterator[Held]:
    """Every value within a value that says where it is from."""
    if isinstance(value, Held):
        yield value
    if attrs.has(type(value)):
        for name in cast("dict[str, Any]", attrs.fields_dict(cast("Any", type(value)))):
            yield from held_in(getattr(value, name, None))
    elif isinstance(value, list | tuple):
        for item in cast("list[object]", value):
            yield from held_in(item)


def test_whatever_mangopay_returns_says_which_gateway_and_environment_it_is_from() -> None:
    gateway = PaperGateway(FR, mangopay)
    account = IbanAccount(owner_name="Ona", iban="FR1420041010050500013M02606")
    notes = [
        {"EventType": name, "RessourceId": "7", "Date": "1"}
        for name in ("USER_KYC_REGULAR", "KYC_SUCCEEDED", "UBO_DECLARATION_VALIDATED")
    ]

    found = [
        *(gateway.run(FR.read_event(note)) for note in notes),
        gateway.run(FR.fetch_user("7")),
        gateway.run(FR.list_users()),
        gateway.run(FR.enrol("7")),
        gateway.run(FR.consent("7")),
        gateway.run(FR.renew(held_by(FR, NextAction))),
        gateway.run(FR.create_link(held_by(FR, NextAction), return_url="https://shop.example/")),
        gateway.run(FR.add_bank_account("7", account)),
        gateway.run(FR.list_bank_accounts("7")),
        gateway.run(FR.fetch_wallet("7")),
        gateway.run(FR.list_wallets("7")),
        gateway.run(FR.fetch_document("7")),
        gateway.run(FR.fetch_declaration("7")),
        gateway.run(FR.fetch_recipient("7")),
        gateway.run(FR.list_recipients("7")),
        gateway.run(FR.verify_identity("7", "https://shop.example/done")),
    ]
    with pytest.raises(ActionRequired) as raised:
        PaperGateway(FR, asks_for_sca).run(FR.fetch_wallet("7"))

    values = [*held_in(found), *held_in(raised.value.next_action)]
    kinds = {type(value).__name__ for value in values}
    assert kinds == {
        "BankAccountRecord", "DocumentRecord", "Event", "Link", "NextAction", "OwnerDeclaration",
        "Recipient", "UserRecord", "Wallet",
    }  # fmt: skip
    assert {(v.provider, v.gateway, v.environment) for v in values} == {
        ("mangopay", "fr", "production")
    }


def test_whatever_paysera_returns_says_which_gateway_and_environment_it_is_from() -> None:
    gateway = PaperGateway(LT, paysera)
    document = Document(
        purpose=DocumentPurpose.IDENTITY,
        kind=DocumentKind.PASSPORT,
        title="card",
        number="1",
        issued_on=date(2020, 1, 2),
        pages=(PAGE,),
    )

    found = [
        gateway.run(LT.create_user(ONA)),
        gateway.run(LT.fetch_user("7")),
        gateway.run(LT.assign_contact(held_by(LT, UserRecord), email="ben@example.com")),
        gateway.run(LT.renew(held_by(LT, NextAction))),
        gateway.run(LT.fetch_wallet("7")),
        gateway.run(LT.list_wallets("7")),
        gateway.run(LT.submit_document("7", document)),
        gateway.run(LT.create_identification("7")),
        gateway.run(LT.add_identity_document("7", IdentityPaper(kind=DocumentKind.PASSPORT))),
        gateway.run(LT.exchange_code("code", redirect_uri="https://shop.example/done")),
        gateway.run(LT.refresh_token(held_by(LT, UserToken))),
    ]

    values = list(held_in(found))
    kinds = {type(value).__name__ for value in values}
    assert kinds == {"DocumentRecord", "NextAction", "UserRecord", "UserToken", "Wallet"}
    assert {(v.provider, v.gateway, v.environment) for v in values} == {
        ("paysera", "lt", "sandbox")
    }


def test_an_event_of_a_watch_is_from_the_gateway_of_its_record() -> None:
    before = held_by(LT, UserRecord)
    after = attrs.evolve(before, provider_levels={"identification_level": "identified"})

    (event,) = events_between(before, after)

    assert (event.gateway, event.environment) == ("lt", "sandbox")


def test_an_adapter_in_a_users_name_takes_the_records_of_its_gateway() -> None:
    mine = LT.as_user(held_by(LT, UserToken))

    assert isinstance(next(mine.update_user(held_by(LT, UserRecord), GIVEN["user"])), Request)


def test_the_company_of_a_declaration_is_no_value_that_is_taken_back() -> None:
    assert not isinstance(Company(), Held)
