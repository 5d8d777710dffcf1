import { limitsOf } from "../page/values";
import type { Control } from "../wire";

export type Values = Record<string, string>;

/** What every field holds: what was typed, else its default; a symbol without one the next captured. */
export function fieldValues(fields: Control[], typed: Values, symbols: string[]): Values {
  const values: Values = {};
  let next = 0;
  for (const field of fields) {
    const first = field.type === "symbol" ? (symbols[next++] ?? "") : "";
    values[field.id] = typed[field.id] ?? (field.default || first);
  }
  return values;
}

function isFigure(field: Control): boolean {
  return field.type === "integer" || field.type === "number";
}

function wrongFigure(field: Control, text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return `${field.title} is a number`;
  if (field.type === "integer" && !Number.isInteger(value)) {
    return `${field.title} is a whole number`;
  }
  const below = field.minimum != null && value < field.minimum;
  const above = field.maximum != null && value > field.maximum;
  return below || above ? `${field.title} is ${limitsOf(field)}` : "";
}

/** What is wrong with the fields before anything is sent, by their ids. */
export function wrongFields(fields: Control[], values: Values): Record<string, string> {
  const wrong: Record<string, string> = {};
  for (const field of fields) {
    const text = (values[field.id] ?? "").trim();
    const said = isFigure(field) && text !== "" ? wrongFigure(field, text) : "";
    if (said !== "") wrong[field.id] = said;
  }
  return wrong;
}

/** The fields as they are sent: figures as numbers, toggles as booleans, empty ones not at all. */
export function bodyOfFields(fields: Control[], values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    const text = (values[field.id] ?? "").trim();
    if (field.type === "file" || text === "") continue;
    if (isFigure(field)) body[field.id] = Number(text);
    else body[field.id] = field.type === "toggle" ? text === "true" : text;
  }
  return body;
}

/** The same as parameters of a query, beside a file. */
export function queryOfFields(fields: Control[], values: Values): string {
  const parts = Object.entries(bodyOfFields(fields, values)).map(
    ([id, value]): [string, string] => [id, String(value)],
  );
  return new URLSearchParams(parts).toString();
}

/**
 * The sentences of a refusal by field: those it names, else one that begins with the id or the title
 * of a field. What belongs to no field is left for the form as a whole.
 */
export function faultsOf(
  fields: Control[],
  named: Record<string, string>,
  message: string,
): { byField: Record<string, string>; rest: string } {
  const byField: Record<string, string> = {};
  for (const field of fields) {
    const said = named[field.id];
    if (said !== undefined) byField[field.id] = said;
  }
  if (Object.keys(byField).length > 0) {
    const all = Object.keys(named).every((id) => id in byField);
    return { byField, rest: all ? "" : message };
  }
  const of = fields.find((field) =>
    [field.id, field.title].some((name) => new RegExp(`^${plain(name)}\\b`, "i").test(message)),
  );
  return of === undefined
    ? { byField, rest: message }
    : { byField: { [of.id]: message }, rest: "" };
}

function plain(text: string): string {
  return text.replace(/[^\w\s]/g, ".");
}

const TYPES: [RegExp, string][] = [
  [/\.gz$/i, "application/gzip"],
  [/\.(ndjson|jsonl|json)$/i, "application/x-ndjson"],
];

/** What a file is sent as, by its name; anything unknown is a table of text. */
export function typeOfFile(name: string): string {
  return TYPES.find(([ending]) => ending.test(name))?.[1] ?? "text/csv";
}
