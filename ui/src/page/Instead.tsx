import { useRef } from "react";
import { age } from "../format/figures";
import { useNow } from "../format/seconds";
import { Words } from "../panels/Markdown";
import { inlineOf } from "../panels/prose";
import { CaptureButton } from "../shell/Header";
import { Icon } from "../shell/icons";
import { usePayload } from "../stream/hooks";
import type { Panel, PanelKind, StatusPayload } from "../wire";
import { Skeleton } from "./Skeleton";
import type { Standing } from "./state";

interface InsteadProperties {
  panel: Panel;
  standing: Standing;
  retry(): void;
}

const ICONS: Partial<Record<PanelKind, string>> = {
  kpi: "dashboard",
  "stream-lines": "pairs",
  candles: "market",
  table: "table",
  stats: "table",
  curve: "options",
  surface: "dashboard",
};

// What would fill it, and the button that does where it is the capture that is missing.
function Empty({ panel, standing }: { panel: Panel; standing: Standing }) {
  const status = usePayload<StatusPayload>("status");
  // The texts call the button by its name, so that one that is about something else has none.
  const wantsStart = /\bpress Start\b/i.test(`${standing.detail} ${panel.empty}`);
  const stopped = status !== null && !status.capturing && status.replay === null;
  const title = standing.detail || "Nothing to show yet";
  return (
    <div className="say say--empty">
      <span className="say__icon">
        <Icon name={ICONS[panel.kind] ?? "card"} size={22} />
      </span>
      <p className="say__title">
        <Words parts={inlineOf(title)} />
      </p>
      {panel.empty && panel.empty !== standing.detail && (
        <p>
          <Words parts={inlineOf(panel.empty)} />
        </p>
      )}
      {stopped && wantsStart && standing.word !== "no connection" && (
        <CaptureButton status={status} />
      )}
    </div>
  );
}

const SILENT_S = 3;

// The shape of what is coming; where that takes its time, since when.
function Loading({ panel, detail }: { panel: Panel; detail: string }) {
  const since = useRef(Date.now());
  const seconds = Math.round((useNow() - since.current) / 1000);
  return (
    <>
      <Skeleton kind={panel.kind} />
      {seconds < SILENT_S ? (
        <span className="visually-hidden">Loading {panel.title}</span>
      ) : (
        <div className="say say--over">
          <p className="say__title">{detail || "Being computed"}</p>
          <p>{age(seconds)} so far; it is shown as soon as it is there.</p>
        </div>
      )}
    </>
  );
}

/** What stands in the body while there is nothing to draw. */
export function Instead({ panel, standing, retry }: InsteadProperties) {
  if (standing.situation === "loading") {
    return <Loading panel={panel} detail={standing.detail} />;
  }
  if (standing.situation === "refused") {
    return (
      <div className="say">
        <p className="say__title">{standing.detail}</p>
      </div>
    );
  }
  if (standing.situation === "empty") return <Empty panel={panel} standing={standing} />;
  return (
    <div className="say say--error">
      <p className="say__title">{standing.detail || "This panel cannot be served"}</p>
      <p className="say__id">{panel.id}</p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}
