/** The board: one column a state. An order is dragged to where it may go, or moved from its menu (M) by keyboard. */
import { ActionIcon, Menu } from "@mantine/core";
import { IconArrowsExchange, IconCalendarEvent } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { readable } from "@/ui/phone-number";
import { Skeleton } from "@/ui/skeleton";

import type { Card } from "./-port";
import classes from "./-porting.module.css";
import { STATES, type State } from "./-states";

interface Props {
  cards: readonly Card[] | undefined;
  open: string | undefined;
  onOpen: (id: string) => void;
  onMove: (card: Card, to: State) => void;
}

export function Board({ cards, open, onOpen, onMove }: Props) {
  const { t } = useTranslation("porting");
  const [dragged, setDragged] = useState<Card | null>(null);
  const [over, setOver] = useState<State | null>(null);
  const takes = (state: State) => dragged !== null && dragged.port_state !== state && dragged.may_become.includes(state);
  const overColumn = (event: DragEvent, state: State) => {
    if (!takes(state)) return;
    event.preventDefault();
    setOver(state);
  };
  const drop = (event: DragEvent, state: State) => {
    event.preventDefault();
    if (dragged && takes(state)) onMove(dragged, state);
    setDragged(null);
    setOver(null);
  };
  return (
    // A region that scrolls must be reachable by keyboard even when it is empty.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={classes.board} aria-label={t("board")} tabIndex={0} data-dragging={dragged ? true : undefined}>
      {STATES.map((state) => {
        const own = cards?.filter((card) => card.port_state === state);
        return (
          // A column takes what is dropped on it; by keyboard an order is moved from its menu.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
          <section
            key={state}
            className={classes.column}
            aria-labelledby={`port-${state}`}
            data-takes={takes(state) || undefined}
            data-over={over === state || undefined}
            onDragOver={(event) => overColumn(event, state)}
            onDragLeave={() => setOver(null)}
            onDrop={(event) => drop(event, state)}
          >
            <h2 className={classes.columnName}>
              <span className={classes.tone} data-state={state} aria-hidden />
              <span id={`port-${state}`}>{t(`state.${state}`)}</span>
              {own && <span className={classes.count}>{own.length}</span>}
            </h2>
            {!own && <Skeleton width={160} />}
            {own?.length === 0 && <p className={classes.nothing}>{t(`stateHelp.${state}`)}</p>}
            <ul>
              {own?.map((card) => (
                <Ticket key={card.id} card={card} opened={open === card.id} onOpen={() => onOpen(card.id)} onMove={(to) => onMove(card, to)} onDrag={setDragged} />
              ))}
            </ul>
          </section>
        );
      })}
    </section>
  );
}

interface TicketProps {
  card: Card;
  opened: boolean;
  onOpen: () => void;
  onMove: (to: State) => void;
  onDrag: (card: Card | null) => void;
}

function Ticket({ card, opened, onOpen, onMove, onDrag }: TicketProps) {
  const { t, i18n } = useTranslation("porting");
  const [menu, setMenu] = useState(false);
  const [first = "", ...others] = card.numbers;
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" });
  const movable = card.may_become.length > 0;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li
      className={classes.ticket}
      data-open={opened || undefined}
      draggable={movable}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", card.name);
        onDrag(card);
      }}
      onDragEnd={() => onDrag(null)}
      // On the whole ticket: after Escape the focus is on the menu’s own button.
      onKeyDown={(event) => {
        if (event.key.toLowerCase() !== "m" || event.ctrlKey || event.metaKey || event.altKey || !movable || menu) return;
        event.preventDefault();
        setMenu(true);
      }}
    >
      <button type="button" className={classes.ticketMain} onClick={onOpen} aria-keyshortcuts={movable ? "M" : undefined}>
        <span className={classes.ticketName}>{card.name}</span>
        <span className={classes.ticketFact}>{card.account_name}</span>
        <span className={classes.ticketFact}>
          <span className="tabular">{readable(first)}</span>
          {others.length > 0 && ` ${t("more", { count: others.length })}`}
        </span>
        {card.losing_carrier && <span className={classes.ticketFact}>{t("leaves", { carrier: card.losing_carrier })}</span>}
        {card.transfer_date && (
          <span className={classes.ticketDay}>
            <IconCalendarEvent size={14} stroke={1.6} aria-hidden />
            {day.format(new Date(card.transfer_date))}
          </span>
        )}
      </button>
      {movable && (
        // The first item has the focus at once: Mantine’s placeholder for it is nothing that a menu may hold. No key outside closes it: M opens it.
        <Menu opened={menu} onChange={setMenu} position="bottom-end" withinPortal returnFocus clickOutsideEvents={["mousedown", "touchstart"]} withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon className={classes.ticketMove} variant="subtle" color="gray" size={28} aria-label={t("moveOf", { name: card.name })}>
              <IconArrowsExchange size={16} stroke={1.6} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t("moveTo")}</Menu.Label>
            {card.may_become.map((to) => (
              <Menu.Item key={to} onClick={() => onMove(to)}>
                {t(`move.${to}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}
