"""What coaches and teams say to each other beside a worksheet, and what coaches keep to themselves."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pdsa.enums import CommentKind, Part
from pdsa.limits import long_text
from pdsa.models.cycle import Cycle
from pdsa.rules import coach_cycle, view_cycle


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(cycle__in=Cycle.objects.filter(view_cycle.rows(user)))


class Comment(models.Model):
    """One message of a thread. A thread belongs to a part of the worksheet, or to the whole (empty ``part``)."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="comments")
    part = models.CharField(_("part"), max_length=10, choices=Part, blank=True)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    kind = models.CharField(_("kind"), max_length=10, choices=CommentKind, default=CommentKind.COMMENT)
    text = long_text(_("text"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    from_faculty = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # The form's own number: a double submit writes one comment.
    key = models.UUIDField(unique=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(part__in=["", *Part.values]), name="comment_part_known"),
            models.CheckConstraint(condition=Q(kind__in=CommentKind.values), name="comment_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_text"),
        )
        indexes = (models.Index(fields=["cycle", "at"], name="comment_cycle_at"),)

    def __str__(self) -> str:
        return self.text[:80]


class Review(models.Model):
    """A team asks a coach to look at a cycle, usually at its plan before it runs; a coach answers."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="reviews")
    part = models.CharField(_("part"), max_length=10, choices=Part, default=Part.PLAN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    question = long_text(_("what should we look at?"), blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)
    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(part__in=Part.values), name="review_part_known"),
            models.CheckConstraint(
                condition=Q(given_at__isnull=True, given_by__isnull=True)
                | Q(given_at__isnull=False, given_by__isnull=False),
                name="review_given_who_and_when",
            ),
            models.UniqueConstraint(fields=["cycle"], condition=Q(given_at__isnull=True), name="review_one_waiting"),
        )

    def __str__(self) -> str:
        return f"{self.cycle} {self.asked_at:%Y-%m-%d}"


class CoachNoteQuerySet(models.QuerySet["CoachNote"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(cycle__in=Cycle.objects.filter(coach_cycle.rows(user)))


class CoachNote(models.Model):
    """What coaches note for each other. Teams never see it."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="coach_notes")
    text = long_text(_("note"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    key = models.UUIDField(unique=True)

    objects = CoachNoteQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        constraints = (models.CheckConstraint(condition=~Q(text=""), name="coach_note_has_text"),)

    def __str__(self) -> str:
        return self.text[:80]
