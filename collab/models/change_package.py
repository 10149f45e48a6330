"""The change package: what faculty hand to teams. Versions are drafted, published, replaced; never edited in place."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.enums import EvidenceGrade, PackageStatus
from collab.models.collaborative import Collaborative


class ChangePackageQuerySet(models.QuerySet["ChangePackage"]):
    def published(self) -> Self:
        return self.filter(status=PackageStatus.PUBLISHED)

    def drafts(self) -> Self:
        return self.filter(status=PackageStatus.DRAFT)


class ChangePackage(models.Model):
    """One version of a collaborative's aim, drivers and change ideas."""

    collaborative = models.ForeignKey(Collaborative, on_delete=models.PROTECT, related_name="change_packages")
    number = models.PositiveSmallIntegerField(_("version"))
    status = models.CharField(_("status"), max_length=10, choices=PackageStatus, default=PackageStatus.DRAFT)
    aim = models.TextField(_("aim"), help_text=_("What will be better, by how much, for whom, by when?"))
    change_note = models.CharField(_("what changed"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ChangePackageQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["collaborative", "number"], name="change_package_number_once"),
            models.UniqueConstraint(
                fields=["collaborative"],
                condition=Q(status=PackageStatus.PUBLISHED),
                name="change_package_one_published",
            ),
            models.UniqueConstraint(
                fields=["collaborative"],
                condition=Q(status=PackageStatus.DRAFT),
                name="change_package_one_draft",
            ),
            models.CheckConstraint(condition=Q(status__in=PackageStatus.values), name="change_package_status_known"),
            models.CheckConstraint(
                condition=Q(status=PackageStatus.DRAFT, published_at__isnull=True)
                | (~Q(status=PackageStatus.DRAFT) & Q(published_at__isnull=False)),
                name="change_package_published_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.collaborative} {self.number}"


class Driver(models.Model):
    """What must change for the aim to be reached: primary drivers, and secondary ones below them."""

    package = models.ForeignKey(ChangePackage, on_delete=models.CASCADE, related_name="drivers")
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("pk")),
                name="driver_not_its_own_parent",
                violation_error_message=_("A driver can not belong to itself."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class ChangeIdea(models.Model):
    """Something a team can test. It may serve several drivers."""

    package = models.ForeignKey(ChangePackage, on_delete=models.CASCADE, related_name="ideas")
    drivers = models.ManyToManyField(Driver, related_name="ideas", verbose_name=_("drivers"))
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    first_test = models.TextField(
        _("a small first test"), blank=True, help_text=_("Something one person can try by next Tuesday.")
    )
    evidence = models.CharField(_("evidence"), max_length=10, choices=EvidenceGrade, default=EvidenceGrade.PROMISING)
    unknowns = models.TextField(_("what we do not know yet"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(evidence__in=EvidenceGrade.values), name="change_idea_evidence_known"),
        )

    def __str__(self) -> str:
        return self.name
