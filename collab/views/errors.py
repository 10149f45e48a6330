"""The pages for what went wrong. Each says what happened and what to do next."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(
    request: HttpRequest, status: int, title: str, sentence: str, *, template: str = "errors/page.html"
) -> HttpResponse:
    return render(request, template, {"title": title, "sentence": sentence}, status=status)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        400,
        _("That request could not be read"),
        _("Go back, check what you entered, and try again. Nothing was changed."),
    )


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    told = str(exception) if exception and str(exception) else ""
    return _page(
        request,
        403,
        _("You can not do this"),
        told or _("Your role does not include it. Ask your coordinator."),
    )


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is nothing here for you"),
        _("The address may be mistyped, the page may be gone, or it belongs to somebody else."),
    )


@login_not_required
def too_many_requests(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        429,
        _("That was too often"),
        _("To keep accounts safe, this can be done only so many times in a row. Wait a few minutes and try again."),
    )


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        500,
        _("Something broke on our side"),
        _("What you typed in a month is kept. Try again in a minute; if it stays, tell your coordinator."),
        template="errors/server_error.html",
    )


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("This page was open for too long"),
        _("Open the page before this one again: what you typed is kept. Look it over and send it once more."),
    )
