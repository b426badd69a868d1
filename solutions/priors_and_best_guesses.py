# ---
# jupyter:
#   course: {points: 20, reads: [classifiers, images, posteriors, regressors]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *tell apart* the mean, the mode and a sample of one posterior;
# - *compute* what sharpness costs, and *explain* why a sharp picture can be a worse estimate;
# - *test* a sampler by ranks, and expose one that only looks right.
#
# {minutes} minutes, best in two sittings (sections 1 to 3, then 4 to 7). {builds_on}

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **{question}**

# %% slide="subslide" title="Four guesses. Which is best?" figure="four_guesses"
from course_lib.inference.posterior import example, shipped
from course_lib.notebook.figures import show_images
from course_lib.worlds import ladybirds

beetle, y = example("dark_4x4")  # a dark beetle and its 4 × 4 noisy pixels
answer = shipped("dark_4x4")  # the reference posterior of these pixels, sampled beforehand
mean = answer.mean(share=0.5)
draws = ladybirds.render(answer.draw(3, share=0.5, rng=0)).astype(float)
line_up = {"A": draws[0], "B": mean, "C": draws[1], "D": draws[2]}
show_images({"recorded": y} | line_up,
            alt="Sixteen noisy pixels and four guesses. A and C are sharp black ladybirds with four red or "
                "orange patches, D is a sharp orange one with black spots; B is a blur of all of them.")

# %% [markdown]
# On the left 4 × 4 block means of a ladybird, with noise of standard deviation .05; on the right four reconstructions
# that all explain them. **Predict.** How many times the smallest mean squared error of the four is the largest?

# %%
from course_lib.notebook.predictions import predict

times_larger = None  # replace None by a number from 1 to 20
predict("priors_and_best_guesses.times_larger", times_larger, between=(1, 20))

# %% slide="subslide" title="The ugliest errs least"
from course_lib.audits.measures import mse, psnr
from course_lib.notebook.predictions import reveal

scene = ladybirds.render(beetle)[0].astype(float)
errors_of = {name: mse(x_hat, scene) for name, x_hat in line_up.items()}
for name, error in errors_of.items():
    print(f"{name}: mean squared error {error:.4f}, PSNR {psnr(line_up[name], scene):.1f} dB")
reveal("priors_and_best_guesses.times_larger", max(errors_of.values()) / min(errors_of.values()),
       label="largest error over smallest")


# %%
show_images({"the truth": scene} | line_up, alt="The true scene, a black ladybird with four orange "
            "patches, beside the four guesses: C comes near, none of them is it.")

# %% [markdown]
# B errs least, and so has the highest PSNR, $10 \log_{10}(1/\text{mse})$ in decibels. Yet no ladybird is blurred: B is the mean
# of all that could have been there. A, C and D are draws from the same possibilities, each further from this ladybird.

# %% [markdown] slide="notes"
# Let people vote before you show the errors; expect most to prefer a sharp one. Ask a voter for A
# whether they would bet on the red patches. Keep the vote for the end. Five minutes.

# %% [markdown] slide="slide"
# ## 1 · One posterior, three best guesses

# %% [markdown]
# A scene is **one number, $x = +1$ or $x = -1$**, a camera adds Gaussian noise, $y = x + n$. Before the measurement you
# hold a **prior**, $P(x = 1)$; after it a **posterior**, $p(x \mid y) \propto p(y \mid x)\, p(x)$. At equal prior
# chances its mean is $\tanh(y/\sigma^2)$: .834 for $y = .6$, $\sigma^2 = .5$. Let $-1$ be four times as frequent as $+1$.
# **Predict** the mean for the same $y$, without computing.

# %%
mean_at_odds = None  # replace None by a number from -1 to 1
predict("priors_and_best_guesses.mean_at_odds", mean_at_odds, between=(-1, 1))

# %%
import numpy as np

from course_lib.inference.posterior import Mixture

points = [[-1.0], [1.0]], np.zeros((2, 1, 1))  # two classes without width: -1 and +1
for name, weights in {"equal chances": [0.5, 0.5], "4 : 1 against +1": [0.8, 0.2]}.items():
    seen = Mixture(weights, *points).posterior([0.6], np.eye(1), sigma=0.5**0.5)
    print(f"{name}: P(+1 | y) = {seen.weights[1]:.3f}; mean {seen.mean[0]:.3f}, "
          f"mode {seen.means[np.argmax(seen.weights), 0]:+.0f}, "
          f"six samples {seen.sample(6, rng=3)[0][:, 0].astype(int)}")
reveal("priors_and_best_guesses.mean_at_odds", seen.mean[0], label="E[x | y = .6] at odds of 4 : 1 against")

# %% [markdown]
# Odds multiply: the measurement says $e^{2y/\sigma^2} = 11$ to 1 for $+1$, the prior 1 to 4, together 2.8 to 1. Three
# summaries:
#
# - the **mean**, .834 or .467: the smallest squared error on average; *no scene has* this number;
# - the **mode** (*MAP*), $+1$ both times: the most probable scene, and no trace of doubt;
# - a **sample**, $+1$ or $-1$ as often as the posterior says: always a possible scene.

# %% slide="subslide" title="Mean, mode, sample"
from course_lib.notebook.figures import COLOURS, figure, show

ys = np.linspace(-2.2, 2.2, 221)
rng = np.random.default_rng(0)
fig, axes = figure(1, 2, size=(9.4, 3.3), sharey=True)
for ax, (name, share) in zip(axes, {"equal chances": 0.5, "4 : 1 against +1": 0.2}.items(),
                             strict=True):
    means = np.tanh(ys / 0.5 + 0.5 * np.log(share / (1 - share)))
    sampled = np.where(rng.random(len(ys)) < (1 + means) / 2, 1.0, -1.0)
    ax.plot(ys, sampled, "|", color=COLOURS["green"], ms=9, label="one sample each")
    ax.plot(ys, np.sign(means), "--", color=COLOURS["vermilion"], label="mode")
    ax.plot(ys, means, color=COLOURS["blue"], label="mean")
    ax.set(xlabel="measurement y", title=name)
axes[0].set_ylabel("guess of x")
axes[0].legend(fontsize=9, loc=(0.03, 0.58))
show(fig, alt="The mean rises smoothly from −1 to +1, the mode jumps between them, samples lie on −1 "
              "or +1 and mix in the middle. With odds of 4 to 1 against +1 all three move to the right.")

# %% [markdown]
# The prior moves all three curves to the right. Far from the middle they agree: there the measurement decides.

# %% [markdown] deeper=true
# ### Feel it
#
# The same world with a little width. Find (1) a noise at which the prior hardly matters; (2) a setting in which the
# mean lies where the posterior has *almost no* density; (3) where the mode costs as little as the mean.

# %% deeper=true slide="subslide" title="How much does the prior matter?"
from course_lib.notebook.explorers.priors_and_best_guesses import best_guesses

best_guesses()

# %% [markdown] slide="notes"
# Set the noise to 0.2 and move the prior: nothing. Set it to 1.2: the prior weighs about as much as the measurement. The bar of the
# sample is twice that of the mean at every setting; the mode's is never below the mean's, and nearly equal
# where the posterior is one peak. Four minutes.

# %% [markdown]
# ### Exercise 1: the posterior mean of a mixture
#
# Write `posterior_mean(y, weights, means, spreads, sigma)`. The scene is one number from a mixture of
# Gaussian classes: class $k$ has the prior probability $w_k$ = `weights[k]`, mean $m_k$ = `means[k]` and standard
# deviation $s_k$ = `spreads[k]`, 0 for a single point. Measured is $y = x + n$ with noise of standard
# deviation `sigma`. Return $E[x \mid y] = \sum_k P(k \mid y)\, E[x \mid y, k]$ for every entry of the array `y`, in its shape:
#
# - in class $k$ it is Wiener's estimate, $E[x \mid y, k] = m_k + \frac{s_k^2}{s_k^2 + \sigma^2}\,(y - m_k)$;
# - $P(k \mid y) \propto \frac{w_k}{\sqrt{v_k}}\, e^{-(y - m_k)^2 / (2 v_k)}$ with $v_k = s_k^2 + \sigma^2$, adding up to 1 over $k$.
#
# `y[..., None] - means` has a last axis of classes. Far away every exponential underflows to 0: work with *logarithms*, and for
# every entry of `y` subtract the largest of its own, `.max(axis=-1, keepdims=True)`, before you take `np.exp`. Arrays may hold
# integers; five digits are enough, in any unit of light. *Off limits:* `Mixture`.

# %% solution="posterior_mean" rebuilds="inference.posterior.Mixture.posterior"
def posterior_mean(y, weights, means, spreads, sigma):
    """Posterior mean of a number from a mixture of Gaussians, seen with noise.

    Parameters
    ----------
    y : array (...)
        Measurements.
    weights, means, spreads : arrays (K,)
        Prior probability, mean and standard deviation (0 or greater) of each class.
    sigma : float
        Standard deviation of the noise; > 0.

    Returns
    -------
    array (...)
        E[x | y], in the shape of y.
    """
    ### BEGIN SOLUTION
    variances = spreads**2 + sigma**2
    off = y[..., None] - means
    log_p = np.log(weights) - off**2 / (2 * variances) - np.log(variances) / 2
    share = np.exp(log_p - log_p.max(axis=-1, keepdims=True))
    share = share / share.sum(axis=-1, keepdims=True)
    return np.sum(share * (means + spreads**2 / variances * off), axis=-1)
    ### END SOLUTION


# %% test="posterior_mean_of_two_points" points=2
from course_lib.notebook.checks import call, equal, refuses

trial, coin = np.array([-1.5, -0.2, 0.3, 0.6]), (np.array([-1.0, 1.0]), np.zeros(2))
even = call(posterior_mean, trial, np.array([0.5, 0.5]), *coin, 0.8)
equal(even, np.tanh(trial / 0.64), "posterior_mean(y, [.5, .5], [−1, 1], [0, 0], .8)", atol=1e-5, mistakes={
    "this is the most probable value, the mode; the mean weighs both.": np.sign(trial),
    "this is the prior's mean: the classes' probabilities must depend on y.": np.zeros(4),
    "σ enters squared: tanh(y/σ²).": np.tanh(trial / 0.8),
    "a density's width is the standard deviation √(s² + σ²), not s² + σ² (`norm.pdf` takes the "
    "standard deviation).": np.tanh(trial / 0.64**2),
    "this is P(x = 1 | y); the mean is Σ P(k | y) times the estimate of class k.":
        (1 + np.tanh(trial / 0.64)) / 2,
    "this is the best *linear* estimate; two points are no Gaussian.": trial / 1.64,
    "the ½ in the exponent of the Gaussian is missing.": np.tanh(2 * trial / 0.64),
})
rare = call(posterior_mean, trial, np.array([0.8, 0.2]), *coin, 0.8)
equal(rare, np.tanh(trial / 0.64 + np.log(0.25) / 2), "the same with weights [.8, .2]", atol=1e-5, mistakes={
    "the weights are missing: a rare class needs more evidence.": np.tanh(trial / 0.64),
    "these are the prior weights, not those after y: P(k | y) ∝ w N(y).": np.full(4, -0.6),
    "the weights enter squared.": np.tanh(trial / 0.64 + np.log(0.25)),
})
distant = call(posterior_mean, np.array([[0.6, -90.0], [80.0, 0.3]]), np.array([0.5, 0.5]), *coin, 0.5)
assert np.shape(distant) != (2, 2) or np.isfinite(distant).all(), (
    "seen from far away, y = 80 and −90, every density underflows to 0, and 0/0 is no number. For each y subtract "
    "the largest of its K logarithms before you take exponentials; one maximum for all y won't do.")
equal(distant, [[np.tanh(2.4), -1], [1, np.tanh(1.2)]], "y of shape (2, 2), two entries far away", atol=1e-5)
whole = call(posterior_mean, np.array([1, 0, -1]), np.array([0.5, 0.5]), np.array([-1, 1]), np.array([0, 0]), 1)
equal(whole, np.tanh([1, 0, -1]), "y = [1, 0, −1], all arrays integers, σ = 1", atol=1e-5, mistakes={
    "the answer is cut to integers: make arrays of floats for it.": [0, 0, 0]})
### BEGIN HIDDEN TESTS
# hint: other weights, points and noise; integers; one entry; other shapes.
equal(call(posterior_mean, np.array([[-0.4], [0.3], [1.1]]), np.array([0.9, 0.1]), *coin, 1.3),
      [[-0.87053841], [-0.7264162], [-0.42002692]], "two points at odds of 9 : 1, σ = 1.3, y of shape (3, 1)", atol=1e-5)
equal(call(posterior_mean, np.array([[[-90.0, 80.0]]]), np.array([0.9, 0.1]), *coin, 0.5),
      [[[-1.0, 1.0]]], "two points, seen from far away", atol=1e-5)
equal(call(posterior_mean, np.array([7.0]), np.array([1.0]), np.array([-2.0]), np.array([0.0]), 0.1), [-2],
      "one class of one point", atol=1e-5)
### END HIDDEN TESTS

# %% test="posterior_mean_of_wide_classes" points=2
one = call(posterior_mean, trial, np.array([1.0]), np.array([0.4]), np.array([2.0]), 1.0)
equal(one, 0.4 + 0.8 * (trial - 0.4), "one class: N(.4, 2²), σ = 1", atol=1e-5, mistakes={
    "this is the class's mean: within a class, y still says something.": np.full(4, 0.4),
    "the share of y is s²/(s² + σ²), with squares.": 0.4 + 2 / 3 * (trial - 0.4),
    "the class's mean is left out of y − m.": 0.4 + 0.8 * trial,
    "this is y itself: the prior pulls towards m.": trial,
    "the two weights are exchanged: y gets s²/(s² + σ²).": 0.4 + 0.2 * (trial - 0.4),
})
both_at_0 = np.array([0.5, 0.5]), np.zeros(2), np.array([0.1, 3.0])  # a narrow and a wide class
far_out, noise = np.array([2.0, 0.3]), 0.5
pull = both_at_0[2] ** 2 / (both_at_0[2] ** 2 + noise**2)
odds = np.exp(-far_out**2 / 2 * (1 / 0.26 - 1 / 9.25))  # narrow : wide, by the exponents alone
p_narrow = 1 / (1 + 1 / (odds * np.sqrt(9.25 / 0.26)))
right_mean, careless = ((p * pull[0] + (1 - p) * pull[1]) * far_out
                        for p in (p_narrow, odds / (1 + odds)))
equal(call(posterior_mean, far_out, *both_at_0, noise), right_mean,
      "a narrow and a wide class, both at 0", atol=1e-5, mistakes={
    "P(k | y) takes the density of y, whose variance in class k is s² + σ²: not σ² alone.":
        pull.mean() * far_out,
    "a wide class spreads its probability: divide each density by its standard deviation, √(s² + σ²).":
        careless})
outside = call(posterior_mean, np.array([60.0, -45.0]), np.array([0.5, 0.5]), np.array([0.0, 1.0]), np.array([1.0, 0.1]), 0.5)
equal(outside, [48, -36], "a wide class at 0, a narrow one at 1, σ = .5, y = 60 and −45", atol=1e-4, mistakes={
    "far away the *wide* class explains y; the nearest mean doesn't decide, and the answer is no class's mean.": [1, 0],
})
### BEGIN HIDDEN TESTS
# hint: three classes, other shapes, other units, integers; on average it is the prior's mean.
three = np.array([0.5, 0.3, 0.2]), np.array([-1.0, 0.0, 2.0]), np.array([0.2, 1.0, 0.5])
three_y, three_means = np.array([[-2.0, 0.1], [1.4, 100.0]]), [[-1.12711132, -0.32428226], [1.42288915, 67.11409396]]
for unit in (1.0, 1e-8, 1e8):
    in_units = call(posterior_mean, unit * three_y, three[0], unit * three[1], unit * three[2], unit * 0.7)
    equal(np.divide(in_units, unit), three_means, f"three classes, in units of {unit:g}", atol=2e-4)
equal(call(posterior_mean, three_y.reshape(1, 2, 1, 2), *three, 0.7), np.reshape(three_means, (1, 2, 1, 2)),
      "three classes, y of shape (1, 2, 1, 2)", atol=2e-4)
equal(call(posterior_mean, np.array([3, 0, -7, 40]), np.array([0.6, 0.4]), np.array([2, -5]), np.array([3, 0]), 2),
      [2.68908608, 0.28960921, -4.95587317, 28.30769231], "a wide class and a point, all integers", atol=1e-4)
equal(call(posterior_mean, np.array([100.0, -250.0, 1.0]), np.array([0.7, 0.3]), np.array([0.0, 1.0]),
           np.array([1.0, 0.1]), 0.5), [80, -200, 0.91673173], "a wide and a narrow class, from far away", atol=5e-4)
grid_y = np.linspace(-12, 12, 1201)[:, None]
law = np.exp(-(grid_y - three[1]) ** 2 / 2 / (three[2]**2 + 0.49)) / np.sqrt(2 * np.pi * (three[2]**2 + 0.49)) @ three[0]
equal(np.sum(law * call(posterior_mean, grid_y[:, 0], *three, 0.7)) * 0.02, three[0] @ three[1],
      "the mean over all y (it is the prior's mean)", atol=1e-4)
### END HIDDEN TESTS

# %% [markdown] slide="slide"
# ## 2 · What sharpness costs

# %% [markdown]
# Given $y$, the truth $x$ is one draw from the posterior. A perfect sampler returns another, $x_s$,
# independent of it, with the same mean $m$ and variance. In $x_s - x = (x_s - m) - (x - m)$ the two
# parts are independent with mean 0, so their product vanishes on average, and
#
# $$E\|x_s - x\|^2 = E\|x_s - m\|^2 + E\|x - m\|^2 = 2\,E\|x - m\|^2.$$
#
# The mean's squared error is the smallest on average that any method can have, the **MMSE** (minimum mean squared error). A perfect
# sample errs **exactly twice** as much, on average over scenes and noise, if its prior and noise are those of the truths. First, coins:

# %%
rng = np.random.default_rng(1)
x = rng.choice([-1.0, 1.0], 200_000)
m = np.tanh((x + 0.5**0.5 * rng.standard_normal(x.shape)) / 0.5)
sample = np.where(rng.random(x.shape) < (1 + m) / 2, 1.0, -1.0)
for name, x_hat in {"mean": m, "mode": np.sign(m), "sample": sample}.items():
    print(f"{name:7} mean squared error {mse(x_hat, x):.3f}, {mse(x_hat, x) / mse(m, x):.2f} × MMSE, "
          f"wrong sign {np.mean(np.sign(x_hat) != x):.3f}")


# %% [markdown]
# A sample is worst at both. But *as a population* it is right: at every $y$ its values are as frequent as true ones.
#
# For ladybirds the posterior is no formula. The reference answer of the first cell holds many draws with weights, worth as much as
# so many *effective* ones of equal weight. `share` is the dark form's prior probability.

# %%
picks = ladybirds.render(answer.draw(200, share=0.5, rng=1)).astype(float)
each = np.mean((picks - scene) ** 2, axis=(1, 2, 3))
print(f"effective draws {answer.ess(0.5):.0f}; P(dark | y) = {answer.p_dark(0.5):.2f}")
print(f"errors: mean {mse(mean, scene):.4f}; 200 samples {each.mean():.4f} on average, the luckiest {each.min():.4f}")


# %% [markdown]
# Now 200 simulated pictures, with one sample each.
# **Predict**: in how many percent of them is the sample nearer to the truth than the posterior mean?

# %%
nearer = None  # replace None by a number from 0 to 100
predict("priors_and_best_guesses.nearer", nearer, between=(0, 100))

# %%
from course_lib.inference.regression import errors

table = errors()  # 200 pictures, squared errors: `one`, of one draw; `sample`, mean over all draws; `mean`; `network`;
# `network_to_mean`, squared distance of the network (section 3) from the reference mean


def bootstrap(top, bottom, rng=0):
    """Ratio of two means over the cases, and its standard error."""
    some = np.random.default_rng(rng).integers(0, len(top), (500, len(top)))
    return top.mean() / bottom.mean(), np.std(top[some].mean(1) / bottom[some].mean(1))


for name, key in {"one sample per picture": "one", "average over all draws": "sample"}.items():
    value, error = bootstrap(table[key], table["mean"])
    print(f"{name}: error over the mean's {value:.2f} ± {error:.2f}")
reveal("priors_and_best_guesses.nearer", 100 * np.mean(table["one"] < table["mean"]), label="one sample nearer than the mean",
       unit="%")


# %% [markdown]
# So a sample is a *worse* estimate by a factor known beforehand: two, or 3 dB; here somewhat less, since the
# reference means are estimates. **A higher PSNR is not a truer picture:** the best belongs to one that can't be true.

# %% [markdown] slide="notes"
# Write the three-line proof on the board: "truth and sample are two draws from one hat". Then let the room
# explain why a sample's PSNR is 3 dB lower and nothing is wrong with it. Five minutes.

# %% [markdown]
# ### Between mean and sample
#
# Two aims are at odds (Blau and Michaeli 2018): little error, and outputs that are distributed as true scenes are.
# Call a distribution a **law**. Pair the members of two populations so that the RMS distance in the pairs is smallest:
# that is the **Wasserstein distance** $W_2$ of their laws. An estimate at a distance $d \le W_2(m, x)$ from the scenes'
# law obeys (Freirich and colleagues 2021)
#
# $$E\|\hat x - x\|^2 \ge \text{MMSE} + (W_2(m, x) - d)^2.$$
#
# The smallest case is a scene $x \sim N(0, s^2)$, seen with noise σ. Two normal laws of mean 0 are as far
# apart as their standard deviations: $W_2 = |s_1 - s_2|$.

# %%
s, sigma = 1.0, 1.0
gain = s**2 / (s**2 + sigma**2)  # Wiener: the posterior mean is gain · y
lost = gain * sigma**2  # the MMSE
short = s - gain * np.hypot(s, sigma)  # W2: the mean varies too little
print(f"posterior mean: error {lost:.3f}, W2 {short:.3f}")
print(f"the mean, stretched to the scene's spread: error {lost + short**2:.3f}, W2 0")
print(f"posterior sample: error {2 * lost:.3f}, W2 0")

# %% [markdown]
# To look right *as a population* costs 17 % here, not 100 %: stretch the mean until it varies as scenes do. But that hides its
# doubt: no spread for a given $y$. A sample costs the factor of two, and has the right $p(x \mid y)$.

# %% [markdown] deeper=true
# **Why no method lies below.** For an estimate $\hat x$ and the mean $m$
#
# $$E\|\hat x - x\|^2 = \text{MMSE} + E\|\hat x - m\|^2 \ge \text{MMSE} + W_2^2(\hat x, m),$$
# $$W_2(\hat x, m) \ge W_2(m, x) - W_2(\hat x, x).$$
#
# First line: what is computed from $y$ alone is uncorrelated with $x - m$; and $\hat x$ and $m$ come in pairs, which
# are at least $W_2$ apart, since $W_2$ belongs to the best pairing. Second line: the triangle inequality.

# %% [markdown] deeper=true
# ### Exercise 2: the curve
#
# Write `perception_distortion(s, sigma, distance)`. Scene and noise are as above, an estimate is $\hat x = a\,y$ with a gain
# $a \ge 0$, whose standard deviation is $a\sqrt{s^2 + \sigma^2}$. Among all gains whose estimates are distributed nearly as scenes
# are, $|\,s - a\sqrt{s^2 + \sigma^2}\,| \le$ `distance`, find the one with the smallest mean squared error
#
# $$D = E(a y - x)^2 = (1 - a)^2 s^2 + a^2 \sigma^2$$
#
# and return the pair `(a, D)`: $a$ to four decimals, $D$ to a ten-thousandth of $s^2 + \sigma^2$, in any unit. A
# negative `distance` is a `ValueError`. *Hint:* $s^2/(s^2 + \sigma^2)$, Wiener's gain, is best unless it varies too little; then
# go just as far up as you must.

# %% solution="perception_distortion" deeper=true
def perception_distortion(s, sigma, distance):
    """Return the best gain whose estimates are distributed nearly as scenes are.

    Parameters
    ----------
    s : float
        Standard deviation of the scene; > 0.
    sigma : float
        Standard deviation of the noise; > 0.
    distance : float
        Largest W2 distance between the laws of estimate and scene; 0 or greater.

    Returns
    -------
    gain, error : float
        a, and the mean squared error of a · y.

    Raises
    ------
    ValueError
        If distance is negative.
    """
    ### BEGIN SOLUTION
    if distance < 0:
        raise ValueError(f"distance is {distance}; it must be 0 or greater")
    a = max(s**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2
    ### END SOLUTION


# %% readonly="traded" deeper=true
def traded(s, sigma, distance):
    """Call a learner's function: gain, and error in units of s² + σ²."""
    told = call(perception_distortion, s, sigma, distance)
    assert np.shape(told) == (2,), "perception_distortion must return two numbers, (gain, error)."
    equal(told[0], told[0], "the gain")  # a number?
    return np.array([told[0], told[1] / (s**2 + sigma**2)], dtype=float)


# %% test="perception_distortion_has_its_ends" points=2 deeper=true
ends = {0.0: (0.5**0.5, 2 - 2**0.5), 0.1: (0.9 * 0.5**0.5, 1 + 0.81 - 0.9 * 2**0.5), 5.0: (0.5, 0.5)}
for allowed, (best_gain, best_error) in ends.items():
    equal(traded(1.0, 1.0, allowed) * [1, 2], [best_gain, best_error], f"perception_distortion(1, 1, {allowed})",
          atol=1e-4, mistakes={
        "gain .5, as the Wiener gain here, varies too little: a·y has the standard deviation a√(s² + σ²).": (0.5, 0.5),
        "this is y itself, gain 1: it varies too *much*, by √2.": (1.0, 1.0),
        "the error of a posterior *sample*; a stretched mean does better.": (best_gain, 1.0),
        "gain and error are exchanged.": (best_error, best_gain),
        "this goes the longest way that `distance` allows; with Wiener's gain inside, stop there.":
            ((1 - allowed) / 2**0.5, (1 - (1 - allowed) / 2**0.5) ** 2 + (1 - allowed) ** 2 / 2),
        "the law of a·y has the standard deviation a√(s² + σ²), not a·s.":
            (max(0.5, 1 - allowed), min(1, allowed) ** 2 + max(0.5, 1 - allowed) ** 2),
        "the noise's part of the error, a²σ², is missing.": (best_gain, (1 - best_gain) ** 2),
    })
refuses(perception_distortion, 1.0, 1.0, -0.1, because="a distance is never negative")

# %% test="perception_distortion_obeys_its_laws" points=2 deeper=true
equal(traded(2.0, 1.5, 5.0)[0], 0.64, "the gain for s = 2, σ = 1.5 if any distance is allowed (Wiener's)", atol=1e-4, mistakes={
    "signal and noise are exchanged: the gain is s²/(s² + σ²).": 0.36,
    "s and σ enter squared: s²/(s² + σ²).": 2 / 3.5,
    "this is the gain at distance 0; Wiener's has the least error.": 0.8})
equal(traded(2.0, 1.5, 0.1) * [1, 6.25], [0.76, 0.24**2 * 4 + 0.76**2 * 2.25],
      "perception_distortion(2, 1.5, .1)", atol=1e-4, mistakes={
    "`distance` is in the unit of x, not a fraction of s: |s − a√(s² + σ²)| ≤ distance.":
        (0.72, 0.28**2 * 4 + 0.72**2 * 2.25),
    "this is the Wiener gain; at this distance its estimates vary too little.": (0.64, 1.44)})
curve = np.array([traded(2.0, 1.5, d)[1] for d in np.linspace(0, 1.5, 16)])
assert np.all(np.diff(curve) <= 1e-4), "a larger distance allows more, so the error can't grow."
### BEGIN HIDDEN TESTS
# hint: other signals, noises and units; D = MMSE + (W2 of the mean − distance)², or MMSE beyond that distance.
for signal, blur in ((1.0, 0.2), (3, 1), (0.5, 2.0), (1e-4, 2e-4), (3e5, 1e5), (0.05, 1.0), (2e-8, 1e-8)):
    total = signal**2 + blur**2
    gap = signal - signal**2 / total**0.5
    for allowed in (0, gap / 3, 0.9 * gap, gap, 2 * gap, 3 * signal):
        equal(traded(signal, blur, allowed),
              [(signal - min(allowed, gap)) / total**0.5,
               (signal**2 * blur**2 / total + max(gap - allowed, 0) ** 2) / total],
              f"gain, and error over s² + σ², for s = {signal:g}, σ = {blur:g}, distance = {allowed:.3g}", atol=1e-4)
for below in (-1, -1e-6, -1e-12, -100.0):
    refuses(perception_distortion, 3.0, 1.0, below, because="a distance is never negative")
### END HIDDEN TESTS

# %% [markdown]
# The bound for all distances, and where six estimates lie:

# %% slide="subslide" title="Sharper costs error: the curve"
allowed = np.linspace(0, 1.1, 111)
bound = 0.5 + np.maximum(short - allowed, 0) ** 2
methods = {"posterior mean": (short, 0.5), "stretched mean": (0, 0.5 + short**2),
           "posterior sample": (0, 1), "y itself": (2**0.5 - 1, 1), "zero": (1, 1),
           "prior draw": (0, 2)}
fig, ax = figure(size=(7, 3.8))
ax.plot(allowed, bound, color=COLOURS["black"], label="no method lies below")
ax.fill_between(allowed, 0.3, bound, color="#dddddd")
for (name, at), mark in zip(methods.items(), "osD^vP", strict=True):
    ax.plot(*at, mark, ms=9, label=name, clip_on=False)
ax.set(xlabel="distance of laws, W₂ (0: looks right)", ylabel="mean squared error",
       xlim=(-0.02, 1.1), ylim=(0.3, 2.1))
ax.legend(fontsize=9, loc="upper right", ncols=2)
show(fig, alt="Error against distance of laws. The bound falls from 0.586 at distance 0 to 0.5 at 0.293. "
              "On it lie the stretched mean and the posterior mean; a posterior sample lies at 1.0, a "
              "prior draw at 2.0, both at distance 0; y itself and zero have error 1.")

# %% [markdown]
# Look at distance 0: a *prior draw*, which ignores $y$, looks as right as a
# posterior sample. Realism of a population says nothing about *this* scene.

# %% [markdown] only="slides" slide="slide"
# ## Sharp costs
#
# mean .500 · stretched .586 · sample **1.000**
#
# A sample of the *true* posterior errs **2 × MMSE** on average.
#
# A higher PSNR is not a truer picture.

# %% [markdown] slide="notes"
# Read the three numbers from left to right: the price of looking true is paid in error, and it is a factor of two for a
# sample. Ask which of the three they would print in a paper, and which on a poster. Three minutes.

# %% [markdown]
# ## 3 · One ladybird, six reconstructions
#
# On the sixteen pixels of the first cell, none tuned on this ladybird:
#
# - **bicubic interpolation** (Keys 1981): no world;
# - **Wiener**: the best *linear* estimate, from 1000 ladybirds;
# - **TV**: few edges;
# - a **network**, told to make $\|\hat x(y) - x\|^2$ small on average over drawn ladybirds; the function that does
#   this best is $E[x \mid y]$;
# - the **mean** and a **sample** of the reference posterior.

# %%
from PIL import Image

from course_lib.imaging.deconvolution import total_variation
from course_lib.imaging.operators import Downsample

shrink = Downsample(16)
world = ladybirds.render(ladybirds.sample(1000, share=0.5, seed=77)).astype(float)
flat, seen_by = world.reshape(1000, -1), shrink(world).reshape(1000, -1)
flat_mean, seen_mean = flat.mean(0), seen_by.mean(0)
cross = (flat - flat_mean).T @ (seen_by - seen_mean) / 999
filter_matrix = np.linalg.solve(np.cov(seen_by.T) + 0.05**2 * np.eye(48), cross.T).T


def bicubic(y):
    """Interpolate each channel (Keys' cubic, as image editors do)."""
    return np.stack([np.asarray(Image.fromarray(channel.astype(np.float32)).resize(
        (64, 64), Image.Resampling.BICUBIC)) for channel in y]).astype(float)


def wiener(y):
    """Return the best linear estimate, E[x] + C_xy C_yy⁻¹ (y − E[y])."""
    return (flat_mean + filter_matrix @ (y.ravel() - seen_mean)).reshape(3, 64, 64)


# %% slide="subslide"
from course_lib.inference.regression import regress

rows = {"bicubic": bicubic(y), "Wiener": wiener(y), "TV": total_variation(y, 0.01, shrink, tol=1e-2),
        "network": regress(y), "posterior mean": mean, "a sample": draws[0]}
titles = {f"{name}\nmse {mse(x_hat, scene):.4f}": x_hat for name, x_hat in rows.items()}
show_images({"the truth\n": scene} | titles, columns=4,
            alt="The true ladybird and six reconstructions. Bicubic and TV are coloured smears; Wiener, the "
                "network and the posterior mean are soft brownish beetles; a sample is a sharp ladybird with "
                "other patches. Errors: " + "; ".join(t.replace("\n", " ") for t in titles) + ".")

# %%
for name, x_hat in rows.items():
    print(f"{name:15} PSNR {psnr(x_hat, scene):.1f} dB; its own sixteen pixels are "
          f"{np.sqrt(mse(shrink(x_hat), y)) / 0.05:.1f} σ from y")


# %% [markdown]
# Soft doesn't mean good: bicubic interpolation and TV are soft, and err here more than sample A. Wiener, the network and the
# posterior mean know the *world*, and err least.
#
# The reference mean itself scatters: its error plus its distance from the network, less the network's error, is twice that scatter.
# It is taken off. **Predict**, over 200 pictures: by how many percent does the network's error exceed the smallest possible?

# %%
percent_above = None  # replace None by a number from 0 to 300
predict("priors_and_best_guesses.percent_above", percent_above, between=(0, 300))

# %%
value, error = bootstrap(table["network"], table["mean"])
print(f"network over posterior mean: {value:.3f} ± {error:.3f}")
with_mean, with_network, apart = (table[k].mean() for k in ("mean", "network", "network_to_mean"))
scatter = (with_mean + apart - with_network) / 2  # of the reference means
smallest = with_mean - scatter
print(f"scatter of the reference means {scatter:.6f} (expected, posterior variance over effective draws: "
      f"{np.mean(table['spread'] / table['ess']):.6f})")

print(f"so the MMSE is {smallest:.5f}; single samples err {table['one'].mean() / smallest:.2f} times as much, "
      f"the network {with_network / smallest:.3f} times")
reveal("priors_and_best_guesses.percent_above", 100 * (with_network / smallest - 1),
       label="network's error above the smallest", unit="%")


# %% [markdown]
# So **this network's blur is (nearly) the posterior mean.** But for which *prior*? Equal shares of the two forms, in training.

# %%
unclear = shipped("sixteen_pixels")  # the pixels of lesson {enhance}
from_network, at_half = regress(unclear.y), unclear.mean(0.5)
for share in (0.5, 0.1, 0.02):
    at_share = unclear.mean(share)
    print(f"share of the dark form {share:.2f}: P(dark | y) = {unclear.p_dark(share):.2f}; the mean moves by "
          f"{np.sqrt(mse(at_share, at_half)):.4f} RMS; the network is {np.sqrt(mse(from_network, at_share)):.4f} from it")
print(f"over the 200 pictures the network is {np.sqrt(apart - scatter):.4f} RMS from the mean")

# %% [markdown]
# Where the dark form is rare, P(dark | y) falls from .66 to .04 for the same pixels. The mean moves with it, if
# by little; the network, once trained, doesn't. Its prior is built in, and isn't printed on the box (lesson {bias}).

# %% [markdown] slide="notes"
# If somebody says "train longer": the error is within some percent of the smallest that any method can
# have. Then "use another loss": a loss that rewards sharpness moves along the curve of section 2, at
# best. Six minutes.

# %% [markdown] deeper=true
# ### Where the correction comes from
#
# The reference mean is $\hat m = m + e$ with a scatter $e$ that knows neither truth nor
# network; $\hat x$ is the network's answer. On average, as in section 2,
#
# $$E\|\hat m - x\|^2 = \text{MMSE} + E\|e\|^2, \qquad E\|\hat x - x\|^2 = \text{MMSE} + E\|\hat x -
# m\|^2, \qquad E\|\hat x - \hat m\|^2 = E\|\hat x - m\|^2 + E\|e\|^2.$$
#
# Three measured numbers, three unknowns: $E\|e\|^2$ is half of first + third − second.

# %% [markdown] deeper=true
# ### Watch a network learn the mean
#
# Nobody shows a network a posterior. In the world of coins you know the answer: a small network, 600 steps, 512
# fresh pairs $(x, y)$ in each.

# %% deeper=true
import torch

# Try: 60 steps instead of 600.
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(1, 32), torch.nn.SiLU(), torch.nn.Linear(32, 1))
optimiser = torch.optim.Adam(net.parameters(), lr=0.01, fused=True)
for _ in range(600):
    x = torch.randint(0, 2, (512, 1)) * 2.0 - 1
    y_coin = x + 0.5**0.5 * torch.randn(512, 1)
    loss = ((net(y_coin) - x) ** 2).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
with torch.no_grad():
    learned = net(torch.linspace(-2, 2, 81)[:, None])[:, 0].numpy()
ys = np.linspace(-2, 2, 81)
fig, ax = figure(size=(5, 2.6))
ax.plot(ys, np.tanh(ys / 0.5), color=COLOURS["blue"], lw=5, alpha=0.4, label="mean, tanh(y/σ²)")
ax.plot(ys, learned, color=COLOURS["black"], lw=1.2, label="network")
ax.set(xlabel="measurement y", ylabel="guess of x")
ax.legend(fontsize=9)
show(fig, alt="The network's answer follows the posterior mean from −1 to 1; the largest distance is "
              f"{np.abs(learned - np.tanh(ys / 0.5)).max():.2f}.")


# %% [markdown] deeper=true
# Nobody told it about $\tanh$. It oversteps ±1 by a little, which no mean of ±1 can. More steps make that smaller.
#
# ### The mode of the sixteen pixels
#
# A ladybird is made from its form and 22 **latents**, numbers that are standard normal under the prior. A random climb
# for each form looks for the most probable ones.

# %% deeper=true
from course_lib.inference.posterior import log_likelihood


def climb(form, rng=0):
    """Search the mode from the most probable draw of one form: latents and log posterior."""
    rng, some, step = np.random.default_rng(rng), answer.forms[form], 0.3
    log_p = some.log_likelihood - np.sum(some.u**2, axis=1) / 2  # likelihood × N(0, I)
    u, best = some.u[np.argmax(log_p)], log_p.max()
    for _ in range(30):
        trials = u + step * rng.random((32, 1)) * rng.standard_normal((32, 22))
        log_p = log_likelihood(y, ladybirds.from_latents(trials, form)) - np.sum(trials**2, axis=1) / 2
        better = log_p.max() > best
        u, best, step = (trials[np.argmax(log_p)], log_p.max(), 1.2 * step) if better else (
            u, best, 0.8 * step)
    return u, best


(pale_u, pale_log_p), (dark_u, dark_log_p) = climb(0), climb(1)
form = int(dark_log_p > pale_log_p)  # equal prior shares
mode_u, those = (pale_u, dark_u)[form], answer.forms[form]
mode = ladybirds.render(ladybirds.from_latents(mode_u[None], form))[0].astype(float)
print(f"the best point found is {('pale', 'dark')[form]}; its latents: {np.sum(np.abs(mode_u) > 0.5)} of 22 exceed .5 "
      f"in size, sum of squares {np.sum(mode_u**2):.1f}; a draw's is {those.weights @ np.sum(those.u**2, axis=1):.1f} "
      f"on average, {np.sqrt(those.weights @ (np.sum(those.u**2, axis=1) - 21.4) ** 2):.1f} rms about it")
show_images({"the truth": scene, f"mode, mse {mse(mode, scene):.4f}": mode, "a sample": draws[0]},
            alt="Three sharp dark ladybirds: the truth, the mode that the climb found, with orange patches of even "
                "size, and a sample with red patches.")

# %% [markdown] deeper=true
# The best point that the climb found (it proves no maximum) is sharp, and no typical ladybird: its latents are
# together much smaller than a typical draw's, an animal nearer to the average in nearly everything. Lesson
# {generators_and_modes} returns to this. In other coordinates of the same world the mode would be another ladybird.

# %% [markdown] deeper=true
# ### The plane, with pictures
#
# For "does it look like a true one" there is no formula here. A stand-in: describe every picture by 64
# features (of a network that reads 64-pixel ladybirds, lesson {generators_and_modes}) and count the pictures that lie among
# 1000 true ones. A picture passes if it is nearer to some true one than that one's fifth-nearest true
# neighbour is (`measures.precision`).

# %% deeper=true

from course_lib.audits.measures import precision
from course_lib.inference.classifiers import features
from course_lib.inference.posterior import simulate
from course_lib.worlds.ladybirds import Ladybirds

cases = [simulate(int(seed)) for seed in table["seed"][:100]]
truths = np.stack([ladybirds.render(one)[0] for one, _ in cases]).astype(float)
small = np.stack([seen for _, seen in cases])
real = features(ladybirds.render(ladybirds.sample(1000, share=0.5, seed=78)).astype(float))
sets = {
    "bicubic": np.stack([bicubic(seen) for seen in small]),
    "Wiener": np.stack([wiener(seen) for seen in small]),
    "network": regress(small),
    "posterior sample": ladybirds.render(
        Ladybirds(table["draw_form"][:100], table["draw"][:100].astype(np.float32))).astype(float),
    "prior draw": world[:100],
}
plane = {name: (precision(features(x_hat), real), mse(x_hat, truths))
         for name, x_hat in sets.items()}


# %% deeper=true slide="subslide" title="Error against looking true"

fig, ax = figure(size=(7, 3.6))
for (name, (looks, error)), mark in zip(plane.items(), "os^vP", strict=True):
    ax.plot(100 * looks, error, mark, ms=10, label=name)
    print(f"{name:17} error {error:.4f}, {looks:4.0%} lie among true ladybirds")
ax.axhline(table["mean"][:100].mean() - scatter, color="black", ls=":", label="smallest possible error")
ax.set(xlabel="pictures that lie among true ones (%)", ylabel="mean squared error", ylim=(0, 0.0195),
       xlim=(-3, 103))
ax.legend(fontsize=9, loc="upper left", ncols=2)
told = "; ".join(f"{name} {looks:.0%}, {error:.4f}" for name, (looks, error) in plane.items())
show(fig, alt="Error against the share of pictures that look true. Bicubic lies far left and posterior samples "
              "far right, both at about twice the least error; Wiener and network in the middle and lowest; prior draws "
              f"right and high: {told}.")


# %% [markdown] deeper=true
# The same picture as for one number: the methods with the smallest errors look true less often; samples look true
# and pay about twice the smallest error; prior draws look just as true and pay far more. Bicubic interpolation loses to Wiener and
# the network on both axes: the trade-off binds the best methods, and being bad is always possible.
#
# Don't trust the stand-in itself. No blur is a possible ladybird, and yet it lets nearly half of the Wiener and network
# blurs pass: the balls around 1000 points of 64 features are wide. And up to a tenth of true ladybirds don't pass.

# %% [markdown]
# ### A real picture
#
# Two photographs from *outside the world*, shrunk to sixteen pixels.

# %% slide="subslide" title="A coffee cup and some galaxies"
from course_lib.inference.posterior import reference
from course_lib.worlds import images

photos = {"coffee": images.load("coffee")[:, :192, :192], "galaxies": images.load("hubble")}
shown = {}
for name, photo in photos.items():
    photo = Downsample(photo.shape[-1] // 64)(photo)
    found = reference(shrink(photo), effort=0.1, minimum=5)
    shown |= {name: photo, f"{name}, 4 × 4": shrink(photo), "network": regress(shrink(photo)),
              "sample": ladybirds.render(found.draw(1, share=0.5, rng=1))[0]}
    shown = {key if key not in ("network", "sample") else f"{key}: {name}": x
             for key, x in shown.items()}
    print(f"{name}: misfit {found.misfit(0.5):.1f} (near 1 if the world explains y); "
          f"P(dark | y) = {found.p_dark(0.5):.2f}; effective draws {found.ess(0.5):.0f}")
show_images(shown, columns=4,
            alt="Top: a coffee cup, its sixteen pixels, the network's yellowish blur, and a ladybird "
                "sample. Bottom: a field of galaxies, its dark sixteen pixels, the network's dark reddish "
                "blur, and a sharp black ladybird with red patches in dim light.")

# %% [markdown]
# Both come back as ladybirds: nothing else exists in the world of the prior. For the coffee the **misfit** objects:
# no draw explains these pixels to within the noise. For the sky nothing objects.
# A posterior answers "which ladybird?", never "is it one?".

# %% [markdown] slide="notes"
# The galaxies are the most important picture so far: reliable inference, perfect fit, sharp answer, and there
# is no beetle. The residual notices one of two. (Half of the lesson: a good place to stop.) Six minutes.

# %% [markdown] slide="slide"
# ## 4 · Today's samplers

# %% [markdown]
# A diffusion model is a sampler. Add noise of standard deviation $t$ to a scene, $x_t = x_0 + t\,n$. The sampler
# walks back. One step, from $t$ to a slightly smaller $s$:
#
# 1. guess the scene behind $x_t$: its posterior mean, $E[x_0 \mid x_t]$;
# 2. go a part of the way towards the guess, the fraction $1 - s^2/t^2$;
# 3. add a little fresh noise, for the guess is not the scene (its variance: »).
#
# The guess comes from the **score**, the gradient $\nabla \log p_t(x_t)$ of the law $p_t$ of $x_t$, by **Tweedie's
# formula**: $E[x_0 \mid x_t] = x_t + t^2\,\nabla \log p_t(x_t)$. Scenes of one number, near $-1$ (80 %) or near $+1$:

# %% slide="subslide" title="Walks from noise to the two worlds"
from course_lib.inference import diffusion

line = Mixture([0.8, 0.2], [[-1.0], [1.0]], np.full((2, 1, 1), 0.09))
sigmas, rng = np.geomspace(20, 0.02, 150), np.random.default_rng(0)
path = [20 * rng.standard_normal((2000, 1))]
for t, less in zip(sigmas[:-1], sigmas[1:], strict=True):
    guess = path[-1] + t**2 * diffusion.score(line, path[-1], t)[0]
    fresh = np.sqrt((t**2 - less**2) * less / t) * rng.standard_normal(guess.shape)
    path.append(path[-1] + (1 - less**2 / t**2) * (guess - path[-1]) + fresh)
fig, axes = figure(1, 2, size=(9.4, 3.2), sharey=True)
axes[0].plot(sigmas, np.squeeze(path)[:, :25], color=COLOURS["blue"], lw=0.8)
axes[0].set(xscale="log", xlim=(4, 0.02), ylim=(-3, 3), xlabel="noise t (time runs to the right)",
            ylabel="x", title="25 walks")
here = np.linspace(-3, 3, 121)[:, None]
for t, colour in {2.0: "orange", 0.7: "vermilion", 0.2: "black"}.items():
    axes[1].plot(here, here + t**2 * diffusion.score(line, here, t)[0], color=COLOURS[colour], label=f"t = {t}")
axes[1].set(xlabel="where you stand, $x_t$", title="the guess, $E[x_0 | x_t]$")
axes[1].legend(fontsize=9)
print(f"2000 walks: {np.mean(path[-1] > 0):.0%} end near +1")
show(fig, alt="Left: walks begin spread out and end near −1, some near +1. Right: at noise 2 the guess rises slowly, from "
              "about −.9 to +.1, at 0.7 it rises smoothly from −1 to +1, at 0.2 it jumps between the two "
              "and follows the position near each.")

# %% [markdown]
# As the noise falls, the guess takes sides. Networks learn the score; for a *mixture of Gaussians* it is a formula.
#
# To sample a **posterior**, walk with the score of $p(x_t \mid y)$. By Bayes' rule
#
# $$\nabla \log p(x_t \mid y) = \nabla \log p_t(x_t) + \nabla \log p(y \mid x_t).$$
#
# The second term is the **guidance**. Exact, it averages over all scenes that may lie behind $x_t$. The usual
# approximation (DPS, Chung and colleagues 2023) puts the one best guess in their place.

# %% [markdown] deeper=true
# **Three formulas behind this.** A scene $x_0$ alone would give the score $\nabla \log N(x_t; x_0, t^2) = (x_0 -
# x_t)/t^2$; the score is the average of that over all scenes that may lie behind $x_t$. Solved for the average scene, it is
# Tweedie's formula.
#
# The fresh noise's variance, $(t^2 - s^2)\,s/t$, lies between what a single known scene would need, $(t^2 -
# s^2)\,s^2/t^2$, and what a very wide world would, $t^2 - s^2$.
#
# Approximate guidance is $-\nabla \|y - A\,E[x_0 \mid x_t]\|^2 / (2\sigma^2)$: the formula of Chung and colleagues with the
# weight that Gaussian noise gives it. Their algorithm divides by $\|y - A\,E[x_0 \mid x_t]\|$ and tunes a constant, so that σ
# drops out.

# %% [markdown]
# A world of two numbers, a common class (80 %) and a rare one; the camera measures one combination of the two.

# %%
two_forms = Mixture([0.8, 0.2], [[-1.0, 0.0], [1.0, 0.0]], [np.diag([0.09, 0.25])] * 2)
A2, sigma2 = np.array([[1.0, 0.6]]), 0.6


def exact_draws(y, draws, rng):
    """Sample each posterior by its formula: (cases, 1) → (draws, cases, 2)."""
    rng = np.random.default_rng(rng)
    return np.stack([two_forms.posterior(v, A2, sigma2).sample(draws, rng)[0] for v in y], axis=1)


def guided_draws(guidance):
    """Make a diffusion sampler with this guidance."""
    def sampler(y, draws, rng):
        many = np.tile(y, (draws, 1))
        x = diffusion.draw(guidance(two_forms, A2, many, sigma2), 2, len(many), rng)
        return x.reshape(draws, *y.shape[:1], 2)
    return sampler


# %% slide="subslide" title="Exact and approximate guidance"
one_y = np.array([[0.4]])
clouds = {"prior": two_forms.sample(1500, rng=0)[0],
          "posterior, by formula": exact_draws(one_y, 1500, 1)[:, 0],
          "exact guidance": guided_draws(diffusion.exact)(one_y, 1500, 2)[:, 0],
          "approximate guidance": guided_draws(diffusion.approximate)(one_y, 1500, 3)[:, 0]}
fig, axes = figure(1, 4, size=(10, 3), sharex=True, sharey=True)
for ax, (name, cloud) in zip(axes, clouds.items(), strict=True):
    ax.plot(*cloud.T, ".", ms=2, alpha=0.4, color=COLOURS["blue"])
    ax.axline((0.4, 0), (1.0, -1.0), color=COLOURS["vermilion"], lw=1)
    ax.set(title=name, xlabel="x₁", xlim=(-2.2, 2.2), ylim=(-2, 2))
    ax.title.set_fontsize(10)
    print(f"{name:22} rare {np.mean(cloud[:, 0] > 0):.2f}, sd of x₁ + .6 x₂ {np.std(cloud @ A2[0]):.3f}")
axes[0].set_ylabel("x₂")
show(fig, alt="Four clouds of points, each in two clusters. The posterior by formula and the exactly guided sampler "
              "have the same shares and widths; the approximately guided one has "
              "most of its points in the rare cluster and is narrower across the line.")

# %% [markdown]
# The red line is where $A x = y$ exactly. For pictures nobody has the second panel.

# %% [markdown] slide="slide"
# ## 5 · Expose the fake

# %% [markdown]
# Draw a truth from the prior, measure it, give the sampler $y$, and note the **rank** of the truth among its, say, 19 draws: how many lie below it. If
# they come from the posterior, truth and draws are twenty draws from one hat, and each rank from 0 to 19 is equally probable:
# simulation-based calibration (Talts and colleagues 2018). *Any* number computed from a draw and $y$ can be ranked. A **p-value**
# says how probable a sound sampler makes a histogram at least as uneven.
#
# **Predict.** A "sampler" ignores $y$ and returns draws from the prior. You test the ranks of $x_1$ 100
# times and cry "fake" whenever $p < .05$. How many of the 100 tests will catch it?

# %%
caught = None  # replace None by a number from 0 to 100
predict("priors_and_best_guesses.caught", caught, between=(0, 100))

# %%
from course_lib.audits.measures import audit_sampler


def prior_draws(y, draws, rng):
    """Ignore y."""
    return two_forms.sample(draws * len(y), rng)[0].reshape(draws, len(y), 2)


runs = [audit_sampler(prior_draws, two_forms, A2, sigma2, cases=200, rng=seed) for seed in range(100)]
by_x1 = sum(run["coordinates"][0] < 0.05 for run in runs)
by_likelihood = sum(run["likelihood"] < 0.05 for run in runs)
print(f"caught by the ranks of x₁: {by_x1} of 100; by the ranks of log p(y | x): {by_likelihood} of 100")
reveal("priors_and_best_guesses.caught", by_x1, label="tests of 100 that catch prior draws")

# %% [markdown]
# About five: the rate of false alarms, so the test is blind. Truth and prior draws *are* twenty draws from
# one hat, the wrong one. The ranks of the **log-likelihood** $\log p(y \mid x)$ see it: a truth explains its own
# measurement, a prior draw only by luck (Modrák and colleagues 2023).

# %% [markdown]
# ### Exercise 3: a test for samplers
#
# Write `audit(sampler, prior, A, sigma, cases, draws, rng)`. It returns the pair `(p_coordinates,
# p_likelihood)`: an array of p-values, one per coordinate of the scene in order, and one p-value for the
# log-likelihood. In this order:
#
# 1. draw `cases` truths: `prior.sample(cases, rng)` returns them, `(cases, n)`, and their classes;
# 2. measure each, `x @ A.T` plus `sigma * rng.standard_normal((cases, m))`; `A` is `(m, n)`, `y` is `(cases, m)`;
# 3. call `sampler(y, draws, rng)` once; it returns `(draws, cases, n)`;
# 4. rank: `ranks(truth, drawn, rng)` takes `(cases, n)` and `(draws, cases, n)` and returns ranks `(cases, n)`, or the same without
#    `n`. Rank the coordinates, and the log-likelihood $-\|y - A x\|^2 / (2\sigma^2)$ of truth and draws under *their* $y$:
#    `y - drawn @ A.T` has shape `(draws, cases, m)`, its squares are summed over the last axis;
# 5. `uniformity(found, draws)` returns `(counts, expected, p_value)` for the ranks `(cases,)` of *one* number.
#
# `rng` is a `numpy.random.Generator`; hand it on. *Off limits:* `measures.audit_sampler`.

# %% solution="audit" rebuilds="audits.measures.audit_sampler"
from course_lib.audits.measures import ranks, uniformity


def audit(sampler, prior, A, sigma, cases, draws, rng):
    """Test a sampler by the ranks of the truth among its draws.

    Parameters
    ----------
    sampler : callable
        sampler(y, draws, rng): measurements (cases, m) → draws (draws, cases, n).
    prior : Mixture
        Law of the scenes.
    A : array (m, n)
        Camera.
    sigma : float
        Standard deviation of the noise.
    cases, draws : int
        Truths, and draws for each.
    rng : numpy.random.Generator

    Returns
    -------
    p_coordinates : array (n,)
    p_likelihood : float
    """
    ### BEGIN SOLUTION
    truth, _ = prior.sample(cases, rng)
    y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = sampler(y, draws, rng)

    def log_l(x):
        return -np.sum((y - x @ A.T) ** 2, axis=-1)  # what σ multiplies changes no rank

    by_coordinate = ranks(truth, found, rng)
    by_likelihood = ranks(log_l(truth), log_l(found), rng)
    return (np.array([uniformity(column, draws)[2] for column in by_coordinate.T]),
            uniformity(by_likelihood, draws)[2])
    ### END SOLUTION


# %% readonly="audit_helpers"
def audited(sampler, cases=300, seed=0, draws=19, prior=two_forms, camera=A2, noise=sigma2):
    """Call a learner's audit and check the form of what it returns."""
    told = call(audit, sampler, prior, camera, noise, cases, draws, np.random.default_rng(seed))
    assert isinstance(told, tuple | list) and len(told) == 2, (
        "audit must return two things: (p_coordinates, p_likelihood).")
    parts = [told[1], *(told[0] if isinstance(told[0], list | tuple) else [])]
    assert not any(isinstance(part, list | tuple) for part in parts), (
        "`uniformity` returns three things, (counts, expected, p_value); take the p-value, [2].")
    count = prior.means.shape[1]
    assert np.shape(told[0]) == (count,), (
        f"p_coordinates has shape {np.shape(told[0])}; it should hold one p-value per coordinate, ({count},).")
    assert np.shape(told[1]) == (), "p_likelihood must be one number."
    values = np.append(told[0], told[1])
    assert np.all((values >= 0) & (values <= 1)), f"p-values lie between 0 and 1; yours are {values}."
    return np.asarray(told[0]), float(told[1])


def drawing(prior, camera, noise, known=None):
    """Make a quick sampler of a world; it uses `known` @ y (orthonormal rows) instead of y."""
    known = np.eye(len(camera)) if known is None else np.array(known, dtype=float)
    view = known @ camera
    seen = prior.measured(view, noise)
    gain = prior.covariances @ view.T @ np.linalg.inv(seen.covariances)
    roots = np.linalg.cholesky(prior.covariances - gain @ view @ prior.covariances)

    def sampler(y, draws, rng):
        rng, v = np.random.default_rng(rng), np.asarray(y) @ known.T
        centres = prior.means + np.einsum("knm,ckm->ckn", gain, v[:, None] - seen.means)
        to = np.cumsum(seen.classify(v), axis=1)
        picked = (rng.random((draws, len(v), 1)) > to[:, :-1]).sum(axis=-1)
        normal = np.einsum("dcij,dcj->dci", roots[picked], rng.standard_normal((draws, *centres.shape[::2])))
        return centres[np.arange(len(v)), picked] + normal
    return sampler


def erring_in(sampler, j):
    """Make a fake of a sound sampler: too sure of coordinate j, and of no other."""
    def fake(y, draws, rng):
        x = sampler(y, draws, rng)
        x[..., j] = (x[..., j] + sampler(y, 50, 3)[..., j].mean(axis=0)) / 2
        return x
    return fake


two_rows = np.array([[1.0, 1, 0], [0, 1, 1]])  # a second world: three numbers, measured twice
second_world = {"draws": 4, "prior": Mixture([0.5, 0.5], [[0.0, 0, 0], [1, 1, 1]], [0.1 * np.eye(3)] * 2),
                "camera": two_rows, "noise": 0.3}


def three_draws(known=None):
    """Make a sampler of the second world."""
    return drawing(second_world["prior"], two_rows, 0.3, known)


# %% test="audit_tells_sound_from_fake" points=2
fixed = Mixture([1.0], [[2.0, -1.0]], [1e-12 * np.eye(2)])  # worlds with one scene only
fixed3 = Mixture([1.0], [[1.0, 0, 2]], [1e-12 * np.eye(3)])
record, asked, handed = [], [], []


def spy(y, draws, rng):
    record.append(np.array(y))
    asked.append(draws)
    handed.append(np.random.default_rng(rng).random())
    scene = [2.0, -1.0] if np.shape(y)[-1] == 1 else [1.0, 0, 2]
    return np.tile(scene, (draws, len(y), 1))


for number in (0, 0, 1):
    audited(spy, prior=fixed, seed=number)
    assert np.shape(record[0]) == (300, 1), (
        f"the sampler was called with y of shape {np.shape(record[0])}; call it once, with all measurements, "
        "(cases, m) = (300, 1).")
assert len(record) == 3, "the sampler was called more than once in one audit; call it once, with all measurements."
first, again, other = record
assert first.std() > 1e-3, ("the measurements of one scene are all the same: they have no noise, or all the same. "
                            "Each needs its own: y = A x + noise of standard deviation sigma.")
assert 0.48 < first.std() < 0.72 and abs(first.mean() - 1.4) < 0.2, (
    f"the world's only scene has A x = 1.4 and sigma is 0.6, but your measurements have mean {first.mean():.2f} and "
    f"standard deviation {first.std():.2f}.")
assert np.array_equal(first, again) and not np.allclose(first, other, rtol=0, atol=1e-3), (
    "all chance must come from `rng`: the same rng gives the same measurements, another one others.")
assert handed[0] == handed[1] != handed[2], "hand your `rng` on to the sampler: its draws must depend on it."
audited(spy, **second_world | {"prior": fixed3, "noise": 1.0})
assert np.shape(record[-1]) == (300, 2), f"with a 2 × 3 camera y has shape {np.shape(record[-1])}, not (300, 2)."
assert asked == [19, 19, 19, 4], f"the sampler is asked for {asked[-1]} draws per case where `draws` is 4."
assert abs(np.corrcoef(record[-1].T)[0, 1]) < 0.3, (
    "with two measured numbers per case both get the same noise; each needs its own: noise of shape (cases, m).")
audited(spy, prior=fixed, cases=120, noise=0.05)
assert np.shape(record[-1]) == (120, 1), f"with 120 cases y has shape {np.shape(record[-1])}, not (120, 1)."
assert 0.035 < record[-1].std() < 0.065, (
    f"with sigma = 0.05 your measurements of one scene have the standard deviation {record[-1].std():.3f}.")
p_sound, l_sound = audited(drawing(two_forms, A2, sigma2))
assert p_sound.min() > 1e-5, "the coordinates' ranks refute a sound sampler: which truth belongs to which draws?"
assert l_sound > 1e-5, ("the likelihood's ranks refute a sound sampler: truth and draws must be judged by the same "
                        "measurement y, the one that the sampler saw.")
p_prior, l_prior = audited(prior_draws)
assert p_prior.min() > 1e-5, "for prior draws the coordinates' ranks are uniform; yours are not."
assert l_prior < 1e-6, (
    "prior draws pass your likelihood test. Rank log p(y | x), the likelihood, each under its own case's y: neither a "
    "coordinate nor the prior's density looks at y.")
for j in (0, 1):
    p_j, _ = audited(erring_in(drawing(two_forms, A2, sigma2), j))
    assert p_j[j] < 1e-6 < 1e-5 < p_j[1 - j], (
        f"a sampler that is twice too sure of coordinate {j}, and of no other, gets the p-values {p_j[0]:.1g} and "
        f"{p_j[1]:.1g}: p_coordinates[{j}], and no other, should be tiny.")
p_three, l_three = audited(three_draws(), cases=600, **second_world)
assert min(p_three.min(), l_three) > 1e-5, (
    "a sound sampler of three numbers, measured twice, with draws = 4, is refuted: give `uniformity` the number of draws, "
    "and don't build in n, m or 19.")
for known in ([[1, 0]], [[0.5**0.5, 0.5**0.5]]):
    assert audited(three_draws(known), cases=600, **second_world)[1] < 1e-6, (
        "a sampler that uses only the first, or only the sum, of two measured numbers passes your likelihood test: "
        "‖y − A x‖² is the sum of the squares of all m differences.")

# %% test="audit_is_itself_calibrated" points=2
many_runs = [audited(drawing(two_forms, A2, sigma2), cases=100, seed=seed) for seed in range(30)]
values = np.array([[*p, likelihood] for p, likelihood in many_runs])
for column, its_name in zip(values.T, ("x₁", "x₂", "the log-likelihood"), strict=True):
    assert column.std() > 0.1 and 0.25 < column.mean() < 0.75, (
        f"p-values of a sound sampler are uniform on [0, 1]; in 30 runs those for {its_name} have mean {column.mean():.2f} "
        f"and standard deviation {column.std():.2f}.")
assert len(np.unique(values[:, :2])) > 30, "the p-values of x₁ and x₂ are the same in every run; each has its own ranks."
### BEGIN HIDDEN TESTS
# hint: other sound samplers and other fakes: one that errs in one coordinate, one that searches, one that mixes up its measurements, one that trusts y too much, one that is right by sums of squares only.
p_diffusion, l_diffusion = audited(guided_draws(diffusion.exact), cases=100)
assert min(p_diffusion.min(), l_diffusion) > 1e-5, "exact diffusion is refuted, but it is sound."
for j in (0, 1, 2):
    p_j, _ = audited(erring_in(three_draws(), j), cases=900, **second_world)
    assert p_j[j] < 1e-5 and np.delete(p_j, j).min() > 1e-5, (
        f"a sampler of three numbers that errs in coordinate {j}, and in no other, gets the p-values {p_j}.")
one_number = {"prior": Mixture([0.3, 0.7], [[-2.0], [1.0]], [[[0.5]], [[0.2]]]), "camera": np.array([[2]]), "noise": 1.5}
p_one, l_one = audited(drawing(*one_number.values()), draws=9, **one_number)
assert min(p_one[0], l_one) > 1e-5, "a sound sampler of one number is refuted."
assert audited(erring_in(drawing(*one_number.values()), 0), draws=9, **one_number)[0][0] < 1e-5, (
    "a sampler of one number, twice too sure, passes.")


def searching(y, draws, rng):
    found = [two_forms.posterior(v, A2, sigma2) for v in y]
    best = np.stack([law.means[np.argmax(law.weights)] for law in found])
    return best + 1e-3 * rng.standard_normal((draws, *best.shape))


def mixed_up(y, draws, rng):
    return drawing(two_forms, A2, sigma2)(y[::-1], draws, rng)


assert audited(searching)[0].min() < 1e-6, "a search that returns the mode passes."
assert audited(mixed_up)[1] < 1e-6, "draws for the wrong measurements pass your likelihood test."
assert audited(drawing(two_forms, A2, 0.2))[1] < 1e-4, "a sampler that believes y too much passes your likelihood test."
for known in ([[0, 1]], [[0.5**0.5, -(0.5**0.5)]]):
    assert audited(three_draws(known), cases=600, **second_world)[1] < 1e-6, (
        "a sampler that uses one of two measured numbers, or their difference, passes your likelihood test.")


def same_squares(y, draws, rng):
    """Residuals in the first number only; by chance alone more or less of them are shorter than the truth's."""
    rng = np.random.default_rng(rng)
    length = np.linalg.norm(y - two_rows @ [1.0, 0, 2], axis=1)
    shorter = rng.permuted(np.arange(draws)[:, None] < rng.integers(draws + 1, size=len(y)), axis=0)
    residual = np.zeros((draws, len(y), 2))
    residual[..., 0] = length * np.where(shorter, 0.99, 1.01)
    return (y - residual) @ np.linalg.pinv(two_rows).T


assert audited(same_squares, **second_world | {"prior": fixed3, "noise": 1.0, "draws": 19})[1] > 1e-5, (
    "the ranks are not those of ‖y − A x‖²: square the differences, add them up, and nothing else.")
### END HIDDEN TESTS

# %% [markdown]
# ### The battery
#
# Five samplers, five questions. *Ranks* as above; of the coordinates the smaller p-value. The **share**: over all cases, draws
# must be rare, $x_1 > 0$, as often as scenes are, .20. The **2 × law** of section 2. And **support**: how many draws lie "off support",
# where the prior's density is so low that only 1 % of scenes do?

# %%
def mean_and_noise(y, draws, rng):
    """Posterior mean plus noise of the posterior's own variance."""
    rng = np.random.default_rng(rng)
    laws = [two_forms.posterior(v, A2, sigma2) for v in y]
    centres, spreads = np.stack([law.mean for law in laws]), np.stack([law.sd for law in laws])
    return centres + spreads * rng.standard_normal((draws, *centres.shape))


samplers = {"posterior, by formula": exact_draws, "exact guidance": guided_draws(diffusion.exact),
            "approximate guidance": guided_draws(diffusion.approximate),
            "prior draws": prior_draws, "mean and noise": mean_and_noise}
rng = np.random.default_rng(5)
x = two_forms.sample(4000, rng)[0]
y_all = x @ A2.T + sigma2 * rng.standard_normal((4000, 1))
centre = 1e8 * diffusion.exact(two_forms, A2, y_all, sigma2)(np.zeros((4000, 2)), 1e4)  # Tweedie, t = 10⁴, x_t = 0: E[x | y]
edge, audits = np.quantile(two_forms.log_density(x), 0.01), {}
print(f"{'':22}p of coordinates  p of likelihood  rare ±{np.sqrt(0.2 * 0.8 / 4000):.3f}     error/MMSE  off support")
for name, sampler in samplers.items():
    p = audits[name] = audit_sampler(sampler, two_forms, A2, sigma2, cases=400, rng=0)
    drawn = sampler(y_all, 1, 6)[0]
    times, error = bootstrap(np.sum((drawn - x) ** 2, axis=1), np.sum((centre - x) ** 2, axis=1))
    print(f"{name:22}{p['coordinates'].min():16.1g}{p['likelihood']:17.1g}{np.mean(drawn[:, 0] > 0):12.3f}"
          f"{times:9.2f} ± {error:.2f}{np.mean(two_forms.log_density(drawn) < edge):13.1%}")


# %% slide="subslide" title="The ranks of the truth tell"
chance = np.sqrt(400 * 0.05 * 0.95)  # standard deviation of a bar, if all ranks are equally probable
fig, axes = figure(1, 4, size=(10, 2.6), sharey=True)
for ax, name in zip(axes, list(samplers)[1:], strict=True):
    ax.bar(np.arange(20), np.bincount(audits[name]["ranks"], minlength=20), color=COLOURS["sky"], width=1, ec="white")
    ax.axhline(20, color="black", ls=":")
    ax.axhspan(20 - 2 * chance, 20 + 2 * chance, color="gray", alpha=0.25, lw=0)
    ax.set(title=name, xlabel="rank of the truth")
    ax.title.set_fontsize(10)
axes[0].set_ylabel("cases of 400")
show(fig, alt="Histograms of the truth's rank in log-likelihood among 19 draws, 400 cases. Exact guidance: flat at 20 to within chance. "
              "Approximate guidance: falling, the truth often has a low rank. Prior draws: rising steeply, the truth "
              "mostly ranks high. Mean and noise: nearly flat.")

# %% [markdown]
# - **Exact guidance** passes everything.
# - **Approximate guidance** fits $y$ too well, say the likelihood's ranks, and its rare share is too high.
# - **Prior draws** pass coordinates, share and support. They fail the likelihood and the error.
# - **Mean and noise** obeys the 2 × law: *any* noise of the right variance does. Its support gives it away:
#   it draws scenes between the two classes. Its ranks, at 400 cases, are a suspicion only ($p = .04$, one of several tests). At five times as many?

# %%
many = audit_sampler(mean_and_noise, two_forms, A2, sigma2, cases=2000, rng=0)
print(f"mean and noise, 2000 cases: coordinates p = {many['coordinates'].min():.1g}, likelihood p = {many['likelihood']:.1g}")

# %% [markdown]
# Convicted. **At 400 cases no single check convicts all three fakes beyond doubt.** At 2000 the likelihood's ranks do; but they see only
# what $A$ measures. A sampler that errs only in what $A$ doesn't see passes them.

# %% [markdown] deeper=true
# ### Opposite starts
#
# One more popular check: start a method in two far places; does it forget them? A *search* climbs
# the posterior's density; *guided* is exact guidance; a *flow* takes half of each step and adds no noise (the "probability
# flow" of Song and colleagues, 2021).

# %% deeper=true
# Try: another measurement, −0.5 or 1.5.
one_measured = 0.4


def search(score, start, rng):
    """Climb the (slightly smoothed) posterior density from a start, (cases, 2)."""
    x = np.array(start)
    for _ in range(300):
        x = x + 0.02 * score(x, 0.1)
    return x


def guided(score, start, rng):
    return diffusion.draw(score, 2, len(start), rng, start=start)


def flow(score, start, rng):
    """Walk back from noise without fresh noise: the end is a function of the start."""
    x, levels = np.array(start), np.geomspace(20, 0.01, 150)
    for t, less in zip(levels[:-1], levels[1:], strict=True):
        x = x + t * (t - less) * score(x, t)
    return x


def from_noise(method):
    """Make a sampler of a method: starts far out, at random."""
    def sampler(y, draws, rng):
        guide = diffusion.exact(two_forms, A2, np.tile(y, (draws, 1)), sigma2)
        return method(guide, 20 * rng.standard_normal((draws * len(y), 2)), rng).reshape(draws, len(y), 2)
    return sampler


guide = diffusion.exact(two_forms, A2, np.full((500, 1), one_measured), sigma2)
far = np.full((500, 2), [20.0, 0.0])
for method in (search, guided, flow):
    right, left = (np.mean(method(guide, at, 7)[:, 0] > 0) for at in (far, -far))
    p = audit_sampler(from_noise(method), two_forms, A2, sigma2, cases=200, rng=1)
    print(f"{method.__name__:7} rare, started right {right:.2f}, left {left:.2f}; random starts: ranks of coordinates "
          f"p = {p['coordinates'].min():.1g}, likelihood p = {p['likelihood']:.1g}")


# %% [markdown] deeper=true
# Only the walk with fresh noise forgets its start. Search and flow are **maps**: the same start always gives the
# same answer. Yet the flow's answers to *random* starts pass the ranks; the search's fail them. So **opposite
# starts test chains**, which promise to forget, not maps. A map must turn its starts' law into the posterior. And
# agreement proves little: prior draws have no start and agree for free.

# %% [markdown] only="slides" slide="slide"
# ## Expose the fake
#
# Prior draws pass: parameter ranks, share, support.
#
# *Caught by* the ranks of **log p(y | x)**.
#
# "Mean plus noise" passes the 2 × law. *Caught by* its **support**.
#
# At 400 cases no single check convicts all three.

# %% [markdown] slide="notes"
# The question for the room: which of these checks could you run on a sampler that you can only call,
# without knowing the posterior? (Ranks and share: draws from the prior and the camera are enough. Support
# needs the prior's density, error/MMSE the posterior's mean.) Six minutes.

# %% [markdown] deeper=true slide="slide"
# ## 6 · A generator as a prior

# %% [markdown] deeper=true
# The strongest prior of all: *the scene is one that this machine can draw.* A **generator** $G$ turns a few
# **latents** $z$ into a picture; its **range** is all it can draw. Then few numbers may be enough: search
# $\min_z \|A\,G(z) - y\|^2$ and return $\hat x = G(\hat z)$. Ours has four latents and 64 pixels; its weights are random.

# %% deeper=true slide="subslide" title="What a tiny generator can draw"
from course_lib.inference.latents import latent_search, tiny_generator

rng = np.random.default_rng(9)
drawn = tiny_generator(rng.standard_normal((5, 4))).reshape(5, 8, 8)
show_images({f"G(z), z number {i + 1}": x for i, x in enumerate(drawn)}, limits=(0.1, 0.9),
            alt="Five pictures of 8 by 8 pixels from the tiny generator: soft light and dark patches.")

# %% [markdown] slide="notes"
# Four numbers make each of these. Ask how many measured numbers should be enough to find them, and what could go wrong.
# Two minutes.

# %% [markdown] deeper=true
# Two cameras measure **eight** numbers of a picture's 64, without noise: random Gaussian mixtures of all pixels, or averages
# of blocks of 2 × 4. **Predict.** The scene lies in the generator's range, the camera averages blocks, the search starts once,
# from a random $z$. In how many percent of the cases does it recover all 64 pixels, to $10^{-5}$?

# %% deeper=true
from_one_start = None  # replace None by a number from 0 to 100
predict("priors_and_best_guesses.from_one_start", from_one_start, between=(0, 100))

# %% deeper=true
from course_lib.audits.measures import share_interval

cameras = {"Gaussian rows": np.random.default_rng(1).standard_normal((8, 64)) / 8,
           "block averages": Downsample((2, 4)).dense((8, 8))}
hits = {}
for name, M in cameras.items():
    for restarts in (1, 8):
        rng, found = np.random.default_rng(2), 0
        for _ in range(20):
            x = tiny_generator(rng.standard_normal(4))
            z, _ = latent_search(M @ x, M, tiny_generator, 4, restarts, rng)
            found += np.abs(tiny_generator(z) - x).max() < 1e-5
        hits[name, restarts] = 100 * found / 20
        print(f"{name:15} best of {restarts}: all 64 pixels in {found} of 20 cases")
print(f"0 failures of 20: at most {share_interval(0, 20)[1]:.0%} of all scenes fail (95 % interval)")
reveal("priors_and_best_guesses.from_one_start", hits["block averages", 1], label="recovered from one start", unit="%")

# %% [markdown] deeper=true
# From one start the search sometimes stops in a local minimum. The best of eight finds the scene in 20 of 20 cases: **64
# pixels from 8 numbers, to $10^{-5}$.** That no second picture fits is not proved by this. The prior is true by
# construction, and leaves nothing to guess: four numbers are unknown, eight were measured.
#
# **Break it.** Now the scene is *not* in the range: a patch of gravel; and two pictures that differ from one in the range
# by the structure of a brick wall, of which the camera sees nothing, or a half.

# %% deeper=true slide="subslide" title="Outside the range, and it fits"
from course_lib.imaging import limits

inside, blocks = tiny_generator(np.array([0.3, -1.0, 0.5, 0.8])).reshape(8, 8), Downsample((2, 4))
average, contrast = 0.48, 0.13  # of the generator's pictures


def patch(name, i, j):
    """Cut 8 × 8 pixels from a photograph shrunk four times, with the mean and contrast of the generator's pictures."""
    piece = Downsample(4)(images.load(name, gray=True))[0, i : i + 8, j : j + 8]
    return average + contrast * (piece - piece.mean()) / piece.std()


visible, hidden = limits.split(blocks, patch("brick", 16, 8) - average)
scenes = {"in the range": inside, "null part added": inside + hidden, "and half of the rest": inside + hidden + visible / 2,
          "gravel": patch("gravel", 8, 8)}
panels = {}
for name, x in scenes.items():
    z, norm = latent_search(blocks(x).ravel(), cameras["block averages"], tiny_generator, 4, 8, 0)
    x_hat = tiny_generator(z).reshape(8, 8)
    print(f"{name:20} residual {norm / 8**0.5:.4f}, {'within' if norm**2 / 8 < 2e-3 else 'beyond'} .002; error "
          f"{np.sqrt(mse(x_hat, x)):.3f} (RMS)")
    panels[name] = x, x_hat
show_images({name: x for name, (x, _) in panels.items()}
            | {f"answer {i + 1}": x_hat for i, (_, x_hat) in enumerate(panels.values())}, columns=4, limits=(0.1, 0.9),
            alt="Top: a picture in the generator's range, two outsiders that differ from it by fine "
                "structure of a brick wall, and a real patch of gravel. Bottom: the four answers. The first two "
                "are the same smooth picture, the third is close to it; the fourth is soft, with a dark spot at its left "
                "edge.")

# %% [markdown] deeper=true
# The outsider with a null part has exactly the measurement of the picture beside it. So it gets its answer: as sharp, as
# consistent, and **wrong** by the whole null part. The two others leave a residual, and without noise they are *detected*. But
# everybody needs a tolerance, and PULSE's (lesson {pulse}), a mean squared difference of .002, accepts both.
#
# A scene in its range, with no rival there, comes back *whole*. If not, the residual tells, **provided that
# no picture in the range has the same measurement, to within the tolerance**.

# %% [markdown] slide="notes"
# Put the second column up and ask for a test that would notice. (Another camera; more measurements; knowing
# what generators of this kind leave out.) Then: is "it fits the data" evidence? Only for what the data see.
# Six minutes.

# %% [markdown] deeper=true
# **What is proved.** Bora and colleagues (2017) prove a bound for *Gaussian* rows. With enough of them the error is, very
# probably, at most a constant times the distance of the truth from the range, plus what the search misses
# of the minimum: so for ReLU networks. For other smooth generators, as ours with its $\tanh$, the latents
# are confined to a ball, and a small constant is added, $2\delta$; a smaller δ needs more rows.
#
# That a search *finds* the minimum is proved, very probably again, for random ReLU networks whose layers widen enough, and
# enough Gaussian rows. There a direction of descent leads on from everywhere but near the truth and near one other multiple of
# its latents (Hand and Voroninski 2017), and a gradient descent made for this converges to the truth, up to the noise (Huang
# and colleagues 2018).
#
# Ours is none of that: $\tanh$, eight rows, block averages, and local minima from which only other starts help. We measured.

# %% [markdown] deeper=true
# ### Exercise 4: search the latent space
#
# Write `search_latents(y, A, generator, k, restarts, rng)`. From each of `restarts` random starts $z_0 \sim N(0,
# 1)^k$, drawn from the `numpy.random.Generator` `rng`, minimise $\|A\,G(z) - y\|^2$, and return the pair `(z, norm)` of
# the **best** minimum: `z` of shape `(k,)`, and $\text{norm} = \|A\,G(z) - y\|$. `generator(z)` returns the picture as
# a row `(n,)`; `A` is a matrix `(m, n)`. Use `scipy.optimize.least_squares(residual, z0)`: `residual(z)` returns the
# *vector* $A\,G(z) - y$, not its square; the result has the minimiser `x` and `cost`, half the sum of squares. *Off
# limits:* `latent_search`.

# %% solution="search_latents" rebuilds="inference.latents.latent_search" deeper=true
from scipy.optimize import least_squares


def search_latents(y, A, generator, k, restarts, rng):
    """Find the latents whose picture explains the measurement best.

    Parameters
    ----------
    y : array (m,)
        Measurement.
    A : array (m, n)
        Camera.
    generator : callable
        (k,) latents → (n,) picture.
    k, restarts : int
        Number of latents, number of random starts.
    rng : numpy.random.Generator

    Returns
    -------
    z : array (k,)
    norm : float
        ‖A G(z) − y‖.
    """
    ### BEGIN SOLUTION
    def residual(z):
        return A @ generator(z) - y

    results = [least_squares(residual, rng.standard_normal(k)) for _ in range(restarts)]
    best = min(results, key=lambda result: result.cost)
    return best.x, np.linalg.norm(residual(best.x))
    ### END SOLUTION


# %% readonly="searched" deeper=true
def searched(y, A, generator, k, restarts=8, seed=0):
    """Call a learner's search and check the form of what it returns."""
    told = call(search_latents, y, A, generator, k, restarts, np.random.default_rng(seed))
    assert isinstance(told, tuple | list) and len(told) == 2, (
        "search_latents must return two things: (z, norm).")
    assert np.shape(told[0]) == (k,), (
        f"z has shape {np.shape(told[0])}; it should have shape ({k},): the latents, not the picture.")
    assert np.shape(told[1]) == (), "the second thing must be one number, the norm of A G(z) − y."
    return np.asarray(told[0]), float(told[1])


def check_best(y, A, generator, z, **options):
    """A scene in the range must be found; say what is wrong if it isn't."""
    z_found, told_norm = searched(y, A, generator, 1, **options)
    if abs(z_found[0] - z) > 1e-3:
        raise AssertionError(f"a scene in the range, z = {z:.3f}, is missed: you return z = {z_found[0]:.3f}. Draw a new "
                             "start from N(0, 1) each time, minimise from *every* start, and keep the best of the "
                             "minima (not the last, the first or their mean).")
    assert told_norm < 1e-3, (f"you find the scene, z = {z:.3f}, but return the norm {told_norm:.2g}, not that of "
                                "this z, which is 0.")

# %% test="search_latents_solves_least_squares" points=2 deeper=true
from scipy.optimize import least_squares

numbers = np.random.default_rng(4)
plain, mixing, seen8 = (numbers.standard_normal(shape) for shape in ((20, 3), (8, 20), 8))


def straight(z):
    """Linear generator: its least squares are a formula."""
    return plain @ z + 1.0


design, target = mixing @ plain, seen8 - mixing.sum(axis=1)
z_best = np.linalg.lstsq(design, target)[0]
rest = np.linalg.norm(design @ z_best - target)
z_found, told_norm = searched(seen8, mixing, straight, 3)
squared = least_squares(lambda z: (design @ z - target) ** 2, z_best).x
equal(z_found, z_best, "z for a linear generator", atol=1e-3, mistakes={
    "nothing was minimised: this is the first start.": np.random.default_rng(0).standard_normal(3),
    "the residual was squared: `least_squares` takes A G(z) − y itself and squares it.": squared})
equal(told_norm, rest, "norm of the residual for a linear generator", atol=1e-5, mistakes={
    "this is `cost`, half the sum of squares; the norm is its root, ‖A G(z) − y‖.": rest**2 / 2,
    "this is the sum of squares; take the root.": rest**2,
    "a factor √2: `cost` is *half* the sum of squares.": rest / 2**0.5,
    "this is the root of the mean; the norm is the root of the sum.": rest / 8**0.5,
})

# %% test="search_latents_keeps_the_best_start" points=2 deeper=true
def wavy(z):
    """One latent, two pixels, many local minima."""
    return np.array([2 * np.sin(3 * z[0]), 0.5 * z[0]])


def two_valleys(side):
    """One latent, one pixel: dark at z = −side/2 only; a broad valley at z = side ends above 0."""
    return lambda z: np.array([0.5 + 300 * (1 - 3 * z[0] ** 2 + 2 * side * z[0] ** 3)])


def starts_of(restarts, k, seed=0):
    """Where a search starts: a generator that draws one picture whatever z is leaves it at its starts."""
    seen = []

    def constant(z):
        seen.append(np.array(z, dtype=float))
        return np.full(6, 0.5)

    searched(np.full(6, 0.501), np.eye(6), constant, k, restarts, seed)
    starts = []
    for z in seen:  # a derivative is asked for by small steps from a start, 6e-6 of z's size and less
        if not starts or np.abs(np.array(starts) - z).max(axis=1).min() > 1e-4:
            starts.append(z)
    return np.array(starts)


for goal in (0.1, -0.9, 0.4, 0.7):
    check_best(wavy([goal]), np.eye(2), wavy, goal, restarts=60)
check_best(np.zeros(1), np.eye(1), two_valleys(1), -0.5002, restarts=40)
given_rng = np.random.default_rng(3)
before = given_rng.bit_generator.state, given_rng.bit_generator.seed_seq.n_children_spawned
call(search_latents, wavy([0.1]), np.eye(2), wavy, 1, 2, given_rng)
assert before != (given_rng.bit_generator.state, given_rng.bit_generator.seed_seq.n_children_spawned), (
    "draw the starts from `rng`; another rng must mean other starts.")
for restarts in (1, 2, 5):
    begun = len(starts_of(restarts, 3))
    assert begun == restarts, f"with restarts = {restarts} the search begins from {begun} different starts."
one_rng, other_rng = (starts_of(3, 2, seed) for seed in (0, 1))
assert np.abs(one_rng[:, None] - other_rng).max(axis=-1).min() > 1e-4, (
    f"starts with one rng {one_rng.round(2).tolist()}, with another {other_rng.round(2).tolist()}: *every* start is drawn "
    "from `rng`.")
### BEGIN HIDDEN TESTS
# hint: scenes in and out of the range of the tiny generator, other cameras, the number and the law of the starts, latents of size 5, another pair of valleys.
all_starts = starts_of(200, 2, seed=1)
assert len(all_starts) == 200, f"with restarts = 200 the search begins from {len(all_starts)} different starts."
assert np.abs(all_starts.mean(axis=0)).max() < 0.25 and np.all(np.abs(all_starts.std(axis=0) - 1) < 0.2) and (
    abs(np.corrcoef(all_starts.T)[0, 1]) < 0.25 and np.abs(all_starts).max() > 2), (
    f"the starts are not from N(0, 1)^k: mean {all_starts.mean(axis=0).round(2)}, standard deviation "
    f"{all_starts.std(axis=0).round(2)}, largest {np.abs(all_starts).max():.2f}; each coordinate has its own draw.")
for seed in range(3):
    hidden_z = np.random.default_rng(40 + seed).standard_normal(4)
    for view in cameras.values():
        z_found, told_norm = searched(view @ tiny_generator(hidden_z), view, tiny_generator, 4, 8, seed)
        equal(tiny_generator(z_found), tiny_generator(hidden_z), "G(z) for a scene in the range", atol=1e-4)
stray = np.random.default_rng(8).uniform(0, 1, 64)
view = cameras["block averages"]
z_found, told_norm = searched(view @ stray, view, tiny_generator, 4, 12)
equal(told_norm, np.linalg.norm(view @ tiny_generator(z_found) - view @ stray), "norm of the residual (it belongs to z)", atol=1e-6)
assert told_norm < 0.2, "a scene out of the range is explained worse than nearly any twelve starts do."
distant_z = np.array([5.0, -7.0])
z_found, told_norm = searched(np.array([[2, 1], [1, 3], [0, 1]]) @ distant_z, np.array([[2, 1], [1, 3], [0, 1]]),
                              lambda z: 1.0 * z, 2, 1)
equal(z_found, distant_z, "z for a linear generator whose scene lies at (5, −7), one start, camera of integers", atol=1e-3)
check_best(np.zeros(1), np.eye(1), two_valleys(-1), 0.5002, restarts=40)
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### More outsiders
#
# **Generic**: white noise. **Real**: patches of photographs; both with the mean and contrast of
# the generator's pictures. Residuals are relative to what $y$ says beyond the average picture.

# %% deeper=true
rng, pulse_epsilon = np.random.default_rng(6), 2e-3**0.5  # RMS
outsiders = {"generic": [average + contrast * rng.standard_normal(64) for _ in range(4)],
             "real": [patch(name, i, i).ravel() for name in ("gravel", "brick") for i in (0, 16)]}
for name, M in cameras.items():
    for kind, scenes in outsiders.items():
        norms = np.array([latent_search(M @ x, M, tiny_generator, 4, 4, rng)[1] for x in scenes])
        told = np.array([np.linalg.norm(M @ (x - average)) for x in scenes])
        accepted = (f"; within PULSE's tolerance {np.sum(norms / 8**0.5 < pulse_epsilon)} of 4, the average picture "
                    f"{np.sum(told / 8**0.5 < pulse_epsilon)} of 4 times")
        print(f"{name:15} {kind:8} residual, median {np.median(norms / told):.0%} (least "
              f"{np.min(norms / told):.0%}){accepted if name == 'block averages' else ''}")


# %% [markdown] deeper=true
# Without noise every one of these outsiders is **detected**: the best of four starts leaves a residual,
# while a scene in the range leaves none. PULSE's tolerance, meant for sRGB codes and here taken in linear light, lets all
# white ones pass and half of the real ones; once even the average picture would do. A tolerance not in units of σ says little.

# %% [markdown]
# ## 7 · In your own words
#
# A colleague shows a blurred and a sharp reconstruction of the same sixteen pixels: "The sharp one comes from the newer
# method, so it is closer to the truth." Answer in six to ten sentences:
#
# 1. for which question is each of the two pictures the best answer?
# 2. What does the sharp one cost on average, if it samples the posterior, and why exactly that much?
# 3. Name a test that convicts a fake sampler, a fake that it convicts, and a check that this fake passes.
# 4. Where does what the pixels don't determine come from, in *both* pictures? Use three numbers that this
#    lesson printed, anywhere in your answer, each with what it measures.
#
# One point each. A false statement takes half a point from its own part.

# %% [markdown] answer="sharp_but_worse" points=4
# ### BEGIN SOLUTION
# *Example.* The blurred picture is (nearly) the posterior's mean: the best answer to "which picture has the least
# squared error on average?", though no ladybird looks like it. The sharp one is at best a sample, the best answer to "what
# could have been there?", and then I need several. As a sample it has on average exactly twice the MMSE: truth and sample are
# two independent draws with the same mean and variance, so the variances add. Over 200 ladybirds the error of single samples
# was 1.97 times the smallest, that of our network 1.05 times: it blurs because it is good. To test the newer method I would
# draw truths from a known world and rank each among the method's draws by log p(y | x). That convicts prior draws (100 of 100
# tests), which pass the ranks of coordinates: those caught them 4 times in 100. What the pixels don't determine comes from
# the prior in both pictures, from the world and from the shares of its forms: at a share of 2 % instead of one half P(dark | y)
# falls from .66 to .04 for the same pixels. Being newer, or fitting y, decides nothing.
#
# *Rubric, one point each. In every criterion a false statement beside a right one costs half a point of that criterion, and
# never another's.*
#
# 1. Blurred: (near) the posterior's mean, least mean squared error. Sharp: a sample, one possible scene of many. *Half:* only
#    one of the two with its question. *None:* "clearer", "safer", "more detailed".
# 2. Twice the MMSE (or 3 dB) on average, since truth and sample are independent draws around the same mean. *Half:* the factor
#    without the reason, or the reason without the factor, or the bound .586 for a stretched mean instead.
#    False: "a sample has the higher PSNR".
# 3. A test, a fake and a check that this fake passes, and the three fit together: likelihood ranks, prior draws, coordinates'
#    ranks (or share, or support); support, mean and noise, the 2 × law. *Half:* test and fake fit, no check. *None:* a test that
#    looks at sharpness, or at the residual alone.
# 4. The prior (world, shares, range, training set) is named as the source in *both* pictures; three printed numbers, wherever
#    in the answer they stand, are right to the digits given, each with what it measures. *Half:* one of the two.
#
# Too vague for any point: "The sharp one is only a guess, and the prior matters."
# ### END SOLUTION

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# *This is a mean, that is a sample. A sample errs twice as much, and has to.*
#
# Not: *it is sharp*, or *it has the best PSNR, so it is true.*

# %% [markdown]
# ## What you can now say, and what you can't
#
# You can say: *this picture is a mean, that one a sample; a sample errs, on average over scenes, twice as
# much, and has to.* You can't say: *it is sharp, so it is closer to the truth*. The course's sentence:
#
# > Given **A** (4 × 4 block means), σ = .05, one frame and **P** (the ladybirds' world, equal shares), the
# > posterior's mean errs by .060 RMS; what the pixels don't determine comes from **P**, in the mean as well.

# %%
print(f"RMS error of the posterior mean, from 200 pictures: {np.sqrt(smallest):.3f}")

# %% [markdown] slide="notes"
# Repeat the vote of the first slide. Who changes? For which purpose? Three minutes.

# %% [markdown] deeper=true
# ## Further reading
#
# - A. Bora, A. Jalal, E. Price, A. G. Dimakis, "Compressed sensing using generative models", ICML 2017.
#   [doi:10.48550/arXiv.1703.03208](https://doi.org/10.48550/arXiv.1703.03208)
# - Y. Blau, T. Michaeli, "The perception-distortion tradeoff", CVPR 2018.
#   [doi:10.1109/CVPR.2018.00652](https://doi.org/10.1109/CVPR.2018.00652)
# - H. Chung et al., "Diffusion posterior sampling for general noisy inverse problems", ICLR 2023.
#   [doi:10.48550/arXiv.2209.14687](https://doi.org/10.48550/arXiv.2209.14687)
# - M. Modrák et al., "Simulation-based calibration checking for Bayesian computation", 2023.
#   [doi:10.48550/arXiv.2211.02383](https://doi.org/10.48550/arXiv.2211.02383)
# - D. Freirich, T. Michaeli, R. Meir, "A theory of the distortion-perception tradeoff in Wasserstein
#   space", NeurIPS 2021. [doi:10.48550/arXiv.2107.02555](https://doi.org/10.48550/arXiv.2107.02555)
# - G. Ohayon, T. Michaeli, M. Elad, "Posterior-mean rectified flow: towards minimum MSE photo-realistic image
#   restoration", 2024. [doi:10.48550/arXiv.2410.00418](https://doi.org/10.48550/arXiv.2410.00418)
# - G. Ohayon, T. Michaeli, M. Elad, "The perception-robustness tradeoff in deterministic image restoration", ICML 2024:
#   what a method without chance must pay that looks right and fits its measurement.
#   [doi:10.48550/arXiv.2311.09253](https://doi.org/10.48550/arXiv.2311.09253)
# - Y. Song et al., "Score-based generative modeling through stochastic differential equations", ICLR 2021.
#   [doi:10.48550/arXiv.2011.13456](https://doi.org/10.48550/arXiv.2011.13456)
# - S. Talts, M. Betancourt, D. Simpson, A. Vehtari, A. Gelman, "Validating Bayesian inference algorithms
#   with simulation-based calibration", 2018.
#   [doi:10.48550/arXiv.1804.06788](https://doi.org/10.48550/arXiv.1804.06788)
# - P. Hand, V. Voroninski, "Global guarantees for enforcing deep generative priors by empirical risk", 2017.
#   [doi:10.48550/arXiv.1705.07576](https://doi.org/10.48550/arXiv.1705.07576)
# - W. Huang, P. Hand, R. Heckel, V. Voroninski, "A provably convergent scheme for compressive sensing under random generative
#   priors", 2018. [doi:10.48550/arXiv.1812.04176](https://doi.org/10.48550/arXiv.1812.04176)
# - S. Menon, A. Damian, S. Hu, N. Ravi, C. Rudin, "PULSE: self-supervised photo upsampling via latent space
#   exploration of generative models", CVPR 2020.
#   [doi:10.48550/arXiv.2003.03808](https://doi.org/10.48550/arXiv.2003.03808)
# - R. G. Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. Acoust., Speech,
#   Signal Process. 29 (1981) 1153.
#   [doi:10.1109/TASSP.1981.1163711](https://doi.org/10.1109/TASSP.1981.1163711)
