"""By what a collaborative looks at its results: a stratifier (such as language) and its strata."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from collab.models import Collaborative, Measure

CODE = RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use small letters, digits and underscores, starting with a letter."))


class Stratifier(models.Model):
    """A dimension, such as age band. ``overlapping`` where people may tick several groups: rows do not add up."""

    collaborative = models.ForeignKey(Collaborative, on_delete=models.CASCADE, related_name="stratifiers")
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    name = models.CharField(_("name"), max_length=120)
    overlapping = models.BooleanField(
        _("people can be in several groups"),
        default=False,
        help_text=_("For questions where people tick all that apply: the groups then do not add up to the total."),
    )
    measures = models.ManyToManyField(
        Measure,
        related_name="stratifiers",
        verbose_name=_("measures"),
        help_text=_("Asked for with these measures."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_on = models.DateField(_("retired"), null=True, blank=True)

    class Meta:
        ordering = ("position", "code")
        verbose_name = _("stratifier")
        verbose_name_plural = _("stratifiers")
        constraints = (
            models.UniqueConstraint(
                fields=["collaborative", "code"],
                name="stratifier_code_once",
                violation_error_message=_("This collaborative already has a stratifier with this code."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Stratum(models.Model):
    """A group within a stratifier. Unknown and declined are strata of their own and never merged."""

    stratifier = models.ForeignKey(Stratifier, on_delete=models.CASCADE, related_name="strata")
    code = models.CharField(_("code"), max_length=40, validators=[CODE])
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ("position", "code")
        verbose_name = _("stratum")
        verbose_name_plural = _("strata")
        constraints = (
            models.UniqueConstraint(
                fields=["stratifier", "code"],
                name="stratum_code_once",
                violation_error_message=_("This stratifier already has a group with this code."),
            ),
        )

    def __str__(self) -> str:
        return self.name
