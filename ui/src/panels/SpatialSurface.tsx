import Plotly from "plotly.js-gl3d-dist-min";
import { useEffect, useRef } from "react";
import { type Palette, usePalette } from "../theme/palette";
import type { Column } from "../wire";
import { tenorsBetween } from "./curve";
import type { LayerProperties } from "./HeatMap";
import { scaleOf, stepsOf } from "./heat";
import { useSize } from "./size";

const SHOWN = new Set([7, 30, 91, 365, 1095, 3652]);
const TENORS = [...tenorsBetween(1, 20_000)].filter(([days]) => SHOWN.has(days));
const TICKS = {
  tickvals: TENORS.map(([days]) => days),
  ticktext: TENORS.map(([, name]) => name),
};
// Drawing a surface stalls the page for a moment where there is no graphics card.
const REDRAW_MS = 10_000;

/** The figures of a heat map in three dimensions; loaded when somebody asks for it. */
export default function SpatialSurface({ panel, payload, column, layer }: LayerProperties) {
  const holder = useRef<HTMLDivElement>(null);
  const drawnAt = useRef(0);
  const { x, y } = payload;
  const size = useSize(holder);
  const palette = usePalette();

  useEffect(() => {
    const element = holder.current;
    if (element === null || size.width === 0) return;
    const wait = Math.max(0, REDRAW_MS - (performance.now() - drawnAt.current));
    const draw = () => {
      drawnAt.current = performance.now();
      const scale = scaleOf(layer, column, palette);
      const { low, high } = scale ?? { low: 0, high: 1 };
      const trace = {
        type: "surface" as const,
        x,
        y,
        z: layer.map((row) =>
          row.map((v) => (v == null ? null : Math.min(Math.max(v, low), high))),
        ),
        cmin: low,
        cmax: high,
        colorscale: scale === null ? [] : stepsOf(scale),
        showscale: false,
        hovertemplate: hoverOf(panel.axes ?? [], column),
      };
      void Plotly.react(element, [trace], layoutOf(panel.axes ?? [], column, palette, size), {
        displayModeBar: false,
      });
    };
    const timer = setTimeout(draw, drawnAt.current === 0 ? 0 : wait);
    return () => clearTimeout(timer);
  }, [x, y, layer, column, panel, palette, size]);

  useEffect(() => {
    const element = holder.current;
    return () => {
      if (element !== null) Plotly.purge(element);
    };
  }, []);

  const words = `${panel.title} in three dimensions; the heat map says the same.`;
  return <div ref={holder} className="surface__spatial" role="img" aria-label={words} />;
}

function hoverOf([x, y]: Column[], column: Column): string {
  const z = column.format === "percent" ? "%{z:.3%}" : "%{z:,}";
  return `${x?.title} %{x:,} · ${y?.title} %{y} · ${column.title} ${z}<extra></extra>`;
}

function layoutOf(
  axes: Column[],
  column: Column,
  palette: Palette,
  size: { width: number; height: number },
) {
  const axis = (of: Column | undefined, more = {}) => ({
    title: { text: of?.unit ? `${of.title} [${of.unit}]` : (of?.title ?? "") },
    color: palette.muted,
    gridcolor: palette.lineStrong,
    showbackground: false,
    zeroline: false,
    ...more,
  });
  const spread = (of: Column | undefined) => {
    const tenors = of?.mark === "tenor" ? TICKS : {};
    return { type: of?.mark === "log" || of?.mark === "tenor" ? "log" : "linear", ...tenors };
  };
  const figures = column.format === "percent" ? { tickformat: ".2%" } : {};
  return {
    ...size,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    paper_bgcolor: palette.panel,
    font: { family: palette.font, size: 11, color: palette.muted },
    // The view somebody turned it to stays when the figures change.
    uirevision: "kept",
    scene: {
      xaxis: axis(axes[0]),
      yaxis: axis(axes[1], spread(axes[1])),
      zaxis: axis(column, figures),
      camera: { eye: { x: -1.5, y: -1.6, z: 0.8 }, center: { x: 0, y: 0, z: -0.15 } },
      aspectmode: "manual",
      aspectratio: { x: 1.3, y: 1.1, z: 0.7 },
    },
  };
}
