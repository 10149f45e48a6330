"""Looking into a PDF: its text, its tags, its pictures. Works without any program outside Python."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

CHAR = re.compile(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
RANGE = re.compile(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
SECTIONS = re.compile(r"begin(bfchar|bfrange)(.*?)end", re.DOTALL)


def page_texts(data: bytes) -> list[str]:
    """The text of every page, one line for each piece that was drawn at once; spaces are plain ones."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [re.sub(r"[\u00a0\u2009\u202f]", " ", "\n".join(_pieces(page))) for page in pdf.pages]


def text_of(data: bytes) -> str:
    """The text of the whole document in one line."""
    return " ".join(" ".join(page_texts(data)).split())


def elements(data: bytes) -> list[tuple[str, str]]:
    """The structure elements in order: what each is, and its alternative text."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return list(_elements(pdf.Root.StructTreeRoot.K))


def image_count(data: bytes) -> int:
    """How many bitmaps are in it; vector pictures are none."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return sum(
            isinstance(each, pikepdf.Stream) and str(each.get("/Subtype", "")) == "/Image" for each in pdf.objects
        )


def _elements(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from _elements(each)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node.S)[1:], str(node.get("/Alt", ""))
        yield from _elements(node.get("/K", pikepdf.Array()))


def _pieces(page: Any) -> Iterator[str]:
    yield from _drawn(page, page.get("/Resources", pikepdf.Dictionary()))


def _drawn(stream: Any, resources: Any) -> Iterator[str]:
    glyphs: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(stream):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Tf":
            glyphs = _glyphs(resources.Font[str(operands[0])])
        elif operator == "Tj":
            yield _words(operands[0], glyphs)
        elif operator == "TJ":
            yield "".join(_words(part, glyphs) for part in operands[0] if isinstance(part, pikepdf.String))
        elif operator == "Do":
            drawn = resources.XObject[str(operands[0])]
            if str(drawn.get("/Subtype", "")) == "/Form":
                yield from _drawn(drawn, drawn.get("/Resources", resources))


def _words(string: Any, glyphs: dict[int, str]) -> str:
    raw = bytes(string)
    return "".join(glyphs[int.from_bytes(raw[at : at + 2])] for at in range(0, len(raw), 2))


def _glyphs(font: Any) -> dict[int, str]:
    """Glyph number → text, as the font's own table has it for readers that copy or speak it."""
    found: dict[int, str] = {}
    for kind, body in SECTIONS.findall(font.ToUnicode.read_bytes().decode()):
        if kind == "bfchar":
            found |= {int(glyph, 16): _decoded(text) for glyph, text in CHAR.findall(body)}
        else:
            for first, last, text in RANGE.findall(body):
                start = ord(_decoded(text))
                found |= {
                    int(first, 16) + step: chr(start + step) for step in range(int(last, 16) - int(first, 16) + 1)
                }
    return found


def _decoded(text: str) -> str:
    return bytes.fromhex(text).decode("utf-16-be")
