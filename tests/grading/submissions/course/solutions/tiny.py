# ---
# jupyter:
#   course: {points: 12}
# ---

# %% [markdown]
# # Tiny
#
# A lesson that runs in a moment, for tests of grading.

# %%
import numpy as np

start = 5.0

# %% [markdown]
# ### Doubling

# %% solution="double" rebuilds="imaging.operators.Shift"
def double(x, times=1):
    """Return x, doubled as often as asked."""
    ### BEGIN SOLUTION
    return x * 2**times
    ### END SOLUTION


# %%
print(f"a demonstration: {start}")

# %% test="double_doubles" points=1
from course_lib.notebook.checks import call, equal, refuses

row = np.array([1.0, 2.5])
equal(call(double, row), [2, 5], "double(row)", mistakes={
    "this is half of it: multiply.": row / 2, "this is the square.": row**2})

# %% test="double_doubles_again" points=2
equal(call(double, row, 3), [8, 20], "double(row, 3)")
### BEGIN HIDDEN TESTS
# hint: zero times changes nothing, and large arrays are welcome.
equal(call(double, np.arange(6.0).reshape(2, 3) + 1, 0), [[1, 2, 3], [4, 5, 6]], "a secret table")
equal(call(double, start, 2), 20.0, "a secret number")
### END HIDDEN TESTS

# %% [markdown]
# ### Averaging

# %% solution="average"
def average(x, weights):
    """Return the weighted mean; raises ValueError where a weight is negative."""
    ### BEGIN SOLUTION
    if np.min(weights) < 0:
        raise ValueError("a weight is negative")
    return float(np.sum(x * weights) / np.sum(weights))
    ### END SOLUTION


# %% test="average_weighs" points=2
three, heavy = np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 2.0])
equal(call(average, three, heavy), 2.75, "average(three, heavy)", mistakes={
    "the weights have no effect.": 7 / 3})
refuses(average, three, -heavy, because="weights aren't negative")
### BEGIN HIDDEN TESTS
# hint: one number alone is its own mean.
equal(call(average, np.array([3.0]), np.array([0.2])), 3.0, "a secret average")
### END HIDDEN TESTS

# %% [markdown]
# ### Chance, and a function as an argument

# %% solution="shake"
def shake(method, x, rng):
    """Return method(x + noise), with standard normal noise from rng."""
    ### BEGIN SOLUTION
    return method(x + rng.standard_normal(x.shape))
    ### END SOLUTION


# %% test="shake_calls_its_method_once" points=2
seen = []


def spy(x):
    """Remember what it was given."""
    seen.append(x)
    return 2 * x


found = call(shake, spy, three, np.random.default_rng(1))
assert len(seen) == 1, f"method was called {len(seen)} times; call it once."
equal(found, 2 * seen[0], "shake(spy, three, rng)")
equal(seen[0], three + np.random.default_rng(1).standard_normal(3), "what the method got")

# %% test="shake_takes_its_chance_from_rng" points=2
rng = np.random.default_rng(2)
first, second = call(shake, np.copy, three, rng), call(shake, np.copy, three, rng)
assert not np.array_equal(first, second), "two calls with one rng are equal: draw from `rng`."
### BEGIN HIDDEN TESTS
# hint: the same seed gives the same noise, whoever draws it.
equal(second, three + np.random.default_rng(2).standard_normal(6)[3:], "the secret second draw")
### END HIDDEN TESTS

# %% [markdown]
# Why?

# %% [markdown] answer="why_double" points=3
# ### BEGIN SOLUTION
# Because two is the first prime. *Rubric:* names the number.
# ### END SOLUTION

# %%
print("the end")
