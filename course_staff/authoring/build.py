"""Build a lesson's two notebooks from its one source.

For every lesson ``solutions/NAME.py``, in this order (NN is its place in the list of lessons):

1.  read the source into cells (`authoring.source`), check it (`authoring.rules`) and measure what
    its core asks of a student (`authoring.effort`), which has limits;
2.  make the notebook that nbgrader starts from: cells and marks for decks are left out, compact
    headers become nbgrader metadata, cell ids follow from the text; tests are folded and say in
    their first line what they are, then what is off limits (`source.guarded`); text that the
    short way leaves out begins with »;
3.  run ``nbgrader generate_assignment`` on it in a scratch folder and write the result to
    ``lessons/NN_NAME/NN_NAME.ipynb``: no answers, no hidden tests, no outputs;
4.  compare the hashes of {notebook, library, data, lock} with those that the executed notebook
    records, and stop here if they are equal;
5.  execute the notebook in a fresh kernel, in a scratch folder as a learner's would be;
6.  tidy the outputs: widget state and views, timing and the HTML twins of pictures go;
7.  judge what only shows when a lesson runs: alt text, warnings in tests, stray results, data
    that the header doesn't say it reads (`authoring.reads`), time, size;
8.  execute the lesson's short way, if it has one: all but its deeper cells;
9.  record the hashes, and how many cells step 8 left out, and write
    ``solutions/NN_NAME/NN_NAME.ipynb``.

The released notebook comes from the one that never ran, so no computed value can reach it.
Last, the README's table of lessons is made from the list (`authoring.syllabus`).
``course build [LESSON …]`` and ``python -m course_staff.authoring.build [LESSON …]`` are the same.
"""

import argparse
import copy
import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from tqdm import tqdm

from course_staff import commands
from course_staff.authoring import bindings, effort, reads, rules, source, syllabus
from course_staff.authoring.source import KINDS, ROOT, WITH_POINTS, Cell, Lesson, SourceError

CELL_TIMEOUT = 120
SLOW_CELL, SLOW_LESSON = 15, 60
LARGEST = 1_000_000
VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


# --- step 2 ---------------------------------------------------------------------------------------


def to_notebook(lesson: Lesson) -> NotebookNode:
    """Return the unexecuted notebook of a lesson, nbgrader metadata included."""
    about = {"title": lesson.title, "minutes": lesson.listed.minutes, **lesson.header}
    nb = nbformat.v4.new_notebook(metadata=copy.deepcopy(METADATA) | {"course": about})
    times: dict[str, int] = {}
    for cell in lesson.in_notebook:
        metadata: dict[str, Any] = {}
        if cell.kind:
            metadata["nbgrader"] = {**KINDS[cell.kind], "grade_id": cell.name, "schema_version": 3}
            if cell.kind in WITH_POINTS:
                metadata["nbgrader"]["points"] = cell.options["points"]
        text = cell.text
        if cell.kind == "test":  # folded, for it gives the pitfalls away; its first line is seen
            metadata["jupyter"] = {"source_hidden": True}
            points = f"{cell.options['points']} point{'s' * (cell.options['points'] > 1)}"
            text = f"# Test {cell.name}, {points}: says nothing if it passes.\n{text}"
        tags = [tag for tag in ("deeper", "varies") if cell.options.get(tag)]
        if tags:
            metadata["tags"] = tags
        if cell.deeper:
            if cell.type == "markdown":
                text = re.sub(r"^(#+ )?", r"\g<0>» ", text, count=1)
        times[cell.text] = times.get(cell.text, 0) + 1
        digest = hashlib.sha256(f"{lesson.name}\n{times[cell.text]}\n{cell.text}".encode())
        make = nbformat.v4.new_code_cell if cell.type == "code" else nbformat.v4.new_markdown_cell
        identity = cell.name[:64] if cell.name else f"c-{digest.hexdigest()[:8]}"
        nb.cells.append(make(text, id=identity, metadata=metadata))
    nbformat.validate(nb)
    return nb


def dumps(nb: NotebookNode) -> str:
    """Return a notebook's text, always with the same bytes for the same content."""
    return nbformat.writes(nb).rstrip("\n") + "\n"


def write(path: Path, text: str) -> bool:
    """Write a derived file; returns whether it has changed."""
    if path.exists() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


# --- step 3 ---------------------------------------------------------------------------------------


def run_nbgrader(step: type[Any], name: str, folder: str | Path, **traits: Any) -> None:
    """Run one of nbgrader's steps on one assignment of a course folder.

    Parameters
    ----------
    step : type
        A converter class of nbgrader.
    name : str
        The assignment, which is the lesson.
    folder : path-like
        The course folder.
    **traits
        Settings of the step.

    Raises
    ------
    RuntimeError
        With nbgrader's log, if the step fails.
    """
    config = copy.deepcopy(rules.nbgrader_config())
    config.CourseDirectory.root = str(Path(folder).resolve())
    config.CourseDirectory.assignment_id = name
    config.SaveCells.enabled = not traits.get("no_database", False)
    converter = step(coursedir=CourseDirectory(config=config), config=config, force=True, **traits)
    result = capture_log(converter)
    if not result["success"]:
        raise RuntimeError(f"nbgrader failed on {name}:\n{result.get('log', result['error'])}")


def release(name: str, text: str, folder: str | Path, database: bool = False) -> str:
    """Return the notebook that learners get, made by nbgrader's ``generate_assignment``.

    Parameters
    ----------
    name : str
        The lesson's name.
    text : str
        The notebook with solutions and hidden tests, unexecuted.
    folder : path-like
        Where the folders solutions/ and lessons/ are made.
    database : bool
        Whether to enter the assignment into the folder's gradebook as well.
    """
    write(Path(folder, "solutions", name, f"{name}.ipynb"), text)
    run_nbgrader(GenerateAssignment, name, folder, no_database=not database)
    released = Path(folder, "lessons", name, f"{name}.ipynb").read_text(encoding="utf-8")
    return released.rstrip("\n") + "\n"


# --- step 4 ---------------------------------------------------------------------------------------


def fingerprint(text: str, root: Path = ROOT) -> dict[str, str]:
    """Return what an executed notebook depends on, as SHA-256 hashes.

    ``source`` is the unexecuted notebook; ``library`` the modules of `course_lib` that it imports,
    directly or through others, with the package's other files; ``data`` the folders of data/
    that the lesson's header says it ``reads``; ``lock`` the pinned versions.  A new module or data
    set that a lesson doesn't use leaves its hashes alone.
    """
    nb = nbformat.reads(text, 4)
    code = "\n".join(cell["source"] for cell in nb.cells if cell.cell_type == "code")
    package = root / "course_lib"
    modules = _modules(code, root)
    others = [p for p in package.rglob("*") if p.suffix not in {".py", ".pyc"} and p.is_file()]
    folders = nb.metadata.get("course", {}).get("reads", [])
    data = [p for name in folders for p in (root / "data" / name).rglob("*") if p.is_file()]
    lock = root / "requirements.lock"
    return {
        "source": hashlib.sha256(text.encode()).hexdigest(),
        "library": _hash([*modules, *others], root),
        "data": _hash(data, root),
        "lock": _hash([lock] if lock.exists() else [], root),
    }


def _modules(code: str, root: Path) -> set[Path]:
    """Files of the course_lib modules that code imports, absolutely, directly or not."""
    found: set[Path] = set()
    waiting = [code]
    while waiting:
        for name in bindings.imports(waiting.pop()):
            # The top package holds the version only: a release must not rebuild everything.
            if not name.startswith("course_lib."):
                continue
            stem = root / name.replace(".", "/")
            for path in (stem.with_suffix(".py"), stem / "__init__.py"):
                if path.exists() and path not in found:
                    found.add(path)
                    waiting.append(path.read_text(encoding="utf-8"))
    return found


def _hash(paths: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(root).as_posix(), path) for path in paths):
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def recorded(path: Path) -> dict[str, str] | None:
    """Return the hashes that an executed notebook records, or None."""
    if not path.exists():
        return None
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return metadata.get("course", {}).get("built_from")


# --- step 5 ---------------------------------------------------------------------------------------


def execute(lesson: Lesson, nb: NotebookNode) -> set[str]:
    """Execute a notebook in place, in a scratch folder; the first error ends the build.

    Returns the folders of data/ that it has opened.
    """
    codes = [i for i, cell in enumerate(nb.cells) if cell.cell_type == "code"]
    with (
        tempfile.TemporaryDirectory(prefix="course-") as folder,
        tqdm(total=len(codes), desc=lesson.name, unit="cell", leave=False) as bar,
    ):
        running = [0]

        def started(cell: NotebookNode, cell_index: int) -> None:
            running[0] = cell_index

        client = NotebookClient(
            nb,
            kernel_name="python3",
            timeout=CELL_TIMEOUT,
            coalesce_streams=True,
            store_widget_state=False,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": folder}},
            on_cell_execute=started,
            on_cell_complete=lambda cell, cell_index: bar.update(cell.cell_type == "code"),
        )
        reads.watch(Path(folder))
        try:
            client.execute(env=source.environment() | {"IPYTHONDIR": folder})
        except CellTimeoutError:
            reason = f"still runs after {CELL_TIMEOUT} s"
        except CellExecutionError as error:
            reason = f"raises {error.ename}: {error.evalue}"
        else:
            return reads.opened(Path(folder))
    raise SourceError([lesson.problem(lesson.in_notebook[running[0]], reason)])


# --- step 6 ---------------------------------------------------------------------------------------


def tidy(nb: NotebookNode) -> list[float]:
    """Strip an executed notebook of what must not be kept; returns each cell's seconds."""
    nb.metadata.pop("widgets", None)
    nb.metadata.update(copy.deepcopy(METADATA))
    seconds = []
    for cell in nb.cells:
        timing = cell.metadata.pop("execution", {})
        moments = [timing.get("iopub.execute_input"), timing.get("shell.execute_reply")]
        start, end = (m and datetime.fromisoformat(m) for m in moments)
        seconds.append((end - start).total_seconds() if start and end else 0.0)
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := tidied(output))]
    return seconds


def tidied(output: NotebookNode) -> NotebookNode | None:
    """Return an output as the build keeps it, changed in place, or None if it goes."""
    data = output.get("data")
    if data is None:
        return output
    if data.pop(VIEW, None) is not None and not any(key.startswith("image/") for key in data):
        return None  # a bare widget: its text form tells nobody anything
    alt = _alt_text(data)
    if alt:
        data.pop("text/html", None)  # the picture once more, for JupyterLab's sake
        output.metadata.setdefault("image/png", {}).setdefault("alt", alt)
    return output


def _alt_text(data: Mapping[str, Any]) -> str | None:
    plain: str = data.get("text/plain", "")
    return plain.removeprefix("Figure: ") if plain.startswith("Figure: ") else None


# --- step 7 ---------------------------------------------------------------------------------------


def judge(lesson: Lesson, nb: NotebookNode,
          seconds: Sequence[float]) -> tuple[list[str], list[str]]:
    """Return (problems, warnings) that only show in the executed notebook, one line each."""
    problems, warnings = [], []
    for cell, node, took in zip(lesson.in_notebook, nb.cells, seconds, strict=True):
        for reason in _output_problems(cell, node.get("outputs", [])):
            problems.append(lesson.problem(cell, reason))
        if took > SLOW_CELL:
            warnings.append(lesson.problem(cell, f"took {took:.0f} s; aim at {SLOW_CELL} s"))
    if sum(seconds) > SLOW_LESSON:
        reason = f"the lesson took {sum(seconds):.0f} s; aim at {SLOW_LESSON} s"
        warnings.append(lesson.problem(None, reason))
    size = len(dumps(nb).encode())
    if size > LARGEST:
        reason = f"the executed notebook has {size / 1e6:.1f} MB; at most 1 is allowed"
        problems.append(lesson.problem(None, reason))
    return problems, warnings


def _output_problems(cell: Cell, outputs: Iterable[NotebookNode]) -> Iterator[str]:
    for output in outputs:
        data = output.get("data", {})
        pictured = any(key.startswith("image/") for key in data)
        if pictured and not output.metadata.get("image/png", {}).get("alt"):
            yield "shows a picture without alt text; finish it with figures.show(fig, alt=…)"
        if re.search(r"<img(?![^>]*\balt=.\w)", data.get("text/html", "")):
            yield "shows an HTML picture without alt text"
        if output.get("name") == "stderr":
            first = output.text.strip().splitlines()[0]
            yield f"writes to stderr, which costs marks in a test and is ugly elsewhere: {first}"
        if cell.kind == "test" and output.output_type == "execute_result":
            yield "ends with a value; nbgrader reads a number there as partial credit"


# --- step 8 ---------------------------------------------------------------------------------------


def _execute_short_way(lesson: Lesson) -> int:
    """Execute a lesson without its deeper cells; returns how many these are."""
    deeper = sum(cell.deeper for cell in lesson.in_notebook)
    if deeper:
        short = replace(lesson, cells=tuple(cell for cell in lesson.cells if not cell.deeper))
        try:
            execute(short, to_notebook(short))
        except SourceError as error:
            raise SourceError(f"{problem} (on the short way, without the deeper cells)"
                              for problem in error.problems) from None
    return deeper


# --- all steps ------------------------------------------------------------------------------------


def load(path: Path) -> tuple[Lesson, str]:
    """Steps 1 and 2: return a checked lesson, guarded, and the text of its unexecuted notebook.

    Raises
    ------
    SourceError
        Everything that is wrong with the source.
    """
    lesson = source.read(path)
    rules.check(lesson)
    lesson = source.guarded(lesson)
    return lesson, dumps(to_notebook(lesson))


def build(path: Path, force: bool = False, root: Path = ROOT) -> list[str]:
    """Build one lesson.

    Parameters
    ----------
    path : Path
        The source.
    force : bool
        Execute it even if nothing that it depends on has changed.
    root : Path
        The course: holds lessons/, solutions/, course_lib/, data/, requirements.lock.

    Returns
    -------
    list of str
        What was done and warnings, one line each.

    Raises
    ------
    SourceError
        Everything that is wrong with the source.
    """
    lesson, text = load(path)
    name = lesson.folder
    too_much = list(effort.problems(lesson))
    if too_much:
        raise SourceError(too_much)
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        released = release(name, text, folder)
    changed = write(root / "lessons" / name / f"{name}.ipynb", released)
    told = [f"{name}: lesson {'written' if changed else 'unchanged'}"]

    target = root / "solutions" / name / f"{name}.ipynb"
    hashes = fingerprint(text, root)
    if recorded(target) == hashes and not force:
        return [*told, f"{name}: solution unchanged"]
    nb = nbformat.reads(text, 4)
    opened = execute(lesson, nb)
    seconds = tidy(nb)
    problems, warnings = judge(lesson, nb, seconds)
    problems += [lesson.problem(None, reason) for reason in reads.problems(lesson.reads, opened)]
    if problems:
        raise SourceError(problems)
    left_out = _execute_short_way(lesson)
    nb.metadata.course |= {"built_from": hashes, "short_way_leaves_out": left_out,
                           "processor": source.processor()}
    write(target, dumps(nb))
    told.append(f"{name}: solution executed in {sum(seconds):.1f} s")
    if left_out:
        told.append(f"{name}: the short way runs, without {left_out} cells")
    return [*told, *warnings]


def run(args: argparse.Namespace) -> int:
    """Build the lessons asked for; returns the exit status, 1 if any has a problem."""
    try:
        paths = source.find(args.lesson)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    status = 0
    for path in paths:
        try:
            if args.check:
                load(path)
            else:
                lesson = source.read(path)
                print(f"{lesson.folder}: core {effort.measure(effort.core(lesson))}")
                print(*build(path, args.force), sep="\n", flush=True)
        except SourceError as error:
            print(error, file=sys.stderr)
            status = 1
    if not args.check:
        _write_table()
    return status


def _write_table(root: Path = ROOT) -> bool:
    """Write the table of lessons into the README; returns whether it has changed."""
    readme = root / "README.md"
    made = syllabus.table(*syllabus.read(root / "solutions" / syllabus.NAME))
    return write(readme, syllabus.between(readme.read_text(encoding="utf-8"), made))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="course build", description="Build lessons from sources.")
    commands.build_arguments(parser)
    sys.exit(run(parser.parse_args()))
