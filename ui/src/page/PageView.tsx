import { memo, useEffect, useMemo } from "react";
import { ChartGroup } from "../panels/group";
import { go, queryIn } from "../route";
import type { Control, Page } from "../wire";
import { ArrangeBar, ArrangeTools, dragging } from "./Arrange";
import { arrangedPanels, placesOf } from "./arrangement";
import { Controls } from "./Controls";
import { PageContext } from "./context";
import { stopEditing, useEditing, useLayout } from "./layouts";
import { PanelView } from "./PanelView";
import { isReady, putRight, typedValues, valuesOf } from "./values";

interface Properties {
  page: Page;
  address: string;
  symbols: string[];
  /** What can be done with the view as a whole. */
  menu: React.ReactNode;
}

/** One page of the deck: its question, its choices and its panels. */
export const PageView = memo(function PageView({ page, address, symbols, menu }: Properties) {
  const query = queryIn(address);
  const values = valuesOf(page, query, symbols);
  const known = JSON.stringify([values, query, symbols]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for all three
  const surroundings = useMemo(
    () => ({ choices: typedValues(page.controls ?? [], values), query, symbols }),
    [page, known],
  );
  const groups = useMemo(() => groupsOf(page), [page]);
  const saved = useLayout(page.id);
  const editing = useEditing(page.id);
  const places = useMemo(
    () => editing ?? placesOf(page.panels ?? [], saved),
    [page, saved, editing],
  );
  const panels = useMemo(() => arrangedPanels(page.panels ?? [], places), [page, places]);
  // Leaving a page drops what was not saved.
  useEffect(() => stopEditing, []);
  const set = (id: string, value: string) => {
    const params = new URLSearchParams({ ...query, [id]: value });
    params.delete("token");
    go(`/${page.id}?${params}`);
  };
  const right = putRight(page, query, values);
  useEffect(() => {
    if (right !== null) go(right, true);
  }, [right]);
  useEffect(() => {
    document.title = `${page.title} · quantdeck`;
  }, [page]);
  return (
    <PageContext value={surroundings}>
      <div className="page__head">
        <div className="page__title">
          <h1>{page.title}</h1>
          <p>{page.question}</p>
        </div>
        <div className="page__choices">
          <Controls controls={controlsOf(page, "")} values={values} symbols={symbols} set={set} />
          {menu}
        </div>
      </div>
      {editing && <ArrangeBar page={page} places={editing} arranged={saved.length > 0} />}
      <div className={editing ? "grid grid--arranging" : "grid"}>
        {panels.map((panel) => (
          <PanelView
            key={panel.id}
            panel={panel}
            values={values}
            ready={isReady(page, panel.params ?? [], values)}
            group={groups.get(panel.id) as ChartGroup}
            arrange={
              editing && {
                ...dragging(page.id, editing, panel.id),
                tools: <ArrangeTools page={page.id} panel={panel} places={editing} />,
              }
            }
          >
            <Controls
              controls={controlsOf(page, panel.id)}
              values={values}
              symbols={symbols}
              set={set}
            />
          </PanelView>
        ))}
      </div>
    </PageContext>
  );
});

// Choices that concern one panel stand in it, the others above all of them.
function controlsOf(page: Page, panel: string): Control[] {
  return (page.controls ?? []).filter((control) => (control.panel ?? "") === panel);
}

// Panels that depend on the same choice of the page answer one question: they share crosshair and range.
function groupsOf(page: Page): Map<string, ChartGroup> {
  const others = new ChartGroup();
  const byChoice = new Map<string, ChartGroup>();
  return new Map(
    (page.panels ?? []).map((panel) => {
      const choices = panel.params ?? [];
      if (choices.length === 0) return [panel.id, others];
      const known = choices.map((id) => byChoice.get(id)).find((group) => group !== undefined);
      const group = known ?? new ChartGroup();
      for (const id of choices) if (!byChoice.has(id)) byChoice.set(id, group);
      return [panel.id, group];
    }),
  );
}
