"""`onboarding run --directory`: the directory says who is done, the results file is an output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner, Result
from onboarding.cli.app import app
from onboarding.directory import Directory
from onboarding.simulation import serve
from tests.cli.test_bulk import CONFIG, line

from onboarding_simulators.mangopay import MangoPaySimulator


@frozen
class Site:
    """A folder with a configuration of one simulator."""

    folder: Path
    simulator: MangoPaySimulator

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/onboarding.db"

    @property
    def created(self) -> int:
        return sum("/users/" in one.path and one.method == "POST" for one in self.simulator.log)

    def run(self, *lines: dict[str, Any], out: str = "results.jsonl") -> Result:
        users = self.folder / "users.jsonl"
        users.write_text("".join(f"{json.dumps(each)}\n" for each in lines), "utf-8")
        given = ["--config", str(self.folder / "onboarding.toml"), "--directory", self.url]
        given += ["--out", str(self.folder / out), "--in-flight", "1"]
        return CliRunner().invoke(app, ["run", str(users), *given])

    def states(self, out: str = "results.jsonl") -> dict[str, str]:
        lines = (self.folder / out).read_text("utf-8").splitlines()
        return {each["ref"]: each["state"] for each in map(json.loads, lines[1:])}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    simulator = MangoPaySimulator(client_id="acme", api_key="key")
    with serve(simulator) as url:
        (tmp_path / "onboarding.toml").write_text(CONFIG.format(url=url, more=""), "utf-8")
        yield Site(tmp_path, simulator)


def test_the_directory_says_who_is_done_though_the_results_file_is_lost(site: Site) -> None:
    first = site.run(line("a"), line("b"))
    (site.folder / "results.jsonl").unlink()
    second = site.run(line("a"), line("b"), line("c"), out="other.jsonl")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert site.created == 3
    assert site.states("other.jsonl") == {"c": "created"}
    assert "2 users were finished by an earlier run" in second.output


def test_a_results_file_proves_nothing(site: Site) -> None:
    site.run(line("a"))
    (site.folder / "onboarding.db").unlink()

    again = site.run(line("a"))

    assert again.exit_code == 0
    assert site.created == 2  # with the key of the directory, so that MangoPay shows the same user
    with Directory.open(site.url) as directory:
        assert len(directory.references("a")) == 1


def test_a_rejected_user_is_sent_again_if_the_line_has_changed(site: Site) -> None:
    wrong = {"identity": {"given_name": "Ana", "family_name": "C", "nationality": "KP"}}
    owner = {"category": "OWNER", "terms": {"accepted": True}}
    known = {"birthdate": "1961-02-03", "country_of_residence": "LT"}
    identity = {**wrong["identity"], **known}

    first = site.run(line("a", **owner, identity=identity))
    same, sent = site.run(line("a", **owner, identity=identity)), site.created
    changed = site.run(line("a", **owner, identity={**identity, "nationality": "LT"}))

    assert (sent, site.states()) == (1, {"a": "created"})
    assert (first.exit_code, same.exit_code, changed.exit_code) == (1, 1, 0)
    assert "1 user was finished by an earlier run" in same.output


def test_a_user_without_a_ref_and_a_repeated_one_are_invalid(site: Site) -> None:
    without = line("x")
    del without["ref"]

    done = site.run(line("a"), line("a"), without)

    assert done.exit_code == 1
    assert site.created == 1
    assert sorted(site.states().values()) == ["created", "invalid", "invalid"]


def test_credentials_are_sent_and_not_kept(site: Site) -> None:
    login = {"kind": "password", "password": "a canary password"}

    done = site.run(line("a", credentials=login))

    assert site.states() == {"a": "created"}, done.output
    with Directory.open(site.url) as directory:
        assert "canary" not in str(directory.export("a"))


def test_refused_keys_end_the_run_and_pause_no_worker(site: Site) -> None:
    site.simulator.misbehave(kind="error", status=401, times=1)

    done = site.run(line("a"), line("b"))
    again = site.run(line("a"), line("b"))

    assert (done.exit_code, again.exit_code) == (2, 0), done.output
    with Directory.open(site.url) as directory:
        assert directory.paused("fr") is None


def test_a_rate_limit_is_waited_for(site: Site) -> None:
    site.simulator.misbehave(kind="rate_limit", times=1, seconds=1, route="*/users/*")

    done = site.run(line("a"), line("b"))

    assert done.exit_code == 0, done.output
    assert site.states() == {"a": "created", "b": "created"}


def test_an_unknown_outcome_is_replayed_in_the_run(site: Site) -> None:
    site.simulator.misbehave(kind="drop_after", times=1, route="*/users/*")

    done = site.run(line("a"))

    assert done.exit_code == 0, done.output
    with Directory.open(site.url) as directory:
        assert len(directory.references("a")) == 1
