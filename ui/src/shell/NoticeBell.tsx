import { Popover } from "@mantine/core";
import { useState } from "react";
import { clockTime } from "../format/time";
import { useZone } from "../format/zone";
import { clearNotices, markRead, useNotices } from "../notices";
import { Icon } from "./icons";

/** What was said in toasts, kept. */
export function NoticeBell() {
  const [open, setOpen] = useState(false);
  const notices = useNotices();
  const zone = useZone();
  const unread = notices.filter((notice) => !notice.read).length;
  const set = (next: boolean) => {
    setOpen(next);
    if (!next) markRead();
  };
  return (
    <Popover
      opened={open}
      onChange={set}
      position="bottom-end"
      width={340}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <button
          type="button"
          className="icon-button bell"
          aria-expanded={open}
          aria-label={unread > 0 ? `Notices, ${unread} unread` : "Notices"}
          onClick={() => set(!open)}
        >
          <Icon name="alerts" />
          {unread > 0 && <span className="bell__count">{unread}</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="notices" aria-label="Notices" tabIndex={-1}>
        <div className="notices__head">
          <h2>Notices</h2>
          {notices.length > 0 && (
            <button type="button" className="link" onClick={clearNotices}>
              Clear all
            </button>
          )}
        </div>
        {notices.length === 0 && (
          <p className="notices__none">Nothing has happened since this page was opened.</p>
        )}
        <ol>
          {notices.map((notice) => (
            <li key={notice.key} className={notice.read ? "" : "notices__unread"}>
              <span className={`notices__mark toast--${notice.tone}`} aria-hidden="true" />
              <span>
                {notice.text}
                {notice.times > 1 && <span className="unit">{notice.times} times</span>}
              </span>
              <time>{clockTime(notice.at, zone)}</time>
            </li>
          ))}
        </ol>
      </Popover.Dropdown>
    </Popover>
  );
}
