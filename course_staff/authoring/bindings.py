"""Follow names through a lesson's cells: what each statement reads, what it binds, whose it is.

A learner may rewrite a solution cell as they like, and whoever takes the short way leaves out
the cells marked ``deeper``.  So nothing else may lean on what only those bind: `leaning` says what
does.  `needed` says what tests depend on; all else are pictures and demonstrations.  `behind` says
what one cell depends on.
"""

import ast
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace

from course_staff.authoring.source import Cell, Lesson

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
          ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
BRANCHING = (ast.If, ast.For, ast.While, ast.Try, ast.Match)  # may leave out their blocks
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
FIRST = ("value", "iter")  # what Python evaluates before it binds a statement's targets


def names(node: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names that a statement reads before it binds them, and those that it binds.

    Both in the notebook's scope; a function reads when it is defined what its body reads.
    """
    loaded, stored, _ = _names(node)
    return loaded, stored


def _names(node: ast.AST) -> tuple[set[str], set[str], set[str]]:
    """Return as `names` what a node reads and binds, and what it binds whichever way it takes."""
    loaded: set[str] = set()
    stored: set[str] = set()
    surely: set[str] = set()
    for key, field in sorted(ast.iter_fields(node), key=lambda field: field[0] not in FIRST):
        before = surely
        for child in field if isinstance(field, list) else [field]:
            if isinstance(child, ast.AST):
                reads, may_bind, binds = _names(child)
                loaded, stored, surely = loaded | reads - surely, stored | may_bind, surely | binds
        if key in BLOCKS and isinstance(node, BRANCHING):
            surely = before
    own = set()
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
        loaded.add(node.id)
    elif isinstance(node, ast.Name):
        own = {node.id}
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        loaded.add(node.target.id)
    elif isinstance(node, ast.arg):
        own = {node.arg}
    elif isinstance(node, ast.alias):
        own = {(node.asname or node.name).split(".")[0]}
    elif isinstance(node, ast.ExceptHandler):
        loaded.discard(node.name or "")  # Python unbinds it at the end of the block
    elif isinstance(node, SCOPES):  # what is bound inside stays inside
        loaded, stored, surely = loaded - stored, set(), set()
        own = {node.name} if hasattr(node, "name") else set()
    return loaded, stored | own, surely | own


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
    solution cell; only deeper cells may use what a deeper cell binds, only tests what a test binds.
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
        elif giver.kind == "test" != cell.kind and name not in _imported(giver):
            why, or_else = "which is the test's own", ", or give the test's another name"
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


def imports(code: str) -> list[str]:
    """Return modules that code imports, or may: ``from a import b`` gives "a" and "a.b"."""
    found: list[str] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return found


def _imported(cell: Cell) -> set[str]:
    """Return the names that a cell's import statements bind."""
    return {name for statement in ast.parse(cell.text).body
            if isinstance(statement, ast.Import | ast.ImportFrom) for name in names(statement)[1]}


def needed(cells: Sequence[Cell]) -> list[Cell]:
    """Return the code that a lesson's tests and answers depend on: no pictures, no demonstrations.

    Solution, test and locked cells stay as they are, of all others what binds or changes a name
    that is read later.  What a function reads it may read whenever it is called, so every binding
    of such a name stays.

    Cells of which nothing is left are left out.
    """
    code = [cell for cell in cells if cell.type == "code"]
    texts = ["\n".join(map(ast.unparse, statements))
             for statements in _kept(code, lambda cell: bool(cell.kind))]
    return [cell if cell.kind else replace(cell, text=text)
            for cell, text in zip(code, texts, strict=True) if text]


def behind(cells: Sequence[Cell], last: Cell) -> str:
    """Return the code of a cell, after all that it depends on, answers included: one program."""
    code = [cell for cell in cells if cell.type == "code" and cell.number <= last.number]
    kept = _kept(code, lambda cell: cell is last)
    return "\n".join(ast.unparse(statement) for statements in kept for statement in statements)


def _kept(code: Sequence[Cell], whole: Callable[[Cell], bool]) -> list[list[ast.stmt]]:
    """Return the statements to keep of each cell, if some cells are kept as they are."""
    late: set[str] = set()  # names that kept functions read
    kept: list[list[ast.stmt]] = []
    more = {""}
    while more - late:
        late |= more
        kept, more = _needed(code, whole, late)
    return kept


def _needed(cells: Sequence[Cell], whole: Callable[[Cell], bool],
            late: Set[str]) -> tuple[list[list[ast.stmt]], set[str]]:
    """Return the statements to keep of each cell, and the names that kept functions read."""
    wanted: set[str] = set()
    inner: set[str] = set()
    kept: list[list[ast.stmt]] = []
    for cell in reversed(cells):
        statements: list[ast.stmt] = []
        for statement in reversed(ast.parse(cell.text).body):
            loaded, stored, surely = _names(statement)
            if whole(cell) or (stored | changed(statement)) & (wanted | late):
                statements.insert(0, statement)
                wanted = (wanted - surely) | loaded
                inner |= {name for node in ast.walk(statement)
                          if isinstance(node, ast.FunctionDef | ast.Lambda)
                          for name in names(node)[0]}
        kept.insert(0, statements)
    return kept, inner


def changed(statement: ast.stmt) -> set[str]:
    """Return names whose elements or attributes a statement binds, or whose methods it calls."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(_base(node))
        elif (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
              and isinstance(node.value.func, ast.Attribute)):
            found.add(_base(node.value.func))
    return found - {""}


def _base(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
