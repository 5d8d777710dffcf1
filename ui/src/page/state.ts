import type { Phase } from "../stream/client";
import type { View } from "../stream/entry";
import type { Panel, PanelKind, PanelState, Payload, Series } from "../wire";

/** Refused: a question that cannot be answered, however often it is asked. */
export type Situation = "loading" | "empty" | "refused" | "error" | "shown";

/** What a panel says about itself: its situation, a word, and a sentence. */
export interface Standing {
  situation: Situation;
  word: PanelState["word"] | "paused" | "no connection";
  /** Figures are kept but greyed: they are no longer current. */
  greyed: boolean;
  /** Figures are kept while others are computed. */
  busy: boolean;
  detail: string;
  source: string;
}

function isBlank(values: Series): boolean {
  return values.every((value) => value === null);
}

/** Whether a kind is used rather than read: there is something to draw before anything arrives. */
export function isUsed(kind: PanelKind): boolean {
  return kind === "form" || kind === "alert-editor";
}

export function isEmpty(payload: Payload): boolean {
  if ("rows" in payload) return payload.rows.length === 0;
  if ("lines" in payload) return Object.values(payload.lines).every(isBlank);
  if ("curves" in payload) return payload.curves.every((curve) => isBlank(curve.y));
  if ("x" in payload) return payload.x.length === 0;
  if ("text" in payload) return payload.text.trim() === "";
  return false;
}

function standing(situation: Situation, word: Standing["word"], detail = ""): Standing {
  return { situation, word, greyed: false, busy: false, detail, source: "" };
}

/** Decides what a panel shows, from what has arrived and whether the line stands. */
export function standingOf(
  panel: Panel,
  view: View | null,
  phase: Phase,
  paused: boolean,
  waits = false,
): Standing {
  const payload = view?.payload ?? null;
  if (payload === null) {
    if (view?.error) {
      const { code, message } = view.error;
      if (code === "no-data") return standing("empty", "empty", message);
      if (code === "bad-input") return standing("refused", "empty", message);
      return standing("error", "error", message);
    }
    if (phase === "waiting" || phase === "refused") {
      return standing("error", "no connection", "Nothing has arrived: the deck does not answer.");
    }
    return standing("loading", "loading");
  }
  const state = payload.state ?? { word: "live" };
  const told = { source: state.source ?? "", detail: view?.error?.message ?? state.detail ?? "" };
  const down = phase !== "open" && phase !== "logged-out";
  if (isEmpty(payload) && !isUsed(panel.kind)) {
    if (down) return { ...standing("empty", "no connection", panel.empty ?? ""), ...told };
    if (state.word === "error") return { ...standing("error", "error"), ...told };
    if (state.word === "loading") return { ...standing("loading", "loading"), ...told };
    const word = state.word === "empty" ? "empty" : state.word;
    return { ...standing("empty", word, panel.empty ?? ""), ...told };
  }
  const shown = { ...standing("shown", state.word), ...told };
  if (paused)
    return { ...shown, word: "paused", detail: "Data still arrive; the view stands still." };
  if (down) return { ...shown, word: "no connection", greyed: true };
  if (waits) return { ...shown, word: "loading", detail: "", busy: true };
  if (view?.error) return { ...shown, word: "error", greyed: true };
  if (state.word === "loading") return { ...shown, busy: true };
  return { ...shown, greyed: state.word === "stale" || state.word === "error" };
}

/** What a panel is called: by its payload where that says it, else by its page. */
export function titleOf(panel: Panel, payload: Payload | null): string {
  return (payload !== null && "title" in payload && payload.title) || panel.title;
}

/** Age of the newest event behind a panel as of `now`. [s] */
export function ageOf(view: View | null, now: number): number | null {
  const age = view?.payload?.state?.age_s;
  if (view === null || age === null || age === undefined) return null;
  return age + Math.max(0, (now - view.receivedAt) / 1000);
}
