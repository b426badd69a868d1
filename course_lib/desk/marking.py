"""Mark a notebook: put answers into the lesson as it was handed out, run it, read the tests.

`course mark` uses this on a learner's own machine, on their own work.  Instructors' grading uses
the same pieces within a sandbox (`course_staff.grading`).
"""

import contextlib
import copy
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

import zmq
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from course_lib.desk import surroundings
from course_lib.desk.cells import grade_id, text_of

__all__ = ["Kernel", "Ran", "mark", "split_test", "splice"]

CELL_SECONDS = 120
PATIENCE = 5
LONGEST_OUTPUT, MOST_OUTPUTS = 200_000, 500  # of a cell
LARGEST_PICTURE, MOST_PICTURES = 4_000_000, 20
LONGEST_OUTPUTS = 24_000_000  # of a notebook, with its pictures
# As nbformat has them, read from JSON.
Cell: TypeAlias = dict[str, Any]
Notebook: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str | None]  # "grade" and the grade id, or "id" and the cell's
SHOWN = ("image/png", "image/jpeg", "text/plain")


# --- tests ----------------------------------------------------------------------------------------


def split_test(text: str) -> tuple[str, str, str]:
    """Split a test cell at its markers; returns (visible part, hidden part, the latter's hint)."""
    visible: list[str] = []
    hidden: list[str] = []
    inside = False
    for line in text.splitlines():
        if "### BEGIN HIDDEN TESTS" in line:
            inside = True
        elif "### END HIDDEN TESTS" in line:
            inside = False
        else:
            (hidden if inside else visible).append(line)
    hints = re.findall(r"^\s*# hint: (.*)$", "\n".join(hidden), re.MULTILINE)
    return "\n".join(visible).rstrip(), "\n".join(hidden), " ".join(hints)


# --- answers into the lesson ----------------------------------------------------------------------


def splice(template: Notebook, cells: list[Cell]) -> tuple[Notebook, list[tuple[str, str]]]:
    """Put a submission's answers, and its other cells, into the lesson as it was handed out.

    Parameters
    ----------
    template : dict
        The lesson's notebook.
    cells : list of dict
        The submission's cells: ``cell_type``, ``source``, ``metadata``, maybe ``id``.

    Returns
    -------
    notebook : dict
        All cells of the lesson in its order, with the submission's answers; tests and other locked
        cells as they were handed out; cells that the submission added, where it added them.
    notes : list of (str, str)
        What was out of order: a word (missing, duplicated, edited, moved) and a sentence.
    """
    notebook: Notebook = copy.deepcopy(template)
    notes: list[tuple[str, str]] = []
    for cell in notebook["cells"]:
        cell["source"] = text_of(cell)
    lesson = {_key(cell): cell for cell in notebook["cells"]}
    originals = {text_of(cell): key for key, cell in lesson.items() if key[0] == "id"}
    functions = {name: key for key, cell in lesson.items() if _solves(cell)
                 for name in _defined(text_of(cell))}
    found: dict[Key, list[Cell]] = {}
    added: dict[Key | None, list[Cell]] = {}
    cells = _parted(lesson, functions, cells, notes)
    last, pieces = None, _pieces(notebook["cells"], cells, notes)
    for number, cell in enumerate(cells):
        key = _match(cell, lesson, originals, functions, found) if number not in pieces else None
        if key is None:
            if text_of(cell).strip():
                added.setdefault(last, []).append(cell)
            continue
        found.setdefault(key, []).append(cell)
        last = key
        if key[0] == "id" and _rewritten(lesson[key], cell):
            added.setdefault(key, []).append(cell)  # an answer may have been written there
    order = [key for key in found if key[0] == "grade"]
    places = [list(lesson).index(key) for key in order]
    if places != sorted(places):
        notes.append(("moved", "cells are in another order; the lesson's was used"))
    result = [_new(cell, n) for n, cell in enumerate(added.get(None, []))]
    for key, cell in lesson.items():
        _fill(cell, key, found.get(key, []), notes)
        result.append(cell)
        start = len(result)
        result += [_new(each, start + n) for n, each in enumerate(added.get(key, []))]
    notebook["cells"] = result
    return notebook, notes


def _rewritten(original: Cell, cell: Cell) -> bool:
    """Whether text of the lesson was changed: it is put back, so what was written goes beside."""
    return original["cell_type"] != "code" and bool(text_of(cell).strip()) and (
        _squeezed(text_of(cell)) != _squeezed(text_of(original)))


def _parted(lesson: dict[Key, Cell], functions: dict[str, Key], cells: list[Cell],
            notes: list[tuple[str, str]]) -> list[Cell]:
    """Take answers out of cells that they were merged into: a test's, or another's of the lesson.

    Of two merged cells one mark stays.  Where an answer's own cell is gone or as it was handed out,
    and another cell of the lesson defines its function, what is not that cell's own is the answer.
    """
    written = {grade_id(cell) for cell in cells if cell["cell_type"] == "code" and (
        "grade", grade_id(cell)) in lesson and _squeezed(text_of(cell)) not in (
            "", _squeezed(text_of(lesson["grade", grade_id(cell)])))}
    parted = []
    for cell in cells:
        key = ("grade", grade_id(cell))
        key = key if key in lesson else ("id", cell.get("id"))
        original = lesson.get(key)
        if cell["cell_type"] != "code" or original is None or _solves(original):
            parted.append(cell)
            continue
        text, own = text_of(cell), split_test(text_of(original))[0].strip()
        theirs = [functions[name] for name in _defined(text) if name in functions
                  and functions[name][1] not in written and name not in _defined(own)]
        if not theirs:
            parted.append(cell)
            continue
        rest = text.replace(own, "", 1) if own else text
        answer = {"cell_type": "code", "source": rest.strip(), "metadata": {
            "nbgrader": lesson[theirs[0]]["metadata"]["nbgrader"]}}
        notes.append(("edited", f"{theirs[0][1]} was merged into {key[1]}; taken out of it"))
        written |= {key[1] for key in theirs}
        parted += [answer, {**cell, "source": text_of(original) if rest != text else text}]
    return parted


def _defined(text: str) -> list[str]:
    return re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE)


def _key(cell: Cell) -> Key:
    name = grade_id(cell)
    return ("grade", name) if name else ("id", cell.get("id"))


def _solves(cell: Cell) -> bool:
    about = cell.get("metadata", {}).get("nbgrader", {})
    return bool(about.get("solution"))


def _pieces(lesson, cells, notes):
    """Return the places of cells that are pieces of an answer, but not the answer itself.

    Whoever splits a cell copies its mark.  The last piece that defines the answer's function is the
    answer; the others are run as cells of their own, before or after it, as they stand.  So all is
    defined as in the student's notebook, and of an answer that is there twice the last counts.
    """
    pieces = set()
    for cell in lesson:
        if cell["cell_type"] != "code" or not _solves(cell):
            continue
        name, stub = grade_id(cell), _squeezed(text_of(cell))
        changed = [number for number, each in enumerate(cells) if grade_id(each) == name
                   and _squeezed(text_of(each)) not in ("", stub)]
        if len(changed) < 2:
            continue
        names = "|".join(_defined(text_of(cell)))
        defines = re.compile(rf"^(?:(?:def|class) +(?:{names})\b|(?:{names}) *=)", re.MULTILINE)
        answer = max(changed, key=lambda number: (
            cells[number]["cell_type"] == "code",
            defines.search(text_of(cells[number])) is not None, number))
        pieces |= {*changed} - {answer}
        notes.append(("duplicated", f"{name} is in {len(changed)} cells; all were run, in order"))
    return pieces


def _match(cell, lesson, originals, functions, found):
    """Return which cell of the lesson a submitted one is: by grade id, id, text or function."""
    key = ("grade", grade_id(cell))
    if key in lesson:
        return key
    for kind in ("grade", "id"):
        if (kind, cell.get("id")) in lesson and (kind, cell.get("id")) not in found:
            return (kind, cell.get("id"))
    key = originals.get(text_of(cell))
    if key is not None and key not in found:
        return key
    if cell["cell_type"] == "code":
        for name in _defined(text_of(cell)):
            key = functions.get(name)
            if key is not None and key not in found and not grade_id(cell):
                return key
    return None


def _fill(cell, key, submitted, notes):
    """Give a cell of the lesson the submitted text, if it may have one."""
    original, name = text_of(cell), key[1]
    if key[0] == "id":
        if submitted and submitted[-1]["cell_type"] == cell["cell_type"] == "code":
            cell["source"] = text_of(submitted[-1])
        return
    if not submitted:
        notes.append(("missing", f"{name} is missing; put back as handed out"))
        return
    written = _solves(cell) and cell["cell_type"] == "markdown"
    if len(submitted) > 1:
        rule = "all that was written counts" if written else "the last that was changed counts"
        notes.append(("duplicated", f"{name} is there {len(submitted)} times; {rule}"))
    known = {_squeezed(original), _squeezed(split_test(original)[0])}
    changed = [each for each in submitted if _squeezed(text_of(each)) not in known]
    changed = [each for each in changed if text_of(each).strip()] or changed
    if not changed:
        return
    if _solves(cell):
        if changed[-1]["cell_type"] != cell["cell_type"]:
            notes.append(("edited", f"{name} was turned into a {changed[-1]['cell_type']} cell"))
        if grade_id(changed[-1]) != name:
            notes.append(("edited", f"{name} had lost its mark; found by what it contains"))
        counts = changed if written else changed[-1:]
        cell["source"] = "\n\n".join(dict.fromkeys(map(text_of, counts)))
        if written:
            cell["attachments"] = _attachments(counts)
    else:
        notes.append(("edited", f"{name} is locked and was edited; put back as handed out"))


def _squeezed(text):
    return re.sub(r"\s+", "", text)


def _new(cell, number):
    code = cell["cell_type"] == "code"
    more: Cell = ({"outputs": [], "execution_count": None} if code else
                  {"attachments": _attachments([cell])})
    return {"cell_type": "code" if code else "markdown", "id": f"added-{number}", "metadata": {},
            "source": text_of(cell)} | more


def _attachments(cells: Iterable[Cell]) -> dict:
    """Return the pictures that were pasted into cells."""
    found: dict[str, Any] = {}
    for cell in cells:
        found |= cell.get("attachments", {})
    return found


# --- a kernel -------------------------------------------------------------------------------------


class Error(TypedDict):
    """What a cell raised: the class's name and the message."""

    name: str
    text: str


@dataclass
class Ran:
    """How a cell fared: ``status`` is ok, error, late (interrupted) or dead.

    Of its outputs so much is kept as there is `room` for: characters of text, and `space` for text
    and pictures together.
    """

    status: str = "dead"
    outputs: list = field(default_factory=list)
    seconds: float = 0.0
    cut: bool = False
    room: int = LONGEST_OUTPUT
    space: int = LONGEST_OUTPUTS
    heard: bool = False  # whether the broadcast that ends it came, too

    def __post_init__(self) -> None:
        self.whole = self.room, self.space

    @property
    def error(self) -> Error | None:
        """Name and text of the exception, or None."""
        for output in self.outputs:
            if output["output_type"] == "error":
                return {"name": output["ename"], "text": output["evalue"]}
        if self.status in ("ok", "error"):
            return None if self.status == "ok" else {"name": "Error", "text": ""}
        text = {"late": "It ran for too long.", "dead": "The kernel ended."}[self.status]
        return {"name": "Stopped", "text": text}

    def take(self, kind: str, content: dict) -> None:
        """Keep of an output what may be shown: text, errors, PNG, JPEG, all of bounded size."""
        if kind == "clear_output":
            self.outputs.clear()
            self.room, self.space = self.whole
        elif len(self.outputs) >= MOST_OUTPUTS:
            self.cut = True
        elif kind == "stream":
            name = "stderr" if content.get("name") == "stderr" else "stdout"
            text = self._fit(str(content.get("text", "")))
            if self.outputs and self.outputs[-1].get("name") == name:
                self.outputs[-1]["text"] += text
            else:
                self.outputs.append({"output_type": "stream", "name": name, "text": text})
        elif kind == "error":
            lines = [str(line)[:5000] for line in content.get("traceback", [])[-30:]]
            self.outputs.append({
                "output_type": "error", "ename": str(content.get("ename", ""))[:200],
                "evalue": self._fit(str(content.get("evalue", ""))[:5000]),
                "traceback": self._fit("\n".join(lines)).split("\n")})
        elif kind in ("display_data", "execute_result"):
            data = content.get("data", {})
            kept = {mime: data[mime] for mime in SHOWN if isinstance(data.get(mime), str)}
            if any(map(self._too_much, kept.items())):
                self.cut, kept = True, {}
            for mime in kept:
                if mime == "text/plain":
                    kept[mime] = self._fit(kept[mime])
                else:
                    self.space -= len(kept[mime])
            if kept:
                self.outputs.append(
                    {"output_type": "display_data", "data": kept, "metadata": {}})

    def _too_much(self, item: tuple[str, str]) -> bool:
        mime, content = item
        shown = sum(mime in output.get("data", {}) for output in self.outputs)
        return mime != "text/plain" and (shown >= MOST_PICTURES or
                                         len(content) > min(LARGEST_PICTURE, self.space))

    def _fit(self, text: str) -> str:
        """Return what there is room for of a text."""
        room = max(min(self.room, self.space), 0)
        self.room, self.space = self.room - len(text), self.space - min(len(text), room)
        if len(text) <= room:
            return text
        note = "" if self.cut else "\n[output cut: too long]"
        self.cut = True
        return text[:room] + note


class Kernel:
    """A running kernel, one cell at a time.

    Parameters
    ----------
    start : callable
        ``start(connection_file)`` starts the process and returns it (a `subprocess.Popen`).
    folder : Path
        Private folder for the connection file and, where there are such, its sockets.
    inside : str, optional
        The folder as the kernel sees it; Unix sockets are used.  Without, TCP on this machine.
    room : int
        Characters of output that a cell may have; all cells together have `LONGEST_OUTPUTS`.
    clock : callable
        Returns the seconds that count against a cell's time: of a clock, or of a processor.
    """

    def __init__(self, start: Callable[[str], subprocess.Popen], folder: str | Path,
                 inside: str | None = None, room: int = LONGEST_OUTPUT,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self.room, self.space = room, LONGEST_OUTPUTS
        self.clock = clock
        self.context = zmq.Context()
        self.context.setsockopt(zmq.LINGER, 0)
        self.context.setsockopt(zmq.MAXMSGSIZE, 16 << 20)
        self.context.setsockopt(zmq.RCVHWM, 20)  # of up to 16 MiB each
        key, file = secrets.token_hex(16).encode(), str(Path(folder, "kernel.json"))
        if inside is None:
            write_connection_file(file, key=key, kernel_name="python3")
        else:
            names = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
            ports: dict[str, Any] = dict(zip(names, range(1, 6), strict=True))
            write_connection_file(file, ip=f"{inside}/k", key=key, transport="ipc", **ports)
        try:
            self.process = start(file)
            self.client = BlockingKernelClient(context=self.context)
            about = json.loads(Path(file).read_text(encoding="utf-8"))
            if inside is not None:
                about["ip"] = str(Path(folder, "k"))
            self.client.load_connection_info(about)
            self.client.start_channels(stdin=False, hb=False)
        except BaseException:
            self.close()
            raise

    def ready(self, seconds: float = 60) -> bool:
        """Wait until the kernel answers; returns whether it does.

        A kernel that is a fork answers before its outputs are subscribed to. So it is asked again
        until what it broadcasts arrives, too, two seconds at most.
        """
        end, answered = time.monotonic() + seconds, None
        while time.monotonic() < end and self.alive():
            ran = self._ask(self.client.kernel_info, 1.0, settle=0.05)
            if ran.status == "ok":
                answered = answered or time.monotonic()
                if ran.heard or time.monotonic() > answered + 2:
                    return True
        return False

    def alive(self) -> bool:
        """Say whether its process runs."""
        return self.process.poll() is None

    def run(self, code: str, seconds: float) -> Ran:
        """Run a cell; interrupt it after `seconds`, and if it goes on end the kernel.

        On the wall's clock a cell may take `PATIENCE` times as long.
        """
        def ask():
            return self.client.execute(code, allow_stdin=False, stop_on_error=False)
        return self._ask(ask, seconds, interrupts=True)

    def request(self, kind: str, seconds: float) -> Ran:
        """Send a request that is no cell, and wait until it is answered."""
        def ask():
            message = self.client.session.msg(kind, {})
            self.client.shell_channel.send(message)
            return message["header"]["msg_id"]
        return self._ask(ask, seconds, interrupts=True)

    def _ask(self, ask: Callable[[], str], seconds: float, interrupts: bool = False,
             settle: float = 2.0) -> Ran:
        begin, spent = time.monotonic(), self.clock()
        ran, asked = Ran(room=self.room, space=self.space), ask()
        end, reply, idle, late, quiet = begin + PATIENCE * seconds, None, False, False, None
        poller = zmq.Poller()
        channels = {self.client.shell_channel.socket: self.client.get_shell_msg,
                    self.client.iopub_channel.socket: self.client.get_iopub_msg}
        for socket in channels:
            poller.register(socket, zmq.POLLIN)
        while not (reply and idle) and not (quiet and time.monotonic() > quiet):
            ready = dict(poller.poll(100))
            for socket, get in channels.items():
                for _ in range(200 if socket in ready else 0):
                    message = _next(get)
                    if message is None:
                        break
                    kind, content, answers = message
                    if answers != asked:
                        continue
                    if kind.endswith("_reply"):
                        reply, quiet = content, time.monotonic() + settle
                    elif kind == "status":
                        idle = content.get("execution_state") == "idle"
                    else:
                        with contextlib.suppress(Exception):  # no honest kernel sends such a one
                            ran.take(kind, content)
            if not ready and not self.alive():
                break
            over = time.monotonic() > end or not late and self.clock() - spent > seconds
            if reply is None and over:
                if not interrupts or late:
                    if interrupts:
                        self.process.kill()
                    break
                late, end = True, time.monotonic() + 5
                control = self.client.control_channel
                control.send(self.client.session.msg("interrupt_request", {}))
        ran.seconds, self.space, ran.heard = time.monotonic() - begin, ran.space, idle
        if reply is not None:
            ran.status = "ok" if reply.get("status") == "ok" else "error"
        if late:
            ran.status = "late"
        return ran

    def close(self) -> None:
        """End its process and the connection to it."""
        if hasattr(self, "client"):
            with contextlib.suppress(Exception):
                self.client.stop_channels()
        if getattr(self, "process", None) is not None:
            self.process.kill()
            self.process.wait()
        self.context.destroy(linger=0)


def _next(get):
    """Return a message's kind and content, and the request that it answers, or None."""
    try:
        message = get(timeout=0)
        kind, answers = message["header"]["msg_type"], message["parent_header"].get("msg_id")
        return str(kind), dict(message["content"]), answers
    except Exception:  # none there, or one that no honest kernel sends
        return None


# --- course mark ----------------------------------------------------------------------------------


def mark(template: Notebook, cells: list[Cell], folder: str | Path,
         progress: Callable[[float], object] = lambda done: None) -> list[dict]:
    """Run a learner's own notebook and its tests, without a sandbox.

    Parameters
    ----------
    template : dict
        The lesson, its tests with their hidden parts where these are known.
    cells : list of dict
        The learner's cells.
    folder : path-like
        Where the notebook runs.
    progress : callable
        Told the share that is done.

    Returns
    -------
    list of dict
        A row per test and written answer, in order: ``name``, ``points``, ``got`` (None for written
        answers), ``told``, why points are lost.
    """
    notebook, _ = splice(template, cells)

    def start(file):
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", file, "--quiet"]
        return subprocess.Popen(command, cwd=folder, env=surroundings.clean(os.environ),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    rows = []
    with tempfile.TemporaryDirectory(prefix="course-") as private:
        kernel = Kernel(start, private)
        try:
            kernel.ready()
            for number, cell in enumerate(notebook["cells"]):
                progress(number / len(notebook["cells"]))
                about = cell["metadata"].get("nbgrader", {})
                if cell["cell_type"] == "code" and not about.get("grade"):
                    kernel.run(text_of(cell), CELL_SECONDS)
                elif cell["cell_type"] == "code":
                    rows.append(_row(about, *_try(kernel, text_of(cell))))
                elif about.get("grade") or about.get("task"):
                    rows.append(_row(about, None, "a person marks this one"))
        finally:
            kernel.close()
    return rows


def _row(about, passed, told):
    points = about["points"]
    got = None if passed is None else points if passed else 0
    return {"name": about["grade_id"], "points": points, "got": got, "told": told}


def _try(kernel, text):
    """Run a test; returns whether it passes and what to tell."""
    visible, hidden, hint = split_test(text)
    error = kernel.run(visible, CELL_SECONDS).error
    if error is not None:
        return False, error["text"] or error["name"]
    if hidden and kernel.run(hidden, CELL_SECONDS).error is not None:
        return False, f"a test that you don't see fails. Hint: {hint}"
    return True, ""
