"""Read foreign upscalers out of their packages: ``course data upscaler --packages DIR``.

DIR is where the npm packages that ``data/SOURCES.md`` names were unpacked, each into a folder of
its name (``tar -xzf FILE -C DIR/NAME``, which makes DIR/NAME/package). Nothing is downloaded here,
and nothing in the packages is executed. Writes ``data/upscalers/*.safetensors`` and their SHA-256;
a second run makes the same bytes.

A file is a ``layers-model`` of TensorFlow.js: ``model.json`` with the layers and a list of weights,
and the weights one after another as float32, cut into several files. What isn't of that form is
refused with its name.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import save_file

from course_lib import validation
from course_lib.data import data_path
from course_lib.desk.commands import Told
from course_lib.generators.upscaler import Upscaler
from course_staff.experiments.images import record

#: Options of layers that matter in training only.
TRAINING = frozenset(
    ("trainable", *(f"{part}_{what}" for part in ("kernel", "bias")
                    for what in ("initializer", "regularizer", "constraint")),
     "activity_regularizer"))


class Shipped(NamedTuple):
    """An upscaler that ships: its package's white, and whether a byte a weight is enough."""

    white: float
    bytes: bool


#: Ranges as each package's own definition has them (``inputRange`` in its ``dist``).
UPSCALERS = {"esrgan-medium": Shipped(255, False), "esrgan-thick": Shipped(1, True)}


def read(folder: Path) -> tuple[list[dict[str, Any]], str, dict[str, np.ndarray]]:
    """Return the layers, the output's name and the weights of a TensorFlow.js layers-model.

    Parameters
    ----------
    folder : pathlib.Path
        Holds ``model.json`` and the files of weights that it names.

    Returns
    -------
    layers : list of dict
        In the file's own words, less `TRAINING`.
    output : str
    weights : dict of float32 arrays

    Raises
    ------
    ValueError
        For whatever isn't known, by name. The layers themselves are checked by `Upscaler`.
    """
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    validation.keys(model, ("format", "generatedBy", "convertedBy", "modelTopology",
                            "weightsManifest"), "model.json")
    validation.choice(model["format"], "format of model.json", ("layers-model",))
    topology = model["modelTopology"]
    validation.keys(topology, ("keras_version", "backend", "model_config"), "modelTopology")
    validation.keys(topology["model_config"], ("class_name", "config"), "model_config")
    validation.choice(topology["model_config"]["class_name"], "class_name of model_config",
                      ("Functional",))
    config = topology["model_config"]["config"]
    validation.keys(config, ("name", "layers", "input_layers", "output_layers"), "the model")
    ends = {}
    for end in ("input_layers", "output_layers"):
        if len(config[end]) != 1 or json.dumps(config[end][0][1:]) != "[0, 0]":
            validation.fail(end, json.dumps(config[end]), '[["NAME", 0, 0]]')
        ends[end] = config[end][0][0]
    layers = [{**layer, "config": {key: value for key, value in layer["config"].items()
                                   if key not in TRAINING}} for layer in config["layers"]]
    first = layers[0].get("name") if layers else None
    if ends["input_layers"] != first:
        validation.fail("input_layers", repr(ends["input_layers"]), f"the first layer, {first!r}")
    weights: dict[str, np.ndarray] = {}
    for group in model["weightsManifest"]:
        validation.keys(group, ("paths", "weights"), "weightsManifest")
        weights |= _group(folder, group)
    return layers, ends["output_layers"], weights


def _group(folder: Path, group: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Weights of one group of files."""
    for path in group["paths"]:
        if PurePosixPath(path).name != path or "\\" in path:
            validation.fail("a path of weights", repr(path), "the name of a file beside model.json")
    raw = b"".join((folder / path).read_bytes() for path in group["paths"])
    shapes: dict[str, tuple[int, ...]] = {}
    for weight in group["weights"]:
        validation.keys(weight, ("name", "shape", "dtype"), "a weight")
        name, shape = weight["name"], weight["shape"]
        validation.choice(weight["dtype"], f"dtype of weight {name}", ("float32",))
        if name in shapes:
            validation.fail(f"weight {name}", "there twice", "there once")
        shapes[name] = tuple(validation.integer(n, f"shape of weight {name}") for n in shape)
    expected = 4 * sum(map(math.prod, shapes.values()))
    if len(raw) != expected:
        validation.fail("the files of weights", f"{len(raw)} bytes", f"{expected} bytes")
    values, found = np.frombuffer(raw, "<f4").astype(np.float32), {}
    for name, shape in shapes.items():
        found[name], values = np.split(values, [math.prod(shape)])
        found[name] = found[name].reshape(shape)
    return found


def pack(weights: Mapping[str, np.ndarray], in_bytes: bool) -> dict[str, np.ndarray]:
    """Weights as they are stored; `upscaler.restored` turns them back.

    Half precision; if `in_bytes`, kernels as whole numbers from −127 to 127 times a unit for each
    channel out, which is 1/127 of that channel's largest weight.

    Raises
    ------
    ValueError
        If a weight is too large for half precision.
    """
    found: dict[str, np.ndarray] = {}
    for key, values in weights.items():
        if in_bytes and values.ndim == 4:
            unit = np.abs(values).max(axis=(0, 1, 2)) / np.float32(127)
            unit = np.where(unit > 0, unit, np.float32(1))
            found[key] = np.rint(values / unit).astype(np.int8)
            found[f"{key}.unit"] = unit
        else:
            if np.abs(values).max() > np.finfo(np.float16).max:
                validation.fail(f"weight {key}", "too large", "65504 or less: half precision")
            found[key] = values.astype(np.float16)
    return found


def rebuild(packages: str | Path | None) -> None:
    """Write all files and their checksums.

    Raises
    ------
    Told
        If no folder is named, or a package's file is not there, with its name.
    ValueError
        If a package holds anything that isn't known, with its name.
    """
    if packages is None:
        raise Told("`course data upscaler` needs --packages FOLDER, with the packages unpacked "
                   "that data/SOURCES.md names")
    data_path("upscalers").mkdir(exist_ok=True)
    for name, (white, in_bytes) in UPSCALERS.items():
        root = Path(packages, name, "package")
        try:
            layers, output, weights = read(root / "models" / "x4")
            licence = (root / "LICENSE").read_text(encoding="utf-8")
            package = json.loads((root / "package.json").read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise Told(f"{error.filename} is missing: unpack the packages that data/SOURCES.md "
                       "names into one folder and say --packages FOLDER") from error
        Upscaler(layers, output, weights, white)  # refuses what it doesn't know
        told = {"package": package["name"], "version": package["version"],
                "white": white, "output": output, "layers": layers}
        data_path("upscalers", "LICENSE_UPSCALERJS.txt").write_text(licence, encoding="utf-8",
                                                                   newline="\n")
        # One entry: several would come in any order.
        save_file(pack(weights, in_bytes), data_path("upscalers", f"{name}.safetensors"),
                  {"upscaler": json.dumps(told, sort_keys=True, separators=(",", ":"))})
    record("upscalers")
