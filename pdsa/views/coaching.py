"""Threads beside worksheets, reviews, private notes, and the coaches' queue."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.paging import page_of, query_of, words_of
from collab.common.views import SignedInRequest, require
from collab.queries.collaboratives import find_collaborative
from pdsa.actions import coaching
from pdsa.actions.coaching import AnsweredMeanwhileError
from pdsa.enums import Part
from pdsa.forms.coaching import CommentForm, ReviewForm, WordsForm
from pdsa.limits import whole_number
from pdsa.models import Comment, Cycle
from pdsa.policies import NotReadyError
from pdsa.presenters.coaching import (
    WHOLE,
    Need,
    feedback_sentence,
    lately_sentence,
    thread_of,
    threads_of,
    title_of,
    waiting_line,
)
from pdsa.queries.coaching import awaiting_feedback, waits_for_feedback
from pdsa.queries.cycles import find_cycle
from pdsa.rules import PdsaPermission, coach_teams
from pdsa.views.deeds import was_carried_out, was_done
from pdsa.views.worksheet import draw
from teams.models import Team

LATELY = dt.timedelta(days=90)


@require_safe
def coaching_queue(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Cycles that wait for a coach, the neediest first, each with the reason why it is there."""
    found = find_collaborative(request.user, collaborative)
    require(request.user, PdsaPermission.WATCH_TEAMS, found, _("The coaching queue is for faculty and coordinators."))
    now = timezone.now()
    waiting = awaiting_feedback(request.user, found, found.today(now))
    counts = dict.fromkeys(reversed(Need), 0)
    for need in waiting.order_by().values_list("need", flat=True):
        counts[Need(need)] += 1
    chosen = request.GET.get("need", "")
    if chosen in {str(need.value) for need in Need}:
        waiting = waiting.filter(need=int(chosen))
    if words := words_of(request):
        waiting = waiting.filter(team__in=Team.objects.filter(collaborative=found).named(words))
    waits = waits_for_feedback(found)
    page = page_of(request, waiting.select_related("team__collaborative", "owner", "ramp"))
    context = {
        "collaborative": found,
        "nav_key": "pdsa",
        "page": page,
        "lines": [waiting_line(cycle, now) for cycle in page],
        "counts": [(need, count) for need, count in counts.items() if count],
        "total": sum(counts.values()),
        "chosen": chosen,
        "query": query_of(request, "need", "q"),
        "is_coach": coach_teams.check(request.user, found),
        "feedback": feedback_sentence(waits),
        "feedback_lately": lately_sentence(waits, now - LATELY),
    }
    return render(request, "pdsa/coaching.html", context)


def _find_for_words(request: SignedInRequest, collaborative: str, team: str, number: int) -> Cycle:
    cycle = find_cycle(request.user, collaborative, team, number)
    require(
        request.user,
        PdsaPermission.DISCUSS_CYCLES,
        cycle.team,
        _("The team and the faculty write here; you can read along."),
    )
    return cycle


@require_POST
def comment(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Write in a thread. What could not be sent comes back with the reason, nothing typed is lost."""
    cycle = _find_for_words(request, collaborative, team, number)
    form = CommentForm(request.POST)
    key = request.POST.get("part") or WHOLE
    problem, newer = "", []
    if not form.is_valid():
        problem = _sentences(form)
    else:
        values = dict(form.cleaned_data)
        number_of_parent = values.pop("parent")
        parent = cycle.comments.filter(pk=number_of_parent).first() if number_of_parent else None
        try:
            coaching.comment(by=request.user, cycle=cycle, parent=parent, **values)
        except AnsweredMeanwhileError as error:
            problem, newer = str(error), error.newer
        except NotReadyError as error:
            problem = error.sentence
    return _back_to_thread(request, cycle, key, problem=problem, newer=newer)


@require_POST
def review_give(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Answer a team's request for a review."""
    cycle = find_cycle(request.user, collaborative, team, number)
    _require_coach(request, cycle)
    review = cycle.reviews.filter(given_at=None).first()
    if review is None:
        # Another coach was faster: what was typed is a comment like any other.
        return comment(request, collaborative, team, number)
    form = CommentForm(request.POST)
    problem, newer = "", []
    if form.is_valid():
        try:
            coaching.give_review(
                by=request.user,
                review=review,
                text=form.cleaned_data["text"],
                key=form.cleaned_data["key"],
                seen=form.cleaned_data["seen"],
            )
        except AnsweredMeanwhileError as error:
            problem, newer = str(error), error.newer
        except NotReadyError as error:
            problem = error.sentence
    else:
        problem = _sentences(form)
    return _back_to_thread(request, cycle, review.part, problem=problem, newer=newer)


def _back_to_thread(
    request: SignedInRequest, cycle: Cycle, key: str, *, problem: str, newer: list[Comment]
) -> HttpResponse:
    """The thread alone for htmx; else the worksheet at the thread, or a page of its own with what was typed."""
    is_part = key == WHOLE or key in Part.values
    key = key if is_part else WHOLE
    if not problem and not request.htmx:  # type: ignore[attr-defined]  # django_htmx's middleware
        messages.success(request, _("Your words were sent."))
        return redirect(f"{_address(cycle)}#thread-{key}")
    talk = threads_of(cycle, request.user)
    if problem:
        parent = request.POST.get("parent", "")
        talk.threads[key] = thread_of(
            key,
            title_of(key),
            cycle.comments.select_related("by"),
            request.user,
            typed=CommentForm.typed(request.POST),
            problem=problem,
            parent=whole_number(parent),
            newer=newer,
        )
    context = {
        "collaborative": cycle.team.collaborative,
        "team": cycle.team,
        "cycle": cycle,
        "nav_key": "pdsa",
        "talk": talk,
        "thread": talk[key],
        "just_saved": not problem,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "pdsa/parts/thread.html", context)
    return render(request, "pdsa/thread.html", context, status=409 if newer else 400)


def _address(cycle: Cycle) -> str:
    team = cycle.team
    return reverse("cycle", args=[team.collaborative.slug, team.slug, cycle.number])


@require_http_methods(["GET", "HEAD", "POST"])
def comment_edit(request: SignedInRequest, collaborative: str, team: str, number: int, pk: int) -> HttpResponse:
    """Correct one's own comment."""
    cycle = _find_for_words(request, collaborative, team, number)
    found = get_object_or_404(cycle.comments, pk=pk)
    if found.by_id != request.user.pk:
        raise PermissionDenied(_("Only the person who wrote a comment can change it."))
    form = WordsForm(request.POST or None, initial={"text": found.text, "key": found.key})
    form.fields["key"].required = False
    if was_done(
        request,
        form,
        lambda: coaching.change_comment(by=request.user, comment=found, text=form.cleaned_data["text"]),
        _("Your comment was changed."),
    ):
        return redirect(f"{_address(cycle)}#thread-{found.part or WHOLE}")
    context = {
        "collaborative": cycle.team.collaborative,
        "team": cycle.team,
        "cycle": cycle,
        "nav_key": "pdsa",
        "form": form,
        "back": f"{_address(cycle)}#thread-{found.part or WHOLE}",
    }
    return render(request, "pdsa/comment_edit.html", context)


@require_POST
def comment_settle(request: SignedInRequest, collaborative: str, team: str, number: int, pk: int) -> HttpResponse:
    """Mark a question as answered, or open it again."""
    cycle = _find_for_words(request, collaborative, team, number)
    found = get_object_or_404(cycle.comments, pk=pk)
    settled = request.POST.get("settled") == "1"
    was_carried_out(
        request,
        lambda: coaching.settle(by=request.user, comment=found, settled=settled),
        _("The question is marked as answered.") if settled else _("The question is open again."),
    )
    return redirect(f"{_address(cycle)}#thread-{found.part or WHOLE}")


@require_POST
def review_ask(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Ask the coaches to look at the test before it runs."""
    cycle = find_cycle(request.user, collaborative, team, number)
    require(request.user, PdsaPermission.WRITE_CYCLES, cycle.team, _("Only the team's own people ask for a review."))
    form = ReviewForm(request.POST)
    if was_done(
        request,
        form,
        lambda: coaching.ask_review(by=request.user, cycle=cycle, question=form.cleaned_data["question"]),
        _("Your coaches were told. You can go on; their words will stand beside the plan."),
    ):
        return redirect(f"{_address(cycle)}#coaching")
    return _handed_back(request, cycle, form, _("What should they look at?"), "question")


@require_POST
def note(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """A private note for the other coaches."""
    cycle = find_cycle(request.user, collaborative, team, number)
    _require_coach(request, cycle)
    form = WordsForm(request.POST)
    if was_done(
        request,
        form,
        lambda: coaching.add_note(by=request.user, cycle=cycle, **form.cleaned_data),
        _("Noted. Only faculty see it."),
    ):
        return redirect(f"{_address(cycle)}#coach-notes")
    return _handed_back(request, cycle, form, _("A note for other coaches"), "text")


def _handed_back(request: SignedInRequest, cycle: Cycle, form: Form, label: str, name: str) -> HttpResponse:
    """The worksheet with why it was not taken, and what was typed."""
    typed = request.POST.get(name, "").strip()
    return draw(request, cycle, refusal=_sentences(form), unsaved=[(label, typed)] if typed else [])


def _sentences(form: Form) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _require_coach(request: Any, cycle: Cycle) -> None:
    require(request.user, PdsaPermission.COACH_CYCLE, cycle, _("Only the faculty of this collaborative coach here."))
