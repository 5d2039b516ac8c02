/** What stands on an account's invoices of itself, when they are to be paid, and how they are numbered. */
import { ActionIcon, Button, NumberInput, Switch, Textarea, TextInput, Tooltip } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, urls } from "@/api";
import { ErrorState } from "@/ui/error-state";
import { mergePatch } from "@/ui/form/draft";
import form from "@/ui/form/form.module.css";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section } from "@/ui/form/setting";
import { type Draft, useDraft } from "@/ui/form/use-draft";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-invoices.module.css";
import { numberOf, sendable, type Series, SERIES, type Settings, settingsQuery } from "./-settings";

const MOST_TAXES = 6;

export function Issuer({ account, name }: { account: string; name: string }) {
  const settings = useQuery(settingsQuery(account));
  if (settings.error) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!settings.data) return <Skeleton width={240} />;
  return <Loaded key={account} account={account} name={name} settings={settings.data} />;
}

function Loaded({ account, name, settings }: { account: string; name: string; settings: Settings }) {
  const { t } = useTranslation(["invoices", "ui"]);
  const draft = useDraft<Settings>(settings);
  const numbering = SERIES.flatMap((series) => ["prefix", "pattern", "width", "restart", "next"].map((key) => [`${series}.${key}`, t(`issuer.${series}`)] as const));
  return (
    <Form label={t("issuer.title")}>
      <p className={form.help}>{t("issuer.help")}</p>
      <Section title={t("issuer.who")}>
        <TextInput label={t("issuer.name")} placeholder={name} description={t("issuer.nameHelp")} maxLength={128} {...draft.field("name")} />
        <Textarea label={t("issuer.address")} rows={3} maxLength={600} {...draft.field("address")} />
        <Taxes draft={draft} />
        <div className={form.pair}>
          <TextInput label={t("issuer.email")} type="email" maxLength={254} {...draft.field("email")} />
          <TextInput label={t("issuer.phone")} type="tel" maxLength={128} {...draft.field("phone")} />
        </div>
        <TextInput label={t("issuer.website")} spellCheck={false} maxLength={128} {...draft.field("website")} />
        <p className={form.help}>
          {t("issuer.logo")}{" "}
          <Link to="/a/$account/branding" params={{ account }} className={classes.link}>
            {t("issuer.branding")}
          </Link>
        </p>
      </Section>
      <Section title={t("issuer.payment")}>
        <NumberInput label={t("issuer.days")} description={t("issuer.daysHelp")} min={0} max={365} allowDecimal={false} clampBehavior="none" {...draft.field("due_days")} />
        <Textarea label={t("issuer.terms")} rows={2} maxLength={600} {...draft.field("terms")} />
        <Textarea label={t("issuer.footer")} rows={2} maxLength={600} {...draft.field("footer")} />
      </Section>
      {SERIES.map((series) => (
        <Numbers key={series} series={series} draft={draft} />
      ))}
      <SaveBar
        account={account}
        draft={draft}
        labels={{
          name: t("issuer.name"),
          address: t("issuer.address"),
          tax_numbers: t("issuer.taxes"),
          email: t("issuer.email"),
          phone: t("issuer.phone"),
          website: t("issuer.website"),
          due_days: t("issuer.days"),
          terms: t("issuer.terms"),
          footer: t("issuer.footer"),
          ...Object.fromEntries(numbering),
          // What is wrong with one is said at its row.
          ...Object.fromEntries(Array.from({ length: MOST_TAXES }, (_none, at) => ["name", "number"].map((key) => [`tax_numbers.${at}.${key}`, t("issuer.taxes")])).flat()),
        }}
        apply={async (from, to) => {
          await call("PATCH", urls.getPatchInvoiceSettingsUrl(account), { body: mergePatch(sendable(from), sendable(to)) });
        }}
        effect={t("issuer.saved")}
      />
    </Form>
  );
}

function Taxes({ draft }: { draft: Draft<Settings> }) {
  const { t } = useTranslation(["invoices", "ui"]);
  const rows = draft.value.tax_numbers;
  const change = (at: number, key: "name" | "number", value: string) => draft.set("tax_numbers", rows.map((row, place) => (place === at ? { ...row, [key]: value } : row)));
  return (
    <fieldset className={classes.taxes}>
      <legend>{t("issuer.taxes")}</legend>
      {rows.map((row, at) => (
        // Rows have no names of their own and are only added at the end.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at} className={classes.tax}>
          <TextInput aria-label={t("issuer.taxName", { place: at + 1 })} placeholder={t("issuer.taxNameHint")} maxLength={32} value={row.name} onChange={(event) => change(at, "name", event.currentTarget.value)} error={draft.errors[`tax_numbers.${at}.name`]} />
          <TextInput aria-label={t("issuer.taxNumber", { place: at + 1 })} placeholder={t("issuer.taxNumberHint")} maxLength={64} value={row.number} onChange={(event) => change(at, "number", event.currentTarget.value)} error={draft.errors[`tax_numbers.${at}.number`]} />
          <Tooltip label={t("ui:remove")}>
            <ActionIcon variant="subtle" color="gray" size={36} aria-label={t("issuer.taxRemove", { name: row.name || at + 1 })} onClick={() => draft.set("tax_numbers", rows.filter((_row, place) => place !== at))}>
              <IconX size={16} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        </div>
      ))}
      {rows.length < MOST_TAXES && (
        <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} stroke={1.6} />} onClick={() => draft.set("tax_numbers", [...rows, { name: "", number: "" }])}>
          {t("issuer.taxAdd")}
        </Button>
      )}
    </fieldset>
  );
}

function Numbers({ series, draft }: { series: Series; draft: Draft<Settings> }) {
  const { t } = useTranslation("invoices");
  const rule = draft.value[series];
  const [year] = useState(() => new Date().getFullYear());
  return (
    <Section title={t(`issuer.${series}`)} help={t(`issuer.${series}Help`)}>
      <div className={form.pair}>
        <TextInput label={t("issuer.prefix")} spellCheck={false} maxLength={16} {...draft.field(`${series}.prefix`)} />
        <TextInput label={t("issuer.pattern")} description={t("issuer.patternHelp")} spellCheck={false} maxLength={48} inputWrapperOrder={["label", "input", "description", "error"]} {...draft.field(`${series}.pattern`)} />
      </div>
      <div className={form.pair}>
        <NumberInput label={t("issuer.next")} min={1} allowDecimal={false} clampBehavior="none" {...draft.field(`${series}.next`)} />
        <NumberInput label={t("issuer.width")} min={0} max={10} allowDecimal={false} {...draft.field(`${series}.width`)} />
      </div>
      <Switch
        label={t("issuer.restart")}
        checked={rule.restart === "yearly"}
        onChange={(event) => draft.set(`${series}.restart`, event.currentTarget.checked ? "yearly" : "never")}
        error={draft.errors[`${series}.restart`]}
      />
      <p className={classes.example} aria-live="polite">
        {t("issuer.example")} <strong>{numberOf(rule, year)}</strong>
      </p>
    </Section>
  );
}
