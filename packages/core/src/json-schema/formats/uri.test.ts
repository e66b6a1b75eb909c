import { itHasExamples } from "./testing.js";

itHasExamples("uri", {
  valid: [
    "http://example.com",
    "a:",
    "urn:isbn:1",
    "mailto:a@b",
    "http://u:p@h:80/p;x/?q=/?#f/?",
    "ldap://[2001:db8::7]/c=GB?o?one",
    "http://[v1.a:b]/",
    "file:///etc/x",
    "x:/a//b",
    "http://h:/",
    "http://a%20b/",
    "http://999.1.1.1",
  ],
  invalid: [
    "",
    "abc",
    "/abc",
    "//h/p",
    "1a:b",
    ":a",
    "a b:c",
    "http://h/a b",
    "http://h/%4",
    "http://h/%zz",
    "http://[::1",
    "http://[:]",
    "http://h:8a",
    "http://h/[",
    "http://a@b@c",
    "http://h/é",
    "http://h/<",
    'http://h/"',
    "http://h/#a#b",
    "http://h/\\",
  ],
});

itHasExamples("uri-reference", {
  valid: ["", "abc", "/abc", "//h/p", "?q", "#f", "../a", "./a:b", "a:b", "a/b:c", "http://h", "//"],
  invalid: ["a b", "1:b", "%", "#a#b", "\\\\h\\s", "/é", "//h:x/", "/[::1]", "<a>"],
});

itHasExamples("iri", {
  valid: ["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "a:é", "http://h/?\ue000", "http://h/𐌀", "urn:x:y"],
  invalid: [
    "",
    "é",
    "/é",
    "http://h/\ue000",
    "http://h/\ufdd0",
    "http://h/\uffff",
    "http://2001:db8::1",
    "é:a",
    "http://h/ ",
  ],
});

itHasExamples("iri-reference", {
  valid: ["", "é", "/é", "//é/é", "#é", "?é", "http://é", "./é:é"],
  invalid: ["é:é", "a b", "\\é", "#é#é", "/\ue000"],
});

itHasExamples("uri-template", {
  valid: [
    "",
    "http://e.com/{a:1}/{b}",
    "{+a}",
    "{?x,y*}",
    "{a.b}",
    "{%41}",
    "a'b",
    "é",
    "{x:9999}",
    "a%41b",
    "{/a,b}{#c}",
  ],
  invalid: [
    "{",
    "}",
    "{}",
    "{a",
    "{a,}",
    "{a..b}",
    "{a:0}",
    "{a:10000}",
    "{=a}",
    "{a b}",
    "a b",
    "{{a}}",
    "%4",
    '"',
    "{a:1*}",
  ],
});
