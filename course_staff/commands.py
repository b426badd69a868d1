"""Staff verbs of the console script `course`: verb → (help, add_arguments(parser), run(args))."""

from course_staff import answers, build

VERBS = {
    "build": ("make lessons and solutions from the sources", build.add_arguments, build.run),
    "answers": ("try right and wrong answers on the tests", answers.add_arguments, answers.run),
}
