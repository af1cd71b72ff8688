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
- `<!-- continues: PAGE -->`: the blocks of that page run first, so that its names are there;
- a file in bold before a block, `**`src/acme/adapter.py`**`: what the reader types into that file.
  The names of the page can be imported from its module.

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
from onboarding import Gateways
from onboarding.simulation import serve
from sybil import Document, Example, Region
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, FencedCodeBlockLexer

from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = {"python", "console", "toml"}
RETRYING = {
    "retries.md",
    "write-awkward-calls.md",
    "finish-an-awkward-adapter.md",
    "prove-an-awkward-adapter.md",
}

SECRETS = {"MANGOPAY_API_KEY": "key", "PAYSERA_MAC_KEY": "key", "STRIPE_API_KEY": "sk_test_key"}
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

TYPED = re.compile(r"\*\*`(?:src/)?(?P<module>[\w/]+)\.py`\*\*\n\n$")
_COMMENTS = DirectiveInHTMLCommentLexer("setup|continues|output|exit|file")
_ELLIPSIS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Page:
    """A page whose examples run in a namespace: what its comments ask for, what was printed."""

    def __init__(self, path: Path, namespace: dict[str, Any]) -> None:
        self.path = path
        self.document = Document.parse(str(path), self._blocks, self._comments)
        self.document.namespace = namespace
        self.notes: dict[str, str] = {}
        self.printed = ""
        self.outputs: list[tuple[Region, str]] = []
        self.modules: set[str] = set()

    @property
    def languages(self) -> list[str]:
        """The language of each block."""
        return [region.lexemes["language"] for region in self._blocks(self.document)]

    def run(self) -> None:
        for example in self.document:
            example.evaluate()

    def _blocks(self, document: Document) -> Iterator[Region]:
        for region in FencedCodeBlockLexer("[a-z]+")(document):
            region.parsed, region.evaluator = region.lexemes["source"], self._block
            yield region

    def _comments(self, document: Document) -> Iterator[Region]:
        for region in _COMMENTS(document):
            region.parsed, region.evaluator = region.lexemes["source"], self._comment
            yield region

    def _comment(self, example: Example) -> None:
        name, told = (example.region.lexemes[key] for key in ("directive", "arguments"))
        if name == "setup":
            PythonEvaluator()(example)
        elif name == "continues":
            before = Page(self.path.parent / told, self.document.namespace)
            before.run()
            self.modules |= before.modules
        else:
            first, *more = told.split(", ")
            self.notes |= {name: first, **dict.fromkeys(more, "")}

    def _block(self, example: Example) -> None:
        notes, self.notes = self.notes, {}
        if "file" in notes:
            Path(notes["file"]).write_text(example.parsed, "utf-8")
        match example.region.lexemes["language"]:
            case "python":
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    PythonEvaluator()(example)
                self.printed = out.getvalue()
                if typed := TYPED.search(example.document.text, 0, example.region.start):
                    self.modules |= names_of(typed["module"])
                    sys.modules |= dict.fromkeys(self.modules, sys.modules["example"])
            case "console":
                self.printed = run_console(example.parsed, int(notes.get("exit", 0)))
            case "toml" if "[gateways." in example.parsed:
                load_toml(example.parsed)
        if "output" in notes:
            self.outputs.append((example.region, self.printed))


def names_of(module: str) -> set[str]:
    """The names by which a file of a page is imported: of the module, and of its package."""
    package, _, _ = module.rpartition("/")
    names = {module.replace("/", "."), package.replace("/", ".")}
    return {name.removesuffix(".__init__") for name in names} - {"", "tests"}


class AnyEnvironment(dict[str, str]):
    """An environment in which every variable is set."""

    def get(self, key: str, default: Any = None) -> str:
        return SECRETS.get(key, f"the value of {key}")


def load_toml(text: str) -> None:
    """Loads a configuration; what a secret refers to is there, and a database is a file."""
    text = re.sub(r'"(?:file|keyring):[^"]*"', '"env:ELSEWHERE"', text)
    text = re.sub(r'"postgresql://[^"]*"', '"quotas.sqlite"', text)
    with Gateways.from_config(tomllib.loads(text), env=AnyEnvironment()) as gateways:
        assert len(gateways) > 0


def run_console(text: str, wanted: int) -> str:
    """The block as it would look now: its commands, each with what it prints."""
    shown = ""
    for command in re.findall(r"^\$ (.*)\n", text, re.MULTILINE):
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
        assert done.returncode == wanted, f"{command}\n{done.stdout}{done.stderr}"
        shown += f"$ {command}\n{done.stdout}{done.stderr}"
    return shown


def run_page(path: Path, simulators: Mapping[str, object]) -> Page:
    """Runs the examples of a page."""
    module = types.ModuleType("example")  # a class looks for its module when its types are read
    page = Page(path, vars(module))
    page.document.namespace.update(simulators)
    sys.modules["example"] = module
    try:
        page.run()
    finally:
        for name in ("example", *page.modules):
            sys.modules.pop(name, None)
        for value in page.document.namespace.values():
            if isinstance(value, Gateways | contextlib.ExitStack):
                value.close()
    return page


def is_shown(shown: str, printed: str) -> bool:
    """Whether a block shows what was printed; `...` in it stands for anything."""
    return doctest.OutputChecker().check_output(shown, printed, _ELLIPSIS)


def rewrite(page: Page) -> None:
    """Puts what was printed in the place of what is shown, where the two differ."""
    source = page.document.text
    for region, printed in reversed(page.outputs):
        if not is_shown(region.parsed, printed):
            start = region.start + region.parsed.offset
            fresh = re.sub(r" +$", "", printed, flags=re.MULTILINE)
            source = source[:start] + fresh + source[start + len(region.parsed) :]
    page.path.write_text(source, "utf-8")


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            page,
            id=page.relative_to(ROOT).as_posix(),
            marks=[pytest.mark.retries] if page.name in RETRYING else [],
        )
        for page in PAGES
        if RUN & {*Page(page, {}).languages}
    ],
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
        ran = run_page(page, {"mangopay": mangopay, "paysera": paysera})

    if os.environ.get("ONBOARDING_UPDATE_DOCS") == "1":
        rewrite(ran)
        return
    for region, printed in ran.outputs:
        place = ran.document.line_column(region.start)
        assert is_shown(region.parsed, printed) or region.parsed == printed, place


def test_there_are_many_examples() -> None:
    languages = [language for page in PAGES for language in Page(page, {}).languages]

    assert languages.count("python") > 20
    assert {*languages} <= {"python", "toml", "console", "text", "shell", "json", "mermaid"}


def test_every_fence_is_collected() -> None:
    for page in PAGES:
        fences = re.findall(r"^ *```[a-z]+", page.read_text("utf-8"), re.MULTILINE)

        assert len(Page(page, {}).languages) == len(fences), page
