"""Long lists, one page at a time; what was looked for and which page it is stand in the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

ROWS_A_PAGE = 50


def words_of(request: HttpRequest) -> str:
    """The name, or a part of it, that the person looks for."""
    return request.GET.get("q", "").strip()


def page_of(request: HttpRequest, rows: Any, *, parameter: str = "page", size: int = ROWS_A_PAGE) -> Page[Any]:
    """The page of ``rows`` (a query in a definite order, or a list) that the address asks for, or the nearest."""
    return Paginator(rows, size).get_page(request.GET.get(parameter))


def query_of(request: HttpRequest, *names: str) -> str:
    """Those of the address's values that links to other pages of the list keep."""
    return urlencode({name: request.GET[name] for name in names if request.GET.get(name)})
