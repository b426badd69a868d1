"""Two upscalers that nobody here wrote: networks that people run in their browsers, four times.

`data/SOURCES.md` tells where their weights come from and what is known of the pictures that they
learned from. ``course data upscaler`` wrote the files: the weights, and the network's layers in the
words of its own file. Nothing in them is executed. `Upscaler` knows the eight kinds of layers that
occur, and refuses by name every layer, option or shape that it doesn't know.

Both return sRGB codes for sRGB codes. `enhance` takes and gives linear light, so that an answer can
be shrunk and compared with what was measured.

>>> import numpy as np
>>> y = np.full((3, 8, 8), 0.2)
>>> enhance(load("esrgan-medium"), y).shape
(3, 32, 32)

References
----------
X. Wang, K. Yu, S. Wu and others, ESRGAN: enhanced super-resolution generative adversarial networks,
ECCV workshops 2018, arXiv:1809.00219 (layers of ``esrgan-thick``). Y. Zhang, Y. Tian, Y. Kong, B.
Zhong, Y. Fu, Residual dense network for image super-resolution, CVPR 2018, arXiv:1802.08797 (those
of ``esrgan-medium``, in spite of its name).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors import safe_open
from torch.nn import functional

from course_lib import validation
from course_lib.data import data_path, verified_path
from course_lib.imaging.optics import srgb_decode, srgb_encode

__all__ = ["LIMIT", "MARGIN", "S", "Upscaler", "enhance", "load", "names"]

S = 4  #: pixels each way that a network makes of one
MARGIN = 8  #: pixels of the mirrored picture that `enhance` puts round it
LIMIT = 256 * 256  #: pixels that `enhance` takes at most: some 12 s of a core for the thick one

ANY_SIZE = (None, None, None, 3)  # any number of colour pictures of any size
#: Kind of layer → its options and what they may be; None where the weights decide.
KINDS: dict[str, dict[str, tuple | None]] = {
    "InputLayer": {"batch_input_shape": (ANY_SIZE,), "ragged": (False,), "sparse": (False,)},
    "Conv2D": {
        "activation": ("linear", "relu"), "data_format": ("channels_last",),
        "dilation_rate": ((1, 1),), "filters": None, "groups": (1,), "kernel_size": None,
        "padding": ("same", "valid"), "strides": ((1, 1),), "use_bias": (True, False)},
    "Activation": {"activation": ("linear", "relu")},
    "Add": {},
    "Concatenate": {"axis": (3, -1)},
    "MultiplyBeta": {"beta": (0.2,)},
    "PixelShuffle4x": {"scale": (S,)},
    "UpSampling2D": {"data_format": ("channels_last",), "interpolation": ("nearest",),
                     "size": ((S, S),)},
}
SEVERAL = ("Add", "Concatenate")  #: kinds with two inputs or more


class _Layer(NamedTuple):
    kind: str
    sources: tuple[str, ...]
    options: dict[str, Any]
    channels: int
    enlarged: int  # times, since the input
    reach: float  # pixels of the input, each way


class Upscaler:
    """A network that makes 4 × 4 pixels of each, from layers in the words of Keras.

    Parameters
    ----------
    layers : sequence of dict
        Each with the keys class_name, name, config and inbound_nodes, as a ``layers-model`` of
        TensorFlow.js has them, without what matters in training only.
    output : str
        Name of the layer that gives the answer.
    weights : mapping of str to float32 arrays
        "NAME/kernel" (height, width, channels in, channels out) and "NAME/bias" (channels out) of
        each convolution.
    white : float
        Code that stands for white, > 0: the network expects sRGB codes from 0 to there.

    Attributes
    ----------
    white : float
    reach : int
        How far an input pixel can matter, in input pixels each way. The frame beyond a picture's
        edge is black, for the network.

    Raises
    ------
    ValueError
        For every layer, option, shape or type that isn't known, and for weights that no layer
        needs, by name.
    """

    def __init__(self, layers: Sequence[Mapping[str, Any]], output: str,
                 weights: Mapping[str, np.ndarray], white: float) -> None:
        self.white = validation.positive(white, "white")
        self._layers: dict[str, _Layer] = {}
        self._weights: dict[str, torch.Tensor] = {}
        for layer in layers:
            self._add(layer, weights)
        if output not in self._layers:
            validation.fail("the output", repr(output), "one of the layers")
        end = self._layers[output]
        if (end.channels, end.enlarged) != (3, S):
            validation.fail("the answer", f"{end.channels} channels, {end.enlarged} × enlarged",
                            f"3 channels, {S} × enlarged")
        # The layers that use a value for the last time: it is forgotten there.
        self._output, self._last = output, {output: output}
        for name, layer_ in self._layers.items():
            self._last |= dict.fromkeys(layer_.sources, name)
        if idle := sorted(self._layers.keys() - self._last.keys()):
            validation.fail(f"layer {idle[0]}", "used by no other", "on the way to the output")
        if left := sorted(weights.keys() - self._weights.keys()):
            validation.fail("a weight", repr(left[0]), "one that a layer needs")
        self.reach = math.ceil(end.reach)

    def _add(self, layer: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> None:
        """Check a layer, and keep it with its weights."""
        validation.keys(layer, ("class_name", "name", "config", "inbound_nodes"), "a layer")
        kind, name, config = layer["class_name"], layer["name"], layer["config"]
        if kind not in KINDS:
            validation.fail(f"layer {name}", f"of kind {kind!r}", f"one of {', '.join(KINDS)}")
        said = f"{kind} {name}"
        validation.keys(config, (*KINDS[kind], "name", "dtype"), said)
        for option, allowed in {**KINDS[kind], "name": (name,), "dtype": ("float32",)}.items():
            # As JSON, where true is not 1 and (1, 1) is [1, 1].
            if allowed is not None and json.dumps(config[option]) not in map(json.dumps, allowed):
                validation.fail(f"{option} of {said}", json.dumps(config[option]),
                                " or ".join(map(json.dumps, allowed)))
        if name in self._layers:
            validation.fail(f"layer {name}", "there twice", "there once")
        sources = self._sources(layer, said)
        before = [self._layers[source] for source in sources]
        enlarged = {each.enlarged for each in before} or {1}
        if len(enlarged) > 1:
            validation.fail(f"input of {said}", "of several sizes", "of one size")
        channels = [each.channels for each in before] or [3]
        reach = max((each.reach for each in before), default=0.0)
        (times,), width = enlarged, channels[0]
        if kind == "Conv2D":
            rows, columns, width = self._kernel(said, name, config, channels[0], weights)
            reach += max(rows, columns) // 2 / times
        elif kind == "Concatenate":
            width = sum(channels)
        elif kind == "Add" and len(set(channels)) > 1:
            validation.fail(f"input of {said}", f"of {channels} channels", "of as many each")
        elif kind == "PixelShuffle4x":
            if width % S**2:
                validation.fail(f"input of {said}", f"of {width} channels", f"divisible by {S**2}")
            width, times = width // S**2, times * S
        elif kind == "UpSampling2D":
            times *= S
        self._layers[name] = _Layer(kind, sources, dict(config), width, times, reach)

    def _sources(self, layer: Mapping[str, Any], said: str) -> tuple[str, ...]:
        """Names of the layers whose values a layer takes: earlier ones, once each call."""
        kind, nodes = layer["class_name"], layer["inbound_nodes"]
        if kind == "InputLayer":
            if nodes or self._layers:
                validation.fail(said, "not the first layer", "first, the only one of its kind")
            return ()
        if len(nodes) != 1:
            validation.fail(said, f"called {len(nodes)} times", "called once")
        sources = []
        for node in nodes[0]:
            if not isinstance(node, list) or json.dumps(node[1:]) != "[0, 0, {}]":
                validation.fail(f"input of {said}", json.dumps(node), '["NAME", 0, 0, {}]')
            if node[0] not in self._layers:
                validation.fail(f"input of {said}", repr(node[0]), "an earlier layer")
            sources.append(node[0])
        if (len(sources) > 1) is not (kind in SEVERAL):
            validation.fail(said, f"given {len(sources)} inputs",
                            "given two or more" if kind in SEVERAL else "given one")
        return tuple(sources)

    def _kernel(self, said: str, name: str, config: Mapping[str, Any], channels: int,
                weights: Mapping[str, np.ndarray]) -> tuple[int, int, int]:
        """Check and keep the weights of a convolution; return rows, columns and channels out."""
        size, filters = config["kernel_size"], config["filters"]
        if not (isinstance(size, list) and len(size) == 2
                and all(type(n) is int and n % 2 == 1 and n > 0 for n in size)):
            validation.fail(f"kernel_size of {said}", json.dumps(size), "two odd numbers")
        if type(filters) is not int or filters < 1:
            validation.fail(f"filters of {said}", json.dumps(filters), "a number, 1 or greater")
        if config["padding"] == "valid" and size != [1, 1]:
            validation.fail(f"padding of {said}", '"valid"', '"same" unless the kernel is 1 × 1')
        shapes: dict[str, tuple[int, ...]] = {"kernel": (*size, channels, filters)}
        if config["use_bias"]:
            shapes["bias"] = (filters,)
        for part, shape in shapes.items():
            key = f"{name}/{part}"
            if key not in weights:
                validation.fail(f"{part} of {said}", "missing", "among the weights")
            values = weights[key]
            if values.dtype != np.float32:
                validation.fail(f"weight {key}", f"of type {values.dtype}", "float32")
            validation.matching(values, shape, f"weight {key}")
            if not np.isfinite(values).all():
                validation.fail(f"weight {key}", "not finite everywhere", "finite")
            if part == "kernel":  # PyTorch wants (out, in, height, width)
                values = values.transpose(3, 2, 0, 1)
            tensor = torch.tensor(np.ascontiguousarray(values))
            if part == "kernel":  # the order that a CPU is fastest with
                tensor = tensor.to(memory_format=torch.channels_last)
            self._weights[key] = tensor
        return size[0], size[1], filters

    def __call__(self, codes: torch.Tensor) -> torch.Tensor:
        """Return the network's answer, (n, 3, 4h, 4w), not clipped.

        Parameters
        ----------
        codes : (n, 3, h, w) tensor of float32
            sRGB codes from 0 to `white`.
        """
        values: dict[str, torch.Tensor] = {}
        for name, layer in self._layers.items():
            given = [values[source] for source in layer.sources] or [codes]
            values[name] = self._apply(name, layer, given)
            for source in set(layer.sources):
                if self._last[source] == name:
                    del values[source]
        return values[self._output]

    def _apply(self, name: str, layer: _Layer, given: list[torch.Tensor]) -> torch.Tensor:
        x, options = given[0], layer.options
        if layer.kind == "Conv2D":
            kernel = self._weights[f"{name}/kernel"]
            rows, columns = kernel.shape[-2:]
            x = functional.conv2d(x, kernel, self._weights.get(f"{name}/bias"),
                                  padding=(rows // 2, columns // 2))
        elif layer.kind == "Add":
            for other in given[1:]:
                x = x + other
        elif layer.kind == "Concatenate":
            x = torch.cat(given, dim=1)
        elif layer.kind == "MultiplyBeta":
            x = x * options["beta"]
        elif layer.kind == "PixelShuffle4x":  # TensorFlow counts the colours last, PyTorch first
            n, channels, h, w = x.shape
            x = x.reshape(n, S, S, channels // S**2, h, w).permute(0, 3, 4, 1, 5, 2)
            x = x.reshape(n, channels // S**2, h * S, w * S)
        elif layer.kind == "UpSampling2D":
            x = functional.interpolate(x, scale_factor=S, mode="nearest")
        return functional.relu(x) if options.get("activation") == "relu" else x


def names() -> list[str]:
    """Return the names of the shipped upscalers, in alphabetical order."""
    return sorted(file.stem for file in data_path("upscalers").glob("*.safetensors"))


def load(name: str) -> Upscaler:
    """Return a shipped upscaler.

    Parameters
    ----------
    name : str
        One of `names()`.

    Raises
    ------
    ValueError
        If there is none of that name, or its file is not the one that was shipped.
    """
    file = verified_path("upscalers", f"{validation.choice(name, 'name', names())}.safetensors")
    with safe_open(file, "numpy") as stored:
        told = json.loads(stored.metadata()["upscaler"])
        arrays = {key: stored.get_tensor(key) for key in stored.keys()}
    return Upscaler(told["layers"], told["output"], restored(arrays), told["white"])


def restored(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights as float32: halves as they are, bytes "KEY" times their unit, "KEY.unit"."""
    return {key: values.astype(np.float32) * (
                arrays[f"{key}.unit"] if values.dtype == np.int8 else np.float32(1))
            for key, values in arrays.items() if not key.endswith(".unit")}


def enhance(upscaler: Upscaler, y: np.ndarray, margin: int = MARGIN) -> np.ndarray:
    """Enlarge colour pictures four times, as the network would have them.

    Parameters
    ----------
    upscaler : Upscaler
        As from `load`.
    y : array (..., 3, h, w)
        Linear light in [0, 1]; at most `LIMIT` pixels h·w. It is encoded as sRGB, without rounding
        to 8 bits.
    margin : int
        Pixels of the mirrored picture that are put round y, and cut off the answer. With 0 the
        network runs as it does by itself, and takes what is beyond the edge for black: bright
        pictures are then wrong for some pixels along their edges.

    Returns
    -------
    array (..., 3, 4h, 4w)
        Linear light in [0, 1]: codes that leave their range are clipped.

    Raises
    ------
    ValueError
        If `y` has another number of channels, leaves [0, 1] or has too many pixels, or if `margin`
        is negative.
    """
    y = np.asarray(validation.image(y, "y"), dtype=float)
    if y.ndim < 3 or y.shape[-3] != 3:
        validation.fail("y", f"of shape {y.shape}",
                        "of shape (..., 3, h, w): repeat a gray picture's channel")
    h, w = y.shape[-2:]
    if h * w > LIMIT:
        validation.fail("y", f"{h} × {w} pixels", f"at most {LIMIT}, as 256 × 256: crop it")
    margin = validation.integer(margin, "margin", least=0)
    around = [(0, 0), (0, 0), (margin, margin), (margin, margin)]
    framed = np.pad(srgb_encode(y).reshape(-1, 3, h, w), around, mode="symmetric")
    codes = torch.from_numpy(framed.astype(np.float32))
    codes = codes.to(memory_format=torch.channels_last)
    with torch.inference_mode():  # one by one: a batch takes as long, and more memory
        drawn = torch.cat([upscaler(each[None] * upscaler.white) for each in codes])
    inner = slice(S * margin, S * (margin + h)), slice(S * margin, S * (margin + w))
    drawn = (drawn / upscaler.white).clamp(0, 1)[..., *inner]
    return srgb_decode(drawn.numpy().astype(float)).reshape(*y.shape[:-2], h * S, w * S)
