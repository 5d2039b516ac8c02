/** Menus: what callers hear and how long they have; which key leads where is drawn in the callflow that uses the menu. */
import { IconListNumbers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { docQuery, listQuery, removeDoc } from "@/api";
import { ErrorState } from "@/ui/error-state";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";

import type { MenuDoc } from "./-menu-form";

const MenuForm = lazy(async () => ({ default: (await import("./-menu-form")).MenuForm }));
const NewMenu = lazy(async () => ({ default: (await import("./-menu-form")).NewMenu }));

interface MenuRow {
  id: string;
  name: string;
}

export const Route = createFileRoute("/_app/a/$account/menus/")({ validateSearch: listSearch, component: Menus });

function Menus() {
  const { t } = useTranslation(["menus", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: ListSearch, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const menus = useQuery(listQuery<MenuRow>(account, "menus"));
  const columns: Column<MenuRow>[] = [{ id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name }];
  const { open } = search;
  const close = () => change({ open: undefined });
  return (
    <ListPage
      list="menus"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={menus.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => row.name}
      search={search}
      onSearch={change}
      error={menus.error}
      onRetry={() => void menus.refetch()}
      bulk={{ account, remove: { run: (row) => removeDoc(account, "menus", row.id), what: t("removeHelp") } }}
      empty={{ icon: IconListNumbers, title: t("empty.title"), text: t("empty.text") }}
    >
      <SidePanel opened={open !== undefined} onClose={close} title={open === "new" ? t("new") : (menus.data?.find(({ id }) => id === open)?.name ?? " ")}>
        <Suspense>
          {open === "new" && <NewMenu account={account} onDone={(id) => change({ open: id })} />}
          {open && open !== "new" && <Existing key={open} account={account} id={open} onGone={close} />}
        </Suspense>
      </SidePanel>
    </ListPage>
  );
}

function Existing({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const menu = useQuery(docQuery<MenuDoc>(account, "menus", id));
  if (menu.error) return <ErrorState error={menu.error} onRetry={() => void menu.refetch()} />;
  if (!menu.data) return <Skeleton width={200} />;
  return <MenuForm account={account} menu={menu.data} onGone={onGone} />;
}
