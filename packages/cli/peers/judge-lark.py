"""The process of llguidance: `judge-lark.py TOKENIZER TASKS FROM` judges the tasks of a file, a JSON line for each."""

import json
import sys

import llguidance

tokenizer_file, tasks_file, first = sys.argv[1:]
with open(tokenizer_file, encoding="utf-8") as file:
    tokenizer = llguidance.LLTokenizer(file.read())
with open(tasks_file, encoding="utf-8") as file:
    tasks = file.readlines()[int(first):]


def accepts(start, text):
    matcher = start.deep_copy()
    return all(matcher.consume_token(token) for token in tokenizer.tokenize_str(text)) and matcher.is_accepting()


def judged(task):
    grammar = llguidance.LLMatcher.grammar_from_lark(task["grammar"])
    matcher = llguidance.LLMatcher(tokenizer, grammar, log_level=0)
    if matcher.is_error():
        return {"problem": matcher.get_error()[:500]}
    return {"accepted": [accepts(matcher, text) for text in task["texts"]]}


for line in tasks:
    print(json.dumps(judged(json.loads(line))), flush=True)
