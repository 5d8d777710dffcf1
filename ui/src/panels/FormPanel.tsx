import { useEffect, useRef, useState } from "react";
import { ApiError, type LineFault, send, upload } from "../api";
import { tell } from "../notices";
import { wordsOf } from "../page/act";
import { useSurroundings } from "../page/context";
import { bodyOf, filled, type Known, pathOf, saidOf } from "../page/template";
import { confirmed } from "../shell/confirm";
import type { Action, Control, Panel, TextPayload } from "../wire";
import { DropZone } from "./DropZone";
import { Field } from "./Field";
import {
  bodyOfFields,
  faultsOf,
  fieldValues,
  queryOfFields,
  typeOfFile,
  type Values,
  wrongFields,
} from "./form";
import { LineFaults } from "./LineFaults";
import { Markdown } from "./Markdown";
import { useNeeded } from "./size";

const SAID_MS = 10_000;

interface Outcome {
  tone: "good" | "fault";
  said: string;
  byField: Record<string, string>;
  lines: LineFault[];
  reasons: Record<string, number>;
}

const FRESH: Outcome = { tone: "good", said: "", byField: {}, lines: [], reasons: {} };

function refused(fields: Control[], fault: unknown): Outcome {
  const message = wordsOf(fault);
  if (!(fault instanceof ApiError)) return { ...FRESH, tone: "fault", said: message };
  const { byField, rest } = faultsOf(fields, fault.fields, message);
  return { tone: "fault", said: rest, byField, lines: fault.lines, reasons: fault.reasons };
}

interface Sent {
  message?: string;
  lines?: LineFault[];
  reasons?: Record<string, number>;
}

interface Properties {
  panel: Panel;
  payload: TextPayload;
  /** Hears which height the form needs. [px] */
  needs(height: number): void;
}

/** Fields and the buttons that send them. */
export function FormPanel({ panel, payload, needs }: Properties) {
  const { choices, symbols } = useSurroundings();
  const fields = panel.fields ?? [];
  const actions = (panel.actions ?? []).filter((action) => action.where === "form");
  const holder = fields.find((field) => field.type === "file");
  const [typed, setTyped] = useState<Values>({});
  const [file, setFile] = useState<File | null>(null);
  const [busy, setBusy] = useState("");
  const [share, setShare] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<Outcome>(FRESH);
  const form = useRef<HTMLFormElement>(null);
  const inner = useNeeded(needs);
  const values = fieldValues(fields, typed, symbols);

  const transmit = (action: Action, known: Known): Promise<Sent | null> => {
    const path = pathOf(action.path, known);
    if (holder === undefined || file === null) {
      const body = { ...bodyOf(action.body ?? {}, known), ...bodyOfFields(fields, values) };
      return send<Sent>(action.method, path, body);
    }
    const query = queryOfFields(fields, values);
    const target = query === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
    setShare(0);
    return upload<Sent>(action.method, target, file, typeOfFile(file.name), setShare);
  };

  const submit = async (action: Action | undefined) => {
    if (action === undefined || busy !== "") return;
    const wrong = wrongFields(fields, values);
    if (holder !== undefined && file === null) wrong[holder.id] = "Choose a file first.";
    if (Object.keys(wrong).length > 0) {
      setOutcome({ ...FRESH, tone: "fault", byField: wrong });
      focusOn(form.current, Object.keys(wrong)[0]);
      return;
    }
    const known = { ...choices, ...values };
    const question = action.confirm ?? "";
    if (question !== "" && !(await confirmed(filled(question, known), action.title))) return;
    const key = `${panel.id}.${action.id}`;
    setBusy(action.id);
    setOutcome(FRESH);
    try {
      const answer = await transmit(action, known);
      const said = saidOf(action, answer);
      const { lines = [], reasons = {} } = answer ?? {};
      setOutcome({ tone: "good", said, byField: {}, lines, reasons });
      setFile(null);
      tell(key, "good", said);
    } catch (fault) {
      const told = refused(fields, fault);
      setOutcome(told);
      tell(key, "fault", wordsOf(fault));
      focusOn(form.current, Object.keys(told.byField)[0]);
    } finally {
      setBusy("");
      setShare(null);
    }
  };

  // What has begun is told by its own panels; what became of a file stays said.
  const passing = outcome.tone === "good" && outcome.said !== "" && holder === undefined;
  useEffect(() => {
    if (!passing) return;
    const timer = setTimeout(() => setOutcome(FRESH), SAID_MS);
    return () => clearTimeout(timer);
  }, [passing]);

  const name = (field: Control) => `${panel.id}.${field.id}`.replaceAll(".", "-");
  const set = (field: Control, value: string) => {
    setTyped((old) => ({ ...old, [field.id]: value }));
    setOutcome((old) => {
      const { [field.id]: _, ...byField } = old.byField;
      return { ...old, byField };
    });
  };
  return (
    <form
      ref={form}
      className="form"
      aria-label={panel.title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(actions[0]);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void submit(actions[0]);
      }}
    >
      <div ref={inner} className="form__inner">
        {payload.text !== "" && <Markdown text={payload.text} />}
        <div className="form__fields controls">
          {fields.map((field) =>
            field === holder ? (
              <DropZone
                key={field.id}
                field={field}
                name={name(field)}
                file={file}
                fault={outcome.byField[field.id] ?? ""}
                share={share}
                set={(next) => {
                  setFile(next);
                  setOutcome(FRESH);
                }}
              />
            ) : (
              <Field
                key={field.id}
                field={field}
                name={name(field)}
                value={values[field.id] ?? ""}
                fault={outcome.byField[field.id]}
                symbols={symbols}
                set={(value) => set(field, value)}
              />
            ),
          )}
        </div>
        <div className="form__foot">
          {actions.map((action, i) => (
            <button
              key={action.id}
              type={i === 0 ? "submit" : "button"}
              className={i === 0 ? "button button--primary" : "button"}
              disabled={busy !== ""}
              aria-busy={busy === action.id}
              title={i === 0 ? "Ctrl or Cmd and Enter" : undefined}
              onClick={i === 0 ? undefined : () => void submit(action)}
              data-action={action.id}
            >
              {busy === action.id && <span className="spinner" aria-hidden="true" />}
              {action.title}
            </button>
          ))}
          <output className={`form__said tone-${outcome.tone === "good" ? "plain" : "fault"}`}>
            {outcome.said}
          </output>
        </div>
        {outcome.lines.length > 0 && <LineFaults lines={outcome.lines} reasons={outcome.reasons} />}
      </div>
    </form>
  );
}

function focusOn(form: HTMLFormElement | null, id: string | undefined): void {
  if (id === undefined) return;
  form?.querySelector<HTMLElement>(`[data-field="${id}"] :is(input, textarea)`)?.focus();
}
