/** Buying numbers from carriers: search and order, how far the orders are, and (for the master) the carriers themselves. */
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountQuery } from "@/api";
import { searchText } from "@/ui/list/list-search";
import { PageHeader } from "@/ui/page-header";

import classes from "./-buy.module.css";
import { Carriers } from "./-carriers";
import { Offers } from "./-offers";
import { Orders } from "./-orders";
import { KINDS, type Tab, TABS } from "./-tabs";

interface Search {
  tab?: Tab;
  open?: string;
  /** Set once something was searched. */
  kind?: (typeof KINDS)[number];
  country?: string;
  prefix?: string;
  contains?: string;
  city?: string;
}

export const Route = createFileRoute("/_app/a/$account/buy/")({
  validateSearch: (search: Record<string, unknown>): Search => ({
    tab: TABS.find((one) => one === search.tab),
    open: searchText(search.open),
    kind: KINDS.find((one) => one === search.kind),
    country: searchText(search.country),
    prefix: searchText(search.prefix),
    contains: searchText(search.contains),
    city: searchText(search.city),
  }),
  component: Buy,
});

function Buy() {
  const { t } = useTranslation("buy");
  const { account } = Route.useParams();
  const { tab = "search", open, kind, country, prefix = "", contains = "", city = "" } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const change = (next: Search, replace = true) => void navigate({ search: (now) => ({ ...now, ...next }), replace });
  const self = useQuery(accountQuery(account)).data;
  const home = self?.country?.toUpperCase() ?? "CA";
  const tabs = TABS.filter((one) => one !== "carriers" || self?.superduper_admin);
  const show = (next: Tab) => change({ tab: next === "search" ? undefined : next, open: undefined }, false);
  return (
    <div className={classes.page}>
      <PageHeader title={t("title")} about={t("about")} />
      <Tabs value={tab} onChange={(next) => show(TABS.find((one) => one === next) ?? "search")} keepMounted={false}>
        <Tabs.List className={classes.tabs}>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="search">
          <Offers
            key={`${account} ${home}`}
            office={account}
            country={home}
            wanted={kind ? { kind, country: country ?? home, prefix, contains, city } : null}
            onSearch={(wanted) => change({ kind: wanted.kind, country: wanted.country, prefix: wanted.prefix || undefined, contains: wanted.contains || undefined, city: wanted.city || undefined }, false)}
            onOrders={() => show("orders")}
          />
        </Tabs.Panel>
        <Tabs.Panel value="orders">
          <Orders account={account} open={open} onOpen={(id) => change({ open: id }, id === undefined)} onSearch={() => show("search")} />
        </Tabs.Panel>
        <Tabs.Panel value="carriers">
          <Carriers account={account} open={open} onOpen={(id) => change({ open: id }, id === undefined)} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
