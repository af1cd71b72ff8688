"""The small commands: adapters, check, show, simulate, and how each fails."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import certifi
import pytest
import requests
from attrs import define
from click.testing import CliRunner, Result
from onboarding import Gateways, Identity, NationalId, Terms, User, UserCategory
from onboarding.cli.app import app
from onboarding.cli.simulate import command_for
from onboarding.registry import Registry
from onboarding.simulation import serve
from werkzeug.wrappers import Response

URL = re.compile(r"http://127\.0\.0\.1:\d+")
CANARY = "Zxqcanary"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


# -- adapters


def test_adapters_lists_both_providers() -> None:
    told = json.loads(invoke("adapters", "--json").stdout)["adapters"]

    assert {plugin["name"] for plugin in told} >= {"mangopay", "paysera"}
    assert all(plugin["distribution"] == "onboarding" for plugin in told)


def test_a_broken_adapter_is_listed_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("broken", "no_such_module_anywhere", "onboarding"),
        EntryPoint("mangopay", "onboarding_mangopay", "onboarding"),
    ]
    monkeypatch.setattr("onboarding.cli.setup.installed", lambda: Registry(entry_points=points))

    done = invoke("adapters", "--json")

    told = {plugin["name"]: plugin for plugin in json.loads(done.stdout)["adapters"]}
    assert done.exit_code == 0
    assert "cannot be loaded" in told["broken"]["problem"]
    assert told["mangopay"]["problem"] is None
    assert "cannot be" in invoke("adapters").stdout


# -- check


def config(folder: Path, text: str) -> str:
    place = folder / "onboarding.toml"
    place.write_text(text, "utf-8")
    return str(place)


def test_check_names_settings_and_shows_none(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(CANARY, "utf-8")
    text = '[gateways.fr]\nprovider = "mangopay"\nclient_id = "acme"\napi_key = "file:key"\n'

    done = invoke("check", config(tmp_path, text))

    assert done.exit_code == 0
    assert "fr (default)" in done.stdout
    assert "api_key" in done.stdout
    assert CANARY not in done.stdout
    assert "acme" not in done.stdout


SEVERAL = """
default = "fr"
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "file:key"
environment = "production"
[gateways.try]
provider = "mangopay"
client_id = "acme"
api_key = "file:key"
[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "file:key"
accept_loss = ["identity.birthdate"]
[gateways.lt.connection]
proxy = "http://user:Xq7pass@proxy.example:3128"
[gateways.here]
provider = "paysera"
environment = "sandbox"
client_id = "acme"
mac_key = "file:key"
base_url = "http://127.0.0.1:8080"
"""

REACHED = {
    "fr": ("mangopay", "production", "api.mangopay.com", None),
    "try": ("mangopay", "sandbox", "api.sandbox.mangopay.com", None),
    "lt": ("paysera", "production", "wallet.paysera.com", "proxy.example:3128"),
    "here": ("paysera", "sandbox", "127.0.0.1:8080", None),
}


def test_check_tells_the_environment_and_the_host_of_each_gateway(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(CANARY, "utf-8")
    place = config(tmp_path, SEVERAL)

    told = invoke("check", place, "--json")
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["check", place])

    found = {one.pop("name"): one for one in json.loads(told.stdout)["gateways"]}
    names = ("provider", "environment", "host", "proxy")
    assert {name: tuple(map(one.get, names)) for name, one in found.items()} == REACHED
    assert found["fr"]["checked"] == ["every setting", "api_key is present"]
    assert found["lt"]["checked"] == ["every setting", "mac_key is present"]
    words = [word for one in REACHED.values() for word in one if word]
    assert [word for word in words if word not in done.stdout] == []
    assert "Nothing was sent" in done.stdout
    too_wide = [line for line in done.stdout.splitlines() if len(line) > 80]
    assert [line for line in too_wide if place not in line] == []  # a name of a file stays whole
    assert "Xq7pass" not in done.stdout + told.stdout


def test_check_tells_which_files_of_a_connection_it_read(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(CANARY, "utf-8")
    text = f'{GOOD}[gateways.fr.connection]\nca_bundle = "{certifi.where()}"\n'

    done = invoke("check", config(tmp_path, text), "--json")

    (told,) = json.loads(done.stdout)["gateways"]
    assert "ca_bundle is valid" in told["checked"]


def test_check_lists_every_mistake_by_path(tmp_path: Path) -> None:
    text = 'default = "x"\n[gateways.fr]\nprovider = "mangopy"\n[gateways.lt]\nprovider = "paysera"'

    done = invoke("check", config(tmp_path, text), "--json")

    problems = json.loads(done.stdout)["error"]["problems"]
    assert done.exit_code == 2
    assert {problem["path"] for problem in problems} >= {
        "default",
        "gateways.fr.provider",
        "gateways.lt.client_id",
        "gateways.lt.mac_key",
    }


GOOD = '[gateways.fr]\nprovider = "mangopay"\nclient_id = "acme"\napi_key = "file:key"\n'


def test_check_takes_the_configuration_as_run_and_show_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(CANARY, "utf-8")
    place = config(tmp_path, GOOD)
    monkeypatch.chdir(tmp_path)

    told = [invoke("check", "--json", *more) for more in ([], ["--config", place], [place])]

    assert [done.exit_code for done in told] == [0, 0, 0]
    assert len({done.stdout for done in told}) == 1


def test_check_takes_one_configuration_only(tmp_path: Path) -> None:
    place = config(tmp_path, GOOD)

    done = invoke("check", place, "--config", place)

    assert done.exit_code == 2
    assert "give only one" in done.stderr


@pytest.mark.parametrize("text", ["[[", None])
def test_a_file_that_is_no_configuration_is_exit_code_2(tmp_path: Path, text: str | None) -> None:
    place = config(tmp_path, text) if text is not None else str(tmp_path / "none.toml")

    done = invoke("check", place)

    assert done.exit_code == 2
    assert place in done.stderr


# -- show


@pytest.fixture
def shown(world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A configuration, and the id of a user whose values are all the same odd word."""
    lines = ['default = "fr"']
    for name, table in world.config()["gateways"].items():
        lines += [f"[gateways.{name}]", *(f'{key} = "{value}"' for key, value in table.items())]
    for name, value in world.env.items():
        monkeypatch.setenv(name, value)
    user = User(
        identity=Identity(
            given_name=CANARY,
            family_name=CANARY,
            birthdate=date(1931, 7, 19),
            nationality="LT",
            country_of_residence="LT",
        ),
        email=f"{CANARY}@example.com",
        category=UserCategory.OWNER,
        terms=Terms(accepted=True),
    )
    record = world.gateways["fr"].create_user(user)
    return config(tmp_path, "\n".join(lines)), record.id


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_show_masks_personal_values(shown: tuple[str, str], more: list[str]) -> None:
    place, user_id = shown

    done = invoke("show", "fr", user_id, "--config", place, *more)

    assert done.exit_code == 0, done.output
    for word in ("identity.given_name", "pending", "LIGHT", "null_by_rule", "not_given"):
        assert word in done.stdout
    for value in (CANARY, "1931-07", "1931, ", "1213574400", "token="):
        assert value not in done.output


def test_show_prints_what_the_provider_asks_for(shown: tuple[str, str]) -> None:
    place, user_id = shown

    done = invoke("show", "fr", user_id, "--config", place)
    plain = json.loads(invoke("show", "fr", user_id, "--config", place, "--json").stdout)

    (enrolment,) = plain["requirements"]
    assert (enrolment["name"], enrolment["options"][0]["kind"]) == ("enrolment", "link")
    assert "requirements\n" in done.stdout
    assert "missing; user; enrol for strong customer authentication" in " ".join(
        done.stdout.split()
    )


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_show_reveals_values_with_the_option(shown: tuple[str, str], more: list[str]) -> None:
    place, user_id = shown

    done = invoke("show", "fr", user_id, "--config", place, "--reveal", *more)

    assert CANARY in done.stdout
    assert "1931-07-19" in done.stdout
    assert "token=" not in done.stdout


class Linked:
    """The simulator behind it, but for a level that is a link."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        answer = Response.from_app(self.app, environ)
        if "/users/" in environ["PATH_INFO"]:
            data = {**json.loads(answer.get_data()), "KYCLevel": f"https://x.example/{CANARY}"}
            answer.set_data(json.dumps(data))
        return answer(environ, start_response)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_show_reveals_no_link_whatever_field_it_is_in(
    shown: tuple[str, str], world: Any, more: list[str]
) -> None:
    place, user_id = shown
    with serve(Linked(world.mangopay)) as url:
        text = Path(place).read_text("utf-8").replace(world.urls["fr"], url)
        Path(place).write_text(text, "utf-8")

        done = invoke("show", "fr", user_id, "--config", place, "--reveal", *more)

    assert done.exit_code == 0, done.output
    assert "KYCLevel" in done.stdout
    assert "x.example" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("fr", "nobody"), 1), (("fr", ".."), 2), (("fr", "a/../b"), 1), (("xx", "1"), 2)],
)
def test_show_fails_in_one_text(
    shown: tuple[str, str], arguments: tuple[str, str], code: int
) -> None:
    place, _ = shown

    done = invoke("show", *arguments, "--config", place)

    assert done.exit_code == code
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.output


# -- simulate


@contextmanager
def simulated(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A simulator in a process of its own, and its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "onboarding", "simulate", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
        process.stderr.close()


def test_mangopay_is_simulated_with_the_settings_given() -> None:
    with simulated("mangopay", "--client-id", "acme", "--api-key", "k") as (_, url):
        assert URL.fullmatch(url)

        login = requests.post(
            f"{url}/v2.01/oauth/token",
            auth=("acme", "k"),
            data={"grant_type": "client_credentials"},
            timeout=10,
        )

    assert login.status_code == 200


def test_paysera_is_simulated_and_json_tells_where() -> None:
    arguments = ("paysera", "--client-id", "acme", "--mac-key", "k", "--json")
    with simulated(*arguments, "--minimum-password-length", "12") as (_, line):
        where = json.loads(line)

        found = requests.get(f"{where['base_url']}/rest/v1/configuration", timeout=10)
        desk = requests.get(where["desk_url"], timeout=10)

    assert found.json() == {"minimum_password_length": 12}
    assert "<h1>Users</h1>" in desk.text


def test_the_address_of_the_desk_is_printed_below_that_of_the_api() -> None:
    with simulated("mangopay") as (process, url):
        assert process.stdout is not None

        line = process.stdout.readline().strip()

    assert line == f"desk: {url}/_desk"


README_USER = User(
    identity=Identity(
        given_name="Ona",
        family_name="Šimkutė",
        birthdate=date(1968, 3, 9),
        nationality="LT",
        country_of_residence="LT",
        national_id=NationalId(code="46803090000", country="LT"),
    ),
    email="ona@example.com",
    phone="+37061234567",
    category=UserCategory.OWNER,
    terms=Terms(
        accepted=True, accepted_at=datetime(2025, 3, 2, tzinfo=UTC), ip_address="198.51.100.7"
    ),
)


@pytest.mark.parametrize("provider", ["mangopay", "paysera", "stripe"])
def test_the_printed_configuration_works_as_it_is(provider: str, tmp_path: Path) -> None:
    file = tmp_path / "onboarding.toml"
    with simulated(provider) as (process, _):
        assert process.stdout is not None
        lines = list(iter(process.stdout.readline, "]\n"))
        start = lines.index("# save as onboarding.toml: a gateway to this simulator\n")
        file.write_text("".join([*lines[start:], "]\n"]), "utf-8")

        with Gateways.from_file(file) as gateways:
            record = gateways.default.create_user(README_USER)

    assert record.provider == provider
    assert record.next_actions or record.requirements


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.usefixtures("interruptible")
def test_a_simulator_ends_quietly_when_interrupted() -> None:
    with simulated("mangopay") as (process, _):
        process.send_signal(signal.SIGINT)

        code = process.wait(10)

        assert code == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_port_in_use_is_reported_in_one_line() -> None:
    with (
        simulated("mangopay") as (_, url),
        simulated("mangopay", "--port", url.rpartition(":")[2]) as (second, line),
    ):
        code = second.wait(30)
        assert second.stderr is not None
        told = second.stderr.read()

    assert (code, line) == (2, "")
    assert "is not free" in told


def test_an_unknown_setting_is_reported() -> None:
    done = invoke("simulate", "paysera", "--client-id", "a", "--mac-key", "k", "--scopes", "what")

    assert done.exit_code == 2
    assert "what" in done.stderr


@define(kw_only=True)
class Demanding:
    """A simulator that does not start without being told more."""

    client_id: str


def test_required_settings_are_asked_for() -> None:
    done = CliRunner().invoke(command_for("demanding", Demanding), [])

    assert done.exit_code == 2
    assert "--client-id" in done.stderr


def test_a_simulator_starts_with_the_given_faults() -> None:
    faults = ("--fault", "error,route=GET */users,times=1,status=503", "--fault", "slow,seconds=0")
    with simulated("mangopay", *faults) as (_, url):
        told = requests.get(f"{url}/_control", timeout=10).json()["faults"]

    assert [(fault["kind"], fault["route"]) for fault in told] == [
        ("error", "GET */users"),
        ("slow", "*"),
    ]
    assert (told[0]["times"], told[0]["status"], told[1]["seconds"]) == (1, 503, 0.0)


@pytest.mark.parametrize(
    ("fault", "told"),
    [("explode", "kind"), ("error,size=3", "the names are kind, route"), ("slow,times=x", "int")],
)
def test_an_invalid_fault_is_reported(fault: str, told: str) -> None:
    done = invoke("simulate", "paysera", "--fault", fault)

    assert done.exit_code == 2
    assert told in done.stderr


def test_an_unknown_simulator_is_reported_with_a_hint() -> None:
    done = invoke("simulate", "mangpay")

    assert done.exit_code == 2
    assert "did you mean mangopay?" in done.stderr


# -- extras that are missing

WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == {name!r}:
            raise ModuleNotFoundError("No module named " + {name!r}, name={name!r})
sys.meta_path.insert(0, Missing())
sys.argv = ["onboarding", *{arguments!r}]
from onboarding.cli import main
main()
"""


@pytest.mark.parametrize(
    ("package", "extra", "arguments"),
    [
        ("click", "cli", ["adapters"]),
        ("rich", "cli", ["--help"]),
        ("cheroot", "simulators", ["demo"]),
        ("werkzeug", "simulators", ["simulate", "mangopay"]),
    ],
)
def test_a_missing_extra_is_one_friendly_line(
    package: str, extra: str, arguments: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(name=package, arguments=arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 4
    assert f"pip install 'onboarding[{extra}]'" in done.stderr
    assert done.stderr.count("\n") == 1


# -- all of them


@pytest.mark.parametrize(
    "command",
    [
        *("run", "demo", "adapters", "check", "show", "translate", "simulate mangopay"),
        *("explain", "missing", "effects", "matrix"),
    ],
)
def test_every_command_accepts_json(command: str) -> None:
    done = invoke(*command.split(), "--help")

    assert done.exit_code == 0
    assert "--json" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        "--json",
        "nonsense --json",
        "--nonsense adapters --json",
        "run --json",
        "run nowhere.jsonl --json",
        "run --json --nonsense users.jsonl",
        "adapters --json too many",
        "translate --json nowhere.json",
        "simulate --json",
        "explain --json",
        "missing --json",
        "effects --json nowhere.json",
        "matrix --json --provider mangopy",
        "simulate mangpay --json",
        "simulate paysera --json --nonsense",
        "simulate mangopay --json --port many",
    ],
)
def test_with_json_wrong_arguments_are_reported_in_json(arguments: str) -> None:
    done = invoke(*arguments.split())

    assert done.exit_code == 2
    assert set(json.loads(done.stdout)) == {"error"}
    assert set(json.loads(done.stdout)["error"]) == {"kind", "message", "problems"}
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", ["run", "run -- --json", "simulate mangpay"])
def test_without_json_wrong_arguments_are_reported_as_text(arguments: str) -> None:
    done = invoke(*arguments.split())

    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Error: " in done.stderr


def test_with_json_a_missing_extra_is_reported_in_json() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(name="click", arguments=["adapters", "--json"])],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["kind"] == "MissingExtra"
    assert done.stderr == ""


def test_the_exit_codes_are_in_the_help() -> None:
    told = invoke("--help").stdout

    for code in ("0", "1", "2", "3", "4", "130"):
        assert re.search(rf"^  {code} ", told, re.MULTILINE)


def test_asking_for_help_loads_neither_provider_nor_http_client() -> None:
    code = (
        "import sys; from onboarding.cli.app import app\n"
        "print([m for m in sys.modules if m.startswith(('requests', 'onboarding_', 'werkzeug'))])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "[]\n"
