import { SegmentedControl } from "@mantine/core";
import { Field } from "../panels/Field";
import type { Control } from "../wire";
import { ConditionFields } from "./ConditionFields";
import { type Catalogue, CLAUSES, freshCondition, type Metric, type RuleForm } from "./rule";

interface Properties {
  form: RuleForm;
  catalogue: Catalogue;
  symbols: string[];
  /** Labels and sentences of the clauses, by id. */
  fields: Control[];
  set(form: RuleForm): void;
}

const ONE = "one condition";
const HELP: Record<string, [string, string]> = {
  hold: ["For", "It must be true for so long, such as 30s."],
  cooldown: ["Cool-down", "It does not fire again for so long, such as 5m."],
  expires: ["Expires", "Its last day, such as 2026-12-31."],
  quiet: ["Quiet hours", "Nothing fires then, such as 22:00-07:00 Europe/Berlin."],
};

/** A rule as fields. */
export function RuleFields({ form, catalogue, symbols, fields, set }: Properties) {
  const join = (word: string) => {
    const joined = word === ONE ? "" : word;
    const second = form.second ?? freshCondition(catalogue.metrics[0] as Metric, symbols);
    set({ ...form, joined, second: joined === "" ? null : second });
  };
  return (
    <div className="form__fields controls">
      <ConditionFields
        name="first"
        form={form.first}
        catalogue={catalogue}
        symbols={symbols}
        set={(first) => set({ ...form, first })}
      />
      <div className="field field--wide">
        <SegmentedControl
          size="xs"
          aria-label="Second condition"
          data={[ONE, "and", "or"]}
          value={form.joined || ONE}
          onChange={join}
          transitionDuration={0}
        />
      </div>
      {form.second !== null && (
        <ConditionFields
          name="second"
          form={form.second}
          catalogue={catalogue}
          symbols={symbols}
          set={(second) => set({ ...form, second })}
        />
      )}
      {CLAUSES.map((id) => {
        const [title, help] = HELP[id] as [string, string];
        const spec = fields.find((field) => field.id === id);
        return (
          <Field
            key={id}
            field={spec ?? { id, title, type: "text", default: "", help }}
            name={`clause-${id}`}
            value={form[id]}
            symbols={symbols}
            set={(value) => set({ ...form, [id]: value })}
          />
        );
      })}
    </div>
  );
}
