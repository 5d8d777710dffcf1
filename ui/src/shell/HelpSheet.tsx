import { Modal } from "@mantine/core";
import type { Page } from "../wire";
import { goToKeys } from "./keys";
import { Logo } from "./Logo";

interface Properties {
  pages: Page[];
  version: string;
  opened: boolean;
  close(): void;
}

/** The keys, and what this is made of. */
export function HelpSheet({ pages, version, opened, close }: Properties) {
  return (
    <Modal.Root
      opened={opened}
      onClose={close}
      size={460}
      padding={20}
      centered
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <div className="sheet__head">
            <Modal.Title>Keyboard</Modal.Title>
            <button type="button" className="button" onClick={close}>
              Close
            </button>
          </div>
          <Keys pages={pages} />
          <About version={version} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Keys({ pages }: { pages: Page[] }) {
  const keys: [string[], string][] = [
    [["/"], "Find a symbol or view"],
    [["Del"], "Stop capturing the symbol marked in the search"],
    ...[...goToKeys(pages)].map(([key, page]): [string[], string] => [
      ["g", key],
      `Go to ${page.title}`,
    ]),
    [["n"], "Alerts and notices; the arrows walk through them"],
    [["Ctrl", "Enter"], "Send the form that is being filled"],
    [["t"], "Light or dark theme"],
    [["["], "Narrow or widen the sidebar"],
    [["?"], "This sheet"],
    [["Esc"], "Close what is open"],
  ];
  return (
    <>
      <dl className="keys">
        {keys.map(([names, text]) => (
          <div key={text}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className="keys__hint">
        Drag across a chart to zoom; double-click to see everything again. Every chart has a table
        and a CSV under it.
      </p>
    </>
  );
}

function About({ version }: { version: string }) {
  return (
    <div className="about">
      <Logo size={18} />
      <p>
        quantdeck {version}. MIT licence. Charts:{" "}
        <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
          TradingView Lightweight Charts™
        </a>{" "}
        (Copyright © 2025 TradingView, Inc., Apache-2.0) and uPlot (MIT).{" "}
        <a href="/licences.txt">All licences</a>
      </p>
    </div>
  );
}
