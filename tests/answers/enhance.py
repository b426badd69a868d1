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


# %% wrong="divides_by_s_only" exercise="downsample" says="divided by s"
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
