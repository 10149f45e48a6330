"""Teams compared by a funnel, and where one's own team stands, in words that keep how sure they are.

No order of teams is told: of teams between the limits a funnel says that nothing tells them apart.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common import formatting
from collab.enums import Direction, Statistic
from collab.models import Collaborative, MeasureVersion
from metrics.charts.build import origin_words
from metrics.charts.figure import Mark
from metrics.charts.funnel import Curve, FunnelFigure, FunnelPoint, Place
from metrics.presenters.values import value_words
from metrics.queries.funnel import KINDS, Field, Window
from metrics.queries.series import Panel
from metrics.stats import advice
from metrics.stats.arrays import Bools, Floats
from metrics.stats.benchmark import summary
from metrics.stats.distributions import discrete_limits
from metrics.stats.funnels import LEVELS, ExactFunnel, funnel_exact
from metrics.stats.standing import headroom, months_to_threshold, standing
from metrics.suppression import State

CURVE_POINTS = 80
BASELINE = 3
"""Without a frozen baseline the first so many months with a value are the baseline."""

BOUNDS = (("lcl_95", "ucl_95", "95 %", False), ("lcl", "ucl", "99.8 %", True))


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one team stands: each part a sentence, empty where nothing can be said."""

    label: str
    value: str
    place: str
    percentile: str
    reach: str
    goal: str


@dataclass(frozen=True, slots=True)
class Way:
    """How far a team has come to the goal: months until it was first reached, and what was and is left to go."""

    reached: str
    room: str


@dataclass(frozen=True)
class FunnelPage:
    """What the page shows. ``figure`` is None where there is nothing to draw; ``reason`` says why."""

    figure: FunnelFigure | None
    reason: str
    span: str
    dispersion: str
    together: str
    band: str
    hidden: str
    own: tuple[Stand, ...]


def span_words(window: Window, collaborative: Collaborative) -> str:
    """ "July 2025 to June 2026"."""
    if not window.months:
        return ""
    first, last = (
        formatting.period_name(month, step=collaborative.step) for month in (window.months[0], window.months[-1])
    )
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def funnel_page(field: Field, collaborative: Collaborative, ways: dict[int, Way]) -> FunnelPage:
    """The page of a field. ``ways``: by the key of the reader's own teams."""
    version, window = field.window.version, field.window
    span = span_words(window, collaborative)
    reason = why_not(field)
    kind = KINDS.get(version.statistic)
    if reason or kind is None:
        return FunnelPage(None, reason, span, "", "", "", "", ())
    found = funnel_exact(kind, field.numerator, field.denominator, adjust="multiplicative")
    figure = _figure(field, found, kind, span, today=collaborative.today())
    return FunnelPage(
        figure=figure,
        reason="",
        span=span,
        dispersion=dispersion_words(found),
        together=_together(field, found),
        band=band_words(field),
        hidden=_hidden_words(field),
        own=tuple(
            stand_of(field, number, figure, ways.get(peer.team.pk))
            for number, peer in enumerate(field.peers)
            if peer.own and peer.team
        ),
    )


def why_not(field: Field) -> str:
    """Why no funnel can be drawn; empty where one can."""
    version, window = field.window.version, field.window
    below = field.denominator[field.denominator > 0]
    reasons = (
        (
            version.statistic not in KINDS,
            _("A funnel needs counts out of a number of people or visits. Look at this measure's small charts."),
        ),
        (window.withheld, _("The center has not published the comparison of these months yet.")),
        (
            not field.sight.sees_percentiles,
            _("In this collaborative teams see only the results of all teams together, beside their own."),
        ),
        (not window.months, _("No month is over yet.")),
        (not below.size, _("No team has reported a number that may be shown.")),
        (not field.is_enough, _("Too few teams have reported to compare them without showing single ones.")),
        (
            version.statistic is Statistic.PROPORTION and bool((below % 1 > 0).any()),
            _("Some numbers reported here are not whole, so exact limits can not be drawn."),
        ),
    )
    return next((words for holds, words in reasons if holds), "")


def _figure(field: Field, found: ExactFunnel, kind: str, span: str, *, today: dt.date) -> FunnelFigure:
    version = field.window.version
    scale = version.multiplier
    points = tuple(_point(field, found, number) for number in _drawn(field))
    largest = max(point.denominator for point in points)
    sizes = np.unique(np.ceil(np.geomspace(max(1.0, largest / 400), largest, CURVE_POINTS)))
    limits = _limits(kind, sizes, found)
    sentence = _sentence(points, span)
    return FunnelFigure(
        key=f"funnel-{version.measure.code}",
        title=version.name,
        subject=span,
        unit=version.unit,
        axis_name=version.unit,
        size_name=_("How many were counted (denominator)"),
        centre=found.cl * scale,
        centre_words=_("All: %(value)s") % {"value": formatting.with_unit(found.cl * scale, version.unit)},
        sizes=tuple(sizes.tolist()),
        curves=tuple(
            Curve(
                name,
                wide,
                tuple((limits[low] * scale).tolist()),
                tuple((limits[high] * scale).tolist()),
            )
            for low, high, name, wide in BOUNDS
        ),
        points=points,
        sentence=sentence,
        alt=_("Funnel plot. %(sentence)s The center line is at %(centre)s.")
        % {"sentence": sentence, "centre": formatting.with_unit(found.cl * scale, version.unit)},
        ceiling=scale if version.statistic is Statistic.PROPORTION else None,
        limits=_limits_words(found, kind),
        definition=version.number,
        origin=origin_words(version, today),
        drawn_on=today,
    )


def _limits_words(found: ExactFunnel, kind: str) -> str:
    """How the limits were made."""
    name = _("exact binomial") if kind == "p" else _("exact Poisson")
    if not found.widened:
        return _("Limits: %(name)s, 95 and 99.8 %%.") % {"name": name}
    return _("Limits: %(name)s, 95 and 99.8 %%, %(times)s times as wide because teams differ more than chance.") % {
        "name": name,
        "times": formatting.number(found.dispersion.phi**0.5),
    }


def _limits(kind: str, sizes: Floats, found: ExactFunnel) -> dict[str, Floats]:
    """The limits for any size, widened as those of the teams are."""
    if found.cl == 0 or (kind == "p" and found.cl == 1):
        return {name: np.full(sizes.shape, found.cl) for name in LEVELS}
    factor = found.dispersion.phi**0.5 if found.widened else 1.0
    plain = discrete_limits(sizes, found.cl, list(LEVELS.values()), binomial=kind == "p") / sizes
    ceiling = 1.0 if kind == "p" else np.inf
    return dict(zip(LEVELS, np.clip(found.cl + factor * (plain - found.cl), 0.0, ceiling), strict=True))


def _point(field: Field, found: ExactFunnel, number: int) -> FunnelPoint:
    version, peer = field.window.version, field.peers[number]
    above, below = float(field.numerator[number]), float(field.denominator[number])
    rate = above / below
    is_above = rate > found.cl
    if found.sigma_signal[number]:
        place = Place.BEYOND
    elif rate > found.ucl_95[number] or rate < found.lcl_95[number]:
        place = Place.NEAR
    else:
        place = Place.WITHIN
    value = value_words(version, rate * version.multiplier, above, below)
    return FunnelPoint(
        label=peer.label,
        own=peer.own,
        numerator=above,
        denominator=below,
        value=rate * version.multiplier,
        place=place,
        above=is_above,
        mark=_mark(version, above=is_above) if place is Place.BEYOND else Mark.PLAIN,
        words=_("%(team)s: %(value)s, %(place)s")
        % {"team": peer.label, "value": value, "place": place_words(place, above=is_above)},
    )


def _mark(version: MeasureVersion, *, above: bool) -> Mark:
    if version.direction == Direction.NONE:
        return Mark.CHANGE
    return Mark.IMPROVEMENT if above == (version.direction == Direction.UP) else Mark.CONCERN


def place_words(place: Place, *, above: bool) -> str:
    """Where a team lies, in words."""
    if place is Place.BEYOND:
        return _("above the 99.8 % limits") if above else _("below the 99.8 % limits")
    if place is Place.NEAR:
        return _("above the 95 % limits") if above else _("below the 95 % limits")
    return _("within the limits")


def _sentence(points: Sequence[FunnelPoint], span: str) -> str:
    beyond = [point for point in points if point.place is Place.BEYOND]
    if not beyond:
        return ngettext(
            "%(count)s team, %(span)s: it lies within the 99.8 %% limits.",
            "%(count)s teams, %(span)s: all lie within the 99.8 %% limits, so chance may explain how they differ.",
            len(points),
        ) % {"count": len(points), "span": span}
    return ngettext(
        "%(count)s of %(teams)s teams, %(span)s, lies outside the 99.8 %% limits: ask what is different there.",
        "%(count)s of %(teams)s teams, %(span)s, lie outside the 99.8 %% limits: ask what is different there.",
        len(beyond),
    ) % {"count": len(beyond), "teams": len(points), "span": span}


def dispersion_words(found: ExactFunnel) -> str:
    """Whether limits were widened, and why."""
    if math.isnan(found.dispersion.phi):
        return _("Too few teams, or too little variation, to ask whether teams differ more than chance explains.")
    if not found.widened:
        return _("Teams differ about as much as chance explains, so the exact limits stand as they are.")
    return _(
        "Teams differ %(times)s times as much as chance alone explains, for reasons that this chart does not know "
        "(who comes, how it is counted). The limits are %(times)s times as wide for it."
    ) % {"times": formatting.number(found.dispersion.phi**0.5)}


def _together(field: Field, found: ExactFunnel) -> str:
    """The pooled rate beside the median of the teams, and which is which."""
    version = field.window.version
    compared = comparable(field)
    words = {
        "pooled": value_words(
            version,
            found.cl * version.multiplier,
            float(np.nansum(field.numerator)),
            float(np.nansum(field.denominator)),
        )
    }
    if compared.sum() < 2:
        return _("All people of the teams shown counted together: %(pooled)s.") % words
    rates = field.numerator[compared] / field.denominator[compared]
    words["median"] = formatting.with_unit(float(np.median(rates)) * version.multiplier, version.unit)
    return (
        _(
            "All people of the teams shown counted together: %(pooled)s; large teams weigh more. The team in the "
            "middle: %(median)s; every team weighs the same."
        )
        % words
    )


def comparable(field: Field) -> Bools:
    """Teams whose denominator reaches the measure's minimum."""
    with np.errstate(invalid="ignore"):
        found: Bools = field.denominator >= max(1, field.window.version.min_denominator)
    return found


def band_words(field: Field) -> str:
    """Quartiles, 10th and 90th percentile, and the achievable benchmark; or from how many teams on they are told."""
    version, compared = field.window.version, comparable(field)
    count = int(compared.sum())
    if not advice.percentiles_allowed(count):
        return too_few_words(count)
    found = summary(field.numerator, field.denominator, higher_is_better=_higher(version))
    spread = summary(field.numerator[compared], field.denominator[compared], higher_is_better=None)
    return band_sentence(version, count, spread.p10, spread.p25, spread.p75, spread.p90, found.abc)


def too_few_words(count: int) -> str:
    """Why there are no percentiles."""
    return ngettext(
        "Percentiles are told from %(least)s teams on; %(count)s team can be compared.",
        "Percentiles are told from %(least)s teams on; %(count)s teams can be compared.",
        count,
    ) % {"least": advice.PERCENTILES_FROM, "count": count}


def band_sentence(
    version: MeasureVersion,
    count: int,
    p10: float | None,
    p25: float | None,
    p75: float | None,
    p90: float | None,
    abc: float | None,
) -> str:
    """The band of the teams in words; rates are fractions."""
    if p10 is None or p25 is None or p75 is None or p90 is None:
        return ""

    def words(rate: float) -> str:
        return formatting.with_unit(rate * version.multiplier, version.unit)

    text = _(
        "The middle half of %(count)s teams lies between %(p25)s and %(p75)s, 8 of 10 between %(p10)s and %(p90)s."
    ) % {"count": count, "p10": words(p10), "p25": words(p25), "p75": words(p75), "p90": words(p90)}
    if abc is None:
        return text
    return (
        text
        + " "
        + _("Achievable benchmark: %(value)s, what the best teams reach that together count a tenth of all.")
        % {"value": words(abc)}
    )


def _hidden_words(field: Field) -> str:
    count = int((field.hidden > 0).sum())
    if not count:
        return ""
    return ngettext(
        "Months with small numbers are left out, in %(count)s team.",
        "Months with small numbers are left out, in %(count)s teams.",
        count,
    ) % {"count": count}


def stand_of(field: Field, number: int, figure: FunnelFigure, way: Way | None) -> Stand:
    """Where team ``number`` stands."""
    version, peer = field.window.version, field.peers[number]
    point = dict(zip(_drawn(field), figure.points, strict=True)).get(number)
    above, below = float(field.numerator[number]), float(field.denominator[number])
    if point is None:
        return Stand(peer.label, _("No number in these months."), "", "", "", way.reached if way else "")
    return Stand(
        label=peer.label,
        value=value_words(version, point.value, above, below),
        place=_("%(place)s.") % {"place": _capital(place_words(point.place, above=point.above))},
        percentile=percentile_words(field, number),
        reach=reach_words(field, number),
        goal=" ".join(part for part in (way.reached, way.room) if part) if way else "",
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def percentile_words(field: Field, number: int) -> str:
    """ "Better than about 60 % of the other 23 teams. With 31 counted it could be 35 to 80 %." """
    version = field.window.version
    higher = _higher(version)
    compared = comparable(field)
    if higher is None:
        return _("Neither up nor down is better here, so no place among the teams is told.")
    count = int(compared.sum())
    if not advice.percentiles_allowed(count):
        return too_few_words(count)
    if not compared[number]:
        return _("Too few were counted in your team to tell its place: at least %(least)s are needed.") % {
            "least": version.min_denominator
        }
    places = np.flatnonzero(compared)
    own = int(np.searchsorted(places, number))
    found = standing(
        KINDS[version.statistic], field.numerator[places], field.denominator[places], own, higher_is_better=higher
    )
    if found is None:
        return ""
    words = {
        "at": _round(found.percentile),
        "others": found.others,
        "counted": formatting.number(float(field.denominator[number])),
        "low": _round(found.low),
        "high": _round(found.high),
    }
    if words["low"] == words["high"]:
        text = _(
            "Better than about %(at)s %% of the other %(others)s teams; with %(counted)s counted that is fairly sure."
        )
    else:
        text = _(
            "Better than about %(at)s %% of the other %(others)s teams. With %(counted)s counted it could be %(low)s "
            "to %(high)s %%."
        )
    return text % words


def _round(percentile: float) -> int:
    """To the nearest 5: more digits would say more than is known."""
    return 5 * round(percentile / 5)


def reach_words(field: Field, number: int) -> str:
    """How many people more (or fewer) it would be at the achievable benchmark."""
    version = field.window.version
    higher = _higher(version)
    if higher is None or not advice.percentiles_allowed(int(comparable(field).sum())):
        return ""
    abc = summary(field.numerator, field.denominator, higher_is_better=higher).abc
    above, below = float(field.numerator[number]), float(field.denominator[number])
    if abc is None or not below > 0:
        return ""
    more = round((abc * below - above) * (1 if higher else -1))
    words = {
        "value": formatting.with_unit(abc * version.multiplier, version.unit),
        "count": abs(more),
        "below": formatting.number(below),
    }
    if more <= 0:
        return _("You are at the achievable benchmark of %(value)s or beyond it.") % words
    if version.statistic is not Statistic.PROPORTION:
        text = (
            _("At the achievable benchmark of %(value)s it would have been %(count)s more.")
            if higher
            else _("At the achievable benchmark of %(value)s it would have been %(count)s fewer.")
        )
        return text % words
    return (
        ngettext(
            "At the achievable benchmark of %(value)s you would have reached %(count)s person more of %(below)s.",
            "At the achievable benchmark of %(value)s you would have reached %(count)s people more of %(below)s.",
            abs(more),
        )
        if higher
        else ngettext(
            "At the achievable benchmark of %(value)s it would have been %(count)s person fewer of %(below)s.",
            "At the achievable benchmark of %(value)s it would have been %(count)s people fewer of %(below)s.",
            abs(more),
        )
    ) % words


def _higher(version: MeasureVersion) -> bool | None:
    return {Direction.UP: True, Direction.DOWN: False}.get(Direction(version.direction))


def way_of(panel: Panel, row: int, collaborative: Collaborative) -> Way:
    """How far the series of a row has come to the goal."""
    version = panel.version
    higher = _higher(version)
    if version.goal is None or higher is None:
        return Way("", "")
    months, values = panel.months, panel.values[row]
    held = np.array([one is version for one in panel.versions], dtype=np.bool_)
    values = np.where(held, values, np.nan)
    goal = formatting.with_unit(version.goal, version.unit)
    base = _baseline(panel, row, held)
    room = headroom(base, version.goal, higher_is_better=higher)
    number = months_to_threshold(values, version.goal, higher_is_better=higher)
    if number is None:
        hidden = bool((panel.state[row] == State.HIDDEN).any())
        reached = (
            _("The goal of %(goal)s has not been reached in the months shown.")
            if hidden
            else _("The goal of %(goal)s has not been reached yet.")
        ) % {"goal": goal}
    else:
        reached = _("The goal of %(goal)s was first reached in %(month)s, month %(number)s.") % {
            "goal": goal,
            "month": formatting.period_name(months[number - 1], step=collaborative.step),
            "number": (number - 1) * collaborative.step + 1,
        }
    if base is None or room is None:
        return Way(reached, "")
    start = formatting.with_unit(base, version.unit)
    if room <= 0:
        return Way(reached, _("The baseline of %(base)s was at the goal already.") % {"base": start})
    unit = _("percentage points") if version.unit == "%" else version.unit
    return Way(
        reached,
        _("From the baseline of %(base)s it was %(room)s to go.")
        % {"base": start, "room": formatting.with_unit(room, unit)},
    )


def _baseline(panel: Panel, row: int, held: Bools) -> float | None:
    """The value over the months of the frozen baseline, else over the first months with a value."""
    columns = np.flatnonzero((panel.state[row] == State.VALUE) & held)
    frozen = panel.shape_of(row).frozen
    chosen = columns[columns <= max(frozen)] if frozen else columns[:BASELINE]
    if not chosen.size:
        return None
    version = panel.version
    if version.statistic.has_denominator:
        below = float(panel.denominator[row, chosen].sum())
        return float(panel.numerator[row, chosen].sum()) / below * version.multiplier if below else None
    return float(np.median(panel.values[row, chosen]))


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of the table that is made only for who asks for it."""

    label: str
    url: str
    own: bool
    value: str
    place: str
    way: Way | None


def table_rows(field: Field, figure: FunnelFigure, numbers: Sequence[int], ways: dict[int, Way]) -> list[TableRow]:
    """The teams with these numbers, in this order. Only teams that the reader may follow have an address."""
    points = dict(zip(_drawn(field), figure.points, strict=True))
    rows = []
    for number in numbers:
        peer, point = field.peers[number], points.get(number)
        rows.append(
            TableRow(
                label=peer.label,
                url=peer.team.get_absolute_url() if peer.team and (field.sight.looks_after_teams or peer.own) else "",
                own=peer.own,
                value=value_words(field.window.version, point.value, point.numerator, point.denominator)
                if point
                else _("no number to show"),
                place=_capital(place_words(point.place, above=point.above)) if point else "",
                way=ways.get(number),
            )
        )
    return rows


def _drawn(field: Field) -> list[int]:
    """The numbers of the teams that have a point."""
    return [
        number
        for number in range(len(field.peers))
        if field.denominator[number] > 0 and not math.isnan(field.numerator[number])
    ]
