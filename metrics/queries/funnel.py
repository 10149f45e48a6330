"""All teams of one measure over some months, added up: for funnels, and for where one team stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from collab.common import months as month_module
from collab.enums import Statistic
from collab.models import Collaborative, Measure, MeasureVersion
from metrics.queries.publishing import published_in
from metrics.queries.series import Peer, Sight, comparison, sight_of
from metrics.stats.arrays import Floats, Ints
from metrics.suppression import FEWEST_TEAMS, State

WINDOW = 12
"""So many months are added up unless somebody asks for one month."""

KINDS = {Statistic.PROPORTION: "p", Statistic.RATE: "u"}
"""What can be drawn as a funnel, and by which distribution."""


@dataclass(frozen=True, eq=False)
class Window:
    """The months that are added up, all under one definition. ``withheld``: none of them is published."""

    months: tuple[dt.date, ...]
    version: MeasureVersion
    withheld: bool = False


@dataclass(frozen=True, eq=False)
class Field:
    """One measure of all teams that a viewer may compare, added up over a window; arrays follow ``peers``.

    Numbers are sums over the months that the viewer may see, NaN for a team without any. ``hidden``: how many months
    of a team are left out because they are small, so that nothing can be told from the difference. ``is_enough``:
    whether there are teams enough to compare.
    """

    sight: Sight
    window: Window
    peers: tuple[Peer, ...]
    numerator: Floats
    denominator: Floats
    hidden: Ints
    is_enough: bool


def window_of(user: Any, collaborative: Collaborative, measure: Measure, month: dt.date | None = None) -> Window:
    """The last months of the newest definition that are final, or one month; of these what ``user`` may compare.

    Two queries, about who the user is and what is published.
    """
    today, step = collaborative.today(), collaborative.step
    ended = collaborative.ended_months()
    version = measure.version_for(month) if month else measure.latest
    if month is not None:
        chosen = [one for one in ended if one == month]
    else:
        final = dt.timedelta(days=version.maturation_days)
        held = [one for one in ended if measure.version_for(one).pk == version.pk]
        done = [one for one in held if month_module.last_day(one, step=step) + final < today]
        chosen = (done or held)[-max(1, WINDOW // step) :]
    if sight_of(user, collaborative).looks_after_teams:
        return Window(tuple(chosen), version)
    published = published_in(collaborative)
    shown = [one for one in chosen if published.holds(measure.pk, one)]
    return Window(tuple(shown), version, withheld=bool(chosen) and not shown)


def field_of(user: Any, collaborative: Collaborative, measure: Measure, window: Window) -> Field:
    """All teams as ``user`` may see them, added up. The number of queries does not grow with teams or months."""
    found = comparison(user, collaborative, measures=[measure], months=window.months)
    (panel,) = found.panels
    shown = panel.state == State.VALUE
    some = shown.any(axis=1)
    above = np.where(some, np.where(shown, panel.numerator, 0).sum(axis=1), np.nan)
    below = np.where(some, np.where(shown, panel.denominator, 0).sum(axis=1), np.nan)
    least = 1 if found.sight.looks_after_teams else FEWEST_TEAMS
    return Field(
        sight=found.sight,
        window=window,
        peers=found.peers,
        numerator=above,
        denominator=below,
        hidden=(panel.state == State.HIDDEN).sum(axis=1).astype(np.int64),
        is_enough=int(np.count_nonzero(below > 0)) >= least,
    )


def months_offered(collaborative: Collaborative) -> Sequence[dt.date]:
    """The months that can be looked at one by one, the newest first."""
    return collaborative.ended_months()[::-1][:WINDOW]
