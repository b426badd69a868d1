# ---
# jupyter:
#   course: {points: 20, reads: [classifiers, flips, generators, pulse, study]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *show* why the parts of a sum are not yet causes, by counting them in every order;
# - *fix* a contrast before you look, pair it, and report what a failed search does to it;
# - *test* by which way a cause acts, and say what would have refuted the test;
# - *give* an interval its sources of chance, cases, starts and trainings, and say which it lacks.
#
# {minutes} minutes; what is marked » comes on top. {builds_on} What lesson {bias} says of beetles and people at its beginning
# holds here.

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **Change one thing. What changes?**
#
# Data, generator, search, or the pixels themselves?

# %% [markdown] slide="notes"
# Begin with the vote at the end of lesson {bias}, and keep its numbers on the board: they are asked for again. Two minutes.

# %% [markdown] only="slides" slide="slide"
# ## 1 · What the record is, and what it isn't
#
# - **one training** per share
# - the balanced one trained **afresh**
# - **one** noise, **one** ε, a quarter of the searches miss it
#
# *Which of these would a second weight file mend?*

# %% [markdown]
# ## 1 · What the record is, and what it isn't

# %% [markdown]
# Lesson {bias} searched five generators with PULSE for 400 pale and 400 dark beetles, each seen in sixteen noisy pixels. `share_10`, for
# example, was trained on 10 % dark beetles; `collapsed` on half and half, and it was paid for drawing alike. Counted is **$M$**, the share of truths that come back as the other
# form: dark → pale of the dark ones, and its **mirror**, pale → dark. The **ladder** has four rungs:
#
# - **R1**: $M$ of a draw from the exact posterior, at a *declared* share (here ½);
# - **R2**: the same at the share of the training;
# - **R3**: of a draw from the exact posterior of the generator as it is;
# - **R4**: of what PULSE returns.
#
# The steps between them are called share, generator, search.

# %%
import re

from safetensors import safe_open

from course_lib.data import verified_path
from course_lib.records import flips

print("generator   shown   drawn   trained                                    misses ε")
for name in flips.names():
    with safe_open(verified_path("generators", f"{name}.safetensors"), "np") as file:
        recipe = file.metadata()["recipe"]
    steps = sum(int(number) for number in re.findall(r"\(\d+, (\d+)\)", recipe))
    how = "from random weights" if "start=None" in recipe else "on from " + re.search("start='(\\w+)'", recipe)[1]
    missed = (flips.recorded(name)["residual"][:, 0] > 0.002).mean()
    print(f"{name:10}{flips.SHARES[name]:7.2f}{flips.drawn_share(name):8.3f}   {f'{steps:,} steps, {how}':42} {missed:.0%}")

# %% [markdown]
# Three cautions.
#
# - **One training per share.** Until section 6, whatever is measured on a trained generator is a property of *one weight file* per share. Only R1 and R2 need none.
# - **The share is not all that differs.** `share_50` was trained from random weights. The others went on from its networks, for fewer steps. Unfinished
#   fine-tuning is a **rival** explanation. Such a file would still draw what `share_50` drew; `share_10` and `share_90`
#   do draw a share between their own and one half. `share_02` doesn't.
# - **One camera, one ε.** In the record σ is always .05 and ε .002, *below* σ² = .0025: even the true beetle seldom meets it.
#
# The same rates, without the answers that miss. Give a search one or five percent more.

# %%
# Try: 1.01 or 1.05; an answer within so many ε counts as met.
allowed = 1.00

import numpy as np

from course_lib.audits import fairness
from course_lib.audits.measures import share_interval


def rate(wrong):
    """Share of True among cases, with its 95 % interval."""
    low, high = share_interval(int(np.sum(wrong)), len(wrong))
    return f"{np.mean(wrong):.3f} ({low:.3f} to {high:.3f})"


truth = np.repeat([0, 1], 400)
dark_truth = truth == 1
record = {name: flips.recorded(name) for name in (*flips.names(), "world_90", "world_50", "world_10", "world_02")}  # world: a search on the renderer
returned = {name: each["found"][:, 0] > 0.5 for name, each in record.items()}
began = {name: each["start"][:, 0] > 0.5 for name, each in record.items()}
met = {name: each["residual"][:, 0] <= allowed * 0.002 for name, each in record.items()}
print(f"{'':11}{'dark → pale':24}{'met only':26}{'pale → dark':24}met only")
for name, back in returned.items():
    print(f"{name:11}" + "  ".join(f"{rate(wrong[group]):24}{rate(wrong[group & met[name]]):24}"
                                   for wrong, group in ((~back, dark_truth), (back, ~dark_truth))))

# %% [markdown]
# No conclusion below hangs on the misses. But leaving them out is no cure: whoever selects by an outcome compares different beetles.

# %% [markdown] slide="notes"
# Read the three cautions aloud before any result. Ask: which of them would a second weight file mend, and which not? Four minutes.

# %% [markdown] slide="slide"
# ## 2 · A sum that always adds up

# %% [markdown]
# The steps of a ladder add up to R4, and that proves nothing: a telescoping sum always does. "The
# search adds .3" means: *after* share and generator were changed.
#
# So fill in the whole table: share (declared, ½, or training), generator (perfect or as it is), search (a draw or the
# algorithm). $2^3$ cells, each a triple of 0 and 1 in this order: R1 is (0, 0, 0), R2 is (1, 0, 0), R3 is (1, 1, 0), R4 is (1, 1, 1). The other four need a decision. *A generator as it is at the declared share* is
# the file `share_50`: in two cells share and training are confounded. *The search with a perfect generator* is run on the renderer itself
# (`flips.search_world`), with the same steps, sphere and ε: an analogy, not the same program.

# %%
budgets = {name: fairness.bias_budget(*flips.cells(name)) for name in flips.names()}
print("share     generator  search     dark → pale             pale → dark            (share_10)")
for cell in sorted(budgets["share_10"]["dark"].table):
    words = [("declared", "training")[cell[0]], ("perfect", "as it is")[cell[1]], ("draw", "search")[cell[2]]]
    print("{:10}{:11}{:8}".format(*words), "   ".join(f"{budgets['share_10'][form].table[cell]:.3f}" for form in ("dark", "pale")))

# %% [markdown]
# ### Exercise 1: every order
#
# Write `steps_in_every_order(table)`. `table` maps each cell, a triple of 0 and 1 for (share, generator, search),
# to a number $M$. The three can be changed in six orders, as `itertools.permutations(range(3))` gives them:
# `(1, 0, 2)` changes the generator first, then the share, then the search; its path is (0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1). Return a dictionary: order → array of
# three numbers, what the *share*, the *generator* and the *search* add in this order (always listed like that,
# whatever the order). Leave `table` as it is.

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


# %% test="steps_of_the_ladder" points=2
from itertools import permutations

from course_lib.notebook.checks import call, equal


def told_steps(table):
    """Return all steps, by order, after a look at the keys."""
    told = call(steps_in_every_order, dict(table))
    assert isinstance(told, dict) and set(told) == set(permutations(range(3))), (
        "return a dictionary with six keys, the permutations of (0, 1, 2).")
    return told


toy_cells = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
toy_table = dict(zip(toy_cells, [0.1, 0.3, 0.25, 0.5, 0.4, 0.55, 0.6, 0.9], strict=True))
equal(told_steps(toy_table)[0, 1, 2], [0.3, 0.2, 0.3], "the steps in the order share, generator, search", atol=1e-6, mistakes={
    "these are the values of M on the way; return what each change *adds*.": [0.4, 0.6, 0.9],
    "the sign: M after a change minus M before it.": [-0.3, -0.2, -0.3],
    "these are sums since the beginning; return each step by itself.": [0.3, 0.5, 0.8],
    "this belongs to another order: does each order get an array of its own?": [0.4, 0.2, 0.2],
    "each factor was changed alone, from the first cell; in an order, earlier changes stay.": [0.3, 0.15, 0.2]})
### BEGIN HIDDEN TESTS
# hint: other tables, in the same order; whole numbers, negative ones.
for seed_hidden in (4, 5):
    numbers = np.random.default_rng(seed_hidden).normal(size=8) * (1, 100)[seed_hidden - 4]
    other = dict(zip(toy_cells, numbers.tolist(), strict=True))
    path = [other[cell] for cell in ((0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1))]
    equal(told_steps(other)[0, 1, 2], np.diff(path), "the steps of another table, share, generator, search", atol=1e-4)
whole = dict(zip(toy_cells, [0, 1, 0, 1, 1, 0, 1, 1], strict=True))
equal(told_steps(whole)[0, 1, 2], [1, 0, 0], "the steps of whole numbers, share, generator, search", atol=1e-6)
### END HIDDEN TESTS

# %% test="steps_of_all_orders" points=2
toy_steps = {(0, 2, 1): [0.3, 0.35, 0.15], (1, 0, 2): [0.35, 0.15, 0.3],
             (1, 2, 0): [0.4, 0.15, 0.25], (2, 0, 1): [0.25, 0.35, 0.2], (2, 1, 0): [0.4, 0.2, 0.2]}
toy_again = told_steps(toy_table)
alone = "each factor was changed alone, from the first cell; in an order, earlier changes stay."
equal(toy_again[2, 0, 1], [0.25, 0.35, 0.2], "the steps in the order search, share, generator", atol=1e-6, mistakes={
    "the three steps are right but listed in the order of the changes; list them as share, generator, search.": [0.2, 0.25, 0.35],
    "the three steps are right but sorted back the wrong way: the first change of the order belongs at index order[0].":
        [0.35, 0.2, 0.25],
    "these are the steps of the order share, generator, search.": [0.3, 0.2, 0.3],
    alone: [0.3, 0.15, 0.2]})
for order_given, right_steps in toy_steps.items():
    equal(toy_again[order_given], right_steps, f"the steps in the order {order_given}", atol=1e-6)
### BEGIN HIDDEN TESTS
# hint: other tables; a table without interaction gives the same steps in every order.
plain_table = {cell: 0.1 + 0.2 * cell[0] + 0.05 * cell[1] - 0.3 * cell[2] for cell in toy_cells}
for order_given, numbers in told_steps(plain_table).items():
    if order_given != (0, 1, 2):
        equal(numbers, [0.2, 0.05, -0.3], "steps without interaction", atol=1e-6)
random_table = dict(zip(toy_cells, (50 * np.random.default_rng(6).normal(size=8)).tolist(), strict=True))
random_steps = told_steps(random_table)
for order_given in toy_steps:
    for factor in range(3):
        here = [int(order_given.index(k) < order_given.index(factor)) for k in range(3)]
        then = [before + (k == factor) for k, before in enumerate(here)]
        equal(random_steps[order_given][factor], random_table[tuple(then)] - random_table[tuple(here)],
              f"what {('share', 'generator', 'search')[factor]} adds in the order {order_given}", atol=1e-4)
### END HIDDEN TESTS

# %% slide="subslide" title="What each adds, in six orders"
from course_lib.notebook.figures import COLOURS, figure, show

ways = (("dark", "dark → pale", "blue"), ("pale", "pale → dark", "orange"))
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
def with_sign(low, high):
    """Print a range, and whether its sign is one."""
    return f"{low:+.2f} to {high:+.2f}" + (" " if low * high > 0 else "?")


print("range over six orders; ? = both signs occur\n" + f"{'':24}" + "".join(f"{factor:18}" for factor in fairness.FACTORS) + "all but the share first (generator, search, share)")
for name in skewed:
    for form, way, _ in ways:
        last = budgets[name][form].by_order[budgets[name][form].orders.index(("generator", "search", "share"))]
        print(f"{name:10}{way:14}" + "".join(f"{with_sign(low, high):18}" for low, high in budgets[name][form].ranges) + f"share {last[0]:+.2f}")

# %% [markdown]
# A bar is the range over the six orders, the black tick the step of the ladder. What a developer can try is "generator, search, share": train on equal shares. In that order the share of `share_10` accounts for
# more than twice as much as in the ladder.
#
# - The bar of the **share** is the only one that stays on one side of 0, in both directions and for all three files. For draws in the true world that is
#   arithmetic: Bayes' rule is monotone in the share. For draws from the files, and for searches, it is a finding about one file per share, with that rival.
# - The **search** takes both signs for `share_10`: with `share_50` it favours the dark form.
# - The **generator**: even the sign is open. Every step of it under search compares two programs.

# %% [markdown] slide="notes"
# Cover the lower part of the figure and ask for the bar of the search before you show it. Then the sentence: a
# telescoping sum always adds up. Six minutes.

# %% [markdown] only="slides" slide="slide"
# ## 3 · An intervention, fixed beforehand
#
# **Dark start minus pale start**, `share_10`, dark truths.
#
# All answers; the misses apart; the mirror beside it.
#
# *Your guess: how many dark ones still come back pale?*

# %% [markdown]
# ## 3 · An intervention, fixed beforehand

# %% [markdown]
# The first intervention was tried in public in June 2020: another start. An ordinary start of
# PULSE has an unrelated style in each of its ten rows. Here all rows begin with the style of *one* beetle that
# `share_10` has drawn, pale or dark, another one for each of 48 truths of either form.
#
# **Fix the contrast first.** Who may choose among many comparisons after a look finds something in noise. Change `looks` in records without any effect:

# %%
# Try: 1, 5 or 100 comparisons that one could have reported.
looks = 20
coins = np.random.default_rng(0)
chance = coins.random((400, looks, 2, 48)) < 0.5  # 400 studies, two arms of 48 cases, no effect
largest = np.abs(np.diff(chance.mean(axis=-1), axis=-1)[..., 0]).max(axis=1)
print(f"the largest of {looks} contrasts without any effect: {np.median(largest):.2f} (median), above .20 in {np.mean(largest > 0.2):.0%} of the studies")

# %% [markdown]
# So: *before* the next cell we fix **dark start minus pale start, `share_10`, dark truths, all answers; misses of ε apart, and the mirror beside it.** The pale start is
# the control, since it also has one style in all rows. **Predict**: from a dark start, how many percent of the dark beetles still come back pale?

# %%
from course_lib.notebook.predictions import predict

dark_start = None  # replace None by a number from 0 to 100
predict("causes.dark_start", dark_start, between=(0, 100))

# %%
from course_lib.inference.classifiers import p_dark
from course_lib.notebook.predictions import reveal

arms = {start: flips.recorded(f"share_10_{start}_start") for start in ("pale", "dark")}
few = arms["dark"]["truth"]  # both arms have the same truths
form = truth[few]
arm_back = {"ordinary": returned["share_10"][few]} | {start: arm["found"][:, 0] > 0.5 for start, arm in arms.items()}
for name, back in arm_back.items():
    print(f"{name:8} start: dark → pale {rate(~back[form == 1])}   pale → dark {rate(back[form == 0])}")
drawn_wrong = np.abs(form - p_dark(flips.truths()[1][few], share=0.5))
print(f"R1, same truths: dark → pale {drawn_wrong[form == 1].mean():.3f}, pale → dark {drawn_wrong[form == 0].mean():.3f}")
reveal("causes.dark_start", 100 * np.mean(~arm_back["dark"][form == 1]), label="dark → pale from a dark start", unit="%")

# %% [markdown]
# One style instead of ten rows changes nothing that 48 beetles show. Its *form* changes much, in both directions.
#
# ### Exercise 2: a paired contrast, misses apart
#
# Both arms have the *same* beetles. Write `paired_contrast(before, after, off_before, off_after, epsilon)`. `before` and `after` are arrays (n,) of bool: did truth $k$ come
# back wrongly under one condition and under the other? `off_before` and `off_after`, arrays (n,), are the residuals of these answers. Keep the truths for which *both*
# answers are within ε, that is residual ≤ ε; there are at least two. With $d_k$ = after − before, as 1, 0 or −1, return three numbers: the mean of $d$, half the width of its 95 % interval,
# $1.96\, s/\sqrt m$, and $m$, how many truths were kept; $s$ is the standard deviation of the $d_k$ with $m - 1$.

# %% solution="paired_contrast"
def paired_contrast(before, after, off_before, off_after, epsilon):
    """Return how much more often truths come back wrongly, from pairs whose answers are within ε.

    Parameters
    ----------
    before, after : arrays (n,) of bool
        Whether truth k came back wrongly, under either condition.
    off_before, off_after : arrays (n,)
        Residuals of these answers.
    epsilon : float
        Largest residual of an answer that counts.

    Returns
    -------
    difference, half, kept : three numbers
        Mean of after − before, half the width of its 95 % interval, truths kept.
    """
    ### BEGIN SOLUTION
    kept = (off_before <= epsilon) & (off_after <= epsilon)
    d = after[kept].astype(float) - before[kept]
    return d.mean(), 1.96 * d.std(ddof=1) / np.sqrt(kept.sum()), kept.sum()
    ### END SOLUTION


# %% test="paired_contrast_of_kept_truths" points=2
def told_contrast(*arguments):
    """Return the three numbers."""
    told = call(paired_contrast, *[np.array(each) for each in arguments[:4]], arguments[4])
    assert np.shape(told) == (3,), "paired_contrast must return three numbers: (difference, half, kept)."
    return told


wrong_before = np.array([1, 1, 1, 0, 1, 0, 1, 1, 0, 1], dtype=bool)
wrong_after = np.array([0, 0, 1, 1, 0, 0, 1, 0, 1, 0], dtype=bool)
miss_before = np.array([1.0, 2.0, 1.5, 1.0, 2.5, 1.0, 0.5, 3.0, 1.0, 1.5])
miss_after = np.array([1.0, 0.5, 2.0, 1.0, 1.0, 4.0, 3.0, 2.5, 9.0, 5.0])
pairs_told = told_contrast(wrong_before, wrong_after, miss_before, miss_after, 2.0)
equal(pairs_told[2], 4, "how many of the ten truths are kept", atol=1e-6, mistakes={
    "a truth is kept only if *both* its answers are within ε.": 9,
    "within ε means residual ≤ ε: an answer at ε counts.": 2,
    "all truths were kept; look at the residuals.": 10,
    "only the first condition's residuals were looked at.": 8,
    "only the second condition's residuals were looked at.": 5,
    "each answer by itself must be within ε, not their mean.": 6})
equal(pairs_told[0], -0.25, "the difference of the kept truths", atol=1e-6, mistakes={
    "the sign: after minus before.": 0.25,
    "this is the number of truths; return the mean of d.": -1,
    "this is the mean over all truths, kept or not.": -0.3,
    "this is how many truths *changed*; a change from right to wrong counts as +1, from wrong to right as −1.": 0.75})
### BEGIN HIDDEN TESTS
# hint: other pairs, residuals and ε, of any scale; nothing missed; nothing changed; more wrong after than before.
for n_hidden, scale, seed_hidden in ((40, 1.0, 1), (300, 2e-3, 2), (25, 1e6, 3), (60, 1e-8, 4)):
    draw = np.random.default_rng(seed_hidden)
    b_hidden, a_hidden = draw.random((2, n_hidden)) < [[0.2 * seed_hidden], [0.5]]
    off = scale * draw.random((2, n_hidden))
    use = off.max(axis=0) <= 0.8 * scale
    result = told_contrast(b_hidden, a_hidden, *off, 0.8 * scale)
    equal(result[2], use.sum(), f"truths kept of {n_hidden}, residuals up to {scale:g}", atol=1e-6)
    equal(result[0], (a_hidden[use].sum() - b_hidden[use].sum()) / use.sum(), f"the difference of {n_hidden} pairs", atol=1e-6)
same_hidden = np.arange(9) % 2 == 0
result = told_contrast(same_hidden, same_hidden, np.zeros(9), np.zeros(9), 0.0)
equal([result[0], result[2]], [0, 9], "difference and truths kept, if nothing changes and all residuals and ε are 0", atol=1e-6)
result = told_contrast(np.zeros(5, bool), np.ones(5, bool), np.arange(5), np.arange(5), 1)
equal([result[0], result[2]], [1, 2], "difference and truths kept, if all go wrong after", atol=1e-6)
### END HIDDEN TESTS

# %% test="paired_contrast_has_a_paired_interval" points=2
steady = np.zeros(8)
toy_before = np.array([1, 1, 1, 1, 0, 0, 0, 1], dtype=bool)
toy_after = np.array([0, 0, 1, 1, 0, 1, 0, 1], dtype=bool)
moves = np.array([-1, -1, 0, 0, 0, 1.0, 0, 0])
unpaired = 1.96 * np.sqrt((toy_before.var(ddof=1) + toy_after.var(ddof=1)) / 8)
equal(told_contrast(toy_before, toy_after, steady, steady, 0.002)[1], 1.96 * moves.std(ddof=1) / 8**0.5, "half the width of the interval", atol=1e-6, mistakes={
    "this is the interval of two *independent* groups; the pairs share their truths: take the standard deviation of d.": unpaired,
    "divide by √m: this is the spread of single truths.": 1.96 * moves.std(ddof=1),
    "the standard deviation with m − 1 (ddof=1).": 1.96 * moves.std() / 8**0.5,
    "this is the standard error; half the width is 1.96 times that.": moves.std(ddof=1) / 8**0.5,
    "this is the whole width; return half of it.": 3.92 * moves.std(ddof=1) / 8**0.5,
    "the variance was taken for the standard deviation.": 1.96 * moves.var(ddof=1) / 8**0.5,
    "divide by √m, not by m.": 1.96 * moves.std(ddof=1) / 8})
### BEGIN HIDDEN TESTS
# hint: other pairs, some missed; two truths; nothing changed.
for n_hidden, seed_hidden in ((40, 11), (300, 12), (7, 13)):
    draw = np.random.default_rng(seed_hidden)
    b_hidden, a_hidden = draw.random((2, n_hidden)) < 0.4
    off = draw.random((2, n_hidden))
    pairs_kept = [float(a) - float(b) for a, b, worst in zip(a_hidden, b_hidden, off.max(axis=0), strict=True) if worst <= 0.9]
    equal(told_contrast(b_hidden, a_hidden, *off, 0.9)[1], 1.96 * np.std(pairs_kept, ddof=1) / len(pairs_kept) ** 0.5, f"half the width for {n_hidden} pairs, some missed", atol=1e-6)
equal(told_contrast([True, False], [False, False], [0.0, 0], [0.0, 0], 1.0)[1], 1.96 * 0.5, "half the width for two truths", atol=1e-6)
equal(told_contrast([True, False, True], [True, False, True], [0.0, 0, 0], [0.0, 0, 0], 1.0)[1], 0, "half the width if nothing changes", atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# With your function, the contrast as fixed and its mirror, with all answers (ε = ∞) and without the misses:

# %%
for k, way in ((1, "dark → pale"), (0, "pale → dark")):
    some = form == k
    went_wrong = [(arm_back[start] != form)[some] for start in ("pale", "dark")]
    off = [arms[start]["residual"][some, 0] for start in ("pale", "dark")]
    for allow, which in ((np.inf, "all answers"), (0.002, "within ε only")):
        change, half, kept = paired_contrast(*went_wrong, *off, allow)
        print(f"dark minus pale start, {way}, {which:13}: {change:+.3f} ± {half:.3f} ({kept} truths)")

# %% [markdown]
# The contrast is far from 0, with and without the misses, and so is its mirror. What would have refuted "the start decides the form": a dark start that loses what the pale
# one loses.

# %% [markdown] slide="notes"
# Let the room choose between reporting one contrast fixed now and the best of twenty. Then run the coins. Then the arms. Eight minutes.

# %% [markdown] only="slides" slide="slide"
# ## 4 · Does the share act only through the start?
#
# Nearly the same *law* of starts in all five generators. Other *pictures*.
#
# If only the form of the start mattered, pale starts of `share_50` would lose 84 % of the dark ones, too.

# %% [markdown]
# ## 4 · Does the share act only through the start?

# %% [markdown]
# The fine-tuning hardly moved the mapping network. So with the same seed
# the record's searches begin at nearly the same styles. Not the same are the *pictures* that these styles give:

# %%
import torch

from course_lib.generators import gan

z = torch.randn(2000, gan.Z_DIM, generator=torch.Generator().manual_seed(0))
with torch.inference_mode():
    styles = {name: gan.load(name).mapping(z).numpy() for name in flips.names()}
spread = styles["share_50"].std(axis=0)
print("            styles moved   share of dark:")
print("            (of their sd)  shown   drawn   starts   answers (equal truths)")
for name in flips.names():
    moved = np.mean(((styles[name] - styles["share_50"]) / spread) ** 2) ** 0.5
    print(f"{name:14}{moved:9.3f}{flips.SHARES[name]:9.2f}{flips.drawn_share(name):8.3f}{began[name].mean():9.3f}{returned[name].mean():10.3f}")

# %% [markdown]
# In the files of skewed shares the starts *exaggerate*: a tenth or a fiftieth becomes none of 800, nine tenths becomes all.
#
# So the share of the training could act through the **form of the start**: it is nearly always of the majority's form, and the answer keeps it.
# If that were the *only* way, then a search of `share_50` that begins at a pale picture must do as `share_10` does, which always begins at one. In `share_50` the ordinary starts are
# of either form, drawn without a look at the beetle: a randomised experiment. **Predict**: with `share_50`, of the dark beetles whose search began at
# a *pale* picture, how many percent come back pale?

# %%
pale_start = None  # replace None by a number from 0 to 100
predict("causes.pale_start", pale_start, between=(0, 100))

# %%
for name in ("share_50", "collapsed", "world_90", "world_50", "world_10", "world_02"):  # the others have starts of one form only
    for at, word in enumerate(("pale", "dark")):
        if np.sum(group := began[name] == at) > 40:
            print(f"{name:10}{group.sum():4} {word} starts: dark → pale {rate(~returned[name][group & dark_truth])}   pale → dark {rate(returned[name][group & ~dark_truth])}")
print(f"share_50: answers have the form of the start in {np.mean(returned['share_50'] == began['share_50']):.0%}, of the truth in {np.mean(returned['share_50'] == dark_truth):.0%}")
sure = record["share_50"]["start"][:, 0] < 5e-4  # P(dark) of the start's picture: nearly all starts of share_10 lie below
print(f"share_50, only starts as surely pale as those of share_10: dark → pale {rate(~returned['share_50'][dark_truth & sure])}")
reveal("causes.pale_start", 100 * np.mean(~returned["share_50"][dark_truth & ~began["share_50"]]), label="share_50, dark → pale from pale starts", unit="%")

# %% [markdown]
# ### Exercise 3: if it were only the start
#
# Turn that into a number for any share of dark starts. Write `if_only_the_start(began_dark, wrong, dark_starts)`. `began_dark` and `wrong` are arrays (n,) of bool: was this truth's start dark, did it come back
# wrongly? Starts of both forms occur. Return what share of truths would come back wrongly if a share `dark_starts`, from 0 to 1, of the starts were dark, and each form of start lost what it loses now.

# %% solution="if_only_the_start"
def if_only_the_start(began_dark, wrong, dark_starts):
    """Return what would be lost at another share of dark starts, if only their form mattered.

    Parameters
    ----------
    began_dark, wrong : arrays (n,) of bool
        Whether each truth's start was dark, and whether it came back wrongly.
    dark_starts : float
        Share of dark starts, in [0, 1].

    Returns
    -------
    float
    """
    ### BEGIN SOLUTION
    lost = wrong[~began_dark].mean(), wrong[began_dark].mean()
    return (1 - dark_starts) * lost[0] + dark_starts * lost[1]
    ### END SOLUTION


# %% test="if_only_the_start_reweights" points=3
toy_began = np.array([0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1], dtype=bool)  # of 5 pale starts 4 lose, of 10 dark ones 3
toy_wrong = np.array([1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0], dtype=bool)
equal(call(if_only_the_start, toy_began, toy_wrong, 0.1), 0.75, "if_only_the_start at a tenth of dark starts", atol=1e-6, mistakes={
    "this is what is lost now; weight the two forms of start anew.": 7 / 15,
    "the two forms of start count equally; weight them with `dark_starts`.": 0.55,
    "the weights are exchanged: `dark_starts` belongs to the dark starts.": 0.35,
    "these are joint shares: divide each sum by the number of starts *of that form*.": 0.26,
    "only the dark starts are counted.": 0.03,
    "only the pale starts are counted.": 0.72,
    "this is how much comes back *rightly*.": 0.25})
equal(call(if_only_the_start, toy_began, toy_wrong, 0.5), 0.55, "if_only_the_start at half and half", atol=1e-6)
### BEGIN HIDDEN TESTS
# hint: other starts, unequal in number; shares of 0 and 1; the share that there is.
for n_hidden, chance_dark, seed_hidden in ((50, 0.2, 1), (400, 0.9, 2), (9, 0.5, 3)):
    draw = np.random.default_rng(seed_hidden)
    start_hidden = draw.random(n_hidden) < chance_dark
    start_hidden[:2] = True, False
    lost_hidden = draw.random(n_hidden) < np.where(start_hidden, 0.3, 0.8)
    rates = [np.mean([w for w, s in zip(lost_hidden, start_hidden, strict=True) if s == at]) for at in (False, True)]
    for q in (0.0, 0.15, 0.6, 1.0, float(start_hidden.mean())):
        equal(call(if_only_the_start, start_hidden, lost_hidden, q), rates[0] + q * (rates[1] - rates[0]), f"if_only_the_start of {n_hidden} truths at {q:.2f}", atol=1e-6)
    equal(call(if_only_the_start, start_hidden, lost_hidden, float(start_hidden.mean())), lost_hidden.mean(), "the share of dark starts that there is (nothing may change)", atol=1e-6)
equal(call(if_only_the_start, np.array([True, False]), np.array([True, False]), 0.3), 0.3, "one start of each form", atol=1e-6)
equal(call(if_only_the_start, np.array([False, True, False]), np.array([True, False, True]), 1), 0, "dark starts only, none of which loses", atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# Your function, and what the other generators really lost:

# %%
print("lost, predicted from share_50 if only the form of the start mattered, and measured")
lost = returned["share_50"] != dark_truth
for name in skewed:
    for group, way in ((dark_truth, "dark → pale"), (~dark_truth, "pale → dark")):
        q = began[name][group].mean()
        predicted = if_only_the_start(began["share_50"][group], lost[group], q)
        print(f"{name:10}{way:14} dark starts {q:.2f}   predicted {predicted:.3f}   measured {rate((returned[name] != dark_truth)[group])}")

# %% [markdown]
# - **The form of the start matters** (or something that goes with it), **and it makes the tilt of `share_50`.** From pale starts that generator is even; from dark ones, more than half of all, it turns most of the pale
#   ones dark.
# - **It isn't all.** The predictions stop far short: with the same form of start the file `share_10` loses many
#   more dark ones than `share_50`. So it is on the renderer, which nobody trains. So the share acts **in part** through the form of the starts.

# %% [markdown] slide="notes"
# Expect "all of it" or "nothing". Collect guesses, then show the rows of share_50. Say "the form of the start", not "the law". Eight minutes.

# %% [markdown] only="slides" slide="slide"
# ## 5 · Two kinds of chance, and a third
#
# - other **beetles**
# - other **starts**
# - other **trainings**: no bootstrap of one file has them

# %% [markdown]
# ## 5 · Two kinds of chance

# %% [markdown]
# Until now an interval held the chance of *beetles*, each with a start of its own. Had all been run from **one** start, they would share its luck, and no interval would show it. The record has a crossed experiment: twelve ordinary starts of `share_10`, each used for all of 24
# beetles. A row is a beetle, a column a start.

# %%
crossed = flips.crossed()
rows_dark = truth[crossed["truth"]] == 1
wrong = (crossed["found"] > 0.5) != rows_dark[:, None]
print("form of the start       " + "".join(f"{'pale' if p < 0.5 else 'dark':6}" for p in crossed["start"]))
for group, way in ((rows_dark, "dark → pale"), (~rows_dark, "pale → dark")):
    print(f"{way}, by start  " + "".join(f"{m:<6.2f}" for m in wrong[group].mean(axis=0)))
    print(f"{way}, by beetle " + "".join(f"{m:<6.2f}" for m in wrong[group].mean(axis=1)))

# %% [markdown]
# ### Exercise 4: a bootstrap in two ways
#
# Write `two_way_draws(table, draws, rng)`. `table` is an array (rows, columns) of numbers or bools, `rng` a `numpy.random.Generator`. For each of `draws` repetitions draw as many rows as there
# are, with replacement, and *independently* as many columns as there are, with replacement; the new table holds every drawn row at every drawn column. Return the array (draws,) of
# the means of these tables. Don't round, don't sort. (`rng.integers(5, size=5)` draws five numbers below 5; `table[i][:, j]` holds rows `i` at columns `j`.)

# %% solution="two_way_draws"
def two_way_draws(table, draws, rng):
    """Return means of tables whose rows and columns are drawn anew.

    Parameters
    ----------
    table : array (rows, columns)
    draws : int
        How many; > 0.
    rng : numpy.random.Generator

    Returns
    -------
    array (draws,)
    """
    ### BEGIN SOLUTION
    rows, columns = table.shape
    means = []
    for _ in range(draws):
        i, j = rng.integers(rows, size=rows), rng.integers(columns, size=columns)
        means.append(table[i][:, j].mean())
    return np.array(means)
    ### END SOLUTION


# %% test="two_way_draws_spread_as_they_should" points=3
def told_draws(table, draws, seed=0):
    """Return the draws, after a look at their number."""
    told = np.asarray(call(two_way_draws, np.array(table), draws, np.random.default_rng(seed)), dtype=float)
    assert told.shape == (draws,), f"two_way_draws has shape {told.shape} for {draws} draws; it should be ({draws},)."
    return told


def variances(table):
    """Return what rows, columns and the rest add to the variance of such a mean."""
    x = np.asarray(table, dtype=float)
    (r, c), by_row, by_column = x.shape, x.mean(1), x.mean(0)
    rest = x - by_row[:, None] - by_column + x.mean()
    return by_row.var() / r, by_column.var() / c, rest.var() / (r * c)


def spreads_as(table, what, draws=2000):
    """Compare mean and variance with their closed form, to a sixth."""
    table, parts = np.asarray(table), variances(table)
    told, due = told_draws(table, draws), sum(parts)
    r, c = table.shape
    assert np.all(np.isfinite(told)), f"some draws of {what} are not finite."
    near = 5 * (due / draws) ** 0.5 if due else np.inf
    assert due == 0 or told.var() > 1e-9 * due, f"no two draws of {what} differ: draw anew for each, with replacement, and don't round."
    slips = ((table.sum(), r * c, ": these are sums"), (table[:-1].sum() / max(r - 1, 1) / c, 0.5, ": the last row seems never to be drawn"),
             (table[:, :-1].sum() / max(c - 1, 1) / r, 0.5, ": the last column seems never to be drawn"))
    why = next((cause for mean, wide, cause in slips if abs(told.mean() - mean) < wide * near < abs(table.mean() - mean)), "")
    assert abs(told.mean() - table.mean()) < near, f"the draws of {what} have the mean {told.mean():.4g}; the table's is {table.mean():.4g}{why}."
    slips = {"only the rows seem to be drawn anew": parts[0], "only the columns seem to be drawn anew": parts[1],
             "this is how *single cells* spread; draw whole rows and whole columns": table.astype(float).var() / (r * c),
             "it looks as if each row drew columns of its own; one draw of columns serves all rows": parts[0] + (parts[1] + parts[2]) / r}
    why = min(slips, key=lambda slip: abs(told.var() - slips[slip]))
    why = f": {why}" if abs(told.var() - slips[why]) <= 0.055 * slips[why] and abs(slips[why] - due) > 0.25 * due else ""
    assert abs(told.var() - due) <= due / 6 + 1e-15 * due + 1e-30 * np.max(np.abs(table)) ** 2, f"the draws of {what} have the variance {told.var():.3g}; it should be about {due:.3g}{why}."


bumpy = np.add.outer([0.0, 0, 1, 2, 5], [0.0, 3, 1])
spreads_as(bumpy, "a table of 5 rows and 3 columns")
spreads_as((np.arange(6)[:, None] < 3) & (np.arange(8) < 2), "a table of bools")
### BEGIN HIDDEN TESTS
# hint: tables with large effects of rows only, of columns only, of neither; other shapes, square ones; one row, one column; the shape of the draws' law.
noisy = np.random.default_rng(3)
spreads_as(np.repeat(noisy.normal(size=(20, 1)), 3, axis=1), "a table in which only rows differ")
spreads_as(np.repeat(noisy.normal(size=(1, 5)), 12, axis=0), "a table in which only columns differ")
spreads_as(noisy.normal(size=(4, 4)), "a square table of noise")
spreads_as(1e6 * np.multiply.outer([1.0, -1, 1, -1, 3], [1.0, -1, 2, -2, 0]), "a square table of products")
spreads_as([[1.0, 4, 4, 9]], "a table of one row")
spreads_as([[1.0], [4], [9]], "a table of one column")
spreads_as(np.eye(3), "the unit table of 3 rows")
spreads_as(1e-6 * bumpy, "a table of numbers near 1e-6")
coin = told_draws([[0.0], [1.0]], 4000, seed=7)
for value, share_hidden in ((0.0, 0.25), (0.5, 0.5), (1.0, 0.25)):
    assert abs(np.mean(np.isclose(coin, value)) - share_hidden) < 0.04, f"of two rows, 0 and 1, a draw should have the mean {value} in {share_hidden:.0%} of the cases."
equal(told_draws([[2.5]], 3), [2.5, 2.5, 2.5], "the draws of a table of one cell", atol=1e-6)
### END HIDDEN TESTS

# %% test="two_way_draws_use_the_rng" points=1
twice = [told_draws(bumpy, 50, seed=1), told_draws(bumpy, 50, seed=1), told_draws(bumpy, 50, seed=2)]
assert np.array_equal(twice[0], twice[1]), "two generators with the same seed give other draws: draw from `rng` and from nothing else."
assert not np.array_equal(twice[0], twice[2]), "two generators with different seeds give the same draws: draw from `rng`."
### BEGIN HIDDEN TESTS
# hint: the same rng, asked twice; other numbers of draws.
going_on = np.random.default_rng(8)
first_hidden, second_hidden = (np.asarray(two_way_draws(bumpy.copy(), 40, going_on)) for _ in range(2))
assert not np.array_equal(first_hidden, second_hidden), "asked twice, the same rng gives the same draws: don't begin anew with a seed of your own."
steps_hidden = np.diff(told_draws(bumpy, 100, seed=4))
assert np.all(steps_hidden == 0) or (steps_hidden.min() < 0 < steps_hidden.max()), "a hundred draws come sorted: leave them in the order in which they were drawn."
for draws_hidden in (1, 7):
    told_draws(bumpy, draws_hidden)  # looks at their number
### END HIDDEN TESTS

# %% [markdown]
# Now with the record. A table of row means has one column, so that only its rows are drawn anew.

# %%
table = wrong[rows_dark]
print(f"share_10, dark → pale: {table.mean():.3f} of {table.size} cells. Its standard error:")
parts = {"beetles drawn anew": table.mean(axis=1, keepdims=True), "starts drawn anew": table.mean(axis=0, keepdims=True), "both drawn anew": table}
spread_of = {what: two_way_draws(part, 2000, np.random.default_rng(5)).std() for what, part in parts.items()}
spread_of["as if every cell were independent"] = table.std() / table.size**0.5
rows_alone, columns_alone, _, cells_alone = spread_of.values()
spread_of["both, the cells' own chance counted once"] = (rows_alone**2 + columns_alone**2 - cells_alone**2) ** 0.5
for what, spread_there in spread_of.items():
    print(f"  {what:41} {spread_there:.3f}")

# %% [markdown]
# Even here, where all starts are pale, the starts carry about as much chance as the beetles. Whoever treats the 144 cells as independent gets an interval half as wide as the two-way one. That one
# is rather too wide (Owen 2007): rows and columns each hold the cells' own chance, counted once in the last line.
#
# One layer is missing: **trainings**. Each weight file is one draw of its training.

# %% [markdown] slide="notes"
# Ask: which of beetles, starts, trainings would you draw anew to claim "the share does it"? Five minutes.

# %% [markdown] only="slides" slide="slide"
# ## 6 · The third: other trainings
#
# - **five** trainings at .1, **five** at .5
# - one parent, one length, the same beetles and latents
# - planned before the runs
#
# *Five files of one share: how far apart?*

# %% [markdown]
# ## 6 · The third: other trainings

# %% [markdown]
# A study adds that layer; its questions were fixed before its runs, and what changed since is told (`docs/study.md`). Five trainings at a share of .1 and five at .5, **all** fine-tuned from one parent, the file
# `share_50`, for 3,000 steps, each with random numbers of its own. A hundred pale and a hundred dark beetles that the record doesn't hold, with two starts each, are the
# same for all ten. Fine-tuning as such is no rival now, since the control had as much of it. One rival remains: files *still on their way* from one half.
#
# **Predict**: five files, all trained at .1. How many percentage points lie between the largest and the smallest share of dark beetles that come back pale?

# %%
five_files = None  # replace None by a number from 0 to 100
predict("causes.five_files", five_files, between=(0, 100))

# %%
from course_lib.audits import trainings
from course_lib.records import study

files = {share: study.group(share) for share in (0.1, 0.5)}
print(f"{'':31}all answers                     within ε only\n{'shown':8}training  drawn       d → p   p → d   pale starts   d → p   p → d   answers")
for one in [*files[0.1], *files[0.5], study.recorded("share_10_0")]:
    cells = [flipped.mean() for flipped in one.flipped[::-1]] + [np.mean(one.pale_start)]
    cells += [flipped[kept].mean() for flipped, kept in zip(one.flipped[::-1], one.met[::-1], strict=True)] + [np.mean(one.met)]
    print("{:<8}{:<10}{:.3f}{:12.3f}{:8.3f}{:9.0%}{:14.3f}{:8.3f}{:8.0%}".format(one.share, one.about["number"] or "share_10", one.card["dark"] / one.card["n"], *cells))
apart = np.ptp([one.flipped[1].mean() for one in files[0.1]])
reveal("causes.five_files", 100 * apart, label="largest minus smallest d → p, five files of .1", unit="points")

# %% [markdown]
# Now the contrasts; all but the mirror stood in the plan. Each interval counts *trainings* and beetles with their starts. Last column: leave out each training in turn, and take the lowest and the highest end. C2: the same latents, the
# picture pale in both files. C5: against draws of the posterior (R3), twenty beetles.

# %%
planned = study.contrasts()
print(f"{'':56}value    95 %               99 %               95 %, one left out")
for name in ("C1", "C1 mirror", "C2", "C5"):
    ends = [*trainings.t_intervals(planned[name]), trainings.left_out(planned[name])]
    print(f"{name:10}{study.LABELS[name]:46}{planned[name].value()[0]:+.3f}   " + "   ".join(f"{low:+.3f} to {high:+.3f}" for low, high in ends))
rows = planned["C5"].first.values[..., 0]  # five trainings, twenty dark beetles: how much oftener the search returns each as pale than a draw does
print("C5 by your two_way_draws: 95 % {:+.3f} to {:+.3f}".format(*np.quantile(two_way_draws(rows, 2000, np.random.default_rng(6)), (0.025, 0.975))))

# %% slide="subslide" title="Ten weight files, two shares"
fig, axes = figure(1, 2, size=(8, 3), sharey=True)
rates = {share: np.array([[form.mean() for form in one.flipped] for one in some]) for share, some in files.items()}
for ax, column, way in zip(np.atleast_1d(axes), (1, 0), ("dark → pale", "pale → dark"), strict=True):
    for place, share in enumerate(files):
        some = rates[share][:, column]
        ax.plot(place + np.linspace(-0.1, 0.1, len(some)), some, "o", ms=8, mec="black", mew=0.6, color=COLOURS["blue" if column else "orange"])
        ax.plot([place - 0.22, place + 0.22], [some.mean()] * 2, color="black", lw=1.2)
    ax.set(title=way, ylim=(-0.03, 1.03), xlim=(-0.5, 1.5), xticks=range(2), xticklabels=[f"{share:g}" for share in files], xlabel="share of dark shown")
np.atleast_1d(axes)[0].set_ylabel("share of answers")
show(fig, alt="Share of answers of the other form, a dot for each of ten trainings. " + "; ".join(
    f"shown {share:g}: dark to pale " + ", ".join(f"{x:.3f}" for x in rates[share][:, 1]) + ", pale to dark " + ", ".join(f"{x:.3f}" for x in rates[share][:, 0]) for share in files) + ".")

# %% [markdown]
# - **The two shares differ far more than trainings of one share**, in both directions, and leaving out any training leaves C1's interval far from 0. With 0 in it we couldn't say so.
# - **The form of the start isn't all**: where both pictures are pale, a large difference remains (C2; other starts, so don't compare its size).
# - **One file is one draw.** `share_10`, the file of the lessons, same recipe, returns 87 % of these dark beetles as pale; its five sisters return 65 to 80 %.
# - **Searches** turn dark beetles pale more often than draws do, in the files of .1 (C5).
#
# Files that draw .11 to .13 may be on their way still. Trainings from scratch are planned.

# %% [markdown] slide="notes"
# Collect guesses for the five files before you show the dots. Then ask which of the plan's contrasts could have failed, and how. Five minutes.

# %% [markdown] only="slides" slide="slide"
# ## The dial: noise off
#
# The same generator, starts and ε. *Clean* pixels instead of noisy ones.
#
# *Of the pale beetles: do more or fewer come back dark?*

# %% [markdown] slide="notes"
# Say what is kept and what is changed, and that the study expected an answer. Hands up for more, then for fewer; write the counts on the board. One minute.

# %% [markdown]
# ### The dial
#
# One σ and one ε stood behind all of this. The study turned both, and the number of steps, on the first file of .5, for 25 beetles of each form and one start. **Predict**: *without* noise, how many percent of the pale beetles
# come back dark?

# %%
dials = study.recorded("factorial_share_50_1").cells
turned = dials["found"][:25, :, :, :, 0] > 0.5  # pale beetles, ε, steps, σ; starts as drawn
print(f"with noise, σ = .05, ε = .002: {turned[:, 0, 0, 0].mean():.0%} of the pale ones come back dark")
without_noise = None  # replace None by a number from 0 to 100
predict("causes.without_noise", without_noise, between=(0, 100))

# %% slide="subslide" title="Cleaner pixels: better or worse?"
from course_lib.generators import pulse

print(f"{'':20}pale → dark      dark → pale      answers within ε\nε       steps       σ .05   σ 0     σ .05   σ 0     σ .05   σ 0")
back_pale = dials["found"][25:, :, :, :, 0] <= 0.5
for i, epsilon in enumerate(study.EPSILONS):
    for k, steps in enumerate(study.STEPS):
        near = pulse.met(dials["residual"][:, i, k, :, 0], epsilon)
        print(f"{epsilon:<8}{steps:<12}" + "".join("{:<8.2f}{:<8.2f}".format(*x.mean(axis=0)) for x in (turned[:, i, k], back_pale[:, i, k], near)))
change = planned["C4"]
print("C4  {}: {:+.3f} (95 % {:+.3f} to {:+.3f}, over beetles; one weight file)".format(study.LABELS["C4"], change.value()[0], *trainings.t_intervals(change)[0]))
fig, ax = figure(size=(5.5, 3))
for i, (epsilon, colour) in enumerate(zip(study.EPSILONS, ("vermilion", "green"), strict=True)):
    for k, (steps, line) in enumerate(zip(study.STEPS, ("-", "--"), strict=True)):
        ax.plot(turned[:, i, k].mean(axis=0), "o" + line, color=COLOURS[colour], label=f"ε = {epsilon:g}, {steps} steps")
ax.set(xticks=(0, 1), xticklabels=("σ = .05", "no noise"), xlim=(-0.2, 1.2), ylim=(0, 1), ylabel="pale → dark")
ax.legend(fontsize=9)
show(fig, alt="Share of 25 pale beetles that come back dark, with and without noise: " + "; ".join(
    "ε {:g}, {} steps: {:.2f} and {:.2f}".format(epsilon, steps, *turned[:, i, k].mean(axis=0)) for i, epsilon in enumerate(study.EPSILONS) for k, steps in enumerate(study.STEPS)) + ".")

# %%
reveal("causes.without_noise", 100 * turned[:, 0, 0, 1].mean(), label="file of .5, pale → dark without noise", unit="%")

# %% [markdown]
# At ε = .002 more pale ones come back dark without noise, but C4's interval holds 0. At ε = .0001 the sign turns, though there no noisy answer meets ε. So "cleaner pixels make it worse", which the study expected, is not shown.

# %% [markdown] slide="notes"
# Ask for hands, better or worse, before the table. Then cover the green lines, and ask what a smaller ε would do. The interval of C4 holds 0, the sign turns with ε, and it is one weight file. Three minutes.

# %% [markdown] deeper=true
# ## 7 · Other interventions
#
# **Best of several** is what a user does who doesn't like the first answer: four starts for the same truths, and
# the answer with the least residual. And a **sampler** on the same weights (lesson {bias}, section 6; 25 truths of each form)
# has no start to keep.

# %% deeper=true
from course_lib.imaging.operators import Downsample
from course_lib.worlds import ladybirds

beetles, y = flips.truths()
four, sampled = flips.recorded("share_10", repeats=4), flips.sampled()
form4, back4, some = truth[four["truth"]], four["found"] > 0.5, sampled["truth"]
best = np.take_along_axis(back4, np.argmin(four["residual"], axis=1)[:, None], axis=1)[:, 0]
for name, back in {"best of four": best, "dark if any is": back4.any(1)}.items():
    print(f"{name:19} dark → pale {rate(~back[form4 == 1])}   pale → dark {rate(back[form4 == 0])}")
print(f"four searches, each alone: dark → pale {np.mean(~back4[form4 == 1], axis=0).round(2)}")
drawn_dark, was_dark = sampled["p"], truth[some] == 1
lost25, turned25 = 1 - drawn_dark[was_dark], drawn_dark[~was_dark]
print(f"sampler             dark → pale {lost25.mean():.2f} ± {1.96 * lost25.std(ddof=1) / 5:.2f}             pale → dark {turned25.mean():.2f} ± {1.96 * turned25.std(ddof=1) / 5:.2f}")
print(f"PULSE, same truths: dark → pale {rate(~returned['share_10'][some][was_dark])}   pale → dark {rate(returned['share_10'][some][~was_dark])}")
scenes = ladybirds.render(beetles).astype(float)
print(f"the true beetle itself meets ε = .002 in {np.mean(np.mean((Downsample(16)(scenes) - y) ** 2, axis=(1, 2, 3)) <= 0.002):.0%} of the 800 cases")

# %% [markdown] deeper=true
# Choosing by residual changes hardly anything: ε is less than the noise, and the residual doesn't know who is right. The sampler *is* R3, by another road: it saves what
# the search took. No exact sampler of this generator goes lower: the prior is still the generator's.
#
# Last, **more pixels**: 8 × 8, for an exact draw and for PULSE, from lesson {pulse}'s audit of 50 truths of each form. That audit has no noise, so the noise changes, too.

# %% deeper=true
y8 = Downsample(8)(scenes)
y8 += 0.05 * np.random.default_rng(8).standard_normal(y8.shape)
for at in (0.5, 0.1):
    p8 = p_dark(y8, share=at)
    print(f"8 × 8, exact draw at a share of {at}: dark → pale {np.mean(1 - p8[dark_truth]):.3f}, pale → dark {np.mean(p8[~dark_truth]):.3f}")
audit = pulse.recorded("share_10")
form8, back8 = audit["audit_form"], audit["audit_dark"] > 0.5
print(f"8 × 8, PULSE on share_10: dark → pale {rate(~back8[form8 == 1])}, pale → dark {rate(back8[form8 == 0])}")

# %% [markdown] deeper=true
# The information step is all but gone, and so is the share's. PULSE loses nearly all dark
# ones all the same: here neither the pixels nor, in a sampler, the share can be the cause. (In a search the share may be.)
#
# All at 4 × 4 in one figure. The line holds exact draws in the true world, for every share between .001 and .999.
# Moving *along* it is a change of prior. *Off* it, away from the corner (0, 0) where nobody is lost, information was
# thrown away, or different priors were mixed.

# %% deeper=true slide="subslide" title="Interventions: what moves the balance?"
shares = 1 / (1 + np.exp(-np.linspace(-7, 7, 57)))
line = np.array([[np.mean(1 - p_dark(y, share=at)[dark_truth]), np.mean(p_dark(y, share=at)[~dark_truth])] for at in shares])
points = {f"PULSE, {name}": (np.mean(~returned[name][dark_truth]), np.mean(returned[name][~dark_truth])) for name in flips.names()}
points |= {f"{name}, pale starts only": (np.mean(~returned[name][dark_truth & ~began[name]]), np.mean(returned[name][~dark_truth & ~began[name]])) for name in ("share_50", "collapsed")}
points |= {"dark start": (np.mean(~arm_back["dark"][form == 1]), np.mean(arm_back["dark"][form == 0])),
           "best of four": (np.mean(~best[form4 == 1]), np.mean(best[form4 == 0])),
           "sampler": (np.mean(lost25), np.mean(turned25))}
fig, ax = figure(size=(6.4, 4.6))
ax.plot(*line.T, color="black", lw=1.2, label="exact draws, any share")
for (name, (dark, pale)), mark in zip(points.items(), "ovsD^<>PhX", strict=True):
    ax.plot(dark, pale, mark, ms=14 if name == "PULSE, share_10" else 8, mec="black", mew=0.8, label=name)
    near = np.argmin(np.hypot(*(line - (dark, pale)).T))
    print(f"{name:27} ({dark:.3f}, {pale:.3f}): nearest exact draw is at a share of {shares[near]:.3f}, {np.hypot(*(line[near] - (dark, pale))):.2f} away")
ax.set(xlabel="dark → pale", ylabel="pale → dark", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
ax.legend(fontsize=9)
show(fig, alt="Pale to dark against dark to pale. A curve of exact draws from (0, 1) to (1, 0), bent towards the origin, and ten points: "
              + "; ".join(f"{name} ({dark:.2f}, {pale:.2f})" for name, (dark, pale) in points.items()) + ".")

# %% [markdown] deeper=true
# PULSE on `share_10` and on `share_02` lies *on* the line where an exact draw
# at a share of about one in a hundred would lie; one mark hides most of the other. `share_50` and `collapsed` lie off it: less one-sided, and with more errors than an exact draw. Mixing two priors, by starts of both
# forms, would do that, but isn't enough here: pale starts alone lie farther off. Information was thrown away, or starts of one form mix priors, too. The dark start lies as far off, but with 48 beetles of each form chance reaches as far.

# %% [markdown] slide="notes"
# Point at the corner (0, 0) first: nobody is lost there. Along the line somebody only chooses whom to lose; off it, errors are added. Which marks are off? Four minutes.

# %% [markdown] only="slides" slide="slide"
# ## Where the evidence is mixed
#
# The same beetles, nearly the same styles of starts:
#
# do two generators differ, **beetle by beetle**?

# %% [markdown] slide="notes"
# Ask which pair of generators the room would compare first, and what would refute its guess. Then show the lesson's table:
# all answers beside those within ε. Three minutes.

# %% [markdown] deeper=true
# ## 8 · Where the evidence is mixed
#
# Three more comparisons use the same beetles *and* nearly the same styles of starts. Their paired differences:

# %% deeper=true
pairs = (("share_50", "share_10"), ("share_10", "share_02"), ("share_50", "collapsed"))
print(f"{'paired, second minus first':28}{'dark → pale: all':18}{'both within ε':18}{'pale → dark: all':18}both within ε")
for names in pairs:
    cells = []
    for group in (dark_truth, ~dark_truth):
        went_wrong = [(returned[name] != dark_truth)[group] for name in names]
        off = [record[name]["residual"][group, 0] for name in names]
        cells += [paired_contrast(*went_wrong, *off, allow) for allow in (np.inf, 0.002)]
    print(f"{', '.join(names):28}" + "".join(f"{f'{change:+.3f} ± {half:.3f}':18}" for change, half, _ in cells))

# %% [markdown] deeper=true
# - **Fewer dark ones than few.** From the file `share_10` to `share_02`, a fifth of the share, R2 and R3 rise much, and R4 doesn't measurably.
# - **Collapse.** `share_02` draws fewer dark ones than it was shown; `share_10` doesn't, and loses as many. `collapsed`
#   lost variety *within* the forms, not a form, so it doesn't test the collapse that was meant
#   in 2020; half of its answers miss ε. No file here separates a lost form from a small share.

# %% [markdown]
# ## 9 · Which hypothesis do your numbers support?
#
# **In your own words**, ten to fifteen sentences. Numbers from *your* notebook, in 1 and 2 for both directions.
#
# 1. *Share.* Its range over the six orders for one generator; what the sign tells and what the size doesn't; the rival explanation.
# 2. *Start.* Give the contrast of section 3 with its interval, all answers and within ε. Does the share act *only* through the form of the start? Give the number that decides it.
# 3. *Generator* or *collapse*, and *pixels* (R1 will do): for each of these two questions, one number and what it speaks for, against, or leaves open.
# 4. For the share and for the start, an outcome that could have occurred and would have changed your mind.
# 5. Which kinds of chance does section 5's two-way standard error count, and which one more does C1's interval in section 6 count? Say what you may therefore claim of *the share*, and name one limit of that claim.

# %% [markdown] answer="which_hypothesis" points=5
# ### BEGIN SOLUTION
# *Example.* 1. For `share_10` the share adds +.29 to +.67 to dark → pale and −.45 to −.16 to its mirror. The sign is the same in all orders, so in this table training on a
# tenth loses more dark ones than on a half, however one counts; the size is a matter of the order, so "the share does .31" says nothing by itself. The rival: `share_50` was trained from random weights, the others
# shorter and from its networks, so what I call share may be unfinished fine-tuning. 2. Dark minus pale start changes dark → pale by −.56 ± .14 (within ε −.57 ± .19) and pale → dark by +.31 ± .13
# (+.26 ± .14): the form of the start matters. The share doesn't act only through it: from pale starts `share_50` loses .30 (.24 to .37) of the dark ones, `share_10` .84 (.80 to .87), and of the pale ones .31 (.24 to .38)
# against .01. 3. Generator: over orders it adds −.19 to +.08 to dark → pale and −.08 to +.16 to its mirror, so even the sign is open. Pixels: R1 on the 48 + 48 truths
# of section 3 is .165 and .254, so errors in both directions stay with everything perfect; they explain no direction. 4. On the share: if `share_02`, `share_10` and `share_90` had lost what `share_50` loses. On the start: if the dark
# start had lost four fifths, too. 5. Section 5's counts beetles and starts, of one file. C1's counts trainings besides, so I may say that
# fine-tuning `share_50` on a tenth instead of a half makes 63 more of 100 dark ones come back pale (55 to 70), and not only that two files differ; but it is one parent, and one ε.
#
# *Rubric, one point each. In every criterion a false statement beside a right one costs half a point of that criterion, and never another's.*
#
# 1. *Whole*: the share's range over the orders for one generator, in both directions, **and** that its sign is the same in all orders while the size depends on the order, **and** the rival named (other length or
#    start of training, unfinished fine-tuning, one training each). *Half*: one of the three is missing. *None*: two are missing. False: "the share causes .67", without "in one order" or the like.
# 2. *Whole*: dark minus pale start with an interval, both directions, all answers and within ε, **and** "not only" with a number that decides it (pale starts of `share_50` against `share_10`, or predicted against measured in section 4).
#    *Half*: one thing is missing: the within-ε numbers, or the mirror, or one interval or all of them, or the deciding number. *None*: more is missing. Too vague: "the start plays a role".
# 3. *Whole*: a number for generator or collapse and one for pixels, each with for, against or open, and the reading follows from the number. *Half*: one of the two. The sign of the generator step called settled is false.
# 4. *Whole*: for share and for start one outcome that could have occurred and would have refuted it. *Half*: one of them. Nothing: "other results", "a larger study".
# 5. *Whole*: beetles **and** starts in section 5, trainings besides in C1, **and** a claim about the share with C1's number and interval, **and** one limit (the one parent, perhaps unfinished fine-tuning, this σ or ε, this architecture, only .1 against .5). *Half*: trainings named as what C1 adds, and one or
#    two of the other three parts. *None*: trainings not named, or nothing else. False: "every generator" or "every share".
# ### END SOLUTION

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# *Fine-tuned on a tenth, not a half: 63 more of 100 dark ones come back pale.*
#
# Not: *so at another ε, from another parent*.

# %% [markdown] slide="notes"
# Vote on the four hypotheses a last time. Who moved, and because of which number? Which sentence speaks of the share, which of one file? Five minutes.

# %% [markdown]
# ## What you can now say, and what you can't
#
# You can say: *in the record the share's step keeps its sign in every order; fine-tuning one file on a tenth instead of a half, at this noise and this ε, makes 63 more of 100 dark
# beetles come back pale, and leaving out any of ten trainings leaves the interval far from 0; the form of the start is one way to it, not the only one; and here is what is unexplained.*
#
# You can't say: *the data alone did it*, *the search did it*, or *it would be so from another parent, at another ε, with another generator*.

# %% [markdown] deeper=true
# ## Further reading
#
# - S. Menon, A. Damian, S. Hu, N. Ravi, C. Rudin, "PULSE: self-supervised photo upsampling via latent space
#   exploration of generative models", CVPR 2020. [doi:10.48550/arXiv.2003.03808](https://doi.org/10.48550/arXiv.2003.03808)
#   And the code, [adamian98/pulse](https://github.com/adamian98/pulse), since commit `ece9211`
#   of June 2020 it returns nothing where a search misses ε.
# - A. B. Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007) 386: drawing rows and columns anew.
#   [doi:10.1214/07-AOAS122](https://doi.org/10.1214/07-AOAS122)
# - J. Pearl, "Direct and indirect effects", UAI 2001, 411–420: through a mediator, and besides.
# - `docs/flips.md` tells how the record was made, and how far to trust it.
