import { age } from "../format/figures";
import type { StateWord } from "../wire";

const TONES: Record<string, string> = {
  live: "good",
  realtime: "good",
  repaired: "good",
  writing: "good",
  ok: "good",
  sent: "good",
  done: "good",
  delayed: "warn",
  indicative: "warn",
  partial: "warn",
  connecting: "warn",
  subscribed: "warn",
  degraded: "warn",
  backoff: "warn",
  open: "warn",
  true: "warn",
  holding: "warn",
  waiting: "warn",
  new: "warn",
  computing: "warn",
  running: "warn",
  unknown: "stale",
  stale: "stale",
  "no connection": "stale",
  replay: "replay",
  demo: "demo",
  simulated: "demo",
  error: "fault",
  failed: "fault",
  lost: "fault",
};

/** A state in one word with the colour of `like`; the word carries the meaning. */
export function StateWordChip({ word, like = word }: { word: string; like?: string }) {
  return (
    <span className={`chip chip--${TONES[like.toLowerCase()] ?? "plain"}`}>
      <i aria-hidden="true" />
      {word}
    </span>
  );
}

interface Properties {
  word: StateWord | "paused" | "no connection";
  seconds: number | null;
  source: string;
}

/** State, age and source of a panel. */
export function StateChip({ word, seconds, source }: Properties) {
  const quiet = [seconds === null ? "" : age(seconds), source].filter((part) => part !== "");
  return (
    <span className="panel__state">
      <StateWordChip word={word} />
      {quiet.map((part, i) => (
        <span
          className={i === quiet.length - 1 && source ? "panel__source" : "panel__age"}
          key={part}
        >
          {part}
        </span>
      ))}
    </span>
  );
}
