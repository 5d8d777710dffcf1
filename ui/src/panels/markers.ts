import type { Palette } from "../theme/palette";
import type { Marker, Series } from "../wire";

export type Shape = "up" | "down" | "dot" | "cross" | "diamond";

/** How a kind of marker looks: a shape that says it without its colour. */
export interface Look {
  shape: Shape;
  colour: string;
}

export function lookOf(kind: string, palette: Palette): Look {
  switch (kind) {
    case "buy":
    case "up":
      return { shape: "up", colour: palette.up };
    case "sell":
    case "down":
      return { shape: "down", colour: palette.down };
    case "stop":
      return { shape: "cross", colour: palette.fault };
    case "close":
      return { shape: "dot", colour: palette.inkStrong };
    default:
      return { shape: "diamond", colour: palette.accent };
  }
}

/** Index of the newest place at or before x; -1 where all are later. */
export function placeAt(xs: number[], x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Height of a line at a moment: its figure there, else the newest before it. */
export function heightAt(xs: number[], values: Series, x: number): number | null {
  for (let i = placeAt(xs, x); i >= 0; i -= 1) {
    const value = values[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** What happened, by the index of the row it stands in: the newest at or before it. */
export function textsByRow(xs: number[], markers: Marker[]): Map<number, string> {
  const texts = new Map<number, string>();
  for (const marker of markers) {
    const at = Math.max(0, placeAt(xs, marker.x));
    const before = texts.get(at);
    texts.set(at, before === undefined ? marker.text : `${before}; ${marker.text}`);
  }
  return texts;
}

/** Draws the shape of a marker around a point. */
export function drawShape(
  ctx: CanvasRenderingContext2D,
  { shape, colour }: Look,
  x: number,
  y: number,
  size: number,
): void {
  ctx.beginPath();
  if (shape === "cross") {
    ctx.moveTo(x - size, y - size);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x + size, y - size);
    ctx.lineTo(x - size, y + size);
    ctx.strokeStyle = colour;
    ctx.lineWidth = size * 0.55;
    ctx.stroke();
    return;
  }
  if (shape === "dot") ctx.arc(x, y, size * 0.8, 0, 2 * Math.PI);
  else {
    const tip = shape === "down" ? size : -size;
    ctx.moveTo(x, y + tip);
    ctx.lineTo(x + size, y - (shape === "diamond" ? 0 : tip));
    if (shape === "diamond") ctx.lineTo(x, y - tip);
    ctx.lineTo(x - size, y - (shape === "diamond" ? 0 : tip));
    ctx.closePath();
  }
  ctx.fillStyle = colour;
  ctx.fill();
}
