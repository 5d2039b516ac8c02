/** An account's people: who may do what; adding one makes user, voicemail box, route and phone as the phone system's own page does. */
import { Button } from "@mantine/core";
import { IconMail, IconPlus, IconUpload, IconUsers } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, devicesQuery, Problem, urls, usersQuery } from "@/api";
import { invitationsQuery, InvitationState } from "@/office/invitations";
import { tellDone } from "@/ui/done";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { tellFailure } from "@/ui/failed";
import { LinkButton } from "@/ui/link-button";
import { type Column, contains, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { Only, useMay } from "@/ui/may";
import { SidePanel } from "@/ui/side-panel";
import { StateDot } from "@/ui/state-dot";

import { CreateForm } from "../../users/-create-form";
import { people, type Person } from "../../users/-rows";
import { type Secret, SecretDialog, secretsOf } from "../../users/-secret-dialog";
import { useWays } from "../../users/-use-ways";
import classes from "./customer.module.css";
import { InviteAll } from "./invite-all";

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
  const { callflows, boxes } = useWays(id);
  const devices = useQuery(devicesQuery(id)).data;
  const client = useQueryClient();
  const may = useMay();
  const [inviting, setInviting] = useState(false);
  const invitations = useQuery(invitationsQuery(id));
  // Newest first: the first of a user is the one that counts.
  const invited = new Map((invitations.data ?? []).toReversed().map((one) => [one.user_id, one]));
  const invite = async (row: Person) => {
    try {
      const { data } = await call<{ to: string }>("PUT", urls.getInviteUserUrl(id, row.id), { body: { channel: "email" } });
      tellDone(t("invite.sent", { name: row.name, to: data.to }));
    } catch (error) {
      if (error instanceof Problem && error.fields.email) tellDone(t("invite.noAddress", { name: row.name }));
      else tellFailure(error);
    }
    await client.invalidateQueries({ queryKey: ["account", id, "invitations"] });
  };
  const all = users.data && callflows && boxes && devices && people({ users: users.data, callflows, boxes, devices });
  const columns: Column<Person>[] = [
    { id: "name", title: t("users:column.name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "extension", title: t("users:extension"), cell: (row) => <span className="tabular">{row.extension || "–"}</span>, value: (row) => row.extension, width: "120px" },
    { id: "role", title: t("users:column.role"), cell: (row) => t(`users:role.${row.role}`), value: (row) => row.role, width: "140px", wide: true },
    { id: "phone", title: t("phone"), cell: (row) => <StateDot tone={TONE[row.phone]}>{t(`phones.${row.phone}`)}</StateDot>, value: (row) => row.phone, width: "140px", wide: true },
    { id: "invitation", title: t("invite.title"), cell: (row) => <InvitationState invitation={invited.get(row.id)} />, value: (row) => invited.get(row.id)?.state ?? "", width: "140px", wide: true },
    { id: "email", title: t("users:email"), cell: (row) => row.user.email ?? row.user.username ?? "", value: (row) => row.user.email ?? "", wide: true },
  ];
  const sort = parseSort(sortText, "name");
  const rows = all && sorted(all.filter((row) => contains(search, row.name, row.extension, row.user.email, row.user.username)), columns, sort);
  const add = (
    <Only may="users.create">
      <Button data-new leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => onAdding(true)}>
        {t("addUser")}
      </Button>
    </Only>
  );
  return (
    <div className={classes.tablePanel}>
      <Toolbar search={search} onSearch={setSearch} placeholder={t("searchPeople")} onExport={rows && (() => download("people.csv", "text/csv", toCsv(rows, columns)))}>
        {add}
        <Only may="users.create">
          <LinkButton to="/a/$account/users/import" params={{ account: id }} variant="default" leftSection={<IconUpload size={16} stroke={1.6} />}>
            {t("users:import")}
          </LinkButton>
        </Only>
        <Only may="users.invite">
          <Button variant="default" leftSection={<IconMail size={16} stroke={1.6} />} onClick={() => setInviting(true)}>
            {t("invite.all")}
          </Button>
        </Only>
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
          actions={may("users.invite") ? (row) => (
            <Button variant="default" size="compact-sm" aria-label={t(invited.has(row.id) ? "invite.oneAgain" : "invite.one", { name: row.name })} onClick={() => void invite(row)}>
              {t(invited.has(row.id) ? "invite.again" : "invite.do")}
            </Button>
          ) : undefined}
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
            setSecret(secretsOf(created, realm));
          }}
        />
      </SidePanel>
      <InviteAll account={id} name={name} opened={inviting} onClose={() => setInviting(false)} />
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </div>
  );
}
