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


def _run(module):
    return lambda args: import_module(f"course_staff.{module}").run(args)


VERBS = {
    "build": ("make lessons and solutions from the sources", build_arguments, _run("build")),
    "answers": ("try right and wrong answers on the tests", answers_arguments, _run("answers")),
}
