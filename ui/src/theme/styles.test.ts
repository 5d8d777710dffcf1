import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const LIBRARY = "node_modules/@mantine/core";

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && /\.(tsx?|mjs)$/.test(one.name) && !/\.test\./.test(one.name))
    .map((one) => readFileSync(join(one.parentPath, one.name), "utf8"));
}

/** Names that the page and its notices take from the library, types apart. */
function taken(): Set<string> {
  const names = new Set<string>();
  for (const text of [...sources("src"), ...sources("node_modules/@mantine/notifications/esm")]) {
    for (const [, list] of text.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)) {
      for (const name of (list ?? "").split(",").map((one) => one.trim())) {
        if (name && !name.startsWith("type ")) names.add(name.split(" as ")[0] ?? name);
      }
    }
  }
  return names;
}

/** Styles that these names need, with what they are made of, in the order of the whole sheet. */
function needed(names: Set<string>): string[] {
  const index = readFileSync(`${LIBRARY}/esm/index.mjs`, "utf8");
  const waiting: string[] = [];
  for (const [, list, file] of index.matchAll(/import \{([^}]*)\} from "\.\/([^"]+)"/g)) {
    const exported = (list ?? "").split(",").map((one) => one.trim().split(" as ").pop() ?? "");
    if (exported.some((name) => names.has(name))) waiting.push(`${LIBRARY}/esm/${file}`);
  }
  const seen = new Set<string>();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, path] of text.matchAll(/from "(\.[^"]+)"/g)) {
      waiting.push(join(dirname(file), path ?? ""));
    }
  }
  const whole = readFileSync(`${LIBRARY}/styles.layer.css`, "utf8");
  const styles = readdirSync(`${LIBRARY}/styles`);
  return [...seen]
    .map((file) => /([^/]+)\.module\.mjs$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .map((name) => `${name}.layer.css`)
    .filter((name) => styles.includes(name))
    .sort((one, other) => placeIn(whole, one) - placeIn(whole, other));
}

function placeIn(whole: string, name: string): number {
  const rules = readFileSync(`${LIBRARY}/styles/${name}`, "utf8");
  const first = /\.m_[0-9a-f]+/.exec(rules)?.[0] ?? "";
  return whole.indexOf(first);
}

describe("styles of the component library", () => {
  it("are those of the components that the page takes, in their order", () => {
    const listed = [
      ...readFileSync("src/theme/mantine.css", "utf8").matchAll(/styles\/(\w+\.layer\.css)"/g),
    ].map(([, name]) => name ?? "");
    const components = listed.filter((name) => /^[A-Z]/.test(name));

    expect(components).toEqual(needed(taken()));
  });
});
