"""Reading people out of pasted text."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from teams.addresses import Addressee, read_addresses

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("ana@x.org", [Addressee("ana@x.org", "", 1)]),
        ("Ana Rivera <Ana@X.org>", [Addressee("ana@x.org", "Ana Rivera", 1)]),
        ('"Ana Rivera" <ana@x.org>', [Addressee("ana@x.org", "Ana Rivera", 1)]),
        ("Ana Rivera\tana@x.org", [Addressee("ana@x.org", "Ana Rivera", 1)]),
        ("a@x.org, Bo <b@x.org>; c@x.org", [Addressee("a@x.org"), Addressee("b@x.org", "Bo"), Addressee("c@x.org")]),
        ("\n a@x.org \n\nb@x.org\n", [Addressee("a@x.org", "", 2), Addressee("b@x.org", "", 4)]),
        (" \n", []),
    ],
)
def test_people_are_read_from_every_usual_form(text: str, people: list[Addressee]) -> None:
    assert read_addresses(text) == people


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("ana@", ["Line 1: “ana@” is not an e-mail address. Write name@agency.org."]),
        (
            "Rivera, Ana <ana@x.org>",
            ["Line 1: “Rivera” is not an e-mail address. Write name@agency.org."],
        ),
        ("a@x.org\nA@x.org", ["Line 2: a@x.org stands in line 1 already."]),
        (
            "one\na@x.org\ntwo",
            [
                "Line 1: “one” is not an e-mail address. Write name@agency.org.",
                "Line 3: “two” is not an e-mail address. Write name@agency.org.",
            ],
        ),
    ],
)
def test_each_wrong_line_is_named(text: str, sentences: list[str]) -> None:
    with pytest.raises(ValidationError) as raised:
        read_addresses(text)
    assert raised.value.messages == sentences


def test_a_whole_address_book_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        read_addresses("\n".join(f"person{number}@x.org" for number in range(51)))
    assert raised.value.messages == ["Invite at most 50 people at once; these are 51."]
