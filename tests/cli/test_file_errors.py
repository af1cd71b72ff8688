"""A file that cannot be used is told by its name and the reason, and never by its content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from onboarding import ConfigurationError, Gateways, InvalidInput, Problem
from onboarding.bulk import Journal, UserFile
from onboarding.cli.app import app
from onboarding.files import unusable_file

LITERAL = "Xq7LiteralSecret"
ENV = {"KEY": LITERAL}


def fr(**fields: Any) -> dict[str, Any]:
    """A configuration with one MangoPay gateway, changed in these fields."""
    table = {"provider": "mangopay", "client_id": "acme", "api_key": "env:KEY", **fields}
    return {"gateways": {"fr": table}}


# -- TOML

TABLE = '[gateways.fr]\nprovider = "mangopay"\n'

NOT_TOML = (
    ("default =\n", "line 1, column 10: expected a value; put text in quotes"),
    (f"default = {LITERAL}\n", "line 1, column 11: expected a value; put text in quotes"),
    (
        f'{TABLE}api_key = "{LITERAL}\n',
        "line 3, column 28: a character that is not allowed here; is a quote missing?",
    ),
    (f'{TABLE}api_key = "{LITERAL}', "line 3, at the end: unterminated string"),
    (
        f'{TABLE}api_key = "{LITERAL}" x\n',
        "line 3, column 30: expected newline or end of document after a statement",
    ),
    (f"{TABLE}{LITERAL}\n", "line 3, column 17: expected '=' after a key in a key/value pair"),
    (
        f'{TABLE}ca_bundle = "C:\\{LITERAL}"\n',
        "line 3, column 18: a backslash in a text must be doubled",
    ),
    (f"{TABLE}[gateways.fr]\n", "line 3, column 13: a table is declared twice"),
    (f'{TABLE}provider = "{LITERAL}"\n', "line 3, column 30: a key is given twice"),
    (f"{TABLE}a = {{ {LITERAL} = 1, {LITERAL} = 2 }}\n", "line 3, column 49: a key is given twice"),
)


@pytest.mark.parametrize(("text", "expected"), NOT_TOML, ids=range(len(NOT_TOML)))
def test_a_file_that_is_not_toml_is_reported_by_name_and_position_only(
    text: str, expected: str, tmp_path: Path, told: Callable[[BaseException], str]
) -> None:
    file = tmp_path / "onboarding.toml"
    file.write_text(text, "utf-8")

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_file(file)

    (problem,) = caught.value.problems
    assert (problem.path, problem.code) == (str(file), "shape")
    assert problem.message == f"is not TOML at {expected}"
    assert LITERAL not in told(caught.value)


@pytest.mark.parametrize("text", ["[" * 9_000, "9" * 9_000], ids=["nested", "a long number"])
def test_a_file_that_tomllib_fails_on_is_a_configuration_error(text: str, tmp_path: Path) -> None:
    file = tmp_path / "onboarding.toml"
    file.write_text(f"a = {text}", "utf-8")

    with pytest.raises(ConfigurationError) as caught:
        Gateways.from_file(file)

    why = "is not TOML: a value is too long or nested too deeply"
    assert caught.value.problems == (Problem(str(file), "shape", why),)


# -- files that cannot be used

UNUSABLE: dict[str, tuple[str, str]] = {
    "nowhere": ("missing", "no such file"),
    "text/nowhere": ("missing", "no such file"),
    "folder": ("unreadable", "is a directory, not a file"),
    "text": ("", ""),
    "latin": ("shape", "not UTF-8 at line 2, byte 4"),
    "a\0b": ("shape", "no file has such a name"),
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text(LITERAL, "utf-8")
    (tmp_path / "latin").write_bytes(f"{LITERAL}\n".encode() + b"caf\xe9\xff")
    return tmp_path


def refusal(call: Callable[[], object]) -> Problem | None:
    """The one problem that a call is refused for; None if it is not refused."""
    try:
        call()
    except (ConfigurationError, InvalidInput) as error:
        (problem,) = error.problems
        return problem
    return None


@pytest.mark.parametrize("name", sorted(UNUSABLE))
def test_a_configuration_that_cannot_be_read_is_named_with_the_reason(
    name: str, files: Path
) -> None:
    file = files / name

    found = refusal(lambda: Gateways.from_file(file))

    if name == "text":
        assert found is not None
        assert found.message.startswith("is not TOML at line 1")
    else:
        assert found == Problem(str(file), *UNUSABLE[name])


@pytest.mark.parametrize("name", sorted(UNUSABLE))
def test_a_secret_whose_file_cannot_be_read_is_named_with_the_reason(
    name: str, files: Path
) -> None:
    config = fr(api_key=f"file:{files / name}")

    found = refusal(lambda: Gateways.from_config(config))

    code, why = UNUSABLE[name]
    told = Problem("gateways.fr.api_key", code, f"the file {files / name}: {why}")
    assert found == (None if name == "text" else told)


def test_a_secret_whose_file_is_empty_is_named_with_the_reason(files: Path) -> None:
    (files / "empty").write_text(" \n", "utf-8")
    config = fr(api_key=f"file:{files / 'empty'}")

    found = refusal(lambda: Gateways.from_config(config))

    assert found == Problem(
        "gateways.fr.api_key", "missing", f"the file {files / 'empty'} is empty"
    )


NO_PEM = {
    "ca_bundle": "{} holds no certificates in PEM form",
    "certificate": "{} does not hold a certificate and its private key, unencrypted, in PEM",
    "private_key": "{} holds no certificate, or {} no unencrypted private key, in PEM",
}


@pytest.mark.parametrize("setting", sorted(NO_PEM))
@pytest.mark.parametrize("name", sorted(UNUSABLE))
def test_a_file_of_a_connection_that_cannot_be_used_is_named_with_the_reason(
    name: str, setting: str, files: Path
) -> None:
    place = str(files / name)
    given = {setting: place}
    if setting == "private_key":
        given["certificate"] = str(files / "text")
    config = fr(connection=given)

    found = refusal(lambda: Gateways.from_config(config, env=ENV))

    if (name, setting) == ("folder", "ca_bundle"):
        assert found is None  # a folder of authorities, as OpenSSL hashes it
    elif name in ("text", "latin"):
        assert found is not None
        assert found.path.removeprefix("gateways.fr.connection.") in given
        names = [place] if setting != "private_key" else [given["certificate"], place]
        assert found.message == NO_PEM[setting].format(*names)
    else:
        code, why = UNUSABLE[name]
        assert found == Problem(f"gateways.fr.connection.{setting}", code, f"{place}: {why}")


@pytest.mark.parametrize("name", ["nowhere", "text/nowhere", "folder", "a\0b"])
def test_a_file_of_users_that_cannot_be_opened_is_named_with_the_reason(
    name: str, files: Path
) -> None:
    found = refusal(lambda: UserFile.open(files / name))

    assert found == Problem(str(files / name), *UNUSABLE[name])


@pytest.mark.parametrize("name", ["nowhere/results", "text/nowhere", "folder", "a\0b"])
def test_a_file_of_results_that_cannot_be_opened_is_named_with_the_reason(
    name: str, files: Path, world: Any
) -> None:
    found = refusal(lambda: Journal.open(files / name, world.gateways["fr"]))

    assert found is not None
    assert found.path == str(files / name)
    assert found.message in [
        "is a directory; name a regular file, or one that does not exist yet",
        *(message for _, message in UNUSABLE.values()),
    ]


def test_a_file_without_permission_is_reported_as_such() -> None:
    error = PermissionError(13, "Xq7", "Xq7")

    found = unusable_file("key", error)

    assert found == Problem("key", "unreadable", "permission denied")


# -- the commands

CONFIG = f"{TABLE}client_id = 'acme'\napi_key = 'file:text'\n"
RECORD = '{"form": "user/1"}'


@pytest.fixture
def run(files: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command in the folder of the files."""
    (files / "onboarding.toml").write_text(CONFIG, "utf-8")
    (files / "record").write_text(RECORD, "utf-8")
    (files / "users.csv").write_bytes(b"\xe9,id\n")
    monkeypatch.chdir(files)

    def invoke(line: str) -> Result:
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, line.split())

    return invoke


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("check nowhere", ("nowhere: no such file",)),
        ("check text/x", ("text/x: no such file",)),
        ("check folder", ("folder", "is a directory")),
        ("check latin", ("latin: not UTF-8 at line 2, byte 4",)),
        ("check text", ("text: is not TOML at line 1, at the end",)),
        ("run nowhere", ("File 'nowhere' does not exist",)),
        ("run folder", ("folder", "is a directory")),
        ("run users.csv", ("users.csv: header: line 1 is not UTF-8",)),
        ("run record --out folder", ("folder", "is a directory")),
        ("run record --out text/x", ("text/x: no such file",)),
        ("missing users.csv mangopay/create_owner", ("users.csv: header: line 1 is not UTF-8",)),
        ("missing nowhere mangopay/create_owner", ("there is no file nowhere",)),
        ("effects nowhere text", ("File 'nowhere' does not exist",)),
        ("effects latin text", ("latin is not a stored record", "UTF-8")),
        ("effects record text", ("record is not a stored record", "expected user_record/1")),
        ("translate --from mangopay --to paysera nowhere", ("nowhere", "No such file")),
        ("translate --from mangopay --to paysera latin", ("latin cannot be read as JSON",)),
        ("translate --from mangopay --to paysera text", ("text cannot be read as JSON",)),
        ("matrix --html nowhere/x.html", ("nowhere/x.html: no such file",)),
        ("demo --users nowhere", ("File 'nowhere' does not exist",)),
        ("demo --keep text", ("text",)),
    ],
)
def test_a_command_tells_which_file_cannot_be_used_and_why(
    line: str, told: tuple[str, ...], run: Callable[..., Result]
) -> None:
    done = run(line)

    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    for words in told:
        assert words in done.stderr
    assert LITERAL not in done.output
