"""Every example of README.md and of the documentation runs.

What the blocks of a page mean:

- `python`: run in order, in one namespace a page;
- `toml` with a `[gateways.` in it: must be a configuration without a mistake;
- `console`: each line `$ onboarding ...` is run; it must exit with 0, or as a comment before the
  block says: `<!-- exit: 1 -->`;
- `text` after a comment `<!-- output -->`: what the Python block before it printed. The same
  comment before a `console` block has the lines between its commands compared too;
- any block after `<!-- file: NAME -->` is written to that file;
- `<!-- setup ... -->`: Python that the reader does not see, with `mangopay` and `paysera`, the
  simulators that are running;
- `<!-- continues: PAGE -->`: the blocks of that page run first, so that its names are there.

With `ONBOARDING_UPDATE_DOCS=1` outputs that differ are written into the pages; read the diff.
A page runs in a fresh folder with an `onboarding.toml` of two gateways on loopback.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from onboarding import Gateways
from onboarding.simulation import serve

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = ("python", "console", "toml")
UNSEEN = ("setup", "continues")

SECRETS = {"MANGOPAY_API_KEY": "key", "PAYSERA_MAC_KEY": "key"}
CONFIG = """
default = "fr"

[gateways.fr]
provider = "mangopay"
client_id = "acme"
api_key = "env:MANGOPAY_API_KEY"
base_url = "{fr}"
accept_loss = ["identity.national_id.*"]

[gateways.lt]
provider = "paysera"
client_id = "acme"
mac_key = "env:PAYSERA_MAC_KEY"
base_url = "{lt}"
accept_loss = ["identity.birthdate", "identity.country_of_residence", "address.*"]
"""

_BLOCK = re.compile(
    r"^<!-- setup\n(?P<setup>.*?)^-->$"
    r"|^<!-- continues: (?P<page>[^ ]+) -->$"
    r"|(?:^<!-- (?P<notes>[a-z][^>]*?) -->\n+)?"
    r"^(?P<indent> *)```(?P<language>[a-z]+)[^\n]*\n(?P<body>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
_ELLIPSIS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@frozen
class Block:
    """One example: its language (`setup` for what is unseen), its line, and its notes."""

    language: str
    text: str
    line: int
    span: tuple[int, int]
    notes: tuple[str, ...] = ()

    def note(self, name: str) -> str:
        """What the comment before the block says after `name:`, or nothing."""
        return next((n.partition(":")[2].strip() for n in self.notes if n.startswith(name)), "")


def blocks_of(page: Path) -> Iterator[Block]:
    """The examples of a page, in order."""
    source = page.read_text("utf-8")
    for found in _BLOCK.finditer(source):
        if found["setup"] is not None:
            line = source.count("\n", 0, found.start("setup")) + 1
            yield Block("setup", found["setup"], line, found.span("setup"))
            continue
        if found["page"] is not None:
            yield Block("continues", found["page"], 0, found.span("page"))
            continue
        text = re.sub(f"^{found['indent']}", "", found["body"], flags=re.MULTILINE)
        notes = tuple(note.strip() for note in (found["notes"] or "").split(","))
        line = source.count("\n", 0, found.start("body")) + 1
        yield Block(found["language"], text, line, found.span("body"), notes)


class AnyEnvironment(dict[str, str]):
    """An environment in which every variable is set."""

    def get(self, key: str, default: Any = None) -> str:
        return f"the value of {key}"


def run_python(block: Block, page: Path, namespace: dict[str, Any]) -> str:
    """What the block prints. Its lines have the numbers of the page, for tracebacks."""
    code = compile("\n" * (block.line - 1) + block.text, str(page), "exec", dont_inherit=True)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, namespace)
    return out.getvalue()


def load_toml(block: Block) -> None:
    """Loads a configuration; what a secret refers to is taken as there."""
    text = re.sub(r'"(?:file|keyring):[^"]*"', '"env:ELSEWHERE"', block.text)
    with Gateways.from_config(tomllib.loads(text), env=AnyEnvironment()) as gateways:
        assert len(gateways) > 0


def run_console(block: Block) -> str:
    """The block as it would look now: its commands, each with what it prints."""
    shown = ""
    for command in re.findall(r"^\$ (.*)\n", block.text, re.MULTILINE):
        program, *arguments = shlex.split(command, comments=True)
        if program != "onboarding":
            continue
        done = subprocess.run(
            [sys.executable, "-m", "onboarding", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "COLUMNS": "80"},
        )
        wanted = int(block.note("exit") or 0)
        assert done.returncode == wanted, f"{command}\n{done.stdout}{done.stderr}"
        shown += f"$ {command}\n{done.stdout}{done.stderr}"
    return shown


def run_page(page: Path, simulators: Mapping[str, object]) -> list[tuple[Block, str]]:
    """Runs the examples of a page; gives what is shown on it beside what was printed."""
    module = types.ModuleType("example")  # a class looks for its module when its types are read
    namespace = vars(module)
    namespace.update(simulators)
    sys.modules["example"] = module
    try:
        return run_blocks(page, namespace)
    finally:
        del sys.modules["example"]
        for value in namespace.values():
            if isinstance(value, Gateways):
                value.close()


def run_blocks(page: Path, namespace: dict[str, Any]) -> list[tuple[Block, str]]:
    """Runs the examples of a page in a namespace, after those of a page that it continues."""
    outputs: list[tuple[Block, str]] = []
    printed = ""
    for block in blocks_of(page):
        if name := block.note("file"):
            Path(name).write_text(block.text, "utf-8")
        if block.language == "continues":
            run_blocks(page.parent / block.text, namespace)
        elif block.language in ("python", "setup"):
            printed = run_python(block, page, namespace)
        elif block.language == "console":
            printed = run_console(block)
        elif block.language == "toml" and "[gateways." in block.text:
            load_toml(block)
        if "output" in block.notes:
            outputs.append((block, printed))
    return outputs


def is_shown(block: Block, printed: str) -> bool:
    """Whether the block shows what was printed; `...` in it stands for anything."""
    return doctest.OutputChecker().check_output(block.text, printed, _ELLIPSIS)


def rewrite(page: Path, outputs: list[tuple[Block, str]]) -> None:
    """Puts what was printed in the place of what is shown, where the two differ."""
    source = page.read_text("utf-8")
    for block, printed in reversed(outputs):
        if not is_shown(block, printed):
            start, end = block.span
            fresh = re.sub(r" +$", "", printed, flags=re.MULTILINE)
            source = source[:start] + fresh + source[end:]
    page.write_text(source, "utf-8")


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(block.language in RUN for block in blocks_of(page))],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_every_example_of_the_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mangopay = MangoPaySimulator(client_id="acme", api_key=SECRETS["MANGOPAY_API_KEY"])
    paysera = PayseraSimulator(client_id="acme", mac_key=SECRETS["PAYSERA_MAC_KEY"])
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    with serve(mangopay) as fr, serve(paysera) as lt:
        (tmp_path / "onboarding.toml").write_text(CONFIG.format(fr=fr, lt=lt), "utf-8")
        outputs = run_page(page, {"mangopay": mangopay, "paysera": paysera})

    if os.environ.get("ONBOARDING_UPDATE_DOCS") == "1":
        rewrite(page, outputs)
        return
    for block, printed in outputs:
        assert is_shown(block, printed) or block.text == printed, f"line {block.line}"


def test_there_are_many_examples() -> None:
    found = [block for page in PAGES for block in blocks_of(page)]

    assert sum(block.language == "python" for block in found) > 20
    assert all(
        block.language in ("python", "toml", "console", "text", "shell", "json", "mermaid", *UNSEEN)
        for block in found
    )


def test_every_fence_is_collected() -> None:
    for page in PAGES:
        fences = re.findall(r"^ *```[a-z]+", page.read_text("utf-8"), re.MULTILINE)

        assert len([b for b in blocks_of(page) if b.language not in UNSEEN]) == len(fences), page
