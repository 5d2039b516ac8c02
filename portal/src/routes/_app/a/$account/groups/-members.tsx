/** The members of a group in the order they ring: drag to sort, drop people in from the pool, or do both with buttons. */
/* oxlint-disable jsx-a11y/no-noninteractive-element-interactions -- dragging is the shortcut; every row has buttons that do the same */
import { ActionIcon, NumberInput, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPlus, IconSearch, IconX } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Member, Strategy } from "@/pbx/groups";
import { initials } from "@/ui/initials";
import { contains } from "@/ui/list/columns";

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

/** So many of those who could be added are shown; the others are searched. */
const SHOWN = 24;
const MIME = "application/x-qvoice-member";

export function Members({ members, candidates, strategy, onChange }: Props) {
  const { t } = useTranslation(["groups", "ui"]);
  const [over, setOver] = useState<number | null>(null);
  /** Told to those who do not see the list change. */
  const [said, setSaid] = useState("");
  const known = new Map(candidates.map((one) => [one.id, one]));
  const [text, setText] = useState("");
  const others = candidates.filter(({ id }) => !members.some((member) => member.id === id));
  const found = others.filter(({ name, detail }) => contains(text, name, detail)).toSorted((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  const pool = found.slice(0, SHOWN);

  const insert = (id: string, at: number) => {
    const there = members.findIndex((member) => member.id === id);
    const moving = members[there] ?? { id, type: known.get(id)?.type ?? "user", delay: 0, timeout: 20 };
    const rest = members.filter((member) => member.id !== id);
    const place = there >= 0 && there < at ? at - 1 : at;
    onChange([...rest.slice(0, place), moving, ...rest.slice(place)]);
    setSaid(t("members.now", { name: known.get(id)?.name ?? "", place: place + 1, count: rest.length + 1 }));
  };
  const leave = (id: string, name: string) => {
    onChange(members.filter((member) => member.id !== id));
    setSaid(t("members.left", { name }));
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
      <output className="visually-hidden">{said}</output>
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
              <ActionIcon variant="subtle" color="gray" size={32} aria-label={t("members.remove", { name })} onClick={() => leave(member.id, name)}>
                <IconX size={16} stroke={1.6} />
              </ActionIcon>
            </li>
          );
        })}
      </ol>
      {others.length > SHOWN && (
        <TextInput
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          placeholder={t("members.search")}
          aria-label={t("members.search")}
          description={t("members.more", { shown: pool.length, count: found.length })}
          inputWrapperOrder={["input", "description"]}
          leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
        />
      )}
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
