import { actOn } from "../page/ActionButton";
import { applyNamed, namedOf, resetLayout } from "../page/layouts";
import { go } from "../route";
import type { Action, Page, Panel } from "../wire";
import type { Command } from "./palette";

const PATIENCE = 8_000;

// Gives the keyboard to what a page shows once it has been drawn.
function focusOnce(selector: string): void {
  const found = () => {
    const element = document.querySelector<HTMLElement>(selector);
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
    return element !== null;
  };
  if (found()) return;
  const observer = new MutationObserver(() => found() && observer.disconnect());
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), PATIENCE);
}

function placesOf({ path, body }: Action): string[] {
  const text = path + Object.values(body ?? {}).join(" ");
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
}

// Where it is done: at once, or by a button that first wants something to be seen or filled in. A row's
// own action is offered where it names itself in its address: the row is a switch of the whole deck.
function wayOf(action: Action): "at once" | "by its button" | null {
  const places = placesOf(action);
  const where = action.where ?? "row";
  if (where === "form") return "by its button";
  if (action.method === "GET") return null;
  if (where === "panel") return places.length === 0 ? "at once" : "by its button";
  return places.length > 0 && places.every((name) => name === action.id) ? "by its button" : null;
}

function commandOf(page: Page, panel: Panel, action: Action): Command | null {
  const way = wayOf(action);
  if (way === null) return null;
  return {
    id: `do ${panel.id} ${action.id}`,
    group: "Actions",
    title: action.title,
    hint: `${panel.title} · ${page.title}`,
    words: `${panel.title} ${page.title} ${action.id}`,
    icon: page.icon,
    run:
      way === "at once"
        ? () => void actOn(action, {}, panel.id)
        : () => {
            go(`/${page.id}`);
            focusOnce(
              `[data-panel="${CSS.escape(panel.id)}"] [data-action="${CSS.escape(action.id)}"]`,
            );
          },
  };
}

function editorOf(page: Page, panel: Panel): Command[] {
  if (panel.kind !== "alert-editor") return [];
  return [
    {
      id: `write ${panel.id}`,
      group: "Actions",
      title: "New alert",
      hint: `${panel.title} · ${page.title}`,
      words: "rule write add",
      icon: page.icon,
      run: () => {
        go(`/${page.id}`);
        focusOnce(`[data-panel="${CSS.escape(panel.id)}"] :is(input, textarea)`);
      },
    },
  ];
}

/** What the panels of all views can do that wants no row: each once, however many panels offer it. */
export function workCommands(pages: Page[]): Command[] {
  const known = new Set<string>();
  return pages.flatMap((page) =>
    (page.panels ?? []).flatMap((panel) => [
      ...editorOf(page, panel),
      ...(panel.actions ?? []).flatMap((action) => {
        const same = `${action.method} ${action.path} ${JSON.stringify(action.body ?? {})}`;
        const command = known.has(same) ? null : commandOf(page, panel, action);
        if (command === null) return [];
        known.add(same);
        return [command];
      }),
    ]),
  );
}

/** The arrangements of a view that are kept under names. */
export function layoutCommands(page: Page): Command[] {
  const names = Object.keys(namedOf(page.id));
  const command = (title: string, run: () => void): Command => ({
    ...{ id: `layout ${page.id} ${title}`, group: "Layouts of this view", title, run },
    ...{ words: "layout arrangement switch", icon: "arrange" },
  });
  if (names.length === 0) return [];
  return [
    ...names.map((name) => command(name, () => void applyNamed(page.id, name))),
    command("As delivered", () => void resetLayout(page.id)),
  ];
}
