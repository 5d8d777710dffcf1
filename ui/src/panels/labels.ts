/** A label beside the end of a line. */
export interface Label {
  text: string;
  colour: string;
  y: number;
  /** Labels of less weight give way where there is no room. */
  weight: number;
}

/**
 * Moves labels apart so that none covers another, between `top` and `bottom`; the lightest are left
 * out when there is no room for all.
 */
export function spread(labels: Label[], height: number, top: number, bottom: number): Label[] {
  const room = Math.max(0, Math.floor((bottom - top) / height));
  const kept = [...labels]
    .sort((a, b) => b.weight - a.weight)
    .slice(0, room)
    .sort((a, b) => a.y - b.y)
    .map((label) => ({ ...label, y: Math.min(Math.max(label.y, top), bottom) }));
  for (let i = 1; i < kept.length; i += 1) {
    const above = kept[i - 1] as Label;
    const label = kept[i] as Label;
    label.y = Math.max(label.y, above.y + height);
  }
  let limit = bottom;
  for (let i = kept.length - 1; i >= 0; i -= 1) {
    const label = kept[i] as Label;
    label.y = Math.min(label.y, limit);
    limit = label.y - height;
  }
  return kept;
}

/** Decimals that tell marks apart which are a step from each other: 0.25 needs two, 0.5 one. */
export function stepDecimals(step: number): number {
  for (let decimals = 0; decimals < 8; decimals += 1) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 && Math.round(scaled) > 0) return decimals;
  }
  return 8;
}

/** Leaves out the light labels that would have to move away from their own line. */
export function uncrowded(labels: Label[], height: number): Label[] {
  const kept: Label[] = [];
  for (const label of [...labels].sort((a, b) => b.weight - a.weight)) {
    const crowded = kept.some((other) => Math.abs(other.y - label.y) < height);
    if (!crowded || label.weight > 1) kept.push(label);
  }
  return kept;
}

/** A label whole where there is room for it, else its figure, which is its last word. */
export function fitting(text: string, fits: (text: string) => boolean): string {
  return fits(text) ? text : text.slice(text.lastIndexOf(" ") + 1);
}
