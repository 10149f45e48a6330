"""Files beside a worksheet. They are only handed out as downloads, to those who may read the worksheet."""

from __future__ import annotations

import io
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collab.common.views import SignedInRequest
from pdsa.actions.files import add_file, remove_file
from pdsa.enums import Part, Stage
from pdsa.policies import NotReadyError
from pdsa.queries.cycles import find_cycle
from pdsa.views.deeds import was_carried_out
from pdsa.views.worksheet import draw, require_writer

PART_OF = {Stage.PLAN: Part.PLAN, Stage.DO: Part.DO, Stage.STUDY: Part.STUDY, Stage.CLOSED: Part.ACT}


@require_POST
def cycle_file_add(request: SignedInRequest, collaborative: str, team: str, number: int) -> HttpResponse:
    """Keep one or several files; each that can not be kept is told with its sentence."""
    found = find_cycle(request.user, collaborative, team, number)
    require_writer(request, found.team)
    uploads = request.FILES.getlist("file")
    if not uploads:
        return draw(request, found, file_problems=[_("Choose a file first.")])
    problems, kept = [], 0
    for upload in uploads:
        try:
            add_file(by=request.user, cycle=found, part=PART_OF[Stage(found.stage)], upload=upload)
        except NotReadyError as error:
            problems.append(error.sentence)
        except ValidationError as error:
            problems += error.messages
        else:
            kept += 1
    if problems:
        fresh = find_cycle(request.user, collaborative, team, number)
        return draw(request, fresh, file_problems=problems)
    messages.success(request, _("The file is kept."))
    return redirect(f"{found.get_absolute_url()}#files")


@require_safe
def cycle_file(request: SignedInRequest, collaborative: str, team: str, number: int, key: uuid.UUID) -> FileResponse:
    """A file as a download under its own name; a browser never shows it inside the site."""
    found = find_cycle(request.user, collaborative, team, number)
    kept = get_object_or_404(found.files, key=key)
    try:
        # At most ten megabytes: read at once, so that no file stays open when a browser goes away.
        with kept.file.open("rb") as stored:
            content = io.BytesIO(stored.read())
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=kept.name, content_type=kept.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def cycle_file_remove(
    request: SignedInRequest, collaborative: str, team: str, number: int, key: uuid.UUID
) -> HttpResponse:
    found = find_cycle(request.user, collaborative, team, number)
    require_writer(request, found.team)
    was_carried_out(request, lambda: remove_file(by=request.user, cycle=found, key=key), _("The file is removed."))
    return redirect(f"{found.get_absolute_url()}#files")
