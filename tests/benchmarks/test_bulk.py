"""A call in flight, a bulk run and a results file stay within their memory and their time."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark

HERE = Path(__file__).parent


def told(script: str, *arguments: str) -> str:
    command = [sys.executable, str(HERE / script), *arguments]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    print(output)
    return output


def test_a_call_in_flight_needs_at_most_twice_the_memory_of_the_bare_client() -> None:
    times = re.findall(r"\(([0-9.]+) times\)", told("in_flight.py", "64"))

    assert len(times) == 2
    assert all(float(each) <= 2 for each in times)


@pytest.mark.parametrize("mixed", [False, True], ids=["refs in order", "mixed refs"])
def test_a_results_file_is_read_again_in_three_times_what_json_takes(
    tmp_path: Path, mixed: bool
) -> None:
    script = runpy.run_path(str(HERE / "resuming.py"))
    place = tmp_path / "results.jsonl"
    script["write"](place, 100_000, mixed=mixed)

    parsed = min(script["parse"](place) for _ in range(3))
    resumed = min(script["resume"](place) for _ in range(3))

    print(f"{resumed / parsed:.2f} times")
    assert resumed <= 3 * parsed


@pytest.mark.skipif(sys.platform == "win32", reason="the peak of a process is POSIX's")
def test_the_memory_of_a_run_grows_by_less_than_three_mib_after_10_000_users() -> None:
    grown = re.search(r"([0-9.]+) MiB more", told("running.py", "40000"))

    assert grown is not None
    assert float(grown[1]) < 3
