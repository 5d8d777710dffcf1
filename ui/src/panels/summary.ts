import { write } from "../format/figures";
import { clockTime, type Zone, zoneName } from "../format/time";
import type { CandlesPayload, Column, LinesPayload, Marker, Panel, Series } from "../wire";

function figures(values: Series): number[] {
  return values.filter((value): value is number => value !== null && !Number.isNaN(value));
}

function span(x: number[], zone: Zone): string {
  const first = x[0];
  const last = x[x.length - 1];
  if (first === undefined || last === undefined) return "no points";
  const name = zoneName(zone, last);
  return `${x.length} points, ${clockTime(first, zone)} to ${clockTime(last, zone)} ${name}`;
}

function events(markers: Marker[] | undefined): string {
  const count = markers?.length ?? 0;
  return count === 0 ? "" : ` ${count} ${count === 1 ? "event" : "events"}; the table names them.`;
}

/** What a chart of lines says, in words. */
export function linesSummary(panel: Panel, payload: LinesPayload, zone: Zone): string {
  const said = Object.keys(payload.lines).map((id) => {
    const column = panel.columns?.find((one) => one.id === id) ?? ({ id, title: id } as Column);
    const values = figures(payload.lines[id] as Series);
    if (values.length === 0) return `${column.title}: nothing`;
    const last = write(values[values.length - 1], column);
    const low = write(Math.min(...values), column);
    return `${column.title}: last ${last}, lowest ${low}, highest ${write(Math.max(...values), column)}`;
  });
  return `${panel.title}: ${span(payload.x, zone)}. ${said.join("; ")}.${events(payload.markers)}`;
}

/** What a chart of candles says, in words. */
export function candlesSummary(panel: Panel, payload: CandlesPayload, zone: Zone): string {
  const style = { format: "price" as const, decimals: payload.decimals };
  const closes = figures(payload.close);
  const lows = figures(payload.low);
  const highs = figures(payload.high);
  if (closes.length === 0) return `${panel.title}: no bars.`;
  const last = write(closes[closes.length - 1], style);
  const low = write(Math.min(...lows), style);
  const high = write(Math.max(...highs), style);
  const prices = `Last close ${last}, low ${low}, high ${high}.`;
  return `${panel.title}: ${span(payload.x, zone)}. ${prices}${events(payload.markers)}`;
}
