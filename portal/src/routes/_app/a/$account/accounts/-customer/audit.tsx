/** Who did what in an account, newest first: the person, from which account, the request and how it ended. */
import { IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Account, call, urls, usersQuery, useSession } from "@/api";
import { EmptyState } from "@/ui/empty-state";
import { ErrorState } from "@/ui/error-state";
import { userName } from "@/ui/frame/palette-entries";
import { type Column, contains, parseSort, sorted, toCsv } from "@/ui/list/columns";
import { download } from "@/ui/list/download";
import { Table } from "@/ui/list/table";
import { Toolbar } from "@/ui/list/toolbar";
import { StateDot } from "@/ui/state-dot";

import classes from "./customer.module.css";

interface Entry {
  id: number | string;
  at: string;
  account_id: string;
  actor_account_id: string | null;
  actor_id: string | null;
  auth_method: string;
  method: string;
  path: string;
  status: number;
  source: string | null;
}

/** A path as people read it; one that is not well-formed as it is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const METHODS = ["PUT", "POST", "PATCH", "DELETE", "GET"] as const;

export function Audit({ office, account: { id } }: { office: string; account: Account }) {
  const { t, i18n } = useTranslation(["customer", "ui"]);
  const [search, setSearch] = useState("");
  const [sortText, setSort] = useState<string>();
  const entries = useQuery({
    queryKey: ["account", id, "audit"],
    queryFn: async ({ signal }) => (await call<Entry[]>("GET", urls.getListAuditUrl(id), { signal })).data,
  });
  const home = useSession()?.accountId ?? office;
  const people = [useQuery(usersQuery(id)).data, useQuery(usersQuery(office)).data, useQuery(usersQuery(home)).data].flatMap((users) => users ?? []);
  const names = new Map(people.map((user) => [user.id, userName(user)]));
  /** The request without what everybody knows. */
  const what = (entry: Entry) => {
    const path = entry.path.replace(/^\/v2\/accounts\/[0-9a-f]{32}\/?/, "").replaceAll(/[0-9a-f]{32}/g, (one) => names.get(one) ?? one.slice(0, 8));
    const [kind = "", ...rest] = decoded(path).split("/");
    const noun = t(`audit.noun.${kind as "users"}`, { defaultValue: kind });
    const method = METHODS.find((one) => one === entry.method) ?? "POST";
    return t(`audit.did.${method}`, { what: [noun || t("audit.itself"), rest.join(" / ")].filter(Boolean).join(" ") });
  };
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeStyle: "medium" });
  const who = (entry: Entry) => (entry.actor_id ? (names.get(entry.actor_id) ?? entry.actor_id.slice(0, 8)) : t("audit.apiKey"));
  const from = (entry: Entry) => (entry.actor_account_id === id ? t("audit.own") : t("audit.above"));
  const columns: Column<Entry>[] = [
    { id: "at", title: t("audit.at"), cell: (row) => when.format(new Date(row.at)), value: (row) => row.at, width: "220px", phone: "34%" },
    { id: "who", title: t("audit.who"), cell: who, value: who, width: "180px", wide: true },
    { id: "from", title: t("audit.from"), cell: from, value: from, width: "140px", wide: true },
    { id: "what", title: t("audit.what"), cell: what, value: what },
    { id: "status", title: t("audit.end"), cell: (row) => <StateDot tone={row.status < 400 ? "good" : "bad"}>{row.status < 400 ? t("audit.done") : t("audit.refused", { status: row.status })}</StateDot>, value: (row) => row.status, width: "140px", wide: true },
    { id: "source", title: t("audit.source"), cell: (row) => row.source ?? "", value: (row) => row.source ?? "", width: "140px", wide: true },
  ];
  const sort = parseSort(sortText, "-at");
  const rows = entries.data && sorted(entries.data.filter((row) => contains(search, who(row), what(row), from(row), row.source ?? "")), columns, sort);
  return (
    <div className={classes.tablePanel}>
      <Toolbar search={search} onSearch={setSearch} placeholder={t("audit.search")} onExport={rows && (() => download("audit.csv", "text/csv", toCsv(rows, columns)))} />
      {entries.error ? (
        <ErrorState error={entries.error} onRetry={() => void entries.refetch()} />
      ) : (
        <Table
          label={t("tab.audit")}
          rows={rows}
          columns={columns}
          idOf={(row) => String(row.id)}
          nameOf={what}
          sort={sort}
          onSort={setSort}
          onOpen={() => undefined}
          empty={<EmptyState icon={IconShieldCheck} title={t(entries.data?.length ? "ui:list.noMatch" : "audit.none")} text={t(entries.data?.length ? "ui:list.noMatchHelp" : "audit.noneHelp")} />}
        />
      )}
    </div>
  );
}
