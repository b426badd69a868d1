"""A learner's lesson from an earlier release: noticed, and brought up to date with its answers.

``course update`` makes the new lesson beside the old one, puts the learner's answers, guesses and
own cells into it, moves the old one to ``work/backups`` and the new one into its place.  Whatever
found no place is told, and is in the backup.  Standard library only.
"""

import copy
import difflib
import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from course_lib.desk.cells import about, grade_id, is_as_released, text_of
from course_lib.desk.commands import Told, new_backup

__all__ = ["Carried", "finish", "is_older", "my_folder", "update"]

LIBRARY = Path(__file__).resolve().parents[1]
PLAIN = re.compile(r"c-[0-9a-f]{8}")  # the id of a cell of the lesson that has no grade id
SIMILAR = 0.6  # the same cell in two releases, as difflib measures
GUESS = re.compile(r"^(\w+) = (.+)$", re.MULTILINE)
IGNORED = shutil.ignore_patterns(".ipynb_checkpoints")


@dataclass
class Carried:
    """What an update did: names of answers and guesses, own cells, and what found no place."""

    answers: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    own: int = 0
    lost: list[str] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)

    def summary(self) -> str:
        """Say in half a sentence what was carried."""
        parts = [f"answers to {', '.join(self.answers)}"] * bool(self.answers)
        parts += [f"your guesses {', '.join(self.guesses)}"] * bool(self.guesses)
        parts += [f"{self.own} cell{'s' * (self.own > 1)} of your own"] * bool(self.own)
        return "; ".join(parts) or "nothing was answered yet"


# --- which lessons are older ----------------------------------------------------------------------


def folders(lesson: Path, work: Path) -> list[Path]:
    """Return a learner's folders of a lesson: those under other numbers, then today's."""
    name = lesson.name[3:]
    others = [path for path in work.glob(f"[0-9][0-9]_{name}")
              if path.name != lesson.name and path.is_dir()]
    return sorted(others) + [work / lesson.name] * (work / lesson.name).is_dir()


def my_folder(lesson: Path, work: Path) -> Path:
    """Return where a learner's lesson is: today's folder, or one under an earlier number."""
    return next(reversed(folders(lesson, work)), work / lesson.name)


def is_older(lesson: Path, work: Path) -> bool:
    """Whether a learner's lesson has another number, or other code, than the one handed out.

    Answers may differ, and so may cells that the learner added; prose may, too.
    """
    found = folders(lesson, work)
    if [path.name for path in found] not in ([], [lesson.name]):
        return True
    mine = [cells for path in found if (cells := _cells(path)) is not None]
    released = _notebook(lesson / f"{lesson.name}.ipynb")["cells"]
    graded = {grade_id(cell): text_of(cell) for cell in released if about(cell).get("locked")}
    plain = {cell.get("id") for cell in released}
    for cell in (cell for cells in mine for cell in cells if cell["cell_type"] == "code"):
        name = grade_id(cell)
        if name and about(cell).get("locked") and graded.get(name) != text_of(cell):
            return True
        if not name and PLAIN.fullmatch(str(cell.get("id"))) and cell["id"] not in plain:
            return True
    return False


def _notebook(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8-sig"))


def _cells(folder: Path) -> list[dict[str, Any]] | None:
    """A folder's lesson; None if there is no readable one."""
    try:
        cells = _notebook(folder / f"{folder.name}.ipynb")["cells"]
        return [cell for cell in cells if text_of(cell) is not None]
    except (OSError, ValueError, KeyError, TypeError):
        return None


# --- answers into the new lesson ------------------------------------------------------------------


def carry(old: Sequence[dict[str, Any]], new: dict[str, Any], name: str, carried: Carried) -> None:
    """Put what a learner wrote into the new lesson, in place.

    Parameters
    ----------
    old : list of dict
        The cells of the learner's notebook.
    new : dict
        The new lesson's notebook.
    name : str
        The old notebook's name: ids of plain cells follow from it.
    carried : Carried
        Is told what has been done.
    """
    answers = {grade_id(cell): cell for cell in new["cells"] if about(cell).get("solution")}
    answered = _answered(old)
    below: dict[int, list[dict[str, Any]]] = {}  # place in the new lesson → the learner's cells
    plain = [cell for cell in new["cells"] if not grade_id(cell)]
    there = {text_of(cell) for cell in new["cells"]}  # what an interrupted update has carried
    place = -1
    for number, cell in enumerate(old):
        mine = grade_id(cell)
        if mine and about(cell).get("solution") and number not in answered.values():
            if is_as_released(cell) or not text_of(cell).strip():
                place = _place(new, answers.get(mine), place)
                continue  # nothing was answered here
            mine = None  # a piece of an answer that the learner has split
        if not mine and not _ours(cell):
            own = _own(cell)
            if own["source"].strip() and own["source"] not in there:
                below.setdefault(place, []).append(own)
                carried.own += 1
            continue
        if not mine:
            twin = _twin(cell, plain)
            if _edited(cell, name):
                _carry_guesses(cell, twin, carried)
            place = _place(new, twin, place)
        elif mine in answers and answered.get(mine) == number:
            _fill(answers[mine], cell, carried)
            place = _place(new, answers[mine], place)
        elif answered.get(mine) == number:
            carried.lost.append(f"{mine}: the lesson no longer asks for it")
        else:
            twins = [each for each in new["cells"] if grade_id(each) == mine]
            place = _place(new, twins[0] if twins else None, place)
    cells = list(below.get(-1, []))
    for number, cell in enumerate(new["cells"]):
        cells += [cell, *below.get(number, [])]
    new["cells"], seen = cells, set()
    for number, cell in enumerate(cells):
        if cell.get("id") in seen:
            said = f"{number}\n{text_of(cell)}"
            cell["id"] = hashlib.sha256(said.encode()).hexdigest()[:8]
        seen.add(cell.get("id"))


def _answered(old: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Which cell is the answer, by grade id: the last changed one that defines something."""
    found: dict[str, tuple[bool, int]] = {}
    for number, cell in enumerate(old):
        text = text_of(cell)
        if about(cell).get("solution") and text.strip() and not is_as_released(cell):
            defines = cell["cell_type"] != "code" or bool(re.search(r"^(def|class) ", text, re.M))
            found[grade_id(cell)] = max(found.get(grade_id(cell), (False, -1)), (defines, number))
    return {name: number for name, (_, number) in found.items()}


def _ours(cell: dict[str, Any]) -> bool:
    return PLAIN.fullmatch(str(cell.get("id"))) is not None


def _own(cell: dict[str, Any]) -> dict[str, Any]:
    """A learner's cell, without results and without a grade id that another cell has."""
    kept = {key: copy.deepcopy(value) for key, value in cell.items()
            if key in ("cell_type", "attachments", "id")}
    if grade_id(cell):
        kept.pop("id", None)
    kept |= {"metadata": {}, "source": _moved_imports(text_of(cell))}
    kept.setdefault("id", hashlib.sha256(kept["source"].encode()).hexdigest()[:8])
    if cell["cell_type"] == "code":
        kept |= {"outputs": [], "execution_count": None}
    return kept


def _edited(cell: dict[str, Any], name: str) -> bool:
    """Whether a plain cell of the lesson has been changed: its id is a digest of its text."""
    said = (f"{known}\n{times}\n{text_of(cell)}" for known in (name, name[3:])
            for times in range(1, 9))
    return cell["id"] not in {f"c-{hashlib.sha256(s.encode()).hexdigest()[:8]}" for s in said}


def _twin(cell: dict[str, Any], plain: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The plain cell of the new lesson that an old one has become, if any."""
    best, found = SIMILAR, None
    text = text_of(cell)
    for other in plain:
        if other["cell_type"] == cell["cell_type"]:
            if text_of(other) == text:
                return other
            compare = difflib.SequenceMatcher(None, text, text_of(other), autojunk=False)
            if compare.real_quick_ratio() > best and compare.quick_ratio() > best:
                ratio = compare.ratio()
                best, found = max((best, found), (ratio, other), key=lambda pair: pair[0])
    return found


def _place(new: dict[str, Any], cell: dict[str, Any] | None, before: int) -> int:
    """Where a cell is in the new lesson; where the one before it was, if it has no place."""
    return next((n for n, each in enumerate(new["cells"]) if each is cell), before)


def _carry_guesses(cell: dict[str, Any], twin: dict[str, Any] | None, carried: Carried) -> None:
    guessed = {match[1]: match[0] for match in GUESS.finditer(text_of(cell))
               if not match[2].startswith("None")}
    text = text_of(twin) if twin else ""
    found = False
    for match in GUESS.finditer(text) if twin and "predict(" in text else ():
        if match[2].startswith("None") and match[1] in guessed:
            text, found = text.replace(match[0], guessed[match[1]]), True
            carried.guesses.append(match[1])
    if twin and found:
        twin["source"] = text
    else:
        first = next((line for line in text_of(cell).splitlines() if line.strip()), "")
        carried.lost.append(f"your change of the lesson's own cell {first[:50]!r}")


def _fill(answer: dict[str, Any], cell: dict[str, Any], carried: Carried) -> None:
    name = grade_id(answer)
    asked = re.findall(r"^(?:def|class) (\w+)", text_of(answer), re.MULTILINE)
    text = _moved_imports(text_of(cell)) if cell["cell_type"] == "code" else text_of(cell)
    missing = [each for each in asked if not re.search(rf"\b{each}\b", text)]
    if missing and answer["cell_type"] == "code":
        carried.lost.append(f"{name}: the lesson now asks for {', '.join(missing)}; your answer "
                            "is in its place, but has other names")
    answer["source"] = text
    if "attachments" in cell:
        answer["attachments"] = cell["attachments"]
    if name not in carried.answers:
        carried.answers.append(name)


def _moved_imports(code: str) -> str:
    """Let imports of a module that lies in a room of the library now find it there."""
    def direct(match: re.Match[str]) -> str:
        return f"course_lib.{_room(match[1])}{match[1]}"

    def several(match: re.Match[str]) -> str:
        parts = [part.strip() for part in match[2].split(",")]
        rooms = [_room(part.split()[0]).rstrip(".") if part else "" for part in parts]
        if not any(rooms):
            return match[0]
        lines = (f"{match[1]}from course_lib{'.' * bool(room)}{room} import {part}"
                 for part, room in zip(parts, rooms, strict=True))
        return "\n".join(lines)

    code = re.sub(r"\bcourse_lib\.([a-z_]+)", direct, code)
    return re.sub(r"^([ \t]*)from course_lib import ([\w, ]+)$", several, code, flags=re.MULTILINE)


def _room(module: str) -> str:
    """The room that a module is in now, with a dot; nothing if it is where it was, or nowhere."""
    if (LIBRARY / module).exists() or (LIBRARY / f"{module}.py").exists():
        return ""
    found = [*LIBRARY.glob(f"*/{module}.py"), *LIBRARY.glob(f"*/{module}/__init__.py")]
    rooms = {path.relative_to(LIBRARY).parts[0] for path in found}
    return f"{rooms.pop()}." if len(rooms) == 1 else ""


# --- files ----------------------------------------------------------------------------------------


def finish(work: Path) -> None:
    """Put into place what an interrupted update had ready; forget what it had not."""
    for ready in work.glob(".[0-9][0-9]_*.updated"):
        place = work / ready.name[1:].removesuffix(".updated")
        if place.exists():
            shutil.rmtree(ready)  # the old one is still there: it is updated from the start
        else:
            ready.rename(place)


def update(lesson: Path, work: Path, now: datetime | None = None) -> Carried | None:
    """Bring a learner's lesson up to date.

    Parameters
    ----------
    lesson : Path
        The folder as it is handed out.
    work : Path
        Where the learner writes.
    now : datetime, optional
        The backup is named after it.

    Returns
    -------
    Carried or None
        None if there was nothing to do.

    Raises
    ------
    Told
        If the learner's notebook can't be read, or a file is held by another program.
    """
    finish(work)
    if not is_older(lesson, work):
        return None
    carried, found = Carried(), folders(lesson, work)
    new = _notebook(lesson / f"{lesson.name}.ipynb")
    for folder in found:
        cells = _cells(folder)
        if cells is None and (folder / f"{folder.name}.ipynb").exists():
            raise Told(f"{folder / folder.name}.ipynb is no readable notebook; "
                       f"`course reset {lesson.name[3:]}` moves it aside and starts again.")
        carry(cells or [], new, folder.name, carried)
    try:
        part = work / f".{lesson.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(lesson, part, ignore=IGNORED)
        for file in _other_files(found, lesson):
            copy_file = shutil.copytree if file.is_dir() else shutil.copy2
            copy_file(file, part / file.name)
        text = json.dumps(new, indent=1, ensure_ascii=False) + "\n"
        (part / f"{lesson.name}.ipynb").write_text(text, encoding="utf-8")
        ready = work / f".{lesson.name}.updated"
        part.rename(ready)
        # Today's folder first: until it is away, what is ready can be made again from all of them.
        for folder in reversed(found):
            if folder.name != lesson.name:
                finish(work)
            backup = new_backup(work, lesson.name, now)
            backup.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(backup)
            carried.backups.append(backup)
        finish(work)
    except PermissionError as error:
        raise Told(f"{error.filename} is in use: close JupyterLab, then run this again.") from None
    return carried


def _other_files(found: Sequence[Path], lesson: Path) -> Iterable[Path]:
    """A learner's own files beside the lesson, the newest of each name."""
    handed_out = {path.name for path in lesson.iterdir()} | {".ipynb_checkpoints"}
    files = {path.name: path for folder in found for path in folder.iterdir()
             if path.name != f"{folder.name}.ipynb"}
    return [path for name, path in files.items() if name not in handed_out]
