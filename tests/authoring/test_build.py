"""The build on small sources: what it makes of a sound one, what it says of a broken one."""

import argparse
import ast
import copy
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from course_staff import commands
from course_staff.authoring import bindings, build, rules, source
from course_staff.authoring.source import SourceError

FIXTURES = Path(__file__).parents[1] / "fixtures"
SOURCES = FIXTURES / "sources"
MINI = FIXTURES / "mini" / "solutions" / "mini.py"

# Fixture → what must be said of it, the cell's number first.
BROKEN = {
    "answer_without_rubric": 'cell 3 .answer "why".*no rubric',
    "code_for_slides_only": "cell 1 .*only hold text",
    "def_inside_markers": "cell 1 .*`double` is missing in the stub",
    "docstring_inside_markers": "cell 1 .*another signature or docstring",
    "duplicate_id": 'cell 3 .answer "double".*already that of cell 1',
    "exercise_without_tests": 'cell 3 .solution "triple".*no test cell follows',
    "header_without_points": "header: .*points",
    "hidden_tests_without_hint": "cell 2 .*# hint:",
    "magic": "cell 1 .*not plain Python",
    "markers_in_wrong_cell": "cell 1 .*HIDDEN TESTS markers belong in test cells",
    "markers_outside_function": "cell 1 .*inside a function",
    "missing_points": "cell 2 .*points=None",
    "no_docstring": "cell 1 .*no docstring",
    "no_hidden_tests": "cell 1 .*no hidden tests",
    "no_markers": "cell 1 .*no ### BEGIN SOLUTION",
    "only_hidden_tests": "cell 1 .*all its tests are hidden",
    "picture_without_alt_text": "cell 1 .*without alt text",
    "points_do_not_add_up": "header: .*add up to 3; declared are 20",
    "points_on_solution": "cell 1 .*only test, answer and task cells have points",
    "rebuilds_nothing_that_is_there":
        "cell 1 .*rebuilds='imaging.operators.Doubling': course_lib has no such public name",
    "allows_what_it_does_not_rebuild":
        "cell 1 .*allows='imaging.operators.Shift': only what it rebuilds is off limits",
    "test_that_rebuilds": "cell 2 .*only solution cells rebuild",
    "predicts_for_another": 'cell 1 .*predict."sound.x".: its guesses are called "predicts_for',
    "recalls_no_lesson": 'cell 1 .*recall."nowhere.x".: its guesses are called "recalls_no_lesson',
    "recalls_no_prediction": 'cell 1 .*recall."sound.x".: nobody is asked for it',
    "reveals_without_prediction": 'cell 1 .*reveal.*: nobody is asked for it',
    "reads_no_folder": "header: `reads` declares 'pictures', which is no folder of data/",
    "tests_before_exercise": 'cell 1 .test "too_early".*no solution cell precedes',
    "unbalanced_hidden_tests": "cell 2 .*BEGIN HIDDEN TESTS without",
    "unbalanced_markers": "cell 1 .*BEGIN SOLUTION without",
    "unknown_key": "cell 2 .*unknown header key 'pionts'",
    "unquoted_value": "cell 1 .*can't be read: slide=fragment",
}
RUN_ONLY = {"raises_name_error", "bad_outputs", "reads_other_data"}


def problems(path):
    with pytest.raises(SourceError) as caught:
        build.load(path)
    return caught.value.problems


# --- what it says of broken sources ---------------------------------------------------------------


def test_every_fixture_is_used():
    assert {p.stem for p in SOURCES.glob("*.py")} == {*BROKEN, *RUN_ONLY, "sound", "three_problems"}


def test_sound_source_passes():
    build.load(SOURCES / "sound.py")


@pytest.mark.parametrize("name", BROKEN)
def test_broken_source_is_named_with_cell_and_reason(name):
    (told,) = problems(SOURCES / f"{name}.py")
    assert told.startswith(f"sources/{name}.py:")
    assert re.search(BROKEN[name], told), told


def test_all_problems_are_told_together():
    told = problems(SOURCES / "three_problems.py")
    assert len(told) == 3
    assert "add up" in told[0] and "lower_case" in told[1] and "hint" in told[2]


def test_line_numbers_lead_to_the_cell():
    (told,) = problems(SOURCES / "answer_without_rubric.py")
    line = int(told.split(":")[1])
    text = (SOURCES / "answer_without_rubric.py").read_text(encoding="utf-8")
    assert "answer=" in text.splitlines()[line - 1]


def test_stub_that_does_not_raise_is_refused(monkeypatch):
    config = copy.deepcopy(rules.nbgrader_config())
    config.ClearSolutions.code_stub = {"python": "return None"}
    monkeypatch.setattr(rules, "nbgrader_config", lambda: config)
    (told,) = problems(SOURCES / "sound.py")
    assert "doesn't raise NotImplementedError" in told


def test_error_in_a_cell_names_it(tmp_path):
    with pytest.raises(SourceError) as caught:
        build.build(SOURCES / "raises_name_error.py", root=tmp_path)
    (told,) = caught.value.problems
    assert re.search(r"cell 2 \('print\(undefined\)'\): raises NameError: .*undefined", told)
    assert not (tmp_path / "solutions").exists()


def test_bad_outputs_are_told_together(tmp_path):
    with pytest.raises(SourceError) as caught:
        build.build(SOURCES / "bad_outputs.py", root=tmp_path)
    expected = [
        "cell 2 .*picture without alt text",
        "cell 3 .*HTML picture without alt text",
        'cell 5 .test "double_doubles".*stderr.*UserWarning: costs marks',
        'cell 5 .test "double_doubles".*partial credit',
    ]
    assert len(caught.value.problems) == len(expected)
    for told, pattern in zip(caught.value.problems, expected, strict=True):
        assert re.search(pattern, told), told
    assert not (tmp_path / "solutions").exists()


def test_data_that_a_lesson_opens_must_be_declared_and_no_other(tmp_path):
    with pytest.raises(SourceError) as caught:
        build.build(SOURCES / "reads_other_data.py", root=tmp_path)
    assert caught.value.problems == [
        "sources/reads_other_data.py: header: opens data/images: `reads` must declare it",
        "sources/reads_other_data.py: header: opens data/pulse: `reads` must declare it",
        "sources/reads_other_data.py: header: `reads` declares flips, but nothing of data/flips "
        "is opened",
    ]
    assert not (tmp_path / "solutions").exists()


def test_large_and_slow_notebooks_are_told():
    lesson, text = build.load(SOURCES / "sound.py")
    nb = nbformat.reads(text, 4)
    nb.cells[0].outputs = [nbformat.v4.new_output("stream", text="x" * 1_000_001)]
    told, warned = build.judge(lesson, nb, [61.0, 0.1, 0.1])
    assert len(told) == 1 and "1.0 MB" in told[0]
    assert len(warned) == 2 and "cell 1" in warned[0] and "61 s" in warned[1]


@pytest.mark.parametrize("name", ["77", "mini"])
def test_exit_status_tells_of_problems(monkeypatch, capsys, name):
    broken = {"mini": [SOURCES / "unknown_key.py", SOURCES / "no_markers.py"]}
    if name in broken:
        monkeypatch.setattr(source, "find", lambda names: broken[name])
    parser = argparse.ArgumentParser()
    _, add_arguments, run = commands.VERBS["build"]
    add_arguments(parser)
    assert run(parser.parse_args([name])) == 1
    told = capsys.readouterr().err
    assert ("pionts" in told and "BEGIN SOLUTION" in told) if name in broken else "'77'" in told


@pytest.mark.parametrize(("name", "status"), [("sound", 0), ("no_markers", 1)])
def test_check_of_the_sources_writes_and_executes_nothing(monkeypatch, capsys, name, status):
    monkeypatch.setattr(source, "find", lambda names: [SOURCES / f"{name}.py"])
    for step in ("build", "_write_table"):
        monkeypatch.setattr(build, step, lambda *_: pytest.fail("this builds"))
    parser = argparse.ArgumentParser()
    commands.build_arguments(parser)
    assert build.run(parser.parse_args(["--check", name])) == status
    assert ("BEGIN SOLUTION" in capsys.readouterr().err) is (status == 1)


def test_verbs_have_help_arguments_and_function():
    for text, add_arguments, run in commands.VERBS.values():
        assert text and callable(add_arguments) and callable(run)


# --- names that may be gone, and the short way ----------------------------------------------------

ASIDE = """\
# %% [markdown] deeper=true
# ## Aside
#
# For whoever has time.

# %% deeper=true
import math
tau = 2 * math.pi

# %% [markdown]
# On.

"""


def sound_but(tmp_path, first="", given="", last="", test="pass", header=""):
    """Write the sound source with cells before and after its exercise, and lines in its cells."""
    text = (SOURCES / "sound.py").read_text(encoding="utf-8")
    solution = '# %% solution="double"'
    for mark, new in ((f"{solution}\n", f"{first}{solution}{header}\n{given}"),
                      ("### BEGIN HIDDEN", f"{test}\n### BEGIN HIDDEN"),
                      ("# %% [markdown] answer", f"{last}# %% [markdown] answer")):
        assert text.count(mark) == 1
        text = text.replace(mark, new)
    shutil.copy(SOURCES / "course.toml", tmp_path)
    path = tmp_path / "sound.py"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("change", "expected"), [
    ({"given": "import math\n", "test": "assert math.pi"},
     'test "double_doubles".: uses `math` from cell 1 .solution "double".*rewrite.*plain cell$'),
    ({"given": "factor = 2\n", "last": "# %%\nprint(factor)\n"}, "uses `factor` .*rewrite"),
    ({"given": "def help_me(x):\n    return x\n", "last": "# %%\nprint(help_me(1))\n"},
     "uses `help_me` .*rewrite"),
    ({"first": "# %%\ndef later():\n    return factor\n", "given": "factor = 2\n"},
     "cell 1 .*uses `factor` from cell 2 .*rewrite"),
    ({"first": "# %%\nfactor = 1\n", "given": "factor = 2\n", "test": "assert factor"},
     'cell 3 .*uses `factor` from cell 2 .solution "double".'),
    ({"first": ASIDE + "# %%\nprint(math.pi)\n"},
     "cell 4 .*uses `math` from cell 2 .*short way leaves out.*or mark this cell deeper"),
    ({"first": "# %%\ntau = 6\n" + ASIDE + "# %%\nprint(tau)\n"}, "uses `tau` .*leaves out"),
    ({"first": ASIDE, "test": "assert tau"}, 'test "double_doubles".: uses `tau` .*leaves out'),
    ({"first": "# %%\nlens = 1\n", "test": "lens = 2", "last": "# %%\nprint(lens)\n"},
     "uses `lens` from .*test .*the test's own.*another name"),
])
def test_leaning_on_what_may_be_gone_is_refused(tmp_path, change, expected):
    (told,) = problems(sound_but(tmp_path, **change))
    assert told.startswith(f"{tmp_path.name}/sound.py:") and re.search(expected, told), told


@pytest.mark.parametrize("change", [
    {"last": "# %%\nprint(double(2))\n"},
    {"given": "import math\n", "test": "import math\nassert math.pi"},
    {"given": "import math\n", "last": "# %%\nfor math in [1]:\n    print(math)\n"},
    {"first": "# %%\nimport math\n" + ASIDE, "given": "import math\n", "test": "assert math.pi"},
    {"first": ASIDE + "# %%\nimport math\n", "last": "# %%\nprint(math.pi)\n"},
    {"first": ASIDE + ASIDE.replace("import math", "print(tau)").replace("math.pi", "3")},
    {"test": "import math", "last": "# %%\nimport math\nprint(math.pi)\n"},
], ids=["asked_for", "imported_again", "bound_first", "before", "after", "deeper", "by_a_test"])
def test_names_that_are_always_there_may_be_used(tmp_path, change):
    build.load(sound_but(tmp_path, **change))


@pytest.mark.parametrize(("code", "loaded", "stored"), [
    ("x = x + 1", "x", "x"), ("x = y", "y", "x"), ("def f(a): return a + b", "b", "f"),
    ("x += y", "x y", "x"), ("x = y = z", "z", "x y"),
    ("x.a = y", "x y", ""),
    ("import a.b, c as d", "", "a d"), ("from a import b as c, d", "", "c d"),
    ("for i in i: j = i", "i", "i j"), ("with f() as g: g(h)", "f h", "g"),
    ("try: f()\nexcept E as e: print(e)", "f E print", ""), ("del x", "x", ""),
    ("if a: b = 1\nelse: b", "a b", "b"), ("for i in j: k = i\nk", "j k", "i k"),
    ("[i + j for i in k]", "j k", ""), ("if (a := b): a", "b", "a"), ("lambda x: x + y", "y", ""),
    ("if a: b = c\nelse: d = b", "a b c", "b d"),
    ("for a in b:\n    if a: c = 1\n    d = c + a", "b c", "a c d"),
    ("def f(x, y=z):\n    w = x\n    return w + v", "z v", "f"),
    ("class C(B):\n    a = 1", "B", "C"),
])
def test_names_follow_the_order_of_evaluation(code, loaded, stored):
    assert bindings.names(ast.parse(code)) == (set(loaded.split()), set(stored.split()))


@pytest.mark.parametrize(("code", "names"), [
    ("x[0] = y", "x"), ("x.a.b = y", "x"), ("x.append(y)", "x"), ("x.a[0].sort()", "x"),
    ("y = x.append(z)", ""), ("f(x)", ""), ("f(x).sort()", ""), ("if y: del z\nx[0] += 1", "x"),
])
def test_names_that_change_without_being_bound(code, names):
    found = set().union(*map(bindings.changed, ast.parse(code).body))
    assert found == set(names.split())


def test_only_what_tests_and_answers_depend_on_is_needed(tmp_path):
    cells = {
        "": "import a, b, c", " ": "fig = a.draw(unused)", "  ": "used = b.make(seed)\nprint(used)",
        "   ": "seed = 3", "    ": "used.append(late)\nlate = c",
        ' solution="f"': "def f(x):\n    return x + inside", "     ": "inside = 1\ninside = 2",
        "      ": "for y in b:\n    if y:\n        used = y\n    print(used)",
        ' test="t" points=1': "assert f(1) == used", "       ": "used = c",
    }
    text = "".join(f"# %%{header.rstrip()}\n{code}\n\n" for header, code in cells.items())
    path = tmp_path / "made.py"
    path.write_text(text, encoding="utf-8")
    needed = [cell.text for cell in bindings.needed(source.read(path).cells)]
    # Functions read `inside` when they are called, so `seed`, bound after its use, is not needed.
    assert needed == [
        "import a, b, c", "used = b.make(seed)", "used.append(late)", cells[' solution="f"'],
        "inside = 1\ninside = 2", cells["      "], cells[' test="t" points=1']]


def test_what_lies_behind_a_cell_is_one_program_without_what_comes_later(tmp_path):
    cells = {
        "": "import a, b\nprint(b)", ' solution="f"': (
            "def f(x):\n    return x + inside\n\n\ndef g(x):\n    return x"),
        " ": "inside = a.load()\nother = inside", "  ": "from c import d\n\nd(f, 1)",
        "   ": "inside = 3",
    }
    text = "".join(f"# %%{header.rstrip()}\n{code}\n\n" for header, code in cells.items())
    path = tmp_path / "made.py"
    path.write_text(text, encoding="utf-8")
    written = source.read(path).cells
    assert bindings.behind(written, written[3]).splitlines() == [
        "import a, b", "def f(x):", "    return x + inside", "inside = a.load()", "from c import d",
        "d(f, 1)"]


@pytest.mark.parametrize(("change", "expected"), [
    ({"header": " deeper=true", "first": "# %% [markdown] deeper=true\n# Aside.\n"},
     'test "double_doubles".: must be deeper if exercise "double" is'),
    ({"header": " deeper=true"}, "cell 1 .*deeper if the text before it is, and only then"),
    ({"last": "# %% [markdown] deeper=true\n# Aside.\n\n# %%\nprint(1)\n"},
     "cell 4 .*deeper if the text before it is"),
    ({"last": '# %% [markdown] deeper="yes"\n# Aside.\n'}, "deeper='yes' must be true"),
    ({"last": '# %% varies="yes"\nprint(1)\n'}, "varies='yes' must be true"),
    ({"last": '# %% [markdown] varies=true\n# Aside.\n'}, "varies=true is for code"),
    ({"header": " varies=true"}, "varies=true is for code"),
    ({"last": '# %% [markdown] deeper=true slide="notes"\n# Aside.\n'}, "can't be deeper"),
])
def test_careless_marks_are_refused(tmp_path, change, expected):
    told = problems(sound_but(tmp_path, **change))
    assert any(re.search(expected, each) for each in told), told


def test_short_way_is_executed_too(tmp_path):
    path = sound_but(tmp_path, first=ASIDE)
    told = build.build(path, root=tmp_path)
    assert "the short way runs, without 2 cells" in told[-1]
    for folder in ("lessons", "solutions"):
        (file,) = (tmp_path / folder).glob("*_sound/*_sound.ipynb")
        nb = nbformat.read(file, 4)
        assert [cell.metadata.get("tags") for cell in nb.cells[:3]] == [["deeper"]] * 2 + [None]
        assert nb.cells[0].source.startswith("## » Aside") and nb.cells[2].source == "On."
    assert nb.metadata.course.short_way_leaves_out == 2
    assert build.build(path, root=tmp_path)[1].endswith("sound: solution unchanged")


def test_short_way_that_does_not_run_is_told(tmp_path):
    aside = ASIDE.replace("tau =", "steps.append(1)\ntau =")  # binds no name: only running tells
    path = sound_but(tmp_path, first=f"# %%\nsteps = []\n{aside}# %%\nprint(steps[0])\n")
    with pytest.raises(SourceError) as caught:
        build.build(path, root=tmp_path)
    (told,) = caught.value.problems
    assert re.search(r"cell 5 \('print\(steps.*raises IndexError: .*on the short way", told), told
    assert not (tmp_path / "solutions").exists()


# --- what it makes of a sound one -----------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder in which the mini lesson has been built once."""
    root = tmp_path_factory.mktemp("a course")
    shutil.copytree(MINI.parent, root / "solutions")
    told = build.build(root / "solutions" / "mini.py", root=root)
    assert told[0] == "90_mini: lesson written" and "executed" in told[1]
    return root


def notebook(root, folder):
    return root / folder / "90_mini" / "90_mini.ipynb"


@pytest.fixture(scope="module")
def lesson(course):
    return nbformat.read(notebook(course, "lessons"), 4)


@pytest.fixture(scope="module")
def solution(course):
    return nbformat.read(notebook(course, "solutions"), 4)


def test_lesson_holds_stubs_and_visible_tests(lesson):
    cells = {cell.id: cell for cell in lesson.cells}
    assert cells["double"].source == (
        'def double(x, times=1):\n    """Return x, doubled as often as asked."""\n'
        "    # Replace the next line by your code.\n"
        '    raise NotImplementedError("not written yet")')
    assert cells["double_doubles"].source.endswith("multiply each number by two\"")
    assert cells["why_double"].source == "*Your answer here.*"
    graded = [cell.metadata.get("nbgrader", {}) for cell in lesson.cells]
    assert [cell.points for cell in graded if "points" in cell] == [1, 2, 2]
    assert dict(lesson.metadata.course) == {"title": "Mini", "points": 5, "minutes": 1}


def test_tests_are_folded_and_nothing_else(lesson, solution):
    for nb in (lesson, solution):
        folded = [cell.id for cell in nb.cells
                  if cell.metadata.get("jupyter", {}).get("source_hidden")]
        assert folded == ["double_doubles", "total_adds"]
        seen = [cell.source.splitlines()[0] for cell in nb.cells if cell.id in folded]
        assert seen == ["# Test double_doubles, 1 point: says nothing if it passes.",
                        "# Test total_adds, 2 points: says nothing if it passes."]


@pytest.mark.parametrize(
    "secret", ["2**times", "np.sum", "signs matter", "first prime", "Said aloud", "For the deck",
               "BEGIN", "hint", "jupytext", "lines_to_next_cell", "built_from"])
def test_lesson_holds_no_secret(lesson, secret):
    assert secret not in json.dumps(lesson)


def test_lesson_has_no_outputs(lesson):
    for cell in lesson.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_marks_for_decks_leave_no_trace_in_notebooks():
    marked = source.read(MINI)
    assert any("slide" in cell.options for cell in marked.cells if cell.in_notebook)
    plain = [replace(cell, options={k: v for k, v in cell.options.items()
                                    if k not in rules.DECK_OPTIONS})
             for cell in marked.cells if cell.in_notebook]
    unmarked = replace(marked, cells=tuple(plain))
    assert build.to_notebook(unmarked) == build.to_notebook(marked)


def test_cell_ids_are_unique_and_follow_from_the_text(lesson, solution):
    ids = [cell.id for cell in lesson.cells]
    assert ids == [cell.id for cell in solution.cells] and len(set(ids)) == len(ids)
    shifted = source.read(MINI)
    shorter = replace(shifted, cells=shifted.cells[1:])
    assert [cell.id for cell in build.to_notebook(shorter).cells] == ids[1:]


def test_solution_keeps_figures_with_alt_text_only(solution):
    figure, widget = (cell for cell in solution.cells if "show(fig" in cell.source
                      or "IntSlider" in cell.source)
    (output,) = figure.outputs[-1:]
    assert set(output.data) == {"image/png", "text/plain"}
    assert output.metadata["image/png"]["alt"] == "A straight line that rises by one per step."
    assert widget.outputs == []


def test_solution_keeps_no_widget_state_and_no_timing(solution):
    assert "widgets" not in solution.metadata
    assert solution.metadata.language_info == {"name": "python"}
    assert "widget" not in json.dumps([cell.get("outputs") for cell in solution.cells])
    assert not any("execution" in cell.metadata for cell in solution.cells)


def test_unchanged_lesson_is_not_executed_again(course):
    before = notebook(course, "solutions").stat().st_mtime_ns
    told = build.build(course / "solutions" / "mini.py", root=course)
    assert told == ["90_mini: lesson unchanged", "90_mini: solution unchanged"]
    assert notebook(course, "solutions").stat().st_mtime_ns == before


def test_two_builds_are_equal_to_the_byte(course, tmp_path):
    shutil.copytree(MINI.parent, tmp_path / "solutions")
    build.build(tmp_path / "solutions" / "mini.py", root=tmp_path)
    for folder in ("lessons", "solutions"):
        assert notebook(tmp_path, folder).read_bytes() == notebook(course, folder).read_bytes()


def test_nbgrader_from_the_command_line_releases_the_same(course, tmp_path):
    _, text = build.load(MINI)
    build.write(notebook(tmp_path, "solutions"), text)
    shutil.copy(build.ROOT / "nbgrader_config.py", tmp_path)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "90_mini", "--no-db"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert notebook(tmp_path, "lessons").read_text(encoding="utf-8").rstrip("\n") == (
        notebook(course, "lessons").read_text(encoding="utf-8").rstrip("\n"))


def test_nbgrader_config_loads_and_names_no_machine():
    config = rules.nbgrader_config()
    assert config.CourseDirectory.source_directory == "solutions"
    assert config.CourseDirectory.release_directory == "lessons"
    text = (build.ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    assert not re.search(r'"(/|[A-Z]:)', text)


# --- what a notebook depends on -------------------------------------------------------------------


@pytest.fixture
def small_course(tmp_path):
    files = {
        "course_lib/__init__.py": "",
        "course_lib/used.py": "from course_lib import deeper\n",
        "course_lib/deeper.py": "FOLDER = 'weights'\n",  # a word proves nothing
        "course_lib/worlds/__init__.py": "",
        "course_lib/worlds/place.py": "",
        "course_lib/unused.py": "",
        "course_lib/style.txt": "",
        "data/pictures/a.png": "",
        "data/weights/b.bin": "",
        "requirements.lock": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    code = "import course_lib.used\nfrom course_lib.worlds import place"
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code, id="a")],
                                  metadata={"course": {"reads": ["pictures"]}})
    return tmp_path, build.dumps(nb)


@pytest.mark.parametrize(("file", "changed"), [
    ("course_lib/used.py", {"library"}),
    ("course_lib/deeper.py", {"library"}),
    ("course_lib/worlds/place.py", {"library"}),
    ("course_lib/style.txt", {"library"}),
    ("course_lib/unused.py", set()),
    ("course_lib/__init__.py", set()),
    ("data/pictures/a.png", {"data"}),
    ("data/weights/b.bin", set()),
    ("requirements.lock", {"lock"}),
])
def test_fingerprint_changes_with_what_a_lesson_uses(small_course, file, changed):
    root, text = small_course
    before = build.fingerprint(text, root)
    path = root / file
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    after = build.fingerprint(text, root)
    assert {key for key in before if before[key] != after[key]} == changed


def test_fingerprint_changes_with_the_source(small_course):
    root, text = small_course
    before, after = (build.fingerprint(t, root) for t in (text, text.replace("place", "other")))
    assert before["source"] != after["source"]


GUARD = """from course_lib.notebook.off_limits import off_limits
off_limits(double, names="imaging.operators.Blur")
"""


def test_tests_of_what_is_rebuilt_are_guarded_in_both_their_parts(tmp_path):
    text = MINI.read_text(encoding="utf-8")
    path = tmp_path / "mini.py"
    path.write_text(text.replace(
        '# %% solution="double"\n', '# %% solution="double" rebuilds="imaging.operators.Blur '
        'imaging.operators.Shift" allows="imaging.operators.Shift"\n'), encoding="utf-8")
    plain = source.read(path)
    lesson = source.guarded(plain)
    guarded, other = (exercise.tests[0].text for exercise in lesson.exercises)
    assert guarded.startswith(GUARD) and guarded.count(GUARD) == 2
    hidden, = source.regions(guarded, "HIDDEN TESTS")
    assert hidden.startswith("# hint: doubling more than once\n" + GUARD)
    assert guarded.replace(GUARD, "") == plain.exercises[0].tests[0].text
    assert other == plain.exercises[1].tests[0].text
    with_function = replace(plain, cells=tuple(
        replace(cell, text="def reference(x):\n    return sum(x)\n" + cell.text)
        if cell.name == "total_adds" else cell for cell in plain.cells))
    assert "off_limits(total)\n" in source.guarded(with_function).exercises[1].tests[0].text
