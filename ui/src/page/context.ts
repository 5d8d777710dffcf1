import { createContext, useContext } from "react";

/** What the panels of a page know of it. */
export interface Surroundings {
  /** The value of every choice of the page. */
  values: Record<string, string>;
  /** Parameters of the address. */
  query: Record<string, string>;
  symbols: string[];
}

export const PageContext = createContext<Surroundings>({ values: {}, query: {}, symbols: [] });

export function useSurroundings(): Surroundings {
  return useContext(PageContext);
}
