"""What of its surroundings a program of the course takes over: nothing that changes what it does.

Variables for Python can switch assertions off, and with them tests; those for Jupyter bring other
kernels; a home folder may be read-only.  Standard library only.
"""

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

__all__ = ["begin", "clean", "own_folder", "refusal", "without_home"]

ROOT = Path(__file__).resolve().parents[2]
#: Of Python's own variables those that change how text is written and what is cached, no more.
KEPT = {"PYTHONIOENCODING", "PYTHONUTF8", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE",
        "PYTHONPYCACHEPREFIX", "PYTHONFAULTHANDLER", "PYTHONWARNDEFAULTENCODING",
        "PYTHONNOUSERSITE"}
#: Folders beside the environment's own in which Jupyter would find kernels and settings.
JUPYTER = {"JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTER_NO_CONFIG"}
#: What can't be written, and what its user can do about it.
REFUSALS = {
    errno.EROFS: "is read-only", errno.EACCES: "may not be written by you",
    errno.EPERM: "may not be written by you", errno.ENOSPC: "has no space left",
    errno.EDQUOT: "is beyond your quota"}


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables without those that lead Python or Jupyter elsewhere.

    The course's own folder stays on the path: that is how it runs where it isn't installed.
    """
    kept = {name: value for name, value in environment.items()
            if (not name.startswith("PYTHON") or name in KEPT) and name not in JUPYTER}
    if environment.get("PYTHONPATH"):
        kept["PYTHONPATH"] = str(ROOT)
    return kept


def begin() -> None:
    """Start this program again if its surroundings change what Python does; write any letter.

    A letter that the terminal or file can't hold is written as its number instead of ending all.
    """
    wanted = clean(os.environ)
    if wanted != dict(os.environ):
        if any(name.startswith("PYTHON") and wanted.get(name) != value
               for name, value in os.environ.items()):
            command = [sys.executable, *sys.orig_argv[1:]]
            if os.name == "posix":
                os.execve(command[0], command, wanted)
            sys.exit(subprocess.call(command, env=wanted))
        for name in os.environ.keys() - wanted.keys():
            del os.environ[name]
    for stream in (sys.stdout, sys.stderr):
        _write_any_letter(stream)


def _write_any_letter(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def own_folder(variable: str, default: Path) -> Path:
    """Return the folder that a variable names, `~` being its user's home; `default` if none."""
    return Path(os.environ.get(variable) or default).expanduser().resolve()


def without_home(work: Path) -> dict[str, str]:
    """Return variables that keep Jupyter's own files in `work`, if home can't be written."""
    try:
        home = Path.home()
        for place in (home / ".local/share/jupyter/runtime", home / ".jupyter", home / ".ipython"):
            place.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place) as file:
                file.write(b"x")
        return {}
    except (OSError, RuntimeError):
        own = work / ".jupyter"
        return {"JUPYTER_CONFIG_DIR": str(own / "config"), "JUPYTER_DATA_DIR": str(own / "data"),
                "JUPYTER_RUNTIME_DIR": str(own / "runtime"), "IPYTHONDIR": str(own / "ipython"),
                "MPLCONFIGDIR": str(own / "matplotlib")}


def refusal(error: OSError) -> str | None:
    """Return in a sentence why something couldn't be written; None where it was another error."""
    why = REFUSALS.get(error.errno or 0)
    if why is None:
        return None
    where = error.filename2 or error.filename or "A folder that the course writes to"
    return (f"{os.fsdecode(where) if isinstance(where, bytes) else where} {why}. COURSE_WORK names "
            "another folder for what the course writes; nothing that was there is lost.")
