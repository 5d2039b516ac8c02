/** Above a list: search, filters, and what can be done with the rows one has selected. */
import { ActionIcon, Checkbox, CloseButton, Menu, TextInput, Tooltip } from "@mantine/core";
import { IconColumns3, IconDownload, IconSearch } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import classes from "./toolbar.module.css";

interface Props {
  search: string;
  onSearch: (text: string) => void;
  placeholder: string;
  children?: ReactNode;
  selectedCount?: number;
  onClearSelection?: () => void;
  bulk?: ReactNode;
  onExport?: () => void;
  columns?: { id: string; title: string; shown: boolean }[];
  onColumn?: (id: string) => void;
}

export function Toolbar(props: Props) {
  const { t } = useTranslation();
  const { search, onSearch, placeholder, children, selectedCount = 0, onClearSelection, bulk, onExport, columns, onColumn } = props;
  if (selectedCount > 0)
    return (
      <div className={classes.bar} data-selection>
        <CloseButton aria-label={t("clear")} onClick={onClearSelection} />
        <span className={classes.count}>{t("list.selected", { count: selectedCount })}</span>
        {bulk}
      </div>
    );
  return (
    <div className={classes.bar}>
      <TextInput
        className={classes.search}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onSearch("");
          if (event.key === "ArrowDown") document.querySelector<HTMLElement>("tbody [data-open]")?.focus();
        }}
        placeholder={placeholder}
        aria-label={placeholder}
        leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
        rightSection={search ? <CloseButton size="sm" aria-label={t("clear")} onClick={() => onSearch("")} /> : undefined}
        data-list-search
      />
      {children}
      <div className={classes.end}>
        {columns && onColumn && (
          <Menu position="bottom-end" closeOnItemClick={false}>
            <Menu.Target>
              <Tooltip label={t("list.columns")}>
                <ActionIcon variant="default" size={36} aria-label={t("list.columns")}>
                  <IconColumns3 size={18} stroke={1.6} />
                </ActionIcon>
              </Tooltip>
            </Menu.Target>
            <Menu.Dropdown>
              {columns.map(({ id, title, shown }) => (
                <Menu.Item key={id} onClick={() => onColumn(id)} role="menuitemcheckbox" aria-checked={shown}>
                  <Checkbox.Indicator size="xs" checked={shown} mr="xs" />
                  {title}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        {onExport && (
          <Tooltip label={t("list.export")}>
            <ActionIcon variant="default" size={36} aria-label={t("list.export")} onClick={onExport}>
              <IconDownload size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
    </div>
  );
}
