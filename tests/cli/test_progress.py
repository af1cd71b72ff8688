"""The progress of a run: how far it is, how fast, and how long the rest takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from onboarding.cli.app import app
from onboarding.cli.estimates import Estimate, in_words
from onboarding.model.answers import RateLimit
from onboarding.model.quota import Quota
from onboarding.simulation import serve

from onboarding_simulators.mangopay import MangoPaySimulator

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = 86_400


def limit(seconds: int, made: int, left: int, resets_in: float) -> RateLimit:
    return RateLimit(
        seconds=seconds, made=made, left=left, resets_at=NOW + timedelta(seconds=resets_in)
    )


def test_a_quota_that_is_slower_than_the_run_decides_when_it_ends() -> None:
    daily = limit(DAY, 400, 600, DAY / 2)
    estimate = Estimate(done=1_000, total=19_000, exact=True, rate=50.0, limits=(daily,))

    line = estimate.line(200, NOW)

    # 600 today, 1,000 on each of the 17 days after the next reset, the last 400 at once
    assert (
        line == "1,000 of 19,000 users, 50 a second, 600 of 1,000 calls left, 18 days at this quota"
    )


def test_a_quota_that_is_large_enough_does_not_count() -> None:
    estimate = Estimate(
        done=100, total=700, rate=2.5, limits=(limit(900, 300, 2_000, 60), limit(DAY, 1, 9_999, 60))
    )

    assert estimate.line(200, NOW) == (
        "100 of about 700 users, 2.5 a second, 2,000 of 2,300 calls left, 4 minutes to the end"
    )


def test_quotas_that_the_gateway_keeps_decide_if_the_provider_reports_none() -> None:
    hourly = Quota(seconds=3600, calls=100)

    estimate = Estimate(done=0, total=4_801, exact=True, rate=20.0, quotas=(hourly,))

    assert estimate.line(200, NOW) == "0 of 4,801 users, 20 a second, 2 days at this quota"


def test_a_run_that_waits_says_how_long() -> None:
    estimate = Estimate(done=5, waiting=600.0, rate=1.0)

    assert estimate.line(200, NOW) == "5 users, rate limit: waits 10 minutes"


def test_a_stream_has_no_total() -> None:
    assert Estimate(done=1, rate=0.25).line(80, NOW) == "1 user, 0.2 a second"


@given(
    done=st.integers(0, 10**7),
    total=st.none() | st.integers(0, 10**7),
    rate=st.floats(0, 10**4),
    waiting=st.sampled_from([0.0, 1e5]),
    limits=st.lists(
        st.builds(
            limit, st.integers(1, DAY), st.integers(0, 10**6), st.integers(0, 10**6),
            st.floats(-DAY, DAY),
        ),
        max_size=3,
    ),
)  # fmt: skip
def test_a_line_fits_sixty_columns_and_begins_with_the_users(
    done: int, total: int | None, rate: float, waiting: float, limits: list[RateLimit]
) -> None:
    estimate = Estimate(done=done, total=total, rate=rate, waiting=waiting, limits=tuple(limits))

    line = estimate.line(60, NOW)

    assert line.startswith(f"{done:,}")
    assert len(line) <= 60


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "1 second"),
        (59, "59 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7200, "2 hours"),
        (18 * DAY, "18 days"),
        (4_000 * DAY, "4,000 days"),
    ],
)
def test_a_duration_has_its_largest_unit(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


# -- the commands

HEADER = "ref,identity.given_name,identity.family_name,email,category,terms.accepted,occupation,tag"
CONFIG = """
[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "file:fr.secret"
base_url = "{url}"
accept_loss = ["politically_exposed"]
"""


@pytest.fixture
def simulator() -> MangoPaySimulator:
    return MangoPaySimulator(client_id="acme", api_key="key")


@pytest.fixture
def folder(tmp_path: Path, simulator: MangoPaySimulator) -> Iterator[Path]:
    with serve(simulator) as url:
        (tmp_path / "onboarding.toml").write_text(CONFIG.format(url=url), "utf-8")
        (tmp_path / "fr.secret").write_text("key", "utf-8")
        yield tmp_path


def person(ref: str, **more: object) -> dict[str, object]:
    return {
        "ref": ref,
        "identity": {"given_name": "Ana", "family_name": "Smith"},
        "email": f"{ref}@example.com",
        "category": "PAYER",
        "terms": {"accepted": True},
        **more,
    }


def run(folder: Path, users: list[dict[str, object]], *more: str) -> str:
    place = folder / "users.jsonl"
    place.write_text("".join(json.dumps(user) + "\n" for user in users), "utf-8")
    arguments = ["run", str(place), "--config", str(folder / "onboarding.toml"), *more]
    done = CliRunner().invoke(app, arguments)
    return done.stdout if "--json" in more else done.output


def test_a_dry_run_counts_what_would_be_sent_and_sends_nothing(
    folder: Path, simulator: MangoPaySimulator
) -> None:
    users = [
        person("a"),
        person("b", politically_exposed=True),
        person("c", identity={"given_name": "Ana"}),
        person("d", identity={"given_name": "Ana", "family_name": "S", "middle_name": "B"}),
        person("e", email="no"),
        person("a"),
    ]

    shown = run(folder, users, "--dry-run")
    told = json.loads(run(folder, users, "--dry-run", "--json"))["dry_run"]

    assert told["users"] == 6
    assert told["states"] == {"ready": 3, "unsupported": 1, "invalid": 2}
    reasons = {
        (reason["status"], name): reason["refs"]
        for reason in told["reasons"]
        for name in reason["fields"]
    }
    assert reasons["missing", "identity.family_name"] == ["c"]
    assert reasons["unsupported", "identity.middle_name"] == ["d"]
    assert reasons["left out", "politically_exposed"] == ["b"]
    assert reasons["invalid", "email"] == ["e"]
    assert reasons["invalid", "ref"] == ["a"]
    assert "nothing was sent" in shown
    assert simulator.log == []
    assert sorted(place.name for place in folder.iterdir()) == [
        "fr.secret",
        "onboarding.toml",
        "users.jsonl",
    ]


def test_a_limit_ends_a_run_and_the_next_one_goes_on(
    folder: Path, simulator: MangoPaySimulator
) -> None:
    users = [person(f"u{number}") for number in range(5)]

    first = run(folder, users, "--limit", "2", "--json")
    second = run(folder, users, "--json")

    assert json.loads(first)["summary"]["now"]["created"] == 2
    assert json.loads(second)["summary"]["now"]["created"] == 3


def test_a_pipe_gets_a_line_of_progress_now_and_then(
    folder: Path, simulator: MangoPaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onboarding.cli.progress.EVERY", 0.05)
    simulator.misbehave(kind="slow", route="POST */users/*", seconds=0.1)

    shown = run(folder, [person(f"u{number}") for number in range(4)], "--in-flight", "1")

    lines = [line for line in shown.splitlines() if " a second" in line]
    assert len(lines) >= 2
    assert re.match(r"[1-4] of (about )?4 users?, ", lines[-1])


def test_a_provider_that_does_not_answer_ends_the_run_with_the_reason(folder: Path) -> None:
    config = folder / "onboarding.toml"
    text = CONFIG.format(url="http://127.0.0.1:9") + "retry = false\n"
    config.write_text(text, "utf-8")
    users = [person(f"u{number}") for number in range(30)]

    shown = run(folder, users, "--in-flight", "1", "--max-failures", "3")

    assert "Error: stopped after 3 calls without an answer: " in shown
    assert "run the same command again to resume" in shown
    assert re.search(r"^failed +3 ", shown, re.MULTILINE)
