import { memo, useMemo } from "react";
import { dateTime, zoneName } from "../format/time";
import { useZone } from "../format/zone";
import { newestFirst } from "../stream/apply";
import type { Row, RowsPayload } from "../wire";

/** Lines of text, newest first. */
export function LogPanel({ payload }: { payload: RowsPayload }) {
  const rows = useMemo(() => newestFirst(payload).rows, [payload]);
  const zone = useZone();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="log" tabIndex={0}>
      <p className="log__zone">Times in {zoneName(zone)}</p>
      <ol>
        {rows.map((row) => (
          <LogLine key={row.id} row={row} />
        ))}
      </ol>
    </section>
  );
}

const LogLine = memo(function LogLine({ row }: { row: Row }) {
  const zone = useZone();
  const at = typeof row.ts === "number" ? row.ts : null;
  return (
    <li className={`tone-${String(row.tone ?? "plain")}`}>
      {at !== null && (
        <time dateTime={new Date(at).toISOString()} title={zoneName(zone, at)}>
          {dateTime(at, zone)}
        </time>
      )}
      <span>{String(row.text ?? "")}</span>
    </li>
  );
});
