"""New signals, for the weekly mails: found as the charts find them, and worded without a figure."""

from __future__ import annotations

from django.utils.translation import gettext as _

from collab.common.formatting import period_name
from metrics.actions.signals import Found, tells_signals
from metrics.models import SignalNews
from metrics.presenters.readings import Meaning, Reading, read
from metrics.presenters.signals import SignalKind
from metrics.queries.series import Panel


def found_in(panel: Panel) -> list[Found | None]:
    """For each row the signal of improvement or of concern that holds, or None."""
    return [_found(reading) for reading in read(panel)]


def _found(reading: Reading) -> Found | None:
    signal = reading.holding
    if signal is None or signal.meaning not in (Meaning.CONCERN, Meaning.IMPROVEMENT):
        return None
    # After a shift that was the level before, the news begins with the month after it.
    first = min(signal.last + 1, len(reading.months) - 1) if signal.moved else signal.first
    last = reading.latest if signal.moved and reading.latest is not None else signal.last
    return Found(
        kind=signal.kind.value,
        concern=signal.meaning is Meaning.CONCERN,
        began=reading.months[first],
        through=reading.months[max(first, last)],
    )


def news_words(news: SignalNews, step: int) -> str:
    """ "a shift began in March 2026: an improvement." """
    text = {
        SignalKind.SHIFT: _("a shift began in %(month)s"),
        SignalKind.TREND: _("a trend began in %(month)s"),
        SignalKind.PHASE: _("the level changed with the phase that began in %(month)s"),
        # These are told by all points together: there is no month in which they began.
        SignalKind.CROSSINGS: _("the level has moved"),
        SignalKind.RUNS: _("the level has moved"),
    }.get(SignalKind(news.kind), _("a pattern that chance seldom makes began in %(month)s"))
    meaning = _("a concern.") if news.concern else _("an improvement.")
    return _("%(what)s: %(meaning)s") % {
        "what": text % {"month": period_name(news.began, step=step)},
        "meaning": meaning,
    }


tells_signals(found_in, news_words)
