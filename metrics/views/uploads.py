"""A month as a file: template down, filled-in file up, dry run, then all of it or nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common import months
from collab.common.downloads import attachment
from collab.common.tables import FileKind, TableError
from metrics.actions.drafts import Typed, save_cells
from metrics.actions.submissions import MonthChangedError, ReasonNeededError, submit_month
from metrics.cells import CellKey, Entry
from metrics.enums import Source
from metrics.forms.month import UploadForm
from metrics.imports import template
from metrics.imports.upload import DryRun, dry_run
from metrics.policies import MonthClosedError, check_enter, needs_reason
from metrics.presenters.month import open_findings, upload_lines
from metrics.queries.months import Sheet, sheet_for
from metrics.validation import check_sheet
from metrics.views.month import page_context, require_entry
from teams.models import Team
from teams.queries.teams import find_team

# What a dry run hands to its confirmation travels in the page, signed, and only for as long as people look at it.
SALT_ENTRIES, SALT_MARKED = "metrics.upload.entries", "metrics.upload.marked"
KEPT_FOR = dt.timedelta(hours=4)


def _open_month(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> Team:
    """The team, for a person who may enter now; 403 with the sentence otherwise."""
    found = find_team(request.user, collaborative, team)
    require_entry(request, found)
    try:
        check_enter(found, month)
    except MonthClosedError as closed:
        raise PermissionDenied(closed.sentence) from closed
    return found


@require_safe
def template_csv(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """The CSV template with what stands in the month now."""
    sheet = sheet_for(_open_month(request, collaborative, team, month), month)
    return _download(template.template_csv(sheet), Source.CSV, f"{team}-{months.iso(month)}")


@require_safe
def template_xlsx(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """The Excel template with what stands in the month now."""
    sheet = sheet_for(_open_month(request, collaborative, team, month), month)
    return _download(template.template_xlsx(sheet), Source.XLSX, f"{team}-{months.iso(month)}")


def _download(content: bytes, kind: Source, name: str) -> HttpResponse:
    return attachment(content, f"{name}.{kind.value}", FileKind(kind.value).content_type)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """Ask for the file; then show what it would change, row by row. Nothing is saved here."""
    found = _open_month(request, collaborative, team, month)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    context = page_context(found, month) | {"form": form}
    if request.method == "POST" and form.is_valid():
        sheet = sheet_for(found, month)
        try:
            run = dry_run(form.cleaned_data["file"].file, sheet)
        except TableError as error:
            form.add_error("file", str(error))
        else:
            return render(request, "metrics/month_upload_check.html", context | _dry_run_context(sheet, run))
    return render(request, "metrics/month_upload.html", context)


def _dry_run_context(sheet: Sheet, run: DryRun) -> dict[str, Any]:
    context: dict[str, Any] = {"lines": upload_lines(sheet, run.lines), "has_problems": run.has_problems}
    if run.has_problems:
        heading, rows = run.marked()
        marked = {"kind": run.kind.value, "heading": heading, "rows": rows}
        return context | {
            "count": sum(bool(line.problems) for line in run.lines),
            "payload": signing.dumps(marked, salt=SALT_MARKED, compress=True),
        }
    packed = {
        "kind": run.kind.value,
        "month": months.iso(sheet.month),
        "team": sheet.team.pk,
        "revision": sheet.revision,
        "entries": [_packed(entry) for entry in run.entries],
        "seen": [_packed(sheet.cells[entry.key].entry) for entry in run.entries],
    }
    now = timezone.now()
    return context | {
        "changes": sum(line.is_change for line in context["lines"]),
        "is_ready": run.checked.is_ready,
        "others": open_findings(sheet, run.others),
        "needs_reason": needs_reason(sheet.team, sheet.month, sheet.live, now),
        "payload": signing.dumps(packed, salt=SALT_ENTRIES, compress=True),
    }


def _packed(entry: Entry) -> list[str]:
    return [str(entry.key), entry.numerator, entry.denominator, entry.missing_reason, entry.note, entry.population]


def _unpacked(texts: list[str]) -> Entry:
    key, *rest = texts
    return Entry(CellKey.parse(key), *rest)


def _payload(request: HttpRequest, salt: str) -> dict[str, Any] | None:
    """What the dry run handed over; None when it is too old or was changed."""
    try:
        found: dict[str, Any] = signing.loads(request.POST.get("payload", ""), salt=salt, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    return found


@require_POST
@transaction.atomic
def confirm(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """Take the checked file into the month, and submit it when that was asked for. All or nothing."""
    found = _open_month(request, collaborative, team, month)
    packed = _payload(request, SALT_ENTRIES)
    if packed is None or (packed["team"], packed["month"]) != (found.pk, months.iso(month)):
        messages.error(request, _("This check is too old. Nothing was saved; upload the file again."))
        return redirect("month_upload", collaborative, team, month)
    typed = [
        Typed(_unpacked(entry), _unpacked(seen)) for entry, seen in zip(packed["entries"], packed["seen"], strict=True)
    ]
    with transaction.atomic():
        saved = save_cells(by=request.user, team=found, month=month, typed=typed)
        # All or nothing: also the cells that nobody else has touched are left alone.
        transaction.set_rollback(bool(saved.conflicts))
    if saved.conflicts:
        messages.warning(
            request,
            _("Somebody changed these figures since your check. Look at what is different and upload the file again."),
        )
        return redirect("month_upload", collaborative, team, month)
    checked = check_sheet(saved.sheet, saved.sheet.entries)
    if request.POST.get("action") != "submit" or not checked.is_ready:
        messages.success(request, _("Your file is in the draft below. It is not submitted yet."))
        return redirect("month", collaborative, team, month)
    try:
        submit_month(
            by=request.user,
            team=found,
            month=month,
            values=checked.values,
            source=Source(packed["kind"]),
            note=request.POST.get("note", ""),
            confirmed=checked.confirmed,
            base_revision=packed["revision"],
        )
    except (ReasonNeededError, MonthChangedError) as error:
        messages.warning(request, _("%(why)s Your file is in the draft below.") % {"why": error})
        return redirect("month", collaborative, team, month)
    return redirect("month_sent", collaborative, team, month)


@require_POST
def problems(request: HttpRequest, collaborative: str, team: str, month: dt.date) -> HttpResponse:
    """The uploaded file again, with a column that says what is wrong in which row."""
    find_team(request.user, collaborative, team)
    packed = _payload(request, SALT_MARKED)
    if packed is None:
        messages.error(request, _("This check is too old. Nothing was saved; upload the file again."))
        return redirect("month_upload", collaborative, team, month)
    kind = Source(packed["kind"])
    content = template.marked_file(kind, packed["heading"], packed["rows"])
    return _download(content, kind, f"{team}-{months.iso(month)}-problems")
