"""The change package: drafted by faculty, published to teams, replaced by its next version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from collab import policies
from collab.common import audit, order
from collab.common.changes import change, locked
from collab.enums import CollabEvent, PackageStatus
from collab.models import ChangeIdea, ChangePackage, Collaborative, Driver, User


@transaction.atomic
def draft_change_package(*, by: User, collaborative: Collaborative) -> ChangePackage:
    """The draft of the next version: the one there is, or a copy of the published one, or the bare aim."""
    collaborative = locked(collaborative)
    existing = collaborative.change_packages.drafts().first()
    if existing is not None:
        return existing
    published = collaborative.change_packages.published().first()
    last = collaborative.change_packages.aggregate(last=Max("number"))["last"] or 0
    draft = ChangePackage.objects.create(
        collaborative=collaborative,
        number=last + 1,
        aim=published.aim if published else collaborative.aim,
        created_by=by,
    )
    if published is not None:
        _copy_contents(published, draft)
    audit.record(by=by, event=CollabEvent.PACKAGE_DRAFTED, target=draft, scope=collaborative, version=draft.number)
    return draft


@transaction.atomic
def change_aim(*, by: User, package: ChangePackage, aim: str) -> ChangePackage:
    """Rewrite the aim of a draft."""
    package = _locked_draft(package)
    changes = change(package, {"aim": aim})
    if changes:
        _record_change(by, package, package, changes=changes)
    return package


@transaction.atomic
def save_driver(
    *,
    by: User,
    package: ChangePackage,
    driver: Driver | None = None,
    name: str,
    description: str = "",
    parent: Driver | None = None,
) -> Driver:
    """Add a driver to a draft (``driver`` None) or change one. ``parent`` makes it a secondary driver.

    Raises ``ValidationError`` when the parent is secondary itself, of another version, or the driver has children.
    """
    package = _locked_draft(package)
    _check_parent(package, driver, parent)
    values: dict[str, Any] = {"name": name, "description": description, "parent": parent}
    if driver is None:
        policies.check_new_name(package.drivers, name)
        driver = Driver(package=package, position=order.next_position(package.drivers), **values)
        driver.full_clean()
        driver.save()
        _record_change(by, package, driver, added="driver", name=driver.name)
        return driver
    driver = locked(driver)
    changes = change(driver, values)
    if changes:
        _record_change(by, package, driver, name=driver.name, changes=changes)
    return driver


@transaction.atomic
def remove_driver(*, by: User, driver: Driver) -> None:
    """Take a driver out of a draft, with the secondary drivers below it; their ideas stay without that driver."""
    package = _locked_draft(driver.package)
    _record_change(by, package, driver, removed="driver", name=driver.name)
    driver.delete()


@transaction.atomic
def save_idea(
    *, by: User, package: ChangePackage, idea: ChangeIdea | None = None, drivers: Sequence[Driver], **fields: Any
) -> ChangeIdea:
    """Add a change idea to a draft (``idea`` None) or change one; it serves ``drivers`` of the same version."""
    package = _locked_draft(package)
    if any(driver.package_id != package.pk for driver in drivers):
        raise ValidationError({"drivers": _("Choose drivers of this version.")})
    if idea is None:
        policies.check_new_name(package.ideas, fields["name"])
        idea = ChangeIdea(package=package, position=order.next_position(package.ideas), **fields)
        idea.full_clean()
        idea.save()
        idea.drivers.set(drivers)
        _record_change(by, package, idea, added="idea", name=idea.name)
        return idea
    idea = locked(idea)
    changes = change(idea, fields)
    before = {driver.pk: driver.name for driver in idea.drivers.all()}
    if set(before) != {driver.pk for driver in drivers}:
        idea.drivers.set(drivers)
        names = ", ".join(driver.name for driver in drivers)
        changes.append({"field": "drivers", "old": ", ".join(before.values()), "new": names})
    if changes:
        _record_change(by, package, idea, name=idea.name, changes=changes)
    return idea


@transaction.atomic
def remove_idea(*, by: User, idea: ChangeIdea) -> None:
    """Take a change idea out of a draft."""
    package = _locked_draft(idea.package)
    _record_change(by, package, idea, removed="idea", name=idea.name)
    idea.delete()


@transaction.atomic
def move(*, by: User, item: Driver | ChangeIdea, places: int) -> None:
    """Move a driver among its siblings, or an idea among all, up (negative) or down by so many places."""
    package = _locked_draft(item.package)
    if isinstance(item, Driver):
        siblings: list[Any] = list(package.drivers.filter(parent_id=item.parent_id))
    else:
        siblings = list(package.ideas.all())
    if order.move(siblings, item, places):
        _record_change(by, package, item, moved="driver" if isinstance(item, Driver) else "idea", name=item.name)


@transaction.atomic
def publish_change_package(*, by: User, package: ChangePackage, change_note: str = "") -> ChangePackage:
    """Show a draft to the teams; the version that they saw before is kept as replaced.

    Raises ``ValidationError`` listing what the draft still lacks. From the second version on the note is needed.
    """
    collaborative = locked(package.collaborative)
    package = locked(package)
    policies.check_can_publish(package)
    previous = collaborative.change_packages.published().first()
    if previous is not None and not change_note.strip():
        raise ValidationError({"change_note": _("Say in a few words what changed, so that teams know what to read.")})
    if previous is not None:
        previous.status = PackageStatus.REPLACED
        previous.save(update_fields=["status"])
    package.status = PackageStatus.PUBLISHED
    package.change_note = change_note
    package.published_by = by
    package.published_at = timezone.now()
    package.full_clean()
    package.save(update_fields=["status", "change_note", "published_by", "published_at"])
    audit.record(
        by=by,
        event=CollabEvent.PACKAGE_PUBLISHED,
        target=package,
        scope=collaborative,
        version=package.number,
        note=change_note,
    )
    return package


@transaction.atomic
def discard_draft(*, by: User, package: ChangePackage) -> None:
    """Throw a draft away; what is published stays."""
    package = _locked_draft(package)
    audit.record(
        by=by,
        event=CollabEvent.PACKAGE_DISCARDED,
        target=package,
        scope=package.collaborative,
        version=package.number,
    )
    package.delete()


def _locked_draft(package: ChangePackage) -> ChangePackage:
    fresh = locked(package)
    policies.check_is_draft(fresh)
    return fresh


def _record_change(by: User, package: ChangePackage, target: Any, **detail: Any) -> None:
    audit.record(
        by=by,
        event=CollabEvent.PACKAGE_CHANGED,
        target=target,
        scope=package.collaborative,
        version=package.number,
        **detail,
    )


def _check_parent(package: ChangePackage, driver: Driver | None, parent: Driver | None) -> None:
    if parent is None:
        return
    if parent.package_id != package.pk or parent.parent_id is not None or parent == driver:
        raise ValidationError({"parent": _("Choose one of the primary drivers of this version.")})
    if driver is not None and driver.children.exists():
        raise ValidationError(
            {"parent": _("Other drivers belong to this one. Move them first, or leave it a primary driver.")}
        )


def _copy_contents(source: ChangePackage, target: ChangePackage) -> None:
    copies: dict[int, Driver] = {}
    # Primary drivers first, so that every secondary one finds its parent's copy.
    for driver in sorted(source.drivers.all(), key=lambda each: each.parent_id is not None):
        copies[driver.pk] = Driver.objects.create(
            package=target,
            parent=copies[driver.parent_id] if driver.parent_id else None,
            name=driver.name,
            description=driver.description,
            position=driver.position,
        )
    for idea in source.ideas.prefetch_related("drivers"):
        copy = ChangeIdea.objects.create(
            package=target,
            name=idea.name,
            description=idea.description,
            first_test=idea.first_test,
            evidence=idea.evidence,
            unknowns=idea.unknowns,
            position=idea.position,
        )
        copy.drivers.set([copies[driver.pk] for driver in idea.drivers.all()])
