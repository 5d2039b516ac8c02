/** How people get into an account: a second step wanted of everybody, from which addresses, for how long, and who came lately. */
import { Select, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type Account, call, urls } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section, Setting } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import { type AccessList, type Entry, entryOf, WAYS, wrongIn } from "./access-list";
import { Attempts } from "./attempts";
import classes from "./entry.module.css";
import { sendList } from "./send-list";
import { ceilingOf, lengthsOf, type Security } from "./session-length";
import { SessionLength } from "./session-length-fields";

export function EntryTab({ account }: { account: Account }) {
  const { id } = account;
  const list = useQuery({ queryKey: ["account", id, "access_lists"], queryFn: async ({ signal }) => (await call<AccessList>("GET", urls.getGetAccessListUrl(id), { signal })).data });
  const phones = useQuery({ queryKey: ["account", id, "access_lists", "devices"], queryFn: async ({ signal }) => (await call<AccessList>("GET", urls.getGetDevicesAccessListUrl(id), { signal })).data });
  const security = useQuery({ queryKey: ["account", id, "security"], queryFn: async ({ signal }) => (await call<Security>("GET", urls.getGetSecurityUrl(id), { signal })).data });
  const failed = [list, phones, security].find(({ error }) => error);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  return (
    <div className={classes.columns}>
      <section className={`${page.card} ${classes.card}`}>{list.data && phones.data && security.data ? <Rules account={account} list={list.data} phones={phones.data} security={security.data} /> : <Skeleton width={240} />}</section>
      <Attempts account={id} />
    </div>
  );
}

interface Values extends Entry {
  /** From where phones come. */
  phones: Entry;
  wanted: boolean;
  below: boolean;
  /** Seconds that a session lasts, as text; empty: the usual hour. */
  life: string;
  /** The most that it may last here and in the accounts below; empty: nothing said. */
  most: string;
}

function Rules({ account: { id, is_reseller: reseller, superduper_admin: master }, list, phones, security }: { account: Account; list: AccessList; phones: AccessList; security: Security }) {
  const { t } = useTranslation(["entry", "ui"]);
  const own = security.account.auth_modules?.cb_user_auth?.multi_factor;
  const draft = useDraft<Values>({ ...entryOf(list), phones: entryOf(phones), wanted: own?.enabled === true, below: own?.include_subaccounts === true, ...lengthsOf(security) });
  const { value } = draft;
  const inherited = security.inherited_config.auth_modules.cb_user_auth.multi_factor.enabled && own?.enabled !== true;
  const apply = async (from: Values, to: Values) => {
    if (from.wanted !== to.wanted || from.below !== to.below || from.most !== to.most)
      await call("PATCH", urls.getPatchSecurityUrl(id), {
        body: { auth_modules: { cb_user_auth: { multi_factor: { enabled: to.wanted, include_subaccounts: to.below }, max_token_auth_expiry_s: to.most ? Number(to.most) : null } } },
      });
    if (from.life !== to.life) await call("PATCH", urls.getPatchAccountUrl(id), { body: { token_auth_expiry_s: to.life ? Number(to.life) : null } });
    if (from.way !== to.way || from.text !== to.text) await sendList(urls.getSetAccessListUrl(id), to, "text");
    if (from.phones.way !== to.phones.way || from.phones.text !== to.phones.text) await sendList(urls.getSetDevicesAccessListUrl(id), to.phones, "phones.text");
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
      <Section level={2} title={t("phones.title")} help={t("phones.help")}>
        <Select label={t("phones.way")} allowDeselect={false} data={WAYS.map((way) => ({ value: way, label: t(`phones.${way}`) }))} {...draft.field("phones.way")} />
        {value.phones.way !== "any" && <Textarea label={t("phones.addresses")} description={t("from.addressesHelp")} autosize minRows={3} maxRows={12} spellCheck={false} {...draft.field("phones.text")} />}
      </Section>
      <SessionLength draft={draft} ceiling={ceilingOf(security, value.most)} sells={Boolean(reseller || master)} />
      <SaveBar
        account={id}
        draft={draft}
        labels={{ wanted: t("step.wanted"), below: t("step.below"), way: t("from.title"), text: t("from.addresses"), "phones.way": t("phones.title"), "phones.text": t("phones.addresses"), life: t("session.life"), most: t("session.most") }}
        validate={({ way, text, phones: from }): Record<string, string> => {
          const said = (wrong: string) => (wrong ? t("from.wrong", { text: wrong }) : t("ui:required"));
          const [people, machines] = [wrongIn({ way, text }), wrongIn(from)];
          return { ...(people !== null && { text: said(people) }), ...(machines !== null && { "phones.text": said(machines) }) };
        }}
        apply={apply}
        effect={t("saved")}
      />
    </Form>
  );
}
