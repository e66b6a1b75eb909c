"""The process of llguidance for `grammask bench batch`: `batch-llguidance.py TOKENIZER EOS TRACKS THREADS`, told on standard input
which tracks to keep and how many steps to make, a JSON line each; answers are JSON lines."""

import ctypes
import json
import resource
import sys
import time

import llguidance

tokenizer_file, eos, tracks_file, threads = sys.argv[1:]
with open(tokenizer_file, encoding="utf-8") as file:
    tokenizer = llguidance.LLTokenizer(file.read(), eos_token=int(eos))
with open(tracks_file, encoding="utf-8") as file:
    tracks = [json.loads(line) for line in file]
executor = llguidance.LLExecutor(num_threads=int(threads))


def answer(**message):
    print(json.dumps(message), flush=True)


def opened(track):
    grammar = '{"grammars": [{"json_schema": ' + track["schema"] + "}]}"
    return llguidance.LLMatcher(tokenizer, grammar, log_level=0)


def is_read(track):
    matcher = opened(track)
    return not matcher.is_error() and all(matcher.consume_token(token) for token in track["tokens"])


answer(read=[is_read(track) for track in tracks])
kept = [tracks[i] for i in json.loads(sys.stdin.readline())["keep"]]
matchers = [opened(track) for track in kept]
places = [0] * len(kept)
row_bytes = 4 * ((tokenizer.vocab_size + 31) // 32)
masks = (ctypes.c_uint8 * (row_bytes * len(kept)))()
rows = [(matcher, i) for i, matcher in enumerate(matchers)]
answer(ready=True)
for line in sys.stdin:
    times = []
    for _ in range(json.loads(line)["steps"]):
        start = time.perf_counter()
        moves = []
        for i, track in enumerate(kept):
            if places[i] == len(track["tokens"]):
                matchers[i].reset()
                places[i] = 0
            else:
                moves.append((matchers[i], track["tokens"][places[i]]))
                places[i] += 1
        executor.consume_token_par(moves)
        # What llguidance.numpy.fill_next_token_bitmask_par calls.
        executor.unsafe_compute_mask_ptr(rows, ctypes.addressof(masks), row_bytes, len(kept))
        times.append((time.perf_counter() - start) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer(times=times, peakMiB=round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)))
