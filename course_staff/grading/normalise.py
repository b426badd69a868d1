"""From whatever a student handed in to a notebook that is safe to run and to show.

nbgrader never sees a submission itself: it gets the lesson as it was released, with the student's
answers spliced in.  Files are read once, which never raises; what was wrong is told as flags.
"""

import base64
import hashlib
import itertools
import json
import re
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import nbformat

from course_lib.desk.cells import grade_id, text_of
from course_lib.desk.marking import splice
from course_staff.grading.shapes import Flag, Node, Outcome, Template

LARGEST = 20 << 20
LONGEST_CELL, MOST_CELLS = 200_000, 2000
LONGEST_ANSWER = 20_000  # of Markdown, whose brackets take formgrader seconds at this length
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
# Markdown of so many characters is tried before anybody opens it; so many seconds of processor time
# a text may take, and all together by the clock.
TRIED, TEXT_SECONDS, SECONDS = 4_000, 1.0, 30
HIDDEN = "\u200b"  # a space of no width
# What MathJax obeys and needs not: links, classes, styles, attributes, extensions.
TEX = re.compile(r"\\(?=(?:href|url|class|cssId|style|data|require|html\w*|includegraphics|mmlToken"
                 r"|bbox|csname)\b)")
# A picture, unless its text is plain and a pasted one stands behind it: nothing in the text may
# close it elsewhere, and what is no whole picture could be a reference to one.
PICTURE = re.compile(r"!+(?=\[)(?!\[[^][\\`<$]*\]\(attachment:[^\s()<>\\]+\))")
# A pasted picture as front ends write it: signs escaped or not, brackets in pairs.
ATTACHED = re.compile(r"!(\[[^][]*\])\(attachment:"
                      r"((?:[^\s()<>\\]|\([^\s()<>\\]{0,100}\)){1,300})\)")
MOST_PICTURES = 20
# Markdown drops backslashes before a colon, browsers drop tabs and line ends anywhere.
GAP = r"[\s\\]*"
ACTIVE = re.compile(
    rf"(?i)\b((?:{'|'.join(map(GAP.join, ('javascript', 'vbscript', 'data')))}){GAP})(?=:)")
SCHEME = re.compile(r"(?i)(?<![^\s(<])([a-z][a-z\d+.\\-]{0,30})(?=:\S)")
HARMLESS = {"http", "https", "mailto", "attachment"}


@dataclass(frozen=True)
class Handed:
    """What was handed in, as `read` finds it; without arguments: nothing.

    Attributes
    ----------
    cells : list of dict
        ``cell_type``, ``source`` (text), ``metadata``, ``attachments``, maybe ``id``; empty if the
        file is no notebook.
    stamp : str or None
        The release that it says it comes from.
    flags : list of (str, str)
    digest : str
        SHA-256 of the file; of more than `LARGEST` nothing is read.
    trouble : OSError or None
        Why the file couldn't be opened, which is no fault of the student's.
    """

    cells: list[Node] = field(default_factory=list)
    stamp: str | None = None
    flags: list[Flag] = field(default_factory=list)
    digest: str = ""
    trouble: OSError | None = None


def read(path: Path) -> Handed:
    """Read a submitted file; what is wrong with it is told, never raised."""
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        return Handed(trouble=error)
    digest = hashlib.sha256(content).hexdigest()
    try:
        if len(content) > LARGEST:
            raise ValueError(f"it has more than {LARGEST >> 20} MB")
        text, flags = _decoded(content)
        notebook = json.loads(text)
        if "worksheets" in notebook:
            notebook = _upgraded(text)
        notebook = whole_characters(notebook)
        cells = [cell for each in notebook["cells"] if (cell := _cell(each))]
        if not cells:
            raise ValueError("it has no cells")
        if len(cells) > MOST_CELLS:
            flags.append(("edited", f"of {len(cells):,} cells the first {MOST_CELLS:,} were taken"))
        if any(len(cell["source"]) == LONGEST_CELL for cell in cells):
            flags.append(("edited", f"cells were cut after {LONGEST_CELL:,} characters"))
        stamp = _dict(_dict(notebook.get("metadata")).get("course")).get("release")
        stamp = stamp if isinstance(stamp, str) else None
        return Handed(cells[:MOST_CELLS], stamp, flags, digest)
    except Exception as error:  # there is no end to the ways in which a file can be broken
        reason = re.sub(r"\s+", " ", str(error))[:120]
        flags = [("unreadable", f"{type(error).__name__}: {reason}")]
        return Handed(flags=flags, digest=digest)


def whole_characters(data: Any) -> Any:
    """Return JSON data with half characters (lone surrogates) replaced: no file can hold these."""
    return json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))


def _upgraded(text: str) -> Node:
    """Return a notebook of before 2015 in today's format."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        notebook: Node = nbformat.reads(text, as_version=4)
    return notebook


def _decoded(content: bytes) -> tuple[str, list[Flag]]:
    """Return a file's text, and a flag if it is no UTF-8."""
    wide = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else []
    for encoding in ("utf-8-sig", *wide, "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
            json.loads(text)
        except ValueError:
            continue
        good = encoding == "utf-8-sig"
        return text, [] if good else [("edited", f"saved as {encoding}, not as UTF-8")]
    return content.decode("utf-8"), []


def _dict(data: object) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _cell(cell: Any) -> Node | None:
    """Keep of a cell what counts; None if it is no cell."""
    source = _dict(cell).get("source")
    if not isinstance(source, (str, list)) or not all(isinstance(line, str) for line in source):
        return None
    kind, metadata = cell.get("cell_type"), _dict(cell.get("metadata"))
    if not isinstance(grade_id({"metadata": metadata}), str):
        metadata.pop("nbgrader", None)
    text, attachments = text_of(cell), _dict(cell.get("attachments"))
    if kind == "markdown":
        text, pasted = _pasted(text)
        attachments = attachments | pasted
    kept = {"cell_type": kind if kind in ("code", "markdown") else "raw",
            "source": text[:LONGEST_CELL].replace("\0", ""), "metadata": metadata,
            "attachments": attachments}
    if isinstance(cell.get("id"), str):
        kept["id"] = cell["id"]
    return kept


def _pasted(text: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Return Markdown with its pictures attached, as in Jupyter; Colab puts them into the text."""
    found: dict[str, dict[str, str]] = {}

    def attach(picture: re.Match[str]) -> str:
        name = f"pasted-{len(found)}"
        found[name] = {picture[2]: picture[3]}
        return f"{picture[1]}(attachment:{name})"

    data = r"(!\[[^][]*\])\(data:(image/(?:png|jpeg));base64,([\w+/=]+)\)"
    return re.sub(data, attach, text), found


def normalise(template: Template, handed: Handed) -> tuple[Node, list[Flag]]:
    """Return a submission as the lesson's notebook with its answers, and flags."""
    notebook, notes = splice(template["notebook"], handed.cells)
    for cell in notebook["cells"]:
        name = grade_id(cell)
        if cell["cell_type"] == "markdown" and (_added(cell) or name in template["answers"]):
            if len(cell["source"]) > LONGEST_ANSWER:
                notes.append(("edited", f"{name or 'an added cell'} was cut after "
                              f"{LONGEST_ANSWER:,} characters"))
            text, kept, lost = _attached(
                cell["source"][:LONGEST_ANSWER], cell.pop("attachments", {}))
            cell["source"] = harmless(text)
            if kept:
                cell["attachments"] = kept
            if lost:
                notes.append(("picture", f"{name or 'an added cell'} shows no {', '.join(lost)}: "
                              "only PNG and JPEG pictures that are whole are shown"))
    slow = _show_plainly([cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"
                          and (_added(cell) or grade_id(cell) in template["answers"])])
    if slow:
        notes = [*notes, ("edited", f"{slow} texts take too long to show as Markdown; "
                          "they are shown as they were typed")]
    return notebook, handed.flags + (notes if handed.cells else [])


def _added(cell: Node) -> bool:
    return bool(cell["id"].startswith("added-"))


def beside(notebook: Node, template: Template) -> list[tuple[str, str]]:
    """Return written answers that are blank while text stands beside them, and what to say of it.

    Beside is: in cells that were added next to the answer's own, of whatever kind.
    """
    blank = {grade_id(cell): text_of(cell) for cell in template["notebook"]["cells"]}
    cells, found = notebook["cells"], []
    for place, cell in enumerate(cells):
        name = grade_id(cell)
        if name not in template["answers"] or text_of(cell).strip() not in (
                "", blank[name].strip()):
            continue
        around = [*itertools.takewhile(_added, reversed(cells[:place])),
                  *itertools.takewhile(_added, cells[place + 1:])]
        if any(text_of(each).strip() for each in around):
            found.append((name, f"{name} is blank, but there is text beside it: a person decides"))
    return found


def harmless(text: str) -> str:
    """Return Markdown that shows the same but holds no HTML, no remote picture, no active TeX.

    An invisible space after ``<`` keeps a tag from being one, in text, code and formulas alike.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])", "<" + HIDDEN, text)
    text = re.sub(r"(?i)&(?=#|\w{1,8};)", "&" + HIDDEN, text)
    text = PICTURE.sub("", text)
    text = ACTIVE.sub(r"\1" + HIDDEN, text)
    text = SCHEME.sub(lambda found: found[1] + HIDDEN * (found[1].lower() not in HARMLESS), text)
    return TEX.sub(lambda _: "\\" + HIDDEN, text)


def _show_plainly(cells: list[Node]) -> int:
    """Turn texts into blocks of code if it would take minutes to show them; returns how many.

    Some texts take a renderer a time that grows with the square of their length, or more: whoever
    opens them would wait.  Long ones are tried in a process of its own, with the renderer that
    formgrader has.
    """
    texts = [cell["source"] for cell in cells]
    if sum(map(len, texts)) < TRIED:
        return 0
    command = [sys.executable, "-P", "-c", RENDER, str(TEXT_SECONDS)]
    try:
        done = subprocess.run(command, input=json.dumps(texts), capture_output=True,
                              encoding="utf-8", timeout=SECONDS, check=False).stdout
    except subprocess.TimeoutExpired as error:
        done = error.stdout.decode() if isinstance(error.stdout, bytes) else error.stdout or ""
    good, slow = set(map(int, done.split())), 0
    for number, cell in enumerate(cells):
        if number not in good:
            longest = max(map(len, re.findall("~+", cell["source"])), default=0)
            fence = "~" * max(longest + 1, 3)
            cell["source"] = f"{fence}\n{cell['source']}\n{fence}"
            slow += 1
    return slow


RENDER = """
import json, signal, sys
from nbconvert.filters.markdown_mistune import markdown2html_mistune
for number, text in enumerate(json.load(sys.stdin)):
    try:
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGVTALRM, signal.default_int_handler)
            signal.setitimer(signal.ITIMER_VIRTUAL, float(sys.argv[1]))
        markdown2html_mistune(text)
        print(number, flush=True)
    except (Exception, KeyboardInterrupt):
        pass
"""


def _attached(text: str, attachments: dict[str, Any],
              ) -> tuple[str, dict[str, dict[str, str]], list[str]]:
    """Give pasted pictures names that every program reads alike.

    Returns
    -------
    text : str
        Markdown that calls them so; where there is no picture, with a link in its place.
    attachments : dict
        The pictures that are what they say.
    lost : list of str
        Names of those that aren't, and of those that are called but aren't there.
    """
    kept: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}  # as they may be called, by what they are called here
    for name, versions in list(attachments.items())[:MOST_PICTURES]:
        safe = {kind: data for kind, data in versions.items() if _is_picture(kind, data)} if (
            isinstance(versions, dict)) else {}
        if safe:
            plain = re.fullmatch(r"[\w.-]{1,100}", name, re.ASCII) is not None
            new = name if plain else f"picture-{len(kept) + 1}"
            while new in kept or (new != name and new in attachments):
                new += "-"
            kept[new] = safe
            for called in (name, unquote(name), quote(name)):
                names.setdefault(called, new)
    lost = [name for name in attachments if name not in names]

    def call(found: re.Match[str]) -> str:
        said = found[2]
        new = names.get(said) or names.get(unquote(said))
        if new is None:
            lost.append(said)
            return f"{found[1]}(attachment:{said})"
        return f"!{found[1]}(attachment:{new})"

    text = ATTACHED.sub(call, text)
    told = [re.sub(r"[^\w .%+()-]", "_", name)[:60] for name in dict.fromkeys(map(unquote, lost))]
    return text, kept, told


def _is_picture(kind: str, data: object) -> bool:
    """Whether base64 text is a PNG or JPEG picture indeed, and nothing that could end a tag."""
    if kind not in PICTURES or not isinstance(data, str):
        return False
    try:
        content = base64.b64decode(re.sub(r"\s", "", data), validate=True)
    except ValueError:
        return False
    return content.startswith(PICTURES[kind])


def finish(notebook: Node, outcome: Outcome) -> Node:
    """Put outputs into a normalised notebook; returns it as nbgrader keeps it."""
    for cell, outputs in zip(notebook["cells"], outcome["outputs"], strict=True):
        if cell["cell_type"] != "code":
            continue
        cell["outputs"], cell["execution_count"] = [], None
        for output in outputs:
            data = output.get("data")
            if data is not None:
                output["data"] = {kind: content for kind, content in data.items()
                                  if kind == "text/plain" or _is_picture(kind, content)}
                if not output["data"]:
                    continue
            cell["outputs"].append(output)
    return notebook


def answers(notebook: Node, template: Template) -> dict[str, str]:
    """Return the text of each answer, by grade id, as it counts for comparing submissions."""
    return {name: re.sub(r"#.*|\s+", "", cell["source"]) for cell in notebook["cells"]
            if (name := grade_id(cell)) in template["solutions"]}
