/** Grammars of the kinds of languages that llama.cpp's examples have, written anew. */
export const GBNF: Readonly<Record<string, string>> = {
  arithmetic: `
    # sums, one per line
    root   ::= (sum "=" " "? sum "\\n")+
    sum    ::= factor (" "? [-+*/] " "? factor)*
    factor ::= name | digits | "(" sum ")"
    name   ::= [a-z] [a-z0-9_]*
    digits ::= [0-9]+
  `,
  json: `
    root   ::= value
    value  ::= object | array | string | number | "true" | "false" | "null"
    object ::= "{" ws (pair ("," ws pair)*)? "}" ws
    pair   ::= string ":" ws value ws
    array  ::= "[" ws (value ws ("," ws value ws)*)? "]" ws
    string ::= "\\"" ([^"\\\\\\x00-\\x1f] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\\""
    number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
    ws     ::= [ \\t\\n]{0,20}
  `,
  list: `
    root ::= item+
    item ::= "- " [^\\r\\n\\x0b\\x0c\\x85\\u2028\\u2029]+ "\\n"
  `,
  chess: `
    root   ::= "1. " move " " move "\\n" ([1-9] [0-9]? ". " move (" " move)? "\\n")+
    move   ::= (piece | pawn | castle) [+#]?
    piece  ::= [NBKQR] [a-h]? [1-8]? "x"? square
    pawn   ::= ([a-h] "x")? square ("=" [NBKQR])?
    castle ::= "O-O" "-O"?
    square ::= [a-h] [1-8]
  `,
  japanese: `
    root      ::= sentence+
    sentence  ::= word+ [、。！？] ([ \\n])?
    word      ::= hiragana | katakana | kanji
    hiragana  ::= [ぁ-ゟ]
    katakana  ::= [ァ-ヿ]
    kanji     ::= [一-鿿]
  `,
  c: `
    root        ::= ws function+
    function    ::= type s name ws "(" ws (parameter ("," ws parameter)*)? ")" ws block
    parameter   ::= type s name ws
    type        ::= "int" | "float" | "char"
    block       ::= "{" ws statement* "}" ws
    statement   ::= type s name ws ("=" ws expression)? ";" ws
                  | name ws "=" ws expression ";" ws
                  | "return" s expression ";" ws
                  | "while" ws "(" ws expression ")" ws block
                  | "if" ws "(" ws expression ")" ws block ("else" ws block)?
                  | "//" [^\\n]* "\\n" ws
                  | name ws "(" ws (expression ("," ws expression)*)? ")" ws ";" ws
    expression  ::= sum (("==" | "!=" | "<=" | ">=" | "<" | ">") ws sum)?
    sum         ::= product (("+" | "-") ws product)*
    product     ::= unary (("*" | "/") ws unary)*
    unary       ::= ("-" ws)? primary
    primary     ::= name ws | number ws | "\\"" ([^"\\\\\\n] | "\\\\" [^\\n])* "\\"" ws
                  | name ws "(" ws (expression ("," ws expression)*)? ")" ws
                  | "(" ws expression ")" ws
    name        ::= [a-zA-Z_] [a-zA-Z_0-9]*
    number      ::= [0-9]+ ("." [0-9]+)?
    s           ::= [ \\t\\n]+
    ws          ::= [ \\t\\n]*
  `,
};

/** Texts of each grammar, and others. */
export const TEXTS: Readonly<
  Record<string, { readonly yes: readonly string[]; readonly no: readonly string[] }>
> = {
  arithmetic: {
    yes: ["x=1\n", "(a + b)*2=c1\nx=x\n", "((((1))))= 2\n"],
    no: ["", "x=1", "x+=1\n", "(a=b)\n", "2a=1\n", "x=1\n\n", "a  + b=1\n"],
  },
  json: { yes: ['{"a": [1, 2.5e-3, null]} '], no: ["{a:1}", "[1,]", '"a', "01"] },
  list: { yes: ["- a\n", "- a b\n- é\n"], no: ["", "- \n", "-a\n", "- a", "- a\n\n"] },
  chess: {
    yes: ["1. e4 e5\n2. Nf3 Nc6\n", "1. d4 O-O-O+\n12. exd8=Q# Kxe1\n13. a4\n"],
    no: ["1. e4 e5\n", "1. e9 e5\n2. a1\n", "1. e4\n2. e5\n", "0. e4 e5\n2. a1\n"],
  },
  japanese: { yes: ["これはペンです。", "日本、カタカナ！\n二。"], no: ["", "abc。", "これ", "。"] },
  c: {
    yes: [
      "int main() { return 0; }",
      'int f(int a, float b) { int x = a + (b * 2); while (x != 3) { g(x, "a\\"b"); } if (x) {} else { x = -1; } // end\n }\nchar g(int x) {}',
    ],
    no: [
      "",
      "int main() { return 0 }",
      "int main() { x = ; }",
      "int main() { foo }",
      "main() {}",
      "int f(int) {}",
    ],
  },
};

/** A subset of C as a grammar with a lexer. */
export const C_LARK = `
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
NUMBER: /[0-9]+(\\.[0-9]+)?/
STRING: /"([^"\\\\\\n]|\\\\[^\\n])*"/
%ignore /[ \\t\\n]+/
%ignore /\\/\\/[^\\n]*\\n/
`;

/** A program of it. */
export const C_PROGRAM = `int gcd(int a, int b) {
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
      printf("number %d has gcd 4\\n", i);
      total = total + i * (2.25 - i) / 3;
    } else {
      log_message("skip", i, -1);
    }
    i = i + 1;
  }
  char c = compute_something(total, (i + 1) * (i - 1), "done \\"now\\"");
  return c;
}
`;
