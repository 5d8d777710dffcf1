import type { Page } from "../wire";

/**
 * The letter after `g` for every page: its first one, unless a page before it begins with the same;
 * then the first letter of it that is left.
 */
export function goToKeys(pages: Page[]): Map<string, Page> {
  const chosen = new Map<Page, string>();
  const taken = new Set<string>();
  const give = (page: Page, letters: string[]) => {
    const letter = letters.find((one) => /[a-z]/.test(one) && !taken.has(one));
    if (chosen.has(page) || letter === undefined) return;
    chosen.set(page, letter);
    taken.add(letter);
  };
  const lettersOf = (page: Page) => [...page.id.toLowerCase()];
  for (const page of pages) give(page, lettersOf(page).slice(0, 1));
  for (const page of pages) give(page, lettersOf(page));
  const keys = new Map<string, Page>();
  for (const page of pages) {
    const letter = chosen.get(page);
    if (letter !== undefined) keys.set(letter, page);
  }
  return keys;
}

export interface Actions {
  search(): void;
  palette(): void;
  goTo(page: Page): void;
  help(): void;
  theme(): void;
  sidebar(): void;
  alerts(): void;
}

const CHORD = 1200;
// When `g` was pressed, by the keyboard's own stamp: a busy page hears keys late, and one that is drawn
// anew in between listens anew.
let chordAt = Number.NEGATIVE_INFINITY;

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return element?.closest?.("input, textarea, select, [contenteditable]") != null;
}

function panelInHand(): Element | null {
  const focused = document.activeElement?.closest("[data-panel]");
  return focused ?? document.querySelector("[data-panel]:hover");
}

// Presses the button of the panel that has the keyboard or is pointed at.
function pressOfPanel(key: string): boolean {
  if (!/^[a-z]$/.test(key)) return false;
  const button = panelInHand()?.querySelector<HTMLElement>(`.panel__actions [data-key="${key}"]`);
  button?.click();
  return button != null;
}

function stepPanels(by: number): void {
  const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")];
  const held = panelInHand();
  const at = held === null ? (by > 0 ? -1 : 0) : panels.indexOf(held as HTMLElement);
  const next = panels[(at + by + panels.length) % panels.length];
  next?.scrollIntoView({ block: "nearest" });
  next?.focus({ preventScroll: true });
}

/** Answers to the keyboard; a key with Ctrl, Alt or Meta stays the browser's, but for Ctrl-K. */
export function listen(pages: Page[], actions: Actions): () => void {
  const keys = goToKeys(pages);
  const press = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      actions.palette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const chorded = event.timeStamp - chordAt < CHORD;
    chordAt = Number.NEGATIVE_INFINITY;
    const page = keys.get(event.key);
    if (chorded && page !== undefined) actions.goTo(page);
    else if (event.key === "g") chordAt = event.timeStamp;
    else if (event.key === "/") actions.search();
    else if (event.key === "?") actions.help();
    else if (event.key === "t") actions.theme();
    else if (event.key === "[") actions.sidebar();
    else if (event.key === "n") actions.alerts();
    else if (event.key === "j" || event.key === "k") stepPanels(event.key === "j" ? 1 : -1);
    else if (pressOfPanel(event.key)) {
      // Done by the button itself.
    } else return;
    event.preventDefault();
  };
  window.addEventListener("keydown", press);
  return () => window.removeEventListener("keydown", press);
}
