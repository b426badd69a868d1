"""Mutants of a reference answer: the same code with one small mistake in it.

A mutant that passes all tests of its exercise shows what they don't look at, unless it computes the
same on everything that the exercise's text allows.  `course_staff.authoring.answers` tries them.

Only what a learner writes is changed: the statements between ``### BEGIN SOLUTION`` and ``### END
SOLUTION``, docstrings and error messages left alone.  Each kind of mistake is a function of `KINDS`
that yields changes of the text, so that a mutant is told, and recognised when other lines have
changed, by the line that it changes and what that becomes.

Libraries (cosmic-ray, mutmut, mutatest) change files in place and run a test suite per mutant, and
what they change are Python's operators and constants: no axes, no arguments, no gradients.
"""

import ast
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from course_staff.authoring.bindings import names
from course_staff.authoring.source import Exercise, regions

__all__ = ["Mutant", "mutants"]

_Change = tuple[int, int, str]  # replace what is between two places
_Function = ast.FunctionDef | ast.AsyncFunctionDef

OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"),
    ast.Pow: ("**", "*"), ast.FloorDiv: ("//", "/"), ast.Mod: ("%", "//"), ast.MatMult: ("@", "*"),
    ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&"), ast.BitXor: ("^", "&"),
}
COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")), ast.LtE: ("<=", ("<", ">")), ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<")), ast.Eq: ("==", ("!=", ">=", "<=")), ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)), ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)), ast.NotIn: ("not in", ("in",)),
}
# Functions and methods that are mistaken for each other.
SIMILAR = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "sum": "mean",
    "mean": "sum", "median": "mean", "floor": "ceil", "ceil": "floor", "rint": "floor",
    "sin": "cos", "cos": "sin", "log": "log2", "log2": "log", "log10": "log", "log1p": "log",
    "expm1": "exp", "exp": "expm1", "zeros": "ones", "ones": "zeros", "zeros_like": "ones_like",
    "ones_like": "zeros_like", "all": "any", "any": "all", "argmin": "argmax", "argmax": "argmin",
    "fft2": "ifft2", "ifft2": "fft2", "fft": "ifft", "ifft": "fft", "rfft2": "fft2", "var": "std",
    "std": "var", "cumsum": "cumprod", "sort": "flip", "argsort": "flip", "norm": "sum",
    "svd": "qr", "eigh": "eig", "outer": "inner", "abs": "sign", "real": "imag", "prod": "sum",
    "append": "extend", "fftshift": "ifftshift", "ifftshift": "fftshift", "add": "multiply",
    "normal": "uniform", "integers": "random", "choice": "permutation", "rtol": "atol",
}
TYPES = {"float": ("int", "np.float32"), "int": ("float",), "bool": ("float",),
         "np.float64": ("np.float32",), "torch.float64": ("torch.float32",)}
# Functions of two arguments that come to the same either way.
SYMMETRIC = {"min", "max", "minimum", "maximum", "hypot", "logaddexp", "add", "multiply",
             "array_equal", "logical_and", "logical_or"}
WEAK = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.NamedExpr,
        ast.Tuple, ast.GeneratorExp, ast.Starred)  # need brackets in another's place


@dataclass(frozen=True)
class Mutant:
    """One changed reference.

    ``line`` is the changed line, or lines, without indentation, ``becomes`` what stands there then,
    ``nth`` counts equal changes of equal lines.
    """

    exercise: str
    kind: str
    line: str
    becomes: str
    code: str
    nth: int = 1

    @property
    def label(self) -> str:
        """How reports name it."""
        nth = f" ({self.nth})" if self.nth > 1 else ""
        old, new = (" ⏎ ".join(text.splitlines()) for text in (self.line, self.becomes))
        return f"mutant {self.exercise}: {old}  →  {new or 'nothing'}{nth}"

    @property
    def identity(self) -> tuple[str, str, str, int]:
        """What stays the same when other lines of the reference change."""
        return self.exercise, self.line, self.becomes, self.nth


def mutants(exercise: Exercise) -> list[Mutant]:
    """Return the mutants of an exercise's reference answer, in the order of its lines."""
    code = exercise.solution.text
    text = _Text(code)
    same, times = {ast.dump(text.tree)}, dict[tuple[str, str], int]()
    found = []
    changes = ((kind, change) for kind, make in KINDS.items() for change in make(text))
    for kind, change in sorted(changes, key=lambda each: (each[1][0], each[1][1])):
        changed = text.changed(change)
        try:
            dump = ast.dump(ast.parse(changed))
        except SyntaxError:
            continue
        if dump in same:
            continue
        same.add(dump)
        pair = text.told(change)
        times[pair] = times.get(pair, 0) + 1
        found.append(Mutant(exercise.name, kind, *pair, changed, times[pair]))
    return found


class _Text:
    """A reference's text, its tree, and which nodes a learner writes; places are of characters."""

    def __init__(self, code: str) -> None:
        self.code, self.tree = code, ast.parse(code)
        self.lines = code.splitlines(keepends=True)
        self.starts = [0, *itertools.accumulate(map(len, self.lines))]
        inside, self.written = False, set[int]()
        for number, line in enumerate(self.lines, 1):
            inside = (inside or "### BEGIN SOLUTION" in line) and "### END SOLUTION" not in line
            if inside:
                self.written.add(number)
        if not regions(code, "SOLUTION"):
            self.written = set(range(1, len(self.lines) + 1))
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, _Function)]
        self.modules = {"np", "torch", "math", "numpy", "random", "F", "nn", "scipy", "linalg",
                        "itertools", "functools", "ndimage", "special", "optimize", "stats"}
        self.nodes = list(self._visible(self.tree))

    def _visible(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what may be changed: no error messages, docstrings, annotations."""
        if isinstance(node, ast.Raise):
            yield node
            return
        if getattr(node, "lineno", 0) in self.written:
            yield node
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.JoinedStr | ast.arguments):
                yield from self._visible(child)

    def of(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        return (node for node in self.nodes if isinstance(node, kinds))

    def place(self, line: int, column: int) -> int:
        before = self.lines[line - 1].encode()[:column]
        return self.starts[line - 1] + len(before.decode())

    def span(self, node: Any) -> tuple[int, int]:
        return (self.place(node.lineno, node.col_offset),
                self.place(node.end_lineno, node.end_col_offset))

    def text(self, node: ast.AST) -> str:
        begin, end = self.span(node)
        return self.code[begin:end]

    def instead(self, node: ast.AST, new: str) -> _Change:
        return (*self.span(node), new)

    def operand(self, node: ast.AST, part: ast.AST) -> _Change:
        """Put a part of an expression in its place."""
        new = self.text(part)
        return self.instead(node, f"({new})" if isinstance(part, WEAK) else new)

    def between(self, left: ast.AST, right: ast.AST, old: str, new: str) -> Iterator[_Change]:
        """Replace a word between two nodes."""
        begin, end = self.span(left)[1], self.span(right)[0]
        pattern = rf"\b{old}\b" if old.isalpha() else re.escape(old)
        found = re.search(pattern, self.code[begin:end])
        if found:
            yield begin + found.start(), begin + found.end(), new

    def without(self, parts: list[ast.AST], gone: int) -> _Change:
        """Drop one of the parts that commas separate."""
        if gone + 1 < len(parts):
            return self.span(parts[gone])[0], self.span(parts[gone + 1])[0], ""
        begin = self.span(parts[gone - 1])[1] if gone else self.span(parts[gone])[0]
        return begin, self.span(parts[gone])[1], ""

    def swapped(self, first: ast.AST, second: ast.AST) -> _Change:
        """Let two nodes change places, what stands between them stays."""
        (begin, after), (before, end) = self.span(first), self.span(second)
        return begin, end, self.text(second) + self.code[after:before] + self.text(first)

    def changed(self, change: _Change) -> str:
        begin, end, new = change
        return self.code[:begin] + new + self.code[end:]

    def told(self, change: _Change) -> tuple[str, str]:
        begin, end, new = change
        first = self.code.rfind("\n", 0, begin) + 1
        last = self.code.find("\n", end)
        last = len(self.code) if last < 0 else last
        old, become = self.code[first:last], self.code[first:begin] + new + self.code[end:last]
        return _flush(old), _flush(become)


def _flush(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _bound(text: _Text, before: ast.stmt) -> set[str]:
    """Names that a function has bound above one of its statements, its arguments among them."""
    found: set[str] = set()
    for function in text.functions:
        if function.lineno <= before.lineno <= (function.end_lineno or 0):
            found |= {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
            for node in ast.walk(function):
                if isinstance(node, ast.stmt) and node is not function and (
                        node.lineno < before.lineno):
                    found |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)
                              and isinstance(each.ctx, ast.Store)
                              and each.lineno < before.lineno}
    return found


# --- kinds of mistakes ----------------------------------------------------------------------------


def operators(text: _Text) -> Iterator[_Change]:
    """Another operator, one operand alone, differences the other way round."""
    for node in text.of(ast.BinOp):
        old, new = OPERATORS.get(type(node.op), ("", ""))
        if not old:
            continue
        yield from text.between(node.left, node.right, old, new)
        yield text.operand(node, node.left)
        yield text.operand(node, node.right)
        if isinstance(node.op, ast.Sub | ast.Div):
            left, right = text.text(node.left), text.text(node.right)
            yield text.instead(node, f"(({right}) {old} ({left}))")
    for node in text.of(ast.AugAssign):
        old, new = OPERATORS.get(type(node.op), ("", ""))
        if old:
            yield from text.between(node.target, node.value, f"{old}=", f"{new}=")
            yield from text.between(node.target, node.value, f"{old}=", "=")
    for node in text.of(ast.UnaryOp):
        if isinstance(node.op, ast.USub | ast.Not | ast.Invert):
            yield text.operand(node, node.operand)


def comparisons(text: _Text) -> Iterator[_Change]:
    """Another comparison: the boundary, the other way round; another word between conditions."""
    for node in text.of(ast.Compare):
        for left, op, right in zip([node.left, *node.comparators], node.ops, node.comparators,
                                   strict=False):
            old, others = COMPARISONS[type(op)]
            for new in others:
                yield from text.between(left, right, old, new)
    for node in text.of(ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in itertools.pairwise(node.values):
            yield from text.between(left, right, old, new)
        for gone in range(len(node.values)):
            rest = [text.text(part) for n, part in enumerate(node.values) if n != gone]
            yield text.instead(node, "(" + f" {old} ".join(f"({each})" for each in rest) + ")")


def constants(text: _Text) -> Iterator[_Change]:
    """Off by one, another size, the other truth."""
    for node in text.of(ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield text.instead(node, str(not value))
        elif isinstance(value, int):
            yield text.instead(node, str(value + 1))
            yield text.instead(node, str(value - 1) if value else "(-1)")
        elif isinstance(value, float):
            yield text.instead(node, repr(1.5 * value) if value else "1.0")
            if value:
                yield text.instead(node, "0.0")
            if 0 < abs(value) < 1e-3:
                yield text.instead(node, repr(1e4 * value))


def calls(text: _Text) -> Iterator[_Change]:
    """A call left out, another function, arguments swapped or left out."""
    for node in text.of(ast.Call):
        function, positional = node.func, node.args
        of_module = (isinstance(function, ast.Name) or text.text(function).split(".")[0]
                     in text.modules)
        if of_module and positional:
            yield text.operand(node, positional[0])
        elif isinstance(function, ast.Attribute) and not of_module:
            yield text.operand(node, function.value)
        word = text.text(function).rpartition(".")[2]
        if word in SIMILAR:
            end = text.span(function)[1]
            yield end - len(word), end, SIMILAR[word]
        for first, second in itertools.pairwise(positional):
            if text.text(first) != text.text(second) and word not in SYMMETRIC:
                yield text.swapped(first, second)
        parts: list[ast.AST] = [*positional, *node.keywords]
        for n, keyword in enumerate(parts):
            if isinstance(keyword, ast.keyword):
                if keyword.arg not in (None, "strict"):
                    yield text.without(parts, n)
                if keyword.arg in ("rtol", "atol"):
                    begin = text.span(keyword)[0]
                    yield begin, begin + 4, "atol" if keyword.arg == "rtol" else "rtol"
            elif n == len(positional) - 1 and n:
                yield text.without(parts, n)


def statements(text: _Text) -> Iterator[_Change]:
    """A statement or guard left out, two swapped, a condition always or never true."""
    for node in text.of(ast.If, ast.While, ast.IfExp):
        yield text.instead(node.test, "False")
        if not isinstance(node, ast.While):
            yield text.instead(node.test, "True")
    for node in text.of(ast.With):
        if "no_grad" in text.text(node.items[0].context_expr):
            begin = text.span(node)[0]
            yield begin, text.span(node.items[-1].context_expr)[1], "if True"
    for node in text.of(ast.Raise):
        if node.exc is not None and "ValueError" in text.text(node):
            yield text.instead(node, text.text(node).replace("ValueError", "TypeError", 1))
    for node in text.of(ast.Break, ast.Continue):
        yield text.instead(node, "pass")
    for node in text.of(ast.Expr, ast.AugAssign, ast.For, ast.Delete):
        if not isinstance(getattr(node, "value", None), ast.Constant | ast.Yield):
            yield text.instead(node, "pass")
    for node in text.of(ast.Assign):
        targets = names(node)[1]
        simple = all(isinstance(target, ast.Name | ast.Tuple) for target in node.targets)
        if not simple or targets <= _bound(text, node):
            yield text.instead(node, "pass")
    for block in _blocks(text):
        for first, second in itertools.pairwise(block):
            if isinstance(second, ast.Return) or first.lineno not in text.written:
                continue
            sets, reads = names(first)[1], names(second)[0]
            if (sets & reads) <= _bound(text, first):
                if sets & reads or names(second)[1] & names(first)[0]:
                    yield text.swapped(first, second)


def _blocks(text: _Text) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(text.tree):
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list) and not isinstance(node, ast.Module):
                yield block


def parts(text: _Text) -> Iterator[_Change]:
    """The first element only, ranges and slices off by one, results in another order."""
    for node in text.of(ast.For, ast.comprehension):
        yield text.instead(node.iter, f"list({text.text(node.iter)})[:1]")
        yield text.instead(node.iter, f"list({text.text(node.iter)})[1:]")
        yield text.instead(node.iter, f"list({text.text(node.iter)})[:-1]")
    for node in text.of(ast.comprehension):
        for condition in node.ifs:
            yield text.instead(condition, "True")
    for node in text.of(ast.Slice):
        for bound in (node.lower, node.upper, node.step):
            if bound is not None:
                yield text.instead(bound, "")
    for node in text.of(ast.Return, ast.Assign):
        if isinstance(node.value, ast.Tuple):
            for first, second in itertools.pairwise(node.value.elts):
                yield text.swapped(first, second)
    for node in text.of(ast.Subscript):
        if isinstance(node.ctx, ast.Load):
            yield text.operand(node, node.value)


def kinds_of_numbers(text: _Text) -> Iterator[_Change]:
    """Another type of numbers, gradients cut off, work on the caller's own array."""
    for node in text.of(ast.Name, ast.Attribute):
        if isinstance(node.ctx, ast.Load):
            for new in TYPES.get(text.text(node), ()):
                yield text.instead(node, new)
            if isinstance(node, ast.Attribute) and node.attr in ("T", "mT", "real"):
                yield text.operand(node, node.value)
    for node in text.of(ast.Return):
        if node.value is not None and "torch" in text.code:
            yield text.instead(node.value, f"({text.text(node.value)}).detach()")
    for node in text.of(ast.Assign):
        value, (target, *more) = node.value, node.targets
        if (isinstance(value, ast.BinOp) and isinstance(target, ast.Name) and not more
                and isinstance(value.left, ast.Name) and value.left.id in _bound(text, node)
                and type(value.op) in OPERATORS):
            symbol = OPERATORS[type(value.op)][0]
            same = f"{value.left.id} {symbol}= {text.text(value.right)}"
            more_text = "" if target.id == value.left.id else f"; {target.id} = {value.left.id}"
            yield text.instead(node, same + more_text)


def arguments(text: _Text) -> Iterator[_Change]:
    """An optional argument ignored."""
    for function in text.functions:
        first = next((s for s in function.body if s.lineno in text.written), None)
        if first is None:
            continue
        given = function.args
        named = [*given.posonlyargs, *given.args]
        pairs = [*zip(named[len(named) - len(given.defaults):], given.defaults, strict=True),
                 *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
        for argument, default in pairs:
            if isinstance(default, ast.Constant) and default.value is not None:
                begin = text.span(first)[0]
                indent = " " * first.col_offset
                yield begin, begin, f"{argument.arg} = {text.text(default)}\n{indent}"


KINDS: dict[str, Callable[[_Text], Iterator[_Change]]] = {
    f.__name__: f for f in (operators, comparisons, constants, calls, statements, parts,
                            kinds_of_numbers, arguments)}
