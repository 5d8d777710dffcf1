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
      size={720}
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

type Shortcut = [string[], string];

const ANYWHERE: Shortcut[] = [
  [["Ctrl", "K"], "Commands: symbols, views, actions"],
  [["/"], "Find a symbol or view"],
  [["Del"], "Stop capturing the symbol marked in the search"],
  [["n"], "Alerts and notices; the arrows walk through them"],
  [["Ctrl", "Enter"], "Send the form that is being filled"],
  [["t"], "Light or dark theme"],
  [["["], "Narrow or widen the sidebar"],
  [["?"], "This sheet"],
  [["Esc"], "Close what is open"],
];
const OF_PANELS: Shortcut[] = [
  [["j"], "Next panel"],
  [["k"], "Panel before"],
  [["v"], "As a table"],
  [["c"], "Download as CSV"],
  [["h"], "How computed"],
  [["p"], "Pause"],
  [["f"], "Full screen"],
];

function Keys({ pages }: { pages: Page[] }) {
  const views = [...goToKeys(pages)].map(
    ([key, page]): Shortcut => [["g", key], `Go to ${page.title}`],
  );
  return (
    <>
      <div className="keys__columns">
        <KeyList title="Anywhere" keys={ANYWHERE} />
        <KeyList title="Views" keys={views} />
        <KeyList title="The panel pointed at or focused" keys={OF_PANELS} />
      </div>
      <p className="keys__hint">
        Drag across a chart to zoom; double-click to see everything again. Every chart has a table
        and a CSV under it.
      </p>
    </>
  );
}

function KeyList({ title, keys }: { title: string; keys: Shortcut[] }) {
  return (
    <section className="keys">
      <h3>{title}</h3>
      <dl>
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
    </section>
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
