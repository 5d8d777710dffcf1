import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { setZone, useZone } from "../format/zone";
import { setLook, useLook } from "../theme/look";
import { keepLook, type Look, type Session } from "./wire";

/** Takes up how a person likes the page, where they have said so in this or another browser. */
export function takeUp(who: Session, setTheme: (theme: Look["theme"]) => void): void {
  if (who.look === undefined || who.look === null) return;
  const { theme, palette, density, zone } = who.look;
  setTheme(theme);
  setLook({ palette, density });
  setZone(zone);
}

/** Keeps what a person changes of it on the deck; on a deck without accounts the browser alone does. */
export function useKeptLook(who: Session | null): void {
  const { palette, density } = useLook();
  const zone = useZone();
  const { colorScheme: theme } = useMantineColorScheme();
  const now = JSON.stringify({ theme, palette, density, zone });
  const kept = useRef(now);
  const hasAccount = who?.mode === "users" && who.logged_in;
  useEffect(() => {
    if (!hasAccount || kept.current === now) return;
    kept.current = now;
    // The browser has it in any case; a deck that is away is told at the next change.
    keepLook(JSON.parse(now) as Look).catch(() => {});
  }, [hasAccount, now]);
}
