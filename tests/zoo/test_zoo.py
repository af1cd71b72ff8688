"""The kit can fail: each broken adapter is caught by the law that it breaks.

The zoo is the Ark's sound adapter and animals: the sound adapter with one thing broken.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import attrs
import pytest
from attrs import frozen
from hypothesis import Phase, settings
from onboarding import (
    Absence,
    Address,
    Conflict,
    Identity,
    KYCLevel,
    Loss,
    Person,
    PersonRole,
    Problem,
    RefusalReason,
    Rejected,
    Secret,
    UnexpectedResponse,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.adapter import Held
from onboarding.http import as_object
from onboarding.levels import LevelPolicy
from onboarding.mapping import (
    ALWAYS,
    LOWER_COUNTRY,
    NEVER,
    TEXT,
    UTC_MIDNIGHT,
    Codec,
    Consequence,
    EffectKind,
    On,
    Translation,
    at,
    inside,
    joined,
    part,
    record_only,
    split,
    translation,
    wire,
)
from onboarding.operations import OPERATIONS
from onboarding.provider_errors import ErrorDetails, raise_error
from onboarding.reconciliation import Lookup, Means, Reconciliation, UnresolvedCall
from onboarding.requirements import RequirementReport
from onboarding.spi import (
    Criterion,
    Flow,
    Paged,
    Proof,
    Refusal,
    Request,
    Requirement,
    RequirementOrigin,
    Response,
    trust,
    user_field,
)
from onboarding.testing.law import reason
from onboarding.testing.laws import silent_losses
from onboarding.testing.listening import Example
from onboarding.testing.proof import LAWS, prove, tried
from onboarding.testing.smallest import smallest
from onboarding.testing.why import shape_of
from tests.scaling import sized

from . import callers, loners  # noqa: F401  # more animals
from .ark import (
    DAY_AND_TIME,
    FALLS,
    KINDS,
    LEFT_OUT,
    LEVELS,
    PAPERS,
    PAYER,
    SOURCE,
    TWO_TEXTS,
    A,
    I,
    Json,
    Passenger,
    Sound,
    SoundReplacing,
    Two,
    U,
    Zoo,
    key,
    write_moment,
    write_two,
)
from .breaking import ANIMALS, Spoiler, Writer, breaks
from .cargo import C, Chest, KeptChest, R, Shore
from .tablets import InXml, TabletZoo

log = logging.getLogger(__name__)


class TestSound(Zoo):
    """The sound adapter obeys every law, and every law is asked of it."""

    adapter = Sound(api_key=key())


class TestSoundReplacing(Zoo):
    """So does the one whose updates replace the whole passenger."""

    adapter = SoundReplacing(api_key=key())


class TestSoundInXml(TabletZoo):
    """So does the one that speaks XML."""

    adapter = frozen(InXml, kw_only=True)(api_key=key())


def test_every_law_is_asked_of_the_sound_adapter() -> None:
    assert set(TestSound.asked) == {law.name for law in LAWS}


# -- the animals -----------------------------------------------------------------------------------


@breaks("reconciled", "the call was carried out, but is not_done")
class TrustsHalfAList(Sound):
    """An adapter that calls a list without the user a proof, though it saw half of it."""

    lookups: ClassVar[Mapping[str, tuple[Lookup, ...]]] = {
        "create_user": (Lookup(means=Means.LIST, proves_absence=True),)
    }

    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        found = yield from super().list_users(page)
        return attrs.evolve(found, items=found.items[:1])


@breaks("reconciled", "the call was not carried out, but is done")
class TakesAnybody(Sound):
    def matcher(self, call: UnresolvedCall, given: Any) -> Callable[[Any], bool]:
        return lambda one: True

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        found = yield from super().fetch_user(user_id)
        return attrs.evolve(found, user=User())


@breaks("reconciled", "reconcile sends a write")
class SendsItAgain(Sound):
    def reconcile(
        self, call: UnresolvedCall, given: Any = None, *, now: datetime
    ) -> Flow[Reconciliation[Any]]:
        record = yield from self.create_user(given)
        return Reconciliation[Any].done(record, "it is there now")


@breaks("willingness")
class RefusesEverything(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        raise Unsupported([Problem("email", "unsupported", "no")], provider="ark")


ANY_DIGITS: Codec[str, str] = Codec(
    "digits", lambda text: f"+{text}", lambda value: value.removeprefix("+"), "string"
)


@wire(source=SOURCE)
class MisspeltHome:
    street: str | None = at(A.line1, TEXT, max=40)
    town: str | None = at(A.city, TEXT, max=40)
    country: str | None = at(A.country, LOWER_COUNTRY, required_when=ALWAYS)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class Misspelt(Passenger):
    home: MisspeltHome | None = inside(MisspeltHome, U.address, send_whole=True, replaces=True)  # type: ignore[assignment]


@breaks("quoted_samples")
class MisspeltBothWays(Sound):
    wires = (Misspelt,)


@breaks("round_trip")
class DropsThePhone(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        body.pop("phone", None)
        return body


@breaks("round_trip")
class Truncates(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        return {**body, "first": body["first"][:3]} if "first" in body else body


@breaks("round_trip")
class FoldsCase(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        return {**body, "first": body["first"].lower()} if "first" in body else body


@breaks("round_trip")
class DefaultsUnreported(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        return {"sex": "f", **body}


def _kind(kind: UserCategory) -> str:
    return "owner" if kind is UserCategory.PLATFORM else str(KINDS.write(kind))


ALMOST: Codec[UserCategory, str] = Codec(
    "kind", KINDS.read, _kind, "string", members=tuple(UserCategory)
)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class WrongAtOne(Passenger):
    kind: str | None = at(U.category, ALMOST, on=On.CREATE)


@breaks("round_trip")
class InverseWrongAtOneValue(Sound):
    wires = (WrongAtOne,)


@breaks("silent_loss")
class ForgetsTheReport(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        return super().kept(response)


@breaks("each_field")
class WritesOneWordForAll(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        return {**body, "sex": "m"} if "sex" in body else body


@breaks("each_field")
class WritesNotWhatIsDeclared(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        if operation == "update_user":
            body.pop("phone", None)
        return body


@breaks("refuse_before_sending")
class SendsBeforeItRefuses(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        yield self.ask("GET", "fetch_user", "1")
        return (yield from super().create_user(user))


@breaks("refuse_before_sending")
class NamesOneProblemOfMany(Sound):
    def refuse(self, losses: Iterable[Loss], **_: Any) -> tuple[Loss, ...]:
        try:
            return super().refuse(losses)
        except Unsupported as error:
            raise Unsupported(error.problems[:1], provider="ark") from None


@breaks("any_text", "an odd identity.given_name is sent as another text")
class SendsNoNoncharacters(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        return {**body, "first": body["first"].replace("\uffff", "")} if "first" in body else body


@breaks("no_change_no_write")
class AlwaysWrites(Sound):
    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        if record.user == user:
            body = {"agreed": True}
            return self.kept((yield self.ask("PATCH", "update_user", record.id, body=body)))
        return (yield from super().update_user(record, user))


@breaks("minimal_update")
class UpdatesEverything(Sound):
    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        body, losses = self.wire_for(user).update(record.user, user)
        losses = self.refuse(losses)
        if not body:
            return self.unchanged(record, losses)
        body, _ = self.wire_for(user).to_wire(user, On.UPDATE)
        response = yield self.ask("PATCH", "update_user", record.id, body=body)
        return self.kept(response, losses)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class CallsAnybody(Passenger):
    phone: str | None = at(U.phone, ANY_DIGITS)


@breaks("national_numbers")
class SendsNationalNumbers(Sound):
    wires = (CallsAnybody,)


@breaks("minimal_update")
class LeavesOutWhatGoesAlong(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        if operation == "update_user" and len(body) > 1:
            body.pop("agreed", None)
        return body


@breaks("update_arrives")
class SendsHalfOfAWhole(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        if operation == "update_user" and "home" in body:
            return {**body, "home": dict([*body["home"].items()][:1])}
        return body


@breaks("unmapped")
class ForgetsTheResidue(Sound):
    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        return super().update_user(attrs.evolve(record, unmapped={}), user)


@breaks("stays_cleared")
class BringsBackWhatWasCleared(Spoiler):
    def spoilt(self, body: Json, record: UserRecord, user: User) -> Json:
        kept = record.unmapped.get("home.land")
        if kept is not None and "home" in body:
            body["home"] = {"land": kept, **body["home"]}
        return body


@breaks("stays_as_it_came")
class SpellsTheCountryAnew(Spoiler):
    def spoilt(self, body: Json, record: UserRecord, user: User) -> Json:
        if "land" in body.get("home", {}):
            body["home"] = {**body["home"], "land": body["home"]["land"].lower()}
        return body


@breaks("stays_as_it_came")
class SendsAnotherSpelling(Spoiler):
    def spoilt(self, body: Json, record: UserRecord, user: User) -> Json:
        return body if user.email == record.user.email else {**body, "mail": user.email}


@breaks("stays_as_it_came")
class ClearsWhatItCannotRead(Spoiler):
    def spoilt(self, body: Json, record: UserRecord, user: User) -> Json:
        if "home" in body:
            home = body["home"].items()
            body["home"] = {name: part for name, part in home if isinstance(part, str)}
        return body


@breaks("strange_keys")
class KeepsNoResidue(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        return attrs.evolve(super().kept(response, losses), unmapped={})


class Reader(Sound):
    """An adapter that spoils what it reads."""

    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        told = response.loose_object()
        if response.status == 200 and told:
            spoilt = json.dumps(self.misread(told)).encode()
            response = attrs.evolve(response, body=spoilt)
        return super().kept(response, losses)

    def misread(self, payload: Json) -> Json:
        return payload


@breaks("open_enums")
class SwallowsUnknownWords(Reader):
    def misread(self, payload: Json) -> Json:
        return payload if payload.get("sex") in ("m", "f") else {**payload, "sex": None}


@breaks("open_enums")
class BreaksAtUnknownWords(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        found = super().kept(response, losses)
        KINDS.read(found.raw.get("kind") or "payer")
        return found


@breaks("levels")
class RaisesLevels(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        return attrs.evolve(super().kept(response, losses), kyc_level=KYCLevel.REGULAR)


class Falling(LevelPolicy):
    """A policy that gives the weaker word the stronger level."""

    def kyc(self, *natives: str | None) -> KYCLevel | None:
        return KYCLevel.REGULAR if "deck" in natives else KYCLevel.LIGHT if natives else None


@breaks("levels")
class FallsWithTheRank(Sound):
    default_level_policy = Falling(LEVELS.rows)


@breaks("levels")
class TakesUnknownRanksForTheLowest(Reader):
    def misread(self, payload: Json) -> Json:
        return payload if payload.get("rank") in ("deck", "cabin") else {**payload, "rank": "deck"}


class Skipping(LevelPolicy):
    """A policy that skips an unknown word in favour of a known one."""

    def kyc(self, *natives: str | None) -> KYCLevel | None:
        return super().kyc(*({row.provider_level for row in self.rows} & {*natives}))


@breaks("levels", "beside an unknown word is worth kyc")
class SkipsUnknownRanks(Sound):
    default_level_policy = Skipping(LEVELS.rows)


@breaks("levels", "beside an unknown word (NoneType) a record has")
class DropsARankThatIsNoText(Reader):
    def misread(self, payload: Json) -> Json:
        ranks = ("rank", "berth")
        return {k: v for k, v in payload.items() if k not in ranks or isinstance(v, str)}


@breaks("levels", "provider_levels are not the provider's own words")
class ReadsOneRankOfTwo(Sound):
    def record(self, *of: Any, **more: Any) -> UserRecord:
        return super().record(*of, **{**more, "levels": ["rank"]})


@breaks("any_answer")
class TrustsEveryAnswer(Sound):
    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        json.loads(response.body)["error"].lower()
        super().no(response, wire)


@breaks("any_answer")
class TrustsEachFieldOfAnAnswer(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        home = as_object(response.loose_object().get("home"))
        assert len(home.get("street", "")) >= 0
        return super().kept(response, losses)


class PartialReplacing(Translation):
    """A translation that leaves unknown keys out of an update."""

    def update(self, old: User, new: User, *, unmapped: Any = None) -> Any:
        known = {path: value for path, value in (unmapped or {}).items() if "x_" not in path}
        return super().update(old, new, unmapped=known)


@breaks("unmapped", "is missing from the update")
class ReplacesUnknownKeys(SoundReplacing):
    def wire_for(self, user: User) -> Translation:
        return PartialReplacing(super().wire_for(user).plan)


class Minimal(Translation):
    """A translation that sends changed fields alone, though the object is replaced."""

    def update(self, old: User, new: User, *, unmapped: Any = None) -> Any:
        there, _ = self.to_wire(old, On.UPDATE)
        body, losses = super().update(old, new, unmapped=unmapped)
        return {name: value for name, value in body.items() if there.get(name) != value}, losses


@breaks("update_arrives", "not updated, and not in the report")
class SendsOnlyWhatChanged(SoundReplacing):
    def wire_for(self, user: User) -> Translation:
        wire = super().wire_for(user)
        return Minimal(wire.plan)


@breaks("stays_cleared", "phone is cleared, and neither sent nor reported")
class LeavesOutEmptyTexts(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        return {name: value for name, value in body.items() if value != ""}


@frozen(slots=False)
class Wayless(Translation):
    """A translation that does not know where one of its fields lives."""

    def core_paths(self, wire_path: str, model: User | None = None) -> tuple[str, ...]:
        return () if wire_path.lower().endswith("land") else super().core_paths(wire_path, model)


@frozen(slots=False)
class Ashore(Translation):
    """A translation that does not report the people whom it leaves out."""

    def to_wire(
        self,
        model: User,
        on: On = On.CREATE,
        *,
        unmapped: Mapping[str, Any] | None = None,
        since: User | None = None,
    ) -> tuple[Json, tuple[Loss, ...]]:
        body, losses = super().to_wire(model, on, unmapped=unmapped, since=since)
        return body, tuple(loss for loss in losses if not loss.core_path.startswith("people["))


@breaks("round_trip", "changed, and not in the report: ['people[")
class LeavesPeopleAshore(Sound):
    def wire_for(self, user: User) -> Translation:
        return Ashore(super().wire_for(user).plan)


@breaks("error_inverse")
class LosesAnErrorPath(Sound):
    def wire_for(self, user: User) -> Translation:
        return Wayless(super().wire_for(user).plan)


@breaks("field_complaints", "home.door has the paths ['address.line2']")
class ComplainsOfOneOfTwo(Sound):
    """A complaint about a key of two core paths names both."""

    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        wire = self.wire_for(User())
        fields = as_object(response.loose_object().get("fields"))
        problems = (Problem(wire.core_path(name) or "", "x", "x", name) for name in fields)
        raise_error(ErrorDetails(status=422, code="invalid", problems=tuple(problems), raw={}))


@wire(source=SOURCE, not_supported=LEFT_OUT)
class Swapped(Passenger):
    kin: str | None = joined(
        (I.family_name, I.nationality),
        attrs.evolve(TWO_TEXTS, write=lambda two: write_two((two[1], two[0]))),
        max=60,
    )


@breaks("round_trip", "identity.family_name")
class WritesTwoTheOtherWayRound(Sound):
    wires = (Swapped,)


def _only_the_first(two: Two) -> str:
    return write_two((two[0], None))


@wire(source=SOURCE, not_supported=LEFT_OUT)
class Halved(Passenger):
    kin: str | None = joined(
        (I.family_name, I.nationality), attrs.evolve(TWO_TEXTS, write=_only_the_first), max=60
    )


@breaks("round_trip", "identity.nationality")
class WritesOneOfTwo(Sound):
    wires = (Halved,)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class Timeless(Passenger):
    agreed_on: str | None = split(
        U.terms.accepted_at,  # type: ignore[union-attr]
        attrs.evolve(DAY_AND_TIME, write=lambda moment: (write_moment(moment)[0], 0)),
        ("agreed_on", "agreed_at"),
        clear_with=None,
    )
    agreed_at: int | None = part()


@breaks("round_trip", "terms.accepted_at")
class WritesAPartAsZero(Sound):
    wires = (Timeless,)


@breaks("minimal_update", "agreed_on")
class SendsAPartUnchanged(Writer):
    """An update of the name sends the day of the terms again."""

    def spoil(self, body: Json, operation: str) -> Json:
        return {"agreed_on": "2026-01-01", **body} if operation == "update_user" else body


@breaks("update_arrives", "terms.accepted_at")
class SendsHalfOfASplit(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        if operation == "update_user":
            body.pop("agreed_at", None)
        return body


@breaks("field_complaints")
class ComplainsOfNothing(Sound):
    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        raise_error(ErrorDetails(status=response.status, code="invalid", raw={}))


@breaks("quoted_errors")
class ForgetsTheRawAnswer(Sound):
    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        try:
            super().no(response, wire)
        except Rejected as error:
            raise Rejected(attrs.evolve(error.details, raw=None)) from None


@breaks("quoted_errors")
class TakesAConflictForARefusal(Sound):
    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        try:
            super().no(response, wire)
        except Conflict as error:
            raise Rejected(error.details) from None


@breaks("secrets_stay_in")
class ShowsItsKey(Sound):
    def __repr__(self) -> str:
        return f"Ark(api_key={self.api_key.reveal()})"


@breaks("secrets_stay_in")
class QuotesTheUserInErrors(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        if user.occupation is not None:
            text = f"the Ark has no work for a {user.occupation}"
            raise Unsupported([Problem("occupation", "unsupported", text)], provider="ark")
        return (yield from super().create_user(user))


@breaks("secrets_stay_in")
class QuotesTheProvider(Sound):
    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        text = response.body.decode("utf-8", "replace")
        raise_error(ErrorDetails(status=response.status, code=text))


@breaks("secrets_stay_in")
class LogsWhatItSends(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        log.debug("sending %s", body)
        return body


@breaks("encryption")
class SendsItsKeyInClear(Sound):
    base_url: str = "https://ark.invalid"


@breaks("foreign_values_refused")
class UpdatesTheRecordsOfOtherGateways(Sound):
    def require_own(self, held: Held, kind: type[Any] | None = None) -> None:
        pass


@breaks("foreign_values_refused")
class UpdatesInTheOtherEnvironment(Sound):
    def require_own(self, held: Held, kind: type[Any] | None = None) -> None:
        anywhere: Any = held
        super().require_own(attrs.evolve(anywhere, environment=None), kind)


@breaks("provenance")
class ForgetsTheEnvironmentOfPayers(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        found = super().kept(response, losses)
        is_payer = found.user.category is UserCategory.PAYER
        return attrs.evolve(found, environment=None) if is_payer else found


@breaks("ids_stay_in_place")
class PutsIdsIntoUrlsAsTheyAre(Sound):
    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        place = f"{self.base_url}/passengers/{user_id}"
        response = yield Request.json("GET", place, operation="fetch_user")
        return self.kept(response)


def _local(day: date) -> int:
    return int(time.mktime(day.timetuple()))


LOCAL: Codec[date, int] = Codec(
    "local midnight", lambda at: datetime.fromtimestamp(at).date(), _local, "integer",
    exact_read=False,
)  # fmt: skip


@wire(source=SOURCE, not_supported=LEFT_OUT)
class BornSomewhere(Passenger):
    born: int | None = at(I.birthdate, LOCAL, hidden_when=PAYER)


@breaks("same_everywhere")
class CountsFromLocalMidnight(Sound):
    wires = (BornSomewhere,)


@breaks("signature_is_pure")
class SignsWithItsOwnClock(Sound):
    def sign(self, request: Request, proof: Proof) -> Request:
        return super().sign(request, proof).with_headers(X_Time=str(time.perf_counter_ns()))


@breaks("signature_is_pure")
class SpellsTheBodyAnew(Sound):
    def sign(self, request: Request, proof: Proof) -> Request:
        body = json.dumps(json.loads(request.body or b"{}")).encode()
        return attrs.evolve(super().sign(request, proof), body=body)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class HidesNothing(Passenger):
    born: int | None = at(I.birthdate, UTC_MIDNIGHT)


@breaks("shown_as_given")
class SaysNotWhatIsHidden(Sound):
    wires = (HidesNothing,)


YEAR: Codec[date, int] = Codec(
    "a year", lambda year: date(year, 1, 1), lambda day: day.year, "integer", exact_write=False
)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class KnowsTheYear(Passenger):
    born: int | None = at(I.birthdate, YEAR, hidden_when=PAYER)


class Coarse(Sound):
    """A sound adapter that keeps the year of a birthdate alone, with leave to."""

    wires = (KnowsTheYear,)


def test_a_loss_that_the_gateway_accepts_is_no_loss_without_leave() -> None:
    def shown_by(**settings: Any) -> None:
        adapter = frozen(Coarse, kw_only=True)(api_key=key(), **settings)
        subject = type("Lenient", (Zoo,), {"adapter": adapter, "samples": (), "asked": ()})
        tried(subject(), BY_NAME["shown_as_given"], FEW)

    shown_by(accept_loss=("identity.birthdate",))
    with pytest.raises(Unsupported):
        shown_by()


@wire(source=SOURCE, not_supported=LEFT_OUT)
class DemandsNothing(Passenger):
    first: str | None = at(I.given_name, TEXT, max=40)


@breaks("shown_as_given")
class SaysNotWhatIsRequired(Sound):
    wires = (DemandsNothing,)


SHEM = User(identity=Identity(given_name="Shem"), email="shem@ark.example")


@breaks("change_is_shown")
class ChangesAnother(Sound):
    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        made = yield from self.create_user(SHEM)
        return (yield from super().update_user(attrs.evolve(record, id=made.id), user))


@wire(source=SOURCE, not_supported=LEFT_OUT)
class DemandsTheBirthdate(Passenger):
    born: int | None = at(I.birthdate, UTC_MIDNIGHT, required_when=ALWAYS, hidden_when=PAYER)


@breaks("demands")
class AsksForMoreThanTheArk(Sound):
    wires = (DemandsTheBirthdate,)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class Unlimited(Passenger):
    first: str | None = at(I.given_name, TEXT, required_when=ALWAYS, effects=FALLS)


@breaks("demands", "['identity.given_name']")
class DeclaresNoLength(Sound):
    wires = (Unlimited,)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class Unbarred(Passenger):
    kind: str | None = at(U.category, KINDS, on=On.CREATE)


@breaks("demands", "category")
class DeclaresNoBar(Sound):
    wires = (Unbarred,)


@breaks("demands", "category is rejected, and not predicted to be")
class AsksOfTheUserAsSupposed(Sound):
    def missing(self, held: User | UserRecord, target: str) -> RequirementReport:
        assert isinstance(held, User)
        return super().missing(self.target(target).supposed(held), target)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class CostsNothing(Passenger):
    first: str | None = at(I.given_name, TEXT, max=40, required_when=ALWAYS)


@breaks("effects")
class SaysNotWhatAChangeCosts(Sound):
    wires = (CostsNothing,)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class CostsTooMuch(Passenger):
    mail: str | None = at(U.email, TEXT, required_when=ALWAYS, effects=FALLS)


@breaks("effects")
class ForetellsWhatDoesNotHappen(Sound):
    wires = (CostsTooMuch,)


GOES_OUT_OF_DATE = Consequence(
    kind=EffectKind.OUTDATES, words="the ticket goes out of date", source=SOURCE
)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class OutdatesAlways(Passenger):
    mail: str | None = at(U.email, TEXT, required_when=ALWAYS, effects=(GOES_OUT_OF_DATE,))


@breaks("effects", "email outdates unsubmitted documents")
class OutdatesWhatIsNotThere(Sound):
    wires = (OutdatesAlways,)


@breaks("bad_field")
class GivesUpAtABadField(Reader):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        found = super().kept(response, losses)
        if bad := [path for path, why in found.absent.items() if why is Absence.UNREADABLE]:
            raise UnexpectedResponse([Problem(path, "type", "is odd") for path in bad])
        return found


@breaks("bad_field")
class SaysNotWhatItCannotRead(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        return attrs.evolve(super().kept(response, losses), absent={})


@breaks("bad_field")
class TrustsTheTime(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        found = super().kept(response, losses)
        born = found.raw.get("born")
        late = isinstance(born, int) and datetime.fromtimestamp(born) > datetime(2100, 1, 1)
        return attrs.evolve(found, created_at=None) if late else found


@breaks("bounded_ids")
class TakesAnythingForAnId(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        if not 200 <= response.status < 300:
            self.no(response)
        payload = response.json_object()
        small = attrs.evolve(response, body=json.dumps({**payload, "id": "1"}).encode())
        return attrs.evolve(super().kept(small, losses), id=str(payload.get("id")), raw=payload)


@breaks("valid_records", "UserRecord is not valid: created_at: expected datetime")
class KeepsATimeAsANumber(Sound):
    def record(self, wire: Translation, payload: Any, *of: Any, **more: Any) -> UserRecord:
        return super().record(wire, payload, *of, **more, created_at=payload.get("born"))


@breaks("valid_records", "UserRecord has other fields: ['berth']")
class AddsAFieldToTheRecord(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        found = super().kept(response, losses)
        vars(found)["berth"] = found.raw.get("berth")
        return found


def asks(**facts: Any) -> Requirement:
    """What the Ark asks for, with other facts, which nobody checked."""
    return trust(Requirement, {**vars(PAPERS), **facts})


@breaks("stated_requirements", "Requirement is not valid: name: expected a path")
class NamesARequirementInWords(Sound):
    papers: ClassVar[Requirement] = asks(name="his papers")


@breaks("stated_requirements", "Requirement is not valid: deadline: expected a date and time")
class ForgetsTheZoneOfADeadline(Sound):
    papers: ClassVar[Requirement] = asks(deadline=datetime(2030, 1, 1))


@breaks("stated_requirements", "there is no people[noah] in the record")
class AsksSomebodyWhoIsNotAboard(Sound):
    papers: ClassVar[Requirement] = asks(subject="people[noah]")


@breaks("stated_requirements", "there is no cabin.key in the record")
class AsksForAFieldThatIsNotThere(Sound):
    papers: ClassVar[Requirement] = asks(options=(user_field("cabin.key", "bring it"),))


@breaks("stated_requirements", "nothing meets it")
class AsksWithoutAWay(Sound):
    papers: ClassVar[Requirement] = asks(options=())


@breaks("stated_requirements", "the provider asks for it")
class TakesARequirementForARule(Sound):
    papers: ClassVar[Requirement] = asks(origin=RequirementOrigin.RULE)


@breaks("stated_requirements", "a requirement is stored as another one")
class AsksForWhatCannotBeStored(Sound):
    papers: ClassVar[Requirement] = asks(
        refusal=trust(Refusal, {"reason": RefusalReason.OTHER, "flags": ["blurred"]})
    )


LAST: list[tuple[Loss, ...]] = []


@breaks("same_result")
class RemembersTheLastUser(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        self.validated_key(idempotency_key)
        body, losses = self.wire_for(self.validated(user)).to_wire(user)
        LAST.append(self.refuse(losses))
        response = yield self.ask("POST", "create_user", body=body)
        return self.kept(response, LAST[-1])


@breaks("keys_are_checked", "create_user accepts the invalid key number 0")
class TakesAnyKey(Sound):
    @staticmethod
    def validated_key(key: str | None) -> str | None:
        return key


REPLAYED: dict[str, UserRecord] = {}


@breaks("keyed_results", "lost, and not in the report")
class BindsAKeyToNothing(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        made = yield from super().create_user(user, idempotency_key=idempotency_key)
        if made.id == "1":  # of another Ark
            REPLAYED.clear()
        return REPLAYED.setdefault(str(key), made)


@breaks("keyed_results", "a replay gives another user")
class PromisesToRememberKeys(Sound):
    key_lifetime = timedelta(hours=24)


@breaks("over_a_socket")
class CallsOneHostAlone(Sound):
    def ask(self, method: str, operation: str, *path: str, **more: Any) -> Request:
        found = super().ask(method, operation, *path, **more)
        return attrs.evolve(found, url=found.url.replace(self.base_url, "https://ark.invalid"))


@breaks("each_operation", "list_users does not end")
class ListsWithoutEnd(Sound):
    def list_users(self, page: str | None = None) -> Flow[Paged[UserRecord]]:
        while True:
            yield self.ask("GET", "list_users")


@breaks("each_operation", "list_users returns a Response")
class GivesTheAnswerItself(Sound):
    def list_users(self, page: str | None = None) -> Flow[Any]:
        return (yield self.ask("GET", "list_users"))


@breaks("each_operation", "scenario looks_for_one fails: NotFound")
class LooksInAnotherPlace(Sound):
    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        return self.kept((yield self.ask("GET", "find_user", "0")))


@breaks("silent_everywhere", "the logger urllib3.connection shows a value")
class LogsTheAddressAsUrllib3Does(Sound):
    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        request = self.ask("GET", "find_user", query=(("mail", criterion.email or ""),))
        response = yield request
        logger = logging.getLogger("urllib3.connection")
        logger.warning("Failed to parse headers (url=%s)", request.url)
        return self.kept(response)


QUIET = logging.getLogger("zoo.quiet")
QUIET.propagate = False
QUIET.setLevel(logging.CRITICAL)


@breaks("silent_everywhere", "the logger zoo.quiet shows a key")
class LogsWhereFewLook(Sound):
    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        QUIET.debug("the key is %s", self.api_key.reveal())
        return (yield from super().fetch_user(user_id))


@breaks("silent_everywhere", "the logger onboarding shows a value")
class NamesACallAfterItsUser(Sound):
    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        flow = super().find_user(criterion)
        flow.__name__ = criterion.email or "find_user"  # type: ignore[attr-defined]
        return flow


@breaks("silent_everywhere", "email in the frame of find_user shows a value")
class KeepsTheAddressInAFrame(Sound):
    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        email = criterion.email or ""
        if email.endswith("@example.com"):
            raise Unsupported([Problem("email", "unsupported", "no")], provider="ark")
        return super().find_user(criterion)


@breaks("silent_everywhere", "the error shows a value")
class TellsWhereARedirectLeads(Sound):
    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        headers = {name.lower(): value for name, value in response.headers.items()}
        code = headers.get("location", "http")
        raise_error(ErrorDetails(status=response.status, code=code))


# -- of chests and papers


def carrying(chest: type = Chest, kept: type = KeptChest) -> tuple[type, ...]:
    return chest, kept, *Sound.other_wires[2:]


MUTE: Codec[str, str] = Codec("text", str, lambda text: text[:3], "string")


@wire(source=SOURCE)
class CutMark(Chest):
    mark: str | None = at(C.iban, MUTE, required_when=ALWAYS)


@breaks("other_round_trip", "changed, and not in the report: ['iban']")
class CutsTheMarkOfAChest(Sound):
    other_wires = carrying(CutMark)


ONE: Codec[str, str] = Codec("text", str, lambda _: "Noah", "string")


@wire(source=SOURCE)
class Owned(Chest):
    owner: str | None = at(C.owner_name, ONE, required_when=ALWAYS)


@breaks("other_round_trip", "changed, and not in the report: ['owner_name']")
class OwnsEveryChest(Sound):
    other_wires = carrying(Owned)


BARE: Codec[str, str] = Codec("text", str, str.strip, "string")


@wire(source=SOURCE)
class Stripped(Chest):
    owner: str | None = at(C.owner_name, BARE, max=40, required_when=ALWAYS)


@breaks("other_round_trip", "changed, and not in the report: ['owner_name']")
class StripsTheOwnerOfAChest(Sound):
    other_wires = carrying(Stripped)


@wire(source=SOURCE, on=NEVER)
class Blind(KeptChest):
    passenger: str | None = at(R.user_id, Codec("id", lambda _: "1", str, "string"))


@breaks("each_other_field", "Blind.passenger does not read back")
class ReadsThePassengerOfAChestOffTheDeck(Sound):
    other_wires = carrying(kept=Blind)


def fails(shown: Any) -> str:
    if not isinstance(shown, str):
        raise RuntimeError("no text")
    return shown


@wire(source=SOURCE, on=NEVER)
class Brittle(KeptChest):
    passenger: str | None = at(R.user_id, Codec("id", fails, str, "string"))


@breaks("other_bad_field", "Brittle.passenger of another type ends the read")
class BreaksAtAnOddChest(Sound):
    other_wires = carrying(kept=Brittle)


UPPER: Codec[str, str] = Codec("country", str.upper, str.lower, "string")


@wire(source=SOURCE)
class UpperShore(Shore):
    land: str | None = at(A.country, UPPER, required_when=ALWAYS)


@wire(source=SOURCE)
class Uppered(Chest):
    shore: UpperShore | None = inside(UpperShore, C.owner_address)


@breaks("other_spelling", "shore.land is spelled differently")
class SpellsTheShoreOfAChestAnew(Sound):
    other_wires = carrying(Uppered)


@wire(source=SOURCE)
class Twice(Chest):
    MARK: str | None = at(C.bic, TEXT, on=On.UPDATE)


@breaks("other_inverse", "MARK has no way back")
class TakesOneMarkForTheOther(Sound):
    other_wires = carrying(Twice)


@breaks("other_calls", "add_bank_account does not send shore.")
class LeavesTheShoreOfAChest(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        body.pop("shore", None)
        return body


@breaks("other_calls", "submit_document drops country unseen")
class TakesNoOffence(Sound):
    def refuse(self, losses: Iterable[Loss], *, under: str = "", **more: Any) -> tuple[Loss, ...]:
        accepted = ("*",) if under else self.accept_loss
        return super().refuse(losses, under=under, **{"accepted": accepted, **more})


@breaks("other_complaints", "submit_document: an error about number has the paths ['']")
class TakesAPaperForAPassenger(Sound):
    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        super().no(response, wire if wire is None or wire.plan.cls is Chest else None)


# -- the visit -------------------------------------------------------------------------------------

BRISK = settings(max_examples=3000, derandomize=True, database=None, phases=[Phase.generate])
FEW = settings(BRISK, max_examples=150)  # for what is sound
OF_ALL = ("willingness",)
"""The laws that judge all examples together, so that the first bad one does not end them."""
BY_NAME = {law.name: law for law in LAWS}


@pytest.mark.parametrize("name", [*ANIMALS][:: sized(1, 3)])
def test_each_broken_adapter_is_caught_by_the_law_that_it_breaks(name: str) -> None:
    law, says, subject = ANIMALS[name]

    with pytest.raises(Exception) as caught:  # noqa: PT011
        tried(subject(), BY_NAME[law], FEW if law in OF_ALL else BRISK)

    assert not isinstance(caught.value, (NameError, AttributeError, ImportError, SyntaxError))
    assert says in reason(caught.value)


def test_there_is_a_broken_adapter_for_every_law_and_twenty_at_least() -> None:
    assert {law for law, _, _ in ANIMALS.values()} == {law.name for law in LAWS}
    assert len(ANIMALS) >= 20


def test_a_proof_gives_the_reason_of_each_broken_law() -> None:
    proof = prove(ANIMALS["LosesAnErrorPath"][2](), exhaustive=True)

    assert tuple(proof.reasons) == proof.broken
    assert proof.reasons["error_inverse"] == "home.land has no way back"
    assert proof.plain()["laws"]["error_inverse"]["reason"] == "home.land has no way back"
    assert "reason" not in proof.plain()["laws"]["levels"]


def test_a_call_that_nothing_identifies_is_never_said_not_to_be_carried_out() -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    call = UnresolvedCall(provider="ark", gateway="", operation="create_user", sent_at=now)
    nameless = User(identity=Identity(given_name="Ham", nationality="TR"))

    assert Sound(api_key=key()).matcher(call, nameless) is None
    assert Sound(api_key=key()).matcher(call, nameless.replace(email="a@ark.example")) is not None


def test_a_proof_says_why_a_law_is_broken_without_a_value() -> None:
    proof = prove(ANIMALS["WritesOneOfTwo"][2](), examples=12)

    lines = str(proof).splitlines()
    start = lines.index(
        "round_trip: a request reads back as the given user, except for reported losses"
    )
    reason, example, expected, came, declared = lines[start + 1 : start + 6]
    assert reason == "  reason: changed, and not in the report: ['identity.nationality']"
    assert example == "  example: User(identity.nationality: a text of 2 characters) by Halved"
    assert expected == "  expected: identity.nationality: a text of 2 characters"
    assert came == "  came: identity.nationality: nothing"
    assert re.fullmatch(r"  declared: (.*/)?test_zoo.py:\d+ Halved.kin", declared)
    path, line = re.findall(r"(\S+):(\d+)", declared)[0]
    there = Path(__file__).read_text("utf-8").splitlines()[int(line) - 1]
    assert Path(path).name == Path(__file__).name
    assert there.strip().startswith("kin: str | None = joined(")


def test_a_proof_of_a_sound_adapter_is_one_line() -> None:
    assert str(prove(TestSound(), exhaustive=True)).startswith("ark: ")
    assert len(str(prove(TestSound(), exhaustive=True)).splitlines()) == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("Ona", "a text of 3 characters"),
        (date(1968, 3, 9), "a date"),
        (Secret("key"), "a secret"),
        (PersonRole.EXECUTIVE, "a PersonRole"),
        ({"a": 1}, "an object of 1 key"),
        ((), "0 items"),
        (7, "a number"),
        (b"x", "1 byte"),
        (None, "nothing"),
    ],
)
def test_the_shape_of_a_value_does_not_show_it(value: object, words: str) -> None:
    assert shape_of(value) == words


def test_a_failure_leads_with_the_paths() -> None:
    with pytest.raises(AssertionError) as caught:
        tried(ANIMALS["UpdatesEverything"][2](), BY_NAME["minimal_update"], settings(BRISK))

    assert str(caught.value).startswith("sent, though not changed: ['")
    assert any("example=" in note for note in caught.value.__notes__)


def test_a_person_whose_ref_changes_is_named_by_either_of_them() -> None:
    guardian = Person(ref="ada", roles=(PersonRole.LEGAL_GUARDIAN,), phone="+37066612345")
    cook = Person(ref="B-2", roles=(PersonRole.EXECUTIVE,))
    shown = Person(ref="executive", roles=(PersonRole.EXECUTIVE,), email="a@ark.example")
    before, after = User(people=(guardian, cook)), User(people=(guardian, shown))

    silent = silent_losses(translation(Passenger, "ark"), before, after, On.CREATE)

    assert silent == set()


def test_an_example_shows_the_fields_that_are_set_alone() -> None:
    user = User(identity=Identity(given_name="Ham"), email="ham@ark.example")

    shown = repr(Example((user, ("first", user))))

    one = "User(identity.given_name='Ham', email='ham@ark.example')"
    assert shown == f"({one}, ('first', {one}))"


def test_the_smallest_example_has_the_fields_that_the_failure_needs_alone() -> None:
    where = Address(line1="1 Gopher Wood", city="Ararat", country="TR")
    user = User(identity=Identity(given_name="Ham"), email="ham@ark.example", address=where)
    tries: list[object] = []

    def fails(example: Any) -> bool:
        tries.append(example)
        return bool(example[1].address and example[1].address.city)

    assert smallest(("first", user), fails) == ("first", User(address=Address(city="Ararat")))
    assert len(tries) < 20
    assert smallest(user, lambda _: False) is user
    assert smallest(("first", 2), fails) == ("first", 2)


def claimed(**declared: Any) -> list[str]:
    """The claims that no law saw at work, of the Ark's adapter with other declarations."""
    subject = type("Claimant", (Zoo,), {"adapter": Sound(api_key=key()), **declared})
    return [str(claim) for claim in prove(subject(), exhaustive=True).unexercised]


@wire(source=SOURCE)
class Stowaway:
    """A wire class that no call uses."""

    id: str | None = record_only(str)
    name: str | None = at(I.given_name, TEXT)


def test_a_wire_class_that_no_call_uses_is_a_claim_that_is_never_seen() -> None:
    class Claims(Sound):
        wires = (Passenger, Stowaway)

    assert claimed(adapter=frozen(Claims, kw_only=True)(api_key=key())) == [
        "written Stowaway.name by create_user",
        "written Stowaway.name by update_user",
    ]


def test_a_code_that_is_never_quoted_is_a_claim_that_is_never_seen() -> None:
    assert claimed(codes=("invalid", "twice", "flood")) == ["error flood"]


def test_an_operation_that_no_scenario_plays_is_a_claim_that_is_never_seen() -> None:
    by_itself = ("create_user", "fetch_user", "update_user", "close_user")
    others = [name for name in OPERATIONS if Sound.supports(name) and name not in by_itself]

    unseen = claimed(scenarios=())

    assert unseen == sorted(f"operation {name}" for name in others if not name.startswith("list_"))


def test_the_sound_adapter_claims_nothing_that_is_never_seen() -> None:
    assert claimed() == []
