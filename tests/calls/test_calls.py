"""The list of operations, and the two sets of calls that run them, say the same."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from onboarding import Unsupported
from onboarding._async.calls import AsyncCalls
from onboarding._sync.calls import Calls
from onboarding.operations import OPERATIONS, Operations, call_of


def methods(kind: type) -> dict[str, Any]:
    functions = inspect.getmembers(kind, inspect.isfunction)
    return {name: function for name, function in functions if not name.startswith("_")}


def test_an_event_loop_has_the_calls_that_threads_have_with_the_same_arguments() -> None:
    threads, loop = methods(Calls), methods(AsyncCalls)

    assert loop.keys() == threads.keys()
    for name, call in threads.items():
        given, also = inspect.signature(call), inspect.signature(loop[name])
        assert list(also.parameters.values()) == list(given.parameters.values()), name
        assert inspect.getdoc(loop[name]) == inspect.getdoc(call), name


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_has_a_call_which_for_a_list_is_named_by_its_entries(name: str) -> None:
    assert call_of(name) in methods(Calls)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_that_an_adapter_lacks_is_refused_by_its_name(name: str) -> None:
    operation = getattr(Operations(), name)
    parameters = inspect.signature(operation).parameters.values()
    wanted = [one for one in parameters if one.default is inspect.Parameter.empty]
    named = {one.name: None for one in wanted if one.kind is inspect.Parameter.KEYWORD_ONLY}

    with pytest.raises(Unsupported) as raised:
        operation(*(None for _ in wanted[len(named) :]), **named)

    assert [problem.message for problem in raised.value.problems] == [f" has no {name}"]
