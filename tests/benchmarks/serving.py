"""How many requests a second each simulator answers, beside an application that does nothing.

Run it: `python tests/benchmarks/serving.py [ROUNDS]`. Each server has a process of its own; the
client writes requests that were made beforehand to bare sockets, over one kept connection or eight
at once. All take turns, and the best turn of each counts. What is reached against the application
that does nothing is the most that client and server allow: where a simulator comes near, they are
the limit.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import quote, urlsplit

from attrs import frozen

ROUNDS, TURN = 20, 150
IDLE = "an application that does nothing"
CONNECTIONS = (1, 8)
MANGOPAY = {"client_id": "acme", "api_key": "key"}
PAYSERA = {"client_id": "acme", "mac_key": "key"}

Send = Callable[[str, str, bytes], bytes]
"""Makes the bytes of a request from method, target and body."""


def nothing(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
    """Reads a request to its end and answers as many bytes as a user takes."""
    environ["wsgi.input"].read()  # type: ignore[attr-defined]
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "600")])
    return [b" " * 600]


def served(name: str) -> None:
    """Serves an application until the parent goes; its URL is the first line."""
    from onboarding.simulation import serve

    from onboarding_mangopay import MangoPay
    from onboarding_paysera import Paysera

    apps: dict[str, Callable[[], object]] = {
        "nothing": lambda: nothing,
        "mangopay": lambda: MangoPay.simulator()(**MANGOPAY),
        "paysera": lambda: Paysera.simulator()(**PAYSERA),
    }
    with serve(apps[name]()) as base_url:  # type: ignore[arg-type]
        print(base_url, flush=True)
        sys.stdin.read()


@contextmanager
def server(name: str) -> Iterator[tuple[str, int]]:
    """Gives host and port of a server in a process of its own."""
    command = [sys.executable, __file__, "--serve", name]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            parts = urlsplit(process.stdout.readline().strip())
            yield str(parts.hostname), int(parts.port or 0)
        finally:
            process.stdin.close()


class Connection:
    """One kept connection, over which requests go one after the other."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """Gives the body of the answer, which must be a success."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(65_536)
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.split()[1] == b"200", head.split(b"\r\n")[0]
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._socket.recv(65_536)
        return body

    def close(self) -> None:
        self._socket.close()


def rate(address: tuple[str, int], requests: Iterable[bytes], connections: int) -> float:
    """Requests a second over so many connections at once."""
    waiting = list(requests)
    opened = [Connection(address) for _ in range(connections)]
    shares = [waiting[number::connections] for number in range(connections)]

    def work(number: int) -> None:
        for request in shares[number]:
            opened[number].ask(request)

    with ThreadPoolExecutor(connections) as pool:
        began = time.perf_counter()
        list(pool.map(work, range(connections)))
        taken = time.perf_counter() - began
    for connection in opened:
        connection.close()
    return len(waiting) / taken


def request(
    address: tuple[str, int],
    method: str,
    target: str,
    body: bytes,
    kind: str,
    authorization: str,
) -> bytes:
    """The bytes of a request."""
    head = (
        f"{method} {target} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
        f"Authorization: {authorization}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def to_mangopay(address: tuple[str, int]) -> Send:
    """Makes requests with a token that is fetched first."""
    form = "application/x-www-form-urlencoded"
    basic = base64.b64encode(b"acme:key").decode()
    first = Connection(address)
    asked = b"grant_type=client_credentials"
    answer = first.ask(
        request(address, "POST", "/v2.01/oauth/token", asked, form, f"Basic {basic}")
    )
    first.close()
    bearer = f"bearer {json.loads(answer)['access_token']}"
    return lambda method, target, body: request(
        address, method, f"/v2.01/acme{target}", body, "application/json", bearer
    )


def to_paysera(address: tuple[str, int]) -> Send:
    """Makes signed requests, each with a nonce of its own."""
    made = [0]

    def send(method: str, target: str, body: bytes) -> bytes:
        made[0] += 1
        target, now, nonce = f"/rest/v1{target}", int(time.time()), f"nonce-{made[0]}"
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        ext = f"body_hash={quote(digest, safe='')}" if body else ""
        signed = f"{now}\n{nonce}\n{method}\n{target}\n{address[0]}\n{address[1]}\n{ext}\n"
        mac = base64.b64encode(hmac.new(b"key", signed.encode(), hashlib.sha256).digest()).decode()
        header = f'MAC id="acme", ts="{now}", nonce="{nonce}", mac="{mac}", ext="{ext}"'
        return request(address, method, target, body, "application/json", header)

    return send


def payer(number: int) -> bytes:
    """What MangoPay takes for a new user."""
    return json.dumps(
        {
            "FirstName": "Alex",
            "LastName": f"Smith{number}",
            "Email": f"user{number}@example.com",
            "UserCategory": "PAYER",
            "TermsAndConditionsAccepted": True,
        }
    ).encode()


def person(number: int) -> bytes:
    """What Paysera takes for a new user."""
    identity = {"name": "Alex", "surname": "Smith", "nationality": "lt", "code": f"3{number:010}"}
    return json.dumps(
        {
            "email": f"user{number}@example.com",
            "phone": f"3706{number:07}",
            "identity": identity,
            "credentials": {"type": "main-password", "password": "secretPassword22"},
        }
    ).encode()


@frozen
class Measured:
    """One kind of request to one server; `make` gives so many, no two alike where that matters."""

    name: str
    address: tuple[str, int]
    make: Callable[[int], list[bytes]]


def measured(stack: ExitStack) -> Iterator[Measured]:
    """Every kind of request, to servers that run until the stack is closed."""
    address = stack.enter_context(server("nothing"))
    same = request(address, "POST", "/", payer(1), "application/json", "bearer x")
    yield Measured(IDLE, address, lambda count: [same] * count)
    for name, to, users, created, body in (
        ("mangopay", to_mangopay, "/sca/users", "/sca/users/natural", payer),
        ("paysera", to_paysera, "/user", "/user", person),
    ):
        address = stack.enter_context(server(name))
        create, get = kinds(to(address), users, created, body, address)
        yield Measured(f"{name}, create a user", address, create)
        yield Measured(f"{name}, get a user", address, get)


def kinds(
    send: Send,
    users: str,
    created: str,
    body: Callable[[int], bytes],
    address: tuple[str, int],
) -> tuple[Callable[[int], list[bytes]], Callable[[int], list[bytes]]]:
    """What makes requests that create users, and requests that get the first of them."""
    numbers = iter(range(10_000_000))

    def create(count: int) -> list[bytes]:
        return [send("POST", created, body(next(numbers))) for _ in range(count)]

    first = Connection(address)
    made = json.loads(first.ask(*create(1)))
    first.close()
    id = made.get("Id", made.get("id"))
    return create, lambda count: [send("GET", f"{users}/{id}", b"") for _ in range(count)]


def rates(rounds: int = ROUNDS, turn: int = TURN) -> dict[str, list[float]]:
    """Requests a second by kind: its best turn over one connection, and over several."""
    with ExitStack() as stack:
        kinds = list(measured(stack))
        best = {kind.name: [0.0] * len(CONNECTIONS) for kind in kinds}
        for _ in range(rounds):
            for kind in kinds:
                for at, connections in enumerate(CONNECTIONS):
                    reached = rate(kind.address, kind.make(turn), connections)
                    best[kind.name][at] = max(best[kind.name][at], reached)
    return best


def main() -> None:
    if sys.argv[1:2] == ["--serve"]:
        served(sys.argv[2])
        return
    found = rates(int(sys.argv[1]) if sys.argv[1:] else ROUNDS)
    for name, reached in found.items():
        columns = "".join(
            f"{each:9.0f}/s {each / most:6.0%}"
            for each, most in zip(reached, found[IDLE], strict=True)
        )
        print(f"{name:<34}{columns}")


if __name__ == "__main__":
    main()
