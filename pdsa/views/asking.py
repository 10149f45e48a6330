"""Asking for help, naming barriers, choosing who reads a cycle, and planning the next one."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from collab.common.views import SignedInRequest
from pdsa.actions.help import ask_help, name_barrier, settle_barrier, settle_help
from pdsa.actions.workflow import follow_up
from pdsa.actions.worksheet import set_sharing
from pdsa.enums import BarrierCode, Sharing
from pdsa.forms.worksheet import BarrierForm, HelpForm, SharingForm
from pdsa.limits import whole_number
from pdsa.models import Cycle
from pdsa.queries.cycles import find_cycle
from pdsa.views.deeds import was_carried_out
from pdsa.views.worksheet import draw, require_writer


def _writable(request: SignedInRequest, collaborative: str, team: str, number: int) -> Cycle:
    found = find_cycle(request.user, collaborative, team, number)
    require_writer(request, found.team)
    return found


def _do(request: SignedInRequest, found: Cycle, deed: Callable[[], object], said: str, anchor: str) -> HttpResponse:
    """Do it and go back to its place on the page; what is refused is told there."""
    was_carried_out(request, deed, said)
    return redirect(f"{found.get_absolute_url()}#{anchor}")


@require_POST
def cycle_help(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Ask for help, or say that it is not needed any more."""
    found = _writable(request, collaborative, team, number)
    if "settle" in request.POST:
        return _do(request, found, lambda: settle_help(by=request.user, cycle=found), _("Good."), "help")
    form = HelpForm(request.POST)
    if not form.is_valid():
        return draw(request, found, forms_beside={"help_form": form})
    words = form.cleaned_data["help_wanted"]
    return _do(
        request,
        found,
        lambda: ask_help(by=request.user, cycle=found, words=words),
        _("Your coaches see that you need help."),
        "help",
    )


@require_POST
def cycle_barrier(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Name what stands in the way, or say that it is out of the way."""
    found = _writable(request, collaborative, team, number)
    settled = request.POST.get("settle", "")
    if (pk := whole_number(settled)) is not None:
        said = _("Good that it is out of the way.")
        return _do(request, found, lambda: settle_barrier(by=request.user, cycle=found, pk=pk), said, "help")
    form = BarrierForm(request.POST)
    if not form.is_valid():
        return draw(request, found, forms_beside={"barrier_form": form})
    data = form.cleaned_data
    return _do(
        request,
        found,
        lambda: name_barrier(by=request.user, cycle=found, code=BarrierCode(data["code"]), note=data["note"]),
        _("Noted. Your coaches see what stands in the way."),
        "help",
    )


@require_POST
def cycle_sharing(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Choose who reads the cycle."""
    found = _writable(request, collaborative, team, number)
    form = SharingForm(request.POST)
    if not form.is_valid():
        return draw(request, found, forms_beside={"sharing_form": form})
    sharing = Sharing(form.cleaned_data["sharing"])
    said = _("Who reads it: %(who)s.") % {"who": sharing.label}
    return _do(request, found, lambda: set_sharing(by=request.user, cycle=found, sharing=sharing), said, "sharing")


@require_POST
def cycle_next(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Plan the cycle after a closed one, filled in from it."""
    found = _writable(request, collaborative, team, number)
    said = _("Here is the next cycle. Say what is different, and what you predict.")
    made = was_carried_out(request, lambda: follow_up(by=request.user, cycle=found), said)
    return redirect((made or found).get_absolute_url())
