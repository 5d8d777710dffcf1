import { useEffect, useRef, useState } from "react";
import { age } from "../format/figures";
import { tell } from "../notices";
import type { Connection, StreamClient } from "../stream/client";

/**
 * Says how long the line was down once it stands again, tries at once when the machine has a network
 * again, and tells whether the deck is another version than the one this page came from.
 */
export function useRecovery(connection: Connection, client: StreamClient): { outdated: boolean } {
  const { phase, version } = connection;
  const lostAt = useRef<number | null>(null);
  const [first, setFirst] = useState(version);

  useEffect(() => {
    if (phase === "waiting") lostAt.current ??= Date.now();
    if (phase !== "open" || lostAt.current === null) return;
    const lost = Date.now() - lostAt.current;
    lostAt.current = null;
    tell("connection", "good", `Connected again after ${age(lost / 1000)}. Figures are current.`);
  }, [phase]);

  useEffect(() => {
    if (first === "" && version !== "") setFirst(version);
  }, [first, version]);

  useEffect(() => {
    const retry = () => client.retryNow();
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [client]);

  return { outdated: first !== "" && version !== "" && version !== first };
}
