import { NumberInput, SegmentedControl, Select, Switch, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { isSymbol } from "../panels/Symbol";
import type { Control } from "../wire";
import { clamp, hintOf, limitsOf } from "./values";

interface Properties {
  controls: Control[];
  values: Record<string, string>;
  symbols: string[];
  set(id: string, value: string): void;
}

/** Choices that a page, or one of its panels, offers. */
export function Controls({ controls, values, symbols, set }: Properties) {
  if (controls.length === 0) return null;
  return (
    <div className="controls">
      {controls.map((control) => (
        <ControlView
          key={control.id}
          control={control}
          value={values[control.id] ?? ""}
          symbols={symbols}
          set={(value) => set(control.id, value)}
        />
      ))}
    </div>
  );
}

interface OneProperties {
  control: Control;
  value: string;
  symbols: string[];
  set(value: string): void;
}

function ControlView({ control, value, symbols, set }: OneProperties) {
  if (control.type === "toggle") {
    return (
      <Switch
        size="sm"
        label={control.title}
        title={control.help}
        checked={value === "true"}
        onChange={(event) => set(String(event.currentTarget.checked))}
      />
    );
  }
  return (
    <div
      className={`control control--${control.type}`}
      title={hintOf(control) || undefined}
      data-control={control.id}
    >
      <span className="control__title" aria-hidden="true">
        {control.title}
      </span>
      <Input control={control} value={value} symbols={symbols} set={set} />
    </div>
  );
}

function Input({ control, value, symbols, set }: OneProperties) {
  switch (control.type) {
    case "choice":
      return (
        <SegmentedControl
          size="xs"
          aria-label={control.title}
          data={control.options ?? []}
          value={value}
          onChange={set}
          transitionDuration={0}
        />
      );
    case "integer":
      return <Integer control={control} value={value} set={set} />;
    case "text":
      return <Line control={control} value={value} set={set} />;
    default: {
      const options = control.type === "symbol" ? symbols : (control.options ?? []);
      const known = value === "" || options.includes(value) ? options : [value, ...options];
      const data = known.map((one) => ({ value: one, label: labelOf(one) }));
      return (
        <Select
          size="xs"
          w={widthFor(control, options)}
          aria-label={control.title}
          data={data}
          value={value === "" ? null : value}
          placeholder={control.type === "symbol" ? "no symbol captured" : ""}
          allowDeselect={false}
          searchable={data.length > 8}
          checkIconPosition="right"
          comboboxProps={{ transitionProps: { duration: 0 }, shadow: "md" }}
          onChange={(next) => next !== null && set(next)}
        />
      );
    }
  }
}

function isOfSymbols(control: Control, options: string[]): boolean {
  return control.type === "symbol" || options.some(isSymbol);
}

function widthFor(control: Control, options: string[]): number {
  if (isOfSymbols(control, options)) return 220;
  return options.some((option) => option.length > 9) ? 170 : 120;
}

interface LineProperties {
  control: Control;
  value: string;
  set(value: string): void;
}

// A line is asked once it is done: at Enter, or when the field is left.
function Line({ control, value, set }: LineProperties) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const done = () => typed.trim() !== value && set(typed.trim());
  return (
    <TextInput
      size="xs"
      w={value.length > 24 ? 300 : 180}
      aria-label={control.title}
      value={typed}
      placeholder="none"
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={done}
      onKeyDown={(event) => event.key === "Enter" && done()}
    />
  );
}

/** A canonical symbol with its root first, as everywhere on the page. */
export function labelOf(option: string): string {
  return isSymbol(option) ? option.split(":").reverse().join("  ") : option;
}

interface IntegerProperties {
  control: Control;
  value: string;
  set(value: string): void;
}

const TOLD_MS = 4000;

// Typing is settled for a moment before it becomes a question to the deck; what is put right is said.
function Integer({ control, value, set }: IntegerProperties) {
  const [typed, setTyped] = useState<string | number>(value);
  const [told, setTold] = useState("");
  const ask = useRef(set);
  ask.current = set;
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    const wanted = String(typed);
    if (wanted === "" || wanted === value) return;
    const settle = () => {
      const allowed = clamp(wanted, control);
      setTyped(allowed);
      if (Number(allowed) !== Number(wanted)) {
        setTold(`${control.title} is ${limitsOf(control) || "a whole number"}`);
      }
      if (allowed !== value) ask.current(allowed);
    };
    const timer = setTimeout(settle, 450);
    return () => clearTimeout(timer);
  }, [typed, value, control]);
  useEffect(() => {
    if (told === "") return;
    const timer = setTimeout(() => setTold(""), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  return (
    <>
      <NumberInput
        size="xs"
        w={82}
        aria-label={control.title}
        value={typed}
        min={control.minimum ?? undefined}
        max={control.maximum ?? undefined}
        allowDecimal={false}
        clampBehavior="none"
        onChange={setTyped}
      />
      <output className="control__told">{told}</output>
    </>
  );
}
