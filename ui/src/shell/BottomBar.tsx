import { Drawer } from "@mantine/core";
import { useState } from "react";
import { followInPlace } from "../route";
import type { Page } from "../wire";
import { ThemeButton } from "./Header";
import { Icon } from "./icons";
import { Item } from "./Sidebar";
import { branchesOf } from "./tree";

interface Properties {
  pages: Page[];
  current: string;
  help(): void;
  commands(): void;
}

const IN_BAR = 4;

/** The pages on a small screen: four in a bar, the rest in a sheet. */
export function BottomBar({ pages, current, help, commands }: Properties) {
  const [open, setOpen] = useState(false);
  const branches = branchesOf(pages);
  const inBar = branches.slice(0, IN_BAR).map((branch) => branch.page);
  const rest = branches
    .flatMap(({ page, under }) => [page, ...under])
    .filter((page) => !inBar.includes(page));
  return (
    <nav className="bottom-bar" aria-label="Views">
      {inBar.map((page) => (
        <Item key={page.id} page={page} current={page.id === current} />
      ))}
      <button
        type="button"
        className="nav__item"
        aria-expanded={open}
        aria-current={rest.some((page) => page.id === current) ? "true" : undefined}
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
              <button type="button" className="nav__item" onClick={commands}>
                <Icon name="search" />
                <span>Commands</span>
              </button>
              <a href="/settings" className="nav__item" onClick={followInPlace}>
                <Icon name="settings" />
                <span>Settings</span>
              </a>
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
