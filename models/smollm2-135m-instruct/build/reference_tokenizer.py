"""An independent tokenizer in plain Python, to check tokenizer.json against.

It shares no code with the conversion or with the `tokenizers` package: it reads the GGUF file and merges naively.
"""

from pathlib import Path

import regex
from gguf import GGUFReader

DIGIT = regex.compile(r"\p{N}|\P{N}+")
WORD = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")


class ReferenceTokenizer:
    def __init__(self, gguf_path: Path):
        fields = GGUFReader(gguf_path).fields
        tokens = fields["tokenizer.ggml.tokens"].contents()
        kinds = fields["tokenizer.ggml.token_type"].contents()
        self.ids = {token: i for i, token in enumerate(tokens)}
        self.ranks = {tuple(m.split(" ")): i for i, m in enumerate(fields["tokenizer.ggml.merges"].contents())}
        special = "|".join(regex.escape(t) for t, kind in zip(tokens, kinds) if kind == 3)
        self.special = regex.compile(f"({special})")
        self.letters = _byte_letters()

    def encode(self, text: str) -> list[int]:
        ids = []
        for i, part in enumerate(self.special.split(text)):
            if i % 2 == 1:
                ids.append(self.ids[part])
                continue
            words = (word for piece in DIGIT.findall(part) for word in WORD.findall(piece))
            ids.extend(self.ids[token] for word in words for token in self._merge(word))
        return ids

    def _merge(self, word: str) -> list[str]:
        """Merges the neighbours of the best rank, leftmost first, until none is left."""
        parts = [self.letters[b] for b in word.encode()]
        while len(parts) > 1:
            rank, i = min((self.ranks.get(pair, len(self.ranks)), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if rank == len(self.ranks):
                break
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        return parts


def _byte_letters() -> dict[int, str]:
    """GPT-2's letter for each byte: printable characters stand for themselves, the others follow from 256 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(rest)}}
