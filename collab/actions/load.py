"""Making a collaborative with its measures from a file, all or nothing."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from collab.actions.centers import create_center
from collab.actions.collaboratives import create_collaborative
from collab.actions.measures import define_measure
from collab.common import audit
from collab.enums import CollabEvent, CollaborativeStatus
from collab.loading import CollaborativeFile, LoadError, differences
from collab.models import Center, Collaborative, User


@transaction.atomic
def load_collaborative(*, by: User | None, read: CollaborativeFile) -> tuple[Collaborative, bool]:
    """Make what a file describes, and start it: whoever loads a file has set everything up in it.

    Loading the same file again changes nothing. Returns the collaborative and whether it was made now. Raises
    ``LoadError`` when the short name is taken by a collaborative that differs from the file.
    """
    slug = read.details["slug"]
    existing = Collaborative.objects.select_related("center").filter(slug=slug).first()
    if existing is not None:
        differing = differences(read, existing)
        if differing:
            raise LoadError(
                [
                    _(
                        "collaborative.slug: “%(slug)s” exists already and differs in %(fields)s. Change it in the "
                        "browser, or load the file under another slug."
                    )
                    % {"slug": slug, "fields": ", ".join(differing)}
                ]
            )
        return existing, False
    try:
        return _make(by, read), True
    except ValidationError as error:
        raise LoadError([f"collaborative: {message}" for message in error.messages]) from error


def _make(by: User | None, read: CollaborativeFile) -> Collaborative:
    center = Center.objects.filter(slug=read.center_slug).first() or create_center(
        by=by, name=read.center_name, slug=read.center_slug
    )
    details: dict[str, Any] = {**read.details, "status": CollaborativeStatus.RUNNING}
    collaborative = create_collaborative(by=by, center=center, **details)
    for measure in read.measures:
        define_measure(
            by=by,
            collaborative=collaborative,
            code=measure.code,
            required=measure.required,
            **measure.definition,
        )
    audit.record(
        by=by,
        event=CollabEvent.COLLABORATIVE_STARTED,
        target=collaborative,
        scope=collaborative,
        name=collaborative.name,
    )
    return collaborative
