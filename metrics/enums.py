"""The words of submissions, findings, benchmarks and engagement."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collab.common.enums import DescribedChoices, EventChoices, Tone
from collab.common.letters import LetterKinds


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
    """Whether a finding stops the submission, asks for a confirming note, or only says something."""

    BLOCKS = "blocks", _("Has to be corrected")
    CONFIRM = "confirm", _("Please confirm")
    NOTE = "note", _("Please note")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.BLOCKS.value: Tone.PROBLEM, cls.CONFIRM.value: Tone.ATTENTION, cls.NOTE.value: Tone.INFO}


class Importance(DescribedChoices):
    """What a break of a measure's rule asks for."""

    CORRECT = "blocks", _("Must be corrected")
    CONFIRM = "confirm", _("Must be confirmed with a note")
    NOTE = "note", _("Only a hint")
    OFF = "off", _("Not checked")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.CORRECT.value: _("The month can not be sent like this. Only for what can not be true."),
            cls.CONFIRM.value: _("The month is sent when the team has said in a note what it checked."),
            cls.NOTE.value: _("The sentence stands beside the number; nothing is asked."),
            cls.OFF.value: _("Nothing is said."),
        }

    @property
    def severity(self) -> Severity:
        """How a finding of it weighs. Raises ``ValueError`` for what is not checked."""
        return Severity(self.value)


class CheckKind(DescribedChoices):
    """What a rule of a measure looks at."""

    RANGE = "range", _("From … to …")
    AT_MOST = "at_most", _("Not above another number")
    SAME_AS = "same_as", _("The same as another number")
    OWN_LIMITS = "own_limits", _("Outside the team's own limits")
    MODIFIED_Z = "modified_z", _("Far from the team's own median")
    TENFOLD = "tenfold_change", _("Ten times the last value, or a tenth")
    JUMP = "denominator_jump", _("Another denominator than usual")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.OWN_LIMITS.value: _("Outside the 3-sigma limits of the team's earlier months, from 12 months on."),
            cls.MODIFIED_Z.value: _(
                "More than 3.5 by the modified z-score (median and median absolute deviation), from 8 months on. "
                "It does not know about denominators, so it suits counts, medians and scores."
            ),
            cls.TENFOLD.value: _("Most often a slipped digit or another unit."),
            cls.JUMP.value: _("Three times the usual denominator, or a third: most often other people are counted."),
        }

    @classmethod
    def added(cls) -> list[str]:
        """Rules that somebody writes for a measure."""
        return [cls.RANGE.value, cls.AT_MOST.value, cls.SAME_AS.value]

    @classmethod
    def across(cls) -> list[str]:
        """Those that compare two measures of one month."""
        return [cls.AT_MOST.value, cls.SAME_AS.value]

    @classmethod
    def usual(cls) -> list[str]:
        """Checks against the team's own past, which every measure has; only their importance is set."""
        return [cls.OWN_LIMITS.value, cls.MODIFIED_Z.value, cls.TENFOLD.value, cls.JUMP.value]


class CheckPart(DescribedChoices):
    """Which number of a measure a rule is about."""

    VALUE = "value", _("the result")
    NUMERATOR = "numerator", _("the numerator")
    DENOMINATOR = "denominator", _("the denominator")


class QueryStatus(DescribedChoices):
    """Who has the next word in a thread on a number."""

    REMARK = "remark", _("Comment")
    TEAM = "team", _("Waits for the team")
    CENTER = "center", _("Waits for faculty")
    CLOSED = "closed", _("Closed")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {
            cls.TEAM.value: Tone.ATTENTION,
            cls.CENTER.value: Tone.INFO,
            cls.CLOSED.value: Tone.GOOD,
        }

    @classmethod
    def open(cls) -> list[str]:
        """Those that wait for somebody."""
        return [cls.TEAM.value, cls.CENTER.value]


class RunStatus(DescribedChoices):
    """Where a benchmark run stands."""

    COMPUTING = "computing", _("Computing")
    LIVE = "live", _("Shown")
    REPLACED = "replaced", _("Replaced")


class Published(DescribedChoices):
    """How much of the benchmarks teams see."""

    DEFAULT = "default", _("As all measures")
    ALL = "all", _("All months")
    FROM = "from", _("From a month on")
    NONE = "none", _("No month yet")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.DEFAULT.value: _("What is set for all measures holds."),
            cls.ALL.value: _("Teams see the comparison as soon as it is computed."),
            cls.FROM.value: _("Earlier months stay with faculty and the center."),
            cls.NONE.value: _("Only faculty and the center see the comparison."),
        }


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
    PLAN = "plan", _("Measurement plan")
    STORYBOARD = "storyboard", _("Storyboard")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.TEAM.value: _("One team: a run chart for each measure, its sentence, and the numbers by month."),
            cls.COLLABORATIVE.value: _("All teams: pooled results, taking part, who reports, a small chart a team."),
            cls.LEADER.value: _("One agency: the signal first, what its teams ask for, a page for each team at most."),
            cls.PLAN.value: _("One team: each measure with why, what, who collects it, from what, how and when."),
            cls.STORYBOARD.value: _("One team: its aim, its people, its charts, what it tested and what it learned."),
        }

    @property
    def is_about_team(self) -> bool:
        return self in (ReportKind.TEAM, ReportKind.PLAN, ReportKind.STORYBOARD)


class ReportStatus(DescribedChoices):
    """Where a PDF stands."""

    WAITING = "waiting", _("Waiting")
    MAKING = "making", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {cls.MAKING.value: Tone.INFO, cls.READY.value: Tone.GOOD, cls.FAILED.value: Tone.PROBLEM}


class DecisionKind(DescribedChoices):
    """What a team or its advisor decides about a chart."""

    BASELINE = "baseline", _("Frozen baseline")
    PHASE = "phase", _("New phase")


class AnnotationKind(DescribedChoices):
    """What a mark on a chart stands for."""

    TEST = "test", _("Test of change")
    CHANGE = "change", _("Change put in place")
    EVENT = "event", _("Event")
    STAFF = "staff", _("Staff change")
    DEFINITION = "definition", _("Change in how it is counted")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.TEST.value: _("Tried on a small scale: one clinic, one week, one person."),
            cls.CHANGE.value: _("From then on it is how the work is done."),
            cls.EVENT.value: _("Something from outside: a storm, a new payer rule, a holiday."),
            cls.STAFF.value: _("People came, left, or changed their roles."),
            cls.DEFINITION.value: _("The numbers are made another way: a new form, system or list."),
        }


class AnnotationStatus(DescribedChoices):
    """Whether a revision of a note is the one that is shown."""

    LIVE = "live", _("Shown")
    REPLACED = "replaced", _("Replaced")
    REMOVED = "removed", _("Removed")


class MetricsLetters(LetterKinds):
    """The mails of this room that people can switch off."""

    QUERY = "metrics_query", _("Questions about numbers")
    SIGNALS = "metrics_signals", _("New signals on charts")

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        return {
            cls.QUERY.value: _("When somebody asks about one of your numbers, or answers what you asked."),
            cls.SIGNALS.value: _("When a measure begins to improve or to give concern. One mail a week at most."),
        }


class MetricsEvent(EventChoices):
    """What the audit trail calls the things that happen to figures and reports."""

    MONTH_SUBMITTED = "month_submitted", _("Month submitted")
    MONTH_CORRECTED = "month_corrected", _("Month corrected")
    MONTH_REOPENED = "month_reopened", _("Month reopened")
    MONTHS_IMPORTED = "months_imported", _("Months imported")
    PLAN_CHANGED = "plan_changed", _("Measurement plan changed")
    REPORT_REQUESTED = "report_requested", _("Report requested")
    REPORT_DOWNLOADED = "report_downloaded", _("Report downloaded")
    RECOMPUTE_REQUESTED = "recompute_requested", _("Recomputing requested")
    CHECK_CHANGED = "check_changed", _("Check of a measure changed")
    CHECK_REMOVED = "check_removed", _("Check of a measure removed")
    QUERY_RAISED = "query_raised", _("Question about a number asked")
    QUERY_ANSWERED = "query_answered", _("Question about a number answered")
    QUERY_CLOSED = "query_closed", _("Question about a number closed")
    MINUTES_GIVEN = "minutes_given", _("Minutes of a month given")
    SITE_ADDED = "site_added", _("Site added")
    SITE_CHANGED = "site_changed", _("Site changed")
    BASELINE_FROZEN = "baseline_frozen", _("Baseline frozen")
    PHASE_STARTED = "phase_started", _("Phase started")
    CHART_DECISION_UNDONE = "chart_decision_undone", _("Baseline or phase taken back")
    ANNOTATION_ADDED = "annotation_added", _("Note on a chart added")
    ANNOTATION_CHANGED = "annotation_changed", _("Note on a chart changed")
    ANNOTATION_REMOVED = "annotation_removed", _("Note on a chart removed")
    CHART_CHOSEN = "chart_chosen", _("Chart or rules changed")
    PUBLICATION_CHANGED = "publication_changed", _("Publication of results changed")
