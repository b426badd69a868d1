"""What a cell of a notebook is to nbgrader; standard library only."""

import hashlib
from collections.abc import Mapping
from typing import Any

__all__ = ["Cell", "about", "grade_id", "is_as_released", "text_of"]

Cell = Mapping[str, Any]  #: as a notebook's file has it


def about(cell: Cell) -> Mapping[str, Any]:
    """Return what nbgrader has written into a cell; empty if that is nothing, or damaged."""
    said = cell.get("metadata", {}).get("nbgrader")
    return said if isinstance(said, dict) else {}


def grade_id(cell: Cell) -> Any:
    """Return the name by which nbgrader knows a cell, or None."""
    return about(cell).get("grade_id")


def text_of(cell: Cell) -> str:
    """Return a cell's source as one text."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def is_as_released(cell: Cell) -> bool:
    """Whether a cell with a grade id says what it said when it was handed out.

    nbgrader leaves a checksum in each: the MD5 of text, type, three flags, name and points.
    """
    said = about(cell)
    parts = [text_of(cell), cell["cell_type"]]
    parts += [str(bool(said.get(flag, False))) for flag in ("grade", "solution", "locked")]
    parts.append(str(said.get("grade_id")))
    if said.get("grade"):
        parts.append(str(float(said.get("points", 0))))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest() == (
        said.get("checksum"))
