"""What every command prints keeps to the terminal's width, breaks no word, and cuts nothing off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from onboarding import Gateways, User
from onboarding.cli.app import app
from onboarding.simulation import serve

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator

WIDTHS = (60, 80)
WIDE = 200
FRAME = "│╭╮╰╯├┤┬┴┼─━"
CHANGING = re.compile(r"\(request[^)]*\)|\d{4}-\d\d-\d\dT\S+")
COUNTING = re.compile(r"\d{4}(?= of 2300)")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
STYLED = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}

FR = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "env:API_KEY"
"""
LT = """
[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "env:API_KEY"
accept_loss = ["identity.birthdate", "identity.country_of_residence", "address"]
"""
UNSET = "A_VARIABLE_WITH_A_NAME_THAT_IS_LONGER_THAN_THOSE_OF_MANY_OTHERS_IN_THIS_ENVIRONMENT"
MISTAKES = """
base_url = "http://an-address-without-encryption.onboarding.internal.example.com/v2.01/of/mangopay"
colour = "blue"
"""

CASES = (
    "--help", "--version",
    "adapters", "check", "check mistaken.toml", "check nowhere.toml", "check one.toml",
    "doctor", "doctor mistaken.toml", "doctor dead.toml",
    "demo --users few.jsonl", "demo --all --users few.jsonl", "demo --users nowhere.jsonl",
    "effects record.json changes.json", "effects record.json same.json",
    "explain address", "explain identity", "explain company --provider mangopay", "explain nowhere",
    "matrix", "matrix --level", "matrix --provider paysera",
    "missing --list", "missing users.jsonl mangopay/payouts",
    "missing users.jsonl fr/payouts lt/full_identification --config onboarding.toml",
    "missing --new natural mangopay/payouts",
    "missing --new legal mangopay/payouts --questionnaire",
    "missing --new natural mangopay/payouts paysera/full_identification --questionnaire",
    "missing users.jsonl --questionnaire mangopay/create_owner", "missing users.jsonl mangopay/x",
    "bulk status", "bulk resume", "bulk retry --gateway nowhere", "bulk settle",
    "directory show nobody",
    "run users.jsonl", "run users.jsonl --gateway lt", "run users.jsonl --out results.jsonl",
    "run users.jsonl --dry-run", "run users.jsonl --dry-run --gateway lt",
    "run few.jsonl --limit 1",
    "run wrong.csv", "run nowhere.jsonl", "run users.jsonl --gateway nowhere",
    "migrate status nowhere.json", "new-adapter north-bank --folder nowhere.jsonl",
    "route few.jsonl", "webhooks check",
    "settle results.jsonl users.jsonl", "settle users.jsonl",
    "show fr {id}", "show fr {id} --reveal", "show fr nobody",
    "simulate", "simulate nowhere", "simulate paysera --fault explode",
    "translate --from mangopay --to paysera mangopay.json",
    "translate --from paysera --to mangopay mangopay.json",
)  # fmt: skip


SHIPPED = (resources.files("onboarding.cli") / "users.jsonl").read_text("utf-8")


def every(group: click.Group, name: str = "") -> Iterator[str]:
    """The names of all commands of a group."""
    context = click.Context(group)
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        yield f"{name}{each}"
        if isinstance(command, click.Group):
            yield from every(command, f"{name}{each} ")


COMMANDS = list(every(app))


PERSON: dict[str, Any] = {
    "identity": {"given_name": "Ona", "family_name": "Šimkutė", "birthdate": "1968-03-09",
                 "nationality": "LT", "country_of_residence": "LT"},
    "email": "ona@example.com", "phone": "+37061234567", "category": "OWNER",
    "terms": {"accepted": True},
    "address": {"line1": "Gedimino pr. 1", "city": "Vilnius", "postal_code": "01103",
                "country": "LT"},
}  # fmt: skip
USERS = [
    PERSON,
    PERSON | {"identity": PERSON["identity"] | {"birthdate": "2020-03-09"}},
    {"ref": "no-user", "phone": "12", "colour": {}},
    {"address": {}},
]


@pytest.fixture(scope="module")
def user_id(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A folder with all that the commands of the cases read; the id of a user of `fr`."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.chdir(tmp_path_factory.mktemp("files"))
        patch.setenv("API_KEY", "key")
        fr = stack.enter_context(serve(MangoPaySimulator(client_id="acme", api_key="key")))
        lt = stack.enter_context(serve(PayseraSimulator(client_id="acme", mac_key="key")))
        write("onboarding.toml", f'default = "fr"\n{FR}base_url = "{fr}"\n{LT}base_url = "{lt}"')
        dead = 'base_url = "http://127.0.0.1:9"'
        write("dead.toml", f"{FR}{dead}\n{LT}{dead}")
        write("one.toml", f'{FR}base_url = "{fr}"')
        write("mistaken.toml", f'default = "nowhere"\n{FR.replace("API_KEY", UNSET)}{MISTAKES}')
        write("users.jsonl", "\n".join(map(json.dumps, USERS)))
        write("few.jsonl", "\n".join(sorted(SHIPPED.splitlines(), key=len)[::5]))
        write("wrong.csv", "identity.givenname,e-mail\nOna,ona@example.com\n")
        with Gateways.from_file("onboarding.toml") as gateways:
            record = gateways["fr"].create_user(User.parse(PERSON))
            written, _ = gateways["fr"].adapter.write_user(record.user)
        write("mangopay.json", json.dumps(written))
        write("record.json", record.to_json())
        write("changes.json", '{"identity": {"family_name": "Novak", "nationality": "FR"}}')
        write("same.json", "{}")
        printed("run users.jsonl --out results.jsonl", 80)
        yield record.id


def write(name: str, text: str) -> None:
    Path(name).write_text(text, "utf-8")


def printed(arguments: str, width: int, **env: str) -> str:
    """What a command tells at a width, without colours; click's help is never wider than 80."""
    for results in Path().glob("*.results.jsonl"):
        results.unlink()  # another run would resume it, and tell of that
    done = CliRunner().invoke(
        app,
        arguments.split(),
        env={"COLUMNS": str(width), **env},
        prog_name="onboarding",
        terminal_width=max(min(width, 80) - 2, 50),
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return CHANGING.sub("(new)", COUNTING.sub("2299", ANSI.sub("", done.output)))


def wide_lines(text: str, width: int) -> list[str]:
    """The lines wider than the terminal, but for one word that is."""
    lines = text.splitlines()
    return [line for line in lines if len(line) > width and len(line.split()) > 1]


def words(text: str) -> set[str]:
    return set(text.translate(dict.fromkeys(map(ord, FRAME), " ")).split())


def broken(narrow: str, wide: str) -> set[str]:
    """The words that are in one text and not in the other, but for paths broken after a dot."""
    few, many = words(narrow), words(wide)
    parts = [re.findall(r"[^.]*\.+|[^.]+$", word) for word in many]
    some = {"".join(each[start:end]) for each in parts for start, end in spans(len(each))}
    whole = {"".join(each) for each in parts if len(each) > 1 and {*each} & few}
    return (few - some) | (many - few - whole)


def spans(size: int) -> Iterator[tuple[int, int]]:
    yield from combinations(range(size + 1), 2)


def empty_columns(text: str) -> list[str]:
    """The tables that have a column without a word below its head."""
    found: list[str] = []
    for table in re.findall(r"╭.*?╰", text, re.DOTALL):
        rows = [line.strip("│").split("│") for line in table.splitlines() if line[:1] == "│"]
        if not all(any(map(str.strip, column)) for column in zip(*rows[1:], strict=True)):
            found.append(table)
    return found


@pytest.mark.parametrize("arguments", [*CASES, *(f"{name} --help" for name in COMMANDS)])
def test_a_command_keeps_to_the_width_and_breaks_no_word(user_id: str, arguments: str) -> None:
    arguments = arguments.format(id=user_id)
    wide = printed(arguments, WIDE)

    for width in WIDTHS:
        told = printed(arguments, width)

        assert wide_lines(told, width) == []
        assert empty_columns(told) == []
        assert not re.search(r"…|\.\.\.$", re.sub(r"^Usage: .*", "", told), re.MULTILINE)
        assert not broken(told, wide)


@pytest.mark.parametrize("arguments", ["explain address", "missing --list", "run wrong.csv"])
def test_a_terminal_shows_the_same_in_colours(user_id: str, arguments: str) -> None:
    told = printed(arguments, 80, **STYLED).splitlines()

    assert told[-5:] == printed(arguments, 80).splitlines()[-5:]


def test_every_command_has_a_case() -> None:
    assert {name.split()[0] for name in COMMANDS} <= {case.split()[0] for case in CASES}
