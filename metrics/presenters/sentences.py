"""The words of what a series shows: its signals, their meaning, and what can not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common import formatting
from metrics.presenters.signals import FEWEST_POINTS, Began, Meaning, Phase, Signal, SignalKind
from metrics.suppression import State

if TYPE_CHECKING:
    from metrics.presenters.readings import Reading


def what_it_shows(reading: Reading) -> str:
    """What the series shows, in one sentence (a second one where months are hidden)."""
    return " ".join(part for part in (_what_it_shows(reading), _what_is_hidden(reading)) if part)


def _what_it_shows(reading: Reading) -> str:
    phase = reading.phases[-1] if reading.phases else None
    if phase is None or reading.latest is None:
        if (reading.state == State.WITHHELD).any():
            return _("Not published yet.")
        return "" if (reading.state == State.HIDDEN).any() else _("Nothing reported yet.")
    first = reading.signals[0] if reading.signals else None
    if first is not None and first.kind is not SignalKind.PHASE:
        return signal_words(reading, first)
    level = signal_words(reading, first) if first else ""
    return " ".join(part for part in (level, _why_no_signal(reading, phase, has_level=bool(level))) if part)


def _why_no_signal(reading: Reading, phase: Phase, *, has_level: bool) -> str:
    if phase.values < FEWEST_POINTS:
        return _too_few(reading, phase)
    if phase.is_partial:
        return _("No signal can be told from the points that are shown.")
    value = formatting.with_unit(phase.centre, phase.version.unit)
    if phase.useful < FEWEST_POINTS:
        return _("No signal can be told: %(count)s of %(values)s points lie on the %(centre)s of %(value)s itself.") % {
            "count": phase.values - phase.useful,
            "values": phase.values,
            "centre": reading.centre_name,
            "value": value,
        }
    if has_level:
        return _("No signal since then.")
    return _("No signal: the points vary around the %(centre)s of %(value)s.") % {
        "centre": reading.centre_name,
        "value": value,
    }


def _too_few(reading: Reading, phase: Phase) -> str:
    needed = {"count": phase.values, "needed": FEWEST_POINTS, "month": reading.month_name(phase.first)}
    if phase.began is Began.FIRST:
        text = ngettext(
            "Only %(count)s point so far: a run chart needs about %(needed)s to show signals.",
            "Only %(count)s points so far: a run chart needs about %(needed)s to show signals.",
            phase.values,
        )
    elif phase.began is Began.DECISION:
        text = ngettext(
            "Only %(count)s point since the phase began in %(month)s: about %(needed)s are needed to show signals.",
            "Only %(count)s points since the phase began in %(month)s: about %(needed)s are needed to show signals.",
            phase.values,
        )
    else:
        text = ngettext(
            "Only %(count)s point since the definition changed in %(month)s: a run chart needs about %(needed)s to "
            "show signals.",
            "Only %(count)s points since the definition changed in %(month)s: a run chart needs about %(needed)s to "
            "show signals.",
            phase.values,
        )
    return text % needed


def signal_words(reading: Reading, signal: Signal) -> str:
    """One signal in a sentence, with what it means."""
    if signal.kind is SignalKind.OUTSIDE:
        return _outside_words(reading, signal)
    if signal.kind in QUESTIONS:
        return str(QUESTIONS[signal.kind])
    text = {
        (Meaning.IMPROVEMENT, True): _("%(what)s: an improvement."),
        (Meaning.CONCERN, True): _("%(what)s: a concern."),
        (Meaning.IMPROVEMENT, False): _("%(what)s: an improvement that may not have lasted."),
        (Meaning.CONCERN, False): _("%(what)s: a concern that may have passed."),
    }.get((signal.meaning, signal.ongoing), _("%(what)s."))
    words = {
        SignalKind.CROSSINGS: _crossings_words,
        SignalKind.TREND: _trend_words,
        SignalKind.RUNS: _number_of_runs_words,
        SignalKind.NEAR: _near_words,
        SignalKind.AWAY: _away_words,
        SignalKind.PHASE: _phase_words,
    }.get(signal.kind, _shift_words)
    return text % {"what": words(reading, signal)}


QUESTIONS = {
    SignalKind.IN_TURN: gettext_lazy(
        "14 points in a row go up and down in turn: ask whether two different things are counted by turns."
    ),
    SignalKind.HUGGING: gettext_lazy(
        "15 points in a row lie close to the mean, closer than chance would have it: ask how the numbers are made."
    ),
    SignalKind.MIXED: gettext_lazy(
        "8 points in a row lie far from the mean, on both sides: ask whether two different things are counted together."
    ),
}


def _trend_words(reading: Reading, signal: Signal) -> str:
    text = {
        (True, True): _("Trend of %(count)s points upward since %(first)s"),
        (False, True): _("Trend of %(count)s points downward since %(first)s"),
        (True, False): _("Trend of %(count)s points upward from %(first)s to %(last)s"),
        (False, False): _("Trend of %(count)s points downward from %(first)s to %(last)s"),
    }[bool(signal.rising), signal.ongoing]
    return text % _span(reading, signal)


def _number_of_runs_words(reading: Reading, signal: Signal) -> str:
    text = (
        _("Too many runs around the %(centre)s: the points change sides more often than chance would have it")
        if signal.rising
        else _("Too few runs around the %(centre)s: the points stay on one side longer than chance would have it")
    )
    return text % {"centre": reading.centre_name}


def _near_words(reading: Reading, signal: Signal) -> str:
    text = (
        _("2 of 3 points in a row lie near the upper limit (%(first)s to %(last)s)")
        if signal.above
        else _("2 of 3 points in a row lie near the lower limit (%(first)s to %(last)s)")
    )
    return text % _span(reading, signal)


def _away_words(reading: Reading, signal: Signal) -> str:
    text = (
        _("4 of 5 points in a row lie well above the %(centre)s (%(first)s to %(last)s)")
        if signal.above
        else _("4 of 5 points in a row lie well below the %(centre)s (%(first)s to %(last)s)")
    )
    return text % _span(reading, signal)


def _phase_words(reading: Reading, signal: Signal) -> str:
    before, now = reading.phases[-2], reading.phases[-1]
    levels = {
        "now": formatting.with_unit(now.centre, now.version.unit),
        "before": formatting.with_unit(before.centre, before.version.unit),
    }
    return _("Since %(first)s the %(centre)s is %(now)s; before it was %(before)s") % (_span(reading, signal) | levels)


def _span(reading: Reading, signal: Signal) -> dict[str, object]:
    return {
        "count": len(signal.places),
        "centre": reading.centre_name,
        "first": reading.month_name(signal.first),
        "last": reading.month_name(signal.last),
    }


def _outside_words(reading: Reading, signal: Signal) -> str:
    """One month is no level: it asks a question, and lasts or passes no more than that."""
    text = (
        _("%(month)s lies above the upper limit: ask what was different.")
        if signal.above
        else _("%(month)s lies below the lower limit: ask what was different.")
    )
    return text % {"month": reading.month_name(signal.first)}


def _crossings_words(reading: Reading, signal: Signal) -> str:
    text = {
        True: _("Too few crossings of the %(centre)s (%(count)s, at least %(least)s expected), so the level moved up"),
        False: _(
            "Too few crossings of the %(centre)s (%(count)s, at least %(least)s expected), so the level moved down"
        ),
        None: _(
            "Too few crossings of the %(centre)s (%(count)s, at least %(least)s expected), so the level moved, "
            "but not in one direction"
        ),
    }[signal.rising]
    phase = reading.phases[-1]
    return text % {"centre": reading.centre_name, "count": phase.crossings, "least": phase.crossings_min}


def _shift_words(reading: Reading, signal: Signal) -> str:
    if signal.moved:
        text = (
            _(
                "The level moved down after %(last)s (%(count)s points above the %(centre)s, then %(others)s of "
                "%(since)s below it)"
            )
            if signal.above
            else _(
                "The level moved up after %(last)s (%(count)s points below the %(centre)s, then %(others)s of "
                "%(since)s above it)"
            )
        )
    elif not signal.points_since:
        text = (
            _("Shift of %(count)s points above the %(centre)s since %(first)s")
            if signal.above
            else _("Shift of %(count)s points below the %(centre)s since %(first)s")
        )
    else:
        text = (
            _(
                "Shift of %(count)s points above the %(centre)s from %(first)s to %(last)s, then %(others)s of "
                "%(since)s below it"
            )
            if signal.above
            else _(
                "Shift of %(count)s points below the %(centre)s from %(first)s to %(last)s, then %(others)s of "
                "%(since)s above it"
            )
        )
    since = {"others": signal.others_since, "since": signal.points_since}
    return text % (_span(reading, signal) | since)


def _what_is_hidden(reading: Reading) -> str:
    count = int(np.count_nonzero(reading.state == State.HIDDEN))
    if not count:
        return ""
    return ngettext(
        "%(count)s point is hidden (small number).", "%(count)s points are hidden (small numbers).", count
    ) % {"count": count}
