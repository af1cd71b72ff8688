"""A creation of a user that takes two requests and fails between them is resumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from attrs import evolve, frozen
from onboarding import (
    IdempotencyConflict,
    InvalidInput,
    Partial,
    PartialFailure,
    Password,
    Secret,
    User,
    UserRecord,
)
from onboarding.spi import (
    Adapter,
    ErrorDetails,
    Flow,
    Request,
    Response,
    part_way,
    raise_error,
)
from onboarding.testing import PaperGateway

ADA = User(email="ada@example.com", credentials=Password(password=Secret("of ada")))


@frozen(kw_only=True)
class Twice(Adapter):
    """A provider that opens an account, and then activates it."""

    provider: ClassVar[str] = "twice"

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        opened = yield Request(method="POST", url="https://twice.invalid/", operation="create_user")
        id = opened.json_object()["id"]
        partial = self.partial_of("create_user", id, id, idempotency_key, user)
        return (yield from self._activate(partial))

    def resume(self, partial: Partial, given: Any) -> Flow[UserRecord]:
        self.resumable(partial, given, "create_user")
        return (yield from self._activate(partial))

    def _activate(self, partial: Partial) -> Flow[UserRecord]:
        with part_way(partial):
            url = f"https://twice.invalid/{partial.id}"
            answer = yield Request(method="PUT", url=url, operation="create_user")
            if answer.status >= 400:
                raise_error(ErrorDetails(status=answer.status, code="down"))
        return UserRecord(**self.provenance, id=partial.id or "", user=User())


def half_done() -> tuple[PaperGateway[Twice], Partial]:
    """A gateway, and the partial of a creation whose second request failed."""
    answers = iter([(200, b'{"id": "u7"}'), (503, b""), (200, b"{}")])

    def answer(request: Request) -> Response:
        status, body = next(answers)
        return Response(status=status, body=body)

    gateway = PaperGateway(Twice(name="two"), answer)
    with pytest.raises(PartialFailure) as raised:
        gateway.create_user(ADA)
    return gateway, Partial.from_json(raised.value.partial.to_json())


def test_a_half_created_user_is_finished_from_the_stored_partial() -> None:
    gateway, partial = half_done()

    record = gateway.resume(partial, ADA)

    assert (partial.operation, partial.user_id, record.id) == ("create_user", "u7", "u7")
    assert [request.method for request in gateway.sent] == ["POST", "PUT", "PUT"]


def test_a_half_created_user_is_not_finished_as_another_user() -> None:
    gateway, partial = half_done()

    with pytest.raises(IdempotencyConflict):
        gateway.resume(partial, ADA.replace(email="bob@example.com"))

    assert len(gateway.sent) == 2


def test_a_partial_holds_eight_digits_of_the_content_and_no_value_of_it() -> None:
    _, partial = half_done()

    assert len(partial.digest) == 8
    assert "ada" not in partial.to_json()


@pytest.mark.parametrize(
    ("change", "given"), [({"operation": "update_user"}, ADA), ({}, ADA.people), ({}, "of ada")]
)
def test_another_call_or_content_is_not_resumed(change: Mapping[str, Any], given: Any) -> None:
    gateway, partial = half_done()

    with pytest.raises(InvalidInput) as raised:
        gateway.resume(evolve(partial, **change), given)

    assert "expected the partial of a create_user, and a User" in str(raised.value)
    assert len(gateway.sent) == 2
