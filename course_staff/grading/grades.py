"""The verbs around grading: take a roster in, hand all lessons' grades out."""

import shutil
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from course_staff.authoring import source, syllabus
from course_staff.grading import export, feedback, record, roster
from course_staff.grading.export import Final, Got, Table, read_rules, write_csv
from course_staff.grading.grade import (
    gradebook_url,
    open_folder,
    results,
    told_if_full,
)
from course_staff.grading.people import People


def take_roster(args: Namespace) -> int:
    """Read rosters, say who is on them and who hasn't handed in; returns the exit status."""
    folder = open_folder(args.out)
    people = People.read(folder)
    for file in args.file:
        kind, rows, assignments = roster.load(Path(file))
        new, missing = people.enrol(rows)
        people.roster.assignments = assignments or people.roster.assignments
        print(f"{file}, {kind}: {len(rows)} people, {new} of them new.")
        if missing:
            print(f"{missing} of before are not in it and stay; `course forget --student` deletes.")
    people.write(folder)
    for row in people.roster.rows:
        came = people.known.get(row.student)
        lessons = ", ".join(sorted(came["numbers"])) if came else "nothing yet"
        print(f"  {row.told}: {lessons}")
    for lesson in sorted({each for person in people.known.values() for each in person["numbers"]}):
        print(f"{lesson}:", *people.told(lesson), sep="\n  ")
    return 0


def hand_out(args: Namespace) -> int:
    """Write all lessons' grades, for the instructor, Canvas and Moodle; returns the exit status."""
    folder = open_folder(args.out, create=False)
    people = People.read(folder)
    with told_if_full(folder):
        if args.rules:
            rules = read_rules(Path(args.rules), people, lesson_names())
            if Path(args.rules).resolve() != folder / export.RULES:
                shutil.copyfile(args.rules, folder / export.RULES)
        elif (folder / export.RULES).exists():
            rules = read_rules(folder / export.RULES, people, lesson_names())
        else:
            rules = export.Rules()
        with record.Book(gradebook_url(folder, args.gradebook), folder) as book:
            table = collect(folder, book, people, rules)
        _write(folder, table)
    return 0


def lesson_names() -> dict[str, str]:
    """Return the folders of the lessons by all that these may be called."""
    found: dict[str, str] = {}
    for path in source.find():
        entry = syllabus.entry(path)
        found |= dict.fromkeys((entry.folder, path.stem, entry.title), entry.folder)
    return found


def collect(folder: Path, book: record.Book, people: People, rules: export.Rules) -> Table:
    """Return the table of all lessons that were graded in a class's folder."""
    titles: dict[str, str] = {}
    finals: dict[str, dict[str, Final]] = {}
    for lesson in sorted(path.name for path in (folder / "results").glob("*")):
        for result, template, marks in results(folder, lesson, book):
            student, when = result["student"], result.get("when")
            got, most = feedback.total(template, marks)
            waiting = sum(points for name, points in template["answers"].items()
                          if feedback.waits(marks.get(name, {})))
            if "not graded" in dict(result["flags"]):
                continue
            person = people.known.get(student)
            titles[lesson] = template["title"]
            finals.setdefault(lesson, {})[student] = rules.final(student, lesson, Got(
                got, most, waiting,
                datetime.fromisoformat(when) if when else None,
                person["lms"].get(lesson, "") if person else "", "late" in dict(result["flags"])))
    return Table(people, titles, finals)


def _write(folder: Path, table: Table) -> None:
    out, now = folder / "grades", datetime.now(UTC)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    write_csv(out / "grades.csv", table.grades())
    write_csv(out / "canvas.csv", table.canvas())
    write_csv(out / "moodle.csv", table.moodle())
    for lesson in table.lessons:
        if any(table.participants(lesson)):
            write_csv(out / f"moodle_{lesson}.csv", table.worksheet(lesson, now))
            (out / f"moodle_feedback_{lesson}.zip").write_bytes(
                table.feedback(lesson, folder / "feedback"))
    print(f"{len(table.students)} people, {len(table.lessons)} lessons: {out / 'grades.csv'}")
    print(f"For Canvas: {out / 'canvas.csv'}; for Moodle: {out / 'moodle.csv'}, and for each "
          "assignment a grading worksheet and a zip of feedback.")
    for file, rows in table.nameless().items():
        if rows:
            print(f"Left out of {file}, for want of an id or e-mail address on the roster: "
                  f"{', '.join(row.told for row in rows)}")
    names = {lesson: table.assignment(lesson) for lesson in table.lessons}
    new = [title for title in names.values() if title not in table.people.roster.assignments]
    if new and table.people.roster.assignments:
        print(f"Canvas has no assignment like {', '.join(new)} and will offer to make it.")
    for lesson, finals in table.finals.items():
        waiting = sum(final.points is None for final in finals.values())
        if waiting:
            print(f"{lesson}: {waiting} wait for a mark by hand, and are left out of what Canvas "
                  "and Moodle get.")
        open_ = [student for student, final in finals.items() if final.late
                 and not final.late.endswith("less")]
        if open_:
            print(f"{lesson}: decide on lateness, under [handed_in] in {folder / export.RULES}, of "
                  f"{', '.join(sorted(open_))}")
        missing = table.people.missing(lesson)
        if missing:
            print(f"{lesson}: nothing came from {', '.join(row.told for row in missing)}")
