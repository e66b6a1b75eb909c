import { compileGbnf, compileLark, compileStructuralTag, type Grammar } from "@grammask/core";

/** A grammar, and a text of it. */
export interface GrammarCase {
  readonly name: string;
  /** The same language in Lark's syntax, which several engines read. */
  readonly lark: string;
  readonly text: string;
  compile(): Grammar;
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

// Without a lexer, and the same languages for a lexer whose terminals take the whitespace behind them.

const C_GBNF = String.raw`
root       ::= ws function+
function   ::= type s name ws "(" ws (parameter ("," ws parameter)*)? ")" ws block
parameter  ::= type s name ws
type       ::= "int" | "float" | "char"
block      ::= "{" ws statement* "}" ws
statement  ::= type s name ws ("=" ws expression)? ";" ws
  | name ws "=" ws expression ";" ws
  | "return" s expression ";" ws
  | "while" ws "(" ws expression ")" ws block
  | "if" ws "(" ws expression ")" ws block ("else" ws block)?
  | "//" [^\n]* "\n" ws
  | name ws "(" ws (expression ("," ws expression)*)? ")" ws ";" ws
expression ::= sum (("==" | "!=" | "<=" | ">=" | "<" | ">") ws sum)?
sum        ::= product (("+" | "-") ws product)*
product    ::= unary (("*" | "/") ws unary)*
unary      ::= ("-" ws)? primary
primary    ::= name ws | number ws | string ws
  | name ws "(" ws (expression ("," ws expression)*)? ")" ws
  | "(" ws expression ")" ws
name       ::= [a-zA-Z_] [a-zA-Z_0-9]*
number     ::= [0-9]+ ("." [0-9]+)?
string     ::= "\"" ([^"\\\n] | "\\" [^\n])* "\""
s          ::= [ \t\n]+
ws         ::= [ \t\n]*
`;

const C_SPACED = String.raw`
start: SPACE? function+
function: TYPE NAME OPEN (parameter (COMMA parameter)*)? CLOSE block
parameter: TYPE NAME
block: BEGIN statement* END
statement: TYPE NAME (IS expression)? SEMICOLON
  | NAME IS expression SEMICOLON
  | RETURN expression SEMICOLON
  | WHILE OPEN expression CLOSE block
  | IF OPEN expression CLOSE block (ELSE block)?
  | COMMENT
  | NAME OPEN (expression (COMMA expression)*)? CLOSE SEMICOLON
expression: sum (COMPARED sum)?
sum: product ((PLUS | MINUS) product)*
product: unary (TIMES unary)*
unary: MINUS? primary
primary: NAME | NUMBER | STRING | NAME OPEN (expression (COMMA expression)*)? CLOSE | OPEN expression CLOSE
SPACE: /[ \t\n]+/
TYPE: /(int|float|char)[ \t\n]+/
OPEN: /\([ \t\n]*/
CLOSE: /\)[ \t\n]*/
BEGIN: /\{[ \t\n]*/
END: /\}[ \t\n]*/
COMMA: /,[ \t\n]*/
SEMICOLON: /;[ \t\n]*/
IS: /=[ \t\n]*/
RETURN: /return[ \t\n]+/
WHILE: /while[ \t\n]*/
IF: /if[ \t\n]*/
ELSE: /else[ \t\n]*/
COMMENT: /\/\/[^\n]*\n[ \t\n]*/
COMPARED: /(==|!=|<=|>=|<|>)[ \t\n]*/
PLUS: /\+[ \t\n]*/
MINUS: /-[ \t\n]*/
TIMES: /[*\/][ \t\n]*/
NAME: /[a-zA-Z_][a-zA-Z_0-9]*[ \t\n]*/
NUMBER: /[0-9]+(\.[0-9]+)?[ \t\n]*/
STRING: /"([^"\\\n]|\\[^\n])*"[ \t\n]*/
`;

/** Comments are statements there. */
const C_GBNF_TEXT = C_TEXT.replace("}\n// prints a table\n", "// done\n}\n");

const JSON_GBNF = String.raw`
root   ::= value
value  ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws (pair ("," ws pair)*)? "}" ws
pair   ::= string ":" ws value
array  ::= "[" ws (value ("," ws value)*)? "]" ws
string ::= "\"" ([^"\\\x00-\x1f] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\"" ws
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)? ws
ws     ::= [ \t\n]*
`;

const JSON_SPACED = String.raw`
start: value
value: object | array | STRING | NUMBER | WORD
object: BEGIN (pair (COMMA pair)*)? END
pair: STRING COLON value
array: OPEN (value (COMMA value)*)? CLOSE
BEGIN: /\{[ \t\n]*/
END: /\}[ \t\n]*/
OPEN: /\[[ \t\n]*/
CLOSE: /\][ \t\n]*/
COMMA: /,[ \t\n]*/
COLON: /:[ \t\n]*/
WORD: /(true|false|null)[ \t\n]*/
STRING: /"([^"\\\x00-\x1f]|\\(["\\\/bfnrt]|u[0-9a-fA-F]{4}))*"[ \t\n]*/
NUMBER: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?[ \t\n]*/
`;

/** The same calls in text as above, but for the trigger, which other text does not have here. */
const TAGS = {
  type: "structural_tag",
  format: {
    type: "triggered_tags",
    triggers: ["<function"],
    tags: [
      {
        type: "tag",
        begin: "<function=weather>",
        content: { type: "regex", pattern: "[A-Z][a-z]*( [a-z]+)*:[0-9]+" },
        end: "</function>",
      },
    ],
  },
} as const;

const TAGS_LARK = String.raw`
start: call* TEXT?
TEXT: /(.|\n)+/ & ~/(?s:.*)<function(?s:.*)/
call_head[lazy]: /(.|\n)*<function/
call: call_head "=weather>" CITY "</function>"
CITY: /[A-Z][a-z]*( [a-z]+)*:[0-9]+/
`;

const inLark = (name: string, lark: string, text: string): GrammarCase => ({
  name,
  lark,
  text,
  compile: () => compileLark(lark),
});

export const GRAMMAR_CASES: readonly GrammarCase[] = [
  inLark("C subset", C, C_TEXT),
  inLark("JSON", JSON_GRAMMAR, JSON_TEXT),
  inLark("calls in text", CALLS, CALLS_TEXT),
  { name: "C in GBNF", lark: C_SPACED, text: C_GBNF_TEXT, compile: () => compileGbnf(C_GBNF) },
  { name: "JSON in GBNF", lark: JSON_SPACED, text: JSON_TEXT, compile: () => compileGbnf(JSON_GBNF) },
  { name: "structural tags", lark: TAGS_LARK, text: CALLS_TEXT, compile: () => compileStructuralTag(TAGS) },
];
