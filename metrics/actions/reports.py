"""PDFs: asked for, made by a job as their requester may see the figures, kept for a while, deleted.

How a report is written is known above (``metrics.presenters.reports``), which registers a writer for each kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common import audit
from collab.common.jobs import hold, in_words, mark_stale, new_run, running, send_after_commit, send_catch_up
from collab.common.models import JobRun
from collab.models import Collaborative, User
from metrics.enums import MetricsEvent, ReportKind, ReportStatus
from metrics.marks import REPORT
from metrics.models import Report
from metrics.queries.reports import may_have, rights_over
from teams.models import Agency, Team

log = structlog.get_logger(__name__)

Step = Callable[[int, int], None]
"""Told again and again: so many steps are done, of so many."""

KEPT = dt.timedelta(days=90)
DOUBLE_CLICK = dt.timedelta(seconds=5)
# A worker that dies each time while it makes the same report is not sent to it for ever.
MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished PDF, and the day on the collaborative's calendar as of which its figures are."""

    pdf: bytes
    data_date: dt.date


Writer = Callable[[Report, User, Step], Printed]
"""Makes the PDF of a report as this person may see the figures."""

_writers: dict[ReportKind, Writer] = {}


def writes(kind: ReportKind) -> Callable[[Writer], Writer]:
    """Register who writes reports of a kind."""

    def register(writer: Writer) -> Writer:
        _writers[kind] = writer
        return writer

    return register


@transaction.atomic
def request_report(*, by: Any, kind: ReportKind, subject: Team | Agency | Collaborative, collaborative: Any) -> Report:
    """Ask for a PDF about a team, an agency or the whole collaborative; a double click makes one.

    The same report that still waits or is being made is returned instead of a second one, and so is one that was asked
    for a moment ago and is ready already. Those that failed make room.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    report = Report(kind=kind, collaborative=collaborative, requested_by=by)
    if isinstance(subject, Team):
        report.team = subject
    elif isinstance(subject, Agency):
        report.agency = subject
    same = Report.objects.filter(
        kind=kind, collaborative=collaborative, requested_by=by, team=report.team, agency=report.agency
    )
    just_now = same.filter(status=ReportStatus.READY, requested_at__gt=timezone.now() - DOUBLE_CLICK)
    asked = same.unfinished().first() or just_now.first()
    if asked is not None:
        return asked
    same.filter(status=ReportStatus.FAILED).delete()
    report.save()
    key = str(report.pk)
    new_run(task=REPORT, key=key, subject=str(report), scope=collaborative, by=by)
    audit.record(
        by=by,
        event=MetricsEvent.REPORT_REQUESTED,
        target=report,
        scope=collaborative,
        kind=kind.value,
        subject=str(subject),
    )
    mark_stale(REPORT, key)
    send_after_commit(lambda: send_catch_up(REPORT, key))
    return report


def make_report(*, report_id: int) -> None:
    """Make a report and keep its file. Doing it twice makes it once; a killed worker's report is begun again.

    What goes wrong is told to the requester on the report, and to coordinators on the jobs page; it is not tried again
    by itself, for the requester can ask again at any time.
    """
    report = Report.objects.with_subjects().select_related("requested_by").filter(pk=report_id).first()
    if report is None or report.status == ReportStatus.READY:
        return
    run = _run_of(report)
    viewer = report.requested_by
    try:
        with running(run):
            _begin(report)
            if not may_have(viewer, ReportKind(report.kind), report.subject):
                raise ReportRefusedError(_("You no longer have access to what this report is about."))
            report.made_with = rights_over(viewer, report.collaborative)
            printed = _writers[ReportKind(report.kind)](report, viewer, _counting(report, run))
            _keep(report, printed)
    except ReportRefusedError as refusal:
        _fail(report, str(refusal))
    except Exception:
        log.exception("report_failed", report=report.pk)
        _fail(report, _("Something went wrong while it was made. If it happens again, tell the coordinator."))


class ReportRefusedError(Exception):
    """The report is not made; the sentence says why to its requester."""


@transaction.atomic
def note_download(*, by: Any, report: Report) -> None:
    """Keep who took which report, for a report leaves the site's own protection."""
    audit.record(
        by=by, event=MetricsEvent.REPORT_DOWNLOADED, target=report, scope=report.collaborative, kind=report.kind
    )


def delete_old_reports(*, now: dt.datetime | None = None) -> int:
    """Delete reports that were asked for more than 90 days ago, the file first. Returns how many.

    Each alone: when one file can not be deleted, its row stays and is tried again the next day.
    """
    deleted = 0
    for report in Report.objects.filter(requested_at__lt=(now or timezone.now()) - KEPT):
        try:
            report.file.delete(save=False)
        except OSError as error:
            log.warning("report_not_deleted", report=report.pk, error=in_words(error))
        else:
            report.delete()
            deleted += 1
    return deleted


def _begin(report: Report) -> None:
    """Count the attempt before anything can kill the worker."""
    if report.attempts >= MOST_ATTEMPTS:
        raise ReportRefusedError(
            _("It was begun %(count)s times and never finished. Tell the coordinator.") % {"count": report.attempts}
        )
    report.status, report.error, report.attempts = ReportStatus.MAKING, "", report.attempts + 1
    report.done, report.total = 0, 0
    report.save(update_fields=["status", "error", "attempts", "done", "total"])


def _counting(report: Report, run: JobRun) -> Step:
    """Count on the report and on its run, and keep other workers from beginning the same report."""

    def step(done: int, total: int) -> None:
        report.done = run.done = done
        report.total = run.total = total
        Report.objects.filter(pk=report.pk).update(done=done, total=total)
        JobRun.objects.filter(pk=run.pk).update(done=done, total=total)
        hold(REPORT, str(report.pk))

    return step


def _keep(report: Report, printed: Printed) -> None:
    """Store the file, then show the report as ready; the next attempt replaces a file that a kill left behind."""
    name = f"{report.pk}.pdf"
    report.file.storage.delete(report.file.field.generate_filename(report, name))
    report.file.save(name, ContentFile(printed.pdf), save=False)
    report.status, report.data_date, report.finished_at = ReportStatus.READY, printed.data_date, timezone.now()
    report.save(update_fields=["file", "status", "data_date", "finished_at", "made_with"])


def _fail(report: Report, sentence: str) -> None:
    report.status, report.error, report.finished_at = ReportStatus.FAILED, sentence, timezone.now()
    report.attempts = 0
    report.save(update_fields=["status", "error", "finished_at", "attempts"])


def _run_of(report: Report) -> JobRun:
    """The run that waits for this report, or the one whose worker was killed; a new one when it is asked for again."""
    runs = JobRun.objects.filter(task=REPORT, key=str(report.pk))
    return runs.unfinished().first() or new_run(
        task=REPORT, key=str(report.pk), subject=str(report), scope=report.collaborative, by=report.requested_by
    )
