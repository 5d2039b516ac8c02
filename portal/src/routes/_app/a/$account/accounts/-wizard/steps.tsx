/** The forms of the wizard's steps, over one draft. */
import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { useTranslation } from "react-i18next";

import { type Account, type AccountRow, call, urls } from "@/api";
import { LimitsFields } from "@/office/limits-fields";
import { timezones, useCountries, useLanguages } from "@/office/places-of-the-world";
import { isRealm, suggestedRealm } from "@/office/realm";
import { Pair, Section, Setting } from "@/ui/form/setting";
import type { Draft } from "@/ui/form/use-draft";

import { APPS, CLASSES, type NewAccount } from "./new-account";

export interface StepProps {
  draft: Draft<NewAccount>;
  above: Account;
  master: boolean;
}

/** Whether an account of one's own part of the tree has the realm already; others are found when the account is made. */
function useTaken(office: string, realm: string): boolean {
  const [settled] = useDebouncedValue(realm.trim().toLowerCase(), 300);
  const found = useQuery({
    queryKey: ["account", office, "search", "realm", settled],
    queryFn: async ({ signal }) => (await call<AccountRow[]>("GET", urls.getSearchUrl(office), { query: { t: "account", q: "realm", v: settled }, signal })).data,
    enabled: isRealm(settled),
  });
  return (found.data ?? []).some((row) => row.realm === realm.trim().toLowerCase());
}

export function AccountStep({ draft, above, master }: StepProps) {
  const { t } = useTranslation(["wizard", "customer", "ui", "office"]);
  const countries = useCountries();
  const languages = useLanguages(draft.value.language);
  const taken = useTaken(above.id, draft.value.realm);
  const rename = (name: string) => {
    const { name: before, realm } = draft.value;
    draft.set("name", name);
    // Until one has written a realm of one's own, it follows the name.
    if (!realm || realm === suggestedRealm(before, above.realm)) draft.set("realm", suggestedRealm(name, above.realm));
  };
  return (
    <>
      <TextInput label={t("customer:name")} description={t("nameHelp")} autoComplete="off" data-autofocus {...draft.field("name")} onChange={(event) => rename(event.currentTarget.value)} />
      <TextInput label={t("customer:realm")} description={t("realmHelp")} autoComplete="off" spellCheck={false} {...draft.field("realm")} error={draft.errors.realm ?? (taken && t("realmTaken"))} />
      <Pair>
        <Select label={t("customer:timezone")} searchable limit={100} allowDeselect={false} data={timezones()} {...draft.field("timezone")} />
        <Select label={t("customer:language")} allowDeselect={false} data={languages} {...draft.field("language")} value={draft.value.language.toLowerCase()} />
      </Pair>
      <Select label={t("customer:country")} description={t("customer:countryHelp")} searchable allowDeselect={false} data={countries} {...draft.field("country")} />
      {master && <Setting label={t("reseller")} help={t("resellerHelp")} {...draft.toggle("reseller")} />}
    </>
  );
}

export function PeopleStep({ draft }: StepProps) {
  const { t } = useTranslation(["wizard", "customer", "ui", "users"]);
  const countries = useCountries();
  return (
    <>
      <Section title={t("administrator")} help={t("administratorHelp")}>
        <Pair>
          <TextInput label={t("users:firstName")} autoComplete="off" {...draft.field("admin.first_name")} />
          <TextInput label={t("users:lastName")} autoComplete="off" {...draft.field("admin.last_name")} />
        </Pair>
        <TextInput label={t("users:email")} description={t("emailHelp")} type="email" autoComplete="off" {...draft.field("admin.email")} />
      </Section>
      <Section title={t("customer:address.title")}>
        <TextInput label={t("customer:address.street")} autoComplete="off" {...draft.field("contact.billing.street_address")} />
        <TextInput label={t("customer:address.unit")} autoComplete="off" {...draft.field("contact.billing.street_address_extra")} />
        <Pair>
          <TextInput label={t("customer:address.city")} autoComplete="off" {...draft.field("contact.billing.locality")} />
          <TextInput label={t("customer:address.region")} autoComplete="off" {...draft.field("contact.billing.region")} />
        </Pair>
        <Pair>
          <TextInput label={t("customer:address.postal")} autoComplete="off" {...draft.field("contact.billing.postal_code")} />
          <Select label={t("customer:address.country")} searchable data={countries} {...draft.field("contact.billing.country")} value={draft.value.contact.billing.country ?? null} />
        </Pair>
      </Section>
    </>
  );
}

export function FeaturesStep({ draft }: StepProps) {
  const { t } = useTranslation("wizard");
  return (
    <>
      <Section title={t("portal")} help={t("portalHelp")}>
        {APPS.map((one) => (
          <Setting key={one} label={t(`apps.${one}.name`)} help={t(`apps.${one}.help`)} {...draft.toggle(`apps.${one}`)} />
        ))}
      </Section>
      <Section title={t("calls")} help={t("callsHelp")}>
        {CLASSES.map((one) => (
          <Setting key={one} label={t(`classes.${one}.name`)} help={t(`classes.${one}.help`)} {...draft.toggle(`calls.${one}`)} />
        ))}
      </Section>
    </>
  );
}

export function LimitsStep({ draft }: StepProps) {
  return <LimitsFields draft={draft} path="limits" />;
}
