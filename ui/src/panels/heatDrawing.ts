import { write } from "../format/figures";
import type { Palette } from "../theme/palette";
import type { Column, Series } from "../wire";
import { isLight, labelled, type Scale } from "./heat";
import type { Grid } from "./heatGrid";
import type { Size } from "./size";

/** Where the cells stand on the canvas. [px] */
export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Scene {
  grid: Grid;
  layer: Series[];
  column: Column;
  scale: Scale | null;
  palette: Palette;
}

const TOP = 6;
const LINE = 15;
const MOST_NAME = 116;
const SCALE_ROOM = 84;
const SHORT_UNIT = 3;
const AXIS_ROOM = 32;
// A cell of less room does not hold its own figure.
const FIGURE_WIDTH = 38;
const FIGURE_HEIGHT = 17;

/** Draws cells, names and colours; returns where the cells stand. */
export function drawHeat(ctx: CanvasRenderingContext2D, size: Size, scene: Scene): Plot {
  ctx.font = `11px ${scene.palette.font}`;
  ctx.textBaseline = "middle";
  const plot = plotOf(ctx, size, scene.grid);
  drawCells(ctx, plot, scene);
  drawRows(ctx, plot, scene);
  drawColumns(ctx, plot, scene);
  drawScale(ctx, plot, scene);
  return plot;
}

function longest(ctx: CanvasRenderingContext2D, count: number, name: (i: number) => string) {
  let most = 0;
  for (let i = 0; i < count; i += 1) most = Math.max(most, ctx.measureText(name(i)).width);
  return Math.min(Math.ceil(most), MOST_NAME);
}

function plotOf(ctx: CanvasRenderingContext2D, size: Size, grid: Grid): Plot {
  const left = grid.named ? longest(ctx, grid.rows, grid.row) + 18 : MOST_NAME;
  const below = grid.named ? longest(ctx, grid.columns, grid.column) + 12 : AXIS_ROOM;
  return {
    left,
    top: TOP,
    width: Math.max(1, size.width - left - SCALE_ROOM),
    height: Math.max(1, size.height - TOP - below),
  };
}

// Rows of numbers ascend, those of names are read from the top.
function placeOf(grid: Grid, i: number): number {
  return grid.named ? i : grid.rows - 1 - i;
}

function drawCells(ctx: CanvasRenderingContext2D, plot: Plot, scene: Scene): void {
  const { layer, scale, grid } = scene;
  if (scale === null) return;
  const { left, top, width, height } = plot;
  const [across, down] = [width / grid.columns, height / grid.rows];
  const roomy = grid.named && across >= FIGURE_WIDTH && down >= FIGURE_HEIGHT;
  ctx.textAlign = "center";
  layer.forEach((row, i) => {
    const from = Math.floor(top + placeOf(grid, i) * down);
    const to = Math.floor(top + (placeOf(grid, i) + 1) * down);
    row.forEach((value, j) => {
      if (typeof value !== "number") return;
      const begin = Math.floor(left + j * across);
      const end = Math.floor(left + (j + 1) * across);
      const colour = scale.colour((value - scale.low) / (scale.high - scale.low));
      ctx.fillStyle = colour;
      ctx.fillRect(begin, from, end - begin, to - from);
      if (!roomy) return;
      ctx.fillStyle = isLight(colour) ? "#10161c" : "#f2f5f8";
      ctx.fillText(write(value, { ...scene.column, unit: "" }), (begin + end) / 2, (from + to) / 2);
    });
  });
}

function drawRows(ctx: CanvasRenderingContext2D, plot: Plot, { grid, palette }: Scene): void {
  ctx.fillStyle = palette.muted;
  ctx.textAlign = "right";
  const room = MOST_NAME - 6;
  for (const i of labelled(grid.rows, plot.height, LINE)) {
    const at = plot.top + ((placeOf(grid, i) + 0.5) * plot.height) / grid.rows;
    ctx.fillText(grid.row(i), plot.left - 6, at, room);
  }
}

function drawColumns(ctx: CanvasRenderingContext2D, plot: Plot, { grid, palette }: Scene): void {
  const { left, top, width, height } = plot;
  const middle = (j: number) => left + ((j + 0.5) * width) / grid.columns;
  ctx.fillStyle = palette.muted;
  if (!grid.named) {
    ctx.textAlign = "center";
    for (const j of labelled(grid.columns, width, 58)) {
      ctx.fillText(grid.column(j), middle(j), top + height + 10);
    }
    ctx.fillText(grid.title, left + width / 2, top + height + 23);
    return;
  }
  ctx.textAlign = "right";
  for (const j of labelled(grid.columns, width, LINE)) {
    ctx.save();
    ctx.translate(middle(j), top + height + 6);
    ctx.rotate(-Math.PI / 2);
    ctx.fillText(grid.column(j), 0, 0, MOST_NAME - 6);
    ctx.restore();
  }
}

function drawScale(ctx: CanvasRenderingContext2D, plot: Plot, scene: Scene): void {
  const { scale, column, palette } = scene;
  if (scale === null) return;
  const { left, top, width, height } = plot;
  const begin = left + width + 14;
  for (let i = 0; i < height; i += 1) {
    ctx.fillStyle = scale.colour(1 - i / height);
    ctx.fillRect(begin, top + i, 10, 1);
  }
  ctx.fillStyle = palette.muted;
  ctx.textAlign = "left";
  // A long unit does not fit; who points at a cell is told it.
  const unit = (column.unit ?? "").length > SHORT_UNIT ? "" : column.unit;
  const text = (value: number) => write(value, { ...column, unit });
  ctx.fillText(text(scale.high), begin + 15, top + 6);
  ctx.fillText(text((scale.low + scale.high) / 2), begin + 15, top + height / 2);
  ctx.fillText(text(scale.low), begin + 15, top + height - 6);
}

/** Row and column of the cell at a point of the canvas. */
export function cellAt(plot: Plot, grid: Grid, x: number, y: number): [number, number] | null {
  const j = Math.floor(((x - plot.left) / plot.width) * grid.columns);
  const place = Math.floor(((y - plot.top) / plot.height) * grid.rows);
  const i = placeOf(grid, place);
  const inside = i >= 0 && i < grid.rows && j >= 0 && j < grid.columns;
  return inside ? [i, j] : null;
}
