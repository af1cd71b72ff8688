"""Measures what the library adds to one `create_user`: CPU time, and calls of its own functions.

Run it: `python tests/benchmarks/flow_cost.py`; `--json` prints the figures as JSON. With the path
of another checkout of the project, both take turns, each in its own process, and the times are
compared: `python tests/benchmarks/flow_cost.py ../other`.

A gateway creates a user at each provider. Its transport returns a prepared answer, so that no
socket is involved, and its token is already held. The baseline is the part that cannot be left out:
the compiled translation in both directions, and the standard library's JSON in both directions.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROUNDS, TURNS, CALLS = 15, 21, 40
MANY = 10**9
"""More calls than a measurement makes, so that none waits for its quota."""
HERE = Path(__file__).parent
ROOT = HERE.parent.parent

OWN = ("/onboarding/", "/onboarding_mangopay/", "/onboarding_paysera/", "<onboarding ")
"""Marks of the files whose functions are counted; generated functions are named after these."""

Figures = dict[str, dict[str, float]]


def creations() -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Returns for each provider a call that creates a user, and its baseline."""
    from onboarding import Gateway, Secret, User
    from onboarding.http import Request, Response
    from onboarding.mapping import translation
    from onboarding.registry import installed
    from onboarding.transports.sync import SyncTransport

    from onboarding_mangopay import MangoPay
    from onboarding_mangopay.wire.natural import NaturalUser
    from onboarding_paysera import Paysera
    from onboarding_paysera.wire.user import PayseraUser

    owner = json.loads((HERE / "data" / "owner.json").read_text())
    owner["PendingUserAction"] = {"RedirectUrl": "https://sca.example/?token=sca_019"}
    john = json.loads((HERE / "data" / "john.json").read_text())
    limits = {
        "content-type": "application/json; charset=utf-8",
        "x-ratelimit": "11,11,11,32",
        "x-ratelimit-remaining": ",".join([str(MANY)] * 4),
        "x-ratelimit-reset": "1737217754,1737218654,1737220454,1737303254",
    }
    token = json.dumps({"access_token": "t0ken", "token_type": "bearer", "expires_in": 86_400})
    answers = {
        "login": (token.encode(), {}),
        "mangopay": (json.dumps(owner).encode(), limits),
        "paysera": (json.dumps(john).encode(), {"content-type": "application/json"}),
    }

    def answer(self: SyncTransport, request: Request, *, timeout: float) -> Response:
        anonymous = "/oauth/" in request.url
        at = "login" if anonymous else "mangopay" if "mangopay" in request.url else "paysera"
        body, headers = answers[at]
        return Response(status=200, headers=headers, body=body, received_at=datetime.now(UTC))

    SyncTransport.send = answer  # type: ignore[method-assign]
    gateways: dict[str, Gateway[Any]] = {
        "mangopay": Gateway(
            MangoPay(client_id="acme", api_key=Secret("key"), name="fr"),
            observe=installed().tell,
            **paced(MangoPay),
        ),
        "paysera": Gateway(
            Paysera(client_id="acme", mac_key=Secret("key"), name="lt"),
            observe=installed().tell,
            **paced(Paysera),
        ),
    }
    made: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {}
    for name, wire in (("mangopay", NaturalUser), ("paysera", PayseraUser)):
        mapped = translation(wire, name)
        user = person(name)
        shown = answers[name][0]

        def create(gateway: Gateway[Any] = gateways[name], user: User = user) -> object:
            return gateway.create_user(user)

        def least(mapped: Any = mapped, user: User = user, shown: bytes = shown) -> object:
            body, _ = mapped.to_wire(user)
            json.dumps(body, separators=(",", ":")).encode()
            return mapped.from_wire(json.loads(shown))

        made[name] = (create, least)
    return made


def paced(adapter: Any) -> dict[str, Any]:
    """Returns the setting of a pace whose quotas are never reached; nothing for older checkouts."""
    try:
        from attrs import evolve
        from onboarding.quotas import PacePolicy
    except ImportError:
        return {}
    return {"pace": PacePolicy(quotas=tuple(evolve(one, calls=MANY) for one in adapter.quotas))}


def person(provider: str) -> Any:
    """Returns the user of the provider's quoted sample, built by the constructors."""
    from onboarding import Address, Identity, NationalId, Terms, User, UserCategory

    if provider == "paysera":
        identity = Identity(
            given_name="John",
            family_name="Smith",
            nationality="LT",
            national_id=NationalId(code="31001230000", country="LT"),
        )
        return User(identity=identity, email="something@example.com", phone="+37066612345")
    return User(
        identity=Identity(
            given_name="Alex",
            family_name="Smith",
            birthdate=date(1990, 8, 31),
            nationality="FR",
            country_of_residence="FR",
        ),
        address=Address(
            line1="3 rue de la Cité",
            line2="Appartement 7",
            city="Paris",
            region="Île-de-France",
            postal_code="75004",
            country="FR",
        ),
        email="alex.smith@example.com",
        category=UserCategory.OWNER,
        terms=Terms(accepted=True),
        tag="Created using Mangopay API Postman collection",
    )


def microseconds(call: Callable[[], object]) -> float:
    """Returns the CPU time of a call: the median of some turns."""
    taken: list[float] = []
    for _ in range(TURNS):
        began = time.process_time()
        for _ in range(CALLS):
            call()
        taken.append((time.process_time() - began) / CALLS * 1e6)
    return statistics.median(taken)


def own_calls(call: Callable[[], object]) -> Counter[str]:
    """Returns how often each function of the library runs in one call, by `file:function`.

    Each resumption of a generator counts, as do comprehensions and generated functions.
    """
    found: Counter[str] = Counter()

    def note(frame: Any, event: str, _: object) -> None:
        code = frame.f_code
        place = code.co_filename
        generated = place.startswith("<attrs") and " onboarding" in place
        if event == "call" and (generated or any(mark in place for mark in OWN)):
            found[f"{place.rpartition('/')[2]}:{code.co_name}"] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(before)
    return found


def serve() -> None:
    """Measures one round per line of the input; each answer is a line of JSON."""
    made = creations()
    for create, least in made.values():
        for _ in range(100):
            create(), least()
    for line in sys.stdin:
        if line.strip() == "calls":
            found: dict[str, Any] = {name: own_calls(create) for name, (create, _) in made.items()}
        else:
            found = {
                name: {"create": microseconds(create), "least": microseconds(least)}
                for name, (create, least) in made.items()
            }
        print(json.dumps(found), flush=True)


@contextmanager
def checkout(root: Path) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Starts a process that measures the checkout at `root`; gives a function that asks it."""
    path = os.pathsep.join(str(place) for place in (root, root / "adapters"))
    command = [sys.executable, "-P", __file__, "--serve"]
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(what: str) -> dict[str, Any]:
            print(what, file=process.stdin, flush=True)
            answered: dict[str, Any] = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            return answered

        try:
            yield ask
        finally:
            process.stdin.close()


def measured(roots: tuple[Path, ...], rounds: int = ROUNDS) -> list[Figures]:
    """Returns the figures of each checkout: the lowest of its medians, and its own calls."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        asking = [stack.enter_context(checkout(root)) for root in roots]
        counted = [ask("calls") for ask in asking]
        found: list[Figures] = [
            {name: {"calls": sum(calls.values())} for name, calls in each.items()}
            for each in counted
        ]
        for _ in range(rounds):
            for figures, ask in zip(found, asking, strict=True):
                for name, times in ask("time").items():
                    for what, taken in times.items():
                        figures[name][what] = min(figures[name].get(what, taken), taken)
        for figures in found:
            for values in figures.values():
                values["ratio"] = values["create"] / values["least"]
    return found


def report(found: list[Figures]) -> str:
    """Returns the figures as lines."""
    lines: list[str] = []
    for name, values in found[0].items():
        lines.append(
            f"{name}: {values['create']:.0f} us, {values['calls']:.0f} calls of its own functions, "
            f"{values['ratio']:.1f} x translation and JSON"
        )
        for other in found[1:]:
            there = other[name]
            lines.append(
                f"  {values['create'] / there['create']:.2f} x the other checkout "
                f"({there['create']:.0f} us, {there['calls']:.0f} calls)"
            )
    return "\n".join(lines)


def main() -> None:
    given = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if "--serve" in sys.argv:
        serve()
    elif "--calls" in sys.argv:
        for name, (create, _) in creations().items():
            create()
            print(f"{name}:")
            for place, number in own_calls(create).most_common():
                print(f"  {number:4} {place}")
    else:
        found = measured((ROOT, *map(Path, given)))
        print(json.dumps(found) if "--json" in sys.argv else report(found))


if __name__ == "__main__":
    main()
