/** An option of `Layout` is out of range; the message says which, and what it may be. */
export class LayoutError extends RangeError {
  override readonly name = "LayoutError";
  readonly code = "layout";
}
