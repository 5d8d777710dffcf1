import { memo } from "react";
import type { Column, Panel, Row, RowsPayload } from "../wire";
import { FigureText } from "./FigureText";

/** A ruled list: label, value, plain verdict. */
export function StatsPanel({ panel, payload }: { panel: Panel; payload: RowsPayload }) {
  const styles = new Map((panel.columns ?? []).map((column) => [column.id, column]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="stats" tabIndex={0}>
      <dl>
        {payload.rows.map((row) => (
          <Stat key={row.id} row={row} column={styles.get(row.id)} />
        ))}
      </dl>
    </section>
  );
}

interface Properties {
  row: Row;
  column: Column | undefined;
}

const Stat = memo(function Stat({ row, column }: Properties) {
  const own = { unit: typeof row.unit === "string" ? row.unit : "", decimals: ownDecimals(row) };
  const style = column ?? { format: "number" as const, ...own };
  const title = column?.title ?? (typeof row.title === "string" ? row.title : row.id);
  return (
    <div className="stat">
      <dt title={column?.help || undefined}>{title}</dt>
      <dd className="stat__value">
        <FigureText value={row.value} style={style} row={row} />
      </dd>
      <dd className={`stat__verdict tone-${String(row.tone ?? "plain")}`}>
        {typeof row.verdict === "string" ? row.verdict : ""}
      </dd>
    </div>
  );
});

function ownDecimals(row: Row): number | null {
  return typeof row.decimals === "number" ? row.decimals : null;
}
