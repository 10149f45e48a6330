"""What must not be seen is nowhere: every page and file that a person can reach is read for what belongs to others.

Each person starts at the addresses of the site and follows every link they are given, to pages, figures and
spreadsheets. The world holds names and numbers that appear in it nowhere else, so that one search finds a leak.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from collab.enums import DataSharing
from collab.models import Collaborative, User
from metrics.models import Observation, Submission
from pdsa.actions.search import index
from pdsa.enums import Sharing, Stage
from teams.models import Team
from tests.addresses import JANUARY, NOW, Site, make_site
from tests.factories.collab import MeasureFactory
from tests.factories.equity import StratifiedObservationFactory, StratifierFactory, StratumFactory
from tests.factories.metrics import (
    AnnotationFactory,
    BenchmarkRunFactory,
    BenchmarkValueFactory,
    ChartDecisionFactory,
    ObservationFactory,
    PlanAnswerFactory,
    QueryFactory,
    QueryMessageFactory,
    SavedViewFactory,
    SiteFactory,
    SubmissionFactory,
)
from tests.factories.pdsa import (
    AttachmentFactory,
    CoachNoteFactory,
    CommentFactory,
    CycleFactory,
    DataPointFactory,
    TaskFactory,
)
from tests.factories.teams import LeaderRequestFactory
from tests.test_permissions import TABLE

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

FOLLOWED = re.compile(r'(?:href|hx-get|src|data-[a-z-]+)="(/[^"#]*)')
# Not pages of ours, the end of the session, and paper, whose texts are packed and whose making is written down.
NOT_FOLLOWED = re.compile(r"^/(static|media|accounts)/|\.pdf$")
MOST_PAGES = 800
# Of many that are alike a few are enough: months, definitions of the library, steps of the guided worksheet.
MORE_OF_THEM = re.compile(r"/months/2025-(?!01|05)|/measure-library/(?!waiting_days/)[a-z]|step=(?!question|seen)")
# Tokens of forms and names of tables and definitions are new each time a page is made.
NEW_EACH_TIME = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|(?<=[a-z]-)[0-9a-f]{8}(?=")|'
    r'name="key" value="[0-9a-f-]{36}"'
)
# Where something is drawn is a number, too, but says none.
DRAWN = re.compile(r'\b(?:[xy][12]?|c[xy]|r|d|points|width|height|transform|viewBox)="[^"]*"')

# What a team tests, who says what beside it, and its file. "note" is a coach's own: not even its coordinator reads it.
TRIED = ("trial", "comment", "tally")
# What is written beside figures: a question, a place, a mark on the chart, why a level begins anew, who collects.
BESIDE = ("question", "place", "mark", "reason", "collector")
FAR_NAMES = (
    *("Zebra Agency", "Zebra Team", "Zebra Collaborative", "Zebra Center", "Zebra Person", "Zebra barrier"),
    *(f"Zebra {thing}" for thing in (*TRIED, *BESIDE)),
)
# What only the one who wrote it reads.
FAR_NOTE = ("Zebra note", "Zebra view")
# As files and pages write them.
FAR_FIGURES = ("77771", "77,771", "88882", "88,882", "87.4")
NEIGHBOR_NAMES = (
    *("Quagga Agency", "Quagga Team", "Quagga Person", "Quagga barrier", "Quagga note", "Quagga view"),
    *(f"Quagga {thing}" for thing in (*TRIED, *BESIDE)),
)
TRIED_FIGURES = {"Zebra": 71_717, "Quagga": 61_616}
NEIGHBOR_RATE = "66.7"
NEIGHBOR_COUNTS = ("66661", "66,661", "99992", "99,992")
NEIGHBOR_FIGURES = (*NEIGHBOR_COUNTS, "61616", "61,616", NEIGHBOR_RATE)
OWN_FIGURES = ("33331", "33,331", "55552", "55,552", "60.0")


def reached(client: Client, site: Site) -> dict[str, str]:
    """Address → text of every page and file that the person can open, from all addresses and their links."""
    waiting = [row.path.format(**site.places) for row in TABLE.values()]
    waiting += [
        path.format(**site.places)
        for path in (
            "{t}figures/{measure}.svg",
            "{t}figures/{measure}.csv",
            "{c}figures/{measure}.svg",
            "{c}figures/{measure}.csv",
            "{t}months/" + JANUARY + "/",
            "{c}data/?q=quagga",
            "/search/?q=quagga",
            "/search/?q=zebra",
        )
    ]
    seen: dict[str, str] = {}
    asked: set[str] = set()
    assert client.get("/").status_code == 200
    while waiting:
        path = waiting.pop()
        if path in asked or NOT_FOLLOWED.search(path) or MORE_OF_THEM.search(path):
            continue
        asked.add(path)
        assert len(asked) <= MOST_PAGES, "the site has no end"
        cache.clear()
        response = client.get(path)
        if response.status_code == 302:
            waiting.append(response["Location"])
        if response.status_code != 200:
            continue
        text = text_of(b"".join(response))
        seen[path] = text
        waiting += [unescape(found) for found in FOLLOWED.findall(text)]
    return seen


def text_of(content: bytes) -> str:
    """Text as it is; of a spreadsheet all the texts inside it."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(book.read(name) for name in book.namelist())
    return NEW_EACH_TIME.sub("", content.decode("utf-8", errors="replace"))


def leaks(pages: dict[str, str], secrets: tuple[str, ...]) -> set[tuple[str, str]]:
    """Which secret stands on which page. A page that repeats what was searched for does not find it so."""
    words = {path: unescape(DRAWN.sub("", text)) for path, text in pages.items()}
    return {(path, secret) for path, text in words.items() for secret in secrets if secret in text}


def name_all(team: Team, word: str) -> None:
    """Give a team, its agency and its people a name that is nowhere else; and something that it asks for."""
    team.name, team.agency.name = f"{word} Team", f"{word} Agency"
    team.save()
    team.agency.save()
    User.objects.filter(team_memberships__team=team).update(name=f"{word} Person")
    person = User.objects.filter(name=f"{word} Person").first()
    LeaderRequestFactory(team=team, text=f"{word} barrier", made_by=person)
    own = CycleFactory(team=team, owner=person, stage=Stage.DO, title=f"{word} trial", sharing=Sharing.TEAM)
    CommentFactory(cycle=own, by=person, text=f"{word} comment")
    CoachNoteFactory(cycle=own, text=f"{word} note")
    AttachmentFactory(cycle=own, name=f"{word} tally.csv")
    # Shared in words: who did it and what was said and counted stays with the team.
    shared = CycleFactory(team=team, owner=person, stage=Stage.CLOSED, title="Shared by all", sharing=Sharing.CENTER)
    TaskFactory(cycle=shared, who=f"{word} Person")
    CommentFactory(cycle=shared, by=person, text=f"{word} comment")
    AttachmentFactory(cycle=shared, name=f"{word} tally.csv")
    for cycle in (own, shared):
        DataPointFactory(cycle=cycle, value=TRIED_FIGURES[word], out_of=None)
        index(cycle)


def write_beside(team: Team, measure: Any, word: str) -> None:
    """Everything that people write beside a team's figures, all in words that are nowhere else."""
    person = User.objects.filter(name=f"{word} Person").first()
    QueryMessageFactory(query=QueryFactory(team=team, measure=measure, raised_by=person), text=f"{word} question")
    SiteFactory(team=team, name=f"{word} place")
    AnnotationFactory(team=team, measure=measure, label=f"{word} mark", written_by=person)
    ChartDecisionFactory(team=team, measure=measure, reason=f"{word} reason", made_by=person)
    PlanAnswerFactory(team=team, measure=measure, collector=f"{word} collector")
    SavedViewFactory(user=person, name=f"{word} view")


def figures(team: Team, measure: Any, numerator: int, denominator: int) -> None:
    """The same two numbers in each of the first six months, in total and by one group."""
    stratifier = team.collaborative.stratifiers.get(code="groups")
    for month in team.collaborative.reporting_months()[:6]:
        submission = Submission.objects.filter(team=team, month=month).first() or SubmissionFactory(
            team=team, month=month, submitted_by=None
        )
        ObservationFactory(submission=submission, measure=measure, numerator=numerator, denominator=denominator)
        StratifiedObservationFactory(
            submission=submission,
            measure=measure,
            stratum=stratifier.strata.first(),
            numerator=numerator,
            denominator=denominator,
        )


def groups(collaborative: Collaborative, measure: Any) -> None:
    StratumFactory(stratifier=StratifierFactory(collaborative=collaborative, code="groups", measures=[measure]))


@pytest.fixture
def site() -> Iterator[Site]:
    """Three teams with figures of their own: the person's, a neighbor in the same collaborative, one far away."""
    with time_machine.travel(NOW, tick=False):
        made = make_site()
        world = made.world
        world.other_center.name = "Zebra Center"
        world.other_center.save()
        world.other_collaborative.name = "Zebra Collaborative"
        world.other_collaborative.save()
        name_all(world.other_team, "Zebra")
        name_all(world.neighbor, "Quagga")
        Observation.objects.all().delete()
        measure = world.collaborative.measures.get()
        groups(world.collaborative, measure)
        far = MeasureFactory(collaborative=world.other_collaborative, code=measure.code)
        groups(world.other_collaborative, far)
        figures(world.team, measure, 33_331, 55_552)
        figures(world.neighbor, measure, 66_661, 99_992)
        figures(world.other_team, far, 77_771, 88_882)
        write_beside(world.neighbor, measure, "Quagga")
        write_beside(world.other_team, far, "Zebra")
        # Pooled results that stay the same whatever a single team's number is.
        run = BenchmarkRunFactory(collaborative=world.collaborative)
        BenchmarkValueFactory(run=run, measure=measure, reporting=6, compared=6, expected=6)
        yield made


Reader = Callable[[str], dict[str, str]]


@pytest.fixture
def read(site: Site, client_for: Callable[[User], Client]) -> Reader:
    """``read(who)``: all that this person of the world can reach."""
    return lambda who: reached(client_for(site.world.users[who]), site)


def share(site: Site, policy: DataSharing) -> None:
    Collaborative.objects.filter(pk=site.world.collaborative.pk).update(data_sharing=policy)


@pytest.mark.parametrize("who", ["coordinator", "chair", "senior leader", "data lead", "former member", "stranger"])
def test_nothing_of_another_center_reaches_anybody_here(read: Reader, who: str) -> None:
    pages = read(who)
    assert leaks(pages, FAR_NAMES + FAR_FIGURES + FAR_NOTE) == set()


def test_the_search_of_this_test_finds_what_is_there(read: Reader) -> None:
    """If names and figures were written in another way, the other tests would find no leak whatever happened."""
    found = {secret for _path, secret in leaks(read("other coordinator"), FAR_NAMES + FAR_FIGURES + FAR_NOTE)}
    assert found == {*FAR_NAMES, *FAR_FIGURES}


@pytest.mark.practice("R-124")
@pytest.mark.parametrize("who", ["team leader", "senior leader of the pair"])
@pytest.mark.parametrize("policy", DataSharing)
def test_what_a_team_learns_of_its_neighbor_follows_the_agreement(
    site: Site, read: Reader, policy: DataSharing, who: str
) -> None:
    share(site, policy)
    pages = read(who)
    found = {secret for _path, secret in leaks(pages, NEIGHBOR_NAMES + NEIGHBOR_FIGURES)}
    assert (
        found
        == {
            # The team's charts, whose rates stand with their counts: who works there, what they try and count in
            # their tests, what is written beside the figures and what they ask of their leader stay theirs.
            DataSharing.NAMED: {"Quagga Team", NEIGHBOR_RATE, *NEIGHBOR_COUNTS},
            DataSharing.CODED: {NEIGHBOR_RATE, *NEIGHBOR_COUNTS},
            DataSharing.POOLED: set(),
        }[policy]
    )


@pytest.mark.parametrize(
    "who", ["sponsor", "reviewer", "former member", "former coach", "former coordinator", "stranger"]
)
def test_no_single_team_is_shown_to_those_who_read_none(site: Site, read: Reader, who: str) -> None:
    share(site, DataSharing.NAMED)
    assert leaks(read(who), NEIGHBOR_NAMES + NEIGHBOR_FIGURES + OWN_FIGURES) == set()


# --- Small numbers -------------------------------------------------------------------------------------------------

# A small numerator, a small denominator, a small rest: a month each, and the same with other small numbers.
ONE_WAY = ((3, 5000), (2, 4), (4997, 5000))
ANOTHER_WAY = ((9, 5000), (5, 8), (4991, 5000))


def differing(site: Site, read: Reader, who: str) -> set[str]:
    """The pages and files that are not the same, letter for letter, when only small numbers of the team differ."""

    def pages(pairs: tuple[tuple[int, int], ...]) -> dict[str, str]:
        for table in (Observation.objects, site.world.team.stratified_observations):
            for month, (numerator, denominator) in zip((1, 3, 5), pairs, strict=True):
                rows = table.filter(team=site.world.team, month__month=month)
                assert rows.update(numerator=numerator, denominator=denominator) == 1
        return read(who)

    before, after = pages(ONE_WAY), pages(ANOTHER_WAY)
    return {path for path in before | after if before.get(path) != after.get(path)}


@pytest.mark.parametrize(
    "who", ["coordinator", "improvement advisor", "sponsor", "leader of a neighbor team", "senior leader of the pair"]
)
def test_nobody_outside_can_tell_two_small_numbers_apart(site: Site, read: Reader, who: str) -> None:
    """Hidden is not enough: whatever could be worked out backwards from a page would make it differ."""
    share(site, DataSharing.NAMED)
    assert differing(site, read, who) == set()


@pytest.mark.parametrize("who", ["team leader", "senior leader", "coach"])
def test_its_own_people_see_small_numbers_and_faculty_where_the_agreement_says_so(
    site: Site, read: Reader, who: str
) -> None:
    Collaborative.objects.filter(pk=site.world.collaborative.pk).update(faculty_see_small_counts=True)
    figure = "{t}figures/{measure}.".format(**site.places)
    files = {path for path in differing(site, read, who) if path.startswith(figure)}
    # For meetings the files come without names, too.
    assert files == {f"{figure}{form}" for form in ("json", "svg", "csv", "svg?names=off", "csv?names=off")}


def test_the_center_sees_no_small_number_even_where_faculty_do(site: Site, read: Reader) -> None:
    Collaborative.objects.filter(pk=site.world.collaborative.pk).update(faculty_see_small_counts=True)
    assert differing(site, read, "coordinator") == set()
