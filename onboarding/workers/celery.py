"""Carries units by Celery: a message has one random id, and the directory says what is done.

It needs the extra `celery`, and RabbitMQ or Redis.

```python
app = Celery("backend", broker="amqp://localhost")
carry(app, config="onboarding.toml", directory="postgresql://onboarding@localhost/onboarding")
```

`celery -A backend worker` then carries out what `onboarding bulk submit` has submitted.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import define, field
from celery import signals  # type: ignore[import-untyped]  # it has no types
from kombu.exceptions import OperationalError

from onboarding.config import Gateways
from onboarding.directory import Directory
from onboarding.errors import OnboardingError
from onboarding.workers.local import LEASE
from onboarding.workers.units import Units

__all__ = ["carry"]

NAME = "onboarding.carry_out"
WINDOW = 64

_SOON, _LATER = 0.2, 1.0  # seconds between two looks for units: after some were found, after none
_PUBLISHING = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2}
_LOG = logging.getLogger("onboarding")


def carry(
    app: Any,
    *,
    config: str | os.PathLike[str],
    directory: str,
    gateways: Iterable[str] = (),
    window: int = WINDOW,
    lease: timedelta = LEASE,
) -> Any:
    """Makes a Celery application carry the units of a directory, and returns its task.

    - `config`: the configuration file of the gateways; `directory`: the address of the database;
    - `gateways`: their names, all of the configuration by default;
    - `window`: the most units of a gateway that are in the queue or under way. Each worker feeds
      the queue from the directory;
    - `lease`: how long a unit may be in the queue, and how long its call may take. What is lost
      with a worker or the broker is sent again afterwards.

    The task acknowledges late, and the application gets a prefetch of one message a process.
    """
    app.conf.worker_prefetch_multiplier = 1
    app.conf.broker_connection_retry_on_startup = True
    carrier = _Carrier(Path(config), directory, tuple(gateways), window, lease)

    @app.task(  # type: ignore[untyped-decorator]
        name=NAME,
        acks_late=True,
        reject_on_worker_lost=True,
        ignore_result=True,
        serializer="json",
        shared=False,
    )
    def carry_out(token: str) -> None:
        carrier.carry_out(token)

    @signals.worker_ready.connect(weak=False)  # type: ignore[untyped-decorator]
    def ready(sender: Any = None, **_: Any) -> None:
        if sender is None or sender.app is app:
            threading.Thread(
                target=carrier.feed, args=(carry_out,), name="onboarding-feed", daemon=True
            ).start()

    @signals.worker_shutting_down.connect(weak=False)  # type: ignore[untyped-decorator]
    def shutting_down(**_: Any) -> None:
        carrier.ended.set()

    return carry_out


@define(eq=False, repr=False)
class _Site:
    """What one process has open."""

    process: int
    directory: Directory
    units: dict[str, Units]


@define(eq=False, repr=False)
class _Carrier:
    """Feeds the queue in the parent process, and carries out units in the others."""

    config: Path
    url: str
    names: tuple[str, ...]
    window: int
    lease: timedelta
    ended: threading.Event = field(factory=threading.Event, init=False)
    _site: _Site | None = field(default=None, init=False)

    def carry_out(self, token: str) -> None:
        site = self._opened()
        claim = site.directory.start(token, lease=self.lease)
        if claim is not None:  # else another message has the unit, or it is fed again later
            site.units[claim.operation.gateway].carry_out(claim)

    def feed(self, task: Any) -> None:
        """Feeds the queue until the worker shuts down."""
        wait = _SOON
        while not self.ended.wait(wait):
            try:
                wait = _SOON if self._fed(task) else _LATER
            except (OnboardingError, OperationalError, OSError) as error:
                # Their texts may have an address with a password.
                _LOG.warning("onboarding: the queue was not fed: %s", type(error).__name__)
                wait = _LATER

    def _fed(self, task: Any) -> int:
        site, count = self._opened(), 0
        for name in site.units:
            tokens = site.directory.reserve(name, window=self.window, lease=self.lease)
            count += len(tokens)
            while tokens:
                try:
                    task.apply_async(tokens[:1], retry_policy=_PUBLISHING)
                except BaseException:
                    site.directory.release(tokens)
                    raise
                tokens = tokens[1:]
        return count

    def _opened(self) -> _Site:
        """Returns the gateways and the directory of this process: a forked one opens its own.

        Threads that come at the same moment may each open them; one site stays.
        """
        site = self._site
        if site is None or site.process != os.getpid():
            gateways = Gateways.from_file(self.config)
            directory = Directory.open(self.url)
            names = self.names or tuple(gateways)
            units = {name: Units(gateways[name], directory) for name in names}
            self._site = site = _Site(os.getpid(), directory, units)
        return site
