"""Adapters of strangers, installed with pip into an environment of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import threading
import venv
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
TOKEN = "token-of-acme"

LISTS = """
import json
from onboarding.registry import Registry

print(json.dumps([
    {"name": p.name, "distribution": p.distribution, "version": p.version, "problem": p.problem}
    for p in Registry().report()
]))
"""

ONBOARDS = """
import json
import sys
from onboarding import Gateways, Rejected, Unsupported, User

user = User.parse({
    "identity": {"given_name": "Ana", "birthdate": "1987-07-14"}, "email": "ana@example.com",
})
with Gateways.from_file(sys.argv[1]) as gateways:
    gateway = gateways.default
    made = gateway.create_user(user)
    changed = gateway.update_user(made, made.user.replace({"identity.given_name": "Anna"}))
    seen = gateway.fetch_user(made.id)
    try:
        gateway.create_user(user.replace(phone="+37066612345"))
    except Unsupported as error:
        refused = error.paths
    try:
        gateway.create_user(user.replace({"identity.given_name": "taken"}))
    except Rejected as error:
        rejected = [error.code, [problem.path for problem in error.problems]]
print(json.dumps({
    "id": made.id,
    "provider": made.provider,
    "gateway": made.gateway,
    "same": seen.user == user.replace({"identity.given_name": "Anna"}),
    "unmapped": dict(seen.unmapped),
    "refused": refused,
    "rejected": rejected,
    "loaded": sorted(name for name in sys.modules if name in
        ("acme_adapter", "broken_adapter", "onboarding_mangopay", "onboarding_paysera",
         "onboarding_stripe")),
}))
"""


def run(python: Path, *arguments: str) -> str:
    done = subprocess.run(
        [str(python), *arguments], capture_output=True, text=True, timeout=120, cwd=python.parent
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that sees this one's packages, with the two strangers installed."""
    home = tmp_path_factory.mktemp("scratch")
    venv.create(home, symlinks=True)
    made = home / "bin" / "python"
    paths = sysconfig.get_paths(vars={"base": str(home), "platbase": str(home)})
    site = Path(paths["purelib"])
    here = sysconfig.get_paths()["purelib"]
    (site / "around.pth").write_text(f"import site; site.addsitedir({here!r})\n", "utf-8")
    offline = ["--no-build-isolation", "--no-deps", "--no-index", "--no-cache-dir", "--quiet"]
    for name in ("acme_adapter", "broken_adapter"):
        source = home / name
        source.mkdir()
        for file in (HERE / name).iterdir():
            if file.is_file():
                (source / file.name).write_bytes(file.read_bytes())
        run(made, "-m", "pip", "install", *offline, str(source))
    return made


class Acme(BaseHTTPRequestHandler):
    """Acme Pay, as far as customers go. It takes no second name `taken`."""

    protocol_version = "HTTP/1.1"
    customers: dict[str, dict[str, Any]]
    seen: list[str]

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(length) or b"{}")
        self.seen.append(f"{self.command} {' '.join(sent)}".strip())
        ref = self.path.rpartition("/")[2] if self.path.count("/") == 2 else "c1"
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status, body = 401, {"error": "who_are_you", "bad": {}}
        elif sent.get("name") == "taken":
            status, body = 422, {"error": "name_taken", "bad": {"name": "is taken"}}
        else:
            known = self.customers.setdefault(ref, {"ref": ref, "mood": "sunny"})
            known.update(sent)
            status, body = 200, known
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815  # the base calls them by these names

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def acme() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    handler = type("Fresh", (Acme,), {"customers": {}, "seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_adapter_of_strangers_takes_at_most_sixty_lines() -> None:
    lines = (HERE / "acme_adapter" / "acme_adapter.py").read_text("utf-8").splitlines()

    assert len(lines) <= 60


def test_what_is_installed_is_listed_and_the_broken_one_is_reported(python: Path) -> None:
    listed = {plugin["name"]: plugin for plugin in json.loads(run(python, "-c", LISTS))}

    assert set(listed) == {"acme", "broken", "mangopay", "paysera", "stripe"}
    assert listed["acme"] == {
        "name": "acme", "distribution": "acme-adapter", "version": "1.0", "problem": ""
    }  # fmt: skip
    assert (listed["broken"]["distribution"], listed["broken"]["version"]) == (
        "broken-adapter", "2.0",
    )  # fmt: skip
    assert "ImportError: cannot import name 'flavour'" in listed["broken"]["problem"]
    assert listed["mangopay"]["problem"] == listed["paysera"]["problem"] == ""


def test_an_installed_adapter_onboards_a_user_by_its_name_in_a_configuration(
    python: Path, acme: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, seen = acme
    (tmp_path / "token").write_text(TOKEN, "utf-8")
    config = tmp_path / "onboarding.toml"
    config.write_text(
        f'[gateways.shop]\nprovider = "acme"\ntoken = "file:token"\nbase_url = "{address}"\n',
        "utf-8",
    )

    told = json.loads(run(python, "-c", ONBOARDS, str(config)))

    assert told == {
        "id": "c1",
        "provider": "acme",
        "gateway": "shop",
        "same": True,
        "unmapped": {"mood": "sunny"},
        "refused": ["phone"],
        "rejected": ["name_taken", ["identity.given_name"]],
        "loaded": ["acme_adapter"],
    }
    assert seen == ["POST name born mail", "PATCH name", "GET", "POST name born mail"]


def test_a_configuration_that_names_the_broken_one_says_what_is_wrong_with_it(
    python: Path,
) -> None:
    code = (
        "from onboarding import ConfigurationError, Gateways\n"
        "config = {'gateways': {'b': {'provider': 'broken'}}}\n"
        "try:\n"
        "    Gateways.from_config(config)\n"
        "except ConfigurationError as error:\n"
        "    print(error)\n"
    )

    told = run(python, "-c", code)

    assert "gateways.b.provider: its plugin cannot be loaded: ImportError" in told


def test_this_environment_has_neither() -> None:
    code = "from onboarding.registry import Registry; print(*Registry().names())"

    told = run(Path(sys.executable), "-c", code)

    assert "acme" not in told
    assert "broken" not in told
