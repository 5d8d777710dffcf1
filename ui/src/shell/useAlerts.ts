import { useEffect, useMemo, useRef } from "react";
import { type Tone, toast } from "../notices";
import { newestFirst } from "../stream/apply";
import { usePayload } from "../stream/hooks";
import type { Row, RowsPayload } from "../wire";
import { claim } from "./told";

const TONES: Record<string, Tone> = { good: "good", plain: "info", bad: "fault", error: "fault" };
const NONE: Row[] = [];
const MOST = 3;

export function toneOf(row: Row): Tone {
  return TONES[String(row.tone)] ?? "warn";
}

/** Fired alerts, newest first; each new one is told once, whatever tabs and reloads there are. */
export function useAlerts(): Row[] {
  const payload = usePayload<RowsPayload>("alerts.fired");
  const rows = useMemo(() => (payload === null ? NONE : newestFirst(payload).rows), [payload]);
  const arrived = payload !== null;
  const seen = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!arrived) return;
    // What had fired before this page was opened is in the history.
    const before = seen.current;
    seen.current = new Set(rows.map((row) => row.id));
    if (before === null) return;
    const fresh = rows.filter((row) => !before.has(row.id) && row.muted !== true);
    if (fresh.length === 0) return;
    void claim(fresh.map((row) => row.id)).then((mine) => {
      const told = fresh.filter((row) => mine.includes(row.id));
      for (const row of told.slice(0, MOST)) toast(`alert.${row.id}`, toneOf(row), wordsOf(row));
      const rest = told.length - MOST;
      if (rest > 0) toast("alert.more", "warn", `${rest} more alerts: see the bell.`);
    });
  }, [rows, arrived]);
  return rows;
}

/** An alert in one sentence, with the name of its rule where the sentence does not have it. */
export function wordsOf(row: Row): string {
  const [rule, text] = [String(row.rule ?? ""), String(row.text ?? "")];
  return rule === "" || text.includes(rule) ? text : `${rule}: ${text}`;
}
