"""Files that a person takes away: a table for a spreadsheet, a drawing for slides, and the answer that hands them over.

What is in a file depends on who asks, so no cache between keeps it for another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import content_disposition_header

from collab.common.tables import CSV_TYPE, csv_file

SVG_TYPE = "image/svg+xml"

Rows = Iterable[Sequence[Any]]
"""A table, its heading first; cells as ``tables.csv_file`` takes them."""


def figure_address(name: str, *args: Any) -> str:
    """Where the files of a figure lie, without the ending: ``args`` are those of the address ``name`` but for it."""
    return reverse(name, args=[*args, "svg"]).removesuffix(".svg")


def own_answer(content: bytes, content_type: str) -> HttpResponse:
    """An answer that is kept for nobody else, and asked for again each time."""
    response = HttpResponse(content, content_type=content_type)
    patch_vary_headers(response, ["Cookie"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


def attachment(content: bytes, filename: str, content_type: str) -> HttpResponse:
    """An answer that is saved as a file instead of shown."""
    response = own_answer(content, content_type)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    return response


def table_attachment(name: str, rows: Rows) -> HttpResponse:
    """A table as ``name``.csv."""
    return attachment(csv_file(rows), f"{name}.csv", CSV_TYPE)


def figure_attachment(form: str, name: str, *, picture: Callable[[], str], table: Callable[[], Rows]) -> HttpResponse:
    """A figure as ``name``.svg or ``name``.csv: its ``picture``, or the ``table`` of the same numbers.

    The browser makes the PNG out of the SVG (static/js/charts/pictures.js). Raises ``Http404`` for any other form.
    """
    if form == "svg":
        return attachment(picture().encode(), f"{name}.svg", SVG_TYPE)
    if form == "csv":
        return table_attachment(name, table())
    raise Http404
