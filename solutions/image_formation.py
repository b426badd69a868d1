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
# - *write* a camera as $y = S(h * x) + n$ and build its letters yourself;
# - *compute* what a lens passes, what a pixel passes, and what comes back under a false frequency;
# - *derive* the adjoint of a camera and check it with a random test;
# - *tell* a criterion (Rayleigh) from a limit (the lens's cutoff).
#
# {minutes} minutes, with a good place to stop after exercise 2. {builds_on} Most tests compare to nine
# digits: compute in double precision, NumPy's default.

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
# The lens spreads every point of the scene into a small spot ($h$). The pixels average the light
# over squares and report one number each ($S$). Light comes in grains, so every number jitters
# ($n$). Each letter loses something.

# %% [markdown] slide="notes"
# Walk through the four pictures from left to right and write the equation under them. Ask which
# step loses most, and let people disagree: the rest of the hour settles it. Three minutes.

# %% [markdown]
# ## 1. Light adds
#
# What lens and pixels do to the light of two lamps is the sum of what they do to each, and three
# times the light gives three times the readings: they are **linear**. So the camera without its noise
# is a matrix, one row per measured and one column per scene pixel. In code an operator is an object:
# `A(x)` applies it, and `A @ B` means "first B, then A".
#
# The numbers in a picture file are *not* light: they are codes, and half the code isn't half the light.
# So **decode to linear light first**, compute, and encode only for the screen. `images.load` has
# decoded already, and our figures encode.

# %%
import numpy as np

A = pixels @ lens
lamp_1, lamp_2 = scene, scene[:, ::-1, :]
together = A(lamp_1 + lamp_2)
one_by_one = A(lamp_1) + A(lamp_2)
print(A)
print("two lamps, equal to 12 digits:", np.abs(together - one_by_one).max() < 1e-12)
print("three times the light, too:", np.abs(A(3 * scene) - 3 * A(scene)).max() < 1e-12)

# %% [markdown] deeper=true
# ### The numbers in a file are not light
#
# A picture file holds **codes**, spaced so that equal steps look about equal to the eye; the usual
# rule is called sRGB. The code 0.5 is not half the light of 1.0.
#
# **Predict.** A board of black and white squares (codes 0 and 1), seen from so far away that the
# squares merge, looks gray. Which code between 0 and 1 has that gray?

# %% deeper=true
from course_lib.notebook.predictions import predict, reveal

code_of_the_gray = None  # replace None by a number from 0 to 1
predict("image_formation.checkerboard", code_of_the_gray, between=(0, 1))

# %% deeper=true
board = np.add.outer(np.arange(16), np.arange(16))[None] % 2.0
light = optics.srgb_decode(board)
far_away = Downsample(16)(light)
gray_code = float(optics.srgb_encode(far_away).item())
print(f"mean light {far_away.item():.4f}, its sRGB code {gray_code:.4f}")
reveal("image_formation.checkerboard", gray_code, label="code of the merged gray")

# %% [markdown] deeper=true
# Half white and half black is half the light, and the sRGB code of that is 0.7354.
# See it: step back from the screen until the squares melt. On a screen that follows sRGB the board
# matches the *right* gray.

# %% deeper=true slide="subslide" title="Which gray matches the board?"
from course_lib.notebook.figures import draw_image, figure, show

half_code = optics.srgb_decode(np.full((16, 16), 0.5))
fig, axes = figure(1, 3, size=(9, 3.7))
draw_image(axes[0], half_code, "mean of the codes:\ncode 0.5")
draw_image(axes[1], light, "checkerboard")
match = np.broadcast_to(far_away[0], (16, 16))
draw_image(axes[2], match, f"mean of the light (0.5):\ncode {gray_code:.4f}")
show(fig, alt="A checkerboard between two plain grays. The left gray, of code one half, is darker "
              "than the board seen from afar; the right one matches it.")

# %% deeper=true
print(f"code 0.5 holds {half_code[0, 0]:.3f} of white's light, not 0.5")
codes = optics.srgb_encode(scene)
from_codes = optics.srgb_decode(pixels(codes))
loss = 1 - from_codes / pixels(scene)
print(f"brick wall averaged in codes: {100 * loss.mean():.1f} % too dark on average, "
      f"{100 * loss.max():.0f} % at worst")

# %% [markdown] deeper=true
# Averaging codes takes light away wherever light and dark meet inside a pixel.

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
# Even a perfect lens turns a point into a spot, because light is a wave and the lens is finite: the
# **point-spread function** (PSF) $h$. The image is the sum of all points' spots, the **convolution**
# $h * x$. On a line of pixels, with $h_0$ the middle of the spot:
#
# $$(h * x)_i = \sum_j h_{i-j}\, x_j .$$
#
# Point $j$ hands out its light $x_j$; pixel $i$, which lies $i - j$ steps away, gets the share
# $h_{i-j}$.

# %%
from course_lib.notebook.figures import draw_image, figure, show

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
# This is the Airy spot of an ideal round lens in ordinary, **incoherent** light: the spots of two
# points simply add. Its unit is $1/f_c$ with the **cutoff frequency** $f_c = 2\,\mathrm{NA}/\lambda$: λ is the
# wavelength, NA the **numerical aperture**, in air the sine of half the angle under which the image
# point sees the lens.

# %% [markdown] deeper=true
# How large is it in a photographer's camera?

# %% deeper=true
wavelength = 0.55  # micrometres: green
# Try: other f-numbers
for f_number in (1.8, 5.6, 16):
    NA = 1 / (2 * f_number)  # of a lens focused far away, without aberrations
    fc = optics.cutoff_frequency(NA, wavelength)
    ring = optics.rayleigh_separation(fc)
    print(f"f/{f_number:<4}  NA {NA:.3f}   fc = {fc:.3f} cycles/µm   first dark ring at "
          f"{ring:4.1f} µm, so {2 * ring:4.1f} µm across")

# %% [markdown] deeper=true
# Pixels differ, too. The ring may be smaller than one, or many across.

# %% [markdown]
# ### What a blur does to stripes
#
# Why is $f_c$ a cutoff? Give a blur stripes, a cosine of $f$ cycles per pixel, and look at what
# comes out. The simplest spot will do, a box of nine equal values:

# %%
box, around = Blur(optics.box_psf((1, 9))), np.arange(-4, 5)
# Try: add 1 / 9
for stripe_f in (1 / 32, 3 / 32, 6 / 32):  # cycles per pixel
    stripes_in = np.cos(2 * np.pi * stripe_f * np.arange(288))[None]
    stripes_out = box(stripes_in)
    factor = np.vdot(stripes_in, stripes_out) / np.vdot(stripes_in, stripes_in)
    rest = np.abs(stripes_out - factor * stripes_in).max()
    weighed = np.sum(1 / 9 * np.cos(2 * np.pi * stripe_f * around))  # Σ h cos(2πfj)
    print(f"f = {stripe_f:.5f}: factor {factor:+.4f}, anything else: {rest > 1e-12}, "
          f"Σ h cos = {weighed:+.4f}")

# %% [markdown]
# Out come the same stripes, times one number: the sum of the spot's values, each weighted by the
# cosine at its place, $\sum_j h_j \cos(2\pi f j)$. As a function of $f$ this sum is the **Fourier
# transform** of $h$; for a lens it is called the **optical transfer function** (OTF). The factor's
# size says how much of the stripes' **contrast** is left; a negative one exchanges light and dark.
# Every picture is a sum of stripes, so a blur is a list of factors, one for each frequency.
# (Those of a lopsided spot are complex: it moves the stripes, too.)

# %% [markdown]
# ### Two discs
#
# For an ideal round lens the factor has a picture. Waves from two points of the lens's opening meet
# at an angle and form stripes in the image, the finer the farther the two are apart; points on
# opposite rims make the finest, $f_c$. So draw the opening as a disc of diameter $f_c$. Stripes of
# frequency $f$ pass as far as the disc holds pairs of points that lie $f$ apart: as far as it
# overlaps a copy of itself, moved by $f$. **The OTF is the share of the disc that overlaps.** Move
# the copy:

# %% slide="subslide" title="The transfer is an overlap"
moved = 0.5
# Try: 0, 0.9 and 1.2
u, v = np.meshgrid(np.linspace(-0.7, 1.9, 521), np.linspace(-0.7, 0.7, 281))
disc, copied = u**2 + v**2 < 0.25, (u - moved) ** 2 + v**2 < 0.25
share = np.sum(disc & copied) / np.sum(disc)
fig, ax = figure(size=(6.5, 3.6))
ax.contourf(u, v, disc * 1.0 + copied, levels=[0.5, 1.5, 2.5], colors=["#D5E5F2", "#0072B2"])
ax.axvline(moved / 2, color="black", linestyle=":", linewidth=1)
ax.set(aspect="equal", xlabel="units of fc", yticks=[],
       title=f"moved by {moved} fc: {share:.3f} of the disc overlaps")
show(fig, alt=f"Two discs of diameter one, {moved} apart, and what they share: {share:.3f} of a "
              "disc. A dotted line halfway between their centres cuts the shared part in two.")

# %% [markdown] slide="notes"
# Slide one disc over the other with your hands: touching is the cutoff, one on top of the other is
# no detail at all. Ask what overlaps at half the cutoff before you read the title. Two minutes.

# %% [markdown]
# ## Exercise 1: the OTF of a lens
#
# The dotted line cuts the overlap into two equal caps. A line at distance $d$ from the centre of a
# disc of radius $r$ cuts off a cap of area $r^2 \arccos(d/r) - d\sqrt{r^2 - d^2}$. Put in $r$ and
# $d$ for a disc of diameter $f_c$ and a copy moved by $|f|$, and divide by the disc's area.
#
# Write `airy_otf(f, cutoff)`: `f` is an array (or a number) of frequencies of any sign, `cutoff`
# is $f_c$ in the same unit, of any size; the result has the shape of `f`. At and beyond the
# cutoff it is exactly 0; mind that `np.arccos` of a number above 1 is not a number (`np.clip` helps). The
# library's `optics.airy_otf` is off limits.

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
    "airy_otf gives NaN: arccos and the root need 0 ≤ ρ ≤ 1, where ρ is |f|/cutoff.")
overlap = np.array([1, half, 0, 0, half])
equal(otf_found, overlap, "airy_otf(40 * [0, 0.5, 1, 1.5, -0.5], 40)", mistakes={
    "at f = 0 all light passes, so the OTF is 1: divide by the disc's whole area.":
        overlap * np.pi / 4,
    "at f = 0 all light passes, so the OTF is 1, not π/2.": overlap * np.pi / 2,
    "the overlap consists of two caps.": overlap / 2,
    "the disc's radius was taken for its diameter, or d for the whole way: the OTF reaches 0 at "
    "fc, not fc/2.": [1, 0, 0, 0, 0],
    "the disc's diameter is fc, so the discs part at fc, not at 2 fc.":
        [1, optics.airy_otf(0.25, 1), half, optics.airy_otf(0.75, 1), optics.airy_otf(0.25, 1)],
    "take the absolute value of f: stripes of frequency −f are the same stripes.":
        [1, half, 0, 0, 1],
    "take the absolute value of f: at ρ = −½ the formula as it stands gives 2 − 0.391.":
        [1, half, 0, 0, 2 - half],
})
equal(call(airy_otf, 0.5, 1), half, "airy_otf(0.5, 1), a single number")
equal(call(airy_otf, np.array([0, 1, 2]), 2), [1, half, 0], "airy_otf of whole numbers", mistakes={
    "the result was rounded down: np.zeros_like(f) or np.empty_like(f) of whole numbers holds "
    "whole numbers only; ask for dtype=float.": [1, 0, 0],
})

# %% test="airy_otf_is_an_overlap_of_discs" points=1
edge = (np.arange(1000) + 0.5) / 250 - 2  # a fine grid to count points in discs of diameter 1
shifts = np.linspace(0, 1.2, 7)
in_disc = [np.add.outer(edge**2, (edge - shift) ** 2) < 0.25 for shift in shifts]
counted = [np.sum(in_disc[0] & each) / in_disc[0].sum() for each in in_disc]
equal(call(airy_otf, 3 * shifts, 3), counted, "airy_otf against counted overlaps", atol=3e-3)
### BEGIN HIDDEN TESTS
# hint: other cutoffs, tiny and huge ones, single numbers, any shape, exactly 0 from the cutoff on.
equal(call(airy_otf, 0.05, 0.2), optics.airy_otf(0.05, 0.2), "airy_otf(0.05, 0.2)")
plane = np.random.default_rng(4).normal(size=(5, 7))
equal(call(airy_otf, plane, 0.7), optics.airy_otf(plane, 0.7), "airy_otf(plane, 0.7)")
equal(call(airy_otf, plane.reshape(5, 1, 7), 1.3), optics.airy_otf(plane, 1.3).reshape(5, 1, 7),
      "airy_otf of three axes")
for unit in (1e-8, 1e8):
    equal(call(airy_otf, plane * unit, unit), optics.airy_otf(plane, 1),
          f"airy_otf with a cutoff of {unit:g}")
close_by = np.array([0.001, 0.99, 0.9999, -0.999])
equal(call(airy_otf, 6 * close_by, 6), optics.airy_otf(close_by, 1), "airy_otf near 0 and fc")
equal(call(airy_otf, np.arange(-4, 5), 2.5), optics.airy_otf(np.arange(-4, 5), 2.5),
      "airy_otf of whole numbers, cutoff 2.5")
past = np.array([0.3, -0.3, np.nextafter(0.3, 1), 0.301, 7, -1e6])
assert np.all(np.asarray(call(airy_otf, past, 0.3)) == 0), (
    "at and beyond the cutoff the result must be exactly 0.")
assert np.shape(call(airy_otf, np.zeros(0), 1)) == (0,), "the shape of f is kept, an empty one too."
radii = (np.arange(20000) + 0.5) / 20000  # the volume under the OTF is the pupil's area, π/4
volume = np.mean(2 * np.pi * radii * np.asarray(call(airy_otf, 5 * radii, 5)))
equal(volume, np.pi / 4, "volume under airy_otf", atol=1e-6)
### END HIDDEN TESTS

# %% [markdown]
# ### Does the spot agree?
#
# Your function came from overlapping discs, the spot from waves. The OTF must be the Fourier
# transform of the PSF, which `np.fft.fft2` computes for all frequencies at once:

# %% slide="subslide" title="Beyond the cutoff: exactly nothing" figure="cutoff"
lens_fc, spot_size = 0.25, 255  # cycles per pixel, pixels
airy_spot = optics.airy_psf(lens_fc, spot_size)
spot_otf = np.abs(np.fft.fft2(np.fft.ifftshift(airy_spot)))[0, : spot_size // 2 + 1]
spot_f = np.fft.rfftfreq(spot_size)
formula = optics.airy_otf(spot_f, lens_fc)
at_half = optics.airy_otf(0.5, 1)
fig, ax = figure(size=(6.5, 3.4))
ax.plot(spot_f / lens_fc, formula, label="overlap of two discs")
ax.plot(spot_f[::3] / lens_fc, spot_otf[::3], "o", markersize=4,
        label="Fourier transform of the spot")
ax.plot(0.5, at_half, "s", color="black")
ax.annotate(f"  {at_half:.3f}", (0.5, at_half), va="bottom")
ax.set(xlabel="frequency (units of the cutoff fc)", ylabel="transfer factor")
ax.legend(fontsize=9)
show(fig, alt=f"The transfer function falls from 1, almost straight, through {at_half:.3f} at half "
              "the cutoff to zero at the cutoff and stays zero. Dots from the spot lie on it.")

# %%
inside = np.abs(spot_otf - formula)[spot_f < lens_fc].max()
beyond = spot_otf[spot_f > 1.05 * lens_fc].max()
print(f"OTF at half the cutoff: {at_half:.4f}")
print(f"spot against formula: at most {inside:.4f} off below the cutoff, {beyond:.0e} left beyond")

# %% [markdown]
# The lens weakens *all* detail, long before the cutoff. Beyond the cutoff *nothing* arrives: what is
# printed there comes from cutting the spot off. No exposure time brings it back.

# %% [markdown] slide="notes"
# The curve is the overlap of the two discs, the dots are the spot's: two ways to one answer. Stress
# "weakened" against "gone": lesson {deconvolution} is about the first, lesson {information_limit} about the second. Five minutes.

# %% [markdown]
# ### Two stars
#
# Two equal stars count as resolved if they are at least as far apart as a spot's centre and its first dark
# ring, the **Rayleigh criterion**: $d = 1.2197/f_c = 0.61\,\lambda/\mathrm{NA}$.
#
# **Predict.** At that distance, how bright is the middle between the two stars, as a share of the
# brightness at a star? 1 means no dip at all, 0 means black.

# %%
from course_lib.notebook.predictions import predict, reveal

dip = None  # replace None by a number from 0 to 1
predict("image_formation.dip", dip, between=(0, 1))

# %%
rayleigh = optics.rayleigh_separation(cutoff=1)
middle, star = optics.two_point_profile(np.array([0, rayleigh / 2]), rayleigh, cutoff=1)
print(f"Rayleigh's distance: {rayleigh:.4f}/fc")
reveal("image_formation.dip", middle / star, label="brightness midway, star = 1")

# %% slide="subslide" title="Rayleigh's distance, and closer"
position = np.linspace(-1.6, 1.6, 400)
fig, axes = figure(1, 2, size=(7.5, 3), sharey=True)
distances = {"Rayleigh": rayleigh, "closer": 0.7}
for ax, (name, d) in zip(axes, distances.items(), strict=True):
    ax.plot(position, optics.two_point_profile(position, d, 1), label="two stars")
    ax.plot(position, optics.two_point_profile(position, 0, 1), "--", label="one, twice as bright")
    ax.set(title=f"{name}: {d:.4f}/fc", xlabel="position (units of 1/fc)")
axes[0].set_ylabel("brightness (one star = 1)")
axes[0].legend(fontsize=8, loc="lower center")
show(fig, alt="Brightness across two stars. At Rayleigh's distance two humps with a dip to "
              f"{middle / star:.3f}; closer, one hump, lower and wider than one star's.")

# %% [markdown]
# Closer together, the dip vanishes. But the hump on the right is *not* that of one star.

# %%
for d in (rayleigh, 0.7, 0.3):
    two_stars, one_star = (optics.two_point_profile(position, apart, 1) for apart in (d, 0))
    difference = np.abs(two_stars - one_star).max() / one_star.max()
    print(f"d = {d:.4f}/fc: OTF at f = 1/d {optics.airy_otf(1 / d, 1):.4f}; "
          f"two differ from one by up to {difference:.3f} of the peak")

# %% [markdown]
# At Rayleigh's distance, stripes of period $d$ still pass with 0.0892 of their contrast. If $d$ is less than
# $1/f_c$, they don't. But the light of two stars is
# spread over *all* frequencies, and in those below the cutoff two differ from one. Who *knows* that there
# are one star or two equal ones can tell: that knowledge is an assumption. So Rayleigh's is a
# **criterion**, an agreement on when an eye sees a dip. Without assumptions, the limit is the cutoff; below it
# everything is there, weak, and noise decides what it is worth.

# %% [markdown] slide="notes"
# Ask: is this a limit? Let the criterion die on the printed numbers, and name what replaces it: a
# zero of the OTF, and noise. Mention that the assumption "two equal points" did the work. Four
# minutes.

# %% [markdown]
# ### Blur by Fourier transform
#
# So transform picture and spot, multiply, transform back. The picture then counts as **periodic**:
# what leaves on the right comes back on the left. As found in many a script:

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
# The picture has moved by half its width: `fft2` takes index 0 for the origin, but the spot sits in
# the *middle* of its array. `np.fft.ifftshift` moves the middle, index `n // 2`, to index 0 on each
# axis. The opposite move, `np.fft.fftshift`, differs from it for odd `n`.

# %% [markdown]
# ## Exercise 2: blur
#
# Write `blur(x, psf)`: the periodic convolution of `x` with `psf`. `x` has shape `(..., H, W)` and
# holds numbers of any sign and size; only the last two axes are transformed. `psf` has shape
# `(H, W)`, its centre at index `(H // 2, W // 2)`; its values may have any sign and sum, and it
# needn't be symmetric. Return a real array of the shape of `x`, good to nine digits of its largest
# value. The library's `Blur` is off limits.

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
})
odd_scene = np.random.default_rng(5).normal(size=(5, 7))  # signed: a blur is linear
lopsided = np.random.default_rng(6).normal(size=(5, 7))
direct = sum(np.roll(odd_scene, (i - 2, j - 3), (0, 1)) * lopsided[i, j]
             for i in range(5) for j in range(7))
correlated = sum(np.roll(odd_scene, (2 - i, 3 - j), (0, 1)) * lopsided[i, j]
                 for i in range(5) for j in range(7))
no_phase = np.fft.ifft2(np.fft.fft2(odd_scene) * np.abs(np.fft.fft2(lopsided))).real
equal(call(blur, odd_scene, lopsided), direct, "blur on 5 × 7 pixels", mistakes={
    "np.abs loses the sign of negative values; at the end take the real part (.real).":
        np.abs(direct),
    "negative values became 0.": np.maximum(direct, 0),
    "only the magnitude of the OTF was used; its phase says where the light goes.": no_phase,
    "all is off by one pixel on odd sizes: ifftshift moves the centre to index 0, fftshift moves "
    "index 0 to the centre.": np.roll(direct, (-1, -1), (0, 1)),
    "the psf is mirrored: this is a correlation (a conjugated OTF).": correlated,
    "the psf was divided by its sum; use it as it is given.": direct / lopsided.sum(),
    "the picture slides: move the psf's centre to index 0 before the transform, on both axes.":
        np.roll(direct, (2, 3), (0, 1)),
    "the picture slides up or down: move the psf's centre on both axes.":
        np.roll(direct, (2, 0), (0, 1)),
})

# %% test="blur_treats_a_batch_picture_by_picture" points=1
batch = np.random.default_rng(7).normal(size=(2, 3, 6, 8))
spot_6_8 = np.random.default_rng(8).random((6, 8))
blurred_batch = Blur(spot_6_8)(batch)
equal(call(blur, batch, spot_6_8), blurred_batch, "blur(batch, psf)", mistakes={
    "you shifted the batch axes, too: shift the psf, or give axes=(-2, -1).":
        np.fft.ifftshift(blurred_batch, axes=(0, 1)),
})
### BEGIN HIDDEN TESTS
# hint: odd, even and single pixels, whole numbers, tiny and huge values, psfs of any sign and sum.
nothing = np.zeros((6, 8))
nothing[3, 4] = 1
equal(call(blur, batch, nothing), batch, "blur with a one-pixel psf")
total = np.sum(call(blur, batch, spot_6_8), axis=(-2, -1))
equal(total, batch.sum(axis=(-2, -1)) * spot_6_8.sum(), "total light after blur", atol=1e-8)
for height, width, *front in ((9, 6, 4), (6, 9, 3), (8, 5), (4, 4, 2, 1, 3), (1, 1), (1, 7, 2)):
    draws = np.random.default_rng(25 + height)
    any_spot = draws.normal(size=(height, width))
    wide = draws.normal(size=(*front, height, width))
    equal(call(blur, wide, any_spot), Blur(any_spot)(wide), f"blur of shape {wide.shape}")
    equal(1e8 * np.asarray(call(blur, 1e-8 * wide, any_spot)), Blur(any_spot)(wide),
          f"1e8 * blur(1e-8 * x, psf), shape {wide.shape}")
    equal(np.asarray(call(blur, 1e8 * wide, 1e-3 * any_spot)) / 1e5, Blur(any_spot)(wide),
          f"blur(1e8 * x, 1e-3 * psf) / 1e5, shape {wide.shape}")
whole_x = np.random.default_rng(32).integers(-9, 256, (3, 5, 6))
whole_spot = np.random.default_rng(33).integers(0, 5, (5, 6))
equal(call(blur, whole_x, whole_spot), Blur(whole_spot * 1.0)(whole_x * 1.0),
      "blur of whole numbers", atol=1e-6)
no_sum = spot_6_8 - spot_6_8.mean()
equal(call(blur, batch, no_sum), Blur(no_sum)(batch), "blur with a psf whose sum is 0")
### END HIDDEN TESTS

# %% [markdown]
# *A good place to stop.*

# %% [markdown] only="slides" slide="slide"
# ## The pixel
#
# It **averages** over its square: fine stripes get weaker.
#
# Then it **samples**: the finest come back as coarse ones.

# %% [markdown]
# ## 3. The pixel
#
# A pixel **averages** the light that falls on its square, and it **samples**: it reports one number.
# Averaging weakens fine stripes. Sampling makes the finest of them look like coarse ones.
#
# **Predict.** Stripes of 0.4 cycles per fine pixel are averaged in pairs ($s = 2$). What amplitude
# has the cosine that comes out, if 1 went in?

# %%
amplitude = None  # replace None by a number from 0 to 1
predict("image_formation.alias", amplitude, between=(0, 1))

# %%
fine_stripes = np.cos(2 * np.pi * 0.4 * (np.arange(40) + 0.5))[None]
pairs = Downsample((1, 2))(fine_stripes)
spectrum = 2 * np.abs(np.fft.rfft(pairs[0])) / pairs.size
strongest = spectrum.argmax()
print(f"out comes {strongest / pairs.size:.1f} cycles per new pixel, "
      f"amplitude {spectrum[strongest]:.4f}")
reveal("image_formation.alias", spectrum[strongest], label="amplitude after averaging by 2")

# %% slide="subslide" title="A fast wave comes back as a slow one"
t = np.linspace(0, 20, 1000)
# The minus: the new pixels' centres lie at half-integers, so the lost cycle swaps light and dark.
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
# A wave of 0.4 cycles per fine pixel has 0.8 cycles per *new* pixel, but samples one pixel apart
# can't show more than half a cycle each, the **Nyquist frequency**. What is above folds back: 0.8
# looks exactly like 1 − 0.8 = 0.2 (here with light and dark exchanged). That is **aliasing**. Nothing in the numbers tells false
# stripes from true ones.
#
# The amplitude is what the average let through: the pixel's **modulation transfer function** (MTF),
# for a mean over $s$ fine pixels $|\sin \pi f s\,/\,(s \sin \pi f)|$. Does it keep out what would
# fold? Per *new* pixel, Nyquist is at 0.5:

# %% slide="subslide" title="What lies beyond half a cycle folds back"
all_f = np.linspace(0, 0.5, 501)
fig, ax = figure(size=(6.5, 3.4))
for width in (2, 4, 8):
    ax.plot(all_f * width, optics.pixel_mtf(all_f, width), label=f"mean over s = {width}")
ax.axvspan(0.5, 2, color="#EEEEEE")
ax.text(0.9, 0.9, "folds back", ha="center", va="center")
ax.set(xlabel="frequency (cycles per new pixel)", ylabel="transfer factor", xlim=(0, 2))
ax.legend(fontsize=9)
show(fig, alt="Transfer of block means against frequency: 1 at zero, about two thirds at the "
              "Nyquist frequency of half a cycle per pixel, zero at one cycle, low bumps beyond. "
              "All beyond half a cycle is shaded: it folds back.")

# %%
for width in (2, 4, 8):
    print(f"s = {width}: gain at the new Nyquist frequency "
          f"{optics.pixel_mtf(1 / (2 * width), width):.4f}")
print(f"a true square pixel: 2/π = {2 / np.pi:.4f}")

# %% [markdown]
# An **anti-alias filter** removes, before sampling, what would fold. A pixel is a poor one: at the
# frequency where folding begins, two thirds still pass. What filters properly is the *lens*, if its
# cutoff is at or below Nyquist. From here on, $S$ is the block mean.

# %% [markdown] deeper=true
# Three ways to shrink stripes that are too fine:

# %% deeper=true
wave_f = 0.4  # cycles per fine pixel, 1.6 per new pixel: too fine
# Try: 0.05 and 0.2
wave = np.cos(2 * np.pi * wave_f * np.arange(40))[None]
quiet_lens = Blur.from_otf(lambda f: optics.airy_otf(f, cutoff=1 / 8))
ways = {
    "every 4th pixel": wave[:, ::4],
    "mean over 4": Downsample((1, 4))(wave),
    "lens with fc = 1/8, mean over 4": Downsample((1, 4))(quiet_lens(wave)),
}
for way, y in ways.items():
    print(f"{way:32} stripes of rms {np.sqrt(np.mean(y**2)):.4f}")

# %% [markdown] deeper=true
# The popular `x[::4]` lets *everything* fold. The block mean, which is what a sensor does, is better
# and isn't clean.
#
# And on the wall? The next cell splits it in two: all that 25 × 25 pixels can show, the frequencies
# below their Nyquist, and the rest. It shrinks each part alone. What comes out of the first is true
# detail, what comes out of the rest is false.

# %% deeper=true slide="subslide" title="Lost detail, false detail" figure="false_detail"
wall, block = images.load("brick")[:, :250, :250], 10
frequencies = np.abs(np.fft.fftfreq(250))[:, None], np.fft.rfftfreq(250)
below_nyquist = np.maximum(*frequencies) < 1 / (2 * block)
coarse = Blur.from_otf(below_nyquist)(wall)  # all that 25 × 25 pixels can show
soft_lens = Blur.from_otf(lambda f: optics.airy_otf(f, cutoff=1 / (2 * block)))
shrinkers = {"every 10th pixel": lambda x: x[:, ::block, ::block], "block mean": Downsample(block),
             "lens, block mean": Downsample(block) @ soft_lens}
for way, S in shrinkers.items():
    true, false = S(coarse).std() / coarse.std(), S(wall - coarse).std() / coarse.std()
    print(f"{way:17} true detail {100 * true:3.0f} %, false detail {100 * false:3.0f} %")
show_images({"scene": wall} | {way: S(wall) for way, S in shrinkers.items()}, limits=(0, 0.6),
            alt="A brick wall with pale joints. Keeping every 10th pixel loses most joints and "
                "breaks others into dashes; block means keep them; a lens first makes them soft.")

# %% [markdown] deeper=true
# Both in percent of the contrast (standard deviation) that 25 × 25 pixels could show. Keeping every
# tenth pixel gives more false detail than true. The lens cleans up and pays with softness. There is
# no free choice.

# %% [markdown] slide="notes"
# Ask where the audience has seen this: wheels that turn backwards, moiré on shirts. Stress that
# aliased detail is not lost but false, and that no test on y alone can find it. Six minutes.

# %% [markdown] deeper=true
# ### Where is a pixel?
#
# A pixel is a square, not a point. Fine pixel $i$ has its centre at $i + ½$, and the block of $s$
# that becomes new pixel $j$ has its middle at $s\,j + s/2$. A ramp shows who respects that: let fine
# pixel $i$ have the value $i$. Then new pixel $j$ must read $s\,j + s/2 - ½ = s\,j + (s-1)/2$.

# %% deeper=true slide="subslide" title="Half a pixel off, and nobody notices"
from scipy.ndimage import zoom

ramp = np.arange(64.0)[None]
new = np.arange(16)
right_place = 4 * new + 1.5
readings = {"block mean": Downsample((1, 4))(ramp)[0], "x[::4]": ramp[0, ::4],
            "scipy zoom, default": zoom(ramp[0], 1 / 4, order=1)}
fig, ax = figure(size=(6.5, 3.2))
for (way, y), marker in zip(readings.items(), "os^", strict=True):
    off = y - right_place
    ax.plot(new, off, marker, markersize=5, label=way)
    print(f"{way:20} off by {off.min():+.1f} to {off.max():+.1f} fine pixels")
ax.set(xlabel="new pixel j", ylabel="off by (fine pixels)", ylim=(-2, 2.9))
ax.legend(fontsize=9, loc="upper center", ncols=3)
show(fig, alt="Position error along a line of 16 new pixels: zero for block means, minus 1.5 fine "
              "pixels throughout for every fourth pixel, and from minus 1.5 to plus 1.5 for zoom.")

# %% [markdown] deeper=true
# `x[::4]` reads the corner: everything sits 1.5 pixels off. `zoom` by default lines up the *centres
# of the outermost* pixels, so its picture is stretched (`grid_mode=True` mends the places, not the
# aliasing). Nobody sees such an error in one picture. Subtract two pictures, or compare a
# reconstruction with the truth, and every edge lights up.

# %% [markdown] deeper=true
# ### Exercise 3: shrink a picture file
#
# Write `shrink(codes, s)`. `codes` is a picture as it comes from a file: sRGB codes from 0 to 1,
# shape `(..., H, W)`, for instance `(3, H, W)` with three colours that stay apart. Return the codes
# of the picture that a camera with `s` times larger pixels would have recorded: shape
# `(..., H/s, W/s)`, each new pixel the mean *light* of its block. Use `optics.srgb_decode` and
# `optics.srgb_encode`; the library's `Downsample` is off limits. Raise `ValueError` unless `s`
# divides both `H` and `W`.

# %% deeper=true solution="shrink" rebuilds="imaging.operators.Downsample"
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


# %% deeper=true test="shrink_averages_light" points=1
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
    "a power of 2.2 is not the rule of sRGB: use optics.srgb_decode and optics.srgb_encode.":
        Downsample(3)(file_codes**2.2) ** (1 / 2.2),
    "you kept one corner pixel of each block: no averaging, so fine detail aliases.":
        file_codes[::3, ::3],
    "you kept the middle pixel of each block: without averaging fine detail aliases.":
        file_codes[1::3, 1::3],
})
chess = np.add.outer(np.arange(8), np.arange(8)) % 2.0
equal(call(shrink, chess, 2), np.full((4, 4), 0.7354), "shrink(checkerboard, 2)", atol=1e-4)
stack = np.random.default_rng(30).random((2, 3, 6, 12))
stack_light = Downsample(3)(optics.srgb_decode(stack))
equal(call(shrink, stack, 3), optics.srgb_encode(stack_light), "shrink of shape (2, 3, 6, 12)",
      mistakes={"the colours were averaged together; they stay apart.":
                optics.srgb_encode(np.repeat(stack_light.mean(1, keepdims=True), 3, axis=1))})
refuses(shrink, file_codes, 5, because="5 divides neither 6 nor 12, and cropping loses pixels")
refuses(shrink, file_codes, 4, because="4 divides 12 but not 6")

# %% deeper=true test="shrink_keeps_places_and_filters" points=2
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
equal(false_rms, 0.5 * optics.pixel_mtf(0.4, 4) / 2**0.5, "rms of aliased stripes", atol=1e-6)
### BEGIN HIDDEN TESTS
# hint: colours and batches, other block sizes up to the whole picture, whole and dark codes, s = 1.
pile = np.random.default_rng(10).random((2, 3, 8, 12))
equal(call(shrink, pile, 1), pile, "shrink(codes, 1)")
for front, height, width, by in (((), 10, 15, 5), ((3,), 12, 18, 6), ((3,), 16, 8, 8),
                                 ((1, 3), 14, 7, 7), ((2,), 20, 20, 20), ((4, 1, 3), 4, 8, 2)):
    for brightest in (1, 0.05, 1e-4):
        lit = brightest * np.random.default_rng(by).random((*front, height, width))
        wanted = optics.srgb_encode(Downsample(by)(optics.srgb_decode(lit)))
        equal(call(shrink, lit, by), wanted, f"shrink of shape {lit.shape}, s = {by}",
              atol=1e-9 * brightest)
halves = (np.random.default_rng(34).random((3, 6, 9)) < 0.5).astype(int)  # whole numbers: 0 and 1
wanted = optics.srgb_encode(Downsample(3)(halves * 1.0))
equal(call(shrink, halves, 3), wanted, "shrink of whole codes, 0 and 1")
equal(call(shrink, np.ones((3, 4, 4)), 2), np.ones((3, 2, 2)), "shrink of a white picture")
for shape, by, because in (((2, 3, 8, 12), 3, "3 divides 12 but not 8"),
                           ((2, 3, 8, 12), 8, "8 divides 8 but not 12"),
                           ((3, 6, 4), 6, "6 divides 6 but not 4"),
                           ((3, 4, 6), 12, "12 divides neither 4 nor 6"),
                           ((9, 8), 6, "6 divides neither 9 nor 8, though 36 divides 9 × 8"),
                           ((5, 7), 2, "2 divides neither 5 nor 7")):
    refuses(shrink, np.full(shape, 0.5), by, because=because)
### END HIDDEN TESTS

# %% [markdown] slide="slide"
# ## 4. Operators and their adjoints
#
# Lens and pixels together are one operator, `A = Downsample @ Blur`. On a line of twelve pixels it
# is small enough to look at as a matrix.

# %% [markdown] slide="notes"
# One line of twelve pixels and blocks of three make the camera small enough for the board. Ask for
# the shape of the matrix before you show it (4 rows, 12 columns). One minute.

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
# A row of $A$ says from where one measured pixel gets its light, a column says which measured
# pixels one scene pixel lights up. Exchange rows and columns and you have the **adjoint**
# $A^\mathsf{T}$, in code `A.T`: it hands every measured value back to all scene pixels that
# contributed, with the same weights. It isn't the inverse, but fitting needs it: the
# gradient of $\tfrac12\|Ax - y\|^2$ is $A^\mathsf{T}(Ax - y)$. In code it is a second program; the
# law that catches its bugs needs one random scene and one random measurement (⟨·, ·⟩ adds up the products of all pixels):
#
# $$\langle A x,\, y\rangle = \langle x,\, A^\mathsf{T} y\rangle .$$

# %%
def mismatch(forward, transpose, x, y):
    """Return |⟨Ax, y⟩ − ⟨x, Aᵀy⟩| / (‖Ax‖ ‖y‖): rounding (about 1e-16) if it is the adjoint."""
    ax = forward(x)
    gap = abs(np.vdot(ax, y) - np.vdot(x, transpose(y)))
    return gap / (np.linalg.norm(ax) * np.linalg.norm(y))


pair_rng = np.random.default_rng(0)
test_x, test_y = pair_rng.random((160, 160)), pair_rng.random((40, 40))
print("A and A.T agree to 12 digits:", mismatch(A, A.T, test_x, test_y) < 1e-12)
print(f"forget the lens on the way back: {mismatch(A, pixels.T, test_x, test_y):.0e}")

# %% [markdown] deeper=true
# Below are six pairs "operator, somebody's adjoint":
#
# 1. a symmetric spot with periodic borders, and the same blur again;
# 2. the same with **replicated borders** (outside the picture, the edge pixel is repeated);
# 3. a lopsided spot with periodic borders, and the same blur again;
# 4. block mean, and repeating each value $s \times s$ times;
# 5. block mean, and repeating, divided by $s^2$;
# 6. the library's `A`, and its `A.T`.
#
# **Predict.** How many of the six pass the dot-product test at $10^{-12}$?

# %% deeper=true
how_many_pass = None  # replace None by a number from 0 to 6
predict("image_formation.adjoints", how_many_pass, between=(0, 6))

# %% deeper=true
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

# %% deeper=true slide="subslide" title="Which of six pairs are adjoints?"
gaps, pair_rng = {}, np.random.default_rng(0)
for name, (forward, transpose) in pairs_tried.items():
    test_x = pair_rng.random((24, 32))
    test_y = pair_rng.random(np.shape(forward(test_x)))
    gaps[name] = max(mismatch(forward, transpose, test_x, test_y), 1e-17)
fig, ax = figure(size=(7.5, 3.2))
ax.plot(list(gaps.values()), list(gaps), "o", markersize=10)
ax.axvline(1e-12, color="black", linestyle=":")
ax.set(xscale="log", xlim=(1e-18, 100),
       xlabel="relative mismatch (dotted: the test's 10⁻¹²)\nexact zeros are drawn at 10⁻¹⁷")
ax.invert_yaxis()
passed = sum(gap <= 1e-12 for gap in gaps.values())
show(fig, alt=f"Mismatch of six pairs, dots on a log axis. {passed} pairs, 1, 5 and 6, are at "
              "rounding level. Numbers 2, 3 and 4 lie far beyond the dotted line at 1e-12.")

# %% deeper=true
for name, gap in gaps.items():
    print(f"{name:34}", "adjoint" if gap <= 1e-12 else f"NOT an adjoint, mismatch {gap:.0e}")
reveal("image_formation.adjoints", passed, label="pairs that pass")

# %% [markdown] deeper=true
# Number 4 forgets that the mean *divides* by $s^2$. Number 3 convolves where it should
# **correlate**: light that went right must come back left. A convolution has the matrix
# $A_{ij} = h_{i-j}$, so its adjoint has $h_{j-i}$ in that place. Number 2 is the treacherous one: a
# replicated edge pixel counts many times in the blurred picture, and blurring again doesn't give it
# that credit.

# %% [markdown]
# ### How to find an adjoint
#
# Turn each step of the camera round, last step first: $(AB)^\mathsf{T} = B^\mathsf{T}A^\mathsf{T}$.
#
# | step | its adjoint |
# |---|---|
# | mean over $s \times s$ pixels | give each of the pixels $y/s^2$ |
# | `convolve2d(x, h, mode="valid")`: where `h` fits in | `correlate2d(y, h, mode="full")`: $h_{j-i}$ for $h_{i-j}$ |
# | copy one value to several places | add up what comes back from those places |
# | cut away some values | put zeros where they were |

# %% [markdown] deeper=true
# *Which blurs are self-adjoint?* With a spot that is the same when turned by half a turn: periodic
# and zero borders at any width. A mirror that repeats the edge pixel, the library's `"reflect"`,
# needs a spot that is symmetric along *each* axis, as a round one is. For such spots replicated
# borders are, too, up to 3 pixels wide, for there replication *is* that mirror.

# %% [markdown]
# ## Exercise 4: the adjoint of a camera
#
# Here is a camera with **replicated borders** (outside the picture, the edge pixel is repeated), made of
# three steps. `x` is one channel, shape `(H, W)`;
# `psf` is square with an odd number of pixels, 3 × 3 or more, its values of any sign.

# %% readonly="camera"
from scipy.signal import convolve2d, correlate2d


def camera(x, psf, s):
    """Pad by replication, convolve, average s × s pixels: (H, W) → (H/s, W/s)."""
    p = len(psf) // 2
    padded = np.pad(x, p, mode="edge")
    blurred = convolve2d(padded, psf, mode="valid")
    return Downsample(s)(blurred)


# %% [markdown]
# Padding is the third line of the table. On three pixels, padded by one on either side:

# %%
padding = np.array([np.pad(e, 1, mode="edge") for e in np.eye(3)]).T
# Try: a padding of 2, or five pixels instead of three
print(padding.astype(int))
print("its adjoint, applied to 1, 2, 3, …:", padding.T @ np.arange(1, len(padding) + 1))

# %% [markdown]
# The outer values are *added* to their neighbours: 1 + 2, 3, 4 + 5. On a picture do so with rows,
# then with columns.
#
# Write `camera_adjoint(y, psf, s)`, the adjoint of `camera` for the same `psf` and `s`, for every
# `psf` and `y` that the camera allows: `y` has shape `(h, w)`, down to a single pixel, which the padding may exceed, and the
# result shape `(h·s, w·s)`. The tests ask for $10^{-12}$. The library's `.T`, of any operator, is off limits.

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
measured = np.random.default_rng(11).random((4, 5))
kernel_5 = np.random.default_rng(12).normal(size=(5, 5)) / 5
points_of_light = np.eye(80).reshape(80, 8, 10)
sides, ends, rim = ((0, 0), (2, 2)), ((2, 2), (0, 0)), ((1, 1), (1, 1))
paddings = {
    "edge": lambda x: np.pad(x, 2, mode="edge"),
    "cut off": lambda x: np.pad(x, 2),
    "opposite": lambda x: np.pad(x, 2, mode="wrap"),
    "mirror": lambda x: np.pad(x, 2, mode="symmetric"),
    "nearest": lambda x: np.pad(np.pad(x, rim, mode="edge"), rim),
    "no corners": lambda x: (np.pad(np.pad(x, ends, mode="edge"), sides) - np.pad(x, 2)
                             + np.pad(np.pad(x, sides, mode="edge"), ends)),
}
matrices_of = {name: np.array([Downsample(2)(convolve2d(pad(e), kernel_5, mode="valid"))
                               for e in points_of_light]) for name, pad in paddings.items()}
back = {name: np.tensordot(each, measured).reshape(8, 10) for name, each in matrices_of.items()}
convolved = np.tensordot([camera(e, kernel_5[::-1, ::-1], 2) for e in points_of_light],
                         measured).reshape(8, 10)
spread_out = np.pad(np.kron(measured, np.ones((2, 2))) / 4, 2, mode="edge")
equal(call(camera_adjoint, measured, kernel_5, 2), back["edge"],
      "camera_adjoint(y, psf, 2)", mistakes={
    "it is s² = 4 times too large: the block mean divides by s², so must its adjoint.":
        4 * back["edge"],
    "it is s = 2 times too large: a block has s² pixels, not s.": 2 * back["edge"],
    "the psf is the wrong way round: the adjoint of a convolution is a correlation.": convolved,
    "what fell on the padding was cut off; its adjoint adds it to the edge.":
        back["cut off"],
    "the corners of the padding are lost: fold the rows first, then the columns of the result.":
        back["no corners"],
    "only the nearest row of the padding was added; all p of them are copies of the edge.":
        back["nearest"],
    "you replicate the border again; the adjoint adds the padding back to the edge.":
        correlate2d(spread_out, kernel_5, mode="valid"),
    "this is the camera's blur again: with replicated borders it is not self-adjoint, and "
    "convolution must become correlation.": convolve2d(spread_out, kernel_5, mode="valid"),
    "the padding was folded to the opposite side, as periodic borders would.": back["opposite"],
    "the padding was folded like a mirror, row by row; replication copied one row only, the edge.":
        back["mirror"],
}, atol=1e-12)
### BEGIN HIDDEN TESTS
# hint: other sizes of picture, block and spot, down to a single pixel; whole numbers.
for size, factor, shape in ((3, 3, (2, 3)), (7, 1, (1, 1)), (5, 4, (1, 2)), (9, 2, (3, 1)),
                            (3, 1, (4, 3)), (5, 1, (1, 6))):
    draws = np.random.default_rng(100 * size + factor)
    any_kernel, any_y = draws.normal(size=(size, size)), draws.integers(-9, 10, shape)
    fine = shape[0] * factor, shape[1] * factor
    basis = np.eye(fine[0] * fine[1]).reshape(-1, *fine)
    wanted = np.tensordot([camera(e, any_kernel, factor) for e in basis], any_y).reshape(fine)
    equal(call(camera_adjoint, any_y, any_kernel, factor), wanted,
          f"camera_adjoint of {shape[0]} × {shape[1]} values, {size} × {size} psf, s = {factor}",
          atol=1e-10)
### END HIDDEN TESTS

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
# hint: s = 1, small and large spots, tiny values; a camera that leaves a flat scene flat keeps Σ y.
kernel_7 = optics.gaussian_psf(1.2, 7) * np.linspace(0.5, 1.5, 7)
for factor, scene_shape in ((1, (11, 9)), (2, (10, 16)), (4, (8, 12)), (5, (15, 5))):
    lit = np.random.default_rng(15).normal(size=scene_shape)
    told = np.random.default_rng(16).normal(size=(scene_shape[0] // factor,
                                                  scene_shape[1] // factor))
    for unit in (1, 1e-8, 1e8):
        adjoint(lambda x, factor=factor: camera(x, kernel_7, factor),
                lambda y, factor=factor: camera_adjoint(y, kernel_7, factor),
                lit, unit * told, f"camera_adjoint(·, psf, {factor})")
kernel_3 = np.random.default_rng(31).random((3, 3))
kept = np.sum(call(camera_adjoint, measured, kernel_3 / kernel_3.sum(), 4))
equal(kept, measured.sum(), "sum of camera_adjoint(y, psf, 4)", atol=1e-10)
### END HIDDEN TESTS

# %% [markdown] slide="notes"
# The audience need not code this. Let them guess which pairs pass, then show the dots. One
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
# Light arrives in grains. If a pixel detects $N$ photons on average, one exposure gives a Poisson
# number: mean $N$, variance $N$. So we must say how many photons white is worth. Here a pixel has half
# of white's light:

# %%
photon_rng, half_light = np.random.default_rng(2), np.full((1, 100_000), 0.5)
right_way = optics.photon_noise(half_light, photons=1000, rng=photon_rng)
wrong_way = photon_rng.poisson(half_light)
for name, y in (("1000 photons for white", right_way), ("Poisson of the value itself", wrong_way)):
    print(f"{name:28} mean {y.mean():.3f}, relative noise {y.std() / y.mean():.3f}")
print(f"1/√500 = {500**-0.5:.3f}")

# %% [markdown]
# The second line is the classic slip: `rng.poisson(x)` claims that a white pixel caught *one* photon.
# In units where white is 1, a reading has mean $x$ and variance $x/\text{photons}$. Real sensors
# add **read noise**: the electronics' own jitter, which doesn't depend on the light. Ours is equally large in all
# pixels; a real sensor's needn't be (Huang and colleagues 2013).

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
# Four times the light: twice the noise, *half* the relative noise. In the dark the read noise rules.

# %% slide="subslide" title="10, 100, 1000 photons"
few = {f"white = {n} photons": optics.photon_noise(sampled, n, rng=5) for n in (10, 100, 1000)}
show_images({"no noise: S(h * x)": sampled} | few, limits=(0, 0.6),
            alt="The coarse brick wall without noise, then with 10, 100 and 1000 photons for "
                "white: almost lost in grain, grainy, and nearly clean.")

# %% [markdown] deeper=true
# **Predict.** The read noise is worth 4 photons in every exposure. You take one exposure with 1000
# photons for white, or a hundred with 10 photons each, and average them. How many times as noisy as
# the one is the average of the hundred?

# %% deeper=true
times_noisier = None  # replace None by a number from 0.1 to 100
predict("image_formation.hundred_exposures", times_noisier, between=(0.1, 100))


# %% deeper=true
def record(photons, read, seed):
    rng = np.random.default_rng(seed)
    return optics.read_noise(optics.photon_noise(sampled, photons, rng), read / photons, rng)


for read in (0, 4):  # in photons: 4 of 1000 is the 0.004 above
    once = np.std(record(1000, read, seed=0) - sampled)
    hundred = np.mean([record(10, read, seed) for seed in range(100)], axis=0)
    averaged = np.std(hundred - sampled)
    print(f"read noise {read}:  1 × 1000 photons, rms {once:.4f};  "
          f"100 × 10 photons, rms {averaged:.4f}")
reveal("image_formation.hundred_exposures", averaged / once, label="hundred short ones : one long",
       log=True)

# %% [markdown] deeper=true
# While photons rule, a hundred short exposures are worth one long one. But every exposure pays the
# read noise again. And what lens and pixel lose, averaging doesn't bring back.

# %% [markdown] deeper=true
# ### Exercise 5: expose
#
# Write `expose(x, photons, rng)`. `x` is the light on the pixels, any shape, values ≥ 0; white is 1,
# and a lamp may be brighter. `photons` is the mean number of photons at white, any number > 0,
# not only a whole one. Return the recorded picture in units of white: Poisson-distributed counts,
# divided by `photons`. Every value is a draw of its own, from the NumPy generator `rng` and from
# nothing else. Don't clip. The library's `optics.photon_noise` is off limits.

# %% deeper=true solution="expose" rebuilds="imaging.optics.photon_noise"
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


# %% deeper=true test="expose_counts_photons" points=2
gray = np.full((300, 300), 0.5)
shot = np.asarray(call(expose, gray, 1000, np.random.default_rng(17)), dtype=float)
assert shot.shape == (300, 300), f"expose gives shape {shot.shape}; it should be that of x."
average, relative = shot.mean(), shot.std() / max(shot.mean(), 1e-12)
assert not 400 < average < 600, (
    "the result is in photons; divide by `photons`, so that white is 1 again.")
assert not 1.2 < relative < 1.6, (
    f"the relative noise is {relative:.2f}; with 500 photons it should be 0.045. Poisson of values "
    "between 0 and 1 says one photon for white: multiply by `photons` first, divide after.")
equal(average, 0.5, "mean at x = 0.5, 1000 photons", atol=4e-4)
assert relative > 0, "there is no noise in the result: draw from rng.poisson."
whole = np.abs(shot * 1000 - np.round(shot * 1000)).max()
assert whole < 1e-3, (
    "readings aren't whole photons: times `photons` they should be the counts that rng.poisson "
    "draws.")
equal(relative, 500**-0.5, "relative noise at x = 0.5, 1000 photons", atol=0.0006)
steps = np.tile(np.linspace(0.1, 0.9, 9), (2000, 1))
shot_steps = np.asarray(call(expose, steps, 500, np.random.default_rng(28)), dtype=float)
assert shot_steps.shape == (2000, 9), f"expose gives shape {shot_steps.shape}, not that of x."
equal(shot_steps.mean(axis=0), steps[0], "mean readings where x rises from 0.1 to 0.9", mistakes={
    "every pixel gets the mean light of the picture; each has its own light, x.": np.full(9, 0.5),
}, atol=0.006)

# %% deeper=true test="expose_noise_follows_the_light" points=1
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
        f"no reading is above {value}: photons sometimes come in larger numbers than on average. "
        + ("Don't clip." if shot_patch.std() > 0 else f"At x = {value} there is no noise at all."))
    standard_error = (value / white / 90000) ** 0.5
    equal(shot_patch.mean(), value, f"mean at x = {value}, {white} photons",
          atol=5 * standard_error)
    times = shot_patch.var() * white / value  # its standard error: √(2 + 1/N) / √90000
    assert abs(times - 1) < 5 * (2 + 1 / (value * white)) ** 0.5 / 300, (
        f"at x = {value} and {white} photons the variance is {times:.3f} times x/photons, "
        "not once: the noise depends on the light.")
### BEGIN HIDDEN TESTS
# hint: darkness, lamps brighter than white, broken numbers of photons, any shape, one draw a value.
from scipy.stats import poisson

equal(call(expose, np.zeros((3, 4, 5)), 50, np.random.default_rng(21)), np.zeros((3, 4, 5)),
      "expose(zeros, 50, rng)")
generator = np.random.default_rng(23)
first, second = (np.asarray(call(expose, gray, 70, generator), dtype=float) for _ in range(2))
assert np.abs(first - second).max() > 0, (
    "two exposures with one generator are equal: draw from the `rng` that is given.")
for shape in ((1,), (1, 1), (0, 4), (2, 3, 1, 5)):
    seen_shape = np.shape(call(expose, np.ones(shape), 3, np.random.default_rng(35)))
    assert seen_shape == shape, f"from shape {shape} comes {seen_shape}: the shape of x is kept."
for value, white in ((0.3, 2.5), (2, 0.4), (1, 9.7), (3, 13.5), (0.5, 90), (1, 1000.0),
                     (4e-8, 1e8), (300, 0.01), (7, 60)):
    many = np.full(400_000, value)
    drawn = np.asarray(call(expose, many, white, np.random.default_rng(36)), dtype=float)
    mean_count, number = value * white, many.size
    label = f"at x = {value:g} and {white:g} photons for white"
    counts_seen = drawn * white
    assert np.abs(counts_seen - np.round(counts_seen)).max() < 0.01, (
        f"{label} the readings times `photons` aren't whole numbers.")
    off = (counts_seen.mean() - mean_count) / (mean_count / number) ** 0.5
    assert abs(off) < 5, (
        f"{label} the mean is {drawn.mean():.4g}, {abs(off):.0f} standard errors from x.")
    off = (counts_seen.var() / mean_count - 1) * (number / (2 + 1 / mean_count)) ** 0.5
    assert abs(off) < 5, (
        f"{label} the variance is {counts_seen.var() / mean_count:.3f} times x/photons, "
        f"{abs(off):.0f} standard errors from once.")
    if mean_count > 20:  # a normal distribution has no skewness, Poisson's is 1/√N
        z = (counts_seen - counts_seen.mean()) / counts_seen.std()
        off = (np.mean(z**3) - mean_count**-0.5) * (number / 6) ** 0.5
        assert abs(off) < 5.5, (
            f"{label} the counts scatter evenly about their mean, as a normal distribution does: "
            "draw them with rng.poisson." if off < 0 else
            f"{label} mean and variance are right, but the counts aren't Poisson-distributed.")
    cuts = np.unique(poisson.ppf(np.linspace(0.05, 0.95, 19), mean_count))
    shares = poisson.cdf(cuts, mean_count)
    below = np.searchsorted(np.sort(np.round(counts_seen)), cuts, side="right") / number
    off = np.abs(below - shares) / np.maximum((shares * (1 - shares) / number) ** 0.5, 1e-9)
    assert off.max() < 5.5, (
        f"{label} mean and variance are right, but the counts aren't Poisson-distributed.")
for shape in ((3, 40, 50, 60), (3, 300, 200), (500, 400)):
    drawn = np.asarray(call(expose, np.full(shape, 0.8), 50, np.random.default_rng(37)), dtype=float)
    for axis, along in enumerate(shape):
        means = drawn.mean(axis=axis)  # of independent draws: 1/along of the variance
        ratio = along * means.var() / (0.8 / 50)
        assert abs(ratio - 1) < 6 * (2.2 / means.size) ** 0.5, (
            f"along axis {axis} of shape {shape} the draws aren't independent: every value needs "
            "a draw of its own.")
whole_light = np.array([[0, 1, 2], [5, 1, 0]])
drawn = np.mean([call(expose, whole_light, 40, np.random.default_rng(k)) for k in range(400)], 0)
equal(drawn, whole_light, "mean of 400 exposures of whole numbers, 40 photons", atol=0.1)
mixed = np.concatenate([np.full(200_000, 0.001), np.full(200_000, 1.5)])
drawn = np.asarray(call(expose, mixed, 200, np.random.default_rng(38)), dtype=float)
for part, value in ((drawn[:200_000], 0.001), (drawn[200_000:], 1.5)):
    off = (part.var() * 200 / value - 1) * (200_000 / (2 + 1 / (value * 200))) ** 0.5
    assert abs(off) < 5, (
        f"beside other light, at x = {value}, the variance is {part.var() * 200 / value:.3f} times "
        "x/photons, not once.")
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
# The right panel is the camera's transfer: lens times pixel. What passes on the right of the dotted
# line, Nyquist, folds back. Find the largest pixels that fold nothing back. That is the design rule:
# pixel size $1/(2 f_c)$ at most; smaller ones show no finer detail, only pass a little better what arrives, and
# get less light each. More light helps against what is weak or noisy, not against what is removed or folded.

# %% [markdown] deeper=true
# ### What each letter loses
#
# | letter | what it does to detail | does more light help? |
# |---|---|---|
# | $h$, below $f_c$ | weakens it, by the OTF | yes: weak, but there |
# | $h$, above $f_c$ | removes it | no |
# | $S$, average | weakens it, by the pixel's MTF | yes, except at its zeros |
# | $S$, sample | folds it on coarser detail | no |
# | $n$, photons | hides the weak | yes, like √photons |
# | $n$, read noise | hides the weak | yes, in one long exposure |

# %% [markdown] slide="notes"
# Let the audience choose the knobs. End with the table: two rows say "no". They are the reason for
# this course. Five minutes.

# %% [markdown]
# ## In your own words
#
# An advertisement says: "Our microscope has a resolution limit of 0.3 µm, the Rayleigh distance.
# Anything closer together *can't* be seen. Except with our new camera: its pixels are half the
# size, so it sees detail twice as fine."
#
# **What is wrong, in five to eight sentences?** (What comes after the eighth isn't read.) Say
#
# 1. what Rayleigh's distance is, with a number from this lesson that shows it;
# 2. which detail the lens really removes, by formula or in cycles per µm for this lens;
# 3. up to which pixel size smaller pixels help, and what they bring beyond that;
# 4. what pixels of half the side do to the noise of one reading, relative to its light, at the same exposure: by what factor, and why.
#
# "Diffraction limits it, and small pixels are noisier" is too vague for any of the four.

# %% [markdown] answer="two_claims" points=4
# ### BEGIN SOLUTION
# *Example.* Both claims are wrong. Rayleigh's distance is a criterion, an agreement on a dip (down
# to 0.735) that an eye can see; stripes with that period still pass the lens with 0.089 of their
# contrast. What the lens doesn't pass are frequencies above its cutoff fc = 2NA/λ, where the OTF is
# zero; for a Rayleigh distance of 0.3 µm that is 1.22/0.3 = 4.1 cycles/µm. Smaller pixels can't
# bring back what the lens has removed. They help until a pixel is 1/(2fc), where Nyquist reaches
# the cutoff: until then they lessen aliasing, beyond that they show nothing new. Half the size
# means a quarter of the photons in each pixel, and so twice the relative noise.
#
# *Rubric, one point each; **½** where one of its two parts is missing. In every criterion a false statement beside a
# right one costs half a point of that criterion, and never another's. Only the first eight sentences count.*
#
# 1. **1:** Rayleigh's distance is a criterion (convention, agreement) or isn't a limit, *and* a
#    number from the lesson about two stars or stripes at it or closer (0.735, 0.089, 0.63,
#    0.27, 0.05). **½:** one of the two.
# 2. **1:** nothing passes above the cutoff, *and* fc = 2NA/λ or its value here, 4.1 cycles/µm (4 is
#    enough) or 0.25 µm as a period. **½:** one of the two.
#    **0:** "diffraction", "the wavelength" or "the OTF" alone.
# 3. **1:** the condition, Nyquist below the cutoff or pixels larger than 1/(2fc) = λ/(4NA), 0.12 µm, *and*
#    that beyond it nothing new is seen ("only until …" says both). **½:** one of the two ("the lens
#    has already removed it" is the second).
# 4. **1:** the relative noise doubles, or the signal-to-noise ratio halves, *and* the reason: each pixel
#    gets a quarter of the photons. **½:** one of the two; fewer photons, without how many, are a reason
#    here. **0:** only "noisier". False: "half the light, so √2".
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
# > Given operator **A** (lens with cutoff fc, pixels of s × s), noise **σ** (Poisson, variance
# > x/photons), **K** = 1 frame and assumptions **P** (none), these components are known:
# > frequencies below fc and below Nyquist that nothing folds onto, to within noise over transfer
# > factor. The rest is open until a **P** is named.

# %% [markdown] deeper=true
# ### What this model leaves out
#
# Our spot is the same all over the picture, and the light has one colour and is incoherent (no
# laser). Real cameras have spots that change towards the corners, a colour mosaic in front of the
# pixels, gaps between them, saturation, and software that sharpens and compresses. And our "scene"
# was itself a picture made of pixels. Each of these makes $A$ longer, not different in kind, except
# for saturation and the software, which aren't linear.

# %% [markdown] deeper=true
# ## Further reading
#
# - J. W. Goodman, *Introduction to Fourier Optics*: the OTF as an overlap of pupils.
# - J. Bechhoefer, "What is superresolution microscopy?", American Journal of Physics 83 (2015):
#   criteria and limits, for students. [doi:10.1119/1.4900756](https://doi.org/10.1119/1.4900756)
# - S. Ram, E. S. Ward, R. J. Ober, "Beyond Rayleigh's criterion", PNAS 103 (2006) 4457: photons
#   decide. [doi:10.1073/pnas.0508047103](https://doi.org/10.1073/pnas.0508047103)
# - C. M. Sparrow, "On Spectroscopic Resolving Power", Astrophysical Journal 44 (1916): another
#   criterion, the distance at which the dip vanishes.
# - A. Foi, M. Trimeche, V. Katkovnik, K. Egiazarian, "Practical Poissonian-Gaussian Noise Modeling
#   and Fitting for Single-Image Raw-Data", IEEE Transactions on Image Processing 17 (2008) 1737:
#   real sensors. [doi:10.1109/TIP.2008.2001399](https://doi.org/10.1109/TIP.2008.2001399)
# - F. Huang et al., Nature Methods 10 (2013) 653: read noise that differs from pixel to pixel.
#   [doi:10.1038/nmeth.2488](https://doi.org/10.1038/nmeth.2488)
# - J. F. Claerbout, *Earth Soundings Analysis: Processing versus Inversion* (1992): the dot-product
#   test, from people who live by adjoints.
