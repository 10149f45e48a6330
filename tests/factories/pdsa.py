"""Aims, ramps and cycles with their rows for tests."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from pdsa.actions.history import snapshot
from pdsa.enums import BarrierCode, Decision, Match, Part, PdsaEvent, RampStatus, Stage
from pdsa.models import (
    Aim,
    Attachment,
    Barrier,
    CoachNote,
    CoachScore,
    Comment,
    Cycle,
    CycleRevision,
    DataPoint,
    Question,
    Ramp,
    Review,
    Task,
)
from tests.factories.collab import UserFactory
from tests.factories.teams import TeamFactory

# The days of a small first cycle, inside the months of ``CollaborativeFactory``.
PLANNED = dt.date(2025, 3, 3)
STARTED = dt.date(2025, 3, 4)
ENDED = dt.date(2025, 3, 11)
STUDIED = dt.date(2025, 3, 12)
CLOSED = dt.date(2025, 3, 14)
PREDICTED_AT = dt.datetime(2025, 3, 3, 15, tzinfo=dt.UTC)


class AimFactory(DjangoModelFactory[Aim]):
    class Meta:
        model = Aim

    team = factory.SubFactory(TeamFactory)
    number = factory.LazyAttribute(lambda aim: Aim.objects.filter(team=aim.team).count() + 1)
    title = "Fewer missed first appointments"
    what = "People who call for help come to their first appointment."
    how_much = "From 38 missed of 100 booked to 19"
    for_whom = "Adults who call our clinic for the first time"
    by_when = dt.date(2025, 12, 31)
    created_by = factory.SubFactory(UserFactory)


class RampFactory(DjangoModelFactory[Ramp]):
    """A series without cycles, active unless ``status`` says else; ``aim=AimFactory(team=…)`` puts it under an aim."""

    class Meta:
        model = Ramp

    team = factory.SubFactory(TeamFactory)
    number = factory.LazyAttribute(lambda ramp: Ramp.objects.filter(team=ramp.team).count() + 1)
    title = factory.Sequence(lambda n: f"Reminder calls {n}")
    status = RampStatus.ACTIVE
    ended_on = factory.LazyAttribute(lambda ramp: None if ramp.status == RampStatus.ACTIVE else CLOSED)
    status_reason = factory.LazyAttribute(
        lambda ramp: "The front desk is short of people." if ramp.status == RampStatus.STOPPED else ""
    )
    created_by = factory.SubFactory(UserFactory)


def _reached(stage: Stage) -> factory.LazyAttribute:
    """Whether the cycle has come to ``stage``. One that is closed went through all of them."""
    order = list(Stage)
    return factory.LazyAttribute(lambda cycle: order.index(Stage(cycle.stage)) >= order.index(stage))


class CycleFactory(DjangoModelFactory[Cycle]):
    """A cycle with all that its stage stands on: ``CycleFactory(stage=Stage.STUDY)``; adopted when closed.

    One question with its prediction is made (``asked=False``: none; ``asked={"prediction": ""}``: as told). The ramp is
    of the same team. No revision is kept: ``keep_revision`` or an action does.
    """

    class Meta:
        model = Cycle
        skip_postgeneration_save = True

    class Params:
        in_do = _reached(Stage.DO)
        in_study = _reached(Stage.STUDY)
        is_closed = _reached(Stage.CLOSED)
        # Nothing but a title: what a team has right after "Plan a test".
        bare = factory.Trait(owner=None, other_measure="", plan_start=None, change="", asked=False)

    team = factory.SubFactory(TeamFactory)
    number = factory.LazyAttribute(lambda cycle: Cycle.objects.filter(team=cycle.team).count() + 1)
    ramp = factory.SubFactory(RampFactory, team=factory.SelfAttribute("..team"))
    title = factory.Sequence(lambda n: f"Call the day before {n}")
    stage = Stage.PLAN
    owner = factory.SubFactory(UserFactory)
    change = "The front desk calls everybody booked for tomorrow before 3 pm."
    other_measure = "People who come, of people booked"
    plan_start = PLANNED
    started_on = factory.Maybe("in_do", STARTED)
    ended_on = factory.Maybe("in_study", ENDED)
    observations = factory.Maybe("in_study", "Five of seven people picked up; two voicemails.", "")
    studied_on = factory.Maybe("in_study", STUDIED)
    comparison = factory.Maybe("is_closed", "As we expected, most came.", "")
    learned = factory.Maybe("is_closed", "A call before 3 pm reaches people.", "")
    decision = factory.Maybe("is_closed", Decision.ADOPT, "")
    decision_reason = factory.LazyAttribute(
        lambda cycle: "Calls took more time than they saved." if cycle.decision == Decision.ABANDON else ""
    )
    closed_on = factory.Maybe("is_closed", CLOSED)
    created_by = factory.SelfAttribute("owner")
    # What has begun was written down before: a prediction that is older than its worksheet comes from a file.
    created_at = factory.Maybe("in_do", PREDICTED_AT, factory.LazyFunction(timezone.now))

    @factory.post_generation
    def asked(self, create: bool, extracted: dict[str, Any] | bool | None, **_kwargs: object) -> None:
        if create and extracted is not False:
            closed = self.stage == Stage.CLOSED
            answer = {"answer": "Six of seven came.", "match": Match.YES} if closed else {}
            QuestionFactory(cycle=self, **answer, **(extracted if isinstance(extracted, dict) else {}))


class QuestionFactory(DjangoModelFactory[Question]):
    class Meta:
        model = Question

    cycle = factory.SubFactory(CycleFactory, asked=False)
    question = "Do more people come when we call the day before?"
    prediction = "Six of seven people who are called come."
    reason = "Most say that they forgot."
    predicted_at = factory.LazyAttribute(lambda row: PREDICTED_AT if row.prediction else None)


class TaskFactory(DjangoModelFactory[Task]):
    class Meta:
        model = Task

    cycle = factory.SubFactory(CycleFactory)
    what = "Print tomorrow's list"
    who = "Front desk"
    when = PLANNED
    where = "Main clinic"


class DataPointFactory(DjangoModelFactory[DataPoint]):
    class Meta:
        model = DataPoint

    cycle = factory.SubFactory(CycleFactory, stage=Stage.DO)
    day = STARTED
    label = "People who came"
    value = 6
    out_of = 7


class BarrierFactory(DjangoModelFactory[Barrier]):
    class Meta:
        model = Barrier

    cycle = factory.SubFactory(CycleFactory)
    code = BarrierCode.TIME
    note = "Mondays leave nobody free to call."
    named_by = factory.SelfAttribute("cycle.owner")


class AttachmentFactory(DjangoModelFactory[Attachment]):
    """A small text file, stored."""

    class Meta:
        model = Attachment

    cycle = factory.SubFactory(CycleFactory)
    part = Part.PLAN
    key = factory.LazyFunction(uuid.uuid4)
    file = factory.LazyFunction(lambda: ContentFile(b"day,called,came\n2025-03-04,7,6\n", name="tally.csv"))
    name = "tally.csv"
    content_type = "text/csv"
    size = 32
    added_by = factory.SelfAttribute("cycle.owner")


class CycleRevisionFactory(DjangoModelFactory[CycleRevision]):
    """The cycle as it now is."""

    class Meta:
        model = CycleRevision

    cycle = factory.SubFactory(CycleFactory)
    number = factory.LazyAttribute(lambda revision: revision.cycle.revisions.count() + 1)
    by = factory.SelfAttribute("cycle.owner")
    event = PdsaEvent.CYCLE_CHANGED
    changed = ("title",)
    stage = factory.SelfAttribute("cycle.stage")
    snapshot = factory.LazyAttribute(lambda revision: snapshot(revision.cycle))


class CommentFactory(DjangoModelFactory[Comment]):
    class Meta:
        model = Comment

    cycle = factory.SubFactory(CycleFactory)
    part = Part.PLAN
    text = "Who answers when people call back?"
    by = factory.SubFactory(UserFactory)
    key = factory.LazyFunction(uuid.uuid4)


class ReviewFactory(DjangoModelFactory[Review]):
    """Asked, and waiting."""

    class Meta:
        model = Review

    cycle = factory.SubFactory(CycleFactory)
    asked_by = factory.SelfAttribute("cycle.owner")
    asked_at = factory.LazyFunction(timezone.now)


class CoachNoteFactory(DjangoModelFactory[CoachNote]):
    class Meta:
        model = CoachNote

    cycle = factory.SubFactory(CycleFactory)
    text = "Their data lead left; be gentle about the numbers."
    by = factory.SubFactory(UserFactory)
    key = factory.LazyFunction(uuid.uuid4)


class CoachScoreFactory(DjangoModelFactory[CoachScore]):
    class Meta:
        model = CoachScore

    cycle = factory.SubFactory(CycleFactory, stage=Stage.CLOSED)
    coach = factory.SubFactory(UserFactory)
    past_tense = True
    learning = True
