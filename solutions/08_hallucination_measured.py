# ---
# jupyter:
#   course: {title: "Hallucination, measured", points: 20, minutes: 200}
# ---

# %% [markdown]
# # 08 · Hallucination, measured
#
# **Which pixels were measured, and which were made up?**
#
# After this lesson you can
#
# - *split* any reconstruction into what was measured and what was invented, at a stated noise, without the truth;
# - *say* what an invention was worth, when the truth is known;
# - *test* whether a method's doubt is honest: by its intervals and by ranks;
# - *paint over* what the data don't determine, and predict the error of what is left;
# - *bound* what any picture, however sharp, can tell about who it shows.
#
# 200 minutes, best in two sittings (sections 1 to 4, then 5 to 7). Builds on lessons 03 (null space), 05
# (posteriors, ranks) and 07 (PULSE).

# %% [markdown] only="slides" slide="slide"
# # 08 · Hallucination, measured
#
# **Which pixels were measured, and which were made up?**

# %% slide="subslide"
from course_lib import casebook
from course_lib.figures import show_images

bank = casebook.shipped()  # twenty small pictures, computed once; see section 2
y, x_hat = bank.y[CASE], bank.pulse[CASE]
show_images({"recorded": y, "PULSE's answer": x_hat},
            alt="Sixteen noisy coloured pixels, and the sharp ladybird on a leaf that a PULSE search "
                "made of them.")

# %% [markdown]
# Sixteen pixels with noise of standard deviation .05, and the picture that a search in a generator found for
# them (lesson 07). Some of what you see on the right was measured: green around, something darker in the
# middle. Some was not. "Hallucination" is the usual word, and usually a matter of taste. Here it becomes a
# number.
#
# **Predict.** Take the *contrast* of the right picture: the squares of its deviations from its mean colour,
# summed over all pixels. What percentage of it was *not* in the data?

# %%
from course_lib.predictions import predict

percent_invented = None  # replace None by a number from 0 to 100
predict("08.percent_invented", percent_invented, between=(0, 100))

# %% [markdown] slide="slide"
# ## 1 · Three maps, three numbers

# %% [markdown]
# A camera $A$ splits every picture in two (lesson 03). With its singular value decomposition $A = \sum_i s_i
# u_i v_i^T$, component $v_i^T x$ of a scene arrives with strength $s_i$, beside noise of standard deviation
# σ. Keep the components that stand above the noise, $s_i \cdot \text{scale} > \sigma$; `scale` is the
# standard deviation of a component of such scenes, a convention to be stated. What is left is the **null
# part at this noise**:
#
# $$P_{null}\,x = x - \sum_{s_i \cdot \text{scale} > \sigma} v_i\, v_i^T x.$$
#
# For σ → 0 that is the null space. Without the noise level, a blur would have nothing to hide: its
# singular values are small, not zero, and the map would be empty.
#
# Now split a *reconstruction* $\hat x$ of the scene $x$:
#
# - **invented**, $P_{null}\,\hat x$: in the picture, not in the data. *Nobody needs the truth to compute it.*
# - **omitted**, $P_{null}\,x$: in the scene, not in the data. A property of scene and camera.
# - **wrong**, $P_{null}(\hat x - x)$: invented minus omitted.

# %%
import numpy as np

from course_lib import hallucination
from course_lib.operators import Downsample
from course_lib.worlds import ladybirds

A, sigma = Downsample(16), casebook.SIGMA
some = ladybirds.render(ladybirds.sample(500, share=0.5, seed=77)).astype(float)
scale = 16 * np.std(A(some), axis=0).mean()  # each v is one block, with entries 1/16
print(f"scale {scale:.2f}; s · scale = {scale / 16:.3f}, σ = {sigma}: "
      f"{'above' if scale / 16 > sigma else 'below'} the noise")
x = bank.truth[CASE]
three = hallucination.maps(A, x_hat, x, sigma, scale)

# %% slide="subslide"
show_images({"scene x": x, "PULSE": x_hat}, alt="The true ladybird, and the one that PULSE made.")

# %% slide="subslide"
show_images({name: part.mean(0) for name, part in three.items()}, limits=(-0.35, 0.35),
            colour_map="RdBu_r", unit="light (mean of RGB)",
            alt="Three signed maps. Invented shows the outline, legs and pattern of PULSE's beetle; omitted "
                "those of the true beetle; wrong is the difference of the two.")

# %% [markdown]
# All sixteen components of each colour stand above the noise, though only just. The camera knows one number
# a block; in each map every block of 16 × 16 has the mean 0, because the mean is what was measured. The
# first map was made without looking at the truth. It holds nearly everything that makes the picture look
# like a *beetle*: outline, legs, spots, gloss.

# %% slide="subslide"
from course_lib.predictions import reveal

told = hallucination.fractions(A, x_hat, x, sigma, scale)
print({name: round(value, 3) for name, value in told.items()})
reveal("08.percent_invented", 100 * told["invented"], label="contrast that was invented", unit="%")

# %% [markdown]
# The three numbers, as `hallucination.fractions` tells them:
#
# | number | is | needs the truth |
# |---|---|---|
# | invented | $\|P_{null}\hat x\|^2$ over the contrast of $\hat x$ | no |
# | omitted | $\|P_{null}x\|^2$ over the contrast of $x$ | yes |
# | wrong | $\|P_{null}(\hat x - x)\|^2$ over $\|P_{null} x\|^2$ | yes |
#
# A large first number is no accusation: of a *true* sharp picture just as much is beyond the data (that is
# the second). Whether the invention was any good says the third. At 1 you could as well have invented
# nothing. Two methods for which it can be said in advance:

# %%
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

# %% [markdown]
# The pseudo-inverse **invents nothing and is wrong by 1.00 all the same**, by omission. A perfect sample of
# the posterior, in a world of white noise, is wrong by **2**: in the null part truth and sample are two
# independent draws, and squares add. A structureless prior knows nothing about what it fills in. A better
# one has to earn a number below 1.

# %% [markdown] slide="notes"
# Ask who would call the pseudo-inverse honest. It hides as much as it doesn't say: half of the audience's
# next picture will be one that "only shows the data". Wrong = 1.00 is the price of silence. Four minutes.

# %% [markdown]
# ### Exercise 1: the three maps
#
# Write `three_maps(modes, x_hat, x, sigma, scale)`. `modes` is a decomposition from `limits.decompose(A,
# shape)`: `modes.values` are the singular values $s_i$, largest first, shape `(k,)`; `modes.inputs` are the
# $v_i$, one per row, flattened, `(k, n)`. `x_hat` and `x` are pictures `(..., H, W)` with $n = H \cdot W$
# pixels. Return the three arrays (invented, omitted, wrong), in the shape of the pictures, for the
# null part at noise `sigma`: a component is measured if $s_i \cdot$ `scale` $>$ `sigma`. *Allowed:*
# `modes.filtered(x, factors)`, which computes $\sum_i \varphi_i v_i v_i^T x$. *Off limits:*
# `course_lib.hallucination`, `limits.split`.

# %% solution="three_maps"
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
    kept = modes.values * scale > sigma
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted
    ### END SOLUTION


# %% test="three_maps_by_hand" points=2
from course_lib.checks import call, equal
from course_lib.limits import decompose

pairs_of_pixels = decompose(Downsample((1, 2)), (1, 4))  # both singular values are 1/√2
guess, scene = np.array([[1.0, 3.0, 5.0, 5.0]]), np.array([[2.0, 2.0, 4.0, 8.0]])
found = call(three_maps, pairs_of_pixels, guess, scene, 0.1, 1.0)
assert len(found) == 3, "three_maps must return three arrays: invented, omitted, wrong."
unseen_1, unseen_2 = np.array([[-1.0, 1, 0, 0]]), np.array([[0.0, 0, -2, 2]])
equal(found[0], unseen_1, "invented, for x_hat = [1, 3, 5, 5] and means of two pixels", mistakes={
    "this is the *measured* part; subtract it from x_hat.": guess - unseen_1,
    "this is x_hat itself: with s = .71, scale = 1 and σ = .1 both means are measured.": guess,
    "this is zero: is the part that is left after the measured one missing?": 0 * guess,
    "this is the omitted part, of x; `x_hat` comes first.": unseen_2,
})
equal(found[1], unseen_2, "omitted, for x = [2, 2, 4, 8]", mistakes={
    "this is the measured part of x.": scene - unseen_2})
equal(found[2], unseen_1 - unseen_2, "wrong", mistakes={
    "the sign: wrong = P_null(x̂ − x) is invented minus omitted.": unseen_2 - unseen_1,
    "this is all of x̂ − x; only its null part can't be blamed on the data.": guess - scene})
equal(call(three_maps, pairs_of_pixels, guess, scene, 0.1, 0.1)[0], guess,
      "invented, where s · scale = .071 is below σ = .1", mistakes={
    "`scale` is missing: compare s · scale with σ.": unseen_1,
    "`scale` multiplies s; don't divide by it.": unseen_1})

# %% test="three_maps_of_a_blur" points=2
from course_lib import optics
from course_lib.operators import Blur

soft = Blur(optics.gaussian_psf(2.0, (1, 31)))
blurred = decompose(soft, (1, 64))
fresh = np.random.default_rng(5)
two = fresh.standard_normal((2, 2, 3, 1, 64))
maps_of_two = call(three_maps, blurred, *two, 0.05, 0.8)
assert [np.shape(part) for part in maps_of_two] == [(2, 3, 1, 64)] * 3, (
    "from pictures of shape (2, 3, 1, 64) must come three maps of that shape; you return "
    f"{[np.shape(part) for part in maps_of_two]}.")
right_null = two[0] - blurred.filtered(two[0], blurred.values * 0.8 > 0.05)
equal(maps_of_two[0], right_null, "invented, behind a blur, σ = .05", mistakes={
    "nothing is hidden, since no singular value of a blur is 0. Null is what is below the *noise*.":
        two[0] - blurred.filtered(two[0], np.arange(64) < blurred.rank),
    "`scale` is missing: compare s · scale with σ.":
        two[0] - blurred.filtered(two[0], blurred.values > 0.05),
    "`scale` multiplies s; don't divide by it.":
        two[0] - blurred.filtered(two[0], blurred.values / 0.8 > 0.05),
    "s² is compared with σ; compare s.":
        two[0] - blurred.filtered(two[0], blurred.values**2 * 0.8 > 0.05),
    "the components are weighted by s: keep them as they are, or drop them.":
        two[0] - blurred.filtered(two[0], (blurred.values * 0.8 > 0.05) * blurred.values),
})
again = call(three_maps, blurred, maps_of_two[0], two[1], 0.05, 0.8)
equal(again[0], maps_of_two[0], "the null part of a null part (it is itself)")
### BEGIN HIDDEN TESTS
# hint: other cameras, other noise; the pseudo-inverse invents nothing.
for view, size in ((Downsample(2), (8, 6)), (Downsample(2) @ Blur(optics.gaussian_psf(1.0, (5, 5))), (8, 8))):
    spectrum, (one, other) = decompose(view, size), fresh.standard_normal((2, 3, *size))
    for level, unit in ((0.0, 1.0), (0.2, 1.0), (0.2, 0.7), (5.0, 1.0)):
        expected = hallucination.maps(view, one, other, level, unit)
        for value, name in zip(call(three_maps, spectrum, one, other, level, unit), expected, strict=True):
            equal(value, expected[name], f"{name} at σ = {level}, scale {unit}", atol=1e-7)
    quiet = hallucination.pseudo_inverse(view, view(one), 0.2)
    equal(call(three_maps, spectrum, quiet, one, 0.2, 1.0)[0], 0 * one, "invented, of a pseudo-inverse", atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: how much was invented?
#
# Write `invented_fraction(x_hat, s)` for a camera that keeps the means of blocks of `s` × `s` pixels, all of
# them above the noise. `x_hat` is one picture `(C, H, W)`. Return one number: $\|P_{null}\hat x\|^2$ over the
# contrast of $\hat x$. The contrast is the sum of squared deviations from each channel's own mean; both sums
# run over *all* channels and pixels. An even picture has neither: return 0. *Off limits:*
# `course_lib.hallucination`, `course_lib.limits`. *Hint:* what is left of a block if its mean is taken away?

# %% solution="invented_fraction"
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
    return float(np.sum(hidden**2) / contrast) if contrast > 0 else 0.0
    ### END SOLUTION


# %% test="invented_fraction_by_hand" points=2
stairs = np.array([[[0.0, 2.0, 4.0, 6.0], [0.0, 2.0, 4.0, 6.0]]])  # blocks 0 2 | 4 6, mean 3
equal(call(invented_fraction, stairs, 2), 0.2, "invented_fraction for two rows 0, 2, 4, 6 and s = 2", mistakes={
    "the squares of x̂ itself stand below the line; take its contrast, about the mean.": 8 / 112,
    "a root too many: squares over squares.": 0.2**0.5,
    "this is the measured fraction; the invented one is asked for.": 0.8,
    "upside down: the contrast stands below the line.": 5.0,
    "`Downsample(s).T` spreads a mean thinly: multiply by s² to get it back.":
        (2 * (0.25 + 1.75**2 * 0 + 0) + 0) / 40 if False else np.sum(
            (stairs - Downsample(2).T(Downsample(2)(stairs))) ** 2) / 40,
    "this is the sum of squares in the null part; divide by the contrast.": 8.0,
})
assert abs(call(invented_fraction, np.full((3, 4, 4), 0.3), 2)) < 1e-12, (
    "an even picture has no contrast: return 0 (not 0/0).")

# %% test="invented_fraction_obeys_its_laws" points=2
drawn = np.random.default_rng(6).random((3, 16, 16)) * np.array([0.1, 1.0, 3.0])[:, None, None]
once = call(invented_fraction, drawn, 4)
parts = [hallucination.fractions(Downsample(4), channel)["invented"] for channel in drawn]
equal(once, hallucination.fractions(Downsample(4), drawn)["invented"],
      "invented_fraction of a noisy picture with three channels", mistakes={
    "the fractions of the channels were averaged: a dark channel counts as much as a bright one. "
    "Sum the squares over all channels first.": np.mean(parts),
    "deviations from *one* mean of all channels: each channel has its own mean.":
        np.sum(hallucination.null_part(Downsample(4), drawn) ** 2) / np.sum((drawn - drawn.mean()) ** 2),
    "the squares of x̂ itself stand below the line; take its contrast, about the mean.":
        np.sum(hallucination.null_part(Downsample(4), drawn) ** 2) / np.sum(drawn**2)})
equal(call(invented_fraction, 5 + 2 * drawn, 4), once, "the same picture, brighter and with twice the contrast")
blocks = np.random.default_rng(7).random((2, 3, 5)).repeat(4, axis=1).repeat(4, axis=2)
equal(call(invented_fraction, blocks, 4), 0.0, "a picture made of even blocks (nothing is invented)", mistakes={
    "this is the measured fraction.": 1.0})
### BEGIN HIDDEN TESTS
# hint: other sizes of blocks; checkerboards, s = 1, oblong pictures.
chequers = (np.indices((3, 8, 12)).sum(0) % 2).astype(float)
equal(call(invented_fraction, chequers, 2), 1.0, "a checkerboard (all of it)")
equal(call(invented_fraction, drawn, 1), 0.0, "s = 1: nothing can be invented")
for side in (2, 8, 16):
    equal(call(invented_fraction, drawn, side), hallucination.fractions(Downsample(side), drawn)["invented"],
          f"s = {side}")
oblong = np.random.default_rng(8).random((1, 6, 12))
equal(call(invented_fraction, oblong, 3), hallucination.fractions(Downsample(3), oblong)["invented"], "6 × 12 pixels")
### END HIDDEN TESTS
