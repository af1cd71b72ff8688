"""Calls in tasks: bounded, none lost, and no task left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from onboarding.concurrency import AsyncCallResults, CallResult

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine, and finds the tasks that it leaves behind."""

    async def whole() -> T:
        result = await asyncio.wait_for(coroutine, 10)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    return asyncio.run(whole())


def values(results: list[CallResult[T]]) -> list[T]:
    return [result.get() for result in results]


async def same(item: int, _: str | None) -> int:
    await asyncio.sleep(0)
    return item


class Gate:
    """Calls that wait until they are let through; counts those that wait."""

    def __init__(self) -> None:
        self.waiting, self.most = 0, 0
        self.open = asyncio.Semaphore(0)

    async def __call__(self, item: int, key: str | None) -> int:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await self.open.acquire()
        finally:
            self.waiting -= 1
        return item

    def let(self, count: int) -> None:
        for _ in range(count):
            self.open.release()


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def each(count: int) -> AsyncIterator[int]:
    for number in range(count):
        await asyncio.sleep(0)
        yield number


@pytest.mark.parametrize("awaited", [False, True], ids=["items", "awaited items"])
def test_at_most_so_many_calls_run_and_all_items_have_a_result(awaited: bool) -> None:
    async def whole() -> None:
        gate = Gate()
        results = AsyncCallResults(each(20) if awaited else range(20), gate, in_flight=3)
        gate.let(1)
        first = await anext(results)
        await turns()
        gate.let(19)

        rest = [result async for result in results]

        assert sorted(values([first, *rest])) == list(range(20))
        assert gate.most <= 3

    run(whole())


def test_results_come_as_calls_end_or_in_the_order_of_the_items() -> None:
    async def call(item: float, _: str | None) -> float:
        await asyncio.sleep(item)
        return item

    async def whole(ordered: bool) -> list[float]:
        results = AsyncCallResults([0.06, 0.0, 0.03], call, in_flight=3, ordered=ordered)
        return values([result async for result in results])

    assert run(whole(False)) == [0.0, 0.03, 0.06]
    assert run(whole(True)) == [0.06, 0.0, 0.03]


def test_a_result_does_not_wait_for_the_next_item() -> None:
    async def whole() -> None:
        more = asyncio.Event()

        async def items() -> AsyncIterator[int]:
            yield 1
            await more.wait()
            yield 2

        async with AsyncCallResults(items(), same, in_flight=2) as results:
            first = await anext(results)
            more.set()
            second = await anext(results)

        assert values([first, second]) == [1, 2]

    run(whole())


def test_an_error_of_the_items_comes_after_the_results_of_the_calls_in_flight() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise LookupError

    async def awaited_items() -> AsyncIterator[int]:
        async for number in each(3):
            yield number
        raise LookupError

    async def whole(awaited: bool) -> None:
        results = AsyncCallResults(awaited_items() if awaited else items(), same, in_flight=2)
        found: list[int] = []

        with pytest.raises(LookupError):  # noqa: PT012 - the loop raises it at its end
            async for result in results:
                found.append(result.get())

        assert sorted(found) == [0, 1, 2]

    run(whole(False))
    run(whole(True))


def test_an_error_is_a_result_with_its_key() -> None:
    async def call(item: int, _: str | None) -> float:
        return 1 / item

    async def whole() -> list[CallResult[float]]:
        results = AsyncCallResults([1, 0], call, key=str, ordered=True)
        return [result async for result in results]

    good, bad = run(whole())

    assert (good.index, good.key, good.get()) == (0, "1", 1.0)
    assert (bad.index, bad.key, type(bad.error)) == (1, "0", ZeroDivisionError)


def test_cancelling_the_reader_ends_no_call_and_loses_no_result() -> None:
    async def whole() -> None:
        gate = Gate()
        results = AsyncCallResults(range(3), gate, in_flight=2)
        reader = asyncio.ensure_future(anext(results))
        await turns()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert gate.waiting == 2
        gate.let(3)

        assert sorted(values([result async for result in results])) == [0, 1, 2]

    run(whole())


def test_leaving_the_block_waits_for_the_calls_in_flight() -> None:
    async def whole() -> None:
        ended: list[int] = []

        async def call(item: int, _: str | None) -> None:
            await asyncio.sleep(0.01)
            ended.append(item)

        with pytest.raises(LookupError):  # noqa: PT012 - the block is what is left
            async with AsyncCallResults(each(100), call, in_flight=3) as results:
                await anext(results)
                raise LookupError

        assert 1 <= len(ended) <= 6

    run(whole())


def test_leaving_the_block_closes_a_generator_of_the_items() -> None:
    async def whole(taken: int) -> None:
        closed: list[bool] = []

        async def items() -> AsyncIterator[int]:
            try:
                for number in range(100):
                    await asyncio.sleep(0)
                    yield number
            finally:
                closed.append(True)

        given = items()
        async with AsyncCallResults(given, same, in_flight=3) as results:
            for _ in range(taken):
                await anext(results)
            assert not closed

        assert closed == [True] * bool(taken)  # `finally` runs only in a generator that has begun
        assert [number async for number in given] == []

    run(whole(0))
    run(whole(2))


def test_close_returns_the_results_of_the_calls_in_flight_and_starts_no_other() -> None:
    async def whole() -> None:
        gate = Gate()
        results = AsyncCallResults(range(100), gate, in_flight=4)
        gate.let(1)
        first = await anext(results)
        gate.let(100)

        rest = await results.close()

        assert sorted(values([first, *rest])) == [0, 1, 2, 3]
        assert await results.close() == []

    run(whole())


def test_cancelling_the_wait_for_the_calls_in_flight_cancels_them() -> None:
    async def whole() -> None:
        gate = Gate()
        results = AsyncCallResults(range(9), gate, in_flight=3)
        gate.let(1)
        await anext(results)
        closing = asyncio.ensure_future(results.close())
        await turns()
        closing.cancel()

        with pytest.raises(asyncio.CancelledError):
            await closing

        assert gate.waiting == 0

    run(whole())
