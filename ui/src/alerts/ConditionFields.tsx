import { Select } from "@mantine/core";
import { Field } from "../panels/Field";
import type { Control } from "../wire";
import {
  type Argument,
  type Catalogue,
  type ConditionForm,
  freshCondition,
  symbolWords,
  written,
} from "./rule";

interface Properties {
  name: string;
  form: ConditionForm;
  catalogue: Catalogue;
  symbols: string[];
  set(form: ConditionForm): void;
}

const TYPES: Partial<Record<Argument["type"], Control["type"]>> = {
  symbol: "select",
  choice: "select",
  integer: "integer",
};

function controlOf(argument: Argument, symbols: string[]): Control {
  return {
    id: argument.name,
    title: argument.name,
    type: TYPES[argument.type] ?? "text",
    default: written(argument.default),
    options: argument.type === "symbol" ? symbolWords(symbols) : (argument.options ?? []),
    minimum: argument.type === "integer" ? argument.minimum : null,
    maximum: argument.type === "integer" ? argument.maximum : null,
    help: argument.help,
  };
}

/** One figure, and what it is compared with. */
export function ConditionFields({ name, form, catalogue, symbols, set }: Properties) {
  const { metrics, comparisons } = catalogue;
  const metric = metrics.find((one) => one.name === form.metric);
  const groups = [...new Set(metrics.map((one) => one.group))].map((group) => ({
    group,
    items: metrics.filter((one) => one.group === group).map((one) => one.name),
  }));
  const choose = (next: string | null) => {
    const chosen = metrics.find((one) => one.name === next);
    if (chosen !== undefined) set(freshCondition(chosen, symbols, form));
  };
  const text = (id: "threshold" | "hysteresis", title: string, help: string) => (
    <Field
      field={{ id, title, type: "text", default: "", help }}
      name={`${name}-${id}`}
      value={form[id]}
      symbols={symbols}
      set={(value) => set({ ...form, [id]: value })}
    />
  );
  return (
    <fieldset className="condition">
      <legend className="visually-hidden">{name}</legend>
      <div className="field field--metric">
        <label htmlFor={`${name}-metric`}>Figure</label>
        <Select
          id={`${name}-metric`}
          size="xs"
          data={groups}
          value={form.metric}
          searchable
          allowDeselect={false}
          maxDropdownHeight={320}
          comboboxProps={{ transitionProps: { duration: 0 }, shadow: "md" }}
          onChange={choose}
        />
        {metric !== undefined && (
          <p className="field__hint">{`${metric.meaning} In ${metric.unit}.`}</p>
        )}
      </div>
      {metric?.arguments.map((argument, i) => (
        <Field
          key={argument.name}
          field={controlOf(argument, symbols)}
          name={`${name}-${argument.name}`}
          value={form.arguments[i] ?? ""}
          symbols={symbols}
          set={(value) => {
            const values = [...form.arguments];
            values[i] = value;
            set({ ...form, arguments: values });
          }}
        />
      ))}
      <Field
        field={{ id: "absolute", title: "Without its sign", type: "toggle", default: "" }}
        name={`${name}-absolute`}
        value={String(form.absolute)}
        symbols={symbols}
        set={(value) => set({ ...form, absolute: value === "true" })}
      />
      <Field
        field={{
          id: "comparison",
          title: "Is",
          type: "select",
          default: ">",
          options: comparisons,
        }}
        name={`${name}-comparison`}
        value={form.comparison}
        symbols={symbols}
        set={(value) => set({ ...form, comparison: value })}
      />
      {text("threshold", "Threshold", "A number, with %, bp or a unit of time where it has one.")}
      {text("hysteresis", "Hysteresis", "How far it must go back before it counts again.")}
    </fieldset>
  );
}
