"""`onboarding migrate`: what a person reads of a plan and of its outcome, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from onboarding.cli.app import app
from tests.migration.crowd import World, code_of, opened

PLAN = "fr-to-lt.plan.json"


def run(*arguments: str, input: str | None = None) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(app, ["migrate", *arguments], input=input)


def told(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return found


def numbers(own_ids: list[str]) -> str:
    rows = [
        {"ref": own_id, "identity": {"national_id": {"code": code_of(own_id), "country": "LT"}}}
        for own_id in own_ids
    ]
    return "".join(f"{json.dumps(row)}\n" for row in rows)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Eight users at MangoPay, one of whom has an occupation, and their national numbers."""
    monkeypatch.chdir(tmp_path)
    with opened(tmp_path) as found:
        found.settle(8)
        (tmp_path / "more.jsonl").write_text(numbers([f"user-{n}" for n in range(8)]), "utf-8")
        yield found


def planned(*more: str) -> Result:
    return run("plan", "--from", "fr", "--to", "lt", "--with", "more.jsonl", *more)


def test_a_plan_can_be_read_at_80_columns(world: World) -> None:
    shown = planned("--goal", "fully_identified")

    assert shown.exit_code == 0, shown.output
    assert max(map(len, shown.output.splitlines())) <= 80
    for words in (
        "ready",
        "would be created at lt",
        "8 calls at lt.",
        "occupation",
        "enter the code that was sent",
        "levels never travel",
        f"Written: {PLAN}",
    ):
        assert words in shown.output
    assert "Canary" not in shown.output
    assert world.registrations.calls == []


def test_who_changed_is_named_and_the_exit_code_says_so(world: World) -> None:
    planned()
    world.change("user-2", "data")
    world.change("user-3", "there")

    applied = run("apply", PLAN, "--with", "more.jsonl")
    status = told("status", PLAN)

    assert applied.exit_code == 1, applied.output
    assert max(map(len, applied.output.splitlines())) <= 80
    assert "its data changed" in applied.output
    assert "has an id at lt already" in applied.output
    assert status["planned"] == 8
    assert status["states"] == {"moved": 6, "changed": 2}
    assert {one["own_id"]: one["reasons"] for one in status["not_moved"]} == {
        "user-2": ["data"],
        "user-3": ["there"],
    }


def test_a_limit_leaves_the_rest_for_later(world: World) -> None:
    planned()

    first = run("apply", PLAN, "--with", "more.jsonl", "--limit", "3")
    rest = run("apply", PLAN, "--with", "more.jsonl")

    assert first.exit_code == 1
    assert "not tried yet" in first.output
    assert (rest.exit_code, told("status", PLAN)["states"]) == (0, {"moved": 8})


def test_an_outcome_that_is_unknown_has_its_own_exit_code(world: World) -> None:
    own_ids = ["user-0", "user-1"]
    Path("some").write_text("\n".join(own_ids), "utf-8")
    planned("--only", "some")
    world.paysera.misbehave(kind="drop_after", route="POST /rest/v1/user", times=1)

    lost = run("apply", PLAN, "--with", "more.jsonl")
    again = run("apply", PLAN, "--with", "more.jsonl")

    assert lost.exit_code == 3
    assert "apply the plan again" in lost.output
    assert again.exit_code == 0
    assert len(world.registered()) == 2


def test_retire_asks_before_it_closes(world: World) -> None:
    planned()
    run("apply", PLAN, "--with", "more.jsonl")

    refused = run("retire", PLAN, "--with", "more.jsonl", "--close", input="n\n")
    unasked = run("retire", PLAN, "--with", "more.jsonl", "--close", "--json")
    retired = run("retire", PLAN, "--with", "more.jsonl", "--close", "--yes")

    assert (refused.exit_code, unasked.exit_code, retired.exit_code) == (1, 2, 0)
    assert retired.output == "8 users are retired.\n"
    assert told("status", PLAN)["states"] == {"retired": 8}
    assert str(world.gateways["fr"].fetch_user(world.id_at_mangopay("user-1")).status) == "closed"


def test_users_are_chosen_by_country_and_type(world: World) -> None:
    found = told("plan", "--from", "fr", "--to", "lt", "--country", "FR")
    legal = told("plan", "--from", "fr", "--to", "lt", "--person-type", "legal")
    wrong = run("plan", "--from", "fr", "--to", "lt", "--country", "XX")

    assert found["states"] == legal["states"] == {}
    assert wrong.exit_code == 2
    assert "--country" in wrong.output


@pytest.mark.parametrize("text", ["{}", "no json", '{"form": "migration_plan/2"}'])
def test_a_file_that_is_no_plan_is_one_error(world: World, text: str) -> None:
    Path("wrong.json").write_text(text, "utf-8")

    failed = run("apply", "wrong.json")

    assert failed.exit_code == 2
    assert "wrong.json is not a plan" in failed.output


def test_a_wrong_line_of_the_added_users_is_named(world: World) -> None:
    Path("more.jsonl").write_text('{"ref": "user-1", "email": "no address"}\n', "utf-8")

    failed = planned()

    assert failed.exit_code == 2
    assert "user-1" in failed.output
    assert "no address" not in failed.output
