"""The supervisor keeps its children running and leaves none behind. Real processes, dummy programs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
PATIENCE = 20.0

pytestmark = pytest.mark.integration

# A child that starts a child of its own, tells both process numbers, and waits.
FAMILY = """
import os, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("family", os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("family", os.getpid(), os.getpid(), flush=True)
time.sleep(600)
"""


class Running:
    """A supervisor in a process of its own, whose output can be waited for."""

    def __init__(self, *programs: str) -> None:
        children = [(f"child{number}", [sys.executable, "-c", code]) for number, code in enumerate(programs)]
        driver = (
            f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import serve\n"
            f"serve.Supervisor([serve.Child(*child) for child in {children!r}]).run(); print('Stopped.')"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", driver], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: Queue[str | None] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def next_match(self, pattern: str) -> re.Match[str]:
        """The next line of output that matches ``pattern``."""
        deadline = time.monotonic() + PATIENCE
        while (line := self.lines.get(timeout=max(0.01, deadline - time.monotonic()))) is not None:
            if match := re.fullmatch(pattern, line):
                return match
        pytest.fail(f"the supervisor ended and never printed {pattern!r}")

    def next_family(self) -> tuple[int, int]:
        """Process numbers of the next child that starts, and of the child's own child."""
        match = self.next_match(r"child\d \| family (\d+) (\d+)")
        return int(match[1]), int(match[2])

    def end(self) -> int:
        """Wait for the supervisor's end; its exit code."""
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def start() -> Iterator[type[Running]]:
    """Starts supervisors and ends what a failed test has left."""
    started: list[Running] = []

    class Kept(Running):
        def __init__(self, *programs: str) -> None:
            super().__init__(*programs)
            started.append(self)

    yield Kept
    for running in started:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGTERM)
            running.process.send_signal(signal.SIGTERM)
            running.process.wait(timeout=PATIENCE)


def is_running(process_id: int) -> bool:
    """Whether a process does anything still (a zombie that nobody has fetched does not)."""
    status = Path(f"/proc/{process_id}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(*process_ids: int) -> None:
    """Wait a moment for the kernel to take the processes away; fail when one stays."""
    deadline = time.monotonic() + PATIENCE
    while alive := [number for number in process_ids if is_running(number)]:
        assert time.monotonic() < deadline, f"still running: {alive}"
        time.sleep(0.02)


def test_a_killed_child_comes_back_and_what_it_had_started_is_gone(start: type[Running]) -> None:
    running = start(FAMILY)
    child, grandchild = running.next_family()

    os.kill(child, signal.SIGKILL)

    running.next_match(r"child0 \| ended with code -9, starts again in 1 s")
    second_child, second_grandchild = running.next_family()
    assert is_running(second_child)
    assert is_running(second_grandchild)
    wait_until_gone(child, grandchild)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_leaves_no_process_behind(start: type[Running], number: signal.Signals) -> None:
    running = start(FAMILY, FAMILY)
    family = [*running.next_family(), *running.next_family()]

    running.process.send_signal(number)

    running.next_match(r"Stopped\.")
    assert running.end() == 0
    wait_until_gone(*family)


def test_a_second_stop_signal_ends_a_child_that_will_not_stop(start: type[Running]) -> None:
    running = start(STUBBORN)
    child, _ = running.next_family()

    running.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert is_running(child)  # it gets its period of grace
    begun = time.monotonic()
    running.process.send_signal(signal.SIGINT)

    assert running.end() == 0
    assert time.monotonic() - begun < 5  # and not the rest of the ten seconds
    wait_until_gone(child)


def test_a_child_that_keeps_dying_is_started_after_longer_and_longer_pauses(start: type[Running]) -> None:
    running = start("raise SystemExit(3)")

    pauses = [running.next_match(r"child0 \| ended with code 3, starts again in (\d+) s")[1] for _ in range(3)]

    assert pauses == ["1", "2", "4"]


def test_the_last_unfinished_words_of_a_dying_child_are_shown(start: type[Running]) -> None:
    running = start("import sys; sys.stdout.write('no newline at the end')")

    running.next_match(r"child0 \| no newline at the end")
    running.next_match(r"child0 \| ended with code 0, starts again in 1 s")


def test_a_child_that_closes_its_output_costs_no_processor_time(start: type[Running]) -> None:
    code = "import os, time; print('family', os.getpid(), os.getpid(), flush=True)\n"
    code += "os.close(1); os.close(2); time.sleep(600)"
    running = start(code)
    running.next_family()

    def ticks() -> int:
        fields = Path(f"/proc/{running.process.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    time.sleep(1)
    assert ticks() - before < os.sysconf("SC_CLK_TCK") / 4


def test_it_stops_when_nobody_reads_its_output_any_more(tmp_path: Path) -> None:
    chatty = "import time\nwhile True:\n    print('still here', flush=True)\n    time.sleep(0.05)"
    driver = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import serve\n"
        f"serve.Supervisor([serve.Child('chatty', [sys.executable, '-c', {chatty!r}])]).run()"
    )
    reader, writer = os.pipe()
    with (tmp_path / "errors").open("wb") as errors:
        process = subprocess.Popen([sys.executable, "-c", driver], stdout=writer, stderr=errors)
    os.close(writer)
    assert b"chatty | still here\n" in os.read(reader, 4096)
    os.close(reader)
    process.wait(timeout=PATIENCE)
    assert (tmp_path / "errors").read_text() == ""


def test_a_taken_port_is_refused_with_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "scripts/serve.py"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    assert result.returncode == 1
    assert result.stderr == (
        f"Port {port} is taken: another program, perhaps this site in another terminal, listens there. "
        f"Stop it, or choose another port: PORT={port + 1} make run\n"
    )
    assert result.stdout == ""
