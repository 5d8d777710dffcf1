import { useEffect, useMemo, useRef } from "react";
import { ABSENT, write } from "../format/figures";
import { usePalette } from "../theme/palette";
import type { Column, Panel, Series, SurfacePayload } from "../wire";
import { scaleOf } from "./heat";
import { cellAt, drawHeat, type Plot } from "./heatDrawing";
import { gridOf } from "./heatGrid";
import { useSize } from "./size";

export interface LayerProperties {
  panel: Panel;
  payload: SurfacePayload;
  column: Column;
  layer: Series[];
}

const NOWHERE: Plot = { left: 0, top: 0, width: 0, height: 0 };

/** One layer of figures as colours, over two numbers or two lists of names. */
export function HeatMap({ panel, payload, column, layer }: LayerProperties) {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const readout = useRef<HTMLDivElement>(null);
  const plot = useRef(NOWHERE);
  const size = useSize(holder);
  const palette = usePalette();
  const scale = useMemo(() => scaleOf(layer, column, palette), [layer, column, palette]);
  const { x, y, names, columns } = payload;
  const grid = useMemo(
    () => gridOf(panel.axes ?? [], { x, y, names, columns }),
    [panel, x, y, names, columns],
  );

  useEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext("2d");
    if (!element || !ctx || size.width === 0) return;
    element.width = size.width * devicePixelRatio;
    element.height = size.height * devicePixelRatio;
    ctx.scale(devicePixelRatio, devicePixelRatio);
    plot.current = drawHeat(ctx, size, { grid, layer, column, scale, palette });
  }, [layer, grid, column, palette, size, scale]);

  const point = (event: React.PointerEvent) => {
    const box = readout.current;
    if (box === null) return;
    const { offsetX, offsetY } = event.nativeEvent;
    const found = cellAt(plot.current, grid, offsetX, offsetY);
    box.hidden = found === null;
    if (found === null) return;
    const [i, j] = found;
    const value = layer[i]?.[j];
    const figure = typeof value === "number" ? write(value, column) : ABSENT;
    box.textContent = `${grid.row(i)} · ${grid.pointed(j)} · ${column.title} ${figure}`;
  };

  const [low, high] = [write(scale?.low, column), write(scale?.high, column)];
  const words = `${panel.title}: ${column.title}, ${y.length} by ${x.length}, from ${low} to ${high}.`;
  return (
    <div ref={holder} className="surface__heat">
      <canvas
        ref={canvas}
        role="img"
        aria-label={words}
        style={{ width: size.width, height: size.height }}
        onPointerMove={point}
        onPointerLeave={() => {
          if (readout.current !== null) readout.current.hidden = true;
        }}
      />
      <div ref={readout} className="chart__readout" hidden />
    </div>
  );
}
