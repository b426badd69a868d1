"""Who says yes is counted, nobody else; no name comes out, and no order that tells one."""

import csv
import json
import re
import shutil
import zipfile

import nbformat
import pytest

from course_lib.desk.commands import main
from course_staff.evidence import collect, guesses, inventory, report
from course_staff.evidence.collect import Said
from course_staff.evidence.inventory import WHEN, Filled

RIGHT = tuple(item.right for item in inventory.items())
WRONG = tuple(min(item.ideas) for item in inventory.items())
NAMES = ("Ada Bell", "Bo Chen", "Cleo O'Dwyer", "Dov Élan", "Esi Fofana", "Finn Garcia",
         "Gül Hakimi", "Zoltan Refuser")


def fill(path, when, answers=RIGHT, agree="'yes'", ends=("None", "None")):
    """Write a form as somebody filled it in; `agree` and `ends` are code."""
    notebook = inventory.form(when)
    said = {f"{when}_{place}": repr(letter) for place, letter in enumerate(answers, start=1)}
    said |= {"take_part": agree, f"{when}_least": ends[0], f"{when}_most": ends[1]}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = re.sub(r"^(\w+) = None", lambda found: f"{found[1]} = {said[found[1]]}",
                                 cell.source, flags=re.MULTILINE)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def lesson(path, **said):
    cells = [nbformat.v4.new_code_cell(f"g = {guess!r}\npredict('image_formation.{key}', g)")
             for key, guess in said.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def answers_of(place):
    """Answers that differ from person to person, and get better."""
    return WRONG[:12 - place] + RIGHT[12 - place:], WRONG[:place % 3] + RIGHT[place % 3:]


@pytest.fixture
def handed_in(tmp_path):
    """Seven who agree and one who doesn't, with forms, a lesson, and a guess of each."""
    folder = tmp_path / "in"
    for place, name in enumerate(NAMES):
        agree = "'no'" if "Refuser" in name else "'yes'"
        for when, answers in zip(WHEN, answers_of(place), strict=True):
            fill(folder / name / f"limits_{when}" / f"limits_{when}.ipynb", when, answers, agree,
                 ("3", "9"))
        lesson(folder / name / "01_image_formation" / "01_image_formation.ipynb",
               dip=round(0.1234567 + place / 10, 7), adjoints=place % 7)
    return folder


def run(place, out, *more):
    return main(["evidence", *map(str, [place] if not isinstance(place, list) else place),
                 "--out", str(out), *more])


def written(out):
    return {path.relative_to(out).as_posix(): path.read_bytes()
            for path in sorted(out.rglob("*")) if path.is_file()}


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_who_agrees_is_counted_and_nobody_else(handed_in, tmp_path, capsys):
    out = tmp_path / "class"
    assert run(handed_in, out, "--rows") == 0
    told = capsys.readouterr().out
    assert "8 people handed something in; 7 of them agree." in told
    (dip,) = [row for row in rows(out / "evidence/guesses.csv") if row["guess"].endswith(".dip")]
    assert dip["persons"] == "7" and float(dip["median"]) == pytest.approx(0.4235, abs=1e-4)
    last = rows(out / "evidence/inventory.csv")[-1]
    assert (last["right_before"], last["of_before"], last["right_after"]) == ("6", "7", "7")
    # The one who refused had place 7: neither the guess nor the answers are anywhere.
    everything = b"".join(written(out).values())
    assert b"0.8234567" not in everything and b"0.1234567" in everything
    lines = rows(out / "evidence/rows/answers.csv")
    refused = [*answers_of(7)[0], *answers_of(7)[1]]
    assert len(lines) == 7 and refused not in [[*line.values()][1:] for line in lines]


def test_no_name_survives(handed_in, tmp_path, capsys):
    out = tmp_path / "class"
    assert run(handed_in, out, "--rows") == 0
    everything = b"\0".join(written(out).values()).decode("utf-8", "replace")
    everything = re.sub(r'base64,[^"]+', "", everything)
    everything += "\0".join(written(out)) + capsys.readouterr().out
    for name in NAMES:
        for part in [name, *re.split(r"[ ']", name)]:
            if len(part) > 1:
                assert not re.search(rf"\b{re.escape(part)}\b", everything, re.IGNORECASE), part
    left = {path.name for path in out.iterdir()}
    assert left == {"class.json", "evidence"}  # neither people.json nor unpacked files


def test_who_is_called_what_changes_nothing(handed_in, tmp_path):
    assert run(handed_in, tmp_path / "one") == 0
    other = tmp_path / "other"
    for place, name in enumerate(NAMES):
        shutil.copytree(handed_in / name, other / f"{(5 * place) % 8} someone")
    assert run(other, tmp_path / "two") == 0
    assert written(tmp_path / "one/evidence") == written(tmp_path / "two/evidence")


def test_ids_are_drawn_and_join_nothing(handed_in, tmp_path):
    out = tmp_path / "class"
    seen = []
    for _ in range(2):
        assert run(handed_in, out, "--rows") == 0
        for table in ("answers", "guesses"):
            ids = [row["id"] for row in rows(out / f"evidence/rows/{table}.csv")]
            assert len(ids) == 7 and ids == sorted(ids)
            assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)
            seen += ids
    assert len({*seen}) == 28


def test_a_later_no_takes_everything_out(handed_in, tmp_path, capsys):
    out = tmp_path / "class"
    assert run(handed_in, out, "--rows") == 0
    fill(handed_in / NAMES[0] / "limits_after" / "limits_after.ipynb", "after", agree="'no'")
    assert run(handed_in, out, "--rows") == 0
    assert "6 of them agree" in capsys.readouterr().out
    assert b"0.1234567" not in b"".join(written(out).values())


@pytest.mark.parametrize("agree, counted", [
    ("'yes'", True), ("' YES '", True), ("None", False), ("'no'", False), ("no", False),
    ("True", False), ("'yes, but not the guesses'", False), ("''", False)])
def test_only_a_yes_is_one(agree, counted, tmp_path):
    path = tmp_path / "limits_before.ipynb"
    fill(path, "before", agree=agree)
    assert (collect.one([path], {}) == Said({}, {"before": Filled(RIGHT)})) is counted
    assert counted or collect.one([path], {}) is None


def test_a_form_without_a_yes_of_its_own_is_not_read(tmp_path):
    for when, agree in zip(WHEN, ("'yes'", "None"), strict=True):
        fill(tmp_path / f"limits_{when}.ipynb", when, agree=agree)
    found = collect.one(sorted(tmp_path.iterdir()), {})
    assert {*found.forms} == {"before"}


def test_of_fewer_than_five_nothing_is_told(handed_in, tmp_path, capsys):
    out = tmp_path / "class"
    assert run(handed_in, out) == 0 and (out / "evidence").exists()
    for name in NAMES[:3]:
        shutil.rmtree(handed_in / name)
    capsys.readouterr()
    assert run(handed_in, out, "--rows") == 1
    assert "Fewer than 5 agree" in capsys.readouterr().err
    assert not (out / "evidence").exists()  # what was told of more persons is gone, too


def test_what_fewer_than_five_said_is_left_out():
    known = {"pulse.a": guesses.Question("pulse.a", "a", 30, 0, 100),
             "pulse.b": guesses.Question("pulse.b", "b", 30, 0, 100)}
    before, after = Filled(WRONG, (0, 3)), Filled(RIGHT, (0, 3))
    said = ([Said({"pulse.a": 20.0, "pulse.b": 10.0}, {"before": before, "after": after})] * 4
            + [Said({"pulse.a": 20.0}, {"before": before})] * 2)
    found = report.Evidence.of(said, known)
    assert (found.persons, found.before, found.after, found.both) == (6, 6, 4, 4)
    assert [each.question.key for each in found.guesses] == ["pulse.a"] and found.unscored == 1
    assert found.scores is None and found.covered == {"before": (6, 6)}
    assert all(each.right == ((0, 6), (0, 0)) and not each.options for each in found.items)
    assert report.Evidence.of(said[::-1], known) == found
    nobody = report.Evidence.of([Said()] * 5, known)
    assert nobody.items == [] and nobody.guesses == [] and nobody.calibration is None


def test_a_class_that_learned_everything():
    said = [Said({}, {"before": Filled(WRONG), "after": Filled(RIGHT)})] * 5
    found = report.Evidence.of(said, {})
    assert found.scores == (0, 12, 1, (1, 1)) and found.covered == {}


def test_guesses_kept_beside_the_lessons_fill_in(tmp_path):
    known = {f"image_formation.{key}": guesses.Question(f"image_formation.{key}", key, 0.5, 0, 1)
             for key in ("dip", "alias", "checkerboard")}
    kept = {"01.dip": 0.1, "image_formation.alias": 0.2, "image_formation.checkerboard": 7,
            "enhance.what_i_see": "Ada"}
    (tmp_path / "predictions.json").write_text(json.dumps(kept), encoding="utf-8")
    lesson(tmp_path / "lesson.ipynb", dip=0.9)
    fill(tmp_path / "limits_before.ipynb", "before")
    found = collect.one(sorted(tmp_path.iterdir()), known)
    assert found.guesses == {"image_formation.dip": 0.9, "image_formation.alias": 0.2}


def test_downloads_of_an_lms_are_joined_by_its_numbers(tmp_path, capsys):
    """Canvas: flat files, an assignment each; a namesake stays somebody else."""
    for place in range(6):
        for number, (when, answers) in enumerate(zip(WHEN, answers_of(place), strict=True)):
            name = f"bellada_{4000 + place}_{10 * place + number}_limits_{when}.ipynb"
            fill(tmp_path / when / name, when, answers)
    with zipfile.ZipFile(tmp_path / "after.zip", "w") as archive:
        for path in (tmp_path / "after").iterdir():
            archive.write(path, path.name)
    assert run([tmp_path / "before", tmp_path / "after.zip"], tmp_path / "class") == 0
    told = capsys.readouterr().out
    assert "6 people handed something in; 6 of them agree." in told
    assert "Forms before: 6, after: 6, both: 6." in told


def test_a_zipped_work_folder_is_read_with_its_guesses(tmp_path, capsys):
    for place in range(5):
        work = tmp_path / "work" / str(place)
        fill(work / "limits_before.ipynb", "before")
        (work / "predictions.json").write_text('{"image_formation.dip": 0.5}', encoding="utf-8")
        (tmp_path / "in").mkdir(exist_ok=True)
        with zipfile.ZipFile(tmp_path / "in" / f"person_{100 + place}_work.zip", "w") as archive:
            for path in work.iterdir():
                archive.write(path, f"work/{path.name}")
    assert run(tmp_path / "in", tmp_path / "class") == 0
    assert "guessed by 5 or more: 1." in capsys.readouterr().out


def test_forms_are_written_and_nothing_else_needs_a_class(tmp_path, capsys):
    assert main(["evidence", "--form", str(tmp_path / "forms")]) == 0
    assert {path.name for path in (tmp_path / "forms").iterdir()} == {
        "limits_before.ipynb", "limits_after.ipynb"}
    assert main(["evidence"]) == 1
    assert "--form DIR" in capsys.readouterr().err


def test_the_page_says_what_it_cannot_show_and_loads_nothing(handed_in, tmp_path):
    assert run(handed_in, tmp_path / "class") == 0
    page = (tmp_path / "class/evidence/report.html").read_text(encoding="utf-8")
    assert "What this can't show" in page
    assert "no group that didn't take the course" in page.replace("&#x27;", "'")
    assert "<script" not in page and not re.search(r'(?:src|href)="(?!data:)', page)
    assert re.search(r'<img [^>]*alt="The class', page)
