"""HTML to PDF: tagged, with its alternative texts, from our own static files and nothing else."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest

from collab.common.printing import A4, LETTER, PrintingError, paper_of, static_file, to_pdf
from tests.pdf import elements, text_of

pytestmark = pytest.mark.unit

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40"><title>A line that rises</title>'
    '<path d="M0 40L100 0" stroke="black"/></svg>'
)


def document(body: str, *, head: str = "") -> str:
    return f'<!doctype html><html lang="en-us"><head><title>Waits</title>{head}</head><body>{body}</body></html>'


def test_a_document_is_tagged_titled_and_in_a_language() -> None:
    printed = to_pdf(document("<h1>Waits</h1><p>They fall.</p>"))

    with pikepdf.open(io.BytesIO(printed.data)) as pdf:
        assert (str(pdf.Root.Lang), str(pdf.docinfo.Title), bool(pdf.Root.MarkInfo.Marked)) == ("en-us", "Waits", True)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert re.findall(r"pdfuaid:part(?:=\"|>)(\d)", pdf.Root.Metadata.read_bytes().decode()) == ["1"]
    assert printed.pages == 1


def test_headings_tables_and_pictures_are_told_apart() -> None:
    body = (
        "<h1>Waits</h1><table><caption>By month</caption>"
        "<thead><tr><th scope='col'>Month</th><th scope='col'>Days</th></tr></thead>"
        f"<tbody><tr><th scope='row'>May</th><td>7</td></tr></tbody></table>{PICTURE}"
    )

    found = elements(to_pdf(document(body)).data)

    kinds = " ".join(kind for kind, _alt in found if kind not in ("Span", "NonStruct"))
    assert kinds == "Document H1 Table Caption THead TR TH TH TBody TR TH TD Figure"
    assert [alt for kind, alt in found if kind == "Figure"] == ["A line that rises"]


def test_its_text_can_be_read() -> None:
    assert text_of(to_pdf(document("<p>Waits fell to 7 days.</p>")).data) == "Waits fell to 7 days."


def test_the_same_html_gives_the_same_bytes() -> None:
    assert to_pdf(document(PICTURE)).data == to_pdf(document(PICTURE)).data


def test_a_tick_for_every_page() -> None:
    ticks: list[int] = []

    printed = to_pdf(document('<p style="break-after: page">1</p>' * 3), tick=lambda: ticks.append(1))

    assert printed.pages == 3
    assert len(ticks) >= 3


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/picture.png",
        "http://127.0.0.1:8000/media/secret.png",
        "http://127.0.0.1:8000/static/../.env",
        "http://127.0.0.1:8000/static/%2e%2e/.env",
        "http://127.0.0.1:8000/static/css/missing.css",
        "http://127.0.0.1:8000@example.org/static/css/tokens.css",
        "file:///etc/passwd",
        "data:image/png;base64,aaaa",
        "/etc/passwd",
    ],
)
@pytest.mark.parametrize("where", ['<img src="{}" alt="x">', "<p style=\"background: url('{}')\">x</p>"])
def test_nothing_but_static_files_is_read(address: str, where: str) -> None:
    with pytest.raises(PrintingError):
        to_pdf(document(where.format(address)))


def test_a_foreign_stylesheet_stops_the_print() -> None:
    with pytest.raises(PrintingError, match="only static files of this site"):
        to_pdf(document("<p>x</p>", head='<link rel="stylesheet" href="https://example.org/a.css">'))


def test_static_files_are_found_where_they_lie() -> None:
    found = static_file("http://127.0.0.1:8000/static/css/print_document.css?v=1")

    assert (found.parts[-3:], found.is_file()) == (("static", "css", "print_document.css"), True)


@pytest.mark.parametrize(
    ("zone", "paper"),
    [("America/New_York", LETTER), ("Pacific/Honolulu", LETTER), ("Europe/London", A4), ("Australia/Perth", A4)],
)
def test_paper_follows_the_time_zone(zone: str, paper: str) -> None:
    assert paper_of(zone) == paper
