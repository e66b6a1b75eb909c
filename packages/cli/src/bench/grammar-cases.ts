/** A grammar in Lark's syntax, which several engines read, and a text of it. */
export interface GrammarCase {
  readonly name: string;
  readonly lark: string;
  readonly text: string;
}

const C = String.raw`
start: function+
function: TYPE NAME "(" (parameter ("," parameter)*)? ")" block
parameter: TYPE NAME
TYPE: "int" | "float" | "char"
block: "{" statement* "}"
statement: TYPE NAME ("=" expression)? ";"
  | NAME "=" expression ";"
  | "return" expression ";"
  | "while" "(" expression ")" block
  | "if" "(" expression ")" block ("else" block)?
  | NAME "(" (expression ("," expression)*)? ")" ";"
expression: sum (("==" | "!=" | "<=" | ">=" | "<" | ">") sum)?
sum: product (("+" | "-") product)*
product: unary (("*" | "/") unary)*
unary: "-"? primary
primary: NAME | NUMBER | STRING | NAME "(" (expression ("," expression)*)? ")" | "(" expression ")"
NAME: /[a-zA-Z_][a-zA-Z_0-9]*/
NUMBER: /[0-9]+(\.[0-9]+)?/
STRING: /"([^"\\\n]|\\[^\n])*"/
%ignore /[ \t\n]+/
%ignore /\/\/[^\n]*\n/
`;

const C_TEXT = String.raw`int gcd(int a, int b) {
  while (b != 0) {
    int t = b;
    b = a - (a / b) * b;
    a = t;
  }
  return a;
}
// prints a table
int main() {
  int i = 0;
  float total = 0.5;
  while (i < 100) {
    if (gcd(i, 12) == 4) {
      printf("number %d has gcd 4\n", i);
      total = total + i * (2.25 - i) / 3;
    } else {
      log_message("skip", i, -1);
    }
    i = i + 1;
  }
  char c = compute_something(total, (i + 1) * (i - 1), "done \"now\"");
  return c;
}
`;

const JSON_GRAMMAR = String.raw`
start: value
value: object | array | STRING | NUMBER | "true" | "false" | "null"
object: "{" (pair ("," pair)*)? "}"
pair: STRING ":" value
array: "[" (value ("," value)*)? "]"
STRING: /"([^"\\\x00-\x1f]|\\(["\\\/bfnrt]|u[0-9a-fA-F]{4}))*"/
NUMBER: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/
%ignore /[ \t\n]+/
`;

const JSON_TEXT = `{
  "name": "Ada Lovelace",
  "born": 1815,
  "tags": ["mathematics", "engines", true, null, -1.5e-3],
  "address": {"city": "London", "lines": ["St James's Square", "\\u00e9\\n"]}
}`;

const CALLS = String.raw`
start: (call)* tail
tail: TEXT
TEXT: /(.|\n)*/
call_head[lazy]: /(.|\n)*<function/
call: call_head "=weather>" CITY ":" /[0-9]+/ "</function>"
CITY: /[A-Z][a-z ]*/ & ~/(?s:.*)  (?s:.*)/
`;

const CALLS_TEXT = `I will look at the weather in two places. Is 3 < 4? Of course.
<function=weather>Oslo:3</function> and <function=weather>Sao paulo:12</function>
That is all.`;

export const GRAMMAR_CASES: readonly GrammarCase[] = [
  { name: "C subset", lark: C, text: C_TEXT },
  { name: "JSON", lark: JSON_GRAMMAR, text: JSON_TEXT },
  { name: "calls in text", lark: CALLS, text: CALLS_TEXT },
];
