/** The trunk as a form: what it is for, where it goes, which numbers take it, and how the caller is shown; each can be tried at once. */
import { Button, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { listQuery } from "@/api";
import { Pair, Section, Setting } from "@/ui/form/setting";
import form from "@/ui/form/form.module.css";
import type { Draft } from "@/ui/form/use-draft";

import { GatewayFields } from "./-gateway-fields";
import { callerFormatter, type CallerWay, callerWay, type Formatter, NEW_GATEWAY, shownAs, tried, type Trunk, withCaller } from "./-trunk";
import classes from "./-trunks.module.css";

export function TrunkForm({ account, draft }: { account: string; draft: Draft<{ trunk: Trunk }> }) {
  const { t } = useTranslation(["trunks", "ui"]);
  const { trunk } = draft.value;
  const change = (make: (now: Trunk) => Trunk) => draft.change((now) => ({ trunk: make(now.trunk) }));
  const [number, setNumber] = useState("+14165550100");
  const found = tried(trunk, number.trim());
  const gateways = trunk.gateways ?? [];
  const fax = trunk.flags?.includes("fax") ?? false;
  return (
    <>
      <Pair>
        <TextInput label={t("name")} data-autofocus {...draft.field("trunk.name")} />
        <NumberInput label={t("cost")} description={t("costHelp")} min={0} max={100} allowDecimal={false} value={trunk.weight_cost ?? 50} onChange={(value) => draft.set("trunk.weight_cost", value === "" ? undefined : Number(value))} error={draft.errors["trunk.weight_cost"]} />
      </Pair>
      <CostDeck account={account} value={trunk.cost_ratedeck_id ?? ""} error={draft.errors["trunk.cost_ratedeck_id"]} onChange={(deck) => draft.set("trunk.cost_ratedeck_id", deck)} />
      <Setting label={t("enabled")} help={t("enabledHelp")} {...draft.toggle("trunk.enabled", true)} />
      <Setting label={t("emergency")} help={t("emergencyHelp")} {...draft.toggle("trunk.emergency")} />
      <Setting label={t("fax")} checked={fax} onChange={(event) => draft.set("trunk.flags", event.currentTarget.checked ? [...(trunk.flags ?? []), "fax"] : trunk.flags?.filter((flag) => flag !== "fax"))} />
      <Section
        title={t("gateways")}
        help={t("gatewaysHelp")}
        action={
          <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} stroke={1.8} />} onClick={() => change((now) => ({ ...now, gateways: [...now.gateways, NEW_GATEWAY] }))}>
            {t("addGateway")}
          </Button>
        }
      >
        {gateways.map((gateway, at) => (
          // Gateways have no names of their own: their order is what they are.
          // oxlint-disable-next-line react/no-array-index-key
          <GatewayFields key={at} at={at} gateway={gateway} error={(field) => draft.errors[`trunk.gateways.${at}.${field}`]} onChange={(next) => change((now) => ({ ...now, gateways: now.gateways.map((one, index) => (index === at ? next : one)) }))} onRemove={gateways.length > 1 ? () => change((now) => ({ ...now, gateways: now.gateways.filter((_, index) => index !== at) })) : undefined} />
        ))}
      </Section>
      <Section title={t("rules")} help={t("rulesHelp")}>
        <Textarea aria-label={t("rules")} rows={3} autosize={false} spellCheck={false} classNames={{ input: classes.json }} value={(trunk.rules ?? []).join("\n")} onChange={(event) => draft.set("trunk.rules", event.currentTarget.value.split("\n").filter((line, at, all) => line || at < all.length - 1))} error={draft.errors["trunk.rules"]} />
        <div className={classes.try}>
          <TextInput label={t("try")} value={number} onChange={(event) => setNumber(event.currentTarget.value)} inputMode="tel" />
          <p className={classes.result} aria-live="polite">
            {found ? t("sent", { number: found.sent, server: gateways[0]?.server || "…" }) : t("noRule")}
          </p>
        </div>
      </Section>
      <Caller trunk={trunk} onChange={(formatter) => change((now) => withCaller(now, formatter))} />
    </>
  );
}

interface CostDeckProps {
  account: string;
  value: string;
  error: string | undefined;
  onChange: (deck: string) => void;
}

/** What the carrier takes for calls: without it no margin is known. Who may not see rate decks is not asked. */
function CostDeck({ account, value, error, onChange }: CostDeckProps) {
  const { t } = useTranslation("trunks");
  const decks = useQuery({ ...listQuery<{ id: string; name: string; use?: string }>(account, "ratedecks"), retry: false });
  if (decks.error) return null;
  const known = (decks.data ?? []).filter(({ use }) => use === "cost");
  const data = [{ value: "", label: t("costDeck.none") }, ...known.map(({ id, name }) => ({ value: id, label: name }))];
  return <Select label={t("costDeck.label")} description={t(decks.data && known.length === 0 ? "costDeck.empty" : "costDeck.help")} allowDeselect={false} data={data} value={value} onChange={(next) => onChange(next ?? "")} error={error} />;
}

function Caller({ trunk, onChange }: { trunk: Trunk; onChange: (formatter: Formatter | undefined) => void }) {
  const { t } = useTranslation("trunks");
  const [number, setNumber] = useState("+661234567");
  const way = callerWay(trunk);
  const formatter = callerFormatter(trunk);
  const choose = (next: CallerWay) => {
    if (next === "as-is") onChange(undefined);
    if (next === "format") onChange({ prefix: "0", regex: "^\\+?66(\\d{5,})$" });
    if (next === "force") onChange({ value: "" });
  };
  return (
    <Section title={t("caller.title")}>
      <Select label={t("caller.how")} allowDeselect={false} data={[...(["as-is", "format", "force"] as const), ...(way === "several" ? (["several"] as const) : [])].map((value) => ({ value, label: t(`caller.${value}`) }))} value={way} onChange={(value) => value && choose(value as CallerWay)} />
      {way === "format" && (
        <>
          <Pair>
            <TextInput label={t("caller.regex")} description={t("caller.regexHelp")} spellCheck={false} value={formatter.regex ?? ""} onChange={(event) => onChange({ ...formatter, regex: event.currentTarget.value || undefined })} />
            <TextInput label={t("caller.prefix")} description={t("caller.prefixHelp")} value={formatter.prefix ?? ""} onChange={(event) => onChange({ ...formatter, prefix: event.currentTarget.value || undefined })} />
          </Pair>
          <div className={classes.try}>
            <TextInput label={t("caller.try")} value={number} onChange={(event) => setNumber(event.currentTarget.value)} inputMode="tel" />
            <p className={classes.result} aria-live="polite">
              {t("caller.shown", { number: shownAs(formatter, number.trim()) })}
            </p>
          </div>
        </>
      )}
      {way === "force" && <TextInput label={t("caller.value")} inputMode="tel" value={formatter.value ?? ""} onChange={(event) => onChange({ ...formatter, value: event.currentTarget.value })} />}
      {way === "several" && <p className={form.help}>{t("caller.severalHelp")}</p>}
    </Section>
  );
}
