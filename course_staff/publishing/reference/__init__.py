"""The library's reference, made from its docstrings by Sphinx with numpydoc.

A page a room and a page a module, a search, every formula and example; nothing is loaded from
elsewhere.  What a page lists is told by `authoring.library`; Sphinx imports the modules for their
docstrings.  ``conf.py`` says how pages look, ``templates/`` what stands on them.
"""

import ast
import io
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

import jinja2
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.console import strip_colors
from sphinx.util.docutils import docutils_namespace, patch_docutils

from course_staff.authoring import library
from course_staff.authoring.source import ROOT, Lesson, SourceError

HERE = Path(__file__).resolve().parent
LONGEST = 60  # characters of a constant's value


def rooms(root: Path = ROOT) -> list[list[str]]:
    """Return the library's rooms as layers.

    Parameters
    ----------
    root : Path
        The course.

    Returns
    -------
    list of list of str
        The ground first, as the contract in ``pyproject.toml`` has it; a module that lies in no
        room is a room of one.
    """
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    for contract in tomllib.loads(text)["tool"]["importlinter"]["contracts"]:
        if contract.get("containers") == ["course_lib"]:
            return [layer.split(" | ") for layer in reversed(contract["layers"])]
    raise ValueError("pyproject.toml: no contract says how the rooms of course_lib lie")


def link(name: str) -> str:
    """Return the address of a public name of the library, within the reference.

    Parameters
    ----------
    name : str
        As ``imaging.operators.Blur``.
    """
    place = library.resolve(name)
    if place is None:
        raise ValueError(f"name is {name!r}; it must be public in course_lib")
    return f"{place[0]}.html#course_lib.{name}"


def write(folder: Path, lessons: Iterable[Lesson], root: Path = ROOT) -> None:
    """Write the reference into a folder.

    Parameters
    ----------
    folder : Path
        Must lie beside ``mathjax.js`` and the lessons' pages.
    lessons : iterable of Lesson
        Those that it links to.
    root : Path
        The course.

    Raises
    ------
    SourceError
        With everything that Sphinx warns of.
    """
    said = io.StringIO()
    with tempfile.TemporaryDirectory(prefix="course-") as scratch:
        sources = Path(scratch, "sources")
        sources.mkdir()
        for name, text in _sources(root).items():
            (sources / f"{name}.rst").write_text(text, encoding="utf-8")
        with patch_docutils(), docutils_namespace():
            app = Sphinx(sources, HERE, folder, Path(scratch, "trees"), "html", status=None,
                         confoverrides=_links(lessons), warning=said, freshenv=True)
            app.build()
    if said.getvalue():
        raise SourceError(strip_colors(said.getvalue()).strip().splitlines())
    for left in (".buildinfo", "objects.inv"):
        (folder / left).unlink(missing_ok=True)


def _links(lessons: Iterable[Lesson]) -> dict[str, dict]:
    """What ``conf.py`` puts into docstrings: links to each lesson, and to who builds a function."""
    named: dict[str, str] = {}
    built: dict[str, list[str]] = {}
    for lesson in lessons:
        label = f"lesson {lesson.listed.digits}, {lesson.title}"
        page = f"../{lesson.folder}.html"
        named[lesson.name] = f"`{label} <{page}>`__"
        for number, exercise in enumerate(lesson.exercises, 1):
            link = f"`{label}, exercise {number} <{page}#cell-id={exercise.name}>`__"
            for name in exercise.rebuilds:
                built.setdefault(f"course_lib.{name}", []).append(link)
    return {"lessons": named, "built": built}


def _sources(root: Path) -> dict[str, str]:
    """Pages as Sphinx reads them: name → reStructuredText."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(HERE / "templates")), trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    templates.globals |= {"library": library, "sentence": library.sentence, "root": root}
    modules = library.modules(root)
    within = {name: [each for each in modules if each.rpartition(".")[0] == name]
              for name in modules}
    made = {"index": templates.get_template("index.rst").render(
        layers=rooms(root), modules=modules, within=within)}
    for name, module in modules.items():
        kind = "room" if within[name] else "module"
        made[name] = templates.get_template(f"{kind}.rst").render(
            name=name, module=module, modules=modules, within=within[name],
            kinds={ast.FunctionDef: "function", ast.ClassDef: "class"},
            constants={} if within[name] else _constants(name, root))
    return made


def _constants(name: str, root: Path) -> dict[str, tuple[str, list[str]]]:
    """Public constants of a module: name → value as written, if short, and what ``#:`` says."""
    path = (root / "course_lib" / Path(*name.split("."))).with_suffix(".py")
    said = ModuleAnalyzer.for_file(path, f"course_lib.{name}").find_attr_docs()
    found = {}
    for public, node in library.public(name, root).items():
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            value = ast.unparse(node.value)
            found[public] = value if len(value) <= LONGEST else "", said.get(("", public), [])
    return found
