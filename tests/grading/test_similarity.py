"""Copied answers are seen under new names; what everybody writes is not."""

import random

import pytest

from course_staff.grading.similarity import alike, runs, tokens

STUB = 'def f(x, n):\n    """Return it."""\n    raise NotImplementedError("not written yet")'
USUAL = ("def f(x, n):\n    total = 0\n    for i in range(n):\n        total += x[i] ** 2\n"
         "    return total / n")
OWN = ("def f(x, n):\n    import itertools\n    pairs = itertools.accumulate(x[k] * x[k] for k "
       "in reversed(range(n)))\n    *_, last = pairs\n    return last * (1 / n) if n else "
       "float('nan')")


def renamed(code):
    for old, new in (("pairs", "sums"), ("last", "z"), ("k]", "j]"), ("for k", "for j")):
        code = code.replace(old, new)
    return code


@pytest.mark.parametrize("copy", [
    OWN, renamed(OWN), OWN.replace("\n", "  # mine\n"), OWN.replace("    ", "  "),
    OWN.replace("def f(x, n):", 'def f(x, n):\n    """My own words."""'),
    OWN.replace("import itertools\n", "import itertools\n\n    print('hello')\n")])
def test_a_copy_is_seen_whatever_its_names_and_looks(copy):
    others = {f"s{n}": runs(USUAL.replace("total", f"t{n}")) for n in range(10)}
    (pair,) = alike({"ann": runs(OWN), "bob": runs(copy), **others}, [STUB])
    assert pair[:2] == ("ann", "bob") and 0.8 <= pair[2] <= 1


def test_what_many_write_what_is_published_and_what_is_short_is_no_copy():
    many = {f"s{n}": runs(USUAL) for n in range(10)}
    assert alike(many) == []
    assert alike({"ann": runs(OWN), "bob": runs(OWN)}, [STUB, OWN]) == []
    assert alike({"ann": runs(STUB), "bob": runs(STUB)}) == []
    short = "def f(x, n):\n    return x[:n] @ x[:n] / n"
    assert alike({"ann": runs(short), "bob": runs(short)}, [STUB]) == []


def test_different_ways_are_different():
    assert alike({"ann": runs(OWN), "bob": runs(USUAL)}) == []


@pytest.mark.parametrize("code", [
    "", "def f(", "x = '", "?", "\x00", "    return 3", "def f():\n\tx\n  y"])
def test_what_is_no_python_stops_nobody(code):
    assert isinstance(tokens(code), list)
    assert alike({"ann": runs(code), "bob": runs(code)}) == []


def test_names_after_dots_and_of_the_language_stay():
    assert tokens("np.fft(len(x))  # y") == [" np", ".", "fft", "(", "len", "(", " x", ")", ")"]


def test_the_order_of_students_changes_nothing():
    answers = {f"s{n}": runs(OWN if n % 4 == 0 else USUAL.replace("2", str(n))) for n in range(9)}
    listed = list(answers.items())
    random.Random(1).shuffle(listed)
    assert alike(dict(listed)) == alike(answers)


@pytest.mark.parametrize("friends", [2, 4])
def test_a_circle_of_friends_is_seen_whole(friends):
    answers = {f"friend{n}": runs(renamed(OWN) if n % 2 else OWN) for n in range(friends)}
    others = {f"s{n}": runs(USUAL.replace("2", str(n))) for n in range(10)}
    assert len(alike(answers | others, [STUB])) == friends * (friends - 1) // 2
