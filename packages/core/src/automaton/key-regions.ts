/** How the names that no schema mentions are split by the key languages that an object speaks of. */
import type { FormulaStore, KeySet } from "../json-schema/formula.js";
import { type Language, LazyMap } from "../language/index.js";
import type { NameList } from "./property-order.js";

/** Key languages with more names are no lists. */
const MAX_LISTED = 32;

/** Names that no schema mentions and that the same key languages have. */
export interface Region {
  readonly language: Language;
  readonly members: ReadonlySet<KeySet>;
}

interface ListedNames {
  readonly regions: Region[];
  readonly texts: ReadonlySet<string>;
  /** The key languages that have no list. */
  readonly special: readonly KeySet[];
}

export class KeyRegions {
  private readonly store: FormulaStore;
  private readonly known = new LazyMap<string, readonly Region[]>();

  constructor(store: FormulaStore) {
    this.store = store;
  }

  /** The regions of the names that are not in a list, by the sets that have them. */
  of(sets: readonly KeySet[], list: NameList): readonly Region[] {
    const key = `${list.id}:${sets.join()}`;
    let regions = this.known.get(key);
    if (regions === undefined) {
      regions = this.split(sets, list);
      this.known.set(key, regions);
    }
    return regions;
  }

  private split(sets: readonly KeySet[], list: NameList): Region[] {
    const { store } = this;
    const { arena } = store;
    // What `additionalProperties` is about has all that is not mentioned.
    const general = sets.filter((keys) => this.hasAll(keys, list));
    const all = sets.filter((keys) => !general.includes(keys));
    const { regions, texts, special } = this.splitListed(all, general, list);
    const languages = special.map((keys) => store.keysOf(keys) as Language);
    const others = arena.difference(arena.any, arena.choice([...list.names, ...texts]));
    const known = arena.regions(others, languages);
    if (known !== undefined) {
      for (const { language, members } of known) {
        const own = special.filter((_, index) => members[index]);
        regions.push({ language, members: new Set([...general, ...own]) });
      }
      return regions;
    }
    const visit = (region: Language, at: number, members: readonly KeySet[]): void => {
      if (arena.isEmpty(region)) return;
      if (at === special.length) {
        regions.push({ language: region, members: new Set(members) });
        return;
      }
      const language = languages[at] as Language;
      visit(arena.intersection([region, language]), at + 1, [...members, special[at] as KeySet]);
      visit(arena.difference(region, language), at + 1, members);
    };
    visit(others, 0, general);
    return regions;
  }

  /** The regions of the names that key languages list, such as those of `^name:(en|nl)$`, each looked up; and what is left. */
  private splitListed(
    sets: readonly KeySet[],
    general: readonly KeySet[],
    { indexOf }: NameList,
  ): ListedNames {
    const { store } = this;
    const { arena } = store;
    const texts = new Set<string>();
    const special: KeySet[] = [];
    for (const keys of sets) {
      const listed = arena.members(store.keysOf(keys) as Language, MAX_LISTED);
      if (listed === undefined) special.push(keys);
      else for (const text of listed) if (!indexOf.has(text)) texts.add(text);
    }
    const groups = new Map<string, { readonly members: KeySet[]; readonly texts: string[] }>();
    for (const text of texts) {
      const members = sets.filter((keys) => arena.matches(store.keysOf(keys) as Language, text));
      const key = members.join();
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { members, texts: [text] });
      else group.texts.push(text);
    }
    const regions = Array.from(groups.values(), ({ members, texts }) => ({
      language: arena.choice(texts),
      members: new Set([...general, ...members]),
    }));
    return { regions, texts, special };
  }

  /** Whether a set of names has all names that are not in the list. */
  hasAll(keys: KeySet, { indexOf }: NameList): boolean {
    const exceptions = this.store.exceptionsOf(keys);
    if (exceptions === undefined) return false;
    for (const name of exceptions) if (!indexOf.has(name)) return false;
    return true;
  }
}
