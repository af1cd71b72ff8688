"""`onboarding matrix` shows what each provider carries, asks for, can do and says of levels."""

from __future__ import annotations

import inspect
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from click.testing import CliRunner, Result
from onboarding import Company, IdentificationLevel, KYCLevel, User, missing
from onboarding.cli.app import app
from onboarding.levels import LevelPolicy, LevelRow
from onboarding.mapping.paths import leaves
from onboarding.mapping.people import person_leaves
from onboarding.operations import OPERATIONS, Operations
from onboarding.registry import Registry
from onboarding.spi import Adapter, Target

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

KINDS: dict[str, type[Adapter]] = {"mangopay": MangoPay, "paysera": Paysera}


def matrix(*arguments: str, columns: int = 80) -> Result:
    return CliRunner().invoke(app, ["matrix", *arguments], env={"COLUMNS": str(columns)})


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    found = json.loads(matrix("--json").stdout)["providers"]
    return {provider["provider"]: provider for provider in found}


@pytest.mark.parametrize(("kind", "other"), [("natural", "company."), ("legal", "identity.")])
def test_every_core_path_has_a_cell_for_every_provider(
    told: dict[str, Any], kind: str, other: str
) -> None:
    wanted = {path for path in leaves(User) if not path.startswith(other)}
    if kind == "legal":  # MangoPay takes a representative of a company
        slot = "people[representative]"
        wanted = wanted - {"people"} | {f"{slot}.{leaf}" for leaf in person_leaves()}

    assert all(set(provider["data"][kind]) == wanted for provider in told.values())


@pytest.mark.parametrize(
    ("provider", "kind", "path", "support"),
    [
        ("mangopay", "natural", "identity.birthdate", "supported"),
        ("mangopay", "natural", "identity.gender", "not supported"),
        ("mangopay", "natural", "locale", "not applicable"),
        ("mangopay", "legal", "people[representative].email", "supported"),
        ("mangopay", "legal", "phone", "not supported"),
        ("paysera", "natural", "identity.birthdate", "read-only"),
        ("paysera", "natural", "identity.national_id.country", "derived"),
        ("paysera", "natural", "credentials", "write-only"),
        ("paysera", "legal", "email", "no such person"),
    ],
)
def test_a_cell_shows_how_a_field_is_supported(
    told: dict[str, Any], provider: str, kind: str, path: str, support: str
) -> None:
    assert told[provider]["data"][kind][path]["support"] == support


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("kind", ["natural", "legal"])
def test_a_target_asks_for_exactly_what_a_new_person_lacks(
    told: dict[str, Any], name: str, kind: str
) -> None:
    new = User() if kind == "natural" else User(company=Company())
    cells = told[name]["data"][kind]
    for target in KINDS[name].targets.values():
        report = missing(new, target)
        lacking = {path for one in report.missing for path in one.paths if path in cells}

        asked = {
            path
            for path, cell in cells.items()
            for need in cell["required_for"]
            if need["target"] == target.name
            and need["certain"]
            and not (need["when"] or "").startswith(("if ", "as "))
            and path != "documents"
        }

        assert asked == lacking, target.id


def test_requirements_that_the_provider_decides_are_marked(
    told: dict[str, Any],
) -> None:
    needs = told["paysera"]["data"]["natural"]["credentials"]["required_for"]

    assert needs
    assert not any(need["certain"] for need in needs)
    assert "perhaps needed for register" in matrix(columns=120).stdout


def test_every_operation_of_the_core_has_a_row(told: dict[str, Any]) -> None:
    assert len(OPERATIONS) >= 22
    for provider in told.values():
        assert list(provider["operations"]) == [*OPERATIONS]


@pytest.mark.parametrize("name", KINDS)
def test_an_operation_is_there_where_the_adapter_has_one_of_its_own(
    told: dict[str, Any], name: str
) -> None:
    own = {
        operation
        for cls in KINDS[name].__mro__
        if cls not in (Adapter, Operations)
        for operation in vars(cls)
    } & {*OPERATIONS}

    assert {call for call, has in told[name]["operations"].items() if has} == own


def test_the_matrix_says_what_each_operation_does() -> None:
    words = " ".join(matrix(columns=200).stdout.split())

    for name in OPERATIONS:
        told = inspect.getdoc(getattr(Operations, name)) or ""
        assert name in words
        assert told.partition(".")[0].split("\n")[0] in words


@pytest.mark.parametrize("name", KINDS)
def test_levels_are_those_of_the_policy(told: dict[str, Any], name: str) -> None:
    rows = [
        (row["provider_level"], row["kyc_level"], row["identification_level"])
        for row in told[name]["levels"]
    ]

    assert rows == [
        (row.provider_level, row.kyc.value, row.identification.value)
        for row in KINDS[name].default_level_policy.rows
    ]


def test_levels_can_be_asked_for_alone() -> None:
    done = matrix("--level")

    assert "fully_identified" in done.stdout
    assert "given_name" not in done.stdout
    assert set(json.loads(matrix("--level", "--json").stdout)["providers"][0]) == {
        "provider",
        "levels",
    }


def test_a_kind_of_person_that_a_provider_does_not_take_has_no_column() -> None:
    done = matrix()

    assert "A legal person in a registration (paysera registers none)" in done.stdout


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_name_is_cut(columns: int) -> None:
    done = matrix(columns=columns)

    assert max(map(len, done.stdout.splitlines())) <= columns
    for name in ("people[representative].", "country_of_residence", "paysera/register"):
        assert name in done.stdout


# -- the page


@define
class Page(HTMLParser):
    """What a page is made of."""

    tags: list[tuple[str, dict[str, str | None]]] = field(factory=list)
    text: list[str] = field(factory=list)
    _open: list[str] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "wbr"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


def page(folder: Path) -> Page:
    place = folder / "matrix.html"
    assert matrix("--html", str(place)).exit_code == 0
    read = Page()
    read.feed(place.read_text("utf-8"))
    read.close()
    assert not read._open
    return read


def test_the_page_says_all_that_the_terminal_does(tmp_path: Path) -> None:
    words = page(tmp_path).words

    for path in leaves(User):
        assert path.rpartition(".")[2] in words or "birthplace.*" in words
    for kind in KINDS.values():
        assert all(target.id in words for target in kind.targets.values())
        assert all(
            row.provider_level in words and row.why in words
            for row in kind.default_level_policy.rows
        )
    for said in ("read-only", "needed for create_owner", "null if category is PAYER"):
        assert said in words


def test_the_page_needs_no_script_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    read = page(tmp_path)

    assert not read.of("script", "link", "img", "iframe")
    assert all((link["href"] or "").startswith("#") for link in read.of("a"))
    assert not any(name.startswith("on") for _, given in read.tags for name in given)
    assert not re.search(r"url\(|@import", "".join(read.text))


def test_the_page_can_be_read_by_a_machine_that_reads_aloud(tmp_path: Path) -> None:
    read = page(tmp_path)

    ids = {given["id"] for _, given in read.tags if "id" in given}
    assert read.of("html") == [{"lang": "en"}]
    assert read.of("title")
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in read.of("meta")
    assert all(given.get("scope") in ("col", "row", "rowgroup") for given in read.of("th"))
    assert all(given["aria-labelledby"] in ids for given in read.of("section"))
    regions = [given for given in read.of("div") if given.get("class") == "scroll"]
    assert len(regions) == len(read.of("table"))
    assert all(given["aria-label"] and given["tabindex"] == "0" for given in regions)
    assert {(link["href"] or "")[1:] for link in read.of("a")} <= ids


HOSTILE = "<script>alert('&')</script>"


class Odd(Adapter):
    """An adapter without a mapping, whose words are markup."""

    provider = "odd"
    targets = {  # noqa: RUF012
        "there": Target(provider="odd", name="there", words=HOSTILE, source=HOSTILE)
    }
    default_level_policy = LevelPolicy(
        (LevelRow(HOSTILE, KYCLevel.LIGHT, IdentificationLevel.UNIDENTIFIED, HOSTILE),)
    )


def test_words_of_an_adapter_are_no_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(entry_points=[])
    registry.register(Odd)
    monkeypatch.setattr("onboarding.cli.input.installed", lambda: registry)

    read = page(tmp_path)

    assert not read.of("script")
    assert HOSTILE in read.words
    assert "odd declares no mapping." in read.words


def test_without_an_adapter_there_is_no_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(entry_points=[])
    monkeypatch.setattr("onboarding.cli.input.installed", lambda: registry)

    done = matrix()

    assert done.exit_code == 2
    assert "no working adapter is installed" in done.stderr
