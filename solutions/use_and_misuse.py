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
# - *say* how probable a reading of a blurred plate is, and "unreadable" when you should;
# - *explain* why a rare false match finds a hundred wrong people;
# - *state* the conditions under which a reconstruction may be used, and check a product against them;
# - *write* a model card and a one-page memo that somebody can decide by.
#
# {minutes} minutes, and half an hour at home for the memo of section 9; what is marked » is optional. {builds_on} Harm to people can't be measured on ladybirds and
# plates: what follows about people is sourced, or it is an argument and says so.

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
# pixels, with noise of standard deviation .08 (1 is white). Below, what a small network makes of them, which
# was trained on such plates only.
#
# **Predict.** A template matcher reads 1000 plates that were enhanced like this. How many percent of its readings, all
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
# Not even half. At each place the matcher takes the
# character whose bitmap correlates best; its correlation is the "likeness". Four fifths of all characters look nearly
# perfect, and of *these* one in fourteen is wrong.

# %% slide="subslide" title="The network, its contrast curve, the truth"
soft = {f"network's answer {k}": enhance(y, contrast=1) for k, y in zip("ABC", recorded.values(), strict=True)}
real = {f"truth {k}": plates.render(simulate(seed)[0])[0] for k, seed in zip("ABC", seeds, strict=True)}
show_images(soft | crisp | real, columns=3,
            alt="Top: what the network computes, grey and soft where it is in doubt. Middle: the same after a "
                "steep contrast curve, crisp. Bottom: the true plates; several characters differ from the crisp ones.")

# %% [markdown]
# The first row is the network's own answer: how probable ink is at every pixel. The second row is the
# same after a steep contrast curve, $\tfrac12 + 12\,(p - \tfrac12)$, cut off at 0 and 1. The third is the truth. The
# curve removes information: "enhanced" here means *the doubt has been taken out*.

# %% [markdown] slide="notes"
# Show the first figure, let people write down plate A, then show the third. Ask what the network did wrong:
# nothing, it answered the question that it was trained on. The damage is done by the contrast curve, which
# any image editor has. Five minutes.

# %% [markdown] slide="slide"
# ## 1 · Every reading has a probability

# %% [markdown]
# There are two letters (of 23) and three digits, so
# $23^2 \cdot 10^3 = 529{,}000$ strings, 19.0 bits, all equally probable. Layout and
# font are known. Unknown are the plate's exact place, the strength of the light and the haze over it: the
# **nuisance** ν. *Given* ν, every pixel belongs to
# one character at most, and the noise is independent, so the characters can be judged one by one. Then
# average over what you don't know:
#
# $$P(s \mid y) = \sum_\nu P(\nu \mid y) \prod_{k=1}^5 P(s_k \mid y_k, \nu).$$
#
# That is the exact posterior over all strings. Plate A:

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
# Six samples are as sharp as the enhanced plate, and they disagree. The string on the plate is the most probable one, at two to one
# on, and the doubt sits in the first place.

# %% [markdown] deeper=true
# ### Exercise 1: characters that share their nuisance
#
# Write `marginals(log_l, log_prior)`. The nuisance takes one of $G$ values. `log_l`, of shape $(G, K,
# C)$, holds $\log p(y_k \mid c, \nu_g)$: how well character $c$ explains the pixels $y_k$ of place $k$ if
# the nuisance is $\nu_g$. `log_prior`, of shape $(G,)$, holds $\log p(\nu_g)$. All $C$ characters are
# equally probable at each of the $K$ places. Return $P(c \text{ at place } k \mid y)$, an array $(K, C)$:
#
# - for each $g$, the probability of each place's pixels whatever the character: $\frac1C \sum_c p(y_k \mid
#   c, \nu_g)$;
# - $P(\nu_g \mid y) \propto p(\nu_g)$ times the product of these over *all* $K$ places, with sum 1 over
#   $g$: the plate lies in one position, and every place is a witness to it;
# - $P(c \mid y) = \sum_g P(\nu_g \mid y)\, P(c \mid y_k, \nu_g)$.
#
# Log-likelihoods may be −10 000, at one place, for one nuisance or everywhere: work with logarithms, in double
# precision (`scipy.special.logsumexp` helps). *Off limits:* `PlatePosterior`.

# %% solution="marginals" rebuilds="inference.plate_posterior.PlatePosterior.marginals" deeper=true
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


# %% test="marginals_of_one_nuisance" points=1 deeper=true
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
### BEGIN HIDDEN TESTS
# hint: more places than characters and more characters than places; one place; one character.
for places, characters in ((5, 2), (2, 7), (1, 3), (3, 1)):
    alone_drawn = np.random.default_rng(places).dirichlet(np.ones(characters), places)
    equal(call(marginals, np.log(3 * alone_drawn)[None], np.zeros(1)), alone_drawn,
          f"one nuisance, {places} places, {characters} characters", atol=1e-8)
### END HIDDEN TESTS

# %% test="marginals_share_the_nuisance" points=2 deeper=true
import itertools

from scipy.special import logsumexp

pair = np.log(np.array([[[0.9, 0.01], [0.6, 0.2]], [[0.02, 0.3], [0.2, 0.6]]]))
even = np.log([0.5, 0.5])


def check_shared(log_l, log_prior, what):
    """Compare with all strings and all nuisances, one by one; name the mistake."""
    def by_trying_all(log_l, log_prior):
        G, K, C = log_l.shape
        found = np.zeros((K, C))
        top = max(log_prior[g] + log_l[g].max(axis=1).sum() for g in range(G))
        for g, string in itertools.product(range(G), itertools.product(range(C), repeat=K)):
            p = np.exp(log_prior[g] + sum(log_l[g, k, c] for k, c in enumerate(string)) - top)
            for k, c in enumerate(string):
                found[k, c] += p
        return found / found.sum(axis=1, keepdims=True)

    def normalised(p):
        return p / p.sum(axis=-1, keepdims=True)

    joint = log_l + log_prior[:, None, None]
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
            np.exp(logsumexp(joint, axis=0) - logsumexp(joint, axis=(0, 2))[:, None]),
        "the prior of the nuisance is left out.": by_trying_all(log_l, np.zeros(len(log_l))),
        "this is the posterior at the most probable nuisance alone; average over all of them.":
            given[np.argmax(seen)],
        "the nuisances are weighed by their prior; weigh by P(ν | y).":
            np.einsum("g,gkc->kc", np.exp(log_prior - logsumexp(log_prior)), given),
        "logarithms were averaged; add probabilities.":
            normalised(np.exp(average - average.max(axis=1, keepdims=True))),
    }
    expected = by_trying_all(log_l, log_prior)
    equal(call(marginals, log_l, log_prior), expected, what, atol=1e-8, mistakes={
        sentence: value for sentence, value in mistakes.items() if not np.allclose(value, expected)})


check_shared(pair, np.log([0.8, 0.2]), "marginals of two places, two nuisances")
check_shared(pair, even, "the same with an even prior")
check_shared(pair - np.array([10_000, 0])[:, None, None], even, "the same with one nuisance as good as excluded (−10 000)")
### BEGIN HIDDEN TESTS
# hint: more places, characters and nuisances, compared with all strings; one sure place decides the shift for all.
hidden_rng = np.random.default_rng(5)
for sizes, level, spread in (((4, 3, 3), 0, 2), ((3, 4, 2), -700, 3), ((2, 1, 4), -5, 1), ((5, 2, 3), 40, 2),
                             ((3, 5, 2), -10_000, 1), ((1, 2, 2), 0, 3)):
    check_shared(hidden_rng.normal(level, spread, sizes), np.log(hidden_rng.dirichlet(np.ones(sizes[0]))),
                 f"{sizes[0]} nuisances, {sizes[1]} places, {sizes[2]} characters, log-likelihoods near {level}")
one_place_far = hidden_rng.normal(0, 1, (3, 3, 2)) + np.array([0, -10_000, 0])[:, None]
check_shared(one_place_far, np.log([0.2, 0.5, 0.3]), "log-likelihoods near −10 000 at the second place only")
witness = np.zeros((2, 2, 2))
witness[0, 0] -= 60  # the first place can't have been seen under nuisance 0
witness[:, 1] = np.log([[0.9, 0.1], [0.2, 0.8]])
equal(call(marginals, witness, even)[1], [0.2, 0.8], "the second place, if the first rules a nuisance out")
### END HIDDEN TESTS

# %% [markdown] deeper=true
# The string as a whole is a *mixture of products*, not the product of the five marginals. How much does
# that matter?

# %% deeper=true
import math

coarse = reference(simulate(6, s=16, sigma=0.03)[1], sigma=0.03)  # another camera: 14 × 3 pixels, less noise
for name, found in {"plate A, 28 × 6 pixels": answer, "a plate at 14 × 3 pixels": coarse}.items():
    string, p = found.most_probable()
    product = math.prod(m[code] for m, code in zip(found.marginals(), plates.codes(string), strict=True))
    print(f"{name}: P({string} | y) = {p:.3f}; product of the marginals {product:.3f}")

# %% [markdown] deeper=true
# For plate A hardly: frame and characters together pin the shift down. At 14 × 3 pixels the shift stays uncertain, and
# the product is wrong by a factor of two: characters that fit *one* shift belong together.

# %% [markdown] slide="slide"
# ## 2 · "Unreadable" is an answer

# %% [markdown]
# A probability is worth something if it *holds*: of all readings that are given 80 %, 80 % should be right.
# The 1000 plates put it to the test.

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
# The posterior keeps its promises, within chance. It has to: plates, light and noise were drawn from the prior that it assumes.
#
# So it can decline. **Predict.** It reads only if its best string has a probability of .8 or more, and
# otherwise says "unreadable". How many percent of what it *does* read is wrong?

# %%
percent_wrong = None  # replace None by a number from 0 to 100
predict("use_and_misuse.percent_wrong", percent_wrong, between=(0, 100))

# %% slide="subslide" title="Let it decline, and errors fall"
from scipy.stats import spearmanr

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
print(f"likeness and probability: rank correlation {spearmanr(alike, p)[0]:.2f}")
reveal("use_and_misuse.percent_wrong", 100 * np.mean(~good[p >= 0.8]), label="of the readings at p ≥ .8 wrong", unit="%")
show(fig, alt="Share of wrong readings against the share of plates that are read. The posterior's curve rises from "
              "0 % wrong at a tenth of the plates to 40 % wrong when all are read; that of the enhanced plates lies "
              "above it everywhere, from about 10 % to 54 % wrong.")

# %% [markdown]
# Not one in five: .8 is what the *least* sure of these readings promises. And declining costs plates: at .95 nine in ten. It is the
# measurement that doesn't say more.
#
# Likeness is a poor knob: of the crispest plates, as many as the reader reads at .8, a fifth is wrong. It follows the probability only loosely (rank correlation .60), and
# promises nothing: without truths nobody knows what a likeness of .95 means.

# %% [markdown] slide="notes"
# Ask who would put a threshold, and where. Nobody can answer before they know what a wrong reading costs:
# that is the exercise. Five minutes.

# %% [markdown]
# ### Exercise 2: when to say "unreadable"
#
# Write `read_or_refuse(p, wrong, refused)`. `p`, of shape $(n,)$, are the calibrated probabilities of the best
# readings of $n$ plates. A right reading costs nothing, a wrong one costs `wrong`, and "unreadable" costs
# `refused` (a person must look). So a reading costs
# $(1 - p) \cdot$ `wrong` on average. Return two things:
#
# - an array of booleans, $(n,)$: read this plate? Read exactly where reading costs less on average than
#   refusing (where both cost the same, don't);
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


# %% test="read_or_refuse_weighs_costs" points=2
from course_lib.notebook.checks import call, equal


def decided(p, wrong, refused):
    """Call a learner's function and check the form of what it returns."""
    told = call(read_or_refuse, p, wrong, refused)
    assert isinstance(told, tuple | list) and len(told) == 2, "read_or_refuse must return two things: (read, cost)."
    read = np.asarray(told[0])
    assert read.shape == p.shape and read.dtype == bool, (
        f"read must be an array of booleans of shape {p.shape}; yours is {read.dtype}, {read.shape}.")
    return read, told[1]


chances = np.array([0.9995, 0.97, 0.93, 0.9, 0.6, 0.51, 0.3, 0.02])
for wrong_cost, refusal in ((100.0, 5.0), (2.0, 1.8), (3.0, 10.0), (1000.0, 1.0)):
    read, cost = decided(chances, wrong_cost, refusal)
    best = (1 - chances) * wrong_cost < refusal
    if not np.array_equal(read, best):
        for sentence, rule in {
                "the two are exchanged: a reading costs (1 − p) · wrong, the chance that it is *wrong*.": chances * wrong_cost < refusal,
                "this reads where refusing costs less: turn the comparison round.": ~best,
                "this reads whatever is more probable than not; the costs must decide.": chances > 0.5,
                "the threshold is 1 − refused/wrong, not refused/wrong: the dearer a mistake, the surer you must be.":
                    chances > refusal / wrong_cost}.items():
            assert rule.all() or not rule.any() or not np.array_equal(read, rule), sentence
        raise AssertionError(f"with wrong = {wrong_cost:g}, refused = {refusal:g} and p = {chances} you read "
                             f"{read}; reading costs (1 − p) · wrong = {(1 - chances) * wrong_cost}.")
    spent = np.where(best, (1 - chances) * wrong_cost, refusal)
    mistakes = {
        "this is the sum over the plates; the cost is per plate.": spent.sum(),
        "the refused plates cost something, too.": np.where(best, spent, 0).mean(),
        "this averages over the plates that are read; average over all.":
            spent[best].mean() if best.any() else -1.0,
        "every plate that is read is charged in full; a reading is wrong with probability 1 − p.":
            np.where(best, wrong_cost, refusal).mean()}
    equal(cost, spent.mean(), f"cost with wrong = {wrong_cost:g}, refused = {refusal:g}", atol=1e-6 * spent.mean(),
          mistakes={sentence: value for sentence, value in mistakes.items() if not np.isclose(value, spent.mean())})
assert not decided(np.array([0.75]), 4.0, 1.0)[0][0], (
    "with wrong = 4, refused = 1 and p = .75 both cost 1: read only where reading costs *less*.")
### BEGIN HIDDEN TESTS
# hint: other costs, very large and very small ones, whole numbers, one plate and many, certainty, nothing to read.
many = np.random.default_rng(3).beta(2, 1, 500)
for some, wrong_cost, refusal in ((many, 40.0, 7.0), (many, 1.0, 0.01), (many, 5, 4), (many, 3e8, 1e7), (many, 2e-8, 1e-8),
                                  (np.array([1.0, 0.0]), 8.0, 2.0), (np.array([0.4]), 10.0, 7.0), (many, 2.0, 2.5),
                                  (np.array([0.0, 0.2, 1.0]), 2.0, 2.5), (np.array([0.1, 0.2]), 10.0, 1.0)):
    read, cost = decided(some, wrong_cost, refusal)
    losses = np.where((1 - some) * wrong_cost < refusal, (1 - some) * wrong_cost, refusal)
    assert np.array_equal(read, (1 - some) * wrong_cost < refusal), (
        f"with wrong = {wrong_cost:g} and refused = {refusal:g} a plate is read that should not be, or refused.")
    equal(cost, losses.mean(), f"cost of {some.size} plates with wrong = {wrong_cost:g}, refused = {refusal:g}",
          atol=1e-6 * losses.mean())
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### A real picture
#
# Now two photographs, shrunk to the same 28 × 6 pixels: a piece
# of a brick wall and a piece of a page with signs on it. Neither is a plate.

# %% deeper=true slide="subslide" title="A wall, a page, two crisp plates"
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

# %% [markdown] deeper=true
# The network draws two plates of things that never were any. The exact reader declines twice over: its best string has
# a probability of 1 % or less, and the **misfit** (mean squared residual in units of σ²) is outside the
# range that holds 99 % of 1000 plates; for the page not by much. A
# posterior answers "which plate?". Whether the question fits must be checked by somebody.

# %% [markdown] deeper=true slide="slide"
# ## 3 · Crisp, consistent, wrong: the substituted digit

# %% [markdown] deeper=true
# This happened without any network. In July 2013 the computer scientist **David Kriesel** scanned a
# building plan with an office copier, and a room of 21.11 m² came out as one of 14.13
# m²: clean, well-formed digits, and other ones. He traced it to
# **lossy symbol matching**: the machine cuts the page into small
# patches, and stores *one* patch for several that look alike. He
# reproduced it in all three settings, and reports that the company confirmed a defect and issued a patch.
#
# Here is a toy with the same idea, in a font of 5 × 7 pixels.

# %% deeper=true slide="subslide" title="Digits a few pixels apart"
from course_lib.worlds import digits

apart = (digits.DIGITS[:, None] != digits.DIGITS[None]).sum(axis=(2, 3))
print("pixels that differ:", {f"{i}↔{j}": int(apart[i, j]) for i in range(10) for j in range(i) if apart[i, j] <= 4})
show_images({f"{i}": 0.8 * (1.0 - digits.DIGITS[i]) for i in range(10)}, columns=10,
            alt="The digits 0 to 9 in 5 × 7 black and white pixels; 3, 6 and 9 look like an 8 with a few pixels taken out.")

# %% [markdown] deeper=true
# The compressor takes the symbols of a page in order. If one that is stored already differs in at most
# `tolerance` pixels, the stored one is shown in its place, otherwise the symbol is stored. **Predict.** A
# page of 1000 random digits, scanned without any noise, is compressed with a tolerance of 3. How many of
# the 1000 come back as *other digits*?

# %% deeper=true
substituted = None  # replace None by a number from 0 to 1000
predict("use_and_misuse.substituted", substituted, between=(0, 1000))

# %% deeper=true slide="subslide" title="96 of 1000 digits come back as others"
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

# %% [markdown] deeper=true
# Whichever of a close pair is *stored* first is shown for both. On this page that is a 9: every 8 becomes a 9. Put a
# single 8 at the head of the page, and every 3, 6 and 9 becomes an 8. What comes
# back is crisp, it is the same wherever the digit
# occurs, and it is wrong. (A toy says nothing about how
# often real machines did this.)

# %% [markdown] deeper=true
# ### Exercise 3: a compressor that substitutes
#
# Write `compress(page, tolerance)`. `page`, of shape $(n, 7, 5)$, holds $n$ symbols as booleans, $n \ge 1$. Go through
# them in order and keep a list of *stored* symbols, at first empty:
#
# - count the pixels in which the symbol differs from each stored one. If the smallest count is at most
#   `tolerance`, show that stored symbol (the one stored first, if several are equally near);
# - otherwise store the symbol and show it itself.
#
# Return an array of $n$ integers (not floats): the place on the page of the symbol that is shown for each. So
# `page[compress(page, t)]` is what comes back. *Off limits:* `digits.encode`.

# %% solution="compress" rebuilds="worlds.digits.encode" deeper=true
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


# %% test="compress_stores_once" points=1 deeper=true
def page_of(*counts):
    """Symbols of which each has so many pixels of ink, in reading order."""
    return np.array([(np.arange(35) < count).reshape(7, 5) for count in counts])


def shown_for(page, tolerance, expected, what, mistakes=None):
    """Call compress and compare, the type first."""
    told = np.asarray(call(compress, page, tolerance))
    assert told.dtype.kind in "iu", (
        f"{what}: places are integers, so that page[…] takes them; these are {told.dtype}.")
    equal(told, expected, what, mistakes=mistakes)


shown_for(page_of(10, 13), 4, [0, 0], "symbols of 10 and 13 pixels, tolerance 4")
shown_for(page_of(13, 10), 4, [0, 0], "symbols of 13 and 10 pixels, tolerance 4", mistakes={
    "a pixel that was ink and is paper counts as much as the reverse (and unsigned integers go from 0 to 255).": [0, 1]})
shown_for(page_of(10, 13, 6), 3, [0, 0, 2], "symbols of 10, 13 and 6 pixels, tolerance 3", mistakes={
    "three pixels *are* within a tolerance of 3: at most, not less than.": [0, 1, 2],
    "these are places in the list of stored symbols; return places on the page.": [0, 0, 1]})
repeated = page_of(4, 9, 4, 9, 20, 4)
shown_for(repeated, 0, [0, 1, 0, 1, 4, 0], "symbols that repeat, tolerance 0", mistakes={
    "equal symbols must be shown by the one that was stored.": np.arange(6),
    "these are places in the list of stored symbols; return places on the page.": [0, 1, 0, 1, 2, 0]})
### BEGIN HIDDEN TESTS
# hint: one symbol; a tolerance that takes everything; symbols in another order; ink that moves.
shown_for(page_of(7), 0, [0], "a page of one symbol")
shown_for(page_of(0, 35, 20), 35, [0, 0, 0], "tolerance 35")
shown_for(page_of(20, 4, 20, 4), 3, [0, 1, 0, 1], "20, 4, 20 and 4 pixels, tolerance 3")
shown_for(page_of(12, 10, 6), 2, [0, 0, 2], "12, 10 and 6 pixels, tolerance 2")
shapes = np.zeros((2, 7, 5), dtype=bool)
shapes[0, 0], shapes[1, 1] = True, True
shown_for(shapes, 4, [0, 1], "two bars of five pixels in different rows, tolerance 4", mistakes={
    "count the pixels that *differ*, not the difference of the counts of ink.": [0, 0]})
### END HIDDEN TESTS

# %% test="compress_compares_with_stored" points=1 deeper=true
shown_for(page_of(10, 12, 14, 16), 2, [0, 0, 2, 2], "10, 12, 14 and 16 pixels, tolerance 2", mistakes={
    "compare with *stored* symbols only; you compare with all earlier ones and drift from 10 to 16.": [0, 0, 0, 0],
    "compare with all stored symbols, not the last one; and show the stored one.": [0, 0, 1, 2],
    "these are places in the list of stored symbols; return places on the page.": [0, 0, 2, 1],
    "a symbol that is shown by another must not be stored.": [0, 0, 1, 1]})
first_of_two = [np.array_equal(call(compress, page_of(*counts), 4), [0, 1, 0]) for counts in ((16, 10, 12), (10, 17, 14))]
assert not all(first_of_two), "take the *nearest* stored symbol, not the first that is near enough."
shown_for(page_of(16, 10, 12), 4, [0, 1, 1], "16, 10 and 12 pixels, tolerance 4")
shown_for(page_of(10, 16, 13), 4, [0, 1, 0], "10, 16 and 13 pixels, tolerance 4: equally near", mistakes={
    "if several are equally near, show the one stored first.": [0, 1, 1]})
shown_for(page_of(10, 17, 14), 4, [0, 1, 1], "10, 17 and 14 pixels, tolerance 4")
### BEGIN HIDDEN TESTS
# hint: pages of digits with noise, other tolerances.
for seed, tolerance, n in ((0, 1, 80), (1, 3, 80), (2, 6, 80), (3, 4, 33), (4, 9, 50)):
    noisy_rng = np.random.default_rng(seed)
    noisy_page = digits.DIGITS[noisy_rng.integers(0, 10, n)] ^ (noisy_rng.random((n, 7, 5)) < 0.06)
    shown_for(noisy_page, tolerance, digits.encode(noisy_page, tolerance),
              f"a page of {n} noisy digits, tolerance {tolerance}")
### END HIDDEN TESTS

# %% [markdown] deeper=true
# Then why not demand equality? Because a scanner has noise, and noise makes many symbols new. Here 2 % of
# all pixels are flipped.

# %% deeper=true slide="subslide" title="Compress more, substitute more"
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
              "wrong digits rises from next to none to hundreds. At 2 both are moderate.")

# %% [markdown] deeper=true
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
# Suppose a reconstruction were good enough for a *matching* test: whoever is in the picture always matches,
# and anybody else matches with probability $10^{-4}$. It is used
# on a pool of $10^6$ people, one of whom is the source, each as probable as any
# other before the test. One person of the pool is tested, and matches. **Predict**: with what probability, in percent, is it the source?

# %%
percent_source = None  # replace None by a number from 0 to 100
predict("use_and_misuse.percent_source", percent_source, between=(0, 100))

# %%
from course_lib.audits.identification import after_match

posterior, coincidental = after_match(pool=10**6, false_match=1e-4)
print(f"P(source | match) = {posterior:.2%}; coincidental matches expected: {coincidental:.0f}")
rng = np.random.default_rng(0)
others = rng.binomial(10**6 - 1, 1e-4, size=1000)
print(f"in 1000 simulated searches {others.min()} to {others.max()} others matched; of all matches, put together, "
      f"{1000 / (1000 + others.sum()):.2%} were the source")
reveal("use_and_misuse.percent_source", 100 * posterior, label="P(source | match)", unit="%")

# %% [markdown]
# One percent. The match did raise the odds, by the **likelihood ratio** $P(\text{match} \mid \text{source})
# / P(\text{match} \mid \text{other}) = 10^4$. But they started at 1 to 999,999, the **base rate**. To say "the
# error rate is one in ten thousand, so this is the source with 99.99 %" confuses $P(\text{match} \mid
# \text{other})$ with $P(\text{other} \mid \text{match})$: the *prosecutor's fallacy*
# (Thompson and Schumann 1987). To enhance the picture adds no evidence.

# %% [markdown]
# ### Exercise 4: what a match proves
#
# Write `match_evidence(pool, false_match, miss, inside)`. The source is one of `pool` people with
# probability `inside`, each of them equally probably (so each has the prior probability
# `inside/pool`); otherwise it is none of them. The test overlooks the source with probability `miss` and
# matches anybody else with probability `false_match`. One person is tested and matches. Return two numbers:
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
        Probability that the source does not match; < 1.
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


# %% test="match_posterior" points=2
def matched(*case):
    """Call a learner's function and check the form of what it returns."""
    told = call(match_evidence, *case)
    assert isinstance(told, tuple | list | np.ndarray) and np.shape(told) == (2,), (
        "match_evidence must return two numbers: posterior, coincidental.")
    return told


def check_posterior(*case):
    """Compare the first number, and name the mistake that alone would give what came."""
    N, f, m, q = case
    prior = q / N
    right = prior * (1 - m) / (prior * (1 - m) + (1 - prior) * f)
    slipped = prior * (1 - m) / f
    mistakes = {
        "this is 1 − false_match, P(no match | other): the prosecutor's fallacy. Multiply by the prior odds.": 1 - f,
        "these are the odds; the probability is odds/(1 + odds).": prior / (1 - prior) * (1 - m) / f,
        "the prior probability inside/pool was taken as the odds; the odds are prior/(1 − prior).": slipped / (1 + slipped),
        "a source that is overlooked doesn't match: P(match | source) = 1 − miss.":
            prior / (prior + (1 - prior) * f),
        "P(match | source) is 1 − miss, not miss.": prior * m / (prior * m + (1 - prior) * f),
        "the source may not be in the pool: the prior is inside/pool.":
            (1 - m) / N / ((1 - m) / N + (1 - 1 / N) * f),
        "this is the likelihood ratio turned into a probability, as if the prior odds were even.": (1 - m) / (1 - m + f),
        "`inside` must enter the prior, not multiply the posterior.":
            q * (1 - m) / N / ((1 - m) / N + (1 - 1 / N) * f)}
    apart = {sentence: value for sentence, value in mistakes.items() if not np.isclose(value, right, rtol=1e-5)}
    for value in list(apart.values()):  # what two mistakes give alike accuses neither
        alike = [sentence for sentence, other in apart.items() if np.isclose(value, other, rtol=1e-5)]
        for sentence in alike[1:]:
            del apart[sentence]
    equal(matched(*case)[0], right, f"posterior for pool, false_match, miss, inside = {case}",
          atol=1e-6 * right, mistakes=apart)


for case in ((40, 0.05, 0.3, 0.6), (500, 0.02, 0.1, 0.6), (10**5, 1e-3, 0.4, 1.0)):
    check_posterior(*case)
### BEGIN HIDDEN TESTS
# hint: two people, very large pools, a perfect test, a source that is hardly ever there, a test that tells nothing.
for case in ((2, 0.5, 0.5, 1.0), (1000, 0.01, 0.0, 1.0), (10**6, 1e-4, 0.0, 1.0), (3 * 10**7, 1e-9, 0.05, 0.3),
             (50, 0.25, 0.75, 0.5), (80, 0.3, 0.7, 0.4), (10, 0.1, 0.99, 1e-6), (3, 1.0, 0.0, 0.9)):
    check_posterior(*case)
draw_rng = np.random.default_rng(8)
there = draw_rng.random(200_000) < 0.6
hit, wrong_ones = there & (draw_rng.random(200_000) > 0.2), draw_rng.binomial(30 - there, 0.1)
equal(matched(30, 0.1, 0.2, 0.6)[0], hit.sum() / (hit.sum() + wrong_ones.sum()), "the source's share of all matches in 200,000 searches", atol=0.01)
### END HIDDEN TESTS

# %% test="coincidental_matches" points=1
def check_coincidental(*case):
    """Compare the second number."""
    N, f, m, q = case
    right = f * (N - q)
    mistakes = {
        "the source is no coincidence: count pool − inside people.": f * N,
        "the source is in the pool only with probability `inside`: pool − inside, not pool − 1.": f * (N - 1),
        "this counts the true match as well.": right + q * (1 - m),
        "this is the probability of at least one.": 1 - (1 - f) ** (N - q)}
    equal(matched(*case)[1], right, f"coincidental matches for {case}", atol=1e-9 * right, mistakes={
        sentence: value for sentence, value in mistakes.items() if not np.isclose(value, right, rtol=1e-9)})


for case in ((500, 0.0213, 0.1, 0.6), (10, 0.5, 0.3, 0.2), (1000, 0.01, 0.0, 1.0)):
    check_coincidental(*case)
### BEGIN HIDDEN TESTS
# hint: other numbers, two people, very large pools and very small chances.
for case in ((2, 0.5, 0.5, 0.3), (10**6, 1e-4, 0.0, 0.5), (3 * 10**7, 1e-9, 0.05, 0.3), (50, 1.0, 0.75, 0.5)):
    check_coincidental(*case)
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### Feel it
#
# (1) How large may the pool be at a likelihood ratio of $10^4$ before a match is more probably wrong than
# right? (2) Which likelihood ratio makes a match 99 % sure in a pool of $10^7$? (3)
# Put the source outside the pool with probability ½: what happens to the coincidental matches? Who are they?

# %% deeper=true slide="subslide" title="A rare error in a large pool" figure="pool"
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
#
# Of $2^{20}$ suspects, about a million, one is the right one, each equally probably. All data together carry 10 bits about which.
# **Predict**: how often must the best method be wrong at least, in percent?

# %%
percent_error = None  # replace None by a number from 0 to 100
predict("use_and_misuse.percent_error", percent_error, between=(0, 100))

# %% [markdown]
# **Fano's inequality** (lesson {information_limit}): of $M$
# equally probable hypotheses one is true. If all data together carry $I$ bits about which, then *every*
# method of naming it is wrong with probability
#
# $$P_{\text{error}} \ge \frac{\log_2 M - I - 1}{\log_2 M} = 1 - \frac{I + 1}{\log_2 M}.$$
#
# And processing adds no bits.

# %%
from course_lib.imaging.limits import fano_error

for exponent in (20, 12):
    print(f"10 bits against 2^{exponent}: wrong with a probability of at least {fano_error(10, 2**exponent):.3f} (a slightly sharper form)")
reveal("use_and_misuse.percent_error", 100 * fano_error(10, 2**20), label="smallest possible error", unit="%")

# %% [markdown]
# Half of the bits are missing, and at best nearly half of the answers are wrong.

# %% [markdown] deeper=true
# ### Exercise 5: Fano's bound
#
# Write `least_error(bits, hypotheses)`: the formula above, for `bits` = $I \ge 0$ and `hypotheses` = $M
# \ge 2$. A probability is never below 0: where the formula is, the bound is 0.

# %% solution="least_error" deeper=true
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


# %% test="least_error_of_fano" points=2 deeper=true
def check_bound(bits, M):
    """Compare with the simple form, and name the mistake if the value is one's own."""
    right, log2 = max(0.0, 1 - (bits + 1) / np.log2(M)), np.log2(M)
    mistakes = {
        "the bit for 'right or wrong' is missing: I + 1.": 1 - bits / log2,
        "bits need the logarithm to base 2; this is the natural one.": 1 - (bits + 1) / np.log(M),
        "bits need the logarithm to base 2; this is to base 10.": 1 - (bits + 1) / np.log10(M),
        "this is the chance of being right, at most; the error is one minus that.": (bits + 1) / log2,
        "the bound divides by log₂ M, the bits that are needed.": 1 - (bits + 1) / M,
        "this is for somebody who guesses the missing bits; Fano's bound holds for every method.": 1 - 2**bits / M,
        "a probability can't be negative: the bound is 0 here.": 1 - (bits + 1) / log2}
    values = list(mistakes.values())  # what two mistakes give alike accuses neither
    equal(call(least_error, bits, M), right, f"least_error({bits:g}, {M:,})", atol=1e-6, mistakes={
        sentence: value for sentence, value in mistakes.items()
        if abs(value - right) > 1e-5 and (value > 0 or right == 0)
        and sum(abs(value - other) < 1e-5 for other in values) == 1})


for bits, M in ((2.0, 10**4), (5.0, 10**9), (0.0, 2**7), (12.0, 2**10)):
    check_bound(bits, M)
### BEGIN HIDDEN TESTS
# hint: other numbers, two hypotheses and very many, whole bits, more bits than are needed.
for bits, M in ((0, 2), (0.5, 3), (1, 4), (18.5, 529_000), (25.0, 529_000), (30.0, 8 * 10**9), (7.25, 1000), (2, 10**15)):
    check_bound(bits, M)
### END HIDDEN TESTS

# %% [markdown]
# ### Bits in a plate
#
# Pictures carry, on average, $I =
# \log_2 529{,}000 + E[\log_2 P(s_{\text{true}} \mid y)]$ bits about the string.
# Three cameras, same noise per pixel:

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
          f"{fano_error(bits, plates.N_STRINGS):.3f}")

# %% [markdown]
# Two bits in nineteen are missing at 28 × 6 pixels, and *forty percent* of the best
# readings are wrong: Fano's bound need not be reached. The enhanced pictures carry at most the bits of the second row.

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
# Guesses do leave the lab, and rightly, under four conditions:
#
# 1. **Data consistency is shown**: what the reconstruction predicts is compared with what was measured, in
#    units of the noise. Necessary, never sufficient (lessons {pulse}, {hallucination_measured}).
# 2. **Uncertainty is shown**, where the decision is made, and it is *calibrated* (section 2).
# 3. **The prior is stated**, so that somebody can say "that doesn't hold here" (lessons {moving_the_limit}, {bias}).
# 4. **The stakes are reversible**: a mistake is found, and whoever bears it can undo it.

# %% [markdown] slide="notes"
# Have the audience fill in one more row: their own last figure. Six minutes.

# %% [markdown]
# ## 7 · Somebody will use it all the same
#
# The article that this course answers expects law enforcement to use such tools "no matter the disclaimers", and names two precedents.
#
# **A risk score in courts.** COMPAS is a commercial score for the risk of a new arrest. In *State v. Loomis* (2016 WI 68)
# the trial court cited it, among other reasons, though the pre-sentence report had cautioned against using it to decide on prison. The Supreme Court of Wisconsin allowed
# it, with written warnings: a trade secret, about groups, not validated for the state. ProPublica (May 2016) reported that of those who weren't arrested again 45 % of Black and 23 %
# of white defendants had been labelled "higher risk";
# the maker replied that among equal scores equal shares were arrested again. Where base rates differ, an imperfect score whose equal values mean equal shares can't have both error rates,
# false positive and false negative, equal as well (Chouldechova 2017).
#
# **Collections of people.** Video of some 2000 people on a campus (Duke University, 2014) was made to track pedestrians; papers from
# all over the world used it, some from military academies (Harvey and LaPlace 2019). It was withdrawn in 2019, as was
# MS-Celeb-1M, of which copies went on circulating. And police
# submitted drawings and pictures of *look-alikes* to face recognition (Garvie 2019). A
# sharp invented face fits that practice; we know of no documented case with PULSE.

# %%
# Try: judge seven uses by the four conditions, in their order: y (met), p (in part) or n (not met), as "yypn".
# (Molecules, many frames: lesson {moving_the_limit}. Learned microscopy: a network makes a clean picture of a noisy one.)
mine = {"the image of M87*": "????", "localised molecules": "????", "learned microscopy": "????",
        "many satellite frames": "????", "plates with a threshold": "????", "a risk score in court": "????",
        "face super-resolution": "????"}

# %%
ours = {
    "the image of M87*": ("ypyy", "data published; several teams, tested on simulated data; a paper is corrected (EHT 2019)"),
    "localised molecules": ("yyyp", "counts are the likelihood; σ/√N; one molecule a spot; in diagnosis less reversible"),
    "learned microscopy": ("pyyp", "a slower exposure can check it; a spread, several networks; like the training samples? (Weigert 2018)"),
    "many satellite frames": ("ppyp", "not enforced; tested where sharp pictures exist; a static scene; crop maps yes, targets no (Märtens 2019)"),
    "plates with a threshold": ("yyyp", "misfit; calibrated, can decline; scheme and font; a parking fee can be undone, an arrest can't"),
    "a risk score in court": ("npnn", "nothing to compare it with; errors measured by others, disputed; a trade secret; years of a life"),
    "face super-resolution": ("pnnn", "within 11.4 grey levels of linear light (lesson {pulse}); one picture; faces, not stated on it; an arrest"),
}
for use, (judged, why) in ours.items():
    apart = "" if "?" in mine[use] else f"; you differ in {sum(a != b for a, b in zip(mine[use], judged, strict=False))}"
    print(f"{use:24} yours {mine[use]}  ours {judged}{apart}\n{'':24} {why}")

# %% [markdown]
# Ours are judgements, too: **the *use* decides**, not the technique.

# %% [markdown] only="slides" slide="slide"
# ## 8 · Why faces?
#
# They can be aligned, they are easy to come by, and they impress.
#
# **Consent, purpose, withdrawal** come with them. No step of the method needed a face.

# %% [markdown]
# ## 8 · Why faces?

# %% [markdown]
# They can be aligned, they are easy to come by, and they impress, the article answers. But this
# course takes every step on ladybirds and plates. Whoever uses faces takes on more. **Consent**: a photograph that is free
# to copy is not a person who was asked. **Purpose**: the collection outlives it. **Withdrawal**: copies can't be
# called back. A good reason may outweigh that. "It is available" is not one.

# %% [markdown] deeper=true
# Two sources on the same system. Duke University's press release of June 2020: "The system cannot be used to
# identify people, the researchers say"; faces are "a proof of concept". And the note in the `README.md` of the repository `adamian98/pulse`, whose
# stored versions say:
#
# | commit, 2020 | what it says |
# |---|---|
# | before `5a130c9` | no note |
# | `5a130c9`, 20 June | to identify people "is impossible"; and "It does appear that PULSE is producing white faces much more frequently than faces of people of color", a bias "likely inherited from the dataset", "though there could be other factors" |
# | `154679c`, 22 June | impossible, as before; the sentences on *which* faces and *why* are gone; instead a new section in the paper and "an accompanying model card" |
# | `fe02cb9`, 27 June | the same, with new links |
#
# That nothing is added is right: the faces carry no bit about the person that the
# pixels hadn't. "Impossible" goes further: whoever the pixels could narrow down, the output may narrow down
# too (section 5). And "cannot be used" would have to be "must not be", which needs somebody who checks.

# %% deeper=true
# Try: whom does such a note reach? True or False for each.
reaches = {"a researcher who downloads the code": None, "a witness who is shown the picture": None,
           "a person in the training pictures": None, "a historian in 2030": None}

# %% deeper=true
told = {"a researcher who downloads the code": (True, "it stands on the page; it says what the method does"),
        "a witness who is shown the picture": (False, "a PNG has no README"),
        "a person in the training pictures": (False, "a note can't bring a collection back"),
        "a historian in 2030": (True, "it fixes, with a date, what its makers knew, and what they no longer said")}
for reader, (answer_of_ours, why) in told.items():
    print(f"{reader:36} yours {reaches[reader]!s:5}  ours {answer_of_ours!s:5}  {why}")

# %% [markdown] slide="notes"
# Don't show the pictures of 2020; the person in them did not ask to be an example, and the argument doesn't
# need them. Show the note's three versions, and ask what came and what went. Nobody here is the villain: the authors
# answered, and added a section on bias and a model card. Five minutes.

# %% [markdown]
# ### What no budget contains
#
# Lesson {bias} splits a bias into pixels, shares, generator and search. Timnit Gebru and others hold that **harm is not reducible to data or optimiser** (Kurenkov 2020, Selbst and colleagues 2019). Three decisions lie outside
# all measurements. **Problem choice**: somebody decided that faces should be sharpened.
# **Deployment**: the same weights with a film restorer or in an interview room are two systems. And **who was
# asked**. How far this goes is disputed (`docs/debate.md`). Numbers can refute a claim of harmlessness.
# They can't establish one.

# %% [markdown] only="slides" slide="slide"
# ## 9 · Decide
#
# A model card, and a memo: *may this guess leave the lab?*
#
# For which use, with which uncertainty shown, and **who can undo a mistake?**

# %% [markdown] slide="notes"
# Give the room the seven uses of section 7 and one of their own. Ask for the sentence of the memo that would be read aloud in
# court. Three minutes; the lesson asks for card and memo in writing.

# %% [markdown]
# ## 9 · Decide

# %% [markdown]
# ### A model card
#
# A **model card** (Mitchell and colleagues 2019) says on one page what a model is for, what it was made
# from, how it was measured, *for whom it works worse*, and what it must not be used for. This is that of
# the balanced generator:

# %%
from IPython.display import Markdown

from course_lib.data import data_path

card = data_path("generators", "share_50.md").read_text(encoding="utf-8").replace("](./labels.md)", "]")
Markdown("\n".join("> " + line for line in card.splitlines() if not line.startswith("![")))

# %% [markdown]
# Audit it: measure again what it says, and what it doesn't.

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
print(f"10,000 true pictures against 10,000 renders, as on the card, would have a coverage of {expected_coverage(10_000, 10_000):.2f}")

# %% [markdown]
# Coverage depends on the number of pictures, so compare each with what true pictures would have, ours and the card's. And don't overlook the card's recall, .029.
#
# **Write.**
#
# 1. **Three gaps**: what the card doesn't say and somebody who uses this
#    generator as a *prior* would need. For each, the number above or a measurement (what is counted, of how many).
# 2. Three sections of a better card, at most 200 words. *Performance by group*: for *each* form a number
#    with its sample size, and how far chance moves it.
# 3. *Known failures*: two that this course measured (here or in lessons {generators_and_modes} to {causes}), of this generator or
#    of another ladybird generator, each with what went in and what came out, or what was counted. Too vague: "may make mistakes".
# 4. *Use*: meant for; not for; and a sign, which a user can *observe*, that an input lies outside the card's world.

# %% [markdown] answer="model_card" points=4
# ### BEGIN SOLUTION
# *Example.* (1) **By group**: the card gives one coverage for both forms, .831, and doesn't say that 10,000 true pictures
# would have .97; split by form, from 300, it is what the cell above prints. **Diversity in full**: its recall is far below its coverage, which the card reports and
# doesn't explain; somebody must say which parameters (size, light, position) are missing, for example by
# the spread of estimated parameters against the prior's. **What happens when it is searched**: P(dark) of
# what PULSE returns for 400 dark and 400 pale inputs; lesson {bias} counts that, the card doesn't.
#
# (2) **Performance by group.** 300 pictures against 300 renders (k = 5; ±: bootstrap): dark: coverage .98
# ± .01, precision .94 ± .01; pale: .99 ± .01, .89 ± .02. Share of the dark form, a classifier's count,
# .484 of 800 (.449 to .518); the card's .490 to .509 holds the intended .5, too. **Known failures.**
# Recall is .029: few ladybirds of the drawn world lie among generated ones. A sibling, `share_10`, searched from the sixteen
# pixels of a tomato or of an empty leaf, returned a clean ladybird within ε (lesson {pulse}). **Use.** Meant for lessons on
# priors. Not for estimating shares in nature, not for any real beetle, not for people. Outside its world
# the residual may stay small: compare with the reference posterior's misfit, and don't take a good fit
# for a proof.
#
# *Rubric, one point each, or half. In every criterion a false statement (a number that neither card nor cell nor the lesson
# of its measurement prints, a claim that lessons contradict) beside a right one costs half a point of that criterion, and
# never another's.*
#
# 1. **Three gaps.** *Full*: three different gaps, each with a number from the cell or a measurement that says what is
#    counted ("P(dark) of what PULSE returns for 50 dark inputs"). *Half*: one or two such. *None*: wishes ("more detail").
# 2. **Performance by group.** *Full*: one measure for *each* form, with number, sample size and an
#    interval or ±. *Half*: numbers for each form, but sample size or chance or both are missing. *None*: one number for all.
# 3. **Known failures.** *Full*: two measured ones, each with what went in and what came out ("an empty leaf comes back
#    as a ladybird"), or with what was counted ("recall .029: of true pictures, few lie among generated ones"). Those of
#    another ladybird generator count, with or without its name. *Half*: one such. *None*: "may make mistakes".
# 4. **Use.** *Full*: meant for, not for, *and* an observable sign (misfit, residual in
#    units of σ, a share that drifts). *Half*: two of the three. *None*: one or none.
# ### END SOLUTION

# %% [markdown]
# ### A memo
#
# A vendor offers *ClearPlate*, which works like the network of the first cell. Two people
# ask you the same question, "shall we buy it?":
#
# - **A** runs a car park. A bill to the wrong owner costs 15. An
#   unreadable plate costs 4: somebody looks at the second camera.
# - **B** leads an investigation. A wrong reading sends a search to the wrong address. The office puts that
#   at 20,000; who bears it isn't the office. An unreadable plate costs 200: other leads are followed.
#
# You may dispute the costs. (The cell calls your `read_or_refuse`; without it, work with the thresholds of section 2.)

# %%
def spent(read, is_right, wrong, refused):
    """Cost per plate of reading these plates and refusing the others."""
    return np.where(read, np.where(is_right, 0, wrong), refused).mean()


p, good, right, alike = cases["p"], cases["right"] == 1, hits.all(axis=1), likeness.prod(axis=1)
every, costs = np.ones(1000, dtype=bool), {"A, car park": (15, 4), "B, investigation": (20_000, 200)}
bill = {}
for name, (wrong_cost, refusal) in costs.items():
    sure, promised = read_or_refuse(p, wrong_cost, refusal)
    paid, failed = spent(sure, good, wrong_cost, refusal), np.sum(sure & ~good)
    for line, value in {
            "nothing read": refusal,
            "ClearPlate, all read": spent(every, right, wrong_cost, refusal),
            "ClearPlate, best threshold on likeness (in hindsight)":
                min(spent(alike >= t, right, wrong_cost, refusal) for t in alike),
            "exact posterior, all read": spent(every, good, wrong_cost, refusal),
            "exact posterior, 'unreadable' below a threshold": paid,
            "  as its probabilities promise": promised,
            "  if three more of its readings had been wrong": paid + 3 * wrong_cost / 1000,
    }.items():
        bill.setdefault(line, []).append(value)
    print(f"{name}: read from {1 - refusal / wrong_cost:.2f} on, {sure.sum()} plates, {failed} of them wrong; that is compatible "
          f"with up to {share_interval(int(failed), int(sure.sum()))[1]:.0%} wrong (95 %)")
print(f"{'cost per plate':54}" + "".join(f"{name:>18}" for name in costs))
for line, values in bill.items():
    print(f"{line:54}" + "".join(f"{value:18,.1f}" for value in values))

# %% [markdown]
# **Write** one page (250 to 400 words) that *both* can decide by. Any recommendation can earn full marks. It must contain
#
# 1. **evidence**: three numbers of this lesson, each with what it is of and of how many, among them one on errors and one
#    on what is declined ("0 of 47 were wrong" alone doesn't say how many might be);
# 2. **costs and decision**: for A *and* for B a decision that follows from costs, compared with reading nothing (if it rests on a
#    threshold that is known in hindsight only, say so);
# 3. **who bears it**: for A and for B, who pays for a mistake and whether it can be undone; and is B's 20,000 the right
#    number?
# 4. **limits**: an assumption of the simulation that may fail, and an observation that would change your mind.

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
# *A.* By your costs (15 and 4) ClearPlate costs 8.0 a plate, 3.6 if only its crispest are read (at the best threshold, known in hindsight), and
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
# *Rubric, one point each, or half. The recommendation itself earns nothing and costs nothing. In every criterion a false
# statement (a number that the lesson doesn't print; "no errors, so it is safe") beside a right one costs half a point of that
# criterion, and never another's.*
#
# 1. **Evidence.** *Full*: three numbers, each with what it is of and of how many, one on errors *and* one on what is
#    declined; zero errors, if quoted, with an upper limit. *Half*: two such numbers, or three of one kind. *None*: adjectives.
# 2. **Costs and decision.** *Full*: for *both* a decision that follows from stated costs (the given
#    or other ones, then with reasons), compared with reading nothing. *Half*: this for one of them. *None*: advice
#    without costs. A decision that rests on the best threshold on likeness counts only where it says that this is known in
#    hindsight. False: "it can be set in advance".
# 3. **Who bears it.** *Full*: who pays and whether it can be undone, for both, *and* B's
#    20,000 is questioned or defended. *Half*: two of the three. *None*: one of them, or the office's costs only.
# 4. **Limits.** *Full*: an assumption that may fail *and* an observation that would change the
#    recommendation. *Half*: one of the two. *None*: "more research is needed".
# ### END SOLUTION

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
# > holds about seventeen of the string's nineteen bits; what is missing is filled from **P**.
#
# Whether it should be done, people must decide who can be asked why.

# %% [markdown] slide="notes"
# End on the last sentence. If there is time, hold the vote of the debate brief before and after. Three
# minutes.

# %% [markdown] deeper=true
# ## Further reading
#
# - D. Kriesel, "Xerox scanners/photocopiers randomly alter numbers in scanned documents", reports of August
#   2013,
#   [dkriesel.com](http://www.dkriesel.com/en/blog/2013/0802_xerox-workcentres_are_switching_written_numbers_when_scanning)
# - W. C. Thompson, E. L. Schumann, "Interpretation of statistical evidence in criminal trials", Law and
#   Human Behavior 11 (1987) 167. [doi:10.1007/BF01044641](https://doi.org/10.1007/BF01044641)
# - T. M. Cover, J. A. Thomas, *Elements of Information Theory*, 2nd ed. 2006, section 2.10.
#   [doi:10.1002/047174882X](https://doi.org/10.1002/047174882X)
# - "There Is No (Real Life) Use Case for Face Super Resolution", June 2020
#   ([zentralwerkstatt.org/post_PULSE.html](https://zentralwerkstatt.org/post_PULSE.html)): the article that this course answers.
# - M. Mitchell et al., "Model cards for model reporting", FAT\* 2019, 220.
#   [doi:10.1145/3287560.3287596](https://doi.org/10.1145/3287560.3287596)
# - T. Gebru et al., "Datasheets for datasets", Commun. ACM 64 (2021) 86.
#   [doi:10.1145/3458723](https://doi.org/10.1145/3458723)
# - A. D. Selbst et al., "Fairness and abstraction in sociotechnical systems", FAT\* 2019, 59.
#   [doi:10.1145/3287560.3287598](https://doi.org/10.1145/3287560.3287598)
# - `README.md` of the repository [adamian98/pulse](https://github.com/adamian98/pulse), commits `5a130c9`, `154679c`,
#   `fe02cb9`; A. Kurenkov, "Lessons from the PULSE model and discussion", The Gradient, June 2020.
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
