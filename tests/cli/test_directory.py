"""`onboarding directory`: upgrades a database; shows, exports and erases one person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from onboarding import Identity, User, UserRecord
from onboarding.cli.app import app
from onboarding.directory import Directory
from onboarding.directory.tables import HEAD
from onboarding.directory.upgrading import migrations
from onboarding.errors import Outcome

ONA = User(identity=Identity(given_name="Ona", family_name="Canary"), email="ona@example.com")

EVERY = [one.revision for one in migrations().walk_revisions()][::-1]


def run(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(app, ["directory", *arguments], input=input)


def told(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return found


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a directory that has one person, and one call without an outcome."""
    address = f"sqlite:///{tmp_path}/onboarding.db"
    with Directory.open(address, personal_data=True) as directory:
        claim = directory.claim("user-42", "fr", "create_user", content=ONA)
        directory.finish(claim, Outcome.DONE, id="user_1")
        directory.save(
            "user-42", UserRecord(provider="mangopay", gateway="fr", id="user_1", user=ONA)
        )
    return address


def test_an_upgrade_creates_the_tables_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/onboarding.db"

    first = run("upgrade", "--directory", url)

    assert (first.exit_code, first.output) == (
        0,
        f"The directory has version {HEAD}: applied {', '.join(EVERY)}.\n",
    )
    assert told("upgrade", "--directory", url) == {"version": HEAD, "applied": []}


def test_show_has_ids_and_outcomes_and_no_personal_value(url: str) -> None:
    shown = run("show", "user-42", "--directory", url)
    as_data = told("show", "user-42", "--directory", url)

    assert shown.exit_code == 0
    assert "user_1" in shown.output
    assert "create_user" in shown.output
    assert "Canary" not in shown.output
    assert "ona@" not in shown.output
    assert as_data["operations"][0]["state"] == "done"
    assert as_data["states"][0]["gateway"] == "fr"


def test_an_export_is_a_document_of_all_tables(url: str, tmp_path: Path) -> None:
    file = tmp_path / "user-42.json"

    printed = run("export", "user-42", "--directory", url)
    written = run("export", "user-42", "--directory", url, "--out", str(file))

    assert json.loads(printed.stdout) == json.loads(file.read_text("utf-8"))
    assert json.loads(printed.stdout)["records"][0]["personal"]["user"]["email"] == ONA.email
    assert (written.exit_code, written.output.strip()) == (0, f"Written: {file}")


def test_an_erasure_asks_first_and_says_what_is_kept(url: str) -> None:
    refused = run("erase", "user-42", "--directory", url, input="n\n")
    unasked = run("erase", "user-42", "--directory", url, "--json")

    erased = run("erase", "user-42", "--directory", url, input="y\n")

    assert (refused.exit_code, unasked.exit_code, erased.exit_code) == (1, 2, 0)
    assert "1 of references" in erased.output
    assert "the audit trail" in erased.output
    assert run("show", "user-42", "--directory", url).exit_code == 2
    assert run("erase", "user-42", "--directory", url, "--yes").exit_code == 2


def test_an_erasure_that_is_not_complete_has_its_own_exit_code(url: str) -> None:
    with Directory.open(url) as directory:
        directory.claim("user-42", "lt", "create_user")

    erased = run("erase", "user-42", "--directory", url, "--yes", "--json")

    assert erased.exit_code == 1
    assert json.loads(erased.stdout)["complete"] is False
    assert json.loads(erased.stdout)["kept"][0]["what"].endswith("create_user at lt")


@pytest.mark.parametrize(
    "url",
    ["onboarding.db", "mysql://root:secret@host/x", "sqlite://", "sqlite:////nowhere/at/all/x.db"],
)
def test_an_address_that_cannot_be_used_is_one_error_without_its_password(url: str) -> None:
    failed = run("show", "user-42", "--directory", url)

    assert failed.exit_code == 2
    assert failed.output.startswith("Error: the configuration is invalid")
    assert "secret" not in failed.output
