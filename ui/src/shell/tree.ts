import type { Page } from "../wire";

/** A page of the top level with those that stand under it. */
export interface Branch {
  page: Page;
  under: Page[];
}

/** The pages as the sidebar shows them; one whose group is none of the pages stands at the top level. */
export function branchesOf(pages: Page[]): Branch[] {
  const tops = new Set(pages.filter((page) => !page.group).map((page) => page.id));
  const isTop = (page: Page) => !page.group || !tops.has(page.group);
  return pages
    .filter(isTop)
    .map((page) => ({ page, under: pages.filter((one) => !isTop(one) && one.group === page.id) }));
}
