"""The record of `bias` and `causes`: blocks that can be repeated, the world searched, rungs."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from scipy.stats import binomtest, fisher_exact

torch = pytest.importorskip("torch")

from course_lib.data import checksum, data_path, read_rows, verified_path, write_rows  # noqa: E402
from course_lib.generators import gan, pulse  # noqa: E402
from course_lib.imaging.operators import Downsample  # noqa: E402
from course_lib.inference import classifiers  # noqa: E402
from course_lib.records import flips  # noqa: E402
from course_lib.worlds import ladybirds  # noqa: E402
from course_staff.experiments.images import record  # noqa: E402

RECORDED = flips.names()


def test_truths_hold_each_form_and_blocks_hold_each_truth_once():
    beetles, y = flips.truths()
    np.testing.assert_array_equal(beetles.form, np.repeat([0, 1], flips.EACH))
    clean = Downsample(16)(ladybirds.render(beetles[[3, 700]]).astype(float))
    assert np.std(y[[3, 700]] - clean) == pytest.approx(flips.SIGMA, rel=0.25)
    blocks = [flips.block(k) for k in range(flips.EACH // flips.BLOCK)]
    assert sorted(np.concatenate(blocks)) == list(range(2 * flips.EACH))
    assert all((beetles.form[k] == np.repeat([0, 1], flips.BLOCK)).all() for k in blocks)


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(0)
    return gan.Generator(64).requires_grad_(False)


def test_each_start_searches_for_its_own_picture(generator):
    y, law = flips.truths()[1][:3], pulse.fit_styles(generator, 1000)
    found = flips.search_each(generator, y, law)
    assert found.pictures.shape == (1, 3, 3, 64, 64)
    residuals = np.mean((Downsample(16)(found.pictures[0]) - y) ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(found.residuals[0], residuals, rtol=1e-3)
    started = np.mean((Downsample(16)(found.beginnings[0]) - y) ** 2, axis=(1, 2, 3))
    assert (residuals < started).all()
    assert np.abs(found.beginnings[0, 0] - found.beginnings[0, 1]).max() > 1e-3
    same = pulse.search(generator, y[0], law=law)  # one picture: the plain search
    alone = flips.search_each(generator, y[:1], law)
    np.testing.assert_allclose(alone.pictures, same.pictures, atol=1e-3)


def test_the_search_of_the_world_begins_with_its_share_and_finds_clear_forms():
    p = classifiers.p_dark(flips.truths()[1])
    form = np.repeat([0, 1], flips.EACH)
    clear = np.flatnonzero(np.where(form == 1, p, 1 - p) > 0.99)
    y = flips.truths()[1][np.concatenate([clear[:15], clear[-15:]])]
    start, found, residual = flips.search_world(y, share=0.5)
    assert 0.2 < start.mean() < 0.8 and np.mean(residual < 4e-3) > 0.5
    assert (residual > 1e-3).all()  # the first picture within ε is kept, not the nearest
    assert np.mean(found == np.repeat([0, 1], 15)) > 0.7 > np.mean(start == np.repeat([0, 1], 15))
    # A tolerance that everything meets: nothing pulls, the answer is the start.
    start, found, _ = flips.search_world(y, share=0.2, epsilon=10.0, steps=5)
    np.testing.assert_array_equal(start, found)
    assert start.mean() < 0.4


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder, with the world's network as that of a perfect generator."""
    weights = load_file(verified_path("classifiers", "dark_4x4.safetensors"))
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    (tmp_path / "flips").mkdir()
    save_file(weights, tmp_path / "flips" / "share_50_4x4.safetensors")
    return tmp_path / "flips"


def test_a_perfect_generators_network_says_what_the_worlds_says(folder):
    y = np.random.default_rng(0).random((5, 2, 3, 4, 4))
    record("flips")
    says = flips.p_dark_under(y, "share_50")
    assert says.shape == (5, 2)
    monkey = pytest.MonkeyPatch()
    monkey.delenv("COURSE_DATA")
    np.testing.assert_allclose(says, classifiers.p_dark(y), rtol=1e-9)
    monkey.undo()


def test_a_record_comes_back_by_truth_and_by_repeat(folder):
    rows = [{"repeat": r, "block": k} | {key: (100 * r + flips.block(k)).tolist()
                                         for key in ("start", "found", "residual")}
            for r, k in ((0, 2), (0, 0), (1, 2), (0, 1))]
    write_rows(folder / "share_10.jsonl", rows)
    record("flips")
    once, twice = flips.recorded("share_10"), flips.recorded("share_10", repeats=2)
    np.testing.assert_array_equal(once["truth"], np.sort(np.concatenate(
        [flips.block(k) for k in (0, 1, 2)])))
    np.testing.assert_array_equal(once["found"][:, 0], once["truth"])
    np.testing.assert_array_equal(twice["truth"], np.sort(flips.block(2)))
    np.testing.assert_array_equal(twice["found"], twice["truth"][:, None] + [0, 100])


# --- what ships ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDED)
def test_the_record_is_complete_and_of_the_generator_that_ships(name):
    weights = checksum(data_path("generators", f"{name}.safetensors"))
    rows = read_rows(data_path("flips", f"{name}.jsonl"))
    assert {row["weights"] for row in rows} == {weights[:12]}
    np.testing.assert_array_equal(flips.recorded(name)["truth"], np.arange(2 * flips.EACH))
    for cells in flips.cells(name):
        assert len(cells) == 8 and all(flip.shape == (flips.EACH,) for flip in cells.values())


@pytest.mark.parametrize("name", RECORDED[:1])
def test_a_block_searched_again_returns_the_recorded_forms(name):
    again, number = flips.search_block(gan.load(name), 4), flips.block(4)
    recorded = flips.recorded(name)
    agree = (np.array(again["found"]) > 0.5) == (recorded["found"][number, 0] > 0.5)
    assert agree.mean() > 0.8  # a search amplifies the rounding of another machine


@pytest.mark.parametrize("form", ladybirds.FORMS)
def test_recorded_starts_of_one_form_are_those_that_are_chosen_again(form):
    name, number = "share_10", 2
    generator = gan.load(name)
    law = pulse.fit_styles(generator)
    latents = pulse.choose_starts(generator, form, 2 * flips.BLOCK, law=law, seed=number,
                                  surest=False)
    noise = generator.noise(2 * flips.BLOCK, torch.Generator().manual_seed(number))
    noise[-1].zero_()
    x = generator.synthesis(law.styles(latents), noise).detach().numpy()
    recorded = flips.recorded(f"{name}_{form}_start")
    own = np.isin(recorded["truth"], flips.block(number))
    np.testing.assert_allclose(classifiers.p_dark(x), recorded["start"][own, 0], atol=1e-3)


def test_the_crossed_searches_begin_alike_for_every_truth():
    each, name = flips.crossed(), "share_10"
    n, starts = each["found"].shape
    np.testing.assert_array_equal(each["truth"] >= flips.EACH, np.repeat([False, True], n // 2))
    assert each["start"].shape == (starts,) and each["residual"].shape == (n, starts)
    rows = read_rows(data_path("flips", "crossed.jsonl"))
    weights = checksum(data_path("generators", f"{name}.safetensors"))[:12]
    assert {(row["generator"], row["weights"]) for row in rows} == {(name, weights)}
    assert all(row["start"] == rows[0]["start"] for row in rows)
    again = pulse.search(gan.load(name), flips.truths()[1][0], starts=starts, steps=1,
                         seed=flips.SEED).beginnings[0]
    np.testing.assert_allclose(classifiers.p_dark(again), each["start"], atol=1e-3)


def test_cells_differ_in_what_they_say():
    tables = {name: flips.cells(name) for name in RECORDED}
    for name, (dark, pale) in tables.items():
        for cells, sign in ((dark, -1), (pale, 1)):
            moved = np.log(cells[1, 0, 0] / (1 - cells[1, 0, 0])) - np.log(
                cells[0, 0, 0] / (1 - cells[0, 0, 0]))  # Bayes' rule: the share's log-odds
            share = flips.SHARES[name]
            np.testing.assert_allclose(moved, sign * np.log(share / (1 - share)), atol=1e-6)
            assert set(np.unique(cells[1, 1, 1])) <= {0, 1}  # a search returns one form
        for cell in dark:
            if cell[0] == 0:  # at the declared share all generators have the same cells
                np.testing.assert_array_equal(dark[cell], tables["share_50"][0][cell])
    assert np.mean(tables["share_10"][0][1, 1, 0]) > np.mean(tables["share_10"][0][0, 1, 0]) + 0.2


def test_the_form_that_is_rare_in_training_is_lost_whatever_its_colour():
    lost = {name: [np.mean(cells[1, 1, 1]) for cells in flips.cells(name)] for name in RECORDED}
    for name, (dark_to_pale, pale_to_dark) in lost.items():
        if flips.SHARES[name] < 0.5:
            assert dark_to_pale > pale_to_dark + 0.2
        if flips.SHARES[name] > 0.5:
            assert pale_to_dark > dark_to_pale + 0.2


def test_the_share_acts_through_the_form_of_the_start_only_in_part():
    """Starts are drawn without a look at the beetle; at equal shares they are of either form."""
    dark = np.repeat([False, True], flips.EACH)

    def lost(name, start, truth):
        record = flips.recorded(name)
        group = (dark == truth) & ((record["start"][:, 0] > 0.5) == start)
        return np.mean((record["found"][group, 0] > 0.5) != truth)

    for name in ("share_50", "collapsed"):
        starts = flips.recorded(name)["start"][:, 0] > 0.5
        count = [np.sum(starts[dark == form]) for form in (False, True)]
        assert fisher_exact([count, flips.EACH - np.array(count)]).pvalue > 1e-3
        assert lost(name, True, False) > lost(name, False, False)  # a dark start makes dark answers
        assert lost(name, True, True) < lost(name, False, True)
    assert lost("share_50", False, True) < lost("share_10", False, True) - 0.3  # same form of start


@pytest.mark.parametrize("name", RECORDED)
def test_the_networks_belong_to_their_generators_and_keep_to_their_share(name):
    from safetensors import safe_open

    with safe_open(verified_path("flips", f"{name}_4x4.safetensors"), "np") as file:
        about = file.metadata()
    assert about["generator"] == checksum(data_path("generators", f"{name}.safetensors"))
    assert float(about["set_aside"]) < 0.53  # negative log-likelihood; log 2 would be chance
    x = gan.load(name)(torch.randn(200, gan.Z_DIM, generator=torch.Generator().manual_seed(3)))
    count = np.sum(classifiers.p_dark(x.detach().numpy()) > 0.5)
    assert binomtest(int(count), 200, flips.drawn_share(name)).pvalue > 1e-3


def test_the_network_and_the_sampler_say_nearly_the_same_of_fifty_truths():
    """Learned on the generator's pictures, asked about the world's: on the average, not each."""
    sampled = flips.sampled()
    learned = flips.p_dark_under(flips.truths()[1][sampled["truth"]], "share_10")
    assert len(learned) == 50 and np.corrcoef(learned, sampled["p"])[0, 1] > 0.8
    for form in (0, 1):
        those = (sampled["truth"] >= flips.EACH) == form
        assert those.sum() == 25 and abs(np.mean((learned - sampled["p"])[those])) < 0.1
    np.testing.assert_allclose(sampled["chains"].mean(1), sampled["p"], atol=1e-4)
