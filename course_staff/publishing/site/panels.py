"""Panels that move without a kernel: every picture of a grid of positions, drawn beforehand.

`POSITIONS` says where controls can stand on a page; a panel has all combinations.  The cell that
opens a panel is run after what it depends on (`bindings.behind`), and draws as in a notebook.  The
pictures are files beside the page, which loads those that are asked for.

A picture takes a third of a second.  It is kept in work/site/ for as long as the code behind the
panel, the modules and data that it reads and the pins stay the same, wherever else controls stand.

No library does this as a page needs it: HoloViz Panel embeds states, too, but all of them in the
page, with megabytes of its own; ipywidgets and nbinteract draw with a kernel only; Python in the
browser has no PyTorch.  Browsers' own controls need nothing.
"""

import ast
import hashlib
import inspect
import io
import itertools
import json
import math
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import ipywidgets
from PIL import Image

from course_lib.desk.commands import work_folder
from course_lib.notebook import figures
from course_lib.notebook.explorers.base import Explorer
from course_staff.authoring import bindings
from course_staff.authoring.source import ROOT, Cell, Lesson, SourceError
from course_staff.publishing import program

OPENS = re.compile(r"^from course_lib\.notebook\.explorers\.(?!base\b)", re.MULTILINE)
MOST = 120  # pictures of a panel
# Values of a panel's controls, chosen for what the lesson asks to find with it.  A control that
# isn't listed has all its values.
POSITIONS: dict[str, dict[str, Sequence[Any]]] = {
    "sixteen_pixels": {"position": [1 + k / 10 for k in range(31)]},
    "image_formation": {"cutoff": (0.06, 0.12, 0.25, 0.5), "log_photons": (0, 2, 4)},
    "who_pays": {"log_lam": (-5, -4, -3, -2, -1, 0), "width": (0, 10, 20), "log_sigma": (-3, -2)},
    "information_limit": {"log_sigma": (-4, -3, -2, -1), "width": (0.5, 1.5, 4)},
    "moving_the_limit": {"distance": (0.1, 0.2, 0.4, 0.5, 0.8),
                         "log_sigma": (-6.5, -2, -1.5, -1)},
    "best_guesses": {"odds": (-5, -2, 1, 3, 5), "sigma": (0.2, 0.5, 1.2, 2), "y": (-1, 0, 0.6)},
    "latent_walk": {"position": (1, 1.5, 2, 2.5, 3, 3.5, 4), "truncation": (0.3, 1)},
    "recorded_searches": {"scene": ("pale 1", "dark 1", "tomato"), "start": (1, 2)},
    "abstention": {"case": (1, 2, 3, 4),
                   "threshold": (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.16, 0.2)},
    "two_groups": {"percent": (2, 5, 10, 20, 35, 50, 80), "d": (1, 2, 2.5, 3, 4)},
    "use_and_misuse": {"log_ratio": (2, 4, 6, 9), "log_pool": (2, 3, 4, 5, 6, 7, 8),
                       "inside": (0.5, 1)},
}
# Where the captions tell what a control says, for its steps mean something else at each position of
# another: panel → (the control, how captions tell it).  Steps at the end that change nothing go.
SAID = {"todays_samplers": ("step", r"strength ([\d.e+-]+)")}


class Control(NamedTuple):
    """A control on a page.

    Attributes
    ----------
    name, label : str
        The argument of the drawing function that it moves; what stands beside it.
    kind : str
        "range", "select" or "checkbox".
    values, told : list
        Where it can stand: the argument's value, and what the control says.
    start : int
        Where it stands at first.
    """

    name: str
    label: str
    kind: str
    values: list[Any]
    told: list[str]
    start: int


class Place(NamedTuple):
    """One picture of a panel: its file's name, what it shows, its size in CSS pixels.

    `told` is what the panel's control `said` says at it.
    """

    file: str
    alt: str
    width: int
    height: int
    told: str = ""


class Panel(NamedTuple):
    """A panel on a page.

    Attributes
    ----------
    name : str
        The function that opens it in the lesson.
    controls : list of Control
    places : list of Place
        One per combination of positions, in the order of `itertools.product`.
    start : int
        The one that stands first, and for good where no script runs.
    all : int
        How many combinations a notebook has.
    said : str
        The control that says what a place has `told`, if any.
    """

    name: str
    controls: list[Control]
    places: list[Place]
    start: int
    all: int
    said: str = ""


def drawn(lesson: Lesson, cell: Cell, folder: Path, few: bool = False, root: Path = ROOT) -> Panel:
    """Draw a panel, and put its pictures into a folder.

    Parameters
    ----------
    lesson : Lesson
    cell : Cell
        Its last line opens the panel.
    folder : Path
    few : bool
        Two pictures only: the first control moves, by one position.
    root : Path
        The course.

    Raises
    ------
    SourceError
        If the controls can't stand where `POSITIONS` says, or have too many combinations.
    """
    code = bindings.behind(lesson.cells, cell)
    call = ast.parse(code).body[-1].value.func.id  # type: ignore[attr-defined]
    store = _Store(work_folder() / "site" / lesson.folder / call, _made_from(code, lesson, root))
    explorer = None
    if store.controls is None:
        explorer = program.run(code, lesson.path)
        try:
            store.controls = controls(explorer, POSITIONS.get(call, {}))
        except ValueError as error:
            raise SourceError([lesson.problem(cell, f"its panel: {error}")]) from error
        store.all = math.prod(len(_values(each)[0]) for each in explorer.controls.values())
    shown = _two(store.controls) if few else store.controls
    wanted = [dict(zip([each.name for each in shown], values, strict=True))
              for values in itertools.product(*(each.values for each in shown))]
    missing = [values for values in wanted if values not in store]
    if missing:
        print(f"{lesson.name}: drawing {len(missing)} pictures of its panel", flush=True)
        explorer = explorer or program.run(code, lesson.path)
        for values in missing:
            store.keep(values, explorer.draw(**values))
    store.write()
    folder.mkdir(parents=True, exist_ok=True)
    places = [store.place(values) for values in wanted]
    for file in {place.file for place in places}:
        shutil.copyfile(store.folder / file, folder / file)
    start = 0
    for each in shown:
        start = start * len(each.values) + each.start
    said, pattern = SAID.get(call, ("", ""))
    if said:
        places = [place._replace(told=_told(pattern, place.alt)) for place in places]
    return Panel(call, shown, places, start, store.all, said)


def _told(pattern: str, caption: str) -> str:
    found = re.search(pattern, caption)
    if found is None:
        raise ValueError(f"no {pattern!r} in the caption {caption!r}")
    return found[1]


def controls(explorer: Explorer, chosen: Mapping[str, Sequence[Any]]) -> list[Control]:
    """Return the controls of a panel on a page.

    Parameters
    ----------
    explorer : Explorer
    chosen : dict
        Control → some of its values; all others have all of theirs.

    Raises
    ------
    ValueError
        For a control or a value that the panel doesn't have, a choice without the value that it
        opens with, and too many combinations.
    """
    unknown = chosen.keys() - explorer.controls.keys()
    if unknown:
        raise ValueError(f"it has no control {', '.join(sorted(unknown))}")
    found = []
    for name, control in explorer.controls.items():
        values, told, kind = _values(control)
        places = [_place(values, value, name) for value in chosen.get(name, values)]
        start = _place([values[place] for place in places], control.value, name)
        found.append(Control(name, control.description, kind, [values[k] for k in places],
                             [told[k] for k in places], start))
    count = math.prod(len(each.values) for each in found)
    if count > MOST:
        raise ValueError(f"it has {count} combinations; panels.POSITIONS must leave {MOST} at most")
    return found


def _values(control: ipywidgets.Widget) -> tuple[list[Any], list[str], str]:
    """Return all values of a control, what it says at each, and its kind."""
    if isinstance(control, ipywidgets.Checkbox):
        return [False, True], ["off", "on"], "checkbox"
    if isinstance(control, ipywidgets.FloatSlider | ipywidgets.IntSlider):
        count = round((control.max - control.min) / control.step) + 1
        whole = isinstance(control, ipywidgets.IntSlider)
        values = [(int if whole else float)(f"{control.min + k * control.step:.9g}")
                  for k in range(count)]
        return values, [f"{value:g}".replace("-", "−") for value in values], "range"
    kind = "range" if isinstance(control, ipywidgets.SelectionSlider) else "select"
    options = control._options_full
    return [value for _, value in options], [str(told) for told, _ in options], kind


def _place(values: Sequence[Any], value: Any, name: str) -> int:
    for place, each in enumerate(values):
        if each == value or (isinstance(each, float) and math.isclose(each, value, abs_tol=1e-9)):
            return place
    raise ValueError(f"{name} can't be {value!r}; it is one of {', '.join(map(str, values))}")


def _two(shown: Sequence[Control]) -> list[Control]:
    """Return the same controls with two positions of the first and one of all others."""
    cut = []
    for number, each in enumerate(shown):
        low = max(0, min(each.start, len(each.values) - 2)) if number == 0 else each.start
        part = slice(low, low + (2 if number == 0 else 1))
        cut.append(each._replace(values=each.values[part], told=each.told[part],
                                 start=each.start - low))
    return cut


def _made_from(code: str, lesson: Lesson, root: Path) -> dict[str, str]:
    """Return what a panel's pictures depend on, and how they are kept."""
    way = hashlib.sha256(inspect.getsource(_Store.keep).encode()).hexdigest()
    return program.made_from(code, lesson, root) | {"kept": way}


class _Store:
    """Pictures that are drawn already, in a folder that is emptied when they are out of date."""

    def __init__(self, folder: Path, made_from: dict[str, str]) -> None:
        self.folder, self.list = folder, folder / "drawn.json"
        told = json.loads(self.list.read_text(encoding="utf-8")) if self.list.exists() else {}
        if told.get("from") != made_from:
            shutil.rmtree(folder, ignore_errors=True)
            told = {"from": made_from, "places": {}}
        folder.mkdir(parents=True, exist_ok=True)
        self.told = told
        own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
        if told.get("by") != own:
            told |= {"by": own, "controls": None, "all": 0}
        self.controls = told["controls"] and [Control(*each) for each in told["controls"]]
        self.all = told["all"]

    def __contains__(self, values: Mapping[str, Any]) -> bool:
        return json.dumps(values) in self.told["places"]

    def place(self, values: Mapping[str, Any]) -> Place:
        return Place(*self.told["places"][json.dumps(values)])

    def keep(self, values: Mapping[str, Any], picture: figures.Picture) -> None:
        """Write a picture as the notebook has it, in fewer bytes; equal pictures are one file."""
        image = Image.open(io.BytesIO(figures.compact(picture.png))).convert("RGB")
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", lossless=True)
        data = buffer.getvalue()
        file = f"{hashlib.sha256(data).hexdigest()[:12]}.webp"
        (self.folder / file).write_bytes(data)
        height = round(image.height * figures.CSS_DPI / figures.DPI)
        self.told["places"][json.dumps(values)] = Place(file, picture.alt, picture.width, height)

    def write(self) -> None:
        self.told |= {"controls": self.controls, "all": self.all}
        self.list.write_text(json.dumps(self.told), encoding="utf-8", newline="\n")
