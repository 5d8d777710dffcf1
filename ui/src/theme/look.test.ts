import { describe, expect, it } from "vitest";
import { lookIn } from "./look";

describe("lookIn", () => {
  it("gives the safe palette to who has chosen none", () => {
    expect(lookIn(null)).toEqual({ palette: "safe", density: "comfortable" });
  });

  it("takes up what was chosen", () => {
    expect(lookIn('{"palette":"eastern","density":"compact"}')).toEqual({
      palette: "eastern",
      density: "compact",
    });
  });

  it.each(["", "null", "[]", '{"palette":"pink"}', "{"])("survives %j", (text) => {
    expect(lookIn(text)).toEqual({ palette: "safe", density: "comfortable" });
  });
});
