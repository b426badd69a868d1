# ---
# jupyter:
#   course: {points: 20, reads: [calibration, casebook, classifiers, images, posteriors, regressors]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *split* any reconstruction into what the camera recorded and what was invented, without the truth;
# - *say* what an invention was worth, and which recorded detail was deleted;
# - *test* whether a method's doubt is honest: by its intervals and by ranks;
# - *paint over* what the data don't determine;
# - *bound* what any picture can tell about who it shows.
#
# {minutes} minutes, best in two sittings (sections 1 to 3, then the rest). {builds_on}

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **{question}**

# %% slide="subslide" title="What did the pixels say?"
from course_lib.notebook.figures import show_images
from course_lib.records import casebook

chosen = 3
bank = casebook.shipped()  # twenty small pictures, computed once; see section 2
y, x_hat = bank.y[chosen], bank.pulse[chosen]
show_images({"recorded": y, "PULSE's answer": x_hat},
            alt="Sixteen noisy coloured pixels, and the sharp ladybird on a leaf that a PULSE search "
                "made of them.")

# %% [markdown]
# Sixteen pixels with noise of standard deviation .05, and what a search in a generator made of
# them (lesson {pulse}). Some of it was measured: green around, something darker in the
# middle. Some was not: "hallucination". Here it becomes a number.
#
# **Predict.** Take the *contrast* of the right picture: the squares of its deviations from its mean colour,
# summed over all pixels. What percentage of it did the camera *not* record?

# %%
from course_lib.notebook.predictions import predict

percent_invented = None  # replace None by a number from 0 to 100
predict("hallucination_measured.percent_invented", percent_invented, between=(0, 100))

# %% [markdown] slide="slide"
# ## 1 · Four maps, three numbers

# %% [markdown]
# A camera $A$ splits every picture in two (lesson {information_limit}). With its singular values, $A = \sum_i s_i
# u_i v_i^T$, component $v_i^T x$ of a scene arrives with strength $s_i$, beside noise of standard deviation
# σ. Keep those that stand above it, $s_i \cdot \text{scale} > \sigma$; `scale` is the
# standard deviation of such scenes' components, a convention to be stated. What is left is the **null
# part at this noise**:
#
# $$P_{null}\,x = x - \sum_{s_i \cdot \text{scale} > \sigma} v_i\, v_i^T x.$$
#
# Four maps compare a *reconstruction* $\hat x$ with the scene $x$ and the data $y$:
#
# - **invented**, $P_{null}\,\hat x$: in the picture, not recorded. *Nobody needs the truth to compute it.*
# - **omitted**, $P_{null}\,x$: in the scene, not recorded.
# - **wrong**, $P_{null}(\hat x - x)$: invented minus omitted.
# - **deleted**, $A^+ y - P_{measured}\,\hat x$: recorded, and not in the picture. No truth needed; noise has a part in it.
#
# "Not recorded" says that the camera doesn't *respond* to it above the noise. A prior can still tie it to what was recorded.

# %%
import numpy as np

from course_lib.audits import hallucination
from course_lib.imaging.operators import Downsample
from course_lib.worlds import ladybirds

A, sigma = Downsample(16), casebook.SIGMA
some = ladybirds.render(ladybirds.sample(500, share=0.5, seed=77)).astype(float)
of_colours = 16 * np.std(A(some), axis=0).mean(axis=(1, 2))  # each v is one block, with entries 1/16
scale = of_colours.mean()
print(f"scale {scale:.2f} (red, green, blue: {of_colours.round(2)}); s · scale = {scale / 16:.3f}, σ = {sigma}: "
      f"{'above' if scale / 16 > sigma else 'below'} the noise")
x = bank.truth[chosen]
three = hallucination.maps(A, x_hat, x, sigma, scale)

# %% slide="subslide" title="The truth, and what PULSE made"
show_images({"scene x": x, "PULSE": x_hat}, alt="The true ladybird, and the one that PULSE made.")

# %% slide="subslide" title="Invented, omitted, wrong" figure="three_maps"
show_images({name: part.mean(0) for name, part in three.items()}, limits=(-0.35, 0.35),
            colour_map="RdBu_r", unit="light (mean of RGB)",
            alt="Three signed maps. Invented shows the outline, legs and pattern of PULSE's beetle; omitted "
                "those of the true beetle; wrong is the difference of the two.")

# %% [markdown]
# The first map was made
# without the truth. It holds nearly everything that makes the picture look like a *beetle*: outline,
# legs, spots, gloss. All colours share one scale: by itself blue would lie below the noise, but counts as recorded here.

# %% slide="subslide" title="How much of its contrast is invented?"
from course_lib.notebook.predictions import reveal

told = hallucination.fractions(A, x_hat, x, sigma, scale)
print({name: round(value, 3) for name, value in told.items()})
reveal("hallucination_measured.percent_invented", 100 * told["invented"], label="contrast that was invented", unit="%")

# %% [markdown]
# | number | is | needs the truth |
# |---|---|---|
# | invented | $\|P_{null}\hat x\|^2$ over the contrast of $\hat x$ | no |
# | omitted | $\|P_{null}x\|^2$ over the contrast of $x$ | yes |
# | wrong | $\|P_{null}(\hat x - x)\|^2$ over $\|P_{null} x\|^2$ | yes |
#
# A large first number is no accusation: of this *true* picture even more is beyond the camera.
# Whether the invention was any good says the third: at 1 you could as well have invented
# nothing.

# %% [markdown] deeper=true
# Two methods, in a world of white noise:

# %% deeper=true
rng = np.random.default_rng(0)
white = rng.standard_normal((200, 1, 16, 16))  # scenes without any structure
B, noise = Downsample(4), 0.1
recorded = B(white) + noise * rng.standard_normal((200, 1, 4, 4))
lazy = hallucination.pseudo_inverse(B, recorded, noise)
gain = 1 / (1 + 16 * noise**2)  # posterior of white scenes: mean gain · A⁺ y in the blocks, 0 elsewhere
free = rng.standard_normal(white.shape)
hidden = hallucination.null_part(B, free)
sample = gain * 16 * B.T(recorded) + hidden + np.sqrt(1 - gain) * (free - hidden)
for name, guess in {"pseudo-inverse": lazy, "posterior sample": sample}.items():
    found = hallucination.fractions(B, guess, white, noise)
    print(f"{name:17} invented {np.mean(found['invented']):.3f}, omitted "
          f"{np.mean(found['omitted']):.3f}, wrong {np.mean(found['wrong']):.3f}")

# %% [markdown] deeper=true
# The pseudo-inverse **invents nothing and is wrong by 1.00 all the same**, by omission. A perfect sample of
# the posterior, in a world of white noise, is wrong by **2**: in the null part truth and sample are two
# independent draws.

# %% [markdown] slide="notes"
# Who would call the pseudo-inverse honest? Wrong = 1.00 is the price of silence. Four minutes.

# %% [markdown]
# ### Exercise 1: the three maps
#
# Write `three_maps(modes, x_hat, x, sigma, scale)`. `modes` is a decomposition from `limits.decompose(A,
# shape)`: `modes.values` are the singular values $s_i$, largest first, shape `(k,)`; `modes.inputs` are the
# $v_i$, one per row, flattened, `(k, n)`. `x_hat` and `x` are pictures `(..., H, W)` with $n = H \cdot W$
# pixels. Return the three arrays (invented, omitted, wrong), in the shape of the pictures: a component is measured
# if $s_i \cdot$ `scale` $>$ `sigma`. Rounding leaves singular
# values of 1e-17 where they should be 0; those aren't measured even at σ = 0: only the first `modes.rank` are above
# rounding. *Allowed:* `modes.filtered(x, factors)`, which computes $\sum_i \varphi_i v_i v_i^T x$ for factors `(k,)`, here 0 or 1.
# *Off limits:* `course_lib.audits.hallucination`, `limits.split`.

# %% solution="three_maps" rebuilds="audits.hallucination.maps audits.hallucination.null_part imaging.limits.split"
def three_maps(modes, x_hat, x, sigma, scale):
    """Split a reconstruction and its scene at the noise level.

    Parameters
    ----------
    modes : limits.Modes
        Singular value decomposition of the camera.
    x_hat, x : arrays (..., H, W)
        Reconstruction and scene.
    sigma : float
        Standard deviation of the noise; 0 or greater.
    scale : float
        Standard deviation of a scene's components; > 0.

    Returns
    -------
    invented, omitted, wrong : arrays (..., H, W)
    """
    ### BEGIN SOLUTION
    kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted
    ### END SOLUTION


# %% test="three_maps_by_hand" points=2
from course_lib.imaging.limits import decompose
from course_lib.notebook.checks import call, equal

pairs_of_pixels = decompose(Downsample((1, 2)), (1, 4))  # both singular values are 1/√2
guess, scene = np.array([[1.0, 3.0, 5.0, 5.0]]), np.array([[2.0, 2.0, 4.0, 8.0]])
found = call(three_maps, pairs_of_pixels, guess, scene, 0.1, 1.0)
assert len(found) == 3, "three_maps must return three arrays: invented, omitted, wrong."
unseen_1, unseen_2 = np.array([[-1.0, 1, 0, 0]]), np.array([[0.0, 0, -2, 2]])
equal(found[0], unseen_1, "invented, for x_hat = [1, 3, 5, 5] and means of two pixels", atol=1e-5, mistakes={
    "this is the *measured* part; subtract it from x_hat.": guess - unseen_1,
    "this is x_hat itself: with s = .71, scale = 1 and σ = .1 both means are measured.": guess,
    "this is zero: is the part that is left after the measured one missing?": 0 * guess,
    "this is the omitted part, of x; `x_hat` comes first.": unseen_2,
})
equal(found[1], unseen_2, "omitted, for x = [2, 2, 4, 8]", atol=1e-5, mistakes={
    "this is the measured part of x.": scene - unseen_2})
equal(found[2], unseen_1 - unseen_2, "wrong", atol=1e-5, mistakes={
    "the sign: wrong = P_null(x̂ − x) is invented minus omitted.": unseen_2 - unseen_1,
    "this is all of x̂ − x; only its null part can't be blamed on the data.": guess - scene})
equal(call(three_maps, pairs_of_pixels, guess, scene, 0.1, 0.1)[0], guess,
      "invented, where s · scale = .071 is below σ = .1", atol=1e-5, mistakes={
    "both means are measured here, but s · scale lies below σ.": unseen_1})

# %% test="three_maps_of_a_blur" points=2
from course_lib.imaging import optics
from course_lib.imaging.operators import Blur

soft = Blur(optics.gaussian_psf(2.0, (1, 31)))
blurred = decompose(soft, (1, 64))
fresh = np.random.default_rng(5)
two = fresh.standard_normal((2, 2, 3, 1, 64))
maps_of_two = call(three_maps, blurred, *two, 0.05, 0.4)
assert [np.shape(part) for part in maps_of_two] == [(2, 3, 1, 64)] * 3, (
    "from pictures of shape (2, 3, 1, 64) must come three maps of that shape; you return "
    f"{[np.shape(part) for part in maps_of_two]}.")
right_null = two[0] - blurred.filtered(two[0], blurred.values * 0.4 > 0.05)
equal(maps_of_two[0], right_null, "invented, behind a blur, σ = .05", atol=1e-5, mistakes={
    "nothing is hidden, since no singular value of a blur is 0. Null is what is below the *noise*.":
        two[0] - blurred.filtered(two[0], np.arange(64) < blurred.rank),
    "`scale` is missing: compare s · scale with σ.":
        two[0] - blurred.filtered(two[0], blurred.values > 0.05),
    "`scale` multiplies s; don't divide by it.":
        two[0] - blurred.filtered(two[0], blurred.values / 0.4 > 0.05),
    "compare s · scale with σ, without squares.":
        two[0] - blurred.filtered(two[0], blurred.values**2 * 0.4 > 0.05),
    "the components are weighted by s: keep them as they are, or drop them.":
        two[0] - blurred.filtered(two[0], (blurred.values * 0.4 > 0.05) * blurred.values),
})
again = call(three_maps, blurred, maps_of_two[0], two[1], 0.05, 0.4)
equal(again[0], maps_of_two[0], "the null part of a null part (it is itself)", atol=1e-5)
### BEGIN HIDDEN TESTS
# hint: other cameras, other noise, also none, with a camera of lower rank; noise at the boundary; brighter, dimmer and whole numbers; the pseudo-inverse invents nothing.
from course_lib.imaging.operators import Identity

cut_off = Blur.from_otf(lambda f: optics.airy_otf(f, 0.3))  # rank 37 of 144 on 12 × 12 pixels; zeros become 1e-17
for view, size in ((Downsample(2), (8, 6)), (Downsample(2) @ Blur(optics.gaussian_psf(1.0, (5, 5))), (8, 8)), (cut_off, (12, 12))):
    spectrum, (one, other) = decompose(view, size), fresh.standard_normal((2, 3, *size))
    for noise_sd, unit in ((0.0, 1.0), (0.0, 0.2), (1e-17, 1.0), (0.2, 1.0), (0.2, 0.7), (5.0, 1.0)):
        expected = hallucination.maps(view, one, other, noise_sd, unit)
        for value, name in zip(call(three_maps, spectrum, one, other, noise_sd, unit), expected, strict=True):
            equal(value, expected[name], f"{name} at σ = {noise_sd}, scale {unit}, rank {spectrum.rank} of {len(spectrum.values)}",
                  atol=1e-5)
    quiet = hallucination.pseudo_inverse(view, view(one), 0.2)
    equal(call(three_maps, spectrum, quiet, one, 0.2, 1.0)[0], 0 * one, "invented, of a pseudo-inverse", atol=1e-5)
    for light in (1e-8, 1e8):  # light and its scale in other units
        dimmed = call(three_maps, spectrum, light * one, light * other, 0.2 * light, light)
        equal(np.array(dimmed) / light, list(hallucination.maps(view, one, other, 0.2).values()), f"light times {light:g}", atol=1e-5)
everything = decompose(Identity(), (2, 3))
whole = np.arange(6).reshape(2, 3)
equal(call(three_maps, everything, whole, 2 * whole, 1.0, 1.0), [whole, 2 * whole, -whole],
      "s · scale = σ: not above the noise, so null", atol=1e-5)
equal(call(three_maps, everything, whole, 2 * whole, 0.9, 1.0), np.zeros((3, 2, 3)), "a camera that records everything", atol=1e-5)
halves = call(three_maps, pairs_of_pixels, np.array([[1, 2, 5, 8]]), np.array([[2, 2, 4, 7]]), 0.1, 1.0)
equal(halves, [[[-0.5, 0.5, -1.5, 1.5]], [[0, 0, -1.5, 1.5]], [[-0.5, 0.5, 0, 0]]], "whole numbers whose null parts aren't whole", atol=1e-5)
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### Exercise 2: how much was invented?
#
# Write `invented_fraction(x_hat, s)` for a camera that keeps the means of blocks of `s` × `s` pixels, all of
# them above the noise. `x_hat` is one picture `(C, H, W)`. Return one number: $\|P_{null}\hat x\|^2$ over the
# contrast of $\hat x$. The contrast is the sum of squared deviations from each channel's own mean; both sums
# run over *all* channels and pixels. A picture is even if its contrast is at most $10^{-12}$ of $\sum \hat x^2$,
# which is more than rounding leaves in double precision: return 0. *Off limits:*
# `course_lib.audits.hallucination`, `course_lib.imaging.limits`. *Hint:* what is left of a block if its mean is taken away?

# %% solution="invented_fraction" deeper=true rebuilds="audits.hallucination.fractions"
def invented_fraction(x_hat, s):
    """Return the fraction of a picture's contrast that block means of s × s don't hold.

    Parameters
    ----------
    x_hat : array (C, H, W)
        Picture; s divides H and W.
    s : int
        Pixels a side of a block.

    Returns
    -------
    float
        Between 0 and 1.
    """
    ### BEGIN SOLUTION
    channels, height, width = x_hat.shape
    means = x_hat.reshape(channels, height // s, s, width // s, s).mean(axis=(2, 4))
    hidden = x_hat - means.repeat(s, axis=1).repeat(s, axis=2)
    contrast = np.sum((x_hat - x_hat.mean(axis=(1, 2), keepdims=True)) ** 2)
    return float(np.sum(hidden**2) / contrast) if contrast > 1e-12 * np.sum(x_hat**2) else 0.0
    ### END SOLUTION


# %% test="invented_fraction_by_hand" points=1 deeper=true
stairs = np.array([[[0.0, 2.0, 4.0, 8.0], [0.0, 2.0, 4.0, 8.0]]])  # blocks 0 2 | 4 8, mean 3.5
equal(call(invented_fraction, stairs, 2), 20 / 70, "invented_fraction for two rows 0, 2, 4, 8 and s = 2", mistakes={
    "the squares of x̂ itself stand below the line; take its contrast, about the mean.": 20 / 168,
    "a root too many: squares over squares.": (2 / 7) ** 0.5,
    "this is the measured fraction; the invented one is asked for.": 5 / 7,
    "upside down: the contrast stands below the line.": 3.5,
    "a block is s × s *neighbouring* pixels; here it takes every second one.": 26 / 35,
    "`Downsample(s).T` spreads a mean thinly: multiply by s² to get it back.":
        np.sum((stairs - Downsample(2).T(Downsample(2)(stairs))) ** 2) / 70,
    "this is the sum of squares in the null part; divide by the contrast.": 20.0,
})
assert abs(call(invented_fraction, np.full((3, 4, 4), 0.25), 2)) < 1e-12, (
    "an even picture has no contrast: return 0 (not 0/0).")
assert abs(call(invented_fraction, np.full((3, 12, 12), 0.1), 3)) < 1e-12, (
    "a picture that is .1 everywhere is even, too, but its computed mean isn't exactly .1: rounding leaves a contrast of about "
    "1e-32 of its squares. Compare the contrast with the picture's own squares, not with 0.")

# %% test="invented_fraction_obeys_its_laws" points=2 deeper=true
drawn = np.random.default_rng(6).random((3, 16, 16)) * np.array([0.1, 1.0, 3.0])[:, None, None]
once = call(invented_fraction, drawn, 4)
parts = [hallucination.fractions(Downsample(4), channel)["invented"] for channel in drawn]
equal(once, hallucination.fractions(Downsample(4), drawn)["invented"],
      "invented_fraction of a noisy picture with three channels", mistakes={
    "the fractions of the channels were averaged: a dark channel counts as much as a bright one. "
    "Sum the squares over all channels first.": np.mean(parts),
    "a block's mean was taken over *all* channels; each channel has its own, and a fraction can't exceed 1.":
        np.sum((drawn - Downsample(4)(drawn).mean(0).repeat(4, axis=0).repeat(4, axis=1)) ** 2)
        / np.sum((drawn - drawn.mean(axis=(1, 2), keepdims=True)) ** 2),
    "deviations from *one* mean of all channels: each channel has its own mean.":
        np.sum(hallucination.null_part(Downsample(4), drawn) ** 2) / np.sum((drawn - drawn.mean()) ** 2),
    "the squares of x̂ itself stand below the line; take its contrast, about the mean.":
        np.sum(hallucination.null_part(Downsample(4), drawn) ** 2) / np.sum(drawn**2)})
equal(call(invented_fraction, 5 + 2 * drawn, 4), once, "the same picture, brighter and with twice the contrast")
blocks = np.random.default_rng(7).random((2, 3, 5)).repeat(4, axis=1).repeat(4, axis=2)
equal(call(invented_fraction, blocks, 4), 0.0, "a picture made of even blocks (nothing is invented)", mistakes={
    "this is the measured fraction.": 1.0})
### BEGIN HIDDEN TESTS
# hint: other sizes of blocks; checkerboards, s = 1, oblong pictures; even ones in colour and after rounding; very bright, very dim, little contrast.
chequers = (np.indices((3, 8, 12)).sum(0) % 2).astype(float)
equal(call(invented_fraction, chequers, 2), 1.0, "a checkerboard (all of it)")
equal(call(invented_fraction, drawn, 1), 0.0, "s = 1: nothing can be invented")
for side in (2, 8, 16):
    equal(call(invented_fraction, drawn, side), hallucination.fractions(Downsample(side), drawn)["invented"],
          f"s = {side}")
oblong = np.random.default_rng(8).random((1, 6, 12))
equal(call(invented_fraction, oblong, 3), hallucination.fractions(Downsample(3), oblong)["invented"], "6 × 12 pixels")
for light in (1e-8, 1e8, -1.0):
    equal(call(invented_fraction, light * drawn, 4), once, f"the same picture times {light:g}")
faint = np.array([0.2, 1.0, 0.6])[:, None, None] * (1 + 1e-5 * np.random.default_rng(9).standard_normal((3, 16, 16)))
told_of = hallucination.fractions(Downsample(4), faint)["invented"]
for light in (1.0, 1e8, 1e-8):
    equal(call(invented_fraction, light * faint, 4), told_of, f"a picture with little contrast, times {light:g}", atol=1e-6)
even = np.array([0.1, 0.7, 0.3])[:, None, None] * np.ones((3, 12, 12))
last_bit = 1 + np.finfo(float).eps * np.random.default_rng(10).integers(-1, 2, even.shape)
for light in (1.0, 1e-8, 1e8):
    equal(call(invented_fraction, light * even, 4), 0.0, f"each channel even, in another colour, times {light:g}")
    equal(call(invented_fraction, light * even * last_bit, 4), 0.0, f"even but for the last bit, times {light:g}")
    nearly = light * even * (1 + 3e-7 * np.random.default_rng(11).standard_normal(even.shape))
    equal(call(invented_fraction, nearly, 4), 0.0, f"a contrast of 1e-13 of the squares, times {light:g}")
equal(call(invented_fraction, np.zeros((3, 4, 4)), 2), 0.0, "a black picture")
### END HIDDEN TESTS

# %% [markdown] slide="slide"
# ## 2 · Every method, the same pixels

# %% [markdown]
# Twenty ladybirds, twenty pictures of 4 × 4 pixels (σ = .05, equal shares of the forms), and the methods of
# the course. Draws and searches were computed once.

# %%
from course_lib.generators import pulse
from course_lib.inference.classifiers import p_dark

print(f"share of the {bank.residuals.size} searches that met ε = {pulse.EPSILON}: {np.mean(pulse.met(bank.residuals)):.0%}")
print(f"a recogniser reads as dark: {np.sum(p_dark(bank.truth) > 0.5)} of 20 scenes, "
      f"{np.sum(p_dark(bank.pulse) > 0.5)} of PULSE's pictures")

# %% [markdown]
# PULSE has a handicap: its generator was shown 10 % dark beetles. What follows judges search *and* generator.
# The posterior's mean and standard deviation come from 100 draws a picture; one is set aside as "a sample".

# %%
from course_lib.inference.regression import regress
from course_lib.records.reconstructions import bicubic, linear

wiener = linear()  # the best linear estimate for this world
clouds = [bank.draws(i) for i in range(len(bank.y))]
posterior_mean = np.stack([draws[1:].mean(0) for draws in clouds])
posterior_sd = np.stack([draws.std(0, ddof=1) for draws in clouds])
methods = {
    "pseudo-inverse": hallucination.pseudo_inverse(A, bank.y, sigma, scale),
    "bicubic": bicubic(bank.y),
    "Wiener": wiener(bank.y),
    "network": regress(bank.y),
    "posterior mean": posterior_mean,
    "posterior sample": np.stack([draws[0] for draws in clouds]),
    "PULSE": bank.pulse,
}

# %% [markdown]
# **Predict.** *Wrong* is 1.00 for the pseudo-inverse. Averaged over the twenty pictures, what is it for
# PULSE?

# %%
pulse_wrong = None  # replace None by a number from 0 to 10
predict("hallucination_measured.pulse_wrong", pulse_wrong, between=(0, 10))

# %%
def mean_and_error(values):
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))


table = {}
for name, pictures in methods.items():
    found = hallucination.fractions(A, pictures, bank.truth, sigma, scale)
    residual = np.sqrt(np.mean((A(pictures) - bank.y) ** 2)) / sigma
    table[name] = found["invented"], found["wrong"], residual
    (made_up, _), (wrong, error) = map(mean_and_error, table[name][:2])
    print(f"{name:16} invented {made_up:.2f}, wrong {wrong:.2f} ± {error:.2f}; its pixels {residual:.2f} σ from y")
print(f"omitted (a property of scenes and camera): {np.mean(found['omitted']):.2f}")

# %% slide="subslide" title="Seven methods, the same pixels" figure="methods"
from course_lib.notebook.figures import COLOURS, figure, show

fig, axes = figure(1, 2, size=(9.4, 3.4), sharey=True)
for ax, k, what, colour in zip(axes, (0, 1), ("invented (fraction of its own contrast)",
                                              "wrong (1: as if nothing were invented)"),
                               ("blue", "vermilion"), strict=True):
    heights, errors = zip(*(mean_and_error(row[k]) for row in table.values()), strict=True)
    ax.barh(list(table), heights, xerr=errors, color=COLOURS[colour])
    ax.set_xlabel(what)
axes[1].axvline(1, color="black", ls=":")
axes[0].invert_yaxis()
said = "; ".join(f"{name} {np.mean(row[0]):.2f}, {np.mean(row[1]):.2f}" for name, row in table.items())
show(fig, alt=f"Two bars for each method, invented and wrong: {said}.")

# %%
reveal("hallucination_measured.pulse_wrong", np.mean(table["PULSE"][1]), label="PULSE: wrong")

# %% [markdown]
# - **Much invented is not much wrong.** The posterior mean invents twice as much as bicubic interpolation and is less
#   wrong: it knows how ladybirds are made, and gets about a third of what was omitted back.
# - **A sample pays twice**: its *wrong* is about two times the mean's, and above 1.
# - **PULSE invents as much as a sample, and is wrong by about as much.** Is it one? See section 5.
# - **The residual**, the last number, **doesn't tell**.

# %% slide="subslide" title="What each method invented"
from course_lib.notebook.figures import draw_image


def rms_of_colours(x):
    """One number a pixel: the root mean square over the three channels."""
    return np.sqrt(np.mean(x**2, axis=-3))


shown = ["bicubic", "posterior mean", "posterior sample", "PULSE"]
fig, axes = figure(3, 5, size=(7.6, 4.6))
for column, name in enumerate(shown):
    parts = hallucination.maps(A, methods[name][chosen], x, sigma, scale)
    draw_image(axes[0, column], methods[name][chosen], name.replace(" ", "\n"))
    draw_image(axes[1, column], parts["invented"].mean(0), "", (-0.35, 0.35), "RdBu_r")
    draw_image(axes[2, column], parts["wrong"].mean(0), "", (-0.35, 0.35), "RdBu_r")
draw_image(axes[0, 4], x, "the\nscene")
draw_image(axes[1, 4], three["omitted"].mean(0), "omitted", (-0.35, 0.35), "RdBu_r")
draw_image(axes[2, 4], rms_of_colours(posterior_sd[chosen]), "posterior sd", (0, 0.35), "viridis")
for row, unit in ((1, "signed light"), (2, "sd")):
    fig.colorbar(axes[row, 4].images[0], ax=axes[row, 4], label=unit)
for ax, label in zip(axes[:, 0], ("picture", "invented", "wrong"), strict=True):
    ax.set_ylabel(label)
show(fig, alt="Four reconstructions of one ladybird, what each invented, and what of it is wrong. Last column: "
              "the scene, what was omitted, and the reference posterior's standard deviation, which is high "
              "at the head, less so on the wing cases, and low at the legs.")

# %% [markdown]
# Bottom right, the standard deviation of the *reference posterior* says where these sixteen
# pixels leave beetles free to differ: in this case the head most of all, then wing cases, then legs; the leaf hardly.
# The *wrong* maps of the sharp pictures are large there.
#
# Now *deleted*: what a picture gets wrong about data that there *are* (Bhadra and colleagues, 2021).

# %%
for name, pictures in methods.items():
    parts = (hallucination.measurement_map(A, pictures, bank.y, sigma, scale), pictures - bank.truth)
    disagrees, error = (np.sqrt(np.mean(part**2)) for part in parts)
    unseen = np.mean(hallucination.null_part(A, parts[1], sigma, scale) ** 2) / error**2
    print(f"{name:16} disagrees with the data by {disagrees:.3f} RMS, is off the truth by {error:.3f}; "
          f"{unseen:.0%} of that squared is null")
print(f"the truth itself disagrees with the data by {np.sqrt(np.mean((A(bank.truth) - bank.y) ** 2)):.3f}")
doubt, amiss = rms_of_colours(posterior_sd), rms_of_colours(hallucination.null_part(A, bank.pulse - bank.truth, sigma, scale))
print("PULSE is wrong by", ", ".join(f"{np.sqrt(np.mean(amiss[some] ** 2)):.2f} RMS in the tenth of pixels with the {rank} doubt"
      for rank, some in {"most": doubt >= np.quantile(doubt, 0.9), "least": doubt <= np.quantile(doubt, 0.1)}.items()))

# %% [markdown]
# **Data consistency is not correctness.** All but the posterior sample agree with the data better than the truth
# does. The two that agree best, the pseudo-inverse and bicubic interpolation, are further from the scene than
# Wiener, the network and the mean.
#
# What was recorded and isn't in its world a method takes
# for noise, and **deletes**: of a lighter square on the leaf, all of it recorded, the network keeps 29 % (optional, below).
# *Invented* and *wrong* can't see that; *deleted* does.

# %% [markdown] slide="notes"
# Let the room rank the pictures by trust before the second row is explained. The map at the bottom right exists
# only because the world is known; the row "invented" everybody can have. Six minutes.

# %% [markdown] deeper=true
# ### Recorded, and deleted
#
# Make one corner of the leaf .15 lighter, a square that
# is just one pixel of the camera. All of it is recorded, three times as strong as the noise; but no leaf in the
# network's training had such a square. **Predict.** How many percent of its light does *bicubic* interpolation keep?

# %% deeper=true
percent_kept = None  # replace None by a number from 0 to 100
predict("hallucination_measured.percent_kept", percent_kept, between=(0, 100))

# %% deeper=true
square = np.zeros((3, 64, 64))
square[:, :16, :16] = 0.15
rng = np.random.default_rng(5)
pairs = [A(scenes) + sigma * rng.standard_normal((500, 3, 4, 4)) for scenes in (some, some + square)]
kept_light = {}
for name, method in {"the pixels": lambda y: hallucination.pseudo_inverse(A, y), "bicubic": bicubic, "network": regress}.items():
    without, lit = (method(y) for y in pairs)
    dim, bright = (pictures[:, :, :16, :16].mean((1, 2, 3)) for pictures in (without, lit))
    kept_light[name] = (bright.mean() - dim.mean()) / 0.15
    told_apart = np.mean(bright[:, None] > dim)  # AUC: a picture with the square is the brighter one there
    gone = (pairs[1] - A(lit))[:, :, 0, 0].mean()
    print(f"{name:10} off by {np.sqrt(np.mean((lit - some - square) ** 2)):.3f} RMS; keeps {kept_light[name]:.0%} of the square, "
          f"deletes {gone:.3f} there; by its brightness with and without are told apart in {told_apart:.0%} of pairs")
reveal("hallucination_measured.percent_kept", 100 * kept_light["bicubic"], label="light of the square that bicubic keeps", unit="%")

# %% deeper=true slide="subslide" title="Recorded, and deleted"
example = 4
panels = {"the scene,\nits corner lighter": (some + square)[example], "recorded": pairs[1][example]}
panels |= {f"{name}": method(pairs[1][example]) for name, method in {"bicubic": bicubic, "network": regress}.items()}
fig, axes = figure(1, 6, size=(10, 2.3))
for ax, (name, picture) in zip(axes, panels.items(), strict=False):
    draw_image(ax, picture, name)
for ax, name in zip(axes[4:], ("bicubic", "network"), strict=True):
    lost = -hallucination.measurement_map(A, panels[name], pairs[1][example], sigma, scale)
    draw_image(ax, lost.mean(0), f"deleted by\n{name}", (-0.2, 0.2), "RdBu_r")
fig.colorbar(axes[5].images[0], ax=axes[5], shrink=0.7)
show(fig, alt="A ladybird on a leaf with a lighter square in the upper left corner; its sixteen pixels; a bicubic "
              "enlargement and the network's picture, and what each deleted. The network's map is strongest at the square, "
              "where its picture is leaf as elsewhere; the bicubic map is nearly empty there.")

# %% [markdown] deeper=true
# The network's picture is the better one, and it **deletes** some seven tenths of the square, though all of it was recorded: it takes for
# noise what its world doesn't have. *Invented* and *wrong* can't see it, for the square has no null part. *Deleted* does, for this
# very picture and without the truth. Noise is deleted, too, and rightly; so look where the map exceeds the noise.

# %% [markdown] slide="notes"
# The reverse of the beetle: nothing invented, something deleted. Ask what a lesion or a satellite would be to such a network.
# Three minutes.

# %% [markdown] slide="slide"
# ## 3 · Real pictures: honest with a map

# %% [markdown]
# Two photographs, a piece of Hubble's eXtreme Deep Field and one of a retina,
# play the scene. The camera: a lens with cutoff .3 cycles per pixel, then pixels twice
# as coarse; `scale` is now the scene's standard deviation.

# %%
from course_lib.imaging import optics
from course_lib.imaging.operators import Blur
from course_lib.worlds import images

lens = Downsample(2) @ Blur.from_otf(lambda f: optics.airy_otf(f, 0.3))
scenes = {name: images.load(name, gray=True)[:, 64:192, 64:192] for name in ("hubble", "retina")}
for name, scene in scenes.items():
    for grain in (0.0, 1e-4, 0.003, 0.03):
        part = hallucination.fractions(lens, scene, scene, grain, scene.std())["omitted"]
        print(f"{name}, σ = {grain}: {part:.4f} of the contrast is null")

# %%
from course_lib.imaging.deconvolution import richardson_lucy, total_variation

grain, seen, restored = 0.003, {}, {}
for name, scene in scenes.items():
    seen[name] = lens(scene) + grain * np.random.default_rng(1).standard_normal((1, 64, 64))
    light = np.maximum(seen[name], 1e-4)
    restored[name] = {
        "pseudo-inverse": hallucination.pseudo_inverse(lens, seen[name], grain, scene.std()),
        "bicubic": bicubic(seen[name], 128),
        "TV": total_variation(seen[name], grain / 2, lens, iterations=400, tol=1e-2),
        "RL, 30 steps": richardson_lucy(light, lens, 30),
        "RL, 300 steps": richardson_lucy(light, lens, 300),
    }
for method in restored["hubble"]:
    found = {name: hallucination.fractions(lens, restored[name][method], scene, grain, scene.std())
             for name, scene in scenes.items()}
    print(f"{method:15}", "; ".join(f"{name}: wrong {told['wrong']:.2f} (invented {told['invented']:.4f})"
                                    for name, told in found.items()))

# %% [markdown]
# Richardson–Lucy (RL) states one assumption, light ≥ 0, and hides another: it starts flat and is stopped early. On this
# sky both together get a third of what was omitted back after 30 steps; after 300 the same positivity is worse than silence. On the
# retina, nowhere near black, 30 steps gain nothing. TV (few edges) is the other way round. Whether an invention is worth anything is
# a matter of prior **and** scene; *invented* can't say.
#
# So a restored picture should travel with its map and a rule: paint over where more than .02 was
# invented, in either direction.

# %% slide="subslide" title="Real pictures: honest with a map"
guess = restored["hubble"]["RL, 30 steps"]
invented = hallucination.maps(lens, guess, None, grain, scenes["hubble"].std())["invented"]
# Try: another rule, or the retina. You will write about this picture in section 8.
rule = 0.02
marked = np.abs(invented[0]) > rule
fig, axes = figure(1, 4, size=(8.6, 2.6))
draw_image(axes[0], seen["hubble"], "recorded", (0, 0.4))
draw_image(axes[1], guess, "restored", (0, 0.4))
draw_image(axes[2], invented[0], "invented", (-0.1, 0.1), "RdBu_r")
fig.colorbar(axes[2].images[0], ax=axes[2], label="light", shrink=0.7)
draw_image(axes[3], np.where(marked, np.array([0.67, 0.11, 0.0])[:, None, None], guess / 0.4), "with its map")
show(fig, alt="A coarse noisy picture of galaxies and a bright star; the restoration, with sharper sources and some grain; the "
              "map of what was invented, cores and rims of small bright sources and some border; and the "
              "restoration with these painted over in orange.")

# %%
off = (guess - scenes["hubble"])[0] ** 2
print(f"{np.mean(marked):.1%} of the pixels are marked. RMS error there {np.sqrt(off[marked].mean()):.3f}, "
      f"elsewhere {np.sqrt(off[~marked].mean()):.4f}; they hold {off[marked].sum() / off.sum():.0%} "
      "of the squared error")

# %% [markdown]
# The marks needed one number of the scene, `scale`. That the error there is four times as large, while 59 % of its square lies
# elsewhere, is seen only because we simulated. The map can't show what was **omitted**: a
# faint galaxy below the noise leaves no trace. And it doesn't say that the marked parts are false.

# %% [markdown] slide="notes"
# For instruments people in the room: would you publish the third panel? What would a reviewer say without it?
# Five minutes.

# %% [markdown] only="slides" slide="slide"
# ## 4 · Right, stable, consistent?
#
# - Is it **right**? Needs the truth.
# - Is it **stable**? Needs a second input, slightly changed.
# - Is it **consistent**? Needs the camera.
#
# Neither of the last two makes it right.

# %% [markdown] deeper=true
# ## 4 · Right, stable, consistent?

# %% [markdown] deeper=true
# Suppose a method is *good*: for two scenes $x$ and $x'$ it returns each to within δ from its exact
# measurement. The measurements lie $\eta = \|A(x - x')\|$ apart, the answers at least $\|x - x'\| - 2\delta$.
# So somewhere between, the answer changes by
#
# $$L \ge \frac{\|x - x'\| - 2\delta}{\eta}$$
#
# times as much as its input (Antun and colleagues 2020; Gottschling and colleagues 2025). Where scenes differ
# in the null part, η is small, and **whoever is right about both is unstable**. The four look-alikes of lesson
# {enhance}, two pale and two dark beetles, leave nearly the same sixteen pixels. **Predict** the bound for the first
# two and δ = 0: a change of the pixels is multiplied by at least …

# %% deeper=true
instability = None  # replace None by a number from 1 to 10000
predict("hallucination_measured.instability", instability, between=(1, 10_000))

# %% deeper=true
alike = ladybirds.render(ladybirds.look_alikes()).astype(float)
pale, dark = alike[:2]
eta = np.linalg.norm(A(pale) - A(dark))
bound = hallucination.instability_bound(A, pale, dark)
print(f"the scenes are {np.linalg.norm(pale - dark):.2f} apart, their pixels {eta:.4f} (norms)")
reveal("hallucination_measured.instability", bound, label="instability of a method right about both", log=True)


# %% deeper=true
from course_lib.records.reconstructions import edge_preserving


def nearest(y):
    """The look-alike whose pixels are nearest: right about all four."""
    return alike[np.argmin(np.sum((A(alike) - y) ** 2, axis=(1, 2, 3)))]


candidates = {"nearest look-alike": nearest, "bicubic": bicubic, "TV": edge_preserving, "Wiener": wiener,
              "network": regress}
for name, method in candidates.items():
    answers = method(A(pale)), method(A(dark))
    moved = np.linalg.norm(answers[0] - answers[1]) / eta
    worst = max(np.linalg.norm(answers[0] - pale), np.linalg.norm(answers[1] - dark))
    print(f"{name:18} change of answer over change of pixels {moved:6.1f}; larger of the two errors {worst:.2f}")
noisy = A(pale) + sigma * np.random.default_rng(0).standard_normal((1000, 3, 4, 4))
flips = np.mean([ladybirds.look_alikes().form[np.argmin(np.sum((A(alike) - y) ** 2, axis=(1, 2, 3)))]
                 for y in noisy])
print(f"the pale beetle, with noise: the nearest look-alike is a dark one in {flips:.0%} of 1000 cases")

# %% [markdown] deeper=true
# The one method that is right about the look-alikes multiplies changes by hundreds, and with the course's usual
# noise it is a coin toss between pale and dark. The stable ones change hardly, and err by half of the distance
# or more on at least one beetle; they must: $\delta \ge (\|x - x'\| - L\eta)/2$. (L has units: a mean of 16 × 16
# pixels, spread over its block, has 16 times its norm. So 16 is neutral; 512 is 32 times that.) Nothing here is
# special to networks: right about two look-alikes, or stable, not both. A class of scenes without look-alikes,
# such as sparse ones (lesson {moving_the_limit}), allows both.

# %% [markdown] only="slides" slide="slide"
# ## 5 · Is its doubt honest?
#
# Rank the truth among draws. If the doubt is honest, **every rank is equally frequent**.

# %% [markdown]
# ## 5 · Is its doubt honest?

# %% [markdown]
# A method can tell intervals. One of level 90 % is **calibrated** if it holds the truth
# in 90 % of cases. Ours *imply* some: a posterior its quantiles; Wiener ± 1.645 of its own standard
# deviation; the network its error on test pictures; PULSE what nine starts span.
#
# **Predict.** Were nine starts and the truth ten draws from one law, the truth would lie strictly inside the range
# of the nine in 80 % of cases. For PULSE, in how many percent?

# %%
starts_hold = None  # replace None by a number from 0 to 100
predict("hallucination_measured.starts_hold", starts_hold, between=(0, 100))

# %%
from course_lib.inference.regression import errors

network_rmse = np.sqrt(errors()["network"].mean())
ordered = [np.sort(draws, axis=0) for draws in clouds]
# Low, high, promised level: between the 5th and the 96th of 100 draws lie 91 of the 101 gaps.
intervals = {
    "posterior": (np.stack([o[4] for o in ordered]), np.stack([o[95] for o in ordered]), 91 / 101),
    "Wiener ± its sd": (*(methods["Wiener"] + k * 1.645 * wiener.sd for k in (-1, 1)), 0.9),
    "network ± test error": (*(methods["network"] + k * 1.645 * network_rmse for k in (-1, 1)), 0.9),
    "PULSE, range of 9 starts": (bank.low, bank.high, 0.8),
}
beetle = rms_of_colours(np.stack([draws.std(0) for draws in clouds])) > 0.05  # where there is doubt
for name, (low, high, level) in intervals.items():
    # a margin, since the shipped ranges are rounded to 8 bits
    inside = np.mean((low - 1e-3 <= bank.truth) & (bank.truth <= high + 1e-3), axis=1)
    rate, error = mean_and_error(inside.mean(axis=(1, 2)))
    print(f"{name:25} promises {level:.1%}: holds {rate:.1%} ± {error:.1%} of all values, "
          f"{inside[beetle].mean():.1%} where the posterior doubts")
    if name.startswith("PULSE"):
        held = rate
half = hallucination.interval_coverage(0.5, 1, 1)
print(f"the right method with a prior half as wide as the world: promises 90 %, holds {half:.1%} (scene and noise of sd 1)")
reveal("hallucination_measured.starts_hold", 100 * held, label="values within the range of nine starts", unit="%")

# %% [markdown]
# The reference posterior keeps its word in the world that it assumes: the truths were drawn from its prior. Wiener
# nearly does. The network's single number is right on average, because it is too wide for the leaf, and fails where it
# matters. The **spread of PULSE's starts is no
# uncertainty**: where nine searches agree, they may share their generator's habits. Last line: with a prior half as wide as
# the world right mathematics is too sure.

# %% [markdown]
# ### Exercise 3: a rank test
#
# Coverage looks at one level. Ranks look at all: for each case count how many of its $L$ draws lie *below* the
# truth, a number from 0 to $L$. If truth and draws come from one law, all $L + 1$ ranks are equally probable.
# Write `rank_test(truth, draws, rng)`:
#
# - `truth` has shape `(cases,)`, `draws` has shape `(L, cases)`;
# - where draws *equal* the truth (a form is 0 or 1), the rank is drawn from `rng` uniformly among all ranks that
#   the ties leave open: with $b$ draws below and $t$ equal, from $b, \dots, b + t$
#   (`rng.integers` leaves its upper end out);
# - return the pair `(counts, p)`: how many cases have rank 0, 1, …, $L$, an array `(L + 1,)` (`np.bincount` has a
#   `minlength`), and the p-value of Pearson's chi-square test that all ranks are equally probable
#   (`scipy.stats.chisquare`).
#
# *Off limits:* `course_lib.audits.measures`.

# %% solution="rank_test" rebuilds="audits.measures.ranks audits.measures.uniformity"
from scipy.stats import chisquare


def rank_test(truth, draws, rng):
    """Rank truths among their draws and test whether the ranks are uniform.

    Parameters
    ----------
    truth : array (cases,)
    draws : array (L, cases)
        L draws for each truth.
    rng : numpy.random.Generator
        Breaks ties.

    Returns
    -------
    counts : array (L + 1,)
        Cases with rank 0, 1, …, L.
    p : float
    """
    ### BEGIN SOLUTION
    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    found = below + rng.integers(0, ties + 1)
    counts = np.bincount(found, minlength=len(draws) + 1)
    return counts, chisquare(counts).pvalue
    ### END SOLUTION


# %% test="rank_test_counts" points=2
from scipy.stats import chi2

hat = np.tile([[10.0], [20.0], [30.0]], (1, 12))  # three draws, the same for each of twelve cases
where = np.repeat([5.0, 15.0, 25.0, 35.0], [1, 2, 3, 6])
pair = call(rank_test, where, hat, np.random.default_rng(0))
assert len(pair) == 2, "rank_test must return two things, (counts, p)."
equal(pair[0], [1, 2, 3, 6], "counts, for 1, 2, 3 and 6 truths above 0, 1, 2 and 3 of three draws", mistakes={
    "these count the draws *above* the truth; a rank counts those below.": [6, 3, 2, 1],
    "these are the ranks themselves; count how many cases have each.": [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3],
    "rank L is missing: L draws leave L + 1 ranks, 0 to L.": [1, 2, 3],
    "these are shares; count cases.": np.array([1, 2, 3, 6]) / 12})
square = (4 + 1 + 0 + 9) / 3  # counts 1, 2, 3, 6 where 3 are expected
equal(pair[1], chi2.sf(square, 3), "p for the counts 1, 2, 3, 6", mistakes={
    "this is chi-square itself; return its p-value.": square,
    "this is 1 − p: the probability of a *larger* chi-square is asked for.": chi2.cdf(square, 3),
    "four counts with a fixed sum have 3 degrees of freedom.": chi2.sf(square, 4),
    "divide by the expected number, once.": chi2.sf(square * 3, 3)})
equal(call(rank_test, np.full(4, 15.0), hat[:, :4], np.random.default_rng(0))[0], [0, 4, 0, 0],
      "counts where all four truths have rank 1 (ranks that nobody has count 0)")

# %% test="rank_test_breaks_ties" points=1
from scipy.stats import chisquare

coins, unused = np.random.default_rng(1), np.random.default_rng(1)
tied = call(rank_test, np.ones(4000), np.tile([[0.0], [1.0], [1.0], [2.0]], (1, 4000)), coins)[0]
assert np.shape(tied) == (5,) and np.sum(tied) == 4000, "four draws leave ranks 0 to 4; each case has one."
assert tied[0] == tied[4] == 0, "of the draws 0, 1, 1, 2 one lies below the truth 1: the rank is 1, 2 or 3."
assert tied[1] < 4000, "ties: of the draws 0, 1, 1, 2 two equal the truth 1. Its rank isn't always 1; draw it from 1, 2, 3."
assert tied[3] < 4000, "ties: of the draws 0, 1, 1, 2 two equal the truth 1. Its rank isn't always 3; draw it from 1, 2, 3."
assert min(tied[1:4]) > 1200, f"of 4000 tied cases the ranks 1, 2, 3 must get a third each; yours get {tied[1:4]}."
assert coins.bit_generator.state != unused.bit_generator.state, "draw the ranks of ties from `rng`, not from a generator of your own."
p_coin = [call(rank_test, coin[0], coin[1:], np.random.default_rng(k))[1] for k, coin in enumerate(
    (np.random.default_rng(9).random((40, 20, 200)) < 0.3).astype(float))]
assert min(p_coin) > 1e-4, "forms (0 or 1) drawn from one law are refuted: are ties broken at random, between both ends?"
### BEGIN HIDDEN TESTS
# hint: sound draws pass at any L, narrow ones and shifted ones are refuted; ranks that nobody has; all in one rank; one case; very small numbers; whole numbers.
for n_draws in (1, 5, 9, 19):
    law = np.random.default_rng(n_draws).standard_normal((n_draws + 1, 400))
    by_hand = np.bincount((law[1:] < law[0]).sum(0), minlength=n_draws + 1)
    for unit in (1.0, 1e-9, 1e9):
        counted, p = call(rank_test, unit * law[0], unit * law[1:], np.random.default_rng(0))
        equal(counted, by_hand, f"counts for L = {n_draws}, numbers times {unit:g}")
        equal(p, chisquare(by_hand).pvalue, f"p for L = {n_draws}")
wide = np.random.default_rng(3).standard_normal((10, 500))
assert call(rank_test, wide[0], wide[1:] / 2, np.random.default_rng(0))[1] < 1e-6, "draws half as wide aren't refuted."
assert call(rank_test, wide[0] + 0.7, wide[1:], np.random.default_rng(0))[1] < 1e-6, "shifted draws aren't refuted."
assert call(rank_test, wide[0], wide[1:], np.random.default_rng(0))[1] > 1e-3, "sound draws are refuted."
for told, where_all in (([0, 40, 0, 0], np.full(40, 15.0)), ([20, 0, 0, 20], np.repeat([5.0, 35.0], 20)), ([0, 0, 1, 0], np.array([25.0]))):
    counted, p = call(rank_test, where_all, np.tile([[10.0], [20.0], [30.0]], (1, len(where_all))), np.random.default_rng(0))
    equal(counted, told, f"counts {told}")
    expected_p = chi2.sf(np.sum((np.array(told) - len(where_all) / 4) ** 2) / (len(where_all) / 4), 3)
    equal(p / expected_p, 1.0, f"p for the counts {told}, over what it should be (empty ranks count)", atol=1e-6)
whole = np.tile([[3], [1], [2]], (1, 8))
equal(call(rank_test, np.array([0, 4, 4, 0, 4, 0, 0, 4]), whole, np.random.default_rng(0))[0], [4, 0, 0, 4], "counts of whole numbers")
### END HIDDEN TESTS

# %% [markdown]
# Four samplers of the same posterior, 2000 cases, 9 draws each. The shape of
# the histogram names the fault:

# %% slide="subslide" title="Ranks: right, too sure, too timid, too bright"
rng = np.random.default_rng(4)
scenes_1d = rng.standard_normal(2000)
y_1d = scenes_1d + rng.standard_normal(2000)
samplers = {"right": (1.0, 0.0), "too sure": (0.6, 0.0), "too timid": (1.7, 0.0), "too bright": (1.0, 0.35)}
fig, axes = figure(1, 4, size=(10, 2.6), sharey=True)
for ax, (name, (width, shift)) in zip(axes, samplers.items(), strict=True):
    drawn_1d = y_1d / 2 + shift + width * 0.5**0.5 * rng.standard_normal((9, 2000))
    counts, p = rank_test(scenes_1d, drawn_1d, rng)
    ax.bar(np.arange(10), counts, width=0.9)
    ax.axhline(200, color="black", ls=":")
    ax.set(xlabel="rank of the truth", title=f"{name}\np = {p:.1g}")
axes[0].set_ylabel("cases")
show(fig, alt="Four histograms of ranks. Right: flat. Too sure: high at both ends. Too timid: high in the middle. "
              "Too bright: falling.")

# %% [markdown] deeper=true
# Now *our own* sampler, the reference posterior that this lesson measures everything else by. `course data --calibrate`
# drew 200 beetles, sampled the posterior of each, and recorded the ranks of the truth among 19 draws: of all 22
# parameters, of the form, and of the log-likelihood (which catches a sampler that ignores $y$: lesson {priors_and_best_guesses}). **Predict**:
# of these 24 tests, how many have p < .05?

# %% deeper=true
suspicious = None  # replace None by a number from 0 to 24
predict("hallucination_measured.suspicious", suspicious, between=(0, 24))

# %% deeper=true
from course_lib.audits.measures import uniformity
from course_lib.data import read_rows, verified_path

audit = read_rows(verified_path("calibration", "ranks_4x4.jsonl"))
ranks_of = {prior.name: [case["parameter_ranks"][k] for case in audit]
            for k, prior in enumerate(ladybirds.PRIORS)}
ranks_of |= {"form": [case["form_rank"] for case in audit],
             "log-likelihood": [case["log_likelihood_rank"] for case in audit]}
p_values = {name: uniformity(found, 19)[2] for name, found in ranks_of.items()}  # 5 bins of 4 ranks
low = {name: round(float(p), 3) for name, p in p_values.items() if p < 0.05}
print(f"form {p_values['form']:.2f}, log-likelihood {p_values['log-likelihood']:.2f}; below .05: {low}")
reveal("hallucination_measured.suspicious", len(low), label="tests of 24 with p < .05")

# %% [markdown] deeper=true
# Here ranks go into five bins of four. A sound sampler gives 24 · .05 = 1.2 such tests on average. One small p-value
# among 24 refutes nothing: the smallest of 24 falls below .008 in one record of six. The test *failed to refute* the sampler
# in 24 ways, the log-likelihood among them: that is all an audit can say.

# %% [markdown]
# And PULSE, taken for a sampler? Its nine starts, ranked by log-likelihood:

# %%
from scipy.stats import binomtest

true_residual = np.mean((A(bank.truth) - bank.y) ** 2, axis=(1, 2, 3))
counts, _ = rank_test(-true_residual, -bank.residuals.T, np.random.default_rng(0))
p = binomtest(int(counts[0]), 20, 0.1, alternative="greater").pvalue  # too few for chi-square
print(f"ranks of the truth's log-likelihood among nine starts, 20 cases: {counts}; "
      f"P({counts[0]} or more at rank 0) = {p:.0e}")
print(f"mean squared residual of the truths {true_residual.mean():.5f} (σ² = {sigma**2:.4f}), of PULSE {bank.residuals.mean():.5f}")

# %% [markdown]
# PULSE explains the sixteen pixels *better than the truth does*: the data pull as long as the mean squared residual exceeds
# ε = .002, whatever σ is, and the noise alone leaves $σ^2$ = .0025. In fifteen of twenty cases *all nine* starts fit better
# than the scene that was there. With this ε PULSE does not follow the posterior.

# %% [markdown]
# ### Your answer of lesson {enhance}
#
# There you said how probable the *dark* form is. If dark comes true with
# probability $p$, whoever said $q$ loses $(q - p)^2$ more than whoever said $p$, on average: the ***excess* expected Brier score**.

# %% slide="subslide" title="Your answer of lesson {enhance}"
from course_lib.inference.posterior import shipped
from course_lib.notebook.predictions import recall

sixteen = shipped("sixteen_pixels")
chance = sixteen.p_dark(share=0.5)
said = recall("enhance.percent_dark")
print(f"the reference says {chance:.3f} ± {sixteen.p_dark_error(0.5):.3f}; 50 % costs {(0.5 - chance) ** 2:.4f}")
if said is None:
    print("you left no answer in lesson {enhance} (or it was kept on another computer)")
else:
    print(f"you said {said:.0f} %, which costs {(said / 100 - chance) ** 2:.4f}; "
          f"and what you saw first was: {recall('enhance.what_i_see') or 'not kept'}")
reveal("enhance.percent_dark", 100 * chance, label="probability of the dark form", unit="%")

# %% [markdown]
# About two to one for dark. A sharp picture has no place to put a doubt.

# %% [markdown] slide="notes"
# Bring back the range of the room's numbers from lesson {enhance} and draw it beside .66. Four minutes.

# %% [markdown] slide="slide"
# ## 6 · "Not determined by the data"

# %% [markdown]
# Or can it? The **abstaining reconstructor** shows the posterior mean where the
# posterior is narrow, and paints stripes where it isn't. It needs a tolerance: the RMS error that the user
# accepts in what is shown. The most certain pixels are shown, as many as keep the root mean square of their standard
# deviations within it.

# %% slide="subslide" title="Stripes where the data don't decide"
sd_map = rms_of_colours(posterior_sd)  # (20, 64, 64)
panels = {"the scene": bank.truth[chosen], "posterior mean": posterior_mean[chosen]}
_, largest, expected, _ = hallucination.abstention_curve(sd_map[chosen])  # the most certain first
for tolerance in (0.06, 0.04, 0.02):
    hidden_here = sd_map[chosen] > largest[expected <= tolerance][-1]
    panels[f"tolerance {tolerance}:\n{np.mean(~hidden_here):.0%} shown"] = hallucination.paint(posterior_mean[chosen], hidden_here)
    off = rms_of_colours(posterior_mean[chosen] - bank.truth[chosen])[~hidden_here]
    print(f"tolerance {tolerance}: what is shown here is off by {np.sqrt(np.mean(off**2)):.3f} RMS")
show_images(panels, alt="The scene, the posterior mean, and three versions painted with stripes where the data don't "
                        "decide: at .06 part of the head and of the wing cases, at .04 most of the beetle, at .02 most of the leaf too.")

# %% [markdown]
# At .06 orange wing cases are still shown where the scene is black. The
# promise is one *on average over cases*; in this one it fails at all three tolerances. How it does on average is optional, below.

# %% [markdown] deeper=true
# ### Exercise 4: where to abstain
#
# Write `abstain(sd, tolerance)`. `sd` holds the posterior's standard deviation of every pixel, in any shape.
# Show as many pixels as possible, the most certain first, such that the expected RMS error of the *shown* ones,
# the root of the mean of their squared standard deviations, is at most `tolerance`. Return the pair
# `(threshold, coverage)`: the largest standard deviation that is shown, and the share of all pixels that is
# shown. Equal ones are shown together or not at all. If not even
# the most certain ones will do, return `(0.0, 0.0)`. For sd = .1, .3, .3, .3 and the tolerance .25 return (.1, .25): with all
# four the RMS is .26. `np.unique(sd, return_counts=True)` and `np.cumsum` help.

# %% solution="abstain" rebuilds="audits.hallucination.abstention_curve" deeper=true
def abstain(sd, tolerance):
    """Choose the threshold above which a picture is painted over.

    Parameters
    ----------
    sd : array
        Posterior standard deviation of every pixel; > 0.
    tolerance : float
        Largest expected RMS error of what is shown; > 0.

    Returns
    -------
    threshold : float
        One of the numbers in sd, exactly; pixels with sd ≤ threshold are shown. 0.0 if none is.
    coverage : float
        Share of the pixels that is shown.
    """
    ### BEGIN SOLUTION
    thresholds, counts = np.unique(sd, return_counts=True)
    shown = np.cumsum(counts)
    expected = np.sqrt(np.cumsum(counts * thresholds**2) / shown)
    allowed = np.flatnonzero(expected <= tolerance)
    if len(allowed) == 0:
        return 0.0, 0.0
    return float(thresholds[allowed[-1]]), float(shown[allowed[-1]] / np.size(sd))
    ### END SOLUTION


# %% test="abstain_by_hand" points=1 deeper=true
four = np.array([[0.4, 0.3], [0.2, 0.1]])
in_order, so_many = np.array([0.1, 0.2, 0.3, 0.4]), np.arange(1, 5)
squares_sum = np.cumsum(in_order**2)
mean_square, mean_sd = squares_sum / so_many, np.cumsum(in_order) / so_many
slips = {  # tolerance → what its answer tells apart from all that passed the tolerances before
    0.11: {"`tolerance` was taken for a variance: compare roots with it.": mean_square,
           "this is how much the standard deviations *scatter*; take the root of the mean of their squares.":
               np.sqrt(mean_square - mean_sd**2)},
    0.22: {"these are expected errors of the *sum*; take the mean over the pixels shown.": np.sqrt(squares_sum),
           "this shows the pixels whose *own* sd is within the tolerance. That is more cautious than asked: their RMS is smaller.":
               in_order},
    0.26: {"this averages the standard deviations; take the root of the mean of their *squares*.": mean_sd},
    0.21: {"the mean over the pixels *shown*, not over all pixels.": np.sqrt(squares_sum / 4)}}
for bound_asked, rules in slips.items():
    *_, shown = np.flatnonzero(np.sqrt(mean_square) <= bound_asked) + 1
    answer = in_order[shown - 1], shown / 4
    two_numbers = call(abstain, four, bound_asked)
    assert np.shape(two_numbers) == (2,), "abstain must return two numbers, (threshold, coverage)."
    equal(two_numbers, answer, f"abstain for sd = .4, .3, .2, .1 and a tolerance of {bound_asked}", mistakes={
        what: (in_order[np.sum(rule <= bound_asked) - 1], np.mean(rule <= bound_asked)) for what, rule in rules.items()} | {
        "the second number is the share that is painted over; the share that is shown is asked for.": (answer[0], 1 - answer[1]),
        "exchanged: (threshold, coverage).": answer[::-1],
        "this is the expected error of what is shown; return its largest sd.": (np.sqrt(mean_square[shown - 1]), answer[1])})
equal(call(abstain, four, 1.0), (0.4, 1.0), "abstain for sd = .4, .3, .2, .1 and a tolerance of 1")
equal(call(abstain, four, 0.09), (0.0, 0.0), "abstain for sd = .4, .3, .2, .1 and a tolerance of .09, which not even .1 meets")

# %% test="abstain_obeys_its_laws" points=2 deeper=true
equal(call(abstain, np.array([0.1, 0.3, 0.3, 0.3]), 0.25), (0.1, 0.25), "abstain for sd = .1, .3, .3, .3 and .25", mistakes={
    "equal ones are shown together: with threshold .3 all four are, and their RMS is .26.": (0.3, 0.5),
    "with all four shown the RMS is .26, above .25: pixels that share a threshold must share the test.": (0.3, 1.0)})
many = np.random.default_rng(10).gamma(2.0, 0.05, (40, 50))
limits_tried = np.linspace(0.03, 0.2, 18)
both = np.array([call(abstain, many, float(limit)) for limit in limits_tried])
assert np.all(np.diff(both, axis=0) >= 0), "a larger tolerance can only show more."
for limit, (cut, part_shown) in zip(limits_tried, both, strict=True):
    equal(part_shown, np.mean(many <= cut), f"coverage at tolerance {limit:.2f} (the share with sd ≤ threshold)")
    kept_sd = many[many <= cut]
    assert np.sqrt(np.mean(kept_sd**2)) <= limit + 1e-12, (
        f"at tolerance {limit:.2f} what you show has an expected error of {np.sqrt(np.mean(kept_sd**2)):.3f}.")
    one_more = many[many <= np.min(many[many > cut], initial=np.inf)]
    assert part_shown == 1 or np.sqrt(np.mean(one_more**2)) > limit, (
        f"at tolerance {limit:.2f} you show {part_shown:.1%} of the pixels; with the next sd shown, too, the RMS of *all* shown ones "
        f"would still be {np.sqrt(np.mean(one_more**2)):.4f}.")
### BEGIN HIDDEN TESTS
# hint: other shapes, one pixel, honest errors, everything or nothing, exactly at the tolerance; other units; whole numbers.
for unit in (1.0, 2.0**-27, 2.0**27):
    equal(np.array(call(abstain, unit * np.full((2, 3), 0.25), unit * 0.25)) / (unit, 1), (0.25, 1.0),
          f"abstain where the expected error is exactly the tolerance (at most!), units {unit:.3g}")
    equal(np.array(call(abstain, unit * np.array([0.5, 0.25]), unit * 0.25)) / (unit, 1), (0.25, 0.5), f"one of two, units {unit:.3g}")
    threshold_in, shown_in = call(abstain, unit * many, unit * 0.1)
    equal((threshold_in / unit, shown_in), call(abstain, many, 0.1), f"the same in other units, {unit:.3g}", atol=1e-7)
equal(call(abstain, np.array([0.2]), 0.3), (0.2, 1.0), "one pixel, good enough")
equal(call(abstain, np.array([0.2]), 0.1), (0.0, 0.0), "one pixel, too uncertain")
equal(call(abstain, np.array([[3, 1], [2, 4]]), 2), (2.0, 0.5), "whole numbers: sd = 3, 1, 2, 4, tolerance 2")
equal(call(abstain, np.full((3, 5), 0.2), 0.2001), (0.2, 1.0), "abstain where all are equal and good enough")
equal(call(abstain, np.full(7, 0.2), 0.19), (0.0, 0.0), "abstain where all are equal and too uncertain")
honest = np.random.default_rng(11).uniform(0.01, 0.4, (3, 40, 40))
cut, part_shown = call(abstain, honest, 0.1)
mistaken = honest * np.random.default_rng(12).standard_normal(honest.shape)
equal(np.sqrt(np.mean(mistaken[honest <= cut] ** 2)), 0.1, "the RMS error that comes true", atol=6e-3)
for bound_asked in (0.05, 0.15, 0.3):
    kept_share, _, foreseen, _ = hallucination.abstention_curve(honest)
    equal(call(abstain, honest, bound_asked)[1], kept_share[foreseen <= bound_asked].max(), "coverage", atol=1e-4)
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### Is the promise kept?
#
# **Predict**: on average, at 50 % shown, the true RMS error divided by the expected one.

# %% deeper=true
promise = None  # replace None by a number from 0 to 10
predict("hallucination_measured.promise", promise, between=(0, 10))

# %% deeper=true
spread = {"posterior": (posterior_mean, posterior_sd),
          "PULSE and its starts": (bank.pulse, (bank.high - bank.low) / 2.97)}  # E[range of 9] = 2.97 sd
fig, axes = figure(1, 2, size=(9.4, 3.3), sharey=True)
kept_ratio = {}
for ax, (name, (centre, doubt)) in zip(axes, spread.items(), strict=True):
    kept, _, expected, actual = hallucination.abstention_curve(
        rms_of_colours(doubt), rms_of_colours(centre - bank.truth))
    step = slice(500, None, 200)
    ax.plot(100 * kept[step], expected[step], "--", color=COLOURS["blue"], label="expected, no truth needed")
    ax.plot(100 * kept[step], actual[step], color=COLOURS["vermilion"], label="what comes true")
    ax.set(xlabel="pixels shown, most certain first (%)", title=name)
    half = np.searchsorted(kept, 0.5)
    kept_ratio[name] = actual[half] / expected[half]
axes[0].set_ylabel("RMS error of what is shown")
axes[0].legend(fontsize=9)
show(fig, alt="Error of the shown pixels against their share. For the posterior expectation and truth rise together; "
              "for PULSE's starts the true error lies far above the expected one. True over expected at half shown: "
              + ", ".join(f"{name} {value:.2f}" for name, value in kept_ratio.items()) + ".")

# %% deeper=true
for name, (centre, doubt) in spread.items():
    doubt = rms_of_colours(doubt)
    shown_half = doubt <= np.median(doubt)
    squares = [np.sum(np.where(shown_half, part, 0) ** 2, axis=(1, 2))
               for part in (rms_of_colours(centre - bank.truth), doubt)]
    again = np.random.default_rng(0).integers(0, len(doubt), (1000, len(doubt)))  # other twenty pictures
    ratios = np.sqrt(squares[0][again].sum(1) / squares[1][again].sum(1))
    print(f"{name}: true over expected error at 50 % shown: {kept_ratio[name]:.2f} ± {ratios.std():.2f}")
reveal("hallucination_measured.promise", kept_ratio["posterior"], label="true over expected RMS error, half shown")

# %% [markdown] deeper=true
# The posterior's promise, 1.09 ± .07, is not refuted by twenty pictures. PULSE's starts break
# theirs: they know which pixels the search changes, not which ones the data determine. Abstaining is only as honest as the
# posterior behind it.

# %% [markdown] deeper=true
# ### Feel it
#
# Choose for three cases the largest standard deviation that you would sign for. Then show
# the truth.

# %% deeper=true slide="subslide" title="Where would you stop?" frames="abstention"
from course_lib.notebook.explorers.hallucination_measured import abstention

abstention(posterior_mean, sd_map, bank.truth)

# %% [markdown] slide="notes"
# Start with everything shown and let somebody close the threshold until the room objects. Four minutes.

# %% [markdown] slide="slide"
# ## 7 · The line-up

# %% [markdown]
# Sharp pictures of sixty-four beetles in one light and one pose are on file. A
# camera takes 8 × 8 pixels (σ = .05) of one of them. Somebody runs PULSE on these. Who was it?

# %% slide="subslide" title="The line-up: who was it?"
line_ups = [casebook.line_up(0), casebook.line_up(1)]
first = line_ups[0]
show_images({f"{name} {k + 1}": part[k] for k in (0, 1) for name, part in (
                ("on file:", first.gallery), ("camera:", first.y), ("PULSE:", first.pulse))}, columns=6,
            alt="Two beetles of the line-up in the same light and pose; their pictures of eight by eight noisy "
                "pixels; and what PULSE made of these: of the dark one a smeared, striped beetle, of the pale one a sharp one with "
                "other spots.")

# %% [markdown] deeper=true
# ### Exercise 5: by the pixels alone
#
# Write `suspects(y, gallery, A, sigma)`: the probability of each individual, given the small picture. `y` is
# $(C, h, w)$, `gallery` holds the sharp pictures of $N$ individuals, $(N, C, H, W)$, all equally probable before;
# $y = A x + $ Gaussian noise of standard deviation `sigma`, and `A(gallery)` shrinks all of them at once. Return the
# array $P(i \mid y)$, `(N,)`, which adds up to 1: Bayes' rule with $\log p(y \mid i) = -\|y - A x_i\|^2 / (2\sigma^2)$
# up to a constant. Beware of underflow: subtract the largest logarithm first.

# %% solution="suspects" deeper=true
def suspects(y, gallery, A, sigma):
    """Return how probable each individual is, given a small picture.

    Parameters
    ----------
    y : array (C, h, w)
        Small noisy picture.
    gallery : array (N, C, H, W)
        Sharp pictures of the individuals, equally probable before.
    A : LinearOperator
        Camera.
    sigma : float
        Standard deviation of the noise; > 0.

    Returns
    -------
    array (N,)
        Probabilities; they add up to 1.
    """
    ### BEGIN SOLUTION
    log_l = -np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()
    ### END SOLUTION


# %% test="suspects_two" points=1 deeper=true
eye = Downsample(2)
two_on_file = np.array([[0.2, 0.6, 0.5], [0.5, 0.3, 0.4]])[:, :, None, None] * np.ones((4, 4))
between_them = np.array([0.32, 0.44, 0.47])[:, None, None] * np.ones((2, 2))
squares = np.sum((eye(two_on_file) - between_them) ** 2, axis=(2, 3))  # of each individual, in each channel
far = squares.sum(1)
odds = (far[1] - far[0]) / (2 * 0.3**2)  # log-odds of the first


def first_of(log_odds):
    return np.array([1, np.exp(-log_odds)]) / (1 + np.exp(-log_odds))


equal(call(suspects, between_them, two_on_file, eye, 0.3), first_of(odds), "suspects, two individuals, σ = .3", atol=1e-5, mistakes={
    "the ½ in the exponent is missing: ‖y − A x‖²/(2σ²).": first_of(2 * odds),
    "σ enters squared.": first_of(odds * 0.3),
    "take the *sum* of squares over pixels and channels, not the mean.": first_of(odds / 12),
    "only the first channel was compared; sum over all channels and pixels.":
        first_of((squares[1, 0] - squares[0, 0]) / (2 * 0.3**2)),
    "the sign: a large distance makes improbable.": first_of(-odds),
    "these are weights; divide by their sum.": np.exp(-far / (2 * 0.3**2)),
    "these are weights, relative to the largest; divide by their sum.": [1.0, np.exp(-odds)],
    "distances enter squared.": first_of((far[1] ** 0.5 - far[0] ** 0.5) / (2 * 0.3**2)),
    "this names one; return all probabilities.": np.array([1.0, 0.0]),
})
distant = call(suspects, np.full((3, 2, 2), 90.0), two_on_file, eye, 0.01)
assert np.isfinite(distant).all(), (
    "far from all individuals `exp` leaves the range of numbers, and 0/0 or ∞/∞ is none: subtract the largest logarithm first.")
equal(distant, [1.0, 0.0], "suspects, seen from far away", atol=1e-5, mistakes={
    "far from all individuals every `exp` is 0: subtract the largest logarithm first.": [0.0, 0.0]})

# %% test="suspects_are_calibrated" points=2 deeper=true
fresh = np.random.default_rng(13)
on_file = fresh.random((6, 3, 8, 8))
coarse = Downsample(4)
claimed, came_true = [], []
for who in np.tile(np.arange(6), 100):
    named = call(suspects, coarse(on_file[who]) + 0.1 * fresh.standard_normal((3, 2, 2)), on_file, coarse, 0.1)
    assert np.shape(named) == (6,), f"six individuals have six probabilities; you return the shape {np.shape(named)}."
    claimed.append(np.max(named))
    came_true.append(np.argmax(named) == who)
assert abs(np.sum(named) - 1) < 1e-5, "the probabilities must add up to 1."
assert abs(np.mean(claimed) - np.mean(came_true)) < 0.06, (
    f"the most probable one is said to be it with {np.mean(claimed):.2f} on average; it is in {np.mean(came_true):.2f} of the "
    "cases. With the right likelihood these agree (all channels and pixels, σ², the factor 2).")
### BEGIN HIDDEN TESTS
# hint: other sizes, other cameras, one colour, one on file, the order of the file, twins, other units.
cameras = {"2 × 2 means": Downsample(2), "8 × 8 means": Downsample(8), "1 × 4 means": Downsample((1, 4)),
           "a lens and 2 × 2 means": Downsample(2) @ Blur(optics.gaussian_psf(1.5, (7, 7))), "a lens": Blur(optics.gaussian_psf(1.0, (5, 5)))}
for (what, view), how_many, colours, noise_sd in zip(cameras.items(), (5, 9, 4, 6, 3), (3, 3, 1, 3, 2), (0.2, 0.2, 0.5, 0.4, 3.0), strict=True):
    mugshots = fresh.random((how_many, colours, 8, 8))
    small_ones = view(mugshots)
    seen_one = small_ones[2] + noise_sd * fresh.standard_normal(small_ones.shape[1:])
    log_p = -np.sum((small_ones - seen_one) ** 2, axis=(1, 2, 3)) / (2 * noise_sd**2)
    by_bayes = np.exp(log_p - log_p.max()) / np.exp(log_p - log_p.max()).sum()
    equal(call(suspects, seen_one, mugshots, view, noise_sd), by_bayes, f"suspects, {how_many} on file, {what}, σ = {noise_sd}", atol=1e-4)
    equal(call(suspects, seen_one, mugshots[::-1].copy(), view, noise_sd), by_bayes[::-1], "the file, reversed", atol=1e-4)
    for unit in (1e-6, 1e6):
        equal(call(suspects, unit * seen_one, unit * mugshots, view, unit * noise_sd), by_bayes, f"light and σ times {unit:g}", atol=1e-4)
    equal(call(suspects, seen_one, mugshots[1:2], view, noise_sd), [1.0], "one on file", atol=1e-5)
twins = np.concatenate([mugshots[:1], mugshots[:1]])
equal(call(suspects, seen_one, twins, view, 0.2), [0.5, 0.5], "twins (a coin)", atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# Each observer names the individual on file with the highest score:
#
# - **the pixels**: the likelihood, $-\|y - A x_i\|^2$. With equal prior chances no observer who has $y$ can be right more often;
# - **PULSE, pixel by pixel**: $-\|\hat x - x_i\|^2$; and **shrunk again**: $-\|A\hat x - A x_i\|^2$;
# - **a recogniser** of sharp ladybirds: the nearest description in 64 features, of PULSE's picture or of the bicubic enlargement of $y$.
#
# **Predict** the share of right answers from
# *PULSE's pictures, pixel by pixel*, at $N = 64$.

# %%
percent_right = None  # replace None by a number from 0 to 100
predict("hallucination_measured.percent_right", percent_right, between=(0, 100))

# %%
from scipy.spatial.distance import cdist

from course_lib.inference.classifiers import features

small_camera = Downsample(8)


def near(a, b):
    """Minus the squared distances of the rows of a from those of b, each case's own (k from k) first."""
    scores = -cdist(a.reshape(len(a), -1), b.reshape(len(b), -1), "sqeuclidean")
    return np.stack([np.r_[row[k], np.delete(row, k)] for k, row in enumerate(scores)])


observers = {"the pixels, by likelihood": [], "PULSE, shrunk again": [], "PULSE, pixel by pixel": [],
             "recogniser on PULSE": [], "recogniser on bicubic": []}
for group in line_ups:
    known, shrunk = features(group.gallery), small_camera(group.gallery)
    enlarged = bicubic(group.y).clip(0, 1)
    observers["the pixels, by likelihood"].append(near(group.y, shrunk))
    observers["PULSE, shrunk again"].append(near(small_camera(group.pulse), shrunk))
    observers["PULSE, pixel by pixel"].append(near(group.pulse, group.gallery))
    observers["recogniser on PULSE"].append(near(features(group.pulse), known))
    observers["recogniser on bicubic"].append(near(features(enlarged), known))

# %% slide="subslide" title="The pixels know more than the sharp picture"
sizes = [2, 4, 8, 16, 32, 64]
hits = {name: hallucination.identified(np.concatenate(scores), sizes) for name, scores in observers.items()}
resampled = np.random.default_rng(0).integers(0, 128, (1000, 128))
fig, ax = figure(size=(9.4, 3.9))
for (name, right), mark in zip(hits.items(), "ovsD^", strict=True):
    low, high = np.quantile(right[resampled].mean(1), [0.025, 0.975], axis=0)
    ax.errorbar(sizes, 100 * right.mean(0), 100 * np.stack([right.mean(0) - low, high - right.mean(0)]),
                marker=mark, capsize=3, label=name)
    print(f"{name:26}", "  ".join(f"{n}: {v:.0%} ({a:.0%}–{b:.0%})" for n, v, a, b in
                                  zip(sizes, right.mean(0), low, high, strict=True)))
ax.plot(sizes, 100 / np.array(sizes), "k:", label="chance")
ax.set(xscale="log", xlabel="individuals in the line-up, N", ylabel="right answers (%)", ylim=(0, 103))
ax.set_xticks(sizes, sizes)
ax.minorticks_off()
ax.legend(fontsize=9, loc="upper left", bbox_to_anchor=(1, 1))
show(fig, alt="Right answers against the number of individuals, with 95 % bootstrap intervals. Highest: likelihood "
              "of the pixels; then PULSE's picture, shrunk again; far below, as it is; then the recogniser; lowest: chance. At 64: "
              + ", ".join(f"{name} {100 * right[:, -1].mean():.0f} %" for name, right in hits.items()) + ".")

# %%
reveal("hallucination_measured.percent_right", 100 * hits["PULSE, pixel by pixel"][:, -1].mean(),
       label="right answers from PULSE's picture, N = 64", unit="%")

# %% [markdown]
# PULSE's picture shows *more* than sixty-four pixels did, to the eye. It can't identify *more*. That is the theorem of
# **data processing**: what is computed from $y$ alone knows no more about $x$ than $y$ does, $I(X; \hat X) \le I(X; Y)$.
# That it identifies less is due to the search in this generator (at $N = 64$, 66 % fall to 38 %) and to comparing pixel by pixel (to 16 %).
#
# The theorem binds the **optimal** observer. A *bounded* one may gain, for a recogniser trained on sharp pictures can't
# read a blur: "it helps our software" could be true, because the software is limited. Here it gains nothing measurable.

# %% [markdown] deeper=true
# Measured, for an easier question, the form: once with the generator of this lesson (trained on 10 % dark),
# once with the balanced one (what the recogniser read is shipped):

# %% deeper=true
from scipy.stats import binomtest

from course_lib.audits.measures import share_interval

forms = np.concatenate([group.beetles.form for group in line_ups])
readers = {
    "recogniser on bicubic": [p_dark(bicubic(group.y).clip(0, 1)) for group in line_ups],
    "recogniser on PULSE, 10 % dark": [p_dark(group.pulse) for group in line_ups],
    "recogniser on PULSE, 50 % dark": [group.balanced for group in line_ups],
    "classifier of 8 × 8 pixels": [p_dark(group.y) for group in line_ups],
}
right = {name: (np.concatenate(p) > 0.5) == forms for name, p in readers.items()}
for name, was_right in right.items():
    low, high = share_interval(int(was_right.sum()), len(was_right))
    print(f"{name:31} right in {was_right.mean():.0%} of 128 ({low:.0%}–{high:.0%}); pale "
          f"{was_right[forms == 0].mean():.0%}, dark {was_right[forms == 1].mean():.0%}")
plain = right["recogniser on bicubic"]
for name in list(readers)[1:3]:
    mended, spoilt = np.sum(right[name] & ~plain), np.sum(plain & ~right[name])
    print(f"{name} instead of bicubic: {mended} answers mended, {spoilt} spoilt, "
          f"p = {binomtest(mended, mended + spoilt).pvalue:.2g} if both were equally probable")

# %% [markdown] deeper=true
# With the balanced generator the enhancement **is** worth something to this reader. But it moves the errors, from dark to
# pale. A reader made for the pixels needs no help
# and is right in all 128 cases. With the generator that saw few dark beetles the same enhancement seems to do harm
# (p = .05): the reader now reads what the search prefers. Nothing in the sharp pictures says which of the two you are
# looking at. (Lesson {bias} takes that apart.)

# %% [markdown] slide="notes"
# The line-up is the slide to show a lawyer. Two sentences: "The sharp picture can't tell more than the blurred one."
# "Where software gains from it, better software, reading the pixels, would not need it." Six minutes.

# %% [markdown] only="slides" slide="slide"
# ## Data processing
#
# $I(X; \hat X) \le I(X; Y)$: the prior says what beetles are like; of *this* one only $y$ speaks.
#
# A bounded reader may gain from sharpness. The optimal one can't.

# %% [markdown] slide="notes"
# In words: whatever is computed from the pixels knows no more about the beetle than the pixels. A person may *read* a sharp
# picture more easily; the best reader gains nothing from it. Three minutes.

# %% [markdown]
# ## 8. A caption that is honest
#
# **In your own words.** An observatory wants to print *your* restoration of section 3, the Hubble field after 30 steps of
# Richardson–Lucy. Write the figure's caption and the paragraph below it, eight to twelve sentences with at least three
# numbers that this lesson printed. Say
#
# 1. what the map of the invented shows, at which noise, without what, and the two things that it does *not* show;
# 2. which number needs a truth, how one would get truths of the right kind, and why agreement with the recording proves little;
# 3. which prior the method has; and either how you would test it, or how you would get a doubt (it tells none) and test that;
# 4. one question that the picture must not be used for, and the reason.

# %% [markdown] answer="honest_caption" points=4
# ### BEGIN SOLUTION
# *Example.* "A field of galaxies, restored by 30 steps of Richardson–Lucy from one frame (lens with cutoff .3 cycles per pixel, pixels
# twice as coarse, σ = .003). Left the recording, middle the restoration, right what of it the camera did not record at this noise;
# orange marks where that exceeds .02." The map needs no truth, so we show it for this very picture. It doesn't say that the marked
# detail is false, and it can't show what was omitted: a galaxy below the noise leaves no trace. Whether such inventions are any good
# (*wrong* below 1) needs truths; we simulated the same lens on sharper pictures of other fields. Agreement with the recording proves
# little: in this lesson the pseudo-inverse agrees exactly and is further from the truth than methods that agree less, and PULSE
# agreed better than the truth did. The method's prior is light ≥ 0 and an early stop from a flat start; on the same camera it was worth
# something on galaxies (wrong .65) and nothing on a retina (1.02), so it must be tested on fields like this one. It tells no intervals;
# we would get some from restorations of many simulated frames, and count how often they hold the truth, for a prior half as wide as the world
# promises 90 % and holds 63 %. The picture must not be used to count faint galaxies inside the marked area: what stands there is the
# prior's word.
#
# *Rubric, one point each, in halves. In every criterion a false statement beside a right one costs half a point of that criterion, and
# never another's.*
#
# 1. Half: the invented is shown or described for this picture, at a stated noise (σ) and said to need no truth. Half: it shows
#    neither what was omitted nor whether the marked is false (both). False: "unmarked parts are exact".
# 2. Half: *wrong* (or coverage, or an error) needs a truth, with a way to get truths of *this* kind of scene (simulation through the same camera,
#    a sharper instrument). "Compare with the original" is too vague. Half: a residual or agreement with the recording is said to prove little, with a reason or an example.
# 3. Half: the prior is named: light ≥ 0 is enough, the early stop is welcome. Half, either of two: a test of the prior (*wrong* on other scenes of the kind), or a way to a doubt
#    with its test (intervals or draws from simulated frames, and how often they hold or which ranks the truth has; abstention with its promise audited). "It should be tested" is too vague.
# 4. Half: a use that is forbidden and is beyond this picture's data (counting or measuring in the marked area; faint sources;
#    identification). Half: the reason in terms of the lesson (null part, omission, data processing).
#
# Fewer than three numbers of this lesson that are right and said to be of what: half a point off the sum.
# ### END SOLUTION

# %% [markdown] slide="slide"
# ## What you can now say
#
# With camera, noise and scale known, and no truth at hand: *this much of the picture was not recorded, and it is here; this,
# above the noise, was recorded, and the picture has deleted it.*

# %% [markdown] slide="notes"
# This is what section 1's map gives without any truth: how much, and where. Let somebody say it for a picture of their own.
# Two minutes.

# %% [markdown] slide="slide"
# You still can't say: *so it is false*; nor *it fits the data, so it is true*; nor *it is sharp, so it shows who it was.*

# %% [markdown]
# The sentence, once more:
#
# > Given **A** (4 × 4 block means), σ = .05, one frame and **P** (the ladybirds' world, equal shares), 16 components of each colour are known
# > to within τ = 16 σ = .8 of scenes that vary by 1.2 (red), 1.4 (green), .3 (blue, by itself below the noise); the rest is drawn from **P**, and where
# > **P** leaves it open, a picture should say so.
#
# The next lesson asks *whose* patterns the inventions prefer.

# %% [markdown] slide="notes"
# Close with the abstaining picture beside PULSE's: which for a newspaper, a court, a paper? Three minutes.

# %% [markdown] deeper=true
# ## Further reading
#
# - S. Bhadra, V. A. Kelkar, F. J. Brooks, M. A. Anastasio, "On hallucinations in tomographic image reconstruction", *IEEE Trans. Med.
#   Imaging* 40 (2021) 3249–3260. [doi:10.1109/TMI.2021.3077857](https://doi.org/10.1109/TMI.2021.3077857)
# - V. Antun, F. Renna, C. Poon, B. Adcock, A. C. Hansen, "On instabilities of deep learning in image reconstruction and the potential
#   costs of AI", *PNAS* 117 (2020) 30088–30095. [doi:10.1073/pnas.1907377117](https://doi.org/10.1073/pnas.1907377117)
# - N. M. Gottschling, V. Antun, A. C. Hansen, B. Adcock, "The troublesome kernel: on hallucinations, no free lunches and the
#   accuracy–stability trade-off in inverse problems", *SIAM Review* 67 (2025) 73–104.
#   [doi:10.1137/23M1568739](https://doi.org/10.1137/23M1568739)
# - G. Ohayon, T. Michaeli, M. Elad, "The perception–robustness tradeoff in deterministic image restoration", ICML 2024: sharp and
#   consistent answers of a method without chance must be unstable.
#   [doi:10.48550/arXiv.2311.09253](https://doi.org/10.48550/arXiv.2311.09253)
# - S. Talts, M. Betancourt, D. Simpson, A. Vehtari, A. Gelman, "Validating Bayesian inference algorithms with simulation-based
#   calibration", 2018. [doi:10.48550/arXiv.1804.06788](https://doi.org/10.48550/arXiv.1804.06788)
# - S. Menon, A. Damian, S. Hu, N. Ravi, C. Rudin, "PULSE: self-supervised photo upsampling via latent space exploration of generative
#   models", CVPR 2020. [doi:10.1109/CVPR42600.2020.00251](https://doi.org/10.1109/CVPR42600.2020.00251)
# - T. M. Cover, J. A. Thomas, *Elements of Information Theory*, 2nd ed. 2006, ch. 2: data processing.
#   [doi:10.1002/047174882X](https://doi.org/10.1002/047174882X)
# - The library's `course_lib.audits.hallucination` holds this lesson's measures in one file; read it.
