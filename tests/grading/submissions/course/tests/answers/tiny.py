"""Wrong and right answers to the exercises of the tiny lesson."""

# %% wrong="halves" exercise="double" says="multiply"
def double(x, times=1):
    return x / 2**times


# %% wrong="squares" exercise="double" says="square"
def double(x, times=1):
    return x**2


# %% wrong="forgets_times" exercise="double" says="should be"
def double(x, times=1):
    return 2 * x


# %% right="adds" exercise="double"
def double(x, times=1):
    for _ in range(times):
        x = x + x
    return x


# %% wrong="no_weights" exercise="average" says="no effect"
def average(x, weights):
    return x.mean()


# %% wrong="no_refusal" exercise="average" says="must raise"
def average(x, weights):
    return np.average(x, weights=weights)


# %% wrong="sum_only" exercise="average" says="should be"
def average(x, weights):
    return float(np.sum(x * weights))


# %% right="with_numpy" exercise="average"
def average(x, weights):
    if (weights < 0).any():
        raise ValueError("no")
    return np.average(x, weights=weights)


# %% wrong="own_generator" exercise="shake" says="what the method got"
def shake(method, x, rng):
    return method(x + np.random.default_rng().standard_normal(x.shape))


# %% wrong="twice" exercise="shake" says="call it once"
def shake(method, x, rng):
    method(x)
    return method(x + rng.standard_normal(x.shape))


# %% wrong="no_noise" exercise="shake" says="what the method got"
def shake(method, x, rng):
    return method(x)


# %% right="in_two_steps" exercise="shake"
def shake(method, x, rng):
    noise = rng.standard_normal(len(x))
    return method(noise + x)
