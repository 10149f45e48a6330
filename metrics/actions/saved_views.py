"""Keeping pages under a name. A view is a person's own note: no audit trail tells of it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from collab.models import User
from metrics.models import SavedView

MOST_VIEWS = 50


@transaction.atomic
def save_view(*, by: Any, name: str, path: str) -> SavedView:
    """Keep ``path``, which must be one that ``metrics.policies.check_view_path`` lets pass.

    Raises ``ValidationError`` for a name that the person has used, and for one view too many.
    """
    # Two clicks come one after another.
    list(User.objects.select_for_update().filter(pk=by.pk).values_list("pk"))
    if SavedView.objects.of(by).count() >= MOST_VIEWS:
        raise ValidationError(
            _("You have %(count)s saved views. Delete one that you no longer need."), params={"count": MOST_VIEWS}
        )
    view = SavedView(user_id=by.pk, name=name, path=path)
    view.full_clean()
    view.save()
    return view


@transaction.atomic
def rename_view(*, view: SavedView, name: str) -> None:
    """Give a view another name. Raises ``ValidationError`` for one that the person has used."""
    view.name = name
    view.full_clean()
    view.save(update_fields=["name"])


@transaction.atomic
def delete_view(*, view: SavedView) -> None:
    """Forget a view; the page it leads to is untouched."""
    view.delete()
