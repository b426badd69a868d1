"""Foreign networks: every kind of layer against its definition, refusals by name, laws of answers.

`tests/fixtures/upscalers.npz` holds sRGB codes and what TensorFlow.js 4.11, the library that the
networks were published for, makes of them (divided by the code of white).
"""

import copy
import json
import os
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from scipy.signal import correlate2d  # noqa: E402

from course_lib.audits.hallucination import fractions  # noqa: E402
from course_lib.data import data_path  # noqa: E402
from course_lib.desk.commands import Told  # noqa: E402
from course_lib.generators import upscaler  # noqa: E402
from course_lib.generators.upscaler import Upscaler, enhance, load  # noqa: E402
from course_lib.imaging.operators import Downsample  # noqa: E402
from course_lib.imaging.optics import srgb_decode, srgb_encode  # noqa: E402
from course_lib.records.reconstructions import bicubic  # noqa: E402
from course_lib.worlds import images  # noqa: E402
from course_staff.experiments import upscaler as making  # noqa: E402

NAMES = ("esrgan-medium", "esrgan-thick")
FIXTURE = Path(__file__).parent.parent / "fixtures" / "upscalers.npz"


@pytest.fixture(scope="module", params=NAMES)
def shipped(request):
    return load(request.param)


@pytest.fixture(scope="module")
def medium():
    return load("esrgan-medium")


# --- small networks, made up ------------------------------------------------------------------

def layer(kind, name, *sources, **options):
    """A layer as Keras writes it."""
    preset = {
        "InputLayer": {"batch_input_shape": [None, None, None, 3], "ragged": False,
                       "sparse": False},
        "Conv2D": {"activation": "linear", "data_format": "channels_last", "dilation_rate": [1, 1],
                   "filters": 3, "groups": 1, "kernel_size": [3, 3], "padding": "same",
                   "strides": [1, 1], "use_bias": True},
        "Activation": {"activation": "relu"}, "Concatenate": {"axis": 3},
        "MultiplyBeta": {"beta": 0.2}, "PixelShuffle4x": {"scale": 4},
        "UpSampling2D": {"data_format": "channels_last", "interpolation": "nearest",
                         "size": [4, 4]}}
    return {"class_name": kind, "name": name,
            "config": {"name": name, "dtype": "float32", **preset.get(kind, {}), **options},
            "inbound_nodes": [[[source, 0, 0, {}] for source in sources]] if sources else []}


def small():
    """Layers of every kind but the pixel shuffle, and their weights."""
    layers = [layer("InputLayer", "in"), layer("Conv2D", "a", "in", filters=4, activation="relu"),
              layer("Conv2D", "b", "a", filters=4, kernel_size=[1, 1], padding="valid"),
              layer("MultiplyBeta", "half", "b"), layer("Add", "sum", "a", "half"),
              layer("Concatenate", "both", "sum", "in"), layer("Activation", "cut", "both"),
              layer("UpSampling2D", "up", "cut"),
              layer("Conv2D", "out", "up", kernel_size=[5, 3], use_bias=False)]
    rng = np.random.default_rng(0)
    shapes = {"a/kernel": (3, 3, 3, 4), "a/bias": (4,), "b/kernel": (1, 1, 4, 4), "b/bias": (4,),
              "out/kernel": (5, 3, 7, 3)}
    return layers, {key: rng.standard_normal(shape).astype(np.float32)
                    for key, shape in shapes.items()}


def convolve(x, kernel, bias=0.0):
    """Keras' convolution, (h, w, channels) from (h, w, channels), zeros beyond the edge."""
    rows, columns = kernel.shape[0] // 2, kernel.shape[1] // 2
    x = np.pad(x, [(rows, rows), (columns, columns), (0, 0)])
    return np.stack([sum(correlate2d(x[..., i], kernel[..., i, o], "valid")
                         for i in range(x.shape[-1])) for o in range(kernel.shape[-1])], -1) + bias


def codes(*shape, seed=0):
    return np.random.default_rng(seed).random(shape)


def answer(layers, output, weights, x):
    """What a network makes of one picture (h, w, 3), (4h, 4w, 3)."""
    tensor = torch.tensor(np.moveaxis(x, -1, 0)[None].astype(np.float32))
    return np.moveaxis(Upscaler(layers, output, weights, 1.0)(tensor)[0].numpy(), 0, -1)


def test_every_kind_of_layer_does_what_its_name_says():
    (layers, weights), x = small(), codes(6, 5, 3)
    a = np.maximum(convolve(x, weights["a/kernel"], weights["a/bias"]), 0)
    total = a + 0.2 * (a @ weights["b/kernel"][0, 0] + weights["b/bias"])
    both = np.maximum(np.concatenate([total, x], axis=-1), 0)
    expected = convolve(both.repeat(4, axis=0).repeat(4, axis=1), weights["out/kernel"])
    np.testing.assert_allclose(answer(layers, "out", weights, x), expected, atol=1e-4)


def test_a_pixel_shuffle_fills_blocks_row_by_row_colours_last():
    layers = [layer("InputLayer", "in"),
              layer("Conv2D", "many", "in", filters=48, kernel_size=[1, 1]),
              layer("PixelShuffle4x", "out", "many")]
    weights = {"many/kernel": np.zeros((1, 1, 3, 48), np.float32),
               "many/bias": np.arange(48, dtype=np.float32)}
    found = answer(layers, "out", weights, codes(2, 3, 3))
    np.testing.assert_array_equal(found[4:8, :4], np.arange(48.0).reshape(4, 4, 3))
    assert found.shape == (8, 12, 3)


def test_reach_is_how_far_a_pixel_matters():
    layers, weights = small()
    network = Upscaler(layers, "out", weights, 1.0)
    assert network.reach == 2  # one, and two fine rows
    x = torch.zeros(1, 3, 9, 9)
    dot = x.clone()
    dot[..., 4, 4] = 1
    rows = (network(dot) - network(x)).abs().amax((0, 1, 3)).nonzero()
    assert 4 * (4 - 2) <= rows.min() and rows.max() < 4 * (4 + 2 + 1)


def change(layers, name, **options):
    next(each for each in layers if each["name"] == name)["config"].update(options)


def rename(layers, name, kind):
    next(each for each in layers if each["name"] == name)["class_name"] = kind


REFUSED = {
    "a kind": (lambda n, w: rename(n, "cut", "Lambda"), "layer cut is of kind 'Lambda'"),
    "an activation": (lambda n, w: change(n, "cut", activation="tanh"), "activation of .* cut"),
    "an activation of a convolution": (lambda n, w: change(n, "a", activation="selu"),
                                       'activation of Conv2D a is "selu"'),
    "a padding": (lambda n, w: change(n, "a", padding="causal"), 'padding of Conv2D a is "causal"'),
    "a frame that is cut off": (lambda n, w: change(n, "a", padding="valid"),
                                'padding of Conv2D a is "valid"'),
    "a stride": (lambda n, w: change(n, "a", strides=[2, 2]), r"strides of Conv2D a is \[2, 2\]"),
    "a dilation": (lambda n, w: change(n, "a", dilation_rate=[2, 2]), "dilation_rate of Conv2D a"),
    "groups": (lambda n, w: change(n, "a", groups=3), "groups of Conv2D a is 3"),
    "true for one": (lambda n, w: change(n, "a", groups=True), "groups of Conv2D a is true"),
    "channels first": (lambda n, w: change(n, "a", data_format="channels_first"), "data_format of"),
    "an even kernel": (lambda n, w: change(n, "a", kernel_size=[2, 2]), "kernel_size of Conv2D a"),
    "a type": (lambda n, w: change(n, "a", dtype="float16"), 'dtype of Conv2D a is "float16"'),
    "an option": (lambda n, w: change(n, "a", spectral=1), "a key of Conv2D a is 'spectral'"),
    "no option": (lambda n, w: n[1]["config"].pop("groups"), "'groups' of Conv2D a is missing"),
    "a key": (lambda n, w: n[1].update(module="os"), "a key of a layer is 'module'"),
    "an axis": (lambda n, w: change(n, "both", axis=1), "axis of Concatenate both is 1"),
    "a factor": (lambda n, w: change(n, "half", beta=0.5), "beta of MultiplyBeta half is 0.5"),
    "smooth growth": (lambda n, w: change(n, "up", interpolation="bilinear"), "interpolation of"),
    "another growth": (lambda n, w: change(n, "up", size=[2, 2]), "size of UpSampling2D up"),
    "gray input": (lambda n, w: change(n, "in", batch_input_shape=[None, None, None, 1]),
                   "batch_input_shape of"),
    "another name": (lambda n, w: n[1]["config"].update(name="b"), "name of Conv2D a"),
    "a name twice": (lambda n, w: n.insert(2, n[1]), "layer a is there twice"),
    "a later layer": (lambda n, w: n.insert(1, n.pop(2)), "input of Conv2D b is 'a'"),
    "two calls": (lambda n, w: n[1].update(inbound_nodes=2 * n[1]["inbound_nodes"]),
                  "Conv2D a is called 2 times"),
    "another output of a layer": (lambda n, w: n[1].update(inbound_nodes=[[["in", 0, 1, {}]]]),
                                  "input of Conv2D a"),
    "arguments of a call": (lambda n, w: n[1].update(inbound_nodes=[[["in", 0, 0, {"x": 1}]]]),
                            "input of Conv2D a"),
    "a sum of one": (lambda n, w: n[4].update(inbound_nodes=[[["a", 0, 0, {}]]]),
                     "Add sum is given 1 inputs"),
    "two for one": (lambda n, w: n[3].update(inbound_nodes=[[["a", 0, 0, {}], ["b", 0, 0, {}]]]),
                    "MultiplyBeta half is given 2 inputs"),
    "two inputs": (lambda n, w: n.insert(1, layer("InputLayer", "more")), "InputLayer more is not"),
    "a sum of unequals": (lambda n, w: n[4].update(
        inbound_nodes=[[["a", 0, 0, {}], ["in", 0, 0, {}]]]), r"of \[4, 3\] channels"),
    "two sizes": (lambda n, w: n.insert(8, layer("Add", "more", "up", "cut")), "several sizes"),
    "channels that make no blocks": (lambda n, w: n.insert(7, layer("PixelShuffle4x", "p", "cut")),
                                     "input of PixelShuffle4x p is of 7 channels"),
    "a layer too many": (lambda n, w: n.insert(2, layer("Activation", "idle", "a")),
                         "layer idle is used by no other"),
    "no weight": (lambda n, w: w.pop("b/bias"), "bias of Conv2D b is missing"),
    "a weight too many": (lambda n, w: w.update(z=w["a/bias"]), "a weight is 'z'"),
    "a weight's shape": (lambda n, w: w.update({"a/kernel": w["a/kernel"][:1]}), "weight a/kernel"),
    "a weight's type": (lambda n, w: w.update({"a/bias": w["a/bias"].astype(np.float16)}),
                        "weight a/bias is of type float16"),
    "a weight that is no number": (lambda n, w: w["a/bias"].fill(np.nan), "not finite"),
    "the wrong size": (lambda n, w: rename(n, "up", "Activation") or n[7].update(
        config={"name": "up", "dtype": "float32", "activation": "linear"}), "1 × enlarged"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_it_does_not_know_is_refused_by_name(what):
    layers, weights = small()
    spoil, said = REFUSED[what]
    spoil(layers, weights)
    with pytest.raises(ValueError, match=said):
        Upscaler(layers, "out", weights, 1.0)


def test_an_output_that_is_not_there_and_a_white_of_nothing_are_refused():
    layers, weights = small()
    with pytest.raises(ValueError, match="the output is 'end'"):
        Upscaler(layers, "end", weights, 1.0)
    with pytest.raises(ValueError, match="white is 0"):
        Upscaler(layers, "out", weights, 0)


# --- the foreign file -----------------------------------------------------------------------------

def package(folder, spoil=lambda model: None, extra=b""):
    """A layers-model of TensorFlow.js on disk, its weights cut into two files."""
    layers, weights = small()
    for each in layers:
        each["config"]["trainable"] = True
    order = list(weights)
    raw = b"".join(weights[key].astype("<f4").tobytes() for key in order) + extra
    model = {
        "format": "layers-model", "generatedBy": "keras", "convertedBy": "somebody",
        "modelTopology": {"keras_version": "2", "backend": "tensorflow", "model_config": {
            "class_name": "Functional", "config": {
                "name": "generator", "layers": layers, "input_layers": [["in", 0, 0]],
                "output_layers": [["out", 0, 0]]}}},
        "weightsManifest": [{"paths": ["1.bin", "2.bin"], "weights": [
            {"name": key, "shape": list(weights[key].shape), "dtype": "float32"}
            for key in order]}]}
    spoil(model)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps(model), encoding="utf-8")
    (folder / "1.bin").write_bytes(raw[:101])
    (folder / "2.bin").write_bytes(raw[101:])
    return folder


def test_a_file_is_read_as_it_was_written(tmp_path):
    layers, output, found = making.read(package(tmp_path))
    expected_layers, expected = small()
    assert layers == expected_layers and output == "out" and found.keys() == expected.keys()
    for key, values in expected.items():
        np.testing.assert_array_equal(found[key], values)
        assert found[key].dtype == np.float32 and found[key].dtype.isnative


def manifest(model):
    return model["weightsManifest"][0]


def config(model):
    return model["modelTopology"]["model_config"]["config"]


UNREADABLE = {
    "a graph of operations": (lambda m: m.update(format="graph-model"), "format of model.json"),
    "training": (lambda m: m.update(trainingConfig={}), "a key of model.json is 'trainingConfig'"),
    "a sequence": (lambda m: m["modelTopology"]["model_config"].update(class_name="Sequential"),
                   "class_name of model_config is 'Sequential'"),
    "bytes for weights": (lambda m: manifest(m)["weights"][0].update(dtype="uint8"),
                          "dtype of weight a/kernel is 'uint8'"),
    "a quantisation": (lambda m: manifest(m)["weights"][0].update(quantization={}),
                       "a key of a weight is 'quantization'"),
    "a folder above": (lambda m: manifest(m).update(paths=["1.bin", "../2.bin"]),
                       "a path of weights is '../2.bin'"),
    "an absolute path": (lambda m: manifest(m).update(paths=["/etc/passwd"]), "a path of weights"),
    "a path of Windows": (lambda m: manifest(m).update(paths=["..\\2.bin"]), "a path of weights"),
    "too few bytes": (lambda m: manifest(m).update(paths=["1.bin"]), "101 bytes; it must be"),
    "a negative shape": (lambda m: manifest(m)["weights"][0].update(shape=[-3, 3, 3, 4]),
                         "shape of weight a/kernel is -3"),
    "a weight twice": (lambda m: manifest(m)["weights"].append(manifest(m)["weights"][0]),
                       "weight a/kernel is there twice"),
    "two outputs": (lambda m: config(m).update(output_layers=[["out", 0, 0], ["up", 0, 0]]),
                    "output_layers is"),
    "another input": (lambda m: config(m).update(input_layers=[["a", 0, 0]]), "input_layers is"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_of_another_form_is_refused_by_name(what, tmp_path):
    spoil, said = UNREADABLE[what]
    with pytest.raises(ValueError, match=said):
        making.read(package(tmp_path, spoil))


def test_bytes_left_over_are_refused(tmp_path):
    with pytest.raises(ValueError, match="the files of weights"):
        making.read(package(tmp_path, extra=b"more"))


def test_what_is_stored_comes_back_within_its_rounding():
    _, weights = small()
    weights["a/kernel"][..., 2] = 0
    for in_bytes in (False, True):
        back = upscaler.restored(making.pack(copy.deepcopy(weights), in_bytes))
        assert back.keys() == weights.keys()
        for key, values in weights.items():
            assert back[key].dtype == np.float32
            largest = np.abs(values).max(axis=tuple(range(values.ndim - 1)))
            step = largest / 254 if in_bytes and values.ndim == 4 else np.abs(values) / 2048
            assert np.all(np.abs(back[key] - values) <= step * (1 + 1e-6))
    with pytest.raises(ValueError, match="weight a/bias is too large"):
        making.pack({"a/bias": np.array([1e6], np.float32)}, False)


def test_the_verb_says_what_it_lacks(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    with pytest.raises(Told, match="needs --packages FOLDER"):
        making.rebuild(None)
    with pytest.raises(Told, match="model.json is missing: unpack the packages"):
        making.rebuild(tmp_path)


def test_the_verb_writes_what_load_reads_twice_the_same(tmp_path, monkeypatch):
    for name in NAMES:
        root = package(tmp_path / name / "package" / "models" / "x4").parent.parent
        (root / "LICENSE").write_text("MIT\n", encoding="utf-8")
        (root / "package.json").write_text('{"name": "a", "version": "1"}', encoding="utf-8")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    made = []
    for _ in range(2):
        making.rebuild(tmp_path)
        made.append([(tmp_path / "data" / "upscalers" / f"{name}.safetensors").read_bytes()
                     for name in upscaler.names()])
    assert made[0] == made[1] and upscaler.names() == list(NAMES)
    x, (layers, weights) = codes(4, 4, 3), small()
    expected = answer(layers, "out", weights, x)
    found = load("esrgan-medium")(torch.tensor(np.moveaxis(x, -1, 0)[None].astype(np.float32)))
    np.testing.assert_allclose(np.moveaxis(found[0].numpy(), 0, -1), expected, atol=0.05)


# --- those that ship ------------------------------------------------------------------------------

@pytest.mark.parametrize("name, rms, most", [("esrgan-medium", 0.01, 0.05),
                                             ("esrgan-thick", 0.2, 2.0)])
def test_answers_are_those_of_the_original_within_the_rounding_of_weights(name, rms, most):
    """In 8-bit codes; one byte a weight costs the thick one a tenth of a code."""
    stored, network = np.load(FIXTURE, allow_pickle=False), load(name)
    found = network(torch.tensor(stored["codes"])[None] * network.white)[0].numpy()
    off = 255 * (found / network.white - stored[name])
    assert np.sqrt(np.mean(off**2)) < rms and np.abs(off).max() < most


if "COURSE_UPSCALERS" in os.environ:  # where the packages lie, as for `course data upscaler`
    @pytest.mark.parametrize("name", NAMES)
    def test_the_originals_are_evaluated_as_by_their_own_library(name):
        stored, (white, in_bytes) = np.load(FIXTURE, allow_pickle=False), making.UPSCALERS[name]
        folder = Path(os.environ["COURSE_UPSCALERS"], name, "package", "models", "x4")
        layers, output, weights = making.read(folder)
        given = torch.tensor(stored["codes"])[None] * white
        found = Upscaler(layers, output, weights, white)(given)[0].numpy() / white
        np.testing.assert_allclose(found, stored[name], atol=1e-5)
        again = Upscaler(layers, output, upscaler.restored(making.pack(weights, in_bytes)), white)
        assert torch.equal(load(name)(given), again(given))


def test_names_and_what_is_refused():
    assert upscaler.names() == list(NAMES)
    with pytest.raises(ValueError, match="name is 'waifu'; it must be one of 'esrgan-medium', "):
        load("waifu")
    told = data_path("SOURCES.md").read_text(encoding="utf-8")
    assert all(f"`{name}.safetensors`" in told for name in NAMES)


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "upscalers"
    folder.mkdir()
    content = bytearray(data_path("upscalers", "esrgan-medium.safetensors").read_bytes())
    content[-9] ^= 1
    (folder / "esrgan-medium.safetensors").write_bytes(content)
    (tmp_path / "checksums.json").write_bytes(data_path("checksums.json").read_bytes())
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="not the file that the course shipped"):
        load("esrgan-medium")


def test_answers_are_light_four_times_larger_and_a_batch_is_its_pictures(shipped):
    y = codes(2, 2, 3, 7, 9)
    together = enhance(shipped, y)
    assert together.shape == (2, 2, 3, 28, 36) and together.dtype == np.float64
    assert together.min() >= 0 and together.max() <= 1
    np.testing.assert_array_equal(together[1, 0], enhance(shipped, y[1, 0]))
    np.testing.assert_array_equal(together, enhance(shipped, y))


def test_light_is_encoded_for_the_network_and_decoded_after(shipped):
    y = codes(3, 8, 8)
    x = torch.tensor(srgb_encode(y)[None].astype(np.float32) * shipped.white)
    expected = srgb_decode(np.clip(shipped(x)[0].numpy().astype(float) / shipped.white, 0, 1))
    np.testing.assert_allclose(enhance(shipped, y, margin=0), expected, atol=1e-6)


def test_an_even_picture_stays_nearly_even_and_as_bright(shipped):
    """Encoding, white and the order of colours are right: 3 codes of 255."""
    y = np.broadcast_to(np.array([0.1, 0.3, 0.6])[:, None, None], (3, 24, 24))
    off = 255 * (srgb_encode(enhance(shipped, y)) - srgb_encode(y)[:, :1, :1])
    assert np.abs(off).max() < 3.5


def test_without_a_margin_the_network_sees_black_beyond_the_edge(shipped):
    y = np.full((3, 24, 24), 0.6)
    off = np.abs(255 * (srgb_encode(enhance(shipped, y, margin=0)) - srgb_encode(0.6)))
    assert off[:, :4].max() > 10 * off[:, 40:56, 40:56].max()


def test_a_margin_is_the_mirrored_picture(shipped):
    y = srgb_decode(codes(3, 6, 5))
    around = np.pad(y, [(0, 0), (7, 7), (7, 7)], mode="symmetric")  # more than there is
    np.testing.assert_allclose(enhance(shipped, y, margin=7),
                               enhance(shipped, around, margin=0)[:, 28:-28, 28:-28], atol=1e-6)
    with pytest.raises(ValueError, match="margin is -1"):
        enhance(shipped, y, margin=-1)


def test_a_shift_by_whole_pixels_shifts_the_answer_by_four_away_from_the_edge(medium):
    y = srgb_decode(codes(3, 48, 50))
    one, other = (enhance(medium, part, margin=0) for part in (y[:, :, :-2], y[:, :, 2:]))
    inner = slice(4 * medium.reach, -4 * medium.reach)
    np.testing.assert_allclose(other[:, inner, inner][..., :-8], one[:, inner, inner][..., 8:],
                               atol=1e-5)
    assert np.abs(other[..., :-8] - one[..., 8:]).max() > 1e-3  # at the edge it does matter


def test_a_piece_with_a_margin_is_answered_as_within_the_whole(medium):
    y, margin = srgb_decode(codes(3, 40, 60)), medium.reach
    whole = enhance(medium, y, 0)[:, :, 80:160]
    piece = enhance(medium, y[:, :, 20 - margin : 40 + margin], 0)[:, :, 4 * margin : -4 * margin]
    np.testing.assert_allclose(piece, whole, atol=1e-5)
    short = enhance(medium, y[:, :, 18:42], 0)[:, :, 8:-8]
    assert np.abs(short - whole).max() > 1e-3


def test_the_thick_one_reaches_far_but_hardly_looks_there():
    """The margin that would be exact is 154 pixels; with 24 codes differ by less than one."""
    network, y = load("esrgan-thick"), images.load("coffee")[:, ::4, ::4]
    assert network.reach == 154
    whole = enhance(network, y)[:, 96:128, 96:160]
    piece = enhance(network, y[:, :, :64])[:, 96:128, 96:160]
    assert np.abs(255 * (srgb_encode(piece) - srgb_encode(whole))).max() < 1


def test_what_is_no_small_colour_picture_in_light_is_refused(medium):
    for wrong, said in ((np.zeros((1, 8, 8)), "y is of shape"), (np.zeros((8, 8)), "y is of shape"),
                        (np.full((3, 8, 8), 1.2), r"it must be in \[0, 1\]"),
                        (np.full((3, 8, 8), -0.1), r"it must be in \[0, 1\]"),
                        (np.full((3, 8, 8), np.nan), "not finite"),
                        (np.zeros((3, 257, 256)), "257 × 256 pixels; it must be at most 65536")):
        with pytest.raises(ValueError, match=said):
            enhance(medium, wrong)


def test_the_audit_and_how_a_black_frame_spoils_it():
    """What lessons may say of both networks, in linear light, on 128 × 128 pixels."""
    shrink, wrong = Downsample(4), {}
    for name in ("coffee", "hubble", "retina"):
        x = images.load(name)[:, :128, :128]
        y = shrink(x)
        answers = {"bicubic": bicubic(y, (128, 128))}
        for network in NAMES:
            for margin in (0, upscaler.MARGIN):
                answers[network, margin] = enhance(load(network), y, margin)
        wrong[name] = {key: fractions(shrink, x_hat, x)["wrong"] for key, x_hat in answers.items()}
    thick, medium = ((network, upscaler.MARGIN) for network in NAMES[::-1])
    for name in ("coffee", "hubble"):
        assert wrong[name][thick] < wrong[name][medium] < wrong[name]["bicubic"] < 1
    retina = wrong["retina"]
    assert retina["bicubic"] < retina[thick] < retina[medium] < 0.5  # hardly anything to invent
    assert min(retina[network, 0] for network in NAMES) > 1.5  # all of it along the edge
