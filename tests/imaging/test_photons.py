"""Counted light: thinning keeps sums, halves are independent; rings see what two halves share."""

import numpy as np
import pytest
from scipy.stats import chi2, poisson

from course_lib.imaging.operators import Blur
from course_lib.imaging.optics import airy_otf
from course_lib.imaging.photons import held_out_log_likelihood, ring_correlation, thin

RNG = np.random.default_rng(5)


# --- thinning -------------------------------------------------------------------------------------

@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("dtype", [np.uint8, ">i4", np.int64, float, ">f4"])
def test_no_photon_is_lost_and_none_is_made(share, dtype):
    counts = RNG.poisson(3.0, (4, 20, 30)).astype(dtype)
    kept, rest = thin(counts, share, rng=1)
    assert np.array_equal(kept + rest, counts) and kept.min() >= 0 and rest.min() >= 0
    assert kept.dtype == np.int64 and (share not in (0, 1) or kept.sum() == share * counts.sum())


def test_thinned_poisson_counts_are_poisson_and_independent():
    """Over many pixels of one mean: the table of (kept, rest) has the product law, by χ²."""
    mean, share, n = 1.7, 0.3, 200_000
    kept, rest = thin(np.random.default_rng(0).poisson(mean, n), share, rng=1)
    top = 4  # the last class holds all larger numbers
    seen = np.zeros((top + 1, top + 1))
    np.add.at(seen, (np.minimum(kept, top), np.minimum(rest, top)), 1)

    def law(m):
        return np.append(poisson.pmf(np.arange(top), m), poisson.sf(top - 1, m))

    expected = n * np.outer(law(share * mean), law((1 - share) * mean))
    distance = np.sum((seen - expected) ** 2 / expected)
    assert chi2.sf(distance, seen.size - 1) > 1e-3
    # Halving the *picture* instead, the mistake that looks alike, is far from independent.
    wrong = np.zeros_like(seen)
    counts = np.random.default_rng(2).poisson(mean, n)
    np.add.at(wrong, (np.minimum(counts // 2, top), np.minimum(counts - counts // 2, top)), 1)
    assert np.sum((wrong - expected) ** 2 / expected) > 100 * distance


def test_the_same_seed_thins_alike_and_another_differs():
    counts = RNG.poisson(5.0, (16, 16))
    assert np.array_equal(thin(counts, rng=3)[0], thin(counts, rng=3)[0])
    assert not np.array_equal(thin(counts, rng=3)[0], thin(counts, rng=4)[0])


@pytest.mark.parametrize(("counts", "told"), [
    ([[1.5, 2.0]], "not whole"), ([[-1, 2]], "0 or greater"), ([[np.nan, 1]], "finite"),
    ([[np.inf, 1]], "finite"), ([[1e30, 1]], "below"), ([], "at least one"),
    ([["a"]], "whole numbers"), ([[True, False]], "whole numbers"), ([[1 + 1j]], "whole numbers")])
def test_what_is_no_count_is_refused(counts, told):
    with pytest.raises(ValueError, match=told):
        thin(np.array(counts))


# --- ring correlation -----------------------------------------------------------------------------

def test_equal_pictures_agree_and_their_negative_disagrees_at_every_frequency():
    x = RNG.standard_normal((32, 48))
    assert ring_correlation(x, x).correlation == pytest.approx(1)
    assert ring_correlation(x, -x).correlation == pytest.approx(-1)
    assert ring_correlation(3 * x + 7, x - 2).correlation == pytest.approx(1)  # gain and offset


@pytest.mark.parametrize("shape", [(32, 32), (31, 40), (64, 17)])
def test_independent_noise_scatters_about_zero_by_one_over_root_n(shape):
    """Without a taper coefficients are independent: z = correlation·√size is standard normal."""
    rng, z = np.random.default_rng(1), []
    for _ in range(200):
        a, b = rng.standard_normal((2, *shape))
        rings = ring_correlation(a, b, taper=False)
        wide = rings.size >= 8
        z.extend(rings.correlation[wide] * np.sqrt(2 * rings.size[wide]))
    assert abs(np.mean(z)) < 0.06 and abs(np.std(z) - 1) < 0.06


def test_signal_in_noise_reads_as_its_share_of_the_power():
    """White signal of variance S and noise of variance N in both halves: S/(S + N) in all rings."""
    rng = np.random.default_rng(2)
    signal, noise = 2.0, 3.0
    found = []
    for _ in range(60):
        x = np.sqrt(signal) * rng.standard_normal((64, 64))
        a, b = x + np.sqrt(noise) * rng.standard_normal((2, 64, 64))
        rings = ring_correlation(a, b, taper=False)
        found.append(rings.correlation[rings.size > 40])  # a ratio of few numbers is biased
    assert np.mean(found, axis=0) == pytest.approx(signal / (signal + noise), abs=0.03)


def test_every_coefficient_below_nyquist_is_counted_once():
    for shape in [(16, 16), (15, 20), (20, 15), (17, 17)]:
        fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.fftfreq(shape[1])
        radius = np.hypot(fy, fx)
        pairs = np.count_nonzero((radius > 0) & (radius < 0.5)) / 2
        x = np.random.default_rng(0).standard_normal(shape)
        rings = ring_correlation(x, x)
        assert rings.size.sum() == pairs and rings.frequency.max() < 0.5 + 1 / min(shape)


def test_photons_move_the_crossing_and_the_cutoff_stops_it():
    x = np.full((64, 64), 0.2)
    x += 0.8 * (np.random.default_rng(4).random(x.shape) > 0.9)
    mean = np.clip(Blur.from_otf(lambda f: airy_otf(f, 0.25))(x), 0, None)
    crossings = []
    for photons in (20, 200, 2000, 200_000):
        counts = np.random.default_rng(5).poisson(photons * mean)
        crossings.append(ring_correlation(*thin(counts, rng=6)).crossing())
    assert all(np.diff(crossings) > 0) and crossings[-1] < 0.25 + 1 / 32


def test_sharpening_both_halves_changes_little_and_one_bright_point_fools_all_rings():
    rng = np.random.default_rng(7)
    a, b = rng.poisson(2.0, (2, 64, 64)).astype(float)
    sharpen = Blur.from_otf(lambda f: 1 + 20 * f**2)
    before, after = ring_correlation(a, b), ring_correlation(sharpen(a), sharpen(b))
    assert np.abs(before.correlation - after.correlation).max() < 0.12
    assert np.abs(before.correlation[2:]).max() < 0.35
    for half in (a, b):
        half[32, 32] += 5000
    assert ring_correlation(a, b).correlation.min() > 0.99


def test_crossing_interpolates_between_rings():
    x = RNG.standard_normal((32, 32))
    rings = ring_correlation(x, x)._replace(
        frequency=np.array([0.1, 0.2, 0.3]), correlation=np.array([0.9, 0.5, 0.1]))
    assert rings.crossing(0.3) == pytest.approx(0.25)
    assert np.isnan(rings.crossing(0.05)) and rings.crossing(0.95) == 0.1


@pytest.mark.parametrize(("a", "b", "options", "told"), [
    (np.ones((8, 8)), np.ones((8, 8)), {}, "contrast"),
    (RNG.random((8, 8)), RNG.random((8, 9)), {}, "shape"),
    (RNG.random((3, 8, 8)), RNG.random((3, 8, 8)), {}, "one picture"),
    (RNG.random((8, 8)), np.full((8, 8), np.nan), {}, "finite"),
    (RNG.random((8, 8)), RNG.random((8, 8)), {"width": 0.01}, "one coefficient")])
def test_pictures_that_cannot_be_compared_are_refused(a, b, options, told):
    with pytest.raises(ValueError, match=told):
        ring_correlation(a, b, **options)


# --- the photons that were held back --------------------------------------------------------------

def test_held_out_likelihood_is_greatest_on_average_at_the_truth():
    """E log p(rest | μ) is largest at the true mean (Gibbs), whatever the share."""
    rng = np.random.default_rng(8)
    truth = rng.uniform(0.5, 4, (24, 24))
    for share in (0.2, 0.5, 0.8):
        gaps = []
        for seed in range(40):
            kept, rest = thin(np.random.default_rng(seed).poisson(truth), share, rng=seed)
            own = np.maximum(kept, 0.1)  # the estimate that explains its own noise
            gaps.append([held_out_log_likelihood(rest, share * truth, share)
                         - held_out_log_likelihood(rest, mean, share)
                         for mean in (own, 1.1 * share * truth, 0.9 * share * truth)])
        assert np.mean(gaps, axis=0).min() > 0


def test_held_out_likelihood_is_that_of_poisson_and_of_darkness():
    rest, mean = np.array([[3, 0]]), np.array([[2.0, 1.0]])
    expected = np.log(np.exp(-2.0) * 2**3 / 6) - 1.0
    assert held_out_log_likelihood(rest, mean) == pytest.approx(expected)
    assert held_out_log_likelihood(rest, np.array([[0.0, 1.0]])) == -np.inf


@pytest.mark.parametrize(("rest", "mean", "share", "told"), [
    ([[0.5]], [[1.0]], 0.5, "not whole"), ([[1]], [[-1.0]], 0.5, "0 or greater"),
    ([[1]], [[1.0, 2.0]], 0.5, "shape"), ([[1]], [[1.0]], 1.0, "one set is empty"),
    ([[1]], [[np.nan]], 0.5, "finite")])
def test_nonsense_is_refused(rest, mean, share, told):
    with pytest.raises(ValueError, match=told):
        held_out_log_likelihood(np.array(rest), np.array(mean), share)
