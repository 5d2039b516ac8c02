/** API keys: what programs sign in with, each for a purpose, with what it may do, from where and until when. */
import { IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { SidePanel } from "@/ui/side-panel";
import { StateDot } from "@/ui/state-dot";

import { type Key, keysQuery, standing, TONES } from "./-key";
import { KeyForm } from "./-key-form";
import { presetOf } from "./-scopes";
import { Secret } from "./-secret";

export const Route = createFileRoute("/_app/a/$account/api-keys/")({ validateSearch: listSearch, component: ApiKeys });

function ApiKeys() {
  const { t, i18n } = useTranslation(["api-keys", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: ListSearch, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const keys = useQuery(keysQuery(account));
  const [secret, setSecret] = useState<{ name: string; secret: string } | null>(null);
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium" });
  const may = ({ scopes }: Key) => {
    const preset = presetOf(scopes);
    return preset === "chosen" ? t("scopes.count", { count: scopes.length }) : t(`preset.${preset}`);
  };
  const columns: Column<Key>[] = [
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "state", title: t("state"), cell: (row) => <StateDot tone={TONES[standing(row)]}>{t(`standing.${standing(row)}`)}</StateDot>, value: standing, width: "128px" },
    { id: "hint", title: t("hint"), cell: (row) => <span className="tabular">{row.hint}</span>, value: (row) => row.hint, width: "112px", wide: true },
    { id: "may", title: t("scopes.title"), cell: may, value: may, width: "176px", wide: true },
    { id: "used", title: t("used"), cell: (row) => (row.last_used ? day.format(new Date(row.last_used)) : t("never")), value: (row) => row.last_used ?? "", width: "144px", wide: true },
    { id: "expires", title: t("expires"), cell: (row) => (row.expires ? day.format(new Date(row.expires)) : t("endless")), value: (row) => row.expires ?? "", width: "144px", wide: true },
  ];
  const { open } = search;
  const close = () => change({ open: undefined });
  const made = keys.data?.find(({ id }) => id === open);
  return (
    <ListPage
      list="api-keys"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={keys.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => `${row.name} ${row.hint} ${row.scopes.join(" ")}`}
      search={search}
      onSearch={change}
      error={keys.error}
      onRetry={() => void keys.refetch()}
      empty={{ icon: IconKey, title: t("empty.title"), text: t("empty.text") }}
    >
      <SidePanel opened={open !== undefined} onClose={close} size={560} title={open === "new" ? t("new") : (made?.name ?? " ")}>
        {open === "new" && (
          <KeyForm
            account={account}
            onMade={(key) => {
              setSecret(key);
              close();
            }}
            onGone={close}
          />
        )}
        {made && <KeyForm key={made.id} account={account} made={made} onMade={() => undefined} onGone={close} />}
      </SidePanel>
      {secret && <Secret secret={secret} onClose={() => setSecret(null)} />}
    </ListPage>
  );
}
