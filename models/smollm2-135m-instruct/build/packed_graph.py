"""Builds the graph for several sequences in one step, each with as many new tokens as it has.

The tokens of all sequences lie packed, one after the other, and only attention sees which are whose. Three things make it fast:

- New rows are scattered into a copy of the past, and attention reads past and new rows in one piece. The new rows alone are given,
  those of all layers as one output: onnxruntime-node makes a JavaScript array of each, and copies what it holds.
  (`GroupQueryAttention` takes several tokens with a past for one sequence only.)
- Logits are computed for the tokens that are asked for.
- Weights have 8 bits, which the loader makes of the 4-bit ones, and two thirds of the products are those of bytes: see expanded_products.py.

And a token has the same bits however its text is cut into steps, alone and with others: a row of scores has its numbers in the
order of positions, and what comes behind a token's own position are zeros at the end of its sums.
"""

import numpy as np
from onnx import ModelProto, TensorProto

from expanded_products import ExpandedProducts
from graph import MICROSOFT, GraphBuilder, caches, embedding, layers, logits, make_model, rotary, tensor
from weights import Model, Shape

# Exponentials of scores that are masked are 0.
MASKED = -1e30


def build_packed_graph(model: Model) -> ModelProto:
    """The whole model, weights inline."""
    g, shape = GraphBuilder(), model.shape
    attention = _Attention(g, shape)
    products = ExpandedProducts(model)
    hidden = layers(g, model, embedding(g, model, "input_ids"), attention.layer, products)
    logits(g, model, hidden, "logit_tokens", products, "logits")
    g.node("Concat", attention.new, "new_rows", axis=1)
    return make_model(g, "SmolLM2-135M-Instruct, packed", *_interface(shape))


class _Attention:
    """N tokens of B sequences, each with at most S; G query heads for each of H key-value heads; P rows of a past buffer."""

    def __init__(self, g: GraphBuilder, shape: Shape):
        self.g, self.shape = g, shape
        self.group = shape.heads // shape.kv_heads
        # The query heads of a key-value head lie side by side; all H keys, and all H values, are as wide.
        self.width = self.group * shape.head_size
        if self.group != shape.kv_heads:
            raise ValueError("queries are turned in groups that are as wide as all keys")
        self.cos, self.sin = rotary(g, shape)
        # New keys and values, layer by layer.
        self.new: list[str] = []
        self._sizes()
        self._positions()
        self._places()
        self._mask()

    def _sizes(self) -> None:
        """Shapes."""
        g, heads = self.g, self.shape.kv_heads
        places = g.node("Shape", ["place_tokens"], "places_shape")
        b, self.s = (g.node("Slice", [places, g.ints(i), g.ints(i + 1)], name) for i, name in enumerate(("B", "S")))
        self.p = g.node("Slice", [g.node("Shape", ["past_key_values.0.key"], "past_shape"), g.ints(2), g.ints(3)], "P")
        rows = g.node("Mul", [self.s, g.ints(self.group)], "SG")
        self.query_shape = g.node("Concat", [b, g.ints(heads), rows, g.ints(self.shape.head_size)], "query_shape", axis=0)
        self.mask_shape = g.node("Concat", [b, g.ints(1), rows, self.p], "mask_shape", axis=0)

    def _positions(self) -> None:
        """Where each token is in its text, for rotation and for the cache."""
        g, heads = self.g, self.shape.kv_heads
        place = g.node("Range", [g.int(0), g.node("Squeeze", [self.s], "S_number"), g.int(1)], "place")
        lengths = g.node("Unsqueeze", ["past_lengths", g.ints(1)], "past_lengths_column")
        self.place_positions = g.node("Add", [lengths, place], "place_positions")  # [B, S]
        positions = g.node("Gather", [g.reshape(self.place_positions, "positions_flat", -1), "token_places"], "positions")  # [N]

        # Values are turned like queries and keys, at position 0, where that changes nothing.
        turns = g.constant("turns", np.array([[1] * (self.group + 1) + [0]], np.int64))
        turned = g.node("Mul", [g.node("Unsqueeze", [positions, g.ints(1)], "positions_column"), turns], "turned_positions")
        self.turned_positions = g.reshape(turned, "turned_positions_flat", 1, -1)

        self.sequence = g.node("Div", ["token_places", self.s], "token_sequences")  # [N]
        shape = g.node("Concat", [g.node("Shape", ["token_places"], "N"), g.ints(heads, 1)], "row_index_shape", axis=0)
        head = g.constant("heads", np.arange(heads).reshape(1, heads, 1))
        parts = [g.node("Unsqueeze", [self.sequence, g.ints(1, 2)], "row_sequences"), head,
                 g.node("Unsqueeze", [positions, g.ints(1, 2)], "row_positions")]
        parts = [g.node("Expand", [part, shape], f"row_index_{i}") for i, part in enumerate(parts)]
        self.row_index = g.node("Concat", parts, "row_index", axis=2)  # [N, H, 3]

    def _places(self) -> None:
        """From tokens to places, for queries, and back. Head and token, or head and place, have one row."""
        g, heads = self.g, self.shape.kv_heads
        first = g.node("Mul", ["place_tokens", g.int(heads)], "place_rows")
        self.query_index = g.node("Add", [g.node("Unsqueeze", [first, g.ints(1)], "place_rows_heads"), "heads"], "query_index")  # [B, H, S]
        place = g.node("Mod", ["token_places", self.s], "place_of_token")
        head = g.node("Mul", [self.sequence, g.int(heads)], "first_head")
        head = g.node("Add", [g.node("Unsqueeze", [head, g.ints(1)], "first_head_column"),
                              g.constant("heads_row", np.arange(heads).reshape(1, heads))], "head_of_token")
        self.mixed_index = g.node("Add", [g.node("Mul", [head, self.s], "head_start"),
                                          g.node("Unsqueeze", [place, g.ints(1)], "place_column")], "mixed_index")  # [N, H]

    def _mask(self) -> None:
        """What is added to the scores, the same for all heads."""
        g = self.g
        row = g.node("Range", [g.int(0), g.node("Squeeze", [self.p], "P_number"), g.int(1)], "row")
        is_seen = g.node("LessOrEqual", [row, g.node("Unsqueeze", [self.place_positions, g.ints(2)], "seen_until")], "is_seen")
        seen, masked = (g.constant(name, np.array(x, np.float32)) for name, x in (("seen", 0), ("masked", MASKED)))
        mask = g.node("Where", [is_seen, seen, masked], "mask_of_place")  # [B, S, P]
        mask = g.node("Expand", [g.node("Unsqueeze", [mask, g.ints(2)], "mask_axis"), g.ints(1, 1, self.group, 1)], "mask_of_group")
        self.mask = g.node("Reshape", [mask, self.mask_shape], "mask")  # [B, 1, S * G, P]

    def layer(self, layer: int, qkv: str) -> str:
        """[N, 960] to [N, 576]."""
        g, shape, name = self.g, self.shape, f"layer.{layer}.attention"
        q_heads, kv_heads, size = shape.heads, shape.kv_heads, shape.head_size
        groups = g.reshape(qkv, f"{name}.groups", 1, -1, self.width)
        turned = g.node("RotaryEmbedding", [groups, self.turned_positions, self.cos, self.sin], f"{name}.turned",
                        domain=MICROSOFT, interleaved=0)
        heads = g.reshape(turned, f"{name}.heads", -1, q_heads + 2 * kv_heads, size)
        new = [f"{name}.{part}" for part in ("key", "value")]
        self.new += new
        g.node("Split", [heads, g.ints(q_heads, kv_heads, kv_heads)], f"{name}.q", *new, axis=1)
        keys, values = (
            g.node("ScatterND", [f"past_key_values.{layer}.{part}", self.row_index, rows], f"{rows}s")
            for part, rows in zip(("key", "value"), new)
        )
        q = g.node("Gather", [g.reshape(f"{name}.q", f"{name}.q_flat", -1, self.width), self.query_index], f"{name}.q_placed", axis=0)
        q = g.node("Reshape", [q, self.query_shape], f"{name}.q_rows")  # [B, H, S * G, 64]
        scores = g.node("FusedMatMul", [q, keys], f"{name}.scores", domain=MICROSOFT, transB=1, alpha=size**-0.5)
        weights = g.node("Softmax", [g.node("Add", [scores, self.mask], f"{name}.masked")], f"{name}.weights", axis=3)
        mixed = g.node("MatMul", [weights, values], f"{name}.mixed")
        mixed = g.node("Gather", [g.reshape(mixed, f"{name}.mixed_flat", -1, self.width), self.mixed_index], f"{name}.mixed_tokens", axis=0)
        return g.reshape(mixed, f"{name}.out", -1, q_heads * size)


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
        tensor("new_rows", TensorProto.FLOAT, "tokens", 2 * shape.layers * shape.kv_heads, shape.head_size),
    ]
    return inputs, outputs
