"""Reading a page as a test client gets it, with the parser and selectors that WeasyPrint brings."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

import tinyhtml5
from cssselect2 import ElementWrapper


def words(element: Element) -> str:
    """The element's text as a person reads it: spaces and line ends folded, none before a comma or colon."""
    return re.sub(r"\s+([,:.])", r"\1", " ".join("".join(element.itertext()).split()))


class Page:
    """A response's HTML. Selectors are CSS."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.html = response.content.decode()
        self.root = tinyhtml5.parse(self.html, namespace_html_elements=False)

    def all(self, selector: str) -> list[Element]:
        """The elements that fit, in the order of the page."""
        return [found.etree_element for found in ElementWrapper.from_html_root(self.root).query_all(selector)]

    def one(self, selector: str) -> Element:
        """The only element that fits."""
        (found,) = self.all(selector)
        return found

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements that fit."""
        return [words(found) for found in self.all(selector)]

    def values(self, selector: str, attribute: str) -> list[str | None]:
        """An attribute of the elements that fit."""
        return [found.get(attribute) for found in self.all(selector)]

    @property
    def title(self) -> str:
        return words(self.one("title"))
