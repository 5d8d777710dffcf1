import { Menu } from "@mantine/core";
import { Icon } from "./icons";

interface Properties {
  arrange(): void;
  print(): void;
  copy(): void;
}

/** What can be done with a view as a whole. */
export function PageMenu({ arrange, print, copy }: Properties) {
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
