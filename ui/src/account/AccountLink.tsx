import { followInPlace } from "../route";
import { Icon } from "../shell/icons";
import { useSession } from "./session";

/** Who is logged in, with the way to their account; nothing on a deck without accounts. */
export function AccountLink() {
  const known = useSession();
  if (known?.mode !== "users" || !known.logged_in) return null;
  const words = `Account of ${known.name}, ${known.role}`;
  return (
    <a
      className="icon-button"
      href="/account"
      onClick={followInPlace}
      aria-label={words}
      title={words}
    >
      <Icon name="person" />
    </a>
  );
}
