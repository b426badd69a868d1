"""Staff verbs of the console script `course`: verb → (help, add_arguments(parser), run(args)).

What a verb needs is imported when it runs: nbgrader alone takes seconds.
"""

from importlib import import_module


def build_arguments(parser):
    """Declare the arguments of ``course build``."""
    parser.add_argument("lesson", nargs="*", help="lesson numbers or names; all by default")
    parser.add_argument("--force", action="store_true", help="execute even what is unchanged")


def answers_arguments(parser):
    """Declare the arguments of ``course answers``."""
    parser.add_argument("lesson", nargs="*", help="lesson numbers or names; all by default")


def train_arguments(parser):
    """Declare the arguments of ``course train``."""
    parser.add_argument("what", nargs="?", default="generator",
                        choices=("generator", "classifiers", "regressors"))
    parser.add_argument("--share", type=float, metavar="S",
                        help="share of the rare form among the pictures shown (default: 0.5)")
    parser.add_argument("--collapsed", action="store_true", help="the one that is to collapse")
    parser.add_argument("--minutes", type=float, metavar="M", help="stop after so long")
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run stopped")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scratch", action="store_true",
                        help="grow from random weights, not from the balanced generator")
    parser.add_argument("--device", help="where PyTorch computes (default: cuda, or else cpu)")
    parser.add_argument("--out", metavar="DIR", help="default: work/training/NAME")
    parser.add_argument("--ship", action="store_true",
                        help="put the finished generator and its card under data/generators")


def data_arguments(parser):
    """Declare the arguments of ``course data``."""
    parser.add_argument("part", nargs="*", metavar="PART",
                        help="images, classifiers, posteriors, regressors, chains, pulse or flips")
    parser.add_argument("--calibrate", action="store_true",
                        help="calibrate the reference posterior instead, and record it")
    parser.add_argument("--pixels", type=int, default=4, choices=(4, 8))
    parser.add_argument("--cases", type=int, default=200)


def label_arguments(parser):
    """Declare the arguments of ``course label``."""
    parser.add_argument("--out", metavar="DIR", help="write the sheets to be labelled there")


def _run(module):
    return lambda args: import_module(f"course_staff.{module}").run(args)


VERBS = {
    "build": ("make lessons and solutions from the sources", build_arguments, _run("build")),
    "data": ("rebuild data/ from seeds; calibrate", data_arguments, _run("data")),
    "train": ("train a generator, or the classifiers", train_arguments, _run("train")),
    "label": ("compare the classifier with labels by eye", label_arguments, _run("labels")),
    "answers": ("try right and wrong answers on the tests", answers_arguments, _run("answers")),
}
