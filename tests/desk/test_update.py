"""``course update``: a learner of version 0.1.0 keeps every answer, and nothing is lost.

The old lesson is that of 0.1.0, trimmed; the new one is made of it here, as a release would be:
another number, imports from the rooms, other words, one exercise less.
"""

import copy
import hashlib
import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from course_lib import releases
from course_lib.desk import cells as cell_tools
from course_lib.desk import commands, update

ROOT = Path(__file__).resolve().parents[2]
RELEASED = ROOT / "tests" / "fixtures" / "release_0_1_0"
OLD, NEW = "05_priors_and_best_guesses", "06_priors_and_best_guesses"
MEAN = '''from course_lib.operators import Blur
from course_lib import figures, data as where


def posterior_mean(y, weights, means, spreads, sigma):
    return 42
'''
WRITTEN = "Because the mean of *two* sharp pictures is neither: naïve, but so."


def old_notebook():
    return json.loads((RELEASED / f"{OLD}.ipynb").read_text(encoding="utf-8"))


def new_notebook():
    """The lesson as a later release would hand it out."""
    notebook = old_notebook()
    notebook["cells"] = [cell for cell in notebook["cells"]
                         if cell["id"] not in ("perception_distortion", "audit_helpers")]
    for cell in notebook["cells"]:
        text = "".join(cell["source"]).replace("course_lib.figures", "course_lib.notebook.figures")
        text = text.replace("# 05 ·", "# 06 ·").replace('"05.', '"priors_and_best_guesses.')
        if cell["id"] == "posterior_mean":
            text = text.replace("Posterior mean of", "The posterior mean of")
        if cell["id"] == "posterior_mean_of_two_points":
            text += "\n# Another test."
        cell["source"] = text
        if cell["id"].startswith("c-"):
            digest = hashlib.sha256(f"priors_and_best_guesses\n1\n{text}".encode()).hexdigest()
            cell["id"] = f"c-{digest[:8]}"
        elif not cell_tools.is_as_released(cell):
            about = cell["metadata"]["nbgrader"]
            about["checksum"] = compute_checksum(nbformat.from_dict(cell))
    return notebook


def by_id(notebook, name):
    return next(cell for cell in notebook["cells"] if cell.get("id") == name)


def own(text, **more):
    cell = {"cell_type": "code", "id": hashlib.md5(text.encode()).hexdigest()[:8], "source": text,
            "metadata": {"trusted": True}, "outputs": [{"output_type": "stream"}],
            "execution_count": 7}
    return cell | more


def answered():
    """The old lesson as a learner left it."""
    notebook = old_notebook()
    cells = notebook["cells"]
    by_id(notebook, "posterior_mean")["source"] = MEAN.splitlines(keepends=True)
    by_id(notebook, "sharp_but_worse")["source"] = WRITTEN
    by_id(notebook, "sharp_but_worse")["attachments"] = {"a.png": {"image/png": "aGk="}}
    guess = next(cell for cell in cells if "times_larger = None" in "".join(cell["source"]))
    guess["source"] = "".join(guess["source"]).replace("= None", "= 7")
    changed = next(cell for cell in cells if "Mixture" in "".join(cell["source"])
                   and cell["id"].startswith("c-"))
    changed["source"] = "".join(changed["source"]) + "\nprint('mine')"
    cells.insert(cells.index(by_id(notebook, "posterior_mean")) + 1, own("helper = 1"))
    cells.insert(2, own("look = 'at this'"))
    cells.append(own("## My notes", cell_type="markdown"))
    return notebook


def write(folder, notebook):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{folder.name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def read(folder):
    return json.loads((folder / f"{folder.name}.ipynb").read_text(encoding="utf-8"))


def texts(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"]]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose one lesson got another number, and a learner's work from before."""
    root = tmp_path / "my course"
    write(root / "lessons" / NEW, new_notebook())
    write(root / "work" / OLD, answered())
    (root / "work" / OLD / "my thoughts.txt").write_text("deep", encoding="utf-8")
    monkeypatch.setattr(commands, "ROOT", root)
    monkeypatch.delenv("COURSE_WORK", raising=False)
    return root


# --- what is carried ------------------------------------------------------------------------------


def test_answers_guesses_and_own_cells_are_in_their_places(course, capsys):
    assert commands.main(["update"]) == 0
    work = course / "work"
    new = read(work / NEW)
    assert [path.name for path in sorted(work.iterdir())] == [NEW, "backups"]
    expected = MEAN.replace("course_lib.operators", "course_lib.imaging.operators").replace(
        "from course_lib import figures, data as where",
        "from course_lib.notebook import figures\nfrom course_lib import data as where")
    assert by_id(new, "posterior_mean")["source"] == expected
    written = by_id(new, "sharp_but_worse")
    assert written["source"] == WRITTEN and "a.png" in written["attachments"]
    said = texts(new)
    assert any(text.startswith("from course_lib.predictions") and "times_larger = 7" in text
               for text in said)
    ids = [cell["id"] for cell in new["cells"]]
    assert len(set(ids)) == len(ids)
    assert said[ids.index("posterior_mean") + 1] == "helper = 1"
    assert said[2] == "look = 'at this'" and said[-1] == "## My notes"
    assert (work / NEW / "my thoughts.txt").read_text(encoding="utf-8") == "deep"
    told = capsys.readouterr().out
    assert "answers to posterior_mean, sharp_but_worse" in told and "3 cells of your own" in told
    assert "guesses times_larger" in told


def test_the_lesson_itself_is_the_new_one(course):
    commands.main(["update"])
    new, released = read(course / "work" / NEW), new_notebook()
    mine = {cell["id"]: cell for cell in new["cells"]}
    for cell in released["cells"]:
        if cell["id"] not in ("posterior_mean", "sharp_but_worse") and "= None" not in "".join(
                cell["source"]):
            assert mine[cell["id"]] == cell
    for cell in new["cells"]:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_what_found_no_place_is_told_and_in_the_backup(course, capsys):
    old = read(course / "work" / OLD)
    by_id(old, "perception_distortion")["source"] = "def perception_distortion(s): return s"
    write(course / "work" / OLD, old)
    commands.main(["update", "priors"])
    told = capsys.readouterr().out
    assert "Not carried: perception_distortion: the lesson no longer asks for it" in told
    assert told.count("Not carried: your change of the lesson's own cell") == 1
    (backup,) = (course / "work" / "backups" / NEW).iterdir()
    assert str(backup) in told
    assert json.loads((backup / f"{OLD}.ipynb").read_text(encoding="utf-8")) == old
    assert (backup / "my thoughts.txt").exists()


def test_stubs_stay_those_of_the_new_lesson(course):
    write(course / "work" / OLD, old_notebook())
    assert update.update(course / "lessons" / NEW, course / "work").summary() == (
        "nothing was answered yet")
    assert texts(read(course / "work" / NEW)) == texts(new_notebook())


def test_an_answer_under_another_name_is_told(course):
    released = new_notebook()
    stub = by_id(released, "posterior_mean")
    stub["source"] = stub["source"].replace("def posterior_mean(", "def mean_of_posterior(")
    write(course / "lessons" / NEW, released)
    carried = update.update(course / "lessons" / NEW, course / "work")
    assert any("now asks for mean_of_posterior" in lost for lost in carried.lost)
    assert "return 42" in by_id(read(course / "work" / NEW), "posterior_mean")["source"]


def test_of_a_split_answer_all_pieces_are_kept(course):
    old = answered()
    answer = by_id(old, "posterior_mean")
    piece = copy.deepcopy(answer) | {"id": "piece", "source": "import math"}
    old["cells"].insert(old["cells"].index(answer), piece)
    write(course / "work" / OLD, old)
    update.update(course / "lessons" / NEW, course / "work")
    new = read(course / "work" / NEW)
    ids = [cell_tools.grade_id(cell) for cell in new["cells"]]
    assert ids.count("posterior_mean") == 1
    assert texts(new)[ids.index("posterior_mean") - 1] == "import math"


# --- when -----------------------------------------------------------------------------------------


def test_a_second_update_does_nothing(course, capsys):
    commands.main(["update"])
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert commands.main(["update"]) == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(("change", "older"), [
    (lambda notebook: None, False),
    (lambda notebook: by_id(notebook, "posterior_mean").update(source="mine"), False),
    (lambda notebook: notebook["cells"].append(own("x = 1")), False),
    (lambda notebook: notebook["cells"].pop(1), False),
    (lambda notebook: notebook["cells"][0].update(source="# Other words", id="c-01234567"), False),
    (lambda notebook: notebook["cells"][1].update(source="x = 2", id="c-01234567"), True),
    (lambda notebook: by_id(notebook, "posterior_mean_of_wide_classes").update(source="pass"),
     True),
])
def test_a_lesson_is_older_if_its_own_code_differs(course, change, older):
    shutil.rmtree(course / "work" / OLD)
    notebook = new_notebook()
    change(notebook)
    write(course / "work" / NEW, notebook)
    assert update.is_older(course / "lessons" / NEW, course / "work") is older


def test_a_lesson_of_another_release_under_the_same_number_is_updated(course):
    shutil.rmtree(course / "work" / OLD)
    write(course / "work" / NEW, answered())
    carried = update.update(course / "lessons" / NEW, course / "work")
    assert carried.answers == ["posterior_mean", "sharp_but_worse"]
    (backup,) = carried.backups
    assert (backup / f"{NEW}.ipynb").exists() and (course / "work" / NEW).exists()


def test_what_was_answered_under_both_numbers_is_the_later(course):
    new = new_notebook()
    by_id(new, "posterior_mean")["source"] = "def posterior_mean(*a): return 'later'"
    write(course / "work" / NEW, new)
    carried = update.update(course / "lessons" / NEW, course / "work")
    result = read(course / "work" / NEW)
    assert "later" in by_id(result, "posterior_mean")["source"]
    assert by_id(result, "sharp_but_worse")["source"] == WRITTEN and len(carried.backups) == 2


def test_an_unreadable_notebook_is_left_alone(course, capsys):
    path = course / "work" / OLD / f"{OLD}.ipynb"
    path.write_text("{", encoding="utf-8")
    assert commands.main(["update"]) == 1
    assert "no readable notebook" in capsys.readouterr().err and path.read_text("utf-8") == "{"


# --- interrupted ----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", range(5))
def test_an_interrupted_update_loses_nothing(course, monkeypatch, step):
    """Whatever rename is the last, the next update ends as an undisturbed one does."""
    lesson, work = course / "lessons" / NEW, course / "work"
    write(work / NEW, new_notebook())
    rename, calls = Path.rename, []

    def interrupted(self, target):
        calls.append(target)
        if len(calls) > step:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", interrupted)
        if step < 4:
            with pytest.raises(KeyboardInterrupt):
                update.update(lesson, work)
        else:
            update.update(lesson, work)
    commands.add_lessons(work)  # as `course lab` does
    update.update(lesson, work)
    assert not [path for path in work.iterdir() if path.suffix == ".updated"]
    assert [path.name for path in work.glob("[0-9]*")] == [NEW]
    said = texts(read(work / NEW))
    assert WRITTEN in said and said.count("helper = 1") == 1 and said.count("## My notes") == 1
    assert any("return 42" in text for text in said)
    assert update.update(lesson, work) is None


# --- lab, mark, reset -----------------------------------------------------------------------------


def test_lab_opens_the_old_lesson_and_says_what_to_do(course, monkeypatch, capsys):
    started = []
    monkeypatch.setattr(commands, "run", lambda command, **env: started.append(command) or 0)
    commands.main(["lab", "priors"])
    told = capsys.readouterr().out
    assert f"From an earlier release of the course: {OLD}." in told and "`course update`" in told
    assert any(each.endswith(f"=/lab/tree/{OLD}/{OLD}.ipynb") for each in started[0])
    assert not (course / "work" / NEW).exists()
    commands.main(["update"])
    capsys.readouterr()
    commands.main(["lab", "priors"])
    assert "earlier release" not in capsys.readouterr().out
    assert any(each.endswith(f"=/lab/tree/{NEW}/{NEW}.ipynb") for each in started[1])


def test_mark_takes_the_old_lesson_and_says_what_to_do(course, monkeypatch, capsys):
    from course_lib.desk import marking

    marked = []
    monkeypatch.setattr(marking, "mark", lambda template, cells, *_: marked.append(cells) or [])
    assert commands.main(["mark", "priors"]) == 0
    assert "From an earlier release" in capsys.readouterr().out
    assert marked == [answered()["cells"]]


def test_reset_moves_the_old_lesson_aside_too(course, capsys):
    assert commands.main(["reset", "priors"]) == 0
    work = course / "work"
    assert texts(read(work / NEW)) == texts(new_notebook()) and not (work / OLD).exists()
    (backup,) = (work / "backups" / NEW).iterdir()
    assert (backup / f"{OLD}.ipynb").exists() and str(backup) in capsys.readouterr().out


# --- the real lessons -----------------------------------------------------------------------------


def test_nbgraders_checksum_says_what_is_untouched():
    for cell in old_notebook()["cells"]:
        if cell_tools.grade_id(cell):
            assert cell_tools.is_as_released(cell)
            assert not cell_tools.is_as_released(cell | {"source": "mine"})


def test_every_lesson_of_the_first_release_is_still_there_under_its_name():
    names = [path.name[3:] for path in (ROOT / "lessons").glob("[0-9][0-9]_*")]
    assert set(releases.LESSONS) <= set(names)


def test_the_real_lesson_takes_the_old_answers(tmp_path):
    (lesson,) = (ROOT / "lessons").glob("[0-9][0-9]_priors_and_best_guesses")
    write(tmp_path / OLD, answered())
    carried = update.update(lesson, tmp_path)
    assert carried.answers == ["posterior_mean", "sharp_but_worse"] and carried.own == 3
    assert carried.guesses == ["times_larger"]


@pytest.mark.parametrize(("old", "new"), [
    ("from course_lib.figures import show", "from course_lib.notebook.figures import show"),
    ("import course_lib.operators as ops", "import course_lib.imaging.operators as ops"),
    ("from course_lib import figures", "from course_lib.notebook import figures"),
    ("    from course_lib import gan, optics",
     "    from course_lib.generators import gan\n    from course_lib.imaging import optics"),
    ("from course_lib import data, imaging", "from course_lib import data, imaging"),
    ("from course_lib.imaging.optics import Lens", "from course_lib.imaging.optics import Lens"),
    ("from course_lib.no_such import x", "from course_lib.no_such import x"),
    ("from course_lib.explorers import best", "from course_lib.notebook.explorers import best"),
])
def test_imports_follow_the_library(old, new):
    assert update._moved_imports(old) == new
