/** The parts of an output: what comes before the value, the value, the end of the code fence that it stands in. */
export const enum OutputPart {
  LeadIn,
  Value,
  FenceEnd,
}
