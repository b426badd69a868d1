"""Training as its user sees it: killed and resumed, finished, audited, shipped, refused."""

import argparse
import dataclasses
import functools
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from course_lib.desk import commands  # noqa: E402
from course_lib.generators import denoiser, gan  # noqa: E402
from course_lib.inference import networks  # noqa: E402
from course_staff.commands import VERBS  # noqa: E402
from course_staff.experiments import train  # noqa: E402

RUN = """
import sys, torch
from pathlib import Path
from course_lib.generators import gan
from course_staff.experiments import train

torch.set_num_threads(1)
train.SAVE_EVERY = 0
folder = Path(sys.argv[1])
state = folder / "state.safetensors"
recipe = gan.Recipe(0.3, stages=((8, 35), (16, 25)), seed=5)
trainer = gan.Trainer.load(state) if state.exists() else gan.Trainer(recipe)
sys.exit(train.train(train.GENERATOR, trainer, folder, minutes=None) != "finished")
"""


def start(folder):
    return subprocess.Popen([sys.executable, "-c", RUN, str(folder)], stdout=subprocess.DEVNULL)


def arguments(*words):
    parser = argparse.ArgumentParser()
    VERBS["train"][1](parser)
    return parser.parse_args(words)


def test_a_killed_and_an_interrupted_run_end_where_an_undisturbed_one_does(tmp_path):
    undisturbed = start(tmp_path / "whole")
    disturbed, folder = tmp_path / "again", tmp_path / "again"
    state = folder / "state.safetensors"

    def step():
        return networks.read_training(state)[0]["step"] if state.exists() else 0

    for end in ("kill", "terminate"):
        process, before = start(disturbed), step()
        begun = time.monotonic()
        while step() < before + 10:
            assert process.poll() is None and time.monotonic() - begun < 120
            time.sleep(0.05)
        getattr(process, end)()
        process.wait(timeout=60)
        reached = step()
        assert before + 10 <= reached < 60
    assert start(disturbed).wait(timeout=300) == 0 == undisturbed.wait(timeout=300)
    whole, again = (gan.Trainer.load(tmp_path / name / "state.safetensors")
                    for name in ("whole", "again"))
    assert whole.step == again.step == 60
    for name, value in whole.average.state_dict().items():
        torch.testing.assert_close(again.average.state_dict()[name], value, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("words", "name", "recipe"), [
    ([], "share_50", gan.Recipe(0.5)),
    (["--share", "0.1"], "share_10", gan.Recipe(0.1, train.FINE.stages, "share_50")),
    (["--share", "0.02"], "share_02", gan.Recipe(0.02, train.FINE.stages, "share_50")),
    (["--share", "0.9", "--scratch", "--seed", "3"], "share_90_scratch_seed_3",
     gan.Recipe(0.9, seed=3)),
    (["--denoiser"], "share_50", denoiser.Recipe(0.5)),
    (["--denoiser", "--share", "0.1", "--seed", "3"], "share_10_seed_3",
     denoiser.Recipe(0.1, seed=3)),
])
def test_the_command_line_names_a_recipe(words, name, recipe):
    assert train.recipe_of(arguments(*words)) == (name, recipe)


def test_a_share_that_is_none_is_refused():
    with pytest.raises(commands.Told, match=r"--share is 1.5; it must be in \[0, 1\]"):
        train.recipe_of(arguments("--share", "1.5"))


@pytest.mark.parametrize("word", ["--collapsed", "--scratch"])
def test_what_only_a_generator_can_be_is_refused_for_a_denoiser(word):
    with pytest.raises(commands.Told, match="for generators, not for a --denoiser"):
        train.recipe_of(arguments("--denoiser", word))


def test_the_collapsed_one_differs_by_what_its_card_says():
    name, recipe = train.recipe_of(arguments("--collapsed"))
    assert name == "collapsed" and recipe.share == 0.5
    assert not recipe.minibatch and recipe.spread_weight > 0


@pytest.fixture
def short(monkeypatch, tmp_path):
    """A data folder of its own, small networks, few steps, an audit of few pictures."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    shutil.copytree(commands.ROOT / "data" / "classifiers",
                    tmp_path / "data" / "classifiers")
    shutil.copy(commands.ROOT / "data" / "checksums.json", tmp_path / "data")
    for kind in ("GENERATOR", "DENOISER"):
        monkeypatch.setattr(train, kind, dataclasses.replace(getattr(train, kind), audit=50))
    monkeypatch.setattr(gan.Trainer, "warm_up", 1)
    monkeypatch.setattr(train, "RECIPES", {"share_50": gan.Recipe(0.5, stages=((32, 1), (64, 2)))})
    monkeypatch.setattr(train, "FINE", gan.Recipe(0.5, stages=((64, 2),), start="share_50"))
    monkeypatch.setattr(denoiser, "Denoiser", functools.partial(denoiser.Denoiser, 8, 8))
    monkeypatch.setattr(denoiser, "Recipe", functools.partial(denoiser.Recipe, steps=2))
    monkeypatch.setattr(denoiser.Trainer, "bank", 64)
    return tmp_path


def test_a_finished_run_ships_a_generator_its_card_and_checksums(short, capsys):
    assert train.run(arguments("--ship", "--device", "cpu")) == 0
    folder = short / "data" / "generators"
    card = (folder / "share_50.md").read_text(encoding="utf-8")
    assert "share of the dark (melanic) form shown | 0.5 |" in card and "random weights" in card
    assert "course train --share 0.5" in card and "1 steps at 32 pixels, 2 steps at 64" in card
    assert gan.names() == ["share_50"]
    # What was stored in half precision draws what was trained.
    trainer = gan.Trainer.load(short / "work" / "training" / "share_50" / "state.safetensors")
    x, stored = (gan.pictures(g, 3, seed=1) for g in (trainer.average, gan.load("share_50")))
    np.testing.assert_allclose(stored, x, atol=0.004)
    # Another share starts from it, and says so.
    assert train.run(arguments("--share", "0.1", "--ship", "--device", "cpu")) == 0
    card = (folder / "share_10.md").read_text(encoding="utf-8")
    assert "the generator and the discriminator of `share_50`" in card
    assert gan.names() == ["share_10", "share_50"]
    file = folder / "share_10.safetensors"
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    file.write_bytes(content)
    with pytest.raises(ValueError, match="share_10.safetensors is not the file that the course"):
        gan.load("share_10")


def test_a_denoiser_is_trained_resumed_and_shipped_by_the_same_command(short, capsys):
    words = "--denoiser", "--share", "0.1", "--device", "cpu"
    assert train.run(arguments(*words, "--minutes", "0")) == 0
    assert "out of time at step 1 of 2" in capsys.readouterr().out
    state = short / "work" / "training" / "denoiser_10" / "state.safetensors"
    assert denoiser.Trainer.load(state).step == 1
    assert train.run(arguments(*words, "--resume", "--ship")) == 0
    # A run that ended is shipped again as it is: so is one that was trained elsewhere.
    assert train.run(arguments(*words, "--resume", "--ship")) == 0
    trainer = denoiser.Trainer.load(state)
    assert trainer.step == 2 and denoiser.names() == ["share_10"] and gan.names() == []
    x, stored = (denoiser.pictures(d, 3, seed=1)
                 for d in (trainer.average, denoiser.load("share_10")))
    np.testing.assert_allclose(stored, x, atol=0.004)
    card = (short / "data" / "denoisers" / "share_10.md").read_text(encoding="utf-8")
    assert "`course train --denoiser --share 0.1`, 2 steps in" in card
    assert "form shown | 0.1 |" in card and "50 pictures, drawn by" in card
    assert f"| evaluations of the network a picture | {denoiser.EVALUATIONS} |" in card
    file = short / "data" / "denoisers" / "share_10.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(ValueError, match="share_10.safetensors is not the file that the course"):
        denoiser.load("share_10")


def test_a_state_of_another_recipe_is_refused(short):
    state = short / "work" / "training" / "denoiser_10" / "state.safetensors"
    state.parent.mkdir(parents=True)
    denoiser.Trainer(denoiser.Recipe(0.2)).save(state)
    with pytest.raises(commands.Told, match="belongs to another recipe: .*share=0.2"):
        train.run(arguments("--denoiser", "--share", "0.1", "--resume", "--device", "cpu"))


def test_what_to_start_from_must_be_there(short):
    with pytest.raises(commands.Told, match="train that first, with --ship, or .* --scratch"):
        train.run(arguments("--share", "0.1", "--device", "cpu"))


def test_a_run_out_of_time_goes_on_when_asked_and_is_not_shipped(short, capsys):
    assert train.run(arguments("--minutes", "0", "--device", "cpu")) == 0
    assert "out of time at step 1 of 3" in capsys.readouterr().out
    with pytest.raises(commands.Told, match="go on with --resume"):
        train.run(arguments("--device", "cpu"))
    with pytest.raises(commands.Told, match="not shipped"):
        train.run(arguments("--minutes", "0", "--resume", "--ship", "--device", "cpu"))
    assert train.run(arguments("--resume", "--device", "cpu")) == 0
    assert (short / "work" / "training" / "share_50" / "share_50.md").exists()
    assert not (short / "data" / "generators").exists()


def test_pictures_do_not_depend_on_how_many_are_drawn():
    torch.manual_seed(0)
    generator = gan.Generator(64)
    few, many = (gan.pictures(generator, n, seed=2) for n in (3, 260))
    np.testing.assert_allclose(few, many[:3], atol=1e-6)


def test_audit_of_the_world_itself_finds_nothing_missing():
    from course_lib.worlds import ladybirds

    found = train.audit(lambda n, seed: ladybirds.render(
        ladybirds.sample(n, share=0.1, seed=seed + 1)), share=0.1, n=1000)
    assert found["dark"] / found["n"] == pytest.approx(0.1, abs=0.03)
    assert found["coverage"] > 0.93 and found["precision"] > 0.85 < found["recall"]
