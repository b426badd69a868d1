"""For the instructor: grades.csv and report.html, from what is kept of each submission."""

import csv
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_staff.grading import feedback
from course_staff.grading.pages import bar, escape, page, points, table
from course_staff.grading.shapes import Flag, Mark, Result, Template

ATTENTION = ("cross-check", "identical", "release", "unreadable", "missing", "beside", "namesake",
             "roster", "late", "picture", "duplicated", "edited", "moved", "renamed", "time-out",
             "memory", "kernel ended", "output", "files", "not graded")


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
        self.same: defaultdict[str, list[str]] = defaultdict(list)
        self.inside: set[str] = set()
        self.limits = ""

    def add(self, result: Result, marks: Mapping[str, Mark]) -> None:
        """Take a result and its marks from the gradebook in."""
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
        if same := result.get("answers"):
            self.same[same].append(result["student"])
        self.rows.append(Row(result["student"], got, most, waiting, result["stamp"], exercises,
                             [(word, sentence) for word, sentence in result["flags"]]))

    def finish(self, newest: str | None = None) -> None:
        """Flag what is seen in the class only: answers that are the same text, odd releases.

        A notebook names its release itself; honest ones name what was handed out: the newest one,
        or the one that most name.
        """
        usual = {newest, *(name for name, _ in self.stamps.most_common(1))}
        for row in self.rows:
            if row.release not in usual:
                told = f"it says that it comes from {row.release}, and is graded by that"
                row.flags.append(("release", told))
        names = {student: students for students in self.same.values() if len(students) > 1
                 for student in students}
        for row in self.rows:
            others = [each for each in names.get(row.student, ()) if each != row.student]
            if others:
                more = f" and {len(others) - 5} more" if len(others) > 5 else ""
                told = f"all answers are the same text as those of {', '.join(others[:5])}{more}"
                row.flags.append(("identical", told))

    def write_csv(self, path: Path) -> None:
        """Write one line per student."""
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["student", "score", "max", "not_marked_yet", *self.scores, "release",
                             "flags"])
            for row in sorted(self.rows, key=lambda row: row.student):
                exercises = ["" if value is None else points(value)
                             for value in row.exercises.values()]
                flags = "; ".join(dict.fromkeys(word for word, _ in row.flags))
                writer.writerow([row.student, points(row.score), points(row.most),
                                 points(row.waiting), *exercises, row.release, flags])

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
