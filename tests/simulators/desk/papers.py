"""Files to hand in: a picture and a PDF, drawn here, and large enough to be taken."""

from __future__ import annotations

import struct
import zlib

LEAST = 33 * 1024


def picture(width: int = 640, height: int = 404) -> bytes:
    """Gives a PNG that looks a little like an identity card."""
    rows = b"".join(
        b"\0" + b"".join(_colour(x, y, width, height) for x in range(width)) for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows))
    room = max(LEAST - len(made), 1)
    return made + _chunk(b"teSt", bytes(room)) + _chunk(b"IEND", b"")


def pdf(text: str = "Proof") -> bytes:
    """Gives a PDF of one page with one line."""
    drawn = f"BT /F1 36 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = b"%PDF-1.4\n%" + b" " * LEAST + b"\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + (
        b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (table, len(made))
    )


def _colour(x: int, y: int, width: int, height: int) -> bytes:
    if 40 < x < 200 and 110 < y < 320:  # the photo
        return b"\xb9\xc4\xc9" if (x - 120) ** 2 + (y - 190) ** 2 > 45**2 else b"\x6f\x7d\x86"
    if x > 240 and y > 110 and y % 42 < 12 and y < 330 and x < 580 - (y * 7) % 160:
        return b"\x55\x63\x6c"  # lines of writing
    if y < 70:
        return b"\x2f\x5d\x62"
    wave = (x * x // 90 + y * 3) % 64
    return bytes((226 - wave // 4, 234 - wave // 6, 230 - wave // 5))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
