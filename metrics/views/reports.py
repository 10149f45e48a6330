"""Reports as PDF: asking for one, watching it being made, taking it away. Each person sees their own."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from collab.common.paging import words_of
from collab.common.views import SignedInRequest
from collab.models import Collaborative
from collab.queries.collaboratives import find_collaborative
from metrics.actions.reports import note_download, request_report
from metrics.enums import ReportKind, ReportStatus
from metrics.forms.reports import report_forms
from metrics.models import Report
from metrics.models.report import ReportQuerySet
from metrics.presenters.report_lines import report_line, report_lines
from metrics.queries.reports import may_open, rights_over

MOST_SHOWN = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reports(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """My reports, and a form for each that I may have."""
    found = find_collaborative(request.user, collaborative)
    words = words_of(request)
    forms = report_forms(found, request.user, words, request.POST if request.method == "POST" else None)
    if not forms:
        raise PermissionDenied(_("Reports are for the teams, their leaders and faculty, sponsors and coordinators."))
    if request.method == "POST":
        asked = next((form for form in forms if form.is_bound), None)
        if asked is None:
            raise Http404
        if asked.is_valid():
            request_report(by=request.user, kind=asked.kind, subject=asked.cleaned_data["subject"], collaborative=found)
            messages.success(request, _("Your report is being made. You can leave this page; it is kept here."))
            return redirect("reports", found.slug)
    context = {
        "collaborative": found,
        "nav_key": "reports",
        "forms": forms,
        "words": words,
        "can_look": any(form.offered and form.offered.is_part for form in forms),
        "lines": report_lines(_mine(request, found)[:MOST_SHOWN], rights_over(request.user, found)),
    }
    return render(request, "metrics/reports.html", context)


@never_cache
@require_safe
def report(request: SignedInRequest, collaborative: str, report: int) -> HttpResponse:
    """One line of the list: a fragment that asks for itself again until the report is ready or has failed."""
    found = find_collaborative(request.user, collaborative)
    mine = get_object_or_404(_mine(request, found), pk=report)
    return render(
        request,
        "metrics/_report.html",
        {"collaborative": found, "line": report_line(mine, rights_over(request.user, found))},
    )


@require_safe
def download(request: SignedInRequest, collaborative: str, report: int) -> FileResponse:
    """The PDF, for the person who asked for it and may still see what it is about."""
    found = find_collaborative(request.user, collaborative)
    mine = get_object_or_404(_mine(request, found), pk=report, status=ReportStatus.READY)
    if not may_open(request.user, mine):
        raise Http404
    try:
        file = mine.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("This report has been deleted.")) from error
    note_download(by=request.user, report=mine)
    response = FileResponse(file, as_attachment=True, filename=_filename(mine), content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _mine(request: SignedInRequest, collaborative: Collaborative) -> ReportQuerySet:
    return Report.objects.visible_to(request.user).filter(collaborative=collaborative).with_subjects()


def _filename(report: Report) -> str:
    """ "team-summary-northside-2026-11-22.pdf"."""
    kind = slugify(str(ReportKind(report.kind).label).replace("'", ""))
    return f"{kind}-{slugify(str(report.subject))[:60]}-{report.data_date:%Y-%m-%d}.pdf"
