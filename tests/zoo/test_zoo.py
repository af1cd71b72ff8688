"""The kit can fail: each broken adapter is caught by the law that it breaks.

The zoo is the Ark's sound adapter and animals: the sound adapter with one thing broken.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

import attrs
import pytest
from attrs import frozen
from hypothesis import Phase, settings
from onboarding import (
    Absence,
    Conflict,
    Identity,
    KYCLevel,
    Loss,
    Problem,
    Rejected,
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
    wire,
)
from onboarding.provider_errors import ErrorDetails, raise_error
from onboarding.requirements import RequirementReport
from onboarding.spi import Criterion, Flow, Paged, Proof, Request, Response
from onboarding.testing.law import reason
from onboarding.testing.listening import Example
from onboarding.testing.proof import LAWS, prove, tried

from .ark import (
    DAY_AND_TIME,
    FALLS,
    KINDS,
    LEFT_OUT,
    LEVELS,
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

log = logging.getLogger(__name__)


class TestSound(Zoo):
    """The sound adapter obeys every law, and every law is asked of it."""

    adapter = Sound(api_key=key())


class TestSoundReplacing(Zoo):
    """So does the one whose updates replace the whole passenger."""

    adapter = SoundReplacing(api_key=key())


def test_every_law_is_asked_of_the_sound_adapter() -> None:
    assert set(TestSound.asked) == {law.name for law in LAWS}


# -- the animals -----------------------------------------------------------------------------------

ANIMALS: dict[str, tuple[str, str, type[Zoo]]] = {}


def breaks(law: str, says: str = "", **declared: Any) -> Callable[[type[Sound]], type[Sound]]:
    """Puts a broken adapter into the zoo, with the law that must catch it, and what that says."""

    def decorate(cls: type[Sound]) -> type[Sound]:
        made = frozen(cls, kw_only=True, repr="__repr__" not in vars(cls))
        told = {"adapter": made(api_key=key()), **declared, "asked": ()}
        ANIMALS[cls.__name__] = law, says, type(cls.__name__, (Zoo,), told)
        return made

    return decorate


class Writer(Sound):
    """An adapter that spoils what it sends."""

    def ask(
        self,
        method: str,
        operation: str,
        *path: str,
        body: Json | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        spoilt = body if body is None else self.spoil(dict(body), operation)
        return super().ask(method, operation, *path, body=spoilt, query=query)

    def spoil(self, body: Json, operation: str) -> Json:
        return body


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
    def refuse(self, losses: Iterable[Loss]) -> tuple[Loss, ...]:
        try:
            return super().refuse(losses)
        except Unsupported as error:
            raise Unsupported(error.problems[:1], provider="ark") from None


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


class Spoiler(Sound):
    """An adapter that spoils what an update sends, by the record and the user given."""

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        wire = self.wire_for(self.validated(user, record))
        body, losses = wire.update(record.user, user, unmapped=record.unmapped)
        losses = self.refuse(losses)
        body = self.spoilt(body, record, user)
        if not body:
            return self.unchanged(record, losses)
        response = yield self.ask("PATCH", "update_user", record.id, body=body)
        return self.kept(response, losses)

    def spoilt(self, body: Json, record: UserRecord, user: User) -> Json:
        return body


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
    def no(self, response: Response) -> NoReturn:
        json.loads(response.body)["error"].lower()
        super().no(response)


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

    def core_paths(self, wire_path: str) -> tuple[str, ...]:
        return () if wire_path.lower().endswith("land") else super().core_paths(wire_path)


@breaks("error_inverse")
class LosesAnErrorPath(Sound):
    def wire_for(self, user: User) -> Translation:
        return Wayless(super().wire_for(user).plan)


@breaks("field_complaints", "home.door has the paths ['address.line2']")
class ComplainsOfOneOfTwo(Sound):
    """A complaint about a key of two core paths names both."""

    def no(self, response: Response) -> NoReturn:
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
    def no(self, response: Response) -> NoReturn:
        raise_error(ErrorDetails(status=response.status, code="invalid", raw={}))


@breaks("quoted_errors")
class ForgetsTheRawAnswer(Sound):
    def no(self, response: Response) -> NoReturn:
        try:
            super().no(response)
        except Rejected as error:
            raise Rejected(attrs.evolve(error.details, raw=None)) from None


@breaks("quoted_errors")
class TakesAConflictForARefusal(Sound):
    def no(self, response: Response) -> NoReturn:
        try:
            super().no(response)
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
    def no(self, response: Response) -> NoReturn:
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
class ForgetsTheEnvironment(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        return attrs.evolve(super().kept(response, losses), environment=None)


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


LAST: list[tuple[Loss, ...]] = []


@breaks("same_result")
class RemembersTheLastUser(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
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


@breaks("silent_everywhere", "email in the frame of find_user shows a value")
class KeepsTheAddressInAFrame(Sound):
    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        email = criterion.email or ""
        if email.endswith("@example.com"):
            raise Unsupported([Problem("email", "unsupported", "no")], provider="ark")
        return super().find_user(criterion)


@breaks("silent_everywhere", "the error shows a value")
class TellsWhereARedirectLeads(Sound):
    def no(self, response: Response) -> NoReturn:
        headers = {name.lower(): value for name, value in response.headers.items()}
        code = headers.get("location", "http")
        raise_error(ErrorDetails(status=response.status, code=code))


# -- the visit -------------------------------------------------------------------------------------

BRISK = settings(max_examples=1000, derandomize=True, database=None, phases=[Phase.generate])
FEW = settings(BRISK, max_examples=150)  # for what is sound
BY_NAME = {law.name: law for law in LAWS}


@pytest.mark.parametrize("name", ANIMALS)
def test_each_broken_adapter_is_caught_by_the_law_that_it_breaks(name: str) -> None:
    law, says, subject = ANIMALS[name]

    with pytest.raises(Exception) as caught:  # noqa: PT011
        tried(subject(), BY_NAME[law], BRISK)

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


def test_a_failure_leads_with_the_paths() -> None:
    with pytest.raises(AssertionError) as caught:
        tried(ANIMALS["UpdatesEverything"][2](), BY_NAME["minimal_update"], settings(BRISK))

    assert str(caught.value).startswith("sent, though not changed: ['")
    assert any("example=" in note for note in caught.value.__notes__)


def test_an_example_shows_the_fields_that_are_set_alone() -> None:
    user = User(identity=Identity(given_name="Ham"), email="ham@ark.example")

    shown = repr(Example((user, ("first", user))))

    one = "User(identity.given_name='Ham', email='ham@ark.example')"
    assert shown == f"({one}, ('first', {one}))"


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
    assert claimed(scenarios=()) == ["operation find_user"]


def test_the_sound_adapter_claims_nothing_that_is_never_seen() -> None:
    assert claimed() == []
