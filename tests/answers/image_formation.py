"""Wrong and right answers to the exercises of lesson `image_formation`."""

# --- airy_otf -------------------------------------------------------------------------------------


# %% wrong="not_a_number_beyond_the_cutoff" exercise="airy_otf" says="NaN beyond the cutoff"
def airy_otf(f, cutoff):
    rho = np.abs(f) / cutoff
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))


# %% wrong="without_two_over_pi" exercise="airy_otf" says="factor 2/π"
def airy_otf(f, cutoff):
    rho = np.minimum(np.abs(f) / cutoff, 1)
    return np.arccos(rho) - rho * np.sqrt(1 - rho**2)


# %% wrong="triangle_of_a_square_pupil" exercise="airy_otf" says="overlap of two squares"
def airy_otf(f, cutoff):
    return np.maximum(1 - np.abs(f) / cutoff, 0)


# %% wrong="coherent_step_at_half_the_cutoff" exercise="airy_otf" says="coherent"
def airy_otf(f, cutoff):
    return (np.abs(f) <= cutoff / 2) * 1.0


# %% wrong="sharp_cut_at_the_cutoff" exercise="airy_otf" says="falls gradually"
def airy_otf(f, cutoff):
    return (np.abs(f) <= cutoff) * 1.0


# %% wrong="negative_frequencies_all_pass" exercise="airy_otf" says="absolute value of f"
def airy_otf(f, cutoff):
    rho = np.clip(np.asarray(f) / cutoff, 0, 1)
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))


# %% wrong="zero_from_half_the_cutoff" exercise="airy_otf" says="radius was taken for its diameter"
def airy_otf(f, cutoff):
    rho = np.minimum(2 * np.abs(f) / cutoff, 1)
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))


# %% wrong="negative_rho_in_the_formula" exercise="airy_otf" says="absolute value of f"
def airy_otf(f, cutoff):
    rho = np.minimum(np.asarray(f) / cutoff, 1)
    return 2 / np.pi * (np.arccos(np.maximum(rho, -1)) - rho * np.sqrt(np.maximum(1 - rho**2, 0)))


# %% wrong="two_over_pi_on_the_first_term_only" exercise="airy_otf" says="whole bracket"
def airy_otf(f, cutoff):
    rho = np.minimum(np.abs(f) / cutoff, 1)
    return 2 / np.pi * np.arccos(rho) - rho * np.sqrt(1 - rho**2)


# %% wrong="whole_numbers_stay_whole" exercise="airy_otf" says="rounded down"
def airy_otf(f, cutoff):
    f = np.asarray(f)
    otf, inside = np.zeros_like(f), np.abs(f) < cutoff
    rho = np.abs(f[inside]) / cutoff
    otf[inside] = 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))
    return otf


# %% wrong="no_single_numbers" exercise="airy_otf" says="raised"
def airy_otf(f, cutoff):
    otf, inside = np.zeros(f.shape), np.abs(f) < cutoff
    rho = np.abs(f[inside]) / cutoff
    otf[inside] = 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))
    return otf


# %% right="by_angle_with_where" exercise="airy_otf"
def airy_otf(f, cutoff):
    rho = np.abs(np.asarray(f, dtype=float)) / cutoff
    inside = rho < 1
    half_angle = np.arccos(np.where(inside, rho, 0))
    lens = (2 * half_angle - np.sin(2 * half_angle)) / np.pi
    return np.where(inside, lens, 0)


# --- blur -----------------------------------------------------------------------------------------


# %% wrong="psf_not_shifted" exercise="blur" says="comes back at 26"
def blur(x, psf):
    return np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(psf)).real


# %% wrong="fftshift_for_ifftshift" exercise="blur" says="one pixel on odd sizes"
def blur(x, psf):
    return np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(np.fft.fftshift(psf))).real


# %% wrong="correlates" exercise="blur" says="mirrored"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf))
    return np.fft.ifft2(np.fft.fft2(x) * otf.conj()).real


# %% wrong="leaves_it_complex" exercise="blur" says="complex"
def blur(x, psf):
    return np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(np.fft.ifftshift(psf)))


# %% wrong="normalises_the_psf" exercise="blur" says="divided by its sum"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf / psf.sum()))
    return np.fft.ifft2(np.fft.fft2(x) * otf).real


# %% wrong="takes_magnitudes_of_the_otf" exercise="blur" says="only the magnitude"
def blur(x, psf):
    return np.fft.ifft2(np.fft.fft2(x) * np.abs(np.fft.fft2(psf))).real


# %% wrong="magnitude_for_real_part" exercise="blur" says="loses the sign"
def blur(x, psf):
    return np.abs(np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(np.fft.ifftshift(psf))))


# %% wrong="shifts_the_batch_axes" exercise="blur" says="batch axes"
def blur(x, psf):
    return np.fft.ifft2(np.fft.fft2(np.fft.ifftshift(x)) * np.fft.fft2(psf)).real


# %% right="sum_of_moved_pictures" exercise="blur"
def blur(x, psf):
    height, width = psf.shape
    total = np.zeros(np.shape(x))
    for i in range(height):
        for j in range(width):
            total += psf[i, j] * np.roll(x, (i - height // 2, j - width // 2), axis=(-2, -1))
    return total


# %% right="real_transforms" exercise="blur"
def blur(x, psf):
    otf = np.fft.rfft2(np.fft.ifftshift(psf))
    return np.fft.irfft2(np.fft.rfft2(x) * otf, s=psf.shape)


# --- shrink ---------------------------------------------------------------------------------------


# %% wrong="averages_codes" exercise="shrink" says="averaged the codes"
def shrink(codes, s):
    return Downsample(s)(codes)


# %% wrong="corner_pixel" exercise="shrink" says="corner pixel.*aliases"
def shrink(codes, s):
    if codes.shape[-2] % s or codes.shape[-1] % s:
        raise ValueError
    return codes[..., ::s, ::s]


# %% wrong="middle_pixel_without_averaging" exercise="shrink" says="without averaging"
def shrink(codes, s):
    if codes.shape[-2] % s or codes.shape[-1] % s:
        raise ValueError
    return codes[..., s // 2 :: s, s // 2 :: s]


# %% wrong="returns_light" exercise="shrink" says="should be codes again"
def shrink(codes, s):
    return Downsample(s)(optics.srgb_decode(codes))


# %% wrong="encode_and_decode_swapped" exercise="shrink" says="swapped"
def shrink(codes, s):
    return optics.srgb_decode(Downsample(s)(optics.srgb_encode(codes)))


# %% wrong="crops_instead_of_refusing" exercise="shrink" says="must raise ValueError"
def shrink(codes, s):
    height, width = codes.shape[-2] // s * s, codes.shape[-1] // s * s
    return optics.srgb_encode(Downsample(s)(optics.srgb_decode(codes[..., :height, :width])))


# %% wrong="refuses_only_if_s_divides_neither" exercise="shrink" says="must raise ValueError"
def shrink(codes, s):
    if codes.shape[-2] % s and codes.shape[-1] % s:
        raise ValueError("s must divide both sides")
    height, width = codes.shape[-2] // s * s, codes.shape[-1] // s * s
    return optics.srgb_encode(Downsample(s)(optics.srgb_decode(codes[..., :height, :width])))


# %% wrong="one_picture_only" exercise="shrink" says="raised ValueError"
def shrink(codes, s):
    height, width = codes.shape
    light = optics.srgb_decode(codes).reshape(height // s, s, width // s, s)
    return optics.srgb_encode(light.mean(axis=(1, 3)))


# %% right="one_axis_after_the_other" exercise="shrink"
def shrink(codes, s):
    if codes.shape[-2] % s or codes.shape[-1] % s:
        raise ValueError("s must divide both sides")
    light = optics.srgb_decode(codes)
    rows = sum(light[..., k::s, :] for k in range(s)) / s
    return optics.srgb_encode(sum(rows[..., k::s] for k in range(s)) / s)


# --- camera_adjoint -------------------------------------------------------------------------------


# %% wrong="without_one_over_s2" exercise="camera_adjoint" says="divides by s²"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))), psf, mode="full")
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return z


# %% wrong="divides_by_s_only" exercise="camera_adjoint" says="s² pixels, not s"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / s, psf, mode="full")
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return z


# %% wrong="convolves" exercise="camera_adjoint" says="wrong way round"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = convolve2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return z


# %% wrong="crops_the_padding" exercise="camera_adjoint" says="cut off"
def camera_adjoint(y, psf, s):
    return correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="same")


# %% wrong="replicates_again" exercise="camera_adjoint" says="replicate the border again"
def camera_adjoint(y, psf, s):
    padded = np.pad(np.kron(y, np.ones((s, s))) / s**2, len(psf) // 2, mode="edge")
    return correlate2d(padded, psf, mode="valid")


# %% wrong="the_same_blur_again" exercise="camera_adjoint" says="camera's blur again"
def camera_adjoint(y, psf, s):
    return camera(np.kron(y, np.ones((s, s))) / s**2, psf, 1)


# %% wrong="folds_like_a_mirror" exercise="camera_adjoint" says="like a mirror"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    for _ in range(2):
        z[p : 2 * p] += z[:p][::-1]
        z[-2 * p : -p] += z[-p:][::-1]
        z = z[p:-p].T
    return z


# %% wrong="loses_the_corners" exercise="camera_adjoint" says="corners of the padding are lost"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    x = z[p:-p, p:-p].copy()
    x[0] += z[:p, p:-p].sum(axis=0)
    x[-1] += z[-p:, p:-p].sum(axis=0)
    x[:, 0] += z[p:-p, :p].sum(axis=1)
    x[:, -1] += z[p:-p, -p:].sum(axis=1)
    return x


# %% wrong="adds_the_nearest_row_only" exercise="camera_adjoint" says="only the nearest row"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    for _ in range(2):
        z[p] += z[p - 1]
        z[-p - 1] += z[-p]
        z = z[p:-p].T
    return z


# %% right="row_by_row_of_the_matrix" exercise="camera_adjoint"
def camera_adjoint(y, psf, s):
    shape = (y.shape[0] * s, y.shape[1] * s)
    x = np.zeros(shape)
    for index in np.ndindex(shape):
        one = np.zeros(shape)
        one[index] = 1
        x[index] = np.sum(camera(one, psf, s) * y)
    return x


# %% right="adding_at_clipped_indices" exercise="camera_adjoint"
def camera_adjoint(y, psf, s):
    height, width = y.shape[0] * s, y.shape[1] * s
    p = len(psf) // 2
    shares = np.repeat(np.repeat(y, s, axis=0), s, axis=1) / s**2
    rows, columns = np.indices((height, width))
    x = np.zeros((height, width))
    for i in range(-p, p + 1):
        for j in range(-p, p + 1):
            source = np.clip(rows - i, 0, height - 1), np.clip(columns - j, 0, width - 1)
            np.add.at(x, source, psf[i + p, j + p] * shares)
    return x


# --- expose ---------------------------------------------------------------------------------------


# %% wrong="poisson_of_values_below_one" exercise="expose" says="one photon for white"
def expose(x, photons, rng):
    return rng.poisson(x) * 1.0


# %% wrong="returns_counts" exercise="expose" says="in photons; divide"
def expose(x, photons, rng):
    return rng.poisson(x * photons) * 1.0


# %% wrong="gaussian_noise" exercise="expose" says="whole photons"
def expose(x, photons, rng):
    return x + np.sqrt(x / photons) * rng.standard_normal(np.shape(x))


# %% wrong="same_noise_everywhere" exercise="expose" says="depends on the light"
def expose(x, photons, rng):
    counts = rng.poisson(0.5 * photons, np.shape(x)) - round(0.5 * photons)
    return np.maximum(np.round(x * photons) + counts, 0) / photons


# %% wrong="clips_white" exercise="expose" says="don't clip"
def expose(x, photons, rng):
    return np.minimum(rng.poisson(x * photons) / photons, 1)


# %% wrong="ignores_the_generator" exercise="expose" says="two different generators"
def expose(x, photons, rng):
    return np.random.default_rng(0).poisson(x * photons) / photons


# %% wrong="new_noise_with_every_call" exercise="expose" says="same seed give different noise"
def expose(x, photons, rng):
    return np.random.default_rng().poisson(x * photons) / photons


# %% wrong="mean_light_for_every_pixel" exercise="expose" says="mean light of the picture"
def expose(x, photons, rng):
    return rng.poisson(np.mean(x) * photons, np.shape(x)) / photons


# %% right="in_single_precision" exercise="expose"
def expose(x, photons, rng):
    return (rng.poisson(x * photons) / photons).astype(np.float32)


# %% right="photon_by_photon_for_small_counts" exercise="expose"
def expose(x, photons, rng):
    x = np.asarray(x, dtype=float)
    parts = [rng.poisson(x * (photons / 4)) for _ in range(4)]
    return np.add.reduce(parts) / photons
