"""Files that are taken away: they run no formula, keep their numbers, and are kept for nobody else."""

from __future__ import annotations

import csv
import io

import pytest
from django.http import Http404

from collab.common.downloads import attachment, figure_attachment, table_attachment

pytestmark = pytest.mark.unit


def test_no_text_that_a_spreadsheet_could_run_leaves_as_it_was_typed():
    typed = ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)", "\tx", "plain", "% of all", "it's"]
    answer = table_attachment("a", [["words"], *[[text] for text in typed]])
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows] == [
        "words", "'=HYPERLINK(1)", "'+1", "'-1+2", "'@SUM(A1)", "'\tx", "plain", "% of all", "it's"
    ]  # fmt: skip


def test_numbers_stay_numbers_at_full_precision():
    answer = table_attachment("a", [["n"], [-3.5], [30.0], [100 / 3], [7], [None], [""]])
    assert answer.content == f'\ufeffn\r\n-3.5\r\n30\r\n{100 / 3!r}\r\n7\r\n""\r\n""\r\n'.encode()


def test_a_file_is_kept_for_nobody_else_and_keeps_its_name():
    answer = attachment(b"x", 'a "b" é.csv', "text/csv")
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''a%20%22b%22%20%C3%A9.csv"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Vary"] == "Cookie"


def test_a_figure_is_a_picture_or_a_table_and_makes_only_what_is_asked():
    def never():
        raise AssertionError

    picture = figure_attachment("svg", "f", picture=lambda: "<svg/>", table=never)
    table = figure_attachment("csv", "f", picture=never, table=lambda: [["a"], [1]])
    assert [(one["Content-Type"], one["Content-Disposition"]) for one in (picture, table)] == [
        ("image/svg+xml", 'attachment; filename="f.svg"'),
        ("text/csv; charset=utf-8", 'attachment; filename="f.csv"'),
    ]
    with pytest.raises(Http404):
        figure_attachment("pdf", "f", picture=never, table=never)
