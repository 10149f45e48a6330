"""The places of a collaborative's PDSA page, each for those who may open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collab.models import Collaborative
from pdsa.rules import PdsaPermission


@dataclass(frozen=True, slots=True)
class Place:
    """A page about all teams: its address's name, what it is for, and who may open it."""

    name: str
    title: Promise
    text: Promise
    permission: PdsaPermission


PLACES = (
    Place(
        "library",
        _("Library"),
        _("What teams tried and share, to learn from and to try here."),
        PdsaPermission.READ_LIBRARY,
    ),
    Place(
        "status_board",
        _("Status board"),
        _("Who tests, how quickly, and who is stuck."),
        PdsaPermission.WATCH_TEAMS,
    ),
    Place(
        "coaching_queue",
        _("Coaching queue"),
        _("Cycles that wait for a word from a coach, the neediest first."),
        PdsaPermission.WATCH_TEAMS,
    ),
    Place(
        "fidelity",
        _("Fidelity"),
        _("How faithful worksheets are to the method, beside what others published."),
        PdsaPermission.WATCH_TEAMS,
    ),
)


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """A place with its address."""

    title: Promise
    text: Promise
    url: str


def places_of(collaborative: Collaborative, viewer: Any) -> list[OpenPlace]:
    """The places that ``viewer`` may open, in order."""
    return [
        OpenPlace(place.title, place.text, reverse(place.name, args=[collaborative.slug]))
        for place in PLACES
        if viewer.has_perm(place.permission.value, collaborative)
    ]
