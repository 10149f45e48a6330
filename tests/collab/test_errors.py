"""The pages for what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import clear_url_caches, path, set_urlconf

from collab.models import User
from collab.views import errors
from config import urls
from tests.factories.collab import UserFactory
from tests.pages import Page

pytestmark = pytest.mark.integration


def refuse(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Only the team's leader can invite people. Ask Ada Marsh.")


def refuse_without_words(_request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspicious(_request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("a detail for the log")


def gone(_request: HttpRequest) -> HttpResponse:
    raise Http404("a detail for the log")


def broken(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("a detail for the log")


class Broken:
    """Our addresses with some that fail, and our error pages."""

    urlpatterns = [
        path("refuse/", refuse),
        path("refuse-without-words/", refuse_without_words),
        path("suspicious/", suspicious),
        path("gone/", gone),
        path("broken/", broken),
        *urls.urlpatterns,
    ]
    handler400 = urls.handler400
    handler403 = urls.handler403
    handler404 = urls.handler404
    handler500 = urls.handler500


@pytest.fixture
def failing_addresses(settings: object) -> Iterator[None]:
    settings.ROOT_URLCONF = Broken
    clear_url_caches()
    set_urlconf(None)
    yield
    clear_url_caches()


@pytest.mark.django_db
@pytest.mark.usefixtures("failing_addresses")
@pytest.mark.parametrize(
    ("address", "status", "title", "sentence"),
    [
        (
            "/refuse/",
            403,
            "You can not do this",
            "Only the team's leader can invite people. Ask Ada Marsh.",
        ),
        (
            "/refuse-without-words/",
            403,
            "You can not do this",
            "Your role does not include it. Ask your coordinator.",
        ),
        (
            "/suspicious/",
            400,
            "That request could not be read",
            "Go back, check what you entered, and try again. Nothing was changed.",
        ),
        (
            "/gone/",
            404,
            "There is nothing here for you",
            "The address may be mistyped, the page may be gone, or it belongs to somebody else.",
        ),
        (
            "/broken/",
            500,
            "Something broke on our side",
            "What you typed in a month is kept. Try again in a minute; if it stays, tell your coordinator.",
        ),
    ],
)
def test_each_error_says_what_happened_and_what_to_do(
    client_for: Callable[[User], Client], address: str, status: int, title: str, sentence: str
) -> None:
    client = client_for(UserFactory())
    client.raise_request_exception = False
    response = client.get(address)
    page = Page(response)
    assert response.status_code == status
    assert page.texts("h1") == [title]
    assert page.texts("main .lead") == [sentence]
    assert page.title == f"{title} · Learning Commons"
    assert "a detail for the log" not in page.html


def test_server_error_page_needs_no_database() -> None:
    """No database mark here: any query would fail the test."""
    request = RequestFactory().get("/c/access/?page=2")
    page = Page(errors.server_error(request))
    assert page.texts("h1") == ["Something broke on our side"]
    assert page.values("main a", "href") == ["/c/access/?page=2"]


@pytest.mark.django_db
def test_stale_form_explains_itself() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "ada@example.org", "password": "x"})
    assert response.status_code == 403
    assert Page(response).texts("h1") == ["This page was open for too long"]


@pytest.mark.django_db
def test_unknown_address_without_signing_in_tells_nothing() -> None:
    response = Client().get("/c/no-such-place/extra/parts/")
    page = Page(response)
    assert response.status_code == 404
    assert page.texts("h1") == ["There is nothing here for you"]
    assert page.all(".topbar nav") == []


def test_anonymous_error_page_offers_no_search() -> None:
    request = RequestFactory().get("/nowhere/")
    request.user = AnonymousUser()
    assert Page(errors.not_found(request)).texts("main a") == ["Go to My work"]
