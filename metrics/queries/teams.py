"""The teams whose figures belong on a person's first page."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from teams.models import Agency, Team
from teams.rules import led_agency_ids, teams_of_led_agencies


def teams_of_agency(agency: Agency, user: Any) -> list[Team]:
    """The agency's own and partner teams that ``user`` may see, newest collaborative first."""
    return list(
        Team.objects.visible_to(user)
        .filter(Q(agency=agency) | Q(partner_agency=agency))
        .select_related("collaborative__center", "agency", "partner_agency")
        .order_by("-collaborative__start", "name")
        .distinct()
    )


def my_teams(user: Any) -> list[Team]:
    """The teams that ``user`` belongs to today."""
    return list(
        Team.objects.of_member(user).select_related("collaborative__center", "agency").order_by("name").distinct()
    )


def led_teams(user: Any) -> list[Team]:
    """The teams of the agencies that ``user`` leads."""
    if not led_agency_ids(user):
        return []
    led = Team.objects.filter(teams_of_led_agencies(user))
    return list(led.select_related("collaborative__center", "agency").order_by("name"))
