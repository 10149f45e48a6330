"""HTML to PDF: tagged for screen readers (PDF/UA-1), without network, without files but our own static ones.

WeasyPrint takes a second and 40 MB to import, so it is imported where it is used: in workers and commands, never in
the web process.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import mimetypes
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

LETTER, A4 = "letter", "a4"
# Time zones of countries whose printers hold Letter paper. (Brazil and its neighbours use A4; they can print to fit.)
LETTER_ZONES = ("America/", "US/", "Canada/", "Pacific/Honolulu", "Pacific/Guam", "Pacific/Pago_Pago")
PDF_VARIANT = "pdf/ua-1"

Tick = Callable[[], None]
"""Called again and again while pages are laid out, so that a long print can show that it lives."""


class PrintingError(Exception):
    """The document asks for something that a print may not load, or that is not there."""


def paper_of(time_zone: str) -> str:
    """Letter where people print on Letter, A4 elsewhere; the name is the class that the stylesheet looks for."""
    return LETTER if time_zone.startswith(LETTER_ZONES) else A4


@dataclass(frozen=True, slots=True)
class Pdf:
    """A finished document."""

    data: bytes
    pages: int


def print_template(template: str, context: dict[str, object], *, tick: Tick | None = None) -> Pdf:
    """Render a template that extends ``base_print.html``, and print it."""
    return to_pdf(render_to_string(template, context), tick=tick)


def to_pdf(html: str, *, tick: Tick | None = None) -> Pdf:
    """The HTML document as a tagged PDF. The same HTML gives the same PDF with the same versions of the libraries.

    The document needs ``<html lang>`` and ``<title>``; a picture's alternative text is its SVG ``<title>``. Raises
    ``PrintingError`` when it refers to anything but our own static files.
    """
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    with _ticking(tick):
        try:
            source = HTML(string=html, base_url=f"{settings.BASE_URL}/", url_fetcher=static_fetcher())
            document = source.render(pdf_variant=PDF_VARIANT)
            identifier = hashlib.sha256(html.encode()).digest()[:16]
            return Pdf(document.write_pdf(pdf_variant=PDF_VARIANT, pdf_identifier=identifier), len(document.pages))
        except FatalURLFetchingError as error:
            raise PrintingError(str(error.__cause__ or error)) from error


def static_fetcher() -> Callable[[str], URLFetcherResponse]:
    """What loads stylesheets and pictures for WeasyPrint: our static files, nothing else.

    A refusal stops the print: a document that wants to look elsewhere is not one of ours.
    """
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFetcher(URLFetcher):  # type: ignore[misc]  # has no types
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            path = static_file(url)
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return StaticFetcher(fail_on_errors=True)


def static_file(url: str) -> Path:
    """The file behind an address of ours below ``STATIC_URL``. Raises ``PrintingError`` for every other address."""
    root = urljoin(f"{settings.BASE_URL}/", settings.STATIC_URL)
    wanted, allowed = urlsplit(url), urlsplit(root)
    if (wanted.scheme, wanted.netloc) != (allowed.scheme, allowed.netloc) or not wanted.path.startswith(allowed.path):
        raise PrintingError(f"A print may load only static files of this site, not {url[:200]}")
    name = unquote(wanted.path.removeprefix(allowed.path))
    # Where they lie, not where they are collected to, so that a command prints on a machine that serves no pages.
    if ".." not in Path(name).parts and (found := finders.find(name)):
        return Path(found)
    raise PrintingError(f"There is no static file {name[:200]}")


@contextlib.contextmanager
def _ticking(tick: Tick | None) -> Iterator[None]:
    """Call ``tick`` at each step that WeasyPrint logs in this thread, one a page (see config/logging.py)."""
    if tick is None:
        yield
        return
    logger = logging.getLogger("weasyprint.progress")
    listener = _Listener(tick)
    logger.addHandler(listener)
    try:
        yield
    finally:
        logger.removeHandler(listener)


class _Listener(logging.Handler):
    """Hears the steps of its own thread only: another worker thread may print at the same time."""

    def __init__(self, tick: Tick) -> None:
        super().__init__(logging.INFO)
        self.tick = tick
        self.thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.tick()
