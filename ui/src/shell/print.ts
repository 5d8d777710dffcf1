const ATTRIBUTE = "data-mantine-color-scheme";
const REDRAWN = 300;

type Scheme = "dark" | "light" | "auto";

/**
 * Prints in the light theme: before it, charts are given the time to be drawn in it, and afterwards the
 * theme is what it was.
 */
export function printView(chosen: Scheme, setScheme: (scheme: Scheme) => void): void {
  setScheme("light");
  const whenLight = () => {
    if (document.documentElement.getAttribute(ATTRIBUTE) !== "light") {
      requestAnimationFrame(whenLight);
      return;
    }
    setTimeout(() => {
      window.print();
      setScheme(chosen);
    }, REDRAWN);
  };
  requestAnimationFrame(whenLight);
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
