import type { Matcher } from "@grammask/core";

/**
 * Tells of beginnings of an output whether a grammar lets it end so. Longer ones are read on from the one before.
 *
 * @param newMatcher made for the first text
 */
export function completeText(
  newMatcher: () => Pick<Matcher, "acceptBytes" | "isComplete">,
): (text: string) => boolean {
  let matcher: ReturnType<typeof newMatcher> | undefined;
  let read = 0;
  return (text) => {
    if (matcher === undefined || text.length < read) {
      matcher = newMatcher();
      read = 0;
    }
    if (!matcher.acceptBytes(new TextEncoder().encode(text.slice(read)))) {
      return false;
    }
    read = text.length;
    return matcher.isComplete;
  };
}
