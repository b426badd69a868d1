"""The library's public names and sentences, told from its files: nothing of it is imported.

Names are written below `course_lib`: a module's is ``imaging.operators``, a function's or a class's
``imaging.operators.Downsample``, a method's ``inference.posterior.Mixture.posterior``.
"""

import ast
from functools import cache
from pathlib import Path

from course_staff.authoring.source import ROOT

_Documented = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def modules(root: Path = ROOT) -> dict[str, ast.Module]:
    """Return the syntax trees of the library's modules and rooms, by name, sorted.

    Parameters
    ----------
    root : Path
        The course.

    Returns
    -------
    dict of ast.Module
    """
    found: dict[str, ast.Module] = {}
    package = root / "course_lib"
    for path in package.rglob("*.py"):
        place = path.relative_to(package).with_suffix("")
        parts = place.parts[:-1] if place.name == "__init__" else place.parts
        if parts:  # the package itself holds the version only
            found[".".join(parts)] = ast.parse(path.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def sentence(node: _Documented) -> str:
    """Return the first sentence of the docstring of a module, class or function."""
    first = (ast.get_docstring(node) or "").partition("\n\n")[0]
    return " ".join(first.split())


@cache
def public(module: str, root: Path = ROOT) -> dict[str, ast.stmt]:
    """Return a module's public names, in its own order: ``__all__``, or what it defines.

    Parameters
    ----------
    module : str
        As ``imaging.operators``.
    root : Path
        The course.

    Returns
    -------
    dict of ast nodes
        Name → its definition, a function, a class or an assignment.
    """
    defined: dict[str, ast.stmt] = {}
    listed: list[str] | None = None
    for node in modules(root)[module].body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                defined |= {name.id: node for name in names if isinstance(name, ast.Name)}
                if getattr(target, "id", None) == "__all__" and node.value:
                    listed = ast.literal_eval(node.value)
    return {name: node for name, node in defined.items()
            if (name in listed if listed is not None else not name.startswith("_"))}


def resolve(name: str, root: Path = ROOT) -> tuple[str, str, str] | None:
    """Split a name into module, public name and method, "" if it has none; None if unknown."""
    parts = name.split(".")
    for place in range(len(parts) - 1, 0, -1):
        module, (first, *rest) = ".".join(parts[:place]), parts[place:]
        if module in modules(root) and first in public(module, root):
            methods = {getattr(node, "name", "")
                       for node in getattr(public(module, root)[first], "body", ())}
            if not rest or (len(rest) == 1 and rest[0] in methods):
                return module, first, "".join(rest)
    return None


def used(code: str, root: Path = ROOT) -> list[str]:
    """Return the public names that code imports from the library, or takes from its modules.

    Parameters
    ----------
    code : str
        Python.
    root : Path
        The course.

    Returns
    -------
    list of str
        As ``imaging.operators.Downsample``; sorted.
    """
    tree, local, found = ast.parse(code), {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course_lib"):
            room = (node.module or "").removeprefix("course_lib").lstrip(".")
            for alias in node.names:
                name = f"{room}.{alias.name}".lstrip(".")
                if name in modules(root):
                    local[alias.asname or alias.name] = name
                elif resolve(name, root):
                    found.add(name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = local.get(node.value.id)
            if module and node.attr in public(module, root):
                found.add(f"{module}.{node.attr}")
    return sorted(found)
