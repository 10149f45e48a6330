"""What this room contributes to menus, to the search, to the set-up checklist and to what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.enums import Tone
from collab.common.formatting import month_name
from collab.common.months import Span
from collab.common.sections import (
    ChecklistLine,
    DueItem,
    NavItem,
    SearchResult,
    Section,
    checklist_for,
    contributes_checklist,
    contributes_due,
    contributes_nav,
    contributes_search,
    contributes_sections,
)
from collab.enums import CollaborativeRole, CollaborativeStatus, CollaborativeType, PackageStatus
from collab.library import starters
from collab.models import Center, Collaborative
from collab.policies import is_in_setup
from collab.presenters.measures import advice_on
from collab.rules import CollabPermission, coordinated_center_ids

MOST_RESULTS = 20


@contributes_nav(Collaborative)
def overview(collaborative: Collaborative, _viewer: Any) -> Iterator[NavItem]:
    yield NavItem(title=_("Overview"), url=collaborative.get_absolute_url(), order=10, key="overview")


@contributes_search
def collaboratives(user: Any, words: str) -> Iterator[SearchResult]:
    """Collaboratives by name or topic."""
    found = (
        Collaborative.objects.visible_to(user)
        .filter(Q(name__icontains=words) | Q(topic__icontains=words))
        .select_related("center")
        .order_by("name")
    )
    for collaborative in found[:MOST_RESULTS]:
        yield SearchResult(
            title=collaborative.name,
            url=collaborative.get_absolute_url(),
            kind=_("Collaboratives"),
            where=collaborative.center.name,
        )


@contributes_nav(Collaborative)
def change_package_place(collaborative: Collaborative, _viewer: Any) -> Iterator[NavItem]:
    yield NavItem(
        title=_("Change package"),
        url=reverse("change_package", args=[collaborative.slug]),
        order=30,
        key="change_package",
    )


@contributes_nav(Collaborative)
def settings_place(collaborative: Collaborative, viewer: Any) -> Iterator[NavItem]:
    """Only for those who may change something there."""
    if viewer.has_perm(CollabPermission.MANAGE_COLLABORATIVE.value, collaborative):
        yield NavItem(
            title=_("Settings"),
            url=reverse("collaborative_settings", args=[collaborative.slug]),
            order=90,
            key="settings",
        )


@contributes_checklist
def details_line(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    yield ChecklistLine(
        key="details",
        title=_("Details"),
        done=bool(collaborative.aim and collaborative.topic),
        url=reverse("collaborative_details", args=[collaborative.slug]),
        action=_("Change details"),
        order=10,
        detail=_("%(first)s to %(last)s, %(cadence)s, due on day %(day)s. Data sharing: %(sharing)s.")
        % {
            "first": month_name(collaborative.start),
            "last": month_name(collaborative.last_month),
            "cadence": collaborative.get_cadence_display().lower(),
            "day": collaborative.due_day,
            "sharing": collaborative.get_data_sharing_display().lower(),
        },
        needed=True,
    )


@contributes_checklist
def faculty_line(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    roles = [role.value for role in CollaborativeRole.faculty()]
    held = collaborative.appointments.current().filter(role__in=roles)
    count = held.values("user").distinct().count()
    yield ChecklistLine(
        key="faculty",
        title=_("Faculty"),
        done=count > 0,
        url=reverse("collaborative_people", args=[collaborative.slug]),
        action=_("See faculty") if count else _("Invite faculty"),
        order=20,
        detail=ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
        if count
        else _("Chair, improvement advisor, coaches and experts, with lived experience among them."),
    )


@contributes_checklist
def measures_line(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    """A community of practice asks for no figures, so it can start without a measure."""
    in_use = list(collaborative.measures.in_use().with_versions())
    if in_use:
        words = ngettext("%(count)s measure, core: %(core)s", "%(count)s measures, core: %(core)s", len(in_use))
        detail = words % {"count": len(in_use), "core": sum(measure.required for measure in in_use)}
    else:
        detail = _("What every team counts, defined so that all count the same.")
    yield ChecklistLine(
        key="measures",
        title=_("Measures"),
        done=bool(in_use),
        url=reverse("measures", args=[collaborative.slug]),
        action=_("Change measures") if in_use else _("Add measures"),
        order=30,
        detail=detail,
        hint=" ".join(advice_on(in_use)),
        needed=collaborative.type != CollaborativeType.COMMUNITY_OF_PRACTICE,
    )


@contributes_checklist
def starter_line(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    """Advised while teams have nothing to report yet: a self-rating that needs no data."""
    starter = starters()[0]
    copied = collaborative.measures.in_use().filter(library_code=starter.code).exists()
    if copied or is_in_setup(collaborative):
        yield ChecklistLine(
            key="starter",
            title=_("A measure for the first month"),
            done=copied,
            url=reverse("measures_from_library", args=[collaborative.slug]) + f"?q={starter.code}",
            action=_("See it") if copied else _("Choose it"),
            order=35,
            detail=_("“%(name)s”: a rating that every team can give in its first month, without collecting anything.")
            % {"name": starter.name},
        )


@contributes_checklist
def change_package_line(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    packages = {package.status: package for package in collaborative.change_packages.all()}
    published = packages.get(PackageStatus.PUBLISHED)
    draft = packages.get(PackageStatus.DRAFT)
    if published:
        detail = _("Version %(number)s is what teams see.") % {"number": published.number}
    elif draft:
        detail = _("There is a draft that teams do not see yet.")
    else:
        detail = _("What must change for the aim to be reached, and what teams can test.")
    yield ChecklistLine(
        key="change_package",
        title=_("Change package"),
        done=published is not None,
        url=reverse("change_package_draft" if draft else "change_package", args=[collaborative.slug]),
        action=_("Go on with the draft") if draft else _("Read it") if published else _("Write it"),
        order=50,
        detail=detail,
    )


@contributes_checklist
def start_line(collaborative: Collaborative) -> Iterator[ChecklistLine]:
    started = collaborative.status != CollaborativeStatus.SETUP
    yield ChecklistLine(
        key="start",
        title=_("Start"),
        done=started,
        url=reverse("collaborative_settings", args=[collaborative.slug]) + "#start",
        action=_("End or start again") if started else _("Start"),
        order=90,
        detail="" if started else _("From then on teams can report their months."),
    )


@contributes_sections(Collaborative)
def setup_section(collaborative: Collaborative, _span: Span, viewer: Any) -> Iterator[Section]:
    """While a collaborative is being set up, its overview shows coordinators what comes next."""
    if collaborative.status != CollaborativeStatus.SETUP:
        return
    if viewer.has_perm(CollabPermission.MANAGE_COLLABORATIVE.value, collaborative):
        yield Section(
            title=_("Set-up"),
            template="collab/setup/checklist.html",
            context={"lines": checklist_for(collaborative)},
            order=0,
            anchor="set-up",
        )


@contributes_due
def unfinished_setups(user: Any, _now: dt.datetime) -> Iterator[DueItem]:
    """Collaboratives that the person sets up and has not started: due with their first month."""
    for collaborative in Collaborative.objects.manageable_by(user).filter(status=CollaborativeStatus.SETUP):
        yield DueItem(
            title=_("Set-up is not finished"),
            url=reverse("collaborative_settings", args=[collaborative.slug]),
            action=_("Go on with the set-up"),
            due=collaborative.start,
            where=collaborative.name,
            tone=Tone.ATTENTION,
            detail=_("It begins with %(month)s.") % {"month": month_name(collaborative.start)},
        )


@contributes_due
def first_steps(user: Any, _now: dt.datetime) -> Iterator[DueItem]:
    """Where an empty site begins, and an empty center."""
    if user.is_superuser and not Center.objects.exists():
        yield DueItem(
            title=_("There is no center yet"),
            url=reverse("center_new"),
            action=_("Add a center"),
            due=None,
            where=_("This site"),
            detail=_("Add the organization that hosts your first collaborative; then invite its coordinator."),
        )
    for center in Center.objects.filter(pk__in=coordinated_center_ids(user), collaboratives=None):
        yield DueItem(
            title=_("There is no collaborative yet"),
            url=reverse("collaborative_new", args=[center.slug]),
            action=_("Add a collaborative"),
            due=None,
            where=center.name,
            detail=_("Begin with its topic, its aim and its months; a checklist then leads you through the rest."),
        )
