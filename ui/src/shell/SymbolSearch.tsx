import { Combobox, useCombobox } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useMay } from "../account/session";
import { SymbolName } from "../panels/Symbol";
import { go } from "../route";
import type { Page, StatusPayload } from "../wire";
import { Icon } from "./icons";
import { captureOnly, matching, symbolPage, useInstruments } from "./instruments";

interface Properties {
  pages: Page[];
  status: StatusPayload | null;
}

const MOST = 8;

/** Finds a captured symbol, a page, or something new to capture. */
export function SymbolSearch({ pages, status }: Properties) {
  const [typed, setTyped] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const moved = useRef(false);
  const entered = useRef("");
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const captured = status?.symbols ?? [];
  const own = matching(captured, typed).slice(0, MOST);
  const views = pages.filter((page) => matching([page.title], typed).length > 0);
  const answer = useInstruments(typed);
  const mayCapture = useMay("write");
  const offered = (symbols: string[]) =>
    !mayCapture || status === null || status.mode === "replay"
      ? []
      : symbols.filter((symbol) => !captured.includes(symbol)).slice(0, MOST);
  const fresh = offered(answer.symbols);
  const found = own.length + fresh.length + views.length;
  const near = found === 0 ? offered(answer.near) : [];
  const target = symbolPage(pages);
  // The last one stays: a capture of nothing is what Stop is for.
  const removable =
    mayCapture && status?.mode !== "replay" && status?.capturing === true && captured.length > 1;

  // Enter takes the first that was found, never a guess; arrows move on from there.
  const offers = [...own, ...fresh, ...views.map((page) => page.id)].join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: other offers, another first
  useEffect(() => {
    moved.current = false;
    if (typed !== "" && offers !== "") combobox.selectFirstOption();
    else combobox.resetSelectedOption();
    // Who types faster than the deck answers has pressed Enter already.
    if (offers !== "" && typed !== "" && entered.current === typed) {
      combobox.clickSelectedOption();
    }
    if (offers !== "") entered.current = "";
  }, [typed, offers]);

  const remove = (symbol: string) => {
    const others = captured.filter((one) => one !== symbol);
    if (removable && others.length < captured.length)
      captureOnly(others, symbol, "no longer captured");
  };

  // Delete takes away the symbol that arrows have marked, where it has no letter to delete.
  const removeMarked = (event: KeyboardEvent<HTMLInputElement>) => {
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const marked = moved.current ? own[combobox.getSelectedOptionIndex()] : undefined;
    if (marked === undefined || selectionStart !== value.length || selectionEnd !== value.length) {
      return;
    }
    event.preventDefault();
    combobox.resetSelectedOption();
    remove(marked);
  };

  const choose = (value: string) => {
    const at = value.indexOf("|");
    const kind = value.slice(0, at);
    const name = value.slice(at + 1);
    if (kind === "view") go(`/${name}`);
    else if (kind === "open" && target) {
      go(`/${target.page.id}?${new URLSearchParams({ [target.id]: name })}`);
    } else if (kind === "capture") captureOnly([...captured, name], name, "being captured");
    setTyped("");
    combobox.closeDropdown();
    input.current?.blur();
  };

  const option = (kind: string, name: string, word: string) => (
    <Combobox.Option key={kind + name} value={`${kind}|${name}`} className="search__option">
      {kind === "view" ? (
        pages.find((page) => page.id === name)?.title
      ) : (
        <SymbolName symbol={name} />
      )}
      <span className="search__word">{word}</span>
      {kind === "open" && removable && (
        // biome-ignore lint/a11y/noStaticElementInteractions: an option holds no button; Delete does it by keyboard
        // biome-ignore lint/a11y/useKeyWithClickEvents: as above
        <span
          className="search__remove"
          title="Stop capturing it (key: Delete)"
          onClick={(event) => {
            event.stopPropagation();
            remove(name);
          }}
        >
          Remove
        </span>
      )}
    </Combobox.Option>
  );

  return (
    <Combobox
      store={combobox}
      onOptionSubmit={choose}
      shadow="md"
      withinPortal={false}
      width={320}
      position="bottom-start"
      transitionProps={{ duration: 0 }}
    >
      <Combobox.DropdownTarget>
        <div className="search">
          <Icon name="search" size={16} />
          <Combobox.EventsTarget withExpandedAttribute>
            <input
              ref={input}
              id="symbol-search"
              type="search"
              role="combobox"
              aria-expanded={combobox.dropdownOpened}
              placeholder="Symbol or view"
              aria-label="Find a symbol or view"
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => {
                setTyped(event.currentTarget.value);
                combobox.openDropdown();
              }}
              onFocus={() => combobox.openDropdown()}
              onBlur={() => combobox.closeDropdown()}
              onKeyDown={(event) => {
                if (event.key.startsWith("Arrow")) moved.current = true;
                if (event.key === "Delete") removeMarked(event);
                if (event.key === "Enter" && offers === "") entered.current = typed;
                if (event.key !== "Escape") return;
                setTyped("");
                input.current?.blur();
              }}
            />
          </Combobox.EventsTarget>
          <kbd>/</kbd>
        </div>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown>
        <Combobox.Options mah={360} style={{ overflowY: "auto" }} aria-label="Found">
          {own.length > 0 && (
            <Combobox.Group label={removable ? "Captured (Delete removes the marked)" : "Captured"}>
              {own.map((symbol) => option("open", symbol, target ? target.page.title : ""))}
            </Combobox.Group>
          )}
          {fresh.length > 0 && (
            <Combobox.Group label="Not captured yet">
              {fresh.map((symbol) => option("capture", symbol, "Capture"))}
            </Combobox.Group>
          )}
          {views.length > 0 && (
            <Combobox.Group label="Views">
              {views.map((page) => option("view", page.id, "Go to"))}
            </Combobox.Group>
          )}
          {found === 0 && (
            <Combobox.Empty role="status">
              {answer.waiting
                ? `Looking for “${typed}” …`
                : `No symbol or view is called “${typed}”.`}
            </Combobox.Empty>
          )}
          {near.length > 0 && (
            <Combobox.Group label="With a name like it">
              {near.map((symbol) => option("capture", symbol, "Capture"))}
            </Combobox.Group>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
