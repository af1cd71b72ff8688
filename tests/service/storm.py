"""Notifications that come shuffled, doubled, delayed, forged, or not at all."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from attrs import define, evolve, field, frozen
from onboarding import Gateways, Identity, Notification, Terms, User, UserCategory, UserRecord
from onboarding.directory import Directory, LifecycleEvent, RecordState
from onboarding.errors import InvalidSignature
from onboarding.routing import Routes
from onboarding.service import OnboardingService
from onboarding.simulation import serve
from tests.mangopay.people import OWNER
from tests.service.crowd import STRIPE_KEY

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.stripe import StripeSimulator

__all__ = ["Storm", "StormFound", "receive_all"]

SECRET = "whsec_simulated"

CANARIES = ("Alex", "Smith", "Jenny", "Rosen", "canary@")

_JENNY = User(
    identity=Identity(given_name="Jenny", family_name="Rosen"),
    email="jenny.canary@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=True),
)


@frozen(kw_only=True)
class Storm:
    """How many notifications and users; the shares that are doubled, lost and forged."""

    notifications: int = 1000
    users: int = 40
    doubled: float = 0.3
    lost: float = 0.05
    forged: float = 0.1
    workers: int = 3
    seed: int = 0


@frozen(kw_only=True)
class StormFound:
    """What is there once every notification was processed."""

    arrived: int
    refused: int
    """Notifications that `accept` refused."""
    dropped: int
    """Notifications that were refused when they were read."""
    lost: int
    stale: int
    """Users whose state was not the provider's before the sweep."""
    wrong: int
    """Users whose state is not the provider's after it."""
    events: int
    repeated: int
    """Events that were given out again, after a lease."""
    broken: int
    """Events that do not continue the one before of the same user."""
    canaries: int
    seconds: float


@define(eq=False)
class Endpoint:
    """Takes what the providers send, without processing it."""

    caught: list[tuple[str, Notification]] = field(factory=list[tuple[str, Notification]])

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        signature = environ.get("HTTP_STRIPE_SIGNATURE")
        self.caught.append(
            (
                "us" if signature else "fr",
                Notification(
                    method=environ["REQUEST_METHOD"],
                    query=parse_qsl(environ["QUERY_STRING"]),
                    headers={"Stripe-Signature": signature} if signature else {},
                    body=environ["wsgi.input"].read(length) if length else b"",
                ),
            )
        )
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]


_FR_TYPES = (
    "USER_KYC_REGULAR",
    "USER_KYC_LIGHT",
    "USER_OUTFLOWS_BLOCKED",
    "USER_OUTFLOWS_UNBLOCKED",
    "USER_INFLOWS_BLOCKED",
    "USER_INFLOWS_UNBLOCKED",
)


@define(eq=False)
class Scene:
    """Two providers, whose users change, and the service that hears of it."""

    storm: Storm
    service: OnboardingService
    fr: MangoPaySimulator
    us: StripeSimulator
    endpoint: Endpoint
    chance: random.Random
    ids: dict[str, list[str]] = field(factory=dict[str, list[str]])
    refused: int = 0
    arrived: int = 0
    lost: int = 0
    forgeries: int = 0

    def onboard(self) -> None:
        for number in range(self.storm.users):
            gateway, user = ("fr", OWNER) if number % 2 else ("us", _JENNY)
            user = user.replace(email=f"user{number}.canary@example.com")
            self.service.directory.assign(f"user-{number}", gateway)
            id = self.service.onboard(f"user-{number}", user).id or ""
            self.ids.setdefault(gateway, []).append(id)
            if gateway == "fr":
                self.fr.activate(id)
            self.service.refresh(f"user-{number}")

    def change(self) -> None:
        """Changes one user at its provider."""
        if self.chance.random() < 0.5:
            id = self.chance.choice(self.ids["fr"])
            match self.chance.randrange(3):
                case 0:
                    self.fr.set_kyc_level(id, self.chance.choice(["LIGHT", "REGULAR"]))
                case 1:
                    self.fr.block(id, outflows=self.chance.random() < 0.5)
                case _:
                    self.fr.block(id, inflows=self.chance.random() < 0.5)
        else:
            id = self.chance.choice(self.ids["us"])
            word = self.chance.choice(["active", "inactive", "pending"])
            self.us.set_capability(id, "transfers", word)

    def sent(self) -> list[tuple[str, Notification]]:
        """What the providers send now: some of it is lost, some doubled, some forged with it."""
        self.endpoint.caught.clear()
        self.fr.deliver_hooks()
        self.us.deliver_events()
        found: list[tuple[str, Notification]] = []
        for gateway, notification in self.endpoint.caught:
            if self.chance.random() < self.storm.lost:
                self.lost += 1
                continue
            found.append((gateway, notification))
            if self.chance.random() < self.storm.doubled:
                found.append((gateway, notification))
            if self.chance.random() < self.storm.forged:
                found.append((gateway, self.forged(gateway, notification)))
        return found

    def forged(self, gateway: str, real: Notification) -> Notification:
        """A notification that the provider did not send."""
        if gateway == "us":
            return evolve(real, body=real.body.replace(b"active", b"Active") + b" ")
        self.forgeries += 1
        known = self.forgeries % 2 == 0
        id = self.chance.choice(self.ids["fr"]) if known else f"user_m_{self.chance.random()}"
        query = {"EventType": self.chance.choice(_FR_TYPES), "RessourceId": id}
        date = str(self.chance.randrange(10**9))
        return Notification(method="GET", query={**query, "Date": date})

    def arrive(self, gateway: str, notification: Notification) -> None:
        self.arrived += 1
        try:
            self.service.accept(gateway, notification)
        except InvalidSignature:
            self.refused += 1

    def shown(self, own_id: str) -> bool:
        """Whether the state of a user is what its provider shows."""
        known = self.service.state(own_id)
        assert known is not None
        gateway = self.service.gateways[known.gateway]
        named = UserRecord(**gateway.adapter.provenance, id=known.id, user=User())
        now = RecordState.of(own_id, gateway.fetch_capabilities(named), known.retrieved_at, known)
        return evolve(now, retrieved_at=known.retrieved_at) == known


def receive_all(storm: Storm, folder: Path, directory: str) -> StormFound:
    """Changes users at two providers, and looks at what the service knows of it."""
    began = time.monotonic()
    told = _Told()
    with _scene(storm, folder, directory) as scene, told.watching():
        scene.onboard()
        consumer = Consumer(scene.service)
        threads = [
            threading.Thread(target=consumer.work, args=(bool(number),))
            for number in range(storm.workers)
        ]
        for thread in threads:
            thread.start()
        late: list[tuple[str, Notification]] = []
        while scene.arrived < storm.notifications:
            for _ in range(20):
                scene.change()
            late += scene.sent()
            scene.chance.shuffle(late)
            keep = scene.chance.randrange(1 + len(late) // 2)  # delayed behind later ones
            for one in late[keep:]:
                scene.arrive(*one)
            del late[keep:]
        for one in late:
            scene.arrive(*one)
        consumer.ends.set()
        for thread in threads:
            thread.join()
        for _ in range(10):
            scene.change()
        scene.sent()  # and nothing of it arrives
        scene.lost += len(scene.endpoint.caught)
        own_ids = [f"user-{number}" for number in range(storm.users)]
        stale = sum(not scene.shown(own_id) for own_id in own_ids)
        swept = scene.service.refresh_stale(timedelta(0), limit=10 * storm.users)
        assert swept.failed == {}, swept
        consumer.take()
        wrong = sum(not scene.shown(own_id) for own_id in own_ids)
        stored = [str(scene.service.directory.history(own_id)) for own_id in own_ids]
        stored += map(str, map(_told_of, consumer.seen.values()))
    return StormFound(
        arrived=scene.arrived,
        refused=scene.refused,
        dropped=told.lines["refused"],
        lost=scene.lost,
        stale=stale,
        wrong=wrong,
        events=len(consumer.seen),
        repeated=consumer.repeated,
        broken=consumer.broken(),
        canaries=sum(text.count(word) for text in (*stored, *told.texts) for word in CANARIES),
        seconds=time.monotonic() - began,
    )


def _told_of(event: LifecycleEvent) -> dict[str, Any]:
    return {"kind": event.kind, **event.facts}


@define(eq=False)
class Consumer:
    """Workers that process what is stored, and take events in their order."""

    service: OnboardingService
    ends: threading.Event = field(factory=threading.Event)
    seen: dict[int, LifecycleEvent] = field(factory=dict[int, LifecycleEvent])
    order: dict[str, list[int]] = field(factory=dict[str, list[int]])
    repeated: int = 0
    _lock: threading.Lock = field(factory=threading.Lock)

    def work(self, processes: bool) -> None:
        """Processes notifications, or takes events, until there is nothing more to come."""
        while True:
            last = self.ends.is_set()
            done = self.service.process() if processes else self.take()
            if last and not done:
                return
            if not done:
                time.sleep(0.02)

    def take(self) -> int:
        """Takes the events that are there."""
        done = 0
        while events := self.service.events(limit=20):
            for event in events:
                with self._lock:
                    self.repeated += event.number in self.seen
                    self.seen[event.number] = event
                    self.order.setdefault(event.own_id, []).append(event.number)
                done += self.service.acknowledge(event)
        return done

    def broken(self) -> int:
        """How many events do not continue the event before of the same user: each change is told
        once, and in order, if a level begins where it ended, and a capability is gained and lost
        in turns.
        """
        wrong = 0
        for numbers in self.order.values():
            wrong += sum(one >= other for one, other in pairwise(numbers))
            at: dict[str, Any] = {}
            for event in (self.seen[number] for number in numbers):
                about = str(event.facts["about"])
                if event.kind.startswith("level_"):
                    wrong += event.facts["before"] != at.get(about)
                    at[about] = event.facts["after"]
                elif event.kind.startswith("capability_"):
                    gained = event.kind == "capability_gained"
                    wrong += at.get(about, False) is gained
                    at[about] = gained
        return wrong


@define(eq=False)
class _Told:
    """What is logged."""

    texts: list[str] = field(factory=list[str])
    lines: Counter[str] = field(factory=Counter[str])

    @contextmanager
    def watching(self) -> Iterator[None]:
        handler = logging.Handler()
        handler.emit = self._note  # type: ignore[method-assign]
        log = logging.getLogger("onboarding")
        log.addHandler(handler)
        try:
            yield
        finally:
            log.removeHandler(handler)

    def _note(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        self.texts.append(text)
        self.lines["refused"] += "was refused" in text


@contextmanager
def _scene(storm: Storm, folder: Path, directory: str) -> Iterator[Scene]:
    fr = MangoPaySimulator(client_id="acme", api_key="key")
    us = StripeSimulator(api_key=STRIPE_KEY, webhook_secret=SECRET)
    endpoint = Endpoint()
    for name, key in (("fr", "key"), ("us", STRIPE_KEY), ("hook", SECRET)):
        (folder / name).write_text(key, "utf-8")
    with ExitStack() as stack:
        urls = [stack.enter_context(serve(app)) for app in (fr, us, endpoint)]
        (folder / "onboarding.toml").write_text(_CONFIG.format(fr=urls[0], us=urls[1]), "utf-8")
        gateways = stack.enter_context(Gateways.from_file(folder / "onboarding.toml"))
        opened = stack.enter_context(Directory.open(directory))
        us.listen(urls[2])
        gateway: Any = gateways["fr"]
        for event_type in _FR_TYPES:
            gateway.run(gateway.adapter.register_hook(event_type, urls[2]))
        yield Scene(
            storm=storm,
            service=OnboardingService(gateways, opened, Routes(default="fr")),
            fr=fr,
            us=us,
            endpoint=endpoint,
            chance=random.Random(storm.seed),
        )


_CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "file:fr"
base_url = "{fr}"

[gateways.us]
provider = "stripe"
api_key = "file:us"
base_url = "{us}"
webhook_secrets = ["file:hook"]
accept_loss = ["*"]
"""
