"""The library: looking for what teams tried, reading it, trying it here, and seeing who took it from whom."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collab.common.downloads import figure_address, figure_attachment, table_attachment
from collab.common.formatting import drawn_on
from collab.common.paging import page_of, query_of
from collab.common.views import SignedInRequest, require
from collab.models import ChangeIdea, Collaborative
from collab.queries.collaboratives import find_collaborative
from pdsa.actions.workflow import take_change
from pdsa.charts.lineage import to_file
from pdsa.forms.library import LibraryForm, TakeForm
from pdsa.models import Cycle
from pdsa.presenters import library as words
from pdsa.presenters.lineage import LineageCard, card_of, file_rows
from pdsa.queries import library as queries
from pdsa.queries.lineage import family_of
from pdsa.rules import PdsaPermission, joined_collaborative_ids, watch_teams
from pdsa.views.deeds import was_done
from teams.models import Team

TESTS_A_PAGE = 20
TAKEN_A_PAGE = 25
# More lines than anybody reads in a file; the page says how to narrow.
MOST_IN_A_FILE = 5000
FILTERS = ("q", "driver", "idea", "setting", "population", "decision", "result", "whose", "scope")


@require_safe
def library(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """What was tried, with every filter in the address."""
    found = _library_of(request, collaborative)
    form = _filters(request, found)
    wanted = form.wanted()
    page = page_of(request, queries.for_lists(queries.found_tests(request.user, found, wanted)), size=TESTS_A_PAGE)
    context = _around(found) | {
        "form": form,
        "wanted": wanted,
        "page": page,
        "lines": words.lines_of(page.object_list, request.user, found),
        "query": query_of(request, *FILTERS),
        "pooled": words.pooled_sentence(found, joined_collaborative_ids(request.user))
        if not watch_teams.check(request.user, found)
        else "",
    }
    return render(request, "pdsa/library.html", context)


@require_safe
def library_file(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """The same tests as a CSV file, by the same filters."""
    found = _library_of(request, collaborative)
    wanted = _filters(request, found).wanted()
    rows = queries.for_lists(queries.found_tests(request.user, found, wanted))[:MOST_IN_A_FILE]
    return table_attachment(f"{found.slug}-library", words.file_rows(words.lines_of(rows, request.user, found)))


@require_safe
def library_cycle(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    """What a team wrote about one test, for others to learn from; and "Try this here"."""
    found = _library_of(request, collaborative)
    return _draw(request, found, queries.find_shared_test(request.user, found, pk))


@require_POST
def library_take(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    """Take the change over: a worksheet with credit, where how it is fitted stands first."""
    found = _library_of(request, collaborative)
    cycle = queries.find_shared_test(request.user, found, pk)
    teams = queries.takers(request.user, cycle)
    if not teams:
        raise PermissionDenied(
            _("You can try a test of another team when you belong to a team that it is shared with.")
        )
    form = TakeForm(request.POST, teams=teams)
    taken = was_done(
        request,
        form,
        lambda: take_change(by=request.user, source=cycle, team=form.chosen_team, fitted=form.cleaned_data["fitted"]),
        _("Here is your own worksheet, filled in from theirs. Fit it to you, and predict."),
    )
    if not taken:
        return _draw(request, found, cycle, form=form)
    return redirect(f"{taken.get_absolute_url()}#f-fitted")


def _draw(
    request: SignedInRequest, found: Collaborative, cycle: Cycle, *, form: TakeForm | None = None
) -> HttpResponse:
    teams = queries.takers(request.user, cycle)
    context = _around(found) | {
        "cycle": cycle,
        "line": words.lines_of([cycle], request.user, found)[0],
        "credit": words.credit_of(cycle, request.user, found),
        "parts": words.parts_of(cycle),
        "questions": words.questions_of(cycle),
        "measures": words.measures_of(cycle),
        "drivers": cycle.drivers.all(),
        "idea": cycle.idea if _is_idea_of(cycle.idea, found) else None,
        "whole": words.whole_worksheet(cycle, request.user),
        "form": form or (TakeForm(None, teams=teams) if teams else None),
        "taken_already": queries.taken_already(teams, cycle),
    }
    return render(request, "pdsa/library_cycle.html", context)


def _is_idea_of(idea: ChangeIdea | None, found: Collaborative) -> bool:
    return idea is not None and idea.package.collaborative_id == found.pk


@require_safe
def library_lineage(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    """Who took a test from whom, with which result."""
    found = _library_of(request, collaborative)
    cycle = queries.find_shared_test(request.user, found, pk)
    family = family_of(request.user, [cycle.ramp_id])
    context = _around(found) | {
        "cycle": cycle,
        "card": card_of(family, request.user, found, key=f"lineage-{cycle.pk}", current=cycle),
        "address": figure_address("library_lineage_file", collaborative, pk),
    }
    return render(request, "pdsa/library_lineage.html", context)


@require_safe
def library_lineage_file(request: SignedInRequest, collaborative: str, pk: int, form: str) -> HttpResponse:
    """The drawing for slides, or its table."""
    found = _library_of(request, collaborative)
    cycle = queries.find_shared_test(request.user, found, pk)
    card = card_of(family_of(request.user, [cycle.ramp_id]), request.user, found, key="lineage", current=cycle)
    return _lineage_file(form, f"{found.slug}-test-{pk}", card, found)


def _lineage_file(form: str, name: str, card: LineageCard, found: Collaborative) -> HttpResponse:
    foot = drawn_on(found.today())
    return figure_attachment(form, name, picture=lambda: to_file(card.figure, foot=foot), table=lambda: file_rows(card))


@require_safe
def library_idea(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    """A change idea: what teams made of it, and their tests."""
    found = _library_of(request, collaborative)
    idea = queries.find_idea(found, pk)
    tests = queries.found_tests(request.user, found, queries.Wanted(idea=idea))
    page = page_of(request, queries.for_lists(tests), size=TESTS_A_PAGE)
    adoption = queries.adoption_of_idea(idea)
    family = family_of(request.user, queries.ramps_handed_on(idea))
    context = _around(found) | {
        "idea": idea,
        "adoption": adoption,
        "sentence": words.adoption_in_words(adoption),
        "page": page,
        "lines": words.lines_of(page.object_list, request.user, found),
        "query": "",
        "card": card_of(family, request.user, found, key=f"idea-{idea.pk}") if family.cycles else None,
        "address": figure_address("library_idea_file", collaborative, pk),
    }
    return render(request, "pdsa/library_idea.html", context)


@require_safe
def library_idea_file(request: SignedInRequest, collaborative: str, pk: int, form: str) -> HttpResponse:
    """The drawing of who took the idea from whom for slides, or its table."""
    found = _library_of(request, collaborative)
    idea = queries.find_idea(found, pk)
    family = family_of(request.user, queries.ramps_handed_on(idea))
    if not family.cycles:
        raise Http404
    card = card_of(family, request.user, found, key="idea")
    return _lineage_file(form, f"{found.slug}-idea-{pk}", card, found)


@require_safe
def library_taken(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """The changes that most teams took over."""
    found = _library_of(request, collaborative)
    page = page_of(request, queries.most_taken(request.user, found), size=TAKEN_A_PAGE)
    cycles = queries.cycles_by_key([taken.key for taken in page.object_list])
    context = _around(found) | {
        "page": page,
        "lines": words.taken_lines(list(page.object_list), cycles, request.user, found),
        "sentences": words.sharing_in_words(queries.sharing_counts(found)),
        "query": "",
    }
    return render(request, "pdsa/library_taken.html", context)


def _library_of(request: SignedInRequest, slug: str) -> Collaborative:
    found = find_collaborative(request.user, slug)
    sentence = _("The library is for the teams, their leaders, the faculty and the coordinators.")
    require(request.user, PdsaPermission.READ_LIBRARY, found, sentence)
    return found


def _filters(request: SignedInRequest, found: Collaborative) -> LibraryForm:
    drivers, ideas = queries.drivers_and_ideas(found)
    has_teams = Team.objects.of_member(request.user).filter(collaborative=found).exists()
    return LibraryForm(request.GET, drivers=drivers, ideas=ideas, has_teams=has_teams)


def _around(found: Collaborative) -> dict[str, Any]:
    return {"collaborative": found, "nav_key": "pdsa"}
