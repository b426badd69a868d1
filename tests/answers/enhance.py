"""Wrong and right answers to the exercises of lesson `enhance`."""

# %% wrong="picks_a_corner_pixel" exercise="downsample" says="picked one pixel"
def downsample(x, s):
    if x.shape[-2] % s or x.shape[-1] % s:
        raise ValueError
    return x[..., ::s, ::s]


# %% wrong="picks_the_middle_pixel" exercise="downsample" says="middle pixel"
def downsample(x, s):
    if x.shape[-2] % s or x.shape[-1] % s:
        raise ValueError
    return x[..., s // 2 :: s, s // 2 :: s]


# %% wrong="sums_instead_of_means" exercise="downsample" says="these are sums"
def downsample(x, s):
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError
    return x.reshape(*front, height // s, s, width // s, s).sum(axis=(-3, -1))


# %% wrong="divides_by_s_only" exercise="downsample" says="s times too large"
def downsample(x, s):
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError
    return x.reshape(*front, height // s, s, width // s, s).sum(axis=(-3, -1)) / s


# %% wrong="scrambles_the_blocks" exercise="downsample" says="mixed up"
def downsample(x, s):
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError
    return x.reshape(*front, height // s, width // s, s, s).mean(axis=(-2, -1))


# %% wrong="crops_instead_of_refusing" exercise="downsample" says="must raise ValueError"
def downsample(x, s):
    height, width = x.shape[-2] // s * s, x.shape[-1] // s * s
    x = x[..., :height, :width]
    return x.reshape(*x.shape[:-2], height // s, s, width // s, s).mean(axis=(-3, -1))


# %% wrong="averages_colours_together" exercise="downsample" says="averaged together"
def downsample(x, s):
    height, width = x.shape[-2:]
    if height % s or width % s:
        raise ValueError
    small = np.zeros((*x.shape[:-2], height // s, width // s))
    for i in range(height // s):
        for j in range(width // s):
            small[..., i, j] = x[..., i * s : i * s + s, j * s : j * s + s].mean()
    return small


# %% wrong="averages_the_batch_too" exercise="downsample" says="only the last two axes"
def downsample(x, s):
    height, width = x.shape[-2:]
    if height % s or width % s:
        raise ValueError
    x = x.reshape(-1, height, width).mean(axis=0)
    return x.reshape(height // s, s, width // s, s).mean(axis=(1, 3))


# %% right="sum_of_strided_slices" exercise="downsample"
def downsample(x, s):
    for size in np.shape(x)[-2:]:
        if size != s * (size // s):
            raise ValueError(f"{s} does not divide {size}")
    total = 0
    for i in range(s):
        for j in range(s):
            total = total + x[..., i::s, j::s]
    return total / s**2


# %% wrong="compares_the_sharp_pictures" exercise="indistinguishable" says="small pictures"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.abs(a - b).max() <= tol)


# %% wrong="forgets_the_absolute_value" exercise="indistinguishable" says="absolute"
def indistinguishable(a, b, s, tol=1e-12):
    return bool((Downsample(s)(a) - Downsample(s)(b)).max() <= tol)


# %% wrong="compares_the_overall_mean" exercise="indistinguishable" says="every small pixel"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(abs(a.mean() - b.mean()) <= tol)


# %% wrong="one_equal_pixel_is_enough" exercise="indistinguishable" says="every pixel counts"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.abs(Downsample(s)(a) - Downsample(s)(b)).min() <= tol)


# %% wrong="ignores_the_tolerance" exercise="indistinguishable" says="caller's `tol`"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.abs(Downsample(s)(a) - Downsample(s)(b)).max() <= 1e-12)


# %% wrong="uses_allclose" exercise="indistinguishable" says="relative tolerance"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.allclose(Downsample(s)(a), Downsample(s)(b), atol=tol))


# %% wrong="takes_the_norm" exercise="indistinguishable" says="largest single difference"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.linalg.norm(Downsample(s)(a) - Downsample(s)(b)) <= tol)


# %% wrong="takes_the_mean_difference" exercise="indistinguishable" says="not the mean"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.abs(Downsample(s)(a) - Downsample(s)(b)).mean() <= tol)


# %% right="shrinks_the_difference" exercise="indistinguishable"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.all(np.abs(Downsample(s)(np.subtract(a, b))) <= tol))


# %% wrong="gives_up_on_whole_numbers" exercise="downsample" says="whole numbers"
def downsample(x, s):
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError
    means = x.reshape(*front, height // s, s, width // s, s).mean(axis=(-3, -1))
    return means.astype(x.dtype)


# %% wrong="refuses_by_the_number_of_pixels" exercise="downsample" says="must raise ValueError"
def downsample(x, s):
    *front, height, width = x.shape
    if height * width % s**2:
        raise ValueError
    x = x[..., : height // s * s, : width // s * s]
    return x.reshape(*front, height // s, s, width // s, s).mean(axis=(-3, -1))


# %% wrong="refuses_only_if_s_divides_neither" exercise="downsample" says="must raise ValueError"
def downsample(x, s):
    height, width = x.shape[-2:]
    if height % s and width % s:
        raise ValueError
    x = x[..., : height // s * s, : width // s * s]
    return x.reshape(*x.shape[:-2], height // s, s, width // s, s).mean(axis=(-3, -1))


# %% wrong="asserts_instead_of_raising" exercise="downsample" says="must raise ValueError"
def downsample(x, s):
    *front, height, width = x.shape
    assert height % s == 0 and width % s == 0
    return x.reshape(*front, height // s, s, width // s, s).mean(axis=(-3, -1))


# %% wrong="one_channel_only" exercise="downsample" says="raised"
def downsample(x, s):
    height, width = x.shape
    if height % s or width % s:
        raise ValueError
    return x.reshape(height // s, s, width // s, s).mean(axis=(1, 3))


# %% wrong="averages_the_colours" exercise="downsample" says="they stay apart"
def downsample(x, s):
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError
    means = x.reshape(*front, height // s, s, width // s, s).mean(axis=(-3, -1))
    if means.ndim > 2:
        means = np.repeat(means.mean(axis=-3, keepdims=True), means.shape[-3], axis=-3)
    return means


# %% wrong="clips_to_light" exercise="downsample" says="should be"
def downsample(x, s):
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError
    return np.clip(x.reshape(*front, height // s, s, width // s, s).mean(axis=(-3, -1)), 0, None)


# %% wrong="medians" exercise="downsample" says="median"
def downsample(x, s):
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError
    return np.median(x.reshape(*front, height // s, s, width // s, s), axis=(-3, -1))


# %% wrong="rounds_to_six_places" exercise="downsample" says="1e-08"
def downsample(x, s):
    *front, height, width = x.shape
    if height % s or width % s:
        raise ValueError
    return np.round(x.reshape(*front, height // s, s, width // s, s).mean(axis=(-3, -1)), 10)


# %% right="by_matrices" exercise="downsample"
def downsample(x, s):
    height, width = np.shape(x)[-2:]
    if height % s != 0 or width % s != 0:
        raise ValueError("s must divide both")
    down = np.kron(np.eye(height // s), np.full((1, s), 1 / s))
    across = np.kron(np.eye(width // s), np.full((s, 1), 1 / s))
    return down @ x @ across


# %% right="block_by_block" exercise="downsample"
def downsample(x, s):
    x = np.asarray(x)
    rows, left = divmod(x.shape[-2], s)
    columns, over = divmod(x.shape[-1], s)
    if left or over:
        raise ValueError(f"{s} must divide {x.shape[-2:]}")
    small = np.zeros((*x.shape[:-2], rows, columns))
    for i in range(rows):
        for j in range(columns):
            block = x[..., i * s : (i + 1) * s, j * s : (j + 1) * s]
            small[..., i, j] = block.mean(axis=(-2, -1))
    return small


# %% wrong="less_than_for_at_most" exercise="indistinguishable" says="exactly|tol. of 0"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.abs(Downsample(s)(a) - Downsample(s)(b)).max() < tol)


# %% wrong="first_channel_only" exercise="indistinguishable" says="one value of a small picture"
def indistinguishable(a, b, s, tol=1e-12):
    difference = np.abs(Downsample(s)(a) - Downsample(s)(b))
    return bool(difference.reshape(-1, *difference.shape[-2:])[0].max() <= tol)


# %% wrong="compares_sorted_values" exercise="indistinguishable" says="differs by|place by place"
def indistinguishable(a, b, s, tol=1e-12):
    small = np.sort(Downsample(s)(a), axis=None) - np.sort(Downsample(s)(b), axis=None)
    return bool(np.abs(small).max() <= tol)


# %% wrong="compares_squares" exercise="indistinguishable" says="tol"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(((Downsample(s)(a) - Downsample(s)(b)) ** 2).max() <= tol)


# %% wrong="ignores_s" exercise="indistinguishable" says="block size|s = 4"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.abs(Downsample(2)(a) - Downsample(2)(b)).max() <= tol)


# %% wrong="relative_to_the_brightest" exercise="indistinguishable" says="tol"
def indistinguishable(a, b, s, tol=1e-12):
    small = Downsample(s)(a)
    return bool(np.abs(small - Downsample(s)(b)).max() <= tol * np.abs(small).max())


# %% wrong="compares_extremes" exercise="indistinguishable" says="mean|darker|place|value"
def indistinguishable(a, b, s, tol=1e-12):
    small_a, small_b = Downsample(s)(a), Downsample(s)(b)
    return bool(max(abs(small_a.max() - small_b.max()), abs(small_a.min() - small_b.min())) <= tol)


# %% wrong="says_the_opposite" exercise="indistinguishable" says="checkerboard"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.abs(Downsample(s)(a) - Downsample(s)(b)).max() > tol)


# %% wrong="a_tolerance_with_a_floor" exercise="indistinguishable" says="differs by"
def indistinguishable(a, b, s, tol=1e-12):
    return bool(np.abs(Downsample(s)(a) - Downsample(s)(b)).max() <= max(tol, 1e-7))


# %% wrong="colours_averaged_first" exercise="indistinguishable" says="one value of a small picture"
def indistinguishable(a, b, s, tol=1e-12):
    difference = Downsample(s)(a) - Downsample(s)(b)
    if difference.ndim > 2:
        difference = difference.mean(axis=-3)
    return bool(np.abs(difference).max() <= tol)


# %% right="in_a_loop" exercise="indistinguishable"
def indistinguishable(a, b, s, tol=1e-12):
    small_a, small_b = Downsample(s)(a), Downsample(s)(b)
    for first, second in zip(small_a.ravel(), small_b.ravel(), strict=True):
        if abs(first - second) > tol:
            return False
    return True


# %% right="with_allclose_and_no_relative_tolerance" exercise="indistinguishable"
def indistinguishable(a, b, s, tol=1e-12):
    return np.allclose(Downsample(s)(a), Downsample(s)(b), rtol=0, atol=tol)


# %% wrong="another_tolerance_where_none_is_given" exercise="indistinguishable" says="1e-12"
def indistinguishable(a, b, s, tol=1e-9):
    return bool(np.abs(Downsample(s)(a) - Downsample(s)(b)).max() <= tol)


# %% wrong="the_first_picture_of_a_batch" exercise="indistinguishable" says="differs by|exchanged"
def indistinguishable(a, b, s, tol=1e-12):
    difference = np.abs(Downsample(s)(a) - Downsample(s)(b))
    return bool((difference[0] if difference.ndim > 3 else difference).max() <= tol)


# %% wrong="adds_in_place" exercise="downsample" says="in place"
def downsample(x, s):
    h, w = x.shape[-2:]
    if h % s or w % s:
        raise ValueError
    total = x[..., ::s, ::s]
    for i in range(s):
        for j in range(s):
            if i or j:
                total += x[..., i::s, j::s]
    return total / s**2


# %% wrong="nine_decimals" exercise="downsample" says="1e-08|difference"
def downsample(x, s):
    h, w = x.shape[-2:]
    if h % s or w % s:
        raise ValueError
    return np.round(x.reshape(*x.shape[:-2], h // s, s, w // s, s).mean((-3, -1)), 9)


# %% wrong="squeezes" exercise="downsample" says="has shape"
def downsample(x, s):
    h, w = x.shape[-2:]
    if h % s or w % s:
        raise ValueError
    return x.reshape(*x.shape[:-2], h // s, s, w // s, s).mean((-3, -1)).squeeze()


# %% wrong="refuses_one_block" exercise="downsample" says="raised ValueError.*given"
def downsample(x, s):
    h, w = x.shape[-2:]
    if h % s or w % s or s >= h or s >= w:
        raise ValueError
    return x.reshape(*x.shape[:-2], h // s, s, w // s, s).mean((-3, -1))


# %% wrong="refuses_s_one" exercise="downsample" says="raised ValueError.*given"
def downsample(x, s):
    h, w = x.shape[-2:]
    if s < 2 or h % s or w % s:
        raise ValueError
    return x.reshape(*x.shape[:-2], h // s, s, w // s, s).mean((-3, -1))


# %% right="reduceat" exercise="downsample"
def downsample(x, s):
    if x.shape[-1] % s or x.shape[-2] % s:
        raise ValueError("no")
    x = np.asarray(x, dtype=float)
    x = np.add.reduceat(x, np.arange(0, x.shape[-2], s), axis=-2)
    return np.add.reduceat(x, np.arange(0, x.shape[-1], s), axis=-1) / s**2


# %% right="skimage" exercise="downsample"
def downsample(x, s):
    from skimage.measure import block_reduce

    if x.shape[-1] % s or x.shape[-2] % s:
        raise ValueError("no")
    return block_reduce(x, (1,) * (x.ndim - 2) + (s, s), np.mean)


# %% wrong="s_is_sixteen" exercise="indistinguishable" says="caller's .s."
def indistinguishable(a, b, s, tol=1e-12):
    A = Downsample(16 if a.shape[-1] % 16 == 0 and a.shape[-2] % 16 == 0 else s)
    return bool(np.max(np.abs(A(a) - A(b))) <= tol)


# %% wrong="rounds_to_tol" exercise="indistinguishable" says="caller|differ"
def indistinguishable(a, b, s, tol=1e-12):
    digits = 12 if tol == 0 else int(round(-np.log10(tol)))
    return bool((np.round(Downsample(s)(a), digits) == np.round(Downsample(s)(b), digits)).all())


# %% right="zero_or_one_dimension" exercise="indistinguishable"
def indistinguishable(a, b, s, tol=1e-12):
    d = Downsample(s)(np.stack([a, b]).astype(float))
    return not (np.ptp(d, axis=0) > tol).any()
