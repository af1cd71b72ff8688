"""Calls in threads: bounded, none lost, and no thread left behind."""

from __future__ import annotations

import contextvars
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from onboarding.concurrency import CallResult, CallResults

T = TypeVar("T")


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "onboarding-call"]


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    yield
    wait_for(lambda: not threads())


def values(results: list[CallResult[T]]) -> list[T]:
    return [result.get() for result in results]


class Gate:
    """Calls that wait until they are let through; counts those that wait."""

    def __init__(self) -> None:
        self.waiting, self.most = 0, 0
        self._lock, self._open = threading.Lock(), threading.Semaphore(0)

    def __call__(self, item: int, key: str | None) -> int:
        with self._lock:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
        assert self._open.acquire(timeout=10)
        with self._lock:
            self.waiting -= 1
        return item

    def let(self, count: int) -> None:
        self._open.release(count)

    def let_one_of(self, count: int) -> None:
        """Lets one through once so many wait."""

        def let() -> None:
            wait_for(lambda: self.waiting == count)
            self.let(1)

        threading.Thread(target=let).start()


def test_at_most_so_many_calls_run_and_items_are_read_only_for_them() -> None:
    gate, read = Gate(), 0

    def items() -> Iterator[int]:
        nonlocal read
        for number in range(20):
            read += 1
            yield number

    with CallResults(items(), gate, in_flight=3) as results:
        gate.let_one_of(3)
        first = next(results)
        assert read == 3
        gate.let(19)

        rest = list(results)

    assert sorted(values([first, *rest])) == list(range(20))
    assert gate.most == 3


def test_results_come_as_calls_end_or_in_the_order_of_the_items() -> None:
    def call(item: float, _: str | None) -> float:
        time.sleep(item)
        return item

    items = [0.2, 0.0, 0.1]

    assert values(list(CallResults(items, call, in_flight=3))) == [0.0, 0.1, 0.2]
    assert values(list(CallResults(items, call, in_flight=3, ordered=True))) == items


def test_an_error_is_a_result_under_the_index_and_the_key_of_its_item() -> None:
    def call(item: int, _: str | None) -> float:
        return 1 / item

    results = list(CallResults([1, 0, 2], call, key=lambda item: f"key {item}", ordered=True))

    assert [(one.index, one.key, one.value) for one in results] == [
        (0, "key 1", 1.0),
        (1, "key 0", None),
        (2, "key 2", 0.5),
    ]
    assert [type(one.error) for one in results] == [type(None), ZeroDivisionError, type(None)]
    with pytest.raises(ZeroDivisionError):
        results[1].get()


def test_an_error_of_the_items_comes_after_the_results_of_the_calls_in_flight() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise LookupError

    results = CallResults(items(), lambda item, _: item, in_flight=2)
    found: list[int] = []

    with pytest.raises(LookupError):
        found.extend(result.get() for result in results)

    assert sorted(found) == [0, 1, 2]
    assert list(results) == []


def test_close_returns_the_results_of_the_calls_in_flight_and_starts_no_other() -> None:
    gate = Gate()
    results = CallResults(range(100), gate, in_flight=4)
    gate.let_one_of(4)
    first = next(results)
    gate.let(100)

    rest = results.close()

    assert len(rest) == 3
    assert sorted(values([first, *rest])) == [0, 1, 2, 3]
    assert results.close() == list(results) == []


def test_an_iterator_that_is_dropped_leaves_no_thread() -> None:
    for _ in CallResults(range(100), lambda item, _: item, in_flight=4):
        break
    gc.collect()

    wait_for(lambda: not threads())


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_an_interrupt_loses_no_result() -> None:
    gate = Gate()
    results = CallResults(range(3), gate, in_flight=2)
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        wait_for(lambda: gate.waiting == 2)
        signal.pthread_kill(main, signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            next(results)
    finally:
        signal.signal(signal.SIGINT, before)
        thread.join()
    gate.let(3)

    assert sorted(values(list(results))) == [0, 1, 2]


def test_stop_ends_the_input_and_nothing_else() -> None:
    gate = Gate()
    results = CallResults(range(100), gate, in_flight=2)
    gate.let_one_of(2)
    next(results)
    results.stop()
    gate.let(1)

    assert len(list(results)) == 1


def test_a_call_that_exits_ends_the_input_and_is_a_result() -> None:
    def call(item: int, _: str | None) -> int:
        if item == 1:
            raise SystemExit
        return item

    found = list(CallResults(range(100), call, in_flight=1))

    assert [type(one.error) for one in found] == [type(None), SystemExit]


def test_a_call_has_the_context_of_the_caller() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    variable.set("caller's")

    (result,) = CallResults([1], lambda item, key: variable.get())

    assert result.get() == "caller's"
