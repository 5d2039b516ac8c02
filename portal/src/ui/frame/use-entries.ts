/** Gathers what the palette can jump to: the pages, what has been read of the account, and a search over the accounts below. */
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { accountSearchQuery, callflowsQuery, childrenQuery, holds, numbersQuery, usersQuery } from "@/api";
import { setLanguage } from "@/i18n";

import { readable } from "../phone-number";
import { prefer, useScheme } from "../preferences";
import { useActing } from "./acting";
import { distinctAccounts, type Entry, matching, userName } from "./palette-entries";
import { accountFor, placesFor } from "./places";

/** The entries that match `text`, best first. */
export function useEntries(text: string): Entry[] {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const scheme = useScheme();
  const { id: account, home, homeName, masquerading, manages, administers, office, apps, permissions } = useActing();
  const [settled] = useDebouncedValue(text.trim(), 150);
  const users = useQuery(usersQuery(account)).data ?? [];
  const callflows = useQuery(callflowsQuery(account)).data ?? [];
  const numbers = useQuery(numbersQuery(account)).data ?? {};
  const children = useQuery({ ...childrenQuery(home), enabled: manages }).data;
  const found = useQuery({ ...accountSearchQuery(home, settled), enabled: manages && settled.length > 0 }).data;
  const extension = new Map(callflows.filter((flow) => flow.owner_id).map((flow) => [flow.owner_id, flow.numbers.join(" ")]));

  const entries: Entry[] = [
    ...placesFor({ manages, administers, atOffice: office === account, apps, permissions }).map(({ page, to, area }): Entry => {
      const run = () => void navigate({ to, params: { account: accountFor({ area }, { account, office }) } });
      return { kind: "pages", id: `${area}-${page}`, label: t(`page.${page}`), hint: area === "settings" ? undefined : t(`area.${area}`), run };
    }),
    ...users.map((user): Entry => {
      const run = () => void navigate({ to: "/a/$account/users", params: { account }, search: { user: user.id } });
      return { kind: "users", id: user.id, label: userName(user), hint: extension.get(user.id) ?? user.username, run };
    }),
    ...distinctAccounts(children, found).map((row): Entry => {
      const run = () => void navigate({ to: "/a/$account/accounts/$customer", params: { account: home, customer: row.id } });
      return { kind: "accounts", id: row.id, label: row.name, hint: row.realm, run };
    }),
    ...Object.entries(numbers).map(([number, row]): Entry => {
      const run = () => void navigate({ to: "/a/$account/calls", params: { account }, search: { q: number } });
      return { kind: "numbers", id: number, label: readable(number), hint: `${number} ${row.used_by ?? ""}`.trim(), run };
    }),
    ...(holds(permissions, "users.create")
      ? [{ kind: "actions" as const, id: "new-user", label: t("palette.newUser"), run: () => void navigate({ to: "/a/$account/users", params: { account }, search: { user: "new" } }) }]
      : []),
    {
      kind: "actions",
      id: "scheme",
      label: t(scheme === "dark" ? "palette.lightScheme" : "palette.darkScheme"),
      run: () => prefer({ scheme: scheme === "dark" ? "light" : "dark" }),
    },
    {
      kind: "actions",
      id: "language",
      label: t("palette.language"),
      run: () => setLanguage(i18n.language === "fr" ? "en" : "fr"),
    },
  ];
  if (masquerading) {
    const run = () => void navigate({ to: "/a/$account/dashboard", params: { account: home } });
    entries.push({ kind: "actions", id: "leave", label: t("palette.leave", { name: homeName ? `→ ${homeName}` : "" }), run });
  }
  return matching(entries, text);
}
