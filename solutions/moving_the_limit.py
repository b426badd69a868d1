# ---
# jupyter:
#   course: {points: 20, reads: [images, measured]}
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
# - *count* what each further frame adds, and say when frames stop helping;
# - *recover* points of light by linear programming, and say how close they may be;
# - *compute* how many photons a distance costs;
# - *break* the assumption behind a technique, and say which check notices.
#
# {minutes} minutes, best in two sittings: sections 1 and 2, then 3 to 6. What is marked » is optional. {builds_on}

# %%
import numpy as np

from course_lib.imaging.deconvolution import discrepancy_lambda, tikhonov
from course_lib.imaging.recovery import frames
from course_lib.worlds import images


def reconstruct(y, camera, lam):
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
lam_still = discrepancy_lambda(y_still - y_still.mean(), still, sigma / 4)
lam_moved = discrepancy_lambda(y_moved - y_moved.mean(), moved, sigma)
x_still, x_moved = reconstruct(y_still, still, lam_still), reconstruct(y_moved, moved, lam_moved)
show_images({"the scene": stones, "one exposure": y_moved[0, :1],
             "16, camera still": x_still, "16, camera moved": x_moved}, limits=(0, 0.8),
            alt="Gravel, 64 by 64 pixels; one exposure, 16 by 16 coarse squares. Sixteen "
                "exposures from one place give the same squares again; sixteen exposures from "
                "shifted places give each stone with its edges and faces.")

# %%
for name, x_hat in {"still": x_still, "moved": x_moved}.items():
    error = np.sqrt(np.mean((x_hat - stones) ** 2)) / stones.std()
    print(f"camera {name}: error {error:.2f} of the scene's own variation; "
          f"{100 * np.mean(x_hat < 0):.1f} % of the pixels below 0 (shown as 0), the lowest {x_hat.min():.2f}")

# %% [markdown]
# Same pixels, exposures and noise. Between the exposures of the last picture the
# camera moved by quarters of a coarse pixel. Nothing was learned from other gravel: the detail was
# *measured*.
#
# So the limit of lesson {information_limit} moves. What moves it is an assumption **P**: here,
# "the shifts are known, and the scene stood still". Ask of each technique: what does it add,
# what if P is false, and *would you notice?*

# %% [markdown] slide="notes"
# Ask: which of the two reconstructions had more light? Neither. Then: what do we have to know to
# make the right one? The shifts. Keep "would you notice?" on the board for the whole lesson. Four minutes.

# %% [markdown] slide="subslide"
# ## 1 · Many frames
#
# One line of 64 fine pixels, seen by coarse pixels of four: 16 numbers a frame.

# %% [markdown]
# Shifts are counted in *fine* pixels: coarse pixel $j$ of a frame with shift $d$ averages the fine pixels $4j
# + d$ to $4j + d + 3$. (Between whole pixels the scene is interpolated by its Fourier series.) **Predict.** One
# frame measures 16 components of the 64. How many do five frames measure, with shifts 0, 1, 2, 3 and 1½?

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
# The first frame gives 16, each further one 15, since each repeats the mean. Four frames
# give 61, and a fifth gives nothing. Averaging four neighbours
# multiplies a wave of frequency $f$ by $\sin(4\pi f)/(4\sin \pi f)$, which is zero at ¼ and ½ cycle per fine
# pixel: sine and cosine at ¼, one wave at ½. **No shift shows what the pixel averages away.** The condition, 20: the noise in the worst is 20 times that in the best.
#
# And an ideal lens, cutoff 0.2 cycles per pixel, before the pixels?

# %%
from course_lib.imaging.operators import Blur
from course_lib.imaging.optics import airy_otf

lens = Blur.from_otf(lambda f: airy_otf(f, cutoff=0.2))
for K in (1, 4, 8):
    camera = frames([(0, 4 * k / K) for k in range(K)], factor=(1, 4)) @ lens
    print(f"frames behind the lens: {K}, rank {rank_and_condition(camera, (1, 64))[0]}")

# %% [markdown]
# 25 is what the lens passes. **Frames undo sampling, not diffraction.** They unfold what aliased; a wave that the lens stopped is in
# none of them.

# %% [markdown] deeper=true
# ### Rank and price
#
# All frames together hold the mean of four neighbours at every position: the blur by a box. On 64 pixels these
# are the four frames. On 63 or 65, which 4 doesn't divide, one row of coarse pixels runs round the circle four
# times before it meets itself, and visits each position once.

# %% deeper=true
from course_lib.imaging.optics import box_psf, pixel_mtf
from course_lib.notebook.figures import COLOURS, figure, show

for n in (63, 64, 65):
    rank, condition = rank_and_condition(Blur(box_psf((1, 4))), (1, n))
    print(f"N = {n}: rank {rank}, condition of what is measured {condition:.1f}")
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

# %% [markdown] deeper=true
# One fine pixel less, or one more, and the rank is full. The camera has not improved: with N = 64 a frequency
# of the grid falls exactly on the zero; with 63 or 65 the nearest lie just beside it, with a gain of about
# 1/57. The rank depends on how two grids line up; **the condition number tells you what you pay.**

# %% [markdown] slide="notes"
# The point to land: a rank is a yes/no answer, and noise never asks yes/no questions. Astronomers' "drizzle"
# and some phones' zoom live on shifted frames. Baker & Kanade and Lin & Shum showed how fast the
# condition grows with the magnification. Six minutes.

# %% [markdown]
# ### Exercise 1: the matrix of a moving camera
#
# Write `frames_matrix(n, s, shifts)`: the matrix of K = `len(shifts)` frames of a periodic signal of `n` fine
# pixels, seen by coarse pixels of `s`, of shape `(K * n // s, n)`: first all rows of the first frame,
# then of the second. Row `j` of a frame with shift `d` *averages* the fine pixels `s*j + d, …, s*j
# + d + s − 1`, counted round the circle (`% n`): pixel `n` is pixel 0. Shifts are
# integers of any size and sign. If `s` doesn't divide `n`, raise `ValueError`. *Off limits:*
# `recovery.frames`.
#
# For example, n = 4, s = 2 and shifts [0, 1] give the rows `[1, 1, 0, 0]`, `[0, 0, 1, 1]`, `[0, 1, 1, 0]`, `[1, 0, 0, 1]`, each over 2.

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
}, atol=1e-6)
refuses(frames_matrix, 63, 4, [0, 1], because="4 doesn't divide 63")
### BEGIN HIDDEN TESTS
# hint: other sizes and other reasons to refuse; one pixel, one frame, pixels as wide as the signal.
for size, factor, moves in ((12, 2, [1, 3]), (8, 8, [0, 3]), (6, 1, [2]), (1, 1, [0]), (35, 5, (2, 0, 2))):
    frame_rows = np.kron(np.eye(size // factor), np.ones(factor) / factor)
    equal(call(frames_matrix, size, factor, moves),
          np.vstack([np.roll(frame_rows, d, axis=1) for d in moves]),
          f"frames_matrix({size}, {factor}, {moves})", atol=1e-6)
for size, factor in ((10, 4), (4, 8), (9, 2)):
    refuses(frames_matrix, size, factor, [0], because=f"{factor} doesn't divide {size}")
### END HIDDEN TESTS

# %% test="frames_matrix_takes_any_shift" points=2
equal(call(frames_matrix, 6, 3, [-1]), np.roll(two_frames[:2], -1, axis=1),
      "frames_matrix(6, 3, [-1])", mistakes={
          "a negative shift begins at fine pixel −1, the last one of the circle.": two_frames[:2],
          "the shift goes the wrong way: shift −1 begins one fine pixel earlier.": two_frames[2:],
      }, atol=1e-6)
camera_of_three = np.asarray(call(frames_matrix, 64, 4, [0, 1, 2]))
assert camera_of_three.shape == (48, 64), (
    "frames_matrix(64, 4, [0, 1, 2]) must be an array of shape (48, 64).")
found_rank = np.linalg.matrix_rank(camera_of_three)
assert found_rank == 46, f"three frames with shifts 0, 1, 2 have rank {found_rank}; it should be 46."
### BEGIN HIDDEN TESTS
# hint: shifts of any size and sign, many times round the circle; a wave keeps the pixel's gain.
for size, factor, moves in ((6, 3, [13, -20]), (12, 2, [-1, 25, 5]), (10, 5, (1027,)), (15, 3, np.array([-100, 4, 46]))):
    frame_rows = np.kron(np.eye(size // factor), np.ones(factor) / factor)
    equal(call(frames_matrix, size, factor, moves),
          np.vstack([np.roll(frame_rows, d, axis=1) for d in moves]),
          f"frames_matrix({size}, {factor}, {moves})", atol=1e-6)
wave = np.cos(2 * np.pi * 3 * np.arange(48) / 48)
amplitude = np.abs(np.asarray(call(frames_matrix, 48, 4, range(4))) @ wave).max()
equal(amplitude, np.sin(np.pi / 4) / (4 * np.sin(np.pi / 16)) * np.cos(np.pi * 3 / 48),
      "a wave's largest value", atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# ### Break it: the shifts are wrong
#
# Suppose that each shift is off at random, and the reconstruction believes the stated ones.

# %%
line = stones[:, 30]  # one line of the scene, (1, 64)


def believe_in_shifts(K, wrong_by, rng, sigma=0.002):
    stated = 4 * np.arange(K) / K
    true = stated + wrong_by * rng.standard_normal(K)
    y = read_noise(frames([(0, d) for d in true], (1, 4))(line), sigma, rng)
    camera = frames([(0, d) for d in stated], (1, 4))
    x_hat = reconstruct(y, camera, (sigma / y.std()) ** 2)  # noise over signal power: fixed, so that the weight hides no misfit
    error, residual = x_hat - line, camera(x_hat) - y
    return np.sqrt(np.mean(error**2)) / line.std(), np.sqrt(np.mean(residual**2)) / sigma


# %% slide="subslide" title="Wrong shifts: noticed or not"
from course_lib.notebook.figures import COLOURS, figure, show

rng = np.random.default_rng(0)
wrong_by = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5])
fig, axes = figure(1, 2, size=(9, 3))
for K, colour in ((4, "vermilion"), (16, "blue")):
    runs = np.array([[believe_in_shifts(K, w, rng) for _ in range(5)] for w in wrong_by]).mean(1)
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
# With four frames the error grows almost threefold, and the residual stays below the noise:
# 64 numbers against 61 unknowns leave three to disagree, so almost *any* data
# can be explained. With sixteen frames 256 numbers must agree, and they don't. **A residual is a diagnostic only
# where there are more data than freedom**: needed, and not enough (section 5, »).

# %% [markdown] deeper=true
# The sixteen frames of the first picture, with shifts that are wrong by a quarter of a fine pixel:

# %% deeper=true
rng = np.random.default_rng(4)
true_shifts = np.array(quarters) + 0.25 * rng.standard_normal((16, 2))
y_false = read_noise(frames(true_shifts, factor=4)(stones), 0.005, rng)
x_false = reconstruct(y_false, moved, lam_moved)
for name, x_hat, y in (("right", x_moved, y_moved), ("wrong", x_false, y_false)):
    residual = np.sqrt(np.mean((moved(x_hat) - y) ** 2)) / 0.005
    error = np.sqrt(np.mean((x_hat - stones) ** 2)) / stones.std()
    print(f"shifts {name}: error {error:.2f}, residual {residual:.1f} σ; "
          f"{100 * np.mean(x_hat < 0):.1f} % of the pixels below 0 (shown as 0), the lowest {x_hat.min():.2f}")
print(f"the true scene, with the stated shifts, misses the second data by {np.sqrt(np.mean((moved(stones) - y_false) ** 2)) / 0.005:.1f} σ")
show_images({"the scene": stones, "shifts right": x_moved, "shifts wrong": x_false}, limits=(0, 0.8),
            alt="The gravel; its reconstruction from sixteen frames; and one with wrong shifts, "
                "whose stones have a crisp, rough surface that the scene does not have. Values "
                "below 0 or above 0.8 are clipped.")

# %% [markdown] deeper=true
# The stones are no less crisp. They are *rougher*. The roughness looks like stone. It is registration error.
#
# Two checks notice. The residual does, *if you know σ*. It is smaller than before, since the shifts are wrong
# by half as much and the noise is larger: the true scene itself misses these data by 2.9 σ. And more pixels are negative, which the picture clips to black
# and so hides.

# %% [markdown] slide="notes"
# Let people argue which of the two textures is stone before you say. The sentence about residuals returns in
# lesson {pulse}: PULSE's residual is small because its search made it small. Five minutes.

# %% [markdown] slide="slide"
# ## 2 · Few points
#
# The lens keeps frequencies up to $f_c$ and nothing beyond. But what if you knew that the scene is *a few
# points of light*?

# %% [markdown]
# Take a circle of `n` grid points and a lens that passes the frequencies 0 … $f_c$: 2 $f_c$ +
# 1 numbers, no noise for now. Among all scenes that share them, take the one of least
# total strength, $\min \sum |x_i|$, which in many cases is the sparse one. Splitting $x = u - v$ with $u, v \ge 0$
# turns this into a **linear program**: minimise $\sum (u_i + v_i)$ subject to $A(u - v) = y$.

# %% slide="subslide" title="Eight points of light, exactly" figure="points"
from course_lib.imaging.recovery import low_frequencies, recover_spikes, spikes

lens40 = low_frequencies(640, cutoff=40)
rng = np.random.default_rng(3)
x = spikes(200 + 16 * np.arange(8), rng.choice([-1.0, 1.0], 8), 640)
x_hat = recover_spikes(lens40(x), lens40)
shown = lens40.T(lens40(x)) / 81  # the data, drawn as a sum of their waves
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
# The bumps of the blue curve show that there are eight. The program adds where
# exactly they are, and how strong: 640 numbers from 81. Assumed: "few points, on this grid, no noise".
#
# How close may they be? Candès and Fernandez-Granda (2014) *prove* (for $f_c \ge 128$) that spikes of any
# signs come back exactly if they are at least 2/$f_c$ apart. **Predict.** Fill the whole
# circle with spikes 0.875/$f_c$ apart, signs at random. In how many percent of the cases does the program
# find them all?

# %%
percent_found = None  # replace None by a number from 0 to 100
predict("moving_the_limit.percent_found", percent_found, between=(0, 100))

# %%
def percent_recovered(n, distance, trials, cutoff=40):
    """A full circle of spikes with random signs, `distance` in units of 1/cutoff."""
    lens, rng = low_frequencies(n, cutoff), np.random.default_rng(1)
    steps = round(distance * n / cutoff)
    places = steps * np.arange(n // steps)
    found = 0
    for _ in range(trials):
        x = spikes(places, rng.choice([-1.0, 1.0], len(places)), n)
        found += np.abs(recover_spikes(lens(x), lens) - x).max() < 1e-3
    return 100 * found / trials


# %% slide="subslide" title="How close may points be?"
rates = {}
for distance, trials in ((0.8125, 5), (0.875, 20), (0.9375, 10)):
    rates[distance] = percent_recovered(640, distance, trials)
    print(f"full circle, {distance}/fc apart: {rates[distance]:.0f} % of {trials}")
print(f"a share near ½ in 20 trials: ± {100 * 0.5 / 20**0.5:.0f} points")
reveal("moving_the_limit.percent_found", rates[0.875], label="found at 0.875/fc", unit="%")

# %% [markdown]
# A cliff: none of 5 at 0.8125/$f_c$, all of 10 at 0.9375/$f_c$, and in between it depends on the signs
# (20 trials: the ± is a standard error). The theorem's 2/$f_c$ is *sufficient*.

# %% [markdown] deeper=true
# ### Why half a period?
#
# Whatever the grid, opposite signs have a floor:

# %% deeper=true
lens20 = low_frequencies(800, cutoff=20)
for distance in (0.45, 0.5):
    x = spikes([400, 400 + round(distance * 40)], [1.0, -1.0], 800)
    x_hat = recover_spikes(lens20(x), lens20)
    verdict = "found" if np.abs(x_hat - x).max() < 1e-6 else "not found"
    print(f"+ and − at {distance:.2f}/fc: {verdict}; total strength {np.abs(x_hat).sum():.4f}, "
          f"against 2 sin(π·{distance:.2f}) = {2 * np.sin(np.pi * distance):.4f}")

# %% [markdown] deeper=true
# The truth has strength 2. At 0.45/$f_c$ the data have a *weaker* explanation, and
# the program follows its principle. The floor, about half a period of the finest wave that passes, belongs to
# *this program*, not to the information: Prony's method of 1795 finds up to $f_c$ spikes of
# any sign from the same exact numbers, however close.

# %% [markdown] slide="notes"
# The numbers are rates in finite trials: let people see two seeds. Stress what the theorem says and what the
# experiment says; neither mentions noise. Six minutes.

# %% [markdown] deeper=true
# Take a wave $w$ made of frequencies up to $f_c$ that lies within ±1 everywhere. The data fix $\sum w_i x_i$: it is
# the same for every scene that explains them. No scene is weaker than this number, since $|w_i| \le 1$. So if $w$
# reaches +1 at the true scene's positive spikes and −1 at its negative ones, it *proves* that none is weaker
# than the truth. Such a wave needs half a period, 1/(2$f_c$), from −1 to +1:

# %% deeper=true
t = np.linspace(-0.55, 0.55, 221)  # positions in units of 1/fc
fig, ax = figure(size=(7, 3))
ax.plot(t, np.sin(2 * np.pi * t), color=COLOURS["black"], lw=1, label="w, the steepest wave")
for distance, colour, mark in ((0.5, "blue", "o"), (0.3, "vermilion", "v")):
    at = np.array([distance, -distance]) / 2
    ax.plot(at, np.sin(2 * np.pi * at), mark, ms=9, color=COLOURS[colour],
            label=f"+ and − at {distance}/fc")
    print(f"{distance}/fc apart, w reaches ± {np.sin(np.pi * distance):.4f}")
for edge in (-1, 1):
    ax.axhline(edge, color="grey", lw=0.8, ls=":")
ax.set(xlabel="position (units of 1/fc)", ylabel="w", xlim=(-0.55, 0.55), ylim=(-1.25, 2.1))
ax.legend(fontsize=9, loc="upper center", ncols=3)
show(fig, alt="A sine of frequency fc. Two marks half a period apart lie on its crest and its "
              f"trough, at plus and minus 1; two marks 0.3 apart reach only {np.sin(np.pi * 0.3):.2f}.")

# %% [markdown] deeper=true
# At 0.5/$f_c$ the wave proves the pair. Nearer, its values at the two differ by
# at most 2 sin(π·d), with d in units of 1/$f_c$: it proves only that no scene is weaker than that. At 0.45/$f_c$ the program
# found a scene that is just so weak. (Duval and Peyré, 2015, treat such proofs and this floor. On a grid no
# scene is weaker one step lower, either. But others are as strong, and whether the program finds the pair is luck.)

# %% [markdown]
# ### Exercise 2: points of any sign
#
# Write `sparsest(y, A)`: for data `y`, shape `(m,)`, and a matrix `A`, shape `(m, n)`, return
# an `x` of shape `(n,)` with `A @ x = y` and the least total strength `np.sum(np.abs(x))`, both to 10⁻⁶ of the
# largest number in `y`. Such an `x` exists, and the largest number in `y` is between 0.5
# and 1000 in size, or all are 0. Use `scipy.optimize.linprog(c, A_eq=…, b_eq=…, bounds=(0, None))`, which minimises
# `c @ z` subject to `A_eq @ z = b_eq` and `z >= 0`; its result's attribute `x` is the minimiser. Your `z` has 2n
# entries, `u`, then `v`, so `A_eq` has the columns of `A`, then those of `−A` (`np.hstack`).
# *Off limits:* `recovery.recover_spikes`.

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
def sparse(y, A, what, mistakes=None):
    """Call sparsest and check the form and the data; return x and the size of what is allowed."""
    try:
        found = call(sparsest, y, A)
    except AssertionError as told:
        if "None" in str(told):
            told = AssertionError(f"{told} Or linprog found no solution: then its result.x is None, "
                                  "because the constraints contradict each other or leave the sum "
                                  "unbounded. Look at result.message, and at your bounds.")
        raise told from None
    size = max(np.abs(y).max(), 0.5) * 1e-6
    for sentence, value in (mistakes or {}).items():
        assert not (np.shape(found) == np.shape(value) and np.allclose(found, value, atol=1e-5)), f"{what}: {sentence}"
    assert np.shape(found) == (A.shape[1],), (
        f"{what} has shape {np.shape(found)}; it should have the shape (n,), here {(A.shape[1],)}.")
    equal(A @ np.asarray(found), y, f"A @ x for {what}", atol=2 * size)
    return np.asarray(found, dtype=float), size


camera8 = low_frequencies(80, 8).dense((1, 80))
four = spikes([5, 25, 45, 66], [1.0, -2.0, 1.5, -1.0], 80)[0]
guess_four, _ = sparse(camera8 @ four, camera8, "sparsest(camera8 @ four, camera8)", mistakes={
    "this is the solution of least Σx² (pinv, lstsq): it spreads the light over all points.":
        np.linalg.pinv(camera8) @ (camera8 @ four),
    "these are absolute values, u + v; the signal is u − v.": np.abs(four),
    "this is u only; the signal is u − v.": four.clip(0),
    "the sign is wrong: the signal is u − v.": -four,
    "this is u and v, one after the other; return u − v.":
        np.concatenate([four.clip(0), (-four).clip(0)]),
})
equal(guess_four, four, "sparsest(camera8 @ four, camera8)", atol=1e-4)
### BEGIN HIDDEN TESTS
# hint: spikes of one sign only, faint and strong ones, whole numbers, no light at all.
for places, strengths in (([3, 40], [2.0, 1.0]), ([60, 10, 30], [-1.0, -4.0, -2.5]), ([0, 20, 40, 60], [90.0, -1.0, 50.0, 2.0])):
    few = spikes(places, strengths, 80)[0]
    equal(sparse(camera8 @ few, camera8, f"spikes of {strengths}")[0], few, f"spikes of {strengths}", atol=1e-3)
whole = np.array([[1, 1, 1, 1], [0, 1, 2, 3]])
equal(sparse(np.array([2, 6]), whole, "whole numbers")[0], [0, 0, 0, 2], "y = [2, 6], a matrix of integers", atol=1e-5)
equal(sparse(np.zeros(17), camera8, "zero data")[0], np.zeros(80), "sparsest of zero data", atol=1e-5)
### END HIDDEN TESTS

# %% test="sparsest_is_never_stronger_than_need_be" points=2
def weakest(y, A, what, least):
    found, size = sparse(y, A, what)
    assert np.abs(found).sum() <= least + 10 * size, (
        f"{what}: your x explains the data, but its strength is {np.abs(found).sum():.6g}; another "
        f"has {least:.6g}. Σ|x| must be least: minimise Σ(u + v) over u ≥ 0 and v ≥ 0.")


for seed in (2, 3):
    dense_scene = np.random.default_rng(seed).standard_normal(80)
    weakest(camera8 @ dense_scene, camera8, "a scene that is not sparse", np.abs(
        recover_spikes((camera8 @ dense_scene)[None], low_frequencies(80, 8))).sum())
### BEGIN HIDDEN TESTS
# hint: close pairs of opposite signs, which have a weaker explanation; matrices of other kinds and sizes.
camera20 = low_frequencies(800, 20).dense((1, 800))
for distance20 in (0.3, 0.4):
    pair20 = spikes([100, 100 + round(40 * distance20)], [1.0, -1.0], 800)[0]
    weakest(camera20 @ pair20, camera20, "a pair of opposite signs nearer than half a period",
            2 * np.sin(np.pi * distance20))
draws = np.random.default_rng(7)
mix = draws.standard_normal((6, 9))
for one, strength in ((4, -3.0), (4, 3.0), (0, 1.0), (8, 200.0)):
    alone = np.zeros(9)
    alone[one] = strength
    weakest(mix @ alone, mix, f"one spike of {strength} and a random A", abs(strength))
for pair_of, y_one in (([[1.0, -0.8]], -1.0), ([[1.0, -0.8]], 1.0), ([[-0.8, 1.0]], 1.0)):  # either sign costs the same
    weakest(np.array([y_one]), np.array(pair_of), f"A = {pair_of} and y = [{y_one}]", 1.0)
for second in (-1.0, 1.0):  # the largest number may be negative, with none above 0
    weakest(np.array([0.0, second]), np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]), f"y = [0, {second:g}]", 1.0)
from course_lib.imaging.operators import Matrix

for rows, columns in ((1, 5), (3, 4), (5, 12), (4, 4)):
    random_camera, x_any = draws.standard_normal((rows, columns)), 2 * draws.standard_normal(columns)
    y_any = random_camera @ x_any
    weakest(y_any, random_camera, f"a random matrix of {rows} × {columns}",
            np.abs(recover_spikes(y_any[None], Matrix(random_camera))).sum())
    twice_seen = np.vstack([random_camera, random_camera[:1]])
    weakest(twice_seen @ x_any, twice_seen, "a matrix with one row twice",
            np.abs(recover_spikes(y_any[None], Matrix(random_camera))).sum())
### END HIDDEN TESTS

# %% [markdown]
# ### Break it: the scene is no row of points
#
# The program makes the residual zero whatever the scene is. Two better questions:
# *how many* spikes did it need, and do they **predict** frequencies that were held back? The program is run on
# the frequencies 0 … 36 and asked for 37 … 40.

# %%
bar = np.zeros((1, 640))
bar[0, 270:350] = 1.0
eight = spikes(200 + 40 * np.arange(8), [1, -1, -1, 1, 1, -1, 1, -1], 640)
close = spikes(200 + 8 * np.arange(8), [1, -1, -1, 1, 1, -1, 1, -1], 640)
between = low_frequencies(1280, 40)(spikes(401 + 80 * np.arange(8), np.ones(8), 1280))
scenes = {"eight spikes, 2.5/fc apart": lens40(eight), "eight spikes, 0.5/fc apart": lens40(close),
          "eight lights between grid points": between, "a bar of even light": lens40(bar)}

# %%
lens36, kept = low_frequencies(640, 36), np.r_[0:37, 41:77]  # of 1 + 40 + 40 rows: the mean, 36 cosines, 36 sines
print(f"{'':34}     spikes above        the former alone   held-out numbers")
print(f"{'scene':34}   10⁻⁶     10⁻⁹       miss the data by   missed by")
for name, y in scenes.items():
    x_hat = recover_spikes(y, lens40)
    bright, dim = (np.abs(x_hat) > t * np.abs(x_hat).max() for t in (1e-6, 1e-9))
    miss = np.abs(lens40(np.where(bright, x_hat, 0)) - y).max() / np.abs(y).max()
    held_out = np.delete(y, kept)
    predicted = np.delete(lens40(recover_spikes(y[:, kept], lens36)), kept)
    residual = np.linalg.norm(predicted - held_out) / np.linalg.norm(held_out)
    print(f"{name:34}{bright.sum():7d}{dim.sum():9d}{miss:23.0e}{residual:12.0e}")

# %% [markdown]
# - Too close, or off the grid: 81 spikes from 81 numbers, and the held-out frequencies are missed. Both
#   diagnostics **notice**: an answer that needs as many spikes as there were data is no evidence of sparsity.
# - A bar of even light comes back as twenty bright points. Alone they miss the data by less than a ten-millionth,
#   and a run without the held-out frequencies predicts these to four parts in ten thousand. Under noise above that
#   **neither check could notice**:

# %% slide="subslide" title="An even bar comes back as beads" figure="beads"
dots = recover_spikes(lens40(bar), lens40)
print(f"total strength: bar {bar.sum():.5f}, beads {np.abs(dots).sum():.5f}")
fig, ax = figure(size=(8, 2.6))
ax.fill_between(np.arange(640), bar[0], color=COLOURS["sky"], step="mid",
                label="truth: an even bar")
ax.vlines(np.arange(640), 0, dots[0], color=COLOURS["vermilion"], label="linear program")
ax.set(xlabel="grid point", ylabel="strength", xlim=(210, 410))
ax.legend(fontsize=9)
show(fig, alt="An even bar of light and what the linear program makes of it: a row of separate "
              "bright points, with gaps that are not in the scene.")

# %% [markdown]
# The beads aren't in the scene; they are the assumption, painted over it. The bar is as strong, to within the
# solver's tolerance, but this solver ends in a *corner* of the set of minimisers, and corners are sparse.

# %% [markdown] slide="notes"
# The bar is the most important picture of this section: sparse recovery makes strings of beads out of smooth
# filaments, and the data don't object. Ask what experiment would tell (a better lens, a scene of known
# structure). Five minutes.

# %% [markdown] slide="slide"
# ## 3 · Light is never negative
#
# With few lights, this alone is enough, with **no minimum distance at all.**

# %%
lens7 = low_frequencies(64, cutoff=7)
for count in (2, 4, 7):
    x = spikes(20 + np.arange(count), np.ones(count), 64)
    x_hat = recover_spikes(lens7(x), lens7, positive=True)
    print(f"{count} lights on neighbouring points, {7 / 64:.2f}/fc apart: "
          f"largest error {np.abs(x_hat - x).max():.0e}")

# %% [markdown]
# Seven lights side by side, a ninth of 1/$f_c$ apart, come back from fifteen numbers. Nothing was
# minimised: for light the total $\sum x_i$ *is* one of the data. If there are at most $f_c$ lights, no other
# scene with $x \ge 0$ explains the data (Donoho and colleagues 1992; de Castro and Gamboa 2012).
#
# With more lights, or noise, a solver returns *one* answer of many. So ask for the
# **range**: over all scenes $x \ge 0$ that explain the data, how dark and how bright can a pixel be?

# %%
from course_lib.imaging.recovery import consistent_range

# Try: other counts and other noise.
for count in (2, 5):
    row, middle = 20 + np.arange(count), spikes([20 + count // 2], [1.0], 64)
    y = lens7(spikes(row, np.ones(count), 64))
    for noise in (0, 1e-4, 1e-2):
        low, high = consistent_range(y, lens7, middle, tolerance=noise)
        print(f"{count} lights in a row, data ± {noise:g}: one of them between {low:.2f} and {high:.2f}")
comb = spikes(np.arange(0, 64, 8), np.ones(8), 64)
low, high = consistent_range(lens7(comb), lens7, spikes([4], [1.0], 64))
print(f"eight lights in a ring, exact data: a pixel between two of them: {low:.2f} to {high:.2f}")

# %% [markdown]
# Two neighbours stand a good deal of noise. Five in a row are exact without noise; let each
# number be wrong by a hundredth, and one of them may be dark or hold half of all the light. So "no minimum distance" is true
# and *fragile*.
#
# Positivity *can* object when it is false: if no scene of light explains the data.

# %% [markdown] deeper=true
# Why is a ring of *eight* lights not determined? Turn it by half a step:

# %% deeper=true
twin = np.roll(comb, 4)
fig, ax = figure(size=(8, 2.4))
ax.vlines(np.flatnonzero(comb), 0, 1, color=COLOURS["blue"], lw=3, label="eight lights")
ax.vlines(np.flatnonzero(twin), 0, 1, color=COLOURS["orange"], lw=3, label="eight others")
ax.set(xlabel="grid point", ylabel="brightness", ylim=(0, 1.5))
ax.legend(ncols=2, loc="upper right", fontsize=9)
print(f"their data differ by {np.abs(lens7(comb) - lens7(twin)).max():.0e}")
show(fig, alt="Two combs of eight equal lights, interleaved. The lens with cutoff 7 gives both "
              "the same fifteen numbers.")

# %% [markdown] deeper=true
# A ring of eight lights has its first frequency at 8, beyond the cutoff: all fifteen numbers but the
# mean are zero, wherever the ring is turned.

# %% [markdown] slide="notes"
# Two statements that sound contradictory and both hold: exact data need no separation; noisy data do. Ranges
# instead of pictures are the honest output. Four minutes.

# %% [markdown] deeper=true
# ### Exercise 4: points of light
#
# Write `positive_scene(y, A)`: an `x` of shape `(n,)` with `x >= 0` and `A @ x = y`, to 10⁻⁶ of
# the largest number in `y` by size, |y|, however bright or dim the light is. If every `x >= 0` misses `y` by more than 10⁻⁵ of
# that number, raise `ValueError`: the data refute the assumption. (In between, do either. If all are 0, so is
# `x`.) Any method will do: `linprog` (its result has `status == 2` if the constraints
# contradict each other) or `scipy.optimize.nnls`, which returns `(x, residual)`. `linprog`'s tolerances are
# absolute, 10⁻⁷: divide `y` by that number's size first. *Off limits:* `recovery.recover_spikes`.

# %% deeper=true solution="positive_scene" rebuilds="imaging.recovery.recover_spikes"
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


# %% deeper=true test="positive_scene_explains_light" points=2
def lit(y, A, what, mistakes=None):
    """Call positive_scene and check the form, the sign and the data; return x."""
    try:
        found = call(positive_scene, y, A)
    except AssertionError as refusal:
        if "ValueError" in str(refusal):
            refusal = AssertionError(f"{refusal}. {what} come from a scene x ≥ 0: don't refuse them. "
                                     "Is your solver, or your check, as accurate as you demand?")
        raise refusal from None
    assert not isinstance(found, tuple), (
        "positive_scene returns a tuple. nnls gives (x, residual): return x alone, and use the residual.")
    assert np.shape(found) == (A.shape[1],), (
        f"{what}: x has shape {np.shape(found)}; it should be {(A.shape[1],)}.")
    found = np.asarray(found, dtype=float)
    for sentence, value in (mistakes or {}).items():
        assert not np.allclose(found, value, atol=1e-6), f"{what}: {sentence}"
    assert found.min() >= -1e-9 * np.abs(found).max(), f"{what}: your x goes down to {found.min():.2g}: light is never negative."
    equal(A @ found, y, f"A @ x, {what}", atol=max(1.5e-6 * np.abs(y).max(), 1e-300))
    return found


camera7 = low_frequencies(64, 7).dense((1, 64))
neighbours = spikes([20, 21, 40], [1.0, 2.0, 0.5], 64)[0]
spread = np.linalg.pinv(camera7) @ (camera7 @ neighbours)
equal(lit(camera7 @ neighbours, camera7, "the data of three lights", mistakes={
    "this is the solution of least Σx² (pinv, lstsq); it goes below zero.": spread,
    "you clipped another solution at 0; after clipping it explains other data.": spread.clip(0),
    "this is −x: light is positive.": -neighbours,
}), neighbours, "positive_scene(camera7 @ neighbours, camera7)", atol=0.05)
ring = np.zeros(64)
ring[::8] = 1.0
lit(camera7 @ ring, camera7, "the data of a ring")
### BEGIN HIDDEN TESTS
# hint: lights anywhere, very bright, very dim, or both; whole numbers, no light, other matrices; numbers that are 0 or negative.
draw = np.random.default_rng(6)
for strength in (1.0, 1e8, 1e-8, 100.0):
    seven = spikes(draw.choice(np.arange(0, 64, 3), 7, replace=False),
                   strength * draw.uniform(0.5, 1.5, 7), 64)[0]
    lit(camera7 @ seven, camera7, f"data of seven lights, about {strength:g} each")
lit(np.zeros(15), camera7, "data that are all 0")
lit(np.array([3, 4]), np.array([[1, 2, 0], [0, 0, 2]]), "data in whole numbers")
lit(np.array([1.0, 1e-25]), np.eye(2), "data of which one is next to nothing")
lit(camera7 @ spikes([20, 40], [1.0, 1e-4], 64)[0], camera7, "data of a bright and a dim light")
lit(0.01 * camera7 @ neighbours, 0.01 * camera7, "data of a camera that loses 99 % of the light")
lit(np.array([0.0, 2.0]), np.array([[1.0, -1.0], [1.0, 1.0]]), "data of which the first is 0")
lit(np.array([-3.0, -1.0]), -np.eye(2), "data that are all negative")
lit(np.ones(2), np.array([[1.0, 0.0, -2.0], [0.0, 1.0, -2.0]]), "data that a scene with a negative number explains more weakly")
for rows, columns in ((1, 3), (3, 3), (5, 9), (8, 4)):
    bright_camera = draw.uniform(-1, 2, (rows, columns))
    lit(bright_camera @ draw.uniform(0.2, 2, columns), bright_camera, f"data of a matrix of {rows} × {columns}")
### END HIDDEN TESTS

# %% deeper=true test="positive_scene_refuses_what_is_no_light" points=1
refuses(positive_scene, camera7 @ spikes([20, 40], [1.0, -0.5], 64)[0], camera7,
        because="a spike of −0.5 is no light, and nothing else fits")
### BEGIN HIDDEN TESTS
# hint: weak negative spikes, dim light, a background subtracted too strongly, a sum below zero.
for excess in (0.02, 1e-4):
    refuses(positive_scene, camera7 @ (neighbours - excess), camera7,
            because=f"a background {excess:g} too large was subtracted")
for darkness, brightness in ((1e-4, 1.0), (1e-3, 1e7), (0.5, 1e-9), (0.01, 1e-6)):
    refuses(positive_scene, brightness * camera7 @ spikes([20, 40], [1.0, -darkness], 64)[0], camera7,
            because=f"a spike is negative, by {darkness:g} of the brightest; it doesn't matter how bright that is")
refuses(positive_scene, np.array([-1.0]), np.ones((1, 3)), because="a sum of light is never −1")
refuses(positive_scene, np.array([1.0, 2.0]), np.ones((2, 3)), because="one sum can't be 1 and 2")
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### Break it: something is negative, or there is too much light

# %% deeper=true
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

# %% [markdown] deeper=true
# Too much light is accepted; only the count hints at it, fifteen lights from fifteen numbers.

# %% [markdown] only="slides" slide="slide"
# ## 4 · Photons
#
# So far the data were exact. Now count photons: each lands at random, spread by the lens, σ.
#
# What can the *best* method know?

# %% [markdown]
# ## 4 · Photons
#
# Each photon of a point of light lands at random, spread by
# the lens with standard deviation σ. What can the *best* method know?

# %%
from scipy.special import ndtr

from course_lib.imaging.recovery import localise

sigma, photons, background = 1.3, 1000, 2.0


def spot(y, x):
    """Share of a light's photons in each of 11 × 11 pixels."""
    rows, columns = (np.diff(ndtr((np.arange(12) - centre) / sigma)) for centre in (y, x))
    return np.outer(rows, columns)


rng = np.random.default_rng(0)
counts = rng.poisson(photons * spot(5.3, 5.8) + background, (4000, 11, 11))
found = localise(counts, sigma, background)
fig, axes = figure(1, 2, size=(8.4, 3.4))
image = axes[0].imshow(counts[0], cmap="gray", vmin=0, extent=(0, 11, 11, 0))
fig.colorbar(image, ax=axes[0], label="photons")
axes[0].set(xlabel="x (pixels)", ylabel="y (pixels)", title="one spot, counts")
axes[1].plot(found.position[:1000, 1], found.position[:1000, 0], ".", ms=3, alpha=0.4)
axes[1].plot(5.8, 5.3, "+", color=COLOURS["vermilion"], ms=14, mew=2)
axes[1].set(xlabel="x (pixels)", ylabel="y (pixels)", title="1000 spots, each localised",
            xlim=(5.4, 6.2), ylim=(5.7, 4.9), aspect="equal")
for ax in axes:
    ax.grid(False)
show(fig, alt="Left: a noisy spot about three pixels wide, with a scale of photons. Right: the positions "
              "estimated from a thousand such spots, a cloud around the true one with standard deviation "
              f"{found.position.std(axis=0).mean():.2f} pixels.")

# %%
scatter, bound = found.position.std(axis=0).mean(), found.bound.mean()
print(f"scatter of 4000 estimates {scatter:.4f} px, Cramér–Rao bound {bound:.4f} px: ratio "
      f"{scatter / bound:.3f} ± {0.5 / 4000**0.5:.3f}; σ/√N {sigma / photons**0.5:.4f} px")

# %% [markdown]
# The spot is several pixels wide, and its centre is known to a twentieth of a pixel. The **Cramér–Rao bound** says: no unbiased estimate (right on average) has a smaller
# standard deviation than 1/√F. The **Fisher information** $F = \sum_i (\partial\mu_i/\partial\theta)^2/\mu_i$
# says how strongly the expected counts $\mu_i$ react to the unknown θ.
# Here the bound is reached to within the sampling error. Without pixels and background it is **σ/√N**: $N$ measurements with
# error σ, averaged. **The limit moves with light.**

# %% [markdown] deeper=true
# A real star, one of 47 Tucanae, seen for a minute by the Hubble telescope, as more photons are kept:

# %% deeper=true
from course_lib.imaging.photons import thin
from course_lib.worlds import measured

electrons = np.rint(measured.stars().electrons).astype(int)
star, sky = electrons[75:84, 66:75], np.median(electrons[72:87, 63:78])
widths = np.arange(1.0, 1.7, 0.05)
misfit = [np.sum((star - (fit := localise(star, w, sky)).expected) ** 2 / fit.expected) for w in widths]
width = widths[np.argmin(misfit)]  # a Gaussian stands in for the telescope's own spot
for kept_share in (0.0002, 0.002, 0.02):
    thinned = np.stack([thin(star, kept_share, rng)[0] for _ in range(400)])
    fits = localise(thinned, width, sky * kept_share)
    told = fits.position.std(axis=0) / fits.bound.mean(axis=0)
    print(f"σ = {width:.2f} px, {fits.photons.mean():5.0f} photons of the star: scatter {fits.position.std(axis=0).mean():.3f} px, "
          f"{told[0]:.2f} and {told[1]:.2f} of the bound (± 0.04)")

# %% [markdown] deeper=true
# Ten times the light, a third of the error. A ratio may fall below 1: the bound is a
# Gaussian spot's. The scatter doesn't show what is wrong in all photons: the spot's form, the pixels, neighbours.
#
# For an ideal lens the same law reads 1/(π $f_c$ √N):

# %% deeper=true
from course_lib.imaging.limits import cramer_rao, fisher_information

for N in (100, 10_000):
    gauss = cramer_rao(fisher_information(photons=N, sigma=1.0))[0]
    airy = cramer_rao(fisher_information(photons=N, cutoff=1.0))[0]
    print(f"N = {N:6d}: Gaussian {gauss:.4f} σ, 1/√N = {N**-0.5:.4f};  "
          f"Airy {airy:.5f}/fc, 1/(π√N) = {1 / np.pi / N**0.5:.5f}")

# %% [markdown]
# So work PALM and STORM microscopes (Betzig, Rust and
# colleagues, 2006): switch on a few molecules at a time, far apart; localise each; draw a map. The assumption: **one molecule per spot**.
#
# And *two* lights, both on, distance $d$ apart, equally bright, the middle known, $N$ photons in all?
#
# **Predict.** Two lights are a
# tenth of σ apart. How many photons does it take to know $d$ to 10 %?

# %%
photons_needed = None  # replace None by a number
predict("moving_the_limit.photons_needed", photons_needed, between=(1, 1e15))

# %% [markdown]
# For a Gaussian spot and $d \ll
# \sigma$ the Fisher information about $d$ is $F \to N d^2 / (8\sigma^4)$: it *vanishes* as the lights approach.

# %% slide="subslide" title="The closer two lights, the less a photon says"
from course_lib.imaging.limits import fisher_information

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

# %%
per_photon = fisher_information(photons=1, sigma=1.0, separation=0.1)[0, 0]
needed = 1 / (per_photon * (0.1 * 0.1) ** 2)
print(f"needed {needed:.2e}; the rule 800 (σ/d)⁴ gives {800 / 0.1**4:.0e}")
reveal("moving_the_limit.photons_needed", needed, label="photons for d = 0.1 σ to 10 %", log=True)

# %% [markdown]
# Eight million. To *localise* one light with the same error takes ten thousand. From
# $1/\sqrt F = d/10$ follows $N \approx 800\,(\sigma/d)^4$: half the distance costs sixteen times the light.

# %% [markdown] deeper=true
# The price also depends on what else is unknown, and on the spot:

# %% deeper=true
def price(unknown, share):
    """Photons for d = 0.1 σ to 10 %, where the place of the pair is unknown as well."""
    F = fisher_information((*unknown, "position"), photons=1, sigma=1.0, separation=0.1, share=share)
    return (cramer_rao(F)[0] / 0.01) ** 2


for share in (0.5, 0.4):
    print(f"place unknown, {share:.0%} of the light from the left: share known {price(['separation'], share):.1e}, "
          f"unknown {price(['separation', 'share'], share):.1e} photons")
for b in (0, 100):
    F = [fisher_information(photons=1e4, cutoff=1.0, separation=v, background=b)[0, 0]
         for v in (0.01, 0.02)]
    print(f"Airy, background {b} per 1/fc²: twice the distance, F times {F[1] / F[0]:.1f}")

# %% [markdown] deeper=true
# Exactly equal lights cost nothing extra, but you have to be lucky. If neither their place nor their shares
# are known, a pair of 40 : 60 costs fifty times more than one with known shares. An Airy pattern has dark rings in
# which a second light shows earlier: without background $F$ falls only like $d$ (Paúr and colleagues, 2018).
# A background that fills the rings brings $d^2$ back. And all this holds for counting *in the image plane*. A
# device that sorts the light into modes before it counts is another **A**, with a kinder law (Tsang, Nair and
# Lu, 2016).

# %% [markdown] slide="notes"
# Contrast the two laws: position ∝ 1/√N, closeness ∝ N to the power minus a quarter. PALM's idea is to turn
# the second problem into the first by switching on a few molecules at a time. Six minutes.

# %% [markdown]
# ### Exercise 3: what a photon says about a distance
#
# Write `separation_information(d, sigma, photons)`: the Fisher information about the distance $d$ of two
# lights, by numerical integration, to 10⁻⁴ of itself. The `photons` photons fall on a line with the density $p(x) =
# \tfrac12\,g(x - d/2) + \tfrac12\,g(x + d/2)$, where $g$ is the normal density with standard deviation
# `sigma`. Then
#
# $$F = N \int \frac{(\partial p/\partial d)^2}{p}\,dx, \qquad
#   \frac{\partial p}{\partial d} = \tfrac14\,[\,g'(x + d/2) - g'(x - d/2)\,], \qquad g'(x) =
#   -\frac{x}{\sigma^2}\,g(x).$$
#
# A sum over a fine `np.linspace` of x, times its step, will do: reach 8 sigma beyond each light, with
# steps much smaller than sigma. `d` is from `sigma/50` to `20 sigma`, in the same unit, any unit. If `sigma` or
# `photons` isn't positive, raise `ValueError`. *Off limits:* `limits.fisher_information`.

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
def close_to(d, sigma, photons, right, mistakes=None):
    """Call separation_information and compare it with what is right, to 10⁻⁴."""
    what = f"separation_information({d:g}, {sigma:g}, {photons:g})"
    told = call(separation_information, d, sigma, photons)
    assert np.isscalar(told) or np.shape(told) == (), f"{what} must return one number."
    assert not np.isnan(told), "this is NaN: far out p is 0, and 0/0 no number. Reach 8 sigma."
    for factor, sentence in (mistakes or {}).items():
        assert not np.isclose(told, factor * right, rtol=2e-3, atol=0), f"{what}: {sentence}"
    assert np.isclose(told, right, rtol=2e-4, atol=0), (
        f"{what} is {told:.6g}; it should be {right:.6g}: yours is {told / right:.7g} times that. "
        + ("Is the sum multiplied by the step of x?" if told > 20 * right else ""))


near = 100 * 0.008**2 / (8 * 0.4**4) * (1 - 0.02**2 / 2)
close_to(0.008, 0.4, 100.0, near, mistakes={
    4: "this is 4 times too large: the lights stand at ±d/2, so that ∂p/∂d has the factor ¼, from half the light and d/2.",
    16: "this is 16 times too large: the ¼ in ∂p/∂d is missing, and it is squared.",
    2: "this is twice too large: `photons` counts both lights together.",
    0.5: "this is half of it: each light has half the photons, which is ½ in p and ¼ in ∂p/∂d, neither less nor more.",
    0.01: "this is for one photon: multiply by `photons`.",
    near**-1.5: "this is the bound 1/√F; return F.", near**-2: "this is 1/F; return F.",
    2 * 50**2: "this is N/4σ², as for two lights far apart, or as if the two g′ were added instead of subtracted."})
close_to(15.0, 1.0, 100.0, 25.0, mistakes={
    15**2 / 2: "this is the small-d formula N d²/8σ⁴; it fails for d = 15σ: integrate."})
refuses(separation_information, 1.0, 1.0, 0.0, because="without photons there is no information")
### BEGIN HIDDEN TESTS
# hint: between the limits there is no short formula; distances from σ/50 to 20σ.
for ratio in (0.02, 0.06, 0.3, 1.0, 2.2, 4.0, 5.5, 8.0, 20.0):
    close_to(ratio, 1.0, 10.0, fisher_information(photons=10.0, sigma=1.0, separation=ratio)[0, 0])
refuses(separation_information, 1.0, 1.0, -5.0, because="photons must be positive")
### END HIDDEN TESTS

# %% test="separation_information_scales" points=2
close_to(0.5, 1.0, 1.0, 0.892219 * 0.5**2 / 8)
close_to(65.0, 130.0, 100.0, 100 * 0.892219 / 32 / 130**2, mistakes={
    130: "this is sigma times too large: g has the factor 1/(sigma √2π).",
    130**4: "this is sigma⁴ times too large: g′ has the factor 1/sigma², and it is squared.",
    130**2: "this is sigma² times too large: F has the unit 1/length².",
    0.5: "this is half of it: each light has half the photons, which is ½ in p and ¼ in ∂p/∂d, neither less nor more."})
refuses(separation_information, 1.0, 0.0, 10.0, because="sigma must be positive")
### BEGIN HIDDEN TESTS
# hint: F is proportional to the photons and has the unit of one over a length squared; metres, nanometres, whole numbers, less than one photon.
for distance_a, width_a, light_a in ((2.0, 2.0, 500.0), (0.3, 0.2, 7e4), (6e-8, 1.3e-7, 1e4), (5e7, 1e8, 3.0), (2, 1, 10), (1e-8, 4e-7, 1e8),
                                    (3.0, 2.0, 0.25), (1.0, 2.0, 2.5)):
    close_to(distance_a, width_a, light_a,
             fisher_information(photons=light_a, sigma=width_a, separation=distance_a)[0, 0])
refuses(separation_information, 1.0, -1.0, 10.0, because="sigma must be positive")
### END HIDDEN TESTS

# %% [markdown]
# ### Break it: two molecules in one spot
#
# Put two lights, 500 photons each, into the spot and ask for "the" position. χ² compares
# counts and fit: 121 pixels less 3 fitted numbers, 118 degrees of freedom. A spot is flagged above the 95 % quantile.

# %%
from scipy.stats import chi2 as chi2_law

rng, limit = np.random.default_rng(1), chi2_law.ppf(0.95, 118)
print(f"flagged above {limit:.1f}")
print("distance   error (from one)   claimed bound   χ² per degree of freedom   flagged")
for d in (0, 0.5, 1.0, 1.5):
    light = (spot(5.5, 5.5 - d * sigma / 2) + spot(5.5, 5.5 + d * sigma / 2)) / 2
    counts = rng.poisson(photons * light + background, (400, 11, 11))
    found = localise(counts, sigma, background)
    chi2 = np.sum((counts - found.expected) ** 2 / found.expected, axis=(1, 2))
    error = np.sqrt(np.mean((found.position[:, 1] - (5.5 + d * sigma / 2)) ** 2))
    print(f"  {d:.1f} σ          {error:.2f} px           {found.bound.mean():.3f} px"
          f"              {chi2.mean() / 118:.2f}              {100 * np.mean(chi2 > limit):3.0f} %")

# %% [markdown]
# Half a σ apart: the position lies in the middle, a third of a pixel from either molecule, seven times the
# claimed error, and hardly more spots are flagged than in the first row. (There it is 8 %, not 5: at two photons a pixel this χ² isn't quite one.) **The bound is a statement within the model.**

# %% [markdown] deeper=true
# The other assumption is σ itself. One *single* light, its spot 3 % wider than you believe, and you fit the
# distance of two:

# %% deeper=true
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
# How many photons tell this pair from the wide spot? With N of them χ² grows by N ∫(p − q)²/q.
x = np.linspace(-9, 9, 2001)
q, apart = np.exp(-(x**2) / (2 * 1.03**2)) / 1.03, np.sqrt(1.03**2 - 1)
p = (np.exp(-((x - apart) ** 2) / 2) + np.exp(-((x + apart) ** 2) / 2)) / 2
per_photon_chi2 = np.sum((p - q) ** 2 / q) / np.sum(q)
print("to tell them apart at 2 and 3 standard deviations:", *(f"{k**2 / per_photon_chi2:.1e}" for k in (2, 3)), "photons")

# %% [markdown] deeper=true
# Half a σ of distance out of nothing, at some twenty-five times the claimed error. Two close lights and one wider
# spot look almost the same: no check on this picture tells them apart without millions of photons. A second
# measurement does: the σ of a light that you know to be single.

# %% [markdown] slide="slide"
# ## 5 · Structured light
#
# The last technique changes what reaches the lens: light the scene with **stripes**.

# %% [markdown]
# The scene times stripes of frequency $p$ contains the *difference* of their frequencies: a **moiré**, the
# slow beat of two fine patterns that overlap. A detail at 1.6 $f_c$ under stripes at $f_c$ appears
# at 0.6 $f_c$, within the lens.

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
# Evenly lit (**wide field**), the fine wave is *exactly* zero. Under stripes it appears at another address. Each
# frame mixes three copies of the scene's spectrum, **bands**: unmoved, moved by $p$, and by $-p$. Three frames
# with the stripes shifted by a third each separate them.

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
# The detail arrives at 14 % of its strength. The rank doubles: 39 components
# become 79, every frequency below 2 $f_c$. That is Gustafsson's (2000) factor of two, and no more if the dye
# answers linearly: the lens limits the stripes, too. Assumed: a scene at rest, and stripes of known frequency,
# phase and contrast.

# %% [markdown] deeper=true
# ### Break it: the stripes are not what you think

# %% deeper=true
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

# %% [markdown] deeper=true
# True are 1.60 $f_c$ and 0.50. If the stripes' contrast is overrated, the detail comes back too weak; if
# their frequency is off, it comes back *elsewhere*, as crisp as before. With nothing else in the scene the
# residual sees neither, if the stripes lie beyond the lens's cutoff; below it, it sees their contrast (next cell). But a coarse wave lies where the three bands overlap, and is measured twice: the copies
# contradict each other, and the residual **notices**.

# %% deeper=true
# Try: other stripes (in units of fc; from 1 on the lens doesn't pass them) and contrasts, under the fine wave alone.
stripes, contrast = 0.9, 0.7
believed, true = (structured_illumination(scope, (1, 200), (0, stripes * fc), phases, m)
                  for m in (1.0, contrast))
y = read_noise(true(fabric), 0.002, rng=0)
residual = np.sqrt(np.mean((believed(tikhonov(y, believed, 1e-4)) - y) ** 2)) / 0.002
print(f"stripes at {stripes} fc, contrast {contrast} believed to be 1: residual {residual:.1f} σ")

# %% [markdown] slide="notes"
# Same moral as for the frames: surplus data make the check, where the scene puts light into the surplus. Four minutes.

# %% [markdown] slide="slide"
# ## 6 · What the limit is traded for

# %% [markdown]
# Lukosz (1966) found what can't be changed, a *number*: the degrees of freedom over field,
# frequency, time and polarisation together. Frames (where pixels are the limit) and stripes trade time for frequency.
# Three striped frames took three times 39 numbers and gained 79 components.
# **By measuring alone nobody gets more components than numbers** (section 2 assumed the rest).

# %% [markdown] deeper=true
# Switching trades time, too: a dye glows only in known places, say at every
# tenth point of the line, then at their neighbours, in ten frames. **Predict.** Our lens passes 39 components of 200.
# How many do the ten frames give?

# %% deeper=true
switched_on = None  # replace None by a number from 39 to 200
predict("moving_the_limit.switched_on", switched_on, between=(39, 200))

# %% deeper=true slide="subslide" title="Numbers taken, components gained" figure="traded"
# Try: switched(2) and switched(20) as further techniques.
from course_lib.imaging.operators import Stack
from course_lib.imaging.recovery import Illuminate


def switched(every):
    """One frame for each set of points that glow together."""
    return Stack([scope @ Illuminate((i % every == k)[None].astype(float)) for k in range(every)])


passed = rank_and_condition(scope, (1, 200))[0]  # numbers that the lens lets through in each frame
techniques = {"evenly lit": (scope, 1), "4 frames, shifted": (frames([(0, d) for d in range(4)], 1) @ scope, 4),
              "3 frames, stripes": (striped, 3), "5 frames, switched": (switched(5), 5),
              "10 frames, switched": (switched(10), 10)}
gained = {}
fig, ax = figure(size=(6.4, 3.4))
for (name, (camera, K)), mark in zip(techniques.items(), "osv^DPX", strict=False):
    gained[name], condition = rank_and_condition(camera, (1, 200))
    ax.plot(K * passed, gained[name], mark, ms=9, label=name)
    print(f"{name:20} {K * passed:4d} numbers taken, {gained[name]:4d} of 200 components gained, condition {condition:9.1f}")
ax.plot([0, 200, 400], [0, 200, 200], color=COLOURS["black"], lw=1, ls=":", label="no more than was taken")
ax.set(xlabel="numbers that the lens passes, all frames together", ylabel="components of the scene", ylim=(0, 220))
ax.legend(fontsize=9)
told = ", ".join(f"{name}: {value}" for name, value in gained.items())
show(fig, alt=f"Components gained against numbers taken. {told}. None lies above the line of equality, which ends at 200.")

# %% deeper=true
reveal("moving_the_limit.switched_on", gained["10 frames, switched"], label="components from ten switched frames")

# %% [markdown] deeper=true
# No technique lies above the line. Shifted frames take four times the
# numbers and gain nothing, since this lens, not a pixel, is the limit: nothing has aliased. The price in all rows but the first is time, and the assumption that the scene stands still meanwhile.

# %% [markdown] slide="notes"
# One account for all: numbers taken, components gained. Ask what the four shifted frames would have given with coarse
# pixels (they unfold aliases), and who pays the time. MINFLUX and Fourier ptychography are rows of the same table. Four
# minutes.

# %% [markdown] deeper=true
# Abbe (1873) gave the finest detail that a lens passes in *one* evenly lit exposure. The same account holds for other ways round him:
#
# | technique | what is taken | what is gained | P |
# |---|---|---|---|
# | **STED** | a number per place, point by point | a lit spot smaller than the lens's | the switching beam's shape |
# | **MINFLUX** (Balzarotti 2017) | N photons under a moving dark spot | a position to about L/(4√N), for a range L | where the dark spot stood, and how dark |
# | **Fourier ptychography** (Zheng 2013) | many exposures, lit from different angles | an aperture wider than the lens's | a thin scene at rest; coherent light, known angles |
#
# In MINFLUX, why L and not σ? Near a dark spot a small step changes the brightness by a large share of itself. Expose twice, with the dark spot at
# −L/2 and at L/2; the share of photons in the first exposure tells the position, and L is yours to choose:

# %% deeper=true
L, N = 50.0, 1000  # range in nanometres, photons; two exposures, the dark spot at −L/2 and at L/2
x = np.array([-1e-3, 0, 1e-3])
share_of_first = (x + L / 2) ** 2 / ((x + L / 2) ** 2 + (x - L / 2) ** 2)  # brightness rises as distance²
slope = (share_of_first[2] - share_of_first[0]) / (x[2] - x[0])
information = N * slope**2 / (share_of_first[1] * (1 - share_of_first[1]))
print(f"dark spots {L:g} nm apart, {N} photons: bound {information**-0.5:.2f} nm at the centre, "
      f"L/(4√N) = {L / (4 * N**0.5):.2f} nm; a spot of σ = 100 nm gives {100 / N**0.5:.2f} nm")

# %% [markdown] only="slides" slide="slide"
# ## Bought, and assumed
#
# - **Frames, stripes, switching** take more numbers.
# - **Few points, light ≥ 0**: one line, in part checked.
# - **A generator's prior** takes nothing. It assumes.
#
# *Which of these could you check?*

# %% [markdown]
# Every technique so far adds **measurements**, or a statement
# about the scene that can be written in **one line, and in part checked** (few points, light ≥ 0). A network that
# has learned what pictures look like, a **generator's prior**, takes nothing and adds any amount of detail. If it is wrong, the answer can still be sharp and natural,
# and a search that reaches its tolerance fits the data, too: **you might not notice.**

# %% [markdown] deeper=true
# ## Feel it
#
# Two spikes behind a lens with a sharp cutoff ($f_c$ = 10, 400 grid points). Choose the truth and the
# assumption, move them together, add noise. The title says "found" if 99 % of the strength lies within a grid
# step of the truth. Find (1) the distance below which + and − are not found without noise, (2) the *largest*
# noise at which two lights at 0.4/$f_c$ are still found, (3) the one choice of truth and assumption that the
# program refutes.

# %% deeper=true slide="subslide" title="What is assumed, what is found?"
from course_lib.notebook.explorers.moving_the_limit import moving_the_limit

moving_the_limit()

# %% [markdown] slide="notes"
# Let the room choose truth and assumption, and guess before you move: does the answer fit the data, and is it right?
# Stop where both fit and only one is true. Five minutes.

# %% [markdown]
# ## Write: the table, and its defence
#
# Fill a table with **four** techniques. The given row counts; copy it. Add one row that takes *more numbers*: many
# frames, or structured light if you did its optional part; one about *points of light*: few points, or localisation by
# photons; and *a generator's prior*.
#
# | technique | A, σ, K: measured | P: assumed | what it adds | what breaks if P is false | how you would notice |
# |---|---|---|---|---|---|
# | positivity | one frame, fc = 7, no noise | x ≥ 0, at most fc lights | lights at any distance | negative: perhaps no answer; too many lights: one of many answers | infeasible program; range of a pixel |
#
# 1. **P** can be true or false of scene, camera or light: "few spikes, on the grid", but not
#    "sparse" (too vague) nor "the algorithm converges".
# 2. **What it adds** and **what breaks** are specific in your three rows. Not: "better resolution", "bad results". Two
#    rows, that of *more numbers* and that of *points*, each hold a number or an observation of this lesson, in either column.
# 3. **How you would notice** names a diagnostic or a further measurement in these two rows, and says in one of them when it is
#    silent.
# 4. The generator's row says that neither sharpness nor the fit to the data would tell, and why one of them wouldn't.
# 5. Below the table, **defend one of the same two rows** in three to five sentences: which experiment of this lesson supports its
#    last two columns, what came out, and when is the check silent?

# %% [markdown] answer="techniques_defended" points=5
# ### BEGIN SOLUTION
# *Example.*
#
# | technique | A, σ, K: what is measured | P: what is assumed | what it adds | what breaks if P is false | how you would notice |
# |---|---|---|---|---|---|
# | positivity | one frame, fc = 7, no noise | x ≥ 0, at most fc lights | lights at any distance | negative: perhaps no answer; too many lights: one of many answers | infeasible program; range of a pixel |
# | many frames | K shifted frames, 4-pixel box, noise σ | shifts known, scene at rest | up to 61 of 64 components; unfolds aliases | an error almost three times as large | residual, if there are more frames than needed; silent with four |
# | few points | 81 low frequencies, no noise | few spikes, on the grid, not too close | exact positions | a bar becomes beads; close pairs move apart | number of spikes, held-out frequencies; silent for the bar with a little noise |
# | a generator's prior | one small picture | the scene is one the network draws | any amount of natural detail | a wrong picture that can be sharp and natural and fit the data | you might not: neither sharpness nor the fit need tell |
#
# *Defence of "many frames".* With shifts off by half a pixel, four frames gave almost three times the error while
# the residual stayed below the noise: 61 unknowns explain almost any 64 numbers. With sixteen frames the
# same fault raised the residual far above σ. The check stays silent if all frames share one small fault, for example
# a box 5 % too wide at every shift, which is then explained by another scene.
#
# *Rows for the other choices.*
#
# | technique | A, σ, K: what is measured | P: what is assumed | what it adds | what breaks if P is false | how you would notice |
# |---|---|---|---|---|---|
# | localisation (PALM) | N photons, pixels, background | one molecule per spot, σ known | position to about σ/√N, a little more with pixels, more with background | the middle between two molecules, seven times the claimed error away at half a σ | χ², from about one σ on; whether it switches off in one step |
# | structured light | three striped frames | stripes' frequency, phase, contrast; scene at rest | every frequency below 2 fc: 79 components for 39 | detail too weak, or at the wrong frequency | residual where bands overlap; silent if nothing of the scene lies there |
#
# *Rubric, one point each, or half. In every criterion a false statement (one that this lesson contradicts) beside a right
# one costs half a point of that criterion, and never another's.*
#
# 1. Four rows (the given one counts), one of each kind that the task names, each with a P as the task asks.
#    *Half*: one defect: a row is missing, or one P is missing or too vague. *None*: two defects or more.
# 2. "Adds" and "breaks" are right and specific in the three rows of one's own, with a number or observation, in either
#    column, in both rows but the generator's. *Half*: right and specific in all three, with fewer numbers; or in two of the
#    three, with or without numbers, also where there are only two.
# 3. A diagnostic or a further measurement in both rows but the generator's, *and* one of them says when it is silent.
#    *Half*: one of the two; or a single such row that has both.
# 4. The generator's row says that sharpness *and* fit don't tell, with a reason for one of them (the search makes it fit; it can
#    draw nothing else than sharp pictures). *Half*: says so without a reason. *None*: "check the residual".
# 5. The defence, of a row of one's own but the generator's, names an experiment of this lesson with what came out *and* a case
#    in which the check is silent. *Half*: one of the two.
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
# You can't say: *it looks sharp and fits the data, so it is right.*
#
# > Given **A** (pixels of four), noise **σ**, **K** = 4 frames and **P** (shifts known), 61 of 64 components
# > are known, the worst to 20 times the error of the best.

# %% [markdown] slide="notes"
# End with the last row of the table. Act II starts from it. Two minutes.

# %% [markdown] deeper=true
# ## Further reading
#
# *The limit as a trade.* W. Lukosz, J. Opt. Soc. Am. 56 (1966) 1463,
# [doi:10.1364/JOSA.56.001463](https://doi.org/10.1364/JOSA.56.001463); II, 57 (1967) 932; E. Abbe, Arch. mikrosk.
# Anat. 9 (1873) 413, [doi:10.1007/BF02956173](https://doi.org/10.1007/BF02956173).
#
# *Frames.* A. Papoulis, IEEE Trans. Circuits Syst. 24 (1977) 652,
# [doi:10.1109/TCS.1977.1084284](https://doi.org/10.1109/TCS.1977.1084284); S. Baker, T. Kanade, IEEE Trans. Pattern
# Anal. Mach. Intell. 24 (2002) 1167, [doi:10.1109/TPAMI.2002.1033210](https://doi.org/10.1109/TPAMI.2002.1033210)
# (its last part proposes learned priors, and calls them hallucination); Z. Lin, H.-Y. Shum,
# "Fundamental limits of reconstruction-based superresolution algorithms under local translation", the same journal (2004).
#
# *Points and positivity.* R. de Prony, J. École Polytechnique 1, cahier 22 (1795) 24; D. L. Donoho, I. M. Johnstone,
# J. C. Hoch, A. S. Stern, "Maximum entropy and the nearly black object", J. R. Stat. Soc. B (1992); Y. de Castro, F. Gamboa, J. Math. Anal. Appl. 395 (2012)
# 336, [doi:10.1016/j.jmaa.2012.05.011](https://doi.org/10.1016/j.jmaa.2012.05.011); E. J. Candès, C.
# Fernandez-Granda, Comm. Pure Appl. Math. 67 (2014) 906, [doi:10.1002/cpa.21455](https://doi.org/10.1002/cpa.21455);
# V. Duval, G. Peyré, Found. Comput. Math. 15 (2015) 1315,
# [doi:10.1007/s10208-014-9228-6](https://doi.org/10.1007/s10208-014-9228-6).
#
# *Photons.* R. E. Thompson, D. R. Larson, W. W. Webb, Biophys. J. 82 (2002) 2775,
# [doi:10.1016/S0006-3495(02)75618-X](https://doi.org/10.1016/S0006-3495(02)75618-X); S. Ram, E. S. Ward, R. J. Ober,
# PNAS 103 (2006) 4457, [doi:10.1073/pnas.0508047103](https://doi.org/10.1073/pnas.0508047103); C. S. Smith, N. Joseph,
# B. Rieger, K. A. Lidke, Nat. Methods 7 (2010) 373, [doi:10.1038/nmeth.1449](https://doi.org/10.1038/nmeth.1449);
# M. Tsang, R. Nair, X.-M. Lu, Phys. Rev. X 6 (2016) 031033,
# [doi:10.1103/PhysRevX.6.031033](https://doi.org/10.1103/PhysRevX.6.031033); M. Paúr et al., "Tempering Rayleigh's
# curse with PSF shaping", Optica 5 (2018) 1177,
# [arXiv:1809.00633](https://arxiv.org/abs/1809.00633).
#
# *Light that is switched or striped.* S. W. Hell, J. Wichmann, Opt. Lett. 19 (1994) 780,
# [doi:10.1364/OL.19.000780](https://doi.org/10.1364/OL.19.000780) (STED); M. G. L. Gustafsson, J. Microsc. 198 (2000)
# 82, [doi:10.1046/j.1365-2818.2000.00710.x](https://doi.org/10.1046/j.1365-2818.2000.00710.x); E. Betzig et al., Science
# 313 (2006) 1642, [doi:10.1126/science.1127344](https://doi.org/10.1126/science.1127344); M. J. Rust, M. Bates, X.
# Zhuang, Nat. Methods 3 (2006) 793, [doi:10.1038/nmeth929](https://doi.org/10.1038/nmeth929); G. Zheng, R.
# Horstmeyer, C. Yang, Nat. Photonics 7 (2013) 739,
# [doi:10.1038/nphoton.2013.187](https://doi.org/10.1038/nphoton.2013.187); F. Balzarotti et al., Science 355 (2017)
# 606, [doi:10.1126/science.aak9913](https://doi.org/10.1126/science.aak9913).
