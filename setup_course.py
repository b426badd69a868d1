#!/usr/bin/env python3
"""Set the course up in .venv and run one of its verbs:  python3 setup_course.py lab

    lab        open JupyterLab on the first lesson
    test       run all tests
    doctor     is this computer ready, and if not, what to do (installs nothing)
    check      are all data and lessons as shipped?
    mark 01    mark your notebook of lesson 01
    reset 01   start lesson 01 again; your version is kept
    update     put your answers into the lessons of a newer release
    build ...  and the other verbs of instructors

On Windows: py setup_course.py lab.  The first time needs the network and a few minutes; from then
on everything works without it.  Only the standard library is used, and no syntax that Python 2.7
could not read: whatever Python starts this file finds a newer one or says what is missing.  What
follows `main`'s first check of the version runs under 3.11 to 3.14 only.
"""

from __future__ import print_function

import hashlib
import json
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "course-setup.json")
# There while nothing is half done: whatever was stopped in the middle is made anew.
WHOLE = os.path.join(VENV, "course-whole")
WINDOWS = os.name == "nt"
MINORS = (14, 13, 12, 11)
VERSIONS = [(3, minor) for minor in MINORS]
# Each layer contains the one before it.
LAYERS = ("lessons", "staff", "test", "bench")
LAYER_OF = {"lab": "lessons", "check": "lessons", "reset": "lessons", "mark": "lessons",
            "update": "lessons", "test": "test", "bench": "bench"}

PROBE = (
    "import json, struct, sys\n"
    "try:\n"
    "    import ensurepip, venv\n"
    "    pip = True\n"
    "except ImportError:\n"
    "    pip = False\n"
    "print(json.dumps([list(sys.version_info[:2]), struct.calcsize('P') * 8, pip]))\n"
)
# What pip's own configuration may say: where packages come from, not where they go.
SOURCES = ("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "proxy",
           "cert", "client-cert", "timeout", "retries", "cache-dir", "no-cache-dir", "constraint",
           "keyring-provider", "prefer-binary")
# What Python's may: how text is written and what is cached, not what runs.
HARMLESS = ("PYTHONIOENCODING", "PYTHONUTF8", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE",
            "PYTHONPYCACHEPREFIX", "PYTHONWARNDEFAULTENCODING")
IS_INSTALLED = ("import importlib.metadata; "
                "importlib.metadata.version('limits-of-super-resolution')")
HAS_TORCH = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"


class Told(Exception):
    """Something that the person at the keyboard can put right; the message says how."""


def answer(command, environment=None):
    """Return what a program prints, or None if it can't be run or fails."""
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment or inside())
    except OSError:
        return None
    out, _ = process.communicate()
    return out.decode("utf-8", "replace") if process.returncode == 0 else None


def probe(command):
    """Return ((3, minor), bits, has venv and pip) of the Python that `command` starts, or None."""
    out = answer(command + ["-c", PROBE])
    try:
        version, bits, pip = json.loads(out)
    except (TypeError, ValueError):
        return None
    return tuple(version), bits, pip


def candidates():
    """Yield commands that may start a suitable Python: this one first, then the newest."""
    if not sys.executable.startswith(VENV):
        yield [sys.executable]
    for minor in MINORS:
        yield ["py", "-3.%d" % minor] if WINDOWS else ["python3.%d" % minor]
    yield ["python3"]
    yield ["python"]


def find_python():
    """Return the command of a 64-bit Python 3.11 to 3.14 that can make environments."""
    seen = []
    for command in candidates():
        found = probe(command)
        if found is None:
            continue
        version, bits, pip = found
        if version in VERSIONS and bits == 64 and pip:
            return command
        seen.append((version, bits, pip))
    raise Told(what_is_missing(seen))


def what_is_missing(seen):
    """Say why none of the Pythons seen will do, and what to install."""
    right = [each for each in seen if each[0] in VERSIONS]
    if any(bits == 64 for _, bits, _ in right):
        minor = max(version for version, bits, _ in right if bits == 64)[1]
        return (
            "Python 3.%d is here, but it cannot make virtual environments.\n"
            "On Debian and Ubuntu:  sudo apt install python3.%d-venv\n"
            "Then run the same command again." % (minor, minor))
    if right:
        return ("Python is here as a 32-bit program, and the course needs the 64-bit one.\n"
                "Install a 64-bit Python 3.11 to 3.14, then run the same command again.")
    versions = sorted(set("%d.%d" % version for version, _, _ in seen))
    return (
        "The course needs Python 3.11, 3.12, 3.13 or 3.14 (64-bit); found only: %s.\n"
        "  macOS, Windows:   install it from python.org\n"
        "  Debian, Ubuntu:   sudo apt install python3 python3-venv\n"
        "  conda:            conda env create -f environment.yml\n"
        "Then run the same command again." % (", ".join(versions) or "none"))


def venv_python():
    """Return the path of the environment's Python on this system."""
    return os.path.join(VENV, "Scripts/python.exe" if WINDOWS else "bin/python")


def wanted(layer):
    """Return what the stamp of an environment that is up to date says."""
    import tomllib  # new in 3.11

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        tables = tomllib.load(file)
    needs = json.dumps([tables["build-system"], tables["project"]], sort_keys=True)
    with open(os.path.join(ROOT, "requirements.lock"), "rb") as file:
        digest = hashlib.sha256(file.read() + needs.encode("utf-8"))
    return {"root": ROOT, "pins": digest.hexdigest(), "layer": layer}


def stamp():
    """Return what was installed last, or {} if that is unknown or did not finish."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def inside(**more):
    """Return the environment variables without those that would lead Python or pip out of .venv."""
    kept = {}
    for name, value in os.environ.items():
        if name.startswith("PYTHON") and name not in HARMLESS:
            continue
        if not name.startswith("PIP_") and name != "__PYVENV_LAUNCHER__":
            kept[name] = value
    kept.update(more)
    return kept


def pips(listed):
    """Return the environment for pip, given what `pip config list` says.

    Nothing of pip's own configuration counts but where packages come from: a target, a prefix or a
    root elsewhere would leave .venv empty.
    """
    import ast

    found = {}
    for section in ("global", "install", ":env:"):  # the later ones go before the earlier
        for line in (listed or "").splitlines():
            name, _, value = line.partition("=")
            place, _, name = name.rpartition(".")
            if place == section and name in SOURCES:
                found["PIP_" + name.upper().replace("-", "_")] = str(ast.literal_eval(value))
    return inside(PIP_CONFIG_FILE=os.devnull, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1",
                  **found)


def has_pip():
    """Whether the environment has a pip that runs."""
    return answer([venv_python(), "-m", "pip", "--version"]) is not None


def hint_about_size():
    """Before PyTorch comes with gigabytes that only NVIDIA cards can use, say how to avoid that."""
    if (sys.platform.startswith("linux") and not shutil.which("nvidia-smi")
            and not os.environ.get("PIP_EXTRA_INDEX_URL")
            and answer([venv_python(), "-c", HAS_TORCH]) is None):
        print("No NVIDIA card found. To download some 200 MB instead of several GB, stop here\n"
              "(Control-C), set PIP_EXTRA_INDEX_URL to the CPU index that PyTorch's install page\n"
              "shows, and run the same command again.", flush=True)


def install(layer):
    """Make .venv hold `layer`, unless it already does; keep a larger layer that is there."""
    last = stamp()
    layer = max(layer, last.get("layer", layer), key=LAYERS.index)
    found = probe([venv_python()])
    # Programs in an environment know its place: after the folder has moved it is made anew.
    usable = (found is not None and found[0] in VERSIONS and last.get("root", ROOT) == ROOT)
    if usable and last == wanted(layer):
        return
    if not (usable and (last or os.path.exists(WHOLE)) and has_pip()):
        print("Making an environment in %s" % VENV, flush=True)
        make = find_python() + ["-m", "venv", "--clear", VENV]
        if subprocess.call(make, env=inside()) != 0:
            raise Told("The environment could not be made; the lines above say why.")
    write(WHOLE, "")
    hint_about_size()
    print("Installing what %s need: the first time some 5 minutes, on a slow line or disk 15.\n"
          "Most of it is PyTorch and JupyterLab; each minute a line says how far it is." % {
              "lessons": "the lessons", "staff": "instructors",
              "test": "the lessons and their tests", "bench": "the benchmarks",
          }[layer], flush=True)
    target = "." if layer == "lessons" else ".[%s]" % layer
    environment = pips(answer([venv_python(), "-m", "pip", "config", "list"], dict(os.environ)))
    pip = [venv_python(), "-m", "pip", "install", "-c", "requirements.lock", "-e", target]
    for path in (STAMP, WHOLE):  # true again when pip has come to its end
        if os.path.exists(path):
            os.remove(path)
    status = patiently(pip, cwd=ROOT, env=environment)
    if status >= 0:  # else a signal has ended it, wherever it was
        write(WHOLE, "")
    if status != 0:
        raise Told("Installing did not finish; the lines above say why. It needs the network this\n"
                   "one time. Run the same command again to go on.")
    if not is_installed():
        raise Told("pip says that it is done, but nothing is in %s.\n"
                   "`pip config list` and the variables PIP_... may send packages elsewhere."
                   % VENV)
    write(STAMP, json.dumps(wanted(layer)))
    print("Set up. From now on this takes a second.", flush=True)


def patiently(command, every=60, **options):
    """Run a program as subprocess.call does, and say each minute that it is still at work."""
    with subprocess.Popen(command, **options) as process:
        passed = 0
        while True:
            try:
                return process.wait(timeout=every)
            except subprocess.TimeoutExpired:
                passed += every
                print("  ... still installing after %d min; .venv holds %d MB"
                      % (passed // 60, megabytes(VENV)), flush=True)
            except BaseException:  # Control-C reaches pip, too: it has a moment to end
                process.kill()
                raise


def megabytes(folder):
    """Return how much lies in a folder, in MB."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:  # gone in the meantime
                pass
    return total // 10**6


def is_installed():
    """Whether the environment holds the course, as Python in it sees things."""
    return answer([venv_python(), "-I", "-c", IS_INSTALLED]) is not None


def write(path, text):
    """Write a file in one step: it holds all of the text, or is not there."""
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".part", path)


def layer_of(arguments):
    """Return the layer that a verb needs; to check the code takes what tests it."""
    if arguments[0] == "check" and "--code" in arguments:
        return "test"
    return LAYER_OF.get(arguments[0], "staff")


def course(arguments):
    """Run `course` with these arguments in .venv; the doctor can do without."""
    python, environment = venv_python(), inside()
    if not os.path.exists(python):
        python, environment = sys.executable, inside(PYTHONPATH=ROOT)
    command = [python, "-m", "course_lib.desk.commands"] + arguments
    if WINDOWS:
        return subprocess.call(command, env=environment)
    sys.stdout.flush()
    os.execve(python, command, environment)


def main(arguments):
    """Set up, then run the verb; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a folder's name may hold what the terminal can't show
            stream.reconfigure(errors="backslashreplace")
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    if sys.version_info[:2] not in VERSIONS:
        # Let a suitable Python go on from here.
        return subprocess.call(find_python() + [os.path.abspath(__file__)] + arguments)
    if arguments[0] != "doctor":
        install(layer_of(arguments))
    return course(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Told as told:
        sys.exit("\n%s" % told)
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")
    except EnvironmentError as error:
        sys.exit("\n%s\nThe course's folder must be writable to set it up." % error)
