"""The console script ``course``: one verb for each thing that a learner does.

Standard library only, so that ``course doctor`` works where the rest is not installed.  Other
packages add verbs through the entry-point group ``course.verbs``; where what they name is not
there, as in what learners are handed, neither are its verbs.
"""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeAlias

from course_lib.desk import surroundings

__all__ = ["add_lessons", "find_lesson", "main", "new_backup", "reset_lesson"]

ROOT = Path(__file__).resolve().parents[2]

# JupyterLab looks for nothing outside this machine and shows no instructor's panels.  What its
# pages load is set in jupyter/page_config.json, which app_settings_dir points to.
QUIET = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    f"--LabApp.app_settings_dir={Path(__file__).with_name('jupyter')}",
    "--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=False",
    "--ServerApp.jpserver_extensions=nbgrader.server_extensions.assignment_list=False",
    "--ServerApp.jpserver_extensions=nbgrader.server_extensions.course_list=False",
    "--ServerApp.jpserver_extensions=jupyterlab_jupytext=False",
    "--log-level=WARN",
]


# What it does, in a line; a function that adds its arguments; one that does it.
Verb: TypeAlias = tuple[str, Callable[[ArgumentParser], None], Callable[..., int]]


class Told(Exception):
    """Something the learner can put right; the message says how."""


def work_folder() -> Path:
    """Return where learners write: ``COURSE_WORK``, or ``work/`` beside the package."""
    return surroundings.own_folder("COURSE_WORK", ROOT / "work")


def lessons() -> list[Path]:
    """Return the folders of the lessons as they are handed out, in order."""
    return sorted(path.parent for path in (ROOT / "lessons").glob("[0-9][0-9]_*/*.ipynb")
                  if path.stem == path.parent.name)


def find_lesson(said: str) -> Path:
    """Return the folder of the lesson that somebody means by ``1``, ``01``, ``image`` or its name.

    A name, or its beginning, goes before the middle of another.

    Raises
    ------
    Told
        If no lesson, or more than one, is meant.
    """
    found = [path for path in lessons() if said == path.name]
    if not found and said.isdecimal():
        found = [path for path in lessons() if int(said) == int(path.name[:2])]
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = found or [path for path in lessons() if fits(path.name[3:], said.lower())]
    found = found or [path for path in lessons() if said.lower() in path.name]
    if len(found) != 1:
        names = "\n  ".join(path.name for path in found or lessons())
        which = "matches more than one" if found else "is not a lesson; there are"
        raise Told(f"{said!r} {which}:\n  {names}")
    return found[0]


def add_lessons(work: Path) -> list[str]:
    """Copy every lesson that is not in `work` yet; touch nothing that is. Return their names.

    A lesson that is there under the number of an earlier release counts as there.
    """
    from course_lib.desk import update

    work.mkdir(parents=True, exist_ok=True)
    update.finish(work)
    added = []
    for lesson in lessons():
        if not update.my_folder(lesson, work).exists():
            # Copied aside first: an interrupted copy must not pass for a learner's own.
            part = work / f".{lesson.name}.part"
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(lesson, part, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
            part.rename(work / lesson.name)
            added.append(lesson.name)
    return added


def new_backup(work: Path, name: str, now: datetime | None = None) -> Path:
    """Return a folder below ``work/backups/NAME`` that isn't there yet, named after the time."""
    stamp = f"{now or datetime.now():%Y-%m-%d_%H-%M-%S}"
    backup, again = work / "backups" / name / stamp, 1
    while backup.exists():
        again += 1
        backup = backup.with_name(f"{stamp}_{again}")
    return backup


def reset_lesson(lesson: Path, work: Path, now: datetime | None = None) -> Path | None:
    """Copy a lesson's files anew into `work`, after moving the learner's versions aside.

    Returns
    -------
    pathlib.Path or None
        Folder of the backup, below ``work/backups/``; None if there was nothing to keep.
    """
    backup = new_backup(work, lesson.name, now)
    for file in sorted(path for path in lesson.rglob("*") if path.is_file()):
        mine = work / lesson.name / file.relative_to(lesson)
        if mine.exists():
            kept = backup / file.relative_to(lesson)
            kept.parent.mkdir(parents=True, exist_ok=True)
            mine.rename(kept)
        mine.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, mine)
    return backup if backup.exists() else None


def add_lab_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="LESSON", nargs="?",
                        help="its number or part of its name (default: the first)")
    parser.add_argument("--no-browser", action="store_true",
                        help="print the address instead of opening a browser")


def lab(args: Namespace) -> int:
    if not lessons():
        raise Told(f"{ROOT / 'lessons'} holds no lessons")
    work, lesson = work_folder(), find_lesson(args.lesson) if args.lesson else lessons()[0]
    if added := add_lessons(work):
        print(f"Copied to {work}: {', '.join(added)}")
    tell_of_older(lessons(), work)
    mine = my_notebook(lesson, work)
    print(f"Your lessons are in {work}; Control-C here ends JupyterLab.", flush=True)
    command = [
        sys.executable, "-m", "jupyterlab", *QUIET,
        f"--ServerApp.root_dir={work}",
        f"--LabApp.default_url=/lab/tree/{mine.relative_to(work).as_posix()}",
        # Its own list of open tabs: those of other projects would not be found here.
        f"--LabApp.workspaces_dir={work / '.jupyter' / 'workspaces'}",
    ]
    if args.no_browser:
        command.append("--ServerApp.open_browser=False")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container; it listens on this machine only
    return run(command, COURSE_WORK=str(work), **surroundings.without_home(work))


def my_notebook(lesson: Path, work: Path) -> Path:
    """Return a learner's notebook of a lesson, wherever in `work` it is."""
    from course_lib.desk import update

    folder = update.my_folder(lesson, work)
    return folder / f"{folder.name}.ipynb"


def tell_of_older(some: list[Path], work: Path) -> None:
    """Say which lessons in `work` come from an earlier release, and what to do."""
    from course_lib.desk import update

    older = [update.my_folder(lesson, work).name for lesson in some
             if update.is_older(lesson, work)]
    if older:
        print(f"From an earlier release of the course: {', '.join(older)}.\n`course update` puts "
              "your answers into the new lessons and keeps the old ones in work/backups.")


def run(command: list[str], **environment: str) -> int:
    """Run a program in the place of this one as far as its user can tell."""
    environment = {**surroundings.clean(os.environ), **environment}
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    return subprocess.call(command, env=environment)


def test(arguments: list[str]) -> int:
    """Run pytest; without arguments everything, on several cores."""
    if importlib.util.find_spec("pytest") is None:
        print("`course test` needs pytest, which is not installed here; "
              "`python setup_course.py test` installs it.", file=sys.stderr)
        return 1
    os.chdir(ROOT)
    workers = min(4, (os.cpu_count() or 1) + 1)  # one waits for a browser or a sandbox
    everything = ["-n", str(workers), "--dist", "loadgroup"]
    return run(
        [sys.executable, "-m", "pytest", *(arguments or everything)],
        # Text read or written without naming its encoding fails a test.
        PYTHONWARNDEFAULTENCODING="1",
    )


def add_check_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--code", action="store_true",
                        help="look at the code instead: style, types, layers, the library's laws")


def check(args: Namespace) -> int:
    if args.code:
        from course_lib.desk import check_code

        return check_code.check(ROOT)
    said = what_is_not_as_shipped()
    for problem in said:
        print(f"PROBLEM  {problem}")
    if said:
        print("Fetch the course anew, or `git checkout` the files named; work/ is not touched.")
    else:
        print(f"Data are as shipped; {len(lessons())} lessons are there.")
    return 1 if said else 0


def what_is_not_as_shipped() -> list[str]:
    """Return a sentence for each data file or lesson that is damaged or missing."""
    from course_lib.data import problems

    said = problems()
    for lesson in lessons():
        try:
            notebook = json.loads((lesson / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))
            if not notebook.get("cells"):
                said.append(f"{lesson.name} has no cells")
        except (OSError, ValueError, AttributeError):
            said.append(f"{lesson.name} is not a readable notebook")
    if not lessons():
        said.append("lessons/ holds no lessons")
    return said


def doctor(args: Namespace) -> int:
    from course_lib.desk.doctor import report

    return report(ROOT)


def add_reset_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="LESSON", help="its number or part of its name")


def reset(args: Namespace) -> int:
    from course_lib.desk import update

    lesson, work = find_lesson(args.lesson), work_folder()
    for earlier in update.folders(lesson, work):
        if earlier.name != lesson.name:
            aside = new_backup(work, lesson.name)
            aside.parent.mkdir(parents=True, exist_ok=True)
            earlier.rename(aside)
            print(f"Your version of an earlier release is kept in {aside}")
    backup = reset_lesson(lesson, work)
    if backup:
        print(f"Your version is kept in {backup}")
    print(f"{lesson.name} is fresh. If it is open in JupyterLab, close its tab and reopen it.")
    return 0


def add_update_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="LESSON", nargs="?",
                        help="its number or part of its name (default: all that need it)")


def bring_up_to_date(args: Namespace) -> int:
    """Put a learner's answers into the lessons as they are handed out now."""
    from course_lib.desk import update

    work, done = work_folder(), 0
    for lesson in [find_lesson(args.lesson)] if args.lesson else lessons():
        carried = update.update(lesson, work)
        if carried is None:
            continue
        done += 1
        print(f"{lesson.name} is up to date. Carried over: {carried.summary()}.")
        for lost in carried.lost:
            print(f"  Not carried: {lost}.")
        for backup in carried.backups:
            print(f"  Your version is kept in {backup}")
    if done:
        print("If a lesson is open in JupyterLab, close its tab and reopen it. Run it from top to "
              "bottom:\nimports follow the library, other names in your cells may have changed.")
    else:
        print("Nothing to do: no lesson comes from an earlier release.")
    return 0


def add_mark_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("lesson", metavar="LESSON", help="its number or part of its name")
    parser.add_argument("--file", metavar="NOTEBOOK", help="another notebook than yours in work/")


def mark(args: Namespace) -> int:
    """Run the tests on a learner's notebook, the hidden ones too where they are known."""
    from course_lib.desk import marking

    lesson, work = find_lesson(args.lesson), work_folder()
    path = Path(args.file) if args.file else my_notebook(lesson, work)
    if not args.file:
        tell_of_older([lesson], work)
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
    except FileNotFoundError:
        told = f"{path} is not there: `course lab {lesson.name[:2]}` opens the lesson"
        raise Told(told) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Told(f"{path} is no readable notebook: {error}") from None
    template, hidden = whole_lesson(lesson)

    def progress(done: float) -> None:
        if sys.stderr.isatty():
            print(f"\rRunning your notebook … {done:4.0%}", end="", file=sys.stderr, flush=True)

    rows = marking.mark(template, cells, path.parent, progress)
    if sys.stderr.isatty():
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    for row in rows:
        got = "-" if row["got"] is None else row["got"]
        print(f"{got:>3} of {row['points']}  {row['name']}")
        if row["told"]:
            print("          " + row["told"].replace("\n", "\n          "))
    tested = [row for row in rows if row["got"] is not None]
    print(f"{sum(row['got'] for row in tested)} of {sum(row['points'] for row in tested)} points "
          "from tests.")
    if not hidden:
        print("These are the tests that you can see. When your notebook is graded, hidden ones are "
              "run as well.")
    return 0


def whole_lesson(lesson: Path) -> tuple[dict, bool]:
    """Return a lesson's notebook, with its hidden tests where they are known, and whether they are.

    The hidden tests stand in the solutions, which learners who cloned the course have, and those
    who were handed a bundle have not.
    """
    template = json.loads((lesson / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))
    solution = ROOT / "solutions" / lesson.name / f"{lesson.name}.ipynb"
    if not solution.exists():
        return template, False
    whole = {cell["id"]: cell["source"]
             for cell in json.loads(solution.read_text(encoding="utf-8"))["cells"]}
    for cell in template["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and about.get("grade"):
            cell["source"] = whole.get(cell["id"], cell["source"])
    return template, True


def nothing_to_add(parser: ArgumentParser) -> None:
    pass


VERBS: dict[str, Verb] = {
    "lab": ("open the course in JupyterLab", add_lab_arguments, lab),
    "mark": ("mark your notebook: points and hints", add_mark_arguments, mark),
    "reset": ("start a lesson again; your version is kept", add_reset_arguments, reset),
    "update": ("bring lessons up to date, with your answers", add_update_arguments,
               bring_up_to_date),
    "check": ("are all data and lessons as shipped?", add_check_arguments, check),
    "doctor": ("is this computer ready? What to do if not", nothing_to_add, doctor),
    "test": ("run the course's tests; what follows goes to pytest", nothing_to_add, test),
}


def all_verbs() -> dict[str, Verb]:
    """Return the learners' verbs and those that installed packages add, where they are here."""
    verbs = dict(VERBS)
    for entry in entry_points(group="course.verbs"):
        try:
            verbs.update(entry.load())
        except ModuleNotFoundError as error:
            if error.name != entry.module.partition(".")[0]:
                raise
    return verbs


def main(argv: list[str] | None = None) -> int:
    """Run a verb; returns the exit status."""
    if argv is None:
        surroundings.begin()
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["test"] and argv[1:2] not in (["-h"], ["--help"]):
        return test(argv[1:])
    args = parse(argv, all_verbs())
    try:
        if not (ROOT / "lessons").exists() and not (ROOT / "data").exists():
            raise Told("This is the library alone, as a wheel installs it: lessons, data and tests "
                       "are in the course's\nown folder. Fetch it and run `python3 setup_course.py "
                       f"{argv[0]}` there.")
        return args.action(args)
    except Told as told:
        print(told, file=sys.stderr)
    except OSError as error:
        refusal = surroundings.refusal(error)
        if refusal is None:
            raise
        print(refusal, file=sys.stderr)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("course_"):
            raise
        print(f"`course {argv[0]}` needs {error.name}, which is not installed here; "
              f"`python setup_course.py {argv[0]}` installs it.", file=sys.stderr)
    return 1


def parse(argv: list[str], verbs: Mapping[str, Verb]) -> Namespace:
    """Return what argparse makes of the command line, with the verb's function as `action`."""
    parser = argparse.ArgumentParser(
        prog="course", description="The limits of super-resolution: open it, check it, test it.",
        epilog="`course VERB --help` tells more about one verb.")
    choices = parser.add_subparsers(metavar="VERB", required=True)
    for verb, (told, add_arguments, action) in verbs.items():
        one = choices.add_parser(verb, help=told, description=f"{told[0].upper()}{told[1:]}.")
        add_arguments(one)
        one.set_defaults(action=action)
    return parser.parse_args(argv)


if __name__ == "__main__":
    # Under its own name: what the verbs of instructors raise is *that* module's `Told`.
    from course_lib.desk import commands

    sys.exit(commands.main())
