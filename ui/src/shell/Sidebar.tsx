import { Drawer } from "@mantine/core";
import { useState } from "react";
import { followInPlace } from "../route";
import type { Page } from "../wire";
import { ThemeButton } from "./Header";
import { Icon } from "./icons";

interface Properties {
  pages: Page[];
  current: string;
  narrow: boolean;
  setNarrow(narrow: boolean): void;
  help(): void;
}

function Item({ page, current }: { page: Page; current: boolean }) {
  return (
    <a
      href={`/${page.id}`}
      className="nav__item"
      aria-current={current ? "page" : undefined}
      onClick={followInPlace}
      title={page.question}
    >
      <Icon name={page.icon} />
      <span>{page.title}</span>
    </a>
  );
}

/** The pages, beside the view; icons only when narrow. */
export function Sidebar({ pages, current, narrow, setNarrow, help }: Properties) {
  return (
    <nav className={narrow ? "nav nav--narrow" : "nav"} aria-label="Views">
      <div className="nav__items">
        {pages.map((page) => (
          <Item key={page.id} page={page} current={page.id === current} />
        ))}
      </div>
      <div className="nav__foot">
        <button type="button" className="nav__item" onClick={help} aria-label="Keyboard and about">
          <Icon name="help" />
          <span>Help</span>
        </button>
        <button
          type="button"
          className="nav__item"
          onClick={() => setNarrow(!narrow)}
          aria-label={narrow ? "Widen the sidebar" : "Narrow the sidebar"}
          aria-expanded={!narrow}
        >
          <Icon name={narrow ? "right" : "left"} />
          <span>Collapse</span>
        </button>
      </div>
    </nav>
  );
}

const IN_BAR = 4;

/** The pages on a small screen: four in a bar, the rest in a sheet. */
export function BottomBar({
  pages,
  current,
  help,
}: Pick<Properties, "pages" | "current" | "help">) {
  const [open, setOpen] = useState(false);
  const rest = pages.slice(IN_BAR);
  return (
    <nav className="bottom-bar" aria-label="Views">
      {pages.slice(0, IN_BAR).map((page) => (
        <Item key={page.id} page={page} current={page.id === current} />
      ))}
      <button
        type="button"
        className="nav__item"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <Icon name="more" />
        <span>More</span>
      </button>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        position="bottom"
        size="auto"
        title="More"
        closeButtonProps={{ "aria-label": "Close" }}
        transitionProps={{ duration: 120 }}
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: closes the sheet after a link in it */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: links inside answer to the keyboard */}
        <div className="more" onClick={() => setOpen(false)}>
          {rest.map((page) => (
            <Item key={page.id} page={page} current={page.id === current} />
          ))}
          <button type="button" className="nav__item" onClick={help}>
            <Icon name="help" />
            <span>Help and about</span>
          </button>
          <div className="more__theme">
            <ThemeButton />
            <span>Theme</span>
          </div>
        </div>
      </Drawer>
    </nav>
  );
}
