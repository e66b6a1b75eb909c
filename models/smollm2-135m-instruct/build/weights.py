"""Reads the GGUF file: metadata, and weights laid out as onnxruntime wants them.

Nothing is quantised anew here. Every number of the source keeps its exact value; only the order changes.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader

BLOCK = 32  # numbers that share a scale, in Q4_1 and in Q8_0


@dataclass
class Q4Matrix:
    """A matrix of 4-bit numbers: row n, column k is `scale * q + minimum`, one scale and minimum per block."""

    packed: np.ndarray  # uint8 [N, blocks, 16], elements 2i (low nibble) and 2i + 1 (high nibble)
    scale: np.ndarray  # float16 [N, blocks]
    minimum: np.ndarray  # float16 [N, blocks]

    @property
    def rows(self) -> int:
        return self.packed.shape[0]

    @property
    def columns(self) -> int:
        return self.packed.shape[1] * BLOCK

    def dequantise(self) -> np.ndarray:
        """The matrix as float32 [N, K]."""
        q = np.stack([self.packed & 15, self.packed >> 4], axis=-1).reshape(self.rows, -1, BLOCK)
        w = self.scale.astype(np.float32)[..., None] * q + self.minimum.astype(np.float32)[..., None]
        return w.reshape(self.rows, self.columns)

    def take_rows(self, order: np.ndarray) -> "Q4Matrix":
        return Q4Matrix(self.packed[order], self.scale[order], self.minimum[order])


@dataclass
class Q8Matrix:
    """A matrix of 8-bit numbers: row n, column k is `scale * (q - 128)`."""

    q: np.ndarray  # uint8 [N, blocks, 32]
    scale: np.ndarray  # float16 [N, blocks]

    def dequantise(self) -> np.ndarray:
        w = self.scale.astype(np.float32)[..., None] * (self.q.astype(np.float32) - 128)
        return w.reshape(self.q.shape[0], -1)


@dataclass
class Shape:
    """The sizes of the model, from the metadata."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_size: int
    feed_forward: int
    context: int
    vocabulary: int
    rope_base: float
    norm_epsilon: float


class Model:
    """The source file. Weights are read one by one, by their GGUF names."""

    def __init__(self, gguf_path: Path):
        self._reader = GGUFReader(gguf_path)
        self._tensors = {t.name: t for t in self._reader.tensors}
        field = self.field
        heads, hidden = field("llama.attention.head_count"), field("llama.embedding_length")
        self.shape = Shape(
            layers=field("llama.block_count"),
            hidden=hidden,
            heads=heads,
            kv_heads=field("llama.attention.head_count_kv"),
            head_size=hidden // heads,
            feed_forward=field("llama.feed_forward_length"),
            context=field("llama.context_length"),
            vocabulary=field("llama.vocab_size"),
            rope_base=field("llama.rope.freq_base"),
            norm_epsilon=float(f"{field('llama.attention.layer_norm_rms_epsilon'):.6g}"),
        )

    def field(self, name: str):
        """A value of the metadata."""
        return self._reader.fields[name].contents()

    def vector(self, name: str) -> np.ndarray:
        """A float32 tensor of one dimension (the weights of the norms)."""
        return np.array(self._of_type(name, GGMLQuantizationType.F32), dtype=np.float32)

    def q4(self, name: str) -> Q4Matrix:
        """A Q4_1 matrix: blocks of a float16 scale, a float16 minimum and 16 bytes."""
        blocks = self._blocks(name, GGMLQuantizationType.Q4_1, 20)
        quants = blocks[..., 4:]
        # GGUF has elements 0..15 of a block in the low nibbles and 16..31 in the high ones; onnxruntime pairs neighbours.
        elements = np.concatenate([quants & 15, quants >> 4], axis=-1)
        packed = elements[..., 0::2] | elements[..., 1::2] << 4
        return Q4Matrix(packed, _float16(blocks[..., 0:2]), _float16(blocks[..., 2:4]))

    def q8(self, name: str) -> Q8Matrix:
        """A Q8_0 matrix: blocks of a float16 scale and 32 signed bytes."""
        blocks = self._blocks(name, GGMLQuantizationType.Q8_0, 34)
        q = (blocks[..., 2:].view(np.int8).astype(np.int16) + 128).astype(np.uint8)
        return Q8Matrix(q, _float16(blocks[..., 0:2]))

    def qkv(self, layer: int) -> Q4Matrix:
        """Queries, keys and values of a layer as one matrix, the rows in the order of the original model.

        llama.cpp interleaves the two halves of each query and key head, because it rotates neighbouring pairs; the
        original rotates element i with element i + 32. Rows are independent, so that sorting them back is exact.
        """
        halves = self.shape.head_size // 2

        def split_halves(m: Q4Matrix) -> Q4Matrix:
            rows = np.arange(m.rows).reshape(-1, halves, 2)
            return m.take_rows(rows.swapaxes(1, 2).reshape(-1))

        q, k, v = (self.q4(f"blk.{layer}.attn_{part}.weight") for part in "qkv")
        return stack([split_halves(q), split_halves(k), v])

    def gate_up(self, layer: int) -> Q4Matrix:
        """The gate and the up projection of a layer's feed-forward part as one matrix."""
        return stack([self.q4(f"blk.{layer}.ffn_{part}.weight") for part in ("gate", "up")])

    def _of_type(self, name: str, kind: GGMLQuantizationType) -> np.ndarray:
        tensor = self._tensors[name]
        if tensor.tensor_type != kind:
            raise ValueError(f"{name} is {tensor.tensor_type.name}, expected {kind.name}")
        return tensor.data

    def _blocks(self, name: str, kind: GGMLQuantizationType, size: int) -> np.ndarray:
        data = self._of_type(name, kind)
        return np.ascontiguousarray(data).reshape(data.shape[0], -1, size)


def stack(matrices: list[Q4Matrix]) -> Q4Matrix:
    """Matrices of the same number of columns, one above the other."""
    return Q4Matrix(
        np.concatenate([m.packed for m in matrices]),
        np.concatenate([m.scale for m in matrices]),
        np.concatenate([m.minimum for m in matrices]),
    )


def rotary_tables(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Cosines and sines of the rotary embedding, float32 [context, head_size / 2]."""
    inverse = shape.rope_base ** -(np.arange(0, shape.head_size, 2, dtype=np.float64) / shape.head_size)
    angles = np.outer(np.arange(shape.context), inverse)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def find_gguf(source: Path, scratch: Path) -> Path:
    """The GGUF file: `source` itself, or the one inside `source` if that is a wheel (unpacked to `scratch`)."""
    if source.suffix == ".gguf":
        return source
    with ZipFile(source) as wheel:
        (name,) = (n for n in wheel.namelist() if n.endswith(".gguf"))
        return Path(wheel.extract(name, scratch))


def _float16(two_bytes: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(two_bytes).view(np.float16)[..., 0]
