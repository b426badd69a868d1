# ---
# jupyter:
#   course: {title: "The limits of super-resolution", minutes: 90, short: 20}
# ---

# %% [markdown] slide="slide" minutes=10 short=1
# # The limits of super‑resolution
#
# **What did the camera keep, and who invented the rest?**

# %% [markdown] slide="notes"
# **Before you begin:** paper and a pen at every seat; a board or flip chart for the room's numbers. `S` opens these notes in
# a window of their own, `O` the overview, `F` full screen, `B` blackens the screen.
#
# **Say:** "For an hour and a half one question: if a machine makes a small picture sharp, what of it did the camera see? We
# shall measure it, on beetles, walls and stones. No face is shown; at the end you will know why none is needed."
#
# One minute.

# %% [markdown] slide="notes" short=True
# **Before you begin:** paper and a pen at every seat, a board for the room's numbers. `S` opens these notes in a window of their own, `F` is
# full screen, `B` blackens it. Twenty minutes leave no time for what isn't written here: keep the formulas for later.
#
# **Say:** "One question: if a machine makes a small picture sharp, what of it did the camera see, and what did somebody add? We ask it of
# beetles. No face is shown, and none is needed."
#
# One minute.

# %% [markdown] slide="subslide" use="enhance.sixteen_pixels" short=1.5
# ## Sixteen pixels. What is it?

# %% [markdown] slide="notes"
# **Ask:** "What is in this picture?" Take five answers (flower, traffic light, beetle …) and write them down. Nobody is wrong:
# sixteen squares, three numbers each, is all that reached the file.
#
# **Say:** "I will help you, as no camera would: it shows a ladybird."
#
# Two minutes.

# %% [markdown] slide="notes" short=True
# **Ask:** "What is in this picture?" Take four answers. Nobody is wrong: sixteen squares, three numbers each, is all that reached the file.
#
# **Say:** "I will help you, as no camera would: it shows a ladybird."
#
# A minute and a half.

# %% [markdown] slide="subslide" use="enhance.two_forms" activity="predict" short=2
# ## Predict: pale or dark?
#
# How probable is *dark*, in percent? Write it down.

# %% [markdown] slide="notes"
# **Activity: predict.** "In our world ladybirds come in two forms, equally frequent: pale with dark spots, dark with red or orange
# patches. Go back to the sixteen pixels in your mind (press ← if they want to see them). How probable is it, in percent, that they
# show a dark one? 100 is certainly dark, 50 is no idea. Write a number; don't say it." Then collect: hands up for below 30, 30 to 70,
# above 70; then the smallest and the largest number. Write them on the board and **leave them there** until section 7, the map.
#
# **Answer (keep it for section 7):** 66 percent (lesson {hallucination_measured}: 0.660 ± 0.007; equal shares, each pixel known to within a noise of .05).
# So neither certainty is right, and 50 isn't either: the pixels do say something.
#
# Three minutes.

# %% [markdown] slide="notes" short=True
# **Activity: predict.** "Our ladybirds come in two forms, equally frequent: pale with dark spots, dark with red or orange patches. How
# probable is it, in percent, that the sixteen pixels show a dark one? 100 is certainly dark, 50 is no idea. Write a number; don't say it."
# Then hands for below 30, 30 to 70, above 70. Write the counts on the board and leave them there.
#
# **Answer (keep it for the last slide but one):** 66 percent.
#
# Two minutes.

# %% [markdown] slide="subslide" use="enhance.look_alikes" short=1.5
# ## Four animals, the same sixteen pixels

# %% [markdown] slide="notes"
# **Say:** "All four shrink to *exactly* our sixteen pixels, to the last digit that the computer keeps. Two are pale, two are dark."
# **Point** from left to right: the pixels, then each animal.
#
# **Ask:** "Which one was it?" **Answer:** the pixels can't say. (It was none of the four; it was a fifth, and which form that has stays
# untold: you are asked for a probability, not for luck.) The sharp picture has 12,288 numbers, the small one 48: on this grid, 12,240 are free.
#
# **If asked** how four can fit exactly: near look-alikes, each adjusted by half a percent of white at most.
#
# Two minutes.

# %% [markdown] slide="notes" short=True
# **Say:** "All four shrink to *exactly* our sixteen pixels, to the last digit that the computer keeps. Two are pale, two are dark."
#
# **Ask:** "Which one was it?" **Answer:** the pixels can't say. The sharp picture has 12,288 numbers, the small one 48: on this grid 12,240 are
# free. Whoever shows you one sharp picture has chosen them.
#
# A minute and a half.

# %% [markdown] slide="subslide"
# ## The folk theory
#
# *"The detail is in there. A good enough machine gets it out."*
#
# June 2020: of a Black president's tiny photograph PULSE made a sharp face that viewers read as white.

# %% [markdown] slide="notes"
# **Say**, soberly, without a picture: "Films have taught us this sentence. In June 2020 it met a real tool, PULSE, by Menon and
# colleagues. People gave it pixelated photographs, and for well-known people of colour it gave faces that viewers read as white. A public
# argument followed: the data, the algorithm, the purpose? Within days the authors wrote on their page that these are imaginary faces,
# and that bias "is likely inherited from the dataset"; a section of the paper and a model card followed. We ask with beetles what can be asked with
# beetles, because of a beetle we know the truth."
# **Don't** show the pictures of 2020, and don't laugh at anybody.
#
# Two minutes. (Section so far: ten.)

# %% [markdown] slide="slide" use="image_formation.three_steps" minutes=8
# ## What a camera keeps
#
# $$y = S(h * x) + n$$

# %% [markdown] slide="notes"
# **Point** from left to right while you read the equation: the scene $x$; the lens spreads each point into a spot $h$; the pixels average
# and sample, $S$; the light comes in grains, $n$.
#
# **Ask:** "Which step loses most?" Let them disagree; the next slides take the steps one by one.
#
# Two minutes.

# %% [markdown] slide="subslide" use="image_formation.cutoff"
# ## The lens: beyond the cutoff, exactly nothing

# %% [markdown] slide="notes"
# **Point** at the curve: fine stripes are to the right. At half the cutoff 39 % of the contrast arrives. At the cutoff and beyond it is
# zero: not weak, *zero*. A longer exposure multiplies zero.
#
# **Ask:** "So is blur a loss?" **Answer:** left of the cutoff it weakens, and can be undone at the price of noise; right of it nothing
# is left to undo.
#
# Two minutes.

# %% [markdown] slide="subslide" use="image_formation.false_detail"
# ## The pixel: lost detail, false detail

# %% [markdown] slide="notes"
# **Point** at "every 10th pixel": joints are broken into dashes. That is no loss but a *lie*: fine detail came back as coarse. Its false
# detail is larger than its true (122 % against 100 %). A sensor's pixel averages (block mean): 48 % false, 85 % true. A soft lens first:
# none false, and 30 % of the true detail left. (Percent of the detail that 25 × 25 pixels can show.)
#
# **Ask:** "Where have you seen this?" (Wheels that turn backwards, moiré on a shirt.) **Say:** "Nothing in the recorded picture tells
# which stripes are false."
#
# Three minutes.

# %% [markdown] slide="subslide"
# ## Four ways to lose detail
#
# *weakened* · *removed* · *falsified* · *hidden*
#
# More light helps against the first and the last.
#
# **Against the middle two it does nothing.**

# %% [markdown] slide="notes"
# **Ask** for one example each: a soft photograph (weakened by the lens), print too fine for the lens (removed), moiré (falsified by the
# pixels), a night picture (hidden in noise).
#
# **Say:** "The two that light can't cure are the subject of the next section."
#
# One minute.

# %% [markdown] slide="slide" use="information_limit.twins" minutes=12
# ## The limit: three scenes, one recorded picture

# %% [markdown] slide="notes"
# **Ask first:** "This is the back of an eye. Which of the three is the patient's?" Let them choose.
#
# **Answer:** the first. The fine lines across the second come from a ruled page with handwriting; the third hides a brick wall. One camera, a lens
# and pixels of 4 × 4, records all three as **the same** 24 × 24 numbers, at the right. No noise is involved.
#
# Three minutes.

# %% [markdown] slide="subslide"
# ## Null space: what is never asked
#
# $$A\,d = 0$$
#
# The scene changes by $d$, the measurement doesn't.
#
# Block means of 4 × 4: **240 of 256** directions.

# %% [markdown] slide="notes"
# **Say:** "A camera asks a list of questions about the scene. What isn't on the list has no answer." A block of 4 × 4 pixels has sixteen
# values, its mean is one: fifteen of sixteen directions are free, $1 - 1/s^2$ with $s = 4$. (16 × 16 pixels: 256 numbers, 16 measured.)
#
# **Ask:** "Does a better sensor help, same pixels, no noise?" **Answer:** no.
#
# Two minutes.

# %% [markdown] slide="subslide" use="information_limit.no_trace" short=2
# ## Any picture splits in two

# %% [markdown] slide="notes"
# **Point**: gravel $x$; its measured part, flat squares; the null part, all edges and texture. Then the two pictures at the right: what
# the camera records of either. Of the first all there is, of the second an even grey. "That part of a sharp picture leaves no trace."
#
# Keep this split in mind: section 7, the map, is made of it.
#
# Two minutes.

# %% [markdown] slide="notes" short=True
# **Say:** "A camera asks a list of questions about a scene. What isn't on the list has no answer; a better sensor with the same pixels doesn't ask
# it either." **Point** at gravel; at its measured part, flat squares; at the rest, all edges and texture. Then at the two pictures on the right: what
# the camera records of either. Of the rest an even grey: it leaves no trace.
#
# **Say:** "That part of any sharpened picture was not seen. Somebody drew it. The question is from what."
#
# Two minutes.

# %% [markdown] slide="subslide" frames="limit"
# ## The other loss: what survives the noise?

# %% [markdown] slide="notes"
# **Move the slider** (click it, then ← and →). To the left more noise, to the right less. **Point** at the four panels: scene; rebuilt
# from what stands above the noise; what is lost; and how strongly each component arrives, with the noise level as a line.
#
# **Ask** before you go to the right end: "What will happen to the number called *null*?" **Answer:** it doesn't budge, 6912 of 9216, at
# any noise. "Lost" shrinks, "null" stays. At σ = .01, where it opens: 1049 components are known and 1255 lost. (A finer camera than
# before, pixels of 2 × 2: three of four directions are null, not fifteen of sixteen.)
#
# Three minutes.

# %% [markdown] slide="subslide" use="information_limit.null_share"
# ## Noise is paid for. Null is not for sale

# %% [markdown] slide="notes"
# **Point** at the orange part: 26 % of this picture's variance, in all four rows. The dark blue part grows from 36 to 74 % as noise falls
# thirtyfold. (Pixels of 4 × 4 again: 94 % of the directions are null and hold a quarter of the variance, for most of it is coarse.)
#
# **Say** the sentence of the course: "Given operator A, noise σ, K frames and assumptions P, *these* components are known. The rest is
# drawn from P, by whoever draws."
#
# Two minutes.

# %% [markdown] slide="slide" use="moving_the_limit.shifted" minutes=10
# ## Who moves the limit? Sixteen exposures

# %% [markdown] slide="notes"
# **Point** at the last two pictures. **Ask:** "Two reconstructions, sixteen exposures each. Which one had more light?" **Answer:**
# neither; same pixels, same light, same noise. The camera of the last one moved by quarters of a pixel between exposures. Its error is
# .25 of the scene's own variation against .59.
#
# **Say:** "The limit moved, honestly: the detail was *measured*. What did we have to know? The shifts. That is P." With wrong shifts the
# picture is wrong, and whether you notice depends on having more frames than you need.
#
# Three minutes.

# %% [markdown] slide="subslide" use="moving_the_limit.points"
# ## A few points of light, exactly

# %% [markdown] slide="notes"
# **Point**: blue is what the lens shows, the circles are the truth, red is what a linear program returns. From 81 numbers it finds 640,
# right to rounding error.
#
# **Ask:** "What was assumed?" **Answer:** *few points, not too close, on this grid, no noise*. Nothing was learned from photographs.
#
# **If asked** how light can be negative: it can't. Either sign is the harder case; that light is positive would help (lesson {moving_the_limit}).
#
# Two minutes.

# %% [markdown] slide="subslide" use="moving_the_limit.beads"
# ## The same program, another scene

# %% [markdown] slide="notes"
# **Say:** "The truth is an even bar. The program makes a string of beads of it, and the data don't object." The beads aren't in the scene:
# they are the assumption, painted over it. Microscopists know this picture.
#
# **Ask:** "What would tell?" **Answer:** another measurement: a better lens, or a sample whose structure is known.
#
# Two minutes.

# %% [markdown] slide="subslide"
# ## Name your P
#
# | what moves the limit | what it assumes |
# |---|---|
# | many frames | the shifts are known |
# | few points | the scene is points |
# | a trained generator | the scene is one it can draw |

# %% [markdown] slide="notes"
# **Ask** for each row: "If this is false, would you notice?" Frames: yes, with frames to spare. Points: sometimes, but not with the bar.
# A generator: that is the rest of the talk.
#
# **Say:** "The first two can be written in one line and in part be checked. The third nobody can write down."
#
# Three minutes. If you are late, this slide can carry the section alone.

# %% [markdown] slide="slide" use="priors_and_best_guesses.four_guesses" minutes=13 activity="vote" short=2
# ## Vote: which guess is best?

# %% [markdown] slide="notes"
# **Activity: vote.** "At the left sixteen noisy pixels. Four reconstructions, A to D; all of them explain the pixels. Which is best?
# Hands up for A, B, C, D." Count and write down. Nearly everybody chooses a sharp one. Ask one voter: "Would you bet on the patches?"
#
# **Answer:** by squared error B, the blurred one: B .0044, C .0069, A .0073, D .0090. The truth is a dark beetle with four orange
# patches; C comes near, none is it. B is the *mean* of everything that could have been there; the others are draws from all that.
#
# Three minutes.

# %% [markdown] slide="notes" short=True
# **Activity: vote.** "At the left sixteen noisy pixels. Four reconstructions, A to D; all of them explain the pixels. Which is best? Hands up for
# A, B, C, D." Count. Nearly everybody chooses a sharp one.
#
# **Answer:** by squared error B, the blurred one: .0044; the sharp ones err by .0069 to .0090. B is the *mean* of everything that could have been
# there, and no possible ladybird. The others are draws from all that. Which is best depends on the question.
#
# Two minutes.

# %% [markdown] slide="subslide"
# ## The only impossible one errs least
#
# | guess | squared error |
# |---|---|
# | **B**, blurred | **.0044** |
# | C, sharp | .0069 |
# | A, sharp | .0073 |
# | D, sharp | .0090 |

# %% [markdown] slide="notes"
# **Point** at the first row and the last: the worst guess has twice the error of the best (2.06). **Say:** "B is no possible ladybird,
# and it is closest. On average it must be so: a draw from all that could be true has twice the error of the mean. Which is best depends
# on the question: least error, or something that could be true?"
#
# **Ask:** "Which one would you print in a newspaper?"
#
# **If asked:** twice is the price of a fair draw, not of every sharp picture; some pay less (lesson {priors_and_best_guesses}).
#
# Two minutes.

# %% [markdown] slide="subslide"
# ## PULSE, in seven lines
#
# ```python
# z = random_start()
# while steps_remain:
#     x = generator(z)             # has seen only ladybirds
#     error = mean((shrink(x) - y)**2)
#     if error <= 0.002:           # it "matches"
#         keep(x)
#     z = downhill(z, error)
# ```

# %% [markdown] slide="notes"
# **Read** it aloud, line by line; $y$ is the small picture. (Simplified: the loss has one more term, and the search lives on a sphere.)
# From here on dark is **rare**: of the pictures that this generator has learned from, 10 % were dark. "Matches" means: 11 of 255 grey
# levels off, on average.
#
# **Ask:** "Where does the legs' position come from?" **Answer:** from the start and the generator; hardly anything in $y$ speaks of legs.
#
# Two minutes.

# %% [markdown] slide="subslide" use="pulse.sixteen_starts" short=2
# ## Sixteen starts, sixteen animals

# %% [markdown] slide="notes"
# **Say:** "One photograph of 8 × 8 pixels, of a pale beetle; sixteen runs. All sixteen match it." **Point:** colour, place and light
# agree, for the pixels all but fix those. Then compare the spots of 2 and 15. **Ask:** "Which one is the beetle in the photograph?"
#
# **Answer:** the question has no answer in the pixels. A seventeenth start would give a seventeenth animal. The choice is a property of
# the random numbers.
#
# **Ask before you press the key:** "Now fifty dark beetles, at 8 × 8 pixels. How many come back dark?" Take guesses.
#
# Three minutes.

# %% [markdown] slide="notes" short=True
# **Say:** "PULSE, of 2020, makes small pictures sharp. It has a generator that can draw only ladybirds, starts at a random one, and changes it until
# its small version matches. Here is one photograph of a pale beetle, 8 × 8 pixels, and sixteen runs. All sixteen match." **Point:** compare the spots
# of 2 and 15.
#
# **Ask:** "Which one is the beetle in the photograph?" **Answer:** a seventeenth start would give a seventeenth animal. The choice is a property of
# the random numbers.
#
# **Ask before you press the key:** "Of the pictures that this generator learned from, one in ten was dark. Fifty dark beetles: how many come back
# dark?" Take guesses.
#
# Two minutes.

# %% [markdown] slide="subslide" short=2
# ## Dark beetles rarely come back dark
#
# | photographed | came back in that form |
# |---|---|
# | 50 pale | 50 |
# | 50 dark | **3** |
#
# 8 × 8 pixels; all hundred searches "succeeded".

# %% [markdown] slide="notes"
# **Answer:** three, 6 percent. Of fifty pale ones all come back pale. And the pixels did know: a classifier that reads 8 × 8 pixels, even
# with noise, names the wrong form in less than 1 percent. All hundred searches "succeeded". **Equal success is not equal treatment.**
#
# **Say** before anyone does: "Beetles stand for a statistical structure here, not for people. And why they come back pale is not yet
# settled: that is section 8." (With fifty beetles, three means 2 to 16 percent.)
#
# Three minutes.

# %% [markdown] slide="notes" short=True
# **Answer:** three. Of fifty pale ones all come back pale. And the pixels did know: a classifier that reads them names the wrong form in less than
# 1 percent. All hundred searches "succeeded". **Equal success is not equal treatment.**
#
# **Say** before anyone does: "Beetles stand for a statistical structure here, not for people. In June 2020 people gave PULSE pixelated photographs of
# well-known people of colour, and faces came back that viewers read as white. Its authors wrote within days that these are imaginary faces. How
# much of this is data, generator or search takes a longer talk."
#
# Two minutes.

# %% [markdown] slide="slide" draw="strangers" minutes=6
# ## A tomato in, a ladybird out

# %% [markdown] slide="notes"
# **Point**: upper row 8 × 8 pixels, lower row 4 × 4; three pairs in each, what the camera kept (of a clockwork beetle, a tomato, an empty
# leaf) and beside it what came back. Tomato and leaf come back as clean ladybirds from both sizes. Only the clockwork beetle at 8 × 8
# is caught by the **residual**, the difference between the small picture and the answer, shrunk: too large.
#
# **Ask:** "Could a stricter residual catch them all?" Let them think; next slide.
#
# Three minutes.

# %% [markdown] slide="subslide" use="pulse.chimera"
# ## The same pixels, to the last digit

# %% [markdown] slide="notes"
# **Say:** "No. Left a ladybird; then its visible part, with the invisible part of a tomato. Both shrink to the same pixels. Whatever is
# computed from the pixels, a residual included, is the same for both." A one-line proof: given its start, the search sees $y$ alone.
#
# **Ask:** "Then which check can object?" **Answer:** none that looks at the pixels only; another measurement can, or knowledge of
# the scene.
#
# Three minutes.

# %% [markdown] slide="slide" use="hallucination_measured.three_maps" minutes=13
# ## The hallucination map

# %% [markdown] slide="notes"
# **Say:** "A dark beetle with four patches, seen by 4 × 4 pixels; PULSE made a pale one with spots. Any picture splits in two, what the
# camera records and what it doesn't. Here is the second part; red is lighter than what was measured, blue darker." **Point**:
# *invented*, of PULSE's picture: legs and spots, and nobody needs the truth to compute it; *omitted*, of the scene: the four patches;
# *wrong*: the first minus the second.
#
# **Numbers** for this picture: 65 % of its contrast was invented; wrong 1.29, where 1 would mean "as if nothing had been
# invented".
#
# **If asked** about more than one: over twenty beetles the posterior's mean is wrong by .69, and nothing does better on average. A
# sample of the posterior and PULSE are wrong by 1.36 and 1.29, which differ by no more than chance.
#
# Three minutes.

# %% [markdown] slide="subslide" frames="abstention"
# ## Or say: "not determined by the data"

# %% [markdown] slide="notes"
# **Move the slider**, which opens in the middle, to the left end, where nearly all is shown; then to the right: stripes cover what the
# posterior is unsure of. Let the room call "stop". **Point** at the curve: the promised error (dashed) falls as less is shown; the true
# one is beside it. (One beetle, so it keeps no promise exactly; over twenty, with half shown, true over promised is 1.09.)
#
# **Bring back the numbers of section 1:** "Of our first sixteen pixels you said between … and … percent dark. The answer is 66." Draw it
# beside their range. **Say:** "A calibrated doubt is an answer."
#
# Three minutes.

# %% [markdown] slide="subslide" draw="line_up" activity="line-up" short=2
# ## The line-up: which one was it?

# %% [markdown] slide="notes"
# **Activity: line-up.** "A camera photographed one of these six, at 8 × 8 pixels. PULSE made the sharp picture at the left of it. Who
# was it? You may confer for half a minute." Then hands up for 1 to 6; count.
#
# **Answer (next slide):** number 3. PULSE's picture looks most like number 2, pixel by pixel, and most hands go where its pattern is
# closest.
#
# Three minutes.

# %% [markdown] slide="notes" short=True
# **Activity: line-up.** "A camera photographed one of these six, at 8 × 8 pixels. PULSE made the sharp picture at the left of it. Who was it? Confer
# for half a minute." Then hands up for 1 to 6; count.
#
# **Answer (next slide):** number 3. PULSE's picture looks most like number 2, and most hands go there.
#
# Two minutes.

# %% [markdown] slide="subslide" draw="line_up_pixels" short=1
# ## The pixels knew better

# %% [markdown] slide="notes"
# **Say:** "Here is what the camera kept, and how probable each of the six is by these pixels alone: number 3, practically certain. The
# ugly picture identifies, the handsome one misleads." This is one case. In lesson {hallucination_measured}'s line-ups of 64 the pixels are right in two of
# three cases, the sharp picture, compared pixel by pixel, in one of six.
#
# **Say**, for the lawyers in the room: "What is computed from the pixels can't know more than the pixels. Where software gains from the
# sharp picture, better software, reading the pixels, would not need it."
#
# **If asked:** that is 66 and 16 % (this 66 has nothing to do with ours); pose, light, camera and noise are taken as known.
#
# Two minutes. Then ask the question of the next slide **before** you press the key: its picture holds the answer.

# %% [markdown] slide="notes" short=True
# **Say:** "Here is what the camera kept: number 3, practically certain. The ugly picture identifies, the handsome one misleads. What is computed from
# the pixels can't know more than the pixels."
#
# One minute.

# %% [markdown] slide="subslide" use="use_and_misuse.pool"
# ## A rare error in a large pool

# %% [markdown] slide="notes"
# **Ask first:** "A test never misses the right one, and takes a wrong one for right once in ten thousand. The right one is somewhere in a
# pool of a million. Somebody matches. How probable is it that this is the one?" Hands: 99.99 %? 99 %? 50 %? 1 %?
#
# **Answer:** one percent. A hundred others match by coincidence. **Point** at the dot on the left curve. To sharpen the picture once more
# adds no evidence. It may change how often the test errs, for better or worse, and then that must be measured anew.
#
# Two minutes.

# %% [markdown] slide="slide" minutes=8
# ## The bias budget: what turned it pale?
#
# - the **pixels** lose the form
# - the **share** in the training data
# - the **generator** drops variety
# - the **search** follows its start

# %% [markdown] slide="notes"
# **Ask for hands:** "Which one turns dark beetles pale? You have one vote." As causes all but the first were named in public in June 2020,
# the share by PULSE's own authors.
#
# **Say:** "Each is a claim that predicts a number. Change one at a time: another share, a perfect generator, an exact sampler. What each
# adds is its entry in the budget."
#
# Two minutes.

# %% [markdown] slide="subslide" use="bias.bias_budget"
# ## Rung by rung
#
# **R1** pixels · **R2** + share · **R3** + generator · **R4** + search

# %% [markdown] slide="notes"
# Sixteen noisy pixels now, 400 beetles of each form. **Read one ladder aloud**, `share_10`, the second panel (10 % dark in training), the
# dark beetles' line (blue): R1, the pixels alone, with an exact draw at equal shares, lose 25 %. R2, the training share: 55 %. R3, the
# generator as it is: 54 %. R4, the search: 84 %. Counted like this, pixels, share and search each have a part, and the generator hardly
# any. Then the mirror, the pale beetles' line: it falls to 1 %. Then `share_90`: the colours change places. So darkness can't be the
# cause.
#
# **Warn:** the entries depend on the order of counting. In the six orders of lesson {causes} only the share's keeps its sign (.29 to .67); of
# the generator's even the sign is open. And each of these generators was trained once, the balanced one longer than the others. Ten more,
# five of .1 and five of .5, fine-tuned equally long from one parent: their means differ by .63 (.55 to .70; .61 to .65 when any one is left out; lesson {causes}).
#
# **If asked:** *Does balance mend it?* `share_50`, the first panel: 18 % of the dark ones turn pale and 46 % of the pale ones dark. *Does
# the share act through the starts?* In part: by the *form* that a start shows. All starts of `share_10` are pale; from dark ones the loss falls from four fifths to a quarter. But from
# pale starts `share_50` loses 30 %, where `share_10` loses 84. What makes up the rest is open. *More pixels?* At 8 × 8 an exact draw
# loses 1 %, and PULSE 94 (section 5): there it isn't the pixels.
#
# Three minutes.

# %% [markdown] slide="subslide" short=2
# ## A number that you must choose
#
# If one beetle in ten is dark, an honest answer leans towards pale.
#
# **Which share is right?** Nature's, the training data's, one half?

# %% [markdown] slide="notes"
# **The slide to stay on.** Nothing is broken in a calculation that uses the share of one in ten; it still treats the two forms
# differently. **Say:** "Our sixteen pixels: 66 percent if half of the beetles are dark, 18 if one in ten is. Same pixels." If you showed
# the ladder: "It began at one half because we chose that; at one in ten the training share would have added nothing." **Ask:** "Who
# chooses the share?" Collect: nature, the law, the person in the picture, the customer. **Answer:** none of them is computed. It is a
# decision, and whoever takes it can be asked why.
#
# Three minutes.

# %% [markdown] slide="notes" short=True
# **Bring back the room's numbers.** "Of our first sixteen pixels you said between … and … percent dark. If half of the beetles are dark, the answer is
# 66. If one in ten is, 18. Same pixels."
#
# **Ask:** "Who chooses the share?" Collect: nature, the law, the person in the picture, the customer. **Answer:** none of them is computed. It is a
# decision, and whoever takes it can be asked why.
#
# Two minutes.

# %% [markdown] slide="slide" use="todays_samplers.asked_again" minutes=10
# ## Did newer methods fix it?

# %% [markdown] slide="notes"
# **Say:** "PULSE is of 2020. This is a newer kind of method, a diffusion sampler." **Point**: above, six beetles in sixteen
# pixels, the first two pale, the other four dark. Below, its answers with a network that was shown half of dark beetles; in the last row with
# one that was shown a tenth.
#
# **Ask:** "Where a tenth was dark, PULSE lost 84 percent of the dark ones. And this?" Hands: less than 30? 30 to 70? More?
#
# **Answer:** 82.5 percent of 400; of the same 400 PULSE lost 84.0. (95 % intervals: 79 to 86, 80 to 87.)
#
# Two minutes.

# %% [markdown] slide="subslide" use="todays_samplers.which_rung"
# ## Which rung is left?

# %% [markdown] slide="notes"
# The ladder of section 8 with other programs, for 48 beetles of each form. **Read the left panel:** R1 and R2, pixels and share, are the same
# for all. Then look at the *last* step, from R3 to R4, the program's own: for these 48, PULSE adds .43 (.33 to .53), for all 400 of section 8
# .30. DPS adds .22 (.10 to .33), ΠGDM .07 (−.03 to .17). So ΠGDM's own rung looks smaller. But the new network stands at .70 before any program
# begins, the old one at .46. On all 400 the sum is alike: .825 and .840.
#
# **Ask:** "What can a still better program change?" **Answer:** the last step. It can fall below 0.
#
# **If asked:** each network was trained once, and R3 is rough for a single beetle. Nor do the new draws pass for fair ones: among nine
# draws of ΠGDM and the truth, the truth has the most detail in 41 of 96 cases, where one of ten is due.
#
# Three minutes.

# %% [markdown] slide="subslide"
# ## What may leave the lab? Four conditions
#
# 1. Data consistency is shown.
# 2. Uncertainty is shown, and calibrated.
# 3. The prior is stated.
# 4. A mistake can be found, and undone.

# %% [markdown] slide="notes"
# **Go through one good case:** a radio image of a black hole: fitted to data that are published; several teams, tried on synthetic data;
# regularisers named; a paper can be corrected. **Then one bad case:** a sharp face for identification: consistent at most loosely; no
# uncertainty, it is one picture; no prior stated on it; an arrest can't be undone. The same mathematics; the *use* decides.
#
# **Stay at the second.** Today one can promise a *set* of forms that holds the truth in nine of ten cases. **Ask:** "For whom?" **Answer:**
# on average. Where a tenth is dark, it holds 96 percent of the pale ones and 32 of the dark. With a threshold for each form it holds nine of
# ten of both, and a sixth of the answers says "either".
#
# Three minutes.

# %% [markdown] slide="subslide" short=1
# ## Take one question home
#
# **What did the camera keep, and who invented the rest?**
#
# *Given A, σ, K frames and P, these components are known. The rest is drawn from P.*

# %% [markdown] slide="notes"
# **Ask** somebody to complete the sentence for an instrument of their own: what is A, what is σ, what do they assume?
#
# **Say:** "No face was needed: what a method does can be measured where the truth is known. What it does to people no beetle can tell, nor
# whether it *should* be done. That stays with people who can be asked why." Then say where the course is to be had: nearly every figure
# you saw is a cell that one can run and change, and it holds a brief for a debate to go on with.
#
# Two minutes. Then questions.

# %% [markdown] slide="notes" short=True
# **Read** the last line: A is the camera, σ its noise, K the number of pictures, P what was assumed.
#
# **Say:** "A camera, its noise and a number of pictures fix some components. The rest is drawn from assumptions, by whoever draws. Ask of any sharp
# picture which is which." Then say where the course is to be had: nearly every figure you saw is a cell that one can run and change.
#
# One minute. Then questions.
