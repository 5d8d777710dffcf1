import { useEffect, useRef } from "react";
import { tell } from "../notices";
import type { StatusPayload } from "../wire";

/** Says once what changed for the worse (or the better) between two states of the deck. */
export function useStatusNotices(status: StatusPayload | null): void {
  const before = useRef<StatusPayload | null>(null);
  useEffect(() => {
    const old = before.current;
    before.current = status;
    if (old === null || status === null) return;
    const captures = status.capturing && old.capturing && status.replay === null;
    if (captures && status.feeds_live !== old.feeds_live) {
      const fewer = status.feeds_live < old.feeds_live;
      const text = `${status.feeds_live} of ${status.feeds_total} feeds live.`;
      tell("feeds", fewer ? "warn" : "good", text);
    }
    if (status.gaps_open > old.gaps_open) {
      tell(
        "gaps",
        "warn",
        `A gap opened: ${status.gaps_open} now. Repair from the venue is tried.`,
      );
    }
    if (status.dropped > old.dropped) {
      tell("dropped", "fault", `The queue was full: ${status.dropped} events dropped so far.`);
    }
    if (status.tape_state !== old.tape_state) {
      const failed = /full|fail|error|read-only/.test(status.tape_state);
      if (failed) tell("tape", "fault", `The tape does not write: ${status.tape_state}.`);
    }
    if (status.replay?.done && !old.replay?.done)
      tell("replay", "info", "The recording has ended.");
  }, [status]);
}
