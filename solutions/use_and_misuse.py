# ---
# jupyter:
#   course: {points: 20, reads: [classifiers, generators, images, plates]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *compute* the probability of every reading of a blurred number plate, and say "unreadable" when you
#   should;
# - *measure* what a crisp picture is worth to whoever has to act on it;
# - *explain* why a rare false match finds a hundred wrong people, and how few bits name one in a million;
# - *state* the conditions under which a reconstruction may be used, and check a product against them;
# - *write* a model card and a one-page memo that somebody can decide by.
#
# {minutes} minutes, best in two sittings (sections 1 to 5, then 6 to 10). {builds_on} You need bits and
# posteriors. No picture of a person appears here: section 8 says why.
# The ladybirds of this course stand for a *statistical structure*, not for people, and so do the plates:
# harm to people can't be measured on either. What follows about people is sourced, or it is an argument and
# says so.

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **{question}**

# %% slide="subslide" title="Read these plates" figure="plates"
from course_lib.generators.plate_enhancer import enhance
from course_lib.inference.plate_posterior import simulate
from course_lib.notebook.figures import show_images

seeds = (11, 6, 5)
recorded = {f"recorded {k}": simulate(seed)[1] for k, seed in zip("ABC", seeds, strict=True)}
crisp = {f"enhanced {k[-1]}": enhance(y) for k, y in recorded.items()}
show_images(recorded | crisp, columns=3,
            alt="Top: three number plates as 28 × 6 noisy pixels, in which no character can be read. "
                "Bottom: three crisp plates that a network made of them, each with two letters and three digits.")

# %% [markdown]
# Above, three number plates of a country that doesn't exist, as a distant camera records them: 28 × 6
# pixels, with noise of standard deviation .08 (1 is white). Below, what a small network makes of them. It
# was trained on such plates, it has never seen anything else, and its pictures are clean.
#
# **Predict.** You read off 1000 plates that were enhanced like this. How many percent of your readings, all
# five characters, are right?

# %%
from course_lib.notebook.predictions import predict

percent_right = None  # replace None by a number from 0 to 100
predict("use_and_misuse.percent_right", percent_right, between=(0, 100))

# %%
import numpy as np

from course_lib.generators.plate_enhancer import legible
from course_lib.inference.plate_posterior import recorded as recorded_cases
from course_lib.notebook.predictions import reveal
from course_lib.worlds import plates

cases = recorded_cases(s=8)  # 1000 plates; section 2 uses the same
thousand, small = zip(*(simulate(int(seed)) for seed in cases["seed"]), strict=True)
read_off, likeness = legible(enhance(np.stack(small)))
truth = [plates.read(plate)[0] for plate in thousand]
right = np.array([a == b for a, b in zip(read_off, truth, strict=True)])
hits = np.array([[a == b for a, b in zip(one, other, strict=True)]
                 for one, other in zip(read_off, truth, strict=True)])
print(f"right: {right.mean():.1%} of the plates, {hits.mean():.0%} of the characters")
for low, high in ((0.95, 1.01), (0.85, 0.95), (0, 0.85)):
    those = (likeness >= low) & (likeness < high)
    print(f"likeness to a character of the font from {low:.2f}: {those.mean():4.0%} of the characters, "
          f"{1 - hits[those].mean():.0%} of them wrong")
reveal("use_and_misuse.percent_right", 100 * right.mean(), label="plates read right", unit="%")

# %% [markdown]
# Not even half of the plates come back right. (A simple matcher did the reading: at each place it takes the
# character whose bitmap correlates best; its correlation is the "likeness".) Four fifths of all characters look nearly
# perfect, and of *these* one in fourteen is wrong, with nothing about it that says so. A plate has five.

# %% slide="subslide" title="The network, its contrast curve, the truth"
soft = {f"network's answer {k}": enhance(y, contrast=1) for k, y in zip("ABC", recorded.values(), strict=True)}
real = {f"truth {k}": plates.render(simulate(seed)[0])[0] for k, seed in zip("ABC", seeds, strict=True)}
show_images(soft | crisp | real, columns=3,
            alt="Top: what the network computes, grey and soft where it is in doubt. Middle: the same after a "
                "steep contrast curve, crisp. Bottom: the true plates; several characters differ from the crisp ones.")

# %% [markdown]
# The first row is the network's own answer: for every pixel, how probable ink is there, nearly the mean of
# lesson {priors_and_best_guesses} *given this character's cell alone*. It is *grey where the network is in doubt*. The second row is the
# same numbers after a steep contrast curve, $\tfrac12 + 12\,(p - \tfrac12)$, cut off at 0 and 1: every
# pixel becomes what is more probable, ink or paper. This step adds no information. It removes some: the
# doubt. The third row is the truth.
#
# So "enhanced" here means *the doubt has been taken out*.

# %% [markdown] slide="notes"
# Show the first figure, let people write down plate A, then show the third. Ask what the network did wrong:
# nothing, it answered the question that it was trained on. The damage is done by the contrast curve, which
# any image editor has. Five minutes.

# %% [markdown] slide="slide"
# ## 1 · Every reading has a probability

# %% [markdown]
# For number plates one can do better than pictures. There are two letters (of 23; I, O and Q are left out)
# and three digits, so $23^2 \cdot 10^3 = 529{,}000$ strings, 19.0 bits, all equally probable. Layout and
# font are known. Unknown is where exactly the plate lies (a shift by fractions of a pixel), how strong the
# light is and how much haze lies over it. These are the **nuisance** ν. *Given* ν, every pixel belongs to
# one character at most, and the noise is independent, so the characters can be judged one by one. Then
# average over what you don't know:
#
# $$P(s \mid y) = \sum_\nu P(\nu \mid y) \prod_{k=1}^5 P(s_k \mid y_k, \nu).$$
#
# That is the exact posterior over all 529,000 strings (`course_lib.inference.plate_posterior`; read it). Plate A:

# %% slide="subslide" title="Six draws from what is possible"
from course_lib.inference.plate_posterior import reference

answer = reference(recorded["recorded A"])
for string, p in answer.most_probable(6):
    mark = "the truth" if string == plates.read(simulate(seeds[0])[0])[0] else ""
    print(f"{string[:2]} {string[2:]}   {p:.3f}   {mark}")
for place, marginal in enumerate(answer.marginals()):
    best = np.argsort(marginal)[::-1][:3]
    print(f"place {place + 1}: " + ", ".join(
        f"{plates.ALPHABETS[place][i]} {marginal[i]:.2f}" for i in best))
draws = answer.draw(6, rng=1)
strings = plates.read(draws)
show_images({f"draw {i + 1}: {s[:2]} {s[2:]}": x for i, (s, x) in enumerate(zip(strings, plates.render(draws), strict=True))},
            columns=3, alt="Six sharp plates drawn from the posterior of plate A, in slightly different "
                           "positions and light: they agree in some characters and differ in others.")

# %% [markdown]
# Six samples are as sharp as the enhanced plate, and they disagree: *that* is the honest picture of this
# measurement. A table says it better still: the string on the plate is the most probable one, at two to one
# on, and the doubt sits in the first place, where a B, a Z and a D leave similar pixels. (The enhanced
# plate A of the first figure says BT 614: at the fourth place the network made a clean 1 of what the
# posterior calls a 3 with 94 %. It looks at each cell alone, and does not know how the plate lies.)

# %% [markdown]
# ### Exercise 1: characters that share their nuisance
#
# Write `marginals(log_l, log_prior)`. The nuisance takes one of $G$ values. `log_l`, of shape $(G, K,
# C)$, holds $\log p(y_k \mid c, \nu_g)$: how well character $c$ explains the pixels $y_k$ of place $k$ if
# the nuisance is $\nu_g$. `log_prior`, of shape $(G,)$, holds $\log p(\nu_g)$. All $C$ characters are
# equally probable at each of the $K$ places. Return $P(c \text{ at place } k \mid y)$ as an array $(K, C)$.
# In three steps:
#
# - for each $g$, the probability of each place's pixels whatever the character: $\frac1C \sum_c p(y_k \mid
#   c, \nu_g)$;
# - $P(\nu_g \mid y) \propto p(\nu_g)$ times the product of these over *all* $K$ places, with sum 1 over
#   $g$: the plate lies in one position, and every place is a witness to it;
# - $P(c \mid y) = \sum_g P(\nu_g \mid y)\, P(c \mid y_k, \nu_g)$.
#
# Log-likelihoods may be −10 000: work with logarithms (`scipy.special.logsumexp` helps). *Off limits:*
# `PlatePosterior`.

# %% solution="marginals" rebuilds="inference.plate_posterior.PlatePosterior.marginals"
from scipy.special import logsumexp


def marginals(log_l, log_prior):
    """Posterior of the character at each place, the nuisance integrated out.

    Parameters
    ----------
    log_l : array (G, K, C)
        log p(pixels of place k | character c, nuisance g).
    log_prior : array (G,)
        Log of the prior probability of each nuisance.

    Returns
    -------
    array (K, C)
        P(character c at place k | y); each row has sum 1.
    """
    ### BEGIN SOLUTION
    seen = logsumexp(log_l, axis=2)  # the factor 1/C is the same for all
    log_weights = log_prior + seen.sum(axis=1)
    weights = np.exp(log_weights - logsumexp(log_weights))
    given = np.exp(log_l - seen[:, :, None])
    return np.einsum("g,gkc->kc", weights, given)
    ### END SOLUTION


# %% readonly="all_strings"
import itertools


def by_trying_all(log_l, log_prior):
    """Marginals from all C^K strings and all G values, one by one."""
    G, K, C = log_l.shape
    found = np.zeros((K, C))
    top = max(log_prior[g] + log_l[g].max(axis=1).sum() for g in range(G))
    for g, string in itertools.product(range(G), itertools.product(range(C), repeat=K)):
        p = np.exp(log_prior[g] + sum(log_l[g, k, c] for k, c in enumerate(string)) - top)
        for k, c in enumerate(string):
            found[k, c] += p
    return found / found.sum(axis=1, keepdims=True)


# %% test="marginals_of_one_nuisance" points=1
from course_lib.notebook.checks import call, equal

one = np.log(np.array([[[0.2, 0.6], [0.3, 0.1], [0.5, 0.5]]]))
equal(call(marginals, one, np.zeros(1)), [[0.25, 0.75], [0.75, 0.25], [0.5, 0.5]],
      "marginals with one nuisance", mistakes={
    "these are logarithms.": np.log([[0.25, 0.75], [0.75, 0.25], [0.5, 0.5]]),
    "the rows don't add up to 1: divide by the sum over the characters.": np.exp(one[0])})
equal(call(marginals, one - 10_000, np.zeros(1)), [[0.25, 0.75], [0.75, 0.25], [0.5, 0.5]],
      "the same with log-likelihoods near −10 000 (subtract a maximum before you take exponentials)")
lower = one - np.array([10_000, 0, 0])[:, None]
equal(call(marginals, lower, np.zeros(1)), [[0.25, 0.75], [0.75, 0.25], [0.5, 0.5]],
      "the same with the first place's log-likelihoods 10 000 lower (each place needs a maximum of its own)")
twice = np.concatenate([one, one])
equal(call(marginals, twice, np.log([0.9, 0.1])), [[0.25, 0.75], [0.75, 0.25], [0.5, 0.5]],
      "marginals if the nuisance makes no difference")

# %% test="marginals_share_the_nuisance" points=2
from scipy.special import logsumexp

pair = np.log(np.array([[[0.9, 0.01], [0.6, 0.2]], [[0.02, 0.3], [0.2, 0.6]]]))
even = np.log([0.5, 0.5])


def alone(log_l, log_prior):
    """Each place with a nuisance of its own."""
    joint = log_l + log_prior[:, None, None]
    return np.exp(logsumexp(joint, axis=0) - logsumexp(joint, axis=(0, 2))[:, None])


def normalised(p):
    """Rows with sum 1."""
    return p / p.sum(axis=-1, keepdims=True)


def check_shared(log_l, log_prior, what):
    """Compare with all strings; name the mistake."""
    own_maximum = log_l.max(axis=2, keepdims=True)
    given = normalised(np.exp(log_l - own_maximum))
    average = np.einsum("g,gkc->kc", np.exp(log_prior - logsumexp(log_prior)), log_l)
    places = logsumexp(log_l, axis=2)
    seen = log_prior + places.sum(axis=1)
    by_others = seen[:, None] - places
    mistakes = {
        "a maximum that you subtract from a place's log-likelihoods is missing from its evidence in P(ν | y): add it again.":
            by_trying_all(log_l - own_maximum, log_prior),
        "P(ν | y) takes the evidence of *all* places, also of the one whose character is asked for.":
            np.einsum("gk,gkc->kc", np.exp(by_others - logsumexp(by_others, axis=0)), given),
        "each place has its own nuisance here; P(ν | y) takes the evidence of *all* places.":
            alone(log_l, log_prior),
        "the prior of the nuisance is left out.": by_trying_all(log_l, np.zeros(len(log_l))),
        "this is the posterior at the most probable nuisance alone; average over all of them.":
            given[np.argmax(seen)],
        "the nuisances are weighed by their prior; weigh by P(ν | y).":
            np.einsum("g,gkc->kc", np.exp(log_prior - logsumexp(log_prior)), given),
        "logarithms were averaged; add probabilities.":
            normalised(np.exp(average - average.max(axis=1, keepdims=True))),
    }
    equal(call(marginals, log_l, log_prior), by_trying_all(log_l, log_prior), what, mistakes=mistakes)


check_shared(pair, np.log([0.8, 0.2]), "marginals of two places, two nuisances")
check_shared(pair, even, "the same with an even prior")
check_shared(pair - np.array([10_000, 0])[:, None, None], even, "the same with one nuisance as good as excluded (−10 000)")
### BEGIN HIDDEN TESTS
# hint: more places, characters and nuisances, compared with all strings; one sure place decides the shift for all.
hidden_rng = np.random.default_rng(5)
check_shared(hidden_rng.normal(0, 2, (4, 3, 3)), np.log(hidden_rng.dirichlet(np.ones(4))), "4 nuisances, 3 places")
check_shared(hidden_rng.normal(-700, 3, (3, 4, 2)), np.log([0.2, 0.5, 0.3]), "log-likelihoods near −700")
witness = np.zeros((2, 2, 2))
witness[0, 0] -= 60  # the first place can't have been seen under nuisance 0
witness[:, 1] = np.log([[0.9, 0.1], [0.2, 0.8]])
equal(call(marginals, witness, even)[1], [0.2, 0.8], "the second place, if the first rules a nuisance out")
### END HIDDEN TESTS

# %% [markdown]
# The string as a whole is a *mixture of products*, not the product of the five marginals. How much does
# that matter?

# %%
import math

coarse = reference(simulate(6, s=16, sigma=0.03)[1], sigma=0.03)  # another camera: 14 × 3 pixels, less noise
for name, found in {"plate A, 28 × 6 pixels": answer, "a plate at 14 × 3 pixels": coarse}.items():
    string, p = found.most_probable()
    product = math.prod(m[code] for m, code in zip(found.marginals(), plates.codes(string), strict=True))
    print(f"{name}: P({string} | y) = {p:.3f}; product of the marginals {product:.3f}")

# %% [markdown]
# For plate A hardly: frame and characters together pin the shift down, and once it is known the characters
# go their own ways. At 14 × 3 pixels the shift stays uncertain, and the product is wrong by a factor of
# two: characters that fit *one* shift belong together.

# %% [markdown] slide="slide"
# ## 2 · "Unreadable" is an answer

# %% [markdown]
# A probability is worth something if it *holds*: of all readings that are given 80 %, 80 % should be right.
# `course data plates` made 1000 fresh plates, those of the first cell, and recorded the posterior of each.
# Here a few of them are computed again, and all are put to the test.

# %% slide="subslide" title="It promises 60 %, and keeps it"
from course_lib.audits.measures import calibration_error
from course_lib.notebook.figures import COLOURS, figure, show

for i in range(10):
    again = reference(small[i]).most_probable()[1]
    assert abs(again - cases["p"][i]) < 1e-6
p, good = cases["p"], cases["right"] == 1
bins = np.clip((p * 10).astype(int), 0, 9)
said, happened, error = (np.array([f(bins == b) for b in range(10)]) for f in (
    lambda some: p[some].mean(), lambda some: good[some].mean(),
    lambda some: (p[some].mean() * (1 - p[some].mean()) / some.sum()) ** 0.5))
fig, ax = figure(size=(4.6, 3.6))
ax.plot([0, 1], [0, 1], ":", color="black", label="as promised")
ax.errorbar(said, happened, error, fmt="o", color=COLOURS["blue"], label="1000 plates")
ax.set(xlabel="probability of the best reading", ylabel="share that was right")
ax.legend(fontsize=9)
print(f"promised {p.mean():.3f}, right {good.mean():.3f} ± {np.sqrt(np.sum(p * (1 - p))) / 1000:.3f}; "
      f"calibration error {calibration_error(p, good):.3f}")
show(fig, alt="In ten bins the share of right readings follows the probability that the posterior gave; most "
              "points lie on the diagonal within the error bars.")

# %% [markdown]
# The posterior keeps its promises: it is right in as many cases as it says, at every level of confidence, within what
# chance explains. (The bars are one standard deviation; about three of ten should miss the diagonal.)
# It has to, since its model of the world is *true* here: plates, light and noise were drawn from the very
# prior that it assumes.
#
# So it can decline. **Predict.** It reads only if its best string has a probability of .8 or more, and
# otherwise says "unreadable". How many percent of what it *does* read is wrong?

# %%
percent_wrong = None  # replace None by a number from 0 to 100
predict("use_and_misuse.percent_wrong", percent_wrong, between=(0, 100))

# %% slide="subslide" title="Let it decline, and errors fall"
thresholds = np.linspace(0, 0.999, 200)
kept = np.array([np.mean(p >= t) for t in thresholds])
wrong = np.array([np.mean(~good[p >= t]) for t in thresholds])
fig, ax = figure(size=(6, 3.4))
ax.plot(100 * kept, 100 * wrong, color=COLOURS["blue"], label="exact posterior, threshold 0 to .999")
alike = likeness.prod(axis=1)
crispest, count = np.argsort(-alike), np.arange(50, 1001)
wrong_crisp = np.cumsum(~right[crispest])[count - 1] / count
ax.plot(count / 10, 100 * wrong_crisp, color=COLOURS["vermilion"], label="enhanced, threshold on likeness")
for t in (0.5, 0.8, 0.95):
    ax.plot(100 * np.mean(p >= t), 100 * np.mean(~good[p >= t]), "o", color=COLOURS["blue"])
    ax.annotate(f"{t}", (100 * np.mean(p >= t), 100 * np.mean(~good[p >= t])), (-4, 8),
                textcoords="offset points", ha="right", fontsize=9)
ax.set(xlabel="plates that are read (%)", ylabel="of these wrong (%)")
ax.legend(fontsize=9, loc="upper left")
for t in (0.5, 0.8, 0.95):
    sure = p >= t
    print(f"threshold {t}: reads {sure.mean():.0%}, of these wrong {np.sum(sure & ~good)} of {sure.sum()}, {np.mean(~good[sure]):.1%} "
          f"(promised {np.sum(1 - p[sure]):.1f}); the {sure.sum()} crispest: wrong {wrong_crisp[sure.sum() - 50]:.0%}")
print(f"reads all: wrong {np.mean(~good):.1%}; enhanced and read: wrong {1 - right.mean():.1%}")
reveal("use_and_misuse.percent_wrong", 100 * np.mean(~good[p >= 0.8]), label="of the readings at p ≥ .8 wrong", unit="%")
show(fig, alt="Share of wrong readings against the share of plates that are read. The posterior's curve rises from "
              "0 % wrong at a tenth of the plates to 40 % wrong when all are read; that of the enhanced plates lies "
              "above it everywhere, from about 10 % to 54 % wrong.")

# %% [markdown]
# Not one in five: .8 is what the *least* sure of these readings promises, and the average is far surer. The
# knob works: wrong readings are as many as the probabilities promise, within chance (at .8: 15, and 22.6
# promised), and it costs plates. At .95 none of 112 was wrong (two were to be expected), and nine plates in
# ten are declined. That is no weakness of the reader. It is the measurement that doesn't say more.
#
# Likeness is a knob, and a poor one: of the 289 crispest plates 21 % are wrong, not 5 %. Part of that
# (and of 46.5 % right against 60 %) is the network's handicap, it sees one cell at a time. But likeness
# says how much a picture looks like a plate, not how probable it is.

# %% [markdown] slide="notes"
# Ask who would put a threshold, and where. Nobody can answer before they know what a wrong reading costs:
# that is the exercise. Five minutes.

# %% [markdown]
# ### Exercise 2: when to say "unreadable"
#
# Write `read_or_refuse(p, wrong, refused)`. `p`, of shape $(n,)$, are the probabilities of the best
# readings of $n$ plates. A right reading costs nothing, a wrong one costs `wrong`, and "unreadable" costs
# `refused` (a person must look, a camera must be moved). Probabilities are calibrated, so a reading costs
# $(1 - p) \cdot$ `wrong` on average. Return two things:
#
# - an array of booleans, $(n,)$: read this plate? Read exactly where reading costs less on average than
#   refusing;
# - the expected cost *per plate* of doing so, a float, averaged over all $n$ plates, the refused ones
#   included.

# %% solution="read_or_refuse"
def read_or_refuse(p, wrong, refused):
    """Decide by expected cost whether to read.

    Parameters
    ----------
    p : array (n,)
        Calibrated probability that the best reading is right.
    wrong, refused : float
        Cost of a wrong reading and of "unreadable"; > 0.

    Returns
    -------
    read : bool array (n,)
    cost : float
        Expected cost per plate.
    """
    ### BEGIN SOLUTION
    of_reading = (1 - p) * wrong
    return of_reading < refused, float(np.minimum(of_reading, refused).mean())
    ### END SOLUTION


# %% readonly="decisions"
def decided(p, wrong, refused):
    """Call a learner's function and check the form of what it returns."""
    told = call(read_or_refuse, p, wrong, refused)
    assert isinstance(told, tuple) and len(told) == 2, "read_or_refuse must return two things: (read, cost)."
    read = np.asarray(told[0])
    assert read.shape == p.shape and read.dtype == bool, (
        f"read must be an array of booleans of shape {p.shape}; yours is {read.dtype}, {read.shape}.")
    return read, told[1]


# %% test="read_or_refuse_weighs_costs" points=2
chances = np.array([0.9995, 0.97, 0.9, 0.6, 0.3, 0.05])
for wrong_cost, refusal in ((100.0, 5.0), (2.0, 1.8), (3.0, 10.0), (1000.0, 1.0)):
    read, cost = decided(chances, wrong_cost, refusal)
    best = (1 - chances) * wrong_cost < refusal
    if not np.array_equal(read, best):
        assert not np.array_equal(read, chances * wrong_cost < refusal), (
            "the two are exchanged: a reading costs (1 − p) · wrong, the chance that it is *wrong*.")
        assert not np.array_equal(read, chances > 0.5), (
            "this reads whatever is more probable than not; the costs must decide.")
        assert not np.array_equal(read, chances > refusal / wrong_cost), (
            "the threshold is 1 − refused/wrong, not refused/wrong: the dearer a mistake, the surer you must be.")
        raise AssertionError(f"with wrong = {wrong_cost:g}, refused = {refusal:g} and p = {chances} you read "
                             f"{read}; reading costs (1 − p) · wrong = {(1 - chances) * wrong_cost}.")
    spent = np.where(best, (1 - chances) * wrong_cost, refusal)
    equal(cost, spent.mean(), f"cost with wrong = {wrong_cost:g}, refused = {refusal:g}", mistakes={
        "this is the sum over the plates; the cost is per plate.": spent.sum(),
        "the refused plates cost something, too.": np.where(best, spent, 0).mean(),
        "this averages over the plates that are read; average over all.":
            spent[best].mean() if best.any() else -1.0,
        "every plate that is read is charged in full; a reading is wrong with probability 1 − p.":
            np.where(best, wrong_cost, refusal).mean()})
assert not decided(np.array([0.75]), 4.0, 1.0)[0][0], (
    "with wrong = 4, refused = 1 and p = .75 both cost 1: read only where reading costs *less*.")
### BEGIN HIDDEN TESTS
# hint: other costs and many plates; no other rule may be cheaper.
many = np.random.default_rng(3).beta(2, 1, 500)
for wrong_cost, refusal in ((40.0, 7.0), (1.0, 0.01), (5.0, 4.0)):
    read, cost = decided(many, wrong_cost, refusal)
    rules = [np.where(many >= t, (1 - many) * wrong_cost, refusal).mean() for t in np.linspace(0, 1.01, 203)]
    assert cost <= min(rules) + 1e-9, "a threshold exists that costs less than your rule."
    equal(cost, np.where(read, (1 - many) * wrong_cost, refusal).mean(), "cost of your own decisions")
### END HIDDEN TESTS

# %% [markdown]
# ### A real picture
#
# All of that was inside the world of plates. Now two photographs, shrunk to the same 28 × 6 pixels: a piece
# of a brick wall and a piece of a page with signs on it. Neither is a plate.

# %% slide="subslide" title="A wall, a page, two crisp plates"
from course_lib.imaging.operators import Downsample
from course_lib.worlds import images

wall = images.load("brick", gray=True)[:, 100:148, :224]
page = images.load("text", gray=True)[:, 40:88, 16:240]
shown = {}
for name, photo in {"wall": wall, "page": page}.items():
    y = Downsample(8)(photo)
    y = y + 0.08 * np.random.default_rng(0).standard_normal(y.shape)
    found = reference(y)
    (said, sure), drawn = found.most_probable(), enhance(y)
    shown |= {name: photo, f"{name}, recorded": y, f"{name}, enhanced": drawn}
    print(f"{name}: the network draws {legible(drawn[None])[0][0]}; the posterior says {said} with p = {sure:.2f}, "
          f"misfit {found.misfit:.2f}")
usual = np.quantile(cases["misfit"], [0.005, 0.995])
print(f"of 1000 plates 99 % have a misfit from {usual[0]:.2f} to {usual[1]:.2f}; the largest is {cases['misfit'].max():.2f}")
show_images(shown, columns=3, alt="A brick wall and a page with drawn signs, each as a photograph, as 28 × 6 noisy "
                                  "pixels, and as the crisp number plate that the network makes of it.")

# %% [markdown]
# The network draws two plates of things that never were any, a ragged one and one that is quite readable.
# The exact reader declines twice over: its best string has a probability of 1 % or less, and the **misfit**
# (mean squared residual in units of σ², lesson {priors_and_best_guesses}) is outside the range that holds 99 % of 1000 plates. The
# first is no proof of anything, a plate may be that unreadable; the second says "hardly a plate", and of the page no more
# than that: the worst of the thousand plates fits worse. And as in
# lesson {priors_and_best_guesses} a small misfit would not say that it is one. A posterior answers "which plate?"; whether the question fits
# must be checked by somebody.

# %% [markdown] slide="slide"
# ## 3 · Crisp, consistent, wrong: the substituted digit

# %% [markdown]
# This happened without any network. In July 2013 the computer scientist **David Kriesel** scanned a
# building plan with an office copier (a Xerox WorkCentre), and a room of 21.11 m² came out as one of 14.13
# m². No blur, no smudge: clean, well-formed digits, and other ones. His reports (August 2013) traced it to
# **lossy symbol matching**, as the compression standard JBIG2 allows: the machine cuts the page into small
# patches, and stores *one* patch for several that look alike. Where a 6 looked enough like an 8 that had
# been stored before, the page got the 8. The maker first pointed to one of three settings, whose notice
# warned of substitutions. Kriesel then reproduced substitutions in *all three* compression modes, and
# reports that the company confirmed it: a defect in the software that affected all of them. It issued a
# patch.
#
# Here is a toy with the same idea, in a font of 5 × 7 pixels drawn for this course.

# %% slide="subslide" title="Digits a few pixels apart"
from course_lib.worlds import digits

apart = (digits.DIGITS[:, None] != digits.DIGITS[None]).sum(axis=(2, 3))
print("pixels that differ:", {f"{i}↔{j}": int(apart[i, j]) for i in range(10) for j in range(i) if apart[i, j] <= 4})
show_images({f"{i}": 0.8 * (1.0 - digits.DIGITS[i]) for i in range(10)}, columns=10,
            alt="The digits 0 to 9 in 5 × 7 black and white pixels; 3, 6 and 9 look like an 8 with a few pixels taken out.")

# %% [markdown]
# The compressor takes the symbols of a page in order. If one that is stored already differs in at most
# `tolerance` pixels, the stored one is shown in its place, otherwise the symbol is stored. **Predict.** A
# page of 1000 random digits, scanned without any noise, is compressed with a tolerance of 3. How many of
# the 1000 come back as *other digits*?

# %%
substituted = None  # replace None by a number from 0 to 1000
predict("use_and_misuse.substituted", substituted, between=(0, 1000))

# %% slide="subslide" title="96 of 1000 digits come back as others"
rng = np.random.default_rng(4)
numbers = rng.integers(0, 10, 1000)
clean = digits.DIGITS[numbers]
for head in ([], [8]):  # the same page, and once with an 8 at its head
    page = np.append(head, numbers).astype(int)
    back = page[digits.encode(digits.DIGITS[page], tolerance=3)]
    print(f"{np.sum(back != page)} of {len(page)} digits come back as others:",
          {f"{a} → {b}": int(np.sum((page == a) & (back == b))) for a in range(10) for b in range(10)
           if a != b and np.any((page == a) & (back == b))})
    print("  on the page", "".join(map(str, page[:40])))
    print("        shown", "".join(map(str, back[:40])))
back = numbers[digits.encode(clean, tolerance=3)]
reveal("use_and_misuse.substituted", np.sum(back != numbers), label="digits of 1000 that come back as others")

# %% [markdown]
# Whichever of a close pair is *stored* first is shown for both. On this page that is a 9: every 8 becomes a 9. So no 8 is
# ever stored, and the 3s and 6s, which are close to an 8 only, come back right. Put a single 8 at the head of the page,
# and every 3, 6 and 9 becomes an 8. There is no noise in it and no chance. What comes back is crisp, it is the same wherever the digit
# occurs, and it is wrong. Consistency and sharpness are no signs of truth, here as little as in lesson {pulse}.
# (It is a toy: our compressor is simpler than the standard, and says nothing about how often real machines
# did this.)

# %% [markdown]
# ### Exercise 3: a compressor that substitutes
#
# Write `compress(page, tolerance)`. `page`, of shape $(n, 7, 5)$, holds $n$ symbols as booleans. Go through
# them in order and keep a list of *stored* symbols, at first empty:
#
# - count the pixels in which the symbol differs from each stored one. If the smallest count is at most
#   `tolerance`, show that stored symbol (the one stored first, if several are equally near);
# - otherwise store the symbol and show it itself.
#
# Return an array of $n$ ints: the place on the page of the symbol that is shown for each. So
# `page[compress(page, t)]` is what comes back, and `len(set(compress(page, t)))` patches are stored. *Off
# limits:* `digits.encode`.

# %% solution="compress" rebuilds="worlds.digits.encode"
def compress(page, tolerance):
    """For each symbol, the place of the stored symbol that is shown instead.

    Parameters
    ----------
    page : bool array (n, 7, 5)
        Symbols in the order of the page.
    tolerance : int
        Largest number of differing pixels at which a stored symbol is used again.

    Returns
    -------
    int array (n,)
    """
    ### BEGIN SOLUTION
    stored, shown = [], []
    for place, symbol in enumerate(page):
        apart = [np.sum(page[i] != symbol) for i in stored]
        if apart and min(apart) <= tolerance:
            shown.append(stored[int(np.argmin(apart))])
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown)
    ### END SOLUTION


# %% test="compress_stores_once" points=1
def page_of(*counts):
    """Symbols of which each has so many pixels of ink, in reading order."""
    return np.array([(np.arange(35) < count).reshape(7, 5) for count in counts])


equal(call(compress, page_of(10, 13, 6), 3), [0, 0, 2], "symbols of 10, 13 and 6 pixels, tolerance 3", mistakes={
    "three pixels *are* within a tolerance of 3: at most, not less than.": [0, 1, 2],
    "these are places in the list of stored symbols; return places on the page.": [0, 0, 1]})
repeated = page_of(4, 9, 4, 9, 20, 4)
equal(call(compress, repeated, 0), [0, 1, 0, 1, 4, 0], "compress of symbols that repeat, tolerance 0", mistakes={
    "equal symbols must be shown by the one that was stored.": np.arange(6),
    "these are places in the list of stored symbols; return places on the page.": [0, 1, 0, 1, 2, 0]})
equal(call(compress, page_of(10, 13), 2), [0, 1], "symbols of 10 and 13 pixels, tolerance 2")

# %% test="compress_compares_with_stored" points=1
equal(call(compress, page_of(10, 12, 14, 16), 2), [0, 0, 2, 2], "10, 12, 14 and 16 pixels, tolerance 2", mistakes={
    "compare with *stored* symbols only; you compare with all earlier ones and drift from 10 to 16.": [0, 0, 0, 0],
    "compare with all stored symbols, not the last one; and show the stored one.": [0, 0, 1, 2],
    "these are places in the list of stored symbols; return places on the page.": [0, 0, 2, 1],
    "a symbol that is shown by another must not be stored.": [0, 0, 1, 1]})
equal(call(compress, page_of(10, 16, 14), 4), [0, 1, 1], "10, 16 and 14 pixels, tolerance 4", mistakes={
    "take the *nearest* stored symbol, not the first that is near enough.": [0, 1, 0]})
equal(call(compress, page_of(10, 14, 12), 2), [0, 1, 0], "10, 14 and 12 pixels, tolerance 2: equally near", mistakes={
    "if several are equally near, show the one stored first.": [0, 1, 1]})
shapes = np.zeros((2, 7, 5), dtype=bool)
shapes[0, 0], shapes[1, 1] = True, True
equal(call(compress, shapes, 4), [0, 1], "two bars of five pixels in different rows, tolerance 4", mistakes={
    "count the pixels that *differ*, not the difference of the counts of ink.": [0, 0]})
### BEGIN HIDDEN TESTS
# hint: pages of digits with noise, other tolerances.
for seed, tolerance in ((0, 1), (1, 3), (2, 6)):
    noisy_rng = np.random.default_rng(seed)
    noisy_page = digits.DIGITS[noisy_rng.integers(0, 10, 80)] ^ (noisy_rng.random((80, 7, 5)) < 0.04)
    equal(call(compress, noisy_page, tolerance), digits.encode(noisy_page, tolerance),
          f"a page of 80 noisy digits, tolerance {tolerance}")
### END HIDDEN TESTS

# %% [markdown]
# Then why not demand equality? Because a scanner has noise, and noise makes every symbol new. Here 2 % of
# all pixels are flipped.

# %% slide="subslide" title="Compress more, substitute more"
noisy = clean ^ (rng.random(clean.shape) < 0.02)
tolerances = range(0, 11)
rows = []
for tolerance in tolerances:
    shown = digits.encode(noisy, tolerance)
    rows.append((len(set(shown.tolist())), np.sum(numbers[shown] != numbers)))
stored, mistaken = np.array(rows).T
fig, axes = figure(1, 2, size=(9, 3.1))
for ax, values, label in zip(axes, (stored, mistaken), ("patches stored", "digits that come back as others"), strict=True):
    ax.plot(tolerances, values, "o-")
    ax.set(xlabel="tolerance (pixels)", ylabel=label, ylim=(-15, 430))
print("tolerance, patches, wrong digits:", [(int(t), int(a), int(b)) for t, a, b in zip(tolerances, stored, mistaken, strict=True)])
show(fig, alt="Left: the number of stored patches falls steeply with the tolerance, from hundreds to about ten. Right: the number of "
              "wrong digits rises from next to none to hundreds. No tolerance keeps both small.")

# %% [markdown]
# With noise the dilemma shows. At a tolerance of 0 next to nothing is wrong and too little is saved: 382 patches are
# stored, where a dozen would do. At 4 it is a dozen, and ninety digits in a thousand are wrong. In
# between, at 2, a few digits are wrong and the file is small: a fair bargain for a catalogue, none for a
# building plan. The compressor can't know which it is. Who sets the tolerance decides what kind of error
# others get, without the page showing that a decision was made.

# %% [markdown] slide="notes"
# Kriesel reports how he put it to the maker: hand him a document compressed like this, let him claim that
# it is wrong, and nobody can prove the contrary. Ask what could have helped: marking patches that were used
# again; a stated tolerance; a lossless mode for numbers. Four minutes.

# %% [markdown] slide="slide"
# ## 4 · A rare error and a large pool

# %% [markdown]
# Suppose a reconstruction were good enough for a *matching* test: whoever is in the picture always matches
# (no misses), and anybody else matches with probability $10^{-4}$. That sounds like certainty. It is used
# on a pool of $10^6$ people, one of whom is the source; before the test each of them is as probable as any
# other. One person, drawn from all who match. **Predict**: with what probability, in percent, is it the source?

# %%
percent_source = None  # replace None by a number from 0 to 100
predict("use_and_misuse.percent_source", percent_source, between=(0, 100))

# %%
from course_lib.audits.identification import after_match

posterior, coincidental = after_match(pool=10**6, false_match=1e-4)
print(f"P(source | match) = {posterior:.2%}; coincidental matches expected: {coincidental:.0f}")
rng = np.random.default_rng(0)
others = rng.binomial(10**6 - 1, 1e-4, size=1000)
print(f"in 1000 simulated searches {others.min()} to {others.max()} others matched; of all matches "
      f"{1000 / (1000 + others.sum()):.2%} were the source")
reveal("use_and_misuse.percent_source", 100 * posterior, label="P(source | match)", unit="%")

# %% [markdown]
# One percent. The match did raise the odds, by the **likelihood ratio** $P(\text{match} \mid \text{source})
# / P(\text{match} \mid \text{other}) = 10^4$. But they started at 1 to 999,999, the **base rate**. About a
# hundred people match by coincidence, and nothing about the picture tells them from the one. To say "the
# error rate is one in ten thousand, so this is the source with 99.99 %" confuses $P(\text{match} \mid
# \text{other})$ with $P(\text{other} \mid \text{match})$; it is known as the *prosecutor's fallacy*
# (Thompson and Schumann 1987).
#
# With evidence of another kind, independent of the first, the odds multiply again. What doesn't help is
# more of the same: to look for the picture in a larger pool, or to enhance it again. (That adds no evidence. It may change
# how often the test errs, for better or worse, as in lesson {hallucination_measured}; then the likelihood ratio must be measured anew.)

# %% [markdown]
# ### Exercise 4: what a match proves
#
# Write `match_evidence(pool, false_match, miss, inside)`. The source is one of `pool` people with
# probability `inside`, and then each of them equally probably (so each has the prior probability
# `inside/pool`); otherwise it is none of them. The test overlooks the source with probability `miss` and
# matches anybody else with probability `false_match`. One person is tested and matches. Return the pair
#
# - $P(\text{this person is the source} \mid \text{match})$, by Bayes' rule: prior odds times likelihood
#   ratio;
# - the expected number of people in the pool who match and are *not* the source, if all are tested. On
#   average there are `pool − inside` of them.
#
# *Off limits:* `after_match`.

# %% solution="match_evidence" rebuilds="audits.identification.after_match"
def match_evidence(pool, false_match, miss, inside):
    """Posterior of a match and the expected number of coincidental ones.

    Parameters
    ----------
    pool : int
        People who could be tested; at least 2.
    false_match : float
        Probability that somebody who is not the source matches; > 0.
    miss : float
        Probability that the source does not match.
    inside : float
        Probability that the source is in the pool; > 0.

    Returns
    -------
    posterior, coincidental : float
    """
    ### BEGIN SOLUTION
    prior = inside / pool
    source, other = prior * (1 - miss), (1 - prior) * false_match
    return source / (source + other), false_match * (pool - inside)
    ### END SOLUTION


# %% readonly="matches"
def matched(*case):
    """Call a learner's function and check the form of what it returns."""
    told = call(match_evidence, *case)
    assert isinstance(told, tuple) and len(told) == 2, (
        "match_evidence must return two numbers: (posterior, coincidental).")
    return told


# %% test="match_posterior" points=2
for case in ((10**5, 1e-3, 0.4, 1.0), (1000, 0.01, 0.0, 1.0), (500, 0.02, 0.1, 0.6), (2, 0.5, 0.5, 1.0)):
    N, f, m, q = case
    prior = q / N
    equal(matched(*case)[0], prior * (1 - m) / (prior * (1 - m) + (1 - prior) * f),
          f"posterior for pool, false_match, miss, inside = {case}", atol=1e-12, mistakes={
        "this is 1 − false_match, P(no match | other): the prosecutor's fallacy. Multiply by the prior odds.": 1 - f,
        "these are the odds; the probability is odds/(1 + odds).": prior / (1 - prior) * (1 - m) / f,
        "a source that is overlooked doesn't match: P(match | source) = 1 − miss.":
            prior / (prior + (1 - prior) * f),
        "P(match | source) is 1 − miss, not miss.": prior * m / (prior * m + (1 - prior) * f) if m else -1.0,
        "the source may not be in the pool: the prior is inside/pool.":
            (1 - m) / N / ((1 - m) / N + (1 - 1 / N) * f),
        "this is the likelihood ratio turned into a probability, as if the prior odds were even.": (1 - m) / (1 - m + f),
        "`inside` must enter the prior, not multiply the posterior.":
            q * (1 - m) / N / ((1 - m) / N + (1 - 1 / N) * f)})

# %% test="coincidental_matches" points=1
for case in ((1000, 0.01, 0.0, 1.0), (500, 0.02, 0.1, 0.6), (10, 0.5, 0.3, 0.2)):
    N, f, m, q = case
    equal(matched(*case)[1], f * (N - q), f"coincidental matches for {case}", atol=1e-12, mistakes={
        "the source is no coincidence: count pool − inside people.": f * N,
        "the source is in the pool only with probability `inside`: pool − inside, not pool − 1.": f * (N - 1),
        "this counts the true match as well.": f * (N - q) + q * (1 - m),
        "this is the probability of at least one.": 1 - (1 - f) ** (N - q)})
### BEGIN HIDDEN TESTS
# hint: other numbers; a test that tells nothing leaves the prior; it agrees with simulated searches.
for case in ((10**6, 1e-4, 0.0, 1.0), (3 * 10**7, 1e-6, 0.05, 0.3), (50, 0.25, 0.75, 0.5)):
    for told, known in zip(matched(*case), after_match(*case), strict=True):
        equal(told, known, f"match_evidence{case}", atol=1e-9 * max(1, known))
equal(matched(80, 0.3, 0.7, 0.4)[0], 0.4 / 80, "a test with P(match | source) = P(match | other)")
draw_rng = np.random.default_rng(8)
there = draw_rng.random(200_000) < 0.6
hit, wrong_ones = there & (draw_rng.random(200_000) > 0.2), draw_rng.binomial(30 - there, 0.1)
told = matched(30, 0.1, 0.2, 0.6)
equal(told[0], hit.sum() / (hit.sum() + wrong_ones.sum()), "the source's share of all matches in 200,000 searches", atol=0.01)
### END HIDDEN TESTS

# %% [markdown]
# ### Feel it
#
# (1) How large may the pool be at a likelihood ratio of $10^4$ before a match is more probably wrong than
# right? (2) The pool of a country has $10^7$ people. Which likelihood ratio makes a match 99 % sure? (3)
# Put the source outside the pool with probability ½: what happens to the number of coincidental matches?
# Who are they, do you think?

# %% slide="subslide" title="A rare error in a large pool" figure="pool"
from course_lib.notebook.explorers.use_and_misuse import use_and_misuse

use_and_misuse()

# %% [markdown] slide="notes"
# Move the pool from a hundred to a million and read the title aloud each time. Then ask: who is in the
# pool? A database of people who were once arrested is not a random sample, and its base rate is not even.
# Four minutes.

# %% [markdown] only="slides" slide="slide"
# ## 5 · How many bits name a person?
#
# $$P_{\text{error}} \ge 1 - \frac{I + 1}{\log_2 M}$$
#
# Fano's bound: with $I$ bits about $M$ people, *no* method errs less.

# %% [markdown]
# ## 5 · How many bits name a person?

# %% [markdown]
# Base rates ask for a test. **Fano's inequality** (lesson {information_limit}) asks for nothing but information. Of $M$
# equally probable hypotheses one is true. If all data together carry $I$ bits about which, then *every*
# method of naming it is wrong with probability
#
# $$P_{\text{error}} \ge \frac{\log_2 M - I - 1}{\log_2 M} = 1 - \frac{I + 1}{\log_2 M}$$
#
# (this is its simple form; `limits.fano_error` solves the sharp one). And processing adds no bits: whatever
# is computed from $y$ alone, by a network, a search or a person, knows no more about the truth than $y$
# does, unless it brings information about *this* case from elsewhere. **Predict**: 10 bits against $2^{20}$
# (about a million) suspects. How large is the smallest possible probability of error, in percent?

# %%
percent_error = None  # replace None by a number from 0 to 100
predict("use_and_misuse.percent_error", percent_error, between=(0, 100))

# %%
from course_lib.imaging.limits import fano_error

simple = 1 - (10 + 1) / 20
print(f"10 bits against 2^20: simple form {simple:.3f}, sharp form {fano_error(10, 2**20):.3f}; "
      f"against 2^12: {1 - (10 + 1) / 12:.3f} and {fano_error(10, 2**12):.3f}")
reveal("use_and_misuse.percent_error", 100 * simple, label="smallest possible error", unit="%")

# %% [markdown]
# Half of the bits are missing, and at best nearly half of the answers are wrong: a bound, that no method
# beats. Whether any method comes so far down, the bound doesn't say. (Guess the ten missing bits, and you
# are right once in 1024.)

# %% [markdown]
# ### Exercise 5: Fano's bound
#
# Write `least_error(bits, hypotheses)`: the simple form above, for `bits` = $I \ge 0$ and `hypotheses` = $M
# \ge 2$. A probability is never below 0: where the formula is, the bound is 0.

# %% solution="least_error"
def least_error(bits, hypotheses):
    """Fano's lower bound on the probability of error, simple form.

    Parameters
    ----------
    bits : float
        Information about the hypothesis in all the data; ≥ 0.
    hypotheses : int
        Number of equally probable hypotheses; at least 2.

    Returns
    -------
    float
    """
    ### BEGIN SOLUTION
    return max(0.0, 1 - (bits + 1) / np.log2(hypotheses))
    ### END SOLUTION


# %% test="least_error_of_fano" points=2
for bits, M in ((3.0, 2**10), (5.0, 10**6), (0.0, 2**7), (30.0, 8 * 10**9)):
    equal(call(least_error, bits, M), 1 - (bits + 1) / np.log2(M), f"least_error({bits:g}, {M:,})", atol=1e-12, mistakes={
        "the bit for 'right or wrong' is missing: I + 1.": 1 - bits / np.log2(M),
        "bits need the logarithm to base 2; this is the natural one.": max(0.0, 1 - (bits + 1) / np.log(M)),
        "bits need the logarithm to base 2; this is to base 10.": max(0.0, 1 - (bits + 1) / np.log10(M)),
        "this is the chance of being right, at most; the error is one minus that.": (bits + 1) / np.log2(M),
        "the bound divides by log₂ M, the bits that are needed.": 1 - (bits + 1) / M,
        "this is for somebody who guesses the missing bits; Fano's bound holds for every method.": 1 - 2**bits / M})
equal(call(least_error, 12.0, 2**10), 0.0, "least_error with more bits than are needed", mistakes={
    "a probability can't be negative: the bound is 0 here.": 1 - 13 / 10})
### BEGIN HIDDEN TESTS
# hint: other numbers; more information never raises it; it never exceeds the sharp form.
for M in (16, 1000, 529_000, 2**33):
    many_bits = np.linspace(0, 40, 30).tolist()
    bounds = [float(call(least_error, bits, M)) for bits in many_bits]
    assert all(a >= b for a, b in itertools.pairwise(bounds)), "more bits raise the bound."
    assert all(bound <= fano_error(bits, M) + 1e-9 for bound, bits in zip(bounds, many_bits, strict=True)), (
        "the bound exceeds the sharp form.")
    equal(bounds[0], 1 - 1 / np.log2(M), f"least_error(0, {M:,})", atol=1e-12)
### END HIDDEN TESTS

# %% [markdown]
# ### Bits in a plate
#
# For plates all of it can be measured. The information that pictures carry about the string is, on average
# over plates, $I =
# \log_2 529{,}000 + E[\log_2 P(s_{\text{true}} \mid y)]$, which needs the exact posterior. Three cameras, same noise per pixel:

# %% [markdown] only="slides" slide="subslide"
# ## Bits in a plate
#
# | pixels | bits of 19.0 | best reading wrong |
# |---|---|---|
# | 56 × 12 | 19.0 | 0 % |
# | 28 × 6 | 17.0 | 40 % |
# | 14 × 3 | 3.7 | 100 % |

# %%
for s in (4, 8, 16):
    those = recorded_cases(s)
    n = len(those["p"])
    gained = np.log2(plates.N_STRINGS) + np.log2(those["p_truth"])
    bits = gained.mean()
    print(f"{56 * 4 // s} × {12 * 4 // s} pixels: {bits:5.2f} ± {gained.std() / n**0.5:.2f} of "
          f"{np.log2(plates.N_STRINGS):.2f} bits; error of the best reading {1 - those['right'].mean():.3f}, Fano: at least "
          f"{max(0, 1 - (bits + 1) / np.log2(plates.N_STRINGS)):.3f} (sharp {fano_error(bits, plates.N_STRINGS):.3f})")

# %% [markdown]
# Compare the rows. Two bits in nineteen are missing at 28 × 6 pixels, and *forty percent* of the best
# readings are wrong: Fano's bound is far from reached (it need not be). At 14 × 3 pixels under four bits
# are left, the bound says at least three in four, and none of 200 was right. "Most of the information is
# there" names nobody. And the enhanced pictures, being computed from the same pixels, carry at most the
# bits of the second row.

# %% [markdown] only="slides" slide="slide"
# ## 6 · Uses that hold up
#
# 1. Data consistency is shown.
# 2. Uncertainty is shown, and calibrated.
# 3. The prior is stated.
# 4. The stakes are reversible.
#
# **The row of the table is decided by the use, not by the technique.**

# %% [markdown]
# ## 6 · Uses that hold up

# %% [markdown]
# Guesses do leave the lab, and rightly. What do the good cases have in common? This course has met four
# conditions:
#
# 1. **Data consistency is shown**: what the reconstruction predicts is compared with what was measured, in
#    units of the noise (lessons {deconvolution}, {priors_and_best_guesses}; necessary, never sufficient: lessons {pulse}, {hallucination_measured}).
# 2. **Uncertainty is shown**, where the decision is made, and it is *calibrated* (lesson {hallucination_measured}, section 2
#    here).
# 3. **The prior is stated**, so that somebody can say "that doesn't hold here" (lessons {moving_the_limit}, {priors_and_best_guesses}, {bias}).
# 4. **The stakes are reversible**: a mistake is found, and whoever bears it can undo it.
#
# | use | consistency | uncertainty | prior | reversible |
# |---|---|---|---|---|
# | **Astronomy**: the image of M87\* (Event Horizon Telescope 2019) | fitted to what the telescopes measured, data published | several teams and methods, tried on synthetic data with known truth; differences published | named, as the penalty of each method | yes: a paper is corrected, nobody is arrested |
# | **Microscopy**: localising single molecules (lesson {moving_the_limit}) | photon counts are the likelihood | each point has its own, $\sigma/\sqrt N$ | one molecule a spot, few at a time | mostly: an experiment is repeated; in diagnosis less so |
# | **Microscopy**: learned restoration (Weigert 2018) | can be checked against a slower exposure of the same sample | a spread for each pixel and the disagreement of several networks | the training samples | as above, *if* the samples are like those in training |
# | **Remote sensing**: many frames of the same field (Proba-V; Märtens 2019) | not enforced; each frame can be compared | can be tested on places that were also imaged sharply | a static scene between frames | for a crop map yes; for a target no |
# | **Number plates**, exact posterior, threshold | misfit | calibrated, with "unreadable" | scheme, font, camera | for a parking fee yes; for an arrest no |
# | **Face super-resolution for identification** | at most loosely (an ε of 11 grey log_l: lesson {pulse}) | none: one picture | a collection of faces, not stated on the picture | no |
#
# The same technique appears in different rows: the row is decided by the *use*. A search that is
# **restarted** sixteen times shows the spread of its starts, not of the posterior (lesson {pulse}). Today's
# **diffusion samplers** may come near a posterior; whether one does is a measurement (lesson {priors_and_best_guesses}'s audit),
# and the posterior of the wrong prior is still wrong. They are held to the same four conditions.

# %% [markdown] slide="notes"
# Have the audience fill in one more row: their own last figure. Six minutes.

# %% [markdown]
# ## 7 · Somebody will use it all the same
#
# The article that this course answers ("There Is No (Real Life) Use Case for Face Super Resolution", June
# 2020) expects law enforcement to use such tools "no matter the disclaimers", and names a precedent, COMPAS; against
# collections of faces it names another case, MegaPixels. What is known about both? (Which of the four conditions did the score in *Loomis* meet?)
#
# **A risk score in courts.** COMPAS is a commercial score for the risk of a new arrest, first designed for
# decisions on treatment and supervision. In *State v. Loomis* the pre-sentence report itself cautioned
# against using the score to decide on severity or prison; the trial court cited it all the same, among
# other reasons (so a summary of the case). The Supreme Court of Wisconsin (2016 WI 68, 13 July 2016) allowed
# it, with written warnings: that the method is a trade secret; that it describes groups; that it wasn't
# validated for the state; that some studies asked whether it rates minority offenders disproportionately
# high. ProPublica (May 2016) reported that defendants who were not arrested again had been labelled "higher
# risk" (medium or high; Broward County, Florida) nearly twice as often if they were Black, 45 % against 23 %;
# the maker replied (July 2016) that among equal scores equal shares were arrested again. Chouldechova (2017)
# proved that where base rates differ, an imperfect score can't have equal predictive values and equal error
# rates of *both* kinds.
#
# **Collections of people, traced after the fact.** The project MegaPixels (Adam Harvey and Jules LaPlace,
# 2019) looked up what had become of research collections. Video of some 2000 people on a campus (Duke
# University, 2014) was made to track pedestrians, not to recognise faces; posters offered erasure. It was
# recorded outdoors and put on a public page, and papers from all over the world used it, some from military
# academies. It was withdrawn in April 2019. The professor responsible wrote that he had deviated from the
# review board's guidance, and apologised (Duke Chronicle, June 2019). MS-Celeb-1M, ten million pictures of
# nearly 100,000 people, was withdrawn in the same year; copies went on circulating (Vice, June 2019). And
# from the other end: police submitted drawings, edited photographs and pictures of *look-alikes* to face
# recognition when the real picture was too poor (Garvie 2019). A sharp invented face fits that practice.
# That it *will* be so used is a forecast; we know of no documented case with PULSE.

# %% [markdown] only="slides" slide="slide"
# ## 8 · Why faces?
#
# They can be aligned, they are easy to come by, and they impress.
#
# **Consent, purpose, withdrawal** come with them. No step of the method needed a face.

# %% [markdown]
# ## 8 · Why faces?

# %% [markdown]
# Two primary sources on the same system, one before and one during the public discussion:
#
# > "The system cannot be used to identify people, the researchers say"
# >
# > Duke University, press release "Artificial intelligence makes blurry faces look more than 60 times sharper", June 2020
#
# > "We want to emphasize that this is impossible"
# >
# > README.md of the repository `adamian98/pulse`, section "NOTE" (read in commit `40cacb9`), added during the discussion of June 2020: a post dated 21 June quotes it from `5a130c9`.
# > What is impossible is "to identify individuals whose faces have been blurred out". From `fe02cb9` on the note says that the paper now has a section on bias and a model card.
#
# Read as science, both are right that nothing is added: the faces carry no bit about the person that the
# pixels hadn't. "Impossible" goes further: whoever the pixels could narrow down, the output may narrow down
# too (section 5). Read as a prediction, "cannot be used" is a different sentence: anybody *can* take the
# result for a face. It would have to be "must not be", and that needs somebody who checks.
#
# **What a disclaimer can do**: tell a careful reader what the method does; fix, with a date, what its
# makers knew; give those who come later something to cite. **What it can't**: travel with the picture (a
# PNG has no README); reach the person who is shown the picture in an interview; bind anybody; bring a
# collection back. The release carried its disclaimer from the start; what went round the world were
# pictures from somebody else's demonstration, "Face Depixelizer" (Kurenkov 2020).
#
# So why faces? The article answers: they can be aligned, they are easy to come by, and they impress. The
# press release calls them "a proof of concept", and names medicine, microscopy, astronomy and satellites
# as the applications. Then anything that has a likelihood and a prior would have proved the concept. This
# course is an argument of that kind: every step of the method, its bias and its failures were shown on
# ladybirds and plates, and no step of the method needed a face. Whoever uses faces takes on what comes
# with them: **consent** (a photograph that is free to copy is not a person who was asked), **purpose**
# (the collection outlives it), **withdrawal** (copies can't be called back), and the presumption that
# others will use it on people. A good reason may outweigh that. "It is available" is not one.

# %% [markdown] slide="notes"
# Don't show the pictures of 2020; the person in them did not ask to be an example, and the argument doesn't
# need them. Quote the two sentences, ask what changed between them. Nobody here is the villain: the authors
# answered, and added a section on bias and a model card. Five minutes.

# %% [markdown]
# ## 9 · What no budget contains
#
# Lesson {bias} splits a bias into pixels, shares, generator and search. It is tempting to conclude that the
# harm has been split as well, so that better data or a better optimiser would remove it. In the discussion
# of June 2020 that was one side: biased results come from biased data. The other side, put forward by
# Timnit Gebru and others (Kurenkov 2020 collects the exchange; Selbst and colleagues 2019 make the general
# argument), holds that **harm is not reducible to data or optimiser**. Three decisions come before and
# after everything that this course can measure:
#
# - **Problem choice.** Somebody decided that faces should be sharpened, rather than, say, that cameras
#   should record why they can't tell. A perfectly balanced generator answers the same question without
#   bias, and the question may be the harm.
# - **Deployment.** The same weights, in the hands of a film restorer or in an interview room, are two
#   systems. Error rates come from the first; consequences, appeal and burden of proof from the second.
# - **Who was asked.** Those in the training pictures, those in the searched pool, those who live with a
#   wrong match: none of them appears in a loss function. Whether they were asked is a fact that can be
#   looked up, and usually isn't.
#
# This is a position, and people of good will dispute how far it goes (the debate brief, `docs/debate.md`,
# gives both sides their evidence). It doesn't say that measuring is useless: our numbers can refute a
# claim of harmlessness. They can't establish one.

# %% [markdown] only="slides" slide="slide"
# ## 10 · Decide
#
# A model card, and a memo: *may this guess leave the lab?*
#
# For which use, with which uncertainty shown, and **who can undo a mistake?**

# %% [markdown] slide="notes"
# Give the room the table of section 6 and one use of their own. Ask for the sentence of the memo that would be read aloud in
# court. Three minutes; the lesson asks for card and memo in writing.

# %% [markdown]
# ## 10 · Decide

# %% [markdown]
# ### A model card
#
# A **model card** (Mitchell and colleagues 2019) says on one page what a model is for, what it was made
# from, how it was measured, *for whom it works worse*, and what it must not be used for. Here is the one
# that the course ships with its balanced generator.

# %%
from IPython.display import Markdown

from course_lib.data import data_path

card = data_path("generators", "share_50.md").read_text(encoding="utf-8").replace("](./labels.md)", "]")
Markdown("\n".join("> " + line for line in card.splitlines() if not line.startswith("![")))

# %% [markdown]
# Audit it. Some of its numbers can be measured again in seconds, and some that it doesn't give, too.

# %%
import torch

from course_lib.audits.measures import coverage, expected_coverage, precision, share_interval
from course_lib.generators import gan
from course_lib.inference.classifiers import features, p_dark
from course_lib.worlds import ladybirds

generator = gan.load("share_50")
chance = torch.Generator().manual_seed(1)
with torch.inference_mode():
    made = np.concatenate([generator(torch.randn(100, gan.Z_DIM, generator=chance), 1.0, chance).numpy()
                           for _ in range(8)])
is_dark, redrawn = p_dark(made) > 0.5, np.random.default_rng(2).integers(0, 300, (25, 300))
low, high = share_interval(int(is_dark.sum()), len(made))
stated = float(card.split("share of the dark form | ")[1].split()[0])
apart = 1.96 * np.hypot(*(0.5 / n**0.5 for n in (len(made), 10_000)))  # standard errors of a share near ½
print(f"generated share of the dark form: {is_dark.mean():.3f} ({low:.3f} to {high:.3f}); "
      f"from the card's by {abs(is_dark.mean() - stated):.3f}, chance explains up to {apart:.3f}")
for form, name in enumerate(("pale", "dark")):
    real = features(ladybirds.render(ladybirds.sample(300, share=float(form), seed=90)))
    fake = features(made[is_dark == form][:300])
    told = [f"{f.__name__} {f(fake, real):.2f} ± {np.std([f(fake[i], real) for i in redrawn]):.2f}"
            for f in (coverage, precision)]  # ±: bootstrap over the generated pictures
    print(f"{name}: {', '.join(told)} ({len(fake)} generated against {len(real)} renders; true pictures would have a coverage of "
          f"{expected_coverage(len(fake), len(real)):.2f})")

# %% [markdown]
# Two remarks on such an audit. The share agrees with the card if the difference is below $1.96\,\sqrt{se_1^2 +
# se_2^2}$ (that intervals overlap is not enough). Coverage depends on
# the number of pictures: 300 see coarse gaps only, the card's 10,000 see finer ones (lesson {generators_and_modes}), so the two
# are not to be compared; the two *forms* are, at equal numbers. And don't overlook the card's recall, .029: hardly any true
# picture lies near a generated one (lesson {generators_and_modes}).
#
# **Write.** (1) Name three things that the card does not say and that somebody who wants to use this
# generator as a *prior* would need; for each, the number above or the measurement that would supply it. (2)
# Write three sections of a better card, at most 200 words in all: *Performance by group* (with numbers and
# their uncertainty), *Known failures*, *Use* (meant for; not for; and how a user would notice that they are
# outside).

# %% [markdown] answer="model_card" points=4
# ### BEGIN SOLUTION
# *Example.* (1) **By group**: the card gives one coverage for both forms; split by form it is what the cell
# above prints. **Diversity in full**: its recall is far below its coverage, which the card reports and
# doesn't explain; somebody must say which parameters (size, light, position) are missing, for example by
# the spread of estimated parameters against the prior's. **What happens when it is searched**: a generator
# as a prior is judged by what comes back for a given small picture; lessons {pulse} and {bias} measure that, the
# card doesn't.
#
# (2) **Performance by group.** 300 pictures against 300 renders (k = 5; ±: bootstrap): dark: coverage .98
# ± .01, precision .94 ± .01; pale: .99 ± .01, .89 ± .02. Share of the dark form, a classifier's count,
# .484 of 800 (.449 to .518); the card's .490 to .509 holds the intended .5, too. **Known failures.**
# Recall is low: many ladybirds of the drawn world are near no generated one. Searched from a small
# picture it always returns a ladybird, also for a tomato or an empty leaf. **Use.** Meant for lessons on
# priors. Not for estimating shares in nature, not for any real beetle, not for people. Outside its world
# the residual may stay small: compare with the reference posterior's misfit, and don't take a good fit
# for a proof.
#
# *Rubric, one point each; give half where the description "half" fits.*
#
# 1. **Three gaps.** *Full*: three different gaps, each with a number from the cell or a measurement one
#    could carry out ("coverage for each form", "P(dark) of what PULSE returns for 50 dark inputs"). *Half*:
#    two such, or three without a measurement. *None*: general wishes ("more detail", "more data").
# 2. **Performance by group.** *Full*: at least one measure for *each* form, with number, sample size and an
#    interval or a statement of how far chance moves it. *Half*: numbers for each form without any
#    uncertainty. *None*: one number for all ("coverage is good").
# 3. **Known failures.** *Full*: two failures that the course has measured, each concrete enough to
#    reproduce ("returns a ladybird for an empty leaf"). *Half*: one such. *None*: "may make mistakes".
# 4. **Use.** *Full*: meant for, not for, *and* an observable sign of being outside (misfit, residual in
#    units of σ, a share that drifts). *Half*: two of the three. *None*: a ban on misuse without saying what
#    use is.
# ### END SOLUTION

# %% [markdown]
# ### A memo
#
# A vendor offers *ClearPlate*, an enhance product that works like the network of the first cell. Two people
# ask you the same question, "shall we buy it?":
#
# - **A** runs a car park. A bill to the wrong owner costs 15 (a complaint, an apology, a refund). An
#   unreadable plate costs 4: somebody looks at the second camera.
# - **B** leads an investigation. A wrong reading sends a search to the wrong address. The office puts that
#   at 20,000; who bears it isn't the office. An unreadable plate costs 200: other leads are followed.
#
# The evidence is the same for both, and the costs are assumptions that you may dispute.

# %%
def spent(read, is_right, wrong, refused):
    """Cost per plate of reading these plates and refusing the others."""
    return np.where(read, np.where(is_right, 0, wrong), refused).mean()


p, good, right, alike = cases["p"], cases["right"] == 1, hits.all(axis=1), likeness.prod(axis=1)
every, costs = np.ones(1000, dtype=bool), {"A, car park": (15, 4), "B, investigation": (20_000, 200)}
bill = {}
for name, (wrong_cost, refusal) in costs.items():
    sure = (1 - p) * wrong_cost < refusal
    paid, failed = spent(sure, good, wrong_cost, refusal), np.sum(sure & ~good)
    for line, value in {
            "nothing read": refusal,
            "ClearPlate, all read": spent(every, right, wrong_cost, refusal),
            "ClearPlate, best threshold on likeness (in hindsight)":
                min(spent(alike >= t, right, wrong_cost, refusal) for t in alike),
            "exact posterior, all read": spent(every, good, wrong_cost, refusal),
            "exact posterior, 'unreadable' below a threshold": paid,
            "  as its probabilities promise": np.minimum((1 - p) * wrong_cost, refusal).mean(),
            "  if three more of its readings had been wrong": paid + 3 * wrong_cost / 1000,
    }.items():
        bill.setdefault(line, []).append(value)
    print(f"{name}: read from {1 - refusal / wrong_cost:.2f} on, {sure.sum()} plates, {failed} of them wrong; that is compatible "
          f"with up to {share_interval(int(failed), int(sure.sum()))[1]:.0%} wrong (95 %)")
print(f"{'cost per plate':54}" + "".join(f"{name:>18}" for name in costs))
for line, values in bill.items():
    print(f"{line:54}" + "".join(f"{value:18,.1f}" for value in values))

# %% [markdown]
# **Write** one page (250 to 400 words) that *both* can decide by: a recommendation for A and one for B, the
# evidence, the costs and who bears them, what you don't know, and what would change your mind. "Buy",
# "don't buy" and "buy something else" can all earn full marks.

# %% [markdown] answer="memo" points=4
# ### BEGIN SOLUTION
# *Example.* **To A and B: don't buy ClearPlate. A: buy a reader that can decline. B: use even that for
# leads only.**
#
# *Evidence.* Of 1000 simulated plates (28 × 6 pixels, noise .08) 53.5 % are read wrongly from ClearPlate's
# pictures, and of the characters that look nearly perfect 7 % are wrong. A reader that computes the
# probability of every string is right as often as it promises (60 % of all), and can decline: at .8 or more
# it reads 289, and 15 of those are wrong. Of ClearPlate's 289 crispest 21 % are.
#
# *A.* By your costs (15 and 4) ClearPlate costs 8.0 a plate, 3.6 if only its crispest are read, and
# reading nothing 4. A reader that declines below .73 costs 3.1; it reads 34 %, and 31 bills in 1000
# plates go wrong. They come back to you as complaints, and can be undone. Do it, with the probability on
# the bill's record and a person who answers.
#
# *B.* At 20,000 and 200 the threshold is .99. ClearPlate would cost 10,700 a plate, reading nothing 200,
# the declining reader 194 expected: it reads 47. None of these was wrong, but 0 of 47 can't exclude three
# errors (rule of three), so a cost of 251. The gain is small and rests on a model of the noise that
# nobody has shown for your cameras. A wrong search isn't borne by the office, can't be undone, and 20,000
# is your number, not theirs. If you use a reading at all, then to rank leads which other evidence must
# confirm, with the five most probable strings and never one picture.
#
# *Not known.* All numbers come from simulated plates whose font, light and noise are those that the reader
# assumes. Real cameras have dirt, motion and other fonts; there, calibration must be shown anew, by
# district and by season, before anybody relies on it.
#
# *What would change my mind.* For A: a trial month with known plates. For B: ClearPlate with a calibrated
# probability and a rule, written and audited, that no search rests on a reading alone.
#
# *Rubric, one point each; give half where the description "half" fits. The recommendation itself earns
# nothing and costs nothing.*
#
# 1. **Evidence.** *Full*: at least three numbers of this lesson, correctly named (what, of how many, at
#    which noise), among them one on errors *and* one on what is declined. *Half*: two, or three without
#    saying what they are of. *None*: adjectives ("often wrong").
# 2. **Costs and decision.** *Full*: for *both* readers a decision that follows from stated costs (the given
#    or other ones, then with reasons), compared with reading nothing. *Half*: one reader, or costs are
#    quoted and the decision doesn't follow. *None*: the same advice for both without costs.
# 3. **Who bears it.** *Full*: says who pays for a mistake and whether it can be undone, for both, and B's
#    number is questioned or defended. *Half*: for one of them. *None*: costs are treated as the office's
#    only.
# 4. **Limits.** *Full*: names an assumption of the simulation that may fail, *and* an observation that
#    would change the recommendation. *Half*: one of the two. *None*: "more research is needed".
# ### END SOLUTION

# %% [markdown]
# ### A debate, for a workshop
#
# *This house would publish a face super-resolution model, with a model card.* Fifty minutes, two sides
# and a jury; roles, evidence for each side and questions for the jury stand in `docs/debate.md`.

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# *So many percent of its readings are wrong; so many it declines.*
#
# Not: *it is sharp, so act on it*; nor *errors are rare, so it is the one.*

# %% [markdown]
# ## What you can now say, and what you can't
#
# You can: *so many percent of its readings are wrong; so many it declines.*
#
# You can't: *it is sharp, so act on it*; nor *errors are rare, so it's the one.*

# %% [markdown]
# The sentence of this course, a last time:
#
# > Given **A** (block means, 28 × 6 pixels), σ = .08, one frame and **P** (the scheme, its font, its light), on average the picture
# > holds about seventeen of the string's nineteen bits; the other two are drawn from **P**, by whoever draws.
#
# And what the course can't say: whether it should be done. It can say what the camera kept, who invented
# the rest, how often that is wrong and for whom. The decision stays with people who can be asked why.

# %% [markdown] slide="notes"
# End on the last sentence. If there is time, hold the vote of the debate brief before and after. Three
# minutes.

# %% [markdown]
# ## Further reading
#
# - D. Kriesel, "Xerox scanners/photocopiers randomly alter numbers in scanned documents", reports of August
#   2013,
#   [dkriesel.com](http://www.dkriesel.com/en/blog/2013/0802_xerox-workcentres_are_switching_written_numbers_when_scanning)
# - W. C. Thompson, E. L. Schumann, "Interpretation of statistical evidence in criminal trials", Law and
#   Human Behavior 11 (1987) 167. [doi:10.1007/BF01044641](https://doi.org/10.1007/BF01044641)
# - T. M. Cover, J. A. Thomas, *Elements of Information Theory*, 2nd ed. 2006, section 2.10.
#   [doi:10.1002/047174882X](https://doi.org/10.1002/047174882X)
# - M. Mitchell et al., "Model cards for model reporting", FAT\* 2019, 220.
#   [doi:10.1145/3287560.3287596](https://doi.org/10.1145/3287560.3287596)
# - T. Gebru et al., "Datasheets for datasets", Commun. ACM 64 (2021) 86.
#   [doi:10.1145/3458723](https://doi.org/10.1145/3458723)
# - A. D. Selbst et al., "Fairness and abstraction in sociotechnical systems", FAT\* 2019, 59.
#   [doi:10.1145/3287560.3287598](https://doi.org/10.1145/3287560.3287598)
# - A. Kurenkov, "Lessons from the PULSE model and discussion", The Gradient, June 2020.
#   [thegradient.pub/pulse-lessons](https://thegradient.pub/pulse-lessons/)
# - J. Angwin, J. Larson, S. Mattu, L. Kirchner, "Machine bias", ProPublica, 23 May 2016; W. Dieterich, C.
#   Mendoza, T. Brennan, "COMPAS risk scales: demonstrating accuracy equity and predictive parity",
#   Northpointe, July 2016; *State v. Loomis*, 2016 WI 68; what its pre-sentence report says, after a
#   [summary](https://www.studicata.com/summaries/supreme-court-of-wisconsin/state-v-loomis-2016-t8xgi1).
# - A. Chouldechova, "Fair prediction with disparate impact", Big Data 5 (2017) 153.
#   [doi:10.1089/big.2016.0047](https://doi.org/10.1089/big.2016.0047)
# - A. Harvey, J. LaPlace, MegaPixels, 2019, continued as [exposing.ai](https://exposing.ai); C. Tomasi,
#   "Video analysis research at Duke", [Duke Chronicle](https://www.dukechronicle.com/article/2019/06/duke-university-video-analysis-research-at-duke-carlo-tomasi),
#   June 2019; "Microsoft deleted a facial recognition database, but it's not dead",
#   [Vice](https://www.vice.com/en/article/a3x4mp/microsoft-deleted-a-facial-recognition-database-but-its-not-dead), June 2019.
# - C. Garvie, "Garbage in, garbage out: face recognition on flawed data", Georgetown Law, Center on Privacy
#   & Technology, May 2019.
# - Event Horizon Telescope Collaboration, "First M87 Event Horizon Telescope results. IV", Astrophys. J.
#   Lett. 875 (2019) L4. [doi:10.3847/2041-8213/ab0e85](https://doi.org/10.3847/2041-8213/ab0e85)
# - M. Weigert et al., "Content-aware image restoration", Nature Methods 15 (2018) 1090.
#   [doi:10.1038/s41592-018-0216-7](https://doi.org/10.1038/s41592-018-0216-7)
# - M. Märtens, D. Izzo, A. Krzic, D. Cox, "Super-resolution of PROBA-V images using convolutional neural
#   networks", Astrodynamics 3 (2019) 387.
#   [doi:10.1007/s42064-019-0059-8](https://doi.org/10.1007/s42064-019-0059-8)
# - The library's `course_lib.inference.plate_posterior` holds sections 1 and 2, `course_lib.worlds.digits` section 3;
#   read them.
