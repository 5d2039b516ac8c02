/** How people get into an account: a second step wanted of everybody, from which addresses, for how long, and who came lately. */
import { Select, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Account, call, Problem, urls } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import { type AccessList, addressesOf, type Entry, entryOf, isAddress, listOf, WAYS } from "./access-list";
import { Attempts } from "./attempts";
import classes from "./entry.module.css";
import { ceilingOf, lengthsOf, type Security } from "./session-length";
import { SessionLength } from "./session-length-fields";

export function EntryTab({ account }: { account: Account }) {
  const { id } = account;
  const list = useQuery({ queryKey: ["account", id, "access_lists"], queryFn: async ({ signal }) => (await call<AccessList>("GET", urls.getGetAccessListUrl(id), { signal })).data });
  const security = useQuery({ queryKey: ["account", id, "security"], queryFn: async ({ signal }) => (await call<Security>("GET", urls.getGetSecurityUrl(id), { signal })).data });
  const failed = [list, security].find(({ error }) => error);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  return (
    <div className={classes.columns}>
      <section className={`${page.card} ${classes.card}`}>{list.data && security.data ? <Rules account={account} list={list.data} security={security.data} /> : <Skeleton width={240} />}</section>
      <Attempts account={id} />
    </div>
  );
}

interface Values extends Entry {
  wanted: boolean;
  below: boolean;
  /** Seconds that a session lasts, as text; empty: the usual hour. */
  life: string;
  /** The most that it may last here and in the accounts below; empty: nothing said. */
  most: string;
}

function Rules({ account: { id, is_reseller: reseller, superduper_admin: master }, list, security }: { account: Account; list: AccessList; security: Security }) {
  const { t } = useTranslation(["entry", "ui"]);
  const own = security.account.auth_modules?.cb_user_auth?.multi_factor;
  const draft = useDraft<Values>({ ...entryOf(list), wanted: own?.enabled === true, below: own?.include_subaccounts === true, ...lengthsOf(security) });
  const { value } = draft;
  const inherited = security.inherited_config.auth_modules.cb_user_auth.multi_factor.enabled && own?.enabled !== true;
  const apply = async (from: Values, to: Values) => {
    if (from.wanted !== to.wanted || from.below !== to.below || from.most !== to.most)
      await call("PATCH", urls.getPatchSecurityUrl(id), {
        body: { auth_modules: { cb_user_auth: { multi_factor: { enabled: to.wanted, include_subaccounts: to.below }, max_token_auth_expiry_s: to.most ? Number(to.most) : null } } },
      });
    if (from.life !== to.life) await call("PATCH", urls.getPatchAccountUrl(id), { body: { token_auth_expiry_s: to.life ? Number(to.life) : null } });
    if (from.way === to.way && from.text === to.text) return;
    try {
      await call("POST", urls.getSetAccessListUrl(id), { body: listOf(to) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The API names the address in the list; the form has one field for all of them.
      const said = Object.entries(error.fields).find(([path]) => path.startsWith("cidrs"))?.[1];
      throw new Problem(error.status, error.code, said ? { text: said } : error.fields, error.requestId, error.data);
    }
  };
  return (
    <Form label={t("title")}>
      <Section level={2} title={t("step.title")} help={inherited ? t("step.inherited") : undefined}>
        <Setting label={t("step.wanted")} help={t("step.wantedHelp")} {...draft.toggle("wanted")} />
        {(reseller || master) && <Setting label={t("step.below")} help={t("step.belowHelp")} disabled={!value.wanted} {...draft.toggle("below")} />}
      </Section>
      <Section level={2} title={t("from.title")} help={t("from.help")}>
        <Select label={t("from.way")} allowDeselect={false} data={WAYS.map((way) => ({ value: way, label: t(`from.${way}`) }))} {...draft.field("way")} />
        {value.way !== "any" && <Textarea label={t("from.addresses")} description={t("from.addressesHelp")} autosize minRows={3} maxRows={12} spellCheck={false} {...draft.field("text")} />}
      </Section>
      <SessionLength draft={draft} ceiling={ceilingOf(security, value.most)} sells={Boolean(reseller || master)} />
      <SaveBar
        account={id}
        draft={draft}
        labels={{ wanted: t("step.wanted"), below: t("step.below"), way: t("from.title"), text: t("from.addresses"), life: t("session.life"), most: t("session.most") }}
        validate={({ way, text }): Record<string, string> => {
          if (way === "any") return {};
          const addresses = addressesOf(text);
          const wrong = addresses.find((one) => !isAddress(one));
          if (addresses.length === 0) return { text: t("ui:required") };
          return wrong ? { text: t("from.wrong", { text: wrong }) } : {};
        }}
        apply={apply}
        effect={t("saved")}
      />
    </Form>
  );
}
