"""A file is read as spreadsheets and other systems write it, or refused in one clear sentence."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from onboarding import InvalidInput
from onboarding.bulk import Line, UserFile
from onboarding.bulk.flat import cell_kinds
from onboarding.bulk.headings import columns_of, path_of
from onboarding.cli.app import app
from onboarding.serialization.aliases import ALIASES, alias_key

DATA = Path(__file__).parent / "data"
CANARY = "Zxqcanary"
ROBIN = {
    "identity": {"given_name": "Robin", "family_name": "Fox"},
    "email": "robin@example.com",
    "category": "PAYER",
    "terms": {"accepted": False},
}


def read(text: str | bytes) -> list[Line]:
    """The lines of a CSV."""
    raw = text.encode() if isinstance(text, str) else text
    return list(UserFile(io.BytesIO(raw), is_csv=True))


def refused(text: str | bytes, name: str = "users.csv") -> list[str]:
    """The problems of a file that is refused as a whole."""
    raw = text.encode() if isinstance(text, str) else text
    file = UserFile(io.BytesIO(raw), is_csv=name.endswith((".csv", ".txt")), name=name)
    with pytest.raises(InvalidInput) as raised:
        next(iter(file))
    return [f"{problem.path}: {problem.message}" for problem in raised.value.problems]


def told(lines: list[Line]) -> list[tuple[int, str, list[str]]]:
    return [
        (line.number, line.ref, [f"{p.path}: {p.message}" for p in line.problems]) for line in lines
    ]


# -- separators


@pytest.mark.parametrize("name", ["a3_semicolons.csv", "a3_tabs.csv", "a3_sep_line.csv"])
def test_a_spreadsheets_separator_is_read(name: str) -> None:
    with UserFile.open(DATA / name) as file:
        (line,) = file

    assert (line.ref, line.data) == ("1", ROBIN)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}\n", '"sep={}"\r\n', "\ufeffSEP={}\n"])
def test_each_separator_is_read_with_and_without_a_line_that_names_it(
    separator: str, first: str
) -> None:
    text = 'ref,email,tag\na,a@example.com,"x,y;z|\t."\n'.replace(",", separator)
    text = text.replace(f"x{separator}y", "x,y")

    (line,) = read(first.format(separator) + text)

    assert line.number == 2 + bool(first)
    assert line.data == {"email": "a@example.com", "tag": "x,y;z|\t."}


def test_a_separator_inside_a_quoted_heading_separates_nothing() -> None:
    assert refused('ref,email,"shoes, and; size"\na,b,c\n') == [
        'column 3: the heading "shoes, and; size" is not a core path that a cell can hold; '
        "rename the column or leave it out"
    ]


def test_two_separators_in_one_header_are_named_and_the_way_out_too() -> None:
    assert refused("ref;email,tag\na;b,c\n") == [
        "header: has commas and semicolons between its headings; use only one of them: "
        "a comma, or declare one in a first line such as sep=;"
    ]


def test_a_named_separator_that_the_header_does_not_use_is_refused() -> None:
    assert refused("sep=,\nref;email\na;b\n") == [
        "header: is separated by semicolons, the line before it declares commas; "
        "use the same in both"
    ]
    assert refused("sep=#\nref#email\na#b\n") == [
        "header: line 1 names an unknown separator; use comma, semicolon, tab, bar"
    ]


# -- line ends and encodings


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end_is_one(end: str, last: bool) -> None:
    text = end.join(["ref,identity.given_name", "a,Zoë", "", "b,Kim"]) + end * last

    assert [(line.number, line.ref, line.data["identity"]) for line in read(text)] == [
        (2, "a", {"given_name": "Zoë"}),
        (4, "b", {"given_name": "Kim"}),
    ]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["users.csv", "users.txt", "users.tsv"])
def test_unicode_text_of_a_spreadsheet_is_read(tmp_path: Path, coding: str, name: str) -> None:
    place = tmp_path / name
    place.write_bytes("ref\tidentity.given_name\r\na\tZoë 🙂\r\n".encode(coding))

    with UserFile.open(place) as file:
        (line,) = file

    assert line.data == {"identity": {"given_name": "Zoë 🙂"}}
    assert file.consumed == file.size


def test_utf_16_that_is_cut_off_or_broken_spoils_the_line() -> None:
    whole = "ref,tag\na,x\nb,\ud800\nc,z".encode("utf-16", "surrogatepass")

    lines = read(whole[:-1])

    assert [(line.number, bool(line.problems)) for line in lines] == [
        (2, False),
        (3, True),
        (4, True),
    ]


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_text_of_another_encoding_is_refused(coding: str) -> None:
    (problem,) = refused("ref,tag\na,x\n".encode(coding))

    assert problem.startswith("file: is not UTF-8")


def test_bytes_that_are_not_utf_8_are_refused_by_line() -> None:
    lines = read(b"ref,identity.given_name\na,Ren\xe9\nb,Ana\n")

    assert told(lines) == [
        (2, "a", [": the line is not UTF-8; save the file as UTF-8"]),
        (3, "b", []),
    ]
    assert refused("ref,prénom\na,b\n".encode("latin-1")) == [
        "header: line 1 is not UTF-8; save the file as UTF-8"
    ]


# -- columns without a heading


def test_empty_columns_at_the_end_are_ignored() -> None:
    lines = read("ref,tag,,\na,x\nb,y,,,,\nc,z, ,\u00a0\n,,,\n")

    assert told(lines) == [(2, "a", []), (3, "b", []), (4, "c", [])]


def test_a_cell_without_a_heading_is_reported_by_line_and_column() -> None:
    lines = read("ref,,tag\na,,x\nb,secret,y\nc,,z,more\n")

    assert told(lines) == [
        (2, "a", []),
        (3, "b", [": the line has a cell in column 2, which has no heading"]),
        (4, "c", [": the line has 4 cells, the header has 3"]),
    ]


# -- line breaks and quotes


def test_a_line_break_in_a_cell_is_one_error_of_one_user() -> None:
    rest = "2,Kim,Jones,kim@example.com,PAYER,false,2 Long Lane,Leeds\n"
    text = (DATA / "a14_line_break_in_cell.csv").read_text() + rest

    assert told(read(text)) == [
        (2, "1", ["address.line1: the cell contains a line break; write it on one line"]),
        (4, "2", []),
    ]


def test_a_quote_that_is_not_closed_is_one_error_where_it_opens() -> None:
    for end in ("", "\n", '\n4,"Ana, Maria",c@example.com\n'):
        text = f'ref,tag,email\n1,x,a@example.com\n2,"y,b@example.com\n3,z,c@example.com{end}'

        assert told(read(text))[:3] == [
            (2, "1", []),
            (3, "line-3", [": the line opens a quote that is not closed"]),
            (4, "3", []),
        ]


def test_a_line_break_at_the_end_of_a_cell_is_a_blank() -> None:
    (one, other) = read('ref,tag,email\n1,"x\n",a@example.com\n2,y,b@example.com\n')

    assert (one.ref, one.data["tag"]) == ("1", "x")
    assert (other.ref, other.number) == ("2", 4)


def test_what_follows_an_open_quote_is_looked_at_within_bounds() -> None:
    below = f"{'x' * 1000}\n" * 1200
    lines = read(f'ref,tag\na,"{below}b,y\n')

    assert lines[0].problems[0].message == "the line opens a quote that is not closed"
    assert (lines[-1].number, lines[-1].ref) == (1202, "b")


# -- headings


def test_own_headings_are_read_by_what_they_mean() -> None:
    with UserFile.open(DATA / "a7_own_headings.csv") as file:
        (line,) = file

    assert file.headings == {
        "first_name": "identity.given_name",
        "last_name": "identity.family_name",
        "dob": "identity.birthdate",
        "country": "address.country",
    }
    assert line.data == {
        "identity": {"given_name": "Robin", "family_name": "Fox", "birthdate": "1990-01-01"},
        "address": {"country": "IE"},
        "email": "robin@example.com",
    }


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("identity.given_name", "identity.given_name"),
        ("Identity.Given Name", "identity.given_name"),
        ("identity_given_name", "identity.given_name"),
        ("First Name", "identity.given_name"),
        ("FirstName", "identity.given_name"),
        ("FIRST-NAME ", "identity.given_name"),
        ("Zip", "address.postal_code"),
        ("E-mail", "email"),
        ("Ref", "ref"),
        ("extras.mangopay.x", "extras.mangopay.x"),
        ("frist_name", None),
        ("given_nam", None),
        ("name", None),
        ("national_id", None),
        ("Middle Name", "identity.middle_name"),
        ("DBA", "company.trade_name"),
        ("VAT number", "company.vat_number"),
        ("maiden_name", None),
    ],
)
def test_a_heading_is_mapped_by_its_meaning_and_never_by_its_spelling(
    heading: str, path: str | None
) -> None:
    assert path_of(heading) == path


def test_no_word_has_two_meanings() -> None:
    words = [(alias_key(word), path) for path, found in ALIASES.items() for word in found]
    leaves = [(alias_key(path.rpartition(".")[2]), path) for path in ALIASES]
    paths = [(alias_key(path), path) for path in cell_kinds()]

    meanings: dict[str, set[str]] = {}
    for key, path in [*words, *leaves, *paths]:
        meanings.setdefault(key, set()).add(path)

    assert {key: found for key, found in meanings.items() if len(found) > 1} == {}
    assert len({key for key, _ in words}) == len(words)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("name", '"name" can mean more than one thing; name the column identity.given_name or'),
        ("ID", '"ID" may mean ref; if so, name the column ref'),
        ("ssn", '"ssn" can mean more than one thing; name the column identity.national_id.code'),
        (
            "maiden name",
            '"maiden name" has no field in the core; leave the column out',
        ),
        ("frist_name", "; did you mean identity.given_name?"),
        ("shoe size", '"shoe size" is not a core path'),
    ],
)
def test_a_heading_that_is_not_known_is_named_with_a_hint(heading: str, words: str) -> None:
    (problem,) = refused(f"email,{heading}\na@example.com,x\n")

    assert problem.startswith("column 2: ")
    assert words in problem


@pytest.mark.parametrize("row", [f"Fritz,Lang,{CANARY}", CANARY, f"{CANARY},town"])
def test_a_file_without_headings_shows_no_value(row: str) -> None:
    assert CANARY not in "".join(refused(f"{row}\n{row}\n"))


def test_two_headings_of_one_path_are_both_named() -> None:
    assert refused("first_name,email,identity.given_name,Forename\n") == [
        "column 3: identity.given_name and first_name (column 1) both mean identity.given_name; "
        "keep one of them",
        "column 4: Forename and first_name (column 1) both mean identity.given_name; "
        "keep one of them",
    ]


def test_headings_that_are_core_paths_are_not_printed() -> None:
    assert columns_of(["ref", "email", " tag ", ""]).renamed == {}


@pytest.mark.parametrize("command", ["missing", "run"])
def test_a_command_tells_how_headings_are_read(command: str, tmp_path: Path) -> None:
    config = tmp_path / "onboarding.toml"
    config.write_text(
        '[gateways.fr]\nprovider = "mangopay"\nclient_id = "a"\napi_key = "env:KEY"\n'
        'base_url = "http://127.0.0.1:9"\n'
    )
    given = [command, str(DATA / "a7_own_headings.csv")]
    out = ["--config", str(config), "--out", str(tmp_path / "results.jsonl")]
    given += out if command == "run" else ["mangopay/create_payer"]
    runner = CliRunner(env={"KEY": "k"})

    seen, plain = runner.invoke(app, given), runner.invoke(app, [*given, "--json"])

    assert "first_name -> identity.given_name\n" in seen.stderr
    assert "identity.given_name" not in plain.stderr
    assert json.loads(plain.stdout)["headings"]["first_name"] == "identity.given_name"


# -- blanks


def test_a_cell_loses_the_blanks_that_user_parse_drops_and_no_other() -> None:
    header = "ref,tag,credentials.kind,credentials.password,extras.paysera.note"
    blank = "\u00a0\u200b\ufeff\u3000\t"

    (one, other) = read(
        f'{header}\n{blank}a{blank},{blank}x{blank}y,password," s ",{blank}\n'
        f'b,{blank},," ",z{blank}\n'
    )

    assert (one.ref, one.data) == (
        "a",
        {"tag": f"x{blank}y", "credentials": {"kind": "password", "password": " s "}},
    )
    assert (other.ref, other.data) == ("b", {"extras": {"paysera": {"note": f"z{blank}"}}})


def test_a_ref_is_the_same_in_json_and_csv() -> None:
    json_line = next(iter(UserFile(io.BytesIO(b'{"ref": " a\\u00a0"}\n'))))

    assert json_line.ref == read("ref,tag\n a\u00a0,x\n")[0].ref == "a"


# -- other formats


def zipped(*names: str, minute: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name, (2026, 12, 1, 1, minute, 0)), "x" * 100)
    return made.getvalue()


WORKBOOK = zipped("[Content_Types].xml", "xl/workbook.xml")
SAVE = "save it as CSV UTF-8 or JSON Lines"


@pytest.mark.parametrize("name", ["users.csv", "users.jsonl", ""])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (WORKBOOK, f"is an Excel workbook; {SAVE}"),
        (zipped("docProps/app.xml"), f"is an Excel workbook; {SAVE}"),
        # At 1:20 a byte of the time is a line feed.
        (zipped("xl/workbook.xml", minute=20), f"is an Excel workbook; {SAVE}"),
        (zipped("Index/Document.iwa", minute=20), f"is a Numbers spreadsheet; {SAVE}"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), f"is an Excel workbook; {SAVE}"),
        (zipped("Index/Document.iwa"), f"is a Numbers spreadsheet; {SAVE}"),
        (zipped("users.csv"), f"is a workbook or another ZIP archive; {SAVE}"),
        (gzip.compress(b"ref,email\na,b\n", mtime=0), "is a gzip archive; unpack it first"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", f"is a PDF; {SAVE}"),
        (b"\xef\xbb\xbf<html><table>", f"is HTML or XML; {SAVE}"),
        (b"", "is empty"),
        (b"\n \r\n", ""),
    ],
)
def test_what_is_no_file_of_users_is_one_error(name: str, content: bytes, words: str) -> None:
    (problem,) = refused(content, name)

    assert problem.startswith("file: ")
    assert words in problem


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("users.xlsx", "is an Excel workbook"),
        ("Users.XLS", "is an Excel workbook"),
        ("users.ods", "is an OpenDocument spreadsheet"),
        ("users.numbers", "is a Numbers spreadsheet"),
        ("users.csv.gz", "is a gzip archive"),
    ],
)
def test_a_workbook_is_known_by_its_name_as_well(name: str, words: str) -> None:
    (problem,) = refused("ref,email\n", name)

    assert problem.startswith(f"file: {words}; ")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("users.csv", '[{"email": "a@example.com"}]', "contains JSON; give it a name that ends in"),
        ("users.csv", '\ufeff\n{"email": "a@example.com"}\n', "contains JSON; give it a name that"),
        ("users.csv", "ref,email\n\n,,\n", "has a header and no rows"),
        ("users.jsonl", "ref,email\na,a@example.com\n", "contains CSV; save it under a name"),
        ("users.jsonl", "sep=;\nFirst Name;Surname\n", "contains CSV; save it under a name"),
        ("users.jsonl", "[]", "contains no user"),
        ("users.jsonl", '\ufeff{"ref": "a"}\n', ""),
    ],
)
def test_one_format_under_the_name_of_another_is_one_error(
    name: str, content: str, words: str
) -> None:
    if not words:
        assert [line.ref for line in UserFile(io.BytesIO(content.encode()))] == ["a"]
        return

    (problem,) = refused(content, name)

    assert problem.startswith(f"file: {words}")


@pytest.mark.parametrize("command", ["missing", "run"])
def test_a_folder_is_named_as_one(command: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [command, str(tmp_path), "mangopay/payouts"])

    assert done.exit_code == 2
    assert "is a directory" in done.stderr


def test_users_come_out_of_a_pipe_before_it_ends() -> None:
    for is_csv, first in ((True, b"ref,tag\na,x\n"), (False, b'{"ref": "a"}\n{"ref": "b"}\n')):
        reading, writing = os.pipe()
        os.write(writing, first)
        with os.fdopen(reading, "rb") as stream:
            line = next(iter(UserFile(stream, is_csv=is_csv)))
            os.close(writing)

        assert line.ref == "a"
