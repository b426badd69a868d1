"""For the instructor: grades.csv and report.html, from what is kept of each submission."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_lib.desk.cells import grade_id, text_of
from course_staff.grading import analysis, export, feedback, similarity
from course_staff.grading.pages import bar, escape, page, points, table
from course_staff.grading.shapes import Flag, Mark, Node, Result, Template

ATTENTION = ("cross-check", "identical", "similar", "release", "unreadable", "missing", "beside",
             "namesake", "roster", "late", "picture", "duplicated", "edited", "moved", "renamed",
             "time-out", "memory", "kernel ended", "output", "files", "not graded")


@dataclass(frozen=True)
class Row:
    """A student: points so far, to be had and waiting for a person; of exercises None waits."""

    student: str
    score: float
    most: float
    waiting: float
    release: str
    exercises: dict[str, float | None]
    flags: list[Flag]


class Summary:
    """Collects a class's results one by one; keeps numbers, not notebooks.

    Parameters
    ----------
    template : Template
        The lesson.
    """

    def __init__(self, template: Template) -> None:
        self.template = template
        self.rows: list[Row] = []
        self.stamps: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.told: defaultdict[str, Counter[str]] = defaultdict(Counter)
        # By exercise: how many have how many points; None of who waits for a person.
        self.scores: dict[str, Counter[float | None]] = {
            name: Counter() for name in [*template["solutions"], *template["answers"]]}
        self.runs: defaultdict[str, dict[str, set[tuple[str, ...]]]] = defaultdict(dict)
        self.inside: set[str] = set()
        self.limits = ""

    def add(self, result: Result, marks: Mapping[str, Mark], notebook: Node | None = None) -> None:
        """Take a result in, its marks from the gradebook, and the notebook's answers."""
        for cell in notebook["cells"] if notebook else ():
            if (name := grade_id(cell)) in self.template["solutions"]:
                self.runs[name][result["student"]] = similarity.runs(text_of(cell))
        template, tests = self.template, self.template["tests"]
        got, most = feedback.total(template, marks)
        waiting = sum(points for name, points in template["answers"].items()
                      if feedback.waits(marks.get(name, {})))
        self.stamps[result["stamp"]] += 1
        self.inside |= set(result.get("inside", ()))
        self.limits = result.get("limits") or self.limits
        exercises: dict[str, float | None] = {}
        for name in template["solutions"]:
            exercises[name] = feedback.score(
                marks, (test for test in tests if tests[test]["exercise"] == name))
        for name in template["answers"]:
            mark = marks.get(name, {})
            exercises[name] = None if feedback.waits(mark) else mark.get("score", 0)
        for name, value in exercises.items():
            self.scores[name][value] += 1
        for name, test in result["tests"].items():
            if not test["passed"]:
                self.missed[name] += 1
                error = test["error"]
                self.told[name][error["text"] if error else "hidden test"] += 1
        self.rows.append(Row(result["student"], got, most, waiting, result["stamp"], exercises,
                             [(word, sentence) for word, sentence in result["flags"]]))

    def finish(self, newest: str | None = None) -> None:
        """Flag what is seen in the class only: answers that are alike, odd releases.

        A notebook names its release itself; honest ones name what was handed out: the newest one,
        or the one that most name.
        """
        usual = {newest, *(name for name, _ in self.stamps.most_common(1))}
        for row in self.rows:
            if row.release not in usual:
                told = f"it says that it comes from {row.release}, and is graded by that"
                row.flags.append(("release", told))
        rows = {row.student: row for row in self.rows}
        for exercise, answers in self.runs.items():
            for one, other, share in similarity.alike(answers, self._seen(exercise)):
                for each, rest in ((one, other), (other, one)):
                    rows[each].flags.append(("similar", f"{exercise}: {100 * share:.0f} % of what "
                                             f"is not common is as {rest} has it"))

    def _seen(self, exercise: str) -> list[str]:
        """Return what everybody can know of an exercise: its stub, published answers."""
        stubs = [text_of(cell) for cell in self.template.get("notebook", {}).get("cells", ())
                 if grade_id(cell) == exercise]
        return [*stubs, self.template["solutions"][exercise]["reference"],
                *self.template.get("right", {}).get(exercise, ())]

    def _most(self) -> dict[str, float]:
        """Return the points to be had, by exercise."""
        most = dict.fromkeys(self.template["solutions"], 0.0)
        for test in self.template["tests"].values():
            most[test["exercise"]] += test["points"]
        return most | self.template["answers"]

    def write_csv(self, path: Path) -> None:
        """Write one line per student."""
        lines: list[list[str]] = [["student", "score", "max", "not_marked_yet", *self.scores,
                                   "release", "flags"]]
        for row in sorted(self.rows, key=lambda row: row.student):
            exercises = ["" if value is None else points(value)
                         for value in row.exercises.values()]
            flags = "; ".join(dict.fromkeys(word for word, _ in row.flags))
            lines.append([row.student, points(row.score), points(row.most), points(row.waiting),
                          *exercises, row.release, flags])
        export.write_csv(path, lines)

    def write_html(self, path: Path) -> None:
        """Write the page for the instructor."""
        path.write_text(page(f"{self.template['title']}: report", "\n".join(self._body())),
                        encoding="utf-8")

    def _body(self) -> Iterator[str]:
        count, most = len(self.rows), self.rows[0].most if self.rows else 0
        scores = sorted(row.score for row in self.rows)
        median = statistics.median(scores) if scores else 0
        waiting = sum(row.waiting > 0 for row in self.rows)
        yield f"<h1>{escape(self.template['title'])}: {count} submissions</h1>"
        yield (f"<p>Median {points(median)} of {points(most)} points; from {points(scores[0])} to "
               f"{points(scores[-1])}. {waiting} with written answers to be marked.</p>"
               if scores else "<p>Nobody handed anything in.</p>")
        releases = ", ".join(f"{escape(name)} ({n})" for name, n in self.stamps.items())
        yield f'<p class="small">Release {releases}. {escape(self.limits)}.</p>'
        yield "<h2>To be looked at</h2>"
        rows = [[escape(row.student), escape(word), escape(sentence)]
                for word in ATTENTION for row in self.rows
                for each, sentence in row.flags if each == word]
        yield (table(["student", "flag", "what"], rows) if rows else "<p>Nothing.</p>")
        yield ('<p class="small">A flag changes no mark. <em>cross-check</em>: the tests say one '
               "thing in the notebook's own kernel and another from outside (the mark is what they "
               "say from outside), or an answer differs from the reference on fresh inputs.</p>")
        if self.inside:
            yield ("<p>These tests can only run in the student's own kernel, so that a dishonest "
                   f"notebook can fake them: {escape(', '.join(sorted(self.inside)))}.</p>")
        if scores:
            yield "<h2>Distribution of points</h2>"
            rows = [[f"{points(low)} to {points(high)}", str(n), bar(n / count, f"{n} of {count}")]
                    for low, high, n in analysis.histogram(scores, most)]
            yield table(["points", "students", ""], rows, {0, 1})
            yield "<h2>Exercises</h2>"
            rows = [[escape(item.name), str(item.students), *(
                        "–" if value is None else f"{value:.2f}"
                        for value in (item.difficulty, item.discrimination, item.correlation))]
                    for item in analysis.items([row.exercises for row in self.rows], self._most())]
            yield table(["exercise", "marked", "difficulty", "discrimination", "correlation"], rows,
                        {1, 2, 3, 4})
            few = (f" With {count} students these numbers are mostly chance."
                   if count < analysis.FEW else "")
            yield ('<p class="small">Difficulty: the mean share of the points that was got. '
                   "Discrimination: that of the best 27 % less that of the last 27 %. Correlation: "
                   f"with the points of all other exercises.{few}</p>")
        yield "<h2>Most-missed tests</h2>"
        rows = []
        for name, n in self.missed.most_common(10):
            told, times = self.told[name].most_common(1)[0]
            rows.append([escape(name), str(n), bar(n / count, f"{n} of {count}"),
                         f"{escape(told[:300])} ({times} ×)"])
        yield (table(["test", "missed by", "", "most often because"], rows, {1}) if rows
               else "<p>None was missed.</p>")
        yield "<h2>Points per exercise</h2>"
        for name, counted in self.scores.items():
            yield f"<h3>{escape(name)}</h3>"
            values = sorted(value for value in counted if value is not None)
            rows = [[points(value), str(counted[value]),
                     bar(counted[value] / count, f"{counted[value]} of {count}")]
                    for value in values]
            if counted[None]:
                rows.append(["to be marked", str(counted[None]),
                             bar(counted[None] / count, f"{counted[None]} of {count}")])
            yield table(["points", "students", ""], rows, {0, 1})
        yield "<h2>Students</h2>"
        rows = [[escape(row.student), points(row.score), points(row.waiting),
                 escape(", ".join(dict.fromkeys(word for word, _ in row.flags)))]
                for row in sorted(self.rows, key=lambda row: row.student)]
        yield table(["student", "points", "not marked yet", "flags"], rows, {1, 2})
