import { createContext, useContext } from "react";
import type { Known } from "./template";

/** What the panels of a page know of it. */
export interface Surroundings {
  /** The value of every choice of the page, as it is sent. */
  choices: Known;
  /** Parameters of the address. */
  query: Record<string, string>;
  symbols: string[];
}

export const PageContext = createContext<Surroundings>({ choices: {}, query: {}, symbols: [] });

export function useSurroundings(): Surroundings {
  return useContext(PageContext);
}
