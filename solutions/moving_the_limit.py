# ---
# jupyter:
#   course: {points: 20, reads: [images]}
# ---

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **{question}**

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - *count* what each further frame of a moving camera adds, and say when frames stop helping;
# - *recover* points of light exactly, by linear programming, and say how close they may be;
# - *compute* how many photons a distance costs;
# - *break* the assumption behind each technique, and say which diagnostic notices;
# - *name* A, σ, K and P for any claim of super-resolution.
#
# {minutes} minutes, with a good place to stop after section 2. {builds_on} You need cameras, Tikhonov's
# estimate, singular values and the null space.

# %%
import numpy as np

from course_lib.imaging.deconvolution import tikhonov
from course_lib.imaging.recovery import frames
from course_lib.worlds import images


def reconstruct(y, camera, sigma):
    lam = 4 * (sigma / y.std()) ** 2
    return y.mean() + tikhonov(y - y.mean(), camera, lam, tol=1e-4)


stones = images.load("gravel", gray=True)[:, 150:214, 120:184]
quarters = [(dy, dx) for dy in range(4) for dx in range(4)]
still, moved = frames([(0, 0)], factor=4), frames(quarters, factor=4)

# %% slide="subslide" title="Sixteen exposures: one place, or shifted" figure="shifted"
from course_lib.imaging.optics import read_noise
from course_lib.notebook.figures import show_images

sigma = 0.005
y_still = read_noise(still(stones), sigma / 4, rng=0)  # the mean of 16 equal exposures
y_moved = read_noise(moved(stones), sigma, rng=1)
x_still, x_moved = reconstruct(y_still, still, sigma / 4), reconstruct(y_moved, moved, sigma)
show_images({"the scene": stones, "one exposure": y_moved[0, :1],
             "16, camera still": x_still, "16, camera moved": x_moved}, limits=(0, 0.8),
            alt="Gravel, 64 by 64 pixels; one exposure, 16 by 16 coarse squares. Sixteen "
                "exposures from one place give the same squares again; sixteen exposures from "
                "shifted places give each stone with its edges and faces.")

# %%
for name, x_hat in {"still": x_still, "moved": x_moved}.items():
    error = np.sqrt(np.mean((x_hat - stones) ** 2)) / stones.std()
    print(f"camera {name}: error {error:.2f} of the scene's own variation")

# %% [markdown]
# Same lens, same pixels, same sixteen exposures, same noise. Between the exposures of the last picture, the
# camera moved by quarters of a coarse pixel. Nothing was learned from other gravel: the detail was
# *measured*.
#
# (A real scene through a simulated camera: the bundled picture is 8-bit and processed, and here it
# plays the scene. The crop is treated as periodic, and the reconstruction uses exactly the camera that
# made the data. Lesson {deconvolution} called this the inverse crime: you see the best case.)
#
# So the limit of lesson {information_limit} moves. What moves it is never cleverness alone but an assumption **P**: here,
# "the shifts are known, and the scene stood still". This lesson takes five techniques, one after the other.
# For each it asks three things: what does it add, what if P is false, and *would you notice?*

# %% [markdown] slide="notes"
# Ask: which of the two reconstructions had more light? Neither. Then: what do we have to know to
# make the right one? The shifts. Keep "would you notice?" on the board for the whole lesson. Four minutes.

# %% [markdown] slide="subslide"
# ## 1 · Many frames
#
# One line of the scene, 64 fine pixels, seen by coarse pixels of four: 16 numbers a frame. Frames
# differ by shifts smaller than a coarse pixel.

# %% [markdown]
# Shifts are counted in *fine* pixels: coarse pixel $j$ of a frame with shift $d$ averages the fine pixels $4j
# + d$ to $4j + d + 3$. **Predict.** One frame measures 16 components of the 64. How many do five frames
# measure, with shifts 0, 1, 2, 3 and 1½? (Between whole pixels the scene is interpolated by its Fourier
# series, so the weights of the fine pixels may be slightly negative.)

# %%
from course_lib.notebook.predictions import predict

rank_of_five = None  # replace None by a number from 16 to 64
predict("moving_the_limit.rank_of_five", rank_of_five, between=(16, 64))

# %% slide="subslide" title="Five frames: how many of 64 components?"
from course_lib.imaging.recovery import rank_and_condition
from course_lib.notebook.predictions import reveal

shifts = [0, 1, 2, 3, 1.5]
ranks = [rank_and_condition(frames([(0, d) for d in shifts[:K]], factor=(1, 4)), (1, 64))[0]
         for K in range(1, 6)]
print("components measured by 1 to 5 frames:", ranks)
condition = rank_and_condition(frames([(0, d) for d in range(4)], factor=(1, 4)), (1, 64))[1]
print(f"condition of what four frames measure: {condition:.1f}")
reveal("moving_the_limit.rank_of_five", ranks[-1], label="components of 64 that five frames measure")

# %% [markdown]
# The first frame gives 16, each further one 15 (a periodic scene has the same mean in every
# frame, so each new frame repeats one number), and then it stops: four frames give 1 + 4 · 15 = 61, and a
# fifth gives nothing.
#
# Which three components are missing? Look from the other side. Averaging four neighbours
# multiplies a wave of frequency $f$ by $\sin(4\pi f)/(4\sin \pi f)$, which is zero at ¼ and ½ cycle per fine
# pixel: waves that repeat after four or after two pixels average to nothing in *every* position of
# the pixel. These are three components (sine and cosine at ¼, one at ½). Three repeated means, three
# invisible waves: the same three, counted in the data and in the scene. (The condition, 20, says how
# unequally the 61 are measured: the noise in the worst is 20 times that in the best.)
#
# A fifth frame can't help, wherever it is: **no shift shows what the pixel averages away.**

# %%
from course_lib.imaging.operators import Blur
from course_lib.imaging.optics import box_psf

for n in (63, 64, 65):
    rank, condition = rank_and_condition(Blur(box_psf((1, 4))), (1, n))
    print(f"N = {n}: rank {rank}, condition of what is measured {condition:.1f}")

# %% [markdown]
# All frames together hold the mean of four neighbours at every position: the blur by a box, `Blur(box_psf((1,
# 4)))`. (On 64 pixels these are the four frames. On 63 or 65, which 4 doesn't divide, a row of coarse pixels
# runs round the circle four times before it meets itself, and visits each position once.)
#
# One fine pixel less, or one more, and the rank is full. Has the camera improved? Its box is the same.

# %%
from course_lib.imaging.optics import pixel_mtf
from course_lib.notebook.figures import COLOURS, figure, show

f = np.linspace(0.195, 0.305, 401)
fig, ax = figure(size=(7, 3.2))
ax.plot(f, pixel_mtf(f, 4), color=COLOURS["black"], lw=1)
for n, colour, mark in ((63, "vermilion", "v"), (64, "blue", "o"), (65, "green", "^")):
    k = np.arange(13, 20)
    ax.plot(k / n, pixel_mtf(k / n, 4), mark, color=COLOURS[colour], label=f"N = {n}")
ax.set(xlabel="frequency (cycles per fine pixel)", ylabel="gain of a pixel of four",
       xlim=(0.195, 0.305), ylim=(-0.01, 0.32))
ax.legend()
near = pixel_mtf(16 / 63, 4)
show(fig, alt="The gain of a pixel of four falls to zero at 0.25 cycles per fine pixel. With 64 "
              f"samples one frequency lies exactly there; with 63 the nearest has gain {near:.4f}.")

# %% [markdown]
# With N = 64 a frequency of the grid falls exactly on the zero; with 63 or 65 the nearest ones lie just
# beside it, with a gain of about 1/57. Noise in these components is amplified 57-fold. The rank depends on
# how two grids line up; **the condition number tells you what you pay.**
#
# And the lens? Put an ideal one with cutoff 0.2 cycles per pixel before the pixels.

# %%
from course_lib.imaging.optics import airy_otf

lens = Blur.from_otf(lambda f: airy_otf(f, cutoff=0.2))
for K in (1, 4, 8):
    camera = frames([(0, 4 * k / K) for k in range(K)], factor=(1, 4)) @ lens
    print(f"frames behind the lens: {K}, rank {rank_and_condition(camera, (1, 64))[0]}")

# %% [markdown]
# 25 is what the lens passes: one mean, and two components each for the frequencies 1/64 … 12/64, all below
# 0.2. **Frames undo sampling, not diffraction.** They unfold what aliased; a wave that the lens stopped is in
# none of them.

# %% [markdown] slide="notes"
# The point to land: a rank is a yes/no answer, and noise never asks yes/no questions. Astronomers' "drizzle"
# and phone cameras' burst modes live on unfolding aliases. Baker & Kanade and Lin & Shum showed how fast the
# condition grows with the magnification. Six minutes.

# %% [markdown]
# ### Exercise 1: the matrix of a moving camera
#
# Write `frames_matrix(n, s, shifts)`: the matrix of `len(shifts)` frames of a periodic signal of `n` fine
# pixels, seen by coarse pixels of `s`. Its shape is `(K * n // s, n)`: first all rows of the first frame,
# then of the second, and so on. Row `j` of a frame with shift `d` *averages* the fine pixels `s*j + d, …, s*j
# + d + s − 1`, counted round the circle (pixel `n` is pixel 0). Shifts are integers, possibly negative. If
# `s` doesn't divide `n`, raise `ValueError`.

# %% solution="frames_matrix" rebuilds="imaging.recovery.frames"
def frames_matrix(n, s, shifts):
    """Return the matrix of several shifted frames of a periodic signal.

    Parameters
    ----------
    n : int
        Fine pixels of the scene.
    s : int
        Fine pixels per coarse pixel; must divide n.
    shifts : sequence of int
        Displacement of the camera in fine pixels, one per frame.

    Returns
    -------
    array, shape (len(shifts) * n // s, n)

    Raises
    ------
    ValueError
        If s doesn't divide n.
    """
    ### BEGIN SOLUTION
    if n % s:
        raise ValueError(f"s is {s}; it must divide n = {n}")
    matrix = np.zeros((len(shifts), n // s, n))
    for k, d in enumerate(shifts):
        for j in range(n // s):
            matrix[k, j, (s * j + d + np.arange(s)) % n] = 1 / s
    return matrix.reshape(-1, n)
    ### END SOLUTION


# %% test="frames_matrix_averages_round_the_circle" points=2
from course_lib.notebook.checks import call, equal, refuses

two_frames = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1],
                       [0, 1, 1, 1, 0, 0], [1, 0, 0, 0, 1, 1]]) / 3
cut_off = two_frames.copy()
cut_off[3, 0] = 0
equal(call(frames_matrix, 6, 3, [0, 1]), two_frames, "frames_matrix(6, 3, [0, 1])", mistakes={
    "these are sums over s pixels; a coarse pixel averages, so divide by s.": 3 * two_frames,
    "each value is s times too small: every row must add up to 1.": two_frames / 3,
    "the shift goes the wrong way: shift d begins at fine pixel d, not at −d.":
        np.vstack([two_frames[:2], np.roll(two_frames[:2], -1, axis=1)]),
    "the last pixel of a shifted frame is cut off at the border: the signal is a circle.": cut_off,
    "rows of the two frames alternate; all rows of the first frame come first.":
        two_frames[[0, 2, 1, 3]],
    "this frame isn't shifted: add d to the fine pixels.": np.vstack([two_frames[:2]] * 2),
    "you shifted by d coarse pixels; d counts fine ones.":
        np.vstack([two_frames[:2], np.roll(two_frames[:2], 3, axis=1)]),
})
refuses(frames_matrix, 63, 4, [0, 1], because="4 doesn't divide 63")

# %% test="frames_matrix_has_the_rank_of_its_frames" points=2
equal(call(frames_matrix, 6, 3, [-1]), np.roll(two_frames[:2], -1, axis=1),
      "frames_matrix(6, 3, [-1])", mistakes={
          "a negative shift begins at fine pixel −1, the last one of the circle.": two_frames[:2],
          "the shift goes the wrong way: shift −1 begins one fine pixel earlier.": two_frames[2:]})
camera_of_three = np.asarray(call(frames_matrix, 64, 4, [0, 1, 2]))
assert camera_of_three.shape == (48, 64), (
    "frames_matrix(64, 4, [0, 1, 2]) must be an array of shape (48, 64).")
equal(np.sum(camera_of_three, axis=1), np.ones(48), "the sum of each row")
found_rank = np.linalg.matrix_rank(camera_of_three)
assert found_rank == 46, f"three frames with shifts 0, 1, 2 have rank {found_rank}; it should be 46."
### BEGIN HIDDEN TESTS
# hint: other sizes, negative shifts, shifts beyond a coarse pixel; a wave keeps the pixel's gain.
for size, factor, moves in ((12, 2, [-1, 3, 5]), (30, 5, [4, 1]), (8, 8, [0, 3]), (6, 1, [2])):
    operator = frames([(0, d) for d in moves], factor=(1, factor))
    equal(call(frames_matrix, size, factor, moves), operator.dense((1, size)),
          f"frames_matrix({size}, {factor}, {moves})", atol=1e-9)
wave = np.cos(2 * np.pi * 3 * np.arange(48) / 48)
amplitude = np.abs(np.asarray(call(frames_matrix, 48, 4, range(4))) @ wave).max()
equal(amplitude, pixel_mtf(3 / 48, 4) * np.cos(np.pi * 3 / 48), "a wave's largest value", atol=1e-9)
refuses(frames_matrix, 10, 4, [0], because="4 doesn't divide 10")
### END HIDDEN TESTS

# %% [markdown]
# ### Break it: the shifts are wrong
#
# Suppose that the camera was not quite where you think: each shift is off at random. The
# reconstruction still uses the shifts you believe in.

# %%
line = stones[:, 30]  # one line of the scene, (1, 64)


def believe_in_shifts(K, wrong_by, rng, sigma=0.002):
    stated = 4 * np.arange(K) / K
    true = stated + wrong_by * rng.standard_normal(K)
    y = read_noise(frames([(0, d) for d in true], (1, 4))(line), sigma, rng)
    camera = frames([(0, d) for d in stated], (1, 4))
    x_hat = reconstruct(y, camera, sigma)
    error, residual = x_hat - line, camera(x_hat) - y
    return np.sqrt(np.mean(error**2)) / line.std(), np.sqrt(np.mean(residual**2)) / sigma


# %% slide="subslide" title="Wrong shifts: noticed or not"
rng = np.random.default_rng(0)
wrong_by = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5])
fig, axes = figure(1, 2, size=(9, 3))
for K, colour in ((4, "vermilion"), (16, "blue")):
    runs = np.array([[believe_in_shifts(K, w, rng) for _ in range(10)] for w in wrong_by]).mean(1)
    for ax, values in zip(axes, runs.T, strict=True):
        ax.plot(wrong_by, values, "o-", color=COLOURS[colour], label=f"{K} frames")
    print(f"{K} frames, errors of the shifts with standard deviation 0 and 0.5 px: "
          f"error {runs[0, 0]:.2f} and {runs[-1, 0]:.2f}, residual {runs[0, 1]:.1f} and {runs[-1, 1]:.1f} σ")
axes[0].set(xlabel="shifts off by, standard deviation (px)", ylabel="error (of the scene)", ylim=0)
axes[1].set(xlabel="shifts off by, standard deviation (px)", ylabel="residual (σ)", ylim=0)
axes[1].legend()
show(fig, alt="Left: with wrong shifts the error of the reconstruction grows, with four frames and "
              "with sixteen. Right: the residual rises far above the noise with sixteen "
              "frames, but stays below it with four.")

# %% [markdown]
# With four frames the error grows three to four times, and the residual hardly moves and stays below the noise.
# Of course: 64 numbers against 61 unknowns leave three to disagree (the repeated means), so almost *any* data
# can be explained, right or wrong. With sixteen frames 256 numbers must agree, and they don't: the residual
# leaves the noise and tells you.
#
# Take this home: **a residual is a diagnostic only where there are more data than freedom.** Consistency of a
# reconstruction that had to be consistent says nothing.

# %%
rng = np.random.default_rng(4)
true_shifts = np.array(quarters) + 0.25 * rng.standard_normal((16, 2))
y_false = read_noise(frames(true_shifts, factor=4)(stones), 0.005, rng)
x_false = reconstruct(y_false, moved, 0.005)
for name, x_hat, y in (("right", x_moved, y_moved), ("wrong", x_false, y_false)):
    residual = np.sqrt(np.mean((moved(x_hat) - y) ** 2)) / 0.005
    error = np.sqrt(np.mean((x_hat - stones) ** 2)) / stones.std()
    print(f"shifts {name}: error {error:.2f}, residual {residual:.1f} σ; "
          f"{100 * np.mean(x_hat < 0):.1f} % of the pixels negative, the lowest {x_hat.min():.2f}")
show_images({"the scene": stones, "shifts right": x_moved, "shifts wrong": x_false}, limits=(0, 0.8),
            alt="The gravel; its reconstruction from sixteen frames; and one with wrong shifts, "
                "whose stones have a crisp, rough surface that the scene does not have. Values "
                "below 0 or above 0.8 are clipped.")

# %% [markdown]
# On the picture, shifts wrong by a quarter of a fine pixel make the stones no less crisp. They make them
# *rougher*. The roughness looks like stone. It is registration error.
#
# Two checks notice. The residual, 1.9 σ over 4096 numbers, is a clear alarm *if you know σ*. (It isn't larger
# because there is little surplus: rows and columns are averaged separately, so the ranks multiply, and 16 ·
# 256 = 4096 numbers measure 61 · 61 = 3721 components.) And four times as many pixels are negative, down to
# −0.29: no stone sends out less than no light. The picture clips them to black and so hides them.

# %% [markdown] slide="notes"
# Let people argue which of the two textures is stone before you say. The sentence about residuals returns in
# lesson {pulse}: PULSE's residual is small because PULSE stops when it is small. Five minutes.

# %% [markdown] slide="slide"
# ## 2 · Few points
#
# The lens keeps frequencies up to $f_c$ and nothing beyond. But what if you knew that the scene is *a few
# points of light*?

# %% [markdown]
# Take a circle of `n` grid points and a lens that passes the frequencies 0 … $f_c$ (a sharp cutoff: 2 $f_c$ +
# 1 numbers, no noise for now). Infinitely many scenes share these numbers. Among them, take the one of least
# total strength, $\min \sum |x_i|$. Splitting $x = u - v$ with $u, v \ge 0$ turns this into a **linear
# program**: minimise $\sum (u_i + v_i)$ subject to $A(u - v) = y$. Solvers for these are fast and exact. Why
# *that* scene? Because in many cases it is the sparse one.

# %% slide="subslide" title="Eight points of light, exactly" figure="points"
from course_lib.imaging.recovery import low_frequencies, recover_spikes, spikes

lens40 = low_frequencies(640, cutoff=40)
rng = np.random.default_rng(3)
x = spikes(200 + 16 * np.arange(8), rng.choice([-1.0, 1.0], 8), 640)
x_hat = recover_spikes(lens40(x), lens40)
shown = lens40.T(lens40(x)) / 81
fig, ax = figure(size=(8, 3))
ax.plot(shown[0], color=COLOURS["sky"], label="what the lens shows")
ax.plot(np.flatnonzero(x), x[x != 0], "o", mfc="none", color="black", ms=9, label="truth")
ax.vlines(np.arange(640), 0, x_hat[0], color=COLOURS["vermilion"], label="linear program")
ax.set(xlabel="grid point", ylabel="strength", xlim=(170, 345))
ax.legend(loc="lower right", fontsize=9)
print(f"largest error {np.abs(x_hat - x).max():.0e}")
show(fig, alt="Eight spikes, one period of the cutoff frequency apart. The lens shows a wavy line "
              "with broad bumps and ripples between; the linear program returns each spike exactly "
              "and nothing between them.")

# %% [markdown]
# Eight spikes, 1/$f_c$ apart. You could count the bumps of the blue curve yourself. The program adds where
# exactly they are, how strong, and that nothing lies between. From 81 numbers it finds 640, right to rounding
# error. No training and no photograph of other spikes: only "few points, on this grid, no noise".
#
# How close may they be? Candès and Fernandez-Granda (2014) *prove* (for $f_c \ge 128$) that spikes of any
# signs come back exactly if they are at least 2/$f_c$ apart. Proofs are cautious. **Predict.** Fill the whole
# circle with spikes 0.875/$f_c$ apart, signs at random. In how many percent of the cases does the program
# find them all?

# %%
percent_found = None  # replace None by a number from 0 to 100
predict("moving_the_limit.percent_found", percent_found, between=(0, 100))

# %%
def percent_recovered(n, distance, trials, count=None, cutoff=40):
    """Random signs, `distance` in units of 1/cutoff, round the circle unless `count` says less."""
    lens, rng = low_frequencies(n, cutoff), np.random.default_rng(1)
    steps = round(distance * n / cutoff)
    places = steps * np.arange(count or n // steps)
    found = 0
    for _ in range(trials):
        x = spikes(places, rng.choice([-1.0, 1.0], len(places)), n)
        found += np.abs(recover_spikes(lens(x), lens) - x).max() < 1e-3
    return 100 * found / trials


# %% slide="subslide" title="How close may points be?"
rates = {}
for distance, trials in ((0.8125, 10), (0.875, 30), (0.9375, 20)):
    rates[distance] = percent_recovered(640, distance, trials)
    print(f"full circle, {distance}/fc apart: {rates[distance]:.0f} % of {trials}")
print(f"(with 30 trials a share of 40 % has a standard error of {100 * (0.24 / 30) ** 0.5:.0f} points)")
reveal("moving_the_limit.percent_found", rates[0.875], label="found at 0.875/fc", unit="%")

# %% [markdown]
# A cliff: nothing at 0.8125/$f_c$, nearly everything at 0.9375/$f_c$, and in between it depends on the signs.
# The theorem's 2/$f_c$ is *sufficient* (1.26/$f_c$ by a later proof, for larger $f_c$: Fernandez-Granda 2016);
# on this grid, with random signs, 0.9375/$f_c$ was enough in every trial (with other seeds an occasional one fails). Neither number is "the" limit. Watch what else moves
# the cliff: fewer spikes, and the grid.

# %%
for distance, trials in ((0.75, 30), (0.8125, 10)):
    print(f"eight spikes only, {distance}/fc apart: "
          f"{percent_recovered(640, distance, trials, count=8):.0f} % of {trials}")
for n, trials in ((320, 10), (1280, 5)):
    print(f"full circle, 0.875/fc apart, grid of {n}: "
          f"{percent_recovered(n, 0.875, trials):.0f} % of {trials}")

# %% [markdown]
# Eight spikes may stand closer than a full circle of them. (Thirty draws estimate a share of 75 % with a
# standard error of 8 points.) And on a grid twice as coarse the same distance succeeds nearly always; on one twice as fine, hardly
# ever. "On the grid" is an assumption, too: it rules out all wrong answers that lie between the grid points.
#
# Whatever the count and the grid, opposite signs have a floor.

# %%
lens20 = low_frequencies(800, cutoff=20)
for distance in (0.45, 0.5):
    x = spikes([400, 400 + round(distance * 40)], [1.0, -1.0], 800)
    x_hat = recover_spikes(lens20(x), lens20)
    verdict = "found" if np.abs(x_hat - x).max() < 1e-6 else "not found"
    print(f"+ and − at {distance:.2f}/fc: {verdict}; total strength {np.abs(x_hat).sum():.4f}, "
          f"against 2 sin(π·{distance:.2f}) = {2 * np.sin(np.pi * distance):.4f}")

# %% [markdown]
# The truth has strength 2. At 0.45/$f_c$ the data have a *weaker* explanation, of strength 2 sin(π·0.45).
# Why? A scene is proved to be the weakest by a wave $w$ made of frequencies up to $f_c$, within ±1
# everywhere, +1 at its positive spikes and −1 at its negative ones. The data fix $\sum w_i x_i$, since $w$ is a mix of the
# waves that were measured: it is the same for every scene that explains them. And $\sum |x_i| \ge \sum w_i x_i$, because
# $|w_i| \le 1$; for the true scene both are equal, so none is weaker. Such a wave needs half a period, 1/(2$f_c$),
# from −1 to +1:

# %%
t = np.linspace(-0.6, 0.6, 241)  # positions in units of 1/fc
fig, ax = figure(size=(7, 2.6))
ax.plot(t, np.sin(2 * np.pi * t), color=COLOURS["black"], lw=1, label="w, the steepest wave")
for distance, colour, mark in ((0.5, "blue", "o"), (0.45, "vermilion", "v")):
    at = np.array([distance, -distance]) / 2
    ax.plot(at, np.sin(2 * np.pi * at), mark, color=COLOURS[colour],
            label=f"+ and − at {distance}/fc")
for edge in (-1, 1):
    ax.axhline(edge, color="grey", lw=0.8, ls=":")
ax.set(xlabel="position (units of 1/fc)", ylabel="w", xlim=(-0.6, 0.6), ylim=(-1.25, 1.9))
ax.legend(fontsize=9, loc="upper center", ncols=3)
reach = np.sin(np.pi * 0.45)
print(f"w reaches ±1 at 0.5/fc, and ±{reach:.4f} at 0.45/fc")
show(fig, alt="A sine of frequency fc. Two marks half a period apart lie on its crest and its "
              f"trough, at plus and minus 1; two marks 0.45 apart reach only {reach:.4f}.")

# %% [markdown]
# At 0.5/$f_c$ the wave proves the pair. At 0.45/$f_c$ the values of a wave at the two differ by
# at most 2 sin(π·0.45), so it proves only that no scene is weaker than that. The program found a scene that is just so weak. (Duval and
# Peyré, 2015, treat such proofs and this floor. On a grid it lies one step lower.) Below the floor, least
# strength is the wrong principle, and the program follows its principle.
#
# The floor belongs to *this program*, not to the information: without any noise, Prony's method of 1795 finds
# up to $f_c$ spikes of any sign from the same numbers, however close.
#
# Yet a lamp is never −1. What if the signs are known?

# %% [markdown] slide="notes"
# The numbers are rates in finite trials: let people see two seeds. Stress what the theorem says and what the
# experiment says; neither mentions noise. Six minutes.

# %% [markdown]
# ### Exercise 2: points of any sign
#
# Write `sparsest(y, A)`. It takes data `y`, shape `(m,)`, and a matrix `A`, shape `(m, n)`, and returns
# an `x` of shape `(n,)` with `A @ x = y` and the least total strength `np.sum(np.abs(x))`. Use
# `scipy.optimize.linprog(c, A_eq=…, b_eq=…, bounds=…)`, which minimises `c @ z` over the unknowns `z`; the
# result's attribute `x` holds the minimiser (None if it found none: the constraints contradict each other, or
# the sum has no least value). Your `z` has 2n entries: `u`, then `v`.

# %% solution="sparsest" rebuilds="imaging.recovery.recover_spikes"
from scipy.optimize import linprog


def sparsest(y, A):
    """Return the solution of A x = y with the least sum of absolute values.

    Parameters
    ----------
    y : array, shape (m,)
        Data.
    A : array, shape (m, n)
        Camera.

    Returns
    -------
    array, shape (n,)
    """
    ### BEGIN SOLUTION
    n = A.shape[1]
    result = linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None))
    return result.x[:n] - result.x[n:]
    ### END SOLUTION


# %% test="sparsest_finds_separated_spikes" points=2
camera8 = low_frequencies(80, 8).dense((1, 80))
four = spikes([5, 25, 45, 66], [1.0, -2.0, 1.5, -1.0], 80)[0]
try:
    guess_four = call(sparsest, camera8 @ four, camera8)
except AssertionError as told:
    if "None" in str(told):
        told = AssertionError(f"{told} Or linprog found no solution: then its result.x is None, "
                              "because the constraints contradict each other or leave the sum "
                              "unbounded. Look at result.message, and at your bounds.")
    raise told from None
equal(guess_four, four, "sparsest(camera8 @ four, camera8)", mistakes={
    "this is the solution of least Σx² (pinv, lstsq): it spreads the light over all points.":
        np.linalg.pinv(camera8) @ (camera8 @ four),
    "these are absolute values, u + v; the signal is u − v.": np.abs(four),
    "this is u only; the signal is u − v.": four.clip(0),
    "the sign is wrong: the signal is u − v.": -four,
    "this is u and v, one after the other; return u − v.":
        np.concatenate([four.clip(0), (-four).clip(0)]),
}, atol=1e-6)

# %% test="sparsest_is_never_stronger_than_the_truth" points=2
draws = np.random.default_rng(2)
for scene80 in (four, draws.standard_normal(80)):
    guess80 = call(sparsest, camera8 @ scene80, camera8)
    assert np.shape(guess80) == (80,), "sparsest(y, A) must have the shape (n,), here (80,)."
    equal(camera8 @ guess80, camera8 @ scene80, "A @ sparsest(y, A)", atol=1e-6)
    least = np.abs(recover_spikes((camera8 @ scene80)[None], low_frequencies(80, 8))).sum()
    assert np.abs(guess80).sum() <= least + 1e-6, (
        "your x is stronger in total than another scene with the same data: Σ|x| must be least, "
        "so minimise Σ(u + v) over u ≥ 0 and v ≥ 0.")
### BEGIN HIDDEN TESTS
# hint: a pair of opposite signs nearer than half a period has an explanation weaker than itself.
camera20 = low_frequencies(800, 20).dense((1, 800))
for distance20 in (0.3, 0.4):
    pair20 = spikes([100, 100 + round(40 * distance20)], [1.0, -1.0], 800)[0]
    guess800 = call(sparsest, camera20 @ pair20, camera20)
    assert np.shape(guess800) == (800,), "sparsest(y, A) must have the shape (n,), here (800,)."
    equal(np.abs(guess800).sum(), 2 * np.sin(np.pi * distance20),
          "total strength for a close pair", atol=1e-5)
    equal(camera20 @ guess800, camera20 @ pair20, "A @ sparsest(y, A) for a close pair", atol=1e-6)
mix = draws.standard_normal((6, 9))
alone = np.zeros(9)
alone[4] = -3.0
equal(mix @ call(sparsest, mix @ alone, mix), mix @ alone, "A @ x for a random A", atol=1e-6)
assert np.abs(call(sparsest, mix @ alone, mix)).sum() <= 3 + 1e-6, (
    "for a random A your x is not the one of least total strength.")
equal(call(sparsest, np.zeros(6), mix), np.zeros(9), "sparsest of zero data", atol=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ### Break it: the scene is no row of points
#
# The program makes the residual zero whatever the scene is, so the residual says nothing. Two better questions:
# *how many* spikes did it need, and do they **predict** frequencies that were held back?

# %%
bar = np.zeros((1, 640))
bar[0, 270:350] = 1.0
eight = spikes(200 + 40 * np.arange(8), [1, -1, -1, 1, 1, -1, 1, -1], 640)
close = spikes(200 + 8 * np.arange(8), [1, -1, -1, 1, 1, -1, 1, -1], 640)
between = low_frequencies(1280, 40)(spikes(401 + 80 * np.arange(8), np.ones(8), 1280))
unseen = 0.3 * np.cos(2 * np.pi * 60 * np.arange(640) / 640)[None]
scenes = {"eight spikes, 2.5/fc apart": lens40(eight), "eight spikes, 0.5/fc apart": lens40(close),
          "eight lights between grid points": between, "a bar of even light": lens40(bar),
          "eight spikes and a fine wave": lens40(eight + unseen)}

# %%
lens36, kept = low_frequencies(640, 36), np.r_[0:37, 41:77]  # of 1 + 40 + 40 rows: the mean, 36 cosines, 36 sines
print(f"{'scene':34}{'spikes':>7}   residual of the held-out numbers, in % of them")
for name, y in scenes.items():
    x_hat = np.abs(recover_spikes(y, lens40))
    count = np.sum(x_hat > 1e-6 * x_hat.max())
    held_out = np.delete(y, kept)
    predicted = np.delete(lens40(recover_spikes(y[:, kept], lens36)), kept)
    residual = np.linalg.norm(predicted - held_out) / np.linalg.norm(held_out)
    print(f"{name:34}{count:7d}   {100 * residual:.2g} %")

# %% [markdown]
# (The program is run on the frequencies 0 … 36 and asked for 37 … 40.)
#
# - Too close, or off the grid: 81 spikes from 81 numbers, and the held-out frequencies are missed. Both
#   diagnostics **notice**: a "sparse" answer that needs as many spikes as there were data is no evidence of
#   sparsity.
# - A bar of even light comes back as some twenty points, and they predict the held-out frequencies to four
#   parts in ten thousand. Exact data would still tell (a true row of spikes leaves rounding error). With
#   noise above that **nothing notices**, for this bar. Look at it:

# %% slide="subslide" title="An even bar comes back as beads" figure="beads"
dots = recover_spikes(lens40(bar), lens40)
fig, ax = figure(size=(8, 2.6))
ax.fill_between(np.arange(640), bar[0], color=COLOURS["sky"], step="mid",
                label="truth: an even bar")
ax.vlines(np.arange(640), 0, dots[0], color=COLOURS["vermilion"], label="linear program")
ax.set(xlabel="grid point", ylabel="strength", xlim=(210, 410))
ax.legend(fontsize=9)
show(fig, alt="An even bar of light and what the linear program makes of it: a row of separate "
              "bright points, with gaps that are not in the scene.")

# %% [markdown]
# The beads aren't in the scene; they are the assumption, painted over it. (The bar and the beads have the
# same total strength, as all scenes of light with these data have. So the bar is a minimiser, too. But a
# linear program ends in a *corner* of the set of minimisers, and corners are sparse.)
#
# Last row of the table: eight spikes plus a wave *beyond* the cutoff. Every diagnostic says "perfect": no
# data depend on the wave. That is the null space of lesson {information_limit}, and no check on the data will ever see it.
# Here P says that it is empty.

# %% [markdown] slide="notes"
# The bar is the most important picture of this section: sparse recovery makes strings of beads out of smooth
# filaments, and the data don't object. Ask what experiment would tell (a better lens, a scene of known
# structure). Five minutes.

# %% [markdown]
# (Half of the lesson is done: this is a good place to stop for today.)

# %% [markdown] slide="slide"
# ## 3 · Light is never negative
#
# Positivity looks too weak an assumption to buy anything. With few lights it buys everything: **no
# minimum distance at all.**

# %%
lens7 = low_frequencies(64, cutoff=7)
for count in (2, 4, 7):
    x = spikes(20 + np.arange(count), np.ones(count), 64)
    x_hat = recover_spikes(lens7(x), lens7, positive=True)
    print(f"{count} lights on neighbouring points, {7 / 64:.2f}/fc apart: "
          f"largest error {np.abs(x_hat - x).max():.0e}")

# %% [markdown]
# Fifteen numbers ($f_c$ = 7), and seven lights side by side, a ninth of 1/$f_c$ apart, come back. Nothing was
# minimised: for light the total $\sum x_i$ *is* one of the data. If there are at most $f_c$ lights, no other
# scene with $x \ge 0$ explains the data. Positivity plus "few enough" decides alone. One light more:

# %%
comb = spikes(np.arange(0, 64, 8), np.ones(8), 64)
twin = np.roll(comb, 4)
fig, ax = figure(size=(8, 2.4))
ax.vlines(np.flatnonzero(comb), 0, 1, color=COLOURS["blue"], lw=3, label="eight lights")
ax.vlines(np.flatnonzero(twin), 0, 1, color=COLOURS["orange"], lw=3, label="eight others")
ax.set(xlabel="grid point", ylabel="brightness", ylim=(0, 1.5))
ax.legend(ncols=2, loc="upper right", fontsize=9)
print(f"their data differ by {np.abs(lens7(comb) - lens7(twin)).max():.0e}")
show(fig, alt="Two combs of eight equal lights, interleaved. The lens with cutoff 7 gives both "
              "the same fifteen numbers.")

# %% [markdown]
# Eight lights in a ring have their first frequency at 8, beyond the cutoff. All fifteen numbers except the
# mean are zero, wherever the ring is turned.
#
# A solver returns *one* answer and doesn't say that there are others. So don't ask for a scene; ask for the
# **range**: over all scenes $x \ge 0$ that explain the data, how dark and how bright can pixel 20 be? Two
# linear programs, one minimising and one maximising it.

# %%
from course_lib.imaging.recovery import consistent_range

for count in (2, 5):
    row, middle = 20 + np.arange(count), spikes([20 + count // 2], [1.0], 64)
    y = lens7(spikes(row, np.ones(count), 64))
    for noise in (0, 1e-4, 1e-2):
        low, high = consistent_range(y, lens7, middle, tolerance=noise)
        print(f"{count} lights in a row, data ± {noise:g}: one of them between {low:.2f} and {high:.2f}")
low, high = consistent_range(lens7(comb), lens7, spikes([4], [1.0], 64))
print(f"eight lights in a ring, exact data: a pixel between two of them: {low:.2f} to {high:.2f}")

# %% [markdown]
# Two neighbours stand a good deal of noise. Five in a row are exact without noise; allow each of the fifteen
# numbers an error of a ten-thousandth, and one of the five may have a third of its brightness; a hundredth,
# and it may be dark or hold half of all the light. So "no minimum distance" is true and *fragile*: the more
# lights and the closer, the less noise it survives. Half of this interval is the τ of the sentence that ends
# every lesson, "given A, σ, K and P, these components are known to within τ".

# %% [markdown] slide="notes"
# Two statements that sound contradictory and both hold: exact data need no separation; noisy data do. Ranges
# instead of pictures are the honest output. Four minutes.

# %% [markdown]
# ### Exercise 3: points of light
#
# Write `positive_scene(y, A)`. It returns an `x` of shape `(n,)` with `x >= 0` and `A @ x = y`, to 1e-9 of
# the largest number in `y`. If no such `x` exists, raise `ValueError`: then the data refute the assumption.
# Any method will do: `linprog` (its result has `status == 2` if the constraints contradict each other) or
# `scipy.optimize.nnls`, which returns `(x, residual)`. `linprog`'s tolerances are absolute: divide `y` by its
# largest number first, or check the residual yourself.

# %% solution="positive_scene" rebuilds="imaging.recovery.recover_spikes"
from scipy.optimize import linprog


def positive_scene(y, A):
    """Return a scene of light, x ≥ 0, that explains the data exactly.

    Parameters
    ----------
    y : array, shape (m,)
        Data.
    A : array, shape (m, n)
        Camera.

    Returns
    -------
    array, shape (n,)

    Raises
    ------
    ValueError
        If no x ≥ 0 explains the data.
    """
    ### BEGIN SOLUTION
    scale = np.abs(y).max() or 1.0
    result = linprog(np.ones(A.shape[1]), A_eq=A, b_eq=y / scale, bounds=(0, None))
    if result.status == 2:
        raise ValueError("no scene of light explains these data: an assumption is wrong")
    if result.status:
        raise RuntimeError(result.message)
    return scale * result.x
    ### END SOLUTION


# %% test="positive_scene_finds_neighbours" points=2
camera7 = low_frequencies(64, 7).dense((1, 64))
neighbours = spikes([20, 21, 40], [1.0, 2.0, 0.5], 64)[0]
spread = np.linalg.pinv(camera7) @ (camera7 @ neighbours)
try:
    guess64 = call(positive_scene, camera7 @ neighbours, camera7)
except AssertionError as refusal:
    if "ValueError" in str(refusal):
        refusal = AssertionError(
            f"{refusal}. These data come from three lights ≥ 0: don't refuse them. "
            "Is your solver, or your check, as accurate as you demand?")
    raise refusal from None
assert not isinstance(guess64, tuple), (
    "positive_scene returns a tuple. nnls gives (x, residual): return x alone, and use the residual.")
equal(guess64, neighbours,
      "positive_scene(camera7 @ neighbours, camera7)", mistakes={
          "this is the solution of least Σx² (pinv, lstsq); it goes below zero.": spread,
          "you clipped another solution at 0; after clipping it explains other data.": spread.clip(0),
          "this is −x: light is positive.": -neighbours,
      }, atol=1e-5)
dark = camera7 @ spikes([20, 40], [1.0, -0.5], 64)[0]
refuses(positive_scene, dark, camera7, because="a spike of −0.5 is no light, and nothing else fits")

# %% test="positive_scene_explains_or_refuses" points=1
ring = np.zeros(64)
ring[::8] = 1.0
some_light = call(positive_scene, camera7 @ ring, camera7)
assert getattr(some_light, "shape", None) == (64,), "positive_scene must return an array (n,)."
assert np.min(some_light) >= -1e-9, "your x has negative values: light is never negative."
equal(camera7 @ some_light, camera7 @ ring, "A @ positive_scene(y, A) for a ring", atol=8e-9)
### BEGIN HIDDEN TESTS
# hint: seven lights anywhere, scenes of other brightness, weak negative spikes, and a background subtracted too strongly.
draw = np.random.default_rng(6)
for strength in (1.0, 100.0):
    seven = spikes(draw.choice(np.arange(0, 64, 3), 7, replace=False),
                   strength * draw.uniform(0.5, 1.5, 7), 64)[0]
    equal(call(positive_scene, camera7 @ seven, camera7) / strength, seven / strength,
          "seven lights", atol=1e-4)
for excess in (0.02, 1e-4):
    refuses(positive_scene, camera7 @ (neighbours - excess), camera7,
            because=f"a background {excess:g} too large was subtracted")
for darkness, brightness in ((1e-4, 1.0), (0.5, 1e-9)):
    refuses(positive_scene, brightness * camera7 @ spikes([20, 40], [1.0, -darkness], 64)[0], camera7,
            because=f"a spike is negative, by {darkness:g} of the brightest; it doesn't matter how bright that is")
refuses(positive_scene, np.array([-1.0]), np.ones((1, 3)), because="a sum of light is never −1")
equal(np.sum(call(positive_scene, np.array([2.0]), np.ones((1, 3)))), 2, "Σx", atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# ### Break it: something is negative, or there is too much light

# %%
lights = spikes([20, 21, 40], [1.0, 2.0, 0.5], 64)
broken = {"one spike is −0.5": lights - 0.5 * spikes([50], [1.0], 64),
          "background oversubtracted by 0.02": lights - 0.02,
          "background of 0.02 not subtracted": lights + 0.02,
          "eight lights in a ring": comb}
for name, x in broken.items():
    try:
        x_hat = recover_spikes(lens7(x), lens7, positive=True)
        count, error = np.sum(x_hat > 1e-6), np.abs(x_hat - x).max()
        print(f"{name}: accepted, {count} lights, error {error:.2f}")
    except ValueError:
        print(f"{name}: refuted, no x ≥ 0 explains the data")

# %% [markdown]
# Positivity is the rare assumption that *objects* when it is false: no scene is left, and the program says
# so. (A subtraction so small that some scene of light still fits would pass.) But too much light, as
# background or as lights beyond the count, is accepted. The only hint is the count, fifteen lights from
# fifteen numbers; the range above tells.

# %% [markdown] only="slides" slide="slide"
# ## 4 · Photons
#
# So far the data were exact. Now count photons: each lands at random, spread by the lens, σ.
#
# What can the *best* method know?

# %% [markdown]
# ## 4 · Photons
#
# So far the data were exact. Now count photons. Each photon of a point of light lands at random, spread by
# the lens with standard deviation σ. What can the *best* method know that counts photons in the
# image plane?

# %%
from course_lib.imaging.recovery import localise

sigma, photons, background = 1.3, 1000, 2.0
rng = np.random.default_rng(0)
edges = np.arange(12)
hits = rng.normal([5.3, 5.8], sigma, size=(1000, photons, 2))
counts = np.array([np.histogram2d(*h.T, bins=(edges, edges))[0] for h in hits])
counts += rng.poisson(background, counts.shape)
found = localise(counts, sigma, background)
fig, axes = figure(1, 2, size=(8, 3.4))
axes[0].imshow(counts[0], cmap="gray", extent=(0, 11, 11, 0))
axes[0].set(xlabel="x (pixels)", ylabel="y (pixels)", title="one spot, counts")
axes[1].plot(found.position[:, 1], found.position[:, 0], ".", ms=3, alpha=0.4)
axes[1].plot(5.8, 5.3, "+", color=COLOURS["vermilion"], ms=14, mew=2)
axes[1].set(xlabel="x (pixels)", ylabel="y (pixels)", title="1000 spots, each localised",
            xlim=(5.4, 6.2), ylim=(5.7, 4.9), aspect="equal")
for ax in axes:
    ax.grid(False)
show(fig, alt="Left: a noisy spot about three pixels wide. Right: the positions estimated from a "
              "thousand such spots, a cloud around the true one with standard deviation "
              f"{found.position.std(axis=0).mean():.2f} pixels.")

# %%
print(f"scatter of the estimates  {found.position.std(axis=0).mean():.4f} px")
print(f"Cramér–Rao bound          {found.bound.mean():.4f} px")
print(f"σ/√N                      {sigma / photons**0.5:.4f} px")

# %% [markdown]
# The spot is several pixels wide, and its centre is known to a twentieth of a pixel. The method is maximum
# likelihood; the **Cramér–Rao bound** says: no unbiased estimate (one that is right on average) has a smaller
# standard deviation than 1/√F. The **Fisher information** $F = \sum_i (\partial\mu_i/\partial\theta)^2/\mu_i$
# says how strongly the expected counts $\mu_i$ react to the unknown θ, measured against their photon noise.
# Here the bound is reached, as nearly as a thousand spots can tell: their scatter, over both axes, has a sampling
# error of 1.6 %, and exceeds the bound by somewhat more than twice that.
#
# Without pixels and background the bound is **σ/√N**: $N$ photons, each a measurement of the position with
# error σ, averaged.

# %%
from course_lib.imaging.limits import cramer_rao, fisher_information

for N in (100, 10_000):
    gauss = cramer_rao(fisher_information(photons=N, sigma=1.0))[0]
    airy = cramer_rao(fisher_information(photons=N, cutoff=1.0))[0]
    print(f"N = {N:6d}: Gaussian {gauss:.4f} σ, 1/√N = {N**-0.5:.4f};  "
          f"Airy {airy:.5f}/fc, 1/(π√N) = {1 / np.pi / N**0.5:.5f}")

# %% [markdown]
# For an ideal lens the same law reads 1/(π $f_c$ √N). This is how PALM and STORM microscopes work (Betzig and
# colleagues, 2006): switch on a few molecules at a time, far apart (PALM activates them, STORM lets them
# blink); localise each; draw a map of the positions. The assumption: **one molecule per spot**.
#
# And *two* lights, both on, distance $d$ apart, with equal brightness, the middle known, $N$ photons in all?
# Their picture is a slightly wider spot. The Fisher information about $d$, for a Gaussian spot and $d \ll
# \sigma$, is $F \to N d^2 / (8\sigma^4)$: expand the picture to second order in $d$. It *vanishes* as the lights approach.

# %% slide="subslide" title="The closer two lights, the less a photon says"
d = np.logspace(-1.3, 1, 40)
F = np.array([fisher_information(photons=1, sigma=1.0, separation=v)[0, 0] for v in d])
fig, ax = figure(size=(7, 3.2))
ax.loglog(d, F, label="Fisher information")
ax.loglog(d, d**2 / 8, "--", color=COLOURS["vermilion"], label="d²/8σ⁴")
ax.axhline(0.25, color=COLOURS["green"], linestyle=":", label="1/4σ²: two single lights")
ax.set(xlabel="distance d (units of σ)", ylabel="information per photon (1/σ²)", ylim=(2e-4, 3))
ax.legend()
for v in (0.5, 1.0):
    exact = fisher_information(photons=1, sigma=1.0, separation=v)[0, 0]
    print(f"d = {v} σ: true / formula = {exact / (v**2 / 8):.2f}")
show(fig, alt="Fisher information about the distance of two lights: it grows with the square of "
              "the distance up to about one σ and then levels off at a quarter.")

# %% [markdown]
# At $d = \sigma/2$ the truth is 11 % below the formula, at σ 31 %; beyond a few σ the two lights are
# separate, each is localised on its own, and nothing more is gained. **Predict.** Two lights are a tenth of σ
# apart. You want $d$ with an error of 10 %. How many photons do you need?

# %%
photons_needed = None  # replace None by a number
predict("moving_the_limit.photons_needed", photons_needed, between=(1, 1e15))

# %%
per_photon = fisher_information(photons=1, sigma=1.0, separation=0.1)[0, 0]
needed = 1 / (per_photon * (0.1 * 0.1) ** 2)
print(f"needed {needed:.2e}; the rule 800 (σ/d)⁴ gives {800 / 0.1**4:.0e}")
reveal("moving_the_limit.photons_needed", needed, label="photons for d = 0.1 σ to 10 %", log=True)

# %% [markdown]
# Eight million. To *localise* one light with the same error, a hundredth of σ, takes ten thousand. From
# $1/\sqrt F = d/10$ follows $N \approx 800\,(\sigma/d)^4$: half the distance costs sixteen times the light.
# Nothing forbids it. It is a price, not a wall, and it rises steeply. The price depends on what else is
# unknown, and on the spot:

# %%
def price(unknown, share):
    """Photons for d = 0.1 σ to 10 %."""
    F = fisher_information(unknown, photons=1, sigma=1.0, separation=0.1, share=share)
    return (cramer_rao(F)[0] / 0.01) ** 2


for share in (0.5, 0.4):
    print(f"{share:.0%} of the light from the left: share known {price('separation', share):.1e}, "
          f"unknown {price(('separation', 'share'), share):.1e} photons")
for b in (0, 100):
    F = [fisher_information(photons=1e4, cutoff=1.0, separation=v, background=b)[0, 0]
         for v in (0.01, 0.02)]
    print(f"Airy, background {b} per 1/fc²: twice the distance, F times {F[1] / F[0]:.1f}")

# %% [markdown]
# If the two may be unequally bright and you don't know how, a pair of 40 : 60 costs fifty times more.
# (Exactly equal lights cost nothing extra; but you have to be lucky.) And an Airy pattern has dark rings in
# which a second light shows earlier: without background $F$ falls only like $d$ (Paúr and colleagues, 2018).
# A background that fills the rings brings $d^2$ back.
#
# The law also belongs to counting *in the image plane*. A device that sorts the light into modes before it
# counts is another **A**, with a kinder law (Tsang, Nair and Lu, 2016).

# %% [markdown] slide="notes"
# Contrast the two laws: position ∝ 1/√N, closeness ∝ N to the power minus a quarter. PALM's idea is to turn
# the second problem into the first by switching on a few molecules at a time. Six minutes.

# %% [markdown]
# ### Exercise 4: what a photon says about a distance
#
# Write `separation_information(d, sigma, photons)`: the Fisher information about the distance $d$ of two
# lights, by numerical integration. The `photons` photons fall on a line with the density $p(x) =
# \tfrac12\,g(x - d/2) + \tfrac12\,g(x + d/2)$, where $g$ is the normal density with standard deviation
# `sigma`. Then
#
# $$F = N \int \frac{(\partial p/\partial d)^2}{p}\,dx, \qquad
#   \frac{\partial p}{\partial d} = \tfrac14\,[\,g'(x + d/2) - g'(x - d/2)\,], \qquad g'(x) =
#   -\frac{x}{\sigma^2}\,g(x).$$
#
# A sum over a fine, wide grid of x is accurate enough (1e-4 relative): reach 8 sigma beyond each light. All
# lengths have the unit of `sigma`, and F has the unit 1/length². If `sigma` or `photons` isn't positive,
# raise `ValueError`.

# %% solution="separation_information" rebuilds="imaging.limits.fisher_information"
def separation_information(d, sigma, photons):
    """Return the Fisher information about the distance of two equal lights.

    Parameters
    ----------
    d : float
        Distance, > 0.
    sigma : float
        Standard deviation of each light's Gaussian spot, > 0, same unit as d.
    photons : float
        Expected number of photons from both lights together, > 0.

    Returns
    -------
    float
        In units of 1/length².

    Raises
    ------
    ValueError
        If sigma or photons isn't positive.
    """
    ### BEGIN SOLUTION
    if sigma <= 0 or photons <= 0:
        raise ValueError(f"sigma is {sigma} and photons {photons}; both must be positive")
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)

    def g(x):
        return np.exp(-(x**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))

    p = (g(x - d / 2) + g(x + d / 2)) / 2
    slope = ((x - d / 2) * g(x - d / 2) - (x + d / 2) * g(x + d / 2)) / (4 * sigma**2)
    return photons * np.sum(slope**2 / p) * (x[1] - x[0])
    ### END SOLUTION


# %% test="separation_information_has_both_limits" points=2
right_value = fisher_information(photons=100, sigma=1.0, separation=0.01)[0, 0]
near_lights = call(separation_information, 0.01, 1.0, 100.0)
assert np.isscalar(near_lights) or getattr(near_lights, "shape", None) == (), (
    "separation_information must return one number.")
too_large = near_lights / right_value
assert not np.isnan(too_large), "this is NaN: far out p is 0, and 0/0 no number. Reach 8 sigma."
assert not 19_000 < too_large < 21_000, (
    "the two g′ are added; their difference counts: one light moves right, the other left.")
equal(near_lights, right_value, "separation_information(0.01, 1, 100)", mistakes={
    f"this is {error} times too large: {reason}": error * right_value for error, reason in (
        (4, "the lights stand at ±d/2, so that ∂p/∂d has the factor ¼, from half the light and d/2."),
        (16, "the ¼ in ∂p/∂d is missing, and it is squared."))
} | {
    "this is twice too large: `photons` counts both lights together.": 2 * right_value,
    "this is half of it: each light has half the photons, which is ½ in p and ¼ in ∂p/∂d, neither less nor more.":
        right_value / 2,
    "this is for one photon: multiply by `photons`.": 0.01 * right_value,
    "this is −F: a square over a density is never negative.": -right_value,
    "this is the bound 1/√F; return F.": right_value**-0.5,
    "this is 1/F; return F.": 1 / right_value,
    "this is much too large: is the sum multiplied by the step of x, dx, and (∂p/∂d)² divided by p, once by `photons`?":
        near_lights if too_large > 20 else np.inf,
}, atol=2e-3 * right_value)
equal(call(separation_information, 15.0, 1.0, 100.0), 25,
      "separation_information(15, 1, 100), where each light stands alone", mistakes={
          "this is the small-d formula N d²/8σ⁴; it fails for d = 15σ: integrate.": 100 * 15**2 / 8,
      }, atol=0.005)
refuses(separation_information, 1.0, 1.0, 0.0, because="without photons there is no information")

# %% test="separation_information_scales" points=2
equal(call(separation_information, 0.5, 1.0, 1.0), 0.8922 * 0.5**2 / 8,
      "separation_information(0.5, 1, 1), 0.8922 times d²/8σ⁴", atol=1e-5)
in_nanometres = call(separation_information, 65.0, 130.0, 100.0)
right_value = fisher_information(photons=100, sigma=130.0, separation=65.0)[0, 0]
equal(in_nanometres, right_value, "separation_information(65, 130, 100)", mistakes={
    "this is sigma times too large: g has the factor 1/(sigma √2π).": 130 * right_value,
    "this is sigma⁴ times too large: g′ has the factor 1/sigma², and it is squared.":
        130**4 * right_value,
    "this is sigma² times too large: F has the unit 1/length².": 130**2 * right_value,
    "this is too small: does your grid of x grow with sigma, 8 sigma beyond each light?":
        in_nanometres if np.all(in_nanometres < 0.999 * right_value) else np.inf,
}, atol=2e-4 * right_value)
refuses(separation_information, 1.0, 0.0, 10.0, because="sigma must be positive")
### BEGIN HIDDEN TESTS
# hint: F is proportional to the photons and has the unit of one over a length squared.
for distance_a, width_a, light_a in ((1.0, 1.0, 1.0), (2.0, 2.0, 500.0), (0.3, 0.2, 7e4)):
    reference = fisher_information(photons=light_a, sigma=width_a, separation=distance_a)[0, 0]
    equal(call(separation_information, distance_a, width_a, light_a), reference,
          f"F({distance_a}, {width_a}, {light_a}) (the library's is right)", atol=5e-4 * reference)
refuses(separation_information, 1.0, -1.0, 10.0, because="sigma must be positive")
refuses(separation_information, 1.0, 1.0, -5.0, because="photons must be positive")
### END HIDDEN TESTS

# %% [markdown]
# ### Break it: two molecules in one spot
#
# The fit assumes one. Put two lights, 500 photons each, into the spot and ask for "the" position.

# %%
rng = np.random.default_rng(1)
print("distance   error (from one)    claimed bound   χ² per pixel   flagged")
for d in (0, 0.5, 1.0, 1.5):
    offset = d * sigma / 2 * np.sign(np.arange(photons) - photons / 2 + 0.5)
    hits = rng.normal(5.5, sigma, size=(400, photons, 2))
    hits[:, :, 1] += offset
    counts = np.array([np.histogram2d(*h.T, bins=(edges, edges))[0] for h in hits])
    counts += rng.poisson(background, counts.shape)
    found = localise(counts, sigma, background)
    chi2 = np.sum((counts - found.expected) ** 2 / found.expected, axis=(1, 2))
    error = np.sqrt(np.mean((found.position[:, 1] - (5.5 + d * sigma / 2)) ** 2))
    print(f"  {d:.1f} σ          {error:.2f} px            {found.bound.mean():.3f} px"
          f"           {chi2.mean() / 118:.2f}        {100 * np.mean(chi2 > 144.4):3.0f} %")

# %% [markdown]
# (χ² compares the counts with the fitted spot; 121 pixels less 3 fitted numbers leave 118. With large counts
# a true single spot exceeds 144.4, the 95 % quantile of χ² with 118, in 5 % of cases. Here most pixels count about two, and about 7 % do: the
# first row is this rate of false alarms.)
#
# Half a σ apart: the position lies in the middle, a third of a pixel from either molecule, seven times the
# claimed error, and χ² flags no more spots than it does by chance. At one σ it flags about four in ten; at
# 1.5 σ all of them. **The bound is a statement within the model.** It doesn't know that the model is wrong.
#
# The other assumption is σ itself. One *single* light, its spot 3 % wider than you believe, and you fit the
# distance of two:

# %%
def fitted_distance(x, sigma=1.0):
    """Most likely distance of two equal lights at ± d/2."""
    candidates = np.linspace(0, 2, 401)
    histogram, edges = np.histogram(x, np.arange(-8, 8.01, 0.05))
    middle = (edges[1:] + edges[:-1]) / 2
    left, right = middle - candidates[:, None] / 2, middle + candidates[:, None] / 2
    p = np.exp(-(left**2) / (2 * sigma**2)) + np.exp(-(right**2) / (2 * sigma**2))
    return candidates[np.argmax(np.log(p) @ histogram)]


rng = np.random.default_rng(0)
fits = [fitted_distance(1.03 * rng.standard_normal(100_000)) for _ in range(20)]
claimed = cramer_rao(fisher_information(photons=100_000, sigma=1.0, separation=0.49))[0]
print(f"fitted d = {np.mean(fits):.2f} ± {np.std(fits):.2f} σ; claimed error {claimed:.4f} σ; "
      f"2√(1.03² − 1) = {2 * np.sqrt(1.03**2 - 1):.2f}")

# %% [markdown]
# Half a σ of distance out of nothing, at twenty-five times the claimed error. Two close lights and one wider
# spot look almost the same, so no check on this picture tells them apart at this number of photons (it would
# take millions). A second measurement does: the σ of a light that you know to be single.

# %% [markdown] slide="slide"
# ## 5 · Structured light
#
# Frames, points and photons took the lens as it is. The last technique changes what reaches it: light the
# scene with **stripes**.

# %% [markdown]
# The scene times stripes of frequency $p$ contains the *difference* of their frequencies: a **moiré**, the
# slow beat that you see when two fine patterns overlap. A detail at 1.6 $f_c$ under stripes at $f_c$ appears
# at 0.6 $f_c$, within the lens. (Stripes as fine as $f_c$ can be projected through the same lens by two laser
# beams.)

# %% slide="subslide" title="Moiré: the fine wave made visible"
from course_lib.imaging.recovery import structured_illumination, unmix, unmixing_matrix

fc, i = 0.1, np.arange(200)
scope = Blur.from_otf(lambda f: airy_otf(f, cutoff=fc))
fabric = (1 + 0.5 * np.cos(2 * np.pi * 1.6 * fc * i))[None]
phases = 2 * np.pi * np.arange(3) / 3
striped = structured_illumination(scope, (1, 200), (0, fc), phases)
y = striped(fabric)
fig, axes = figure(3, 1, size=(8, 4.4), sharex=True)
for ax, values, name in ((axes[0], fabric, "scene"), (axes[1], scope(fabric), "evenly lit"),
                         (axes[2], y[0], "under stripes")):
    ax.plot(values[0], color=COLOURS["blue"])
    ax.set(ylabel=name, ylim=(0.4, 1.6))
axes[2].set(xlabel="position (pixels)", xlim=(0, 100))
flat = np.ptp(scope(fabric))
show(fig, alt=f"A fine wave; its evenly lit picture, perfectly flat (variation {flat:.0e}); its "
              "picture under fine stripes, a slow wave: the moiré.")

# %% [markdown]
# In **wide field** (evenly lit, no stripes) the fine wave is *exactly* zero. Under stripes a slow wave
# appears. It is the detail, moved to another address. Each frame mixes three **bands**, copies of the scene's
# spectrum: the unmoved one, one moved by $p$, one by $-p$. Three frames with the stripes shifted by a third
# each give three equations for three bands.

# %%
bands = unmix(y, phases)
condition = np.linalg.cond(unmixing_matrix(phases))
arrives = np.abs(np.fft.fft(y[0, 0])[12]) / 100  # amplitude of the moiré, 12 periods in 200 pixels
x_hat = tikhonov(y, striped, 1e-6)
recovered = np.abs(np.fft.fft(x_hat[0])[32]) / 100
print(f"unmixing: condition {condition:.1f}")
print(f"the detail has amplitude 0.5 and arrives with {arrives:.4f}, that is {100 * arrives / 0.5:.0f} %")
print(f"0.5 · ½ · OTF(0.6) = {0.25 * airy_otf(0.6, 1.0):.4f}; recovered amplitude {recovered:.3f}")
print(f"rank of 200: wide field {rank_and_condition(scope, (1, 200))[0]}, "
      f"striped {rank_and_condition(striped, (1, 200))[0]}; "
      f"condition of the striped camera {rank_and_condition(striped, (1, 200))[1]:.0f}")

# %% [markdown]
# Separating the bands is cheap: condition 2. But the detail arrives at 14 % of its strength: half is lost in
# the moiré, and the lens takes its share at 0.6 $f_c$. The rank doubles: 39 components become 79, every
# frequency below 2 $f_c$. That is Gustafsson's (2000) factor of two. Not more, this way, if the dye answers
# in proportion to the light: the lens limits the stripes, too.
#
# Undoing the lens near its cutoff is not cheap: the condition of the whole camera is 150. And this scene is a
# line. A picture needs stripes in about three orientations, nine frames.
#
# ### Break it: the stripes are not what you think

# %%
rng = np.random.default_rng(0)
extra = 0.3 * np.cos(2 * np.pi * 0.03 * i + 1)[None]
for name, scene in {"the fine wave alone": fabric, "with a coarse wave": fabric + extra}.items():
    for fault, (p, contrast) in {"none": (fc, 1.0), "contrast 0.7": (fc, 0.7),
                                 "frequency + 5 %": (1.05 * fc, 1.0)}.items():
        truth = structured_illumination(scope, (1, 200), (0, p), phases, contrast)
        y = read_noise(truth(scene), 0.002, rng)
        x_hat = tikhonov(y, striped, 1e-4)
        peak = np.argmax(np.abs(np.fft.rfft(x_hat[0]))[25:45]) + 25
        size = np.abs(np.fft.rfft(x_hat[0]))[peak] / 100
        residual = np.sqrt(np.mean((striped(x_hat) - y) ** 2)) / 0.002
        print(f"{name:20} fault: {fault:16} wave at {peak / 20:.2f} fc, "
              f"amplitude {size:.2f}, residual {residual:4.1f} σ")

# %% [markdown]
# True are 1.60 $f_c$ and 0.50. If the stripes' contrast is overrated, the detail comes back too weak; if
# their frequency is off, it comes back *elsewhere*, as crisp as before. With nothing else in the scene the
# residual sees neither. Yet there is a surplus of data. The direct band, and the two that the stripes move into the lens from
# above and below, hold 39 numbers each, 117 in all, and cover only 79 components, since neighbours overlap by half: what lies
# in an overlap is measured twice. But nothing of *this scene* lies there. (Even its mean, moved by exactly $f_c$, lands
# where the lens passes nothing.) A coarse wave is seen twice, directly and in its shifted copies, and the copies
# contradict each other: now the residual **notices**. Practitioners calibrate their stripes in just this
# overlap.
#
# With stripes slightly coarser, at 0.9 $f_c$, the moved mean falls inside the lens:

# %%
believed, true = (structured_illumination(scope, (1, 200), (0, 0.9 * fc), phases, m)
                  for m in (1.0, 0.7))
y = read_noise(true(fabric), 0.002, rng=0)
residual = np.sqrt(np.mean((believed(tikhonov(y, believed, 1e-4)) - y) ** 2)) / 0.002
print(f"stripes at 0.9 fc, contrast 0.7 believed to be 1: residual {residual:.1f} σ")

# %% [markdown]
# The fine wave alone, and the residual notices. Whether a check speaks depends on the scene, too.

# %% [markdown] slide="notes"
# Same moral as for the frames: surplus data make the check, where the scene puts light into the surplus. STED
# belongs here, too: it shrinks the lit spot itself by switching off its rim, and assumes the shape of the
# switching beam. Four minutes.

# %% [markdown]
# ## Feel it
#
# Two spikes behind a lens with a sharp cutoff ($f_c$ = 10, 400 grid points). Choose the truth and the
# assumption, move them together, add noise. The title says "found" if 99 % of the strength lies within a grid
# step of the truth. Find (1) the distance below which + and − are not found without noise, (2) the *largest*
# noise at which two lights at 0.4/$f_c$ are still found, (3) the one choice of truth and assumption that the
# program refutes.

# %% slide="subslide" title="What is assumed, what is found?"
from course_lib.notebook.explorers.moving_the_limit import moving_the_limit

moving_the_limit()

# %% [markdown]
# (The blue curve goes below zero because the cutoff is sharp. A real lens fades out towards $f_c$; that
# costs noise at the high frequencies but, without noise, loses none of them.)

# %% [markdown] only="slides" slide="slide"
# ## Two more, and one that is different
#
# - **PALM/STORM** assumes one molecule per spot.
# - **STED** assumes the switching beam's shape.
# - **A generator's prior** assumes a scene that a network can draw.
#
# *Which of these could you check?*

# %% [markdown]
# ## Two more, and one that is different
#
# - **PALM/STORM**: localise one molecule at a time. P: one molecule per spot, known σ.
# - **STED**: switch off the rim of the lit spot. P: the switching beam's shape and strength.
# - **A generator's prior**: search the pictures that a network can draw for one that fits. P: the scene is
#   one of *those*.

# %% [markdown]
# Every technique of this lesson adds **measurements** (frames, photons, stripes, switching) or a statement
# about the scene that can be written in **one line, and in part checked** (few points, light ≥ 0). For most
# you found a check that objects when P is false, or at least could say which further measurement would.
#
# A network that has learned what pictures look like makes a statement that nobody can write down. If it is
# false — another kind of scene, a rare one — then the answer is still sharp, still natural, and still fits
# the data, since fitting the data is what the search stopped at. Which check would object? Act II looks for
# one. For now, keep the row in your table: **you might not notice.**

# %% [markdown]
# ## Write: the table, and its defence
#
# Fill a table with at least **six** rows, among them many frames, few points, one statement about photons or
# localisation, structured light, and *a generator's prior* (PALM or STED may be a row):
#
# | technique | A, σ, K: what is measured | P: what is assumed | what it adds | what breaks if P is false | how you would notice |
# |---|---|---|---|---|---|
# | positivity | one frame, fc = 7, no noise | x ≥ 0, at most fc lights | lights at any distance | negative: no answer, if it exceeds the noise; too many lights: one of many answers | infeasible program; range of a pixel |
#
# (That row is filled as an example; copy it, it counts.) Refer to numbers of this lesson in at least three
# rows, and say for each check why it notices, or why it can't. Below the table, **defend one row** in three
# to five sentences: say which experiment of this lesson supports its last two columns, and name one case in
# which the check would stay silent.

# %% [markdown] answer="techniques_defended" points=5
# ### BEGIN SOLUTION
# *Example.*
#
# | technique | A, σ, K: what is measured | P: what is assumed | what it adds | what breaks if P is false | how you would notice |
# |---|---|---|---|---|---|
# | positivity | one frame, fc = 7, no noise | x ≥ 0, at most fc lights | lights at any distance | negative: no answer, if it exceeds the noise; too many lights: one of many answers | infeasible program; range of a pixel |
# | many frames | K shifted frames, 4-pixel box, noise σ | shifts known, scene at rest | up to 61 of 64 components; unfolds aliases | a crisp false texture | residual, if there are more frames than needed; not with four |
# | few points | 81 low frequencies, no noise | few spikes, on the grid, not too close | exact positions | a bar becomes beads; close pairs move apart | number of spikes, held-out frequencies; not for the bar |
# | localisation (PALM) | N photons, pixels, background | one molecule per spot, σ known | position to about σ/√N, a little more with pixels, more with background | the middle between two molecules, with a small claimed error | χ², from about one σ on; whether it switches off in one step |
# | distance from photons | N photons | two equal lights, σ known | d to 10 % for 800(σ/d)⁴ photons | a 3 % wider spot is read as half a σ | not in this picture at this number of photons (it takes millions); calibrate σ on a single light |
# | structured light | three striped frames | stripes' frequency, phase, contrast; scene at rest | every frequency below 2 fc | detail too weak, or at the wrong frequency | residual where bands overlap; not if nothing of the scene lies in the overlap |
# | a generator's prior | one small picture | the scene is one the network draws | any amount of natural detail | a sharp, natural, wrong picture that fits the data | you might not: whenever the search succeeds it fits the data |
#
# *Defence of "many frames".* With shifts off by half a pixel, four frames gave several times the error while
# the residual stayed below the noise: 64 numbers explain 61 unknowns whatever they are. With sixteen frames the
# same fault raised the residual far above σ. The check stays silent if all frames share one fault, for example
# a box of the wrong width at every shift, which is then explained by another scene.
#
# *Rubric, one point each:*
#
# 1. six rows or more (the given one counts), with the required ones, each with a P that is a statement about
#    the *scene or the camera* (not "the algorithm works");
# 2. "what it adds" and "what breaks" are right and specific in at least five rows, with numbers or
#    observations of this lesson in at least three;
# 3. "how you would notice" names a diagnostic or a further measurement per row, and tells apart what notices
#    and what can't (residual with and without surplus data);
# 4. the generator's row says that neither sharpness nor the fit to the data would tell, and why;
# 5. the defence rests on an experiment of this lesson and names a case in which the check stays silent.
# ### END SOLUTION

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# *The limit moves. I can name what moved it, and what it cost.*
#
# Not: *it looks sharp and fits the data, so it is right.*

# %% [markdown]
# ## What you can now say, and what you can't
#
# You can say: *the limit moves, and I can name what moved it, what it cost, and whether a false assumption
# would show.*
#
# You can't say: *it looks sharp and fits the data, so it is right.*

# %% [markdown]
# Nor can you quote one number as *the* resolution. Positions, distances and pictures have different limits,
# and each depends on σ, K and P. The sentence, five times:
#
# > Given **A** (pixels of four), noise **σ**, **K** = 4 frames and **P** (shifts known), 61 of 64 components
# > are known, the worst to 20 times the error of the best.
# >
# > Given **A** (81 low frequencies), σ = 0, one frame and **P** (eight spikes on the grid, 1/$f_c$ apart),
# > all 640 values are known exactly.
# >
# > Given **A** (15 low frequencies), each number ± 10⁻² (one light = 1), and **P** (x ≥ 0), the middle one of
# > five lights in a row is known to lie between none and half of all the light: hardly at all.
# >
# > Given **N** photons and **P** (one light, σ known), its position is known to within about σ/√N, a little
# > more with pixels, more with background.
# >
# > Given three striped frames and **P** (the stripes are known), all frequencies below 2 $f_c$ are measured;
# > the rest is drawn from **P**, which here says nothing about it.

# %% [markdown] slide="notes"
# End with the last row of the table. Act II starts from it. Two minutes.

# %% [markdown]
# ## Further reading
#
# - S. Baker, T. Kanade, "Limits on super-resolution and how to break them", IEEE Trans. Pattern Anal. Mach.
#   Intell. 24 (2002) 1167. [doi:10.1109/TPAMI.2002.1033210](https://doi.org/10.1109/TPAMI.2002.1033210) (Its
#   last part already proposes learned priors, and calls them hallucination.)
# - Z. Lin, H.-Y. Shum, "Fundamental limits of reconstruction-based superresolution algorithms under local
#   translation", IEEE Trans. Pattern Anal. Mach. Intell. 26 (2004).
# - A. Papoulis, "Generalized sampling expansion", IEEE Trans. Circuits Syst. 24 (1977).
# - E. J. Candès, C. Fernandez-Granda, "Towards a mathematical theory of super-resolution", Comm. Pure Appl.
#   Math. 67 (2014) 906. [doi:10.1002/cpa.21455](https://doi.org/10.1002/cpa.21455); C. Fernandez-Granda,
#   "Super-resolution of point sources via convex programming", Information and Inference 5 (2016) 251.
#   [doi:10.1093/imaiai/iaw005](https://doi.org/10.1093/imaiai/iaw005)
# - V. Duval, G. Peyré, "Exact support recovery for sparse spikes deconvolution", Found. Comput. Math. 15
#   (2015) 1315. [doi:10.1007/s10208-014-9228-6](https://doi.org/10.1007/s10208-014-9228-6)
# - S. Ram, E. S. Ward, R. J. Ober, "Beyond Rayleigh's criterion", PNAS 103 (2006) 4457.
#   [doi:10.1073/pnas.0508047103](https://doi.org/10.1073/pnas.0508047103)
# - R. E. Thompson, D. R. Larson, W. W. Webb, "Precise nanometer localization analysis for individual
#   fluorescent probes", Biophys. J. 82 (2002) 2775.
#   [doi:10.1016/S0006-3495(02)75618-X](https://doi.org/10.1016/S0006-3495(02)75618-X)
# - C. S. Smith, N. Joseph, B. Rieger, K. A. Lidke, "Fast, single-molecule localization that achieves
#   theoretically minimum uncertainty", Nat. Methods 7 (2010) 373.
#   [doi:10.1038/nmeth.1449](https://doi.org/10.1038/nmeth.1449)
# - M. Paúr et al., Optica 5 (2018) 1177 (dark rings and two close points).
# - M. Tsang, R. Nair, X.-M. Lu, "Quantum theory of superresolution for two incoherent optical point sources",
#   Phys. Rev. X 6 (2016) 031033.
# - S. W. Hell, J. Wichmann, "Breaking the diffraction resolution limit by stimulated emission", Opt. Lett. 19
#   (1994) 780 (STED).
# - M. J. Rust, M. Bates, X. Zhuang, "Sub-diffraction-limit imaging by stochastic optical reconstruction
#   microscopy (STORM)", Nat. Methods 3 (2006) 793.
# - E. Betzig et al., "Imaging intracellular fluorescent proteins at nanometer resolution", Science 313 (2006)
#   1642. [doi:10.1126/science.1127344](https://doi.org/10.1126/science.1127344)
# - M. G. L. Gustafsson, "Surpassing the lateral resolution limit by a factor of two using structured
#   illumination microscopy", J. Microsc. 198 (2000) 82.
#   [doi:10.1046/j.1365-2818.2000.00710.x](https://doi.org/10.1046/j.1365-2818.2000.00710.x)
