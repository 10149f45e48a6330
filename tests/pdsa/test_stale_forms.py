"""Pages that lie open while the worksheet goes on: what was typed there is stored, or handed back with a sentence."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from collab.common.formatting import day
from pdsa.actions import coaching, workflow
from pdsa.actions.exchange import import_cycles
from pdsa.actions.history import keep_revision
from pdsa.actions.worksheet import add_row, remove_row, save
from pdsa.enums import Decision, PdsaEvent, Setting, Stage
from pdsa.models import Comment, Cycle, CycleRevision, FidelityScore
from pdsa.policies import Move, missing
from pdsa.queries.exchange import read_lines, version_of
from pdsa.views.moves import make_move
from tests.factories.collab import MeasureFactory
from tests.factories.pdsa import CycleFactory, TaskFactory
from tests.factories.teams import TeamMembershipFactory
from tests.pages import Page
from tests.pdsa.test_worksheet_pages import Desk, desk

__all__ = ["desk"]
pytestmark = [pytest.mark.integration, pytest.mark.django_db]

Desks = Callable[..., Desk]
TOO_LONG = "This text has 20001 characters; 20000 fit here. Keep the essence and attach the rest."


def handed_back(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, Page(answer).texts("textarea[readonly]")


@pytest.mark.parametrize(("stage", "move"), [(Stage.PLAN, "abandon"), (Stage.STUDY, "adapt"), (Stage.DO, "step_back")])
def test_a_reason_without_end_is_refused_and_stays_beside_its_button(desk: Desks, stage: Stage, move: str) -> None:
    at = desk(stage=stage)
    question = at.cycle.questions.get()
    if stage == Stage.STUDY:
        at.send({"learned": "It helps.", f"questions.{question.pk}.match": "yes"})
    reason = "x" * 20_001
    answer = at.client.post(at.url(), {"move": move, f"reason-{move}": reason})
    page = Page(answer)
    assert (answer.status_code, at.again().stage, Cycle.objects.count()) == (409, stage, 1)
    assert page.texts(".error-summary h2") == [TOO_LONG]
    assert page.texts(f"#reason-{move}") == [reason]


def test_a_reason_comes_back_when_something_else_is_missing(desk: Desks) -> None:
    at = desk(stage=Stage.STUDY)
    answer = at.client.post(at.url(), {"move": "abandon", "reason-abandon": "Nobody picks up"})
    assert Page(answer).texts("#reason-abandon") == ["Nobody picks up"]


def test_a_prediction_typed_while_a_colleague_started_is_handed_back(desk: Desks) -> None:
    at = desk()
    key = f"questions.{at.cycle.questions.get().pk}.prediction"
    seen = at.base()[key]
    workflow.start(by=at.user, cycle=at.cycle)
    sent = {key: "All of them come", "people": "5", "base": json.dumps({key: seen, "people": at.base()["people"]})}
    assert handed_back(at.client.post(at.url(), sent)) == (409, ["All of them come"])
    assert at.again().people == 5
    refused = at.client.post(at.url("cycle_save"), sent).json()["refused"]
    assert refused == {
        key: "Questions and predictions are fixed once Do has begun. To change them, go back a step and say why."
    }


def test_words_in_a_line_that_a_colleague_removed_are_handed_back(desk: Desks) -> None:
    at = desk()
    task = TaskFactory(cycle=at.cycle)
    key = f"tasks.{task.pk}.what"
    seen = at.base()[key]
    remove_row(by=at.user, cycle=at.cycle, table="tasks", pk=task.pk)
    sent = {key: "Print two lists", "base": json.dumps({key: seen})}
    assert handed_back(at.client.post(at.url(), sent)) == (409, ["Print two lists"])
    refused = at.client.post(at.url("cycle_save"), sent).json()["refused"]
    assert refused == {key: "Somebody removed this line while you were typing. Add a line and write it again."}


@pytest.mark.parametrize("move", ["", "adopt"])
def test_answers_typed_while_a_colleague_closed_the_cycle_are_handed_back(desk: Desks, move: str) -> None:
    at = desk(stage=Stage.STUDY)
    key = f"questions.{at.cycle.questions.get().pk}.answer"
    seen = {name: mark for name, mark in at.base().items() if name in (key, "learned", "ended_on", "people")}
    Cycle.objects.filter(pk=at.cycle.pk).update(stage=Stage.CLOSED, decision=Decision.ADOPT, closed_on="2025-03-20")
    sent = {key: "Six came", "learned": "", "ended_on": "2025-03-11", "people": "1", "base": json.dumps(seen)}
    # The day and the number were not touched, so only the answer comes back.
    assert handed_back(at.client.post(at.url(), sent | ({"move": move} if move else {}))) == (409, ["Six came"])


def test_what_was_chosen_and_ticked_while_a_colleague_closed_is_handed_back(desk: Desks) -> None:
    at = desk(stage=Stage.STUDY, setting=Setting.CRISIS)
    question, task = at.cycle.questions.get(), TaskFactory(cycle=at.cycle)
    measures = MeasureFactory.create_batch(2, collaborative=at.cycle.team.collaborative)
    base = at.base()
    chosen = {
        "owner": "", "setting": "school", "population": "adults", "is_complex": "on", "carried_out": "with_changes",
        "measures": [str(measures[0].pk)], f"questions.{question.pk}.match": "partly", f"tasks.{task.pk}.done": "on",
    }  # fmt: skip
    untouched = {"idea": "", "purpose": "test", "previous": "", "ramp": str(at.cycle.ramp_id)}
    Cycle.objects.filter(pk=at.cycle.pk).update(
        stage=Stage.CLOSED, decision=Decision.ADOPT, closed_on="2025-03-20", population="adults"
    )
    seen = {key: base[key] for key in (*chosen, *untouched)}
    answer = at.client.post(at.url(), chosen | untouched | {"base": json.dumps(seen)})
    page = Page(answer)
    labels = [page.texts(f"label[for={field.get('id')}]")[0] for field in page.all("textarea[readonly]")]
    # Whom it is for is what the colleague chose too, and the idea and the ramp were not touched.
    assert dict(zip(labels, page.texts("textarea[readonly]"), strict=True)) == {
        "Person responsible": "Nobody yet",
        "Where is it tried?": "School",
        "This is a big problem with several causes": "Ticked",
        "Was it carried out as planned?": "Yes, with changes",
        "Measures that decide": measures[0].latest.name,
        "As you predicted?": "Partly",
        "Done": "Ticked",
    }


def test_words_of_rows_that_are_not_ours_are_not_handed_out(desk: Desks) -> None:
    at, strange = desk(stage=Stage.STUDY), MeasureFactory()
    seen = {"measures": at.base()["measures"]}
    Cycle.objects.filter(pk=at.cycle.pk).update(stage=Stage.CLOSED, decision=Decision.ADOPT, closed_on="2025-03-20")
    answer = at.client.post(at.url(), {"measures": [str(strange.pk)], "base": json.dumps(seen)})
    assert handed_back(answer) == (409, ["Nothing chosen"])


@pytest.mark.parametrize(
    ("stage", "move", "after"), [(Stage.STUDY, "step_back", Stage.DO), (Stage.PLAN, "start", "do")]
)
def test_a_button_pressed_twice_moves_once(desk: Desks, stage: Stage, move: str, after: str) -> None:
    at = desk(stage=stage)
    sent = {"move": move, f"reason-{move}": "Too early", "stage": stage}
    answers = [at.client.post(at.url(), sent).status_code for _press in range(2)]
    assert (answers, at.again().stage) == ([302, 302], after)


@pytest.mark.parametrize("fields", [{}, {"observations": "Six came"}], ids=["reason alone", "with a field"])
@pytest.mark.parametrize(
    ("stage", "move", "first"),
    [
        (Stage.STUDY, "abandon", "abandon"),
        (Stage.STUDY, "adapt", "adapt"),
        (Stage.STUDY, "adapt", "abandon"),
        (Stage.DO, "step_back", "step_back"),
        (Stage.CLOSED, "reopen", "reopen"),
    ],
)
def test_words_for_a_move_that_a_colleague_made_first_are_handed_back(
    desk: Desks, stage: Stage, move: str, first: str, fields: dict[str, str]
) -> None:
    # Given a page from before a colleague moved the cycle, in the same way or another
    at = desk(stage=stage, learned="Calls reach people.")
    at.cycle.questions.update(match="yes")
    base = {key: mark for key, mark in at.base().items() if key in fields} if stage != Stage.CLOSED else {}
    colleague = TeamMembershipFactory(team=at.cycle.team).user
    make_move(colleague, at.cycle, Move(first), "Theirs")
    # When its reason is sent, even twice
    sent = fields | {
        "move": move,
        f"reason-{move}": "Mine, in other words",
        "stage": stage,
        "base": json.dumps(base),
    }
    for _press in range(2):
        answer = at.client.post(at.url(), sent)
        # Then it stands on the page
        assert answer.status_code == 409
        assert "Mine, in other words" in Page(answer).texts("textarea[readonly], details[open] textarea")
    # And a second press of one's own button finds its words kept
    again = at.client.post(at.url(), {"move": first, f"reason-{first}": "Theirs", "stage": stage, "base": "{}"})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("stage", "key", "typed", "sentence"),
    [
        (Stage.DO, "started_on", "", "A test that has begun keeps this day. Change it, or go back a step."),
        (Stage.DO, "started_on", "2999-01-02", "Wed 2 Jan 2999 is in the future. Choose today or a day before."),
        (Stage.DO, "ended_on", "2999-01-02", "Wed 2 Jan 2999 is in the future. Choose today or a day before."),
        (Stage.STUDY, "ended_on", "", "A test that has begun keeps this day. Change it, or go back a step."),
    ],
)
def test_days_of_do_have_come_and_stay(desk: Desks, stage: Stage, key: str, typed: str, sentence: str) -> None:
    at = desk(stage=stage)
    sent = {key: typed, "base": json.dumps({key: at.base()[key]})}
    assert at.client.post(at.url("cycle_save"), sent).json()["refused"] == {key: sentence}


def test_a_number_that_can_not_be_kept_stays_typed(desk: Desks) -> None:
    at = desk(stage=Stage.DO)
    sent = {"new-day": "2025-03-05", "new-value": "1e308", "new-note": "From the tally", "add": "points", "base": "{}"}
    answer = at.client.post(at.url(), sent)
    page = Page(answer)
    assert (answer.status_code, page.one("#f-new-note").get("value"), at.cycle.points.count()) == (
        409,
        "From the tally",
        0,
    )


def test_what_let_a_cycle_pass_must_still_be_there(desk: Desks) -> None:
    at = desk(stage=Stage.STUDY, learned="It helps.")
    at.cycle.questions.update(match="yes")
    save(by=at.user, cycle=at.cycle, values={"observations": "", "other_measure": ""})
    lacking = [need.key for need in missing(at.again(), Move.ADOPT)]
    assert lacking == ["measure", "observations"]


def test_other_words_under_a_used_key_are_another_comment(desk: Desks) -> None:
    at = desk()
    key = uuid.uuid4()
    for text in ("First", "First", "Second, after going back in the browser"):
        coaching.comment(by=at.user, cycle=at.cycle, text=text, key=key)
    assert list(Comment.objects.order_by("pk").values_list("text", flat=True)) == [
        "First",
        "Second, after going back in the browser",
    ]


def test_a_line_left_empty_in_a_file_pulls_no_other_into_its_place() -> None:
    member = TeamMembershipFactory()
    cycle = CycleFactory(team=member.team, owner=member.user)
    _list, calls = [TaskFactory(cycle=cycle, what=what) for what in ("Print the list", "Call them")]
    kept = keep_revision(by=member.user, cycle=cycle, event=PdsaEvent.CYCLE_PLANNED, changed=["tasks"])
    version = version_of(kept.number, kept.at)
    row = f"{member.team.slug},{cycle.number},{version},{cycle.title},,Call them twice,{calls.pk}"
    text = f"team,cycle,version,title,task_1,task_2,task_2_id\n{row}\n"
    import_cycles(by=member.user, team=member.team, lines=read_lines(io.BytesIO(text.encode())))
    assert list(cycle.tasks.values_list("what", flat=True)) == ["Print the list", "Call them twice"]


def test_a_number_has_a_day_that_has_come(desk: Desks) -> None:
    at = desk(stage=Stage.DO)
    with pytest.raises(ValidationError, match="is in the future"):
        add_row(by=at.user, cycle=at.cycle, table="points", values={"day": dt.date(2999, 1, 2), "value": 1.0})


def test_a_prediction_written_over_after_something_was_seen_is_dated_after_the_first_day(desk: Desks) -> None:
    at = desk()
    row = at.cycle.questions.get()
    first = at.cycle.team.collaborative.today() - dt.timedelta(days=9)
    workflow.start(by=at.user, cycle=at.cycle, on=first)
    save(by=at.user, cycle=at.cycle, values={"observations": "Four of seven came."})
    workflow.step_back(by=at.user, cycle=at.cycle, reason="The question was unclear")
    save(by=at.user, cycle=at.cycle, values={f"questions.{row.pk}.prediction": "Four of seven come."})
    workflow.start(by=at.user, cycle=at.cycle)
    fidelity = FidelityScore.objects.get(cycle=at.cycle)
    assert (at.again().started_on, fidelity.outcomes["prediction"]) == (first, "missed")


@pytest.mark.parametrize("taken_out", [False, True])
def test_the_first_day_can_not_be_put_after_what_was_seen(desk: Desks, taken_out: bool) -> None:
    at = desk()
    today = at.cycle.team.collaborative.today()
    workflow.start(by=at.user, cycle=at.cycle, on=today - dt.timedelta(days=9))
    counted = add_row(
        by=at.user, cycle=at.again(), table="points", values={"day": today - dt.timedelta(days=7), "value": 4.0}
    )
    if taken_out:
        CycleRevision.objects.filter(cycle=at.cycle).update(at=timezone.now() - dt.timedelta(days=7))
        workflow.step_back(by=at.user, cycle=at.again(), reason="The question was unclear")
        remove_row(by=at.user, cycle=at.again(), table="points", pk=counted.pk)
        workflow.start(by=at.user, cycle=at.again())
        assert at.again().started_on == today - dt.timedelta(days=9)
    tries = {}
    for days in (6, 7, 8, 12):
        saved = save(by=at.user, cycle=at.again(), values={"started_on": today - dt.timedelta(days=days)})
        tries[days] = list(saved.refused.values())
    sentence = (
        f"On {day(today - dt.timedelta(days=7))} something was seen or counted already: the test had begun. "
        "Choose that day or one before."
    )
    assert tries == {6: [sentence], 7: [], 8: [], 12: []}


def test_while_nothing_is_seen_the_first_day_can_be_put_later(desk: Desks) -> None:
    at = desk()
    today = at.cycle.team.collaborative.today()
    workflow.start(by=at.user, cycle=at.cycle, on=today - dt.timedelta(days=9))
    assert save(by=at.user, cycle=at.again(), values={"started_on": today}).refused == {}


def test_a_test_begun_by_mistake_begins_anew(desk: Desks) -> None:
    at = desk()
    today = at.cycle.team.collaborative.today()
    workflow.start(by=at.user, cycle=at.cycle, on=today - dt.timedelta(days=9))
    workflow.step_back(by=at.user, cycle=at.cycle, reason="Pressed too soon")
    workflow.start(by=at.user, cycle=at.cycle)
    assert at.again().started_on == today
