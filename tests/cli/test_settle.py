"""`onboarding settle`: users whose outcome is unknown are settled by the provider or by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner, Result
from onboarding import Gateways
from onboarding.bulk import Journal
from onboarding.bulk.keys import digest_of
from onboarding.bulk.lines import line_of
from onboarding.cli.app import app
from onboarding.engine import utc_now
from onboarding.simulation import serve

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

CONFIG = """
default = "fr"
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "file:secret"
base_url = "{fr}"
accept_loss = ["identity.national_id.*"]
[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "file:secret"
base_url = "{lt}"
accept_loss = ["identity.birthdate", "identity.country_of_residence"]
"""


def person(ref: str, **changes: Any) -> dict[str, Any]:
    identity = {
        "given_name": "Ana",
        "family_name": "Kovač",
        "birthdate": "1961-02-03",
        "nationality": "LT",
        "country_of_residence": "LT",
        "national_id": {"code": f"4{ref}", "country": "LT"},
    }
    known = {"identity": identity, "email": f"{ref}@example.com", "category": "OWNER"}
    return {"ref": ref, **known, "terms": {"accepted": True}, **changes}


@frozen
class Site:
    """A folder with users, and the results of a run that was killed before any answer came."""

    folder: Path
    sims: dict[str, Any]

    @property
    def config(self) -> Path:
        return self.folder / "onboarding.toml"

    @property
    def results(self) -> Path:
        return self.folder / "results.jsonl"

    @property
    def users(self) -> Path:
        return self.folder / "users.jsonl"

    def killed(self, gateway: str, *people: dict[str, Any], arrived: tuple[str, ...]) -> None:
        """A run, a month ago, whose users were sent; those of `arrived` were created."""
        self.users.write_text("".join(f"{json.dumps(one)}\n" for one in people), "utf-8")
        clock = lambda: utc_now() - timedelta(days=30)  # noqa: E731
        with Gateways.from_file(self.config) as gateways:
            one = gateways[gateway]
            with Journal.open(self.results, one, clock=clock) as journal:
                for number, data in enumerate(people, 1):
                    line = line_of(number, dict(data))
                    journal.intend(line.ref, number, digest_of(line))
        if arrived:
            some = [one for one in people if one["ref"] in arrived]
            other = self.folder / "arrived.jsonl"
            other.write_text("".join(f"{json.dumps(one)}\n" for one in some), "utf-8")
            assert self.call("run", other, "--gateway", gateway).exit_code == 0

    def call(self, command: str, *arguments: object) -> Result:
        given = [command, *map(str, arguments), "--config", str(self.config)]
        return CliRunner().invoke(app, given)

    def states(self) -> dict[str, str]:
        lines = [json.loads(line) for line in self.results.read_text("utf-8").splitlines()]
        return {line["ref"]: line["state"] for line in lines if "ref" in line}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    sims = {
        "fr": MangoPay.simulator()(client_id="acme", api_key="secret"),
        "lt": Paysera.simulator()(client_id="acme", mac_key="secret"),
    }
    with serve(sims["fr"]) as fr, serve(sims["lt"]) as lt:
        (tmp_path / "onboarding.toml").write_text(CONFIG.format(fr=fr, lt=lt), "utf-8")
        (tmp_path / "secret").write_text("secret", "utf-8")
        yield Site(tmp_path, sims)


def told(done: Result) -> dict[str, tuple[str, str | None]]:
    return {one["ref"]: (one["outcome"], one["id"]) for one in json.loads(done.stdout)["users"]}


def writes(sim: Any) -> int:
    return sum(one.method == "POST" and "oauth" not in one.path for one in sim.log)


def test_users_are_settled_by_the_list_of_mangopay_and_nothing_is_sent(site: Site) -> None:
    site.killed("fr", person("a"), person("b"), arrived=("a",))
    before = writes(site.sims["fr"])

    done = site.call("settle", site.results, site.users, "--json")

    assert done.exit_code == 0, done.output
    found = told(done)
    assert {ref: outcome for ref, (outcome, _) in found.items()} == {
        "a": "created",
        "b": "not_created",
    }
    assert site.states() == {"a": "created", "b": "failed"}
    assert writes(site.sims["fr"]) == before


def test_the_next_run_sends_who_was_not_created_and_nobody_else(site: Site) -> None:
    site.killed("fr", person("a"), person("b"), arrived=("a",))
    site.call("settle", site.results, site.users)

    done = site.call("run", site.users, "--out", site.results)

    assert done.exit_code == 0, done.output
    assert site.sims["fr"].store.count_users() == 2


def test_paysera_shows_who_exists_and_a_person_tells_who_does_not(site: Site) -> None:
    site.killed("lt", person("a"), person("b"), arrived=("a",))

    first = site.call("settle", site.results, site.users)
    second = site.call("settle", site.results, "--not-created", "b")

    assert first.exit_code == 3
    assert "1 created, 1 still unknown." in first.stdout
    assert second.exit_code == 0
    assert site.states() == {"a": "created", "b": "failed"}
    assert site.call("run", site.users, "--out", site.results, "--gateway", "lt").exit_code == 0


def test_a_user_who_was_found_by_hand_is_fetched_and_created(site: Site) -> None:
    site.killed("lt", person("a"), arrived=("a",))

    done = site.call("settle", site.results, "--created", "a=221", "--json")

    assert done.exit_code == 0, done.output
    assert told(done) == {"a": ("created", "221")}
    assert site.states() == {"a": "created"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--created", "a=999"), "404"),
        (("--created", "a"), "expected REF=ID"),
        (("--created", "z=221"), "z: is not an unknown user of this file"),
        (("--not-created", "z"), "z: is not an unknown user of this file"),
        (("--created", "a=221", "--not-created", "a"), "a: is named twice"),
    ],
)
def test_a_wrong_finding_settles_nobody(site: Site, arguments: tuple[str, ...], words: str) -> None:
    site.killed("lt", person("a"), arrived=("a",))

    done = site.call("settle", site.results, *arguments)

    assert done.exit_code in (1, 2)
    assert words in done.output
    assert site.states() == {"a": "intent"}


def test_without_users_the_unknown_ones_are_listed(site: Site) -> None:
    site.killed("fr", person("a"), person("b"), arrived=())

    done = site.call("settle", site.results)

    assert done.exit_code == 3
    assert "name the file of users" in " ".join(done.stdout.split())
    assert "2 still unknown." in done.stdout


def test_a_changed_line_settles_nobody(site: Site) -> None:
    site.killed("fr", person("a"), arrived=())
    site.users.write_text(json.dumps(person("a", email="other@example.com")) + "\n", "utf-8")

    done = site.call("settle", site.results, site.users, "--json")

    assert told(done) == {"a": ("unknown", None)}
    assert site.states() == {"a": "intent"}


def test_a_file_without_unknown_users_needs_nothing(site: Site) -> None:
    site.users.write_text(json.dumps(person("a")) + "\n", "utf-8")
    site.call("run", site.users, "--out", site.results)

    done = site.call("settle", site.results, site.users)

    assert (done.exit_code, done.stdout) == (
        0,
        "No user of this results file has an unknown outcome.\n",
    )


def _users_file(site: Site) -> Path:
    site.users.write_text(json.dumps(person("a")) + "\n", "utf-8")
    return site.users


def _secret_file(site: Site) -> Path:
    return site.folder / "secret"


@pytest.mark.parametrize("place", [_users_file, _secret_file])
def test_another_file_is_no_results_file(site: Site, place: Callable[[Site], Path]) -> None:
    before = place(site).read_bytes()

    done = site.call("settle", place(site))

    assert done.exit_code == 2
    assert "is not a results file" in done.output
    assert place(site).read_bytes() == before
