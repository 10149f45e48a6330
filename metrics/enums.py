"""The words of submissions, findings, benchmarks and engagement."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collab.common.enums import DescribedChoices, EventChoices, Tone


class SubmissionStatus(DescribedChoices):
    """Whether a revision is the one that counts."""

    LIVE = "live", _("Current")
    SUPERSEDED = "superseded", _("Replaced")


class Source(DescribedChoices):
    """How the figures came in."""

    GRID = "grid", _("Typed")
    CSV = "csv", _("CSV file")
    XLSX = "xlsx", _("Excel file")
    IMPORT = "import", _("Import by the center")


class MissingReason(DescribedChoices):
    """Why there is no value. "Nobody to count" is a value of 0 of 0; these are something else."""

    NOT_COLLECTED = "not_collected", _("Not collected this month")
    NOT_READY = "not_ready", _("Not ready yet")
    SYSTEM = "system", _("Our data system was down or changed")
    STAFF = "staff", _("The person who counts was away or has left")
    NOT_APPLICABLE = "not_applicable", _("Does not apply to us")


class MonthState(DescribedChoices):
    """What a team can do with a month now."""

    FUTURE = "future", _("Not over yet")
    OPEN = "open", _("Open")
    LATE = "late", _("Late")
    SUBMITTED = "submitted", _("Submitted")
    LOCKED = "locked", _("Locked")
    NOT_EXPECTED = "not_expected", _("Not expected")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {
            cls.OPEN.value: Tone.INFO,
            cls.LATE.value: Tone.PROBLEM,
            cls.SUBMITTED.value: Tone.GOOD,
            cls.LOCKED.value: Tone.ATTENTION,
        }


class Severity(DescribedChoices):
    """Whether a finding stops the submission or asks for a confirming note."""

    BLOCKS = "blocks", _("Has to be corrected")
    CONFIRM = "confirm", _("Please confirm")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.BLOCKS.value: Tone.PROBLEM, cls.CONFIRM.value: Tone.ATTENTION}


class RunStatus(DescribedChoices):
    """Where a benchmark run stands."""

    COMPUTING = "computing", _("Computing")
    LIVE = "live", _("Shown")
    REPLACED = "replaced", _("Replaced")


class EngagementFigure(DescribedChoices):
    """The first engagement figures; each is stored with its numerator and denominator."""

    ENROLLED = "enrolled", _("Teams enrolled")
    ACTIVE = "active", _("Teams taking part")
    WITHDRAWN = "withdrawn", _("Dropout")
    COMPLETED = "completed", _("Completion")
    SUBMITTED = "submitted", _("Months submitted")
    ON_TIME = "on_time", _("Months submitted on time")


class ReportKind(DescribedChoices):
    """What a PDF is about."""

    TEAM = "team", _("Team summary")
    COLLABORATIVE = "collaborative", _("Collaborative summary")
    LEADER = "leader", _("Senior leader's page")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.TEAM.value: _("One team: a run chart for each measure, its sentence, and the numbers by month."),
            cls.COLLABORATIVE.value: _("All teams: pooled results, taking part, who reports, a small chart a team."),
            cls.LEADER.value: _("One agency: the signal first, what its teams ask for, a page for each team at most."),
        }


class ReportStatus(DescribedChoices):
    """Where a PDF stands."""

    WAITING = "waiting", _("Waiting")
    MAKING = "making", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.MAKING.value: Tone.INFO, cls.READY.value: Tone.GOOD, cls.FAILED.value: Tone.PROBLEM}


class MetricsEvent(EventChoices):
    """What the audit trail calls the things that happen to figures and reports."""

    MONTH_SUBMITTED = "month_submitted", _("Month submitted")
    MONTH_CORRECTED = "month_corrected", _("Month corrected")
    MONTH_REOPENED = "month_reopened", _("Month reopened")
    MONTHS_IMPORTED = "months_imported", _("Months imported")
    REPORT_REQUESTED = "report_requested", _("Report requested")
    REPORT_DOWNLOADED = "report_downloaded", _("Report downloaded")
    RECOMPUTE_REQUESTED = "recompute_requested", _("Recomputing requested")
