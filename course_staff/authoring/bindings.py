"""Follow names through a lesson's cells: what each statement reads, what it binds, whose it is.

A learner may rewrite a solution cell as they like, and whoever takes the short way leaves out
the cells marked ``deeper``.  So nothing else may lean on what only those bind: `leaning` says what
does.
"""

import ast
from collections.abc import Iterator

from course_staff.authoring.source import Cell, Lesson

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
          ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FIRST = ("value", "iter")  # what Python evaluates before it binds a statement's targets


def names(node: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names that a statement reads before it binds them, and those that it binds.

    Both in the notebook's scope; a function reads when it is defined what its body reads.
    """
    loaded: set[str] = set()
    stored: set[str] = set()
    for _, field in sorted(ast.iter_fields(node), key=lambda field: field[0] not in FIRST):
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST):
                below = names(child)
                loaded, stored = loaded | below[0] - stored, stored | below[1]
    if isinstance(node, ast.Name):
        (stored if isinstance(node.ctx, ast.Store) else loaded).add(node.id)
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        loaded.add(node.target.id)
    elif isinstance(node, ast.arg):
        stored.add(node.arg)
    elif isinstance(node, ast.alias):
        stored.add((node.asname or node.name).split(".")[0])
    elif isinstance(node, ast.ExceptHandler):
        loaded.discard(node.name or "")  # Python unbinds it at the end of the block
    if isinstance(node, SCOPES):  # what is bound inside stays inside
        loaded, stored = loaded - stored, {node.name} if hasattr(node, "name") else set()
    return loaded, stored


def statements(lesson: Lesson) -> Iterator[tuple[Cell, set[str], set[str]]]:
    """Yield for each top-level statement of the code: its cell, the names it reads, those it binds.

    Importing once more what a plain cell has imported binds nothing new.
    """
    imported: set[str] = set()
    for cell in lesson.cells:
        for statement in ast.parse(cell.text).body if cell.type == "code" else ():
            loaded, stored = names(statement)
            if isinstance(statement, ast.Import | ast.ImportFrom):
                stored -= imported
                if cell.kind != "solution" and not cell.deeper:
                    imported |= stored
            yield cell, loaded, stored


def leaning(lesson: Lesson) -> Iterator[tuple[Cell, str]]:
    """Yield (cell, reason) for every name that a cell has only from a cell that may not be there.

    Tests and plain cells may use the functions that an exercise asks for, and nothing else of a
    solution cell; only deeper cells may use what a deeper cell binds.
    """
    asked = {e.solution.number: e.functions for e in lesson.exercises}
    origin: dict[str, Cell] = {}
    unbound: list[tuple[Cell, str]] = []
    told: set[tuple[int, str]] = set()

    def judge(cell: Cell, name: str) -> Iterator[tuple[Cell, str]]:
        giver = origin.get(name, cell)
        if giver.deeper and not cell.deeper:
            why, or_else = "which the short way leaves out", ", or mark this cell deeper"
        elif giver.kind == "solution" != cell.kind and name not in asked[giver.number]:
            why, or_else = "which learners may rewrite", ""
        else:
            return
        if (cell.number, name) not in told:
            told.add((cell.number, name))
            yield cell, (f"uses `{name}` from {giver.label}, {why}: "
                         f"import or define it in a plain cell{or_else}")

    for cell, loaded, stored in statements(lesson):
        for name in sorted(loaded):
            if name in origin:
                yield from judge(cell, name)
            else:
                unbound.append((cell, name))  # in a function's body, read when it is called
        origin.update(dict.fromkeys(stored, cell))
    for cell, name in unbound:
        yield from judge(cell, name)
