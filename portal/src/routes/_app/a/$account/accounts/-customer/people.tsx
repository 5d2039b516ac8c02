/** An account's people: who may do what; adding one makes user, voicemail box, route and phone as the phone system's own page does. */
import { Button } from "@mantine/core";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, callflowsQuery, devicesQuery, usersQuery, voicemailBoxesQuery } from "@/api";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { type Column, contains, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { SidePanel } from "@/ui/side-panel";
import { StateDot } from "@/ui/state-dot";

import { CreateForm } from "../../users/-create-form";
import { people, type Person } from "../../users/-rows";
import { type Secret, SecretDialog } from "../../users/-secret-dialog";
import classes from "./customer.module.css";

interface Props {
  account: Account;
  adding: boolean;
  onAdding: (on: boolean) => void;
}

const TONE = { online: "good", offline: "warn", none: "off" } as const;

export function People({ account: { id, name, realm }, adding, onAdding }: Props) {
  const { t } = useTranslation(["customer", "users", "ui"]);
  const navigate = useNavigate();
  const [search, setSearch] = useState("");
  const [sortText, setSort] = useState<string>();
  const [secret, setSecret] = useState<Secret | null>(null);
  const users = useQuery(usersQuery(id));
  const callflows = useQuery(callflowsQuery(id)).data;
  const boxes = useQuery(voicemailBoxesQuery(id)).data;
  const devices = useQuery(devicesQuery(id)).data;
  const all = users.data && callflows && boxes && devices && people({ users: users.data, callflows, boxes, devices });
  const columns: Column<Person>[] = [
    { id: "name", title: t("users:column.name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "extension", title: t("users:extension"), cell: (row) => <span className="tabular">{row.extension || "–"}</span>, value: (row) => row.extension, width: "120px" },
    { id: "role", title: t("users:column.role"), cell: (row) => t(`users:role.${row.role}`), value: (row) => row.role, width: "140px", wide: true },
    { id: "phone", title: t("phone"), cell: (row) => <StateDot tone={TONE[row.phone]}>{t(`phones.${row.phone}`)}</StateDot>, value: (row) => row.phone, width: "140px", wide: true },
    { id: "email", title: t("users:email"), cell: (row) => row.user.email ?? row.user.username ?? "", value: (row) => row.user.email ?? "", wide: true },
  ];
  const sort = parseSort(sortText, "name");
  const rows = all && sorted(all.filter((row) => contains(search, row.name, row.extension, row.user.email, row.user.username)), columns, sort);
  const add = (
    <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => onAdding(true)}>
      {t("addUser")}
    </Button>
  );
  return (
    <div className={classes.tablePanel}>
      <Toolbar search={search} onSearch={setSearch} placeholder={t("searchPeople")} onExport={rows && (() => download("people.csv", "text/csv", toCsv(rows, columns)))}>
        {add}
      </Toolbar>
      {users.error ? (
        <ErrorState error={users.error} onRetry={() => void users.refetch()} />
      ) : (
        <Table
          label={t("tab.people")}
          rows={rows}
          columns={columns}
          idOf={(row) => row.id}
          nameOf={(row) => row.name}
          sort={sort}
          onSort={setSort}
          onOpen={(row) => void navigate({ to: "/a/$account/users", params: { account: id }, search: { user: row.id } })}
          empty={
            all?.length ? (
              <EmptyState icon={IconUsers} title={t("ui:list.noMatch")} text={t("ui:list.noMatchHelp")} />
            ) : (
              <EmptyState icon={IconUsers} title={t("noPeople.title")} text={t("noPeople.text", { name })} />
            )
          }
        />
      )}
      <SidePanel opened={adding} onClose={() => onAdding(false)} title={t("users:new.title")}>
        <CreateForm
          account={id}
          onCreated={(created) => {
            onAdding(false);
            setSecret({
              kind: "user",
              lines: [
                ["extension", created.extension],
                ["pin", created.pin],
                ["portalUser", created.userName],
                ["portalPassword", created.password],
              ],
              device: created.device && { ...created.device, realm },
            });
          }}
        />
      </SidePanel>
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </div>
  );
}
