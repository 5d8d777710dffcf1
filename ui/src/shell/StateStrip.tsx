import { Popover } from "@mantine/core";
import { useState } from "react";
import { ABSENT, bytes, rate, write } from "../format/figures";
import { clockTime, dateTime, zoneName } from "../format/time";
import { useZone } from "../format/zone";
import { useConnection } from "../stream/hooks";
import type { Replay, StatusPayload } from "../wire";

const MODES: Record<string, string> = { live: "LIVE", demo: "DEMO", replay: "REPLAY" };

function count(value: number): string {
  return write(value, { format: "count" });
}

function milliseconds(value: number | null): string {
  return value === null ? ABSENT : `${write(value, { format: "count" })} ms`;
}

/** The state of the deck in one line; pressing it tells the rest. */
export function StateStrip({ status }: { status: StatusPayload | null }) {
  const [open, setOpen] = useState(false);
  const { phase } = useConnection();
  const down = phase === "waiting" || phase === "refused";
  if (status === null) {
    return <div className="strip strip--waiting">{down ? "No connection" : "Connecting"}</div>;
  }
  const all = status.feeds_live === status.feeds_total && status.feeds_total > 0;
  const healthy = !down && (all || status.replay !== null);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      shadow="md"
      returnFocus
      trapFocus
    >
      <Popover.Target>
        <button
          type="button"
          className="strip"
          aria-expanded={open}
          title="State of the deck"
          onClick={() => setOpen(!open)}
        >
          <span className={`badge badge--${status.mode}`}>{MODES[status.mode] ?? status.mode}</span>
          <span className={`strip__feeds ${healthy ? "tone-good" : "tone-warn"}`}>
            <i aria-hidden="true" />
            <span>{feedsOf(status, down)}</span>
          </span>
          {status.replay && !status.replay.done && (
            <Part name="speed" value={speedOf(status.replay)} />
          )}
          <Part name="msg/s" value={down ? ABSENT : rate(status.messages_per_s)} />
          <Part name="lag" value={down ? ABSENT : milliseconds(status.lag_ms)} />
          <Part name="gaps" value={count(status.gaps_open)} warn={status.gaps_open > 0} />
        </button>
      </Popover.Target>
      <Popover.Dropdown className="states" aria-label="State of the deck">
        <States status={status} />
      </Popover.Dropdown>
    </Popover>
  );
}

function feedsOf(status: StatusPayload, down: boolean): string {
  if (down) return "no connection";
  if (status.replay) return status.replay.done ? "recording ended" : "playing";
  if (!status.capturing) return "stopped";
  return `${status.feeds_live}/${status.feeds_total} feeds`;
}

function speedOf(replay: Replay): string {
  return replay.speed === "max" ? "max" : `${replay.speed}×`;
}

function Part({ name, value, warn = false }: { name: string; value: string; warn?: boolean }) {
  return (
    <span className="strip__part">
      <span className="strip__name">{name}</span>
      <b className={warn ? "tone-warn" : undefined}>{value}</b>
    </span>
  );
}

// Of a recording that is played nothing is captured or written.
function capturing(status: StatusPayload): [string, string][] {
  return [
    ["Capture", status.capturing ? "running" : "stopped"],
    ["Feeds live", `${status.feeds_live} of ${status.feeds_total}`],
    ["Tape", `${status.tape_state}, ${bytes(status.tape_bytes)}`],
  ];
}

function States({ status }: { status: StatusPayload }) {
  const zone = useZone();
  const rows: [string, string][] = [
    ["Mode", MODES[status.mode] ?? status.mode],
    ...(status.replay ? [] : capturing(status)),
    ["Messages", `${rate(status.messages_per_s)}/s`],
    ["Lag, venue to deck", milliseconds(status.lag_ms)],
    ["Clock skew", milliseconds(status.skew_ms)],
    ["Gaps open", count(status.gaps_open)],
    ["Dropped by a full queue", count(status.dropped)],
    ["Symbols", count(status.symbols.length)],
    ["Deck's clock", `${clockTime(status.clock_ms, zone)} ${zoneName(zone, status.clock_ms)}`],
  ];
  if (status.replay) {
    const position = status.replay.position_ms;
    const at = position === null ? "before the first event" : dateTime(position, zone);
    rows.push([
      "Replay",
      `${at}, speed ${status.replay.speed}${status.replay.done ? ", ended" : ""}`,
    ]);
  }
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
