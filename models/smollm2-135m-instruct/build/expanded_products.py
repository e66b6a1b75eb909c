"""Matrix products with weights of 8 bits for the packed graph, which are made of the 4-bit ones when the model is loaded.

The kernel of `MatMulNBits` for 4 bits takes as long for each token as for the first, and needs a second product for the blocks'
minima. The 8-bit weights are no files: the loader makes them (`expand_blocks` and `expand_columns`, and the same in @grammask/onnx,
expand-weights.ts) as `describe` says. Numbers are rounded to 255 steps between the largest that shares their scale and its negative.
check.py measures it. There are two kinds of products:

- Behind a norm (two thirds of all arithmetic, without that of the last two layers' gates) numbers have about the same range in each token. So they are rounded to bytes in one
  range for all, which is known before (calibration.json), and a product of bytes with one scale a column (`MatMulIntegerToFloat`)
  takes a third of the time of the other kind for each further token. Channels differ, so each has a factor that the norm's weight
  is divided by and its weights are multiplied with. One range for all makes no token depend on those it shares a step with.
- The others have tokens with numbers a thousand times as large as those of the next: `MatMulNBits` rounds each block of 32 by itself.
"""

import base64
import json
from pathlib import Path

import numpy as np
from onnx import TensorProto

from graph import ACCURACY_LEVEL, MICROSOFT, GraphBuilder, NibbleProducts, Norm
from weights import BLOCK, Model, Q4Matrix

PARTS = ("qkv", "attention_output", "gate_up", "down")
# Behind a norm.
COLUMN_PARTS = ("qkv", "gate_up")
# But these, by part and layer: what is rounded there goes into the logits almost as it is, two fifths of all that columns add.
BLOCKS_ALL_THE_SAME = (("gate_up", 28), ("gate_up", 29))
STEPS = 127
ZERO = 128
CALIBRATION = Path(__file__).parent / "calibration.json"


def factors(exponents: np.ndarray) -> np.ndarray:
    """What the weights of channels are multiplied with: powers of the eighth root of 2, 128 for 1. The roots are float32."""
    roots = np.float32(2 ** (np.arange(8) / 8)).astype(np.float64)
    return np.ldexp(roots[exponents & 7], (exponents >> 3).astype(np.int32) - 16)


def has_columns(part: str, layer: int) -> bool:
    """Whether a product is one of bytes with one scale a column."""
    return part in COLUMN_PARTS and (part, layer) not in BLOCKS_ALL_THE_SAME


def calibrated(part: str, layer: int) -> tuple[np.ndarray, float]:
    """The exponents of the channels' factors, and the bound of what is divided by them."""
    entry = json.loads(CALIBRATION.read_text("utf-8"))[part][layer]
    return np.frombuffer(base64.b64decode(entry["inputs"]), np.uint8), entry["bound"]


def expand_columns(m: Q4Matrix, exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix [N, K] whose channels are multiplied with their factors as int8 [K, N] and the float32 scales [N].

    All arithmetic is float64 but for the scale that comes out, so that each reader gets the same bytes.
    """
    numbers = np.stack([m.packed & 15, m.packed >> 4], axis=-1).reshape(m.rows, -1, BLOCK)
    w = m.scale.astype(np.float64)[..., None] * numbers + m.minimum.astype(np.float64)[..., None]
    w = w.reshape(m.rows, m.columns) * factors(exponents)
    largest = np.abs(w).max(axis=1)
    step = np.where(largest == 0, 1, largest / STEPS).astype(np.float32)
    steps = np.floor(w / step.astype(np.float64)[:, None] + 0.5)
    return np.ascontiguousarray(steps.astype(np.int8).T), step


def scale_norm(weight: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """The weight of the norm before it."""
    return (weight.astype(np.float64) / factors(exponents)).astype(np.float32)


def expand_blocks(m: Q4Matrix, block: int = BLOCK) -> tuple[np.ndarray, np.ndarray]:
    """A matrix [N, K] as uint8 [N, K / block, block] and the float32 scales [N, K / block]: weight = scale * (byte - 128).

    All arithmetic is float64 but for the scale that comes out, so that each reader gets the same bytes. A block's largest number
    is one of the two at the ends of the range of the blocks that it is made of.
    """
    scale, minimum = m.scale.astype(np.float64), m.minimum.astype(np.float64)
    ends = np.maximum(np.abs(minimum), np.abs(scale * 15 + minimum))
    largest = ends.reshape(m.rows, -1, block // BLOCK).max(axis=2)
    step = np.where(largest == 0, 1, largest / STEPS).astype(np.float32)
    of_source = np.repeat(step, block // BLOCK, axis=1).astype(np.float64)
    slope, start = scale / of_source, minimum / of_source + (ZERO + 0.5)
    numbers = np.stack([m.packed & 15, m.packed >> 4], axis=-1).reshape(m.rows, -1, BLOCK)
    steps = np.floor(slope[..., None] * numbers + start[..., None])
    return steps.astype(np.uint8).reshape(m.rows, -1, block), step


class ExpandedProducts(NibbleProducts):
    """Those of the layers with 8 bits; the output head has them as it is."""

    def norm_weight(self, g: GraphBuilder, norm: Norm) -> str:
        if not has_columns(norm.part, norm.layer):
            return super().norm_weight(g, norm)
        exponents, _ = calibrated(norm.part, norm.layer)
        return g.constant(f"layer.{norm.layer}.{norm.part}.norm_weight", scale_norm(norm.weight, exponents))

    @staticmethod
    def matrix(model: Model, part: str, layer: int) -> Q4Matrix:
        """One of `PARTS`."""
        if part == "qkv":
            return model.qkv(layer)
        if part == "gate_up":
            return model.gate_up(layer)
        return model.q4(f"blk.{layer}.{'attn_output' if part == 'attention_output' else 'ffn_down'}.weight")

    def qkv(self, g: GraphBuilder, layer: int, x: str) -> str:
        return self._product(g, "qkv", layer, x)

    def attention_output(self, g: GraphBuilder, layer: int, x: str) -> str:
        return self._product(g, "attention_output", layer, x)

    def gate_up(self, g: GraphBuilder, layer: int, x: str) -> str:
        return self._product(g, "gate_up", layer, x)

    def down(self, g: GraphBuilder, layer: int, x: str) -> str:
        return self._product(g, "down", layer, x)

    def _product(self, g: GraphBuilder, part: str, layer: int, x: str) -> str:
        name, m = f"layer.{layer}.{part}", self.matrix(self._model, part, layer)
        if has_columns(part, layer):
            return self._column_product(g, name, m, x, *calibrated(part, layer))
        weight, scale = expand_blocks(m)
        return g.node("MatMulNBits", [x, g.constant(f"{name}.bytes", weight), g.constant(f"{name}.byte_scale", scale)], f"{name}.out",
                      domain=MICROSOFT, K=m.columns, N=m.rows, bits=8, block_size=BLOCK, accuracy_level=ACCURACY_LEVEL)

    @staticmethod
    def _column_product(g: GraphBuilder, name: str, m: Q4Matrix, x: str, exponents: np.ndarray, bound: float) -> str:
        weight, scale = expand_columns(m, exponents)
        step = g.constant(f"{name}.step", np.array(bound / STEPS, np.float32))
        zero = g.constant("byte.zero", np.array(ZERO, np.uint8))
        rounded = g.node("QuantizeLinear", [x, step, zero], f"{name}.rounded")
        return g.node("MatMulIntegerToFloat", [rounded, g.constant(f"{name}.bytes", weight), step,
                                               g.constant(f"{name}.column_scale", scale), zero], f"{name}.out", domain=MICROSOFT)


def expanded(model: Model, expansion: dict) -> bytes:
    """The weights that such a description stands for, made here of the source."""
    content = bytearray(expansion["length"])
    matrices = iter(expansion["matrices"])

    def write(offset: int, values: np.ndarray) -> None:
        content[offset : offset + values.nbytes] = values.tobytes()

    for layer in range(model.shape.layers):
        for part in PARTS:
            place, m = next(matrices), ExpandedProducts.matrix(model, part, layer)
            if has_columns(part, layer):
                exponents, _ = calibrated(part, layer)
                weight, scale = expand_columns(m, exponents)
                norm = model.vector(f"blk.{layer}.{'attn' if part == 'qkv' else 'ffn'}_norm.weight")
                write(place["turned"]["scaledNorm"], scale_norm(norm, exponents))
            else:
                weight, scale = expand_blocks(m)
            write(place["bytes"], weight)
            write(place["byteScale"], scale)
    return bytes(content)


def describe(model: Model, source: list[TensorProto], target: list[TensorProto]) -> dict:
    """How the loader makes the 8-bit weights: where in which file of `source` the 4-bit ones are, and where they go.

    `source` and `target` are weights as they refer to their files.
    """
    place = {t.name: {e.key: e.value for e in t.external_data} for t in [*source, *target]}

    def offset(name: str) -> int:
        return int(place[name]["offset"])

    def at(name: str) -> dict:
        return {"file": place[name]["location"], "offset": offset(name)}

    matrices = []
    for layer in range(model.shape.layers):
        for part in PARTS:
            name = f"layer.{layer}.{part}"
            rows, blocks = next(t for t in source if t.name == f"{name}.scale.f16").dims
            matrix = {"rows": rows, "columns": blocks * BLOCK, "weight": at(f"{name}.weight"), "scale": at(f"{name}.scale.f16"),
                      "minimum": at(f"{name}.minimum.f16"), "bytes": offset(f"{name}.bytes")}
            if has_columns(part, layer):
                norm = f"layer.{layer}.norm_{1 if part == 'qkv' else 2}.weight"
                inputs = base64.b64encode(calibrated(part, layer)[0].tobytes()).decode()
                matrix |= {"byteScale": offset(f"{name}.column_scale"),
                           "turned": {"inputs": inputs, "norm": at(norm), "scaledNorm": offset(f"{name}.norm_weight")}}
            else:
                matrix |= {"byteScale": offset(f"{name}.byte_scale"), "block": BLOCK}
            matrices.append(matrix)
    return {"file": place["layer.0.qkv.bytes"]["location"], "matrices": matrices}
