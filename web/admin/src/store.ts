// What the panel remembers of how it is used. Only the look outlives the page; lists, filters and
// selections stay in memory, so that nothing about anybody's credentials is left in the browser.
import { localStorageStore, memoryStore } from 'react-admin';
import type { Store } from 'react-admin';

const KEPT = ['theme', 'sidebar.open'];

export function panelStore(): Store {
  const memory = memoryStore();
  const kept = localStorageStore('1', 'claviger');
  const storeOf = (key: string) => (KEPT.includes(key) ? kept : memory);
  return {
    setup: () => {
      memory.setup();
      kept.setup();
    },
    teardown: () => {
      memory.teardown();
      kept.teardown();
    },
    getItem: (key, fallback) => storeOf(key).getItem(key, fallback),
    setItem: (key, value) => storeOf(key).setItem(key, value),
    removeItem: (key) => storeOf(key).removeItem(key),
    removeItems: (prefix) => memory.removeItems(prefix),
    listItems: (prefix) => memory.listItems?.(prefix) ?? {},
    reset: () => memory.reset(),
    subscribe: (key, callback) => storeOf(key).subscribe(key, callback),
  };
}
