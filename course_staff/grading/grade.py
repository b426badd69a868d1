"""The verbs: grade a class, write feedback again after marking by hand, forget a class.

For every submission, in this order: find it (`inbox`), splice its answers into the lesson as it was
released (`normalise`), run and judge it somewhere (`execute`), and, here and one at a time, enter
it in the gradebook (`record`), flag what disagrees (`crosscheck`) and keep the result.  A result
is written last, so a run that was killed goes on with ``--resume`` where it stopped.  Then come the
pages (`feedback`, `report`).

A class's folder is a course folder of nbgrader's, private and ignored by git::

    gradebook.db, nbgrader_config.py, autograded/      nbgrader's, for formgrader
    people.json, roster.json                           who is who, and who should hand in
    rules.toml, grades/                                due dates; what `course grades` hands out
    evidence/                                          what `course evidence` found: no names
    results/LESSON/STUDENT.json                        verdicts and flags
    feedback/STUDENT/LESSON.html                       for students
    LESSON/grades.csv, LESSON/report.html              for the instructor
    LESSON/mark_changes.csv                            marks given by hand: what changed, and when
    LESSON/ticks/, LESSON/comments.json                what was ticked; comments to be used again
    secret_seed                                        draws the fresh inputs
"""

import difflib
import errno
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import uuid
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from course_lib.desk import surroundings
from course_lib.desk.commands import Told, run, work_folder
from course_staff.authoring import source
from course_staff.grading import (
    changes,
    crosscheck,
    execute,
    feedback,
    inbox,
    marking,
    normalise,
    record,
    release,
    report,
    sandbox,
    trial,
    warm,
)
from course_staff.grading.people import People
from course_staff.grading.shapes import (
    Error,
    Flag,
    Mark,
    Node,
    Outcome,
    Result,
    Template,
    Trial,
    Verdict,
)

MARKER = "class.json"
TEMPLATES = Path(__file__).with_name("jupyter")
MATHJAX = Path(__file__).parents[1] / "publishing" / "slides" / "assets" / "mathjax.js"
MARKING_PAGES = "course_staff.grading.marking_pages"  # imported in the server only
_Prepared = dict[str, Any]  # what is known of a submission on its way


# --- a class's folder -----------------------------------------------------------------------------


def open_folder(out: str | Path | None, create: bool = True) -> Path:
    """Return a class's folder; refuse one that git would publish.

    Raises
    ------
    Told
    """
    folder = Path(out).expanduser().resolve() if out else work_folder() / "grading"
    if not (folder / MARKER).exists():
        if not create:
            raise Told(f"{folder} is no class's folder: `course grade` makes one")
        if folder.exists() and any(folder.iterdir()):
            raise Told(f"{folder} holds other files; name an empty or new folder with --out")
        if _published(folder):
            raise Told(f"{folder} would be put under git. Marks are personal data: choose a folder "
                       "that git ignores (work/ is), or one outside the repository.")
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        (folder / MARKER).write_text("{}\n", encoding="utf-8")
    return folder


def _published(folder: Path) -> bool:
    """Whether a folder lies in a git repository that doesn't ignore it."""
    parent = next(path for path in folder.parents if path.exists())
    try:
        inside = subprocess.run(["git", "rev-parse", "--is-inside-work-tree"], cwd=parent,
                                capture_output=True, check=False)
        ignored = subprocess.run(["git", "check-ignore", "-q", f"{folder}/x"], cwd=parent,
                                 capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return inside.returncode == 0 and ignored.returncode == 1


def secret_seed(folder: Path) -> int:
    """Return the class's secret seed, drawn once.

    Raises
    ------
    Told
        If the number was chosen by hand: a short one can be found by trying.
    """
    path = folder / "secret_seed"
    if not path.exists():
        path.write_text(f"{secrets.randbits(62) + (1 << 62)}\n", encoding="utf-8")
        path.chmod(0o600)
    seed = int(path.read_text(encoding="utf-8"))
    if seed < 1 << 48:
        raise Told(f"{path} holds a number that can be found by trying. Delete the file: a new one "
                   "is drawn, and everybody is compared anew.")
    return seed


def _write_safely(path: Path, text: str) -> None:
    """Write a file in one step: whoever reads it finds the old or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def gradebook_url(folder: Path, given: str | None) -> str:
    """Return the gradebook's address: given, or as last time, or the folder's own."""
    about = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    url: str = given or about.get("gradebook") or record.default_url(folder)
    if about.get("gradebook") != url:
        _write_safely(folder / MARKER, json.dumps(about | {"gradebook": url}) + "\n")
        (folder / MARKER).chmod(0o600)
    return url


# --- course grade ---------------------------------------------------------------------------------


def grade(args: Namespace) -> int:
    """Grade a class; returns the exit status, 1 if anybody could not be graded."""
    if not args.no_sandbox:
        sandbox.refuse_unless_possible()
    lesson = source.folder(source.find([args.lesson])[0])
    folder = open_folder(args.out)
    asked = {"cell_seconds": args.cell_seconds, "seconds": args.seconds,
             "memory": args.memory and round(args.memory * 2**30)}
    limits = sandbox.Limits(**{name: value for name, value in asked.items() if value is not None})
    try:
        with told_if_full(folder):
            people = People.read(folder)
            submissions, aside = inbox.collect(
                Path(args.submissions), lesson, folder / "unpacked", people)
            people.write(folder)
            print(*inbox.table(submissions, aside), sep="\n")
            print(*people.told(lesson, sum(each.by_name for each in submissions)), sep="\n")
            submissions = chosen(submissions, args.student, people)
            print(limits.told(not args.no_sandbox), flush=True)
            if not args.no_sandbox:
                print(*(f"Weaker here: {each}" for each in sandbox.weaker()), sep="\n", flush=True)
            desk = Desk(folder, lesson, limits, not args.no_sandbox, args.release, args.resume,
                        people)
            with record.Book(gradebook_url(folder, args.gradebook), folder) as book:
                failed = desk.grade(submissions, book, args.jobs, args.scheduler)
                write_pages(folder, lesson, book)
    finally:
        shutil.rmtree(folder / "unpacked", ignore_errors=True)
    return 1 if failed else 0


def chosen(submissions: list[inbox.Submission], said: Sequence[str] | None,
           people: People) -> list[inbox.Submission]:
    """Return the submissions of those who are named; of all, if nobody is.

    Raises
    ------
    Told
        If a name is nobody's, or several people's.
    """
    if not said:
        return submissions
    keys = {one_student(name, people) for name in said}
    if missing := keys - {each.student for each in submissions}:
        raise Told(f"Among these submissions there is none of {', '.join(sorted(missing))}.")
    return [each for each in submissions if each.student in keys]


def one_student(said: str, people: People) -> str:
    """Return the key of the student that is meant by a key, a name, an id or an e-mail address.

    Raises
    ------
    Told
        If that is nobody, or several.
    """
    found = people.find(said)
    if len(found) == 1:
        return found[0]
    if found:
        raise Told(f"{said!r} may be {' or '.join(found)}: name one of these.")
    near = difflib.get_close_matches(said, people.known, 3, 0.5)
    raise Told(f"There is no student {said!r} in this class"
               + (f". Did you mean {' or '.join(near)}?" if near else "."))


@contextmanager
def told_if_full(folder: Path) -> Iterator[None]:
    """Tell in a sentence that a disk is full; what was graded by then is kept.

    Raises
    ------
    Told
    """
    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise
        raise Told(f"There is no space left on the disk (it is where {folder} or the temporary "
                   "files are). Make some, and give the same command with --resume: what is "
                   "graded is kept.") from None


def is_full(error: BaseException | None) -> bool:
    """Whether an error comes from a full disk or a used-up quota, the database's own included."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(error, SQLAlchemyError) and "disk is full" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


class Desk:
    """Grades submissions of one lesson into a class's folder.

    Parameters
    ----------
    folder : Path
    lesson : str
        Its name.
    limits : sandbox.Limits
    sandboxed : bool
    stamp : str, optional
        The release to grade as, whatever the notebooks say.
    resume : bool
        Whether to leave out what is graded already and unchanged.
    people : People, optional
        Whose names formgrader shows.
    """

    def __init__(self, folder: Path, lesson: str, limits: sandbox.Limits, sandboxed: bool,
                 stamp: str | None = None, resume: bool = False,
                 people: People | None = None) -> None:
        self.folder, self.lesson, self.limits = folder, lesson, limits
        self.people = people or People()
        self.sandboxed, self.stamp, self.resume = sandboxed, stamp, resume
        self.seed = secret_seed(folder)
        self.releases: dict[str | None, tuple[str, Template, Path, Trial]] = {}
        self.entered: set[str] = set()

    def release(self, said: str | None) -> tuple[str, Template, Path, Trial]:
        """Return (stamp, template, folder, what its trial found) for a stamp that a file names.

        Raises
        ------
        Told
            If the release asked for is not kept, or its reference answers fail.
        """
        if said not in self.releases:
            wanted = self.stamp or said
            kept = release.find(wanted, self.lesson)
            if kept is None and self.stamp:
                raise Told(f"No release {self.stamp} with {self.lesson} is kept in "
                           f"{release.store()}")
            kept = kept or release.find(None, self.lesson)
            if kept is None:
                print(f"No release of {self.lesson} is kept: grading it as it is now.", flush=True)
                made, _ = release.make(source.find())
                kept = release.store() / made
            path = kept / "templates" / f"{self.lesson}.json"
            template = json.loads(path.read_text(encoding="utf-8"))
            if not path.with_suffix(".trial.json").exists():
                print(f"Trying the reference answers of {kept.name} …", flush=True)
            found = trial.about(kept, self.lesson, self.sandboxed)
            self.releases[said] = kept.name, template, kept, found
        return self.releases[said]

    def result_path(self, student: str) -> Path:
        """Return where a student's `Result` is kept."""
        return self.folder / "results" / self.lesson / f"{student}.json"

    def grade(self, submissions: Sequence[inbox.Submission], book: record.Book, jobs: int = 1,
              scheduler: str | None = None) -> int:
        """Grade all; returns how many could not be.  Never holds more than a few at a time."""
        waiting: dict[Future[Outcome], _Prepared] = {}
        counts = {"graded": 0, "kept": 0, "failed": 0}
        with (
            workers(jobs, scheduler) as (executor, most),
            tqdm(total=len(submissions), desc=self.lesson, unit="submission") as bar,
        ):

            def finished(what: str) -> None:
                counts[what] += 1
                bar.set_postfix(counts)
                bar.update()

            @contextmanager
            def one(prepared: _Prepared) -> Iterator[None]:
                """Whatever fails for one student must not stop the others."""
                try:
                    yield
                except Exception as error:
                    if is_full(error):
                        raise
                    book.undo()
                    self._not_graded(prepared, error)
                    finished("failed")

            def take(futures: Iterable[Future[Outcome]]) -> None:
                for future in futures:
                    prepared = waiting.pop(future)
                    with one(prepared):
                        self._record(prepared, future.result(), book)
                        finished("graded")

            for submission in submissions:
                prepared = self._begin(submission, book)
                with one(prepared):
                    if not self._prepare(prepared):
                        finished("kept")
                    elif prepared["job"] is None:
                        self._record(prepared, nothing_to_run(prepared["template"]), book)
                        finished("graded")
                    else:
                        waiting[executor.submit(execute.run, prepared.pop("job"))] = prepared
                while len(waiting) >= most:
                    take(wait(waiting, return_when=FIRST_COMPLETED).done)
            while waiting:
                take(wait(waiting, return_when=FIRST_COMPLETED).done)
        return counts["failed"]

    def _begin(self, submission: inbox.Submission, book: record.Book) -> _Prepared:
        """Read a submission; returns what is known of it then: above all its release."""
        handed = normalise.read(submission.path) if submission.path else normalise.Handed()
        stamp, template, kept, found = self.release(handed.stamp)
        if stamp not in self.entered:
            book.assignment(template)
            self.entered.add(stamp)
        return {"submission": submission, "handed": handed, "template": template, "stamp": stamp,
                "kept": kept, "found": found, "inside": found["inside"],
                "flags": submission.flags}

    def _prepare(self, prepared: _Prepared) -> bool:
        """Add what is to be run; returns whether there is anything still to be done."""
        submission, template, stamp = (prepared[key] for key in ("submission", "template", "stamp"))
        handed, kept, found = (prepared.pop(key) for key in ("handed", "kept", "found"))
        if handed.trouble is not None:
            raise handed.trouble
        digest = hashlib.sha256(f"{handed.digest}\0{stamp}\0{self.seed}".encode()).hexdigest()
        result = self.result_path(submission.student)
        if self.resume and result.exists():
            if json.loads(result.read_text(encoding="utf-8")).get("digest") == digest:
                return False
        notebook, flags = normalise.normalise(template, handed)
        job = None if not handed.cells else {
            "notebook": notebook, "template": str(kept / "templates" / f"{self.lesson}.json"),
            "bundle": str(kept / "bundle"), "limits": sandbox.plain_limits(self.limits),
            "sandboxed": self.sandboxed, "seed": self.seed, "inside": found["inside"],
            "comparable": found["comparable"]}
        beside = [name for name, _ in normalise.beside(notebook, template)]
        flags += [("beside", sentence) for _, sentence in normalise.beside(notebook, template)]
        prepared |= {"job": job, "notebook": notebook, "digest": digest, "beside": beside,
                     "flags": submission.flags + flags}
        return True

    def _record(self, prepared: _Prepared, outcome: Outcome, book: record.Book) -> None:
        submission, template = prepared["submission"], prepared["template"]
        notebook = normalise.finish(prepared["notebook"], outcome)
        when = submission.when and submission.when.replace(tzinfo=None)
        book.write(submission.student, template, notebook, outcome["tests"], when,
                   self.people.name(submission.student), prepared["beside"])
        flags = [*prepared["flags"], *outcome["flags"], *crosscheck.flags(outcome["tests"])]
        flags += _published_answers(notebook, template)
        self._keep(prepared, flags, outcome["tests"], notebook, outcome["seconds"])

    def _not_graded(self, prepared: _Prepared, error: Exception) -> None:
        flags = [*prepared["flags"], ("not graded", f"{type(error).__name__}: {error}"[:500])]
        prepared["digest"] = None  # so that it is tried again
        self._keep(prepared, flags, {}, None, 0)

    def _keep(self, prepared: _Prepared, flags: list[Flag], tests: Mapping[str, Verdict],
              notebook: Node | None, seconds: float) -> None:
        submission = prepared["submission"]
        path, when = submission.path, submission.when
        result: Result = {
            "student": submission.student, "name": self.people.name(submission.student),
            "lesson": self.lesson, "file": path.name if path else "", "came": submission.came,
            "when": when.isoformat(timespec="seconds") if when else None,
            "stamp": prepared["stamp"],
            "digest": prepared["digest"], "flags": flags, "tests": dict(tests), "seconds": seconds,
            "inside": prepared["inside"], "limits": self.limits.told(self.sandboxed)}
        text = json.dumps(normalise.whole_characters(result), ensure_ascii=False, indent=1)
        _write_safely(self.result_path(result["student"]), text)


def nothing_to_run(template: Template) -> Outcome:
    """Return the outcome of a submission that holds nothing."""
    error: Error = {"name": "NotRun", "text": "There was no notebook that could be read."}
    tests: dict[str, Verdict] = {
        name: {"passed": False, "error": error, "hidden": False, "kernel": error, "fresh": None,
               "stopped": True} for name in template["tests"]}
    cells = template["notebook"]["cells"]
    return {"outputs": [[] for _ in cells], "tests": tests, "flags": [], "seconds": 0}


def _published_answers(notebook: Node, template: Template) -> list[Flag]:
    """Flag answers that are the published ones, word for word."""
    texts = normalise.answers(notebook, template)
    own = normalise.answers(trial.with_reference(template), template)
    same = sorted(name for name, text in texts.items() if text == own[name])
    if same and len(same) == len(own):
        return [("identical", "all answers are the published ones, word for word")]
    return []


@contextmanager
def workers(jobs: int, scheduler: str | None,
            patience: float = 20) -> Iterator[tuple[Executor, int]]:
    """Give an executor and how many submissions may be under way: threads here, or Dask workers.

    Threads do, since every submission runs in processes of its own.

    Raises
    ------
    Told
        If no scheduler answers within `patience` seconds, or it has no workers.
    """
    with ExitStack() as stack:
        if scheduler is None:
            stack.enter_context(warm.nurseries())
            executor = stack.enter_context(ThreadPoolExecutor(jobs))
            yield executor, 2 * jobs
            return
        from distributed import Client, WorkerPlugin

        class Nurseries(WorkerPlugin):
            """While this class is graded, a worker's submissions are forks there, too."""

            def setup(self, worker: Any) -> None:
                self.stack = ExitStack()
                self.stack.enter_context(warm.nurseries())

            def teardown(self, worker: Any) -> None:
                self.stack.close()

        try:
            client = stack.enter_context(Client(scheduler, timeout=patience, set_as_default=False))
        except OSError as error:
            raise Told(f"No Dask scheduler answers at {scheduler}: {error}") from None
        slots = sum(client.nthreads().values())
        if not slots:
            raise Told(f"The scheduler at {scheduler} has no workers")
        name = f"nurseries {uuid.uuid4()}"
        client.register_plugin(Nurseries(), name)
        stack.callback(client.unregister_worker_plugin, name)
        yield client.get_executor(pure=False), 2 * slots


# --- pages ----------------------------------------------------------------------------------------


def results(folder: Path, lesson: str, book: record.Book,
            ) -> Iterator[tuple[Result, Template, dict[str, Mark]]]:
    """Yield what is kept of each submission of a lesson, with its template and its marks.

    Raises
    ------
    Told
        If a release is no longer there.
    """
    templates: dict[str, Template] = {}
    for path in sorted((folder / "results" / lesson).glob("*.json")):
        result: Result = json.loads(path.read_text(encoding="utf-8"))
        stamp = result["stamp"]
        if stamp not in templates:
            kept = release.find(stamp, lesson)
            if kept is None:
                raise Told(f"The release {stamp} is no longer kept in {release.store()}")
            text = (kept / "templates" / f"{lesson}.json").read_text(encoding="utf-8")
            templates[stamp] = json.loads(text)
        yield result, templates[stamp], book.marks(result["student"], lesson)


def write_pages(folder: Path, lesson: str, book: record.Book) -> None:
    """Write everybody's page, grades.csv and report.html from results and gradebook."""
    summary, namesakes = None, People.read(folder).namesakes()
    given: dict[str, dict[str, Mark]] = {}
    for result, template, marks in results(folder, lesson, book):
        flag = namesakes.get(result["student"])  # somebody may have come later
        if flag and "namesake" not in [word for word, _ in result["flags"]]:
            result["flags"].append(flag)
        summary = summary or report.Summary(template)
        executed = folder / "autograded" / result["student"] / lesson / f"{lesson}.ipynb"
        notebook = json.loads(executed.read_text(encoding="utf-8")) if executed.exists() else None
        summary.add(result, marks, notebook)
        given[result["student"]] = {cell: {"score": mark["score"], "by_hand": True}
                                    for cell, mark in marks.items() if mark.get("by_hand")}
        if notebook is not None:
            feedback.write(folder / "feedback" / result["student"] / f"{lesson}.html",
                           result, template, notebook, marks)
    if summary is None:
        raise Told(f"{folder} holds no results of {lesson}")
    book.config()
    newest = release.find(None, lesson)
    summary.finish(newest.name if newest else None)
    (folder / lesson).mkdir(exist_ok=True)
    changes.note(folder / lesson / changes.FILE, given, datetime.now(UTC))
    summary.write_csv(folder / lesson / "grades.csv")
    summary.write_html(folder / lesson / "report.html")
    flagged = sum(bool(row.flags) for row in summary.rows)
    print(f"{len(summary.rows)} students, {flagged} with flags: {folder / lesson / 'report.html'}")
    print(f"Marks: {folder / lesson / 'grades.csv'}; pages for students: {folder / 'feedback'}")


def write_feedback(args: Namespace) -> int:
    """Write the pages again, with marks and comments given by hand; returns the exit status."""
    folder = open_folder(args.out, create=False)
    lessons = sorted(path.name for path in (folder / "results").glob("*"))
    if args.lesson:
        lessons = [source.folder(source.find([args.lesson])[0])]
    with record.Book(gradebook_url(folder, args.gradebook), folder) as book:
        for lesson in lessons:
            write_pages(folder, lesson, book)
    return 0


def formgrader(args: Namespace) -> int:
    """Open nbgrader's formgrader on a class; returns its exit status."""
    return _serve(args, "/formgrader")


def mark(args: Namespace) -> int:
    """Open the marking page on a class, for written answers; returns its exit status."""
    return _serve(args, "/marking", {marking.BLIND: "1" if args.hide_names else "",
                                     marking.MARKER: args.marker or ""})


def _serve(args: Namespace, page: str, settings: Mapping[str, str] | None = None) -> int:
    """Start the server of both pages in a class's folder and open one of them."""
    folder = open_folder(args.out, create=False)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}",
               f"--LabApp.default_url={page}", "--LabApp.news_url=None",
               "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
               f"--ServerApp.jpserver_extensions={MARKING_PAGES}=True",
               # With the template in jupyter/: formulas are set without asking another host.
               f"--ServerApp.extra_static_paths={MATHJAX.parent}",
               "--log-level=WARN"]
    if args.no_browser:
        command.append("--ServerApp.open_browser=False")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    os.chdir(folder)  # where nbgrader looks for its configuration
    return run(command, JUPYTER_PATH=str(TEMPLATES), **(settings or {}),
               **surroundings.without_home(folder))


# --- course forget --------------------------------------------------------------------------------


def forget(args: Namespace) -> int:
    """Delete what is known of a class, or of some of its students; returns the exit status."""
    folder = open_folder(args.out, create=False)
    people = People.read(folder)
    keys = {one_student(name, people) for name in args.student or ()}
    whom = ", ".join(sorted(keys)) or "everybody"
    if not args.yes:
        raise Told(f"This deletes marks, notebooks, feedback and gradebook entries of {whom} in "
                   f"{folder}. If you mean it, add --yes.")
    with record.Book(gradebook_url(folder, args.gradebook), folder) as book:
        count = book.forget(keys or None)
    if not keys:
        shutil.rmtree(folder)
        print(f"Deleted {folder} and {count} students from the gradebook.")
        return 0
    for part in ("unpacked", "grades", "evidence"):  # an interrupted run's; what is made anew
        shutil.rmtree(folder / part, ignore_errors=True)
    lessons = [path.name for path in (folder / "results").glob("*")]
    for key in keys:
        for part in ("autograded", "feedback"):
            shutil.rmtree(folder / part / key, ignore_errors=True)
        for lesson in lessons:
            for end in ("json", "part"):
                (folder / "results" / lesson / f"{key}.{end}").unlink(missing_ok=True)
    for lesson in lessons:
        changes.forget(folder / lesson / changes.FILE, keys)
        marking.forget(folder, lesson, keys)
    people.forget(keys)
    people.write(folder)
    with record.Book(gradebook_url(folder, args.gradebook), folder) as book:
        for lesson in lessons:
            if any((folder / "results" / lesson).glob("*.json")):
                write_pages(folder, lesson, book)
            else:
                shutil.rmtree(folder / lesson, ignore_errors=True)
    print(f"Deleted {whom}: all files, and {count} in the gradebook.")
    return 0
