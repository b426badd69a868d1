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


# %% wrong="takes_the_worst_frequency" exercise="kernel_gain" says="largest"
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


# %% wrong="squares_the_real_part" exercise="kernel_gain" says="real part only"
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


# %% wrong="squares_the_ratio" exercise="wiener_filter" says="ratio of powers already"
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


# %% wrong="guesses_noise_over_signal" exercise="morozov" says="the residual must decide"
def morozov(y, A, sigma):
    if np.sum(y**2) <= y.size * sigma**2:
        raise ValueError
    return sigma**2 / np.mean(y**2)


# %% wrong="formula_without_blur" exercise="morozov" says="without a camera only"
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


# %% wrong="returns_another_negative_number" exercise="morozov" says="not positive"
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


# %% wrong="clips_to_1" exercise="photon_em" says="clipped to 1"
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


# %% right="transposes_for_the_columns" exercise="wraps_around"
def wraps_around(method, shape):
    def first_to_last(f, size):
        scene = np.full(size, 0.5)
        before = f(scene)
        scene = scene + 0.2 * (np.arange(size[0]) == 0)[:, None]
        return np.ptp([before[-1], f(scene)[-1]], axis=0).max() > 0.01 * 0.2

    return bool(first_to_last(method, shape)
                or first_to_last(lambda p: method(p.T).T, shape[::-1]))
