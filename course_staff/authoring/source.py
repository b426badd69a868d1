"""Read a lesson's source: one readable Python file (jupytext's percent format) per lesson.

A lesson's name is that of its source; title, minutes and number stand in the one list of lessons
(`authoring.syllabus`).  A source opens with a header, then come cells with compact headers::

    # ---
    # jupyter:
    #   course: {points: 20, reads: [images, posteriors]}    folders of data/ that it opens
    # ---

    # %% [markdown] slide="slide"           text; `slide` as in a deck, "notes" for the speaker
    # %% [markdown] only="slides"           text for decks, never in notebooks
    # %%                                    code
    # %% solution="blur"                    an exercise: def line, docstring, then the body
    #                                       between ### BEGIN SOLUTION and ### END SOLUTION;
    #                                       rebuilds="imaging.operators.Blur" says what of the
    #                                       library does the same in one call, if anything does;
    #                                       tests refuse answers that call it (`guarded`), but for
    #                                       what allows="…" names as well: the text must say so
    # %% test="blur_keeps_light" points=2   its tests, some between ### BEGIN HIDDEN TESTS and
    #                                       ### END HIDDEN TESTS, where `# hint: …` comes first
    # %% [markdown] answer="why" points=4   a written answer, example and rubric between the
    #                                       solution markers
    # %% [markdown] task="essay" points=4   a task, rubric between ### BEGIN and END MARK SCHEME
    # %% [markdown] readonly="rules"        a locked cell
    # %% [markdown] deeper=true             left out on the short way through the lesson; in the
    #                                       notebook such text begins with », and such cells are
    #                                       tagged "deeper"
    # %% varies=true                        prints digits that depend on the processor

Texts, comments and strings name other lessons as "lesson {pulse}"; reading puts the number in.
`authoring.references` tells the rule, and what else may stand in braces::

    # # {title}                             08 · PULSE
    # **{question}**
    # {minutes} minutes. {builds_on}

An exercise is one solution cell and the test cells up to the next solution cell.
`authoring.rules` says what is wrong with a source, `authoring.build` makes notebooks of it.
"""

import ast
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jupytext

from course_lib.desk import surroundings
from course_staff.authoring import references, syllabus
from course_staff.authoring.syllabus import ROOT, SourceError, find

__all__ = ["KINDS", "ROOT", "WITH_POINTS", "Cell", "Exercise", "Lesson", "SourceError",
           "environment", "find", "folder", "guarded", "notebook", "processor", "read", "regions"]

# What each kind of cell is to nbgrader; `points` belong to the kinds that are graded or tasks.
KINDS = {
    "solution": {"grade": False, "locked": False, "solution": True, "task": False},
    "test": {"grade": True, "locked": True, "solution": False, "task": False},
    "answer": {"grade": True, "locked": False, "solution": True, "task": False},
    "task": {"grade": False, "locked": True, "solution": False, "task": True},
    "readonly": {"grade": False, "locked": True, "solution": False, "task": False},
}
WITH_POINTS = {"test", "answer", "task"}
# jupytext's own notes on how a cell was written; they are no part of the lesson.
_FORMATTING = {"cell_marker", "lines_to_next_cell"}
# What a lesson must not inherit from whoever runs it.
PERSONAL = {"COURSE_WORK", "COURSE_DATA", "MPLBACKEND", "MATPLOTLIBRC", "PYTHONWARNINGS",
            "PYTHONWARNDEFAULTENCODING"}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def environment() -> dict[str, str]:
    """Return the environment that lessons run in: one thread, and nothing of whoever runs them."""
    kept = {key: value for key, value in surroundings.clean(os.environ).items()
            if key not in PERSONAL}
    return kept | dict.fromkeys(THREADS, "1")


def processor() -> str:
    """Return what the last digits depend on, as "GenuineIntel avx512f": maker and widest vectors.

    Numerical libraries choose their kernels by both.  No setting makes two makers' processors
    agree: MKL tells them apart even where it is told which instructions to use.
    """
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:
        return platform.machine()
    known = ("GenuineIntel", "AuthenticAMD", "avx512f", "avx2")
    return " ".join([word for word in known if word in told] or [platform.machine()])


@dataclass(frozen=True)
class Cell:
    """One cell of a source: its place, its header's options, its text."""

    number: int
    line: int
    type: str
    options: dict[str, Any]
    text: str

    @property
    def kind(self) -> str | None:
        """A key of `KINDS`, or None for plain text and code."""
        return next((kind for kind in KINDS if kind in self.options), None)

    @property
    def name(self) -> str | None:
        """The grade id, or None for plain text and code."""
        return self.options[self.kind] if self.kind else None

    @property
    def in_notebook(self) -> bool:
        """False for speaker's notes and cells that are for decks only."""
        return self.options.get("slide") != "notes" and self.options.get("only") != "slides"

    @property
    def deeper(self) -> bool:
        """True of what the short way through the lesson leaves out."""
        return self.options.get("deeper", False)

    @property
    def label(self) -> str:
        """How messages name the cell: its number, and its id or first line."""
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        what = f'{self.kind} "{self.name}"' if self.kind else repr(first[:50])
        return f"cell {self.number} ({what})"


@dataclass(frozen=True)
class Exercise:
    """A solution cell and the test cells that belong to it."""

    solution: Cell
    tests: list[Cell] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The grade id of its solution cell."""
        return self.solution.options["solution"]

    @property
    def rebuilds(self) -> list[str]:
        """Names in `course_lib`, as ``imaging.operators.Blur``, that do the same in one call."""
        return self.solution.options.get("rebuilds", "").split()

    @property
    def off_limits(self) -> list[str]:
        """Those of them that an answer may not call."""
        allowed = self.solution.options.get("allows", "").split()
        return [name for name in self.rebuilds if name not in allowed]

    @property
    def functions(self) -> list[str]:
        """Names of the functions and classes that the learner completes."""
        tree = ast.parse(self.solution.text).body
        kinds = ast.FunctionDef | ast.ClassDef
        parts = {n.name: ast.get_source_segment(self.solution.text, n) or ""
                 for n in tree if isinstance(n, kinds)}
        return [name for name, text in parts.items() if "BEGIN SOLUTION" in text]


@dataclass(frozen=True)
class Lesson:
    """A parsed source: path, header, cells in order, its entry in the list of lessons.

    Decks and files of answers are no lessons and have no entry.
    """

    path: Path
    header: dict[str, Any]
    cells: tuple[Cell, ...]
    entry: syllabus.Entry | None = None

    @property
    def name(self) -> str:
        """The name of its source."""
        return self.path.stem

    @property
    def folder(self) -> str:
        """The name of the folders and notebooks that are made of it: "08_pulse"."""
        return self.listed.folder

    @property
    def listed(self) -> syllabus.Entry:
        """Its entry; for lessons only."""
        assert self.entry is not None, f"{self.path.name} is no lesson"
        return self.entry

    @property
    def reads(self) -> list[str]:
        """The folders of data/ that it opens, as its header declares."""
        return self.header.get("reads", [])

    @property
    def title(self) -> str:
        """What the list of lessons says, or a deck's header."""
        return self.entry.title if self.entry else self.header["title"]

    @property
    def in_notebook(self) -> list[Cell]:
        """The cells that are in the notebook, in its order."""
        return [cell for cell in self.cells if cell.in_notebook]

    @property
    def exercises(self) -> list[Exercise]:
        """The lesson's exercises in order."""
        found: list[Exercise] = []
        for cell in self.cells:
            if cell.kind == "solution":
                found.append(Exercise(cell))
            elif cell.kind == "test" and found:
                found[-1].tests.append(cell)
        return found

    def problem(self, cell: Cell | None, reason: str) -> str:
        """Return one line naming file, cell and reason."""
        where = f"{self.path.parent.name}/{self.path.name}"
        if cell is None:
            return f"{where}: header: {reason}"
        return f"{where}:{cell.line}: {cell.label}: {reason}"


def folder(path: Path) -> str:
    """Return the name of the folders and notebooks that are made of a source: "08_pulse"."""
    return syllabus.entry(path).folder


def notebook(path: Path, where: str = "solutions") -> Path:
    """Return the path of a notebook that is made of a source, in solutions/ or lessons/."""
    name = folder(path)
    return path.parents[1] / where / name / f"{name}.ipynb"


def read(path: Path) -> Lesson:
    """Parse a source, its references resolved, without judging it otherwise.

    Parameters
    ----------
    path : Path
        A percent-format file.  Where a list of lessons lies beside it, it is a lesson.

    Returns
    -------
    Lesson

    Raises
    ------
    SourceError
        If the list beside it is unsound or lacks it; for references to lessons that don't exist.
    """
    beside = path.parent / syllabus.NAME
    entry = syllabus.entry(path) if beside.exists() else None
    entries, _ = syllabus.read(beside if beside.exists() else syllabus.LIST)
    text = path.read_text(encoding="utf-8")
    parsed = jupytext.reads(text, fmt="py:percent")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("# %%")]
    if len(lines) < len(parsed.cells):
        lines = [1, *lines]  # text before the first header is a cell, too
    cells = []
    for number, (line, cell) in enumerate(zip(lines, parsed.cells, strict=True), 1):
        options = {k: v for k, v in cell.metadata.items() if k not in _FORMATTING}
        cells.append(Cell(number, line, cell.cell_type, options, cell.source))
    lesson = Lesson(path, dict(parsed.metadata.get("course", {})), tuple(cells), entry)
    return _resolved(lesson, entries)


def _resolved(lesson: Lesson, entries: Mapping[str, syllabus.Entry]) -> Lesson:
    cells, problems = [], []
    for cell in lesson.cells:
        text, wrong = references.resolve(cell.text, entries, lesson.entry, cell.type == "code")
        options = {}
        for key, value in cell.options.items():
            options[key], more = (references.resolve(value, entries, lesson.entry)
                                  if isinstance(value, str) else (value, []))
            wrong = wrong + more
        cells.append(replace(cell, text=text, options=options))
        problems += [lesson.problem(cell, reason) for reason in wrong]
    if problems:
        raise SourceError(problems)
    return replace(lesson, cells=tuple(cells))


def guarded(lesson: Lesson) -> Lesson:
    """Return a lesson whose tests refuse answers that call what they rebuild, or the test's own.

    A line goes into each test and before its hidden part, which runs by itself at times
    (`course_lib.notebook.off_limits`).  The test's imports come first: where an answer is missing,
    so that the line fails, later tests have them all the same.
    """
    guards: dict[int, str] = {}
    for exercise in lesson.exercises:
        told = f', names="{" ".join(exercise.off_limits)}"' if exercise.off_limits else ""
        for test in exercise.tests:
            if told or re.search(r"^(def|class) |= lambda", test.text, re.MULTILINE):
                guards[test.number] = (
                    "from course_lib.notebook.off_limits import off_limits\n"
                    f"off_limits({', '.join(exercise.functions)}{told})\n")
    cells = []
    for cell in lesson.cells:
        if cell.number in guards:
            guard = guards[cell.number]
            text = re.sub(r"(### BEGIN HIDDEN TESTS\s*# hint:.*\n)", rf"\g<1>{guard}", cell.text)
            first = next((node.lineno for node in ast.parse(text).body
                          if not isinstance(node, ast.Import | ast.ImportFrom)), 1)
            lines = text.splitlines(keepends=True)
            cell = replace(cell, text="".join([*lines[:first - 1], guard, *lines[first - 1:]]))
        cells.append(cell)
    return replace(lesson, cells=tuple(cells))


def regions(text: str, what: str) -> list[str]:
    """Return the texts between ``### BEGIN what`` and ``### END what``, in order.

    Raises
    ------
    ValueError
        If the markers are not balanced.
    """
    found: list[str] = []
    inside: list[str] | None = None
    for line in text.splitlines():
        if f"BEGIN {what}" in line:
            if inside is not None:
                raise ValueError(f"### BEGIN {what} stands inside another")
            inside = []
        elif f"END {what}" in line:
            if inside is None:
                raise ValueError(f"### END {what} without ### BEGIN {what}")
            found.append("\n".join(inside))
            inside = None
        elif inside is not None:
            inside.append(line)
    if inside is not None:
        raise ValueError(f"### BEGIN {what} without ### END {what}")
    return found
