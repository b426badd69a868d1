"""Mutants of reference answers: each kind of mistake is made, told by its line, and tried."""

import pytest

from course_staff.authoring import answers, mutants, source, survivors
from course_staff.authoring.source import Cell, Exercise, SourceError
from tests.authoring.test_answers import ANSWERS, LESSON

REFERENCE = '''
def f(x, y, times=2, rtol=1e-9):
    """Docstring with 1 + 1."""
    ### BEGIN SOLUTION
    if np.min(x) < 0 and y:
        raise ValueError("not < 0")
    z = x.copy()
    total = np.sum(x - y, axis=-1)
    for a in range(1, 3):
        total += a * times
    with torch.no_grad():
        x = x * 3
    small = np.isclose(z, x, rtol=rtol)
    w = z[..., 1:]
    return total, float(small)
    ### END SOLUTION
'''
MADE = [
    ("operators", "total = np.sum(x - y, axis=-1)", "total = np.sum(x + y, axis=-1)"),
    ("operators", "total = np.sum(x - y, axis=-1)", "total = np.sum(((y) - (x)), axis=-1)"),
    ("operators", "total = np.sum(x - y, axis=-1)", "total = np.sum(x, axis=-1)"),
    ("calls", "total = np.sum(x - y, axis=-1)", "total = np.sum(x - y)"),
    ("calls", "total = np.sum(x - y, axis=-1)", "total = (x - y)"),
    ("calls", "total = np.sum(x - y, axis=-1)", "total = np.mean(x - y, axis=-1)"),
    ("constants", "total = np.sum(x - y, axis=-1)", "total = np.sum(x - y, axis=-2)"),
    ("comparisons", "if np.min(x) < 0 and y:", "if np.min(x) <= 0 and y:"),
    ("comparisons", "if np.min(x) < 0 and y:", "if np.min(x) < 0 or y:"),
    ("comparisons", "if np.min(x) < 0 and y:", "if ((y)):"),
    ("statements", "if np.min(x) < 0 and y:", "if False:"),
    ("calls", "z = x.copy()", "z = x"),
    ("constants", "for a in range(1, 3):", "for a in range(1, 4):"),
    ("calls", "for a in range(1, 3):", "for a in range(3, 1):"),
    ("parts", "for a in range(1, 3):", "for a in list(range(1, 3))[:1]:"),
    ("operators", "total += a * times", "total -= a * times"),
    ("statements", "total += a * times", "pass"),
    ("statements", "with torch.no_grad():", "if True:"),
    ("kinds_of_numbers", "x = x * 3", "x *= 3"),
    ("calls", "small = np.isclose(z, x, rtol=rtol)", "small = np.isclose(z, x, atol=rtol)"),
    ("calls", "small = np.isclose(z, x, rtol=rtol)", "small = np.isclose(z, x)"),
    ("calls", "small = np.isclose(z, x, rtol=rtol)", "small = np.isclose(x, z, rtol=rtol)"),
    ("parts", "w = z[..., 1:]", "w = z[..., :]"),
    ("parts", "return total, float(small)", "return float(small), total"),
    ("kinds_of_numbers", "return total, float(small)", "return (total, float(small)).detach()"),
    ("kinds_of_numbers", "return total, float(small)", "return total, int(small)"),
    ("arguments", "if np.min(x) < 0 and y:", "times = 2\nif np.min(x) < 0 and y:"),
]


def exercise(text):
    return Exercise(Cell(1, 1, "code", {"solution": "f"}, text))


def test_every_kind_of_mistake_is_made_once_and_told_by_its_line():
    made = mutants.mutants(exercise(REFERENCE))
    told = [(mutant.kind, mutant.line, mutant.becomes) for mutant in made]
    assert [row for row in MADE if row not in told] == []
    assert len({mutant.code for mutant in made}) == len({m.identity for m in made}) == len(made)
    assert all(mutant.code != REFERENCE for mutant in made)


def test_optional_arguments_are_ignored_in_turn():
    told = [m.becomes for m in mutants.mutants(exercise(REFERENCE)) if m.kind == "arguments"]
    assert told == [f"{line}\nif np.min(x) < 0 and y:" for line in ("times = 2", "rtol = 1e-9")]


def test_signatures_docstrings_messages_and_what_stands_outside_stay():
    text = "STEP = 1\n" + REFERENCE + "\n\nOTHER = 2 + 3\n"
    for mutant in mutants.mutants(exercise(text)):
        for kept in ("STEP = 1\n", "times=2, rtol=1e-9):", "with 1 + 1.", "OTHER = 2 + 3",
                     '"not < 0"'):
            assert kept in mutant.code, mutant.label


def test_a_mutant_is_known_again_when_other_lines_change():
    before = {m.identity for m in mutants.mutants(exercise(REFERENCE))}
    after = {m.identity for m in mutants.mutants(exercise(REFERENCE.replace(
        "    z = x.copy()\n", "    # a remark\n\n    z = np.array(x)\n")))}
    assert {each for each in before if "copy" not in each[1]} <= after


def test_equal_changes_of_equal_lines_are_counted():
    text = REFERENCE.replace("    z = x.copy()\n", "    z = x.copy()\n    z = x.copy()\n")
    told = [m.nth for m in mutants.mutants(exercise(text)) if m.becomes == "z = x"]
    assert told == [1, 2]


def report(listed, tmp_path, **options):
    path = tmp_path / "mini.py"
    path.write_text(ANSWERS.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / survivors.LIST.name).write_text(listed, encoding="utf-8")
    return answers._examine(LESSON, path, only_mutants=True, sample=None, **options)


SURVIVES = '[[mini.total]]\nline = "return float(np.sum(x))"\nbecomes = "return np.sum(x)"\n'


def test_survivors_are_told_unless_the_list_says_why(tmp_path):
    bad = {label: (problems, message) for label, problems, message in report("", tmp_path)
           if problems}
    label = "mutant total: return float(np.sum(x))  →  return np.sum(x)"
    problems, message = bad[label]
    assert "survives" in problems[0] and message == SURVIVES + 'because = ""\n'
    rows = report(SURVIVES + 'because = "NumPy\'s numbers are numbers."', tmp_path)
    assert (label, [], "NumPy's numbers are numbers.") in rows
    assert {row[0] for row in rows if row[1]} == bad.keys() - {label}
    assert not any("double" in row[0] for row in report("", tmp_path, exercise="total"))


@pytest.mark.parametrize(("listed", "told"), [
    (SURVIVES + 'because = " "', "says no reason"),
    (SURVIVES, "needs line, becomes and because"),
    (SURVIVES + 'because = 3', "needs line, becomes and because"),
    (SURVIVES + 'because = "x"\nsince = "y"', "needs line, becomes and because"),
    (2 * (SURVIVES + 'because = "x"\n'), "is listed twice"),
    (SURVIVES.replace("np.sum(x)", "np.mean(x)") + 'because = "x"', "no longer made"),
    (SURVIVES + 'nth = 2\nbecause = "x"', "no longer made"),
])
def test_careless_lists_are_refused(tmp_path, listed, told):
    with pytest.raises(SourceError, match=told):
        report(listed, tmp_path)


def test_a_listed_mutant_that_dies_is_told(tmp_path):
    listed = ('[[mini.double]]\nline = "return x * 2**times"\nbecomes = "return x / 2**times"\n'
              'because = "It was so."')
    problems = [problem for _, found, _ in report(listed, tmp_path) for problem in found]
    assert any("dies, but" in problem for problem in problems)


def test_entries_hold_any_text(tmp_path):
    mutant = mutants.Mutant("f", "calls", 'a = "\\n"\nb', "pass", "", 2)
    path = tmp_path / "survivors.toml"
    text = survivors.entry("mini", mutant).replace('because = ""', 'because = "so"')
    path.write_text(text, encoding="utf-8")
    assert survivors.read(path, "mini") == {mutant.identity: "so"}
    assert source.find()  # lessons are listed, so an entry can't be of none
