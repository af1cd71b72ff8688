"""Standard output that is full or closed ends a command as it ends other programs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from onboarding.cli.app import app

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices and signals are POSIX's")

# Of the group, of a command, and of a failure; all go through one entry point.
LINES = ["--help", "run --help", "matrix --level", "explain address --json", "run none --json"]

# One process forks for each line: to start Python for each would take a second each.
EACH = """
import os, sys
import onboarding.cli.app
from onboarding.cli import main
for line in sys.stdin.read().splitlines():
    if not (child := os.fork()):
        sys.argv[1:] = line.split()
        main()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), line, file=sys.stderr)
"""


def ended(stdout: int, *lines: str, **more: str) -> list[str]:
    """What each command line writes to standard error, and then its exit code and itself."""
    with subprocess.Popen(
        [sys.executable, "-c", EACH],
        env={**os.environ, **more},
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(stdout)
        _, told = process.communicate("\n".join(lines), timeout=60)
    return told.splitlines()


def closed() -> int:
    """A pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_a_closed_pipe_ends_a_command_quietly_with_the_code_of_sigpipe() -> None:
    found = ended(closed(), *LINES, PYTHONUNBUFFERED="1")  # then no buffer keeps what failed

    assert found == [f"141 {line}" for line in LINES]


def test_a_full_output_ends_a_command_with_one_line_and_code_2() -> None:
    told = "Error: the output cannot be written: No space left on device"

    found = ended(os.open("/dev/full", os.O_WRONLY), *LINES)

    assert found == [text for line in LINES for text in (told, f"2 {line}")]


def test_a_page_that_cannot_be_written_is_named() -> None:
    done = CliRunner().invoke(app, ["matrix", "--html", "/dev/full"])

    assert (done.exit_code, done.stderr) == (2, "Error: /dev/full: No space left on device\n")
