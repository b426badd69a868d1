# ---
# jupyter:
#   course: {points: 20, reads: [classifiers, flips, generators, images, pulse]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *define* four things that people mean by "fair", and say which of them can hold together;
# - *compute* when the most probable answer drops a group, and what sampling mends and what it doesn't;
# - *split* a bias into what the pixels, the share, the generator and the search add, in both directions;
# - *test* an explanation by an intervention, and say what would have refuted it;
# - *justify* the reference share that every such account needs and no data can supply.
#
# {minutes} minutes, best in three sittings (sections 1 to 4, 5 to 7, 8 to 11). {builds_on} You need posteriors and samples,
# shares and collapse. **In a hurry**, leave out what is marked », and the code below it: that saves
# perhaps an hour, and no exercise and no point of section 11 needs it, since the table of section 8 says what it found.
# Don't leave out the mirror, pale → dark.

# %% [markdown]
# **Before anything else.** In June 2020 people gave PULSE (lesson {pulse}) small pictures of well-known people of colour, first
# of Barack Obama, and what came back were sharp faces that viewers read as white. The essay of that month calls it disturbing, and the
# argument that followed (Kurenkov 2020 collects it) was about more than machines. In this lesson beetles stand for a
# *statistical structure*: two groups, one of them rare, seen through too few pixels. They don't stand for people, and
# *pale* and *dark* name wing covers, not skin. The form of a beetle is one of two, and a fact; the groups that
# people are sorted into overlap and are disputed (Jalal and colleagues 2021 begin with that). And nothing happens to a
# beetle whose picture is wrong. **Harms to people can't be measured on beetles**, and this lesson doesn't try. It
# takes the explanations that were given, as claims about machines and data, and finds out what each predicts.

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **Why did the dark beetle come back as the pale one?**
#
# Beetles stand for a statistical structure, not for people.

# %% [markdown] slide="slide"
# ## 1 · What comes back

# %% [markdown]
# Two colour forms: **pale** with dark spots, and **dark** with red or orange patches. Here either can be the rarer
# one. The generator `share_10` was trained on pictures of which 10 % were dark. Six beetles are shrunk to 4 × 4
# pixels with noise of standard deviation .05, and PULSE searches the generator for each, from one random start each.

# %% slide="subslide" title="Six go in, six pale ones come back"
import numpy as np

from course_lib.generators import gan
from course_lib.notebook.figures import show_images
from course_lib.records import flips
from course_lib.worlds import ladybirds

beetles, y = flips.truths()  # 400 pale, then 400 dark; their noisy pixels
six = [0, 1, 2, 400, 401, 402]
live = flips.search_each(gan.load("share_10"), y[six], seed=0).pictures[0]
names = [f"{form} {i}" for form in ("pale", "dark") for i in (1, 2, 3)]
rows = {f"{name}\ntruth": x for name, x in zip(names, ladybirds.render(beetles[six]), strict=True)}
rows |= {f"recorded {i}": y[k] for i, k in enumerate(six, 1)}
rows |= {f"came back {i}": x for i, x in enumerate(live, 1)}
show_images(rows, columns=6, alt="Top: three pale and three dark ladybirds. Middle: their sixteen noisy pixels. "
            "Bottom: what the search returned: five pale ladybirds with dark spots, the first smeared, and, for the second "
            "dark one, a black beetle with red patches that run together.")

# %% [markdown]
# Two of the three dark ones came back as clear pale ones. The fifth is between the forms: is it dark? (Section 10 asks
# who reads the forms.) Nothing in the bottom row says which are wrong. The course ships the same experiment for 800
# beetles and five generators (`course data flips`). **Predict**: of 400 dark beetles, how many percent come back pale
# from `share_10`? And of 400 pale ones, how many percent come back dark?

# %%
from course_lib.notebook.predictions import predict

dark_to_pale = None  # replace None by a number from 0 to 100
predict("bias.dark_to_pale", dark_to_pale, between=(0, 100))
pale_to_dark = None  # replace None by a number from 0 to 100
predict("bias.pale_to_dark", pale_to_dark, between=(0, 100))

# %%
from course_lib.inference.classifiers import p_dark
from course_lib.notebook.predictions import reveal

record = flips.recorded("share_10")
came_back = record["found"][:, 0] > 0.5  # dark, as the classifier of 64-pixel pictures reads it
reveal("bias.dark_to_pale", 100 * np.mean(~came_back[400:]), label="dark beetles that came back pale", unit="%")

# %%
reveal("bias.pale_to_dark", 100 * np.mean(came_back[:400]), label="pale beetles that came back dark", unit="%")

# %% [markdown]
# The structure of what was seen in 2020, on beetles. Both numbers are needed: a method that errs in both directions
# equally often is bad; one that errs in one direction is biased.

# %% [markdown] slide="notes"
# Say the sentence about beetles and people aloud, before the first picture. Then show the bottom row alone and
# ask which ones are wrong; then uncover the top. Five minutes.

# %% [markdown] only="slides" slide="slide"
# ## 2 · Three explanations, and a fourth
#
# - the **data**: most pictures show one group
# - **mode collapse**: the generator draws less
# - the **start**: the search stays near it
# - the **pixels**: sixteen numbers don't tell
#
# *What number would change your mind?*

# %% [markdown]
# ## 2 · Three explanations, and a fourth

# %% [markdown]
# People who knew the field gave different reasons, in public and within days. Taken as hypotheses:
#
# | hypothesis | what it says | what it predicts here |
# |---|---|---|
# | **the data** | most training pictures show one group | with equal shares the effect goes away; with the shares swapped it turns round |
# | **mode collapse** | the generator draws less variety than it was shown | generated share below training share; a collapsed generator does worse at *equal* training share |
# | **the start** | the search stays near where it begins | the form that comes back follows the form of the start |
# | **the pixels** | sixteen pixels don't tell | dark beetles come back pale even with the best prior, the perfect generator and an exact sampler; at equal shares pale ones come back dark *as often* |
#
# The first was given by PULSE's own authors, in their README of June 2020: "It does appear that PULSE is producing
# white faces much more frequently than faces of people of color. This bias is likely inherited from the dataset
# StyleGAN was trained on", for which they cite Salminen and colleagues (2020), "though there could be other factors
# that we are unaware of" (commit `394f4fe`; a section of the paper and a model card followed). The second and the third
# are named in the essay that this course grew from ("There Is No (Real Life) Use Case for Face Super Resolution"): it
# cites Alexia Jolicoeur-Martineau and Tom White for mode collapse, and Mario Klingemann for "marginally better
# results" from another start. The fourth is the essay's premise, though not among its causes of the bias: "GANs cannot
# reconstruct what is un-reconstructable". They don't exclude each other.
#
# The literature on faces is mixed. GANs drew minorities less often than they were shown them, and worse (Jain and
# colleagues 2020), or kept the composition of the training data, which *truncation* then made worse (Maluleke and colleagues
# 2022); an unbiased training set mattered, and yet none of five methods was fair (Laszkiewicz and colleagues 2024). Jalal and
# colleagues (2021) count PULSE with the methods that seek the most probable answer, which favours the majority; section 5
# asks whether it is one.
# Timnit Gebru and others hold that no such list is complete, since somebody chose the problem and somebody will use
# the tool (lesson {use_and_misuse}).
#
# **Before you go on**, decide which of the four you believe in, and what number would change your mind. You will
# be asked.

# %% [markdown] only="slides" slide="slide"
# ## 3 · What "unfair" can mean
#
# - equal **recalls**
# - outputs with the population's **shares**
# - outputs with the shares **given y**
# - **symmetric** errors
#
# All but the first need a share π, and you must choose it.

# %% [markdown]
# ## 3 · What "unfair" can mean

# %% [markdown]
# Write $x$ for the truth, $\hat x$ for what comes back, $C$ for a group. Four definitions (Jalal and colleagues
# 2021; Laszkiewicz and colleagues 2024 take up the first three):
#
# - **RDP**, representation demographic parity: $P(\hat x \in C \mid x \in C)$, the **recall**, is the same for
#   all groups;
# - **PR**, proportional representation: $P(\hat x \in C) = P(x \in C)$, outputs have the population's shares;
# - **CPR**, conditional proportional representation: $P(\hat x \in C \mid y) = P(x \in C \mid y)$ for *every*
#   $y$;
# - **SPE**, symmetric pairwise error:
#   $P(x \text{ dark}, \hat x \text{ pale}) = P(x \text{ pale}, \hat x \text{ dark})$.
#
# The first needs no population: recalls are what our 400 and 400 beetles give. All others need a **share** π,
# that of the dark form in the population that you speak of, and you can't read it off a table into which you put
# 400 of each.
#
# CPR, averaged over $y$, gives PR. And it can be had *without naming the groups*, which is Jalal and colleagues' answer
# to disputed ones: a posterior draw whose prior is the population has it for every grouping. RDP depends on the
# grouping.

# %% [markdown]
# ### Exercise 1: gaps from a table
#
# Write `fairness_gaps(counts, share)`. `counts[i, j]` says how many truths of form $i$ came back as form $j$ (0
# pale, 1 dark); rows may be of any size, greater than 0. `share` is the population's share of the dark form.
# Return three numbers:
#
# - the RDP gap, recall of the pale form minus recall of the dark form;
# - the PR gap, $P(\hat x \text{ dark}) - P(x \text{ dark})$ in the population;
# - the SPE gap, $P(x \text{ pale}, \hat x \text{ dark}) - P(x \text{ dark}, \hat x \text{ pale})$ in the
#   population.

# %% solution="fairness_gaps" rebuilds="audits.fairness.gaps"
def fairness_gaps(counts, share):
    """Return the gaps of RDP, PR and SPE.

    Parameters
    ----------
    counts : array (2, 2)
        counts[i, j]: truths of form i that came back as form j; 0 pale, 1 dark.
    share : float
        Share of the dark form in the population, in [0, 1].

    Returns
    -------
    rdp, pr, spe : float
    """
    ### BEGIN SOLUTION
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    output_dark = (1 - share) * pale[1] + share * dark[1]
    return pale[0] - dark[1], output_dark - share, (1 - share) * pale[1] - share * dark[0]
    ### END SOLUTION


# %% test="fairness_gaps_of_one_table" points=2
from course_lib.notebook.checks import call, equal

table1 = np.array([[90.0, 10], [12, 8]])
told1 = call(fairness_gaps, table1, 0.1)
assert np.shape(told1) == (3,), "fairness_gaps must return three numbers: (rdp, pr, spe)."
slipped = table1 / table1.sum(axis=1)  # divides columns by the rows' sums
equal(told1[0], 0.5, "the RDP gap of [[90, 10], [12, 8]]", mistakes={
    "recall is P(x̂ ∈ C | x ∈ C): divide by the row's sum (truths), not by the column's (outputs).":
        90 / 102 - 8 / 18,
    "the sign: recall of the pale form *minus* recall of the dark form.": -0.5,
    "divide each row by its own sum: recalls, not shares of the whole table.": (90 - 8) / 120,
    "these are errors; recall counts what came back rightly.": 0.1 - 0.6})
equal(told1[1], 0.03, "the PR gap of [[90, 10], [12, 8]] at a share of .1", mistakes={
    "the table's own share of dark truths was used; the population's is the argument `share`.": 18 / 120 - 20 / 120,
    "the table's outputs were counted as they are; weight each row's recall with the population's share.": 18 / 120 - 0.1,
    "pale beetles that come back dark are outputs, too.": 0.1 * 0.4 - 0.1,
    "the weights are exchanged: `share` belongs to the dark form.": 0.1 * 0.1 + 0.9 * 0.4 - 0.1,
    "counts / counts.sum(axis=1) divides *columns* by the rows' sums; use keepdims=True.": 0.9 * slipped[0, 1] + 0.1 * slipped[1, 1] - 0.1,
    "the sign: share of dark *outputs* minus share of dark truths.": -0.03,
    "subtract the population's share.": 0.13})
equal(told1[2], 0.03, "the SPE gap of [[90, 10], [12, 8]] at a share of .1", mistakes={
    "these are joint probabilities P(x, x̂): multiply each error rate by the share of its truths.": 0.1 - 0.6,
    "the table's own share was used; the population's is the argument `share`.": (10 - 12) / 120,
    "the sign: pale that come back dark, *minus* dark that come back pale.": -0.03,
    "the weights are exchanged: `share` belongs to the dark form.": 0.1 * 0.1 - 0.9 * 0.6})

# %% test="fairness_gaps_obey_their_laws" points=2
for table2, at in ((np.array([[300.0, 100], [300, 100]]), 0.25), (np.array([[50.0, 0], [0, 70]]), 0.3)):
    told2 = call(fairness_gaps, table2, at)
    assert np.shape(told2) == (3,), "fairness_gaps must return three numbers: (rdp, pr, spe)."
    equal(told2[1], 0, f"the PR gap of {table2.astype(int).tolist()} at a share of {at}")
    equal(told2[2], told2[1], "the SPE gap (for two groups it equals the PR gap)")
rows_scaled = np.array([[900.0, 100], [12, 8]])
equal(call(fairness_gaps, rows_scaled, 0.1), [0.5, 0.03, 0.03],
      "the gaps after ten times as many pale truths were tried (nothing may change)")
equal(call(fairness_gaps, np.array([[54.0, 46], [18, 82]]), 0.8), [-0.28, -0.052, -0.052],
      "the gaps of [[54, 46], [18, 82]] at a share of .8 (all three are negative: here it is the pale form that is lost)",
      mistakes={"a gap has a sign; it says which form is worse off. Don't take its size.": [0.28, 0.052, 0.052],
                "the sign of the RDP gap: pale minus dark, not the larger minus the smaller.": [0.28, -0.052, -0.052]})
### BEGIN HIDDEN TESTS
# hint: other tables and shares; scaling a row, exchanging the forms, constant answers.
hidden_rng = np.random.default_rng(9)
for _ in range(5):
    table3, at3 = hidden_rng.integers(1, 60, (2, 2)).astype(float), hidden_rng.random()
    told3 = call(fairness_gaps, table3, at3)
    right3 = table3[0, 0] / table3[0].sum(), table3[1, 1] / table3[1].sum()
    gap3 = (1 - at3) * (1 - right3[0]) - at3 * (1 - right3[1])
    equal(told3, [right3[0] - right3[1], gap3, gap3], "the gaps of a random table")
    equal(call(fairness_gaps, table3[::-1, ::-1], 1 - at3), -np.array(told3), "the gaps with the forms exchanged")
equal(call(fairness_gaps, np.array([[40.0, 0], [40, 0]]), 0.2), [1, -0.2, -0.2], "the gaps if everything comes back pale")
### END HIDDEN TESTS

# %% [markdown]
# PR and SPE gave the same number. For two groups they must:
# $P(\hat x \text{ dark}) = P(x \text{ dark}) - P(x \text{ dark}, \hat x \text{ pale}) + P(x \text{ pale}, \hat x \text{ dark})$.
# So of four definitions three are left. And two of them fight: RDP and SPE together mean
# $(1-\pi)(1-r) = \pi(1-r)$ with one recall $r$, that is $\pi = \tfrac12$ or $r = 1$. **With unequal shares, equal
# recalls and a symmetric error can't be had together, except without error.** (A relative of what Chouldechova
# showed in 2017 of risk scores; lesson {use_and_misuse}.)
#
# Now measured, for all generators, in both directions. Intervals are 95 %: Wilson's for shares, the bootstrap for
# differences, with beetles drawn anew within each form. The PR gap is that of a population with equal shares.

# %% [markdown] only="slides" slide="subslide"
# ## PULSE, in both directions
#
# | trained on | dark → pale | pale → dark |
# |---|---|---|
# | 50 % dark | 18 % | 46 % |
# | 10 % dark | 84 % | 0.8 % |
# | 90 % dark | 0 % | 98 % |

# %%
from course_lib.audits import fairness
from course_lib.audits.measures import share_interval


def rate(wrong):
    """Share of True among cases, with its 95 % interval."""
    low, high = share_interval(int(np.sum(wrong)), len(wrong))
    return f"{np.mean(wrong):.3f} ({low:.3f} to {high:.3f})"


truth = np.repeat([0, 1], 400)
dark_truth = truth == 1
returned = {name: flips.recorded(name)["found"][:, 0] > 0.5 for name in flips.names()}
print(f"{'':11}{'dark → pale':24}{'pale → dark':24}{'RDP gap':24}PR gap at π = ½")
for name, back in returned.items():
    got = fairness.gaps(truth, back, share=0.5)
    print(f"{name:11}{rate(~back[dark_truth]):24}{rate(back[~dark_truth]):24}{format(got['RDP'], '+.2f'):24}{got['PR']:+.2f}")
p_exact = p_dark(y, share=0.5)  # P(dark | y) at equal shares, for later
same = np.mean(returned["share_10"] == returned["share_02"])
print(f"share_10 and share_02 return the same form for {same:.0%} of the beetles")

# %% [markdown]
# - `share_10` turns 336 of 400 dark beetles pale and 3 of 400 pale ones dark. `share_02`, which was shown a fifth as
#   many dark ones, does it to exactly as many (not the same ones). Keep that in mind.
# - `share_90` is the **swap**: now the pale form is rare, and 97.5 % of the *pale* ones are lost. No dark one is,
#   of 400; the interval says that up to 1 % might be.
# - `share_50` was shown both equally often, and isn't fair: it turns 46 % of the pale ones dark and 17.5 % of the
#   dark ones pale. Its gap of −.28 has the other sign. "Balanced data, therefore fair" fails in this row. So does
#   "the rare form is lost because it is rare" as the whole story: here none is rare.

# %% [markdown] deeper=true
# CPR asks more: not only the right total, but the right share *for these pixels*.
# `classifiers.p_dark` gives P(dark | y) at equal shares (lesson {priors_and_best_guesses}). Sort the 800 beetles by it, in five bins, and count what came back.

# %% deeper=true slide="subslide" title="What the pixels say, and what comes back"
from course_lib.notebook.figures import COLOURS, figure, show

answers = {"the truths themselves": dark_truth, "most probable form": p_exact > 0.5,
           "PULSE, share_10": returned["share_10"], "PULSE, share_50": returned["share_50"]}
fig, ax = figure(size=(6.6, 3.8))
ax.plot([0, 1], [0, 1], color="black", lw=1, label="CPR: an exact draw, on average")
for (name, output), mark in zip(answers.items(), "osD^", strict=True):
    expected, got = fairness.conditional_shares(truth, output, p_exact, share=0.5)
    ax.errorbar(expected.value, got.value, yerr=np.abs([got.low - got.value, got.high - got.value]),
                marker=mark, capsize=3, label=name)
    print(f"{name:26}", "  ".join(f"{value:.2f}" for value in got.value))
print(f"{'CPR demands':26}", "  ".join(f"{value:.2f}" for value in expected.value))
ax.set(xlabel="P(dark | y), mean of the bin", ylabel="dark (share)", ylim=(-0.03, 1.03))
ax.legend(fontsize=9, loc="upper left")
show(fig, alt="Share that is dark, or came back dark, against P(dark | y). The truths lie on the diagonal, the most "
              "probable form makes a step at one half, PULSE on share_10 lies far below the diagonal, on share_50 "
              "above it where pixels say pale.")

# %% [markdown] deeper=true
# The line is what an exact draw gives on average, and the truths lie on it: P(dark | y) means what it says. The
# most probable form makes a step: it has nearly the right total here and is nowhere near the line. PULSE on
# `share_10` is far below even where the pixels leave little doubt (29 % dark in the last bin, for 97 %). On `share_50`
# it returns dark ones where pixels say *pale*. Bins can refute CPR, not prove it: it speaks of every single $y$. And
# the line belongs to π = ½.

# %% [markdown] slide="notes"
# Ask the room for a definition of fair before showing the four. Somebody will propose RDP, somebody PR. Can we
# have both? Then put up π. Let people read the row of the balanced generator aloud. Six minutes.

# %% [markdown] only="slides" slide="slide"
# ## 4 · Two classes on a line
#
# One number $t$, two groups, one of them rare.
#
# Always the **most probable** class, or a **draw** from the posterior? Both are defensible. They err differently.

# %% [markdown]
# ## 4 · Two classes on a line

# %% [markdown]
# How much of this must happen to *anybody*? Take the smallest world that has two groups. What the pixels say is
# one number $t$, normal with standard deviation 1 around 0 (pale) or around $d$ (dark). Bayes' rule in log-odds:
#
# $$\log\frac{P(\text{dark} \mid t)}{P(\text{pale} \mid t)} = d\,(t - d/2) - L, \qquad L = \log\frac{1-\pi}{\pi}.$$
#
# Two ways to answer. The **most probable class** (class MAP) says dark where this is positive, for
# $t > d/2 + L/d$. Its recalls are $\Phi(d/2 + L/d)$ for pale and $\Phi(d/2 - L/d)$ for dark, with the normal
# distribution function Φ. A **posterior draw** says dark with the probability $P(\text{dark} \mid t)$; its recall
# of dark is the mean of that over $t \sim N(d, 1)$.
#
# **Predict.** One in five beetles is dark, $d = 2$ (the best possible guess is wrong in about one of six cases at
# equal shares). Which share of the *outputs* is dark if you always give the most probable class, in percent?

# %%
map_output = None  # replace None by a number from 0 to 100
predict("bias.map_output", map_output, between=(0, 100))

# %%
for d, share in ((2, 0.2), (3, 0.1)):
    for name, recalls in {"most probable": fairness.map_recalls(d, share), "draw": fairness.sampling_recalls(d, share)}.items():
        print(f"d = {d}, {name:14} recall pale {recalls[0]:.3f}, dark {recalls[1]:.3f}; RDP gap {recalls[0] - recalls[1]:.3f}; dark outputs "
              f"{fairness.output_share(recalls, share):.3f} (truth {share}); wrong in all {1 - (1 - share) * recalls[0] - share * recalls[1]:.3f}")
by_map = fairness.map_recalls(2, 0.2)
reveal("bias.map_output", 100 * fairness.output_share(by_map, 0.2), label="dark outputs, most probable class", unit="%")

# %% [markdown]
# For $d = 2$ the most probable class has the **better recall of dark and the worse representation**: .621 against
# .592, but .160 of the outputs dark where .200 are. By the definitions of section 3 the draw is fairer, and it pays
# in errors: .163 against .112. (Not always: for $d = 3$ and one dark in ten, the draw's RDP gap is the larger one.)
# "Sampling cures bias" is half true: with the population as its prior it cures PR, exactly, and not RDP: 41 % of the
# dark beetles turn pale and 10 % of the pale ones dark. "Balanced data are fair" is half true, too: balance removes
# $L$, not the overlap.

# %% [markdown]
# ### Exercise 2: recalls in closed form
#
# Write `two_recalls(d, share)` for classes $N(0, 1)$, pale, and $N(d, 1)$, dark, `share` being the dark form's.
# Return an array `[[pale, dark], [pale, dark]]`: the recalls of the most probable class in the first row, those
# of a posterior draw in the second. The first row is a closed form, Φ is `scipy.special.ndtr`; for the second row sum
# over a fine grid (a few thousand points that reach five standard deviations beyond both means do). *Off limits:*
# `fairness`.

# %% solution="two_recalls" rebuilds="audits.fairness.map_recalls audits.fairness.sampling_recalls"
from scipy.special import expit, ndtr
from scipy.stats import norm


def two_recalls(d, share):
    """Return the recalls of two Gaussian classes.

    Parameters
    ----------
    d : float
        Distance of the means in standard deviations; > 0.
    share : float
        Prior probability of the dark class, N(d, 1); in (0, 1).

    Returns
    -------
    array (2, 2)
        Rows: most probable class, posterior draw. Columns: recall of pale, of dark.
    """
    ### BEGIN SOLUTION
    odds = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [pale @ (1 - p_dark), dark @ p_dark]])
    ### END SOLUTION


# %% test="two_recalls_of_the_most_probable_class" points=2
from scipy.special import expit, ndtr
from scipy.stats import norm

told_row = np.asarray(call(two_recalls, 1.5, 0.3))
assert told_row.shape == (2, 2), f"two_recalls has shape {told_row.shape}; it should be (2, 2)."
log_odds = np.log(7 / 3)
equal(told_row[0], ndtr([0.75 + log_odds / 1.5, 0.75 - log_odds / 1.5]), "the first row for d = 1.5, share .3", mistakes={
    "the sign of L (the smaller share must lower the recall of *dark*), or the columns: pale first, then dark.": ndtr([0.75 - log_odds / 1.5, 0.75 + log_odds / 1.5]),
    "L is divided by d: the threshold is d/2 + L/d.": ndtr([0.75 + log_odds, 0.75 - log_odds]),
    "the prior is missing: these are the recalls at equal shares.": ndtr([0.75, 0.75]),
    "the threshold is d/2 + L/d, and dark lies d above pale: recall of dark is Φ(d/2 − L/d).":
        ndtr([0.75 + log_odds / 1.5, -0.75 + log_odds / 1.5]),
    "L is a logarithm of odds, log((1 − π)/π), not of 1/π.": ndtr([0.75 + np.log(1 / 0.3) / 1.5, 0.75 - np.log(1 / 0.3) / 1.5]),
})

# %% test="two_recalls_of_a_posterior_draw" points=2
d_test, t_test = 1.2, np.linspace(-10, 11.2, 20001)
p_test = expit(d_test * (t_test - 0.6) - np.log(4))
weights_dark = norm.pdf(t_test, d_test) / norm.pdf(t_test, d_test).sum()
draw_row = np.asarray(call(two_recalls, d_test, 0.2))
assert draw_row.shape == (2, 2), f"two_recalls has shape {draw_row.shape}; it should be (2, 2)."
assert np.all(draw_row >= 0) and np.all(draw_row <= 1), (
    "a recall lies between 0 and 1: a sum over a grid needs the spacing of its points, or weights that add up to 1.")
right_dark = weights_dark @ p_test
equal(draw_row[1, 1], right_dark, "recall of dark by a posterior draw, d = 1.2, share .2", atol=1e-4, mistakes={
    "this is P(dark | t) at the mean of the dark class; average it over all t ~ N(d, 1).": expit(0.72 - np.log(4)),
    "this is the prior share: P(dark | t) was averaged over *all* beetles; recall is about the dark ones, t ~ N(d, 1).": 0.2,
    "this is the most probable class again; a draw says dark with probability P(dark | t).": ndtr(0.6 - np.log(4) / 1.2),
    "the prior is missing from P(dark | t).": weights_dark @ expit(d_test * (t_test - 0.6)),
    "the sign of L in P(dark | t).": weights_dark @ expit(d_test * (t_test - 0.6) + np.log(4)),
    "this is a joint probability; a recall is among the dark ones: don't multiply by the share.": 0.2 * right_dark,
    "the columns are exchanged: pale first, then dark.": 1 - 0.25 * (1 - right_dark),
    "this is the mean over the *pale* ones.": norm.pdf(t_test) @ p_test / norm.pdf(t_test).sum()})
equal(0.8 * (1 - draw_row[1, 0]), 0.2 * (1 - draw_row[1, 1]),
      "share of pale that turn dark (for a draw it equals that of dark that turn pale)", atol=1e-4)
### BEGIN HIDDEN TESTS
# hint: other distances and shares, up to d = 6; a draw keeps the share; exchanging the classes.
for d_hidden, at_hidden in ((0.3, 0.5), (2.0, 0.2), (6.0, 0.02), (1.0, 0.9)):
    rows_hidden = np.asarray(call(two_recalls, d_hidden, at_hidden))
    equal(rows_hidden, [fairness.map_recalls(d_hidden, at_hidden), fairness.sampling_recalls(d_hidden, at_hidden)],
          f"two_recalls({d_hidden}, {at_hidden})", atol=2e-4)
    equal(at_hidden * rows_hidden[1, 1] + (1 - at_hidden) * (1 - rows_hidden[1, 0]), at_hidden,
          "the output share of a posterior draw", atol=2e-4)
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### Where it flips
#
# The *average* dark beetle, $t = d$, counts as dark as long as $L < d^2/2$, that is
#
# $$1 - \pi < \frac{1}{1 + e^{-d^2/2}}.$$
#
# This is the **flip share**, .622 for $d = 1$, .755 for 1.5, .881 for 2. If more beetles than that are pale, the
# most probable class of even the average dark one is pale. There the recall of dark is exactly ½ for both
# methods. With fewer pale beetles the most probable class recalls more dark ones than a draw does, with more it
# recalls fewer, and in the end hardly any.
#
# Is there a share beyond which the most probable class is *always* pale? Only if the likelihood ratio is bounded,
# as it is when the dark form varies less than the pale one. "A latent space full of white faces will always return
# some variation of a white face", says the essay: on the most probable class, that is a law in some worlds and false
# in others; on a search, where the space holds both groups, lesson {pulse} found starts from which it fails.

# %% deeper=true
for d in (1, 1.5, 2):
    print(f"d = {d}: the average dark picture flips if more than {fairness.flip_share(d):.3f} are pale")
for wide, narrow in ((1, 0.5), (1, 0.8)):
    always = fairness.always_pale_share(wide, narrow, distance=1)
    print(f"widths {wide} and {narrow}, 1 apart: nothing at all counts as dark if more than {always:.4f} are pale")

# %% [markdown] deeper=true
# ### Feel it
#
# (1) At $d = 2$, between which shares does the most probable form recall more dark beetles than a draw and still show
# fewer? Which of the two limits is in the text above? (2) From which separation on does the average dark beetle come
# back dark though only 2 % are? (3) Look for equal recalls at unequal shares: for neither method are there any.

# %% deeper=true slide="subslide" title="Most probable, or a draw?"
from course_lib.notebook.explorers.bias import two_groups

two_groups()

# %% [markdown] slide="notes"
# Leave it at d = 2 and 20 % and switch the method: recall of dark goes down, output share goes up. Ask which of
# the two methods is fairer, and let them argue. Then pull the share to 2 %. Six minutes.

# %% [markdown] only="slides" slide="slide"
# ## 5 · The pixels, and a number that you must choose
#
# Even a perfect generator and an exact draw turn **25 %** of the dark pale, **23 %** of the pale dark.
#
# At π\* = ½. **Who chooses π\*?**

# %% [markdown]
# ## 5 · The pixels, and a number that you must choose

# %% [markdown]
# Back to the ladybirds. A **ladder** of four rungs, each of which changes one thing. On every rung, $M$ is the
# share of truths that come back as the other form, counted for dark *and* for pale ones.
#
# | rung | how $\hat x$ is made | the step to it is called |
# |---|---|---|
# | **R1** | a draw from the exact posterior, at a reference share π\* that *you declare* | information (from 0) |
# | **R2** | the same at the share of the training pictures | share |
# | **R3** | a draw from the exact posterior of the generator as it is | generator |
# | **R4** | what the algorithm returns | search |
#
# **π\* is a value choice.** If the population is half dark and the generator was trained on 10 %, the step from
# R1 to R2 is an error of the data. If the population *is* 10 % dark, then π\* = .1 is a possible choice, R2 = R1,
# and nothing is wrong with the data: of the pixels that look dark, more come from pale beetles than from dark
# ones. If you hold that each form has the same claim to be recognised whatever its number, you declare ½ for a reason
# that isn't a frequency at all. No measurement decides between these. Below, π\* = ½; your conclusion has to say
# whether you agree, and why.
#
# R1 is what an *exact draw* loses. Only the mean of both directions has a floor (the Bayes error, below); one direction
# can be had for less at the other's cost: "always dark" loses no dark one. So a later step may well be negative.
#
# R1 needs only the pixels: a calibrated classifier gives P(dark | y) at equal shares (within .022 of the reference
# posterior of lesson {priors_and_best_guesses} on average, .16 at most: `docs/posterior.md`). R2 is Bayes' rule.

# %% [markdown]
# ### Exercise 3: another share
#
# Write `move_share(p, old, new)`: `p` is an array of P(dark | y) that was computed for a world in which a share
# `old` is dark. Return P(dark | y) for the same pixels in a world where the share is `new`; the forms themselves
# look as before. Shares lie strictly between 0 and 1, and so does `p`. *Off limits:* `fairness`.

# %% solution="move_share" rebuilds="audits.fairness.shift_prior"
def move_share(p, old, new):
    """Return P(dark | y) at another share of the dark form.

    Parameters
    ----------
    p : array (...)
        P(dark | y) at the share `old`.
    old, new : float
        Shares of the dark form, in (0, 1).

    Returns
    -------
    array (...)
    """
    ### BEGIN SOLUTION
    dark, pale = p * new / old, (1 - p) * (1 - new) / (1 - old)
    return dark / (dark + pale)
    ### END SOLUTION


# %% test="move_share_is_bayes_rule" points=3
p_given = np.array([0.1, 0.5, 0.8, 0.97])
equal(call(move_share, p_given, 0.5, 0.1), p_given * 0.1 / (p_given * 0.1 + (1 - p_given) * 0.9),
      "move_share([.1, .5, .8, .97], .5, .1)", mistakes={
    "this is p times new/old: probabilities of both forms change, and must add up to 1.": p_given * 0.2,
    "the odds were moved by new/old alone; the pale form's share changes, too: (1 − new)/(1 − old).":
        0.2 * p_given / (0.2 * p_given + 1 - p_given),
    "shares were added to p; they add up in *log-odds*.": p_given - 0.4,
    "the direction: this moves from `new` to `old`.": p_given * 0.9 / (p_given * 0.9 + (1 - p_given) * 0.1),
    "these are odds; turn them into a probability, odds / (1 + odds).": p_given / (1 - p_given) / 9,
    "these are log-odds; turn them into a probability with expit.": np.log(p_given / (1 - p_given) / 9),
    "`p` is a probability: turn it into log-odds before you add to it.": expit(p_given - np.log(9))})
equal(call(move_share, p_given, 0.2, 0.05), expit(np.log(p_given / (1 - p_given)) + np.log(0.05 / 0.95) - np.log(0.2 / 0.8)),
      "move_share([.1, .5, .8, .97], .2, .05)", mistakes={
    "the share `old` is left out: that is right only where it is ½.":
        p_given * 0.05 / (p_given * 0.05 + (1 - p_given) * 0.95),
    "the log-odds of `old` are subtracted, not added.":
        expit(np.log(p_given / (1 - p_given)) + np.log(0.05 / 0.95) + np.log(0.2 / 0.8))})
equal(call(move_share, p_given, 0.3, 0.3), p_given, "move_share with equal shares (nothing moves)")
### BEGIN HIDDEN TESTS
# hint: other shares and shapes; there and back; an average over a population.
grid_p = np.linspace(0.01, 0.99, 21).reshape(3, 7)
for a, b in ((0.1, 0.7), (0.9, 0.02), (0.5, 0.999)):
    equal(call(move_share, call(move_share, grid_p, a, b), b, a), grid_p, "move_share there and back")
t_hidden = np.linspace(-8, 9, 4001)
law_hidden = 0.9 * norm.pdf(t_hidden) + 0.1 * norm.pdf(t_hidden, 1.3)
moved = call(move_share, expit(1.3 * (t_hidden - 0.65)), 0.5, 0.1)
equal(np.sum(law_hidden * moved) / law_hidden.sum(), 0.1, "the mean of P(dark | y) over a population that is 10 % dark",
      atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# With it (Saerens and colleagues 2002 move classifiers so), R1 and R2. R1 splits once more: some errors even the best
# *decision* makes, because the pixels of two beetles are alike (the **Bayes error**); a *draw* adds to that, since it
# says "dark" with probability .8 where dark is .8 probable. **Predict**: at π\* = ½, how many percent of the dark
# beetles does an exact draw, with a perfect generator and no search, return pale?

# %%
r1_dark = None  # replace None by a number from 0 to 100
predict("bias.r1_dark", r1_dark, between=(0, 100))

# %%
for at in (0.5, 0.1, 0.02):
    p_at = p_dark(y, share=at)
    print(f"share {at:4}: a draw turns {np.mean(1 - p_at[dark_truth]):.1%} of the dark pale, {np.mean(p_at[~dark_truth]):.1%} of the "
          f"pale dark; the most probable form {np.mean(p_at[dark_truth] < 0.5):.1%} and {np.mean(p_at[~dark_truth] > 0.5):.1%}")
reveal("bias.r1_dark", 100 * np.mean(1 - p_exact[dark_truth]), label="R1: dark beetles drawn pale, π* = ½", unit="%")

# %% [markdown]
# A quarter of the dark beetles and nearly as many of the pale ones (23 %) come back wrongly with everything perfect.
# Of these 25 points 18 are mistakes that the best *decision* makes, too; drawing adds 7. That is the fourth
# hypothesis, in numbers: **with these pixels an exact draw loses a quarter, in both directions.** At equal shares
# that isn't bias; it is what a bias has to work with.
#
# Then the share. At 10 % dark an exact draw turns 55.4 % of the dark ones pale, and only 5.7 % of the pale ones dark.
# Deciding for the most probable form loses more
# of the dark ones (59.2 %) and fewer of the pale ones (1.2 %). So is PULSE, with its 84 %, just a seeker of the
# most probable form? That would explain .04 of the .29 between a draw and PULSE.

# %% [markdown] slide="notes"
# The slide to stay on. "Who chooses π\*?" Collect answers: nature, the law, the person in the picture, the
# customer. None of them is computed. Eight minutes.

# %% [markdown] slide="slide"
# ## 6 · The generator, and the search

# %% [markdown]
# R3 asks what the *generator* believes: if its pictures were the world, how probable would dark be, given these
# pixels? Nobody has a formula for that. Two ways to find out:
#
# - **learn it**: draw 20,000 pictures from the generator, shrink them, add noise, and train a classifier on these,
#   starting from the one that knows the true world (`flips.p_dark_under(y, name)` holds one for each generator);
# - **sample it**: run Markov chains in the latents (`course_lib.generators.chains`, lesson {pulse}), slow.

# %% [markdown] deeper=true
# On 50 of our beetles, 25 of each form, both were done for `share_10` (two chains of 50 draws each).

# %% deeper=true slide="subslide" title="Learned and sampled agree on the whole"
sampled = flips.sampled()
some = sampled["truth"]
learned = flips.p_dark_under(y[some], "share_10")
fig, ax = figure(size=(4.6, 4))
ax.plot([0, 1], [0, 1], color="black", lw=1)
for form, name, colour in ((0, "pale", "orange"), (1, "dark", "blue")):
    mine = truth[some] == form
    off = (learned - sampled["p"])[mine]
    ax.plot(sampled["p"][mine], learned[mine], "os"[form], color=COLOURS[colour], label=f"{name} truth")
    print(f"{name}: P(dark | y) learned {learned[mine].mean():.3f}, sampled {sampled['p'][mine].mean():.3f}; difference {off.mean():+.3f} "
          f"± {off.std(ddof=1) / len(off)**0.5:.3f} (standard error), its size for one beetle {np.abs(off).mean():.3f} on average")
ax.set(xlabel="share of the sampler's draws that are dark", ylabel="P(dark | y), learned")
ax.legend(fontsize=9)
print(f"correlation {np.corrcoef(learned, sampled['p'])[0, 1]:.2f}; the two chains of a beetle differ by {np.abs(np.diff(sampled['chains'])).mean():.2f}; "
      f"100 draws are worth {sampled['ess'].min():.0f} independent ones or more, median {np.median(sampled['ess']):.0f}")
losses = {"R2": 1 - p_dark(y[some], share=0.1), "R3 learned": 1 - learned, "R3 sampled": 1 - sampled["p"]}
for name, loss in losses.items():
    print(f"the 25 dark ones, {name}: {loss[truth[some] == 1].mean():.3f} ± {loss[truth[some] == 1].std(ddof=1) / 5:.3f} come back pale")
show(fig, alt="Learned posterior against the sampler's, fifty points. They follow the diagonal; several dark truths lie far above it, two "
              "beetles far below.")

# %% [markdown] deeper=true
# The two agree on the whole and not on each beetle: the network has learned on the *generator's* pictures, and is
# asked about the *world's*. For the dark ones the sampler's P(dark | y) is lower by .09 (two standard errors). So
# take R3 with a doubt of about .1 for the dark ones of `share_10`, which no bootstrap shows; for the other
# generators the doubt wasn't measured.

# %% [markdown]
# **The ladders.** R4 is the record of section 1. `flips.cells` collects the probability to come back as the other form,
# beetle by beetle; `fairness.bias_budget` averages, and resamples beetles for the intervals.

# %%
budgets = {name: fairness.bias_budget(*flips.cells(name)) for name in flips.names()}
ways = (("dark", "dark → pale", "blue"), ("pale", "pale → dark", "orange"))
for form, way, _ in ways:
    decision, drawing = (budgets["share_10"][form].information[k] for k in (0, 1))
    print(f"R1, {way}: {budgets['share_10'][form].rungs[0]} = best decision {decision} + drawing {drawing}")
for name, budget in budgets.items():
    for form, way, _ in ways:
        ladder = budget[form]
        print(f"{name:10} {way}: R1–R4 " + "  ".join(f"{m:.3f}" for m in ladder.rungs.value) + "   steps "
              + "  ".join(f"{step} {ladder.steps[k]:+.3f}" for k, step in enumerate(fairness.FACTORS, 1)))

# %% slide="subslide" title="Four rungs, both directions" figure="bias_budget"
from course_lib.notebook.figures import COLOURS, figure, show

fig, axes = figure(1, len(budgets), size=(10, 3.2), sharey=True)
for ax, (name, budget) in zip(np.atleast_1d(axes), budgets.items(), strict=True):
    for form, way, colour in ways:
        rungs = budget[form].rungs
        ax.errorbar(range(4), rungs.value, yerr=[rungs.value - rungs.low, rungs.high - rungs.value],
                    marker="o" if form == "dark" else "s", capsize=3, color=COLOURS[colour], label=way)
    ax.set(xticks=range(4), xticklabels=["R1", "R2", "R3", "R4"], title=name, ylim=(-0.03, 1.03))
np.atleast_1d(axes)[0].set_ylabel("came back as the other form")
np.atleast_1d(axes)[0].legend(fontsize=9, loc="upper left")
told = "; ".join(f"{name} dark to pale {b['dark'].rungs.value[0]:.2f} to {b['dark'].rungs.value[3]:.2f}, pale to dark "
                 f"{b['pale'].rungs.value[0]:.2f} to {b['pale'].rungs.value[3]:.2f}" for name, b in budgets.items())
show(fig, alt=f"Ladders of both directions for each generator, from R1 to R4: {told}.")

# %% [markdown]
# All five begin at the same R1: the pixels. Then:
#
# - `share_10`, blue: the share adds .31, the generator −.02, the search .30. By the sampler, whose R3 is
#   higher by .09 ± .08, it would be .07 for the generator and .22 for the search: not told apart. The mirror falls from .23 to .01.
# - `share_02`, blue: the share adds .51, the generator .12, and the search −.04. Its interval (−.07 to −.01) excludes 0, but not the
#   doubt of about .1 in R3, which wasn't measured for this generator. PULSE loses as many dark ones as it did with `share_10`.
# - `share_90`: the colours change places, and the search step is larger still. (A bar of no length at 0 of
#   400: the bootstrap doesn't see the 1 % of section 3.)
# - `share_50` and `collapsed`: share and generator add little or nothing; the search does, against the *pale*
#   form.
#
# What the generator adds is nearly what the share that it *draws* adds, by Bayes' rule (`docs/flips.md`; not so for
# `collapsed`, and weak support, since the network started from that rule). The search is no posterior of anything.
# What decides its answers? Compare how often the training pictures, the generator's pictures, the *starts* and the
# answers are dark:

# %%
print("share of dark    shown   drawn   starts   answers (equal truths)")
for name, back in returned.items():
    starts = flips.recorded(name)["start"][:, 0] > 0.5
    print(f"{name:14}{flips.SHARES[name]:8.2f}{flips.drawn_share(name):8.3f}{starts.mean():9.3f}{back.mean():10.3f}")

# %% [markdown]
# `share_02` draws a quarter of the dark ones that it was shown, `share_10` a little more than it was shown (20,000 pictures;
# the 10,000 of lesson {generators_and_modes}'s cards gave a fifth, and .120). At skewed
# shares the starts *exaggerate*: .1 and .02 become 0 of 800, .9 becomes all. At equal shares there is no
# majority to exaggerate, and yet the starts tilt to dark: .57, and .69 for `collapsed`. Lesson {pulse} saw why: PULSE fits
# styles coordinate by coordinate, and what takes many coordinates at once isn't drawn. (An effect like the
# truncation of Maluleke and colleagues.) So "the data" and "the start" may not be rivals: the starts could be *one
# way* by which the share acts. `share_10` and `share_02` have the same starts (none dark) and the same rates of
# loss. So far that is a correlation over five generators, with one training run each; section 8 looks closer.

# %% [markdown] slide="notes"
# Read one ladder aloud, both lines. Where does the blue line rise? Then the mirror. Then the swap: the colours
# change places. Then show the table of starts and wait until somebody sees it. Ten minutes.

# %% [markdown] slide="slide"
# ## 7 · A sum that always adds up

# %% [markdown]
# The four steps add up to R4, and that proves nothing: a telescoping sum adds up whatever it is made of. "The
# search adds .2" means: *after* share and generator were changed. In another order it may add something else: where
# everything comes back pale already, nothing is left to make worse.
#
# So fill in the whole table: share (declared or training), generator (perfect or as it is), search (a draw or the
# algorithm). $2^3$ cells. Half of them need a decision. *A generator as it is at the declared share* is
# `share_50`, the same recipe on equal shares. *The search with a perfect generator* is run on the renderer itself
# (`flips.search_world`): its 22 latents and one more, which fades the form from pale to dark in a narrow crossing; same
# steps, same sphere, same ε. It has no rows of styles, so no GEOCROSS (lesson {pulse}) and no fitted law of starts. It is
# an analogy, not the same program.

# %%
budget = budgets["share_10"]
print("share     generator  search     dark → pale             pale → dark")
for cell in sorted(budget["dark"].table):
    words = [("declared", "training")[cell[0]], ("perfect", "as it is")[cell[1]], ("draw", "search")[cell[2]]]
    print("{:10}{:11}{:8}".format(*words), f"{budget['dark'].table[cell]:.3f}   {budget['pale'].table[cell]:.3f}")

# %% [markdown]
# ### Exercise 4: every order
#
# Write `steps_in_every_order(table)`. `table` maps each cell, a triple of 0 and 1 for (share, generator, search),
# to a number $M$. The three can be changed in six orders, as `itertools.permutations(range(3))` gives them:
# `(1, 0, 2)` changes the generator first, then the share, then the search. Return a dictionary: order → array of
# three numbers, what the *share*, the *generator* and the *search* add in this order (always listed like that,
# whatever the order).

# %% solution="steps_in_every_order" rebuilds="audits.fairness.bias_budget"
from itertools import permutations


def steps_in_every_order(table):
    """Return what each factor adds, in every order of changing them.

    Parameters
    ----------
    table : dict
        (share, generator, search), each 0 or 1 → M.

    Returns
    -------
    dict
        Order, a permutation of (0, 1, 2) → array (3,): what share, generator and search add.
    """
    ### BEGIN SOLUTION
    found = {}
    for order in permutations(range(3)):
        cell, added = [0, 0, 0], np.zeros(3)
        for factor in order:
            before = table[tuple(cell)]
            cell[factor] = 1
            added[factor] = table[tuple(cell)] - before
        found[order] = added
    return found
    ### END SOLUTION


# %% test="steps_add_up_in_every_order" points=2
from itertools import permutations

toy_cells = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
toy_table = dict(zip(toy_cells, [0.1, 0.3, 0.25, 0.5, 0.4, 0.55, 0.6, 0.9], strict=True))
told_steps = call(steps_in_every_order, dict(toy_table))
assert isinstance(told_steps, dict) and set(told_steps) == set(permutations(range(3))), (
    "return a dictionary with six keys, the permutations of (0, 1, 2).")
alone = "each factor was changed alone, from the first cell; in an order, earlier changes stay."
equal(told_steps[0, 1, 2], [0.3, 0.2, 0.3], "the steps in the order share, generator, search", mistakes={
    "these are the values of M on the way; return what each change *adds*.": [0.4, 0.6, 0.9],
    "these are sums since the beginning; return each step by itself.": [0.3, 0.5, 0.8],
    "this belongs to another order: does each order get an array of its own?": [0.4, 0.2, 0.2],
    alone: [0.3, 0.15, 0.2]})
equal(told_steps[2, 0, 1], [0.25, 0.35, 0.2], "the steps in the order search, share, generator", mistakes={
    "the three steps are right but listed in the order of the changes; list them as share, generator, search.": [0.2, 0.25, 0.35],
    "the three steps are right but sorted back the wrong way: the first change of the order belongs at index order[0].":
        [0.35, 0.2, 0.25],
    alone: [0.3, 0.15, 0.2]})

# %% test="steps_of_all_orders" points=2
toy_steps = {(0, 1, 2): [0.3, 0.2, 0.3], (0, 2, 1): [0.3, 0.35, 0.15], (1, 0, 2): [0.35, 0.15, 0.3],
             (1, 2, 0): [0.4, 0.15, 0.25], (2, 0, 1): [0.25, 0.35, 0.2], (2, 1, 0): [0.4, 0.2, 0.2]}
toy_again = call(steps_in_every_order, dict(toy_table))
assert isinstance(toy_again, dict) and set(toy_again) == set(toy_steps), (
    "return a dictionary with six keys, the permutations of (0, 1, 2).")
for order_given, right_steps in toy_steps.items():
    equal(toy_again[order_given], right_steps, f"the steps in the order {order_given}")
### BEGIN HIDDEN TESTS
# hint: other tables; a table without interaction gives the same steps in every order.
plain_table = {cell: 0.1 + 0.2 * cell[0] + 0.05 * cell[1] - 0.3 * cell[2] for cell in toy_cells}
for numbers in call(steps_in_every_order, plain_table).values():
    equal(numbers, [0.2, 0.05, -0.3], "steps without interaction")
random_table = dict(zip(toy_cells, np.random.default_rng(4).random(8), strict=True))
same_budget = fairness.bias_budget({c: np.full(4, m) for c, m in random_table.items()},
                                   {c: np.full(4, m) for c, m in random_table.items()})["dark"]
for names_given, numbers in zip(same_budget.orders, same_budget.by_order.value, strict=True):
    key = tuple(fairness.FACTORS.index(name) for name in names_given)
    equal(call(steps_in_every_order, dict(random_table))[key], numbers, f"steps in the order {names_given}")
### END HIDDEN TESTS

# %% slide="subslide" title="What each adds, in six orders"
skewed = ("share_10", "share_02", "share_90")
fig, axes = figure(1, len(skewed), size=(10, 3), sharex=True)
for ax, name in zip(np.atleast_1d(axes), skewed, strict=True):
    for shift, (form, way, colour) in zip((-0.15, 0.15), ways, strict=True):
        for row, ((low, high), step) in enumerate(zip(budgets[name][form].ranges, budgets[name][form].steps.value[1:], strict=True)):
            ax.plot([low, high], [row + shift] * 2, lw=6, alpha=0.5, solid_capstyle="butt", color=COLOURS[colour], label=way if row == 0 else None)
            ax.plot(step, row + shift, "|", color="black", ms=12)
    ax.axvline(0, color="black", lw=0.8)
    ax.set(yticks=range(3), yticklabels=fairness.FACTORS, ylim=(2.5, -0.5), xticks=(-0.5, 0, 0.5), xlabel="adds to M", title=name)
np.atleast_1d(axes)[0].legend(fontsize=9, loc="lower left", bbox_to_anchor=(0, 1.12), ncols=2)
told = "; ".join(f"{name}: " + ", ".join(f"{f} {a:+.2f} to {b:+.2f}" for f, (a, b) in zip(
    fairness.FACTORS, budgets[name]["dark"].ranges, strict=True)) for name in skewed)
show(fig, alt=f"What share, generator and search add, as ranges over six orders. Dark to pale: {told}.")

# %%
for form, way, _ in ways:
    print(f"share_10, {way}: what each adds, by the order of the changes")
    for order, added in zip(budget[form].orders, budget[form].by_order.value, strict=True):
        print(f"  {', '.join(order):26}", "   ".join(f"{f} {a:+.2f}" for f, a in zip(fairness.FACTORS, added, strict=True)))

# %% [markdown]
# A bar is the range over the six orders, the black tick the step of the ladder R1–R4. Each order is another
# what-if. What a developer can try is "generator, search, share": train on equal shares, with all else as it is.
# Then the share accounts for .67 (.840 against .175). The .31 of the ladder is a change of prior in a perfect sampler,
# which nobody has.
#
# - The **share** of `share_10` adds .29 to .67, and −.16 to −.45 to the mirror: the only bar that stays on one side of
#   0, in both directions and for all three generators. (For the draws that is arithmetic: Bayes' rule is monotone in
#   the share. For the searches it is a finding.)
# - The **search** adds −.08 to .30, and −.06 to .23 to the mirror. It is negative after the generator but before the
#   share, since with `share_50` it favours the dark form.
# - The **generator** adds −.19 to .08, and −.08 to .16 to the mirror; for `share_90` up to .32. Even the sign is open.
#   The −.19 compares two different programs, and it is *one* measurement in all three panels: they share their four
#   cells at the declared share.
#
# The intervals hold chance in 400 beetles of each form and in their starts, not what a second training of the same
# generator would change. There is one of each.
#
# ### Your π\*
#
# All this was for π\* = ½. Declare yours, and see what becomes of R1 and of the step to R2. R2 to R4 stay; the table,
# the orders and the figure would change, too. At π\* = .1 the share adds nothing in any order, and of the six orders
# two are left.

# %%
declared = 0.5  # your π*
p_mine = p_dark(y, share=declared)
for way, r1, ladder in (("dark → pale", 1 - p_mine[dark_truth], budget["dark"]), ("pale → dark", p_mine[~dark_truth], budget["pale"])):
    print(f"π* = {declared:g}, share_10, {way}: R1 {r1.mean():.3f}, the share adds {ladder.rungs.value[1] - r1.mean():+.3f} to R2 = {ladder.rungs[1]:.3f}")

# %% [markdown] slide="notes"
# Cover the lower part of the figure and ask for the bar of the search before you show it. Then the sentence: a
# telescoping sum always adds up. Let somebody shout a π\* and change the cell. Six minutes.

# %% [markdown] slide="slide"
# ## 8 · Interventions

# %% [markdown]
# An explanation earns its name when changing the cause changes the effect. Each intervention is aimed at one
# rung; the others are watched. The first was tried in public in June 2020: another start. An ordinary start of
# PULSE has an unrelated style in each of its ten rows. Here all rows begin with the style of *one* beetle that
# `share_10` has drawn, a pale one or a dark one. Lesson {pulse} did so and looked at what survives; here truths of both
# forms are counted, 48 of each. **Predict**: from a dark start, how many percent of the dark beetles still come back
# pale?

# %%
dark_start = None  # replace None by a number from 0 to 100
predict("bias.dark_start", dark_start, between=(0, 100))

# %%
arms = {start: flips.recorded(f"share_10_{start}_start") for start in ("pale", "dark")}
arms_truth = arms["dark"]["truth"]  # all arms have the same truths
form = truth[arms_truth]
arms = {"ordinary start": came_back[arms_truth]} | {
    f"{start} start": arm["found"][:, 0] > 0.5 for start, arm in arms.items()}
for name, back in arms.items():
    print(f"{name:15} dark → pale {rate(~back[form == 1])}   pale → dark {rate(back[form == 0])}   RDP gap {fairness.gaps(form, back, 0.5)['RDP']:+.2f}")
drawn_wrong = np.abs(form - p_exact[arms_truth])
excess = [(np.abs(form - back) - drawn_wrong)[form == k] for k in (1, 0)]
doubt = 1.96 * sum(e.var(ddof=1) / len(e) for e in excess) ** 0.5
print(f"R1, same truths: dark → pale {drawn_wrong[form == 1].mean():.3f}, pale → dark {drawn_wrong[form == 0].mean():.3f}; "
      f"the dark start adds {excess[0].mean() + excess[1].mean():+.2f} ± {doubt:.2f} to their sum")
reveal("bias.dark_start", 100 * np.mean(~arms["dark start"][form == 1]), label="dark → pale from a dark start", unit="%")

# %% [markdown]
# The pale start is the control: one style instead of ten rows changes nothing that these 48 show (.81; four ordinary starts
# give .77 to .90, below). Its *form* changes much: from dark starts a quarter of the dark ones come back pale instead of four
# fifths, and a third of the pale ones dark instead of none. The *large* gap, +.8 to +.9, is gone (−.08, from −.25 to +.10),
# and errors are back in both directions. It adds no information; it moves the losses. Whoever picks the start picks a prior.
#
# ### Does the share act only through the start?
#
# At equal shares the ordinary starts are of either form, drawn *without a look at the beetle*: a randomised experiment
# with 800 beetles, in the record all along. If the share acts only through the form of the start, then a search that
# begins at a pale picture must do as `share_10` does, which always begins at one and loses 84 % of the dark ones.
# **Predict**: with `share_50`, of the dark beetles whose search began at a *pale* picture, how many percent come
# back pale?

# %%
pale_start = None  # replace None by a number from 0 to 100
predict("bias.pale_start", pale_start, between=(0, 100))

# %%
for name in ("share_10", "share_50", "collapsed", "world_02", "world_10", "world_50"):  # world: the search on the renderer
    both = flips.recorded(name)
    began, back = both["start"][:, 0] > 0.5, both["found"][:, 0] > 0.5
    for at, word in enumerate(("pale", "dark")):
        if np.any(group := began == at):
            gap = fairness.gaps(truth[group], back[group], 0.5)["RDP"]
            print(f"{name:10}{group.sum():4} {word} starts: dark → pale {rate(~back[group & dark_truth])}   "
                  f"pale → dark {rate(back[group & ~dark_truth])}   RDP gap {gap:+.2f}")
    print(f"{'':10}answers have the form of the start in {np.mean(back == began):.0%}, of the truth in {np.mean(back == dark_truth):.0%}")
began, back = (flips.recorded("share_50")[key][:, 0] for key in ("start", "found"))
print(f"share_50, only starts as surely pale as those of share_10 (P(dark) < .0005): dark → pale {rate(back[dark_truth & (began < 5e-4)] < 0.5)}")
reveal("bias.pale_start", 100 * np.mean(back[dark_truth & (began < 0.5)] < 0.5), label="share_50, dark → pale from pale starts", unit="%")

# %% [markdown]
# - **The form of the start matters, and it makes the tilt of `share_50`.** From pale starts it is even (.30 and .31);
#   from dark ones, more than half of all, it turns .57 of the pale ones dark and .08 of the dark ones pale. So too
#   `collapsed`.
# - **It isn't all.** From pale starts `share_50` loses .30 of the dark ones (.35 from the surest), and `share_10` .84:
#   the same form of start, and most of the difference remains. On the renderer it is .49, .80 and .89 at shares of 50, 10 and 2 %, all from
#   pale starts. So the share acts through the starts **in part**, and besides. How? Perhaps a pale start lies nearer
#   to dark regions where there are more of them. These data don't say; and the generators differ by a training run,
#   too.
# - **The start isn't fate.** With `share_50` answers have the form of the start in 64 %, that of the truth in 68 %. (With
#   `share_10` in 92 and 58 %; but there all starts are pale, so that this can't tell memory from share.)

# %% [markdown] deeper=true
# ### Other interventions
#
# **Best of several** is what a user does who doesn't like the first answer: four starts for the same truths, and
# the answer with the least residual. And a **sampler** on the same weights (section 6; 25 truths of each form)
# has no start to keep.

# %% deeper=true
from course_lib.imaging.operators import Downsample

four = flips.recorded("share_10", repeats=4)
form, back4 = truth[four["truth"]], four["found"] > 0.5
best = np.take_along_axis(back4, np.argmin(four["residual"], axis=1)[:, None], axis=1)[:, 0]
for name, back in {"best of four": best, "dark if any is": back4.any(1)}.items():
    print(f"{name:17} dark → pale {rate(~back[form == 1])}   pale → dark {rate(back[form == 0])}")
print(f"four searches, each alone: dark → pale {np.mean(~back4[form == 1], axis=0).round(2)}")
drawn_dark, was_dark = sampled["p"], truth[some] == 1
lost, turned = 1 - drawn_dark[was_dark], drawn_dark[~was_dark]
print(f"sampler           dark → pale {lost.mean():.2f} ± {1.96 * lost.std(ddof=1) / 5:.2f}             pale → dark {turned.mean():.2f} ± {1.96 * turned.std(ddof=1) / 5:.2f}")
print(f"PULSE, same truths: dark → pale {rate(~came_back[some][was_dark])}   pale → dark {rate(came_back[some][~was_dark])}")
scenes = ladybirds.render(beetles).astype(float)
print(f"the true beetle itself meets ε = .002 in {np.mean(np.mean((Downsample(16)(scenes) - y) ** 2, axis=(1, 2, 3)) <= 0.002):.0%} of the 800 cases")

# %% [markdown] deeper=true
# Choosing by residual changes hardly anything. ε = .002 is less than the noise (σ² = .0025): even the true beetle
# seldom meets it, and the residual doesn't know who is right. The sampler *is* R3, by another road: it saves what
# the search took, .39 on these 25, of which PULSE lost all, and about .22 on the 400. No sampler of this
# generator goes lower: the prior is still the generator's.
#
# Last, **more pixels**: 8 × 8, for an exact draw and for PULSE (lesson {pulse}'s audit, 50 truths of each form, no noise).

# %% deeper=true
from course_lib.generators import pulse

y8 = Downsample(8)(scenes)
y8 += 0.05 * np.random.default_rng(8).standard_normal(y8.shape)
for at in (0.5, 0.1):
    p8 = p_dark(y8, share=at)
    print(f"8 × 8, exact draw at a share of {at}: dark → pale {np.mean(1 - p8[dark_truth]):.3f}, pale → dark {np.mean(p8[~dark_truth]):.3f}")
audit = pulse.recorded("share_10")
form, back = audit["audit_form"], audit["audit_dark"] > 0.5
print(f"8 × 8, PULSE on share_10: dark → pale {rate(~back[form == 1])}, pale → dark {rate(back[form == 0])}")

# %% [markdown] deeper=true
# The information step is all but gone, and so is the share's: at 10 % an exact draw loses 3 %. PULSE loses 94 % of the dark
# ones all the same: here neither the pixels nor, in a sampler, the share can be the cause. (In a search the share may be.)
#
# All at 4 × 4 in one figure. The line holds exact draws in the true world, for every share between .001 and .999.
# Moving *along* it is a change of prior. *Off* it, away from the corner (0, 0) where nobody is lost, information was
# thrown away, or different priors were mixed.

# %% deeper=true slide="subslide" title="Interventions: what moves the balance?"
shares = 1 / (1 + np.exp(-np.linspace(-7, 7, 57)))
line = np.array([[np.mean(1 - p_dark(y, share=at)[dark_truth]), np.mean(p_dark(y, share=at)[~dark_truth])] for at in shares])
points = {f"PULSE, {name}": (np.mean(~back[dark_truth]), np.mean(back[~dark_truth])) for name, back in returned.items()}
begun = truth[four["truth"]]
points |= {"dark start": (np.mean(~arms["dark start"][begun == 1]), np.mean(arms["dark start"][begun == 0])),
           "best of four": (np.mean(~best[begun == 1]), np.mean(best[begun == 0])),
           "sampler": (np.mean(1 - drawn_dark[was_dark]), np.mean(drawn_dark[~was_dark]))}
fig, ax = figure(size=(6.4, 4.6))
ax.plot(*line.T, color="black", lw=1.2, label="exact draws, any share")
for (name, (dark, pale)), mark in zip(points.items(), "ovsD^P*X", strict=True):
    ax.plot(dark, pale, mark, ms=14 if name == "PULSE, share_10" else 8, label=name)
    near = np.argmin(np.hypot(*(line - (dark, pale)).T))
    print(f"{name:16} ({dark:.3f}, {pale:.3f}): nearest exact draw is at a share of {shares[near]:.3f}, {np.hypot(*(line[near] - (dark, pale))):.2f} away")
of_its_own = [p_dark(y[four["truth"]], share=at) for at in shares]
of_its_own = np.array([[np.mean(1 - p[begun == 1]), np.mean(p[begun == 0])] for p in of_its_own])
print(f"the dark start is {np.hypot(*(of_its_own - points['dark start']).T).min():.2f} away from the line of its own {len(begun)} beetles")
like = p_dark(y, share=shares[np.argmin(np.hypot(*(line - points["PULSE, share_10"]).T))])
for name, output in {"PULSE, share_10": returned["share_10"], "that draw": like}.items():
    print(f"dark in the bins of section 3, {name:16}", "  ".join(f"{v:.2f}" for v in fairness.conditional_shares(truth, output, p_exact, 0.5)[1].value))
ax.set(xlabel="dark → pale", ylabel="pale → dark", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
ax.legend(fontsize=9)
show(fig, alt="Pale to dark against dark to pale. A curve of exact draws from (0, 1) to (1, 0), bent towards the origin, and eight points: "
              + "; ".join(f"{name} ({dark:.2f}, {pale:.2f})" for name, (dark, pale) in points.items()) + ".")

# %% [markdown] deeper=true
# PULSE on `share_10` and on `share_02` lies *on* the line (one mark hides most of the other), where an exact draw
# at a share of .009 would lie. In these totals it acts like a prior by which one beetle in a hundred is dark. The bins
# say more: it returns fewer dark ones than that draw where the pixels are nearly sure, and more where they are in
# doubt, so it uses them less well. `share_50`, `collapsed` and the dark start lie .06 to .07 off the line (the last,
# .12 off the line of its own 96 beetles): less one-sided, and with more errors than an exact draw. (Starts of both forms
# mix two priors, which alone does that.)
#
# Two comparisons use the same beetles, so the *paired* differences are the ones to look at:

# %% deeper=true
for name, other in (("share_02", "share_10"), ("collapsed", "share_50")):
    more_wrong = (returned[name] != dark_truth).astype(float) - (returned[other] != dark_truth)
    for some_form, way in ((dark_truth, "dark → pale"), (~dark_truth, "pale → dark")):
        print(f"{name} minus {other}, {way}: {more_wrong[some_form].mean():+.3f} ± {1.96 * more_wrong[some_form].std(ddof=1) / 20:.3f}")

# %% [markdown]
# | intervention | moves | doesn't move |
# |---|---|---|
# | equal shares: `share_50` for `share_10` | R2, R3; R4's gap changes *sign* (.84/.01 → .18/.46) | R1 |
# | the same, both from pale starts | R4 (.84/.01 → .30/.31) | R1, the form of the start |
# | a dark start for a pale one, `share_50` | R4 (.30/.31 → .08/.57) | R1 to R3 |
# | a dark start for a pale one, `share_10` | R4 (.81/.02 → .25/.33) | R1 to R3 |
# | fewer dark ones: `share_02` for `share_10` | R2 and R3 (+.21, +.34) | R4, not measurably (0 ± .05); on the renderer it does (pale starts: .80 → .89) |
# | a collapsed generator for `share_50` | R3 a little (+.03, +.02); fewer pale ones lost (−.09 ± .05) | R1, R2; dark ones lost, within chance (+.04 ± .04) |
# | best of four | nothing that 48 truths could show | R4 |
# | a sampler on the same weights | R4 → R3 | R1 to R3 |
# | 8 × 8 pixels | R1 (.25 → .01) | R4 (.84, .94) |

# %% [markdown]
# ### Where the evidence is mixed
#
# - **Share against start.** Equal shares remove the bias against the dark form and leave another; a dark start, at
#   unchanged shares, removes most of it. The share acts through the form of the starts in part. The greater part,
#   .84 against .30 from pale starts, is left unexplained.
# - **Collapse.** `share_02` draws fewer dark ones than it was shown; `share_10` doesn't, and loses as many. The
#   deliberately collapsed generator lost variety *within* the forms, not a form, so it doesn't test the collapse that was meant
#   in 2020; it doesn't do worse in all, and its rates hang on the threshold of the reader (section 10). Only `share_02` lost
#   a form's pictures, most of them, together with its share: no intervention here separates the two.

# %% [markdown] slide="notes"
# Go through the table row by row with the last column covered. Ask for a bet before the second row; it refutes "the
# share is nothing but the start". Then the last: "more pixels" is the answer that everybody has in mind. Ten minutes.

# %% [markdown] slide="slide"
# ## 9 · Are dark things harder to see?

# %% [markdown]
# One more explanation: dark things are simply hard to see. Then the **swap** generator `share_90`, trained in the same
# way on 90 % dark beetles, would still lose dark ones.

# %%
for name in ("share_10", "share_90"):
    print(f"{name}: dark → pale {rate(~returned[name][dark_truth])}; pale → dark {rate(returned[name][~dark_truth])}")

# %% [markdown]
# No dark one is lost, of 400; nearly all pale ones are. The effect follows the share, and changes its direction with
# it. Whether darkness does anything small, our numbers don't tell: at equal shares `share_50` tilts to dark, by
# its dark starts, and the search on the renderer to pale, if anywhere (.37 and .30, section 7). It can't be the
# cause of .84. That holds for these drawings in even light. How film and cameras were made to render skin is
# another question with a history of its own (Roth 2009), and no beetle answers it.

# %% [markdown] deeper=true
# And with no beetle at all? Three real photographs, shrunk to sixteen pixels, through both generators:

# %% deeper=true varies=true slide="subslide" title="Four photographs, no beetle"
from course_lib.worlds import images

photos = {}
for name in ("hubble", "brick", "coffee"):
    photo = images.load(name)
    side = min(photo.shape[-2:]) // 64 * 64
    photos[name] = Downsample(side // 64)(photo[:, :side, :side] * np.ones((3, 1, 1)))
shrunk = Downsample(16)(np.stack(list(photos.values())))
shown = photos | {f"{name},\nrecorded": x for name, x in zip(photos, shrunk, strict=True)}
for generator in ("share_10", "share_90"):
    answer = flips.search_each(gan.load(generator), shrunk, seed=5)
    shown |= {f"{name},\n{generator}": x for name, x in zip(photos, answer.pictures[0], strict=True)}
    print(f"{generator}: " + ", ".join(f"{name} {255 * e**0.5:.1f}" for name, e in zip(photos, answer.residuals[0], strict=True)),
          f"grey levels RMS from the input (allowed 255 √ε = {255 * 0.002**0.5:.1f})")
show_images(shown, columns=3, alt="Photographs of a star field, a brick wall and a cup of coffee; their sixteen pixels; and what two generators make of "
            "these: of the stars clean ladybirds, pale from share_10 and dark from share_90; of the wall the same, veiled; of coffee smears.")

# %% [markdown] deeper=true
# The star field comes back as a clean ladybird within ε, a pale one from one generator and a dark one from the other;
# the wall nearly so. Nothing in the photograph could have decided that.

# %% [markdown] slide="notes"
# Ask for a bet before the swap is shown. This is the experiment that separates "dark is hard" from "rare is
# hard". Four minutes.

# %% [markdown] only="slides" slide="slide"
# ## 10 · Who reads the forms?
#
# A reader that calls 4 % of the pale dark and 15 % of the dark pale turns a share of .10 into **.121**.
#
# Measure the reader, too.

# %% [markdown]
# ## 10 · Who reads the forms?

# %% [markdown]
# Every number above rests on a classifier that read the outputs. Ours misread none of 20,000 renders
# (`docs/posterior.md`). But a search may end between the forms. How often, and how much hangs on the threshold?

# %%
for name in flips.names():
    p = flips.recorded(name)["found"][:, 0]
    print(f"{name:10} read with less than 90 % certainty {np.mean((p > 0.1) & (p < 0.9)):5.1%};  with the threshold at .1, .5, .9: dark → pale "
          + " ".join(f"{np.mean(p[dark_truth] <= at):.2f}" for at in (0.1, 0.5, 0.9)) + ", pale → dark "
          + " ".join(f"{np.mean(p[~dark_truth] > at):.2f}" for at in (0.1, 0.5, 0.9)))

# %% [markdown]
# For `share_10` a few points, which change no conclusion (the fifth beetle of section 1 is such a case). For
# `collapsed` they do: an eighth of its answers is between the forms, and its two rates depend on where one puts the
# line. At .1 it is hardly to be told from `share_50`.

# %% [markdown] deeper=true
# On faces, readers are worse, and not equally for all: Buolamwini and Gebru (2018) found programs on sale that sorted
# faces by gender wrongly in up to 34.7 % of the pictures of darker-skinned women, and in .8 % at most of those of
# lighter-skinned men. A reader that calls 4 % of the pale ones dark and 15 % of the dark ones
# pale turns a share of .10 into $.1 \cdot .85 + .9 \cdot .04 = .121$, an error of a fifth of the share itself.
# Solving that equation for the share is an old correction (Rogan and Gladen 1978). Teo and colleagues (2023) found
# such errors in published measurements of generators, and build their correction (CLEAM) on it.

# %% deeper=true
rng = np.random.default_rng(3)


def misread(forms):
    """Read forms with 4 % false alarms and 15 % misses."""
    return np.where(rng.random(len(forms)) < np.where(forms == 1, 0.15, 0.04), 1 - forms, forms)


outputs = np.repeat([0, 1], [3600, 400])
known = np.repeat([0, 1], 1000)  # pictures whose form is known, to measure the reader itself
said = misread(outputs)
print(f"true share {outputs.mean():.3f}; as read {said.mean():.3f}; corrected "
      f"{fairness.corrected_share(said, known, misread(known)):.3f}")

# %% [markdown] deeper=true
# Chance has moved the corrected share to .09; the interval contains .1. (Our own reader agreed with a person's
# labels, taken blind, on 97 % of 313 pictures that the generators drew: `data/generators/labels.md`. Nobody has
# labelled the answers of searches.)
#
# To find a difference of ten points near one half with a probability of 80 % (the *power*), at a level of 5 %, each
# side of a comparison needs about 390 pictures; fewer if both use the same beetles. So the 48 and 25 above can only
# show large effects.

# %% deeper=true
need = 2 * 0.25 * (norm.ppf(0.975) + norm.ppf(0.8)) ** 2 / 0.1**2
print(f"pictures on each side: {need:.0f}")

# %% [markdown]
# ## 11 · Which hypothesis do your numbers support?
#
# **In your own words**, twelve to eighteen sentences, and a table for the numbers if you like. (1) Declare π\* for a
# purpose that you name, and justify it; say how the ladder would look to somebody who declares otherwise. (2) For
# each of the four hypotheses of section 2 say what it predicted, which of *your* numbers speaks for it or against
# it (with its interval, in both directions), and which intervention tested it. (3) Say what would have changed your
# mind. (4) Say what these numbers can't tell about people.

# %% [markdown] answer="which_hypothesis" points=5
# ### BEGIN SOLUTION
# *Example.* I declare π\* = ½, because the picture is to help a keeper who has to notice either form, and a
# beetle's claim to be noticed doesn't shrink with its number. Somebody who counts a wild population with 10 %
# dark ones would declare .1: then R1 is already .554, the share adds nothing, and only the search is left to
# blame. *Pixels:* they predicted losses with everything perfect, in both directions, and R1 is .248 (.223 to .271)
# for dark → pale and .230 (.208 to .255) for pale → dark. So they matter and don't explain a *direction*. At 8 × 8
# they cost .01, and PULSE still loses 94 % of the dark ones, so there they explain nothing. *Data:* they predicted
# that equal shares remove the effect. The share adds .306 (.290 to .323) to dark → pale and −.173 (−.189 to −.158)
# to its mirror, and is the only step whose sign is the same in all orders (.29 to .67). With `share_50` the bias
# against the dark form is gone, but a bias against the pale one appears (.46 against .18), so "balanced data are
# fair" is false. And from .1 to `share_02`, a fifth of the share, R4 doesn't change measurably (0 ± .05). *Mode
# collapse:* it predicted a drawn share below the shown one. That holds for `share_02` (.005 for .02; it adds .116),
# not for `share_10` (.114 for .1; −.018, or +.07 by the sampler; −.19 to +.08 over orders). The collapsed generator
# loses fewer pale ones than the balanced one (−.09 ± .05), and not measurably more dark ones. *The start:* it
# predicted that the answer's form follows the start's. From dark starts dark → pale falls from .81 to .25 (.15 to
# .39) and pale → dark rises from .02 to .33 (.22 to .47), while a pale start loses what ordinary starts lose. With `share_50`, all of
# the tilt comes from its dark starts. But from pale starts it loses .30 (.24 to .37) of the dark ones, where
# `share_10` loses .84 (.80 to .87): the start is one way by which the share acts, and not the whole. The search adds
# .304 (.267 to .340) in the ladder, but −.08 in another order. I would have changed my mind on the share if pale
# starts of `share_50` had lost .84, and on the start if dark starts had. None of this says what a wrong picture does
# to a person, who belongs to which group of people, or who should have been asked; and the forms were read by a
# classifier that had to read smeared pictures, too.
#
# *Rubric, one point each (half for half):*
#
# 1. π\* is declared for a named purpose, with a reason that is not "the data say so", and the consequence of
#    another choice (R2 − R1 changes sign, vanishes or grows) is stated correctly. *Half*: a value with a reason,
#    no consequence. *None*: π\* taken from the training set without a word.
# 2. Data and pixels: R1 and R2 − R1 (at the learner's π\* or at ½) are quoted from the learner's notebook for
#    both directions, with intervals for R1 and R2, and read correctly (R1 is what an exact draw loses; only
#    the mean of both directions has a floor). *Half*: one direction only, or no intervals.
# 3. Generator and search: R3 − R2 and R4 − R3 are quoted with their range over orders, and at least one
#    intervention each is used (collapsed against `share_50`; form of the start, best of four, sampler). *Half*: steps
#    without ranges or without an intervention.
# 4. What would have changed the writer's mind is a number or an outcome that could have occurred, and mixed
#    evidence is called mixed. Any conclusion that *follows from the quoted numbers* earns the point, whichever
#    hypothesis it favours. *None*: a hypothesis declared true without a test.
# 5. A limit is stated: beetles are a statistical structure; which harms, choices or people the numbers say
#    nothing about; the reader's error or the classifier as a possible fault. *Half*: a bare disclaimer.
# ### END SOLUTION

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# *So much is pixels, share, generator, search: in this order, for this π\*; and here is the mirror.*
#
# Not: *the data did it*; nor *balanced data are fair*.

# %% [markdown]
# ## What you can now say, and what you can't
#
# You can say: *so much is each step, in this order, for this π\*; and here is the mirror.*
#
# You can't say: *the data did it*; *balanced data are fair*; *sampling is fair*; nor, from any beetle, what a wrong face
# costs a person.

# %% [markdown]
# The sentence, once more:
#
# > Given **A** (4 × 4 block means), noise σ = .05, **K** = 1 frame and **P** (a share of the dark form, a generator, a law of starts), the form of a beetle is known to within an error of a sixth
# > at best, at equal shares; the rest is drawn from **P**, and if you search instead of drawing, it depends on where you started, too.
#
# Lesson {use_and_misuse} asks who may act on such a picture.

# %% [markdown] slide="notes"
# Return to the hypotheses of section 2 and vote again. Who moved, and because of which number? Five minutes.

# %% [markdown]
# ## Further reading
#
# - S. Menon, A. Damian, S. Hu, N. Ravi, C. Rudin, "PULSE: self-supervised photo upsampling via latent space
#   exploration of generative models", CVPR 2020. [doi:10.48550/arXiv.2003.03808](https://doi.org/10.48550/arXiv.2003.03808)
#   And `README.md` of the repository [adamian98/pulse](https://github.com/adamian98/pulse), commit `394f4fe`, which
#   cites J. Salminen et al., CHI extended abstracts 2020. [doi:10.1145/3334480.3382791](https://doi.org/10.1145/3334480.3382791)
# - "There Is No (Real Life) Use Case for Face Super Resolution", June 2020
#   ([zentralwerkstatt.org/post_PULSE.html](https://zentralwerkstatt.org/post_PULSE.html)): the essay from which
#   this course grew.
# - A. Kurenkov, "Lessons from the PULSE model and discussion", The Gradient, June 2020.
# - A. Jalal, S. Karmalkar, J. Hoffmann, A. G. Dimakis, E. Price, "Fairness for image generation with uncertain
#   sensitive attributes", ICML 2021. [doi:10.48550/arXiv.2106.12182](https://doi.org/10.48550/arXiv.2106.12182)
# - M. Laszkiewicz, I. Daunhawer, J. E. Vogt, A. Fischer, J. Lederer, "Benchmarking the fairness of image
#   upsampling methods", FAccT 2024. [doi:10.48550/arXiv.2401.13555](https://doi.org/10.48550/arXiv.2401.13555)
# - V. H. Maluleke et al., "Studying bias in GANs through the lens of race", ECCV 2022.
#   [doi:10.48550/arXiv.2209.02836](https://doi.org/10.48550/arXiv.2209.02836)
# - N. Jain, A. Olmo, S. Sengupta, L. Manikonda, S. Kambhampati, "Imperfect ImaGANation: implications of GANs
#   exacerbating biases on facial data augmentation and Snapchat selfie lenses", 2020.
#   [doi:10.48550/arXiv.2001.09528](https://doi.org/10.48550/arXiv.2001.09528)
# - C. T. H. Teo, M. Abdollahzadeh, N.-M. Cheung, "On measuring fairness in generative models", NeurIPS 2023.
#   [doi:10.48550/arXiv.2310.19297](https://doi.org/10.48550/arXiv.2310.19297)
# - J. Buolamwini, T. Gebru, "Gender shades: intersectional accuracy disparities in commercial gender
#   classification", FAT* 2018, Proceedings of Machine Learning Research 81 (2018) 77–91.
# - A. Chouldechova, "Fair prediction with disparate impact", Big Data 5 (2017) 153.
#   [doi:10.1089/big.2016.0047](https://doi.org/10.1089/big.2016.0047)
# - M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities:
#   a simple procedure", Neural Computation 14 (2002) 21–41.
#   [doi:10.1162/089976602753284446](https://doi.org/10.1162/089976602753284446)
# - W. J. Rogan, B. Gladen, "Estimating prevalence from the results of a screening test", American Journal of
#   Epidemiology 107 (1978) 71.
# - L. Roth, "Looking at Shirley, the ultimate norm: colour balance, image technologies, and cognitive equity",
#   Canadian Journal of Communication 34 (2009).
# - The library's `course_lib.audits.fairness` and `course_lib.records.flips` hold sections 3 to 8; read them.
