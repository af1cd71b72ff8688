"""The tables and the helps in the documentation are those of the code.

`ONBOARDING_UPDATE_DOCS=1 pytest tests/house/test_docs_tables.py` writes them anew.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from onboarding.bulk.flat import is_column
from onboarding.cli.app import app
from onboarding.serialization.aliases import ALIASES

from .tables import refresh

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MARK = re.compile(r"<!-- (?:table: |help: |(?:operations|calls|shapes|headings) -->)")
EVERY = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
PAGES = [page for page in EVERY if MARK.search(page.read_text("utf-8"))]
UPDATE = os.environ.get("ONBOARDING_UPDATE_DOCS") == "1"
HEADINGS = re.compile(r"(<!-- headings -->\n).*?(<!-- end -->)", re.DOTALL)
HELP = re.compile(r"(<!-- help: (?P<command>[a-z -]*?) ?-->\n).*?(<!-- end -->)", re.DOTALL)


def with_help(page: str) -> str:
    """The text of a page with the help of each command written anew."""

    def block(found: re.Match[str]) -> str:
        arguments = [*found["command"].split(), "--help"]
        shown = CliRunner().invoke(app, arguments, prog_name="onboarding", terminal_width=80)
        assert shown.exit_code == 0, shown.output
        return f"{found[1]}\n```text\n{shown.output}```\n\n{found[3]}"

    return HELP.sub(block, page)


def with_headings(page: str) -> str:
    """The text of a page with the words for headings written anew."""
    rows = [
        f"| `{path}` | {', '.join(f'`{word}`' for word in (path.rpartition('.')[2], *words))} |"
        for path, words in ALIASES.items()
        if is_column(path)
    ]
    table = "\n".join(["| Path | Headings |", "|---|---|", *rows])
    return HEADINGS.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_tables_say_what_the_code_says(page: Path) -> None:
    text = page.read_text("utf-8")

    fresh = with_headings(with_help(refresh(text)))

    if UPDATE:
        page.write_text(fresh, "utf-8")
    else:
        assert text == fresh


@pytest.mark.parametrize("name", ["mangopay", "paysera", "stripe"])
def test_a_provider_page_has_no_row_written_by_hand(name: str) -> None:
    folder = DOCS / "providers"
    pages = [folder / f"{name}.md", *sorted((folder / name).glob("*.md"))]
    text = "".join(page.read_text("utf-8") for page in pages)

    written = r"<!-- (?:table: |(?:operations|calls|shapes) -->).*?<!-- end -->"
    by_hand = re.sub(written, "", text, flags=re.DOTALL)

    assert not re.search(r"^\|", by_hand, re.MULTILINE)
    assert "<!-- table: wire " in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_table_has_an_end(page: Path) -> None:
    text = page.read_text("utf-8")

    assert len(MARK.findall(text)) == text.count("<!-- end -->")


def test_the_page_of_dependencies_names_each() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    wanted = [*project["project"]["dependencies"], *(name for extra in extras for name in extra)]

    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in wanted}

    page = (DOCS / "explanation/dependencies.md").read_text()
    told = set(re.findall(r"\*\*([a-z0-9-]+)\*\*", page))
    assert told == names - {"onboarding"}
