"""Builds the ONNX graph that transformers.js takes, its weight files, and the parts that packed_graph.py shares.

Three ideas make it both exact and fast on a CPU:

- `MatMulNBits` with a minimum per block is slow, and rounding the minimum to an integer zero point loses accuracy. But
  `scale * q + minimum = scale * (q - 8) + (minimum + 8 * scale)`, and the second term is constant in a block: so the fast
  kernel without zero points does the first, and a small `Gemm` of block sums of x with that constant adds the second.
- The same bytes serve as embedding table (`GatherBlockQuantized`) and as output head (`MatMulNBits`).
- Scales are stored as float16, as the source has them. onnxruntime folds the casts when it loads the model.

Hidden states are two-dimensional, [tokens, 576], because `Gemm` wants that; only attention sees batches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from weights import BLOCK, Model, Q4Matrix, Shape, rotary_tables

MICROSOFT = "com.microsoft"
# int8 arithmetic on activations: twice the speed at an accuracy that check.py measures.
ACCURACY_LEVEL = 4
# Of weights in their files, so that they can be mapped and read in whole cache lines.
ALIGNMENT = 64
# Bytes from which on a constant goes into these files.
LARGE = 1024


class GraphBuilder:
    """Collects nodes and initialisers. `node` returns the name of its (first) output, so that calls nest."""

    def __init__(self):
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._names: set[str] = set()

    def node(self, op: str, inputs: list[str], output: str, *more_outputs: str, domain: str = "", **attributes) -> str:
        self.nodes.append(
            helper.make_node(op, inputs, [output, *more_outputs], name=output or op, domain=domain, **attributes)
        )
        return output

    def constant(self, name: str, value: np.ndarray) -> str:
        """An initialiser; giving the same name again refers to the first."""
        if name not in self._names:
            self._names.add(name)
            self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def ints(self, *values: int) -> str:
        """A constant list of integers (a shape, axes, sizes)."""
        return self.constant("ints_" + "_".join(map(str, values)), np.array(values, dtype=np.int64))

    def int(self, value: int) -> str:
        """A constant integer without dimensions."""
        return self.constant(f"int_{value}", np.array(value, dtype=np.int64))

    def reshape(self, x: str, output: str, *shape: int) -> str:
        return self.node("Reshape", [x, self.ints(*shape)], output)

    def float32(self, name: str, value: np.ndarray) -> str:
        """A constant that is stored as float16 and used as float32."""
        return self.node("Cast", [self.constant(f"{name}.f16", value)], name, to=TensorProto.FLOAT)


def build_graph(model: Model) -> onnx.ModelProto:
    """The model in the layout of transformers.js, weights inline (`save` moves them to their own files)."""
    g, shape = GraphBuilder(), model.shape
    positions = _positions(g)
    cos, sin = rotary(g, shape)
    ids = g.node("GatherElements", ["input_ids", positions.to_front], "ids", axis=1)
    hidden = layers(g, model, embedding(g, model, ids),
                    lambda layer, qkv: _attention(g, layer, qkv, positions, cos, sin, shape), NibbleProducts(model))
    head = logits(g, model, hidden, positions.kept, NibbleProducts(model), "head.out")
    g.node("Reshape", [head, positions.logits_shape], "logits")
    return make_model(g, "SmolLM2-135M-Instruct", *_interface(shape))


def layers(g: GraphBuilder, model: Model, x: str, attention: Callable[[int, str], str], products: "Products") -> str:
    """Hidden states after all layers, before the last norm. `attention` makes [tokens, 576] of [tokens, 960]."""
    residual, epsilon = None, model.shape.norm_epsilon
    for layer in range(model.shape.layers):
        name, weight = f"layer.{layer}", f"blk.{layer}"
        norm_1 = Norm(f"{name}.norm_1", "qkv", layer, model.vector(f"{weight}.attn_norm.weight"))
        x, residual = norm(g, norm_1.name, products.norm_weight(g, norm_1), x, residual, epsilon)
        x = attention(layer, products.qkv(g, layer, x))
        x = products.attention_output(g, layer, x)
        norm_2 = Norm(f"{name}.norm_2", "gate_up", layer, model.vector(f"{weight}.ffn_norm.weight"))
        x, residual = norm(g, norm_2.name, products.norm_weight(g, norm_2), x, residual, epsilon)
        x = feed_forward(g, name, model.shape, x, layer, products)
    return g.node("Add", [x, residual], "last_hidden")


def rotary(g: GraphBuilder, shape: Shape) -> tuple[str, str]:
    """The tables of cosines and sines."""
    cos, sin = (g.constant(f"rotary.{n}", table) for n, table in zip(("cos", "sin"), rotary_tables(shape)))
    return cos, sin


# ---- Where the tokens are ----


@dataclass
class Positions:
    """Names of the values that follow from the shapes and the attention mask. B sequences, S new tokens, w logits each."""

    ids_shape: str  # int64 [2]: B, S
    batched_shape: str  # int64 [3]: B, S, -1
    total: str  # int32 []: T
    seqlens_k: str  # int32 [B]: length of each sequence after this step, less 1, as GroupQueryAttention wants it
    to_front: str  # int64 [B, S]: which given token stands at each place, see below
    kept: str  # int64 [B * w]: rows of the flattened hidden states that get logits
    logits_shape: str  # int64 [3]: B, w, -1


def _positions(g: GraphBuilder) -> Positions:
    """Computes `Positions`.

    The cache has a sequence's rows from row 0 on, so a left-padded prompt is moved to the front: its tokens rotate left
    by the number of padding tokens. Where there is no padding on the left nothing moves.
    """
    ids_shape = g.node("Shape", ["input_ids"], "ids_shape")
    batch = g.node("Gather", [ids_shape, g.int(0)], "batch")
    new = g.node("Gather", [ids_shape, g.int(1)], "new_tokens")
    total = g.node("Gather", [g.node("Shape", ["attention_mask"], "mask_shape"), g.int(1)], "total")

    lengths = g.node("ReduceSum", ["attention_mask", g.ints(1)], "lengths", keepdims=1)  # [B, 1]
    last = g.node("Sub", [g.node("Squeeze", [lengths, g.ints(1)], "lengths_flat"), g.int(1)], "last_positions")
    place = g.node("Range", [g.int(0), new, g.int(1)], "place")  # [S]

    is_first = g.node("Cast", [g.node("Equal", [total, new], "is_first_pass")], "is_first_pass_int", to=TensorProto.INT64)
    first_one = g.node("ArgMax", ["attention_mask"], "first_one", axis=1, keepdims=1)
    padding = g.node("Mul", [first_one, is_first], "left_padding")  # [B, 1]
    to_front = g.node("Mod", [g.node("Add", [place, padding], "place_plus_padding"), new], "to_front")

    keep = "num_logits_to_keep"
    keep_all = g.node("Equal", [keep, g.int(0)], "keep_all")
    width = g.node("Where", [keep_all, new, g.node("Min", [keep, new], "kept_at_most")], "width")
    column = g.node("Range", [g.int(0), width, g.int(1)], "column")  # [w]
    # All rows, moved back to where they were given; or the last rows, of a sequence's own tokens.
    given = g.node("Mod", [g.node("Sub", [column, padding], "column_less_padding"), new], "given_rows")
    own = g.node("Min", [lengths, new], "own_tokens")  # [B, 1]
    from_end = g.node("Sub", [g.node("Add", [own, column], "own_plus_column"), width], "from_end")
    rows = g.node("Where", [keep_all, given, g.node("Max", [from_end, g.int(0)], "last_rows")], "rows")  # [B, w]
    batch_start = g.node("Mul", [g.node("Range", [g.int(0), batch, g.int(1)], "sequence"), new], "sequence_start")
    start = g.node("Unsqueeze", [batch_start, g.ints(1)], "sequence_start_column")  # [B, 1]
    kept = g.reshape(g.node("Add", [start, rows], "kept_rows"), "kept_rows_flat", -1)

    logits_shape = [g.node("Unsqueeze", [n, g.ints(0)], f"{n}_list") for n in (batch, width)]
    return Positions(
        ids_shape=ids_shape,
        batched_shape=g.node("Concat", [ids_shape, g.ints(-1)], "batched_shape", axis=0),
        total=g.node("Cast", [total], "total_int32", to=TensorProto.INT32),
        seqlens_k=g.node("Cast", [last], "seqlens_k", to=TensorProto.INT32),
        to_front=to_front,
        kept=kept,
        logits_shape=g.node("Concat", [*logits_shape, g.ints(-1)], "logits_shape", axis=0),
    )


# ---- The parts of the model ----


def linear(g: GraphBuilder, name: str, matrix: Q4Matrix, x: str) -> str:
    """x times a 4-bit matrix. See the top of the file."""
    n, k = matrix.rows, matrix.columns
    scale = g.float32(f"{name}.scale", matrix.scale)
    minimum = g.float32(f"{name}.minimum", matrix.minimum)
    # onnxruntime folds this sum into one constant when it loads the model. Stored, it would need float32 to be exact.
    eight_scales = g.node("Mul", [scale, g.constant("eight", np.array(8, np.float32))], f"{name}.eight_scales")
    offset = g.node("Add", [minimum, eight_scales], f"{name}.offset")
    main = g.node("MatMulNBits", [x, g.constant(f"{name}.weight", matrix.packed), scale], f"{name}.main",
                  domain=MICROSOFT, K=k, N=n, bits=4, block_size=BLOCK, accuracy_level=ACCURACY_LEVEL)
    blocks = g.reshape(x, f"{name}.blocks", -1, k // BLOCK, BLOCK)
    sums = g.node("ReduceSum", [blocks, g.ints(2)], f"{name}.block_sums", keepdims=0)
    return g.node("Gemm", [sums, offset, main], f"{name}.out", transB=1)


@dataclass
class Norm:
    """A norm within a layer, and the product that is behind it."""

    name: str
    part: str
    layer: int
    weight: np.ndarray


class Products(Protocol):
    """The products with the model's matrices."""

    def norm_weight(self, g: GraphBuilder, norm: Norm) -> str: ...
    def qkv(self, g: GraphBuilder, layer: int, x: str) -> str: ...
    def attention_output(self, g: GraphBuilder, layer: int, x: str) -> str: ...
    def gate_up(self, g: GraphBuilder, layer: int, x: str) -> str: ...
    def down(self, g: GraphBuilder, layer: int, x: str) -> str: ...
    def head(self, g: GraphBuilder, x: str, output: str) -> str: ...


class NibbleProducts:
    """With the numbers of the source, as they are."""

    def __init__(self, model: Model):
        self._model = model

    def norm_weight(self, g: GraphBuilder, norm: Norm) -> str:
        return g.constant(f"{norm.name}.weight", norm.weight)

    def qkv(self, g: GraphBuilder, layer: int, x: str) -> str:
        return linear(g, f"layer.{layer}.qkv", self._model.qkv(layer), x)

    def attention_output(self, g: GraphBuilder, layer: int, x: str) -> str:
        return linear(g, f"layer.{layer}.attention_output", self._model.q4(f"blk.{layer}.attn_output.weight"), x)

    def gate_up(self, g: GraphBuilder, layer: int, x: str) -> str:
        return linear(g, f"layer.{layer}.gate_up", self._model.gate_up(layer), x)

    def down(self, g: GraphBuilder, layer: int, x: str) -> str:
        return linear(g, f"layer.{layer}.down", self._model.q4(f"blk.{layer}.ffn_down.weight"), x)

    def head(self, g: GraphBuilder, x: str, output: str) -> str:
        shape = self._model.shape
        return g.node("MatMulNBits", [x, "embedding.weight", "embedding.scale"], output, domain=MICROSOFT,
                      K=shape.hidden, N=shape.vocabulary, bits=8, block_size=BLOCK, accuracy_level=ACCURACY_LEVEL)


def embedding(g: GraphBuilder, model: Model, ids: str) -> str:
    """Hidden states [tokens, 576] of token ids of any shape."""
    table = model.q8("token_embd.weight")
    scale = g.float32("embedding.scale", table.scale)
    scale = g.node("Unsqueeze", [scale, g.ints(2)], "embedding.scale_column")
    rows = g.node("GatherBlockQuantized", [g.constant("embedding.weight", table.q), ids, scale], "embedding.rows",
                  domain=MICROSOFT, bits=8, block_size=BLOCK, gather_axis=0, quantize_axis=2)
    return g.reshape(rows, "embedding.out", -1, model.shape.hidden)


def logits(g: GraphBuilder, model: Model, hidden: str, kept: str, products: "Products", output: str) -> str:
    """The last norm and the output head, only for the rows `kept` of the hidden states."""
    rows = g.node("Gather", [hidden, kept], "kept_hidden", axis=0)
    weight = g.constant("output_norm.weight", model.vector("output_norm.weight"))
    rows, _ = norm(g, "output_norm", weight, rows, None, model.shape.norm_epsilon)
    return products.head(g, rows, output)


def norm(g: GraphBuilder, name: str, weight: str, x: str, residual: str | None, epsilon: float) -> tuple[str, str]:
    """The norm of x + residual, and that sum, which is the next residual."""
    if residual is None:
        return g.node("SimplifiedLayerNormalization", [x, weight], f"{name}.out", axis=-1, epsilon=epsilon), x
    out = g.node("SkipSimplifiedLayerNormalization", [x, residual, weight], f"{name}.out", "", "", f"{name}.sum",
                 domain=MICROSOFT, epsilon=epsilon)
    return out, f"{name}.sum"


def _attention(g: GraphBuilder, layer: int, qkv: str, positions: Positions, cos: str, sin: str, shape: Shape) -> str:
    """Attention of a layer. The operator rotates queries and keys and appends the new rows to the past."""
    name = f"layer.{layer}.attention"
    batched = g.node("Reshape", [qkv, positions.batched_shape], f"{name}.qkv")
    g.node(
        "GroupQueryAttention",
        [batched, "", "", f"past_key_values.{layer}.key", f"past_key_values.{layer}.value",
         positions.seqlens_k, positions.total, cos, sin],
        f"{name}.out", f"present.{layer}.key", f"present.{layer}.value",
        domain=MICROSOFT, num_heads=shape.heads, kv_num_heads=shape.kv_heads, do_rotary=1, rotary_interleaved=0,
        scale=shape.head_size**-0.5,
    )
    return g.reshape(f"{name}.out", f"{name}.flat", -1, shape.heads * shape.head_size)


def feed_forward(g: GraphBuilder, name: str, shape: Shape, x: str, layer: int, products: "Products") -> str:
    """down(SiLU(gate(x)) * up(x)). QuickGelu with alpha 1 is SiLU."""
    half = shape.feed_forward
    both = products.gate_up(g, layer, x)
    gate = g.node("Split", [both, g.ints(half, half)], f"{name}.gate", f"{name}.up", axis=1)
    active = g.node("QuickGelu", [gate], f"{name}.silu", domain=MICROSOFT, alpha=1.0)
    product = g.node("Mul", [active, f"{name}.up"], f"{name}.product")
    return products.down(g, layer, product)


# ---- The model file ----


def tensor(name: str, kind: int, *dimensions: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, dimensions)


def caches(prefix: str, shape: Shape, rows: str) -> list[onnx.ValueInfoProto]:
    """Keys and values of all layers. (transformers.js fills a dimension called batch_size.)"""
    return [tensor(f"{prefix}.{layer}.{part}", TensorProto.FLOAT, "batch_size", shape.kv_heads, rows, shape.head_size)
            for layer in range(shape.layers) for part in ("key", "value")]


def _interface(shape: Shape) -> tuple[list[onnx.ValueInfoProto], list[onnx.ValueInfoProto]]:
    """Inputs and outputs, with the names that transformers.js looks for."""
    inputs = [
        tensor("input_ids", TensorProto.INT64, "batch_size", "sequence_length"),
        tensor("attention_mask", TensorProto.INT64, "batch_size", "total_sequence_length"),
        tensor("num_logits_to_keep", TensorProto.INT64),
        *caches("past_key_values", shape, "past_sequence_length"),
    ]
    outputs = [
        tensor("logits", TensorProto.FLOAT, "batch_size", "num_logits", shape.vocabulary),
        *caches("present", shape, "present_sequence_length"),
    ]
    return inputs, outputs


def make_model(g: GraphBuilder, name: str, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
    graph = helper.make_graph(g.nodes, name, inputs, outputs, g.initializers)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="grammask")


def save(model: onnx.ModelProto, path: Path, data_files: int, shared: list[TensorProto] | None = None) -> list[TensorProto]:
    """Writes the graph to `path` and its weights to `path`_data, `path`_data_1, ..., about equally large.

    The names are the ones transformers.js expects. Each file stays below the size at which code hosts warn (50 MiB).
    `shared` are weights of another graph in the same folder: those of the same name are not written again.
    Gives the weights as they refer to these files.
    """
    places = {tensor.name: tensor for tensor in shared or []}
    large = [t for t in model.graph.initializer if len(t.raw_data) >= LARGE]
    own = [t for t in large if t.name not in places]
    limit = sum(len(t.raw_data) for t in own) / data_files
    files: list[bytearray] = [bytearray()]
    for tensor in own:
        if len(files[-1]) + len(tensor.raw_data) / 2 > limit and len(files) < data_files:
            files.append(bytearray())
        files[-1].extend(bytes(-len(files[-1]) % ALIGNMENT))
        place = {"location": _data_name(path, len(files) - 1), "offset": len(files[-1]), "length": len(tensor.raw_data)}
        files[-1].extend(tensor.raw_data)
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
    for tensor in large:
        if tensor.name in places:
            tensor.CopyFrom(places[tensor.name])
    for i, content in enumerate(files):
        path.with_name(_data_name(path, i)).write_bytes(content)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return large


def _data_name(path: Path, index: int) -> str:
    return f"{path.name}_data{f'_{index}' if index else ''}"
