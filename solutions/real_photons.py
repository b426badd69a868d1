# ---
# jupyter:
#   course: {points: 20, reads: [measured]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *divide* counted photons into two independent halves, without knowing the sky;
# - *stop* an iteration without knowing the truth;
# - *count* how many points of light an algorithm invents;
# - *publish* a list of sources with a stated error rate, and find out whether it was honest.
#
# {minutes} minutes, best in two sittings: sections 1 and 2, then 3 and 4. What is marked » is optional. {builds_on}
# You need Richardson–Lucy and the Poisson law.

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **{question}**

# %% slide="subslide" title="Counted, and sharpened" figure="sky"
import numpy as np

from course_lib.imaging.deconvolution import richardson_lucy
from course_lib.imaging.operators import Blur
from course_lib.imaging.optics import gaussian_psf
from course_lib.notebook.figures import show_images
from course_lib.worlds import measured

sky = measured.xray()
field = sky.centre(128)
sharp = richardson_lucy(field.astype(float), Blur(gaussian_psf(1.0), "reflect"), 30,
                        accelerate=True)  # as far as some 150 plain iterations
show_images({"photons counted": field, "after Richardson–Lucy": sharp}, limits=(0, 5),
            alt="Left a dim field of single photons with a bright spot in the middle and a few fainter "
                "ones; right the same field, full of small bright points.")

# %% [markdown]
# Nobody drew this picture. In June 2001 the X-ray telescope XMM-Newton looked for five hours at the pulsar PSR J0030+0451, the
# bright spot. Left are **photons** (and some particles that passed for them), counted one by one by two of its cameras: 0, 1, 2 in most pixels. Right is what lesson
# {deconvolution}'s Richardson–Lucy makes of them, with a Gaussian for the spot (section 2 measures it): hundreds of points.
#
# Which of them exist? There is no scene to compare with. The answer has to come from the photons alone.

# %% varies=true
from course_lib.audits.sources import candidates, matches
from course_lib.imaging.photons import thin

half, other = thin(field, rng=0)
print(f"{field.sum():,} photons, divided at random into {half.sum():,} and {other.sum():,}")
points = [candidates(richardson_lucy(y.astype(float), Blur(gaussian_psf(1.0), "reflect"), 30, accelerate=True), 3, apart=2)
          for y in (half, other)]
again = matches(points[0], points[1], radius=1.5)
print(f"sharpened, the first half shows {len(points[0])} points of more than 3 photons; "
      f"{np.mean(~again):.0%} of them are not in the second half")
moved = matches(points[0], (points[1] + (40, 60)) % 128, radius=1.5)  # no source can meet itself
print(f"with the second half shifted, {np.mean(~moved):.0%}: most of the agreement is accident")

# %% [markdown] slide="notes"
# Let the room guess how many of the points on the right are there. Then: every photon gets a coin of its own; the two halves are
# two observations of the same sky. Most points are only in one of them. No network was involved: this is the algorithm of
# 1972, and the data are real. Four minutes.

# %% [markdown]
# ## 1. Two halves of one exposure
#
# A pixel with mean $m$ holds a **Poisson** number of photons, with variance $m$ (lesson {image_formation}). Give every photon a coin of its
# own and keep it with probability $s$. What you keep is Poisson with mean $s\,m$, what is left is Poisson with mean $(1-s)\,m$, and the
# two are **independent**: each looks as if a telescope had watched the same sky for a shorter time. This is *thinning*. It needs no
# model of the sky and no value of $m$, and it works for Poisson counts only.
#
# Somebody halves the *numbers* instead: of 5 photons 2 go to one side, 3 to the other. **Predict.** Many pixels of mean 2 are halved so. What is the
# correlation of their two sides?

# %%
from course_lib.notebook.predictions import predict, reveal

sides_correlation = None  # replace None by a number from -1 to 1
predict("real_photons.sides", sides_correlation, between=(-1, 1))

# %%
many = np.random.default_rng(1).poisson(2.0, 100_000)
first, second = thin(many, rng=2)
print("fair coins:        ", np.round(np.corrcoef(first, second)[0, 1], 3))
halved = np.corrcoef(many // 2, many - many // 2)[0, 1]
print("numbers halved:    ", np.round(halved, 3))
reveal("real_photons.sides", halved, label="correlation of halved numbers", between=(-1, 1))

# %% [markdown]
# With coins zero, to within the noise of the simulation. Halved numbers carry the same fluctuation on both
# sides, and whoever compares them finds everything confirmed.
#
# Thinning divides the *counts*. What was there before is in both halves: a hot pixel, an uneven detector. Two halves of one
# exposure aren't two exposures. Another telescope shares neither. There a source counts if it shows photons at the same place beyond
# that telescope's own empty sky, and more often than shifted places do. Sources vary: one that is missing there once isn't refuted.

# %% [markdown]
# ### Exercise 1: a coin for every photon
#
# Write `divide(counts, share, rng)`: two arrays of integers of the shape of `counts`. Each photon goes into the first with probability
# `share`, on its own; all others are in the second. `counts` are whole numbers, as integers or as floats, of any shape. Numbers that are negative
# or not whole are no counts: raise `ValueError`. All are finite. `rng` is a `numpy.random.Generator`. *Off limits:* `photons.thin`.
#
# A pixel with $n$ photons keeps a **binomial** number of them: look at `rng.binomial`, which takes whole arrays of integers.

# %% solution="divide" rebuilds="imaging.photons.thin"
def divide(counts, share, rng):
    """Divide counted photons at random into two sets.

    Parameters
    ----------
    counts : array of non-negative whole numbers, any shape
    share : float
        Probability that a photon goes into the first set, from 0 to 1.
    rng : numpy.random.Generator

    Returns
    -------
    first, second : arrays of integers, of the shape of counts
        They add up to counts.

    Raises
    ------
    ValueError
        If counts holds a negative number or one that is not whole.
    """
    ### BEGIN SOLUTION
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts must be whole numbers, 0 or greater")
    counts = counts.astype(int)
    first = rng.binomial(counts, share)
    return first, counts - first
    ### END SOLUTION


# %% test="divide_keeps_every_photon" points=1
from course_lib.notebook.checks import call, equal, refuses


def two_sets(counts, share, seed):
    """Call divide and say what is wrong with its form."""
    result = call(divide, counts, share, np.random.default_rng(seed))
    assert isinstance(result, tuple | list) and len(result) == 2, (
        "divide must return two arrays: first, second.")
    kept, rest = (np.asarray(each) for each in result)
    for each in (kept, rest):
        assert each.shape == np.shape(counts), (
            f"an array has shape {each.shape}; it should have that of counts, {np.shape(counts)}.")
        assert each.dtype.kind in "iu", f"photons are whole: integers are needed, not {each.dtype}."
        assert each.size == 0 or each.min() >= 0, "a set holds a negative number of photons."
    equal(kept + rest, counts, "first + second")
    return kept, rest


for block in (field[:20, :30], field[:4, :5].astype(float), np.array([7]), np.zeros((3, 2), int)):
    two_sets(block, 0.5, 3)
firsts = np.array([two_sets(np.array([[4, 0], [2, 1]]), 0.5, seed)[0] for seed in range(200)])
totals = firsts.sum(axis=(1, 2))
assert np.ptp(firsts, axis=0).any(), "with 200 different generators the same photons go into the first set: draw a coin for each photon, from the rng that you are given."
assert np.std(totals) > 0.8, "out of 7 photons nearly the same number goes into the first set each time: every photon needs a coin of its own."
assert np.std(totals) < 1.9, "the number of photons in the first set scatters too much: every photon needs a coin of its own; those of one pixel don't go together."
equal(two_sets(field, 1.0, 4)[0], field, "the first set for share = 1")
equal(two_sets(field, 0.0, 4)[0], 0 * field, "the first set for share = 0")
refuses(divide, np.array([[1.0, 2.5]]), 0.5, np.random.default_rng(0), because="2.5 is no number of photons")
refuses(divide, np.array([[1, -1]]), 0.5, np.random.default_rng(0), because="-1 is no number of photons")
### BEGIN HIDDEN TESTS
# hint: more axes, very many photons, no photon at all, other shares, fractions below 1.
for block in (np.arange(24).reshape(2, 3, 4), np.array([30_000_001, 0]), np.zeros((0, 4), int)):
    two_sets(block, 0.3, 8)
for strange in ([0.25], [0.5, 0.5], [0.5, 3.0], [2.5, 1.0], [1.05], [100000.5]):
    refuses(divide, np.array(strange), 0.5, np.random.default_rng(0), because=f"{strange} are no numbers of photons")
rows = two_sets(np.full((3, 400), 6), 0.5, 12)[0]
assert np.abs(np.corrcoef(rows)[np.triu_indices(3, 1)]).max() < 0.3, "the rows of an even picture are divided alike: every photon needs a coin of its own."
refuses(divide, np.array([-2.0, 2.0]), 0.1, np.random.default_rng(0), because="-2 is no number of photons")
### END HIDDEN TESTS

# %% test="divide_is_fair_and_independent" points=2
def fairness_of(mean, share, seed):
    """Deviations of first and second from independent Poisson laws, in standard errors."""
    n = 40_000
    photons = np.random.default_rng(seed).poisson(mean, n)
    kept, rest = two_sets(photons, share, seed + 1)
    spread = np.sqrt(share * mean / n), np.sqrt((1 - share) * mean / n)
    covariance = np.mean((kept - share * mean) * (rest - (1 - share) * mean))
    variance = np.var(kept) - share * mean
    return ((kept.mean() - share * mean) / spread[0],
            variance / (share * mean * np.sqrt((2 + 1 / (share * mean)) / n)),
            covariance / (np.sqrt(share * (1 - share)) * mean / np.sqrt(n)))


def judge_fairness(mean, share, seed):
    off, wide, together = fairness_of(mean, share, seed)
    case = f"mean {mean}, share {share}"
    assert abs(together) < 5, (
        f"{case}: the two sets are {'positively' if together > 0 else 'negatively'} correlated. Every photon needs a coin "
        "of its own; dividing the *numbers* gives both sets the same fluctuation.")
    assert abs(off) < 5, f"{case}: the first set holds too {'many' if off > 0 else 'few'} photons; each goes there with probability share."
    assert abs(wide) < 5, f"{case}: the variance of the first set is not its mean, as that of a Poisson number is."


judge_fairness(2.0, 0.5, 10)
judge_fairness(0.4, 0.2, 20)
### BEGIN HIDDEN TESTS
# hint: other means and shares; the same rng must not give the same photons twice.
judge_fairness(7.0, 0.8, 30)
judge_fairness(60.0, 0.35, 40)
coins = np.random.default_rng(5)
one, two = divide(field, 0.5, coins), divide(field, 0.5, coins)
assert not np.array_equal(one[0], two[0]), "the coins fall alike each time: draw from the rng that you are given."
same_seed = [np.asarray(divide(field, 0.5, np.random.default_rng(6))[0]) for _ in range(2)]
equal(same_seed[0], same_seed[1], "the first set, for two generators of one seed")
### END HIDDEN TESTS

# %% [markdown]
# ## 2. When to stop
#
# First the telescope. The pulsar is a point: its picture *is* the point-spread function, on a background of photons from elsewhere. We cut it
# off seven pixels out, and with it a tenth of the light.

# %% slide="subslide" title="The pulsar is the point-spread function" figure="psf"
from course_lib.notebook.figures import COLOURS, figure, show


def pulsar_psf(counts):
    """The pulsar's own picture, (15, 15), sum 1: its photons less the background's mean."""
    distance = np.hypot(*(np.indices((61, 61)) - 30))
    around = counts[34:95, 34:95]  # the pulsar is pixel (64, 64) of the field
    light = np.where(distance <= 7, np.clip(around - around[distance > 15].mean(), 0, None), 0)[23:38, 23:38]
    return light / light.sum()


psf = pulsar_psf(field)
telescope = Blur(psf, "reflect")
away = np.hypot(*(np.indices(field.shape) - 64))
above_sky = field - field[34:95, 34:95][away[34:95, 34:95] > 15].mean()
print(f"{field[away <= 2.5].sum():,} photons within 2.5 pixels; {np.sum(psf > psf.max() / 2)} pixels above half of the maximum, "
      f"as many as in a disc {2 * np.sqrt(np.sum(psf > psf.max() / 2) / np.pi):.1f} pixels across")
print(f"beyond 7 pixels lies {1 - above_sky[away <= 7].sum() / above_sky[away <= 15].sum():.0%} of its light within 15")
show_images({"the pulsar": psf}, limits=(0, psf.max()), colour_map="viridis", unit="share of the light",
            alt="The point-spread function: a peak a little more than two pixels wide, not quite round, with faint wings.")

# %% [markdown]
# Farther from the axis it grows and bends: we stay in the central 128 × 128 pixels.
#
# Now Richardson–Lucy, on *half* of the photons. Lesson {deconvolution} stopped it where the error was least, and needed the scene for that.
# Here is a rule that needs none. After $k$ iterations the estimate predicts a mean for every pixel. Ask how probable the photons are
# that it has **not seen** (but for the point-spread function, which is made of all of them: see below):
#
# $$\log p(\text{other} \mid \mu) = \sum_i r_i \log \mu_i - \mu_i - \log r_i!, \qquad \mu = A \hat x_k .$$
#
# A logarithm to base $e$ counts in *nats*: one nat is a factor of $e$ in probability. As long as the iterations find something about the sky, both halves
# become more probable. When they begin to explain the noise of *their* half, the other half's probability falls.
#
# **Predict.** Half of the photons are used. After how many iterations is the other half most probable?

# %%
best_iteration = None  # replace None by a whole number from 1 to 400
predict("real_photons.best_iteration", best_iteration, between=(1, 400))

# %% slide="subslide" title="The other half says when to stop" figure="stop"
from course_lib.imaging.photons import held_out_log_likelihood

steps, seen_half, unseen_half, outside_log_l = [1, 2, 3, 5, 7, 10, 20, 30, 50, 100], {}, {}, {}
outside = np.hypot(*(np.indices(field.shape) - 64)) > 8


def watch(k, estimate):
    if k in steps:
        mean = np.clip(telescope(estimate), 1e-9, None)
        seen_half[k], unseen_half[k] = held_out_log_likelihood(half, mean), held_out_log_likelihood(other, mean)
        outside_log_l[k] = held_out_log_likelihood(other[outside], mean[outside])


richardson_lucy(half.astype(float), telescope, 100, callback=watch)
best = max(unseen_half, key=unseen_half.get)
fig, ax = figure(size=(6.4, 3.4))
for name, curve, colour in (("the half that was used", seen_half, "orange"), ("the other half", unseen_half, "blue")):
    ax.semilogx(steps, [curve[k] - curve[1] for k in steps], "o-", color=COLOURS[colour], label=name)
ax.set(xlabel="iterations", ylabel="log-likelihood gained since the first, nats")
ax.legend()
print(f"the other half is most probable after {best} iterations; after 100 by {unseen_half[best] - unseen_half[100]:.0f} nats less, "
      f"and by {unseen_half[1] - unseen_half[100]:.0f} less than after 1")
print("without the pulsar's surroundings, nats since the first:", *(f"{k}: {outside_log_l[k] - outside_log_l[1]:+.0f}" for k in (2, 3)))
show(fig, alt="Log-likelihood against iterations: that of the photons used rises all the way to 100; that of the others rises to "
              "the second iteration, then falls, from about the tenth on below where it began.")

# %% [markdown] slide="notes"
# The orange curve can't fall: each iteration explains the photons that it uses better. The blue one is of photons that it has never seen. Ask where to stop, then point at the peak. Two minutes.

# %%
reveal("real_photons.best_iteration", best, label="iterations, by the other half", log=True)

# %% [markdown]
# Two. The likelihood of the photons that were *used* never falls; that is a theorem, and the reason why it can't tell when to stop. A hundred iterations
# fit them splendidly and predict the rest worse than one iteration does. And mind who gains by the second iteration: the bright pulsar. Without its surroundings
# the first is best.

# %% [markdown]
# ### Exercise 2: stop without the truth
#
# Write `stop(seen, unseen, A, most)`: the number of Richardson–Lucy iterations, from 1 to `most`, after which the mean `A(x_hat)` makes the counts `unseen` most
# probable, when `x_hat` is made of `seen` alone. Plain iterations, without `accelerate`. `seen` and `unseen` are halves of the same size.
#
# `richardson_lucy(seen.astype(float), A, most, callback=f)` calls `f(k, x_hat)` after each iteration $k$ = 1, 2, …, so that one run is enough. The term
# $\log r_i!$ is the same for all $k$. A mean of 0 can arise by rounding: take 10⁻⁹ instead (`np.clip`). *Off limits:* nothing.

# %% solution="stop"
def stop(seen, unseen, A, most):
    """Choose the number of iterations by the photons that were held back.

    Parameters
    ----------
    seen, unseen : arrays of counts, shape (H, W)
    A : LinearOperator
    most : int
        The largest number of iterations that is tried, at least 1.

    Returns
    -------
    int
        From 1 to most.
    """
    ### BEGIN SOLUTION
    score = {}

    def keep(k, estimate):
        mean = np.clip(A(estimate), 1e-9, None)
        score[k] = np.sum(unseen * np.log(mean) - mean)

    richardson_lucy(np.asarray(seen, float), A, most, callback=keep)
    return max(score, key=score.get)
    ### END SOLUTION


# %% test="stop_at_the_best_prediction" points=2
def judge_stop(seen, unseen, A, most, case):
    def all_scores(seen, unseen, accelerate=False):
        scores = []
        richardson_lucy(np.asarray(seen, float), A, most, accelerate=accelerate, callback=lambda k, x: scores.append(
            held_out_log_likelihood(unseen, np.clip(A(x), 1e-9, None))))
        return np.array(scores)

    told = call(stop, seen, unseen, A, most)
    assert isinstance(told, int | np.integer) and not isinstance(told, bool), (
        f"{case}: stop returns a {type(told).__name__}; it must be a whole number.")
    scores = all_scores(seen, unseen)
    assert 1 <= told <= most, f"{case}: {told} iterations are not among 1 to {most}."
    right_one = int(np.argmax(scores)) + 1
    if scores.max() - scores[told - 1] > 1e-6:
        swapped = int(np.argmax(all_scores(unseen, seen))) + 1
        quick = int(np.argmax(all_scores(seen, unseen, accelerate=True))) + 1
        cause = ("Are seen and unseen swapped?" if told == swapped != most else
                 "Plain iterations are asked for, not accelerated ones." if told == quick else
                 "Photons that were used always like more iterations: is it the others that judge, not swapped, and by their likelihood?" if told == most else
                 "Is k counted from 1? Is it the Poisson likelihood of all pixels, with the mean A(x_hat)?" if abs(told - right_one) == 1 else
                 "Compare the likelihood of all from 1 to most, with 10⁻⁹ in the place of a mean of 0.")
        raise AssertionError(f"{case}: {told} iterations; the unseen photons are most probable after {right_one}. {cause}")


judge_stop(half, other, telescope, 12, "the X-ray field")
middle = thin(field[32:96, 32:96], rng=3)
judge_stop(middle[1], middle[0], telescope, 12, "the middle of the field")
### BEGIN HIDDEN TESTS
# hint: many photons, where more iterations pay; another blur; a limit below the best; the halves swapped.
smooth = richardson_lucy(field.astype(float), telescope, 3)[32:96, 32:96]
bright = np.random.default_rng(0).poisson(50 * np.clip(telescope(smooth), 0, None))
for pair in (thin(bright, rng=1), thin(bright, rng=1)[::-1]):
    judge_stop(*pair, telescope, 40, "many more photons")
judge_stop(*thin(field[32:96, 32:96], rng=5)[::-1], telescope, 12, "the middle of the field, divided anew")
judge_stop(half[:40, :60], other[:40, :60], Blur(gaussian_psf(1.5), "reflect"), 15, "another blur, a corner of the field, wider than high")
judge_stop(*thin(bright, rng=5), telescope, 2, "at most two")
judge_stop(*middle, telescope, 1, "at most one")
### END HIDDEN TESTS

# %% test="stop_in_other_fields" points=1
lamp = np.random.default_rng(7).poisson(30.0, (24, 24))
for gain in (1, 5):
    judge_stop(*thin(gain * lamp, rng=1), Blur(gaussian_psf(1.0), "reflect"), 30, f"an even lamp, {gain} times as bright")
### BEGIN HIDDEN TESTS
# hint: few photons in few pixels, pixels whose mean becomes 0, stars that want more than a hundred iterations.
dots = np.zeros((16, 16), int)
dots[4, 4], dots[10, 11] = 60, 25
judge_stop(*thin(dots, rng=2), Blur(gaussian_psf(0.8), "zero"), 60, "two stars on a dark sky")
dots[6, 7] = 80
seen_stars, unseen_stars = thin(dots, rng=3)
unseen_stars[5, 12] += 1
judge_stop(seen_stars, unseen_stars, Blur(gaussian_psf(1.0), "zero"), 60, "three stars and a stray photon")
from course_lib.imaging.operators import Matrix

smear = sum(weight * np.eye(26, k=shift) for shift in range(-3, 4) for weight in [(6, 4, 1, 0.5)[abs(shift)]])
smear[:, 24:] = smear[24:] = 0
smear = smear / np.maximum(smear.sum(axis=0), 1)
smear[24:, 24:] = [[0.9, 0.0], [0.1, 1.0]]  # a pixel whose mean falls to 0 little by little
row_of_stars = np.zeros((1, 26), int)
row_of_stars[0, [5, 7, 9, 25]] = 100_000, 60_000, 30_000, 1000
first_row, second_row = thin(np.random.default_rng(0).poisson(row_of_stars @ smear.T), rng=1)
second_row[0, [20, 24]] = 1, 50
judge_stop(first_row, second_row, Matrix(smear), 130, "a row of stars, where the likelihood falls once and rises again")
second_row[0, 24] = 95  # with so many photons there the fall to 1e-9 costs more than all later gains; one to 1.5e-9 wouldn't
judge_stop(first_row, second_row, Matrix(smear), 130, "a row of stars, where the likelihood falls once and doesn't rise as high again")
### END HIDDEN TESTS

# %%
ways = [thin(field, rng=seed) for seed in range(20)]
print("twenty divisions:                     ", *(stop(*way, telescope, 4) for way in ways))
print("the same, the shown half's own pulsar:", *(stop(*way, Blur(pulsar_psf(way[0]), "reflect"), 4) for way in ways))

# %% [markdown]
# Two, in each of twenty divisions. The held photons, too, had gone into the point-spread function; the second row, without them, agrees but for one.

# %% [markdown]
# ## 3. Who invented the sources?
#
# A **candidate** is a local maximum of the restored picture with more than 3 photons, brighter than its neighbours up to two pixels away. It is *confirmed* if the other half, restored in the
# same way, has a candidate within 1.5 pixels. Some agree by accident. How many? Shift the second list by a random distance, so that no source can meet itself, and count again.

# %% varies=true
from course_lib.audits.sources import matches_by_chance

looked_at = (2, 3, 10, 30, 100)


def both_lists(counts, seed):
    """For each half: iterations → places of candidates."""
    lists = []
    for y in thin(counts, rng=seed):
        found = {}
        richardson_lucy(y.astype(float), telescope, looked_at[-1], callback=lambda k, x, found=found: (
            found.update({k: candidates(x, 3, apart=2)}) if k in looked_at else None))
        lists.append(found)
    return lists


def look(mine, others, seed):
    """How many candidates are mine, how many of them the others confirm, how many by accident."""
    return (len(mine), int(matches(mine, others, 1.5).sum()),
            matches_by_chance(mine, others, 1.5, field.shape, shifts=30, rng=seed).mean())


divisions = [both_lists(field, seed) for seed in range(4)]
looks = [{k: look(one[k], two[k], seed) for k in looked_at} for seed, (one, two) in enumerate(divisions)]
print("iterations  candidates  confirmed  by accident   share confirmed   share by accident   (means over 4 divisions)")
for k in looked_at:
    found, confirmed, by_accident = np.mean([each[k] for each in looks], axis=0)
    print(f"{k:10} {found:11.1f} {confirmed:10.1f} {by_accident:12.1f} {confirmed / found:17.0%} {by_accident / found:19.0%}")
sources, round_pulsar = [], []
for seed, (one, two) in enumerate(divisions):
    old = matches(one[100], one[3][matches(one[3], two[3], 1.5)], 1.5)
    close = ~old & (np.hypot(*(one[100] - 64).T) <= 8)
    sources.append(look(one[100][old], two[100], seed))
    round_pulsar.append(look(one[100][close], two[100], seed))
for name, some in (("at sources confirmed after 3", sources), ("others within 8 pixels of the pulsar", round_pulsar)):
    print("after 100, {:37} {:5.1f} candidates, {:4.1f} confirmed, {:3.1f} by accident".format(name, *np.mean(some, axis=0)))

# %% [markdown]
# After three iterations there are some fourteen candidates; ten are confirmed, and accident explains hardly any of that. After a hundred there are over four hundred. Nearly three in ten of them are "confirmed",
# and five sixths of this is accident: throw two handfuls of sand on a table, and many grains lie beside each other. Nor need the rest, some twenty, be
# new sources. About seven are the bright ones themselves. Round the pulsar, where the point-spread function was cut off, both halves show pieces at the same places, twice as many as by accident: the last two lines.
#
# **Predict.** Take a sky with *nothing in it*: even, with as many photons as one half. How many candidates does Richardson–Lucy find after 100 iterations?

# %%
in_nothing = None  # replace None by a number from 0 to 2000
predict("real_photons.in_nothing", in_nothing, between=(0, 2000))

# %% varies=true slide="subslide" title="Sources in an empty sky" figure="nothing"
even_sky = np.random.default_rng(0).poisson(half.mean(), half.shape).astype(float)
from_nothing = {k: richardson_lucy(even_sky, telescope, k) for k in (3, 100)}
invented = {k: len(candidates(x, 3, apart=2)) for k, x in from_nothing.items()}
print(f"an even sky of {even_sky.sum():,.0f} photons: {invented[3]} candidates after 3 iterations, {invented[100]} after 100")
show_images({"even sky": even_sky, "3 iterations": from_nothing[3], "100 iterations": from_nothing[100]}, limits=(0, 5),
            alt="An even sky of single photons; after 3 iterations a smooth gray; after 100 a field full of bright points, none of which exists.")

# %% varies=true
reveal("real_photons.in_nothing", invented[100], label="candidates in an empty sky after 100 iterations")

# %% [markdown] slide="notes"
# This is hallucination, by an algorithm without a network, without training and with no prior but light ≥ 0. It maximises the likelihood, and the likelihood is highest where
# every clump of photons is a star. Ask: what would you have published? Four minutes.

# %% [markdown]
# Hundreds, out of nothing. This is **hallucination by classical mathematics**: no network, no
# training data. Which sky makes *these* photons most probable? One with a star behind every clump.

# %% [markdown] deeper=true slide="skip"
# **Try it.** The panel moves the iterations. Watch the accidental curve catch up with the confirmed one.

# %% deeper=true varies=true slide="subslide" frames="sources" title="Iterate: what is confirmed, what is invented?"
from course_lib.notebook.explorers.real_photons import real_photons

real_photons(field, psf)

# %% [markdown] slide="notes"
# Move the slider slowly. At 3 nearly every ring is blue. From 10 on the candidates multiply, and what is confirmed by chance catches up with what is confirmed. Three minutes.

# %% [markdown]
# ### Exercise 3: how many are real, at least?
#
# Of `found` candidates `confirmed` were confirmed. A candidate at a random place is confirmed with probability $c$ = `chance`, estimated by the number confirmed by chance over `found`. A real source is confirmed with probability 1 at most, a false one with probability $c$. So the share $p$
# of real ones and the share $q$ of confirmed ones obey $q \le p + (1-p)\,c$, and
#
# $$p \ge \frac{q - c}{1 - c}.$$
#
# The counted share has an error. Write `real_at_least(found, confirmed, chance)`: this bound with $q$ replaced by the *lower* end of a one-sided 95 % interval, the exact one of **Clopper and Pearson**: the 5 % quantile of a Beta
# distribution with parameters `confirmed` and `found − confirmed + 1` (`scipy.stats.beta.ppf`), and 0 if none is confirmed. The tests allow errors of 10⁻⁶. The result is a share from 0 to 1: never below 0. Raise `ValueError` if
# `confirmed` exceeds `found`, if `found` is 0 or a number is negative, or if `chance` is not in [0, 1). *Off limits:* nothing.

# %% solution="real_at_least"
def real_at_least(found, confirmed, chance):
    """Lower bound, with 95 % confidence, for the share of real sources among candidates.

    Parameters
    ----------
    found, confirmed : int
        Candidates, and how many of them were confirmed.
    chance : float
        Probability that a candidate at a random place is confirmed, from 0 to below 1.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the numbers can't be.
    """
    ### BEGIN SOLUTION
    from scipy.stats import beta

    if not (found > 0 and 0 <= confirmed <= found and 0 <= chance < 1):
        raise ValueError("needed: 0 ≤ confirmed ≤ found, found > 0, 0 ≤ chance < 1")
    lowest = beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0
    return max(0.0, float((lowest - chance) / (1 - chance)))
    ### END SOLUTION


# %% test="real_at_least_by_hand" points=1
equal(call(real_at_least, 20, 20, 0.0), 0.05 ** (1 / 20), "20 of 20 confirmed, none by chance: p²⁰ = .05", atol=1e-6, mistakes={
    "this is 1: even if all are confirmed the lower end is below 1.": 1.0, "two-sided: 2.5 % instead of 5 %.": 0.025 ** (1 / 20)})
equal(call(real_at_least, 20, 20, 0.5), 2 * 0.05 ** (1 / 20) - 1, "20 of 20, half of them by chance", atol=1e-6, mistakes={
    "divide by 1 − chance: a false candidate has a chance, too.": 0.05 ** (1 / 20) - 0.5})
from scipy.stats import binomtest

ten_of_twenty = binomtest(10, 20, alternative="greater").proportion_ci(0.95, "exact").low
equal(call(real_at_least, 20, 10, 0.0), ten_of_twenty, "10 of 20 confirmed, none by chance", atol=1e-6, mistakes={
    "the second parameter of Beta is found − confirmed + 1.": 0.3202, "this is a normal approximation.": 0.5 - 1.645 * np.sqrt(0.25 / 20)})
equal(call(real_at_least, 50, 0, 0.1), 0.0, "none of 50 confirmed")
equal(call(real_at_least, 50, 10, 0.4), 0.0, "fewer than chance", mistakes={})
refuses(real_at_least, 5, 6, 0.1, because="6 of 5 can't be confirmed")
refuses(real_at_least, 5, 3, 1.0, because="if everything is confirmed by chance nothing can be said")
### BEGIN HIDDEN TESTS
# hint: other numbers, one candidate, all the ways in which numbers can't be.
equal(call(real_at_least, 1, 1, 0.0), 0.05, "1 of 1", atol=1e-6)
equal(call(real_at_least, 40, 1, 0.0), 1 - 0.95 ** (1 / 40), "1 of 40", atol=1e-6)
exact = binomtest(39, 40, alternative="greater").proportion_ci(0.95, "exact").low
equal(call(real_at_least, 40, 39, 0.2), (exact - 0.2) / 0.8, "39 of 40", atol=1e-6)
for impossible in ((0, 0, 0.1), (-3, -4, 0.1), (5, -1, 0.1), (5, 3, -0.1), (5, 3, 1.5), (5, 0, 1.5), (5, 0, -0.2)):
    refuses(real_at_least, *impossible, because=f"{impossible} can't be")
### END HIDDEN TESTS

# %% test="real_at_least_is_true_in_95_of_100" points=2
def kept_promise(share, chance, n, seed, trials=2000):
    """How often the bound is below the true share, when real sources are always confirmed."""
    draws = np.random.default_rng(seed).binomial(n, share + (1 - share) * chance, trials)
    bounds = {int(k): float(call(real_at_least, n, int(k), chance)) for k in np.unique(draws)}
    return np.mean([bounds[int(k)] <= share + 1e-12 for k in draws]), np.mean([bounds[int(k)] for k in draws])


for share, chance, n in ((0.6, 0.2, 60), (0.3, 0.05, 200)):
    covered, typical = kept_promise(share, chance, n, 1)
    assert covered > 0.935, f"with {share:.0%} real ones the bound is too high in {1 - covered:.0%} of the cases; 5 % are allowed."
    assert typical > share - 0.25, f"the bound is {typical:.2f} on average where {share} are real: far too careful."
### BEGIN HIDDEN TESTS
# hint: no real source at all; many.
assert kept_promise(0.0, 0.3, 100, 2)[0] > 0.935, "without any real source the bound is above 0 too often."
covered, typical = kept_promise(0.9, 0.1, 400, 3)
assert covered > 0.935 and typical > 0.85, "with 90 % real ones among 400 the bound should be close below .9."
### END HIDDEN TESTS

# %% varies=true
for k in (3, 100):
    found, confirmed, by_accident = looks[0][k]
    bound = real_at_least(found, confirmed, by_accident / found)
    print(f"{k:3} iterations: {found} candidates, {confirmed} confirmed, {by_accident:.1f} by accident: at least {bound:.0%} repeat beyond chance")

# %% [markdown]
# The bound takes `chance` as exact and candidates as independent, and splinters repeat. So it says "repeat", not "exist".

# %% [markdown]
# ## 4. A claim and its price
#
# You are to publish a list. For that ask the photons directly. Cut the field into boxes of 4 × 4 pixels and ask of each: *how often would an empty sky put so many photons or more here?* The
# sky's mean in a box is about a rate times the **exposure**: seconds, weighted by how much light the mirrors collect from there.

# %%
from scipy.stats import poisson

row, column = sky.pulsar
exposure = sky.exposure[row - 64 : row + 64, column - 64 : column + 64]


def boxes(x, side=4):
    """Sums over boxes of side × side pixels."""
    x = np.asarray(x)
    return x.reshape(x.shape[0] // side, side, x.shape[1] // side, side).sum(axis=(1, 3))


def sky_rate(counts, time):
    """Photons a second and pixel of the empty sky: boxes that stick out are left out, again and again."""
    quiet = time > 0
    for _ in range(20):
        rate = counts[quiet].sum() / time[quiet].sum()
        quiet = (time > 0) & (poisson.sf(counts - 1, rate * time) > 0.01)
    return rate


time = boxes(exposure)
rate = sky_rate(boxes(half), time)
p_values = poisson.sf(boxes(half) - 1, rate * time)  # P(so many or more | empty sky)
print(f"{rate * exposure.max():.2f} photons of sky in a pixel at full exposure; "
      f"{p_values.size} boxes, {np.sum(p_values < 0.05)} with p < .05")
by_chance = poisson.sf(poisson.isf(0.05, rate * time), rate * time).sum()  # counts are whole: not 5 %
print(f"were all of them empty: {by_chance:.0f} with p < .05")

# %% [markdown]
# Some would lie below .05 if *all* boxes were empty, too: the last line. What a reader of your list wants to know is another number: **which share of the list is false?** That share,
# on average, is the **false-discovery rate**.
#
# Benjamini and Hochberg (1995) found how to bound it by $q$. Sort the $m$ p-values, $p_{(1)} \le \dots \le p_{(m)}$. Find the *largest* $k$ with
#
# $$p_{(k)} \le q\,\frac{k}{m}$$
#
# and claim the boxes of the $k$ smallest. For independent boxes the expected share of false ones is then at most $q$. An example with $m = 4$ and $q = .1$, so that the limits are .025, .05, .075 and .1: of p = .01, .06, .07
# and .5 the third lies below its limit and the fourth doesn't, so $k = 3$; that the second fails doesn't matter.

# %% [markdown]
# ### Exercise 4: publish
#
# Write `publish(counts, sky, q)`: which boxes you claim, as a boolean array of the shape of `counts`. `counts` are the photons in each box, `mean` the mean of the empty sky there. The p-value is `poisson.sf(counts - 1, mean)`, the rule that of Benjamini and Hochberg at `q`. A box with
# `mean` = 0 (a gap between the chips) is never claimed and doesn't count among the $m$. If no $k$ fulfils the rule, or all boxes are gaps, claim nothing. *Off limits:* `scipy.stats.false_discovery_control`.

# %% solution="publish"
def publish(counts, mean, q):
    """Claim boxes that hold more than empty sky, with a bounded share of false claims.

    Parameters
    ----------
    counts : array of counts, any shape
    mean : array, of the same shape
        Mean number of photons of the empty sky; 0 where nothing was seen.
    q : float
        False-discovery rate, above 0 and below 1.

    Returns
    -------
    array of bool, of the shape of counts
    """
    ### BEGIN SOLUTION
    counts, mean = np.asarray(counts), np.asarray(mean, float)
    usable = mean > 0
    p = np.ones(counts.shape)
    p[usable] = poisson.sf(counts[usable] - 1, mean[usable])
    ordered = np.sort(p[usable])
    allowed = ordered <= q * np.arange(1, ordered.size + 1) / ordered.size
    if not allowed.any():
        return np.zeros(counts.shape, bool)
    return usable & (p <= ordered[allowed].max())
    ### END SOLUTION


# %% test="publish_follows_the_rule" points=2
def tails_to_counts(tails, mean=50.0):
    """Counts of boxes of one mean whose p-values lie just below the given ones."""
    return np.array([int(poisson.isf(tail, mean)) + 1 for tail in tails])


def listed(counts, sky, q, case):
    told = call(publish, counts, sky, q)
    told = np.asarray(told)
    assert told.shape == np.shape(counts), f"{case}: the shape is {told.shape}; it should be {np.shape(counts)}."
    assert told.dtype == bool, f"{case}: True or False is needed for each box, not {told.dtype}."
    return told


def judge_list(counts, sky, q, case):
    def by_rule(tail, among=None):
        ranked = np.sort(tail[seen])
        fits = np.flatnonzero(ranked <= q * np.arange(1, ranked.size + 1) / (among or ranked.size))
        return tail <= (ranked[fits[-1]] if fits.size else -1.0)

    told = listed(counts, sky, q, case)
    seen = np.asarray(sky, float) > 0
    tail = np.where(seen, poisson.sf(np.asarray(counts) - 1, np.where(seen, sky, 1.0)), 2.0)
    m, ranked = int(seen.sum()), np.sort(tail[seen])
    needed = by_rule(tail)
    if np.array_equal(told, needed):
        return
    assert m, f"{case}: {told.sum()} boxes are claimed; of gaps nothing can be claimed."
    off_by_one = np.where(seen, poisson.sf(np.asarray(counts), np.where(seen, sky, 1.0)), 2.0)
    own_line = np.zeros(tail.shape, bool)
    own_line[seen] = (ranked <= q * np.arange(1, m + 1) / m)[np.argsort(np.argsort(tail[seen], kind="stable"))]
    causes = {
        "These are all boxes with p ≤ q: that bounds the share of empty boxes that are claimed, not the share of false claims.": seen & (tail <= q),
        "q/m for every box (Bonferroni) bounds the chance of a single false claim: stricter than asked.": seen & (tail <= q / m),
        "The rule takes the largest k that fulfils it; you stop at the first k that doesn't.":
            tail <= (ranked[np.argmin(ranked <= q * np.arange(1, m + 1) / m) - 1] if ranked[0] <= q / m and not np.all(ranked <= q * np.arange(1, m + 1) / m) else -1.0),
        "“So many or more”: poisson.sf(n, …) is the probability of more than n.": by_rule(off_by_one),
        "Gaps don't count among the m.": by_rule(tail, tail.size),
        "The k smallest are claimed, those above their own line, too.": own_line,
    }
    cause = next((text for text, value in causes.items() if np.array_equal(told, value)), "")
    raise AssertionError(f"{case}: {told.sum()} boxes are claimed; by the rule {needed.sum()} are"
                         f"{', others' if told.sum() == needed.sum() else ''}. {cause}")


for q in (0.01, 0.1, 0.3):
    judge_list(boxes(half), rate * time, q, f"the X-ray field, q = {q}")
steps_up = tails_to_counts([0.005, 0.018, 0.037, 0.039, 0.6, 0.9, 0.5, 0.7], mean=400.0)
judge_list(steps_up, np.full(8, 400.0), 0.08, "eight boxes, of which the third smallest fails and the fourth doesn't")
judge_list(np.full(6, 40), np.full(6, 50.0), 0.1, "six boxes with less than the sky")
judge_list(np.array([[9, 0, 3], [1, 12, 2]]), np.array([[2.0, 0.0, 2.0], [2.0, 2.0, 0.0]]), 0.1, "six boxes, two of them in a gap")
### BEGIN HIDDEN TESTS
# hint: gaps, one row of boxes, one box, a sky that differs from box to box, all boxes bright, other q.
uneven = np.random.default_rng(3).uniform(0.5, 30, (5, 40))
gaps = np.where(np.random.default_rng(4).random((5, 40)) < 0.3, 0.0, uneven)
shots = np.random.default_rng(5).poisson(uneven * np.where(np.random.default_rng(6).random((5, 40)) < 0.2, 2.5, 1))
for q in (0.02, 0.1, 0.25, 0.5):
    judge_list(shots, uneven, q, f"an uneven sky, q = {q}")
    judge_list(shots, gaps, q, f"a sky with gaps, q = {q}")
judge_list(np.array([9]), np.array([2.0]), 0.05, "one box")
judge_list(np.array([4]), np.array([3.0]), float(poisson.sf(3, 3.0)), "one box, whose p is q itself and so fulfils the rule")
judge_list(np.array([70, 68, 40, 3, 0, 2, 5, 9]), np.array([50.0, 50, 50, 50, 0, 0, 0, 0]), 0.03, "four boxes and four gaps")
judge_list(np.array([3, 4]), np.zeros(2), 0.1, "nothing but gaps")
judge_list(tails_to_counts([0.03, 0.034, 0.039, 0.9], mean=400.0), np.full(4, 400.0), 0.06, "the first fails and the third fulfils the rule")
judge_list(np.random.default_rng(8).poisson(np.where(np.arange(60) < 45, 14.0, 5.0)), np.full(60, 5.0), 0.1, "most boxes bright")
judge_list(np.full((2, 3), 90), np.full((2, 3), 50.0), 0.05, "all boxes bright")
judge_list(boxes(other).astype(float), sky_rate(boxes(other), time) * time, 0.05, "the other half, as floats")
### END HIDDEN TESTS

# %% test="publish_keeps_its_promise" points=2
def promise(q, bright, seed, skies=150, size=300):
    """Mean share of false claims, and share of the bright boxes that are claimed."""
    draws, false, caught = np.random.default_rng(seed), [], []
    for _ in range(skies):
        means = draws.uniform(2, 12, size)
        real = draws.random(size) < bright
        claimed = listed(draws.poisson(means + real * draws.uniform(5, 25, size)), means, q, "simulated skies")
        false.append(np.sum(claimed & ~real) / max(1, claimed.sum()))
        caught.append(np.sum(claimed & real) / max(1, real.sum()))
    return np.mean(false), np.mean(caught)


wrong_share, caught_share = promise(0.1, 0.1, 1)
assert wrong_share < 0.1 + 0.02, f"q = .1, but {wrong_share:.0%} of the claims are false on average in simulated skies."
assert caught_share > 0.6, f"only {caught_share:.0%} of the bright boxes are claimed; more can be at q = .1."
### BEGIN HIDDEN TESTS
# hint: an empty sky, a stricter and a laxer promise.
assert promise(0.1, 0.0, 2)[0] < 0.12, "in an empty sky more than q of the lists hold a claim."
for q, most, least in ((0.02, 0.035, 0.4), (0.4, 0.42, 0.8)):
    wrong_share, caught_share = promise(q, 0.15, 3)
    assert wrong_share < most and caught_share > least, f"q = {q}: {wrong_share:.1%} false claims, {caught_share:.0%} of the bright boxes found."
### END HIDDEN TESTS

# %% [markdown]
# **The price.** Now your list meets the photons that were held back. They can't say *which* claims are false: a faint source may show less the second time. But they can say *how many*. In an empty box the second p-value lies above ½ about half of the time, in a box with a
# clear source hardly ever, with a faint one more often. So twice the number of claims with $p > ½$ is about the number of false ones, rather too high.
# (Counts are whole: this p takes half of the probability of exactly the number counted.) Let a claim earn 1, and cost 10 if its held-back p-value lies above ½: a false claim then loses 4 on average, and a clear true one keeps its point.
#
# **Predict.** Which of these lists earns most: 1 ($q$ = .01), 2 ($q$ = .1), 3 ($q$ = .3), or 4 (all boxes with $p < .05$)?

# %%
which_list = None  # replace None by 1, 2, 3 or 4
predict("real_photons.which_list", which_list, between=(1, 4))

# %% slide="subslide" title="What strict and bold lists earn" figure="price"
from scipy.ndimage import label


def earnings(claimed, held_back, mean):
    """Price of a list: 1 a claim, −10 where the held-back photons are fewer than the sky's median."""
    # Counts are whole numbers: with half of the probability of exactly n, p > ½ is nearly a fair coin.
    p = poisson.sf(held_back, mean) + 0.5 * poisson.pmf(held_back, mean)
    return np.sum(claimed) - 10 * np.sum(claimed & (p > 0.5))


def both_ways(rule, seeds=range(10)):
    """Claims and earnings of a rule, averaged over ways to divide the photons."""
    rows = []
    for seed in seeds:
        shown, held = (boxes(part) for part in thin(field, rng=seed))
        mean = sky_rate(shown, time) * time
        claimed = rule(shown, mean)
        rows.append((claimed.sum(), earnings(claimed, held, mean)))
    return np.mean(rows, axis=0), np.std(rows, axis=0)


lists = {"q = .01": lambda n, mean: publish(n, mean, 0.01), "q = .1": lambda n, mean: publish(n, mean, 0.1),
         "q = .3": lambda n, mean: publish(n, mean, 0.3),
         "p < .05": lambda n, mean: (mean > 0) & (poisson.sf(n - 1, np.maximum(mean, 1e-9)) < 0.05)}
results = {name: both_ways(rule) for name, rule in lists.items()}
fig, ax = figure(size=(6.4, 3.2))
for place, (name, ((claims, earned), (_, spread))) in enumerate(results.items()):
    print(f"{name:8} {claims:5.1f} claims earn {earned:6.1f} ± {spread:.1f}; about {(claims - earned) / 5 / claims:.0%} of them false")
    ax.errorbar(place, earned, spread, fmt="o", ms=9, color=COLOURS["blue"])
ax.axhline(0, color="gray")
ax.set(xticks=range(len(results)), xticklabels=list(results), ylabel="points earned")
mine = publish(boxes(half), rate * time, 0.1)
print(f"q = .1, this lesson's half: {mine.sum()} boxes in {label(mine, np.ones((3, 3)))[1]} separate places")
show(fig, alt="Points earned by four lists: positive for q of .01 and .1, below zero for q of .3, deep below zero for all boxes with p below "
              ".05. Bars are the scatter over ten ways to divide the photons.")

# %% [markdown] slide="notes"
# A claim earns one point; it costs ten if the photons that were kept back are fewer than the sky's median there. Strict lists are paid, bold ones pay. Ask which list the room would have published. Three minutes.

# %%
best_list = max(results, key=lambda name: results[name][0][1])
reveal("real_photons.which_list", list(results).index(best_list) + 1, label="number of the list that earns most")

# %% [markdown]
# On average the strict lists are paid; the bold ones pay. Were they honest? Earnings are claims less ten times the misses, and twice the misses is about the number of false
# claims: the last column. In this field the first three are compatible with their promise. The ± is only the scatter of dividing the same photons; between lists 1 and 2 it doesn't decide. $q$ = .3 looks honest, and too bold for this price, since a list pays only if fewer than one claim in five is false. The fourth promised nothing about its list.
#
# Three limits of this honesty. *Boxes aren't sources*: the last line counts the separate places. *The sky
# was estimated* from the same photons, and particles, which no mirror focuses, don't follow the exposure. *The rule was proved* for independent boxes of a known sky.

# %% [markdown] deeper=true
# ## 5. What two halves agree on
#
# Two pictures of one sky have the same signal and different noise. Lesson {information_limit} compared two such halves frequency by frequency, in rings of
# about the same radius $|k|$, by their **Fourier ring correlation**:
#
# $$\mathrm{FRC}(f) = \frac{\mathrm{Re}\sum_{|k| \approx f} A_k B_k^*}{\sqrt{\sum |A_k|^2 \sum |B_k|^2}}.$$
#
# It is 1 where both halves hold the same pattern, and scatters about 0 where each holds its own noise. If
# signal has power $S$ and noise power $N$ in each half, it is $S/(S+N)$ on average. Nobody has ever seen a molecule's true picture.
# So electron microscopists state as their resolution the frequency at which it falls below 1/7, of halves that are reconstructed independently: there the sum of both halves correlates ½ with the noiseless
# picture (Rosenthal and Henderson 2003). It is a convention, and a disputed one: the scatter depends on how many coefficients a ring holds (van Heel and Schatz 2005).

# %% deeper=true slide="subslide" title="Which detail do two halves share?" figure="rings"
from course_lib.imaging.photons import RingCorrelation, ring_correlation

beside = sky.counts[row - 32 : row + 32, column - 85 : column - 21]  # 64 × 64 pixels beside the pulsar
disc = np.hypot(*(np.indices((64, 64)) - np.array([51, 46])[:, None, None])) <= 6  # the one bright source in it
without = np.where(disc, np.random.default_rng(0).poisson(beside[~disc].mean(), (64, 64)), beside)
around = sky.centre(64)


def rings_of(counts, seeds=range(10)):
    """Mean ring correlation over several ways to divide the photons."""
    found = [ring_correlation(*thin(counts, rng=seed)) for seed in seeds]
    return found[0].frequency, np.mean([each.correlation for each in found], axis=0)


def crossing(frequency, correlation):
    """Where the curve first falls below 1/7, in words."""
    at = RingCorrelation(frequency, correlation, None).crossing()
    return "never below 1/7" if np.isnan(at) else f"below 1/7 from {at:.2f} cycles per pixel"


fig, ax = figure(size=(6.4, 3.4))
for name, counts, colour in (("with the pulsar", around, "vermilion"), ("beside the pulsar", beside, "blue"),
                             ("the same without its source", without, "green")):
    frequency, correlation = rings_of(counts)
    ax.plot(frequency, correlation, "o-", color=COLOURS[colour], label=name)
    print(f"{name:27} {counts.sum():5,} photons:", *(f"{f:.2f} → {c:.2f}" for f, c in zip(frequency[1:7:2], correlation[1:7:2], strict=True)),
          crossing(frequency, correlation), sep="  ")
print(f"the one bright source beside the pulsar: {beside[disc].sum() - disc.sum() * beside[~disc].mean():.0f} photons; "
      f".1 cycles per pixel are {sky.pixel_arcsec / 0.1:.0f} arc seconds a cycle")
ax.axhline(1 / 7, color="gray", linestyle="--", label="1/7")
ax.set(xlabel="frequency, cycles per pixel", ylabel="ring correlation", ylim=(-0.2, 1.05))
ax.legend()
show(fig, alt="Ring correlation against frequency. With the pulsar in the picture it stays near 1 as far as .3 cycles per pixel and above .6 to the "
              "end; beside it it falls below one seventh at about .25; without the one bright source there, already at about .1.")

# %% [markdown] deeper=true
# The red curve is a **trap**. One bright point has power at *every* frequency. Both halves have the point, so they agree everywhere. The
# curve says how well one sees the pulsar; of the rest of the picture it says nothing. The blue curve, beside the pulsar, is the same trap once more:
# that crop holds *one* bright source, which draws most of the curve. Replace it by sky (green), and the halves agree below about .1 only. Before you believe a resolution, look at what was in the picture.

# %% [markdown] deeper=true
# ### Exercise 5: ring correlation
#
# Write `rings(a, b, edges)`: the correlation in each ring for two pictures of shape `(H, W)`. Ring $j$ holds the Fourier coefficients with
# `edges[j]` ≤ |f| < `edges[j + 1]`, where |f| is the length of (fy, fx) in cycles per pixel (`np.fft.fftfreq`). Take each picture's mean away first. A ring
# that holds no coefficient, or no power in one of the pictures, has correlation 0. (No power means exactly 0: pictures may be very dark.) The tests allow errors of 10⁻⁶. *Off limits:* `photons.ring_correlation`.
#
# No window is asked for. Whether you sum over all of `np.fft.fft2` or over half of it is yours, as long as a pair ±f counts alike.

# %% deeper=true solution="rings" rebuilds="imaging.photons.ring_correlation"
def rings(a, b, edges):
    """Correlate two pictures ring by ring in the Fourier domain.

    Parameters
    ----------
    a, b : arrays, shape (H, W)
    edges : array, shape (n + 1,)
        Borders of the rings, cycles per pixel, rising.

    Returns
    -------
    array, shape (n,)
        From -1 to 1.
    """
    ### BEGIN SOLUTION
    A, B = (np.fft.fft2(x - np.mean(x)) for x in (np.asarray(a, float), np.asarray(b, float)))
    radius = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))
    found = np.zeros(len(edges) - 1)
    for j in range(len(found)):
        ring = (edges[j] <= radius) & (radius < edges[j + 1])
        power = np.sqrt(np.sum(np.abs(A[ring]) ** 2) * np.sum(np.abs(B[ring]) ** 2))
        if power > 0:
            found[j] = np.sum(A[ring] * np.conj(B[ring])).real / power
    return found
    ### END SOLUTION


# %% deeper=true test="rings_of_known_pictures" points=2
some = np.random.default_rng(0)
wide = np.linspace(0, 0.5, 6)
left, right = some.standard_normal((2, 20, 30))
equal(call(rings, left, left, wide), np.ones(5), "rings(a, a)", atol=1e-6)
equal(call(rings, left, -left, wide), -np.ones(5), "rings(a, -a)", atol=1e-6, mistakes={
    "the correlation has a sign: take the real part of the sum, not its size.": np.ones(5)})
equal(call(rings, 4 * left + 9, left - 2, wide), np.ones(5), "rings(4 a + 9, a − 2): gain and offset change nothing", atol=1e-6)
waves = np.cos(2 * np.pi * 3 * np.arange(30) / 30) + 0 * left
turned = np.sin(2 * np.pi * 3 * np.arange(30) / 30) + 0 * left
equal(call(rings, waves, turned, np.array([0.05, 0.15])), [0.0], "rings of a wave and the same wave a quarter further", atol=1e-6, mistakes={
    "take the real part of the sum; its size forgets that the waves are out of step.": [1.0]})
blank = np.ones((2, 2)), np.array([[1.0, 2.0], [3.0, 5.0]])
for pair in (blank, blank[::-1]):
    equal(call(rings, *pair, np.array([0.0, 0.3, 0.6])), [0.0, 0.0], "rings with an even picture: there is no power, so 0")
# Three waves, one in each ring: turned over, a quarter further, alike. Two of the edges lie on a wave.
y, x = np.indices((16, 24))
short, long = np.cos(2 * np.pi * 6 * y / 16), np.cos(2 * np.pi * 3 * x / 24)
slanted, further = (wave(2 * np.pi * (2 * y / 16 + 6 * x / 24)) for wave in (np.cos, np.sin))
equal(call(rings, short + long + slanted, short - long + further, np.array([0.125, 0.26, 0.375, 0.45])), [-1.0, 0.0, 1.0],
      "rings of three waves (.125, .28 and .375 cycles per pixel; edges .125, .26, .375, .45)", atol=1e-6)
### BEGIN HIDDEN TESTS
# hint: pictures that are higher than wide, rings that touch, rings without any coefficient, integers, very dark pictures.
def judge_rings(a, b, edges, case):
    A, B = (np.fft.rfft2(np.asarray(x, float) - np.mean(x)) for x in (a, b))
    fy, fx = np.fft.fftfreq(np.shape(a)[0])[:, None], np.fft.rfftfreq(np.shape(a)[1])
    twice = np.where((fx == 0) | (fx == 0.5), 1.0, 2.0) + 0 * fy
    radius, sums = np.hypot(fy, fx), []
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        inside = twice * ((low <= radius) & (radius < high))
        power = np.sqrt(np.sum(inside * abs(A) ** 2) * np.sum(inside * abs(B) ** 2))
        sums.append(np.sum(inside * (A * B.conj()).real) / power if power > 0 else 0.0)
    equal(call(rings, a, b, np.array(edges)), sums, case, atol=1e-6)


for shape, borders in (((30, 20), wide), ((17, 17), [0.0, 0.1, 0.2, 0.45]), ((16, 24), [0.25, 0.26, 0.5, 0.8]),
                       ((40, 8), [0.125, 0.25, 0.375])):
    pair = some.standard_normal((2, *shape)) + some.standard_normal(shape)
    judge_rings(*pair, borders, f"rings for {shape} pixels, edges {borders}")
judge_rings(half[:40, :40], other[:40, :40], wide, "rings of counts")
tiny = 1e-8 * some.standard_normal((2, 20, 24))
judge_rings(*tiny, wide, "rings of very dark pictures")
### END HIDDEN TESTS

# %% deeper=true test="rings_of_signal_and_noise" points=1
ten = np.linspace(0.1, 0.5, 5)
noise_only = np.mean([call(rings, *np.random.default_rng(k).standard_normal((2, 48, 48)), ten) for k in range(20)], axis=0)
assert np.abs(noise_only).max() < 0.05, "two pictures of pure noise correlate; they must scatter about 0."
shared = [call(rings, *(np.random.default_rng(k).standard_normal((48, 48)) + np.random.default_rng(k + 99).standard_normal((2, 48, 48))), ten)
          for k in range(20)]
assert np.abs(np.mean(shared, axis=0) - 0.5).max() < 0.05, (
    "signal and noise of equal power must read .5: divide by both halves' power, under the root.")
### BEGIN HIDDEN TESTS
# hint: signal twice as strong as the noise; a bright point in both.
strong = [call(rings, *(2 * np.random.default_rng(k).standard_normal((48, 48)) + np.random.default_rng(k + 99).standard_normal((2, 48, 48))), ten)
          for k in range(20)]
assert np.abs(np.mean(strong, axis=0) - 0.8).max() < 0.04, "signal power 4, noise power 1 must read .8: S/(S + N)."
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### The same in a brighter light
#
# Ring correlation again, where light abounds: a piece of the globular cluster 47 Tucanae, recorded by the Hubble Space Telescope in one minute. The frame counts electrons, nearly one for each detected photon. We thin it: what would a shorter exposure have known?

# %% deeper=true slide="subslide" title="More light, finer detail" figure="hubble"
cluster = measured.stars()
electrons = np.rint(cluster.electrons).astype(int)
# D/λ in cycles per radian, times a pixel's side in radians; the pixels aren't square on the sky.
cutoffs = {name: 2.4 / 589e-9 * side / 206265 for name, side in (("columns", 0.0248), ("rows", 0.0284))}
fig, ax = figure(size=(6.4, 3.4))
for share, colour in ((0.001, "orange"), (0.01, "blue"), (1.0, "green")):
    shorter = thin(electrons, share, rng=1)[0]
    halves = [ring_correlation(*thin(shorter, rng=seed)) for seed in range(5)]
    correlation = np.mean([each.correlation for each in halves], axis=0)
    ax.plot(halves[0].frequency, correlation, "o-", ms=4, color=COLOURS[colour], label=f"{shorter.sum():,} electrons")
    print(f"{shorter.sum():9,} electrons:", crossing(halves[0].frequency, correlation))
ax.axhline(1 / 7, color="gray", linestyle="--")
ax.set(xlabel="frequency, cycles per pixel", ylabel="ring correlation", ylim=(-0.2, 1.05))
ax.legend()
print("cutoff of a 2.4 m mirror at 589 nm, cycles per pixel:", *(f" along {name} {value:.2f}" for name, value in cutoffs.items()))
middle, read_noise = np.median(cluster.electrons), 4.7
print(f"half of the pixels hold fewer than {middle:.0f} electrons; there a read noise of {read_noise} that both halves share "
      f"makes them agree by {read_noise**2 / 4 / (middle / 2 + read_noise**2 / 4):.2f}")
show(fig, alt="Ring correlation of a star field against frequency for three exposures: with more electrons the curves fall later, the longest "
              "stays high up to half a cycle per pixel.")

# %% [markdown] deeper=true
# Ten times more light moves the crossing to finer detail. The longest exposure never falls below 1/7 before the pixels end: it shows the limit of the *pixels*. The mirror's limit, printed below the crossings, is near.
# And remember the trap: these are bright points, and a ring correlation of bright points flatters.
#
# These aren't pure counts either. The frame was dark-subtracted and flat-fielded, and we round it. Read noise, hot pixels and cosmic rays are the same in both halves, and make them agree a little: the last line.

# %% [markdown] deeper=true
# ## 6. Is your measured PSF better than the model?
#
# A star is a point, so its picture should beat any calculation of the point-spread function. Take the median of five bright stars of this field, less the
# background. Or take the telescope's optical model. Or do it as the makers of star catalogues do: fit *all* stars of the frame together, so that each star's neighbours are subtracted from it, average what is left of the isolated ones on a grid finer
# than the pixels, and begin again with the better spot. `course_staff/experiments/star_psf.py` did that, without a star of this field.
#
# Each of the three now explains the field, on its own pixels, by the same stars, each as bright and as well placed as suits that spot best.

# %% deeper=true
from course_lib.imaging.stars import PixelSpot, fit_stars

bright = cluster.places[np.all((cluster.places > 8) & (cluster.places < 87), axis=1)].round().astype(int)
bright = bright[np.argsort(-cluster.electrons[tuple(bright.T)])][:5]
five = [np.clip(cluster.electrons[y - 6 : y + 7, x - 6 : x + 7] - middle, 0, None) for y, x in bright]
quick = np.median([star / star.sum() for star in five], axis=0)
good = cluster.flags == 0
rim = np.abs(np.indices(good.shape) - 47.5).max(axis=0) > 36  # stars outside shine into it
spots = {"median of five stars": PixelSpot.from_pixels(quick), "optical model": cluster.model_spot(),
         "stars, neighbours subtracted": cluster.measured_spot()}
for name, spot in spots.items():
    fit = fit_stars(cluster.electrons, np.where(good, cluster.error, np.inf), cluster.places, spot)
    chi = ((cluster.electrons - fit.expected) / cluster.error)[good & ~rim] ** 2
    print(f"{name:30} χ² {chi.mean():5.1f} a pixel, half of the pixels below {np.median(chi):.1f} (pure noise: 1 and .5)")
wide = cluster.measured_spot().kernel(25)
print(f"of the light within 12 pixels of a star's row and column, {wide[6:19, 6:19].sum() / wide.sum():.3f} falls within 6, where the first spot ends")
show_images({name: spot.kernel(25) ** 0.25 for name, spot in spots.items()}, limits=(0, 0.7), colour_map="viridis", unit="(share of the light)^¼",
            alt="Three point-spread functions, their faint parts raised: that of five stars ends in a ragged square with blobs of its neighbours; "
                "model and measured one have the same core, ring and wide faint halo.")

# %% [markdown] deeper=true
# The quick measurement is *worse* than the model. Its neighbours are in it, and it ends six pixels from the star, where a twentieth of the light is still to come. The careful one is better than both, by a little. None comes near 1. Stars that nobody listed may be behind that, rays of bright ones outside of the field,
# and the spot itself: where a star sends ten thousand electrons, a hundredth of it is seen. "Measured" is no seal of quality. What decides is how well it predicts pixels that it wasn't made from.

# %% [markdown]
# ## Written question: the referee
#
# An author sends you this: "*We deconvolved the X-ray image with 100 Richardson–Lucy iterations. The result is visibly sharper, the χ² per pixel falls from 1.9 to .6, and 400 new sources appear, a quarter of which are confirmed by an independent half of the data.*" Write a
# referee's report of 100 to 200 words. It must
#
# 1. say what a falling χ² (or a rising likelihood) on the *same* photons proves and what not, and what would tell instead;
# 2. judge "a quarter confirmed" with a number for agreement by chance after as many iterations, and say where you have it from (section 3's table will do);
# 3. name one test that the author can make with the photons at hand, and the result that would convince you;
# 4. say what another telescope would have to see for one of the sources to count as real, and why two halves of one exposure can't replace it.
#
# Each demand has two parts; one part alone earns half. A false sentence on a demand costs half of it. "This may be noise" is too vague.

# %% [markdown] answer="referee" points=4
# ### BEGIN SOLUTION
# *Example.* Each Richardson–Lucy iteration raises the likelihood of the photons that it uses, with or without sources, and the χ² usually falls with it. So neither proves that there are sources; a χ² of .6 per pixel hints at fitted noise. In this field the likelihood of the half that was *not* used is highest after
# 2 iterations; 100 lose more than 200 nats. A simulated even sky of the same light gives some 540 "sources" after 100 iterations. Of 433 candidates 126 were confirmed here, but a shifted half confirms 105, or 24 %: all of the authors' quarter may be accident. I ask the authors to divide their photons, restore one half, and state confirmed and
# shifted counts with an interval; I would be convinced if a list made at a stated false-discovery rate earned on held-back photons what it promises. A second telescope, with a detector of its own, would have to see a point at the same place, within both errors, with a brightness that both exposures allow or a reason why it varies. Two halves of one
# exposure share the hot pixels and the uneven detector, and can't replace it.
#
# *Rubric, one point each. Each has two parts, (a) and (b): half a point for either alone. In every criterion a false statement beside a right one costs half a point of that criterion, and never
# another's.*
#
# 1. (a) On the photons that were used the fit improves with or without sources, or: a χ² of .6 shows overfitting. (b) Held-back photons or an empty sky are named as what would tell.
# 2. (a) Agreement by chance after 30 or 100 iterations: a number from 15 to 30 % or the counts behind it, *with* its source. The table's 1 and 10 % are those of fewer iterations. (b) It is said what chance makes of the quarter: all or most of it, or that it must
#    be taken off. (b) counts alone, with a number that lacks its source or with none; "this may be noise" is neither.
# 3. (a) A test with these photons: halves and shifted counts, held-out likelihood, an even sky, injected sources, or a list at a stated false-discovery rate. (b) A result that would convince.
# 4. (a) An independent instrument sees a point at the same place. (b) One thing that both halves share and two instruments don't: detector, hot pixels, time, particles, processing. Brightness or variability is welcome, not needed.
# ### END SOLUTION

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# Given **A** (the pulsar's picture), **σ** (of counted photons), **K** = 1 exposure and **P** (light ≥ 0):
#
# **some ten sources** repeat; what the rest is, you can't say.

# %% [markdown]
# ## What you can now say, and what you can't
#
# > Given operator **A** (the pulsar's own picture), noise **σ** (that of the counted photons), **K** = 1 exposure and assumptions **P** (light is not negative), the points that
# > repeat in the other half are known to within τ: as many of them may be accidents as repeat in a shifted half. The rest is drawn from **P** and the noise.
#
# You can't say what an unconfirmed point is. From lesson {priors_and_best_guesses} on the course goes back to simulated scenes, because no measured pair of one scene at two resolutions was to be had in a package of a free licence: where we
# need the truth, we have to make it.

# %% [markdown] slide="notes"
# End on the list that was paid. The photons that one keeps back are worth more than the iterations that one adds. Three minutes.

# %% [markdown] deeper=true
# ## Further reading
#
# - W. H. Richardson, *J. Opt. Soc. Am.* 62 (1972) 55. [doi:10.1364/JOSA.62.000055](https://doi.org/10.1364/JOSA.62.000055); L. B. Lucy, *Astron. J.* 79 (1974) 745.
#   [doi:10.1086/111605](https://doi.org/10.1086/111605)
# - Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", *J. R. Stat. Soc. B* 57 (1995) 289–300.
#   [doi:10.1111/j.2517-6161.1995.tb02031.x](https://doi.org/10.1111/j.2517-6161.1995.tb02031.x)
# - M. van Heel, M. Schatz, "Fourier shell correlation threshold criteria", *J. Struct. Biol.* 151 (2005) 250–262.
#   [doi:10.1016/j.jsb.2005.05.009](https://doi.org/10.1016/j.jsb.2005.05.009)
# - W. O. Saxton, W. Baumeister, *J. Microsc.* 127 (1982) 127–138 (where ring correlation begins). [doi:10.1111/j.1365-2818.1982.tb00405.x](https://doi.org/10.1111/j.1365-2818.1982.tb00405.x); P. B. Rosenthal, R. Henderson,
#   *J. Mol. Biol.* 333 (2003) 721–745 (1/7). [doi:10.1016/j.jmb.2003.07.013](https://doi.org/10.1016/j.jmb.2003.07.013)
# - C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", *Biometrika* 26 (1934) 404–413. [doi:10.1093/biomet/26.4.404](https://doi.org/10.1093/biomet/26.4.404)
# - D. S. C. Biggs, M. Andrews, "Acceleration of iterative image restoration algorithms", *Appl. Opt.* 36 (1997) 1766.
#   [doi:10.1364/AO.36.001766](https://doi.org/10.1364/AO.36.001766)
# - Based on observations obtained with XMM-Newton, an ESA science mission with instruments and contributions directly funded by ESA Member States and NASA, and on observations made with the NASA/ESA Hubble Space Telescope. `data/SOURCES.md` says where the numbers come from and what was done to them.
