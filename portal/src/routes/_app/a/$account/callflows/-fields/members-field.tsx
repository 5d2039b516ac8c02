/** Members of a ring group: who, in which order, how long each rings and after which delay. */
import { ActionIcon, NumberInput, Select } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { listQuery } from "@/api";

import { nameOfRow, type Row } from "../-model/use-names";
import classes from "./fields.module.css";

interface Member {
  id: string;
  endpoint_type: string;
  delay?: number;
  timeout?: number;
  [key: string]: unknown;
}

interface Props {
  account: string;
  label: string;
  value: unknown;
  onChange: (members: Member[]) => void;
}

const KINDS = ["user", "device", "group"] as const;

export function MembersField({ account, label, value, onChange }: Props) {
  const { t } = useTranslation(["callflows", "ui"]);
  const users = useQuery(listQuery<Row>(account, "users")).data ?? [];
  const devices = useQuery(listQuery<Row>(account, "devices")).data ?? [];
  const groups = useQuery(listQuery<Row>(account, "groups")).data ?? [];
  const members = Array.isArray(value) ? (value as Member[]) : [];
  const rows: Record<(typeof KINDS)[number], Row[]> = { user: users, device: devices, group: groups };
  const taken = new Set(members.map(({ id }) => id));
  const nameOf = (member: Member) => {
    const row = KINDS.flatMap((kind) => rows[kind]).find(({ id }) => id === member.id);
    return row ? nameOfRow(row) : t("field.gone", { id: member.id.slice(0, 8) });
  };
  const change = (index: number, changes: Partial<Member>) => onChange(members.map((member, at) => (at === index ? { ...member, ...changes } : member)));
  const swap = (index: number, other: number) => onChange(members.map((member, at) => (at === index ? (members[other] ?? member) : at === other ? (members[index] ?? member) : member)));

  return (
    <fieldset className={classes.members}>
      <legend>{label}</legend>
      {members.length === 0 && <p className={classes.none}>{t("membersField.none")}</p>}
      <ol>
        {members.map((member, index) => {
          const name = nameOf(member);
          return (
            <li key={member.id} className={classes.member}>
              <div className={classes.memberHead}>
                <span className={classes.memberName}>
                  {name}
                  <small>{t(`membersField.${member.endpoint_type as "user"}`)}</small>
                </span>
                <ActionIcon variant="subtle" color="gray" size={28} disabled={index === 0} aria-label={t("membersField.up", { name })} onClick={() => swap(index, index - 1)}>
                  <IconArrowUp size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon variant="subtle" color="gray" size={28} disabled={index === members.length - 1} aria-label={t("membersField.down", { name })} onClick={() => swap(index, index + 1)}>
                  <IconArrowDown size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon variant="subtle" color="gray" size={28} aria-label={t("membersField.remove", { name })} onClick={() => onChange(members.filter((_, at) => at !== index))}>
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              </div>
              <div className={classes.memberTimes}>
                <NumberInput label={t("membersField.delay")} suffix=" s" min={0} max={3600} value={member.delay ?? 0} onChange={(next) => change(index, { delay: Number(next) || 0 })} />
                <NumberInput label={t("membersField.timeout")} suffix=" s" min={0} max={3600} value={member.timeout ?? ""} placeholder={t("membersField.usual")} onChange={(next) => change(index, { timeout: next === "" ? undefined : Number(next) })} />
              </div>
            </li>
          );
        })}
      </ol>
      <Select
        aria-label={t("membersField.add")}
        placeholder={t("membersField.add")}
        searchable
        value={null}
        data={KINDS.map((kind) => ({ group: t(`membersField.${kind}s`), items: rows[kind].filter(({ id }) => !taken.has(id)).map((row) => ({ value: `${kind}:${row.id}`, label: nameOfRow(row) })) })).filter(({ items }) => items.length > 0)}
        nothingFoundMessage={t("field.nothing")}
        onChange={(chosen) => {
          const [kind = "", id = ""] = (chosen ?? "").split(":");
          if (id) onChange([...members, { id, endpoint_type: kind, delay: 0, timeout: 20 }]);
        }}
      />
    </fieldset>
  );
}
