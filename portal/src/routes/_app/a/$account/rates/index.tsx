/** Rate decks: what an account charges those below it for a minute to each prefix. */
import { IconCoins } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { docQuery, listQuery } from "@/api";
import { ErrorState } from "@/ui/error-state";
import type { Column } from "@/ui/list/columns";
import { ListPage } from "@/ui/list/list-page";
import { type ListSearch, listSearch } from "@/ui/list/list-search";
import { SidePanel } from "@/ui/side-panel";
import { Skeleton } from "@/ui/skeleton";
import { StateDot } from "@/ui/state-dot";

import { type Deck, DeckForm } from "./-deck-form";

export const Route = createFileRoute("/_app/a/$account/rates/")({ validateSearch: listSearch, component: Rates });

const NEW: Deck = { id: "", name: "", description: "", is_default: false, use: "sale" };

function Rates() {
  const { t } = useTranslation(["rates", "ui"]);
  const { account } = Route.useParams();
  const search = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: ListSearch, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const decks = useQuery(listQuery<Deck>(account, "ratedecks"));
  const columns: Column<Deck>[] = [
    { id: "name", title: t("name"), cell: (row) => row.name, value: (row) => row.name },
    { id: "use", title: t("use.label"), cell: (row) => t(`use.${row.use ?? "sale"}`), value: (row) => row.use ?? "sale", width: "220px" },
    { id: "default", title: t("default"), cell: (row) => (row.is_default ? <StateDot tone="good">{t("default")}</StateDot> : ""), value: (row) => String(row.is_default ?? false), width: "240px", wide: true },
  ];
  const { open } = search;
  return (
    <ListPage
      list="ratedecks"
      title={t("title")}
      about={t("about")}
      placeholder={t("search")}
      addLabel={t("add")}
      rows={decks.data}
      columns={columns}
      idOf={(row) => row.id}
      nameOf={(row) => row.name}
      textOf={(row) => row.name}
      search={search}
      onSearch={change}
      error={decks.error}
      onRetry={() => void decks.refetch()}
      empty={{ icon: IconCoins, title: t("empty.title"), text: t("empty.text") }}
    >
      <SidePanel opened={open !== undefined} onClose={() => change({ open: undefined })} size={680} title={open === "new" ? t("new") : (decks.data?.find(({ id }) => id === open)?.name ?? " ")}>
        {open === "new" && <DeckForm account={account} deck={NEW} onMade={(id) => change({ open: id })} onGone={() => change({ open: undefined })} />}
        {open && open !== "new" && <Existing key={open} account={account} id={open} onGone={() => change({ open: undefined })} />}
      </SidePanel>
    </ListPage>
  );
}

function Existing({ account, id, onGone }: { account: string; id: string; onGone: () => void }) {
  const deck = useQuery(docQuery<Deck>(account, "ratedecks", id));
  if (deck.error) return <ErrorState error={deck.error} onRetry={() => void deck.refetch()} />;
  return deck.data ? <DeckForm account={account} deck={deck.data} onMade={() => undefined} onGone={onGone} /> : <Skeleton width={200} />;
}
