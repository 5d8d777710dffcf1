import { Menu } from "@mantine/core";
import { nameOf } from "../page/arrangement";
import { applyNamed, resetLayout, useLayout, useNamed } from "../page/layouts";
import { Icon } from "./icons";

interface Properties {
  page: string;
  arrange(): void;
  print(): void;
  copy(): void;
}

/** What can be done with a view as a whole. */
export function PageMenu({ page, arrange, print, copy }: Properties) {
  return (
    <Menu position="bottom-end" shadow="md" width={220} transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <button
          type="button"
          className="icon-button page__menu"
          aria-label="More of this view"
          title="More of this view"
        >
          <Icon name="more" />
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label="More of this view">
        <Menu.Item leftSection={<Icon name="arrange" size={16} />} onClick={arrange}>
          Arrange panels
        </Menu.Item>
        <Kept page={page} />
        <Menu.Item leftSection={<Icon name="print" size={16} />} onClick={print}>
          Print
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="link" size={16} />} onClick={copy}>
          Copy address
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

// The arrangements that are kept, to change between them.
function Kept({ page }: { page: string }) {
  const named = useNamed(page);
  const places = useLayout(page);
  const names = Object.keys(named);
  const used = nameOf(places, named);
  if (names.length === 0) return null;
  const item = (title: string, inUse: boolean, press: () => Promise<void>) => (
    <Menu.Item
      key={title}
      leftSection={inUse ? <Icon name="check" size={16} /> : <span className="menu__blank" />}
      aria-current={inUse || undefined}
      onClick={() => void press()}
    >
      {title}
    </Menu.Item>
  );
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Layouts</Menu.Label>
      {names.map((name) => item(name, name === used, () => applyNamed(page, name)))}
      {item("As delivered", places.length === 0, () => resetLayout(page))}
      <Menu.Divider />
    </>
  );
}
