"""Nurseries: processes with everything imported, of which submissions and referees are forks.

`nursery` is what runs in the sandbox, `referee` outside; this is the grader's side.  While
`nurseries` lasts, each release's lesson has one; a machine that doesn't let one do its work is
graded without, only slower.
"""

import ast
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from course_lib.desk.cells import text_of
from course_staff.grading import syscalls
from course_staff.grading.shapes import Template

PATIENCE = 120.0
TRIAL = 30.0


def modules(template: Template) -> list[str]:
    """Return what a lesson's own cells import."""
    found: dict[str, None] = {}
    for cell in template["notebook"]["cells"]:
        if cell["cell_type"] != "code":
            continue
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(text_of(cell))):
                if isinstance(node, ast.Import):
                    found |= dict.fromkeys(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found[node.module] = None
                    found |= dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names)
    return list(found)


class Infant:
    """A fork of a nursery's: as much of a `subprocess.Popen` as the grader needs.

    Attributes
    ----------
    pid : int
        Of the first process of its namespaces, as seen from here.
    """

    def __init__(self, line: socket.socket, handle: int) -> None:
        self.line, self.handle = line, handle
        self.code: int | None = None
        self.lock = threading.Lock()
        told = Path(f"/proc/self/fdinfo/{handle}").read_text(encoding="ascii")
        self.pid = int(next(row.split()[1] for row in told.splitlines() if row[:4] == "Pid:"))

    def poll(self) -> int | None:
        """Return its exit status, as a Popen's, or None while it runs."""
        return self._status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; returns its exit status."""
        code = self._status(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("a submission", timeout or 0)
        return code

    def kill(self) -> None:
        """End it, and all that is in its namespaces."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def close(self) -> None:
        """Give back what belongs to it here, once it has ended."""
        self.line.close()
        os.close(self.handle)

    def _status(self, seconds: float | None) -> int | None:
        with self.lock:
            if self.code is None and select.select([self.line], [], [], seconds)[0]:
                try:
                    told = self.line.recv(100)
                except ConnectionError:  # it was killed before it had read a word
                    told = b""
                self.code = int(told) if told.strip() else -9
            return self.code


class Nursery:
    """A nursery for one lesson of one release; ends with `close`.

    Parameters
    ----------
    options : callable
        Given the folder in which jobs' folders lie, returns bubblewrap's options and the program.
    environment : dict
    names : list of str
        The modules that it imports.
    prefix : str
        With which its folder's name begins.

    Raises
    ------
    OSError
        If it doesn't come up here, or can't do what is asked of it.
    """

    def __init__(self, options: Callable[[Path], list[str]], environment: dict[str, str],
                 names: list[str], prefix: str) -> None:
        program = syscalls.program()
        if program is None or not hasattr(os, "pidfd_open"):
            raise OSError("no filter, or no handles of processes, on this machine")
        self.base = Path(tempfile.mkdtemp(prefix=f"{prefix}nursery-"))
        self.control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.lock = threading.Lock()
        with other:
            self.process = subprocess.Popen(
                [*options(self.base), str(other.fileno()), json.dumps(names), program.hex()],
                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, pass_fds=[other.fileno()], start_new_session=True)
        try:
            self.control.settimeout(PATIENCE)
            if self.control.recv(100) != b"ready":
                raise OSError("the nursery ended")
        except BaseException:
            self.close()
            raise

    def bear(self, job: Any, files: list[int],
             before: Callable[[int], object] = lambda pid: None) -> Infant:
        """Start a job with these files open; `before` is told its process id before it runs.

        Raises
        ------
        OSError
            If that isn't possible.
        """
        line, other = socket.socketpair()
        try:
            with other, self.lock:
                text = json.dumps(job).encode()
                socket.send_fds(self.control, [text], [other.fileno(), *files])
            line.settimeout(PATIENCE)
            said, handles, _, _ = socket.recv_fds(line, 100, 1)
            if said != b"started" or not handles:
                raise OSError("a submission could not be started")
            infant = Infant(line, handles[0])
            before(infant.pid)
            line.sendall(b"go")
            line.settimeout(None)
            return infant
        except BaseException:
            line.close()
            raise

    def close(self) -> None:
        """End it and all its jobs."""
        self.control.close()
        inside: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            inside = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        psutil.wait_procs(inside, timeout=10)  # the system ends them with it, but not at once
        shutil.rmtree(self.base, ignore_errors=True)


_kept: dict[tuple[str, str, str], Nursery | None] | None = None
_lock = threading.Lock()


@contextlib.contextmanager
def nurseries() -> Iterator[None]:
    """Let submissions be forks of nurseries, which are made when they are first needed.

    Two classes graded at once on one worker may end in either order: each closes its own.
    """
    global _kept
    mine: dict[tuple[str, str, str], Nursery | None] = {}
    outer, _kept = _kept, mine
    try:
        yield
    finally:
        for each in mine.values():
            if each is not None:
                each.close()
        if _kept is mine:
            _kept = outer


def nursery(what: str, bundle: Path, template: Path | None,
            make: Callable[[list[str]], Nursery]) -> Nursery | None:
    """Return a lesson's nursery for ``kernel`` or ``referee``; None where there is none.

    `make` makes it the first time, given what the lesson imports.
    """
    if _kept is None or template is None or sys.platform != "linux":
        return None
    with _lock:
        key = what, str(bundle), str(template)
        if key not in _kept or (_kept[key] is not None and not _alive(_kept[key])):
            described: Template = json.loads(template.read_text(encoding="utf-8"))
            try:
                _kept[key] = make(modules(described))
            except OSError:
                _kept[key] = None
        return _kept[key]


def _alive(each: Nursery | None) -> bool:
    return each is not None and each.process.poll() is None
