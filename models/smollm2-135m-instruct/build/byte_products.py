"""Matrix products with weights of 8 bits, one scale a column, for the packed graph.

The kernel of `MatMulNBits` takes as long for each token as for the first. The product of bytes, `MatMulIntegerToFloat`, reads
the weights once for all tokens of a step, and has instructions of its own on many processors (AMX, VNNI); but it knows one
scale a column, where the source has one for each 32 numbers. So the weights are rounded once more, to 255 steps between the
largest of a column and its negative, which check.py measures. What they are multiplied with is not: each number is
two bytes, a high one and a low one that is `LOW` times as fine, as two rows of one product. Bytes are added up as integers:
a token's result does not depend on how many others there are.
"""

import numpy as np

from graph import MICROSOFT, GraphBuilder
from weights import Model

# Steps of a weight on either side of zero.
WEIGHT_STEPS = 127
# Steps of a high byte. With 7 bits, two products of a byte and a weight fit into 16 bits, in which processors before VNNI add them.
STEPS = 63
ZERO = np.array(STEPS + 1, np.uint8)
# A low byte has as many for half a step of the high one.
LOW = 2 * STEPS


def round_to_bytes(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix [N, K] as bytes [K, N], and the scale of each column."""
    scale = (np.abs(w).max(axis=1) / WEIGHT_STEPS).astype(np.float32)
    scale = np.where(scale == 0, np.float32(1), scale)
    return np.ascontiguousarray(np.round(w / scale[:, None]).astype(np.int8).T), scale


def byte_product(g: GraphBuilder, name: str, w: np.ndarray, x: str, bound: float) -> str:
    """x [tokens, K] times a matrix [N, K]. No number of x is beyond `bound`, on either side of zero."""
    weight, scale = round_to_bytes(w)
    zero = g.constant("byte.zero", ZERO)
    high_step = g.constant(f"{name}.high_step", np.array(bound / STEPS, np.float32))
    low_step = g.constant(f"{name}.low_step", np.array(bound / STEPS / LOW, np.float32))
    high = g.node("QuantizeLinear", [x, high_step, zero], f"{name}.high")
    rest = g.node("Sub", [x, g.node("DequantizeLinear", [high, high_step, zero], f"{name}.high_value")], f"{name}.rest")
    low = g.node("QuantizeLinear", [rest, low_step, zero], f"{name}.low")
    rows = g.node("Concat", [high, low], f"{name}.rows", axis=0)
    both = g.node("MatMulIntegerToFloat",
                  [rows, g.constant(f"{name}.bytes", weight), high_step, g.constant(f"{name}.column_scale", scale), zero],
                  f"{name}.both", domain=MICROSOFT)
    g.node("Split", [both], f"{name}.high_out", f"{name}.low_out", axis=0, num_outputs=2)
    fine = g.node("Mul", [f"{name}.low_out", g.constant("byte.low", np.array(1 / LOW, np.float32))], f"{name}.low_scaled")
    return g.node("Add", [f"{name}.high_out", fine], f"{name}.out")


class ByteProducts:
    """The products of all layers. What is multiplied has bounds that follow from the weights."""

    def __init__(self, model: Model):
        self._model = model
        self._longest = np.sqrt(model.shape.hidden)

    def _bound(self, norm: str) -> float:
        """Of what a norm gives: all of a vector's length may be in one number."""
        return float(self._longest * np.abs(self._model.vector(f"{norm}.weight")).max())

    def qkv(self, g: GraphBuilder, layer: int, x: str) -> str:
        bound = self._bound(f"blk.{layer}.attn_norm")
        return byte_product(g, f"layer.{layer}.qkv", self._model.qkv(layer).dequantise(), x, bound)

    def attention_output(self, g: GraphBuilder, layer: int, x: str) -> str:
        """Attention gives means of values, and these are products of a vector that has a length with rows that have one."""
        norm = self._model.vector(f"blk.{layer}.attn_norm.weight")
        values = self._model.q4(f"blk.{layer}.attn_v.weight").dequantise()
        # The values are those of rounded weights.
        bound = 1.02 * float(self._longest * np.linalg.norm(values * norm, axis=1).max())
        w = self._model.q4(f"blk.{layer}.attn_output.weight").dequantise()
        return byte_product(g, f"layer.{layer}.attention_output", w, x, bound)

    def gate_up(self, g: GraphBuilder, layer: int, x: str) -> str:
        bound = self._bound(f"blk.{layer}.ffn_norm")
        return byte_product(g, f"layer.{layer}.gate_up", self._model.gate_up(layer).dequantise(), x, bound)

    def down(self, g: GraphBuilder, layer: int, x: str) -> str:
        """The numbers of some tokens are thousands of times as large as those of others, so each is brought to one length."""
        name, size = f"layer.{layer}.down", self._model.shape.feed_forward
        ones = g.constant("byte.ones", np.ones(size, np.float32))
        g.node("SimplifiedLayerNormalization", [x, ones], f"{name}.normed", f"{name}.inverse", axis=-1, epsilon=1e-12)
        w = self._model.q4(f"blk.{layer}.ffn_down.weight").dequantise()
        out = byte_product(g, name, w, f"{name}.normed", float(np.sqrt(size)))
        return g.node("Div", [out, f"{name}.inverse"], f"{name}.rescaled")

    def head(self, g: GraphBuilder, x: str, output: str) -> str:
        out = byte_product(g, "head", self._model.q8("token_embd.weight").dequantise(), x, self._bound("output_norm"))
        return g.node("Identity", [out], output)
