# ---
# jupyter:
#   course: {points: 5, reads: [images]}
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
# - *show* that different sharp pictures leave exactly the same pixels;
# - *say* what an "enhanced" picture must have got from somewhere else.
#
# {minutes} minutes. You need some NumPy. **Shift + Enter** runs a cell.

# %% slide="subslide" title="Sixteen pixels. What is it?" figure="sixteen_pixels"
from course_lib.notebook.figures import show_images
from course_lib.worlds import ladybirds

sixteen = ladybirds.sixteen_pixels()
show_images({"What the camera kept": sixteen},
            alt="Four by four coloured squares: green around the rim, dark reddish in the middle.")

# %% [markdown]
# Sixteen squares, three numbers each: red, green, blue.
#
# **Commit first.** Write down what you think it is. It is never graded.

# %%
from course_lib.notebook.predictions import predict

what_i_see = None  # replace None by a few words, in quotes
predict("enhance.what_i_see", what_i_see)

# %% [markdown]
# ## The world these pixels come from
#
# The picture shows a ladybird on a leaf. Ours come in two forms, a **pale form** with dark spots and a
# **dark form** with red or orange patches on black. A small program draws them, so we always know what
# really was there.

# %% slide="subslide" title="Two forms: pale and dark" figure="two_forms"
pale = ladybirds.render(ladybirds.sample(5, share=0, seed=1))  # share: of the dark form
dark = ladybirds.render(ladybirds.sample(5, share=1, seed=1))
show_images({f"pale {i + 1}": x for i, x in enumerate(pale)}
            | {f"dark {i + 1}": x for i, x in enumerate(dark)},
            alt="Ten drawn ladybirds on leaves. Upper row: the pale form, orange to red with "
                "dark spots. Lower row: the dark form, black with red or orange spots.")

# %% [markdown]
# **Predict.** Both forms are equally frequent, and each pixel is known to within a noise of
# σ = 0.05 (white is 1). How probable is it, in percent, that the sixteen pixels above show the
# *dark* form? 50 means no idea. Lesson {hallucination_measured} scores your number.

# %%
percent_dark = None  # replace None by a number from 0 to 100
predict("enhance.percent_dark", percent_dark, between=(0, 100))

# %% [markdown] slide="notes"
# Ask the room for a show of hands: dark or pale? Then for a number. Write the range on the board; it
# comes back in lesson {hallucination_measured}. Two minutes.

# %% [markdown]
# ## What "enhance" promises
#
# A detective looks at a blurred photograph, says "enhance", and a machine shows the culprit. Call it
# the **folk theory** of pictures: the detail is *in there*, and a good enough machine gets it *out*.
#
# In June 2020 it met a real tool, PULSE, which turns a tiny picture of a face into a large sharp
# one. Somebody gave it a pixelated photograph of Barack Obama, and a face came back that viewers read as
# white. PULSE's authors wrote that its faces are imaginary. How much of such a picture was measured, and how much made up?
# This course asks for numbers, of beetles, brick walls and the sky.

# %% [markdown] only="slides" slide="slide"
# ## The folk theory
#
# *"The detail is in there. A good enough machine gets it out."*
#
# June 2020: of a Black president's tiny photograph PULSE made a sharp face that viewers read as white.
#
# **What was measured? What was made up?**

# %% [markdown] slide="notes"
# State the 2020 case soberly: no picture of it is needed. The course replaces the faces by ladybirds,
# because with ladybirds we know the truth. Three minutes.

# %% [markdown]
# ## How a picture shrinks
#
# The simplest model of a coarse camera is the **block mean**: cut the picture into blocks of
# $s \times s$ pixels and keep the mean of each. The library calls it `Downsample`.

# %%
from course_lib.imaging.operators import Downsample

shrink = Downsample(16)
beetle = dark[1].astype(float)
show_images({"64 × 64": beetle, "4 × 4": shrink(beetle)},
            alt="A dark ladybird and the same picture as 4 × 4 squares of its mean colours.")

# %% [markdown]
# **Predict.** Somebody knows the small picture exactly. What percentage of the sharp picture's
# numbers is still free?

# %%
percent_free = None  # replace None by a number from 0 to 100
predict("enhance.percent_free", percent_free, between=(0, 100))

# %%
from course_lib.notebook.predictions import reveal

free = beetle.size - shrink(beetle).size
print(f"{beetle.size:,} numbers, {shrink(beetle).size} equations: {free:,} numbers are free")
reveal("enhance.percent_free", 100 * free / beetle.size, label="numbers still free", unit="%")

# %% [markdown]
# Each measured number is one equation: "the mean of these 256 values is so much". Lesson
# {information_limit} names the freedom that they leave the *null space*.

# %% [markdown]
# ## Which sharp picture was it?
#
# Take a sharp picture, and add to each block, evenly, the light that its pixel lacks. What comes out
# has *our* sixteen pixels. A search found four beetles that hardly change by it.

# %%
def with_these_pixels(picture, pixels, s=16):
    """Return `picture`, lighter or darker block by block, so that it shrinks to `pixels`."""
    missing = pixels - Downsample(s)(picture)
    return picture + missing.repeat(s, axis=-2).repeat(s, axis=-1)


# %% slide="subslide" title="Four animals, the same sixteen pixels" figure="look_alikes"
candidates = ladybirds.render(ladybirds.look_alikes()).astype(float)
lookalikes = [with_these_pixels(x, sixteen) for x in candidates]
show_images({"sixteen pixels": sixteen}
            | {f"candidate {i + 1}": x for i, x in enumerate(lookalikes)},
            alt="The sixteen pixels, and four sharp ladybirds: two pale, two dark, all different.")

# %%
import numpy as np

for number, (x, before) in enumerate(zip(lookalikes, candidates, strict=True), start=1):
    gap, change = np.abs(shrink(x) - sixteen).max(), np.abs(x - before).max()
    print(f"candidate {number}: off our sixteen pixels by {gap:.1g}, adjusted by {change:.4f}, "
          f"darkest {x.min():.4f}, brightest {x.max():.4f}")

# %% [markdown]
# Four animals, pale and dark, their light between 0 and 1. Their sixteen pixels agree to
# the last digits that the computer keeps. "Which of the four was it?" has no answer in the pixels. (It
# was a fifth.) A machine that shows you one of them has decided for you.

# %% [markdown] only="slides" slide="slide"
# ## Four beetles, one measurement
#
# Each of the next pictures shrinks to *exactly* the same sixteen pixels.
#
# Which one was it? **The pixels can't say.**

# %% [markdown] slide="notes"
# Go back to the vote: show the pale and the dark candidates. Nobody in the room could have known. Then
# show the tomato. Four minutes.

# %% [markdown]
# ## The equations don't even ask for a ladybird
#
# A tomato, too, can be adjusted to our pixels.

# %% slide="subslide" title="A tomato fits, too"
from course_lib.worlds import sprites

tomato = with_these_pixels(sprites.tomato().astype(float), sixteen)
show_images({"a tomato": tomato, "its sixteen pixels": shrink(tomato), "ours": sixteen},
            limits=(0, 1),
            alt="A blotchy tomato beside two identical four by four pictures.")

# %%
print(f"largest difference {np.abs(shrink(tomato) - sixteen).max():.1g}; "
      f"darkest {tomato.min():.2f}, brightest {tomato.max():.2f}")

# %% [markdown]
# Its darkest value would be negative light. You *reject* it: not by the sixteen
# pixels, which fit, but by what you know of tomatoes and of light. That knowledge is an
# **assumption**. Whether some tomato of possible light has our pixels, this doesn't show.

# %% [markdown] deeper=true
# ## A real picture
#
# The same holds for pictures that nobody drew. This is a piece of Hubble's eXtreme Deep Field: galaxies,
# billions of light-years away. Inside each block of 4 × 4 pixels, shuffle the pixels at random. The
# mean of a block doesn't care about the order.

# %% deeper=true slide="subslide" title="The sky and its shuffled twin"
from course_lib.worlds import images

sky = images.load("hubble")[:, :128, :128]
blocks = sky.reshape(3, 32, 4, 32, 4).swapaxes(2, 3).reshape(3, 32, 32, 16)
order = np.random.default_rng(0).permuted(np.tile(np.arange(16), (32, 32, 1)), axis=-1)
shuffled = np.take_along_axis(blocks, order[None], axis=-1)
shuffled = shuffled.reshape(3, 32, 32, 4, 4).swapaxes(2, 3).reshape(3, 128, 128)
fourth = Downsample(4)
show_images({"the sky": sky, "its shuffled twin": shuffled,
             "the sky, shrunk": fourth(sky), "the twin, shrunk": fourth(shuffled)},
            limits=(0, 0.5),
            alt="A field of galaxies, a grainy copy of it, and two small pictures that are equal.")

# %% deeper=true
rms = np.sqrt(np.mean((sky - shuffled) ** 2)) / np.sqrt(np.mean((sky - sky.mean()) ** 2))
print(f"the two scenes differ by {100 * rms:.0f} % of the sky's own variation; "
      f"their small versions by {np.abs(fourth(sky) - fourth(shuffled)).max():.0e}")

# %% [markdown] deeper=true
# The bundled picture is an 8-bit, processed one, decoded to linear light: numbers proportional to
# light energy. Here it only plays the scene. Lesson {image_formation} says why "linear" matters.

# %% [markdown]
# ## Exercise 1: shrink it yourself
#
# `downsample(x, s)` takes a picture `x` of shape `(..., H, W)`: the last
# two axes are rows and columns, whatever stands before them (colours, a batch) stays apart. The
# values may be whole or broken, of any sign and size. It returns the mean of each block of `s` ×
# `s` pixels, shape `(..., H/s, W/s)`, to nine digits, and raises `ValueError` unless `s` divides
# both `H` and `W`. The library's `Downsample` is off limits.
#
# *How exercises work.* Replace the line that raises `NotImplementedError`; the folded cell below
# tests your code. Hidden tests try other inputs: write what the text says.

# %% solution="downsample" rebuilds="imaging.operators.Downsample"
def downsample(x, s):
    """Return the means of the s × s blocks of a picture.

    Parameters
    ----------
    x : array, shape (..., H, W)
        Picture in linear light.
    s : int
        Block size in pixels; must divide H and W.

    Returns
    -------
    array, shape (..., H/s, W/s)

    Raises
    ------
    ValueError
        Unless s divides both H and W.
    """
    ### BEGIN SOLUTION
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError(f"s is {s}; it must divide {height} and {width}")
    return x.reshape(*front, height // s, s, width // s, s).mean(axis=(-3, -1))
    ### END SOLUTION


# %% test="downsample_takes_block_means" points=1
from course_lib.notebook.checks import call, equal, refuses

squares = (np.arange(72.0) * 29 % 73).reshape(6, 12) ** 2
means = np.array([[squares[3 * i : 3 * i + 3, 3 * j : 3 * j + 3].mean() for j in range(4)]
                  for i in range(2)])
equal(call(downsample, squares, 3), means, "downsample(squares, 3)", mistakes={
    "you picked one pixel of each block (as x[::s, ::s] does); the mean of all s² is wanted.":
        squares[::3, ::3],
    "you picked the middle pixel of each block; the mean of all s² is wanted.":
        squares[1::3, 1::3],
    "these are sums; divide by the number of pixels in a block, s².": 9 * means,
    "it is s times too large: a block has s² pixels.": 3 * means,
    "it is s² times too small.": means / 9,
    "the blocks are mixed up: reshape to (H/s, s, W/s, s) first, then average over both s axes.":
        squares.reshape(2, 4, 3, 3).mean(axis=(2, 3)),
    "this is the median of each block; the mean is wanted, for light adds up.":
        np.median(squares.reshape(2, 3, 4, 3).swapaxes(1, 2).reshape(2, 4, 9), axis=-1),
})
refuses(downsample, squares, 5, because="5 divides neither 6 nor 12")
refuses(downsample, squares, 4, because="4 divides 12 but not 6")

# %% test="downsample_leaves_leading_axes_alone" points=1
batch = np.random.default_rng(3).random((2, 3, 8, 12))
small = call(downsample, batch, 4)
assert np.shape(small) == (2, 3, 2, 3), (
    f"downsample(batch, 4) has shape {np.shape(small)}; from (2, 3, 8, 12) comes (2, 3, 2, 3): "
    "only the last two axes shrink.")
picture_by_picture = [[Downsample(4)(channel) for channel in picture] for picture in batch]
equal(small, picture_by_picture, "downsample(batch, 4)", mistakes={
    "colours or pictures were averaged together; only the last two axes are pixels.":
        np.broadcast_to(np.mean(picture_by_picture, axis=(0, 1)), (2, 3, 2, 3)),
    "the colours were averaged together; they stay apart.":
        np.repeat(np.mean(picture_by_picture, axis=1, keepdims=True), 3, axis=1),
})
### BEGIN HIDDEN TESTS
# hint: colours, batches, single pixels, whole numbers, any sign and size, s = 1 and the largest s.
equal(call(downsample, batch, 1), batch, "downsample(batch, 1)")
for front, height, width, by in (((), 6, 4, 2), ((3,), 10, 15, 5), ((3,), 12, 18, 6),
                                 ((4, 1, 3), 14, 7, 7), ((2,), 20, 20, 20), ((), 1, 1, 1),
                                 ((3,), 16, 8, 8)):
    values = np.random.default_rng(by).normal(size=(*front, height, width))
    blocks_of = values.reshape(*front, height // by, by, width // by, by)
    wanted = np.einsum("...aibj->...ab", blocks_of) / by**2
    for unit in (1, 1e-8, 1e8):
        equal(np.asarray(call(downsample, unit * values, by)) / unit, wanted,
              f"downsample of shape {values.shape}, s = {by}, values of size {unit:g}")
    whole = np.round(100 * values).astype(int)
    equal(call(downsample, whole, by),
          np.einsum("...aibj->...ab", 1.0 * whole.reshape(blocks_of.shape)) / by**2,
          f"downsample of whole numbers, shape {whole.shape}, s = {by}")
for shape, by, because in (((2, 3, 8, 12), 3, "3 divides 12 but not 8"),
                           ((2, 3, 8, 12), 8, "8 divides 8 but not 12"),
                           ((3, 6, 4), 6, "6 divides 6 but not 4"),
                           ((9, 8), 6, "6 divides neither 9 nor 8, though 36 divides 9 × 8"),
                           ((3, 4, 6), 12, "12 divides neither 4 nor 6")):
    refuses(downsample, np.ones(shape), by, because=because)
### END HIDDEN TESTS

# %% [markdown] deeper=true
# ## Exercise 2: can the camera tell them apart?
#
# Write `indistinguishable(a, b, s, tol)`: `True` if the two pictures, shrunk by `s`, differ *nowhere*
# by more than `tol`, otherwise `False`. Both have the same shape `(..., H, W)`, values and `tol` ≥ 0
# have any size. Use the library's `Downsample(s)(a)`.

# %% deeper=true solution="indistinguishable"
def indistinguishable(a, b, s, tol=1e-12):
    """Say whether two pictures have the same low-resolution version.

    Parameters
    ----------
    a, b : array, shape (..., H, W)
        Pictures in linear light.
    s : int
        Block size in pixels.
    tol : float
        Largest difference allowed between the two low-resolution versions.

    Returns
    -------
    bool
    """
    ### BEGIN SOLUTION
    difference = Downsample(s)(a) - Downsample(s)(b)
    return bool(np.abs(difference).max() <= tol)
    ### END SOLUTION


# %% deeper=true test="indistinguishable_compares_every_pixel" points=1
flat = np.full((1, 8, 8), 0.5)
checker = flat + 0.5 * (-1.0) ** np.add.outer(np.arange(8), np.arange(8))


def nudged(*steps):
    """The flat picture with steps added to corner pixels, 4 times what the small pixel shows."""
    x = flat.copy()
    for corner, step in zip(((0, 0), (0, 7), (7, 0), (7, 7)), steps, strict=False):
        x[0][corner] += 4 * step
    return x


def must_say(expected, why, *arguments):
    """Fail with the reason `why` unless `indistinguishable` says what is expected."""
    said = call(indistinguishable, *arguments)
    assert isinstance(said, bool | np.bool_), (
        f"indistinguishable returns {type(said).__name__}; it should return True or False.")
    assert said == expected, f"indistinguishable says {bool(said)}, but {why}"


must_say(True, "a checkerboard shrinks to even gray: compare the small pictures, not the sharp "
         "ones.", checker, flat, 2)
must_say(False, "one small pixel differs by 0.0025: every pixel counts, so take the largest "
         "difference.", nudged(0.0025), flat, 2)
must_say(False, "one small pixel is darker by 0.0025: take absolute differences.",
         nudged(-0.0025), flat, 2)
must_say(False, "one small pixel is lighter and one darker: compare every small pixel; their mean "
         "hides it.", nudged(0.0025, -0.0025), flat, 2)
must_say(True, "four small pixels differ by 0.0025 each and `tol` is 0.003: the caller's `tol` "
         "decides, about the largest single difference.",
         nudged(0.0025, 0.0025, 0.0025, 0.0025), flat, 2, 0.003)
must_say(False, "one small pixel differs by 0.0025 and `tol` is 0.001: the caller's `tol` decides, "
         "about the largest difference, not the mean.", nudged(0.0025), flat, 2, 0.001)
### BEGIN HIDDEN TESTS
# hint: s, colours, batches, places, values and tolerances of any size; a difference of tol is allowed.
must_say(False, "one small pixel differs by 1e-6 and `tol` is 1e-12: np.allclose and np.isclose add "
         "a relative tolerance of their own (rtol).", nudged(1e-6), flat, 2)
must_say(False, "one small pixel differs by 1e-11, and without `tol` 1e-12 is meant.",
         nudged(1e-11), flat, 2)
must_say(True, "one small pixel differs by 1e-13, and without `tol` 1e-12 is meant.",
         nudged(1e-13), flat, 2)
must_say(True, "identical pictures differ by 0, and 0 is not more than a `tol` of 0.",
         flat, flat, 2, 0)
must_say(True, "a difference of exactly `tol` is not more than `tol`.",
         flat, flat + 0.25, 2, 0.25)
must_say(True, "the checkerboard has even blocks at s = 4, too.", checker, flat, 4)
must_say(False, "at s = 1 nothing is averaged and the checkerboard shows: the block size `s` "
         "matters.", checker, flat, 1)
colours = np.random.default_rng(8).random((2, 3, 8, 8))
must_say(True, "pictures equal themselves.", colours, colours.copy(), 4)
for place in ((0, 0, 0, 0), (1, 2, 5, 5), (0, 1, 7, 2), (1, 0, 2, 7)):
    for unit in (1, 1e-8, 1e8):
        for step in (0.1, -0.1):
            other = colours.copy()
            other[place] += 16 * step
            must_say(False, f"one value of a small picture differs by {step * unit:g} and `tol` is "
                     f"{0.09 * unit:g}.", unit * colours, unit * other, 4, 0.09 * unit)
            must_say(True, f"one value of a small picture differs by {step * unit:g} and `tol` is "
                     f"{0.11 * unit:g}.", unit * colours, unit * other, 4, 0.11 * unit)
must_say(False, "the same small values stand in other places: compare place by place.",
         colours, colours[..., ::-1, :], 4, 1e-3)
must_say(False, "two pictures of a batch were exchanged.", colours, colours[::-1], 4, 1e-3)
must_say(True, "a large `tol` allows large differences: it is absolute.",
         1e6 * colours, -1e6 * colours, 4, 3e6)
must_say(True, "one channel of two axes is a picture, too.", checker[0], flat[0], 8)
large = np.kron(colours[0, 0], np.ones((4, 4)))  # 32 × 32 pixels
within = large.reshape(2, 16, 2, 16)[:, ::-1, :, ::-1].reshape(32, 32)  # each quarter turned round
must_say(True, "at s = 16 it doesn't matter what is where in a block.", large, within, 16)
must_say(False, "at s = 8 the parts of each larger block changed places: use the caller's `s`.",
         large, within, 8, 1e-3)
### END HIDDEN TESTS

# %% deeper=true
print(indistinguishable(lookalikes[0], lookalikes[3], 16),
      indistinguishable(lookalikes[0], lookalikes[3], 8))

# %% [markdown] deeper=true
# With four times as many pixels, `s = 8`, the same two differ: a limit belongs to a *camera*, not to a
# picture.

# %% [markdown] slide="subslide"
# ## Everything in between
#
# Fade from one such picture to another: every step has those pixels, too.

# %% [markdown] slide="notes"
# Ask how many pictures have these sixteen pixels, then show the next slide. One minute.

# %% slide="subslide" title="The scene changes, the pixels don't"
from course_lib.notebook.explorers.enhance import sixteen_pixels

sixteen_pixels(lookalikes, sixteen)

# %% [markdown]
# Move the slider: you walk along lines through the freedom that the camera left.

# %% [markdown]
# ## In your own words
#
# A machine turns our sixteen pixels into a sharp ladybird of the dark form. A friend says: "See, it
# *was* a dark one, the machine got the detail out." **Answer in three to five sentences:**
#
# 1. what do the pixels determine?
# 2. what in this lesson shows that they don't determine the rest?
# 3. where did the machine's detail come from?
# 4. what would you count, look up or try before you believe it: about other pictures with these pixels, the machine's
#    examples, pixels whose beetle you know, or a second photograph?
#
# Too vague: "rough colours", "it was invented", "check whether it is reliable".

# %% [markdown] answer="answer_your_friend" points=2
# ### BEGIN SOLUTION
# *Example.* The pixels fix 48 numbers, the mean colours of sixteen blocks, and any sharp picture with
# these means fits them equally well. We built four, two pale and two dark, and a tomato. So the legs
# and spots in the machine's picture were not in the pixels; they came from the pictures of ladybirds
# that it had learned from. I would ask which other pictures it could have drawn from the same pixels,
# and how often it is right about beetles whose form is known.
#
# *Rubric, half a point each, all or nothing. In every criterion a false statement beside a right one costs
# that half point, and never another's.*
#
# 1. says what is determined: the mean of each block, the colours of the sixteen squares, or 48
#    numbers. "The rough colours" is not enough. False: "they show that it is dark".
# 2. names something of the lesson that shows it: the four beetles, the tomato, the slider, the sky's twin, or
#    the numbers left free ("99.6 % stay free" is enough).
# 3. says that the detail comes from outside this picture: from pictures learned from, or from an
#    assumption that was built in. "It was invented" or "from the algorithm" alone is not enough.
#    False: "a better machine could find it in the pixels".
# 4. names something that can be done: other answers to the same pixels, what the training pictures
#    show, more pixels, a second photograph, its error rate or how often it is right where the truth
#    is known. "Whether it is good, reliable, to be trusted" is not enough.
# ### END SOLUTION

# %% [markdown]
# ## Hand it in
#
# **Save**, **restart and run all** (menu *Kernel*), **validate** (button above). In a class, hand in
# the file `work/{folder}/{folder}.ipynb`.

# %% [markdown] only="slides" slide="slide"
# ## What you can now say, and what you can't
#
# Of 12,288 numbers, **48** were measured. The rest is open, and four animals prove it.
#
# Which is *likely*? That takes a stated assumption, **P**.

# %% [markdown]
# ## What you can now say, and what you can't
#
# You can't say yet which of the free pictures are *likely*. That takes a stated assumption, and the
# course fills in this sentence:
#
# > Given operator **A** (here: block means, 64 → 4), noise **σ** (here none; 0.05 where you gave a
# > percentage), **K** frames (one) and assumptions **P** (here: none yet), these components are
# > known: 48 of 12,288. The rest is open; whoever draws it draws it from some **P**.

# %% [markdown] slide="notes"
# Close with the sentence; it returns in each lesson with other entries. One minute.

# %% [markdown] deeper=true
# ## Further reading
#
# - S. Menon, A. Damian, S. Hu, N. Ravi, C. Rudin, "PULSE: Self-Supervised Photo Upsampling via Latent Space Exploration of
#   Generative Models", CVPR 2020. [doi:10.1109/CVPR42600.2020.00251](https://doi.org/10.1109/CVPR42600.2020.00251)
# - "There Is No (Real Life) Use Case for Face Super Resolution", June 2020
#   ([zentralwerkstatt.org/post_PULSE.html](https://zentralwerkstatt.org/post_PULSE.html)): the article this course grew from.
#   Lesson {information_limit} tests its claim of a "hard" limit, lesson {use_and_misuse} its title.
