"""The glossary for ``<c-definition>``."""

from __future__ import annotations

from django import template

from collab.glossary import Term, find_term

register = template.Library()


@register.simple_tag
def glossary_term(words: str) -> Term | None:
    """The glossary's entry for a term, or None."""
    return find_term(words)
