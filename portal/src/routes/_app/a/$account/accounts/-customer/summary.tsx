/** What an account is: counts that lead to its pages, its name, realm, zone and language, its address, and what it may call. */
import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { type Account, ancestorsQuery, call, devicesQuery, fromGregorian, numbersQuery, urls, usersQuery } from "@/api";
import { timezones, useCountries, useLanguages } from "@/office/places-of-the-world";
import { isRealm } from "@/office/realm";
import office from "@/office/office.module.css";
import { mergePatch } from "@/ui/form/draft";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Pair, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { useMay } from "@/ui/may";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./customer.module.css";

interface Fields {
  name: string;
  realm: string;
  timezone?: string;
  language?: string;
  country?: string;
  contact: NonNullable<Account["contact"]>;
}

export function Summary({ office: from, account }: { office: string; account: Account }) {
  const { t, i18n } = useTranslation(["customer", "ui"]);
  const id = account.id;
  const users = useQuery(usersQuery(id)).data;
  const devices = useQuery(devicesQuery(id)).data;
  const may = useMay();
  const numbers = useQuery({ ...numbersQuery(id), enabled: may("phone_numbers.read") }).data;
  const path = useQuery(ancestorsQuery(id)).data;
  const countries = useCountries();
  const { name, realm, timezone, language, country, contact = {} } = account;
  const draft = useDraft<Fields>({ name, realm, timezone, language, country, contact });
  const languages = useLanguages(draft.value.language);
  const counts = [
    { tab: "people", name: t("tab.people"), count: users?.length, note: users && t("admins", { count: users.filter(({ priv_level }) => priv_level === "admin").length }) },
    { tab: "people", name: t("devices"), count: devices?.length, note: devices && t("registered", { count: devices.filter(({ registered }) => registered).length }) },
    { tab: "numbers", name: t("tab.numbers"), count: numbers && Object.keys(numbers).length, note: numbers && t("inUse", { count: Object.values(numbers).filter(({ used_by }) => used_by).length }) },
  ] as const;
  const shown = counts.filter(({ tab }) => tab !== "numbers" || may("phone_numbers.read"));
  return (
    <div className={classes.columns}>
      <section className={`${page.card} ${classes.card}`}>
        <Form label={t("tab.summary")}>
          <TextInput label={t("name")} {...draft.field("name")} />
          <TextInput label={t("realm")} description={t("realmHelp")} {...draft.field("realm")} />
          <Pair>
            <Select label={t("timezone")} searchable limit={100} data={timezones()} {...draft.field("timezone")} />
            <Select label={t("language")} data={languages} {...draft.field("language")} value={draft.value.language?.toLowerCase() ?? null} />
          </Pair>
          <Select label={t("country")} description={t("countryHelp")} searchable data={countries} {...draft.field("country")} />
          <Section level={2} title={t("address.title")}>
            <TextInput label={t("address.street")} {...draft.field("contact.billing.street_address")} />
            <TextInput label={t("address.unit")} {...draft.field("contact.billing.street_address_extra")} />
            <Pair>
              <TextInput label={t("address.city")} {...draft.field("contact.billing.locality")} />
              <TextInput label={t("address.region")} {...draft.field("contact.billing.region")} />
            </Pair>
            <Pair>
              <TextInput label={t("address.postal")} {...draft.field("contact.billing.postal_code")} />
              <Select label={t("address.country")} searchable clearable data={countries} {...draft.field("contact.billing.country")} value={draft.value.contact.billing?.country ?? null} />
            </Pair>
          </Section>
          <SaveBar
            account={id}
            draft={draft}
            labels={{ name: t("name"), realm: t("realm"), timezone: t("timezone"), language: t("language"), country: t("country"), contact: t("address.title") }}
            validate={(value): Record<string, string> => ({
              ...(value.name.trim() ? {} : { name: t("ui:required") }),
              ...(isRealm(value.realm.trim()) ? {} : { realm: t("realmWrong") }),
            })}
            apply={async (before, after) => {
              await call("PATCH", urls.getPatchAccountUrl(id), { body: mergePatch(before, after) });
            }}
            effect={draft.value.realm === realm ? t("saved") : t("savedRealm")}
          />
        </Form>
      </section>
      <aside className={classes.aside}>
        <section className={`${page.card} ${classes.counts}`} aria-label={t("counts")}>
          {shown.map(({ tab, name: what, count, note }) => (
            <Link key={what} to="/a/$account/accounts/$customer" params={{ account: from, customer: id }} search={{ tab }} className={classes.count}>
              <span className={classes.countName}>{what}</span>
              <strong>{count ?? <Skeleton width={24} />}</strong>
              <span className={classes.countNote}>{note}</span>
            </Link>
          ))}
        </section>
        <section className={`${page.card} ${classes.card}`} aria-label={t("facts")}>
          <dl className={office.facts}>
            <div>
              <dt>{t("above")}</dt>
              <dd>{path?.map((row) => row.name).join(" / ") || "–"}</dd>
            </div>
            {account.created !== undefined && (
              <div>
                <dt>{t("created")}</dt>
                <dd>{new Intl.DateTimeFormat(i18n.language, { dateStyle: "long" }).format(fromGregorian(account.created))}</dd>
              </div>
            )}
            <div>
              <dt>{t("id")}</dt>
              <dd>
                <code className={classes.id}>{id}</code>
              </dd>
            </div>
          </dl>
        </section>
      </aside>
    </div>
  );
}
