"""What the study's records say: intervals cover, contrasts pair, and nothing is told too early."""

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.data import read_rows, write_rows  # noqa: E402
from course_lib.records import study as records_of  # noqa: E402
from course_staff.experiments import study  # noqa: E402
from course_staff.experiments import study_statistics as statistics  # noqa: E402
from course_staff.experiments import study_tables as tables  # noqa: E402

# --- simulated tables ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", statistics.CASES)
def test_intervals_hold_the_truth_about_as_often_as_they_say(name):
    for row in statistics.coverage(name, tables=80, draws=400, rng=3):
        for kind in ("bootstrap", "t"):
            usual, wide = row[kind]
            assert 0.86 <= usual <= wide <= 1 and wide >= 0.91, row


def test_an_interval_from_the_answers_alone_would_not():
    """The law above can fail: without the trainings' scatter the interval is far too narrow."""
    world, rng, held = statistics.World((0.3, 0.3), 0.29), np.random.default_rng(0), 0
    for _ in range(80):
        first, second = (g.values.ravel() for g in statistics.two_groups(world, rng).groups)
        error = np.sqrt(first.var() / first.size + second.var() / second.size)
        held += abs(first.mean() - second.mean()) < 1.96 * error
    assert held / 80 < 0.75


def test_simulated_rates_are_those_declared():
    rng, world = np.random.default_rng(1), statistics.World((0.84, 0.3), 0.29, pale=(0.9, 0.4))
    made = [statistics.two_groups(world, rng) for _ in range(200)]
    for i in range(2):
        assert np.mean([c.groups[i].rates().mean() for c in made]) == pytest.approx(
            world.rates[i], abs=0.02)
        assert np.mean([c.groups[i].kept for c in made]) == pytest.approx(world.pale[i], abs=0.02)
    assert np.mean([c.value() for c in made]) == pytest.approx(world.truth, abs=0.02)
    chained = [statistics.against_chains(world, rng).value() for _ in range(300)]
    assert np.mean(chained) == pytest.approx(world.truth, abs=0.02)
    single = [statistics.one_file(statistics.World((0.75, 0.45), 0), rng).value()
              for _ in range(300)]
    assert np.mean(single) == pytest.approx(0.3, abs=0.03)


# --- records -------------------------------------------------------------------------------------


def write(folder, member, dark_rate=0.5, rng=None, finite=True):
    """A file as `study.make` writes it: dark beetles flip at a rate, pale ones at .1."""
    rng = np.random.default_rng(0) if rng is None else rng
    rows = [{"kind": "generator", "name": member.generator, "share": member.share,
             "start": "scratch" if member.scratch else "share_50", "number": member.number,
             "weights": 64 * "a", "finite": finite}]
    if finite and member.factorial:
        shape = 2, 2, 2, 2
        rows += [{"kind": "cells", "truth": k, "found": rng.random(shape).round(3).tolist(),
                  "residual": np.full(shape, 1e-5).tolist()}
                 for k in [*range(3), *range(10, 13)]]
    elif finite:
        rows.append({"kind": "card", "n": 100, "dark": 10, "precision": 0.9, "recall": 0.5,
                     "coverage": 0.8})
        for repeat in range(2):
            for block in range(2):
                found = np.r_[rng.random(5) < 0.1, rng.random(5) > dark_rate].astype(float)
                rows.append({"kind": "search", "repeat": repeat, "block": block,
                             "start": np.zeros(10).tolist(), "found": found.tolist(),
                             "residual": np.where(rng.random(10) < 0.8, 1e-3, 1e-2).tolist()})
        if member.chained:
            rows += [{"kind": "chains", "pixels": pixels, "truths": [k, k + 1],
                      "dark": 2 * [[0.2, 0.4] if k >= 10 else [0.1, 0.0]], "ess": [50.0, 60.0]}
                     for pixels in (4, 8) for k in (10, 12, 0, 2)]
    write_rows(folder / f"{member.name}.jsonl", rows)


@pytest.fixture
def everything(tmp_path):
    rng = np.random.default_rng(7)
    for member in study.MEMBERS:
        write(tmp_path, member, 0.9 if member.share < 0.5 else 0.2, rng)
    return tables.load(tmp_path)


def test_every_answer_stands_where_its_beetle_does(tmp_path):
    member = study.Member(0.1, 1)
    write(tmp_path, member)
    file = tmp_path / f"{member.name}.jsonl"
    some = records_of.read(file)
    row = next(row for row in read_rows(file)
               if (row.get("repeat"), row.get("block")) == (1, 1))
    np.testing.assert_array_equal(some.found[[5, 6, 7, 8, 9, 15, 16, 17, 18, 19], 1], row["found"])
    np.testing.assert_array_equal(some.flipped[1], some.found[10:] <= 0.5)
    np.testing.assert_allclose(some.chains[8], 4 * [[0.1, 0.0]] + 4 * [[0.2, 0.4]])
    assert some.ess[4].tolist() == [50, 60] * 4
    rows = read_rows(file)
    write_rows(file, [r for r in rows if (r.get("block"), r.get("repeat")) != (0, 1)])
    with pytest.raises(ValueError, match=r"share_10_1.jsonl lacks 10 answers"):
        records_of.read(file)
    for kind in ("card", "search"):
        write_rows(file, [row for row in rows if row["kind"] != kind])
        with pytest.raises(ValueError, match="lacks its card or all its searches"):
            records_of.read(file)


def test_nothing_is_claimed_before_all_trainings_are_there_and_what_is_missing_is_named(tmp_path):
    for n in (1, 2):
        for share in (0.1, 0.5):
            write(tmp_path, study.Member(share, n), 0.9 if share < 0.5 else 0.2)
    write(tmp_path, study.Member(0.5, 3), finite=False)
    records = tables.load(tmp_path)
    said = tables.section(records, [], "1 May 2030")
    assert "## So far (1 May 2030)" in said and "5 of 33 parts are done" in said
    missing = re.search(r"\*\*Missing:\*\* (.*?)\. No contrast", said).group(1)
    assert missing.count("`") == 2 * 28 and "`share_10_3`" in missing
    assert "`share_10_1`" not in missing and "`factorial_share_50_1`" in missing
    assert "| `share_50_3` | 0.5 | ended in NaN, left out" in said
    rows = {line.split(" | ")[0][2:]: line for line in said.splitlines() if "| C" in line[:4]}
    assert all("no claim yet" in rows[name] for name in records_of.LABELS)
    assert "| 2 + 2 |" in rows["C1"] and "none on one side" in rows["C3"]
    empty = tables.section({}, [], "1 May 2030")
    assert "0 of 33" in empty and "| C1" not in empty


def test_with_everything_there_each_contrast_gets_its_verdict(everything):
    said = tables.section(everything, [], "1 May 2030")
    assert "Missing" not in said and "no claim yet" not in said
    rows = {line.split(" | ")[0][2:]: line for line in said.splitlines() if "| C" in line[:4]
            and "–" not in line[:40]}
    assert "holds, at 1 % as well" in rows["C1"] and "| 5 + 5 |" in rows["C1"]
    assert rows["C1"].count(" to ") == 5  # 95 %, 99 %, any left out, bootstrap, met ε only
    assert said.count("| other form |") == 2 * 8
    parts = records_of.contrasts(everything)
    tenth = [everything[f"share_10_{n}"].flipped[1].mean() for n in range(1, 6)]
    half = [everything[f"share_50_{n}"].flipped[1].mean() for n in range(1, 6)]
    assert parts["C1"].value()[0] == pytest.approx(np.mean(tenth) - np.mean(half))
    assert parts["C2"].value()[0] == pytest.approx(parts["C1"].value()[0])  # all starts are pale
    searched = [everything[f"share_10_{n}"].flipped[1][:4].mean() for n in range(1, 6)]
    assert parts["C5"].value()[0] == pytest.approx(np.mean(searched) - 0.7)
    met = records_of.contrasts(everything, met=True)["C1"]
    assert met.first.kept.mean() == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize(("name", "ends", "left_out", "words"), [
    ("C1", (0.1, 0.3), (0.05, 0.4), "holds, at 1 % as well"),
    ("C1", (0.1, 0.3), (-0.05, 0.4), "holds, at 1 % as well, but rests on one training"),
    ("C1", (-0.1, 0.3), None, "not shown: the interval holds 0"),
    ("C1", (-np.inf, np.inf), None, "not shown: no interval"),
    ("C4", (0.1, 0.3), None, "holds, at 1 % as well, of one weight file"),
    ("C1 mirror", (-0.4, -0.3), None, "not in the plan"),
    ("C1", (-0.3, -0.1), None, "refuted: the other way round"),
    ("C3", (-0.05, 0.08), None, "shown"), ("C3", (-0.05, 0.2), None, "open"),
    ("C3", (0.15, 0.3), None, "refuted"),
])
def test_verdicts_are_the_plans(name, ends, left_out, words):
    told = tables.Told((ends[0] + ends[1]) / 2, (ends, ends), left_out)
    assert tables.verdict(name, told) == words


def test_noise_that_is_removed_is_the_cells_without_minus_those_with_it():
    member = study.Member(0.5, 1, factorial=True)
    found, residual = np.zeros((6, 2, 2, 2, 2)), np.full((6, 2, 2, 2, 2), 1e-5)
    clean = records_of.SIGMAS.index(0.0)
    found[:3, 0, 0, clean, 0] = 1, 1, 0  # of three pale beetles two come back dark without noise
    found[3:], found[:3, :, 1], found[:3, 1] = 1, 1, 1
    residual[0, 0, 0, clean, 0] = 1  # one of them doesn't meet ε
    some = records_of.Training({"share": 0.5}, cells={"found": found, "residual": residual})
    records = {member.name: some}
    assert records_of.contrasts(records)["C4"].value()[0] == pytest.approx(2 / 3)
    assert records_of.contrasts(records, met=True)["C4"].value()[0] == pytest.approx(1 / 2)


def test_a_sign_that_turns_with_epsilon_refutes():
    told = tables.Told(0.2, ((0.1, 0.3), (0.1, 0.3)))
    assert "turns" in tables.verdict("C4", told, -0.1)
    assert tables.verdict("C4", told, 0.2).startswith("holds")
    wide = tables.Told(0.2, ((-0.1, 0.5), (-0.2, 0.6)))
    assert tables.verdict("C4", wide, -0.1).endswith("holds 0, and the sign turns with ε")


def test_a_training_that_ended_in_nan_is_left_out_and_the_contrast_is_still_judged(
        tmp_path, everything):
    write(tmp_path, study.Member(0.5, 4), finite=False)
    records = tables.load(tmp_path)
    rows = {line.split(" | ")[0][2:]: line for line in tables.section(
        records, [], "1 May 2030").splitlines() if line.startswith("| C")}
    assert "| 5 + 4 |" in rows["C1"] and "| holds" in rows["C1"]
    del records["share_50_4"]
    told = [name for name in records_of.LABELS if not tables.complete(name, records)]
    assert told == ["C1", "C1 mirror", "C2"]


def test_the_section_is_replaced_and_the_plan_stays(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    document = tmp_path / "study.md"
    document.write_text("# The plan\n\nIs fixed.\n", encoding="utf-8")
    (tmp_path / "study").mkdir()
    for _ in range(2):
        tables.write(document, "1 May 2030")
        text = document.read_text(encoding="utf-8")
        assert text.startswith("# The plan\n\nIs fixed.\n\n## So far (1 May 2030)\n")
        assert text.count("## So far") == 1


def test_the_document_says_what_the_records_say(tmp_path):
    said = tables.DOCUMENT.read_text(encoding="utf-8")
    copy, day = tmp_path / "study.md", re.search(r"^## So far \((.*)\)$", said, re.M).group(1)
    copy.write_text(said, encoding="utf-8")
    tables.write(copy, day)
    assert copy.read_text(encoding="utf-8") == said, "run `course study --table`"
    factorials = [name for name in records_of.names() if name.startswith("factorial")]
    for name in factorials:  # made of the same weights
        searched, turned = (records_of.recorded(each).about["weights"]
                            for each in (name.removeprefix("factorial_"), name))
        assert searched == turned
    shapes = {(2 * study.PLAN.each, study.PLAN.repeats)}
    searched = [name for name in records_of.names() if not name.startswith("factorial")]
    assert {records_of.recorded(name).found.shape for name in searched} == shapes
    listed = {path.stem for path in study.data_path("study").glob("*.jsonl")}
    assert listed <= {member.name for member in study.MEMBERS} | {"coverage"}
    assert sum(path.stat().st_size for path in study.data_path("study").iterdir()) < 1.5e6
