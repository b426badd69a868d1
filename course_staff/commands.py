"""Staff verbs of the console script `course`: verb → (help, add_arguments(parser), run(args)).

What a verb needs is imported when it runs: nbgrader alone takes seconds.
"""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from importlib import import_module


def build_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course build``."""
    parser.add_argument("lesson", nargs="*", help="names or numbers of lessons; all by default")
    parser.add_argument("--force", action="store_true", help="execute even what is unchanged")
    parser.add_argument("--check", action="store_true",
                        help="look at the sources only: write and execute nothing")


def answers_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course answers``."""
    parser.add_argument("lesson", nargs="*", help="names or numbers of lessons; all by default")
    parser.add_argument("--exercise", metavar="NAME",
                        help="only this exercise's answers, on its own tests")
    parser.add_argument("--mutants", action="store_true",
                        help="try the reference answers with one small mistake in each instead")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many mutants of a lesson")


def train_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course train``."""
    parser.add_argument("what", nargs="?", default="generator",
                        choices=("generator", "classifiers", "regressors", "enhancer"))
    parser.add_argument("--share", type=float, metavar="S",
                        help="share of the dark form among the pictures shown (default: 0.5)")
    parser.add_argument("--denoiser", action="store_true",
                        help="a denoiser of noisy pictures, for samplers by diffusion")
    parser.add_argument("--collapsed", action="store_true", help="the one that is to collapse")
    parser.add_argument("--minutes", type=float, metavar="M", help="stop after so long")
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scratch", action="store_true",
                        help="grow from random weights, not from the balanced generator")
    parser.add_argument("--device", help="where PyTorch computes (default: cuda, or else cpu)")
    parser.add_argument("--out", metavar="DIR", help="default: work/training/NAME")
    parser.add_argument("--ship", action="store_true",
                        help="put the finished network and its card under data/")


def data_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course data``."""
    parser.add_argument("part", nargs="*", metavar="PART",
                        help="images, classifiers, posteriors, regressors, chains, pulse, "
                             "casebook, flips, samplers, plates, default: all these; measured, "
                             "upscaler")
    parser.add_argument("--packages", metavar="DIR",
                        help="for measured and upscaler: where the packages of data/SOURCES.md "
                             "were unpacked")
    parser.add_argument("--calibrate", action="store_true",
                        help="calibrate the reference posterior instead, and record it")
    parser.add_argument("--pixels", type=int, default=4, choices=(4, 8))
    parser.add_argument("--cases", type=int, default=200)


def study_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course study``."""
    parser.add_argument("--out", metavar="DIR",
                        help="where finished files go (default: data/study)")
    parser.add_argument("--work", metavar="DIR",
                        help="where unfinished ones are (default: work/study)")
    parser.add_argument("--hours", type=float, metavar="H",
                        help="begin no other generator after so long")
    parser.add_argument("--collect", metavar="DIR", help="take finished files over from there")
    parser.add_argument("--sheets", metavar="DIR",
                        help="write answers and renders there, shuffled, for two readers")
    parser.add_argument("--coverage", action="store_true",
                        help="try the intervals on simulated tables, a minute")
    parser.add_argument("--table", action="store_true",
                        help="tell what the files say, in docs/study.md")


def label_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course label``."""
    parser.add_argument("--out", metavar="DIR", help="write the sheets to be labelled there")


def release_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course release``."""
    parser.add_argument("lesson", nargs="*", help="names or numbers of lessons; all by default")
    parser.add_argument("--out", metavar="DIR", default=".", help="where the zip goes (default: .)")


def _folder_argument(parser: ArgumentParser) -> None:
    parser.add_argument("--out", metavar="DIR",
                        help="the class's private folder (default: work/grading)")


def _count(said: str) -> int:
    if not said.isdecimal() or int(said) < 1:
        raise ArgumentTypeError(f"{said} is no number of submissions at a time: 1 or more")
    return int(said)


def _class_arguments(parser: ArgumentParser) -> None:
    _folder_argument(parser)
    parser.add_argument("--gradebook", metavar="URL",
                        help="postgresql://… or sqlite:///… (default: one in the class's folder)")


def grade_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course grade``."""
    parser.add_argument("submissions", metavar="SUBMISSIONS",
                        help="folder or zip: nbgrader's layout, a folder per student, or files "
                             "that begin with the student's name")
    parser.add_argument("--lesson", metavar="L", required=True, help="its name or number")
    _class_arguments(parser)
    parser.add_argument("--jobs", type=_count, default=2, metavar="N",
                        help="submissions at a time on this machine (default: 2)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="use this Dask cluster instead")
    parser.add_argument("--resume", action="store_true",
                        help="leave out what is graded already and unchanged")
    parser.add_argument("--student", metavar="S", action="append", help="only this one (again: or)")
    parser.add_argument("--release", metavar="STAMP",
                        help="grade as this release, whatever the notebooks say")
    # Without them the limits are those of `grading.sandbox.Limits`.
    parser.add_argument("--cell-seconds", type=float, metavar="T",
                        help="seconds of processor time for a cell")
    parser.add_argument("--seconds", type=float, metavar="T", help="the same for a submission")
    parser.add_argument("--memory", type=float, metavar="G",
                        help="memory for one submission, in GiB")
    parser.add_argument("--no-sandbox", action="store_true",
                        help="run notebooks unprotected: only those you would run yourself")


def feedback_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course feedback``."""
    parser.add_argument("--lesson", metavar="L", help="its name or number; all by default")
    _class_arguments(parser)


def formgrader_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course formgrader``."""
    _folder_argument(parser)
    parser.add_argument("--no-browser", action="store_true",
                        help="print the address instead of opening a browser")


def marking_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course marking``."""
    formgrader_arguments(parser)
    parser.add_argument("--hide-names", action="store_true",
                        help="show no name on the marking page, and no way to one")
    parser.add_argument("--marker", metavar="NAME",
                        help="who marks, as the log says it (default: whose account this is)")


def forget_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course forget``."""
    _class_arguments(parser)
    parser.add_argument("--student", metavar="S", action="append", help="only this one (again: or)")
    parser.add_argument("--yes", action="store_true", help="really")


def roster_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course roster``."""
    parser.add_argument("file", nargs="+", metavar="FILE",
                        help="Canvas's gradebook export, Moodle's participants, grades or grading "
                             "worksheet, or a CSV table of names with ids or e-mail addresses")
    _folder_argument(parser)


def grades_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course grades``."""
    parser.add_argument("--rules", metavar="FILE",
                        help="due dates, extensions, what lateness costs (TOML; it is remembered)")
    _class_arguments(parser)


def evidence_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course evidence``."""
    parser.add_argument("place", nargs="*", metavar="SUBMISSIONS",
                        help="folders or zips: the filled-in forms, lessons, work folders")
    parser.add_argument("--form", metavar="DIR",
                        help="write the forms to hand out there, before and after the course")
    parser.add_argument("--rows", action="store_true",
                        help="write a line for each person, under random ids, as well")
    _folder_argument(parser)


def slides_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course slides``."""
    parser.add_argument("deck", nargs="*",
                        help="names or numbers of lessons, or workshop; all by default")
    parser.add_argument("--out", metavar="DIR", default="dist/slides",
                        help="where the decks go (default: dist/slides)")
    parser.add_argument("--pdf", action="store_true", help="print each to a PDF as well")
    parser.add_argument("--large", action="store_true",
                        help="draw the pictures anew, with larger type (the first time: minutes)")


def site_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course site``."""
    parser.add_argument("--out", metavar="DIR", default="dist/site",
                        help="where the pages go (default: dist/site)")


def book_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course book``."""
    parser.add_argument("lesson", nargs="*", help="names or numbers of lessons; all by default")
    parser.add_argument("--out", metavar="FILE", default="dist/book.pdf",
                        help="the PDF (default: dist/book.pdf)")


def dist_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course dist``."""
    parser.add_argument("--out", metavar="DIR", default="dist", help="default: dist")


def bench_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of ``course bench``."""
    parser.add_argument("group", nargs="*", help="groups of cases; by default all, written down")


def bench(args: Namespace) -> int:
    """Run tests/benchmarks in the place of this program; returns the exit status."""
    from course_lib.desk import commands

    return commands.run(
        [sys.executable, str(commands.ROOT / "tests" / "benchmarks" / "run.py"), *args.group])


def _run(module: str, function: str = "run") -> Callable[[Namespace], int]:
    return lambda args: getattr(import_module(f"course_staff.{module}"), function)(args)


VERBS: dict[str, tuple[str, Callable[[ArgumentParser], None], Callable[[Namespace], int]]] = {
    "build": ("make lessons and solutions from the sources", build_arguments,
              _run("authoring.build")),
    "data": ("rebuild data/ from seeds; calibrate", data_arguments, _run("experiments.data")),
    "train": ("train a generator, a denoiser or another network", train_arguments,
              _run("experiments.train")),
    "study": ("train and measure the generators of docs/study.md", study_arguments,
              _run("experiments.study")),
    "label": ("compare the classifier with labels by eye", label_arguments,
              _run("experiments.labels")),
    "slides": ("make slide decks of lessons, and the workshop's", slides_arguments,
               _run("publishing.slides")),
    "site": ("make pages to read, without answers", site_arguments, _run("publishing.site")),
    "book": ("print all lessons as one PDF, without answers", book_arguments,
             _run("publishing.book")),
    "dist": ("make all that is handed out: zip, decks, pages, book", dist_arguments,
             _run("publishing.dist")),
    "release": ("make what students get, as a stamped zip", release_arguments,
                _run("grading.release")),
    "grade": ("grade a class's notebooks in a sandbox", grade_arguments,
              _run("grading.grade", "grade")),
    "marking": ("mark written answers, one question across all students", marking_arguments,
                _run("grading.grade", "mark")),
    "formgrader": ("look at whole notebooks in nbgrader's formgrader", formgrader_arguments,
                   _run("grading.grade", "formgrader")),
    "feedback": ("write pages anew, with marks given by hand", feedback_arguments,
                 _run("grading.grade", "write_feedback")),
    "roster": ("say who should hand in: from Canvas, Moodle or a table", roster_arguments,
               _run("grading.grades", "take_roster")),
    "grades": ("write all lessons' grades, for Canvas and Moodle, too", grades_arguments,
               _run("grading.grades", "hand_out")),
    "evidence": ("count what a class guessed and believed, without names", evidence_arguments,
                 _run("evidence.collect")),
    "forget": ("delete a class's or a student's personal data", forget_arguments,
               _run("grading.grade", "forget")),
    "answers": ("try right and wrong answers on the tests", answers_arguments,
                _run("authoring.answers")),
    "bench": ("measure the library beside its peers", bench_arguments, bench),
}
