"""Rows that every app uses: audit trail, job runs, stale marks, and the base of everything with a start and an end."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collab.common.enums import JobStatus


class DatedQuerySet(models.QuerySet[Any]):
    """Rows that hold from ``started_on`` until before ``ended_on``."""

    def current(self, on: dt.date | None = None) -> Self:
        """Rows that hold on a day (default: today)."""
        return self.filter(current_q(on))


def current_q(on: dt.date | None = None, *, prefix: str = "") -> Q:
    """The rows of a dated relation that hold on a day, for use inside other filters (``prefix="roles__"``)."""
    day = on or timezone.now().date()
    return Q(**{f"{prefix}started_on__lte": day}) & (
        Q(**{f"{prefix}ended_on__isnull": True}) | Q(**{f"{prefix}ended_on__gt": day})
    )


def _today() -> dt.date:
    return timezone.now().date()


class Dated(models.Model):
    """Something that begins, and may end, on a day. Ending keeps the row: who was here when stays known."""

    started_on = models.DateField(_("since"), default=_today)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_current(self) -> bool:
        day = _today()
        return self.started_on <= day and (self.ended_on is None or self.ended_on > day)


class AppendOnlyError(TypeError):
    """Raised when code tries to change or delete an audit event."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """The audit trail can be read and added to, and nothing else."""

    def about(self, target: models.Model) -> Self:
        """Events on one object."""
        return self.filter(target_type=target._meta.label_lower, target_id=target.pk)

    def within(self, scope: models.Model) -> Self:
        """Events inside a scope, such as a collaborative."""
        return self.filter(scope_type=scope._meta.label_lower, scope_id=scope.pk)

    def update(self, **_kwargs: Any) -> int:
        raise AppendOnlyError("Audit events are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("Audit events are never deleted.")


class AuditEvent(models.Model):
    """Who did what to which object, when. Written by actions, append-only, never read for function."""

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("person"),
    )
    event = models.CharField(max_length=60)
    target_type = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    scope_type = models.CharField(max_length=60, blank=True)
    scope_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_target"),
            models.Index(fields=["scope_type", "scope_id", "-at"], name="audit_scope"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.target_type}:{self.target_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("Audit events are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("Audit events are never deleted.")


class StaleMark(models.Model):
    """Something stored has become older than what it was computed from.

    Written in the transaction that changes the source, removed by the job that has caught up. ``task`` names who can
    (see ``collab.common.jobs.sweeper``), ``key`` what. ``version`` grows with each new mark, so that a job removes only
    the mark that it has seen. ``taken_at`` says that a worker is at it: others leave it alone for a while.
    """

    task = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    marked_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["task", "key"], name="stale_mark_once"),)
        indexes = (models.Index(fields=["marked_at"], name="stale_mark_age"),)

    def __str__(self) -> str:
        return f"{self.task} {self.key}"


class Heartbeat(models.Model):
    """When a program of the site last did its round. The jobs page reads from it whether a worker is there at all."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def within(self, scope: models.Model) -> Self:
        """Runs that belong to a scope, such as a collaborative."""
        return self.filter(scope_type=scope._meta.label_lower, scope_id=scope.pk)

    def unfinished(self) -> Self:
        return self.filter(status__in=[JobStatus.WAITING, JobStatus.RUNNING])


class JobRun(models.Model):
    """One run of a background job: when, how long, how far, and what failed.

    ``key`` says what it is about to the task's sweeper, so that a run can be asked for again; ``subject`` to people.
    """

    task = models.CharField(max_length=80)
    key = models.CharField(max_length=80, blank=True)
    subject = models.CharField(_("about"), max_length=200)
    scope_type = models.CharField(max_length=60, blank=True)
    scope_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.RUNNING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "-pk")
        indexes = (models.Index(fields=["scope_type", "scope_id", "-started_at"], name="job_run_scope"),)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="job_run_status_known"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="job_run_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.task} {self.subject}"

    @property
    def seconds(self) -> float | None:
        """How long it took, or None while it runs."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0

    @property
    def is_unfinished(self) -> bool:
        return self.status in (JobStatus.WAITING, JobStatus.RUNNING)


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self) -> Self:
        """Letters that have not gone out yet."""
        return self.filter(sent_at__isnull=True)


class Letter(models.Model):
    """One mail to one person about something in the site. Written with the change it tells of, sent by a job.

    ``kind`` is what the person may switch off (``collab.common.letters.LetterKinds``). ``path`` is where the mail's
    link leads. ``key`` names what the letter tells of, so that nobody gets it twice.
    """

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    path = models.CharField(max_length=500)
    key = models.CharField(max_length=200)
    written_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ("-written_at", "-pk")
        constraints = (models.UniqueConstraint(fields=["to", "key"], name="letter_once"),)

    def __str__(self) -> str:
        return self.subject


class MutedLetters(models.Model):
    """A kind of letter that a person does not want."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="muted_letters")
    kind = models.CharField(max_length=60)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "kind"], name="muted_letters_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"
