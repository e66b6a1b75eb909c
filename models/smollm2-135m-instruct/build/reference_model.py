"""An independent forward pass in NumPy, to check the ONNX model against.

It shares no code with the conversion: the `gguf` package dequantises the weights, they stay in llama.cpp's order, and
neighbouring pairs are rotated, as llama.cpp does it. All arithmetic is float32 (weights, activations and cache).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize


class Reference:
    def __init__(self, gguf_path: Path, factors: Callable[[str, int], np.ndarray | None] | None = None):
        """`factors`: of channels, of a part and a layer. The layers' matrices are then multiples of a 127th of the largest number of a
        row whose channels are multiplied with them, and those without factors or behind no norm of the largest number of a block."""
        reader = GGUFReader(gguf_path)
        self.weights = {t.name: dequantize(t.data, t.tensor_type).astype(np.float32) for t in reader.tensors}
        self.embeddings = self.weights["token_embd.weight"]
        if factors is not None:
            self.weights = {name: _rounded(name, w, factors) if name.startswith("blk.") and w.ndim == 2 else w
                            for name, w in self.weights.items()}
        field = {name: f.contents() for name, f in reader.fields.items() if name.startswith("llama.")}
        self.layers = field["llama.block_count"]
        self.heads, self.kv_heads = field["llama.attention.head_count"], field["llama.attention.head_count_kv"]
        self.epsilon = field["llama.attention.layer_norm_rms_epsilon"]
        self.rope_base = field["llama.rope.freq_base"]
        # Called with what goes into the products behind the norms.
        self.observe: Callable[[str, int, np.ndarray], None] = lambda part, layer, x: None

    def logits(self, ids: list[int]) -> np.ndarray:
        """Logits [tokens, vocabulary] of one sequence."""
        w = self.weights
        x = self.embeddings[ids]
        for layer in range(self.layers):
            b = f"blk.{layer}."
            h = self._norm(x, w[b + "attn_norm.weight"])
            self.observe("qkv", layer, h)
            q, k, v = (h @ w[f"{b}attn_{part}.weight"].T for part in "qkv")
            x = x + self._attention(q, k, v) @ w[b + "attn_output.weight"].T
            h = self._norm(x, w[b + "ffn_norm.weight"])
            self.observe("gate_up", layer, h)
            gate, up = h @ w[b + "ffn_gate.weight"].T, h @ w[b + "ffn_up.weight"].T
            x = x + (gate / (1 + np.exp(-gate)) * up) @ w[b + "ffn_down.weight"].T
        return self._norm(x, w["output_norm.weight"]) @ w["token_embd.weight"].T

    def _norm(self, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + self.epsilon) * weight

    def _attention(self, q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
        tokens = len(q)
        q, k, v = (a.reshape(tokens, heads, -1).swapaxes(0, 1)
                   for a, heads in ((q, self.heads), (k, self.kv_heads), (v, self.kv_heads)))
        q, k = self._rotate(q), self._rotate(k)
        k, v = (np.repeat(a, self.heads // self.kv_heads, axis=0) for a in (k, v))
        scores = q @ k.swapaxes(1, 2) / np.sqrt(np.float32(q.shape[-1]))
        scores += np.triu(np.full((tokens, tokens), -np.inf, np.float32), 1)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return (weights @ v).swapaxes(0, 1).reshape(tokens, -1)

    def _rotate(self, x: np.ndarray) -> np.ndarray:
        """Rotates the pairs (0, 1), (2, 3), ... of each head."""
        _, tokens, size = x.shape
        frequencies = self.rope_base ** -(np.arange(0, size, 2) / size)
        angle = np.outer(np.arange(tokens), frequencies)
        pairs = x.reshape(*x.shape[:2], -1, 2)
        rotated = (pairs[..., 0] + 1j * pairs[..., 1]) * np.exp(1j * angle)
        return np.stack([rotated.real, rotated.imag], axis=-1).reshape(x.shape).astype(np.float32)


def _rounded(name: str, w: np.ndarray, factors: Callable[[str, int], np.ndarray | None]) -> np.ndarray:
    _, layer, part, _ = name.split(".")
    is_behind_norm = part in ("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up")
    factor = factors("qkv" if part.startswith("attn") else "gate_up", int(layer)) if is_behind_norm else None
    width = 32 if factor is None else w.shape[1]
    factor = np.float64(1) if factor is None else factor
    together = (w * factor).reshape(-1, width)
    step = np.abs(together).max(axis=1, keepdims=True) / 127
    return ((np.round(together / step) * step).reshape(w.shape) / factor).astype(np.float32)
