import { memo, useState } from "react";
import { followInPlace } from "../route";
import type { Page } from "../wire";
import { Icon } from "./icons";
import { type Branch, branchesOf } from "./tree";

interface Properties {
  pages: Page[];
  current: string;
  narrow: boolean;
  setNarrow(narrow: boolean): void;
  help(): void;
  commands(): void;
}

interface ItemProperties {
  page: Page;
  current: boolean;
  onKeyDown?(event: React.KeyboardEvent): void;
}

export function Item({ page, current, onKeyDown }: ItemProperties) {
  return (
    <a
      href={`/${page.id}`}
      className="nav__item"
      aria-current={current ? "page" : undefined}
      onClick={followInPlace}
      onKeyDown={onKeyDown}
      title={page.question}
    >
      <Icon name={page.icon} />
      <span>{page.title}</span>
    </a>
  );
}

/** The pages, beside the view; icons only when narrow. */
export const Sidebar = memo(function Sidebar(properties: Properties) {
  const { pages, current, narrow, setNarrow, help, commands } = properties;
  return (
    <nav className={narrow ? "nav nav--narrow" : "nav"} aria-label="Views">
      <div className="nav__items">
        {branchesOf(pages).map((branch) =>
          branch.under.length === 0 ? (
            <Item key={branch.page.id} page={branch.page} current={branch.page.id === current} />
          ) : (
            <Group key={branch.page.id} branch={branch} current={current} />
          ),
        )}
      </div>
      <div className="nav__foot">
        <a
          href="/settings"
          className="nav__item"
          aria-current={current === "settings" ? "page" : undefined}
          onClick={followInPlace}
        >
          <Icon name="settings" />
          <span>Settings</span>
        </a>
        <button
          type="button"
          className="nav__item"
          onClick={help}
          aria-label="Help: keyboard and about"
        >
          <Icon name="help" />
          <span>Help</span>
        </button>
        <button
          type="button"
          className="nav__item"
          onClick={commands}
          aria-label="Commands"
          aria-keyshortcuts="Control+K"
          title="Commands (Ctrl K)"
        >
          <Icon name="search" />
          <span>Commands</span>
        </button>
        <button
          type="button"
          className="nav__item"
          onClick={() => setNarrow(!narrow)}
          aria-label={narrow ? "Widen the sidebar" : undefined}
          aria-expanded={!narrow}
        >
          <Icon name={narrow ? "right" : "left"} />
          <span>Collapse</span>
        </button>
      </div>
    </nav>
  );
});

function keyOf(page: Page): string {
  return `quantdeck.group.${page.id}`;
}

// Open unless somebody closed it; the page that is shown is never hidden in a closed one.
function Group({ branch, current }: { branch: Branch; current: string }) {
  const { page, under } = branch;
  const [closed, setClosed] = useState(() => localStorage.getItem(keyOf(page)) === "closed");
  const set = (next: boolean) => {
    setClosed(next);
    localStorage.setItem(keyOf(page), next ? "closed" : "open");
  };
  const holds = under.some((one) => one.id === current);
  const open = !closed || holds;
  const list = `under-${page.id}`;
  return (
    <div className="nav__group">
      <div className="nav__head">
        <Item
          page={page}
          current={page.id === current}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") set(false);
            else if (event.key === "ArrowLeft") set(true);
          }}
        />
        <button
          type="button"
          className="nav__fold"
          aria-expanded={open}
          aria-controls={list}
          aria-label={`Views under ${page.title}`}
          disabled={holds}
          onClick={() => set(open)}
        >
          <Icon name={open ? "down" : "right"} size={14} />
        </button>
      </div>
      <div id={list} className="nav__under" hidden={!open}>
        {under.map((one) => (
          <Item key={one.id} page={one} current={one.id === current} />
        ))}
      </div>
    </div>
  );
}
