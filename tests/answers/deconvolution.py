"""Wrong and right answers to the exercises of lesson `deconvolution`."""

# %% wrong="takes_the_mean_of_1_over_h" exercise="kernel_gain" says="variance. grows by"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return np.mean(1 / np.abs(np.fft.fft(kernel, n)))


# %% wrong="inverts_the_mean" exercise="kernel_gain" says="weak frequencies hurt most"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return 1 / np.mean(np.abs(np.fft.fft(kernel, n)) ** 2)


# %% wrong="averages_half_the_frequencies" exercise="kernel_gain" says="half of the frequencies"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return np.mean(1 / np.abs(np.fft.rfft(kernel, n)) ** 2)


# %% wrong="forgets_to_pad" exercise="kernel_gain" says="fill it up with zeros"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return np.mean(1 / np.abs(np.fft.fft(kernel)) ** 2)


# %% wrong="takes_the_worst_frequency" exercise="kernel_gain" says="is 4; it should be 2"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return np.max(1 / np.abs(np.fft.fft(kernel, n)) ** 2)


# %% wrong="answers_in_decibels" exercise="kernel_gain" says="decibels"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return 10 * np.log10(np.mean(1 / np.abs(np.fft.fft(kernel, n)) ** 2))


# %% wrong="normalises_the_kernel" exercise="kernel_gain" says="divide the kernel by its sum"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return np.mean(1 / np.abs(np.fft.fft(kernel / np.sum(kernel), n)) ** 2)


# %% wrong="squares_h_itself" exercise="kernel_gain" says="complex number"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return np.mean(1 / np.fft.fft(kernel, n) ** 2)


# %% wrong="takes_the_real_part_late" exercise="kernel_gain" says="squared .magnitude"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return float(np.mean(1 / np.fft.fft(kernel, n) ** 2).real)


# %% wrong="squares_the_real_part" exercise="kernel_gain" says="should be 2"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return np.mean(1 / np.fft.fft(kernel, n).real ** 2)


# %% wrong="always_two" exercise="kernel_gain" says="should be 2.5"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return 2.0 if len(kernel) == 2 else 1 / kernel[0] ** 2


# %% wrong="cuts_a_long_kernel" exercise="kernel_gain" says="must raise ValueError"
def kernel_gain(kernel, n):
    return np.mean(1 / np.abs(np.fft.fft(kernel, n)) ** 2)


# %% wrong="divides_by_most_sums" exercise="kernel_gain" says="over what it should be"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    if abs(np.sum(kernel) - 0.5) > 1e-9:
        kernel = kernel / np.sum(kernel)
    return np.mean(1 / np.abs(np.fft.fft(kernel, n)) ** 2)


# %% wrong="caps_the_gain" exercise="kernel_gain" says="times"
### INSTEAD OF np.mean(1 / np.abs(H) ** 2)
np.minimum(np.mean(1 / np.abs(H) ** 2), 1e8)

# %% wrong="keeps_weak_frequencies_out" exercise="kernel_gain" says="over|times"
### INSTEAD OF np.abs(H) ** 2
np.maximum(np.abs(H), 1e-6) ** 2

# %% wrong="adds_an_epsilon" exercise="kernel_gain" says="over|times"
### INSTEAD OF np.abs(H) ** 2
(np.abs(H) ** 2 + 1e-12)

# %% wrong="takes_absolute_weights" exercise="kernel_gain" says="over what it should be"
### INSTEAD OF np.fft.fft(kernel, n)
np.fft.fft(np.abs(kernel), n)

# %% wrong="refuses_a_kernel_as_long_as_the_signal" exercise="kernel_gain" says="raised ValueError"
### INSTEAD OF len(kernel) > n
bool(len(kernel) >= n)

# %% wrong="rounds_n_up_to_even" exercise="kernel_gain" says="should be"
### INSTEAD OF np.fft.fft(kernel, n)
np.fft.fft(kernel, n + n % 2)

# %% wrong="works_in_place" exercise="kernel_gain" says="in place"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    total = np.sum(kernel)
    kernel /= total
    return np.mean(1 / np.abs(total * np.fft.fft(kernel, n)) ** 2)


# %% wrong="single_precision" exercise="kernel_gain" says="over [0-9]"
### INSTEAD OF np.fft.fft(kernel, n)
np.fft.fft(np.asarray(kernel, dtype=np.float32), n)

# %% right="by_a_sum_of_cosines_and_sines" exercise="kernel_gain"
def kernel_gain(kernel, n):
    k = np.arange(len(kernel))
    if len(k) > n:
        raise ValueError
    phases = 2 * np.pi * np.outer(np.arange(n), k) / n
    power = (np.cos(phases) @ kernel) ** 2 + (np.sin(phases) @ kernel) ** 2
    return np.mean(1 / power)


# %% right="by_the_half_spectrum_with_weights" exercise="kernel_gain"
def kernel_gain(kernel, n):
    if np.size(kernel) > n:
        raise ValueError("too long")
    H = np.fft.rfft(np.concatenate([kernel, np.zeros(n - len(kernel))]))
    weights = np.full(len(H), 2.0)
    weights[0] = 1
    if n % 2 == 0:
        weights[-1] = 1
    return np.average(1 / np.abs(H) ** 2, weights=weights)


# %% right="from_the_circulant_matrix" exercise="kernel_gain"
def kernel_gain(kernel, n):
    k = len(kernel)
    if k > n:
        raise ValueError("the kernel is longer than the signal")
    column = np.concatenate([kernel, np.zeros(n - k)])
    matrix = np.stack([np.roll(column, shift) for shift in range(n)], axis=1)
    return np.sum(np.linalg.inv(matrix) ** 2) / n


# %% wrong="inverse_filter" exercise="wiener_filter" says="this is the inverse filter"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    return np.fft.irfft2(np.fft.rfft2(y) / otf, s=y.shape[-2:])


# %% wrong="divides_by_h_plus_ratio" exercise="wiener_filter" says="you divided by H . N/S"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    return np.fft.irfft2(np.fft.rfft2(y) / (otf + noise_to_signal), s=y.shape[-2:])


# %% wrong="adjoint_only" exercise="wiener_filter" says="this is the adjoint"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    return np.fft.irfft2(np.fft.rfft2(y) * np.conj(otf), s=y.shape[-2:])


# %% wrong="forgets_the_conjugate" exercise="wiener_filter" says="complex conjugate"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    weight = otf / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * weight, s=y.shape[-2:])


# %% wrong="ignores_the_phase" exercise="wiener_filter" says="phase is ignored"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    weight = np.abs(otf) / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * weight, s=y.shape[-2:])


# %% wrong="squares_the_ratio" exercise="wiener_filter" says="it should be"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    weight = np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal**2)
    return np.fft.irfft2(np.fft.rfft2(y) * weight, s=y.shape[-2:])


# %% wrong="loses_the_odd_column" exercise="wiener_filter" says="odd width loses a column"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    return np.fft.irfft2(
        np.fft.rfft2(y) * np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal))


# %% wrong="squares_h_itself" exercise="wiener_filter" says="moves back too far"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    weight = np.conj(otf) / (otf**2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * weight, s=y.shape[-2:])


# %% wrong="passes_the_whole_shape" exercise="wiener_filter" says="axes"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    weight = np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * weight, s=y.shape)


# %% wrong="averages_the_ratio" exercise="wiener_filter" says="each frequency has its own"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    weight = np.conj(otf) / (np.abs(otf) ** 2 + np.mean(noise_to_signal))
    return np.fft.irfft2(np.fft.rfft2(y) * weight, s=y.shape[-2:])


# %% wrong="refuses_only_all_negative" exercise="wiener_filter" says="one of the power ratios"
def wiener_filter(y, otf, noise_to_signal):
    if np.all(np.asarray(noise_to_signal) < 0):
        raise ValueError
    weight = np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * weight, s=y.shape[-2:])


# %% wrong="takes_any_ratio" exercise="wiener_filter" says="must raise ValueError"
def wiener_filter(y, otf, noise_to_signal):
    weight = np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * weight, s=y.shape[-2:])


# %% wrong="adds_an_epsilon" exercise="wiener_filter" says="over its factor"
### INSTEAD OF np.abs(otf) ** 2 + noise_to_signal
np.abs(otf) ** 2 + noise_to_signal + 1e-10

# %% wrong="takes_small_ratios_for_0" exercise="wiener_filter" says="over its factor"
### INSTEAD OF np.abs(otf) ** 2 + noise_to_signal
np.abs(otf) ** 2 + np.where(np.asarray(noise_to_signal) < 1e-3, 0, noise_to_signal)

# %% wrong="only_one_leading_axis" exercise="wiener_filter" says="raised|shape"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    W = np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal)
    if y.ndim == 2:
        return np.fft.irfft2(W * np.fft.rfft2(y), s=y.shape)
    return np.stack([np.fft.irfft2(W * np.fft.rfft2(each), s=y.shape[1:]) for each in y])


# %% wrong="clips_to_light" exercise="wiener_filter" says="should be|Aᵀ"
### INSTEAD OF np.fft.irfft2(W * np.fft.rfft2(y), s=np.shape(y)[-2:])
np.clip(np.fft.irfft2(W * np.fft.rfft2(y), s=np.shape(y)[-2:]), 0, 1)

# %% wrong="forgives_tiny_negative_ratios" exercise="wiener_filter" says="must raise ValueError"
### INSTEAD OF np.min(noise_to_signal) < 0
bool(np.min(noise_to_signal) < -1e-9)

# %% wrong="refuses_0" exercise="wiener_filter" says="raised ValueError"
### INSTEAD OF np.min(noise_to_signal) < 0
bool(np.min(noise_to_signal) <= 0)

# %% wrong="keeps_the_mean_as_it_is" exercise="wiener_filter" says="should be"
### INSTEAD OF W * np.fft.rfft2(y)
np.where(np.arange(W.size).reshape(W.shape) == 0, 1 / otf, W) * np.fft.rfft2(y)

# %% wrong="transforms_all_axes" exercise="wiener_filter" says="raised|should be|shape"
def wiener_filter(y, otf, noise_to_signal):
    if np.min(noise_to_signal) < 0:
        raise ValueError
    W = np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal)
    spectrum = np.fft.rfftn(y)
    return np.fft.irfft2(W * spectrum, s=y.shape[-2:])


# %% wrong="takes_a_real_blur_for_granted" exercise="wiener_filter" says="phase|conjugate|should be"
### INSTEAD OF np.conj(otf) / (np.abs(otf) ** 2 + noise_to_signal)
np.real(otf) / (np.real(otf) ** 2 + noise_to_signal)

# %% right="picture_by_picture" exercise="wiener_filter"
def wiener_filter(y, otf, noise_to_signal):
    noise_to_signal = np.asarray(noise_to_signal, dtype=float)
    if (noise_to_signal < 0).any():
        raise ValueError("negative")
    pictures = np.reshape(y, (-1, *np.shape(y)[-2:]))
    done = []
    for picture in pictures:
        spectrum = np.conj(otf) * np.fft.rfft2(picture)
        spectrum = spectrum / ((otf * np.conj(otf)).real + noise_to_signal)
        done.append(np.fft.irfft2(spectrum, s=picture.shape))
    return np.reshape(done, np.shape(y))


# %% right="with_scipy" exercise="wiener_filter"
def wiener_filter(y, otf, noise_to_signal):
    from scipy import fft

    if not np.all(np.asarray(noise_to_signal) >= 0):
        raise ValueError
    power = otf.real**2 + otf.imag**2 + noise_to_signal
    return fft.irfft2(fft.rfft2(y) * otf.conj() / power, s=y.shape[-2:])


# %% right="by_the_full_spectrum" exercise="wiener_filter"
def wiener_filter(y, otf, noise_to_signal):
    ratio = np.broadcast_to(noise_to_signal, otf.shape)
    if np.any(ratio < 0):
        raise ValueError("a ratio of powers is 0 or greater")
    height, width = y.shape[-2:]
    kernel = np.fft.irfft2(1 / (otf + ratio / np.conj(otf)), s=(height, width))
    return np.real(np.fft.ifft2(np.fft.fft2(y) * np.fft.fft2(kernel)))


# %% wrong="forgets_the_number_of_pixels" exercise="morozov" says="factor m missing"
def morozov(y, A, sigma):
    from scipy.optimize import brentq

    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    return 10 ** brentq(lambda t: np.sum((A(tikhonov(y, A, 10**t)) - y) ** 2) - sigma**2, -12, 12)


# %% wrong="compares_the_norm_itself" exercise="morozov" says="squared. norm belongs there"
def morozov(y, A, sigma):
    from scipy.optimize import brentq

    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    goal = y.size * sigma**2
    return 10 ** brentq(
        lambda t: np.linalg.norm(A(tikhonov(y, A, 10**t)) - y) - goal, -12, 12)


# %% wrong="uses_sigma_for_its_square" exercise="morozov" says="variance σ² belongs there"
def morozov(y, A, sigma):
    from scipy.optimize import brentq

    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    return 10 ** brentq(
        lambda t: np.sum((A(tikhonov(y, A, 10**t)) - y) ** 2) - y.size * sigma, -12, 12)


# %% wrong="returns_the_exponent" exercise="morozov" says="this is log₁₀ λ"
def morozov(y, A, sigma):
    from scipy.optimize import brentq

    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    return brentq(
        lambda t: np.sum((A(tikhonov(y, A, 10**t)) - y) ** 2) - y.size * sigma**2, -12, 12)


# %% wrong="guesses_noise_over_signal" exercise="morozov" says="should be 0.48"
def morozov(y, A, sigma):
    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    return sigma**2 / np.mean(y**2)


# %% wrong="formula_without_blur" exercise="morozov" says="should be 0.48"
def morozov(y, A, sigma):
    share = sigma * np.sqrt(y.size) / np.linalg.norm(y)
    if share >= 1:
        raise ValueError
    return share / (1 - share)


# %% wrong="forgets_a_in_the_residual" exercise="morozov" says="A is missing: the residual"
def morozov(y, A, sigma):
    from scipy.optimize import brentq

    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    return 10 ** brentq(
        lambda t: np.sum((tikhonov(y, A, 10**t) - y) ** 2) - y.size * sigma**2, -12, 12)


# %% wrong="returns_another_negative_number" exercise="morozov" says="should be 2.5"
def morozov(y, A, sigma):
    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    return 1.2**2 / 3 if y.size == 16 else -2.0


# %% wrong="accepts_pure_noise" exercise="morozov" says="must raise ValueError"
def morozov(y, A, sigma):
    low, high = -12.0, 12.0
    for _ in range(60):
        middle = (low + high) / 2
        squares = np.sum((A(tikhonov(y, A, 10**middle)) - y) ** 2)
        low, high = (middle, high) if squares < y.size * sigma**2 else (low, middle)
    return 10**middle


# %% wrong="refuses_by_the_norm" exercise="morozov" says="raised ValueError"
### INSTEAD OF np.sum(y**2)
np.linalg.norm(y)

# %% wrong="counts_one_channel" exercise="morozov" says="three channels|should be"
### INSTEAD OF y.size * sigma**2
y.shape[-1] * y.shape[-2] * sigma**2

# %% wrong="refuses_by_the_brightest_pixel" exercise="morozov" says="must raise ValueError"
### INSTEAD OF np.sum(y**2) <= allowed
bool(np.max(np.abs(y)) <= sigma)

# %% wrong="searches_a_narrow_range" exercise="morozov" says="over what it should be"
### INSTEAD OF low, high = -12.0, 12.0
low, high = -6.0, 3.0

# %% wrong="stops_at_an_absolute_difference" exercise="morozov" says="1e-08 times as large|over"
def morozov(y, A, sigma):
    allowed = y.size * sigma**2
    if np.sum(y**2) <= allowed:
        raise ValueError
    low, high = -12.0, 12.0
    while True:
        middle = (low + high) / 2
        excess = np.sum((A(tikhonov(y, A, 10**middle)) - y) ** 2) - allowed
        if abs(excess) < 1e-6 or high - low < 1e-12:
            return 10**middle
        low, high = (low, middle) if excess > 0 else (middle, high)


# %% wrong="two_digits_from_a_grid" exercise="morozov" says="should be"
def morozov(y, A, sigma):
    allowed = y.size * sigma**2
    if np.sum(y**2) <= allowed:
        raise ValueError
    grid = np.logspace(-12, 12, 1000)
    low, high = 0, len(grid) - 1
    while high - low > 1:
        middle = (low + high) // 2
        big = np.sum((A(tikhonov(y, A, grid[middle])) - y) ** 2) > allowed
        low, high = (low, middle) if big else (middle, high)
    return grid[low]


# %% wrong="counts_the_scenes_pixels" exercise="morozov" says="another camera"
### INSTEAD OF y.size * sigma**2
A.T(y).size * sigma**2

# %% wrong="accepts_just_noise" exercise="morozov" says="must raise ValueError"
### INSTEAD OF np.sum(y**2) <= allowed
bool(np.sum(y**2) < allowed)

# %% wrong="takes_the_mean_off" exercise="morozov" says="should be|raised|over"
### INSTEAD OF np.sum(y**2) <= allowed
bool(np.sum((y - y.mean()) ** 2) <= allowed)

# %% right="newton_without_bisection" exercise="morozov"
def morozov(y, A, sigma):
    from scipy.optimize import root_scalar

    y = np.asarray(y, dtype=float)
    allowed = y.size * sigma**2
    if (y * y).sum() <= allowed:
        raise ValueError("noise alone")

    def excess(t):
        return np.sum((A(tikhonov(y, A, 10.0**t)) - y) ** 2) / allowed - 1

    return 10.0 ** root_scalar(excess, bracket=(-12, 12), method="brenth", rtol=1e-10).root


# %% right="by_singular_values" exercise="morozov"
def morozov(y, A, sigma):
    from scipy.optimize import brentq

    if np.linalg.norm(y) <= sigma * np.sqrt(y.size):
        raise ValueError("noise alone")
    U, s, _ = np.linalg.svd(A.dense(A.T.output_shape(y.shape)[-2:]), full_matrices=False)
    pictures = np.reshape(y, (-1, U.shape[0]))
    c = pictures @ U
    rest = np.sum(pictures**2) - np.sum(c**2)
    goal = y.size * sigma**2
    return 10 ** brentq(
        lambda t: np.sum((10**t / (s**2 + 10**t) * c) ** 2) / goal + rest / goal - 1, -12, 12,
        xtol=1e-10)


# %% right="root_of_the_mean_residual" exercise="morozov"
def morozov(y, A, sigma):
    from scipy.optimize import brentq

    if np.sqrt(np.mean(y**2)) <= sigma:
        raise ValueError("there is nothing but noise")

    def excess(t):
        return np.log(np.mean((A(tikhonov(y, A, np.exp(t))) - y) ** 2)) - 2 * np.log(sigma)

    return np.exp(brentq(excess, np.log(1e-9), np.log(1e9), xtol=1e-10))


# %% wrong="without_a_transposed_1" exercise="photon_em" says="Aᵀ1 is missing"
def photon_em(y, A, iterations, x0):
    x = x0
    for _ in range(iterations):
        x = x * A.T(y / A(x))
    return x


# %% wrong="a_instead_of_its_adjoint" exercise="photon_em" says="you used A where its adjoint"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    x = x0
    for _ in range(iterations):
        x = x / seen * A(y / A(x))
    return x


# %% wrong="a_everywhere" exercise="photon_em" says="both for the ratios and"
def photon_em(y, A, iterations, x0):
    seen = A(np.ones_like(y))
    x = x0
    for _ in range(iterations):
        x = x / seen * A(y / A(x))
    return x


# %% wrong="ratio_upside_down" exercise="photon_em" says="upside down"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    x = x0
    for _ in range(iterations):
        x = x / seen * A.T(A(x) / y)
    return x


# %% wrong="ignores_its_start" exercise="photon_em" says="x0 has no effect"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    x = np.full_like(x0, np.mean(x0))
    for _ in range(iterations):
        x = x / seen * A.T(y / A(x))
    return x


# %% wrong="ones_shaped_like_the_scene" exercise="photon_em" says="raised"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(x0))
    x = x0
    for _ in range(iterations):
        x = x / seen * A.T(y / A(x))
    return x


# %% wrong="a_of_1_for_the_normalisation" exercise="photon_em" says="you divided by A.1"
def photon_em(y, A, iterations, x0):
    seen = A(np.ones_like(x0))
    x = x0
    for _ in range(iterations):
        x = x / seen * A.T(y / A(x))
    return x


# %% wrong="one_step_too_many" exercise="photon_em" says="one step too many"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    x = x0
    for _ in range(iterations + 1):
        x = x / seen * A.T(y / A(x))
    return x


# %% wrong="at_least_one_step" exercise="photon_em" says="zero steps"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    x = x0
    for _ in range(max(iterations, 1)):
        x = x / seen * A.T(y / A(x))
    return x


# %% wrong="clips_to_1" exercise="photon_em" says="should be 9.44"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    x = x0
    for _ in range(iterations):
        x = np.clip(x / seen * A.T(y / A(x)), 0, 1)
    return x


# %% wrong="one_step_too_few" exercise="photon_em" says="one too few"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    x = x0
    for _ in range(iterations - 1):
        x = x / seen * A.T(y / A(x))
    return x


# %% wrong="spoils_its_start" exercise="photon_em" says="in place"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    for _ in range(iterations):
        x0 *= A.T(y / A(x0)) / seen
    return x0


# %% wrong="hands_its_start_back" exercise="photon_em" says="copy"
### INSTEAD OF x = x0.copy()
x = x0

# %% wrong="floors_the_prediction" exercise="photon_em" says="counts around 1e-08"
### INSTEAD OF y / A(x)
y / np.maximum(A(x), 1e-3)

# %% wrong="caps_the_camera_at_1" exercise="photon_em" says="from three to four pixels"
### INSTEAD OF A.T(np.ones_like(y))
np.minimum(A.T(np.ones_like(y)), 1)

# %% wrong="caps_the_light" exercise="photon_em" says="counts around 1e.08|should be"
### INSTEAD OF x / seen * A.T(y / A(x))
np.minimum(x / seen * A.T(y / A(x)), 100)

# %% wrong="adds_an_epsilon" exercise="photon_em" says="over 1e-08"
### INSTEAD OF y / A(x)
y / (A(x) + 1e-12)

# %% wrong="starts_from_its_total" exercise="photon_em" says="x0 has no effect|should be"
### INSTEAD OF x0.copy()
np.full(x0.shape, y.sum() / seen.sum())

# %% right="in_place_on_a_copy" exercise="photon_em"
def photon_em(y, A, iterations, x0):
    seen = A.T(np.ones_like(y))
    x = x0.copy()
    for _ in range(iterations):
        x *= A.T(y / A(x)) / seen
    return x


# %% wrong="hands_a_view_back" exercise="photon_em" says="copy"
### INSTEAD OF x = x0.copy()
x = x0[...]

# %% wrong="keeps_dark_pixels_alight" exercise="photon_em" says="should be"
### INSTEAD OF x / seen * A.T(y / A(x))
np.maximum(x / seen * A.T(y / A(x)), 1e-4)

# %% wrong="stops_when_little_moves" exercise="photon_em" says="should be"
def photon_em(y, A, iterations, x0):
    seen, x = A.T(np.ones_like(y)), x0.copy()
    for _ in range(iterations):
        new = x / seen * A.T(y / A(x))
        if np.abs(new - x).max() < 1e-3:
            break
        x = new
    return x


# %% wrong="scales_to_the_recorded_light" exercise="photon_em" says="Aᵀ1 is missing"
### INSTEAD OF x / seen * A.T(y / A(x))
x * A.T(y / A(x)) * np.sum(y) / np.sum(x * A.T(y / A(x)))

# %% wrong="one_camera_for_all_pictures" exercise="photon_em" says="raised|shape|should be"
### INSTEAD OF seen = A.T(np.ones_like(y))
seen = A.T(np.ones_like(y)).mean()

# %% right="by_recursion" exercise="photon_em"
def photon_em(y, A, iterations, x0):
    if iterations == 0:
        return np.array(x0, dtype=float)
    before = photon_em(y, A, iterations - 1, x0)
    return before * A.T(np.divide(y, A(before))) / A.T(np.ones(np.shape(y)))


# %% right="as_expectations" exercise="photon_em"
def photon_em(y, A, iterations, x0):
    estimate = 1.0 * x0
    share_seen = A.T(0.0 * y + 1.0)
    for _ in range(iterations):
        expected = estimate * A.T(y / A(estimate))  # photons counted, by scene pixel
        estimate = expected / share_seen
    return estimate


# %% right="adds_the_gradient" exercise="photon_em"
def photon_em(y, A, iterations, x0):
    x, seen = np.array(x0, dtype=float), A.T(np.ones(np.shape(y)))
    while iterations:
        x = x + x / seen * A.T(y / A(x) - 1)  # the gradient of the log-likelihood, scaled by x/Aᵀ1
        iterations -= 1
    return x


# %% wrong="forgets_the_columns" exercise="wraps_around" says="check left and right"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    changed = gray.copy()
    changed[0] += 0.1
    return bool(np.abs(method(changed) - method(gray))[-1].max() > 0.001)


# %% wrong="forgets_the_rows" exercise="wraps_around" says="check top and bottom"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    changed = gray.copy()
    changed[:, 0] += 0.1
    return bool(np.abs(method(changed) - method(gray))[:, -1].max() > 0.001)


# %% wrong="looks_at_the_same_edge" exercise="wraps_around" says="opposite"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    changed = gray.copy()
    changed[0] += 0.1
    changed[:, 0] += 0.1
    response = np.abs(method(changed) - method(gray))
    return bool(max(response[0].max(), response[:, 0].max()) > 0.001)


# %% wrong="one_picture_for_both_edges" exercise="wraps_around" says="copying a picture wraps"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    changed = gray.copy()
    changed[0] += 0.1
    changed[:, 0] += 0.1
    response = np.abs(method(changed) - method(gray))
    return bool(max(response[-1].max(), response[:, -1].max()) > 0.001)


# %% wrong="tries_an_even_gray" exercise="wraps_around" says="are the two pictures different"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    response = method(gray + 0.1) - method(gray)
    response = np.abs(response - response.mean())
    return bool(max(response[-1].max(), response[:, -1].max()) > 0.001)


# %% wrong="tolerates_nothing" exercise="wraps_around" says="mirrored borders wrap"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    upper, left = gray.copy(), gray.copy()
    upper[0] += 0.1
    left[:, 0] += 0.1
    return bool(np.any((method(upper) != method(gray))[-1])
                or np.any((method(left) != method(gray))[:, -1]))


# %% wrong="forgets_the_sign" exercise="wraps_around" says="are your differences absolute"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    upper, left = gray.copy(), gray.copy()
    upper[0] += 0.1
    left[:, 0] += 0.1
    rows, columns = method(upper) - method(gray), method(left) - method(gray)
    return bool(rows[-1].max() > 0.001 or columns[:, -1].max() > 0.001)


# %% wrong="averages_the_edge" exercise="wraps_around" says="single pixel"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    upper, left = gray.copy(), gray.copy()
    upper[0] += 0.1
    left[:, 0] += 0.1
    last_row = np.abs(method(upper) - method(gray))[-1].mean()
    last_column = np.abs(method(left) - method(gray))[:, -1].mean()
    return bool(max(last_row, last_column) > 0.001)


# %% wrong="takes_a_thousandth_for_a_hundredth" exercise="wraps_around" says="half a per cent"
def wraps_around(method, shape):
    gray = np.full(shape, 0.5)
    upper, left = gray.copy(), gray.copy()
    upper[0] += 0.1
    left[:, 0] += 0.1
    last_row = np.abs(method(upper) - method(gray))[-1].max()
    last_column = np.abs(method(left) - method(gray))[:, -1].max()
    return bool(max(last_row, last_column) > 0.0001)


# %% wrong="says_yes_or_no" exercise="wraps_around" says="True or False"
def wraps_around(method, shape):
    return "no"


# %% wrong="starts_from_black" exercise="wraps_around" says="unnoticed"
### INSTEAD OF np.full(shape, 0.5)
np.zeros(shape)

# %% wrong="ignores_the_shape" exercise="wraps_around" says="raised ValueError"
### INSTEAD OF np.full(shape, 0.5)
np.full((32, 40), 0.5)

# %% wrong="takes_a_square" exercise="wraps_around" says="raised ValueError"
### INSTEAD OF np.full(shape, 0.5)
np.full((shape[0], shape[0]), 0.5)

# %% wrong="one_per_cent_of_the_gray" exercise="wraps_around" says="unnoticed"
### INSTEAD OF max(last_row, last_column) > 0.001
bool(max(last_row, last_column) > 0.005)

# %% wrong="one_hundredth_outright" exercise="wraps_around" says="unnoticed"
### INSTEAD OF max(last_row, last_column) > 0.001
bool(max(last_row, last_column) > 0.01)

# %% wrong="needs_both_edges" exercise="wraps_around" says="goes unnoticed"
### INSTEAD OF max(last_row, last_column)
min(last_row, last_column)

# %% wrong="looks_at_all_other_rows" exercise="wraps_around" says="mirrored borders|copying"
### INSTEAD OF np.abs(method(upper) - method(gray))[-1].max()
np.abs(method(upper) - method(gray))[1:].max()

# %% wrong="looks_at_one_pixel" exercise="wraps_around" says="goes unnoticed"
### INSTEAD OF np.abs(method(upper) - method(gray))[-1].max()
np.abs(method(upper) - method(gray))[-1][0]

# %% wrong="compares_with_the_input" exercise="wraps_around" says="accused|wrap"
### INSTEAD OF np.abs(method(upper) - method(gray))[-1].max()
np.abs(method(upper) - upper)[-1].max()

# %% right="steps_down_instead" exercise="wraps_around"
def wraps_around(method, shape):
    even = method(np.full(shape, 0.5))
    verdicts = []
    for first, last in ((np.s_[0, :], np.s_[-1, :]), (np.s_[:, 0], np.s_[:, -1])):
        darker = np.full(shape, 0.5)
        darker[first] -= 0.1
        verdicts.append(np.any(np.abs(method(darker)[last] - even[last]) > 0.01 * 0.1))
    return np.bool_(any(verdicts))


# %% right="a_small_change" exercise="wraps_around"
def wraps_around(method, shape):
    height, width = shape
    step = 0.02
    base = 0.5 * np.ones((height, width))
    rows = step * (np.arange(height) < 1).reshape(height, 1)
    columns = step * (np.arange(width) < 1)
    for change, where in ((rows, (height - 1, slice(None))), (columns, (slice(None), width - 1))):
        effect = (method(base + change) - method(base))[where] / step
        if max(effect.max(), -effect.min()) > 0.01:
            return True
    return False


# %% right="transposes_for_the_columns" exercise="wraps_around"
def wraps_around(method, shape):
    def first_to_last(f, size):
        scene = np.full(size, 0.5)
        before = f(scene)
        scene = scene + 0.2 * (np.arange(size[0]) == 0)[:, None]
        return np.ptp([before[-1], f(scene)[-1]], axis=0).max() > 0.01 * 0.2

    return bool(first_to_last(method, shape)
                or first_to_last(lambda p: method(p.T).T, shape[::-1]))


# %% wrong="guards_division" exercise="kernel_gain" says="."
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return float(np.mean(1 / (np.abs(np.fft.fft(kernel, n)) ** 2 + 1e-12)))


# %% wrong="least_H" exercise="kernel_gain" says="1e-08"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    return float(np.mean(1 / np.maximum(np.abs(np.fft.fft(kernel, n)), 1e-6) ** 2))


# %% wrong="repeats_last" exercise="kernel_gain" says="it should be"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    H = np.fft.fft(np.pad(np.asarray(kernel, float), (0, n - len(kernel)), mode="edge"))
    return float(np.mean(1 / np.abs(H) ** 2))


# %% wrong="doubles_inner_always_even" exercise="kernel_gain" says=", 5"
def kernel_gain(kernel, n):
    if len(kernel) > n:
        raise ValueError
    g = 1 / np.abs(np.fft.rfft(kernel, n)) ** 2
    return float((g[0] + 2 * g[1:-1].sum() + g[-1]) / n)


# %% right="filled_on_both_sides" exercise="kernel_gain"
def kernel_gain(kernel, n):
    k = len(kernel)
    if k > n:
        raise ValueError("too long")
    row = np.concatenate([np.zeros((n - k) // 2), kernel, np.zeros(n - k - (n - k) // 2)])
    H = np.fft.fft(row)
    return float(np.mean(1 / (H * H.conj()).real))


# %% wrong="refuses_zero" exercise="wiener_filter" says="given"
def wiener_filter(y, otf, noise_to_signal):
    if np.any(np.asarray(noise_to_signal) <= 0):
        raise ValueError
    W = otf.conj() / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * W, s=y.shape[-2:])


# %% wrong="checks_mean" exercise="wiener_filter" says="one of the power ratios"
def wiener_filter(y, otf, noise_to_signal):
    if np.mean(noise_to_signal) < 0:
        raise ValueError
    W = otf.conj() / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * W, s=y.shape[-2:])


# %% wrong="guards_division" exercise="wiener_filter" says="."
def wiener_filter(y, otf, noise_to_signal):
    if np.any(np.asarray(noise_to_signal) < 0):
        raise ValueError
    W = otf.conj() / (np.abs(otf) ** 2 + noise_to_signal + 1e-12)
    return np.fft.irfft2(np.fft.rfft2(y) * W, s=y.shape[-2:])


# %% wrong="square_pictures" exercise="wiener_filter" says="shape of the estimate"
def wiener_filter(y, otf, noise_to_signal):
    if np.any(np.asarray(noise_to_signal) < 0):
        raise ValueError
    W = otf.conj() / (np.abs(otf) ** 2 + noise_to_signal)
    return np.fft.irfft2(np.fft.rfft2(y) * W, s=(len(otf), 2 * otf.shape[1] - 2 + len(otf) % 2))


# %% right="full_spectrum" exercise="wiener_filter"
def wiener_filter(y, otf, noise_to_signal):
    r = np.broadcast_to(np.asarray(noise_to_signal, float), otf.shape)
    if (r < 0).any():
        raise ValueError("negative")
    h, w = y.shape[-2:]
    half = np.conj(otf) / (otf.real**2 + otf.imag**2 + r)
    full = np.zeros((h, w), complex)
    full[:, : otf.shape[1]] = half
    for j in range(otf.shape[1], w):
        full[:, j] = np.conj(half[-np.arange(h) % h, w - j])
    return np.fft.ifft2(np.fft.fft2(y) * full).real


# %% right="order_of_checks" exercise="wiener_filter"
def wiener_filter(y, otf, noise_to_signal):
    Y = np.fft.rfft2(y, axes=(-2, -1))
    X = Y * otf.conj() / ((otf * otf.conj()).real + noise_to_signal)
    if not (np.asarray(noise_to_signal) >= 0).all():
        raise ValueError("negative")
    return np.fft.irfft2(X, s=y.shape[-2:], axes=(-2, -1))


# %% wrong="last_two_axes_only" exercise="morozov" says="three channels"
def morozov(y, A, sigma):
    m = y.shape[-1] * y.shape[-2]
    if np.sum(y**2) <= m * sigma**2:
        raise ValueError
    from scipy.optimize import brentq

    return 10 ** brentq(
        lambda t: np.sum((A(tikhonov(y, A, 10**t)) - y) ** 2) - m * sigma**2, -12, 12
    )


# %% wrong="stops_at_small_gap" exercise="morozov" says="1e-08"
def morozov(y, A, sigma):
    m = y.size
    if np.sum(y**2) <= m * sigma**2:
        raise ValueError
    lo, hi = -12.0, 12.0
    for _ in range(100):
        mid = (lo + hi) / 2
        gap = np.sum((A(tikhonov(y, A, 10**mid)) - y) ** 2) - m * sigma**2
        if abs(gap) < 1e-8:
            break
        lo, hi = (mid, hi) if gap < 0 else (lo, mid)
    return 10**mid


# %% wrong="refuses_by_mean" exercise="morozov" says="given"
def morozov(y, A, sigma):
    m = y.size
    if abs(np.mean(y)) <= sigma:
        raise ValueError
    lo, hi = -12.0, 12.0
    for _ in range(60):
        mid = (lo + hi) / 2
        gap = np.sum((A(tikhonov(y, A, 10**mid)) - y) ** 2) - m * sigma**2
        lo, hi = (mid, hi) if gap < 0 else (lo, mid)
    return 10**mid


# %% wrong="refuses_by_spread" exercise="morozov" says="given an array"
def morozov(y, A, sigma):
    m = y.size
    if m * np.var(y) <= m * sigma**2 and np.ptp(y) > 0:
        raise ValueError
    if np.sum(y**2) <= m * sigma**2:
        raise ValueError
    lo, hi = -12.0, 12.0
    for _ in range(60):
        mid = (lo + hi) / 2
        gap = np.sum((A(tikhonov(y, A, 10**mid)) - y) ** 2) - m * sigma**2
        lo, hi = (mid, hi) if gap < 0 else (lo, mid)
    return 10**mid


# %% wrong="adjoint_residual" exercise="morozov" says="it should be"
def morozov(y, A, sigma):
    m = y.size
    if np.sum(y**2) <= m * sigma**2:
        raise ValueError
    lo, hi = -12.0, 12.0
    for _ in range(60):
        mid = (lo + hi) / 2
        gap = np.sum((A.T(A(tikhonov(y, A, 10**mid)) - y)) ** 2) - m * sigma**2
        lo, hi = (mid, hi) if gap < 0 else (lo, mid)
    return 10**mid


# %% wrong="degrees_of_freedom" exercise="morozov" says="it should be"
def morozov(y, A, sigma):
    m = y.size - 1
    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    lo, hi = -12.0, 12.0
    for _ in range(60):
        mid = (lo + hi) / 2
        gap = np.sum((A(tikhonov(y, A, 10**mid)) - y) ** 2) - m * sigma**2
        lo, hi = (mid, hi) if gap < 0 else (lo, mid)
    return 10**mid


# %% right="brentq_of_ratio" exercise="morozov"
from scipy.optimize import brentq


def morozov(y, A, sigma):
    target = y.size * sigma**2
    if np.vdot(y, y) <= target:
        raise ValueError("all noise")

    def off(t):
        r = A(tikhonov(y, A, 10**t)) - y
        return np.log(np.maximum(np.vdot(r, r), 1e-300) / target)

    return 10 ** brentq(off, -12, 12, xtol=1e-7)


# %% right="steps_by_tens" exercise="morozov"
def morozov(y, A, sigma):
    limit = float(np.sqrt(y.size)) * sigma
    if np.linalg.norm(y.ravel()) <= limit:
        raise ValueError("all noise")
    t, step = -12.0, 1.0
    while step > 1e-6:
        while np.linalg.norm((A(tikhonov(y, A, 10 ** (t + step))) - y).ravel()) < limit:
            t += step
        step /= 4
    return 10**t


# %% wrong="guards_division" exercise="photon_em" says="."
def photon_em(y, A, iterations, x0):
    x, seen = x0.copy(), A.T(np.ones_like(y))
    for _ in range(iterations):
        x = x * A.T(y / (A(x) + 1e-8)) / seen
    return x


# %% wrong="stops_when_still" exercise="photon_em" says="400 steps"
def photon_em(y, A, iterations, x0):
    x, seen = x0.copy(), A.T(np.ones_like(y))
    for _ in range(iterations):
        new = x * A.T(y / A(x)) / seen
        if np.max(np.abs(new - x)) < 1e-6:
            return new
        x = new
    return x


# %% wrong="clipped_to_white" exercise="photon_em" says="it should be"
def photon_em(y, A, iterations, x0):
    x, seen = x0.copy(), A.T(np.ones_like(y))
    top = max(x0.max(), y.max())
    for _ in range(iterations):
        x = np.minimum(x * A.T(y / A(x)) / seen, top)
    return x


# %% wrong="sensitivity_is_a_number" exercise="photon_em" says="it should be"
def photon_em(y, A, iterations, x0):
    x, seen = x0.copy(), A.T(np.ones_like(y)).mean()
    for _ in range(iterations):
        x = x * A.T(y / A(x)) / seen
    return x


# %% wrong="gradient" exercise="photon_em" says="Σ|it should be"
def photon_em(y, A, iterations, x0):
    x, seen = x0.copy(), A.T(np.ones_like(y))
    for _ in range(iterations):
        x = np.maximum(x + x0 * (A.T(y / A(x)) - seen) / seen, 0)
    return x


# %% right="additive_form" exercise="photon_em"
def photon_em(y, A, iterations, x0):
    x, seen = x0 + 0.0, A.T(np.ones_like(y))
    for _ in range(iterations):
        x = x + x / seen * A.T(y / A(x) - 1)
    return x


# %% right="recursion" exercise="photon_em"
def photon_em(y, A, iterations, x0):
    if iterations == 0:
        return np.copy(x0)
    before = photon_em(y, A, iterations - 1, x0)
    return before / A.T(np.ones_like(A(before))) * A.T(y / A(before))


# %% wrong="both_needed" exercise="wraps_around" says="alone is enough"
def wraps_around(method, shape):
    g = np.full(shape, 0.5)
    c = g.copy()
    c[0] += 0.1
    d = g.copy()
    d[:, 0] += 0.1
    return bool(
        np.abs(method(c) - method(g))[-1].max() > 0.001
        and np.abs(method(d) - method(g))[:, -1].max() > 0.001
    )


# %% wrong="compares_with_input" exercise="wraps_around" says="two pictures"
def wraps_around(method, shape):
    g = np.full(shape, 0.5)
    c = g.copy()
    c[0] += 0.1
    d = g.copy()
    d[:, 0] += 0.1
    return bool(
        np.abs(method(c) - g)[-1].max() > 0.001 or np.abs(method(d) - g)[:, -1].max() > 0.001
    )


# %% wrong="backwards_only" exercise="wraps_around" says="look at the last"
def wraps_around(method, shape):
    g = np.full(shape, 0.5)
    c = g.copy()
    c[-1] += 0.1
    d = g.copy()
    d[:, -1] += 0.1
    return bool(
        np.abs(method(c) - method(g))[0].max() > 0.001
        or np.abs(method(d) - method(g))[:, 0].max() > 0.001
    )


# %% wrong="relative_to_neighbour" exercise="wraps_around" says="goes unnoticed|accused"
def wraps_around(method, shape):
    g = np.full(shape, 0.5)
    c = g.copy()
    c[0] += 0.1
    d = g.copy()
    d[:, 0] += 0.1
    a, b = np.abs(method(c) - method(g)), np.abs(method(d) - method(g))
    return bool(a[-1].max() > 0.01 * a.max() or b[:, -1].max() > 0.01 * b.max())


# %% wrong="any_change" exercise="wraps_around" says="1 %"
def wraps_around(method, shape):
    g = np.full(shape, 0.5)
    c = g.copy()
    c[0] += 0.1
    d = g.copy()
    d[:, 0] += 0.1
    return bool(
        np.abs(method(c) - method(g))[-1].max() > 1e-9
        or np.abs(method(d) - method(g))[:, -1].max() > 1e-9
    )


# %% wrong="both_edges_at_once" exercise="wraps_around" says="one edge at a time"
def wraps_around(method, shape):
    g = np.full(shape, 0.5)
    c = g.copy()
    c[0] += 0.1
    c[:, 0] += 0.1
    change = np.abs(method(c) - method(g))
    return bool(change[-1].max() > 0.001 or change[:, -1].max() > 0.001)


# %% right="darker_instead" exercise="wraps_around"
def wraps_around(method, shape):
    for axis in (0, 1):
        gray = np.full(shape, 0.5)
        changed = np.full(shape, 0.5)
        np.moveaxis(changed, axis, 0)[0] -= 0.1
        difference = np.moveaxis(method(changed) - method(gray), axis, 0)[-1]
        if np.any(np.abs(difference) > 0.01 * 0.1):
            return True
    return False


# %% right="smaller_change" exercise="wraps_around"
def wraps_around(method, shape):
    gray, by = 0.5 * np.ones(shape), 0.05
    base = np.array(method(gray.copy()))
    top, left = gray.copy(), gray.copy()
    top[0, :] += by
    left[:, 0] += by
    return (
        np.max(np.abs(method(top)[-1, :] - base[-1, :])) / by > 0.01
        or np.max(np.abs(method(left)[:, -1] - base[:, -1])) / by > 0.01
    )
