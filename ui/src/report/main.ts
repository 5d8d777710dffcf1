import "./report.css";
import { draw, element, LEFT, type Places, type View } from "./draw";
import { moment, nearest, write } from "./scales";
import type { Chart, Sheet } from "./types";

const HEIGHT = 240;
const drawn: { chart: Chart; show(from: number, to: number): void; reset(): void }[] = [];

function button(words: string, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", press);
  return made;
}

// Charts of time show the same span of it.
function zoomAll(chart: Chart, x0: number, x1: number): void {
  for (const other of drawn) {
    if (other.chart !== chart && !(chart.time && other.chart.time)) continue;
    const [from, to] = [nearest(other.chart.x, x0), nearest(other.chart.x, x1)];
    if (to > from) other.show(from, to);
  }
}

function mount(figure: HTMLElement, chart: Chart): void {
  const view: View = {
    width: 0,
    height: HEIGHT,
    hidden: new Set(),
    from: 0,
    to: chart.x.length - 1,
    log: false,
  };
  const bar = document.createElement("div");
  bar.className = "bar";
  const readout = document.createElement("output");
  const svg = element("svg", { role: "img", tabindex: 0 });
  svg.setAttribute("aria-label", figure.dataset.title ?? "");
  let places: Places | null = null;
  const render = () => {
    view.width = Math.max(280, figure.clientWidth - 24);
    places = draw(svg, chart, view);
    say(null);
  };
  const reset = button("Reset zoom", () => {
    for (const other of drawn)
      if (other.chart === chart || (chart.time && other.chart.time)) other.reset();
  });
  reset.hidden = true;

  chart.lines.forEach((line, i) => {
    const toggle = button(line.name, () => {
      if (view.hidden.has(i)) view.hidden.delete(i);
      else view.hidden.add(i);
      toggle.setAttribute("aria-pressed", String(!view.hidden.has(i)));
      render();
    });
    toggle.className = `legend s${i}`;
    toggle.setAttribute("aria-pressed", "true");
    bar.append(toggle);
  });
  if (chart.log) {
    const toggle = button("Log scale", () => {
      view.log = !view.log;
      toggle.setAttribute("aria-pressed", String(view.log));
      render();
    });
    toggle.setAttribute("aria-pressed", "false");
    bar.append(toggle);
  }
  bar.append(reset, readout);
  figure.append(bar, svg);

  const cursor = element("line", { class: "cursor" });
  const pick = element("rect", { class: "pick" });
  function say(row: number | null): void {
    const at = row ?? view.to;
    const x = chart.x[at] as number;
    const where = chart.time
      ? moment(x)
      : `${chart.xTitle} ${write(x, chart.xPercent, chart.xPercent ? 2 : chart.xDecimals)}`;
    const told = chart.lines
      .map((line, i) => [line, i] as const)
      .filter(([, i]) => !view.hidden.has(i))
      .map(([line]) => `${line.name} ${write(line.values[at], chart.percent, chart.decimals)}`);
    const note = row === null ? undefined : chart.marks.find((mark) => mark.row === row);
    readout.textContent = [where, ...told, ...(note ? [note.text] : [])].join("  \u00b7  ");
    if (row === null || places === null) cursor.remove();
    else {
      const at = places.x(x);
      for (const [key, value] of Object.entries({ x1: at, x2: at, y1: 8, y2: HEIGHT - 24 })) {
        cursor.setAttribute(key, String(value));
      }
      svg.append(cursor);
    }
  }

  const valueAt = (event: PointerEvent): number => {
    const box = svg.getBoundingClientRect();
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    const [x0, x1] = [chart.x[view.from] as number, chart.x[view.to] as number];
    const left = LEFT / view.width;
    const right = 1 - 10 / view.width;
    return x0 + ((share - left) / (right - left)) * (x1 - x0);
  };
  let held: number | null = null;
  const rowAt = (event: PointerEvent) =>
    Math.min(view.to, Math.max(view.from, nearest(chart.x, valueAt(event))));
  svg.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch") held = rowAt(event);
  });
  svg.addEventListener("pointermove", (event) => {
    const row = rowAt(event);
    say(row);
    if (held === null || places === null || row === held) return;
    const [a, b] = [held, row].map((r) => places?.x(chart.x[r] as number) ?? 0) as [number, number];
    const shape = { x: Math.min(a, b), width: Math.abs(b - a), y: 8, height: HEIGHT - 32 };
    for (const [key, value] of Object.entries(shape)) pick.setAttribute(key, String(value));
    svg.append(pick);
  });
  const drop = (event: PointerEvent) => {
    const [from, to] = [held, rowAt(event)].sort((a, b) => Number(a) - Number(b));
    pick.remove();
    held = null;
    if (from === null || from === undefined || to === undefined || to === null || to - from < 3)
      return;
    zoomAll(chart, chart.x[from] as number, chart.x[to] as number);
  };
  svg.addEventListener("pointerup", drop);
  svg.addEventListener("pointerleave", () => {
    pick.remove();
    held = null;
    say(null);
  });
  svg.addEventListener("dblclick", () => reset.click());
  let pointed = view.to;
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    pointed = Math.min(view.to, Math.max(view.from, pointed + step));
    say(pointed);
  });

  drawn.push({
    chart,
    show(from, to) {
      Object.assign(view, { from, to });
      reset.hidden = false;
      render();
    },
    reset() {
      Object.assign(view, { from: 0, to: chart.x.length - 1 });
      reset.hidden = true;
      render();
    },
  });
  render();
  new ResizeObserver(() => {
    if (Math.abs(view.width - Math.max(280, figure.clientWidth - 24)) > 1) render();
  }).observe(figure);
}

const carried = document.getElementById("sheet")?.textContent;
if (carried) {
  const sheet = JSON.parse(carried) as Sheet;
  for (const chart of sheet.charts) {
    const figure = document.querySelector<HTMLElement>(`figure[data-chart="${chart.id}"]`);
    if (figure !== null && chart.x.length > 0) mount(figure, chart);
  }
}
