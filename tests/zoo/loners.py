"""Broken adapters that one law alone catches: without it, nobody would notice."""

from __future__ import annotations

from typing import Any, NoReturn

import attrs
from attrs import frozen
from onboarding import (
    Loss,
    LossKind,
    Problem,
    Rejected,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.mapping import LOWER_COUNTRY, TEXT, Translation, at, inside, joined, wire
from onboarding.spi import ALWAYS, Flow, Response

from .ark import LEFT_OUT, SOURCE, TWO_TEXTS, A, Json, Passenger, Sound, U
from .breaking import Spoiler, Writer, breaks

KEYS = 13
"""The keys of a passenger with every field."""


@breaks("willingness", "accepts only")
class RefusesTheNameless(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        self.validated_key(idempotency_key)
        if not user.company and (user.identity is None or user.identity.given_name is None):
            raise Unsupported([Problem("identity", "unsupported", "has no name")], provider="ark")
        return (yield from super().create_user(user, idempotency_key=idempotency_key))


@wire(source=SOURCE)
class HomeOnARoad:
    """A home with one key misspelt, which the Ark does not need."""

    road: str | None = at(A.line1, TEXT, max=40)
    town: str | None = at(A.city, TEXT, max=40)
    land: str | None = at(A.country, LOWER_COUNTRY, required_when=ALWAYS)
    door: str | None = joined((A.line2, A.postal_code), TWO_TEXTS, max=60)


@wire(source=SOURCE, not_supported=LEFT_OUT)
class OnARoad(Passenger):
    home: HomeOnARoad | None = inside(HomeOnARoad, U.address, send_whole=True, replaces=True)  # type: ignore[assignment]


@breaks("quoted_samples", "['home.street']")
class MisspellsTheStreet(Sound):
    wires = (OnARoad,)


@breaks("round_trip", "written, but not read: ['note']")
class AddsANote(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        return {**body, "note": "kept dry"} if operation == "create_user" else body


@breaks("silent_loss", "['occupation']")
class ForgetsALonelyLoss(Sound):
    def refuse(self, losses: Any, **more: Any) -> tuple[Loss, ...]:
        found = super().refuse(losses, **more)
        dropped = [loss.core_path for loss in found if loss.kind is LossKind.DROPPED]
        alone = dropped == ["occupation"]
        return tuple(x for x in found if not (alone and x.core_path == "occupation"))


@breaks("each_field", "create_user is declared to write sex, and does not")
class TiresOfAFullPassenger(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        if operation == "create_user" and len(body) == KEYS:
            body.pop("sex")
        return body


@breaks("no_change_no_write", "returns another user")
class ForgetsWhomItDidNotChange(Sound):
    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        found = yield from super().update_user(record, user)
        same = found.user == record.user and found.retrieved_at == record.retrieved_at
        return attrs.evolve(found, user=User()) if same else found


@breaks("minimal_update", "sent, though not changed: ['mail']")
class SendsTheMailAlong(Spoiler):
    def spoilt(self, body: Json, record: UserRecord, user: User) -> Json:
        there = record.user.email
        return {**body, "mail": there} if body and there and there == user.email else body


@breaks("update_arrives", "not updated, and not in the report: ['identity.given_name']")
class ShoutsWhenMuchChanges(Writer):
    def spoil(self, body: Json, operation: str) -> Json:
        if operation == "update_user" and len(body) > 5 and "first" in body:
            return {**body, "first": body["first"] + "!"}
        return body


@breaks("strange_keys", "is not unmapped")
class DropsStrangeKeys(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        found = super().kept(response, losses)
        known = {k: v for k, v in found.unmapped.items() if not k.split(".")[-1].startswith("x_")}
        return attrs.evolve(found, unmapped=known)


@frozen(slots=False)
class Hushed(Translation):
    """A translation that does not know a name in capitals."""

    def core_paths(self, wire_path: str, model: User | None = None) -> tuple[str, ...]:
        return () if wire_path.isupper() else super().core_paths(wire_path, model)


@breaks("error_inverse", "has no way back")
class KnowsNoCapitals(Sound):
    def wire_for(self, user: User) -> Translation:
        return Hushed(super().wire_for(user).plan)


@breaks("field_complaints", "home.door has the paths ['address.line2']")
class ComplainsOfTheFirstAlone(Sound):
    def no(self, response: Response, wire: Translation[Any] | None = None) -> NoReturn:
        try:
            super().no(response, wire)
        except Rejected as error:
            first = {problem.wire_path: problem for problem in reversed(error.problems)}
            raise Rejected(attrs.evolve(error.details, problems=tuple(first.values()))) from None


@breaks("secrets_stay_in", "a personal value is shown after: ")
class QuotesWhatItRefuses(Sound):
    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        try:
            return (yield from super().create_user(user, idempotency_key=idempotency_key))
        except Unsupported as error:
            text = f"nobody aboard works as {user.occupation}"
            more = Problem("occupation", "unsupported", text)
            given = [x for x in error.problems if x.path != "occupation"]
            known = [more] if len(given) < len(error.problems) else []
            raise Unsupported([*given, *known], provider="ark") from None


@breaks("change_is_shown", "lost, and not in the report: ['phone']")
class ForgetsThePhoneOfARealPassenger(Spoiler):
    def spoilt(self, body: Json, record: UserRecord, user: User) -> Json:
        if record.raw:
            body.pop("phone", None)
        return body


@breaks("bad_field", "no reason")
class GivesNoReasonInTheHome(Sound):
    def kept(self, response: Response, losses: tuple[Loss, ...] = ()) -> UserRecord:
        found = super().kept(response, losses)
        told = {k: v for k, v in found.absent.items() if not k.startswith("address.")}
        return attrs.evolve(found, absent=told)
