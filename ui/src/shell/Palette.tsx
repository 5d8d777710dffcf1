import { Modal } from "@mantine/core";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useSession } from "../account/session";
import { SymbolName } from "../panels/Symbol";
import type { Page, StatusPayload } from "../wire";
import {
  actionCommands,
  captureCommands,
  panelCommands,
  type ShellActions,
  shellViewCommands,
  symbolCommands,
  viewCommands,
} from "./commands";
import { Icon } from "./icons";
import { useInstruments } from "./instruments";
import { layoutCommands, workCommands } from "./pageCommands";
import { type Command, offered } from "./palette";
import { recentIds, remember } from "./recent";

interface Properties {
  opened: boolean;
  close(): void;
  pages: Page[];
  page: Page | undefined;
  status: StatusPayload | null;
  actions: ShellActions;
}

/** Finds a symbol, a view, a panel or something to do, and does it. */
export function Palette({ opened, close, ...rest }: Properties) {
  return (
    <Modal.Root
      opened={opened}
      onClose={close}
      size={600}
      padding={0}
      yOffset="12vh"
      returnFocus={false}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label="Commands">
        <Modal.Body>{opened && <Choices close={close} {...rest} />}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

const LIST = "palette-list";

function useCommands(typed: string, properties: Omit<Properties, "opened" | "close">) {
  const { pages, page, status, actions } = properties;
  const { symbols, near, waiting } = useInstruments(typed);
  const who = useSession();
  const sections = useMemo(
    () => [
      ...offered(
        [
          ...symbolCommands(pages, status),
          ...viewCommands(pages),
          ...shellViewCommands(who),
          ...actionCommands(actions, status, page, who),
          ...workCommands(pages),
          ...(page === undefined ? [] : layoutCommands(page)),
          ...panelCommands(page),
        ],
        typed,
        recentIds(localStorage),
      ),
      ...offered(captureCommands(symbols.length > 0 ? symbols : near, status, who), ""),
    ],
    [pages, page, status, actions, symbols, near, typed, who],
  );
  return { sections, waiting };
}

function Choices({ close, ...rest }: Omit<Properties, "opened">) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const { sections, waiting } = useCommands(typed, rest);
  const all = sections.flatMap((section) => section.commands);
  const marked = all[Math.min(at, all.length - 1)];

  // biome-ignore lint/correctness/useExhaustiveDependencies: another mark is to be in sight
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [marked?.id]);

  const take = (command: Command | undefined) => {
    if (command === undefined) return;
    close();
    remember(command.id, localStorage);
    // After the sheet has given the keyboard back.
    setTimeout(command.run);
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (step !== undefined && all.length > 0) {
      const next = Math.min(at, all.length - 1) + step;
      const wraps = Math.abs(step) === 1;
      setAt(wraps ? (next + all.length) % all.length : clamped(next, all.length));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) take(marked);
    else return;
    event.preventDefault();
  };

  return (
    <div className="palette">
      <div className="palette__line">
        <Icon name="search" size={17} />
        <input
          type="text"
          role="combobox"
          data-autofocus
          aria-expanded="true"
          aria-controls={LIST}
          aria-activedescendant={marked && idOf(marked)}
          aria-label="Find a symbol, a view or an action"
          placeholder="Symbol, view or action"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
        <kbd>Esc</kbd>
      </div>
      <div ref={list} id={LIST} role="listbox" aria-label="Found" className="palette__list">
        {sections.map((section) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is no group of options
          <div key={section.group} role="group" aria-label={section.group}>
            <div className="palette__group" aria-hidden="true">
              {section.group}
            </div>
            {section.commands.map((command) => (
              <Choice
                key={command.id}
                command={command}
                marked={command === marked}
                mark={() => setAt(all.indexOf(command))}
                take={() => take(command)}
              />
            ))}
          </div>
        ))}
      </div>
      {all.length === 0 && (
        <p className="palette__none" role="status">
          {waiting ? `Looking for “${typed}” …` : `Nothing here is called “${typed}”.`}
        </p>
      )}
    </div>
  );
}

function clamped(value: number, length: number): number {
  return Math.max(0, Math.min(length - 1, value));
}

function idOf(command: Command): string {
  return `command-${command.id.replace(/[^\w-]/g, "_")}`;
}

interface ChoiceProperties {
  command: Command;
  marked: boolean;
  mark(): void;
  take(): void;
}

function Choice({ command, marked, mark, take }: ChoiceProperties) {
  const isSymbol = /^(symbol|capture) /.test(command.id);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the line above answers to the keyboard
    <div
      id={idOf(command)}
      role="option"
      tabIndex={-1}
      aria-selected={marked}
      className="palette__option"
      onClick={take}
      onMouseMove={mark}
      onMouseDown={(event) => event.preventDefault()}
    >
      <Icon name={command.icon ?? "card"} size={16} />
      <span className="palette__title">
        {isSymbol ? <SymbolName symbol={command.title} /> : command.title}
      </span>
      {command.hint && <span className="palette__hint">{command.hint}</span>}
      {command.keys && (
        <span className="palette__keys">
          {command.keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>
      )}
    </div>
  );
}
