"""The documented limits of the pages of a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from onboarding.errors import Problem
from onboarding.model.documents import Document, DocumentPage, DocumentPurpose
from onboarding.values.media_types import canonical, media_type_of
from onboarding.values.pdf import is_encrypted

__all__ = ["PageRules"]

_NAMES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF"}


@frozen(kw_only=True)
class PageRules:
    """What a provider takes as the pages of a document."""

    most: int
    """The most pages. Example: `5`."""
    media_types: tuple[str, ...]
    """The types of the files, told by their first bytes. Example: `("application/pdf",)`."""
    most_bytes: int
    """The most bytes of a page. Example: `7340032`."""
    least_bytes: int = 1
    """The fewest bytes of a page. Example: `1024`."""
    least_of: Mapping[DocumentPurpose, int] = field(factory=dict[DocumentPurpose, int])
    """The fewest bytes by purpose, where they differ."""
    encrypted: bool = False
    """Whether a PDF may have a password."""

    def problems(self, document: Document) -> list[Problem]:
        """Returns the problems of the pages of a document, by path: `pages.0`."""
        count = len(document.pages)
        if count == 0:
            return [Problem("pages", "missing", "a document has at least one page")]
        if count > self.most:
            return [Problem("pages", "too_many", f"a document has at most {self.most} pages")]
        return [
            problem.under(number).under("pages")
            for number, page in enumerate(document.pages)
            for problem in self._of(page, self.least_of.get(document.purpose, self.least_bytes))
        ]

    def _of(self, page: DocumentPage, least: int) -> Iterator[Problem]:
        size, kind = len(page.content), media_type_of(page.content)
        if kind not in self.media_types:
            *others, last = (_NAMES.get(one, one) for one in self.media_types)
            known = f"{', '.join(others)} or {last}" if others else last
            yield Problem("", "shape", f"is not a {known}")
        elif page.media_type is not None and canonical(page.media_type) != kind:
            yield Problem("media_type", "conflict", f"the bytes are {kind}")
        elif kind == "application/pdf" and not self.encrypted and is_encrypted(page.content):
            text = "the PDF is password protected; send it without a password"
            yield Problem("", "encrypted", text)
        if size < least:
            yield Problem("", "too_small", f"has fewer than {least} bytes")
        if size > self.most_bytes:
            yield Problem("", "too_large", f"has more than {self.most_bytes} bytes")
