"""The Ark, a small provider with a simulator, and a sound adapter for it that obeys every law."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, cast
from urllib.parse import parse_qs

import attrs
import pytest
from attrs import frozen
from onboarding import (
    Address,
    Conflict,
    Document,
    DocumentPage,
    DocumentPurpose,
    Gender,
    IdentificationLevel,
    Identity,
    KYCLevel,
    Loss,
    Notification,
    PartialFailure,
    Person,
    PersonRole,
    Problem,
    Rejected,
    Secret,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
    UserStatus,
)
from onboarding.banking import IbanAccount
from onboarding.http import as_object
from onboarding.levels import LevelPolicy
from onboarding.mapping import (
    ALWAYS,
    BOOL,
    JSON,
    LOWER_COUNTRY,
    PHONE_DIGITS,
    TEXT,
    UTC_MIDNIGHT,
    Codec,
    Consequence,
    EffectKind,
    On,
    Translation,
    at,
    core,
    disallow,
    extra,
    in_role,
    inside,
    joined,
    not_applicable,
    part,
    record_only,
    some,
    split,
    translation,
    when,
    wire,
    words,
)
from onboarding.model.shapes import Url
from onboarding.provider_errors import ErrorDetails, raise_error
from onboarding.spi import (
    Actor,
    Criterion,
    Flow,
    LevelRow,
    Paged,
    Proof,
    Request,
    Requirement,
    RequirementOrigin,
    RequirementStatus,
    Response,
    Target,
    as_list,
    document,
    step,
)
from onboarding.testing import AdapterLaws, QuotedError, Sample, World
from onboarding.urls import url

from .cargo import Cargo
from .hold import CODE, PAGE, Hold

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Json = dict[str, Any]

log = logging.getLogger(__name__)

# -- the Ark's objects -----------------------------------------------------------------------------

U = core(User)
I = some(U.identity)  # noqa: E741
A = core(Address)
P = core(Person)
PAYER = when(U.category, UserCategory.PAYER)
SOURCE = "the Ark's guide"
LEFT_OUT = (
    not_applicable(U.locale, "the Ark speaks one language"),
    not_applicable(in_role(U.people, PersonRole.EXECUTIVE), "Noah registers his crew himself"),
)

SEXES = words(Gender, {Gender.MALE: "m", Gender.FEMALE: "f"})
KINDS = words(
    UserCategory,
    {UserCategory.PAYER: "payer", UserCategory.OWNER: "owner", UserCategory.PLATFORM: "ark"},
)


THE_ARK = disallow(UserCategory.PLATFORM, words="is the Ark itself", source=SOURCE)
FALLS = (
    Consequence(
        kind=EffectKind.LOWERS_LEVEL, words="back on deck", at_level=KYCLevel.REGULAR, source=SOURCE
    ),
)


Two = tuple[str | None, str | None]


def read_two(text: Any) -> Two:
    one, comma, other = text.rpartition(", ")
    if not comma:
        raise ValueError("not two texts")
    return one or None, other or None


def write_two(texts: Two) -> str:
    one, other = texts
    if ", " in (other or ""):
        raise ValueError("the text after the comma cannot have another one")
    return f"{one or ''}, {other or ''}"


TWO_TEXTS: Codec[Two, str] = Codec("two texts with a comma between", read_two, write_two, "string")


def read_moment(parts: tuple[Any, Any]) -> datetime:
    day, second = parts
    if second.__class__ is not int and second.__class__ is not float:
        raise TypeError("expected a number")
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(microseconds=second)


def write_moment(moment: datetime) -> tuple[str, int]:
    there = moment.astimezone(UTC)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    return there.date().isoformat(), (there - midnight) // timedelta(microseconds=1)


DAY_AND_TIME: Codec[datetime, Any] = Codec(
    "a day, and the microseconds since its midnight", read_moment, write_moment, "string",
    exact_read=False,
)  # fmt: skip


@wire(source=SOURCE)
class Home:
    """Where one lives, sent as a whole."""

    street: str | None = at(A.line1, TEXT, max=40)
    town: str | None = at(A.city, TEXT, max=40)
    land: str | None = at(A.country, LOWER_COUNTRY, required_when=ALWAYS)
    door: str | None = joined((A.line2, A.postal_code), TWO_TEXTS, max=60)


@frozen(kw_only=True, repr=False)
class ArkExtras:
    """What only the Ark knows."""

    cabin: str | None = None


@wire(source=SOURCE)
class Keeper:
    """Who looks after a passenger."""

    name: str | None = at(some(P.identity).given_name, TEXT, max=40, required_when=ALWAYS)
    ring: str | None = at(P.phone, PHONE_DIGITS)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class Passenger:
    """One who travels with the Ark; `rank` is as the papers say, `berth` as things stand."""

    id: str | None = record_only(str)
    rank: str | None = record_only(str)
    berth: str | None = record_only(str)
    ashore: bool | None = record_only(bool)
    first: str | None = at(I.given_name, TEXT, max=40, required_when=ALWAYS, effects=FALLS)
    kin: str | None = joined((I.family_name, I.nationality), TWO_TEXTS, max=60)
    born: int | None = at(I.birthdate, UTC_MIDNIGHT, hidden_when=PAYER)
    sex: str | None = at(I.gender, SEXES)
    mail: str | None = at(U.email, TEXT, required_when=ALWAYS)
    phone: str | None = at(U.phone, PHONE_DIGITS, clear_with="")
    kind: str | None = at(U.category, KINDS, on=On.CREATE, disallowed=(THE_ARK,))
    agreed: bool | None = at(some(U.terms).accepted, BOOL, default=False, always_send=True)
    agreed_on: str | None = split(
        some(U.terms).accepted_at, DAY_AND_TIME, ("agreed_on", "agreed_at"), clear_with=None
    )
    agreed_at: int | None = part()
    home: Home | None = inside(Home, U.address, send_whole=True, replaces=True)
    keeper: Keeper | None = inside(
        Keeper, in_role(U.people, PersonRole.LEGAL_GUARDIAN), send_whole=True, replaces=True
    )
    cabin: str | None = at(extra("ark", "cabin"), JSON, on=On.CREATE, shown=False)


LEVELS = LevelPolicy(
    (
        LevelRow("deck", KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED),
        LevelRow("cabin", KYCLevel.REGULAR, IdentificationLevel.IDENTIFIED),
    )
)

PAPERS = Requirement(
    name="documents.proof_of_identity",
    status=RequirementStatus.MISSING,
    options=(document(DocumentPurpose.IDENTITY), step("show them at the gangway", Actor.USER)),
    blocks=("cabin",),
    deadline=datetime(2030, 1, 1, tzinfo=UTC),
    origin=RequirementOrigin.PROVIDER,
)

# -- the Ark ---------------------------------------------------------------------------------------


def _unfit(body: Json) -> dict[str, str]:
    """What the Ark takes from nobody: texts that are too long, and a passenger who is the Ark."""
    texts = {"first": body.get("first")}
    texts |= {f"home.{name}": body.get("home", {}).get(name) for name in ("street", "town")}
    texts["keeper.name"] = body.get("keeper", {}).get("name")
    found = {name: "too long" for name, text in texts.items() if len(text or "") > 40}
    pairs = {"kin": body.get("kin"), "home.door": body.get("home", {}).get("door")}
    found |= {name: "too long" for name, text in pairs.items() if len(text or "") > 60}
    return found | ({"kind": "reserved"} if body.get("kind") == "ark" else {})


class Ark:
    """The provider: it keeps its passengers, and knows a few rules."""

    media_type = "application/json"

    def __init__(self) -> None:
        self.aboard: dict[str, Json] = {}
        self.hold = Hold()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        status, told = self._answer(environ, self.parsed(environ["wsgi.input"].read(size)))
        start(f"{status} told", [("Content-Type", self.media_type)])
        return [self.written(told)]

    def parsed(self, body: bytes) -> Json:
        return as_object(json.loads(body or b"{}"))

    def written(self, told: Json) -> bytes:
        return json.dumps(told).encode()

    def _answer(self, environ: WSGIEnvironment, body: Json) -> tuple[int, Json]:
        if environ.get("HTTP_X_KEY") != "noah-and-sons":
            return 401, {"error": "bad_key"}
        id = environ["PATH_INFO"].removeprefix("/passengers").strip("/")
        whose, *below = id.split("/")
        if below and whose not in self.aboard:
            return 404, {"error": "overboard"}
        if below == ["leave"]:
            self.aboard[whose]["ashore"] = True
            return 200, self._shown(whose)
        if below:
            return self.hold.answer(environ["REQUEST_METHOD"], [whose, *below], body)
        if environ["REQUEST_METHOD"] == "GET" and not id:
            return self._found(parse_qs(environ["QUERY_STRING"]))
        if environ["REQUEST_METHOD"] == "POST":
            missing = [name for name in ("first", "mail") if name not in body]
            missing += ["home.land"] if "home" in body and "land" not in body["home"] else []
            missing += ["keeper.name"] if "keeper" in body and "name" not in body["keeper"] else []
            wrong = dict.fromkeys(missing, "missing") | _unfit(body)
            if wrong:
                return 422, {"error": "invalid", "fields": wrong}
            id = str(len(self.aboard) + 1)
            self.aboard[id] = {"id": id, "rank": "deck", "berth": "deck"}
        if id not in self.aboard:
            return 404, {"error": "overboard"}
        if body.get("first", self.aboard[id].get("first")) != self.aboard[id].get("first"):
            self.aboard[id]["rank"] = "deck"
        if environ["REQUEST_METHOD"] == "PUT":
            stays = ("id", "rank", "berth", "ashore", "kind", "born", "cabin")
            old = self.aboard[id]
            self.aboard[id] = {name: old[name] for name in stays if name in old}
        if body.pop("code", CODE) != CODE:
            return 422, {"error": "invalid"}
        self.aboard[id].update(body)
        self.aboard[id] = {name: value for name, value in self.aboard[id].items() if value != ""}
        return 200, self._shown(id)

    def _found(self, query: Mapping[str, list[str]]) -> tuple[int, Json]:
        if "mail" not in query:
            after = int(query.get("after", ["0"])[0])
            ids = [*self.aboard][after : after + PAGE]
            more = {"next": str(after + PAGE)} if len(self.aboard) > after + PAGE else {}
            return 200, {"passengers": [self._shown(id) for id in ids], **more}
        ids = [id for id, one in self.aboard.items() if [one.get("mail")] == query["mail"]]
        return (200, self._shown(ids[0])) if ids else (404, {"error": "overboard"})

    def _shown(self, id: str) -> Json:
        hidden = {"born": None} if self.aboard[id].get("kind") == "payer" else {}
        shown = {**self.aboard[id], **hidden}
        shown.pop("cabin", None)
        return shown


# -- the sound adapter -----------------------------------------------------------------------------


@frozen(kw_only=True)
class Sound(Cargo):
    """Passengers of the Ark, as they should be carried."""

    default_level_policy: ClassVar[LevelPolicy] = LEVELS
    extras: ClassVar[type | None] = ArkExtras
    wires: ClassVar[tuple[type, ...]] = (Passenger,)
    targets: ClassVar[Mapping[str, Target]] = {
        "board": Target(
            provider="ark", name="board", words="go aboard", source=SOURCE, on=On.CREATE,
            natural=Passenger, extras=ArkExtras,
        ),
        "own": Target(
            provider="ark", name="own", words="own a share", source=SOURCE, on=On.CREATE,
            natural=Passenger, extras=ArkExtras, supposes={"category": UserCategory.OWNER},
        ),
    }  # fmt: skip

    updates_with: ClassVar[str] = "PATCH"
    papers: ClassVar[Requirement] = PAPERS

    api_key: Secret
    environment: str = "sandbox"
    base_url: Url = "https://ark.invalid"

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        self.validated_key(idempotency_key)
        body, losses = self.wire_for(self.validated(user)).to_wire(user)
        losses = self.refuse(losses)
        response = yield self.ask("POST", "create_user", body=body)
        return self.kept(response, losses)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        response = yield self.ask("GET", "fetch_user", user_id)
        return self.kept(response)

    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        response = yield self.ask("GET", "find_user", query=(("mail", criterion.email or ""),))
        return self.kept(response)

    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        query = () if page is None else (("after", page),)
        response = yield self.ask("GET", "list_users", query=query)
        shown = self.yes(response)
        found = (as_object(one) for one in as_list(shown.get("passengers")))
        more = None if shown.get("next") is None else str(shown["next"])
        return Paged(items=tuple(self.read(one, response) for one in found), next=more)

    def fetch_capabilities(self, record: UserRecord) -> Flow[UserRecord]:
        self.require_own(record, UserRecord)
        return self.kept((yield self.ask("GET", "fetch_capabilities", record.id)))

    def close_user(self, record: UserRecord) -> Flow[UserRecord]:
        self.require_own(record, UserRecord)
        return self.kept((yield self.ask("POST", "close_user", record.id, "leave", body={})))

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        self.require_own(record, UserRecord)
        wire = self.wire_for(self.validated(user, record))
        body, losses = wire.update(record.user, user, unmapped=record.unmapped)
        losses = self.refuse(losses)
        if not body:
            return self.unchanged(record, losses)
        response = yield self.ask(self.updates_with, "update_user", record.id, body=body)
        return self.kept(response, losses)

    def wire_for(self, user: User) -> Translation:
        if user.company is not None:
            raise Unsupported([Problem("company", "unsupported", "no cargo")], provider="ark")
        return translation(self.wires[0], self.provider)

    def target(self, name: str) -> Target:
        return super().target(name).written_by(self.wires[0], None)

    def sign(self, request: Request, proof: Proof) -> Request:
        return request.with_headers(X_Key=self.api_key.reveal())

    def ask(
        self,
        method: str,
        operation: str,
        *path: str,
        body: Json | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        place = url(self.base_url, "passengers", *path, query=query)
        return self.spoken(method, place, body, operation)

    def spoken(self, method: str, place: str, body: Json | None, operation: str) -> Request:
        return Request.json(method, place, body, operation=operation)

    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        if not 200 <= response.status < 300:
            self.no(response)
        return self.read(self.object_in(response), response, losses)

    def read(self, payload: Json, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        wire = self.wire_for(User())
        return self.record(
            wire,
            payload,
            response,
            id="id",
            levels=["rank", "berth"],
            losses=losses,
            status=UserStatus.CLOSED
            if payload.get("ashore") in (True, "true")
            else UserStatus.ACTIVE,
            requirements=(self.papers,) if payload.get("rank") == "deck" else (),
        )

    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        wire = wire or self.wire_for(User())
        body = self.loosely_in(response)
        code = body.get("error")
        problems = tuple(
            Problem(path, "refused", "was refused", name)
            for name in as_object(body.get("fields"))
            for path in wire.core_paths(name) or ("",)
        )
        raise_error(
            ErrorDetails(
                status=response.status,
                code=code if code in ("bad_key", "invalid", "overboard", "twice") else "http",
                problems=problems,
                raw=self.raw_of(response),
            )
        )


def _is_ashore(payload: Json) -> bool:
    return payload.get("ashore") in (True, "true")


@wire(source=SOURCE, not_supported=LEFT_OUT, replaces=True)
class WholePassenger(Passenger):
    """A passenger whose update replaces everything but what is set on boarding."""

    born: int | None = at(I.birthdate, UTC_MIDNIGHT, on=On.CREATE, hidden_when=PAYER)


@frozen(kw_only=True)
class SoundReplacing(Sound):
    """Passengers of the Ark, replaced as a whole by each update."""

    wires: ClassVar[tuple[type, ...]] = (WholePassenger,)
    updates_with: ClassVar[str] = "PUT"


SHOWN: Json = {
    "id": "7", "rank": "deck", "berth": "deck", "first": "Ham", "kin": "Noahson, TR", "born": 0,
    "sex": "m", "mail": "ham@ark.example", "phone": "37066612345", "kind": "owner", "agreed": True,
    "agreed_on": "2026-01-02", "agreed_at": 1,
    "keeper": {"name": "Shem", "ring": "37066612346"},
    "home": {"street": "Deck 1", "town": "Ararat", "land": "tr", "door": "left, "},
}  # fmt: skip


def looks_for_one(world: World) -> None:
    noah = User(identity=Identity(given_name="Noah"), email="noah@ark.example")
    made = world.call("create_user", noah)
    assert world.call("find_user", Criterion(email=noah.email)).id == made.id


HAM = User(identity=Identity(given_name="Ham"), email="ham@ark.example")
PAPER = Document(
    purpose=DocumentPurpose.IDENTITY,
    title="Ham's own",
    pages=(DocumentPage(content=b"%PDF-1.7 one"), DocumentPage(content=b"%PDF-1.7 two")),
)


def brings_what_is_theirs(world: World) -> None:
    made = world.call("create_user", HAM)
    chest = IbanAccount(owner_name="Ham", iban="TR33", owner_address=Address(country="TR"))
    kept = world.call("add_bank_account", made.id, chest)
    world.call("add_bank_account", made.id, attrs.evolve(chest, iban="TR44"))
    assert len(world.call("list_bank_accounts", made.id).items) == 2
    world.call("deactivate_bank_account", kept)
    world.simulator.hold.answer("POST", [made.id, "bags"], {})
    assert world.call("list_wallets", made.id).items


def shows_papers(world: World) -> None:
    made = world.call("create_user", HAM)
    world.call("submit_document", made.id, PAPER)
    paper = world.call("submit_document", made.id, attrs.evolve(PAPER, title=None))
    assert world.call("fetch_document", paper.id, user_id=made.id).purpose is PAPER.purpose
    assert len(world.call("list_documents", made.id).items) == 2


def shares(world: World) -> None:
    made = world.call("create_user", HAM)
    names, role = ("Shem", "Japheth"), PersonRole.BENEFICIAL_OWNER
    owners = tuple(
        Person(ref=name.lower(), roles=(role,), identity=Identity(given_name=name))
        for name in names
    )
    world.call("declare_owners", made.id, owners[:1])
    shares = world.call("declare_owners", made.id, owners)
    assert len(world.call("fetch_declaration", shares.id, user_id=made.id).owners) == 2
    assert len(world.call("list_declarations", made.id).items) == 2


def calls_and_leaves(world: World) -> None:
    made = world.call("create_user", HAM)
    (action,) = world.call("assign_contact", made, email="ham@deck.example").next_actions
    world.call("confirm", world.call("renew", action), CODE)
    world.call("create_link", made, return_url="https://platform.example/back")
    assert world.call("raw", "GET", made.id).status == 200
    body, headers = world.simulator.hold.news(made.id)
    (event,) = world.call("read_notification", Notification(headers=headers, body=body))
    assert event.user_id == made.id
    world.call("fetch_capabilities", made)
    world.call("close_user", made)


def breaks_off(world: World) -> None:
    made = world.call("create_user", HAM)
    with world.cut_off(after=1), pytest.raises(PartialFailure) as failed:
        world.call("submit_document", made.id, PAPER)
    world.call("resume", failed.value.partial, PAPER)


class Zoo(AdapterLaws):
    """What is quoted of the Ark, for whichever adapter."""

    simulator = Ark
    samples = (Sample(payload=SHOWN, name="Ham"),)
    errors = (
        QuotedError(
            status=422, body={"error": "invalid", "fields": {"home.land": "unknown land"}},
            kind=Rejected, code="invalid", paths=("address.country",),
        ),
        QuotedError(status=409, body={"error": "twice"}, kind=Conflict, code="twice"),
    )  # fmt: skip
    codes = ("invalid", "twice")
    scenarios = (
        looks_for_one, brings_what_is_theirs, shows_papers, shares, calls_and_leaves, breaks_off,
    )  # fmt: skip

    def verify(self, world: World, record: UserRecord) -> UserRecord:
        world.simulator.aboard[record.id] |= {"rank": "cabin", "berth": "cabin"}
        return cast("UserRecord", world.call("fetch_user", record.id))

    def complaint(self, wire_path: str) -> Response:
        told = {"error": "invalid", "fields": {wire_path: "is odd"}}
        return Response(status=422, body=json.dumps(told).encode())


def key() -> Secret:
    return Secret("noah-and-sons")
