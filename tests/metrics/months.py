"""A small world for the tests of data entry: one team, two measures, language groups, and a clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from collab.enums import CollaborativeStatus, Statistic
from collab.models import Measure, User
from equity.models import Stratifier
from metrics.actions.submissions import submit_month
from metrics.cells import CellKey, Entry, Value
from metrics.enums import Source
from metrics.models import Submission
from metrics.queries.months import sheet_for
from metrics.validation import check_sheet
from teams.enums import TeamRole
from teams.models import Team
from tests.factories.collab import CollaborativeFactory, MeasureFactory, UserFactory
from tests.factories.equity import StratifierFactory, StratumFactory
from tests.factories.teams import AgencyFactory, TeamFactory, TeamMembershipFactory

JANUARY = dt.date(2025, 1, 1)
FEBRUARY = dt.date(2025, 2, 1)
MARCH = dt.date(2025, 3, 1)
# January 2025 is due at the end of Mon 10 February in New York, which is 5 o'clock in the morning of the 11th in UTC.
DUE = dt.datetime(2025, 2, 11, 5, tzinfo=dt.UTC)
BEFORE_DUE = dt.datetime(2025, 2, 5, 14, 41, tzinfo=dt.UTC)
AFTER_DUE = dt.datetime(2025, 2, 20, 15, tzinfo=dt.UTC)
# Sixty days later at midnight; summer time has begun meanwhile.
LOCKED = dt.datetime(2025, 4, 12, 4, tzinfo=dt.UTC)


@dataclass
class World:
    """A team with a data lead and a second member; "no_show" by language, and "waiting_days" as a mean."""

    team: Team
    ana: User
    ben: User
    no_show: Measure
    waiting: Measure
    language: Stratifier
    now: dt.datetime = field(default=BEFORE_DUE)

    def entries(self, no_show: str = "12/40", waiting: str = "90/30", **groups: str) -> list[Entry]:
        """The month as texts; groups by stratum, such as ``es="3/10"``."""
        return [
            entry("no_show", no_show),
            entry("waiting_days", waiting),
            *(entry(f"no_show.language.{code}", numbers) for code, numbers in groups.items()),
        ]

    def values(self, no_show: str = "12/40", waiting: str = "90/30", **groups: str) -> list[Value]:
        checked = check_sheet(sheet_for(self.team, JANUARY), self.entries(no_show, waiting, **groups))
        assert checked.blocking == []
        return checked.values

    def submit(self, no_show: str = "12/40", *, month: dt.date = JANUARY, **options: object) -> Submission:
        given: dict[str, object] = {
            "by": self.ana,
            "values": self.values(no_show),
            "source": Source.GRID,
            "now": self.now,
        }
        return submit_month(team=self.team, month=month, **(given | options))  # type: ignore[arg-type]  # options of one action


def make_world() -> World:
    collaborative = CollaborativeFactory(slug="access", name="Access", status=CollaborativeStatus.RUNNING)
    team = TeamFactory(
        collaborative=collaborative,
        agency=AgencyFactory(center=collaborative.center, code="NORTH"),
        slug="northside",
        name="Northside",
    )
    ana, ben = UserFactory(name="Ana Ruiz"), UserFactory(name="Ben Okoro")
    TeamMembershipFactory(team=team, user=ana, role=TeamRole.DATA_LEAD)
    TeamMembershipFactory(team=team, user=ben)
    no_show = MeasureFactory(collaborative=collaborative, code="no_show", version__name="No-show")
    waiting = MeasureFactory(
        collaborative=collaborative,
        code="waiting_days",
        version__name="Waiting time",
        version__stat=Statistic.MEAN,
        version__unit="days",
        version__multiplier=1,
        version__max_value=365,
    )
    language = StratifierFactory(collaborative=collaborative, code="language", name="Language", measures=[no_show])
    StratumFactory(stratifier=language, code="en", name="English", position=1)
    StratumFactory(stratifier=language, code="es", name="Spanish", position=2)
    return World(team, ana, ben, no_show, waiting, language)


def entry(key: str, numbers: str = "", *, reason: str = "", note: str = "") -> Entry:
    """ "12/40" as numerator and denominator; "12" has no denominator."""
    numerator, _, denominator = numbers.partition("/")
    return Entry(CellKey.parse(key), numerator, denominator, reason, note)
