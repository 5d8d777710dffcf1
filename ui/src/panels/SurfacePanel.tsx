import { SegmentedControl } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import type { Column, Panel, SurfacePayload } from "../wire";
import { useAxes } from "./axes";
import { HeatMap } from "./HeatMap";

interface Properties {
  panel: Panel;
  payload: SurfacePayload;
}

const PLAIN: Column = { id: "", title: "", format: "number" };
const SPATIAL = lazy(() => import("./SpatialSurface"));

/** Figures over two numbers or two lists of names: a heat map; over numbers also in three dimensions. */
export function SurfacePanel({ panel: told, payload }: Properties) {
  const panel = useAxes(told, payload.axes);
  const [chosen, setChosen] = useState("");
  const [wanted, setWanted] = useState(false);
  const columns = (panel.columns ?? []).filter((column) => column.id in payload.layers);
  const column = columns.find((one) => one.id === chosen) ?? columns[0] ?? PLAIN;
  const layer = payload.layers[column.id] ?? [];
  const named = (payload.columns?.length ?? 0) > 0;
  const spatial = wanted && !named;
  return (
    <div className="surface">
      {(columns.length > 1 || !named) && (
        <div className="surface__choices controls">
          {columns.length > 1 && (
            <SegmentedControl
              size="xs"
              aria-label="Figure"
              data={columns.map((one) => ({ value: one.id, label: one.title }))}
              value={column.id}
              onChange={setChosen}
              transitionDuration={0}
            />
          )}
          {!named && (
            <SegmentedControl
              size="xs"
              aria-label="Drawn as"
              data={["Heat map", "3D"]}
              value={spatial ? "3D" : "Heat map"}
              onChange={(value) => setWanted(value === "3D")}
              transitionDuration={0}
            />
          )}
        </div>
      )}
      {spatial ? (
        <Suspense fallback={<p className="surface__wait">Loading the 3D drawing…</p>}>
          <SPATIAL panel={panel} payload={payload} column={column} layer={layer} />
        </Suspense>
      ) : (
        <HeatMap panel={panel} payload={payload} column={column} layer={layer} />
      )}
    </div>
  );
}
