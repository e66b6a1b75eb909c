"""Judges the outputs that `pnpm walks --texts` wrote: Python's jsonschema, with exact decimal numbers.

Used by `pnpm walks:python`: judge.py TEXTS [JSON]. Ends with 1 where an output is invalid.
"""

import collections
import concurrent.futures
import decimal
import gzip
import importlib.metadata
import json
import signal
import sys
import warnings

import ecma_patterns
import jsonschema

try:
    import resource
except ImportError:  # Windows has none.
    resource = None

# Its keywords and their helpers search by ECMA-262's patterns.
for module in (jsonschema._keywords, jsonschema._legacy_keywords, jsonschema._utils):
    module.re = ecma_patterns

# Far more digits than any output has, so that remainders are exact.
decimal.getcontext().prec = 2000
sys.set_int_max_str_digits(0)
sys.setrecursionlimit(5_000)
# Validators follow a value in generators within generators, each of which takes some of C's stack.
STACK_BYTES = 96 << 20
# About patterns that other languages read as they are written.
warnings.simplefilter("ignore", FutureWarning)

MAX_CASES = 200
# For one output: schemas that apply themselves in place are followed again and again.
LIMIT_SECONDS = 2


def parse(text):
    return json.loads(text, parse_float=decimal.Decimal, parse_constant=refuse)


def refuse(name):
    raise ValueError(f"{name} is not JSON")


def is_number(_, value):
    return isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool)


def is_integer(_, value):
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, decimal.Decimal) and value == value.to_integral_value())


def validator_for(schema):
    """The validator of the schema's dialect; with numbers that are decimals."""
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    checker = kind.TYPE_CHECKER.redefine("number", is_number)
    if kind is not jsonschema.Draft4Validator and kind is not jsonschema.Draft3Validator:
        checker = checker.redefine("integer", is_integer)
    exact = jsonschema.validators.extend(kind, type_checker=checker)
    return exact(schema, format_checker=kind.FORMAT_CHECKER)


class TookTooLong(Exception):
    pass


def stop(*_):
    raise TookTooLong(f"not done after {LIMIT_SECONDS} s")


def set_alarm(seconds):
    # Windows has none.
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def judge(line):
    """Counts, and what is not valid, of one schema's outputs."""
    record = json.loads(line)
    counts, cases = collections.Counter(), []

    def note(what, text, detail):
        counts[what] += 1
        cases.append({"id": record["id"], "what": what, "text": text, "detail": detail[:300]})

    validator = validator_for(parse(record["schema"]))
    for text in record["texts"]:
        try:
            set_alarm(LIMIT_SECONDS)
            error = next(validator.iter_errors(parse(text)), None)
            set_alarm(0)
        except ValueError as error:
            set_alarm(0)
            note("not JSON", text, str(error))
            continue
        # Exponents beyond what decimals take, references to elsewhere, and what Python's `re` does not know.
        except Exception as error:
            set_alarm(0)
            note("undecided", text, f"{type(error).__name__}: {error}")
            continue
        if error is None:
            counts["valid"] += 1
        else:
            note("invalid", text, f"{error.validator} at {error.json_path}: {error.message}")
    return counts, cases


def make_room():
    """Lets the stack of this process, and of those that it makes, grow."""
    if resource is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    size = STACK_BYTES if most == resource.RLIM_INFINITY else min(STACK_BYTES, most)
    resource.setrlimit(resource.RLIMIT_STACK, (size, most))


def main():
    texts, *rest = sys.argv[1:]
    make_room()
    counts, cases, kept = collections.Counter(), [], collections.Counter()
    by_keyword = collections.Counter()
    # A judge that dies ends this with an error; a pool of `multiprocessing` would wait for it for ever.
    with gzip.open(texts, "rt", encoding="utf-8") as file, concurrent.futures.ProcessPoolExecutor() as pool:
        for more, found in pool.map(judge, file, chunksize=8):
            counts.update(more)
            for case in found:
                if case["what"] == "invalid":
                    by_keyword[case["detail"].split(" ")[0]] += 1
                kept[case["what"]] += 1
                if kept[case["what"]] <= MAX_CASES:
                    cases.append(case)
    counts = {what: counts[what] for what in ["valid", "invalid", "undecided", "not JSON"]}
    print("  ".join(f"{what} {count}" for what, count in counts.items()))
    for keyword, count in by_keyword.most_common():
        print(f"  invalid by {keyword}: {count}")
    for case in [case for case in cases if case["what"] in ("invalid", "not JSON")][:20]:
        print(f"{case['what'].upper()} {case['id']}: {case['detail']}\n  {case['text']}")
    if rest:
        result = {
            "command": "pnpm walks:python",
            "judge": f"jsonschema {importlib.metadata.version('jsonschema')}",
            "counts": counts,
            "invalidBy": dict(by_keyword),
            "cases": cases,
        }
        with open(rest[0], "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2, ensure_ascii=False)
            file.write("\n")
    sys.exit(1 if counts["invalid"] or counts["not JSON"] else 0)


if __name__ == "__main__":
    main()
