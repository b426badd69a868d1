"""A small class whose written answers wait for a person: no notebook is run for it."""

import json

import nbformat
from nbgrader.utils import compute_checksum

from course_staff.grading import grade, record
from course_staff.grading.people import Owner, People

LESSON, CELL, STAMP = "00_small", "why", "1.0-abc"
RUBRIC = """*Example.* Because $x^2 = 1$.

*Rubric, one point each.*

1. *One.* Says that $e^{i\\pi} = -1$. *Half:* without the sign,
   or without the base.
2. *Two.* Says two.
3. *Three.* Half: one of two.

A false statement: half a point off the sum."""
PLAIN = {"Ada Bell": "An honest answer: $a^2 + b^2$.", "Bob Roe": "Another one.",
         "Li Wei": "A third."}


def template(rubric=RUBRIC, most=3):
    """A lesson with one written answer."""
    cells = [nbformat.v4.new_markdown_cell("# Small\n\n**Write** why.", id="question"),
             nbformat.v4.new_markdown_cell("*Your answer here.*", id="answer")]
    cells[1].metadata["nbgrader"] = {
        "grade": True, "grade_id": CELL, "locked": False, "points": most, "schema_version": 3,
        "solution": True, "task": False}
    cells[1].metadata.nbgrader["checksum"] = compute_checksum(cells[1])
    return {"name": LESSON, "title": "Small", "notebook": nbformat.v4.new_notebook(cells=cells),
            "tests": {}, "answers": {CELL: most}, "solutions": {}, "program": [], "right": {},
            "rubrics": {CELL: rubric}}


def make(root, monkeypatch, texts=None, rubric=RUBRIC):
    """Return the folder of a class that has handed in these texts, by name."""
    texts = texts or PLAIN
    monkeypatch.setenv("COURSE_WORK", str(root / "work"))
    described = template(rubric)
    kept = root / "work" / "releases" / STAMP
    (kept / "templates").mkdir(parents=True)
    (kept / "templates" / f"{LESSON}.json").write_text(json.dumps(described), encoding="utf-8")
    (kept / "complete").touch()
    folder = grade.open_folder(root / "marks")
    people = People()
    keys = people.identify([Owner(name) for name in texts], LESSON)
    people.write(folder)
    (folder / "results" / LESSON).mkdir(parents=True)
    with record.Book(grade.gradebook_url(folder, None), folder) as book:
        book.config()
        book.assignment(described)
        for owner, known in keys.items():
            notebook = json.loads(json.dumps(described["notebook"]))
            notebook["cells"][1]["source"] = texts[owner.name]
            book.write(known.key, described, notebook, {}, None, owner.name)
            (folder / "results" / LESSON / f"{known.key}.json").write_text(json.dumps({
                "student": known.key, "name": owner.name, "lesson": LESSON, "file": "", "came": [],
                "when": None, "stamp": STAMP, "digest": "x", "flags": [], "tests": {},
                "seconds": 0, "inside": [], "limits": ""}), encoding="utf-8")
    return folder
