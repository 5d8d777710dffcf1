import { Popover } from "@mantine/core";
import { useState } from "react";
import { Markdown } from "../panels/Markdown";
import { Icon } from "../shell/icons";
import type { Panel } from "../wire";

/** The button of a panel that tells how its figures are computed. */
export function HowComputed({ panel }: { panel: Panel }) {
  const [open, setOpen] = useState(false);
  const explained = (panel.columns ?? []).filter((column) => column.help);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={380}
      withArrow
      shadow="md"
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <button
          type="button"
          aria-expanded={open}
          aria-label="How computed"
          aria-keyshortcuts="h"
          title="How computed (h)"
          data-key="h"
          onClick={() => setOpen(!open)}
        >
          <Icon name="formula" size={15} />
        </button>
      </Popover.Target>
      <Popover.Dropdown className="how" aria-label={`How ${panel.title} is computed`} tabIndex={-1}>
        <h3>{panel.title}</h3>
        <Markdown text={panel.help ?? ""} />
        {explained.length > 0 && (
          <dl>
            {explained.map((column) => (
              <div key={column.id}>
                <dt>{column.title}</dt>
                <dd>{column.help}</dd>
              </div>
            ))}
          </dl>
        )}
        {panel.kind === "candles" && (
          <p className="how__credit">
            Drawn with{" "}
            <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
              TradingView Lightweight Charts
            </a>
            .
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
