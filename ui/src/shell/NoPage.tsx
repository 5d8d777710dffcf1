import { useEffect } from "react";
import { followInPlace } from "../route";
import type { Page } from "../wire";

/** What stands in place of a page that the deck does not have. */
export function NoPage({ name, pages }: { name: string; pages: Page[] }) {
  useEffect(() => {
    document.title = "No such page · quantdeck";
  }, []);
  return (
    <div className="nopage">
      <h1>{name === "" ? "This deck has no pages" : `There is no page “${name}”`}</h1>
      {pages.length > 0 && <p>This deck has these:</p>}
      <ul>
        {pages.map((page) => (
          <li key={page.id}>
            <a href={`/${page.id}`} onClick={followInPlace}>
              {page.title}
            </a>
            <span>{page.question}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
