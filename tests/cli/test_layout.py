"""How text and tables are laid out for a terminal."""

from __future__ import annotations

from io import StringIO

from hypothesis import given, settings
from hypothesis import strategies as st
from onboarding.cli import screen
from onboarding.cli.layout import Page, fitted
from rich.table import Table
from rich.text import Text

URL = "https://onboarding.internal.example.com/v2.01/acme/users/user_m_01KEC6EDZ0B9KG6VWVAG6PQRGH"
PATH = "people[representative].address.postal_code"
WORDS = st.lists(st.text("abä日_-,:", min_size=1, max_size=30), max_size=12)


def printed(shown: str | Table, width: int) -> list[str]:
    console = Page(file=StringIO(), width=width, markup=False, highlight=False, emoji=False)
    console.print(shown)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


@settings(max_examples=60)
@given(WORDS, st.integers(10, 60))
def test_a_text_keeps_its_words_and_its_width(words: list[str], width: int) -> None:
    lines = fitted(Text("  " + "  ".join(words)), width, hanging=True).split("\n")

    assert [word for line in lines for word in line.plain.split()] == words
    assert all(line.cell_len <= width or len(line.plain.split()) == 1 for line in lines)


def test_a_url_that_is_too_long_has_a_line_of_its_own() -> None:
    assert printed(f"  base_url: {URL} is not encrypted", 40) == [
        "  base_url:",
        URL,
        "    is not encrypted",
    ]


def test_a_path_that_is_too_long_breaks_after_a_dot() -> None:
    assert printed(f"{PATH}: is required", 30) == [
        "people[representative].",
        "address.postal_code: is",
        "required",
    ]


def test_a_path_that_fits_into_a_line_is_not_broken() -> None:
    assert printed(f"needed by both: {PATH}", 50) == ["needed by both:", PATH]


def test_a_column_is_as_wide_as_its_longest_word_before_another_one_gets_more() -> None:
    table = screen.table("", "why", "path")
    table.add_row("is required of every owner who is a natural person", "country_of_residence")

    assert "country_of_residence" in " ".join(printed(table, 40))
    assert max(map(len, printed(table, 40))) == 40


def test_a_column_without_content_is_left_out() -> None:
    table = screen.table("", "user", "path", "why")
    table.add_row("ona", "", "is no user")

    assert "path" not in " ".join(printed(table, 80))


def test_cells_that_do_not_fit_side_by_side_are_printed_below_each_other() -> None:
    table = screen.table("Adapters", "name", "adapter")
    table.add_row("mangopay", URL)
    table.add_row("paysera", "Paysera")

    assert printed(table, 40) == [
        "Adapters",
        "─" * 40,
        "name     mangopay",
        "adapter",
        URL,
        "─" * 40,
        "name     paysera",
        "adapter  Paysera",
    ]


def test_a_column_of_numbers_stays_on_the_right() -> None:
    table = screen.table("", "state", "users")
    table.columns[1].justify = "right"
    table.add_row("created", "7")

    assert "│ created │     7 │" in printed(table, 80)
