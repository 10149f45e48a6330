"""Random sequences of actions by two people, good and bad: no way leads to an invalid worksheet.

Two people plan, type, add and remove lines, start, study, close, step back, reopen and bring texts back, also with
values and moves that must be refused. After every step the database's constraints, the table of transitions, the
numbering of versions and the rules for predictions hold. ``EXPECTED`` below is a second, slow telling of the workflow.

A run takes seconds; ``LONG_RUNS=true`` tries many and longer ways, for whoever changes the workflow.
"""

from __future__ import annotations

import datetime as dt
import os
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pdsa.actions import workflow, worksheet
from pdsa.actions.history import mark_of
from pdsa.actions.owners import pass_on_cycles
from pdsa.actions.ramps import end_ramp
from pdsa.actions.worksheet import stored
from pdsa.enums import Decision, RampStatus, Stage
from pdsa.models import Cycle
from pdsa.policies import Move, NotReadyError, check_move, missing, refusal_of
from tests.factories.pdsa import RampFactory
from tests.factories.teams import TeamMembershipFactory

pytestmark = [pytest.mark.integration]

SEQUENCES, STEPS = (100, 60) if os.environ.get("LONG_RUNS") == "true" else (4, 20)

TEXTS = st.sampled_from(["", "  ", "Some words", "<script>alert(1)</script>", "x" * 20_001])
DAYS = st.one_of(st.none(), st.dates(dt.date(2025, 1, 1), dt.date(2025, 3, 1)))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(["", "A name", "y" * 201]),
    "change": TEXTS,
    "change_since": TEXTS,
    "observations": TEXTS,
    "learned": TEXTS,
    "decision_reason": TEXTS,
    "other_measure": st.sampled_from(["", "People who came"]),
    "people": st.sampled_from([0, 1, 5, 100_001]),
    "plan_start": DAYS,
    "plan_end": DAYS,
    "started_on": DAYS,
    "ended_on": DAYS,
    "carried_out": st.sampled_from(["", "as_planned", "not_done", "nonsense"]),
}
QUESTION = {
    "question": TEXTS,
    "prediction": TEXTS,
    "answer": TEXTS,
    "match": st.sampled_from(["", "yes", "no", "maybe"]),
}
# Stage before → move → stage after; None: where its days lead (reopening) or one step back.
EXPECTED: dict[str, dict[str, str | None]] = {
    "plan": {"start": "do", "abandon": "closed"},
    "do": {"study": "study", "abandon": "closed", "step_back": "plan"},
    "study": {"adopt": "closed", "adapt": "closed", "abandon": "closed", "step_back": "do"},
    "closed": {"reopen": None},
}


class Worksheets(RuleBasedStateMachine):
    """One team's cycles under the hands of two people."""

    def __init__(self) -> None:
        super().__init__()
        # Each sequence begins with an empty site.
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        member = TeamMembershipFactory()
        self.team = member.team
        self.people = [member.user, TeamMembershipFactory(team=self.team).user]
        self.strange_ramp = RampFactory()
        workflow.begin_cycle(by=self.people[0], team=self.team, title="First", question="Does it help?")

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def one(self, place: int) -> Cycle:
        cycles = list(Cycle.objects.filter(team=self.team).order_by("number"))
        return cycles[place % len(cycles)]

    @property
    def count(self) -> int:
        return Cycle.objects.filter(team=self.team).count()

    # --- What people do ---
    @rule(who=st.integers(0, 1), place=st.integers(0, 9), key=st.sampled_from(sorted(VALUES)), data=st.data())
    def type_into_a_field(self, who: int, place: int, key: str, data: st.DataObject) -> None:
        cycle = self.one(place)
        before = stored(cycle, key)
        value = data.draw(VALUES[key])
        base = data.draw(st.sampled_from([None, {key: mark_of(before)}, {key: mark_of("what stood here long ago")}]))
        try:
            saved = worksheet.save(by=self.people[who], cycle=cycle, values={key: value}, base=base)
        except NotReadyError:
            assert cycle.stage == Stage.CLOSED
            return
        after = stored(Cycle.objects.get(pk=cycle.pk), key)
        if key not in saved.changed:
            assert after == before
        assert not (key in saved.refused and not saved.refused[key])

    @rule(who=st.integers(0, 1), place=st.integers(0, 9), key=st.sampled_from(sorted(QUESTION)), data=st.data())
    def type_into_a_question(self, who: int, place: int, key: str, data: st.DataObject) -> None:
        cycle = self.one(place)
        row = cycle.questions.first()
        if row is None:
            return
        before = (row.question, row.prediction)
        try:
            values = {f"questions.{row.pk}.{key}": data.draw(QUESTION[key])}
            worksheet.save(by=self.people[who], cycle=cycle, values=values)
        except NotReadyError:
            assert cycle.stage == Stage.CLOSED
        row.refresh_from_db()
        if cycle.stage != Stage.PLAN:
            assert (row.question, row.prediction) == before

    @rule(place=st.integers(0, 9))
    def fill_in_what_is_missing(self, place: int) -> None:
        """As people do who follow the list beside the button."""
        cycle = self.one(place)
        values: dict[str, Any] = {}
        for move in Move:
            for need in missing(cycle, move) if move in (Move.START, Move.STUDY, Move.ADOPT) else ():
                if need.field not in ("questions", "match", "measures", "owner", "plan_start"):
                    values[need.field] = "Written down"
        values |= {"other_measure": "People who came", "plan_start": dt.date(2025, 2, 3), "owner": self.people[0]}
        for row in cycle.questions.all():
            values |= {f"questions.{row.pk}.question": "Does it?", f"questions.{row.pk}.prediction": "It does."}
            values[f"questions.{row.pk}.match"] = "partly"
        try:
            worksheet.save(by=self.people[0], cycle=cycle, values=values)
        except NotReadyError:
            assert cycle.stage == Stage.CLOSED

    @rule(who=st.integers(0, 1), place=st.integers(0, 9), move=st.sampled_from(Move), reason=TEXTS)
    def move(self, who: int, place: int, move: Move, reason: str) -> None:
        cycle = self.one(place)
        before, count, by = str(cycle.stage), self.count, self.people[who]
        could = not refusal_of(partial(check_move, reason="-"), cycle, move)
        try:
            self._press(by, cycle, move, reason)
        except (NotReadyError, ValidationError):
            assert (str(Cycle.objects.get(pk=cycle.pk).stage), self.count) == (before, count)
            return
        after = Cycle.objects.get(pk=cycle.pk)
        assert move.value in EXPECTED[before]
        assert could or move is Move.ABANDON
        expected = EXPECTED[before][move.value]
        assert after.stage == expected if expected else after.stage in (Stage.PLAN, Stage.DO, Stage.STUDY)
        assert self.count == count + (move is Move.ADAPT)

    def _press(self, by: Any, cycle: Cycle, move: Move, reason: str) -> None:
        if move is Move.START:
            workflow.start(by=by, cycle=cycle)
        elif move is Move.STUDY:
            workflow.study(by=by, cycle=cycle)
        elif move is Move.STEP_BACK:
            workflow.step_back(by=by, cycle=cycle, reason=reason)
        elif move is Move.REOPEN:
            workflow.reopen(by=by, cycle=cycle, reason=reason)
        else:
            assert move.decision is not None
            workflow.close(by=by, cycle=cycle, decision=move.decision, reason=reason)

    @rule(place=st.integers(0, 9), table=st.sampled_from(["questions", "tasks", "points"]))
    def add_a_line(self, place: int, table: str) -> None:
        cycle = self.one(place)
        today = self.team.collaborative.today()
        values = {"day": today, "value": 3, "out_of": 5} if table == "points" else {}
        try:
            worksheet.add_row(by=self.people[0], cycle=cycle, table=table, values=values)
        except NotReadyError:
            assert cycle.stage != (Stage.DO if table == "points" else Stage.PLAN)

    @rule(place=st.integers(0, 9), table=st.sampled_from(["questions", "tasks", "points"]))
    def remove_a_line(self, place: int, table: str) -> None:
        cycle = self.one(place)
        row = getattr(cycle, table).first()
        try:
            worksheet.remove_row(by=self.people[1], cycle=cycle, table=table, pk=row.pk if row else 999)
        except NotReadyError:
            assert cycle.stage == Stage.CLOSED or table == "questions"

    @rule(place=st.integers(0, 9), other=st.integers(0, 9))
    def link_to_another_cycle(self, place: int, other: int) -> None:
        cycle = self.one(place)
        try:
            worksheet.save(by=self.people[0], cycle=cycle, values={"previous": self.one(other)})
        except NotReadyError:
            assert cycle.stage == Stage.CLOSED

    @rule(place=st.integers(0, 9))
    def put_into_the_ramp_of_strangers(self, place: int) -> None:
        cycle = self.one(place)
        try:
            saved = worksheet.save(by=self.people[0], cycle=cycle, values={"ramp": self.strange_ramp})
        except NotReadyError:
            return
        assert list(saved.refused) == ["ramp"]

    @precondition(lambda self: self.count < 6)
    @rule(place=st.integers(0, 9))
    def plan_the_next(self, place: int) -> None:
        cycle = self.one(place)
        try:
            workflow.follow_up(by=self.people[0], cycle=cycle)
        except NotReadyError:
            assert cycle.stage != Stage.CLOSED

    @rule(place=st.integers(0, 9), version=st.integers(0, 30), key=st.sampled_from([*VALUES, "previous", "owner"]))
    def bring_a_text_back(self, place: int, version: int, key: str) -> None:
        cycle = self.one(place)
        revisions = list(cycle.revisions.all())
        snapshot = revisions[version % len(revisions)].snapshot
        try:
            worksheet.bring_back(by=self.people[1], cycle=cycle, snapshot=snapshot, key=key)
        except (NotReadyError, ValidationError):
            return
        assert stored(Cycle.objects.get(pk=cycle.pk), key) == snapshot[key]

    @rule(place=st.integers(0, 9))
    def end_the_series(self, place: int) -> None:
        cycle = self.one(place)
        try:
            end_ramp(by=self.people[1], ramp=cycle.ramp, status=RampStatus.FINISHED)
        except NotReadyError:
            assert cycle.ramp.cycles.open().exists() or cycle.ramp.status == RampStatus.FINISHED

    @rule()
    def the_clock_strikes(self) -> None:
        assert pass_on_cycles(team=self.team) == 0

    # --- What always holds ---
    @invariant()
    def a_series_with_an_open_cycle_goes_on(self) -> None:
        assert not Cycle.objects.open().filter(team=self.team).exclude(ramp__status=RampStatus.ACTIVE).exists()

    @invariant()
    def every_cycle_is_valid(self) -> None:
        for cycle in Cycle.objects.filter(team=self.team):
            cycle.validate_constraints()
            for row in (*cycle.questions.all(), *cycle.tasks.all(), *cycle.points.all()):
                row.validate_constraints()
            assert cycle.ramp.team_id == self.team.pk

    @invariant()
    def versions_are_numbered_without_gaps_and_the_last_is_what_stands(self) -> None:
        for cycle in Cycle.objects.filter(team=self.team):
            numbers = list(cycle.revisions.order_by("number").values_list("number", flat=True))
            assert numbers == list(range(1, cycle.revision + 1))
            latest = cycle.revisions.first()
            assert latest is not None
            assert (latest.stage, latest.snapshot["learned"], latest.snapshot["stage"]) == (
                cycle.stage,
                cycle.learned,
                cycle.stage,
            )

    @invariant()
    def nobody_follows_themselves(self) -> None:
        for cycle in Cycle.objects.filter(team=self.team):
            seen, follows = {cycle.pk}, cycle.previous
            while follows is not None:
                assert follows.pk not in seen
                seen.add(follows.pk)
                follows = follows.previous

    @invariant()
    def what_is_decided_was_reasoned(self) -> None:
        for cycle in Cycle.objects.filter(team=self.team, stage=Stage.CLOSED):
            if cycle.decision == Decision.ABANDON:
                assert cycle.decision_reason.strip()
            else:
                assert cycle.learned.strip()


@pytest.mark.django_db
def test_no_sequence_of_actions_leads_to_an_invalid_worksheet() -> None:
    run_state_machine_as_test(
        Worksheets,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
