"""Run one submission and judge it: plain data in, plain data out, nothing else touched.

So it may run in a thread here or on a Dask worker elsewhere.  Every cell runs in the sandboxed
kernel.  At each test the kernel serves calls while the referee runs the test outside
(`course_staff.grading.referee`); its verdict is the mark.  Then the visible part of the test also
runs in the kernel, as a learner would run it: where that contradicts the verdict, somebody should
look.  Hidden tests never enter the sandbox.

A test that can't be run from outside, because it needs more of an answer than calls with data, is
marked by what it says in the kernel; which these are was found with the reference answers
(`trial`) and is told in the report.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

from course_lib.desk.cells import text_of
from course_lib.desk.marking import PATIENCE, Kernel, Ran
from course_staff.authoring import source
from course_staff.grading import warm
from course_staff.grading.normalise import whole_characters
from course_staff.grading.sandbox import HERE, PREFIX, Limits, Sandbox, sweep
from course_staff.grading.shapes import (
    Error,
    Flag,
    Job,
    Judgement,
    Node,
    Outcome,
    Parts,
    Template,
    Test,
    Verdict,
)

SERVE = "course_serve"  # what `inside.py` answers by serving calls
STOPPED = ("late", "dead")
REFEREE = (sys.executable, str(HERE / "referee.py"))
GRACE = 10
TIME_OUT: Error = {"name": "TimeOut", "text": "Your function ran for too long in this test."}
IN_KERNEL = "This test fails in your notebook, too: run it there to see what it says."
NOT_RUN: Error = {"name": "NotRun", "text": "The kernel had ended before this test."}


def run(job: Job) -> Outcome:
    """Run a submission; returns what that gave.

    Raises
    ------
    RuntimeError
        If sandbox, kernel or referee don't start or end, or the kernel is killed from outside and
        killed again when all is run once more: no fault of the submission's.
    """
    sweep()
    try:
        return _run_once(job)
    except Killed:
        pass
    try:
        return _run_once(job)
    except Killed as error:
        raise RuntimeError(f"{error}, twice: has the machine enough memory for so many jobs?"
                           ) from None


def _run_once(job: Job) -> Outcome:
    begin, limits = time.monotonic(), Limits(**job["limits"])
    template = json.loads(Path(job["template"]).read_text(encoding="utf-8"))
    with Sandbox(job["bundle"], limits, job["sandboxed"], Path(job["template"])) as box:
        kernel = Kernel(box.start, box.folder, box.inside, limits.output,
                        clock=lambda: box.spent)
        try:
            link = box.connection()
            if not kernel.ready():
                raise RuntimeError("the sandbox's kernel didn't start")
            with Judge(job, link) as judge:
                outcome = _Run(job, template, limits, box, kernel, judge, begin).all_cells()
        finally:
            kernel.close()
    outcome["seconds"] = round(time.monotonic() - begin, 2)
    whole: Outcome = whole_characters(outcome)
    return whole


class Killed(Exception):
    """Somebody outside ended the kernel, most likely the system for want of memory."""


class _Run:
    """The state of one run: what ran so far, and how much time is left."""

    def __init__(self, job: Job, template: Template, limits: Limits, box: Sandbox, kernel: Kernel,
                 judge: "Judge", begin: float) -> None:
        self.job, self.template, self.limits = job, template, limits
        self.box, self.kernel, self.judge = box, kernel, judge
        self.end = begin + PATIENCE * limits.seconds
        self.flags: list[Flag] = []
        self.tests: dict[str, Verdict] = {}
        self.over = False  # whether the kernel's end was noticed

    def all_cells(self) -> Outcome:
        """Run the notebook in order; how long that took is for the caller to say."""
        outputs: list[list[Node]] = []
        for cell in self.job["notebook"]["cells"]:
            if cell["cell_type"] != "code":
                outputs.append([])
                continue
            test = self.template["tests"].get(
                cell["metadata"].get("nbgrader", {}).get("grade_id"))
            outputs.append(
                self._test(cell, test) if test else self._run(text_of(cell)).outputs)
        self._fresh()
        return {"outputs": outputs, "tests": self.tests, "flags": self.flags, "seconds": 0}

    def _fresh(self) -> None:
        """Compare answers on fresh inputs: last, so that no test's message can tell these."""
        if self.job["seed"] is None:
            return
        for name, found in self.tests.items():
            if found["passed"] and name in self.job["comparable"] and self.kernel.alive():
                with contextlib.suppress(BrokenPipeError):
                    self.judge.ask("fresh", name)
                self._timed(self.kernel.request, SERVE)
                found["fresh"] = self.judge.answer().get("fresh")

    def _run(self, code: str) -> Ran:
        return self._timed(self.kernel.run, code)

    def _timed(self, act: Callable[[str, float], Ran], what: str) -> Ran:
        """Let the kernel do something within the time that is left; flag how it ends."""
        seconds = min(self.limits.cell_seconds, self.limits.seconds - self.box.spent,
                      (self.end - time.monotonic()) / PATIENCE)
        if seconds <= 0 and self.kernel.alive():
            self.flag("time-out", f"stopped after {self.limits.seconds:g} s in all")
            self.kernel.process.kill()
            self.kernel.process.wait()
        if not self.kernel.alive():
            self._ended()
            return Ran()
        ran = act(what, seconds)
        if ran.status == "late":
            self.flag("time-out", f"a cell ran for more than {seconds:.0f} s")
        if ran.status == "dead" or not self.kernel.alive():
            ran.status = "dead" if ran.status == "ok" else ran.status
            self._ended()
        if ran.cut:
            self.flag("output", "a cell's output was too long and was cut")
        return ran

    def _ended(self) -> None:
        """Flag why the kernel has ended; raise `Killed` if that was nobody's doing inside."""
        if not self.over:
            self.over = True
            self.kernel.process.wait()
            reason = self.box.reason
            if reason == "memory":
                self.flag("memory", f"more than {self.limits.memory / 2**30:g} GiB were used")
            elif reason == "many files":
                self.flag("files", f"more than {self.limits.files:,} files were made")
            elif reason == "files":
                self.flag("files", "it wrote where it should not")
            elif reason == "unwatched":
                self.flag("files", "it made itself or its files unreadable")
            elif not any(word == "time-out" for word, _ in self.flags):
                if self.box.killed():
                    raise Killed("the kernel was killed from outside")
                self.flag("kernel ended", "a cell ended the kernel")

    def flag(self, word: str, sentence: str) -> None:
        if word not in [each for each, _ in self.flags]:
            self.flags.append((word, sentence))

    def _test(self, cell: Node, test: Test) -> list[Node]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        if not self.kernel.alive():
            self._ended()
            self.tests[name] = _verdict(False, NOT_RUN, stopped=True)
            return _outputs(self.tests[name], test, [])
        if name in self.job["inside"]:
            ran = self._run(test["visible"])
            error, hidden = ran.error, False
            if error is None and test["hidden"]:
                hidden = self._run(test["hidden"]).error is not None
            # What the kernel says is whatever the student wants it to say.
            shown = error and {"name": "AssertionError", "text": IN_KERNEL}
            found = _verdict(error is None and not hidden, shown, hidden, error,
                             stopped=ran.status in STOPPED)
        else:
            verdict, stopped = self._ask(name)
            ran = self._run(test["visible"])
            found = _verdict(verdict["passed"], verdict["visible"], verdict["hidden"] is not None,
                             ran.error, stopped=stopped or ran.status in STOPPED)
        self.tests[name] = found
        return _outputs(found, test, ran.outputs)

    def _ask(self, name: str) -> tuple[Judgement, bool]:
        """Let the referee run a test while the kernel serves its calls; whether that stopped."""
        with contextlib.suppress(BrokenPipeError):  # its last words are read below
            self.judge.ask("test", name)
        ran = self._timed(self.kernel.request, SERVE)
        verdict = self.judge.answer()
        if ran.status == "late" and not verdict["passed"]:
            verdict["visible"] = verdict["visible"] and TIME_OUT
        return verdict, ran.status in STOPPED


def _verdict(passed: bool, error: Error | None, hidden: bool = False, kernel: Error | None = None,
             fresh: str | None = None, stopped: bool = False) -> Verdict:
    return {"passed": passed, "error": error, "hidden": hidden, "kernel": kernel, "fresh": fresh,
            "stopped": stopped}


def _outputs(verdict: Verdict, test: Parts, outputs: list[Node]) -> list[Node]:
    """Return what is shown below a test cell: an error exactly if it failed (nbgrader's rule)."""
    shown = [each for each in outputs if each["output_type"] != "error"]
    for each in shown:
        each.pop("name", None) if each["output_type"] != "stream" else each.update(name="stdout")
    if verdict["passed"]:
        return shown
    error = verdict["error"]
    if error is None:
        error = {"name": "HiddenTestFailed", "text": test["hint"]}
    line = f"{error['name']}: {error['text']}"
    return [*shown, {"output_type": "error", "ename": error["name"], "evalue": error["text"],
                     "traceback": [line]}]


def environment(bundle: str | Path) -> dict[str, str]:
    """Return the environment of a process that runs a release's own code."""
    return source.environment() | {"PYTHONPATH": str(bundle), "MPLBACKEND": "Agg"}


def _nursery(bundle: Path, template: Path) -> warm.Nursery | None:
    """Return what referees of a lesson are forks of, where nurseries are kept."""
    return warm.nursery("referee", bundle, template, lambda names: warm.Nursery(
        lambda base: [*REFEREE, "nursery"], environment(bundle), names, f"{PREFIX}{os.getpid()}-"))


class Judge:
    """The referee's process; ends with the ``with`` block, as does `link`, the kernel's socket."""

    def __init__(self, job: Job, link: socket.socket) -> None:
        self.job, self.link = job, link

    def __enter__(self) -> Self:
        self.errors: IO[bytes] = tempfile.TemporaryFile()
        given = [self.job["template"], json.dumps(self.job["comparable"]),
                 str(self.job["limits"]["memory"])]
        given += [] if self.job["seed"] is None else [str(self.job["seed"])]
        nursery = _nursery(Path(self.job["bundle"]), Path(self.job["template"]))
        inward, questions = os.pipe()
        answers, outward = os.pipe()
        self.process: subprocess.Popen[bytes] | warm.Infant
        try:
            if nursery is not None:
                self.process = nursery.bear(
                    given, [self.link.fileno(), inward, outward, self.errors.fileno()])
            else:
                number = self.link.fileno()
                self.process = subprocess.Popen(
                    [*REFEREE, str(number), *given], stdin=inward, stdout=outward,
                    stderr=self.errors, pass_fds=[number], env=environment(self.job["bundle"]))
        finally:
            os.close(inward)
            os.close(outward)
        self.questions = os.fdopen(questions, "w", encoding="utf-8")
        self.answers = os.fdopen(answers, encoding="utf-8")
        self.lines: list[str] = []
        self.got = threading.Semaphore(0)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()
        for each in (self.questions, self.answers, self.link, self.errors):
            with contextlib.suppress(BrokenPipeError):
                each.close()
        if isinstance(self.process, warm.Infant):
            self.process.close()

    def _read(self) -> None:
        for line in self.answers:
            self.lines.append(line)
            self.got.release()
        self.got.release()

    def ask(self, what: str, test: str) -> None:
        """Let it run a ``test``, or compare its answers on ``fresh`` inputs.

        It calls the submission's functions over `link` meanwhile.
        """
        self.questions.write(json.dumps({what: test}) + "\n")
        self.questions.flush()

    def answer(self) -> Judgement:
        """Return the verdict; a kernel that has stopped serving is given up after a while."""
        if not self.got.acquire(timeout=GRACE):
            self.link.shutdown(2)
            self.got.acquire(timeout=60)
        if not self.lines:
            self.errors.seek(0)
            raise RuntimeError(f"the referee ended: {self.errors.read()[-2000:].decode()}")
        judgement: Judgement = json.loads(self.lines.pop(0))
        return judgement
