"""Matrix products with weights of 8 bits for the packed graph, which are made of the 4-bit ones when the model is loaded.

The kernel of `MatMulNBits` for 4 bits takes as long for each token as for the first, and needs a second product for the blocks'
minima. With 8 bits it is one operator, faster for one token and for several, and the 8-bit weights are no files: the loader makes
them (`expand`, and the same in @grammask/onnx, expand-weights.ts) as `describe` says. A block's numbers are rounded to 255 steps
between the largest and its negative, which is a seventeenth of the steps that they were made with. check.py measures it.
"""

import numpy as np
from onnx import TensorProto

from graph import ACCURACY_LEVEL, MICROSOFT, GraphBuilder, NibbleProducts
from weights import BLOCK, Model, Q4Matrix

# Numbers that share a scale; activations are rounded in the same blocks. What goes into the largest matrix, the output of a norm,
# is even enough for larger ones, which are faster: with 64 for all, the divergence is 1.5 times as large.
BLOCKS = {"qkv": 32, "attention_output": 32, "gate_up": 64, "down": 32}
STEPS = 127
ZERO = 128


def expand(m: Q4Matrix, block: int) -> tuple[np.ndarray, np.ndarray]:
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

    @staticmethod
    def matrix(model: Model, part: str, layer: int) -> Q4Matrix:
        """One of `BLOCKS`."""
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
        name, block, m = f"layer.{layer}.{part}", BLOCKS[part], self.matrix(self._model, part, layer)
        weight, scale = expand(m, block)
        return g.node("MatMulNBits", [x, g.constant(f"{name}.bytes", weight), g.constant(f"{name}.byte_scale", scale)], f"{name}.out",
                      domain=MICROSOFT, K=m.columns, N=m.rows, bits=8, block_size=block, accuracy_level=ACCURACY_LEVEL)


def expanded(model: Model, expansion: dict) -> bytes:
    """The weights that such a description stands for, made here of the source."""
    content = bytearray(expansion["length"])
    matrices = iter(expansion["matrices"])
    for layer in range(model.shape.layers):
        for part, block in BLOCKS.items():
            place = next(matrices)
            weight, scale = expand(ExpandedProducts.matrix(model, part, layer), block)
            for offset, values in ((place["bytes"], weight), (place["byteScale"], scale)):
                content[offset : offset + values.nbytes] = values.tobytes()
    return bytes(content)


def describe(model: Model, source: list[TensorProto], target: list[TensorProto]) -> dict:
    """How the loader makes the 8-bit weights: where in which file of `source` the 4-bit ones are, and where they go.

    `source` and `target` are weights as they refer to their files.
    """
    place = {t.name: {e.key: e.value for e in t.external_data} for t in [*source, *target]}

    def offset(name: str) -> int:
        return int(place[name]["offset"])

    matrices = []
    for layer in range(model.shape.layers):
        for part, block in BLOCKS.items():
            name = f"layer.{layer}.{part}"
            rows, blocks = next(t for t in source if t.name == f"{name}.scale.f16").dims
            matrices.append({
                "rows": rows, "columns": blocks * BLOCK, "block": block,
                "weight": {"file": place[f"{name}.weight"]["location"], "offset": offset(f"{name}.weight")},
                "scale": {"file": place[f"{name}.scale.f16"]["location"], "offset": offset(f"{name}.scale.f16")},
                "minimum": {"file": place[f"{name}.minimum.f16"]["location"], "offset": offset(f"{name}.minimum.f16")},
                "bytes": offset(f"{name}.bytes"), "byteScale": offset(f"{name}.byte_scale"),
            })
    return {"file": place[f"layer.0.qkv.bytes"]["location"], "matrices": matrices}
