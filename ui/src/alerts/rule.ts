/** One argument of a figure, as the catalogue has it. */
export interface Argument {
  name: string;
  type: "symbol" | "root" | "choice" | "integer" | "time" | "days";
  help: string;
  /** As it is written; absent where it must be given. */
  default?: unknown;
  options?: string[];
  minimum?: number | null;
  maximum?: number | null;
}

/** One figure of the catalogue. */
export interface Metric {
  name: string;
  group: string;
  meaning: string;
  unit: string;
  example: string;
  arguments: Argument[];
}

export interface Catalogue {
  metrics: Metric[];
  comparisons: string[];
}

export interface ConditionForm {
  metric: string;
  arguments: string[];
  absolute: boolean;
  comparison: string;
  threshold: string;
  hysteresis: string;
}

/** A rule as the fields of a form; what is not said is empty. */
export interface RuleForm {
  first: ConditionForm;
  joined: string;
  second: ConditionForm | null;
  hold: string;
  cooldown: string;
  expires: string;
  quiet: string;
}

export const CLAUSES = ["hold", "cooldown", "expires", "quiet"] as const;
const WORDS = { hold: "for", cooldown: "cooldown", expires: "expires", quiet: "quiet" } as const;

/** A default of the catalogue as it is written in a rule; "" where there is none. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") {
    const { value: amount, unit } = value as { value?: unknown; unit?: unknown };
    return `${amount ?? ""}${unit ?? ""}`;
  }
  return String(value);
}

/** A figure as it is written, without arguments that are at their defaults. */
export function callText(metric: Metric, values: string[]): string {
  let named = false;
  const words: string[] = [];
  metric.arguments.forEach((argument, i) => {
    const value = (values[i] ?? "").trim();
    const initial = written(argument.default);
    if (value === initial || value === "") {
      named = named || initial !== "";
      return;
    }
    words.push(named ? `${argument.name}=${value}` : value);
  });
  return `${metric.name}(${words.join(", ")})`;
}

function conditionText(form: ConditionForm, metrics: Metric[]): string {
  const metric = metrics.find((one) => one.name === form.metric);
  const call = metric === undefined ? form.metric : callText(metric, form.arguments);
  const figure = form.absolute ? `abs(${call})` : call;
  const back = form.hysteresis.trim();
  const text = `${figure} ${form.comparison} ${form.threshold.trim()}`;
  return back === "" ? text : `${text} hysteresis ${back}`;
}

/** The text of a rule that a form says. */
export function ruleText(form: RuleForm, metrics: Metric[]): string {
  const parts = [conditionText(form.first, metrics)];
  if (form.joined !== "" && form.second !== null) {
    parts.push(form.joined, conditionText(form.second, metrics));
  }
  for (const clause of CLAUSES) {
    const value = form[clause].trim();
    if (value !== "") parts.push(WORDS[clause], value);
  }
  return parts.join(" ");
}

/** Symbols as a rule may name them: the root alone where only one has it. */
export function symbolWords(symbols: string[]): string[] {
  const rootOf = (symbol: string) => symbol.slice(symbol.indexOf(":") + 1);
  const count = (root: string) => symbols.filter((one) => rootOf(one) === root).length;
  return symbols.map((one) => (count(rootOf(one)) === 1 ? rootOf(one) : one));
}

/**
 * The first condition of a metric: defaults, and symbols in their order; of a pair in the other one,
 * since the market's leader stands first and explains the others.
 */
export function freshCondition(metric: Metric, symbols: string[], old?: ConditionForm) {
  const wanted = metric.arguments.filter((argument) => argument.type === "symbol").length;
  const words = symbolWords(symbols).slice(0, wanted).reverse();
  const values = metric.arguments.map((argument) => {
    if (argument.type === "symbol") return words.shift() ?? "";
    return written(argument.default) || (argument.options?.[0] ?? "");
  });
  return {
    metric: metric.name,
    arguments: values,
    absolute: false,
    comparison: old?.comparison ?? ">",
    threshold: old?.threshold ?? "0",
    hysteresis: "",
  };
}

export function freshForm(metric: Metric, symbols: string[], threshold = "0"): RuleForm {
  const first = { ...freshCondition(metric, symbols), threshold };
  return { first, joined: "", second: null, hold: "", cooldown: "", expires: "", quiet: "" };
}

/** A text in three parts, the middle one from `start` to `end`; places count whole characters. */
export function split(text: string, start: number, end: number): [string, string, string] {
  const letters = [...text];
  const from = Math.min(Math.max(start, 0), letters.length);
  const to = Math.max(from, Math.min(end, letters.length));
  const part = (a: number, b?: number) => letters.slice(a, b).join("");
  return [part(0, from), part(from, to), part(to)];
}
