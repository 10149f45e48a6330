"""Which chart it is, why, and by which rules its signals are told: in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from collab.common import formatting
from collab.enums import ChartKind, RuleSet
from metrics.presenters.readings import Reading, Style
from metrics.stats.advice import PERCENTILES_FROM, Reason, ReasonCode
from metrics.suppression import State

RULES: dict[RuleSet, Promise] = {
    RuleSet.ANHOEJ: gettext_lazy("Anhøj (longest run, crossings)"),
    RuleSet.CLASSICAL: gettext_lazy("classical run chart rules (shift of 6, trend of 5, runs)"),
    RuleSet.WESTERN_ELECTRIC: gettext_lazy("Western Electric (1 to 4)"),
    RuleSet.NELSON: gettext_lazy("Nelson (1 to 8)"),
    RuleSet.MAKING_DATA_COUNT: gettext_lazy("Making Data Count (7 on a side, 7 up or down, 2 of 3)"),
}
SOURCES: dict[RuleSet, Promise] = {
    RuleSet.ANHOEJ: gettext_lazy("Anhøj & Olesen 2014, PLoS ONE 9:e113825; Anhøj 2015, PLoS ONE 10:e0121349."),
    RuleSet.CLASSICAL: gettext_lazy(
        "Perla, Provost & Murray 2011, BMJ Quality & Safety 20:46; Provost & Murray, The Health Care Data Guide, ch. 3."
    ),
    RuleSet.WESTERN_ELECTRIC: gettext_lazy("Western Electric, Statistical Quality Control Handbook, 1956."),
    RuleSet.NELSON: gettext_lazy("Nelson 1984, Journal of Quality Technology 16:237."),
    RuleSet.MAKING_DATA_COUNT: gettext_lazy("NHS England, Making Data Count; NHSRplotthedots 0.2."),
}


def chart_name(reading: Reading) -> str:
    """What the chart is called: "Run chart", "p chart"."""
    return str(ChartKind(reading.kind).label)


def rules_line(reading: Reading) -> str:
    """By which rules signals are told, as it is printed on the chart."""
    rules = str(RULES[reading.rules])
    if reading.has_limits and reading.rules in {RuleSet.ANHOEJ, RuleSet.CLASSICAL}:
        return _("Rules: %(rules)s, and points beyond the limits.") % {"rules": rules}
    return _("Rules: %(rules)s.") % {"rules": rules}


def no_band_words() -> str:
    """Why a chart that could have the band of the teams has none."""
    return _("No band of the teams: it is drawn from %(least)s teams on that can be compared, and there are fewer.") % {
        "least": PERCENTILES_FROM
    }


def why_this_chart(reading: Reading) -> tuple[str, ...]:
    """The reasons in sentences, the deciding one first."""
    return tuple(_reasons(reading, reading.style)) if reading.style else ()


def _reasons(reading: Reading, style: Style) -> Iterator[str]:
    advised = ChartKind(style.advice.kind)
    reasons = style.advice.reasons
    if style.rules_asked is RuleSet.MAKING_DATA_COUNT and style.kind == "i":
        yield _("An individuals chart, because the rules of Making Data Count are made for it.")
    elif style.asked is ChartKind.AUTO or style.kind == style.advice.kind:
        if style.kind == "run" and advised is not ChartKind.RUN:
            yield _("A run chart, because the classical rules ask about the median.")
        else:
            yield from (_reason_words(reading, reason) for reason in reasons)
    else:
        yield _("%(chart)s: chosen for this measure.") % {"chart": ChartKind(style.kind).label}
        if style.kind != "run":
            yield from _cautions(reading, style, advised)
    if style.rules is not style.rules_asked:
        yield _("%(rules)s were chosen for this measure, but they need limits: until then, Anhøj's rules.") % {
            "rules": style.rules_asked.label
        }
    if style.advice.instead == ChartKind.T:
        yield _("The events are rare: days between them, on a t chart, would show a change sooner.")


def _cautions(reading: Reading, style: Style, advised: ChartKind) -> Iterator[str]:
    """What speaks against the chart that was chosen."""
    against = {
        ReasonCode.OVERDISPERSED,
        ReasonCode.RARE_EVENTS,
        ReasonCode.NO_VARIATION,
        ReasonCode.UNEVEN_DENOMINATORS,
    }
    carries_it = {"pp", "up", "ip", "i", "mr"}
    for reason in style.advice.reasons:
        if reason.code in against and not (reason.code is ReasonCode.OVERDISPERSED and style.kind in carries_it):
            yield _reason_words(reading, reason)
            yield _("%(chart)s would be the better choice.") % {"chart": advised.label}


def _reason_words(reading: Reading, reason: Reason) -> str:
    if reason.code is ReasonCode.NO_VALUES and np.isin(reading.state, (State.HIDDEN, State.WITHHELD)).any():
        return _("A run chart, because no number is shown from which a chart could be chosen.")
    value = reason.value or 0.0
    words: str = REASONS[reason.code] % {
        "count": int(value),
        "bound": formatting.number(reason.bound),
        "share": formatting.number(100 * value, places=0),
        "times": formatting.number(value),
        "chart": ChartKind(reading.kind).label,
    }
    return words


REASONS = {
    ReasonCode.NO_VALUES: gettext_lazy("Nothing is reported yet."),
    ReasonCode.FEW_POINTS: ngettext_lazy(
        "A run chart, because %(count)d point is too few for limits: from %(bound)s they can be trusted.",
        "A run chart, because %(count)d points are too few for limits: from %(bound)s they can be trusted.",
        "count",
    ),
    ReasonCode.NOT_COUNTS: gettext_lazy(
        "A run chart, because some values can not be counts: look how they were typed."
    ),
    ReasonCode.NO_VARIATION: gettext_lazy(
        "A run chart, because all points are equal: there is nothing to draw limits from."
    ),
    ReasonCode.RARE_EVENTS: gettext_lazy(
        "A run chart serves best, because the events are rare: %(share)s %% of the points have none (or nothing "
        "but them), and limits would mislead."
    ),
    ReasonCode.PROPORTION: gettext_lazy("%(chart)s, because the measure is a proportion."),
    ReasonCode.RATE: gettext_lazy("%(chart)s, because the measure is a rate of events."),
    ReasonCode.COUNT: gettext_lazy("%(chart)s, because the measure is a count."),
    ReasonCode.MEAN: gettext_lazy("%(chart)s, because the measure is a mean."),
    ReasonCode.SINGLE_VALUES: gettext_lazy("%(chart)s, because there is a single value each month."),
    ReasonCode.TIME_BETWEEN: gettext_lazy("%(chart)s, because the measure is the time between events."),
    ReasonCode.ZERO_TIMES: gettext_lazy("Some times are 0, for which a t chart has no place."),
    ReasonCode.UNEVEN_DENOMINATORS: gettext_lazy(
        "The number of cases differs from month to month, so each month has limits of its own."
    ),
    ReasonCode.OVERDISPERSED: gettext_lazy(
        "The points vary %(times)s times as much as their denominators explain (overdispersion), and plain limits "
        "would raise false alarms: limits made from how neighboring months differ hold."
    ),
    ReasonCode.UNDERDISPERSED: gettext_lazy(
        "The points vary only %(times)s times as much as chance would have it: look how the numbers are made."
    ),
    ReasonCode.TRIAL_LIMITS: gettext_lazy(
        "Trial limits, because there are only %(count)s points; from %(bound)s they are firm."
    ),
}
