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
# - *write* a camera as $y = S(h * x) + n$ and say what each letter does;
# - *compute* what a lens passes, what a pixel passes, and what comes back under a false frequency;
# - *build* blur, sampling and photon noise yourself, without the six classic mistakes that the end
#   of the lesson lists;
# - *derive* the adjoint of a camera and check it with a random test;
# - *tell* a criterion (Rayleigh) from a limit (the lens's cutoff).
#
# {minutes} minutes; a good place to stop is marked after exercise 2. {builds_on} You need block means
# and linear algebra. You need not know Fourier transforms: the lesson introduces what it uses.

# %% [markdown] only="slides" slide="slide"
# # {title}
#
# **{question}**
#
# $$y = S(h * x) + n$$

# %% slide="subslide" title="A camera in three steps" figure="three_steps"
from course_lib.imaging import optics
from course_lib.imaging.operators import Blur, Downsample
from course_lib.notebook.figures import show_images
from course_lib.worlds import images

scene = images.load("brick")[:, :160, :160]
lens = Blur(optics.airy_psf(cutoff=0.25, size=33), "reflect")  # cutoff in cycles per pixel
pixels = Downsample(4)
blurred = lens(scene)
sampled = pixels(blurred)
recorded = optics.photon_noise(sampled, photons=200, rng=1)
show_images({"scene x": scene, "lens: h * x": blurred, "pixels: S(h * x)": sampled,
             "recorded: y": recorded}, limits=(0, 0.6),
            alt="A brick wall four times: sharp; with softened joints; as 40 by 40 squares in "
                "which the joints are blocky and fainter; and the same squares with grain.")

# %% [markdown]
# A camera in four pictures. The lens spreads every point of the scene into a small spot ($h$). The
# pixels average the light over squares and report one number each ($S$). Light comes in grains, so
# every number jitters ($n$). Read from the inside out:
#
# $$y = S(h * x) + n.$$
#
# This lesson takes the letters one by one. Each one loses something, each in its own way. The wall
# is a photographic texture, 8-bit and processed; here it plays the scene, so that we know the
# truth.

# %% [markdown] slide="notes"
# Walk through the four pictures from left to right and write the equation under them. Ask which
# step loses most, and let people disagree: the rest of the hour settles it. Three minutes.

# %% [markdown]
# ## 1. Light adds
#
# Switch the second lamp on, and every place in the scene gets the light of both. What the lens and
# the pixels do to a sum is the sum of what they do to its parts, and three times the light gives
# three times the readings. An operator like that is **linear**. In this course an operator is a
# Python object: `A(x)` applies it, and `A @ B` means "first B, then A".

# %%
import numpy as np

A = pixels @ lens
lamp_1, lamp_2 = scene, scene[:, ::-1, :]
together = A(lamp_1 + lamp_2)
one_by_one = A(lamp_1) + A(lamp_2)
print(A)
print("two lamps, equal to 12 digits:", np.abs(together - one_by_one).max() < 1e-12)
print("three times the light, too:", np.abs(A(3 * scene) - 3 * A(scene)).max() < 1e-12)

# %% [markdown]
# Equal, up to rounding. So the camera without its noise is a matrix: one row per measured pixel,
# one column per scene pixel. We never write it down, though:

# %%
rows, columns = sampled.size, scene.size
print(f"{rows} × {columns} = {rows * columns / 1e6:.0f} million numbers")

# %% [markdown]
# ### The numbers in a file are not light
#
# There is a catch. The value 0.5 in a picture file is not half the light of 1.0. Files hold
# **codes**, spaced so that equal steps look about equal to the eye; the usual rule is called sRGB.
#
# **Predict.** A board of black and white squares (codes 0 and 1), seen from so far away that the
# squares merge, looks gray. Which code between 0 and 1 has that gray?

# %%
from course_lib.notebook.predictions import predict, reveal

code_of_the_gray = None  # replace None by a number from 0 to 1
predict("image_formation.checkerboard", code_of_the_gray, between=(0, 1))

# %%
board = np.add.outer(np.arange(16), np.arange(16))[None] % 2.0
light = optics.srgb_decode(board)
far_away = Downsample(16)(light)
gray_code = float(optics.srgb_encode(far_away).item())
print(f"mean light {far_away.item():.4f}, its sRGB code {gray_code:.4f}")
reveal("image_formation.checkerboard", gray_code, label="code of the merged gray")

# %% slide="subslide" title="Which gray matches the board?"
from course_lib.notebook.figures import draw_image, figure, show

half_code = optics.srgb_decode(np.full((16, 16), 0.5))
fig, axes = figure(1, 3, size=(9, 3.7))
draw_image(axes[0], half_code, "mean of the codes:\ncode 0.5")
draw_image(axes[1], light, "checkerboard")
match = np.broadcast_to(far_away[0], (16, 16))
draw_image(axes[2], match, f"mean of the light (0.5):\ncode {gray_code:.4f}")
show(fig, alt="A checkerboard between two plain grays. The left gray, of code one half, is darker "
              "than the board seen from afar; the right one matches it.")

# %% [markdown]
# Step back from the screen, or squint, until the squares melt. The board matches the *right* gray.
# Light adds, so half white and half black is half the light, 0.5, and the sRGB code of that is
# 0.7354. Whoever averages codes gets the left gray, which has this much light:

# %%
print(f"code 0.5 holds {half_code[0, 0]:.3f} of white's light, not 0.5")
codes = optics.srgb_encode(scene)
from_codes = optics.srgb_decode(pixels(codes))
loss = 1 - from_codes / pixels(scene)
print(f"brick wall averaged in codes: {100 * loss.mean():.1f} % too dark on average, "
      f"{100 * loss.max():.0f} % at worst")

# %% [markdown]
# On a real wall the mistake takes light away wherever light and dark meet inside a pixel: at the
# joints, the very detail that the picture is about. So the rule for the whole course: **decode to
# linear light first**, compute, and encode only for the screen. `images.load` has decoded already,
# and our figures encode.

# %% [markdown] slide="notes"
# Let the room squint. If the projector's gamma is off, say so and trust the printed number. The
# point: linearity is a property of light, not of files. Five minutes.

# %% [markdown] only="slides" slide="slide"
# ## The lens
#
# Every point becomes a spot $h$. The image is the sum of all spots: the convolution $h * x$.
#
# Its natural unit: $1/f_c$, with $f_c = 2\,\mathrm{NA}/\lambda$.

# %% [markdown]
# ## 2. The lens
#
# Even a perfect lens turns a point into a spot, because light is a wave and the lens is finite. The
# spot is the **point-spread function** (PSF) $h$. Every point of the scene gets its own spot,
# scaled by its light; the image is their sum, the **convolution** $h * x$. (This star is *not* the
# elementwise product that Python writes with the same sign.) On a line of pixels, with $h_0$ the
# middle of the spot:
#
# $$(h * x)_i = \sum_j h_{i-j}\, x_j .$$
#
# Point $j$ hands out its light $x_j$; pixel $i$, which lies $i - j$ steps away, gets the share
# $h_{i-j}$.

# %%
fine = optics.airy_psf(cutoff=0.1, size=101)
fig, (left, right) = figure(1, 2, size=(9, 3.8))
mapped = draw_image(left, np.log10(fine / fine.max() + 1e-9), "Airy spot, log scale\n(1 px = 0.1/fc)",
                    limits=(-5, 0), colour_map="viridis")
fig.colorbar(mapped, ax=left, label="log₁₀ of brightness")
right.plot((np.arange(101) - 50) * 0.1, fine[50] / fine.max())
right.axvline(1.2197, color="gray", linestyle=":")
right.text(1.35, 0.8, "first dark ring\n1.2197/fc", fontsize=9)
right.set(xlabel="distance from the centre (units of 1/fc)", ylabel="brightness", xlim=(-4, 4))
show(fig, alt="Left: a bright round spot with faint rings around it. Right: its profile, a central "
              "peak that falls to zero at 1.22 over the cutoff frequency, then low ripples.")

# %% [markdown]
# This is the Airy spot of an ideal round lens in ordinary, **incoherent** light: every point of the
# scene shines on its own, so the spots of two points simply add. How wide it is depends on two
# things: the wavelength λ and the **numerical aperture** NA, in air the sine of half the angle
# under which the image point sees the lens. Its natural unit is $1/f_c$ with the **cutoff
# frequency** $f_c = 2\,\mathrm{NA}/\lambda$.

# %%
wavelength = 0.55  # micrometres: green
for f_number in (1.8, 5.6, 16):
    NA = 1 / (2 * f_number)
    fc = optics.cutoff_frequency(NA, wavelength)
    ring = optics.rayleigh_separation(fc)
    print(f"f/{f_number:<4}  NA {NA:.3f}   fc = {fc:.3f} cycles/µm   first dark ring at "
          f"{ring:4.1f} µm, so {2 * ring:4.1f} µm across")

# %% [markdown]
# (NA = 1/(2 · f-number) holds for a well-corrected lens that is focused far away. At f/1.8 few real
# lenses reach this spot: their aberrations, errors in the shape of the wave, spread the light
# further than diffraction does.) Sensors have pixels of 1 to 5 µm. So the dark ring encloses
# anything from less than one pixel to some twenty across.
#
# ### What a blur does to stripes
#
# Why call $f_c$ a cutoff? Give a blur a scene of stripes, a cosine of $f$ cycles per pixel, and
# look at what comes out. The simplest spot will do, a box of nine equal values:

# %%
box, around = Blur(optics.box_psf((1, 9))), np.arange(-4, 5)
for f in (1 / 32, 3 / 32, 6 / 32):  # cycles per pixel
    stripes = np.cos(2 * np.pi * f * np.arange(160))[None]
    blurred_stripes = box(stripes)
    factor = np.vdot(stripes, blurred_stripes) / np.vdot(stripes, stripes)
    rest = np.abs(blurred_stripes - factor * stripes).max()
    weighed = np.sum(1 / 9 * np.cos(2 * np.pi * f * around))  # Σ h cos(2πfj)
    print(f"f = {f:.5f}: factor {factor:+.4f}, anything else: {rest > 1e-12}, "
          f"Σ h cos = {weighed:+.4f}")

# %% [markdown]
# Out come the same stripes, times one number, and nothing else. That number is the sum of the
# spot's values, each weighted by the cosine at its place: $\sum_j h_j \cos(2\pi f j)$. As a
# function of $f$ this sum has a name, the **Fourier transform** of $h$. For a lens it is called the
# **optical transfer function** (OTF).
#
# The height of the stripes over the mean light is their **contrast**; the size of the factor says
# how much of it is left. A negative factor, as in the last line, exchanges light and dark: the
# stripes come out moved by half a period. (A lopsided spot moves them by other amounts; then the
# factor is a complex number, and its phase is the move.) Every picture is a sum of stripes. So a
# blur is a list of factors, one for each frequency: that is why Fourier methods rule this subject.
#
# ### Two discs
#
# For an ideal round lens the factor has a picture. Light from one point of the scene crosses the
# whole opening of the lens. Waves from two points of the opening meet at an angle and form stripes
# in the image, the finer the farther the two points are apart. So distance in the opening can be
# counted in cycles: two points on opposite rims make the finest stripes of all, $f_c$.
#
# Draw the opening as a disc of diameter $f_c$. Stripes of frequency $f$ pass as far as the disc
# holds pairs of points that lie $f$ apart, that is, as far as it overlaps a copy of itself that is
# moved by $f$. The **share of the disc that overlaps** is the OTF, and from one diameter on, the
# two no longer touch. With $\rho = |f|/f_c$:
#
# $$\mathrm{OTF}(f) = \frac{2}{\pi}\left(\arccos\rho - \rho\sqrt{1-\rho^2}\right)
# \ \text{for } \rho \le 1, \qquad 0 \ \text{beyond}.$$

# %% [markdown]
# ## Exercise 1: the OTF of a lens
#
# Write `airy_otf(f, cutoff)`. `f` is an array (or a number) of frequencies of any sign, `cutoff`
# the cutoff frequency in the same unit. Return an array of the shape of `f`. Beyond the cutoff the
# result is exactly 0; mind that `np.arccos` of a number above 1 is not a number. The library's
# `optics.airy_otf` is off limits.

# %% solution="airy_otf" rebuilds="imaging.optics.airy_otf"
def airy_otf(f, cutoff):
    """Return the incoherent transfer function of an ideal round lens.

    Parameters
    ----------
    f : array or float
        Frequencies, in cycles per unit length; negative ones count as positive.
    cutoff : float
        Cutoff frequency fc, same unit, > 0.

    Returns
    -------
    array, shape of f
        1 at f = 0, falling to 0 at |f| = cutoff and 0 beyond.
    """
    ### BEGIN SOLUTION
    rho = np.minimum(np.abs(f) / cutoff, 1)
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))
    ### END SOLUTION


# %% test="airy_otf_has_the_known_values" points=2
from course_lib.notebook.checks import call, equal

rho = np.array([0, 0.5, 1, 1.5, -0.5])
half = 2 / 3 - 3**0.5 / (2 * np.pi)  # two discs, half a diameter apart: 0.3910
otf_found = call(airy_otf, 40 * rho, 40)
assert otf_found is None or not np.isnan(otf_found).any(), (
    "airy_otf gives NaN beyond the cutoff: arccos(ρ) needs ρ ≤ 1, so limit ρ to 1 "
    "(np.minimum), and ρ uses |f|.")
overlap = [1, half, 0, 0, half]
equal(otf_found, overlap, "airy_otf(40 * [0, 0.5, 1, 1.5, -0.5], 40)", mistakes={
    "the formula needs its factor 2/π: at f = 0 all light passes, so the OTF is 1.":
        np.array(overlap) * np.pi / 2,
    "the factor 2/π multiplies the whole bracket, arccos ρ and ρ√(1 − ρ²) alike.":
        [1, 2 / 3 - 3**0.5 / 4, 0, 0, 2 / 3 - 3**0.5 / 4],
    "1 − ρ is the overlap of two squares (a square pupil); this lens is round.":
        [1, 0.5, 0, 0, 0.5],
    "a step at half the cutoff is the lens for coherent (laser) light. Ordinary light adds "
    "in intensity: the overlap of two discs falls gradually to fc.": [1, 1, 0, 0, 1],
    "a step at the cutoff lets everything below pass unweakened; the overlap falls gradually.":
        [1, 1, 1, 0, 1],
    "take the absolute value of f: stripes of frequency −f are the same stripes.":
        [1, half, 0, 0, 1],
    "take the absolute value of f: at ρ = −½ the formula as it stands gives 2 − 0.391.":
        [1, half, 0, 0, 2 - half],
    "the overlap is squared; the share of the disc's area itself is the OTF.":
        [1, half**2, 0, 0, half**2],
    "the disc's radius was taken for its diameter: the OTF reaches 0 at fc = 2 NA/λ, not fc/2.":
        [1, 0, 0, 0, 0],
    "the discs part at fc, not at 2 fc: ρ is f/cutoff.":
        [1, optics.airy_otf(0.25, 1), half, optics.airy_otf(0.75, 1), optics.airy_otf(0.25, 1)],
}, atol=1e-12)
equal(call(airy_otf, 0.5, 1), half, "airy_otf(0.5, 1), a single number", atol=1e-12)
equal(call(airy_otf, np.array([0, 1, 2]), 2), [1, half, 0], "airy_otf of whole numbers", mistakes={
    "the result was rounded down: np.zeros_like(f) or np.empty_like(f) of whole numbers holds "
    "whole numbers only; ask for dtype=float.": [1, 0, 0],
}, atol=1e-12)

# %% test="airy_otf_is_an_overlap_of_discs" points=1
edge = (np.arange(1000) + 0.5) / 250 - 2  # a fine grid to count points in discs of diameter 1
shifts = np.linspace(0, 1.2, 7)
in_disc = [np.add.outer(edge**2, (edge - shift) ** 2) < 0.25 for shift in shifts]
counted = [np.sum(in_disc[0] & moved) / in_disc[0].sum() for moved in in_disc]
equal(call(airy_otf, 3 * shifts, 3), counted, "airy_otf against counted overlaps", atol=3e-3)
### BEGIN HIDDEN TESTS
# hint: other cutoffs, single numbers, arrays with two axes, and the total area under the surface.
equal(call(airy_otf, 0.05, 0.2), optics.airy_otf(0.05, 0.2), "airy_otf(0.05, 0.2)", atol=1e-12)
plane = np.random.default_rng(4).normal(size=(5, 7))
equal(call(airy_otf, plane, 0.7), optics.airy_otf(plane, 0.7), "airy_otf(plane, 0.7)", atol=1e-12)
radii = (np.arange(20000) + 0.5) / 20000  # the volume under the OTF is the pupil's area, π/4
volume = np.mean(2 * np.pi * radii * np.asarray(call(airy_otf, 5 * radii, 5)))
equal(volume, np.pi / 4, "volume under airy_otf", atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# ### Does the spot agree?
#
# The formula came from overlapping discs, the spot from waves. The OTF must be the Fourier
# transform of the PSF. `np.fft.fft2` computes the weighted sums $\sum_j h_j \cos(2\pi f j)$, and
# the same with a sine, for all frequencies at once. Measure it:

# %% slide="subslide" title="Beyond the cutoff: exactly nothing" figure="cutoff"
fc = 0.25  # cycles per pixel
size = 255
spot = optics.airy_psf(fc, size)
measured = np.abs(np.fft.fft2(np.fft.ifftshift(spot)))[0, : size // 2 + 1]
f = np.fft.rfftfreq(size)
fig, ax = figure(size=(6.5, 3.4))
ax.plot(f / fc, optics.airy_otf(f, fc), label="formula: overlap of two discs")
ax.plot(f[::3] / fc, measured[::3], "o", markersize=4, label="Fourier transform of the spot")
half = optics.airy_otf(0.5, 1)
ax.plot(0.5, half, "s", color="black")
ax.annotate(f"  {half:.3f}", (0.5, half), va="bottom")
ax.set(xlabel="frequency (units of the cutoff fc)", ylabel="transfer factor")
ax.legend(fontsize=9)
show(fig, alt=f"The transfer function falls from 1, almost straight, through {half:.3f} at half "
              "the cutoff to zero at the cutoff and stays zero. Dots from the spot lie on it.")

# %%
inside = np.abs(measured - optics.airy_otf(f, fc))[f < fc].max()
beyond = measured[f > 1.05 * fc].max()
print(f"OTF at half the cutoff: {half:.4f}")
print(f"spot against formula: at most {inside:.4f} off below the cutoff, {beyond:.0e} left beyond")

# %% [markdown]
# The dots lie on the curve, as well as a spot can that is cut off at 255 pixels. Two things to take
# away. The lens weakens *all* detail, long before the cutoff: at half the cutoff only 0.3910
# arrives. And beyond the cutoff *nothing* arrives. Not little: zero (the 2e-05 is the work of the
# 255 pixels, not of the lens). No exposure time brings it back.

# %% [markdown] slide="notes"
# Draw two overlapping discs on the board and slide one away: that is the derivation. Stress
# "weakened" against "gone": lesson {deconvolution} is about the first, lesson {information_limit} about the second. Five minutes.

# %% [markdown]
# ### Two stars
#
# Astronomers have an old rule. Two equal stars count as resolved if their distance is at least that
# from a spot's centre to its first dark ring: $d = 1.2197/f_c = 0.61\,\lambda/\mathrm{NA}$, the
# **Rayleigh criterion**.
#
# **Predict.** At that distance, how bright is the middle between the two stars? Give it as a share
# of the brightness at a star: 1 means no dip at all, 0 means black.

# %%
dip = None  # replace None by a number from 0 to 1
predict("image_formation.dip", dip, between=(0, 1))

# %%
rayleigh = optics.rayleigh_separation(cutoff=1)
middle, star = optics.two_point_profile(np.array([0, rayleigh / 2]), rayleigh, cutoff=1)
print(f"Rayleigh's distance: {rayleigh:.4f}/fc")
reveal("image_formation.dip", middle / star, label="brightness midway, star = 1")

# %% [markdown]
# The dip goes down to 0.735 only. Move the stars closer, and it gets shallower. Where it vanishes,
# because the curvature in the middle passes through zero, is the **Sparrow criterion**. Here are
# both, and a third pair that is closer still:

# %% slide="subslide" title="Rayleigh, Sparrow, closer"
sparrow = optics.sparrow_separation(cutoff=1)
position = np.linspace(-1.6, 1.6, 400)
fig, axes = figure(1, 3, size=(10, 3), sharey=True)
distances = {"Rayleigh": rayleigh, "Sparrow": sparrow, "closer": 0.7}
for ax, (name, d) in zip(axes, distances.items(), strict=True):
    ax.plot(position, optics.two_point_profile(position, d, 1), label="two stars")
    ax.plot(position, optics.two_point_profile(position, 0, 1), "--", label="one, twice as bright")
    ax.set(title=f"{name}: {d:.4f}/fc", xlabel="position (units of 1/fc)")
axes[0].set_ylabel("brightness (one star = 1)")
axes[0].legend(fontsize=8, loc="lower center")
show(fig, alt="Brightness across two stars. At Rayleigh's distance two humps with a dip to "
              f"{middle / star:.3f}; at Sparrow's a flat top; closer, one hump, lower and wider "
              "than one star's.")

# %% [markdown]
# At Sparrow's distance, 0.9472/fc, the dip is gone. Then surely nothing can be known about the two
# stars any more? Look at the panel on the right. There is no dip, but the hump is *not* the hump of
# one star. How different?

# %%
for d in (rayleigh, sparrow, 0.7, 0.3):
    two, one = (optics.two_point_profile(position, distance, 1) for distance in (d, 0))
    difference = np.abs(two - one).max() / one.max()
    print(f"d = {d:.4f}/fc: OTF at f = 1/d {optics.airy_otf(1 / d, 1):.4f}; "
          f"two differ from one by up to {difference:.3f} of the peak")

# %% [markdown]
# At Rayleigh's distance, stripes of period $d$ still pass with 0.0892 of their contrast. At
# Sparrow's they no longer do: $1/d$ lies beyond the cutoff. But two stars aren't stripes. Their
# light is spread over *all* frequencies, and in those below the cutoff two differ from one: at
# 0.7/fc by over a quarter of the peak. So Rayleigh and Sparrow are **criteria**: agreements on when
# an eye sees a dip. They aren't limits. A real limit is the cutoff, above which the OTF is zero.
# Below it everything is there, weak, and noise decides what it is worth. (To use the hump you must
# *assume* that there are two equal stars, and know $h$. Lesson {moving_the_limit} counts the photons this takes.)

# %% [markdown] slide="notes"
# Ask: is this a limit? Let the criteria die on the printed numbers, and name what replaces them: a
# zero of the OTF, and noise. Mention that the assumption "two equal points" did the work. Four
# minutes.

# %% [markdown]
# ### Blur by Fourier transform
#
# A blur multiplies each frequency by a factor. That gives a recipe in three steps: transform
# picture and spot, multiply, transform back (`ifft2`). It is quick, and the picture then counts as
# **periodic**: what leaves on the right comes back on the left. Here is the recipe, as one finds it
# in many a script:

# %% slide="subslide" title="Forget one shift, and the wall wraps around"
def naive_blur(x, psf):
    return np.real(np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(psf)))


impulse = np.zeros((1, 32))
impulse[0, 10] = 1
line_spot = optics.gaussian_psf(1.5, (1, 32))  # its peak is at index 16
print("an impulse at 10 comes back at", naive_blur(impulse, line_spot).argmax())
slid = naive_blur(scene, optics.airy_psf(0.25, 160))
show_images({"scene": scene, "what that recipe returns": slid}, limits=(0, 0.6),
            alt="The brick wall, and a blurred copy that has slid by half its size in both "
                "directions and wraps around the borders.")

# %% [markdown]
# The picture has moved by half its width. The reason: `fft2` takes index 0 for the origin, but the
# spot sits in the *middle* of its array. It is centred for our eyes and off centre for the
# transform. `np.fft.ifftshift` moves the middle, index `n // 2`, to index 0 on each axis.
# (`np.fft.fftshift` is the opposite move: the same for even `n`, one pixel off for odd.)

# %% [markdown]
# ## Exercise 2: blur
#
# Write `blur(x, psf)`: the periodic convolution of `x` with `psf`. `x` has shape `(..., H, W)`, the
# spot has shape `(H, W)` with its centre at index `(H // 2, W // 2)`; its sum needn't be 1, and it
# needn't be symmetric. Return a real array of the shape of `x`. Transform the last two axes only:
# whatever stands before them is a batch. The library's `Blur` is off limits.

# %% solution="blur" rebuilds="imaging.operators.Blur"
def blur(x, psf):
    """Return the periodic convolution of a picture with a point-spread function.

    Parameters
    ----------
    x : array, shape (..., H, W)
        Picture in linear light.
    psf : array, shape (H, W)
        Point-spread function, its centre at index (H // 2, W // 2).

    Returns
    -------
    array, shape (..., H, W), real
    """
    ### BEGIN SOLUTION
    otf = np.fft.fft2(np.fft.ifftshift(psf))
    return np.fft.ifft2(np.fft.fft2(x) * otf).real
    ### END SOLUTION


# %% test="blur_leaves_an_impulse_in_place" points=2
spike = np.zeros((1, 32))
spike[0, 10] = 1
bump = np.zeros((1, 32))
bump[0, 14:19] = [0.1, 0.2, 0.4, 0.2, 0.1]  # centre at index 16 = 32 // 2
found = call(blur, spike, bump)
assert not np.iscomplexobj(found), (
    "blur returns complex numbers: light is real, so take the real part (.real) at the end.")
equal(found, np.roll(bump, -6), "blur of an impulse at 10", mistakes={
    "the impulse at 10 comes back at 26. The psf's centre must be moved to index 0 before the "
    "transform: np.fft.ifftshift.": np.roll(bump, 10),
}, atol=1e-12)
odd_scene = np.random.default_rng(5).normal(size=(5, 7))  # signed: a blur is linear
lopsided = np.random.default_rng(6).normal(size=(5, 7))
shifted = [np.roll(odd_scene, (i - 2, j - 3), (0, 1)) * lopsided[i, j]
           for i in range(5) for j in range(7)]
direct = np.sum(shifted, axis=0)
correlated = np.sum([np.roll(odd_scene, (2 - i, 3 - j), (0, 1)) * lopsided[i, j]
                     for i in range(5) for j in range(7)], axis=0)
no_phase = np.fft.ifft2(np.fft.fft2(odd_scene) * np.abs(np.fft.fft2(lopsided))).real
equal(call(blur, odd_scene, lopsided), direct, "blur on 5 × 7 pixels", mistakes={
    "np.abs loses the sign of negative values; at the end take the real part (.real).":
        np.abs(direct),
    "only the magnitude of the OTF was used; its phase says where the light goes.": no_phase,
    "all is off by one pixel on odd sizes: ifftshift moves the centre to index 0, fftshift moves "
    "index 0 to the centre.": np.roll(direct, (-1, -1), (0, 1)),
    "the psf is mirrored: this is a correlation (a conjugated OTF). Convolution puts the psf "
    "itself wherever there is light.": correlated,
    "the psf was divided by its sum; use it as it is given.": direct / lopsided.sum(),
    "the picture slides: move the psf's centre to index 0 before the transform, on both axes.":
        np.roll(direct, (2, 3), (0, 1)),
    "only one axis was transformed or shifted; blur acts on the last two.":
        np.roll(direct, (2, 0), (0, 1)),
}, atol=1e-10)

# %% test="blur_treats_a_batch_picture_by_picture" points=1
batch = np.random.default_rng(7).normal(size=(2, 3, 6, 8))
spot_6_8 = np.random.default_rng(8).random((6, 8))
blurred_batch = Blur(spot_6_8)(batch)
equal(call(blur, batch, spot_6_8), blurred_batch, "blur(batch, psf)", mistakes={
    "you shifted the batch axes, too: shift the psf, or give axes=(-2, -1).":
        np.fft.ifftshift(blurred_batch, axes=(0, 1)),
}, atol=1e-10)
### BEGIN HIDDEN TESTS
# hint: total light is multiplied by the psf's sum; a one-pixel psf at the centre changes nothing.
nothing = np.zeros((6, 8))
nothing[3, 4] = 1
equal(call(blur, batch, nothing), batch, "blur with a one-pixel psf", atol=1e-12)
total = np.sum(call(blur, batch, spot_6_8), axis=(-2, -1))
equal(total, batch.sum(axis=(-2, -1)) * spot_6_8.sum(), "total light after blur", atol=1e-9)
spot_9_6 = np.random.default_rng(25).normal(size=(9, 6))
wide = np.random.default_rng(26).random((4, 9, 6))
equal(call(blur, wide, spot_9_6), Blur(spot_9_6)(wide), "blur on 9 × 6 pixels", atol=1e-10)
### END HIDDEN TESTS

# %% [markdown]
# *A good place to stop. The second half begins with the pixel.*

# %% [markdown] only="slides" slide="slide"
# ## The pixel
#
# It **averages** over its square: fine stripes get weaker.
#
# Then it **samples**: fine stripes come back as coarse ones.

# %% [markdown]
# ## 3. The pixel
#
# A pixel does two things. It **averages** the light that falls on its square. And it reports one
# number: it **samples**. Averaging weakens fine stripes. Sampling can do something worse: it makes
# them look like coarse ones.
#
# **Predict.** Stripes of 0.4 cycles per fine pixel are averaged in pairs ($s = 2$). What amplitude
# has the cosine that comes out, if 1 went in?

# %%
amplitude = None  # replace None by a number from 0 to 1
predict("image_formation.alias", amplitude, between=(0, 1))

# %%
i = np.arange(40)
stripes = np.cos(2 * np.pi * 0.4 * (i + 0.5))[None]
pairs = Downsample((1, 2))(stripes)
spectrum = 2 * np.abs(np.fft.rfft(pairs[0])) / pairs.size
strongest = spectrum.argmax()
print(f"out comes {strongest / pairs.size:.1f} cycles per new pixel, "
      f"amplitude {spectrum[strongest]:.4f}")
reveal("image_formation.alias", spectrum[strongest], label="amplitude after averaging by 2")

# %% slide="subslide" title="A fast wave comes back as a slow one"
t = np.linspace(0, 20, 1000)
seeming = -spectrum[strongest] * np.cos(2 * np.pi * 0.1 * t)
fig, ax = figure(size=(8, 3.2))
ax.plot(t, np.cos(2 * np.pi * 0.4 * t), color="#AAAAAA", linewidth=1,
        label="scene: 0.4 cycles/px = 0.8 cycles/new px")
ax.plot(2 * np.arange(10) + 1, pairs[0, :10], "o", label="means of pairs")
ax.plot(t, seeming, label="looks like 0.2 cycles/new px")
ax.set(xlabel="position (fine pixels)", ylabel="light (mean subtracted)", ylim=(-1.1, 1.75))
ax.legend(fontsize=8, loc="upper center", ncols=3)
show(fig, alt="A fast gray cosine of amplitude 1. The means of its pixel pairs lie on a cosine a "
              f"quarter as fast, with amplitude {spectrum[strongest]:.2f}.")

# %% [markdown]
# A cosine of 0.2 cycles per new pixel, amplitude 0.3090. A wave of 0.4 cycles per fine pixel has
# 0.8 cycles per *new* pixel, but samples one pixel apart can't show more than half a cycle each,
# the **Nyquist frequency**. What is above folds back: 0.8 looks exactly like 1 − 0.8 = 0.2. That is
# **aliasing**. Nothing in the numbers tells the false stripes from true ones. (They come out upside
# down here, hence the minus in `seeming`: the new pixels' centres lie at half-integers, so the whole
# cycle that is lost turns the wave by half a period and exchanges light and dark.)
#
# The amplitude is what the average let through: the pixel's **modulation transfer function** (MTF),
# for a mean over $s$ fine pixels $|\sin \pi f s\,/\,(s \sin \pi f)|$, with $f$ in cycles per *fine*
# pixel. The figure counts $f s$, cycles per *new* pixel, so that Nyquist is at 0.5 for every $s$.
# Is a pixel wide enough to keep out what would fold?

# %% slide="subslide" title="What lies beyond half a cycle folds back"
fig, ax = figure(size=(6.5, 3.4))
f = np.linspace(0, 0.5, 501)
for s in (2, 4, 8):
    ax.plot(f * s, optics.pixel_mtf(f, s), label=f"mean over s = {s}")
ax.axvspan(0.5, 2, color="#EEEEEE")
ax.text(0.9, 0.9, "folds back", ha="center", va="center")
ax.set(xlabel="frequency (cycles per new pixel)", ylabel="transfer factor", xlim=(0, 2))
ax.legend(fontsize=9)
show(fig, alt="Transfer of block means against frequency: 1 at zero, about two thirds at the "
              "Nyquist frequency of half a cycle per pixel, zero at one cycle, low bumps beyond. "
              "All beyond half a cycle is shaded: it folds back.")

# %%
for s in (2, 4, 8):
    nyquist = 2 * np.pi * (np.arange(16 * s) + 0.5) / (2 * s)
    gain = np.hypot(Downsample((1, s))(np.cos(nyquist)[None]),
                    Downsample((1, s))(np.sin(nyquist)[None])).mean()
    print(f"s = {s}: gain at the new Nyquist frequency {gain:.4f}, "
          f"formula {optics.pixel_mtf(1 / (2 * s), s):.4f}")
print(f"a true square pixel: 2/π = {2 / np.pi:.4f}")

# %% [markdown]
# (A cosine *and* a sine, so that the result doesn't depend on where the waves start.) The gains are
# 0.7071, 0.6533, 0.6407, on their way to $2/\pi = 0.6366$ for a true square pixel. An **anti-alias
# filter** removes, before sampling, what would fold. A pixel averages too little to be a good one:
# at the frequency where folding begins, two thirds still pass, and everything shaded is false
# detail. (The curves end at $s/2$ cycles per new pixel, at 1 for $s = 2$: fine pixels can't hold
# more than half a cycle each.) What filters properly is the *lens*, if its cutoff is at or below
# Nyquist. `Blur.from_otf` makes a blur from its factors instead of from its spot. Strength is given
# as rms, the root of the mean square:

# %%
wave = np.cos(2 * np.pi * 0.4 * np.arange(40))[None]  # 1.6 cycles per new pixel: too fine
soft_lens = Blur.from_otf(lambda f: optics.airy_otf(f, cutoff=1 / 8))
ways = {
    "every 4th pixel": wave[:, ::4],
    "mean over 4": Downsample((1, 4))(wave),
    "lens with fc = 1/8, mean over 4": Downsample((1, 4))(soft_lens(wave)),
}
for way, y in ways.items():
    print(f"{way:32} false stripes of rms {np.sqrt(np.mean(y**2)):.4f}")

# %% [markdown]
# Three ways to shrink, one of them very popular: `x[::4]` keeps every fourth pixel and so lets
# *everything* fold. And on the wall? The next cell splits the wall in two: all that 25 × 25 pixels
# can show, the frequencies below their Nyquist, and the rest. It shrinks each part alone. What
# comes out of the first is true detail, and what comes out of the rest is false.

# %% slide="subslide" title="Lost detail, false detail" figure="false_detail"
wall, s = images.load("brick")[:, :250, :250], 10
frequencies = np.abs(np.fft.fftfreq(250))[:, None], np.fft.rfftfreq(250)
below_nyquist = np.maximum(*frequencies) < 1 / (2 * s)
coarse = Blur.from_otf(below_nyquist)(wall)  # all that 25 × 25 pixels can show
soft_lens = Blur.from_otf(lambda f: optics.airy_otf(f, cutoff=1 / (2 * s)))
shrinkers = {"every 10th pixel": lambda x: x[:, ::s, ::s], "block mean": Downsample(s),
             "lens, block mean": Downsample(s) @ soft_lens}
for way, S in shrinkers.items():
    true, false = S(coarse).std() / coarse.std(), S(wall - coarse).std() / coarse.std()
    print(f"{way:17} true detail {100 * true:3.0f} %, false detail {100 * false:3.0f} %")
show_images({"scene": wall} | {way: S(wall) for way, S in shrinkers.items()}, limits=(0, 0.6),
            alt="A brick wall with pale joints. Keeping every 10th pixel loses most joints and "
                "breaks others into dashes; block means keep them; a lens first makes them soft.")

# %% [markdown]
# "True" is what arrived of the detail that 25 × 25 pixels can show, "false" is what folded on it,
# both in percent of the standard deviation that they could show. Keeping every tenth pixel gives
# more false detail than true. The block mean, which is what a sensor does, is far better and isn't
# clean. The lens cleans up, and pays with softness: 30 % of the true detail is left. There is no
# free choice. From here on, $S$ is the block mean: `Downsample(s)`.

# %% [markdown] slide="notes"
# Ask where the audience has seen this: wheels that turn backwards, moiré on shirts. Stress that
# aliased detail is not lost but false, and that no test on y alone can find it. Six minutes.

# %% [markdown]
# ### Where is a pixel?
#
# A pixel is a square, not a point. Its centre lies at index + ½, and the centre of a block of $s$
# lies in the middle of the block. A ramp shows who respects that: let fine pixel $i$ have the value
# $i$. The new pixel $j$ stands for the middle of its block, the place $s\,j + s/2$. Places are
# index + ½, and the ramp counts indices, so the ½ goes off again: it must read $s\,j + (s-1)/2$.

# %% slide="subslide" title="Half a pixel off, and nobody notices"
from scipy.ndimage import zoom

ramp = np.arange(64.0)[None]
j = np.arange(16)
right_place = 4 * j + 1.5
readings = {"block mean": Downsample((1, 4))(ramp)[0], "x[::4]": ramp[0, ::4],
            "scipy zoom, default": zoom(ramp[0], 1 / 4, order=1)}
fig, ax = figure(size=(6.5, 3.2))
for (way, y), marker in zip(readings.items(), "os^", strict=True):
    off = y - right_place
    ax.plot(j, off, marker, markersize=5, label=way)
    print(f"{way:20} off by {off.min():+.1f} to {off.max():+.1f} fine pixels")
ax.set(xlabel="new pixel j", ylabel="off by (fine pixels)", ylim=(-2, 2.9))
ax.legend(fontsize=9, loc="upper center", ncols=3)
show(fig, alt="Position error along a line of 16 new pixels: zero for block means, minus 1.5 fine "
              "pixels throughout for every fourth pixel, and from minus 1.5 to plus 1.5 for zoom.")

# %% [markdown]
# `x[::4]` reads the corner: everything sits 1.5 pixels off. `zoom` by default lines up the *centres
# of the outermost* pixels, so its picture is stretched (`grid_mode=True` mends the places, not the aliasing). Nobody sees
# such an error in one picture. Subtract two pictures, or compare a reconstruction with the truth,
# and every edge lights up.

# %% [markdown]
# ## Exercise 3: shrink a picture file
#
# Write `shrink(codes, s)`. `codes` is a picture as it comes from a file: sRGB codes between 0 and
# 1, shape `(..., H, W)`. Return the codes of the picture that a camera with `s` times larger pixels
# would have recorded: shape `(..., H/s, W/s)`, with each new pixel the mean *light* of its block.
# `optics.srgb_decode` and `optics.srgb_encode` convert between codes and light; the library's
# `Downsample` is off limits. Raise `ValueError` unless `s` divides both `H` and `W`.

# %% solution="shrink" rebuilds="imaging.operators.Downsample"
def shrink(codes, s):
    """Return the sRGB codes of a picture with s times larger pixels.

    Parameters
    ----------
    codes : array, shape (..., H, W)
        sRGB codes in [0, 1].
    s : int
        Block size in pixels; must divide both H and W.

    Returns
    -------
    array, shape (..., H/s, W/s)
        sRGB codes in [0, 1].

    Raises
    ------
    ValueError
        Unless s divides both H and W.
    """
    ### BEGIN SOLUTION
    *front, height, width = codes.shape
    if height % s or width % s:
        raise ValueError(f"s is {s}; it must divide {height} and {width}")
    light = optics.srgb_decode(codes)
    light = light.reshape(*front, height // s, s, width // s, s).mean(axis=(-3, -1))
    return optics.srgb_encode(light)
    ### END SOLUTION


# %% test="shrink_averages_light" points=1
from course_lib.notebook.checks import refuses

file_codes = np.random.default_rng(9).random((6, 12))
file_light = optics.srgb_decode(file_codes)
mean_light = Downsample(3)(file_light)
equal(call(shrink, file_codes, 3), optics.srgb_encode(mean_light), "shrink(codes, 3)", mistakes={
    "you averaged the codes. Light adds, codes don't: decode, average, encode.":
        Downsample(3)(file_codes),
    "this is light; the result should be codes again (optics.srgb_encode).": mean_light,
    "decode and encode are swapped: codes become light by optics.srgb_decode.":
        optics.srgb_decode(Downsample(3)(optics.srgb_encode(file_codes))),
    "you kept one corner pixel of each block: no averaging, so fine detail aliases, and "
    "everything sits (s − 1)/2 pixels off.": file_codes[::3, ::3],
    "you kept the middle pixel of each block. The place is right, but without averaging fine "
    "detail aliases.": file_codes[1::3, 1::3],
}, atol=1e-9)
chess = np.add.outer(np.arange(8), np.arange(8)) % 2.0
equal(call(shrink, chess, 2), np.full((4, 4), 0.7354), "shrink(checkerboard, 2)", atol=1e-4)
stack = np.random.default_rng(30).random((2, 3, 6, 12))
equal(call(shrink, stack, 3), optics.srgb_encode(Downsample(3)(optics.srgb_decode(stack))),
      "shrink of a batch (2, 3, 6, 12), s = 3", atol=1e-9)
refuses(shrink, file_codes, 5, because="5 divides neither 6 nor 12, and cropping loses pixels")
refuses(shrink, file_codes, 4, because="4 divides 12 but not 6")

# %% test="shrink_keeps_places_and_filters" points=2
ramp_light = np.tile((np.arange(32) + 0.5) / 32, (4, 1))
ramp_found = call(shrink, optics.srgb_encode(ramp_light), 4)
assert np.shape(ramp_found) == (1, 8), (
    f"from 4 × 32 pixels and s = 4 comes shape {np.shape(ramp_found)}; it should be (1, 8).")
places = 32 * optics.srgb_decode(np.clip(ramp_found, 0, 1)) - 0.5
due = 4 * np.arange(8)[None] + 1.5
equal(places, due, "places read from a ramp, s = 4", mistakes={
    "every place is 1.5 pixels too small: you took the corner of each block, not its centre.":
        due - 1.5,
    "half a pixel too far: the centre of four pixels lies between the second and the third.":
        due + 0.5,
    "half a pixel short: the centre of four pixels lies between the second and the third.":
        due - 0.5,
}, atol=1e-6)
waves = np.tile(0.5 + 0.5 * np.cos(2 * np.pi * 0.4 * np.arange(40)), (4, 1))
waves_light = optics.srgb_decode(np.clip(call(shrink, optics.srgb_encode(waves), 4), 0, 1))
false_rms = float(np.std(waves_light))
assert false_rms < 0.3, (
    f"stripes too fine for the new pixels alias with rms {false_rms:.2f}: there is no averaging "
    "before sampling (a missing anti-alias filter); block means leave 0.09.")
equal(false_rms, 0.5 * optics.pixel_mtf(0.4, 4) / 2**0.5, "rms of aliased stripes", atol=1e-6)
### BEGIN HIDDEN TESTS
# hint: other batches and block sizes, s = 1 changes nothing, and s must divide both H and W.
pile = np.random.default_rng(10).random((2, 3, 8, 12))
equal(call(shrink, pile, 1), pile, "shrink(codes, 1)", atol=1e-9)
expected_pile = optics.srgb_encode(Downsample(4)(optics.srgb_decode(pile)))
equal(call(shrink, pile, 4), expected_pile, "shrink of a batch", atol=1e-9)
refuses(shrink, pile, 3, because="3 divides 12 but not 8")
refuses(shrink, pile, 8, because="8 divides 8 but not 12")
### END HIDDEN TESTS

# %% [markdown] slide="slide"
# ## 4. Operators and their adjoints
#
# Lens and pixels together are one operator, `A = Downsample(4) @ Blur(h)`. On a line of twelve
# pixels it is small enough to look at as a matrix.

# %% [markdown] slide="notes"
# One line of twelve pixels makes the camera small enough for the board. Ask for the shape of the matrix before you
# show it (3 rows, 12 columns). One minute.

# %% slide="subslide" title="Blur, shrink, both, and both turned over"
line_lens = Blur([[0.1, 0.2, 0.4, 0.3]])
line_pixels = Downsample((1, 3))
line_camera = line_pixels @ line_lens
matrices = {"Blur": line_lens, "Downsample": line_pixels, "A = Downsample @ Blur": line_camera}
shown = {name: operator.dense((1, 12)) for name, operator in matrices.items()}
shown["A.T"] = line_camera.T.dense((1, 4))
fig, axes = figure(1, 4, size=(10, 3), width_ratios=[12, 12, 12, 7])
for ax, (name, matrix) in zip(axes, shown.items(), strict=True):
    mapped = draw_image(ax, matrix, name, limits=(0, 0.4), colour_map="viridis")
    ax.set_xlabel("{1} in, {0} out".format(*matrix.shape), fontsize=9)
fig.colorbar(mapped, ax=axes, label="weight", shrink=0.8)
show(fig, alt="Four matrices: a diagonal band for blur, a staircase of three equal weights for the "
              "block mean, four smeared steps for their product, and the same steps on end.")

# %% [markdown]
# Each row of $A$ says from where one measured pixel gets its light. Now read $A$ by columns: each
# column says which measured pixels one scene pixel lights up. Exchange rows and columns and you
# have the **adjoint** $A^\mathsf{T}$, in code `A.T`. It takes a measurement and hands every value
# back to all scene pixels that contributed, with the same weights. It is *not* the inverse. But
# every method in this course that asks "how must the scene change to fit the measurement better?"
# answers with $A^\mathsf{T}$, for the gradient of $\tfrac12\|Ax - y\|^2$ is $A^\mathsf{T}(Ax - y)$.
#
# For big pictures nobody writes the matrix down, so $A^\mathsf{T}$ is a second program. Programs
# have bugs. The law that catches them needs one random scene and one random measurement:
#
# $$\langle A x,\, y\rangle = \langle x,\, A^\mathsf{T} y\rangle .$$
#
# Such a test checks, it doesn't prove: it sees one size of picture at a time, and bugs like to hide
# in sizes. So try odd and even ones.

# %%
def mismatch(forward, transpose, x, y):
    """Return |⟨Ax, y⟩ − ⟨x, Aᵀy⟩| / (‖Ax‖ ‖y‖): rounding (about 1e-16) if it is the adjoint."""
    ax = forward(x)
    gap = abs(np.vdot(ax, y) - np.vdot(x, transpose(y)))
    return gap / (np.linalg.norm(ax) * np.linalg.norm(y))


# %% [markdown]
# Below are six pairs "operator, somebody's adjoint". Each sounds reasonable:
#
# 1. a symmetric spot with periodic borders, and the same blur again;
# 2. the same spot with **replicated borders** (outside the picture, the edge pixel is repeated),
#    and the same blur again;
# 3. a lopsided spot with periodic borders, and the same blur again;
# 4. block mean, and repeating each value $s \times s$ times;
# 5. block mean, and repeating, divided by $s^2$;
# 6. the library's `A`, and its `A.T`.
#
# **Predict.** How many of the six pass the dot-product test at $10^{-12}$?

# %%
how_many_pass = None  # replace None by a number from 0 to 6
predict("image_formation.adjoints", how_many_pass, between=(0, 6))

# %%
from scipy.ndimage import convolve


def repeat(y, s=4):
    return np.kron(y, np.ones((s, s)))


round_spot, lopsided_spot = optics.gaussian_psf(1.5), [[0.5, 0.3, 0.2]]
periodic, uneven = Blur(round_spot), Blur(lopsided_spot)
camera_4 = Downsample(4) @ Blur(lopsided_spot, "reflect")


def replicated(x):
    return convolve(x, round_spot, mode="nearest")


pairs_tried = {
    "1 symmetric, periodic: itself": (periodic, periodic),
    "2 symmetric, replicated: itself": (replicated, replicated),
    "3 lopsided, periodic: itself": (uneven, uneven),
    "4 block mean: repeat": (Downsample(4), repeat),
    "5 block mean: repeat / s²": (Downsample(4), lambda y: repeat(y) / 16),
    "6 library: A, A.T": (camera_4, camera_4.T),
}

# %% slide="subslide" title="Which of six pairs are adjoints?"
rng = np.random.default_rng(0)
gaps = {}
for name, (forward, transpose) in pairs_tried.items():
    x = rng.random((24, 32))
    y = rng.random(np.shape(forward(x)))
    gaps[name] = max(mismatch(forward, transpose, x, y), 1e-17)
fig, ax = figure(size=(7.5, 3.2))
ax.barh(list(gaps), list(gaps.values()), left=1e-18)
ax.axvline(1e-12, color="black", linestyle=":")
ax.set(xscale="log", xlim=(1e-18, 100),
       xlabel="relative mismatch (dotted: the test's 10⁻¹²)\nexact zeros are drawn at 10⁻¹⁷")
ax.invert_yaxis()
passed = sum(gap <= 1e-12 for gap in gaps.values())
show(fig, alt=f"Mismatch of six pairs on a log axis. {passed} pairs, 1, 5 and 6, are at rounding "
              "level. Numbers 2, 3 and 4 reach far beyond the dotted line at 1e-12.")

# %%
for name, gap in gaps.items():
    print(f"{name:34}", "adjoint" if gap <= 1e-12 else f"NOT an adjoint, mismatch {gap:.0e}")
reveal("image_formation.adjoints", passed, label="pairs that pass")

# %% [markdown]
# Three. Number 4 forgets that the mean *divides* by $s^2$, so its adjoint must divide, too. Number
# 3 convolves where it should **correlate**: light that went right must come back left. A
# convolution has the matrix $A_{ij} = h_{i-j}$, so its adjoint has $h_{j-i}$ in that place:
#
# $$(A^\mathsf{T} y)_i = \sum_j h_{j-i}\, y_j .$$
#
# Number 2 is the treacherous one: the spot is symmetric, and the mismatch is small. But an edge
# pixel that is replicated counts many times in the blurred picture, and blurring again doesn't give
# it that credit. How much is missing? Ask $A^\mathsf{T}\mathbf{1}$: by how much does each scene
# pixel count in the whole measurement?

# %%
counts = np.array([replicated(e.reshape(16, 16)).sum() for e in np.eye(256)]).reshape(16, 16)
print(f"corner pixel counts {counts[0, 0]:.2f} times, the middle {counts[8, 8]:.2f} times")
print(f"'the same blur again' claims {replicated(np.ones((16, 16)))[0, 0]:.2f} for both")

# %% [markdown]
# **A blur with replicated borders is not self-adjoint once the spot is more than 3 pixels wide**:
# in the corner, the shortcut gives almost a third too little. (Up to 3 pixels, replication repeats
# the edge pixel once and is a mirror. With a round spot, periodic and zero borders are self-adjoint
# at any width, and so is a mirror that repeats the edge pixel: the library's `"reflect"`.)
#
# ### How to find an adjoint
#
# Take the camera apart into steps, and turn each one round, last step first:
# $(AB)^\mathsf{T} = B^\mathsf{T}A^\mathsf{T}$. That rule is one line of the library:

# %%
import inspect

print(inspect.getsource(type(A)._adjoint))

# %% [markdown]
# | step | its adjoint |
# |---|---|
# | mean over $s \times s$ pixels | give each of the pixels $y/s^2$ |
# | `convolve2d(x, h, mode="valid")`: where `h` fits in | `correlate2d(y, h, mode="full")` |
# | copy one value to several places | add up what comes back from those places |
# | cut away some values | put zeros where they were |
#
# The third line is what padding needs. Pad three pixels by one on either side, and look at it as a
# matrix:

# %%
padding = np.array([np.pad(e, 1, mode="edge") for e in np.eye(3)]).T
print(padding.astype(int))
print("adjoint of the padding, applied to (1, 2, 3, 4, 5):", padding.T @ [1, 2, 3, 4, 5])

# %% [markdown]
# The outer values, 1 and 5, are *added* to their neighbours: 1 + 2, 3, 4 + 5. On a picture padded
# by $p$ pixels, the $p$ outer rows are added to the first row inside, on either side, and then the
# columns likewise.

# %% [markdown]
# ## Exercise 4: the adjoint of a camera
#
# Here is a camera with replicated borders, made of three steps. `x` is one channel, shape `(H, W)`;
# `psf` is square with an odd number of pixels, 3 × 3 or more.

# %% readonly="camera"
from scipy.signal import convolve2d, correlate2d


def camera(x, psf, s):
    """Pad by replication, convolve, average s × s pixels: (H, W) → (H/s, W/s)."""
    p = len(psf) // 2
    padded = np.pad(x, p, mode="edge")
    blurred = convolve2d(padded, psf, mode="valid")
    return Downsample(s)(blurred)


# %% [markdown]
# Write `camera_adjoint(y, psf, s)`, the adjoint of `camera` for the same `psf` and `s`: it takes
# `y` of shape `(h, w)` and returns an array of shape `(h·s, w·s)`. Undo nothing, turn every step
# round, last step first. The tests ask for $10^{-12}$. The library's `A.T` is off limits.

# %% solution="camera_adjoint" rebuilds="imaging.operators.LinearOperator.T"
def camera_adjoint(y, psf, s):
    """Return the adjoint of `camera(·, psf, s)` applied to a measurement.

    Parameters
    ----------
    y : array, shape (h, w)
        Measurement.
    psf : array, shape (k, k), k odd, k ≥ 3
        Point-spread function of the camera.
    s : int
        Block size of the camera in pixels.

    Returns
    -------
    array, shape (h s, w s)
    """
    ### BEGIN SOLUTION
    p = len(psf) // 2
    spread = np.kron(y, np.ones((s, s))) / s**2
    padded = correlate2d(spread, psf, mode="full")
    padded[p] += padded[:p].sum(axis=0)
    padded[-p - 1] += padded[-p:].sum(axis=0)
    padded[:, p] += padded[:, :p].sum(axis=1)
    padded[:, -p - 1] += padded[:, -p:].sum(axis=1)
    return padded[p:-p, p:-p]
    ### END SOLUTION


# %% test="camera_adjoint_is_the_transposed_matrix" points=2
def around(x, rows, columns, border):
    """Pad the last two axes; only for this test."""
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + [(rows, rows), (columns, columns)], mode=border)


def turned(kernel, border):
    """Transposed matrix of a camera with any border and s = 2, applied to `measured`."""
    pad = border if callable(border) else lambda x: around(x, 2, 2, border)
    wide = pad(np.eye(80).reshape(80, 8, 10))
    recorded = Downsample(2)(Blur(kernel, "zero")(wide)[:, 2:-2, 2:-2])
    return np.tensordot(recorded, measured).reshape(8, 10)


def without_corners(x):
    sides = around(around(x, 2, 0, "edge"), 0, 2, "constant")
    sides = sides + around(around(x, 0, 2, "edge"), 2, 0, "constant")
    return sides - around(x, 2, 2, "constant")


def blurred_again(kernel):
    return Blur(kernel, "zero")(around(spread_out, 2, 2, "edge"))[2:-2, 2:-2]


measured = np.random.default_rng(11).random((4, 5))
kernel_5 = np.random.default_rng(12).random((5, 5)) / 25
spread_out = np.kron(measured, np.ones((2, 2))) / 4
equal(call(camera_adjoint, measured, kernel_5, 2), turned(kernel_5, "edge"),
      "camera_adjoint(y, psf, 2)", mistakes={
    "it is s² = 4 times too large: the block mean divides by s², so must its adjoint.":
        4 * turned(kernel_5, "edge"),
    "it is s = 2 times too large: a block has s² pixels, not s.": 2 * turned(kernel_5, "edge"),
    "the psf is the wrong way round: the adjoint of a convolution is a correlation.":
        turned(kernel_5[::-1, ::-1], "edge"),
    "what fell on the padding was cut off. Replication copies the edge pixel, so its adjoint adds "
    "the padding back to the edge.": turned(kernel_5, "constant"),
    "the corners of the padding are lost: rows and columns were both folded from the uncut array. "
    "Fold the rows first, then the columns of the result.": turned(kernel_5, without_corners),
    "only the nearest row of the padding was added; all p of them are copies of the edge.":
        turned(kernel_5, lambda x: around(around(x, 1, 1, "edge"), 1, 1, "constant")),
    "you replicate the border again, but with a spot of 5 pixels that is not self-adjoint: the "
    "adjoint adds the padding back to the edge.": blurred_again(kernel_5[::-1, ::-1]),
    "this is the camera's blur again: with replicated borders it is not self-adjoint, and "
    "convolution must become correlation.": blurred_again(kernel_5),
    "the padding was folded to the opposite side, as periodic borders would.":
        turned(kernel_5, "wrap"),
    "the padding was folded like a mirror, row by row; replication copied one row only, the edge.":
        turned(kernel_5, "symmetric"),
}, atol=1e-12)

# %% test="camera_adjoint_passes_the_dot_product_test" points=2
from course_lib.notebook.checks import adjoint

kernel_b = np.random.default_rng(27).random((5, 5))
adjoint(lambda x: camera(x, kernel_b, 3), lambda y: camera_adjoint(y, kernel_b, 3),
        np.random.default_rng(13).random((9, 15)), np.random.default_rng(14).random((3, 5)),
        "camera_adjoint(·, psf, 3)", ratios={
    "it is s² = 9 times too large: the block mean divides by s², so must its adjoint.": 9,
    "it is s = 3 times too large: a block has s² pixels, not s.": 3,
})
### BEGIN HIDDEN TESTS
# hint: s = 1, small and large spots; as the camera leaves a flat scene flat, the sum of y is kept.
kernel_7 = optics.gaussian_psf(1.2, 7) * np.linspace(0.5, 1.5, 7)
for factor, scene_shape in ((1, (11, 9)), (2, (10, 16)), (4, (8, 12))):
    lit = np.random.default_rng(15).normal(size=scene_shape)
    told = np.random.default_rng(16).normal(size=(scene_shape[0] // factor,
                                                  scene_shape[1] // factor))
    adjoint(lambda x, factor=factor: camera(x, kernel_7, factor),
            lambda y, factor=factor: camera_adjoint(y, kernel_7, factor),
            lit, told, f"camera_adjoint(·, psf, {factor})")
kernel_3 = np.random.default_rng(31).random((3, 3))
kept = np.sum(call(camera_adjoint, measured, kernel_3 / kernel_3.sum(), 4))
equal(kept, measured.sum(), "sum of camera_adjoint(y, psf, 4)", atol=1e-10)
### END HIDDEN TESTS

# %% [markdown] slide="notes"
# The audience need not code this. Let them guess which pairs pass, then show the bar chart. One
# sentence to keep: copying forward means adding on the way back. Four minutes.

# %% [markdown] only="slides" slide="slide"
# ## Photons
#
# Light comes in grains. $N$ photons on average: standard deviation $\sqrt N$.
#
# White = 1000 photons. How noisy is half-white?

# %% [markdown]
# ## 5. Photons
#
# The last letter is $n$. Light arrives in grains. If a pixel detects $N$ photons on average, one
# exposure gives a Poisson number: mean $N$, variance $N$. So we must say how many photons white is
# worth.
#
# **Predict.** White is worth 1000 photons. A pixel has half of white's light. By how many percent
# does its reading scatter around its mean (standard deviation over mean)?

# %%
scatter = None  # replace None by a percentage
predict("image_formation.photons", scatter, between=(0, 200))

# %%
rng = np.random.default_rng(2)
half_light = np.full(100_000, 0.5)
right_way = rng.poisson(1000 * half_light) / 1000
wrong_way = rng.poisson(half_light)
for name, y in (("1000 photons for white", right_way), ("Poisson of the value itself", wrong_way)):
    print(f"{name:28} mean {y.mean():.3f}, relative noise {y.std() / y.mean():.3f}")
reveal("image_formation.photons", 100 * right_way.std() / right_way.mean(), label="relative noise", unit="%")

# %% [markdown]
# Half of 1000 is 500 photons, and $\sqrt{500}/500 = 1/\sqrt{500} = 0.045$. The second line is the
# classic slip: `rng.poisson(x)` on values between 0 and 1 claims that a white pixel caught *one*
# photon. Its relative noise is about 1.4.
#
# In units where white is 1, a reading has mean $x$ and variance $x/\text{photons}$. Real sensors
# add **read noise**: the electronics' own jitter, the same for all pixels.

# %% slide="subslide" title="Photon noise grows as the root of the light"
brightness = np.geomspace(1e-3, 1, 13)
flat = np.repeat(brightness[:, None], 20_000, axis=1)
exposed = optics.photon_noise(flat, photons=1000, rng=3)
read_out = optics.read_noise(exposed, sigma=0.004, rng=4)
fig, ax = figure(size=(6.5, 3.4))
ax.loglog(brightness, exposed.std(axis=1), "o", label="photons only")
ax.loglog(brightness, read_out.std(axis=1), "s", label="photons and read noise 0.004")
ax.loglog(brightness, np.sqrt(brightness / 1000), color="gray", linewidth=1, label="√(x / 1000)")
ax.axhline(0.004, color="gray", linestyle=":", linewidth=1)
ax.set(xlabel="light x (white = 1)", ylabel="standard deviation")
ax.legend(fontsize=9)
show(fig, alt="Noise against light on logarithmic axes. Photon noise follows a line of slope one "
              "half; with read noise it levels off at 0.004 in the dark.")

# %% [markdown]
# Engineers call this the photon transfer curve and read two numbers of a camera off it: its gain
# (reading per photon) and its read noise. The line has slope ½: four times the light, twice the
# noise, *half* the relative noise. In the dark the read noise rules. On the wall:

# %% slide="subslide" title="10, 100, 1000 photons"
few = {f"white = {n} photons": optics.photon_noise(sampled, n, rng=5) for n in (10, 100, 1000)}
show_images({"no noise: S(h * x)": sampled} | few, limits=(0, 0.6),
            alt="The coarse brick wall without noise, then with 10, 100 and 1000 photons for "
                "white: almost lost in grain, grainy, and nearly clean.")

# %%
for name, y in few.items():
    print(f"{name:22} rms noise {np.std(y - sampled):.4f}")


def record(photons, read, seed):
    rng = np.random.default_rng(seed)
    return optics.read_noise(optics.photon_noise(sampled, photons, rng), read / photons, rng)


for read in (0, 4):  # in photons: 4 of 1000 is the 0.004 above
    once = record(1000, read, seed=0)
    hundred = np.mean([record(10, read, seed) for seed in range(100)], axis=0)
    print(f"read noise {read}:  1 × 1000 photons, rms {np.std(once - sampled):.4f};  "
          f"100 × 10 photons, rms {np.std(hundred - sampled):.4f}")

# %% [markdown]
# A hundred times the light, a tenth of the noise. A hundred short exposures, averaged, are worth
# one long one, but only while photons rule: every exposure pays the read noise again, and with 4
# photons of it the hundred are three times as noisy as the one. Each exposure is wrong, but none in
# a preferred direction. So $n$ has mean zero, it can be averaged away, and yet it isn't independent
# of the scene: bright pixels jitter more. That makes it a different loss from those of lens and
# pixel. They are there without any noise, and no averaging of the same exposure brings them back.

# %% [markdown]
# ## Exercise 5: expose
#
# Write `expose(x, photons, rng)`. `x` is the light on the pixels, any shape, values ≥ 0, white = 1;
# `photons` is the mean number of photons at white; `rng` is a NumPy generator to draw from. Return
# the recorded picture in units of white: whole photons, Poisson-distributed, divided by `photons`.
# Don't clip: a reading may come out above 1. The library's `optics.photon_noise` is off limits.

# %% solution="expose" rebuilds="imaging.optics.photon_noise"
def expose(x, photons, rng):
    """Record light with photon noise.

    Parameters
    ----------
    x : array
        Light, ≥ 0, white = 1.
    photons : float
        Mean number of photons in a pixel with x = 1, > 0.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    array, shape of x
        Mean x, variance x / photons.
    """
    ### BEGIN SOLUTION
    return rng.poisson(x * photons) / photons
    ### END SOLUTION


# %% test="expose_counts_photons" points=2
gray = np.full((300, 300), 0.5)
shot = np.asarray(call(expose, gray, 1000, np.random.default_rng(17)), dtype=float)
assert shot.shape == (300, 300), f"expose gives shape {shot.shape}; it should be that of x."
average, relative = shot.mean(), shot.std() / max(shot.mean(), 1e-12)
assert not 400 < average < 600, (
    "the result is in photons; divide by `photons`, so that white is 1 again.")
assert abs(average - 0.5) < 0.01 or relative < 1, (
    f"the mean is {average:.3g}; it should be the light, 0.5.")
assert relative < 1, (
    f"the relative noise is {relative:.2f}; with 500 photons it should be 0.045. Poisson of values "
    "between 0 and 1 says one photon for white: multiply by `photons` first, divide after.")
assert abs(average - 0.5) < 0.01, f"the mean is {average:.3g}; it should be the light, 0.5."
assert relative > 0, "there is no noise in the result: draw from rng.poisson."
whole = np.abs(shot * 1000 - np.round(shot * 1000)).max()
assert whole < 1e-3, (
    "readings aren't whole photons: this is Gaussian noise; draw counts with rng.poisson.")
equal(relative, 500**-0.5, "relative noise at x = 0.5, 1000 photons", atol=0.001)
steps = np.tile(np.linspace(0.1, 0.9, 9), (2000, 1))
shot_steps = np.asarray(call(expose, steps, 500, np.random.default_rng(28)), dtype=float)
assert shot_steps.shape == (2000, 9), f"expose gives shape {shot_steps.shape}, not that of x."
equal(shot_steps.mean(axis=0), steps[0], "mean readings where x rises from 0.1 to 0.9", mistakes={
    "every pixel gets the mean light of the picture; each has its own light, x.": np.full(9, 0.5),
}, atol=0.006)

# %% test="expose_noise_follows_the_light" points=1
one, same, other = (call(expose, gray, 70, np.random.default_rng(k)) for k in (22, 22, 29))
assert np.array_equal(one, same), (
    "two generators with the same seed give different noise: draw from `rng`, from nothing else.")
assert not np.array_equal(one, other), (
    "two different generators give the same noise: draw from the `rng` that is given.")
for seed, value, white in ((18, 1, 100), (19, 0.1, 100), (20, 0.02, 40)):
    patch = np.full((300, 300), float(value))
    shot_patch = np.asarray(call(expose, patch, white, np.random.default_rng(seed)), dtype=float)
    assert shot_patch.min() >= 0, "a reading is negative; no pixel counts fewer than 0 photons."
    assert shot_patch.max() > value, (
        f"no reading is above {value}: don't clip. Photons sometimes come in larger numbers than "
        "on average.")
    equal(shot_patch.mean(), value, f"mean at x = {value}, {white} photons",
          atol=6 * (value / white / 90000) ** 0.5)
    times = shot_patch.var() * white / value
    assert abs(times - 1) < 0.12, (
        f"at x = {value} and {white} photons the variance is {times:.2f} times x/photons, "
        "not once: the noise depends on the light.")
### BEGIN HIDDEN TESTS
# hint: darkness stays dark, one generator gives new noise each time, and any shape is welcome.
equal(call(expose, np.zeros((3, 4, 5)), 50, np.random.default_rng(21)), np.zeros((3, 4, 5)),
      "expose(zeros, 50, rng)")
generator = np.random.default_rng(23)
first, second = (np.asarray(call(expose, gray, 70, generator), dtype=float) for _ in range(2))
assert np.abs(first - second).max() > 0, (
    "two exposures with one generator are equal: draw from the `rng` that is given.")
tenth = np.asarray(call(expose, gray / 5, 2000, np.random.default_rng(24)), dtype=float)
equal(tenth.std(), (0.1 / 2000) ** 0.5, "noise at x = 0.1, 2000 photons", atol=2e-4)
### END HIDDEN TESTS

# %% [markdown] slide="slide"
# ## 6. The whole camera
#
# Turn the three knobs of $y = S(h * x) + n$: the lens's cutoff, the size of the pixels, the light.

# %% [markdown] slide="notes"
# If JupyterLab is at hand, open the panel of lesson {image_formation}; otherwise the next picture stands in. Ask which knob they would
# pay for. One minute.

# %% slide="subslide" title="Three knobs: lens, pixel, light"
from course_lib.notebook.explorers.image_formation import image_formation

image_formation(images.load("brick")[:, :128, :128])

# %% [markdown]
# The right panel is the camera's transfer: lens times pixel. The dotted line is Nyquist; what
# passes on its right, shaded, folds back as false detail. Three things to try:
#
# 1. large pixels with a sharp lens: most of the passing band lies right of the line;
# 2. small pixels with a soft lens: nothing folds, but more pixels show nothing new, and each gets
#    less light (the photons are per *scene* pixel here, so a pixel of $s \times s$ collects $s^2$
#    as many);
# 3. find the largest pixels that fold nothing back. That is the design rule: pixel size =
#    $1/(2 f_c)$ at most.

# %% [markdown]
# ### What each letter loses
#
# | letter | linear? | what it does to detail | does more light help? |
# |---|---|---|---|
# | $h$, below $f_c$ | yes | weakens it, by the OTF | yes: weak, but there |
# | $h$, above $f_c$ | yes | removes it | no |
# | $S$, average | yes | weakens it, by the pixel's MTF | yes, except at its zeros |
# | $S$, sample | yes | folds it on coarser detail | no |
# | $n$, photons | no: random, depends on the scene | hides the weak | yes, like √photons |
# | $n$, read noise | no: random, the same everywhere | hides the weak | yes, in one long exposure |
#
# Everything but $n$ is one matrix $A$ with an adjoint `A.T` that you can trust to $10^{-12}$.
# Lesson {deconvolution} starts here, and tries to go back.

# %% [markdown] slide="notes"
# Let the audience choose the knobs. End with the table: two rows say "no". They are the reason for
# this course. Five minutes.

# %% [markdown]
# ## In your own words
#
# An advertisement says: "Our microscope has a resolution limit of 0.3 µm, the Rayleigh distance.
# Anything closer together *can't* be seen. Except with our new camera: its pixels are half the
# size, so it sees detail twice as fine." **In five to eight sentences:** what is wrong with each of
# the two claims? Use the OTF, the cutoff, Nyquist and noise, and at least one number that you
# measured in this lesson.

# %% [markdown] answer="two_claims" points=4
# ### BEGIN SOLUTION
# *Example.* Both are wrong as they stand. Rayleigh's distance is a criterion, an agreement on a dip
# (down to 0.735) that an eye can see: stripes with that period still pass the lens with 0.089 of
# their contrast, and two stars at 0.7/fc give a hump that differs from one star's by over a quarter
# of the peak. If one knows the spot and assumes two points, enough photons tell their distance.
# What the lens really doesn't pass are frequencies above its cutoff fc = 2NA/λ, where the OTF is
# exactly zero; for a Rayleigh distance of 0.3 µm that is 1.2197/0.3 = 4.07 cycles/µm. Smaller
# pixels can't bring back what the lens has removed. They help only as long as Nyquist is below the
# cutoff: then they prevent aliasing and show more of what the lens passes. Beyond that, half the
# size means a quarter of the light in each pixel and twice the relative noise.
#
# *Rubric, one point each:*
#
# 1. Rayleigh is a criterion and not a limit, supported by any number measured in the lesson (such
#    as dip 0.735, OTF 0.089, hump of two against one);
# 2. names the true limit of this linear system: no transfer above fc = 2NA/λ, whatever the
#    exposure;
# 3. says what smaller pixels do: help (less aliasing) only while Nyquist lies below the cutoff,
#    nothing after; the lens decides;
# 4. brings in noise: weak detail below the cutoff depends on photons, or smaller pixels collect
#    fewer photons each (a quarter, hence twice the relative noise).
# ### END SOLUTION

# %% [markdown] only="slides" slide="slide"
# ## What you can now say
#
# Detail is *weakened* (lens, pixel), *removed* (above fc), *falsified* (aliasing), or *hidden*
# (noise).
#
# More light helps against the first and the last. **More light does nothing against removed and
# false.**

# %% [markdown] slide="notes"
# Four words for four losses. Let the room sort examples: a soft photograph (weakened), letters below the cutoff
# (removed), moiré on a shirt (falsified), a night picture (hidden). Three minutes.

# %% [markdown]
# ## What you can now say, and what you can't
#
# You can say what a camera does, $y = S(h * x) + n$; what of it is linear; which detail is
# weakened, which is removed, which is false; and you can check that an adjoint is one. And you have
# met six classic mistakes:
#
# 1. averaging codes instead of light: dark joints (exercise 3);
# 2. a spot whose centre isn't moved to index 0: the picture slides (exercise 2);
# 3. sampling without averaging: false stripes (exercise 3);
# 4. a block's corner taken for its centre: edges off by $(s-1)/2$ pixels (exercise 3);
# 5. an adjoint that forgets $1/s^2$, or that replicates borders once more (exercise 4);
# 6. Poisson noise of values between 0 and 1: one photon for white (exercise 5).
#
# You can't say yet how much of it can be undone. The lens's row of the table says "weak, but
# there".
#
# > Given operator **A** (lens with cutoff fc, pixels of s × s), noise **σ** (Poisson, variance
# > x/photons), **K** = 1 frame and assumptions **P** (none), these components are known:
# > frequencies below fc and below Nyquist that nothing folds onto, to within noise over transfer
# > factor. The rest is open until a **P** is named.

# %% [markdown]
# ### What this model leaves out
#
# Our spot is the same all over the picture, the light has one colour at a time and is incoherent
# (no laser). Real cameras have spots that change towards the corners, a colour mosaic in front of
# the pixels, gaps between them, saturation, and software that sharpens and compresses. And our
# "scene" was itself a picture made of pixels. Each of these makes $A$ longer, not different in
# kind, except for saturation and the software, which aren't linear.

# %% [markdown]
# ## Further reading
#
# - J. W. Goodman, *Introduction to Fourier Optics*: the OTF as an overlap of pupils.
# - J. Bechhoefer, "What is superresolution microscopy?", American Journal of Physics 83 (2015):
#   criteria and limits, for students. [doi:10.1119/1.4900756](https://doi.org/10.1119/1.4900756)
# - S. Ram, E. S. Ward, R. J. Ober, "Beyond Rayleigh's criterion", PNAS 103 (2006) 4457: photons
#   decide. [doi:10.1073/pnas.0508047103](https://doi.org/10.1073/pnas.0508047103)
# - C. M. Sparrow, "On Spectroscopic Resolving Power", Astrophysical Journal 44 (1916).
# - A. Foi, M. Trimeche, V. Katkovnik, K. Egiazarian, "Practical Poissonian-Gaussian Noise Modeling
#   and Fitting for Single-Image Raw-Data", IEEE Transactions on Image Processing 17 (2008) 1737:
#   real sensors. [doi:10.1109/TIP.2008.2001399](https://doi.org/10.1109/TIP.2008.2001399)
# - J. F. Claerbout, *Earth Soundings Analysis: Processing versus Inversion* (1992): the dot-product
#   test, from people who live by adjoints.
