# ---
# jupyter:
#   course: {points: 20, reads: [images, measured]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# After this lesson you can
#
# - say how much noise an inverse filter makes, and what each method assumes;
# - *choose* the strength of a regularisation without the truth;
# - *recognise* four cheats: the inverse crime, circular borders, tuning on the truth,
#   and a point-spread function (PSF) that was only believed;
# - *split* a picture's error into parts, one for each cause.
#
# {minutes} minutes, with a good place to stop after section 3. What is marked » is optional. {builds_on} Compute in double precision,
# NumPy's default.

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **{question}**

# %% slide="subslide" title="Smeared, and perfectly restored"
import numpy as np

from course_lib.imaging.deconvolution import inverse_filter
from course_lib.imaging.operators import Blur
from course_lib.imaging.optics import gaussian_otf
from course_lib.notebook.figures import show_images
from course_lib.worlds import images

page = images.load("text")[:, 16:144, 100:228]
page = page / page.max()  # exposed so that the brightest paper is 1
shake = Blur.from_otf(np.tile(gaussian_otf(np.fft.rfftfreq(128), 1.5), (128, 1)))
blurred = shake(page)
restored = inverse_filter(blurred, shake)
show_images({"a page": page, "the camera shook": blurred, "undone": restored},
            alt="A page of handwriting, the same page smeared sideways, and the page again, sharp.")

# %% [markdown]
# The camera trembled sideways: each line was smeared by a Gaussian with a standard deviation of
# 1.5 pixels. A blur multiplies every frequency by its transfer function $H$. To undo it, divide:
# $\hat X = Y / H$, the **inverse filter**.

# %%
print(f"largest error after undoing the blur: {np.abs(restored - page).max():.0e}")

# %% [markdown]
# Perfect to eleven digits. Now save the blurred picture first, with 8 bits per pixel:
# every value is rounded to the nearest of 256.

# %% slide="subslide" title="The same page, kept in 8 bits"
def rms(error):
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(error))))


saved = np.round(255 * blurred) / 255
show_images({"saved with 8 bits": saved, "undone from the file": inverse_filter(saved, shake)},
            alt="The smeared page in 8 bits, which looks as before, and what the inverse filter "
                "makes of it: black and white noise.")

# %%
error = rms(inverse_filter(saved, shake) - page)
print(f"rounding changed the picture by {rms(saved - blurred):.4f} rms; "
      f"undone, it is wrong by {error:.1f} rms")

# %% [markdown]
# Wrong by more than ten times the picture's range. At half a cycle per pixel, the highest
# frequency of the grid, little is left of the signal. Dividing multiplies what is left, and the
# rounding error with it, which nobody blurred.

# %%
print(f"1/H at half a cycle per pixel: {1 / gaussian_otf(0.5, 1.5):,.0f}")

# %% [markdown] slide="notes"
# Let the room enjoy the perfect restoration before showing the third picture. The question to
# ask: who of you saves pictures with more than 8 bits? Four minutes.

# %% [markdown]
# ### The inverse crime
#
# Why did the first attempt succeed? We made the data with the very operator that we then inverted, on
# the same grid, without noise: an **inverse crime**. It tests arithmetic, not the method.
# Here is a line of a bar code, 64 pixels long, with data made in three ways.

# %%
from course_lib.imaging.operators import Downsample

bars = np.repeat(np.random.default_rng(589).integers(0, 2, 52), 5)[None, :256].astype(float)
line = Downsample((1, 4))(bars)  # what 64 pixels would see without blur
blur = Blur.from_otf(lambda f: gaussian_otf(f, 1.5))
fine_blur = Blur.from_otf(lambda f: gaussian_otf(f, 6.0))  # the same blur on the 4 × finer grid
same_grid = blur(line)
finer_world = Downsample((1, 4))(fine_blur(bars))
eight_bits = np.round(255 * same_grid) / 255
for name, taken, digits in (("same grid, no noise", same_grid, ".0e"),
                            ("made on a 4 × finer grid", finer_world, ".3f"),
                            ("same grid, 8 bits", eight_bits, ".1f")):
    print(f"{name:25s} error {rms(inverse_filter(taken, blur) - line):{digits}}")

# %% [markdown]
# The first number is the crime. The second has no noise, but the sharp line contains fine
# detail of the bars, *folded* to lower frequencies (aliasing), which the blurred camera never
# recorded.
#
# **A test of a method must use data that the method's own model did not make.** Most simulations of
# this lesson share the operator; section 7 shows what that hides.

# %% [markdown] deeper=true
# Is the second error really made of folded detail? Take that out of the reference, too:

# %% deeper=true
coarse = np.abs(np.fft.fftfreq(256)) <= 1 / 8  # up to half a cycle per pixel of the 64
unfolded = Downsample((1, 4))(np.fft.ifft(np.fft.fft(bars) * coarse).real)
print(f"folded detail in the sharp line: {rms(line - unfolded):.3f}")
print(f"inverse against the line without it: {rms(inverse_filter(finer_world, blur) - unfolded):.4f}")

# %% [markdown] deeper=true
# Nearly all of it is. The small rest is what little the blurred camera folds itself; dividing by
# $H$ enlarges it.

# %% [markdown]
# ## 1. Noise gain
#
# The measurement is $y = h * x + n$, with noise of variance $\sigma^2$, the same at all frequencies
# (*white*). Dividing by $H$ divides the noise, too: on average its variance grows by the **noise gain**
#
# $$ g = \operatorname{mean}_f \; \frac{1}{|H(f)|^2}. $$
#
# **Predict.** A signal of 64 samples was blurred by a Gaussian with a standard deviation of *one*
# pixel. By which factor does undoing it multiply the noise variance?

# %%
from course_lib.notebook.predictions import predict, reveal

guess_gain = None  # replace None by your number
predict("deconvolution.noise_gain", guess_gain, between=(1, 1e12))

# %% slide="subslide" title="Noise, a thousandfold"
H = gaussian_otf(np.fft.fftfreq(64), 1.0)
gain = float(np.mean(1 / np.abs(H) ** 2))
print(f"noise gain {gain:.0f}; full width at half maximum 2√(2 ln 2) σ = {2 * np.sqrt(2 * np.log(2)):.2f} pixels")
reveal("deconvolution.noise_gain", gain, label="noise gain, Gaussian blur of one pixel", unit="variance ratio",
       log=True)

# %% [markdown]
# A thousandfold, for a blur whose full width at half maximum is only 2.4 pixels: 2√(2 ln 2) times its standard deviation.

# %% [markdown] deeper=true
# Does the law explain the page? Rounding to 256 levels is an error spread evenly over ±1/510; an even
# spread of width $w$ has the standard deviation $w/\sqrt{12}$.

# %% deeper=true
from course_lib.imaging.deconvolution import noise_gain

rounding = 1 / (255 * np.sqrt(12))
for name, width, measured in (("the page", 128, error),
                              ("the bar code", 64, rms(inverse_filter(eight_bits, blur) - line))):
    expected = rounding * np.sqrt(noise_gain(blur, (1, width)))
    print(f"{name:13s} expected {expected:.1f} rms, measured {measured:.1f}")

# %% [markdown] deeper=true
# It does. One line scatters more, because a handful of frequencies carry nearly all of the noise.

# %% [markdown]
# ### Exercise 1: the noise gain of a kernel
#
# Cameras are often described by a **kernel**, a short list of weights. Write
# `kernel_gain(kernel, n)` for a signal of `n` samples that is blurred, with periodic borders, by
# a one-dimensional `kernel` of length `k ≤ n`. $H$ is the discrete Fourier transform of the
# kernel as it is, filled up with zeros to `n` samples: `np.fft.fft(kernel, n)`. Return the mean of
# $1/|H|^2$ over **all** `n` frequencies,
# to six digits, however large; kernels whose $H$ is 0 somewhere don't occur. If the kernel is
# longer than the signal, raise `ValueError` . *Off limits:* the library's `noise_gain`.

# %% solution="kernel_gain" rebuilds="imaging.deconvolution.noise_gain"
def kernel_gain(kernel, n):
    """Return the factor by which undoing a blur multiplies the variance of white noise.

    Parameters
    ----------
    kernel : array, shape (k,)
        Weights of the blur.
    n : int
        Number of samples of the signal.

    Returns
    -------
    float
        Mean of 1/|H|² over the n frequencies.

    Raises
    ------
    ValueError
        If k > n.
    """
    ### BEGIN SOLUTION
    if len(kernel) > n:
        raise ValueError(f"kernel has {len(kernel)} weights; the signal has only {n} samples")
    H = np.fft.fft(kernel, n)
    return float(np.mean(1 / np.abs(H) ** 2))
    ### END SOLUTION


# %% test="kernel_gain_of_two_weights" points=1
from course_lib.notebook.checks import call, equal, refuses

# For the weights (¾, ¼), H = ¾ + ¼ exp(−2πif), and the mean of 1/|H|² is exactly 2.
two_weights = call(kernel_gain, np.array([0.75, 0.25]), 64)
assert not np.iscomplexobj(two_weights), (
    "kernel_gain returns a complex number; |H|² is the squared *magnitude*, np.abs(H)**2, and real.")
equal(two_weights, 2.0, "kernel_gain([.75, .25], 64)", mistakes={
    "you squared H; |H|² is the squared *magnitude*, np.abs(H)**2.": 16 / 9,
    "you took the mean of 1/|H|; noise *variance* grows by 1/|H|².": 1.3728805006,
    "you inverted the mean of |H|²; the mean of 1/|H|² is wanted: weak frequencies hurt most.": 1.6,
    "you averaged over half of the frequencies only (as rfft gives them); all n are wanted.":
        2.0151515152,
    "this is in decibels; return the ratio itself.": 3.0102999566,
    "you used the kernel's own few frequencies; fill it up with zeros to n samples first.": 2.5,
}, atol=1e-6)
refuses(kernel_gain, np.ones(9) / 9, 8, because="the kernel is longer than the signal")

# %% test="kernel_gain_of_short_signals_and_single_weights" points=2
# On two samples H is 1 and ½, so the mean of 1/|H|² is (1 + 4)/2.
equal(call(kernel_gain, np.array([0.75, 0.25]), 2), 2.5, "kernel_gain([.75, .25], 2)", atol=2e-6)
equal(call(kernel_gain, np.array([0.75, 0.25]), 5), 1.98360656, "kernel_gain([.75, .25], 5)",
      atol=2e-6)
equal(call(kernel_gain, np.array([1.0]), 50), 1.0, "kernel_gain([1], 50)")
equal(call(kernel_gain, np.array([0.5]), 50), 4.0, "kernel_gain([.5], 50)", mistakes={
    "did you divide the kernel by its sum? Take it as it is.": 1.0})
### BEGIN HIDDEN TESTS
# hint: noise gain is the sum of the squared entries of the inverse matrix over n. Weights may be whole numbers, negative, large or small; they needn't add up to 1; the gain may be huge.
for hidden_kernel, hidden_n in (([0.2, 0.5, 0.3], 31), ([0.1, 0.7, 0.2], 48), ([0.3, 0.7], 2),
                                ([1.4, -0.3], 9), ([3, 1], 16), ([-2], 1),
                                ([-0.5, 2.0, 0.25, 0.125], 4), ([0, 0, 2, 1], 7)):
    hidden_column = np.zeros(hidden_n)
    hidden_column[: len(hidden_kernel)] = hidden_kernel
    hidden_inverse = np.linalg.inv(np.stack(
        [np.roll(hidden_column, place) for place in range(hidden_n)], axis=1))
    equal(call(kernel_gain, np.array(hidden_kernel), hidden_n) / np.sum(hidden_inverse**2) * hidden_n,
          1.0, f"kernel_gain({hidden_kernel}, {hidden_n}) over what it should be", atol=1e-6)
for hidden_scale in (1e-8, 1e-3, 1e5, 1e8):
    equal(call(kernel_gain, hidden_scale * np.array([0.75, 0.25]), 64) * hidden_scale**2, 2.0,
          f"kernel_gain of {hidden_scale:g} times (.75, .25), times {hidden_scale:g} squared",
          atol=1e-5)
# For weights (1, b) and even n the mean is (1 + bⁿ)/(1 − bⁿ)/(1 − b²).
for hidden_b in (0.9999, 1 - 1e-7):
    hidden_gain = (1 + hidden_b**64) / (1 - hidden_b**64) / (1 - hidden_b**2)
    equal(call(kernel_gain, np.array([1.0, hidden_b]), 64) / hidden_gain, 1.0,
          f"kernel_gain([1, {hidden_b}], 64) over {hidden_gain:.4g}", atol=1e-5)
refuses(kernel_gain, np.ones(4) / 4, 3, because="the kernel is longer than the signal")
refuses(kernel_gain, np.array([0.6, 0.4]), 1, because="the kernel is longer than the signal")
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### Which H?
#
# "A Gaussian blur, σ = 2 pixels." $H$ may be the transfer function of the continuous Gaussian; or of
# its *samples* at the pixel centres; or of its *means* over the pixels; or of samples that somebody
# cut off at 4σ. All are in use.

# %% deeper=true slide="subslide" title="One Gaussian, four noise gains"
from course_lib.imaging.optics import gaussian_psf

cut = Blur(gaussian_psf(2, (1, 17)))
conventions = {"analytic transfer function": Blur.from_otf(lambda f: gaussian_otf(f, 2)),
               "sampled kernel, not cut": Blur(gaussian_psf(2, (1, 63))),
               "integrated over pixels": Blur(gaussian_psf(2, (1, 63), integrated=True)),
               "sampled kernel, cut at 4σ": cut}
for name, convention in conventions.items():
    print(f"{name:27s} gain {noise_gain(convention, (1, 64)):7.1e}, "
          f"least |H| {np.abs(convention.otf((1, 64))).min():.1e}")

# %% [markdown] deeper=true
# The cut makes a small sharp edge, and a sharp edge contains all frequencies: the least $|H|$ on this
# grid grows.
# The blur became "easier to undo" by being computed less carefully. When you read a noise gain or a
# condition number, ask first which $H$ was meant.

# %% [markdown] slide="notes"
# The moment for practitioners: ask who has cut a Gaussian kernel at 3σ this year. A
# hundred-thousandfold change in "how ill-posed it is" came from a line of code that few papers
# mention, and most of what is left is an accident of the signal's length. Five minutes.

# %% [markdown] deeper=true
# Is the cut kernel's gain at least a property of the kernel? Look between the frequencies of the
# grid, and at other lengths of the signal:

# %% deeper=true
response = cut.otf((1, 2**16))[0].real  # between the frequencies of 64 samples
crossings = np.linspace(0, 0.5, len(response))[1:][np.diff(np.sign(response)) != 0]
weakest = np.argmin(np.abs(cut.otf((1, 64)))) / 64
print(f"H crosses 0 at {np.round(crossings, 4)}; the weakest of the 64 frequencies is {weakest:.4f}")
for n in (60, 63, 64, 70, 128, 256):
    print(f"n = {n:3d}: noise gain {noise_gain(cut, (1, n)):.1e}")

# %% [markdown] deeper=true
# The cut makes $H$ negative between two crossings. The gain says how close to one of them the
# nearest frequency of the grid happens to fall: an accident of $n$.

# %% [markdown]
# ## 2. The Wiener filter: give up where it costs too much
#
# So divide less where the signal is weak. Say that at frequency $f$ the scene has power $S(f)$ and
# the noise $N(f)$. A *linear* filter $\hat X = W\,Y$ loses detail and lets noise in: its expected
# squared error at $f$ is $|1 - WH|^2 S + |W|^2 N$. That is least for
#
# $$ W = \frac{H^*}{|H|^2 + N/S}. $$
#
# The conjugate $H^*$ takes back the shift of an asymmetric blur. What the filter **assumes**: a scene that fluctuates about zero in the same
# way everywhere, noise that is uncorrelated with it, and the ratio $N/S$.

# %% slide="subslide" title="Wiener: give up where it costs too much"
from course_lib.notebook.figures import COLOURS, figure, show

f = np.linspace(0, 0.5, 200)
H = gaussian_otf(f, 1.5)
fig, ax = figure(size=(6, 2.8))
ax.semilogy(f, H, color=COLOURS["black"], label="blur H")
ax.semilogy(f, 1 / H, color=COLOURS["vermilion"], label="inverse 1/H")
ax.semilogy(f, H / (H**2 + 0.01), color=COLOURS["blue"], label="Wiener, N/S = .01")
ax.set(xlabel="frequency (cycles per pixel)", ylabel="factor", ylim=(1e-3, 1e4))
ax.legend(fontsize=9)
show(fig, alt="Against frequency, H falls steeply, 1/H rises as steeply, and the Wiener filter "
              "follows 1/H up to a factor of five, then turns and falls with H.")

# %% [markdown] slide="notes"
# Follow the blue line with the finger: along 1/H, a bend, and down. Ask what it gives up, and where. It never multiplies by
# more than five. Three minutes.

# %% [markdown]
# ### Exercise 2: a Wiener filter
#
# Write `wiener_filter(y, otf, noise_to_signal)`. `y` is a picture, or several, of shape `(..., H, W)`;
# `otf` is the blur's transfer function, complex, of shape `(H, W // 2 + 1)`, as `np.fft.rfft2(y)` orders
# frequencies. `noise_to_signal` is $N/S$: one number, or an array shaped like `otf`. Return
# the estimate, of shape `(..., H, W)`: `np.fft.irfft2(X, s=(H, W))` goes back, and needs `s` for odd
# widths. (In shapes, H and W are height and width; in the formula, transfer function and filter.) The formula holds as it stands for light and ratios of any size (0 occurs only where
# `otf` isn't 0). A `noise_to_signal` that is negative anywhere raises `ValueError`.
# *Off limits:* the library's `wiener` and `tikhonov`.

# %% solution="wiener_filter" rebuilds="imaging.deconvolution.wiener imaging.deconvolution.tikhonov"
def wiener_filter(y, otf, noise_to_signal):
    """Return the Wiener estimate of the scene behind a blurred, noisy picture.

    Parameters
    ----------
    y : array, shape (..., H, W)
        Measured picture.
    otf : complex array, shape (H, W // 2 + 1)
        Transfer function of the blur, as `np.fft.rfft2` orders frequencies.
    noise_to_signal : float or array, shape (H, W // 2 + 1)
        Power of the noise divided by power of the scene; 0 or greater.

    Returns
    -------
    array, shape (..., H, W)

    Raises
    ------
    ValueError
        If noise_to_signal is negative anywhere.
    """
    ### BEGIN SOLUTION
    if np.min(noise_to_signal) < 0:
        raise ValueError("noise_to_signal is negative; it must be 0 or greater")
    W = np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(W * np.fft.rfft2(y), s=np.shape(y)[-2:])
    ### END SOLUTION


# %% test="wiener_filter_weighs_signal_against_noise" points=1
from course_lib.imaging.operators import Shift  # a camera that only moves the picture

patch = np.random.default_rng(1).random((6, 8))
halved = np.full((6, 5), 0.5 + 0j)  # a "blur" that halves every frequency
# W = ½/(¼ + .15) = 1.25 at every frequency, so the estimate is 1.25 y.
equal(call(wiener_filter, patch, halved, 0.15), 1.25 * patch,
      "wiener_filter(patch, halved, .15)", mistakes={
    "this is the inverse filter: noise_to_signal has no effect.": 2 * patch,
    "you divided by H + N/S; the Wiener filter is H*/(|H|² + N/S).": patch / 0.65,
    "this is the adjoint: you multiplied by H* and didn't divide.": 0.5 * patch,
}, atol=1e-9)
moved = Shift(0, 1)
equal(call(wiener_filter, moved(patch), moved.otf((6, 8)), 0.0), patch,
      "wiener_filter of a picture moved by one pixel, N/S = 0", mistakes={
    "the picture moves on instead of back: is the complex conjugate H* missing?":
        np.roll(patch, 2, axis=-1),
    "the blur's phase is ignored: you used |H| where H* belongs.": np.roll(patch, 1, axis=-1),
    "the picture moves back too far: you squared H; |H|² is the squared *magnitude*.":
        np.roll(patch, -2, axis=-1),
}, atol=1e-9)

# %% test="wiener_filter_of_batches_odd_widths_and_spectra" points=2
odd_patch = np.random.default_rng(2).random((3, 7, 9))
odd_shape = np.shape(call(wiener_filter, odd_patch, np.ones((7, 5), complex), 0.0))
assert odd_shape == (3, 7, 9), (
    f"from a picture of shape (3, 7, 9) came {odd_shape}: irfft2 must be told the shape "
    "(s=…), or an odd width loses a column; and leading axes stay as they are.")
equal(call(wiener_filter, odd_patch, np.full((7, 5), 0.5 + 0j), 0.15), 1.25 * odd_patch,
      "wiener_filter of three pictures 9 pixels wide", atol=1e-9)
# N/S per frequency: .15 for the mean, which is multiplied by 1.25; .75 for all else, by .5.
ratios = np.full((6, 5), 0.75)
ratios[0, 0] = 0.15
equal(call(wiener_filter, patch, halved, ratios),
      1.25 * np.mean(patch) + 0.5 * (patch - np.mean(patch)),
      "wiener_filter with one N/S per frequency", mistakes={
    "you took the mean of noise_to_signal; each frequency has its own.":
        0.5 / (0.25 + np.mean(ratios)) * patch}, atol=1e-9)
refuses(wiener_filter, patch, halved, -0.1, because="power ratios aren't negative")
ratios[3, 2] = -0.01
refuses(wiener_filter, patch, halved, ratios, because="one of the power ratios is negative")
### BEGIN HIDDEN TESTS
# hint: the estimate solves (AᵀA + N/S) x̂ = Aᵀy, for pictures of any size, sign, unit and number of axes, and for any N/S from 0 to 1e8, one number or one per frequency.
hidden_random = np.random.default_rng(3)
for hidden_shape in ((7, 9), (3, 6, 8), (2, 3, 5, 7), (1, 1, 4), (4, 1), (1, 1)):
    hidden_y = hidden_random.random(hidden_shape) - 0.4
    hidden_sizes = hidden_shape[-2:]
    hidden_otf = np.fft.rfft2(hidden_random.random(hidden_sizes)) + 0.3
    hidden_spectrum = np.abs(np.fft.rfft2(hidden_random.random(hidden_sizes))) ** 2 + 0.01
    for hidden_ratio in (0.03, hidden_spectrum):
        hidden_x = call(wiener_filter, hidden_y, hidden_otf, hidden_ratio)
        equal(np.shape(hidden_x), hidden_shape, f"shape of the estimate from {hidden_shape}")
        equal(np.fft.irfft2((np.abs(hidden_otf) ** 2 + hidden_ratio) * np.fft.rfft2(hidden_x),
                            s=hidden_sizes),
              np.fft.irfft2(np.conj(hidden_otf) * np.fft.rfft2(hidden_y), s=hidden_sizes),
              f"(AᵀA + N/S) x̂, pictures of shape {hidden_shape}", atol=1e-9)
for hidden_h, hidden_ratio, hidden_unit in ((0.5, 5e-4, 1.0), (1e-6, 1e-12, 1.0), (1e-6, 0, 1e-8),
                                            (0.5, 1e8, 1e8), (2.0, 1, 1e-8), (1e-3, 3e-7, 1e8)):
    hidden_factor = hidden_h / (hidden_h**2 + hidden_ratio)
    hidden_flat = np.full((6, 5), hidden_h + 0j)
    equal(call(wiener_filter, hidden_unit * patch, hidden_flat, hidden_ratio)
          / (hidden_unit * hidden_factor), patch,
          f"estimate over its factor, H = {hidden_h:g}, N/S = {hidden_ratio:g}, light around "
          f"{hidden_unit:g}", atol=1e-7)
hidden_whole = np.arange(48).reshape(6, 8)
equal(call(wiener_filter, hidden_whole, halved, 0.15), 1.25 * hidden_whole,
      "estimate from a picture of whole numbers", atol=1e-7)
refuses(wiener_filter, patch, halved, -1e-12, because="the power ratio is negative")
hidden_ratios = np.linspace(0.01, 1, 30).reshape(6, 5)
hidden_ratios[2, 3] = -1e-9
refuses(wiener_filter, patch, halved, hidden_ratios, because="one of the power ratios is negative")
### END HIDDEN TESTS

# %% [markdown]
# ### The dial
#
# From here on our camera sees 96 × 96 pixels of the page, blurs them by a Gaussian of 1.5 pixels (cut
# at 4σ, periodic borders), and adds read noise with a standard deviation of .01.

# %% slide="subslide" title="The dial: grain or blur"
from course_lib.imaging.deconvolution import wiener
from course_lib.imaging.optics import gaussian_psf, read_noise

sigma = 0.01
scene = page[:, 16:112, 16:112]
A = Blur(gaussian_psf(1.5))
y = read_noise(A(scene), sigma, rng=0)
# Try: other ratios. Which would you hand in, judging by eye?
show_images({"recorded": y} | {f"N/S = {ratio:g}": wiener(y, A, ratio) for ratio in (1e-4, 0.01, 1)},
            alt="Blurred handwriting and three Wiener estimates: full of grain, sharp with a little "
                "grain, and dark and soft.")

# %% [markdown]
# One number turns grain into blur. What you *believe* makes the picture.

# %% [markdown] deeper=true
# ### Best, but among what?
#
# "Wiener is optimal" is half true: among *linear* estimates, if its $N/S$ is right. With Gaussian noise it
# is the best of *all* estimates only if the scene is Gaussian, too. Take the simplest scene that isn't: every pixel is +1 or −1, by a coin flip. No blur; noise of
# variance ¼. The Wiener filter is $\hat x = y/(1 + ¼)$, and its mean squared error is
# $1 \cdot ¼ / (1 + ¼) = .200$.
#
# **Predict.** If you may use *any* function of $y$, and know that only +1 and −1 occur, how small
# can the mean squared error get?

# %% deeper=true
guess_mmse = None  # replace None by your number
predict("deconvolution.mmse", guess_mmse, between=(0, 1))

# %% deeper=true
signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(1000, 1000))
seen_signs = signs + 0.5 * np.random.default_rng(1).standard_normal(signs.shape)
linear = seen_signs / 1.25
best = np.tanh(seen_signs / 0.25)  # the posterior mean E[x | y]: lesson {priors_and_best_guesses} derives it
print("mean squared error over a million flips: "
      f"linear {rms(linear - signs) ** 2:.4f}, best {rms(best - signs) ** 2:.4f}")

# %% deeper=true
from scipy.integrate import quad


def weighted_error(t):
    """Squared error of the posterior mean at noise t standard deviations, times its density."""
    return (1 - np.tanh((1 + 0.5 * t) / 0.25)) ** 2 * np.exp(-t**2 / 2) / np.sqrt(2 * np.pi)


mmse = quad(weighted_error, -12, 12)[0]
print(f"by integration: {mmse:.4f}")
reveal("deconvolution.mmse", mmse, label="least mean squared error (the linear filter's is .200)")

# %% [markdown] deeper=true
# A third of the linear filter's. Knowing that only two values occur is worth more than any
# linear filter can buy.

# %% [markdown] slide="notes"
# Ask for a vote before you name the best of the four. If there is time: among non-linear estimates
# the best one for a scene of ±1 pulls values towards ±1, and has a third of the Wiener filter's error. Four
# minutes.

# %% [markdown]
# ## 3. How strong? Ask the noise, not the truth
#
# **Tikhonov's** method asks for a scene that explains the data and is not large:
#
# $$ \hat x_\lambda = \arg\min_x \; \|A x - y\|^2 + \lambda \|x\|^2. $$
#
# For a periodic blur that is the Wiener filter with $N/S = \lambda$; but $A$ may now be any
# linear camera. Which λ? Here we have the scene and could take the one with the least error, the
# **oracle** λ. Nobody with a real measurement can.
#
# But you do know your noise. The true scene misses the data by $\|A x - y\|^2 \approx m\sigma^2$,
# for $m$ pixels. **Morozov's discrepancy principle** takes the λ that fits as well as the truth does:
#
# $$ \|A \hat x_\lambda - y\|^2 = m \sigma^2. $$

# %%
from course_lib.imaging.deconvolution import tikhonov

print(f"m σ² = {y.size * sigma**2:.3f}")
for trial in (1e-4, 1e-2, 1.0):
    squares = np.sum((A(tikhonov(y, A, trial)) - y) ** 2)
    print(f"λ = {trial:<6g}  ‖A x̂ − y‖² = {squares:.3f}")

# %% [markdown]
# The middle one is close. The residual grows with λ, from what $A$ can't explain at all up to
# $\|y\|^2$; if $m\sigma^2$ lies between them, exactly one λ hits it.
#
# ### Exercise 3: choose λ without the truth
#
# Write `morozov(y, A, sigma)`: `y` is the measurement, an array of floats of any shape that `A`
# accepts, with `m = y.size` numbers; `A` is the camera, an operator of the library; `sigma` is the standard
# deviation of the noise. Return the λ that solves the equation above, to four digits, in whatever
# unit light is counted. `tikhonov(y, A, lam)` gives $\hat x_\lambda$, `A(x)` its picture.
# Bisection over $\log_{10} λ$ from −12 to 12 works (or `scipy.optimize.brentq`). If
# $\|y\|^2 \le m\sigma^2$, then $x = 0$ explains the data already: raise `ValueError`. A $m\sigma^2$ below
# what any λ reaches (a wrong σ or $A$) doesn't occur here. *Off limits:* the
# library's `discrepancy_lambda`.

# %% solution="morozov" rebuilds="imaging.deconvolution.discrepancy_lambda"
def morozov(y, A, sigma):
    """Return the Tikhonov λ at which the residual is as large as the expected noise.

    Parameters
    ----------
    y : array, shape (..., h, w)
        Measurement.
    A : LinearOperator
        The camera.
    sigma : float
        Standard deviation of the noise in every pixel.

    Returns
    -------
    float
        λ > 0 with ‖A x_λ − y‖² = m σ².

    Raises
    ------
    ValueError
        If ‖y‖² ≤ m σ².
    """
    ### BEGIN SOLUTION
    allowed = y.size * sigma**2
    if np.sum(y**2) <= allowed:
        raise ValueError(f"sigma is {sigma}; the measurement is no stronger than that")
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.sum((A(tikhonov(y, A, 10**middle)) - y) ** 2) > allowed:
            high = middle
        else:
            low = middle
    return 10**middle
    ### END SOLUTION


# %% test="morozov_with_a_brightening_camera" points=2
from course_lib.imaging.operators import (  # a camera that changes nothing; any matrix
    Identity,
    Matrix,
)

# The camera multiplies by 1.2, sixteen pixels of value 2, σ = ½: with a = 1.2² the estimate gives
# A x_λ = a y/(a + λ), and the residual's square is 64 (λ/(a + λ))². It must be 16 · ¼ = 4: λ = a/3.
twos, brighter = np.full((1, 1, 16), 2.0), Matrix(1.2 * np.eye(16))
equal(call(morozov, twos, brighter, 0.5), 1.2**2 / 3, "morozov(twos, brighter, .5)", mistakes={
    "A is missing: the residual is A x̂ − y, not x̂ − y.": 1.2 / 0.75 - 1.2**2,
    "the sum over m pixels must reach mσ², not σ²: is the factor m missing?": 1.2**2 / 15,
    "you compare the norm with mσ²; the *squared* norm belongs there.": 1.2**2,
    "you compare with mσ; the variance σ² belongs there.": 1.2**2 * 0.5469181606780272,
    "this is log₁₀ λ; return λ.": np.log10(1.2**2 / 3),
}, atol=5e-5)
refuses(morozov, np.full((1, 4, 4), 0.1), Identity(), 0.5,
        because="the measurement is weaker than its noise")
# ‖y‖² = 7.84 is more than mσ² = 4, though ‖y‖ isn't: there is a λ, with 7.84 (λ/(1 + λ))² = 4.
equal(call(morozov, np.full((1, 4, 4), 0.7), Identity(), 0.5), 2.5, "λ for sixteen pixels of .7, no camera, σ = .5",
      atol=3e-4)

# %% test="morozov_explains_the_data_up_to_the_noise" points=1
small_blur = Blur(gaussian_psf(1.0, 5))
small_scene = np.random.default_rng(4).random((1, 16, 16))
small_y = read_noise(small_blur(small_scene), 0.05, rng=5)
small_lam = call(morozov, small_y, small_blur, 0.05)
assert small_lam > 0, "λ is not positive: return λ itself, not its logarithm."
small_squares = np.sum((small_blur(tikhonov(small_y, small_blur, small_lam)) - small_y) ** 2)
equal(small_squares / (256 * 0.05**2), 1.0, "‖A x̂ − y‖² / (m σ²) at your λ, with a blur", atol=1e-3)
### BEGIN HIDDEN TESTS
# hint: scaling picture and noise together changes nothing; m counts all channels of y; a camera may shrink, brighten, darken or lose pixels; σ may be almost the whole picture or next to nothing of it.
for hidden_unit in (1e-8, 7.0, 1e8):
    equal(call(morozov, hidden_unit * small_y, small_blur, hidden_unit * 0.05) / small_lam, 1.0,
          f"λ for picture and noise both {hidden_unit:g} times as large, over λ", atol=3e-4)
hidden_camera = Downsample(2) @ Blur(gaussian_psf(1.0, 5), "reflect")
hidden_colours = np.random.default_rng(9).normal(0, 1, (3, 16, 16)) * np.array([[[3.0]], [[1]], [[0.2]]])
for hidden_operator, hidden_seen, hidden_sigma, hidden_what in (
        (hidden_camera, read_noise(hidden_camera(small_scene), 0.02, rng=6), 0.02, "another camera"),
        (small_blur, hidden_colours, 0.8, "three channels of light with both signs")):
    hidden_lam = call(morozov, hidden_seen, hidden_operator, hidden_sigma)
    assert hidden_lam > 0, "λ is not positive."
    hidden_squares = np.sum(
        (hidden_operator(tikhonov(hidden_seen, hidden_operator, hidden_lam)) - hidden_seen) ** 2)
    equal(hidden_squares / (hidden_seen.size * hidden_sigma**2), 1.0,
          f"‖A x̂ − y‖² / (m σ²), {hidden_what}", atol=1e-3)
for hidden_gain, hidden_share in ((1e-3, 0.5), (1e3, 0.2), (1, 0.9999), (1, 1e-3), (1e-3, 0.01)):
    # A multiplies by the gain, a = gain²: the residual is the share λ/(a + λ) of y.
    hidden_lam = call(morozov, twos, Matrix(hidden_gain * np.eye(16)), 2 * hidden_share)
    equal(hidden_lam / (hidden_gain**2 * hidden_share / (1 - hidden_share)), 1.0,
          f"λ over what it should be, A = {hidden_gain:g} times, σ = {hidden_share:g} of y", atol=2e-4)
equal(call(morozov, -np.full((1, 4, 4), 2.0), Identity(), 1), 1.0, "λ for sixteen times −2, σ = 1",
      atol=2e-4)
# A little detail on a bright ground: all of ‖y‖² counts, not only the spread of y.
hidden_bright = np.linspace(1.9, 2.1, 16).reshape(1, 4, 4)
hidden_share = np.sqrt(16 * 0.25 / np.sum(hidden_bright**2))
equal(call(morozov, hidden_bright, Identity(), 0.5), hidden_share / (1 - hidden_share),
      "λ for numbers from 1.9 to 2.1, σ = .5", atol=1e-4)
# The second number can't be explained: .09 + 4 (λ/(1 + λ))² = 1.09 at λ = 1.
equal(call(morozov, np.array([[2.0, 0.3]]), Matrix([[1, 0], [0, 0]]), np.sqrt(0.545)), 1.0,
      "λ for a camera that loses a pixel", atol=2e-4)
for hidden_weak in (np.full((1, 4, 4), 0.5), np.zeros((1, 4, 4)), np.eye(4)[None] * 0.9,
                    1.5 * np.eye(16)[:1].reshape(1, 4, 4), np.full((2, 2, 2), -0.4)):
    refuses(morozov, hidden_weak, Identity(), 0.5, because="‖y‖² isn't above mσ²")
### END HIDDEN TESTS

# %% [markdown]
# How much better is the oracle?

# %%
from course_lib.imaging.deconvolution import discrepancy_lambda

lam = discrepancy_lambda(y, A, sigma)  # the library's morozov
lams = np.logspace(-4, 0, 81)
errors = [rms(tikhonov(y, A, value) - scene) for value in lams]
print(f"Morozov: λ = {lam:.5f}, error {rms(tikhonov(y, A, lam) - scene):.4f}")
print(f"oracle:  λ = {lams[np.argmin(errors)]:.5f}, error {min(errors):.4f}")

# %% [markdown]
# Hardly at all, here. But **tuning on the truth** is a pitfall: a paper that reports the least error over all λ,
# on the picture that it tests on, reports an error that no user can count on.

# %% [markdown] deeper=true
# ### What do the rules aim at?
#
# Two other rules need no truth. **Generalised cross-validation** (GCV) asks how well the other data
# predict each datum, and needs no σ; **UPRE** estimates the error of the prediction,
# $A(\hat x - x)$, without bias, and minimises it.

# %% deeper=true
from course_lib.imaging.deconvolution import gcv_lambda, upre_lambda

choices = {"Morozov": lam, "GCV": gcv_lambda(y[0], A), "UPRE": upre_lambda(y[0], A, sigma)}
predictive = [rms(A(tikhonov(y, A, value) - scene)) for value in lams]
residuals = [rms(A(tikhonov(y, A, value)) - y) for value in lams]
optima = {"best for the scene": lams[np.argmin(errors)],
          "best for the prediction": lams[np.argmin(predictive)]}
for name, value in (choices | optima).items():
    wrong_by = tikhonov(y, A, value) - scene
    print(f"{name:24s} λ = {value:.5f}, error of the scene {rms(wrong_by):.4f}, "
          f"of the prediction {rms(A(wrong_by)):.4f}")

# %% deeper=true slide="subslide" title="Errors you can't see, a residual you can"
fig, ax = figure(size=(7, 3.6))
for curve, colour, name in ((errors, "blue", "error of the scene"),
                            (predictive, "green", "error of the prediction")):
    ax.loglog(lams, curve, color=COLOURS[colour], label=f"{name} (needs the truth)")
    ax.plot(lams[np.argmin(curve)], min(curve), "o", color=COLOURS[colour])
ax.loglog(lams, residuals, color=COLOURS["orange"], label="residual")
ax.axhline(sigma, color=COLOURS["black"], linestyle=":", label="noise σ")
ax.axvline(lam, color=COLOURS["vermilion"], linestyle="--", label="Morozov's λ")
ax.axvline(choices["UPRE"], color=COLOURS["purple"], linestyle="-.", label="GCV's and UPRE's λ")
ax.set(xlabel="λ", ylabel="rms (1 = white)", ylim=(3e-3, 9))
ax.legend(fontsize=9, ncols=2, loc="upper center")
show(fig, alt=f"Error of the scene against λ, least at {optima['best for the scene']:.4f}, close to "
              f"Morozov's {lam:.4f}; error of the prediction, least at "
              f"{optima['best for the prediction']:.4f}, where GCV and UPRE are. The residual "
              "crosses the noise at Morozov's λ.")

# %% [markdown] deeper=true
# GCV and UPRE find nearly the best λ for *predicting the data*. Fine grain
# in $\hat x$ hardly enters the prediction, since the camera blurs it away; in the scene it counts.
# Morozov's λ is here close to the scene's best.
#
# Does Morozov's rule always do so well? Other blurs and other noise:

# %% deeper=true
print("blur    noise  Morozov's λ/oracle's   error: Morozov   UPRE  oracle  recorded")
for width, noise in ((0, 0.05), (1, 0.002), (1, 0.05), (2, 0.002), (2, 0.05), (3, 0.002), (3, 0.05)):
    camera = Blur(gaussian_psf(width)) if width else Blur([[1.0]])
    seen = read_noise(camera(scene), noise, rng=0)
    rules = [discrepancy_lambda(seen, camera, noise), upre_lambda(seen[0], camera, noise)]
    tried = [*rules, *np.logspace(-6, 1, 141)]  # the oracle may take the rules' λ, too
    found = [rms(tikhonov(seen, camera, value) - scene) for value in tried]
    ratio = rules[0] / tried[int(np.argmin(found))]
    print(f"{width} px   {noise:.3f}  {ratio:20.1f}   {found[0]:14.4f} {found[1]:7.4f} "
          f"{min(found):7.4f}   {rms(seen - scene):.4f}")

# %% [markdown] deeper=true
# For the scene, Morozov's rule may err either way, and UPRE may win. Without blur, in the first row,
# prediction and scene are the same: UPRE is right, and Morozov's rule does worse than no method at
# all. At 1 px and noise .05 even the best λ does worse than leaving the picture alone.

# %% [markdown] slide="notes"
# Point at the curves: one you can compute, two you can't. Ask which of the two errors a radiologist
# cares about, and which a weather service. Then ask how many published comparisons state how the
# parameter was chosen. Five minutes.

# %% [markdown]
# *A good place to stop.*

# %% [markdown]
# ## 4. Richardson–Lucy: count photons
#
# Light comes in photons, and the variance of a count is its mean. Write $y_i$ for the photons
# counted in pixel $i$, with mean $(Ax)_i$. Up to a constant, the log-probability of what you saw is
# $\sum_i y_i \log (Ax)_i - (Ax)_i$. The rule of Richardson (1972) and Lucy (1974) climbs it:
#
# $$ x \;\leftarrow\; \frac{x}{A^T 1} \cdot A^T\!\left(\frac{y}{A x}\right). $$
#
# $y/Ax$: where did I predict too little light? $A^T$: which scene pixels are responsible? Multiply
# those up. $A^T 1$, with one 1 for each number of $y$, says how much of each scene pixel's light the
# camera sees *at all*. What it **assumes**: Poisson counts, and that light is never negative.
#
# Two pixels, by hand: $A = \begin{pmatrix} .8 & .2 \\ .2 & .8\end{pmatrix}$, $y = (10, 2)$, start
# $(6, 6)$.

# %%
from course_lib.imaging.deconvolution import richardson_lucy
from course_lib.imaging.operators import Matrix

two_pixels = Matrix([[0.8, 0.2], [0.2, 0.8]])
counts = np.array([[10.0, 2.0]])
for steps in (1, 2, 10, 100):
    print(f"after {steps:3d} steps", richardson_lucy(counts, two_pixels, steps).round(4))
print("unconstrained   ", np.linalg.solve(two_pixels.matrix, counts[0]).round(4))

# %% [markdown]
# The first step, with a pencil: $Ax = (6, 6)$, the ratios are $10/6$ and $2/6$, so the left pixel
# is multiplied by $.8 \cdot 10/6 + .2 \cdot 2/6 = 1.4$. Solving $Ax = y$ gives negative light; the
# iteration comes ever closer to 0.
#
# ### Exercise 4: the iteration
#
# Write `photon_em(y, A, iterations, x0)`: start from `x0 > 0`, do `iterations` Richardson–Lucy
# steps and return the estimate (a new array, `x0` untouched; after zero steps a copy). `y ≥ 0` has the
# shape of `A(x0)`, and is light in any unit; both are arrays of floats. `A` is an operator with entries
# ≥ 0 that sees every scene pixel ($A^T 1 > 0$), and `A.T(…)` is its adjoint. No `A(x)` becomes 0 here, so
# 0/0 doesn't come up. *Off limits:* the library's `richardson_lucy`.

# %% solution="photon_em" rebuilds="imaging.deconvolution.richardson_lucy"
def photon_em(y, A, iterations, x0):
    """Return the Richardson–Lucy estimate after some iterations.

    Parameters
    ----------
    y : array, shape (..., h, w)
        Counts, 0 or greater.
    A : LinearOperator
        The camera, with entries 0 or greater; ``A(x)`` and ``A.T(y)``.
    iterations : int
        Number of steps.
    x0 : array, shape (..., H, W)
        Start, greater than 0.

    Returns
    -------
    array, shape (..., H, W)
    """
    ### BEGIN SOLUTION
    seen = A.T(np.ones_like(y))
    x = x0.copy()
    for _ in range(iterations):
        x = x / seen * A.T(y / A(x))
    return x
    ### END SOLUTION


# %% test="photon_em_first_step_by_hand" points=2
# A = [[.8, .2], [.1, .3]], x0 = (5, 5): A x0 = (5, 2), so the ratios y / A x0 are (2, 1), and
# Aᵀ1 = (.9, .5).
uneven = Matrix([[0.8, 0.2], [0.1, 0.3]])
fives = np.array([[5.0, 5.0]])
equal(call(photon_em, counts, uneven, 1, fives), [[5 * 1.7 / 0.9, 7.0]],
      "one step from (5, 5)", mistakes={
    "Aᵀ1 is missing: divide by how much of each scene pixel the camera sees.": [[8.5, 3.5]],
    "you used A where its adjoint A.T belongs.": [[10.0, 5.0]],
    "you used A both for the ratios and for the normalisation; A.T belongs there.": [[9.0, 6.25]],
    "the ratio is upside down; y / A(x) is wanted.": [[5 * 0.5 / 0.9, 4.0]],
    "you divided by A(1); how much of each scene pixel the camera sees is Aᵀ1.": [[8.5, 8.75]],
    "you did no step, or one too few.": fives,
    "you did one step too many.": [[10.06351391, 5.88567496]],
}, atol=1e-7)
equal(call(photon_em, counts, uneven, 1, np.array([[5.0, 10.0]])), [[7.72486772, 10.0952381]],
      "one step from (5, 10)", mistakes={
    "x0 has no effect: start from it, not from an even scene.": [[85 / 9, 7.0]]}, atol=1e-7)
equal(call(photon_em, counts, uneven, 0, fives), fives, "zero steps from (5, 5)")
# A camera with half as many pixels as the scene: the ones in Aᵀ1 are shaped like y, not like x.
equal(call(photon_em, np.array([[4.0, 2.0]]), Downsample((1, 2)), 1, np.ones((1, 4))),
      [[4.0, 4.0, 2.0, 2.0]], "one step with a camera that halves the number of pixels")
sixes = np.array([[6.0, 6.0]])
equal(call(photon_em, counts, two_pixels, 1, sixes), [[8.4, 3.6]], "one step from (6, 6)")
equal(call(photon_em, counts, two_pixels, 400, sixes), [[12.0, 0.0]], "400 steps from (6, 6)",
      mistakes={"this is the unconstrained solution; the iteration keeps light positive.":
                [[38 / 3, -2 / 3]]}, atol=1e-6)
assert not np.shares_memory(photon_em(counts, uneven, 0, fives), fives), (
    "zero steps must return a *copy* of x0, not x0 itself.")

# %% test="photon_em_accounts_for_recorded_light" points=2
corner_camera = Blur(gaussian_psf(1.0, 5), "zero")
corner_seen = corner_camera.T(np.ones((1, 12, 12)))
corner_scene = np.full((1, 12, 12), 0.5)
corner_scene[0, 0, 0] = 50.0
corner_y = corner_camera(corner_scene)
corner_estimate = call(photon_em, corner_y, corner_camera, 20, np.ones((1, 12, 12)))
assert not np.isclose(np.sum(corner_estimate), np.sum(corner_y), rtol=1e-6), (
    "Σx̂ equals Σy: your scene holds only the light that was recorded, although some of its "
    "light fell outside. That happens when Aᵀ1 is missing.")
equal(np.sum(corner_seen * corner_estimate), np.sum(corner_y), "Σ (Aᵀ1) x̂, which must be Σ y",
      atol=1e-6)
### BEGIN HIDDEN TESTS
# hint: light in any unit, zeros among the counts, several pictures at once, cameras that brighten or change the number of pixels; the likelihood never falls.
hidden_matrix = np.array([[0.8, 0.2, 0.0], [0.1, 0.3, 2.0], [0.0, 3.0, 0.5], [1.0, 0.0, 0.0]])
hidden_counts = np.array([[[5.0, 0, 2, 7]], [[1, 1, 0, 4]], [[0, 9, 3, 0]], [[2, 2, 2, 2]]])
hidden_start = np.array([[[1.0, 2, 3]], [[3, 1, 1]], [[1, 1, 1]], [[2, 5, 1]]])
for hidden_steps, hidden_unit, hidden_before in ((0, 1, 1), (1, 1, 1), (2, 1, 1), (7, 1e-8, 1.0),
                                                 (7, 1e8, 1.0), (50, 1.0, 1e-8), (3, 1e-3, 1e3)):
    hidden_x = hidden_before * hidden_start
    for _ in range(hidden_steps):
        hidden_ratio = hidden_unit * hidden_counts / (hidden_x @ hidden_matrix.T)
        hidden_x = hidden_x / hidden_matrix.sum(axis=0) * (hidden_ratio @ hidden_matrix)
    hidden_scale = hidden_unit if hidden_steps else hidden_before
    equal(call(photon_em, hidden_unit * hidden_counts, Matrix(hidden_matrix), hidden_steps,
               hidden_before * hidden_start) / hidden_scale, hidden_x / hidden_scale,
          f"{hidden_steps} steps of a camera from three to four pixels, counts around {hidden_unit:g}, "
          f"start around {hidden_before:g}, over {hidden_scale:g}", atol=1e-7)
hidden_lens = Blur([[0.1, 0.5, 0.2], [0.0, 0.15, 0.05]], "zero")
hidden_colours = np.random.default_rng(8).poisson(9.0, (3, 9, 11)).astype(float)
hidden_even = np.random.default_rng(7).random((3, 9, 11)) + 0.5
hidden_climb = []
for hidden_steps in range(6):
    hidden_mean = hidden_lens(call(photon_em, hidden_colours, hidden_lens, hidden_steps, hidden_even))
    hidden_climb.append(np.sum(hidden_colours * np.log(hidden_mean) - hidden_mean))
assert np.all(np.diff(hidden_climb) > 0), "the log-likelihood falls from one step to the next."
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ### Light that left the picture
#
# Put a star of 100 units into the *corner* of a dark field. The blur carries part of its light
# across the border.

# %% deeper=true
corner = np.zeros((1, 32, 32))
corner[0, 0, 0] = 100.0
lens = Blur(gaussian_psf(1.5, 9), "zero")
recorded = lens(corner)
print(f"recorded: {recorded.sum():.3f} of 100 units")

# %% [markdown] deeper=true
# **Predict.** After 50 Richardson–Lucy steps on this picture, how many units of light does the
# estimated *scene* hold?

# %% deeper=true
guess_corner = None  # replace None by your number
predict("deconvolution.corner", guess_corner, between=(0, 1000))

# %% deeper=true
ledger = []  # Σ (Aᵀ1) x̂ after each step
seen = lens.T(np.ones_like(recorded))
right = richardson_lucy(recorded, lens, 50,
                        callback=lambda step, x: ledger.append(np.sum(seen * x)))
wrong = richardson_lucy(recorded, lens, 50, normalise=False)  # the same, without Aᵀ1
print(f"with Aᵀ1:    scene {right.sum():.2f}, explained {lens(right).sum():.3f}")
print(f"without Aᵀ1: scene {wrong.sum():.1f}, explained {lens(wrong).sum():.3f}")
print(f"Σ (Aᵀ1) x̂ from step 1 to 50: {min(ledger):.3f} to {max(ledger):.3f}")
reveal("deconvolution.corner", right.sum(), label="light in the estimated scene", unit="units")

# %% [markdown] deeper=true
# Nearly all of it, from a picture that holds less than half. You might test
# a program by "light is conserved, $\sum x = \sum y$", and **the wrong one passes that test**. The
# right law, after every step, is $\sum_j (A^T 1)_j x_j = \sum y$.

# %% [markdown]
# ### Better, then worse
#
# A piece of a Hubble picture (8-bit and processed) plays the scene, seen through a blur of 1.5
# pixels with 300 photons for white. **Predict.** After how many steps is the estimate closest to the truth?

# %%
guess_steps = None  # replace None by your number
predict("deconvolution.best_step", guess_steps, between=(1, 400))

# %%
from course_lib.imaging.deconvolution import poisson_log_likelihood
from course_lib.imaging.optics import photon_noise

sky = images.load("hubble", gray=True)[:, 136:232, 80:176]
telescope = Blur(gaussian_psf(1.5), "zero")
photons = 300
night = photon_noise(np.clip(telescope(sky), 0, None), photons, rng=0)
path, climb = {}, []


def watch(step, x):
    """Keep the error and the log-likelihood of each step."""
    path[step] = rms(x - sky)
    climb.append(poisson_log_likelihood(photons * night, photons * telescope(x).clip(1e-12)))


last = richardson_lucy(night, telescope, 400, callback=watch)
best_step = min(path, key=path.get)
print("log-likelihood never falls:", bool(np.all(np.diff(climb) >= 0)))
reveal("deconvolution.best_step", best_step, label="best number of steps")

# %% slide="subslide" title="What the algorithm sees, and what it doesn't"
fig, axes = figure(1, 2, size=(8, 2.8))
axes[0].plot(range(1, 401), climb)
axes[0].set(xscale="log", xlabel="step", ylabel="log-likelihood")
axes[1].plot(list(path), list(path.values()), color=COLOURS["vermilion"])
axes[1].axhline(rms(night - sky), color=COLOURS["black"], linestyle=":")
axes[1].annotate("recorded picture", (16, rms(night - sky)), xytext=(0, 3), ha="center",
                 textcoords="offset points", fontsize=9)
axes[1].set(xscale="log", xlabel="step", ylabel="error (rms, 1 = white)", ylim=(0, None))
show(fig, alt=f"Left: the log-likelihood rises at every step. Right: the error falls to "
              f"{path[best_step]:.3f} at step {best_step}, then rises to {path[400]:.3f} at 400.")

# %% [markdown] slide="notes"
# Left is all that the algorithm can compute, and it never falls. Right is what counts, and nobody at the telescope can
# draw it. Ask where they would have stopped. Two minutes.

# %% [markdown]
# The likelihood never falls; the error doesn't follow. Early steps bring back what the photons
# support; later ones explain the noise as well. This is **semi-convergence**: *the number of steps is
# a regularisation parameter*.

# %% [markdown] deeper=true
# Does a faster program help? Acceleration (Biggs and Andrews, 1997) takes larger steps:

# %% deeper=true
fast = []
richardson_lucy(night, telescope, 60, accelerate=True, callback=lambda step, x: fast.append(
    (poisson_log_likelihood(photons * night, photons * telescope(x).clip(1e-12)), rms(x - sky))))
for plain in (50, 100, 400):
    step = next(k for k, (reached, _) in enumerate(fast, 1) if reached >= climb[plain - 1])
    print(f"the likelihood of {plain:3d} plain steps (error {path[plain]:.4f}) "
          f"after {step:2d} accelerated ones (error {fast[step - 1][1]:.4f})")

# %% [markdown] deeper=true
# It takes a fraction of the steps to the same likelihood, and to no less noise.
#
# ### A galaxy, and no truth
#
# Here is light that a telescope recorded: a star before the galaxy M51, Kitt Peak, 1987, a CCD in blue
# light. The PSF was measured, too, on this star and three others.

# %% deeper=true slide="subslide" title="Measured light, measured PSF: black rings"
from course_lib.worlds import measured

galaxy = measured.galaxy()
near_star = galaxy.light[None, 10:90, 314:394]  # detector units
# Try: 1, 3 and 10 steps. Where does the ring begin?
taken_steps = (10, 30, 200)
star_camera = Blur(galaxy.star_psf, "reflect")
distance = np.hypot(*(np.indices((80, 80)) - np.array([40, 48])[:, None, None]))
ring, sky_level = distance < 8, np.median(near_star[0][(distance > 8) & (distance < 15)])
restored_star = {"recorded": near_star} | {
    f"{k} steps": richardson_lucy(near_star, star_camera, k) for k in taken_steps}
show_images(restored_star, limits=(0, 300),
            alt="A star before even light. Richardson–Lucy makes it smaller and surrounds it with a "
                "dark ring, black after 200 steps, when the rest has turned to grain.")

# %% deeper=true
print(f"surroundings: median {sky_level:.0f}")
for name, x_hat in restored_star.items():
    print(f"{name:10s} darkest within 8 pixels of the star {x_hat[0][ring].min():5.1f}, "
          f"all light {x_hat.sum() / near_star.sum():.3f} of the recorded")
lone = np.full((1, 61, 61), sky_level)
lone[0, 30, 30] += near_star[0][ring].sum() - ring.sum() * sky_level  # the same star, simulated
darkest = [richardson_lucy(star_camera(lone), star_camera, k).min() for k in taken_steps]
print("a simulated star, exact PSF, no noise: darkest", np.round(darkest, 1))

# %% [markdown] deeper=true
# Nobody knows the true sky, and yet you wouldn't believe the ring. Nor is it a fault of the PSF
# alone: the simulated star has one without noise and with the exact PSF. On its way to a point the
# iteration takes too much light from beside it.

# %% [markdown] slide="notes"
# Ask who would have published the third picture. Then: what tells you that the rings are false?
# Only what you know of stars. Stop here and ask how one would stop without the truth (Morozov again;
# lesson {real_photons} keeps photons back for it). Five minutes.

# %% [markdown]
# ## 5. Total variation: pay for edges
#
# Another belief: scenes consist of even areas with sharp edges. Total variation (Rudin, Osher and
# Fatemi, 1992) puts a price on edges, their height times their length:
#
# $$ \hat x = \arg\min_x \; \tfrac12\|A x - y\|^2 + \lambda \sum |\nabla x|. $$
#

# %% [markdown] deeper=true
# What does the price do to a staircase?

# %% deeper=true slide="subslide" title="Total variation costs contrast"
from course_lib.imaging.deconvolution import total_variation

heights, lengths, price = [0.2, 0.5, 0.9, 0.4], [8, 10, 5, 7], 0.2
clean = np.repeat(heights, lengths)[None]
smooth = total_variation(clean, price, tol=1e-7, iterations=20_000)
fig, ax = figure(size=(7, 3))
ax.step(range(30), clean[0], where="mid", color=COLOURS["black"], label="signal")
ax.step(range(30), smooth[0], where="mid", color=COLOURS["vermilion"], label=f"TV, λ = {price}")
ax.set(xlabel="sample", ylabel="value")
ax.legend(fontsize=9, loc="upper left")
show(fig, alt="A staircase signal with a peak. After total variation the left end is higher, the "
              "stair in the middle unchanged, the peak lower, the right end higher.")

# %% [markdown] deeper=true
# The ends and the peak move, the stair doesn't: TV costs *contrast*, most of all in small things.
# By how much? Move a plateau of $n$ samples by δ: the residual costs $\tfrac12 n δ^2$, and each of
# its edges that gets lower saves $λδ$. An **end** plateau has one edge, so δ = λ/n. A **peak or
# valley** has two: 2λ/n. A **stair** gains at one edge what it loses at the other: 0. That is exact
# as long as neighbouring plateaus don't meet.

# %% deeper=true
starts = np.cumsum([0, *lengths[:-1]])
for kind, start, n, law in zip(("end plateau", "stair", "peak", "end plateau"), starts, lengths,
                               (1, 0, -2, 1), strict=True):
    moved_by = smooth[0, start] - clean[0, start]
    print(f"{kind:12s} of {n:2d} samples moves by {moved_by:+.4f};  "
          f"law {law:+d}·λ/n = {law * price / n:+.4f}")

# %% [markdown]
# ### The same data, three beliefs
#
# Back to the page. All three methods get the same measurement and fit it up to the noise, no further.

# %% slide="subslide" title="Same data, same fit, three pictures"
from course_lib.imaging.deconvolution import total_variation

counts_page = np.clip(y, 0, None)
x_rl, steps = richardson_lucy(counts_page, A, 1), 1
while rms(A(x_rl) - y) > sigma:
    x_rl, steps = richardson_lucy(counts_page, A, 1, x0=x_rl), steps + 1
prices = np.array([5e-4, 1e-3, 2e-3, 4e-3])
tv_all = [total_variation(y, value, A=A, tol=3e-3) for value in prices]
tv_choice = int(np.argmin([abs(rms(A(x) - y) - sigma) for x in tv_all]))
estimates = {"Tikhonov": tikhonov(y, A, lam),
             f"Richardson–Lucy, {steps} steps": x_rl,
             f"TV, λ = {prices[tv_choice]:g}": tv_all[tv_choice]}
show_images(estimates,
            alt="Three estimates of the handwriting: Tikhonov with fine grain, Richardson–Lucy a "
                "little softer with less grain, total variation smooth as paint.")

# %%
print(f"recorded: error {rms(y - scene):.4f}")
for name, x_hat in estimates.items():
    print(f"{name:26s} error {rms(x_hat - scene):.4f}, residual {rms(A(x_hat) - y):.4f}")

# %% [markdown]
# The residuals agree, the pictures don't. Each method fills what blur and noise
# took with what it believes in, and fitting the data can't choose between them. Don't read a ranking from it:
# the noise isn't what Richardson–Lucy assumes.

# %% [markdown] slide="notes"
# Ask: which of the three is right? Then read the residuals. This is the whole course on one slide:
# same data, same fit, three pictures. Three minutes.

# %% [markdown] deeper=true
# ## 6. Beside a library that people use
#
# `skimage.restoration` (van der Walt and others, 2014) has all three. Same data, side by side:
# the differences are differences of *convention*.

# %% deeper=true
from skimage import restoration

psf = gaussian_psf(1.5)
theirs = restoration.wiener(y[0], psf, 0.01, reg=np.ones((1, 1)), clip=False)
default = restoration.wiener(y[0], psf, 0.01, clip=False)
difference = np.abs(theirs - tikhonov(y, A, 0.01)[0]).max()
print(f"wiener, same penalty: largest difference {difference:.0e}")
print(f"wiener, its default penalty: error {rms(default - scene[0]):.4f} "
      f"(ours {rms(tikhonov(y, A, 0.01) - scene):.4f})")

# %% deeper=true
open_border = Blur(psf, "zero")
dim = photon_noise(np.clip(open_border(scene), 0, None), 1000, rng=0)
start = np.full_like(dim, 0.5)
ours = richardson_lucy(dim, open_border, 30, x0=start)[0]
plain = richardson_lucy(dim, open_border, 30, x0=start, normalise=False)[0]
theirs = restoration.richardson_lucy(dim[0], psf, 30, clip=False)
print(f"Richardson–Lucy without Aᵀ1: largest difference {np.abs(theirs - plain).max():.0e}")
rim = np.ones((96, 96), dtype=bool)
rim[6:-6, 6:-6] = False
for name, x_hat in (("skimage", theirs), ("with Aᵀ1", ours)):
    print(f"{name:9s} error inside {rms((x_hat - scene[0])[~rim]):.3f}, "
          f"in the 6 pixels at the border {rms((x_hat - scene[0])[rim]):.3f}")

# %% deeper=true
two_stars = np.zeros((32, 32))
two_stars[16, 16], two_stars[8, 8] = 100, 50
starlight = lens(two_stars)
clipped = restoration.richardson_lucy(starlight, gaussian_psf(1.5, 9), 50)
unclipped = restoration.richardson_lucy(starlight, gaussian_psf(1.5, 9), 50, clip=False)
print(f"two stars, {starlight.sum():.1f} units: by default {clipped.sum():.1f} come back, "
      f"with clip=False {unclipped.sum():.1f}")
for eps in (2e-4, 1e-8):
    chambolle = restoration.denoise_tv_chambolle(clean[0], weight=price, eps=eps,
                                                 max_num_iter=20_000)
    print(f"TV, eps = {eps:.0e}: end plateau moves by {chambolle[0] - 0.2:.4f} "
          f"(law {price / 8:.4f})")

# %% [markdown] deeper=true
# - `wiener` is our Tikhonov, to the last digit, once both penalise the same thing. By default it
#   penalises the Laplacian (roughness) instead of size: another belief, about as good for this
#   page.
# - `richardson_lucy` leaves $A^T 1$ out: nearly the same inside the picture, wrong at the border.
#   And by default it clips to 1: of 150 units of starlight, 16.7 survive. Its documentation says
#   so; set `clip=False` for anything that isn't a picture in [0, 1].
# - `denoise_tv_chambolle` solves the same problem, with our λ as `weight`; its default stopping
#   rule stops early. The plateau law is a good test for any TV code.

# %% [markdown]
# ## 7. What the error is made of
#
# ### Pitfall: circular borders
#
# A real camera's left edge knows nothing of the right. A Fourier filter
# believes that the picture wraps around. Take a ramp from 0 to 1.

# %%
slope = 1 / 95
wide_ramp = slope * np.arange(-16, 112)[None]  # the world goes on beyond the 96 pixels
ramp = wide_ramp[:, 16:112]
ramp_blur = Blur(gaussian_psf(1.0, (1, 9), integrated=True))
# Try: a noise of .01. What becomes of the border?
ramp_y = read_noise(ramp_blur(wide_ramp)[:, 16:112], 0.001, rng=0)
ramp_hat = wiener(ramp_y, ramp_blur, 0.001**2 / np.var(ramp_y))
edges = np.r_[0:15, 81:96]
print(f"border (15 pixels at either end): error {rms((ramp_hat - ramp)[:, edges]):.2f}")
print(f"inside:                           error {rms((ramp_hat - ramp)[:, 15:81]):.3f}")

# %%
mirror_blur = Blur(gaussian_psf(1.0, (1, 9), integrated=True), "reflect")
mirror_hat = tikhonov(ramp_y, mirror_blur, 0.001**2 / np.var(ramp_y))
print(f"mirrored border:                  error {rms((mirror_hat - ramp)[:, edges]):.3f}")

# %% slide="subslide"
fig, ax = figure(size=(6, 2.6))
ax.plot(ramp[0], color=COLOURS["black"], linewidth=4, label="scene")
ax.plot(ramp_hat[0], color=COLOURS["vermilion"], label="periodic border")
ax.plot(mirror_hat[0], color=COLOURS["sky"], label="mirrored border")
ax.set(xlabel="pixel", ylabel="value", ylim=(-3, 4))
ax.legend(fontsize=9, loc="upper center")
show(fig, alt="A straight ramp. The estimate with periodic borders swings wildly, far outside the "
              "axes, near both ends; the one with mirrored borders follows the ramp.")

# %% [markdown]
# The filter sees a jump from 1 back to 0 that no blur could have left so sharp, and sharpens it
# further.

# %% [markdown] deeper=true
# ### Exercise 5: spot the circular border
#
# Somebody hands you a restoration method without its source code. Does it wrap around? Write
# `wraps_around(method, shape)`: `method` is a function from a picture of this shape `(H, W)` to one
# of the same shape. Give it two pictures that differ only in the **first row** (by .1, say) and look
# at the **last row** of the results. If that changes anywhere, up or down, by more than 1 % of the
# change you made, the method wraps. Do the same for the first and last **column**. Return `True` if
# either test says so, else `False`. The method may not be linear and may not know what to do without
# light: start from an even gray of .5.

# %% deeper=true solution="wraps_around"
def wraps_around(method, shape):
    """Tell whether a method lets one edge of a picture influence the opposite edge.

    Parameters
    ----------
    method : callable
        Takes and returns an array of shape (H, W).
    shape : (int, int)
        H and W, large compared to the blur.

    Returns
    -------
    bool
    """
    ### BEGIN SOLUTION
    gray = np.full(shape, 0.5)
    upper, left = gray.copy(), gray.copy()
    upper[0] += 0.1
    left[:, 0] += 0.1
    last_row = np.abs(method(upper) - method(gray))[-1].max()
    last_column = np.abs(method(left) - method(gray))[:, -1].max()
    return bool(max(last_row, last_column) > 0.001)
    ### END SOLUTION


# %% deeper=true test="wraps_around_tells_good_borders_from_bad" points=2
border_psf = gaussian_psf(1.0, 7)


def fourier_method(picture):
    return wiener(picture, Blur(border_psf), 0.01)


def mirror_method(picture):
    return tikhonov(picture, Blur(border_psf, "reflect"), 0.01)


def rows_method(picture):
    return (picture + np.roll(picture, -1, axis=0)) / 2


def columns_method(picture):
    return (picture + np.roll(picture, -1, axis=1)) / 2


def faint_method(picture):
    return picture + 0.005 * np.roll(picture, -1, axis=0)


def spot_method(picture):
    result = picture.copy()
    result[-1, 7] += 0.02 * picture[0, 7]
    return result


identity_verdict = call(wraps_around, np.copy, (32, 40))
assert isinstance(identity_verdict, bool | np.bool_), (
    f"wraps_around returns {type(identity_verdict).__name__}; it should return True or False.")
assert not identity_verdict, (
    "you say that copying a picture wraps around: change one edge at a time, and look at the edge "
    "*opposite* to it.")
assert not call(wraps_around, mirror_method, (32, 40)), (
    "you say that mirrored borders wrap around: a change at one edge spreads to its neighbours "
    "there, but not to the opposite edge. Compare the results for two pictures that differ only in "
    "the first row (or column), and mind the 1 %.")
assert not call(wraps_around, faint_method, (32, 40)), (
    "an effect of half a per cent is below the 1 % of the task.")
assert call(wraps_around, fourier_method, (32, 40)), (
    "a Fourier filter goes unnoticed. Are the two pictures different, and only in the first row (or "
    "column)? Its far edge gets *darker*: are your differences absolute?")
assert call(wraps_around, rows_method, (32, 40)), (
    "a method that mixes the first row into the last goes unnoticed: check top and bottom, too. "
    "Change the first row, look at the last; either test alone is enough.")
assert call(wraps_around, columns_method, (32, 40)), (
    "a method that mixes the first column into the last goes unnoticed: check left and right, too. "
    "Change the first column, look at the last; either test alone is enough.")
assert call(wraps_around, spot_method, (32, 40)), (
    "a method that leaks 2 % into a single pixel of the last row goes unnoticed: *anywhere* counts, "
    "so take the largest change, not the mean, and compare it with 1 % of yours.")
### BEGIN HIDDEN TESTS
# hint: methods that aren't linear, take pictures of one shape only, or see nothing in the dark; a darkening at the far edge; a single pixel; effects above and below 1 %.


def hidden_strict(picture):
    if picture.shape != (24, 40):
        raise ValueError(f"this method takes pictures of 24 × 40 pixels, not {picture.shape}")
    return rows_method(picture)


def hidden_column_spot(picture):
    result = picture.copy()
    result[3, -1] -= 0.012 * (picture[3, 0] - 0.5)
    return result


for hidden_method, hidden_what in (
        (lambda p: np.sqrt(fourier_method(p) ** 2 + 1), "that isn't linear"),
        (lambda p: 1 - rows_method(p), "whose far edge gets darker"),
        (lambda p: np.sqrt(p * np.roll(p, -1, axis=1)), "that passes on nothing from black to black"),
        (lambda p: rows_method(np.clip(p, 0.25, 0.72)), "that sees light from .25 to .72"),
        (hidden_column_spot, "that takes 1.2 % from a single pixel of the last column"),
        (lambda p: 10 * p + 0.05 * np.roll(p, -1, axis=1), "that brightens and leaks 5 % of a change"),
        (lambda p: p + 0.02 * np.roll(p, -1, axis=0), "that leaks 2 % from row to row")):
    assert call(wraps_around, hidden_method, (40, 32)), f"a method {hidden_what} goes unnoticed."
assert call(wraps_around, hidden_strict, (24, 40)), "a method for one shape goes unnoticed."
for hidden_method, hidden_what in (
        (lambda p: p + 0.001 * np.roll(p, -1, axis=0), "an effect of one part in a thousand"),
        (lambda p: p + 0.008 * np.roll(p, -1, axis=1), "an effect of .8 % from column to column"),
        (lambda p: p + 0.008 * np.roll(p, -1, axis=0), "an effect of .8 % from row to row"),
        (lambda p: np.sqrt(mirror_method(p) ** 2 + 1), "a method with mirrored borders, not linear,"),
        (lambda p: 0.05 * p + 0.005 * np.roll(p, -1, axis=0), "an effect of half a per cent in the dark"),
        (lambda p: np.full_like(p, 0.3), "a method that returns an even gray")):
    assert not call(wraps_around, hidden_method, (24, 40)), (
        f"{hidden_what} is accused; only a last row or column that changes by more than 1 % counts.")
### END HIDDEN TESTS

# %% [markdown]
# ### Pitfall: a PSF that was only believed
#
# The blur's true width is 1.5 pixels, and you believe another. Everything else is right:
# $\sigma = .002$, λ by Morozov. Does the residual warn you?

# %% slide="subslide"
bright = read_noise(A(scene), 0.002, rng=0)
factors = np.array([0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3])
costs, warnings_given, darkest = [], [], []
for factor in factors:
    believed = Blur(gaussian_psf(1.5 * factor))
    x_hat = tikhonov(bright, believed, discrepancy_lambda(bright, believed, 0.002))
    costs.append(rms(x_hat - scene))
    warnings_given.append(rms(believed(x_hat) - bright))
    darkest.append(x_hat.min())
fig, ax = figure(size=(6.5, 3.4))
ax.semilogy(100 * (factors - 1), costs, "o-", label="error (needs the truth)")
ax.semilogy(100 * (factors - 1), warnings_given, "s-", color=COLOURS["orange"], label="residual")
ax.axhline(rms(bright - scene), color=COLOURS["black"], linestyle=":", label="recorded picture")
ax.axhline(0.002, color=COLOURS["sky"], linewidth=5, alpha=0.5, zorder=0, label="noise σ")
ax.set(xlabel="believed width of the PSF minus true width (%)", ylabel="rms (1 = white)",
       ylim=(1e-3, 1))
ax.legend(fontsize=9, ncols=2, loc="upper left")
show(fig, alt="Error against the believed width of the PSF: lowest at the true width, higher on "
              "both sides, worst where the PSF is believed too wide; the residual is a flat line on "
              "the noise.")

# %%
for factor, cost, residual, least in zip(factors, costs, warnings_given, darkest, strict=True):
    print(f"{100 * (factor - 1):+4.0f} %: error {cost:.4f} ({cost / costs[3]:.2f} ×), "
          f"residual {residual:.4f}, darkest pixel {least:+.2f}")
print(f"recorded: error {rms(bright - scene):.4f}")

# %% [markdown]
# Twenty per cent too wide, and nearly all that deconvolution had gained is gone. The residual is right
# every time: Morozov found such a λ for every width. **Once λ is chosen by it, the size of the
# residual doesn't check the PSF.** Its pattern might, or light below 0. Better to measure the PSF where you can: the
# picture of a single star *is* one (section 8, optional).

# %% [markdown] slide="notes"
# The flat orange line is the point; it is flat because Morozov's rule sets it, and at no width was
# that impossible. Ask how one *would* notice a wrong PSF: by structure in the residual, by negative
# light, or by something known about the scene, such as that stars are points. That leads to Hubble.
# Four minutes.

# %% [markdown]
# ### One error, four causes
#
# Now all at once: a real border, noise, a PSF believed 10 % too wide, and Tikhonov's regularisation.
# Let each enter in turn, and write down the change that it makes:

# %%
def error_budget(x, seen, y, A, believed, lam):
    """Split the error of Tikhonov's estimate, x_hat − x, into four parts that add up to it.

    `seen` is the noiseless picture with its real border, `y` the same with noise, `A` the true blur
    and `believed` the one used, both periodic.
    """
    ideal = tikhonov(A(x), A, lam)
    with_border = tikhonov(seen, A, lam)
    with_wrong_psf = tikhonov(seen, believed, lam)
    with_noise = tikhonov(y, believed, lam)
    return {"regularisation": ideal - x, "border": with_border - ideal,
            "wrong PSF": with_wrong_psf - with_border, "noise": with_noise - with_wrong_psf}


# Try: a width of 1.5, which is exact, and of 2.
too_wide = Blur(gaussian_psf(1.65))
real_border = A(page)[:, 16:112, 16:112]  # the page goes on beyond 96 pixels
recorded_page = read_noise(real_border, sigma, rng=0)
budget = error_budget(scene, real_border, recorded_page, A, too_wide, 0.01)

# %% slide="subslide" title="Four causes, and their sum"
total = sum(budget.values())
maps = {f"{name}\n{rms(part):.3f} rms": part for name, part in (budget | {"all": total}).items()}
show_images({title: np.round(part, 2) for title, part in maps.items()},  # colours in steps of .01
            limits=(-0.1, 0.1), colour_map="RdBu_r", unit="error (1 = white)",
            alt="Five error maps. Regularisation: grain everywhere, strongest at the handwriting. "
                "Border: stripes along the rim, nothing inside. Wrong PSF: outlines of the "
                "writing, and stripes at the rim. Noise: even grain. Their sum shows all four.")

# %%
x_hat = tikhonov(recorded_page, too_wide, 0.01)
print(f"parts minus whole: {np.abs(total - (x_hat - scene)).max():.0e}")
print(f"root of the sum of squares {np.sqrt(sum(rms(p) ** 2 for p in budget.values())):.4f}, "
      f"whole {rms(total):.4f}, recorded {rms(recorded_page - scene):.4f}")

# %% [markdown]
# **Regularisation** makes the error wherever fine detail was, the **border** along the rim, the **wrong
# PSF** along the strokes, **noise** everywhere alike. The parts add up exactly; their squares don't.
# Another order would give other parts.

# %% [markdown] deeper=true
# What does λ do to each?

# %% deeper=true slide="subslide" title="The best λ depends on the other errors"
tried = lams[::2]
budgets = [error_budget(scene, real_border, recorded_page, A, too_wide, value) for value in tried]
fig, ax = figure(size=(7, 3.6))
for name, style in zip(budget, ("-", "--", "-.", ":"), strict=True):
    ax.loglog(tried, [rms(b[name]) for b in budgets], style, label=name)
whole = [rms(sum(b.values())) for b in budgets]
ax.loglog(tried, whole, color=COLOURS["black"], linewidth=2.5, label="all")
ax.set(xlabel="λ", ylabel="error (rms, 1 = white)")
ax.legend(fontsize=9)
show(fig, alt="Error against λ. Noise, border and wrong PSF fall as λ grows, regularisation rises; "
              f"the whole is least, {min(whole):.3f}, at λ = {tried[np.argmin(whole)]:.3f}.")

# %% [markdown] deeper=true
# λ shifts the error from one cause to another. At no setting are all four small.

# %% deeper=true slide="subslide" title="Four causes, four knobs"
from course_lib.notebook.explorers.deconvolution import who_pays

who_pays(error_budget, page)

# %% [markdown] deeper=true
# **Try it,** with mirrored borders: find the best λ for a noise of $10^{-3}$ and the PSF exact, then 20 %
# too wide. Do both for a noise of $10^{-2}$.
# With little noise, the wrong PSF moves the best λ and the error far more than with much: good data
# forgive a wrong PSF *less*.
#
# Here are the answers, without the explorer:

# %% deeper=true
def mirrored(picture):
    """Continue a picture by its mirror image, so that its periodic borders are mirrors."""
    return np.pad(picture, [(0, 0), (0, 96), (0, 96)], mode="symmetric")


exponents = np.arange(-5, 0.1, 0.25)
for noise in (0.001, 0.01):
    seen = mirrored(read_noise(real_border, noise, rng=0))
    for width in (0, 20):
        believed = Blur(gaussian_psf(1.5 * (1 + width / 100)))
        found = [rms(tikhonov(seen, believed, 10**t)[..., :96, :96] - scene) for t in exponents]
        print(f"noise {noise}, PSF {width:+3d} %: best log₁₀ λ {exponents[np.argmin(found)]:+.2f}, "
              f"error {min(found):.4f}")

# %% [markdown] slide="notes"
# Give the explorer to the room, with mirrored borders: first noise down to .001, then the PSF to
# +20 %. The best λ moves up tenfold and the least error by a third; at a noise of .01 by an eighth.
# Model errors act like noise that no exposure time reduces. Five minutes.

# %% [markdown] deeper=true
# ## 8. Where does the PSF come from?
#
# In 1990 the Hubble Space Telescope went into orbit with a mirror of a wrong shape. Of a star's light, 70 % was meant to fall within 0.1 arc second
# of its centre; about 16 % did (Burrows and others, 1991). Until the repair of 1993 there was deconvolution, and **the PSF could be measured**: a star's picture *is* the PSF. A toy of that
# telescope has 16 % of the light in a sharp core, the rest in a wide halo.

# %% deeper=true
design = gaussian_psf(0.8, 33)
actual = 0.16 * design + 0.84 * gaussian_psf(4.0, 33)
orbit = photon_noise(np.clip(Blur(actual, "zero")(sky), 0, None), 5000, rng=0)

point = np.zeros((1, 33, 33))
point[0, 16, 16] = 1.0
star = photon_noise(np.clip(Blur(actual, "zero")(point), 0, None), 30_000, rng=1)[0]
star_kernel = star / star.sum()  # 30,000 photons of one lonely star

# %% deeper=true slide="subslide"
mended = {}
for name, kernel in {"PSF as designed": design, "PSF from a star": star_kernel,
                     "true PSF": actual}.items():
    x_hat = richardson_lucy(orbit, Blur(kernel, "zero"), 60)
    mended[name] = x_hat
    print(f"{name:16s} error {rms(x_hat - sky):.4f}, "
          f"residual {rms(Blur(kernel, 'zero')(x_hat) - orbit):.4f}")
print(f"{'recorded':16s} error {rms(orbit - sky):.4f}")
print(f"noise level {rms(orbit - Blur(actual, 'zero')(sky)):.4f}")
del mended["true PSF"]  # looks like the one from a star
show_images({"recorded": orbit} | mended, limits=(0, 0.3),
            alt="The sky recorded with wide halos; the estimate with the designed PSF, as blurred "
                "as the recording and grainier; a good one with the measured PSF.")

# %% [markdown] deeper=true
# The PSF from the drawing board gains next to nothing, the one from a star nearly all. And the
# *wrong* PSF fits the data **better**: a narrow PSF can follow every speck of noise.

# %% [markdown] slide="notes"
# Read the residuals aloud before the errors: the wrong PSF has the smaller one. Ask which of the two
# a referee would have seen. Three minutes.

# %% [markdown] deeper=true
# ### Unknown: why not look for both?
#
# *Blind* deconvolution looks for scene **and** PSF: that pair which costs least,
# $\tfrac12\|h * x - y\|^2 + \lambda\,\mathrm{TV}(x)$. **Predict** for our page: how many times as much as
# the recorded picture with a single point for a PSF does the true pair cost?

# %% deeper=true
guess_blind = None  # replace None by your number; below 1: the truth is cheaper
predict("deconvolution.blind", guess_blind, between=(0.01, 100))

# %% deeper=true slide="subslide" title="Blind: no deblurring is cheaper"
from course_lib.imaging.deconvolution import blind_objective

weight, costs_found = 0.002, {}
for name, x, trial_psf in (("as recorded, a point", y, np.ones((1, 1))),
                           ("the true pair", scene, gaussian_psf(1.5))):
    costs_found[name] = blind_objective(y, x, trial_psf, weight, "periodic")
    print(f"{name:22s} costs {costs_found[name]:.2f}")
for width in (0.5, 1.0, 1.5, 2.0):
    trial_psf = gaussian_psf(width)
    x_hat = total_variation(y, weight, A=Blur(trial_psf), tol=3e-3)
    print(f"best scene, width {width:.1f} costs "
          f"{blind_objective(y, x_hat, trial_psf, weight, 'periodic'):.2f}, "
          f"error {rms(x_hat - scene):.3f}")

# %% deeper=true
as_recorded, true_pair = costs_found.values()
reveal("deconvolution.blind", true_pair / as_recorded, label="cost of the truth over no deblurring",
       unit="ratio", log=True)

# %% [markdown] deeper=true
# *No deblurring* is cheaper than the truth: a blurred picture varies less than a sharp one. Even with
# the best scene for each width, the narrower PSF costs less. Levin and others (2009) explain this for
# priors that favour few edges; what works, they say, is to look for the PSF alone, averaged over
# scenes. A program that returns a sharp pair has more in it than this formula: ask what.

# %% [markdown] slide="notes"
# Let the room vote before the numbers. Blind deconvolution isn't hopeless: a PSF has few numbers and
# a scene many, so the PSF can be estimated if one averages over scenes. But "we estimated the PSF
# jointly" is no answer. Three minutes.

# %% [markdown] deeper=true
# ### A clock, and no truth
#
# Here is a picture that really was blurred in a camera, moved sideways during the exposure.
# Nobody wrote down the motion. (It is also 8-bit and processed.)

# %% deeper=true
from course_lib.imaging.optics import motion_psf

clock = images.load("clock")[:, 58:202, 70:214]
trials = {"recorded": clock}
for length in (18, 36):
    motion = Blur(motion_psf(length, 0), "reflect")
    x_hat = richardson_lucy(clock, motion, 100)
    trials[f"motion of {length} px"] = x_hat
    print(f"motion of {length} px: residual {rms(motion(x_hat) - clock):.4f}")
show_images({title: np.round(x, 2) for title, x in trials.items()}, limits=(0.1, 1),
            alt="A clock smeared sideways, and restorations with motions of 18 and 36 pixels. At 36 "
                "the rim is round and a hand points to about four; ghosts of the rim remain.")

# %% [markdown] deeper=true
# Which motion was it? The residual prefers the shorter one, which changes the picture less, and
# says nothing of use. You would choose 36 pixels, and now notice *why*: at 36 the rim is round.
# **You know that clocks are round.** That is an assumption $P$, it doesn't come from the data,
# and here it is a good one. The ghosts beside the rim may say that the motion wasn't quite even, or
# not quite straight. And the time? At 36 pixels a hand seems to point at the four; at 18 there is
# none.

# %% [markdown]
# ## In your own words
#
# A company shows you a blurred photograph and its deconvolved version, in which a line of text
# can be read. It says: *"Our result is faithful: blurred again, it reproduces the photograph to
# within the noise. And on 100 test pictures, our parameters gave the least error of all
# settings."*
#
# **Answer in eight sentences or fewer** (later ones aren't read):
#
# 1. what the first argument says about the *picture*, and what it doesn't;
# 2. what it says about the *PSF*, and what you ask about that;
# 3. why the least error on the test pictures doesn't show that the parameters suit *this* photograph;
# 4. one way in which the test pictures may have been made too easy, and what it hides;
# 5. two measurements of this lesson that support something you said in 1 to 4: the number, and what was measured.

# %% [markdown] answer="what_the_misfit_proves" points=5
# ### BEGIN SOLUTION
# *Example.* That the result reproduces the photograph shows only that it is one of many pictures that
# do: three methods fitted our page to its noise, with residuals near .010, and gave three pictures. It
# doesn't show that the PSF was right: with a width 20 % too large some λ still gave the residual of
# .0020, while the error nearly doubled. So I ask how the PSF was obtained: was it measured on this
# camera? The least error of all settings was found with the truth of the test pictures, which this
# photograph doesn't come with; its blur and noise may need another parameter. If the test pictures
# were blurred by the operator that the method inverts, on the same grid, it is an inverse crime, which
# hides what noise, borders and a real blur do.
#
# *Rubric, one point each; half a point where it says "half". In every criterion a false statement beside a
# right one costs half a point of that criterion, and never another's. A ninth sentence isn't read.*
#
# 1. It does say that the picture is possible, one that the photograph allows (half). It doesn't say that it is
#    right, since other pictures fit as well (half). "One of many that fit" says both; "it fits to within the noise"
#    and "a good fit proves nothing" say neither.
# 2. A wrong PSF can fit as well (half); a question how this PSF was obtained or checked (half).
# 3. The parameters were chosen with the test pictures' truths, or for their blur, noise or content,
#    and this photograph has no truth or may differ in those (full). Only "100 pictures are too few" or
#    "other pictures may differ", without saying in what (half).
# 4. Names one of: inverse crime, same operator or grid, no or known noise, periodic borders, exact PSF,
#    test pictures also used for tuning (half); and what it hides, such as noise gain, light across the
#    border, aliasing, the cost of a wrong PSF, or the error on a new picture (half). Too vague: "the
#    tests may be unrealistic".
# 5. Two numbers that this lesson prints, each with what it measures, right to the digits given, and each for one of the
#    answer's points (half each): said so, or plain from what was measured. A number without its meaning counts nothing,
#    nor does one that supports none of them, as Morozov's error (.0462) beside the oracle's (.0461).
# ### END SOLUTION

# %% [markdown]
# ## What you can now say, and what you can't
#
# You **can** say what each method believes, and what an error is made of. You **can't** say from a good fit that a
# picture is right, nor that the PSF was, nor yet which details the data determine: lesson {information_limit}. For the page:
#
# > Given operator **A** = *a Gaussian blur of 1.5 pixels, known to 10 %*, noise **σ** = *.01 of white*,
# > **K** = *1* frame and assumptions **P** = *small ‖x‖ by λ = .01, periodic borders*, these components,
# > *strokes a few pixels wide*, are known to within **τ**: *no number here says it. The page as a whole, border included, is off by .064
# > of white, rms, and only the truth could tell*; the rest is drawn from **P**.

# %% [markdown] only="slides" slide="slide"
# ## What made the error?
#
# Noise, border, PSF, or the scene's own detail. **Something always did.**
#
# A good fit doesn't say that the picture is right, nor that the PSF was.

# %% [markdown] slide="notes"
# Name a cause for each fault seen in this hour: grain, stripes at the rim, ghosts, lost detail. Ask for a picture without any;
# there is none. Three minutes.

# %% [markdown] deeper=true
# ## Further reading
#
# - J. Kaipio, E. Somersalo, *Statistical and Computational Inverse Problems* (Springer, 2005): inverse
#   crimes, discrepancy, the Bayesian view.
# - Choosing λ: G. H. Golub, M. Heath, G. Wahba, *Technometrics* 21 (1979) 215,
#   [doi:10.1080/00401706.1979.10489751](https://doi.org/10.1080/00401706.1979.10489751).
# - Photons: W. H. Richardson, *J. Opt. Soc. Am.* 62 (1972) 55,
#   [doi:10.1364/JOSA.62.000055](https://doi.org/10.1364/JOSA.62.000055); L. B. Lucy, *Astron. J.* 79
#   (1974) 745, [doi:10.1086/111605](https://doi.org/10.1086/111605); L. A. Shepp, Y. Vardi, *IEEE Trans.
#   Med. Imaging* 1 (1982) 113, [doi:10.1109/TMI.1982.4307558](https://doi.org/10.1109/TMI.1982.4307558) (the same rule as EM);
#   D. S. C. Biggs, M. Andrews, *Appl. Opt.* 36 (1997) 1766,
#   [doi:10.1364/AO.36.001766](https://doi.org/10.1364/AO.36.001766).
# - Edges: L. I. Rudin, S. Osher, E. Fatemi, *Physica D* 60 (1992) 259,
#   [doi:10.1016/0167-2789(92)90242-F](https://doi.org/10.1016/0167-2789%2892%2990242-F); D. Strong,
#   T. Chan, *Inverse Problems* 19 (2003) S165–S187
#   ([Zbl 1043.94512](https://zbmath.org/?q=an:1043.94512)): the plateau laws.
# - Hubble: C. J. Burrows and others, *Astrophys. J. Letters* 369 (1991) L21; R. J. Hanisch,
#   R. L. White (editors), *The Restoration of HST Images and Spectra II* (STScI, 1994).
# - Blind: A. Levin, Y. Weiss, F. Durand, W. T. Freeman, *CVPR* 2009,
#   [doi:10.1109/CVPR.2009.5206815](https://doi.org/10.1109/CVPR.2009.5206815).
# - `skimage`: S. van der Walt and others, *PeerJ* 2 (2014) e453,
#   [doi:10.7717/peerj.453](https://doi.org/10.7717/peerj.453).
