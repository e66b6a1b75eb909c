/**
 * When an object may have properties of which its schema says nothing, neither by name nor by a pattern or what holds of all
 * others: at `any` time, or, in an object of which it mentions some names, only where they are `needed` for its end.
 */
export type ExtraProperties = "any" | "needed";
