# ---
# jupyter:
#   course: {points: 20, reads: [images]}
# ---

# %% [markdown]
# # {title}
#
# **{question}**
#
# "Who pays" asks where the error of a restored picture comes from: noise, the border, a wrong idea
# of the blur, or the scene's own detail, given up on purpose.
#
# After this lesson you can
#
# - *predict* how much noise an inverse filter makes, and under which convention;
# - *write* a Wiener filter and a Richardson–Lucy iteration, and state what each one assumes;
# - *choose* the strength of a regularisation without ever seeing the truth;
# - *recognise* the four classic cheats: the inverse crime, circular borders, tuning on the truth,
#   and a point-spread function (PSF) that was only believed;
# - *split* one picture's error into what noise, border, PSF and regularisation each contribute.
#
# {minutes} minutes, with a good place to stop after section 3. {builds_on} You need from there: $y = S(h * x) + n$, transfer functions, adjoints, noise.

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
# The camera trembled from side to side, and each line of the page was smeared by a Gaussian with
# a standard deviation of 1.5 pixels. A blur multiplies every frequency by a number, its transfer
# function $H$ (lesson {image_formation}). So to undo it, divide: $\hat X = Y / H$. This is the **inverse
# filter**.

# %%
print(f"largest error after undoing the blur: {np.abs(restored - page).max():.0e}")

# %% [markdown]
# Perfect to eleven digits. Is that all? Save the blurred picture in a file first, with 8 bits per
# pixel: every value is rounded to the nearest of 256. You won't see it here.

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
# The picture's whole range is from 0 to 1, and the answer is wrong by more than ten times that.
# Nothing was lost that you could see here, and yet nothing is left.
#
# Where does it come from? At the highest frequency of the grid, half a cycle per pixel, this blur
# leaves a share $H = e^{-11}$ of the signal. Dividing multiplies by 66,000: the signal, which is
# welcome, and the rounding error, which nobody blurred.

# %%
print(f"1/H at half a cycle per pixel: {1 / gaussian_otf(0.5, 1.5):,.0f}")

# %% [markdown] slide="notes"
# Let the room enjoy the perfect restoration before showing the third picture. The question to
# ask: who of you saves pictures with more than 8 bits? Four minutes.

# %% [markdown]
# ### The inverse crime
#
# Why did the first attempt succeed at all? Because we made the data with the very operator, on
# the very grid, that we then inverted, and added no noise. That is called an **inverse crime**:
# the experiment tests arithmetic, not the method. Real light knows nothing of our grid. Let us be
# asked for the same inverse three times, for one line of a bar code, 64 pixels long.

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
# $10^{-12}$, .078, 10.2. The first number is the crime. The third is what remains when the numbers
# are kept in a byte. But what is the second made of? There is no noise in it. Look at what we
# compared with: the sharp line that 64 pixels see contains fine detail of the bars, *folded* to
# lower frequencies (aliasing, lesson {image_formation}). The blur removed that detail before the pixels could fold
# it. Take it out of the reference, too:

# %%
coarse = np.abs(np.fft.fftfreq(256)) <= 1 / 8  # up to half a cycle per pixel of the 64
unfolded = Downsample((1, 4))(np.fft.ifft(np.fft.fft(bars) * coarse).real)
print(f"folded detail in the sharp line: {rms(line - unfolded):.3f}")
print(f"inverse against the line without it: {rms(inverse_filter(finer_world, blur) - unfolded):.4f}")

# %% [markdown]
# So the .078 is nearly all aliasing in the *reference*: detail (.081) that the blurred camera never
# recorded, so that no method could return it. The rest, .0068, is what little the blurred camera folds
# itself; dividing by $H$ enlarges it. On the same grid there is nothing to fold, and the question doesn't even
# arise: that is what the crime hides.
#
# **A test of a method must use data that the method's own model did not make.** Most simulations
# in this lesson share the operator between camera and method; we say so where it matters, and in
# section 7 we pay.

# %% [markdown]
# ## 1. Noise gain
#
# How wrong must an inverse filter be? The measurement is $y = h * x + n$, with noise of variance
# $\sigma^2$, the same at all frequencies (*white*). Dividing by $H$ returns $x$, and the noise at
# each frequency divided by $H$. On average over all frequencies, the noise variance grows by the
# **noise gain**
#
# $$ g = \operatorname{mean}_f \; \frac{1}{|H(f)|^2}. $$
#
# **Predict.** A signal of 64 samples was blurred by a Gaussian with a standard deviation of *one*
# pixel. By which factor does undoing the blur multiply the noise variance?

# %%
from course_lib.notebook.predictions import predict, reveal

guess_gain = None  # replace None by your number
predict("deconvolution.noise_gain", guess_gain, between=(1, 1e12))

# %% slide="subslide" title="Noise, a thousandfold"
H = gaussian_otf(np.fft.fftfreq(64), 1.0)
gain = float(np.mean(1 / np.abs(H) ** 2))
print(f"noise gain {gain:.0f}, that is {10 * np.log10(gain):.0f} dB")
reveal("deconvolution.noise_gain", gain, label="noise gain, Gaussian blur of one pixel", unit="variance ratio",
       log=True)

# %% [markdown]
# A thousandfold, for a blur that you would hardly notice. (A decibel, dB, is ten times the
# base-10 logarithm of a ratio of variances: 30 dB is a factor of 1000.) Does the law explain the page? Rounding
# to 256 levels is an error spread evenly over ±1/510; an even spread of width $w$ has the standard deviation
# $w/\sqrt{12}$, here $1/(255\sqrt{12})$.

# %%
from course_lib.imaging.deconvolution import noise_gain

rounding = 1 / (255 * np.sqrt(12))
for name, width, measured in (("the page", 128, error),
                              ("the bar code", 64, rms(inverse_filter(eight_bits, blur) - line))):
    expected = rounding * np.sqrt(noise_gain(blur, (1, width)))
    print(f"{name:13s} expected {expected:.1f} rms, measured {measured:.1f}")

# %% [markdown]
# It does. The page averages over 128 lines and comes close; one line scatters around its
# expectation, because a handful of frequencies carry nearly all of the noise.

# %% [markdown]
# ### Exercise 1: the noise gain of a kernel
#
# Cameras are often described by a **kernel**, a short list of weights, rather than by $H$. Write
# `kernel_gain(kernel, n)` for a signal of `n` samples that is blurred, with periodic borders, by
# a one-dimensional `kernel` of length `k ≤ n`. $H$ is the discrete Fourier transform of the
# kernel, filled up with zeros to `n` samples (where the kernel is centred doesn't matter: a shift
# changes only the phase of $H$). Return the mean of $1/|H|^2$ over **all** `n` frequencies, as a
# number; kernels whose $H$ is 0 somewhere don't occur. If the kernel is longer than the signal, raise `ValueError`.

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
    "you squared H's real part only; |H|² is the squared *magnitude*, np.abs(H)**2.":
        0.75 / 0.5**1.5,
    "you took the mean of 1/|H|; noise *variance* grows by 1/|H|².": 1.3728805006,
    "you inverted the mean of |H|²; the mean of 1/|H|² is wanted: weak frequencies hurt most.": 1.6,
    "you returned the largest 1/|H|²; the mean over all frequencies is wanted.": 4.0,
    "you averaged over half of the frequencies only (as rfft gives them); all n are wanted.":
        2.0151515152,
    "this is the gain in standard deviation; the gain in variance is wanted.": 1.4142135624,
    "this is in decibels; return the ratio itself.": 3.0102999566,
    "you summed over the frequencies; take the mean.": 128.0,
    "you used the kernel's own few frequencies; fill it up with zeros to n samples first.": 2.5,
}, atol=1e-6)
refuses(kernel_gain, np.ones(9) / 9, 8, because="the kernel is longer than the signal")

# %% test="kernel_gain_of_short_signals_and_single_weights" points=2
# On two samples H is 1 and ½, so the mean of 1/|H|² is (1 + 4)/2.
equal(call(kernel_gain, np.array([0.75, 0.25]), 2), 2.5, "kernel_gain([.75, .25], 2)")
equal(call(kernel_gain, np.array([0.75, 0.25]), 5), 1.98360656, "kernel_gain([.75, .25], 5)",
      atol=1e-7)
equal(call(kernel_gain, np.array([1.0]), 50), 1.0, "kernel_gain([1], 50)")
equal(call(kernel_gain, np.array([0.5]), 50), 4.0, "kernel_gain([.5], 50)", mistakes={
    "did you divide the kernel by its sum? Take it as it is.": 1.0})
### BEGIN HIDDEN TESTS
# hint: noise gain is the sum of the squared entries of the inverse matrix over n; odd n, too.
for hidden_kernel, hidden_n in (([0.2, 0.5, 0.3], 31), ([0.1, 0.7, 0.2], 48), ([0.3, 0.7], 2)):
    matrix = Blur([hidden_kernel]).dense((1, hidden_n))
    equal(call(kernel_gain, np.array(hidden_kernel), hidden_n),
          np.sum(np.linalg.inv(matrix) ** 2) / hidden_n,
          f"kernel_gain({hidden_kernel}, {hidden_n})", atol=1e-8)
refuses(kernel_gain, np.ones(4) / 4, 3, because="the kernel is longer than the signal")
### END HIDDEN TESTS

# %% [markdown]
# ### A number that depends on a sentence nobody wrote
#
# "A Gaussian blur, σ = 1 pixel." You can read that in at least three ways: $H$ is the transfer
# function of the continuous Gaussian; or of its *samples* at the pixel centres; or of its *means*
# over the pixels. All three are in use. Here is the gain for each.

# %% slide="subslide" title="One Gaussian, eight noise gains"
from course_lib.imaging.optics import gaussian_psf

for sigma in (1, 2):
    conventions = {
        "analytic transfer function": Blur.from_otf(lambda f, s=sigma: gaussian_otf(f, s)),
        "sampled kernel, not cut": Blur(gaussian_psf(sigma, (1, 63))),
        "integrated over pixels": Blur(gaussian_psf(sigma, (1, 63), integrated=True)),
        "sampled kernel, cut at 4σ": Blur(gaussian_psf(sigma, (1, 8 * sigma + 1))),
    }
    for name, convention in conventions.items():
        weakest = np.abs(convention.otf((1, 64))).min()
        print(f"σ = {sigma} px, {name:27s} gain {noise_gain(convention, (1, 64)):8.4g}, "
              f"least |H| {weakest:.1e}")

# %% [markdown]
# 1071, 541, 1203: a factor of two, for *one pixel*. At two pixels, the sampled kernel's
# $9.1 \cdot 10^{14}$ (analytic: $2.6 \cdot 10^{15}$) turns into $7.9 \cdot 10^{9}$ when somebody cuts
# the kernel at 4σ to save time. The cut makes a small sharp edge; a sharp edge contains all
# frequencies; and the least $|H|$ grows from $5.4 \cdot 10^{-9}$ to $2.6 \cdot 10^{-6}$. The blur
# became "easier to undo" by being computed less carefully. Did it really? Look between the
# frequencies of the grid, and at other lengths of the signal:

# %%
cut = Blur(gaussian_psf(2, (1, 17)))
print(f"least H at any frequency: {cut.otf((1, 2**14)).real.min():.2e}")
for n in (60, 63, 64, 70, 128, 256):
    print(f"n = {n:3d}: least |H| {np.abs(cut.otf((1, n))).min():.1e}, "
          f"noise gain {noise_gain(cut, (1, n)):.1e}")

# %% [markdown]
# The cut makes $H$ negative, so it crosses zero on the way there. The gain of $7.9 \cdot 10^{9}$ says
# how far from the crossing the nearest of 64 frequencies happens to fall: an accident of the cut
# and of $n$. Seventy samples give over twenty times as much. When you read a noise gain, a condition
# number or a claim about what can be restored, ask first: **which H?**

# %% [markdown] slide="notes"
# The table is the moment for practitioners: ask who has cut a Gaussian kernel at 3σ this year. A
# hundred-thousandfold change in "how ill-posed it is" came from a line of code that no paper
# mentions, and most of what is left is an accident of the signal's length.
# Five minutes.

# %% [markdown]
# ## 2. The Wiener filter: give up where it costs too much
#
# Dividing by a tiny $H$ buys little signal for much noise. So divide less where the signal is
# weak. Say that at frequency $f$ the scene has power $S(f)$ and the noise has power $N(f)$. Among
# all *linear* filters $\hat X = W\,Y$, the expected squared error is least for
#
# $$ W = \frac{H^*}{|H|^2 + N/S}. $$
#
# It comes from each frequency by itself: there the expected squared error is
# $|1 - WH|^2 S + |W|^2 N$, detail lost plus noise let in, and this $W$ minimises it. (For a real $H$ set the derivative
# to 0: $-2H(1 - WH)S + 2WN = 0$.) Where $|H|^2$ is
# far above $N/S$, it is $1/H$; far below, it falls to 0 with $H$ instead of growing. $H^*$ is the
# complex conjugate: it takes back the shift that an asymmetric blur makes. What the filter
# **assumes**: a scene that fluctuates about zero in the same way everywhere (mean-zero,
# stationary), noise that is uncorrelated with it, and the ratio $N/S$.

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
# The Wiener filter follows $1/H$ while the signal is above the noise, never multiplies by more
# than 5 here, and then gives up.
#
# ### Exercise 2: a Wiener filter
#
# Write `wiener_filter(y, otf, noise_to_signal)`. `y` is a picture of shape `(..., H, W)`; `otf`
# is the blur's transfer function, complex, of shape `(H, W // 2 + 1)`, in the layout of
# `np.fft.rfft2`. `noise_to_signal` is $N/S$: one number, or an array shaped like `otf`. Return
# the estimate, of shape `(..., H, W)`, also for odd `W`: `irfft2` has to be told the last two sizes,
# as `s`. A `noise_to_signal` that is negative anywhere raises `ValueError`.

# %% solution="wiener_filter" rebuilds="imaging.deconvolution.wiener"
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
    "you used |H| where |H|² belongs, in the denominator.": 0.5 / 0.65 * patch,
    "this is the adjoint: you multiplied by H* and didn't divide.": 0.5 * patch,
    "you squared noise_to_signal: it is a ratio of powers already.": 0.5 / 0.2725 * patch,
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
# hint: the estimate solves (AᵀA + N/S) x̂ = Aᵀy; N/S may differ from frequency to frequency.
lopsided = Blur([[0.1, 0.5, 0.2], [0.0, 0.15, 0.05]])
hidden_y = np.random.default_rng(3).random((2, 7, 9))
hidden_x = call(wiener_filter, hidden_y, lopsided.otf((7, 9)), 0.03)
equal(lopsided.T(lopsided(hidden_x)) + 0.03 * hidden_x, lopsided.T(hidden_y),
      "(AᵀA + N/S) x̂", atol=1e-9)
coloured = np.linspace(0.01, 1, 35).reshape(7, 5)
spectrum = np.fft.rfft2(call(wiener_filter, hidden_y, np.ones((7, 5), complex), coloured))
given = np.fft.rfft2(hidden_y) / (1 + coloured)
equal(np.abs(spectrum[..., 1:]), np.abs(given[..., 1:]), "spectrum for N/S per frequency",
      atol=1e-8)
coloured[2, 3] = -1e-3
refuses(wiener_filter, hidden_y, np.ones((7, 5), complex), coloured,
        because="one of the power ratios is negative")
### END HIDDEN TESTS

# %% [markdown]
# ### The dial
#
# For the rest of the lesson our camera sees 96 × 96 pixels of the page, blurs them by a Gaussian
# of 1.5 pixels (cut at 4σ), and adds read noise with a standard deviation of .01. Its borders are
# periodic, as in the method: the inverse crime again, confessed here and paid for in section 7.

# %% slide="subslide" title="The dial: grain or blur"
from course_lib.imaging.deconvolution import wiener
from course_lib.imaging.optics import read_noise

sigma = 0.01
scene = page[:, 16:112, 16:112]
A = Blur(gaussian_psf(1.5))
y = read_noise(A(scene), sigma, rng=0)
show_images({"recorded": y, "N/S = .0001": wiener(y, A, 1e-4),
             "N/S = .01": wiener(y, A, 1e-2), "N/S = 1": wiener(y, A, 1.0)},
            alt="Blurred handwriting and three Wiener estimates: full of grain, sharp with a little "
                "grain, and dark and soft.")

# %% [markdown]
# One number turns grain into blur. With a small ratio you believe in strong signal: detail comes
# back, and the noise with it. With a large one you believe in noise: everything that might be
# noise is taken out, and the page grows dark, because a ratio of 1 halves even the mean
# brightness. The measurement is the same in all three. What you *believe* makes the picture.

# %% [markdown]
# ### Best, but among what?
#
# The Wiener filter has the least mean squared error of all *linear* estimates. Is it the best
# there is? Take the simplest scene of all: every pixel is +1 or −1, by a coin flip. No blur;
# noise of variance ¼. The Wiener filter is $\hat x = y/(1 + ¼)$, and its mean squared error is
# $1 \cdot ¼ / (1 + ¼) = .200$.
#
# **Predict.** If you may use *any* function of $y$, and know that only +1 and −1 occur, how small
# can the mean squared error get?

# %%
guess_mmse = None  # replace None by your number
predict("deconvolution.mmse", guess_mmse, between=(0, 1))

# %%
signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(1000, 1000))
seen_signs = signs + 0.5 * np.random.default_rng(1).standard_normal(signs.shape)
linear = seen_signs / 1.25
best = np.tanh(seen_signs / 0.25)  # the posterior mean E[x | y]: lesson {priors_and_best_guesses} derives it
print("mean squared error over a million flips: "
      f"linear {rms(linear - signs) ** 2:.4f}, best {rms(best - signs) ** 2:.4f}")

# %%
from scipy.integrate import quad


def weighted_error(t):
    """Squared error of the posterior mean at noise t standard deviations, times its density."""
    return (1 - np.tanh((1 + 0.5 * t) / 0.25)) ** 2 * np.exp(-t**2 / 2) / np.sqrt(2 * np.pi)


mmse = quad(weighted_error, -12, 12)[0]
print(f"by integration: {mmse:.4f}")
reveal("deconvolution.mmse", mmse, label="least mean squared error (the linear filter's is .200)")

# %% [markdown]
# .0686, a third of .200. Knowing that only two values occur is worth more than any filter can
# buy. "Wiener is optimal" is half true: optimal among linear estimates, if its $N/S$ is right;
# optimal among *all* estimates if scene and noise are Gaussian, too, and with Gaussian noise only then.
# Pictures aren't Gaussian.

# %% [markdown] slide="notes"
# Draw the two curves on the board: a straight line through the origin, and tanh, which snaps to
# ±1. The picture that scores best lies *between* +1 and −1 and is no possible scene; lesson {priors_and_best_guesses}
# lives on this. Four minutes.

# %% [markdown]
# ## 3. How strong? Ask the noise, not the truth
#
# **Tikhonov's** method asks for a scene that explains the data and is not large:
#
# $$ \hat x_\lambda = \arg\min_x \; \|A x - y\|^2 + \lambda \|x\|^2. $$
#
# For a periodic blur that is the Wiener filter with $N/S = \lambda$; but $A$ may now be any
# linear camera. Which λ? We have the scene, so we could try them all and keep the one with the
# least error: the **oracle** λ. Nobody with a real measurement can.
#
# But you do know your noise. The true scene misses the data by $\|A x - y\|^2 \approx m\sigma^2$,
# for $m$ pixels. A rule of thumb: fit as well as the truth does, no better and no worse.
# **Morozov's discrepancy principle** takes the λ at which
#
# $$ \|A \hat x_\lambda - y\|^2 = m \sigma^2. $$
#
# That errs towards smooth: an estimate that was fitted to the data has used up part of the noise, and should miss
# them by *less* than the truth does. (Cross-validation and Stein's unbiased estimate of the risk allow for that;
# neither needs the truth.)

# %%
from course_lib.imaging.deconvolution import tikhonov

print(f"m σ² = {y.size * sigma**2:.3f}")
for trial in (1e-4, 1e-2, 1.0):
    squares = np.sum((A(tikhonov(y, A, trial)) - y) ** 2)
    print(f"λ = {trial:<6g}  ‖A x̂ − y‖² = {squares:.3f}")

# %% [markdown]
# The middle one is close. The residual grows with λ, so there is exactly one λ that hits it, as long
# as $m\sigma^2$ lies below $\|y\|^2$ and above what $A$ can't explain at all.
#
# ### Exercise 3: choose λ without the truth
#
# Write `morozov(y, A, sigma)`: `y` is the measurement (an array with `m = y.size` numbers), `A`
# the camera (an operator of the library), `sigma` the standard deviation of the noise. Return the
# λ that solves the equation above, to at least four digits. `tikhonov(y, A, lam)` gives
# $\hat x_\lambda$. The residual grows with λ, so bisection works: search over $\log_{10} λ$ from
# −12 to 12 (or hand that interval to `scipy.optimize.brentq`; if it finds no change of sign, your
# squared residual isn't $\|A\hat x - y\|^2$). If $\|y\|^2 \le m\sigma^2$, then $x = 0$ explains the data already: raise `ValueError`. The scene is not among the arguments, on
# purpose.

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
    "this is right without a camera only; A belongs in the residual.": 1 / 3,
    "the sum over m pixels must reach mσ², not σ²: is the factor m missing?": 1.2**2 / 15,
    "you compare the norm with mσ²; the *squared* norm belongs there.": 1.2**2,
    "you compare with mσ; the variance σ² belongs there.": 1.2**2 * 0.5469181606780272,
    "this is log₁₀ λ; return λ.": np.log10(1.2**2 / 3),
    "this is ln λ; return λ.": np.log(1.2**2 / 3),
    "this is σ² over the signal's power; the residual must decide.": 0.0625,
    "this is σ²: the residual must decide, not the noise alone.": 0.25,
}, atol=1e-4)
refuses(morozov, np.full((1, 4, 4), 0.1), Identity(), 0.5,
        because="the measurement is weaker than its noise")
# ‖y‖² = 7.84 is more than mσ² = 4, though ‖y‖ isn't: there is a λ, with 7.84 (λ/(1 + λ))² = 4.
equal(call(morozov, np.full((1, 4, 4), 0.7), Identity(), 0.5), 2.5, "morozov(y, Identity(), .5) for sixteen times .7", atol=1e-4)

# %% test="morozov_explains_the_data_up_to_the_noise" points=1
small_blur = Blur(gaussian_psf(1.0, 5))
small_scene = np.random.default_rng(4).random((1, 16, 16))
small_y = read_noise(small_blur(small_scene), 0.05, rng=5)
small_lam = call(morozov, small_y, small_blur, 0.05)
assert small_lam > 0, "λ is not positive: return λ itself, not its logarithm."
small_squares = np.sum((small_blur(tikhonov(small_y, small_blur, small_lam)) - small_y) ** 2)
equal(small_squares / (256 * 0.05**2), 1.0, "‖A x̂ − y‖² / (m σ²) at your λ, with a blur", atol=1e-3)
### BEGIN HIDDEN TESTS
# hint: scaling picture and noise together changes nothing; a camera may also shrink the picture.
equal(call(morozov, 7 * small_y, small_blur, 0.35) / small_lam, 1.0,
      "λ for picture and noise both 7 times brighter, over λ", atol=1e-3)
hidden_camera = Downsample(2) @ Blur(gaussian_psf(1.0, 5), "reflect")
hidden_seen = read_noise(hidden_camera(small_scene), 0.02, rng=6)
hidden_lam = call(morozov, hidden_seen, hidden_camera, 0.02)
assert hidden_lam > 0, "λ is not positive."
hidden_squares = np.sum(
    (hidden_camera(tikhonov(hidden_seen, hidden_camera, hidden_lam)) - hidden_seen) ** 2)
equal(hidden_squares / (64 * 0.02**2), 1.0, "‖A x̂ − y‖² / (m σ²), another camera", atol=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# ### How much does not knowing cost?

# %% slide="subslide" title="The error you can't see, the residual you can"
from course_lib.imaging.deconvolution import discrepancy_lambda

lam = discrepancy_lambda(y, A, sigma)  # the library's morozov
lams = np.logspace(-4, 0, 41)
errors = [rms(tikhonov(y, A, value) - scene) for value in lams]
residuals = [rms(A(tikhonov(y, A, value)) - y) for value in lams]
oracle = lams[np.argmin(errors)]
fig, ax = figure()
ax.loglog(lams, errors, label="error (needs the truth)")
ax.loglog(lams, residuals, color=COLOURS["orange"], label="residual")
ax.axhline(sigma, color=COLOURS["black"], linestyle=":", label="noise σ")
ax.axvline(lam, color=COLOURS["vermilion"], linestyle="--", label="Morozov's λ")
ax.set(xlabel="λ", ylabel="rms (1 = white)", ylim=(5e-3, 2))
ax.legend(fontsize=9, loc="upper left")
show(fig, alt=f"Error against λ has its minimum near {oracle:.3f}; the residual rises "
              f"and crosses the noise level at Morozov's λ = {lam:.3f}, close to that minimum.")

# %%
errors_found = {"recorded": rms(y - scene), "Morozov": rms(tikhonov(y, A, lam) - scene),
                "oracle": min(errors)}
print({name: round(value, 5) for name, value in errors_found.items()})
gap = errors_found["Morozov"] / errors_found["oracle"] - 1
print(f"oracle gap: {100 * gap:.1f} %")

# %% [markdown]
# The blue curve is what you want to minimise and can't see. The orange one you can compute, and
# where it meets the noise level, the blue one is nearly at its minimum. The difference is the
# **oracle gap**: what you pay for not knowing the truth. Here it is small. Elsewhere:

# %%
print("   blur  noise   Morozov  oracle   gap")
for width in (1.0, 2.0, 3.0):
    for noise in (0.002, 0.05):
        camera = Blur(gaussian_psf(width))
        seen = read_noise(camera(scene), noise, rng=0)
        chosen = rms(tikhonov(seen, camera, discrepancy_lambda(seen, camera, noise)) - scene)
        ideal = min(rms(tikhonov(seen, camera, value) - scene) for value in np.logspace(-6, 1, 141))
        ideal = min(ideal, chosen)  # the oracle may take Morozov's λ, too
        print(f"{width:5.1f} px  {noise:.3f}  {chosen:.4f}   {ideal:.4f}  "
              f"{100 * (chosen / ideal - 1):4.1f} %")

# %% [markdown]
# For this page the gap is at most 5 %, because the error curve is flat around its minimum: a λ that
# is somewhat off costs little. That isn't a law. Without any blur, Morozov's rule can do worse than
# no method at all:

# %%
plain = Identity()
seen = read_noise(scene, 0.05, rng=0)
chosen = rms(tikhonov(seen, plain, discrepancy_lambda(seen, plain, 0.05)) - scene)
ideal = min(rms(tikhonov(seen, plain, value) - scene) for value in np.logspace(-6, 1, 141))
print(f"no blur: recorded {rms(seen - scene):.4f}, Morozov {chosen:.4f}, oracle {ideal:.4f}")

# %% [markdown]
# **Pitfall: tuning on the truth.** A paper that reports the least error over all λ, on the
# picture that it tests on, reports the oracle column: a score that no user of the method will
# ever get. The cure is a rule about *arguments*: whatever selects a parameter must never receive
# the scene. Your `morozov` keeps it by construction.

# %% [markdown] slide="notes"
# Point at the two curves: one you can compute, one you can't. Ask how many published comparisons
# state how the parameter was chosen. The gap in the table is honest both ways: often small, and
# in the table largest for a wide blur with little noise. Five minutes.

# %% [markdown]
# *A good place to stop: three of the five exercises are done. The second half brings photons, edges
# and the bill.*

# %% [markdown]
# ## 4. Richardson–Lucy: count photons
#
# So far the noise had the same variance everywhere. Light comes in photons, and then the variance
# *is* the brightness. Write $y_i$ for the photons counted in pixel $i$, with mean $(Ax)_i$. The
# logarithm of the probability of what you saw is, up to a constant,
# $\sum_i y_i \log (Ax)_i - (Ax)_i$. Richardson (1972) and Lucy (1974) found a rule that climbs
# it; Shepp and Vardi (1982) derived the same rule, as expectation–maximisation (EM):
#
# $$ x \;\leftarrow\; \frac{x}{A^T 1} \cdot A^T\!\left(\frac{y}{A x}\right). $$
#
# Read it from the inside. $y/Ax$: where did I predict too little light? $A^T$: which scene pixels
# are responsible? Multiply those up. $A^T 1$ says how much of each scene pixel's light the camera
# sees *at all*. What it **assumes**: Poisson counts, and that light is never negative.
#
# Two pixels, by hand: $A = \begin{pmatrix} .8 & .2 \\ .2 & .8\end{pmatrix}$, $y = (10, 2)$, start
# $(6, 6)$.

# %%
from course_lib.imaging.deconvolution import richardson_lucy

two_pixels = Matrix([[0.8, 0.2], [0.2, 0.8]])
counts = np.array([[10.0, 2.0]])
for steps in (1, 2, 10, 100):
    print(f"after {steps:3d} steps", richardson_lucy(counts, two_pixels, steps).round(4))
print("unconstrained   ", np.linalg.solve(two_pixels.matrix, counts[0]).round(4))

# %% [markdown]
# $(6,6) \to (8.4, 3.6) \to \dots \to (12, 0)$. Do the first step with a pencil: $Ax = (6, 6)$,
# the ratios are $10/6$ and $2/6$, so the left pixel is multiplied by
# $.8 \cdot 10/6 + .2 \cdot 2/6 = 1.4$. Solving $Ax = y$ would give $(12.67, -.67)$: an exact fit
# with negative light. The iteration can't go there, since it only multiplies by numbers ≥ 0. It
# converges to the wall, $(12, 0)$.

# %% [markdown]
# ### Exercise 4: the iteration
#
# Write `photon_em(y, A, iterations, x0)`: start from `x0 > 0`, do `iterations` Richardson–Lucy
# steps and return the estimate (a new array, `x0` untouched). `y ≥ 0` has the shape of `A(x0)`;
# `A` is an operator with entries ≥ 0, and its adjoint is `A.T`. Zero iterations return a copy of
# `x0`.

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
    "the ratio is upside down: y / A(x) is wanted.": [[5 * 0.5 / 0.9, 4.0]],
    "you clipped to 1: counts and stars have no upper limit.": [[1.0, 1.0]],
    "you did no step, or one too few.": fives,
    "that is the correction factor; multiply x by it.": [[1.7 / 0.9, 1.4]],
    "you divided by A(1); how much of each scene pixel the camera sees is Aᵀ1.": [[8.5, 8.75]],
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
assert photon_em(counts, uneven, 0, fives) is not fives, "zero steps must return a *copy* of x0, not x0 itself."

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
# hint: the likelihood never falls; zero iterations return the start; several pictures at once.
from course_lib.imaging.deconvolution import poisson_log_likelihood

hidden_start = np.random.default_rng(7).random((2, 1, 9, 11)) + 0.5
hidden_lens = Blur([[0.1, 0.5, 0.2], [0.0, 0.15, 0.05]], "zero")
hidden_counts = np.random.default_rng(8).poisson(9.0, (2, 1, 9, 11)).astype(float)
equal(call(photon_em, hidden_counts, hidden_lens, 0, hidden_start), hidden_start, "zero iterations")
climb = [poisson_log_likelihood(
    hidden_counts, hidden_lens(call(photon_em, hidden_counts, hidden_lens, k, hidden_start)))
    for k in range(6)]
assert np.all(np.diff(climb) > 0), "the log-likelihood falls from one step to the next."
equal(call(photon_em, hidden_counts, hidden_lens, 7, hidden_start),
      richardson_lucy(hidden_counts, hidden_lens, 7, x0=hidden_start), "seven steps", atol=1e-8)
### END HIDDEN TESTS

# %% [markdown]
# ### Light that left the picture
#
# Why does $A^T 1$ deserve such care? Put a single star of 100 units into the *corner* of a dark,
# 32 × 32 pixel field. The blur (σ = 1.5, 9 × 9 pixels) carries part of its light across the
# border. (No noise, and camera and method share the operator: an inverse crime, good enough for
# bookkeeping.)

# %%
corner = np.zeros((1, 32, 32))
corner[0, 0, 0] = 100.0
lens = Blur(gaussian_psf(1.5, 9), "zero")
recorded = lens(corner)
print(f"recorded: {recorded.sum():.3f} of 100 units")

# %% [markdown]
# **Predict.** You run 50 Richardson–Lucy steps on this picture. How many units of light does the
# estimated *scene* hold?

# %%
guess_corner = None  # replace None by your number
predict("deconvolution.corner", guess_corner, between=(0, 1000))

# %%
ledger = []  # Σ (Aᵀ1) x̂ after each step
seen = lens.T(np.ones_like(recorded))
right = richardson_lucy(recorded, lens, 50,
                        callback=lambda step, x: ledger.append(np.sum(seen * x)))
wrong = richardson_lucy(recorded, lens, 50, normalise=False)  # the same, without Aᵀ1
print(f"with Aᵀ1:    scene {right.sum():.2f}, explained {lens(right).sum():.3f}")
print(f"without Aᵀ1: scene {wrong.sum():.1f}, explained {lens(wrong).sum():.3f}")
print(f"Σ (Aᵀ1) x̂ from step 1 to 50: {min(ledger):.3f} to {max(ledger):.3f}")
reveal("deconvolution.corner", right.sum(), label="light in the estimated scene", unit="units")

# %% [markdown]
# 96.96 of 100, from a picture that holds 40.104: the method knows that a corner star shows less
# than half of itself. Without $A^T 1$ it returns a scene of 40.1 units. Notice which law holds.
# You might test an implementation by "light is conserved, $\sum x = \sum y$", and **the wrong one
# passes that test**. The right law is $\sum_j (A^T 1)_j x_j = \sum y$, after every step: light is
# accounted for *where the camera could see it*. Only where $A^T 1 = 1$, far from borders, is that
# $\sum x = \sum y$.

# %% [markdown]
# ### Better, then worse
#
# Now a real sky: a piece of a Hubble picture (8-bit and processed; here it plays the scene), seen
# through a blur of 1.5 pixels with 300 photons for white (camera and method share the operator
# again).
#
# **Predict.** After how many steps is the estimate closest to the truth? (We run 400.)

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
# Left is all that the algorithm can compute, and it rises for ever. Right is what counts, and nobody at the telescope can
# draw it. Ask where they would have stopped. Two minutes.

# %% slide="subslide" title="After 400 steps, new stars"
show_images({"scene": sky, "recorded": night,
             f"step {best_step}": richardson_lucy(night, telescope, best_step), "step 400": last},
            limits=(0, 0.3),
            alt="A star with spikes and small galaxies; the same blurred and grainy; sharpened "
                "after a few steps; and broken up into bright dots after 400 steps.")

# %% [markdown]
# The likelihood never falls; the error doesn't follow. Early steps bring back what the
# photons support; later ones explain the noise as well, by piling light onto single dots. This is
# called **semi-convergence**, and it means that *the number of steps is a regularisation
# parameter*. "We ran it until convergence" says little.

# %% [markdown] slide="notes"
# Left: what the algorithm sees. Right: what it never sees. The dots at step 400 look like stars,
# and an astronomer would count them. Stop here and ask how one would stop without the truth
# (Morozov again). Five minutes.

# %% [markdown]
# ## 5. Total variation: pay for edges
#
# Another belief: scenes consist of even areas with sharp edges. Rudin, Osher and Fatemi (1992)
# looked for the scene with the least total variation among those that fit up to the noise. With a
# price instead of that constraint:
#
# $$ \hat x = \arg\min_x \; \tfrac12\|A x - y\|^2 + \lambda \sum |\nabla x|. $$
#
# In a signal, the sum is the total height of all edges; in a picture, their height times their
# length. What does the price do to a clean signal? Without blur, the answer is exact as long as
# neighbouring plateaus don't meet. Move a plateau of
# $n$ samples by δ: the residual costs $\tfrac12 n δ^2$, and each of its edges that gets lower saves
# $λδ$. An **end** plateau has one edge, so δ = λ/n. A **peak or valley** has two: 2λ/n. A
# **stair** gains at one edge what it loses at the other: 0.

# %% slide="subslide"
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

# %%
starts = np.cumsum([0, *lengths[:-1]])
for kind, start, n, law in zip(("end plateau", "stair", "peak", "end plateau"), starts, lengths,
                               (1, 0, -2, 1), strict=True):
    moved_by = smooth[0, start] - clean[0, start]
    print(f"{kind:12s} of {n:2d} samples moves by {moved_by:+.4f};  "
          f"law {law:+d}·λ/n = {law * price / n:+.4f}")

# %% [markdown]
# No two plateaus met here, and the laws hold to every digit shown. They tell you what TV costs: *contrast*, most of all in
# small things. A peak one sample wide loses 2λ. Real stars pay that, too.

# %% [markdown]
# ### The same data, three beliefs
#
# Back to the page. All three methods get the same measurement, and all three are tuned by the
# same rule without the truth: fit the data up to the noise, no further. The noise is Gaussian,
# so Richardson–Lucy's belief in photons is false here; it is run all the same, as it often is.

# %% slide="subslide" title="Same data, same fit, three pictures"
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
# Three different pictures, and the data fit all of them equally well: the residuals agree, the
# pictures don't. Grain, softness or paint: each method fills what the blur removed with what it
# believes in. Fitting the data can't choose between them. (No dots yet from Richardson–Lucy: it was
# stopped early. And the page itself, the "truth", is an 8-bit, processed picture.)

# %% [markdown] slide="notes"
# Ask: which of the three is right? Then read the residuals. This is the whole course on one slide:
# same data, same fit, three pictures. Three minutes.

# %% [markdown]
# ## 6. Beside a library that people use
#
# `skimage.restoration` has all three. Same data, side by side; differences are differences of
# *convention*, and you can now name each.

# %%
from skimage import restoration

psf = gaussian_psf(1.5)
theirs = restoration.wiener(y[0], psf, 0.01, reg=np.ones((1, 1)), clip=False)
default = restoration.wiener(y[0], psf, 0.01, clip=False)
difference = np.abs(theirs - tikhonov(y, A, 0.01)[0]).max()
print(f"wiener, same penalty: largest difference {difference:.0e}")
print(f"wiener, its default penalty: error {rms(default - scene[0]):.4f} "
      f"(ours {rms(tikhonov(y, A, 0.01) - scene):.4f})")

# %%
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

# %%
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

# %% [markdown]
# - `wiener` is our Tikhonov, to the last digit, once both penalise the same thing. By default it
#   penalises the Laplacian (roughness) instead of size: another belief, about as good for this
#   page.
# - `richardson_lucy` leaves $A^T 1$ out: nearly the same inside the picture, wrong at the border.
#   And by default it clips to 1: of 150 units of starlight, 16.7 survive. Its documentation says
#   so; set `clip=False` for anything that isn't a picture in [0, 1].
# - `denoise_tv_chambolle` solves the same problem, with our λ as `weight`; its default stopping
#   rule stops early. The plateau law is a good test for any TV code.

# %% [markdown]
# ## 7. Who pays
#
# ### Pitfall: circular borders
#
# A real camera doesn't wrap around: light from *outside* leaks in at the rim, and the left edge
# knows nothing of the right. A Fourier filter believes that it does. The simplest scene shows it,
# a ramp from 0 to 1.

# %%
slope = 1 / 95
wide_ramp = slope * np.arange(-16, 112)[None]  # the world goes on beyond the 96 pixels
ramp = wide_ramp[:, 16:112]
ramp_blur = Blur(gaussian_psf(1.0, (1, 9), integrated=True))
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
# 2.94 at the border, .032 inside: ninety times worse, on a scene that ranges from 0 to 1. The
# filter sees a jump from 1 back to 0 that no blur could have left so sharp, and sharpens it
# further. Mirrored borders (`"reflect"`) repair it here: the mirrored ramp is continuous. They
# are a belief as well, only a milder one.

# %% [markdown]
# ### Exercise 5: spot the circular border
#
# Somebody hands you a restoration method, and no source code. Does it wrap around? Write
# `wraps_around(method, shape)`: `method` is a function from a picture of shape `(H, W)` to one of
# the same shape. Give it two pictures that differ only in the **first row** (by .1, say) and look
# at the **last row** of the results. If that changes anywhere by more than 1 % of the change you
# made, the method wraps. Do the same for the first and last **column**. Return `True` if it wraps
# in either direction, else `False`. The method may not be linear, and light must not be negative:
# start from an even gray of .5.

# %% solution="wraps_around"
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


# %% test="wraps_around_tells_good_borders_from_bad" points=2
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
    "there, but not to the opposite edge.")
assert not call(wraps_around, faint_method, (32, 40)), (
    "an effect of half a per cent is below the 1 % of the task.")
assert call(wraps_around, fourier_method, (32, 40)), (
    "a Fourier filter goes unnoticed. Are the two pictures different, and only in the first row (or "
    "column)? Its far edge gets *darker*: are your differences absolute?")
assert call(wraps_around, rows_method, (32, 40)), (
    "a method that mixes the first row into the last goes unnoticed: check top and bottom, too.")
assert call(wraps_around, columns_method, (32, 40)), (
    "a method that mixes the first column into the last goes unnoticed: check left and right, too.")
assert call(wraps_around, spot_method, (32, 40)), (
    "a method that leaks 2 % into a single pixel of the last row goes unnoticed: *anywhere* counts, "
    "so take the largest change, not the mean, and compare it with 1 % of yours.")
### BEGIN HIDDEN TESTS
# hint: methods that aren't linear, a darkening at the far edge, an effect below 1 %.
assert call(wraps_around, lambda p: np.sqrt(fourier_method(p) ** 2 + 1), (40, 32)), (
    "a method that isn't linear goes unnoticed.")
assert call(wraps_around, lambda p: 1 - rows_method(p), (32, 32)), (
    "a far edge that gets *darker* goes unnoticed: any change counts.")
assert not call(wraps_around, lambda p: p + 0.001 * np.roll(p, -1, axis=0), (32, 40)), (
    "an effect of one part in a thousand is below the 1 % of the task.")
assert not call(wraps_around, lambda p: np.sqrt(mirror_method(p) ** 2 + 1), (32, 40)), (
    "a method with mirrored borders that isn't linear is accused.")
### END HIDDEN TESTS

# %% [markdown]
# ### Pitfall: a PSF that was only believed
#
# "$A$ is known." Is it? Suppose that the blur's true width is 1.5 pixels, and you believe one
# that is off by ten or twenty per cent. Everything else is right: good exposure
# ($\sigma = .002$), λ by Morozov. What does it cost, and does the residual warn you?

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
fig, ax = figure()
ax.plot(100 * (factors - 1), costs, "o-", label="error (needs the truth)")
ax.plot(100 * (factors - 1), warnings_given, "s-", color=COLOURS["orange"], label="residual")
ax.axhline(rms(bright - scene), color=COLOURS["black"], linestyle=":", label="recorded picture")
ax.set(xlabel="believed width of the PSF minus true width (%)", ylabel="rms (1 = white)",
       ylim=(0, None))
ax.legend(fontsize=9)
show(fig, alt="Error against the believed width of the PSF: lowest at the true width, higher on "
              "both sides, worst where the PSF is believed too wide; the residual is a flat line.")

# %%
for factor, cost, residual, least in zip(factors, costs, warnings_given, darkest, strict=True):
    print(f"{100 * (factor - 1):+4.0f} %: error {cost:.4f} ({cost / costs[3]:.2f} ×), "
          f"residual {residual:.4f}, darkest pixel {least:+.2f}")
print(f"recorded: error {rms(bright - scene):.4f}")

# %% [markdown]
# Ten per cent off cost about 15 % more error. Twenty per cent too wide nearly doubles it, to .0725:
# the recorded picture has .0744, so nearly all that deconvolution had gained is gone. Thirty makes
# the picture far worse than doing nothing. The
# residual says .0020 every time, because Morozov chose λ so. What the table does show is that such a
# λ *exists* for every width: this blur passes a little of every frequency, so any width can explain
# the data. **The size of the residual doesn't check the PSF.** Its pattern might, and so might what
# can't be: at +30 % the darkest "light" is −.57. "A is known" is an assumption like any other.

# %% [markdown] slide="notes"
# The flat orange line is the point; it is flat because Morozov's rule sets it, and at no width was
# that impossible. Ask how one *would* notice a wrong PSF: by structure in the residual, by negative
# light, or by something known about the scene, such as that stars are points. That leads to Hubble.
# Four minutes.

# %% [markdown]
# ### One picture, four payers
#
# Now all at once, for the page: a real border, noise, a PSF believed 10 % too wide, and
# Tikhonov's regularisation. Let each enter in turn, and book the change that it makes:

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


too_wide = Blur(gaussian_psf(1.65))
real_border = A(page)[:, 16:112, 16:112]  # the page goes on beyond 96 pixels
recorded_page = read_noise(real_border, sigma, rng=0)
budget = error_budget(scene, real_border, recorded_page, A, too_wide, 0.01)

# %% slide="subslide" title="Four payers, and their sum"
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
# Four payers, four patterns. **Regularisation** pays all over, with the grain of the paper, and most
# at the writing: wherever fine detail was. The **border** pays along the rim. The **wrong PSF** pays
# along the edges of the strokes. **Noise** pays everywhere alike. The parts add up to the whole
# exactly, since each is the change from one estimate to the next; had they entered in another
# order, they would share a little differently. Their squares don't add up (.0699 against .0636):
# the parts are correlated, and here some of them cancel.

# %% slide="subslide" title="The best λ depends on who else pays"
budgets = [error_budget(scene, real_border, recorded_page, A, too_wide, value) for value in lams]
fig, ax = figure(size=(7, 3.6))
for name, style in zip(budget, ("-", "--", "-.", ":"), strict=True):
    ax.loglog(lams, [rms(b[name]) for b in budgets], style, label=name)
whole = [rms(sum(b.values())) for b in budgets]
ax.loglog(lams, whole, color=COLOURS["black"], linewidth=2.5, label="all")
ax.set(xlabel="λ", ylabel="error (rms, 1 = white)")
ax.legend(fontsize=9)
show(fig, alt="Error against λ. Noise, border and wrong PSF fall as λ grows, regularisation rises; "
              f"the whole is least, {min(whole):.3f}, at λ = {lams[np.argmin(whole)]:.3f}.")

# %% [markdown]
# So that is what λ does: it moves the bill. Turn it down and noise, border and PSF send you
# theirs; turn it up and the scene itself pays, with its detail. There is no setting at which
# nobody does.

# %% slide="subslide" title="Who pays? Four knobs"
from course_lib.notebook.explorers.deconvolution import who_pays

who_pays(error_budget, page)

# %% [markdown]
# Play, with mirrored borders (with periodic ones the border outweighs everything else): set the noise
# to $10^{-3}$ and the PSF exact, 0 %. Which λ gives the smallest error? Now believe in a PSF that is
# 20 % too wide, and find it again. Then do both for a noise of $10^{-2}$. Here are the answers:

# %%
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

# %% [markdown]
# With little noise, the wrong PSF moves the best λ tenfold and costs a third more error, from .0362
# to .0480; with ten times the noise, less than twofold and an eighth, from .0445 to .0497. Good data
# forgive a wrong PSF *less*: there is less noise to hide behind.

# %% [markdown] slide="notes"
# Give the explorer to the room, with mirrored borders: first noise down to .001, then the PSF to
# +20 %. The best λ moves up tenfold and the least error by a third; at a noise of .01 by an eighth.
# Model errors act like noise that no exposure time reduces. Five minutes.

# %% [markdown]
# ## 8. Two true stories
#
# ### A mirror that was precisely wrong
#
# In 1990 the Hubble Space Telescope went into orbit, and its pictures were blurred: the main
# mirror had been polished, with great precision, to a wrong shape. Of a star's light, 70 % was
# meant to fall within 0.1 arc second of its centre; about 16 % did (Burrows and others, 1991). The
# board of investigation found that the device that had guided the polishing was assembled wrongly
# (Allen and others, 1990).
#
# Until a repair flight put correcting optics in, in December 1993, deconvolution was what there
# was. It worked better than most, for a reason that matters here: **the PSF could be measured.**
# A star is a point, so its picture *is* the PSF. From such pictures the mirror's error itself was
# computed (Fienup and others, 1993). Still, those who did the work called a good PSF, rather than
# a good algorithm, the hardest part (White, 1994).
#
# A toy of that telescope: 16 % of the light in a sharp core, the rest in a wide halo.

# %%
design = gaussian_psf(0.8, 33)
actual = 0.16 * design + 0.84 * gaussian_psf(4.0, 33)
orbit = photon_noise(np.clip(Blur(actual, "zero")(sky), 0, None), 5000, rng=0)

point = np.zeros((1, 33, 33))
point[0, 16, 16] = 1.0
star = photon_noise(np.clip(Blur(actual, "zero")(point), 0, None), 30_000, rng=1)[0]
measured = star / star.sum()  # 30,000 photons of one lonely star

# %% slide="subslide"
mended = {}
for name, kernel in {"PSF as designed": design, "PSF from a star": measured,
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

# %% [markdown]
# With the PSF from the drawing board, nothing is gained; with the one from a star, nearly
# everything that the true PSF would give. And look at the residuals: the *wrong* PSF fits the data
# **better**. A narrow PSF can follow every speck of noise. Whoever chooses by the *smaller* residual
# chooses the wrong telescope. Whoever knows the noise level, .0024, is warned: a residual of .0014 is
# too good. But a warning is all it is: it may mean a wrong PSF, or only too many steps, and the table
# doesn't say which.

# %% [markdown]
# ### A clock, and no truth
#
# Here is a picture that really was blurred in a camera, moved sideways during the exposure.
# Nobody has the sharp one. Nobody wrote down the motion. (It is also 8-bit and processed.)

# %% slide="subslide"
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

# %% [markdown]
# Which motion was it? The residual prefers the shorter one, which changes the picture less, and
# says nothing of use. You would choose 36 pixels, and now notice *why*: at 36 the rim is round.
# **You know that clocks are round.** That is an assumption $P$, it doesn't come from the data,
# and here it is a good one. The ghosts beside the rim say that the motion wasn't quite even, or
# not quite straight. And the time? At 36 pixels a hand seems to point at the four; at 18 there is
# none.

# %% [markdown] slide="notes"
# Ask for the time in both pictures, before saying which is "right". Then ask what would convince
# a court. Deconvolution is honest when the PSF is measured; here it was chosen because the result
# looked right. Five minutes.

# %% [markdown]
# ## In your own words
#
# A company shows you a blurred photograph and its deconvolved version, in which a line of text
# can be read. It says: *"Our result is faithful: blurred again, it reproduces the photograph to
# within the noise. And on 100 test pictures, our parameters gave the least error of all
# settings."*
#
# **Answer in eight sentences or fewer.** What does each of the two arguments prove, what doesn't
# it prove, and which questions do you ask before you believe the text? Refer to measurements of
# this lesson.

# %% [markdown] answer="what_the_misfit_proves" points=5
# ### BEGIN SOLUTION
# *Example.* That the result reproduces the photograph shows only that it is one of many that do:
# for our page, three methods fitted the data to the noise level and gave three pictures. It
# doesn't show that the PSF was right either: with a width 20 % too large some λ still gave our
# residual of .0020, while the error nearly doubled, and in the telescope the wrong PSF fitted better. The
# second argument is an oracle's: the least error over all settings needs the truth, which the
# photograph doesn't come with; and if the test pictures were made with the method's own operator,
# without other noise, it is an inverse crime ($10^{-12}$ turned into 10.2). I would ask: how was
# the PSF obtained, was it measured on this camera? How was the parameter chosen for *this*
# photograph? How noisy is it, and how were the borders treated? What does the text look like with
# a PSF 10 % wider, or with another method: does it still read the same?
#
# *Rubric, one point each:*
#
# 1. fitting the data is necessary, not sufficient: names that different pictures fit equally
#    well;
# 2. the residual doesn't check the PSF: asks how it was obtained, measured or believed;
# 3. says either that the settings were chosen with those pictures' truths, so that the reported
#    error is optimistic (oracle), or that nothing shows that they suit *this* photograph;
# 4. asks how the test data were made (same operator, grid, noise, borders: inverse crime);
# 5. refers to at least two numbers or figures of this lesson, correctly, or proposes a concrete
#    check (repeat with a perturbed PSF, another method, another noise sample).
# ### END SOLUTION

# %% [markdown]
# ## What you can now say, and what you can't
#
# You **can** say:
#
# - how much noise an inverse filter makes, once somebody says which $H$ is meant;
# - what each method believes: power spectra (Wiener), small size (Tikhonov), photons and positive
#   light (Richardson–Lucy), even areas (total variation);
# - how to choose a parameter from the noise level, and what the oracle would have gained;
# - which part of one picture's error is noise, border, PSF and regularisation.
#
# You **can't** say from a good fit that a picture is right, nor that the PSF was. And you can't
# yet say which details the data determine and which the method's belief has filled in. That needs
# a ruler for information: lesson {information_limit}.
#
# The sentence of this course, for the page of this lesson:
#
# > Given operator **A** (*a Gaussian blur of 1.5 pixels, known to 10 %*), noise **σ** (*.01 of
# > white*), **K** = *1* frame and assumptions **P** (*small ‖x‖, by λ = .01; periodic borders*),
# > these components (*strokes a few pixels wide, away from the border*) come back; the rest is drawn from P.
#
# How well they come back, *.064 rms over the whole page*, only the truth could say.

# %% [markdown] only="slides" slide="slide"
# ## Who pays?
#
# Noise, border, PSF, or the scene's own detail. **Somebody always does.**
#
# A good fit doesn't say that the picture is right, nor that the PSF was.

# %% [markdown] slide="notes"
# Name a payer for each picture of the hour: grain, stripes at the rim, ghosts, lost detail. Ask for a picture in which nobody
# paid; there is none. Three minutes.

# %% [markdown]
# ## Further reading
#
# - W. H. Richardson, Bayesian-based iterative method of image restoration, *J. Opt. Soc. Am.* 62
#   (1972) 55, [doi:10.1364/JOSA.62.000055](https://doi.org/10.1364/JOSA.62.000055); L. B. Lucy,
#   An iterative technique for the rectification of observed distributions, *Astron. J.* 79 (1974)
#   745, [doi:10.1086/111605](https://doi.org/10.1086/111605).
# - L. A. Shepp and Y. Vardi, Maximum likelihood reconstruction for emission tomography, *IEEE
#   Trans. Med. Imaging* 1 (1982) 113,
#   [doi:10.1109/TMI.1982.4307558](https://doi.org/10.1109/TMI.1982.4307558).
# - L. I. Rudin, S. Osher and E. Fatemi, Nonlinear total variation based noise removal algorithms,
#   *Physica D* 60 (1992) 259,
#   [doi:10.1016/0167-2789(92)90242-F](https://doi.org/10.1016/0167-2789%2892%2990242-F); D.
#   Strong and T. Chan, Edge-preserving and scale-dependent properties of total variation
#   regularization, *Inverse Problems* 19 (2003) S165: the plateau laws.
# - J. Kaipio and E. Somersalo, *Statistical and Computational Inverse Problems* (Springer, 2005):
#   inverse crimes, discrepancy, and the Bayesian view.
# - C. J. Burrows and others, The imaging performance of the Hubble Space Telescope, *Astrophys.
#   J. Letters* 369 (1991) L21; L. Allen and others, *The Hubble Space Telescope Optical Systems
#   Failure Report* (NASA, November 1990); J. R. Fienup and others, Hubble Space Telescope
#   characterized by using phase-retrieval algorithms, *Applied Optics* 32 (1993) 1747,
#   [doi:10.1364/AO.32.001747](https://doi.org/10.1364/AO.32.001747); R. L. White, Better HST
#   Point-Spread Functions: Phase Retrieval and Deconvolution, in *The Restoration of HST Images and Spectra II* (STScI, 1994).
# - S. van der Walt and others, scikit-image: image processing in Python, *PeerJ* 2 (2014) e453,
#   [doi:10.7717/peerj.453](https://doi.org/10.7717/peerj.453).
