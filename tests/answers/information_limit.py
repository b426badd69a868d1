"""Wrong and right answers to the exercises of lesson `information_limit`."""

# %% wrong="returns_the_measured_part" exercise="null_part" says="this is the measured part"
def null_part(x, A):
    return limits.split(A, x)[0]


# %% wrong="takes_the_adjoint_for_the_inverse" exercise="null_part" says="Aᵀ is no inverse"
def null_part(x, A):
    return x - A.T(A(x))


# %% wrong="corrects_for_square_blocks_only" exercise="null_part" says="one camera among many"
def null_part(x, A):
    return x - x.size / A(x).size * A.T(A(x))


# %% wrong="counts_rows_instead_of_rank" exercise="null_part" says="the rank"
def null_part(x, A):
    matrix = A.dense(x.shape)
    rows = np.linalg.svd(matrix, full_matrices=False)[2]
    return x - (rows.T @ (rows @ x.ravel())).reshape(x.shape)


# %% wrong="adds_the_mean_back" exercise="null_part" says="don't add the mean back"
def null_part(x, A):
    return limits.split(A, x)[1] + x.mean()


# %% wrong="measured_minus_x" exercise="null_part" says="sign is turned"
def null_part(x, A):
    return limits.split(A, x)[0] - x


# %% wrong="pinv_with_its_default_cutoff" exercise="null_part" says="rcond=1e-10"
def null_part(x, A):
    M = A.dense(x.shape)
    return x - (np.linalg.pinv(M) @ (M @ x.ravel())).reshape(x.shape)


# %% wrong="flat_result" exercise="null_part" says="shape"
def null_part(x, A):
    return limits.split(A, x)[1].ravel()


# %% right="pseudo_inverse" exercise="null_part"
def null_part(x, A):
    M = A.dense(x.shape)
    return x - (np.linalg.pinv(M, rcond=1e-10) @ (M @ x.ravel())).reshape(x.shape)


# %% right="basis_of_the_null_space" exercise="null_part"
def null_part(x, A):
    from scipy.linalg import null_space

    basis = null_space(A.dense(x.shape), rcond=1e-10)
    return (basis @ (basis.T @ x.ravel())).reshape(x.shape)


# %% right="least_squares" exercise="null_part"
def null_part(x, A):
    M = A.dense(x.shape)
    z = np.linalg.lstsq(M, M @ x.ravel(), rcond=1e-10)[0]
    return x - z.reshape(x.shape)


# %% wrong="a_little_noise" exercise="second_truth" says="Go further"
def second_truth(x, A):
    null = limits.split(A, np.random.default_rng(0).standard_normal(x.shape))[1]
    if np.abs(null).max() < 1e-8:
        raise ValueError("no null space")
    room = np.minimum(x, 1 - x).min() / np.abs(null).max()
    return x + 0.2 * room * null


# %% wrong="leaves_the_box" exercise="second_truth" says="light lies between"
def second_truth(x, A):
    null = limits.split(A, np.random.default_rng(0).standard_normal(x.shape))[1]
    if np.abs(null).max() < 1e-8:
        raise ValueError("no null space")
    return x + null


# %% wrong="clips_last" exercise="second_truth" says="clipping to"
def second_truth(x, A):
    null = limits.split(A, np.random.default_rng(0).standard_normal(x.shape))[1]
    if np.abs(null).max() < 1e-8:
        raise ValueError("no null space")
    return np.clip(x + null, 0, 1)


# %% wrong="knows_block_means_only" exercise="second_truth" says="exposure: the measurements differ"
def second_truth(x, A):
    if A(x).shape == x.shape and not isinstance(A, Blur):
        raise ValueError("no null space")
    room = np.minimum(x, 1 - x).min()
    return x + room * (-1.0) ** np.add.outer(np.arange(x.shape[0]), np.arange(x.shape[1]))


# %% wrong="never_refuses" exercise="second_truth" says="ValueError here: a perfect camera"
def second_truth(x, A):
    modes = limits.decompose(A, x.shape)
    rows = modes.inputs[:modes.rank]
    z = 4 * np.random.default_rng(0).standard_normal(x.shape)
    for _ in range(300):
        z = np.clip(z, 0, 1)
        z = z + (rows.T @ (rows @ (x - z).ravel())).reshape(x.shape)
    return np.clip(z, 0, 1)


# %% wrong="trusts_the_null_space_alone" exercise="second_truth" says="block means of 0"
def second_truth(x, A):
    modes = limits.decompose(A, x.shape)
    if modes.rank == x.size:
        raise ValueError("no null space")
    rows = modes.inputs[:modes.rank]
    z = 4 * np.random.default_rng(0).standard_normal(x.shape)
    for _ in range(300):
        z = np.clip(z, 0, 1)
        z = z + (rows.T @ (rows @ (x - z).ravel())).reshape(x.shape)
    return np.clip(z, 0, 1)


# %% wrong="raises_for_flat_scenes_only" exercise="second_truth" says="so dim"
def second_truth(x, A):
    modes = limits.decompose(A, x.shape)
    if modes.rank == x.size or np.ptp(x) < 1e-9:
        raise ValueError("no null space, or a flat scene")
    rows = modes.inputs[:modes.rank]
    z = x + np.random.default_rng(0).standard_normal(x.shape)
    for _ in range(300):
        z = np.clip(z, 0, 1)
        z = z + (rows.T @ (rows @ (x - z).ravel())).reshape(x.shape)
    return z


# %% wrong="starts_from_weak_noise" exercise="second_truth" says="start from stronger noise"
def second_truth(x, A):
    modes = limits.decompose(A, x.shape)
    rows = modes.inputs[:modes.rank]
    z = np.random.default_rng(0).random(x.shape)
    for _ in range(300):
        z = np.clip(z, 0, 1)
        z = z + (rows.T @ (rows @ (x - z).ravel())).reshape(x.shape)
    if modes.rank == x.size or np.ptp(x) < 1e-9 or x.max() < 0.05:
        raise ValueError("none")
    return z


# %% right="pushes_apart_then_steps_back" exercise="second_truth"
def second_truth(x, A):
    basis = np.linalg.svd(A.dense(x.shape))[2][limits.decompose(A, x.shape).rank:]
    d = basis.T @ (basis @ (3 * np.sign(np.random.default_rng(5).standard_normal(x.size))))
    for _ in range(400):
        d = np.clip(x.ravel() + d, 0, 1) - x.ravel()
        d = basis.T @ (basis @ d)
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(d > 0, (1 - x.ravel()) / d, np.where(d < 0, -x.ravel() / d, np.inf))
    d = d * min(1.0, room.min())
    if not np.sqrt(np.mean(d**2)) >= 0.1:
        raise ValueError("none found")
    return x + d.reshape(x.shape)


# %% wrong="forgets_the_scale" exercise="surviving_components" says="scale is missing"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    return int(np.sum(limits.decompose(A, shape).values > sigma))


# %% wrong="compares_squares" exercise="surviving_components" says="standard deviations"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    return int(np.sum(limits.decompose(A, shape).values ** 2 * scale > sigma))


# %% wrong="scales_the_noise" exercise="surviving_components" says="belongs to the signal"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    return int(np.sum(limits.decompose(A, shape).values > sigma * scale))


# %% wrong="counts_noisy_data" exercise="surviving_components" says="counts noise"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    rng = np.random.default_rng(0)
    modes = limits.decompose(A, shape)
    x = scale * rng.standard_normal(shape)
    y = A(x)
    y = y + sigma * rng.standard_normal(y.shape)
    return int(np.sum(np.abs(modes.coefficients(y)) > sigma))


# %% wrong="returns_the_rank" exercise="surviving_components" says="the rank doesn"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    return limits.decompose(A, shape).rank


# %% wrong="accepts_no_noise" exercise="surviving_components" says="must raise ValueError"
def surviving_components(A, shape, sigma, scale=1.0):
    return int(np.sum(limits.decompose(A, shape).values * scale > sigma))


# %% wrong="counts_the_lost" exercise="surviving_components" says="components that are lost"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    return int(np.sum(limits.decompose(A, shape).values * scale <= sigma))


# %% wrong="compares_with_variance_of_noise" exercise="surviving_components" says="compare with σ²"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    return int(np.sum(limits.decompose(A, shape).values * scale > sigma**2))


# %% wrong="returns_the_mask" exercise="surviving_components" says="sum the mask"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    return limits.decompose(A, shape).values * scale > sigma


# %% wrong="accepts_no_scale" exercise="surviving_components" says="scale must be positive"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0:
        raise ValueError
    return int(np.sum(limits.decompose(A, shape).values * scale > sigma))


# %% right="library_decomposition" exercise="surviving_components"
def surviving_components(A, shape, sigma, scale=1.0):
    if not (sigma > 0 and scale > 0):
        raise ValueError("both must be positive")
    count = 0
    for value in limits.decompose(A, shape).values:
        count += value > sigma / scale
    return int(count)


# %% wrong="nats" exercise="information_bits" says="nats"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.sum(np.log(1 + variance * s**2 / sigma**2))


# %% wrong="no_half" exercise="information_bits" says="½ is missing"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return np.sum(np.log2(1 + variance * s**2 / sigma**2))


# %% wrong="per_pixel" exercise="information_bits" says="per pixel"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.mean(np.log2(1 + variance * s**2 / sigma**2))


# %% wrong="singular_values_not_squared" exercise="information_bits" says="enter squared"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.sum(np.log2(1 + variance * s / sigma**2))


# %% wrong="variance_forgotten" exercise="information_bits" says="variance is missing"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.sum(np.log2(1 + s**2 / sigma**2))


# %% wrong="adds_frames_as_if_independent" exercise="information_bits" says="repeats the first"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    rows = A.dense(shape)
    return 0.5 * np.sum(np.log2(1 + variance * np.sum(rows**2, axis=1) / sigma**2))


# %% wrong="drops_what_is_below_the_noise" exercise="information_bits" says="add a little, too"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    ratio = variance * limits.decompose(A, shape).values ** 2 / sigma**2
    return 0.5 * np.sum(np.log2(1 + ratio[ratio > 1]))


# %% wrong="log_of_a_determinant" exercise="information_bits" says="overflows"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    M = A.dense(shape)
    return 0.5 * np.log2(np.linalg.det(np.eye(len(M)) + variance * M @ M.T / sigma**2))


# %% wrong="root_of_the_variance" exercise="information_bits" says="don't take its root"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.sum(np.log2(1 + np.sqrt(variance) * s**2 / sigma**2))


# %% wrong="decimal_logarithm" exercise="information_bits" says="base 10"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.sum(np.log10(1 + variance * s**2 / sigma**2))


# %% wrong="per_scene_pixel" exercise="information_bits" says="per .scene. pixel"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.sum(np.log2(1 + variance * s**2 / sigma**2)) / np.prod(shape)


# %% wrong="one_value_per_component" exercise="information_bits" says="sum it"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.log2(1 + variance * s**2 / sigma**2)


# %% wrong="accepts_no_variance" exercise="information_bits" says="variance must be greater than 0"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0:
        raise ValueError
    s = limits.decompose(A, shape).values
    return 0.5 * np.sum(np.log2(1 + variance * s**2 / sigma**2))


# %% wrong="accepts_negative_noise" exercise="information_bits" says="deviation is positive"
### INSTEAD OF sigma <= 0
not sigma

# %% right="log_determinant" exercise="information_bits"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("both must be positive")
    M = A.dense(shape)
    gram = np.eye(len(M)) + variance * M @ M.T / sigma**2
    return np.linalg.slogdet(gram)[1] / np.log(4)


# %% right="chain_rule_by_cholesky" exercise="information_bits"
def information_bits(A, shape, sigma, variance=1.0):
    if min(sigma, variance) <= 0:
        raise ValueError("both must be positive")
    M = A.dense(shape)
    factor = np.linalg.cholesky(np.eye(M.shape[1]) + variance * M.T @ M / sigma**2)
    return float(np.sum(np.log2(np.diag(factor))))


# %% wrong="absolute_cutoff" exercise="null_part" says="for null; it is measured"
### INSTEAD OF 1e-10 * strengths[0]
1e-10

# %% wrong="cutoff_of_a_thousandth" exercise="null_part" says="for null; it is measured"
### INSTEAD OF 1e-10 * strengths[0]
1e-3 * strengths[0]

# %% wrong="cutoff_on_the_squares" exercise="null_part" says="for null; it is measured"
### INSTEAD OF rows = rows[strengths > 1e-10 * strengths[0]]
rows = rows[strengths**2 > 1e-10 * strengths[0] ** 2]

# %% wrong="keeps_what_is_rounding" exercise="null_part" says="it is rounding|the rank"
### INSTEAD OF rows = rows[strengths > 1e-10 * strengths[0]]
rows = rows[strengths > 0]

# %% wrong="single_precision" exercise="null_part" says="null_part"
### INSTEAD OF np.linalg.svd(A.dense(x.shape), full_matrices=False)
np.linalg.svd(A.dense(x.shape).astype(np.float32), full_matrices=False)

# %% wrong="takes_away_in_place" exercise="null_part" says="in place"
def null_part(x, A):
    x -= limits.split(A, x)[0]
    return x


# %% wrong="clips_the_null_part" exercise="null_part" says="null_part"
def null_part(x, A):
    return np.clip(limits.split(A, x)[1], 0, None)


# %% right="rows_of_the_librarys_decomposition" exercise="null_part"
def null_part(x, A):
    modes = limits.decompose(A, x.shape)
    null = x.astype(float).copy()
    for s, row in zip(modes.values, modes.inputs, strict=True):
        if s > 1e-10 * modes.values[0]:
            null -= (row @ x.ravel()) * row.reshape(x.shape)
    return null


# %% wrong="gives_up_at_once" exercise="second_truth" says="raised ValueError"
def second_truth(x, A):
    raise ValueError("no second scene found")


# %% wrong="turns_light_into_shade" exercise="second_truth" says="the measurements differ"
def second_truth(x, A):
    return 1 - x


# %% wrong="mirrors_the_scene" exercise="second_truth" says="the measurements differ"
def second_truth(x, A):
    return x[:, ::-1].copy()


# %% wrong="three_rounds_only" exercise="second_truth" says="light lies between"
def second_truth(x, A):
    found = limits.decompose(A, x.shape)
    patterns = found.inputs[:found.rank]
    z = x + np.random.default_rng(0).standard_normal(x.shape)
    for _ in range(3):
        z = np.clip(z, 0, 1)
        z = z + (patterns.T @ (patterns @ (x - z).ravel())).reshape(x.shape)
    if found.rank == x.size or np.sqrt(np.mean((z - x) ** 2)) < 0.1:
        raise ValueError("none found")
    return z


# %% wrong="restores_by_the_adjoint" exercise="second_truth" says="the measurements differ"
def second_truth(x, A):
    z = x + np.random.default_rng(0).standard_normal(x.shape)
    for _ in range(300):
        z = np.clip(z, 0, 1)
        z = z + A.T(A(x - z))
    if limits.decompose(A, x.shape).rank == x.size:
        raise ValueError("no null space")
    return z


# %% right="another_start_and_more_rounds" exercise="second_truth"
def second_truth(x, A):
    modes = limits.decompose(A, x.shape)
    rows = modes.inputs[: modes.rank]
    for seed in range(3):
        z = 0.5 + 2 * np.random.default_rng(seed).standard_normal(x.shape)
        for _ in range(500):
            z = np.clip(z, 0, 1)
            z = z + ((rows @ (x - z).ravel()) @ rows).reshape(x.shape)
        inside = z.min() > -1e-4 and z.max() < 1 + 1e-4
        if inside and np.linalg.norm(z - x) >= 0.1 * np.sqrt(x.size):
            return z
    raise ValueError("no twin found")


# %% wrong="nearly_above" exercise="surviving_components" says="0.2501"
### INSTEAD OF np.sum(sizes * scale > sigma)
np.sum(sizes * scale > 0.99 * sigma)

# %% wrong="at_the_noise_counts_too" exercise="surviving_components" says="not above"
### INSTEAD OF np.sum(sizes * scale > sigma)
np.sum(sizes * scale >= sigma)

# %% wrong="single_precision" exercise="surviving_components" says="dark border"
### INSTEAD OF np.linalg.svd(A.dense(shape), compute_uv=False)
np.linalg.svd(A.dense(shape).astype(np.float32), compute_uv=False)

# %% wrong="gram_matrix" exercise="surviving_components" says="dark border|wider blur"
### INSTEAD OF sizes = np.linalg.svd(A.dense(shape), compute_uv=False)
sizes = np.sqrt(np.abs(np.linalg.eigvalsh(A.dense(shape) @ A.dense(shape).T)))

# %% wrong="drops_weak_components" exercise="surviving_components" says="dark border"
### INSTEAD OF np.sum(sizes * scale > sigma)
np.sum((sizes * scale > sigma) & (sizes > 1e-7 * sizes[0]))

# %% wrong="absolute_tolerance" exercise="surviving_components" says="wider blur"
### INSTEAD OF np.sum(sizes * scale > sigma)
np.sum(sizes * scale > sigma + 1e-9)

# %% wrong="accepts_noise_below_0" exercise="surviving_components" says="must raise"
### INSTEAD OF sigma <= 0 or scale <= 0
sigma == 0 or scale <= 0

# %% wrong="sign_of_the_ratio" exercise="surviving_components" says="both have to be"
### INSTEAD OF sigma <= 0 or scale <= 0
not sigma * scale > 0

# %% wrong="counts_measurements" exercise="surviving_components" says="surviving_components|survive"
def surviving_components(A, shape, sigma, scale=1.0):
    if sigma <= 0 or scale <= 0:
        raise ValueError
    return int(np.prod(A.output_shape(shape)))


# %% right="singular_values_of_scipy" exercise="surviving_components"
def surviving_components(A, shape, sigma, scale=1.0):
    from scipy.linalg import svdvals

    if not min(sigma, scale) > 0:
        raise ValueError("sigma and scale must be positive")
    return np.count_nonzero(svdvals(A.dense(shape)) > sigma / scale)


# %% right="sorts_and_searches" exercise="surviving_components"
def surviving_components(A, shape, sigma, scale=1.0):
    for value, name in ((sigma, "sigma"), (scale, "scale")):
        if value <= 0:
            raise ValueError(f"{name} is {value}")
    rising = np.sort(scale * np.linalg.svd(A.dense(shape))[1])
    return len(rising) - np.searchsorted(rising, sigma, side="right")


# %% wrong="drops_what_is_below_a_hundredth" exercise="information_bits" says="nearly nothing"
def information_bits(A, shape, sigma, variance=1.0):
    if sigma <= 0 or variance <= 0:
        raise ValueError
    ratio = variance * limits.decompose(A, shape).values ** 2 / sigma**2
    return 0.5 * np.sum(np.log2(1 + ratio[ratio > 0.01]))


# %% wrong="a_floor_under_the_noise" exercise="information_bits" says="σ = 1e-09"
### INSTEAD OF sigma**2
max(sigma**2, 1e-14)

# %% wrong="squares_the_variance" exercise="information_bits" says="variance already"
### INSTEAD OF variance * gains**2
variance**2 * gains**2

# %% wrong="one_missing_inside" exercise="information_bits" says="inside the logarithm is missing"
### INSTEAD OF np.log2(1 + variance * gains**2 / sigma**2)
np.log2(variance * gains**2 / sigma**2)

# %% wrong="noise_not_squared" exercise="information_bits" says="divide by its square"
### INSTEAD OF sigma**2
sigma

# %% wrong="whole_bits" exercise="information_bits" says="information_bits"
### INSTEAD OF float(0.5 * np.sum(np.log2(1 + variance * gains**2 / sigma**2)))
round(0.5 * np.sum(np.log2(1 + variance * gains**2 / sigma**2)))

# %% right="single_precision_is_enough" exercise="information_bits"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("both must be positive")
    s = np.linalg.svd(A.dense(shape).astype(np.float32), compute_uv=False).astype(float)
    return np.log1p((np.sqrt(variance) * s / sigma) ** 2).sum() / (2 * np.log(2))

# %% wrong="coarse_threshold" exercise="null_part" says="for null; it is measured"
def null_part(x, A):
    _, s, vt = np.linalg.svd(A.dense(x.shape), full_matrices=False)
    vt = vt[s > 1e-6 * s[0]]
    flat = x.ravel()
    return (flat - vt.T @ (vt @ flat)).reshape(x.shape)

# %% wrong="square_only" exercise="null_part" says="raised"
def null_part(x, A):
    _, s, vt = np.linalg.svd(A.dense(x.shape), full_matrices=False)
    vt = vt[s > 1e-10 * s[0]]
    flat = x.ravel()
    side = int(np.sqrt(flat.size))
    return (flat - vt.T @ (vt @ flat)).reshape(side, side)

# %% wrong="keeps_integers" exercise="null_part" says="compute with floats"
def null_part(x, A):
    _, s, vt = np.linalg.svd(A.dense(x.shape), full_matrices=False)
    vt = vt[s > 1e-10 * s[0]]
    flat = x.ravel()
    out = np.zeros_like(x)
    out[...] = (flat - vt.T @ (vt @ flat)).reshape(x.shape)
    return out

# %% right="null_space" exercise="null_part"
def null_part(x, A):
    from scipy.linalg import null_space

    N = null_space(A.dense(x.shape), rcond=1e-10)
    return (N @ (N.T @ x.ravel())).reshape(x.shape)

# %% right="lstsq" exercise="null_part"
def null_part(x, A):
    M = A.dense(x.shape)
    flat = np.asarray(x, dtype=float).ravel()
    return (flat - np.linalg.lstsq(M, M @ flat, rcond=1e-10)[0]).reshape(x.shape)

# %% right="loop" exercise="null_part"
def null_part(x, A):
    modes = limits.decompose(A, x.shape)
    out = np.array(x, dtype=float).ravel()
    for s, v in zip(modes.values, modes.inputs, strict=False):
        if s > 1e-10 * modes.values[0]:
            out = out - v * (v @ out)
    return out.reshape(x.shape)

# %% wrong="square_cameras_refused" exercise="second_truth" says="raised"
def second_truth(x, A):
    modes = limits.decompose(A, x.shape)
    V = modes.inputs[: modes.rank]

    M = A.dense(x.shape)
    if M.shape[0] >= M.shape[1]:
        raise ValueError("no null space")
    for seed in range(5):
        z = x + np.random.default_rng(seed).standard_normal(x.shape)
        for _ in range(400):
            z = np.clip(z, 0, 1)
            z = z + (V.T @ (V @ (x - z).ravel())).reshape(x.shape)
        if z.min() > -1e-4 and z.max() < 1 + 1e-4 and np.sqrt(np.mean((z - x) ** 2)) >= 0.1:
            return z
    raise ValueError

# %% wrong="dark_pixel_refused" exercise="second_truth" says="raised"
def second_truth(x, A):
    modes = limits.decompose(A, x.shape)
    V = modes.inputs[: modes.rank]

    if x.min() <= 0 or x.max() >= 1:
        raise ValueError("no room")
    for seed in range(5):
        z = x + np.random.default_rng(seed).standard_normal(x.shape)
        for _ in range(400):
            z = np.clip(z, 0, 1)
            z = z + (V.T @ (V @ (x - z).ravel())).reshape(x.shape)
        if z.min() > -1e-4 and z.max() < 1 + 1e-4 and np.sqrt(np.mean((z - x) ** 2)) >= 0.1:
            return z
    raise ValueError

# %% wrong="steps" exercise="second_truth" says="raised"
def second_truth(x, A):
    from scipy.linalg import null_space

    N = null_space(A.dense(x.shape), rcond=1e-9)
    rng = np.random.default_rng(3)
    z = np.array(x, dtype=float).ravel()
    x0 = z.copy()
    for _ in range(3000 if N.shape[1] else 0):
        d = N @ (N.T @ np.where(rng.random(z.size) < 0.5, 1 - z, -z))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.min(np.where(d > 1e-14, (1 - z) / d, np.where(d < -1e-14, -z / d, np.inf)))
        if np.isfinite(t):
            z = z + 0.9 * max(t, 0) * d
        if np.sqrt(np.mean((z - x0) ** 2)) > 0.11:
            return z.reshape(x.shape)
    raise ValueError("no room")

# %% right="pinv_many_starts" exercise="second_truth"
def second_truth(x, A):
    M = A.dense(x.shape)
    P = np.linalg.pinv(M, rcond=1e-9) @ M
    start = np.random.default_rng()
    for _ in range(4):
        z = x + start.normal(size=x.shape)
        for _ in range(600):
            z = np.clip(z, 0, 1)
            z = z + (P @ (x - z).ravel()).reshape(x.shape)
        ok = z.min() >= -1e-4 and z.max() <= 1 + 1e-4 and np.abs(A(z) - A(x)).max() < 1e-6
        if ok and np.sqrt(np.mean((z - x) ** 2)) >= 0.1:
            return z
    raise ValueError("none found")

# %% right="linear_program" exercise="second_truth"
def second_truth(x, A):
    from scipy.optimize import linprog

    modes = limits.decompose(A, x.shape)
    V = modes.inputs[: modes.rank]
    if modes.rank == x.size:
        raise ValueError("no null space")
    flat = np.asarray(x, float).ravel()
    found = linprog(
        np.where(flat > 0.5, 1, -1) * np.random.default_rng(0).random(x.size),
        A_eq=V,
        b_eq=V @ flat,
        bounds=(0, 1),
    )
    if found.x is None:
        raise ValueError("none found")
    z = found.x + V.T @ (V @ (flat - found.x))
    if np.sqrt(np.mean((z - flat) ** 2)) < 0.1 or z.min() < -1e-4 or z.max() > 1 + 1e-4:
        raise ValueError("none found")
    return z.reshape(x.shape)

# %% wrong="relative" exercise="surviving_components" says="not s./s"
def surviving_components(A, shape, sigma, scale=1.0):
    if not (sigma > 0 and scale > 0):
        raise ValueError("positive")
    s = np.linalg.svd(A.dense(shape), compute_uv=False)
    return int(np.sum(s / s[0] * scale > sigma))

# %% wrong="unique" exercise="surviving_components" says="it should be"
def surviving_components(A, shape, sigma, scale=1.0):
    if not (sigma > 0 and scale > 0):
        raise ValueError("positive")
    s = np.linalg.svd(A.dense(shape), compute_uv=False)
    return len({round(v, 9) for v in s if v * scale > sigma})

# %% wrong="first_fall" exercise="surviving_components" says="it should be"
def surviving_components(A, shape, sigma, scale=1.0):
    if not (sigma > 0 and scale > 0):
        raise ValueError("positive")
    s = np.linalg.svd(A.dense(shape), compute_uv=False)
    return int(np.argmax(s * scale < sigma))

# %% right="decompose" exercise="surviving_components"
def surviving_components(A, shape, sigma, scale=1.0):
    if not (sigma > 0 and scale > 0):
        raise ValueError("positive")
    return sum(1 for s in limits.decompose(A, shape).values if s * scale > sigma)

# %% right="numpy_integer" exercise="surviving_components"
def surviving_components(A, shape, sigma, scale=1.0):
    if not (sigma > 0 and scale > 0):
        raise ValueError("positive")
    from scipy.linalg import svd

    s = svd(A.dense(shape), compute_uv=False, lapack_driver="gesvd")
    return np.count_nonzero(s > sigma / scale)

# %% right="searchsorted" exercise="surviving_components"
def surviving_components(A, shape, sigma, scale=1.0):
    if not (sigma > 0 and scale > 0):
        raise ValueError("positive")
    s = limits.decompose(A, tuple(shape)).values[::-1]
    return np.int32(len(s) - np.searchsorted(s * scale, sigma, side="right"))

# %% wrong="determinant_capped" exercise="information_bits" says="it should be"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("positive")
    M = A.dense(shape)
    d = np.linalg.det(np.eye(len(M)) + variance * M @ M.T / sigma**2)
    return 0.5 * np.log2(min(d, 1e300))

# %% wrong="drops_small" exercise="information_bits" says="1e-4, 1e-7"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("positive")
    s = np.linalg.svd(A.dense(shape), compute_uv=False)
    s = s[s > 1e-3 * s[0]]
    return 0.5 * np.sum(np.log2(1 + s**2 * variance / sigma**2))

# %% wrong="rounded" exercise="information_bits" says="it should be"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("positive")
    s = np.linalg.svd(A.dense(shape), compute_uv=False)
    return round(0.5 * np.sum(np.log2(1 + s**2 * variance / sigma**2)), 3)

# %% right="slogdet" exercise="information_bits"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("positive")
    M = A.dense(shape)
    return (
        0.5 * np.linalg.slogdet(np.eye(M.shape[0]) + variance / sigma**2 * (M @ M.T))[1] / np.log(2)
    )

# %% right="scene_side" exercise="information_bits"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("positive")
    M = A.dense(shape) * np.sqrt(variance) / sigma
    return 0.5 * np.linalg.slogdet(np.eye(M.shape[1]) + M.T @ M)[1] / np.log(2)

# %% right="log1p_loop" exercise="information_bits"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("positive")
    import math

    total = 0.0
    for s in limits.decompose(A, shape).values:
        total += math.log1p(variance * (s / sigma) ** 2) / math.log(4)
    return total

# %% right="cholesky" exercise="information_bits"
def information_bits(A, shape, sigma, variance=1.0):
    if not (sigma > 0 and variance > 0):
        raise ValueError("positive")
    M = A.dense(shape) * np.sqrt(variance) / sigma
    return np.sum(np.log2(np.diag(np.linalg.cholesky(np.eye(len(M)) + M @ M.T))))
