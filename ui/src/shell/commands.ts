import { may } from "../account/session";
import type { Session } from "../account/wire";
import { toggleZone } from "../format/zone";
import { tell } from "../notices";
import { go } from "../route";
import type { Page, StatusPayload } from "../wire";
import { captureOnly, symbolPage } from "./instruments";
import { goToKeys } from "./keys";
import type { Command } from "./palette";

/** What the shell can do that is not a view. */
export interface ShellActions {
  theme(): void;
  help(): void;
  sidebar(): void;
  alerts(): void;
  capture(): void;
  arrange(): void;
  print(): void;
  copy(): void;
}

/** The views, with what each answers and the keys that go there. */
export function viewCommands(pages: Page[]): Command[] {
  const letters = new Map([...goToKeys(pages)].map(([key, page]) => [page.id, key]));
  return pages.map((page) => {
    const key = letters.get(page.id);
    return {
      id: `view ${page.id}`,
      group: "Views",
      title: page.title,
      hint: page.question,
      ...(key !== undefined && { keys: ["g", key] }),
      words: `${page.id} ${page.question}`,
      icon: page.icon,
      run: () => go(`/${page.id}`),
    };
  });
}

/** Brings a panel of the shown page into sight and gives it the keyboard. */
export function showPanel(id: string): void {
  const panel = document.querySelector<HTMLElement>(`[data-panel="${CSS.escape(id)}"]`);
  panel?.scrollIntoView({ block: "center" });
  panel?.focus({ preventScroll: true });
}

export function panelCommands(page: Page | undefined): Command[] {
  return (page?.panels ?? []).map((panel) => ({
    id: `panel ${panel.id}`,
    group: "On this view",
    title: panel.title,
    hint: "Show",
    words: panel.id,
    icon: "card",
    run: () => showPanel(panel.id),
  }));
}

/** Captured symbols, to be opened where the first view takes one. */
export function symbolCommands(pages: Page[], status: StatusPayload | null): Command[] {
  const target = symbolPage(pages);
  if (target === null) return [];
  return (status?.symbols ?? []).map((symbol) => ({
    id: `symbol ${symbol}`,
    group: "Symbols",
    title: symbol,
    hint: `Open on ${target.page.title}`,
    icon: "market",
    run: () => go(`/${target.page.id}?${new URLSearchParams({ [target.id]: symbol })}`),
  }));
}

/** Symbols of the vendors that are not captured yet. */
export function captureCommands(
  found: string[],
  status: StatusPayload | null,
  who: Session | null,
): Command[] {
  if (!may(who, "write") || status === null || status.mode === "replay") return [];
  return found
    .filter((symbol) => !status.symbols.includes(symbol))
    .map((symbol) => ({
      id: `capture ${symbol}`,
      group: "Not captured yet",
      title: symbol,
      hint: "Capture",
      icon: "play",
      run: () => captureOnly([...status.symbols, symbol], symbol, "being captured"),
    }));
}

/** Copies the address of the view, with its choices. */
export function copyAddress(): void {
  const refused = () => tell("copy", "fault", "This browser does not let the page copy.");
  // Without https there is no clipboard, but on this machine itself.
  const copied = navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error());
  copied.then(() => tell("copy", "good", "The address of this view is copied."), refused);
}

/** Views of the shell itself, as far as they are for whoever is logged in. */
export function shellViewCommands(who: Session | null): Command[] {
  const views: Command[] = [
    {
      id: "view settings",
      group: "Views",
      title: "Settings",
      hint: "What is set, and how does it look?",
      words: "config palette colours density zone keys slack",
      icon: "settings",
      run: () => go("/settings"),
    },
    {
      id: "view setup",
      group: "Views",
      title: "Set up",
      hint: "Vendors, keys, symbols, step by step",
      words: "first launch guided vendors",
      icon: "settings",
      run: () => go("/setup"),
    },
    {
      id: "view account",
      group: "Views",
      title: "Account",
      hint: "Password, sessions, API tokens",
      words: "password session token log out",
      icon: "person",
      run: () => go("/account"),
    },
    {
      id: "view users",
      group: "Views",
      title: "Users",
      hint: "Who may use this deck, and what did they do?",
      words: "people invite role audit",
      icon: "person",
      run: () => go("/users"),
    },
  ];
  const hidden = new Set<string>();
  if (who?.mode !== "users") for (const id of ["view account", "view users"]) hidden.add(id);
  if (!may(who, "admin")) for (const id of ["view setup", "view users"]) hidden.add(id);
  return views.filter((view) => !hidden.has(view.id));
}

/** What can be done anywhere. */
export function actionCommands(
  actions: ShellActions,
  status: StatusPayload | null,
  page: Page | undefined,
  who: Session | null,
): Command[] {
  const action = (title: string, icon: string, run: () => void, more: Partial<Command> = {}) => ({
    ...{ id: `action ${title}`, group: "Actions", title, icon, run },
    ...more,
  });
  const capturing = status?.capturing === true;
  const canCapture =
    may(who, "write") && status !== null && (status.replay === null || status.replay.done);
  const capture = capturing ? "Stop capture" : "Start capture";
  return [
    ...(canCapture
      ? [
          action(
            status.replay === null ? capture : "Play again",
            status.replay === null && capturing ? "stop" : "play",
            actions.capture,
            { words: "feeds market data record" },
          ),
        ]
      : []),
    ...(page === undefined
      ? []
      : [
          action("Arrange the panels of this view", "arrange", actions.arrange, {
            words: "layout move resize hide customise",
          }),
        ]),
    action("Alerts and notices", "alerts", actions.alerts, { keys: ["n"], words: "history bell" }),
    action("Light or dark theme", "sun", actions.theme, { keys: ["t"], words: "colour mode" }),
    action("Change the display zone", "clock", toggleZone, { words: "time clock utc local" }),
    action("Settings", "settings", () => go("/settings"), {
      words: "keys vendors configuration palette density",
    }),
    ...(may(who, "admin")
      ? [action("Guided setup", "settings", () => go("/setup"), { words: "first keys vendors" })]
      : []),
    action("Copy the address of this view", "link", actions.copy, { words: "link share deep" }),
    action("Print this view", "print", actions.print, { words: "paper pdf" }),
    action("Narrow or widen the sidebar", "left", actions.sidebar, { keys: ["["] }),
    action("Keyboard shortcuts and about", "help", actions.help, {
      keys: ["?"],
      words: "help keys licence version",
    }),
  ];
}
