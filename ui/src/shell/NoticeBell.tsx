import { Drawer } from "@mantine/core";
import { useState } from "react";
import { useMay } from "../account/session";
import { send } from "../api";
import { dateTime } from "../format/time";
import { useZone } from "../format/zone";
import { clearNotices, markRead, type Notice, tell, useNotices } from "../notices";
import { wordsOf as faultOf } from "../page/act";
import { followInPlace } from "../route";
import type { Row } from "../wire";
import { confirmed } from "./confirm";
import { Icon } from "./icons";
import { toneOf, useAlerts, wordsOf } from "./useAlerts";

interface Properties {
  /** Fired alerts that nobody has seen, as the deck counts them. */
  unseen: number;
  /** Where alerts have a view of their own. */
  view: string | null;
}

const SHOWN = 100;

function report(fault: unknown): void {
  tell("alerts", "fault", faultOf(fault));
}

/** The bell, and behind it everything that was told: fired alerts, and notices of this page. */
export function NoticeBell({ unseen, view }: Properties) {
  const [open, setOpen] = useState(false);
  const notices = useNotices();
  const alerts = useAlerts();
  const mayChange = useMay("write");
  const unread = unseen + notices.filter((notice) => !notice.read).length;
  const close = () => {
    setOpen(false);
    markRead();
  };
  const readAll = () => {
    markRead();
    if (mayChange && unseen > 0) void send("POST", "/api/v1/alerts/read", {}).catch(report);
  };
  const clearAll = async () => {
    const question = "Delete all fired alerts from the history? They cannot be brought back.";
    if (mayChange && alerts.length > 0 && !(await confirmed(question, "Clear all"))) return;
    clearNotices();
    if (mayChange && alerts.length > 0) void send("DELETE", "/api/v1/alerts").catch(report);
  };
  const nothing = (mayChange ? alerts.length : 0) + notices.length === 0;
  return (
    <>
      <button
        type="button"
        id="bell"
        className="icon-button bell"
        aria-expanded={open}
        aria-label={unread > 0 ? `Alerts and notices, ${unread} unread` : "Alerts and notices"}
        title="Alerts and notices (n)"
        onClick={() => setOpen(true)}
      >
        <Icon name="alerts" />
        {unread > 0 && <span className="bell__count">{unread > 99 ? "99+" : unread}</span>}
      </button>
      <Drawer.Root
        opened={open}
        onClose={close}
        position="right"
        size={400}
        classNames={{ content: "history" }}
        transitionProps={{ duration: 120 }}
      >
        <Drawer.Overlay />
        <Drawer.Content aria-label="Alerts and notices">
          <Drawer.Body onKeyDown={walk}>
            <div className="history__head">
              <Drawer.Title>Alerts and notices</Drawer.Title>
              <button type="button" className="button button--small" onClick={close}>
                Close
              </button>
            </div>
            <div className="history__bar">
              <button type="button" className="link" onClick={readAll} disabled={unread === 0}>
                Mark all as read
              </button>
              <button
                type="button"
                className="link"
                onClick={() => void clearAll()}
                disabled={nothing}
              >
                Clear all
              </button>
              {view !== null && (
                <a
                  href={view}
                  onClick={(event) => {
                    followInPlace(event);
                    close();
                  }}
                >
                  Rules and channels
                </a>
              )}
            </div>
            <h3>Fired alerts</h3>
            {alerts.length === 0 && <p className="history__none">No alert has fired.</p>}
            <ol>
              {alerts.slice(0, SHOWN).map((row) => (
                <AlertEntry key={row.id} row={row} />
              ))}
            </ol>
            <h3>Notices</h3>
            {notices.length === 0 && (
              <p className="history__none">Nothing has happened since this page was opened.</p>
            )}
            <ol>
              {notices.map((notice) => (
                <NoticeEntry key={notice.key} notice={notice} />
              ))}
            </ol>
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </>
  );
}

// The arrows go from entry to entry.
function walk(event: React.KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-entry]")];
  const at = entries.indexOf(document.activeElement as HTMLElement);
  entries[Math.min(Math.max(at + step, 0), entries.length - 1)]?.focus();
  event.preventDefault();
}

function AlertEntry({ row }: { row: Row }) {
  const zone = useZone();
  const at = Number(row.ts ?? 0);
  const mayChange = useMay("write");
  const read = () => {
    if (!mayChange || row.read === true) return;
    void send("POST", "/api/v1/alerts/read", { id: row.id }).catch(report);
  };
  return (
    <li className={row.read === true ? "" : "history__unread"}>
      <button
        type="button"
        data-entry
        onClick={read}
        title={mayChange ? "Mark as read" : undefined}
      >
        <span className={`history__mark toast--${toneOf(row)}`} aria-hidden="true" />
        <span>
          {row.read !== true && <span className="visually-hidden">Unread: </span>}
          {wordsOf(row)}
          {row.simulated === true && <span className="unit">simulated</span>}
          {row.muted === true && <span className="unit">muted</span>}
        </span>
        <time dateTime={new Date(at).toISOString()}>{dateTime(at, zone)}</time>
      </button>
    </li>
  );
}

function NoticeEntry({ notice }: { notice: Notice }) {
  const zone = useZone();
  return (
    <li className={notice.read ? "" : "history__unread"}>
      <div data-entry tabIndex={-1}>
        <span className={`history__mark toast--${notice.tone}`} aria-hidden="true" />
        <span>
          {notice.text}
          {notice.times > 1 && <span className="unit">{notice.times} times</span>}
        </span>
        <time dateTime={new Date(notice.at).toISOString()}>{dateTime(notice.at, zone)}</time>
      </div>
    </li>
  );
}
