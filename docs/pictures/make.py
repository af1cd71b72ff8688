"""Makes the pictures of the documentation from the real thing: `python docs/pictures/make.py`.

`desk.png` is the desk of a simulator at which users were onboarded, and `desk.txt` the words on it;
`demo.svg` is what `onboarding demo` prints at 80 columns; `figures.py` draws the others. Chromium
takes the picture of the desk: `apt-get install chromium`.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import requests
from onboarding import Document, DocumentPage, DocumentPurpose, Gateways, Secret, User
from onboarding.simulation import serve
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from onboarding_mangopay import MangoPay
from onboarding_simulators.shared import VirtualClock

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from docs.pictures import figures  # noqa: E402
from tests.simulators.desk.papers import pdf, picture  # noqa: E402

FIGURES = {"way.svg": figures.way, "levels.svg": figures.levels, "matrix.svg": figures.matrix}
COLUMNS = 80
CELL = 12.2  # the width of a character in rich's SVG
WINDOW = (1120, 752)
NOON = 1_767_787_200.0  # 2026-01-07, 12:00 UTC: a clock that stands still
PEOPLE = (
    ("Léa", "Martin", "FR", "lea.martin@example.com"),
    ("Oleksandr", "Kovalenko", "UA", "oleksandr@example.com"),
    ("Ona", "Šimkutė", "LT", "ona@example.com"),
)
THEME = TerminalTheme(
    (31, 30, 27),
    (237, 234, 227),
    [(31, 30, 27), (243, 139, 128), (134, 205, 184), (232, 196, 118),
     (140, 176, 230), (213, 160, 214), (134, 200, 215), (237, 234, 227)],
)  # fmt: skip


# -- the desk


@contextmanager
def desk() -> Iterator[str]:
    """A simulator at which users were onboarded; gives the address of one of them."""
    clock = VirtualClock(NOON)
    simulator = MangoPay.simulator()(
        client_id="acme", api_key="key", clock=clock, entropy=random.Random(7).randbytes
    )
    with serve(simulator) as base_url:
        table = {"provider": "mangopay", "client_id": "acme", "api_key": Secret("key")}
        config = {"gateways": {"fr": {**table, "base_url": base_url}}}
        with Gateways.from_config(config) as gateways:
            gateway = gateways["fr"]
            for person in PEOPLE:
                clock.advance(420)
                record = gateway.create_user(owner(*person))
            for purpose, content in (
                (DocumentPurpose.IDENTITY, picture()),
                (DocumentPurpose.ADDRESS, pdf("Proof of address")),
            ):
                clock.advance(60)
                document = Document(purpose=purpose, pages=(DocumentPage(content=content),))
                gateway.submit_document(record.id, document)
        yield f"{base_url}{simulator.desk_path}/users/{record.id}"


def owner(given: str, family: str, country: str, email: str) -> User:
    return User.parse(
        {
            "identity": {
                "given_name": given,
                "family_name": family,
                "birthdate": "1990-03-11",
                "nationality": country,
                "country_of_residence": country,
            },
            "email": email,
            "category": "OWNER",
            "terms": {"accepted": True},
        }
    )


def words(url: str) -> str:
    """What a page says, a line for each of its parts; the port differs from run to run."""
    page = requests.get(url, timeout=10).text
    body = re.sub(r"<wbr>|</?(?:a|abbr|b|code|span|time)\b[^>]*>", "", page.partition("<body>")[2])
    lines = (" ".join(line.split()) for line in re.split(r"<[^>]*>|\n", body))
    text = unescape("\n".join(filter(None, lines)))
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8001", text) + "\n"


def photograph(url: str, place: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                f"--user-data-dir={profile}", f"--window-size={WINDOW[0]},{WINDOW[1]}",
                f"--screenshot={place}", url,
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


# -- the demo


def demo() -> Text:
    """What `onboarding demo` prints on a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "onboarding", "demo"],
        env={**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color",
             "PYTHONUTF8": "1"},
        check=True, capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    return Text.from_ansi(done.stdout.rstrip())


def drawn(text: Text) -> str:
    """A text as an SVG that needs nothing from elsewhere."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text("$ onboarding demo", "bold"))
    console.print(text)
    svg = console.export_svg(title="", theme=THEME, unique_id="demo")
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
    return _TEXT.sub(_upright, svg.replace("Fira Code, monospace", fonts))


_TEXT = re.compile(r'<text class="([\w-]+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>')


def _upright(found: re.Match[str]) -> str:
    """The same with its upright strokes as lines, which leave no gap between two rows."""
    style, x, y, shown = found[1], float(found[2]), float(found[3]), unescape(found[4])
    strokes = (
        f'<rect class="{style}" x="{x + (at + 0.46) * CELL:.1f}" y="{y - 21:.1f}" '
        f'width="1" height="28"/>'
        for at, char in enumerate(shown)
        if char == "│"
    )
    return found[0] + "".join(strokes)


def told(svg: str) -> str:
    """The lines that an SVG of a terminal shows; spaces are where nothing is drawn."""
    lines: dict[float, str] = {}
    for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in each.attrib:
            place, column = float(each.attrib["y"]), round(float(each.attrib["x"]) / CELL)
            lines[place] = lines.get(place, "").ljust(column) + (each.text or "")
    return "\n".join(line.replace("\xa0", " ").rstrip() for line in lines.values())


def main() -> None:
    (HERE / "demo.svg").write_text(drawn(demo()), "utf-8")
    for name, draw in FIGURES.items():
        (HERE / name).write_text(draw(), "utf-8")
    with desk() as url:
        (HERE / "desk.txt").write_text(words(url), "utf-8")
        photograph(url, HERE / "desk.png")


if __name__ == "__main__":
    main()
