import { lazy, Suspense } from "react";
import { CandlesPanel } from "../panels/CandlesPanel";
import { CurvePanel } from "../panels/CurvePanel";
import { FormPanel } from "../panels/FormPanel";
import type { ChartGroup } from "../panels/group";
import { KpiPanel } from "../panels/KpiPanel";
import { LinesPanel } from "../panels/LinesPanel";
import { LogPanel } from "../panels/LogPanel";
import { Markdown } from "../panels/Markdown";
import { StatsPanel } from "../panels/StatsPanel";
import { SurfacePanel } from "../panels/SurfacePanel";
import { TablePanel } from "../panels/TablePanel";
import { twinOf } from "../panels/twin";
import type {
  CandlesPayload,
  CurvePayload,
  LinesPayload,
  Panel,
  Payload,
  RowsPayload,
  SurfacePayload,
  TextPayload,
} from "../wire";

const EDITOR = lazy(() => import("../alerts/RuleEditor"));

interface Properties {
  panel: Panel;
  payload: Payload;
  group: ChartGroup;
  asTable: boolean;
  needs(height: number): void;
}

/** Draws a payload as its panel's kind says, or as a table where that is asked for. */
export function PanelBody({ panel, payload, group, asTable, needs }: Properties) {
  if (asTable) {
    const twin = twinOf(panel, payload);
    if (twin !== null) {
      return <TablePanel panel={{ ...panel, columns: twin.columns }} payload={twin.rows} />;
    }
  }
  switch (panel.kind) {
    case "kpi":
      return <KpiPanel panel={panel} payload={payload as RowsPayload} />;
    case "stream-lines":
      return <LinesPanel panel={panel} payload={payload as LinesPayload} group={group} />;
    case "candles":
      return <CandlesPanel panel={panel} payload={payload as CandlesPayload} group={group} />;
    case "table":
      return <TablePanel panel={panel} payload={payload as RowsPayload} />;
    case "stats":
      return <StatsPanel panel={panel} payload={payload as RowsPayload} />;
    case "log":
      return <LogPanel payload={payload as RowsPayload} />;
    case "markdown":
      return <Markdown text={(payload as TextPayload).text} />;
    case "curve":
      return <CurvePanel panel={panel} payload={payload as CurvePayload} />;
    case "surface":
      return <SurfacePanel panel={panel} payload={payload as SurfacePayload} />;
    case "form":
      return <FormPanel panel={panel} payload={payload as TextPayload} needs={needs} />;
    case "alert-editor":
      return (
        <Suspense fallback={<p className="surface__wait">Loading the editor…</p>}>
          <EDITOR panel={panel} payload={payload as TextPayload} needs={needs} />
        </Suspense>
      );
    default:
      throw new Error(`This page does not know panels of the kind "${panel.kind}".`);
  }
}
