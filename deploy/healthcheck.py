"""Ask the web process of this container for its health: ``python deploy/healthcheck.py live`` or ``ready``."""

from __future__ import annotations

import http.client
import os
import sys


def main(question: str) -> None:
    """End with code 0 when the answer is yes."""
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].lstrip(".")
    port = int(os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", f"/health/{question}", headers={"Host": host})
        status = connection.getresponse().status
    except OSError as error:
        sys.exit(f"No answer: {error}")
    if status != http.client.OK:
        sys.exit(f"/health/{question} answered {status}")


if __name__ == "__main__":
    main(sys.argv[1])
