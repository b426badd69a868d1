"""Which answers to one exercise are alike, once what everybody writes is left out.

Of each answer the runs of `LENGTH` tokens are taken (Python's own ``tokenize``): without comments,
docstrings and layout, with variables numbered by their place in the run, so that new names change
nothing.  Runs of the stub, of the published answers, and of more than a few students are common and
left out.  What two answers then still share, as a share of the shorter one, is their likeness; with
less than `FEWEST` uncommon runs there is nothing to compare.

The idea of fingerprints is of Schleimer, Wilkerson & Aiken, Winnowing: local algorithms for
document fingerprinting, SIGMOD 2003; none is thinned out here, answers being short.
"""

import builtins
import io
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

LENGTH, FEWEST, ALIKE = 8, 24, 0.8
# So many may share a run before it is common: a tenth of the class, within these bounds.  A circle
# of friends is smaller; a way that suggests itself is taken by more.
LEAST_COMMON, MOST_SHARED = 4, 12
SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER, tokenize.INDENT,
           tokenize.DEDENT}


def tokens(code: str) -> list[str]:
    """Return a text's tokens, as far as it is Python; variables begin with a blank."""
    found: list[str] = []
    start, before = True, ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type in SKIPPED:
                continue
            if token.type == tokenize.NEWLINE:
                start = True
                continue
            text = token.string
            if start and token.type == tokenize.STRING:
                continue  # a docstring, or a string that is nothing else
            start = False
            name = token.type == tokenize.NAME and before != "." and not (
                keyword.iskeyword(text) or hasattr(builtins, text))
            found.append(f" {text}" if name else text)
            before = text
    except (tokenize.TokenError, SyntaxError):
        pass  # half an answer is compared by its half
    return found


def runs(code: str) -> set[tuple[str, ...]]:
    """Return an answer's runs of tokens, variables numbered within each."""
    found, listed = set(), tokens(code)
    for place in range(len(listed) - LENGTH + 1):
        numbers: dict[str, int] = {}
        found.add(tuple(str(numbers.setdefault(each, len(numbers))) if each[0] == " " else each
                        for each in listed[place:place + LENGTH]))
    return found


def alike(answers: Mapping[str, set[tuple[str, ...]]], known: Iterable[str] = (),
          ) -> list[tuple[str, str, float]]:
    """Return pairs of students whose answers to an exercise are alike.

    Parameters
    ----------
    answers : dict
        `runs` by student.
    known : iterable of str
        Code that everybody has seen: the stub, published answers.

    Returns
    -------
    list of (str, str, float)
        Two students and their likeness, from `ALIKE` to 1; the likest first.
    """
    seen = set().union(*map(runs, known)) if known else set()
    holders: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for student, some in sorted(answers.items()):
        for run in some - seen:
            holders[run].append(student)
    most = min(max(LEAST_COMMON, len(answers) // 10), MOST_SHARED)
    sizes: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    for students in holders.values():
        if len(students) <= most:
            sizes.update(students)
            shared.update(combinations(students, 2))
    found = [(one, other, count / min(sizes[one], sizes[other]))
             for (one, other), count in shared.items()
             if min(sizes[one], sizes[other]) >= FEWEST]
    return sorted((pair for pair in found if pair[2] >= ALIKE), key=lambda pair: -pair[2])
