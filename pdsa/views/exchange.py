"""A team's worksheets as a file: template and worksheets down, a file up, dry run, then all of it or nothing."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab.common.downloads import attachment
from collab.common.enums import DescribedChoices
from collab.common.tables import FileKind, TableError
from collab.common.views import SignedInRequest, require
from pdsa.actions.exchange import Imported, RefusedError, dry_run, import_cycles
from pdsa.enums import CarriedOut, Decision, Match, Population, Purpose, Setting, Sharing, Stage
from pdsa.forms.exchange import ImportForm
from pdsa.models import Cycle
from pdsa.policies import NotReadyError, check_team_works
from pdsa.queries.exchange import Line, file_of, for_exchange, read_lines, texts_of
from pdsa.rules import PdsaPermission, see_cycle_numbers
from teams.models import Team
from teams.queries.teams import find_team

SALT = "pdsa.exchange"
KEPT_FOR = dt.timedelta(hours=4)
# Below what Django reads of a form.
LONGEST_PAYLOAD = 2_000_000


def _kind(name: str) -> FileKind:
    try:
        return FileKind(name)
    except ValueError as error:
        raise Http404 from error


def _download(content: bytes, kind: FileKind, name: str) -> HttpResponse:
    return attachment(content, f"{name}.{kind.value}", kind.content_type)


def _help_lines(team: Team) -> list[str]:
    """What the second sheet of a workbook says."""
    choices: list[tuple[str, type[DescribedChoices]]] = [
        ("stage", Stage),
        ("decision", Decision),
        ("sharing", Sharing),
        ("purpose", Purpose),
        ("setting", Setting),
        ("population", Population),
        ("carried_out", CarriedOut),
        ("question_1_match", Match),
    ]
    return [
        _("Cycles of %(team)s, one in each row.") % {"team": team.name},
        _("A new cycle: leave “team” and “cycle” empty. A cycle that is here: keep them and “version” as they are."),
        _("Columns that end in “_id” say which line it is: leave them as they are, and empty for a line you add."),
        _("Needed before Do starts: question_1, question_1_prediction, owner or task_1_who, plan_start, measures."),
        _("Days like 2026-03-05. Several drivers or measures in one cell are divided by semicolons."),
        _("“follows” holds the number in “cycle” of the cycle before it, in this file or here."),
        _("No names of clients, and nothing by which one could be recognized: only counts."),
        "",
        *(f"{column}: {', '.join(f'{choice.value} ({choice.label})' for choice in kind)}" for column, kind in choices),
    ]


@require_safe
def template(request: SignedInRequest, collaborative: str, team: str, kind: str) -> HttpResponse:
    """An empty file to fill in, for those who write the team's worksheets."""
    found = find_team(request.user, collaborative, team)
    _require_writer(request, found)
    content = file_of(_kind(kind), [], title=_("Cycles"), help_lines=_help_lines(found), as_template=True)
    return _download(content, _kind(kind), f"{found.slug}-pdsa-template")


@require_safe
def export(request: SignedInRequest, collaborative: str, team: str, kind: str) -> HttpResponse:
    """The team's worksheets, for everybody who may open them; numbers only for those who may see small counts."""
    found = find_team(request.user, collaborative, team)
    cycles = for_exchange(Cycle.objects.visible_to(request.user).filter(team=found))
    rows = [texts_of(cycle, with_numbers=see_cycle_numbers.check(request.user, cycle)) for cycle in cycles]
    content = file_of(_kind(kind), rows, title=_("Cycles"), help_lines=_help_lines(found), as_template=False)
    return _download(content, _kind(kind), f"{found.slug}-pdsa")


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Ask for a file, show row by row what it would do, and take it when the same file comes with the order to."""
    found = find_team(request.user, collaborative, team)
    _require_writer(request, found)
    try:
        check_team_works(found)
    except NotReadyError as error:
        raise PermissionDenied(error.sentence) from error
    form = ImportForm(request.POST or None, request.FILES or None)
    context = {"collaborative": found.collaborative, "team": found, "nav_key": "pdsa", "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            lines = read_lines(form.cleaned_data["file"].file)
            payload = _packed(request, found, lines)
            checked = dry_run(by=request.user, team=found, lines=lines)
        except TableError as error:
            form.add_error("file", str(error))
        else:
            return render(request, "pdsa/import_check.html", context | _shown(lines, checked) | {"payload": payload})
    return render(request, "pdsa/import.html", context)


def _packed(request: SignedInRequest, team: Team, lines: list[Line]) -> str:
    """What the check hands to its confirmation, signed: for this person and team. Raises ``TableError``."""
    rows = [[line.number, dict(line.texts), list(line.problems)] for line in lines]
    payload = signing.dumps([request.user.pk, team.pk, rows], salt=SALT, compress=True)
    if len(payload) > LONGEST_PAYLOAD:
        raise TableError(_("The file holds too much text to be taken at once. Divide it into two files."))
    return payload


@require_POST
def confirm(request: SignedInRequest, collaborative: str, team: str) -> HttpResponse:
    """Take the checked rows: all of them or none."""
    found = find_team(request.user, collaborative, team)
    _require_writer(request, found)
    try:
        user_pk, team_pk, rows = signing.loads(request.POST.get("payload", ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        user_pk = team_pk = None
    if (user_pk, team_pk) != (request.user.pk, found.pk):
        messages.error(request, _("The check is too old. Nothing was saved; check the file again."))
        return redirect("cycles_import", found.collaborative.slug, found.slug)
    lines = [Line(number, texts, tuple(problems)) for number, texts, problems in rows]
    try:
        done = import_cycles(by=request.user, team=found, lines=lines)
    except (RefusedError, NotReadyError) as error:
        # Somebody changed the worksheets since the check.
        messages.error(request, _("%(error)s Check the file again.") % {"error": error})
        return redirect("cycles_import", found.collaborative.slug, found.slug)
    made = ngettext("%(count)d cycle was added", "%(count)d cycles were added", len(done.created)) % {
        "count": len(done.created)
    }
    changed = ngettext("%(count)d changed", "%(count)d changed", len(done.changed)) % {"count": len(done.changed)}
    messages.success(request, _("%(made)s, %(changed)s.") % {"made": made, "changed": changed})
    return redirect("team_pdsa", found.collaborative.slug, found.slug)


def _shown(lines: list[Line], checked: Imported) -> dict[str, object]:
    """The check in lines: row number, title, what would happen, what is wrong."""
    rows = []
    for line in lines:
        words = _("would be added")
        if line.number in checked.problems:
            words = _("can not be taken")
        elif line.number in checked.changed:
            words = _("would be changed")
        elif line.number in checked.unchanged:
            words = _("stays as it is")
        rows.append((line.number, line.texts.get("title", ""), words, checked.problems.get(line.number, [])))
    return {
        "rows": rows,
        "problem_count": len(checked.problems),
        "would_do": len(checked.created) + len(checked.changed),
    }


def _require_writer(request: SignedInRequest, team: Team) -> None:
    require(
        request.user,
        PdsaPermission.WRITE_CYCLES,
        team,
        _("Only the team's own people take worksheets from a file. You can download them."),
    )
