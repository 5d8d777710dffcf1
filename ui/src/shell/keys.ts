import type { Page } from "../wire";

/** The letter after `g` for every page: its first letter that no page before it has taken. */
export function goToKeys(pages: Page[]): Map<string, Page> {
  const keys = new Map<string, Page>();
  for (const page of pages) {
    const letter = [...page.id.toLowerCase()].find((one) => /[a-z]/.test(one) && !keys.has(one));
    if (letter !== undefined) keys.set(letter, page);
  }
  return keys;
}

export interface Actions {
  search(): void;
  goTo(page: Page): void;
  help(): void;
  theme(): void;
  sidebar(): void;
}

const CHORD = 1200;

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return element?.closest?.("input, textarea, select, [contenteditable]") != null;
}

/** Answers to the keyboard; a key with Ctrl, Alt or Meta stays the browser's, but for Ctrl-K. */
export function listen(pages: Page[], actions: Actions): () => void {
  const keys = goToKeys(pages);
  let chordAt = 0;
  const press = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      actions.search();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const chorded = performance.now() - chordAt < CHORD;
    chordAt = 0;
    const page = keys.get(event.key);
    if (chorded && page !== undefined) actions.goTo(page);
    else if (event.key === "g") chordAt = performance.now();
    else if (event.key === "/") actions.search();
    else if (event.key === "?") actions.help();
    else if (event.key === "t") actions.theme();
    else if (event.key === "[") actions.sidebar();
    else return;
    event.preventDefault();
  };
  window.addEventListener("keydown", press);
  return () => window.removeEventListener("keydown", press);
}
