"""What machines ask: alive, ready, and one event a log line with the request's id and the user's."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.db import connection
from django.test import Client
from kombu import Connection

from collab.models import User
from config.celery import app
from config.logging import logging_config
from tests.factories.collab import UserFactory

pytestmark = pytest.mark.integration

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def test_alive_asks_nothing_of_anybody(client: Client) -> None:
    """Without the database mark any query would fail the test."""
    answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer(client: Client) -> None:
    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ready", "checks": {"database": True, "broker": True}},
    )
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_broker_that_is_down_is_told_and_the_site_stays_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", NOBODY_LISTENS)

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ready", "checks": {"database": True, "broker": False}},
    )


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_down_makes_the_site_unready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    with monkeypatch.context() as broken:
        broken.setitem(connection.settings_dict, "NAME", "/nowhere/at/all")
        broken.setitem(connection.settings_dict, "PORT", "1")
        answer = client.get("/health/ready")
        connection.close()

    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "not ready", "checks": {"database": False, "broker": True}},
    )


@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_health_is_only_read(address: str, client: Client) -> None:
    assert client.post(address).status_code == 405


@pytest.fixture
def logged() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines of requests, written by the format of a production site."""
    settings = logging_config(style="json", level="INFO")["formatters"]["structured"]
    formatter = settings["()"](**{name: value for name, value in settings.items() if name != "()"})
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("django_structlog")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.mark.django_db
def test_each_log_line_carries_the_request_and_the_user(
    client_for: Callable[[User], Client], logged: Callable[[], list[dict[str, Any]]]
) -> None:
    user = UserFactory()

    client_for(user).get("/me/", headers={"X-Request-ID": "chosen-by-the-sender"})

    lines = logged()
    assert [line["event"] for line in lines] == ["request_started", "request_finished"]
    assert {line["user_id"] for line in lines} == {user.pk}
    # Whoever sends a request cannot choose the id it is found under.
    assert len({line["request_id"] for line in lines} - {"chosen-by-the-sender"}) == 1
    assert [line.get("code") for line in lines] == [None, 200]


@pytest.mark.django_db
def test_each_request_has_an_id_of_its_own(client: Client, logged: Callable[[], list[dict[str, Any]]]) -> None:
    client.get("/health/live")
    client.get("/health/live")

    lines = logged()
    ids = [line["request_id"] for line in lines]
    assert ids == [ids[0], ids[0], ids[2], ids[2]]
    assert ids[0] != ids[2]
    assert {line["user_id"] for line in lines} == {None}


def test_a_job_carries_the_id_of_the_request_that_sent_it() -> None:
    app.conf.task_always_eager = False
    try:
        with Connection("memory://") as broker, structlog.contextvars.bound_contextvars(request_id="abc", user_id=7):
            app.send_task("metrics.tasks.recompute", args=(1, "2025-01"), queue="carried", connection=broker)
            message = broker.SimpleQueue("carried").get(block=False)
    finally:
        app.conf.task_always_eager = True

    carried = message.headers["__django_structlog__"]
    assert (carried["request_id"], carried["user_id"]) == ("abc", 7)
