import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useNow } from "../format/seconds";
import type { ChartGroup } from "../panels/group";
import { rowsFor } from "../panels/KpiPanel";
import { StateChip } from "../panels/StateChip";
import { useSize } from "../panels/size";
import { hasTwin } from "../panels/twin";
import { Icon } from "../shell/icons";
import type { View } from "../stream/entry";
import { useConnection, useStream, useTopic } from "../stream/hooks";
import { paramsOf, queryOf, topicOf } from "../stream/topic";
import type { Panel } from "../wire";
import { ActionButton } from "./ActionButton";
import { useSurroundings } from "./context";
import { HowComputed } from "./HowComputed";
import { Instead } from "./Instead";
import { PanelBody } from "./PanelBody";
import { PanelBoundary } from "./PanelBoundary";
import { ageOf, isUsed, type Standing, standingOf, titleOf } from "./state";
import { useQuery } from "./useQuery";

interface Properties {
  panel: Panel;
  values: Record<string, string>;
  /** False while a choice the panel needs is not known yet. */
  ready: boolean;
  group: ChartGroup;
  /** What moves and sizes it while panels are arranged. */
  arrange?: Arranging | null;
  /** The choices that stand in it. */
  children?: React.ReactNode;
}

interface Arranging {
  tools: React.ReactNode;
  head: React.HTMLAttributes<HTMLElement>;
  frame: React.HTMLAttributes<HTMLElement>;
}

// What stands above a form before its text has come.
const BLANK: View = {
  payload: { state: { word: "live" }, text: "" },
  error: null,
  ts: 0,
  receivedAt: 0,
};

function pathOf(query: string, params: string, extra = ""): string {
  const rest = [params, extra].filter((part) => part !== "").join("&");
  if (rest === "") return query;
  return `${query}${query.includes("?") ? "&" : "?"}${rest}`;
}

/** One panel: frame, state, body and what can be done with it. */
export function PanelView(properties: Properties) {
  const { panel: spec, values, ready, group, arrange, children } = properties;
  const params = paramsOf(spec.params ?? [], values);
  const topic = ready && spec.topic ? topicOf(spec.topic, params) : "";
  const path = pathOf(spec.query ?? "", queryOf(params));
  const streamed = useTopic(topic);
  const [asked, askAgain] = useQuery(ready && !spec.topic ? path : "");
  const [held, setHeld] = useState<View | null>(null);
  const [asTable, setAsTable] = useState(false);
  const [expanded, setExpanded] = useState(false);
  const client = useStream();
  const { phase } = useConnection();
  const arrived = spec.topic ? streamed : asked;
  const question = spec.topic ? topic : path;
  const { view, shownOf, waits } = useKept(
    held ?? (isUsed(spec.kind) && !arrived?.payload ? BLANK : arrived),
    question,
  );
  const title = titleOf(spec, view?.payload ?? null);
  const panel = useMemo(() => ({ ...spec, title }), [spec, title]);
  const standing = standingOf(panel, view, phase, held !== null, waits);
  const frame = useRef<HTMLElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another question ends the pause
  useEffect(() => setHeld(null), [topic]);

  useEffect(() => {
    if (!expanded) return;
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) setExpanded(false);
    };
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, [expanded]);

  const classes = ["panel", `panel--${panel.kind}`];
  if (expanded) classes.push("panel--expanded");
  if (standing.busy) classes.push("panel--busy");
  if (standing.greyed) classes.push("panel--greyed");
  const [needed, setNeeded] = useState(0);
  const rows = Math.max(useRows(panel, view, frame), rowsOf(needed));
  const width = panel.width ?? 6;
  const style = {
    "--columns": width,
    "--columns-medium": width > 4 ? 12 : 6,
    "--rows": rows,
  } as React.CSSProperties;
  const retry = () => (panel.topic ? client.refresh(topic) : askAgain());
  const used = isUsed(panel.kind);
  const isText = panel.kind === "markdown";
  const csv =
    panel.query && !used && !isText ? pathOf(panel.query, queryOf(params), "format=csv") : "";
  return (
    <section
      ref={frame}
      tabIndex={-1}
      {...arrange?.frame}
      className={classes.join(" ")}
      style={style}
      data-panel={panel.id}
      data-state={standing.word}
      aria-label={panel.title}
      aria-busy={standing.busy || undefined}
    >
      <header className="panel__head" {...arrange?.head}>
        <h2>{panel.title}</h2>
        {arrange?.tools}
        <div className="panel__actions" hidden={arrange != null}>
          {panel.help && <HowComputed panel={panel} />}
          {hasTwin(panel) && (
            <Action
              icon="table"
              letter="v"
              on={asTable}
              press={() => setAsTable(!asTable)}
              text="As a table"
            />
          )}
          {csv !== "" && (
            <a href={csv} download={`${panel.id}.csv`} title="Download as CSV (c)" data-key="c">
              CSV
            </a>
          )}
          {panel.topic && !isText && !used && (
            <Action
              icon={held === null ? "pause" : "play"}
              letter="p"
              on={held !== null}
              press={() => setHeld(held === null ? arrived : null)}
              text="Pause"
            />
          )}
          <Action
            icon={expanded ? "shrink" : "expand"}
            letter="f"
            on={expanded}
            press={() => setExpanded(!expanded)}
            text="Full screen"
          />
        </div>
        {standing.busy && <span className="spinner" aria-hidden="true" />}
        {!used && <PanelAge standing={standing} view={view} />}
      </header>
      <div className="panel__bar">
        {children}
        <PanelActions panel={spec} />
      </div>
      <div className="panel__body">
        <PanelBoundary key={shownOf} name={panel.id}>
          {standing.situation === "shown" && view?.payload ? (
            <PanelBody
              panel={panel}
              payload={view.payload}
              group={group}
              asTable={asTable}
              needs={setNeeded}
            />
          ) : (
            <Instead panel={panel} standing={standing} retry={retry} />
          )}
        </PanelBoundary>
      </div>
      {standing.situation === "shown" && standing.detail !== "" && (
        <p className="panel__detail">{standing.detail}</p>
      )}
    </section>
  );
}

interface Kept {
  view: View | null;
  /** The question that the view answers. */
  shownOf: string;
  /** True while the answer to the present question has not come. */
  waits: boolean;
}

// After another choice the old picture stays until the new one is there.
function useKept(view: View | null, question: string): Kept {
  const last = useRef<{ view: View; question: string } | null>(null);
  const answered = view !== null && (view.payload !== null || view.error !== null);
  if (view?.payload != null) last.current = { view, question };
  const old = last.current;
  if (answered || old === null || question === "" || old.question === question) {
    return { view, shownOf: question, waits: false };
  }
  return { view: old.view, shownOf: old.question, waits: true };
}

// What can be done with the whole panel.
function PanelActions({ panel }: { panel: Panel }) {
  const { choices } = useSurroundings();
  const actions = (panel.actions ?? []).filter((action) => action.where === "panel");
  if (actions.length === 0) return null;
  return (
    <div className="panel__buttons">
      {actions.map((action) => (
        <ActionButton key={action.id} action={action} known={choices} name={panel.id} />
      ))}
    </div>
  );
}

const HEAD = 34;
const PADDING = 14;
const ROW = 40;
const GAP = 12;

// Rows of the grid that hold a form of this height whole.
function rowsOf(needed: number): number {
  return needed === 0 ? 0 : Math.ceil((needed + HEAD + PADDING + GAP) / ROW);
}

// Cards may need more room than the spec gives them: as many lines as there are symbols.
function useRows(panel: Panel, view: View | null, frame: RefObject<HTMLElement | null>): number {
  const { width } = useSize(frame);
  const payload = view?.payload;
  if (panel.kind !== "kpi" || payload == null || !("rows" in payload)) return panel.height ?? 7;
  return rowsFor(panel, payload, width);
}

// The age counts on once a second, however often messages come.
function PanelAge({ standing, view }: { standing: Standing; view: View | null }) {
  const now = useNow();
  const known = view?.payload != null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once a second on purpose
  const seconds = useMemo(() => ageOf(view, Date.now()), [now, known]);
  return (
    <StateChip word={standing.word} seconds={known ? seconds : null} source={standing.source} />
  );
}

interface ActionProperties {
  icon: string;
  letter: string;
  on: boolean;
  press(): void;
  text: string;
}

function Action({ icon, letter, on, press, text }: ActionProperties) {
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={text}
      aria-keyshortcuts={letter}
      title={`${text} (${letter})`}
      data-key={letter}
      onClick={press}
    >
      <Icon name={icon} size={15} />
    </button>
  );
}
