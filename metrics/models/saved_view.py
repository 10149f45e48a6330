"""Pages with their filters that a person keeps under a name."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 80
LONGEST_PATH = 500


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def of(self, user: Any) -> Self:
        """The person's own; nobody sees anybody else's."""
        return self.filter(user=user.pk)


class SavedView(models.Model):
    """An address within the site. It opens nothing: the page asks again who may see it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    path = models.CharField(max_length=LONGEST_PATH)
    saved_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_view_name_once",
                violation_error_message=_("You already have a view of this name. Choose another one."),
            ),
        )

    def __str__(self) -> str:
        return self.name
