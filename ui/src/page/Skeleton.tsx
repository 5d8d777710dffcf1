import type { PanelKind } from "../wire";

const BARS = [62, 80, 48, 70, 90, 56, 74, 66, 84, 52, 76, 60];

const CELLS = Array.from({ length: 40 }, (_, cell) => cell);

/** The shape of what is coming, while it is coming. */
export function Skeleton({ kind }: { kind: PanelKind }) {
  if (kind === "kpi") {
    return (
      <div className="skeleton skeleton--kpi" aria-hidden="true">
        {[0, 1, 2, 3].map((i) => (
          <div key={i}>
            <i style={{ width: "45%" }} />
            <b style={{ width: "70%" }} />
            <i style={{ width: "60%" }} />
          </div>
        ))}
      </div>
    );
  }
  if (kind === "surface") {
    return (
      <div className="skeleton skeleton--surface" aria-hidden="true">
        {CELLS.map((cell) => (
          <i key={cell} />
        ))}
      </div>
    );
  }
  if (kind === "table") {
    return (
      <div className="skeleton skeleton--table" aria-hidden="true">
        {CELLS.map((cell) => (
          <i key={cell} style={{ width: `${BARS[cell % BARS.length]}%` }} />
        ))}
      </div>
    );
  }
  if (kind === "stream-lines" || kind === "candles" || kind === "curve") {
    return (
      <div className="skeleton skeleton--chart" aria-hidden="true">
        {BARS.map((height) => (
          <i key={height} style={{ height: `${height}%` }} />
        ))}
      </div>
    );
  }
  return (
    <div className="skeleton skeleton--rows" aria-hidden="true">
      {BARS.slice(0, 6).map((width) => (
        <i key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
