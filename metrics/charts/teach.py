"""A chart for teaching: the same figure, one layer at a time, with what to say and what to ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics.charts.figure import LineKind, Mark, RunChartFigure


class Layer(StrEnum):
    """What a step adds to the picture."""

    DATA = "data"
    CENTRE = "centre"
    LIMITS = "limits"
    SIGNALS = "signals"
    STORY = "story"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is drawn so far, a heading, and what is said to it."""

    layer: Layer
    title: str
    words: tuple[str, ...]


TITLES: dict[Layer, Promise] = {
    Layer.DATA: gettext_lazy("What do you see?"),
    Layer.CENTRE: gettext_lazy("The center line"),
    Layer.LIMITS: gettext_lazy("The limits"),
    Layer.SIGNALS: gettext_lazy("Signal or chance?"),
    Layer.STORY: gettext_lazy("What happened, and what do we ask?"),
}


def steps_of(figure: RunChartFigure) -> list[Step]:
    """The steps of a figure: without one for limits where there are none."""
    layers = [layer for layer in Layer if layer is not Layer.LIMITS or any(line.kind.is_limit for line in figure.lines)]
    return [Step(layer, str(TITLES[layer]), _words(figure, layer)) for layer in layers]


def figure_at(figure: RunChartFigure, layer: Layer) -> RunChartFigure:
    """The figure with the layers up to and with this one. The axes stay, so that nothing jumps."""
    order = list(Layer).index(layer)

    def has(wanted: Layer) -> bool:
        return order >= list(Layer).index(wanted)

    kept = tuple(line for line in figure.lines if (has(Layer.LIMITS) if line.kind.is_limit else has(Layer.CENTRE)))
    signals = has(Layer.SIGNALS)
    return replace(
        figure,
        points=figure.points if signals else tuple(replace(point, mark=Mark.PLAIN) for point in figure.points),
        lines=kept,
        bracket=figure.bracket if signals else None,
        flags=figure.flags if has(Layer.STORY) else (),
        end_labels=figure.end_labels if has(Layer.CENTRE) else (),
        bands=(),
        pooled=(),
        alt=figure.alt if signals else _plain_alt(figure),
    )


def _plain_alt(figure: RunChartFigure) -> str:
    """The picture in words before anything is said of signals."""
    drawn = [f"{point.label}: {point.text}" for point in figure.points if point.drawn]
    return _("%(measure)s, %(subject)s. %(points)s") % {
        "measure": figure.title,
        "subject": figure.subject,
        "points": "; ".join(drawn),
    }


def _words(figure: RunChartFigure, layer: Layer) -> tuple[str, ...]:
    if layer is Layer.DATA:
        return (
            _("One point is one month. Say what you see before anybody explains: is it going anywhere?"),
            figure.better and _("%(better)s for this measure.") % {"better": figure.better},
            figure.maturing,
        )
    if layer is Layer.CENTRE:
        centre = next((label for label in figure.end_labels if label.kind == LineKind.CENTRE.value), None)
        if centre is None:
            return (_("There are not enough points for a center line yet."),)
        return (
            _("%(name)s: %(value)s. By chance alone, points fall on either side like the two sides of a coin.")
            % {"name": centre.name, "value": centre.value},
        )
    if layer is Layer.LIMITS:
        return (
            _("Nearly all months lie between the limits by chance alone. One beyond them asks: what was different?"),
            _("The limits say what this way of working can do. They are no goal."),
        )
    if layer is Layer.SIGNALS:
        return (figure.sentence, figure.rules)
    return _questions(figure)


def _questions(figure: RunChartFigure) -> tuple[str, ...]:
    asked = {
        Mark.IMPROVEMENT: (
            _("What did we do before the level changed? Which marks below the chart stand before it?"),
            _("Will it last when nobody watches? For whom did it not get better?"),
        ),
        Mark.CONCERN: (
            _("What changed in how the work is done? Ask the system, not who is to blame."),
            _("Whom does it hit most, and what can we try this week?"),
        ),
        Mark.CHANGE: (
            _("What changed at that time, in the work or in how we count?"),
            _("Is it good for the people we serve?"),
        ),
    }
    return asked.get(
        figure.meaning,
        (
            _("Nothing but chance so far: last month was neither a success nor a failure."),
            _("Is this level good enough? If not, only a change in how we work will move it. What do we test next?"),
        ),
    )
