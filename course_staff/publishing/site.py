"""Pages to read before one installs: ``course site``.

Each lesson as learners get it, without answers and hidden tests, with the figures and numbers that
its plain cells show; what reveals a prediction stays out.  Beside them, the library's reference
(`publishing.reference`): each lesson links to what of the library it uses and rebuilds, and back.
Everything lies in one folder and works without a network.  The theme is nbconvert's.
"""

from argparse import Namespace
from importlib.resources import files
from pathlib import Path

import jinja2
import nbformat
from nbconvert import HTMLExporter

from course_staff.authoring import library, source
from course_staff.authoring.source import ROOT
from course_staff.publishing import reference

INDEX = jinja2.Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The limits of super-resolution</title>
<style>
  body { font: 1.1rem/1.5 sans-serif; max-width: 44rem; margin: auto; padding: 2rem 1rem; }
  a { color: #0072b2; } li { margin: .5rem 0; }
</style>
</head>
<body>
<h1>The limits of super-resolution</h1>
<p><strong>What did the camera keep, and who invented the rest?</strong> Lessons to read, as they
are before anybody has answered them. To work on them, install the course.</p>
<ul>
{% for each in lessons %}
<li><a href="{{ each.folder }}.html">{{ each.entry.digits }} · {{ each.title }}</a>,
  {{ each.entry.minutes }} minutes</li>
{% endfor %}
</ul>
<p><a href="reference/index.html">The library</a> that lessons use and learners rebuild: every
function, with its formulas and examples.</p>
</body>
</html>
""", autoescape=True)


def page(name: str, root: Path = ROOT) -> nbformat.NotebookNode:
    """Return one lesson as a notebook to read: no answers, the outputs of plain cells.

    Parameters
    ----------
    name : str
        The name of its folder.
    root : Path
        The course.
    """
    lesson, solved = (
        nbformat.reads((root / folder / name / f"{name}.ipynb").read_text(encoding="utf-8"), 4)
        for folder in ("lessons", "solutions"))
    outputs = {cell.id: cell.outputs for cell in solved.cells if cell.cell_type == "code"}
    for cell in lesson.cells:
        plain = cell.cell_type == "code" and "nbgrader" not in cell.metadata
        if plain and "reveal(" not in cell.source:
            cell.outputs = outputs[cell.id]
    return lesson


def uses(notebook: nbformat.NotebookNode) -> dict[str, list[str]]:
    """Return what of the library a lesson's plain cells use: module → names, as `library.used`."""
    code = "\n".join(cell.source for cell in notebook.cells
                     if cell.cell_type == "code" and "nbgrader" not in cell.metadata)
    found: dict[str, list[str]] = {}
    for name in library.used(code):
        found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def write(folder: Path, root: Path = ROOT) -> list[Path]:
    """Write all pages into a folder; returns their paths, the index first."""
    folder.mkdir(parents=True, exist_ok=True)
    exporter = HTMLExporter(
        template_name="site", exclude_input_prompt=True, exclude_output_prompt=True,
        extra_template_basedirs=[str(files("course_staff.publishing.slides") / "pages")])
    written, lessons = [], [source.read(path) for path in source.find(root=root)]
    for lesson in lessons:
        notebook = page(lesson.folder, root)
        resources = {"metadata": {"name": lesson.title}, "link": reference.link,
                     "uses": uses(notebook), "exercises": lesson.exercises}
        html, _ = exporter.from_notebook_node(notebook, resources)
        written.append(_put(folder / f"{lesson.folder}.html", html))
    reference.write(folder / "reference", lessons, root)
    for name in ("tex-svg-full.js", "LICENSES.md"):
        asset = files("course_staff.publishing.slides") / "assets" / name
        _put(folder / name, asset.read_text(encoding="utf-8"))
    return [_put(folder / "index.html", INDEX.render(lessons=lessons)), *written]


def _put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def run(args: Namespace) -> int:
    """Write the site; returns the exit status."""
    pages = write(Path(args.out))
    print(f"{len(pages)} pages; open {pages[0]}")
    return 0
