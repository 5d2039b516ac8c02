/** The members of a group in the order they ring: drag to sort, drop people in from the pool, or do both with buttons. */
/* oxlint-disable jsx-a11y/no-noninteractive-element-interactions -- dragging is the shortcut; every row has buttons that do the same */
import { ActionIcon, NumberInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconX } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Member, Strategy } from "@/pbx/groups";
import { initials } from "@/ui/initials";

import classes from "./-groups.module.css";

export interface Candidate {
  id: string;
  type: Member["type"];
  name: string;
  detail: string;
}

interface Props {
  members: readonly Member[];
  candidates: readonly Candidate[];
  strategy: Strategy;
  onChange: (members: Member[]) => void;
}

const MIME = "application/x-qvoice-member";

export function Members({ members, candidates, strategy, onChange }: Props) {
  const { t } = useTranslation(["groups", "ui"]);
  const [over, setOver] = useState<number | null>(null);
  const known = new Map(candidates.map((one) => [one.id, one]));
  const pool = candidates.filter(({ id }) => !members.some((member) => member.id === id));

  const insert = (id: string, at: number) => {
    const there = members.findIndex((member) => member.id === id);
    const moving = members[there] ?? { id, type: known.get(id)?.type ?? "user", delay: 0, timeout: 20 };
    const rest = members.filter((member) => member.id !== id);
    const place = there >= 0 && there < at ? at - 1 : at;
    onChange([...rest.slice(0, place), moving, ...rest.slice(place)]);
  };
  const drop = (at: number) => (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(null);
    const id = event.dataTransfer.getData(MIME);
    if (known.has(id)) insert(id, at);
  };
  const hover = (at: number) => (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(at);
  };
  const drag = (id: string) => (event: DragEvent) => event.dataTransfer.setData(MIME, id);

  return (
    <div className={classes.members}>
      <ol aria-label={t("members.in")} onDragOver={hover(members.length)} onDrop={drop(members.length)} onDragLeave={() => setOver(null)} data-over={over === members.length || undefined}>
        {members.length === 0 && <li className={classes.dropHere}>{t("members.drop")}</li>}
        {members.map((member, index) => {
          const name = known.get(member.id)?.name ?? t("members.gone");
          return (
            <li key={member.id} className={classes.member} draggable onDragStart={drag(member.id)} onDragOver={hover(index)} onDrop={drop(index)} data-over={over === index || undefined}>
              <IconGripVertical size={16} stroke={1.6} className={classes.grip} aria-hidden />
              <span className={classes.avatar} aria-hidden>
                {initials(name)}
              </span>
              <span className={classes.memberName}>
                {name} <small>{known.get(member.id)?.detail}</small>
              </span>
              {strategy !== "simultaneous" && (
                <NumberInput
                  aria-label={t("members.seconds", { name })}
                  w={84}
                  size="xs"
                  min={5}
                  max={120}
                  suffix=" s"
                  value={member.timeout}
                  onChange={(value) => onChange(members.map((one) => (one.id === member.id ? { ...one, timeout: Number(value) || 20 } : one)))}
                />
              )}
              <ActionIcon variant="subtle" color="gray" size={32} disabled={index === 0} aria-label={t("members.up", { name })} onClick={() => insert(member.id, index - 1)}>
                <IconArrowUp size={16} stroke={1.6} />
              </ActionIcon>
              <ActionIcon variant="subtle" color="gray" size={32} disabled={index === members.length - 1} aria-label={t("members.down", { name })} onClick={() => insert(member.id, index + 2)}>
                <IconArrowDown size={16} stroke={1.6} />
              </ActionIcon>
              <ActionIcon variant="subtle" color="gray" size={32} aria-label={t("members.remove", { name })} onClick={() => onChange(members.filter(({ id }) => id !== member.id))}>
                <IconX size={16} stroke={1.6} />
              </ActionIcon>
            </li>
          );
        })}
      </ol>
      {pool.length > 0 && (
        <ul className={classes.pool} aria-label={t("members.pool")}>
          {pool.map(({ id, name, detail }) => (
            <li key={id}>
              <button type="button" draggable onDragStart={drag(id)} onClick={() => insert(id, members.length)}>
                <IconPlus size={14} stroke={1.8} aria-hidden />
                <span className="visually-hidden">{t("ui:add")} </span>
                {name} <small>{detail}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
