"""One page per student: points, and for each lost point what helps to find the mistake.

A visible test says what its assertion said; of a hidden one only its hint is told.  Written
answers show the mark and comment that a person gave, once there is one.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from course_lib.desk.cells import grade_id, text_of
from course_staff.grading.pages import escape, page, points, table
from course_staff.grading.shapes import Mark, Node, Result, Template, Test, Verdict


def write(path: Path, result: Result, template: Template, notebook: Node,
          marks: Mapping[str, Mark]) -> None:
    """Write a student's page: of what was graded, by the lesson's template.

    `notebook` is the student's, normalised; `marks` by grade id are the gradebook's.
    """
    cells = {grade_id(cell): cell for cell in notebook["cells"] if grade_id(cell)}
    parts, rows = [], []
    for exercise, solution in template["solutions"].items():
        tests = {name: test for name, test in template["tests"].items()
                 if test["exercise"] == exercise}
        got, most = score(marks, tests), sum(test["points"] for test in tests.values())
        rows.append([escape(exercise), points(got), points(most)])
        parts.append(f"<h2>{escape(exercise)} · {points(got)} of {points(most)} points</h2>")
        parts.append(_comment(marks.get(exercise)))
        parts += [_test(name, test, result["tests"].get(name), marks.get(name))
                  for name, test in tests.items()]
        code = escape(text_of(cells[exercise]))
        names = ", ".join(f"<code>{escape(name)}</code>" for name in solution["functions"])
        parts.append(f"<details><summary>Your {names}</summary><pre>{code}</pre></details>")
    for name, most in template["answers"].items():
        mark = marks.get(name, {})
        to_do = waits(mark)
        shown = "?" if to_do else points(mark.get("score", 0))
        rows.append([escape(name), shown, points(most)])
        state = ("open", "A person will mark this answer.") if to_do else (
            "got" if mark.get("score") else "lost", "")
        parts.append(f"<h2>{escape(name)} · {shown} of {points(most)} points</h2>"
                     f'<div class="{state[0]}">{state[1]}{_comment(mark)}'
                     f"<pre>{escape(text_of(cells[name]))}</pre></div>")
    got, most = total(template, marks)
    waiting = any(row[1] == "?" for row in rows)
    head = (f"<h1>{escape(template['title'])}: {points(got)} of {points(most)} points</h1>"
            f'<p class="small">{escape(result["student"])} · release {escape(result["stamp"])}'
            f"{' · written answers are not marked yet' if waiting else ''}</p>")
    notes = "".join(f"<li>{escape(sentence)}</li>" for word, sentence in result["flags"]
                    if word in TOLD)
    head += f"<p>About your file:</p><ul>{notes}</ul>" if notes else ""
    body = head + table(["exercise", "points", "of"], rows, {1, 2}) + "".join(parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(f"{template['title']}: feedback", body), encoding="utf-8")


# What students are told of their file; a cross-check is for the instructor's eyes.
TOLD = {"missing", "beside", "picture", "late", "duplicated", "edited", "moved", "renamed",
        "unreadable", "time-out", "memory", "kernel ended", "output", "files"}


def waits(mark: Mark) -> bool:
    """Whether a written answer waits for a person."""
    return mark.get("open", False) and not mark["by_hand"]


def total(template: Template, marks: Mapping[str, Mark]) -> tuple[float, float]:
    """Return (points so far, points to be had)."""
    most = sum(test["points"] for test in template["tests"].values())
    most += sum(template["answers"].values())
    return score(marks, [*template["tests"], *template["answers"]]), most


def score(marks: Mapping[str, Mark], names: Iterable[str]) -> float:
    """Return the points that some graded cells have so far."""
    return sum(marks.get(name, {}).get("score", 0) for name in names)


def _comment(mark: Mark | None) -> str:
    told = (mark or {}).get("comment")
    return f"<p><strong>Comment:</strong> {escape(told)}</p>" if told else ""


def _test(name: str, test: Test, verdict: Verdict | None, mark: Mark | None) -> str:
    got = (mark or {}).get("score", 0)
    label = f"<strong>{escape(name)}</strong> ({points(got)} of {points(test['points'])})"
    if verdict is None:
        return f'<p class="lost">{label}</p>{_comment(mark)}'
    if verdict["passed"]:
        return f'<p class="got">{label}</p>{_comment(mark)}'
    error = verdict["error"]
    if error is not None:
        name = "" if error["name"] in ("AssertionError", "Stopped") else f"{error['name']}: "
        told = f"{name}{error['text']}"
    else:
        told = f"A test that you don't see fails. Hint: {test['hint']}"
    return f'<p class="lost">{label}<br>{escape(told)}</p>{_comment(mark)}'
