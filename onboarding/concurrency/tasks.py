"""The calls of a scheduler in tasks of the running event loop."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
)
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, TypeVar

from onboarding.concurrency.scheduler import CallResult, Scheduler

__all__ = ["AsyncCallResults", "AsyncItems"]

I = TypeVar("I")  # noqa: E741 - an item
T = TypeVar("T")

AsyncItems: TypeAlias = Iterable[I] | AsyncIterable[I]


class AsyncCallResults(AsyncIterator[CallResult[T]], Generic[T]):
    """The results of many calls, to be iterated once. An asynchronous context manager.

    Items are read one at a time while fewer than `in_flight` calls run. An error of a call is its
    result. An error of the items ends the input: the results of the calls in flight come first,
    then the error is raised. If the task that iterates is cancelled, the calls in flight go on,
    and so can the iteration.

    `call` gets an item and its key.

    Leaving the `async with` block waits for the calls in flight and closes an asynchronous
    generator of the items; cancelling this wait cancels the calls. Without one, read the results to
    the end or call `close`.
    """

    def __init__(
        self,
        items: AsyncItems[I],
        call: Callable[[I, str | None], Awaitable[T]],
        *,
        key: Callable[[I], str | None] | None = None,
        in_flight: int = 8,
        ordered: bool = False,
    ) -> None:
        self._scheduler: Scheduler[CallResult[T]] = Scheduler(in_flight, ordered)
        self._call: Callable[[Any, str | None], Awaitable[T]] = call
        self._key: Callable[[Any], str | None] | None = key
        self._items: Iterator[Any] | AsyncIterator[Any] = (
            aiter(items) if isinstance(items, AsyncIterable) else iter(items)
        )
        self._error: BaseException | None = None
        self._coming: asyncio.Task[Any] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    async def __anext__(self) -> CallResult[T]:
        result = await self._next()
        if result is not None:
            return result
        error, self._error = self._error, None
        raise error or StopAsyncIteration

    def stop(self) -> None:
        """Starts no further call; the results of those in flight still come."""
        self._scheduler.end()

    async def close(self) -> list[CallResult[T]]:
        """Stops, waits for the calls in flight, and returns the results not yet taken.

        An asynchronous generator of the items is closed: no other item will be read. If `close`
        is cancelled, it cancels the calls in flight and waits until they have ended.
        """
        self.stop()
        found: list[CallResult[T]] = []
        try:
            while (result := await self._next()) is not None:
                found.append(result)
        except asyncio.CancelledError:
            await _cancelled(self._tasks)
            raise
        finally:
            if (aclose := getattr(self._items, "aclose", None)) is not None:
                await aclose()
        return found

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _next(self) -> CallResult[T] | None:
        """Returns the next result; None after the last one."""
        scheduler = self._scheduler
        while True:
            if scheduler.has_ready:
                return scheduler.pop()
            if scheduler.wants_more and self._coming is None:
                self._take_next()
            elif self._coming is not None and (scheduler.ended or self._coming.done()):
                await self._taken(self._coming)
            elif scheduler.running or self._coming is not None:
                self._changed.clear()
                await self._changed.wait()
            else:
                return None

    def _take_next(self) -> None:
        """Starts a call of the next item, or waits for the item beside the calls in flight."""
        if isinstance(self._items, AsyncIterator):
            self._coming = asyncio.ensure_future(_first(self._items))
            self._coming.add_done_callback(lambda _: self._changed.set())
            return
        try:
            self._start(next(self._items))
        except StopIteration:
            self._scheduler.end()
        except BaseException as error:
            self._error = error
            self._scheduler.end()

    async def _taken(self, coming: asyncio.Task[Any]) -> None:
        """Starts a call of the item that came; drops one that comes after the end."""
        self._coming = None
        if self._scheduler.ended:
            await _cancelled([coming])
            return
        try:
            self._start(coming.result())
        except StopAsyncIteration:
            self._scheduler.end()
        except BaseException as error:
            self._error = error
            self._scheduler.end()

    def _start(self, item: Any) -> None:
        key = None if self._key is None else self._key(item)
        task = asyncio.ensure_future(self._run(self._scheduler.start(), key, item))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()

    async def _run(self, number: int, key: str | None, item: Any) -> None:
        try:
            result = CallResult(index=number, key=key, value=await self._call(item, key))
        except BaseException as error:
            self._scheduler.finish(number, CallResult(index=number, key=key, error=error))
            if not isinstance(error, Exception):
                self._scheduler.end()
                raise
        else:
            self._scheduler.finish(number, result)


async def _first(items: AsyncIterator[I]) -> I:
    return await anext(items)


async def _cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancels tasks, and waits until they have ended."""
    ending = [*tasks]
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
