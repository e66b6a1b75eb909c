"""llguidance's masks along texts of grammars, and what they take. Reads a job from stdin, writes a line for each case."""

import base64
import json
import sys
import time

import llguidance


def main():
    job = json.load(sys.stdin)
    with open(job["tokenizer"], encoding="utf-8") as file:
        tokenizer = llguidance.LLTokenizer(file.read(), eos_token=job["eos"])
    for case in job["cases"]:
        print(json.dumps(along(tokenizer, case, job["rounds"])), flush=True)


def along(tokenizer, case, rounds):
    # Forced text is not cut down to the tokens that the tokenizer would write: that is not the grammar's.
    options = '%llguidance { "no_forcing": true }\n'
    grammar = llguidance.LLMatcher.grammar_from_lark(options + case["lark"])
    times = []
    masks = []
    for round_ in range(rounds):
        matcher = llguidance.LLMatcher(tokenizer, grammar, log_level=0)
        if matcher.get_error():
            return {"error": matcher.get_error()}
        for token in case["tokens"]:
            start = time.perf_counter()
            mask = matcher.compute_bitmask()
            accepted = matcher.consume_token(token)
            times.append(1e6 * (time.perf_counter() - start))
            if round_ == 0:
                masks.append(base64.b64encode(mask).decode())
            if not accepted:
                read = tokenizer.decode_str(case["tokens"][: len(masks)])
                return {"error": f"the last token is not accepted: {read}"}
    return {"times": times, "masks": masks}


main()
