# ---
# jupyter:
#   course: {points: 20, reads: [casebook, classifiers, denoisers, flips, images, regressors, samplers, upscalers]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *turn* a denoiser into a sampler, and tell it what was measured;
# - *convict* a sampler by ranks or by its error, and say why surviving isn't proof;
# - *say* which rung of the bias budget a newer method seems to shrink, and which not;
# - *audit* an upscaler that you didn't build, and *promise* something about an answer that holds.
#
# {minutes} minutes; what is marked » comes on top. {builds_on}

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **PULSE is from 2020. Did newer methods fix it?**

# %% slide="subslide" title="Sixteen pixels, asked again" figure="asked_again"
import numpy as np
import torch

from course_lib.generators import denoiser
from course_lib.imaging.operators import Downsample
from course_lib.notebook.figures import show_images
from course_lib.records import flips, samplers

torch.set_num_threads(1)
priors = {name: denoiser.OnArrays(denoiser.load(name)) for name in samplers.SHARES}
beetles, pixels = flips.truths()  # of lesson {bias}: pale ones first, then 400 dark ones
some = np.array([2, 5, 401, 404, 409, 413])
answers = {name: samplers.answer(prior, "pigdm", pixels[some], seed=1) for name, prior in priors.items()}
rows = {"seen": pixels[some], "shown half": answers["share_50"], "shown a tenth": answers["share_10"]}
show_images({f"{what} {k + 1}": x for what, row in rows.items() for k, x in enumerate(row)}, columns=6,
            alt="Top: six beetles in sixteen noisy pixels, the first two pale, the others dark. Below: detailed answers of a diffusion sampler "
                "whose network was shown half of dark beetles, then of one that was shown a tenth. All look like ladybirds with legs and patterns, some of them speckled.")

# %% [markdown]
# Six beetles in sixteen pixels each, and what a **diffusion sampler** makes of them, a newer method. Its two networks were trained alike, one on half of
# dark beetles, one on a tenth. Numbers 3 to 6 were dark.
#
# **Predict.** PULSE on a generator that was shown a tenth lost 84 % of the dark beetles (lesson {bias}). How many percent does the new method lose at that share?

# %%
from course_lib.notebook.predictions import predict

lost_percent = None  # replace None by a number from 0 to 100
predict("todays_samplers.lost_percent", lost_percent, between=(0, 100))

# %%
from course_lib.audits.measures import share_interval
from course_lib.notebook.predictions import reveal


def rate(wrong):
    """Share of True among cases, with its 95 % interval."""
    low, high = share_interval(int(np.sum(wrong)), len(wrong))
    return f"{np.mean(wrong):.3f} ({low:.3f} to {high:.3f})"


is_dark = np.arange(len(pixels)) >= flips.EACH
new = samplers.recorded("share_10", "pigdm")["found"] > 0.5
old = flips.recorded("share_10")["found"][:, 0] > 0.5
for name, back in {"PULSE, GAN": old, "ΠGDM, denoiser": new}.items():
    print(f"{name:16} shown a tenth: dark → pale {rate(~back[is_dark])}   pale → dark {rate(back[~is_dark])}")
reveal("todays_samplers.lost_percent", 100 * np.mean(~new[is_dark]), label="dark → pale at a share of a tenth", unit="%")

# %% [markdown] slide="notes"
# Let the room compare rows two and three before you say which network is which. Then the vote: did it get better? Three minutes.

# %% [markdown] slide="slide"
# ## 1 · A denoiser is a prior

# %% [markdown]
# Add noise of standard deviation $t$ to a scene, $x = x_0 + t\,n$. A **denoiser** is the best guess of the scene, $D(x, t) = E[x_0 \mid x]$: what least squares learns from pairs of clean and
# noisy pictures. **Tweedie's formula** makes it a score,
#
# $$\nabla \log p_t(x) = \frac{D(x, t) - x}{t^2},$$
#
# where $p_t$ is the law of noisy scenes. So nothing else need be learned. The sampler walks from pure noise to a picture. A step from level $t$ to the next lower level $s$ keeps the guess, and shrinks what is left:
#
# $$x \leftarrow D(x, t) + \frac{s}{t}\,\bigl(x - D(x, t)\bigr).$$
#
# This is the **probability-flow ODE** in Euler's steps: no noise after the start. Its **stochastic twin** shrinks more, and adds fresh noise.
#
# ### Exercise 1: from denoiser to flow
#
# Write `flow(denoise, x, levels)`. `denoise(x, t)` is a denoiser, `x` an array (n, d) of noise of standard deviation `levels[0]`, `levels` a falling list of noise levels. Take the step above
# from each level to the next. At the last level, return the guess itself (as if $s = 0$). Ask `denoise` once for each level. Leave the `x` that you were given as it is. Compute in double precision, here and below.

# %% solution="flow" rebuilds="inference.guidance.draw inference.diffusion.draw"
def flow(denoise, x, levels):
    """Return where the probability-flow ODE ends, in Euler's steps.

    Parameters
    ----------
    denoise : callable
        (x, t) → E[x₀ | x], arrays (n, d).
    x : array (n, d)
        Noise of standard deviation levels[0].
    levels : sequence of floats
        Falling, > 0.

    Returns
    -------
    array (n, d)
    """
    ### BEGIN SOLUTION
    for t, s in zip(levels, [*levels[1:], 0], strict=True):
        guess = denoise(x, t)
        x = guess + s / t * (x - guess)
    return x
    ### END SOLUTION


# %% test="flow_of_a_gaussian_is_linear" points=2
from course_lib.notebook.checks import call, equal


def bell(mean, variance):
    """The denoiser of a Gaussian world with independent coordinates."""
    return lambda x, t: mean + variance / (variance + t**2) * (x - mean)


def told_flow(denoise, x, levels):
    """Return the end of the flow, after a look at its shape."""
    told = np.asarray(call(flow, denoise, x, levels), dtype=float)
    assert told.shape == x.shape, f"flow returns an array of shape {told.shape}; it should be that of x, {x.shape}."
    return told


def bell_end(mean, variance, x, levels):
    """Where the steps end in a Gaussian world: each scales x − mean."""
    shrunk = 1.0
    for t, s in zip(levels, [*levels[1:], 0.0], strict=True):
        gain = variance / (variance + t**2)
        shrunk = shrunk * (gain + s / t * (1 - gain))
    return mean + shrunk * (x - mean)


def noting(denoise, levels):
    """The denoiser; it puts the levels at which it is asked into a list."""
    return lambda x, t: (levels.append(float(t)), denoise(x, t))[1]


start_seen, levels_asked = np.array([[4.0, -2.0], [0.5, 3.0], [-6.0, 0.0]]), []
steps_seen = [4.0, 2.0, 0.5]
end_seen = told_flow(noting(bell(1.0, 3.0), levels_asked), start_seen, steps_seen)
equal(end_seen, bell_end(1.0, 3.0, start_seen, steps_seen), "the end of the flow in a Gaussian world", atol=1e-9, mistakes={
    "the last level's guess is missing: end with denoise(x, levels[-1]).": 1.0 + (bell_end(1.0, 3.0, start_seen, steps_seen) - 1.0) / (3 / 3.25),
    ("this is the first guess; go on from it." if len(levels_asked) < 3 else
     "the rest is shrunk by (s/t)², as in the stochastic twin; the flow shrinks it by s/t."): bell(1.0, 3.0)(start_seen, 4.0)})
### BEGIN HIDDEN TESTS
# hint: other worlds, levels, shapes; one level; many levels.
flow_draws = np.random.default_rng(3)
for mean_h, var_h, levels_h, shape_h in ((0.0, 1.0, [1.0], (4, 1)), (-3.0, 0.01, np.geomspace(30, 1e-3, 40), (5, 3)),
                                         (1e4, 1e6, [5e3, 1e3, 10.0], (2, 2)), (2.0, 0.0, [1.0, 0.3], (3, 4)), (0.5, 4.0, (9.0, 8.0, 1.0, 0.1), (1, 2))):
    x_h = mean_h + levels_h[0] * flow_draws.normal(size=shape_h)
    equal(told_flow(bell(mean_h, var_h), x_h, levels_h), bell_end(mean_h, var_h, x_h, levels_h), f"the end of the flow with {len(levels_h)} levels", rtol=1e-7, atol=1e-9)
### END HIDDEN TESTS

# %% test="flow_asks_once_at_each_level" points=1
def bent(x, t):
    """A denoiser that isn't linear."""
    return np.tanh(x / (1 + t**2))


bent_start, asked = np.array([[3.0], [-1.0]]), []
bent_end = told_flow(noting(bent, asked), bent_start, [3.0, 1.0, 0.2])
assert asked == [3.0, 1.0, 0.2], f"denoise was asked at the levels {asked}; it should be once at each of [3.0, 1.0, 0.2], in this order."
hand = bent_start
for t_hand, s_hand in ((3.0, 1.0), (1.0, 0.2), (0.2, 0.0)):
    best = bent(hand, t_hand)
    hand = best + s_hand / t_hand * (hand - best)
equal(bent_end, hand, "the end of the flow of a denoiser that isn't linear", atol=1e-9)
### BEGIN HIDDEN TESTS
# hint: x as given stays as it is, and so does what denoise returns; another law; a guess that equals x.
always = np.array([[1.0], [-1.0]])
equal(told_flow(lambda x, t: always, np.array([[9.0], [4.0]]), [3.0, 1.0]), [[1.0], [-1.0]], "the end of the flow where the guess is always the same array", atol=1e-9)
equal(always, [[1.0], [-1.0]], "the array that denoise returned, after the call", atol=0)
kept_start = np.array([[3.0], [-1.0]])
told_flow(bent, kept_start, [2.0, 1.0])
equal(kept_start, [[3.0], [-1.0]], "the x that was given, after the call", atol=0)
handed, own_start = [], np.array([[4.0, -2.0], [1.0, 8.0]])
own_end = told_flow(noting(lambda x, t: np.array(x), handed), own_start.copy(), [4.0, 2.0, 0.5])
equal(own_end, own_start, "the end of the flow where the guess equals x", atol=1e-9)
assert handed == [4.0, 2.0, 0.5], "denoise must be asked at every level, also where the guess equals x."
equal(told_flow(lambda x, t: np.sign(x), np.array([[5.0], [-0.2]]), [2.0, 1.0, 0.5]), [[1.0], [-1.0]], "the end of the flow where the guess is always ±1", atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# **Try it** on the world of lesson {priors_and_best_guesses}: a common class around (−1, 0), 80 %, and a rare one around (1, 0). Its denoiser is a formula.

# %%
# Try: 5 or 20 levels. How many of the ends are rare?
how_many = 60

from course_lib.inference import diffusion, guidance
from course_lib.inference.posterior import Mixture

two_forms = Mixture([0.8, 0.2], [[-1.0, 0.0], [1.0, 0.0]], [np.diag([0.09, 0.25])] * 2)
exact_denoiser = guidance.MixtureDenoiser(two_forms)
noise = 20 * np.random.default_rng(0).standard_normal((4000, 2))
ends = flow(exact_denoiser, noise, guidance.levels(how_many, 20, 0.01))
print(f"{how_many} levels: {np.mean(ends[:, 0] > 0):.3f} rare (the world: .200; ± .012 by chance), spread of the coordinates {ends.std(0).round(2)} (the world: {two_forms.sd.round(2)})")

# %% [markdown]
# Every start has *one* end, as in PULSE (lesson {pulse}). That is no fault by itself: the *law* of the starts is turned into the world's, but for the steps. PULSE turns it into something else.
#
# Now for ladybirds. What did the two networks learn?

# %% slide="subslide" title="A denoiser, and what it draws"
from course_lib.inference.classifiers import p_dark

drawn = {}
for name, prior in priors.items():
    drawn[name] = guidance.draw(prior, (16, 3, 64, 64), rng=4, noise_levels=samplers.levels(), start=denoiser.begin(16, rng=5))
for name, some_drawn in drawn.items():
    print(f"{name}: {np.sum(p_dark(np.clip(some_drawn, 0, 1)) > 0.5)} of 16 are dark (shown: {samplers.SHARES[name]:.0%})")
show_images({f"{name}, {k + 1}": x for name, some_drawn in drawn.items() for k, x in enumerate(some_drawn[:2])}, columns=4,
            alt="Four ladybirds on leaves, drawn from pure noise by two denoisers: two of the one that was shown half of dark beetles, two of the one that was shown a tenth. Legs and patterns are there; wing cases are speckled.")

# %% [markdown]
# Their cards in `data/denoisers/` count 4,000 draws of each: .503 and .080 are dark (95 % intervals .488 to .519 and .072 to .089), so the second draws somewhat fewer than it was shown. The draws cover .70 of the renders, where 1 is best, at a precision of .49 and .55.
#
# ## 2 · Telling it what was measured
#
# The pixels $y = A x_0 + $ noise must steer the walk. That needs $\nabla \log p(y \mid x)$ at every noise level, and for a network nobody knows it: many scenes are still possible. Two guesses are common.
#
# - **DPS**, diffusion posterior sampling (Chung et al. 2023), puts the guess $D$ in the scene's place and goes down $\|y - A D(x, t)\|$, by a strength that one tunes.
# - **ΠGDM**, pseudoinverse guidance (Song et al. 2023), lets the scene be Gaussian around $D$, with variance $r^2 = t^2 S^2/(t^2 + S^2)$ in every pixel, where $S$ is chosen, too. Then $y$ has the variance $r^2 A A^T + \sigma^2 I$, and
#
# $$\nabla \log p(y \mid x) \approx J^T v, \qquad v = A^T \bigl(r^2 A A^T + \sigma^2 I\bigr)^{-1} (y - A D),$$
#
# where $J$ is the derivative of $D$, which PyTorch applies by backpropagation. Each step then takes $D + t^2 J^T v$ in the place of $D$.
#
# A third way uses ΠGDM as a *proposal* only: many walks at once, each with a **weight** for what the guess got wrong; light walks are dropped, heavy ones doubled. This is **twisted** sequential Monte Carlo (Wu et al. 2023). Its law
# tends to this denoiser's posterior, but for the finite steps, as the walks become many.

# %% [markdown] deeper=true
# The inverse looks expensive: $A A^T$ has a row for each pixel of $y$. For block means it is a number.
#
# ### Exercise 2: guidance for block means
#
# Write `block_guidance(guess, y, factor, sigma, r)`. `guess` is an array (..., H, W), the denoised pictures; `y`, (..., H/factor, W/factor), holds the measured means over blocks of `factor` × `factor` pixels, with noise `sigma`;
# `r` is the number above. Return $v$, an array like `guess`. `Downsample(factor)`, imported above, is the camera $A$: `A(x)` shrinks, `A.T(y)` is the adjoint. Work out $A A^T$ first: shrink what the adjoint made.

# %% deeper=true solution="block_guidance" rebuilds="inference.guidance.PiGDM"
def block_guidance(guess, y, factor, sigma, r):
    """Return v = Aᵀ (r² A Aᵀ + σ² I)⁻¹ (y − A guess) for block means.

    Parameters
    ----------
    guess : array (..., H, W)
    y : array (..., H/factor, W/factor)
    factor : int
    sigma, r : float
        σ > 0, r ≥ 0.

    Returns
    -------
    array (..., H, W)
    """
    ### BEGIN SOLUTION
    A = Downsample(factor)
    return A.T((y - A(guess)) / (r**2 / factor**2 + sigma**2))
    ### END SOLUTION


# %% deeper=true test="block_guidance_is_the_formula" points=2
def told_guidance(guess, y, factor, sigma, r):
    """Return v, after a look at its shape."""
    told = np.asarray(call(block_guidance, guess, y, factor, sigma, r), dtype=float)
    assert told.shape == guess.shape, f"block_guidance returns an array of shape {told.shape}; it should be that of guess, {guess.shape}."
    return told


def by_matrices(guess, y, factor, sigma, r):
    """The formula with matrices, for one small picture."""
    M = Downsample(factor).dense(guess.shape)
    v = M.T @ np.linalg.solve(r**2 * M @ M.T + sigma**2 * np.eye(len(M)), y.ravel() - M @ guess.ravel())
    return v.reshape(guess.shape)


small_guess = np.arange(16.0).reshape(4, 4) / 10
small_y = np.array([[1.0, 0.0], [0.5, 2.0]])
due = by_matrices(small_guess, small_y, 2, 0.5, 0.8)
missed = np.kron(small_y - Downsample(2)(small_guess), np.ones((2, 2)))
equal(told_guidance(small_guess, small_y, 2, 0.5, 0.8), due, "v for a picture of 4 × 4", atol=1e-9, mistakes={
    "the sign: y − A guess.": -due,
    "A Aᵀ is I divided by the number of pixels in a block, factor².": missed / 4 / (0.64 + 0.25),
    "A Aᵀ is I divided by the number of pixels in a block, factor², not by factor.": missed / 4 / (0.32 + 0.25),
    "r and σ enter squared.": missed / 4 / (0.8 / 4 + 0.5),
    "this repeats each block's number; the adjoint of a mean also divides by the pixels of a block.": missed / (0.16 + 0.25)})
### BEGIN HIDDEN TESTS
# hint: other factors, sizes, σ and r; r = 0; a dark picture with little noise.
guide_draws = np.random.default_rng(5)
for factor_h, size_h, sigma_h, r_h in ((1, 3, 0.5, 2.0), (4, 8, 0.05, 0.0), (3, 6, 10.0, 0.1), (2, 8, 1e-3, 1e-2), (8, 8, 0.2, 5.0)):
    guess_h, y_h = guide_draws.normal(size=(size_h, size_h)), guide_draws.normal(size=(size_h // factor_h,) * 2)
    equal(told_guidance(guess_h, y_h, factor_h, sigma_h, r_h), by_matrices(guess_h, y_h, factor_h, sigma_h, r_h),
          f"v with factor {factor_h}, σ = {sigma_h}, r = {r_h}", rtol=1e-7, atol=1e-12)
equal(told_guidance(1e-4 * small_guess, 0 * small_y, 2, 1e-3, 0.0), by_matrices(1e-4 * small_guess, 0 * small_y, 2, 1e-3, 0.0), "v of a dark picture, with little noise", rtol=1e-7, atol=1e-9)
### END HIDDEN TESTS

# %% deeper=true test="block_guidance_of_many" points=1
many_guess, many_y = np.random.default_rng(6).normal(size=(2, 3, 8, 12)), np.random.default_rng(7).normal(size=(2, 3, 2, 3))
many_told = told_guidance(many_guess, many_y, 4, 0.1, 0.7)
equal(many_told[1, 2], by_matrices(many_guess[1, 2], many_y[1, 2], 4, 0.1, 0.7), "v of one channel of one of two colour pictures", atol=1e-9)
### BEGIN HIDDEN TESTS
# hint: pictures that already fit have v = 0; what was given stays as it is; v is linear in the miss; one picture in a batch.
fits_guess = np.random.default_rng(8).normal(size=(3, 8, 8))
equal(told_guidance(fits_guess, Downsample(2)(fits_guess), 2, 0.1, 0.7), np.zeros_like(fits_guess), "v of a picture that fits its pixels", atol=1e-9)
equal(told_guidance(many_guess[:1, :1], many_y[:1, :1], 4, 0.1, 0.7)[0, 0], by_matrices(many_guess[0, 0], many_y[0, 0], 4, 0.1, 0.7), "v of a batch of one picture", atol=1e-9)
twice_y = Downsample(4)(many_guess) + 2 * (many_y - Downsample(4)(many_guess))
equal(told_guidance(many_guess, twice_y, 4, 0.1, 0.7), 2 * many_told, "v of a miss twice as large", rtol=1e-7, atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## 3 · Four suspects
#
# A sampler can be tried where the truth is known. Lesson {priors_and_best_guesses} has two laws. The **ranks** of the truth among draws are uniform. And the **2× law**: a draw errs twice as much as the posterior's mean, $E\|\hat x - x\|^2 = 2\,E\|\bar x - x\|^2$, since draw and truth
# scatter alike, independently, around that mean. Here are four samplers of the toy's posterior, `suspects`; one is sound.

# %%
camera, sigma = np.array([[1.0, 0.6]]), 0.6
spread = float(np.sqrt(np.mean(two_forms.sd**2)))
across = np.array([-0.6, 1.0]) / np.hypot(0.6, 1.0)  # what the camera doesn't see


def steered(guide_of, stochastic=True):
    """Make a sampler of a guidance: (y, draws, rng) → (draws, cases, 2)."""
    def sampler(y, draws, rng):
        many = np.tile(y, (draws, 1))
        x = guidance.draw(exact_denoiser, (len(many), 2), rng, guide_of(many), guidance.levels(60, 20, 0.01), stochastic)
        return x.reshape(draws, len(y), 2)
    return sampler


def by_formula(y, draws, rng):
    """Draw by a flow."""
    many = np.tile(y, (draws, 1))
    exact = guidance.Scored(diffusion.exact(two_forms, camera, many, sigma))
    return guidance.draw(exact, (len(many), 2), rng, noise_levels=guidance.levels(150, 20, 0.01), stochastic=False).reshape(draws, len(y), 2)


def patched(y, draws, rng):
    """Draw, then mix."""
    rng = np.random.default_rng(rng)
    x = by_formula(y, draws, rng)
    other = two_forms.sample(draws * len(y), rng)[0].reshape(x.shape)
    return x + ((other - x) @ across)[..., None] * across


suspects = {"A": steered(lambda y: guidance.DPS(camera, y, 0.5)), "B": patched,
            "C": by_formula, "D": steered(lambda y: guidance.PiGDM(camera, y, sigma, spread), stochastic=False)}

# %% [markdown]
# ### Exercise 3: the 2× law
#
# Write `twice_law(draws, means, truths)`, three arrays (n, d): one draw for each of n cases, the posterior's means, the truths. With $a_k = \|\mathrm{draw}_k - \mathrm{truth}_k\|^2$ and $b_k = \|\mathrm{mean}_k - \mathrm{truth}_k\|^2$, return two numbers: the ratio $q = \sum a_k / \sum b_k$,
# and its standard error, $s / (\bar b \sqrt n)$, where $s$ is the standard deviation (with $n - 1$) of the $a_k - q\,b_k$ and $\bar b$ the mean of the $b_k$.

# %% solution="twice_law"
def twice_law(draws, means, truths):
    """Return how many times the error of the mean a draw's error is, and its standard error.

    Parameters
    ----------
    draws, means, truths : arrays (n, d)

    Returns
    -------
    ratio, error : two numbers
    """
    ### BEGIN SOLUTION
    a, b = np.sum((draws - truths) ** 2, axis=1), np.sum((means - truths) ** 2, axis=1)
    ratio = a.sum() / b.sum()
    return ratio, np.std(a - ratio * b, ddof=1) / (b.mean() * np.sqrt(len(a)))
    ### END SOLUTION


# %% test="twice_law_ratio" points=2
def told_twice(draws, means, truths):
    """Return ratio and standard error."""
    told = call(twice_law, np.array(draws), np.array(means), np.array(truths))
    assert isinstance(told, tuple | list | np.ndarray) and [np.ndim(each) for each in told] == [0] * 2, "twice_law must return two numbers: (ratio, error)."
    return told


law_draws, law_means = np.array([[1.0, 1], [0, 3], [2, 0]]), np.array([[1.0, 0], [0, 2], [1, 1]])
law_truths = np.zeros((3, 2))
equal(told_twice(law_draws, law_means, law_truths)[0], 15 / 7, "the ratio of three cases", atol=1e-9, mistakes={
    "this is the mean of the cases' own ratios; divide the sums.": (2 + 9 / 4 + 2) / 3,
    "the errors are squared.": (2**0.5 + 3 + 2) / (1 + 2 + 2**0.5),
    "this compares draws with means; compare each with the truth.": 4 / 7,
    "the ratio upside down.": 7 / 15})
### BEGIN HIDDEN TESTS
# hint: other cases, numbers of coordinates, scales; truths that aren't 0; means that are perfect in some cases.
law_rng = np.random.default_rng(9)
for n_h, d_h, scale_h in ((50, 1, 1.0), (400, 5, 1e-6), (7, 2, 1e5), (2, 3, 1.0)):
    d_, m_, x_ = scale_h * law_rng.normal(size=(3, n_h, d_h)) + scale_h * np.array([0.2, -1.0, 3.0])[:, None, None]
    m_[0] = x_[0]
    equal(told_twice(d_, m_, x_)[0], ((d_ - x_) ** 2).sum() / ((m_ - x_) ** 2).sum(), f"the ratio of {n_h} cases", rtol=1e-6)
### END HIDDEN TESTS

# %% test="twice_law_error" points=1
seen_off = np.array([2.0, 9.0, 4.0]) - 15 / 7 * np.array([1.0, 4.0, 2.0])
equal(told_twice(law_draws, law_means, law_truths)[1], np.std(seen_off, ddof=1) / (7 / 3 * 3**0.5), "the standard error of three cases", atol=1e-9, mistakes={
    "the standard deviation with n − 1 (ddof=1).": np.std(seen_off) / (7 / 3 * 3**0.5),
    "divide by √n: this is the spread of single cases.": np.std(seen_off, ddof=1) / (7 / 3),
    "divide by the mean of the b, too.": np.std(seen_off, ddof=1) / 3**0.5,
    "a case's a and b go together: take the standard deviation of a − ratio·b.": np.std([2.0, 9.0, 4.0], ddof=1) / (7 / 3 * 3**0.5)})
equal(told_twice(law_draws + 7.0, law_means + 7.0, law_truths + 7.0), told_twice(law_draws, law_means, law_truths), "ratio and standard error, if draws, means and truths are shifted alike", rtol=1e-6)
### BEGIN HIDDEN TESTS
# hint: cases whose mean errs differently; draws as good as the means; other scales; one coordinate.
equal(told_twice(np.array([[2.0], [1.0], [3.0], [1.0]]), np.array([[1.0], [1.0], [2.0], [2.0]]), np.zeros((4, 1))), [1.5, np.sqrt(40.5 / 3) / 5], "ratio and standard error of four numbers (d = 1)", atol=1e-9)
uneven_means, uneven_draws = law_rng.normal(size=(2, 30, 2)) * law_rng.gamma(1.0, size=(30, 1))
equal(told_twice(uneven_draws, uneven_means, np.zeros((30, 2)))[1],
      np.std((a_ := (uneven_draws**2).sum(1)) - a_.sum() / (b_ := (uneven_means**2).sum(1)).sum() * b_, ddof=1) / b_.mean() / 30**0.5,
      "the standard error where the cases differ", rtol=1e-6, mistakes={
    "a case's a and b go together: take the standard deviation of a − ratio·b.": np.std(a_, ddof=1) / b_.mean() / 30**0.5})
equal(told_twice(uneven_means, uneven_means, np.zeros((30, 2))), [1.0, 0.0], "ratio and standard error if draws and means are the same", atol=1e-9)
equal(told_twice(1e4 * uneven_draws, 1e4 * uneven_means, np.zeros((30, 2)))[1], told_twice(uneven_draws, uneven_means, np.zeros((30, 2)))[1], "the standard error of the same cases, times 10⁴", rtol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# **Try all four.** A p-value below .001 convicts; so does a ratio that is more than three standard errors from 2.

# %%
from course_lib.audits.measures import audit_sampler

rng = np.random.default_rng(5)
scenes = two_forms.sample(3000, rng)[0]
measured = scenes @ camera.T + sigma * rng.standard_normal((3000, 1))
means = 1e8 * diffusion.exact(two_forms, camera, measured, sigma)(np.zeros((3000, 2)), 1e4)  # Tweedie at x = 0, t = 10⁴: E[x₀ | y]
trial = {}
print(f"{'':12}{'p, ranks of coordinates':26}{'p, ranks of log p(y | x)':26}error of a draw / of the mean")
for name, suspect in suspects.items():
    p = audit_sampler(suspect, two_forms, camera, sigma, cases=300, rng=0)
    ratio, error = twice_law(suspect(measured, 1, 6)[0], means, scenes)
    trial[name] = min(p["coordinates"].min(), p["likelihood"]) < 1e-3, abs(ratio - 2) > 3 * error
    print(f"suspect {name:4}{p['coordinates'].min():<26.2g}{p['likelihood']:<26.2g}{ratio:.2f} ± {error:.2f}")

# %% [markdown]
# Only C survives, and C is the flow of the *exact* posterior. A is DPS: the ranks convict it. B takes the posterior's word for what the camera sees and the prior's for the rest; D is ΠGDM. Neither is caught by ranks of 300 cases. The 2× law, with ten times the cases, sees all three: B's draws scatter too much where the camera doesn't look, D's err too much somewhere.
# It can miss others, as ranks do, and **surviving isn't proof**.

# %% [markdown] deeper=true
# And the twisted sampler?

# %% deeper=true
def with_weights(y, draws, rng):
    """Draw from twisted particles, 64 walks for each case."""
    found = guidance.twisted(exact_denoiser, camera, y, sigma, spread, (2,), rng, 64, guidance.levels(40, 20, 0.01))
    return np.moveaxis(found.draw(draws, rng), 1, 0)


p = audit_sampler(with_weights, two_forms, camera, sigma, cases=150, rng=0)
ratio, error = twice_law(with_weights(measured[:600], 1, 6)[0], means[:600], scenes[:600])
print(f"» twisted, 64 walks: p {p['coordinates'].min():.2g} and {p['likelihood']:.2g}, {ratio:.2f} ± {error:.2f}: {'convicted' if min(p['coordinates'].min(), p['likelihood']) < 1e-3 or abs(ratio - 2) > 3 * error else 'it survives'}")

# %% [markdown] slide="notes"
# Show the four names only, A to D, and take a vote on who is sound after each column. The third column changes it. Six minutes.

# %% [markdown] slide="slide"
# ## 4 · The budget, with other algorithms on one prior

# %% [markdown]
# Back to the beetles. Lesson {bias} took a loss apart in four rungs: **R1** a draw from the exact posterior at equal shares, **R2** at the share of the training, **R3** a draw from the *network's* posterior, **R4** what the program returns. For a denoiser, R3 is the
# twisted sampler (32 walks), R4 is ΠGDM or DPS. `course data samplers` asked for lesson {bias}'s beetles; R3 is costly, so it has 48 of each form.

# %%
from course_lib.audits import fairness

budgets = {f"{samplers.METHODS[method]}, denoiser": fairness.bias_budget(*samplers.cells("share_10", method)) for method in ("pigdm", "dps")}
shown = samplers.draws("share_10", "twisted")["truth"]
pulse_dark, pulse_pale = flips.cells("share_10")
few_dark, few_pale = shown[shown >= flips.EACH] - flips.EACH, shown[shown < flips.EACH]
budgets["PULSE, GAN"] = fairness.bias_budget({cell: p[few_dark] for cell, p in pulse_dark.items()}, {cell: p[few_pale] for cell, p in pulse_pale.items()})
print(f"share_10, {len(few_dark)} beetles of each form, 95 % bootstrap intervals over beetles (for 0 of 48 take 0 to .074; R4 − R3 is then too narrow, too)\n{'':20}{'':13}{'R1 pixels':10}{'R2 share':10}{'R3 network':12}R4 program              R4 − R3")
for name, budget in budgets.items():
    for form, way in (("dark", "dark → pale"), ("pale", "pale → dark")):
        rungs = budget[form].rungs
        print(f"{name:20}{way:13}{rungs.value[0]:<10.3f}{rungs.value[1]:<10.3f}{rungs.value[2]:<12.3f}{f'{rungs[3]}':24}{budget[form].steps[3]:+.3f}")
whole = fairness.bias_budget(pulse_dark, pulse_pale)["dark"]
print(f"{'PULSE, all 400':20}{'dark → pale':13}" + "".join(f"{each:<10.3f}" for each in whole.rungs.value[:2]) + f"{whole.rungs.value[2]:<12.3f}{f'{whole.rungs[3]}':24}{whole.steps[3]:+.3f}")
of_all = {"PULSE": flips.recorded("share_10")} | {samplers.METHODS[method]: samplers.recorded("share_10", method) for method in ("pigdm", "dps")}
gone = {name: told["found"].reshape(len(told["truth"]), -1)[told["truth"] >= flips.EACH, 0] < 0.5 for name, told in of_all.items()}
print("of all 400 dark ones are lost:", ", ".join(f"{name} {each.mean():.3f}" for name, each in gone.items()))
paired = gone["ΠGDM"].astype(float) - gone["PULSE"]
print(f"ΠGDM minus PULSE, beetle by beetle: {paired.mean():+.3f} ± {1.96 * paired.std(ddof=1) / 20:.3f}")
print(f"R2 of dark ones, were the share the .080 that the denoiser draws: {1 - p_dark(flips.truths()[1][shown[shown >= flips.EACH]], 0.080).mean():.3f}")

# %% [markdown]
# R1 and R2 are one classifier's word, the same for all.
#
# - **The program's rung.** PULSE adds .43 to the loss of these 48 dark beetles, .30 (.27 to .34) to that of all 400. DPS at strength 8 adds .22, ΠGDM .07 (−.03 to +.17). So ΠGDM's rung looks smaller; by how much is open.
# - **The network's rung** is larger here: this denoiser goes from .44 to .70, the GAN to .46. That its card counts .08 of dark ones and not .10 explains little.
# - **The sum.** On these 48 ΠGDM loses .77, PULSE .90. On all 400 they are alike: .825 and .840, a difference of −.015 ± .045. DPS loses .955.
#
# *Caution.* ΠGDM and DPS fail ranks on `share_50` (»). One training per network. The 32 walks of a beetle descend from few starts (median six, `docs/samplers.md`), so that its R3 is rough. A ΠGDM with a wider $S$ proposes these walks. If they stay too near it, ΠGDM's rung looks too small. The GAN's R3 is a network's word, and may be .1 too low (lesson {bias}); then PULSE's rung is .1 too high.

# %% slide="subslide" title="Which rung is left?" figure="which_rung"
from course_lib.notebook.figures import COLOURS, figure, show

fig, axes = figure(1, 2, size=(9, 3.2), sharey=True)
for ax, (form, way) in zip(axes, (("dark", "dark → pale"), ("pale", "pale → dark")), strict=True):
    for (name, budget), colour, mark in zip(budgets.items(), ("blue", "sky", "vermilion"), "osD", strict=True):
        rungs = budget[form].rungs
        ax.errorbar(np.arange(4) + 0.08 * list(budgets).index(name), rungs.value, [rungs.value - rungs.low, rungs.high - rungs.value], color=COLOURS[colour], marker=mark, capsize=3, label=name)
    ax.set(xticks=range(4), xticklabels=["R1\npixels", "R2\nshare", "R3\nnetwork", "R4\nprogram"], title=way, ylim=(-0.03, 1.03))
axes[0].set_ylabel("come back as the other form")
axes[1].legend(fontsize=9)
show(fig, alt="The four rungs of the bias budget at a share of a tenth, for two programs on a denoiser and PULSE on a GAN. " + " ".join(
    f"{name}, {way}: " + ", ".join(f"{value:.2f}" for value in budget[form].rungs.value) + "." for name, budget in budgets.items() for form, way in (("dark", "dark to pale"), ("pale", "pale to dark"))))

# %% [markdown]
# **The strength of guidance is a hidden prior.** It is tuned. What it does, on 48 beetles of each form:

# %%
print(f"share_10   {'strength':10}{'dark → pale':25}{'pale → dark':25}off by (σ = .05)")
for method in ("pigdm", "dps"):
    for strength in samplers.dial("share_10", method):
        tried = samplers.recorded("share_10", method, strength)
        kept = np.isin(tried["truth"], shown)
        back, truth = tried["found"][kept] > 0.5, tried["truth"][kept] >= flips.EACH
        print(f"{samplers.METHODS[method]:11}{strength:<10g}{rate(~back[truth]):25}{rate(back[~truth]):25}{np.sqrt(tried['residual'][kept].mean()):.3f}")

# %% slide="subslide" title="The dial"
from course_lib.notebook.explorers.todays_samplers import todays_samplers

todays_samplers()

# %% [markdown] slide="notes"
# Move the dial from left to right, first DPS, then ΠGDM. Ask which picture looks wrong: none does. Three minutes.

# %% [markdown]
# With more guidance never more dark ones are lost: with weak guidance the prior has more say, and it is mostly pale. From a quarter of ΠGDM's formula to four times of it, .92 falls to .58. A picture doesn't show the dial; its distance from $y$ hints at it. DPS at 32
# follows the noise: it is off by .015, where the noise is .05.
#
# **Predict.** σ falls from .05 to .005: by how many percentage points does ΠGDM's loss of dark beetles change, on `share_10`? (Fewer lost is negative.)

# %%
cleaner = None  # replace None by a number from -100 to 100
predict("todays_samplers.cleaner", cleaner, between=(-100, 100))

# %%
lost = {}
for name in samplers.SHARES:
    for noise_level in (0.05, 0.005):
        tried = samplers.recorded(name, "pigdm", sigma=noise_level)
        kept = np.isin(tried["truth"], shown)
        back, truth = tried["found"][kept] > 0.5, tried["truth"][kept] >= flips.EACH
        lost[name, noise_level] = ~back[truth]
        print(f"{name}, σ = {noise_level:<6} dark → pale {rate(~back[truth])}   pale → dark {rate(back[~truth])}")
for name in samplers.SHARES:
    change = lost[name, 0.005].astype(float) - lost[name, 0.05]  # the same beetles, in pairs
    print(f"{name}, cleaner minus noisy, dark → pale: {change.mean():+.3f} ± {1.96 * change.std(ddof=1) / len(change)**0.5:.3f}")
reveal("todays_samplers.cleaner", 100 * (lost["share_10", 0.005].mean() - lost["share_10", 0.05].mean()), label="change of dark → pale", unit="percentage points")

# %% [markdown]
# On `share_10` cleaner pixels help; on `share_50` 48 beetles can't tell. In PULSE the pixels stop pulling at ε, whatever the noise is. A sampler that is told σ gives cleaner pixels more say.

# %% [markdown] slide="notes"
# Left to right, one rung at a time. Ask after R3: what can a better algorithm still change? Only the last step. Six minutes.

# %% [markdown] deeper=true
# ### Six pictures, one of them true
#
# Lesson {hallucination_measured} asked who had been photographed. Here is another line-up. One of six pictures is the scene that the camera saw. The others were made from its sixteen pixels: by PULSE, ΠGDM, DPS, least squares, and one is a draw of the reference posterior. Which is which? Choose before you run the cell after it.

# %% deeper=true slide="subslide" title="Six pictures, one of them true"
from course_lib.audits import hallucination
from course_lib.inference.regression import regress
from course_lib.records import casebook

bank = casebook.shipped()  # twenty beetles, each with draws of the reference posterior
exact_nine = np.stack([bank.draws(i, 9) for i in range(len(bank.y))])
side = {"PULSE, GAN, share_10": bank.pulse, "ΠGDM, share_50": samplers.answer(priors["share_50"], "pigdm", bank.y, seed=3),
        "DPS, share_50": samplers.answer(priors["share_50"], "dps", bank.y, seed=3), "least squares": regress(bank.y), "reference, one draw": exact_nine[:, 0]}
in_line = list(np.random.default_rng(9).permutation(["the scene", *side]))
show_images({"seen": bank.y[12]} | {f"{k + 1}": (side | {"the scene": bank.truth})[name][12] for k, name in enumerate(in_line)}, columns=7,
            alt="Sixteen noisy pixels, and six pictures of an orange ladybird on the same leaf. Three are crisp, with black spots in three different patterns; two are speckled; one is a blur.")

# %% [markdown] slide="notes"
# Hands for 1 to 6. Then ask which ones one can rule out, and by what. Two minutes.

# %% [markdown] deeper=true
# Three look like photographs. Speckles and blur give the others away; by their sixteen pixels they would pass. In a number: **detail**, the standard deviation of what the camera doesn't see. Recorded are nine draws for each of 96 beetles, on `share_50`; beside them, nine draws of the reference for each of twenty others.
# If scene and draws come from one law, the scene has the most detail in one case of ten, and all ranks are equally frequent. A draw errs $2 / (1 + 1/9) = 1.8$ times as much as the mean of its nine.

# %% deeper=true
from course_lib.audits.measures import ranks, uniformity
from course_lib.worlds import ladybirds


def detail(x):
    """Standard deviation of what the camera doesn't see of pictures (..., 3, 64, 64)."""
    return np.std(hallucination.null_part(samplers.CAMERA, x), axis=(-3, -2, -1))


misses, one = exact_nine - bank.truth[:, None], (-3, -2, -1)
ten = {"reference": {"detail": detail(exact_nine), "own detail": detail(bank.truth), "error": np.mean(misses**2, axis=one), "mean error": np.mean(misses.mean(axis=1) ** 2, axis=one)}}
ten |= {name: samplers.draws("share_50", method) for method, name in samplers.METHODS.items()}
print("in the line-up:", ", ".join(f"{k + 1} {name}" for k, name in enumerate(in_line)))
print(f"\n{'':12}{'beetles':9}{'scene has the most':23}{'p, ranks':10}{'detail, draws/scene':21}error of a draw / of the mean")
rank_of = {}
for name, told in ten.items():
    rank_of[name] = ranks(told["own detail"], told["detail"].T, rng=0)
    ratio, error = twice_law(np.sqrt(told["error"].mean(axis=1))[:, None], np.sqrt(told["mean error"])[:, None], np.zeros((len(rank_of[name]), 1)))
    print(f"{name:12}{len(rank_of[name]):<9}{rate(rank_of[name] == 9):23}{uniformity(rank_of[name], 9)[2]:<10.2g}{told['detail'].mean() / told['own detail'].mean():<21.2f}{ratio:.2f} ± {error:.2f}")
world = detail(ladybirds.render(ladybirds.sample(400, share=0.5, seed=3)).astype(float)).mean()
alone = detail(drawn["share_50"]) / world
print(f"the network alone, 16 draws without any pixels: detail {alone.mean():.2f} ± {1.96 * alone.std(ddof=1) / 4:.2f} of the world's")

# %% deeper=true slide="subslide" title="Where the scene ranks among ten"
fig, axes = figure(1, 4, size=(10, 2.6), sharey=True)
for ax, (name, of_scene) in zip(axes, rank_of.items(), strict=True):
    ax.bar(range(1, 6), uniformity(of_scene, 9)[0] / len(of_scene), color=COLOURS["sky"])
    ax.axhline(0.2, color=COLOURS["black"], linestyle=":")
    ax.set(title=f"{name}, {len(of_scene)} beetles", xticks=range(1, 6), xticklabels=["least", "", "", "", "most"])
axes[0].set_ylabel("share of beetles")
fig.supxlabel("detail of the scene among ten pictures, two ranks a bar", fontsize=11)
show(fig, alt="Ranks of the scene's detail among ten pictures, in five bars; dotted: one fifth each, as due. " + " ".join(
    f"{name}: " + ", ".join(f"{share:.2f}" for share in uniformity(of_scene, 9)[0] / len(of_scene)) + "." for name, of_scene in rank_of.items()))

# %% [markdown] slide="notes"
# The first panel is the control. Ask what a tall last bar means: the scene has more detail than the draws. Two minutes.

# %% [markdown] deeper=true
# Nothing convicts the reference, though twenty beetles would show a coarse fault only, and their p is rough. The others are convicted. Whoever takes the picture with the most detail finds the scene among ten in 41 of 96 cases of ΠGDM, and in 40 of DPS. A part of this is the network's: its draws without any pixels lack detail, too. An exact sampler for *this* network would
# probably fail as well. So these ranks judge network and program together.
#
# The ratios of 1.51 and 1.41 say that the draws of one beetle are more like each other than like the scene. Whoever takes their scatter for the error takes too little. (In the last row the mean is that of 32 walks, which descend from few starts. Its draws are partly copies, so neither its 1.38 nor its p can be read like the others.)
#
# And the share of forms? The classifier of sixteen pixels, checked against the reference, tells P(dark | y).

# %% deeper=true
p_of = p_dark(flips.truths()[1][shown])
bands = {"below .25": p_of < 0.25, ".25 to .75": (p_of >= 0.25) & (p_of <= 0.75), "above .75": p_of > 0.75}
print(f"{'share of dark, where P(dark | y) is':36}" + "".join(f"{f'{name} ({band.sum()})':26}" for name, band in bands.items()))
print(f"{'posterior':36}" + "".join(f"{p_of[band].mean():<26.3f}" for band in bands.values()))
for method, name in samplers.METHODS.items():
    told = samplers.draws("share_50", method)
    share = told["dark"] if method == "twisted" else np.mean(told["found"] > 0.5, axis=1)
    cells = []
    for band in bands.values():
        gap = (share - p_of)[band]  # the same beetles, in pairs
        cells.append(f"{share[band].mean():.3f} ({gap.mean():+.3f} ± {1.96 * gap.std(ddof=1) / len(gap) ** 0.5:.3f})")
    print(f"{name:36}" + "".join(f"{cell:26}" for cell in cells))

# %% [markdown] deeper=true
# All three draw too few dark beetles where the pixels leave it open. Where they speak for a dark one, ΠGDM draws .82 instead of .93, DPS .51. DPS follows the pixels less: it also draws a fifth of dark ones where .07 are due. The twisted sampler leans to pale in all three columns, so a part of the lean may be the network's, though of its draws without pixels half are dark.
#
# ### » The same in lesson {hallucination_measured}'s terms
#
# What share of an answer's contrast was **invented**, and how **wrong** is that? (1: as if nothing had been invented.) And of one picture, ΠGDM's first draw for the beetle of the line-up, three maps. What the *pixels* determine; what nine draws have in common beyond that, which the *prior* adds to these pixels; and what this draw has of its own, *invented* by its random numbers.

# %% deeper=true
print(f"{'20 beetles':26}{'invented':11}{'wrong':16}off by (σ = .05)")
for name, answered in (side | {"reference, mean of nine": exact_nine.mean(axis=1)}).items():
    told = [hallucination.fractions(samplers.CAMERA, x_hat, x) for x_hat, x in zip(answered, bank.truth, strict=True)]
    wrong = np.array([each["wrong"] for each in told])
    print(f"{name:26}{np.mean([each['invented'] for each in told]):<11.2f}{f'{wrong.mean():.2f} ± {1.96 * wrong.std(ddof=1) / 20**0.5:.2f}':16}{np.sqrt(np.mean((samplers.CAMERA(answered) - bank.y) ** 2)):.3f}")
nine = samplers.answer(priors["share_50"], "pigdm", np.repeat(bank.y[12:13], 9, axis=0), seed=6)
of_pixels = hallucination.pseudo_inverse(samplers.CAMERA, bank.y[12])
alike, missed = hallucination.null_part(samplers.CAMERA, nine.mean(axis=0)), hallucination.null_part(samplers.CAMERA, bank.truth[12])
three = {"determined by the pixels": of_pixels - of_pixels.mean(axis=(1, 2), keepdims=True), "by the prior: in all nine": alike,
         "invented: this draw's own": hallucination.null_part(samplers.CAMERA, nine[0]) - alike}
print("\nRMS: " + ", ".join(f"{name} {np.sqrt(np.mean(part**2)):.3f}" for name, part in three.items()))
for name, part in (("the prior's part alone", alike), ("with this draw's own", hallucination.null_part(samplers.CAMERA, nine[0]))):
    print(f"wrong, {name}: {np.sum((part - missed) ** 2) / np.sum(missed**2):.2f}")
show_images({name: part.mean(axis=0) for name, part in three.items()}, limits=(-0.35, 0.35), colour_map="RdBu_r", unit="light (mean of RGB)",
            alt="Three signed maps. By the pixels: sixteen flat squares. By the prior: a gloss, a rim and a head, softly, with the edges of the sixteen squares still visible. Invented: speckles, bits of legs and spots.")

# %% [markdown] deeper=true
# ΠGDM and DPS are *less* wrong than a fair draw, 1.10 and 1.07 against 1.36. That is no better sampling: they invent less. Whatever errs less than a fair draw is nearer to the posterior's mean, on average, and that is no possible ladybird. PULSE's 1.29 can't be told from the fair draw's.
#
# In the maps, the prior's part alone is wrong by .86, and with the draw's own part by 1.00. What this draw invented made this picture worse, and a fair draw's does so on average. (The squares in the second map are where the pixels' part was taken off; and a mean of nine still holds a ninth of each draw's own.)

# %% [markdown] slide="slide"
# ## 5 · An upscaler that nobody here wrote

# %% [markdown]
# Much "AI zoom" is older than PULSE and doesn't sample: a network that was trained to sharpen photographs gives one answer. `esrgan-thick` of the UpscalerJS project (MIT licence) runs in people's browsers; we ship its
# weights. We shrink pictures whose truth we have, and ask lesson {hallucination_measured}'s questions. **Wrong** is the squared error of what was invented over that of inventing
# nothing: above 1 the invented detail is worse than none.

# %%
from course_lib.audits.hallucination import fractions
from course_lib.generators import upscaler
from course_lib.imaging.optics import srgb_encode
from course_lib.records.reconstructions import bicubic
from course_lib.worlds import images, ladybirds

esrgan = upscaler.load("esrgan-thick")
truths = {"night sky": images.load("hubble")[:, :128, :128], "brick": np.repeat(images.load("brick")[:, :128, :128], 3, axis=0),
          "ladybird": ladybirds.render(ladybirds.sample(1, form=1, seed=5), size=128)[0].astype(float), "retina": images.load("retina")[:, :128, :128]}
four, enlarged = Downsample(4), {}
print(f"{'':11}{'wrong: network':16}{'run to the edge':17}{'bicubic':9}network off its input by")
for name, x in truths.items():
    y = four(x)
    enlarged[name] = upscaler.enhance(esrgan, y)
    smooth, to_edge = bicubic(y, 128), upscaler.enhance(esrgan, y, margin=0)
    off = 255 * (srgb_encode(np.clip(four(enlarged[name]), 0, 1)) - srgb_encode(np.clip(y, 0, 1)))
    wrong = [fractions(four, each, x)["wrong"] for each in (enlarged[name], to_edge, smooth)]
    print(f"{name:11}{wrong[0]:<16.2f}{wrong[1]:<17.2f}{wrong[2]:<9.2f}{np.sqrt(np.mean(off**2)):<4.1f} of 255 levels")
some_x = ladybirds.render(ladybirds.sample(8, form=[0, 1] * 4, seed=6)).astype(float)
for noise_level in (0.0, 0.02, 0.05):
    some_y = np.clip(four(some_x) + noise_level * np.random.default_rng(7).standard_normal((8, 3, 16, 16)), 0, 1)
    wrong = [[fractions(four, x_hat, x)["wrong"] for x_hat, x in zip(enhanced, some_x, strict=True)]
             for enhanced in (upscaler.enhance(esrgan, some_y), bicubic(some_y, 64))]
    print(f"8 ladybirds, σ = {noise_level:<5} wrong: network {np.mean(wrong[0]):.2f} (worst {np.max(wrong[0]):.2f}), bicubic {np.mean(wrong[1]):.2f}")

# %% slide="subslide" title="Truth, input, answer"
rows = {"truth": truths, "input": {name: np.kron(four(x), np.ones((1, 4, 4))) for name, x in truths.items()}, "answer": enlarged}
show_images({f"{what}, {name}": x[:, 36:92, 36:92] for what, row in rows.items() for name, x in row.items()}, columns=4,
            alt="The middle of four pictures in columns: night sky, brick wall, ladybird, retina. Top the truth, then the input four times coarser, below the network's answer: smoother edges than the input, without the finest texture of the truth.")

# %% [markdown]
# On clean pictures its detail is worth having; on the retina bicubic is as good. Two things can make the invention worse than none, and nothing in the answer says so:
#
# - **The edge.** The network takes what lies beyond the picture for black. `enhance` gives it a mirrored margin; without one the retina's "wrong" is above 1.
# - **Noise** of .05, not of .02: it draws noise as detail.
#
# One crop of each of four pictures and eight beetles: examples, not a rate.

# %% [markdown] deeper=true
# **Try your own** picture: set `mine` to a PNG or JPEG, a square one or not.

# %% deeper=true
# Try: mine = "holiday.jpg", a file beside this notebook.
mine = None

if mine is not None:
    own = images.read(mine)
    own = own[:, : min(128, own.shape[1]) // 4 * 4, : min(128, own.shape[2]) // 4 * 4]
    told = fractions(four, upscaler.enhance(esrgan, four(own)), own)
    print({what: round(float(value), 2) for what, value in told.items()})
else:
    print("no picture of yours yet")

# %% [markdown] slide="notes"
# Hide the top row and ask which of the four answers the room would trust for a decision. Then the column "wrong". Four minutes.

# %% [markdown] deeper=true
# **No ladybirds.** Three scenes made by a formula: an edge, strokes as of letters, stars. The upscaler sees them in 16 × 16 pixels, ΠGDM in 4 × 4 with noise.

# %% deeper=true slide="subslide" title="No ladybirds"
from course_lib.notebook.figures import draw_image

down, right = np.mgrid[:64, :64]
edge = np.where(down > 20 + right / 2, 0.7, 0.1)
strokes = np.full((64, 64), 0.8)
for top, left, high, wide in ((12, 8, 40, 4), (12, 8, 4, 16), (30, 8, 4, 12), (12, 30, 40, 4), (12, 46, 40, 4), (30, 30, 4, 20)):
    strokes[top : top + high, left : left + wide] = 0.05
sky = np.random.default_rng(40)
stars = 0.02 + sum(light * np.exp(-((down - y0) ** 2 + (right - x0) ** 2) / 2) for y0, x0, light in zip(sky.uniform(0, 64, 40), sky.uniform(0, 64, 40), sky.exponential(0.4, 40), strict=True))
strangers = np.clip(np.stack([edge, strokes, stars]), 0, 1)[:, None] * np.ones((1, 3, 1, 1))
coarse, tiny = four(strangers), Downsample(16)(strangers) + 0.05 * np.random.default_rng(41).standard_normal((3, 3, 4, 4))
upscaled, as_beetles = upscaler.enhance(esrgan, coarse), samplers.answer(priors["share_50"], "pigdm", tiny, seed=4)
of_beetles = np.sqrt(samplers.recorded("share_50", "pigdm")["residual"])
for k, name in enumerate(("edge", "strokes", "stars")):
    off = np.sqrt(np.mean((Downsample(16)(as_beetles[k]) - tiny[k]) ** 2))
    print(f"{name:9}wrong: network {fractions(four, upscaled[k], strangers[k])['wrong']:.2f}, bicubic {fractions(four, bicubic(coarse[k], 64), strangers[k])['wrong']:.2f}"
          f"   ΠGDM off by {off:.3f}; so are {np.sum(of_beetles >= off)} of 800 answers to beetles, or more")
fig, axes = figure(3, 5, size=(7.5, 5.2))
for k, line in enumerate(axes):
    for ax, (what, row) in zip(line, {"scene": strangers, "16 × 16": coarse, "upscaler": upscaled, "4 × 4": tiny, "ΠGDM": as_beetles}.items(), strict=True):
        draw_image(ax, row[k], what if k == 0 else "")
show(fig, alt="An edge, strokes, stars in rows. The upscaler's edge and strokes are smooth, with light rims beside the strokes; its stars are fewer and longer. ΠGDM draws a ladybird for the edge and for the stars, and a woven pattern for the strokes.")

# %% [markdown] deeper=true
# The upscaler's "wrong" is below bicubic's in all three, and below 1. Still, light rims run beside the strokes, and stars have merged; neither is in the scene. ΠGDM's network has seen nothing but ladybirds, and draws some from an edge and from stars. Here its distance from the pixels tells: no answer to 800 beetles is as far off as those to
# the edge and the strokes, and five are as far off as that to the stars. Three scenes: examples, not a rate. A stranger whose sixteen pixels look like a beetle's would pass (lesson {pulse}).

# %% [markdown] slide="slide"
# ## 6 · AI zoom: what comes back, what goes

# %% [markdown]
# Take pale beetles, and make **pairs**: with a spot, and with the same spot erased. Shrink both, enhance. `favourite` is a place where every pale beetle has a spot, `seam` one where none has.
#
# Does an *erased* spot come back? It counts as **returned** if the answer $\hat x$ to the scene without it is nearer to the scene with it, along their difference $d$.
#
# ### Exercise 4: the return rate
#
# Write `return_rate(answers, present, absent)`, three arrays (n, C, H, W): answers to the scenes *without* the spot, the scenes with it, the scenes without it. For each case take $d$ = present − absent, less its mean in each channel; call that $d'$. The spot has returned if
# $\langle \hat x - \mathrm{absent},\, d' \rangle > \tfrac12 \langle d, d' \rangle$, summed over channels and pixels. Return three numbers: the share of cases in which it has, and the ends of its 95 % interval (`share_interval(count, n)`).

# %% solution="return_rate" rebuilds="audits.zoom.zoom"
def return_rate(answers, present, absent):
    """Return how often an erased spot comes back, with a 95 % interval.

    Parameters
    ----------
    answers : array (n, C, H, W)
        To the scenes without the spot.
    present, absent : arrays (n, C, H, W)
        Scenes with the spot and without it.

    Returns
    -------
    share, low, high : three numbers
    """
    ### BEGIN SOLUTION
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 2
    return (back.mean(), *share_interval(int(back.sum()), len(back)))
    ### END SOLUTION


# %% test="return_rate_counts" points=2
def told_return(answers, present, absent):
    """Return the three numbers."""
    told = call(return_rate, np.array(answers), np.array(present), np.array(absent))
    assert isinstance(told, tuple | list | np.ndarray) and [np.ndim(each) for each in told] == [0] * 3, "return_rate must return three numbers: (share, low, high)."
    return told


def some_pairs(n, channels=1, size=6, scale=1.0, seed=0):
    """Scenes without a spot, and with one of 2 × 2 pixels."""
    absent_ = scale * np.random.default_rng(seed).normal(size=(n, channels, size, size))
    present_ = absent_.copy()
    present_[:, :, 1:3, 2:4] -= 2 * scale
    return present_, absent_


spot_present, spot_absent = some_pairs(7)
towards = np.array([0.0, 0.4, 0.45, 0.6, 1.0, -1.0, 0.8])[:, None, None, None]
equal(told_return(spot_absent + towards * (spot_present - spot_absent), spot_present, spot_absent)[0], 3 / 7, "the share of seven answers that go 0, .4, .45, .6, 1, −1 and .8 of the way to the spot", atol=1e-9, mistakes={
    "return a share, not a count.": 3, "an answer that went .4 of the way is nearer to the scene without.": 5 / 7})
equal(told_return(spot_absent + 3.0, spot_present, spot_absent)[0], 0.0, "the share of answers that are brighter everywhere, without a spot", atol=1e-9)
equal(told_return(spot_absent - 3.0, spot_present, spot_absent)[0], 0.0, "the share of answers that are darker everywhere, without a spot", atol=1e-9, mistakes={
    "a darker picture isn't a spot: take the mean of each channel off d, at every pixel.": 1.0})
### BEGIN HIDDEN TESTS
# hint: colour, other scales, spots in which channels differ, a bright one; each case has its own sign.
for n_h, channels_h, scale_h, seed_h in ((9, 3, 1.0, 1), (40, 1, 1e-3, 2), (12, 3, 50.0, 3)):
    p_h, a_h = some_pairs(n_h, channels_h, 8, scale_h, seed_h)
    p_h[::2] = 2 * a_h[::2] - p_h[::2]  # bright spots
    way = np.linspace(-0.2, 1.3, n_h)[:, None, None, None]
    shift = scale_h * np.random.default_rng(seed_h).normal(size=(n_h, channels_h, 1, 1))
    equal(told_return(a_h + way * (p_h - a_h) + 5 * shift, p_h, a_h)[0], np.mean(way > 0.5), f"the share of {n_h} answers, each with a brightness of its own", atol=1e-9)
mixed_p, mixed_a = some_pairs(6, 3, 8, 1.0, 4)
mixed_p[:, 1] = 2 * mixed_a[:, 1] - mixed_p[:, 1]
one_channel = mixed_a.copy()
one_channel[:, 0] = mixed_p[:, 0]
equal(told_return(one_channel, mixed_p, mixed_a)[0], 0.0, "the share where one of three channels has the spot", atol=1e-9)
wild = np.random.default_rng(14)
for n_h, shape_h in ((200, (3, 5, 7)), (150, (1, 6, 4)), (120, (4, 3, 8))):
    a_h, p_h, x_h = wild.normal(size=(3, n_h, *shape_h)) + wild.normal(size=(3, 1, shape_h[0], 1, 1))
    x_h = 0.5 * (a_h + p_h) + x_h + wild.normal(size=(n_h, shape_h[0], 1, 1))
    right_h = [np.vdot(x - a, local) > np.vdot(p - a, local) / 2 for x, a, p in zip(x_h, a_h, p_h, strict=True)
               for local in [p - a - (p - a).mean(axis=(1, 2), keepdims=True)]]
    equal(told_return(x_h, p_h, a_h)[0], np.mean(right_h), f"the share of {n_h} cases of noise", atol=1e-9)
flat_absent, flat_present = np.zeros((3, 2, 4, 4)), np.zeros((3, 2, 4, 4))
flat_present[:, :, 1:3, 1:3] = 4.0
equal(told_return(flat_present / 2, flat_present, flat_absent)[0], 0.0, "the share of answers exactly half of the way to the spot", atol=1e-9, mistakes={"exactly half of the way isn't more than half.": 1.0})
no_spot = np.zeros((2, 1, 4, 4))
one_spot = no_spot.copy()
one_spot[0, 0, 1, 1] = 1.0
equal(told_return(one_spot + 0.25, one_spot, no_spot)[0], 0.5, "the share of two cases, of which one has two equal scenes", atol=1e-9, mistakes={
    "a case without a difference is a case, too: 0 isn't more than 0.": 1.0})
### END HIDDEN TESTS

# %% test="return_rate_has_an_interval" points=1
many_present, many_absent = some_pairs(20, seed=5)
half_way = np.where(np.arange(20) < 5, 1.0, 0.0)[:, None, None, None]
equal(told_return(many_absent + half_way * (many_present - many_absent), many_present, many_absent), [0.25, *share_interval(5, 20)], "share and interval of 5 returned of 20", atol=1e-6)
### BEGIN HIDDEN TESTS
# hint: none of n, all of n.
equal(told_return(many_absent, many_present, many_absent), [0.0, *share_interval(0, 20)], "share and interval of 0 returned of 20", atol=1e-6)
hundred_present, hundred_absent = some_pairs(100, seed=6)
for count in (29, 57, 58):
    some_back = np.where(np.arange(100) < count, 1.0, 0.0)[:, None, None, None]
    equal(told_return(hundred_absent + some_back * (hundred_present - hundred_absent), hundred_present, hundred_absent), [count / 100, *share_interval(count, 100)], f"share and interval of {count} returned of 100", atol=1e-6)
equal(told_return(many_present[:7], many_present[:7], many_absent[:7]), [1.0, *share_interval(7, 7)], "share and interval of 7 returned of 7", atol=1e-6)
### END HIDDEN TESTS

# %%
from course_lib.audits import zoom
from course_lib.inference.regression import regress

pale = ladybirds.sample(20, form=0, seed=11)
grain = 0.05 * np.random.default_rng(12).standard_normal((20, 3, 4, 4))
sixteen = Downsample(16)
ways = {"bicubic": bicubic, "least-squares network": regress, "ΠGDM, share_50": lambda y: samplers.answer(priors["share_50"], "pigdm", y, seed=2)}
places = {"favourite": zoom.FAVOURITE, "seam": zoom.SEAM}
print(f"{'20 pale beetles':24}" + "".join(f"{f'returned, {place}':28}" for place in places))
for name, enhance in ways.items():
    cells = []
    for place in places.values():
        with_spot, without = zoom.pairs(pale, place)
        cells.append("{:.2f} ({:.2f} to {:.2f})".format(*return_rate(enhance(sixteen(without) + grain), with_spot, without)))
    print(f"{name:24}" + "".join(f"{cell:28}" for cell in cells))
at_random = ladybirds.render(ladybirds.sample(20, form=0, seed=31)).astype(float)
cells = ["{:.2f} ({:.2f} to {:.2f})".format(*return_rate(at_random, *zoom.pairs(pale, place))) for place in places.values()]
print(f"{'beetle at random, no y':24}" + "".join(f"{cell:28}" for cell in cells))

# %% [markdown]
# At the favourite place ΠGDM returns about as many as a beetle at random: nothing shows that $y$ was used. At the seam no beetle has a spot, so those are false alarms. (Other beetles lie elsewhere: their spots and edges may fall on either place.) The rate is meant for sharp answers; read the first two rows with care.

# %% [markdown] deeper=true
# **The reverse**: something was **measured**, and the answer lacks it. A pale patch that no beetle has, large enough to be seen in $y$, is painted on the wing case. **Kept** is how much of its measured contrast the answer still has once shrunk again.

# %% deeper=true
patch, plain = zoom.pairs(pale, zoom.SEAM, 0.35, colour=(0.9, 0.9, 0.9))
for name, enhance in ways.items():
    found = zoom.zoom(enhance, patch, plain, rng=12)
    print(f"{name:24}kept {found['kept']:.2f}")

# %% [markdown] deeper=true
# Of a contrast that *was* recorded ΠGDM keeps .37, the least-squares network .47, bicubic .77. A prior that holds such a patch for improbable may erase it; how much of that is the noise's doing wasn't tried.

# %% [markdown] deeper=true
# **A case of 2023.** A post by ibreakphotos told of an experiment. A picture of the moon was taken down to 170 × 170 pixels, blurred, shown on a screen, and photographed from there with a telephone. The photograph had detail that the blurred picture didn't show. The maker explained: the telephone recognises the moon, merges several frames, and a
# trained network enhances their detail; one can switch that off. No picture is laid over it, it told Digital Trends. What part of the detail came from learned moons, and what from undoing the blur, these reports hardly tell, since the blurred picture still held some detail. Your return rate could tell. Erase *one* crater from a sharp picture, and see whether it comes back.
# We haven't tried. (Sources at the end.)

# %% [markdown] slide="notes"
# Ask for both directions before the numbers: what will a prior add, what will it take? Five minutes.

# %% [markdown] only="slides" slide="slide"
# ## 7 · A promise that holds
#
# - a **set** of forms that holds the truth in 90 % of cases, whatever the model
# - *for whom* does it hold?

# %% [markdown]
# ## 7 · A promise that holds

# %% [markdown]
# A sharp answer promises nothing. A **set** can: pale alone, dark alone, both, or none. **Conformal prediction** makes sets that hold the truth with a probability of at least `level`, whatever the model. Take cases with known forms that the model didn't see. A form's **score** is 1 − its probability: how odd it would be. Choose a threshold
# that the wanted share of the known cases doesn't exceed: about that share of new cases *of the same kind* won't, either.
#
# ### Exercise 5: sets with a guarantee
#
# Write `form_sets(p, form, new, level, per_form)`. `p` is an array (n,), P(dark | y) for `n` cases, `form` (n,) their true forms, 0 pale and 1 dark; `new` (m,), P(dark | y) for new cases. A case's own score is 1 − the probability of its true form. The threshold is the $k$-th smallest of the own scores, $k = \lceil (n + 1)\,\mathrm{level} \rceil$,
# or infinity if $k > n$. With `per_form=True` each form has a threshold of its own, from the cases of that form, with their number in the place of $n$. Return an array (m, 2) of bool, columns pale and dark: is the form's score in the new case at most the threshold?

# %% solution="form_sets" rebuilds="audits.conformal.scores audits.conformal.threshold audits.conformal.thresholds audits.conformal.sets"
def form_sets(p, form, new, level, per_form):
    """Return which forms belong to the set of each new case.

    Parameters
    ----------
    p : array (n,)
        P(dark | y) of cases with known forms.
    form : array (n,) of 0 and 1
        0 is pale, 1 dark.
    new : array (m,)
        P(dark | y) of new cases.
    level : float
        In (0, 1).
    per_form : bool
        Whether each form has a threshold of its own.

    Returns
    -------
    array (m, 2) of bool
        Columns pale and dark.
    """
    ### BEGIN SOLUTION
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else np.inf

    if per_form:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)
    ### END SOLUTION


# %% test="form_sets_by_hand" points=2
def told_sets(p, form, new, level, per_form):
    """Return the sets, after a look at their shape and type."""
    told = np.asarray(call(form_sets, np.array(p), np.array(form), np.array(new), level, per_form))
    assert told.shape == (len(new), 2), f"form_sets returns an array of shape {told.shape} for {len(new)} new cases; it should be ({len(new)}, 2)."
    assert told.dtype == bool, f"form_sets returns {told.dtype}; it should be bool."
    return told


equal(told_sets([0.75, 0.125, 0.25], [0, 1, 1], [0.5, 0.875, 0.0625], 0.5, False), [[True, True], [False, True], [True, False]],
      "the sets of a model that was wrong in all three cases (threshold .75)", atol=0, mistakes={
    "a set may hold both forms.": [[True, False], [False, True], [True, False]],
    "the columns are pale, dark.": [[True, True], [True, False], [False, True]],
    "the own score is 1 − the probability of the true form.": [[False, False], [False, True], [True, False]]})
known_p, known_form = [0.05, 0.4, 0.2, 0.7, 0.9, 0.3, 0.15], [0, 0, 0, 1, 1, 1, 0]  # own scores .05 .4 .2 .3 .1 .7 .15
fresh = [0.02, 0.35, 0.5, 0.75, 0.97]
equal(told_sets(known_p, known_form, fresh, 0.6, False), [[True, False], [False, False], [False, False], [False, True], [False, True]],
      "the sets at a level of .6 (k = 5, threshold .3)", atol=0, mistakes={
    "the columns are pale, dark.": [[False, True], [False, False], [False, False], [True, False], [True, False]]})
equal(told_sets(known_p, known_form, fresh, 0.7, False), [[True, False], [True, False], [False, False], [False, True], [False, True]], "the sets at a level of .7 (k = 6, threshold .4)", atol=0, mistakes={
    "k = ⌈(n + 1)·level⌉, with n + 1: here 6, not 5; and the k-th smallest itself, without interpolation.": [[True, False], [False, False], [False, False], [False, True], [False, True]]})
group_p, group_form, group_new = [0.7, 0.2, 0.6, 0.35, 0.8, 0.9], [0, 0, 0, 1, 1, 1], np.array([0.63, 0.68, 0.1, 0.37, 0.5, 0.85])


def sets_between(pale, dark):
    """The sets of `group_new` if these were the thresholds."""
    return np.stack([group_new <= pale, 1 - group_new <= dark], axis=1)


equal(told_sets(group_p, group_form, group_new, 0.5, True), sets_between(0.61, 0.21), "the sets with thresholds per form (.6 and .2)", atol=0, mistakes={
    "the groups are those of the true form, not of the likelier one.": sets_between(0.66, 0.61),
    "form holds 0 and 1, so p[form] takes the first two cases; take p[form == 1].": sets_between(0.71, 0.71),
    "one threshold serves both forms; with per_form each has its own.": sets_between(0.61, 0.61),
    "the thresholds are swapped: the pale form's comes from pale cases.": sets_between(0.21, 0.61)})
equal(told_sets(known_p, known_form, fresh, 0.65, True), [[True, False], [True, True], [False, True], [False, True], [False, True]],
      "the sets at a level of .65 with thresholds per form (.4 and .7)", atol=0, mistakes={
    "one threshold serves both forms; with per_form each has its own.": [[True, False], [True, False], [False, False], [False, True], [False, True]],
    "the thresholds are swapped: the pale form's comes from pale cases.": [[True, False], [True, False], [True, False], [False, True], [False, True]],
    "k is rounded up.": [[True, False], [False, True], [False, True], [False, True], [False, True]]})
### BEGIN HIDDEN TESTS
# hint: a score equal to the threshold is in the set; too few cases: everything is possible, also at probability 0; levels and probabilities of all sizes; a set may be empty.
equal(told_sets([0.25, 0.5, 0.75], [0, 0, 1], [0.25, 0.75], 0.5, False), [[True, False], [False, True]], "the sets of scores that equal the threshold", atol=0)
equal(told_sets([0.2, 0.9], [0, 1], [0.0, 0.1, 0.9, 1.0], 0.9, False), np.ones((4, 2)), "the sets from two cases at a level of .9, where k > n and the threshold is infinite", atol=0)
equal(told_sets([0.125, 0.125, 0.875], [0, 0, 1], [0.5, 0.0625], 0.5, False), [[False, False], [True, False]], "the sets of a sure model (threshold .125)", atol=0, mistakes={
    "a set may be empty.": [[True, False], [True, False]]})
steps_p = np.arange(1, 32) / 32
for k_h in range(1, 32):
    equal(told_sets(steps_p, np.zeros(31, int), steps_p, k_h / 32, False)[:, 0], steps_p <= k_h / 32, f"the pale column for the known cases, at a level of {k_h}/32", atol=0)
equal(told_sets(known_p, known_form, fresh, 0.9, True), np.ones((5, 2)), "the sets per form where neither form has enough cases", atol=0)
equal(told_sets([0.5] * 4 + [0.25] * 9, [1] * 4 + [0] * 9, [0.2, 0.6, 0.9], 0.9, True), [[True, True], [False, True], [False, True]], "the sets where only the dark form has too few cases", atol=0)
equal(told_sets([0.2] * 12, [0] * 12, [0.1, 0.9], 0.8, True), [[True, True], [False, True]], "the sets per form where no dark case is known", atol=0)
equal(told_sets([0.9] * 12, [1] * 12, [0.05, 0.95], 0.8, True), [[True, False], [True, True]], "the sets per form where no pale case is known", atol=0)
sets_rng = np.random.default_rng(15)
for level_h in (0.5, 0.8, 0.95):
    p_h, f_h, new_h = sets_rng.random(57), sets_rng.integers(2, size=57), sets_rng.random(33)
    own_h = np.where(f_h == 1, 1 - p_h, p_h)
    limit_h = np.sort(own_h)[int(np.ceil(58 * level_h)) - 1]
    equal(told_sets(p_h, f_h, new_h, level_h, False), np.stack([new_h <= limit_h, 1 - new_h <= limit_h], axis=1), f"the sets of 33 cases at a level of {level_h}", atol=0)
### END HIDDEN TESTS

# %% test="form_sets_keep_their_promise" points=2
promise_rng = np.random.default_rng(16)


def kept_share(per_form, level, trials=300, n=40, skew=0.3, wrong=lambda p: p):
    """How often sets of fresh cases hold the truth, by form, over many calibrations."""
    held = [[], []]
    for _ in range(trials):
        f_ = (promise_rng.random(n + 20) < skew).astype(int)
        p_ = wrong(1 / (1 + np.exp(-(promise_rng.normal(size=n + 20) + 1.5 * (2 * f_ - 1)))))
        sets_ = told_sets(p_[:n], f_[:n], p_[n:], level, per_form)
        for each in (0, 1):
            held[each].extend(sets_[f_[n:] == each, each])
    return [np.mean(each) for each in held], np.mean(held[0] + held[1])


promised = kept_share(False, 0.8)[1]
assert 0.78 < promised < 0.845, f"at a level of .8 the sets of 6000 fresh cases hold the truth in {promised:.3f}; it should be .80 to .83."
### BEGIN HIDDEN TESTS
# hint: a model that is wrong: the promise holds all the same; per form, for each form.
badly = kept_share(False, 0.9, wrong=lambda p: p**4)[1]
assert 0.885 < badly < 0.93, f"at a level of .9, with a bad model, the sets hold the truth in {badly:.3f}; it should be .90 to .92."
by_form = kept_share(True, 0.8, n=60)[0]
assert min(by_form) > 0.775 and max(by_form) < 0.88, f"per form, at a level of .8, the sets hold the truth in {by_form[0]:.3f} of pale and {by_form[1]:.3f} of dark cases; it should be .8 or a little more for each."
### END HIDDEN TESTS

# %% [markdown]
# In the population, a tenth is dark, and the model is a network that comes near the exact posterior at that share (`docs/posterior.md`).

# %%
population = ladybirds.sample(6000, share=0.1, seed=21)
noisy = np.concatenate([sixteen(ladybirds.render(population[i : i + 1000]).astype(float)) for i in range(0, 6000, 1000)])
noisy += 0.05 * np.random.default_rng(22).standard_normal(noisy.shape)
p_all, form_all = p_dark(noisy, share=0.1), population.form
print(f"{'':22}{'kept, all':26}{'kept, pale':26}{'kept, dark':26}both   none")
for name, per_form in (("one threshold", False), ("a threshold per form", True)):
    sets = form_sets(p_all[:2000], form_all[:2000], p_all[2000:], 0.9, per_form)
    test_form = form_all[2000:]
    held = sets[np.arange(4000), test_form]
    print(f"{name:22}{rate(held):26}{rate(held[test_form == 0]):26}{rate(held[test_form == 1]):26}{np.mean(sets.all(axis=1)):.3f}  {np.mean(~sets.any(axis=1)):.3f}")

# %% [markdown]
# Both promises are kept, within their intervals. With one threshold nine in ten sets hold the truth: 96 % of the pale ones, 32 % of the dark. The promise was an average, and the dark ones are few. A threshold per form promises both their 90 %, and everybody pays: a sixth of the sets says "pale or dark".
# **What holds for any law needn't hold for each group.** The second row survives another share of dark beetles, since each threshold comes from one form; neither need survive another camera.

# %% [markdown] slide="notes"
# Ask for whom the 90 % hold before the second column appears. Then ask who pays for the second row. Four minutes.

# %% [markdown] deeper=true
# ## 8 · A picture that says so
#
# Whoever publishes an enhanced picture can say which of its pixels were made up, *in* the file. `audits.provenance` writes the invented map, a statement and a signature into a PNG, and reads them back.

# %% deeper=true
import io

from course_lib.audits import provenance
from course_lib.audits.hallucination import null_part

picture = np.clip(answers["share_10"][2], 0, 1)
made_up = np.abs(null_part(sixteen, picture)).max(axis=0)
codes = np.moveaxis((255 * srgb_encode(picture) + 0.5).astype(np.uint8), 0, -1)
key, file = provenance.new_key(), io.BytesIO()
provenance.sign(file, codes, np.clip(made_up / made_up.max(), 0, 1), {"method": "ΠGDM", "prior": "share_10", "pixels": 16}, key)
told = provenance.read(file)
print(f"{len(file.getvalue()) / 1000:.0f} kB; verified: {told.verified}; statement: {told.statement}; made up, relative to the most, at the median pixel: {np.median(told.invented):.2f}")

# %% [markdown] deeper=true
# The signature says whose key signed, and that nothing was changed since. It can't say that the statement is true, nor anything about a picture that carries none. So it is with C2PA's Content Credentials.

# %% [markdown]
# ## 9 · One page to a newspaper
#
# A newspaper asks: *is today's AI zoom a photograph?* **In your own words**, ten to fifteen sentences, either answer. Numbers from *your* notebook.
#
# 1. Say what was measured and what came from a prior, for one of this lesson's methods, with one number for each (sections 4 to 6 print some).
# 2. Name the rung that a newer method changed and one that is the same for all programs, each with a number and its interval or n.
# 3. Give one case where invented detail helped and one where it was worse than none, each with its number.
# 4. Say what the paper may promise its readers, for whom of the beetles it holds, and where it ends.

# %% [markdown] answer="newspaper" points=4
# ### BEGIN SOLUTION
# *Example.* It is a photograph of sixteen pixels and a drawing of the rest. 1. ΠGDM's answers agree with the recorded pixels to .052, the size of the noise; but a spot that we had erased counts as drawn again in 8 of 20 beetles, with a beetle at random in 7. 2. Newer methods changed the program's rung: at a share of a tenth PULSE adds
# .43 (.33 to .53) to the loss of dark beetles, ΠGDM .07 (−.03 to +.17), 48 beetles; on all 400 PULSE adds .30. The pixels' rung, .165 of the same 48, is the same for all, and so is the share's, which brings it to .439. 3. The upscaler's detail helped on bricks (error .26 of inventing nothing) and was worse than none at the retina's bare edge (1.87).
# 4. The paper may promise sets: nine in ten hold the truth, on beetles like these. With one threshold that is true of the average and of the pale form only; of the dark ones 32 % are held. With one threshold per form it holds for both, and a sixth of the answers says "either". For other beetles, other cameras, or people, nothing is promised.
#
# *Rubric, one point each. A false statement beside a right one costs half a point of that criterion, and never another's.*
#
# 1. *Whole*: one thing that the pixels determine and one that came from a prior, of the same method, each with a number of this notebook (agreement with the pixels, kept contrast, wrong, returned …). *Half*: one of the two, or both without a number. False: "the sharp detail was measured".
# 2. *Whole*: the program's rung (R4 − R3) named as what changed, with numbers for an old and a new method, **and** pixels or share (R1 or R2) as the same for all, with a number; an interval or n for both. *Half*: one of the two, or an interval or n is missing. False: "diffusion removed the bias"; "the network's rung shrank".
# 3. *Whole*: one picture or method where "wrong" is below 1, or below bicubic's, and one where it is above 1 (the edge, noise), with both numbers. *Half*: one of them. Too vague: "it depends on the picture".
# 4. *Whole*: a promise with its level, for whom it holds (on average, or for each form, with the number of the dark form), **and** where it ends (other beetles, cameras, or people; with one threshold also another share). *Half*: for whom or where it ends is missing; that the dark ones get 32 % says for whom, not where it ends. Nothing: "no guarantee is possible".
# ### END SOLUTION

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# *Here ΠGDM's own part of a loss looks smaller, its network's larger. The sum stays.*

# %% [markdown] slide="notes"
# Back to the vote of the beginning. Who moved, and because of which rung? Three minutes.

# %% [markdown]
# ## What you can now say, and what you can't
#
# You can say: *with this denoiser, trained once, sixteen pixels and σ = .05, ΠGDM's rung is .07 (−.03 to +.17) where PULSE's is .43 on the same 48 beetles, .30 on all 400; at a share of a tenth four fifths of the dark beetles are lost all the same.* And: *this set holds the truth in nine of ten cases of this kind, for each form.*
#
# You can't say: *diffusion fixed it*; *diffusion is as biased as PULSE*, since the rungs differ; or *90 %*, without saying for whom.

# %% [markdown] deeper=true
# ## Further reading
#
# - Y. Song, J. Sohl-Dickstein, D. P. Kingma, A. Kumar, S. Ermon, B. Poole, "Score-based generative modeling through stochastic differential equations", ICLR 2021. [arXiv:2011.13456](https://arxiv.org/abs/2011.13456)
# - H. Chung, J. Kim, M. T. McCann, M. L. Klasky, J. C. Ye, "Diffusion posterior sampling for general noisy inverse problems", ICLR 2023. [arXiv:2209.14687](https://arxiv.org/abs/2209.14687)
# - J. Song, A. Vahdat, M. Mardani, J. Kautz, "Pseudoinverse-guided diffusion models for inverse problems", ICLR 2023.
# - L. Wu, B. Trippe, C. Naesseth, D. Blei, J. Cunningham, "Practical and asymptotically exact conditional sampling in diffusion models", NeurIPS 2023. [arXiv:2306.17775](https://arxiv.org/abs/2306.17775)
# - T. Karras, M. Aittala, T. Aila, S. Laine, "Elucidating the design space of diffusion-based generative models", NeurIPS 2022. [arXiv:2206.00364](https://arxiv.org/abs/2206.00364)
# - J. Ho, A. Jain, P. Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020. [arXiv:2006.11239](https://arxiv.org/abs/2006.11239) The stochastic twin.
# - V. Vovk, "Conditional validity of inductive conformal predictors", Mach. Learn. 92 (2013) 349. [doi:10.1007/s10994-013-5355-6](https://doi.org/10.1007/s10994-013-5355-6) Thresholds per group.
# - A. N. Angelopoulos, S. Bates, "Conformal prediction: a gentle introduction", Found. Trends Mach. Learn. 16 (2023) 494. [doi:10.1561/2200000101](https://doi.org/10.1561/2200000101)
# - On the moon of 2023, in the titles' own words: ibreakphotos, "Samsung 'space zoom' moon shots are fake, and here is the proof", Reddit, r/Android, March 2023; J. Vincent, J. Porter, "Samsung caught faking zoom photos of the Moon", The Verge, March 2023; "Fake snaps furore after AI enhances the moon on Samsung smartphones", The Times, 16 March 2023. The maker's
#   account: "Samsung explains its 'fake' Moon photos", Engadget, March 2023, and its answer to Digital Trends in the same month.
# - `data/denoisers/` has the two model cards, `docs/samplers.md` tells how the record was made, and how far to trust it.
