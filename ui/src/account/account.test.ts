import { describe, expect, it } from "vitest";
import { browserIn } from "./GrantTable";
import { invitedBy } from "./UserLogin";

describe("invitedBy", () => {
  it("takes the code from behind the # of a signup", () => {
    expect(invitedBy("/signup", "#a%2Bb")).toBe("a+b");
  });
  it("takes none from elsewhere", () => {
    expect(invitedBy("/pairs", "#view")).toBe("");
  });
});

describe("browserIn", () => {
  it("names browser and system", () => {
    const agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
    expect(browserIn(agent)).toBe("Chrome on Linux");
  });
  it("names a program by its first word", () => {
    expect(browserIn("python-httpx2/2.16")).toBe("python-httpx2/2.16");
    expect(browserIn("")).toBe("Unknown browser");
  });
});
