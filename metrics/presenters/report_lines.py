"""The words of the list of reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from collab.common.formatting import full_day, moment
from metrics.enums import ReportKind, ReportStatus
from metrics.models import Report


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report as it stands in the list. ``size`` is empty where there is nothing to download.

    ``is_outdated``: it was made when its requester was allowed to see something else than now.
    """

    report: Report
    title: str
    status: ReportStatus
    asked: str
    data: str
    size: str
    is_unfinished: bool
    is_outdated: bool


def report_lines(reports: Iterable[Report], rights: str) -> list[ReportLine]:
    """All lines, in the order of ``reports``; ``rights`` are what their requester may see now."""
    return [report_line(report, rights) for report in reports]


def report_line(report: Report, rights: str) -> ReportLine:
    """One line, with times on the collaborative's clock."""
    ready = report.status == ReportStatus.READY
    outdated = ready and report.made_with != rights
    return ReportLine(
        report=report,
        title=_("%(kind)s: %(subject)s") % {"kind": ReportKind(report.kind).label, "subject": report.subject},
        status=ReportStatus(report.status),
        asked=_("Asked for on %(when)s") % {"when": moment(report.requested_at, report.collaborative.time_zone)},
        data=_("Data as of %(date)s") % {"date": full_day(report.data_date)} if ready and report.data_date else "",
        size=_size(report) if ready and not outdated else "",
        is_unfinished=report.is_unfinished,
        is_outdated=outdated,
    )


def _size(report: Report) -> str:
    try:
        return str(filesizeformat(report.file.size))
    except OSError:
        return ""
