"""The number plates: a world whose every string has an exact, calibrated probability."""


import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from course_lib.audits.measures import calibration_error
from course_lib.imaging.operators import Downsample
from course_lib.inference import plate_posterior
from course_lib.inference.plate_posterior import recorded, reference, simulate
from course_lib.worlds import plates

PRIOR_MEAN = np.array([plates.PRIORS["light"][0], plates.PRIORS["haze"][0]])
PRIOR_VARIANCE = np.diag([plates.PRIORS["light"][1] ** 2, plates.PRIORS["haze"][1] ** 2])


def staff():
    """The recipe of what ships; it trains a network, too."""
    pytest.importorskip("torch")
    from course_staff.experiments import plates

    return plates


# --- the world ------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_plates_and_the_prior_is_as_declared():
    some = plates.sample(4000, seed=3)
    again = plates.sample(4000, seed=3)
    assert plates.read(some) == plates.read(again)
    for place, alphabet in enumerate(plates.ALPHABETS):
        counts = np.bincount(some.codes[:, place], minlength=len(alphabet))
        assert len(counts) == len(alphabet)
        assert abs(counts - 4000 / len(alphabet)).max() < 5 * (4000 / len(alphabet)) ** 0.5
    for name in ("light", "haze"):
        mean, sd = plates.PRIORS[name]
        assert getattr(some, name).mean() == pytest.approx(mean, abs=4 * sd / 4000**0.5)
        assert getattr(some, name).std() == pytest.approx(sd, rel=0.05)
    assert sorted(set(some.shift.ravel())) == list(plates.SHIFTS)
    assert plates.N_STRINGS == np.prod([len(alphabet) for alphabet in plates.ALPHABETS])


def test_light_and_haze_are_a_gain_and_an_offset():
    plate = plates.from_strings(["KT391"], shift=(2, -3), light=0.5, haze=0.1)
    np.testing.assert_allclose(plates.render(plate)[0, 0],
                               0.1 + 0.5 * plates.reflectance(plate)[0])


def test_a_shift_moves_the_plate_by_whole_pixels():
    still = plates.reflectance(plates.from_strings(["HV506"]))[0]
    moved = plates.reflectance(plates.from_strings(["HV506"], shift=(3, -4)))[0]
    np.testing.assert_array_equal(moved[3:, :-4], still[:-3, 4:])


def test_no_character_leaves_its_cell_and_cells_fill_whole_pixels_of_every_camera():
    for shift in ((-4, -4), (3, 3)):
        for place, start in enumerate(plates.CELLS):
            some = ["AA000", "AA000"]
            some[1] = some[0][:place] + plates.ALPHABETS[place][-1] + some[0][place + 1 :]
            one, other = plates.reflectance(plates.from_strings(some, shift=shift))
            changed = np.flatnonzero((one != other).any(axis=0))
            assert start <= changed.min() and changed.max() < start + plates.CELL
            assert start % 16 == 0 and plates.CELL % 16 == 0


def test_ink_in_the_cells_is_what_a_centred_plate_carries():
    plate = plates.from_strings(["RW284"])
    ink = np.stack([plates.bitmaps(alphabet)[plate.codes[:, place]]
                    for place, alphabet in enumerate(plates.ALPHABETS)], axis=1)
    np.testing.assert_allclose(plates.inked(ink), plates.render(plate)[:, 0])
    for found, bitmap in zip(plates.cells(plates.reflectance(plate)), ink[0], strict=True):
        np.testing.assert_allclose(found[0], plates.PAPER + (plates.INK - plates.PAPER) * bitmap)


def test_the_shipped_bitmaps_are_those_of_the_font(tmp_path, monkeypatch):
    shipped = plates.bitmaps()
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    plates.bitmaps.cache_clear()
    staff().glyphs()
    np.testing.assert_allclose(plates.bitmaps(), shipped, atol=2 / 255)
    plates.bitmaps.cache_clear()
    assert "Bitstream Vera" in (tmp_path / "plates" / "LICENSE_DEJAVU.txt").read_text("utf-8")


@pytest.mark.parametrize("string", ["KT39", "KT3911", "IT391", "K0391", "KT39A", "kt391"])
def test_strings_out_of_the_scheme_are_refused(string):
    with pytest.raises(ValueError, match="string is"):
        plates.from_strings([string])


def test_no_strings_are_no_plates_and_whole_floats_are_whole_shifts():
    assert plates.render(plates.from_strings([])).shape == (0, 1, 48, 224)
    moved = [plates.render(plates.from_strings(["KT391"], shift=shift))
             for shift in ((1, -2), (1.0, -2.0))]
    assert np.array_equal(*moved)


def test_what_is_no_plate_or_no_shift_is_refused():
    with pytest.raises(ValueError, match="shift is"):
        plates.from_strings(["KT391"], shift=(0, 4))
    with pytest.raises(ValueError, match="plates is of type list"):
        plates.render(["KT391"])


# --- the posterior is exact -----------------------------------------------------------------------


def log_joint(y, sigma, string, s):
    """log p(y, string) in closed form: light and haze are normal, the shifts are summed."""
    levels = []
    for shift in [(dy, dx) for dy in plates.SHIFTS for dx in plates.SHIFTS]:
        r = Downsample(s)(plates.reflectance(plates.from_strings([string], shift)))[0].ravel()
        design = np.column_stack([r, np.ones_like(r)])
        law = multivariate_normal(design @ PRIOR_MEAN, design @ PRIOR_VARIANCE @ design.T
                                  + sigma**2 * np.eye(len(r)))
        levels.append(law.logpdf(y.ravel()))
    return logsumexp(levels) - np.log(64 * plates.N_STRINGS)


@pytest.mark.parametrize(("s", "sigma"), [(8, 0.08), (8, 0.03), (16, 0.08), (16, 0.01)])
def test_every_string_has_its_closed_form_probability(s, sigma):
    plate, y = simulate(7, s, sigma)
    answer = reference(y, sigma)
    for string in (plates.read(plate)[0], answer.most_probable()[0], answer_like(plate)):
        p = np.log(answer.probability(string)) if answer.probability(string) > 0 else -np.inf
        expected = log_joint(y, sigma, string, s) - answer.log_evidence
        assert p == pytest.approx(expected, abs=1e-5) or (p < -30 and expected < -25)


def answer_like(plate):
    """A string that differs from the plate's in one digit."""
    string = plates.read(plate)[0]
    return string[:4] + str((int(string[4]) + 5) % 10)


def test_evidence_and_marginals_are_those_of_all_strings(monkeypatch):
    """On a scheme so small that all strings can be tried."""
    small = ("AB", "CG", "68", "38", "17")
    monkeypatch.setattr(plates, "ALPHABETS", small)
    monkeypatch.setattr(plates, "N_STRINGS", 32)
    plate_posterior._templates.cache_clear()
    y = Downsample(16)(plates.render(plates.from_strings(["BG831"], shift=(1, -2)))[0])
    y = y + 0.05 * np.random.default_rng(0).standard_normal(y.shape)
    answer = reference(y, 0.05)
    strings = [a + b + c + d + e for a in small[0] for b in small[1] for c in small[2]
               for d in small[3] for e in small[4]]
    joint = np.array([log_joint(y, 0.05, string, 16) for string in strings])
    assert answer.log_evidence == pytest.approx(logsumexp(joint), abs=1e-6)
    p = np.exp(joint - logsumexp(joint))
    for place, marginal in enumerate(answer.marginals()):
        first = np.array([string[place] == small[place][0] for string in strings])
        np.testing.assert_allclose(marginal, [p @ first, p @ ~first], atol=1e-6)
    ordered = sorted(zip(p, strings, strict=True), reverse=True)[:5]
    for (string, said), (expected, right) in zip(answer.most_probable(5), ordered, strict=True):
        assert string == right and said == pytest.approx(expected, abs=1e-6)
    plate_posterior._templates.cache_clear()


def test_characters_share_their_nuisance():
    """The product of the marginals is not the posterior of the string."""
    answer = reference(simulate(6, 16, 0.03)[1], 0.03)
    string, p = answer.most_probable()
    product = np.prod([m[code] for m, code in zip(answer.marginals(), plates.codes(string),
                                                  strict=True)])
    assert p > 1.5 * product and answer.table.sum() == pytest.approx(1)
    assert all(m.sum() == pytest.approx(1) for m in answer.marginals())


def test_draws_have_the_posterior_s_frequencies():
    answer = reference(simulate(22, 8, 0.08)[1])
    drawn = answer.draw(4000, rng=1)
    strings = plates.read(drawn)
    for string, p in answer.most_probable(3):
        assert strings.count(string) / 4000 == pytest.approx(p, abs=4 * (p * (1 - p) / 4000) ** 0.5)
    squares = np.sum((Downsample(8)(plates.render(drawn)) - answer.y) ** 2) / 4000
    assert squares / (answer.y.size * 0.08**2) == pytest.approx(answer.misfit, rel=0.02)


def test_unreadable_is_an_answer():
    answer = reference(simulate(22, 8, 0.08)[1])
    string, p = answer.most_probable()
    assert answer.read(p - 1e-6) == string and answer.read(min(p + 1e-6, 1.0)) is None
    with pytest.raises(ValueError, match="threshold is"):
        answer.read(1.2)


def test_what_is_no_plate_leaves_a_misfit():
    y = simulate(5, 8, 0.08)[1]
    assert reference(y).misfit == pytest.approx(1, abs=0.35)
    assert reference(np.roll(y, 3, axis=-1)).misfit > 1.5


@pytest.mark.parametrize(("arguments", "message"), [
    ((np.zeros((1, 6, 27)),), "y is of shape"), ((np.zeros((1, 6, 28)), 0.0), "sigma is"),
    ((np.full((1, 6, 28), np.nan),), "y is not finite")])
def test_what_can_t_be_a_picture_of_a_plate_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        reference(*arguments)
    with pytest.raises(ValueError, match="s is 5"):
        simulate(0, 5)


# --- calibration ----------------------------------------------------------------------------------


def z_of_hits(p, right):
    """How many standard deviations the number of hits is from what the probabilities promise."""
    return (np.sum(right) - np.sum(p)) / np.sqrt(np.sum(p * (1 - p)) + 1e-9)


def z_of_surprise(found):
    """The same for −log p(truth), which averages to the entropy if the probabilities are right.

    Its variance under the posterior is unknown here; over the cases it is estimated.
    """
    gap = -np.log(found["characters"]) - found["entropies"]
    return gap.sum() / np.sqrt(np.sum(gap.sum(axis=1) ** 2))


def check_calibration(found):
    assert abs(z_of_hits(found["p"], found["right"])) < 3.5
    assert abs(z_of_surprise(found)) < 3.5
    # Chance alone gives an expected calibration error of about .4 √(10/n).
    assert calibration_error(found["p"], found["right"]) < 0.8 * (10 / len(found["p"])) ** 0.5


@pytest.mark.parametrize(("s", "n"), [(4, 1000), (8, 1000), (16, 200)])
def test_probabilities_hold_on_the_recorded_fresh_plates(s, n):
    found = recorded(s)
    assert len(set(found["seed"])) == n == len(found["p"])
    check_calibration(found)


def cases(numbers, sigma):
    """As `recorded`, computed here; the posterior may be told a wrong `sigma`."""
    rows = [staff().measure(seed, 8, sigma) for seed in numbers]
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def test_the_recorded_cases_are_what_the_recipe_computes():
    first = staff().FIRST
    found, here = recorded(8), cases(range(first, first + 5), 0.08)
    for key, values in here.items():
        np.testing.assert_allclose(values, found[key][:5], rtol=1e-5, atol=1e-9)


def test_probabilities_hold_on_plates_that_were_not_recorded():
    check_calibration(cases(range(200), 0.08))


def test_a_posterior_that_is_too_sure_is_found():
    with pytest.raises(AssertionError):
        check_calibration(cases(range(200), 0.05))
