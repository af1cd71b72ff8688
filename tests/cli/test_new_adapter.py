"""`onboarding new-adapter` makes a distribution that is whole, under any name that it accepts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from onboarding.cli.app import app
from onboarding.cli.new_adapter import rendered

NAMES = ("northbank", "b", "acme_pay", "a2_b3", "abcdefghijklmnopqrst")


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["new-adapter", *arguments])


def test_the_files_are_listed_with_the_next_step(tmp_path: Path) -> None:
    shown = invoke("acme_pay", "--into", str(tmp_path))

    folder = tmp_path / "onboarding-acme-pay"
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith(f"{folder}\n  .gitignore\n  README.md\n")
    assert shown.output.endswith(f"next: cd {folder} && pip install -e '.[dev]' && ./ci.sh\n")
    made = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert made == {*rendered("acme_pay")}
    assert os.access(folder / "ci.sh", os.X_OK)


def test_the_document_names_the_folder_and_the_files(tmp_path: Path) -> None:
    shown = invoke("acme", "--into", str(tmp_path), "--json")

    folder = tmp_path / "onboarding-acme"
    assert json.loads(shown.output) == {"folder": str(folder), "files": [*rendered("acme")]}


def test_the_name_is_that_of_the_provider_the_distribution_and_the_modules() -> None:
    found = rendered("acme_pay")

    project = tomllib.loads(found["pyproject.toml"])
    assert project["project"]["name"] == "onboarding-acme-pay"
    assert project["project"]["entry-points"] == {"onboarding": {"acme_pay": "onboarding_acme_pay"}}
    assert 'provider: ClassVar[str] = "acme_pay"' in found["src/onboarding_acme_pay/adapter.py"]
    assert "class AcmePay(Adapter):" in found["src/onboarding_acme_pay/adapter.py"]
    assert "ACME_PAY_API_KEY" in found["README.md"]
    assert not re.search("northbank", "".join([*found, *found.values()]), re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_is_lint_clean(name: str, tmp_path: Path) -> None:
    assert invoke(name, "--into", str(tmp_path)).exit_code == 0

    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr


SHAPE = "expected lower-case letters and digits, with single underscores between them"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Acme", f"{SHAPE}, such as acme"),
        ("acme-pay", f"{SHAPE}, such as acme_pay"),
        ("acme__pay", f"{SHAPE}, such as acme_pay"),
        ("_acme", f"{SHAPE}, such as acme"),
        ("2acme", f"{SHAPE}, such as acme"),
        ("acme.pay/../..", f"{SHAPE}, such as acme_pay"),
        ("é", SHAPE),
        ("", SHAPE),
        ("abcdefghijklmnopqrstu", "expected at most 20 characters"),
        ("mangopay", "an adapter of mangopay is installed already"),
        ("simulators", "the module onboarding_simulators is installed already"),
        ("a", "the class A would hide a name that the adapter uses"),
        ("user", "the class User would hide a name that the adapter uses"),
        ("none", "the class None would hide a name that the adapter uses"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_with_one_reason(
    name: str, wrong: str, tmp_path: Path
) -> None:
    shown = invoke("--into", str(tmp_path), "--", name)

    assert shown.exit_code == 2
    assert " ".join(shown.output.split()) == f"Error: NAME: {wrong}"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "onboarding-acme"
    folder.mkdir()

    shown = invoke("acme", "--into", str(tmp_path))

    assert shown.exit_code == 2
    assert f"{folder} exists already" in shown.output
    assert not list(folder.iterdir())


def test_a_place_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    shown = invoke("acme", "--into", str(tmp_path / "nowhere"))

    assert shown.exit_code == 2
    assert "nowhere" in shown.output
