import { write } from "../format/figures";
import type { Palette } from "../theme/palette";
import type { CandlesPayload, ChartLine } from "../wire";
import { coloursOf, OVER } from "./candleChart";

interface Properties {
  payload: CandlesPayload;
  /** Where each pane begins. [px] */
  tops: number[];
  /** Place of the candle that is spoken of. */
  at: number | null;
  palette: Palette;
  /** Of the panes below, instead of the lines over the candles. */
  below?: boolean;
}

/** What each line is called, and its figure at the cursor or at the newest bar. */
export function CandleLegends({ payload, tops, at, palette, below = false }: Properties) {
  if (!below) {
    const lines = payload.overlays ?? [];
    return <Legend lines={lines} payload={payload} at={at} palette={palette} first={OVER} />;
  }
  return (payload.panes ?? []).map((pane, i) => {
    const top = tops[i + 1];
    if (top === undefined) return null;
    return (
      <div key={pane.id} className="chart__over" style={{ top: top + 2 }}>
        <Legend
          title={pane.lines.length > 1 ? pane.title : ""}
          unit={pane.unit === "currency" ? "" : (pane.unit ?? "")}
          lines={pane.lines}
          payload={payload}
          at={at}
          palette={palette}
        />
      </div>
    );
  });
}

interface LegendProperties {
  title?: string;
  unit?: string;
  lines: ChartLine[];
  payload: CandlesPayload;
  at: number | null;
  palette: Palette;
  first?: number;
}

function Legend({
  title = "",
  unit = "",
  lines,
  payload,
  at,
  palette,
  first = 0,
}: LegendProperties) {
  const colours = coloursOf(lines, palette, first);
  return (
    <ul className="chart__lines" aria-hidden="true">
      {title !== "" && <li>{title}</li>}
      {lines.map((line, i) => {
        const value = at === null ? null : payload.series?.[line.id]?.[at];
        const decimals = line.decimals ?? payload.decimals;
        return (
          <li key={line.id} data-mark={line.mark ?? "line"}>
            <i style={{ background: colours[i] }} />
            {line.title} <b>{write(value ?? null, { format: "price", decimals })}</b>
          </li>
        );
      })}
      {unit !== "" && <li>{unit}</li>}
    </ul>
  );
}
