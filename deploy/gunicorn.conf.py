"""The web server, the same on a laptop and in a container; only the environment differs."""

from __future__ import annotations

import os
from typing import Any

_port = os.environ.get("PORT", "8000")

bind = os.environ.get("BIND", f"127.0.0.1:{_port}")
# One process with threads is thrifty enough for a trial on an old laptop; production sets WEB_CONCURRENCY.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 5000  # memory that a library leaks goes back now and then
max_requests_jitter = 500
# Its default socket is shared by all instances of a user: two sites on one machine would steer each other.
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Say once, when pages can be had, where they are."""
    if worker.age == 1:
        worker.log.info("Learning Commons is ready at %s", os.environ.get("BASE_URL", f"http://127.0.0.1:{_port}"))
