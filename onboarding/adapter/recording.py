"""Builds records: the values in a provider's answer, with their provenance and provider facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from attrs import frozen

from onboarding.adapter.reading import identifier, reference
from onboarding.adapter.reconciling import Reconciling
from onboarding.errors import UnexpectedResponse
from onboarding.http import Response
from onboarding.levels import level_word
from onboarding.mapping.translation import Translation, translation
from onboarding.mapping.unread import coarsened
from onboarding.model.answers import Loss, RateLimit
from onboarding.model.record import UserRecord
from onboarding.values.base import Model, defaults_of, trust

__all__ = ["Recording"]

M = TypeVar("M", bound=Model)


@frozen(kw_only=True)
class Recording(Reconciling):
    """Reads the objects in answers as records and other values of the core."""

    def rate_limits(self, response: Response) -> tuple[RateLimit, ...]:
        """Returns the rate limits in an answer, one per window; empty if it has none."""
        return ()

    def record(
        self,
        wire: Translation,
        payload: Mapping[str, Any],
        response: Response,
        *,
        id: str,
        references: Iterable[str] = (),
        levels: Iterable[str] = (),
        scopes: Collection[str] | None = None,
        losses: tuple[Loss, ...] = (),
        **facts: Any,
    ) -> UserRecord:
        """Returns the record of a user from the provider's object in a response.

        `id`, `references` and `levels` are wire paths in the object. The wire class declares `id`
        and `references` with `record_only`, each with its own row. A reference is an id or a list
        of ids, which are numbered: `wallets.0`. Each level of the record is the lowest
        level of the provider's words, None if one of the words is unknown. A level that is no word
        (null, false) counts as unknown; a level without a key, hidden by a scope, does not count.
        `facts` are further fields of the record.

        A field that cannot be read is `Absence.UNREADABLE`; the other fields are read. The record
        is not checked: the law `valid_records` checks what an adapter puts into it. Raises
        `UnexpectedResponse` if the payload is not an object, or has no usable id.
        """
        try:
            user, unmapped = wire.from_wire(payload)
        except UnexpectedResponse as error:
            status, raw = response.status, response.body
            raise UnexpectedResponse(error.problems, status=status, raw=raw) from None
        provider_fields = wire.provider_fields(payload)
        found = identifier(provider_fields, id, response)
        provider_fields.pop(id)
        said: dict[str, str] = {}
        for path in levels:
            if (word := _level_at(payload, path)) is not None:
                said[path] = word
        kyc, identification, eidas, nist = self.policy.levels(*said.values())
        values = {
            **self.provenance,
            "id": found,
            "references": dict(_references(provider_fields, references)),
            "user": user,
            "retrieved_at": response.received_at,
            "kyc_level": kyc,
            "identification_level": identification,
            "eidas_level": eidas,
            "nist_ial": nist,
            "provider_levels": said,
            "absent": wire.absent(user, payload, unmapped=unmapped, scopes=scopes),
            "provider_fields": provider_fields,
            "unmapped": unmapped,
            "losses": (*losses, *coarsened(wire, user, unmapped)) if unmapped else losses,
            "rate_limits": self.rate_limits(response),
            "raw": payload,
            **facts,
        }
        return trust(UserRecord, values)

    def read_as(
        self,
        root: type[M],
        payload: Mapping[str, Any],
        response: Response,
        *,
        by: type | None = None,
        kept: Iterable[str] = (),
        **facts: Any,
    ) -> M:
        """Returns the value of a class in an object of a response, other than a user.

        `by` is its wire class, `root` itself by default. The provenance, the time, the rate limits,
        the provider's fields and `raw` are set where the class has such a field; `kept` are further
        keys of `provider_fields`, `facts` further fields. The value is not checked.

        Raises `UnexpectedResponse` if a value with an id has none.
        """
        wire = translation(by or root, self.provider, root)
        value, _ = wire.from_wire(payload)
        known = defaults_of(root)
        about: dict[str, Any] = {
            **self.provenance,
            "retrieved_at": response.received_at,
            "rate_limits": self.rate_limits(response),
            "raw": payload,
        }
        values = {**vars(value), **{name: about[name] for name in about if name in known}, **facts}
        if "provider_fields" in known:
            more = {name: payload[name] for name in kept if payload.get(name) is not None}
            values["provider_fields"] = wire.provider_fields(payload) | more
        mapped = wire.plan.by_core.get("id")
        if mapped is not None and not values["id"]:
            identifier(payload, mapped.wire, response)  # raises
        return trust(root, values)


def _references(shown: Mapping[str, Any], paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yields the ids at wire paths, each with its path; those of a list are numbered."""
    for path in paths:
        value = shown.get(path)
        if value is None:
            continue
        many = isinstance(value, list)
        items = cast("list[Any]", value) if many else [value]
        for index, item in enumerate(items):
            if (found := reference(item)) is not None:
                yield f"{path}.{index}" if many else path, found


def _level_at(payload: object, path: str) -> str | None:
    """Returns the word at the wire path of a level, None if the payload has no such key."""
    for name in path.split("."):
        if payload == []:  # an empty object, as some providers spell one
            return None
        if not isinstance(payload, Mapping):
            break
        if name not in payload:
            return None
        payload = cast("Mapping[str, object]", payload)[name]
    return level_word(payload)
