"""The gradebook: nbgrader's own, in SQLite or PostgreSQL, written by one process.

What formgrader needs is written as nbgrader would: the assignment's cells, a submission with
scores, the notebook under autograded/.  Marks given by hand are never touched.
"""

import contextlib
import logging
import os
import re
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from sqlalchemy.engine import URL
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from course_lib.desk.commands import Told
from course_staff.grading.shapes import Mark, Node, Template, Verdict

COURSE = "limits_of_super_resolution"
CONFIG = '''\
"""So that nbgrader's formgrader finds this class."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "{course}"
c.CourseDirectory.db_url = {url!r}
'''


def default_url(folder: Path) -> str:
    """Return the address of a class's own gradebook, whatever signs its folder's name has."""
    path = str(Path(folder).resolve() / "gradebook.db")
    return URL.create("sqlite", database=path).render_as_string()


class Book:
    """A gradebook, open for writing.

    Parameters
    ----------
    url : str
        ``sqlite:///PATH`` or ``postgresql://…``.
    folder : Path
        The class's folder.

    Raises
    ------
    Told
        If the database can't be opened.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, Path(folder)
        # A fresh gradebook calls `alembic`, which lies beside this Python.
        beside = str(Path(sys.executable).parent)
        if beside not in os.environ["PATH"].split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([beside, os.environ["PATH"]])
        logging.getLogger("alembic").setLevel(logging.WARNING)
        # What goes wrong is raised, too: its traceback helps nobody beside the sentence it becomes.
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
        try:
            with _calm():
                self.book = Gradebook(url, COURSE)
        except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
            shown = re.sub(r"//[^@/]*@", "//…@", url)
            reason = str(error).splitlines()[0]
            raise Told(f"The gradebook {shown} can't be opened: {reason}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()

    def undo(self) -> None:
        """Forget what was begun and not committed, so that the next student can be entered."""
        self.book.db.rollback()

    def config(self) -> None:
        """Write the configuration that formgrader reads; it may hold a password."""
        path = self.folder / "nbgrader_config.py"
        path.write_text(CONFIG.format(course=COURSE, url=self.url), encoding="utf-8")
        path.chmod(0o600)

    def assignment(self, template: Template) -> None:
        """Enter a lesson, or what changed in it.

        Raises
        ------
        Told
            If the gradebook holds submissions of a version with other points or other cells.
        """
        name = template["name"]
        notebook = nbformat.from_dict(template["notebook"])
        with contextlib.suppress(MissingEntry):
            entered = self.book.find_notebook(name, name)
            known = {cell.name: float(cell.max_score)
                     for cell in (*entered.grade_cells, *entered.task_cells)}
            now = {cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.points)
                   for cell in notebook.cells
                   if is_grade(cell) or is_task(cell)}
            if known == now:
                return
            if self.book.find_assignment(name).submissions:
                raise Told(f"This gradebook holds marks for another version of {name}, with other "
                           "points or tests. Use another --out folder (or --gradebook) for it.")
        with _calm():
            self.book.update_or_create_assignment(name)
            # It opens the gradebook for itself.
            SaveCells().preprocess(notebook, {"nbgrader": {
                "notebook": name, "assignment": name, "db_url": self.url}})
            self.book.db.expire_all()

    def write(self, student: str, template: Template, notebook: Node,
              tests: Mapping[str, Verdict], when: datetime | None = None, name: str | None = None,
              beside: Collection[str] = ()) -> None:
        """Enter one submission; what was graded by hand stays.

        Parameters
        ----------
        student : str
        template : Template
        notebook : dict
            Executed; also written to autograded/, where formgrader looks.
        tests : dict
            Verdicts by grade id.
        when : datetime, optional
            When it was handed in, in UTC, without a time zone.
        name : str, optional
            The student's, as formgrader shows it.
        beside : collection of str
            Answers that a person looks for, since they may stand beside their cells.
        """
        lesson, nb = template["name"], nbformat.from_dict(notebook)
        nbformat.validate(nb)
        path = self.folder / "autograded" / student / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        with _calm():
            self.book.update_or_create_student(student, **_names(name or student))
            details = {} if when is None else {"timestamp": when}
            self.book.update_or_create_submission(lesson, student, **details)
            for cell in nb.cells:
                about = cell.metadata.get("nbgrader", {})
                looked_for = about.get("grade_id") in beside
                if is_grade(cell) or is_task(cell):
                    grade = self.book.find_grade(about["grade_id"], lesson, lesson, student)
                    self._score(grade, cell, about, tests, looked_for)
                if is_solution(cell) or is_task(cell):
                    comment = self.book.find_comment(about["grade_id"], lesson, lesson, student)
                    silent = _is_blank(cell) and not looked_for
                    comment.auto_comment = "No response." if silent else None
            self.book.db.commit()
        nb.cells = list(_with_rubrics(nb.cells, lesson, template.get("rubrics", {})))
        path.write_text(nbformat.writes(nb), encoding="utf-8")

    def _score(self, grade: Any, cell: nbformat.NotebookNode, about: Node,
               tests: Mapping[str, Verdict], looked_for: bool) -> None:
        test = tests.get(about["grade_id"])
        if test is not None:
            grade.auto_score = float(about["points"]) if test["passed"] else 0.0
        elif is_task(cell) or looked_for:
            grade.auto_score = None
        else:
            grade.auto_score, _ = determine_grade(cell)
        by_hand = grade.manual_score is not None
        grade.needs_manual_grade = by_hand or grade.auto_score is None

    def marks(self, student: str, lesson: str) -> dict[str, Mark]:
        """Return a submission's marks by grade id; none if it isn't entered."""
        try:
            submission = self.book.find_submission_notebook(lesson, lesson, student)
        except MissingEntry:
            return {}
        found: dict[str, Mark] = {
            grade.name: {"score": float(grade.score or 0),
                         "by_hand": grade.manual_score is not None,
                         "open": bool(grade.needs_manual_grade), "comment": ""}
            for grade in submission.grades}
        for comment in submission.comments:
            if comment.comment:
                told = found.setdefault(comment.name, {})
                told["comment"] = comment.comment
        return found

    def forget(self, students: Collection[str] | None) -> int:
        """Remove students (None: all) with all that belongs to them; returns how many."""
        with _calm():
            known = [each.id for each in self.book.students]
            for student in known:
                if students is None or student in students:
                    self.book.remove_student(student)
            self.book.db.commit()
        return sum(students is None or each in students for each in known)


def _names(name: str) -> dict[str, str]:
    """Return a name in nbgrader's two parts; formgrader puts the last one first."""
    plain = re.sub(r"[<>&\"`]", "", name)  # not every page of formgrader's escapes them
    first, _, last = plain.strip().rpartition(" ")
    return {"first_name": first, "last_name": last}


def _with_rubrics(cells: Iterable[nbformat.NotebookNode], lesson: str, rubrics: Mapping[str, str],
                  ) -> Iterator[nbformat.NotebookNode]:
    """Put rubrics below the answers that they are for, with a way to where they can be ticked."""
    for cell in cells:
        yield cell
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if rubric := rubrics.get(name):
            shown = "\n".join(f"> {line}" for line in rubric.splitlines())
            yield nbformat.v4.new_markdown_cell(
                f"> **For markers: model answer and rubric of {name}** "
                f"([tick it](../../../marking/{lesson}/{name}))\n>\n{shown}",
                id=f"rubric-{name}"[:64])


def _is_blank(cell: nbformat.NotebookNode) -> bool:
    """Whether an answer is still as it was handed out (tasks are never blank)."""
    return not is_task(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)


@contextlib.contextmanager
def _calm() -> Iterator[None]:
    """nbgrader's models warn about themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        yield
