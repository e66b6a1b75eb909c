"""Writes the tokenizer files from the vocabulary, merges and chat template of the GGUF file."""

from weights import Model

DIGIT = r"\p{N}"
# GPT-2's pattern, with \s as \p{White_Space} and \S as \P{White_Space}.
WORD = (
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+"
    r"|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+"
)
CONTROL = 3  # the token type of special tokens


def tokenizer_json(model: Model) -> dict:
    """The content of tokenizer.json: a byte-level BPE that keeps digits apart.

    The original has the pre-tokenizers `Digits` and `ByteLevel` with its built-in pattern. Their implementations differ:
    on what a digit is (½, ٣), and on what white space is (U+FEFF is in JavaScript's, U+0085 is not). Two splits that name
    Unicode's own classes give the ids of the original everywhere.
    """
    tokens = model.field("tokenizer.ggml.tokens")
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, **_added_token(tokens[i])} for i in _special_ids(model)],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": DIGIT}, "behavior": "Isolated", "invert": False},
                {"type": "Split", "pattern": {"Regex": WORD}, "behavior": "Isolated", "invert": False},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
            ],
        },
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": model.field("tokenizer.ggml.merges"),
        },
    }


def tokenizer_config(model: Model) -> dict:
    """The content of tokenizer_config.json: special tokens and the chat template, as the source words it."""
    tokens = model.field("tokenizer.ggml.tokens")
    return {
        "add_prefix_space": False,
        "added_tokens_decoder": {str(i): _added_token(tokens[i]) for i in _special_ids(model)},
        "bos_token": _token(model, "bos"),
        "chat_template": model.field("tokenizer.chat_template"),
        "clean_up_tokenization_spaces": False,
        "eos_token": _token(model, "eos"),
        "model_max_length": model.shape.context,
        "pad_token": _token(model, "padding"),
        "tokenizer_class": "GPT2Tokenizer",
        "unk_token": _token(model, "unknown"),
        "vocab_size": len(tokens),
    }


def special_tokens_map(model: Model) -> dict:
    """The content of special_tokens_map.json."""
    return {f"{short}_token": _token(model, name)
            for short, name in (("bos", "bos"), ("eos", "eos"), ("pad", "padding"), ("unk", "unknown"))}


def token_id(model: Model, name: str) -> int:
    """The id of a special token by its GGUF name: bos, eos, padding, unknown."""
    return model.field(f"tokenizer.ggml.{name}_token_id")


def _token(model: Model, name: str) -> str:
    return model.field("tokenizer.ggml.tokens")[token_id(model, name)]


def _special_ids(model: Model) -> list[int]:
    return [i for i, kind in enumerate(model.field("tokenizer.ggml.token_type")) if kind == CONTROL]


def _added_token(content: str) -> dict:
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
