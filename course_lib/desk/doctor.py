"""Is this computer ready for the course?  Each check says what it found and what to do about it.

Standard library only: it must run where nothing else does.
"""

import ctypes
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import NamedTuple

__all__ = ["checks", "find_chromium", "report", "sandbox_refusal"]

APPARMOR = """\
Ubuntu 24.04 and later keep ordinary users from making sandboxes. Save these lines as
/etc/apparmor.d/bwrap and run `sudo apparmor_parser -r /etc/apparmor.d/bwrap`:

  abi <abi/4.0>,
  include <tunables/global>

  profile bwrap /usr/bin/bwrap flags=(unconfined) {
    userns,
    include if exists <local/bwrap>
  }
"""


class Check(NamedTuple):
    """What was looked at, what was found, whether it is good, and what to do if not."""

    name: str
    found: str
    good: bool
    remedy: str
    needed: bool = True


def python(root: Path) -> Check:
    bits = 64 if sys.maxsize > 2**32 else 32
    good = (3, 11) <= sys.version_info[:2] <= (3, 14) and bits == 64
    return Check("Python", f"{platform.python_version()}, {bits}-bit, {platform.machine()}", good,
                 "Install a 64-bit Python 3.11, 3.12, 3.13 or 3.14 and run setup_course.py again.")


def disk(root: Path) -> Check:
    free = shutil.disk_usage(root).free / 1e9
    return Check("disk", f"{free:.1f} GB free", free >= 3,
                 "Free some space: the course and what it needs take about 2 GB.")


def memory(root: Path) -> Check:
    """Total memory: sysconf where POSIX, GetPhysicallyInstalledSystemMemory on Windows."""
    if sys.platform == "win32":
        kilobytes = ctypes.c_ulonglong()
        ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        size = kilobytes.value * 1024
    else:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Check("memory", f"{size / 1e9:.1f} GB", size >= 3.5e9,
                 "Lessons may run short: close other programs while you work.", needed=False)


def packages(root: Path) -> Check:
    """Compare what is installed with the lock."""
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    wrong, right, damaged = [], 0, []
    for name, pinned in re.findall(r"^([\w.-]+)==([^\s;]+)", lock, flags=re.MULTILINE):
        try:
            distribution = importlib.metadata.distribution(name)
            version = distribution.version.split("+")[0]
        except importlib.metadata.PackageNotFoundError:
            continue
        right += version == pinned
        # A name may be pinned more than once, for different Pythons.
        if not re.search(rf"^{re.escape(name)}=={re.escape(version)}(\s|$)", lock, re.MULTILINE):
            wrong.append(f"{name} {version} instead of {pinned}")
        if (hurt := missing_file(distribution)) is not None:
            damaged.append(f"{name} is damaged ({hurt})")
    found = f"{right} as pinned" + "".join(f"; {each}" for each in wrong + damaged)
    inside = f"{'in a' if sys.prefix != sys.base_prefix else 'in no'} virtual environment"
    again = "Delete the folder .venv. " if damaged else ""
    return Check("packages", f"{found}; {inside}", right > 0 and not wrong + damaged,
                 f"{again}`python3 setup_course.py lab` (Windows: `py setup_course.py lab`) "
                 "installs them.")


def missing_file(distribution: importlib.metadata.Distribution) -> str | None:
    """Return what a package's own list of files has, and the disk has not or in another size."""
    for file in distribution.files or ():
        # Programs and settings may be rewritten for their place, compiled files come and go.
        if file.size is None or ".." in file.parts or file.parts[0].endswith(".dist-info"):
            continue
        try:
            size = os.stat(str(file.locate())).st_size
        except OSError:
            return f"{file} is missing"
        if size != file.size:
            return f"{file} has {size} bytes instead of {file.size}"
    return None


def shipped(root: Path) -> Check:
    """Do what `course check` does: are data and lessons as they were handed out?"""
    from course_lib.desk.commands import what_is_not_as_shipped

    said = what_is_not_as_shipped()
    found = "; ".join(said[:3]) + ("; …" if len(said) > 3 else "") or "as shipped"
    return Check("data and lessons", found, not said,
                 "Fetch the course anew, or `git checkout` the files named; work/ is not touched.")


def torch(root: Path) -> Check:
    try:
        found = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return Check("PyTorch", "not installed", False,
                     "The lessons of Act I run without it. `python3 setup_course.py lab` installs "
                     "it where it exists (not on Intel Macs).", needed=False)
    return Check("PyTorch", found, True, "")


def browser(root: Path) -> Check:
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return Check("browser", "none that Python can open", False,
                     "`course lab --no-browser` prints an address to open by hand.", needed=False)
    return Check("browser", getattr(found, "name", type(found).__name__), True, "")


def find_chromium() -> str | None:
    """Return the path of a Chromium-based browser that tests can drive, or None."""
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge"]
    places = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ]
    found = filter(None, map(shutil.which, names))
    return next(found, None) or next(filter(os.path.exists, places), None)


def chromium(root: Path) -> Check:
    found = find_chromium()
    return Check("browser for tests", found or "no Chromium, Chrome or Edge", found is not None,
                 "Only tests and slides need it. Debian, Ubuntu: `sudo apt install chromium`.",
                 needed=False)


def sandbox_refusal() -> str | None:
    """Try bubblewrap for real; return None if it works, else what it said."""
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed"
    tried = subprocess.run(
        [program, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/",
         "--proc", "/proc", "--dev", "/dev", "true"],
        capture_output=True, encoding="utf-8", errors="replace", timeout=20, check=False)
    return None if tried.returncode == 0 else tried.stderr.strip() or "bubblewrap failed"


def sandbox(root: Path) -> Check:
    refusal = sandbox_refusal()
    remedy = "Only grading others' notebooks needs it. "
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if not sys.platform.startswith("linux"):
        remedy += "It exists on Linux only."
    elif shutil.which("bwrap") is None:
        remedy += "Debian, Ubuntu: `sudo apt install bubblewrap`."
    elif restricted.exists() and restricted.read_text(encoding="ascii").strip() == "1":
        remedy += APPARMOR
    else:
        remedy += "In a container, allow user namespaces, or grade outside the container."
    return Check("sandbox", refusal or "bubblewrap works", refusal is None, remedy, needed=False)


def make(root: Path) -> Check:
    found = shutil.which("make")
    return Check("make", found or "not installed", found is not None,
                 "Not needed: `python3 setup_course.py VERB` does what `make VERB` does.",
                 needed=False)


#: All checks, in the order in which they are told.
checks = (python, disk, memory, packages, shipped, torch, browser, chromium, sandbox, make)


def report(root: Path) -> int:
    """Print one line per check, a remedy below each that failed; 1 if a needed one did, else 0."""
    results = [check(root) for check in checks]
    for result in results:
        mark = "ok     " if result.good else "PROBLEM" if result.needed else "missing"
        print(f"{mark}  {result.name}: {result.found}")
        if not result.good:
            print("         " + result.remedy.rstrip().replace("\n", "\n         "))
    bad = sum(not result.good and result.needed for result in results)
    print("This computer is not ready yet." if bad else "This computer is ready for the course.")
    return 1 if bad else 0
