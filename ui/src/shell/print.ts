const ATTRIBUTE = "data-mantine-color-scheme";
const REDRAWN = 400;

/**
 * Prints in the light theme: before it, charts are given the time to be drawn in it, and afterwards the
 * theme is what it was.
 */
export function printView(scheme: "dark" | "light", setScheme: (scheme: "dark" | "light") => void) {
  if (scheme === "light") {
    window.print();
    return;
  }
  setScheme("light");
  setTimeout(() => {
    window.print();
    setScheme("dark");
  }, REDRAWN);
}

/** Lets a view that the browser itself prints be dark on white, too. */
export function listenToPrint(): () => void {
  const root = document.documentElement;
  let before: string | null = null;
  const begin = () => {
    before = root.getAttribute(ATTRIBUTE);
    root.setAttribute(ATTRIBUTE, "light");
  };
  const end = () => {
    if (before !== null) root.setAttribute(ATTRIBUTE, before);
    before = null;
  };
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  return () => {
    window.removeEventListener("beforeprint", begin);
    window.removeEventListener("afterprint", end);
  };
}
