"""A lesson as a page: nbconvert writes it, its pictures lie beside it, its panels move (`panels`).

A cell that asks for a prediction gets a form.  What tells the answer has the prediction's key and
waits, where scripts run, until a number is typed or the reader asks to be shown: from the next code
up to the next heading, exercise or prediction.  Code is folded, so that pictures and text come
first, but for an exercise's own.  What only a notebook can do isn't asked for.
"""

import ast
import base64
import io
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from PIL import Image

from course_lib.notebook.figures import CSS_DPI, DPI
from course_staff.authoring import library, rules
from course_staff.authoring.source import ROOT, Lesson
from course_staff.publishing import reference
from course_staff.publishing.site import docs, panels

TEMPLATES = files("course_staff.publishing.site") / "templates"
ANSWER = "*Your answer here.*"  # what `course build` leaves of an answer in words
KEYS = re.compile(r" \*\*Shift \+ Enter\*\* runs a cell\.")
HAND_IN = re.compile(r"\A## Hand it in\n.*", re.DOTALL)
PREDICT = re.compile(r"(?:\A|\n\n)\*\*Predict")  # its paragraph gets a place
# A formula of its own line, hidden until it is set; not what code or attributes have.
FORMULA = re.compile(r"\$\$[^$<>\"]+\$\$")
NO_GUESS = re.compile(r"^you left no answer in lesson (\d+).*\n", re.MULTILINE)


class _Exporter(HTMLExporter):
    """nbconvert's, which doesn't parse anew what it wrote: the templates' pictures have alt texts.

    That took a third of the time.
    """

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None,
                           **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        self.register_filter("highlight_code", Highlight2HTML(parent=self))
        self.register_filter("filter_data_type", WidgetsDataTypeFilter(
            notebook_metadata=nb.metadata, parent=self))
        return TemplateExporter.from_notebook_node(self, nb, resources, **kwargs)


def write(folder: Path, lessons: Sequence[Lesson], root: Path = ROOT,
          few: bool = False) -> list[Path]:
    """Write the lessons' pages and their pictures into a folder; returns the pages' paths.

    With `few`, panels have two pictures each.
    """
    exporter = _Exporter(
        template_name="lesson", extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(TEMPLATES)], exclude_input_prompt=True,
        exclude_output_prompt=True)
    written = []
    for before, lesson, after in zip([None, *lessons], lessons, [*lessons[1:], None],
                                     strict=False):
        notebook = page(lesson.folder, root)
        beside = folder / "figures" / lesson.folder
        moving = {
            node.id: panels.drawn(lesson, cell, beside / "panel", few, root)
            for cell, node in zip(lesson.in_notebook, notebook.cells, strict=True)
            if cell.type == "code" and panels.OPENS.search(cell.text)}
        put_pictures([cell for cell in notebook.cells if cell.id not in moving], beside)
        resources = {"link": reference.link, "uses": uses(notebook), "lesson": lesson,
                     "panels": moving, "exercises": lesson.exercises,
                     "before": before, "after": after,
                     "maths": any("$" in cell.source for cell in notebook.cells
                                  if cell.cell_type == "markdown")}
        html, _ = exporter.from_notebook_node(notebook, resources)
        written.append(folder / f"{lesson.folder}.html")
        html = FORMULA.sub(r'<span class="tex">\g<0></span>', docs.without_anchors(html))
        written[-1].write_text(html, encoding="utf-8", newline="\n")
    return written


def page(name: str, root: Path = ROOT) -> NotebookNode:
    """Return one lesson as a notebook to read: no answers, the outputs of plain cells.

    Parameters
    ----------
    name : str
        The name of its folder.
    root : Path
        The course.

    Returns
    -------
    NotebookNode
        Cells' metadata say what the page makes of them: ``guesses`` (key, between, answered, which
        of how many, the cell that asks) of predictions, ``waits`` (their keys) of what waits for
        some, ``folded`` (a line) of tests, ``code`` (a line) of code that is no exercise's,
        ``answer`` (its name) of what is answered in words.  An output whose metadata have
        ``recall`` (key, lesson) stands for a guess.
    """
    lesson, solved = (
        nbformat.reads((root / folder / name / f"{name}.ipynb").read_text(encoding="utf-8"), 4)
        for folder in ("lessons", "solutions"))
    outputs = {cell.id: cell.outputs for cell in solved.cells if cell.cell_type == "code"}
    for cell in lesson.cells:
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata:
            cell.outputs = _recalled(cell.source, outputs[cell.id])
        elif cell.cell_type == "code" and cell.metadata.nbgrader.grade:
            cell.metadata.folded = f"Test “{cell.metadata.nbgrader.grade_id}”"
        elif cell.source.strip() == ANSWER:
            cell.metadata.answer = cell.metadata.nbgrader.grade_id
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("solution"):
            lines = cell.source.strip().count("\n") + 1
            cell.metadata.code = f"Code, {lines} line{'s' if lines > 1 else ''}"
        if cell.cell_type == "markdown":
            cell.source = HAND_IN.sub("", KEYS.sub("", cell.source))
    for place, cell in enumerate(lesson.cells):
        cell.metadata.guesses = []
        for guess in asked(cell.source) if cell.cell_type == "code" else []:
            waits = _waiting(lesson.cells, place, guess["key"])
            cell.metadata.guesses.append(guess | {
                "answered": bool(waits), "asks": _asks(lesson.cells[place - 1])})
            for each in waits:
                waiting = lesson.cells[each].metadata
                waiting.waits = f"{waiting.get('waits', '')} {guess['key']}".strip()
    guesses = [guess for cell in lesson.cells for guess in cell.metadata.guesses]
    for number, guess in enumerate(guesses, 1):
        guess.update(number=number, of=len(guesses))
    return lesson


def _asks(cell: NotebookNode) -> str | None:
    """Return the place of what a cell asks: a paragraph "**Predict.** …", or the whole cell."""
    if cell.cell_type != "markdown":
        return None
    return f"asks-{cell.id}" if PREDICT.search(cell.source) else f"cell-id={cell.id}"


def _recalled(code: str, outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return a cell's outputs with an output of its own for the line that says: no guess is kept.

    A page's reader leaves guesses in the browser, which the kernel that ran the cell can't know.
    """
    key = re.search(r'\brecall\("([^"]*)"\)', code)
    found = []
    for output in outputs:
        text = output.get("text", "")
        line = NO_GUESS.search(text) if key else None
        if not (key and line):
            found.append(output)
            continue
        guess = nbformat.v4.new_output(
            "display_data", {"text/plain": line[0]},
            metadata={"recall": {"key": key[1], "lesson": line[1]}})
        before, after = (NotebookNode(output | {"text": part})
                         for part in (text[:line.start()], text[line.end():]))
        found += [each for each in (before, guess, after) if each is guess or each.text]
    return found


def asked(code: str) -> list[dict[str, Any]]:
    """Return the predictions that a cell asks for: key, and the numbers it lies between, if any.

    >>> asked('predict("pulse.kept", kept, between=(0, 100))')
    [{'key': 'pulse.kept', 'between': (0, 100)}]
    """
    found = []
    for node in ast.walk(ast.parse(code)):
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                and node.func.id == "predict"):
            between = {each.arg: each.value for each in node.keywords}.get("between")
            found.append({"key": ast.literal_eval(node.args[0]),
                          "between": ast.literal_eval(between) if between else None})
    return found


def _waiting(cells: Sequence[NotebookNode], place: int, key: str) -> range:
    """Return the places of the cells that tell the answer to the prediction at `place`."""
    reveals = (at for at in range(place + 1, len(cells)) if cells[at].cell_type == "code"
               and ("reveal", key) in rules.guesses(cells[at].source))
    told = next(reveals, None)
    if told is None:
        return range(0)
    start = max(at for at in range(place, told) if at == place or _begins(cells[at])) + 1
    end = next((at for at in range(told + 1, len(cells)) if _begins(cells[at])), len(cells))
    return range(start, end)


def _begins(cell: NotebookNode) -> bool:
    """Whether something new begins: a heading, an exercise, a prediction and what asks for it."""
    if cell.cell_type == "code":
        return "nbgrader" in cell.metadata or bool(asked(cell.source))
    return cell.source.startswith(("#", "**Predict")) or "nbgrader" in cell.metadata


def uses(notebook: NotebookNode) -> dict[str, list[str]]:
    """Return what of the library a lesson's plain cells use: module → names, as `library.used`."""
    code = "\n".join(cell.source for cell in notebook.cells
                     if cell.cell_type == "code" and "nbgrader" not in cell.metadata)
    found: dict[str, list[str]] = {}
    for name in library.used(code):
        found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def put_pictures(cells: Sequence[NotebookNode], beside: Path) -> None:
    """Write cells' pictures into files, so that a page loads those that are looked at."""
    beside.mkdir(parents=True, exist_ok=True)
    pictures = [output for cell in cells for output in cell.get("outputs", [])
                if "image/png" in output.get("data", {})]
    for number, output in enumerate(pictures, 1):
        data = base64.b64decode(output.data["image/png"])
        path = beside / f"{number:02}.png"
        path.write_bytes(data)
        output.metadata.file = f"figures/{beside.name}/{path.name}"
        output.metadata.height = round(Image.open(io.BytesIO(data)).height * CSS_DPI / DPI)
