"""The messages of Celery: one random id each, as many as the window has, none lost for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from celery import Celery  # type: ignore[import-untyped]
from onboarding.directory import Directory, OperationState
from onboarding.workers import celery as carrier
from tests.workers.places import Place, crowd, place

CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "key"
base_url = "{url}"
"""


@frozen
class Site:
    """A directory, and what carries its units."""

    at: Place
    directory: Directory
    app: Any
    task: Any
    carrier: Any

    def messages(self) -> list[Any]:
        """Takes all messages from the queue."""
        found: list[Any] = []
        with self.app.connection_for_read() as connection:
            queue = connection.SimpleQueue("celery")
            while queue.qsize():
                message = queue.get(block=False)
                message.ack()
                found.append(message)
            queue.close()
        return found


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made: list[Any] = []
    own = carrier._Carrier

    def noted(*given: Any) -> Any:
        made.append(own(*given))
        return made[-1]

    monkeypatch.setattr(carrier, "_Carrier", noted)
    url = f"sqlite:///{tmp_path}/onboarding.db"
    with place() as at, Directory.open(url) as directory:
        (tmp_path / "onboarding.toml").write_text(CONFIG.format(url=at.url), "utf-8")
        app = Celery("tests", broker="memory://", set_as_current=False)
        config = tmp_path / "onboarding.toml"
        task = carrier.carry(app, config=config, directory=url, window=5)
        found = Site(at, directory, app, task, made[0])
        found.messages()  # of another test: the queues in memory are of the process
        yield found
        app.close()
        made[0]._opened().directory.close()


def test_a_message_has_a_random_id_and_nothing_else(site: Site) -> None:
    site.directory.submit("fr", crowd(3))

    count = site.carrier._fed(site.task)
    messages = site.messages()

    assert (count, len(messages)) == (3, 3)
    for message in messages:
        (token,), named, _ = json.loads(message.body)
        assert len(token) == 32
        assert named == {}
        assert message.headers["eta"] is None
        told = f"{message.body!r}{message.headers}{message.properties}"
        assert not any(word in told for word in ("Canary", "example.com", "user-"))


def test_no_more_messages_are_in_the_queue_than_the_window_has(site: Site) -> None:
    site.directory.submit("fr", crowd(20))

    counts = [site.carrier._fed(site.task), site.carrier._fed(site.task)]
    first, *_ = site.messages()
    site.task(*json.loads(first.body)[0])

    assert counts == [5, 0]
    assert site.carrier._fed(site.task) == 1


def test_a_message_that_comes_twice_creates_one_user(site: Site) -> None:
    site.directory.submit("fr", crowd(1))
    site.carrier._fed(site.task)
    (message,) = site.messages()
    (token,), *_ = json.loads(message.body)

    site.task(token)
    site.task(token)

    assert site.at.created == 1
    assert site.directory.progress("fr").states[OperationState.DONE] == 1


def test_a_broker_that_is_away_takes_no_unit(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.directory.submit("fr", crowd(3))

    def away(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(site.task, "apply_async", away)
    with pytest.raises(ConnectionRefusedError):
        site.carrier._fed(site.task)
    monkeypatch.undo()

    assert site.carrier._fed(site.task) == 3


def test_a_message_is_acknowledged_late_and_fetched_one_at_a_time(site: Site) -> None:
    assert site.task.acks_late
    assert site.task.reject_on_worker_lost
    assert site.app.conf.worker_prefetch_multiplier == 1
    assert site.task.ignore_result
