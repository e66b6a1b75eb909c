"""Patterns of ECMA-262 for Python's `re`, which reads `.`, `$`, `\\d`, `\\w`, `\\s` and empty classes in its own way."""

import functools
import re

_SPACES = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_OUTSIDE = {".": r"[^\n\r\u2028\u2029]", "$": r"\Z"}
_EMPTY_CLASSES = {"[]": "(?!)", "[^]": r"[\s\S]"}


@functools.lru_cache(maxsize=4096)
def compiled(pattern):
    """The pattern for `re`; `re.error` where that does not know its syntax."""
    parts = []
    in_class = False
    # An escape, an empty class, or a character.
    for token in re.findall(r"\\.|\[\^?\]|.", pattern, re.DOTALL):
        if token == r"\s":
            token = _SPACES if in_class else f"[{_SPACES}]"
        elif token == r"\S":
            if in_class:
                raise re.error(r"\S in a class")
            token = f"[^{_SPACES}]"
        elif in_class:
            in_class = token != "]"
        elif token in _EMPTY_CLASSES:
            token = _EMPTY_CLASSES[token]
        elif token == "[":
            in_class = True
        else:
            token = _OUTSIDE.get(token, token)
        parts.append(token)
    # Digits, letters and boundaries of ASCII, as without the flag `i`.
    return re.compile("".join(parts), re.ASCII)


def search(pattern, text):
    """As `re.search`."""
    return compiled(pattern).search(text)
