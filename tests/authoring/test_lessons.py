"""The committed lessons and solutions: in sync, without leaks, reproducible, gradable.

Every lesson is graded once by nbgrader itself, a blank notebook and the reference answers.  The
graded reference is also the lesson executed anew: its text outputs must be those that are stored.
"""

import json
import re
from types import SimpleNamespace

import nbformat
import pytest
import secrecy
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from secrecy import secrets, squeeze

from course_staff.authoring import build, source

MINI = build.ROOT / "tests" / "fixtures" / "mini" / "solutions" / "mini.py"
PATHS = source.find()
each_lesson = pytest.mark.parametrize(
    "path",
    [pytest.param(p, id=source.folder(p)) for p in PATHS],
    scope="module",
)


# nbgrader's own use of its database.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def derived(folder, path):
    """The committed notebook of a lesson in lessons/ or solutions/."""
    found = source.notebook(path, folder)
    assert found.exists(), f"{folder}/ lacks {path.stem}: run `course build {path.stem}`"
    return found


# --- in sync --------------------------------------------------------------------------------------


def test_every_source_has_its_notebooks_and_no_other_exist():
    names = {source.folder(path) for path in PATHS}
    for folder in ("lessons", "solutions"):
        found = {p.parent.name for p in (build.ROOT / folder).glob("*/*") if p.is_file()}
        assert found == names, f"{folder}/: run `course build`, remove what has no source"


@each_lesson
def test_lesson_is_a_fresh_build(path, tmp_path):
    _, text = build.load(path)
    fresh = build.release(source.folder(path), text, tmp_path)
    committed = derived("lessons", path).read_bytes()
    assert committed == fresh.encode(), f"run `course build {path.stem}`"


@each_lesson
def test_solution_is_built_from_what_is_here(path):
    _, text = build.load(path)
    recorded, now = build.recorded(derived("solutions", path)), build.fingerprint(text)
    stale = [key for key in now if (recorded or {}).get(key) != now[key]]
    assert not stale, f"{', '.join(stale)} changed since: run `course build {path.stem}`"


@each_lesson
def test_solution_ran_from_top_to_bottom_and_kept_its_outputs(path):
    nb = nbformat.read(derived("solutions", path), 4)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert any("image/png" in output.get("data", {}) for cell in code for output in cell.outputs)
    lesson, _ = build.load(path)
    assert build.judge(lesson, nb, [0.0] * len(nb.cells)) == ([], [])


@each_lesson
def test_short_way_was_executed(path):
    nb = nbformat.read(derived("solutions", path), 4)
    deeper = [cell for cell in build.to_notebook(source.read(path)).cells
              if "deeper" in cell.metadata.get("tags", [])]
    assert nb.metadata.course.get("short_way_leaves_out") == len(deeper)


# --- no leaks -------------------------------------------------------------------------------------


def leaks(text, nb):
    """Where a released notebook holds what it must not: secret lines anywhere, or any output."""
    found = []
    everything = squeeze("\n".join(strings(nb)))
    found += [line for line in sorted(secrets(text)) if squeeze(line) in everything]
    found += [f"{key} in the metadata" for key in ("widgets",) if key in nb.metadata]
    for cell in nb.cells:
        found += [f"{key} of cell {cell.id}" for key in ("outputs", "attachments") if cell.get(key)]
    return found


def strings(node):
    """All texts of a notebook, keys included, whatever they belong to."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)
    else:
        yield str(node)


@each_lesson
def test_lesson_leaks_nothing(path):
    text = secrecy.text(path)
    assert secrets(text)
    assert leaks(text, nbformat.read(derived("lessons", path), 4)) == []
    notebook = derived("lessons", path)
    assert list(notebook.parent.iterdir()) == [notebook]


@pytest.mark.parametrize("place", [
    "source", "metadata", "cell metadata", "widget state", "output", "attachment"])
def test_a_planted_leak_is_found(place, tmp_path):
    text = secrecy.text(MINI)
    nb = nbformat.reads(build.release("90_mini", build.load(MINI)[1], tmp_path), 4)
    assert leaks(text, nb) == []
    secret, cell = "return x * 2**times", nb.cells[3]
    if place == "source":
        cell.source += f"\n# {secret}"
    elif place == "metadata":
        nb.metadata["note"] = {"deep": [secret]}
    elif place == "cell metadata":
        cell.metadata["note"] = json.dumps({"code": f"\n    {secret}\n"})
    elif place == "widget state":
        nb.metadata["widgets"] = {"state": {"value": 3.0}}
    elif place == "output":
        cell.outputs = [nbformat.v4.new_output("stream", text="14.0")]
    else:
        nb.cells[0]["attachments"] = {"a.png": {"image/png": "aGk="}}
    assert leaks(text, nb) != []


# --- graded by nbgrader, and reproducible ---------------------------------------------------------


def grade(path, folder):
    """Grade a blank notebook and the reference answers with nbgrader.

    Returns
    -------
    namespace
        ``blank`` and ``reference``: grades by cell name; ``notebook``: the graded reference.
    """
    name = source.folder(path)
    lesson, text = build.load(path)
    blank = build.release(name, text, folder, database=True)
    reference = nbformat.reads(blank, 4)
    for cell, solved in zip(reference.cells, nbformat.reads(text, 4).cells, strict=True):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = solved.source
    for student, submitted in (("blank", blank), ("reference", build.dumps(reference))):
        build.write(folder / "submitted" / student / name / f"{name}.ipynb", submitted)
    with pytest.MonkeyPatch.context() as patch:
        for variable in source.PERSONAL:
            patch.delenv(variable, raising=False)
        build.run_nbgrader(Autograde, name, folder)
    grades = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "limits_of_super_resolution") as book:
        for student in ("blank", "reference"):
            submission = book.find_submission_notebook(name, name, student)
            grades[student] = {g.name: (g.auto_score, g.max_score, g.needs_manual_grade)
                               for g in submission.grades}
    graded = folder / "autograded" / "reference" / name / f"{name}.ipynb"
    return SimpleNamespace(lesson=lesson, notebook=nbformat.read(graded, 4), **grades)


@pytest.fixture(scope="module")
def graded(path, tmp_path_factory):
    return grade(path, tmp_path_factory.mktemp(path.stem))


def points_of_tests(lesson):
    return {c.name: c.options["points"] for c in lesson.cells if c.kind == "test"}


def check_grades(graded):
    tests = points_of_tests(graded.lesson)
    for name, points in tests.items():
        assert graded.blank[name] == (0, points, False), f"a blank notebook earns points in {name}"
        assert graded.reference[name] == (points, points, False), f"the reference fails {name}"
    written = {c.name for c in graded.lesson.cells if c.kind == "answer"}
    assert {name for name in graded.reference if name not in tests} == written
    for name in written:
        score, _, by_hand = graded.reference[name]
        assert score is None and by_hand, f"{name} must be left to a person"


@each_lesson
def test_blank_scores_zero_and_reference_everything(graded):
    check_grades(graded)


def shown(nb):
    """Text outputs of every code cell, without what differs from run to run."""
    build.tidy(nb)
    return {cell.id: "".join(map(said, cell.outputs)) for cell in nb.cells
            if cell.cell_type == "code"}


def said(output):
    """What an output says in words; pictures say their alt text."""
    plain = output.get("data", {}).get("text/plain", "")
    text = output.get("text", "") + plain + output.get("evalue", "")
    text = re.sub(r"0x[0-9a-fA-F]+", "0x…", text)
    # Rounding errors: their size is a matter of the processor.
    return re.sub(r"\b\d(\.\d+)?e-(1[2-9]|[2-9]\d|\d{3})\b", "tiny", text)


@each_lesson
def test_executing_again_shows_what_is_stored(path, graded):
    assert shown(graded.notebook) == shown(nbformat.read(derived("solutions", path), 4))


# --- the same on the mini lesson, and that each of these can fail ---------------------------------


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    return grade(MINI, tmp_path_factory.mktemp("mini"))


def test_mini_lesson_is_graded(mini):
    check_grades(mini)
    assert len(points_of_tests(mini.lesson)) == 2


def test_a_test_that_a_blank_passes_is_found(mini):
    generous = SimpleNamespace(**vars(mini) | {"blank": mini.blank | {"total_adds": (2, 2, False)}})
    with pytest.raises(AssertionError, match="blank notebook earns points in total_adds"):
        check_grades(generous)


def test_a_changed_output_is_found(mini):
    before = shown(mini.notebook)
    assert any("[0. 2. 4. 6.]" in text for text in before.values())
    for cell in mini.notebook.cells:
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = output.text.replace("4.", "5.")
    assert shown(mini.notebook) != before


@pytest.mark.parametrize(("text", "expected"), [
    ("<object at 0x7f3a>", "<object at 0x…>"),
    ("off by 2.2e-16", "off by tiny"),
    ("off by 2e-16.", "off by tiny."),
    ("off by 2.2e-11", "off by 2.2e-11"),
    ("12.5", "12.5"),
])
def test_only_addresses_and_rounding_errors_are_ignored(text, expected):
    assert said({"text": text}) == expected
