"""How many requests a second each simulator answers, beside an application that does nothing.

Run it: `python tests/benchmarks/serving.py [REQUESTS]`. Each server has a process of its own; the
client writes requests that were made beforehand to bare sockets, one kept connection or eight at
once. What it reaches against the application that does nothing is the most that server and client
allow: where a simulator comes near, the client is the limit.
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
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

REQUESTS = 3_000
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


def rates(count: int = REQUESTS) -> dict[str, list[float]]:
    """Requests a second by server and call, over one connection and over several."""
    found: dict[str, list[float]] = {}
    with server("nothing") as address:
        same = request(address, "POST", "/", payer(1), "application/json", "bearer x")
        rate(address, [same] * 100, 1)
        found["an application that does nothing"] = [
            rate(address, [same] * count, connections) for connections in CONNECTIONS
        ]
    for name, to, users, body in (
        ("mangopay", to_mangopay, "/sca/users", payer),
        ("paysera", to_paysera, "/user", person),
    ):
        with server(name) as address:
            send, number = to(address), iter(range(10_000_000))
            path = f"{users}/natural" if name == "mangopay" else users

            def create(
                count: int,
                send: Send = send,
                path: str = path,
                body: Callable[[int], bytes] = body,
                number: Iterator[int] = number,
            ) -> list[bytes]:
                return [send("POST", path, body(next(number))) for _ in range(count)]

            rate(address, create(100), 1)
            found[f"{name}, create a user"] = [
                rate(address, create(count), connections) for connections in CONNECTIONS
            ]
            first = Connection(address)
            made = json.loads(first.ask(create(1)[0]))
            first.close()
            id = made.get("Id", made.get("id"))
            found[f"{name}, get a user"] = [
                rate(
                    address,
                    [send("GET", f"{users}/{id}", b"") for _ in range(count)],
                    connections,
                )
                for connections in CONNECTIONS
            ]
    return found


def main() -> None:
    if sys.argv[1:2] == ["--serve"]:
        served(sys.argv[2])
        return
    count = int(sys.argv[1]) if sys.argv[1:] else REQUESTS
    found = rates(count)
    ceiling = found["an application that does nothing"]
    for name, reached in found.items():
        columns = "".join(
            f"{each:9.0f}/s {each / most:6.0%}" for each, most in zip(reached, ceiling, strict=True)
        )
        print(f"{name:<34}{columns}")


if __name__ == "__main__":
    main()
