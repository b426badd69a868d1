"""The house: one set of pins, no addresses of package hosts, texts that say what is there."""

import ast
import base64
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from course_lib.desk import check_code

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
LOCK_TEXT = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCK = [Requirement(line) for line in LOCK_TEXT.splitlines() if line and line[0] != "#"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"},
    "Linux on ARM": {"sys_platform": "linux", "platform_machine": "aarch64", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt"},
    "macOS": {"sys_platform": "darwin", "platform_machine": "arm64", "os_name": "posix"},
    "macOS on Intel": {"sys_platform": "darwin", "platform_machine": "x86_64",
                       "os_name": "posix"},
}
# What facts established by trial resolve together; a change here is a decision, not an accident.
AGREED = {
    "jupyterlab": "4.6.6", "notebook": "7.6.5", "nbgrader": "0.9.6", "nbconvert": "7.17.2",
    "nbclient": "0.11.0", "ipykernel": "7.4.0", "ipywidgets": "8.1.9", "jupytext": "1.19.6",
    "pytest": "9.2.0", "numpy": "2.4.6", "scipy": "1.17.1",
    "matplotlib": "3.11.2", "torch": "2.13.0",
}


def direct():
    """All direct dependencies of all layers."""
    layers = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    found = [Requirement(line) for layer in layers for line in layer]
    return [each for each in found if canonicalize_name(each.name) != PROJECT["name"]]


def pins(name, system, python):
    """Versions that the lock gives for a package on one system and Python."""
    environment = {**SYSTEMS[system], "python_version": python, "implementation_name": "cpython",
                   "python_full_version": f"{python}.9", "extra": "",
                   "platform_python_implementation": "CPython"}
    return [next(iter(each.specifier)).version for each in LOCK
            if canonicalize_name(each.name) == canonicalize_name(name)
            and (each.marker is None or each.marker.evaluate(environment))]


# --- one set of pins ------------------------------------------------------------------------------

def test_every_line_of_the_lock_pins_one_exact_version():
    for each in LOCK:
        (specifier,) = each.specifier
        assert specifier.operator == "==" and "+" not in specifier.version, each
        assert each.url is None and "*" not in specifier.version, each


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_dependency_is_pinned_within_its_range(system, python):
    environment = {**SYSTEMS[system], "python_version": python}
    for each in direct():
        found = pins(each.name, system, python)
        if each.marker is None or each.marker.evaluate(environment):
            assert len(found) == 1, f"{each.name}: {found}"
            assert each.specifier.contains(found[0]), f"{each} is pinned to {found[0]}"
        else:
            assert found == [], f"{each.name} is not for {system}"


def test_pins_are_those_agreed():
    found = {name: pins(name, "Linux", "3.11") for name in AGREED}
    assert found == {name: [version] for name, version in AGREED.items()}


def test_no_package_of_the_cuda_builds_is_pinned():
    assert not [each.name for each in LOCK if re.match("nvidia|cuda|triton", each.name)]


def test_conda_takes_the_same_pins_and_pythons():
    *conda, last = CONDA["dependencies"]
    assert last == {"pip": ["-c requirements.lock", "-e ."]}
    assert conda[1:] == ["pip"] and len(conda) == 2
    # One version: of a range Binder's builder makes nothing and takes a default of its own.
    found = re.fullmatch(r"python =([\d.]+)", conda[0])
    assert found and found[1] in PYTHONS
    assert CONDA["name"] == PROJECT["name"]


def test_the_dev_container_sets_up_as_everybody_does():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    container = json.loads(re.sub(r"^ *//.*$", "", text, flags=re.MULTILINE))
    (python,) = re.findall(r"^python:([\d.]+)-", container["image"])
    assert python in PYTHONS
    assert container["updateContentCommand"] == "python3 setup_course.py check"
    # With its port forwarded, or the server's page can't be opened from outside.
    assert container["forwardPorts"] == [8888]


def test_where_to_work_says_what_was_tried_and_what_was_not():
    text = (ROOT / "docs" / "where.md").read_text(encoding="utf-8")
    for part in text.split("\n## ")[1:]:
        if not part.startswith("Your own computer"):
            assert "*Tried:*" in part and "*Not tried:*" in part, part.partition("\n")[0]


def test_all_places_agree_on_the_pythons():
    import setup_course
    from course_lib.desk import doctor

    supported = SpecifierSet(PROJECT["requires-python"])
    for minor in range(8, 20):
        inside = f"3.{minor}" in PYTHONS
        assert supported.contains(f"3.{minor}.1") is inside
        assert ((3, minor) in setup_course.VERSIONS) is inside
        version = (3, minor, 1, "final", 0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(doctor.sys, "version_info", version)
            assert doctor.python(ROOT).good is inside
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py311"


def third_party(package):
    """Names that the files of a package import from elsewhere, lazily or not."""
    found = set()
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.split(".")[0])
    # Programs that run by themselves import what lies beside them.
    found -= {file.stem for file in (ROOT / package).glob("grading/*.py")}
    return found - set(sys.stdlib_module_names) - {"course_lib", "course_staff"}


@pytest.mark.parametrize("package, layers", [
    ("course_lib", ["fast"]), ("course_staff", ["staff"])])
def test_what_is_imported_is_declared(package, layers):
    lines = PROJECT["dependencies"] + [
        line for layer in layers for line in PROJECT["optional-dependencies"][layer]]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    # A set-up from before this package was needed can't say whose the module is.
    distributions = {"nacl": ["PyNaCl"]} | importlib.metadata.packages_distributions()
    for module in third_party(package):
        names = {canonicalize_name(name) for name in distributions.get(module, [module])}
        assert names & declared, f"{package} imports {module}, which its layer does not declare"


# --- what the files say ---------------------------------------------------------------------------

def tracked():
    """Text files that belong to the project, derived notebooks left out."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    said = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    files = [ROOT / name for name in said.stdout.decode("utf-8").split("\0") if name]
    return [path for path in files if path.is_file()
            and path.suffix not in {".png", ".jpg", ".webp", ".safetensors", ".npz", ".ipynb"}]


def test_no_host_of_packages_and_no_path_of_one_machine_is_named():
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "download." + "pytorch", "files." + "pyt"]
    paths = ["/" + "root/", "/" + "tmp/env", "/" + "work/main", "C:\\" + "Users"]
    for path in tracked():
        text = path.read_text(encoding="utf-8")
        for forbidden in hosts + paths:
            assert forbidden not in text, f"{path.relative_to(ROOT)} names {forbidden}"


def test_texts_are_utf8_with_plain_line_ends():
    for path in tracked():
        content = path.read_bytes()
        content.decode("utf-8")
        assert b"\r" not in content, path
        assert content == b"" or content.endswith(b"\n"), path


def test_work_and_environment_are_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".venv/", "work/"} <= set(ignored)


def test_links_between_the_texts_lead_somewhere():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_readme_gives_the_commands_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE).group(1).split()
    assert {"lab", "test"} <= set(re.findall(r"(?:^|`)make (\w+)", text, re.M)) <= set(targets)
    assert "py setup_course.py lab" in text and "py setup_course.py test" in text


def test_readme_lists_the_lessons_that_are_there():
    from course_staff.authoring import syllabus

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    made = syllabus.table(*syllabus.read())
    assert syllabus.between(text, made) == text, "the README's table: run `course build`"
    linked = set(re.findall(r"^\| \d\d \[.*\]\(lessons/(.*?)\)", text, re.M))
    assert linked == {lesson.name for lesson in (ROOT / "lessons").glob("[0-9][0-9]_*")}


def test_readme_shows_a_figure_of_the_first_lesson():
    notebook = json.loads((ROOT / "solutions/00_enhance/00_enhance.ipynb").read_text("utf-8"))
    figures = [output["data"]["image/png"] for cell in notebook["cells"]
               for output in cell.get("outputs", ()) if "image/png" in output.get("data", {})]
    shown = base64.b64encode((ROOT / "docs/sixteen_pixels.png").read_bytes()).decode("ascii")
    assert shown in [figure.strip() for figure in figures], (
        "docs/sixteen_pixels.png is no longer a figure of `enhance`: save it from there again")


def test_lessons_are_called_by_name():
    """Numbers are places in a list; a lesson that is put in between must not make a text false."""
    folders = ("course_lib/", "course_staff/", "docs/", "decks/", "solutions/", "tests/")
    numbered = re.compile(r"\b[Ll]essons?[ \n#]+\d")
    shows_it = ("references.py", "test_references.py")  # what becomes of a name
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if (name.startswith(folders) and path.suffix in {".py", ".md", ".toml", ".j2"}
                and path.name not in shows_it):
            text = path.read_text(encoding="utf-8")
            found += [f"{name}: {match[0]!r}" for match in numbered.finditer(text)]
    assert not found, "\n".join(found)


def test_licence_and_citation():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    for said in ("Redistribution and use in source and binary forms", "THIS SOFTWARE IS PROVIDED",
                 "https://creativecommons.org/licenses/by/4.0/", "data/SOURCES.md"):
        assert said in licence
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    from course_lib import __version__

    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software"
    assert citation["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_ci_calls_the_command_of_the_readme():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash" and "set -euo pipefail" in lines
    assert re.match(r"exec make .*\btest\b", lines[-1])


def test_workflow_of_other_systems_is_readable():
    text = (ROOT / "MAINTAINING.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    jobs = yaml.safe_load(block)["jobs"]
    (job,) = jobs.values()
    assert set(job["strategy"]["matrix"]["os"]) >= {"windows-latest", "macos-latest"}
    assert [str(each) for each in job["strategy"]["matrix"]["python"]] == list(PYTHONS)
    assert "not yet run" in text


# What a commit must pass; `make check` begins with the same.
HOOKS = [hook for repo in yaml.safe_load(
    (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    for hook in repo["hooks"]]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_tree_is_clean(hook):
    """Style, types, layers and sources; where it fails, its command says more by itself."""
    program, *arguments = hook["entry"].split()
    command = shutil.which(program)
    assert command, f"{program} is not installed"
    told = subprocess.run([command, *arguments], cwd=ROOT, capture_output=True, encoding="utf-8",
                          env=os.environ | {"PYTHONIOENCODING": "utf-8"}, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_hooks_fetch_nothing_and_are_what_make_check_runs():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert [repo["repo"] for repo in yaml.safe_load(text)["repos"]] == ["local"]
    assert {hook["language"] for hook in HOOKS} == {"system"} and "//" not in text
    *listed, (_, laws) = check_code.steps(ROOT)
    assert listed == [(hook["name"], hook["entry"].split()) for hook in HOOKS]
    assert {"ruff", "mypy", "lint-imports", "course"} == {command[0] for _, command in listed}
    assert laws[0] == "pytest" and laws[-len(check_code.LAWS):] == check_code.LAWS
    assert all((ROOT / law).exists() for law in check_code.LAWS)
    for file, _, test in (each.partition("::") for each in check_code.LONG):
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


def unannotated(path):
    """Public functions and methods of a file with a parameter or a result that has no type."""
    def visit(body, prefix):
        for node in body:
            public = not getattr(node, "name", "_").startswith("_")
            if isinstance(node, ast.ClassDef) and public:
                yield from visit(node.body, f"{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
                    public or prefix and node.name.endswith("__")):
                given = node.args
                named = [*given.posonlyargs, *given.args, *given.kwonlyargs,
                         *filter(None, (given.vararg, given.kwarg))]
                bound = prefix != "" and "staticmethod" not in map(
                    ast.unparse, node.decorator_list)
                if node.returns is None or any(each.annotation is None for each in named[bound:]):
                    yield f"{prefix}{node.name}"
            elif isinstance(node, ast.If | ast.Try):
                yield from visit([*node.body, *node.orelse], prefix)

    return list(visit(ast.parse(path.read_text(encoding="utf-8")).body, ""))


@pytest.mark.parametrize("package", ["course_lib", "course_staff"])
def test_public_functions_say_what_goes_in_and_comes_out(package):
    bare = {path.relative_to(ROOT).as_posix(): found for path in (ROOT / package).rglob("*.py")
            if (found := unannotated(path))}
    assert not bare, f"without types: {bare}"
    assert (ROOT / package / "py.typed").exists()


def test_a_function_without_a_type_is_found(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        "def f(x: int, *rest, k: int = 0) -> int: ...\n"
        "def g(x: int) -> None: ...\n"
        "def _h(x): ...\n"
        "async def i(): ...\n"
        "class A:\n"
        "    def __init__(self, x): ...\n"
        "    def __repr__(self) -> str: ...\n"
        "    def _private(self): ...\n"
        "    @staticmethod\n"
        "    def s(x) -> int: ...\n"
        "class _B:\n"
        "    def f(self, x): ...\n"
        "if True:\n"
        "    def j(x) -> int: ...\n", encoding="utf-8")
    assert unannotated(path) == ["f", "i", "A.__init__", "A.s", "j"]


def test_no_module_is_excused_from_its_types():
    mypy = PYPROJECT["tool"]["mypy"]
    assert mypy["files"] == ["course_lib", "course_staff"]
    assert mypy["check_untyped_defs"] and mypy["disallow_incomplete_defs"]
    for each in mypy["overrides"]:
        ours = any(name.startswith("course_") for name in each["module"])
        stricter = {"module": each["module"], "disallow_untyped_defs": True}
        assert each == stricter if ours else each.keys() == {"module", "ignore_missing_imports"}


@pytest.mark.parametrize("package", ["course_lib", "course_staff"])
def test_every_room_says_in_a_sentence_what_lives_there(package):
    for init in (ROOT / package).glob("*/__init__.py"):
        tree = ast.parse(init.read_text(encoding="utf-8"))
        assert len((ast.get_docstring(tree) or "").split()) >= 5, init
        assert len(tree.body) == 1, f"{init} hands something on"


def test_tests_lie_in_folders_that_mirror_the_rooms():
    rooms = {path.parent.name for package in ("course_lib", "course_staff")
             for path in (ROOT / package).glob("*/__init__.py")}
    assert {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")} == rooms


def test_packages_include_what_runs_beside_the_code():
    listed = PYPROJECT["tool"]["setuptools"]["package-data"]["course_lib"]
    for file in (ROOT / "course_lib").rglob("*.json"):
        assert any(file.match(pattern) for pattern in listed), file
        json.loads(file.read_text(encoding="utf-8"))
