"""Laws and closed forms of the limits: null spaces, degrees of freedom, photons, bits."""

import math

import numpy as np
import pytest

from course_lib.imaging.limits import (
    cramer_rao,
    decompose,
    fano_error,
    fisher_information,
    mutual_information,
    picard_count,
    picard_plateau,
    slepian_eigenvalues,
    split,
)
from course_lib.imaging.operators import Blur, Downsample, Identity, Matrix, Shift, Stack

RNG = np.random.default_rng(1)


def gaussian(sigma, half, height=None):
    """Sampled Gaussian psf, (1, 2·half + 1) if `height` is 1, else square."""
    k = np.exp(-np.arange(-half, half + 1) ** 2 / (2 * sigma**2))
    k /= k.sum()
    return k[None] if height == 1 else np.outer(k, k)


def low_pass(cutoff):
    def otf(f):
        rho = np.clip(f / cutoff, 0, 1)
        return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))

    return otf


# --- Singular values and Picard ---------------------------------------------------------------


@pytest.mark.parametrize(("sigma", "counts"), [
    (2.0, [22, 32, 39, 45, 50, 55]),
])
def test_singular_values_of_a_gaussian_blur_above_noise(sigma, counts):
    values = decompose(Blur(gaussian(sigma, 31, 1), "zero"), (1, 64)).values
    assert [picard_count(values, 10.0**-k) for k in range(1, 7)] == counts


@pytest.mark.parametrize(("n", "width"), [(64, 2.0), (65, 1.5), (100, 3.0)])
def test_picard_count_of_a_periodic_gaussian_follows_its_transfer_function(n, width):
    """|H(f)| = exp(−2π²w²f²) > σ  ⟺  |f| < √(2 ln 1/σ)/(2πw): growth like √log(1/σ)."""
    A = Blur.from_otf(lambda f: np.exp(-2 * (np.pi * width * f) ** 2))
    values = decompose(A, (1, n)).values
    for sigma in (0.3, 1e-2, 1e-4):
        edge = math.sqrt(2 * math.log(1 / sigma)) / (2 * math.pi * width)
        assert picard_count(values, sigma) == np.sum(np.abs(np.fft.fftfreq(n)) < edge)
        assert picard_count(values, 0.25 * sigma, scale=0.25) == picard_count(values, sigma)


def test_decomposition_is_the_operator():
    A, x = Downsample(2) @ Blur(gaussian(0.8, 2), "reflect"), RNG.random((8, 6))
    modes = decompose(A, (8, 6))
    y = A(x)
    signal = modes.values * (modes.inputs @ x.ravel())
    np.testing.assert_allclose(modes.coefficients(y), signal, atol=1e-13)
    measured, _ = split(A, x)
    np.testing.assert_allclose(modes.reconstruct(y, modes.rank), measured, atol=1e-11)
    with pytest.raises(ValueError, match="count"):
        modes.reconstruct(y, modes.rank + 1)


def test_plateau_is_found_from_the_data_and_noise_alone_has_none():
    m, sigma = 400, 0.01
    signal = 10.0 ** -np.linspace(0, 6, m)
    true_count = int(np.sum(signal > sigma))
    for seed in range(20):
        noise = sigma * np.random.default_rng(seed).standard_normal(m)
        found = picard_plateau(signal + noise, sigma)
        assert 60 <= found <= true_count
    naive = np.sum(np.abs(signal + noise) > sigma)
    assert naive > 1.5 * true_count  # a third of pure noise exceeds σ


@pytest.mark.parametrize("m", [1, 64, 400])
def test_plateau_raises_a_false_alarm_in_one_of_a_hundred_noises(m):
    noise = np.random.default_rng(2).standard_normal((4000, m))
    alarms = np.mean([picard_plateau(row, 1.0) > 0 for row in noise])
    assert alarms == pytest.approx(0.01, abs=0.005)  # three standard deviations


def test_a_component_at_the_noise_is_lost():
    """sᵢ·scale = σ exactly (no rounding in powers of 2): not above, so not counted."""
    assert picard_count([1.0, 0.5, 0.25], sigma=0.5) == 1
    modes = decompose(Matrix(np.diag([1.0, 0.5])), (1, 2))
    assert picard_count(modes.values, 0.5) == 1
    measured, _ = split(Matrix(np.diag([1.0, 0.5])), np.ones((1, 2)), sigma=0.5)
    np.testing.assert_allclose(measured, [[1, 0]], atol=1e-15)


# --- Null space -------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "s"), [(16, 4), (12, 2), (12, 3), (20, 5)])
def test_decimation_keeps_one_part_in_s_squared(size, s):
    modes = decompose(Downsample(s), (size, size))
    assert modes.rank == (size // s) ** 2
    np.testing.assert_allclose(modes.values, 1 / s, atol=1e-14)  # AAᵀ = I/s²
    x = RNG.random((2, 3, size, size))
    measured, null = split(Downsample(s), x)
    blocks = Downsample(s)(x).repeat(s, axis=-2).repeat(s, axis=-1)
    np.testing.assert_allclose(measured, blocks, atol=1e-13)
    np.testing.assert_allclose(null, x - blocks, atol=1e-13)


OPERATORS = {
    "area": Downsample(4),
    "blurred, periodic": Downsample(4) @ Blur(gaussian(1, 4)),
    "blurred, dark border": Downsample(2) @ Blur(gaussian(1.2, 4), "zero"),
    "blurred, mirror": Downsample(2) @ Blur(gaussian(0.9, 3), "reflect"),
    "lens": Blur.from_otf(low_pass(0.25)),
    "lens and pixels": Downsample(2) @ Blur.from_otf(low_pass(0.4)),
    "bicubic": Downsample(4, "bicubic"),
    "frames": Stack([Downsample(4) @ Shift(0, k) for k in (0, 1.3, 2)]),
    "box": Blur(np.ones((1, 4)) / 4),
    "nothing lost": Blur(gaussian(0.5, 3)),
    "perfect": Identity(),
    "blind": Blur([[0.0]]),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_split_is_an_orthogonal_projection_and_both_methods_agree(name):
    A, x = OPERATORS[name], RNG.random((2, 20, 16))
    measured, null = split(A, x, method="dense")
    np.testing.assert_allclose(measured + null, x, atol=1e-14)
    np.testing.assert_allclose(A(null), 0, atol=1e-10)
    assert abs(np.sum(measured * null)) < 1e-9
    again, rest = split(A, measured, method="dense")
    np.testing.assert_allclose(rest, 0, atol=1e-10)
    np.testing.assert_allclose(again, measured, atol=1e-10)
    iterative, _ = split(A, x, method="iterative")
    np.testing.assert_allclose(iterative, measured, atol=1e-8)
    dense, _ = split(A, x, sigma=0.03, scale=0.5, soft=True, method="dense")
    iterative, _ = split(A, x, sigma=0.03, scale=0.5, soft=True, method="iterative")
    np.testing.assert_allclose(iterative, dense, atol=1e-8)


def test_large_pictures_are_split_without_a_matrix():
    A, x = Downsample(4) @ Blur(gaussian(1.0, 4)), RNG.random((1, 128, 128))
    measured, null = split(A, x)  # 2^24 entries: iterative
    assert np.abs(A(null)).max() < 1e-10 and abs(np.sum(measured * null)) < 1e-8


def test_a_noise_level_turns_measured_components_into_lost_ones():
    """A periodic blur is diagonal: what is kept are the frequencies with |H| > σ/scale."""
    A, x = Blur.from_otf(lambda f: np.exp(-20 * f**2)), RNG.random((1, 48))
    otf = np.exp(-20 * np.fft.fftfreq(48) ** 2)
    for sigma in (0.5, 0.1, 0.02):
        kept, _ = split(A, x, sigma=sigma, scale=0.7)
        expected = np.fft.ifft(np.fft.fft(x) * (otf * 0.7 > sigma)).real
        np.testing.assert_allclose(kept, expected, atol=1e-10)
        soft, _ = split(A, x, sigma=sigma, scale=0.7, soft=True)
        gain = otf**2 / (otf**2 + (sigma / 0.7) ** 2)
        np.testing.assert_allclose(soft, np.fft.ifft(np.fft.fft(x) * gain).real, atol=1e-10)
    exact, nothing = split(A, x)  # a Gaussian blur has no null space at all
    np.testing.assert_allclose(nothing, 0, atol=1e-8)


def test_a_null_space_that_is_a_matter_of_rounding_is_not_guessed():
    A, x = Blur(gaussian(2.0, 8)), RNG.random((17, 18))
    with pytest.raises(ValueError, match="noise level"):
        split(A, x, method="iterative")


@pytest.mark.parametrize(("arguments", "options", "message"), [
    ((Downsample(2), np.ones((4, 4))), {"sigma": -1}, "sigma"),
    ((Downsample(2), np.ones((4, 4))), {"soft": True}, "sigma"),
    ((Downsample(2), np.ones((4, 4))), {"sigma": 0.1, "scale": 0}, "scale"),
    ((Downsample(2), np.ones((4, 4))), {"sigma": 0.1, "method": "iterative"}, "method"),
    ((Downsample(3), np.ones((4, 4))), {}, "divisible"),
    ((np.eye(4), np.ones((4, 4))), {}, "LinearOperator"),
    ((Downsample(2), np.full((4, 4), np.nan)), {}, "finite"),
])
def test_split_refuses(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        split(*arguments, **options)


def test_non_integer_factors_and_bad_counts_are_refused():
    with pytest.raises(ValueError, match="factor"):
        decompose(Downsample(2.5), (10, 10))
    with pytest.raises(ValueError, match="sigma"):
        picard_count([1.0], 0)
    with pytest.raises(ValueError, match="values"):
        picard_count([], 0.1)
    with pytest.raises(ValueError, match="coefficients"):
        picard_plateau([np.nan], 0.1)


# --- Slepian ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "width"), [(128, 1 / 16), (60, 0.2), (33, 0.4), (200, 0.01),
                                          (3, 0.3), (2, 0.3), (1, 0.3)])
def test_slepian_eigenvalues_are_those_of_the_sinc_matrix(n, width):
    j = np.arange(n)
    sinc = 2 * width * np.sinc(2 * width * (j[:, None] - j))
    values = slepian_eigenvalues(n, width)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(sinc)[::-1], atol=1e-12)
    assert values.sum() == pytest.approx(2 * n * width, rel=1e-12)  # the trace
    assert np.all(np.diff(values) <= 1e-12)
    some = min(n, 4)
    np.testing.assert_allclose(slepian_eigenvalues(n, width, some), values[:some], atol=1e-12)


def test_step_at_two_nw():
    values = slepian_eigenvalues(128, 8 / 128)
    assert values.sum() == pytest.approx(16)
    assert np.sum(values > 0.5) == 16
    assert values[[15, 16]] == pytest.approx([0.681, 0.319], abs=5e-4)
    assert np.sum((values > 0.01) & (values < 0.99)) == 6


@pytest.mark.parametrize(("product", "above"), [(64, 70), (1, 4)])
def test_what_lies_beyond_the_step_is_worth_little_for_large_products(product, above):
    assert np.sum(slepian_eigenvalues(256, product / 512) > 1e-4) == above


@pytest.mark.parametrize("arguments", [(0, 0.1), (8, 0.5), (8, 0), (8, 0.1, 9), (8.5, 0.1)])
def test_slepian_refuses(arguments):
    with pytest.raises(ValueError):
        slepian_eigenvalues(*arguments)


# --- Photons ----------------------------------------------------------------------------------


@pytest.mark.parametrize("photons", [1, 100, 12345.6])
@pytest.mark.parametrize("width", [0.25, 1.0, 130.0])
def test_localisation_bounds(photons, width):
    """σ/√N for a Gaussian, 1/(πf_c√N) for an Airy psf; the photon number itself to √N."""
    F = fisher_information(("position", "photons"), photons=photons, sigma=width)
    sd = [width / math.sqrt(photons), math.sqrt(photons)]
    np.testing.assert_allclose(cramer_rao(F), sd, rtol=1e-9)
    F = fisher_information(("position", "photons"), photons=photons, cutoff=1 / width)
    sd[0] = width / (math.pi * math.sqrt(photons))
    np.testing.assert_allclose(cramer_rao(F), sd, rtol=1e-6)


@pytest.mark.parametrize(("d", "ratio"), [(0.01, 1.0), (0.5, 0.89), (1.0, 0.69)])
def test_separation_of_two_gaussians(d, ratio):
    for width, photons in ((1.0, 1.0), (3.0, 500.0)):
        F = fisher_information(photons=photons, sigma=width, separation=d * width)
        formula = photons * (d * width) ** 2 / (8 * width**4)
        assert F[0, 0] / formula == pytest.approx(ratio, abs=5e-3)


def test_photons_for_a_ten_percent_error_grow_with_the_fourth_power():
    for d in (0.05, 0.1, 0.2):
        F = fisher_information(photons=1, sigma=1, separation=d)[0, 0]
        assert 1 / (0.1 * d) ** 2 / F == pytest.approx(800 / d**4, rel=0.03)


@pytest.mark.parametrize("psf", [{"sigma": 0.1}, {"cutoff": 12.0}])
def test_sources_far_apart_are_two_single_sources(psf):
    """Var d = 2·Var(one source with N/2 photons) = 4·Var(one with N)."""
    one = fisher_information(photons=200, **psf)[0, 0]
    two = fisher_information(("separation", "position"), photons=200, separation=1.5, **psf)
    assert two[0, 0] == pytest.approx(one / 4, rel=0.06)
    assert two[1, 1] == pytest.approx(one, rel=0.06)
    if "sigma" in psf:
        assert two[0, 0] == pytest.approx(one / 4, rel=1e-6)


def test_gaussian_integral_by_another_route():
    """The Gaussian without background factorises: one dimension and an adaptive rule suffice."""
    from scipy.integrate import quad

    q, d = 0.3, 1.7

    def integrand(x):
        a, b = x + (1 - q) * d, x - q * d
        p1, p2 = np.exp(-a * a / 2), np.exp(-b * b / 2)
        return (q * (1 - q) * (-a * p1 + b * p2)) ** 2 / (q * p1 + (1 - q) * p2)

    expected = quad(integrand, -12, 12, epsabs=1e-13)[0] / math.sqrt(2 * math.pi)
    F = fisher_information(photons=1, sigma=1, separation=d, share=q)
    assert F[0, 0] == pytest.approx(expected, rel=1e-8)


def test_every_entry_by_finite_differences():
    """The definition itself: numerical derivatives of the density on a plain grid."""
    width, background = 2.5, 0.3
    x, y = np.meshgrid(np.arange(-40, 40, 0.25), np.arange(-25, 25, 0.25))
    values = {"position": 0.4, "separation": 3.0, "share": 0.3, "photons": 40.0}

    def density(position, separation, share, photons):
        def spot(at):
            return np.exp(-((x - at) ** 2 + y**2) / (2 * width**2)) / (2 * np.pi * width**2)

        left, right = position - (1 - share) * separation, position + share * separation
        return photons * (share * spot(left) + (1 - share) * spot(right)) + background

    slopes = np.array([
        (density(**values | {name: v + 1e-4}) - density(**values | {name: v - 1e-4})) / 2e-4
        for name, v in values.items()])
    expected = np.einsum("iab,jab->ij", slopes, slopes / density(**values)) / 16
    F = fisher_information(tuple(values), photons=40, sigma=width, separation=3.0, share=0.3,
                           background=background)
    np.testing.assert_allclose(F, expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("separation", [0.2, 1.1])
def test_units(separation):
    """Lengths times 3, background per area divided by 9: F in 1/length² is divided by 9."""
    F = fisher_information(photons=9, cutoff=1, separation=separation, background=2.0)
    G = fisher_information(photons=9, cutoff=1 / 3, separation=3 * separation, background=2 / 9)
    np.testing.assert_allclose(G, F / 9, rtol=1e-9)


def test_what_is_unknown_costs_only_where_it_mimics_the_separation():
    together = ("separation", "share", "position", "photons")
    for psf in ({"sigma": 1.0}, {"cutoff": 0.6}):
        known = cramer_rao(fisher_information(photons=1, separation=0.5, **psf))[0]
        unknown = cramer_rao(fisher_information(together, photons=1, separation=0.5, **psf))[0]
        assert unknown == pytest.approx(known, rel=1e-6)  # equal sources: nothing, by symmetry
        skew = dict(photons=1, separation=0.5, share=0.3, **psf)
        assert cramer_rao(fisher_information(together, **skew))[0] > 1.5 * (
            cramer_rao(fisher_information(**skew))[0])


def test_unequal_sources_of_unknown_brightness():
    """Third moments must tell them apart: Var d → 6(1−2q)²σ⁶/(N q²(1−q)²d⁴), derived."""
    q, d = 0.3, 0.05
    F = fisher_information(("separation", "share", "position"), photons=7, sigma=1,
                           separation=d, share=q)
    variance = 6 * (1 - 2 * q) ** 2 / (7 * (q * (1 - q)) ** 2 * d**4)
    assert cramer_rao(F)[0] ** 2 == pytest.approx(variance, rel=0.01)
    known = fisher_information(photons=7, sigma=1, separation=d, share=q)[0, 0]
    assert known == pytest.approx(7 * 2 * (q * (1 - q)) ** 2 * d**2, rel=0.01)


def test_dark_rings_help_and_background_fills_them():
    """Airy, no background: F_dd ∝ d near 0. With background, or for a Gaussian: F_dd ∝ d²."""

    def growth(**options):
        near, far = (fisher_information(photons=1, separation=d, **options)[0, 0]
                     for d in (0.01, 0.02))
        return math.log2(far / near)

    assert growth(cutoff=1) == pytest.approx(1, abs=0.02)
    assert growth(cutoff=1, background=0.1) == pytest.approx(2, abs=0.02)
    assert growth(sigma=1) == pytest.approx(2, abs=0.02)
    assert growth(sigma=1, background=0.1) == pytest.approx(2, abs=0.02)


@pytest.mark.parametrize("psf", [{"sigma": 1.0}, {"cutoff": 0.5}])
def test_background_only_costs_and_dominates_in_the_end(psf):
    sd = [cramer_rao(fisher_information(photons=50, background=b, **psf))[0]
          for b in (0, 0.1, 1, 10, 1000, 4000)]
    assert all(np.diff(sd) > 0)
    assert sd[-1] / sd[-2] == pytest.approx(2, rel=0.01)  # ∝ √b
    if "sigma" in psf:  # F → N²/b ∫ p'² = N²/(8πσ⁴b)
        assert sd[-1] == pytest.approx(math.sqrt(8 * math.pi * 4000) / 50, rel=0.01)


def test_maximum_likelihood_attains_the_bound():
    """The centroid of N Gaussian photons is the maximum-likelihood position."""
    photons = RNG.normal(0, 2.0, (4000, 50))
    bound = cramer_rao(fisher_information(photons=50, sigma=2.0))[0]
    assert photons.mean(axis=1).std() == pytest.approx(bound, rel=0.05)


def test_cramer_rao_of_a_known_matrix():
    F = np.array([[4.0, 2.0], [2.0, 4.0]])
    np.testing.assert_allclose(cramer_rao(F), np.sqrt(np.diag(np.linalg.inv(F))))
    scaled = cramer_rao(F * np.outer([1e-9, 1e9], [1e-9, 1e9]))
    np.testing.assert_allclose(scaled, np.sqrt(1 / 3) * np.array([1e9, 1e-9]), rtol=1e-9)


@pytest.mark.parametrize("options", [
    {"photons": 0, "sigma": 1},
    {"photons": -5, "sigma": 1},
    {"photons": 10},
    {"photons": 10, "sigma": 1, "cutoff": 1},
    {"photons": 10, "sigma": 0},
    {"photons": 10, "cutoff": math.inf},
    {"photons": 10, "sigma": 1, "separation": -1},
    {"photons": 10, "sigma": 1, "separation": 21},
    {"photons": 10, "sigma": 1, "separation": 1, "share": 1},
    {"photons": 10, "sigma": 1, "background": -0.1},
    {"photons": 10, "sigma": 1, "unknown": ("separation",)},
    {"photons": 10, "sigma": 1, "unknown": ("position", "position")},
    {"photons": 10, "sigma": 1, "unknown": ()},
    {"photons": math.nan, "sigma": 1},
])
def test_fisher_information_refuses(options):
    with pytest.raises(ValueError):
        fisher_information(**options)


@pytest.mark.parametrize("matrix", [
    [[0.0]], [[1.0, 1.0], [1.0, 1.0]], [[1.0, 0.0]], [[1.0, 0.5], [0.0, 1.0]], [[-1.0]],
])
def test_cramer_rao_refuses(matrix):
    with pytest.raises(ValueError, match="information"):
        cramer_rao(matrix)


def test_two_sources_in_one_place_have_no_separation_to_estimate():
    F = fisher_information(photons=1000, sigma=1, separation=0)
    with pytest.raises(ValueError, match="information"):
        cramer_rao(F)


# --- Bits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("s", "sigma", "variance"), [
    (4, 0.1, 1.0), (2, 0.1, 1.0), (4, 0.01, 0.3), (1, 2.0, 5.0),
])
def test_bits_of_block_means(s, sigma, variance):
    """½ log₂(1 + variance/(s²σ²)) per low-resolution pixel; 1.429 for s = 4, σ = .1."""
    bits = mutual_information(Downsample(s), (8, 16), sigma, variance) / (128 / s**2)
    assert bits == pytest.approx(0.5 * math.log2(1 + variance / (s * sigma) ** 2), rel=1e-10)
    if (s, sigma) == (4, 0.1):
        assert bits == pytest.approx(1.429, abs=5e-4)


def test_two_frames_of_the_same_view_are_one_with_less_noise():
    A = Downsample(2)
    two = mutual_information(Stack([A, A]), (6, 6), 0.2)
    assert two == pytest.approx(mutual_information(A, (6, 6), 0.2 / math.sqrt(2)), rel=1e-10)
    many = Stack([A] * 5)  # more measurements than pixels: the small side is decomposed
    assert mutual_information(many, (6, 6), 0.2) == pytest.approx(
        mutual_information(A, (6, 6), 0.2 / math.sqrt(5)), rel=1e-10)


def test_correlated_scenes_by_three_routes():
    shape, sigma = (6, 8), 0.05
    power = Blur.from_otf(lambda f: 1 / (0.1 + f) ** 2 / 50)
    covariance = power.dense(shape)
    A = Downsample(2) @ Blur(gaussian(0.7, 2))
    a = mutual_information(A, shape, sigma, power)
    b = mutual_information(A, shape, sigma, covariance)
    matrix = A.dense(shape) @ np.linalg.cholesky(covariance)
    c = 0.5 * np.log2(1 + np.linalg.svd(matrix, compute_uv=False) ** 2 / sigma**2).sum()
    assert a == pytest.approx(c, rel=1e-10) and b == pytest.approx(c, rel=1e-10)


def test_bits_never_grow_downstream():
    camera, shape = Blur(gaussian(0.8, 3)), (12, 12)
    chain = [mutual_information(A, shape, 0.1) for A in (
        Identity(), camera, Downsample(2) @ camera, Downsample(4) @ camera)]
    assert all(np.diff(chain) < 0)
    noise = [mutual_information(camera, shape, sigma) for sigma in (0.01, 0.1, 1, 10)]
    assert all(np.diff(noise) < 0) and noise[-1] > 0


@pytest.mark.parametrize(("options", "message"), [
    ({"sigma": 0}, "sigma"),
    ({"covariance": 0.0}, "covariance"),
    ({"covariance": np.ones((16, 16))}, "rank 1"),
    ({"covariance": np.diag([1.0] * 15 + [0.0])}, "rank 15"),
    ({"covariance": -np.eye(16)}, "covariance"),
    ({"covariance": np.eye(16) + np.triu(np.ones((16, 16)), 1)}, "symmetric"),
    ({"covariance": np.eye(15)}, "shape"),
    ({"covariance": Blur.from_otf(low_pass(0.3))}, "full rank"),
    ({"covariance": Downsample(2)}, "covariance"),
    ({"shape": (5, 4)}, "divisible"),
    ({"shape": (256, 256)}, "crop"),
    ({"A": np.eye(16)}, "LinearOperator"),
])
def test_mutual_information_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        mutual_information(**{"A": Downsample(2), "shape": (4, 4), "sigma": 0.1} | options)


def test_a_matrix_scene():
    M = np.array([[0.8, 0.2], [0.2, 0.8]])
    expected = 0.5 * (math.log2(1 + 1 / 0.01) + math.log2(1 + 0.36 / 0.01))
    assert mutual_information(Matrix(M), (1, 2), 0.1) == pytest.approx(expected)


@pytest.mark.parametrize("M", [2, 3, 10, 2**20, 10**9])
def test_fano(M):
    total = math.log2(M)
    assert fano_error(0, M) == pytest.approx(1 - 1 / M)
    assert fano_error(total, M) == 0 == fano_error(total + 3, M)
    errors = [fano_error(f * total, M) for f in (0, 0.2, 0.5, 0.8, 0.99)]
    assert all(np.diff(errors) < 0)
    for fraction, error in zip((0.2, 0.5, 0.8), errors[1:4], strict=True):
        entropy = -error * math.log2(error) - (1 - error) * math.log2(1 - error)
        assert entropy + error * math.log2(M - 1) == pytest.approx((1 - fraction) * total)
        assert error >= (total * (1 - fraction) - 1) / total - 1e-12  # the weaker, familiar form


def test_fano_of_a_symmetric_channel_is_attained():
    """A binary symmetric channel that errs with p gives 1 − h₂(p) bits: the bound returns p."""
    for p in (0.01, 0.11, 0.4):
        bits = 1 + p * math.log2(p) + (1 - p) * math.log2(1 - p)
        assert fano_error(bits, 2) == pytest.approx(p, rel=1e-9)
    assert fano_error(10, 2**20) == pytest.approx(0.450, abs=5e-4)


@pytest.mark.parametrize("arguments", [(-1, 4), (1, 1), (1, 2.5), (math.inf, 4)])
def test_fano_refuses(arguments):
    with pytest.raises(ValueError):
        fano_error(*arguments)
