"""The study: stopped or not, it writes the same rows; all generators get the same starts."""

import functools
import json
import signal

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from course_lib.data import read_rows, write_rows  # noqa: E402
from course_lib.generators import gan, pulse  # noqa: E402
from course_staff.experiments import study, train  # noqa: E402

TINY = study.Sizes(
    fine=((64, 6),), grown=((16, 3), (32, 3)), card=40, each=4, block=2, repeats=2, chained=2,
    chained_block=2, factorial=1, read=1, steps=(2, 3), chains={
        4: {"chains": 2, "draws": 3, "thin": 1, "burn_in": 2, "temperatures": 2},
        8: {"chains": 1, "draws": 2, "thin": 1, "burn_in": 0, "temperatures": 2}})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    hurry(monkeypatch)


def hurry(patch):
    """Generators learn at once, and searches are short where nobody says how long."""
    patch.setattr(gan.Trainer, "warm_up", 0)
    patch.setattr(pulse, "search", functools.partial(pulse.search, steps=2))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        hurry(patch)
        return study.make(study.Member(0.5, 1), folder, folder / "out", TINY)


def test_a_run_that_was_stopped_everywhere_writes_the_same_rows(tmp_path, undisturbed, monkeypatch):
    member, calls = study.Member(0.5, 1), []
    torn = tmp_path / member.generator / f"{member.name}.jsonl"

    def check():
        calls.append(1)
        if len(calls) % 2 == 0:
            raise study.Stopped

    advance, steps = gan.Trainer.advance, []

    def interrupted(trainer):
        steps.append(trainer.step)
        if len(steps) == 3:
            signal.raise_signal(signal.SIGTERM)
        return advance(trainer)

    monkeypatch.setattr(gan.Trainer, "advance", interrupted)
    for _ in range(40):
        try:
            file = study.make(member, tmp_path, tmp_path / "out", TINY, check)
        except study.Stopped:
            if torn.exists():  # and power failed in the middle of a line
                torn.write_bytes(torn.read_bytes() + b'{"kind": "sea')
            continue
        break
    assert len(calls) > 8 and steps == list(range(6))
    assert file.read_bytes() == undisturbed.read_bytes()
    sheets = [Image.open(some.with_suffix(".webp")) for some in (file, undisturbed)]
    assert sheets[0].size == (64, 128) and sheets[0].tobytes() == sheets[1].tobytes()


def test_a_finished_file_holds_everything_once_and_the_weights_are_gone(undisturbed):
    about, *rows = read_rows(undisturbed)
    member = study.Member(0.5, 1)
    assert about["finite"] and about["steps"] == 6 and len(about["weights"]) == 64
    assert [row["kind"] for row in rows] == ["card"] + 4 * ["search"] + 4 * ["chains"]
    assert len({json.dumps([row.get(key) for key in ("kind", "repeat", "block", "pixels",
                                                     "truths")]) for row in rows}) == len(rows)
    seen = np.concatenate([study.beetles_of(row["block"], TINY) for row in rows[1:3]])
    assert sorted(seen) == list(range(8))
    folder = undisturbed.parent.parent / member.generator
    assert (folder / "weights.safetensors").exists()  # the factorial wants them; others are thrown
    other = study.Member(0.9, 2)
    file = study.make(other, folder.parent, undisturbed.parent, TINY)
    assert file.name == "share_90_2.jsonl" and not (folder.parent / other.generator).exists()
    assert "chains" not in {row["kind"] for row in read_rows(file)}


def test_the_latents_of_a_beetle_are_its_own_and_the_same_in_every_generator(monkeypatch):
    asked = []
    monkeypatch.setattr(study.flips, "search_each", lambda generator, y, law, latents, seed:
                        asked.append((y, latents.numpy(), seed)) or pulse.Search(
                            np.zeros((1, 4, 3, 64, 64)), np.zeros((1, 4)),
                            np.zeros((1, 4, 3, 64, 64)), 0.0))
    torch.manual_seed(0)
    for generator in (gan.load("share_50"), gan.load("share_10"), gan.Generator(64)):
        for key, measure in study.units(generator, study.Member(0.02, 1), TINY, None):
            if key["kind"] == "search":
                measure()
    first, *others = (asked[i : i + 4] for i in range(0, 12, 4))
    for other in others:
        for a, b in zip(first, other, strict=True):
            for x, y in zip(a, b, strict=True):
                np.testing.assert_array_equal(x, y)
    begun = np.concatenate([latents for _, latents, _ in first])
    assert len({some.tobytes() for some in begun}) == 16  # 8 beetles, two starts
    assert abs(begun.mean()) < 0.05 and abs(begun.std() - 1) < 0.05
    # The second start is another one for the same picture.
    np.testing.assert_array_equal(first[0][0], first[2][0])


def test_the_factorial_pairs_its_cells(tmp_path, monkeypatch):
    monkeypatch.setattr(study.pulse, "choose_starts", lambda generator, form, n, **_: torch.full(
        (n, generator.n_layers, gan.Z_DIM), 0.5 if form == "dark" else -0.5))
    asked, search = [], pulse.search

    def watched(generator, y, **settings):
        asked.append((y, settings))
        return search(generator, y, **settings)

    monkeypatch.setattr(study.pulse, "search", watched)
    rows = [key | measure() for key, measure in study.units(
        gan.load("share_50"), study.Member(0.5, 1, factorial=True), TINY,
        tmp_path / "sheet.webp")]
    assert [row["truth"] for row in rows] == [0, TINY.each]
    assert np.shape(rows[0]["found"]) == np.shape(rows[0]["residual"]) == (2, 2, 2, 2)
    assert [(s["epsilon"], s["steps"]) for _, s in asked[:4]] == [
        (0.002, 2), (0.002, 3), (1e-4, 2), (1e-4, 3)]
    y, settings = asked[0]
    np.testing.assert_array_equal(y[0], study.small(TINY.each, 4)[0])
    np.testing.assert_array_equal(y[1], study.small(TINY.each, 4, 0.0)[0])
    assert abs(np.std(study.small(100, 4) - study.small(100, 4, 0.0)) - 0.05) < 0.001
    drawn, other = settings["latents"]
    np.testing.assert_array_equal(drawn, study.latents(gan.load("share_10"), np.array([0]), 0)[0])
    assert (other == 0.5).all() and (asked[4][1]["latents"][1] == -0.5).all()


def test_the_members_are_those_of_the_plan_and_share_no_seed():
    trainings = [member for member in study.MEMBERS if member.number and not member.factorial]
    recipes = [member.recipe(study.PLAN) for member in trainings]
    assert len(trainings) == 30 and len({recipe.seed for recipe in recipes}) == 30
    assert len({member.name for member in study.MEMBERS}) == 33
    assert {recipe.steps for recipe in recipes if recipe.start} == {3000}
    assert {recipe.steps for recipe in recipes if not recipe.start} == {10_000}
    assert sum(member.chained for member in study.MEMBERS) == 10
    main = [member.name for member in study.MEMBERS[:4]]
    assert main == ["share_10_1", "share_50_1", "share_10_2", "share_50_2"]
    assert all(r.seed >= 1000 and train.RECIPES[train.BALANCED].seed == 0 for r in recipes)


def test_what_is_done_is_not_done_again(tmp_path):
    for name in ("share_10_1", "share_50_2"):
        (tmp_path / f"{name}.jsonl").touch()
    todo = [member.name for member in study.missing(tmp_path, tmp_path / "nowhere")]
    assert len(todo) == 31 and todo[:2] == ["share_50_1", "share_10_2"]


def test_a_file_without_some_chains_is_gone_on_with_in_the_end(tmp_path, undisturbed):
    member, out = study.Member(0.5, 1), tmp_path / "out"
    out.mkdir()
    rows = [row for row in read_rows(undisturbed) if row.get("pixels") != 8]
    write_rows(out / undisturbed.name, rows)
    assert study.unfinished(out) == [member] and member not in study.missing(out)
    asked = []
    file = study.make(member, tmp_path, out, TINY, check=lambda: asked.append(1))
    assert file.read_bytes() == undisturbed.read_bytes() and len(asked) == 2  # two blocks
    assert study.unfinished(out) == []


def test_the_shipped_generator_is_searched_and_not_trained(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "train", None)
    file = study.make(study.Member(0.1, 0), tmp_path, tmp_path / "out", TINY)
    about, *rows = read_rows(file)
    assert about["weights"] == study.checksum(study.data_path("generators", "share_10.safetensors"))
    assert about["seed"] == 0 and [row["kind"] for row in rows] == ["card"] + 4 * ["search"]
    assert study.data_path("generators", "share_10.safetensors").exists()
