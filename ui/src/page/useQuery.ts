import { useCallback, useEffect, useState } from "react";
import { ApiError, ask as askFor } from "../api";
import type { View } from "../stream/entry";
import type { Payload } from "../wire";

const EVERY = 30_000;

function codeOf(fault: unknown): string {
  if (!(fault instanceof ApiError)) return "internal";
  if (fault.status === 404) return "no-data";
  return fault.code === "bad-input" ? "bad-input" : "internal";
}

/** The payload of a panel that is only asked for, asked again every half minute; "" asks nothing. */
export function useQuery(path: string): [View | null, () => void] {
  const [view, setView] = useState<View | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn asks again
  useEffect(() => {
    if (path === "") return;
    let left = false;
    const ask = () =>
      askFor<Payload>(path).then(
        (payload) => {
          const now = Date.now();
          if (!left) setView({ payload, error: null, ts: now, receivedAt: now });
        },
        (fault: unknown) => {
          const code = codeOf(fault);
          const message = fault instanceof Error ? fault.message : String(fault);
          const error = { code, message };
          const none = { payload: null, ts: 0, receivedAt: 0 };
          if (!left) setView((old) => ({ ...(old ?? none), error }));
        },
      );
    setView(null);
    void ask();
    const timer = setInterval(() => {
      if (!document.hidden) void ask();
    }, EVERY);
    return () => {
      left = true;
      clearInterval(timer);
    };
  }, [path, turn]);
  return [path === "" ? null : view, useCallback(() => setTurn((old) => old + 1), [])];
}
