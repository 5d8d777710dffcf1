import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useState } from "react";
import { AccountLink } from "../account/AccountLink";
import { useMay } from "../account/session";
import { startCapture, stopCapture } from "../api";
import { useNow } from "../format/seconds";
import { dateTime, zoneName } from "../format/time";
import { toggleZone, useZone } from "../format/zone";
import { tell } from "../notices";
import { followInPlace } from "../route";
import type { Page, StatusPayload } from "../wire";
import { Icon } from "./icons";
import { Logo } from "./Logo";
import { NoticeBell } from "./NoticeBell";
import { StateStrip } from "./StateStrip";
import { SymbolSearch } from "./SymbolSearch";

interface Properties {
  pages: Page[];
  status: StatusPayload | null;
  /** Server's clock minus this machine's. [ms] */
  offset: number;
}

export function Header({ pages, status, offset }: Properties) {
  return (
    <header className="header">
      <a className="brand" href="/" onClick={followInPlace} aria-label="quantdeck, home">
        <Logo />
        <span>quantdeck</span>
      </a>
      <SymbolSearch pages={pages} status={status} />
      <StateStrip status={status} />
      <Clock offset={offset} stands={status?.replay?.done ? status.clock_ms : null} />
      <CaptureButton status={status} />
      <NoticeBell
        unseen={status?.alerts_unread ?? 0}
        view={pages.some((page) => page.id === "alerts") ? "/alerts" : null}
      />
      <AccountLink />
      <ThemeButton />
    </header>
  );
}

// A recording that has ended stands still, and the deck's time with it.
function Clock({ offset, stands }: { offset: number; stands: number | null }) {
  const running = useNow() + offset;
  const now = stands ?? running;
  const zone = useZone();
  return (
    <button type="button" className="clock" onClick={toggleZone} title="Change the display zone">
      <span className="clock__zone">{zoneName(zone, now)}</span>
      <time dateTime={new Date(now).toISOString()}>{dateTime(now, zone)}</time>
    </button>
  );
}

const START = {
  short: "Start",
  name: "Start capture",
  title: "Start capturing market data",
  done: "Capture started.",
};
const STOP = {
  short: "Stop",
  name: "Stop capture",
  title: "Stop capturing market data",
  done: "Capture stopped.",
};
const AGAIN = {
  short: "Play again",
  name: "Play again",
  title: "Play the recording from its beginning",
  done: "The recording is played again.",
};

export function CaptureButton({ status }: { status: StatusPayload | null }) {
  const [busy, setBusy] = useState(false);
  const mayPress = useMay("write");
  if (!mayPress || status === null || (status.replay !== null && !status.replay.done)) return null;
  const again = status.replay !== null;
  const stopping = status.capturing && !again;
  const words = again ? AGAIN : stopping ? STOP : START;
  const press = async () => {
    setBusy(true);
    try {
      await (stopping ? stopCapture() : startCapture());
      tell("capture", "info", words.done);
    } catch (fault) {
      tell("capture", "fault", fault instanceof Error ? fault.message : String(fault));
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      className={stopping ? "button capture" : "button button--primary capture"}
      disabled={busy}
      onClick={press}
      aria-label={words.name}
      title={words.title}
    >
      <Icon name={stopping ? "stop" : "play"} size={15} />
      <span>{words.short}</span>
    </button>
  );
}

export function ThemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("dark") === "dark";
  return (
    <button
      type="button"
      className="icon-button theme"
      onClick={() => setColorScheme(dark ? "light" : "dark")}
      aria-label={dark ? "Light theme" : "Dark theme"}
      title={dark ? "Light theme" : "Dark theme"}
    >
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
