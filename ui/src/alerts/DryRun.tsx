import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { send } from "../api";
import { duration } from "../format/figures";
import { fullTime, zoneName } from "../format/time";
import { useZone } from "../format/zone";
import { wordsOf } from "../page/act";
import type { Control } from "../wire";

interface Fired {
  ts: number;
  message?: string;
  text?: string;
}

interface Answer {
  message?: string;
  count?: number;
  times?: Fired[];
  fired?: Fired[];
  /** How long each figure was unknown. [s] */
  unknown_s?: Record<string, number>;
}

interface Properties {
  text: string;
  /** False while the text is no rule. */
  ready: boolean;
  spec: Control | undefined;
}

const SPANS: Control = {
  id: "since",
  title: "Test on the last",
  type: "choice",
  default: "1h",
  options: ["1h", "24h"],
};
const MOST = 100;

/** When a rule would have fired on what is recorded. */
export function DryRun({ text, ready, spec = SPANS }: Properties) {
  const [since, setSince] = useState(spec.default);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [answer, setAnswer] = useState<(Answer & { of: string }) | null>(null);
  const zone = useZone();
  const run = async () => {
    setBusy(true);
    setFault("");
    try {
      const found = await send<Answer>("POST", "/api/v1/alerts/test", { text, since });
      setAnswer({ ...found, of: text });
    } catch (error) {
      setAnswer(null);
      setFault(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  const times = answer?.times ?? answer?.fired ?? [];
  return (
    <div className="dry-run">
      <div className="dry-run__head controls">
        <button
          type="button"
          className="button"
          disabled={!ready || busy}
          aria-busy={busy}
          onClick={() => void run()}
        >
          {busy && <span className="spinner" aria-hidden="true" />}
          {spec.title}
        </button>
        <SegmentedControl
          size="xs"
          aria-label={spec.title}
          data={spec.options ?? []}
          value={since}
          onChange={setSince}
          transitionDuration={0}
        />
      </div>
      <div role="status">
        {fault !== "" && <p className="field__fault">{fault}</p>}
        {answer !== null && (
          <p className={answer.of === text ? "dry-run__said" : "dry-run__said dry-run__said--old"}>
            {answer.message ?? `Would have fired ${answer.count ?? times.length} times`}
            {answer.of !== text && " (an earlier text)"}
          </p>
        )}
        {Object.entries(answer?.unknown_s ?? {})
          .filter(([, seconds]) => seconds > 0)
          .map(([figure, seconds]) => (
            <p key={figure} className="field__hint">
              {`${figure} was unknown for ${duration(seconds)}`}
            </p>
          ))}
      </div>
      {times.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <ol className="dry-run__times" aria-label={`Times in ${zoneName(zone)}`} tabIndex={0}>
          {times.slice(0, MOST).map((one) => (
            <li key={one.ts}>
              <time dateTime={new Date(one.ts).toISOString()}>{fullTime(one.ts, zone)}</time>
              <span>{one.message ?? one.text}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
