"""Users at Paysera: create, fetch, find, update; single fields of a user.

docs: guides/wallet/user-information/user-resource
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar, cast

from attrs import field, frozen
from onboarding import (
    Absence,
    Address,
    Forbidden,
    Identity,
    InvalidInput,
    NationalId,
    NotFound,
    PoliticalExposure,
    Problem,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.spi import (
    PHONE_DIGITS,
    Criterion,
    Flow,
    Lookup,
    Means,
    On,
    Translation,
    written_email,
)

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import PROVIDER, unexpected

__all__ = ["LOOKUPS", "Part", "Users", "require_natural"]

T = TypeVar("T")


# docs: user-resource, By Other Information: contacts must be confirmed. Whether a national number
# is found before the user is identified is not documented, so a search proves presence only.
LOOKUPS: Mapping[str, tuple[Lookup, ...]] = {
    "create_user": (
        Lookup(
            means=Means.SEARCH,
            unique=("identity.national_id.code",),
            limits=(
                "by national number, or by an e-mail address or phone number once it is confirmed; "
                "a user who is not found may exist"
            ),
            remedy=(
                "with a national number, call create_user again: Paysera refuses a number that is "
                "in use (`person_code_already_assigned`)"
            ),
        ),
    ),
    "update_user": (
        Lookup(
            means=Means.FETCH,
            proves_absence=True,
            limits="e-mail address and phone number are shown once they are confirmed",
            remedy="repeat the update, which sends what differs",
        ),
    ),
}


@frozen(kw_only=True)
class Part(Generic[T]):
    """One field of a user, or in `absent` the reason why it is missing.

    `HIDDEN` is a 403, `NOT_FOUND` a 404, `NOT_RETURNED` an answer without the field, `UNREADABLE`
    a value in no documented form.
    """

    value: T | None = field(default=None, repr=False)
    absent: Absence | None = None


@frozen(kw_only=True)
class Users(PayseraProtocol):
    """The operations on users, and on their single fields.

    Paysera answers 404 for an unknown user as for a missing field: both are `NOT_FOUND`.
    """

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        """Registers a natural person (docs: user-resource, Register User).

        Paysera has no idempotency: `idempotency_key` is checked, and not sent. Raises
        `Unsupported` for a company.
        """
        self.validated_key(idempotency_key)
        require_natural(self.validated(user))
        body, losses = self._wire.to_wire(user, On.CREATE)
        losses = self.refuse(losses)
        response = yield self.request("POST", "create_user", "user", body=body)
        return self.user_record(response, losses, given=user)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        """Reads a user (docs: user-resource, By User ID).

        The id `me` is the user of the access token; without one `Unsupported` is raised.
        """
        response = yield self.request("GET", "fetch_user", *self.of_user(user_id))
        return self.user_record(response)

    def find_user(self, criterion: Criterion) -> Flow[UserRecord]:
        """Finds a user by one confirmed contact or by the national id.

        docs: user-resource, By Other Information. Raises `InvalidInput` for a phone number
        without its country code (86...), which Paysera would look up in another country.
        """
        query = _query(criterion)
        response = yield self.request("GET", "find_user", "user", query=query)
        return self.user_record(response)

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        """Sends what differs from a record (docs: user-resource, Provide Identity).

        After an update of the identity its receipt must be printed. The record then has a next
        action of the kind `print_receipt`; `identification_receipt` fetches the receipt.
        """
        self.require_own(record, UserRecord)
        require_natural(self.validated(user, record))
        body, losses = self._wire.update(record.user, user, unmapped=record.unmapped)
        losses = self.refuse(losses)
        if not body:
            return self.unchanged(record, losses)
        response = yield self.request("PUT", "update_user", "user", record.id, body=body)
        return self.user_record(
            response, losses, given=user, before=record, identified="identity" in body
        )

    def wire_for(self, user: User) -> Translation:
        return self._wire

    # -- single fields; docs: user-resource, Getting Specific User Information

    def fetch_email(self, user_id: str) -> Flow[Part[str]]:
        """Reads the confirmed e-mail address; requires the scope `email`."""
        return self._part("fetch_email", user_id, "email", "email", lambda user: user.email)

    def fetch_phone(self, user_id: str) -> Flow[Part[str]]:
        """Reads the confirmed phone number (E.164); requires the scope `phone`."""
        return self._part("fetch_phone", user_id, "phone", "phone", lambda user: user.phone)

    def fetch_address(self, user_id: str) -> Flow[Part[Address]]:
        """Reads the address; requires the scope `address`."""
        return self._part("fetch_address", user_id, "address", "address", lambda user: user.address)

    def fetch_identity(self, user_id: str) -> Flow[Part[Identity]]:
        """Reads the verified identity; requires the scope `identity`, or `full_name` for names."""
        return self._part(
            "fetch_identity", user_id, "identity", "identity", lambda user: user.identity
        )

    def fetch_political_exposures(self, user_id: str) -> Flow[Part[tuple[PoliticalExposure, ...]]]:
        """Reads the political exposures; requires the scope `pep`. From the official PHP client."""
        operation = "fetch_political_exposures"
        return self._part(
            operation, user_id, "pes", "pep", lambda user: user.political_exposures or None
        )

    def fetch_confirmed_phones(self, user_id: str) -> Flow[tuple[str, ...]]:
        """Reads all confirmed phone numbers (E.164). From the official PHP client."""
        path = self.of_user(user_id, "confirmed-phones")
        response = yield self.request("GET", "fetch_confirmed_phones", *path)
        shown = self.answered(response).json()
        numbers = cast("list[object]", shown) if isinstance(shown, list) else [None]
        found = tuple(PHONE_DIGITS.read(n) for n in numbers if isinstance(n, str))
        if len(found) != len(numbers) or not all(number.startswith("+") for number in found):
            raise unexpected(response, "expected a list of phone numbers", "phone")
        return found

    def _part(
        self, operation: str, user_id: str, place: str, key: str, pick: Callable[[User], T | None]
    ) -> Flow[Part[T]]:
        response = yield self.request("GET", operation, *self.of_user(user_id, place))
        try:
            shown = self.answered(response).json()
        except Forbidden:
            return Part(absent=Absence.HIDDEN)
        except NotFound:
            return Part(absent=Absence.NOT_FOUND)
        user, unmapped = self._wire.from_wire({key: shown})
        if (value := pick(user)) is not None:
            return Part(value=value)
        unread = any(path.partition(".")[0] == key for path in unmapped)
        return Part(absent=Absence.UNREADABLE if unread else Absence.NOT_RETURNED)


def require_natural(user: User) -> None:
    """Raises `Unsupported` for a company: no document tells how to register or update one."""
    if user.company is not None:
        problem = Problem("company", "unsupported", "Paysera registers natural persons only")
        raise Unsupported([problem], provider=PROVIDER)


def _query(criterion: Criterion) -> tuple[tuple[str, str], ...]:
    """Returns the query of a search; Paysera takes exactly one criterion a call."""
    phone = User(phone=criterion.phone).phone  # checks its form
    given: list[tuple[str, str]] = []
    if criterion.email is not None:
        given.append(("email", written_email("email", criterion.email)))
    if phone is not None:
        given.append(("phone", phone.removeprefix("+")))
    if criterion.national_id is not None and criterion.country is not None:
        number = NationalId(code=criterion.national_id, country=criterion.country)
        given.append((f"person_code[{(number.country or '').lower()}]", number.code))
    if len(given) != 1:
        text = "give exactly one: email, phone, or national_id with its country"
        raise InvalidInput([Problem("", "conflict", text)])
    return tuple(given)
