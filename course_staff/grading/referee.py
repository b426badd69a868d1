"""Run a lesson's tests where no student's code can reach them.

    python referee.py FD LESSON.json COMPARABLE MEMORY [SEED]
    python referee.py rehearse LESSON.json
    python referee.py nursery CONTROL MODULES

The referee executes the course's own cells: those that a test needs, and the tests.  Where a
student's function belongs, a stand-in calls the real one in the sandbox (`wire`) over the socket
FD.  The mark is what the tests say here; rebinding a helper, tracing, patching the library or
ending the kernel over there changes nothing but what the functions return.

Per line of standard input ``{"test": id}`` it answers with one line: whether the visible and the
hidden part passed, what the first failing assertion said.  When all tests are done, per line
``{"fresh": id}`` whether the function agrees with the reference on fresh inputs: after that no test
runs whose message could tell what these were.  They are the inputs of the test's own calls, changed
by up to a tenth with the class's secret SEED; a difference there never costs a mark, it flags.
"""

import builtins
import contextlib
import copy
import gc
import importlib
import io
import json
import os
import resource
import signal
import socket
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from course_staff.grading import wire
    from course_staff.grading.shapes import Error, Judgement, Template
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # PYTHONSAFEPATH leaves it out
    import wire

FRESH_CALLS, REMEMBERED = 3, 40
FRESH_SECONDS = 2.0
CLOSE = 1e-3
LIBRARIES = 512 << 20  # bytes that PyTorch and the lessons' own data take


class Referee:
    """Runs a lesson's cells in order, with the functions of a submission in place.

    Parameters
    ----------
    lesson : Template
    link : wire.Link, or what calls functions as it does
    seed : int or None
        Draws fresh inputs; None compares nothing.
    comparable : set of str, optional
        The tests after which answers are compared; all by default.
    """

    def __init__(self, lesson: "Template", link: wire.Caller, seed: int | None = None,
                 comparable: set[str] | None = None) -> None:
        self.cells, self.link, self.seed = lesson["program"], link, seed
        self.comparable = {cell["id"] for cell in self.cells} if comparable is None else comparable
        # Functions of the cells pickle by value, as those of a notebook do: they belong to no file.
        self.namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self.reference: dict[str, Any] = {}  # functions of the course's own answers
        self.calls: list[_Call] = []
        self.kept: dict[str, _Fresh] = {}
        self.place = self.judged = 0

    def judge(self, test: str) -> "Judgement":
        """Run everything up to a test, and the test; tests are judged in the lesson's order."""
        while self.cells[self.place]["id"] != test:
            cell = self.cells[self.place]
            self.place += 1
            if cell["kind"] == "solution":
                self._bind(cell)
            else:
                run(cell["source"], self.namespace)
        cell = self.cells[self.place]
        self.place += 1
        self.calls.clear()
        self.judged += 1
        visible, hidden = run(cell["visible"], self.namespace), None
        if visible is None and cell["hidden"]:
            hidden = run(cell["hidden"], self.namespace)
        verdict: Judgement = {"test": test, "visible": visible, "hidden": hidden,
                              "passed": visible is None and hidden is None}
        if verdict["passed"] and self.seed is not None and test in self.comparable:
            self.kept[test] = self._chosen(test, self.seed)
        return verdict

    def _bind(self, cell: dict[str, Any]) -> None:
        """Run a solution cell as the course has it, then put the student's functions in place."""
        run(cell["source"], self.namespace)
        for name in cell["functions"]:
            self.reference[name] = self.namespace.get(name)
            self.namespace[name] = StandIn(self.link, name, self.calls)

    def _chosen(self, test: str, seed: int) -> "_Fresh":
        """Choose some of a test's calls, and what draws their fresh inputs."""
        rng = np.random.default_rng([seed, *test.encode()])
        some = [self.calls[index] for index in rng.permutation(len(self.calls))[:FRESH_CALLS]]
        return some, rng, self.judged

    def then(self, name: str, judged: int) -> wire.Target:
        """Return how the function is called that had this name when a test was judged."""
        return f"{name}@{judged}"

    def compare(self, test: str, seed: int) -> str | None:
        """Say how a function judged before differs from the reference on fresh inputs, or None."""
        calls, rng, judged = (
            self.kept.pop(test) if test in self.kept else self._chosen(test, seed))
        end = time.monotonic() + FRESH_SECONDS
        for name, arguments, options in calls:
            if time.monotonic() > end or not plain(arguments, options):
                continue
            arguments, options = changed((arguments, options), rng)
            try:
                with quiet():
                    expected = self.reference[name](*copy.deepcopy(arguments), **options)
            except Exception:
                continue  # no input for it
            try:
                with quiet():
                    target = self.then(name, judged)
                    found = wire.Remote(self.link, target, name)(*arguments, **options)
            except wire.WireError:
                return f"{name} stops answering before or on fresh inputs"
            except Exception as error:
                return f"{name} raises {type(error).__name__} on fresh inputs"
            if not alike(expected, found):
                return f"{name} differs from the reference on fresh inputs"
        return None


# Of a call: the function's name, its arguments, its options.
_Call = tuple[str, tuple[Any, ...], dict[str, Any]]
# Some calls, what draws their fresh inputs, and the how-manieth test it was.
_Fresh = tuple[list[_Call], np.random.Generator, int]


class StandIn(wire.Remote):
    """A student's function as tests see it; remembers in `calls` with what it was called."""

    def __init__(self, link: wire.Caller, name: str, calls: list[_Call]) -> None:
        super().__init__(link, name, name)
        self.calls = calls
        self.names = ""

    def off_limits(self, names: str) -> None:
        """Let calls be watched where they run (`course_lib.notebook.off_limits`)."""
        self.names = names

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if len(self.calls) < REMEMBERED:
            with contextlib.suppress(Exception):  # what can't be copied isn't compared
                self.calls.append((self.__name__, *copy.deepcopy((arguments, options))))
        if isinstance(self.link, wire.Link):
            self.link.off_limits = self.names
        return super().__call__(*arguments, **options)

    def __deepcopy__(self, memo: dict[int, Any]) -> "StandIn":
        return self


def run(text: str, namespace: dict[str, Any]) -> "Error | None":
    """Run a cell; returns what it raised, or None."""
    try:
        with quiet():
            # Python that is told to optimise would leave the tests' assertions out.
            exec(compile(text, "<cell>", "exec", optimize=0), namespace)
    except wire.WireError:
        return {"name": "KernelDied", "text": "The kernel ended, or stopped answering."}
    except Exception as error:
        return {"name": type(error).__name__, "text": str(error)[:5000]}
    except SystemExit as error:
        return {"name": "SystemExit", "text": str(error)[:5000]}
    finally:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
    return None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Swallow what is printed and warned: warnings cost no marks."""
    sink = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stderr(sink):
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(sink):
            yield


# --- fresh inputs ---------------------------------------------------------------------------------


def plain(*values: object) -> bool:
    """Whether neither a generator nor a function is among the inputs: results may then vary."""
    for value in values:
        if isinstance(value, (list, tuple)):
            if not plain(*value):
                return False
        elif isinstance(value, dict):
            if not plain(*value.values()):
                return False
        elif isinstance(value, (np.random.Generator, types.FunctionType, wire.Remote)):
            return False
    return True


def changed(value: Any, rng: np.random.Generator) -> Any:
    """Shrink every real or complex number by up to a tenth; sums of one stay sums of one."""
    if isinstance(value, (list, tuple)):
        return type(value)(changed(each, rng) for each in value)
    if isinstance(value, dict):
        return {key: changed(each, rng) for key, each in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        less = np.asarray(1 - 0.1 * rng.random(value.shape))
        new = value * less.astype(value.real.dtype)
        if value.size and np.isclose(value.sum(), 1):
            new = new / new.sum()
        return new
    if isinstance(value, (float, np.floating)):
        return type(value)(value * (1 - 0.1 * rng.random()))
    return value


def alike(expected: Any, found: Any) -> bool:
    """Whether two results are equal to about three digits, as far as that can be told."""
    if isinstance(expected, (list, tuple)) and isinstance(found, (list, tuple)):
        return len(expected) == len(found) and all(map(alike, expected, found))
    try:
        expected, found = (np.asarray(each.detach() if hasattr(each, "detach") else each)
                           for each in (expected, found))  # a tensor may carry its gradient
        if expected.dtype.kind not in "biufc":
            return True
        if found.dtype.kind not in "biufc" or expected.shape != found.shape:
            return False
        scale = np.max(np.abs(expected[np.isfinite(expected)]), initial=0.0)
        return np.allclose(expected, found, rtol=CLOSE, atol=CLOSE * scale + 1e-12, equal_nan=True)
    except (TypeError, ValueError):
        return False


# --- which functions have one right answer --------------------------------------------------------


class Rehearsal(Referee):
    """A referee that stands for the sandbox, too: calls right answers, in this process.

    Parameters
    ----------
    lesson : Template
    number : int
        Which right answer of each exercise it calls; after the last comes the first again.
    """

    def __init__(self, lesson: "Template", number: int) -> None:
        super().__init__(lesson, self)
        self.right, self.number = lesson["right"], number
        self.functions: dict[wire.Target, Callable[..., Any]] = {}

    def call(self, target: wire.Target, arguments: Iterable[Any],
             options: Mapping[str, Any]) -> Any:
        """Call a right answer by name."""
        return self.functions[target](*arguments, **options)

    def then(self, name: str, judged: int) -> wire.Target:
        """Right answers keep their names."""
        return name

    def _bind(self, cell: dict[str, Any]) -> None:
        super()._bind(cell)
        codes = self.right.get(cell["id"]) or [cell["source"]]
        own = dict(self.namespace)
        run(codes[self.number % len(codes)], own)
        self.functions |= {name: own[name] for name in cell["functions"]}


def rehearse(lesson: "Template", seeds: Iterable[int] = (1, 2, 3)) -> list[str]:
    """Return the tests after which right answers agree with the reference on fresh inputs.

    Where two right answers differ, a difference says nothing, so students' aren't compared.
    """
    tests = [cell["id"] for cell in lesson["program"] if cell["kind"] == "test"]
    agree = set(tests)
    most = max([len(codes) for codes in lesson["right"].values()] + [0])
    for number in range(most):
        referee = Rehearsal(lesson, number)
        for test in tests:
            passed = referee.judge(test)["passed"]
            if not passed or any(referee.compare(test, seed) for seed in seeds):
                agree.discard(test)
    return [test for test in tests if test in agree] if most else []


def serve(control: socket.socket, names: Iterable[str]) -> None:
    """Import what a lesson needs, then be forked for each submission (`warm`)."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if len(os.listdir("/proc/self/task")) > 1:
        raise SystemExit("threads were started: these can't be forked")
    gc.collect()
    gc.freeze()
    control.sendall(b"ready")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    while True:
        text, files, _, _ = socket.recv_fds(control, 1 << 20, 5)
        if not text:
            return
        if not os.fork():
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                line, link, *standard = files
                for number, file in enumerate(standard):
                    os.dup2(file, number)
                    os.close(file)
                handle = os.pidfd_open(os.getpid())
                with socket.socket(fileno=os.dup(line)) as told:
                    socket.send_fds(told, [b"started"], [handle])
                    told.recv(2)
                os.close(handle)
                sys.stdin = open(0, encoding="utf-8", closefd=False)
                main(str(link), *json.loads(text))
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(0)
        for file in files:
            os.close(file)


def main(descriptor: str, path: str, comparable: str = "[]", memory: str = "0",
         seed: str | None = None) -> None:
    """Judge what is asked for on standard input, or rehearse; all as on the command line."""
    if descriptor == "nursery":
        serve(socket.socket(fileno=int(path)), json.loads(comparable))
        return
    if descriptor == "rehearse":
        with open(path, encoding="utf-8") as file:
            lesson = json.load(file)
        out, sys.stdout = sys.stdout, io.StringIO()
        agreed = rehearse(lesson)
        print(json.dumps(agreed), file=out)
        return
    # Tests keep what functions hand to them: beside the libraries no more than a submission has.
    most = int(memory) + LIBRARIES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # nothing that a cell prints may pass for a verdict
    with open(path, encoding="utf-8") as file:
        lesson = json.load(file)
    link = wire.Link(socket.socket(fileno=int(descriptor)), True)
    referee = Referee(lesson, link, None if seed is None else int(seed),
                      set(json.loads(comparable)))
    for line in sys.stdin:
        asked = json.loads(line)
        answer: dict[str, Any] = {}
        if "test" in asked:
            answer = {**referee.judge(asked["test"])}
        elif asked["fresh"] in referee.kept:
            answer = {"fresh": referee.compare(asked["fresh"], 0)}
        with contextlib.suppress(wire.WireError):
            link.done()
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
