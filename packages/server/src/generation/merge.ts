/** The values of several sources as they come. The first error ends all. */
export async function* merge<T>(
  sources: readonly AsyncGenerator<T, void, void>[],
): AsyncGenerator<T, void, void> {
  const next = (source: AsyncGenerator<T, void, void>) =>
    source.next().then((result) => ({ source, result }));
  const pending = new Map(sources.map((source) => [source, next(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(source);
      } else {
        pending.set(source, next(source));
        yield result.value;
      }
    }
  } finally {
    // What the others still have to say, errors included, nobody hears.
    for (const promise of pending.values()) {
      promise.catch(() => undefined);
    }
    for (const source of sources) {
      source.return(undefined).catch(() => undefined);
    }
  }
}
