import type { Setting } from "./wire";

/** Settings whose key, section or help holds every word, by their sections in the order given. */
export function sectionsOf(settings: Setting[], search: string): [string, Setting[]][] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = settings.filter((one) => {
    const text = `${one.key} ${one.help}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const sections = new Map<string, Setting[]>();
  for (const one of found) {
    const rows = sections.get(one.section) ?? [];
    rows.push(one);
    sections.set(one.section, rows);
  }
  return [...sections];
}

/** The last part of a key in words. */
export function titleOf(setting: Setting): string {
  const last = setting.key.slice(setting.key.lastIndexOf(".") + 1).replaceAll("_", " ");
  return last.charAt(0).toUpperCase() + last.slice(1);
}

/** What may be typed, as far as it is limited. */
export function limitsOf(setting: Setting): string {
  const { kind, options, minimum, maximum, may_be_empty: empty } = setting;
  const parts: string[] = [];
  if (kind === "list") parts.push(options.length > 0 ? `of ${options.join(", ")}` : "");
  if (kind === "list") parts.push("separated by commas");
  if (minimum !== null && maximum !== null) parts.push(`${minimum} to ${maximum}`);
  else if (minimum !== null) parts.push(`at least ${minimum}`);
  else if (maximum !== null) parts.push(`at most ${maximum}`);
  if (empty) parts.push("may be empty");
  return parts.filter(Boolean).join("; ");
}
