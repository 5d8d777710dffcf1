import { useMemo } from "react";
import type { Column, Panel } from "../wire";

/** The panel with the axes that its payload names, which may follow a choice of the page. */
export function useAxes(panel: Panel, axes: Column[] | undefined): Panel {
  // Every payload brings arrays of its own: only other axes are a reason to draw anew.
  const told = axes !== undefined && axes.length > 0 ? JSON.stringify(axes) : "";
  return useMemo(
    () => (told === "" ? panel : { ...panel, axes: JSON.parse(told) as Column[] }),
    [panel, told],
  );
}
