"""Tests of the lessons' tests: wrong answers fail with the right words, right ones pass.

The rules are those of `authoring.answers`; ``course answers NAME`` shows how each answer fares.
"""

import functools
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from course_staff.authoring import answers, source, survivors
from course_staff.authoring.source import SourceError

HERE = Path(__file__).parents[1]
MINI = HERE / "fixtures" / "mini"
LESSON = MINI / "solutions" / "mini.py"
ANSWERS = MINI / "answers" / "mini.py"
MUTANTS = 8  # of each lesson, in `make test`; `course answers --mutants` tries all
each_lesson = pytest.mark.parametrize(
    "path", [pytest.param(p, id=source.folder(p)) for p in source.find()])


@each_lesson
def test_wrong_answers_fail_and_right_ones_pass(path):
    tried = survivors.read(survivors.LIST, path.stem)  # a lesson's, once all were tried
    report = answers.examine_apart(path, HERE / "answers" / path.name,
                                   sample=MUTANTS if tried else 0)
    told = [f"{label} {problem}" for label, problems, _ in report for problem in problems]
    assert report and not told, "\n".join(told)


# --- the rules themselves, on the mini lesson -----------------------------------------------------


@functools.cache
def mini():
    """How the mini lesson's answers fare."""
    return answers.examine_apart(LESSON, ANSWERS)


def test_sound_answers_are_accepted():
    report = mini()
    assert [(label, problems) for label, problems, _ in report if problems] == []
    labels = [label for label, _, _ in report]
    assert len(labels) == 8 + 2 * 3
    assert {"wrong double/zero_of_double", "wrong double/unchanged_of_double",
            "wrong double/first_array_of_double"} < set(labels)


def test_one_exercise_is_tried_alone_with_the_same_result(name="total"):
    whole = mini()
    part = answers.examine_apart(LESSON, ANSWERS, exercise=name)
    assert part == [row for row in whole if f" {name}/" in row[0] or f"_of_{name}" in row[0]]
    alone = answers.alone(source.read(LESSON), name)
    assert {cell.name for cell in alone.cells if cell.kind == "test"} == {
        test.name for e in source.read(LESSON).exercises if e.name == name for test in e.tests}


def test_an_exercise_that_is_not_there_is_told():
    with pytest.raises(SourceError, match="no exercise is called 'duoble'; it has double, total"):
        answers.examine_apart(LESSON, ANSWERS, exercise="duoble")


PLANTED = '''
# %% wrong="passes" exercise="double" says="."
def double(x, times=1):
    return sum([x] * 2**times)

# %% wrong="other_words" exercise="double" says="wavelength"
def double(x, times=1):
    return x

# %% wrong="defines_nothing" exercise="double" says="."
def duoble(x, times=1):
    return x

# %% wrong="crashes" exercise="double" says="."
1 / 0

# %% wrong="breaks_numpy" exercise="double" says="multiply"
np.sum = lambda x: 7
def double(x, times=1):
    return x

# %% wrong="mends_numpy" exercise="double" says="multiply"
np.sum = np._core.fromnumeric.sum
def double(x, times=1):
    return x

# %% wrong="binds_another's_function" exercise="double" says="multiply"
def total(x):
    return 7
def double(x, times=1):
    return x

# %% wrong="and_binds_it_to_what_is_right" exercise="double" says="multiply"
def total(x):
    return sum(x)
def double(x, times=1):
    return x

# %% wrong="binds_a_built-in_name" exercise="total" says="is not 7"
def range(n):
    return []
def total(x):
    return 7

# %% wrong="hangs" exercise="double" says="."
def double(x, times=1):
    while True:
        pass

# %% wrong="dies" exercise="double" says="."
def double(x, times=1):
    import os
    os._exit(1)

# %% wrong="but_for_one_place" exercise="double" says="you forgot `times`"
### INSTEAD OF 2**times
2

# %% right="not_right" exercise="double"
def double(x, times=1):
    return 2 * x

# %% right="warns" exercise="double"
def double(x, times=1):
    import warnings
    warnings.warn("careful", stacklevel=1)
    return x * 2**times

# %% wrong="no_words" exercise="total" says="."
def total(x):
    assert False

# %% wrong="constant" exercise="total" says="is not 3.5"
def total(x):
    return 3.5

# %% wrong="after_the_others" exercise="total" says="is not 0"
def total(x):
    return 0

# %% right="sum" exercise="total"
def total(x):
    return sum(x)
'''
TOLD = {
    "wrong double/passes": "passes all tests",
    "wrong double/other_words": "no message says 'wavelength', only: AssertionError: double gives",
    "wrong double/defines_nothing": "defines none of double",
    "wrong double/crashes": "can't be run: ZeroDivisionError",
    "wrong double/breaks_numpy": "fails total_adds, a test of another exercise",
    "wrong double/binds_another's_function": "fails total_adds, a test of another exercise",
    "wrong total/binds_a_built-in_name": "fails double_doubles, a test of another exercise",
    "wrong double/hangs": "dies or takes more than",
    "wrong double/dies": "dies or takes more than",
    "right double/not_right": "fails double_doubles: AssertionError: doubled twice",
    "right double/warns": "fails double_doubles: on stderr: ",
    "wrong total/no_words": "fails total_adds with a message that says nothing",
}


@pytest.mark.skipif(not answers.FORKS, reason="answers that hang or die need a fork")
def test_planted_faults_are_found_and_no_others(tmp_path):
    lesson = changed(tmp_path, "got = double(np.arange(4.0))\n",
                     "got = double(np.arange(4.0))\nassert len(range(2)) == 2, 'two'\n")
    planted = tmp_path / "answers.py"
    planted.write_text(PLANTED, encoding="utf-8")
    report = {label: problems for label, problems, _ in answers.examine_apart(lesson, planted, 3)}
    for label, expected in TOLD.items():
        assert any(expected in problem for problem in report[label]), (label, report[label])
    assert [label for label in report if label not in TOLD and report[label]] == []


def changed(folder, old, new):
    """The mini lesson with other words in one place."""
    text = LESSON.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / "mini.py"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_test_that_reads_another_exercise_in_secret_is_found(tmp_path):
    old = "assert total([1.0, 2.0]) == 3"
    lesson = changed(tmp_path, old, f"assert globals()['double'](1, 3) == 8, 'not eight'\n{old}")
    assert answers.borrowed(source.read(lesson)) == []
    report = answers.examine_apart(lesson, ANSWERS)
    found = {label for label, problems, _ in report if "fails total_adds" in " ".join(problems)}
    written = answers.read(ANSWERS, source.read(LESSON))
    assert found >= {a.label for a in written if a.exercise == "double" and a.kind == "wrong"}
    assert not [label for label in found if "total" in label or "right" in label]


def test_assertions_without_a_message_are_refused(tmp_path):
    assert answers.wordless(source.read(LESSON)) == []
    old = "assert total([1.0, 2.0]) == 3"
    (told,) = answers.wordless(source.read(changed(tmp_path, old, f"assert total([])\n{old}")))
    assert "says nothing if it fails: assert total([])" in told


def test_a_wrong_answer_stops_where_its_words_are_met():
    exercise = source.read(LESSON).exercises[0]
    (first,) = exercise.tests
    again = replace(first, options={**first.options, "test": "again"})
    code = "def double(x, times=1):\n    return x"
    both = ["double_doubles", "again"]
    for says, failed in (("MULTIPLY", both[:1]), ("nowhere", both)):
        answer = answers.Answer("wrong", "a", "double", code, says)
        outcome = answers._try_one(answer, exercise, [first, again], {"np": np})
        assert list(outcome["failed"]) == failed


REBUILT = '''
# %% wrong="by_the_library" exercise="double" says="off limits"
from course_lib.imaging.operators import Shift as S
def double(x, times=1):
    S(0, 0)
    return x * 2**times

# %% wrong="wrong_besides" exercise="double" says="multiply"
def double(x, times=1):
    from course_lib.imaging.operators import Shift
    Shift(0, 0)
    return x

# %% right="forbidden" exercise="double"
def double(x, times=1):
    from course_lib.imaging.operators import Shift
    Shift(0, 0)
    return x * 2**times
'''


def test_what_is_rebuilt_is_off_limits_for_right_answers_and_those_that_say_so(tmp_path):
    lesson = changed(tmp_path, '# %% solution="double"',
                     '# %% solution="double" rebuilds="imaging.operators.Shift"')
    planted = tmp_path / "answers.py"
    planted.write_text(ANSWERS.read_text(encoding="utf-8") + REBUILT, encoding="utf-8")
    report = {label: problems for label, problems, _ in answers.examine_apart(lesson, planted)}
    assert {label for label, problems in report.items() if problems} == {"right double/forbidden"}
    assert "off limits" in report["right double/forbidden"][0]
    assert "wrong double/calls_imaging.operators.Shift" in report


@pytest.mark.parametrize(("code", "does"), [
    ("def double(x):\n    return np.sum(x)", False),
    ("import numpy as np\nfrom numpy import sum as add\ndef double(x): return add(x)", False),
    ("def helper(x): return x\ndef double(x): return helper(x)", False),
    ("def taken(x): return x\ndef double(x): return taken(x)", True),
    ("def len(x): return 1\ndef double(x): return x", True),
    ("import wave as np\ndef double(x): return x", True),
    ("import antigravity\ndef double(x): return x", True),
    ("from numpy import *\ndef double(x): return x", True),
    ("def double(x, y=taken.append(1)): return x", True),
    ("@print\ndef double(x): return x", True),
    ("np.sum = 7\ndef double(x): return x", True),
    ("taken[0] = 1\ndef double(x): return x", True),
    ("taken += [1]\ndef double(x): return x", True),
    ("class A:\n    np.sum = 7\ndef double(x): return x", True),
    ("def double(x)", True),
])
def test_what_does_more_than_bind_names_of_its_own(code, does):
    answer = answers.Answer("wrong", "a", "double", code)
    exercise = source.read(LESSON).exercises[0]
    assert exercise.functions == ["double"]
    namespace = {"np": np, "taken": [0], "double": abs}
    assert answers.binds_only(answer, exercise, namespace) != does
    assert namespace == {"np": np, "taken": [0], "double": abs}


def slowly(seconds, _namespace):
    time.sleep(seconds)
    return {"failed": {}, "error": None}


@pytest.mark.skipif(not answers.FORKS, reason="limits need a fork")
def test_limits_count_processor_time_and_the_clock_ends_what_sleeps(monkeypatch):
    assert answers.isolated(1, slowly, 1.5, {})["error"] is None
    monkeypatch.setattr(answers, "PATIENCE", 1)
    assert "takes more than 1 s" in answers.isolated(1, slowly, 60, {})["error"]


@pytest.mark.parametrize(("header", "expected"), [
    ('# %% wrong="new" exercise="double"', "need says="),
    ('# %% right="new" exercise="double" says="x"', "need says="),
    ('# %% wrong="new" exercise="duoble" says="x"', "no exercise is called 'duoble'"),
    ('# %% wrong="triples" exercise="double" says="x"', "a second answer is called 'triples'"),
    ('# %% wrnog="new" exercise="double" says="x"', "neither wrong=… nor right=…"),
    ('# %% wrong="new" exercise="double" says="x" sais="x"', "unknown keys sais"),
    ('# %% wrong="new" exercise="double" says="x"\n### INSTEAD OF 3**times', "exactly once"),
    ('# %% wrong="new" exercise="double" says="x"\n### INSTEAD OF times', "exactly once"),
])
def test_careless_answer_files_are_refused(tmp_path, header, expected):
    path = tmp_path / "mini.py"
    text = ANSWERS.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{header}\ndef double(x):\n    return x\n", encoding="utf-8")
    with pytest.raises(SourceError, match=expected):
        answers.read(path, source.read(LESSON))


@pytest.mark.parametrize("kind", ["wrong", "right"])
def test_too_few_answers_are_refused(tmp_path, kind):
    cells = ANSWERS.read_text(encoding="utf-8").split("# %% ")
    last = max(i for i, cell in enumerate(cells) if cell.startswith(kind))
    path = tmp_path / "mini.py"
    path.write_text("# %% ".join(cells[:last] + cells[last + 1 :]), encoding="utf-8")
    with pytest.raises(SourceError, match=f"exercise 'total' has [02] {kind} answers"):
        answers.read(path, source.read(LESSON))


@pytest.mark.parametrize(("old", "new", "names"), [
    ("assert total([1.0, 2.0]) == 3", "assert total(doubled) == 12", "doubled"),
    ("assert total([1.0, 2.0]) == 3", "assert double(1) == 2", "double"),
    ("    return float(np.sum(x))", "    return double(float(np.sum(x))) / 2", "total"),
])
def test_tests_that_lean_on_another_exercise_are_found(tmp_path, old, new, names):
    text = LESSON.read_text(encoding="utf-8")
    assert answers.borrowed(source.read(LESSON)) == []
    path = tmp_path / "mini.py"
    path.write_text(text.replace(old, new), encoding="utf-8")
    told = answers.borrowed(source.read(path))
    assert told and all(f"uses {names}, which depends on exercise double" in t for t in told)


@pytest.mark.parametrize(("expected", "zeroed"), [
    (3.5, 0.0), (True, False), ((1, [2.0]), (0, [0.0])), ({"a": 1}, {"a": 0})])
def test_zero_keeps_the_kind_of_result(expected, zeroed):
    assert answers.zero(expected, ()) == zeroed
    assert type(answers.zero(expected, ())) is type(zeroed)


def test_zero_of_arrays_and_of_what_has_none():
    result = answers.zero(np.array([np.nan, 1.0], dtype=np.float32), ())
    assert result.dtype == np.float32 and np.array_equal(result, [0, 0])
    with pytest.raises(answers.Inapplicable):
        answers.zero(object(), ())


def test_tensors_that_carry_a_gradient_are_compared_too():
    torch = pytest.importorskip("torch")
    x = torch.ones(3, requires_grad=True)
    assert answers.same(x, x.clone()) and not answers.same(x, 2 * x)


def test_first_array_differs_from_unchanged():
    x = np.ones(2)
    assert answers.first_array(0, [3, x]) is x and answers.unchanged(0, [3, x]) == 3
    with pytest.raises(answers.Inapplicable):
        answers.unchanged(None, [3, x])
    with pytest.raises(answers.Inapplicable):
        answers.first_array(None, [x, x])


def test_a_generic_answer_that_is_right_is_no_wrong_answer():
    identity = answers.Answer("wrong", "unchanged_of_f", "f", code="unchanged", function="f")
    outcome = {"failed": {}, "others": {}, "error": None, "wrong": None}
    stand_in = answers._generic(identity, lambda x: x + 0, outcome)
    assert stand_in(np.ones(2)).sum() == 2 and outcome["wrong"] is False
    assert answers.judge(identity, outcome) == []
    answers._generic(identity, lambda x: x + 1, outcome)(np.ones(2))
    assert answers.judge(identity, outcome) == ["passes all tests of its exercise"]
    never_called = {**outcome, "wrong": None}
    assert answers.judge(identity, never_called) == ["passes all tests of its exercise"]
