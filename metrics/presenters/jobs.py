"""The words of the jobs page: what ran, what waits, whether a worker is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.actions.measures import DEFINITIONS
from collab.common.enums import JobStatus, Tone
from collab.common.formatting import moment, month_name, seconds
from collab.common.jobs import can_run_again
from collab.common.models import JobRun, StaleMark
from collab.models import Collaborative
from metrics.marks import RECOMPUTE, RECOMPUTE_ALL, STANDINGS, read_month_key
from metrics.queries.jobs import JobsState
from teams.actions.teams import ROSTER

# The worker reports every 20 seconds; a minute without it is no chance.
SILENT_AFTER = dt.timedelta(minutes=1)

SUBJECTS: dict[str, Promise | str] = {
    RECOMPUTE_ALL: gettext_lazy("Benchmarks of all months"),
    ROSTER: gettext_lazy("Engagement, and benchmarks of months whose teams changed"),
    DEFINITIONS: gettext_lazy("Benchmarks after changed measures"),
    STANDINGS: gettext_lazy("Signals of teams whose charts changed"),
}


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as it stands in the list."""

    run: JobRun
    when: str
    status: Promise | str
    tone: Tone
    problem: str
    can_run_again: bool


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Work that is owed."""

    subject: Promise | str
    since: str
    problem: str


@dataclass(frozen=True, slots=True)
class JobsSentence:
    """Whether all jobs are done."""

    tone: Tone
    sentence: str


@dataclass(frozen=True, slots=True)
class WorkerSentence:
    """Whether a worker is there, and what that means."""

    tone: Tone
    title: str
    sentence: str


def run_lines(runs: Iterable[JobRun], collaborative: Collaborative) -> list[RunLine]:
    """The runs, with times on the collaborative's clock."""
    return [
        RunLine(
            run=run,
            when=" · ".join(_when(run, collaborative.time_zone)),
            status=JobStatus(run.status).label,
            tone=JobStatus(run.status).tone,
            problem=problem_in_words(run.error),
            can_run_again=bool(run.key) and not run.is_unfinished and can_run_again(run.task),
        )
        for run in runs
    ]


def _when(run: JobRun, time_zone: str) -> Iterator[str]:
    yield moment(run.started_at, time_zone)
    if run.seconds is not None:
        yield _("took %(time)s") % {"time": seconds(run.seconds)}
    if run.requested_by:
        yield _("asked for by %(name)s") % {"name": run.requested_by}


def waiting_lines(marks: Iterable[StaleMark]) -> list[WaitingLine]:
    return [
        WaitingLine(
            subject=_subject(mark),
            since=str(naturaltime(mark.marked_at)),
            problem=_tried_in_words(mark),
        )
        for mark in marks
    ]


def worker_sentence(last: dt.datetime | None, now: dt.datetime) -> WorkerSentence:
    """From when a worker last reported."""
    if last is None:
        return WorkerSentence(
            Tone.PROBLEM,
            _("No worker has reported yet"),
            _("Teams can submit; benchmarks wait until a worker runs. Tell the administrator of this site."),
        )
    told = _("The worker last reported %(ago)s.") % {"ago": naturaltime(last)}
    if now - last <= SILENT_AFTER:
        return WorkerSentence(Tone.GOOD, _("The worker is running"), told)
    return WorkerSentence(
        Tone.PROBLEM,
        _("The worker is silent"),
        _("%(told)s Teams can submit; benchmarks wait until it runs again. Tell the administrator of this site.")
        % {"told": told},
    )


def jobs_sentence(state: JobsState) -> JobsSentence:
    """Where all jobs stand, for a line that leads to them."""
    parts = []
    if state.failed:
        text = ngettext("%(count)s job has failed", "%(count)s jobs have failed", state.failed)
        parts.append(text % {"count": state.failed})
    if state.waiting:
        text = ngettext("%(count)s job is waiting", "%(count)s jobs are waiting", state.waiting)
        parts.append(text % {"count": state.waiting})
    if parts:
        return JobsSentence(Tone.PROBLEM if state.failed else Tone.INFO, f"{_(', ').join(parts)}.")
    if state.last_done is None:
        return JobsSentence(Tone.NEUTRAL, _("No job has run yet."))
    return JobsSentence(Tone.GOOD, _("All jobs done, the last one %(ago)s.") % {"ago": naturaltime(state.last_done)})


def problem_in_words(error: str) -> str:
    """A stored error as a sentence; what is shown elsewhere does not suffer from it, and that is said."""
    if not error:
        return ""
    kind, _colon, message = error.partition(": ")
    return _("It stopped: %(message)s. What was shown before is still shown.") % {
        "message": (message.strip() or kind).rstrip(".")
    }


def _tried_in_words(mark: StaleMark) -> str:
    if mark.tried_at is None:
        return ""
    _kind, _colon, message = mark.last_error.partition(": ")
    return _("Tried %(tries)s times, last %(ago)s: %(message)s. It is tried again by itself.") % {
        "tries": mark.tries,
        "ago": naturaltime(mark.tried_at),
        "message": (message.strip() or mark.last_error).rstrip("."),
    }


def _subject(mark: StaleMark) -> Promise | str:
    if mark.task == RECOMPUTE:
        return _("Benchmarks of %(month)s") % {"month": month_name(read_month_key(mark.key)[1])}
    return SUBJECTS[mark.task]
