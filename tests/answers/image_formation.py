"""Wrong and right answers to the exercises of lesson `image_formation`."""

# --- airy_otf -------------------------------------------------------------------------------------


# %% wrong="not_a_number_beyond_the_cutoff" exercise="airy_otf" says="gives NaN"
def airy_otf(f, cutoff):
    rho = np.abs(f) / cutoff
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))


# %% wrong="without_two_over_pi" exercise="airy_otf" says="not π/2"
def airy_otf(f, cutoff):
    rho = np.minimum(np.abs(f) / cutoff, 1)
    return np.arccos(rho) - rho * np.sqrt(1 - rho**2)


# %% wrong="triangle_of_a_square_pupil" exercise="airy_otf" says="should be"
def airy_otf(f, cutoff):
    return np.maximum(1 - np.abs(f) / cutoff, 0)


# %% wrong="coherent_step_at_half_the_cutoff" exercise="airy_otf" says="should be"
def airy_otf(f, cutoff):
    return (np.abs(f) <= cutoff / 2) * 1.0


# %% wrong="sharp_cut_at_the_cutoff" exercise="airy_otf" says="should be"
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


# %% wrong="two_over_pi_on_the_first_term_only" exercise="airy_otf" says="should be"
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


# %% wrong="one_cap_only" exercise="airy_otf" says="two caps"
def airy_otf(f, cutoff):
    r = cutoff / 2
    d = np.minimum(np.abs(f) / 2, r)
    return (r**2 * np.arccos(d / r) - d * np.sqrt(r**2 - d**2)) / (np.pi * r**2)


# %% wrong="radius_for_diameter" exercise="airy_otf" says="part at fc, not at 2 fc"
def airy_otf(f, cutoff):
    r = cutoff
    d = np.minimum(np.abs(f) / 2, r)
    return 2 * (r**2 * np.arccos(d / r) - d * np.sqrt(r**2 - d**2)) / (np.pi * r**2)


# %% wrong="leaks_beyond_the_cutoff" exercise="airy_otf" says="exactly 0"
def airy_otf(f, cutoff):
    rho = np.minimum(np.abs(f) / cutoff, 1)
    return np.maximum(2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2)), 1e-13)


# %% wrong="zero_a_little_early" exercise="airy_otf" says="near 0 and fc"
def airy_otf(f, cutoff):
    rho = np.minimum(np.abs(f) / cutoff, 1)
    otf = 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))
    return np.where(rho > 0.995, 0, otf)


# %% wrong="an_absolute_guard_in_the_denominator" exercise="airy_otf" says="cutoff of 1e-08"
def airy_otf(f, cutoff):
    rho = np.minimum(np.abs(f) / (cutoff + 1e-12), 1)
    otf = 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))
    return np.where(np.abs(f) >= cutoff, 0, otf)


# %% wrong="whole_cutoffs_only" exercise="airy_otf" says="0.2"
def airy_otf(f, cutoff):
    rho = np.minimum(np.abs(f) / max(int(cutoff), 1), 1)
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))


# %% wrong="in_single_precision" exercise="airy_otf" says="single precision"
def airy_otf(f, cutoff):
    rho = np.minimum(np.abs(np.asarray(f, dtype=np.float32)) / np.float32(cutoff), 1)
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))


# %% wrong="flattens_planes" exercise="airy_otf" says="shape"
def airy_otf(f, cutoff):
    if np.ndim(f) == 0:
        return airy_otf([f], cutoff)[0]
    rho = np.minimum(np.abs(np.ravel(f)) / cutoff, 1)
    return 2 / np.pi * (np.arccos(rho) - rho * np.sqrt(1 - rho**2))


# %% right="two_caps_in_their_own_units" exercise="airy_otf"
def airy_otf(f, cutoff):
    r = cutoff / 2
    d = np.minimum(np.abs(f) / 2, r)
    cap = r**2 * np.arccos(d / r) - d * np.sqrt(r**2 - d**2)
    return 2 * cap / (np.pi * r**2)


# %% right="one_number_after_the_other" exercise="airy_otf"
import math


def airy_otf(f, cutoff):
    def single(value):
        rho = abs(float(value)) / cutoff
        if rho >= 1:
            return 0.0
        return 2 / math.pi * (math.acos(rho) - rho * math.sqrt(1 - rho * rho))

    f = np.asarray(f)
    return np.array([single(value) for value in f.ravel()], dtype=float).reshape(f.shape)


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


# %% wrong="clips_negative_values" exercise="blur" says="became 0"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf))
    return np.maximum(np.fft.ifft2(np.fft.fft2(x) * otf).real, 0)


# %% wrong="shifts_rows_only" exercise="blur" says="comes back at 26"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf, axes=0))
    return np.fft.ifft2(np.fft.fft2(x) * otf).real


# %% wrong="shifts_columns_only" exercise="blur" says="up or down"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf, axes=1))
    return np.fft.ifft2(np.fft.fft2(x) * otf).real


# %% wrong="loses_the_last_of_odd_columns" exercise="blur" says="shape"
def blur(x, psf):
    return np.fft.irfft2(np.fft.rfft2(x) * np.fft.rfft2(np.fft.ifftshift(psf)))


# %% wrong="three_axes_at_most" exercise="blur" says="raised"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf))
    if np.ndim(x) == 2:
        return np.fft.ifft2(np.fft.fft2(x) * otf).real
    channels, height, width = x.shape
    return np.stack([np.fft.ifft2(np.fft.fft2(c) * otf).real for c in x])


# %% wrong="rounds_small_values_away" exercise="blur" says="1e-8"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf))
    return np.round(np.fft.ifft2(np.fft.fft2(x) * otf).real, 12)


# %% wrong="normalises_unless_the_sum_is_zero" exercise="blur" says="divided by its sum"
def blur(x, psf):
    total = psf.sum()
    otf = np.fft.fft2(np.fft.ifftshift(psf / total if abs(total) > 1e-6 else psf))
    return np.fft.ifft2(np.fft.fft2(x) * otf).real


# %% wrong="whole_numbers_stay_whole" exercise="blur" says="whole numbers"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf))
    blurred = np.fft.ifft2(np.fft.fft2(x) * otf).real
    return blurred.astype(np.asarray(x).dtype)


# %% wrong="in_single_precision" exercise="blur" says="should be"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf)).astype(np.complex64)
    return np.fft.ifft2(np.fft.fft2(x) * otf).real.astype(np.float32)


# %% wrong="sums_the_colours" exercise="blur" says="shape"
def blur(x, psf):
    otf = np.fft.fft2(np.fft.ifftshift(psf))
    light = np.asarray(x).reshape(-1, *psf.shape).mean(axis=0)
    return np.fft.ifft2(np.fft.fft2(light) * otf).real


# %% wrong="transforms_every_axis" exercise="blur" says="blur.batch, psf"
def blur(x, psf):
    otf = np.fft.fftn(np.fft.ifftshift(psf))
    spectrum = np.fft.fftn(x) * otf
    return np.fft.fftn(spectrum).real / np.size(x)


# %% right="with_a_library_of_convolutions" exercise="blur"
from scipy.ndimage import convolve as nd_convolve


def blur(x, psf):
    height, width = psf.shape
    x = np.asarray(x, dtype=float)
    big = np.zeros((height + 1 - height % 2, width + 1 - width % 2))
    big[:height, :width] = psf
    pictures = x.reshape(-1, height, width)
    return np.stack([nd_convolve(p, big, mode="wrap") for p in pictures]).reshape(x.shape)


# --- shrink ---------------------------------------------------------------------------------------


# %% wrong="averages_codes" exercise="shrink" says="averaged the codes"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    return block_means(codes, s)


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
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    return block_means(optics.srgb_decode(codes), s)


# %% wrong="encode_and_decode_swapped" exercise="shrink" says="swapped"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    return optics.srgb_decode(block_means(optics.srgb_encode(codes), s))


# %% wrong="crops_instead_of_refusing" exercise="shrink" says="must raise ValueError"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    height, width = codes.shape[-2] // s * s, codes.shape[-1] // s * s
    return optics.srgb_encode(block_means(optics.srgb_decode(codes[..., :height, :width]), s))


# %% wrong="refuses_only_if_s_divides_neither" exercise="shrink" says="must raise ValueError"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    if codes.shape[-2] % s and codes.shape[-1] % s:
        raise ValueError("s must divide both sides")
    height, width = codes.shape[-2] // s * s, codes.shape[-1] // s * s
    return optics.srgb_encode(block_means(optics.srgb_decode(codes[..., :height, :width]), s))


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


# %% wrong="averages_codes_in_large_blocks" exercise="shrink" says="should be"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    if s > 4:
        return block_means(codes, s)
    return optics.srgb_encode(block_means(optics.srgb_decode(codes), s))


# %% wrong="averages_the_colours" exercise="shrink" says="they stay apart"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    light = block_means(optics.srgb_decode(codes), s)
    if light.ndim > 2:
        light = np.broadcast_to(light.mean(axis=-3, keepdims=True), light.shape)
    return optics.srgb_encode(light)


# %% wrong="a_power_of_two_point_two" exercise="shrink" says="2.2"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    return block_means(codes**2.2, s) ** (1 / 2.2)


# %% wrong="the_power_law_for_dark_codes_too" exercise="shrink" says="should be"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    light = block_means(((codes + 0.055) / 1.055) ** 2.4, s)
    return 1.055 * light ** (1 / 2.4) - 0.055


# %% wrong="whole_codes_stay_whole" exercise="shrink" says="whole codes"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    small = optics.srgb_encode(block_means(optics.srgb_decode(codes), s))
    return small.astype(np.asarray(codes).dtype)


# %% wrong="rounds_to_eight_bits" exercise="shrink" says="should be"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    small = optics.srgb_encode(block_means(optics.srgb_decode(codes), s))
    return np.round(255 * small) / 255


# %% wrong="refuses_only_by_the_number_of_pixels" exercise="shrink" says="must raise ValueError"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    *front, height, width = codes.shape
    if height * width % s**2:
        raise ValueError("s must divide")
    height, width = height // s * s, width // s * s
    return optics.srgb_encode(block_means(optics.srgb_decode(codes[..., :height, :width]), s))


# %% wrong="refuses_with_an_assertion" exercise="shrink" says="must raise ValueError"
def block_means(x, s):
    *front, height, width = np.shape(x)
    return np.reshape(x, (*front, height // s, s, width // s, s)).mean(axis=(-3, -1))


def shrink(codes, s):
    assert codes.shape[-2] % s == 0 and codes.shape[-1] % s == 0
    return optics.srgb_encode(block_means(optics.srgb_decode(codes), s))


# %% wrong="rows_and_columns_exchanged" exercise="shrink" says="shape"
def shrink(codes, s):
    if codes.shape[-2] % s or codes.shape[-1] % s:
        raise ValueError("s must divide")
    light = optics.srgb_decode(codes)
    light = light.reshape(*codes.shape[:-2], codes.shape[-1] // s, s, codes.shape[-2] // s, s)
    return optics.srgb_encode(light.mean(axis=(-3, -1)))


# %% wrong="medians" exercise="shrink" says="should be"
def shrink(codes, s):
    *front, height, width = codes.shape
    if height % s or width % s:
        raise ValueError("s must divide")
    light = optics.srgb_decode(codes).reshape(*front, height // s, s, width // s, s)
    return optics.srgb_encode(np.median(light, axis=(-3, -1)))


# %% right="by_matrices" exercise="shrink"
def shrink(codes, s):
    height, width = np.shape(codes)[-2:]
    if height % s != 0 or width % s != 0:
        raise ValueError("no")
    down = np.kron(np.eye(height // s), np.full((1, s), 1 / s))
    across = np.kron(np.eye(width // s), np.full((1, s), 1 / s))
    light = down @ optics.srgb_decode(codes) @ across.T
    return optics.srgb_encode(np.clip(light, 0, 1))


# %% right="sum_of_slices" exercise="shrink"
def shrink(codes, s):
    if np.any(np.array(codes.shape[-2:]) % s):
        raise ValueError
    light = optics.srgb_decode(codes)
    total = sum(light[..., i::s, j::s] for i in range(s) for j in range(s))
    return optics.srgb_encode(total / s**2)


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


# %% wrong="whole_numbers_divided_whole" exercise="camera_adjoint" says="should be"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s), dtype=int)) // s**2, psf, mode="full")
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return z


# %% wrong="spots_of_five_pixels_only" exercise="camera_adjoint" says="shape|should be|raised"
def camera_adjoint(y, psf, s):
    p = 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return z


# %% wrong="normalises_the_psf" exercise="camera_adjoint" says="should be"
def camera_adjoint(y, psf, s):
    p, psf = len(psf) // 2, psf / psf.sum()
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return z


# %% wrong="blocks_of_two_only" exercise="camera_adjoint" says="times|shape|should be"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / 4, psf, mode="full")
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return z


# %% wrong="in_single_precision" exercise="camera_adjoint" says="single precision"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full").astype(np.float32)
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return z


# %% wrong="clips_negative_light" exercise="camera_adjoint" says="should be"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    for _ in range(2):
        z[p] += z[:p].sum(axis=0)
        z[-p - 1] += z[-p:].sum(axis=0)
        z = z[p:-p].T
    return np.maximum(z, 0)


# %% wrong="the_pseudoinverse" exercise="camera_adjoint" says="should be"
def camera_adjoint(y, psf, s):
    shape = (y.shape[0] * s, y.shape[1] * s)
    basis = np.eye(shape[0] * shape[1]).reshape(-1, *shape)
    matrix = np.array([camera(e, psf, s).ravel() for e in basis]).T
    return (np.linalg.pinv(matrix) @ y.ravel()).reshape(shape)


# %% wrong="folds_rows_only" exercise="camera_adjoint" says="should be"
def camera_adjoint(y, psf, s):
    p = len(psf) // 2
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    z[p] += z[:p].sum(axis=0)
    z[-p - 1] += z[-p:].sum(axis=0)
    return z[p:-p, p:-p]


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


# %% wrong="rounded_gaussian_above_thirty_photons" exercise="expose" says="normal distribution"
def expose(x, photons, rng):
    mean = np.asarray(x * photons, dtype=float)
    bright = np.round(mean + np.sqrt(mean) * rng.standard_normal(mean.shape))
    return np.where(mean > 30, np.maximum(bright, 0), rng.poisson(mean)) / photons


# %% wrong="whole_numbers_of_photons" exercise="expose" says="whole numbers|standard errors|raised"
def expose(x, photons, rng):
    return rng.poisson(np.asarray(x) * int(photons)) / int(photons)


# %% wrong="rounds_the_mean_count" exercise="expose" says="should be"
def expose(x, photons, rng):
    return rng.poisson(np.round(np.asarray(x) * photons)) / photons


# %% wrong="clips_before_it_counts" exercise="expose" says="standard errors from x"
def expose(x, photons, rng):
    return rng.poisson(np.clip(x, 0, 1) * photons) / photons


# %% wrong="one_draw_for_all_colours" exercise="expose" says="a draw of its own"
def expose(x, photons, rng):
    x = np.asarray(x, dtype=float)
    if x.ndim != 3 or np.ptp(x):
        return rng.poisson(x * photons) / photons
    return np.broadcast_to(rng.poisson(x[:1] * photons) / photons, x.shape).copy()


# %% wrong="one_draw_for_a_row" exercise="expose" says="variance|draw of its own|should be"
def expose(x, photons, rng):
    x = np.asarray(x, dtype=float)
    rows = rng.poisson(x[..., :1] * photons) if x.ndim else rng.poisson(x * photons)
    return np.broadcast_to(rows / photons, x.shape).copy()


# %% wrong="five_percent_less_variance" exercise="expose" says="standard errors|times x/photons"
def expose(x, photons, rng):
    mean = np.asarray(x, dtype=float) * photons
    counts = rng.poisson(mean)
    return np.where(rng.random(mean.shape) < 0.05, np.round(mean), counts) / photons


# %% wrong="binomial" exercise="expose" says="no noise at all|should be"
def expose(x, photons, rng):
    return rng.binomial(int(photons), np.minimum(x, 1)) / photons


# %% wrong="at_least_one_photon" exercise="expose" says="should be"
def expose(x, photons, rng):
    return np.maximum(rng.poisson(x * photons), 1) / photons


# %% wrong="whole_light_stays_whole" exercise="expose" says="whole numbers"
def expose(x, photons, rng):
    recorded = np.empty_like(x)
    recorded[...] = rng.poisson(x * photons) / photons
    return recorded


# %% wrong="the_negative_binomial" exercise="expose" says="variance|standard errors|should be"
def expose(x, photons, rng):
    mean = np.asarray(x, dtype=float) * photons
    return rng.poisson(mean * rng.gamma(40, 1 / 40, mean.shape)) / photons


# %% wrong="no_light_below_a_thousandth" exercise="expose" says="standard errors|variance"
def expose(x, photons, rng):
    x = np.asarray(x, dtype=float)
    return rng.poisson(np.where(x < 0.002, 0, x) * photons) / photons


# %% right="twice_the_light_and_a_coin_for_every_photon" exercise="expose"
def expose(x, photons, rng):
    twice = rng.poisson(lam=2 * photons * np.asarray(x, dtype=float), size=np.shape(x))
    return rng.binomial(twice, 0.5) / photons


# %% right="in_one_row" exercise="expose"
def expose(x, photons, rng):
    light = np.ravel(x) * float(photons)
    return np.reshape(rng.poisson(light), np.shape(x)) / photons


# %% wrong="close_to_cutoff" exercise="airy_otf" says="1e-08"
def airy_otf(f, cutoff):
    q = np.minimum(np.abs(f) / cutoff, 1)
    v = 2 / np.pi * (np.arccos(q) - q * np.sqrt(1 - q**2))
    return np.where(np.isclose(np.abs(f), cutoff), 0, v)


# %% wrong="divides_by_first" exercise="airy_otf" says="single number"
def airy_otf(f, cutoff):
    q = np.minimum(np.abs(f) / cutoff, 1)
    v = np.arccos(q) - q * np.sqrt(1 - q**2)
    return v / np.max(v) if np.max(v) > 0 else v


# %% right="arctan2" exercise="airy_otf"
def airy_otf(f, cutoff):
    q = np.clip(np.abs(f) / cutoff, 0.0, 1.0)
    w = np.sqrt((1 - q) * (1 + q))
    return 2 / np.pi * (np.arctan2(w, q) - q * w)


# %% right="number_by_number" exercise="airy_otf"
import math


def airy_otf(f, cutoff):
    def one(v):
        v = abs(v)
        if v >= cutoff:
            return 0.0
        return (2 * math.acos(v / cutoff) - math.sin(2 * math.acos(v / cutoff))) / math.pi

    return np.vectorize(one, otypes=[float])(f)


# %% wrong="shift_by_size_half_of_x" exercise="blur" says="ifftshift"
def blur(x, psf):
    n = psf.shape[0] // 2
    return np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(np.roll(psf, (-n, -n), (0, 1)))).real


# %% wrong="peak_to_origin" exercise="blur" says="it should be"
def blur(x, psf):
    i, j = np.unravel_index(np.argmax(psf), psf.shape)
    return np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(np.roll(psf, (-i, -j), (0, 1)))).real


# %% wrong="same_mode_centre" exercise="blur" says="impulse"
def blur(x, psf):
    from scipy.signal import convolve2d

    flat = x.reshape(-1, *x.shape[-2:])
    return np.stack([convolve2d(c, psf, mode="same", boundary="wrap") for c in flat]).reshape(
        x.shape
    )


# %% right="ndimage_wrap" exercise="blur"
from scipy import ndimage


def blur(x, psf):
    weights = np.asarray(psf, dtype=float).reshape((1,) * (x.ndim - 2) + psf.shape)
    return ndimage.convolve(np.asarray(x, dtype=float), weights, mode="wrap")


# %% right="shift_after" exercise="blur"
def blur(x, psf):
    out = np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(psf)).real
    return np.fft.ifftshift(out, axes=(-2, -1))


# %% wrong="eight_bits" exercise="shrink" says="it should be"
def shrink(codes, s):
    *front, h, w = codes.shape
    x = optics.srgb_decode(codes)
    return (
        np.round(255 * optics.srgb_encode(x.reshape(*front, h // s, s, w // s, s).mean((-3, -1))))
        / 255
    )


# %% wrong="rows_in_codes" exercise="shrink" says="it should be"
def shrink(codes, s):
    *front, h, w = codes.shape
    x = optics.srgb_encode(optics.srgb_decode(codes).reshape(*front, h, w // s, s).mean(-1))
    return x.reshape(*front, h // s, s, w // s).mean(-2)


# %% wrong="luminance" exercise="shrink" says="it should be"
def shrink(codes, s):
    *front, h, w = codes.shape
    x = optics.srgb_decode(codes).reshape(*front, h // s, s, w // s, s).mean((-3, -1))
    if x.ndim == 3 and len(x) == 3:
        x = np.broadcast_to(np.tensordot([0.2126, 0.7152, 0.0722], x, 1), x.shape)
    return optics.srgb_encode(x)


# %% wrong="lens_first" exercise="shrink" says="places"
def shrink(codes, s):
    from scipy.ndimage import uniform_filter1d

    if codes.shape[-1] % s or codes.shape[-2] % s:
        raise ValueError
    x = optics.srgb_decode(codes)
    for axis in (-1, -2):
        x = uniform_filter1d(x, s, axis=axis, mode="wrap")
    return optics.srgb_encode(x[..., s // 2 :: s, s // 2 :: s] if s % 2 else x[..., ::s, ::s])


# %% wrong="stretched_to_white" exercise="shrink" says="it should be"
def shrink(codes, s):
    *front, h, w = codes.shape
    x = optics.srgb_decode(codes).reshape(*front, h // s, s, w // s, s).mean((-3, -1))
    return optics.srgb_encode(x / x.max())


# %% right="own_srgb" exercise="shrink"
def shrink(codes, s):
    *front, h, w = codes.shape
    if h % s or w % s:
        raise ValueError("no")
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)
    x = light.reshape(*front, h // s, s, w // s, s).mean((-3, -1))
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


# %% wrong="last_row_overwritten" exercise="camera_adjoint" says="1 × 1"
def camera_adjoint(y, psf, s):
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    p = len(psf) // 2
    top, bottom = z[: p + 1].sum(0), z[-p - 1 :].sum(0)
    z = z[p:-p]
    z[0] = top
    z[-1] = bottom
    left, right = z[:, : p + 1].sum(1), z[:, -p - 1 :].sum(1)
    z = z[:, p:-p]
    z[:, 0] = left
    z[:, -1] = right
    return z


# %% wrong="transposed_psf" exercise="camera_adjoint" says="it should be"
def camera_adjoint(y, psf, s):
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf.T, mode="full")
    p = len(psf) // 2
    h, w = z.shape[0] - 2 * p, z.shape[1] - 2 * p
    out = np.zeros((h, w))
    i, j = (np.clip(np.arange(n + 2 * p) - p, 0, n - 1) for n in (h, w))
    np.add.at(out, (i[:, None], j), z)
    return out


# %% wrong="assigns_instead_of_adds" exercise="camera_adjoint" says="it should be"
def camera_adjoint(y, psf, s):
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    p = len(psf) // 2
    h, w = z.shape[0] - 2 * p, z.shape[1] - 2 * p
    out = np.zeros((h, w))
    i, j = (np.clip(np.arange(n + 2 * p) - p, 0, n - 1) for n in (h, w))
    out[i[:, None], j] += z
    return out


# %% wrong="needs_two_pixels" exercise="camera_adjoint" says="1 × 1"
def camera_adjoint(y, psf, s):
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    p = len(psf) // 2
    rows = [z[: p + 1].sum(0), *z[p + 1 : -p - 1], z[-p - 1 :].sum(0)]
    z = np.array(rows)
    columns = [z[:, : p + 1].sum(1), *z[:, p + 1 : -p - 1].T, z[:, -p - 1 :].sum(1)]
    return np.array(columns).T


# %% right="every_point_of_light" exercise="camera_adjoint"
def camera_adjoint(y, psf, s):
    h, w = y.shape[0] * s, y.shape[1] * s
    out = np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            e = np.zeros((h, w))
            e[i, j] = 1
            out[i, j] = np.sum(camera(e, psf, s) * y)
    return out


# %% right="folds_from_outside_inwards" exercise="camera_adjoint"
def camera_adjoint(y, psf, s):
    z = correlate2d(np.repeat(np.repeat(y, s, 0), s, 1) / s**2, psf, mode="full")
    for _ in range(2):
        for _k in range(len(psf) // 2):
            z[1] += z[0]
            z[-2] += z[-1]
            z = z[1:-1]
        z = z.T.copy()
    return z


# %% right="bincount" exercise="camera_adjoint"
def camera_adjoint(y, psf, s):
    p, (h, w) = len(psf) // 2, np.array(y.shape) * s
    z = correlate2d(np.kron(y, np.ones((s, s))) / s**2, psf, mode="full")
    i, j = np.clip(np.arange(h + 2 * p) - p, 0, h - 1), np.clip(np.arange(w + 2 * p) - p, 0, w - 1)
    return np.bincount((i[:, None] * w + j).ravel(), z.ravel(), h * w).reshape(h, w)


# %% wrong="colours_share_noise" exercise="expose" says="independent"
def expose(x, photons, rng):
    x = np.asarray(x)
    if x.ndim < 3:
        return rng.poisson(x * photons) / photons
    seed = rng.integers(2**31)
    return np.stack([np.random.default_rng(seed).poisson(c * photons) for c in x]) / photons


# %% wrong="rows_share_noise" exercise="expose" says="it should be|independent"
def expose(x, photons, rng):
    x = np.asarray(x, dtype=float)
    u = rng.random(x.shape[-1:])
    from scipy.stats import poisson

    return poisson.ppf(np.broadcast_to(u, x.shape), x * photons).clip(0) / photons


# %% wrong="rounds_mean" exercise="expose" says="mean"
def expose(x, photons, rng):
    return rng.poisson(np.round(np.asarray(x) * photons)) / photons


# %% wrong="relative_to_brightest" exercise="expose" says="whole|independent"
def expose(x, photons, rng):
    return rng.poisson(x / np.max(x) * photons) / photons * np.max(x) if np.max(x) > 0 else x * 1.0


# %% wrong="never_dark" exercise="expose" says="zeros"
def expose(x, photons, rng):
    return rng.poisson(np.maximum(x, 1e-3) * photons) / photons


# %% right="scipy_stats" exercise="expose"
from scipy import stats


def expose(x, photons, rng):
    return stats.poisson.rvs(np.asarray(x) * photons, size=np.shape(x), random_state=rng) / photons


# %% right="two_halves" exercise="expose"
def expose(x, photons, rng):
    half = 0.5 * photons * np.asarray(x, dtype=float)
    return (rng.poisson(half) + rng.poisson(half)) / photons


# %% right="flipped_order" exercise="expose"
def expose(x, photons, rng):
    x = np.asarray(x)
    return np.array(rng.poisson(lam=photons * x.T, size=x.T.shape)).T / photons
