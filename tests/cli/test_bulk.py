"""`onboarding bulk`: users are submitted, carried out, paused, retried; its output says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner, Result
from onboarding import Gateways, User
from onboarding.cli.app import app
from onboarding.directory import Directory
from onboarding.engine import utc_now
from onboarding.errors import Outcome
from onboarding.simulation import serve

from onboarding_simulators.mangopay import MangoPaySimulator

CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "key"
base_url = "{url}"
retry = false
{more}
"""
PACE = """
[gateways.fr.pace]
[[gateways.fr.pace.quotas]]
seconds = 60
calls = 600
"""


def line(ref: str, **changes: Any) -> dict[str, Any]:
    return {
        "ref": ref,
        "identity": {"given_name": "Ana", "family_name": "Canary"},
        "email": f"{ref}@example.com",
        "category": "PAYER",
        "terms": {"accepted": False},
        **changes,
    }


@frozen
class Site:
    """A folder with a configuration of one simulator, and the command line in it."""

    folder: Path
    simulator: MangoPaySimulator

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/onboarding.db"

    def users(self, *lines: dict[str, Any]) -> Path:
        place = self.folder / "users.jsonl"
        place.write_text("".join(f"{json.dumps(each)}\n" for each in lines), "utf-8")
        return place

    def bulk(self, *arguments: str) -> Result:
        given = ["--config", str(self.folder / "onboarding.toml"), "--directory", self.url]
        return CliRunner().invoke(app, ["bulk", *arguments, *given])

    def told(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.bulk(*arguments, "--json").stdout)
        return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    simulator = MangoPaySimulator(client_id="acme", api_key="key")
    with serve(simulator) as url:
        (tmp_path / "onboarding.toml").write_text(CONFIG.format(url=url, more=PACE), "utf-8")
        yield Site(tmp_path, simulator)


def test_users_are_submitted_and_carried_out(site: Site) -> None:
    users = site.users(line("a"), line("b"), line("c"))

    submitted = site.bulk("submit", str(users))
    worked = site.bulk("work")

    assert (submitted.exit_code, worked.exit_code) == (0, 0)
    assert submitted.output == "Submitted to fr: 3 users (3 new).\n"
    assert "done       3  registered with the provider" in worked.output
    assert "Quota: 540 calls in 60 seconds" in worked.output
    with Directory.open(site.url) as directory:
        assert len(directory.references("a")) == 1


def test_bad_lines_are_named_and_do_not_stop_the_others(site: Site) -> None:
    login = {"kind": "password", "password": "a long password"}
    users = site.users(
        line("a"), line("a"), line("b", email="no"), line("c", credentials=login), {"tag": "x"}
    )

    submitted = site.bulk("submit", str(users), "--json")

    told = json.loads(submitted.stdout)
    assert submitted.exit_code == 1
    assert (told["users"], told["new"], told["invalid"]) == (5, 1, 4)
    assert [(each["path"], each["code"]) for each in told["reasons"]] == [
        ("ref", "duplicate"),
        ("email", "shape"),
        ("credentials", "not_kept"),
        ("ref", "missing"),
    ]


def test_status_has_the_reasons_and_retry_takes_one(site: Site) -> None:
    users = site.users(line("a"), line("b", tag="x" * 300), line("c", tag="x" * 300))
    site.bulk("submit", str(users))

    worked = site.bulk("work")
    shown = site.bulk("status")
    (reason,) = site.told("status")["gateways"][0]["reasons"]
    other, same = (
        site.told("retry", "--reason", "Rejected"),
        site.told("retry", "--reason", "Unsupported"),
    )

    assert worked.exit_code == 1
    assert "not done      2  not created: see the reasons" in shown.output
    assert reason["reason"].startswith("Unsupported:tag:")
    assert reason["users"] == 2
    assert (other["users"], same["users"]) == (0, 2)
    assert site.told("status")["gateways"][0]["states"]["planned"] == 2


def test_a_corrected_file_is_submitted_again(site: Site) -> None:
    site.bulk("submit", str(site.users(line("a"), line("b", tag="x" * 300))))
    site.bulk("work")

    again = site.bulk("submit", str(site.users(line("a"), line("b"))))
    worked = site.bulk("work")

    assert again.output == "Submitted to fr: 2 users (1 changed, 1 created before).\n"
    assert worked.exit_code == 0


def test_a_pause_is_shown_and_ended(site: Site) -> None:
    site.bulk("submit", str(site.users(line("a"))))

    paused = site.bulk("pause")
    shown, as_data = site.bulk("status"), site.told("status")
    resumed, again = site.bulk("resume"), site.bulk("resume")

    assert paused.output == "Paused: fr.\n"
    assert "Paused: until `bulk resume`" in shown.output
    assert as_data["gateways"][0]["pause"]["reason"] == ""
    assert (resumed.output, again.output) == ("Resumed: fr.\n", "Not paused: fr.\n")


def test_refused_keys_pause_the_gateway_and_end_no_user(site: Site) -> None:
    site.bulk("submit", str(site.users(line("a"), line("b"))))
    site.simulator.misbehave(kind="error", status=401, times=1)

    worked = site.bulk("work", "--in-flight", "1")

    assert worked.exit_code == 1
    assert "Paused (Unauthorized): until `bulk resume`" in worked.output
    assert site.told("status")["gateways"][0]["states"]["planned"] == 2


def test_no_personal_value_is_printed(site: Site) -> None:
    site.bulk("submit", str(site.users(line("a", tag="Canary" * 60), line("b", email="Canary"))))

    outputs = [site.bulk(*each).output for each in (("work",), ("status",), ("status", "--json"))]

    assert not any("Canary" in output for output in outputs)


def test_unknown_users_are_shown_and_settled_by_hand(site: Site) -> None:
    site.bulk("submit", str(site.users(line("a"), line("b"), line("c"))))
    with Directory.open(site.url) as directory:
        tomorrow = utc_now() + timedelta(days=1)
        for claim in directory.take_submitted("fr", limit=2):
            directory.finish(claim, Outcome.UNKNOWN, error="NoAnswer", again_at=tomorrow)
        unknown = [one.own_id for one in directory.unsettled("fr", later=True)]
    there, away = sorted(unknown)
    found = {key: value for key, value in line(there).items() if key != "ref"}
    with Gateways.from_file(site.folder / "onboarding.toml") as gateways:
        id = gateways["fr"].create_user(User.parse(found)).id

    shown = site.bulk("settle")
    twice = ("--created", f"{there}=1", "--not-created", there)
    wrong = site.told("settle", "--not-created", "c", *twice)
    settled = site.told("settle", "--created", f"{there}={id}", "--not-created", away)
    again = site.told("retry")
    worked = site.bulk("work")

    assert shown.exit_code == 3
    assert all(f"\n{own_id}  " in shown.output for own_id in unknown)
    assert shown.output.endswith("0 settled, 2 unknown.\n")
    assert [one["path"] for one in wrong["error"]["problems"]] == [there, "c"]
    assert settled == {"settled": [there, away], "unknown": [], "exit_code": 0}
    assert (again["users"], worked.exit_code) == (1, 0)
    with Directory.open(site.url) as directory:
        assert directory.own_id("fr", id) == there
        assert len(directory.references(away)) == 1
    with Gateways.from_file(site.folder / "onboarding.toml") as gateways:
        assert len([*gateways["fr"].users()]) == 3
