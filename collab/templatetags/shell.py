"""What the frame around every page needs: the collaborative switcher, the menus and sections that rooms contribute."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from collab.common.sections import NavItem, Section, links_for, nav_for
from collab.models import Collaborative

register = template.Library()


@register.simple_tag(takes_context=True)
def my_collaboratives(context: Context) -> list[Collaborative]:
    """The collaboratives that the person may open, for the switcher."""
    return list(Collaborative.objects.visible_to(context["request"].user).only("slug", "name"))


@register.simple_tag(takes_context=True)
def menu_of(context: Context, subject: Any) -> list[NavItem]:
    """The menu of a collaborative or team as the person sees it."""
    return nav_for(subject, context["request"].user)


@register.simple_tag(takes_context=True)
def links_of(context: Context, subject: Any) -> list[NavItem]:
    """What the person can do with something in other rooms."""
    return links_for(subject, context["request"].user)


@register.simple_tag(takes_context=True)
def show_section(context: Context, section: Section) -> str:
    """Draw a contributed section's body; its template sees ``section`` and everything in ``section.context``."""
    drawn = context.template.engine.get_template(section.template)  # type: ignore[union-attr]  # bound while rendering
    with context.push(section=section, **section.context):
        return drawn.render(context)


@register.simple_tag(takes_context=True)
def print_section(context: Context, section: Section) -> str:
    """Draw a section for paper: by the template of the same name in ``print/`` beside its own, else by its own."""
    folder, _slash, name = section.template.rpartition("/")
    engine = context.template.engine  # type: ignore[union-attr]  # bound while rendering
    drawn = engine.select_template([f"{folder}/print/{name}", section.template])
    with context.push(section=section, **section.context):
        return drawn.render(context)
