# ---
# jupyter:
#   course: {points: 20, reads: [images]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *split* any picture into the part a camera measures and the part it can't see;
# - *construct* two true scenes with one and the same measurement;
# - *count* the components that survive a given noise, and say what the count depends on;
# - *tell apart* what is null, what is lost in the noise, and what is merely hard;
# - *state* in bits what a measurement says about a scene.
#
# {minutes} minutes, best in two sittings: sections 1 to 4, then 6 and 7. What is marked » is optional. {builds_on}

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **{question}**

# %% slide="subslide" title="Three scenes, one recorded picture" figure="twins"
from course_lib.imaging import limits, optics
from course_lib.imaging.operators import Blur, Downsample
from course_lib.notebook.figures import show_images
from course_lib.worlds import images

lens = Blur.from_otf(lambda f: optics.airy_otf(f, cutoff=0.25))
camera = Downsample(4) @ lens
eye = images.load("retina", gray=True)[:, 60:156, 60:156]
page = images.load("text", gray=True)[:, 30:126, 30:126]
wall = images.load("brick", gray=True)[:, 30:126, 30:126]

seen, _ = limits.split(camera, eye)
twins = [seen + limits.split(camera, other)[1] for other in (page, wall)]
show_images({"scene": eye, "twin 1": twins[0], "twin 2": twins[1], "recorded": camera(eye)},
            limits=(0, 0.9),
            alt="A piece of retina with wide vessels; the same with faint lines across it; the same "
                "behind a grid of bars; and a coarse picture of 24 by 24 pixels.")

# %%
import numpy as np

print(f"the scene: light from {eye.min():.2f} to {eye.max():.2f}")
for number, twin in enumerate(twins, start=1):
    gap = np.abs(camera(twin) - camera(eye)).max()
    print(f"twin {number}: light from {twin.min():.2f} to {twin.max():.2f}; "
          f"its recorded picture differs by {gap:.0e}")

# %% [markdown]
# The first picture is a photograph of a human retina, here in the role of the scene. The second shows
# *fine lines* across it. They are no vessels and no scars: they come from a ruled page with
# handwriting. The third hides a brick wall. One camera, a lens and 4 × 4 pixels, records all three as
# **the same** 24 × 24 numbers. No noise is involved.
#
# An article of June 2020 calls the "deconvolution limit" a "hard" one, in quotation marks ("There Is No (Real Life) Use
# Case for Face Super Resolution", [zentralwerkstatt.org/post_PULSE.html](https://zentralwerkstatt.org/post_PULSE.html)).
# What you have just seen is the part of it that *is* hard. How big is that part, and what happens at its edge?

# %% [markdown] slide="notes"
# Ask which of the three is the patient's. Then say where the lines of twin 1 come from. The
# camera is lesson {image_formation}'s: lens cutoff .25 cycles per pixel, block means of 4. Four minutes.

# %% [markdown]
# ## 1. What the camera can't see
#
# Two scenes look alike to a camera $A$ if their difference $d$ leaves no trace: $Ad = 0$. All such
# differences together form the **null space** of $A$. Adding one changes the scene and not the
# measurement.
#
# Take a scene of 16 × 16 pixels and record it as block means, $s = 4$: sixteen numbers for 256 unknowns.

# %%
modes = limits.decompose(Downsample(4), (16, 16))
matrix = Downsample(4).dense((16, 16))
print("matrix", matrix.shape, " rank", modes.rank, " nullity", 16 * 16 - modes.rank)
print("A Aᵀ = I/16:", np.allclose(matrix @ matrix.T, np.eye(16) / 16, atol=1e-12))
print("singular values from", modes.values.min().round(12), "to", modes.values.max().round(12))

# %% [markdown]
# Sixteen directions are fixed; 240 stay free: a fraction $1 - 1/s^2 = .9375$.
# `decompose` is the **singular value decomposition**, $A = \sum_i s_i\, u_i v_i^T$. The patterns $v_i$
# have length 1 and stand at right angles to each other; so do the $u_i$. Think of it as a
# list of questions: "how much of pattern $v_i$ is in the scene?" The camera multiplies the answer,
# $v_i^T x$, by $s_i$ and hands it out along $u_i$. We call $v_i^T x$ the scene's *component* $i$. Here all sixteen
# $s_i$ equal $1/s = .25$. Patterns beyond the list, or with $s_i = 0$, are never asked about.
#
# In the library, `modes.values` holds the $s_i$, largest first. The rows of `modes.inputs` are the $v_i$, flattened
# scenes; those of `modes.outputs` the $u_i$. `modes.rank` counts the $s_i$ above rounding.

# %% slide="subslide" title="The rest leaves no trace" figure="no_trace"
from course_lib.notebook.predictions import predict, reveal

stones = images.load("gravel", gray=True)[:, 40:104, 40:104]
measured, null = limits.split(Downsample(4), stones)
show_images({"x": stones, "measured": measured, "null + ½": null + 0.5,
             "A(measured)": Downsample(4)(measured), "A(null) + ½": Downsample(4)(null) + 0.5},
            alt="Gravel; its block means as flat squares; the rest, edges and texture on gray; the "
                "block means again, 16 by 16; and an even gray: the rest leaves no trace.")

# %% [markdown]
# `split` writes a scene as $x = x_{measured} + x_{null}$, at right angles to each other. For block
# means the measured part is the mosaic, the null part all variation inside the blocks. The split needs $A$ and nothing
# else: no prior, no training.
#
# **Predict.** 94 % of the *directions* are null. Now a picture of grass, 64 × 64 pixels: how many percent of its
# *variance* are null?

# %%
null_percent = None  # replace None by a number from 0 to 100
predict("information_limit.grass", null_percent, between=(0, 100))

# %%
names = ("retina", "brick", "gravel", "grass", "hubble")
five = np.stack([images.load(name, gray=True)[:, :64, :64] for name in names])
_, null = limits.split(Downsample(4), five)
hidden = {name: np.mean(part**2) / x.var() for name, x, part in zip(names, five, null, strict=True)}
for name, fraction in hidden.items():
    print(f"{name:7} {fraction:6.1%} of its variance is null")
reveal("information_limit.grass", 100 * hidden["grass"], label="null share of the variance of grass", unit="%")

# %% [markdown]
# All five have lost 93.75 % of their *directions*. How much of the *picture* that is depends on the
# picture: little for the retina's piece, most of it for that of Hubble's field. And the 93.75 % are no property of the camera
# alone. A real scene is no array; *we* chose its grid. Take the same sixteen pixels and call the scene finer:

# %%
for side in (16, 32, 64):
    found = limits.decompose(Downsample(side // 4), (side, side))
    print(f"sixteen pixels, scene on {side} × {side}: rank {found.rank}, null {1 - found.rank / side**2:.2%}")

# %% [markdown]
# Sixteen numbers stay sixteen numbers. The finer the grid, the nearer the null *percentage* comes to 100: read it with its grid, and
# the 12,240 of lesson {enhance}, too. "94 % of the information is gone" would be wrong: directions are not variance, and
# neither is information (section 6).

# %% [markdown] deeper=true
# ### What a pixel of an estimate is
#
# Without noise the measured part of a scene is $A^+ A x$, where the **pseudo-inverse** $A^+ = \sum v_i u_i^T / s_i$, over all
# $s_i > 0$, asks the list of questions backwards. So row $j$ of $A^+ A$ says what it holds of pixel $j$: not its light, but
# an *average* of the light around it, with these weights: a **resolution kernel**, an idea of Backus and Gilbert (1968).

# %% deeper=true slide="subslide" title="What you know of a pixel: an average" figure="kernel"
pixel = 13, 18
# Try: other pixels, and cameras of your own.
kernels = {}
for name, device in (("4 × 4 pixels", Downsample(4)), ("lens", lens), ("lens, 4 × 4 pixels", camera)):
    point = np.zeros((32, 32))
    point[pixel] = 1
    kernels[name] = limits.split(device, point)[0]
    print(f"{name:18} weights from {kernels[name].min():+.3f} to {kernels[name].max():.3f}, sum {kernels[name].sum():.3f}")
show_images(kernels, limits=(-0.2, 0.2), colour_map="RdBu_r", unit="weight",
            alt="Weights of the average that stands for one pixel, for three cameras. Pixels: an even square of 4 by 4. "
                "Lens: a round spot with weak rings, partly negative. Both: a wider, less regular spot with negative surroundings.")

# %% [markdown] deeper=true
# Other linear estimates average with other weights, but all are made of the same measured patterns. For block means every pixel of a
# block has the same kernel. A lens's has negative weights, too. The sum is 1, since an even scene is measured in full:
# each of these cameras, all its readings together, gives all scene pixels the same weight.

# %% [markdown] slide="notes"
# Ask what a camera knows about one pixel. Not its light, but an average around it: red counts, blue is taken away. No data and no
# noise were needed for that. Two minutes.

# %% [markdown] only="slides" slide="slide"
# ## Null space
#
# $Ad = 0$: the scene changes, the measurement doesn't.
#
# Block means, $s = 4$: 240 of 256 directions.
#
# **No noise level brings them back.**

# %% [markdown] slide="notes"
# A 4 × 4 block has sixteen values, its mean is one: fifteen directions are free, in each of sixteen blocks that makes 240 of
# 256. More light, a longer exposure, a cooled chip change nothing about that. Three minutes.

# %% [markdown]
# ### Exercise 1: the part that leaves no trace
#
# Write `null_part(x, A)`: the null part of one scene `x` of shape `(H, W)`, for *any* `LinearOperator`
# `A`. It is the orthogonal projection of `x` onto the null space: what remains after the measured part is
# taken away. Count $s_i$ below $10^{-10}$ of the largest as 0: they are rounding. Work in double precision; the tests
# allow errors of 10⁻⁸. *Off limits:* `limits.split`.
#
# Two ways, among others. `M = A.dense(x.shape)` is the camera's matrix; it acts on the flattened scene, `x.ravel()`: reshape at
# the end. In `U, s, Vt = np.linalg.svd(M, full_matrices=False)` the rows of `Vt` with $s_i > 0$ are orthonormal and span what is
# measured. Or: the measured part is `P @ (M @ x.ravel())` with the pseudo-inverse `P = np.linalg.pinv(M, rcond=1e-10)`.

# %% solution="null_part" rebuilds="imaging.limits.split audits.hallucination.null_part audits.hallucination.maps"
def null_part(x, A):
    """Project a scene onto the null space of a camera.

    Parameters
    ----------
    x : array, shape (H, W)
        Scene.
    A : LinearOperator
        Camera; `A.dense((H, W))` is its matrix, one column per scene pixel.

    Returns
    -------
    array, shape (H, W)
        The d closest to x with A(d) = 0.
    """
    ### BEGIN SOLUTION
    _, strengths, rows = np.linalg.svd(A.dense(x.shape), full_matrices=False)
    rows = rows[strengths > 1e-10 * strengths[0]]
    return x - (rows.T @ (rows @ x.ravel())).reshape(x.shape)
    ### END SOLUTION


# %% test="null_part_of_block_means" points=2
from course_lib.notebook.checks import call, equal

patch = images.load("grass", gray=True)[0, 20:32, 20:32]
blocks = Downsample(3)
means = blocks(patch).repeat(3, axis=0).repeat(3, axis=1)
equal(call(null_part, patch, blocks), patch - means, "null_part(patch, blocks)", atol=1e-8, mistakes={
    "this is the measured part; the null part is what remains.": means,
    "you took Aᵀ(Ax) away. Aᵀ is no inverse: here AAᵀ = I/9, so a ninth of the measured "
    "part went.": patch - means / 9,
    "the null part alone: don't add the mean back.": patch - means + patch.mean(),
    "the sign is turned: x minus the measured part.": means - patch,
})
again = call(null_part, call(null_part, patch, blocks), blocks)
equal(again, patch - means, "the null part of a null part", atol=1e-8)

# %% test="null_part_of_any_camera" points=1
from course_lib.imaging.operators import Identity, Stack

ghost = Blur([[0.5, 0, 0.5]])  # a double exposure, two pixels apart
twice = Stack([Downsample(2), Downsample(2)])  # the same view two times
large = images.load("grass", gray=True)[0, 20:44, 20:44]
for view, advice in (
        (patch, "What you subtract has to come from this A: block means are one camera among many "
                "(and pinv needs rcond=1e-10)."),
        (large, "It is 0 for a smaller scene. Some sᵢ are rounding and have to count as 0; pinv's "
                "default cut-off keeps rounding as signal: rcond=1e-10.")):
    for ward, its_name in ((ghost, "a double exposure"), (twice, "two equal frames")):
        case = f"null_part of {view.shape}, {its_name}"
        piece = call(null_part, view, ward)
        assert np.shape(piece) == view.shape, (
            f"{case}: the shape is {np.shape(piece)}; reshape it to the scene's, {view.shape}.")
        trace = np.abs(ward(np.real(piece))).max()
        assert trace < 1e-8, f"{case}: A(null_part) reaches {trace:.1g}; it must be 0. {advice}"
        equal(piece, limits.split(ward, view)[1], case, atol=1e-8, mistakes={
            "it is 0, but this camera has a null space. Rows of Vᵀ with sᵢ = 0 aren't measured: the rank "
            "counts, not the number of rows.": np.zeros_like(view)})
### BEGIN HIDDEN TESTS
# hint: a lens with a cutoff, a camera without null space, a blind one, pictures that aren't square, strong and weak cameras, bright and negative scenes.
sharp = images.load("brick", gray=True)[0, 40:50, 40:56]
low = Blur.from_otf(lambda f: optics.airy_otf(f, 0.3))
inside = np.hypot(np.fft.fftfreq(10)[:, None], np.fft.rfftfreq(16)) < 0.3
beyond = np.fft.irfft2(np.fft.rfft2(sharp) * ~inside, s=sharp.shape)
equal(call(null_part, sharp, low), beyond, "null part for a lens", atol=1e-7)
equal(call(null_part, sharp, Identity()), 0 * sharp, "null part for a perfect camera", atol=1e-8)
equal(call(null_part, sharp, Downsample((1, 8))),
      sharp - sharp.reshape(10, 2, 8).mean(axis=-1).repeat(8, axis=1),
      "null part for wide pixels", atol=1e-8)
equal(call(null_part, sharp, Blur([[0.0]])), sharp, "null part for a blind camera", atol=1e-8)
from course_lib.imaging.operators import Matrix

signal = np.array([[3.0, -7.0, 0.5, 2.0]])
for gain in (1.0, 1e-8, 1e8):
    # s = 1, 1e-9 (measured), 1e-11 (rounding), 0; no pattern is a single pixel.
    uneven = Matrix(gain * np.array([[0.5, 0.5, 0.5, 0.5], [0.5e-9, -0.5e-9, 0.5e-9, -0.5e-9],
                                     [0.5e-11, 0.5e-11, -0.5e-11, -0.5e-11]]))
    equal(call(null_part, signal, uneven), [[1.25, -4.5, -1.25, 4.5]],
          f"null part for s = 1, 1e-9, 1e-11, times {gain:g}", atol=1e-5, mistakes={
        "you took a pattern with s = 1e-9 of the largest for null; it is measured.": [[3.375, -6.625, 0.875, 2.375]],
        "you took a pattern with s = 1e-11 of the largest for measured; it is rounding.":
            [[2.875, -2.875, -2.875, 2.875]]})
numbers = 3 * np.arange(12).reshape(3, 4)  # whole numbers, whose null part is ±1.5
equal(call(null_part, numbers, Downsample((1, 2))), numbers - numbers.reshape(3, 2, 2).mean(axis=-1).repeat(2, axis=1),
      "null part of a scene of whole numbers", atol=1e-8, mistakes={
    "these are whole numbers, but half ones are needed: compute with floats.":
        np.trunc(numbers - numbers.reshape(3, 2, 2).mean(axis=-1).repeat(2, axis=1))})
for brightness in (-1.0, 1e6):
    equal(call(null_part, brightness * sharp, Downsample((2, 4))),
          brightness * (sharp - sharp.reshape(5, 2, 4, 4).mean(axis=(1, 3)).repeat(2, axis=0).repeat(4, axis=1)),
          f"null part of a scene times {brightness:g}", atol=1e-8 * abs(brightness))
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 2: two truths, one measurement
#
# Write `second_truth(x, A)`: for a scene `x`, shape `(H, W)`, values in [0, 1], return **another** scene
# of the same shape that camera `A` can't tell from it. Valid is every scene that
#
# - has values in [0, 1] (to 10⁻⁴),
# - leaves the same measurement: `A(twin)` equals `A(x)` to 10⁻⁶ everywhere,
# - differs from `x` by at least 0.1 RMS, `np.sqrt(np.mean((twin - x) ** 2))`.
#
# Where no such scene exists, raise `ValueError`: a camera may have
# no null space, or the scene leave no room (a black scene has no block mean to hide light under).
# If your search ends without a valid twin, raise it, too. *Off limits:* nothing.
#
# *One way to search*, "clip and restore": start with `z`, `x` plus normal noise of standard deviation 1. Repeat 300
# times: *clip* `z` to [0, 1] (`np.clip`); then *restore* its measured part, `z = z + measured part of (x − z)`.
# End on *restore*: `y` is then exact, and a tiny rest may stand outside [0, 1]. Compute the measured patterns once, before the
# rounds: the first `rank` rows of `limits.decompose(A, x.shape).inputs`, as in exercise 1.

# %% solution="second_truth"
def second_truth(x, A):
    """Find a scene that a camera can't tell from x.

    Parameters
    ----------
    x : array, shape (H, W)
        Scene, values in [0, 1].
    A : LinearOperator
        Camera.

    Returns
    -------
    array, shape (H, W)
        Values in [0, 1]; A(twin) = A(x); at least 0.1 RMS away from x.

    Raises
    ------
    ValueError
        If there is no such scene.
    """
    ### BEGIN SOLUTION
    found = limits.decompose(A, x.shape)
    patterns = found.inputs[:found.rank]
    z = x + np.random.default_rng(0).standard_normal(x.shape)
    for _ in range(300):
        z = np.clip(z, 0, 1)
        z = z + (patterns.T @ (patterns @ (x - z).ravel())).reshape(x.shape)
    far_enough = np.sqrt(np.mean((z - x) ** 2)) >= 0.1
    if not far_enough or z.min() < -1e-4 or z.max() > 1 + 1e-4:
        raise ValueError("no second scene found: no null space, or no room within [0, 1]")
    return z
    ### END SOLUTION


# %% readonly="valid_pair"
def valid_pair(x, twin, A, camera_name):
    """Say what is wrong with a second truth, if anything is."""
    assert twin is not None, "second_truth returns None: is the `return` missing?"
    assert np.shape(twin) == x.shape, f"the twin has shape {np.shape(twin)}; needed is {x.shape}."
    twin = np.asarray(twin, dtype=float)
    assert np.isfinite(twin).all(), "the twin has values that are not finite."
    gap = np.abs(A(twin) - A(x)).max()
    distance = np.sqrt(np.mean((twin - x) ** 2))
    assert gap <= 1e-6, (
        f"{camera_name}: the measurements differ by up to {gap:.1g}. Only differences with A(d) = 0 are "
        "free; and clipping to [0, 1] changes y, so restore y after it, or take a smaller step.")
    assert twin.min() >= -1e-4 and twin.max() <= 1 + 1e-4, (
        f"{camera_name}: the twin's values leave [0, 1] by {max(-twin.min(), twin.max() - 1):.2g}; "
        "light lies between 0 and 1. Stay inside.")
    assert distance >= 0.1, (
        f"{camera_name}: the two scenes are {distance:.3f} RMS apart; at least 0.1 is needed. "
        "Go further along the null space, or start from stronger noise.")


# %% test="second_truth_of_a_real_picture" points=2
retina = eye[0, :48, :48]
valid_pair(retina, call(second_truth, retina, Downsample(4)), Downsample(4), "4 × 4 pixels")
### BEGIN HIDDEN TESTS
# hint: darker pictures with more contrast, other pixel sizes, and pictures that aren't square.
for detail, sensor in ((images.load("grass", gray=True)[0, 20:50, 20:44], Downsample(3)),
                       (stones[0, :32, :32], Downsample((1, 4)))):
    valid_pair(detail, call(second_truth, detail, sensor), sensor, str(sensor))
### END HIDDEN TESTS

# %% test="second_truth_for_other_cameras" points=2
even = images.load("retina", gray=True)[0, 164:188, 84:108]
valid_pair(even, call(second_truth, even, ghost), ghost, "a double exposure")
### BEGIN HIDDEN TESTS
# hint: cameras with a lens, with both lens and pixels, with several frames.
soft = Blur.from_otf(lambda f: optics.airy_otf(f, 0.3))
shifted = Stack([Downsample(4) @ Blur(optics.gaussian_psf(1)),
                 Downsample(4) @ Blur(optics.motion_psf(5, 30))])
full = images.load("grass", gray=True)[0, 60:84, 60:84]
full = (full - full.min()) / (full.max() - full.min())  # blackest pixel 0, whitest 1: there is room all the same
valid_pair(full, call(second_truth, full, Downsample(4)), Downsample(4), "a picture with a black and a white pixel")
for device, device_name in ((soft, "a lens"), (Downsample(2) @ soft, "a lens and pixels"),
                            (shifted, "two frames")):
    valid_pair(even, call(second_truth, even, device), device, device_name)
    valid_pair(stones[0, :24, :24], call(second_truth, stones[0, :24, :24], device), device,
               device_name)
lights = 0.6 * (np.random.default_rng(1).random((8, 8)) < 0.1)
halving = Downsample(2) @ Blur(optics.gaussian_psf(1.0, 5))
for scene, scene_name in ((lights, "a few lights"), (1 - lights, "a few dark spots")):
    try:
        twin = second_truth(scene.copy(), halving)
    except ValueError:
        continue  # little room: a search may end without a twin, but not with one outside [0, 1]
    valid_pair(scene, twin, halving, scene_name)
### END HIDDEN TESTS

# %% test="second_truth_refuses_where_there_is_none" points=1
from course_lib.notebook.checks import refuses

refuses(second_truth, even, Identity(),
        because="a perfect camera has no null space, so no other scene leaves the same y")
refuses(second_truth, np.zeros((16, 16)), Downsample(4),
        because="block means of 0 force every pixel of a non-negative scene to be 0")
### BEGIN HIDDEN TESTS
# hint: a blur that loses nothing exactly, and scenes that leave no room, or too little of it.
refuses(second_truth, even, Blur(optics.gaussian_psf(0.6)),
        because="this blur damps every frequency and removes none")
refuses(second_truth, np.ones((16, 16)), Downsample(4),
        because="block means of 1 force every pixel to be 1")
# Per block of sum S, two non-negative scenes differ by ‖d‖² ≤ 2S²: here by .022 RMS at most.
dim = 0.01 * stones[0, :16, :16] / stones.max()
refuses(second_truth, dim, Downsample(4),
        because="this scene is so dim that no other with its block means is 0.1 RMS away")
### END HIDDEN TESTS

# %% [markdown]
# Here is **your own pair**.

# %% slide="subslide" title="Two truths, one measurement"
vessel = eye[0, :48, :48]
your_twin = np.asarray(second_truth(vessel, Downsample(4)), dtype=float)
apart = np.sqrt(np.mean((your_twin - vessel) ** 2))
gap = np.abs(Downsample(4)(your_twin) - Downsample(4)(vessel)).max()
print(f"{apart:.2f} RMS apart, measured alike to {gap:.0e}")
show_images({"one truth": vessel, "its measurement": Downsample(4)(vessel),
             "another truth": your_twin, "its measurement, too": Downsample(4)(your_twin)},
            alt=f"A smooth piece of retina and a second scene {apart:.2f} RMS away; between and "
                "after them their recorded pictures of 12 by 12 pixels, which are equal.")

# %% [markdown]
# Ugly? Perhaps. But *ugly* is your judgement, not the camera's. If you prefer the smooth one, you
# use an assumption: retinas are smooth.

# %% [markdown] slide="notes"
# Show a learner's pair, not yours, if somebody volunteers. The point to make: preferring the smooth
# one is sensible, and it is a prior. Three minutes.

# %% [markdown]
# ## 2. What the noise takes
#
# Now a loss of another kind. A Gaussian blur damps every frequency and removes none, so its null
# space contains only $d = 0$. Take 64 samples in a
# row (a picture one pixel high), a Gaussian of $\sigma_b = 2$ samples, darkness outside.

# %%
blur = Blur(optics.gaussian_psf(2, (1, 63)), "zero")
blur_modes = limits.decompose(blur, (1, 64))
print("rank", blur_modes.rank, "of 64;  largest singular value", blur_modes.values[0].round(3),
      "  smallest", f"{blur_modes.values[-1]:.1e}")

# %% [markdown]
# Full rank. But the smallest $s_i$ is $7\cdot10^{-9}$. Component $i$ of the measurement is
#
# $$u_i^T y = s_i\,(v_i^T x) + u_i^T n,$$
#
# signal plus noise. The noise has the same standard deviation $\sigma$ in every component (the $u_i$ have length 1,
# at right angles). The signal
# has $s_i$ times the **scale**: the standard deviation of the scene's components $v_i^T x$. For a picture minus
# its mean that is the RMS over all pixels. Take it as 1 for now. A component *survives* if
# $s_i \cdot \text{scale} > \sigma$; else the noise is larger than what it typically covers. `limits.picard_count` counts the survivors.
#
# **Predict.** With $\sigma = 10^{-1}$, 22 of the 64 survive. How many, if the noise is a
# *hundred thousand* times smaller, $\sigma = 10^{-6}$?

# %%
surviving = None  # replace None by a number from 22 to 64
predict("information_limit.surviving", surviving, between=(22, 64))

# %%
sigmas = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]
counts = [limits.picard_count(blur_modes.values, sigma) for sigma in sigmas]
print(dict(zip(sigmas, counts, strict=True)))
print(f"{counts[-1] / counts[0]:.1f} times the components for 100,000 times less noise")
reveal("information_limit.surviving", counts[-1], label="components with singular values above 1e-6")

# %% [markdown]
# A hundred thousand times less noise buys two and a half times the components. The limit *feels* hard. Look at the
# law behind it.

# %% slide="subslide" title="Less noise buys little"
from course_lib.notebook.figures import COLOURS, figure, show

tail = Blur.from_otf(lambda f: np.exp(-f / 0.03))
tail_counts = [limits.picard_count(limits.decompose(tail, (1, 64)).values, s) for s in sigmas]
decades = -np.log10(sigmas)
root = counts[0] * np.sqrt(decades)
fig, ax = figure(size=(6.4, 3.6))
ax.plot(decades, counts, "o-", label="Gaussian blur")
ax.plot(decades, root, ":", color=COLOURS["black"], label="22·√log₁₀(1/σ)")
ax.plot(decades, tail_counts, "s-", color=COLOURS["orange"], label="transfer exp(−f/0.03)")
ax.set(xlabel="log₁₀(1/σ)", ylabel="surviving components of 64", ylim=(0, 64))
ax.legend()
print("Gaussian", counts, " exponential", tail_counts)
show(fig, alt=f"Surviving components against the logarithm of 1/sigma. Gaussian blur: {counts}, a "
              "curve that follows the square root. Exponential transfer: "
              f"{tail_counts}, a straight line.")

# %% [markdown]
# For a Gaussian, $s \approx e^{-2\pi^2\sigma_b^2 f^2}$ falls below $\sigma$ at
# $f = \sqrt{2\ln(1/\sigma)}\,/\,(2\pi\sigma_b)$: growth like $\sqrt{\log 1/\sigma}$. A transfer
# function that falls exponentially gives a straight line. There is no universal number.

# %% [markdown]
# *Null* and *lost in the noise* differ in what lowers them. Take one row of the gravel:

# %%
row = stones[:, 20:21, :]
row_scale = row.std()
varying_row = row - row.mean()
for sd in (1e-2, 1e-3, 1e-4, 1e-5):
    _, lost = limits.split(blur, varying_row, sigma=sd, scale=row_scale)
    print(f"σ = {sd:g}: {np.sum(lost**2) / np.sum(varying_row**2):.2%} of the row's variance is "
          "lost in the noise")
_, null_row = limits.split(blur, varying_row)
print(f"σ = 0: {np.sum(null_row**2) / np.sum(varying_row**2):.2%}: nothing is null")

# %% [markdown]
# The loss shrinks with the noise, and nothing of it is null. In section 1 nothing
# depended on σ. What noise took, photons bring back, slowly. What is null, no exposure brings back: change the camera, or
# assume something.

# %% [markdown] deeper=true
# A warning about small numbers. Cut the same Gaussian at four standard deviations:

# %% deeper=true
cut = limits.decompose(Blur(optics.gaussian_psf(2, (1, 17)), "zero"), (1, 64)).values
print("Gaussian cut at 4 standard deviations:", [limits.picard_count(cut, s) for s in sigmas])

# %% [markdown] deeper=true
# The last two counts jump to 56 and 63: the tiny edge of the cut is a sharp detail that adds a little at nearly every
# frequency. Nobody knows a real lens to five digits. Below the accuracy of your *model*, singular values are
# fiction.

# %% [markdown] only="slides" slide="slide"
# ## Lost in the noise
#
# $$u_i^T y = s_i\,(v_i^T x) + u_i^T n$$
#
# Survives: $s_i \cdot \text{scale} > \sigma$.
#
# 100,000 times less noise, 2.5 times the components.

# %% [markdown] slide="notes"
# The first term shrinks with s, the second doesn't. Ask what doubles the number of components: with the Gaussian blur of the
# figure before, from 22 to 45, a thousandth of the noise. This loss is bought back with photons, and dearly. Three minutes.

# %% [markdown] deeper=true
# ### The Picard plot
#
# In practice you hold one noisy measurement. It is tempting to count the coefficients $|u_i^T y|$ above $\sigma$.
#
# **Predict.** Suppose there is no scene at all, $y$ is *pure noise* of standard deviation $\sigma$. What
# percentage of its coefficients exceeds $\sigma$ in absolute value?

# %% deeper=true
percent_above = None  # replace None by a number from 0 to 100
predict("information_limit.pure_noise", percent_above, between=(0, 100))

# %% deeper=true
from scipy.special import ndtr

pure_noise = np.random.default_rng(0).standard_normal((2000, 64))
coefficients = np.abs(pure_noise @ blur_modes.outputs.T)
above, beyond = np.mean(coefficients > 1), 1 - (2 * ndtr(3.8) - 1) ** 64
print(f"some of 64 exceeds 3.8 σ: in {beyond:.2%} of all cases, in {np.mean(coefficients.max(axis=1) > 3.8):.1%} of these 2000")
reveal("information_limit.pure_noise", 100 * above, label="coefficients of pure noise above σ", unit="%")

# %% [markdown] deeper=true
# Almost a third, and so it is in any orthonormal basis. A count of
# noisy coefficients above σ counts noise. What you may count are the *singular values*
# times the scale (no data needed), or the coefficients *before the plateau* in the
# Picard plot, after the condition of Hansen (1990). `limits.picard_plateau` finds the last coefficient above
# $3.8\,\sigma$, a threshold that 64 values of pure noise exceed in one case of a hundred (printed above).

# %% deeper=true slide="subslide" title="The Picard plot: where the noise takes over"
row_sigma = 1e-3
row_y = optics.read_noise(blur(row), row_sigma, rng=1)
exact, noisy = (np.abs(blur_modes.coefficients(v)) for v in (blur(row), row_y))
row_count = limits.picard_count(blur_modes.values, row_sigma, row_scale)
naive = int(np.sum(noisy > row_sigma))
plateau = limits.picard_plateau(noisy, row_sigma)

fig, ax = figure(size=(7, 3.8))
i = np.arange(1, 65)
ax.semilogy(i, blur_modes.values * row_scale, color=COLOURS["black"], label="sᵢ · scale")
ax.semilogy(i, exact, ".", color=COLOURS["sky"], label="|uᵢᵀAx|, exact")
ax.semilogy(i, noisy, "o", mfc="none", label="|uᵢᵀy|, measured")
ax.axhline(row_sigma, color=COLOURS["vermilion"], label="σ")
ax.axvline(row_count + 0.5, color="gray", linestyle=":", label=f"the count, {row_count}")
ax.set(xlabel="component i", ylabel="coefficient", ylim=(exact.min() / 3, 3))
ax.legend(loc="lower left")
print(f"singular values × scale above σ: {row_count};  before the plateau: {plateau};  "
      f"noisy coefficients above σ: {naive}")
show(fig, alt=f"Picard plot. The exact coefficients fall through sigma near component {row_count} and "
              "go on to fall; the measured ones level off there and scatter about sigma.")

# %% [markdown] deeper=true
# Left of the dotted line nearly all circles sit on the exact dots: signal. Right of it they level off at
# σ while the signal dives: noise. The plateau rule stops earlier than the count, because it asks
# for 3.8σ; counting noisy coefficients overshoots. *One* scale is a convention for
# pictures: their components shrink with frequency. State it with the count.

# %% [markdown] deeper=true
# Does the count mean anything? Rebuild rows from their first $k$ components,
# $\hat x = \sum_{i \le k} v_i\,(u_i^T y)/s_i$, and look for the $k$ of the smallest error. (With the truth in hand: this is a test of the
# count, not a way to choose it.)

# %% deeper=true
ks = np.arange(1, 65)
shifts = []
for line in stones[0, ::2]:
    counted = limits.picard_count(blur_modes.values, row_sigma, line.std())
    for seed in range(3):
        measured_line = optics.read_noise(blur(line[None]), row_sigma, rng=seed)
        trials = [blur_modes.reconstruct(measured_line, k)[0] - line for k in ks]
        errors = np.sqrt(np.mean(np.square(trials), axis=1))
        shifts.append(np.argmin(errors) + 1 - counted)
print(f"{len(shifts)} trials: best k − count runs from {min(shifts)} to {max(shifts):+}, "
      f"mean {np.mean(shifts):.1f}")
print(f"the last trial, RMS error: {errors.min():.3f} with the best k, {errors[counted - 1]:.3f} with the count, "
      f"{errors[-1]:.0f} with all 64")

# %% [markdown] deeper=true
# So the count tells you *about* how many. On average it is one or two too high for gravel, whose fine
# components lie below the one scale. Fewer components than the best $k$ leave detail unused. More let noise in, amplified by
# $1/s_i$: with all 64 the "light" is off by more than ten thousand.

# %% [markdown] slide="notes"
# Two losses, two remedies: say it twice. Then the explorer on the projector: move the noise first with pixel size
# 1, then set the pixel size to 4 and move the noise again. The null count doesn't budge. Six minutes.

# %% [markdown] deeper=true
# ### Without the truth: what do two halves agree on?
#
# The count needs $A$ and σ. Often one has only photons. Then divide the photons of an exposure at random into two halves, by
# a coin for each photon (`thin`). Both halves hold the same scene and *different* noise. Correlate their Fourier
# coefficients $A_k$, $B_k$, ring by ring of about the same frequency:
#
# $$\mathrm{FRC}(f) = \frac{\mathrm{Re}\sum_{|k| \approx f} A_k B_k^*}{\sqrt{\sum |A_k|^2 \sum |B_k|^2}}.$$
#
# This **Fourier ring correlation** is near 1 where both halves hold the same pattern, near 0 where each holds its own
# noise. Electron microscopists often state as resolution where it falls below 1/7. That is a convention; lesson
# {real_photons} shows how it is fooled.
#
# **Predict.** A brick wall behind the lens of cutoff .25 cycles per pixel, 20 photons for a pixel of full brightness: the curve falls
# below 1/7 at about .15. Where, with *a hundred times* more light?

# %% deeper=true
crossing = None  # replace None by a number from 0.15 to 0.5
predict("information_limit.crossing", crossing, between=(0.15, 0.5))

# %% deeper=true slide="subslide" title="Photons move the limit, the lens ends it" figure="rings"
from course_lib.imaging.photons import ring_correlation, thin

wall_image = np.clip(lens(images.load("brick", gray=True)[0]), 0, None)
crossings = {}
fig, ax = figure(size=(6.4, 3.4))
for photons, colour in ((20, "sky"), (200, "orange"), (2000, "green"), (200_000, "black")):
    rings = []
    for seed in range(6):
        coins = np.random.default_rng(seed)
        rings.append(ring_correlation(*thin(coins.poisson(photons * wall_image), rng=coins)))
    curve = rings[0]._replace(correlation=np.mean([each.correlation for each in rings], axis=0))
    crossings[photons] = curve.crossing(1 / 7)
    print(f"{photons:7,} photons: below 1/7 at {crossings[photons]:.3f}; "
          f"six single exposures: {min(r.crossing() for r in rings):.3f} to {max(r.crossing() for r in rings):.3f}")
    ax.plot(curve.frequency, curve.correlation, color=COLOURS[colour], label=f"{photons:,} photons")
ax.axhline(1 / 7, color="gray", linestyle="--", label="1/7")
ax.axvline(0.25, color="gray", linestyle=":", label="cutoff")
ax.set(xlabel="frequency (cycles per pixel)", ylabel="ring correlation", ylim=(-0.2, 1.05))
ax.legend()
reveal("information_limit.crossing", crossings[2000], label="crossing with 2000 photons (cycles per pixel)")
show(fig, alt="Ring correlation against frequency for four amounts of light. All fall from near 1 to about 0; with more "
              "light they fall later, but none passes the cutoff at .25 cycles per pixel.")

# %% [markdown] deeper=true
# More light moves the crossing, slowly, and never past the cutoff: beyond it there is nothing to agree on. Nobody needed the
# scene for that. But both halves came through *one* lens. Their agreement says that a pattern repeats, not that it is true. Of
# the null space it says nothing.

# %% [markdown] slide="notes"
# Ask before you show it: what does ten times the light buy? A little, and never more than the dotted line. Then ask whether what two
# halves agree on is true. It repeats; both came through one lens. Three minutes.

# %% [markdown]
# ### Exercise 3: count what survives
#
# Write `surviving_components(A, shape, sigma, scale)`: how many components of a scene of `shape` `(H, W)`
# stand above noise of standard deviation `sigma` in the measurement of camera `A`, if the scene's
# components have standard deviation `scale`: for how many is $s_i \cdot \text{scale} > \sigma$? It returns an integer and
# sees no data. Work in double precision: the $s_i$ may span ten
# decades (eigenvalues of $A^T A$ keep half the digits). Noise or scale that isn't positive is a `ValueError`.
# `np.linalg.svd(A.dense(shape), compute_uv=False)` gives the $s_i$; `limits.decompose` is allowed, too. *Off limits:*
# `limits.picard_count`.

# %% solution="surviving_components" rebuilds="imaging.limits.picard_count"
def surviving_components(A, shape, sigma, scale=1.0):
    """Count the components of a scene that stand above the noise.

    Parameters
    ----------
    A : LinearOperator
        Camera.
    shape : (int, int)
        Height and width of the scene in pixels.
    sigma : float
        Standard deviation of the noise, in units of the measurement; > 0.
    scale : float
        Standard deviation of the scene's components, in units of the scene; > 0.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If sigma or scale is not positive.
    """
    ### BEGIN SOLUTION
    if sigma <= 0 or scale <= 0:
        raise ValueError(f"sigma is {sigma}, scale {scale}; both must be greater than 0")
    sizes = np.linalg.svd(A.dense(shape), compute_uv=False)
    return int(np.sum(sizes * scale > sigma))
    ### END SOLUTION


# %% test="surviving_components_of_a_blur" points=2
def periodic_gaussian(width):
    """Gaussian blur of `width` samples whose transfer function is known in closed form."""
    return Blur.from_otf(lambda f: optics.gaussian_otf(f, width))


drowned = call(surviving_components, periodic_gaussian(1.5), (1, 48), 10.0)
assert np.ndim(drowned) == 0, (
    f"surviving_components gives an array of shape {np.shape(drowned)}; it should be one number: "
    "sum the mask.")
if drowned == 48 and call(surviving_components, periodic_gaussian(1.5), (1, 48), 1e-9) == 0:
    raise AssertionError("surviving_components counts the components that are lost, not those "
                         "that survive.")
assert drowned == 0, (
    f"{drowned} of 48 components survive σ = 10, you say, though every signal is below 1. (The rank doesn't ask "
    "about noise; and whoever counts coefficients of noisy data counts noise.)")
frequencies = np.abs(np.fft.fftfreq(48))
for deviation, size in ((0.1, 1.0), (1e-3, 1.0), (0.01, 0.2)):
    edge = np.sqrt(2 * np.log(size / deviation)) / (2 * np.pi * 1.5)
    equal(call(surviving_components, periodic_gaussian(1.5), (1, 48), deviation, size),
          np.sum(frequencies < edge),
          f"surviving_components(blur, (1, 48), {deviation}, {size})", mistakes={
        "this counts the components that are lost.": 48 - np.sum(frequencies < edge),
        "the scale is missing: compare sᵢ · scale with σ.": np.sum(
            frequencies < np.sqrt(2 * np.log(1 / deviation)) / (2 * np.pi * 1.5)),
        "a square too many, as in s² > σ: s, scale and σ are compared as they are, all of them standard deviations.": np.sum(
            frequencies < np.sqrt(np.log(size / deviation)) / (2 * np.pi * 1.5)),
        "you compare sᵢ with σ · scale; the scale belongs to the signal.": np.sum(
            frequencies < np.sqrt(max(2 * np.log(1 / (deviation * size)), 0)) / (3 * np.pi)),
        "you compare with σ²: signal and noise both are standard deviations.": np.sum(
            frequencies < np.sqrt(2 * np.log(size / deviation**2)) / (3 * np.pi)),
    })

# %% test="surviving_components_of_any_camera" points=2
# Block means: all singular values are 1/s, so all survive or none.
strong, weak = (call(surviving_components, Downsample(4), (16, 16), d) for d in (0.05, 0.26))
assert (strong, weak) != (0, 16), "surviving_components counts the components that are lost, not those that survive."
for deviation, expected in ((0.05, 16), (0.24, 16), (0.26, 0)):
    equal(call(surviving_components, Downsample(4), (16, 16), deviation), expected,
          f"surviving_components(Downsample(4), (16, 16), {deviation})", mistakes={
        "they all survive? All sᵢ are ¼, below this σ. Compare the sᵢ themselves: not sᵢ/s₁, not with σ².":
            16 if deviation > 1 / 4 else -1,
        "you compare the eigenvalues of AAᵀ, which are s²: take the root.":
            16 if 1 / 16 > deviation else 0,
        "the rank is 16, so this counts directions of the scene.": 256})
refuses(surviving_components, Downsample(4), (16, 16), 0.0,
        because="without noise the question is the rank, not this count")
refuses(surviving_components, Downsample(4), (16, 16), 0.1, 0.0,
        because="a scene of scale 0 has no components; the scale must be positive")
### BEGIN HIDDEN TESTS
# hint: cameras with fewer or more measurements than pixels, strong and weak ones, noise just above and just below; only the ratio σ/scale matters.
dark = Blur(optics.gaussian_psf(2, (1, 63)), "zero")
equal([call(surviving_components, dark, (1, 64), s) for s in (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 5e-9)],
      [22, 32, 39, 45, 50, 55, 63, 64], "counts of a Gaussian blur with a dark border")
equal(call(surviving_components, Blur(optics.gaussian_psf(2.5, (1, 63)), "zero"), (1, 64), 7.7e-10), 55,
      "components above 7.7e-10 of a wider blur")
equal(call(surviving_components, dark, (1, 64), 1e-4, 1e-2),
      call(surviving_components, dark, (1, 64), 1e-2), "the same σ/scale", atol=1e-12)
for unit in (1e-8, 1.0, 1e8):
    for ratio, expected in ((0.2499, 16), (0.2501, 0)):
        equal(call(surviving_components, Downsample(4), (16, 16), ratio * unit, unit), expected,
              f"block means, σ = {ratio} scale, scale = {unit:g}")
    equal(call(surviving_components, Downsample(4), (16, 16), 0.1 * unit, 0.5 * unit), 16, f"σ = .1 and scale = .5, times {unit:g}")
equal(call(surviving_components, Downsample((2, 3)), (8, 12), 0.4), 16, "pixels of 2 × 3, σ = 0.4")
equal(call(surviving_components, Downsample((2, 3)), (8, 12), 0.41), 0, "pixels of 2 × 3, σ = 0.41")
frames = Stack([Downsample((1, 2))] * 5)
equal(call(surviving_components, frames, (1, 12), 1.5), 6, "five equal frames, σ = 1.5")
equal(call(surviving_components, frames, (1, 12), 1.6), 0, "five equal frames, σ = 1.6")
equal(call(surviving_components, Identity(), (3, 5), 0.9), 15, "a perfect camera, σ = 0.9")
equal(call(surviving_components, Identity(), (3, 5), 1.0), 0, "a perfect camera, σ = 1 (not above)")
equal(call(surviving_components, Identity(), (1, 1), 0.5, 2.0), 1, "a scene of one pixel")
refuses(surviving_components, Downsample(4), (16, 16), 0.1, -1.0, because="a scale is positive")
refuses(surviving_components, Downsample(4), (16, 16), -0.1, 1.0, because="a standard deviation is positive")
refuses(surviving_components, Downsample(4), (16, 16), -0.1, -1.0, because="both have to be positive")
### END HIDDEN TESTS

# %% [markdown]
# ## 3. A soft edge
#
# Is a component with $s_i \cdot \text{scale} = 1.01\,\sigma$ known, and one with $.99\,\sigma$ unknown? No. If
# the scene's components are Gaussian with standard deviation `scale`, the measurement removes the share
#
# $$\varphi_i = \frac{s_i^2}{s_i^2 + \sigma^2/\text{scale}^2}$$
#
# of the uncertainty (variance) about component $i$: its inverse, $1/\text{scale}^2$, grows by $s_i^2/\sigma^2$. The share is
# 1 for what is measured well, ½ *at* the count, 0 in the null space. The wall is a slope. The sum of all $\varphi_i$ is the
# effective number of measured components.

# %% slide="subslide" title="A slope, never a wall"
fig, ax = figure(size=(6.4, 3.4))
for sd, colour in zip((1e-1, 1e-3, 1e-5), ("blue", "orange", "green"), strict=True):
    share = blur_modes.values**2 / (blur_modes.values**2 + sd**2)
    sharp_count = limits.picard_count(blur_modes.values, sd)
    ax.plot(range(1, 65), share, color=COLOURS[colour], label=f"σ = {sd:g}: sum {share.sum():.1f}")
    ax.axvline(sharp_count + 0.5, color=COLOURS[colour], linestyle=":",
               label=f"count {sharp_count}")
    print(f"σ = {sd:g}: counted {sharp_count}, sum of shares {share.sum():.1f}, "
          f"{np.sum((share > 0.01) & (share < 0.99))} components between .01 and .99")
ax.set(xlabel="component i", ylabel="share known, φᵢ")
ax.legend(loc="lower left")
show(fig, alt="Three curves that fall smoothly from 1 to 0, each around its dotted count; less "
              "noise moves the slope to the right and makes it steeper, but never a wall.")

# %% [markdown]
# Less noise moves the slope to the right and, for a Gaussian, makes it steeper.

# %% [markdown] deeper=true
# For a picture, the same with a two-dimensional blur. Watch the invisible part dissolve as σ falls:

# %% deeper=true slide="subslide" title="The known part, and the rest"
soft_lens = Blur.from_otf(lambda f: optics.gaussian_otf(f, 1.5))
parts, rests = {}, {}
for sd in (1e-1, 1e-2, 1e-4):
    known, rest = limits.split(soft_lens, stones - stones.mean(), sigma=sd,
                               scale=stones.std(), soft=True)
    parts[f"known + .35, σ = {sd:g}"] = known + 0.35
    rests[f"rest + .35, {np.sqrt(np.mean(rest**2)):.3f} RMS"] = rest + 0.35
show_images(parts | rests, columns=3, limits=(0, 0.7),
            alt="Gravel in three columns, known above rest. At high noise the known part is a blur and "
                "the rest holds all edges; at low noise the known part is nearly sharp and the "
                "rest is faint texture.")

# %% [markdown] deeper=true
# The pictures below "known" are not null; a better sensor recovers them. Only for $\sigma \to 0$ does the split
# become that of section 1.

# %% [markdown]
# ## 4. A real picture, a whole camera
#
# Now the lens of the first cell, 4 × 4 pixels *and* noise, on gravel. Three fates for 4096
# components: known, lost in the noise, null. For once we hold the truth, so sort by each
# component's *own* size: known is what has $s_i \cdot \text{size}_i > \sigma$. Where several $s_i$ are equal, the $v_i$ can be
# mixed at will; the size is then their root mean square.

# %%
whole = limits.decompose(camera, (64, 64))
varying = stones - stones.mean()
components = whole.inputs @ varying.ravel()
energies = components**2 / np.sum(varying**2)  # share of each component in the variance
_, first, equal_s, members = np.unique(whole.values.round(9), return_index=True, return_inverse=True, return_counts=True)


def together(values):
    """Sum of squares over the components with the same singular value, one for each such group."""
    return np.bincount(equal_s, values**2)


sizes = np.sqrt(together(components) / members)[equal_s]
fates = {}
for sd in (0.1, 0.03, 0.01, 0.003):
    known = whole.values * sizes > sd
    share = [energies[known].sum(), energies[~known].sum(), 1 - energies.sum()]
    fates[f"σ = {sd}"] = share
    print(f"σ = {sd}: known {known.sum()} ({share[0]:.0%} of the variance), lost "
          f"{np.sum(~known)} ({share[1]:.0%}), null {4096 - whole.rank} ({share[2]:.0%})")

# %% slide="subslide" title="The null share doesn't care about noise" figure="null_share"
fig, ax = figure(size=(7, 2.6))
left = np.zeros(len(fates))
for part, colour, pattern in zip(("known", "lost in the noise", "null"), ("blue", "sky", "orange"),
                                 ("", "//", ".."), strict=True):
    width = 100 * np.array([share[("known", "lost in the noise", "null").index(part)]
                            for share in fates.values()])
    ax.barh(list(fates), width, left=left, color=COLOURS[colour], hatch=pattern,
            edgecolor="white", label=part)
    left = left + width
ax.set(xlabel="share of the picture's variance (%)")
ax.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1))
told = ", ".join(f"{share[0]:.0%} at {name}" for name, share in fates.items())
show(fig, alt=f"Stacked bars for four noise levels. The null share, {share[2]:.0%}, is the same in "
              f"all. The known share grows as noise falls: {told}; the rest is lost.")

# %% [markdown]
# The null share, a quarter of the variance and 94 % of the directions, is the same in all four
# rows. Noise only moves the border between "known" and "lost".

# %% [markdown] deeper=true
# Without the truth you have the count with *one* scale, and the data. What do they say?

# %% deeper=true
from scipy.stats import chi2, spearmanr

clear = chi2.isf(0.01 / len(members), members)  # in 1 case of 100, noise alone exceeds any of these
for sd in (0.1, 0.03, 0.01, 0.003):
    coefficients = whole.coefficients(optics.read_noise(camera(varying), sd, rng=0))
    stand_out = together(coefficients / sd) > clear
    print(f"σ = {sd}: count with one scale {limits.picard_count(whole.values, sd, stones.std()):3}; {stand_out.sum():2} of "
          f"{len(members)} groups stand clear of the noise ({members[stand_out].sum()} components)")
typical = (whole.values * sizes)[first][::-1]  # of each group, the largest sᵢ first
print(f"size of the groups' coefficients against their place: rank correlation {spearmanr(range(len(typical)), typical)[0]:.2f}; "
      f"{np.sum(np.diff(typical) > 0)} of {len(typical) - 1} steps go up")

# %% [markdown] deeper=true
# At σ = .03 the count says 0. Yet 80 coefficients belong to groups that stand clear of the noise: gravel has far more variance in its
# coarse components than one scale allows. At σ = .01 it says 171, and 196 belong to such groups. A count without its scale is no
# statement. Don't look for a plateau here. A picture's coefficients fall with $i$ on average, but they scatter, and one late outlier
# would decide.

# %% [markdown]
# *Try*, in the panel below: pixel size 1, blur width .5 and falling noise: the invisible part shrinks, everything is in reach. Then pixel size
# 4: it stops shrinking, the null space stays. Then a wide blur: at the slider's least noise most fine components are
# still lost.
#
# After the panel, **a good place to stop.** Sections 6 and 7 make a second sitting.

# %% slide="subslide" title="What survives the noise?" frames="limit"
from course_lib.notebook.explorers.information_limit import information_limit

information_limit(images.load("gravel", gray=True)[:, 40:136, 40:136])

# %% [markdown] slide="notes"
# Move the noise with the pixels at 1: the invisible part shrinks. Then pixels of 4: it stops. Ask which of the two a better
# sensor buys. Three minutes.

# %% [markdown] deeper=true
# ## 5. Degrees of freedom: a step, not an end
#
# *Optional: no exercise depends on it.* Take an ideal band: all frequencies $|f| \le W$ get through, evenly,
# and none beyond, with $W$ in cycles per sample. Suppose you *know*
# that the scene fills $N$ samples, with darkness outside. How many independent numbers about it get
# through? Choose the $N$ patterns $v_k$ of the camera "cut to $N$ samples, then to the band". They stand
# at right angles, pattern $k$ has $k$ sign changes, and a share $\lambda_k = s_k^2$ of its
# energy gets through: the Slepian eigenvalues. Their sum is the **space-bandwidth product**, $2NW$ exactly.
#
# **Predict.** $N = 128$, $2NW = 16$. If the limit were a wall, sixteen eigenvalues would be 1 and all
# others 0. How many of the 128 lie in between, say between .01 and .99?

# %% deeper=true
between = None  # replace None by a number from 0 to 128
predict("information_limit.slepian", between, between=(0, 128))

# %% deeper=true
eigenvalues = limits.slepian_eigenvalues(128, 8 / 128)
in_between = int(np.sum((eigenvalues > 0.01) & (eigenvalues < 0.99)))
print(f"sum {eigenvalues.sum():.6f}; above ½: {np.sum(eigenvalues > 0.5)}; "
      f"λ₁₅ = {eigenvalues[15]:.3f}, λ₁₆ = {eigenvalues[16]:.3f} (counted from 0)")
reveal("information_limit.slepian", in_between, label="eigenvalues between .01 and .99")

# %% deeper=true slide="subslide"
fig, ax = figure(size=(6.8, 3.4))
for product, colour in zip((4, 16, 64), ("blue", "orange", "green"), strict=True):
    values = limits.slepian_eigenvalues(256, product / 512)
    k = np.arange(256) - product
    ax.plot(k, values, "o-", markersize=3, color=COLOURS[colour], label=f"2NW = {product}")
ax.set(xlim=(-8.5, 8.5), xlabel="index k − 2NW", ylabel="energy passed, λ")
ax.legend()
show(fig, alt="Eigenvalues around the index 2NW for three products: each falls from 1 to 0 within "
              "a few indices; the step is a little wider for the larger product.")

# %% deeper=true
for product in (1, 4, 16, 64, 128):
    values = limits.slepian_eigenvalues(512, product / 1024)
    print(f"2NW = {product:3}: above ½: {np.sum(values > 0.5):3}, above 1e-4: "
          f"{np.sum(values > 1e-4):3}; between .01 and .99: "
          f"{np.sum((values > 0.01) & (values < 0.99))}")

# %% [markdown] deeper=true
# The count of degrees of freedom is $2NW$ (Toraldo di Francia 1969, with the mathematics of
# Slepian, Landau and Pollak), with a step whose width grows only like
# $\log(2NW)\cdot\log(1/\varepsilon)$, if it is counted from $\lambda = 1 - \varepsilon$ to
# $\varepsilon$. Read the second column as "what a noise of one per cent of the amplitude would let
# you use" ($\lambda$ is energy: $10^{-4}$ is $10^{-2}$ in amplitude).
#
# - **Large product** (64): 70 instead of 64 components. Continuing the spectrum beyond the lens's cutoff is
#   possible and nearly useless.
# - **Small product** (1): 4 instead of 1. For an object hardly larger than a resolution cell it is
#   substantial.
#
# In both cases you *knew* that the scene ends where it does. That bounded support is an
# assumption: the first **P** whose gain we count. If light stands outside, the
# continuation is wrong, not only noisy. And this band is flat up to its edge. The transfer of a real lens in
# incoherent light falls to 0 there (lesson {image_formation}), so continuing beyond it is harder than here.

# %% [markdown] slide="notes"
# This is the answer to "analytic continuation beats diffraction": true, priced by the logarithm, and conditional
# on the support. In two dimensions a whole field has a huge product; a grain as small as the spot has about one. Five minutes.

# %% [markdown]
# ## 6. Bits
#
# One number for all that: how many **bits** does the measurement say about the scene? One bit
# halves the number of equally likely scenes. For a Gaussian scene whose pixels are
# independent with variance $v$ (*white*) and Gaussian noise,
#
# $$I(x; y) = \sum_i \tfrac12 \log_2\!\left(1 + \frac{v\,s_i^2}{\sigma^2}\right).$$
#
# A component well above the noise gains half a bit with
# each doubling of signal-to-noise power; noisy ones add a little, null ones nothing. A white scene of unit
# variance, block means with $s = 4$, $\sigma = .1$:

# %%
per_pixel = limits.mutual_information(Downsample(4), (16, 16), sigma=0.1) / 16
print(f"{per_pixel:.3f} bits per low-resolution pixel, {16 * per_pixel:.1f} in all")
print(f"naming one of 2³⁰ equally likely scenes of this covariance: wrong in {limits.fano_error(16 * per_pixel, 2**30):.0%}"
      " of all cases, or more")

# %% [markdown]
# It is $\tfrac12\log_2(1 + \tfrac{1}{16}/.01)$. The file may hold 8 bits per pixel; about this scene it
# says less than two. Take $2^{30}$ equally likely scenes with this covariance. To name one takes 30 bits, and the measurement
# gives 22.9 at most, since of all scenes with one covariance the Gaussian gives most:
# whoever names one all the same errs in at least 21 % of all cases, by whatever method (**Fano's inequality**).
#
# Now give the camera more pixels, and the same light: smaller pixels collect less, so
# their noise grows as their side shrinks. The scene is white, 32 × 32, behind a lens with cutoff .125.
# **Predict.** From 64 pixels to 1024: by how many percent do the bits grow?

# %%
percent_more = None  # replace None by a number from 0 to 1500
predict("information_limit.percent_more", percent_more, between=(0, 1500))

# %% slide="subslide" title="More pixels, hardly more bits"
fixed_lens = Blur.from_otf(lambda f: optics.airy_otf(f, cutoff=0.125))
sides, bits = [2, 4, 8, 16, 32], {"through the lens": [], "without a lens": []}
for side in sides:
    pixel = Downsample(32 // side)
    noise = 0.01 * side / 4  # same light in all, so σ grows as the pixels shrink
    bits["through the lens"].append(limits.mutual_information(pixel @ fixed_lens, (32, 32), noise))
    bits["without a lens"].append(limits.mutual_information(pixel, (32, 32), noise))
fig, ax = figure(size=(6.4, 3.4))
for (kind, values), style in zip(bits.items(), ("o-", "s--"), strict=True):
    ax.loglog(np.square(sides), values, style, label=kind)
    print(kind, [round(v) for v in values])
ax.set(xlabel="pixels on the sensor", ylabel="information (bits)")
ax.legend()
through = bits["through the lens"]
show(fig, alt=f"Bits against pixels. Through the lens {through[2]:.0f} bits with 64 pixels and "
              f"{through[4]:.0f} with 1024: a plateau. Without a lens the bits keep growing.")

# %% [markdown] slide="notes"
# Cover the right half and let the room draw both lines on. Then ask how many bits a network adds that makes more pixels
# *after* the measurement: none. Three minutes.

# %%
reveal("information_limit.percent_more", 100 * (through[4] / through[2] - 1), label="bits gained by sixteen times more pixels", unit="%")

# %% [markdown]
# Through the lens, sixteen times more pixels (64 → 1024) bring a tenth more bits: they
# average away less below the lens's cutoff, and beyond it there is nothing left to sample. Pixels added *after* the
# measurement, by interpolation or by a network, bring none: whatever is computed from $y$ alone satisfies
# $I(x; \hat x) \le I(x; y)$, the **data-processing inequality**. A prior may still make the picture
# better; it speaks about the kind of scene, not about *this* one. Bits belong to camera, noise **and** the
# ensemble of scenes, never to one picture alone.

# %% [markdown] deeper=true
# ### Scenes that aren't white
#
# Fit a power law to the spectrum of gravel:

# %% deeper=true
field = images.load("gravel", gray=True)[0]
window = np.outer(np.hanning(256), np.hanning(256))
power = np.abs(np.fft.rfft2((field - field.mean()) * window)) ** 2
radius = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256))
band = (radius > 0.02) & (radius < 0.4)
slope = np.polyfit(np.log(radius[band]), np.log(power[band]), 1)[0]
print(f"power falls like f^{slope:.2f}")

# %% [markdown] deeper=true
# For scenes with covariance $\Sigma$ the $s_i$ of the formula are those of $A\Sigma^{1/2}$, with $v = 1$.
# Now a Gaussian scene with this spectrum and the variance of the stones. How much two of its pixels vary together depends
# on their distance only, so multiplying by $\Sigma$ is a convolution, whose transfer function is the spectrum: `Blur`
# does that, too.

# %% deeper=true
grid = np.hypot(np.fft.fftfreq(64)[:, None], np.fft.fftfreq(64))
strength = stones.var() / np.mean((grid**2 + 64.0**-2) ** (slope / 2))
gravel_like = Blur.from_otf(lambda f: strength * (f**2 + 64.0**-2) ** (slope / 2))
for noise in (0.1, 0.01, 0.001):
    white, coloured = (limits.mutual_information(camera, (64, 64), noise, c) / 256
                       for c in (float(stones.var()), gravel_like))
    print(f"σ = {noise}: {coloured:.2f} bits per low-resolution pixel for gravel's spectrum, "
          f"{white:.2f} for a white scene of the same variance")

# %% [markdown] deeper=true
# The camera tells *more* about gravel-like scenes than about white ones of the same variance: they keep
# their variance where the camera looks.

# %% [markdown] only="slides" slide="slide"
# ## Bits
#
# Block means $s = 4$, $\sigma = .1$: **1.43 bits** per low-resolution pixel.
#
# More pixels behind the same lens is hardly more information: 16 times the pixels, 10 % more bits.
#
# Processing $y$ adds none about *this* scene.

# %% [markdown] slide="notes"
# Ask how much information a program can add to a recorded picture. About *this* scene: none. It may bring what it knows
# about other scenes; that is the second half of the course. Three minutes.

# %% [markdown]
# ### Exercise 4: bits of a measurement
#
# Write `information_bits(A, shape, sigma, variance)`: the mutual information in **bits**, by the formula of this section, between a
# white Gaussian scene of `shape` `(H, W)`, pixels independent with `variance`, and its measurement by camera `A` with
# independent Gaussian noise of standard deviation `sigma`. In all, not per pixel. A determinant overflows for large
# signal-to-noise ratios: sum logarithms. The tests allow relative errors of 10⁻⁶.
# Noise or variance that isn't positive is a `ValueError`. (`limits.decompose` is allowed.) *Off limits:*
# `limits.mutual_information`.

# %% solution="information_bits" rebuilds="imaging.limits.mutual_information"
def information_bits(A, shape, sigma, variance=1.0):
    """Mutual information between a white Gaussian scene and its noisy measurement.

    Parameters
    ----------
    A : LinearOperator
        Camera.
    shape : (int, int)
        Height and width of the scene in pixels.
    sigma : float
        Standard deviation of the noise; > 0.
    variance : float
        Variance of each scene pixel; > 0.

    Returns
    -------
    float
        Bits.

    Raises
    ------
    ValueError
        If sigma or variance is not positive.
    """
    ### BEGIN SOLUTION
    if sigma <= 0 or variance <= 0:
        raise ValueError(f"sigma is {sigma}, variance {variance}; both must be greater than 0")
    gains = np.linalg.svd(A.dense(shape), compute_uv=False)
    return float(0.5 * np.sum(np.log2(1 + variance * gains**2 / sigma**2)))
    ### END SOLUTION


# %% test="information_bits_of_block_means" points=2
for side, noise, spread in ((4, 0.1, 1.0), (2, 0.5, 3.0), (4, 1.0, 1.0)):
    pixels = (16 // side) ** 2
    snr = spread / (side * noise) ** 2
    right = pixels * 0.5 * np.log2(1 + snr)
    equal(call(information_bits, Downsample(side), (16, 16), noise, spread), right,
          f"information_bits(Downsample({side}), (16, 16), {noise}, {spread})", rtol=1e-6, mistakes={
        "these are nats: use the logarithm to base 2.": right * np.log(2),
        "a factor ½ is missing: log₂ of a *power* ratio.": 2 * right,
        "this is per pixel; the whole measurement is asked for.": right / pixels,
        "this is per *scene* pixel; the whole measurement is asked for.": right / 256,
        "this is an array, one value per component: sum it.": np.full(pixels, right / pixels),
        "the logarithm has base 10: bits need base 2.": right * np.log10(2),
        "0 bits, but components below the noise add a little, too.": right if snr > 1 else 0.0,
        "singular values enter squared.": pixels * 0.5 * np.log2(1 + spread / side / noise**2),
        "σ is a standard deviation: divide by its square.":
            pixels * 0.5 * np.log2(1 + spread / side**2 / noise),
        "the variance is missing.": pixels * 0.5 * np.log2(1 + 1 / (side * noise) ** 2),
        "`variance` is a variance already: don't square it.":
            pixels * 0.5 * np.log2(1 + spread**2 / (side * noise) ** 2),
        "`variance` is a variance, and so is σ²: don't take its root.":
            pixels * 0.5 * np.log2(1 + np.sqrt(spread) / (side * noise) ** 2),
        "the 1 inside the logarithm is missing.": pixels * 0.5 * np.log2(snr),
    })
equal(call(information_bits, Downsample(2), (32, 32), 1e-4), 128 * np.log2(1 + 0.25e8),
      "information_bits(Downsample(2), (32, 32), 1e-4)", rtol=1e-6, mistakes={
    "the determinant overflows: sum logarithms (or use np.linalg.slogdet).": np.inf})

# %% test="information_bits_obeys_its_laws" points=2
view = Downsample((1, 2)) @ Blur(optics.gaussian_psf(0.8, (1, 5)))
once = call(information_bits, view, (1, 16), 0.2)
frames_bits = call(information_bits, Stack([view, view]), (1, 16), 0.2)
averaged = call(information_bits, view, (1, 16), 0.2 / np.sqrt(2))
equal(frames_bits, averaged, "bits of two equal frames (they are worth one with σ/√2)", rtol=1e-6, mistakes={
    "twice the bits of one frame, but the second frame repeats the first.": 2 * once})
refuses(information_bits, view, (1, 16), 0.0, 1.0, because="without noise the bits are infinite")
refuses(information_bits, view, (1, 16), 0.1, 0.0, because="a variance must be greater than 0")
### BEGIN HIDDEN TESTS
# hint: perfect cameras, blind ones, very small and very large noise, bright and dim scenes, more measurements than pixels, and cameras in a row.
equal(call(information_bits, Identity(), (3, 5), 1.0), 7.5, "a perfect camera at σ = 1", rtol=1e-6)
equal(call(information_bits, Identity(), (1, 1), 0.5, 3.75), 2.0, "one pixel of variance 3.75 at σ = 0.5", rtol=1e-6)
equal(call(information_bits, Blur([[0.0]]), (3, 5), 1.0), 0.0, "a blind camera")
equal(call(information_bits, Identity(), (20, 20), 1e-6), 200 * np.log2(1 + 1e12),
      "400 pixels at σ = 1e-6 (a determinant would overflow)", rtol=1e-6)
for unit in (1e-8, 1e8):
    equal(call(information_bits, Downsample(4), (16, 16), 0.1 * unit, unit**2), 8 * np.log2(1 + 6.25),
          f"block means, σ = {0.1 * unit:g}, variance = {unit**2:g}", rtol=1e-6)
equal(call(information_bits, Downsample((4, 2)), (8, 12), 100.0, 2.7), 6 * np.log2(1 + 2.7 / 8e4),
      "pixels of 4 × 2, a scene of 8 × 12, σ = 100, variance 2.7 (nearly nothing, but not 0)", atol=0, rtol=1e-6)
equal(call(information_bits, Stack([Identity()] * 3), (2, 5), 0.5, 0.25), 5 * np.log2(4), "three equal frames", rtol=1e-6)
equal(call(information_bits, Stack([Downsample(2)] * 2), (4, 4), 1e-4, 4.0), 2 * np.log2(1 + 2e8),
      "two equal frames of block means at σ = 1e-4", rtol=1e-6)
equal(call(information_bits, view, (1, 16), 0.3, 2.0),
      limits.mutual_information(view, (1, 16), 0.3, 2.0), "a blurred view", rtol=1e-6)
coarse = call(information_bits, Downsample((1, 4)) @ view, (1, 16), 0.2)
assert 0 < coarse < once, f"a coarser camera gives {coarse:.3g} bits, the finer one {once:.3g}."
faint = np.diag([1.0, 1e-4, 1e-7, 0.0])  # the second and third are weak, yet above the noise
equal(call(information_bits, Matrix(faint), (1, 4), 1e-8), 0.5 * np.sum(np.log2(1 + np.diag(faint) ** 2 / 1e-16)),
      "a camera with s = 1, 1e-4, 1e-7, 0 at σ = 1e-8", rtol=1e-6)
refuses(information_bits, view, (1, 16), 0.1, -1.0, because="a variance is positive")
refuses(information_bits, view, (1, 16), -0.1, 1.0, because="a standard deviation is positive")
### END HIDDEN TESTS

# %% [markdown]
# ## 7. So: is it a hard limit?
#
# | Loss | Depends on | What lowers it |
# |---|---|---|
# | null space of $A$ | the camera (its share in percent: the scene's grid, too) | another camera, frames shifted against each other, an assumption |
# | lost in the noise | camera, σ, the scene's scale | photons, in principle and slowly: section 2 |
# | missing bits | camera, σ, ensemble of scenes | light, another camera; never processing |
#
# **In your own words.** The article says the deconvolution limit is "hard". In six to ten sentences, say
#
# 1. where that is right: for which camera $A$, at which noise σ, for how many frames (exposures) $K$ of the same camera and with which assumptions $P$;
# 2. where it is too strong, and what the loss depends on there;
# 3. one assumption, or one other measurement (more light is one: section 2), that moves the limit, and its price: what it takes, or
#    what goes wrong if it fails.
#
# Use at least three numbers that this lesson printed, anywhere in your answer, and say of each what it counts. Keep *null* and *lost in the noise* apart. "It depends on
# the circumstances" is too vague.

# %% [markdown] answer="is_it_hard" points=4
# ### BEGIN SOLUTION
# *Example.* For one frame ($K = 1$) of a fixed linear camera and no assumption ($P$ empty) the null space is
# a hard limit at any σ: of 256 directions of a 16 × 16 scene, block means with s = 4 leave 240 free, and my pair
# of scenes was .36 RMS apart with the same y. It holds for a lens, too, beyond its cutoff, on our periodic grid and
# with no support assumed. It is too strong as a statement about blur: a Gaussian blur
# has no null space, and what is lost in its noise depends on σ. 22 of 64 components survive at σ = .1, and 55 at 1e-6. There the limit is a slope, and a slow
# one. More frames with other shifts are another A with a smaller null space; they cost exposures, and the shifts must be known.
# What stays hard in all cases: no processing of y adds
# bits about this scene (1.43 per pixel here); detail beyond comes from P and is as right as P.
#
# *Rubric, one point each. In every criterion a false statement beside a right one costs half a point of that criterion, and never
# another's.*
#
# 1. *Hard.* The null space (or: differences with Ad = 0) is named as the hard limit, with at least two of its conditions: a fixed linear camera or
#    one frame; any σ; no assumption. Half: the null space with fewer conditions, or two conditions without it.
#    False: "noise makes the null space".
# 2. *Too strong.* A blur without null space (or nearly none) is named, **and** that the loss depends on σ or on light. Half: one of the two.
# 3. *What moves it.* One assumption (known support, positivity, a prior) or measurement (frames, another camera, photons for what is lost in the noise),
#    **and** its price. Half: without a price.
#    False: "light brings back the null space".
# 4. *Numbers.* Three that this lesson prints or states, wherever they stand, each with what it counts. Half: two. Nothing: fewer. False: a number of
#    something else, as "94 % of the *information* is gone".
# ### END SOLUTION

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# Given **A** (lens, 4 × 4 pixels), **σ** = .003, **K** = 1 frame and **P** (the scale alone):
#
# **256 of 4096** components are known.
#
# The rest is open.

# %% [markdown]
# ## What you can now say, and what you can't
#
# > Given operator **A** (lens and 4 × 4 pixels), noise **σ** = .003, **K** = 1 frame and assumptions **P** (none but the
# > scale), 256 of 4096 components are known to within τ = σ/sᵢ; the rest is open. (Section 4 counted 255 by each component's own size.)

# %%
stones_scale = stones.std()
tau = 0.003 / whole.values[: whole.rank]
print(f"{limits.picard_count(whole.values, 0.003, stones_scale)} survive; τ runs from {tau.min():.3f} to {tau.max():.3f}; the scene's scale is {stones_scale:.3f}")

# %% [markdown]
# The last of the known are hardly known: to within .077, where the scale alone says .117.
#
# You can say *which* part of a picture a camera measured, prove it with a second scene, and tell whether photons
# would help. You can't say yet what the rest looks like. Lesson {moving_the_limit} collects
# the assumptions that move the limit, and breaks each one.

# %% [markdown] slide="notes"
# Let somebody complete the sentence for their own instrument. What is A, what is σ, what do they
# assume? Three minutes.

# %% [markdown] deeper=true
# ## Further reading
#
# - P. C. Hansen, "The discrete Picard condition for discrete ill-posed problems", *BIT* 30 (1990)
#   658–672. [doi:10.1007/BF01933214](https://doi.org/10.1007/BF01933214)
# - D. Slepian, H. O. Pollak, "Prolate spheroidal wave functions I", *Bell System Technical Journal* 40 (1961) 43–63,
#   [doi:10.1002/j.1538-7305.1961.tb03976.x](https://doi.org/10.1002/j.1538-7305.1961.tb03976.x); the discrete case of
#   section 5 is D. Slepian's part V, 57 (1978) 1371–1430.
# - G. Toraldo di Francia, "Degrees of freedom of an image", *J. Opt. Soc. Am.* 59 (1969) 799–803.
#   [doi:10.1364/JOSA.59.000799](https://doi.org/10.1364/JOSA.59.000799)
# - G. Backus, F. Gilbert, "The resolving power of gross Earth data", *Geophys. J. R. Astron. Soc.* 16 (1968) 169–205 (what a datum
#   can say of a place: an average round it). [doi:10.1111/j.1365-246X.1968.tb00216.x](https://doi.org/10.1111/j.1365-246X.1968.tb00216.x)
# - W. O. Saxton, W. Baumeister, *J. Microsc.* 127 (1982) 127–138 (ring correlation).
#   [doi:10.1111/j.1365-2818.1982.tb00405.x](https://doi.org/10.1111/j.1365-2818.1982.tb00405.x)
# - T. M. Cover, J. A. Thomas, *Elements of Information Theory*, 2nd ed. 2006: parallel Gaussian channels,
#   data-processing inequality, Fano's inequality. [doi:10.1002/047174882X](https://doi.org/10.1002/047174882X)
# - S. Bhadra, V. A. Kelkar, F. J. Brooks, M. A. Anastasio, "On hallucinations in tomographic image reconstruction", *IEEE
#   Trans. Med. Imaging* 40 (2021) 3249–3260. [doi:10.1109/TMI.2021.3077857](https://doi.org/10.1109/TMI.2021.3077857)
# - `course_lib.imaging.limits` holds nearly all of this lesson; read it.
