import { Drawer } from "@mantine/core";
import { memo, useState } from "react";
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
export const Sidebar = memo(function Sidebar(properties: Properties) {
  const { pages, current, narrow, setNarrow, help } = properties;
  return (
    <nav className={narrow ? "nav nav--narrow" : "nav"} aria-label="Views">
      <div className="nav__items">
        {pages.map((page) => (
          <Item key={page.id} page={page} current={page.id === current} />
        ))}
      </div>
      <div className="nav__foot">
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
      <Drawer.Root
        opened={open}
        onClose={() => setOpen(false)}
        position="bottom"
        size="auto"
        transitionProps={{ duration: 120 }}
      >
        <Drawer.Overlay />
        <Drawer.Content>
          <Drawer.Body>
            <Drawer.Title className="visually-hidden">More</Drawer.Title>
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
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </nav>
  );
}
