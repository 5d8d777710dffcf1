import { SegmentedControl, Select, Switch } from "@mantine/core";
import { labelOf } from "../page/Controls";
import { hintOf } from "../page/values";
import type { Control } from "../wire";

interface Properties {
  field: Control;
  /** Unique on the page. */
  name: string;
  value: string;
  fault?: string;
  symbols: string[];
  set(value: string): void;
}

/** One field of a form: label, input, what it means, and what is wrong with it. */
export function Field(properties: Properties) {
  const { field, name, value, fault = "", set } = properties;
  const hint = hintOf(field);
  if (field.type === "toggle") {
    return (
      <div className="field field--toggle" data-field={field.id}>
        <Switch
          size="sm"
          label={field.title}
          description={hint || undefined}
          error={fault || undefined}
          checked={value === "true"}
          onChange={(event) => set(String(event.currentTarget.checked))}
        />
      </div>
    );
  }
  const wide = field.type === "long-text" || field.type === "choice";
  return (
    <div className={wide ? "field field--wide" : "field"} data-field={field.id}>
      <label htmlFor={name}>{field.title}</label>
      <Input {...properties} />
      {fault !== "" && (
        <p className="field__fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
      {hint !== "" && (
        <p className="field__hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

function Input({ field, name, value, fault = "", symbols, set }: Properties) {
  const described = [fault && `${name}-fault`, hintOf(field) && `${name}-hint`];
  const told = {
    id: name,
    "aria-invalid": fault !== "",
    "aria-describedby": described.filter(Boolean).join(" ") || undefined,
  };
  switch (field.type) {
    case "choice":
      return (
        <SegmentedControl
          size="xs"
          id={name}
          aria-label={field.title}
          data={field.options ?? []}
          value={value}
          onChange={set}
          transitionDuration={0}
        />
      );
    case "select":
    case "symbol": {
      const options = field.type === "symbol" ? symbols : (field.options ?? []);
      const known = value === "" || options.includes(value) ? options : [value, ...options];
      return (
        <Select
          {...told}
          size="xs"
          data={known.map((one) => ({ value: one, label: labelOf(one) }))}
          value={value === "" ? null : value}
          placeholder={field.type === "symbol" ? "no symbol captured" : ""}
          allowDeselect={false}
          searchable={known.length > 6}
          checkIconPosition="right"
          comboboxProps={{ transitionProps: { duration: 0 }, shadow: "md" }}
          onChange={(next) => next !== null && set(next)}
        />
      );
    }
    case "long-text":
      return (
        <textarea
          {...told}
          className="input"
          rows={3}
          value={value}
          onChange={(event) => set(event.currentTarget.value)}
        />
      );
    default: {
      const figure = field.type === "integer" || field.type === "number";
      return (
        <input
          {...told}
          className="input"
          type="text"
          inputMode={field.type === "integer" ? "numeric" : figure ? "decimal" : "text"}
          autoComplete="off"
          value={value}
          onChange={(event) => set(event.currentTarget.value)}
        />
      );
    }
  }
}
