"""The pictures of the documentation are there, and show what is shown today."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from onboarding.cli.app import app

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(?:#[^)]*)?\)")
AGAIN = "run python docs/pictures/make.py"


@pytest.fixture(scope="module")
def make() -> Any:
    """The script that makes the pictures."""
    spec = spec_from_file_location("make_pictures", PICTURES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def links(page: Path) -> Iterator[tuple[bool, str, str]]:
    """Whether each link shows a picture, its text, and where it leads."""
    for sign, text, target in LINK.findall(page.read_text("utf-8")):
        if "://" not in target:
            yield bool(sign), text, target


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    found = [target for _, _, target in links(ROOT / "README.md")]

    assert found
    assert [target for target in found if not (ROOT / target).exists()] == []


def test_the_readme_shows_both_pictures_and_says_what_is_on_them() -> None:
    shown = {target: text for picture, text, target in links(ROOT / "README.md") if picture}

    assert set(shown) == {"docs/pictures/demo.svg", "docs/pictures/desk.png"}
    assert all(len(text) > 40 for text in shown.values())


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("tutorial/first-users.md", "demo.svg"),
        ("how-to/look-after-a-simulator.md", "desk.png"),
        ("how-to/swap-providers.md", "matrix.svg"),
        ("explanation/architecture.md", "way.svg"),
        ("explanation/levels.md", "levels.svg"),
    ],
)
def test_a_page_shows_its_picture(page: str, name: str) -> None:
    place = ROOT / "docs" / page

    shown = [(place.parent / target).resolve() for picture, _, target in links(place) if picture]

    assert shown == [PICTURES / name]


def test_the_picture_of_the_demo_shows_what_the_demo_prints(make: Any) -> None:
    picture = (PICTURES / "demo.svg").read_text("utf-8")

    printed = CliRunner().invoke(app, ["demo"], env={"COLUMNS": str(make.COLUMNS)}).stdout

    assert make.told(picture) == f"$ onboarding demo\n{printed.rstrip()}", AGAIN


@pytest.mark.parametrize("name", ["levels.svg", "matrix.svg", "way.svg"])
def test_a_figure_shows_what_the_code_says_today(make: Any, name: str) -> None:
    assert (PICTURES / name).read_text("utf-8") == make.FIGURES[name](), AGAIN


@pytest.mark.parametrize("name", ["levels.svg", "matrix.svg", "way.svg"])
def test_a_figure_has_colours_for_a_dark_page(name: str) -> None:
    picture = (PICTURES / name).read_text("utf-8")

    assert "prefers-color-scheme:dark" in picture
    assert '<rect class="page"' in picture


@pytest.mark.parametrize("name", ["demo.svg", "levels.svg", "matrix.svg", "way.svg"])
def test_a_picture_needs_nothing_from_elsewhere(name: str) -> None:
    picture = (PICTURES / name).read_text("utf-8")

    assert re.findall(r"@font-face|@import|url\((?!#)|href", picture) == []


def test_the_picture_of_the_desk_shows_the_words_of_today(make: Any) -> None:
    with make.desk() as url:
        words = make.words(url)

    assert words == (PICTURES / "desk.txt").read_text("utf-8"), AGAIN
    assert {"Waiting for the user", "VALIDATION_ASKED", "PENDING_USER_ACTION"} <= set(
        re.findall(r"[\w ]+", words.replace("Status", ""))
    )


def test_the_picture_of_the_desk_is_small(make: Any) -> None:
    content = (PICTURES / "desk.png").read_bytes()

    assert content.startswith(b"\x89PNG")
    assert len(content) < 150_000
    assert struct.unpack(">II", content[16:24]) == make.WINDOW
