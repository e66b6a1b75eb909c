/** Which names can still occur in an open object; values are interned by the caller as `id`. */
export interface KeyAvailability {
  readonly id: number;
  isAvailable(key: string): boolean;
}

/** Every name can still occur. */
export const ALL_KEYS: KeyAvailability = { id: 0, isAvailable: () => true };
