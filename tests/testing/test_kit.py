"""What the kit of laws is made of: calls of every operation, ears for every logger, reasons."""

from __future__ import annotations

import inspect
import logging
import warnings
from datetime import date
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, SubElement

import pytest
from attrs import frozen
from hypothesis import given
from onboarding import Address, Identity, InvalidInput, NationalId, Problem, User, UserRecord
from onboarding.mapping.rows import On
from onboarding.operations import OPERATIONS, Operations
from onboarding.spi import (
    TEXT,
    Adapter,
    Codec,
    Flow,
    Paged,
    Request,
    Response,
    Translation,
    at,
    core,
    inside,
    record_only,
    translation,
    wire,
    xml_body,
)
from onboarding.testing import Sample, claims, residue_survives, supported_users
from onboarding.testing.calls import calls
from onboarding.testing.claims import claims_of
from onboarding.testing.law import reason
from onboarding.testing.listening import every_logger, of_error, one_line
from onboarding.testing.proof import tried
from onboarding.testing.runner import Runner
from onboarding.testing.subject import Subject, results_of
from onboarding.testing.suite.answers import shown
from onboarding.testing.suite.unreadable import bad_field

METHODS = {
    name
    for name, _ in inspect.getmembers(Operations, inspect.isfunction)
    if not name.startswith("_")
}


def _flow(self: Adapter, *arguments: Any, **named: Any) -> Flow[Any]:
    yield Request.json("GET", "https://all.invalid", operation="any")


All = frozen(kw_only=True)(type("All", (Adapter,), dict.fromkeys(METHODS, _flow)))


class Everything(Subject):
    adapter = All(name="all")


def test_the_kit_takes_its_operations_from_the_contract() -> None:
    assert set(OPERATIONS) == METHODS
    assert (*OPERATIONS, "login") == claims.OPERATIONS
    claimed = {claim.what for claim in claims_of(Everything()) if claim.kind == "operation"}
    assert claimed == METHODS


def test_the_operations_that_write_a_user_are_three_of_the_contract() -> None:
    assert [*claims.WRITES] == [name for name in OPERATIONS if name in claims.WRITES]
    assert {*claims.WRITES.values()} == {*On}


def test_the_kit_can_call_every_operation_with_arguments_that_it_takes() -> None:
    found = calls(Everything(), Everything.adapter, User())

    assert {call.operation for call in found} == METHODS
    for call in found:
        assert inspect.isgenerator(call.flow(Everything.adapter))
        signature = inspect.signature(getattr(Operations(), call.operation))
        if call.operation != "find_user":  # whose criterion the gateway makes
            signature.bind(*call.arguments, **call.named)


def test_a_subject_may_name_the_arguments_of_an_operation() -> None:
    class Named(Everything):
        arguments = {"fetch_user": ("a user",)}  # noqa: RUF012

    found = {call.operation: call for call in calls(Named(), Named.adapter, User())}

    assert found["fetch_user"].arguments == ("a user",)


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_says_what_it_gives_back(name: str) -> None:
    assert all(isinstance(result, type) for result in results_of(name))


def test_what_a_list_gives_back_is_a_page() -> None:
    assert results_of("list_users") == (Paged,)
    assert results_of("fetch_user") == (UserRecord,)
    assert results_of("raw") == (Response,)


# -- ears


def test_every_logger_is_heard_whatever_its_settings_and_gets_them_back() -> None:
    quiet = logging.getLogger("kit.quiet")
    quiet.setLevel(logging.CRITICAL)
    quiet.propagate, quiet.disabled = False, True
    quiet.addFilter(lambda _: False)
    logging.disable(logging.ERROR)
    filters = list(quiet.filters)

    try:
        with every_logger() as heard:
            quiet.debug("a %s", "word")
            logging.getLogger("kit.new").debug("another")
            warnings.warn("a third", stacklevel=1)
    finally:
        logging.disable(logging.NOTSET)

    words = [who for who, _ in heard if who.startswith("the logger kit")]
    assert words == ["the logger kit.quiet", "the logger kit.new"]
    assert ("a warning", "a third") in heard
    assert (quiet.level, quiet.propagate, quiet.disabled) == (logging.CRITICAL, False, True)
    assert quiet.filters == filters
    assert not logging.getLogger("kit.new").isEnabledFor(logging.DEBUG)


def test_an_error_is_looked_through_with_the_locals_below_the_caller_and_its_causes() -> None:
    def inner(below: str) -> None:
        try:
            raise ValueError("no")
        except ValueError as error:
            behind = f"{below} behind"
            raise KeyError(len(behind)) from error

    mine = "Zqmine"
    try:
        inner("Zqbelow")
    except KeyError as error:
        found = list(of_error(error))

    texts = " ".join(text for _, text in found)
    assert mine not in texts
    assert "Zqbelow behind" in texts
    assert ("below in the frame of inner", "'Zqbelow'") in found
    assert any(text.startswith("ValueError: no") for _, text in found)


# -- reasons and examples


def test_a_reason_speaks_in_the_words_of_laws_and_errors_and_shows_no_other_text() -> None:
    problem = Problem("identity.birthdate", "shape", "expected a date")

    def fails() -> None:
        raise ValueError("Zqvalue")

    assert reason(AssertionError("lost: ['email']\nassert not {'Zqvalue'}")) == "lost: ['email']"
    assert "identity.birthdate" in reason(InvalidInput([problem]))
    with pytest.raises(ValueError, match="Zqvalue") as raised:
        fails()
    assert reason(raised.value).startswith("ValueError in fails, line ")
    both = ExceptionGroup("two", [AssertionError("one"), AssertionError("other")])
    assert reason(both) == "one; other"


def test_an_example_is_shown_by_the_paths_that_are_set_and_no_others() -> None:
    user = User(
        identity=Identity(
            given_name="Ona",
            birthdate=date(1968, 3, 9),
            national_id=NationalId(code="46803090000", country="LT"),
        ),
        address=Address(),
    )

    assert one_line((user, 7)) == (
        "(User(identity.given_name='Ona', identity.birthdate=datetime.date(1968, 3, 9), "
        "identity.national_id.code='46803090000', identity.national_id.country='LT', "
        "address=Address()), 7)"
    )


class Tagged(Subject):
    """A provider whose answers are in XML, which has texts alone."""

    adapter = Everything.adapter

    def payload_of(self, response: Response) -> dict[str, Any]:
        return {child.tag: child.text for child in response.xml() if child.text}

    def answer(self, payload: dict[str, Any]) -> Response:
        root = Element("user")
        for name, value in payload.items():
            SubElement(root, name).text = None if value is None else str(value)
        return Response(status=200, body=xml_body(root))


def test_an_object_is_compared_as_its_wire_carries_it() -> None:
    shown = {"id": 7, "note": None, "mail": "a"}

    assert Tagged().carried(shown) == {"id": "7", "mail": "a"}
    assert Everything().carried(shown) == shown


@pytest.mark.parametrize("odd", [{"note": "\x00"}, {"a b": "c"}])
def test_an_object_that_its_wire_cannot_carry_is_no_example(odd: dict[str, Any]) -> None:
    assert Tagged().carried(odd) is None
    assert Everything().carried(odd) == odd


def test_json_that_no_provider_should_send_has_a_body() -> None:
    assert Everything().body_with({"at": float("nan")}) == b'{"at": NaN}'
    assert Tagged().body_with({"at": "\x00"}) is None


@wire(source="a guide, User")
class WithStatement:
    mail: str | None = at(core(User).email, TEXT)
    none: str | None = at(
        core(User).declared_absent,
        Codec[frozenset[str], str](
            "no mail", lambda word: frozenset({word}), min, "string", exact_write=False
        ),
    )


@given(supported_users(translation(WithStatement, "a")))
def test_a_drawn_user_declares_nothing_absent_that_it_has(user: User) -> None:
    assert not (user.email and user.is_declared_absent("email"))


@frozen(kw_only=True)
class Refusing(Adapter):
    """An adapter whose provider refuses every user."""

    provider: ClassVar[str] = "refusing"
    wires: ClassVar[tuple[type, ...]] = (WithStatement,)

    def create_user(self, user: User, *, idempotency_key: str | None = None) -> Flow[UserRecord]:
        raise InvalidInput([Problem("email", "missing", "is required")])
        yield

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        yield Request.json("GET", "https://refusing.invalid", operation="fetch_user")
        raise AssertionError("nothing is fetched")

    def wire_for(self, user: User) -> Translation:
        return translation(self.wires[0], self.provider)


class Refused(Subject):
    adapter = Refusing()
    simulator = object


def test_a_law_without_an_object_to_read_says_why_there_is_none() -> None:
    with pytest.raises(AssertionError) as raised:
        shown(Runner(Refused()))

    assert "there is no object to read" in str(raised.value)
    assert "email: is required" in str(raised.value)


@wire(source="a guide, Holder")
class Holder:
    id: str | None = record_only(str)


@wire(source="a guide, Entity")
class Entity:
    mail: str | None = at(core(User).email, TEXT)
    holder: Holder | None = inside(Holder)


@pytest.mark.parametrize("holder", [{}, {"id": "AH1"}, {"id": "AH1", "x": 1}, {"x": {"y": 1}}])
def test_an_object_with_fields_of_the_record_alone_is_one_object(holder: dict[str, Any]) -> None:
    residue_survives(translation(Entity, "a"), {"mail": "a@example.com", "holder": holder})


@frozen(kw_only=True)
class Twice(Refusing):
    """An adapter that reads a holder, then its entity."""

    wires: ClassVar[tuple[type, ...]] = (Entity,)

    def fetch_user(self, user_id: str) -> Flow[UserRecord]:
        holder = yield Request.json("GET", "https://a.invalid/holders", operation="fetch_user")
        entity = yield Request.json("GET", "https://a.invalid/entities", operation="fetch_user")
        shown = {**entity.json_object(), "holder": holder.json_object()}
        return self.record(translation(Entity, "a"), shown, entity, id="holder.id")


class InTwoAnswers(Subject):
    adapter = Twice()

    def respond(self, payload: dict[str, Any], request: Request) -> Response:
        shown = {name: value for name, value in payload.items() if name != "holder"}
        return self.answer(payload["holder"] if request.url.endswith("/holders") else shown)


def test_an_object_of_two_answers_is_read_as_one_also_if_it_is_not_valid() -> None:
    shown = {"mail": 7, "holder": {"id": "AH1", "x": 1}}

    record = Runner(InTwoAnswers()).fetch(InTwoAnswers.adapter, shown)

    assert (record.id, record.user.email, record.raw) == ("AH1", None, shown)


def test_an_object_around_the_id_is_not_one_that_a_read_survives() -> None:
    class Shown(InTwoAnswers):
        samples = (Sample(payload={"mail": "a@example.com", "holder": {"id": "AH1"}}),)

    assert tried(Shown(), bad_field).examples > 1
