"""`onboarding demo` tells what its own three runs found, and nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from importlib import resources
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from onboarding import InvalidInput, User

USERS = [
    json.loads(line)
    for line in (resources.files("onboarding.cli") / "users.jsonl").read_text("utf-8").splitlines()
]

GATEWAYS = ("mangopay", "paysera", "stripe")
CHANGES = (
    '  -default = "mangopay"   +default = "paysera"',
    '  -default = "paysera"    +default = "stripe"',
)


def demo(*more: str, columns: int = 100) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "onboarding", "demo", *more],
        env={**os.environ, "PYTHONPATH": "", "COLUMNS": str(columns), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@frozen(kw_only=True)
class Shown:
    """A demo that ran, and the results that it left behind."""

    text: str
    results: dict[str, dict[str, dict[str, Any]]]
    config: str


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo") / "kept"
    done = demo("--all", "--keep", str(folder))
    assert done.returncode == 0, done.stderr
    results: dict[str, dict[str, dict[str, Any]]] = {}
    for gateway in GATEWAYS:
        lines = map(json.loads, (folder / f"{gateway}.jsonl").read_text("utf-8").splitlines())
        results[gateway] = {
            line["ref"]: line for line in lines if line["state"] not in ("run", "intent")
        }
    return Shown(
        text=done.stdout, results=results, config=(folder / "onboarding.toml").read_text("utf-8")
    )


def rows(text: str, title: str) -> list[list[str]]:
    """The cells of a table, its wrapped lines joined."""
    body = text[text.index(f"\n{title}") :].split("╰")[0]
    found: list[list[str]] = []
    fresh = True
    for line in body.splitlines():
        if line.startswith(("├", "╭")):
            fresh = True
        elif line.startswith("│"):
            cells = [cell.strip() for cell in line.strip("│").split("│")]
            if fresh or (cells[0] and found and cells[0] != ""):
                found.append(cells)
            else:
                found[-1] = [f"{a} {b}".strip() for a, b in zip(found[-1], cells, strict=True)]
            fresh = False
    return found[1:]


def test_every_user_has_a_row_that_agrees_with_its_results(shown: Shown) -> None:
    table = {row[0]: row[1:] for row in rows(shown.text, "Side by side")}

    assert list(table) == [user["ref"] for user in USERS]
    for ref, cells in table.items():
        for cell, gateway in zip(cells, GATEWAYS, strict=True):
            result = shown.results[gateway][ref]
            if result["state"] != "created":
                assert cell.startswith(result["state"])
                continue
            assert cell.startswith(f"{result['kyc_level']} / {result['identification_level']}")
            assert result["status"] in cell
            for action in result["next_actions"]:
                assert action["kind"] in cell
                assert action["concerns"] in cell
            dropped = [loss for loss in result["losses"] if loss["kind"] == "dropped"]
            for loss in dropped:
                words = set(re.findall(r"\w+", cell.partition("without")[2]))
                assert words & set(loss["path"].split("."))
            assert ("without" in cell) == bool(dropped)


def test_every_user_that_was_not_onboarded_is_listed_with_the_reason(shown: Shown) -> None:
    told = {(row[0], row[1]): (row[2], row[3]) for row in rows(shown.text, "Not onboarded")}

    refused = {
        (ref, gateway): result
        for gateway, results in shown.results.items()
        for ref, result in results.items()
        if result["state"] != "created"
    }
    assert set(told) == set(refused)
    for key, result in refused.items():
        state, why = told[key]
        assert state == result["state"]
        for problem in result["problems"]:
            assert problem["path"] in why.replace(". ", ".")  # a long path is broken at a dot
            assert problem["message"].split()[0] in why


def test_the_summaries_count_the_results(shown: Shown) -> None:
    for gateway, results in shown.results.items():
        body = shown.text[shown.text.index(f"\n{gateway} (") :].split("╰")[0]
        for state, count in Counter(result["state"] for result in results.values()).items():
            assert re.search(rf"^{state} +{count} ", body, re.MULTILINE)


def test_one_line_of_the_configuration_changed(shown: Shown) -> None:
    assert CHANGES[0] in shown.text
    assert CHANGES[1] in shown.text
    assert shown.text.count("changed in 1 line:") == 2
    assert 'default = "stripe"' in shown.config


def test_the_providers_disagree_about_somebody_each_way(shown: Shown) -> None:
    taken = {
        gateway: {ref for ref, result in results.items() if result["state"] == "created"}
        for gateway, results in shown.results.items()
    }

    for one, other in permutations(GATEWAYS, 2):
        assert taken[one] - taken[other], f"{other} takes everybody whom {one} takes"
    assert len(set.intersection(*taken.values())) >= 5


def test_no_personal_value_is_shown(shown: Shown) -> None:
    def values(data: Any) -> list[str]:
        if isinstance(data, dict):
            return [text for name, item in data.items() for text in values(item) if name != "ref"]
        return [data] if isinstance(data, str) and len(data) > 5 else []

    kept = shown.text + json.dumps(shown.results, ensure_ascii=False)
    words = {"password", "female", "migrated_hash", "pre-salt-sha1-base64"}
    words |= {"business", "soletrader", "18k_to_30k"}
    for user in USERS:
        for value in values(user):
            assert value in words or value not in kept


def test_the_demo_fits_one_screen_with_five_users_and_the_changed_line_after_them() -> None:
    lines = demo(columns=80).stdout.splitlines()

    told = [line for line in lines if line.startswith("│")]
    refs = [ref for user in USERS if any(f"│ {(ref := user['ref'])} " in line for line in told)]
    changed = lines.index(CHANGES[0])
    assert len(lines) <= 34
    assert len(refs) == 5
    assert changed > max(lines.index(line) for line in told)
    assert lines[changed + 1] == CHANGES[1]
    assert lines[changed + 2].startswith("Next: onboarding demo --all")


def test_the_brief_counts_are_those_of_all_users(shown: Shown) -> None:
    body = demo().stdout.partition("│ all 30 users")[2].split("╰")[0]

    told = Counter(re.findall(r"\d+ \w+", body))
    counts = Counter(
        f"{count} {state}"
        for results in shown.results.values()
        for state, count in Counter(result["state"] for result in results.values()).items()
    )
    assert told == counts


def test_losses_are_shown_in_short(shown: Shown) -> None:
    table = {row[0]: row[1:] for row in rows(shown.text, "Side by side")}

    mangopay, paysera, _ = table["lt-vilnius"]

    assert mangopay.endswith("without national_id, gender")
    assert paysera.endswith("without birthdate, country_of_residence, gender, address")


def test_json_tells_the_same(shown: Shown) -> None:
    told = json.loads(demo("--json").stdout)

    assert [run["gateway"] for run in told["runs"]] == list(GATEWAYS)
    for run in told["runs"]:
        for result in run["results"]:
            same = shown.results[run["gateway"]][result["ref"]]
            assert (result["state"], result["problems"]) == (same["state"], same["problems"])


def test_the_shipped_users_are_as_varied_as_promised() -> None:
    def person(user: dict[str, Any]) -> dict[str, Any]:
        return user.get("identity") or user["people"]["representative"]["identity"]  # type: ignore[no-any-return]

    countries = [
        (user["address"]["country"], "region" in user["address"])
        for user in USERS
        if "address" in user
    ]
    invalid = [user["ref"] for user in USERS if not parses(user)]
    assert len(USERS) >= 24
    assert len({user["ref"] for user in USERS}) == len(USERS)
    assert sum(not person(user).get("given_name", "").isascii() for user in USERS) >= 8
    assert sum(person(user).get("birthdate", "2000") < "1970" for user in USERS) >= 5
    assert {("US", True), ("US", False), ("CA", True), ("CA", False)} <= set(countries)
    assert sum("company" in user for user in USERS) >= 2
    assert any("nationality" not in person(user) for user in USERS)
    assert any(len(person(user)["given_name"]) > 100 for user in USERS)
    assert {user["credentials"]["kind"] for user in USERS if "credentials" in user} == {
        "password",
        "migrated_hash",
    }
    assert invalid == ["wrong-phone"]


def parses(user: dict[str, Any]) -> bool:
    try:
        User.parse({name: value for name, value in user.items() if name != "ref"})
    except InvalidInput:
        return False
    return True


def test_a_folder_with_something_in_it_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mangopay.jsonl").write_text("mine", "utf-8")

    done = demo("--keep", str(tmp_path))

    assert done.returncode == 2
    assert (tmp_path / "mangopay.jsonl").read_text("utf-8") == "mine"
