"""setup_course.py: any Python reads it; it finds the right one, installs once, says why not."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import setup_course

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (ROOT / "setup_course.py").read_text(encoding="utf-8")
POSIX = os.name == "posix"


# --- any Python can read it -----------------------------------------------------------------------

def test_syntax_is_that_of_python_2_too():
    """What Python 2.7 or 3.5 would stumble over, before it could say anything."""
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.AsyncFunctionDef,
             ast.Match, ast.YieldFrom, ast.MatMult, ast.TryStar)
    tree = ast.parse(SOURCE)
    assert "from __future__ import print_function" in SOURCE
    for node in ast.walk(tree):
        assert not isinstance(node, newer), f"line {node.lineno}: {type(node).__name__}"
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            assert not (arguments.kwonlyargs or arguments.posonlyargs or node.returns), node.name
            assert not any(each.annotation for each in arguments.args), node.name
        if isinstance(node, ast.Raise):
            assert node.cause is None
        if isinstance(node, ast.Dict):
            assert None not in node.keys  # {**a}
    assert SOURCE.isascii()  # Python 2 would ask for a coding line
    assert not re.search(r"\d_\d", SOURCE)


def test_only_the_standard_library():
    imported = {alias.name for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.Import)
                for alias in node.names}
    assert imported <= set(sys.stdlib_module_names)


def old_pythons():
    found = [shutil.which(f"python{version}") for version in
             ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10")]
    return [path for path in found if path]


def test_old_pythons_say_what_is_missing(tmp_path):
    """Tried on those that this machine happens to have."""
    for python in old_pythons():
        real = subprocess.run([python, "-c", "import sys; print(sys.executable)"],
                              capture_output=True, encoding="utf-8", check=False).stdout.strip()
        if not real:
            continue
        told = subprocess.run([real, ROOT / "setup_course.py", "lab"], env={"PATH": str(tmp_path)},
                              capture_output=True, encoding="utf-8", check=False)
        assert told.returncode == 1
        assert "needs Python 3.11, 3.12, 3.13 or 3.14" in told.stderr
        assert "Traceback" not in told.stderr


# --- it finds the right Python --------------------------------------------------------------------

def found_with(monkeypatch, pythons):
    """Return find_python()'s answer where `pythons` maps first words of commands to probes."""
    monkeypatch.setattr(setup_course, "probe", lambda command: pythons.get(" ".join(command)))
    monkeypatch.setattr(setup_course, "WINDOWS", "py -3.14" in pythons or "py -3.11" in pythons)
    monkeypatch.setattr(sys, "executable", "this")
    return setup_course.find_python()


def test_the_python_that_runs_comes_first(monkeypatch):
    pythons = {"this": ((3, 12), 64, True), "python3.14": ((3, 14), 64, True)}
    assert found_with(monkeypatch, pythons) == ["this"]


def test_else_the_newest_supported_one(monkeypatch):
    pythons = {"this": ((3, 9), 64, True), "python3.11": ((3, 11), 64, True),
               "python3.13": ((3, 13), 64, True), "python3": ((3, 15), 64, True)}
    assert found_with(monkeypatch, pythons) == ["python3.13"]


def test_the_windows_launcher_is_asked(monkeypatch):
    pythons = {"this": ((3, 15), 64, True), "py -3.11": ((3, 11), 64, True)}
    assert found_with(monkeypatch, pythons) == ["py", "-3.11"]


@pytest.mark.parametrize("pythons, says", [
    ({}, "found only: none"),
    ({"this": ((3, 9), 64, True), "python": ((2, 7), 64, False)}, "found only: 2.7, 3.9"),
    ({"this": ((3, 15), 64, True)}, "needs Python 3.11, 3.12, 3.13 or 3.14"),
    ({"this": ((3, 12), 32, True)}, "32-bit program"),
    ({"this": ((3, 11), 64, False)}, "sudo apt install python3.11-venv"),
])
def test_what_is_missing_is_said(monkeypatch, pythons, says):
    with pytest.raises(setup_course.Told, match=re.escape(says)):
        found_with(monkeypatch, pythons)


def test_one_without_venv_is_passed_over(monkeypatch):
    pythons = {"this": ((3, 12), 64, False), "python3.11": ((3, 11), 64, True)}
    assert found_with(monkeypatch, pythons) == ["python3.11"]


def test_probe_reads_a_real_python_and_survives_what_is_none(tmp_path):
    assert setup_course.probe([sys.executable]) == (sys.version_info[:2], 64, True)
    assert setup_course.probe([str(tmp_path / "python9")]) is None
    assert setup_course.probe([sys.executable, "-c", "print('no json')", "#"]) is None


# --- it installs once -----------------------------------------------------------------------------

BACKEND = '''
"""The least that pip needs for an editable installation; no package has to be fetched."""
import base64, hashlib, pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "limits_of_super_resolution-0-py3-none-any.whl"
    info = "limits_of_super_resolution-0.dist-info"
    files = {
        "course_here.pth": str(pathlib.Path(__file__).parent) + "\\n",
        info + "/METADATA": "Metadata-Version: 2.1\\nName: limits-of-super-resolution\\n"
                            "Version: 0\\nProvides-Extra: staff\\nProvides-Extra: test\\n",
        info + "/WHEEL": "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\n"
                         "Tag: py3-none-any\\n",
    }
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(info + "/RECORD", "".join(path + ",,\\n" for path in files))
    return name
'''
PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "limits-of-super-resolution"
version = "0"
optional-dependencies = {staff = [], test = []}
"""
COMMANDS = '''
import json, pathlib, sys
print(json.dumps([sys.argv[1:], sys.prefix, str(pathlib.Path(__file__).parents[2])]))
sys.exit(7)
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A tiny course in a folder with a space and a letter beyond ASCII."""
    root = tmp_path_factory.mktemp("a course ö")
    shutil.copy(ROOT / "setup_course.py", root)
    (root / "backend.py").write_text(BACKEND, encoding="utf-8")
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "requirements.lock").write_text("numpy==2.4.6\n", encoding="utf-8")
    desk = root / "course_lib" / "desk"
    desk.mkdir(parents=True)
    (desk / "commands.py").write_text(COMMANDS, encoding="utf-8")
    return root


def set_up(root, *arguments, **environment):
    """Run setup_course.py there, without any network."""
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE":
                   os.devnull, "PYTHONIOENCODING": "utf-8", "PIP_EXTRA_INDEX_URL": "",
                   **environment}
    return subprocess.run([sys.executable, root / "setup_course.py", *arguments], cwd=root.parent,
                          env=environment, capture_output=True, encoding="utf-8", check=False)


def test_first_run_installs_and_later_ones_do_not(project):
    first = set_up(project, "check", "a b", PYTHONPATH=str(ROOT))  # must not leak in
    assert first.returncode == 7, first.stdout + first.stderr
    arguments, prefix, imported_from = json.loads(first.stdout.splitlines()[-1])
    assert arguments == ["check", "a b"]
    assert Path(prefix).samefile(project / ".venv")
    assert Path(imported_from).samefile(project)
    assert "Making an environment" in first.stdout and "what the lessons need" in first.stdout

    again = set_up(project, "lab")
    assert again.returncode == 7 and len(again.stdout.splitlines()) == 1, again.stdout

    larger = set_up(project, "test", "-k", "blur")
    assert "the lessons and their tests need" in larger.stdout
    assert "Making an environment" not in larger.stdout
    assert len(set_up(project, "lab").stdout.splitlines()) == 1  # the larger layer holds the lesser


def test_what_takes_long_says_that_it_goes_on(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(setup_course, "VENV", str(tmp_path))
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "large").write_bytes(bytes(3_200_000))
    slow = [sys.executable, "-c", "import time; print('pip', flush=True); time.sleep(2)"]
    assert setup_course.patiently(slow, every=0.5) == 0
    said = capfd.readouterr().out
    assert said.count("... still installing after 0 min; .venv holds 3 MB") >= 1 and "pip" in said
    fails = [sys.executable, "-c", "raise SystemExit(4)"]
    assert setup_course.patiently(fails) == 4 and "still" not in capfd.readouterr().out


@pytest.fixture
def calls(project, tmp_path, monkeypatch):
    """Programs that install() starts; they do nothing and succeed, but venv makes a folder."""
    root, made = tmp_path / "x y", []
    shutil.copytree(project, root, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    monkeypatch.setattr(setup_course, "ROOT", str(root))
    monkeypatch.setattr(setup_course, "VENV", str(root / ".venv"))
    monkeypatch.setattr(setup_course, "STAMP", str(root / ".venv" / "course-setup.json"))
    monkeypatch.setattr(setup_course, "WHOLE", str(root / ".venv" / "course-whole"))
    monkeypatch.setattr(setup_course, "hint_about_size", lambda: None)
    monkeypatch.setattr(setup_course, "probe", lambda command: ((3, 12), 64, True) if (
        command == [sys.executable] or (root / ".venv").exists()) else None)

    monkeypatch.setattr(setup_course, "has_pip", lambda: call.pip)
    monkeypatch.setattr(setup_course, "is_installed", lambda: call.lands)

    def call(command, **options):
        made.append("venv" if "venv" in command else command[-1])
        (root / ".venv").mkdir(exist_ok=True)
        if call.stopped == made[-1]:
            raise KeyboardInterrupt
        return call.status

    call.status, call.stopped, call.pip, call.lands = 0, None, True, True
    monkeypatch.setattr(setup_course.subprocess, "call", call)  # makes the environment
    monkeypatch.setattr(setup_course, "patiently", call)  # runs pip
    made_by = type("Calls", (), {"made": made, "call": call, "root": root})
    return made_by


def test_nothing_is_done_twice_and_no_layer_is_lost(calls):
    setup_course.install("staff")
    assert calls.made == ["venv", ".[staff]"]
    for layer in ("staff", "lessons"):
        setup_course.install(layer)
    assert len(calls.made) == 2
    (calls.root / "requirements.lock").write_text("numpy==2.4.7\n", encoding="utf-8")
    setup_course.install("lessons")
    assert calls.made[2:] == [".[staff]"]
    setup_course.install("test")
    assert calls.made[3:] == [".[test]"]
    pyproject = calls.root / "pyproject.toml"
    pyproject.write_text(PYPROJECT + "[tool.ruff]\nline-length = 90\n", encoding="utf-8")
    setup_course.install("test")
    assert len(calls.made) == 4  # settings of tools are no reason to install
    pyproject.write_text(PYPROJECT + 'dependencies = ["numpy"]\n', encoding="utf-8")
    setup_course.install("test")
    assert calls.made[4:] == [".[test]"]


def test_a_moved_folder_gets_a_new_environment(calls, monkeypatch):
    setup_course.install("lessons")
    monkeypatch.setattr(setup_course, "ROOT", str(calls.root.with_name("moved")))
    shutil.copytree(calls.root, setup_course.ROOT)
    setup_course.install("lessons")
    assert calls.made == ["venv", ".", "venv", "."]


def test_a_failed_installation_is_told_and_tried_again(calls):
    setup_course.install("lessons")
    (calls.root / "requirements.lock").write_text("numpy==2.4.7\n", encoding="utf-8")
    calls.call.status = 1
    for _ in range(2):
        with pytest.raises(setup_course.Told, match="Installing did not finish"):
            setup_course.install("lessons")
    calls.call.status = 0
    setup_course.install("lessons")
    assert calls.made == ["venv", ".", ".", ".", "."]


@pytest.mark.parametrize("when", ["venv", "."])
def test_what_was_stopped_in_the_middle_is_made_anew(calls, when):
    calls.call.stopped = when
    with pytest.raises(KeyboardInterrupt):
        setup_course.install("lessons")
    calls.call.stopped, made = None, len(calls.made)
    setup_course.install("lessons")
    assert calls.made[made:] == ["venv", "."]
    setup_course.install("lessons")
    assert len(calls.made) == made + 2


def test_a_pip_that_was_killed_is_not_taken_up_again(calls):
    venv = calls.call
    setup_course.install("lessons")
    (calls.root / "requirements.lock").write_text("numpy==2.4.7\n", encoding="utf-8")
    venv.status = -9
    with pytest.raises(setup_course.Told, match="did not finish"):
        setup_course.install("lessons")
    venv.status = 0
    setup_course.install("lessons")
    assert calls.made == ["venv", ".", ".", "venv", "."]


def test_an_environment_without_pip_is_made_anew(calls):
    setup_course.install("lessons")
    (calls.root / "requirements.lock").write_text("numpy==2.4.7\n", encoding="utf-8")
    calls.call.pip = False
    setup_course.install("lessons")
    assert calls.made == ["venv", ".", "venv", "."]


def test_what_pip_put_elsewhere_is_not_taken_for_done(calls):
    calls.call.lands = False
    for _ in range(2):
        with pytest.raises(setup_course.Told, match="nothing is in"):
            setup_course.install("lessons")
    calls.call.lands = True
    setup_course.install("lessons")
    assert setup_course.stamp()["layer"] == "lessons"


def test_of_pips_configuration_only_where_packages_come_from_counts(monkeypatch):
    for name in ("PIP_TARGET", "PIP_ROOT", "PIP_NO_DEPS", "PIP_PREFIX", "PIP_DRY_RUN"):
        monkeypatch.setenv(name, "1")
    listed = """global.target='/elsewhere'
global.index-url='https://a.example/simple'
install.index-url='https://b.example/simple'
install.root='/elsewhere'
download.proxy='nobody'
:env:.no-index='1'
:env:.prefix='/elsewhere'
global.extra-index-url='https://c.example\\nhttps://d.example'
"""
    found = {name: value for name, value in setup_course.pips(listed).items()
             if name.startswith("PIP_")}
    assert found == {
        "PIP_CONFIG_FILE": os.devnull, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_INDEX_URL": "https://b.example/simple", "PIP_NO_INDEX": "1",
        "PIP_EXTRA_INDEX_URL": "https://c.example\nhttps://d.example"}
    assert setup_course.pips(None).keys() >= {"PIP_CONFIG_FILE"}


def test_a_real_environment_without_pip_and_a_pip_told_to_go_elsewhere(project, tmp_path):
    root = tmp_path / "x y"
    shutil.copytree(project, root, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / ".venv"], check=True)
    elsewhere = tmp_path / "pip.conf"
    elsewhere.write_text(f"[install]\ntarget = {tmp_path / 'there'}\n", encoding="utf-8")
    said = set_up(root, "lab", PIP_CONFIG_FILE=str(elsewhere), PIP_ROOT=str(tmp_path / "root"),
                  PYTHONINSPECT="1", PYTHONHASHSEED="0")
    assert said.returncode == 7, said.stdout + said.stderr
    assert list((root / ".venv").rglob("limits_of_super_resolution*"))
    assert not (tmp_path / "there").exists() and not (tmp_path / "root").exists()


def test_the_doctor_installs_nothing(project, tmp_path):
    root = tmp_path / "x y"
    shutil.copytree(project, root, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    said = set_up(root, "doctor")
    assert said.returncode == 7
    assert json.loads(said.stdout)[0] == ["doctor"]
    assert not (root / ".venv").exists()


def test_help_needs_nothing(project, tmp_path):
    shutil.copy(ROOT / "setup_course.py", tmp_path)
    for arguments in ((), ("--help",)):
        said = set_up(tmp_path, *arguments)
        assert said.returncode == 0 and "python3 setup_course.py lab" in said.stdout
    assert not (tmp_path / ".venv").exists()


def test_layers_exist_in_pyproject():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert set(setup_course.LAYERS) | {"fast"} == {"lessons", *extras}
    assert "limits-of-super-resolution[fast,test]" in extras["bench"]  # nobody sets it up alone


def test_python_and_pip_are_kept_inside_the_environment(monkeypatch):
    monkeypatch.setenv("PIP_USER", "1")
    for name in ("PIP_TARGET", "PYTHONPATH", "PYTHONHOME"):
        monkeypatch.setenv(name, "elsewhere")
    environment = setup_course.inside()
    assert setup_course.pips("")["PIP_USER"] == "0" and "elsewhere" not in environment.values()
    assert setup_course.inside(PYTHONPATH="here")["PYTHONPATH"] == "here"


@pytest.mark.parametrize("system, card, index, told", [
    ("linux", None, None, True), ("linux", "/usr/bin/nvidia-smi", None, False),
    ("linux", None, "set", False), ("win32", None, None, False), ("darwin", None, None, False)])
def test_size_of_pytorch_is_told_where_it_matters(monkeypatch, capsys, system, card, index, told):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(shutil, "which", lambda name: card)
    monkeypatch.setattr(setup_course, "answer", lambda command: None)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    if index:
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", index)
    setup_course.hint_about_size()
    assert ("PIP_EXTRA_INDEX_URL" in capsys.readouterr().out) is told


# --- make -----------------------------------------------------------------------------------------

def make(*arguments):
    program = shutil.which("make")
    if program is None:
        pytest.skip("make is not installed")
    return subprocess.run([program, "-n", *arguments], cwd=ROOT, capture_output=True,
                          encoding="utf-8", check=True).stdout


@pytest.mark.parametrize("verb", ["lab", "test", "build", "check", "doctor"])
def test_make_calls_setup(verb):
    assert re.search(rf'python3?(\.\d+)?" setup_course.py {verb}\b', make(verb))


def test_make_hands_on_lesson_and_arguments():
    assert "setup_course.py reset 01" in re.sub(" +", " ", make("reset", "LESSON=01"))
    assert "setup_course.py test -k blur" in re.sub(" +", " ", make("test", "ARGS=-k blur"))


def test_make_check_looks_at_the_code_and_needs_what_tests_it():
    assert "setup_course.py check --code" in make("check")
    assert "--code" not in make("lab") + make("test")
    assert setup_course.layer_of(["check", "--code"]) == "test"
    assert setup_course.layer_of(["check"]) == "lessons"
    assert setup_course.layer_of(["test", "--code"]) == "test"
    assert setup_course.layer_of(["build"]) == "staff"
