"""Run the whole site in one terminal: web, worker and beat. Ctrl-C stops all of them.

A child that dies is started again, after a pause that doubles while it keeps dying. Each child leads a
session of its own, so that all it has started goes with it.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY_AFTER = 30.0  # a child that lived this long starts again with the first pause
GRACE = 10.0  # seconds that children get to finish what they do
KILL_TAKES = 2.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Child:
    """One program to keep running; what it prints appears with its name before each line."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self.command = command
        self.pause = FIRST_PAUSE
        self.start_at = 0.0  # on the monotonic clock; only read while there is no process
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self.output = -1
        self.output_ended = False
        self.unfinished_line = b""

    def start(self) -> None:
        """Start it as the leader of a new session, with its output in a pipe of ours."""
        self.output, writing_end = os.pipe()
        os.set_blocking(self.output, False)
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=writing_end,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.close(writing_end)
        self.output_ended = False
        self.started = time.monotonic()

    def read_lines(self) -> list[str]:
        """The complete lines that it has printed since the last time."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output, 65536):
                data += chunk
            self.output_ended = True
        *lines, self.unfinished_line = (self.unfinished_line + data).split(b"\n")
        return [line.decode(errors="replace") for line in lines]

    def signal_all(self, number: int) -> None:
        """Send a signal to it and to everything that it has started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def is_alive(self) -> bool:
        """Whether it, or anything that it has started, still runs."""
        if self.process is None:
            return False
        self.process.poll()
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Supervisor:
    """Keeps ``children`` running until it is told to stop."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.readable = True
        self.name_width = max(len(child.name) for child in children)
        self.stop_signals = 0
        self.selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Keep every child running; after a stop signal return when all are gone."""
        woken, wake = socket.socketpair()
        for end in (woken, wake):
            end.setblocking(False)
        self.selector.register(woken, selectors.EVENT_READ)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)  # every signal ends the wait below
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in STOP_SIGNALS:
            signal.signal(number, self.note_stop_signal)
        try:
            while not self.stop_signals:
                self.look_after_children()
                self.wait(self.seconds_to_next_start())
                with contextlib.suppress(BlockingIOError):
                    woken.recv(4096)
        finally:
            self.stop()

    def note_stop_signal(self, *_: object) -> None:
        """Count the stop signals: the second one ends the period of grace."""
        self.stop_signals += 1

    def look_after_children(self) -> None:
        """Clear away each child that has died and start each one that is due."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self.clear_away(child, now)
            if child.process is None and child.start_at <= now:
                child.start()
                self.selector.register(child.output, selectors.EVENT_READ, child)

    def clear_away(self, dead: Child, now: float) -> None:
        """End what ``dead`` has started, which must not run beside its successor, and plan the restart."""
        dead.signal_all(signal.SIGKILL)
        self.pass_on(dead)
        self.close(dead)
        if now - dead.started > STEADY_AFTER:
            dead.pause = FIRST_PAUSE
        code = dead.process.returncode if dead.process else None
        self.tell(dead, f"ended with code {code}, starts again in {dead.pause:.0f} s")
        dead.process = None
        dead.start_at = now + dead.pause
        dead.pause = min(dead.pause * 2, LONGEST_PAUSE)

    def seconds_to_next_start(self) -> float | None:
        """Seconds until a child is due to start again; None when all run."""
        due = [child.start_at for child in self.children if child.process is None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def wait(self, seconds: float | None) -> None:
        """Wait for output or a signal, at most ``seconds``, and pass the output on."""
        for key, _ in self.selector.select(seconds):
            if isinstance(key.data, Child):
                self.pass_on(key.data)

    def pass_on(self, child: Child) -> None:
        """Write what ``child`` has printed."""
        if child.output >= 0:
            for line in child.read_lines():
                self.tell(child, line)
            if child.output_ended:  # a closed pipe would end every wait at once
                self.close(child)

    def tell(self, child: Child, text: str) -> None:
        """Write one line under the child's name; when nobody can read it any more, stop."""
        if self.readable and not write_line(f"{child.name:<{self.name_width}} | {text}"):
            self.readable = False
            self.stop_signals += 1

    def close(self, child: Child) -> None:
        """Stop listening to ``child``, after its last words."""
        if child.output >= 0:
            if child.unfinished_line:
                self.tell(child, child.unfinished_line.decode(errors="replace"))
                child.unfinished_line = b""
            self.selector.unregister(child.output)
            os.close(child.output)
            child.output = -1

    def stop(self) -> None:
        """End all children: politely at first; after the grace, or a second stop signal, at once."""
        for child in self.children:
            child.signal_all(signal.SIGTERM)
        self.wait_for_end(GRACE, impatient=lambda: self.stop_signals > 1)
        for child in self.children:
            child.signal_all(signal.SIGKILL)
        self.wait_for_end(KILL_TAKES)

    def wait_for_end(self, seconds: float, impatient: Callable[[], bool] = lambda: False) -> None:
        """Pass output on until no child is left, at most for ``seconds`` or until ``impatient()``."""
        deadline = time.monotonic() + seconds
        while any(child.is_alive() for child in self.children):
            if time.monotonic() > deadline or impatient():
                return
            self.wait(0.1)


def write_line(text: str) -> bool:
    """Write a line to the terminal, past Python's buffer; False when it is gone."""
    try:
        os.write(sys.stdout.fileno(), f"{text}\n".encode())
    except OSError:
        return False
    return True


def site_children(python: str) -> list[Child]:
    """The three programs of the site. Jobs run at a lower priority, so that they never hold a page up."""
    web = [python, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "config.wsgi:application"]
    # Who tries the site out as root knows it; elsewhere than here nobody runs the worker so.
    no_sermon = ["-W", "ignore:You're running the worker with superuser privileges"]
    celery = ["nice", "-n", "5", python, *no_sermon, "-m", "celery", "--quiet", "-A", "config"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING", *alone]
    beat = [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"]
    return [Child("web", web), Child("worker", worker), Child("beat", beat)]


def refuse_taken_port(port: int) -> None:
    """Stop with a sentence when something already listens on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(
                f"Port {port} is taken: another program, perhaps this site in another terminal, listens "
                f"there. Stop it, or choose another port: PORT={port + 1} make run"
            )


def main() -> None:
    """Serve the site until Ctrl-C."""
    refuse_taken_port(int(os.environ.get("PORT", "8000")))
    Supervisor(site_children(sys.executable)).run()
    write_line("Stopped.")


if __name__ == "__main__":
    main()
