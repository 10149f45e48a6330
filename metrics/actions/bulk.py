"""Taking in a file of many teams' months, with the agencies and teams that it names."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from metrics.actions.submissions import Imported, import_months
from metrics.imports.bulk import Bulk
from teams.actions.teams import NewTeam, enroll_teams


@transaction.atomic
def import_bulk(*, by: Any, bulk: Bulk, note: str = "", now: dt.datetime | None = None) -> Imported:
    """Store a file that ``read_bulk`` found no problem in, all or nothing; new teams join in the first month.

    Raises what ``import_months`` raises, and ``ValidationError`` when an agency or team cannot be made.
    """
    _create_teams(by=by, bulk=bulk)
    return import_months(by=by, collaborative=bulk.collaborative, months_values=bulk.team_months(), note=note, now=now)


def _create_teams(*, by: Any, bulk: Bulk) -> None:
    """Make what the rows name and the collaborative does not have yet, in the file's order."""
    new_teams = bulk.new_teams()
    enrolled = enroll_teams(
        by=by,
        collaborative=bulk.collaborative,
        new_teams=[NewTeam(agency=team.agency, enrolled_on=team.enrolled_on) for team in new_teams],
    )
    places = [place for place, team in enumerate(bulk.teams) if team._state.adding]
    for place, team in zip(places, enrolled, strict=True):
        # Deadlines and periods are asked of the collaborative that is at hand, not read again for each team.
        team.collaborative = bulk.collaborative
        bulk.teams[place] = team
