"""A Celery application that carries units, as its environment says; workers of the tests run it."""

from __future__ import annotations

import os
from datetime import timedelta

from celery import Celery  # type: ignore[import-untyped]
from onboarding.workers.celery import carry

app = Celery("backend", broker=os.environ["BROKER"])
carry(
    app,
    config=os.environ["CONFIG"],
    directory=os.environ["DIRECTORY"],
    lease=timedelta(seconds=float(os.environ["LEASE"])),
)
