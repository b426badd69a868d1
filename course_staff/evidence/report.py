"""A page and three tables of what a class guessed and believed: numbers of groups, nobody's own.

What fewer than five persons said is left out, and every share and mean stands beside its count and
a 95 % interval: Wilson's of a share, the bootstrap's over persons of a mean, a change and a gain.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.audits.measures import share_interval
from course_lib.notebook import figures
from course_staff.evidence import guesses, inventory
from course_staff.evidence.guesses import FEW, Calibration, Question, Score, Summary
from course_staff.evidence.inventory import WHEN, Interval, Statistics
from course_staff.grading.pages import escape, page, table

if TYPE_CHECKING:
    from course_staff.evidence.collect import Said

LIMITS = (
    "There is no group that didn't take the course: a change may come from anything else that "
    "happened in the weeks between.",
    "The same questions were asked twice: some of a change is having seen them.",
    "Who agrees, hands in both forms and stays to the end isn't a random part of the class.",
    "A guess in a handed-in notebook may have been changed after the measurement was seen.",
    "Twelve questions touch twelve misconceptions once: one question isn't a skill, and with few "
    "persons the intervals say how little is known. Of many intervals some miss by chance.",
)


@dataclass(frozen=True)
class Evidence:
    """All numbers of a class; None or empty where fewer than five persons said something.

    Attributes
    ----------
    persons, before, after, both : int
        How many agreed, and filled in the forms.
    items : list of Statistics
    scores : dict
        Mean number right before and after, of those who did both, with gain and interval.
    covered : dict
        By form, how many stated ranges held the person's number right, and of how many.
    guesses : list of Score
        In the order of the course.
    lessons : list of Summary
        By lesson, the whole course last.
    calibration : Calibration or None
    unscored : int
        Questions that fewer than five guessed.
    """

    persons: int
    before: int
    after: int
    both: int
    items: list[Statistics]
    scores: tuple[float, float, float | None, Interval | None] | None
    covered: Mapping[str, tuple[int, int]]
    guesses: list[Score]
    lessons: list[Summary]
    calibration: Calibration | None
    unscored: int

    @classmethod
    def of(cls, said: Sequence["Said"], known: Mapping[str, Question]) -> "Evidence":
        """Count what those said who agree; their order changes nothing."""
        forms = {when: [each.forms[when] for each in said if when in each.forms] for when in WHEN}
        both = [(each.forms["before"], each.forms["after"]) for each in said
                if {*WHEN} <= {*each.forms}]
        shown = {when: some if len(some) >= FEW else [] for when, some in forms.items()}
        pairs = both if len(both) >= FEW else []
        items = inventory.statistics(
            [form.answers for form in shown["before"]], [form.answers for form in shown["after"]],
            [(first.answers, then.answers) for first, then in pairs]) if any(shown.values()) else []
        marked = [[inventory.marks(form.answers) for form in pair] for pair in pairs]
        first, then = ([pair[place] for pair in marked] for place in (0, 1))
        mean = [sum(form.score for form in some) / len(pairs) for some in zip(*pairs, strict=True)]
        covered = {when: inventory.covered(some) for when, some in shown.items()}
        by_key = {key: [each.guesses[key] for each in said if key in each.guesses]
                  for key in known}
        scores = [guesses.score(known[key], some) for key, some in by_key.items()
                  if len(some) >= FEW]
        told = {each.question.key: each.question for each in scores}
        groups: dict[str, dict[str, Question]] = {}
        for key, question in told.items():
            groups.setdefault(question.lesson, {})[key] = question
        groups["the whole course"] = told
        lessons = [guesses.summary(name, some, [each.guesses for each in said])
                   for name, some in groups.items()]
        return cls(
            len(said), len(forms["before"]), len(forms["after"]), len(both), items,
            (mean[0], mean[1], inventory.gain(first, then), inventory.gain_interval(first, then))
            if pairs else None,
            {when: count for when, count in covered.items() if count[1] >= FEW},
            scores, [each for each in lessons if each], guesses.calibration(scores),
            sum(0 < len(some) < FEW for some in by_key.values()))


def write(found: Evidence, folder: Path) -> Iterator[str]:
    """Write page and tables; return sentences about them."""
    (folder / "report.html").write_text(
        page("What the class guessed and believed", "\n".join(_body(found))), encoding="utf-8")
    write_rows(folder / "inventory.csv", _inventory(found))
    write_rows(folder / "options.csv", _options(found))
    write_rows(folder / "guesses.csv", _guesses(found))
    yield (f"Forms before: {found.before}, after: {found.after}, both: {found.both}. "
           f"Questions of the lessons guessed by {FEW} or more: {len(found.guesses)}.")
    if found.scores:
        first, then, gain, interval = found.scores
        yield (f"Right before {first:.1f} and after {then:.1f} of {len(inventory.items())}, of "
               f"those who did both; normalised gain {_number(gain)}{_range(interval)}.")
    yield f"{folder / 'report.html'}, with inventory.csv, options.csv, guesses.csv beside it"


def write_rows(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a table, its head first."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _ends(interval: Interval | None) -> list[str]:
    return ["", ""] if interval is None else [_digits(end) for end in interval]


def _wilson(count: int, n: int) -> Interval | None:
    return share_interval(count, n) if n else None


def _inventory(found: Evidence) -> Iterator[list[str]]:
    yield ["question", "lesson",
           *(f"{each}_{when}" for when in WHEN for each in ("right", "of", "low", "high")), "gain",
           "gain_low", "gain_high", "wrong_to_right", "right_to_wrong", "discrimination",
           "correlation"]
    for each in found.items:
        told = [part for count, n in each.right
                for part in (str(count), str(n), *_ends(_wilson(count, n)))]
        yield [each.item.name, each.item.lesson, *told, _digits(each.gain), *_ends(each.interval),
               *map(str, each.moves), _digits(each.discrimination), _digits(each.correlation)]


def _options(found: Evidence) -> Iterator[list[str]]:
    yield ["question", "option", "idea", "before", "after", "change", "low", "high"]
    for each in found.items:
        for option in each.options:
            yield [each.item.name, option.letter or "none", _idea(each, option),
                   _digits(option.before), _digits(option.after),
                   _digits(option.after - option.before), *_ends(option.interval)]


def _idea(each: Statistics, option: inventory.Option) -> str:
    return option.idea or ("right" if option.letter == each.item.right else "not answered")


def _guesses(found: Evidence) -> Iterator[list[str]]:
    yield ["guess", "measured", "persons", "median", "quarter", "three_quarters", "truth", "low",
           "high", "logarithmic", "error", "error_low", "error_high", "lean", "lean_low",
           "lean_high", "within_a_tenth", "chance", "skill"]
    for each in found.guesses:
        asked = each.question
        yield [asked.key, asked.label, str(each.persons), _digits(each.median),
               *_ends(each.quartiles), _digits(asked.truth), _digits(asked.low),
               _digits(asked.high), "yes" if asked.log else "no", _digits(each.error),
               *_ends(each.error_interval), _digits(each.lean), *_ends(each.lean_interval),
               str(each.near), _digits(asked.chance), _digits(each.skill)]


# --- the page -------------------------------------------------------------------------------------


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def _range(interval: Interval | None, digits: int = 2) -> str:
    return "" if interval is None else (
        f" ({_number(interval[0], digits)} to {_number(interval[1], digits)})")


def _share(count: int, n: int) -> str:
    if n == 0:
        return "–"
    low, high = share_interval(count, n)
    return f"{count} of {n} ({100 * low:.0f} to {100 * high:.0f} %)"


def _body(found: Evidence) -> Iterator[str]:
    yield "<h1>What the class guessed and believed</h1>"
    yield (f"<p>{found.persons} persons agreed. Forms before the course: {found.before}, after: "
           f"{found.after}, both: {found.both}. What fewer than {FEW} persons said is left out. In "
           "brackets are 95 % intervals.</p>")
    yield "<h2>What this can't show</h2>"
    yield "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in LIMITS) + "</ul>"
    yield from _body_inventory(found)
    yield from _body_guesses(found)


def _body_inventory(found: Evidence) -> Iterator[str]:
    count = len(inventory.items())
    yield f"<h2>{count} questions, before and after</h2>"
    if not found.items:
        yield "<p>Too few forms.</p>"
        return
    if found.scores:
        first, then, gain, interval = found.scores
        yield (f"<p>Right of {count}, of those who did both: before {first:.1f}, after {then:.1f}. "
               f"Normalised gain {_number(gain)}{_range(interval)}: the change beside the largest "
               "possible.</p>")
    for when, (held, stated) in found.covered.items():
        yield (f"<p>Ranges stated {when} the course, at {100 * inventory.LEVEL:.0f} %: "
               f"{_share(held, stated)} held the person's own number of right answers.</p>")
    yield table(
        ["question", "right before", "right after", "gain", "wrong → right", "right → wrong",
         "discrimination"],
        [[escape(each.item.name), *(_share(*pair) for pair in each.right),
          _number(each.gain) + _range(each.interval), *map(str, each.moves),
          _number(each.discrimination)] for each in found.items], {1, 2, 3, 4, 5, 6})
    if found.scores:
        yield "<h2>Which misconceptions moved</h2>"
        yield table(
            ["question", "option", "who takes it believes", "before", "after", "change"],
            [[escape(each.item.name), escape(option.letter or "none"), escape(_idea(each, option)),
              f"{100 * option.before:.0f} %", f"{100 * option.after:.0f} %",
              _number(100 * (option.after - option.before), 0)
              + _range((100 * option.interval[0], 100 * option.interval[1])
                       if option.interval else None, 0)]
             for each in found.items for option in each.options
             if option.letter or option.before or option.after], {3, 4, 5})


def _body_guesses(found: Evidence) -> Iterator[str]:
    yield "<h2>Guesses and what was measured</h2>"
    if not found.guesses:
        yield f"<p>No question of the lessons was guessed by {FEW} persons.</p>"
        return
    yield ("<p>Places on each question's own scale, 0 its lower and 1 its upper end. "
           "<em>Error</em>: mean distance of guess and truth. <em>Lean</em>: mean of guess less "
           "truth. <em>Skill</em>: 1 less the error over that of guessing anywhere at random.</p>")
    yield _picture(found).img()
    if line := found.calibration:
        yield (f"<p>The class's medians against the truths of {line.questions} questions: slope "
               f"{_number(line.slope)}{_range(line.interval)}, at truth 0 {_number(line.intercept)}"
               f", rank correlation {_number(line.rank)}. A slope of 1 from 0 would be "
               "calibrated; below 1 the class keeps to the middle.</p>")
    if found.unscored:
        yield f"<p>Left out: {found.unscored} questions that fewer than {FEW} guessed.</p>"
    yield table(["lesson", "persons", "guesses", "error", "skill"],
                [[escape(each.name), str(each.persons), str(each.guesses),
                  _number(each.error) + _range(each.interval), _number(each.skill)]
                 for each in found.lessons], {1, 2, 3, 4})
    yield table(
        ["guess", "measured", "persons", "median", "truth", "error", "lean", "within .1", "skill"],
        [[escape(each.question.key), escape(each.question.label), str(each.persons),
          f"{each.median:.4g}", f"{each.question.truth:.4g}",
          _number(each.error) + _range(each.error_interval),
          _number(each.lean) + _range(each.lean_interval), _share(each.near, each.persons),
          _number(each.skill)] for each in found.guesses], {2, 3, 4, 5, 6, 7, 8})


def _picture(found: Evidence) -> figures.Picture:
    fig, ax = figures.figure(size=(5, 5))
    for each in found.guesses:
        truth = each.question.place(each.question.truth)
        ends = [each.question.place(end) for end in each.quartiles]
        ax.plot([truth, truth], ends, color=figures.COLOURS["sky"], linewidth=1.2)
        ax.plot(truth, each.question.place(each.median), "o", markersize=5,
                color=figures.COLOURS["blue"])
    ax.plot([0, 1], [0, 1], color="gray", linewidth=1)
    ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel="truth (place on its scale)",
           ylabel="guess (place on its scale)", aspect="equal")
    above = sum(each.question.place(each.median) > each.question.place(each.question.truth)
                for each in found.guesses)
    return figures.show(fig, alt=f"The class's median guess against the truth for "
                        f"{len(found.guesses)} questions, with quartiles, and the line where both "
                        f"are equal; {above} medians lie above it.")
