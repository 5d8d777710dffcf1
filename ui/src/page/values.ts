import type { Control, Page } from "../wire";

const LIMIT = new Intl.NumberFormat("en-US", { useGrouping: "min2", maximumFractionDigits: 9 });

/** The limits of a number in words, "" where it has none. */
export function limitsOf({ minimum, maximum }: Control): string {
  const write = (limit: number) => LIMIT.format(limit).replace("-", "\u2212");
  if (minimum != null && maximum != null) return `${write(minimum)} to ${write(maximum)}`;
  if (minimum != null) return `at least ${write(minimum)}`;
  return maximum != null ? `at most ${write(maximum)}` : "";
}

/** What a choice says when it is pointed at: its limits, then its sentence. */
export function hintOf(control: Control): string {
  const limits = /integer|number/.test(control.type) ? limitsOf(control) : "";
  const first = limits && `${limits.charAt(0).toUpperCase()}${limits.slice(1)}.`;
  return [first, control.help].filter(Boolean).join(" ");
}

/** The nearest value a control allows. */
export function clamp(value: string, control: Control): string {
  const number = Number.parseInt(value, 10);
  if (Number.isNaN(number)) return control.default;
  const least = control.minimum ?? Number.NEGATIVE_INFINITY;
  const most = control.maximum ?? Number.POSITIVE_INFINITY;
  return String(Math.min(most, Math.max(least, number)));
}

/**
 * The value of every control of a page: from the address, else its default; a symbol without a
 * default takes the next captured one. What an address says wrongly is put right, not believed.
 */
export function valuesOf(
  page: Page,
  query: Record<string, string>,
  symbols: string[],
): Record<string, string> {
  const values: Record<string, string> = {};
  let next = 0;
  for (const control of page.controls ?? []) {
    const asked = query[control.id];
    let value = asked ?? control.default;
    if (control.type === "symbol") {
      const place = symbols[next++];
      if (value === "") value = place ?? "";
    } else if (asked !== undefined && control.type === "integer") value = clamp(asked, control);
    else if (asked !== undefined && control.options?.length && !control.options.includes(asked)) {
      value = control.default;
    } else if (control.type === "toggle") value = value === "true" ? "true" : "false";
    values[control.id] = value;
  }
  return values;
}

/** The values of choices as they are sent: figures as numbers, toggles as booleans. */
export function typedValues(
  controls: Control[],
  values: Record<string, string>,
): Record<string, string | number | boolean> {
  return Object.fromEntries(
    controls.map(({ id, type }) => {
      const text = values[id] ?? "";
      const isFigure = (type === "integer" || type === "number") && text !== "";
      return [id, isFigure ? Number(text) : type === "toggle" ? text === "true" : text];
    }),
  );
}

/** The address with what it says wrongly put right; null where there is nothing to put right. */
export function putRight(
  page: Page,
  query: Record<string, string>,
  values: Record<string, string>,
): string | null {
  const wrong = (page.controls ?? [])
    .map((control) => control.id)
    .filter((id) => query[id] !== undefined && query[id] !== values[id]);
  if (wrong.length === 0) return null;
  const corrected = Object.fromEntries(wrong.map((id) => [id, values[id] as string]));
  return `/${page.id}?${new URLSearchParams({ ...query, ...corrected })}`;
}

/** Whether every choice a panel needs is known. */
export function isReady(page: Page, params: string[], values: Record<string, string>): boolean {
  return (page.controls ?? [])
    .filter((control) => control.type === "symbol" && params.includes(control.id))
    .every((control) => values[control.id] !== "");
}

/**
 * Pages as they are now, with every page and panel that did not change left the same object: nothing
 * is drawn anew for a choice that was added elsewhere.
 */
export function refreshed(old: Page[], fresh: Page[]): Page[] {
  return fresh.map((page) => {
    const known = old.find((one) => one.id === page.id);
    if (known === undefined) return page;
    if (JSON.stringify(known) === JSON.stringify(page)) return known;
    const panels = page.panels?.map((panel) => {
      const same = known.panels?.find((one) => one.id === panel.id);
      return same && JSON.stringify(same) === JSON.stringify(panel) ? same : panel;
    });
    return { ...page, ...(panels && { panels }) };
  });
}
