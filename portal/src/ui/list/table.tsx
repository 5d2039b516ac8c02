/** The list every page uses: sortable head, keyboard between rows, selection, tree levels, and only the rows in sight in the page. */
import { Checkbox } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconChevronRight } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";

import { usePreferences } from "../preferences";
import { Skeleton } from "../skeleton";
import { type Column, type Sort, toggledSort } from "./columns";
import classes from "./table.module.css";

interface Props<Row> {
  label: string;
  rows: readonly Row[] | undefined;
  columns: readonly Column<Row>[];
  idOf: (row: Row) => string;
  nameOf: (row: Row) => string;
  sort?: Sort;
  onSort?: (sort: string) => void;
  open?: string;
  onOpen: (row: Row) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (ids: ReadonlySet<string>) => void;
  /** For trees: how deep a row is, and whether it is open (undefined: has nothing below). */
  tree?: { level: (row: Row) => number; expanded: (row: Row) => boolean | undefined; toggle: (row: Row) => void };
  actions?: (row: Row) => ReactNode;
  onEnd?: () => void;
  empty?: ReactNode;
}

const SKELETON_ROWS = [120, 160, 96, 140, 112, 150, 104, 132];

export function Table<Row>(props: Props<Row>) {
  const { label, rows, columns, idOf, nameOf, sort, onSort, selected, onSelect, actions, onEnd, empty } = props;
  const { t } = useTranslation();
  const { density } = usePreferences();
  const scroller = useRef<HTMLDivElement>(null);
  // Asked once, not for each of a hundred thousand rows.
  const height = useRef<number>(undefined);
  const rowHeight = () => (height.current ??= Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue("--qv-row"), 10) || 44);
  const virtual = useVirtualizer({
    count: rows?.length ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: rowHeight,
    overscan: 12,
    initialRect: { width: 800, height: 600 },
  });
  const measured = useRef(density);
  if (measured.current !== density) {
    measured.current = density;
    height.current = undefined;
    queueMicrotask(() => virtual.measure());
  }
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const all = rows?.length ? rows.every((row) => selected?.has(idOf(row))) : false;

  const onScroll = () => {
    const box = scroller.current;
    if (box && box.scrollHeight - box.scrollTop - box.clientHeight < 600) onEnd?.();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    const row = (event.target as HTMLElement).closest("tr");
    const index = Number(row?.dataset.index);
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (Number.isNaN(index)) return;
    if (step) {
      event.preventDefault();
      const next = Math.max(0, Math.min((rows?.length ?? 1) - 1, index + step));
      virtual.scrollToIndex(next);
      requestAnimationFrame(() => {
        scroller.current?.querySelector<HTMLElement>(`tr[data-index="${next}"] [data-open]`)?.focus();
      });
    } else if (event.key === "x" && onSelect) {
      row?.querySelector<HTMLInputElement>('input[type="checkbox"]')?.click();
    } else if (props.tree && rows?.[index] !== undefined && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      if (props.tree.expanded(rows[index]) === (event.key === "ArrowLeft")) props.tree.toggle(rows[index]);
    }
  };

  if (rows?.length === 0 && empty) return <div className={classes.box}>{empty}</div>;
  return (
    <div className={classes.box} ref={scroller} onScroll={onEnd ? onScroll : undefined}>
      <table className={classes.table} aria-label={label} aria-rowcount={(rows?.length ?? 0) + 1} aria-busy={!rows}>
        <thead>
          <tr>
            {onSelect && (
              <th className={classes.check}>
                <Checkbox
                  size="xs"
                  checked={all}
                  indeterminate={!all && Boolean(selected?.size)}
                  onChange={() => onSelect(new Set(all ? [] : rows?.map(idOf)))}
                  aria-label={t("list.selectAll")}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
            {actions && <th className={classes.actions} aria-hidden />}
          </tr>
        </thead>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys bubble up from the buttons in the rows */}
        <tbody onKeyDown={onKeyDown}>
          {!rows &&
            SKELETON_ROWS.map((bar, index) => (
              <tr key={bar} className={classes.row}>
                {onSelect && <td className={classes.check} />}
                {columns.map((column, at) => (
                  <td key={column.id} data-wide={column.wide || undefined}>
                    <Skeleton width={at === 0 ? bar : 48 + ((index * 29 + at * 17) % 40)} />
                  </td>
                ))}
                {actions && <td />}
              </tr>
            ))}
          {/* One cell, not one across all columns: those that a phone does not show would take their share of the width. */}
          {before > 0 && (
            <tr aria-hidden>
              <td style={{ height: before, padding: 0, border: 0 }} />
            </tr>
          )}
          {rows &&
            items.map(({ index }) => {
              const row = rows[index];
              return row === undefined ? null : <Line key={idOf(row)} {...props} row={row} index={index} name={nameOf(row)} />;
            })}
          {after > 0 && (
            <tr aria-hidden>
              <td style={{ height: after, padding: 0, border: 0 }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort?: Sort; onSort?: (sort: string) => void }) {
  const { t } = useTranslation();
  const active = sort?.column === column.id;
  const Arrow = sort?.descending ? IconArrowDown : IconArrowUp;
  return (
    <th
      style={{ "--col": column.width, "--col-phone": column.phone } as CSSProperties}
      data-wide={column.wide || undefined}
      data-numeric={column.numeric || undefined}
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : undefined}
    >
      {sort && onSort && !column.unsortable ? (
        <button type="button" className={classes.sort} onClick={() => onSort(toggledSort(sort, column.id))} title={t("list.sortBy", { column: column.title })}>
          {column.title}
          {active && <Arrow size={14} stroke={1.8} aria-hidden />}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function Line<Row>(props: Props<Row> & { row: Row; index: number; name: string }) {
  const { row, index, name, columns, idOf, open, onOpen, selected, onSelect, tree, actions } = props;
  const { t } = useTranslation();
  const id = idOf(row);
  const expanded = tree?.expanded(row);
  const toggle = (on: boolean) => {
    const next = new Set(selected);
    if (on) next.add(id);
    else next.delete(id);
    onSelect?.(next);
  };
  return (
    // The name in the first cell is the real button; a click anywhere on the row is a convenience for the mouse.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <tr className={classes.row} data-index={index} data-open-row={open === id || undefined} data-selected={selected?.has(id) || undefined} aria-rowindex={index + 2} onClick={() => onOpen(row)}>
      {onSelect && (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- keeps a click on the box from opening the row
        <td className={classes.check} onClick={(event) => event.stopPropagation()}>
          <Checkbox size="xs" checked={selected?.has(id) ?? false} onChange={(event) => toggle(event.currentTarget.checked)} aria-label={t("list.select", { name })} />
        </td>
      )}
      {columns.map((column, at) => (
        <td key={column.id} data-wide={column.wide || undefined} data-numeric={column.numeric || undefined}>
          {at > 0 ? (
            column.cell(row)
          ) : (
            <span className={classes.first} style={tree && { paddingLeft: tree.level(row) * 20 }}>
              {tree && (
                <button
                  type="button"
                  className={classes.twist}
                  data-leaf={expanded === undefined || undefined}
                  disabled={expanded === undefined}
                  aria-expanded={expanded}
                  aria-label={t(expanded ? "list.collapse" : "list.expand", { name })}
                  onClick={(event) => {
                    event.stopPropagation();
                    tree.toggle(row);
                  }}
                >
                  <IconChevronRight size={16} stroke={1.8} aria-hidden />
                </button>
              )}
              <button
                type="button"
                className={classes.name}
                data-open
                onClick={(event) => {
                  event.stopPropagation();
                  onOpen(row);
                }}
              >
                {column.cell(row)}
              </button>
            </span>
          )}
        </td>
      ))}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
      {actions && <td className={classes.actions} onClick={(event) => event.stopPropagation()}>{actions(row)}</td>}
    </tr>
  );
}
