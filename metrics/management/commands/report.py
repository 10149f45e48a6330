"""``manage.py report team|collaborative|leader SLUG --out FILE.pdf``: a report without a queue and without a page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from collab.models import Collaborative, User
from metrics.actions.reports import Printed, Step
from metrics.enums import ReportKind
from metrics.management.progress import Progress, find_collaborative
from metrics.presenters.reports import (
    print_board,
    print_collaborative,
    print_leader,
    print_plan,
    print_team,
    the_center,
)
from metrics.queries.reports import may_have
from teams.models import Agency, Team

SHOWN = 20


class Command(BaseCommand):
    """Write a report as a tagged PDF.

    SLUG of a collaborative summary: the collaborative's short name. Of a team summary or a measurement plan:
    COLLABORATIVE/TEAM, the team's short name alone where only one team has it, or the collaborative's with --team. Of
    a leader's page: COLLABORATIVE/AGENCY-CODE, the code alone where only one agency has it, or the collaborative's
    with --agency. Small counts are hidden as from a coordinator, unless --as names somebody who may see them.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=ReportKind.values, help="which report")
        parser.add_argument("slug", help="what it is about")
        parser.add_argument("--team", metavar="SLUG", help="the team's short name, when SLUG is the collaborative's")
        parser.add_argument("--agency", metavar="CODE", help="the agency's code, when SLUG is the collaborative's")
        parser.add_argument("--as", dest="viewer", metavar="EMAIL", help="as this person may see the figures")
        parser.add_argument("--out", type=Path, required=True, help="the PDF to write")

    def handle(self, *_args: Any, **options: Any) -> None:
        kind = ReportKind(options["kind"])
        subject, collaborative = self._find(kind, options)
        viewer = self._viewer(options["viewer"], collaborative)
        if not may_have(viewer, kind, subject):
            raise CommandError(f"{viewer.email} may not see “{subject}”.")
        out: Path = options["out"]
        progress = Progress(self.stdout)
        printed = _print(
            kind, subject, collaborative, viewer, lambda done, total: progress.show(f"{subject}: {done} of {total}")
        )
        progress.end()
        try:
            out.write_bytes(printed.pdf)
        except OSError as error:
            raise CommandError(f"{out} can not be written: {error.strerror}.") from error
        self.stdout.write(f"Wrote {out} ({len(printed.pdf):,} bytes), data as of {printed.data_date}.")

    def _find(self, kind: ReportKind, options: dict[str, Any]) -> tuple[Team | Agency | Collaborative, Collaborative]:
        slug, team, agency = options["slug"], options["team"], options["agency"]
        for option, given, fits, fitting in (
            ("--team", team, kind.is_about_team, ReportKind.TEAM),
            ("--agency", agency, kind is ReportKind.LEADER, ReportKind.LEADER),
        ):
            if given and not fits:
                raise CommandError(f"{option} belongs to “report {fitting.value}”.")
        if kind is ReportKind.COLLABORATIVE:
            found = find_collaborative(slug)
            return found, found
        name = team or agency
        first, slash, second = (slug, "/", name) if name else slug.partition("/")
        collaborative = find_collaborative(first) if slash else None
        if kind.is_about_team:
            return _team(collaborative, second or first)
        return _agency(collaborative, second or first)

    def _viewer(self, email: str | None, collaborative: Collaborative) -> User:
        if email is None:
            return the_center(collaborative)
        found = User.objects.filter(email__iexact=email).first()
        if found is None:
            raise CommandError(f"Nobody here has the e-mail address {email}.")
        return found


def _print(
    kind: ReportKind, subject: Team | Agency | Collaborative, collaborative: Collaborative, viewer: User, step: Step
) -> Printed:
    if isinstance(subject, Team) and kind is ReportKind.PLAN:
        return print_plan(subject, viewer, step)
    if isinstance(subject, Team) and kind is ReportKind.STORYBOARD:
        return print_board(subject, viewer, step)
    if isinstance(subject, Team):
        return print_team(subject, viewer, step)
    if isinstance(subject, Agency):
        return print_leader(subject, collaborative, viewer, step)
    return print_collaborative(subject, viewer, step)


def _team(collaborative: Collaborative | None, slug: str) -> tuple[Team, Collaborative]:
    """The only team with this short name, in the collaborative where one is named."""
    teams = Team.objects.select_related("collaborative__center", "agency", "partner_agency")
    if collaborative is not None:
        teams = teams.filter(collaborative=collaborative)
    found = list(teams.filter(slug=slug)[:SHOWN])
    if len(found) == 1:
        return found[0], found[0].collaborative
    addresses = [f"{team.collaborative.slug}/{team.slug}" for team in found or teams.order_by("slug")[: SHOWN + 1]]
    if found:
        raise CommandError(f"Several teams are called “{slug}”. Say which: {_listed(addresses)}.")
    raise CommandError(f"There is no team “{slug}”. There are: {_listed(addresses)}.")


def _agency(collaborative: Collaborative | None, code: str) -> tuple[Agency, Collaborative]:
    """The only agency with this code that has a team, in the collaborative where one is named."""
    teams = Team.objects.select_related("collaborative__center", "agency__center", "partner_agency__center")
    if collaborative is not None:
        teams = teams.filter(collaborative=collaborative)
    pairs = {
        (team.collaborative.slug, agency.code): (agency, team.collaborative)
        for team in teams.filter(Q(agency__code__iexact=code) | Q(partner_agency__code__iexact=code))
        for agency in (team.agency, team.partner_agency)
        if agency is not None and agency.code.casefold() == code.casefold()
    }
    if len(pairs) == 1:
        return next(iter(pairs.values()))
    if pairs:
        raise CommandError(f"Agency “{code}” stands for several. Say which: {_listed('/'.join(key) for key in pairs)}.")
    others = [f"{team.collaborative.slug}/{team.agency.code}" for team in teams.order_by("agency__code")[: SHOWN + 1]]
    raise CommandError(f"There is no agency “{code}” with a team. There are: {_listed(others)}.")


def _listed(names: Iterable[str]) -> str:
    """Some names and, where there are more, that there are."""
    shown = list(names)
    return ", ".join(shown[:SHOWN]) + (" and others" if len(shown) > SHOWN else "") if shown else "none yet"
