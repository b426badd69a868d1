"""A corpus of submissions to one small lesson: honest, broken and hostile ones.

`Case.content` is the file as it arrives; `score` what the tests must give it (9 at most), `flags`
what must be said of it, and nothing else.  `hostile` cases are in submissions/hostile.py, one cell
each; broken files are made here, from an honest one.
"""

import copy
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat

from course_lib.desk.cells import grade_id
from course_staff.authoring import build, source
from course_staff.grading import release

HERE = Path(__file__).parent / "submissions"
LESSON = "91_tiny"
FULL = 9


@dataclass(frozen=True)
class Case:
    """A submission and what must become of it."""

    name: str
    content: bytes
    score: float
    flags: frozenset = frozenset()
    file: str = f"{LESSON}.ipynb"


def course(folder):
    """Make a course folder with the small lesson; returns the lesson's source."""
    for name in (*release.WHOLE, "course_lib", "data"):
        (folder / name).symlink_to(build.ROOT / name)
    shutil.copytree(HERE / "course", folder, dirs_exist_ok=True)
    path = folder / "solutions" / "tiny.py"
    _, text = build.load(path)
    notebook = build.release(LESSON, text, folder / "scratch")
    build.write(folder / "lessons" / LESSON / f"{LESSON}.ipynb", notebook)
    return path


def answered(template, answers=None, written="Because two is even."):
    """Return the lesson's notebook, as students have it, with these answers."""
    notebook = copy.deepcopy(template)
    for cell in notebook["cells"]:
        name = grade_id(cell)
        if name in (answers or {}):
            cell["source"] = answers[name]
        if name == "why_double":
            cell["source"] = written
    return notebook


def as_bytes(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode()


def cases(template, reference):
    """Return all cases.

    Parameters
    ----------
    template : dict
        The lesson's notebook as students get it.
    reference : dict
        Right answers by exercise.
    """
    right = answered(template, reference)
    found = [*honest(template, reference), *hostile(template, reference)]
    for make, score, flags in BROKEN:
        made = make(copy.deepcopy(right))
        content = made if isinstance(made, bytes) else as_bytes(made)
        found.append(Case(make.__name__, content, score, frozenset(flags)))
    return found


def honest(template, reference):
    """The reference, the right and the wrong answers that the lesson's own tests are tried on."""
    listed = source.read(HERE / "course" / "tests" / "answers" / "tiny.py")
    lost = {"halves": 3, "squares": 3, "forgets_times": 2, "no_weights": 2, "no_refusal": 2,
            "sum_only": 2, "own_generator": 4, "twice": 2, "no_noise": 4}
    yield Case("reference", as_bytes(answered(template, reference)), FULL, frozenset({"identical"}))
    yield Case("blank", as_bytes(template), 0)
    for cell in listed.cells[1:]:
        kind = "right" if "right" in cell.options else "wrong"
        name, exercise = cell.options[kind], cell.options["exercise"]
        notebook = answered(template, reference | {exercise: cell.text})
        yield Case(name, as_bytes(notebook), FULL - lost.get(name, 0))


def hostile(template, reference):
    for cell in source.read(HERE / "hostile.py").cells:
        if "attack" not in cell.options:
            continue
        options = cell.options
        notebook = answered(template, reference | {options["at"]: cell.text})
        flags = {options["flag"]} if "flag" in options else set()
        yield Case(options["attack"], as_bytes(notebook), options["score"], frozenset(flags))


# --- broken files ---------------------------------------------------------------------------------

BROKEN = []


def broken(score=FULL, *flags, published=None):
    """Note a case; where all is right the answers are the published ones, and that is told."""
    def note(make):
        told = {"identical"} if published is None and score == FULL else set()
        BROKEN.append((make, score, {*flags} | told))
        return make
    return note


def by_id(notebook, name):
    return next(cell for cell in notebook["cells"] if grade_id(cell) == name)


def copied(notebook, name, source, **more):
    """Put a copy of a cell, mark and all, below it."""
    cell = by_id(notebook, name)
    below = {**copy.deepcopy(cell), "id": "copied", "source": source, **more}
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, below)
    return notebook


@broken(FULL, "duplicated")
def stub_copied_below(notebook):
    return copied(notebook, "double", STUB)


STUB = ('def double(x, times=1):\n    """Return x, doubled as often as asked."""\n    # Replace the'
        ' next line by your code.\n    raise NotImplementedError("not written yet")')


@broken(FULL, "duplicated")
def test_copied(notebook):
    test = copy.deepcopy(by_id(notebook, "double_doubles"))
    test["id"] = "copied"
    notebook["cells"].append(test)
    return notebook


@broken(FULL, "missing")
def test_deleted(notebook):
    notebook["cells"].remove(by_id(notebook, "average_weighs"))
    return notebook


@broken(6, "missing")
def answer_deleted(notebook):
    notebook["cells"].remove(by_id(notebook, "double"))
    return notebook


@broken(6, "edited")
def test_emptied(notebook):
    by_id(notebook, "double")["source"] = "def double(x, times=1):\n    return 0 * x"
    by_id(notebook, "double_doubles")["source"] = "assert True"
    by_id(notebook, "double_doubles_again")["source"] = "raise SystemExit"
    return notebook


@broken(FULL)
def points_raised_and_unlocked(notebook):
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader")
        if about:
            about |= {"points": 1000, "locked": False, "solution": True, "checksum": "x"}
    return notebook


@broken(FULL, "edited")
def metadata_stripped(notebook):
    notebook["metadata"] = {}
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


@broken(FULL, "edited", "missing", "beside")
def metadata_and_ids_stripped(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    notebook["nbformat_minor"] = 4
    return notebook


@broken(FULL)
def foreign_schema(notebook):
    for number, cell in enumerate(notebook["cells"]):
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = (1, 99, "three")[number % 3]
    return notebook


@broken(FULL, "moved")
def cells_reversed(notebook):
    notebook["cells"].reverse()
    return notebook


@broken(FULL, "edited")
def answer_as_markdown(notebook):
    cell = by_id(notebook, "double")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]
    return notebook


@broken(FULL)
def old_outputs_with_scripts(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {
                "text/html": "<script>alert('pwned')</script>"}}]
    return notebook


@broken(FULL, published=False)
def helper_in_an_added_cell(notebook):
    place = notebook["cells"].index(by_id(notebook, "double"))
    notebook["cells"].insert(place, {
        "cell_type": "code", "id": "mine", "metadata": {}, "source": "two = 2", "outputs": [],
        "execution_count": None})
    by_id(notebook, "double")["source"] += "\n\n_ = two"
    return notebook


@broken(FULL)
def scripts_in_markdown(notebook):
    by_id(notebook, "why_double")["source"] = SCRIPTS
    notebook["cells"].append(
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": SCRIPTS})
    notebook["cells"].append({"cell_type": "raw", "id": "r", "source": SCRIPTS,
                              "metadata": {"raw_mimetype": "text/html"}})
    return notebook


SCRIPTS = """<script>alert('pwned')</script> <img src=x onerror="alert('pwned')"> $a<b$ `c<d`
<svg onload=alert('pwned')></svg> [link](javascript:alert('pwned'))
<a href="javascript:alert(1)">x</a>
![spy](http://192.0.2.1/spy.png) $\\href{javascript:alert('pwned')}{x}$
&#60;script&#62;alert('pwned')&#60;/script&#62;

```{=html}
<script>alert('pwned')</script>
```

</textarea></pre><ScRiPt>alert('pwned')</ScRiPt><iframe srcdoc="<script>alert('pwned')</script>">
"""


@broken(FULL)
def odd_cells(notebook):
    notebook["cells"] += [
        7, None, {"cell_type": "code"}, {"cell_type": "widget", "source": "x", "metadata": []},
        {"cell_type": "markdown", "source": ["a", "b"], "metadata": {"nbgrader": "no"}},
        {"cell_type": "code", "source": "", "id": "<script>", "metadata": {"nbgrader": {}}}]
    return notebook


@broken(FULL)
def utf8_with_mark(notebook):
    return b"\xef\xbb\xbf" + as_bytes(notebook)


@broken(FULL, "edited")
def utf16(notebook):
    return json.dumps(notebook, ensure_ascii=False).encode("utf-16")


@broken(FULL, "edited")
def windows_encoding(notebook):
    by_id(notebook, "why_double")["source"] = "Größe, naïve"
    return json.dumps(notebook, ensure_ascii=False).encode("cp1252", "replace")


@broken(FULL)
def nbformat_3(notebook):
    return nbformat.writes(nbformat.convert(nbformat.from_dict(notebook), 3), version=3).encode()


@broken(FULL)
def nbformat_of_the_future(notebook):
    notebook["nbformat"] = 9
    return notebook


@broken(FULL, "duplicated", published=False)
def answer_split_in_two(notebook):
    copied(notebook, "double", "def double(x, times=1):\n    return helper(x, times)")
    by_id(notebook, "double")["source"] = "def helper(x, times):\n    return x * 2**times"
    return notebook


@broken(FULL, "duplicated")
def answer_split_and_tried_below(notebook):
    return copied(notebook, "double", "double(np.arange(3))")


@broken(FULL, "duplicated")
def answer_split_from_its_prose(notebook):
    return copied(notebook, "double", "It shifts the bits.", cell_type="markdown")


@broken(FULL, "duplicated")
def answer_split_at_its_end(notebook):
    return copied(notebook, "double", "")


@broken(FULL, "duplicated")
def answer_written_twice(notebook):
    copied(notebook, "double", by_id(notebook, "double")["source"])
    by_id(notebook, "double")["source"] = "def double(x, times=1):\n    return x"
    return notebook


@broken(6, "duplicated")
def answer_written_twice_and_spoiled(notebook):
    return copied(notebook, "double", "double = lambda x, times=1: x")


@broken(FULL, "duplicated", published=False)
def answer_split_with_cell_magics(notebook):
    copied(notebook, "double", by_id(notebook, "double")["source"].replace("2**", "base**"))
    by_id(notebook, "double")["source"] = "%%time\nbase = 2"
    return copied(notebook, "average", "%%bash\necho done")


@broken(FULL, "duplicated")
def written_answer_split_in_two(notebook):
    return copied(notebook, "why_double", "And it is the first prime.")


@broken(FULL, "output")
def pictures_in_many_cells(notebook):
    source = ("from IPython.display import Image, display\nfor _ in range(3):\n"
              "    display(Image(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(2_900_000), format='png'))")
    for number in range(3):
        notebook["cells"].append({"cell_type": "code", "id": f"more{number}", "metadata": {},
                                  "source": source, "outputs": [], "execution_count": None})
    return notebook


@broken(FULL, "picture")
def pasted_pictures(notebook):
    dot = {"image/png": (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
        "rkJggg==")}
    notebook["cells"].append({
        "cell_type": "markdown", "id": "mine", "metadata": {}, "attachments": {"dot.png": dot},
        "source": "![a dot](attachment:dot.png)"})
    answer = by_id(notebook, "why_double")
    answer["source"] = "See ![it](attachment:lost.png)."
    answer["attachments"] = {"lost.png": {"image/gif": "R0lGODlhAQABAAAAACw="}}
    return notebook


@broken(FULL)
def half_an_emoji(notebook):
    by_id(notebook, "why_double")["source"] = "two \ud83d"
    return json.dumps(notebook).encode()


@broken(FULL)
def grade_id_is_a_list(notebook):
    by_id(notebook, "double_doubles")["metadata"] = {"nbgrader": {"grade_id": ["double"]}}
    return notebook


@broken(0, "unreadable")
def truncated(notebook):
    content = as_bytes(notebook)
    return content[:len(content) // 2]


@broken(0, "unreadable")
def empty_file(_):
    return b""


@broken(0, "unreadable")
def a_picture(_):
    return b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


@broken(0, "unreadable")
def nested_without_end(_):
    return b"[" * 100_000


@broken(0, "unreadable")
def a_list(_):
    return b"[1, 2, 3]"


@broken(0, "unreadable")
def huge_file(notebook):
    return as_bytes(notebook) + b" " * (21 << 20)


@broken(FULL)
def from_colab_and_code(notebook):
    """Metadata of Colab and VS Code, cells hidden and tagged, a byte-order mark, Windows' lines."""
    notebook["metadata"] = {"colab": {"provenance": []}, "accelerator": "GPU", "kernelspec": {
        "name": "ir", "language": "R", "display_name": "R"}, "widgets": {}}
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"colab{number}"
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
        cell["metadata"] |= {
            "id": "x", "colab": {"height": 300}, "vscode": {"languageId": "python"},
            "collapsed": True, "jupyter": {"source_hidden": True}, "editable": False,
            "tags": ["raises-exception", "skip-execution", "remove-cell"]}
    return b"\xef\xbb\xbf" + json.dumps(notebook, indent=1).replace("\n", "\r\n").encode()


@broken(FULL)
def picture_pasted_in_colab(notebook):
    by_id(notebook, "why_double")["source"] = (
        f"See ![it](data:image/png;base64,{'iVBORw0KGgoA' + 'AAAA' * 60_000}).")
    return notebook


@broken(FULL)
def schemas_of_old(notebook):
    for number, cell in enumerate(notebook["cells"]):
        about = cell["metadata"].get("nbgrader", {})
        about.pop("task", None)
        about["schema_version"] = 1 + number % 2
    return notebook


@broken(FULL)
def all_ids_the_same(notebook):
    for cell in notebook["cells"]:
        cell["id"] = "same"
    return notebook


@broken(FULL)
def cells_of_other_languages(notebook):
    notebook["cells"][2:2] = [
        {"cell_type": "code", "id": source, "metadata": {}, "source": source, "outputs": [],
         "execution_count": None} for source in OTHERS]
    return notebook


OTHERS = ["%%bash\nexit 3", "%%html\n<script>alert(1)</script>", "%%javascript\nalert(1)",
          "%load_ext autoreload\n%autoreload 2", "import ipywidgets\nipywidgets.IntSlider()"]


@broken(FULL, "edited")
def cells_without_end(notebook):
    notebook["cells"] += [
        {"cell_type": "markdown", "id": f"m{number}", "metadata": {}, "source": "more"}
        for number in range(3000)]
    return notebook


@broken(FULL)
def metadata_is_text(notebook):
    return notebook | {"metadata": "none"}


@broken(6, "missing")
def source_holds_a_number(notebook):
    by_id(notebook, "double")["source"] = ["def double(x, times=1):\n", 3]
    return notebook


@broken(FULL, published=False)
def awaits_and_magics(notebook):
    by_id(notebook, "double")["source"] = MAGICS
    return notebook


MAGICS = """import asyncio
!echo hello
%pylab inline --no-import-all
files = !ls
?np.sum
await asyncio.sleep(0.01)


async def slowly():
    return 2.0


two = await slowly()


def double(x, times=1):
    return x * two**times
"""
