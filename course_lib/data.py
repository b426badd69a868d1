"""Where the course's data lie, and whether they are what they were.

Everything the course measures on ships with it, under ``data/``; nothing is downloaded.  The
SHA-256 of every data file stands in ``data/checksums.json``, so that a damaged copy is noticed
before it becomes a strange result; texts (``*.md``) are not listed.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

__all__ = ["checksum", "data_path", "problems", "read_rows", "verified_path", "write_rows"]


def data_path(*parts: str) -> Path:
    """Return the path of a data file or folder.

    Parameters
    ----------
    *parts : str
        Path below ``data/``, for example ``"images", "brick.png"``.

    Returns
    -------
    pathlib.Path
        Below the folder that the environment variable ``COURSE_DATA`` names, or else below
        ``data/`` beside the package.  The file need not exist.

    Raises
    ------
    FileNotFoundError
        If no variable names a folder and none lies beside the package: a wheel holds code only.
    """
    if named := os.environ.get("COURSE_DATA"):
        return Path(named, *parts).expanduser()
    root = Path(__file__).resolve().parent.parent / "data"
    if not root.is_dir():
        raise FileNotFoundError(
            "course_lib was installed without its data: fetch the course and let the environment "
            "variable COURSE_DATA name its folder data/")
    return Path(root, *parts)


def checksum(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _listed() -> dict[str, str]:
    file = data_path("checksums.json")
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def verified_path(*parts: str) -> Path:
    """Return the path of a data file after checking its SHA-256.

    Parameters
    ----------
    *parts : str
        As for `data_path`.

    Raises
    ------
    FileNotFoundError
        If the file is not there.
    ValueError
        If it has no checksum, or another one.
    """
    path, name = data_path(*parts), "/".join(parts)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; `course check` lists what else is")
    expected = _listed().get(name)
    if expected != checksum(path):
        raise ValueError(
            f"{name} is not the file that the course shipped: its SHA-256 is {checksum(path)}; "
            f"it must be {expected or 'listed in checksums.json'}")
    return path


def read_rows(path: Path) -> list[dict]:
    """Return the rows of a file of JSON lines, as `write_rows` wrote them.

    Hand it a `verified_path` where the file ships: then a changed one is refused.
    """
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_rows(path: Path, rows: Iterable[dict], append: bool = False) -> None:
    """Write rows as JSON, a line each; with `append` after those that are there."""
    with path.open("a" if append else "w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def problems() -> list[str]:
    """Compare ``data/`` with its checksums; return one sentence per problem."""
    root, listing, listed = data_path(), data_path("checksums.json"), _listed()
    found = {
        path.relative_to(root).as_posix(): path
        for path in sorted(root.rglob("*"))
        if path.is_file() and path != listing and path.suffix != ".md" and path.name[0] != "."
    }
    said = [f"data/{name} is missing" for name in sorted(listed.keys() - found.keys())]
    said += [f"data/{name} has no checksum" for name in sorted(found.keys() - listed.keys())]
    said += [
        f"data/{name} has changed (its SHA-256 differs)"
        for name in sorted(found.keys() & listed.keys())
        if checksum(found[name]) != listed[name]
    ]
    return said if listed else ["data/checksums.json is missing or empty", *said]
