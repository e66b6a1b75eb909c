"""The process of an engine from PyPI. What it reads and writes is described in src/bench/protocol.ts."""

import base64
import ctypes
import importlib.metadata
import json
import os
import resource
import sys
import time

# Standard output belongs to the protocol; what an engine prints goes elsewhere.
protocol = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

FAILURE_LENGTH = 1000


def say(**message):
    protocol.write(json.dumps(message) + "\n")
    protocol.flush()


def peak_rss_mib():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))


class Refusal(Exception):
    """The engine does not take the schema, or reports an error of its own."""


class Mask:
    """A buffer that an engine fills, in words of 32 tokens."""

    def __init__(self, size):
        self.words = (ctypes.c_uint32 * ((size + 31) // 32))()
        self.address = ctypes.addressof(self.words)
        self.bytes = ctypes.sizeof(self.words)

    def has(self, token):
        return self.words[token >> 5] >> (token & 31) & 1


class Llguidance:
    package = "llguidance"

    def __init__(self, setup):
        import llguidance

        self.llguidance = llguidance
        with open(setup["tokenizer"], encoding="utf-8") as file:
            self.tokenizer = llguidance.LLTokenizer(file.read(), eos_token=setup["eos"])
        self.mask = Mask(self.tokenizer.vocab_size)

    def read(self, schema):
        self.grammar = '{"grammars": [{"json_schema": ' + schema + "}]}"

    def compile(self):
        self.first = self.llguidance.LLMatcher(self.tokenizer, self.grammar, log_level=0)
        self.check(self.first)
        self.first.unsafe_compute_mask_ptr(self.mask.address, self.mask.bytes)

    def start(self):
        self.matcher = self.first.deep_copy()

    def allows(self, token):
        self.matcher.unsafe_compute_mask_ptr(self.mask.address, self.mask.bytes)
        return self.mask.has(token)

    def accept(self, token):
        return self.matcher.consume_token(token)

    def is_complete(self):
        self.check(self.matcher)
        return self.matcher.is_accepting()

    def check(self, matcher):
        if matcher.is_error():
            raise Refusal(matcher.get_error())

    def empty_call(self):
        self.first.is_error()


class Outlines:
    package = "outlines_core"

    def __init__(self, setup):
        import outlines_core
        from outlines_core.json_schema import build_regex_from_schema

        self.outlines = outlines_core
        self.build_regex = build_regex_from_schema
        ids = {}
        with open(setup["tokens"], encoding="ascii") as file:
            for size, line in enumerate(file, start=1):
                token = base64.b64decode(line.strip())
                if token:
                    ids.setdefault(token, []).append(size - 1)
        self.eos = setup["eos"]
        self.vocabulary = outlines_core.Vocabulary(self.eos, ids)
        self.mask = Mask(size)

    def read(self, schema):
        self.schema = schema

    def compile(self):
        self.index = self.outlines.Index(self.build_regex(self.schema), self.vocabulary)
        self.start()
        self.fill()

    def start(self):
        self.guide = self.outlines.Guide(self.index)

    def fill(self):
        self.guide.write_mask_into(self.mask.address, len(self.mask.words), 4)

    def allows(self, token):
        self.fill()
        return self.mask.has(token)

    def accept(self, token):
        self.guide.advance(token, return_tokens=False)
        return True

    def is_complete(self):
        self.fill()
        return self.mask.has(self.eos)

    def empty_call(self):
        self.guide.is_finished()


class Empty:
    """An engine whose calls do nothing, beside those into the native module that every engine makes."""

    def __init__(self, engine):
        self.call = engine.empty_call
        self.mask = engine.mask

    def allows(self, token):
        self.call()
        return self.mask.has(token) or True

    def accept(self, token):
        self.call()
        return True


class Timeout(Exception):
    pass


def microseconds(nanoseconds):
    return round(nanoseconds / 1000, 2)


def read_tokens(engine, tokens, times, deadline):
    """The index of the token that is not allowed; None for an accepted text."""
    clock = time.perf_counter_ns
    for index, token in enumerate(tokens):
        start = clock()
        allowed = engine.allows(token)
        accepted = allowed and engine.accept(token)
        end = clock()
        times.append(microseconds(end - start))
        if not allowed:
            return index
        if not accepted:
            raise RuntimeError(f"token {index} is in the mask, but not accepted")
        if end > deadline:
            raise Timeout(f"stopped at token {index}")
    return None


def overhead(engine):
    """What the clock, the calls and the look-up cost without the engine's work: the median of many, in microseconds."""
    engine.read('{"type": "boolean"}')
    engine.compile()
    times = []
    read_tokens(Empty(engine), [0] * 20_000, times, float("inf"))
    return sorted(times)[len(times) // 2]


def failure(kind, error, **where):
    return {"kind": kind, "detail": f"{error}"[:FAILURE_LENGTH], **where}


def compile_schema(engine, schema, failures):
    try:
        engine.read(schema)
        start = time.perf_counter_ns()
        engine.compile()
        say(type="compiled", ttfm=microseconds(time.perf_counter_ns() - start))
        return True
    except Exception as error:
        failures.append(failure("compile-error", error))
    except BaseException as error:
        # A panic of the native module.
        failures.append(failure("crash", error))
    return False


def run(engine, task, limit_ms):
    failures, times, read = [], [], []
    deadline = time.perf_counter_ns() + limit_ms * 1_000_000
    if compile_schema(engine, task["schema"], failures):
        for number, test in enumerate(task["tests"]):
            say(type="test", test=number)
            before = len(times)
            try:
                engine.start()
                token = read_tokens(engine, test["ids"], times, deadline)
                if token is None and not engine.is_complete():
                    token = len(test["ids"])
                if test["valid"] and token is not None:
                    failures.append({"kind": "validation-error", "test": number, "token": token})
                elif not test["valid"] and token is None:
                    failures.append({"kind": "invalidation-error", "test": number})
            except Timeout as error:
                failures.append(failure("timeout", error, test=number))
                break
            except Exception as error:
                failures.append(failure("validation-error", error, test=number))
            except BaseException as error:
                failures.append(failure("crash", error, test=number))
            finally:
                read.append(len(times) - before)
    say(type="done", failures=failures, tbm=times, read=read, peakRssMiB=peak_rss_mib())


def main():
    setup = json.loads(sys.argv[1])
    start = time.perf_counter_ns()
    engine = {"llguidance": Llguidance, "outlines": Outlines}[setup["engine"]](setup)
    preparation = time.perf_counter_ns() - start
    say(
        type="ready",
        version=f"{engine.package} {importlib.metadata.version(engine.package)}",
        preparationMs=round(preparation / 1_000_000),
        overhead=overhead(engine),
        peakRssMiB=peak_rss_mib(),
    )
    for line in sys.stdin:
        run(engine, json.loads(line), setup["limitMs"])


main()
