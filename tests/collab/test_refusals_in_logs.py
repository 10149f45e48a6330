"""Refused pages take one line of the log; failures keep their traceback."""

from __future__ import annotations

import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied

from config.logging import logging_config

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("error", "traced"), [(PermissionDenied("No."), False), (ValueError("Broken."), True)])
def test_only_failures_are_traced(error: Exception, traced: bool) -> None:
    fields = logging_config(style="console", level="INFO")["formatters"]["structured"]
    formatter = fields["()"](processor=fields["processor"], foreign_pre_chain=fields["foreign_pre_chain"])
    try:
        raise error
    except type(error):
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Told", (), sys.exc_info())
    line = formatter.format(record)
    assert "Told" in line
    assert ("Traceback" in line) is traced
