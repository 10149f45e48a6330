"""PDSA cycles: one small test of one change, from question and prediction to decision."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collab.models import ChangeIdea, Driver, Measure
from pdsa.enums import (
    BarrierCode,
    CarriedOut,
    Decision,
    Match,
    Part,
    Population,
    Purpose,
    Setting,
    Sharing,
    Stage,
)
from pdsa.limits import LARGEST_SCALE, long_text
from pdsa.models.aim import Ramp
from pdsa.rules import read_cycle, view_cycle
from teams.models import Team

LARGEST_NUMBER = 1e9


class CycleQuerySet(models.QuerySet["Cycle"]):
    def visible_to(self, user: Any) -> Self:
        """Cycles whose whole worksheet the person may open."""
        return self.filter(view_cycle.rows(user))

    def readable_by(self, user: Any) -> Self:
        """Cycles whose words the person may read: also those that other teams share."""
        return self.filter(read_cycle.rows(user))

    def open(self) -> Self:
        return self.exclude(stage=Stage.CLOSED)

    def begun(self) -> Self:
        """Cycles that came beyond their plan."""
        return self.filter(started_on__isnull=False)

    def under_way_since(self, day: dt.date) -> Self:
        """Cycles that were in *Do* or *Study* on a day, or came there or were closed after it."""
        return self.begun().exclude(closed_on__lt=day)

    def stalled(self, on: dt.date, *, days: int) -> Self:
        """Cycles that have been in *Do* for more than ``days`` days on a day."""
        return self.filter(stage=Stage.DO, started_on__lt=on - dt.timedelta(days=days))

    def in_order(self) -> Self:
        """As a ramp shows them: by begin, the planned ones last."""
        return self.order_by(F("started_on").asc(nulls_last=True), "number")


class Cycle(models.Model):
    """One Plan-Do-Study-Act cycle of a team.

    ``number`` counts the team's cycles and stands in the address. ``previous`` is the cycle this one follows in its
    ramp; ``taken_from`` is another team's cycle whose change was taken over.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cycles")
    number = models.PositiveIntegerField(_("number"))
    ramp = models.ForeignKey(Ramp, on_delete=models.PROTECT, related_name="cycles", verbose_name=_("ramp"))
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next", verbose_name=_("follows cycle")
    )
    taken_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="taken_by", verbose_name=_("taken from")
    )
    title = models.CharField(_("title"), max_length=200)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.PLAN)
    sharing = models.CharField(_("who reads it"), max_length=15, choices=Sharing, default=Sharing.COLLABORATIVE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person responsible"),
    )

    # Plan
    objective = long_text(_("objective"), blank=True)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.TEST)
    idea = models.ForeignKey(
        ChangeIdea, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("change idea")
    )
    drivers = models.ManyToManyField(Driver, related_name="+", blank=True, verbose_name=_("drivers"))
    measures = models.ManyToManyField(Measure, related_name="+", blank=True, verbose_name=_("measures"))
    other_measure = models.CharField(_("another measure"), max_length=300, blank=True)
    change = long_text(_("what we will try"), blank=True)
    change_since = long_text(_("what is different from the last cycle"), blank=True)
    fitted = long_text(_("how it is fitted to us"), blank=True)
    setting = models.CharField(_("setting"), max_length=20, choices=Setting, blank=True)
    population = models.CharField(_("for whom"), max_length=20, choices=Population, blank=True)
    people = models.PositiveIntegerField(
        _("people"), default=1, validators=[MinValueValidator(1), MaxValueValidator(LARGEST_SCALE)]
    )
    sites = models.PositiveIntegerField(
        _("sites"), default=1, validators=[MinValueValidator(1), MaxValueValidator(LARGEST_SCALE)]
    )
    days = models.PositiveIntegerField(
        _("days"), default=1, validators=[MinValueValidator(1), MaxValueValidator(LARGEST_SCALE)]
    )
    plan_start = models.DateField(_("planned first day"), null=True, blank=True)
    plan_end = models.DateField(_("planned last day"), null=True, blank=True)
    data_what = long_text(_("what we will collect"), blank=True)
    data_who = models.CharField(_("who collects it"), max_length=200, blank=True)
    data_how = models.CharField(_("how"), max_length=300, blank=True)
    data_when = models.CharField(_("when"), max_length=200, blank=True)
    who_agrees = long_text(_("who must agree or know"), blank=True)
    left_out = long_text(_("who might this leave out"), blank=True)
    is_complex = models.BooleanField(_("a big problem: several ramps or a coach are needed"), default=False)

    # Do
    started_on = models.DateField(_("first day"), null=True, blank=True)
    ended_on = models.DateField(_("last day"), null=True, blank=True)
    carried_out = models.CharField(_("carried out as planned"), max_length=15, choices=CarriedOut, blank=True)
    deviations = long_text(_("what was done differently"), blank=True)
    observations = long_text(_("what we saw"), blank=True)
    problems = long_text(_("problems and surprises"), blank=True)

    # Study
    studied_on = models.DateField(_("studied on"), null=True, blank=True)
    comparison = long_text(_("compared with the prediction"), blank=True)
    against_baseline = long_text(_("compared with before"), blank=True)
    learned = long_text(_("what we learned"), blank=True)

    # Act
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decision_reason = long_text(_("why"), blank=True)
    next_step = long_text(_("what comes next"), blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    help_wanted = models.CharField(_("what we need help with"), max_length=500, blank=True)
    help_asked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    revision = models.PositiveIntegerField(default=0)

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ("team", "number")
        constraints = (
            models.UniqueConstraint(fields=["team", "number"], name="cycle_number_once"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="cycle_stage_known"),
            models.CheckConstraint(condition=Q(sharing__in=Sharing.values), name="cycle_sharing_known"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="cycle_purpose_known"),
            models.CheckConstraint(condition=Q(setting__in=["", *Setting.values]), name="cycle_setting_known"),
            models.CheckConstraint(condition=Q(population__in=["", *Population.values]), name="cycle_population_known"),
            models.CheckConstraint(
                condition=Q(carried_out__in=["", *CarriedOut.values]), name="cycle_carried_out_known"
            ),
            models.CheckConstraint(
                condition=Q(people__gte=1, sites__gte=1, days__gte=1)
                & Q(people__lte=LARGEST_SCALE, sites__lte=LARGEST_SCALE, days__lte=LARGEST_SCALE),
                name="cycle_scale_in_range",
                violation_error_message=_("A test has at least one person, one site and one day."),
            ),
            models.CheckConstraint(
                condition=Q(plan_end__isnull=True) | Q(plan_start__isnull=True) | Q(plan_end__gte=F("plan_start")),
                name="cycle_plan_ends_after_start",
                violation_error_message=_("The planned last day lies before the planned first day."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="cycle_ends_after_start",
                violation_error_message=_("The last day lies before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(studied_on__isnull=True) | Q(studied_on__gte=F("started_on")),
                name="cycle_studied_after_start",
                violation_error_message=_("The day of the study lies before the first day of the test."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(started_on__isnull=True) | Q(closed_on__gte=F("started_on")),
                name="cycle_closed_after_start",
                violation_error_message=_("The cycle can not be closed before it began."),
            ),
            # The stage and what it stands on: a cycle in Do has begun, one in Study has ended, one that is closed has
            # its decision and its day. Only an abandoned cycle may close without having begun.
            models.CheckConstraint(
                condition=Q(stage=Stage.PLAN, started_on__isnull=True, ended_on__isnull=True, studied_on__isnull=True)
                | Q(stage=Stage.DO, started_on__isnull=False, studied_on__isnull=True)
                | Q(stage=Stage.STUDY, started_on__isnull=False, ended_on__isnull=False, studied_on__isnull=False)
                | Q(stage=Stage.CLOSED, started_on__isnull=False)
                | Q(stage=Stage.CLOSED, decision=Decision.ABANDON),
                name="cycle_stage_has_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.CLOSED, closed_on__isnull=False, decision__in=Decision.values)
                | (~Q(stage=Stage.CLOSED) & Q(closed_on__isnull=True, decision="")),
                name="cycle_decision_when_closed",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.ABANDON) | ~Q(decision_reason=""),
                name="cycle_abandoned_with_reason",
                violation_error_message=_("Say why the change is abandoned, so that others can learn from it."),
            ),
            models.CheckConstraint(
                condition=(Q(help_asked_at__isnull=True) & Q(help_wanted=""))
                | (Q(help_asked_at__isnull=False) & ~Q(help_wanted="")),
                name="cycle_help_asked_with_words",
            ),
            models.CheckConstraint(
                condition=Q(previous__isnull=True) | ~Q(previous=F("pk")),
                name="cycle_not_its_own_previous",
                violation_error_message=_("A cycle can not follow itself."),
            ),
            models.CheckConstraint(
                condition=Q(taken_from__isnull=True) | ~Q(taken_from=F("pk")),
                name="cycle_not_taken_from_itself",
                violation_error_message=_("A cycle can not be taken from itself."),
            ),
        )
        indexes = (
            models.Index(fields=["team", "stage"], name="cycle_team_stage"),
            models.Index(fields=["ramp", "started_on"], name="cycle_ramp_start"),
            models.Index(fields=["stage", "started_on"], name="cycle_stage_start"),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("cycle", args=[self.team.collaborative.slug, self.team.slug, self.number])

    @property
    def standing(self) -> Stage:
        """Its stage with label and tone."""
        return Stage(self.stage)

    @property
    def verdict(self) -> Decision | None:
        """Its decision with label and tone."""
        return Decision(self.decision) if self.decision else None

    @property
    def length_in_days(self) -> int | None:
        """From the first day of *Do* to the day of closing, both counted."""
        if self.started_on is None or self.closed_on is None:
            return None
        return (self.closed_on - self.started_on).days + 1


class CycleRow(models.Model):
    """A line of one of a cycle's small tables, in the team's own order."""

    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        abstract = True
        ordering = ("position", "pk")


class Question(CycleRow):
    """What a cycle shall answer, what the team expects, and what it found."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="questions")
    question = long_text(_("question"), blank=True)
    prediction = long_text(_("prediction"), blank=True)
    reason = long_text(_("why we expect that"), blank=True)
    # When a prediction was first written: fidelity asks whether that was before Do.
    predicted_at = models.DateTimeField(null=True, blank=True)
    answer = long_text(_("what we found"), blank=True)
    match = models.CharField(_("as predicted?"), max_length=10, choices=Match, blank=True)

    class Meta(CycleRow.Meta):
        constraints = (
            models.CheckConstraint(condition=Q(match__in=["", *Match.values]), name="question_match_known"),
            models.CheckConstraint(
                condition=Q(prediction="") | Q(predicted_at__isnull=False), name="question_predicted_when"
            ),
        )

    def __str__(self) -> str:
        return self.question[:80]


class Task(CycleRow):
    """Something that has to be done for the test: what, who, when, where."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="tasks")
    what = models.CharField(_("what"), max_length=300, blank=True)
    who = models.CharField(_("who"), max_length=200, blank=True)
    when = models.DateField(_("when"), null=True, blank=True)
    where = models.CharField(_("where"), max_length=200, blank=True)
    done = models.BooleanField(_("done"), default=False)

    class Meta(CycleRow.Meta):
        pass

    def __str__(self) -> str:
        return self.what


class DataPoint(CycleRow):
    """A number collected during the test. Counts only; nothing about a person."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="points")
    day = models.DateField(_("day"))
    label = models.CharField(_("what was counted"), max_length=200, blank=True)
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("measure")
    )
    value = models.FloatField(
        _("number"), validators=[MinValueValidator(-LARGEST_NUMBER), MaxValueValidator(LARGEST_NUMBER)]
    )
    out_of = models.FloatField(
        _("out of"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(LARGEST_NUMBER)]
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ("day", "position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(value__gte=-LARGEST_NUMBER, value__lte=LARGEST_NUMBER), name="data_point_value_in_range"
            ),
            models.CheckConstraint(
                condition=Q(out_of__isnull=True) | Q(out_of__gt=0, out_of__lte=LARGEST_NUMBER),
                name="data_point_out_of_positive",
                violation_error_message=_("“Out of” must be above 0, or empty."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.day}: {self.value}"


class Barrier(models.Model):
    """Something that stands in the way of a cycle, until it is settled."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="barriers")
    code = models.CharField(_("barrier"), max_length=15, choices=BarrierCode)
    note = models.CharField(_("in a sentence"), max_length=500, blank=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("named_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(code__in=BarrierCode.values), name="barrier_code_known"),
            models.UniqueConstraint(
                fields=["cycle", "code"],
                condition=Q(settled_at__isnull=True),
                name="barrier_open_once",
                violation_error_message=_("This barrier is already named."),
            ),
        )

    def __str__(self) -> str:
        return str(self.get_code_display())


def attachment_path(attachment: Attachment, _name: str) -> str:
    """Where a file lies: never under the name it came with."""
    return f"pdsa/{attachment.cycle_id}/{attachment.key}"


class Attachment(models.Model):
    """A file beside a worksheet: a form that was tried, a tally sheet, a photograph of a board."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="files")
    part = models.CharField(_("part"), max_length=10, choices=Part)
    key = models.UUIDField(unique=True)
    file = models.FileField(_("file"), upload_to=attachment_path, max_length=200)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("added_at", "pk")
        constraints = (models.CheckConstraint(condition=Q(part__in=Part.values), name="attachment_part_known"),)

    def __str__(self) -> str:
        return self.name


class CycleRevision(models.Model):
    """A cycle as it was: every field and row after a change, with who and when. Never changed.

    What one person types within a quarter of an hour in one stage is one revision, so that the history can be read.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now)
    event = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    stage = models.CharField(max_length=10, choices=Stage)
    changed = models.JSONField(default=list)
    snapshot = models.JSONField(default=dict)

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["cycle", "number"], name="cycle_revision_once"),)

    def __str__(self) -> str:
        return f"{self.cycle_id} r{self.number}"
