"""What an exercise rebuilds is off limits while its tests run, under whatever name."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from course_lib.imaging import operators
from course_lib.notebook import checks, off_limits
from course_lib.notebook.off_limits import OffLimits

NAMES = ("imaging.operators.Downsample imaging.deconvolution.wiener "
         "imaging.operators.LinearOperator.T")
ANSWERS = {
    "from-import": "from course_lib.imaging.operators import Downsample\n"
                   "def f(x): return Downsample(2)(x)",
    "alias": "from course_lib.imaging.operators import Downsample as D\ndef f(x): return D(2)(x)",
    "inside": "def f(x):\n    from course_lib.imaging import operators as o\n"
              "    return o.Downsample(2)(x)",
    "getattr": "import course_lib.imaging.operators as o\n"
               "def f(x): return getattr(o, 'Down' + 'sample')(2)(x)",
    "partial": "import functools\nfrom course_lib.imaging import operators as o\n"
               "make = functools.partial(o.Downsample, 2)\ndef f(x): return make()(x)",
    "wrapper": "from course_lib.imaging.operators import Downsample\n"
               "def mine(s): return Downsample(s)\ndef f(x): return mine(2)(x)",
    "subclass": "from course_lib.imaging.operators import Downsample\n"
                "class Mine(Downsample): pass\ndef f(x): return Mine(2)(x)",
    "in a map": "from course_lib.imaging.operators import Downsample\n"
                "def f(x): return list(map(Downsample, [2]))[0](x)",
    "through NumPy": "import numpy as np\nfrom course_lib.imaging.operators import Downsample\n"
                     "make = np.vectorize(lambda s: Downsample(s), otypes='O')\n"
                     "def f(x): return make([2])[0](x)",
    "a property": "def f(x): return camera.T(x)",
    "the function itself": "from course_lib.imaging.deconvolution import wiener as f",
    "partial of itself": "import functools\nfrom course_lib.imaging.deconvolution import wiener\n"
                         "f = functools.partial(wiener)",
}
FREE = {
    "the library uses it": "from course_lib.imaging import operators\n"
                           "def f(x): return library_uses_it(x)",
    "something else of it": "from course_lib.imaging.operators import Shift\n"
                            "def f(x): return Shift(0, 0)(x)",
    "an own class": "class Downsample:\n    def __init__(self, s): pass\n"
                    "def f(x):\n    Downsample(2)\n    return x",
    "an argument": "def f(x): return camera(x)",
}
TEST = f'off_limits(f, names="{NAMES}")\nf(x)\n'


def run(answer, test=TEST, **names):
    """Run an answer's cell and a test's, as a notebook does; the test may call the library."""
    library = {"__name__": "course_lib.elsewhere", "Downsample": operators.Downsample}
    exec("def library_uses_it(x): return Downsample(2)(x)", library)
    namespace = {"__name__": "__main__", "off_limits": off_limits.off_limits, "checks": checks,
                 "x": np.ones((1, 4, 4)), "camera": operators.Shift(0, 0),
                 "library_uses_it": library["library_uses_it"], **names}
    exec(compile(answer, "<answer>", "exec"), namespace)
    before = sys.gettrace()
    try:
        exec(compile(test, "<test>", "exec"), namespace)
    finally:
        assert sys.gettrace() in (before, None)
        sys.settrace(before)
    return namespace


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("test", [TEST, TEST.replace("f(x)\n", "checks.call(f, x)\n")])
def test_a_call_is_refused_under_whatever_name(answer, test):
    with pytest.raises(AssertionError, match=r"calls `course_lib.imaging.\w+.\w+(.T)?`, which this "
                       "exercise rebuilds: that is off limits here"):
        run(answer, test)


@pytest.mark.parametrize("answer", FREE.values(), ids=FREE)
def test_what_is_no_call_of_it_passes(answer):
    run(answer)
    run(answer, TEST.replace("f(x)\n", "checks.call(f, x)\n"))


def test_the_test_itself_may_call_it_and_everybody_before_and_after():
    answer = ANSWERS["from-import"]
    after = run(answer, 'from course_lib.imaging.operators import Downsample\nf(x)\n'
                        f'off_limits(f, names="{NAMES}")\nDownsample(2)(x)\n')
    assert after["f"](np.ones((1, 4, 4))).shape == (1, 2, 2)
    with pytest.raises(OffLimits):
        run(answer)
    assert run(answer, "f(x)")["f"]


def test_a_test_in_which_an_answer_raises_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError):
        run("def f(x): 1 / 0")
    assert not isinstance(getattr(sys.gettrace(), "__self__", None), off_limits._Watch)


def test_the_tests_own_functions_are_off_limits_unless_they_are_handed_over():
    test = ("off_limits(f)\ndef reference(x): return 2 * x\n"
            "def given(x): return x\nf(x)\nf(x, given)\n")
    with pytest.raises(OffLimits, match="calls `reference`, a function of the tests"):
        run("def f(x, given=None): return reference(x)", test)
    run("def f(x, given=None): return given(x) if given else x", test)


def test_those_of_an_earlier_test_are_off_limits_too():
    after = run("def f(x): return reference(x)", "off_limits(f)\ndef reference(x): return x\n")
    with pytest.raises(OffLimits, match="calls `reference`"), off_limits.watched(after["f"], ""):
        after["f"](1)


def test_refuses_tells_it_too():
    test = f'off_limits(f, names="{NAMES}")\nchecks.refuses(f, x, because="so it is")\n'
    with pytest.raises(AssertionError, match="off limits here"):
        run(ANSWERS["from-import"], test)
    with pytest.raises(AssertionError, match="not AssertionError"):
        run("def f(x): assert False, 'x'", test)


def test_what_stands_for_a_function_elsewhere_watches_there():
    told = []
    answer = type("StandIn", (), {"off_limits": lambda self, names: told.append(names)})()
    before = sys.gettrace()
    off_limits.off_limits(answer, names=NAMES)
    assert told == [NAMES] and sys.gettrace() is before
    with pytest.raises(OffLimits), off_limits.watched(operators.Downsample.__init__, ""):
        raise OffLimits
    assert sys.gettrace() is before


@pytest.fixture
def tracer():
    """A former tracer, as of a debugger or of coverage."""
    before = sys.gettrace()

    def trace(_frame, _event, _argument):
        return None

    sys.settrace(trace)
    yield trace
    sys.settrace(before)


def test_a_former_tracer_comes_back(tracer):
    seen = []
    run("import sys\ndef f(x): seen(sys.gettrace())\n", seen=seen.append)
    assert len(seen) == 1 and seen[0] is not tracer
    assert sys.gettrace() is tracer
    with pytest.raises(ZeroDivisionError):
        run("def f(x): 1 / 0")
    assert sys.gettrace() is tracer
    after = run(ANSWERS["in a map"], "")
    with pytest.raises(OffLimits), off_limits.watched(after["f"], NAMES):
        after["f"](np.ones((1, 4, 4)))
    assert sys.gettrace() is tracer


def test_calls_of_c_functions_are_not_looked_at(monkeypatch):
    looked, look = [], off_limits._Watch.look
    monkeypatch.setattr(off_limits._Watch, "look",
                        lambda *given: looked.append(given[1].f_code.co_name) or look(*given))
    run("def f(x):\n    for k in range(500): abs(k), [].append(len('a'))\n")
    assert "f" in looked and len(looked) < 10


def test_in_a_notebook_the_watch_ends_with_the_cell(tmp_path):
    program = textwrap.dedent(f"""
        from IPython.core.interactiveshell import InteractiveShell
        import sys
        import numpy as np
        shell = InteractiveShell.instance()
        answer = {ANSWERS["alias"]!r}
        guard = 'from course_lib.notebook.off_limits import off_limits' + chr(10)
        guard += 'off_limits(f, names="{NAMES}")' + chr(10)
        cell = lambda text: shell.run_cell(text).error_in_exec
        assert cell('import numpy as np' + chr(10) + answer) is None
        assert 'off limits' in str(cell(guard + 'f(np.ones((1, 4, 4)))'))
        assert cell('f(np.ones((1, 4, 4)))') is None
        assert cell(guard + '1 + 1' + chr(10) + 'import sys') is None
        assert sys.gettrace() is None
        assert cell(guard + '1 / 0') is not None and sys.gettrace() is None
        assert cell('f(np.ones((1, 4, 4)))') is None
        print("sound")
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8",
                          cwd=tmp_path, env={"IPYTHONDIR": str(tmp_path), "HOME": str(tmp_path)})
    assert done.stdout.strip().endswith("sound"), done.stdout[-500:] + done.stderr[-2000:]
