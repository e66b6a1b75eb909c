import { type CompileReport, plainReport } from "../json-schema/report.js";
import { compilePattern } from "../language/index.js";
import type { Grammar } from "./grammar.js";
import { compileText } from "./text.js";

/**
 * Compiles a regular expression of ECMA-262 to the grammar of the texts that it matches from start to end, as
 * `^(?:pattern)$` does. It is read with the u flag, or where it is invalid under u, without; `report.annexB` tells.
 *
 * @param pattern the source, without slashes
 * @throws PatternError where it is not a regular expression, or not regular (back-references)
 * @throws GrammarError where no text matches
 * @throws LanguageLimitError where it is too large
 */
export function compileRegex(pattern: string): Grammar {
  let isUnicode = true;
  const report = (): CompileReport => {
    const annexB = isUnicode ? [] : [{ pointer: "", keyword: "regex", pattern }];
    return { ...plainReport("regex"), annexB };
  };
  return compileText(report, (arena) => {
    const { language, unicode } = compilePattern(arena, pattern, { whole: true });
    isUnicode = unicode;
    return language;
  });
}
