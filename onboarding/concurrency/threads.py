"""The calls of a scheduler in threads."""

from __future__ import annotations

import contextvars
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from typing import Any, Generic, Self, TypeAlias, TypeVar

from onboarding.concurrency.scheduler import CallResult, Scheduler

__all__ = ["CallResults", "Items"]

I = TypeVar("I")  # noqa: E741 - an item
T = TypeVar("T")

Items: TypeAlias = Iterable[I]

Job: TypeAlias = Callable[[], object]
Jobs: TypeAlias = "SimpleQueue[Job | None]"


class CallResults(Iterator[CallResult[T]], Generic[T]):
    """The results of many calls, to be iterated once. A context manager.

    The thread that iterates reads the items, one at a time, while fewer than `in_flight` calls
    run. An error of a call is its result. An error of the items ends the input: the results of
    the calls in flight come first, then the error is raised. After a `KeyboardInterrupt` the
    iteration can go on.

    `call` gets an item and its key.

    Leaving the `with` block waits for the calls in flight. Without one, read the results to the
    end or call `close`: a call that is in flight when the interpreter exits is lost.
    """

    def __init__(
        self,
        items: Items[I],
        call: Callable[[I, str | None], T],
        *,
        key: Callable[[I], str | None] | None = None,
        in_flight: int = 8,
        ordered: bool = False,
    ) -> None:
        self._scheduler: Scheduler[CallResult[T]] = Scheduler(in_flight, ordered)
        self._call: Callable[[Any, str | None], T] = call
        self._key: Callable[[Any], str | None] | None = key
        self._items: Iterator[Any] = iter(items)
        self._error: BaseException | None = None
        self._done: SimpleQueue[CallResult[T]] = SimpleQueue()
        self._jobs: Jobs = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._end_threads = weakref.finalize(self, _end, self._jobs, self._threads)

    def __next__(self) -> CallResult[T]:
        result = self._next()
        if result is not None:
            return result
        error, self._error = self._error, None
        raise error or StopIteration

    def stop(self) -> None:
        """Starts no further call; the results of those in flight still come.

        Safe to call in a signal handler, and from another thread.
        """
        self._scheduler.end()

    def close(self) -> list[CallResult[T]]:
        """Stops, waits for the calls in flight, and returns the results not yet taken."""
        self.stop()
        return [*iter(self._next, None)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next(self) -> CallResult[T] | None:
        """Returns the next result; None after the last one."""
        scheduler = self._scheduler
        while True:
            while not self._done.empty():
                self._finish_one()
            if scheduler.has_ready:
                return scheduler.pop()
            if scheduler.wants_more:
                self._start_next()
            elif scheduler.running:
                self._finish_one()
            else:
                self._end_threads()
                return None

    def _start_next(self) -> None:
        try:
            item = next(self._items)
            key = None if self._key is None else self._key(item)
        except StopIteration:
            self._scheduler.end()
            return
        except BaseException as error:
            self._error = error
            self._scheduler.end()
            return
        if self._scheduler.running >= len(self._threads):
            thread = threading.Thread(
                target=_work, args=(self._jobs,), name="onboarding-call", daemon=True
            )
            thread.start()
            self._threads.append(thread)
        number = self._scheduler.start()
        self._jobs.put(_job(self._done.put, self._call, item, number, key))

    def _finish_one(self) -> None:
        result = self._done.get()
        if result.error is not None and not isinstance(result.error, Exception):
            self._scheduler.end()
        self._scheduler.finish(result.index, result)


def _job(
    put: Callable[[CallResult[T]], object],
    call: Callable[[I, str | None], T],
    item: I,
    number: int,
    key: str | None,
) -> Job:
    """Returns a call of one item in the caller's context, such as a span of a trace."""
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result = CallResult(index=number, key=key, value=context.run(call, item, key))
        except BaseException as error:
            result = CallResult[T](index=number, key=key, error=error)
        put(result)

    return run


def _work(jobs: Jobs) -> None:
    while (job := jobs.get()) is not None:
        job()
        del job  # an idle thread holds no item


def _end(jobs: Jobs, threads: list[threading.Thread]) -> None:
    """Ends the threads, each after its call in flight."""
    for _ in threads:
        jobs.put(None)
