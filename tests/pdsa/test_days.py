"""The days of a cycle: in order, in years that can be meant, the same on the page as from a file."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from pdsa.actions.exchange import dry_run, import_cycles
from pdsa.actions.workflow import close, study
from pdsa.actions.worksheet import add_row, save
from pdsa.enums import Decision, Stage
from pdsa.models import Cycle
from pdsa.queries.exchange import read_lines
from teams.models import Team
from tests.factories.pdsa import CycleFactory, DataPointFactory, TaskFactory
from tests.factories.teams import TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

PLANNED = {
    "title": "Call the day before",
    "task_1": "Call them",
    "task_1_who": "Front desk",
    "plan_start": "2025-03-03",
    "other_measure": "People who come",
    "question_1": "Do they come?",
    "question_1_prediction": "Six of seven",
}
CLOSED = PLANNED | {
    "started_on": "2025-03-05",
    "observations": "Five picked up.",
    "studied_on": "2025-03-20",
    "question_1_match": "yes",
    "learned": "A call helps.",
    "decision": "adopt",
    "closed_on": "2025-03-25",
}


@pytest.fixture
def sent() -> Callable[..., Any]:
    """Try a file of one row: the problems of the row, or the cycle it makes."""
    member = TeamMembershipFactory()

    def send(texts: dict[str, str]) -> Any:
        text = f"{','.join(texts)}\n{','.join(texts.values())}\n"
        given: dict[str, Any] = {"by": member.user, "team": member.team, "lines": read_lines(io.BytesIO(text.encode()))}
        problems = dry_run(**given).problems.get(2)
        return problems or import_cycles(**given).created[2]

    return send


def test_days_in_order_are_kept_as_the_file_has_them(sent: Callable[..., Any]) -> None:
    cycle = sent(CLOSED)
    march = [dt.date(2025, 3, day) for day in (5, 20, 20, 25)]
    assert [cycle.started_on, cycle.ended_on, cycle.studied_on, cycle.closed_on] == march
    cycle = sent(CLOSED | {"ended_on": "2025-03-18"})
    assert (cycle.ended_on, cycle.studied_on) == (dt.date(2025, 3, 18), dt.date(2025, 3, 20))


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (
            {"studied_on": "2025-03-01"},
            "studied_on: The day of the study (1 Mar 2025) lies before the first day of the test (5 Mar 2025).",
        ),
        (
            {"ended_on": "2025-03-04"},
            "ended_on: The last day (4 Mar 2025) lies before the first day (5 Mar 2025).",
        ),
        (
            {"ended_on": "2025-04-18"},
            (
                "studied_on: The last day (18 Apr 2025) lies after the day of the study (20 Mar 2025). "
                "Choose an earlier one, or go back a step if the test went on."
            ),
        ),
        (
            {"closed_on": "2025-03-10"},
            "closed_on: The cycle can not be closed on 10 Mar 2025: it was studied on 20 Mar 2025.",
        ),
        (
            {"number_1": "5", "number_1_day": "2020-03-05"},
            (
                "5 Mar 2020 lies more than a year before the first day of the test (5 Mar 2025). "
                "Choose when it was counted."
            ),
        ),
    ],
)
def test_days_out_of_order_are_told_by_their_row(
    sent: Callable[..., Any], texts: dict[str, str], sentence: str
) -> None:
    assert sent(CLOSED | texts) == [sentence]


def test_a_day_of_closing_needs_a_closed_cycle(sent: Callable[..., Any]) -> None:
    assert sent(PLANNED | {"closed_on": "2025-03-25"})[0].startswith("closed_on: the cycle has not come so far.")


def test_a_baseline_from_before_the_test_is_taken(sent: Callable[..., Any]) -> None:
    cycle = sent(CLOSED | {"number_1": "5", "number_1_day": "2025-01-15"})
    assert [point.day for point in cycle.points.all()] == [dt.date(2025, 1, 15)]


@pytest.mark.parametrize(
    "column", ["plan_start", "plan_end", "started_on", "task_1_when", "number_1_day", "question_1_predicted_on"]
)
@pytest.mark.parametrize(
    ("typed", "shown"), [("0206-11-20", "20 Nov 0206"), ("9999-12-31", "31 Dec 9999"), ("2019-12-31", "31 Dec 2019")]
)
def test_a_mistyped_year_is_told_by_its_column(sent: Callable[..., Any], column: str, typed: str, shown: str) -> None:
    today = dt.datetime.now(dt.UTC).year
    [problem] = sent(CLOSED | {"number_1": "5", "number_1_day": "2025-03-06", column: typed})
    assert problem == f"{column}: The year in {shown} looks mistyped. Choose one from 2020 to {today + 5}."


class TestOnThePage:
    """The same policies for what is typed."""

    def refused(self, cycle: Cycle, values: dict[str, Any]) -> dict[str, str]:
        return save(by=cycle.created_by, cycle=cycle, values=values).refused

    @pytest.mark.parametrize("name", ["plan_start", "plan_end", "started_on", "ended_on"])
    def test_a_mistyped_year(self, name: str) -> None:
        cycle = CycleFactory(stage=Stage.DO)
        assert "20 Nov 0206 looks mistyped" in self.refused(cycle, {name: dt.date(206, 11, 20)})[name]

    def test_a_mistyped_year_in_the_small_tables(self) -> None:
        cycle = CycleFactory(stage=Stage.DO)
        task, point = TaskFactory(cycle=cycle), DataPointFactory(cycle=cycle)
        keys = [f"tasks.{task.pk}.when", f"points.{point.pk}.day"]
        refused = self.refused(cycle, dict.fromkeys(keys, dt.date(206, 11, 20)))
        assert ["looks mistyped" in refused[key] for key in keys] == [True, True]
        for table, values in (("tasks", {"when": dt.date(1, 1, 1)}), ("points", {"day": dt.date(1, 1, 1), "value": 5})):
            with pytest.raises(ValidationError, match="looks mistyped"):
                add_row(by=cycle.created_by, cycle=cycle, table=table, values=values)

    def test_a_plan_may_lie_ahead(self) -> None:
        assert self.refused(CycleFactory(), {"plan_end": dt.date(2030, 1, 31)}) == {}

    def test_the_last_day_lies_not_after_the_study(self) -> None:
        cycle = CycleFactory(stage=Stage.STUDY)
        refused = self.refused(cycle, {"ended_on": dt.date(2025, 4, 18)})
        assert refused["ended_on"].startswith(
            "The last day (18 Apr 2025) lies after the day of the study (12 Mar 2025)"
        )
        assert Cycle.objects.get().ended_on == cycle.ended_on

    def test_a_number_counted_years_before(self) -> None:
        cycle = CycleFactory(stage=Stage.DO)
        point = DataPointFactory(cycle=cycle)
        key = f"points.{point.pk}.day"
        assert "more than a year before" in self.refused(cycle, {key: dt.date(2023, 3, 4)})[key]
        assert self.refused(cycle, {key: dt.date(2024, 9, 4)}) == {}

    def test_moves_keep_the_order(self) -> None:
        cycle = CycleFactory(stage=Stage.DO, observations="Five came.", ended_on=dt.date(2025, 3, 11))
        with pytest.raises(ValidationError, match="lies after the day of the study"):
            study(by=cycle.created_by, cycle=cycle, on=dt.date(2025, 3, 10))
        studied = CycleFactory(stage=Stage.STUDY, decision_reason="Too slow.", comparison="-", learned="Much.")
        studied.questions.update(match="yes")
        with pytest.raises(ValidationError, match="it was studied on 12 Mar 2025"):
            close(by=studied.created_by, cycle=studied, decision=Decision.ADOPT, on=dt.date(2025, 3, 11))


def test_a_team_that_works_longer_than_planned_can_write_today() -> None:
    """The bound goes on with the calendar: today is never a mistyped year."""
    team: Team = TeamMembershipFactory().team
    team.collaborative.start = dt.date(2015, 1, 1)
    team.collaborative.save()
    cycle = CycleFactory(team=team, stage=Stage.DO)
    today = team.collaborative.today()
    assert save(by=cycle.created_by, cycle=cycle, values={"started_on": today}).refused == {}
