const SAMPLE = { a: "b", c: 1, d: ["e", "f"], g: [{ h: "i", j: true }, { h: [] }] };

/**
 * JSON as models lay it out, on one line and then in indented lines, for drafts: the one that comes last is looked at first,
 * and a draft that the grammar or the model refuses costs little.
 */
export const LAYOUT_SAMPLE = `${JSON.stringify(SAMPLE).replace(/[:,]/g, "$& ")}\n${JSON.stringify(SAMPLE, null, 2)}`;
