"""Pages of a document from bytes, from a file by its path, from whatever gives bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from onboarding import DocumentPage, InvalidInput

SCAN = b"%PDF-1.7" + bytes(5000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "passport.pdf"
    path.write_bytes(SCAN)
    return path


class Drops:
    """An upload that gives a little at a time, and counts what was taken of it."""

    def __init__(self, content: bytes) -> None:
        self.taken = 0
        self._bytes: Iterator[int] = iter(content)

    def read(self, size: int, /) -> bytes:
        part = bytes(islice(self._bytes, min(size, 7)))
        self.taken += len(part)
        return part


@pytest.mark.parametrize("spelled", [Path, str])
def test_a_page_is_read_from_a_path_and_takes_its_name(file: Path, spelled: type) -> None:
    page = DocumentPage.read(spelled(file))

    assert page == DocumentPage(content=SCAN, filename="passport.pdf")


def test_a_name_that_is_given_counts(file: Path) -> None:
    page = DocumentPage.read(file, filename="front.pdf", media_type="application/pdf")

    assert (page.filename, page.media_type) == ("front.pdf", "application/pdf")


def test_a_page_is_read_from_an_open_file(file: Path) -> None:
    with file.open("rb") as opened:
        page = DocumentPage.read(opened)

    assert page == DocumentPage(content=SCAN)


def test_a_stream_that_gives_a_little_at_a_time_is_read_to_its_end() -> None:
    assert DocumentPage.read(Drops(SCAN)).content == SCAN


@pytest.mark.parametrize("more", [0, 1])
def test_a_page_of_more_bytes_than_allowed_is_refused(file: Path, more: int) -> None:
    most = len(SCAN) - 1 + more

    for source in (file, io.BytesIO(SCAN), Drops(SCAN)):
        if more:
            assert len(DocumentPage.read(source, most=most).content) == most
            continue
        with pytest.raises(InvalidInput) as raised:
            DocumentPage.read(source, most=most)
        assert [(p.path, p.code) for p in raised.value.problems] == [("content", "too_large")]


def test_what_is_too_large_is_not_read_to_its_end() -> None:
    stream = Drops(bytes(10_000))

    with pytest.raises(InvalidInput):
        DocumentPage.read(stream, most=100)

    assert stream.taken == 101


def test_a_file_of_text_is_no_page() -> None:
    with pytest.raises(InvalidInput) as raised:
        DocumentPage.read(io.StringIO("abc"))  # type: ignore[arg-type]

    assert raised.value.paths == ("content",)


def test_a_file_that_is_not_there_is_told_as_open_tells_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        DocumentPage.read(tmp_path / "none.pdf")
