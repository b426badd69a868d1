"""The committed lessons and solutions: in sync, without leaks, reproducible, gradable.

Every lesson is executed twice.  nbval runs the solution anew, every cell, and compares what it
shows with what is stored.  nbgrader runs a blank notebook, but for pictures and demonstrations, and
grades it; the stored solution it grades without running it once more.
"""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
import secrecy
from _nbval import Notebooks
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import ClearOutput, Execute
from nbval.plugin import get_sanitize_patterns
from secrecy import secrets, squeeze

from course_staff.authoring import bindings, build, source

TESTS = build.ROOT / "tests"
MINI = TESTS / "fixtures" / "mini" / "solutions" / "mini.py"
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


def grade(path, executed, folder):
    """Let nbgrader run and grade a blank notebook, and grade an executed solution as it is.

    Parameters
    ----------
    path : Path
        The lesson's source.
    executed : NotebookNode
        Its solution.
    folder : Path
        Where nbgrader works.

    Returns
    -------
    namespace
        ``blank`` and ``reference``: grades by cell name; ``lesson``.
    """
    name = source.folder(path)
    lesson, text = build.load(path)
    released = build.release(name, text, folder, database=True)
    blank, reference = nbformat.reads(released, 4), nbformat.reads(released, 4)
    needed = {cell.number: cell.text for cell in bindings.needed(lesson.in_notebook)}
    for cell, written in zip(blank.cells, lesson.in_notebook, strict=True):
        if cell.cell_type == "code" and not written.kind:
            cell.source = needed.get(written.number, "")
    for cell, solved in zip(reference.cells, executed.cells, strict=True):
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = solved.source
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = solved.outputs, solved.execution_count
    hand_in(name, folder, "reference", reference, **AS_IT_IS)
    hand_in(name, folder, "blank", blank)
    grades = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "limits_of_super_resolution") as book:
        for student in ("blank", "reference"):
            submission = book.find_submission_notebook(name, name, student)
            grades[student] = {g.name: (g.auto_score, g.max_score, g.needs_manual_grade)
                               for g in submission.grades}
    return SimpleNamespace(lesson=lesson, executed=executed, **grades)


# What Autograde does but for clearing outputs and running cells.
AS_IT_IS = {
    "sanitize_preprocessors": [
        step for step in Autograde.sanitize_preprocessors.default() if step is not ClearOutput],
    "autograde_preprocessors": [
        step for step in Autograde.autograde_preprocessors.default() if step is not Execute],
}


def hand_in(name, folder, student, nb, **steps):
    """Grade one student's notebook."""
    build.write(folder / "submitted" / student / name / f"{name}.ipynb", build.dumps(nb))
    with pytest.MonkeyPatch.context() as patch:
        for variable in source.PERSONAL:
            patch.delenv(variable, raising=False)
        build.run_nbgrader(Autograde, name, folder, **steps)
    shutil.rmtree(folder / "submitted" / student)


@pytest.fixture(scope="module")
def graded(path, tmp_path_factory):
    stored = nbformat.read(derived("solutions", path), 4)
    return grade(path, stored, tmp_path_factory.mktemp(path.stem))


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


executed = Notebooks({source.folder(path): source.notebook(path) for path in PATHS
                      if source.notebook(path).exists()})


# --- the same on the mini lesson, and that each of these can fail ---------------------------------


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    lesson, text = build.load(MINI)
    nb = nbformat.reads(text, 4)
    build.execute(lesson, nb)
    build.tidy(nb)
    nb.metadata.course.processor = source.processor()
    return grade(MINI, nb, tmp_path_factory.mktemp("mini"))


def test_mini_lesson_is_graded(mini):
    check_grades(mini)
    assert len(points_of_tests(mini.lesson)) == 2


def test_a_test_that_a_blank_passes_is_found(mini):
    generous = SimpleNamespace(**vars(mini) | {"blank": mini.blank | {"total_adds": (2, 2, False)}})
    with pytest.raises(AssertionError, match="blank notebook earns points in total_adds"):
        check_grades(generous)


def test_answers_whose_stored_tests_failed_earn_nothing(mini, tmp_path):
    nb = copy.deepcopy(mini.executed)
    tests = {cell.id: cell for cell in nb.cells if cell.id in points_of_tests(mini.lesson)}
    tests["double_doubles"].outputs = [
        nbformat.v4.new_output("error", ename="AssertionError", evalue="no", traceback=[])]
    tests["total_adds"].outputs = [nbformat.v4.new_output("stream", name="stderr", text="no")]
    failed = grade(MINI, nb, tmp_path)
    assert [failed.reference[name][0] for name in tests] == [0, 0]


def run_again(folder, **notebooks):
    """Let nbval run notebooks; returns how each cell fared, by notebook and number."""
    paths = {name: folder / f"{name}.ipynb" for name in notebooks}
    for name, nb in notebooks.items():
        build.write(paths[name], build.dumps(nb))
    named = {name: str(path) for name, path in paths.items()}
    test = folder / "test_again.py"
    test.write_text(f"""from pathlib import Path
from _nbval import Notebooks
executed = Notebooks((name, Path(path)) for name, path in {named!r}.items())
""", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "_nbval", "-p", "no:cacheprovider", "-rA",
         "--rootdir", folder, "-c", os.devnull, "--color=no", test],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True,
        encoding="utf-8", check=False)
    lines = re.findall(r"^(PASSED|FAILED) \S*::(\w+)::Cell (\d+)", done.stdout, re.MULTILINE)
    assert lines, done.stdout + done.stderr
    return {(name, int(cell)): verdict for verdict, name, cell in lines}


def test_changed_outputs_are_found_and_no_others(mini, tmp_path):
    here, elsewhere = copy.deepcopy(mini.executed), copy.deepcopy(mini.executed)
    elsewhere.metadata.course.processor = "another"
    for nb in (here, elsewhere):
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        assert "show(fig" in code[0].source and code[3].outputs[0].text == "[0. 2. 4. 6.]\n"
        for cell in code:
            cell.metadata.tags = ["varies"]
        code[3].outputs[0].text = "[0. 2.5 4. 6.]\n"
        code[0].outputs[0].data["image/png"] = "aGk="
    code[0].outputs[0].data["text/plain"] = "Figure: another"
    found = run_again(tmp_path, here=here, elsewhere=elsewhere)
    assert len(found) == 2 * len(code)
    assert {cell for cell, verdict in found.items() if verdict == "FAILED"} == {
        ("here", 3), ("elsewhere", 0)}


@pytest.mark.parametrize(("text", "expected"), [
    ("<object at 0x7f3a>", "<object at ADDRESS>"),
    ("off by 2.2e-16", "off by TINY"),
    ("off by 2e-16.", "off by TINY."),
    ("off by 2.2e-11", "off by 2.2e-11"),
    ("12.5", "12.5"),
])
def test_only_addresses_and_rounding_errors_are_ignored(text, expected):
    patterns = get_sanitize_patterns((TESTS / "nbval.cfg").read_text(encoding="utf-8"))
    assert len(patterns) == 2
    for pattern, standing_for_it in patterns:
        text = re.sub(pattern, standing_for_it, text)
    assert text == expected
