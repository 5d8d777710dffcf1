import { useState } from "react";
import { Icon } from "../shell/icons";
import type { Page, Panel } from "../wire";
import { changed, moved, nameOf, nextHeight, nextWidth, type Placed, putAt } from "./arrangement";
import {
  edit,
  forgetNamed,
  layoutOf,
  resetLayout,
  saveLayout,
  stopEditing,
  useNamed,
} from "./layouts";

interface BarProperties {
  page: Page;
  places: Placed[];
  /** Whether there is something to go back from. */
  arranged: boolean;
}

/** What stands above the panels while they are arranged. */
export function ArrangeBar({ page, places, arranged }: BarProperties) {
  const titles = new Map(page.panels?.map((panel) => [panel.id, panel.title]));
  const hidden = places.filter((place) => place.hidden);
  const named = useNamed(page.id);
  const [name, setName] = useState(() => nameOf(layoutOf(page.id), named));
  return (
    <section className="arrange" aria-label="Arranging">
      <p>
        <strong>Arranging this view.</strong> Drag a panel by its title, or use its buttons.
      </p>
      <form
        className="arrange__buttons"
        onSubmit={(event) => {
          event.preventDefault();
          void saveLayout(page.id, places, name.trim());
        }}
      >
        <input
          className="input arrange__name"
          aria-label="Name of the arrangement"
          placeholder="Name, to keep several"
          maxLength={40}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {arranged && (
          <button type="button" className="button" onClick={() => void resetLayout(page.id)}>
            As delivered
          </button>
        )}
        <button type="button" className="button" onClick={stopEditing}>
          Cancel
        </button>
        <button type="submit" className="button button--primary">
          Save
        </button>
      </form>
      {Object.keys(named).length > 0 && (
        <ul className="arrange__hidden" aria-label="Kept arrangements">
          {Object.keys(named).map((one) => (
            <li key={one}>
              <button
                type="button"
                className="button button--small"
                onClick={() => void forgetNamed(page.id, one)}
              >
                Delete {one}
              </button>
            </li>
          ))}
        </ul>
      )}
      {hidden.length > 0 && (
        <ul className="arrange__hidden" aria-label="Hidden panels">
          {hidden.map(({ id }) => (
            <li key={id}>
              <button
                type="button"
                className="button button--small"
                onClick={() => edit(page.id, changed(places, id, { hidden: false }))}
              >
                Show {titles.get(id) ?? id}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const PANEL_TYPE = "application/x-quantdeck-panel";

/** What a panel's frame answers to while panels are arranged. */
export function dragging(page: string, places: Placed[], id: string) {
  return {
    head: {
      draggable: true,
      onDragStart: (event: React.DragEvent) => {
        event.dataTransfer.setData(PANEL_TYPE, id);
        event.dataTransfer.effectAllowed = "move";
      },
    },
    frame: {
      onDragOver: (event: React.DragEvent) => {
        if (event.dataTransfer.types.includes(PANEL_TYPE)) event.preventDefault();
      },
      onDrop: (event: React.DragEvent) => {
        const other = event.dataTransfer.getData(PANEL_TYPE);
        if (other === "") return;
        event.preventDefault();
        edit(page, putAt(places, other, id));
      },
    },
  };
}

interface ToolsProperties {
  page: string;
  panel: Panel;
  places: Placed[];
}

/** The buttons of one panel that move and size it. */
export function ArrangeTools({ page, panel, places }: ToolsProperties) {
  const { id } = panel;
  const shown = places.filter((place) => !place.hidden);
  const at = shown.findIndex((place) => place.id === id);
  const change = (next: Partial<Placed>) => edit(page, changed(places, id, next));
  const tool = (icon: string, text: string, press: () => void, off = false) => (
    <button
      type="button"
      disabled={off}
      aria-label={`${text}: ${panel.title}`}
      title={text}
      onClick={press}
    >
      <Icon name={icon} size={15} />
    </button>
  );
  const width = (by: 1 | -1) => nextWidth(panel, by);
  const height = (by: 1 | -1) => nextHeight(panel, by);
  return (
    <div className="panel__actions panel__actions--arrange">
      {tool("left", "Move earlier", () => edit(page, moved(places, id, -1)), at === 0)}
      {tool("right", "Move later", () => edit(page, moved(places, id, 1)), at === shown.length - 1)}
      {tool("narrower", "Narrower", () => change({ width: width(-1) }), width(-1) === panel.width)}
      {tool("wider", "Wider", () => change({ width: width(1) }), width(1) === panel.width)}
      {tool("lower", "Lower", () => change({ height: height(-1) }), height(-1) === panel.height)}
      {tool("higher", "Higher", () => change({ height: height(1) }), height(1) === panel.height)}
      {tool("hide", "Hide", () => change({ hidden: true }), shown.length === 1)}
    </div>
  );
}
