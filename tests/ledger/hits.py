"""Finds the phrases by which the providers' documents make a claim.

```
python tests/ledger/hits.py FOLDER > tests/ledger/hits.csv
```

The folder holds the documents as text files, told apart by their sha256, not by their names.
The list says document, line, phrase, and the hash of the line, and quotes nothing. Whoever has
the same texts can make it again.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["DOCUMENTS", "PHRASES", "Hit", "documents_in", "hits_in"]

Hit = tuple[str, int, str, str]
"""Document, line counted from 1, phrase, first 12 digits of the sha256 of the stripped line."""

# name of the document -> first 16 digits of the sha256 of its text
DOCUMENTS = {
    "mangopay/users-of-the-node-sdk": "d4d7e3f154cc3069",
    "mangopay/create-natural-user": "1f5cd3a023aa16ac",
    "mangopay/update-natural-user": "943d690c7b9f0429",
    "mangopay/natural-user-object": "08f28299a01fbc37",
    "paysera/user-resource": "6d689d58ae59f276",
}

# name of a phrase -> how the documents spell it, in any case. Some texts lost the blanks between
# their cells, so that a phrase may be glued to the word before it.
PHRASES = {
    "required": r"\brequire[sd]\b",
    "mandatory": r"\bmandatory\b",
    "optional": r"\boptional\b",
    "conditional": r"\bconditional\b",
    "allowed values": r"\ballowed values?\b",
    "returned values": r"(?:returned|possible) values?\b",
    "bracket": r"\b\d+K\b",
    "one of": r"\bone of\b",
    "default": r"\bdefaults?\b",
    "min length": r"\bmin(?:imum|\.)? length\b",
    "max length": r"\bmax(?:imum|\.)? length\b",
    "characters": r"\bcharacters",
    "format": r"\bformat:|\byyyy-mm-dd\b",
    "country code": r"\biso 3166\b",
    "timestamp": r"\bunix timestamp\b",
    "ensure": r"\bensure\b",
    "must": r"\bmust\b",
    "null": r"(?:returned|is) `?null\b",
    "cannot": r"\bcan(?:no|['’])?t\b|\bnot possible\b",
    "can be": r"\bcan be\b",
    "able to": r"\bable to\b",
    "only": r"\bonly\b",
    "not": r"\bnot?(?![a-z_])",
    "always": r"\balways\b",
    "if available": r"\bif available\b",
    "modify": r"\bmodif(?:y|ied|ying|ication)\b",
    "downgrade": r"\bdowngrade",
    "deprecated": r"\bdeprecated\b|\bstop working\b",
    "blocked": r"\bblocked\b",
    "verified": r"\b(?:verified|confirmed)\b",
    "scope": r"\bscopes?\b",
    "permission": r"\bpermissions?\b",
    "access token": r"\baccess[ _]token\b",
    "receives": r"\breceives\b",
    "returns": r"\breturns \w",
    "level": r"\blevel \d",
    "body": r"^body:",
    "types": r"\btypes:",
    "type": r'"type": "',
    "errors": r"^errors\b",
}
_PATTERNS = {name: re.compile(text, re.IGNORECASE) for name, text in PHRASES.items()}


def documents_in(folder: Path) -> dict[str, str]:
    """The texts of the documents found in a folder, by name."""
    names = {digest: name for name, digest in DOCUMENTS.items()}
    found = {_digest(path.read_bytes(), 16): path for path in sorted(folder.glob("*.txt"))}
    return {
        names[digest]: path.read_text("utf-8") for digest, path in found.items() if digest in names
    }


def hits_in(name: str, text: str) -> Iterator[Hit]:
    """Every phrase in every line of one document."""
    for number, line in enumerate(text.splitlines(), 1):
        for phrase, pattern in _PATTERNS.items():
            if pattern.search(line):
                yield name, number, phrase, _digest(line.strip().encode(), 12)


def _digest(data: bytes, digits: int) -> str:
    return hashlib.sha256(data).hexdigest()[:digits]


def main() -> int:
    """Writes the list; a document that the folder lacks is an error."""
    parser = argparse.ArgumentParser(description="Lists where the documents make a claim.")
    parser.add_argument("folder", type=Path, help="where the texts of the documents are")
    folder = parser.parse_args().folder
    found = documents_in(folder)
    missing = [name for name in DOCUMENTS if name not in found]
    if missing:
        sys.stderr.write(f"not in {folder}, or another text: {', '.join(missing)}\n")
        return 1
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("document", "line", "phrase", "hash"))
    for name in DOCUMENTS:
        out.writerows(hits_in(name, found[name]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
