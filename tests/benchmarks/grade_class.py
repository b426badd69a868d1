"""How fast is a class graded: one job, two, two Dask workers, and by stock nbgrader?

    python tests/benchmarks/grade_class.py [STUDENTS [LESSON]]

Makes a class on a lesson (default: 60 on deconvolution): the right and wrong answers that its tests
are tried on, and a third hostile ones.  Grades the same notebooks with one job, with two, and on a
scheduler with two local workers; nbgrader's own autograde, which has no sandbox, executes the
honest ones in one process.  Prints the times per submission and whether every honest mark is exact.
Judge it on an idle machine.
"""

import copy
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde

from course_lib.desk.cells import grade_id
from course_staff.authoring import build, source
from course_staff.grading import grade, inbox, record, release, sandbox, trial

HOSTILE = [
    "import os\nos._exit(0)",
    "import course_lib.notebook.checks as c\nc.equal = c.refuses = lambda *a, **k: None",
    "raise SystemExit",
    "import builtins\nbuiltins.AssertionError = ValueError",
    "hoard = []\nwhile True:\n    hoard.append(bytearray(10**7))",
    "for _ in range(10**5):\n    print('flood ' * 100)",
]


def make(folder, kept, template, count):
    """Write a class's notebooks; returns {student: points from tests}, None where hostile."""
    lesson = template["name"]
    blank = nbformat.read(kept / "bundle" / "lessons" / lesson / f"{lesson}.ipynb", 4)
    right = {name: each["reference"] for name, each in template["solutions"].items()}
    full = sum(test["points"] for test in template["tests"].values())
    others = [(exercise, code) for exercise, codes in template["right"].items() for code in codes]
    expected = {}
    for number in range(count):
        answers, student = dict(right), f"student_{number:03d}"
        if number % 3 == 2:
            name = next(iter(answers))
            answers[name] = HOSTILE[number // 3 % len(HOSTILE)] + "\n"
            expected[student] = None
        else:
            exercise, code = others[number % len(others)]
            answers[exercise], expected[student] = code, full
        notebook = copy.deepcopy(blank)
        for cell in notebook.cells:
            if grade_id(cell) in answers:
                cell.source = answers[grade_id(cell)]
        path = folder / student / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    return expected


def ours(base, lesson, template, expected, jobs, scheduler=None):
    """Grade the class; returns seconds and the honest students whose mark is wrong."""
    submissions, _ = inbox.collect(base / "submitted", lesson, base / "unpacked")
    folder = grade.open_folder(base / f"jobs {jobs}{' on Dask' * bool(scheduler)}")
    begin = time.perf_counter()
    with record.Book(record.default_url(folder), folder) as book:
        desk = grade.Desk(folder, lesson, sandbox.Limits(), True)
        desk.grade(submissions, book, jobs, scheduler)
        grade.write_pages(folder, lesson, book)
    seconds, wrong = time.perf_counter() - begin, []
    for student, points in expected.items():
        tests = json.loads(desk.result_path(student).read_text(encoding="utf-8"))["tests"]
        got = sum(template["tests"][name]["points"] for name, test in tests.items()
                  if test["passed"])
        if points is not None and got != points:
            wrong.append(student)
    return seconds, wrong


def stock(base, path, expected):
    """Let nbgrader grade the honest notebooks; returns seconds per notebook."""
    course = base / "stock"
    _, text = build.load(path)
    build.release(source.folder(path), text, course, database=True)
    honest = [student for student, points in expected.items() if points is not None]
    for student in honest:
        shutil.copytree(base / "submitted" / student, course / "submitted" / student)
    os.environ |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(build.ROOT)}
    begin = time.perf_counter()
    build.run_nbgrader(Autograde, source.folder(path), course)
    return (time.perf_counter() - begin) / len(honest)


@contextmanager
def dask(base):
    """A scheduler with two workers of one thread each; yields its address."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                     local_directory=base / "dask") as cluster,
        Client(cluster.scheduler_address, set_as_default=False) as client,
    ):
        client.wait_for_workers(2)
        yield cluster.scheduler_address


def main(count="60", lesson="deconvolution"):
    path = source.find([lesson])[0]
    name = source.folder(path)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        base = Path(folder)
        os.environ["COURSE_WORK"] = str(base / "work")
        said, _ = release.make([path])
        kept = release.find(said, name)
        file = kept / "templates" / f"{name}.json"
        template = json.loads(file.read_text(encoding="utf-8"))
        print("reference answers:", trial.about(kept, name, True)["seconds"], "s", flush=True)
        expected = make(base / "submitted", kept, template, int(count))
        times = {}

        def timed(what, jobs, scheduler=None):
            seconds, wrong = ours(base, name, template, expected, jobs, scheduler)
            times[what] = seconds
            print(f"{what}: {seconds:.0f} s, {seconds / int(count):.1f} s each; "
                  f"honest marks that are wrong: {wrong or 'none'}", flush=True)

        timed("one job", 1)
        timed("two jobs", 2)
        with dask(base) as address:
            timed("two Dask workers", 2, address)
        print(f"two jobs are {times['one job'] / times['two jobs']:.2f} times as fast as one")
        print(f"stock nbgrader, honest notebooks only: {stock(base, path, expected):.1f} s each")


if __name__ == "__main__":
    main(*sys.argv[1:])
