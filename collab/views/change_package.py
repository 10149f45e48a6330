"""The change package: what teams read, earlier versions, and the draft that faculty and coordinators write."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collab import policies
from collab.actions import change_packages as actions
from collab.common.views import SignedInRequest
from collab.enums import PackageStatus
from collab.forms.change_packages import AimForm, DriverForm, IdeaForm, PublishForm
from collab.models import ChangeIdea, ChangePackage, Collaborative, Driver
from collab.queries.change_packages import package_tree
from collab.queries.collaboratives import find_collaborative
from collab.rules import CollabPermission

NAV_KEY = "change_package"


@require_safe
def change_package(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """The version that holds, as teams read it."""
    found = find_collaborative(request.user, collaborative)
    may_edit = _may_edit(request, found)
    packages = list(found.change_packages.select_related("published_by"))
    published = next((each for each in packages if each.status == PackageStatus.PUBLISHED), None)
    context = _context(
        found,
        may_edit=may_edit,
        tree=package_tree(published) if published else None,
        draft=next((each for each in packages if each.status == PackageStatus.DRAFT), None) if may_edit else None,
        earlier=[each for each in packages if each.status == PackageStatus.REPLACED],
    )
    return render(request, "collab/change_package/change_package.html", context)


@require_safe
def version(request: SignedInRequest, collaborative: str, number: int) -> HttpResponse:
    """An earlier version; for those who edit also the draft, as teams will see it."""
    found = find_collaborative(request.user, collaborative)
    may_edit = _may_edit(request, found)
    shown = get_object_or_404(found.change_packages.select_related("published_by"), number=number)
    if shown.status == PackageStatus.DRAFT and not may_edit:
        raise Http404
    context = _context(
        found,
        may_edit=may_edit,
        tree=package_tree(shown),
        is_draft=shown.status == PackageStatus.DRAFT,
        is_old=shown.status == PackageStatus.REPLACED,
    )
    return render(request, "collab/change_package/version.html", context)


@require_POST
def draft_new(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Begin the next version."""
    found = _edited(request, collaborative)
    actions.draft_change_package(by=request.user, collaborative=found)
    return redirect("change_package_draft", collaborative=found.slug)


@require_safe
def draft(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """The draft with everything that can be changed in it."""
    found = _edited(request, collaborative)
    edited = found.change_packages.drafts().first()
    if edited is None:
        return redirect("change_package", collaborative=found.slug)
    context = _context(
        found,
        tree=package_tree(edited),
        form=PublishForm(is_first=_is_first(found)),
        lacking=_lacking(edited),
    )
    return render(request, "collab/change_package/draft.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def aim(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Rewrite the aim."""
    found = _edited(request, collaborative)
    edited = _draft_of(found)
    stored = {"aim": edited.aim}
    form = AimForm(request.POST or None, instance=edited)
    if request.method == "POST" and form.is_valid() and _is_as_seen(request, form, stored):
        actions.change_aim(by=request.user, package=edited, aim=form.cleaned_data["aim"])
        return _to_draft(request, found, _("Aim saved."))
    return _form_page(request, found, form, _("Aim"), stored=stored)


@require_http_methods(["GET", "HEAD", "POST"])
def driver(request: SignedInRequest, collaborative: str, pk: int | None = None) -> HttpResponse:
    """Add a driver, or change one."""
    found = _edited(request, collaborative)
    package = _draft_of(found)
    edited = get_object_or_404(package.drivers, pk=pk) if pk is not None else None
    parent = request.GET.get("parent", "")
    form = DriverForm(
        request.POST or None,
        package=package,
        instance=Driver(pk=pk, package=package),
        initial=_initial(edited, DriverForm) if edited else {"parent": parent if parent.isdecimal() else None},
    )
    stored = _texts(edited)
    if request.method == "POST" and form.is_valid() and _is_as_seen(request, form, stored):
        try:
            saved = actions.save_driver(by=request.user, package=package, driver=edited, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _to_draft(request, found, _("Driver “%(name)s” saved.") % {"name": saved.name})
    return _form_page(request, found, form, _("Change driver") if edited else _("Add a driver"), edited, stored)


@require_http_methods(["GET", "HEAD", "POST"])
def idea(request: SignedInRequest, collaborative: str, pk: int | None = None) -> HttpResponse:
    """Add a change idea, or change one."""
    found = _edited(request, collaborative)
    package = _draft_of(found)
    edited = get_object_or_404(package.ideas, pk=pk) if pk is not None else None
    serves = request.GET.get("driver", "")
    form = IdeaForm(
        request.POST or None,
        package=package,
        initial=_initial(edited, IdeaForm) | {"drivers": list(edited.drivers.all())}
        if edited
        else {"drivers": [serves] if serves.isdecimal() else []},
    )
    stored = _texts(edited)
    if request.method == "POST" and form.is_valid() and _is_as_seen(request, form, stored):
        try:
            saved = actions.save_idea(
                by=request.user,
                package=package,
                idea=edited,
                drivers=list(form.cleaned_data["drivers"]),
                **form.values,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _to_draft(request, found, _("Change idea “%(name)s” saved.") % {"name": saved.name})
    return _form_page(request, found, form, _("Change the idea") if edited else _("Add a change idea"), edited, stored)


@require_POST
def driver_move(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    """One place up or down among its siblings."""
    found = _edited(request, collaborative)
    actions.move(by=request.user, item=get_object_or_404(_draft_of(found).drivers, pk=pk), places=_places(request))
    return redirect("change_package_draft", collaborative=found.slug)


@require_POST
def idea_move(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    """One place up or down."""
    found = _edited(request, collaborative)
    actions.move(by=request.user, item=get_object_or_404(_draft_of(found).ideas, pk=pk), places=_places(request))
    return redirect("change_package_draft", collaborative=found.slug)


@require_POST
def driver_remove(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    """Take a driver out of the draft."""
    found = _edited(request, collaborative)
    removed = get_object_or_404(_draft_of(found).drivers, pk=pk)
    actions.remove_driver(by=request.user, driver=removed)
    return _to_draft(request, found, _("Driver “%(name)s” removed from the draft.") % {"name": removed.name})


@require_POST
def idea_remove(request: SignedInRequest, collaborative: str, pk: int) -> HttpResponse:
    """Take a change idea out of the draft."""
    found = _edited(request, collaborative)
    removed = get_object_or_404(_draft_of(found).ideas, pk=pk)
    actions.remove_idea(by=request.user, idea=removed)
    return _to_draft(request, found, _("Change idea “%(name)s” removed from the draft.") % {"name": removed.name})


@require_POST
def publish(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Show the draft to the teams."""
    found = _edited(request, collaborative)
    package = _draft_of(found)
    form = PublishForm(request.POST, is_first=_is_first(found))
    if form.is_valid():
        try:
            actions.publish_change_package(by=request.user, package=package, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            messages.success(request, _("Version %(number)s is what teams see now.") % {"number": package.number})
            return redirect("change_package", collaborative=found.slug)
    context = _context(found, tree=package_tree(package), form=form, lacking=_lacking(package))
    return render(request, "collab/change_package/draft.html", context)


@require_POST
def discard(request: SignedInRequest, collaborative: str) -> HttpResponse:
    """Throw the draft away."""
    found = _edited(request, collaborative)
    actions.discard_draft(by=request.user, package=_draft_of(found))
    messages.success(request, _("The draft is gone. What is published is as it was."))
    return redirect("change_package", collaborative=found.slug)


def _may_edit(request: SignedInRequest, collaborative: Collaborative) -> bool:
    return any(
        request.user.has_perm(permission.value, collaborative)
        for permission in (CollabPermission.TEACH_COLLABORATIVE, CollabPermission.MANAGE_COLLABORATIVE)
    )


def _edited(request: SignedInRequest, slug: str) -> Collaborative:
    found = find_collaborative(request.user, slug)
    if not _may_edit(request, found):
        raise PermissionDenied(_("Only faculty and coordinators write the change package."))
    return found


def _draft_of(collaborative: Collaborative) -> ChangePackage:
    found: ChangePackage = get_object_or_404(collaborative.change_packages.drafts())
    return found


def _is_first(collaborative: Collaborative) -> bool:
    return not collaborative.change_packages.published().exists()


def _lacking(package: ChangePackage) -> list[str]:
    """What keeps the draft from being published."""
    try:
        policies.check_can_publish(package)
    except ValidationError as error:
        return error.messages
    return []


def _places(request: SignedInRequest) -> int:
    return -1 if request.POST.get("where") == "up" else 1


def _initial(edited: Driver | ChangeIdea, form: type[DriverForm | IdeaForm]) -> dict[str, Any]:
    return {name: edited.serializable_value(name) for name in form._meta.fields or () if name != "drivers"}


def _to_draft(request: SignedInRequest, collaborative: Collaborative, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("change_package_draft", collaborative=collaborative.slug)


def _texts(edited: Driver | ChangeIdea | None) -> dict[str, str]:
    """The texts that are stored now, which two people may be rewriting at once."""
    names = (
        ("name", "description", "first_test", "unknowns") if isinstance(edited, ChangeIdea) else ("name", "description")
    )
    return {name: getattr(edited, name) for name in names} if edited else {}


def _fingerprint(texts: dict[str, str]) -> str:
    return hashlib.sha256("\0".join(texts.values()).encode()).hexdigest()


def _is_as_seen(request: SignedInRequest, form: AimForm | DriverForm | IdeaForm, stored: dict[str, str]) -> bool:
    """Whether the texts are still those that the form was opened with; if not, each says what it has become.

    The form comes back with the person's own text and the other one's beside it; sent once more, it is saved.
    """
    if not stored or request.POST.get("seen", "") in {"", _fingerprint(stored)}:
        return True
    for name, text in stored.items():
        if form.cleaned_data[name] != text:
            form.add_error(
                name,
                _("Somebody changed this while you wrote. It says now: “%(text)s”. Bring both together and save.")
                % {"text": text},
            )
    return form.is_valid()


def _form_page(
    request: SignedInRequest,
    collaborative: Collaborative,
    form: AimForm | DriverForm | IdeaForm,
    title: str,
    edited: Driver | ChangeIdea | None = None,
    stored: dict[str, str] | None = None,
) -> HttpResponse:
    kind = "" if edited is None else edited._meta.model_name
    seen = _fingerprint(stored) if stored else ""
    context = _context(collaborative, form=form, title=title, edited=edited, kind=kind, seen=seen)
    return render(request, "collab/change_package/form.html", context)


def _context(collaborative: Collaborative, **more: Any) -> dict[str, Any]:
    return {"collaborative": collaborative, "nav_key": NAV_KEY, **more}
