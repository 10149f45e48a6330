"""One cycle's worksheet: reading it, typing in it, starting one."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from collab.common.formatting import clock
from collab.common.views import SignedInRequest, require
from pdsa.actions.history import ROW_MODELS, mark_of
from pdsa.actions.workflow import begin_cycle
from pdsa.actions.worksheet import Saved, add_row, is_writable, remove_row, save, stored, why_not_writable
from pdsa.files import ACCEPTED, ALLOWED_WORDS
from pdsa.forms.worksheet import (
    BarrierForm,
    HelpForm,
    NewCycleForm,
    PointForm,
    SharingForm,
    WorksheetForm,
    keys_of,
    marks_sent,
)
from pdsa.limits import whole_number
from pdsa.models import Cycle, Ramp
from pdsa.policies import TRANSITIONS, Move, NotReadyError, can_write, check_team_works, sentence_of, team_works
from pdsa.presenters.coaching import threads_of
from pdsa.presenters.fidelity import panel_of
from pdsa.presenters.library import lineage_line
from pdsa.presenters.ramps import strip_of
from pdsa.presenters.worksheet import (
    Drawer,
    GroupView,
    MissingLine,
    TableView,
    advice_on,
    anchor_of,
    asked_with,
    label_of,
    moves_of,
    steps_of,
    their_text,
)
from pdsa.queries.cycles import find_cycle
from pdsa.queries.worksheet import choices_for, published_ideas
from pdsa.rules import PdsaPermission, see_cycle_numbers, write_cycles
from pdsa.views.moves import make_move, said_after
from pdsa.worksheet import BY_KEY, GROUPS, KINDS, Kind, split_key
from teams.models import Team
from teams.queries.teams import find_team

SHORT, GUIDED = "short", "guided"
TYPED = (Kind.TEXT, Kind.LINE, Kind.DAY, Kind.NUMBER)


def page_context(team: Team) -> dict[str, Any]:
    """What every page of a team's PDSA work shows around its content."""
    return {"collaborative": team.collaborative, "team": team, "nav_key": "pdsa"}


def require_writer(request: SignedInRequest, team: Team) -> None:
    """Stop with 403 those who see the team but do not write its worksheets."""
    require(
        request.user,
        PdsaPermission.WRITE_CYCLES,
        team,
        _("Only the people of %(team)s write its worksheets. You can read them and discuss them.")
        % {"team": team.name},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cycle(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """The worksheet. Sending it saves everything that was typed first; then the button decides."""
    found = find_cycle(request.user, collaborative, team, number)
    if request.method == "POST":
        require_writer(request, found.team)
        return _post(request, found)
    return draw(request, found)


def _post(request: SignedInRequest, found: Cycle) -> HttpResponse:
    move = Move(request.POST["move"]) if request.POST.get("move") in Move.values else None
    if move is not None and (done := _done_already(request, found, move)) is not None:
        return done
    # One transaction from saving to moving: the move stands on what is saved with it.
    with transaction.atomic():
        try:
            form, saved = save_typed(request, found)
        except NotReadyError as error:
            return draw(request, found, refusal=error.sentence, unsaved=unsaved_of(request, found))
        homeless = {
            key: sentence
            for key, sentence in refusals_of_homeless(request, found).items()
            if _typed_anew(request, found, key)
        }
        if homeless or form.errors or saved.conflicts:
            return draw(
                request,
                find_again(request, found),
                form=form,
                saved=saved,
                refusal=" ".join(dict.fromkeys(homeless.values())),
                unsaved=[(label_of(key), _typed_anew(request, found, key)) for key in homeless],
                moved_nothing=move is not None,
            )
        found = find_again(request, found)
        if move is not None:
            return _move(request, found, move)
        if "add" in request.POST or "remove" in request.POST:
            return _change_rows(request, found)
    if saved.changed:
        messages.success(request, _("Saved at %(time)s.") % {"time": now_in(found)})
    return redirect(_after_save(request, found))


def _change_rows(request: SignedInRequest, found: Cycle) -> HttpResponse:
    """Add a line to one of the small tables, or take one away, and go back to its place."""
    here = _after_save(request, found).partition("#")[0]
    try:
        with transaction.atomic():
            if "remove" in request.POST:
                table, pk, _name = split_key(f"{request.POST['remove']}.")
                if pk is not None and table in ROW_MODELS:
                    remove_row(by=request.user, cycle=found, table=table, pk=pk)
                return redirect(f"{here}#table-{table}")
            table = request.POST["add"]
            if table not in ROW_MODELS:
                return redirect(here)
            values: dict[str, Any] = {}
            if table == "points":
                point = PointForm(request.POST)
                if not point.is_valid():
                    return draw(request, found, point_form=point)
                values = point.cleaned_data
            row = add_row(by=request.user, cycle=found, table=table, values=values)
    except (NotReadyError, ValidationError) as error:
        typed = PointForm(request.POST) if request.POST.get("add") == "points" else None
        return draw(request, found, refusal=sentence_of(error), point_form=typed)
    return redirect(f"{here}#row-{table}-{row.pk}")


def _move(request: SignedInRequest, found: Cycle, move: Move) -> HttpResponse:
    """Do it, or show the page with what is missing as links to the fields."""
    if _was_moved_since(request, found, move):
        said = _("“%(title)s” is at “%(stage)s” already.") % {"title": found.title, "stage": found.standing.label}
        if _reasons_unsaved(request, found):
            return draw(request, found, refusal=said)
        messages.info(request, said)
        return redirect(found.get_absolute_url())
    try:
        # A savepoint: what was typed stays saved when the move is refused half-way.
        with transaction.atomic():
            follower = make_move(request.user, found, move, _reason_sent(request, move))
    except (NotReadyError, ValidationError) as error:
        page = "" if request.GET.get("form") != GUIDED else found.get_absolute_url()
        lacking = error.missing if isinstance(error, NotReadyError) else ()
        links = [MissingLine(str(need.words), f"{page}#{anchor_of(found, need.field, need.key)}") for need in lacking]
        return draw(request, find_again(request, found), refusal=sentence_of(error), problems=links)
    messages.success(request, said_after(move, found.title))
    return redirect((follower or found).get_absolute_url())


def _was_moved_since(request: SignedInRequest, found: Cycle, move: Move) -> bool:
    """Whether the page was made before the cycle came to where the move leads: the second press of one button.

    Without the stage that the page showed, going back once would go back twice.
    """
    seen = request.POST.get("stage", found.stage)
    leads_to = TRANSITIONS[move].leads_to
    return seen != found.stage and (found.stage == leads_to or move in (Move.STEP_BACK, Move.REOPEN))


@require_POST
def cycle_move(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """A move alone, from a page without inputs (reopening a closed cycle)."""
    found = find_cycle(request.user, collaborative, team, number)
    require_writer(request, found.team)
    return _post(request, found)


def _done_already(request: SignedInRequest, found: Cycle, move: Move) -> HttpResponse | None:
    """A second press of the same button: what it asked for is done, and nothing is done twice."""
    if move.decision is None or found.decision != move.decision:
        return None
    said = _("“%(title)s” is closed already.") % {"title": found.title}
    unsaved = unsaved_of(request, found)
    if unsaved or _reasons_unsaved(request, found):
        return draw(request, found, refusal=said, unsaved=unsaved)
    messages.info(request, said)
    follower = found.next.order_by("-number").first() if move is Move.ADAPT else None
    return redirect((follower or found).get_absolute_url())


def find_again(request: SignedInRequest, found: Cycle) -> Cycle:
    """The same cycle as it now stands."""
    return find_cycle(request.user, found.team.collaborative.slug, found.team.slug, found.number)


def save_typed(request: SignedInRequest, found: Cycle) -> tuple[WorksheetForm, Saved]:
    """Clean and store what the page sent. What is refused is told by the returned form, with the text in it."""
    base = marks_sent(request.POST.get("base", ""))
    form = WorksheetForm(request.POST, cycle=found, choices=choices_for(found), keys=base)
    form.seen = dict(base)
    form.is_valid()
    if not base:
        return form, Saved(cycle=found)
    values = form.values()
    # Who has seen both texts of a field says which one stays.
    values.pop(request.POST.get("take", ""), None)
    base.pop(request.POST.get("keep", ""), None)
    saved = save(by=request.user, cycle=found, values=values, base=base)
    form.refuse(saved.refused)
    return form, saved


def unsaved_of(request: SignedInRequest, found: Cycle) -> list[tuple[str, str]]:
    """What was typed or chosen and can not be stored any more, by label, so that it can be copied."""
    keys = marks_sent(request.POST.get("base", ""))
    return [(label_of(key), text) for key in keys if (text := _typed_anew(request, found, key))]


def _reason_sent(request: SignedInRequest, move: Move) -> str:
    return request.POST.get(f"reason-{move.value}", "").replace("\x00", "").strip()


def _reasons_unsaved(request: SignedInRequest, found: Cycle) -> dict[Move, str]:
    """What was typed beside the buttons that move a cycle and stands nowhere yet: a second press has its words kept."""
    sent = {move: reason for move in Move if any(asked_with(move)) and (reason := _reason_sent(request, move))}
    if not sent:
        return {}
    kept = {
        found.decision_reason,
        *found.revisions.values_list("reason", flat=True),
        *found.next.values_list("change_since", flat=True),
    }
    return {move: reason for move, reason in sent.items() if reason not in kept}


def _typed_anew(request: SignedInRequest, found: Cycle, key: str) -> str:
    """What was typed or chosen under a key, in words; empty where the person saw it there, or where it is stored."""
    table, _pk, name = split_key(key)
    kind = KINDS.get((table, name))
    if kind is None:
        return ""
    sent = [text.replace("\r\n", "\n").strip() for text in request.POST.getlist(key)]
    seen = marks_sent(request.POST.get("base", "")).get(key)
    known = {seen, mark_of(stored(found, key))}
    if known & {mark_of(value) for value in _readings(kind, sent)}:
        return ""
    if kind in TYPED:
        return sent[0] if sent else ""
    return WorksheetForm(cycle=found, choices=choices_for(found), keys=()).chosen_words(key, sent)


def _readings(kind: Kind, sent: list[str]) -> list[Any]:
    """The plain values that the texts of one input may be the writing of."""
    if kind is Kind.TICK:
        return [bool(sent)]
    if kind is Kind.MANY:
        return [sorted(pk for text in sent if (pk := whole_number(text)) is not None)]
    text = sent[0] if sent else ""
    if not text:
        return ["", None]
    try:
        number = float(text)
    except ValueError:
        return [text]
    return [text, number, int(number)] if number.is_integer() else [text, number]


def refusals_of_homeless(request: SignedInRequest, found: Cycle) -> dict[str, str]:
    """Key → why it has no place on the worksheet any more: its line is gone, or its step is over."""
    sent = [key for key in marks_sent(request.POST.get("base", "")) if split_key(key)[::2] in KINDS]
    known = set(keys_of(found))
    return {key: why_not_writable(found, key) for key in sent if key not in known or not is_writable(found, key)}


def now_in(found: Cycle) -> str:
    """The time of day where the collaborative is."""
    return clock(timezone.now(), found.team.collaborative.time_zone)


def _after_save(request: SignedInRequest, found: Cycle) -> str:
    form, step = request.GET.get("form", SHORT), request.GET.get("step", "")
    if form != GUIDED:
        return found.get_absolute_url()
    steps = [each.key for each in steps_of(found, "", "")]
    step = step if step in steps else steps[0]
    if "next" in request.POST:
        place = steps.index(step) + 1
        if place == len(steps):
            return f"{found.get_absolute_url()}#moves"
        step = steps[place]
    return f"{found.get_absolute_url()}?form=guided&step={step}"


def draw(
    request: SignedInRequest,
    found: Cycle,
    *,
    form: WorksheetForm | None = None,
    saved: Saved | None = None,
    refusal: str = "",
    unsaved: list[tuple[str, str]] | None = None,
    problems: list[MissingLine] | None = None,
    moved_nothing: bool = False,
    file_problems: list[str] | None = None,
    point_form: PointForm | None = None,
    forms_beside: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page as it stands, or with what has to be looked at."""
    team = found.team
    may_write = write_cycles.check(request.user, team) and can_write(found)
    is_guided = may_write and request.GET.get("form") == GUIDED
    choices = choices_for(found) if may_write else None
    if choices is None:
        form = None
    elif form is None:
        form = WorksheetForm(cycle=found, choices=choices, keys=keys_of(found))
    elif saved is not None:
        form = form.among_all(found, choices)
    drawer = Drawer(
        found,
        form,
        may_write=may_write,
        may_see_numbers=see_cycle_numbers.check(request.user, found),
        # Who only reads sees everything that is written; folding is for those who fill in.
        is_short=form is not None and not is_guided,
        conflicts=[(conflict, their_text(found, conflict)) for conflict in saved.conflicts] if saved else [],
    )
    url = found.get_absolute_url()
    moves = moves_of(found, page=url, typed=request.POST) if write_cycles.check(request.user, team) else []
    # A reason whose button is still there stays beside it; one that has none any more is handed back.
    buttons = {way.move for way in moves if way.asks}
    reasons = [
        (str(move.label), reason) for move, reason in _reasons_unsaved(request, found).items() if move not in buttons
    ]
    context = (
        page_context(team)
        | {
            "cycle": found,
            "form": form,
            "may_write": may_write,
            "works": team_works(team),
            "is_member": write_cycles.check(request.user, team),
            "is_guided": is_guided,
            "moves": moves,
            "advice": advice_on(found),
            "saved_at": clock(found.changed_at, team.collaborative.time_zone),
            "refusal": refusal,
            "unsaved": [*(unsaved or []), *reasons],
            "problems": [*(problems or []), *_problems(form, saved)],
            "moved_nothing": moved_nothing,
            "help_form": HelpForm(),
            "barrier_form": BarrierForm(),
            "sharing_form": SharingForm(initial={"sharing": found.sharing}, cycle=found),
            "point_form": point_form or PointForm(today=team.collaborative.today()),
            "file_problems": file_problems or [],
            "accepted": ACCEPTED,
            "allowed_words": ALLOWED_WORDS,
            "open_barriers": [barrier for barrier in found.barriers.all() if barrier.settled_at is None],
        }
        | (forms_beside or {})
    )
    context |= _beside(request, found)
    if is_guided:
        context |= _guided(request, found, drawer)
        context["thread"] = context["talk"].threads.get(context["step"].part)
    else:
        context["parts"] = [drawer.part(part) for part in dict.fromkeys(group.part for group in GROUPS)]
        for part in context["parts"]:
            part.thread = context["talk"].threads.get(part.part.value)
    if form is not None:
        shown = _shown_keys(context)
        marks = form.marks
        for conflict in saved.conflicts if saved else []:
            # Not chosen yet: saving again must ask again.
            marks[conflict.key] = form.seen[conflict.key]
        context["base"] = json.dumps({key: mark for key, mark in marks.items() if key in shown})
    status = 409 if refusal else 200
    return render(request, "pdsa/cycle.html", context, status=status)


def _beside(request: SignedInRequest, found: Cycle) -> dict[str, Any]:
    """What stands beside the worksheet: each part by its own presenter."""
    return {
        "talk": threads_of(found, request.user),
        "strip": strip_of(found),
        "lineage": lineage_line(found, request.user),
        "fidelity": panel_of(found, request.user),
    }


def _guided(request: SignedInRequest, found: Cycle, drawer: Drawer) -> dict[str, Any]:
    steps = steps_of(found, request.GET.get("step", ""), found.get_absolute_url())
    asked = request.GET.get("step", "")
    # "plan", "do", "study" and "act" lead to the first step of that part; without one it goes on where things stand.
    wanted = asked or found.stage
    here = next((each for each in steps if wanted in (each.key, each.part)), steps[0])
    if not here.is_here:
        steps = steps_of(found, here.key, found.get_absolute_url())
        here = next(each for each in steps if each.is_here)
    return {
        "steps": steps,
        "step": here,
        "group": drawer.group(BY_KEY[here.key]),
        "before": steps[here.number - 2] if here.number > 1 else None,
        "is_last": here.number == len(steps),
    }


def _shown_keys(context: dict[str, Any]) -> set[str]:
    """The keys whose inputs stand on this page: only those are sent, and an empty tick box means no."""
    groups: list[GroupView] = [context["group"]] if "group" in context else []
    groups += [group for part in context.get("parts", []) for group in part.groups]
    shown = set()
    for group in groups:
        for item in (*group.items, *group.folded):
            fields = [each for row in item.rows for each in row.fields] if isinstance(item, TableView) else [item]
            shown |= {each.key for each in fields if each.bound is not None}
    return shown


def _problems(form: WorksheetForm | None, saved: Saved | None) -> list[MissingLine]:
    if form is None:
        return []
    lines = [
        MissingLine(words=f"{label_of(key)}: {sentence}", url=f"#f-{key}")
        for key, sentences in form.errors.items()
        for sentence in sentences
    ]
    said = _("%(field)s: somebody else changed this while you typed. Choose which text stays.")
    lines += [
        MissingLine(words=said % {"field": label_of(conflict.key)}, url=f"#f-{conflict.key}")
        for conflict in (saved.conflicts if saved else [])
    ]
    return lines


@never_cache
@require_POST
def cycle_save(request: SignedInRequest, collaborative: str, team: str, number: int) -> JsonResponse:
    """Save what was typed, for the page that stays open."""
    found = find_cycle(request.user, collaborative, team, number)
    require_writer(request, found.team)
    try:
        form, saved = save_typed(request, found)
    except NotReadyError as error:
        return JsonResponse({"closed": error.sentence}, status=409)
    fresh = find_again(request, found)
    now = WorksheetForm(cycle=fresh, choices=choices_for(fresh), keys=form.keys)
    page = fresh.get_absolute_url()
    context = page_context(fresh.team) | {
        "cycle": fresh,
        "moves": moves_of(fresh, page=page),
        "advice": advice_on(fresh),
        "is_member": True,
    }
    return JsonResponse(
        {
            "saved": now_in(fresh),
            "marks": now.marks,
            "refused": refusals_of_homeless(request, fresh)
            | {key: " ".join(map(str, sentences)) for key, sentences in form.errors.items()},
            "conflicts": {
                conflict.key: {
                    "sentence": (theirs := their_text(fresh, conflict)).sentence,
                    "words": theirs.words,
                    "value": now.initial.get(conflict.key, ""),
                }
                for conflict in saved.conflicts
            },
            "panels": {
                "moves": render_to_string("pdsa/parts/moves.html", context, request),
                "advice": render_to_string("pdsa/parts/advice.html", context, request),
            },
        }
    )


@require_http_methods(["GET", "HEAD", "POST"])
def cycle_new(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Plan a test: the question in one's own words, and a name."""
    found = find_team(request.user, collaborative, team)
    require_writer(request, found)
    ideas = {idea.pk: idea for idea in published_ideas(found)}
    ramps = {ramp.pk: ramp for ramp in Ramp.objects.filter(team=found).active()}
    asked_for = whole_number(request.GET.get("idea", ""))
    idea = ideas.get(asked_for) if asked_for is not None else None
    initial = (
        {"idea": idea.pk, "title": idea.name, "ramp": request.GET.get("ramp")} if idea else dict(request.GET.items())
    )
    form = NewCycleForm(request.POST or None, ideas=ideas, ramps=ramps, initial=initial)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = begin_cycle(
                by=request.user,
                team=found,
                title=data["title"],
                question=data["question"],
                idea=data["idea"],
                ramp=data.get("ramp"),
            )
        except NotReadyError as error:
            refusal = error.sentence
        else:
            return redirect(f"{reverse('cycle', args=[found.collaborative.slug, found.slug, made.number])}?form=guided")
    try:
        check_team_works(found)
    except NotReadyError as error:
        refusal = error.sentence
    return render(
        request, "pdsa/cycle_new.html", page_context(found) | {"form": form, "refusal": refusal, "idea": idea}
    )
