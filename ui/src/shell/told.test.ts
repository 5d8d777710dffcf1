import { expect, it } from "vitest";
import { claimed, type Store } from "./told";
import { branchesOf } from "./tree";

function memory(): Store {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  };
}

it("an alert is told by the first tab that claims it", () => {
  const store = memory();

  expect(claimed(["a", "b"], store)).toEqual(["a", "b"]);
  expect(claimed(["b", "c"], store)).toEqual(["c"]);
});

it("told alerts are remembered up to a number, whatever stood there before", () => {
  const store = memory();
  store.setItem("quantdeck.alerts.told", "{broken");
  const many = Array.from({ length: 500 }, (_, i) => String(i));

  expect(claimed(many, store)).toHaveLength(500);
  expect(claimed(["499", "0"], store)).toEqual(["0"]);
});

it("views stand under the one they belong to; those of no view stand by themselves", () => {
  const page = (id: string, group = "") => ({ id, title: id, icon: "", question: "", group });
  const pages = [page("pairs"), page("alerts"), page("scan", "pairs"), page("lost", "nowhere")];

  const tree = branchesOf(pages).map(({ page: top, under }) => [top.id, under.map((u) => u.id)]);

  expect(tree).toEqual([
    ["pairs", ["scan"]],
    ["alerts", []],
    ["lost", []],
  ]);
});
