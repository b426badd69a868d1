"""What an exercise rebuilds is off limits in its answer: while a test runs, calls of it are told.

The build puts a line before each test: ``off_limits(blur, names="imaging.operators.Blur")``.  From
there to the end of the cell every call is looked at.  If the library's function is called by a
learner's code, under whatever name, that raises `OffLimits`.  The library itself may call it, and
so may the test; outside of tests everybody may.  A test's own functions are off limits, too.

This tells what was forgotten, or not known; code that sets out to deceive it can.
"""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

__all__ = ["OffLimits", "off_limits", "watched"]

LIBRARY = "course_lib."
_tests: set[str] = set()  # files of the cells of tests that ran in this process


class OffLimits(AssertionError):
    """An answer calls what it is to rebuild."""


def off_limits(*answers: Callable[..., Any], names: str = "") -> None:
    """Watch what a learner's functions call, from here to the end of the test's cell.

    Parameters
    ----------
    *answers : callable
        The exercise's functions.  What stands for a function elsewhere may watch there: it has a
        method `off_limits` that takes the names.
    names : str
        Names in the library that they rebuild, as ``"imaging.operators.Blur"``, with spaces.

    Raises
    ------
    OffLimits
        At once if an answer is the library's own function, and from whatever calls it later.
    """
    for answer in answers:
        elsewhere = getattr(answer, "off_limits", None)
        if elsewhere is not None:
            elsewhere(names)
    if any(hasattr(answer, "off_limits") for answer in answers):
        return
    cell = sys._getframe(1)
    _tests.add(cell.f_code.co_filename)
    watch = _Watch(names, answers)
    for answer in answers:
        watch.refuse(answer)
    shell = _shell(cell)
    if shell is None:
        watch.last = cell
    else:
        def finish() -> None:
            shell.events.unregister("post_execute", finish)
            watch.stop()

        shell.events.register("post_execute", finish)
    watch.start()


@contextlib.contextmanager
def watched(answer: Callable[..., Any], names: str) -> Iterator[None]:
    """Watch what a learner's function calls within a ``with`` block.

    Raises
    ------
    OffLimits
        As `off_limits`.
    """
    watch = _Watch(names, [answer])
    watch.refuse(answer)
    watch.start()
    try:
        yield
    finally:
        watch.stop()


def _shell(frame: FrameType) -> Any:
    """Return the notebook's shell if a frame is of one of its cells, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if shell is not None and shell.user_ns is frame.f_globals else None


class _Watch:
    """Looks at every call of a Python function (`sys.settrace`; calls of C functions cost nothing).

    Another tracer rests meanwhile: coverage doesn't count what a watched test runs.

    Attributes
    ----------
    last : frame or None
        When it returns, the watch ends.
    """

    def __init__(self, names: str, answers: Any) -> None:
        self.last: FrameType | None = None
        self.who = ", ".join(getattr(each, "__name__", "your answer") for each in answers)
        self.before: Any = None
        self.targets: dict[str, list[tuple[str, ...]]] = {}  # a code's name → (name, its parts)
        for name in names.split():
            module, *rest = _split(name)
            words = ["__init__", "__new__"] if rest[-1][:1].isupper() and len(rest) == 1 else []
            for word in words or rest[-1:]:
                self.targets.setdefault(word, []).append((name, module, *rest))
        self.classes = {parts[-1]: (name, module, *parts) for name in names.split()
                        for module, *parts in [_split(name)] if parts[-1][:1].isupper()}

    def start(self) -> None:
        self.before = sys.gettrace()
        earlier = getattr(self.before, "__self__", None)
        if isinstance(earlier, _Watch):
            self.before = earlier.before  # that of a test which was left by an error
        sys.settrace(self.look)
        if self.last is not None:
            self.last.f_trace, self.last.f_trace_lines = self.leave, False

    def stop(self) -> None:
        """End the watch; what `look` raises has ended it already, the former tracer with it."""
        now = sys.gettrace()
        if now is None or getattr(now, "__self__", None) is self:
            sys.settrace(self.before)

    def leave(self, frame: FrameType, event: str, _argument: Any) -> Callable[..., Any]:
        if event == "return":
            self.stop()
        return self.leave

    def look(self, frame: FrameType, _event: str, _argument: Any) -> None:
        code = frame.f_code
        if code.co_name in self.targets or self.classes:
            name = self.named(frame, code)
            if name and self.by_learner(frame.f_back):
                raise OffLimits(self.told(name))
        if code.co_filename in _tests and self.steals(frame):
            raise OffLimits(f"{self.who} calls `{code.co_name}`, a function of the tests; "
                            "that is off limits: write your own.")

    def told(self, name: str) -> str:
        return (f"{self.who} calls `course_lib.{name}`, which this exercise rebuilds: "
                "that is off limits here, write it yourself.")

    def named(self, frame: FrameType, code: CodeType) -> str | None:
        """Return which of the names a frame runs, or None."""
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(LIBRARY):
            return None
        for name, room, *parts in self.targets.get(code.co_name, ()):
            if len(parts) == 1 and code.co_qualname == parts[0] and module == LIBRARY + room:
                return name
            if (len(parts) == 2 or parts[0] != code.co_name) and self.is_a(
                    _first(frame, code), room, parts[0]):
                return name
        if self.classes:  # other ways to make an object: class methods
            first = _first(frame, code)
            if isinstance(first, type):
                for name, room, *parts in self.classes.values():
                    if self.is_a(first, room, parts[0]):
                        return name
        return None

    @staticmethod
    def is_a(thing: Any, room: str, kind: str) -> bool:
        """Whether something is a class of the library, one made from it, or an object of one."""
        made = thing if isinstance(thing, type) else type(thing)
        return any(each.__module__ == LIBRARY + room and each.__qualname__ == kind
                   for each in made.__mro__)

    def by_learner(self, frame: FrameType | None) -> bool:
        """Whether a call comes from a learner's code, be it through NumPy or Python's own tools."""
        while frame is not None:
            module = str(frame.f_globals.get("__name__", ""))
            if module == "__main__":
                return frame.f_code.co_filename not in _tests
            if module.startswith(LIBRARY):
                return False
            frame = frame.f_back
        return False

    def steals(self, frame: FrameType) -> bool:
        """Whether a learner's code calls a function of the test by its name in the notebook."""
        caller, name = frame.f_back, frame.f_code.co_name
        if (caller is None or caller.f_globals is not frame.f_globals
                or caller.f_code.co_filename in _tests or name not in caller.f_code.co_names):
            return False
        return getattr(frame.f_globals.get(name), "__code__", None) is frame.f_code

    def refuse(self, answer: Any) -> None:
        """Raise `OffLimits` if a function is the library's own, or a mere wrapping of it."""
        for _ in range(20):
            inner = (answer.func if isinstance(answer, functools.partial)
                     else getattr(answer, "__wrapped__", None) or getattr(answer, "__func__", None))
            found = self.known(answer)
            if found is not None:
                raise OffLimits(self.told(found))
            if inner is None:
                return
            answer = inner

    def known(self, answer: Any) -> str | None:
        module, name = getattr(answer, "__module__", None), getattr(answer, "__qualname__", None)
        for parts in self.targets.values():
            for full, room, *rest in parts:
                if module == LIBRARY + room and name == ".".join(rest):
                    return full
        return None


def _split(name: str) -> list[str]:
    """Split ``imaging.operators.Blur.T`` into its module and what is in it."""
    words = name.split(".")
    first = next((n for n, word in enumerate(words) if word[:1].isupper()), len(words) - 1)
    return [".".join(words[:first]), *words[first:]]


def _first(frame: FrameType, code: CodeType) -> Any:
    """Return the first argument of a call that has just begun."""
    if not code.co_argcount:
        return None
    return frame.f_locals.get(code.co_varnames[0])
