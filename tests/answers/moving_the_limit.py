"""Wrong and right answers to the exercises of lesson `moving_the_limit`."""

# %% wrong="sums_instead_of_means" exercise="frames_matrix" says="divide by s"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    matrix = np.zeros((len(shifts) * n // s, n))
    for k, d in enumerate(shifts):
        for j in range(n // s):
            matrix[k * n // s + j, (s * j + d + np.arange(s)) % n] = 1
    return matrix


# %% wrong="adjoint_scaling" exercise="frames_matrix" says="add up to 1"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    rows = np.kron(np.eye(n // s), np.ones(s)) / s**2
    return np.vstack([np.roll(rows, d, axis=1) for d in shifts])


# %% wrong="shifts_backwards" exercise="frames_matrix" says="wrong way"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    rows = np.kron(np.eye(n // s), np.ones(s)) / s
    return np.vstack([np.roll(rows, -d, axis=1) for d in shifts])


# %% wrong="cuts_off_at_the_border" exercise="frames_matrix" says="circle"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    matrix = np.zeros((len(shifts) * n // s, n))
    for k, d in enumerate(shifts):
        for j in range(n // s):
            matrix[k * n // s + j, s * j + d : s * j + d + s] = 1 / s
    return matrix


# %% wrong="alternates_the_frames" exercise="frames_matrix" says="alternate"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    rows = np.kron(np.eye(n // s), np.ones(s)) / s
    return np.stack([np.roll(rows, d, axis=1) for d in shifts], axis=1).reshape(-1, n)


# %% wrong="shifts_by_coarse_pixels" exercise="frames_matrix" says="coarse pixels; d counts fine"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    rows = np.kron(np.eye(n // s), np.ones(s)) / s
    return np.vstack([np.roll(rows, s * d, axis=1) for d in shifts])


# %% wrong="crops_instead_of_refusing" exercise="frames_matrix" says="must raise ValueError"
def frames_matrix(n, s, shifts):
    matrix = np.zeros((len(shifts), n // s, n))
    for k, d in enumerate(shifts):
        for j in range(n // s):
            matrix[k, j, (s * j + d + np.arange(s)) % n] = 1 / s
    return matrix.reshape(-1, n)


# %% right="rolled_kronecker" exercise="frames_matrix"
def frames_matrix(n, s, shifts):
    if n != s * (n // s):
        raise ValueError("s must divide n")
    one_frame = np.kron(np.eye(n // s), np.full((1, s), 1 / s))
    return np.concatenate([np.roll(one_frame, shift, axis=1) for shift in shifts])


# %% right="nested_lists" exercise="frames_matrix"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError("s must divide n")
    rows = []
    for shift in shifts:
        for j in range(n // s):
            row = [0.0] * n
            for i in range(s):
                row[(s * j + shift + i) % n] += 1 / s
            rows.append(row)
    return rows


# %% right="cumulative_sums_in_single_precision" exercise="frames_matrix"
def frames_matrix(n, s, shifts):
    if n % s != 0:
        raise ValueError(f"{s} is no divisor of {n}")
    i = np.arange(n)
    starts = np.concatenate([s * np.arange(n // s) + d for d in shifts])
    return (((i - starts[:, None]) % n) < s).astype(np.float32) / np.float32(s)


# %% wrong="wraps_once" exercise="frames_matrix" says="frames_matrix"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    rows = []
    for d in shifts:
        for j in range(n // s):
            row = np.zeros(n)
            for i in range(s):
                at = s * j + d + i
                at = at - n if at >= n else at
                row[at + n if at < 0 else at] = 1 / s
            rows.append(row)
    return np.array(rows)


# %% wrong="first_shift_only" exercise="frames_matrix" says="frames_matrix"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    rows = np.kron(np.eye(n // s), np.ones(s)) / s
    return np.vstack([np.roll(rows, shifts[0], axis=1) for _ in shifts])


# %% wrong="absolute_shift" exercise="frames_matrix" says="frames_matrix"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    rows = np.kron(np.eye(n // s), np.ones(s)) / s
    return np.vstack([np.roll(rows, abs(d), axis=1) for d in shifts])


# %% wrong="shift_within_a_coarse_pixel" exercise="frames_matrix" says="frames_matrix"
### INSTEAD OF (s * j + d + np.arange(s)) % n
(s * j + d % s + np.arange(s)) % n

# %% wrong="transposed" exercise="frames_matrix" says="shape"
def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError
    rows = np.kron(np.eye(n // s), np.ones(s)) / s
    return np.vstack([np.roll(rows, d, axis=1) for d in shifts]).T


# %% wrong="refuses_even_shifts_beyond" exercise="frames_matrix" says="raised ValueError"
def frames_matrix(n, s, shifts):
    if n % s or max(np.abs(shifts)) >= n:
        raise ValueError
    rows = np.kron(np.eye(n // s), np.ones(s)) / s
    return np.vstack([np.roll(rows, d, axis=1) for d in shifts])


# %% wrong="least_squares" exercise="sparsest" says="least Σx²"
def sparsest(y, A):
    return np.linalg.lstsq(A, y)[0]


# %% wrong="adds_u_and_v" exercise="sparsest" says="absolute values"
def sparsest(y, A):
    n = A.shape[1]
    z = linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None)).x
    return z[:n] + z[n:]


# %% wrong="returns_u" exercise="sparsest" says="this is u only"
def sparsest(y, A):
    n = A.shape[1]
    return linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None)).x[:n]


# %% wrong="returns_u_and_v" exercise="sparsest" says="return u − v"
def sparsest(y, A):
    n = A.shape[1]
    return linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None)).x


# %% wrong="v_costs_nothing" exercise="sparsest" says="must be least"
def sparsest(y, A):
    n = A.shape[1]
    z = linprog(np.r_[np.ones(n), np.zeros(n)], A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None)).x
    return z[:n] - z[n:]


# %% wrong="u_costs_nothing" exercise="sparsest" says="must be least"
def sparsest(y, A):
    n = A.shape[1]
    z = linprog(np.r_[np.zeros(n), np.ones(n)], A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None)).x
    return z[:n] - z[n:]


# %% wrong="negative_light_is_dearer" exercise="sparsest" says="must be least"
def sparsest(y, A):
    n = A.shape[1]
    z = linprog(np.r_[np.ones(n), 2 * np.ones(n)], A_eq=np.hstack([A, -A]), b_eq=y).x
    return z[:n] - z[n:]


# %% wrong="drops_faint_spikes" exercise="sparsest" says="A @ x"
def sparsest(y, A):
    n = A.shape[1]
    z = linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None)).x
    x = z[:n] - z[n:]
    return np.where(np.abs(x) > 0.1 * np.abs(x).max(), x, 0)


# %% wrong="spikes_of_at_most_ten" exercise="sparsest" says="None"
def sparsest(y, A):
    n = A.shape[1]
    z = linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, 10)).x
    return z[:n] - z[n:]


# %% wrong="rounds_to_whole_numbers" exercise="sparsest" says="A @ x|sparsest"
def sparsest(y, A):
    n = A.shape[1]
    z = linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y).x
    return np.round(z[:n] - z[n:])


# %% right="by_the_dual" exercise="sparsest"
def sparsest(y, A):
    m, n = A.shape
    both = np.vstack([A.T, -A.T])
    found = linprog(-np.asarray(y, dtype=float), A_ub=both, b_ub=np.ones(2 * n),
                    bounds=(None, None))
    prices = found.ineqlin.marginals
    return prices[n:] - prices[:n]


# %% wrong="forgets_the_negative_half" exercise="sparsest" says="linprog found no solution|least"
def sparsest(y, A):
    return linprog(np.ones(A.shape[1]), A_eq=A, b_eq=y).x


# %% wrong="minimises_the_sum_itself" exercise="sparsest" says="must be least"
def sparsest(y, A):
    return linprog(np.ones(A.shape[1]), A_eq=A, b_eq=y, bounds=(None, None)).x


# %% wrong="greedy_matching_pursuit" exercise="sparsest" says="A @ x|must be least"
def sparsest(y, A):
    chosen, rest = [], y
    for _ in range(4):
        chosen.append(int(np.argmax(np.abs(A.T @ rest))))
        weights = np.linalg.lstsq(A[:, chosen], y)[0]
        rest = y - A[:, chosen] @ weights
    x = np.zeros(A.shape[1])
    np.add.at(x, chosen, weights)
    return x


# %% wrong="greedy_until_it_fits" exercise="sparsest" says="must be least"
def sparsest(y, A):
    chosen, rest = [], y
    while np.abs(rest).max() > 1e-9:
        chosen.append(int(np.argmax(np.abs(A.T @ rest))))
        weights = np.linalg.lstsq(A[:, chosen], y)[0]
        rest = y - A[:, chosen] @ weights
    x = np.zeros(A.shape[1])
    np.add.at(x, chosen, weights)
    return x


# %% right="bounded_by_absolute_values" exercise="sparsest"
def sparsest(y, A):
    m, n = A.shape
    eye = np.eye(n)
    result = linprog(np.r_[np.zeros(n), np.ones(n)], bounds=(None, None),
                     A_ub=np.block([[eye, -eye], [-eye, -eye]]), b_ub=np.zeros(2 * n),
                     A_eq=np.hstack([A, np.zeros((m, n))]), b_eq=y)
    return result.x[:n]


# %% right="interior_point" exercise="sparsest"
def sparsest(y, A):
    n = A.shape[1]
    z = linprog([1.0] * (2 * n), A_eq=np.c_[A, -A], b_eq=y, method="highs-ipm").x
    return np.subtract(*np.split(z, 2))


# %% wrong="least_squares" exercise="positive_scene" says="least Σx²"
def positive_scene(y, A):
    return np.linalg.pinv(A) @ y


# %% wrong="clips_another_solution" exercise="positive_scene" says="clipped"
def positive_scene(y, A):
    return np.maximum(np.linalg.pinv(A) @ y, 0)


# %% wrong="tolerates_a_thousandth" exercise="positive_scene" says="0.0001"
def positive_scene(y, A):
    from scipy.optimize import nnls

    x, residual = nnls(A, y)
    if residual > 1e-3 * np.abs(y).max():
        raise ValueError("x must be negative somewhere")
    return x


# %% wrong="absolute_tolerance" exercise="positive_scene" says="how bright that is"
def positive_scene(y, A):
    from scipy.optimize import nnls

    x, residual = nnls(A, y)
    if residual > 1e-5:
        raise ValueError("x must be negative somewhere")
    return x


# %% wrong="demands_exactness" exercise="positive_scene" says="don't refuse them"
def positive_scene(y, A):
    from scipy.optimize import nnls

    x, residual = nnls(A, y)
    if residual > 1e-13:
        raise ValueError("x must be negative somewhere")
    return x


# %% wrong="refuses_negative_data" exercise="positive_scene" says="don't refuse them"
def positive_scene(y, A):
    from scipy.optimize import nnls

    if np.min(y) < 0:
        raise ValueError("negative light")
    return nnls(A, y)[0]


# %% wrong="refuses_a_negative_total_only" exercise="positive_scene" says="must raise ValueError"
def positive_scene(y, A):
    from scipy.optimize import nnls

    if y[0] < 0:
        raise ValueError("negative light")
    return nnls(A, y)[0]


# %% wrong="forgets_to_scale_back" exercise="positive_scene" says="A @ x"
### INSTEAD OF scale * result.x
result.x

# %% wrong="at_most_two_per_pixel" exercise="positive_scene" says="don't refuse them"
### INSTEAD OF bounds=(0, None)
bounds=(0, 0.4)

# %% wrong="scaled_by_the_smallest" exercise="positive_scene" says="next to nothing"
### INSTEAD OF np.abs(y).max() or 1.0
np.abs(y).min() or 1.0

# %% wrong="divides_dark_data_by_zero" exercise="positive_scene" says="all 0"
### INSTEAD OF np.abs(y).max() or 1.0
np.abs(y).max()

# %% right="bounded_least_squares" exercise="positive_scene"
def positive_scene(y, A):
    from scipy.optimize import nnls

    size = float(np.max(np.abs(y)))
    if size == 0:
        return np.zeros(A.shape[1])
    x, _ = nnls(np.asarray(A, dtype=float), np.asarray(y, dtype=float) / size)
    if np.abs(A @ x - y / size).max() > 3e-6:
        raise ValueError("no scene of light")
    return size * x


# %% wrong="allows_negative_light" exercise="positive_scene" says="must raise|never negative"
def positive_scene(y, A):
    n = A.shape[1]
    z = linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None)).x
    return z[:n] - z[n:]


# %% wrong="never_looks_at_the_residual" exercise="positive_scene" says="must raise ValueError"
def positive_scene(y, A):
    from scipy.optimize import nnls

    return nnls(A, y)[0]


# %% wrong="returns_what_nnls_returns" exercise="positive_scene" says="return x alone"
def positive_scene(y, A):
    from scipy.optimize import nnls

    return nnls(A, y)


# %% wrong="tolerates_a_percent" exercise="positive_scene" says="0.0001 too large"
def positive_scene(y, A):
    from scipy.optimize import nnls

    x, residual = nnls(A, y)
    if residual > 1e-2 * np.abs(y).max():
        raise ValueError("x must be negative somewhere")
    return x


# %% wrong="returns_none_when_refuted" exercise="positive_scene" says="must raise ValueError"
def positive_scene(y, A):
    return linprog(np.ones(A.shape[1]), A_eq=A, b_eq=y).x


# %% wrong="always_refuses" exercise="positive_scene" says="don't refuse them"
def positive_scene(y, A):
    raise ValueError("not today")


# %% wrong="solver_without_a_scale" exercise="positive_scene" says="how bright that is"
### INSTEAD OF np.abs(y).max() or 1.0
1.0

# %% right="nonnegative_least_squares" exercise="positive_scene"
def positive_scene(y, A):
    from scipy.optimize import nnls

    x, residual = nnls(A, y)
    if residual > 1e-6 * np.abs(y).max():
        raise ValueError("x must be negative somewhere")
    return x


# %% right="feasibility_only" exercise="positive_scene"
def positive_scene(y, A):
    unit = np.linalg.norm(y) or 1
    result = linprog(np.zeros(A.shape[1]), A_eq=A, b_eq=y / unit, method="highs-ds")
    if result.x is None:
        raise ValueError(result.message)
    return unit * result.x


# %% wrong="moves_each_light_by_d" exercise="separation_information" says="4 times too large"
def separation_information(d, sigma, photons):
    if min(sigma, photons) <= 0:
        raise ValueError
    x = np.linspace(-d - 9 * sigma, d + 9 * sigma, 8001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (2 * sigma**2)
    return photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])


# %% wrong="forgets_both_halves" exercise="separation_information" says="16 times too large"
def separation_information(d, sigma, photons):
    if min(sigma, photons) <= 0:
        raise ValueError
    x = np.linspace(-d - 9 * sigma, d + 9 * sigma, 8001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / sigma**2
    return photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])


# %% wrong="photons_for_each_light" exercise="separation_information" says="twice too large"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    return 2 * integral_over_a_grid(d, sigma, photons)


def integral_over_a_grid(d, sigma, photons):
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    return photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])


# %% wrong="for_one_photon" exercise="separation_information" says="multiply by `photons`"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    F = np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])
    return F


# %% wrong="returns_the_bound" exercise="separation_information" says="return F"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    F = photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])
    return F**-0.5


# %% wrong="small_distance_formula" exercise="separation_information" says="it should be"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    return photons * d**2 / (8 * sigma**4)


# %% wrong="accepts_no_photons" exercise="separation_information" says="must raise"
def separation_information(d, sigma, photons):
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    F = photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])
    return F


# %% wrong="sigma_of_one_assumed" exercise="separation_information" says="it should be"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8, d / 2 + 8, 4001)
    left, right = (np.exp(-((x + s * d / 2) ** 2) / 2) / np.sqrt(2 * np.pi) for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / 4
    terms = np.divide(2 * slope**2, left + right, out=np.zeros_like(x), where=left + right > 0)
    return photons * np.sum(terms) * (x[1] - x[0])


# %% wrong="forgets_sigma_in_the_density" exercise="separation_information" says="1/.sigma"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)

    def g(x):
        return np.exp(-(x**2) / (2 * sigma**2)) / (np.sqrt(2 * np.pi))

    p = (g(x - d / 2) + g(x + d / 2)) / 2
    slope = ((x - d / 2) * g(x - d / 2) - (x + d / 2) * g(x + d / 2)) / (4 * sigma**2)
    return photons * np.sum(slope**2 / p) * (x[1] - x[0])


# %% wrong="forgets_sigma_in_the_slope" exercise="separation_information" says="sigma⁴ times"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)

    def g(x):
        return np.exp(-(x**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))

    p = (g(x - d / 2) + g(x + d / 2)) / 2
    slope = ((x - d / 2) * g(x - d / 2) - (x + d / 2) * g(x + d / 2)) / (4)
    return photons * np.sum(slope**2 / p) * (x[1] - x[0])


# %% wrong="grid_of_fixed_width" exercise="separation_information" says="it should be|NaN"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8, d / 2 + 8, 4001)

    def g(x):
        return np.exp(-(x**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))

    p = (g(x - d / 2) + g(x + d / 2)) / 2
    slope = ((x - d / 2) * g(x - d / 2) - (x + d / 2) * g(x + d / 2)) / (4 * sigma**2)
    return photons * np.sum(slope**2 / p) * (x[1] - x[0])


# %% wrong="adds_the_slopes" exercise="separation_information" says="were added"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)

    def g(x):
        return np.exp(-(x**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))

    p = (g(x - d / 2) + g(x + d / 2)) / 2
    slope = ((x - d / 2) * g(x - d / 2) + (x + d / 2) * g(x + d / 2)) / (4 * sigma**2)
    return photons * np.sum(slope**2 / p) * (x[1] - x[0])


# %% wrong="forgets_dx" exercise="separation_information" says="step of x"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)

    def g(x):
        return np.exp(-(x**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))

    p = (g(x - d / 2) + g(x + d / 2)) / 2
    slope = ((x - d / 2) * g(x - d / 2) - (x + d / 2) * g(x + d / 2)) / (4 * sigma**2)
    return photons * np.sum(slope**2 / p)


# %% wrong="reaches_until_zero_over_zero" exercise="separation_information" says="0/0"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 60 * sigma, d / 2 + 60 * sigma, 4001)

    def g(x):
        return np.exp(-(x**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))

    p = (g(x - d / 2) + g(x + d / 2)) / 2
    slope = ((x - d / 2) * g(x - d / 2) - (x + d / 2) * g(x + d / 2)) / (4 * sigma**2)
    return photons * np.sum(slope**2 / p) * (x[1] - x[0])


# %% wrong="halves_again" exercise="separation_information" says="half of it"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    F = photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])
    return F / 2


# %% right="adaptive_quadrature" exercise="separation_information"
def separation_information(d, sigma, photons):
    from scipy.integrate import quad
    from scipy.stats import norm

    if not (sigma > 0 and photons > 0):
        raise ValueError("sigma and photons must be positive")
    h = d / sigma / 2

    def integrand(t):
        left, right = norm.pdf(t + h), norm.pdf(t - h)
        return ((t - h) * right - (t + h) * left) ** 2 / (8 * (left + right))

    ends = -h - 8, h + 8
    return photons * quad(integrand, *ends, points=(-h, h), limit=400)[0] / sigma**2


# %% wrong="step_of_a_hundredth" exercise="separation_information" says="it should be|NaN|raised"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.arange(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 0.01)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    F = photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])
    return F


# %% wrong="absolute_difference" exercise="separation_information" says="it should be|raised|NaN"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)

    def p(d):
        return (np.exp(-0.5 * ((x - d / 2) / sigma) ** 2)
                + np.exp(-0.5 * ((x + d / 2) / sigma) ** 2)) / sigma / np.sqrt(8 * np.pi)

    slope = (p(d + 1e-3) - p(d - 1e-3)) / 2e-3
    return photons * np.sum(slope**2 / p(d)) * (x[1] - x[0])


# %% wrong="reaches_two_sigma" exercise="separation_information" says="it should be"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 2 * sigma, d / 2 + 2 * sigma, 4001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    F = photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])
    return F


# %% wrong="photons_squared" exercise="separation_information" says="it should be"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    F = photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])
    return F * photons / 100


# %% wrong="refuses_a_negative_sigma_only" exercise="separation_information" says="must raise"
def separation_information(d, sigma, photons):
    if sigma < 0 or photons < 0:
        raise ValueError
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 4001)
    left, right = ((np.exp(-0.5 * ((x + s * d / 2) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi))
                   for s in (1, -1))
    slope = ((x - d / 2) * right - (x + d / 2) * left) / (4 * sigma**2)
    F = photons * np.sum(slope**2 * 2 / (left + right)) * (x[1] - x[0])
    return F


# %% right="in_units_of_sigma_single_precision" exercise="separation_information"
def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError("both must be positive")
    h = d / sigma / 2
    t = np.linspace(-h - 8, h + 8, 20_001)
    left, right = np.exp(-((t + h) ** 2) / 2), np.exp(-((t - h) ** 2) / 2)
    terms = ((t - h) * right - (t + h) * left) ** 2 / (left + right)
    return np.float32(photons / sigma**2 * np.trapezoid(terms, t) / 8 / np.sqrt(2 * np.pi))


# %% wrong="librarys_operator" exercise="frames_matrix" says="off limits"
def frames_matrix(n, s, shifts):
    from course_lib.imaging.recovery import frames

    return frames([(0, d) for d in shifts], factor=(1, s)).dense((1, n))


# %% wrong="librarys_program" exercise="sparsest" says="off limits"
def sparsest(y, A):
    from course_lib.imaging.operators import Matrix

    return recover_spikes(np.asarray(y)[None], Matrix(A))[0]


# %% wrong="librarys_positive_program" exercise="positive_scene" says="off limits"
def positive_scene(y, A):
    from course_lib.imaging.operators import Matrix

    return recover_spikes(np.asarray(y)[None], Matrix(A), positive=True)[0]


# %% wrong="librarys_information" exercise="separation_information" says="off limits"
def separation_information(d, sigma, photons):
    return float(fisher_information(photons=photons, sigma=sigma, separation=d)[0, 0])


# %% wrong="shifts_modulo_s" exercise="frames_matrix" says="."
import numpy as np


def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError('s must divide n')
    A = np.zeros((len(shifts) * (n // s), n))
    r = 0
    for d in shifts:
        for j in range(n // s):
            for i in range(s):
                A[r, (s * j + d % s + i) % n] += 1 / s
            r += 1
    return A


# %% wrong="shifts_in_eight_bits" exercise="frames_matrix" says="."
import numpy as np


def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError('s must divide n')
    shifts = np.array(shifts, dtype=np.int8)
    A = np.zeros((len(shifts) * (n // s), n))
    r = 0
    for d in shifts:
        for j in range(n // s):
            for i in range(s):
                A[r, (s * j + d + i) % n] += 1 / s
            r += 1
    return A


# %% right="single_precision_by_index" exercise="frames_matrix"
import numpy as np


def frames_matrix(n, s, shifts):
    if n % s:
        raise ValueError('s must divide n')
    i = np.arange(n)[None, None]
    j = np.arange(n // s)[None, :, None]
    d = np.asarray(shifts).reshape(-1, 1, 1)
    return (((i - s * j - d) % n < s) / np.float32(s)).astype(np.float32).reshape(-1, n)


# %% wrong="scaled_by_the_largest_with_its_sign" exercise="sparsest" says="y = .0, -1"
import numpy as np
from scipy.optimize import linprog


def sparsest(y, A):
    top = y.max()
    if top == 0:
        return np.zeros(A.shape[1])
    y = y / top
    n = A.shape[1]
    z = linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y, bounds=(0, None)).x
    return top * (z[:n] - z[n:])


# %% right="by_the_dual_program" exercise="sparsest"
import numpy as np
from scipy.optimize import linprog


def sparsest(y, A):
    # the dual's multipliers are the scene: max y·q with |Aᵀq| ≤ 1
    top = np.abs(y).max()
    if top == 0:
        return np.zeros(A.shape[1])
    both = np.vstack([A.T, -A.T])
    found = linprog(-y / top, A_ub=both, b_ub=np.ones(len(both)), bounds=(None, None))
    u, v = -found.ineqlin.marginals.reshape(2, -1)
    return top * (u - v)


# %% wrong="sparsest_scene_then_its_sign" exercise="positive_scene" says="don't refuse"
import numpy as np
from scipy.optimize import linprog


def positive_scene(y, A):
    top = np.abs(y).max()
    if top == 0:
        return np.zeros(A.shape[1])
    n = A.shape[1]
    z = linprog(np.ones(2 * n), A_eq=np.hstack([A, -A]), b_eq=y / top).x
    if z is None or (z[:n] - z[n:]).min() < -1e-6:
        raise ValueError('no light')
    return top * np.maximum(z[:n] - z[n:], 0)


# %% wrong="scaled_by_the_largest_with_its_sign" exercise="positive_scene" says="."
import numpy as np
from scipy.optimize import nnls


def positive_scene(y, A):
    top = y.max()
    if top <= 0:
        return np.zeros(A.shape[1])
    x, rest = nnls(A, y / top)
    if rest > 1e-5:
        raise ValueError('no light')
    return top * x


# %% wrong="scaled_by_the_first_number" exercise="positive_scene" says="."
import numpy as np
from scipy.optimize import nnls


def positive_scene(y, A):
    top = abs(y[0])
    if top == 0:
        return np.zeros(A.shape[1])
    x, rest = nnls(A, y / top)
    if rest > 1e-5:
        raise ValueError('no light')
    return top * x


# %% wrong="no_light_above_the_largest_number" exercise="positive_scene" says="don't refuse"
import numpy as np
from scipy.optimize import linprog


def positive_scene(y, A):
    top = np.abs(y).max()
    if top == 0:
        return np.zeros(A.shape[1])
    found = linprog(np.ones(A.shape[1]), A_eq=A, b_eq=y / top, bounds=(0, 1))
    if found.x is None:
        raise ValueError('no light')
    return top * found.x


# %% wrong="drops_dim_lights" exercise="positive_scene" says="bright and a dim"
import numpy as np
from scipy.optimize import nnls


def positive_scene(y, A):
    top = np.abs(y).max()
    if top == 0:
        return np.zeros(A.shape[1])
    x, rest = nnls(A, y / top)
    if rest > 1e-5:
        raise ValueError('no light')
    return top * np.where(x > 1e-3 * x.max(), x, 0)


# %% right="least_miss_by_a_program" exercise="positive_scene"
import numpy as np
from scipy.optimize import linprog


def positive_scene(y, A):
    top = np.abs(y).max()
    if top == 0:
        return np.zeros(A.shape[1])

    # the least largest miss, as a linear program
    m, n = A.shape
    c = np.r_[np.zeros(n), 1.0]
    one = np.ones((m, 1))
    found = linprog(c, A_ub=np.block([[A, -one], [-A, -one]]), b_ub=np.r_[y, -y] / top)
    if found.x[-1] > 5e-6:
        raise ValueError('no light')
    return found.x[:n] * top


# %% wrong="floor_under_the_density" exercise="separation_information" says="it should be"
import numpy as np


def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError('must be positive')
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 20001)
    def g(t):
        return np.exp(-t**2 / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    def dg(t):
        return -t / sigma**2 * g(t)
    p = (g(x - d / 2) + g(x + d / 2)) / 2
    dp = (dg(x + d / 2) - dg(x - d / 2)) / 4
    return photons * np.sum(dp**2 / (p + 1e-9)) * (x[1] - x[0])


# %% wrong="whole_photons" exercise="separation_information" says="it should be"
import numpy as np


def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError('must be positive')
    photons = int(photons)
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 20001)
    def g(t):
        return np.exp(-t**2 / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    def dg(t):
        return -t / sigma**2 * g(t)
    p = (g(x - d / 2) + g(x + d / 2)) / 2
    dp = (dg(x + d / 2) - dg(x - d / 2)) / 4
    return photons * np.sum(dp**2 / p) * (x[1] - x[0])


# %% wrong="refuses_less_than_a_photon" exercise="separation_information" says="ValueError"
import numpy as np


def separation_information(d, sigma, photons):
    if sigma <= 0 or photons < 1:
        raise ValueError('must be positive')
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 20001)
    def g(t):
        return np.exp(-t**2 / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    def dg(t):
        return -t / sigma**2 * g(t)
    p = (g(x - d / 2) + g(x + d / 2)) / 2
    dp = (dg(x + d / 2) - dg(x - d / 2)) / 4
    return photons * np.sum(dp**2 / p) * (x[1] - x[0])


# %% wrong="two_single_lights_beyond_4_sigma" exercise="separation_information" says="it should be"
import numpy as np


def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError('must be positive')
    if d > 4 * sigma:
        return photons / (4 * sigma**2)
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 20001)
    def g(t):
        return np.exp(-t**2 / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    def dg(t):
        return -t / sigma**2 * g(t)
    p = (g(x - d / 2) + g(x + d / 2)) / 2
    dp = (dg(x + d / 2) - dg(x - d / 2)) / 4
    return photons * np.sum(dp**2 / p) * (x[1] - x[0])


# %% wrong="slope_by_an_absolute_step" exercise="separation_information" says="it should be"
import numpy as np


def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError('must be positive')
    x = np.linspace(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, 20001)
    def g(t):
        return np.exp(-t**2 / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    def dg(t):
        return -t / sigma**2 * g(t)
    p = (g(x - d / 2) + g(x + d / 2)) / 2
    dp = (dg(x + d / 2) - dg(x - d / 2)) / 4
    h = 1e-4
    def both(d):
        return (g(x - d / 2) + g(x + d / 2)) / 2
    dp = (both(d + h) - both(d - h)) / (2 * h)
    return photons * np.sum(dp**2 / p) * (x[1] - x[0])


# %% right="single_precision_in_units_of_sigma" exercise="separation_information"
import numpy as np


def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError('must be positive')

    D = np.float32(d / sigma)
    x = np.linspace(-D / 2 - 8, D / 2 + 8, 4001, dtype=np.float32)
    a = np.exp(-(x - D / 2)**2 / 2) / np.float32(np.sqrt(2 * np.pi))
    b = np.exp(-(x + D / 2)**2 / 2) / np.float32(np.sqrt(2 * np.pi))
    slope = ((x - D / 2) * a - (x + D / 2) * b) / 4
    return photons * float(np.sum(slope**2 / ((a + b) / 2)) * (x[1] - x[0])) / sigma**2


# %% right="steps_of_a_tenth" exercise="separation_information"
import numpy as np


def separation_information(d, sigma, photons):
    if sigma <= 0 or photons <= 0:
        raise ValueError('must be positive')
    x = np.arange(-d / 2 - 8 * sigma, d / 2 + 8 * sigma, sigma / 10)
    def g(t):
        return np.exp(-t**2 / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
    def dg(t):
        return -t / sigma**2 * g(t)
    p = (g(x - d / 2) + g(x + d / 2)) / 2
    dp = (dg(x + d / 2) - dg(x - d / 2)) / 4
    return photons * np.trapezoid(dp**2 / p, x)
