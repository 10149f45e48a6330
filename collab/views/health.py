"""For the machines around the site: is this process alive, and can it serve?"""

from __future__ import annotations

import structlog
from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = structlog.get_logger(__name__)


@login_not_required
@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "alive"})


@login_not_required
@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """The database answers (else 503). A broker that is down is told and does not make the site unready.

    Submissions are taken without a broker, and the sweep catches up.
    """
    checks = {"database": _database(), "broker": _broker()}
    return JsonResponse(
        {"status": "ready" if checks["database"] else "not ready", "checks": checks},
        status=200 if checks["database"] else 503,
    )


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("database_not_reachable", error=str(error))
        return False
    return True


def _broker() -> bool:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
    except Exception as error:
        log.warning("broker_not_reachable", error=f"{type(error).__name__}: {error}")
        return False
    return True
