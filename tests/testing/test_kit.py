"""What the kit of laws is made of: calls of every operation, ears for every logger, reasons."""

from __future__ import annotations

import inspect
import logging
import warnings
from datetime import date
from typing import Any

import pytest
from attrs import frozen
from onboarding import Address, Identity, InvalidInput, NationalId, Problem, User, UserRecord
from onboarding.mapping.rows import On
from onboarding.operations import OPERATIONS, Operations
from onboarding.spi import Adapter, Flow, Paged, Request, Response
from onboarding.testing import claims
from onboarding.testing.calls import calls
from onboarding.testing.claims import claims_of
from onboarding.testing.law import reason
from onboarding.testing.listening import every_logger, of_error, one_line
from onboarding.testing.subject import Subject, results_of

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
        arguments = {"read_event": ({"type": "created"},)}  # noqa: RUF012

    found = {call.operation: call for call in calls(Named(), Named.adapter, User())}

    assert found["read_event"].arguments == ({"type": "created"},)


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
