/**
 * Offers only what the API would not refuse. The frame says which collection a page changes (`PLACES`), a part that changes another says
 * so itself; lists, forms and their buttons ask here, a control of its own kind stands in `Only`.
 */
import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { holds, type Permission, permissionsQuery } from "@/api";

import { EmptyState } from "./empty-state";
import { useAccountId } from "./frame/acting";
import classes from "./may.module.css";

interface Changed {
  /** The collection that is changed here. */
  of?: string;
  /** The account it is changed in, when it is not that of the address. */
  account?: string;
}

const Here = createContext<Changed>({});

/** Says what is changed by the lists and forms within. */
export function Changes({ of, account, children }: Changed & { children: ReactNode }) {
  return <Here value={useMemo(() => ({ of, account }), [of, account])}>{children}</Here>;
}

/** Asks whether one may do something in the account one is in (or another). */
export function useMay(elsewhere?: string): (permission: Permission) => boolean {
  const address = useAccountId();
  const within = use(Here).account;
  const account = elsewhere ?? within ?? address;
  const known = useQuery({ ...permissionsQuery(account), enabled: account !== "" }).data;
  return (permission) => holds(known, permission);
}

/** Which keys of others' documents one may change; undefined: all. */
export function useFields(collection: string): readonly string[] | undefined {
  const address = useAccountId();
  const within = use(Here).account;
  return useQuery(permissionsQuery(within ?? address)).data?.fields[collection];
}

/** What may be done with what is changed here: make, change and remove. */
export function useMayChange(): { create: boolean; update: boolean; delete: boolean } {
  const may = useMay();
  const { of } = use(Here);
  const to = (action: string) => !of || may(`${of}.${action}`) || may(`${of}.manage`);
  return { create: to("create"), update: to("update"), delete: to("delete") };
}

interface OnlyProps {
  may: Permission;
  account?: string;
  children: ReactNode;
}

/** What stands within is there for those who may do it. */
export function Only({ may, account, children }: OnlyProps) {
  return useMay(account)(may) ? children : null;
}

interface LookProps {
  may: boolean;
  /** Nothing is said: it has been, nearby. */
  quiet?: boolean;
  children: ReactNode;
}

/** Fields and buttons within can be read and not changed, unless one may. */
export function LookOnly({ may, quiet, children }: LookProps) {
  const { t } = useTranslation();
  if (may) return children;
  return (
    <>
      {!quiet && (
        <p className={classes.note} role="note">
          {t("mayLook")}
        </p>
      )}
      <fieldset disabled className={classes.fields}>
        {children}
      </fieldset>
    </>
  );
}

/** Parts of a form that also holds what is only looked at: these can be changed by those who may change what the page is of. */
export function Editable({ quiet, children }: Pick<LookProps, "quiet" | "children">) {
  return (
    <LookOnly may={useMayChange().update} quiet={quiet}>
      {children}
    </LookOnly>
  );
}

/** A page below another, for those who may do what it is for; others are told. */
export function Gate({ may, children }: Pick<OnlyProps, "may" | "children">) {
  const { t } = useTranslation();
  return useMay()(may) ? children : <EmptyState icon={IconLock} title={t("closed.title")} text={t("closed.text")} />;
}

/** What removes what the page is of, for those who may. */
export function Removal({ children }: { children: ReactNode }) {
  return useMayChange().delete ? children : null;
}
