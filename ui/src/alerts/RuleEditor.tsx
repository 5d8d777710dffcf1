import { useEffect, useRef, useState } from "react";
import { useMay } from "../account/session";
import { send } from "../api";
import { tell } from "../notices";
import { ActionButton } from "../page/ActionButton";
import { wordsOf } from "../page/act";
import { useSurroundings } from "../page/context";
import { Field } from "../panels/Field";
import { Markdown } from "../panels/Markdown";
import { useNeeded } from "../panels/size";
import { go } from "../route";
import type { Panel, TextPayload } from "../wire";
import { useVerdict } from "./check";
import { DryRun } from "./DryRun";
import { RuleFields } from "./RuleFields";
import { RuleText } from "./RuleText";
import { freshForm, type Metric, type RuleForm, ruleText } from "./rule";
import { type Known, useKnown, useSaved } from "./useRules";

interface Properties {
  panel: Panel;
  payload: TextPayload;
  needs(height: number): void;
}

/** Form and text of an alert rule beside each other. */
export default function RuleEditor({ panel, payload, needs }: Properties) {
  const [known, askAgain] = useKnown();
  const inner = useNeeded(needs);
  return (
    <div className="form">
      <div ref={inner} className="form__inner">
        {payload.text !== "" && <Markdown text={payload.text} />}
        {typeof known === "string" && (
          <div className="say say--error">
            <p className="say__title">{known}</p>
            <button type="button" className="button" onClick={askAgain}>
              Try again
            </button>
          </div>
        )}
        {known !== null && typeof known !== "string" && <Editor panel={panel} known={known} />}
      </div>
    </div>
  );
}

interface Draft {
  /** Of the rule that is changed; "" for a new one. */
  id: string;
  name: string;
  text: string;
  channels: string[];
}

function Editor({ panel, known }: { panel: Panel; known: Known }) {
  const { choices, query, symbols } = useSurroundings();
  const { catalogue, channels } = known;
  const field = (id: string) => panel.fields?.find((one) => one.id === id);
  const first = (): { draft: Draft; form: RuleForm | null } => {
    const text = field("text")?.default ?? "";
    const named = catalogue.metrics.find((one) => one.name === field("metric")?.default);
    const metric = named ?? (catalogue.metrics[0] as Metric);
    const form = text === "" ? freshForm(metric, symbols, field("threshold")?.default) : null;
    const written = form === null ? text : ruleText(form, catalogue.metrics);
    return { draft: { id: "", name: "", text: written, channels: [] }, form };
  };
  const [{ draft, form }, setState] = useState(first);
  // Symbols may be told after the page is drawn: a rule that nobody has touched begins anew with them.
  const pristine = useRef(draft.text);
  const named = symbols.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only other symbols begin it anew
  useEffect(() => {
    if (draft.id !== "" || draft.text !== pristine.current) return;
    const next = first();
    pristine.current = next.draft.text;
    setState(next);
  }, [named]);
  // What the form wrote needs no reading back.
  const [byForm, setByForm] = useState(form !== null);
  const [busy, setBusy] = useState(false);
  const maySave = useMay("write");
  const [fault, setFault] = useState("");
  const change = (part: Partial<Draft>) =>
    setState((old) => ({ ...old, draft: { ...old.draft, ...part } }));
  const verdict = useVerdict(draft.text, (found) => {
    if (!byForm && found.ok) setState((old) => ({ ...old, form: found.form }));
  });
  useSaved(query.edit ?? "", (rule) => {
    if (typeof rule === "string") {
      setFault(rule);
      return;
    }
    const { id, name, text, channels: told } = rule;
    setFault("");
    setByForm(false);
    setState({ draft: { id, name, text, channels: told }, form: null });
  });

  const leave = () => {
    setState(first());
    setByForm(field("text")?.default === undefined);
    setFault("");
    if (query.edit) go(location.pathname);
  };
  const save = async () => {
    if (busy || !maySave || !verdict?.ok) return;
    setBusy(true);
    setFault("");
    const { id, name, text, channels: told } = draft;
    const path = `/api/v1/alerts/rules${id === "" ? "" : `/${encodeURIComponent(id)}`}`;
    try {
      const body = { name: name.trim(), text, channels: told };
      const answer = await send<{ message?: string }>(id === "" ? "POST" : "PUT", path, body);
      tell("alerts.rule", "good", answer?.message ?? "The rule is saved.");
      leave();
    } catch (error) {
      setFault(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="editor"
      aria-label={panel.title}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void save();
      }}
    >
      <div className="editor__form">
        {form === null ? (
          <ByHand pending={!byForm && verdict === null} />
        ) : (
          <RuleFields
            form={form}
            catalogue={catalogue}
            symbols={symbols}
            fields={panel.fields ?? []}
            set={(next) => {
              setByForm(true);
              const text = ruleText(next, catalogue.metrics);
              setState((old) => ({ draft: { ...old.draft, text }, form: next }));
            }}
          />
        )}
      </div>
      <div className="editor__text">
        <RuleText
          text={draft.text}
          verdict={verdict}
          set={(text) => {
            setByForm(false);
            change({ text });
          }}
        />
        <DryRun text={draft.text} ready={verdict?.ok === true} spec={field("since")} />
        <Field
          field={field("name") ?? { id: "name", title: "Name", type: "text", default: "" }}
          name="rule-name"
          value={draft.name}
          symbols={symbols}
          set={(name) => change({ name })}
        />
        <Channels
          names={channels.map((one) => one.name)}
          chosen={draft.channels}
          set={(told) => change({ channels: told })}
        />
        <div className="form__foot">
          {maySave ? (
            <button
              type="submit"
              className="button button--primary"
              disabled={busy || !verdict?.ok}
              aria-busy={busy}
              title="Ctrl or Cmd and Enter"
            >
              {draft.id === "" ? "Save the rule" : "Save the changes"}
            </button>
          ) : (
            <p className="field__hint">Everybody may try a rule; traders and admins save it.</p>
          )}
          {draft.id !== "" && (
            <button type="button" className="button" onClick={leave}>
              Cancel
            </button>
          )}
          {draft.id !== "" &&
            (panel.actions ?? []).map((action) => (
              <ActionButton
                key={action.id}
                action={action}
                known={{ ...choices, id: draft.id, name: draft.name }}
                name={panel.id}
              />
            ))}
          <output className="form__said tone-fault">{fault}</output>
        </div>
      </div>
    </form>
  );
}

function ByHand({ pending }: { pending: boolean }) {
  if (pending) return <p className="editor__hand">Reading the rule</p>;
  return (
    <p className="editor__hand">
      <b>Written by hand.</b> This rule says more than the fields here hold; change its text.
    </p>
  );
}

interface ChannelProperties {
  names: string[];
  chosen: string[];
  set(chosen: string[]): void;
}

function Channels({ names, chosen, set }: ChannelProperties) {
  const all = [...new Set([...names, ...chosen])];
  return (
    <fieldset className="channels">
      <legend>Channels</legend>
      {all.length === 0 && <p className="field__hint">None are set up: the page alone is told.</p>}
      {all.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={(event) => {
              const rest = chosen.filter((one) => one !== name);
              set(event.currentTarget.checked ? [...rest, name] : rest);
            }}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
