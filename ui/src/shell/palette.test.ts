import { describe, expect, it } from "vitest";
import { type Command, offered, scoreOf } from "./palette";

function command(title: string, group = "Views", words = ""): Command {
  return { id: title, group, title, words, run: () => {} };
}

describe("score of a command", () => {
  it("is nought where a typed word is in neither title nor words", () => {
    expect(scoreOf(command("Light theme"), "light x")).toBe(0);
  });

  it("puts the start of a title above the start of a word above the middle of one", () => {
    const scores = ["Pairs", "Paper pairs", "Repairs"].map((t) => scoreOf(command(t), "pairs"));

    expect(scores[0]).toBeGreaterThan(scores[1] as number);
    expect(scores[1]).toBeGreaterThan(scores[2] as number);
  });

  it("takes words in any order, and other words for half", () => {
    expect(scoreOf(command("Light theme", "Actions", "dark mode"), "mode dark")).toBeGreaterThan(0);
    expect(scoreOf(command("Dark theme"), "dark")).toBeGreaterThan(
      scoreOf(command("Theme", "Actions", "dark"), "dark"),
    );
  });
});

describe("what is offered", () => {
  it("stands in its own order, all of it, before anything is typed", () => {
    const many = Array.from({ length: 12 }, (_, i) => command(`View ${i}`));

    expect(offered(many, "")[0]?.commands).toEqual(many);
  });

  it("puts the heading with the best match first and cuts a long one", () => {
    const many = Array.from({ length: 12 }, (_, i) => command(`The theme of view ${i}`));
    const sections = offered([...many, command("Theme", "Actions")], "theme");

    expect(sections.map((one) => one.group)).toEqual(["Actions", "Views"]);
    expect(sections[1]?.commands).toHaveLength(8);
  });

  it("puts what was taken last before the others, once", () => {
    const commands = ["Home", "Pairs", "Risk"].map((title) => command(title));

    const [recent, others] = offered(commands, "", ["Risk", "gone", "Home"]);

    expect(recent?.commands.map((one) => one.id)).toEqual(["Risk", "Home"]);
    expect(others?.commands.map((one) => one.id)).toEqual(["Pairs"]);
  });

  it("puts what was taken last first among equals", () => {
    const commands = ["Run daily", "Run scan"].map((title) => command(title));

    const [section] = offered(commands, "run", ["Run scan"]);

    expect(section?.commands[0]?.id).toBe("Run scan");
  });
});
