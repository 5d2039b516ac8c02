/** One account as those above it see it: what it is, its people, numbers, limits, and who did what in it. */
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { accountQuery, permissionsQuery, reads } from "@/api";
import { LockNotice } from "@/office/lock";
import { ErrorState } from "@/ui/error-state";
import { Changes, LookOnly, useMay } from "@/ui/may";
import { Skeleton } from "@/ui/skeleton";

import classes from "../-customer/customer.module.css";
import { Head } from "../-customer/head";
import { Summary } from "../-customer/summary";
import { NEEDS, type Tab, TABS } from "../-customer/tabs";

const People = lazy(async () => ({ default: (await import("../-customer/people")).People }));
const CustomerNumbers = lazy(async () => ({ default: (await import("../-customer/numbers")).CustomerNumbers }));
const CustomerAllotments = lazy(async () => ({ default: (await import("../-customer/allotments")).CustomerAllotments }));
const CustomerLimits = lazy(async () => ({ default: (await import("../-customer/limits")).CustomerLimits }));
const Plan = lazy(async () => ({ default: (await import("../-customer/plan")).Plan }));
const Money = lazy(async () => ({ default: (await import("../-customer/money")).Money }));
const EntryTab = lazy(async () => ({ default: (await import("../-entry/entry")).EntryTab }));
const RateDeck = lazy(async () => ({ default: (await import("../-customer/rate-deck")).RateDeck }));
const FraudTab = lazy(async () => ({ default: (await import("../-fraud/fraud")).FraudTab }));
const Audit = lazy(async () => ({ default: (await import("../-customer/audit")).Audit }));

interface Search {
  tab?: Tab;
  /** What is being added. */
  add?: "numbers" | "user";
}

export const Route = createFileRoute("/_app/a/$account/accounts/$customer/")({
  validateSearch: (search: Record<string, unknown>): Search => ({
    tab: TABS.find((one) => one === search.tab),
    add: (["numbers", "user"] as const).find((one) => one === search.add),
  }),
  component: Customer,
});

/** On a phone the tabs are wider than the screen: the one that is open is brought to where it can be seen. */
const inSight = (tab: HTMLButtonElement | null) => tab?.scrollIntoView({ block: "nearest", inline: "center" });

function Customer() {
  const { t } = useTranslation(["customer", "ui"]);
  const { account: office, customer } = Route.useParams();
  const { tab: wanted = "summary", add } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const account = useQuery(accountQuery(customer));
  const permissions = useQuery(permissionsQuery(customer)).data;
  const may = useMay(customer);
  const tabs = TABS.filter((one) => NEEDS[one].every((collection) => reads(permissions, collection)));
  const tab = tabs.includes(wanted) ? wanted : "summary";
  if (account.error) return <ErrorState error={account.error} onRetry={() => void account.refetch()} />;
  if (!account.data) return <Skeleton width={240} />;
  const shared = { office, account: account.data };
  const adding = (what: Search["add"]) => void navigate({ search: (now) => ({ ...now, add: what }), replace: what === undefined });
  return (
    <div className={classes.page}>
      <Changes of="accounts" account={customer}>
        <Head {...shared} />
      </Changes>
      <LockNotice account={customer} name={account.data.name} />
      <Tabs value={tab} onChange={(next) => void navigate({ search: { tab: TABS.find((one) => one === next && one !== "summary") }, replace: true })} keepMounted={false}>
        <Tabs.List className={classes.tabs}>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one} ref={one === tab ? inSight : undefined}>
              {t(`tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="summary">
          <Changes of="accounts" account={customer}>
            <Summary key={customer} {...shared} />
          </Changes>
        </Tabs.Panel>
        <Suspense fallback={<Skeleton width={240} />}>
          <Tabs.Panel value="people">
            <Changes of="users" account={customer}>
              <People {...shared} adding={add === "user"} onAdding={(on) => adding(on ? "user" : undefined)} />
            </Changes>
          </Tabs.Panel>
          <Tabs.Panel value="numbers">
            <Changes of="phone_numbers" account={customer}>
              <CustomerNumbers {...shared} adding={add === "numbers"} onAdding={(on) => adding(on ? "numbers" : undefined)} />
            </Changes>
          </Tabs.Panel>
          <Tabs.Panel value="plan">
            <LookOnly may={may("services.update")}>
              <Plan {...shared} />
            </LookOnly>
            <LookOnly may={may("ratedeck.update")} quiet>
              <RateDeck {...shared} />
            </LookOnly>
          </Tabs.Panel>
          <Tabs.Panel value="money">
            <Changes of="ledgers" account={customer}>
              <Money {...shared} />
            </Changes>
          </Tabs.Panel>
          <Tabs.Panel value="limits">
            <Changes of="limits" account={customer}>
              <CustomerLimits key={customer} {...shared} />
            </Changes>
            <Changes of="allotments" account={customer}>
              <CustomerAllotments key={`${customer} minutes`} {...shared} />
            </Changes>
          </Tabs.Panel>
          <Tabs.Panel value="fraud">
            <Changes of="fraud" account={customer}>
              <FraudTab key={customer} {...shared} />
            </Changes>
          </Tabs.Panel>
          <Tabs.Panel value="entry">
            <Changes of="security" account={customer}>
              <EntryTab key={customer} {...shared} />
            </Changes>
          </Tabs.Panel>
          <Tabs.Panel value="audit">
            <Audit {...shared} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </div>
  );
}
