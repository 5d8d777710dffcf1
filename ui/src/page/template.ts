import type { Action, Cell } from "../wire";

/** What an action's `{name}` stands for: cells of a row, or choices of the page. */
export type Known = Record<string, Cell>;

const PLACE = /\{(\w+)\}/g;

function textOf(value: Cell): string {
  return value === null || value === undefined ? "" : String(value);
}

/** A template with the names in it replaced. */
export function filled(template: string, known: Known): string {
  return template.replace(PLACE, (_, name: string) => textOf(known[name]));
}

/** As `filled`, of an address: what is put in is escaped. */
export function pathOf(template: string, known: Known): string {
  return template.replace(PLACE, (_, name: string) => encodeURIComponent(textOf(known[name])));
}

/** Whether an action is offered: a row whose cell for its address is null has no use for it. */
export function isOffered(template: string, row: Known): boolean {
  return ![...template.matchAll(PLACE)].some(([, name]) => row[name as string] === null);
}

/** The body of an action: a value that is one name alone keeps the type of what it stands for. */
export function bodyOf(template: Record<string, string>, known: Known): Record<string, Cell> {
  return Object.fromEntries(
    Object.entries(template).map(([key, text]): [string, Cell] => {
      const alone = /^\{(\w+)\}$/.exec(text);
      return [key, alone ? (known[alone[1] as string] ?? null) : filled(text, known)];
    }),
  );
}

/** What a method other than GET is told to say afterwards. */
export function saidOf(action: Action, answer: unknown): string {
  if (action.done) return action.done;
  const message = (answer as { message?: unknown } | null)?.message;
  return typeof message === "string" && message !== "" ? message : `${action.title}: done.`;
}
