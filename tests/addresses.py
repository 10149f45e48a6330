"""The small world with one of everything that an address of the site can name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.files.base import ContentFile

from collab.common.enums import JobStatus
from collab.common.models import JobRun
from collab.models import CenterAppointment, Collaborative, CollaborativeAppointment
from metrics.enums import ReportStatus
from metrics.marks import RECOMPUTE_ALL
from pdsa.actions.fidelity import rescore_teams
from pdsa.enums import Stage
from teams.models import AgencyAppointment, TeamMembership
from tests.factories.collab import ChangeIdeaFactory, ChangePackageFactory, DriverFactory, MeasureFactory
from tests.factories.equity import StratifierFactory
from tests.factories.metrics import (
    AnnotationFactory,
    ChartDecisionFactory,
    MeasureCheckFactory,
    ObservationFactory,
    QueryFactory,
    ReportFactory,
    SavedViewFactory,
    SiteFactory,
)
from tests.factories.pdsa import (
    AimFactory,
    AttachmentFactory,
    CommentFactory,
    CycleFactory,
    CycleRevisionFactory,
    RampFactory,
)
from tests.factories.teams import InvitationFactory, LeaderRequestFactory
from tests.worlds import World, make_world

# January is locked, and its figures are in; May can be entered.
NOW = dt.datetime(2025, 7, 5, 12, tzinfo=dt.UTC)
JANUARY, MAY = "2025-01", "2025-05"


@dataclass(frozen=True, slots=True)
class Site:
    """``places`` is what stands in addresses: "{c}teams/" is the list of the first collaborative's teams."""

    world: World
    places: dict[str, object]


def finished_run(collaborative: Collaborative) -> JobRun:
    return JobRun.objects.create(
        task=RECOMPUTE_ALL,
        key=str(collaborative.pk),
        subject="All months",
        scope_type=collaborative._meta.label_lower,
        scope_id=collaborative.pk,
        status=JobStatus.DONE,
        finished_at=NOW,
    )


def make_site() -> Site:
    """Build it, at ``NOW``."""
    world = make_world()
    collaborative, team = world.collaborative, world.team
    measure = MeasureFactory(collaborative=collaborative)
    ObservationFactory(submission__team=team, measure=measure)
    published = ChangePackageFactory(collaborative=collaborative, published=True)
    package = ChangePackageFactory(collaborative=collaborative, number=2)
    coach, leader, member = (world.users[who] for who in ("coach", "senior leader", "clinician"))
    invitation = InvitationFactory(team=team, token="the-token-of-the-link")
    tried = ChangeIdeaFactory(package=published)
    ramp = RampFactory(team=team, aim=AimFactory(team=team))
    cycle = CycleFactory(team=team, ramp=ramp, idea=tried, stage=Stage.DO, owner=member)
    CycleRevisionFactory(cycle=cycle)
    # A figure has files only where it is drawn: the test was taken over, and it was judged.
    CycleFactory(team=world.neighbor, taken_from=cycle)
    rescore_teams([team.pk], NOW.date())
    return Site(
        world,
        {
            "center": f"/centers/{world.center.slug}/",
            "agency": f"/agencies/{world.agency.pk}/",
            "c": f"/c/{collaborative.slug}/",
            "t": f"/c/{collaborative.slug}/teams/{team.slug}/",
            "measure": measure.code,
            "stratifier": StratifierFactory(collaborative=collaborative).code,
            "driver": DriverFactory(package=package).pk,
            "idea": ChangeIdeaFactory(package=package).pk,
            "coordinator": CenterAppointment.objects.get(user=world.users["coordinator"]).pk,
            "coach": CollaborativeAppointment.objects.get(user=coach).pk,
            "leader": AgencyAppointment.objects.get(user=leader).pk,
            "member": TeamMembership.objects.get(user=member).pk,
            "request": LeaderRequestFactory(team=team).pk,
            "site": SiteFactory(team=team).pk,
            "view": SavedViewFactory(user=coach).pk,
            "query": QueryFactory(team=team, measure=measure, raised_by=coach).pk,
            "check": MeasureCheckFactory(measure=measure).pk,
            "report": ReportFactory(
                collaborative=collaborative,
                requested_by=coach,
                status=ReportStatus.READY,
                data_date=NOW.date(),
                file=ContentFile(b"%PDF-", name="report.pdf"),
            ).pk,
            "decision": ChartDecisionFactory(team=team, measure=measure).pk,
            "note": AnnotationFactory(team=team, measure=measure).pk,
            "run": finished_run(collaborative).pk,
            "aim": ramp.aim.number,
            "ramp": ramp.number,
            "cycle": cycle.number,
            "shared": cycle.pk,
            "tried": tried.pk,
            "file": AttachmentFactory(cycle=cycle).key,
            "comment": CommentFactory(cycle=cycle, by=member).pk,
            "invitation": invitation.pk,
            "token": "the-token-of-the-link",
        },
    )
