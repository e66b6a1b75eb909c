"""Builds the graph for several sequences in one step, each with as many new tokens as it has.

The tokens of all sequences lie packed, one after the other, and only attention sees which are whose. Three things make it fast:

- Past rows are read where they are. `GroupQueryAttention` copies the whole past into `present` in every step, and takes
  several tokens with a past for one sequence only. Here scores over the past and over the new tokens are two products.
- Logits are computed for the tokens that are asked for.
- A step's tokens share each reading of the weights: see byte_products.py.

And a sequence has the same bits alone and with others, whatever these feed: what is added to a row's sums because others are
longer are zeros at the end of the past, or between new tokens and past, where they move nothing to another vector lane.
"""

import numpy as np
from onnx import ModelProto, TensorProto

from byte_products import ByteProducts
from graph import MICROSOFT, GraphBuilder, caches, embedding, layers, logits, make_model, rotary, tensor
from weights import Model, Shape

# The past's scores begin at a multiple of this: vectors of 16 numbers are the longest.
LANES = 16
# Exponentials of scores that are masked are 0.
MASKED = -1e30


def build_packed_graph(model: Model) -> ModelProto:
    """The whole model, weights inline."""
    g, shape = GraphBuilder(), model.shape
    attention = _Attention(g, shape)
    products = ByteProducts(model)
    hidden = layers(g, model, embedding(g, model, "input_ids"), attention.layer, products)
    logits(g, model, hidden, "logit_tokens", products, "logits")
    attention.new_rows()
    return make_model(g, "SmolLM2-135M-Instruct, packed", *_interface(shape))


class _Attention:
    """N tokens of B sequences, each with at most S; G query heads for each of H key-value heads; P past rows."""

    def __init__(self, g: GraphBuilder, shape: Shape):
        self.g, self.shape = g, shape
        self.group = shape.heads // shape.kv_heads
        self.cos, self.sin = rotary(g, shape)
        self.rows: list[str] = []
        self._sizes()
        self._mask()

    def _sizes(self) -> None:
        """Shapes, and how the scores of new tokens are filled up."""
        g, heads, size = self.g, self.shape.kv_heads, self.shape.head_size
        places = g.node("Shape", ["place_tokens"], "places_shape")
        b, s = (g.node("Slice", [places, g.ints(i), g.ints(i + 1)], name) for i, name in enumerate(("B", "S")))
        p = g.node("Slice", [g.node("Shape", ["past_key_values.0.key"], "past_shape"), g.ints(2), g.ints(3)], "P")
        rows = g.node("Mul", [s, g.ints(self.group)], "GS")
        rest = g.node("Mod", [g.node("Neg", [s], "minus_S"), g.ints(LANES)], "filling")
        self.new, self.past = s, p
        self.parts = g.node("Concat", [s, rest, p], "parts", axis=0)

        def dimensions(name: str, *each: str) -> str:
            return g.node("Concat", list(each), name, axis=0)

        self.new_mask_shape = dimensions("new_mask_shape", b, s, s)
        self.past_mask_shape = dimensions("past_mask_shape", b, s, p)
        self.filling_mask_shape = dimensions("filling_mask_shape", b, s, rest)
        self.filling_shape = dimensions("filling_shape", b, g.ints(heads), rows, rest)
        self.query_split = dimensions("query_split", b, s, g.ints(heads, self.group, size))
        self.query_rows = dimensions("query_rows", b, g.ints(heads), rows, g.ints(size))
        self.new_split = dimensions("new_split", b, s, g.ints(heads, size))
        self.mixed_split = dimensions("mixed_split", b, g.ints(heads, self.group), s, g.ints(size))

    def _mask(self) -> None:
        """What is added to the scores: new tokens, filling, past; the same for all heads."""
        g = self.g
        place = g.node("Range", [g.int(0), g.node("Squeeze", [self.new], "S_number"), g.int(1)], "place")
        row = g.node("Range", [g.int(0), g.node("Squeeze", [self.past], "P_number"), g.int(1)], "row")
        lengths = g.node("Unsqueeze", ["past_lengths", g.ints(1)], "past_lengths_column")  # [B, 1]
        self.positions = g.node("Add", [lengths, place], "positions")  # [B, S]
        seen = g.constant("seen", np.array(0, np.float32))
        masked = g.constant("masked", np.array(MASKED, np.float32))

        def masks(name: str, where: str, *axes: int, shape: str) -> str:
            mask = g.node("Where", [where, seen, masked], f"{name}_mask")
            mask = g.node("Unsqueeze", [mask, g.ints(*axes)], f"{name}_mask_axes")
            return g.node("Expand", [mask, shape], f"{name}_mask_all")

        is_earlier = g.node("LessOrEqual", [place, g.node("Unsqueeze", [place, g.ints(1)], "place_column")], "is_earlier")
        is_past = g.node("Less", [row, lengths], "is_past")
        parts = [
            masks("new", is_earlier, 0, shape=self.new_mask_shape),
            g.node("Expand", [masked, self.filling_mask_shape], "filling_mask"),
            masks("past", is_past, 1, shape=self.past_mask_shape),
        ]
        mask = g.node("Concat", parts, "mask_once", axis=2)  # [B, S, S + filling + P]
        mask = g.node("Concat", [mask] * self.group, "mask_of_group", axis=1)
        self.mask = g.node("Unsqueeze", [mask, g.ints(1)], "mask")  # [B, 1, G * S, S + filling + P]
        self.filling = g.node("Expand", [seen, self.filling_shape], "filling_scores")

    def layer(self, layer: int, qkv: str) -> str:
        """[N, 960] to [N, 576]."""
        g, shape, name = self.g, self.shape, f"layer.{layer}.attention"
        q_width, kv_width = shape.heads * shape.head_size, shape.kv_heads * shape.head_size

        placed = g.node("Gather", [qkv, "place_tokens"], f"{name}.placed", axis=0)  # [B, S, 960]
        g.node("Split", [placed, g.ints(q_width + kv_width, kv_width)], f"{name}.qk", f"{name}.v", axis=2)
        rotated = g.node("RotaryEmbedding", [f"{name}.qk", self.positions, self.cos, self.sin], f"{name}.rotated",
                         domain=MICROSOFT, interleaved=0)
        g.node("Split", [rotated, g.ints(q_width, kv_width)], f"{name}.q", f"{name}.k", axis=2)
        self.rows += [f"{name}.k", f"{name}.v"]

        q = g.node("Reshape", [f"{name}.q", self.query_split], f"{name}.q_split")
        q = g.node("Transpose", [q], f"{name}.q_heads", perm=[0, 2, 3, 1, 4])
        q = g.node("Reshape", [q, self.query_rows], f"{name}.q_rows")  # [B, H, G * S, 64]
        new_k, new_v = (
            g.node("Transpose", [g.node("Reshape", [f"{name}.{x}", self.new_split], f"{name}.{x}_split")],
                   f"{name}.{x}_heads", perm=[0, 2, 1, 3])
            for x in "kv"
        )

        def scores(keys: str, output: str) -> str:
            return g.node("FusedMatMul", [q, keys], output, domain=MICROSOFT, transB=1, alpha=shape.head_size**-0.5)

        parts = [scores(new_k, f"{name}.new_scores"), self.filling, scores(f"past_key_values.{layer}.key", f"{name}.past_scores")]
        all_scores = g.node("Add", [g.node("Concat", parts, f"{name}.scores", axis=3), self.mask], f"{name}.masked")
        weights = g.node("Softmax", [all_scores], f"{name}.weights", axis=3)
        g.node("Split", [weights, self.parts], f"{name}.new_weights", f"{name}.no_weights", f"{name}.past_weights", axis=3)
        mixed = g.node("Add", [
            g.node("MatMul", [f"{name}.past_weights", f"past_key_values.{layer}.value"], f"{name}.past_mixed"),
            g.node("MatMul", [f"{name}.new_weights", new_v], f"{name}.new_mixed"),
        ], f"{name}.mixed")
        mixed = g.node("Transpose", [g.node("Reshape", [mixed, self.mixed_split], f"{name}.mixed_split")],
                       f"{name}.mixed_places", perm=[0, 3, 1, 2, 4])
        return g.node("Gather", [g.reshape(mixed, f"{name}.mixed_flat", -1, q_width), "token_places"], f"{name}.out", axis=0)

    def new_rows(self) -> None:
        """The output `new_kv`."""
        g, shape = self.g, self.shape
        heads = shape.layers * 2 * shape.kv_heads
        placed = g.node("Concat", self.rows, "new_kv.placed", axis=2)
        rows = g.node("Gather", [g.reshape(placed, "new_kv.flat", -1, heads * shape.head_size), "token_places"],
                      "new_kv.tokens", axis=0)
        g.node("Transpose", [g.reshape(rows, "new_kv.split", -1, heads, shape.head_size)], "new_kv", perm=[1, 0, 2])


def _interface(shape: Shape):
    """Inputs and outputs."""
    integer = TensorProto.INT64
    inputs = [
        tensor("input_ids", integer, "tokens"),
        tensor("place_tokens", integer, "batch_size", "places"),
        tensor("token_places", integer, "tokens"),
        tensor("past_lengths", integer, "batch_size"),
        tensor("logit_tokens", integer, "num_logits"),
        *caches("past_key_values", shape, "past_rows"),
    ]
    outputs = [
        tensor("logits", TensorProto.FLOAT, "num_logits", shape.vocabulary),
        tensor("new_kv", TensorProto.FLOAT, shape.layers * 2 * shape.kv_heads, "tokens", shape.head_size),
    ]
    return inputs, outputs
