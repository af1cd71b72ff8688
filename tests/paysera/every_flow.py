"""Every flow of the adapter, each ready to run against a simulator that has what it needs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, cast

from attrs import define, evolve, field
from onboarding import (
    Address,
    Document,
    DocumentKind,
    DocumentPage,
    DocumentPurpose,
    Identity,
    NationalId,
    OutcomeUnknown,
    Partial,
    PartialFailure,
    Password,
    RateLimited,
    Secret,
    User,
    UserRecord,
)
from onboarding.provider_errors import ErrorDetails
from onboarding.spi import Adapter, Criterion, Flow, Request, Response
from onboarding.testing import PaperGateway, paper
from onboarding.testing.paper import Answer
from tests.simulators.paysera.api import CLIENT_ID, MAC_KEY, NOW, a_simulator

from onboarding_paysera import (
    ContactList,
    IdentityPaper,
    Paysera,
    Position,
    ServiceName,
    UserToken,
)
from onboarding_simulators.paysera import PayseraSimulator

__all__ = [
    "BASE",
    "FLOWS",
    "PAPER",
    "READS",
    "WRITES",
    "Stage",
    "names_of_flows",
    "recorded",
    "replayed",
]

BASE = "https://paysera.invalid"
THERE = datetime.fromtimestamp(NOW, UTC)
PAPER = Paysera(client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), base_url=BASE, name="lt")

JPEG = DocumentPage(content=b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 \x00\xff", media_type="image/jpeg")
SCAN = DocumentPage(content=b"%PDF-1.7 \x00\xff", media_type="application/pdf")
JOHN = Identity(
    given_name="John",
    family_name="Smith",
    nationality="LT",
    national_id=NationalId(code="31001010000", country="LT"),
)
HOME = Address(line1="Lauko g. 1", city="Vilnius", postal_code="LT-11111", country="LT")
EMAIL, PHONE, PASSWORD = "john@example.com", "+37066612345", "SecurePass123"
NEW = User(email=EMAIL, phone=PHONE, address=HOME, credentials=Password(password=Secret(PASSWORD)))
PASSPORT = Document(
    purpose=DocumentPurpose.IDENTITY,
    kind=DocumentKind.PASSPORT,
    pages=(SCAN,),
    title="Passport scan",
    number="AB1234567",
    issued_on=date(2020, 1, 15),
)
CONTACTS = ContactList(emails=["a@example.com"], phones=["+37012345678"])
BACK = "https://app.example/cb"


@define
class Stage:
    """A simulator with one user of everything, and the client's adapter at it."""

    sim: PayseraSimulator
    gateway: PaperGateway[Paysera] = field(init=False)
    record: UserRecord = field(init=False)

    def __attrs_post_init__(self) -> None:
        adapter = evolve(PAPER, sends_address=True)
        self.gateway = PaperGateway(adapter, paper(self.sim), clock=lambda: THERE)
        self.record = self.run(self.ask.create_user(NEW))
        for action in self.record.next_actions:
            code = self.sim.code_for(221, cast("Any", action.concerns))
            self.record = self.run(self.ask.confirm(action, code))

    @property
    def ask(self) -> Paysera:
        return self.gateway.adapter

    def run(self, flow: Flow[Any]) -> Any:
        return self.gateway.run(flow)

    # -- what some flows need to be there

    def request(self) -> str:
        return str(self.run(self.ask.create_identification("221")).id)

    def paper(self) -> str:
        paper = IdentityPaper(kind=DocumentKind.PASSPORT)
        return str(self.run(self.ask.add_identity_document(self.request(), paper)).id)

    def filled(self) -> str:
        document = self.paper()
        self.run(self.ask.put_document_image(document, 0, JPEG))
        return "1"

    def additional(self) -> str:
        return str(self.run(self.ask.add_additional_document(self.request(), "other")).id)

    def book(self) -> str:
        return str(self.run(self.ask.create_contact_book("221", CONTACTS)))

    def placed(self) -> None:
        self.run(self.ask.put_position("221", Position(latitude=54.7, longitude=25.2)))

    def identified(self) -> UserRecord:
        found = self.run(self.ask.update_user(self.record, self.record.user.replace(identity=JOHN)))
        assert isinstance(found, UserRecord)
        return found

    def token(self, **options: Any) -> UserToken:
        code = self.sim.consent(221, ["email"], BACK)
        token = self.run(self.ask.exchange_code(code, redirect_uri=BACK))
        if options:
            token = self.run(self.ask.refresh_token(token, **options))
        assert isinstance(token, UserToken)
        return token

    def half(self) -> Partial:
        """What is left when the description of an uploaded file was dropped."""
        answer = self.gateway.answer

        def drops(request: Request) -> Response:
            if request.url.endswith("/metadata"):
                raise OutcomeUnknown("dropped")
            return answer(request)

        try:
            PaperGateway(self.ask, drops, clock=lambda: THERE).run(
                self.ask.submit_document("221", PASSPORT)
            )
        except PartialFailure as error:
            return error.partial
        raise AssertionError("the description was answered")

    def limited(self) -> RateLimited:
        place = f"{BASE}/recaptcha/unlock/requests"
        native = {"g-recaptcha-key": "simulated-site-key", "recaptcha-unlock-url": place}
        return RateLimited(
            ErrorDetails(status=429, code="rate_limit_exceeded", provider_fields=native)
        )

    def waiting(self) -> UserRecord:
        found = self.run(self.ask.assign_contact(self.record, email="new@example.com"))
        assert isinstance(found, UserRecord)
        return found


Ready = Callable[[], Flow[Any]]
"""Gives the flow anew each time."""


def _create_user(at: Stage) -> Ready:
    user = NEW.replace(email="ona@example.com", phone=None)
    return lambda: at.ask.create_user(user, idempotency_key="order-1")


def _update_user(at: Stage) -> Ready:
    return lambda: at.ask.update_user(at.record, at.record.user.replace(identity=JOHN))


def _confirm(at: Stage) -> Ready:
    (action,) = at.waiting().next_actions
    code = at.sim.code_for(221, "email")
    return lambda: at.ask.confirm(action, code)


def _renew(at: Stage) -> Ready:
    (action,) = at.waiting().next_actions
    return lambda: at.ask.renew(action)


def _resume(at: Stage) -> Ready:
    partial = at.half()
    return lambda: at.ask.resume(partial, PASSPORT)


def _describe_document(at: Stage) -> Ready:
    uploaded = at.run(at.ask.upload_document("221", SCAN))
    return lambda: at.ask.describe_document(uploaded.id, PASSPORT, user_id="221")


def _change_password(at: Stage) -> Ready:
    old, new = Secret(PASSWORD), Secret("newPassword123")
    return lambda: at.ask.change_password("221", new, old_password=old)


def _political(at: Stage) -> Ready:
    at.sim.set_pep(221, [("John Smith", "self", ["minister"])])
    return lambda: at.ask.fetch_political_exposures("221")


def _receipt(at: Stage) -> Ready:
    at.identified()
    return lambda: at.ask.identification_receipt("221")


def _exchange_code(at: Stage) -> Ready:
    code = at.sim.consent(221, ["email"], BACK)
    return lambda: at.ask.exchange_code(code, redirect_uri=BACK)


def _of(prepare: Callable[[Stage], Any], flow: Callable[[Paysera, Any], Flow[Any]]) -> Any:
    def ready(at: Stage) -> Ready:
        given = prepare(at)
        return lambda: flow(at.ask, given)

    return ready


def _plain(flow: Callable[[Paysera], Flow[Any]]) -> Any:
    def ready(at: Stage) -> Ready:
        return lambda: flow(at.ask)

    return ready


WRITES: dict[str, Callable[[Stage], Ready]] = {
    "create_user": _create_user,
    "update_user": _update_user,
    "assign_contact": lambda at: lambda: at.ask.assign_contact(at.record, email="b@example.com"),
    "confirm": _confirm,
    "renew": _renew,
    "submit_document": _plain(
        lambda ask: ask.submit_document("221", PASSPORT, idempotency_key="order-1")
    ),
    "resume": _resume,
    "upload_document": _plain(lambda ask: ask.upload_document("221", SCAN)),
    "describe_document": _describe_document,
    "request_password_reset": _plain(lambda ask: ask.request_password_reset(email=EMAIL)),
    "change_password": _change_password,
    "enable_service": _plain(lambda ask: ask.enable_service("221", ServiceName.MICRO)),
    "put_position": _plain(
        lambda ask: ask.put_position("221", Position(latitude=54.7, longitude=25.2))
    ),
    "delete_position": _of(Stage.placed, lambda ask, _: ask.delete_position("221")),
    "put_avatar": _plain(lambda ask: ask.put_avatar("221", JPEG)),
    "delete_avatar": _of(
        lambda at: at.run(at.ask.put_avatar("221", JPEG)), lambda ask, _: ask.delete_avatar("221")
    ),
    "create_identification": _plain(lambda ask: ask.create_identification("221")),
    "create_identification_by_phone": _plain(lambda ask: ask.create_identification_by_phone(PHONE)),
    "add_identity_document": _of(
        Stage.request,
        lambda ask, found: ask.add_identity_document(
            found, IdentityPaper(kind=DocumentKind.PASSPORT)
        ),
    ),
    "put_document_image": _of(
        Stage.paper, lambda ask, found: ask.put_document_image(found, 0, JPEG)
    ),
    "put_face_photo": _of(Stage.request, lambda ask, found: ask.put_face_photo(found, JPEG)),
    "start_liveness_check": _of(Stage.request, lambda ask, found: ask.start_liveness_check(found)),
    "add_additional_document": _of(
        Stage.request, lambda ask, found: ask.add_additional_document(found, "other", "LT")
    ),
    "put_document_file": _of(
        Stage.additional, lambda ask, found: ask.put_document_file(found, SCAN)
    ),
    "submit_identification": _of(Stage.filled, lambda ask, found: ask.submit_identification(found)),
    "create_contact_book": _plain(lambda ask: ask.create_contact_book("221", CONTACTS)),
    "append_contacts": _of(Stage.book, lambda ask, found: ask.append_contacts(found, CONTACTS)),
    "remove_contacts": _of(Stage.book, lambda ask, found: ask.remove_contacts(found, CONTACTS)),
    "delete_contact_book": _of(Stage.book, lambda ask, found: ask.delete_contact_book(found)),
    "open_session": _plain(
        lambda ask: ask.open_session(redirect_uri=BACK, state="state", email=EMAIL)
    ),
    "exchange_code": _exchange_code,
    "log_in": _plain(lambda ask: ask.log_in(EMAIL, Secret(PASSWORD), scopes=["email"])),
    "refresh_token": _of(Stage.token, lambda ask, token: ask.refresh_token(token)),
    "activate_token": _of(
        lambda at: at.token(activation=True), lambda ask, token: ask.activate_token(token)
    ),
    "revoke_token": _of(Stage.token, lambda ask, token: ask.revoke_token(token)),
    "solve_captcha": _of(Stage.limited, lambda ask, error: ask.solve_captcha(error, "solved")),
}
"""The flows that change something."""

READS: dict[str, Callable[[Stage], Ready]] = {
    "fetch_user": _plain(lambda ask: ask.fetch_user("221")),
    "find_user": _plain(lambda ask: ask.find_user(Criterion(email=EMAIL))),
    "raw": _plain(lambda ask: ask.raw("GET", "user", "221")),
    "fetch_email": _plain(lambda ask: ask.fetch_email("221")),
    "fetch_phone": _plain(lambda ask: ask.fetch_phone("221")),
    "fetch_address": _plain(lambda ask: ask.fetch_address("221")),
    "fetch_identity": _of(Stage.identified, lambda ask, _: ask.fetch_identity("221")),
    "fetch_political_exposures": _political,
    "fetch_confirmed_phones": _plain(lambda ask: ask.fetch_confirmed_phones("221")),
    "list_wallets": _plain(lambda ask: ask.list_wallets("221")),
    "fetch_wallet": _plain(lambda ask: ask.fetch_wallet("14471")),
    "list_services": _plain(lambda ask: ask.list_services("221")),
    "fetch_position": _of(Stage.placed, lambda ask, _: ask.fetch_position("221")),
    "find_positions": _of(Stage.placed, lambda ask, _: ask.find_positions(54.7, 25.2, 100)),
    "fetch_avatar": _of(
        lambda at: at.run(at.ask.put_avatar("221", JPEG)), lambda ask, _: ask.fetch_avatar("221")
    ),
    "fetch_identification": _of(Stage.filled, lambda ask, found: ask.fetch_identification(found)),
    "list_identifications": _of(Stage.filled, lambda ask, _: ask.list_identifications("221")),
    "registration_receipt": _plain(lambda ask: ask.registration_receipt("221")),
    "identification_receipt": _receipt,
    "server_time": _plain(lambda ask: ask.server_time()),
    "probe": _plain(lambda ask: ask.probe()),
}
"""The flows that change nothing."""

FLOWS = WRITES | READS


def names_of_flows() -> Iterator[str]:
    """The methods of the adapter that are flows and that send requests."""
    for name, method in inspect.getmembers(Paysera, inspect.isfunction):
        own = getattr(Adapter, name, None) is not method and not name.startswith("_")
        if (
            own
            and not name.endswith("_webhooks")
            and "Flow[" in str(method.__annotations__["return"])
        ):
            yield name


def _keeping(answer: Answer, kept: list[Response]) -> Answer:
    def answered(request: Request) -> Response:
        kept.append(answer(request))
        return kept[-1]

    return answered


@cache
def recorded(name: str) -> tuple[Ready, tuple[Response, ...]]:
    """A flow, and what the simulator answers it."""
    at = Stage(a_simulator())
    ready = FLOWS[name](at)
    kept: list[Response] = []
    PaperGateway(at.ask, _keeping(paper(at.sim), kept), clock=lambda: THERE).run(ready())
    return ready, tuple(kept)


def replayed(answers: Iterable[Response]) -> PaperGateway[Paysera]:
    """A gateway that gets these answers, one after the other."""
    left = [*answers]
    return PaperGateway(PAPER, lambda _: left.pop(0), clock=lambda: THERE)
